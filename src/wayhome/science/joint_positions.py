"""Where all searchers can stand together after each look, on the way of plans that may still be the best.

Knows which moves the searchers have and what a linear bound leaves to lose. Refuses to weigh plans against one another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wayhome.science.path_bounds import LinearBound
    from wayhome.science.path_field import PathField

    Array = NDArray[np.float64]
    Whole = NDArray[np.int64]

_WORK = 2_000_000  # moves tried between two polls, about 0.05 s
_MOST_PICKS = 50 * _WORK  # moves tried from one joint position
_MOST_NUMBERS = 40_000_000  # cells of joint positions, states times searchers
_MOST_STATES = 1_500_000
_MOST_ARCS = 30_000_000


class JointGraph(NamedTuple):
    """States `[S]` in layers (0: before the first look, t: after t looks) and arcs from each to those of the next layer.

    `layer` `[T + 2]` where each begins, `place` `[S, J]` cells of the searchers, `seen` `[S, J]` the distinct ones of them
    and `hit` the probability that those who stand there see a target there (0 for the rest), `worth` and `to_go` `[S]`
    weights of the linear bound, `arc_start` `[S + 1]`, `arc_to`.
    """

    layer: Whole
    place: Whole
    seen: Whole
    hit: Array
    worth: Array
    to_go: Array
    arc_start: Whole
    arc_to: Whole


@njit(cache=True)
def _slot(table, there, place):  # type: ignore[no-untyped-def]
    """Where a joint position stands, or would stand, in the hash table of its layer."""
    mask = np.uint64(len(table) - 1)
    h = np.uint64(1469598103934665603)
    for j in range(len(there)):
        h = (h ^ np.uint64(there[j])) * np.uint64(1099511628211)
    h ^= h >> np.uint64(31)
    at = h & mask
    while table[at] >= 0:
        same = True
        for j in range(len(there)):
            if place[table[at], j] != there[j]:
                same = False
                break
        if same:
            break
        at = (at + np.uint64(1)) & mask
    return at


@njit(cache=True)
def _lead(  # type: ignore[no-untyped-def]
    t, s, end, n, n_arcs, work, slack, place, latest, arc_start, arc_to, table, step_start, step_to, kind, worth, to_go
):
    """Lead states s:end one look on; states after it are numbered from n. Gives (next s, n, arcs), n = -1 where full.

    `slack` `[S]` is how much a plan through a state may still lose against the linear bound.
    """
    n_searchers = len(kind)
    pick = np.zeros(n_searchers, np.int64)
    left = np.empty(n_searchers + 1)
    there = np.empty(n_searchers, np.int64)
    tidy = np.empty(n_searchers, np.int64)
    picks = 0
    while s < end and picks < work:
        arc_start[s] = n_arcs
        j = 0
        left[0] = slack[s]
        pick[0] = -1
        while j >= 0:
            cell = place[s, j]
            pick[j] += 1
            picks += 1
            if step_start[cell] + pick[j] >= step_start[cell + 1]:
                j -= 1
                continue
            d = step_to[step_start[cell] + pick[j]]
            k = kind[j]
            lost = max(0.0, to_go[k, t, cell] - worth[k, t, d] - to_go[k, t + 1, d])
            if lost > left[j]:
                continue
            there[j] = d
            left[j + 1] = left[j] - lost
            if j + 1 < n_searchers:
                j += 1
                pick[j] = pick[j - 1] - 1 if kind[j] == kind[j - 1] and place[s, j] == place[s, j - 1] else -1
                continue
            if picks > _MOST_PICKS:
                return s, -1, n_arcs
            for i in range(n_searchers):  # equal searchers in the order of their cells
                m = i
                while m > 0 and kind[m - 1] == kind[i] and tidy[m - 1] > there[i]:
                    tidy[m] = tidy[m - 1]
                    m -= 1
                tidy[m] = there[i]
            at = _slot(table, tidy, place)
            found = table[at]
            if found < 0:
                if n >= len(place) or 2 * (n - end) >= len(table):
                    return s, -1, n_arcs
                found = n
                table[at] = n
                place[n] = tidy
                slack[n] = -1.0
                latest[n] = -1
                n += 1
            slack[found] = max(slack[found], left[n_searchers])
            if latest[found] != s:
                if n_arcs >= len(arc_to):
                    return s, -1, n_arcs
                latest[found] = s
                arc_to[n_arcs] = found
                n_arcs += 1
        s += 1
    return s, n, n_arcs


def joint_graph(field: PathField, bound: LinearBound, pod: float, may_go_on: Callable[[], bool]) -> JointGraph | None:
    """All joint positions on the way of plans that the linear bound does not keep from beating `pod`.

    None where there are too many of them, or where time is over.
    """
    horizon, _, n_searchers = field.size
    most = min(_MOST_STATES, _MOST_NUMBERS // n_searchers)
    place = np.empty((most, n_searchers), np.int64)
    slack, latest = np.empty(most), np.empty(most, np.int64)
    arc_start, arc_to = np.empty(most + 1, np.int64), np.empty(_MOST_ARCS, np.int64)
    place[0], slack[0] = field.start, bound.pod - pod
    layer = [0, 1]
    n, n_arcs, bits = 1, 0, 10
    for t in range(horizon):
        while True:  # with a larger table where this one fills up
            table = np.full(1 << bits, -1, np.int64)
            s, m, arcs = layer[t], n, n_arcs
            while s < n and m >= 0:
                if not may_go_on():
                    return None
                s, m, arcs = _lead(
                    t, s, n, m, arcs, _WORK, slack, place, latest, arc_start, arc_to, table,
                    field.step_start, field.step_to, field.kind, bound.worth, bound.to_go,
                )  # fmt: skip
            if m >= 0:
                break
            bits += 2
            if 1 << bits > 4 * most or arcs >= _MOST_ARCS:
                return None
        n, n_arcs = m, arcs
        layer.append(n)
    arc_start[layer[-2] : n + 1] = n_arcs
    place = place[:n].copy()
    seen, hit = np.zeros((n, n_searchers), np.int64), np.zeros((n, n_searchers))
    worth, to_go = np.zeros(n), np.zeros(n)
    _weigh(np.array(layer), place, field.kind, field.miss, bound.worth, bound.to_go, seen, hit, worth, to_go)
    return JointGraph(
        np.array(layer), place, seen, hit, worth, to_go, arc_start[: n + 1].copy(), arc_to[:n_arcs].copy()
    )


@njit(cache=True)
def _weigh(layer, place, kind, miss, cell_worth, cell_to_go, seen, hit, worth, to_go):  # type: ignore[no-untyped-def]
    for t in range(len(layer) - 1):
        for s in range(layer[t], layer[t + 1]):
            for j in range(len(kind)):
                c = place[s, j]
                to_go[s] += cell_to_go[kind[j], t, c]
                if t > 0:
                    worth[s] += cell_worth[kind[j], t - 1, c]
                m = 0
                while hit[s, m] > 0.0 and seen[s, m] != c:
                    m += 1
                seen[s, m] = c
                hit[s, m] = 1.0 - (1.0 - hit[s, m]) * miss[j]
