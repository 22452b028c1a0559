"""What the ground says about where lost people are found: near trails, roads, streams, crossings, low and high points.

Knows Jacobs' relative densities, watersheds and the dispersion about an intended direction. Refuses to touch the law
of distance: probability moves only between cells that lie equally far from the IPP.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.ndimage import distance_transform_edt

from wayhome.base.quantity import percent
from wayhome.base.raster import Grid, Raster
from wayhome.base.sources import Sourced
from wayhome.science import behavior
from wayhome.science.drainage import NOT_A_WATERSHED, Drainage, drainage, local_relief, watershed_crossings, watersheds
from wayhome.science.tables import table
from wayhome.science.travel import drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wayhome.science.terrain import Ground

FINE_M = 30.0  # lines are measured on cells of at most this; coarser cells of the map are cut up
COARSE_M = 60.0  # drainage and relief are computed on cells of at least this
EDGE_M = 1000.0  # lines are taken to be complete so far beyond the outermost one
TRAIL, ROAD, STREAM, SHORE, BUILDING = ("trail",), ("road",), ("stream",), ("water", "lake"), ("building", "structure")
TRUST = Sourced(
    value=2.0 / 3.0,
    unit="probability",
    source="wayhome",
    doubt="This project's own choice: the chance that what the ground says holds in a case; else the plain law does. The "
    "densities come from three states of the US and from one thesis.",
)
ELSEWHERE = Sourced(
    value=0.75,
    unit="times the mean density",
    source="wayhome",
    doubt="This project's own choice: ground away from every feature is never emptier than this for a published density "
    "to be met, as where a seventeenth of the ground is near trails; on denser ground weights stay as they are there.",
)
SHARE_CAP = Sourced(
    value=0.65,
    unit="fraction of finds",
    source="wayhome",
    doubt="This project's own choice: near lines, buildings and shores lies at most so much, or half of what would lie "
    "elsewhere, whichever is more. By the table of track offsets 0.42 of hikers to 0.80 of autistic people lie "
    "within 80 m of a line, 0.65 in the mean of six categories.",
)
BROOK = Sourced(
    value=1.5,
    unit="times the mean density",
    source="wayhome",
    doubt="Between Jacobs' 2 for streams of order 5 and the mean: nobody published a figure for smaller ones.",
)
STRUCTURE = Sourced(
    value=3.0,
    unit="times the mean density",
    source="wayhome",
    doubt="That of roads, which have the same share of finds (0.13) in SAREnv's table for hikers.",
)
OPEN_WATER = Sourced(
    value=0.5,
    unit="times the density of open ground",
    source="wayhome",
    doubt="More than 80 m from the shore. Nobody measured it; people do drown, so it is not 0.",
)
TEMPER = Sourced(
    value=0.5,
    unit="exponent",
    source="wayhome",
    doubt="Ratios of watersheds are counted at their square root: where they come from, watersheds were drawn in "
    "another way.",
)
COVER_TEMPER = Sourced(
    value=0.125,
    unit="exponent",
    source="wayhome",
    doubt="Ratios of land cover are counted at their eighth root: one program's shares for hikers, whose classes are "
    "not those of this map.",
)
BASELINE = (
    0.95  # Jacobs' mean density is taken over the even ground within the distance that holds so much (own choice)
)
LARGE_ORDER = 5

# classes of ground, the later one wins where they overlap: a crossing is a crossing, not trail times stream
CLASSES = (
    "elsewhere", "open water", "high", "brook", "low", "stream", "shore", "building", "road", "trail", "crossing",
)  # fmt: skip
_STRONG = tuple(map(CLASSES.index, ("brook", "stream", "shore", "building", "road", "trail", "crossing")))
_COVER = {
    "nlcd": {"woodland": (41, 42, 43, 90), "field": (71, 81, 82), "scrub": (51, 52, 72), "rock": (31, 32)},
    "worldcover": {"woodland": (10, 95), "field": (30, 40), "scrub": (20,), "rock": (60,)},
}
_WATER = {"nlcd": (11,), "worldcover": (80,)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Places:
    """The ground of a map as kinds of places; arrays are read-only.

    `kind` `[k*H, k*W]` uint8 indexes `CLASSES` on cells `k` times finer than the map's; `cover` `[H, W]` is the
    factor of the land cover, 1 where unknown; `known` `[H, W]` tells where there is ground: elsewhere the plain
    law of distance stays. `catchment` `[H, W]` int32 numbers watersheds, -1 none.
    """

    grid: Grid
    kind: NDArray[np.uint8]
    cover: NDArray[np.float32]
    known: NDArray[np.bool_]
    catchment: NDArray[np.int32] | None
    caveats: tuple[str, ...]

    @property
    def finer(self) -> int:
        """How many cells of `kind` stand along a cell of the map."""
        return int(self.kind.shape[0] // self.grid.height)

    def share(self, name: str) -> float:
        """Share [0, 1] of the known ground that is of a class."""
        there = _fine(self.known, self.finer)
        return float((self.kind[there] == CLASSES.index(name)).mean()) if there.any() else 0.0


def places(ground: Ground, grid: Grid) -> Places:
    """Read the ground as kinds of places: what lies within 80 m of what (Jacobs 2015), and where it is low or high.

    Mapped streams of Strahler order 5 and more count as Jacobs' streams, smaller ones as brooks, and so do channels
    of that order that are not mapped; without a terrain model every mapped stream counts as a stream.
    """
    k = max(1, ceil(grid.cell_m / FINE_M))
    fine = grid.replace(cell_m=grid.cell_m / k, height=grid.height * k, width=grid.width * k)
    near_m = float(table("attractors")["near_m"])
    kind = np.zeros(fine.shape, np.uint8)
    caveats: list[str] = []

    def mark(name: str, where: NDArray[np.bool_] | None) -> None:
        if where is not None:
            kind[where] = CLASSES.index(name)

    def lined(names: Sequence[str]) -> NDArray[np.bool_] | None:
        lines = [line for name in names for line in ground.lines.get(name, ())]
        return drawn(lines, fine) if lines else None

    trails, roads, streams = lined(TRAIL), lined(ROAD), lined(STREAM)
    cover, water = _cover(ground, grid)
    catchment = low = high = None
    brooks = rivers = streams
    if ground.dem is not None:
        drained, relief = _relief(ground.dem)
        low, high = (_onto(rows, grid, k) for rows in (relief <= _low_share(), relief >= 1.0 - _low_share()))
        catchment = _onto(watersheds(drained), grid, 1)
        large = _onto(drained.channels(LARGE_ORDER), grid, k)
        if streams is None:
            rivers, brooks = None, large
            caveats.append("No streams are mapped; channels drawn from the terrain model stand for them.")
        else:
            rivers = streams & _within(large, 2.0 * near_m, fine.cell_m)
    near_trail, near_road = _within_or_none(trails, near_m, fine), _within_or_none(roads, near_m, fine)
    shores = lined(SHORE)
    if water is not None and water.any():
        wet = _fine(water, k)
        mark("open water", wet)
        shores = _either(shores, wet & _within(~wet, 1.5 * fine.cell_m, fine.cell_m))
    mark("high", high)
    mark("brook", _within_or_none(brooks, near_m, fine))
    mark("low", low)
    mark("stream", _within_or_none(rivers, near_m, fine))
    mark("shore", _within_or_none(shores, near_m, fine))
    mark("building", _within_or_none(lined(BUILDING), near_m, fine))
    mark("road", near_road)
    mark("trail", near_trail)
    if trails is not None and streams is not None:
        touching = trails & _within(streams, 1.5 * fine.cell_m, fine.cell_m)
        mark("crossing", _within_or_none(touching, near_m, fine))
    known = _known(ground, grid)
    if not known.all():
        caveats.append(
            f"{percent(1.0 - float(known.mean()))} of the map has no ground; there the plain law of distance holds."
        )
    for array in (kind, cover, known):
        array.flags.writeable = False
    return Places(grid=grid, kind=kind, cover=cover, known=known, catchment=catchment, caveats=tuple(caveats))


def grounded(
    poa: Raster, ipp_xy_m: tuple[float, float], there: Places, *, injured: bool = False
) -> tuple[Raster, tuple[str, ...]]:
    """A map redistributed by what the ground says, every distance from the IPP keeping its probability.

    Each class of places gets Jacobs' density relative to even ground (within the distance that holds `BASELINE`) where
    it is possible: a density d is had with the weight d(1 - f)/(1 - d f) on a share f of the ground (THEORY 12), as
    long as open ground keeps `ELSEWHERE`; on denser ground its weight stays at that limit, and `SHARE_CAP` holds for
    all together. All this holds with the chance `TRUST`; with the rest the plain map does. Around an IPP that lies on a line the law of distance alone does part of it. Land cover and watersheds
    (Doke 2012) weigh in at roots of their ratios. Ground that is not known keeps what it had.
    """
    poa.expect("poa")
    grid, k = there.grid, there.finer
    mass = np.asarray(poa.values, float)
    ring = np.minimum(grid.distance_m(*ipp_xy_m) / grid.cell_m, 2**30).astype(np.int64)
    other = np.asarray(there.cover, float) * _catchments(there, mass, ipp_xy_m)
    other *= mass * there.known
    rings = int(ring.max()) + 1
    spread = _fine(ring, k) * len(CLASSES) + there.kind
    held = np.bincount(spread.ravel(), _fine(other, k).ravel() / k**2, rings * len(CLASSES)).reshape(rings, -1)
    keep = np.bincount(ring.ravel(), (mass * there.known).ravel(), rings)
    plain = np.bincount(spread.ravel(), _fine(mass * there.known, k).ravel() / k**2, rings * len(CLASSES))
    share = plain.reshape(held.shape).sum(0)
    if not share.sum() > 0.0:
        return poa, there.caveats
    share /= share.sum()
    reach = int(np.searchsorted(np.cumsum(keep), BASELINE * keep.sum()))
    even = np.bincount(there.kind[_fine((ring <= reach) & there.known, k)], minlength=len(CLASSES))
    goal, told = _goals(share, even / even.sum(), injured)
    weight = np.ones(len(CLASSES))
    for _ in range(60):  # the rings tie the classes together: weights are mended until every class has its share
        in_ring = held @ weight
        got = weight * (held / np.where(in_ring > 0.0, in_ring, 1.0)[:, None] * keep[:, None]).sum(0)
        got /= max(got.sum(), 1e-300)
        mend = np.where((got > 0.0) & (goal > 0.0), goal / np.where(got > 0.0, got, 1.0), 1.0)
        weight *= mend
        if abs(mend - 1.0).max() < 1e-4:
            break
    value = weight[there.kind]
    if k > 1:
        value = value.reshape(grid.height, k, grid.width, k).mean((1, 3))
    trust = float(TRUST)
    drawn_to = _keeping_rings(mass * there.known, other * value, ring)
    moved = np.where(there.known, trust * drawn_to + (1.0 - trust) * mass, mass)
    return Raster(moved, grid, "poa"), (*there.caveats, *told)


def directed(
    poa: Raster, ipp_xy_m: tuple[float, float], bearing_deg: float, category: str, ecoregion: str | None
) -> tuple[Raster, tuple[str, ...]]:
    """A map turned towards an intended direction, every distance from the IPP keeping its probability.

    The angle between intended and true direction follows the table of dispersion, half on each side.
    """
    poa.expect("poa")
    grid = poa.grid
    mass = np.asarray(poa.values, float)
    east, north = grid.x_m()[None, :] - ipp_xy_m[0], grid.y_m()[:, None] - ipp_xy_m[1]
    off = np.abs((np.degrees(np.arctan2(east, north)) - bearing_deg + 180.0) % 360.0 - 180.0)
    angles, shares, told = turned_shares(category, ecoregion)
    density = np.diff(shares) / np.diff(angles) * 180.0
    centre = grid.cell_of(*ipp_xy_m)
    factor = density[np.clip(np.searchsorted(angles, off, side="right") - 1, 0, len(density) - 1)]
    if centre is not None:
        factor[centre] = 1.0  # the cell of the IPP has no direction
    ring = (grid.distance_m(*ipp_xy_m) / grid.cell_m).astype(np.int64)
    return Raster(_keeping_rings(mass, mass * factor, ring), grid, "poa"), told


SPREAD_DEG = (0.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 150.0, 180.0)  # the steps in which dispersion is told
LENT_N = 30  # incidents of all categories that a category's own dispersion is mixed with (own choice)
NO_DIRECTION = 0.05  # of all angles: people turn back, and witnesses err (own choice)


def turned_shares(
    category: str, ecoregion: str | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[str, ...]]:
    """Law of the absolute angle [0, 180] degrees off the intended direction: edges, cumulative share, caveats.

    The category's quantiles joined by straight lines, mixed with those of all categories by their numbers of
    incidents (`LENT_N`) and with an even spread; told in steps, so that a quantile of 0 degrees is no spike.
    """
    own, everyone = behavior.dispersion(category, ecoregion), behavior.dispersion()
    edges = np.array(SPREAD_DEG)
    levels = [0.0, *table("dispersion")["levels"], 1.0]
    alone, together = (np.interp(edges, [0.0, *row.quantiles_deg, 180.0], levels) for row in (own, everyone))
    n = own.n or behavior.UNKNOWN_N
    share = np.asarray((n * alone + LENT_N * together) / (n + LENT_N))
    share[0] = 0.0
    told = f"Direction is a statement of intent: of all, one in four was found more than {everyone.quantiles_deg[2]:g} degrees off it."
    return edges, (1.0 - NO_DIRECTION) * share + NO_DIRECTION * edges / 180.0, (told, *own.caveats)


# --- how much goes where --------------------------------------------------------------------------


@cache
def _densities(injured: bool) -> dict[str, float]:
    found = {"brook": float(BROOK), "building": float(STRUCTURE)}
    names = {"lake": "shore", "trail_stream_crossing": "crossing", "low_point": "low", "high_point": "high"}
    for row in table("attractors")["row"]:
        if row["state"] == "uninjured" or injured:
            found[names.get(row["feature"], row["feature"])] = row["relative_density"]
    return found


def _low_share() -> float:
    row = next(row for row in table("attractors")["row"] if row["feature"] == "low_point")
    return float(row["lowest_share"][1])


def _goals(
    share: NDArray[np.float64], area: NDArray[np.float64], injured: bool
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Share of the probability that each class should hold, from its shares by the law of distance and of the area."""
    density = _densities(injured)
    strong = list(_STRONG)
    published = np.array([density[CLASSES[i]] for i in strong])
    near_area, near = float(area[strong].sum()), float(share[strong].sum())
    goal = np.zeros(len(CLASSES))
    goal[strong] = published * area[strong]
    told: tuple[str, ...] = ()
    if 1.0 - goal.sum() < float(ELSEWHERE) * (1.0 - near_area):
        weight = published / float(ELSEWHERE) * area[strong]
        goal[strong] = weight / (weight.sum() + 1.0 - near_area)
        cap = max(float(SHARE_CAP), 0.5 * (1.0 + near))
        goal[strong] *= min(1.0, cap / goal.sum())
        told = (
            f"Lines are dense here: {percent(near_area)} of the ground lies near one. The published densities cannot be had "
            f"there; {percent(float(goal.sum()))} of the probability was put near lines.",
        )
    goal[strong] = np.maximum(goal[strong], share[strong])  # an IPP on a line already draws the map to it
    # the rest is shared out on open ground, by densities relative to one another
    mild = [i for i in range(len(CLASSES)) if i not in _STRONG]
    relative = {"open water": float(OPEN_WATER), "elsewhere": 1.0, **density}
    open_ground = share[mild] * [relative[CLASSES[i]] for i in mild]
    if open_ground.sum() > 0.0:
        goal[mild] = (1.0 - goal[strong].sum()) * open_ground / open_ground.sum()
    return goal / goal.sum(), told


