"""How a search ends and is taken up again: handover, revisits, reopening, closure."""

from __future__ import annotations

from typing import Any

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed, RuleBroken
from wayhome.case.decision import SUSPENSION_CHECKLIST
from wayhome.case.ending import due_revisits, open_clues, outings_of, shown
from wayhome.case.fact import joined, parted

HERE = {"lat": 44.0, "lon": -71.0}
ANSWERS = dict.fromkeys(SUSPENSION_CHECKLIST, "Looked at.")


def suspend(bench: Any) -> None:
    bench.do("propose_suspension", reasons="Five days without a sign.", checklist=ANSWERS, reopen_if="A new clue.")
    key = list(bench.state.decisions.suspensions)[-1]
    bench.do("review_suspension", suspension=key, agrees=True, remarks="Fair.")
    bench.do("suspend_search", suspension=key)


@pytest.fixture
def placed(bench: Any) -> Any:
    """The case with a place."""
    bench.do("mark_point", kind="lkp", position=HERE)
    return bench


def test_a_suspension_is_lifted_by_reopening_and_can_come_again(placed: Any) -> None:
    placed.do("record_clue", name="basket")
    suspend(placed)
    assert placed.state.status == "suspended"
    placed.do("record_clue", name="boot")
    placed.do("reopen_search", because="A boot by the shore.", evidence=["C2"])
    assert placed.state.status == "active"
    assert placed.state.decisions.suspensions["P1"].lifted_by == "RO1"
    assert placed.state.ending.reopenings["RO1"].stage == "suspended"
    assert [c.id for c in open_clues(placed.state)] == ["C1", "C2"]
    suspend(placed)
    assert placed.state.status == "suspended" and placed.state.decisions.suspended().id == "P2"


def test_reopening_does_not_rest_on_what_was_withdrawn_and_says_when_nothing_is_new(placed: Any) -> None:
    placed.do("record_clue", name="basket")
    placed.do("withdraw_evidence", evidence="C1", reason="not his")
    suspend(placed)
    with pytest.raises(RuleBroken, match="C1 was withdrawn"):
        placed.do("reopen_search", because="The basket.", evidence=["C1"])
    (event, *_) = placed.do("reopen_search", because="The family asks for one more day.")
    assert "without new evidence" in event.says()


def test_what_comes_after_the_review_needs_a_new_review(placed: Any) -> None:
    placed.do("propose_suspension", reasons="No sign.", checklist=ANSWERS, reopen_if="A clue.")
    placed.do("review_suspension", suspension="P1", agrees=True, remarks="Fair.")
    placed.do("record_statement", witness="a driver", text="I saw him today.")
    with pytest.raises(RuleBroken, match="1 thing came after the review of P1"):
        placed.do("suspend_search", suspension="P1")
    placed.do("review_suspension", suspension="P1", agrees=True, remarks="The driver meant another man.")
    placed.do("suspend_search", suspension="P1")
    assert placed.state.status == "suspended"


def test_who_searches_does_not_review(village: Any) -> None:
    member = next(m for m in village.state.people.organisation.members if "peer" in m.roles or "review" in str(m.roles))
    head = next(m for m in village.state.people.organisation.members if "head" in m.roles)
    village.do("form_team", name="One", members=[member.id], by=head.id)
    village.do("propose_suspension", reasons="No sign.", checklist=ANSWERS, reopen_if="A clue.", by=head.id)
    with pytest.raises(NotAllowed, match="searches in this case"):
        village.do("review_suspension", suspension="P1", agrees=True, remarks="Fair.", by=member.id)


def test_revisits_wait_for_a_date_or_a_trigger_and_are_done_once(placed: Any) -> None:
    suspend(placed)
    with pytest.raises(InvalidInput, match="due: give a date, or a trigger"):
        placed.do("schedule_revisit", what="The shore.")
    placed.do("schedule_revisit", what="The shore at low water.", due="2026-03-02T08:00Z")
    placed.do("schedule_revisit", what="The gully.", trigger="when the snow is gone")
    (due,) = due_revisits(placed.state, placed.at.replace(day=2, hour=8))
    assert due.id == "RV1" and due_revisits(placed.state, placed.at) == ()
    placed.do("do_revisit", revisit="RV1", result="Nothing.", by="club")
    with pytest.raises(RuleBroken, match="RV1 is done already"):
        placed.do("cancel_revisit", revisit="RV1", reason="x")
    assert [r.id for r in placed.state.ending.open_revisits()] == ["RV2"]


