"""A search area cut into segments: what one team can search in its hours, with edges that it can find on the ground.

Knows lines, ridges, valleys and shores as edges, and how long a team needs. Refuses to know the subject: POA is no
reason for an edge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, inf, isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.ndimage import binary_dilation

from wayhome.base.errors import InvalidInput
from wayhome.base.quantity import percent
from wayhome.base.raster import Grid
from wayhome.base.sources import Sourced
from wayhome.science.edges import CODE, FINDABLE, WORTH, edge_kinds, kind_of_line
from wayhome.science.partition import partition, tidied
from wayhome.science.pieces import joined, pieces
from wayhome.science.terrain import Ground, slope_deg
from wayhome.science.travel import pace_s_per_m, speed_factor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]
    Ring = ArrayLike  # [n, 2] x, y in metres, closed or not

SWEEP_WIDTH_M = Sourced(
    value=10.0,
    unit="m",
    source="igt4sar",
    doubt="A placeholder of that program for ground teams (table EffectiveSweepWidth), no measurement; measure your own.",
)
SPEED_MPS = Sourced(
    value=0.894,
    unit="m/s",
    source="igt4sar",
    doubt="A placeholder of that program for ground teams (2 mph), no measurement.",
)
COVERAGE = Sourced(
    value=1.0,
    unit="1",
    source="wayhome",
    doubt="Own choice: coverage 1 is a POD of 63 % by random search. Four searchers then do a quarter of a square mile, "
    "the size that the field speaks of, in five hours.",
)
EDGES = (*reversed(FINDABLE), "boundary", "none")
"""Kinds of edge from the best to the worst; `boundary` is the search area's own where it follows nothing else."""

FINEST_M, MOST_CELLS, MARGIN_M = 10.0, 2_200_000, 500.0
LARGEST_M2 = 2.0e9
PIECES = 14  # pieces out of which a segment is put together, about
FULL = 0.97  # of the hours: the rest is for rings that are drawn smoother than cells
CRUMB = 0.08  # of a whole segment: smaller remnants join a neighbour where they can


@dataclass(frozen=True, kw_only=True)
class TeamWork:
    """What a team does in a segment: `hours` at most, `searchers` abreast at `speed_mps`, to a coverage.

    All above zero; each searcher sweeps `sweep_width_m`. hours = coverage * area / (W * v * n) (THEORY 12).
    """

    hours: float
    searchers: float
    sweep_width_m: float = SWEEP_WIDTH_M.value
    speed_mps: float = SPEED_MPS.value
    coverage: float = COVERAGE.value

    def __post_init__(self) -> None:
        """Refuse what searches nothing."""
        for name, value in self.__dict__.items():
            if not (isfinite(value) and value > 0.0):
                raise InvalidInput(f"{name} must be a number above zero, not {value:g}.", field=name)

    @property
    def area_m2(self) -> float:
        """What the team does in its hours on level open ground."""
        return self.hours * 3600.0 * self.sweep_width_m * self.speed_mps * self.searchers / self.coverage


@dataclass(frozen=True, kw_only=True, eq=False)
class Segment:
    """A piece of the search area for one team.

    `ring` `[n, 2]` metric x, y, counterclockwise, not closed; `hours` > 0 for the team that was asked for; `edges`
    share [0, 1] of the perimeter by kind (`EDGES`), summing to 1; `barred` share [0, 1] that is water or steeper than
    45 degrees.
    """

    ring: Array
    area_m2: float
    hours: float
    edges: Mapping[str, float]
    barred: float
    caveats: tuple[str, ...]

    @property
    def findable(self) -> float:
        """Share [0, 1] of the perimeter inside the search area that follows something on the ground."""
        inside = 1.0 - self.edges.get("boundary", 0.0)
        return 1.0 - self.edges.get("none", 0.0) / inside if inside > 0.0 else 1.0


@dataclass(frozen=True, kw_only=True)
class Segmentation:
    """Segments from north to south, and what was odd about ground and area."""

    segments: tuple[Segment, ...]
    caveats: tuple[str, ...] = field(default=())


