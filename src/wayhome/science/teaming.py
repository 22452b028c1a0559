"""Whole teams on whole assignments over one or several operational periods: who goes where, why, and how good that is.

Knows search tasks, points to watch and reflex tasks, rest, locks and scenarios. Refuses to know ground, people and
daylight: the coverage that a team would lay in a period, all that taken off, arrives as a number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from wayhome.base.errors import InvalidInput
from wayhome.science.allocation import allocation
from wayhome.science.team_board import IDLE, Board, Orders, Slot
from wayhome.science.team_proof import Proof
from wayhome.science.team_question import Asked, Objective, TeamQuestion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Idle = Literal["", "stands_down", "nothing_allowed", "resting", "no_room", "adds_nothing"]

GAP = 0.005  # of what the plan finds: a plan proved so close to the best is called best
_RUNNER_UP_GAP = 2.0  # of the plan's gap: the same again would cost as long as the plan for nothing to see
_MAIN_SHARE = 2.0 / 3.0  # of the time, for the plan; the rest for the runner-up


@dataclass(frozen=True, kw_only=True)
class TeamChoice:
    """What one team does in one period, and the numbers of the reason; `task` None where it does nothing, and `idle` why.

    `poa`, `coverage` (its own), `pod` (of that) and `psr_per_h` (of the first hour, were it alone) of a search, 0 at a
    point. `pos` is the expected chance that the plan loses without this choice, all others as they are, and `loss` what
    the objective loses; `next_task` the task that the team would better have instead (None: none), `next_loss` what
    the objective loses then (below 0 only where a reflex task costs that much).
    """

    team: int
    period: int
    task: int | None
    is_locked: bool
    idle: Idle = ""
    hours: float = 0.0
    poa: float = 0.0
    coverage: float = 0.0
    pod: float = 0.0
    psr_per_h: float = 0.0
    pos: float = 0.0
    loss: float = 0.0
    next_task: int | None = None
    next_loss: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RunnerUp:
    """The best plan found that leaves at least one unlocked choice undone, and staffs as many reflex tasks.

    `value` of the objective, `loss` against the plan, `upper_bound` that no such plan can beat, within twice the gap asked
    for if time allows; `pos_total` its expected chance; `changes` as (team, period, task now, task then).
    """

    value: float
    loss: float
    upper_bound: float
    pos_total: float
    changes: tuple[tuple[int, int, int | None, int | None], ...]


@dataclass(frozen=True, kw_only=True)
class TeamPlan:
    """Whole teams on whole tasks, with a proof of how much better any other plan can be.

    `value` is what was maximised: `pos_total`, the expected chance, or the least of `by_scenario` `[M]`, which has every
    scenario. No plan that keeps to the locks and staffs as many reflex tasks has a value above `upper_bound`; `is_proved` if
    that is within the gap asked for. `divisible_bound` is what no plan could expect to find even if every team
    split its hours over any segments. `n_reflex` reflex tasks are staffed in the first period, more cannot be.
    """

    choices: tuple[TeamChoice, ...]
    value: float
    pos_total: float
    by_scenario: tuple[float, ...]
    upper_bound: float
    is_proved: bool
    divisible_bound: float
    n_reflex: int
    runner_up: RunnerUp | None

    @property
    def gap(self) -> float:
        """upper_bound - value >= 0."""
        return max(0.0, self.upper_bound - self.value)

    @property
    def unused_teams(self) -> tuple[int, ...]:
        """Teams that have nothing to do in any period; their choices say why."""
        used = {choice.team for choice in self.choices if choice.task is not None}
        return tuple(sorted({choice.team for choice in self.choices} - used))


def team_plan(
    question: TeamQuestion,
    *,
    objective: Objective = "expected",
    clock: Callable[[], float],
    gap: float = GAP,
    time_limit_s: float = inf,
    stop: Callable[[], bool] = lambda: False,
) -> TeamPlan:
    """The plan of whole teams that finds most: over all scenarios by weight, or in the one where it finds least.

    Reflex tasks come first: as many as can be are staffed in the first period, whatever that costs. Of the plans left the
    value counts; "worst" is the least over the scenarios of weight above 0, and the expected chance breaks ties.

    Parameters
    ----------
    gap : >= 0, fraction of the value: no more than that is left between plan and bound.
    clock : gives seconds; after `time_limit_s` of them, or when `stop()` says so (asked several times a second), the best
        plan so far is the answer, with the bound known by then. Only then may two runs differ.

    Notes
    -----
    One period, one team for each task, no worst case: a linear assignment, exact. Else teams are moved by one and two, and
    mixed-integer programs bound what is left to gain (`team_proof`). Bounds hold to about 1e-8 of what is found.
    """
    asked = Asked(question)
    if objective not in ("expected", "worst"):
        raise InvalidInput(f'objective is {objective!r}; write "expected" or "worst".', field="objective")
    for name, number in (("gap", gap), ("time_limit_s", time_limit_s)):
        if not number >= 0.0:
            raise InvalidInput(f"{name} is {number}; it must be at least 0.", field=name)
    orders = asked.orders(objective)
    began = clock()

    def is_over(share: float = 1.0) -> bool:
        return stop() or clock() - began >= share * time_limit_s

    divisible = _divisible_bound(asked)
    is_assignment = asked.n_periods == 1 and len(orders.poa) == 1 and bool((orders.room <= 1).all())
    if is_assignment:
        board, other = _assigned(orders)
        bound, other_bound = board.value, -inf if other is None else other.value
    else:
        board, bound, other, other_bound = _searched(orders, min(divisible, _most(orders)), gap, is_over)
    return TeamPlan(
        choices=tuple(_choice(asked, Board(board.orders, board.task), slot) for slot in np.ndindex(asked.locked.shape)),
        value=board.value,
        pos_total=board.expected,
        by_scenario=asked.by_scenario(board.task),
        upper_bound=bound,
        is_proved=bound <= board.value * (1.0 + gap),
        divisible_bound=max(divisible, board.expected),
        n_reflex=board.n_first,
        runner_up=None if other is None else _runner_up(board, other, other_bound),
    )


# --- the best plan -------------------------------------------------------------------------------


def _assigned(orders: Orders) -> tuple[Board, Board | None]:
    """Best plan and runner-up of one period where each task takes one team: linear assignments."""
    base = Board(orders)
    gains = np.zeros((len(orders.first), len(orders.is_open)))
    for slot in orders.slots:
        gains[:, slot[0]] = np.maximum(0.0, base.offers(slot) - base.score)
    board = _matched(orders, gains)
    other: Board | None = None
    for slot in _chosen(board):
        without = gains.copy()
        without[board.task[slot], slot[0]] = 0.0
        found = _matched(orders, without)
        if found.n_first == board.n_first and (other is None or found.score > other.score):
            other = found
    return board, other


def _matched(orders: Orders, gains: Array) -> Board:
    board = Board(orders)
    for n, k in zip(*linear_sum_assignment(gains, maximize=True), strict=True):
        if gains[n, k] > 0.0:
            board.put((int(k), 0), int(n))
    return board


def _searched(
    orders: Orders, bound: float, gap: float, is_over: Callable[..., bool]
) -> tuple[Board, float, Board | None, float]:
    """Best plan and runner-up, each with the bound on plans of its kind."""

    def is_main_over() -> bool:
        return is_over(_MAIN_SHARE)

    board = Board(orders)
    board.fill()
    board.improve(is_main_over)
    proof = Proof(board)
    best, bound = proof.solved(board, bound, gap, is_main_over)
    board = board if best is None else best
    board.fill()
    board.improve(is_main_over)
    board.clear()
    bound = max(bound, board.value)
    chosen = _chosen(board)
    if not chosen:
        return board, bound, None, -inf
    proof.forbid(board.task)
    other, other_bound = proof.solved(_moved_off(board, is_over), bound, _RUNNER_UP_GAP * gap, is_over)
    if other is not None and other.score > board.score:  # within the gap a better plan turned up late
        board, other, other_bound = other, board, bound
        bound = max(bound, board.value)
    return board, bound, other, other_bound


def _moved_off(board: Board, is_over: Callable[[], bool]) -> Board | None:
    """A good plan with at least one choice undone and all reflex tasks kept."""
    orders, best = board.orders, None
    for slot in _chosen(board):
        if best is not None and is_over():
            break
        score, task = max(Board(orders, board.task).without(slot), key=lambda plan: plan[0])
        if (best is None or score > best[0]) and Board(orders, task).n_first == board.n_first:
            best = score, task, slot
    if best is None:
        return None
    _, task, slot = best
    can = orders.can.copy()
    can[board.task[slot], slot[0], slot[1]] = False
    other = Board(replace(orders, can=can), task)
    other.improve(is_over)
    other.clear()
    return Board(orders, other.task)


def _chosen(board: Board) -> list[Slot]:
    """Slots that were open to decide and have a task."""
    return [slot for slot in board.orders.slots if board.task[slot] != IDLE]


def _most(orders: Orders) -> float:
    """What each team finds at its best task, alone, and all of it added: a bound in a moment."""
    base = Board(orders)
    alone = base.left[:, :, None, None] * -np.expm1(-orders.coverage)
    points = np.broadcast_to(orders.value[:, :, None, :], (*orders.value.shape[:2], *orders.is_open.shape))
    each = np.where(orders.can, np.concatenate([alone, points], axis=1), 0.0).max(axis=1, initial=0.0)
    return float((base.by_row + each.sum(axis=(1, 2))).min())


def _divisible_bound(asked: Asked) -> float:
    """What no plan can expect to find even if teams split their hours: an allocation, and every point watched."""
    orders = asked.orders("expected")
    base, n = Board(orders), asked.n_segments
    slots = tuple(np.array(orders.slots, np.int64).reshape(-1, 2).T)
    found = float(base.by_row[0])
    if n and len(slots[0]):
        can, laid = (values[:, slots[0], slots[1]] for values in (orders.can[:n], orders.coverage))
        best = allocation(base.left[0], np.where(can, laid, 0.0), np.ones(can.shape[1]))
        found += best.pos + best.gap
    return found + float((orders.value[0] * orders.can[n:].any(axis=1)).sum())


def _runner_up(board: Board, other: Board, bound: float) -> RunnerUp:
    changes = np.argwhere(board.task != other.task).tolist()
    return RunnerUp(
        value=other.value,
        loss=board.value - other.value,
        upper_bound=max(bound, other.value),
        pos_total=other.expected,
        changes=tuple((k, p, _task(board.task[k, p]), _task(other.task[k, p])) for k, p in changes),
    )


def _task(n: int) -> int | None:
    return None if n == IDLE else int(n)


# --- the numbers of the reason -------------------------------------------------------------------


def _choice(asked: Asked, board: Board, slot: Slot) -> TeamChoice:
    (team, period), is_locked = slot, not asked.is_open[slot]
    value, expected, n = board.value, board.expected, board.lift(slot)
    if n == IDLE:
        return TeamChoice(
            team=team, period=period, task=None, is_locked=is_locked, idle=_idle(asked, board, slot, is_locked)
        )
    pos, loss, next_task, next_loss = expected - board.expected, value - board.value, None, value - board.value
    if not is_locked:
        idle_score, offers = board.score, board.offers(slot)
        offers[n] = -inf
        if offers.max() > idle_score:
            next_task = int(offers.argmax())
            board.put(slot, next_task)
            next_loss = value - board.value
    is_search, hours = n < asked.n_segments, float(asked.hours[n, team, period])
    poa = float(asked.weights @ asked.poa[:, n]) if is_search else 0.0
    coverage = float(asked.coverage[n, team, period]) if is_search else 0.0
    return TeamChoice(
        team=team,
        period=period,
        task=n,
        is_locked=is_locked,
        hours=hours,
        poa=poa,
        coverage=coverage,
        pod=float(-np.expm1(-coverage)),
        psr_per_h=poa * coverage / hours if hours > 0.0 else 0.0,
        pos=pos,
        loss=loss,
        next_task=next_task,
        next_loss=next_loss,
    )


def _idle(asked: Asked, board: Board, slot: Slot, is_locked: bool) -> Idle:
    if is_locked:
        return "stands_down"
    if not asked.fit[:, slot[0], slot[1]].any():
        return "nothing_allowed"
    if not board.is_rested(slot):
        return "resting"
    return "adds_nothing" if board.has_room(slot) else "no_room"
