"""A plan of whole teams on the table: what it finds, and what every single move would change.

Knows moves: who goes where, who stays, who changes places. Refuses to know how good the best plan is; `team_proof` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Counts = NDArray[np.int64]

IDLE = -1  # the task of a team that has none
Slot = tuple[int, int]  # team, period

_BETTER = 1e-12  # of what there is to find: a move that gains less gains nothing
_TIE = 1e-6  # weight of the expected chance where the worst scenario does not care


@dataclass(frozen=True, kw_only=True, eq=False)
class Orders:
    """What may be done and what it is worth, for `M` rows of which the least counts (one row: the expected chance).

    `poa` `[M, S]`, `value` `[M, B, P]`, `weights` `[M]` of the rows where the least of them does not decide;
    `coverage` `[S, K, P]`; `can` `[N, K, P]` a slot that is open to decide may take the task, `room` `[N, P]` teams at
    most; `first` `[N]` reflex tasks; `locked` `[K, P]` tasks that stand, `is_open` `[K, P]` slots to decide;
    `rest` `[K]` periods to rest after work, `most` `[K]` periods of work at most.
    """

    poa: Array
    value: Array
    weights: Array
    coverage: Array
    can: Flags
    room: Counts
    first: Flags
    locked: Counts
    is_open: Flags
    rest: Counts
    most: Counts

    @cached_property
    def slots(self) -> list[Slot]:
        """Team and period of every slot that is open and has a task it could take."""
        return [(int(k), int(p)) for k, p in np.argwhere(self.is_open & self.can.any(axis=0))]

    @cached_property
    def worth(self) -> float:
        """More than any plan can find, in the rows' unit: the measure of what is next to nothing."""
        return float((self.poa.sum(axis=1) + self.value.sum(axis=(1, 2))).max(initial=0.0))