def search_area(polygons: Sequence[Sequence[Ring]]) -> shapely.MultiPolygon:
    """The search area of one or more polygons, each its outer ring and its holes, in metres; overlaps count once.

    Refuses what is no area, a ring that crosses itself, and areas beyond `LARGEST_M2`.
    """
    shapes = []
    for index, rings in enumerate(polygons):
        arrays = [np.asarray(ring, float) for ring in rings]
        if not arrays or any(a.ndim != 2 or a.shape[1:] != (2,) or len(np.unique(a, axis=0)) < 3 for a in arrays):
            raise InvalidInput(
                f"Area {index + 1} of the boundary needs at least three different corners.",
                field="boundary",
                index=index,
            )
        if not all(np.isfinite(a).all() for a in arrays):
            raise InvalidInput(
                f"Area {index + 1} of the boundary has a corner that is no number.", field="boundary", index=index
            )
        shape = shapely.Polygon(arrays[0], arrays[1:])
        if not shape.is_valid:
            reason, _, place = shapely.is_valid_reason(shape).rstrip("]").partition("[")
            x_m, y_m = map(float, place.split()[:2]) if place else shape.exterior.coords[0]
            raise InvalidInput(
                f"Area {index + 1} of the boundary is no plain ring ({reason.lower()} at {x_m:.0f}, {y_m:.0f} m); draw it "
                "without crossings and loops.",
                field="boundary", index=index, x_m=x_m, y_m=y_m,
            )  # fmt: skip
        shapes.append(shape)
    area = shapely.union_all(shapes)
    if not area.area > 0.0:
        raise InvalidInput("The boundary holds no area; draw at least one polygon.", field="boundary")
    if area.area > LARGEST_M2:
        raise InvalidInput(
            f"The boundary holds {area.area / 1e6:,.0f} km2; segments are made for at most {LARGEST_M2 / 1e6:,.0f} km2. "
            "Cut the area first: by region, or by what can be searched in a day.",
            field="boundary", area_m2=area.area,
        )  # fmt: skip
    return area if isinstance(area, shapely.MultiPolygon) else shapely.MultiPolygon([area])


def segmentation_grid(area: shapely.MultiPolygon, crs: str) -> Grid:
    """The grid on which the ground should be read: around the area with a margin, as fine as is of use."""
    west, south, east, north = area.bounds
    wide, high = east - west + 2.0 * MARGIN_M, north - south + 2.0 * MARGIN_M
    cell = max(FINEST_M, ceil(sqrt(wide * high / MOST_CELLS)))
    return Grid(
        crs=crs, x_west_m=west - MARGIN_M, y_north_m=north + MARGIN_M, cell_m=cell,
        height=ceil(high / cell), width=ceil(wide / cell),
    )  # fmt: skip


