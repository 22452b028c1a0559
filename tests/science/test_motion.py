"""Walkers against theory worked out by hand: speeds, turns, barriers, routes, searches, lines and weights."""

from __future__ import annotations

from itertools import pairwise
from math import exp, inf, pi

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.science.encounter import DIRECTION, ROUTE, STRATEGIES
from wayhome.science.land import Land
from wayhome.science.land import land as land_of
from wayhome.science.motion import Walkers, advance, distance_weights, occupancy, set_out
from wayhome.science.movement import Movement, calibrated, movement
from wayhome.science.network import links_of
from wayhome.science.terrain import Ground

CELL_M = 30.0
LEVEL_MPS = 6.0 / 3.6 * exp(-3.5 * 0.05)  # Tobler 1993 on the level
HOUR = 3600.0


def grid(side: int = 201) -> Grid:
    return Grid(crs="EPSG:32633", x_west_m=500_000.0, y_north_m=5_000_000.0, cell_m=CELL_M, height=side, width=side)


def middle(of: Grid) -> tuple[float, float]:
    return 0.5 * (of.x_west_m + of.x_east_m), 0.5 * (of.y_south_m + of.y_north_m)


def flat(side: int = 201, **layers: object) -> Land:
    return land_of(Ground(**layers), grid(side))[0]  # type: ignore[arg-type]


def lake(side: int, wet: np.ndarray) -> Land:
    """Grassland (NLCD 71) with open water (11), which nobody enters."""
    cover = np.where(wet, 11, 71).astype(np.uint8)
    return flat(side, landcover=Raster(cover, grid(side), "landcover"), legend="nlcd")


def mover(strategy: str, **changes: object) -> Movement:
    """Walks on for ever by one strategy, without rests."""
    plain, _ = movement("lost", "hiker")
    return plain.replace(
        **{
            **dict(strategies={strategy: 1.0}, rest_share=0.0, night_factor=1.0, hold_s=1e9, course_s=1e12),
            **dict(levels=(0.001, 0.002), mobility_h=(1e6, 1e6), turn_back_per_h=0.0),
            **changes,
        }
    )


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def away_m(of: Walkers) -> np.ndarray:
    return np.hypot(of.x_m - of.ipp_xy_m[0], of.y_m - of.ipp_xy_m[1])


def world() -> tuple[Land, Movement]:
    """Hills, a lake, a trail and a road that cross; everybody's strategy somewhere."""
    side = 201
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    dem = Raster((80 * np.sin(x / 15) * np.cos(y / 20)).astype(np.float32), grid(side), "elevation_m")
    wet = (x - 130) ** 2 + (y - 80) ** 2 < 400
    cover = Raster(np.where(wet, 11, np.where(x > 90, 41, 71)).astype(np.uint8), grid(side), "landcover")
    g = grid(side)
    trail = np.array([[g.x_west_m - 50.0, g.y_north_m - 2500.0], [g.x_east_m + 50.0, g.y_north_m - 3300.0]])
    road = np.array([[g.x_west_m + 2000.0, g.y_north_m + 10.0], [g.x_west_m + 3100.0, g.y_south_m - 10.0]])
    of, _ = land_of(Ground(dem=dem, landcover=cover, legend="nlcd", lines={"trail": (trail,), "road": (road,)}), g)
    shares = dict.fromkeys(STRATEGIES, 1.0 / len(STRATEGIES))
    mixed = movement("lost", "hiker")[0].replace(strategies=shares, hold_s=900.0, mobility_h=(0.5, 3.0, 6.0, 14.0))
    return of, mixed


def state(of: Walkers) -> list[np.ndarray]:
    return [np.asarray(part) for part in of.herd]


# --- the same answer, however it is come by ---------------------------------------------------------


def test_same_seed_same_walkers_and_threads_and_cuts_change_nothing() -> None:
    land, moves = world()
    line = np.array([[500_000.0, 4_997_000.0], [506_000.0, 4_997_900.0]])
    rates = rng().random((2, *land.grid.shape)).astype(np.float32) * 1e-4
    begin = set_out(land, moves, middle(land.grid), 20_000, rng(7), spread_m=200.0, goal_xy_m=(501_000.0, 4_996_000.0))
    nights = ((2 * HOUR, 5 * HOUR),)
    whole, passed = advance(begin, land, moves, 9 * HOUR, nights=nights, hazards=rates, lines=[line], threads=1)
    again, _ = advance(begin, land, moves, 9 * HOUR, nights=nights, hazards=rates, lines=[line], threads=2)
    first, passed_1 = advance(begin, land, moves, 4321.0, nights=nights, hazards=rates, lines=[line])
    then, passed_2 = advance(first, land, moves, 9 * HOUR, nights=nights, hazards=rates, lines=[line])
    assert first.at_s == 4320.0 and then.at_s == whole.at_s == 9 * HOUR
    for a, b, c in zip(state(whole), state(again), state(then), strict=True):
        assert np.array_equal(a, b) and np.array_equal(a, c)
    assert passed_1.exposure + passed_2.exposure == pytest.approx(passed.exposure, rel=1e-9, abs=1e-12)
    assert np.array_equal(np.minimum(passed_1.crossed_at_s, passed_2.crossed_at_s), passed.crossed_at_s)
    other = advance(set_out(land, moves, middle(land.grid), 20_000, rng(8)), land, moves, 9 * HOUR)[0]
    assert not np.array_equal(other.x_m, whole.x_m)
    assert np.isfinite(passed.crossed_at_s).any() and (whole.left_side >= 0).any()


