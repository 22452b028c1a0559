"""Slope, shading and contours on grounds whose answer is known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.science.terrain import Ground, contour_levels, contour_lines, hillshade, in_sight, slope_deg

GRID = Grid(crs="EPSG:32612", x_west_m=0.0, y_north_m=0.0, cell_m=10.0, height=7, width=9)


def dem(values: np.ndarray) -> Raster:
    return Raster(values.astype(np.float32), GRID, "elevation_m")


def plane(east: float, north: float) -> np.ndarray:
    return east * GRID.x_m()[None, :] + north * GRID.y_m()[:, None]


def test_a_plane_has_one_slope_up_to_its_edges() -> None:
    slope = slope_deg(dem(plane(0.3, 0.4)))
    np.testing.assert_allclose(slope.values, np.degrees(np.arctan(0.5)), atol=1e-3)


def test_a_gap_is_nan_alone() -> None:
    z = plane(0.3, 0.4)
    z[3, 4] = np.nan
    slope = slope_deg(dem(z)).values
    assert np.isnan(slope[3, 4])
    assert np.isnan(slope).sum() == 1
    assert slope[3, 3] == pytest.approx(np.degrees(np.arctan(0.5)), abs=1e-3)


def test_one_lonely_cell_is_flat() -> None:
    z = np.full(GRID.shape, np.nan)
    z[2, 2] = 5.0
    assert slope_deg(dem(z)).values[2, 2] == 0.0


def test_horns_weights() -> None:
    # one cell 8 m up: its eastern neighbour falls 2 * 8 / (8 * 10) = 0.2 westward-up, a diagonal one 8/80 each way
    z = np.zeros(GRID.shape)
    z[3, 4] = 8.0
    slope = slope_deg(dem(z)).values
    assert slope[3, 5] == pytest.approx(np.degrees(np.arctan(0.2)), abs=1e-5)
    assert slope[2, 5] == pytest.approx(np.degrees(np.arctan(np.hypot(0.1, 0.1))), abs=1e-5)
    assert slope[3, 4] == 0.0


def test_shade_by_hand() -> None:
    flat = hillshade(dem(np.zeros(GRID.shape)))
    assert np.all(flat == round(255 * np.sin(np.radians(45))))
    # a face that rises to the south-east at 45 degrees looks into the light
    facing = hillshade(dem(plane(np.sqrt(0.5), -np.sqrt(0.5))))
    assert np.all(facing == 255)
    assert np.all(hillshade(dem(plane(-np.sqrt(0.5), np.sqrt(0.5)))) == 0)


def test_contours_of_a_plane_are_straight() -> None:
    raster = dem(plane(1.0, 0.0))  # 5 to 85 m
    levels = contour_levels(raster, 20.0)
    assert levels == (20.0, 40.0, 60.0, 80.0)
    lines = contour_lines(raster, levels)
    (line,) = lines[40.0]
    np.testing.assert_allclose(line[:, 0], 40.0, atol=1e-5)
    assert {line[0, 1], line[-1, 1]} == {-5.0, -65.0}


def test_contours_refuse_nonsense() -> None:
    with pytest.raises(InvalidInput):
        contour_levels(dem(plane(1.0, 0.0)), 0.0)
    with pytest.raises(InvalidInput, match="larger interval"):
        contour_levels(dem(plane(1.0, 0.0)), 0.001)


def test_ground_says_what_it_lacks() -> None:
    z = np.zeros(GRID.shape)
    z[0] = np.nan
    cover = np.full(GRID.shape, 41, np.int16)
    cover[:, 0] = 0
    ground = Ground(dem=dem(z), landcover=Raster(cover, GRID, "landcover"), legend="nlcd", caveats=("odd file",))
    assert ground.caveats == ("odd file", "14.3 % of the map has no elevation.", "11.1 % of the map has no land cover.")
    with pytest.raises(AttributeError):
        ground.legend = "worldcover"  # type: ignore[misc]


def test_ground_refuses_layers_that_do_not_fit() -> None:
    other = GRID.replace(x_west_m=5.0)
    cover = Raster(np.ones(GRID.shape, np.int16), other, "landcover")
    with pytest.raises(MismatchError):
        Ground(dem=dem(np.zeros(GRID.shape)), landcover=cover, legend="nlcd")
    with pytest.raises(InvalidInput, match="legend"):
        Ground(landcover=cover)
    with pytest.raises(InvalidInput, match="no ground"):
        _ = Ground().grid


def test_a_ridge_hides_what_lies_behind_it_and_a_mast_looks_over() -> None:
    grid = Grid(crs="EPSG:32633", x_west_m=0.0, y_north_m=1000.0, cell_m=10.0, height=100, width=100)
    z = np.zeros(grid.shape)
    z[:, 50] = 30.0
    ground = Raster(z, grid, "elevation_m")
    eye = (105.0, 505.0)  # column 10
    low = in_sight(ground, eye, above_m=2.0, there_m=1.5).values
    assert low[:, :50].all() and low[49, 50]
    assert not low[:, 51:].any()
    # from 70 m the line over the ridge, 400 m off and 30 m high, meets the ground 700 m off: column 80
    tall = in_sight(ground, eye, above_m=70.0, there_m=0.0).values
    assert not tall[49, 51:79].any()
    assert tall[49, 82:].all()


def test_the_earth_hides_what_is_far_on_a_plain() -> None:
    grid = Grid(crs="EPSG:32633", x_west_m=0.0, y_north_m=1000.0, cell_m=500.0, height=3, width=121)
    ground = Raster(np.zeros(grid.shape), grid, "elevation_m")
    seen = in_sight(ground, (250.0, 250.0), above_m=20.0, there_m=1.5).values[1]
    # radio horizon: sqrt(2 R h) with 4/3 R = 18.4 km for 20 m and 5.0 km for 1.5 m: 23.5 km together
    assert int(np.flatnonzero(~seen)[0]) == pytest.approx(23_480 / 500, abs=1.5)


def test_a_place_without_ground_is_refused() -> None:
    grid = Grid(crs="EPSG:32633", x_west_m=0.0, y_north_m=100.0, cell_m=10.0, height=10, width=10)
    ground = Raster(np.zeros(grid.shape), grid, "elevation_m")
    with pytest.raises(InvalidInput, match="knows nothing"):
        in_sight(ground, (-50.0, 0.0), above_m=2.0, there_m=1.0)
