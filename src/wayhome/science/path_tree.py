"""The proof which joint path of all searchers misses least: branch and bound over the joint positions.

Knows, for every way so far, the most that can still be found. Refuses to guess: whatever it drops could not have beaten
the plan in hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from wayhome.science.path_bounds import CLOSE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wayhome.science.joint_positions import JointGraph
    from wayhome.science.path_field import PathField

    Array = NDArray[np.float64]
    Whole = NDArray[np.int64]

_WORK = 80_000_000  # arcs times cells looked at between two polls, about 0.2 s
_MOST_OPEN = 40_000  # prefixes waiting
_MOST_BYTES = 2_000_000_000
_DEAD = -1.0  # value of a state that cannot lead to a better plan; true values are not negative


class _Tree(NamedTuple):
    """Open prefixes of plans, in groups of sisters, and the room to work on one of them."""

    at: Whole  # [open] state
    mass: Array  # [open, n] undetected, before the next look
    found: Array  # [open] mass detected so far
    lost: Array  # [open] against the linear bound
    most: Array  # [open] what any plan through here can find in all
    way: Whole  # [open, T + 1] states so far
    begin: Whole  # [D] of each group
    end: Whole  # [D]
    value: Array  # [D, S] most that is found from a state on, as known to the group
    stamp: Whole  # [D, S] the pass that said so; another one than `mark`: no better plan goes there
    mark: Whole  # [D]
    best: Array  # [1] detection of the best plan
    plan: Whole  # [T + 1] its states; -1: it came from outside
    tally: Whole  # groups, prefixes looked at, arcs looked at
    spot: Whole  # [S] position in a pass
    listed: Whole  # [S] state at a position
    gain: Array  # [S] most mass detected on a way here
    loss: Array  # [S] least lost on a way here
    back: Whole  # [S] position before
    rest: Array  # [S] most mass detected from here on
    ahead: Whole  # [S] arc that does so
    here: Array  # [3, widest, n] most mass that a way here leaves
    arc_from: Whole  # [A]
    arc_into: Whole
    arc_gain: Array


@njit(cache=True)
def _shift(base, hit, seen, mass, sign, drift_start, drift_to, drift):  # type: ignore[no-untyped-def]
    """Take the mass that a look detects out of the next step's, or put it back."""
    for j in range(len(hit)):
        taken = sign * hit[j] * mass[seen[j]]
        if taken != 0.0:
            for a in range(drift_start[seen[j]], drift_start[seen[j] + 1]):
                base[drift_to[a]] -= taken * drift[a]


@njit(cache=True)
def _moved(mass, base, drift_start, drift_to, drift):  # type: ignore[no-untyped-def]
    base[:] = 0.0
    for c in range(len(mass)):
        if mass[c] > 0.0:
            for a in range(drift_start[c], drift_start[c + 1]):
                base[drift_to[a]] += mass[c] * drift[a]


@njit(cache=True)
def _layer_of(graph, s):  # type: ignore[no-untyped-def]
    t = 0
    while graph.layer[t + 1] <= s:
        t += 1
    return t


@njit(cache=True)
def _pass(graph, tree, drift_start, drift_to, drift, slack, node, known, told):  # type: ignore[no-untyped-def]
    """Bound what is found after one prefix, by the values of table `known`, and write better ones to table `told`.

    Forward every state takes the most mass that any way to it leaves, which is exact where it has one way only;
    backward the values follow. Gives the last layer that is exact in all states, their positions, where their masses
    stand in `here`, and the number of arcs.
    """
    horizon = len(graph.layer) - 2
    value, alive, mark = tree.value[known], tree.stamp[known], tree.mark[known]
    need = tree.best[0] + CLOSE
    tree.spot[tree.at[node]] = 0
    tree.listed[0], tree.back[0] = tree.at[node], -1
    tree.gain[0], tree.loss[0] = tree.found[node], tree.lost[node]
    tree.here[0, 0] = tree.mass[node]
    t0 = _layer_of(graph, tree.at[node])
    now, then, kept = 0, 1, 0
    exact, exact_first, exact_last = t0, 0, 1
    first, last, n_arcs = 0, 1, 0
    base = np.empty(tree.mass.shape[1])
    for t in range(t0, horizon):
        goes_on = t + 1 < horizon
        same = exact == t and goes_on
        new = last
        for p in range(first, last):
            s = tree.listed[p]
            mass = tree.here[now, p - first]
            is_moved = False
            for a in range(graph.arc_start[s], graph.arc_start[s + 1]):
                d = graph.arc_to[a]
                if alive[d] != mark:
                    continue
                lost = tree.loss[p] + graph.to_go[s] - graph.worth[d] - graph.to_go[d]
                if lost > slack:
                    continue
                hit, seen = graph.hit[d], graph.seen[d]
                gain = 0.0
                for j in range(len(hit)):
                    gain += hit[j] * mass[seen[j]]
                found = tree.gain[p] + gain
                if found + value[d] <= need:
                    continue
                if goes_on:
                    if not is_moved:
                        _moved(mass, base, drift_start, drift_to, drift)
                        is_moved = True
                    _shift(base, hit, seen, mass, 1.0, drift_start, drift_to, drift)
                q = tree.spot[d]
                if q < last or q >= new or tree.listed[q] != d:
                    q = new
                    new += 1
                    tree.spot[d], tree.listed[q] = q, d
                    tree.gain[q], tree.loss[q], tree.back[q] = found, lost, p
                    if goes_on:
                        tree.here[then, q - last] = base
                else:
                    same = same and found == tree.gain[q]
                    if found > tree.gain[q]:
                        tree.gain[q], tree.back[q] = found, p
                    tree.loss[q] = min(tree.loss[q], lost)
                    if goes_on:
                        row = tree.here[then, q - last]
                        for c in range(len(base)):
                            same = same and row[c] == base[c]
                            row[c] = max(row[c], base[c])
                if goes_on:
                    _shift(base, hit, seen, mass, -1.0, drift_start, drift_to, drift)
                tree.arc_from[n_arcs], tree.arc_into[n_arcs], tree.arc_gain[n_arcs] = p, q, gain
                n_arcs += 1
        first, last = last, new
        free = 3 - now - then
        if same:
            exact, exact_first, exact_last, kept = t + 1, first, last, then
            now, then = then, free
        elif kept == now:
            now, then = then, free
        else:
            now, then = then, now
    tree.rest[:first] = _DEAD
    tree.rest[first:last] = 0.0
    for a in range(n_arcs - 1, -1, -1):
        p, q = tree.arc_from[a], tree.arc_into[a]
        rest = tree.arc_gain[a] + tree.rest[q]
        if tree.rest[q] >= 0.0 and rest > tree.rest[p] and tree.gain[p] + rest > need:
            tree.rest[p], tree.ahead[p] = rest, a
    tree.mark[told] += 1
    for p in range(last):
        if tree.rest[p] >= 0.0:
            s = tree.listed[p]
            tree.value[told, s] = min(tree.rest[p], value[s])
            tree.stamp[told, s] = tree.mark[told]
    tree.tally[2] += n_arcs
    return exact, exact_first, exact_last, kept, n_arcs


