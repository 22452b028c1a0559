"""Walking time against an independent shortest path and straight walks by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.science.terrain import Ground
from wayhome.science.travel import (
    MODELS,
    pace_s_per_m,
    predicted_track_seconds,
    speed_factor,
    travel_seconds,
    walking_seconds,
)

STEPS = [(i, j) for i in (-2, -1, 0, 1, 2) for j in (-2, -1, 0, 1, 2) if (abs(i), abs(j)) in {(0, 1), (1, 0), (1, 1)}]
KNIGHTS = [(i, j) for i in (-2, -1, 1, 2) for j in (-2, -1, 1, 2) if abs(i) != abs(j)]


def shortest(
    z: np.ndarray, factor: np.ndarray, cell_m: float, start: tuple[int, int], model: str, neighbours: int
) -> np.ndarray:
    """The same walk as a graph solved by scipy."""
    height, width = z.shape
    slow = np.full(z.shape, np.inf, np.float32)
    slow[factor > 0] = (1.0 / factor[factor > 0]).astype(np.float32)
    a, b, cost = [], [], []
    for di, dj in STEPS + (KNIGHTS if neighbours == 16 else []):
        length = cell_m * np.hypot(di, dj)
        for i in range(max(0, -di), min(height, height - di)):
            for j in range(max(0, -dj), min(width, width - dj)):
                k, m = i + di, j + dj
                cells = [(i, j), (k, m)]
                if abs(di) == 2:
                    cells += [(i + di // 2, j), (i + di // 2, m)]
                elif abs(dj) == 2:
                    cells += [(i, j + dj // 2), (k, j + dj // 2)]
                elif di and dj and np.isinf(slow[i, m]) and np.isinf(slow[k, j]):
                    continue
                mean = np.mean([float(slow[c]) for c in cells])
                if not np.isfinite(mean):
                    continue
                rise = float(z[k, m]) - float(z[i, j])
                slope = 0.0 if np.isnan(rise) else rise / length
                a.append(i * width + j)
                b.append(k * width + m)
                cost.append(length * mean * float(pace_s_per_m(slope, model)))
    graph = csr_matrix((cost, (a, b)), shape=(z.size, z.size))
    return np.asarray(dijkstra(graph, indices=start[0] * width + start[1])).reshape(z.shape)


@pytest.mark.parametrize("model", [m for m in MODELS if m != "tobler_offtrack"])
@pytest.mark.parametrize("neighbours", [8, 16])
def test_times_are_those_of_scipys_dijkstra(model: str, neighbours: int) -> None:
    rng = np.random.default_rng(7)
    z = (np.cumsum(np.cumsum(rng.normal(size=(17, 23)), 0), 1) * 4).astype(np.float32)
    z[3:6, 4:9] = np.nan
    factor = rng.choice([0.0, 0.2, 0.5, 1.0, 1.0], size=z.shape)
    factor[8, 11] = 1.0
    mine = walking_seconds(z, 30.0, (8, 11), factor=factor, model=model, neighbours=neighbours)
    theirs = shortest(z, factor, 30.0, (8, 11), model, neighbours)
    np.testing.assert_allclose(mine, theirs, rtol=1e-12)


def test_very_steep_and_very_slow_ground_is_still_exact() -> None:
    rng = np.random.default_rng(3)  # costs spread over many windows of buckets
    z = rng.normal(size=(9, 11)).astype(np.float32) * 60
    factor = rng.choice([0.001, 1.0], size=z.shape)
    mine = walking_seconds(z, 30.0, (4, 5), factor=factor)
    np.testing.assert_allclose(mine, shortest(z, factor, 30.0, (4, 5), "tobler", 16), rtol=1e-12)


def test_a_pit_in_a_faulty_model_costs_more_than_integers_hold() -> None:
    z = np.zeros((7, 7), np.float32)
    z[3, 4] = -9999.0  # a gap that was not taken as one: slope 1000, exp(3500)
    z[1, 1] = -600.0  # slope 60, exp(210) s: finite, yet beyond 64 bits
    seconds = walking_seconds(z, 10.0, (3, 3))
    np.testing.assert_allclose(seconds, shortest(z, np.ones((7, 7)), 10.0, (3, 3), "tobler", 16), rtol=1e-12)
    assert np.isinf(seconds[3, 4])


def test_straight_slopes_by_hand() -> None:
    # 10 cells of 20 m at 10 % up: Tobler 6 exp(-3.5 * 0.15) km/h = 3.549 km/h, 200 m in 202.9 s
    z = np.arange(11, dtype=float)[None, :] * 2.0
    assert walking_seconds(z, 20.0, (0, 0))[0, 10] == pytest.approx(200 * 3.6 / (6 * np.exp(-0.525)), rel=1e-6)
    # down: 6 exp(-3.5 * 0.05)
    assert walking_seconds(z, 20.0, (0, 10))[0, 0] == pytest.approx(200 * 3.6 / (6 * np.exp(-0.175)), rel=1e-6)
    # Naismith: 200 m at 5 km/h + 20 m at 600 m/h = 144 + 120 s
    assert walking_seconds(z, 20.0, (0, 0), model="naismith")[0, 10] == pytest.approx(264.0, rel=1e-6)
    # r.walk: 0.72 * 200 + 6 * 20 up; 0.72 * 200 - 1.9998 * 20 down (slope -0.1 is gentle)
    assert walking_seconds(z, 20.0, (0, 0), model="langmuir")[0, 10] == pytest.approx(264.0, rel=1e-6)
    assert walking_seconds(z, 20.0, (0, 10), model="langmuir")[0, 0] == pytest.approx(104.004, rel=1e-6)


def test_a_wall_of_one_cell_is_neither_jumped_nor_slipped_through() -> None:
    straight = np.ones((9, 9))
    straight[:, 4] = 0.0
    assert np.isinf(walking_seconds(np.zeros((9, 9)), 10.0, (4, 0), factor=straight)[:, 4:]).all()
    diagonal = np.ones((9, 9))
    np.fill_diagonal(diagonal, 0.0)
    assert np.isinf(walking_seconds(np.zeros((9, 9)), 10.0, (8, 0), factor=diagonal)[np.triu_indices(9)]).all()


GRID = Grid(crs="EPSG:32612", x_west_m=0.0, y_north_m=0.0, cell_m=10.0, height=11, width=21)


def flat(**layers: object) -> Ground:
    return Ground(dem=Raster(np.zeros(GRID.shape, np.float32), GRID, "elevation_m"), **layers)  # type: ignore[arg-type]


def test_a_trail_lifts_the_off_path_factor() -> None:
    trail = np.array([[5.0, -55.0], [205.0, -55.0]])
    ground = flat(lines={"trail": (trail,), "stream": (trail + 30.0,)})
    factor, told = speed_factor(ground)
    assert np.all(factor[5] == 1.0)
    assert np.all(np.delete(factor, 5, axis=0) == 0.6)
    assert any("0.6" in text for text in told)
    seconds, _ = travel_seconds(ground, (5.0, -55.0))
    assert seconds.values[5, 20] == pytest.approx(200 * 3.6 / (6 * np.exp(-0.175)), rel=1e-6)


def test_offtrack_tobler_is_slower_where_no_path_is_known() -> None:
    fast, _ = travel_seconds(flat(), (5.0, -55.0))
    slow, _ = travel_seconds(flat(), (5.0, -55.0), model="tobler_offtrack")
    np.testing.assert_allclose(slow.values, fast.values / 0.6, rtol=1e-6)


def test_cover_slows_water_bars_and_a_road_bridges() -> None:
    cover = np.full(GRID.shape, 41, np.int16)  # deciduous forest, impedance 45: exp(-0.0212 * 45) = 0.3852
    cover[:, 10] = 11  # open water
    cover[0, 0] = 7  # no such class
    layers = {"landcover": Raster(cover, GRID, "landcover"), "legend": "nlcd"}
    factor, told = speed_factor(flat(**layers))
    assert factor[5, 5] == pytest.approx(0.3852)
    assert np.all(factor[:, 10] == 0.0)
    assert any("does not know" in text for text in told)
    seconds, _ = travel_seconds(flat(**layers), (5.0, -55.0))
    assert np.isinf(seconds.values[:, 10:]).all()
    road = np.array([[5.0, -55.0], [205.0, -55.0]])
    bridged, _ = travel_seconds(flat(**layers, lines={"road": (road,)}), (5.0, -55.0))
    assert np.isfinite(bridged.values[5, 20])


def test_cliffs_are_barred_and_a_start_in_water_is_walked_out_of() -> None:
    z = np.zeros(GRID.shape, np.float32)
    z[:, 10:] = 100.0
    ground = Ground(dem=Raster(z, GRID, "elevation_m"))
    seconds, _ = travel_seconds(ground, (5.0, -55.0))
    assert np.isinf(seconds.values[:, 11:]).all()
    cover = np.full(GRID.shape, 71, np.int16)
    cover[4:7, 4:7] = 11
    wet = flat(landcover=Raster(cover, GRID, "landcover"), legend="nlcd")
    out, told = travel_seconds(wet, (55.0, -55.0))
    assert np.isfinite(out.values).all()
    assert any("water" in text for text in told)


def test_missing_elevation_is_flat_and_said() -> None:
    z = np.full(GRID.shape, np.nan, np.float32)
    z[0, 0] = 3.0
    seconds, told = travel_seconds(Ground(dem=Raster(z, GRID, "elevation_m")), (5.0, -55.0))
    assert np.isfinite(seconds.values).all()
    assert seconds.values[5, 20] == pytest.approx(200 * 3.6 / (6 * np.exp(-0.175)), rel=1e-6)
    assert any("walked as flat" in text for text in told)


def test_refusals() -> None:
    with pytest.raises(InvalidInput, match="outside the map"):
        travel_seconds(flat(), (-5.0, -55.0))
    with pytest.raises(InvalidInput, match="no walking model"):
        travel_seconds(flat(), (5.0, -55.0), model="run")
    with pytest.raises(MismatchError):
        walking_seconds(np.zeros((3, 3)), 10.0, (0, 0), factor=np.ones((3, 4)))
    with pytest.raises(InvalidInput, match="NaN"):
        walking_seconds(np.zeros((3, 3)), 10.0, (0, 0), factor=np.full((3, 3), np.nan))


def test_track_time_by_hand() -> None:
    x = np.linspace(0.0, 1000.0, 101)
    up = predicted_track_seconds(x, np.zeros(101), 0.1 * x, model="naismith")
    assert up == pytest.approx(1000 * 0.72 + 100 * 6.0, rel=1e-9)
    # noise of +-1 m on fixes 10 m apart is no climb: five fixes make a stretch
    noisy = 0.1 * x + np.where(np.arange(101) % 5 == 0, 0.0, 1.0)
    assert predicted_track_seconds(x, np.zeros(101), noisy, model="naismith") == pytest.approx(up, rel=1e-9)
    assert predicted_track_seconds([0.0], [0.0], [5.0]) == 0.0
    with pytest.raises(InvalidInput, match="gaps"):
        predicted_track_seconds([0.0, 1.0], [0.0, 0.0], [np.nan, 1.0])


def test_an_elevation_that_still_settles_is_no_cliff() -> None:
    """150 m within the first 50 m of track, as a receiver begins: walked as flat, not for hours."""
    x = np.arange(0.0, 1001.0, 50.0)
    z = np.where(x == 0.0, 850.0, 1000.0)
    flat = predicted_track_seconds(x, np.zeros_like(x), np.full_like(x, 1000.0))
    assert predicted_track_seconds(x, np.zeros_like(x), z) == pytest.approx(flat)
