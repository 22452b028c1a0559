"""Where the sun stands, and when it is dark: the altitude of the sun at a place, and the nights of a span of time.

Knows the low-precision theory of the sun, good to about a hundredth of a degree from 1950 to 2050. Refuses to know
of weather, moon or hills.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from math import asin, atan2, cos, degrees, radians, sin

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.sources import Sourced

SUNSET = Sourced(value=-0.8333, unit="deg", source="meeus1998")  # refraction 34', half the sun's disc 16'
CIVIL = Sourced(value=-6.0, unit="deg", source="meeus1998")  # end of civil twilight: things are hard to tell apart
_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_LOOK_S = 600.0  # a shorter night or day than this may be missed
_FINE_S = 1.0


def sun_equatorial_deg(at: datetime) -> tuple[float, float]:
    """Apparent right ascension [0, 360) and declination [-90, 90] of the sun, degrees.

    Source: Meeus 1998, chapter 25, low accuracy (0.01 degrees). The time is taken as dynamical time; the
    difference, about a minute, moves the sun by less than 0.001 degrees.
    """
    t = _centuries(at)
    mean = 280.46646 + t * (36000.76983 + t * 0.0003032)
    anomaly = radians(357.52911 + t * (35999.05029 - t * 0.0001537))
    centre = (
        (1.914602 - t * (0.004817 + t * 0.000014)) * sin(anomaly)
        + (0.019993 - t * 0.000101) * sin(2 * anomaly)
        + 0.000289 * sin(3 * anomaly)
    )
    node = radians(125.04 - 1934.136 * t)
    longitude = radians(mean + centre - 0.00569 - 0.00478 * sin(node))
    obliquity = radians(23.4392911 - t * (0.0130042 + t * (1.64e-7 - t * 5.04e-7)) + 0.00256 * cos(node))
    ascension = atan2(cos(obliquity) * sin(longitude), cos(longitude))
    return degrees(ascension) % 360.0, degrees(asin(sin(obliquity) * sin(longitude)))


def sidereal_deg(at: datetime) -> float:
    """Mean sidereal time at Greenwich [0, 360), degrees. Source: Meeus 1998, formula 12.4."""
    days = (at - _J2000).total_seconds() / 86400.0
    t = days / 36525.0
    return (280.46061837 + 360.98564736629 * days + t * t * (0.000387933 - t / 38710000.0)) % 360.0


def sun_altitude_deg(place: Position, at: datetime) -> float:
    """Altitude [-90, 90] of the sun's centre above a level horizon, degrees, without refraction."""
    ascension, declination = (radians(v) for v in sun_equatorial_deg(at))
    hour_angle = radians(sidereal_deg(at) + place.lon_deg) - ascension
    latitude = radians(place.lat_deg)
    height = sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hour_angle)
    return degrees(asin(max(-1.0, min(1.0, height))))


def nights(
    place: Position, begin: datetime, span_s: float, *, below_deg: float = float(CIVIL)
) -> tuple[tuple[float, float], ...]:
    """Spans `(begin_s, end_s)` of darkness, in seconds after `begin`, within the `span_s` seconds that follow it.

    Dark is while the sun stands lower than `below_deg` [-90, 90]: by default the end of civil twilight. A night that
    has begun before counts from 0; where the sun stays down, or up, the whole span is one night, or none.
    """
    if begin.tzinfo is None:
        raise InvalidInput("A time needs its zone; write it with Z or an offset.", field="begin")
    if not span_s >= 0.0:
        raise InvalidInput(f"A span of time must not be negative, not {span_s} s.", field="span")
    start_s = begin.timestamp()

    def is_dark(s: float) -> bool:
        return sun_altitude_deg(place, datetime.fromtimestamp(start_s + s, UTC)) < below_deg

    marks = [k * _LOOK_S for k in range(int(span_s // _LOOK_S) + 1)]
    if marks[-1] < span_s:
        marks.append(span_s)
    found: list[tuple[float, float]] = []
    began: float | None = 0.0 if is_dark(0.0) else None
    for low, high in pairwise(marks):
        if is_dark(high) == (began is not None):
            continue
        a, b = low, high
        while b - a > _FINE_S / 2:
            middle = 0.5 * (a + b)
            a, b = (middle, b) if is_dark(middle) == (began is not None) else (a, middle)
        if began is None:
            began = b
        else:
            found.append((began, b))
            began = None
    if began is not None and began < span_s:
        found.append((began, span_s))
    return tuple(found)


def _centuries(at: datetime) -> float:
    return (at - _J2000).total_seconds() / (86400.0 * 36525.0)
