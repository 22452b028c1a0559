"""One anonymous line of a closed case: bands, and nothing that names anybody, any place or any day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wayhome.base.errors import RuleBroken
from wayhome.base.place import Position
from wayhome.case.area import Area, Point
from wayhome.case.decision import Decisions, Find
from wayhome.case.ending import Closure, Ending
from wayhome.case.report import Report
from wayhome.case.state import CaseState
from wayhome.case.subject import Subject
from wayhome.planning.statistics_row import COLUMNS, age_band, hours_band, statistics_row

START = datetime(2026, 3, 17, 6, 0, tzinfo=UTC)


def closed(**subject: object) -> CaseState:
    # 0.01 degrees of latitude are 1.11 km
    return CaseState(
        case="secret-id-7",
        report=Report(title="Anna Berg is missing", reported_at=START + timedelta(hours=4), time_zone="Europe/Vienna"),
        subject=Subject(name="Anna Berg", age_years=66, sex="F", category="hiker", **subject),
        area=Area(ipp=Point(kind="lkp", position=Position(lat_deg=47.0, lon_deg=11.0), at=START, place="the Berg farm")),
        decisions=Decisions(find=Find(
            position=Position(lat_deg=47.01, lon_deg=11.0), at=START + timedelta(hours=9), condition="injured", means="dog",
            mobility="immobile_responsive", remarks="behind the Berg farm",
        )),
        ending=Ending(closure=Closure(outcome="found", by="casey", at=START + timedelta(days=1))),
    )  # fmt: skip


def test_the_line_holds_bands_and_rounded_figures() -> None:
    row = statistics_row(closed(), r=0.8367, elevation_change_m=-130.0)
    assert tuple(row) == COLUMNS
    assert {k: row[k] for k in ("month", "category", "age_band", "sex", "party", "outcome", "condition", "mobility", "found_by",
                                "hours_missing", "hours_searched", "distance_km", "elevation_change_m", "r")} == {
        "month": "2026-03", "category": "hiker", "age_band": "65-79", "sex": "female", "party": "1", "outcome": "found",
        "condition": "injured", "mobility": "immobile_responsive", "found_by": "dog", "hours_missing": "6-12",
        "hours_searched": "3-6", "distance_km": "1.1", "elevation_change_m": "-150", "r": "0.8",
    }  # fmt: skip


def test_it_tells_no_name_no_id_no_place_and_no_day() -> None:
    text = " ".join(statistics_row(closed(medical="asthma"), r=0.5).values())
    for secret in ("Anna", "Berg", "secret-id-7", "47.0", "11.0", "17", "asthma", "casey"):
        assert secret not in text


def test_a_category_in_words_of_ones_own_becomes_other() -> None:
    state = closed()
    odd = state.replace(subject=state.subject.replace(category="the mayor's brother"))
    assert statistics_row(odd)["category"] == "other"


def test_an_open_case_gives_no_line() -> None:
    with pytest.raises(RuleBroken, match="not closed"):
        statistics_row(CaseState(case="c"))


@pytest.mark.parametrize(
    ("age", "band"), [(0, "0-3"), (3, "0-3"), (4, "4-6"), (17, "16-20"), (79, "65-79"), (80, "80+"), (None, "")]
)
def test_ages_are_bands(age: int | None, band: str) -> None:
    assert age_band(age) == band


@pytest.mark.parametrize(
    ("hours", "band"), [(0.5, "0-1"), (1.0, "1-2"), (11.9, "6-12"), (100, "96-168"), (9000, "8760+"), (-1, "")]
)
def test_hours_are_bands(hours: float, band: str) -> None:
    assert hours_band(START, START + timedelta(hours=hours)) == band