def test_recording_changes_no_way() -> None:
    land, moves = world()
    begin = set_out(land, moves, middle(land.grid), 5_000, rng(3))
    line = np.array([[500_000.0, 4_997_000.0], [506_000.0, 4_997_900.0]])
    plain, _ = advance(begin, land, moves, 5 * HOUR)
    watched, _ = advance(
        begin, land, moves, 5 * HOUR, lines=[line], hazards=np.zeros((1, *land.grid.shape), np.float32)
    )
    for a, b in zip(state(plain), state(watched), strict=True):
        assert np.array_equal(a, b)


# --- the ground -------------------------------------------------------------------------------------


def test_speed_on_the_level_and_up_a_slope_is_toblers() -> None:
    side, slope = 201, 0.2
    g = grid(side)
    x0, y0 = middle(g)
    dem = Raster(np.tile(slope * g.x_m(), (side, 1)).astype(np.float32) - 100_000.0, g, "elevation_m")
    tilted, _ = land_of(Ground(dem=dem), g)
    up_mps = 6.0 / 3.6 * exp(-3.5 * abs(slope + 0.05))
    down_mps = 6.0 / 3.6 * exp(-3.5 * abs(-slope + 0.05))
    for land, bearing, mps in ((flat(), 90.0, LEVEL_MPS), (tilted, 90.0, up_mps), (tilted, 270.0, down_mps)):
        begin = set_out(land, mover("direction"), (x0, y0), 3, rng(), toward_deg=bearing, dispersion_deg=(0, 0, 0, 0))
        begin = Walkers(begin.grid, begin.ipp_xy_m, None, 0.0, begin.herd)
        end, _ = advance(begin, land, mover("direction"), 1200.0)
        straight = np.abs((begin.heading_deg - bearing + 180.0) % 360.0 - 180.0) < 1.0
        assert straight.any()
        assert away_m(end)[straight] == pytest.approx(1200.0 * mps, rel=2e-3)


def test_barriers_are_never_entered_and_stop_who_heads_for_them() -> None:
    side = 121
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    wet = (np.abs(x - 80) < 1) | ((x + y == 90) & (x > 20))  # walls one cell thick; the second one of corners
    land = lake(side, wet)
    g = land.grid
    start = (g.x_west_m + 60.5 * CELL_M, g.y_north_m - 60.5 * CELL_M)
    for strategy in ("direction", "random", "goal", "evade"):
        moves = mover(strategy, pace_factor=3.0)
        walkers = set_out(land, moves, start, 3_000, rng(), spread_m=100.0, goal_xy_m=(start[0] + 900.0, start[1]))
        for k in range(1, 60):
            walkers, _ = advance(walkers, land, moves, k * 60.0)
            there = np.isinf(walkers.left_at_s)
            col, row = walkers.herd.col[there].astype(int), walkers.herd.row[there].astype(int)
            assert not wet[row, col].any()
        assert (walkers.herd.col <= 80.0).all()  # the wall spans the map: nobody is beyond it


def test_land_tells_what_it_lacks() -> None:
    g = grid(21)
    of, told = land_of(Ground(), g)
    assert of.speed_mps == pytest.approx(np.full(g.shape, LEVEL_MPS))
    for lacking in ("terrain", "cover", "route"):
        assert any(lacking in caveat for caveat in told)
    other = Raster(np.zeros((9, 9), np.float32), grid(9), "elevation_m")
    with pytest.raises(MismatchError):
        land_of(Ground(dem=other), g)


def test_walkers_from_within_a_lake_start_on_its_shore() -> None:
    side = 41
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    wet = (x - 20) ** 2 + (y - 20) ** 2 < 25
    land = lake(side, wet)
    begin = set_out(land, mover("random"), middle(land.grid), 10, rng())
    assert not wet[begin.herd.row.astype(int), begin.herd.col.astype(int)].any()
    assert away_m(begin) == pytest.approx(np.full(10, 5 * CELL_M))  # the first dry cell is five cells off


# --- time -------------------------------------------------------------------------------------------