def segments(
    ground: Ground, area: shapely.MultiPolygon, work: TeamWork, *, progress: Callable[[str], None] = lambda _: None
) -> Segmentation:
    """Cut a search area into segments that a team does within its hours, along what it can find on the ground.

    A partition: no overlaps, no holes, every edge shared by two segments or part of the area's own. Pieces much
    smaller than a segment are grown until they meet an edge of the ground, then joined across the worst edges while
    the hours allow, then exchanged while that leaves better edges. Where the ground offers nothing an edge is
    drawn all the same, its share is told as `none`, and the segment says so.

    Parameters
    ----------
    ground : on a grid around the area, best that of `segmentation_grid`; a terrain model, lines, land cover
    area : as `search_area` gives it, in the grid's reference system
    work : the team and its hours; nobody searches faster than one walks there (Tobler, land cover)
    """
    grid = ground.grid
    shapely.prepare(area)
    inside = _inside(area, grid, (slice(0, grid.height), slice(0, grid.width)))
    for part in area.geoms:  # one too narrow to hold a cell's centre has a cell all the same
        cell = grid.cell_of(*part.representative_point().coords[0])
        if cell is not None:
            inside[cell] = True
    if not inside.any():
        raise InvalidInput("The boundary does not lie on the ground that was read for it.", field="boundary")
    told = [*ground.caveats]
    if ground.dem is not None:
        unknown = float(np.isnan(np.asarray(ground.dem.values, float)[inside]).mean())
        if unknown == 1.0:
            raise InvalidInput(
                "The terrain model has no elevation anywhere in the boundary; use one of this place.", field="dem"
            )
        if unknown > 0.0:
            told.append(f"{percent(unknown)} of the search area has no elevation: taken as level, without ridges.")
    progress("Looking for edges on the ground")
    kinds = edge_kinds(ground)
    rate, barred, more = _rate(ground, work)
    told += more
    full_m2 = work.hours / float(rate[inside].mean())
    progress("Growing pieces up to the edges")
    around = binary_dilation(inside, np.ones((3, 3)), iterations=2)
    worth, side = WORTH[kinds], sqrt(full_m2) / grid.cell_m
    grown = pieces(worth, around, side / sqrt(PIECES))
    groups = joined(grown, worth, np.where(inside, rate * grid.cell_area_m2, 0.0), FULL * work.hours, side)
    progress("Drawing the rings")
    look = _Look(grid=grid, area=area, kinds=kinds, rate=rate, barred=barred, work=work)
    lines = [line for kind, many in ground.lines.items() if kind_of_line(kind) for line in many]
    shapes = tidied(partition(groups, grid, area, lines), look.hours, work.hours, CRUMB * full_m2)
    shapes.sort(key=lambda s: (-round(s.centroid.y / sqrt(full_m2)), s.centroid.x))
    if not any(ground.lines.values()):
        told.append("No trails, roads or streams were given: edges follow what terrain model and land cover show.")
    told.append(
        f"Hours are for {work.searchers:g} searchers, each sweeping {work.sweep_width_m:g} m at {work.speed_mps:.2g} m/s or "
        f"as fast as one walks there, to coverage {work.coverage:g}, without the way there and back; the sweep width is "
        "that of the subject, the ground and the day: measure it."
    )
    return Segmentation(segments=tuple(look.segment(shape) for shape in shapes), caveats=tuple(dict.fromkeys(told)))


def edge_shares(ground: Ground, area: shapely.MultiPolygon, rings: Sequence[Ring]) -> tuple[dict[str, float], ...]:
    """For each ring the share [0, 1] of its length by kind of edge (`EDGES`), the best that runs within a cell of it."""
    kinds = edge_kinds(ground)
    return tuple(_shares(np.asarray(ring, float), kinds, ground.grid, area) for ring in rings)


# --- the ground as work ---------------------------------------------------------------------------


def _rate(ground: Ground, work: TeamWork) -> tuple[Array, NDArray[np.bool_], tuple[str, ...]]:
    """Hours per m2 `[H, W]`, where nobody walks, and caveats; what cannot be walked counts as level open ground."""
    factor, told = speed_factor(Ground(dem=ground.dem, landcover=ground.landcover, legend=ground.legend))
    barred = factor == 0.0
    pace = np.full(factor.shape, float(pace_s_per_m(0.0)))
    if ground.dem is not None:
        slope = np.tan(np.radians(np.nan_to_num(slope_deg(ground.dem).values)))
        # teams walk to and fro in all directions: the mean of eight
        pace = sum(share * pace_s_per_m(slope * way) for way, share in
                   ((1.0, 0.125), (-1.0, 0.125), (sqrt(0.5), 0.25), (-sqrt(0.5), 0.25), (0.0, 0.25)))  # type: ignore[assignment]  # fmt: skip
    walking = np.where(barred, inf, factor) / pace
    speed = np.minimum(walking, work.speed_mps)
    return work.coverage / (work.sweep_width_m * work.searchers * 3600.0 * speed), barred, told


