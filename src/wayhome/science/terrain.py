"""The shape of the ground on a case's grid: elevation, slope, shading, contours, cover and lines.

Knows one grid at a time. Refuses layers that lie on different grids; says where there is no ground.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import contourpy
import numpy as np
from numba import njit

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.quantity import percent
from wayhome.base.raster import Grid, Raster

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_CLASS = 0  # land-cover value of a cell without a class
MAX_CONTOURS = 2000
RADIO_EARTH_M = 6_371_000.0 * 4.0 / 3.0  # standard refraction


class Ground:
    """What is known of the ground, all on one grid; frozen.

    `dem` elevation [m], NaN where unknown; `landcover` class codes of `legend`, 0 where unknown; `lines` per
    kind (trail, road, stream, ...) as `[n, 2]` arrays of metric x, y; `caveats` of the readers, to
    which the share of cells without ground is added.
    """

    __slots__ = ("caveats", "dem", "landcover", "legend", "lines")

    def __init__(
        self,
        *,
        dem: Raster | None = None,
        landcover: Raster | None = None,
        legend: str | None = None,
        lines: Mapping[str, tuple[NDArray[np.float64], ...]] | None = None,
        caveats: tuple[str, ...] = (),
    ) -> None:
        if dem is not None:
            dem.expect("elevation_m")
        if landcover is not None:
            landcover.expect("landcover")
            if legend is None:
                raise InvalidInput("Land cover needs a legend; say nlcd or worldcover.", field="legend")
        if dem is not None and landcover is not None and dem.grid != landcover.grid:
            raise MismatchError("Terrain model and land cover lie on different grids; read both onto the case's grid.")
        told = list(caveats)
        for share, what in (
            (0.0 if dem is None else float(np.isnan(dem.values).mean()), "elevation"),
            (0.0 if landcover is None else float((landcover.values == NO_CLASS).mean()), "land cover"),
        ):
            if share > 0.0:
                told.append(f"{percent(share)} of the map has no {what}.")
        values = (tuple(told), dem, landcover, legend, dict(lines or {}))
        for name, value in zip(self.__slots__, values, strict=True):
            object.__setattr__(self, name, value)

    caveats: tuple[str, ...]
    dem: Raster | None
    landcover: Raster | None
    legend: str | None
    lines: Mapping[str, tuple[NDArray[np.float64], ...]]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Ground is frozen")

    @property
    def grid(self) -> Grid:
        """The grid that its layers share."""
        layer = self.dem if self.dem is not None else self.landcover
        if layer is None:
            raise InvalidInput("There is no ground here yet; add a terrain model.")
        return layer.grid


def slope_deg(dem: Raster) -> Raster:
    """Steepness [0, 90] degrees by Horn's (1981) 3 x 3 weights; NaN only where the cell itself has no elevation.

    A neighbour that is missing, at the map's edge or a gap, is continued straight from the opposite one.
    """
    dem.expect("elevation_m")
    east, north = _gradient(np.ascontiguousarray(dem.values, np.float32), dem.grid.cell_m)
    return Raster(np.degrees(np.arctan(np.hypot(east, north))), dem.grid, "slope_deg")


def hillshade(dem: Raster, *, azimuth_deg: float = 315.0, altitude_deg: float = 45.0) -> NDArray[np.uint8]:
    """Shading `[H, W]` 0 (dark) to 255 (lit), light from `azimuth_deg`; gaps are shaded as flat ground."""
    dem.expect("elevation_m")
    east, north = _gradient(np.ascontiguousarray(dem.values, np.float32), dem.grid.cell_m)
    azimuth, altitude = np.radians(azimuth_deg), np.radians(altitude_deg)
    # cosine between the ground's normal (-east, -north, 1) and the direction of the light
    lit = np.sin(altitude) - np.cos(altitude) * (np.sin(azimuth) * east + np.cos(azimuth) * north)
    lit /= np.sqrt(1.0 + east * east + north * north)
    shade = np.where(np.isnan(lit), np.sin(altitude), np.clip(lit, 0.0, 1.0))
    return np.asarray(np.rint(255.0 * shade), np.uint8)


def in_sight(dem: Raster, xy_m: tuple[float, float], *, above_m: float, there_m: float) -> Raster:
    """Cells, as a raster of `mask`, whose point `there_m` above the ground sees one `above_m` above the ground at `xy_m`.

    Straight lines over the terrain model, over an Earth of 4/3 its radius as radio waves see it; trees and houses are
    not known. A gap in the terrain model hides nothing; a cell without elevation is never in sight.
    """
    dem.expect("elevation_m")
    here = dem.grid.cell_of(*xy_m)
    if here is None or np.isnan(dem.values[here]):
        raise InvalidInput("The place to look from lies where the terrain model knows nothing.", field="xy_m")
    z = np.ascontiguousarray(dem.values, np.float32)
    return Raster(_in_sight(z, dem.grid.cell_m, here[0], here[1], above_m, there_m), dem.grid, "mask")


def contour_levels(dem: Raster, interval_m: float) -> tuple[float, ...]:
    """Round elevations, `interval_m` apart, that the map holds."""
    if not interval_m > 0.0:
        raise InvalidInput(f"A contour interval must be above zero, not {interval_m} m.", field="interval")
    dem.expect("elevation_m")
    if np.isnan(dem.values).all():
        return ()
    low, high = float(np.nanmin(dem.values)), float(np.nanmax(dem.values))
    first, last = int(np.ceil(low / interval_m)), int(np.floor(high / interval_m))
    if last - first > MAX_CONTOURS:
        raise InvalidInput(f"Contours every {interval_m:g} m are {last - first} lines; use a larger interval.")
    return tuple(k * interval_m for k in range(first, last + 1))


def contour_lines(raster: Raster, levels: Sequence[float]) -> dict[float, tuple[NDArray[np.float64], ...]]:
    """Per level the lines `[n, 2]` of metric x, y along which the raster has that value; gaps stay open."""
    grid = raster.grid
    if min(grid.shape) < 2:
        return {level: () for level in levels}
    values = np.ma.masked_invalid(np.asarray(raster.values, float))
    generator = contourpy.contour_generator(x=grid.x_m(), y=grid.y_m(), z=values)
    return {level: tuple(np.asarray(line) for line in generator.lines(level)) for level in levels}


@njit(cache=True, nogil=True)
def _gradient(z: NDArray[np.float32], cell_m: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rise eastward and northward, m per m, by Horn's weights."""
    height, width = z.shape
    east, north = np.empty((height, width)), np.empty((height, width))
    around = np.empty(9)
    for i in range(height):
        for j in range(width):
            here = z[i, j]
            if np.isnan(here):
                east[i, j] = north[i, j] = np.nan
                continue
            if 0 < i < height - 1 and 0 < j < width - 1:
                for k in range(9):
                    around[k] = z[i + k // 3 - 1, j + k % 3 - 1]
            else:
                for k in range(9):
                    a, b = i + k // 3 - 1, j + k % 3 - 1
                    around[k] = z[a, b] if 0 <= a < height and 0 <= b < width else np.nan
            for k in (1, 3):
                if np.isnan(around[k]):
                    around[k] = here if np.isnan(around[8 - k]) else 2.0 * here - around[8 - k]
                if np.isnan(around[8 - k]):
                    around[8 - k] = 2.0 * here - around[k]
            for k in (0, 2, 6, 8):  # a corner without an opposite lies in the plane of its two sides
                if np.isnan(around[k]):
                    across = around[8 - k]
                    side = around[1 if k < 3 else 7] + around[3 if k % 3 == 0 else 5] - here
                    around[k] = side if np.isnan(across) else 2.0 * here - across
            east[i, j] = (around[2] + 2.0 * around[5] + around[8] - around[0] - 2.0 * around[3] - around[6]) / (
                8.0 * cell_m
            )
            north[i, j] = (around[0] + 2.0 * around[1] + around[2] - around[6] - 2.0 * around[7] - around[8]) / (
                8.0 * cell_m
            )
    return east, north


@njit(cache=True, nogil=True)
def _in_sight(
    z: NDArray[np.float32], cell_m: float, i: int, j: int, above_m: float, there_m: float
) -> NDArray[np.bool_]:
    height, width = z.shape
    out = np.zeros((height, width), np.bool_)
    eye = z[i, j] + above_m
    for r in range(height):
        for c in range(width):
            if np.isnan(z[r, c]):
                continue
            steps = max(abs(r - i), abs(c - j))
            far = cell_m * np.hypot(r - i, c - j)
            aim = z[r, c] + there_m - far * far / (2.0 * RADIO_EARTH_M) - eye
            seen = True
            for k in range(1, steps):
                t = k / steps
                y, x = i + t * (r - i), j + t * (c - j)
                a, b = int(y), int(x)
                u, v = y - a, x - b
                low, right = min(a + 1, height - 1), min(b + 1, width - 1)
                ground = (1 - u) * ((1 - v) * z[a, b] + v * z[a, right]) + u * ((1 - v) * z[low, b] + v * z[low, right])
                d = t * far
                if ground - d * d / (2.0 * RADIO_EARTH_M) - eye > t * aim:
                    seen = False
                    break
            out[r, c] = seen
    return out
