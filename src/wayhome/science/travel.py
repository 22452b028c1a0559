"""Walking time over ground: how long it takes from one place to every other, and along a track.

Knows published speeds by slope, and land cover, trails and barriers as factors on them. Refuses to walk
where nobody can: water and cliffs stay at infinity.
"""

from __future__ import annotations

from math import atan, exp, inf, pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from scipy.ndimage import label

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.quantity import percent
from wayhome.base.raster import Grid, Raster
from wayhome.science.tables import table
from wayhome.science.terrain import Ground, slope_deg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

CLIFF_DEG = 45.0  # steeper cells are barred, as in STRIDE (Campbell, Cutler & Dennison 2024)
WALKED_LINES = ("trail", "road")  # kinds of line on which the speed is that of a path
_FORMS = {"tobler": 0, "naismith": 1, "r_walk": 2, "irmischer_clarke_off_road": 3, "campbell2022": 4}
MODELS = {
    "tobler": "tobler",
    "tobler_offtrack": "tobler",
    "naismith": "naismith",
    "langmuir": "r_walk",
    "irmischer_clarke_off_road": "irmischer_clarke_off_road",
    "campbell": "campbell2022",
}
"""Name of a model -> row of the table `travel`; `langmuir` is the form that GRASS r.walk computes."""


def _row(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in table("travel")["speed_model"] if row["name"] == name)
    return found


def _form(model: str) -> tuple[int, NDArray[np.float64]]:
    """Code and coefficients of a model, as the kernels take them; the last one is its least pace [s/m]."""
    if model not in MODELS:
        raise InvalidInput(f'There is no walking model "{model}"; use one of {", ".join(MODELS)}.', field="model")
    name = MODELS[model]
    row = _row(name)
    if name == "tobler":
        p = [3.6 / row["peak_kmh"], row["steepness"], row["offset"]]
        least = p[0]
    elif name == "naismith":
        p = [3.6 / row["flat_speed_kmh"], 3600.0 / row["ascent_m_per_h"]]
        least = p[0]
    elif name == "r_walk":
        p = [row["a_s_per_m"], row["b_s_per_m"], row["c_s_per_m"], row["d_s_per_m"], row["slope_factor"]]
        least = p[0] + p[2] * p[4]
    elif name == "irmischer_clarke_off_road":
        p = [row["base_mps"], row["gain_mps"], row["offset_percent"], row["width_percent"]]
        least = 1.0 / (p[0] + p[1])
    else:
        p = [row["a_deg"], row["b_deg"], row["c_mps_deg"], row["d_mps"], row["e_mps_per_deg"]]
        least = 1.0 / (p[2] / (pi * p[1]) + p[3] - 90.0 * p[4])  # peak, and more than the last term ever adds
    return _FORMS[name], np.array([*p, *[0.0] * (5 - len(p)), least])


@njit(cache=True)
def _pace(form: int, slope: float, a: float, b: float, c: float, d: float, e: float) -> float:
    """Seconds per metre of map distance at a signed slope (rise over run)."""
    if form == 0:
        return a * exp(b * abs(slope + c))
    if form == 1:
        return a + b * max(slope, 0.0)
    if form == 2:
        if slope > 0.0:
            return a + b * slope
        if slope > e:
            return a + c * slope
        return a + d * slope
    if form == 3:
        u = 100.0 * slope + c
        return 1.0 / (a + b * exp(-u * u / (2.0 * d * d)))
    angle = atan(slope) * 57.29577951308232
    u = (angle - a) / b
    return 1.0 / (c / (pi * b * (1.0 + u * u)) + d + e * angle)


