"""Small pieces of ground, grown until they meet an edge, and joined into groups of a size across the worst of edges.

Knows cells, how well an edge runs through each, and what each counts. Refuses to know what the edges are.
"""

from __future__ import annotations

import heapq
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.ndimage import distance_transform_edt, label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

DETOUR = 3.0  # squares of the lattice that it is worth to go round the best edge rather than across (own choice)
LENGTH_COST = (
    0.25  # what a metre of the best edge costs, where one with nothing on the ground costs 1 more (own choice)
)
EACH = 2.0  # what a group costs, in sides of a full one with nothing on the ground (own choice)
SMALL = 0.5  # of the full size: a smaller group costs less by its size, so that small ones vanish (own choice)


def pieces(worth: Array, where: NDArray[np.bool_], spacing: float) -> NDArray[np.int32]:
    """Pieces `[H, W]` from 0, -1 elsewhere: grown from seeds, each meeting the next at an edge or half way.

    A seed stands as far from edges as it can, one in each square of a lattice for each face that the edges enclose
    there; a face that is small in every square has one of its own, unless it is smaller than a tenth of a square.

    Parameters
    ----------
    worth : how findable an edge runs through each cell `[H, W]`, [0, 1], 0 for none
    where : cells `[H, W]` to be cut up
    spacing : side of a square of the lattice, in cells
    """
    height, width = worth.shape
    open_ = where & (worth == 0.0)
    if not open_.any():
        open_ = where
    face, _ = label(open_)
    depth = distance_transform_edt(open_)
    row, col = np.nonzero(open_)
    square = (row // max(1.0, spacing)).astype(np.int64) * width + (col // max(1.0, spacing)).astype(np.int64)
    seeds = []
    for key, least in ((face[row, col] * np.int64(height * width) + square, 0.25), (face[row, col], 0.1)):
        order = np.lexsort((-depth[row, col], key))
        first = np.flatnonzero(np.diff(key[order], prepend=-1))
        size = np.diff(np.append(first, len(order)))
        seeds.append(order[first[size >= least * spacing**2]])
    lone = ~np.isin(face[row[seeds[1]], col[seeds[1]]], face[row[seeds[0]], col[seeds[0]]])
    seed = np.concatenate([seeds[0], seeds[1][lone]])
    if not seed.size:
        seed = np.array([int(np.argmax(depth[row, col]))])
    wall = np.rint(worth * (10.0 * DETOUR * spacing)).astype(np.int32)
    grown = np.full(worth.shape, -1, np.int32)
    grown[row[seed], col[seed]] = np.arange(seed.size)
    _grow(grown, wall, where, 16 + int(wall.max()))
    if (where & (grown < 0)).any():  # parts of the area without a seed of their own
        parts, _ = label(where & (grown < 0), np.ones((3, 3)))
        grown = np.where(parts > 0, seed.size - 1 + parts, grown).astype(np.int32)
    return grown


@njit(cache=True, nogil=True)
def _grow(grown: NDArray[np.int32], wall: NDArray[np.int32], where: NDArray[np.bool_], buckets: int) -> None:
    """Give every cell to the seed that reaches it at least cost, by a ring of buckets (Dial 1969); costs are whole."""
    height, width = grown.shape
    cost = np.full(grown.size, 2**31 - 1, np.int64)
    head = np.full(buckets, -1, np.int64)
    cell, after = np.empty(grown.size + 64, np.int64), np.empty(grown.size + 64, np.int64)
    used, waiting = 0, 0
    owner, barrier, open_ = grown.ravel(), wall.ravel(), where.ravel()
    for c in range(grown.size):
        if owner[c] >= 0:
            cost[c] = 0
            cell[used], after[used] = c, head[0]
            head[0] = used
            used, waiting = used + 1, waiting + 1
    now = 0
    while waiting > 0:
        b = now % buckets
        while head[b] >= 0:
            e = head[b]
            head[b] = after[e]
            waiting -= 1
            c = cell[e]
            if cost[c] != now:
                continue
            i, j = c // width, c % width
            for di in range(-1, 2):
                for dj in range(-1, 2):
                    a, d = i + di, j + dj
                    if (di == 0 and dj == 0) or a < 0 or d < 0 or a >= height or d >= width:
                        continue
                    n = a * width + d
                    if not open_[n]:
                        continue
                    step = 10 + barrier[n]
                    if di != 0 and dj != 0:  # a line that runs cell by cell over corners is a wall too
                        step = 14 + max(barrier[n], min(barrier[i * width + d], barrier[a * width + j]))
                    if now + step < cost[n]:
                        cost[n] = now + step
                        owner[n] = owner[c]
                        if used == cell.size:
                            more, next_ = np.empty(2 * used, np.int64), np.empty(2 * used, np.int64)
                            more[:used], next_[:used] = cell, after
                            cell, after = more, next_
                        k = (now + step) % buckets
                        cell[used], after[used] = n, head[k]
                        head[k] = used
                        used, waiting = used + 1, waiting + 1
        now += 1


def joined(pieces: NDArray[np.int32], worth: Array, size: Array, most: float, side: float) -> NDArray[np.int32]:
    """Pieces joined into groups `[H, W]`, -1 elsewhere, none larger than `most` (save a piece that alone is).

    First joined across the worst edges, then single pieces exchanged while that leaves better edges or fuller groups.

    Parameters
    ----------
    size : what each cell adds to the size of its group `[H, W]` >= 0
    side : side of a group of full size, in cells
    """
    count = int(pieces.max()) + 1
    held = pieces >= 0
    sizes = np.asarray(np.bincount(pieces[held], size[held], count), np.float64)
    links = _links(pieces, worth, count)
    group = np.arange(count)
    for _ in range(3):
        before = group.copy()
        _merge(group, links, sizes, most)
        _exchange(group, links, sizes, most, EACH * side)
        if np.array_equal(before, group):
            break
    return np.where(held, group[pieces], -1).astype(np.int32)


def _links(pieces: NDArray[np.int32], worth: Array, count: int) -> list[dict[int, float]]:
    """For each piece its neighbours, with the cost of the edge between them: the worse to find the dearer."""
    pairs, costs = [], []
    for here, there in (((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
                        ((slice(None, -1), slice(None)), (slice(1, None), slice(None)))):  # fmt: skip
        a, b = pieces[here].astype(np.int64), pieces[there].astype(np.int64)
        edge = (a != b) & (a >= 0) & (b >= 0)
        pairs.append(np.minimum(a, b)[edge] * count + np.maximum(a, b)[edge])
        costs.append(LENGTH_COST + 1.0 - np.maximum(worth[here], worth[there])[edge])
    pair, index = np.unique(np.concatenate(pairs), return_inverse=True)
    cost = np.bincount(index, np.concatenate(costs), len(pair))
    links: list[dict[int, float]] = [{} for _ in range(count)]
    for key, value in zip(pair.tolist(), cost.tolist(), strict=True):
        a, b = divmod(key, count)
        links[a][b] = links[b][a] = value
    return links


def _merge(group: NDArray[np.int64], links: list[dict[int, float]], sizes: Array, most: float) -> None:
    """Join groups, those first that share most of a border not worth keeping, while their size allows."""
    held = np.bincount(group, sizes, len(sizes)).tolist()
    around: list[dict[int, float]] = [{} for _ in links]
    for p, near in enumerate(links):
        for q, cost in near.items():
            if group[p] != group[q]:
                around[group[p]][group[q]] = around[group[p]].get(group[q], 0.0) + cost
    stands = np.arange(len(links))
    born = [0] * len(links)  # merges so far: an offer made before the last one is void
    queue: list[tuple[float, int, int, int]] = []

    def offer(a: int, b: int) -> None:
        if held[a] + held[b] <= most:
            share = around[a][b] / min(sum(around[a].values()), sum(around[b].values()))
            heapq.heappush(queue, (-share / sqrt(held[a] + held[b] + 1e-3 * most), a, b, born[a] + born[b]))

    for a, near in enumerate(around):
        for b in near:
            if a < b:
                offer(a, b)
    while queue:
        _, a, b, when = heapq.heappop(queue)
        if b not in around[a] or born[a] + born[b] != when:
            continue
        for c, cost in around[b].items():
            del around[c][b]
            if c != a:
                around[a][c] = around[c][a] = around[a].get(c, 0.0) + cost
        held[a] += held[b]
        around[b] = {}
        stands[b] = a
        born[a] += 1
        for c in around[a]:
            offer(a, c)
    for g in range(len(stands)):
        root = g
        while stands[root] != root:
            root = stands[root]
        stands[g] = root
    group[:] = stands[group]


def _exchange(group: NDArray[np.int64], links: list[dict[int, float]], sizes: Array, most: float, each: float) -> None:
    """Hand single pieces to a neighbouring group while that lowers the cost of all edges and the price of all groups."""
    members: dict[int, set[int]] = {}
    for p, g in enumerate(group.tolist()):
        members.setdefault(g, set()).add(p)
    held = np.bincount(group, sizes, len(sizes)).tolist()

    def price(size: float) -> float:
        return each * min(1.0, size / (SMALL * most))

    for _ in range(12):
        moved = 0
        for p, near in enumerate(links):
            own, h = int(group[p]), float(sizes[p])
            by: dict[int, float] = {}
            for q, cost in near.items():
                by[int(group[q])] = by.get(int(group[q]), 0.0) + cost
            kept = by.pop(own, 0.0)
            best, to = 1e-9, -1
            for g, cost in by.items():
                if held[g] + h <= most:
                    gain = cost - kept + price(held[own]) + price(held[g]) - price(held[own] - h) - price(held[g] + h)
                    if gain > best:
                        best, to = gain, g
            if to < 0 or not _hangs_together(members[own] - {p}, links):
                continue
            members[own].discard(p)
            members[to].add(p)
            held[own] -= h
            held[to] += h
            group[p] = to
            moved += 1
        if not moved:
            return


def _hangs_together(pieces: set[int], links: list[dict[int, float]]) -> bool:
    if not pieces:
        return True
    first = next(iter(pieces))
    met, left = {first}, [first]
    while left:
        for q in links[left.pop()]:
            if q in pieces and q not in met:
                met.add(q)
                left.append(q)
    return len(met) == len(pieces)
