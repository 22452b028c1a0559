"""Inquiries: posed with what their answer would mean, answered by Bayes, withdrawn without a trace in the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from wayhome.base.place import Position
from wayhome.case.agenda import agenda
from wayhome.case.fact import joined, parted

if TYPE_CHECKING:
    from conftest import Bench

ASK: dict[str, Any] = {"title": "Ask his aunt", "kind": "ask", "yes": {"lost": "0.1", "ran": "0.6"}}
LOOK: dict[str, Any] = {
    "title": "Check the hut",
    "kind": "check",
    "position": "42.21,-71.09",
    "radius_m": "100 m",
    "pod": "90 %",
}


def weighed(bench: Bench) -> Bench:
    bench.do("mark_point", kind="lkp", position="42.205,-71.095", at="2026-03-01T04:00Z")
    bench.do(
        "set_scenarios",
        scenarios=[{"id": "lost", "title": "l", "weight": 0.75}, {"id": "ran", "title": "r", "weight": 0.25}],
    )
    return bench


def weights(bench: Bench) -> dict[str, float]:
    return bench.state.scenarios.weights(bench.state.judgements())


def test_a_yes_and_a_no_weigh_by_bayes_and_a_later_answer_corrects(bench: Bench) -> None:
    weighed(bench).do("pose_inquiry", **ASK, minutes="15")
    before = weights(bench)
    assert before == {"lost": 0.75, "ran": 0.25}
    bench.do("answer_inquiry", inquiry="Q1", answer="yes", remark="he came by at six")
    # by hand: .75*.1 = .075, .25*.6 = .15 -> 1/3, 2/3
    assert weights(bench) == pytest.approx({"lost": 1 / 3, "ran": 2 / 3}, abs=1e-15)
    bench.do("answer_inquiry", inquiry="Q1", answer="no")
    # by hand: .75*.9 = .675, .25*.4 = .1 -> 27/31, 4/31
    assert weights(bench) == pytest.approx({"lost": 27 / 31, "ran": 4 / 31}, abs=1e-15)
    bench.do("withdraw_inquiry", inquiry="Q1", reason="it was another aunt")
    assert weights(bench) == before


def test_the_judgement_of_an_answer_names_its_inquiry_and_who_wrote_it(bench: Bench) -> None:
    weighed(bench).do("pose_inquiry", **ASK)
    assert bench.state.inquiries.judgements() == ()
    bench.do("answer_inquiry", inquiry="Q1", answer="no", remark="not for years")
    (judgement,) = bench.state.inquiries.judgements()
    assert judgement.evidence == "Q1"
    assert judgement.likelihood == pytest.approx({"lost": 0.9, "ran": 0.4}, abs=1e-15)
    assert (judgement.by, judgement.at) == ("operator", bench.at)
    assert judgement.reason == "Ask his aunt: no. not for years"


def test_answers_and_evidence_weigh_together(bench: Bench) -> None:
    weighed(bench).do("record_statement", witness="w", text="t")
    bench.do("judge_evidence", evidence="S1", likelihood={"lost": 0.5, "ran": 1.0})
    bench.do("pose_inquiry", **ASK)
    bench.do("answer_inquiry", inquiry="Q1", answer="yes")
    assert [j.evidence for j in bench.state.judgements()] == ["S1", "Q1"]
    # by hand: .75*.5*.1 = .0375, .25*1*.6 = .15 -> .2, .8
    assert weights(bench) == pytest.approx({"lost": 0.2, "ran": 0.8}, abs=1e-15)


def test_a_look_at_a_place_moves_no_weight_but_is_kept_for_the_map(bench: Bench) -> None:
    before = weights(weighed(bench))
    bench.do("pose_inquiry", **LOOK)
    assert bench.state.inquiries.looks() == ()
    bench.do("answer_inquiry", inquiry="Q1", answer="no")
    (look,) = bench.state.inquiries.looks()
    assert (look.position, look.radius_m, look.pod, look.answer) == (
        Position(lat_deg=42.21, lon_deg=-71.09),
        100,
        0.9,
        "no",
    )
    assert weights(bench) == before and bench.state.inquiries.judgements() == ()
    bench.do("withdraw_inquiry", inquiry="Q1", reason="wrong hut")
    assert bench.state.inquiries.looks() == ()


def test_an_inquiry_with_chances_may_still_say_where_to_go(bench: Bench) -> None:
    weighed(bench).do("pose_inquiry", **ASK, position="42.21,-71.09")
    assert bench.state.inquiries.inquiries["Q1"].position == Position(lat_deg=42.21, lon_deg=-71.09)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": " ", "kind": "ask", "yes": ASK["yes"]}, "title is empty"),
        ({"title": "t", "kind": "ask"}, "either how likely a yes is"),
        ({**LOOK, "yes": ASK["yes"]}, "one of the two"),
        ({**LOOK, "pod": None}, "pod: .*needs position, radius_m and pod"),
        ({**LOOK, "pod": "0"}, "pod: .*above 0"),
        ({**LOOK, "radius_m": None}, "radius_m: "),
        ({**LOOK, "radius_m": "0 m"}, "radius_m: "),
        ({**LOOK, "radius_m": "-5 m"}, "radius_m: "),
        ({**LOOK, "position": None}, "position: an inquiry that looks"),
        ({**LOOK, "position": "48,-71"}, "confirm_far"),
        ({**ASK, "kind": "guess"}, "not one of ask, check, trap"),
        ({**ASK, "yes": {"lost": 0.1}}, "ran is missing"),
        ({**ASK, "yes": {"lost": 0.1, "ran": 0.2, "taken": 1}}, "no scenario is called taken"),
        ({**ASK, "yes": {"lost": 0.4, "ran": 0.4}}, "no answer could tell"),
        ({**ASK, "yes": {"lost": 40, "ran": 0.4}}, r"yes\.lost: 40 is outside 0 to 1"),
        ({**ASK, "minutes": "0"}, "minutes: 0"),
        ({**ASK, "minutes": "nan"}, "minutes: "),
    ],
)
def test_what_no_answer_could_use_is_refused(bench: Bench, fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        weighed(bench).do("pose_inquiry", **fields)
    assert bench.state.inquiries.inquiries == {}


def test_chances_need_scenarios(bench: Bench) -> None:
    with pytest.raises(RuleBroken, match="set_scenarios comes first"):
        bench.do("pose_inquiry", **ASK)


def test_an_answer_that_no_scenario_explains_is_refused_and_nothing_is_written(bench: Bench) -> None:
    weighed(bench).do("pose_inquiry", title="t", kind="trap", yes={"lost": 0, "ran": 1})
    bench.do("record_statement", witness="w", text="t")
    bench.do("judge_evidence", evidence="S1", likelihood={"lost": 1, "ran": 0})
    with pytest.raises(RuleBroken, match="every scenario impossible"):
        bench.do("answer_inquiry", inquiry="Q1", answer="yes")
    assert bench.state.inquiries.inquiries["Q1"].answer is None
    bench.do("answer_inquiry", inquiry="Q1", answer="no")
    assert weights(bench) == {"lost": 1.0, "ran": 0.0}


def test_unknown_and_withdrawn_inquiries_are_named(bench: Bench) -> None:
    weighed(bench).do("pose_inquiry", **ASK)
    with pytest.raises(NotFound, match="Q1"):
        bench.do("answer_inquiry", inquiry="Q2", answer="yes")
    with pytest.raises(InvalidInput, match="not one of yes, no"):
        bench.do("answer_inquiry", inquiry="Q1", answer="perhaps")
    with pytest.raises(InvalidInput, match="reason is empty"):
        bench.do("withdraw_inquiry", inquiry="Q1", reason=" ")
    bench.do("withdraw_inquiry", inquiry="Q1", reason="no aunt")
    with pytest.raises(RuleBroken, match="no aunt"):
        bench.do("answer_inquiry", inquiry="Q1", answer="yes")
    with pytest.raises(RuleBroken, match="withdrawn already: no aunt"):
        bench.do("withdraw_inquiry", inquiry="Q1", reason="again")


def test_an_inquiry_waits_on_the_agenda_until_it_is_answered_or_withdrawn(bench: Bench) -> None:
    weighed(bench).do("pose_inquiry", **ASK)
    bench.do("pose_inquiry", **LOOK)

    def waiting() -> list[str]:
        return [m.about for m in agenda(bench.state, bench.at) if m.command == "answer_inquiry"]

    assert waiting() == ["Q1", "Q2"]
    bench.do("answer_inquiry", inquiry="Q1", answer="no")
    assert waiting() == ["Q2"]
    bench.do("withdraw_inquiry", inquiry="Q2", reason="burnt down")
    assert waiting() == []


def test_posing_is_planning_and_answering_is_recording(village: Bench) -> None:
    village.do(
        "set_scenarios",
        by="bo",
        scenarios=[{"id": "lost", "title": "l", "weight": 0.75}, {"id": "ran", "title": "r", "weight": 0.25}],
    )
    with pytest.raises(NotAllowed):
        village.do("pose_inquiry", by="cy", **ASK)
    (posed,) = village.do("pose_inquiry", by="bo", **ASK)
    (answered,) = village.do("answer_inquiry", by="cy", inquiry="Q1", answer="no", remark="she is away")
    assert posed.says() == "Inquiry Q1 posed (ask): Ask his aunt; a yes is expected lost 0.1, ran 0.6."
    assert answered.says() == "Inquiry Q1 answered: no. she is away"
    assert village.state.inquiries.judgements()[0].by == "cy"


def test_names_in_an_inquiry_are_erasable_and_its_chances_stay(bench: Bench) -> None:
    (fact,) = weighed(bench).do("pose_inquiry", **ASK)
    apart = parted(fact)
    assert "aunt" not in repr(apart.public)
    again = joined(apart.type, apart.version, apart.public, {"title": None})
    assert again == fact.replace(title="[erased]")
