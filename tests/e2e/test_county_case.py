"""A county case from the first call to closure, suspended and reopened in between, through commands only."""

from __future__ import annotations

import csv
import io

import pypdfium2  # type: ignore[import-untyped]
import pytest
from told import Told

from wayhome.app.exchange import export
from wayhome.app.printing import document

pytestmark = pytest.mark.e2e
CASE = "county"


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(pdf)).split())


def test_it_went_through_every_stage_and_the_chain_holds(told: Told) -> None:
    stages = [s.status for s in told.states[CASE]]
    order = [s for i, s in enumerate(stages) if i == 0 or stages[i - 1] != s]
    assert order == ["active", "suspended", "active", "found", "closed"]
    told.app.verify(CASE)
    state = told.app.state(CASE)
    assert state.decisions.suspensions["P1"].lifted_by == "RO1" and state.ending.reopenings["RO1"].evidence == ("C3",)
    assert told.app.agenda(state) and all(
        m.urgency != "now" for m in told.app.agenda(state)
    )  # a recall waits to be confirmed


def test_the_map_is_rated_against_the_find_and_one_anonymous_row_remains(told: Told) -> None:
    rated = told.app.product(CASE, "after_action")
    assert any("one case" in c.lower() for c in rated.caveats)
    row = export(told.app, CASE, "statistics")[0].decode()
    (told_row,) = csv.DictReader(io.StringIO(row))
    assert told_row["outcome"] == "found" and told_row["age_band"] == "65-79"
    for secret in ("Franklin", "Sample", "42.21", "Example County", "2025-09-12", "555-"):
        assert secret not in row


def test_the_closing_report_withholds_the_place_and_its_internal_annex_does_not(told: Told) -> None:
    find = told.app.state(CASE).decisions.find
    assert find is not None and find.position is not None
    place = f"{find.position.lat_deg:.5f}"
    report, annex = (text_of(document(told.app, CASE, kind)) for kind in ("closing", "closing_annex"))
    assert place not in report and "withheld" in report.lower()
    assert place in annex and "internal" in annex.lower()
    assert "Early dementia" not in report + annex  # sealed; who read it is said, not what


def test_what_left_the_desk_is_on_paper_with_its_proof(told: Told) -> None:
    ledger = text_of(document(told.app, CASE, "ledger", for_id="N1"))
    for words in ("Village paper", "Local radio", "mail of the day"):
        assert words in ledger


def test_the_second_call_was_merged_taken_apart_and_handed_over(told: Told) -> None:
    stages = {s.status for s in told.states["county-second-call"]}
    assert stages == {"merged", "active", "handed_over"}
    assert told.app.state(CASE).links.standing() == ()
