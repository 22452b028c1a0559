"""What people type, as SI numbers, once, at the edge; and SI numbers as people read them.

Knows units and their spellings. Refuses a bare number where the unit is ambiguous. Percent exists
only here and on screens.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from math import isfinite

from wayhome.base.errors import InvalidInput, UnitError

_LENGTH_M = {
    "m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0,
    "km": 1000.0, "kilometre": 1000.0, "kilometres": 1000.0, "kilometer": 1000.0, "kilometers": 1000.0,
    "cm": 0.01, "ft": 0.3048, "foot": 0.3048, "feet": 0.3048, "yd": 0.9144, "yard": 0.9144, "yards": 0.9144,
    "mi": 1609.344, "mile": 1609.344, "miles": 1609.344, "nm": 1852.0, "nmi": 1852.0,
}  # fmt: skip
_DURATION_S = {
    "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0,
    "min": 60.0, "minute": 60.0, "minutes": 60.0,
    "h": 3600.0, "hr": 3600.0, "hrs": 3600.0, "hour": 3600.0, "hours": 3600.0,
    "d": 86400.0, "day": 86400.0, "days": 86400.0, "week": 604800.0, "weeks": 604800.0,
}  # fmt: skip
_SPEED_MPS = {
    "m/s": 1.0,
    "mps": 1.0,
    "km/h": 1 / 3.6,
    "kmh": 1 / 3.6,
    "kph": 1 / 3.6,
    "mph": 0.44704,
    "kn": 1852 / 3600,
}
_AREA_M2 = {"m2": 1.0, "m²": 1.0, "km2": 1e6, "km²": 1e6, "ha": 1e4, "acre": 4046.8564224, "acres": 4046.8564224,
            "mi2": 1609.344**2, "mi²": 1609.344**2}  # fmt: skip
_NUMBER = re.compile(r"^\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$")


def _split(text: object, what: str, example: str) -> tuple[float, str]:
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise UnitError(f'{what}: {text!r} is not a quantity; write for example "{example}".', field=what)
    match = _NUMBER.match(str(text))
    if not match or not isfinite(number := float(match[1])):
        raise UnitError(f'{what}: "{text}" is not a number with a unit; write for example "{example}".', field=what)
    return number, match[2]


def _with_unit(text: object, units: dict[str, float], what: str, example: str) -> float:
    number, unit = _split(text, what, example)
    if not unit:
        raise UnitError(f'{what}: {text} has no unit; write for example "{example}".', field=what)
    factor = units.get(unit) or units.get(unit.lower())
    if factor is None:
        raise UnitError(
            f'{what}: "{unit}" is not a unit that fits here; use one of {", ".join(sorted(units))}.', field=what
        )
    return number * factor


def length_m(text: object, what: str = "length") -> float:
    """Length in metres from text such as ``"30 m"``, ``"2.1 km"``, ``"100 ft"``; a bare number is refused."""
    return _with_unit(text, _LENGTH_M, what, "30 m")


def duration_s(text: object, what: str = "duration") -> float:
    """Duration in seconds from ``"4 h"``, ``"90 min"``; a bare number is refused."""
    return _with_unit(text, _DURATION_S, what, "4 h")


def speed_mps(text: object, what: str = "speed") -> float:
    """Speed in m/s from ``"3 km/h"``, ``"0.8 m/s"``; a bare number is refused."""
    return _with_unit(text, _SPEED_MPS, what, "3 km/h")


def area_m2(text: object, what: str = "area") -> float:
    """Area in square metres from ``"40 ha"``, ``"2 km2"``; a bare number is refused."""
    return _with_unit(text, _AREA_M2, what, "40 ha")


def fraction(text: object, what: str = "fraction") -> float:
    """Fraction in [0, 1] from ``"0.6"`` or ``"60 %"``; a bare number above 1 is refused, not guessed at."""
    number, unit = _split(text, what, "0.6 or 60 %")
    if unit in ("%", "percent", "per cent"):
        number /= 100.0
    elif unit:
        raise UnitError(f'{what}: "{unit}" is not a unit of a probability; write 0.6 or 60 %.', field=what)
    if not 0.0 <= number <= 1.0:
        hint = f' If you meant per cent, write "{text} %".' if not unit and 1 < number <= 100 else ""
        raise InvalidInput(f"{what}: {text} is outside 0 to 1.{hint}", field=what, value=number)
    return number


def bearing_deg(text: object, what: str = "bearing") -> float:
    """Bearing in degrees clockwise from true north, in [0, 360), from ``"135"`` or ``"135 deg"``."""
    number, unit = _split(text, what, "135")
    if unit not in ("", "deg", "°", "degrees"):
        raise UnitError(f'{what}: "{unit}" is not degrees from true north; write for example "135".', field=what)
    if not 0.0 <= number <= 360.0:
        raise InvalidInput(f"{what}: {text} is outside 0 to 360 degrees.", field=what)
    return number % 360.0


def instant(text: object, what: str = "time") -> datetime:
    """UTC time from ISO 8601 text *with* its zone, such as ``2026-03-01T06:40+01:00`` or ``...Z``."""
    if isinstance(text, datetime):
        moment = text
    else:
        try:
            moment = datetime.fromisoformat(str(text).strip())
        except ValueError:
            raise InvalidInput(
                f'{what}: "{text}" is not a date and time; write for example 2026-03-01T06:40+01:00.', field=what
            ) from None
    if moment.tzinfo is None:
        raise InvalidInput(f'{what}: "{text}" has no time zone; add Z for UTC or an offset such as +01:00.', field=what)
    return moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """UTC text of a moment, to the millisecond only where it has one: ``2026-03-01T05:40:00Z``."""
    moment = moment.astimezone(UTC)
    spec = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=spec).replace("+00:00", "Z")


def percent(value: float, digits: int = 1) -> str:
    """A fraction for people; tiny and nearly certain values keep their meaning (``< 0.1 %``)."""
    smallest = 10.0**-digits
    shown = 100.0 * value
    if 0.0 < shown < smallest:
        return f"< {smallest:g} %"
    if 100.0 - smallest < shown < 100.0:
        return f"> {100.0 - smallest:g} %"
    return f"{shown:.{digits}f} %"


def metres(value_m: float) -> str:
    """A length for people: ``850 m``, ``2.10 km``."""
    return f"{value_m:.0f} m" if abs(value_m) < 1000 else f"{value_m / 1000:.2f} km"