def test_mobility_has_the_tables_quantiles_and_an_atom() -> None:
    moves, _ = movement("lost", "hiker")  # 0, 3, 6, 14 h at 25, 50, 75, 95 %
    n = 40_000
    hours = set_out(flat(21), moves, middle(grid(21)), n, rng()).mobile_until_s / HOUR
    assert (hours == 0.0).mean() == pytest.approx(0.25, abs=4 * (0.25 * 0.75 / n) ** 0.5)
    for level, quantile in ((0.375, 1.5), (0.5, 3.0), (0.625, 4.5), (0.75, 6.0), (0.85, 10.0), (0.95, 14.0)):
        assert (hours <= quantile).mean() == pytest.approx(level, abs=4 * (level * (1 - level) / n) ** 0.5)
    # beyond: exponential with the rate of the last interval, 8 h for a factor of 5, so 1 % are left at 22 h
    assert float(moves.mobile_s(0.99)) / HOUR == pytest.approx(22.0)
    assert float(movement("lost", "child_10_12")[0].mobile_s(0.125)) / HOUR == pytest.approx(0.5)  # no atom there


def test_walkers_stop_when_their_time_is_over() -> None:
    moves = mover("direction", levels=(0.5, 0.9), mobility_h=(0.5, 0.5))
    begin = set_out(flat(), moves, middle(grid()), 2_000, rng())
    end, _ = advance(begin, flat(), moves, HOUR)
    # to the second, although it is no whole number of steps
    assert away_m(end) == pytest.approx(np.minimum(begin.mobile_until_s, HOUR) * LEVEL_MPS, rel=1e-3, abs=0.1)
    later, _ = advance(end, flat(), moves, 3 * HOUR)
    assert np.array_equal(later.x_m, end.x_m)


def test_night_and_rests_take_their_share() -> None:
    land, n = flat(401), 2_000
    sleepers = mover("direction", night_factor=0.0)
    begin = set_out(land, sleepers, middle(land.grid), n, rng())
    end, _ = advance(begin, land, sleepers, 2 * HOUR, nights=((600.0, 4200.0),))
    assert away_m(end) == pytest.approx(np.full(n, HOUR * LEVEL_MPS), rel=1e-3)
    resting = mover("direction", rest_share=0.4, rest_s=300.0)
    end, _ = advance(set_out(land, resting, middle(land.grid), n, rng()), land, resting, HOUR)
    # starting awake, on/off with rates a = 1/450 and b = 1/300 per s: mean share awake = 0.6 + 0.4 (1 - e^-rT)/(rT)
    r_t = (1 / 450 + 1 / 300) * HOUR
    expected = 0.6 + 0.4 * (1 - exp(-r_t)) / r_t
    assert away_m(end).mean() / (HOUR * LEVEL_MPS) == pytest.approx(expected, abs=0.02)


# --- ways -------------------------------------------------------------------------------------------


def test_random_walk_spreads_as_theory_says() -> None:
    # correlated random walk, n steps of length l, mean cosine c of the turn (Kareiva & Shigesada 1983):
    # E r^2 = n l^2 + 2 l^2 c/(1 - c) (n - (1 - c^n)/(1 - c))
    land, n = flat(601), 20_000
    for memory_s in (1.0, 300.0, 1200.0):
        moves = mover("random", wander_s=memory_s)
        end, _ = advance(set_out(land, moves, middle(land.grid), n, rng()), land, moves, 100 * 60.0)
        c, step = exp(-60.0 / memory_s), 60.0 * LEVEL_MPS
        expected = step**2 * (100 + 2 * c / (1 - c) * (100 - (1 - c**100) / (1 - c)))
        assert (away_m(end) ** 2).mean() == pytest.approx(expected, rel=0.04)
        assert end.x_m.mean() == pytest.approx(end.ipp_xy_m[0], abs=5 * (expected / n) ** 0.5)


def test_intended_direction_has_the_dispersion_asked_for() -> None:
    n = 40_000
    begin = set_out(
        flat(21), mover("direction"), middle(grid(21)), n, rng(), toward_deg=350, dispersion_deg=(2, 23, 64, 132)
    )
    off = (begin.heading_deg - 350.0 + 180.0) % 360.0 - 180.0
    for level, angle in ((0.25, 2.0), (0.5, 23.0), (0.75, 64.0), (0.95, 132.0)):
        assert (np.abs(off) <= angle).mean() == pytest.approx(level, abs=0.01)
    assert (off > 0).mean() == pytest.approx(0.5, abs=0.01)