def test_a_handover_ends_the_case_here_when_it_is_accepted_there(placed: Any) -> None:
    placed.do("propose_handover", to="Next County", reasons="He was seen there.", keeps=["the camera at the lot"])
    with pytest.raises(RuleBroken, match="H1 waits for its answer"):
        placed.do("propose_handover", to="State", reasons="Bigger.")
    assert placed.state.status == "active"
    placed.do("accept_handover", handover="H1", accepted_by="Sheriff Example", reference="NC-12")
    assert placed.state.status == "handed_over"
    with pytest.raises(RuleBroken, match="handed over"):
        placed.do("record_clue", name="cap")
    placed.do("reopen_search", because="He came back over the line.")
    assert placed.state.status == "active"


def test_a_case_is_not_closed_while_anything_is_unsettled_and_all_of_it_is_listed(placed: Any) -> None:
    placed.do("draft_notice", kind="missing_notice", title="Missing", text="A walker is missing.")
    placed.do("approve_notice", notice="N1")
    placed.do("publish_notice", notice="N1", audiences=["radio"])
    placed.do("check_in", name="Kim", phone="555-0100")
    placed.do("report_find", position=HERE, condition="well", means="public")
    with pytest.raises(RuleBroken) as refused:
        placed.do("close_case", outcome="found")
    text = refused.value.message
    for words in ("N1", "checked in", "seen_by", "interview"):
        assert words in text
    assert len(refused.value.details["unsettled"]) == 4


def test_somebody_found_is_seen_asked_and_closed_and_the_place_can_be_withheld(placed: Any) -> None:
    placed.do("report_find", position=HERE, condition="well")
    placed.do("amend_find", reason="typed wrongly", condition="injured", means="dog")
    assert (placed.state.decisions.find.condition, placed.state.decisions.find.means) == ("injured", "dog")
    placed.do("withhold_place", reason="She asks that nobody be told where.")
    with pytest.raises(RuleBroken, match="interview_by"):
        placed.do("close_case", outcome="found", seen_by="a nurse", seen_at="2026-03-01T05:40Z", interview="done")
    placed.do("close_case", outcome="found", seen_by="a nurse", seen_at="2026-03-01T05:40Z", interview="declined")
    assert placed.state.status == "closed" and placed.state.ending.place_withheld
    with pytest.raises(RuleBroken, match="closed; reopen_search"):
        placed.do("record_statement", witness="x", text="y")


def test_a_find_that_was_wrong_is_taken_back_and_kept(placed: Any) -> None:
    placed.do("report_find", position=HERE, condition="dead")
    placed.do("reopen_search", because="It was somebody else.")
    assert placed.state.status == "active" and placed.state.decisions.find is None
    assert [f.condition for f in placed.state.decisions.past_finds] == ["dead"]


def test_stopping_for_good_takes_a_suspension_first(placed: Any) -> None:
    with pytest.raises(RuleBroken, match="suspension with peer review"):
        placed.do("close_case", outcome="stopped")
    suspend(placed)
    placed.do("close_case", outcome="stopped", remarks="No leads left.")
    assert placed.state.status == "closed"


def test_departures_are_all_kept(placed: Any) -> None:
    placed.do("record_clue", name="ticket")
    placed.do("decide_departure", conclusion="undecided", reasons="One ticket.")
    placed.do("decide_departure", conclusion="left", reasons="The driver knew him.", evidence=["C1"])
    assert [d.conclusion for d in placed.state.decisions.departures] == ["undecided", "left"]
    assert placed.state.decisions.departure.conclusion == "left"


def test_while_suspended_teams_go_out_only_for_a_revisit(placed: Any) -> None:
    ring = [[44.0, -71.0], [44.01, -71.0], [44.01, -70.99]]
    placed.do("draw_segment", name="Shore", ring=[{"lat": a, "lon": b} for a, b in ring])
    placed.do("form_team", name="One", searchers=4)
    suspend(placed)
    with pytest.raises(RuleBroken, match="name the revisit"):
        placed.do("draft_assignment", team="T1", segment="Shore")
    placed.do("schedule_revisit", what="The shore at low water.", segment="Shore", due="2026-03-02T08:00Z")
    placed.do("draft_assignment", team="T1", segment="Shore", revisit="RV1")
    placed.do("dispatch_assignment", assignment="A1")
    assert [a.id for a in outings_of(placed.state, "RV1")] == ["A1"] and placed.state.status == "suspended"
    placed.do("debrief_assignment", assignment="A1", pod="0.5")
    placed.do("do_revisit", revisit="RV1", result="Nothing.")
    with pytest.raises(RuleBroken, match="RV1 is done already"):
        placed.do("draft_assignment", team="T1", segment="Shore", revisit="RV1")


