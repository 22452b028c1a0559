"""The question of whole teams on whole assignments, checked: tasks, teams, periods, and what has been decided.

Knows shapes, ranges and locks that cannot be. Refuses to know which plan is good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from wayhome.base.errors import InvalidInput
from wayhome.science.allocation import check_at_least_0
from wayhome.science.team_board import IDLE, Board, Orders, Slot

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Counts = NDArray[np.int64]

Objective = Literal["expected", "worst"]

_DEEPEST = 60.0  # coverage beyond which what is left is no number beside the rest
_SUM_TOLERANCE = 1e-6
_MANY = 10**6  # teams, periods: no limit


@dataclass(frozen=True, kw_only=True, eq=False)
class TeamQuestion:
    """What there is to do, who could do it, and what has been decided.

    Tasks are counted through: the `S` segments first, then the `B` points to watch; N = S + B.

    Parameters
    ----------
    poa : `[M, S]` POA >= 0 of each segment in each of the M scenarios; or `[S]`.
    weights : `[M]` of the scenarios, sum 1; may be left out where there is one.
    coverage : `[S, K, P]` >= 0 that team k would lay in segment s with all its hours of period p; 0: cannot.
    hours : hours of work >= 0 that this takes, `[N, K, P]` or what numpy spreads to it (`[P]`); for PSR only.
    value : `[B, P]`, or `[M, B, P]` by scenario: chance to find the subject at a point watched all period, as POS.
    allowed : `[N, K, P]` bool, the team is fit for the task; all if left out.
    is_reflex : `[N]` bool, tasks to be staffed in the first period before anything else counts.
    most_teams : `[S]` teams in a segment in one period at most; 1 if left out. A point takes one.
    rest_after : `[K]` periods without work that a team needs after each one with work; 0 if left out.
    most_periods : `[K]` periods of work at most; all if left out.
    locked : (team, period) to task, or to None (stands down): what a person has decided; kept, and counted.

    Raises
    ------
    InvalidInput : naming the field and the index that is wrong, or team and task of a lock that cannot be.
    """

    poa: ArrayLike
    coverage: ArrayLike
    hours: ArrayLike
    weights: ArrayLike | None = None
    value: ArrayLike | None = None
    allowed: ArrayLike | None = None
    is_reflex: ArrayLike | None = None
    most_teams: ArrayLike | None = None
    rest_after: ArrayLike | None = None
    most_periods: ArrayLike | None = None
    locked: Mapping[Slot, int | None] = field(default_factory=dict)


class Asked:
    """A question as checked arrays, in its words; `fit` `[N, K, P]` where a team is fit and would lay any coverage."""

    def __init__(self, question: TeamQuestion) -> None:
        poa = np.atleast_2d(_numbers("poa", question.poa))
        self.coverage = _numbers("coverage", question.coverage)
        if self.coverage.ndim != 3 or poa.ndim != 2 or self.coverage.shape[0] != poa.shape[1] or not poa.shape[0]:
            raise InvalidInput(
                f"Shapes do not fit: poa {poa.shape}, coverage {self.coverage.shape}; needed [M, S] and [S, K, P].",
                field="coverage",
            )
        (n_scenarios, n_segments), (_, n_teams, self.n_periods) = poa.shape, self.coverage.shape
        if not n_teams or not self.n_periods:
            raise InvalidInput("coverage has no teams or no periods; there is nothing to plan.", field="coverage")
        sums = poa.sum(axis=1)
        if (sums > 1.0 + _SUM_TOLERANCE).any():
            worst = int(sums.argmax())
            raise InvalidInput(
                f"The POA of scenario {worst} adds up to {sums[worst]:.6g}; write fractions, at most 1 in all.",
                field="poa", index=worst,
            )  # fmt: skip
        self.poa = poa
        given = question.value if question.value is not None else np.zeros((0, self.n_periods))
        value = _numbers("value", given)
        value = value[None] if value.ndim == 2 else value
        if value.ndim != 3 or value.shape[0] not in (1, n_scenarios) or value.shape[2] != self.n_periods:
            raise InvalidInput(f"value has shape {np.shape(given)}; needed [B, P] or [M, B, P].", field="value")
        if (value > 1.0).any():
            raise InvalidInput(f"value goes up to {value.max():.6g}; a chance is at most 1.", field="value")
        self.value = np.broadcast_to(value, (n_scenarios, *value.shape[1:]))
        n_tasks = n_segments + value.shape[1]
        shape = (n_tasks, n_teams, self.n_periods)
        if question.weights is None and n_scenarios > 1:
            raise InvalidInput(f"There are {n_scenarios} scenarios; give their weights.", field="weights")
        self.weights = _filled("weights", question.weights, (n_scenarios,), 1.0)
        if abs(float(self.weights.sum()) - 1.0) > _SUM_TOLERANCE:
            raise InvalidInput(
                f"weights add up to {float(self.weights.sum()):.6g}; they must add up to 1.", field="weights"
            )
        self.hours = _spread("hours", question.hours, shape)
        self.allowed = _flags("allowed", question.allowed, shape, True)
        self.is_reflex = _flags("is_reflex", question.is_reflex, (n_tasks,), False)
        most_teams = _counts("most_teams", question.most_teams, (n_segments,), 1)
        self.room = np.ones((n_tasks, self.n_periods), np.int64)
        self.room[:n_segments] = most_teams[:, None]
        self.rest = _counts("rest_after", question.rest_after, (n_teams,), 0)
        self.most = _counts("most_periods", question.most_periods, (n_teams,), self.n_periods)
        self.n_segments = n_segments
        self.fit = self.allowed.copy()
        self.fit[:n_segments] &= self.coverage > 0.0
        self._locks(question.locked)

    def _locks(self, locks: Mapping[Slot, int | None]) -> None:
        n_tasks, n_teams, n_periods = self.fit.shape
        self.locked = np.full((n_teams, n_periods), IDLE, np.int64)
        self.is_open = np.ones((n_teams, n_periods), np.bool_)
        for (team, period), task in locks.items():
            where = f"Team {team} is locked to task {task} in period {period}"
            if not (0 <= team < n_teams and 0 <= period < n_periods and (task is None or 0 <= task < n_tasks)):
                raise InvalidInput(
                    f"{where}; there are {n_teams} teams, {n_periods} periods and {n_tasks} tasks, counted from 0.",
                    field="locked", team=team, period=period, task=task,
                )  # fmt: skip
            self.is_open[team, period] = False
            if task is None:
                continue
            if not self.allowed[task, team, period]:
                raise InvalidInput(
                    f"{where}, for which it is not fit; lift the lock, or allow it.",
                    field="locked", team=team, period=period, task=task,
                )  # fmt: skip
            there = np.flatnonzero(self.locked[:, period] == task).tolist()
            if task < self.n_segments and len(there) >= self.room[task, period]:
                names = ", ".join(str(k) for k in (*there, team))
                raise InvalidInput(
                    f"Teams {names} are locked to task {task} in period {period}, which takes {self.room[task, period]}; "
                    "lift a lock, split the segment, or let more teams in.",
                    field="locked", team=team, period=period, task=task,
                )  # fmt: skip
            self.locked[team, period] = task
        for team in range(n_teams):
            works = np.flatnonzero(self.locked[team] != IDLE).tolist()
            close = [(a, b) for a, b in pairwise(works) if b - a <= self.rest[team]]
            if close or len(works) > self.most[team]:
                rule = f"must rest {self.rest[team]} after each" if close else f"may work in {self.most[team]}"
                tasks = ", ".join(str(self.locked[team, p]) for p in works)
                raise InvalidInput(
                    f"Team {team} is locked to tasks {tasks} in periods {', '.join(map(str, works))}, but {rule}; lift a lock.",
                    field="locked", team=team, tasks=self.locked[team, works].tolist(), periods=works,
                )  # fmt: skip

    def orders(self, objective: Objective) -> Orders:
        """What the search for a plan works with: one row for the expected chance, one for each scenario for the worst."""
        if objective == "expected":
            poa, weights = (self.weights @ self.poa)[None], np.ones(1)
            value: Array = np.tensordot(self.weights, self.value, 1)[None]
        else:
            counts = self.weights > 0.0
            poa, value, weights = self.poa[counts], self.value[counts], self.weights[counts]
        orders = Orders(
            poa=poa,
            value=value,
            weights=weights,
            coverage=np.minimum(self.coverage, _DEEPEST),
            can=self.fit,
            room=self.room,
            first=self.is_reflex,
            locked=self.locked,
            is_open=self.is_open,
            rest=self.rest,
            most=self.most,
        )
        base = Board(orders)
        rested = [[base.is_rested((k, p)) for p in range(self.n_periods)] for k in range(len(self.is_open))]
        return replace(orders, can=self.fit & (self.is_open & rested) & (base.crew < self.room)[:, None, :])

    def by_scenario(self, task: Counts) -> tuple[float, ...]:
        """What a plan finds in each scenario, those of weight 0 too."""
        cover = np.zeros(self.n_segments)
        is_watched = np.zeros(self.value.shape[1:], np.bool_)
        for k, p in np.argwhere(task != IDLE).tolist():
            if task[k, p] < self.n_segments:
                cover[task[k, p]] += self.coverage[task[k, p], k, p]
            else:
                is_watched[task[k, p] - self.n_segments, p] = True
        return tuple((self.poa @ -np.expm1(-cover) + (self.value * is_watched).sum(axis=(1, 2))).tolist())


def _numbers(name: str, given: ArrayLike) -> Array:
    try:
        array = np.array(given, np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"{name} is no regular array of numbers ({error}).", field=name) from error
    check_at_least_0(array, name)
    return array


def _filled(name: str, given: ArrayLike | None, shape: tuple[int, ...], default: float) -> Array:
    array = np.full(shape, default) if given is None else _numbers(name, given)
    if array.shape != shape:
        raise InvalidInput(f"{name} has shape {array.shape}; needed {shape}.", field=name)
    return array


def _spread(name: str, given: ArrayLike, shape: tuple[int, ...]) -> Array:
    array = _numbers(name, given)
    try:
        return np.broadcast_to(array, shape)
    except ValueError as error:
        raise InvalidInput(f"{name} has shape {array.shape}, which does not spread to {shape}.", field=name) from error


def _counts(name: str, given: ArrayLike | None, shape: tuple[int, ...], default: int) -> Counts:
    array = _filled(name, given, shape, default)
    bad = np.flatnonzero(array != np.round(array))
    if len(bad):
        raise InvalidInput(
            f"{name}[{bad[0]}] is {array[bad[0]]}; it must be a whole number.", field=name, index=int(bad[0])
        )
    return np.minimum(array, _MANY).astype(np.int64)


def _flags(name: str, given: ArrayLike | None, shape: tuple[int, ...], default: bool) -> Flags:
    array = np.full(shape, default) if given is None else np.array(given)
    if array.shape != shape or array.dtype != np.bool_:
        raise InvalidInput(
            f"{name} needs true or false in shape {shape}; it has {array.dtype} in {array.shape}.", field=name
        )
    return array