def _catchments(there: Places, mass: NDArray[np.float64], ipp_xy_m: tuple[float, float]) -> NDArray[np.float64]:
    """Factor `[H, W]` of the watersheds between the IPP and a cell, 1 where there are none."""
    cell = there.grid.cell_of(*ipp_xy_m)
    if there.catchment is None or cell is None or there.catchment[cell] < 0:
        return np.ones(there.grid.shape)
    away = watershed_crossings(there.catchment, cell)
    shares = np.array([row["share"] for row in table("watershed")["row"]])
    shares /= shares.sum()
    held = np.array([mass[away == i].sum() for i in range(3)])
    factor = np.ones(NOT_A_WATERSHED + 1)
    if held.sum() > 0.0 and (held > 0.0).all():
        factor[:3] = (shares / (held / held.sum())) ** float(TEMPER)
    return np.asarray(factor[away])


def _cover(ground: Ground, grid: Grid) -> tuple[NDArray[np.float32], NDArray[np.bool_] | None]:
    """Factor of the land cover `[H, W]`, by the hiker's shares of finds, and where open water is."""
    factor = np.ones(grid.shape, np.float32)
    if ground.landcover is None or ground.legend not in _COVER:
        return factor, None
    code = np.asarray(ground.landcover.values)
    row = next(row for row in table("find_location")["row"] if row["category"] == "hiker")["share"]
    share = {**row, "scrub": row["scrub"] + row["brush"]}
    groups = {name: np.isin(code, codes) for name, codes in _COVER[ground.legend].items()}
    there = {name: float(where.mean()) for name, where in groups.items() if where.any()}
    finds, area = sum(share[name] for name in there), sum(there.values())
    for name in there:
        factor[groups[name]] = (share[name] / finds / (there[name] / area)) ** float(COVER_TEMPER)
    return factor, np.isin(code, _WATER[ground.legend])


