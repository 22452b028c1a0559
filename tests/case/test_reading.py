"""What evidence says about where: what each kind needs, what it takes from the evidence, what ends it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, UnitError
from wayhome.base.place import Position
from wayhome.case.evidence import ReadingKind
from wayhome.case.fact import joined, parted

if TYPE_CHECKING:
    from conftest import Bench

SEEN = Position(lat_deg=42.21, lon_deg=-71.09)
# One complete reading of each kind, as people type it; the place comes from the evidence.
COMPLETE: dict[str, dict[str, Any]] = {
    "sighting": {"error_m": "50 m"},
    "footprint": {"error_m": "5 m", "bearing_deg": "135"},
    "item": {"error_m": "5 m"},
    "camera": {"error_m": "20 m"},
    "dog": {"error_m": "100 m"},
    "towards": {"error_m": "10 m", "bearing_deg": "90"},
    "cell_sector": {"bearing_deg": "240", "beam_deg": "120"},
    "timing_advance": {"technology": "gsm", "timing_advance": "4"},
    "aml": {"radius_m": "30 m", "confidence": "68 %"},
    "not_here": {"radius_m": "200 m", "pod": "0.8"},
}


def told(bench: Bench) -> Bench:
    """A statement with time, place and reliability, and two scenarios."""
    bench.do("mark_point", kind="lkp", position="42.205,-71.095", at="2026-03-01T04:00Z")
    bench.do(
        "set_scenarios",
        scenarios=[{"id": "lost", "title": "l", "weight": 0.5}, {"id": "ran", "title": "r", "weight": 0.5}],
    )
    bench.do(
        "record_statement", witness="guard", text="he walked by", observed_at="2026-03-01T05:00Z",
        position="42.21,-71.09", reliability="0.7",
    )  # fmt: skip
    return bench


def test_the_list_of_complete_readings_has_every_kind() -> None:
    assert set(COMPLETE) == set(ReadingKind.__args__)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", COMPLETE)
def test_a_complete_reading_of_each_kind_takes_the_rest_from_the_statement(bench: Bench, kind: str) -> None:
    told(bench).do("read_evidence", evidence="S1", kind=kind, **COMPLETE[kind])
    (reading,) = bench.state.evidence.standing_readings()
    assert (reading.evidence, reading.kind, reading.position, reading.reliability) == ("S1", kind, SEEN, 0.7)
    assert reading.at == datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
    assert (reading.read_by, reading.read_at) == ("operator", bench.at)
    assert reading.scenarios == ()


@pytest.mark.parametrize(("kind", "left_out"), [(k, f) for k, fields in COMPLETE.items() for f in fields])
def test_a_reading_that_lacks_something_says_what(bench: Bench, kind: str, left_out: str) -> None:
    fields = {f: v for f, v in COMPLETE[kind].items() if f != left_out}
    with pytest.raises(InvalidInput, match=left_out):
        told(bench).do("read_evidence", evidence="S1", kind=kind, **fields)
    assert bench.state.evidence.readings == {}


def test_quantities_become_si_and_bearings_and_steps_numbers(bench: Bench) -> None:
    told(bench).do(
        "read_evidence", evidence="S1", kind="cell_sector", position="42.22,-71.1", bearing_deg="240", beam_deg="120",
        range_m="3 km", range_error_m="0.5 km", at="2026-03-01T06:30+01:00", reliability="90 %",
        scenarios=["ran"], reason="the operator's list",
    )  # fmt: skip
    reading = bench.state.evidence.readings["S1"]
    assert (reading.range_m, reading.range_error_m, reading.bearing_deg, reading.beam_deg) == (3000, 500, 240, 120)
    assert reading.position == Position(lat_deg=42.22, lon_deg=-71.1)  # the mast, not the witness
    assert reading.at == datetime(2026, 3, 1, 5, 30, tzinfo=UTC)
    assert (reading.reliability, reading.scenarios, reading.reason) == (0.9, ("ran",), "the operator's list")
    with pytest.raises(UnitError, match="unit"):
        bench.do("read_evidence", evidence="S1", kind="sighting", error_m="50")


def test_a_clue_gives_its_place_but_no_reliability_and_not_the_time_it_was_found(bench: Bench) -> None:
    told(bench).do("record_clue", name="glove", position="42.2,-71.08", found_at="2026-03-01T05:45Z")
    with pytest.raises(InvalidInput, match="C1 has none of its own"):
        bench.do("read_evidence", evidence="C1", kind="item", error_m="5 m")
    bench.do("read_evidence", evidence="C1", kind="item", error_m="5 m", reliability="0.5")
    reading = bench.state.evidence.readings["C1"]
    assert reading.position == Position(lat_deg=42.2, lon_deg=-71.08)
    assert reading.at is None  # found then; left there who knows when


def test_a_direction_is_the_one_told_unless_another_or_a_target_is_given(bench: Bench) -> None:
    told(bench).do("record_statement", witness="w", text="t", position="42.2,-71.1", bearing_deg="45", reliability="1")
    bench.do("read_evidence", evidence="S2", kind="towards", error_m="10 m")
    assert bench.state.evidence.readings["S2"].bearing_deg == 45
    bench.do("read_evidence", evidence="S2", kind="towards", error_m="10 m", target="42.25,-71.1")
    reading = bench.state.evidence.readings["S2"]
    assert (reading.bearing_deg, reading.target) == (None, Position(lat_deg=42.25, lon_deg=-71.1))
    with pytest.raises(InvalidInput, match="one of the two"):
        bench.do("read_evidence", evidence="S2", kind="towards", error_m="10 m", target="42.25,-71.1", bearing_deg="10")
    with pytest.raises(InvalidInput, match="where they are"):
        bench.do("read_evidence", evidence="S2", kind="towards", error_m="10 m", target="42.2,-71.1")


def test_evidence_without_a_place_needs_one(bench: Bench) -> None:
    bench.do("record_statement", witness="w", text="t", reliability="0.5")
    with pytest.raises(InvalidInput, match=r"needs position \(the place"):
        bench.do("read_evidence", evidence="S1", kind="sighting", error_m="50 m")


def test_what_a_kind_has_no_use_for_is_refused(bench: Bench) -> None:
    with pytest.raises(InvalidInput, match="no use for timing_advance"):
        told(bench).do("read_evidence", evidence="S1", kind="sighting", error_m="50 m", timing_advance="3")


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("sighting", "error_m", "0 m"),
        ("sighting", "error_m", "2000 km"),
        ("cell_sector", "beam_deg", "0"),
        ("cell_sector", "beam_deg", "361"),
        ("cell_sector", "beam_deg", "nan"),
        ("timing_advance", "timing_advance", "-1"),
        ("timing_advance", "timing_advance", "64"),  # GSM counts in six bits: 0 to 63
        ("aml", "confidence", "1"),
        ("aml", "confidence", "0"),
        ("aml", "radius_m", "-5 m"),
        ("not_here", "pod", "0"),
        ("not_here", "pod", "1.2"),
    ],
)
def test_values_out_of_range_are_refused_by_name(bench: Bench, kind: str, field: str, value: str) -> None:
    with pytest.raises(InvalidInput, match=field):
        told(bench).do("read_evidence", evidence="S1", kind=kind, **{**COMPLETE[kind], field: value})


def test_a_range_and_its_error_go_together_and_lte_has_more_steps(bench: Bench) -> None:
    told(bench)
    with pytest.raises(InvalidInput, match="range_error_m"):
        bench.do("read_evidence", evidence="S1", kind="cell_sector", **COMPLETE["cell_sector"], range_m="1 km")
    bench.do("read_evidence", evidence="S1", kind="timing_advance", technology="lte", timing_advance="64")
    assert bench.state.evidence.readings["S1"].timing_advance == 64


def test_unknown_evidence_scenarios_kinds_and_far_places_are_named(bench: Bench) -> None:
    told(bench)
    with pytest.raises(NotFound, match="S1"):
        bench.do("read_evidence", evidence="S9", kind="sighting", error_m="50 m")
    with pytest.raises(InvalidInput, match="no scenario is called taken; there are lost, ran"):
        bench.do("read_evidence", evidence="S1", kind="sighting", error_m="50 m", scenarios="taken")
    with pytest.raises(InvalidInput, match="not one of sighting"):
        bench.do("read_evidence", evidence="S1", kind="vision", error_m="50 m")
    for field in ("position", "target"):
        with pytest.raises(InvalidInput, match=f"{field}: .*confirm_far"):
            bench.do("read_evidence", evidence="S1", kind="towards", error_m="9 m", **{field: "45,-71"})
    bench.do("read_evidence", evidence="S1", kind="towards", error_m="9 m", target="45,-71", confirm_far="yes")
    assert bench.state.evidence.readings["S1"].target == Position(lat_deg=45, lon_deg=-71)


def test_a_later_reading_replaces_and_withdrawing_the_evidence_ends_it(bench: Bench) -> None:
    told(bench).do("record_clue", name="print", position="42.2,-71.1")
    bench.do("read_evidence", evidence="C1", kind="footprint", error_m="5 m", bearing_deg="10", reliability="0.5")
    before = bench.state.evidence.standing_readings()
    bench.do("read_evidence", evidence="S1", kind="sighting", error_m="50 m")
    bench.do("read_evidence", evidence="S1", kind="camera", error_m="20 m")
    assert [(r.evidence, r.kind) for r in bench.state.evidence.standing_readings()] == [
        ("C1", "footprint"),
        ("S1", "camera"),
    ]
    bench.do("withdraw_evidence", evidence="S1", reason="somebody else")
    assert bench.state.evidence.standing_readings() == before
    with pytest.raises(RuleBroken, match="somebody else"):
        bench.do("read_evidence", evidence="S1", kind="sighting", error_m="50 m")
    bench.do("withdraw_evidence", evidence="C1", reason="an old print")
    assert bench.state.evidence.standing_readings() == ()


def test_reading_and_judging_stand_beside_each_other(bench: Bench) -> None:
    told(bench).do("read_evidence", evidence="S1", kind="sighting", error_m="50 m")
    bench.do("judge_evidence", evidence="S1", likelihood={"lost": 0.9, "ran": 0.3})
    assert [j.evidence for j in bench.state.evidence.standing()] == ["S1"]
    assert [r.evidence for r in bench.state.evidence.standing_readings()] == ["S1"]


def test_reading_is_planning(village: Bench) -> None:
    village.do("record_statement", by="cy", witness="w", text="t", position="42.2,-71.1", reliability="1")
    with pytest.raises(NotAllowed, match="weigh scenarios"):
        village.do("read_evidence", by="cy", evidence="S1", kind="sighting", error_m="9 m")
    (fact,) = village.do("read_evidence", by="bo", evidence="S1", kind="sighting", error_m="9 m")
    assert fact.says() == "S1 read as sighting at 42.20000, -71.10000, reliability 1."


def test_the_reason_is_erasable_and_the_reading_stays(bench: Bench) -> None:
    (fact,) = told(bench).do("read_evidence", evidence="S1", kind="sighting", error_m="50 m", reason="his sister says")
    apart = parted(fact)
    assert "sister" not in repr(apart.public)
    again = joined(apart.type, apart.version, apart.public, {"reason": None})
    assert again == fact.replace(reason="")