class Board:
    """A plan `task` `[K, P]` (IDLE for none) that always keeps to its orders, and what it finds."""

    def __init__(self, orders: Orders, task: Counts | None = None) -> None:
        self.orders = orders
        self.task = np.full(orders.locked.shape, IDLE, np.int64)
        self._n_segments = orders.poa.shape[1]
        self._pod = -np.expm1(-orders.coverage)
        self._cover = np.zeros(self._n_segments)
        self._left = np.ones(self._n_segments)
        self._crew = np.zeros(orders.room.shape, np.int64)
        self._found = np.zeros(orders.poa.shape[0])
        self._bonus = 4.0 * orders.worth or 1.0  # of a reflex task: more than all the rest
        self._n_first = 0
        start = orders.locked if task is None else task
        for k, p in np.argwhere(start != IDLE).tolist():
            self.put((k, p), int(start[k, p]))

    @property
    def score(self) -> float:
        """The objective, reflex tasks before everything."""
        return float(self._scored(self._found)) + self._bonus * self._n_first

    @property
    def value(self) -> float:
        """What the plan finds in the row where it finds least."""
        return float(self._found.min())

    @property
    def expected(self) -> float:
        """What the plan finds over all rows by their weights."""
        return float(self.orders.weights @ self._found)

    @property
    def by_row(self) -> Array:
        """`[M]` what the plan finds in each row."""
        return self._found

    @property
    def left(self) -> Array:
        """`[M, S]` what is left to find in each segment."""
        out: Array = self.orders.poa * self._left
        return out

    @property
    def crew(self) -> Counts:
        """`[N, P]` teams at each task."""
        return self._crew

    @property
    def n_first(self) -> int:
        """Reflex tasks that are staffed in the first period."""
        return self._n_first

    def put(self, slot: Slot, n: int) -> None:
        """Give an empty slot a task; IDLE leaves it empty."""
        if n == IDLE:
            return
        (k, p), self.task[slot] = slot, n
        self._crew[n, p] += 1
        if n < self._n_segments:
            self._lay(n, float(self.orders.coverage[n, k, p]))
        elif self._crew[n, p] == 1:
            self._found = self._found + self.orders.value[:, n - self._n_segments, p]
        self._n_first += int(p == 0 and self.orders.first[n] and self._crew[n, p] == 1)

    def lift(self, slot: Slot) -> int:
        """Take the task of a slot away, and say which it was."""
        (k, p), n = slot, int(self.task[slot])
        if n == IDLE:
            return n
        self.task[slot] = IDLE
        self._crew[n, p] -= 1
        if n < self._n_segments:
            self._lay(n, -float(self.orders.coverage[n, k, p]))
        elif self._crew[n, p] == 0:
            self._found = self._found - self.orders.value[:, n - self._n_segments, p]
        self._n_first -= int(p == 0 and self.orders.first[n] and self._crew[n, p] == 0)
        return n

    def is_rested(self, slot: Slot) -> bool:
        """The team may work in that period, given its other periods."""
        k, p = slot
        works = self.task[k] != IDLE
        works[p] = False
        rest = int(self.orders.rest[k])
        return int(works.sum()) < self.orders.most[k] and not works[max(0, p - rest) : p + rest + 1].any()

    def has_room(self, slot: Slot) -> bool:
        """A task that the slot could take still takes a team."""
        k, p = slot
        return bool((self.orders.can[:, k, p] & (self._crew[:, p] < self.orders.room[:, p])).any())

    def offers(self, slot: Slot) -> Array:
        """`[N]` score after an empty slot took each task; -inf where it may not."""
        k, p = slot
        orders = self.orders
        found = np.empty((len(self._found), len(orders.first)))
        found[:, : self._n_segments] = orders.poa * (self._left * self._pod[:, k, p])
        found[:, self._n_segments :] = orders.value[:, :, p] * (self._crew[self._n_segments :, p] == 0)
        found += self._found[:, None]
        scores = self._scored(found) + self._bonus * self._n_first
        if p == 0:
            scores = scores + self._bonus * (orders.first & (self._crew[:, 0] == 0))
        may = orders.can[:, k, p] & (self._crew[:, p] < orders.room[:, p])
        out: Array = np.where(may & self.is_rested(slot), scores, -inf)
        return out

    def fill(self) -> None:
        """Give empty slots, one after another, the task that adds most (greedy), reflex tasks first."""
        for slot, n in _reflex(self.orders, self.task):
            self.put(slot, n if self.is_rested(slot) else IDLE)
        while True:
            best, at, n = self.score + self._least, None, IDLE
            for slot in self.orders.slots:
                if self.task[slot] == IDLE:
                    offers = self.offers(slot)
                    most = int(offers.argmax())
                    if offers[most] > best:
                        best, at, n = float(offers[most]), slot, most
            if at is None:
                return
            self.put(at, n)

    def improve(self, stop: Callable[[], bool]) -> None:
        """Move one team, or two at a time, while that finds more; the plan is whole whenever `stop` says so."""
        slots, improved = self.orders.slots, True
        while improved:
            improved = False
            for slot in slots:
                if stop():
                    return
                improved |= self._moved(slot)
            if improved:
                continue
            for slot in slots:
                if stop():
                    return
                for other in slots:
                    improved |= other != slot and self._taken_over(slot, other)

    def clear(self) -> None:
        """Leave at base whoever adds nothing."""
        for slot in self.orders.slots:
            before, n = self.score, self.lift(slot)
            if self.score < before - self._least:
                self.put(slot, n)

    def without(self, slot: Slot) -> Iterator[tuple[float, Counts]]:
        """Plans, with their scores, in which the slot does not do its task: one or two teams moved."""
        now = self.lift(slot)
        yield self.score, self.task.copy()
        offers = self.offers(slot)
        offers[now] = -inf
        yield from self._with(slot, int(offers.argmax()), offers)
        for other in self.orders.slots:
            theirs = int(self.task[other])
            if theirs in (IDLE, now):
                continue
            self.lift(other)
            offers = self.offers(slot)
            if offers[theirs] > -inf:
                self.put(slot, theirs)
                offers = self.offers(other)
                yield from self._with(other, int(offers.argmax()), offers)
                self.lift(slot)
            self.put(other, theirs)
        self.put(slot, now)

    def _with(self, slot: Slot, n: int, offers: Array) -> Iterator[tuple[float, Counts]]:
        if offers[n] > -inf:
            task = self.task.copy()
            task[slot] = n
            yield float(offers[n]), task

    @property
    def _least(self) -> float:
        return _BETTER * (self.orders.worth + self._bonus * self.orders.first.any())

    def _scored(self, found: Array) -> Array:
        least: Array = found.min(axis=0)
        return least if len(found) == 1 else least + _TIE * (self.orders.weights @ found)

    def _lay(self, s: int, coverage: float) -> None:
        self._cover[s] = max(0.0, self._cover[s] + coverage)
        left = float(np.exp(-self._cover[s]))
        self._found = self._found + self.orders.poa[:, s] * (self._left[s] - left)
        self._left[s] = left

    def _moved(self, slot: Slot) -> bool:
        """The slot took a better task, or none."""
        before, now = self.score, self.lift(slot)
        offers = self.offers(slot)
        best = int(offers.argmax())
        is_better = offers[best] > before + self._least
        self.put(slot, best if is_better else now)
        return bool(is_better)

    def _taken_over(self, slot: Slot, other: Slot) -> bool:
        """The slot took over from another, which found something else, and the plan finds more."""
        theirs = int(self.task[other])
        if theirs == IDLE or not (self.orders.can[theirs, slot[0], slot[1]] or slot[0] == other[0]):
            return False
        before, mine = self.score, self.lift(slot)
        self.lift(other)
        offers = self.offers(slot)
        task = int(offers.argmax()) if slot[0] == other[0] else theirs
        if offers[task] > -inf:
            self.put(slot, task)
            offers = self.offers(other)
            self.put(other, int(offers.argmax()) if offers.max() > self.score + self._least else IDLE)
            if self.score > before + self._least:
                return True
            self.lift(slot)
            self.lift(other)
        self.put(slot, mine)
        self.put(other, theirs)
        return False


def _reflex(orders: Orders, task: Counts) -> list[tuple[Slot, int]]:
    """Slots of the first period and reflex tasks, as many as can be staffed."""
    wanted = np.flatnonzero(orders.first & (orders.room[:, 0] > 0))
    wanted = wanted[[int(n) not in task[:, 0] for n in wanted]]
    may = orders.can[wanted, :, 0] & (orders.is_open[:, 0] & (task[:, 0] == IDLE))
    rows, teams = linear_sum_assignment(may, maximize=True)
    return [((int(k), 0), int(wanted[i])) for i, k in zip(rows, teams, strict=True) if may[i, k]]
