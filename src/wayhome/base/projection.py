"""Between degrees and a case's metric grid: the only importer of pyproj.

Knows reference systems and transforms. Refuses Web Mercator as a place to compute in, and degrees as
metres.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS, Geod, Proj, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from pyproj.exceptions import CRSError

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.place import Position

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

WGS84 = "EPSG:4326"
AREA_TOLERANCE = 0.02  # UTM stays within 0.2 % in and beside its zone, UPS is 1.2 % small at the pole (scale 0.994)
_WEB_MERCATOR = {3857, 900913, 3785, 102100}
_ELLIPSOID = Geod(ellps="WGS84")


@cache
def _crs(code: str) -> CRS:
    try:
        return CRS.from_user_input(code)
    except CRSError:
        raise InvalidInput(f'"{code}" is not a reference system; write for example EPSG:32619.', crs=code) from None


@lru_cache(maxsize=256)  # the database takes a tenth of a second
def proposed_crs(position: Position) -> str:
    """The UTM zone of the PROJ database that holds a position, as `EPSG:n`.

    Near a zone's edge UTM is still within 0.1 % of true length; polar places get UPS.
    """
    if position.lat_deg > 84:
        return "EPSG:32661"
    if position.lat_deg < -80:
        return "EPSG:32761"
    # 180° belongs to zone 1 and to zone 60; ask for a point just inside
    lon = min(max(position.lon_deg, -179.999999), 179.999999)
    found = query_utm_crs_info(
        datum_name="WGS 84",
        area_of_interest=AreaOfInterest(lon, position.lat_deg, lon, position.lat_deg),
    )
    north = [c for c in found if c.name.endswith("N") == (position.lat_deg >= 0)]
    return f"EPSG:{(north or found)[0].code}"


def checked_crs(code: str) -> str:
    """The code itself if it can carry a case: projected, in metres, and not Web Mercator."""
    crs = _crs(code)
    if crs.to_epsg() in _WEB_MERCATOR or "Pseudo-Mercator" in crs.name:
        raise InvalidInput(
            f"{code} is Web Mercator, whose areas are wrong (2 x at 45 degrees); use a UTM zone.", crs=code
        )
    if not crs.is_projected or any(axis.unit_name not in ("metre", "meter") for axis in crs.axis_info[:2]):
        raise InvalidInput(f"{code} is not in metres; use a projected system such as a UTM zone.", crs=code)
    return code


def check_crs_fits(code: str, position: Position) -> None:
    """Refuse a system whose areas are off by more than 2 % at a place: it was made for somewhere else."""
    checked_crs(code)
    factors = Proj(_crs(code)).get_factors(position.lon_deg, position.lat_deg)
    if not abs(factors.areal_scale - 1.0) <= AREA_TOLERANCE:  # also where the scale is not a number
        raise InvalidInput(
            f"{code} is not made for {position}: areas there come out {factors.areal_scale:.3g} times their size. "
            f"Use {proposed_crs(position)}.",
            crs=code,
        )


class Projection:
    """Degrees to and from one projected system; x east and y north in metres."""

    def __init__(self, crs: str) -> None:
        self.crs = checked_crs(crs)
        self._forward = Transformer.from_crs(WGS84, _crs(crs), always_xy=True)

    def xy_m(self, position: Position) -> tuple[float, float]:
        """Metres east and north of one position."""
        x, y = self._forward.transform(position.lon_deg, position.lat_deg)
        if not (np.isfinite(x) and np.isfinite(y)):
            raise MismatchError(f"{position} does not lie in the reach of {self.crs}.", crs=self.crs)
        return float(x), float(y)

    def position(self, x_m: float, y_m: float) -> Position:
        """The position of a point of the metric grid."""
        lon, lat = self._forward.transform(x_m, y_m, direction="INVERSE")
        return Position(lat_deg=float(lat), lon_deg=float(lon))

    def forward(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Arrays of metres from arrays of degrees, same shape."""
        x, y = self._forward.transform(np.asarray(lon_deg, float), np.asarray(lat_deg, float))
        return np.asarray(x), np.asarray(y)

    def inverse(self, x_m: ArrayLike, y_m: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Arrays of (lon, lat) degrees from arrays of metres."""
        lon, lat = self._forward.transform(np.asarray(x_m, float), np.asarray(y_m, float), direction="INVERSE")
        return np.asarray(lon), np.asarray(lat)


@cache
def projection(crs: str) -> Projection:
    """The projection of a code, made once."""
    return Projection(crs)


def transformer(from_crs: str, to_crs: str) -> Any:
    """A `(x, y) -> (x, y)` callable between any two systems, x east first."""
    return Transformer.from_crs(_crs(from_crs), _crs(to_crs), always_xy=True).transform


def geodesic_area_m2(ring: tuple[Position, ...]) -> float:
    """Area of a ring of positions on the WGS 84 ellipsoid, m2, never negative."""
    area, _ = _ELLIPSOID.polygon_area_perimeter([p.lon_deg for p in ring], [p.lat_deg for p in ring])
    return abs(float(area))


def geodesic_length_m(line: tuple[Position, ...]) -> float:
    """Length of a line of positions on the WGS 84 ellipsoid, m."""
    return float(_ELLIPSOID.line_length([p.lon_deg for p in line], [p.lat_deg for p in line]))


def true_bearing_deg(start: Position, end: Position) -> float:
    """Bearing from one position to another on the ellipsoid, [0, 360) clockwise from true north."""
    azimuth, _, _ = _ELLIPSOID.inv(start.lon_deg, start.lat_deg, end.lon_deg, end.lat_deg)
    return float(azimuth) % 360.0


def grid_bearing_deg(crs: str, start: Position, bearing_deg: float) -> float:
    """A true bearing as the grid of a system shows it at a position, [0, 360): grid north is not true north."""
    lon, lat, _ = _ELLIPSOID.fwd(start.lon_deg, start.lat_deg, bearing_deg, 1000.0)
    (x0, x1), (y0, y1) = projection(crs).forward([start.lon_deg, lon], [start.lat_deg, lat])
    return float(np.degrees(np.arctan2(x1 - x0, y1 - y0))) % 360.0
