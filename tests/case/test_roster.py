"""Call-out, check-in and out, hours and fatigue, welfare, volunteers by code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from wayhome.case import duty, welfare
from wayhome.case.fact import parted
from wayhome.case.roster import Person, Stay, home_due, leaving_due, whereabouts

RING = "42.20,-71.10;42.21,-71.10;42.21,-71.09;42.20,-71.09"
DAY = datetime(2026, 3, 1, tzinfo=UTC)
CODE = "ABCD-EFGH"


def h(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


def stays(*spans: tuple[float, float | None]) -> Person:
    made = tuple(Stay(since=h(a), out_at=None if b is None else h(b)) for a, b in spans)
    return Person(id="p", stays=made)


def out(bench: Any, **team: Any) -> Any:
    """A team that went out now."""
    bench.do("mark_point", kind="lkp", position="42.205,-71.095")
    bench.do("draw_segment", name="Meadow", ring=RING)
    bench.do("form_team", name="One", **team)
    bench.do("draft_assignment", team="One", segment="Meadow")
    bench.do("dispatch_assignment", assignment="A1")
    return bench


# -- call-out ---------------------------------------------------------------------------------------


def test_a_call_out_keeps_who_was_asked_and_what_they_said(village: Any) -> None:
    village.do("call_out", by="ana", who=["all"], means="pager", text="Trailhead, 06:30")
    assert village.state.roster.call_outs["CO1"].unanswered() == ("ana", "bo", "cy")
    village.do("answer_call_out", person="bo", reply="coming", eta="2026-03-01T07:00Z")
    village.do("answer_call_out", person="Cy Example", reply="not_coming")
    call = village.state.roster.call_outs["CO1"]
    assert call.unanswered() == ("ana",) and call.answers["bo"].eta == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert [whereabouts(village.state, p) for p in ("ana", "bo", "cy")] == ["called", "coming", "not_coming"]
    village.do("check_in", person="bo")
    assert whereabouts(village.state, "bo") == "in"


def test_a_second_call_out_asks_anew_who_has_left(village: Any) -> None:
    village.do("call_out", by="ana", who=["bo"], means="phone")
    village.do("check_in", person="bo")
    village.do("check_out", person="bo")
    assert whereabouts(village.state, "bo") == "left"
    village.do("call_out", by="ana", who=["bo"], means="phone")
    assert whereabouts(village.state, "bo") == "called"
    village.do("answer_call_out", person="bo", reply="no_answer", call_out="CO1")
    assert whereabouts(village.state, "bo") == "called"  # that was an answer to the first


def test_who_was_not_asked_cannot_answer(village: Any) -> None:
    with pytest.raises(RuleBroken, match="not called out"):
        village.do("answer_call_out", person="bo", reply="coming")
    with pytest.raises(NotFound, match=r"who\[0\]"):
        village.do("call_out", by="ana", who=["zed"], means="phone")
    village.do("call_out", by="ana", who=["bo"], means="phone")
    with pytest.raises(InvalidInput, match="eta"):
        village.do("answer_call_out", person="bo", reply="not_coming", eta="2026-03-01T07:00Z")


# -- in and out -------------------------------------------------------------------------------------


def test_a_member_is_in_by_id_and_a_stranger_by_name(village: Any) -> None:
    village.do("check_in", person="BO")
    village.do("check_in", name="Jo Out", phone="555", organisation="Neighbors", qualifications="rope", vehicle="van")
    here = {p.id: p for p in village.state.roster.here()}
    assert set(here) == {"bo", "V1"} and here["bo"].name == "" and here["V1"].vehicle == "van"
    village.do("check_in", name="Ana Example")  # a member in the wrong field is still that member
    assert village.state.roster.stay("ana") is not None
    with pytest.raises(RuleBroken, match="Bo Example is checked in already"):
        village.do("check_in", person="bo")
    with pytest.raises(RuleBroken, match="jo out is checked in already; give a phone"):
        village.do("check_in", name="jo out", phone="555")
    with pytest.raises(NotFound, match='nobody "zed"'):
        village.do("check_in", person="zed")
    with pytest.raises(InvalidInput, match="name is empty"):
        village.do("check_in")


def test_what_a_person_told_can_be_erased(bench: Any) -> None:
    (event,) = bench.do("check_in", name="Jo Out", phone="555-0199", medical="insulin", vehicle="RED 1",
                        emergency_contact="Sam 555-0198", organisation="Club", qualifications="rope")  # fmt: skip
    public = str(parted(event).public)
    assert "V1" in public
    assert not any(t in public for t in ("Jo", "0199", "insulin", "RED", "Sam", "Club", "rope"))


def test_a_stay_has_a_limit_that_runs_out(bench: Any) -> None:
    bench.do("check_in", name="Jo", limit="6 h")
    since = bench.at
    assert [(p.id, t) for p, t in leaving_due(bench.state)] == [("V1", since + timedelta(hours=6))]
    bench.do("extend_stay", person="Jo", leave_by="2026-03-01T18:00Z", reason="needed")
    assert leaving_due(bench.state)[0][1] == h(18)
    bench.do("check_out", person="V1")
    assert leaving_due(bench.state) == ()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"limit": "6 h", "leave_by": "2026-03-01T18:00Z"}, "not both"),
        ({"limit": "80 h"}, "72 h"),
        ({"leave_by": "2026-03-01T05:00Z"}, "before they came"),
        ({"at": "2026-03-01T23:00Z"}, "lies in the future"),
    ],
)
def test_a_check_in_that_cannot_be_is_refused(bench: Any, fields: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        bench.do("check_in", name="Jo", **fields)
    assert bench.state.roster.people == {}


def test_safe_home_is_a_clock_of_its_own(bench: Any) -> None:
    bench.do("check_in", name="Jo")
    with pytest.raises(RuleBroken, match="still checked in"):
        bench.do("arrived_home", person="Jo")
    bench.do("check_out", person="Jo", home_by="2026-03-01T20:00Z")
    assert [(p.id, t) for p, t in home_due(bench.state)] == [("V1", h(20))]
    assert whereabouts(bench.state, "V1") == "left"
    bench.do("arrived_home", person="V1")
    assert home_due(bench.state) == () and whereabouts(bench.state, "V1") == "home"
    with pytest.raises(RuleBroken, match="home already"):
        bench.do("arrived_home", person="V1")
    with pytest.raises(RuleBroken, match="not checked in"):
        bench.do("check_out", person="V1")


def test_nobody_checks_out_while_out_with_a_team(bench: Any) -> None:
    bench.do("check_in", name="Jo")
    bench.do("check_in", name="Al")
    out(bench, members=["Jo", "Al"])
    with pytest.raises(RuleBroken, match="Jo is out with team One"):
        bench.do("check_out", person="Jo")
    bench.do("debrief_assignment", assignment="A1", pod="0.5")
    events = bench.do("check_out", person="Jo")
    team = bench.state.people.teams["T1"]
    assert [e.type for e in events] == ["checked_out", "team_changed"]
    assert team.people() == ("V2",) and team.searchers == 1
    assert next(s for s in team.stints if s.person == "V1").until == bench.at


# -- hours and fatigue ------------------------------------------------------------------------------


def test_hours_on_the_incident_and_in_the_last_day() -> None:
    person = stays((0, 10), (20, None))
    assert duty.incident_s(person, h(30)) == 20 * 3600  # 10 + 10
    assert duty.last_day_s(person, h(30)) == 14 * 3600  # from hour 6: 4 + 10
    assert duty.last_day_s(person, h(5)) == 5 * 3600
    assert duty.incident_s(person, h(15)) == 10 * 3600


def test_a_break_shorter_than_the_rest_ends_no_duty() -> None:
    rest = 8 * 3600.0
    assert duty.duty_s(stays((0, 6), (9, None)), h(12), rest) == 9 * 3600  # 6 + 3, the pause not counted
    assert duty.duty_s(stays((0, 6), (14, None)), h(16), rest) == 2 * 3600  # a rest of exactly 8 h
    assert duty.duty_s(stays((0, 6)), h(13.9), rest) == 6 * 3600  # not rested yet
    assert duty.duty_s(stays((0, 6)), h(14), rest) == 0.0
    assert duty.duty_s(stays((0, 4), (5, 9), (10, None)), h(12), rest) == 10 * 3600


def test_who_is_over_the_hours_is_said_with_the_figures(village: Any) -> None:
    village.do("check_in", person="bo")
    village.do("form_team", by="ana", name="One", members=["bo", "cy"])
    since = village.state.roster.stay("bo").since
    assert duty.unfit(village.state, "T1", since + timedelta(hours=12)) == ()
    (why,) = duty.unfit(village.state, "T1", since + timedelta(hours=13))
    assert why == "Bo Example has 13.0 h of duty without a rest of 8 h; the longest is 12 h."
    assert duty.not_checked_in(village.state, "T1") == ("cy",)
    assert duty.unfit(village.state, "T9", since) == ()


def test_the_organisations_own_limits_hold(village: Any) -> None:
    held = village.state.people
    strict = held.organisation.replace(longest_duty_s=4 * 3600.0, required_rest_s=3600.0)
    state = village.state.replace(people=held.replace(organisation=strict))
    state = state.replace(roster=state.roster.replace(people={"bo": stays((0, 3), (3.5, None)).replace(id="bo")}))
    assert duty.tired(state, "bo", h(4.5)) is None  # 3 + 1
    assert duty.tired(state, "bo", h(4.6)) is not None
    assert duty.tired(state, "cy", h(4.6)) is None


def test_lapsed_qualifications_of_a_team_are_said(bench: Any) -> None:
    bench.do(
        "adopt_organisation", name="T", roles=[{"id": "r", "title": "r", "may": ["decide", "dispatch", "record"]}],
        qualifications=[{"id": "aid", "title": "first aid", "expires": True}],
        members=[{"id": "a", "name": "Al", "roles": ["r"], "qualifications": ["aid"], "valid_until": {"aid": "2026-02-28"}}],
    )  # fmt: skip
    bench.do("form_team", by="a", name="One", members=["a"])
    assert duty.lapsed(bench.state, "T1", bench.at) == ("Al: first aid was valid until 2026-02-28.",)
    assert duty.lapsed(bench.state, "T1", bench.at - timedelta(days=1)) == ()


# -- welfare ----------------------------------------------------------------------------------------


def test_a_team_is_to_be_heard_of_only_while_it_is_out(bench: Any) -> None:
    out(bench)
    went = bench.at
    (check,) = welfare.checks(bench.state)
    assert (check.team, check.heard_at, check.due) == ("T1", went, went + timedelta(minutes=30))
    assert welfare.overdue_checks(bench.state, went + timedelta(minutes=29)) == ()
    assert welfare.overdue_checks(bench.state, went + timedelta(minutes=30)) == (check,)
    bench.do("debrief_assignment", assignment="A1", pod="0.5")
    assert welfare.checks(bench.state) == ()
    with pytest.raises(RuleBroken, match="not out"):
        bench.do("confirm_welfare", team="One")


def test_a_confirmation_or_a_radio_contact_winds_the_clock(bench: Any) -> None:
    out(bench)
    bench.at += timedelta(minutes=20)
    bench.do("confirm_welfare", team="One")
    heard, team = bench.at, bench.state.people.teams["T1"]
    assert welfare.checks(bench.state)[0].due == heard + timedelta(minutes=30)
    bench.do("confirm_welfare", team="One", at=(heard - timedelta(minutes=10)).isoformat())  # written down later
    assert welfare.checks(bench.state)[0].due == heard + timedelta(minutes=30)
    later = heard + timedelta(minutes=5)
    check = welfare.check_of(bench.state, team, heard_at=later)
    assert check is not None and check.due == later + timedelta(minutes=30)
    bench.at += timedelta(minutes=20)
    bench.do("log_message", sender="One", text="At the ford, all well.")
    assert welfare.checks(bench.state)[0].due == bench.at + timedelta(minutes=30)
    bench.do("log_message", sender="Base", to="One", text="One, come in.")  # calling is not hearing
    assert welfare.checks(bench.state)[0].due == bench.at + timedelta(minutes=29)


def test_the_interval_is_set_between_10_and_120_min(bench: Any) -> None:
    out(bench)
    went = bench.at
    bench.do("set_welfare", team="One", interval="15 min")
    assert welfare.checks(bench.state)[0].due == went + timedelta(minutes=15)
    for wrong in ("9 min", "121 min"):
        with pytest.raises(InvalidInput, match="10 to 120"):
            bench.do("set_welfare", team="One", interval=wrong)


# -- volunteers -------------------------------------------------------------------------------------


def issued(bench: Any, **more: Any) -> Any:
    bench.do("issue_volunteer_code", code=CODE, purpose="Sunday search", expires_at="2026-03-01T20:00Z", **more)
    return bench


def test_the_record_holds_a_hash_and_never_the_code(bench: Any) -> None:
    issued(bench)
    text = str([parted(e) for e, _ in bench.events]) + str(bench.state.as_json())
    assert "ABCD" not in text and len(bench.state.roster.codes["VC1"].code_hash) == 64


def test_by_a_code_one_checks_in_and_out_with_ones_own_number(bench: Any) -> None:
    issued(bench)
    bench.do("check_in", name="Jo Out", phone="1", code="abcd efgh", pin="4821")
    person = bench.state.roster.people["V1"]
    assert person.number == "V1-4821" and person.code == "VC1"
    for wrong in ("V1", "V1-0000", "Jo Out", ""):
        with pytest.raises((NotAllowed, InvalidInput), match="number|needs person"):
            bench.do("check_out", person=wrong, code=CODE)
    bench.do("check_out", person="1-4821", code=CODE)
    assert bench.state.roster.here() == ()
    bench.do("check_in", person="v1-4821", code=CODE)
    assert bench.state.roster.people["V1"].number == "V1-4821" and len(bench.state.roster.people["V1"].stays) == 2


def test_by_a_code_nobody_acts_for_a_member(village: Any) -> None:
    village.do("issue_volunteer_code", by="ana", code=CODE, purpose="p", expires_at="2026-03-01T20:00Z")
    with pytest.raises(NotAllowed, match="no such number"):
        village.do("check_in", person="bo", code=CODE)
    village.do("check_in", name="Bo Example", phone="1", code=CODE, pin="1111")
    assert set(village.state.roster.people) == {"V1"}
    village.do("check_in", person="bo")
    with pytest.raises(NotAllowed, match="no such number"):
        village.do("check_out", person="bo", code=CODE)


def test_wrong_expired_and_withdrawn_codes_do_not_count(bench: Any) -> None:
    issued(bench)
    with pytest.raises(NotAllowed, match="no such code"):
        bench.do("check_in", name="Jo", code="ABCDEFGX")
    bench.do("revoke_volunteer_code", code="VC1", reason="posted on the web")
    with pytest.raises(NotAllowed, match="withdrawn"):
        bench.do("check_in", name="Jo", code=CODE)
    with pytest.raises(RuleBroken, match="withdrawn already"):
        bench.do("revoke_volunteer_code", code="VC1", reason="again")
    bench.do("issue_volunteer_code", code="JKLM-NPQR", purpose="p", expires_at="2026-03-01T20:00Z")
    bench.at = h(20) - timedelta(minutes=1)
    with pytest.raises(NotAllowed, match="expired"):
        bench.do("check_in", name="Jo", code="JKLM-NPQR")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"code": "ABC-DEF"}, "at least 8"),
        ({"expires_at": "2026-03-01T05:00Z"}, "from now on"),
        ({"expires_at": "2026-05-01T05:00Z"}, "at most 30 days"),
        ({"code": CODE}, "used before"),
    ],
)
def test_a_code_that_is_no_good_is_refused(bench: Any, fields: dict[str, str], sentence: str) -> None:
    issued(bench)
    told = {"code": "JKLM-NPQR", "purpose": "p", "expires_at": "2026-03-01T20:00Z", **fields}
    with pytest.raises(InvalidInput, match=sentence):
        bench.do("issue_volunteer_code", **told)
