"""Segments split, merged and redrawn: who takes whose place, what is handed on, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed, RuleBroken
from wayhome.case.fact import joined, parted
from wayhome.case.segment import Piece, SegmentDrawn, SegmentRetired, SegmentsRedivided
from wayhome.case.state import apply, fold

if TYPE_CHECKING:
    from conftest import Bench

RING = "42.20,-71.10;42.21,-71.10;42.21,-71.09;42.20,-71.09"
BESIDE = "42.20,-71.09;42.21,-71.09;42.21,-71.08;42.20,-71.08"
ACROSS = "42.205,-71.11;42.205,-71.08"  # west to east: two parts above one another
WIDER = "42.20,-71.10;42.21,-71.10;42.21,-71.085;42.20,-71.085"


@pytest.fixture
def meadow(bench: Bench) -> Bench:
    """A case with a place and two segments that share an edge."""
    bench.do("mark_point", kind="lkp", position="42.205,-71.095", at="2026-03-01T04:00Z")
    bench.do("draw_segment", name="Meadow", ring=RING, remark="up to the stream")
    bench.do("draw_segment", name="Pond", ring=BESIDE, remark="marsh")
    return bench


def live(bench: Bench) -> dict[str, str]:
    return {s.id: s.name for s in bench.state.area.live_segments()}


def assign(bench: Bench, segment: str) -> None:
    bench.do("form_team", name="One", searchers="3")
    bench.do("draft_assignment", team="One", segment=segment)


def test_a_split_retires_the_segment_for_parts_that_name_it(meadow: Bench) -> None:
    (event,) = meadow.do("split_segment", segment="Meadow", line=ACROSS)
    assert live(meadow) == {"SEG2": "Pond", "SEG3": "Meadow A", "SEG4": "Meadow B"}
    north, south = (meadow.state.area.segments[k] for k in ("SEG3", "SEG4"))
    assert north.origins == south.origins == ("SEG1",)
    assert north.remark == south.remark == "up to the stream"
    assert min(p.lat_deg for p in north.ring) > 42.204 and max(p.lat_deg for p in south.ring) < 42.206
    assert meadow.state.area.segments["SEG1"].retired == "split, now SEG3, SEG4"
    assert event.says() == "Segment SEG1 split: SEG3 (Meadow A), SEG4 (Meadow B) from now on."


def test_parts_take_the_names_they_are_given(meadow: Bench) -> None:
    meadow.do("split_segment", segment="SEG1", line=ACROSS, names="Meadow; Ditch")
    assert live(meadow) == {"SEG2": "Pond", "SEG3": "Meadow", "SEG4": "Ditch"}
    # the name now means the one in use
    meadow.do("retire_segment", segment="meadow", reason="flooded")
    assert meadow.state.area.segments["SEG3"].retired == "flooded"
    assert meadow.state.area.segments["SEG1"].retired == "split, now SEG3, SEG4"


def test_merging_the_parts_gives_the_segment_back_under_a_new_id(meadow: Bench) -> None:
    ring = meadow.state.area.segments["SEG1"].ring
    meadow.do("split_segment", segment="Meadow", line=ACROSS)
    meadow.do("merge_segments", segments="Meadow A; Meadow B", name="Meadow")
    assert live(meadow) == {"SEG2": "Pond", "SEG5": "Meadow"}
    again = meadow.state.area.segments["SEG5"]
    assert again.origins == ("SEG3", "SEG4")
    assert set(ring) <= set(again.ring) and len(again.ring) == 6  # with the two corners of the cut on its edge


def test_a_moved_edge_moves_the_neighbours_when_told_to(meadow: Bench) -> None:
    with pytest.raises(InvalidInput, match="takes ground of SEG2 Pond"):
        meadow.do("redraw_segment", segment="Meadow", ring=WIDER)
    (event,) = meadow.do("redraw_segment", segment="Meadow", ring=WIDER, with_neighbours="yes")
    assert live(meadow) == {"SEG3": "Meadow", "SEG4": "Pond"}
    assert meadow.state.area.segments["SEG4"].origins == ("SEG2",)
    assert min(p.lon_deg for p in meadow.state.area.segments["SEG4"].ring) == pytest.approx(-71.085, abs=1e-9)
    assert event.says() == "Segments SEG1, SEG2 redrawn: SEG3 (Meadow), SEG4 (Pond) from now on."


def test_a_ring_redrawn_as_it_stands_is_refused(meadow: Bench) -> None:
    with pytest.raises(InvalidInput, match="is that of Pond already"):
        meadow.do("redraw_segment", segment="Pond", ring=BESIDE)


def test_outings_stay_bound_to_the_segment_they_were_done_in(meadow: Bench) -> None:
    assign(meadow, "Meadow")
    meadow.do("dispatch_assignment", assignment="A1")
    meadow.do("debrief_assignment", assignment="A1", pod="0.5")
    ring = meadow.state.area.segments["SEG1"].ring
    meadow.do("split_segment", segment="Meadow", line=ACROSS)
    held = meadow.state.assignments.assignments["A1"]
    assert held.segment == "SEG1"
    assert meadow.state.area.segments[held.segment].ring == ring


EDITS: list[tuple[str, dict[str, Any]]] = [
    ("split_segment", {"segment": "Meadow", "line": ACROSS}),
    ("merge_segments", {"segments": "Meadow; Pond", "name": "Both"}),
    ("redraw_segment", {"segment": "Meadow", "ring": WIDER, "with_neighbours": "yes"}),
]


@pytest.mark.parametrize(("command", "fields"), EDITS, ids=[c for c, _ in EDITS])
class TestEveryEdit:
    """Rules that no edit escapes."""

    @pytest.mark.parametrize("sent", [False, True], ids=["draft", "dispatched"])
    def test_no_team_loses_its_segment(self, meadow: Bench, command: str, fields: dict[str, Any], sent: bool) -> None:
        assign(meadow, "Meadow")
        if sent:
            meadow.do("dispatch_assignment", assignment="A1")
        before = meadow.state
        with pytest.raises(RuleBroken, match=r"Meadow is still assigned \(A1\)"):
            meadow.do(command, **fields)
        assert meadow.state == before
        meadow.do("cancel_assignment", assignment="A1", reason="to be divided")
        meadow.do(command, **fields)

    def test_a_retired_segment_stays_retired(self, meadow: Bench, command: str, fields: dict[str, Any]) -> None:
        meadow.do("retire_segment", segment="Meadow", reason="flooded")
        with pytest.raises(RuleBroken, match="SEG1 is retired already: flooded"):
            meadow.do(command, **fields)

    def test_it_takes_leave_to_plan(self, village: Bench, command: str, fields: dict[str, Any]) -> None:
        with pytest.raises(NotAllowed, match="plan assignments; that is for: head, leader"):
            village.do(command, by="cy", **fields)

    def test_without_a_place_there_is_nothing_to_measure_on(
        self, bench: Bench, command: str, fields: dict[str, Any]
    ) -> None:
        bench.do("draw_segment", name="Meadow", ring=RING)
        bench.do("draw_segment", name="Pond", ring=BESIDE)
        with pytest.raises(RuleBroken, match="no place yet"):
            bench.do(command, **fields)

    def test_the_state_folds_again_from_the_stored_events(
        self, meadow: Bench, command: str, fields: dict[str, Any]
    ) -> None:
        meadow.do(command, **fields)
        stored = [(parted(e), o) for e, o in meadow.events]
        again = [(joined(p.type, p.version, p.public, {f: v for f, (_, v) in p.secrets.items()}), o) for p, o in stored]
        assert fold("bench", again).area == meadow.state.area


def test_a_neighbour_that_is_out_keeps_its_edge(meadow: Bench) -> None:
    assign(meadow, "Pond")
    with pytest.raises(RuleBroken, match=r"Pond is still assigned \(A1\)"):
        meadow.do("redraw_segment", segment="Meadow", ring=WIDER, with_neighbours="yes")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"names": "Meadow A"}, "makes 2 parts of Meadow, and 1 names"),
        ({"names": ["Hill", " "]}, r"names\[1\] is empty"),
        ({"names": "Hill; hill"}, 'a segment "hill" already'),
        ({"names": "Hill; POND"}, 'a segment "POND" already'),
        ({"line": "42.205,-71.11;42.205,-71.11"}, "two different positions"),
        ({"line": "42.205,-71.11;42.205,-71.095"}, "last position lies inside SEG1 Meadow"),
        ({"line": "43,-71.11;43,-71.08"}, "does not cut SEG1 Meadow"),
        ({"line": "42.205;-71.11"}, r"line\[0\]"),
    ],
)
def test_a_split_that_cannot_be_is_refused(meadow: Bench, fields: dict[str, Any], sentence: str) -> None:
    before = meadow.state
    with pytest.raises(InvalidInput, match=sentence):
        meadow.do("split_segment", **{"segment": "Meadow", "line": ACROSS, **fields})
    assert meadow.state == before


@pytest.mark.parametrize(
    ("segments", "name", "sentence"),
    [
        ("Meadow", "Both", "at least two, and each once"),
        ("Meadow; SEG1", "Both", "at least two, and each once"),
        ("Meadow; Lake", "Both", 'no segment "Lake"'),
        ("Meadow; Pond", " ", "name is empty"),
        ("Meadow; Hill", "Both", "SEG1 Meadow and SEG3 Hill share no edge"),
        ("Meadow; Pond", "hill", 'a segment "hill" already'),
    ],
)
def test_a_merge_that_cannot_be_is_refused(meadow: Bench, segments: str, name: str, sentence: str) -> None:
    meadow.do("draw_segment", name="Hill", ring="42.22,-71.10;42.23,-71.10;42.23,-71.09")
    with pytest.raises(Exception, match=sentence) as refused:
        meadow.do("merge_segments", segments=segments, name=name)
    assert refused.value.__class__.__name__ in ("InvalidInput", "RuleBroken", "NotFound")


def test_parts_ask_of_a_team_what_the_whole_asked_and_a_whole_what_any_part_does(meadow: Bench) -> None:
    meadow.do("set_segment_needs", segment="Meadow", skills="ropes", least_searchers="4", hazards="cliff")
    meadow.do("split_segment", segment="Meadow", line=ACROSS)
    needs = meadow.state.tasking.needs
    assert needs["SEG3"] == needs["SEG4"] == needs["SEG1"]
    meadow.do("set_segment_needs", segment="Pond", skills="boat", daylight_only="yes", radio="no", hazards="ice")
    meadow.do("merge_segments", segments="SEG2; SEG3; SEG4", name="All")
    asked = meadow.state.tasking.needs_of("SEG5")
    assert asked.skills == ("boat", "ropes") and asked.hazards == "ice; cliff"
    assert (asked.least_searchers, asked.daylight_only, asked.radio) == (4, True, False)


def test_a_kept_choice_follows_its_segment_and_is_given_back_where_it_was_cut(meadow: Bench) -> None:
    meadow.do("form_team", name="One", searchers="3")
    meadow.do("lock_choice", team="One", segment="Meadow", reason="they know it")
    meadow.do("merge_segments", segments="Meadow; Pond", name="Both")
    (choice,) = meadow.state.tasking.choices.values()
    assert (choice.team, choice.segment, choice.reason) == ("T1", "SEG3", "they know it")
    meadow.do("split_segment", segment="Both", line=ACROSS)
    assert meadow.state.tasking.choices == {}


def test_edits_of_two_desks_that_met_both_stand(meadow: Bench) -> None:
    meadow.do("split_segment", segment="Meadow", line=ACROSS)
    ring = meadow.state.area.segments["SEG1"].ring
    other = SegmentsRedivided(
        how="redrawn", retired=("SEG1",), drawn=(Piece(id="SEG3-b", name="Meadow", ring=ring, origins=("SEG1",)),)
    )
    state = apply(meadow.state, other, meadow.events[-1][1])
    assert {s.id for s in state.area.live_segments()} == {"SEG2", "SEG3", "SEG4", "SEG3-b"}
    assert state.area.segments["SEG1"].retired == "split, now SEG3, SEG4"


def test_segments_of_earlier_journals_are_read_as_they_were_written() -> None:
    corner = {"lat_deg": 42.2, "lon_deg": -71.1}
    drawn = joined("segment_drawn", 1, {"id": "SEG1", "name": "Meadow", "ring": [corner] * 3, "remark": ""}, {})
    retired = joined("segment_retired", 1, {"segment": "SEG1", "reason": "redrawn"}, {})
    assert isinstance(drawn, SegmentDrawn) and drawn.says() == "Segment SEG1 drawn: Meadow."
    assert isinstance(retired, SegmentRetired) and retired.reason == "redrawn"