@njit(cache=True)
def _paces(form: int, p: NDArray[np.float64], slope: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.empty(slope.size)
    for i in range(slope.size):
        found[i] = _pace(form, slope[i], p[0], p[1], p[2], p[3], p[4])
    return found


def pace_s_per_m(slope: ArrayLike, model: str = "tobler") -> NDArray[np.float64]:
    """Seconds per metre of map distance at signed slopes (rise over run), on a path.

    `tobler_offtrack` is slower by its published 0.6. Sources: the table `travel`.
    """
    form, p = _form(model)
    s = np.asarray(slope, float)
    paces = np.asarray(_paces(form, p, s.ravel())).reshape(s.shape)
    return paces / _off_path() if model == "tobler_offtrack" else paces


def _off_path() -> float:
    return float(_row("tobler")["off_path_factor"])


# --- the ground as factors on speed ---------------------------------------------------------------


def speed_factor(ground: Ground, *, model: str = "tobler") -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Factor `[H, W]` [0, 1] on the path speed of each cell, 0 where nobody walks, and caveats.

    Trails and roads are walked at path speed. Elsewhere the land cover's factor holds; where no cover is known,
    Tobler's 0.6 off the path, provided that lines tell where paths are (or the model is
    `tobler_offtrack`), else 1. Water and ground steeper than 45 degrees are barred, but not
    where a trail or road crosses.
    """
    grid = ground.grid
    told: list[str] = []
    on_path = np.zeros(grid.shape, bool)
    walked = [line for kind in WALKED_LINES for line in ground.lines.get(kind, ())]
    if walked:
        on_path = drawn(walked, grid)
    off = _off_path() if walked or model == "tobler_offtrack" else 1.0
    factor = np.full(grid.shape, off)
    if ground.landcover is not None:
        cover = np.asarray(ground.landcover.values)
        classes = table("travel").get(str(ground.legend), {})
        if not classes:
            raise InvalidInput(f'The legend "{ground.legend}" is not known; say nlcd or worldcover.', field="legend")
        by_code = np.full(max(int(cover.max()), 255) + 1, np.nan)
        by_code[0] = off
        for row in classes["class"]:
            by_code[row["code"]] = row["speed_factor"]
        factor = by_code[np.maximum(cover, 0)]
        unknown = np.isnan(factor)
        if unknown.any():
            told.append(
                f"{percent(float(unknown.mean()))} of the map has a land-cover code that {ground.legend} does not "
                "know; walked as ground without cover."
            )
            factor[unknown] = off
        if classes.get("placeholder"):
            told.append("The speeds on this land cover go by analogy with another legend; nobody measured them.")
    elif walked:
        told.append(f"Off trails and roads walking is {off:g} of the speed on a path; no land cover says more.")
    if ground.dem is not None:
        factor = np.where(np.nan_to_num(slope_deg(ground.dem).values) > CLIFF_DEG, 0.0, factor)
    return np.where(on_path, 1.0, factor), tuple(told)


def drawn(lines: Sequence[NDArray[np.float64]], grid: Grid) -> NDArray[np.bool_]:
    """Cells that lines run through."""
    cells = np.zeros(grid.shape, bool)
    for line in lines:
        _draw(cells, (np.asarray(line, float) - (grid.x_west_m, grid.y_north_m)) / (grid.cell_m, -grid.cell_m))
    return cells


@njit(cache=True)
def _draw(cells: NDArray[np.bool_], line: NDArray[np.float64]) -> None:
    height, width = cells.shape
    for k in range(len(line) - 1):
        dx, dy = line[k + 1, 0] - line[k, 0], line[k + 1, 1] - line[k, 1]
        steps = int(4.0 * max(abs(dx), abs(dy))) + 1  # four marks a cell leave no gap
        for n in range(steps + 1):
            i, j = int(np.floor(line[k, 1] + dy * n / steps)), int(np.floor(line[k, 0] + dx * n / steps))
            if 0 <= i < height and 0 <= j < width:
                cells[i, j] = True


# --- the time to every cell -----------------------------------------------------------------------


def travel_seconds(
    ground: Ground, from_xy_m: tuple[float, float], *, model: str = "tobler", neighbours: int = 16
) -> tuple[Raster, tuple[str, ...]]:
    """Walking time [s] from a point to every cell, infinite where nobody can walk, and caveats.

    The fastest way over the moves to 16 (or 8) neighbours; uphill and downhill differ. Cells without
    elevation are walked as flat.
    """
    grid = ground.grid
    start = grid.cell_of(*from_xy_m)
    if start is None:
        raise InvalidInput("The place to walk from lies outside the map; use a larger box or another place.")
    factor, told = speed_factor(ground, model=model)
    caveats = [*told]
    if ground.dem is None:
        elevation = np.zeros(grid.shape, np.float32)
        caveats.append("No terrain model: all ground is walked as flat.")
    else:
        elevation = np.asarray(ground.dem.values, np.float32)
        missing = float(np.isnan(elevation).mean())
        if missing > 0.0:
            caveats.append(f"{percent(missing)} of the map has no elevation and is walked as flat.")
    if factor[start] == 0.0:
        pools, _ = label(factor == 0.0)
        factor = np.where(pools == pools[start], factor[factor > 0.0].min(initial=1.0), factor)
        caveats.append("The place to walk from lies in water or on a cliff; the way out of it is taken as slow ground.")
    seconds = walking_seconds(elevation, grid.cell_m, start, factor=factor, model=model, neighbours=neighbours)
    return Raster(seconds, grid, "seconds"), tuple(caveats)


def walking_seconds(
    elevation_m: ArrayLike,
    cell_m: float,
    start: tuple[int, int],
    *,
    factor: ArrayLike | None = None,
    model: str = "tobler",
    neighbours: int = 16,
) -> NDArray[np.float64]:
    """Least walking time `[H, W]` [s] from the cell `start` (row, col); infinite where it can't be reached.

    A move of map length d at slope S takes d * pace(S) * the mean of 1/factor over the cells it
    crosses (two, or four for a knight's move). `factor` [0, 1] is 0 where nobody walks; a barrier is not
    jumped, nor passed between two barred cells that touch at a corner. `tobler_offtrack` differs from
    `tobler` by `speed_factor` alone, so that paths stay fast.
    """
    z = np.asarray(elevation_m, np.float32)
    speed = np.ones(z.shape) if factor is None else np.asarray(factor, float)
    if z.ndim != 2 or speed.shape != z.shape:
        raise MismatchError(f"Elevation {z.shape} and factor {speed.shape} must be of one shape [H, W].")
    if neighbours not in (8, 16):
        raise InvalidInput(f"Moves go to 8 or 16 neighbours, not to {neighbours}.")
    if not np.all((speed >= 0.0) & np.isfinite(speed)):
        raise InvalidInput("A factor on speed must be zero or more; NaN is not a speed.")
    form, p = _form(model)
    height, width = z.shape
    margin = 2  # a rim that no move can enter saves a test for the map's edge in every move
    packed = np.full((height + 2 * margin, width + 2 * margin, 2), np.inf, np.float32)
    packed[..., 0] = 0.0
    inside = packed[margin:-margin, margin:-margin]
    inside[..., 0] = z
    with np.errstate(divide="ignore"):
        inside[..., 1] = 1.0 / speed
    row, col = start
    first = (row + margin) * packed.shape[1] + col + margin
    known = speed[speed > 0.0]
    typical = float(np.median(known)) if known.size else 1.0
    seconds = _spread(
        packed.reshape(-1, 2), packed.shape[1], first, float(cell_m), form, p, neighbours, cell_m * p[5] / typical
    )
    return np.ascontiguousarray(seconds.reshape(packed.shape[:2])[margin:-margin, margin:-margin])


BUCKETS = 4096
_MOVES = np.array(
    [
        (-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1),
        (-2, -1), (-2, 1), (2, -1), (2, 1), (-1, -2), (1, -2), (-1, 2), (1, 2),
    ]
)  # fmt: skip


@njit(cache=True, inline="always")
def _bucket(seconds: float, per_bucket: float) -> int:
    # a pit in a faulty model costs more than integers hold
    return int(min(seconds * per_bucket, 4e18))


@njit(cache=True, nogil=True)
def _spread(
    packed: NDArray[np.float32],
    stride: int,
    first: int,
    cell_m: float,
    form: int,
    p: NDArray[np.float64],
    neighbours: int,
    delta: float,
) -> NDArray[np.float64]:
    """Least times by buckets `delta` seconds wide; a cell that improves later is taken up again, so it is exact.

    Buckets hold linked entries of one pool; a stale entry is known by its bucket. What lies
    beyond the window of buckets waits in a list of its own.
    """
    size = len(packed)
    pa, pb, pc, pd, pe, least = p[0], p[1], p[2], p[3], p[4], p[5]  # locals: no store can touch them
    per_bucket = 1.0 / delta
    seconds = np.full(size, inf)
    waits = np.zeros(size, np.uint8)  # whether a cell waits, in the bucket of its time
    head = np.full(BUCKETS, -1, np.int32)
    capacity = 4096
    entry_cell, entry_next = np.empty(capacity, np.int32), np.empty(capacity, np.int32)
    used, free = 0, -1
    later_capacity = 1024
    later = np.empty(later_capacity, np.int32)
    later_count = 0

    offset = np.empty(neighbours, np.int64)
    side_a, side_b = np.zeros(neighbours, np.int64), np.zeros(neighbours, np.int64)
    length = np.empty(neighbours)
    for k in range(neighbours):
        i, j = _MOVES[k]
        offset[k] = i * stride + j
        length[k] = cell_m * sqrt(float(i * i + j * j))
        if k < 4:
            continue
        if k < 8:  # the two cells whose corner a diagonal passes
            side_a[k], side_b[k] = i * stride, j
        else:  # the two cells that a knight's move crosses
            half_i, half_j = i // 2 if abs(i) == 2 else 0, j // 2 if abs(j) == 2 else 0
            side_a[k], side_b[k] = half_i * stride + half_j, offset[k] - half_i * stride - half_j

    seconds[first] = 0.0
    waits[first] = 1
    entry_cell[0], entry_next[0] = first, -1
    used, head[0] = 1, 0
    base, b, count = 0, 0, 1  # first bucket of the window, current bucket, entries in the window
    while True:
        if count == 0:
            if later_count == 0:
                break
            # open the next window where the nearest waiting cell lies
            nearest = 9223372036854775807
            for n in range(later_count):
                q = _bucket(seconds[later[n]], per_bucket)
                if base + BUCKETS <= q < nearest:
                    nearest = q
            if nearest == 9223372036854775807:
                break
            old, base = base, nearest
            b, kept = 0, 0
            for n in range(later_count):
                v = later[n]
                q = _bucket(seconds[v], per_bucket)
                if q < old + BUCKETS:
                    continue  # reached sooner by another way since
                if q >= base + BUCKETS:
                    later[kept] = v
                    kept += 1
                    continue
                if free >= 0:
                    e, free = free, entry_next[free]
                else:
                    if used == capacity:
                        capacity *= 2
                        entry_cell, entry_next = _doubled(entry_cell), _doubled(entry_next)
                    e, used = used, used + 1
                entry_cell[e], entry_next[e] = v, head[q - base]
                head[q - base] = e
                count += 1
            later_count = kept
        while head[b] < 0:
            b += 1
        e = head[b]
        head[b] = entry_next[e]
        v = entry_cell[e]
        entry_next[e], free = free, e
        count -= 1
        t = seconds[v]
        if not waits[v] or _bucket(t, per_bucket) != base + b:
            continue
        waits[v] = 0
        z_here, slow_here = np.float64(packed[v, 0]), np.float64(packed[v, 1])
        for k in range(neighbours):
            w = v + offset[k]
            if seconds[w] <= t:
                continue
            slow = slow_here + np.float64(packed[w, 1])
            if k < 4:
                slow *= 0.5
            elif k < 8:
                if packed[v + side_a[k], 1] == inf and packed[v + side_b[k], 1] == inf:
                    continue
                slow *= 0.5
            else:
                slow = 0.25 * (slow + np.float64(packed[v + side_a[k], 1]) + np.float64(packed[v + side_b[k], 1]))
            cost = length[k] * slow
            if t + cost * least >= seconds[w]:
                continue
            rise = np.float64(packed[w, 0]) - z_here
            slope = 0.0 if rise != rise else rise / length[k]  # rise is NaN where an elevation is missing
            x = t + cost * _pace(form, slope, pa, pb, pc, pd, pe)
            if x < seconds[w]:
                q = _bucket(x, per_bucket)
                is_there = waits[w] and _bucket(seconds[w], per_bucket) == q
                seconds[w] = x
                if is_there:
                    continue
                waits[w] = 1
                if q >= base + BUCKETS:
                    if later_count == later_capacity:
                        later_capacity *= 2
                        later = _doubled(later)
                    later[later_count] = w
                    later_count += 1
                    continue
                if free >= 0:
                    e, free = free, entry_next[free]
                else:
                    if used == capacity:
                        capacity *= 2
                        entry_cell, entry_next = _doubled(entry_cell), _doubled(entry_next)
                    e, used = used, used + 1
                entry_cell[e], entry_next[e] = w, head[q - base]
                head[q - base] = e
                count += 1
    return seconds


@njit(cache=True)
def _doubled(values: NDArray[np.int32]) -> NDArray[np.int32]:
    longer = np.empty(2 * values.size, values.dtype)
    longer[: values.size] = values
    return longer


# --- along a track --------------------------------------------------------------------------------


def predicted_track_seconds(
    x_m: ArrayLike, y_m: ArrayLike, elevation_m: ArrayLike, *, model: str = "tobler", smooth_m: float = 50.0
) -> float:
    """Walking time [s] along a track of metric points with elevation.

    Slopes are taken over stretches of at least `smooth_m`, since fixes a few metres apart carry more noise than
    slope; a stretch is as long as the track, not as its chord. One steeper than `CLIFF_DEG` is no slope but an elevation
    that still settles, as receivers begin: it is walked as flat.
    """
    x, y, z = (np.asarray(a, float) for a in (x_m, y_m, elevation_m))
    if not x.shape == y.shape == z.shape or x.ndim != 1:
        raise MismatchError(f"A track needs as many x as y and elevations, not {x.shape}, {y.shape}, {z.shape}.")
    if not (np.isfinite(x).all() and np.isfinite(y).all() and np.isfinite(z).all()):
        raise InvalidInput("The track has gaps in place or elevation; split it there or give a terrain model.")
    along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))]) if x.size else np.zeros(1)
    if x.size < 2 or along[-1] == 0.0:
        return 0.0
    stops = np.linspace(0.0, along[-1], max(1, int(along[-1] / smooth_m)) + 1) if smooth_m > 0.0 else np.unique(along)
    step, rise = np.diff(stops), np.diff(np.interp(stops, along, z))
    slope = np.where(np.abs(rise) > step * np.tan(np.radians(CLIFF_DEG)), 0.0, rise / step)
    return float(np.sum(step * pace_s_per_m(slope, model)))
