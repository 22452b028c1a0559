"""Where water runs, and what it says of the ground: channels, their order, watersheds, low and high points.

Knows one terrain model. Refuses to know what lies beyond it: a river that enters the map begins at its edge, so
orders and areas are least values; read more ground than the case needs. Lakes and hollows are filled up.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from wayhome.base.errors import InvalidInput
from wayhome.base.raster import Grid, Raster
from wayhome.base.sources import Sourced

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANNEL_M2 = Sourced(
    value=100_000.0,
    unit="m2",
    source="wayhome",
    doubt="Own choice, about 110 cells of 30 m. Where channels begin differs with climate and rock, and every order "
    "with it: Jacobs' streams of order 5 and more are orders of his data, not of this threshold.",
)
WATERSHED_M2 = Sourced(
    value=40e6,
    unit="m2",
    source="wayhome",
    doubt="Own choice: the lower end of 10,000 to 40,000 acres, which most 12-digit hydrologic units of the US have. "
    "That the watersheds of Doke 2012 were of that size is not known here.",
)
LEAVES, UNKNOWN = -1, -2  # in `flow_to`: runs off the known ground; is not known ground itself
NOT_A_WATERSHED = 255  # in `watershed_crossings`: no elevation, hence no watershed
_LEAST, _MOST = 0.5, 2.0  # of the stated area: smaller pieces are joined, if possible to no more than that (own choice)
_STEP_M = 2.0**-30  # rise of filled ground from cell to cell: far below any survey, far above rounding at 9,000 m
_LEVELS = 65_536  # steps in which `local_relief` tells elevations apart


@dataclass(frozen=True, kw_only=True, eq=False)
class Drainage:
    """How a terrain model drains; arrays are read-only.

    `flow_to [H, W]` int64 is the flat index of the cell into which each cell flows, -1 where it leaves the map or
    runs into a gap, -2 where there is no elevation. `accumulation_m2 [H, W]` is the area that drains through the
    cell, its own included, NaN without elevation. `strahler [H, W]` uint8 is the order of the channel, 0 where
    there is none; channels begin at `channel_m2`. `filled_m [H, W]` is the ground with its hollows filled.
    """

    grid: Grid
    channel_m2: float
    filled_m: NDArray[np.float64]
    flow_to: NDArray[np.int64]
    accumulation_m2: NDArray[np.float64]
    strahler: NDArray[np.uint8]

    def __post_init__(self) -> None:
        for array in (self.filled_m, self.flow_to, self.accumulation_m2, self.strahler):
            array.flags.writeable = False

    def channels(self, order_at_least: int = 1) -> NDArray[np.bool_]:
        """Cells `[H, W]` of channels of that Strahler order [1, ...] or more."""
        if order_at_least < 1:
            raise InvalidInput(f"Channels have an order of 1 or more, not {order_at_least}.", field="order_at_least")
        return self.strahler >= order_at_least


def drainage(dem: Raster, *, channel_m2: float = float(CHANNEL_M2)) -> Drainage:
    """Flow, contributing area and Strahler order over a terrain model.

    Hollows and lakes are filled to their outlet and flats tilted towards it (Priority-Flood+epsilon, Barnes,
    Lehman & Mulla 2014), each cell flows to the neighbour of steepest descent (D8, diagonals by their length).
    Beyond the map's edge and beyond a gap the ground is taken to go on straight, so that slopes drain off the map
    rather than along its edge. A gap swallows what runs into it.

    Parameters
    ----------
    dem : elevation [m] `[H, W]`, NaN where unknown
    channel_m2 : contributing area from which a channel is drawn [m2] > 0; the orders depend on it
    """
    dem.expect("elevation_m")
    if not 0.0 < channel_m2 < np.inf:
        raise InvalidInput(f"Channels begin at an area above zero, not at {channel_m2:g} m2.", field="channel_m2")
    stride = dem.grid.width + 2
    filled = _filled(_framed(dem).ravel(), _steps(stride)).reshape(-1, stride)
    flow_to = _flow(filled)
    cells, strahler = _gathered(flow_to.ravel(), channel_m2 / dem.grid.cell_area_m2)
    return Drainage(
        grid=dem.grid,
        channel_m2=channel_m2,
        filled_m=np.ascontiguousarray(filled[1:-1, 1:-1]),
        flow_to=flow_to,
        accumulation_m2=np.where(flow_to == UNKNOWN, np.nan, cells.reshape(flow_to.shape) * dem.grid.cell_area_m2),
        strahler=strahler.reshape(flow_to.shape),
    )


def watersheds(drained: Drainage, area_m2: float = float(WATERSHED_M2)) -> NDArray[np.int32]:
    """Catchments of about a stated size, numbered from 0 in the order of rows; -1 where there is no elevation.

    Going downstream, a catchment ends at the first confluence of channels at which it has `area_m2`, so that a long
    river is cut into pieces as hydrologic units are. What is left over smaller than half of that (short slopes
    that leave the map, ends of valleys) joins the neighbour across the lowest pass, where possible without
    exceeding twice `area_m2`: pieces of basins that meet beyond the map's edge meet across low ground.

    Parameters
    ----------
    area_m2 : size aimed at [m2], at least the `channel_m2` of the drainage
    """
    if not drained.channel_m2 <= area_m2 < np.inf:
        raise InvalidInput(
            f"A watershed cannot be of {area_m2:g} m2 where channels begin at {drained.channel_m2:g} m2; "
            "use a larger one, or draw the drainage with a smaller channel_m2.",
            field="area_m2",
        )
    enough = area_m2 / drained.grid.cell_area_m2
    piece = _pieces(drained.flow_to.ravel(), drained.strahler.ravel(), enough).reshape(drained.grid.shape)
    low, high = _passes(piece, drained.filled_m)
    size = np.bincount(piece[piece >= 0]).astype(np.float64)
    return _numbered(piece, _joined(low, high, size, _LEAST * enough, _MOST * enough))


def watershed_crossings(labels: NDArray[np.int32], cell: tuple[int, int]) -> NDArray[np.uint8]:
    """Watershed boundaries `[H, W]` to cross from the watershed of the IPP: 0 the same, 1 adjacent, 2 two or more.

    Adjacent means that cells share an edge; 2 holds also for ground that no chain of watersheds links; 255 where
    there is no elevation. The three classes are those counted by Doke 2012 (THEORY 2.2).

    Parameters
    ----------
    labels : watersheds `[H, W]` as `watersheds` gives them
    cell : `(i_row, i_col)` of the IPP
    """
    i_row, i_col = cell
    height, width = labels.shape
    if not (0 <= i_row < height and 0 <= i_col < width):
        raise InvalidInput(f"Cell {i_row}, {i_col} lies outside the {height} x {width} cells of the map.", field="cell")
    own = labels[i_row, i_col]
    if own < 0:
        raise InvalidInput("There is no elevation at the IPP, hence no watershed; add ground there.", field="cell")
    crossings = np.full(int(labels.max()) + 2, 2, np.uint8)
    for one, other in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
        crossings[other[one == own]] = 1
        crossings[one[other == own]] = 1
    crossings[own] = 0
    crossings[-1] = NOT_A_WATERSHED  # the last entry, which label -1 picks
    return crossings[labels]


def local_relief(dem: Raster, radius_m: float = 2000.0) -> NDArray[np.float64]:
    """Share [0, 1] of the ground within `radius_m` that lies lower, `[H, W]`; NaN where there is no elevation.

    0 is the lowest cell of its disc, 1 the highest; equal cells count half, so flat ground is 0.5. Low points are
    the cells below 0.1, high points those above 0.9 (lowest and highest 5-10 % within 2 km: Jacobs 2015, THEORY
    2.2). Every cell of the disc that has an elevation counts; a disc that the map cuts is judged by what is left of
    it. Elevations are told apart in 65,536 steps of the map's range (5 cm where it is 3,000 m).

    Parameters
    ----------
    dem : elevation [m] `[H, W]`, NaN where unknown
    radius_m : radius of the disc [m], at least one cell
    """
    dem.expect("elevation_m")
    reach = radius_m / dem.grid.cell_m
    if not 1.0 <= reach < np.inf:
        raise InvalidInput(
            f"A radius of {radius_m:g} m holds no neighbour of a {dem.grid.cell_m:g} m cell; use a larger one.",
            field="radius_m",
        )
    z = np.asarray(dem.values, np.float64)
    known = np.isfinite(z)
    level = np.full(z.shape, -1, np.int32)
    if known.any():
        low, high = z[known].min(), z[known].max()
        level[known] = (z[known] - low) * ((_LEVELS - 1) / (high - low) if high > low else 0.0)
    rows = min(floor(reach), dem.grid.height - 1)
    half = [min(floor(sqrt(reach * reach - d * d)), dem.grid.width) for d in range(-rows, rows + 1)]
    return np.asarray(_ranks(level, np.array(half, np.int64)))


# --- flow ---------------------------------------------------------------------------------------


def _framed(dem: Raster) -> NDArray[np.float64]:
    """Elevations `[H + 2, W + 2]` in a frame of unknown ground, so that edges and gaps are one thing."""
    framed = np.full((dem.grid.height + 2, dem.grid.width + 2), np.nan)
    framed[1:-1, 1:-1] = dem.values
    framed[~np.isfinite(framed)] = np.nan
    return framed


@njit(cache=True, nogil=True)
def _steps(stride: int) -> NDArray[np.int64]:
    """Flat steps to the eight neighbours, clockwise from east; `k` and `(k + 4) % 8` are opposite, odd diagonal."""
    return np.array([1, stride + 1, stride, stride - 1, -1, -stride - 1, -stride, 1 - stride])


@njit(cache=True, nogil=True)
def _push(keys: NDArray[np.float64], cells: NDArray[np.int64], size: int, key: float, cell: int) -> int:
    """Put a cell on the heap (four children to a node: fewer levels, hence fewer misses)."""
    at = size
    while at > 0:
        above = (at - 1) >> 2
        if keys[above] <= key:
            break
        keys[at], cells[at] = keys[above], cells[above]
        at = above
    keys[at], cells[at] = key, cell
    return size + 1


@njit(cache=True, nogil=True)
def _drop(keys: NDArray[np.float64], cells: NDArray[np.int64], size: int) -> int:
    """Take the lowest cell, which stands at 0, off the heap."""
    size -= 1
    key, cell = keys[size], cells[size]
    at = 0
    while True:
        first = 4 * at + 1
        if first >= size:
            break
        least = first
        for child in range(first + 1, min(first + 4, size)):
            if keys[child] < keys[least]:
                least = child
        if keys[least] >= key:
            break
        keys[at], cells[at] = keys[least], cells[least]
        at = least
    keys[at], cells[at] = key, cell
    return size


@njit(cache=True, nogil=True)
def _filled(z: NDArray[np.float64], steps: NDArray[np.int64]) -> NDArray[np.float64]:
    """The least surface w >= z, flat in its frame, on which every cell has a neighbour lower by `_STEP_M` or leaves.

    Cells are met in rising order from the edges of the known ground. Raised cells come in rising order by
    themselves, so a plain queue holds them; only untouched ground needs the heap. No tie decides anything: w is
    the one solution of w = max(z, lowest neighbour + step).
    """
    w = z.copy()
    met = np.isnan(z)
    keys, cells, size = np.empty(z.size), np.empty(z.size, np.int64), 0
    raised, head, tail = np.empty(z.size, np.int64), 0, 0
    for c in range(z.size):
        if np.isnan(z[c]):
            continue
        for k in range(8):
            if np.isnan(z[c + steps[k]]):
                met[c] = True
                size = _push(keys, cells, size, z[c], c)
                break
    while size > 0 or head < tail:
        if head < tail and (size == 0 or w[raised[head]] <= keys[0]):
            c = raised[head]
            head += 1
        else:
            c = cells[0]
            size = _drop(keys, cells, size)
        least = w[c] + _STEP_M
        for k in range(8):
            n = c + steps[k]
            if met[n]:
                continue
            met[n] = True
            if z[n] <= least:
                w[n] = least
                raised[tail] = n
                tail += 1
            else:
                size = _push(keys, cells, size, z[n], n)
    return w


@njit(cache=True, nogil=True)
def _ahead(flat: NDArray[np.float64], c: int, steps: NDArray[np.int64], k: int) -> float:
    """Descent to a side neighbour; beyond known ground as far as from the opposite one, NaN if that is unknown too."""
    there = flat[c + steps[k]]
    return float(flat[c + steps[(k + 4) % 8]] - flat[c] if np.isnan(there) else flat[c] - there)


@njit(cache=True, nogil=True)
def _flow(w: NDArray[np.float64]) -> NDArray[np.int64]:
    """Flat index `[H, W]` of the neighbour of steepest descent on framed, filled ground."""
    height, width = w.shape[0] - 2, w.shape[1] - 2
    flat, steps, inner = w.ravel(), _steps(width + 2), _steps(width)
    to = np.full((height, width), UNKNOWN, np.int64)
    for i in range(height):
        for j in range(width):
            c = (i + 1) * (width + 2) + j + 1
            if np.isnan(flat[c]):
                continue
            to[i, j] = LEAVES
            steepest = 0.0
            for k in range(8):
                beyond = np.isnan(flat[c + steps[k]])
                if not beyond:
                    descent = flat[c] - flat[c + steps[k]]
                elif k % 2 == 0:
                    descent = _ahead(flat, c, steps, k)
                else:  # a corner lies in the plane of its two sides; its own opposite may be a valley's other flank
                    descent = _ahead(flat, c, steps, k - 1) + _ahead(flat, c, steps, (k + 1) % 8)
                if k % 2 == 1:
                    descent *= 0.7071067811865476
                if descent > steepest:
                    steepest = descent
                    to[i, j] = LEAVES if beyond else i * width + j + inner[k]
    return to


@njit(cache=True, nogil=True)
def _downstream(to: NDArray[np.int64]) -> NDArray[np.int64]:
    """Known cells, each after all that flow into it."""
    waiting = np.zeros(to.size, np.uint8)
    known = 0
    for c in range(to.size):
        if to[c] != UNKNOWN:
            known += 1
        if to[c] >= 0:
            waiting[to[c]] += 1
    order = np.empty(known, np.int64)
    placed = 0
    for spring in range(to.size):
        if to[spring] == UNKNOWN or waiting[spring] != 0:
            continue
        c = spring
        while True:
            order[placed] = c
            placed += 1
            c = to[c]
            if c < 0:
                break
            waiting[c] -= 1
            if waiting[c] != 0:
                break
            waiting[c] = 255  # placed now: no spring
    return order


@njit(cache=True, nogil=True)
def _gathered(to: NDArray[np.int64], begin: float) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Cells that drain through each cell, and the Strahler order of channels, which begin at `begin` cells."""
    cells = np.ones(to.size, np.int64)
    strahler = np.zeros(to.size, np.uint8)
    highest = np.zeros(to.size, np.uint8)  # order that flows in
    twice = np.zeros(to.size, np.bool_)  # it does so from two sides
    for c in _downstream(to):
        d = to[c]
        if cells[c] >= begin:
            own = max(highest[c] + twice[c], 1)
            strahler[c] = own
            if d >= 0:
                if own > highest[d]:
                    highest[d] = own
                    twice[d] = False
                elif own == highest[d]:
                    twice[d] = True
        if d >= 0:
            cells[d] += cells[c]
    return cells, strahler