@njit(cache=True)
def _follow(graph, tree, drift_start, drift_to, drift, node):  # type: ignore[no-untyped-def]
    """Walk the plan that the last pass thinks best, and keep it if it is."""
    horizon = len(graph.layer) - 2
    way = tree.way[node].copy()
    t = _layer_of(graph, tree.at[node])
    mass, base = tree.mass[node].copy(), np.empty(tree.mass.shape[1])
    found = tree.found[node]
    p = 0
    while t < horizon:
        p = tree.arc_into[tree.ahead[p]]
        t += 1
        way[t] = tree.listed[p]
        hit, seen = graph.hit[way[t]], graph.seen[way[t]]
        for j in range(len(hit)):
            found += hit[j] * mass[seen[j]]
        _moved(mass, base, drift_start, drift_to, drift)
        _shift(base, hit, seen, mass, 1.0, drift_start, drift_to, drift)
        mass, base = base, mass
    if found > tree.best[0]:
        tree.best[0] = found
        tree.plan[:] = way


@njit(cache=True)
def _search(graph, tree, drift_start, drift_to, drift, total, work):  # type: ignore[no-untyped-def]
    """Close open prefixes, the most promising sister first, for so many arcs; False where there is no room."""
    until = tree.tally[2] + work
    while tree.tally[0] > 0 and tree.tally[2] < until:
        g = tree.tally[0] - 1
        node = tree.end[g] - 1
        if node < tree.begin[g] or tree.most[node] <= tree.best[0] + CLOSE:
            tree.tally[0] -= 1  # sisters stand in the order of what they promise
            continue
        tree.tally[1] += 1
        known, before = g, 0
        while True:
            slack = total - tree.best[0] - CLOSE
            exact, first, last, kept, arcs = _pass(graph, tree, drift_start, drift_to, drift, slack, node, known, g + 1)
            if tree.rest[0] >= 0.0:
                _follow(graph, tree, drift_start, drift_to, drift, node)
            if arcs < 500 or tree.rest[0] < 0.0 or (known > g and arcs > 0.8 * before):
                break
            known, before = g + 1, arcs
        need = tree.best[0] + CLOSE
        sisters = np.empty(last - first, np.int64)
        m = 0
        if tree.rest[0] >= 0.0:
            for p in range(first, last):
                if tree.rest[p] >= 0.0 and tree.gain[p] + tree.rest[p] > need and exact < len(graph.layer) - 2:
                    sisters[m] = p
                    m += 1
        if node + 1 + m > len(tree.at):
            return False
        sisters = sisters[:m]
        order = np.argsort(tree.gain[sisters] + tree.rest[sisters])
        t0 = _layer_of(graph, tree.at[node])
        for i in range(m):
            p, at = sisters[order[i]], node + 1 + i
            tree.at[at] = tree.listed[p]
            tree.mass[at] = tree.here[kept, p - first]
            tree.found[at], tree.lost[at] = tree.gain[p], tree.loss[p]
            tree.most[at] = min(tree.most[node], tree.gain[p] + tree.rest[p])
            tree.way[at, : t0 + 1] = tree.way[node, : t0 + 1]
            for t in range(exact, t0, -1):
                tree.way[at, t] = tree.listed[p]
                p = tree.back[p]
        tree.end[g] -= 1
        if m > 0:
            tree.begin[g + 1], tree.end[g + 1] = node + 1, node + 1 + m
            tree.tally[0] += 1
    return True


