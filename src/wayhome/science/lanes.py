"""Paths over a lattice of squares, each one swath wide, that pass much worth in little length; and their repair.

Knows what lies in each square and which cells are barred. Refuses to pass a square twice, or to cross barred ground.
Lengths are in cells of the map, u to the east and v to the south; `M` squares, `N` searchers, `B` blocks of four squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, dijkstra, minimum_spanning_tree

from wayhome.science.lane_repair import is_clear, put, repair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Index = NDArray[np.int64]
    Mask = NDArray[np.bool_]

SAMPLES = 6  # points along a side of a square at which the map is read, at most
HOT, COLD = 0.2, 0.005  # temperatures of the repair, in squares at the price of length (tried)
ROUNDS = 12  # of repair, the price of length set anew after each
PATCHES = 12  # rings in a chain, at most
VISITS = 30  # repairs for each square of the paths
"""Own choices, tried on the maps of `trial.drone_task`."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """Squares of one pitch, turned by an angle, row by row; an even number of rows and of columns.

    Centres `uv` `[M, 2]`, the `mass` `[M]` of the map in each, whether a centre is `free` `[M]` to enter, and whether the
    way to the next column (`east`) and the next row (`south`) is clear `[M]`.
    """

    rows: int
    cols: int
    pitch: float
    uv: Array
    mass: Array
    free: Mask
    east: Mask
    south: Mask


def lattice(values: Array, barred: Mask, anchor: Array, pitch: float, angle_rad: float) -> Lattice:
    """The squares that cover the map, one of them with its centre at the anchor."""
    height, width = values.shape
    across = np.array([np.cos(angle_rad), np.sin(angle_rad)])
    along = np.array([-across[1], across[0]])
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) - anchor
    ij = np.stack([corners @ along, corners @ across]) / pitch
    first, last = np.floor(ij.min(axis=1)).astype(int), np.ceil(ij.max(axis=1)).astype(int)
    rows, cols = (int(n) + int(n) % 2 for n in last - first + 1)
    i, j = np.divmod(np.arange(rows * cols), cols)
    uv = anchor + pitch * ((i + first[0])[:, None] * along + (j + first[1])[:, None] * across)
    n = max(1, min(SAMPLES, round(3 * pitch)))
    mass = np.zeros(len(uv))
    offsets = pitch * ((np.arange(n) + 0.5) / n - 0.5)
    for a in offsets:
        for b in offsets:
            mass += _at(values, uv + a * along + b * across, 0.0)
    free = ~_at(barred, uv, True)
    east, south = _ways(uv, free, barred, cols)
    return Lattice(rows, cols, pitch, uv, mass * (pitch / n) ** 2, free, east, south)


def _at(values: NDArray[Any], uv: Array, outside: float) -> NDArray[Any]:
    """The cell's value at each point."""
    col, row = np.floor(uv).astype(int).T
    inside = (row >= 0) & (col >= 0) & (row < values.shape[0]) & (col < values.shape[1])
    found: NDArray[Any] = np.where(inside, values[np.where(inside, row, 0), np.where(inside, col, 0)], outside)
    return found.astype(values.dtype)


@numba.njit(cache=True)
def _ways(uv: Array, free: Mask, barred: Mask, cols: int) -> tuple[Mask, Mask]:
    east, south = np.zeros(len(uv), np.bool_), np.zeros(len(uv), np.bool_)
    for x in range(len(uv)):
        if free[x] and (x + 1) % cols and free[x + 1]:
            east[x] = is_clear(barred, uv[x, 0], uv[x, 1], uv[x + 1, 0], uv[x + 1, 1])
        if free[x] and x + cols < len(uv) and free[x + cols]:
            south[x] = is_clear(barred, uv[x, 0], uv[x, 1], uv[x + cols, 0], uv[x + cols, 1])
    return east, south