def test_goal_is_reached_and_kept() -> None:
    land = flat()
    x, y = middle(land.grid)
    goal = (x + 900.0, y + 1200.0)
    moves = mover("goal")
    end, _ = advance(set_out(land, moves, (x, y), 100, rng(), goal_xy_m=goal), land, moves, 2 * HOUR)
    assert np.hypot(end.x_m - goal[0], end.y_m - goal[1]).max() < 0.01
    assert end.mobile_until_s == pytest.approx(np.full(100, 1500.0 / LEVEL_MPS), rel=1e-3)
    none, _ = advance(set_out(land, moves, (x, y), 100, rng()), land, moves, 1800.0)
    assert away_m(none) == pytest.approx(np.full(100, 1800.0 * LEVEL_MPS), rel=1e-3)  # no goal: straight on


def trails(side: int = 201) -> tuple[Land, np.ndarray]:
    g = grid(side)
    x, y = middle(g)
    winding = np.array([[x + s, y + 250.0 * np.cos(s / 300.0) - 250.0] for s in np.linspace(-2900, 2900, 400)])
    across = np.array([[x + 15.0, y - 2900.0], [x + 15.0, y + 2900.0]])
    land, _ = land_of(Ground(lines={"trail": (winding, across)}), g)
    return land, winding


def test_route_walkers_stay_on_routes_and_take_all_ways() -> None:
    land, _ = trails()
    moves = mover("route")
    x, y = middle(land.grid)
    walkers = set_out(land, moves, (x, y), 2_000, rng())
    for k in range(2, 30):
        walkers, _ = advance(walkers, land, moves, k * 60.0)
        assert land.is_route[walkers.herd.row.astype(int), walkers.herd.col.astype(int)].all()
    end, _ = advance(walkers, land, moves, 0.5 * HOUR)
    # straight along the second trail: path speed, less than one cell short of it
    north = np.abs(end.x_m - (x + CELL_M)) < 1.0  # the column that the second trail runs in
    # half set out west; the other half comes to the second trail at once and has three ways to go on
    assert 0.15 < north.mean() < 0.5
    furthest = np.abs(end.y_m[north] - y).max()
    assert 0.5 * HOUR * LEVEL_MPS - 2 * CELL_M <= furthest <= 0.5 * HOUR * LEVEL_MPS + CELL_M
    for side in (end.x_m < x - 200, end.x_m > x + 200, end.y_m > y + 800, end.y_m < y - 800):
        assert side.mean() > 0.07


def test_routes_are_sought_within_reach_only() -> None:
    land, _ = trails()
    x, y = middle(land.grid)
    near, far = (x + 200.0, y + 1500.0), (x + 1500.0, y + 1500.0)
    moves = mover("route", route_reach_m=300.0)
    on, _ = advance(set_out(land, moves, near, 200, rng()), land, moves, 1200.0)
    assert land.is_route[on.herd.row.astype(int), on.herd.col.astype(int)].all()
    off, _ = advance(set_out(land, moves, far, 200, rng()), land, moves, 300.0)
    assert not land.is_route[off.herd.row.astype(int), off.herd.col.astype(int)].any()
    assert (off.strategy == ROUTE).all()


def test_intended_direction_picks_the_way_along_a_route() -> None:
    land, _ = trails()
    moves = mover("route")
    begin = set_out(
        land,
        moves,
        (middle(land.grid)[0] + 15.0, middle(land.grid)[1] + 1000.0),
        4_000,
        rng(),
        toward_deg=0.0,
        dispersion_deg=(0, 5, 20, 60),
    )
    end, _ = advance(begin, land, moves, 1200.0)
    # five in a hundred lie evenly between 60 and 180 degrees, so three quarters of them turn south
    assert (end.y_m > begin.y_m).mean() == pytest.approx(1 - 0.05 * 0.75, abs=0.015)


def test_vehicles_leave_by_road() -> None:
    g = grid()
    x, y = middle(g)
    road = np.array([[g.x_west_m - 100.0, y], [g.x_east_m + 100.0, y]])
    land, _ = land_of(Ground(lines={"road": (road,)}), g)
    moves = mover("vehicle", vehicle_mps=15.0)
    end, _ = advance(set_out(land, moves, (x, y), 1_000, rng()), land, moves, HOUR)
    assert np.isfinite(end.left_at_s).all()
    assert set(end.left_side.tolist()) == {1, 3}  # east and west
    assert (end.left_side == 1).mean() == pytest.approx(0.5, abs=0.07)
    # half of 201 cells at 15 m/s; they stand on the road
    assert end.left_at_s == pytest.approx(np.full(1_000, 0.5 * 201 * CELL_M / 15.0), abs=3.0)


