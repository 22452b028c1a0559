"""Best effort: refusals, corner cases by hand, teams against trying everything."""

from __future__ import annotations

from itertools import permutations
from math import exp
from typing import Any

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput
from wayhome.science.allocation import allocation, solve_allocation, team_plan, water_filling


def test_the_json_of_the_command() -> None:
    ticks = iter([10.0, 10.25])
    answer = solve_allocation({"poa": [0.5, 0.5], "rate": [[1.0], [1.0]], "effort": [2.0]}, lambda: next(ticks))
    assert list(answer) == ["effort", "pos", "residual", "dual", "gap", "seconds"]
    assert answer["effort"] == [[pytest.approx(1.0)], [pytest.approx(1.0)]]
    assert answer["pos"] == pytest.approx(1 - exp(-1))
    assert answer["residual"] == pytest.approx(exp(-1))
    assert answer["dual"] == [pytest.approx(0.5 * exp(-1))]
    assert answer["seconds"] == 0.25


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"poa": [0.5, -0.1]}, r"poa\[1\] is -0.1"),
        ({"poa": [0.5, float("nan")]}, r"poa\[1\] is nan"),
        ({"poa": [0.5, True]}, r"poa\[1\]"),
        ({"poa": [0.5, "x"]}, r"poa\[1\]"),
        ({"poa": []}, "rate needs 0 rows"),
        ({"rate": [[1.0]]}, "rate needs 2 rows"),
        ({"rate": [[1.0], [1.0, 2.0]]}, r"rate\[1\] has 2 numbers"),
        ({"rate": [[1.0], [-1.0]]}, r"rate\[1\]\[0\]"),
        ({"rate": [[1.0], 3]}, r"rate\[1\] must be a list"),
        ({"effort": [-1.0]}, r"effort\[0\]"),
        ({"effort": [float("inf")]}, r"effort\[0\]"),
        ({"effort": 3}, "effort must be a list"),
        ({"speed": 1}, "unknown: speed"),
    ],
)
def test_the_json_is_checked_by_field_and_index(changes: dict[str, Any], says: str) -> None:
    payload = {"poa": [0.5, 0.5], "rate": [[1.0], [1.0]], "effort": [2.0], **changes}
    with pytest.raises(InvalidInput, match=says):
        solve_allocation(payload, lambda: 0.0)


def test_a_missing_field_and_no_cell_are_named() -> None:
    with pytest.raises(InvalidInput, match="missing: effort, rate"):
        solve_allocation({"poa": [1.0]}, lambda: 0.0)
    with pytest.raises(InvalidInput, match="C at least 1"):
        solve_allocation({"poa": [], "rate": [], "effort": [1.0]}, lambda: 0.0)


