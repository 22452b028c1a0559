"""The drones' task: its maps and score by hand, all planners within their limit, and ours ahead of them."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput
from wayhome.base.raster import Grid, Raster
from wayhome.science.behavior import stratum
from wayhome.science.terrain import Ground
from wayhome.trial.drone_task import PLANNERS, REACH_M, DroneTask, features, score, task_grid, task_map, wayhome

CRS = "EPSG:32631"
REACH = float(REACH_M)
HIKER = stratum("hiker", "temperate", "flat")


def task(n_drones: int = 1, length_m: float = 20_000.0, *, is_start_free: bool = False) -> DroneTask:
    """A map of 1.8 km, denser in the middle and along one diagonal trail."""
    grid = Grid(crs=CRS, x_west_m=0.0, y_north_m=1800.0, cell_m=30.0, height=60, width=60)
    away = grid.distance_m(900.0, 900.0)
    values = np.where(away < 900.0, np.exp(-away / 600.0) * (1.0 + 2.0 * np.eye(60)), 0.0)
    poa = Raster(0.5 * values / values.sum(), grid, "poa")
    return DroneTask(poa=poa, n_drones=n_drones, length_m=length_m, is_start_free=is_start_free)


def test_reach_is_that_of_the_published_sensor() -> None:
    assert pytest.approx(80.0 * np.tan(np.radians(22.5)), abs=0.005) == REACH


def test_weights_of_features_by_hand() -> None:
    grid = Grid(crs=CRS, x_west_m=0.0, y_north_m=90.0, cell_m=30.0, height=3, width=3)
    trail, road = np.array([[0.0, 45.0], [90.0, 45.0]]), np.array([[45.0, 0.0], [45.0, 90.0]])
    weight = features(Ground(lines={"trail": (trail,), "road": (road,)}), grid)
    # a field .14, a trail .25 and a road .13 more
    expected = [[0.14, 0.27, 0.14], [0.39, 0.52, 0.39], [0.14, 0.27, 0.14]]
    assert weight == pytest.approx(np.array(expected))


def test_maps_hold_what_their_law_holds_within_the_ring_and_nothing_beyond() -> None:
    grid = task_grid(CRS, (400_000.0, 4_700_000.0), HIKER)
    assert grid.shape == (120, 120)  # 1.8 km each way, as published
    plain = Ground()
    published, area = (np.asarray(task_map(plain, grid, HIKER, kind).values) for kind in ("published", "area"))
    away = grid.distance_m(400_000.0, 4_700_000.0)
    assert not published[away > 1800.0].any()
    assert not area[away > 1800.0].any()
    # half of all finds lie within the published ring; the fit and the filled core move that a little
    assert area.sum() == pytest.approx(0.5, abs=0.08)
    # law of distance in one dimension as a density: ln d ~ N(7.31, 1.17), so the ring at d has 2 pi d f(d), not f(d)
    assert published.sum() < 0.3
    # away from the middle one density is the other times the distance
    beyond = (away > 600.0) & (away <= 1800.0)
    ratio = published[beyond] / area[beyond] / away[beyond]
    assert np.ptp(ratio) < 1e-9 * ratio.mean()


def test_score_of_one_straight_flight_by_hand() -> None:
    grid = Grid(crs=CRS, x_west_m=0.0, y_north_m=900.0, cell_m=30.0, height=30, width=30)
    even = Raster(np.full(grid.shape, 0.9 / 900), grid, "poa")
    of = DroneTask(poa=even, n_drones=2, length_m=300.0)
    track = np.array([[450.0, 450.0], [650.0, 450.0]])
    got = score(of, [track], np.random.default_rng(0))
    seen_m2 = 200.0 * 2 * REACH + pi * REACH**2
    assert got.area_km2 == pytest.approx(seen_m2 / 1e6, rel=0.01)
    assert got.likelihood == pytest.approx(0.9 * seen_m2 / 900**2, rel=0.01)
    assert got.length_m == 200.0
    # looks at 0, 16.57, ..., 198.84 m over cells of .001 each
    looks = 0.999 ** (REACH / 2 * np.arange(13))
    assert got.time_discounted == pytest.approx(0.001 * looks.sum())
    # the second drone's clock goes on where the first one's stopped, and its looks count again
    again = score(of, [track, track], np.random.default_rng(0))
    assert again.likelihood == pytest.approx(got.likelihood)
    assert again.time_discounted == pytest.approx(0.001 * looks.sum() * (1 + 0.999**200))


def test_people_are_drawn_as_the_map_says_and_found_within_reach() -> None:
    grid = Grid(crs=CRS, x_west_m=0.0, y_north_m=900.0, cell_m=30.0, height=30, width=30)
    values = np.zeros(grid.shape)
    values[3, 3] = values[27, 27] = 0.4
    of = DroneTask(poa=Raster(values, grid, "poa"), n_drones=1, length_m=1000.0)
    # a cell's farthest corner is 21.2 m from its middle, within reach: all of one cell's people, half of all
    over_one = np.array([[105.0, 795.0], [106.0, 795.0]])
    got = score(of, [over_one], np.random.default_rng(5))
    assert got.likelihood == pytest.approx(0.4, rel=0.01)
    assert 0.3 < got.victims < 0.7
    over_both = np.array([[105.0, 795.0], [825.0, 75.0]])
    of_both = DroneTask(poa=of.poa, n_drones=1, length_m=1100.0)
    assert score(of_both, [over_both], np.random.default_rng(5)).victims == 1.0


def test_tracks_beyond_the_rule_are_refused() -> None:
    of = task(1, 100.0)
    track = np.array([[900.0, 900.0], [1000.5, 900.0]])
    with pytest.raises(InvalidInput, match=r"tracks\[0\] is 100.5 m long, 100.0 m are allowed") as caught:
        score(of, [track], np.random.default_rng(0))
    assert caught.value.details == {"field": "tracks", "index": 0}
    with pytest.raises(InvalidInput, match="2 tracks for 1 drones"):
        score(of, [track[:1], track[:1]], np.random.default_rng(0))


@pytest.mark.parametrize("name", PLANNERS)
@pytest.mark.parametrize("n_drones", [1, 3])
def test_every_planner_keeps_the_limit_begins_at_the_middle_and_stays_below_the_bound(name: str, n_drones: int) -> None:
    of = task(n_drones, 9000.0 / n_drones)
    tracks = PLANNERS[name](of, np.random.default_rng(1))
    got = score(of, tracks, np.random.default_rng(1))  # refuses longer ones
    assert 0.0 < got.likelihood <= of.bound
    # pizza and the squares begin with the middle too, the spiral and the circles with the way from there
    assert all(np.hypot(*(track[0] - of.middle_m)) < 1e-6 for track in tracks)


@pytest.mark.slow
def test_planners_that_cover_everything_see_everything() -> None:
    of = task(2, 30_000.0)
    for name in ("spiral", "concentric", "pizza", "wayhome"):
        got = score(of, PLANNERS[name](of, np.random.default_rng(1)), np.random.default_rng(1))
        assert got.likelihood > 0.98 * 0.5, name


def test_a_free_start_is_worth_the_way() -> None:
    paid, free = task(4, 5000.0), task(4, 5000.0, is_start_free=True)
    got = [score(of, PLANNERS["spiral"](of, np.random.default_rng(1)), np.random.default_rng(1)) for of in (paid, free)]
    assert got[0].likelihood < got[1].likelihood


def seen_by_all(of: DroneTask) -> tuple[float, float]:
    """Likelihood of ours, and of the best of the others."""
    seen = {
        name: score(of, planner(of, np.random.default_rng(1)), np.random.default_rng(1)).likelihood
        for name, planner in PLANNERS.items()
    }
    return seen.pop("wayhome"), max(seen.values())


@pytest.mark.parametrize("n_drones", [1, 3])
def test_on_a_round_hill_nobody_sees_more_than_ours(n_drones: int) -> None:
    of = task(n_drones, 18_000.0 / n_drones)
    ours, best_other = seen_by_all(of)
    assert ours > 0.999 * best_other  # a spiral is all but the best there is
    assert ours > 0.96 * of.bound


@pytest.mark.parametrize("n_drones", [1, 3])
def test_where_the_map_is_not_round_ours_sees_clearly_more(n_drones: int) -> None:
    of = task(n_drones, 12_000.0 / n_drones)
    grid = of.poa.grid
    lakes = sum(grid.distance_m(x, y) < 200.0 for x, y in ((700.0, 700.0), (1250.0, 900.0), (600.0, 1200.0)))
    values = np.where(lakes, 0.1, 1.0) * of.poa.values
    holed = DroneTask(poa=Raster(values / values.sum(), grid, "poa"), n_drones=n_drones, length_m=of.length_m)
    ours, best_other = seen_by_all(holed)
    assert ours > 1.05 * best_other


def test_ours_is_the_same_for_the_same_chance() -> None:
    one, other = (wayhome(task(length_m=4000.0), np.random.default_rng(4))[0] for _ in range(2))
    assert np.array_equal(one, other)
