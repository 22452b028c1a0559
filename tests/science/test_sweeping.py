"""Tracks under a limit of length: the limit, barred ground, what was seen counted another way, and the bound."""

from __future__ import annotations

from itertools import pairwise
from math import pi

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.science.lane_repair import is_clear
from wayhome.science.sweeping import Sweep, most_seen, pod_in_reach, sweep

REACH_M = 30.0


def grid(n: int, cell_m: float = 20.0) -> Grid:
    return Grid(crs="EPSG:32631", x_west_m=5000.0, y_north_m=9000.0, cell_m=cell_m, height=n, width=n)


def poa(values: NDArray[np.float64], on: Grid) -> Raster:
    return Raster(values / values.sum(), on, "poa")


def bump(on: Grid, x_m: float, y_m: float, sigma_m: float) -> NDArray[np.float64]:
    return np.exp(-0.5 * (on.distance_m(x_m, y_m) / sigma_m) ** 2)


def length_m(track: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(track, axis=0).T).sum())


def buffered(found: Sweep, on: Grid, reach_m: float) -> NDArray[np.float64]:
    """Share of each cell inside the buffer of the tracks, by polygons: another way than scan lines."""
    lines = [shapely.linestrings(t) if len(t) > 1 else shapely.points(t[0]) for t in found.tracks]
    seen = shapely.union_all(shapely.buffer(lines, reach_m, quad_segs=32))
    y, x = np.meshgrid(on.y_m(), on.x_m(), indexing="ij")
    half = on.cell_m / 2
    cells = shapely.box(x - half, y - half, x + half, y + half)
    return np.asarray(shapely.area(shapely.intersection(cells, seen)) / on.cell_area_m2)