# --- watersheds ---------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _pieces(to: NDArray[np.int64], strahler: NDArray[np.uint8], enough: float) -> NDArray[np.int32]:
    """Catchments cut where they leave the map, or at the first confluence at which they hold `enough` cells."""
    order = _downstream(to)
    channels_in = np.zeros(to.size, np.uint8)
    for c in order:
        if to[c] >= 0 and strahler[c] > 0:
            channels_in[to[c]] += 1
    cells = np.ones(to.size, np.int64)
    ends = np.zeros(to.size, np.bool_)
    for c in order:
        d = to[c]
        if d < 0 or (cells[c] >= enough and channels_in[d] > 1):
            ends[c] = True
        else:
            cells[d] += cells[c]
    piece = np.full(to.size, -1, np.int32)
    count = 0
    for c in order[::-1]:
        if ends[c]:
            piece[c] = count
            count += 1
        else:
            piece[c] = piece[to[c]]
    return piece


def _passes(piece: NDArray[np.int32], filled_m: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of neighbours that share an edge, `low < high`, by the height of the lowest pass between them."""
    lows, highs, heights = [], [], []
    for a, b, at_a, at_b in (
        (piece[:, :-1], piece[:, 1:], filled_m[:, :-1], filled_m[:, 1:]),
        (piece[:-1], piece[1:], filled_m[:-1], filled_m[1:]),
    ):
        border = (a != b) & (a >= 0) & (b >= 0)
        lows.append(np.minimum(a, b)[border].astype(np.int64))
        highs.append(np.maximum(a, b)[border].astype(np.int64))
        heights.append(np.maximum(at_a, at_b)[border])
    low, high, height = np.concatenate(lows), np.concatenate(highs), np.concatenate(heights)
    order = np.lexsort((high, low, height))
    return low[order], high[order]


@njit(cache=True, nogil=True)
def _root(parent: NDArray[np.int64], member: int) -> int:
    while parent[member] != member:
        parent[member] = parent[parent[member]]
        member = parent[member]
    return member


@njit(cache=True, nogil=True)
def _joined(
    low: NDArray[np.int64], high: NDArray[np.int64], size: NDArray[np.float64], least: float, most: float
) -> NDArray[np.int64]:
    """For each piece the one that stands for all it was joined with, so that none smaller than `least` is left.

    Going up pass by pass, the first that a small piece meets is its lowest. A first round keeps to `most`; after
    it no two small ones touch, and a second one gives each to a neighbour.
    """
    parent = np.arange(size.size)
    held = size.copy()
    for limit in (most, np.inf):
        for e in range(low.size):
            a, b = _root(parent, low[e]), _root(parent, high[e])
            if a != b and min(held[a], held[b]) < least and held[a] + held[b] <= limit:
                parent[b] = a
                held[a] += held[b]
    for member in range(size.size):
        parent[member] = _root(parent, member)
    return parent


def _numbered(piece: NDArray[np.int32], parent: NDArray[np.int64]) -> NDArray[np.int32]:
    """Joined pieces `[H, W]` numbered in the order in which rows meet them."""
    known = piece >= 0
    stands = parent[piece[known]]
    met = np.full(parent.size, stands.size)
    met[stands[::-1]] = np.arange(stands.size)[::-1]  # the last to be written, hence the first in the map, stays
    number = np.empty(parent.size, np.int32)
    number[np.argsort(met, kind="stable")] = np.arange(parent.size)
    labels = np.full(piece.shape, -1, np.int32)
    labels[known] = number[stands]
    return labels


# --- low and high points ------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _ranks(level: NDArray[np.int32], half: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rank [0, 1] `[H, W]` of each cell in its disc, whose rows reach `half` cells either way.

    A histogram of the disc slides along each row: a step takes in and gives up one cell of each row of the disc,
    so the work grows with the radius and not with its square.
    """
    height, width = level.shape
    rows = half.size // 2
    rank = np.full((height, width), np.nan)
    count = np.empty(_LEVELS, np.int32)
    for i in range(height):
        count[:] = 0
        here, below, held = 0, 0, 0  # `below`: cells of the disc lower than level `here`
        top, bottom = max(0, i - rows), min(height - 1, i + rows)
        for j in range(-half.max(), width):
            for a in range(top, bottom + 1):
                reach = half[a - i + rows]
                gone, come = j - 1 - reach, j + reach
                if 0 <= gone < width and level[a, gone] >= 0:
                    count[level[a, gone]] -= 1
                    held -= 1
                    below -= level[a, gone] < here
                if 0 <= come < width and level[a, come] >= 0:
                    count[level[a, come]] += 1
                    held += 1
                    below += level[a, come] < here
            if j < 0 or level[i, j] < 0:
                continue
            own = level[i, j]
            for k in range(here, own):
                below += count[k]
            for k in range(own, here):
                below -= count[k]
            here = own
            rank[i, j] = (below + 0.5 * (count[own] - 1)) / (held - 1) if held > 1 else 0.5
    return rank