def test_evaders_go_away_and_keep_off_routes() -> None:
    g = grid(401)
    x, y = middle(g)
    road = np.array([[g.x_west_m, y - 60.0], [g.x_east_m, y - 60.0]])
    land, _ = land_of(Ground(lines={"road": (road,)}), g)
    moves = mover("evade")
    end, _ = advance(set_out(land, moves, (x, y), 500, rng(), spread_m=20.0), land, moves, HOUR)
    assert away_m(end).min() > 0.8 * HOUR * 0.6 * LEVEL_MPS  # 0.6 off the road
    assert not land.is_route[end.herd.row.astype(int), end.herd.col.astype(int)].any()
    assert (np.abs(end.y_m - (y - 60.0)) > 100.0).all()


def test_evaders_prefer_cover() -> None:
    side = 201
    g = grid(side)
    x, y = middle(g)
    wood = np.zeros(g.shape, bool)
    wood[:, :105] = True  # forest to the west, begins east of the IPP
    cover = Raster(np.where(wood, 42, 71).astype(np.uint8), g, "landcover")
    land, _ = land_of(Ground(landcover=cover, legend="nlcd"), g)
    moves = mover("evade")
    end, _ = advance(set_out(land, moves, (x, y), 1_000, rng()), land, moves, 0.5 * HOUR)
    assert land.has_cover[end.herd.row.astype(int), end.herd.col.astype(int)].mean() > 0.6  # 0.53 by direction alone


def test_view_seekers_climb_and_stay_on_top_and_backtrackers_return() -> None:
    side = 101
    g = grid(side)
    x, y = middle(g)
    top = (x + 600.0, y)
    hill = 300.0 * np.exp(-0.5 * (g.distance_m(*top) / 500.0) ** 2)
    land, _ = land_of(Ground(dem=Raster(hill.astype(np.float32), g, "elevation_m")), g)
    moves = mover("view")
    end, _ = advance(set_out(land, moves, (x, y), 50, rng()), land, moves, 2 * HOUR)
    # the relief is smoothed, so the top is where its slope falls below 2 %: within 2 cells and a step
    assert np.hypot(end.x_m - top[0], end.y_m - top[1]).max() < 150.0
    out = mover("direction")
    gone, _ = advance(set_out(land, out, (x, y), 200, rng()), land, out, 900.0)
    gone.herd.strategy[:] = STRATEGIES.index("backtrack")
    back, _ = advance(gone, land, mover("backtrack"), 3 * HOUR)
    assert away_m(gone).min() > 300.0 and away_m(back).max() < 1.0


def test_strategies_are_drawn_in_their_shares() -> None:
    land, _ = trails()
    hiker, _ = movement("lost", "hiker")
    moves = hiker.replace(levels=(0.001, 0.002), mobility_h=(1e6, 1e6), hold_s=300.0)
    n = 20_000
    begin = set_out(land, moves, middle(land.grid), n, rng())
    end, _ = advance(begin, land, moves, 1200.0)
    for of in (begin, end):
        assert (of.strategy == DIRECTION).mean() == pytest.approx(0.559, abs=0.02)
        assert (of.strategy == ROUTE).mean() == pytest.approx(0.377, abs=0.02)
    # held 300 s on average: e^-4 still have their first choice, others draw again
    same = (end.strategy == begin.strategy).mean()
    alike = sum(share**2 for share in moves.strategies.values())
    assert same == pytest.approx(exp(-4) + (1 - exp(-4)) * alike, abs=0.02)


def test_who_walks_off_the_map_is_gone_with_time_and_side() -> None:
    land = flat(101)
    moves = mover("direction")
    x, y = middle(land.grid)
    half = 50.5 * CELL_M
    for bearing, side in ((0.0, 0), (90.0, 1), (180.0, 2), (270.0, 3)):
        begin = set_out(land, moves, (x, y), 20, rng(), toward_deg=bearing, dispersion_deg=(0, 0, 0, 0))
        end, _ = advance(begin, land, moves, HOUR)
        ahead = np.abs((begin.heading_deg - bearing + 180.0) % 360.0 - 180.0) < 20.0
        off = np.radians(begin.heading_deg - bearing)
        assert (end.left_side[ahead] == side).all()
        # the heading is drawn back to the intended one on the way, which shortens it
        assert (end.left_at_s[ahead] <= half / LEVEL_MPS / np.cos(off[ahead]) + 0.5).all()
        assert (end.left_at_s[ahead] >= half / LEVEL_MPS - 0.5).all()


# --- what is met on the way --------------------------------------------------------------------------


def test_exposure_is_rate_times_time() -> None:
    land, n = flat(101), 500
    rates = np.zeros((2, *land.grid.shape), np.float32)
    rates[0] = 1e-3
    rates[1, 50, 50] = 2e-3
    still = movement("not_missing")[0]
    end, passed = advance(set_out(land, still, middle(land.grid), n, rng()), land, still, HOUR, hazards=rates)
    assert passed.exposure == pytest.approx(np.tile([3.6, 7.2], (n, 1)), rel=1e-6)
    moves = movement("lost", "hiker")[0]
    end, passed = advance(set_out(land, moves, middle(land.grid), n, rng()), land, moves, HOUR, hazards=rates[:1])
    here = np.isinf(end.left_at_s)
    assert passed.exposure[here, 0] == pytest.approx(np.full(here.sum(), 3.6), rel=1e-5)
    assert passed.exposure[~here, 0] == pytest.approx(1e-3 * end.left_at_s[~here], rel=0.05)