def test_a_reviewer_may_find_by_question_and_only_by_questions_there_are(placed: Any) -> None:
    placed.do("propose_suspension", reasons="No sign.", checklist={**ANSWERS, "coroner": "Told."}, reopen_if="A clue.")
    with pytest.raises(InvalidInput, match="findings: there is no question weather"):
        placed.do("review_suspension", suspension="P1", agrees=True, remarks="Fair.", findings={"weather": "bad"})
    placed.do(
        "review_suspension", suspension="P1", agrees=True, remarks="Fair.", findings={"effective": "The shore least."}
    )
    assert placed.state.decisions.suspensions["P1"].findings == {"effective": "The shore least."}


def test_a_decision_on_departure_keeps_the_entry_that_was_looked_at(placed: Any) -> None:
    before = placed.state.seq
    placed.do("decide_departure", conclusion="undecided", reasons="Nothing yet.")
    assert placed.state.decisions.departure.looked_at == before


def test_do_not_tell_the_family_withholds_the_place_at_closure(placed: Any) -> None:
    placed.do("report_find", position=HERE, condition="well", mobility="mobile_responsive")
    told: dict[str, Any] = {
        "outcome": "found",
        "seen_by": "a nurse",
        "seen_at": "2026-03-01T05:40Z",
        "interview": "declined",
    }
    placed.do("close_case", **told, tell_family=False)
    assert placed.state.ending.place_withheld and placed.state.ending.closure.tell_family is False
    view = shown(placed.state)
    assert view.decisions.find.position is None and view.decisions.find.condition == "well"
    assert placed.state.decisions.find.position is not None
    assert shown(placed.state, withheld=False) == placed.state


def test_a_withheld_place_is_not_told_at_closure_by_a_slip(placed: Any) -> None:
    placed.do("report_find", position=HERE, condition="well")
    placed.do("withhold_place", reason="She asks.")
    told: dict[str, Any] = {
        "outcome": "found",
        "seen_by": "a nurse",
        "seen_at": "2026-03-01T05:40Z",
        "interview": "declined",
    }
    with pytest.raises(RuleBroken, match="withhold_place without a reason"):
        placed.do("close_case", **told, tell_family=True)
    placed.do("withhold_place", reason="")
    placed.do("close_case", **told, tell_family=True)
    assert placed.state.ending.place_withheld is None


def test_the_place_of_a_find_lies_under_the_key_that_can_be_erased(placed: Any) -> None:
    (found,) = placed.do("report_find", position=HERE)
    apart = parted(found)
    assert "position" in apart.secrets and apart.public.get("position") is None
    assert joined(apart.type, apart.version, apart.public, dict.fromkeys(apart.secrets)).position is None
    old = {**apart.public, "position": {"lat_deg": 44.0, "lon_deg": -71.0}}  # as it was stored before
    assert joined(apart.type, apart.version, old, {}).position == found.position


def test_a_search_that_was_handed_over_is_closed_as_transferred_and_not_otherwise(placed: Any) -> None:
    with pytest.raises(RuleBroken, match="Nobody has taken the search over"):
        placed.do("close_case", outcome="transferred")
    placed.do("propose_handover", to="Next County", reasons="He was seen there.")
    placed.do("accept_handover", handover="H1", accepted_by="Sheriff Example")
    with pytest.raises(RuleBroken, match="The search is with Next County"):
        placed.do("close_case", outcome="not_missing")
    placed.do("close_case", outcome="transferred")
    assert placed.state.status == "closed"
    placed.do("reopen_search", because="They gave it back.")
    assert placed.state.status == "active"


def test_a_case_is_not_closed_as_found_while_a_companion_is_missing(placed: Any) -> None:
    placed.do("add_companion", name="Rex", together=0.5)
    placed.do("report_find", position=HERE, condition="well")
    with pytest.raises(RuleBroken, match="Rex \\(M1\\), missing with the subject"):
        placed.do("close_case", outcome="found", seen_by="a nurse", seen_at="2026-03-01T05:40Z", interview="declined")