def _known(ground: Ground, grid: Grid) -> NDArray[np.bool_]:
    known = np.ones(grid.shape, bool)
    if ground.dem is not None:
        known &= np.isfinite(np.asarray(ground.dem.values, float))
    lines = [line for some in ground.lines.values() for line in some if len(line)]
    if lines:
        low, high = (
            np.min([line.min(0) for line in lines], 0) - EDGE_M,
            np.max([line.max(0) for line in lines], 0) + EDGE_M,
        )
        x, y = grid.x_m(), grid.y_m()
        known &= ((x >= low[0]) & (x <= high[0]))[None, :] & ((y >= low[1]) & (y <= high[1]))[:, None]
    return known


def _relief(dem: Raster) -> tuple[Drainage, NDArray[np.float64]]:
    """Drainage and local relief on cells of at least `COARSE_M`."""
    step = max(1, ceil(COARSE_M / dem.grid.cell_m - 1e-9))
    height, width = dem.grid.height // step * step, dem.grid.width // step * step
    z = np.asarray(dem.values, float)[:height, :width].reshape(height // step, step, width // step, step)
    seen = np.isfinite(z)
    count = seen.sum((1, 3))
    mean = np.where(count > 0, np.where(seen, z, 0.0).sum((1, 3)) / np.maximum(count, 1), np.nan)
    coarse = dem.grid.replace(cell_m=dem.grid.cell_m * step, height=height // step, width=width // step)
    raster = Raster(mean, coarse, "elevation_m")
    within_m = float(table("attractors")["low_and_high_within_m"])
    return drainage(raster), local_relief(raster, within_m)


def _keeping_rings(
    mass: NDArray[np.float64], changed: NDArray[np.float64], ring: NDArray[np.int64]
) -> NDArray[np.float64]:
    """A changed map scaled so that every ring `[H, W]` of equal distance holds what it held."""
    count = int(ring.max()) + 1
    had, has = (np.bincount(ring.ravel(), values.ravel(), count) for values in (mass, changed))
    return changed * np.where(has > 0.0, had / np.where(has > 0.0, has, 1.0), 1.0)[ring]


def _onto(coarse: NDArray[Any], grid: Grid, k: int) -> NDArray[Any]:
    """Values of a grid coarser by a whole number, with the same corner, on cells `k` times finer than the map's."""
    step = grid.height // coarse.shape[0]
    rows, columns = (
        np.minimum(np.arange(n * k) // (k * step), m - 1) for n, m in zip(grid.shape, coarse.shape, strict=True)
    )
    return np.asarray(coarse[rows[:, None], columns[None, :]])


def _fine(values: NDArray[Any], k: int) -> NDArray[Any]:
    return values if k == 1 else np.repeat(np.repeat(values, k, 0), k, 1)


def _within(marks: NDArray[np.bool_], reach_m: float, cell_m: float) -> NDArray[np.bool_]:
    if not marks.any():
        return np.zeros(marks.shape, bool)
    return np.asarray(distance_transform_edt(~marks) * cell_m <= reach_m)


def _within_or_none(marks: NDArray[np.bool_] | None, reach_m: float, fine: Grid) -> NDArray[np.bool_] | None:
    return None if marks is None else _within(marks, reach_m, fine.cell_m)


def _either(a: NDArray[np.bool_] | None, b: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    return b if a is None else a if b is None else a | b
