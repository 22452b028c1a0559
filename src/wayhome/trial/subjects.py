"""Lost people who were never in our tables: walkers on real ground, and the places where they end.

A model of its own, so that maps may be tried on it: it knows nothing of the laws of distance, of the factors by
which features draw finds, or of `science.motion`. Every number here is this project's own guess at
how people behave, drawn anew for each trial from a broad range; none is a measurement, and a map that does well
here has shown that it reads the ground, not that people do as these walkers do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, ceil, cos, exp, hypot, pi, sin, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from wayhome.base.errors import InvalidInput
from wayhome.science.terrain import Ground, slope_deg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wayhome.base.raster import Grid

TRAIL, ROAD, STREAM = 0, 1, 2
KINDS = {"trail": TRAIL, "road": ROAD, "stream": STREAM}
CLIFF_DEG = 45.0  # nobody goes on over steeper ground than this
SPACING_M = 25.0  # vertices along a line stand no farther apart
MERGE_M = 1.0  # vertices nearer than this are one place, so that lines join
STEP_M = 20.0
NLCD_WATER = 11
STAYS, FOLLOWS, CROSSES, DROPS = 0, 1, 2, 3  # what a walker sets out to do: see `lost`
WALKED_OUT = 1  # met a road and went home: nobody ever searched


@dataclass(frozen=True, kw_only=True, eq=False)
class Country:
    """Ground as a walker meets it: `[H, W]` height, slopes, barriers, and lines as a graph of `V` vertices.

    `path_at` and `stream_at` name a vertex within each cell, -1 where there is none; `first` `[V + 1]` and `to` hold each
    vertex's neighbours. `kind` is that of the best line through a vertex: trail, road, stream.
    """

    grid: Grid
    elevation_m: NDArray[np.float64]
    east: NDArray[np.float64]
    north: NDArray[np.float64]
    barred: NDArray[np.bool_]
    path_at: NDArray[np.int32]
    stream_at: NDArray[np.int32]
    vertex_xy_m: NDArray[np.float64]
    vertex_z_m: NDArray[np.float64]
    kind: NDArray[np.int8]
    first: NDArray[np.int64]
    to: NDArray[np.int64]


def country(ground: Ground) -> Country:
    """Ground made ready for walkers; water is barred along its shore, and where the land cover says so."""
    grid = ground.grid
    z = np.zeros(grid.shape) if ground.dem is None else np.asarray(ground.dem.values, float)
    known = np.isfinite(z)
    # steps are longer than a cell's noise: slopes as felt over some 30 m
    weight = gaussian_filter(known.astype(float), 30.0 / grid.cell_m)
    smooth = gaussian_filter(np.where(known, z, 0.0), 30.0 / grid.cell_m) / np.maximum(weight, 1e-9)
    south, east = np.gradient(smooth, grid.cell_m)
    barred = np.zeros(grid.shape, bool)
    if ground.dem is not None:
        barred |= np.nan_to_num(slope_deg(ground.dem).values) > CLIFF_DEG
    if ground.landcover is not None and ground.legend == "nlcd":
        barred |= np.asarray(ground.landcover.values) == NLCD_WATER
    for shore in ground.lines.get("water", ()):
        xy = _dense(shore, grid.cell_m / 4.0)
        rows, cols, inside = _cells(grid, xy)
        barred[rows[inside], cols[inside]] = True
    xy, kind, first, to = _network(ground)
    rows, cols, inside = _cells(grid, xy)
    vertex_z = np.zeros(len(xy))
    vertex_z[inside] = smooth[rows[inside], cols[inside]]
    found = {}
    for name, wanted in (("path", kind < STREAM), ("stream", kind == STREAM)):
        at = np.full(grid.shape, -1, np.int32)
        chosen = np.flatnonzero(wanted & inside)
        at[rows[chosen], cols[chosen]] = chosen
        found[name] = at
    barred &= found["path"] < 0  # a bridge or a ledge with a path can be walked
    return Country(
        grid=grid, elevation_m=smooth, east=np.where(known, east, 0.0), north=np.where(known, -south, 0.0),
        barred=barred, path_at=found["path"], stream_at=found["stream"], vertex_xy_m=xy, vertex_z_m=vertex_z,
        kind=kind, first=first, to=to,
    )  # fmt: skip


def _cells(grid: Grid, xy: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    cols = np.floor((xy[:, 0] - grid.x_west_m) / grid.cell_m).astype(np.int64)
    rows = np.floor((grid.y_north_m - xy[:, 1]) / grid.cell_m).astype(np.int64)
    return rows, cols, (rows >= 0) & (rows < grid.height) & (cols >= 0) & (cols < grid.width)


def _dense(line: NDArray[np.float64], spacing_m: float) -> NDArray[np.float64]:
    """A line with vertices no farther apart than `spacing_m`, its own among them."""
    parts = [line[:1]]
    for a, b in pairwise(line):
        n = max(1, ceil(float(np.hypot(*(b - a))) / spacing_m))
        parts.append(a + (b - a) * (np.arange(1, n + 1) / n)[:, None])
    return np.concatenate(parts)


def _network(
    ground: Ground,
) -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.int64], NDArray[np.int64]]:
    """Vertices, their kinds and neighbours; lines of water and lines of walkers share no vertex."""
    spacing = min(SPACING_M, ground.grid.cell_m)
    points: list[NDArray[np.float64]] = []
    kinds: list[NDArray[np.int8]] = []
    ends: list[NDArray[np.int64]] = []
    count = 0
    for name, code in KINDS.items():
        for line in ground.lines.get(name, ()):
            dense = _dense(np.asarray(line, float), spacing)
            points.append(dense)
            kinds.append(np.full(len(dense), code, np.int8))
            number = np.arange(count, count + len(dense))
            ends.append(np.column_stack([number[:-1], number[1:]]))
            count += len(dense)
    if not points:
        return np.empty((0, 2)), np.empty(0, np.int8), np.zeros(1, np.int64), np.empty(0, np.int64)
    xy, kind, edges = np.concatenate(points), np.concatenate(kinds), np.concatenate(ends)
    wet = np.where(kind == STREAM, 10.0 * MERGE_M, 0.0)  # a third coordinate keeps water and paths apart
    pairs = cKDTree(np.column_stack([xy, wet])).query_pairs(MERGE_M, output_type="ndarray")
    same = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    groups, group = connected_components(same, directed=False)
    share = 1.0 / np.bincount(group, minlength=groups)
    merged_xy = np.column_stack([np.bincount(group, xy[:, k], groups) * share for k in (0, 1)])
    merged_kind = np.full(groups, STREAM, np.int8)
    np.minimum.at(merged_kind, group, kind)
    joined = group[edges]
    joined = np.unique(np.sort(joined[joined[:, 0] != joined[:, 1]], axis=1), axis=0)
    both = np.concatenate([joined, joined[:, ::-1]])
    both = both[np.argsort(both[:, 0], kind="stable")]
    first = np.zeros(groups + 1, np.int64)
    np.cumsum(np.bincount(both[:, 0], minlength=groups), out=first[1:])
    return np.asarray(merged_xy, float), merged_kind, first, np.ascontiguousarray(both[:, 1], np.int64)


def ipps(on: Country, grid: Grid, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """`[n, 2]` places within `grid` where people were last seen: trailheads and junctions, trails, roads.

    Of ten, some four where trails begin, end or part, four along a trail and two along a road; where no line is
    known, anywhere that can be walked.
    """
    inside = _cells(grid, on.vertex_xy_m)[2]
    trails, roads = np.flatnonzero(inside & (on.kind == TRAIL)), np.flatnonzero(inside & (on.kind == ROAD))
    heads = trails[np.diff(on.first)[trails] != 2]
    pools = [(some, weight) for some, weight in ((heads, 0.4), (trails, 0.4), (roads, 0.2)) if some.size]
    if not pools:
        y, x = np.meshgrid(on.grid.y_m(), on.grid.x_m(), indexing="ij")
        open_xy = np.column_stack([x[~on.barred], y[~on.barred]])
        inside = _cells(grid, open_xy)[2]
        if not inside.any():
            raise InvalidInput("No walkable ground lies within the map; choose a box that meets the ground.")
        return np.asarray(rng.choice(open_xy[inside], size=n), float)
    weights = np.array([weight for _, weight in pools])
    drawn = rng.choice(len(pools), size=n, p=weights / weights.sum())
    return np.array([on.vertex_xy_m[rng.choice(pools[k][0])] for k in drawn])


def lost(on: Country, ipp_xy_m: Sequence[float], rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """`[n, 2]` where `n` people who went missing from one IPP ended; some lie beyond the ground.

    What they set out to do, in shares drawn for each IPP: stay near, follow paths (turn wrongly at junctions,
    lose the path somewhere), cross the country on a bearing, or drop to lower ground and follow water. Whoever
    meets a line may follow it; night, exhaustion, an injury on steep ground or a dead end of cliffs and water
    stops them. Those who walk out on a road were never searched for and are drawn again.
    """
    shares = rng.dirichlet((0.6, 1.0, 1.0, 1.0))
    goes_home = rng.uniform(0.0, 0.6)
    x_m, y_m = float(ipp_xy_m[0]), float(ipp_xy_m[1])
    grid = on.grid
    return np.asarray(
        _lost(
            rng, n, x_m, y_m, np.cumsum(shares), goes_home, grid.x_west_m, grid.y_north_m, grid.cell_m,
            on.elevation_m, on.east, on.north, on.barred, on.path_at, on.stream_at, on.vertex_xy_m, on.vertex_z_m,
            on.kind, on.first, on.to,
        )
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _lost(
    rng: np.random.Generator,
    n: int,
    x0: float,
    y0: float,
    shares: NDArray[np.float64],
    goes_home: float,
    west: float,
    top: float,
    cell: float,
    elevation: NDArray[np.float64],
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    barred: NDArray[np.bool_],
    path_at: NDArray[np.int32],
    stream_at: NDArray[np.int32],
    xy: NDArray[np.float64],
    vertex_z: NDArray[np.float64],
    kind: NDArray[np.int8],
    first: NDArray[np.int64],
    to: NDArray[np.int64],
) -> NDArray[np.float64]:
    ends = np.empty((n, 2))
    done, tried = 0, 0
    while done < n:
        tried += 1
        # where every way leads home, someone is still missing after many tries
        home = goes_home if tried < 20 * n else 0.0
        manner = int(np.searchsorted(shares, rng.random()))
        x, y, fate = _walk(
            rng, min(manner, 3), home, x0, y0, west, top, cell, elevation, east, north, barred, path_at, stream_at,
            xy, vertex_z, kind, first, to,
        )  # fmt: skip
        if fate != WALKED_OUT:
            ends[done, 0], ends[done, 1] = x, y
            done += 1
    return ends


@njit(cache=True, nogil=True)
def _walk(
    rng: np.random.Generator,
    manner: int,
    goes_home: float,
    x: float,
    y: float,
    west: float,
    top: float,
    cell: float,
    elevation: NDArray[np.float64],
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    barred: NDArray[np.bool_],
    path_at: NDArray[np.int32],
    stream_at: NDArray[np.int32],
    xy: NDArray[np.float64],
    vertex_z: NDArray[np.float64],
    kind: NDArray[np.int8],
    first: NDArray[np.int64],
    to: NDArray[np.int64],
) -> tuple[float, float, int]:
    """One walker from the IPP to the end: x, y and 1 if the walk ended at home."""
    height, width = elevation.shape
    step = min(STEP_M, 0.7 * cell)
    # --- who this is: broad ranges, so that no behaviour rules ---
    hours = exp(rng.normal(2.1, 0.7))  # of walking that the legs hold: median 8, one in twenty over 26
    dark = rng.uniform(1.0, 12.0)  # hours until night
    halts = rng.uniform(0.2, 0.9)  # the chance to stay for good where night falls
    if manner == STAYS:
        hours = exp(rng.normal(-1.5, 1.0))
    on_path_mps, off_path_mps = rng.uniform(0.6, 1.3), rng.uniform(0.3, 0.9)
    aim = rng.uniform(0.0, 2.0 * pi)  # intended direction, counterclockwise from east
    holds_aim = rng.uniform(0.0, 1.5)
    holds_heading = rng.uniform(1.0, 5.0)
    minds_slope = rng.uniform(2.0, 12.0)
    goes_down = rng.uniform(1.0, 5.0) if manner == DROPS else rng.normal(0.3, 1.0)
    changes_aim_per_h = rng.uniform(0.0, 0.4)
    loses_path_per_km = exp(rng.uniform(-3.0, 0.5))
    turns_wrong = rng.uniform(0.05, 0.5)
    takes_path, takes_stream = rng.uniform(0.2, 0.95), rng.uniform(0.0, 0.8)
    if manner == DROPS:
        takes_stream = rng.uniform(0.5, 1.0)
    leaves_stream_per_km = rng.uniform(0.2, 3.0)
    downstream = rng.random() < 0.85
    falls_per_km = exp(rng.uniform(-4.0, -0.5))  # on ground of 45 degrees; none below 20

    heading = aim + rng.normal(0.0, 0.5)
    at, before = -1, -1  # vertex being walked from, and the one before it; -1 off all lines
    row, col = int((top - y) // cell), int((x - west) // cell)
    if (manner == FOLLOWS or rng.random() < 0.3) and 0 <= row < height and 0 <= col < width:
        at = path_at[row, col]
    ignores = 0.0  # metres for which a line just left or refused is not taken up
    clock = 0.0
    night = False
    while clock < hours:
        if not night and clock > dark:
            night = True
            if rng.random() < halts:
                break
        if rng.random() < changes_aim_per_h * step / off_path_mps / 3600.0:
            aim = rng.uniform(0.0, 2.0 * pi)
        if at >= 0:
            wet = kind[at] == STREAM
            follow = _next(rng, at, before, aim, wet, downstream, turns_wrong, xy, vertex_z, first, to)
            length = 0.0 if follow < 0 else hypot(xy[follow, 0] - x, xy[follow, 1] - y)
            per_km = leaves_stream_per_km if wet else loses_path_per_km
            if follow < 0 or rng.random() < per_km * length / 1000.0:
                at, before, ignores = -1, -1, rng.uniform(50.0, 500.0)
                heading = aim if rng.random() < 0.5 else heading + rng.uniform(-1.5, 1.5)
                continue
            heading = atan2(xy[follow, 1] - y, xy[follow, 0] - x)
            x, y = xy[follow, 0], xy[follow, 1]
            clock += length / (off_path_mps if wet else on_path_mps) / 3600.0
            before, at = at, follow
            if manner != FOLLOWS and kind[at] == ROAD and rng.random() < goes_home * length / 500.0:
                return x, y, WALKED_OUT
            # where water crosses a path, some mistake it for the way on
            row, col = int((top - y) // cell), int((x - west) // cell)
            crossing = stream_at[row, col] if 0 <= row < height and 0 <= col < width else -1
            if not wet and crossing >= 0 and rng.random() < 0.3 * turns_wrong * takes_stream:
                at, before = crossing, -1
            continue
        # --- across country: the best of nine directions, with an error of judgement ---
        row, col = int((top - y) // cell), int((x - west) // cell)
        inside = 0 <= row < height and 0 <= col < width
        slope_east = east[row, col] if inside else 0.0
        slope_north = north[row, col] if inside else 0.0
        best, chosen = -1e18, heading
        for k in range(9):
            turn = (k - 4) * pi / 6.0
            a = heading + turn
            nx, ny = x + step * cos(a), y + step * sin(a)
            r, c = int((top - ny) // cell), int((nx - west) // cell)
            if 0 <= r < height and 0 <= c < width:
                if barred[r, c]:
                    continue
                # no slipping between two barred cells that touch at a corner
                if inside and r != row and c != col and (barred[row, c] or barred[r, col]):
                    continue
            rise = slope_east * cos(a) + slope_north * sin(a)
            worth = holds_heading * cos(turn) + holds_aim * cos(a - aim)
            worth -= minds_slope * rise * rise + goes_down * rise
            worth -= np.log(-np.log(rng.random()))
            if worth > best:
                best, chosen = worth, a
        if best < -1e17:  # cliffs or water ahead: turn about, or give up
            if rng.random() < 0.05:
                break
            heading += pi + rng.uniform(-0.5, 0.5)
            clock += 0.02
            continue
        heading = chosen
        x, y = x + step * cos(heading), y + step * sin(heading)
        steep = sqrt(slope_east * slope_east + slope_north * slope_north)
        clock += step * (1.0 + steep) / off_path_mps / 3600.0
        ignores -= step
        if rng.random() < falls_per_km * max(0.0, (steep - 0.36) / 0.64) * step / 1000.0:
            break
        row, col = int((top - y) // cell), int((x - west) // cell)
        if ignores <= 0.0 and 0 <= row < height and 0 <= col < width:
            met, takes = path_at[row, col], takes_path
            if met < 0:
                met, takes = stream_at[row, col], takes_stream
            if met >= 0:
                if kind[met] == ROAD and rng.random() < goes_home:
                    return x, y, WALKED_OUT
                if rng.random() < takes:
                    at, before = met, -1
                else:
                    ignores = 200.0
    return x, y, 0


@njit(cache=True, nogil=True)
def _next(
    rng: np.random.Generator,
    at: int,
    before: int,
    aim: float,
    wet: bool,
    downstream: bool,
    turns_wrong: float,
    xy: NDArray[np.float64],
    vertex_z: NDArray[np.float64],
    first: NDArray[np.int64],
    to: NDArray[np.int64],
) -> int:
    """The vertex that a follower of a line goes on to; -1 where the line ends."""
    best, chosen = -1e18, -1
    ways = first[at + 1] - first[at]
    blunders = ways > 2 and rng.random() < turns_wrong
    for k in range(first[at], first[at + 1]):
        w = to[k]
        if w == before:
            continue
        if blunders:
            worth = rng.random()
        elif wet:
            worth = vertex_z[at] - vertex_z[w] if downstream else vertex_z[w] - vertex_z[at]
        else:
            a = atan2(xy[w, 1] - xy[at, 1], xy[w, 0] - xy[at, 0])
            worth = cos(a - aim)
            if before >= 0:  # the way that goes straight on looks like the way
                worth += cos(a - atan2(xy[at, 1] - xy[before, 1], xy[at, 0] - xy[before, 0]))
        if worth > best:
            best, chosen = worth, w
    return chosen
