"""Positions, projections and rasters: hard to mix up."""

from __future__ import annotations

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.place import Position, distance_m, parse_position
from wayhome.base.projection import check_crs_fits, checked_crs, geodesic_area_m2, projection, proposed_crs
from wayhome.base.raster import Grid, Raster


def test_a_swapped_pair_is_named() -> None:
    with pytest.raises(InvalidInput, match="swapped"):
        parse_position("-171.09, 42.2")
    with pytest.raises(InvalidInput, match="Longitude"):
        parse_position("42.2, 271")
    with pytest.raises(InvalidInput, match="latitude,longitude"):
        parse_position("somewhere")


def test_a_degree_of_latitude_is_a_sixtieth_of_sixty_nautical_miles() -> None:
    # 1 minute of arc on the mean sphere: pi / 10800 * 6371008.8 = 1853.25 m
    assert distance_m(Position(lat_deg=10, lon_deg=20), Position(lat_deg=11, lon_deg=20)) == pytest.approx(
        60 * 1853.25, rel=1e-5
    )


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [(42.2, -71.1, "EPSG:32619"), (-33.9, 151.2, "EPSG:32756"), (10.0, 3.0, "EPSG:32631"), (60.0, 180.0, "EPSG:32660"),
     (60.0, -180.0, "EPSG:32601"), (85.0, 0.0, "EPSG:32661"), (-85.0, 0.0, "EPSG:32761")],
)  # fmt: skip
def test_the_proposed_system_comes_from_the_database(lat: float, lon: float, code: str) -> None:
    assert proposed_crs(Position(lat_deg=lat, lon_deg=lon)) == code


def test_web_mercator_and_degrees_cannot_carry_a_case() -> None:
    for code, words in (("EPSG:3857", "Web Mercator"), ("EPSG:4326", "metres"), ("EPSG:nonsense", "reference system")):
        with pytest.raises(InvalidInput, match=words) as caught:
            checked_crs(code)
        assert all(isinstance(v, str) for v in caught.value.details.values())


PLACES = [(42.2, -71.1), (-33.9, 151.2), (60.0, 179.9), (10.0, 5.99)]
POLES = [(84.5, 10.0), (-89.0, 0.0)]  # where every UTM zone is near


@pytest.mark.parametrize(("lat", "lon"), [*PLACES, *POLES])
def test_the_proposed_system_fits(lat: float, lon: float) -> None:
    there = Position(lat_deg=lat, lon_deg=lon)
    check_crs_fits(proposed_crs(there), there)


@pytest.mark.parametrize(("lat", "lon"), PLACES)
def test_a_system_from_elsewhere_does_not_fit(lat: float, lon: float) -> None:
    with pytest.raises(InvalidInput, match="not made for"):
        check_crs_fits("EPSG:32615", Position(lat_deg=lat, lon_deg=lon))  # UTM zone 15 north, 93 west


def test_there_and_back_again() -> None:
    out, there = projection("EPSG:32619"), Position(lat_deg=42.2, lon_deg=-71.1)
    back = out.position(*out.xy_m(there))
    assert (back.lat_deg, back.lon_deg) == pytest.approx((42.2, -71.1), abs=1e-9)


def test_area_is_of_the_ellipsoid_not_of_the_map() -> None:
    # by hand from the WGS 84 ellipsoid at 60 N: 0.01 degrees are 1114.2 m of meridian and 558.0 m of parallel
    ring = tuple(Position(lat_deg=60 + a, lon_deg=b) for a, b in ((0, 0), (0, 0.01), (0.01, 0.01), (0.01, 0)))
    assert geodesic_area_m2(ring) == pytest.approx(1114.2 * 558.0, rel=2e-3)
    assert geodesic_area_m2(ring[::-1]) == pytest.approx(geodesic_area_m2(ring))


def test_the_ipp_is_in_the_middle_of_the_middle_cell() -> None:
    grid = Grid.around("EPSG:32619", 1000.0, 2000.0, box_m=25_000, cell_m=5)
    assert grid.shape == (5001, 5001)  # MapScore's box
    assert grid.cell_of(1000.0, 2000.0) == (2500, 2500)
    assert (grid.x_m()[2500], grid.y_m()[2500]) == (1000.0, 2000.0)
    assert grid.cell_of(grid.x_west_m - 1, 2000.0) is None


def test_row_zero_is_north() -> None:
    grid = Grid(crs="EPSG:32619", x_west_m=0, y_north_m=100, cell_m=10, height=10, width=10)
    assert grid.cell_of(5, 95) == (0, 0) and grid.cell_of(5, 5) == (9, 0)


def test_rasters_refuse_what_does_not_fit_and_cannot_be_written() -> None:
    grid = Grid(crs="EPSG:32619", x_west_m=0, y_north_m=100, cell_m=10, height=10, width=10)
    raster = Raster(np.zeros((10, 10)), grid, "coverage")
    with pytest.raises(MismatchError):
        Raster(np.zeros((10, 9)), grid, "coverage")
    with pytest.raises(MismatchError):
        raster.expect("pod")
    with pytest.raises(MismatchError):
        raster.like(Raster(np.zeros((10, 10)), grid.replace(cell_m=20.0), "coverage"))
    with pytest.raises(ValueError, match="read-only"):
        raster.values[0, 0] = 1
    with pytest.raises(InvalidInput, match="cells are more"):
        Grid(crs="EPSG:32619", x_west_m=0, y_north_m=0, cell_m=1, height=10_000, width=10_000)
