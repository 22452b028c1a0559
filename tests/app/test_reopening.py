"""Suspended and reopened, the case is the case it was, bit for bit; and a withheld place leaves no view of the desk."""

from __future__ import annotations

from typing import Any

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
import pytest
from fastapi.testclient import TestClient

from wayhome.app import App, exchange, printing
from wayhome.app.after_action import MOST_MOMENTS, moments
from wayhome.base.errors import RuleBroken
from wayhome.case.decision import SUSPENSION_CHECKLIST
from wayhome.case.ending import open_clues
from wayhome.planning.inputs import map_inputs
from wayhome.web.api import create_api

FIND = (42.2031, -71.0967)


def suspend(app: App, case: str) -> None:
    answers = dict.fromkeys(SUSPENSION_CHECKLIST, "Looked at.")
    app.do(case, "propose_suspension", {"reasons": "No sign.", "checklist": answers, "reopen_if": "A clue."})
    app.do(case, "review_suspension", {"suspension": "P1", "agrees": True, "remarks": "Fair."})
    app.do(case, "suspend_search", {"suspension": "P1"})


@pytest.fixture
def searched(searching: tuple[App, str]) -> tuple[App, str]:
    """A case with an open clue, one search done, and nobody out."""
    app, case = searching
    for a in app.state(case).assignments.out():
        app.do(case, "debrief_assignment", {"assignment": a.id, "pod": "0.4"})
    app.do(case, "record_clue", {"name": "cap", "position": "42.204,-71.098"})
    return app, case


@pytest.fixture
def withheld(searched: tuple[App, str]) -> tuple[App, str]:
    """The subject found, the place withheld, the case closed."""
    app, case = searched
    app.do(case, "report_find", {"position": f"{FIND[0]},{FIND[1]}", "condition": "well", "remarks": "in the red barn"})
    app.do(case, "withhold_place", {"reason": "She asks that nobody be told."})
    app.do(
        case,
        "close_case",
        {"outcome": "found", "seen_by": "a nurse", "seen_at": "2026-05-09T20:01Z", "interview": "declined"},
    )
    return app, case


def test_reopening_restores_map_pods_segments_history_and_open_clues(searched: tuple[App, str]) -> None:
    app, case = searched
    before = app.state(case)
    inputs = map_inputs(before)
    belief = app.belief(inputs)
    suspend(app, case)
    app.do(case, "reopen_search", {"because": "The cap may be his.", "evidence": ["C1"]})
    app._maps.clear()  # nothing kept: all of it is computed again from the journal
    after = app.state(case)
    again = app.belief(map_inputs(after))
    assert map_inputs(after) == inputs
    assert np.array_equal(np.asarray(again.belief.poa.values), np.asarray(belief.belief.poa.values))
    assert again.belief.rest_of_world == belief.belief.rest_of_world and again.pos_cumulative == belief.pos_cumulative
    assert (after.area, after.assignments, after.evidence, after.scenarios) == (
        before.area, before.assignments, before.evidence, before.scenarios,
    )  # fmt: skip
    assert [c.id for c in open_clues(after)] == [c.id for c in open_clues(before)] == ["C1"]
    assert after.status == "active"


def test_a_withheld_place_is_in_no_view_and_no_paper_but_the_internal_annex(withheld: tuple[App, str]) -> None:
    app, case = withheld
    client = TestClient(create_api(app))
    for path in ("", "/log", "/timeline", "/export/json", "/products/after_action", "?as_of=2026-05-09T23:00:00Z"):
        answer = client.get(f"/api/cases/{case}{path}")
        assert answer.status_code == 200 and "42.2031" not in answer.text and "71.0967" not in answer.text, path
    for kind in ("closing", "report", "briefing", "inquest", "after_action", "log", "ics201", "ics209"):
        words = pdf_words(printing.document(app, case, kind))
        assert "42.2031" not in words and "red barn" not in words, kind
    annex = pdf_words(printing.document(app, case, "closing_annex"))
    assert "42.20310" in annex and "red barn" in annex and "She asks that nobody be told." in annex


def test_a_place_that_was_told_in_the_past_is_withheld_there_too(withheld: tuple[App, str]) -> None:
    app, case = withheld
    find_line = next(line for line in app.log(case) if line["events"][0]["type"] == "subject_found")
    assert app.state(case, find_line["at"]).decisions.find is not None
    assert app.shown(case, find_line["at"]).decisions.find.position is None  # type: ignore[union-attr]


def test_a_place_that_may_be_told_is_in_the_closing_report(searched: tuple[App, str]) -> None:
    app, case = searched
    app.do(case, "report_find", {"position": f"{FIND[0]},{FIND[1]}", "condition": "well"})
    assert "42.20310" in pdf_words(printing.document(app, case, "closing"))


def test_the_map_is_rated_at_the_moments_before_the_find(searched: tuple[App, str]) -> None:
    app, case = searched
    with pytest.raises(RuleBroken, match="Nobody is found"):
        app.product(case, "after_action")
    suspend(app, case)
    app.do(case, "reopen_search", {"because": "One more day."})
    app.do(case, "report_find", {"position": f"{FIND[0]},{FIND[1]}", "condition": "well"})
    data = app.product(case, "after_action").data
    assert [m["label"] for m in data["moments"]] == [
        "First map",
        "Search suspended",
        "Search reopened",
        "Last entry before the find",
    ]
    assert data["moments"][-1]["seq"] == app.head(case) - 1
    # North was searched with POD 0.4, and the find lies there: a first map rates it at least as high as the last
    assert data["moments"][0]["r"] >= data["moments"][-1]["r"]
    assert data["chance_missed"] == pytest.approx(0.6, abs=1e-9)


def test_a_long_search_is_rated_at_a_bounded_number_of_moments(searched: tuple[App, str]) -> None:
    app, case = searched
    for day in range(10, 40):
        start = f"2026-{5 + day // 31:02d}-{1 + day % 30:02d}"
        app.do(case, "open_period", {"starts_at": f"{start}T06:00Z", "ends_at": f"{start}T18:00Z"})
    chosen, left_out = moments(app, case)
    assert len(chosen) <= MOST_MOMENTS and len(chosen) + left_out == 1 + 30 + 1
    assert chosen[-1].label == "Last entry before the find" and [m.seq for m in chosen] == sorted(m.seq for m in chosen)


def test_the_statistics_row_of_a_closed_case_is_one_line_without_the_place(withheld: tuple[App, str]) -> None:
    app, case = withheld
    content, media = exchange.export(app, case, "statistics")
    head, line = content.decode().splitlines()
    assert media == "text/csv" and head.startswith("month,") and line.startswith("2026-05,no,hiker,")
    assert "42." not in line and case not in line


def test_the_statistics_of_an_open_case_are_refused(searched: tuple[App, str]) -> None:
    with pytest.raises(RuleBroken, match="not closed"):
        exchange.export(*searched, "statistics")


def pdf_words(pdf: bytes) -> str:
    text: Any = " ".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(pdf))
    return " ".join(str(text).replace("\u200b", "").replace("\ufffe", "").split())