def _inside(shape: shapely.Geometry, grid: Grid, window: tuple[slice, slice]) -> NDArray[np.bool_]:
    """Cells of a window of the grid whose centre lies in a shape."""
    x, y = np.meshgrid(grid.x_m()[window[1]], grid.y_m()[window[0]])
    return np.asarray(shapely.contains_xy(shape, x.ravel(), y.ravel())).reshape(x.shape)


# --- rings ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class _Look:
    """What a shape is asked about: hours, kinds of edge, ground that cannot be walked."""

    grid: Grid
    area: shapely.MultiPolygon
    kinds: NDArray[np.uint8]
    rate: Array
    barred: NDArray[np.bool_]
    work: TeamWork

    def _cells(self, shape: shapely.Polygon) -> tuple[tuple[slice, slice], NDArray[np.bool_]]:
        west, south, east, north = shape.bounds
        g = self.grid
        rows = slice(max(0, int((g.y_north_m - north) / g.cell_m)), ceil((g.y_north_m - south) / g.cell_m))
        cols = slice(max(0, int((west - g.x_west_m) / g.cell_m)), ceil((east - g.x_west_m) / g.cell_m))
        shapely.prepare(shape)
        mask = _inside(shape, g, (rows, cols))
        if not mask.any():  # smaller than a cell
            cell = g.cell_of(*shape.representative_point().coords[0])
            assert cell is not None, "a segment beyond its ground"
            return (slice(cell[0], cell[0] + 1), slice(cell[1], cell[1] + 1)), np.ones((1, 1), bool)
        return (rows, cols), mask

    def hours(self, shape: shapely.Polygon) -> float:
        """Time of the team for a shape."""
        window, mask = self._cells(shape)
        return float(self.rate[window][mask].mean() * shape.area)

    def segment(self, shape: shapely.Polygon) -> Segment:
        """A shape with what is said of it."""
        window, mask = self._cells(shape)
        barred = float(self.barred[window][mask].mean())
        ring = shapely.get_coordinates(shapely.orient_polygons(shape).exterior)[:-1]
        ring.flags.writeable = False
        edges = _shares(ring, self.kinds, self.grid, self.area)
        caveats = []
        if edges.get("none", 0.0) > 0.0:
            caveats.append(
                f"{percent(edges['none'])} of its edge follows nothing on the ground: walk it by GPS, or flag it."
            )
        if barred > 0.0:
            caveats.append(f"{percent(barred)} of it is water or steeper than 45 degrees: not for a team on foot; its "
                           "hours are those of level open ground.")  # fmt: skip
        return Segment(
            ring=ring,
            area_m2=float(shape.area),
            hours=self.hours(shape),
            edges=edges,
            barred=barred,
            caveats=tuple(caveats),
        )


def _shares(ring: Array, kinds: NDArray[np.uint8], grid: Grid, area: shapely.MultiPolygon) -> dict[str, float]:
    line = shapely.LinearRing(ring)
    along = np.linspace(0.0, line.length, max(8, ceil(line.length / (0.5 * grid.cell_m))), endpoint=False)
    points = shapely.line_interpolate_point(line, along)
    x, y = shapely.get_coordinates(points).T
    row, col = ((grid.y_north_m - y) / grid.cell_m).astype(int), ((x - grid.x_west_m) / grid.cell_m).astype(int)
    best = np.zeros(len(along), np.uint8)
    for di in (-1, 0, 1):
        for dj in (-1, 0, 1):
            near = kinds[np.clip(row + di, 0, grid.height - 1), np.clip(col + dj, 0, grid.width - 1)]
            best = np.maximum(best, near)
    on_own = shapely.distance(points, area.boundary) <= 0.5 * grid.cell_m
    shares = {kind: float((best == code).mean()) for kind, code in reversed(CODE.items())}
    shares["boundary"] = float(((best == 0) & on_own).mean())
    shares["none"] = float(((best == 0) & ~on_own).mean())
    return {kind: share for kind, share in shares.items() if share > 0.0}