def test_exposure_on_a_route_counts_all_of_the_time() -> None:
    land, _ = trails()
    moves = mover("route", rest_share=0.3)
    rates = np.where(land.is_route, 1e-3, 0.0).astype(np.float32)[None]
    begin, _ = advance(set_out(land, moves, middle(land.grid), 300, rng()), land, moves, 180.0)
    end, passed = advance(begin, land, moves, 180.0 + 1200.0, hazards=rates)
    assert np.isinf(end.left_at_s).all()
    assert passed.exposure[:, 0] == pytest.approx(np.full(300, 1.2), rel=0.02)


def test_a_strip_is_felt_for_the_time_it_takes_to_cross() -> None:
    land = flat(201)
    moves = mover("direction")
    rates = np.zeros((1, *land.grid.shape), np.float32)
    rates[0, :, 110:120] = 1e-3  # 300 m wide
    begin = set_out(land, moves, middle(land.grid), 400, rng(), toward_deg=90.0, dispersion_deg=(0, 0, 0, 0))
    _, passed = advance(begin, land, moves, 1200.0, hazards=rates)
    on = np.abs((begin.heading_deg - 90.0 + 180) % 360 - 180) < 1.0
    assert passed.exposure[on, 0] == pytest.approx(np.full(on.sum(), 1e-3 * 300.0 / LEVEL_MPS), rel=0.15)


def test_a_line_is_crossed_when_a_straight_walker_meets_it() -> None:
    land = flat()
    x, y = middle(land.grid)
    moves = mover("direction")
    n = 3_000
    begin = set_out(land, moves, (x, y), n, rng())
    bend = np.array([[x + 500.0, y - 2000.0], [x + 500.0, y + 100.0], [x - 1500.0, y + 1000.0]])
    far = np.array([[x - 5000.0, y - 5000.0], [x - 4900.0, y - 5000.0]])  # off the map
    _, passed = advance(begin, land, moves, 0.5 * HOUR, lines=[bend, far])
    angle = np.radians(begin.heading_deg)
    way = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    expected = np.full(n, inf)
    for a, b in pairwise(bend):
        p, q = a - (x, y), b - a
        across = way[:, 0] * q[1] - way[:, 1] * q[0]
        s, u = (p[0] * q[1] - p[1] * q[0]) / across, (p[0] * way[:, 1] - p[1] * way[:, 0]) / across
        met = (s > 0) & (u >= 0) & (u <= 1) & (s <= 0.5 * HOUR * LEVEL_MPS)
        expected = np.where(met, np.minimum(expected, s / LEVEL_MPS), expected)
    close = np.isfinite(expected) & (expected > 0.5 * HOUR - 1.0)  # may fall either side of the end
    assert np.array_equal(np.isfinite(passed.crossed_at_s[~close, 0]), np.isfinite(expected[~close]))
    met = np.isfinite(passed.crossed_at_s[:, 0]) & np.isfinite(expected)
    assert 0.3 < met.mean() < 0.9
    assert passed.crossed_at_s[met, 0] == pytest.approx(expected[met], abs=0.5)
    assert np.isinf(passed.crossed_at_s[:, 1]).all()


def test_a_line_is_crossed_on_a_route_too() -> None:
    g = grid()
    x, y = middle(g)
    trail = np.array([[x, y - 2900.0], [x, y + 2900.0]])
    land, _ = land_of(Ground(lines={"trail": (trail,)}), g)
    moves = mover("route")
    gate = np.array([[x - 100.0, y + 600.0], [x + 100.0, y + 600.0]])
    end, passed = advance(set_out(land, moves, (x, y), 400, rng()), land, moves, 900.0, lines=[gate])
    assert np.array_equal(np.isfinite(passed.crossed_at_s[:, 0]), end.y_m > y + 600.0)
    met = np.isfinite(passed.crossed_at_s[:, 0])
    assert met.any() and passed.crossed_at_s[met, 0] == pytest.approx(np.full(met.sum(), 600.0 / LEVEL_MPS), abs=25.0)


# --- maps and weights ---------------------------------------------------------------------------------