def paths(
    on: Lattice, barred: Mask, starts: Array, limit: float, turn: float, rng: np.random.Generator
) -> list[Array]:  # fmt: skip
    """One path `[n, 2]` for each of the starts `[N, 2]`, none longer than the limit, that pass as much mass as can be found.

    Each searcher is given a share of the squares, a first tour of them, and then all tours are repaired together.
    `turn` [0, 1) turns the sectors of those who share a start, in sectors.
    """
    n, m = len(starts), len(on.uv)
    uv, mass = np.concatenate([on.uv, starts]), np.append(on.mass, np.zeros(n))
    nxt, prv, route = np.full(m + n, -1), np.full(m + n, -1), np.full(m + n, -1)
    length, limits = np.zeros(n), np.full(n, limit)
    share = _shares(on, starts, turn)
    for k in range(n):
        route[m + k] = k
        tour = _first_tour(on, barred, starts[k], (share == k) & (route[:m] < 0), route[:m] < 0, limit)
        here = m + k
        for x in tour.tolist():
            more = float(np.hypot(*(uv[x] - uv[here])))
            if length[k] + more <= limit and is_clear(barred, *uv[here], *uv[x]):
                put(uv, nxt, prv, route, length, x, here)
                here = x
    n_squares = int(n * limit / on.pitch)
    highest = np.sort(on.mass)[::-1][min(n_squares, m - 1)] / on.pitch
    price = highest = max(float(highest), 1e-3 * float(on.mass.sum()) / (n_squares + 1) / on.pitch)
    has_barred = bool(barred.any())
    for heat in np.geomspace(HOT, COLD, ROUNDS):
        repair(
            uv, mass, on.free, on.cols, on.pitch, barred, has_barred, nxt, prv, route, length, limits, price,
            min(n_squares, m) * VISITS // ROUNDS, float(heat) * price * on.pitch, rng,
        )  # fmt: skip
        length = np.array([float(np.hypot(*np.diff(uv[_follow(nxt, m + k)], axis=0).T).sum()) for k in range(n)])
        # unspent length is too dear, spent length too cheap: a price between finds what is best within the limit
        price = price * 0.9 if length.sum() < 0.99 * n * limit else min(highest, price * 1.03)
    return [uv[_follow(nxt, m + k)] for k in range(n)]


def _follow(nxt: Index, begin: int) -> Index:
    path = [begin]
    while nxt[path[-1]] >= 0:
        path.append(int(nxt[path[-1]]))
    return np.array(path)


