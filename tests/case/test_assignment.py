"""Assignments from draft to debrief: approval, amendment, the team as it was, earlier searches, corrected debriefs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, UnitError
from wayhome.case.assignment import AssignmentDispatched, AssignmentDrafted
from wayhome.case.debrief import AssignmentDebriefed
from wayhome.case.fact import Origin, joined, parted
from wayhome.case.outing import Assignment, Debrief, earlier_on, not_debriefed, same_ground
from wayhome.case.people import TeamFormed
from wayhome.case.state import apply
from wayhome.planning.inputs import map_inputs

if TYPE_CHECKING:
    from conftest import Bench

RING = "42.20,-71.10;42.21,-71.10;42.21,-71.09;42.20,-71.09"


def ready(bench: Bench, by: str | None = None) -> Bench:
    """A place, a segment and two teams."""
    bench.do("mark_point", kind="lkp", position="42.205,-71.095", at="2026-03-01T04:00Z")
    bench.do("draw_segment", by=by, name="Meadow", ring=RING)
    bench.do("form_team", by=by, name="One", searchers="3")
    bench.do("form_team", by=by, name="Two", searchers="5")
    return bench


def held(bench: Bench, key: str = "A1") -> Assignment:
    found: Assignment = bench.state.assignments.assignments[key]
    return found


def demand_approval(bench: Bench) -> None:
    """The organisation demands a second person for assignments."""
    people = bench.state.people
    assert people.organisation is not None
    asked = people.organisation.replace(second_person=("assignment",))
    bench.state = bench.state.replace(people=people.replace(organisation=asked))


# -- draft and amendment --------------------------------------------------------------------------


def test_a_draft_holds_all_that_a_team_needs_to_know(bench: Bench) -> None:
    ready(bench)
    bench.do(
        "open_period", starts_at="2026-03-01T06:00Z", ends_at="2026-03-01T14:00Z", objectives=["Find her", "Confine"]
    )
    bench.do(
        "draft_assignment", team="One", segment="Meadow", task="Line search.", hazards="slick rock",
        mitigations="rope at the ford", objective="2", channel="Tac 1", call_sign="Search 8", check_in="30 min",
        vehicle="truck 3", equipment="loud hailer", report_to="east gate", start_at="2026-03-01T07:00Z", duration="4 h",
    )  # fmt: skip
    a = held(bench)
    assert (a.period, a.objective, a.mitigations, a.check_in_s) == ("OP1", "Confine", "rope at the ford", 1800.0)
    assert a.communications == "channel Tac 1, call sign Search 8, check in every 30 min"
    assert (a.team_name, a.tasked_by, a.status, a.hours_planned) == ("One", "operator", "draft", 4.0)


def test_what_cannot_be_is_refused_with_its_field(bench: Bench) -> None:
    ready(bench)
    with pytest.raises(InvalidInput, match="check_in: 5 min is outside 10 to 120 min"):
        bench.do("draft_assignment", team="One", segment="Meadow", check_in="5 min")
    with pytest.raises(UnitError, match="no unit"):
        bench.do("draft_assignment", team="One", segment="Meadow", check_in="30")
    with pytest.raises(InvalidInput, match="no objective 1"):
        bench.do("draft_assignment", team="One", segment="Meadow", objective="1")
    bench.do("open_period", starts_at="2026-03-01T06:00Z", ends_at="2026-03-01T14:00Z", objectives=["Find her"])
    with pytest.raises(InvalidInput, match=r"no objective 2 .*it has 1"):
        bench.do("draft_assignment", team="One", segment="Meadow", objective="2")
    with pytest.raises(NotFound, match="period"):
        bench.do("draft_assignment", team="One", segment="Meadow", period="OP7")
    assert bench.state.assignments.assignments == {}


def test_a_draft_is_amended_and_only_what_was_said_changes(bench: Bench) -> None:
    ready(bench)
    bench.do("draft_assignment", team="One", segment="Meadow", task="Line search.", channel="1", duration="2 h")
    (amended,) = bench.do("amend_assignment", assignment="A1", task="Sound sweep.", duration="3 h", reason="fog")
    assert set(amended.changed) == {"task", "hours_planned"}
    assert (held(bench).task, held(bench).hours_planned, held(bench).channel) == ("Sound sweep.", 3.0, "1")
    with pytest.raises(RuleBroken, match="reads so already"):
        bench.do("amend_assignment", assignment="A1", task="Sound sweep.")
    bench.do("dispatch_assignment", assignment="A1")
    with pytest.raises(RuleBroken, match="only what nobody went out on"):
        bench.do("amend_assignment", assignment="A1", task="Other")


# -- approval ------------------------------------------------------------------------------------


def test_without_a_rule_a_draft_goes_out_unapproved(village: Bench) -> None:
    ready(village, "bo")
    village.do("draft_assignment", by="bo", team="One", segment="Meadow")
    village.do("dispatch_assignment", by="bo", assignment="A1")
    assert (held(village).status, held(village).approved_by) == ("dispatched", None)


def test_where_the_organisation_demands_it_a_second_person_approves(village: Bench) -> None:
    ready(village, "bo")
    demand_approval(village)
    village.do("draft_assignment", by="bo", team="One", segment="Meadow")
    with pytest.raises(RuleBroken, match="second person approves"):
        village.do("dispatch_assignment", by="ana", assignment="A1")
    with pytest.raises(NotAllowed, match="Bo Example drafted A1"):
        village.do("approve_assignment", by="bo", assignment="A1")
    with pytest.raises(NotAllowed, match="send teams out"):
        village.do("approve_assignment", by="cy", assignment="A1")
    village.do("approve_assignment", by="ana", assignment="A1")
    assert (held(village).status, held(village).approved_by) == ("approved", "ana")
    with pytest.raises(RuleBroken, match="only a draft can be approved"):
        village.do("approve_assignment", by="ana", assignment="A1")
    village.do("amend_assignment", by="bo", assignment="A1", task="Other")
    assert (held(village).status, held(village).approved_by) == ("draft", None)
    with pytest.raises(RuleBroken, match="not approved"):
        village.do("dispatch_assignment", by="bo", assignment="A1")
    village.do("approve_assignment", by="ana", assignment="A1")
    village.do("dispatch_assignment", by="bo", assignment="A1")
    a = held(village)
    assert (a.tasked_by, a.approved_by, a.dispatched_by, a.status) == ("bo", "ana", "bo", "dispatched")


def test_approval_alone_asks_for_no_second_person_without_a_rule(bench: Bench) -> None:
    ready(bench)
    bench.do("draft_assignment", team="One", segment="Meadow")
    bench.do("approve_assignment", assignment="A1")
    assert held(bench).status == "approved" and held(bench).is_prepared
    bench.do("cancel_assignment", assignment="A1", reason="rain")
    assert bench.state.people.teams["T1"].status == "available"


# -- out and back -----------------------------------------------------------------------------------


def test_a_team_that_is_back_rests_until_it_is_debriefed(bench: Bench) -> None:
    ready(bench)
    bench.do("draft_assignment", team="One", segment="Meadow")
    with pytest.raises(RuleBroken, match="only a team that is out"):
        bench.do("report_back", assignment="A1")
    bench.do("dispatch_assignment", assignment="A1", at="2026-03-01T06:02Z")
    with pytest.raises(InvalidInput, match="sent out later"):
        bench.do("report_back", assignment="A1", at="2026-03-01T06:00Z")
    with pytest.raises(InvalidInput, match="lies in the future"):
        bench.do("report_back", assignment="A1", at="2026-03-02T06:00Z")
    bench.do("report_back", assignment="A1", at="2026-03-01T06:05Z")
    a = held(bench)
    assert (a.status, a.back_at, a.dispatched_at) == ("back", clock(6, 5), clock(6, 2))
    assert [o.id for o in not_debriefed(bench.state)] == ["A1"] and a.is_open and not a.is_out
    assert bench.state.people.teams["T1"].status == "resting"
    bench.do("debrief_assignment", assignment="A1", pod="0.5")
    assert held(bench).status == "debriefed" and bench.state.people.teams["T1"].status == "available"
    assert not_debriefed(bench.state) == ()


def clock(hour: int, minute: int) -> datetime:
    return datetime.fromisoformat(f"2026-03-01T{hour:02d}:{minute:02d}:00+00:00")


def test_a_debrief_does_not_call_a_team_back_from_its_next_outing(bench: Bench) -> None:
    ready(bench)
    bench.do("draft_assignment", team="One", segment="Meadow")
    bench.do("dispatch_assignment", assignment="A1")
    bench.do("report_back", assignment="A1")
    bench.do("set_team_status", team="One", status="available")
    bench.do("draft_assignment", team="One", segment="Meadow")
    bench.do("dispatch_assignment", assignment="A2")
    bench.do("debrief_assignment", assignment="A1", pod="0.5")
    assert bench.state.people.teams["T1"].status == "working"
    bench.do("cancel_assignment", assignment="A1", reason="wrong segment")
    assert bench.state.people.teams["T1"].status == "working"


def test_an_old_outing_keeps_the_team_as_it_went_out(bench: Bench) -> None:
    ready(bench)
    bench.do("draft_assignment", team="One", segment="Meadow", duration="2 h")
    bench.do("dispatch_assignment", assignment="A1")
    bench.do("debrief_assignment", assignment="A1", pod="0.5")
    before = held(bench)
    assert before.crew is not None and (before.crew.name, before.crew.searchers) == ("One", 3)
    again = TeamFormed(
        id="T1", name="Night dogs", kind="dog", members=("x",), searchers=9, speed_mps=2.0, sweep_width_m=70.0
    )
    bench.state = apply(bench.state, again, Origin(seq=99, at=bench.at, by="operator", desk="home"))
    assert bench.state.people.teams["T1"].name == "Night dogs"
    assert held(bench) == before and held(bench).team_name == "One"
    bench.do("draft_assignment", team="Night dogs", segment="Meadow")
    bench.do("dispatch_assignment", assignment="A2")
    second = held(bench, "A2")
    assert second.team == before.team and second.team_name == "Night dogs" and second.crew.searchers == 9
    assert held(bench) == before


def test_people_who_joined_later_were_not_on_the_outing(bench: Bench) -> None:
    ready(bench)
    bench.do("check_in", name="Nola Sample")
    bench.do("check_in", name="Ren Sample")
    bench.do("change_team", team="Two", join=["Nola Sample"])
    bench.do("draft_assignment", team="Two", segment="Meadow")
    bench.do("dispatch_assignment", assignment="A1")
    bench.do("change_team", team="Two", join=["Ren Sample"], leave=["Nola Sample"])
    person = next(p.id for p in bench.state.roster.people.values() if p.name == "Nola Sample")
    assert held(bench).crew.members == (person,)


# -- earlier searches of the same ground ----------------------------------------------------------------


def test_earlier_searches_follow_the_ground_through_split_and_merge(bench: Bench) -> None:
    ready(bench)
    bench.do("draft_assignment", team="One", segment="SEG1")
    bench.do("dispatch_assignment", assignment="A1")
    assert earlier_on(bench.state, "SEG1") == ()
    bench.do("debrief_assignment", assignment="A1", pod="0.5")
    bench.do("split_segment", segment="SEG1", line="42.205,-71.11;42.205,-71.08")
    parts = [s.id for s in bench.state.area.live_segments()]
    assert len(parts) == 2
    assert [a.id for a in earlier_on(bench.state, parts[0])] == ["A1"]
    bench.do("draft_assignment", team="Two", segment=parts[0])
    bench.do("dispatch_assignment", assignment="A2")
    bench.do("debrief_assignment", assignment="A2", pod="0.4")
    assert [a.id for a in earlier_on(bench.state, parts[1])] == ["A1"]  # the other half was not searched again
    bench.do("merge_segments", segments=parts, name="Whole")
    (whole,) = bench.state.area.live_segments()
    assert [a.id for a in earlier_on(bench.state, whole.id)] == ["A1", "A2"]
    assert same_ground(bench.state, whole.id) == {"SEG1", *parts, whole.id}
    bench.do("cancel_assignment", assignment="A1", reason="never happened")
    assert [a.id for a in earlier_on(bench.state, whole.id)] == ["A2"]
    assert earlier_on(bench.state, "none") == ()


# -- debrief and its correction ---------------------------------------------------------------------


TOLD = {
    "sweep_width": "30 m", "track_length": "2 km", "searchers": "3", "gaps": "the bog", "movements": "north to south",
    "difficulty_factors": ["scrub", "noise of the stream"], "likelihood_of_finding": "likely if she sat upright",
    "not_there_or_missed": "could have been missed in the bog", "recommendations": "a dog along the stream", "pod_clue": "0.2",
}  # fmt: skip


def out(bench: Bench) -> Bench:
    ready(bench)
    bench.do("draft_assignment", team="One", segment="Meadow")
    bench.do("dispatch_assignment", assignment="A1")
    return bench


def test_a_debrief_holds_what_a_team_tells(bench: Bench) -> None:
    out(bench)
    with pytest.raises(NotFound, match="photograph"):
        bench.do("debrief_assignment", assignment="A1", **TOLD, images=["PH1"])
    bench.do("debrief_assignment", assignment="A1", **TOLD, at="2026-03-01T06:06Z")
    told = held(bench).debrief
    assert isinstance(told, Debrief)
    assert told.difficulty_factors == ("scrub", "noise of the stream") and told.movements == "north to south"
    assert told.not_there_or_missed.startswith("could") and told.recommendations and told.likelihood_of_finding
    assert (told.at, told.pod_clue, told.sweep_width_m) == (clock(6, 6), 0.2, 30.0)


def test_a_corrected_debrief_gives_the_map_as_if_it_had_been_right_at_first(bench: Bench) -> None:
    right: dict[str, Any] = {**TOLD, "sweep_width": "18 m", "track_length": "1.4 km"}
    other = type(bench)()
    other.do("open_case", title="A walker is missing", reported_at="2026-03-01T05:30Z")
    out(bench).do("debrief_assignment", assignment="A1", **TOLD)
    out(other).do("debrief_assignment", assignment="A1", **right)
    (amended,) = bench.do(
        "amend_debrief", assignment="A1", sweep_width="18 m", track_length="1.4 km", reason="read off the wrong line"
    )
    assert set(amended.changed) == {"sweep_width_m", "track_length_m"}
    assert held(bench).debrief == held(other).debrief
    wrong, mended = (
        map_inputs(other.state).searches[0].replace(sweep_width_m=30.0, track_length_m=2000.0),
        map_inputs(bench.state),
    )
    assert mended.searches == map_inputs(other.state).searches != (wrong,)
    (kept,) = held(bench).amendments
    assert (kept.before.sweep_width_m, kept.reason, kept.at) == (30.0, "read off the wrong line", bench.at)


def test_a_correction_may_change_the_kind_of_claim_and_empty_fields(bench: Bench) -> None:
    out(bench).do("debrief_assignment", assignment="A1", **TOLD)
    bench.do("amend_debrief", assignment="A1", pod="0.4", reason="no width was measured", clear=["gaps", "pod_clue"])
    told = held(bench).debrief
    assert (told.pod, told.sweep_width_m, told.track_length_m, told.gaps, told.pod_clue) == (0.4, None, None, "", None)
    assert told.movements == "north to south"
    bench.do("amend_debrief", assignment="A1", sweep_width="20 m", track_length="2 km", reason="it was after all")
    assert (held(bench).debrief.pod, held(bench).debrief.sweep_width_m) == (None, 20.0)
    assert len(held(bench).amendments) == 2


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"gaps": "the bog"}, "reads so already"),
        ({"clear": ["sweep_width"]}, "Give sweep_width"),
        ({"clear": ["assignment"]}, 'no field "assignment"'),
        ({"clear": ["searchers"]}, 'no field "searchers"'),
        ({"pod": "0.4", "sweep_width": "3 m"}, "not both"),
        ({"searchers": "0"}, "outside 1 to 500"),
        ({"sweep_width": "9 km"}, "outside 0 to 5 km"),
        ({"pod_responsive": "0.4"}, "give pod too"),
    ],
)
def test_a_correction_is_checked_as_the_debrief_was(bench: Bench, fields: dict[str, Any], says: str) -> None:
    out(bench).do("debrief_assignment", assignment="A1", **TOLD)
    before = held(bench)
    with pytest.raises(InvalidInput, match=says):
        bench.do("amend_debrief", assignment="A1", reason="r", **fields)
    assert held(bench) == before


def test_only_what_was_debriefed_is_corrected(bench: Bench) -> None:
    out(bench)
    with pytest.raises(RuleBroken, match="only a debriefed outing"):
        bench.do("amend_debrief", assignment="A1", pod="0.5", reason="r")
    bench.do("debrief_assignment", assignment="A1", pod="0.5")
    with pytest.raises(RuleBroken, match="amend_debrief corrects"):
        bench.do("debrief_assignment", assignment="A1", pod="0.6")


# -- periods -----------------------------------------------------------------------------------------


def test_a_period_has_objectives_and_closes_with_what_was_left(bench: Bench) -> None:
    ready(bench)
    with pytest.raises(RuleBroken, match="open one with open_period"):
        bench.do("set_objectives", objectives=["x"])
    bench.do("open_period", starts_at="2026-03-01T06:00Z", ends_at="2026-03-01T14:00Z")
    bench.do("set_objectives", objectives=["Find her", " ", "Confine"])
    assert bench.state.assignments.periods["OP1"].objectives == ("Find her", "Confine")
    with pytest.raises(RuleBroken, match="objectives of period 1 already"):
        bench.do("set_objectives", objectives=["Find her", "Confine"])
    bench.do("draft_assignment", team="One", segment="Meadow")
    with pytest.raises(InvalidInput, match="begins later"):
        bench.do("close_period", at="2026-03-01T05:00Z")
    bench.do("close_period", remarks="dark")
    closed = bench.state.assignments.periods["OP1"]
    assert (closed.left_open, closed.closed_at, closed.closing_remarks) == (("A1",), bench.at, "dark")
    assert bench.state.assignments.current_period() is None
    with pytest.raises(RuleBroken, match="was closed"):
        bench.do("close_period", period="OP1")
    with pytest.raises(RuleBroken, match="was closed"):
        bench.do("set_objectives", objectives=["x"])
    with pytest.raises(RuleBroken, match="Period 1 is closed"):
        bench.do("draft_assignment", team="Two", segment="Meadow", period="OP1")
    bench.do("draft_assignment", team="Two", segment="Meadow")
    assert held(bench, "A2").period is None


# -- what is stored ------------------------------------------------------------------------------------


def test_outings_stored_before_are_read() -> None:
    old = joined(
        "assignment_drafted", 1, {"id": "A1", "team": "T1", "segment": "SEG1", "task": "Search.", "hazards": "ice"}, {}
    )
    assert isinstance(old, AssignmentDrafted) and (old.task, old.hazards, old.team_name) == ("Search.", "ice", "")
    sent = joined("assignment_dispatched", 1, {"assignment": "A1"}, {})
    assert isinstance(sent, AssignmentDispatched) and sent.searchers is None
    told = joined("assignment_debriefed", 1, {"assignment": "A1", "pod": 0.5}, {"gaps": "bog"})
    assert isinstance(told, AssignmentDebriefed) and (told.pod, told.gaps, told.at) == (0.5, "bog", None)


def test_an_outing_stored_before_teams_were_kept_still_folds(bench: Bench) -> None:
    ready(bench)
    origin = Origin(seq=9, at=bench.at, by="operator", desk="home")
    for name, stored in (
        ("assignment_drafted", {"id": "A1", "team": "T1", "segment": "SEG1"}),
        ("assignment_dispatched", {"assignment": "A1"}), ("assignment_debriefed", {"assignment": "A1", "pod": 0.5}),
    ):  # fmt: skip
        bench.state = apply(bench.state, joined(name, 1, stored, {}), origin)
    a = held(bench)
    assert (a.status, a.crew, a.dispatched_at, a.debrief.pod) == ("debriefed", None, bench.at, 0.5)
    assert map_inputs(bench.state).searches[0].pod == 0.5


def test_names_in_an_outing_stand_under_the_erasable_key() -> None:
    told = AssignmentDispatched(assignment="A1", team_name="One", leader="Nola", members=("Ren",), searchers=2)
    stored = parted(told)
    assert "Nola" not in str(stored.public) and "Ren" not in str(stored.public)
    drafted = parted(AssignmentDrafted(id="A1", team="T1", segment="S", task="Ask Nola", report_to="Ren"))
    assert "Nola" not in str(drafted.public) and "Ren" not in str(drafted.public)


def test_a_tired_team_goes_with_a_warning_or_not_at_all(village: Bench) -> None:
    ready(village, "bo")
    village.do("check_in", by="bo", person="cy", at="2026-03-01T06:00Z")
    village.do("change_team", by="bo", team="One", join=["cy"])
    village.at += timedelta(hours=13)  # the longest duty is 12 h where nobody says otherwise
    village.do("draft_assignment", by="bo", team="One", segment="Meadow")
    people = village.state.people
    refusing = people.replace(organisation=people.organisation.replace(refuse_unfit=True))
    plain, village.state = village.state, village.state.replace(people=refusing)
    with pytest.raises(RuleBroken, match="One is not sent: Cy Example has 13"):
        village.do("dispatch_assignment", by="bo", assignment="A1")
    village.state = plain
    (sent, _) = village.do("dispatch_assignment", by="bo", assignment="A1")
    assert len(sent.warnings) == 1 and "Cy Example" in sent.says()
    assert held(village).warnings == sent.warnings
