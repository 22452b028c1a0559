"""The rules of a case, chapter by chapter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, UnitError
from wayhome.base.place import Position
from wayhome.case.agenda import agenda
from wayhome.case.decision import SUSPENSION_CHECKLIST
from wayhome.case.state import fold

if TYPE_CHECKING:
    from conftest import Bench

RING = "42.20,-71.10;42.21,-71.10;42.21,-71.09;42.20,-71.09"
ANSWERS = {q: "answered" for q in SUSPENSION_CHECKLIST}


def placed(bench: Bench) -> Bench:
    bench.do("mark_point", kind="lkp", position="42.205,-71.095", at="2026-03-01T04:00Z")
    return bench


def searched(bench: Bench) -> Bench:
    placed(bench)
    bench.do("draw_segment", name="Meadow", ring=RING)
    bench.do("form_team", name="One", searchers="3")
    bench.do("draft_assignment", team="One", segment="Meadow", duration="4 h")
    bench.do("dispatch_assignment", assignment="A1")
    return bench


def test_the_ipp_is_the_first_point_and_never_moves(bench: Bench) -> None:
    placed(bench)
    bench.do("mark_point", kind="pls", position="42.25,-71.05")
    assert bench.state.area.ipp is not None
    assert bench.state.area.ipp.position == Position(lat_deg=42.205, lon_deg=-71.095)
    assert bench.state.area.latest("pls").position.lat_deg == 42.25
    assert bench.state.area.crs == "EPSG:32619"


def test_a_far_place_is_refused_and_a_swapped_one_named(bench: Bench) -> None:
    placed(bench)
    with pytest.raises(InvalidInput, match="confirm_far"):
        bench.do("record_statement", witness="w", text="t", position="45.0,-71.0")
    with pytest.raises(InvalidInput, match="swapped"):
        bench.do("record_statement", witness="w", text="t", position="-71.095,42.205")
    bench.do("record_statement", witness="w", text="t", position="45.0,-71.0", confirm_far="yes")
    assert len(bench.state.evidence.statements) == 1


def test_weights_that_do_not_sum_are_refused_with_their_sum(bench: Bench) -> None:
    with pytest.raises(InvalidInput, match=r"sum to 0\.9"):
        bench.do(
            "set_scenarios",
            scenarios=[{"id": "a", "title": "a", "weight": 0.5}, {"id": "b", "title": "b", "weight": 0.4}],
        )
    assert bench.state.scenarios.scenarios == ()


def test_evidence_moves_weights_by_bayes_and_withdrawal_restores_them_exactly(bench: Bench) -> None:
    bench.do(
        "set_scenarios",
        scenarios=[{"id": "a", "title": "a", "weight": 0.25}, {"id": "b", "title": "b", "weight": 0.75}],
    )
    before = bench.state.scenarios.weights(bench.state.evidence.standing())
    bench.do("record_statement", witness="w", text="gone north")
    bench.do("judge_evidence", evidence="S1", likelihood={"a": 0.9, "b": 0.1})
    # by hand: .25*.9 = .225, .75*.1 = .075 -> .75, .25
    assert bench.state.scenarios.weights(bench.state.evidence.standing()) == pytest.approx(
        {"a": 0.75, "b": 0.25}, abs=1e-15
    )
    bench.do("withdraw_evidence", evidence="S1", reason="saw somebody else")
    assert bench.state.scenarios.weights(bench.state.evidence.standing()) == before


def test_a_scenario_that_a_judgement_does_not_name_is_not_punished(bench: Bench) -> None:
    bench.do(
        "set_scenarios", scenarios=[{"id": "a", "title": "a", "weight": 0.5}, {"id": "b", "title": "b", "weight": 0.5}]
    )
    bench.do("record_statement", witness="w", text="t")
    bench.do("judge_evidence", evidence="S1", likelihood={"a": 0.4})
    assert bench.state.scenarios.weights(bench.state.evidence.standing()) == {"a": 0.5, "b": 0.5}


def test_quantities_need_units_and_pod_stays_a_fraction(bench: Bench) -> None:
    searched(bench)
    with pytest.raises(UnitError, match="no unit"):
        bench.do("debrief_assignment", assignment="A1", sweep_width="30", track_length="2 km")
    with pytest.raises(InvalidInput, match=r"outside 0 to 1.*60 %"):
        bench.do("debrief_assignment", assignment="A1", pod="60")
    with pytest.raises(InvalidInput, match="no track"):
        bench.do("debrief_assignment", assignment="A1", sweep_width="30 m")
    bench.do("debrief_assignment", assignment="A1", pod="60 %")
    assert bench.state.assignments.assignments["A1"].debrief.pod == 0.6
    with pytest.raises(RuleBroken, match="debriefed"):
        bench.do("debrief_assignment", assignment="A1", pod="0.5")


def test_a_team_is_out_once_and_free_after_its_debrief(bench: Bench) -> None:
    searched(bench)
    with pytest.raises(RuleBroken, match="working"):
        bench.do("draft_assignment", team="One", segment="Meadow")
    with pytest.raises(RuleBroken, match="still assigned"):
        bench.do("retire_segment", segment="Meadow", reason="redrawn")
    bench.do("debrief_assignment", assignment="A1", pod="0.5")
    bench.do("draft_assignment", team="T1", segment="SEG1")
    assert set(bench.state.assignments.assignments) == {"A1", "A2"}


def test_an_order_in_force_stops_what_contradicts_it_until_its_giver_waives(village: Bench) -> None:
    village.do("give_order", by="ana", text="Bring him back unharmed.", conditions=["unharmed"])
    village.do(
        "draft_notice", by="bo", kind="standing_order", title="Procedure", text="Search and destroy.", permits=[]
    )
    village.do("approve_notice", by="ana", notice="N1")
    (stopped,) = village.do("publish_notice", by="ana", notice="N1", audiences=["Hunters"])
    assert stopped.type == "notice_stopped"
    assert village.state.notices.live() == ()
    assert any(m.command == "waive_contradiction" for m in agenda(village.state, village.at))
    with pytest.raises(NotAllowed, match="Only ana"):
        village.do("waive_contradiction", by="bo", order="O1", subject="N1", reason="r")
    village.do("waive_contradiction", by="ana", order="O1", subject="N1", reason="the procedure binds us")
    (published,) = village.do("publish_notice", by="ana", notice="N1", audiences=["Hunters"])
    assert published.type == "notice_published"
    assert village.state.decisions.in_force()[0].id == "O1"


def test_a_waiver_lets_out_one_thing_only(village: Bench) -> None:
    village.do("give_order", by="ana", text="Unharmed.", conditions=["unharmed"])
    for n in (1, 2):
        village.do("draft_notice", by="bo", kind="warrant", title=f"W{n}", text="t", permits=["harm"])
        village.do("approve_notice", by="ana", notice=f"N{n}")
    village.do("waive_contradiction", by="ana", order="O1", subject="N1", reason="r")
    assert village.do("publish_notice", by="ana", notice="N1", audiences=["x"])[0].type == "notice_published"
    assert village.do("publish_notice", by="ana", notice="N2", audiences=["x"])[0].type == "notice_stopped"


def test_a_notice_needs_a_second_person_and_its_recall_everybody_in_the_ledger(village: Bench) -> None:
    village.do("draft_notice", by="bo", kind="warrant", title="W", text="t")
    with pytest.raises(NotAllowed, match="second person"):
        village.do("approve_notice", by="bo", notice="N1")
    village.do("approve_notice", by="ana", notice="N1")
    village.do("publish_notice", by="ana", notice="N1", audiences=["East", "South"])
    with pytest.raises(RuleBroken, match="did not receive"):
        village.do("acknowledge_notice", by="bo", notice="N1", audience="West")
    village.do("cancel_notice", by="ana", notice="N1", reason="over")
    village.do("confirm_recall", by="bo", notice="N1", audience="East")
    for act in ("send_recall", "confirm_recall"):  # owed first, then waited for
        waiting = [m for m in agenda(village.state, village.at) if m.command in ("send_recall", "confirm_recall")]
        assert [m.command for m in waiting] == [act] and "South" in waiting[0].what and "East" not in waiting[0].what
        if act == "send_recall":
            village.do("send_recall", by="bo", notice="N1", audience="South", means="mail", proof="letter 7")


def test_departure_needs_evidence_and_failed_searches_are_none(village: Bench) -> None:
    with pytest.raises(RuleBroken, match="not evidence of leaving"):
        village.do("decide_departure", by="ana", conclusion="left", reasons="we searched everything")
    village.do("record_statement", by="bo", witness="guard", text="saw him cross")
    village.do("decide_departure", by="ana", conclusion="left", probability="0.8", reasons="seen", evidence=["S1"])
    village.do("withdraw_evidence", by="bo", evidence="S1", reason="somebody else")
    with pytest.raises(RuleBroken, match="not evidence of leaving"):
        village.do("decide_departure", by="ana", conclusion="left", reasons="still", evidence=["S1"])


def test_suspension_takes_checklist_peer_and_decision(village: Bench) -> None:
    with pytest.raises(InvalidInput, match="survival"):
        village.do("propose_suspension", by="bo", reasons="r", reopen_if="x", checklist={})
    village.do("propose_suspension", by="bo", reasons="he left", reopen_if="a sighting", checklist=ANSWERS)
    with pytest.raises(RuleBroken, match="not been reviewed"):
        village.do("suspend_search", by="ana", suspension="P1")
    with pytest.raises(NotAllowed, match="peer reviewer|peer"):
        village.do("review_suspension", by="bo", suspension="P1", agrees="yes", remarks="fine")
    village.do("review_suspension", by="cy", suspension="P1", agrees="no", remarks="search the mill first")
    with pytest.raises(RuleBroken, match="search the mill first"):
        village.do("suspend_search", by="ana", suspension="P1")
    village.do("review_suspension", by="cy", suspension="P1", agrees="yes", remarks="done now")
    village.do("suspend_search", by="ana", suspension="P1", signed_for="Team")
    assert village.state.status == "suspended"
    with pytest.raises(RuleBroken, match="suspended"):
        village.do("open_period", by="ana", starts_at="2026-03-02T00:00Z", ends_at="2026-03-02T06:00Z")


def test_a_search_is_not_suspended_while_a_team_is_out(bench: Bench) -> None:
    searched(bench)
    with pytest.raises(RuleBroken, match="A1"):
        bench.do("propose_suspension", reasons="r", reopen_if="x", checklist=ANSWERS)


def test_sealed_facts_show_their_title_only_and_readings_are_recorded(village: Bench) -> None:
    village.do("seal_fact", by="ana", title="Carries", content="secret-of-the-fox", readers=["head"])
    assert "secret-of-the-fox" not in repr(village.state)
    with pytest.raises(NotAllowed):
        village.do("open_sealed_fact", by="cy", fact="X1", reason="curious")
    village.do("open_sealed_fact", by="ana", fact="X1", reason="weighing scenarios")
    assert [r.by for r in village.state.seals.facts["X1"].readings] == ["ana"]


def test_custody_is_a_chain(bench: Bench) -> None:
    bench.do("record_clue", name="necklace", finder="guard")
    bench.do("hand_over_item", clue="C1", holder="head")
    assert [c.holder for c in bench.state.evidence.clues["C1"].custody] == ["guard", "head"]
    bench.do("record_clue", name="print", instruction="mark")
    with pytest.raises(RuleBroken, match="not collected"):
        bench.do("hand_over_item", clue="C2", holder="head")


def test_who_may_do_what_follows_the_roles(village: Bench) -> None:
    with pytest.raises(NotAllowed, match="head"):
        village.do("decide_departure", by="bo", conclusion="undecided", reasons="r")
    with pytest.raises(NotAllowed, match="no member"):
        village.do("take_report", by="stranger", reporter="x")
    with pytest.raises(NotAllowed):
        village.do("give_order", text="the operator of the desk gives no orders")


def test_unknown_fields_commands_and_ids_are_named(bench: Bench) -> None:
    with pytest.raises(InvalidInput, match="colour"):
        bench.do("describe_subject", colour="red")
    with pytest.raises(NotFound, match="debrief"):
        bench.do("debrief", assignment="A1")
    with pytest.raises(NotFound, match="there are: none yet"):
        bench.do("dispatch_assignment", assignment="A9")


def test_as_of_any_time_is_the_fold_until_then(bench: Bench) -> None:
    searched(bench)
    then, seen = bench.at, bench.state
    bench.do("debrief_assignment", assignment="A1", pod="0.5")
    assert fold("bench", bench.events, until=then) == seen
    assert fold("bench", bench.events) == bench.state
    assert fold("bench", bench.events, until=bench.events[0][1].at).status == "active"
