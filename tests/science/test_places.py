"""What the ground says: relative densities, and the law of distance kept exactly."""

from __future__ import annotations

import numpy as np
import pytest

from wayhome.base.raster import Grid, Raster
from wayhome.science.distance import DistanceLaw, radial_prior
from wayhome.science.places import CLASSES, Places, directed, grounded, places, turned_shares
from wayhome.science.terrain import Ground

IPP = (0.0, 0.0)
LAW = DistanceLaw(mu_ln_m=8.0, sigma=1.0)


def square(box_m: float = 12_000.0, cell_m: float = 100.0) -> Grid:
    return Grid.around("EPSG:32612", *IPP, box_m=box_m, cell_m=cell_m)


def line(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, float)


def lines_every(step_m: float, half_m: float = 6000.0) -> tuple[np.ndarray, ...]:
    return tuple(line((x, -half_m), (x, half_m)) for x in np.arange(-half_m + step_m / 2, half_m, step_m))


def held(poa: Raster, there: Places, name: str) -> float:
    k = there.finer
    fine = np.repeat(np.repeat(np.asarray(poa.values), k, 0), k, 1) / k**2
    return float(fine[there.kind == CLASSES.index(name)].sum() / fine.sum())


def by_ring(poa: Raster, edges_m: np.ndarray) -> np.ndarray:
    return np.histogram(poa.grid.distance_m(*IPP), edges_m, weights=np.asarray(poa.values))[0][:-1]


def test_the_law_of_distance_is_kept_exactly() -> None:
    grid = square()
    trails = (line((-6000, -5500), (500, 300), (6000, 800)), line((0, 0), (200, 5800)))
    ground = Ground(
        dem=Raster(np.hypot(*np.meshgrid(grid.x_m() - 900, grid.y_m())) / 7.0, grid, "elevation_m"),
        lines={
            "trail": trails,
            "stream": (line((-6000, 2000), (6000, -1500)),),
            "road": (line((-6000, -3000), (6000, -3100)),),
        },
    )
    plain, outside = radial_prior(LAW, grid, IPP)
    moved, _ = grounded(plain, IPP, places(ground, grid))
    edges = np.arange(0.0, 9000.0, 100.0)
    np.testing.assert_allclose(by_ring(moved, edges), by_ring(plain, edges), rtol=1e-10, atol=1e-15)
    assert float(np.sum(moved.values)) + outside == pytest.approx(1.0, abs=1e-9)
    assert float(np.abs(np.asarray(moved.values) - np.asarray(plain.values)).sum()) > 0.1  # yet something moved


def even_share(plain: Raster, there: Places, *names: str) -> float:
    """Share of the ground of some classes, within the distance that holds 95 % of the map."""
    away = plain.grid.distance_m(*IPP)
    order = np.argsort(away, axis=None)
    held_m = away.ravel()[
        order[np.searchsorted(np.cumsum(np.asarray(plain.values).ravel()[order]), 0.95 * np.sum(plain.values))]
    ]
    return float(np.isin(there.kind[away <= held_m], [CLASSES.index(n) for n in names]).mean())


def trusted(density: float, area: float, plain: float) -> float:
    """What a published density over even ground comes to on the map: believed with 2/3, else the plain law."""
    return (2.0 / 3.0 * density * area + 1.0 / 3.0 * plain) / plain


def test_a_published_density_is_had_where_it_is_possible() -> None:
    grid = square(cell_m=25.0)  # cells of the band's size would blur it
    there = places(
        Ground(lines={"trail": lines_every(3000.0)}), grid
    )  # 80 m to each side of a line every 3 km: f = .055
    plain, _ = radial_prior(LAW, grid, IPP)
    moved, _ = grounded(plain, IPP, there)
    near, area = held(plain, there, "trail"), even_share(plain, there, "trail")
    assert 0.04 < area < 0.07
    assert held(moved, there, "trail") / near == pytest.approx(trusted(5.0, area, near), rel=0.02)


def test_streams_and_roads_have_their_own_densities_and_hurt_people_cling_closer() -> None:
    grid = square(cell_m=25.0)
    roads = tuple(np.fliplr(a) for a in lines_every(6000.0))
    there = places(Ground(lines={"stream": lines_every(4000.0), "road": roads}), grid)
    plain, _ = radial_prior(LAW, grid, IPP)
    maps = {False: grounded(plain, IPP, there)[0], True: grounded(plain, IPP, there, injured=True)[0]}
    for name, density, injured in (("road", 3.0, False), ("stream", 2.0, False), ("stream", 3.5, True)):
        near, area = held(plain, there, name), even_share(plain, there, name)
        assert held(maps[injured], there, name) / near == pytest.approx(trusted(density, area, near), rel=0.02)


