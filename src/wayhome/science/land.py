"""The land as walkers meet it: level speeds, slopes, networks to follow, cover, and the way up.

Knows cells, packed as the walk reads them. Refuses to know who walks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter

from wayhome.base.errors import MismatchError
from wayhome.base.quantity import percent
from wayhome.base.raster import Grid, Raster
from wayhome.base.sources import Sourced
from wayhome.science import encounter
from wayhome.science.network import links_of
from wayhome.science.tables import table
from wayhome.science.terrain import Ground
from wayhome.science.travel import pace_s_per_m, speed_factor

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUTES, ROADS = ("trail", "road", "stream"), ("road",)  # kinds of line followed on foot, and by vehicle
_OWN = "Nobody measured it; half or twice is as credible."
VIEW_M = Sourced(value=100.0, unit="m over which relief is smoothed to tell high ground", source="wayhome", doubt=_OWN)
FLAT = Sourced(value=0.02, unit="rise over run below which ground is no way up", source="wayhome", doubt=_OWN)
_DIAGONAL = 1.4143  # a point of a cell and one of another are nearer than their centres by less than this, in cells


@dataclass(frozen=True, eq=False)
class Land:
    """Ground as walkers feel it, on one grid; `[H, W]` unless said.

    `speed_mps` [m/s] on level ground, 0 where nobody walks; `elevation_m` [m], NaN where unknown; `is_route` and
    `is_road` cells of the networks; `has_cover` where a person is hidden; `cells` and `marks` the same packed for `walk`.
    """

    grid: Grid
    speed_mps: NDArray[np.float32]
    elevation_m: NDArray[np.float32]
    has_cover: NDArray[np.bool_]
    is_route: NDArray[np.bool_]
    is_road: NDArray[np.bool_]
    cells: NDArray[np.float32]
    marks: NDArray[np.int32]

    def underfoot(
        self, x_m: NDArray[Any], y_m: NDArray[Any], east: NDArray[Any], north: NDArray[Any]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Level speed [m/s] at points, NaN off the map, and slope (rise over run) in the directions given."""
        col, row = cells_at(self.grid, x_m, y_m)
        inside = (col >= 0) & (col < self.grid.width) & (row >= 0) & (row < self.grid.height)
        flat = np.where(inside, np.floor(row) * self.grid.width + np.floor(col), 0).astype(np.int64)
        here = self.cells[flat].astype(float)
        speed = np.where(inside, here[:, 0], np.nan)
        return speed, here[:, 1] * east + here[:, 2] * north


def land(ground: Ground, grid: Grid) -> tuple[Land, tuple[str, ...]]:
    """The land of a grid from what is known of the ground, and caveats.

    Speeds are Tobler's with the factors of `travel.speed_factor`; without elevation the ground is flat, without
    cover it is open, without lines nobody follows routes: each is told.
    """
    told: list[str] = []
    for layer in (ground.dem, ground.landcover):
        if layer is not None and layer.grid != grid:
            raise MismatchError("The ground lies on another grid than the walkers; read it onto the case's grid.")
    elevation = np.full(grid.shape, np.nan, np.float32)
    if ground.dem is None:
        told.append("No terrain model: walkers cross flat ground.")
        seen = Raster(np.zeros(grid.shape, np.float32), grid, "elevation_m")
        full = Ground(dem=seen, landcover=ground.landcover, legend=ground.legend, lines=ground.lines)
    else:
        elevation = np.ascontiguousarray(ground.dem.values, np.float32)
        full = ground
        missing = float(np.isnan(elevation).mean())
        if missing > 0.0:
            told.append(f"{percent(missing)} of the map has no elevation and is walked as flat.")
    factor, factor_told = speed_factor(full)
    speed = np.asarray(factor / float(pace_s_per_m(0.0)), np.float32)
    cover = np.zeros(grid.shape, bool)
    if ground.landcover is None:
        told.append("No land cover: walkers cross open ground, and nothing hides them.")
    else:
        codes = [code for row in table("movement")["cover"] if row["legend"] == ground.legend for code in row["codes"]]
        cover = np.isin(ground.landcover.values, codes)
    links = np.stack([_network(ground, kinds, grid, speed) for kinds in (ROUTES, ROADS)])
    if not links[0].any():
        told.append("No trails, roads or streams are known here: nobody follows a route.")
    rise_e, rise_n = _rise(elevation, grid.cell_m)
    cells = np.zeros((grid.height * grid.width, 4), np.float32)
    for k, layer_values in enumerate((speed, rise_e, rise_n, clearance(speed > 0.0, has_rim=True))):
        cells[:, k] = layer_values.ravel()
    marks = np.empty((grid.height * grid.width, 4), np.int32)
    marks[:, encounter.NEAREST_ROUTE], marks[:, encounter.NEAREST_ROAD] = (nearest(net > 0) for net in links)
    bits = links[0].astype(np.int32) | links[1].astype(np.int32) << encounter.ROAD_BITS
    marks[:, encounter.BITS] = (bits | cover.astype(np.int32) << encounter.COVER_BIT).ravel()
    marks[:, encounter.UPHILL] = _uphill(elevation, grid.cell_m).ravel()
    return Land(grid, speed, elevation, cover, links[0] > 0, links[1] > 0, cells, marks), (*told, *factor_told)