def test_occupancy_sums_to_one_with_the_rest_of_the_world() -> None:
    land, moves = world()
    end, _ = advance(set_out(land, moves, middle(land.grid), 5_000, rng()), land, moves, 9 * HOUR)
    weights = rng(5).random(5_000)
    is_open = land.speed_mps > 0
    for of_grid in (land.grid, grid(61)):
        for smooth_m in (0.0, 40.0, 700.0):
            mask = is_open if of_grid == land.grid else None
            poa, rest = occupancy(end, of_grid, weights, smooth_m, mask)
            assert poa.quantity == "poa"
            assert float(poa.values.sum()) + rest == pytest.approx(1.0, abs=1e-12)
            assert (np.asarray(poa.values) >= 0.0).all()
            if mask is not None:
                assert float(np.asarray(poa.values)[~mask].sum()) == 0.0
    gone = np.isfinite(end.left_at_s)
    poa, rest = occupancy(end, land.grid, weights)
    assert gone.any() and rest == pytest.approx(weights[gone].sum() / weights.sum())
    one, _ = occupancy(end, land.grid)
    assert (
        float(np.asarray(one.values)[end.herd.row[~gone].astype(int)[0], end.herd.col[~gone].astype(int)[0]])
        >= 1 / 5_000
    )


def test_distance_weights_give_the_law_asked_for() -> None:
    land, moves = flat(301), movement("lost", "hiker")[0]
    n = 20_000
    ipp = middle(land.grid)
    end, _ = advance(set_out(land, moves, ipp, n, rng(), spread_m=50.0), land, moves, 48 * HOUR)

    def law(distance_m: np.ndarray) -> np.ndarray:
        return 1.0 - np.exp(-((np.asarray(distance_m) / 1500.0) ** 1.2))

    weights, effective = distance_weights(end, ipp, law, floor_share=0.0)
    assert weights.sum() == pytest.approx(1.0) and (weights >= 0.0).all()
    here = np.isinf(end.left_at_s)
    for distance in (200.0, 500.0, 1000.0, 2000.0, 3500.0):
        within = here & (away_m(end) <= distance)
        assert weights[within].sum() == pytest.approx(float(law(np.array(distance))), abs=0.01)
    assert effective == pytest.approx(1.0 / np.sum(weights**2)) and 100 < effective < n
    floored, more = distance_weights(end, ipp, law, floor_share=0.2)
    assert floored.min() >= 0.2 / n and more > effective
    near, _ = advance(set_out(land, mover("random"), ipp, n, rng()), land, mover("random"), HOUR)
    _, full = distance_weights(near, ipp, lambda d: np.argsort(np.argsort(d)) / n, floor_share=0.0)  # their own law
    assert full > 0.99 * n


def test_distance_weights_stand_ties() -> None:
    land, still = flat(21), movement("not_missing")[0]
    begin = set_out(land, still, middle(land.grid), 50, rng())
    weights, effective = distance_weights(begin, begin.ipp_xy_m, lambda d: np.asarray(d) / 1000.0)
    assert weights == pytest.approx(np.full(50, 0.02)) and effective == pytest.approx(50.0)


# --- movements ----------------------------------------------------------------------------------------


def test_hikers_profile_is_the_published_one() -> None:
    hiker, told = movement("lost", "hiker")
    # Hashimoto et al. 2022: RW .055, RT .377, DT .559, SP .003, VE .006, BT 0
    published = {"random": 0.055, "route": 0.377, "direction": 0.559, "stay": 0.003, "view": 0.006, "backtrack": 0.0}
    assert hiker.strategies == published and hiker.source == "hashimoto2022"
    assert any("own choice" in caveat for caveat in told)


@pytest.mark.parametrize(
    ("kind", "category"),
    [(kind, None) for kind in ("lost", "despondent", "runaway", "evading", "medical", "influenced", "taken")]
    + [
        ("left_by_vehicle", None),
        ("not_missing", None),
        ("lost", "dementia"),
        ("lost", "child_7_9"),
        ("lost", "angler"),
    ],
)
def test_every_kind_moves_and_says_what_is_judgement(kind: str, category: str | None) -> None:
    moves, told = movement(kind, category)
    assert sum(moves.strategies.values()) == pytest.approx(1.0)
    assert told and moves.doubt
    assert Movement.from_json(moves.as_json()) == moves
    hours = moves.mobile_s(np.linspace(0.0, 0.999, 500))
    assert (np.diff(hours) >= 0.0).all() and np.isfinite(hours).all()


def test_movement_refuses_what_cannot_be() -> None:
    hiker, _ = movement("lost", "hiker")
    for wrong in (
        {"strategies": {"fly": 1.0}},
        {"strategies": {"random": 0.5}},
        {"rest_share": 1.0},
        {"mobility_h": (3.0, 2.0, 6.0, 14.0)},
        {"hold_s": 0.0},
    ):
        with pytest.raises(InvalidInput):
            hiker.replace(**wrong)
    with pytest.raises(InvalidInput, match="abducted"):
        movement("abducted")
    assert hiker.with_goal(0.4).strategies["goal"] == 0.4
    assert hiker.with_goal(0.4).strategies["direction"] == pytest.approx(0.6 * 0.559)