def test_a_crossing_is_a_crossing_and_not_trail_times_stream() -> None:
    grid = square(cell_m=25.0)
    # off the IPP, so that the law of distance does not favour the lines
    trail, stream = line((-6000, 2000), (6000, 2900)), line((2500, -6000), (2700, 6000))
    there = places(Ground(lines={"trail": (trail,), "stream": (stream,)}), grid)
    plain, _ = radial_prior(LAW, grid, IPP)
    moved, _ = grounded(plain, IPP, there)
    near, area = held(plain, there, "crossing"), even_share(plain, there, "crossing")
    assert held(moved, there, "crossing") / near == pytest.approx(trusted(7.0, area, near), rel=0.03)


def test_dense_lines_are_capped_and_it_is_said() -> None:
    grid = square()
    there = places(Ground(lines={"trail": lines_every(400.0)}), grid)  # f = .4: five times is impossible
    plain, _ = radial_prior(LAW, grid, IPP)
    moved, told = grounded(plain, IPP, there)
    near = held(plain, there, "trail")
    assert near > 0.3
    assert near < held(moved, there, "trail") <= max(0.65, 0.5 * (1 + near)) + 1e-3
    assert any("dense here" in text for text in told)
    # nowhere emptier than what is left of the plain law where the ground is not believed
    assert (np.asarray(moved.values) >= 0.999 * (1.0 - 2.0 / 3.0) * np.asarray(plain.values)).all()


def test_an_ipp_on_a_line_is_not_drawn_to_it_twice() -> None:
    grid = square(cell_m=25.0)
    plain, _ = radial_prior(LAW, grid, IPP)
    at_line, off_line = (places(Ground(lines={"trail": (line((-6000, y), (6000, y)),)}), grid) for y in (0.0, 3000.0))
    gained = [held(grounded(plain, IPP, t)[0], t, "trail") / held(plain, t, "trail") for t in (at_line, off_line)]
    assert gained[0] < gained[1]


def test_ground_that_is_not_known_keeps_the_plain_law() -> None:
    grid = square()
    z = np.where(grid.x_m()[None, :] > 0, np.nan, grid.y_m()[:, None] / 5.0)
    ground = Ground(dem=Raster(z, grid, "elevation_m"), lines={"trail": (line((-6000, -6000), (6000, 6000)),)})
    there = places(ground, grid)
    plain, _ = radial_prior(LAW, grid, IPP)
    moved, told = grounded(plain, IPP, there)
    east = grid.x_m() > 0
    np.testing.assert_array_equal(np.asarray(moved.values)[:, east], np.asarray(plain.values)[:, east])
    assert any("no ground" in text for text in told)
    assert np.isfinite(np.asarray(moved.values)).all()


def test_no_feature_changes_nothing() -> None:
    grid = square()
    plain, _ = radial_prior(LAW, grid, IPP)
    moved, _ = grounded(plain, IPP, places(Ground(lines={}), grid))
    np.testing.assert_allclose(np.asarray(moved.values), np.asarray(plain.values), rtol=1e-12)


def test_a_direction_follows_the_table_of_dispersion_and_keeps_the_law() -> None:
    grid = square()
    plain, _ = radial_prior(LAW, grid, IPP)
    east, told = directed(plain, IPP, 90.0, "hiker", "temperate")
    edges = np.arange(0.0, 6000.0, 100.0)
    np.testing.assert_allclose(by_ring(east, edges), by_ring(plain, edges), rtol=1e-10, atol=1e-15)
    x, y = np.meshgrid(grid.x_m(), grid.y_m())
    off = np.degrees(np.arccos(np.clip(x / np.maximum(np.hypot(x, y), 1e-9), -1, 1)))
    whole = (np.hypot(x, y) < 5900) & (np.hypot(x, y) > 100)
    mass = np.asarray(east.values)
    angles, shares, _ = turned_shares("hiker", "temperate")
    for angle, share in zip(angles[3:-1], shares[3:-1], strict=True):
        assert mass[whole & (off <= angle)].sum() / mass[whole].sum() == pytest.approx(share, abs=0.01)
    assert any("intent" in text for text in told)
    # both sides alike
    assert mass[whole & (y > 0)].sum() == pytest.approx(mass[whole & (y < 0)].sum(), rel=1e-6)


def test_a_thin_row_of_dispersion_leans_on_all_categories() -> None:
    # six despondent people: 0/0/3/30 degrees, and a spike of three quarters within 3 degrees is not believed
    edges, share, told = turned_shares("despondent", None)
    within_30 = float(np.interp(30.0, edges, share))
    assert 0.5 < within_30 < 0.75
    assert any("6 incidents" in text for text in told)
    assert share[-1] == pytest.approx(1.0)