def _network(ground: Ground, kinds: tuple[str, ...], grid: Grid, speed: NDArray[np.float32]) -> NDArray[np.uint8]:
    drawn = [grid_line(grid, line) for kind in kinds for line in ground.lines.get(kind, ())]
    return links_of(drawn, speed > 0.0)


def cells_at(grid: Grid, x_m: Any, y_m: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Column and row of metric points, with fractions."""
    return (np.asarray(x_m, float) - grid.x_west_m) / grid.cell_m, (
        grid.y_north_m - np.asarray(y_m, float)
    ) / grid.cell_m


def grid_line(grid: Grid, line: NDArray[np.float64]) -> NDArray[np.float64]:
    """A metric line `[n, 2]` as columns and rows, with fractions."""
    points = np.asarray(line, float).reshape(-1, 2)
    return np.stack(cells_at(grid, points[:, 0], points[:, 1]), axis=1)


def clearance(is_clear: NDArray[np.bool_], *, has_rim: bool) -> NDArray[np.float32]:
    """Cells that any point of a cell can surely move before a cell that is not clear, or the edge of the map."""
    if not has_rim and is_clear.all():
        return np.full(is_clear.shape, np.float32(1e9))
    padded = np.pad(is_clear, 1, constant_values=not has_rim)
    away = distance_transform_edt(padded)[1:-1, 1:-1]
    return np.asarray(np.maximum(away - _DIAGONAL, 0.0), np.float32)


def nearest(is_on: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Flat index `[H*W]` of the nearest cell that is on, for every cell; -1 where none is."""
    if not is_on.any():
        return np.full(is_on.size, -1, np.int32)
    _, (row, col) = distance_transform_edt(~is_on, return_indices=True)
    return np.asarray(row * is_on.shape[1] + col, np.int32).ravel()


def _rise(elevation: NDArray[np.floating[Any]], cell_m: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rise eastward and northward (m per m); 0 where an elevation is missing."""
    if min(elevation.shape) < 2:
        return np.zeros(elevation.shape), np.zeros(elevation.shape)
    south, east = np.gradient(elevation, cell_m)
    return np.nan_to_num(east), np.nan_to_num(-south)


def _uphill(elevation: NDArray[np.float32], cell_m: float) -> NDArray[np.int32]:
    """Way up the smoothed relief, in units of `encounter.UPHILL_UNIT`; -1 on its tops and flats."""
    if np.isnan(elevation).all():
        return np.full(elevation.shape, -1, np.int32)
    filled = np.where(np.isnan(elevation), np.nanmean(elevation), elevation)
    east, north = _rise(gaussian_filter(filled, float(VIEW_M) / cell_m), cell_m)
    angle = np.arctan2(east, north) % (2.0 * pi) / encounter.UPHILL_UNIT
    return np.where(np.hypot(east, north) > float(FLAT), angle, -1.0).astype(np.int32)
