"""Walkers over ground: where the subject may be by now, as many samples of a movement in time.

Knows the land as cells, and what walkers meet on their way: searches, lines, the edge of the map. Refuses to
depend on threads, or on how the time is cut into calls: the same seed gives the same walkers.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import exp, floor, inf, pi
from typing import TYPE_CHECKING

import numba
import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.optimize import brentq

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.base.sources import Sourced
from wayhome.science import encounter, walk
from wayhome.science.encounter import STRATEGIES, Rules
from wayhome.science.land import Land, cells_at, clearance, grid_line, nearest
from wayhome.science.network import line_cells
from wayhome.science.tables import table
from wayhome.science.walk import Herd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from wayhome.science.movement import Movement

SIDES = ("north", "east", "south", "west")
_OWN = "Nobody measured it; half or twice is as credible."
AIM_S = Sourced(value=600.0, unit="s to come back to the intended direction", source="wayhome", doubt=_OWN)
DISPERSION_LEVELS = (0.25, 0.5, 0.75, 0.95)
_CHUNK = 16 * walk.BLOCK  # walkers per task of the threads


# --- walkers ---------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Walkers:
    """`N` samples of where the subject is at `at_s` [s] after the IPP time; nobody changes them in place.

    `herd` is their state in cells, with a generator of random numbers for each.
    """

    grid: Grid
    ipp_xy_m: tuple[float, float]
    goal_xy_m: tuple[float, float] | None
    at_s: float
    herd: Herd

    @property
    def x_m(self) -> NDArray[np.float64]:
        """`[N]` easting, m; of those who left, where they left."""
        return np.asarray(self.grid.x_west_m + self.herd.col.astype(float) * self.grid.cell_m)

    @property
    def y_m(self) -> NDArray[np.float64]:
        """`[N]` northing, m."""
        return np.asarray(self.grid.y_north_m - self.herd.row.astype(float) * self.grid.cell_m)

    @property
    def heading_deg(self) -> NDArray[np.float64]:
        """`[N]` heading, clockwise from grid north, [0, 360)."""
        return np.asarray(np.degrees(np.arctan2(self.herd.east.astype(float), self.herd.north.astype(float))) % 360.0)

    @property
    def strategy(self) -> NDArray[np.int8]:
        """`[N]` index into `encounter.STRATEGIES`."""
        return self.herd.strategy

    @property
    def mobile_until_s(self) -> NDArray[np.float64]:
        """`[N]` end of mobility, s after the IPP time; of those who reached their goal, when they did."""
        return self.herd.mobile_until_s

    @property
    def left_at_s(self) -> NDArray[np.float64]:
        """`[N]` time of walking off the map, s after the IPP time; infinite for those on it."""
        return self.herd.left_at_s

    @property
    def left_side(self) -> NDArray[np.int8]:
        """`[N]` index into `SIDES` (north, east, south, west), -1 for those on the map."""
        return self.herd.left_side


@dataclass(frozen=True, eq=False)
class Passage:
    """What walkers went through during one call of `advance`.

    `exposure [N, K]` integrals of the rates of detection along each way: a search that found nothing has the
    likelihood exp(-exposure). `crossed_at_s [N, B]` time [s] of the first crossing of each line, infinite if none.
    """

    exposure: NDArray[np.float64]
    crossed_at_s: NDArray[np.float64]


def set_out(
    land: Land,
    movement: Movement,
    ipp_xy_m: tuple[float, float],
    n: int,
    rng: np.random.Generator,
    *,
    spread_m: float = 0.0,
    toward_deg: float | None = None,
    dispersion_deg: Sequence[float] | None = None,
    goal_xy_m: tuple[float, float] | None = None,
) -> Walkers:
    """`n` walkers at the IPP at its time, not yet moving.

    Parameters
    ----------
    spread_m
        Standard deviation [m] per axis of the IPP. Who would stand in a barrier or off the map is put into the
        nearest open cell.
    toward_deg, dispersion_deg
        Intended direction [deg], clockwise from grid north, and the 25, 50, 75 and 95 % quantiles [0, 180] of the
        absolute angle from it (by default the row "all" of the table `dispersion`), straight between them, half to
        each side. Each walker keeps the direction so drawn as its aim. All directions alike without it.
    goal_xy_m
        The place that the strategy ``goal`` heads for; without it that share walks straight instead.
    """
    grid = land.grid
    if n < 1:
        raise InvalidInput(f"There must be walkers; {n} is none.")
    col, row = cells_at(grid, np.full(n, ipp_xy_m[0]), np.full(n, ipp_xy_m[1]))
    if grid.cell_of(*ipp_xy_m) is None:
        raise InvalidInput("The IPP lies outside the map; use a larger box or another place.")
    if not (land.speed_mps > 0.0).any():
        raise InvalidInput("Nobody can walk anywhere on this map; look at its land cover.")
    if spread_m > 0.0:
        col, row = col + rng.normal(0.0, spread_m / grid.cell_m, n), row + rng.normal(0.0, spread_m / grid.cell_m, n)
    x, y = (
        np.clip(part.astype(np.float32), 0, np.nextafter(np.float32(size), np.float32(0)), dtype=np.float32)
        for part, size in ((col, grid.width), (row, grid.height))
    )
    barred = land.speed_mps[y.astype(int), x.astype(int)] <= 0.0
    if barred.any():
        shore = nearest(land.speed_mps > 0.0)[y[barred].astype(int) * grid.width + x[barred].astype(int)]
        x[barred], y[barred] = shore % grid.width + np.float32(0.5), shore // grid.width + np.float32(0.5)
    if toward_deg is None:
        angle = rng.uniform(-pi, pi, n)
        aim = np.zeros((2, n), np.float32)
    else:
        law = dispersion_deg if dispersion_deg is not None else table("dispersion")["row"][0]["quantiles_deg"]
        if len(law) != 4 or list(law) != sorted(law) or not (law[0] >= 0 and law[-1] <= 180):
            raise InvalidInput("A dispersion is four rising angles from 0 to 180 degrees, at 25, 50, 75 and 95 %.")
        off = np.interp(rng.random(n), (0.0, *DISPERSION_LEVELS, 1.0), (0.0, *law, 180.0))
        angle = np.radians(toward_deg + np.where(rng.random(n) < 0.5, -off, off))
        aim = np.stack([np.sin(angle), np.cos(angle)]).astype(np.float32)
    chosen = np.searchsorted(_cumulative(movement, land, goal_xy_m), rng.random(n), side="right")
    herd = Herd(
        col=x, row=y, east=np.sin(angle).astype(np.float32), north=np.cos(angle).astype(np.float32),
        aim_east=aim[0], aim_north=aim[1], strategy=chosen.astype(np.int8), is_resting=np.zeros(n, np.int8),
        lead=np.full(n, encounter.NEW, np.int8), carry_s=np.zeros(n, np.float32),
        seed=rng.integers(1, 2**64, n, np.uint64),
        mobile_until_s=movement.mobile_s(rng.random(n)), left_at_s=np.full(n, inf), left_side=np.full(n, -1, np.int8),
    )  # fmt: skip
    return Walkers(grid, ipp_xy_m, goal_xy_m, 0.0, herd)


def _cumulative(movement: Movement, land: Land, goal_xy_m: tuple[float, float] | None) -> NDArray[np.float64]:
    """Cumulative shares by strategy; what this map cannot offer is walked straight instead."""
    shares = {name: movement.strategies.get(name, 0.0) for name in STRATEGIES}
    offered = {"route": land.is_route.any(), "vehicle": land.is_road.any(), "goal": goal_xy_m is not None}
    for name, is_there in offered.items():
        if not is_there:
            shares["direction"] += shares[name]
            shares[name] = 0.0
    total = np.cumsum([shares[name] for name in STRATEGIES])
    cumulative = total / total[-1]
    cumulative[int(np.argmax(cumulative >= 1.0 - 1e-12)) :] = 1.0 + 1e-9  # a draw never falls beyond the last share
    return np.asarray(cumulative)


def _half_width(memory_s: float, step_s: float) -> float:
    """Half-width of a triangular turn whose mean cosine is exp(-step/memory): (sin(a/2)/(a/2))^2."""
    cosine = exp(-step_s / memory_s)
    if cosine > 1.0 - 1e-9:
        return 0.0
    return float(brentq(lambda a: np.sinc(a / (2.0 * pi)) ** 2 - cosine, 1e-6, 2.0 * pi))


def _rules(walkers: Walkers, land: Land, movement: Movement, step_s: float) -> Rules:
    grid = land.grid

    def chance(mean_s: float) -> float:
        return 1.0 - exp(-step_s / mean_s)

    turn = [0.0] * len(STRATEGIES)
    turn[encounter.RANDOM] = _half_width(movement.wander_s, step_s)
    for steady in (encounter.DIRECTION, encounter.ROUTE, encounter.VEHICLE):
        turn[steady] = _half_width(movement.course_s, step_s)
    share = movement.rest_share
    tobler = next(row for row in table("travel")["speed_model"] if row["name"] == "tobler")
    ipp = tuple(float(v) for v in cells_at(grid, *walkers.ipp_xy_m))
    goal = tuple(float(v) for v in cells_at(grid, *(walkers.goal_xy_m or walkers.ipp_xy_m)))
    return Rules(
        cumulative=tuple(_cumulative(movement, land, walkers.goal_xy_m).tolist()), turn=tuple(turn),
        pull=chance(float(AIM_S)), change=chance(movement.hold_s), wake=chance(movement.rest_s),
        tire=chance(movement.rest_s * (1.0 - share) / share) if share else 0.0, pace=float(movement.pace_factor),
        vehicle_mps=float(movement.vehicle_mps), turn_back_per_s=movement.turn_back_per_h / 3600.0,
        reach=movement.route_reach_m / grid.cell_m, shy=movement.shy_m / grid.cell_m,
        steepness=float(tobler["steepness"]), offset=float(tobler["offset"]), ipp=(ipp[0], ipp[1]),
        goal=(goal[0], goal[1]), height=grid.height, width=grid.width, cell_m=float(grid.cell_m),
    )  # fmt: skip


def advance(
    walkers: Walkers,
    land: Land,
    movement: Movement,
    until_s: float,
    *,
    step_s: float = 60.0,
    nights: Sequence[tuple[float, float]] = (),
    hazards: NDArray[np.float32] | None = None,
    lines: Sequence[NDArray[np.float64]] = (),
    threads: int | None = None,
) -> tuple[Walkers, Passage]:
    """The walkers at `until_s` [s] after the IPP time, and what they went through on the way.

    Whole steps only: `at_s` of the answer is the last one not after `until_s`. Cutting the time into several
    calls changes nothing, nor does the number of threads.

    Parameters
    ----------
    step_s
        Length of a step [s]: a straight piece at the speed of the cell it begins in. Barriers, lines and the edge of
        the map are met exactly; routes are followed from cell to cell.
    nights
        `(begin_s, end_s)` each; a step that begins in one has the movement's `night_factor`.
    hazards
        `[K, H, W]` rates of detection [1/s], taken at points at most a cell apart along every way.
    lines
        Polylines `[n, 2]` of metric x, y. Standing on a line is not crossing it.
    """
    grid, n = land.grid, walkers.herd.col.size
    if walkers.grid != grid:
        raise MismatchError("The walkers are on another map than this land; set them out on it.")
    if not step_s > 0.0:
        raise InvalidInput(f"A step must be longer than zero, not {step_s} s.")
    if until_s < walkers.at_s:
        raise InvalidInput(f"Walkers do not go back: they are at {walkers.at_s:g} s, asked for {until_s:g} s.")
    rates = np.zeros((0, *grid.shape), np.float32) if hazards is None else np.asarray(hazards, np.float32)
    if rates.ndim != 3 or rates.shape[1:] != grid.shape:
        raise MismatchError(f"Rates of shape {rates.shape} do not fit K grids of {grid.shape}.")
    if not (np.isfinite(rates).all() and (rates >= 0.0).all()):
        raise InvalidInput("A rate of detection must be zero or more; NaN is no rate.")
    light, at_s = [], walkers.at_s
    for _ in range(floor((until_s - at_s) / step_s + 1e-9)):
        is_night = any(begin <= at_s < end for begin, end in nights)
        light.append(movement.night_factor if is_night else movement.day_factor)
        at_s += step_s
    segments, first, listed = line_cells([grid_line(grid, line) for line in lines], grid.height, grid.width)
    cells = land.cells
    if listed.size:
        cells = cells.copy()
        near = clearance((np.diff(first) == 0).reshape(grid.shape), has_rim=False)
        cells[:, 3] = np.minimum(cells[:, 3], near.ravel())
    passage = Passage(np.zeros((n, len(rates))), np.full((n, len(lines)), inf))
    flat_rates = np.ascontiguousarray(rates.reshape(len(rates), grid.height * grid.width))
    herd = walkers.herd.copied()
    rules, each = _rules(walkers, land, movement, step_s), np.array(light, np.float32)

    def act(low: int) -> None:
        walk.walk(
            herd, cells, land.marks, flat_rates, passage.exposure, segments, first, listed, passage.crossed_at_s,
            rules, each, walkers.at_s, step_s, low, min(low + _CHUNK, n),
        )  # fmt: skip

    with ThreadPoolExecutor(threads or numba.get_num_threads()) as pool:
        list(pool.map(act, range(0, n, _CHUNK)))
    return replace(walkers, at_s=at_s, herd=herd), passage


# --- maps and weights ------------------------------------------------------------------------------


def occupancy(
    walkers: Walkers,
    grid: Grid,
    weights: NDArray[np.float64] | None = None,
    smooth_m: float = 0.0,
    is_open: NDArray[np.bool_] | None = None,
) -> tuple[Raster, float]:
    """Probability `[H, W]` of each cell of a grid, and of the rest of the world; together 1.

    `weights [N]` (by default alike) are scaled to one. Who left the walkers' map, or stands off this grid, is in
    the rest of the world. Smoothing is by a Gaussian of `smooth_m` [m] that loses nothing: what would spill off
    the map, or out of the cells `is_open`, stays with the cells within.
    """
    w = np.ones(walkers.herd.col.size) if weights is None else np.asarray(weights, float)
    if w.shape != walkers.herd.col.shape or not (w >= 0.0).all() or not w.sum() > 0.0:
        raise InvalidInput("Weights must be one for each walker, none below zero and not all zero.")
    w = w / w.sum()
    col, row = (np.floor(part) for part in cells_at(grid, walkers.x_m, walkers.y_m))
    inside = np.isinf(walkers.left_at_s) & (col >= 0) & (col < grid.width) & (row >= 0) & (row < grid.height)
    flat = (row[inside] * grid.width + col[inside]).astype(np.int64)
    mass = np.bincount(flat, w[inside], grid.height * grid.width).reshape(grid.shape)
    if smooth_m > 0.0:
        sigma = smooth_m / grid.cell_m
        if is_open is None:  # mirrored at the edge, a symmetric filter keeps the sum
            return Raster(gaussian_filter(mass, sigma, mode="reflect"), grid, "poa"), float(w[~inside].sum())
        within = is_open.astype(float)
        kept = gaussian_filter(within, sigma, mode="constant")
        stuck = np.where(within > 0.0, 0.0, mass)
        share = np.where(within > 0.0, mass / np.maximum(kept, 1e-300), 0.0)
        mass = gaussian_filter(share, sigma, mode="constant") * within + stuck
    return Raster(mass, grid, "poa"), float(w[~inside].sum())


def distance_weights(
    walkers: Walkers,
    ipp_xy_m: tuple[float, float],
    share_within: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    bins: int = 200,
    floor_share: float = 0.02,
) -> tuple[NDArray[np.float64], float]:
    """Weights `[N]` (sum 1) that give the walkers' distances from the IPP a given law, and their effective number.

    The published tables are distances at find, so this is for walkers who have come to rest. `share_within` is the
    law: fraction [0, 1] within a distance [m]. Walkers are put in order of the law's share at their distance and
    cut into `bins` of equal count and of equal mass; each part gets the law's mass over its range. Who left the map counts with a
    share spread evenly over what the law leaves beyond the place of leaving. `floor_share` [0, 1] of all weight is
    spread evenly (this project's own choice), so that nobody is ruled out. Effective number: 1 / sum of squares.
    """
    x, y, n = walkers.x_m, walkers.y_m, walkers.herd.col.size
    share = np.asarray(share_within(np.hypot(x - ipp_xy_m[0], y - ipp_xy_m[1])), float)
    gone = np.flatnonzero(np.isfinite(walkers.left_at_s))
    beyond = (np.arange(1, gone.size + 1) * 0.6180339887498949) % 1.0  # golden section: even, and in no order
    share[gone] += (1.0 - share[gone]) * beyond
    order = np.argsort(share, kind="stable")
    ranked = share[order]
    even = np.concatenate([ranked[np.linspace(0, n, min(bins, n), endpoint=False).astype(int)], np.arange(bins) / bins])
    cuts = np.unique(np.searchsorted(ranked, even))
    cuts = cuts[cuts < n]
    edges = np.concatenate([[0.0], 0.5 * (ranked[cuts[1:] - 1] + ranked[cuts[1:]]), [1.0]])
    counts = np.diff(np.append(cuts, n))
    weights = np.empty(n)
    weights[order] = np.repeat(np.diff(edges) / counts, counts)
    weights = (1.0 - floor_share) * weights / weights.sum() + floor_share / n
    return weights, float(1.0 / np.sum(weights**2))
