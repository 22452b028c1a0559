"""A line abreast, the ground that was missed, and plans beside what was done; by hand."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.science.detection import coverage
from wayhome.science.outing import Effort, abreast, compared, inside, missed, planned

GRID = Grid(crs="EPSG:32619", x_west_m=0.0, y_north_m=1000.0, cell_m=5.0, height=200, width=200)
PASS = np.array([[200.0, 502.5], [800.0, 502.5]])


def raster(values: np.ndarray, quantity: str = "mask", grid: Grid = GRID) -> Raster:
    return Raster(values, grid, quantity)


def length_m(tracks: tuple[np.ndarray, ...]) -> float:
    return float(sum(np.nansum(np.hypot(*np.diff(t, axis=0).T)) for t in tracks))


def test_a_line_abreast_stands_square_to_the_way() -> None:
    tracks = abreast([PASS], 4, 20.0)
    assert sorted(float(t[0, 1]) for t in tracks) == pytest.approx([472.5, 492.5, 512.5, 532.5])
    assert all(t[0, 0] == 200.0 and t[1, 0] == 800.0 for t in tracks)
    assert [len(t) for t in abreast([PASS], 1, 20.0)] == [2]


def test_coverage_of_a_line_is_one_within_it_and_half_at_its_edge() -> None:
    """Nine abreast, W apart: in the middle sum of 2/sqrt(2 pi) exp(-2 k^2) over all k, at 4.5 W half of the like sum."""
    done = coverage(GRID, abreast([PASS], 9, 20.0), 20.0, convention="rate")
    values = np.asarray(done.coverage.values)
    peak = 2.0 / np.sqrt(2.0 * np.pi)
    assert values[99, 100] == pytest.approx(peak * sum(exp(-2.0 * k**2) for k in range(-4, 5)), rel=0.01)
    edge = peak * sum(exp(-2.0 * (k + 0.5) ** 2) for k in range(9))
    assert values[99 - 18, 100] == pytest.approx(edge, rel=0.02)  # 90 m north
    assert values[99 - 26, 100] < 0.01
    assert float(values.sum()) * 25.0 == pytest.approx(20.0 * 9 * 600.0, rel=1e-6)  # W*n*L


@given(
    st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000)), min_size=2, max_size=30),
    st.integers(1, 7), st.floats(5.0, 80.0),
)  # fmt: skip
def test_whatever_the_bends_each_searcher_walks_the_recorded_length(
    points: list[tuple[float, float]], searchers: int, spacing_m: float
) -> None:
    line = np.array(points)
    walked = length_m((line,))
    found = abreast([line], searchers, spacing_m)
    assert length_m(found) == pytest.approx(searchers * walked, rel=1e-9, abs=1e-6)
    for track in found:
        known = track[~np.isnan(track[:, 0])]
        off = np.sqrt(((known[:, None, :] - line[None]) ** 2).sum(axis=2)).min(axis=1)
        assert (off <= (searchers - 1) / 2 * spacing_m + 1e-6).all()


def test_a_line_that_turns_back_on_its_own_way_stays_beside_it() -> None:
    back = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 0.0]])
    tracks = abreast([back], 2, 30.0)
    ys = np.concatenate([t[~np.isnan(t[:, 1]), 1] for t in tracks])
    assert np.abs(ys) == pytest.approx(15.0)


def test_length_and_time_inside_a_segment() -> None:
    """The middle third of a way of 900 m at 1.5 m/s, and a stretch without times."""
    cells = np.zeros(GRID.shape, bool)
    cells[:, 70:130] = True  # x 350 to 650
    way = np.array([[50.0, 400.0, 0.0], [950.0, 400.0, 600.0]])
    found = inside([way], raster(cells))
    assert found.length_m == pytest.approx(300.0, rel=1e-3)
    assert found.lasted_s == pytest.approx(200.0, rel=1e-3)
    assert found.speed_mps == pytest.approx(1.5)
    dense = np.column_stack([np.linspace(50, 950, 4321), np.full(4321, 400.0), np.linspace(0, 600, 4321)])
    assert inside([dense], raster(cells)).lasted_s == pytest.approx(200.0, rel=1e-3)
    untimed = np.array([[50.0, 300.0, np.nan], [950.0, 300.0, np.nan]])
    both = inside([way, untimed], raster(cells))
    assert both.length_m == pytest.approx(600.0, rel=1e-3) and np.isnan(both.lasted_s)
    assert inside([way + np.array([5000.0, 0.0, 0.0])], raster(cells)).length_m == 0.0
    assert np.isnan(inside([], raster(cells)).speed_mps)


def test_missed_ground_is_told_largest_first_from_within() -> None:
    """A ring of 12 x 12 cells around a searched core, a block of 30 x 20, and a single cell: 5 m cells."""
    cells, pod = np.zeros(GRID.shape, bool), np.full(GRID.shape, 0.02)
    cells[50:150, 50:150] = True
    pod[50:150, 50:150] = 0.6
    pod[60:90, 60:80] = 0.04  # 600 cells = 15,000 m2
    pod[100:124, 100:124] = 0.0
    pod[106:118, 106:118] = 0.9  # a ring: 576 - 144 = 432 cells = 10,800 m2
    pod[140, 140] = 0.0
    pod[0:40] = 0.0  # outside the segment
    found = missed(raster(pod, "pod"), raster(cells))
    assert [g.area_m2 for g in found.gaps] == [15_000.0, 10_800.0]
    assert [g.pod_mean for g in found.gaps] == pytest.approx([0.04, 0.0])
    assert found.share == pytest.approx(25_800.0 / 250_000.0)
    assert (found.numbers == 1).sum() == 600 and (found.numbers == 2).sum() == 432
    first, ring = found.gaps
    assert 60 * 5 < first.x_m < 80 * 5 and 1000 - 90 * 5 < first.y_m < 1000 - 60 * 5
    row, col = GRID.cell_of(ring.x_m, ring.y_m) or (0, 0)
    assert found.numbers[row, col] == 2  # a point of the ring, not of its hole
    assert len(missed(raster(pod, "pod"), raster(cells), least_m2=0.0).gaps) == 3
    assert missed(raster(pod, "pod"), raster(cells), pod_below=0.0).gaps == ()


def test_corners_do_not_join_what_somebody_passed_between() -> None:
    cells, pod = np.ones(GRID.shape, bool), np.full(GRID.shape, 0.9)
    pod[10:30, 10:30] = 0.0
    pod[30:50, 30:50] = 0.0
    assert [g.area_m2 for g in missed(raster(pod, "pod"), raster(cells)).gaps] == [10_000.0, 10_000.0]


def test_a_plan_from_a_manual() -> None:
    """IAMSAR-like example (THEORY 3.1): 2,000 NM2, W = 4 NM, 80 kt, 4 h: L = 320 NM, C = .64, POD .47."""
    nm = 1852.0
    plan = planned(hours=4.0, speed_mps=80.0 * nm / 3600.0, sweep_width_m=4.0 * nm, searchers=1, area_m2=2000.0 * nm**2)
    assert plan.searcher_length_m == pytest.approx(320.0 * nm)
    assert plan.coverage == pytest.approx(0.64)
    assert plan.pod == pytest.approx(0.47, abs=0.005)


def test_a_published_plan_of_searchers_on_foot() -> None:
    """IGT4SAR's DD04 (THEORY 3.4): 0.279 km2 at 1.75 km/h, W 5 m, 5.5 h: 4.02 searchers for POD .5, so 4 fall short."""
    how = dict(hours=5.5, speed_mps=1.75 / 3.6, sweep_width_m=5.0, area_m2=279_000.0)
    assert planned(searchers=4, **how).pod == pytest.approx(1.0 - 0.5 ** (4 / 4.02), abs=1e-3)
    assert planned(searchers=4, **how).pod < 0.5 < planned(searchers=5, **how).pod