def _shares(on: Lattice, starts: Array, turn: float) -> Index:
    """Whose each square is `[M]`: the nearest start's; searchers of one start share its squares by sectors of equal mass.

    Blocks of two by two squares stay together.
    """
    places, group = np.unique(starts, axis=0, return_inverse=True)
    centre = on.uv.reshape(on.rows // 2, 2, on.cols // 2, 2, 2).mean(axis=(1, 3)).reshape(-1, 2)
    mass = on.mass.reshape(on.rows // 2, 2, on.cols // 2, 2).sum(axis=(1, 3)).ravel()
    nearest = np.argmin([np.hypot(*(centre - place).T) for place in places], axis=0)
    share = np.zeros(len(centre), np.int64)
    for g, place in enumerate(places):
        mine, members = np.flatnonzero(nearest == g), np.flatnonzero(group.ravel() == g)
        if mine.size == 0:
            continue
        order = mine[np.argsort(np.arctan2(*(centre[mine] - place).T), kind="stable")]
        below = np.cumsum(mass[order]) - mass[order]
        sector = (below / max(float(mass[mine].sum()), 1e-300) * members.size + turn).astype(int)
        share[order] = members[sector % members.size]
    whole: Index = np.repeat(np.repeat(share.reshape(on.rows // 2, -1), 2, axis=0), 2, axis=1).ravel()
    return whole


def _first_tour(on: Lattice, barred: Mask, start: Array, own: Mask, unused: Mask, limit: float) -> Index:
    """A way from a start to and round those of its own squares that are worth it: the better of two.

    Spanning-tree coverage (Gabriely and Rimon 2001): blocks of two by two squares are joined to a tree, and the path goes
    round with the tree on one hand: it passes each square once and comes back to where it began. Either one tree joins
    all, or several are gone round one after another, with a straight way from each to the next.
    """
    rows, cols = on.rows // 2, on.cols // 2
    four = (rows, 2, cols, 2)
    reached, before = _walk(on, barred, start, unused)
    east, south = on.east.reshape(on.rows, on.cols), on.south.reshape(on.rows, on.cols)
    inner = east[0::2, 0::2] & east[1::2, 0::2] & south[0::2, 0::2] & south[0::2, 1::2]
    usable = (inner & (own & on.free & reached).reshape(four).all(axis=(1, 3))).ravel()
    if not usable.any():
        return np.empty(0, np.int64)
    b = np.arange(rows * cols)
    to_east = (east[0::2, 1::2] & east[1::2, 1::2]).ravel() & usable & np.append(usable[1:], False)
    to_south = (south[1::2, 0::2] & south[1::2, 1::2]).ravel() & usable & np.append(usable[cols:], np.zeros(cols, bool))
    pairs = np.concatenate([np.stack([b[to_east], b[to_east] + 1], 1), np.stack([b[to_south], b[to_south] + cols], 1)])
    mass = on.mass.reshape(four).sum(axis=(1, 3)).ravel()
    part = _parts(pairs, b.size)
    held = np.bincount(part[usable], mass[usable], b.size)
    away = np.hypot(*(on.uv.reshape(*four, 2).mean(axis=(1, 3)).reshape(-1, 2) - start).T)
    root = int(np.where(usable & (held[part] >= held.max()), away, np.inf).argmin())
    n_wanted = max(1, int(limit / on.pitch) // 4)
    chosen = _joined_within(mass, usable, pairs, root, n_wanted)
    ring = _round(chosen, pairs, cols, on.cols, on.uv, start)
    way = [int(ring[0])]
    if not is_clear(barred, *start, *on.uv[ring[0]]):
        while before[way[-1]] >= 0:
            way.append(int(before[way[-1]]))
    one = np.concatenate([np.array(way[:0:-1], np.int64), ring[~np.isin(ring, way[1:])]])
    several = _chain(mass, usable, pairs, cols, on, barred, start, limit)
    return max(one, several, key=lambda tour: _passed(on, start, tour, limit))


def _passed(on: Lattice, start: Array, tour: Index, limit: float) -> float:
    """Mass that a tour passes before its length is used up."""
    gone = np.cumsum(np.hypot(*np.diff(on.uv[tour], axis=0, prepend=start[None]).T))
    return float(on.mass[tour[gone <= limit]].sum())


def _chain(
    mass: Array, usable: Mask, pairs: Index, cols: int, on: Lattice, barred: Mask, start: Array, limit: float
) -> Index:  # fmt: skip
    """Rings about separate patches of blocks, one after another, each chosen for what it holds above the price of its length."""
    low, high = 0.0, float(mass[usable].max()) + 1e-300
    best, best_passed = np.empty(0, np.int64), -1.0
    for _ in range(12):
        price = 0.5 * (low + high)
        good = usable & (mass > price)
        part = _parts(pairs[good[pairs].all(axis=1)], mass.size)
        gain = np.bincount(part, np.where(good, mass - price, 0.0), mass.size)
        rings = [
            _round(good & (part == k), pairs, cols, on.cols, on.uv, start)
            for k in np.argsort(-gain, kind="stable")[:PATCHES].tolist() if gain[k] > 0.0
        ]  # fmt: skip
        here, tours, length = start, [], 0.0
        while rings:
            worth = [
                on.mass[ring].sum() - 0.25 * price * (ring.size + float(np.hypot(*(on.uv[ring] - here).T).min()) / on.pitch)
                for ring in rings
            ]  # fmt: skip
            k = int(np.argmax(worth))
            ring = rings.pop(k)
            ring = np.roll(ring, -int(np.hypot(*(on.uv[ring] - here).T).argmin()))
            if worth[k] <= 0.0:
                break
            if is_clear(barred, *here, *on.uv[ring[0]]):
                tours.append(ring)
                length += float(np.hypot(*(on.uv[ring[0]] - here))) + on.pitch * (ring.size - 1)
                here = on.uv[ring[-1]]
        tour = np.concatenate(tours) if tours else best[:0]
        passed = _passed(on, start, tour, limit)
        if passed > best_passed:
            best, best_passed = tour, passed
        low, high = (price, high) if length > limit else (low, price)
    return best


def _parts(pairs: Index, n: int) -> Index:
    """Which blocks hang together: the number of each block's part `[B]`."""
    return np.asarray(connected_components(_graph(pairs, np.ones(len(pairs)), n), directed=False)[1], np.int64)


def _graph(pairs: Index, weight: Array, n: int) -> csr_array:
    return csr_array((weight, (pairs[:, 0], pairs[:, 1])), shape=(n, n))


def _walk(on: Lattice, barred: Mask, start: Array, unused: Mask) -> tuple[Mask, Index]:
    """Which squares can be come to from a start along the lattice `[M]`, and the square before each, -1 for none."""
    m = len(on.uv)
    near = np.argsort(np.hypot(*(on.uv - start).T), kind="stable")[:64]
    doors = [x for x in near.tolist() if unused[x] and on.free[x] and is_clear(barred, *start, *on.uv[x])]
    if not doors:
        return np.zeros(m, bool), np.full(m, -1)
    if not barred.any():
        return on.free.copy(), np.full(m, -1)
    x = np.arange(m)
    east, south = x[on.east], x[on.south]
    pairs = np.concatenate([np.stack([east, east + 1], 1), np.stack([south, south + on.cols], 1)])
    pairs = pairs[unused[pairs].all(axis=1)]
    order, before = breadth_first_order(_graph(pairs, np.ones(len(pairs)), m), doors[0], directed=False)
    reached = np.zeros(m, bool)
    reached[order] = True
    return reached, np.where(before < 0, -1, before).astype(np.int64)


def _joined_within(mass: Array, usable: Mask, pairs: Index, root: int, n_wanted: int) -> Mask:
    """At most `n_wanted` blocks `[B]` that hang together with the root and hold much: the price of a block is bisected.

    What is a little too much is gathered from the root on, the heavier blocks first, as far as it goes.
    """
    low, high = 0.0, float(mass[usable].max()) + 1e-300
    best, too_many = np.zeros(mass.size, bool), usable
    best[root] = True
    for _ in range(12):
        price = 0.5 * (low + high)
        chosen = _joined(mass, usable, pairs, root, price)
        if chosen.sum() > n_wanted:
            low, too_many = price, chosen
        else:
            high, best = price, chosen
    inner = pairs[too_many[pairs].all(axis=1)]
    beside = _graph(np.concatenate([inner, inner[:, ::-1]]), np.ones(2 * len(inner)), mass.size)
    gathered, edge = np.zeros(mass.size, bool), [(0.0, root)]
    left = n_wanted
    while edge and left > 0:
        _, here = heappop(edge)
        if not gathered[here]:
            gathered[here] = True
            left -= 1
            for there in beside.indices[beside.indptr[here] : beside.indptr[here + 1]].tolist():
                heappush(edge, (-float(mass[there]), there))
    return gathered if mass[gathered].sum() > mass[best].sum() else best


def _joined(mass: Array, usable: Mask, pairs: Index, root: int, price: float) -> Mask:
    """The root, and all patches of blocks above the price that are worth the cheapest way to them."""
    n = mass.size
    both = np.concatenate([pairs, pairs[:, ::-1]])
    ways = _graph(both, np.maximum(price - mass[both[:, 1]], 0.0) + 1e-9 * price, n)
    good = usable & (mass > price)
    part = _parts(pairs[good[pairs].all(axis=1)], n)
    gain = np.bincount(part, np.where(good, mass - price, 0.0), n)
    chosen: Mask = good & (part == part[root])
    chosen[root] = True
    for _ in range(3):
        away, before, _ = dijkstra(ways, indices=np.flatnonzero(chosen), min_only=True, return_predecessors=True)
        rest = np.flatnonzero(good & ~chosen & np.isfinite(away))
        rest = rest[np.argsort(away[rest], kind="stable")]
        doors = rest[np.sort(np.unique(part[rest], return_index=True)[1])]
        worth = [d for d in doors.tolist() if gain[part[d]] > away[d]]
        for here in worth:
            chosen |= good & (part == part[here])
            while before[here] >= 0 and not chosen[before[here]]:
                here = int(before[here])
                chosen[here] = True
        if not worth:
            break
    return chosen


def _round(chosen: Mask, pairs: Index, cols: int, c: int, uv: Array, start: Array) -> Index:
    """The squares of the chosen blocks in the order in which one meets them round a tree that joins the blocks.

    The one nearest to the start is first. Rows are preferred for the tree, since every bend costs. `cols` blocks, and
    `c` squares, in a row.
    """
    pairs = pairs[chosen[pairs].all(axis=1)]
    weight = np.where(pairs[:, 1] - pairs[:, 0] == 1, 1.0, 2.0)
    tree = minimum_spanning_tree(_graph(pairs, weight, chosen.size)).tocoo()
    joined = set(zip(tree.row.tolist(), tree.col.tolist(), strict=True))
    links: dict[int, list[int]] = {}

    def link(x: int, y: int) -> None:
        links.setdefault(x, []).append(y)
        links.setdefault(y, []).append(x)

    for k in np.flatnonzero(chosen).tolist():
        nw = 2 * (k // cols) * c + 2 * (k % cols)
        ne, sw, se = nw + 1, nw + c, nw + c + 1
        # a pair of squares leads over the side of its block where the tree passes, else along that side
        if (k, k + 1) in joined:
            link(ne, ne + 1)
            link(se, se + 1)
        else:
            link(ne, se)
        if (k, k + cols) in joined:
            link(sw, sw + c)
            link(se, se + c)
        else:
            link(sw, se)
        if (k - 1, k) not in joined:
            link(nw, sw)
        if (k - cols, k) not in joined:
            link(nw, ne)
    ring, before = [min(links)], -1
    while True:
        one, other = links[ring[-1]]
        there = other if one == before else one
        if there == ring[0]:
            return np.roll(ring, -int(np.hypot(*(uv[ring] - start).T).argmin()))
        before = ring[-1]
        ring.append(there)
