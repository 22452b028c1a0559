"""Plans against being wrong: worst cases and games worked by hand, proofs for any numbers, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from math import e, exp, inf, log, nan, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from wayhome.base.errors import InvalidInput
from wayhome.science.allocation import allocation, water_filling
from wayhome.science.robust import (
    Truth,
    matrix_game,
    mixed_plan,
    regrets,
    worst_case_allocation,
    worst_weighing,
)

Array = NDArray[np.float64]
EITHER = np.eye(2)  # two scenarios, each sure of its own cell


def test_two_scenarios_alike_get_the_same() -> None:
    plan = worst_case_allocation(EITHER, [1.0, 1.0], 2.0)
    assert plan.effort == pytest.approx([1.0, 1.0])
    assert plan.pos == pytest.approx([1 - 1 / e, 1 - 1 / e])
    assert plan.worst == pytest.approx(1 - 1 / e)
    assert plan.least_favourable == pytest.approx([0.5, 0.5])
    assert plan.gap <= 1e-8


def test_slow_ground_gets_more_until_both_are_found_alike() -> None:
    """Coverage z1 = 3 z2 and z1 + z2 = 4: 3 and 1. No effort is drawn elsewhere at mu1 * 1 = mu2 * 3: .75 and .25."""
    plan = worst_case_allocation(EITHER, [1.0, 3.0], 4.0)
    assert plan.effort == pytest.approx([3.0, 1.0], abs=1e-6)
    assert plan.worst == pytest.approx(1 - exp(-3))
    assert plan.least_favourable == pytest.approx([0.75, 0.25], abs=1e-4)


@pytest.mark.parametrize(
    ("off_by", "worst", "lightest"),
    [
        (1.0, 1 - 2 * sqrt(0.16) / e, (0.8, 0.2)),
        (2.0, 1 - 2 * sqrt(0.24) / e, (0.6, 0.4)),
        (2.5, 1 - 1 / e, (0.5, 0.5)),
        (inf, 1 - 1 / e, (0.5, 0.5)),
    ],
)
def test_weights_off_by_a_factor(off_by: float, worst: float, lightest: tuple[float, float]) -> None:
    """At weights mu the best residual is 2 sqrt(mu1 mu2) exp(-1): worst as near to .5 as may be.

    Stated .8 and .2; off by 2 the second is at most .4, off by 2.5 it reaches .5.
    """
    plan = worst_case_allocation(EITHER, [1.0, 1.0], 2.0, weights=[0.8, 0.2], off_by=off_by)
    assert plan.worst == pytest.approx(worst, abs=1e-9)
    assert plan.least_favourable == pytest.approx(lightest, abs=1e-4)


def test_the_plan_best_as_expected_and_its_worst_case() -> None:
    """z1 - z2 = ln 4: 1 + ln 2 and 1 - ln 2, found 1 - 1/(2e) and 1 - 2/e."""
    plan = worst_case_allocation(EITHER, [1.0, 1.0], 2.0, weights=[0.8, 0.2], off_by=1.0)
    assert plan.effort == pytest.approx([1 + log(2), 1 - log(2)])
    assert plan.pos == pytest.approx([1 - 1 / (2 * e), 1 - 2 / e])
    assert worst_weighing(plan.pos, [0.8, 0.2], 1.0)[0] == pytest.approx(plan.worst)
    worst, weighing = worst_weighing(plan.pos, [0.8, 0.2], 2.0)
    assert weighing == pytest.approx([0.6, 0.4])
    assert worst == pytest.approx(0.6 * (1 - 1 / (2 * e)) + 0.4 * (1 - 2 / e))
    worst, weighing = worst_weighing(plan.pos)
    assert worst == pytest.approx(1 - 2 / e)
    assert weighing == pytest.approx([0.0, 1.0])


def test_three_scenarios_under_a_bounded_doubt() -> None:
    """Stated .5, .3, .2, off by 2: least .25, .15, .1; the half that is free goes to what finds least: .6 of it
    at most (.3 x 2), so .45 more on the second, and the last .05 on the next."""
    worst, weighing = worst_weighing([0.9, 0.1, 0.5], [0.5, 0.3, 0.2], 2.0)
    assert weighing == pytest.approx([0.25, 0.60, 0.15])
    assert worst == pytest.approx(0.225 + 0.06 + 0.075)


def test_one_scenario_is_water_filling() -> None:
    poa, rate = [0.4, 0.3, 0.2, 0.1], [1.0, 0.5, 2.0, 1.0]
    plan, best = worst_case_allocation([poa], rate, 1.5), water_filling(poa, rate, 1.5)
    assert plan.effort == pytest.approx(best.effort, abs=1e-12)
    assert plan.worst == pytest.approx(best.pos, abs=1e-12)
    assert plan.least_favourable.tolist() == [1.0]


def test_resources_that_cannot_help_each_other() -> None:
    """Each of use in one cell only: the cell with less effort is the worst case, and nothing can be done."""
    plan = worst_case_allocation(EITHER, [[1.0, 0.0], [0.0, 1.0]], [1.0, 2.0])
    assert plan.effort == pytest.approx(np.array([[1.0, 0.0], [0.0, 2.0]]), abs=1e-6)
    assert plan.pos == pytest.approx([1 - exp(-1), 1 - exp(-2)])
    assert plan.worst == pytest.approx(1 - exp(-1))
    assert plan.least_favourable == pytest.approx([1.0, 0.0], abs=1e-8)


def test_a_resource_in_two_halves_does_as_the_whole() -> None:
    rng = np.random.default_rng(5)
    poa, rate = rng.dirichlet(np.full(12, 0.3), 3), rng.uniform(0.5, 2.0, 12)
    whole = worst_case_allocation(poa, rate, 3.0)
    halves = worst_case_allocation(poa, np.column_stack([rate, rate]), [1.5, 1.5])
    assert halves.worst == pytest.approx(whole.worst, abs=1e-8)
    assert halves.effort.shape == (12, 2)


def test_a_scenario_that_effort_cannot_serve_leaves_the_plan_best_as_expected() -> None:
    """Third scenario: not in the area. The worst case is 0 whatever is done."""
    poa = [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    plan = worst_case_allocation(poa, [1.0, 1.0], 2.0, weights=[0.64, 0.16, 0.2])
    assert plan.worst == 0.0
    assert plan.gap <= 1e-8
    assert plan.least_favourable == pytest.approx([0.0, 0.0, 1.0], abs=1e-8)
    assert plan.effort == pytest.approx([1 + log(2), 1 - log(2)])
    out = worst_case_allocation(poa, [1.0, 1.0], 2.0, weights=[0.8, 0.2, 0.0])
    assert out.worst == pytest.approx(1 - 1 / e)
    assert out.least_favourable[2] == 0.0


def test_no_effort_and_no_place() -> None:
    assert worst_case_allocation(EITHER, [1.0, 1.0], 0.0).worst == 0.0
    nowhere = worst_case_allocation(np.zeros((2, 3)), np.ones(3), 1.0)
    assert (nowhere.worst, nowhere.gap) == (0.0, 0.0)


def test_the_unit_of_the_weights_does_not_matter() -> None:
    poa, rate = np.array([[8.0, 4.0, 1.0], [1.0, 2.0, 6.0]]), [1.0, 4.0, 2.0]
    small, large = (worst_case_allocation(poa * unit, rate, 0.8) for unit in (1e-9, 1e9))
    assert large.worst == pytest.approx(1e18 * small.worst, rel=1e-8)
    assert large.gap <= 1e-8 * 13e9


@pytest.mark.parametrize("scenarios", [6, 20])
def test_many_scenarios_on_many_cells_come_to_a_proved_gap(scenarios: int) -> None:
    rng = np.random.default_rng(1)
    poa, rate = rng.dirichlet(np.full(2000, 0.2), scenarios), rng.uniform(0.5, 2.0, 2000)
    plan = worst_case_allocation(poa, rate, 500.0)
    assert plan.gap <= 1e-8
    proof = water_filling(plan.least_favourable @ poa, rate, 500.0)
    assert proof.pos == pytest.approx(plan.worst, abs=1e-8)
    assert poa @ -np.expm1(-rate * plan.effort) == pytest.approx(plan.pos, abs=1e-12)


shares = arrays(np.float64, (3, 4), elements=st.floats(0.0, 0.25))
rates = arrays(np.float64, 4, elements=st.sampled_from([0.0, 0.01, 0.3, 1.0, 5.0, 30.0]))
team_rates = arrays(np.float64, (4, 2), elements=st.sampled_from([0.0, 0.01, 0.3, 1.0, 5.0]))
doubts = st.sampled_from([1.0, 1.5, 4.0, inf])
simplex = arrays(np.float64, 3, elements=st.floats(0.01, 1.0)).map(lambda a: a / a.sum())


@settings(max_examples=40)
@given(shares, rates, st.sampled_from([0.0, 0.3, 2.0, 20.0]), simplex, doubts, st.integers(0, 2**32 - 1))
def test_the_worst_case_stands_between_any_plan_and_any_weights(
    poa: Array, rate: Array, effort: float, stated: Array, off_by: float, seed: int
) -> None:
    plan = worst_case_allocation(poa, rate, effort, weights=stated, off_by=off_by)
    assert 0.0 <= plan.gap <= 1e-8
    assert plan.effort.min() >= 0.0
    assert plan.effort.sum() <= effort * (1 + 1e-9)
    assert plan.pos == pytest.approx(poa @ -np.expm1(-rate * plan.effort), abs=1e-12)
    assert worst_weighing(plan.pos, stated, off_by)[0] == pytest.approx(plan.worst, abs=1e-12)
    rng = np.random.default_rng(seed)
    grid = [np.bincount(rng.integers(0, 4, 8), minlength=4) * effort / 8 for _ in range(15)]
    expected = water_filling(stated @ poa, rate, effort)
    for other in (*grid, expected.effort):
        least, _ = worst_weighing(poa @ -np.expm1(-rate * other), stated, off_by)
        assert least <= plan.worst + plan.gap + 1e-12
    for start in rng.dirichlet(np.ones(3), 5):  # any weights that may be: the corners' mixtures
        corners = [worst_weighing(order, stated, off_by)[1] for order in np.eye(3)]
        most = water_filling((start @ np.array(corners)) @ poa, rate, effort)
        assert most.pos + most.gap >= plan.worst - 1e-12
    lightest = plan.least_favourable
    assert lightest.sum() == pytest.approx(1.0, abs=1e-12)
    assert (lightest >= stated / off_by - 1e-12).all()
    assert (lightest <= np.minimum(1.0, stated * off_by) + 1e-12).all()
    assert water_filling(lightest @ poa, rate, effort).pos <= plan.worst + plan.gap + 1e-12


@settings(max_examples=30)
@given(shares, team_rates, doubts)
def test_several_resources_are_proved_too(poa: Array, rate: Array, off_by: float) -> None:
    plan = worst_case_allocation(poa, rate, [1.0, 3.0], off_by=off_by)
    assert plan.gap <= 1e-8
    assert (plan.effort.sum(axis=0) <= np.array([1.0, 3.0]) * (1 + 1e-9)).all()
    assert plan.pos == pytest.approx(poa @ -np.expm1(-(rate * plan.effort).sum(axis=1)), abs=1e-12)
    proof = allocation(plan.least_favourable @ poa, rate, [1.0, 3.0])
    assert proof.pos <= plan.worst + plan.gap + 1e-12


@pytest.mark.parametrize(
    ("changes", "says", "field"),
    [
        ({"poa": [[0.5, nan], [0.1, 0.2]]}, r"poa\[0\]\[1\] is nan", "poa"),
        ({"poa": [[0.5, 0.2], [-0.1, 0.2]]}, r"poa\[1\]\[0\] is -0.1", "poa"),
        ({"poa": [0.5, 0.5]}, "one row for each scenario", "poa"),
        ({"poa": np.empty((0, 2))}, "one row for each scenario", "poa"),
        ({"poa": [[1e308, 1e308], [0.0, 0.0]]}, "too large", "poa"),
        ({"rate": [1.0, -1.0]}, r"rate\[1\]\[0\] is -1.0", "rate"),
        ({"rate": [1.0, 1.0, 1.0]}, "Shapes do not fit", None),
        ({"effort": nan}, r"effort\[0\] is nan", "effort"),
        ({"effort": [1.0]}, "one number where rate is", None),
        ({"weights": [0.5, 0.6]}, "weights sum to 1.1", "weights"),
        ({"weights": [1.5, -0.5]}, r"weights\[1\] is -0.5", "weights"),
        ({"weights": [1.0]}, "one for each of 2 scenarios", "weights"),
        ({"off_by": 0.5}, "off_by is 0.5", "off_by"),
        ({"off_by": nan}, "off_by is nan", "off_by"),
    ],
)
def test_what_cannot_be_is_refused_by_name(changes: dict[str, Any], says: str, field: str | None) -> None:
    given = {"poa": EITHER, "rate": [1.0, 1.0], "effort": 2.0, **changes}
    with pytest.raises(InvalidInput, match=says) as refused:
        worst_case_allocation(**given)
    assert refused.value.details.get("field") == field


def test_a_plan_to_weigh_needs_numbers() -> None:
    with pytest.raises(InvalidInput, match=r"pos\[1\] is nan"):
        worst_weighing([0.5, nan])
    with pytest.raises(InvalidInput, match="one number for each scenario"):
        worst_weighing([])


@pytest.mark.parametrize(
    ("payoff", "value", "searcher", "hider"),
    [
        ([[1, -1], [-1, 1]], 0.0, (0.5, 0.5), (0.5, 0.5)),
        ([[3, -1], [-2, 4]], 1.0, (0.6, 0.4), (0.5, 0.5)),  # (ad - bc)/(a + d - b - c) = 10/10
        ([[2, 3], [1, 9]], 2.0, (1.0, 0.0), (1.0, 0.0)),  # a saddle: the least of its row, the most of its column
        ([[0, 1, -1], [-1, 0, 1], [1, -1, 0]], 0.0, (1 / 3,) * 3, (1 / 3,) * 3),
        ([[-7.5]], -7.5, (1.0,), (1.0,)),
        ([[4, 4], [4, 4]], 4.0, None, None),
    ],
)
def test_games_by_hand(payoff: list[list[float]], value: float, searcher: Any, hider: Any) -> None:
    for unit in (1e-9, 1.0, 1e9):
        game = matrix_game(np.array(payoff, np.float64) * unit)
        assert game.value == pytest.approx(value * unit, abs=1e-9 * unit)
        assert 0.0 <= game.gap <= 1e-9 * unit
        if searcher is not None:
            assert game.searcher == pytest.approx(searcher, abs=1e-9)
            assert game.hider == pytest.approx(hider, abs=1e-9)


@given(arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.floats(-10.0, 10.0)))
def test_a_game_is_proved_by_both_sides(payoff: Array) -> None:
    game = matrix_game(payoff)
    assert game.searcher.sum() == pytest.approx(1.0)
    assert game.hider.sum() == pytest.approx(1.0)
    assert min(game.searcher.min(), game.hider.min()) >= 0.0
    assert (game.searcher @ payoff).min() == pytest.approx(game.value, abs=1e-12)
    assert (payoff @ game.hider).max() <= game.value + game.gap + 1e-12
    assert game.gap <= 1e-8


@pytest.mark.parametrize(
    ("payoff", "says"),
    [
        ([[1.0, nan]], r"payoff\[0\]\[1\] is nan"),
        ([[1.0], [inf]], r"payoff\[1\]\[0\] is inf"),
        ([1.0, 2.0], "one row for each plan"),
        (np.empty((0, 3)), "one row for each plan"),
        ([[1e308, -1e308]], "too large"),
    ],
)
def test_a_game_without_numbers_is_refused(payoff: Any, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        matrix_game(payoff)


def test_answering_each_other_comes_to_the_game_of_all() -> None:
    """40 plans and 30 places: rows and columns come as they are needed."""
    table = np.random.default_rng(2).uniform(-1.0, 1.0, (40, 30))
    whole = matrix_game(table)

    def best_plan(places: Mapping[int, float]) -> int:
        return int((table[:, list(places)] @ list(places.values())).argmax())

    def worst_place(plans: Mapping[int, float]) -> int:
        return int((list(plans.values()) @ table[list(plans)]).argmin())

    def solve(**how: int) -> Any:
        return mixed_plan(lambda i, j: float(table[i, j]), best_plan, worst_place, (0, 0), **how)

    mixed = solve()
    assert mixed.value == pytest.approx(whole.value, abs=1e-8)
    assert mixed.gap <= 1e-8
    assert sum(mixed.plans.values()) == pytest.approx(1.0)
    assert sum(mixed.places.values()) == pytest.approx(1.0)
    early = solve(most_steps=3)
    assert early.value < whole.value < early.value + early.gap
    with pytest.raises(InvalidInput, match="most_steps is 0"):
        solve(most_steps=0)


def test_what_a_mistake_costs_in_numbers() -> None:
    """Coverage 1 and 1 for a map of halves. Were it all in one cell, 2 there would have found 1 - exp(-2)."""
    truths = [
        Truth(name="as planned", poa=[0.5, 0.5]),
        Truth(name="first cell", poa=[1.0, 0.0]),
        Truth(name="half the sweep width", poa=[0.5, 0.5], rate_factor=0.5),
        Truth(name="not here", poa=[0.0, 0.0]),
    ]
    planned, first, half, gone = regrets([1.0, 1.0], truths, [1.0, 1.0], 2.0)
    assert [planned.had, planned.best] == pytest.approx([1 - 1 / e, 1 - 1 / e])
    assert planned.regret == pytest.approx(0.0, abs=1e-9)
    assert first.name == "first cell"
    assert [first.had, first.best] == pytest.approx([1 - 1 / e, 1 - exp(-2)])
    assert first.regret == pytest.approx(exp(-1) - exp(-2))
    assert first.share == pytest.approx((exp(-1) - exp(-2)) / (1 - exp(-2)))
    assert half.had == pytest.approx(1 - exp(-0.5))  # POD .39 where .63 was thought; yet no other plan does better
    assert half.regret == pytest.approx(0.0, abs=1e-9)
    assert (gone.had, gone.best, gone.regret, gone.share) == (0.0, 0.0, 0.0, 0.0)


def test_a_wrong_sweep_width_moves_the_best_plan_too() -> None:
    """POA .8 and .2, effort ln 4: all in the first, 1 - exp(-ln 4) of it. At double the rate the second earns its share:
    2 z1 - 2 z2 = ln 4, so z1 = .75 ln 4 and z2 = .25 ln 4, left .8/2^3 + .2/2 = .2 against .8/2^4 + .2 = .25."""
    (twice,) = regrets([log(4), 0.0], [Truth(name="twice", poa=[0.8, 0.2], rate_factor=2.0)], [1.0, 1.0], log(4))
    assert twice.had == pytest.approx(1 - 0.25)
    assert twice.best == pytest.approx(1 - 0.2)
    assert twice.share == pytest.approx(0.05 / 0.8)


def test_whole_teams_are_compared_with_whole_teams() -> None:
    """One team, coverage 1 in either cell. It went to the first; the truth is the second: nothing where .63 was to have."""
    rate, truth = [[1.0], [1.0]], Truth(name="second", poa=[0.25, 0.75])
    (by_kind,) = regrets([1.0, 0.0], [truth], rate, [1.0], lambda t: max(np.asarray(t.poa)) * (1 - 1 / e))
    assert by_kind.best == pytest.approx(0.75 * (1 - 1 / e))
    assert by_kind.share == pytest.approx(2 / 3)
    (splitting,) = regrets([1.0, 0.0], [truth], rate, [1.0])
    assert splitting.best == pytest.approx(0.75 * (1 - 1 / e))  # ln 3 > 1: even one that may split goes there whole
    (modest,) = regrets([1.0, 0.0], [truth], rate, [1.0], lambda _: 0.0)
    assert (modest.best, modest.regret) == (modest.had, 0.0)


@given(shares, rates, st.floats(0.0, 5.0), st.floats(0.0, 3.0))
def test_the_plan_made_for_the_truth_has_nothing_to_regret(poa: Array, rate: Array, effort: float, off: float) -> None:
    plan = water_filling(poa[0], off * rate, effort)
    own = Truth(name="own", poa=poa[0], rate_factor=off)
    others = [Truth(name=f"other {i}", poa=poa[i]) for i in (1, 2)]
    told = regrets(rate * plan.effort, [own, *others], rate, effort)
    assert told[0].regret <= 1e-9
    assert all(r.regret >= 0.0 and 0.0 <= r.share <= 1.0 and r.best - r.had == r.regret for r in told)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"coverage": [1.0, nan]}, r"coverage\[1\] is nan"),
        ({"coverage": [[1.0, 1.0]]}, "one number for each cell"),
        ({"truths": [Truth(name="long", poa=[0.1, 0.1, 0.1])]}, r"truths\[0\] \(long\) has POA of shape"),
        ({"truths": [Truth(name="ok", poa=[1, 0]), Truth(name="bad", poa=[-1, 0])]}, r"truths\[1\].poa\[0\] is -1"),
        ({"truths": [Truth(name="bad", poa=[1, 0], rate_factor=-1.0)]}, r"\(bad\) has a rate_factor of -1"),
        ({"truths": [Truth(name="bad", poa=[1, 0], rate_factor=inf)]}, r"\(bad\) has a rate_factor of inf"),
        ({"effort": 1.0}, "Under half the plan finds 0.632121, more than its resources can"),
        ({"rate": [1.0, -1.0]}, r"rate\[1\]\[0\]"),
    ],
)
def test_a_plan_and_truths_that_cannot_be_are_refused(changes: dict[str, Any], says: str) -> None:
    asked = {
        "coverage": [1.0, 1.0], "truths": [Truth(name="half", poa=[0.5, 0.5])], "rate": [1.0, 1.0], "effort": 2.0,
        **changes,
    }  # fmt: skip
    with pytest.raises(InvalidInput, match=says):
        regrets(**asked)
