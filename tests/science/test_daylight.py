"""The sun and the nights, against the worked examples of Meeus and what symmetry demands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.science.daylight import nights, sidereal_deg, sun_altitude_deg, sun_equatorial_deg


def test_position_of_the_sun_meeus_example_25a() -> None:
    # 1992 October 13.0: apparent right ascension 198.38083, declination -7.78507 degrees
    ascension, declination = sun_equatorial_deg(datetime(1992, 10, 13, tzinfo=UTC))
    assert ascension == pytest.approx(198.38083, abs=2e-4)
    assert declination == pytest.approx(-7.78507, abs=2e-4)


def test_sidereal_time_meeus_examples_12a_and_12b() -> None:
    # 1987 April 10: 13 h 10 m 46.3668 s at 0 h, 8 h 34 m 57.0896 s at 19 h 21 m
    at = datetime(1987, 4, 10, tzinfo=UTC)
    assert sidereal_deg(at) == pytest.approx(15 * (13 + 10 / 60 + 46.3668 / 3600), abs=1e-5)
    assert sidereal_deg(at + timedelta(hours=19, minutes=21)) == pytest.approx(
        15 * (8 + 34 / 60 + 57.0896 / 3600), abs=1e-5
    )


def test_sun_stands_in_the_zenith_below_it() -> None:
    at = datetime(2026, 6, 21, 12, tzinfo=UTC)
    ascension, declination = sun_equatorial_deg(at)
    lon = (ascension - sidereal_deg(at) + 180.0) % 360.0 - 180.0
    assert sun_altitude_deg(Position(lat_deg=declination, lon_deg=lon), at) == pytest.approx(90.0, abs=1e-4)
    assert sun_altitude_deg(Position(lat_deg=90.0, lon_deg=lon), at) == pytest.approx(declination, abs=1e-9)


def test_night_at_the_equator_lasts_half_a_day_less_refraction() -> None:
    # the sun crosses 15 degrees an hour straight down: 0.8333 degrees are 200 s, at dusk and at dawn
    place = Position(lat_deg=0.0, lon_deg=0.0)
    found = nights(place, datetime(2026, 3, 20, 12, tzinfo=UTC), 86400.0, below_deg=-0.8333)
    assert len(found) == 1
    begin_s, end_s = found[0]
    assert end_s - begin_s == pytest.approx(43200.0 - 2 * 200.0, abs=25.0)
    # the sun is about 7.5 minutes late on that day (equation of time)
    assert 0.5 * (begin_s + end_s) == pytest.approx(43200.0 + 7.5 * 60.0, abs=30.0)


def test_spans_are_cut_to_what_was_asked() -> None:
    place = Position(lat_deg=45.0, lon_deg=0.0)
    found = nights(place, datetime(2026, 3, 20, tzinfo=UTC), 2 * 86400.0)
    assert len(found) == 3 and found[0][0] == 0.0 and found[-1][1] == 2 * 86400.0
    assert all(b > a for a, b in found)
    moved = nights(place, datetime(2026, 3, 20, 1, tzinfo=UTC), 2 * 86400.0)
    assert moved[0][1] == pytest.approx(found[0][1] - 3600.0, abs=1.0)  # the same dawn, an hour sooner on this clock


def test_sun_that_stays_up_or_down() -> None:
    tromso = Position(lat_deg=69.65, lon_deg=18.96)
    assert nights(tromso, datetime(2026, 6, 21, tzinfo=UTC), 86400.0) == ()
    assert nights(tromso, datetime(2026, 12, 21, tzinfo=UTC), 86400.0, below_deg=0.0) == ((0.0, 86400.0),)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="zone"):
        nights(Position(lat_deg=0.0, lon_deg=0.0), datetime(2026, 1, 1), 3600.0)
