"""Lines of sight: on ground whose answer is known by hand, and against another way of computing them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from wayhome.base.errors import InvalidInput
from wayhome.base.raster import Grid, Raster
from wayhome.science.visibility import EARTH_M, viewshed


def ground(z: NDArray[np.float32], cell_m: float = 10.0) -> Raster:
    height, width = z.shape
    grid = Grid(crs="EPSG:32619", x_west_m=0.0, y_north_m=height * cell_m, cell_m=cell_m, height=height, width=width)
    return Raster(z.astype(np.float32), grid, "elevation_m")


def middle(dem: Raster, row: int, col: int) -> tuple[float, float]:
    return float(dem.grid.x_m()[col]), float(dem.grid.y_m()[row])


def test_level_ground_is_seen_to_the_radius_and_no_farther() -> None:
    dem = ground(np.zeros((41, 41)))
    seen = viewshed(dem, middle(dem, 20, 20), eye_m=2.0, radius_m=100.0, is_round=False)
    far_m = dem.grid.distance_m(*middle(dem, 20, 20))
    assert np.array_equal(seen.values, far_m <= 100.0 + 1e-9)


def test_a_wall_hides_what_lies_in_its_shadow() -> None:
    # eye 2 m, wall of 1 m at 100 m: the sight line over it meets the ground at 200 m, by similar triangles
    z = np.zeros((1, 60))
    z[0, 10] = 1.0
    dem = ground(z)
    seen = viewshed(dem, middle(dem, 0, 0), eye_m=2.0, radius_m=590.0, is_round=False).values[0]
    assert seen[:11].all() and not seen[11:20].any() and seen[20:].all()


def test_the_horizon_of_a_round_earth() -> None:
    # a surface level at every place falls by d^2 / 2R; from a height h its horizon is at sqrt(2 R h)
    dem = ground(np.zeros((1, 1001)), cell_m=10.0)
    horizon_m = math.sqrt(2 * EARTH_M * 1.7)  # 4.65 km
    seen = viewshed(dem, middle(dem, 0, 0), eye_m=1.7, radius_m=10_000.0, refraction=0.0).values[0]
    assert int(seen.sum()) == math.floor(horizon_m / 10.0) + 1 and seen[: int(horizon_m / 10)].all()


def test_bent_light_sees_farther() -> None:
    dem = ground(np.zeros((1, 1001)), cell_m=10.0)
    reach = [
        int(viewshed(dem, middle(dem, 0, 0), eye_m=1.7, radius_m=10_000.0, refraction=k).values.sum())
        for k in (0.0, 0.5)
    ]
    # half the curvature: sqrt(2) times as far
    assert reach[1] == pytest.approx(reach[0] * math.sqrt(2), rel=0.002)


def by_points(
    dem: Raster, row: int, col: int, eye_m: float, there_m: float, radius_m: float, k: float
) -> NDArray[np.bool_]:
    """Each line cut at every row and column of centres, its ground looked up by another program's interpolation."""
    z, cell = np.asarray(dem.values, float), dem.grid.cell_m
    out = np.zeros(z.shape, bool)
    eye = z[row, col] + eye_m
    for r in range(z.shape[0]):
        for c in range(z.shape[1]):
            far = cell * math.hypot(r - row, c - col)
            if far > radius_m:
                continue
            parts = [np.arange(1, n) / n for n in (abs(r - row), abs(c - col)) if n > 1]
            share = np.concatenate(parts) if parts else np.empty(0)
            on = map_coordinates(z, [row + share * (r - row), col + share * (c - col)], order=1)
            drop = (1 - k) * (share * far) ** 2 / (2 * EARTH_M)
            line = eye + share * (z[r, c] + there_m - (1 - k) * far**2 / (2 * EARTH_M) - eye)
            out[r, c] = bool((on - drop <= line + 1e-6).all())
    return out


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_against_lines_cut_point_by_point(seed: int) -> None:
    rng = np.random.default_rng(seed)
    z = np.cumsum(np.cumsum(rng.normal(0, 1, (45, 52)), 0), 1) * 0.3
    dem = ground(z)
    row, col = int(rng.integers(5, 40)), int(rng.integers(5, 47))
    seen = viewshed(dem, middle(dem, row, col), eye_m=1.7, there_m=0.5, radius_m=300.0, refraction=0.13)
    other = by_points(dem, row, col, 1.7, 0.5, 300.0, 0.13)
    assert 0.02 < other.mean() < 0.98
    assert np.array_equal(seen.values, other)


def test_who_sees_is_seen() -> None:
    rng = np.random.default_rng(7)
    dem = ground(np.cumsum(rng.normal(0, 2, (21, 21)), 0))
    there = viewshed(dem, middle(dem, 3, 4), eye_m=1.7, there_m=1.7, radius_m=400.0)
    for row, col in ((18, 15), (10, 20), (0, 0), (12, 4)):
        back = viewshed(dem, middle(dem, row, col), eye_m=1.7, there_m=1.7, radius_m=400.0)
        assert back.values[3, 4] == there.values[row, col]


def test_gaps_are_not_seen_and_hide_nothing() -> None:
    z = np.zeros((1, 30))
    z[0, 5] = np.nan
    dem = ground(z)
    seen = viewshed(dem, middle(dem, 0, 0), eye_m=1.7, radius_m=290.0, is_round=False).values[0]
    assert not seen[5] and seen[6:].all()


@pytest.mark.parametrize(
    ("field", "change"),
    [("eye", {"eye_m": -1.0}), ("there", {"there_m": math.nan}), ("radius", {"radius_m": 1.0}), ("refraction", {"refraction": 1.0}), ("radius", {"radius_m": 1e6})],
)  # fmt: skip
def test_hostile_looks_get_a_sentence(field: str, change: dict[str, float]) -> None:
    dem = ground(np.zeros((5, 5)))
    with pytest.raises(InvalidInput) as found:
        viewshed(dem, middle(dem, 2, 2), **{"eye_m": 1.7, "radius_m": 30.0, **change})
    assert found.value.details["field"] == field


def test_a_place_off_the_ground_is_refused() -> None:
    dem = ground(np.zeros((5, 5)))
    with pytest.raises(InvalidInput, match="knows nothing"):
        viewshed(dem, (-100.0, 0.0), eye_m=1.7, radius_m=30.0)