def simulated(
    pace: float, rest_share: float, rest_s: float, memory_s: float, seed: int
) -> list[tuple[np.ndarray, ...]]:
    """Tracks of a walker written here: normal turns, geometric walks and rests, a fix a minute."""
    draws = rng(seed)
    spread = (2.0 * 60.0 / memory_s) ** 0.5  # a normal turn of variance v has mean cosine exp(-v/2)
    tracks = []
    for _ in range(60):
        x, y, heading, rests = [500_500.0], [4_999_500.0], draws.uniform(0, 2 * pi), draws.random() < rest_share
        for _ in range(240):
            heading += draws.normal(0.0, spread)
            step = 0.0 if rests else 60.0 * pace * LEVEL_MPS
            x.append(x[-1] + step * np.cos(heading))
            y.append(y[-1] + step * np.sin(heading))
            mean_s = rest_s if rests else rest_s * (1.0 - rest_share) / rest_share
            if draws.random() < 60.0 / mean_s:
                rests = not rests
        tracks.append((np.array(x), np.array(y), 60.0 * np.arange(241)))
    return tracks


def test_calibration_recovers_what_made_the_tracks() -> None:
    tracks = simulated(0.8, 0.3, 600.0, 900.0, seed=4)
    found, report = calibrated(movement("lost", "hiker")[0], tracks)
    assert report.n_tracks == 60 and report.hours == pytest.approx(240.0)
    assert found.pace_factor == pytest.approx(0.8, rel=1e-6)
    assert report.pace_factor_se < 1e-6  # these walkers never vary
    assert found.rest_share == pytest.approx(0.3, abs=0.04)
    assert found.rest_s == pytest.approx(600.0, rel=0.15)
    assert found.course_s == pytest.approx(900.0, rel=0.1)
    assert found.wander_s == movement("lost", "hiker")[0].wander_s


def test_calibration_takes_the_ground_into_account() -> None:
    side = 201
    g = grid(side)
    dem = Raster(np.tile(0.1 * (g.x_m() - g.x_west_m), (side, 1)).astype(np.float32), g, "elevation_m")
    land, _ = land_of(Ground(dem=dem), g)
    x, y = middle(g)
    mps = 0.7 * 6.0 / 3.6 * exp(-3.5 * 0.15)  # up a tenth, at seven tenths of Tobler's speed
    track = (x + mps * 60.0 * np.arange(40), np.full(40, y), 60.0 * np.arange(40))
    found, _ = calibrated(movement("lost", "hiker")[0], [track], land=land, heading="wander_s")
    assert found.pace_factor == pytest.approx(0.7, rel=1e-4)
    with pytest.raises(InvalidInput, match="30"):
        calibrated(movement("lost", "hiker")[0], [(x + np.arange(5.0), np.full(5, y), 60.0 * np.arange(5))])


# --- networks ------------------------------------------------------------------------------------------


def test_lines_become_chains_of_cells_that_join_where_they_cross() -> None:
    is_open = np.ones((5, 5), bool)
    straight = np.array([[0.5, 2.5], [4.5, 2.5]])
    links = links_of([straight], is_open)
    east, west = 1 << 2, 1 << 6
    assert links[2].tolist() == [east, east | west, east | west, east | west, west]
    assert links.sum() == links[2].sum()
    # two diagonals that cross between cells
    down, up = np.array([[0.5, 0.5], [3.5, 3.5]]), np.array([[0.5, 3.5], [3.5, 0.5]])
    links = links_of([down, up], np.ones((4, 4), bool))
    assert links[1, 1] & east and links[1, 2] & west
    # a wall cuts a line, on both sides
    is_open[2, 2] = False
    links = links_of([straight], is_open)
    assert links[2].tolist() == [east, west, 0, east, west]


def test_wrong_requests_are_refused_with_a_sentence() -> None:
    land, moves = flat(21), mover("random")
    begin = set_out(land, moves, middle(land.grid), 5, rng())
    with pytest.raises(MismatchError):
        advance(begin, flat(31), moves, 60.0)
    with pytest.raises(MismatchError):
        advance(begin, land, moves, 60.0, hazards=np.zeros((1, 3, 3), np.float32))
    with pytest.raises(InvalidInput):
        advance(begin, land, moves, -60.0)
    with pytest.raises(InvalidInput):
        advance(begin, land, moves, 60.0, hazards=np.full((1, 21, 21), np.nan, np.float32))
    with pytest.raises(InvalidInput, match="outside"):
        set_out(land, moves, (0.0, 0.0), 5, rng())
    with pytest.raises(InvalidInput):
        occupancy(begin, land.grid, np.zeros(5))