class PathTree:
    """Branch and bound over the joint positions: prefixes that cannot beat the best plan are dropped.

    `pod` is that of the best plan, `most` what any plan can find at most, `nodes` the prefixes looked at so far.
    """

    def __init__(self, field: PathField, graph: JointGraph, pod: float, most: float) -> None:
        horizon, n, _ = field.size
        states, arcs, depth = len(graph.place), len(graph.arc_to), horizon + 2
        widest = int(np.diff(graph.layer).max())
        self._graph, self._field, self._total = graph, field, most
        room = self._room(n)

        def whole(*shape: int) -> Whole:
            return np.zeros(shape, np.int64)

        self._tree = _Tree(
            at=whole(room), mass=np.empty((room, n)), found=np.empty(room), lost=np.empty(room), most=np.empty(room),
            way=np.full((room, horizon + 1), -1), begin=whole(depth), end=whole(depth),
            value=np.empty((depth, states)), stamp=whole(depth, states), mark=whole(depth), best=np.array([pod]),
            plan=np.full(horizon + 1, -1), tally=whole(3), spot=whole(states), listed=whole(states),
            gain=np.empty(states), loss=np.empty(states), back=whole(states), rest=np.empty(states),
            ahead=whole(states), here=np.empty((3, widest, n)), arc_from=whole(arcs), arc_into=whole(arcs),
            arc_gain=np.empty(arcs),
        )  # fmt: skip
        tree = self._tree
        tree.mass[0], tree.found[0], tree.lost[0], tree.most[0] = field.prior, 0.0, 0.0, most
        tree.way[0, 0], tree.end[0], tree.tally[0] = 0, 1, 1
        tree.value[0] = 2.0

    @staticmethod
    def _room(n: int) -> int:
        return max(1000, min(_MOST_OPEN, 50_000_000 // n))

    @classmethod
    def fits(cls, field: PathField, graph: JointGraph) -> bool:
        """Whether there is memory to search this graph."""
        horizon, n, _ = field.size
        widest = int(np.diff(graph.layer).max())
        numbers = cls._room(n) * (n + horizon) + (2 * horizon + 12) * len(graph.place)
        return 8 * (numbers + 3 * widest * n + 3 * len(graph.arc_to)) <= _MOST_BYTES

    def search(self) -> bool:
        """Work for about a tenth of a second; False where there is nothing left to do, or no room to do it in."""
        field = self._field
        going: bool = _search(
            self._graph, self._tree, field.drift_start, field.drift_to, field.drift, self._total, _WORK // field.size[1]
        )
        return going and not self.is_done

    @property
    def is_done(self) -> bool:
        """No open prefix can be better than the best plan."""
        return int(self._tree.tally[0]) == 0

    @property
    def nodes(self) -> int:
        return int(self._tree.tally[1])

    @property
    def pod(self) -> float:
        return float(self._tree.best[0])

    @property
    def most(self) -> float:
        """Most that any plan can find, up to CLOSE."""
        tree = self._tree
        open_ones = [tree.most[b:e].max(initial=0.0) for b, e in self._groups()]
        return max(self.pod, *open_ones) + CLOSE if open_ones else self.pod + CLOSE

    @property
    def paths(self) -> Whole | None:
        """`[J, T]` local cells of the best plan, if the tree has found a better one than it was given."""
        if self._tree.plan[-1] < 0:
            return None
        return _untangled(self._field, self._graph.place[self._tree.plan])

    def _groups(self) -> list[tuple[int, int]]:
        tree = self._tree
        return [(int(tree.begin[g]), int(tree.end[g])) for g in range(int(tree.tally[0]))]


def _untangled(field: PathField, place: Whole) -> Whole:
    """Paths `[J, T]` of single searchers through joint positions `[T + 1, J]`: equal ones may have changed names."""
    now = field.start.copy()
    paths = np.empty((len(now), field.horizon), np.int64)
    for t in range(field.horizon):
        there = place[t + 1]
        match = _matched(field, now, there)
        now = there[match]
        paths[:, t] = now
    return paths


def _matched(field: PathField, now: Whole, there: Whole) -> list[int]:
    """Which of the next places each searcher takes, a step from its own and one of its kind (augmenting paths)."""
    taken: dict[int, int] = {}

    def seat(j: int, tried: set[int]) -> bool:
        ways = field.step_to[field.step_start[now[j]] : field.step_start[now[j] + 1]]
        for k in range(len(there)):
            if k not in tried and field.kind[k] == field.kind[j] and there[k] in ways:
                tried.add(k)
                if k not in taken or seat(taken[k], tried):
                    taken[k] = j
                    return True
        return False

    for j in range(len(now)):
        seat(j, set())
    found = {j: k for k, j in taken.items()}
    return [found[j] for j in range(len(now))]