def test_effort_that_cannot_help_stays_unspent() -> None:
    """The second resource is of use nowhere; the third only where nobody can be."""
    best = allocation([0.5, 0.0], [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], [1.0, 5.0, 7.0])
    assert best.effort == pytest.approx(np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    assert best.dual == pytest.approx([0.5 * exp(-1), 0.0, 0.0])
    assert best.gap <= 1e-9


def test_no_resource_and_no_effort() -> None:
    assert allocation([1.0, 2.0], np.empty((2, 0)), []).residual == 3.0
    nothing = allocation([1.0, 2.0], [[1.0, 1.0], [1.0, 1.0]], [0.0, 0.0])
    assert (nothing.pos, nothing.residual, nothing.gap) == (0.0, 3.0, 0.0)


def test_a_million_cells_in_one_go() -> None:
    rng = np.random.default_rng(7)
    poa, rate = rng.random(1_000_000), 1e-3 * rng.random(1_000_000)
    best = water_filling(poa, rate, 1e6)
    assert float(best.effort.sum()) == pytest.approx(1e6, rel=1e-9)
    assert best.gap <= 1e-9 * float(poa.sum())


@pytest.mark.parametrize("size", [1e-12, 1e-3, 1.0, 30.0, 1e3, 1e6])
def test_rates_of_every_size_come_to_a_proved_gap(size: float) -> None:
    """Gaps are proved by the dual bound, which needs no trust in the method; two of the resources are alike."""
    rng = np.random.default_rng(3)
    poa, rate = rng.exponential(size=120), size * rng.exponential(size=(120, 6))
    rate[rng.random(rate.shape) < 0.3] = 0.0
    rate[:, 1] = rate[:, 0]
    best = allocation(poa, rate, np.ones(6))
    assert best.gap <= 1e-9 * float(poa.sum())
    assert best.gap <= 1e-6 * best.pos
    assert best.effort.sum(axis=0) == pytest.approx(np.ones(6))
    assert best.pos + best.residual == pytest.approx(float(poa.sum()))


POA = np.array([0.30, 0.25, 0.20, 0.05])
RATE = np.array([[0.5, 0.2, 0.4], [0.1, 0.6, 0.3], [0.3, 0.3, 0.3], [2.0, 2.0, 2.0]])
HOURS = np.array([[3.0, 4.0, 0.0], [3.0, 3.0, 3.0], [2.0, -1.0, 4.0], [4.0, 4.0, 4.0]])


def best_of_all(locked: dict[int, int]) -> list[tuple[float, tuple[int, ...]]]:
    pos = POA[:, None] * (1 - np.exp(-RATE * np.maximum(HOURS, 0)))
    plans = [
        (sum(float(pos[s, k]) for k, s in enumerate(plan)), plan)
        for plan in permutations(range(4), 3)
        if all(plan[k] == s for k, s in locked.items())
    ]
    return sorted(plans, reverse=True)


@pytest.mark.parametrize("locked", [{}, {0: 3}, {2: 0, 1: 2}])
def test_the_plan_and_its_runner_up_against_trying_everything(locked: dict[int, int]) -> None:
    plan = team_plan(POA, RATE, HOURS, locked)
    (best, segments), (second, other), *_ = best_of_all(locked)
    assert plan.pos_total == pytest.approx(best)
    assert tuple(choice.segment for choice in plan.choices) == segments or locked == {2: 0, 1: 2}
    assert plan.runner_up is not None
    assert plan.runner_up.pos_total == pytest.approx(second)
    if not locked:
        assert dict((k, then) for k, _, then in plan.runner_up.changes) == {
            k: s for k, s in enumerate(other) if s != segments[k]
        }
    assert plan.upper_bound >= plan.pos_total
    assert [choice.is_locked for choice in plan.choices] == [k in locked for k in range(3)]


def test_the_reason_of_a_choice_in_numbers() -> None:
    """One team, one segment: POA .3, .5 an hour for 3 h."""
    plan = team_plan([0.3], [[0.5]], [[3.0]], {})
    choice = plan.choices[0]
    assert (choice.segment, choice.poa, choice.coverage, choice.hours) == (0, 0.3, 1.5, 3.0)
    assert choice.pod == pytest.approx(1 - exp(-1.5))
    assert choice.pos == plan.pos_total == pytest.approx(0.3 * (1 - exp(-1.5)))
    assert choice.psr_per_h == pytest.approx(0.15)
    assert plan.upper_bound == pytest.approx(plan.pos_total)
    assert plan.runner_up is not None and plan.runner_up.pos_total == 0.0
    assert plan.runner_up.changes == ((0, 0, None),)


def test_a_team_that_cannot_get_there_stays_and_a_person_may_say_so() -> None:
    plan = team_plan([0.3, 0.2], [[1.0, 1.0], [1.0, 1.0]], [[2.0, -1.0], [2.0, 0.0]], {0: None})
    assert [choice.segment for choice in plan.choices] == [None, None]
    assert plan.pos_total == 0.0
    assert plan.runner_up is None


def test_locks_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidInput, match="both locked"):
        team_plan(POA, RATE, HOURS, {0: 1, 2: 1})
    with pytest.raises(InvalidInput, match="does not exist"):
        team_plan(POA, RATE, HOURS, {0: 9})
    with pytest.raises(InvalidInput, match="does not exist"):
        team_plan(POA, RATE, HOURS, {-1: 0})
    with pytest.raises(InvalidInput, match="hours_available"):
        team_plan(POA, RATE, HOURS * np.nan, {})
    with pytest.raises(InvalidInput, match=r"coverage_rate_per_h\[0\]\[0\]"):
        team_plan(POA, -RATE, HOURS, {})
