"""Several people's weights: three ways of voting, their mean, what they disagree on, and its adoption."""

from __future__ import annotations

from datetime import UTC, datetime
from math import sqrt
from typing import TYPE_CHECKING

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed, RuleBroken
from wayhome.case.consensus import consensus, disagreement, shares
from wayhome.case.fact import joined, parted
from wayhome.case.scenario import Vote, VoteMethod

if TYPE_CHECKING:
    from conftest import Bench


def vote(method: VoteMethod, voter: str = "ana", **values: str) -> Vote:
    return Vote(
        id=f"V-{voter}", voter=voter, method=method, values=values, by="operator", at=datetime(2026, 3, 1, tzinfo=UTC)
    )


def weighed(bench: Bench) -> Bench:
    bench.do(
        "set_scenarios",
        scenarios=[
            {"id": "lost", "title": "Lost", "weight": 0.5, "rest_of_world": 0.1},
            {"id": "ran", "title": "Ran", "weight": 0.5, "kind": "runaway", "goal": "42.25,-71.05"},
        ],
    )
    return bench


def test_mattson_points_are_hundredths() -> None:
    assert shares(vote("mattson", a="60", b="30", c="10")) == pytest.approx({"a": 0.6, "b": 0.3, "c": 0.1}, abs=1e-15)


def test_thirds_of_a_hundred_points_pass_and_a_forgotten_scenario_does_not() -> None:
    assert sum(shares(vote("mattson", a="33.3", b="33.3", c="33.3")).values()) == pytest.approx(1, abs=1e-15)
    with pytest.raises(InvalidInput, match="sum to 90, not 100"):
        shares(vote("mattson", a="60", b="30"))


def test_proportional_takes_any_scale() -> None:
    # by hand: 7 + 2 + 1 = 10
    expected = {"a": 0.7, "b": 0.2, "c": 0.1}
    assert shares(vote("proportional", a="7", b="2", c="1")) == pytest.approx(expected, abs=1e-15)
    assert shares(vote("proportional", a="3.5", b="1", c="0.5")) == pytest.approx(expected, abs=1e-15)


def test_oconnor_letters_give_the_shares_of_the_field_example() -> None:
    # G, A, C, D with the lowest letter G: values 1, 7, 5, 4 of 17, printed as 6, 41, 29 and 24 %
    got = shares(vote("oconnor", r1="G", r2="a", r3="C", r4="D"))
    assert got == pytest.approx({"r1": 1 / 17, "r2": 7 / 17, "r3": 5 / 17, "r4": 4 / 17}, abs=1e-15)
    assert [round(100 * v) for v in got.values()] == [6, 41, 29, 24]


@pytest.mark.parametrize(
    ("method", "value"),
    [("mattson", "many"), ("proportional", "-1"), ("proportional", "nan"), ("proportional", "inf"),
     ("oconnor", "J"), ("oconnor", "AB"), ("oconnor", ""), ("oconnor", "5")],
)  # fmt: skip
def test_what_is_no_value_of_a_method_is_refused_with_its_scenario(method: VoteMethod, value: str) -> None:
    with pytest.raises(InvalidInput, match="for a is not"):
        shares(vote(method, a=value, b="B" if method == "oconnor" else "50"))


def test_all_zeros_are_no_vote() -> None:
    with pytest.raises(InvalidInput, match="more than 0"):
        shares(vote("proportional", a="0", b="0"))


def test_the_consensus_is_the_mean_of_the_shares() -> None:
    votes = [
        vote("mattson", a="60", b="40"),
        vote("proportional", "bo", a="1", b="4"),
        vote("oconnor", "cy", a="A", b="A"),
    ]
    # by hand: a (.6 + .2 + .5)/3 = 1.3/3
    assert consensus(votes) == pytest.approx({"a": 1.3 / 3, "b": 1.7 / 3}, abs=1e-15)
    assert consensus(reversed(votes)) == pytest.approx(consensus(votes), abs=1e-15)


def test_a_vote_older_than_a_scenario_does_not_count_against_it() -> None:
    votes = [vote("mattson", a="60", b="40"), vote("mattson", "bo", a="50", b="30", c="20")]
    # by hand: means .55, .35 and .2 (of one vote), sum 1.1
    assert consensus(votes) == pytest.approx({"a": 0.5, "b": 0.35 / 1.1, "c": 0.2 / 1.1}, abs=1e-15)


def test_disagreement_names_how_far_and_who() -> None:
    votes = [
        vote("mattson", a="90", b="10"),
        vote("mattson", "bo", a="50", b="50"),
        vote("mattson", "cy", a="10", b="90"),
    ]
    a = disagreement(votes)["a"]
    assert (a.lowest, a.highest, a.lowest_by, a.highest_by) == (0.1, 0.9, ("cy",), ("ana",))
    # by hand: mean .5, deviations .4, 0, -.4: sqrt(.32/3)
    assert a.standard_deviation == pytest.approx(sqrt(0.32 / 3), abs=1e-15)
    agreed = disagreement([vote("mattson", a="90", b="10"), vote("proportional", "bo", a="9", b="1")])["b"]
    assert agreed.standard_deviation == 0 and agreed.lowest_by == agreed.highest_by == ("ana", "bo")


