"""What no set of paths can fall below: linear bounds on the probability of non-detection, and the best mixture of them.

Knows that missing falls off convexly with looks, and flows of searchers over cells and looks. Refuses to call any number
a bound that its own arithmetic has not checked: a linear program only proposes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import highspy
import numpy as np
from numba import njit

from wayhome.science.quiet import quiet_highs

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wayhome.science.path_field import PathField

    Array = NDArray[np.float64]
    Whole = NDArray[np.int64]

CLOSE = 1e-10  # of probability: what could be better by no more than this is not followed
_MOST_FLOWS = 60_000  # columns of a linear program that still answers in seconds
_IDLE_ROUNDS = 6  # a cut that has not touched for so long is dropped
_SAMPLES = 6  # plans drawn from the flow in each round


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearBound:
    """No plan detects more than `pod`, nor more than `most` + the sum of `worth` `[K, T, n]` over its looks.

    `to_go` `[K, T + 1, n]` is the most worth that a searcher of a kind still collects from look t on, standing there
    before it.
    """

    pod: float
    worth: Array
    to_go: Array


def linear_bound(field: PathField, base: float, worth: Array) -> LinearBound:
    """The bound that follows from detection <= base + worth of all looks: each searcher takes its best path."""
    to_go = np.zeros((len(worth), field.horizon + 1, len(field.cells)))
    for k in range(len(worth)):
        _collect(worth[k], field.step_start, field.step_to, to_go[k])
    most = base + sum(float(to_go[k, 0, s]) for k, s in zip(field.kind, field.start, strict=True))
    return LinearBound(pod=most, worth=worth, to_go=to_go)


@njit(cache=True)
def _collect(worth, step_start, step_to, to_go):  # type: ignore[no-untyped-def]
    for t in range(len(worth) - 1, -1, -1):
        for c in range(worth.shape[1]):
            best = 0.0 if step_start[c] == step_start[c + 1] else -1.0
            for a in range(step_start[c], step_start[c + 1]):
                best = max(best, worth[t, step_to[a]] + to_go[t + 1, step_to[a]])
            to_go[t, c] = best


@njit(cache=True)
def missed_through(through, prior, drift_start, drift_to, drift):  # type: ignore[no-untyped-def]
    """Mass `[T, n]` that is missed at all looks and is in a cell at a look, and all mass that is missed.

    Forward what has been missed, backward what will be; `through` `[T, n]` is the probability of being looked through.
    """
    horizon, n = through.shape
    passed = np.zeros((horizon, n))
    passed[0] = prior
    for t in range(horizon - 1):
        for c in range(n):
            missed = passed[t, c] * through[t, c]
            if missed > 0.0:
                for a in range(drift_start[c], drift_start[c + 1]):
                    passed[t + 1, drift_to[a]] += missed * drift[a]
    later = np.ones(n)
    for t in range(horizon - 1, -1, -1):
        if t < horizon - 1:
            before = np.empty(n)
            for c in range(n):
                stays = 1.0
                for a in range(drift_start[c], drift_start[c + 1]):
                    stays += drift[a] * (later[drift_to[a]] - 1.0)  # who leaves is missed
                before[c] = max(stays, 0.0)
            later = before
        for c in range(n):
            later[c] *= through[t, c]
            passed[t, c] *= later[c]
    return passed, float(np.sum(passed[0]))


@njit(cache=True)
def led(start, worth, to_go, step_start, step_to):  # type: ignore[no-untyped-def]
    """The path `[T]` that collects most worth."""
    path = np.empty(len(worth), np.int64)
    here = start
    for t in range(len(worth)):
        best, there = -1.0, here
        for a in range(step_start[here], step_start[here + 1]):
            d = step_to[a]
            if worth[t, d] + to_go[t + 1, d] > best:
                best, there = worth[t, d] + to_go[t + 1, d], d
        path[t] = here = there
    return path


class Offer(Protocol):
    """Takes a plan `[J, T]`, improves it if asked to, and gives the POD of the best plan so far."""

    def __call__(self, paths: Whole, *, improve: bool) -> float: ...


class Cuts:
    """Linear bounds from plans and flows, and the mixture of them that bounds best.

    A target that is looked at z times in all is missed with probability q**z. Where z is whole, the chord
    q**m (1 - g (z - m)) lies below that at every whole z, so a whole field of looks m gives a cut with weights g times
    the mass that it misses; where z is any number, the tangent takes -ln q in place of g. Summed over the target's
    ways, both are linear in the looks at each cell. Searchers of several kinds share the tangent; without looks there
    is also the cut 1 - sum of g.

    Attributes
    ----------
    bound : the best linear bound so far
    flow : `[K, T, n]` looks that would be best under all cuts
    """

    def __init__(self, field: PathField) -> None:
        self._field = field
        horizon, n, _ = field.size
        self._kinds = len(field.glimpse)
        self._prior = float(field.prior.sum())
        self._const: list[float] = []  # mass missed at least, with no look
        self._worth: list[Array] = []
        self._idle: list[int] = []
        self.flow = np.zeros((self._kinds, horizon, n))
        self.bound = self._slope = self._add(*self._cut(self.flow, whole=True))
        self._steps = 0
        self._program: _Program | None = None
        if len(field.glimpse) * horizon * len(field.step_to) <= _MOST_FLOWS:
            self._program = _Program(field)
            self._program.add(self._const[0], self._worth[0])

    def _cut(self, looks: Array, *, whole: bool) -> tuple[float, Array]:
        field = self._field
        with np.errstate(divide="ignore"):
            coverage = -np.log1p(-field.glimpse)
        slope = field.glimpse if whole else coverage
        through = np.prod((1.0 - field.glimpse)[:, None, None] ** looks, axis=0)
        passed, missed = missed_through(through, field.prior, field.drift_start, field.drift_to, field.drift)
        worth = slope[:, None, None] * passed
        return missed + float((worth * looks).sum()), worth

    def _add(self, const: float, worth: Array) -> LinearBound:
        self._const.append(const)
        self._worth.append(worth)
        self._idle.append(0)
        return linear_bound(self._field, self._prior - const, worth)

    def learn(self, looks: Array, *, whole: bool) -> None:
        """Add the cut of a field of looks `[K, T, n]`, unless it says nothing new."""
        if (whole and self._kinds > 1 and looks.any()) or (not whole and (self._field.glimpse >= 1.0).any()):
            return  # no chord, no tangent
        const, worth = self._cut(looks, whole=whole)
        if self._program is None:
            bound = linear_bound(self._field, self._prior - const, worth)
            self.bound = min(self.bound, bound, key=lambda b: b.pod)
            if not whole:
                self._slope = bound
        elif const - float((worth * self.flow).sum()) > self._program.least + 1e-9:
            self._add(const, worth)
            self._program.add(const, worth)

    def mix(self) -> bool:
        """Find the best mixture and the flow it bounds, or where that is too large a problem a better flow.

        False where neither is to be had.
        """
        if self._program is None:
            if (self._field.glimpse >= 1.0).any():
                return False
            self._steps += 1
            best = looks_of(self._field, self._led(self._slope))
            self.flow = self.flow + (best - self.flow) * 2.0 / (self._steps + 1.0)  # Frank & Wolfe's step
            return True
        if not self._program.solve():
            return False
        self.flow = self._program.flow
        share = np.maximum(self._program.shares, 0.0)
        if share.sum() > 0.0:
            share /= share.sum()
            used = np.flatnonzero(share)
            worth = sum((share[i] * self._worth[i] for i in used), np.zeros_like(self._worth[0]))
            found = linear_bound(self._field, self._prior - float(share @ self._const), worth)
            self.bound = min(self.bound, found, key=lambda b: b.pod)
        self._idle = [0 if s > 0.0 else idle + 1 for s, idle in zip(share, self._idle, strict=True)]
        old = [i for i, idle in enumerate(self._idle) if idle > _IDLE_ROUNDS]
        if len(old) > 20:
            self._program.drop(old)
            for rows in (self._const, self._worth, self._idle):
                for i in reversed(old):
                    del rows[i]
        return True

    def _led(self, bound: LinearBound) -> Whole:
        field = self._field
        ways = [(int(s), bound.worth[k], bound.to_go[k]) for s, k in zip(field.start, field.kind, strict=True)]
        return np.array([led(*way, field.step_start, field.step_to) for way in ways])

    def drawn(self, rng: np.random.Generator) -> Whole:
        """Paths `[J, T]` drawn from the flow, or those that its slope leads along."""
        field = self._field
        if self._program is None:
            return self._led(self._slope)
        moves = self._program.moves
        paths = np.empty((len(field.start), field.horizon), np.int64)
        for j, (here, k) in enumerate(zip(field.start, field.kind, strict=True)):
            cell = int(here)
            for t in range(field.horizon):
                there, flow = moves(int(k), t, cell)
                flow = np.maximum(flow, 0.0) + 1e-12
                cell = int(there[np.searchsorted(np.cumsum(flow), rng.random() * flow.sum() * (1.0 - 1e-12))])
                paths[j, t] = cell
        return paths


def bound_by_cuts(
    field: PathField,
    cuts: Cuts,
    rng: np.random.Generator,
    pod: float,
    offer: Offer,
    may_go_on: Callable[[], bool],
    *,
    patient: bool = False,
) -> None:
    """Improve the bound while that is worth the time, or as long as there is any.

    Plans drawn on the way go to `offer`, which gives the best POD so far.
    """
    history: list[float] = []
    while may_go_on() and cuts.bound.pod - pod > CLOSE and cuts.mix():
        history.append(cuts.bound.pod)
        flow = cuts.flow
        cuts.learn(flow, whole=False)
        for looks in (np.round(flow), np.floor(flow)):
            cuts.learn(looks, whole=True)
        for i in range(_SAMPLES):
            paths = cuts.drawn(rng)
            pod = offer(paths, improve=i == 0)
            cuts.learn(looks_of(field, paths), whole=True)
        if not patient and len(history) > 20 and history[-21] - history[-1] < 0.05 * (history[-1] - pod):
            break


def looks_of(field: PathField, paths: Whole) -> Array:
    """Looks `[K, T, n]` of paths `[J, T]`."""
    horizon, n, _ = field.size
    looks = np.zeros((len(field.glimpse), horizon, n))
    for k, path in zip(field.kind, paths, strict=True):
        looks[k, np.arange(horizon), path] += 1.0
    return looks


class _Program:
    """Flow of searchers through cells and looks, and the largest of all cuts above it, made small."""

    def __init__(self, field: PathField) -> None:
        horizon, n, _ = field.size
        self._field, kinds = field, len(field.glimpse)
        flows: list[tuple[int, int, int, int]] = []
        for kind in range(kinds):
            here = {int(start) for start in field.start[field.kind == kind]}
            for look in range(horizon):
                there = set()
                for cell in sorted(here):
                    for step in field.step_to[field.step_start[cell] : field.step_start[cell + 1]]:
                        flows.append((kind, look, cell, int(step)))
                        there.add(int(step))
                here = there
        self._flows = np.array(flows, np.int64).reshape(-1, 4)
        k, t, c, d = self._flows.T
        self._look: Whole
        looks, self._look = np.unique((k * horizon + t) * n + d, return_inverse=True)
        self._looks = looks
        self._shape = (kinds, horizon, n)
        stations = np.unique((k * horizon + t) * n + c)  # before a look
        leaves = np.searchsorted(stations, (k * horizon + t) * n + c)
        enters = np.searchsorted(stations, (k * horizon + t + 1) * n + d)
        onward = t + 1 < horizon
        m, y = len(flows), len(looks)
        supply = np.zeros(len(stations))
        for kind, start in zip(field.kind, field.start, strict=True):
            supply[np.searchsorted(stations, kind * horizon * n + start)] += 1.0
        rows = np.concatenate([leaves, enters[onward], len(stations) + self._look, len(stations) + np.arange(y)])
        columns = np.concatenate([np.arange(m), np.flatnonzero(onward), np.arange(m), m + np.arange(y)])
        values = np.concatenate([np.ones(m), -np.ones(int(onward.sum())), np.ones(m), -np.ones(y)])
        order = np.lexsort((columns, rows))
        n_rows = len(stations) + y
        side = np.concatenate([supply, np.zeros(y)])
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = m + y + 1, n_rows
        lp.col_cost_ = np.concatenate([np.zeros(m + y), [1.0]])
        lp.col_lower_ = np.zeros(m + y + 1)
        lp.col_upper_ = np.full(m + y + 1, highspy.kHighsInf)
        lp.row_lower_, lp.row_upper_ = side, side
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.searchsorted(rows[order], np.arange(n_rows + 1)).astype(np.int32)
        lp.a_matrix_.index_ = columns[order].astype(np.int32)
        lp.a_matrix_.value_ = values[order]
        self._highs = quiet_highs()
        self._highs.setOptionValue("threads", 1)
        self._highs.passModel(lp)
        self._fixed, self._columns = n_rows, m
        self.least = 0.0
        self.flow = np.zeros(self._shape)
        self.shares = np.zeros(0)
        self._ways = {(int(a), int(b), int(e)): i for i, (a, b, e) in reversed(list(enumerate(self._flows[:, :3])))}
        self._carried = np.zeros(m)

    def add(self, const: float, worth: Array) -> None:
        weights = worth.ravel()[self._looks]
        on = np.flatnonzero(weights > 1e-9)
        index = np.concatenate([self._columns + on, [self._columns + len(self._looks)]]).astype(np.int32)
        self._highs.addRow(const, highspy.kHighsInf, len(index), index, np.concatenate([weights[on], [1.0]]))

    def drop(self, cuts: list[int]) -> None:
        rows = np.array([self._fixed + i for i in cuts], np.int32)
        self._highs.deleteRows(len(rows), rows)

    def solve(self) -> bool:
        """Find flow, shares of the cuts and the least mass missed."""
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return False
        solution = self._highs.getSolution()
        columns = np.array(solution.col_value)
        self._carried = columns[: self._columns]
        self.flow = np.zeros(self._shape)
        self.flow.ravel()[self._looks] = np.maximum(columns[self._columns : -1], 0.0)
        self.least = float(columns[-1])
        self.shares = np.array(solution.row_dual)[self._fixed :]
        return True

    def moves(self, kind: int, t: int, cell: int) -> tuple[Whole, Array]:
        """Cells that a searcher may go to, and the flow there."""
        ways = self._field.step_start[cell + 1] - self._field.step_start[cell]
        first = self._ways[kind, t, cell]
        return self._flows[first : first + ways, 3], self._carried[first : first + ways]
