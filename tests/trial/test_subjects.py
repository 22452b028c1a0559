"""Walkers that the science does not know: where they can't get to, what they follow, and that no behaviour rules."""

from __future__ import annotations

import numpy as np
import pytest

from wayhome.base.raster import Grid, Raster
from wayhome.science.terrain import Ground
from wayhome.trial.subjects import country, ipps, lost

SIDE, CELL = 401, 30.0  # 12 km
GRID = Grid(crs="EPSG:32619", x_west_m=300_000.0, y_north_m=4_712_030.0, cell_m=CELL, height=SIDE, width=SIDE)
MIDDLE = (300_000.0 + SIDE * CELL / 2, 4_712_030.0 - SIDE * CELL / 2)


def line(*points: tuple[float, float]) -> np.ndarray:
    """A line of metres east and north of the middle."""
    return np.array(points) + MIDDLE


def ground(elevation: np.ndarray | None = None, **lines: list[np.ndarray]) -> Ground:
    z = np.zeros(GRID.shape) if elevation is None else elevation
    return Ground(dem=Raster(z, GRID, "elevation_m"), lines={k: tuple(v) for k, v in lines.items()})


def ends(on: Ground, n_ipp: int = 20, n: int = 50, seed: int = 0) -> np.ndarray:
    """`[n_ipp * n, 2]` ends in metres east and north of the middle, over many draws of the shares."""
    made, rng = country(on), np.random.default_rng(seed)
    return np.concatenate([lost(made, MIDDLE, rng, n) for _ in range(n_ipp)]) - MIDDLE


def hills() -> np.ndarray:
    """A valley that runs east to west through the middle: 300 m deep, 1.5 km to each ridge."""
    return 150.0 - 150.0 * np.cos(2.0 * np.pi * (GRID.y_m()[:, None] - MIDDLE[1]) / 3000.0) + np.zeros((1, SIDE))


def test_the_same_seed_gives_the_same_finds_and_another_seed_others() -> None:
    on = ground(hills(), trail=[line((-3000, 0), (3000, 0))], stream=[line((-3000, 100), (3000, 100))])
    assert np.array_equal(ends(on, 2), ends(on, 2))
    assert not np.array_equal(ends(on, 2), ends(on, 2, seed=1))


def test_on_a_plain_no_direction_is_favoured() -> None:
    found = ends(ground(), 40, 50)
    # four quadrants, a quarter each: 2000 walkers, so 0.01 is one standard deviation
    quadrant = (found[:, 0] > 0).astype(int) + 2 * (found[:, 1] > 0)
    assert np.bincount(quadrant) / len(found) == pytest.approx(np.full(4, 0.25), abs=0.05)


def test_some_stay_and_some_go_far() -> None:
    away = np.hypot(*ends(ground(hills(), trail=[line((-5000, 0), (5000, 0))]), 40, 25).T)
    assert 0.05 < (away < 300.0).mean() < 0.6
    assert 0.05 < (away > 3000.0).mean() < 0.8
    # broadly like lost hikers, half of whom are found within 2 to 3 km in hills and mountains
    assert 500.0 < np.median(away) < 5000.0


def test_shores_hold_everyone_in() -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 200)
    shore = line(*(1000.0 * np.column_stack([np.cos(angle), np.sin(angle)])))
    assert np.hypot(*ends(ground(water=[shore])).T).max() < 1000.0 + CELL


def test_a_bridge_lets_people_out() -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 200)
    shore = line(*(1000.0 * np.column_stack([np.cos(angle), np.sin(angle)])))
    out = np.hypot(*ends(ground(water=[shore], trail=[line((0, 0), (4000, 0))])).T) > 1100.0
    assert out.mean() > 0.05


def test_nobody_goes_over_a_cliff() -> None:
    # a mesa: 400 m of wall all around, 1.5 km from the middle; no smoother than the cells are wide
    mesa = 400.0 * (GRID.distance_m(*MIDDLE) < 1500.0)
    on = country(ground(mesa))
    assert np.hypot(*ends(ground(mesa)).T).max() < 1500.0 + CELL
    assert not on.barred[GRID.cell_of(*MIDDLE)]


def test_a_trail_and_a_stream_draw_people_who_meet_them() -> None:
    bare = ends(ground(), 40, 50)

    def near(found: np.ndarray) -> float:
        """Share within 80 m of a line 500 m east of the IPP, which runs from north to south."""
        return float((np.abs(found[:, 0] - 500.0) < 80.0).mean())

    across = [line((500, -5500), (500, 5500))]
    assert near(ends(ground(trail=across), 40, 50)) > 2.0 * near(bare)
    assert near(ends(ground(stream=across), 40, 50)) > 1.5 * near(bare)


def test_more_people_go_down_than_up() -> None:
    # a plane that falls 1 in 5 to the south
    slope = np.repeat(0.2 * (GRID.y_m()[:, None] - GRID.y_south_m), SIDE, axis=1)
    found = ends(ground(slope), 40, 50)
    assert 0.55 < (found[:, 1] < 0).mean() < 0.95


def test_lines_join_where_their_vertices_meet() -> None:
    on = country(ground(trail=[line((0, 0), (100, 0)), line((100, 0.4), (200, 0))], stream=[line((0, 0), (0, 100))]))
    degree = np.diff(on.first)
    trails = on.kind == 0
    # two trails joined into one of 200 m: two ends, and the stream that starts at its end is another graph
    assert (degree[trails] == 1).sum() == 2
    assert (degree[~trails] == 1).sum() == 2
    assert set(degree) == {1, 2}


def test_ipps_lie_on_trails_and_roads_of_the_map() -> None:
    on = country(ground(trail=[line((-3000, 0), (3000, 0))], road=[line((0, -3000), (0, 3000))],
                        stream=[line((-3000, 900), (3000, 900))]))  # fmt: skip
    part = Grid.around("EPSG:32619", *MIDDLE, box_m=2000.0, cell_m=50.0)
    drawn = ipps(on, part, np.random.default_rng(0), 50)
    away = drawn - MIDDLE
    assert np.abs(away).max() < 1100.0
    assert np.minimum(np.abs(away[:, 0]), np.abs(away[:, 1])).max() < 1.0
    assert (np.abs(away[:, 1]) < 1.0).mean() > 0.5  # more on the trail than on the road


def test_without_lines_ipps_lie_on_open_ground() -> None:
    on = country(ground())
    part = Grid.around("EPSG:32619", *MIDDLE, box_m=2000.0, cell_m=50.0)
    assert all(part.cell_of(*xy) is not None for xy in ipps(on, part, np.random.default_rng(0), 20))