def test_the_latest_vote_of_a_person_counts_and_no_name_means_who_acts(village: Bench) -> None:
    weighed(village).do("vote_scenarios", by="bo", method="mattson", values={"lost": 80, "ran": 20})
    village.do("vote_scenarios", by="bo", method="oconnor", voter="Cy", values='{"lost": "A", "ran": "C"}')
    village.do("vote_scenarios", by="bo", method="mattson", voter="bo example", values={"lost": 20, "ran": 80})
    votes = village.state.scenarios.counted_votes()
    assert [(v.id, v.voter, v.by) for v in votes] == [("V1", "bo example", "bo"), ("V2", "Cy", "bo")]
    # by hand: bo .2, Cy 3/(3 + 1) = .75
    assert consensus(votes)["lost"] == pytest.approx((0.2 + 0.75) / 2, abs=1e-15)
    with pytest.raises(NotAllowed, match="weigh scenarios"):
        village.do("vote_scenarios", by="cy", method="mattson", values={"lost": 50, "ran": 50})


def test_a_vote_speaks_of_all_scenarios_and_of_nothing_else(bench: Bench) -> None:
    with pytest.raises(RuleBroken, match="set_scenarios comes first"):
        bench.do("vote_scenarios", voter="ana", method="mattson", values={"lost": 100})
    weighed(bench)
    with pytest.raises(InvalidInput, match="rest of world is no scenario"):
        bench.do("vote_scenarios", voter="ana", method="mattson", values={"lost": 50, "rest_of_world": 50})
    with pytest.raises(InvalidInput, match="no scenario is called taken; there are lost, ran"):
        bench.do("vote_scenarios", voter="ana", method="mattson", values={"taken": 100})
    with pytest.raises(InvalidInput, match="ran is not weighed"):
        bench.do("vote_scenarios", voter="ana", method="mattson", values={"lost": 100})
    with pytest.raises(InvalidInput, match="sum to 101"):
        bench.do("vote_scenarios", voter="ana", method="mattson", values={"lost": 100, "ran": 1})
    assert bench.state.scenarios.votes == {}


def test_adopting_sets_the_weights_and_nothing_else_and_keeps_the_votes(bench: Bench) -> None:
    before = weighed(bench).state.scenarios.scenarios
    with pytest.raises(RuleBroken, match="Nobody has voted"):
        bench.do("adopt_votes")
    bench.do("vote_scenarios", voter="Ana", method="mattson", values={"lost": 90, "ran": 10})
    bench.do("vote_scenarios", voter="Bo", method="proportional", values={"lost": 1, "ran": 1})
    (fact,) = bench.do("adopt_votes", reason="first briefing")
    # by hand: (.9 + .5)/2 = .7
    after = bench.state.scenarios
    assert [s.weight for s in after.scenarios] == pytest.approx([0.7, 0.3], abs=1e-15)
    assert [s.replace(weight=0.5) for s in after.scenarios] == list(before)
    assert disagreement(after.counted_votes())["ran"].highest_by == ("Bo",)
    assert fact.reason == "Consensus of 2 (V1 mattson, V2 proportional). first briefing"  # type: ignore[attr-defined]
    assert "Ana" not in repr(parted(fact))  # a reason stands in the chain for good


def test_a_new_scenario_waits_for_a_vote_and_a_dropped_one_ends_those_that_named_it(bench: Bench) -> None:
    weighed(bench).do("vote_scenarios", voter="Ana", method="mattson", values={"lost": 60, "ran": 40})
    three = [{"id": i, "title": i, "weight": w} for i, w in (("lost", 0.5), ("ran", 0.3), ("taken", 0.2))]
    bench.do("set_scenarios", scenarios=three)
    with pytest.raises(RuleBroken, match="Nobody has voted on taken"):
        bench.do("adopt_votes")
    bench.do("vote_scenarios", voter="Bo", method="mattson", values={"lost": 50, "ran": 30, "taken": 20})
    bench.do("adopt_votes")
    # by hand: .55, .35, .2 of 1.1
    assert [s.weight for s in bench.state.scenarios.scenarios] == pytest.approx([0.5, 0.35 / 1.1, 0.2 / 1.1], abs=1e-15)
    bench.do(
        "set_scenarios",
        scenarios=[{"id": "lost", "title": "l", "weight": 0.5}, {"id": "ran", "title": "r", "weight": 0.5}],
    )
    assert [v.voter for v in bench.state.scenarios.counted_votes()] == ["Ana"]
    assert set(bench.state.scenarios.votes) == {"V1", "V2"}


def test_votes_stay_apart_when_the_names_are_erased(bench: Bench) -> None:
    weighed(bench)
    erased = []
    for voter, lost in (("Ana", "90"), ("Bo", "50")):
        (fact,) = bench.do(
            "vote_scenarios", voter=voter, method="mattson", values={"lost": lost, "ran": str(100 - int(lost))}
        )
        apart = parted(fact)
        assert voter not in repr(apart.public)
        erased.append(joined(apart.type, apart.version, apart.public, {"voter": None}))
    assert [f.voter for f in erased] == ["[erased]"] * 2  # type: ignore[attr-defined]
    assert [f.id for f in erased] == ["V1", "V2"]  # type: ignore[attr-defined]