def test_plan_and_outing_in_one_sentence() -> None:
    """1,000 m2: 4 h at 2 km/h and 2 searchers are 16 km; W 0.05 m covers 0.8, POD .551."""
    plan = planned(hours=4.0, speed_mps=2.0 / 3.6, sweep_width_m=0.05, searchers=2, area_m2=1000.0)
    assert (plan.searcher_length_m, plan.coverage) == pytest.approx((16_000.0, 0.8))
    done = Effort(hours=2.5, speed_mps=1.6 / 3.6, searcher_length_m=8000.0, coverage=0.4, pod=0.31)
    assert compared(plan, done).sentence == (
        "Covered 0.40 times where 0.80 was planned (50 % of it); POD 31.0 % instead of 55.1 %: "
        "2.5 h in the segment of 4.0 h, 1.6 km/h instead of 2.0 km/h."
    )
    untold = done.replace(hours=None, speed_mps=None)
    assert compared(plan, untold).sentence.endswith("POD 31.0 % instead of 55.1 %.")


def test_bad_input_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at least 1") as refused:
        abreast([PASS], 0, 20.0)
    assert refused.value.details["field"] == "searchers"
    with pytest.raises(InvalidInput, match="Spacing"):
        abreast([PASS], 3, float("nan"))
    with pytest.raises(InvalidInput, match="Stretch 2") as refused:
        abreast([PASS, np.zeros(4)], 3, 20.0)
    assert refused.value.details["index"] == 1
    pod, mask = raster(np.zeros(GRID.shape), "pod"), raster(np.ones(GRID.shape, bool))
    with pytest.raises(InvalidInput, match="fraction"):
        missed(pod, mask, pod_below=50.0)
    with pytest.raises(InvalidInput, match="area"):
        missed(pod, mask, least_m2=-1.0)
    other = GRID.replace(cell_m=10.0, height=100, width=100)
    with pytest.raises(MismatchError, match="another grid"):
        missed(pod, raster(np.ones(other.shape, bool), grid=other))
    with pytest.raises(InvalidInput, match="hours: 0") as refused:
        planned(hours=0.0, speed_mps=1.0, sweep_width_m=20.0, searchers=1, area_m2=1e4)
    assert refused.value.details["field"] == "hours"
