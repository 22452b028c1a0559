"""Where things are on the globe: positions, WGS 84, keyword-only, no projection.

Knows ranges and great-circle distance. Refuses latitude and longitude in an order-less pair, except
in text that a person types as ``LAT,LON``.
"""

from __future__ import annotations

from math import asin, cos, isfinite, radians, sin, sqrt

from wayhome.base.errors import InvalidInput
from wayhome.base.record import Record

EARTH_RADIUS_M = 6_371_008.8  # mean radius of WGS 84 (2a + b) / 3


class Position(Record):
    """A point on the ground, WGS 84 degrees: latitude [-90, 90], longitude [-180, 180]."""

    lat_deg: float
    lon_deg: float

    def check(self) -> None:
        """Refuse what cannot be a place; a swapped pair is named as such."""
        lat, lon = self.lat_deg, self.lon_deg
        if not (isfinite(lat) and isfinite(lon)):
            raise InvalidInput(f"Position {lat}, {lon} is not a number; write LAT,LON such as 42.215,-71.09.")
        if not -90.0 <= lat <= 90.0:
            swapped = " Latitude comes first: are the two swapped?" if -90 <= lon <= 90 and -180 <= lat <= 180 else ""
            raise InvalidInput(f"Latitude {lat} is outside -90 to 90.{swapped}", lat=lat, lon=lon)
        if not -180.0 <= lon <= 180.0:
            raise InvalidInput(f"Longitude {lon} is outside -180 to 180.", lat=lat, lon=lon)

    def __str__(self) -> str:
        return f"{self.lat_deg:.5f}, {self.lon_deg:.5f}"


def parse_position(text: object, what: str = "position") -> Position:
    """Position from ``"LAT,LON"`` in decimal degrees, or from `{"lat", "lon"}`."""
    if isinstance(text, Position):
        return text
    if isinstance(text, dict):
        pair = [text.get("lat_deg", text.get("lat")), text.get("lon_deg", text.get("lon"))]
    else:
        pair = [*str(text).replace(";", ",").split(",")]
    try:
        lat, lon = (float(part) for part in pair)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InvalidInput(
            f'{what}: "{text}" is not a position; write latitude,longitude in degrees such as 42.215,-71.09.',
            field=what,
        ) from None
    return Position(lat_deg=lat, lon_deg=lon)


def distance_m(a: Position, b: Position) -> float:
    """Great-circle distance between two positions in metres (haversine, within 0.5 % of the ellipsoid)."""
    phi_a, phi_b = radians(a.lat_deg), radians(b.lat_deg)
    h = sin((phi_b - phi_a) / 2) ** 2 + cos(phi_a) * cos(phi_b) * sin(radians(b.lon_deg - a.lon_deg) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(h)))
