"""What can be seen from a place: lines of sight over a terrain model, on a round Earth through bending air.

Knows bare ground only. Refuses to say what trees, houses, night or weather hide.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from wayhome.base.errors import InvalidInput
from wayhome.base.raster import Raster
from wayhome.base.sources import Sourced

EARTH_M = 6_371_008.8  # mean radius of GRS 80
# Share of the Earth's curvature that light bends after.
REFRACTION = Sourced(
    value=1 / 7, unit="1", source="gdal_viewshed",
    doubt="The usual figure for daylight; it varies with the temperature of the air near the ground, most over water and at dawn.",
)  # fmt: skip
MOST_TARGETS = 4_000_000


def viewshed(
    dem: Raster, xy_m: tuple[float, float], *, eye_m: float, there_m: float = 0.0, radius_m: float,
    refraction: float = REFRACTION.value, is_round: bool = True,
) -> Raster:  # fmt: skip
    """Cells, as a raster of `mask`, of which a point `there_m` above the ground is seen from `eye_m` above the ground at `xy_m`.

    Sight runs from cell centre to cell centre. The ground under it is taken where it crosses from one row or column of
    centres to the next, straight between the two beside it, so nothing on the grid is stepped over. Beyond `radius_m`
    nothing counts as seen. A gap hides nothing and is never seen.

    Raises
    ------
    InvalidInput
        A place off the terrain model or in a gap, or a height, radius or refraction out of range.
    """
    dem.expect("elevation_m")
    here = dem.grid.cell_of(*xy_m)
    if here is None or np.isnan(dem.values[here]):
        raise InvalidInput(
            "The place to look from lies where the terrain model knows nothing; choose a place on it.", field="at"
        )
    for name, value, least in (("eye", eye_m, 0.0), ("there", there_m, 0.0), ("radius", radius_m, dem.grid.cell_m)):
        if not (math.isfinite(value) and value >= least):
            raise InvalidInput(f"{name}: {value:g} m is too little here; write {least:g} m or more.", field=name)
    if not 0.0 <= refraction < 1.0:
        raise InvalidInput(
            f"refraction: {refraction:g} is no share of the Earth's curvature; write 0 to below 1, such as 0.14.",
            field="refraction",
        )
    reach = radius_m / dem.grid.cell_m
    if math.pi * reach * reach > MOST_TARGETS:
        raise InvalidInput(
            f"radius: {math.pi * reach * reach:,.0f} cells are more than {MOST_TARGETS:,}; use a smaller radius or a coarser terrain model.",
            field="radius",
        )
    bend = (1.0 - refraction) / (2.0 * EARTH_M) if is_round else 0.0
    z = np.ascontiguousarray(dem.values, np.float32)
    seen = _seen(z, dem.grid.cell_m, here[0], here[1], eye_m, there_m, reach, bend)
    return Raster(seen, dem.grid, "mask")


@njit(cache=True, nogil=True)
def _seen(
    z: NDArray[np.float32], cell_m: float, i: int, j: int, eye_m: float, there_m: float, reach: float, bend: float
) -> NDArray[np.bool_]:
    height, width = z.shape
    out = np.zeros((height, width), np.bool_)
    eye = z[i, j] + eye_m
    span = int(reach)
    for r in range(max(i - span, 0), min(i + span + 1, height)):
        for c in range(max(j - span, 0), min(j + span + 1, width)):
            down, across = r - i, c - j
            squared = down * down + across * across
            if squared > reach * reach or np.isnan(z[r, c]):
                continue
            if squared == 0:
                out[r, c] = True
                continue
            far_m = cell_m * math.sqrt(squared)
            # the slope of the line of sight; whatever stands above it on the way hides the place
            aim = (z[r, c] + there_m - bend * far_m * far_m - eye) / far_m
            seen = True
            rows, columns = abs(down), abs(across)
            for k in range(1, rows):  # where it crosses a row of centres
                t = k / rows
                x = j + t * across
                b = math.floor(x)
                v = x - b
                a = i + (k if down > 0 else -k)
                ground = z[a, b] if v == 0.0 else z[a, b] * (1.0 - v) + z[a, b + 1] * v
                d = t * far_m
                if (ground - bend * d * d - eye) > aim * d + 1e-9:
                    seen = False
                    break
            if seen:
                for k in range(1, columns):  # where it crosses a column of centres
                    t = k / columns
                    y = i + t * down
                    a = math.floor(y)
                    u = y - a
                    b = j + (k if across > 0 else -k)
                    ground = z[a, b] if u == 0.0 else z[a, b] * (1.0 - u) + z[a + 1, b] * u
                    d = t * far_m
                    if (ground - bend * d * d - eye) > aim * d + 1e-9:
                        seen = False
                        break
            out[r, c] = seen
    return out
