"""Text becomes SI once, and a bare number is refused where the unit is ambiguous."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wayhome.base import quantity as q
from wayhome.base.errors import InvalidInput, UnitError


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("30 m", 30.0),
        ("2.1 km", 2100.0),
        ("100 ft", 30.48),
        ("1 mi", 1609.344),
        ("1nm", 1852.0),
        ("  5KM ", 5000.0),
        ("1 yd", 0.9144),
    ],
)
def test_lengths(text: str, metres: float) -> None:
    assert q.length_m(text) == pytest.approx(metres, rel=1e-15)


@pytest.mark.parametrize("text", ["30", 30, "30 kg", "thirty m", "", "nan m", "inf km", True, None, "30 m 20"])
def test_lengths_without_a_sense_are_refused(text: object) -> None:
    with pytest.raises(UnitError):
        q.length_m(text, "sweep_width")


def test_other_units() -> None:
    assert q.duration_s("90 min") == 5400.0
    assert q.speed_mps("3.6 km/h") == pytest.approx(1.0)
    assert q.speed_mps("1 mph") == pytest.approx(0.44704)
    assert q.area_m2("2 km2") == 2e6 and q.area_m2("1 ha") == 1e4


@pytest.mark.parametrize(("text", "value"), [("0.6", 0.6), ("60 %", 0.6), (0, 0.0), ("1", 1.0), ("100 percent", 1.0)])
def test_fractions(text: object, value: float) -> None:
    assert q.fraction(text) == value


def test_a_percentage_without_its_sign_is_not_guessed_at() -> None:
    with pytest.raises(InvalidInput, match="60 %"):
        q.fraction("60")
    for bad in ("-0.1", "1.2", "150 %", "0.5 m"):
        with pytest.raises(InvalidInput):
            q.fraction(bad)


def test_bearings_turn_once() -> None:
    assert q.bearing_deg("360") == 0.0 and q.bearing_deg("135 deg") == 135.0
    for bad in ("-1", "361", "2 rad"):
        with pytest.raises(InvalidInput):
            q.bearing_deg(bad)


def test_times_need_their_zone() -> None:
    assert q.instant("2026-03-01T06:40+01:00") == datetime(2026, 3, 1, 5, 40, tzinfo=UTC)
    assert q.iso(q.instant("2026-03-01T05:40:00.250Z")) == "2026-03-01T05:40:00.250Z"
    with pytest.raises(InvalidInput, match="zone"):
        q.instant("2026-03-01T06:40")
    with pytest.raises(InvalidInput, match="not a date"):
        q.instant("yesterday")


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "50.0 %"), (0.0, "0.0 %"), (1.0, "100.0 %"), (1e-6, "< 0.1 %"), (0.99999, "> 99.9 %")]
)
def test_percent_keeps_tiny_and_nearly_certain_apart_from_never_and_always(value: float, text: str) -> None:
    assert q.percent(value) == text
