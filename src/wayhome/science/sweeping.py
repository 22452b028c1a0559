"""Tracks over a probability map for searchers who see all within a reach, under a limit of length; and the most any can see.

Knows drones and walkers as points. Refuses to enter barred ground, to count ground twice, and to know hours or batteries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, isfinite, pi, sqrt
from operator import itemgetter
from typing import TYPE_CHECKING

import numba
import numpy as np
from scipy.ndimage import label

from wayhome.base.errors import InvalidInput
from wayhome.base.raster import Grid, Raster
from wayhome.science.lane_repair import is_clear
from wayhome.science.lanes import lattice, paths

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

SCAN_LINES = 64  # to a reach: what is lost between them stays below 1 % of a swath
ANGLES_RAD = (0.0, pi / 6.0, pi / 3.0)  # of the lanes; the best is kept
OVERLAP = 0.2  # of a swath, at most, where there is length enough to see everything
NEARLY = 0.97  # of the best lanes: a spiral, or slices, that see so much are polished too
SWEEPS, FINENESS = 100, 8  # of the polishing: trials for each corner, points to a reach
"""Own choices, tried on the maps of `trial.drone_task`."""
_MAX_SQUARES = 4_000_000
_MAX_POINTS = 16_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Sweep:
    """Where each of `N` searchers goes, and what they see together.

    `tracks`: N arrays `[n, 2]` of x, y on the map [m], each from its start, of `lengths_m` `[N]`. `pod` is the share of
    each cell that came within reach, `pos` [0, 1] the sum of POA x POD; no tracks of that length can have more than `pos_bound`.
    """

    tracks: tuple[Array, ...]
    lengths_m: tuple[float, ...]
    pod: Raster
    pos: float
    pos_bound: float


def sweep(
    poa: Raster,
    starts_m: ArrayLike,
    length_m: float,
    reach_m: float,
    rng: np.random.Generator,
    barred: Raster | None = None,
) -> Sweep:
    """Tracks that pass as much probability as can be found within reach, none longer than its limit.

    The map is cut into squares one swath wide. Those worth flying are joined and walked round without passing any twice
    (spanning-tree coverage), the paths repaired by taking stretches out and putting in what is worth more, and their
    corners moved while that gains more than its length; the best of three directions of the lanes and of a spiral or slices is kept. How
    far it may be from the best is `pos_bound` less `pos`.

    Parameters
    ----------
    poa : raster of `poa` `[H, W]`
    starts_m : x, y `[N, 2]` on the map, one for each searcher; nobody needs to come back
    length_m : > 0, for each searcher
    reach_m : > 0; everything nearer than that to the track is seen, nothing beyond. A walker of sweep width W sees
        as much as with a reach of W/2.
    rng : trials are drawn from it; the same state gives the same tracks
    barred : raster of `mask` on the same grid, true where nobody may go; it may be looked into

    Raises
    ------
    InvalidInput : naming the field, and the index of a start.
    """
    values, starts, closed = _checked(poa, starts_m, length_m, reach_m, barred)
    grid = poa.grid
    on_grid = np.asarray(starts_m, float)
    rows, cols = _window(starts, values.shape, (length_m + reach_m) / grid.cell_m)
    corner = np.array([cols.start, rows.start], float)
    part, shut = np.ascontiguousarray(values[rows, cols]), np.ascontiguousarray(closed[rows, cols])
    reach, limit = reach_m / grid.cell_m, length_m / grid.cell_m * (1.0 - 1e-9)
    patches = label(~shut)[0]
    within = np.isin(patches, [patches[int(v - corner[1]), int(u - corner[0])] for u, v in starts])
    spare = 2.0 * reach * limit * len(starts) / max(1, int(np.count_nonzero(part[within])))
    pitch = 2.0 * reach * float(np.clip(1.0 / spare, 1.0 - OVERLAP, 1.0))
    if part.size / pitch**2 > _MAX_SQUARES:
        raise InvalidInput(
            f"A reach of {reach_m:g} m makes more than {_MAX_SQUARES:,} squares of what is within {length_m:g} m; "
            "cut the map to a smaller box.",
            field="reach_m",
        )

    def on_map(some: Sequence[Array]) -> tuple[Array, ...]:
        return tuple(_drawn(path + corner, grid, start, length_m) for path, start in zip(some, on_grid, strict=True))

    def rated(some: list[Array]) -> tuple[float, list[Array]]:
        return _pos(poa, pod_in_reach(grid, on_map(some), reach_m)), some

    tried: list[tuple[float, list[Array]]] = []
    for number, angle_rad in enumerate(ANGLES_RAD):
        on = lattice(part, shut, starts[0] - corner, pitch, angle_rad)
        tried.append(rated(paths(on, shut, starts - corner, limit, number / len(ANGLES_RAD), rng)))
    best = max(tried, key=itemgetter(0))
    price = float(np.sort(part, axis=None)[::-1][min(part.size - 1, int(2 * reach * limit * len(starts)))]) * 2 * reach
    candidates = [best, rated(_polished(best[1], part, shut, reach, limit, price, rng))]
    right_about = _round_about(starts - corner, limit, reach)
    left_about = [path[0] + (path - path[0]) * (1.0, -1.0) for path in right_about]
    round_about = [
        rated(some) for some in (right_about, left_about)
        if all(is_clear(shut, *a, *b) for path in some for a, b in pairwise(path))
    ]  # fmt: skip
    if round_about:
        candidates.append(max(round_about, key=itemgetter(0)))
        if candidates[-1][0] > NEARLY * best[0]:
            thinned = [np.concatenate([path[::4], path[-1:]]) for path in candidates[-1][1]]
            candidates.append(rated(_polished(thinned, part, shut, reach, limit, price, rng)))
    tracks = on_map(max(candidates, key=itemgetter(0))[1])
    pod = pod_in_reach(grid, tracks, reach_m)
    return Sweep(
        tracks=tracks,
        lengths_m=tuple(_length(track) for track in tracks),
        pod=pod,
        pos=_pos(poa, pod),
        pos_bound=most_seen(poa, on_grid, length_m, reach_m),
    )


def _checked(
    poa: Raster, starts_m: ArrayLike, length_m: float, reach_m: float, barred: Raster | None
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """The map, the starts in cells of it, and the barred cells."""
    grid = poa.expect("poa").grid
    for name, value in (("length_m", length_m), ("reach_m", reach_m)):
        if not (isfinite(value) and value > 0.0):
            raise InvalidInput(f"{name} must be above zero metres, not {value}.", field=name)
    values = np.ascontiguousarray(poa.values, np.float64)
    bad = np.argwhere(~(np.isfinite(values) & (values >= 0.0)))
    if bad.size:
        row, col = (int(i) for i in bad[0])
        raise InvalidInput(
            f"poa[{row}, {col}] is {values[row, col]}; a probability is at least 0.", field="poa", index=(row, col)
        )
    closed = np.zeros(grid.shape, bool)
    if barred is not None:
        poa.like(barred.expect("mask"))
        closed = np.ascontiguousarray(barred.values, bool)
    given = np.asarray(starts_m, float)
    if given.ndim != 2 or given.shape[1] != 2 or not len(given):
        raise InvalidInput(f"starts_m has shape {given.shape}; give x and y for each searcher.", field="starts_m")
    for index, (x, y) in enumerate(given.tolist()):
        cell = grid.cell_of(x, y) if isfinite(x) and isfinite(y) else None
        if cell is None:
            raise InvalidInput(f"starts_m[{index}] lies off the map; begin on it.", field="starts_m", index=index)
        if closed[cell]:
            raise InvalidInput(
                f"starts_m[{index}] lies on barred ground; begin beside it.", field="starts_m", index=index
            )
    uv: Array = (given - (grid.x_west_m, grid.y_north_m)) / (grid.cell_m, -grid.cell_m)
    return values, uv, closed


def _window(points: Array, shape: tuple[int, ...], margin: float) -> tuple[slice, slice]:
    """Rows and columns of the cells within a margin of the points."""
    low = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(points.max(axis=0) + margin), shape[::-1]).astype(int)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _round_about(starts: Array, limit: float, reach: float) -> list[Array]:
    """About each start a spiral for one, or slices swept to and fro for several, a swath between turns: best on a round hill."""
    found: list[Array] = [np.empty((0, 2))] * len(starts)
    for place in np.unique(starts, axis=0):
        members = np.flatnonzero((starts == place).all(axis=1)).tolist()
        if len(members) == 1:
            turned = [0.0]
            while turned[-1] ** 2 < 2.0 * pi * limit / reach:
                turned.append(turned[-1] + min(0.1, 0.25 * pi / (turned[-1] + 1e-9)))  # a quarter of a reach
            angle = np.array(turned)
            found[members[0]] = place + reach / pi * angle[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
            continue
        width = 2.0 * pi / len(members)
        for number, k in enumerate(members):
            radius, length, path = reach, 0.0, [np.zeros((1, 2))]
            while length < limit:
                inset = min(reach / radius, 0.5 * width)  # a slice is seen to its edges from half a swath inside
                angle = np.linspace(inset, width - inset, max(2, int(4.0 * width * radius / reach) + 1))
                angle = number * width + (angle if len(path) % 2 else angle[::-1])
                path.append(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))
                length += 2.0 * reach + (width - 2.0 * inset) * radius
                radius += 2.0 * reach
            found[k] = place + np.concatenate(path)
    return [_cut(path, limit) for path in found]


def _drawn(path: Array, grid: Grid, start: Array, length_m: float) -> Array:
    """A path in metres, from the very start, without repeated points, cut where the length is used up."""
    track: Array = path * (grid.cell_m, -grid.cell_m) + (grid.x_west_m, grid.y_north_m)
    track[0] = start
    steps = np.hypot(*np.diff(track, axis=0).T)
    track = track[np.append(True, steps > 1e-6 * grid.cell_m)]
    return _cut(track, length_m)


def _cut(path: Array, limit: float) -> Array:
    """As much of a path as its length allows."""
    gone = np.append(0.0, np.cumsum(np.hypot(*np.diff(path, axis=0).T)))
    if gone[-1] <= limit:
        return path
    last = int(np.searchsorted(gone, limit, side="right"))
    share = (limit - gone[last - 1]) / (gone[last] - gone[last - 1]) * (1.0 - 1e-12)
    return np.concatenate([path[:last], path[last - 1 : last] + share * (path[last] - path[last - 1])])


def _length(track: Array) -> float:
    return float(np.hypot(*np.diff(track, axis=0).T).sum())


def _pos(poa: Raster, pod: Raster) -> float:
    return float(np.multiply(poa.values, pod.values).sum())


def most_seen(poa: Raster, starts_m: ArrayLike, length_m: float, reach_m: float) -> float:
    """Upper bound [0, 1] of the POS of all searchers together, however they go: the best ground that they have reach for.

    A track of length L sees at most 2 r L + pi r^2 of ground, none of it farther than L + r from its start.
    The bound is the POA of so much of the densest ground, with no regard to how it hangs together.
    """
    starts = np.atleast_2d(np.asarray(starts_m, float))
    grid = poa.grid
    away = np.min([grid.distance_m(x, y) for x, y in starts], axis=0) - grid.cell_m * 0.5**0.5
    mass = np.sort(np.asarray(poa.values, float)[away <= length_m + reach_m])[::-1]
    cells = len(starts) * (2.0 * reach_m * length_m + pi * reach_m**2) / grid.cell_area_m2
    whole = int(min(cells, mass.size))
    part = (cells - whole) * mass[whole] if whole < mass.size else 0.0
    return float(mass[:whole].sum() + part)


def pod_in_reach(grid: Grid, tracks: Sequence[Array], reach_m: float) -> Raster:
    """POD per cell `[H, W]` of a sensor that sees everything within reach: the share of the cell's area that came into it.

    Ground passed twice counts once. The shares err to the low side, by less than 1 % of a swath: a stretch of
    a band between two scan lines counts when one straight piece of track has all of it in reach.
    """
    pieces = np.concatenate(
        [np.empty((0, 4)), *(np.hstack([t[:-1] if len(t) > 1 else t, t[-len(t) + 1 :]]) for t in tracks)]
    )
    local = (pieces - np.tile([grid.x_west_m, grid.y_north_m], 2)) / grid.cell_m * np.tile([1.0, -1.0], 2)
    bands = max(1, ceil(SCAN_LINES * grid.cell_m / reach_m))
    pod = np.zeros(grid.shape)
    _scan(pod, local, reach_m / grid.cell_m, bands)
    return Raster(np.minimum(pod, 1.0), grid, "pod")


@numba.njit(cache=True)
def _chord(v: float, u0: float, v0: float, u1: float, v1: float, reach: float) -> tuple[float, float]:
    """Where the scan line at v runs within reach of a piece of track; an empty interval where it does not."""
    low, high = np.inf, -np.inf
    for u, w in ((u0, v0), (u1, v1)):
        left = reach * reach - (v - w) ** 2
        if left >= 0.0:
            half = np.sqrt(left)
            low, high = min(low, u - half), max(high, u + half)
    length = np.hypot(u1 - u0, v1 - v0)
    if length > 0.0:
        for side in (-1.0, 1.0):
            du, dv = -side * reach * (v1 - v0) / length, side * reach * (u1 - u0) / length
            a, b = v0 + dv, v1 + dv
            if min(a, b) <= v <= max(a, b) and a != b:
                u = u0 + du + (v - a) / (b - a) * (u1 - u0)
                low, high = min(low, u), max(high, u)
    return low, high


@numba.njit(cache=True)
def _scan(pod: Array, pieces: Array, reach: float, bands: int) -> None:
    """Add to `pod` `[H, W]` the share of each cell within reach of the pieces `[m, 4]`, both in cells."""
    height, width = pod.shape
    n_bands = height * bands
    counts = np.zeros(n_bands + 1, np.int64)
    for fill in range(2):
        if fill:
            total = 0
            for b in range(n_bands + 1):
                here = counts[b]
                counts[b] = total
                total += here
            ends = counts.copy()
            lows, highs = np.empty(total), np.empty(total)
        for i in range(pieces.shape[0]):
            u0, v0, u1, v1 = pieces[i]
            first = max(0, int(np.ceil((min(v0, v1) - reach) * bands)))
            last = min(n_bands, int(np.floor((max(v0, v1) + reach) * bands)))
            if fill and first < last:
                low, high = _chord(first / bands, u0, v0, u1, v1, reach)
            for b in range(first, last):
                if fill:
                    next_low, next_high = _chord((b + 1) / bands, u0, v0, u1, v1, reach)
                    lows[ends[b]], highs[ends[b]] = max(low, next_low), min(high, next_high)
                    ends[b] += 1
                    low, high = next_low, next_high
                else:
                    counts[b] += 1
    for b in range(n_bands):
        begin, end = counts[b], ends[b]
        seen = 0.0
        row = b // bands
        for i in np.argsort(lows[begin:end]):
            low, high = max(seen, lows[begin + i]), min(float(width), highs[begin + i])
            seen = max(seen, high)
            while low < high:
                col = int(low)
                upto = min(high, col + 1.0)
                pod[row, col] += (upto - low) / bands
                low = upto


def _polished(
    some: Sequence[Array], values: Array, barred: NDArray[np.bool_], reach: float, limit: float, price: float,
    rng: np.random.Generator,
) -> list[Array]:  # fmt: skip
    """The paths with their corners moved to where they see more; as they were where the map is too fine for that."""
    dense = [_with_corners(path, 2.0 * reach) for path in some]
    points = np.concatenate(dense)
    rows, cols = _window(points, values.shape, 3.0 * reach)
    part, corner = values[rows, cols], np.array([cols.start, rows.start], float)
    fine = min(max(1, ceil(FINENESS / reach)), int(sqrt(_MAX_POINTS / part.size)))
    if fine < 1 or fine * reach < 2.0:
        return list(some)
    worth = np.repeat(np.repeat(part / fine**2, fine, axis=0), fine, axis=1)
    first = np.append(0, np.cumsum([len(path) for path in dense]))
    uv = points - corner
    shut = np.ascontiguousarray(barred[rows, cols])
    _polish(uv, first, worth, float(fine), reach, shut, limit, price, SWEEPS, rng)
    return [uv[a:b] + corner for a, b in pairwise(first.tolist())]


def _with_corners(path: Array, spacing: float) -> Array:
    """A path with more points on its long straight stretches, so that they too can be bent."""
    pieces = [path[:1]]
    for a, b in pairwise(path):
        n = max(1, round(float(np.hypot(*(b - a))) / spacing))
        pieces.append(a + (b - a) * (np.arange(1, n + 1) / n)[:, None])
    pieces.append(path[-1:])  # the end may grow
    return np.concatenate(pieces)


@numba.njit(cache=True)
def _look(
    looks: NDArray[np.int32], worth: Array, fine: float, reach: float, u0: float, v0: float, u1: float, v1: float, by: int
) -> float:  # fmt: skip
    """Add one look (or take one away) at each point within reach of a straight piece; the worth so won (or lost)."""
    height, width = looks.shape
    changed = 0.0
    first, last = np.ceil((min(v0, v1) - reach) * fine - 0.5), np.floor((max(v0, v1) + reach) * fine - 0.5)
    for row in range(max(0, int(first)), min(height - 1, int(last)) + 1):
        low, high = _chord((row + 0.5) / fine, u0, v0, u1, v1, reach)
        if low > high:
            continue
        for col in range(max(0, int(np.ceil(low * fine - 0.5))), min(width - 1, int(np.floor(high * fine - 0.5))) + 1):
            n = looks[row, col] + by
            looks[row, col] = n
            if (by > 0 and n == 1) or (by < 0 and n == 0):
                changed += by * worth[row, col]
    return changed


@numba.njit(cache=True)
def _polish(
    uv: Array, first: NDArray[np.int64], worth: Array, fine: float, reach: float, barred: NDArray[np.bool_], limit: float,
    price: float, sweeps: int, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Move corners a little, or onto the one before, while what is seen more is worth the length it takes.

    The price of length falls to zero, so that in the end all length is used.
    """
    height, width = barred.shape
    looks = np.zeros(worth.shape, np.int32)
    owner, length = np.zeros(len(uv), np.int64), np.zeros(first.size - 1)
    for k in range(first.size - 1):
        owner[first[k] : first[k + 1]] = k
        for x in range(first[k] + 1, first[k + 1]):
            length[k] += np.hypot(uv[x, 0] - uv[x - 1, 0], uv[x, 1] - uv[x - 1, 1])
            _look(looks, worth, fine, reach, uv[x - 1, 0], uv[x - 1, 1], uv[x, 0], uv[x, 1], 1)
    for sweep in range(sweeps):
        left = 1.0 - sweep / sweeps
        for _ in range(len(uv)):
            x = int(rng.random() * len(uv))
            k = owner[x]
            if x == first[k]:
                continue
            au, av = uv[x - 1]
            u, v = uv[x]
            has_next = x + 1 < first[k + 1]
            bu, bv = uv[x + 1] if has_next else uv[x]
            nu, nv = au, av
            if rng.random() < 0.9:
                angle, far = 2.0 * np.pi * rng.random(), (0.2 + 0.8 * left) * reach * rng.random()
                nu, nv = u + far * np.cos(angle), v + far * np.sin(angle)
            if not (0.0 <= nu <= width and 0.0 <= nv <= height):
                continue
            more = np.hypot(au - nu, av - nv) - np.hypot(au - u, av - v)
            if has_next:
                more += np.hypot(bu - nu, bv - nv) - np.hypot(bu - u, bv - v)
            if length[k] + more > limit or not is_clear(barred, au, av, nu, nv):
                continue
            if has_next and not is_clear(barred, nu, nv, bu, bv):
                continue
            gain = _look(looks, worth, fine, reach, au, av, nu, nv, 1) - price * np.sqrt(left) * more
            if has_next:
                gain += _look(looks, worth, fine, reach, nu, nv, bu, bv, 1)
                gain += _look(looks, worth, fine, reach, u, v, bu, bv, -1)
            gain += _look(looks, worth, fine, reach, au, av, u, v, -1)
            if gain > 0.0:
                uv[x, 0], uv[x, 1] = nu, nv
                length[k] += more
                continue
            _look(looks, worth, fine, reach, au, av, u, v, 1)
            _look(looks, worth, fine, reach, au, av, nu, nv, -1)
            if has_next:
                _look(looks, worth, fine, reach, u, v, bu, bv, 1)
                _look(looks, worth, fine, reach, nu, nv, bu, bv, -1)
