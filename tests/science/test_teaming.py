"""Whole teams on whole assignments, against trying every plan, and against sums done by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, product
from math import exp, inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wayhome.base.errors import InvalidInput
from wayhome.science.team_board import Board
from wayhome.science.team_proof import Proof
from wayhome.science.team_question import Asked
from wayhome.science.teaming import TeamPlan, TeamQuestion, team_plan

Task = NDArray[np.int64]
EXACT = 1e-9  # gap asked for where plans are compared; finds below are compared at 1e-6


def no_clock() -> float:
    return 0.0


def plan_of(question: TeamQuestion, objective: Any = "expected", gap: float = EXACT) -> TeamPlan:
    return team_plan(question, objective=objective, gap=gap, clock=no_clock)


def tasks_of(plan: TeamPlan) -> dict[tuple[int, int], int | None]:
    return {(choice.team, choice.period): choice.task for choice in plan.choices}


# --- every plan there is, written down once more from the rules ----------------------------------


def finds(q: TeamQuestion, task: Task) -> NDArray[np.float64]:
    """`[M]` by scenario."""
    poa, coverage, value = np.asarray(q.poa), np.asarray(q.coverage), np.asarray(q.value)
    found = np.zeros(len(poa))
    for s in range(poa.shape[1]):
        laid = sum(coverage[s, k, p] for k, p in np.argwhere(task == s))
        found += poa[:, s] * (1.0 - exp(-laid))
    for b, p in product(range(value.shape[-2]), range(value.shape[-1])):
        if (task[:, p] == poa.shape[1] + b).any():
            found += value[..., b, p]
    return found


def is_fine(q: TeamQuestion, task: Task) -> bool:
    coverage, allowed, most_teams = np.asarray(q.coverage), np.asarray(q.allowed), np.asarray(q.most_teams)
    rest_after, most_periods = np.asarray(q.rest_after), np.asarray(q.most_periods)
    n_segments = coverage.shape[0]
    for (k, p), n in np.ndenumerate(task):
        if (k, p) in q.locked:
            if n != (-1 if q.locked[k, p] is None else q.locked[k, p]):
                return False
        elif n >= 0 and (not allowed[n, k, p] or (n < n_segments and not coverage[n, k, p] > 0)):
            return False
        if n >= 0:
            later = task[k, p + 1 : p + 1 + int(rest_after[k])]
            staff = int((task[:, p] == n).sum())
            if (later >= 0).any() or staff > (most_teams[n] if n < n_segments else 1):
                return False
    return bool(((task >= 0).sum(axis=1) <= most_periods).all())


def every_plan(q: TeamQuestion) -> Iterator[Task]:
    n_tasks, n_teams, n_periods = np.asarray(q.allowed).shape
    for flat in product(range(-1, n_tasks), repeat=n_teams * n_periods):
        task = np.array(flat).reshape(n_teams, n_periods)
        if is_fine(q, task):
            yield task


def n_staffed(q: TeamQuestion, task: Task) -> int:
    return sum(bool((task[:, 0] == n).any()) for n in np.flatnonzero(np.asarray(q.is_reflex)))


def worth(q: TeamQuestion, task: Task, objective: str) -> float:
    found = finds(q, task)
    return float(np.asarray(q.weights) @ found if objective == "expected" else found.min())


@st.composite
def questions(draw: st.DrawFn) -> TeamQuestion:
    n_segments, n_points = draw(st.sampled_from([(2, 0), (3, 0), (2, 1), (1, 2)]))
    n_teams, n_periods, n_scenarios = draw(st.sampled_from([(1, 2, 1), (2, 1, 2), (3, 1, 1), (2, 2, 1), (2, 2, 2)]))
    n_tasks = n_segments + n_points
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    allowed = rng.random((n_tasks, n_teams, n_periods)) < 0.85
    locked: dict[tuple[int, int], int | None] = {}
    if draw(st.booleans()):
        slot = int(rng.integers(n_teams)), int(rng.integers(n_periods))
        n = int(rng.integers(-1, n_tasks))
        locked[slot] = None if n < 0 else n
        allowed[max(n, 0), slot[0], slot[1]] = True
    return TeamQuestion(
        poa=rng.dirichlet(np.full(n_segments + 1, 0.7), n_scenarios)[:, :n_segments],
        weights=rng.dirichlet(np.full(n_scenarios, 3.0)),
        coverage=rng.choice([0.0, 0.1, 0.4, 1.0, 2.5], (n_segments, n_teams, n_periods), p=[0.1, 0.2, 0.3, 0.3, 0.1]),
        hours=[4.0] * n_periods,
        value=rng.choice([0.0, 0.02, 0.1], (n_points, n_periods)),
        allowed=allowed,
        is_reflex=rng.random(n_tasks) < draw(st.sampled_from([0.0, 0.5])),
        most_teams=rng.integers(1, 3, n_segments),
        rest_after=rng.integers(0, 2, n_teams),
        most_periods=rng.integers(1, n_periods + 1, n_teams),
        locked=locked,
    )


@pytest.mark.parametrize("objective", ["expected", "worst"])
@settings(max_examples=80, deadline=None)
@given(q=questions())
def test_the_plan_and_its_runner_up_against_trying_everything(objective: str, q: TeamQuestion) -> None:
    plan, every = plan_of(q, objective), list(every_plan(q))
    chosen = np.array([-1 if c.task is None else c.task for c in plan.choices]).reshape(every[0].shape)
    most_reflex = max(n_staffed(q, task) for task in every)
    rivals = [task for task in every if n_staffed(q, task) == most_reflex]
    best = max(worth(q, task, objective) for task in rivals)
    assert is_fine(q, chosen)
    assert plan.n_reflex == n_staffed(q, chosen) == most_reflex
    assert plan.value == pytest.approx(best, abs=1e-6)
    assert plan.value == pytest.approx(worth(q, chosen, objective), abs=1e-12)
    assert plan.upper_bound >= best - 1e-9
    assert plan.by_scenario == pytest.approx(tuple(finds(q, chosen)), abs=1e-12)
    assert plan.pos_total == pytest.approx(worth(q, chosen, "expected"), abs=1e-12)
    assert plan.divisible_bound >= max(worth(q, task, "expected") for task in every) - 1e-9

    is_open = np.array([not c.is_locked for c in plan.choices]).reshape(chosen.shape) & (chosen >= 0)
    others = [worth(q, t, objective) for t in rivals if (t[is_open] != chosen[is_open]).any()]
    if not others:
        assert plan.runner_up is None
    else:
        assert plan.runner_up is not None
        assert plan.runner_up.value == pytest.approx(max(others), abs=1e-6)
        assert plan.runner_up.upper_bound >= max(others) - 1e-9
        then = chosen.copy()
        for k, p, now, task in plan.runner_up.changes:
            assert chosen[k, p] == (-1 if now is None else now)
            then[k, p] = -1 if task is None else task
        assert is_fine(q, then)
        assert worth(q, then, objective) == pytest.approx(plan.runner_up.value, abs=1e-12)


@pytest.mark.parametrize("objective", ["expected", "worst"])
@settings(max_examples=60, deadline=None)
@given(q=questions())
def test_the_bound_of_the_programs_is_the_best_plan(objective: Any, q: TeamQuestion) -> None:
    """By itself, with no better bound and no plan to fall back on: never below the best plan, and no more than it."""
    board = Board(Asked(q).orders(objective))
    board.fill()
    _, bound = Proof(board).solved(board, inf, EXACT, lambda: False)
    most_reflex = max(n_staffed(q, task) for task in every_plan(q))
    best = max(worth(q, task, objective) for task in every_plan(q) if n_staffed(q, task) == most_reflex)
    assert best - 1e-8 <= bound <= best + 1e-6


@settings(max_examples=30, deadline=None)
@given(q=questions(), calls=st.integers(0, 40), gap=st.sampled_from([EXACT, 0.05]))
def test_a_plan_cut_short_keeps_to_the_rules_and_its_bound_holds(q: TeamQuestion, calls: int, gap: float) -> None:
    ticks = count()
    plan = team_plan(q, gap=gap, clock=lambda: 0.0, stop=lambda: next(ticks) >= calls)
    every = list(every_plan(q))
    chosen = np.array([-1 if c.task is None else c.task for c in plan.choices]).reshape(every[0].shape)
    assert is_fine(q, chosen)
    most_reflex = max(n_staffed(q, task) for task in every)
    best = max(worth(q, task, "expected") for task in every if n_staffed(q, task) == most_reflex)
    assert plan.n_reflex == most_reflex
    assert plan.value - 1e-12 <= best <= plan.upper_bound + 1e-9
    assert plan.is_proved == (plan.gap <= gap * plan.value)


# --- by hand -------------------------------------------------------------------------------------

# team 0 lays 1 anywhere, team 1 lays 2 in segment 0 and 1/2 in segment 1
TWO = TeamQuestion(poa=[0.5, 0.3], coverage=[[[1.0], [2.0]], [[1.0], [0.5]]], hours=[4.0])


def test_two_teams_in_two_segments_and_what_each_is_good_for() -> None:
    plan = plan_of(TWO)
    assert tasks_of(plan) == {(0, 0): 1, (1, 0): 0}
    one, two = plan.choices
    assert one.pos == one.loss == pytest.approx(0.3 * (1 - exp(-1)))
    assert two.pos == two.loss == pytest.approx(0.5 * (1 - exp(-2)))
    assert plan.value == plan.pos_total == pytest.approx(one.pos + two.pos)
    assert plan.upper_bound == plan.value
    assert plan.is_proved
    assert (two.poa, two.coverage, two.hours) == (0.5, 2.0, 4.0)
    assert two.pod == pytest.approx(1 - exp(-2))
    assert two.psr_per_h == pytest.approx(0.5 * 2.0 / 4.0)
    assert (one.next_task, two.next_task) == (None, None)  # the other segment is taken
    assert one.next_loss == one.loss
    assert plan.runner_up is not None
    both_changed = 0.5 * (1 - exp(-1)) + 0.3 * (1 - exp(-0.5))  # 0.434; team 1 alone in segment 0 finds 0.432
    assert plan.runner_up.value == pytest.approx(both_changed)
    assert plan.runner_up.loss == pytest.approx(plan.value - both_changed)
    assert plan.runner_up.changes == ((0, 0, 1, 0), (1, 0, 0, 1))


def test_two_teams_that_may_share_a_segment() -> None:
    """Coverage adds: both in segment 0 lay 3, both in segment 1 lay 1.5."""
    plan = plan_of(replace(TWO, most_teams=[2, 2]))
    assert tasks_of(plan) == {(0, 0): 1, (1, 0): 0}
    one, two = plan.choices
    assert (one.next_task, two.next_task) == (0, 1)
    assert one.next_loss == pytest.approx(plan.value - 0.5 * (1 - exp(-3)))
    assert two.next_loss == pytest.approx(plan.value - 0.3 * (1 - exp(-1.5)))
    assert plan.runner_up is not None
    assert plan.runner_up.value == pytest.approx(0.5 * (1 - exp(-3)))
    assert plan.runner_up.changes == ((0, 0, 1, 0),)


def test_what_a_second_team_in_a_segment_adds() -> None:
    """Both in the only segment: 0.6 (1 - exp(-3)); without one of them 0.6 (1 - exp(-2)) or 0.6 (1 - exp(-1))."""
    plan = plan_of(TeamQuestion(poa=[0.6], coverage=[[[1.0], [2.0]]], hours=[3.0], most_teams=[2]))
    assert plan.pos_total == pytest.approx(0.6 * (1 - exp(-3)))
    assert [c.pos for c in plan.choices] == pytest.approx([0.6 * (exp(-2) - exp(-3)), 0.6 * (exp(-1) - exp(-3))])
    assert plan.divisible_bound == pytest.approx(plan.pos_total)


def test_the_least_scenario_is_another_plan_than_the_expected_one() -> None:
    """Two teams of coverage 1: by weight both belong in segment 0, where the second still adds .72 (e^-1 - e^-2)."""
    q = TeamQuestion(
        poa=[[0.8, 0.0], [0.0, 0.8]],
        weights=[0.9, 0.1],
        coverage=np.ones((2, 2, 1)),
        hours=[4.0],
        most_teams=[2, 2],
    )
    expected, worst = plan_of(q), plan_of(q, "worst")
    assert set(tasks_of(expected).values()) == {0}
    assert expected.value == expected.pos_total == pytest.approx(0.72 * (1 - exp(-2)))
    assert expected.by_scenario == pytest.approx((0.8 * (1 - exp(-2)), 0.0))
    assert set(tasks_of(worst).values()) == {0, 1}
    assert worst.value == min(worst.by_scenario) == pytest.approx(0.8 * (1 - exp(-1)))
    assert worst.pos_total == pytest.approx(0.8 * (1 - exp(-1)))
    assert [c.loss for c in worst.choices] == pytest.approx([worst.value] * 2)
    at = {c.task: c.pos for c in worst.choices}
    assert at == pytest.approx({0: 0.72 * (1 - exp(-1)), 1: 0.08 * (1 - exp(-1))})


def test_a_scenario_that_is_ruled_out_does_not_count_as_the_worst() -> None:
    q = TeamQuestion(poa=[[0.8, 0.1], [0.0, 0.0]], weights=[1.0, 0.0], coverage=np.ones((2, 1, 1)), hours=[4.0])
    plan = plan_of(q, "worst")
    assert plan.value == pytest.approx(0.8 * (1 - exp(-1)))
    assert plan.by_scenario == pytest.approx((0.8 * (1 - exp(-1)), 0.0))


def test_reflex_tasks_come_first_though_they_cost_much() -> None:
    """Only team 0 is fit for the point of no value: it goes, and the far better segment it could search waits."""
    allowed = np.array([[[True], [False]], [[True], [True]], [[True], [False]]])
    q = TeamQuestion(
        poa=[0.9, 0.1],
        coverage=np.ones((2, 2, 1)),
        hours=[4.0],
        value=[[0.0]],
        allowed=allowed,
        is_reflex=[False, False, True],
    )
    plan = plan_of(q)
    assert tasks_of(plan) == {(0, 0): 2, (1, 0): 1}
    assert plan.n_reflex == 1
    assert plan.value == pytest.approx(0.1 * (1 - exp(-1)))
    assert plan.choices[0].loss == pytest.approx(0.0)
    assert plan.choices[0].next_loss == pytest.approx(-0.9 * (1 - exp(-1)))
    assert plan.runner_up is not None and plan.runner_up.changes == ((1, 0, 1, None),)


@pytest.mark.parametrize("most_teams", [[1, 1], [1, 2]])  # an assignment, and a mixed-integer program
def test_as_many_reflex_tasks_as_can_be_are_staffed(most_teams: list[int]) -> None:
    """Team 0 alone could do either; team 1 only segment 0, where team 0 would find more."""
    coverage = [[[3.0], [0.1]], [[0.2], [0.0]]]
    plan = plan_of(
        TeamQuestion(poa=[0.8, 0.1], coverage=coverage, hours=[4.0], is_reflex=[True, True], most_teams=most_teams)
    )
    assert tasks_of(plan) == {(0, 0): 1, (1, 0): 0}
    assert plan.n_reflex == 2
    assert plan.runner_up is None  # every other plan leaves one of them out


@pytest.mark.parametrize("most_teams", [1, 2])
def test_a_reflex_task_goes_to_the_team_that_can_best_be_spared(most_teams: int) -> None:
    """Both are fit for the point of no value; only team 0 finds anything in the segment."""
    coverage = [[[1.0], [0.0]]]
    q = TeamQuestion(
        poa=[0.5], coverage=coverage, hours=[4.0], value=[[0.0]], is_reflex=[False, True], most_teams=[most_teams]
    )
    assert tasks_of(plan_of(q)) == {(0, 0): 0, (1, 0): 1}


def test_a_reflex_task_late_is_no_reflex_task() -> None:
    """One team that rests after work: the reflex segment first, though the other is worth more in either period."""
    q = TeamQuestion(
        poa=[0.8, 0.1], coverage=np.ones((2, 1, 2)), hours=[4.0, 4.0], is_reflex=[False, True], rest_after=[1]
    )
    plan = plan_of(q)
    assert tasks_of(plan) == {(0, 0): 1, (0, 1): None}
    assert plan.choices[1].idle == "resting"


def test_why_teams_stay_at_base() -> None:
    coverage = np.ones((1, 4, 1))
    coverage[0, 1] = 0.0
    plan = plan_of(TeamQuestion(poa=[0.4], coverage=coverage * [[[3.0], [1.0], [1.0], [1.0]]], hours=[4.0], locked={(2, 0): None}))  # fmt: skip
    assert tasks_of(plan) == {(0, 0): 0, (1, 0): None, (2, 0): None, (3, 0): None}
    assert [c.idle for c in plan.choices] == ["", "nothing_allowed", "stands_down", "no_room"]
    assert plan.unused_teams == (1, 2, 3)
    empty = plan_of(TeamQuestion(poa=[0.0], coverage=np.ones((1, 1, 1)), hours=[4.0]))
    assert [c.idle for c in empty.choices] == ["adds_nothing"]
    assert (empty.value, empty.upper_bound, empty.is_proved, empty.runner_up) == (0.0, 0.0, True, None)


def test_rest_and_most_periods_over_three_periods() -> None:
    """Periods weigh 1, 2, 1 by coverage. A team that rests takes the outer two together (2) or the middle alone (2 at
    once, the same coverage); with one period of work at most it takes the middle."""
    coverage = np.array([[[0.1, 0.3, 0.1], [0.1, 0.3, 0.1]]])
    q = TeamQuestion(poa=[0.9], coverage=coverage, hours=[4.0] * 3, most_teams=[2], rest_after=[1, 0])
    plan = plan_of(q)
    assert tasks_of(plan) == {(0, 0): None, (0, 1): 0, (0, 2): None, (1, 0): 0, (1, 1): 0, (1, 2): 0}
    assert plan.value == pytest.approx(0.9 * (1 - exp(-0.8)))
    plan = plan_of(replace(q, most_periods=[3, 2]))
    assert plan.value == pytest.approx(0.9 * (1 - exp(-0.7)))
    rested = plan_of(replace(q, locked={(0, 0): 0}))
    assert tasks_of(rested)[0, 1] is None and tasks_of(rested)[0, 2] == 0
    assert rested.choices[0].is_locked and rested.choices[0].next_task is None


def test_a_point_is_watched_by_one_team_and_counts_once() -> None:
    q = TeamQuestion(poa=[[0.2]], coverage=np.ones((1, 3, 1)), hours=[4.0], value=[[0.3]])
    plan = plan_of(q)
    assert sorted(c.task for c in plan.choices if c.task is not None) == [0, 1]
    assert plan.value == pytest.approx(0.3 + 0.2 * (1 - exp(-1)))
    crowded = plan_of(replace(q, locked={(0, 0): 1, (1, 0): 1}))
    assert crowded.value == pytest.approx(0.3 + 0.2 * (1 - exp(-1)))
    assert [c.pos for c in crowded.choices[:2]] == pytest.approx([0.0, 0.0])  # either of them is enough


def test_an_assignment_and_a_mixed_integer_program_agree() -> None:
    """An empty segment that would take two teams makes a program of the assignment, and changes nothing else."""
    rng = np.random.default_rng(11)
    poa = rng.dirichlet(np.ones(13))[:12]
    q = TeamQuestion(poa=poa, coverage=rng.uniform(0.1, 2.0, (12, 7, 1)), hours=[4.0])
    one = plan_of(q)
    wide = replace(
        q,
        poa=[*poa, 0.0],
        coverage=np.concatenate([np.asarray(q.coverage), np.ones((1, 7, 1))]),
        most_teams=[1] * 12 + [2],
    )
    other = plan_of(wide)
    assert tasks_of(one) == tasks_of(other)
    assert one.value == pytest.approx(other.value, abs=1e-12)
    assert one.upper_bound == pytest.approx(other.upper_bound, abs=1e-8)
    assert one.runner_up is not None and other.runner_up is not None
    assert one.runner_up.value == pytest.approx(other.runner_up.value, abs=1e-8)


def test_time_is_up_and_says_so() -> None:
    rng = np.random.default_rng(5)
    q = TeamQuestion(
        poa=rng.dirichlet(np.ones(31))[:30],
        coverage=rng.uniform(0.2, 1.0, (30, 8, 2)),
        hours=[4.0, 4.0],
        most_teams=[2] * 30,
    )
    ticks = count()
    hasty = team_plan(q, clock=lambda: float(next(ticks)), time_limit_s=0.0, gap=1e-6)
    patient = team_plan(q, clock=no_clock, time_limit_s=inf)
    assert not hasty.is_proved
    assert patient.is_proved and patient.gap <= 0.005 * patient.value
    assert patient.value <= hasty.upper_bound + 1e-9
    assert hasty.value <= patient.upper_bound + 1e-9
    assert patient.upper_bound <= patient.divisible_bound + 1e-9


def test_whoever_asks_to_stop_by_an_error_is_heard() -> None:
    rng = np.random.default_rng(5)
    q = TeamQuestion(
        poa=rng.dirichlet(np.ones(31))[:30], coverage=rng.uniform(0.2, 1.0, (30, 8, 2)), hours=4.0, most_teams=[2] * 30
    )
    ticks = count()

    def cancelled() -> bool:
        if next(ticks) > 150:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        team_plan(q, clock=no_clock, stop=cancelled, gap=1e-6)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    plan_of(replace(TWO, most_teams=[2, 2]))
    assert capfd.readouterr().out == ""


# --- what cannot be ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"poa": [[0.5, float("nan")]]}, r"poa\[0\]\[1\] is nan"),
        ({"poa": [50.0, 30.0]}, "scenario 0 adds up to 80"),
        ({"poa": [[0.5, 0.3], [0.1, 0.1]]}, "2 scenarios; give their weights"),
        ({"poa": [[0.5, 0.3], [0.1, 0.1]], "weights": [0.5, 0.6]}, "weights add up to 1.1"),
        ({"poa": [[0.5, 0.3], [0.1, 0.1]], "weights": [1.5, -0.5]}, r"weights\[1\] is -0.5"),
        ({"poa": [0.5]}, "Shapes do not fit"),
        ({"coverage": [[[1.0], [-2.0]], [[1.0], [0.5]]]}, r"coverage\[0\]\[1\]\[0\] is -2.0"),
        ({"coverage": [[[1.0], [inf]], [[1.0], [0.5]]]}, r"coverage\[0\]\[1\]\[0\] is inf"),
        ({"coverage": [[[1.0], [2.0]], [[1.0]]]}, "coverage is no regular array"),
        ({"coverage": np.ones((2, 0, 1))}, "no teams or no periods"),
        ({"hours": "four"}, "hours is no regular array of numbers"),
        ({"hours": [4.0, 4.0]}, "hours has shape"),
        ({"value": [0.1]}, "value has shape"),
        ({"value": [[10.0]]}, "a chance is at most 1"),
        ({"value": [[-0.1]]}, r"value\[0\]\[0\] is -0.1"),
        ({"allowed": [[1, 1], [1, 1]]}, "allowed needs true or false"),
        ({"is_reflex": [True]}, "is_reflex needs true or false"),
        ({"most_teams": [1, 1.5]}, r"most_teams\[1\] is 1.5; it must be a whole number"),
        ({"rest_after": [-1, 0]}, r"rest_after\[0\] is -1"),
        ({"most_periods": [1]}, "most_periods has shape"),
        ({"locked": {(7, 0): 1}}, "Team 7 is locked to task 1 in period 0; there are 2 teams"),
        ({"locked": {(0, 3): 1}}, "period 3; there are"),
        ({"locked": {(1, 0): 9}}, "Team 1 is locked to task 9"),
        ({"locked": {(0, 0): -1}}, "Team 0 is locked to task -1"),
        ({"locked": {(0, 0): 1, (1, 0): 1}}, "Teams 0, 1 are locked to task 1 in period 0, which takes 1"),
        ({"allowed": [[[True], [False]], [[True], [True]]], "locked": {(1, 0): 0}}, "Team 1 is locked to task 0.*not fit"),
        ({"most_periods": [0, 1], "locked": {(0, 0): 1}}, "Team 0 is locked to tasks 1 in periods 0, but may work in 0"),
    ],
)  # fmt: skip
@pytest.mark.hostile
def test_a_question_that_cannot_be_is_refused_in_a_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        plan_of(replace(TWO, **change))


@pytest.mark.hostile
def test_a_lock_without_rest_and_a_wish_that_is_none_are_refused() -> None:
    q = TeamQuestion(poa=[0.4], coverage=np.ones((1, 1, 2)), hours=[4.0, 4.0], rest_after=[1])
    with pytest.raises(InvalidInput, match="Team 0 is locked to tasks 0, 0 in periods 0, 1, but must rest 1"):
        plan_of(replace(q, locked={(0, 0): 0, (0, 1): 0}))
    with pytest.raises(InvalidInput, match="'best'; write"):
        plan_of(q, "best")
    with pytest.raises(InvalidInput, match="gap is nan"):
        plan_of(q, gap=float("nan"))
    with pytest.raises(InvalidInput, match="time_limit_s is -1"):
        team_plan(q, clock=no_clock, time_limit_s=-1.0)


@pytest.mark.hostile
@pytest.mark.parametrize("scale", [1e-8, 1e-4, 1e6, 1e300])
def test_coverage_of_any_size_leaves_a_plan_and_a_bound(scale: float) -> None:
    """Of next to nothing coverage a plan finds poa x coverage; of any amount all there is."""
    q = TeamQuestion(
        poa=[0.5, 0.3], coverage=np.array([[[1.0], [2.0]], [[1.0], [0.5]]]) * scale, hours=[4.0], most_teams=[2, 2]
    )
    plan = plan_of(q)
    best = 0.5 * (1 - exp(-3 * scale)) if scale > 1e-5 else 0.5 * 3 * scale
    best = 0.8 if scale > 1 else best
    assert plan.value == pytest.approx(best, rel=1e-6)
    assert best * (1 - 1e-6) <= plan.upper_bound <= best * (1 + 1e-6)