def rough(seed: int, n: int) -> NDArray[np.float64]:
    return np.asarray(np.random.default_rng(seed).random((n, n)) ** 3)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(4, 30),
    searchers=st.integers(1, 3),
    limit_m=st.floats(5.0, 3000.0),
    reach_m=st.floats(5.0, 80.0),
    shut=st.floats(0.0, 0.4),
)
def test_the_laws_of_any_track(seed: int, n: int, searchers: int, limit_m: float, reach_m: float, shut: float) -> None:
    rng, on = np.random.default_rng(seed), grid(n)
    closed = rng.random((n, n)) < shut
    closed[n // 2, n // 2] = False
    starts = np.tile([on.x_m()[n // 2], on.y_m()[n // 2]], (searchers, 1))
    found = sweep(poa(rough(seed, n), on), starts, limit_m, reach_m, rng, Raster(closed, on, "mask"))
    assert len(found.tracks) == searchers
    for track, start in zip(found.tracks, starts, strict=True):
        assert length_m(track) <= limit_m
        assert tuple(track[0]) == tuple(start)
        # closely spaced points of the track lie in no barred cell
        for a, b in pairwise(track):
            for x, y in a + (b - a) * np.linspace(0.0, 1.0, 40)[:, None]:
                cell = on.cell_of(x, y)
                assert cell is not None and not closed[cell]
    assert found.pos <= found.pos_bound + 1e-12
    assert found.pos_bound <= 1.0 + 1e-12


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000), limit_m=st.floats(50.0, 3000.0), reach_m=st.floats(20.0, 80.0))
def test_what_is_said_to_be_seen_is_the_buffer_of_the_tracks(seed: int, limit_m: float, reach_m: float) -> None:
    on = grid(20)
    map_ = poa(rough(seed, 20), on)
    start = [on.x_m()[10], on.y_m()[10]]
    found = sweep(map_, [start, start], limit_m, reach_m, np.random.default_rng(seed))
    share = buffered(found, on, reach_m)
    pod = np.asarray(found.pod.values)
    # never more than a polygon's flattened circles (1 - cos(pi/128) of the reach), and less by the scan lines' loss only
    assert (pod - share).max() < 0.01
    assert (pod * map_.values).sum() == pytest.approx(found.pos, abs=1e-12)
    assert found.pos == pytest.approx((share * map_.values).sum(), rel=0.015)


def test_one_straight_pass_and_a_point_by_hand() -> None:
    on = grid(50)
    middle = [5500.0, 8500.0]
    pass_ = np.array([middle, [5700.0, 8500.0]])
    seen_m2 = float(np.sum(pod_in_reach(on, [pass_], REACH_M).values)) * on.cell_area_m2
    assert seen_m2 == pytest.approx(200.0 * 60.0 + pi * REACH_M**2, rel=0.01)
    assert seen_m2 <= 200.0 * 60.0 + pi * REACH_M**2
    twice = pod_in_reach(on, [pass_, pass_[::-1]], REACH_M)
    assert float(np.sum(twice.values)) * on.cell_area_m2 == pytest.approx(seen_m2, rel=1e-12)
    alone = pod_in_reach(on, [np.array([middle])], REACH_M)
    assert float(np.sum(alone.values)) * on.cell_area_m2 == pytest.approx(pi * REACH_M**2, rel=0.02)


def test_bound_by_hand() -> None:
    on = grid(4, cell_m=100.0)
    values = np.zeros((4, 4))
    values[1, 1], values[1, 2], values[2, 1] = 0.5, 0.3, 0.2
    # reach 10, length 700 from inside the heaviest cell: 2 x 10 x 700 + 100 pi = 14314 m2 = one cell and 0.4314 of the next
    start = [[5150.0, 8850.0]]
    assert most_seen(poa(values, on), start, 700.0, 10.0) == pytest.approx(0.5 + 0.3 * 0.4314159)
    # two searchers see twice as much; the rest of the second cell, and 0.8628 of the third
    assert most_seen(poa(values, on), start * 2, 700.0, 10.0) == pytest.approx(0.8 + 0.2 * 0.8628318)
    # with 5 m of way and 10 m of reach nobody comes to another cell's ground from 50 m away
    far = np.zeros((4, 4))
    far[3, 3] = 1.0
    assert most_seen(poa(far, on), start, 5.0, 10.0) == 0.0


@pytest.mark.slow
def test_an_even_disc_is_swept_without_waste() -> None:
    on = grid(120)
    middle = [5000.0 + 1200.0, 9000.0 - 1200.0]
    map_ = poa((on.distance_m(*middle) < 1100.0).astype(float), on)
    found = sweep(map_, [middle], 30_000.0, REACH_M, np.random.default_rng(1))
    assert found.pos >= 0.97 * found.pos_bound
    assert found.lengths_m[0] >= 0.98 * 30_000.0
    shared = sweep(map_, [middle] * 3, 10_000.0, REACH_M, np.random.default_rng(1))
    assert shared.pos >= 0.95 * shared.pos_bound
    enough = sweep(map_, [middle], 100_000.0, REACH_M, np.random.default_rng(1))
    assert enough.pos >= 0.999


def test_both_of_two_far_places_are_visited_where_that_is_worth_the_way() -> None:
    on = grid(150)
    here, there = (5600.0, 8400.0), (7400.0, 6600.0)
    map_ = poa(bump(on, *here, 150.0) + bump(on, *there, 150.0), on)
    near = [on.distance_m(*place) < 500.0 for place in (here, there)]
    # 2.5 km lie between; from halfway to one and on to the other are 3.8 km
    found = sweep(map_, [[6500.0, 7500.0]], 12_000.0, REACH_M, np.random.default_rng(1))
    held = [float((found.pod.values * map_.values)[place].sum()) for place in near]
    assert min(held) > 0.3
    # with 3 km there is no way to both: all goes to one
    short = sweep(map_, [[6500.0, 7500.0]], 3000.0, REACH_M, np.random.default_rng(1))
    held = [float((short.pod.values * map_.values)[place].sum()) for place in near]
    assert max(held) > 0.1
    assert min(held) < 0.01


@pytest.mark.parametrize("searchers", [1, 2])
def test_scattered_places_are_strung_together_with_little_waste(searchers: int) -> None:
    on, rng = grid(80), np.random.default_rng(1)
    places = np.array([5000.0, 9000.0]) + 1600.0 * rng.random((8, 2)) * (1.0, -1.0)
    map_ = poa(np.sum([bump(on, x, y, 70.0) for x, y in places], axis=0), on)
    found = sweep(map_, [[5800.0, 8200.0]] * searchers, 10_000.0 / searchers, REACH_M, np.random.default_rng(1))
    # the bound knows nothing of the ways between the eight; paths that are not repaired stay below .85
    assert found.pos > 0.9 * found.pos_bound


def test_a_wall_is_looked_over_but_only_passed_through_its_gate() -> None:
    on = grid(80)
    closed = np.zeros((80, 80), bool)
    closed[:, 40:44] = True
    map_ = poa(np.ones((80, 80)), on)
    start = [[5400.0, 8200.0]]
    kept_out = sweep(map_, start, 40_000.0, REACH_M, np.random.default_rng(1), Raster(closed, on, "mask"))
    assert max(track[:, 0].max() for track in kept_out.tracks) < 5800.0
    assert float(np.sum(kept_out.pod.values[:, 42:])) == 0.0  # 30 m into a wall of 80 m
    assert float(np.mean(kept_out.pod.values[:, :40])) > 0.98  # 21 km would do
    closed[36:48, 40:44] = False
    passed = sweep(map_, start, 60_000.0, REACH_M, np.random.default_rng(1), Raster(closed, on, "mask"))
    assert float(np.mean(passed.pod.values[:, 44:])) > 0.9


def test_a_start_far_from_everything_goes_there() -> None:
    on = grid(100)
    map_ = poa(bump(on, 6500.0, 7500.0, 100.0), on)
    found = sweep(map_, [[5010.0, 8990.0]], 6000.0, REACH_M, np.random.default_rng(1))
    # 2.1 km of way leave 3.9 km: 0.23 km2 of the middle hold 1 - exp(-0.23e6 / (2 pi 100^2)) = .97
    assert found.pos > 0.85


def test_the_same_state_of_chance_gives_the_same_tracks() -> None:
    on = grid(40)
    map_ = poa(rough(3, 40), on)
    one, other = (sweep(map_, [[5400.0, 8600.0]], 5000.0, REACH_M, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(one.tracks[0], other.tracks[0])
    assert one.pos == other.pos


def test_what_cannot_be_is_refused_by_name() -> None:
    on = grid(10)
    map_ = poa(np.ones((10, 10)), on)
    rng = np.random.default_rng(0)
    inside = [5100.0, 8900.0]

    def refused(field: str, *given: object, index: object = None) -> None:
        with pytest.raises(InvalidInput) as caught:
            sweep(*given, rng)  # type: ignore[arg-type]
        assert caught.value.details["field"] == field
        assert caught.value.details.get("index") == index
        assert field in caught.value.message

    refused("length_m", map_, [inside], 0.0, REACH_M)
    refused("length_m", map_, [inside], float("nan"), REACH_M)
    refused("reach_m", map_, [inside], 100.0, -1.0)
    refused("starts_m", map_, [], 100.0, REACH_M)
    refused("starts_m", map_, inside, 100.0, REACH_M)
    refused("starts_m", map_, [inside, [0.0, 0.0]], 100.0, REACH_M, index=1)
    refused("starts_m", map_, [inside, [float("nan"), 8900.0]], 100.0, REACH_M, index=1)
    broken = np.ones((10, 10))
    broken[3, 4] = -1.0
    refused("poa", Raster(broken, on, "poa"), [inside], 100.0, REACH_M, index=(3, 4))
    closed = np.zeros((10, 10), bool)
    closed[on.cell_of(*inside)] = True
    with pytest.raises(InvalidInput, match=r"starts_m\[0\] lies on barred ground") as caught:
        sweep(map_, [inside], 100.0, REACH_M, rng, Raster(closed, on, "mask"))
    assert caught.value.details == {"field": "starts_m", "index": 0}
    with pytest.raises(MismatchError):
        sweep(map_, [inside], 100.0, REACH_M, rng, Raster(np.zeros((9, 9), bool), grid(9), "mask"))
    with pytest.raises(MismatchError):
        sweep(Raster(np.ones((10, 10)), on, "pod"), [inside], 100.0, REACH_M, rng)
    with pytest.raises(InvalidInput, match="squares") as caught:
        sweep(poa(np.ones((50, 50)), grid(50, 200.0)), [[5100.0, 8900.0]], 1e5, 0.5, rng)
    assert caught.value.details["field"] == "reach_m"


def test_a_line_is_clear_only_where_it_touches_nothing_barred() -> None:
    barred = np.zeros((4, 4), bool)
    barred[1, 2] = True  # u from 2 to 3, v from 1 to 2
    assert is_clear(barred, 0.5, 0.5, 3.5, 0.5)
    assert not is_clear(barred, 0.5, 1.5, 3.5, 1.5)
    assert not is_clear(barred, 1.5, 2.5, 3.5, 0.7)  # across a corner of the cell
    assert not is_clear(barred, 2.5, 0.0, 2.5, 4.0)
    assert not is_clear(barred, 2.0, 0.0, 2.0, 4.0)  # along its edge
    assert is_clear(barred, 1.9, 0.0, 1.9, 4.0)
    assert not is_clear(barred, 0.5, 0.5, 4.5, 0.5)  # off the map
