"""Laws of coverage and of best effort that hold for any track and any rates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from wayhome.base.raster import Grid, Raster
from wayhome.science.allocation import allocation, water_filling
from wayhome.science.detection import coverage

Array = NDArray[np.float64]
GRID = Grid(crs="EPSG:32619", x_west_m=0.0, y_north_m=600.0, cell_m=20.0, height=30, width=30)
INNER = st.floats(200.0, 400.0)  # five standard deviations of the kernel from every edge
tracks = st.lists(st.tuples(INNER, INNER), min_size=2, max_size=6).map(lambda p: np.array(p, np.float64))
masks = arrays(np.bool_, GRID.shape).map(lambda m: m | (np.indices(GRID.shape).sum(axis=0) == 0))


def length_m(track: Array) -> float:
    return float(np.hypot(*np.diff(track, axis=0).T).sum())


@settings(max_examples=40)
@given(tracks, st.floats(4.0, 60.0))
def test_effort_is_conserved_and_even_coverage_is_best(track: Array, width_m: float) -> None:
    done = coverage(GRID, [track], width_m).achieved
    assert done.track_length_m == pytest.approx(length_m(track), rel=1e-9, abs=1e-9)
    assert done.coverage_mean * done.area_m2 == pytest.approx(width_m * length_m(track), rel=1e-6, abs=1e-6)
    assert 0.0 <= done.pod_mean <= done.pod_if_uniform + 1e-12


@settings(max_examples=30)
@given(tracks, tracks)
def test_coverage_of_two_teams_adds(a: Array, b: Array) -> None:
    both = np.asarray(coverage(GRID, [a, b], 40.0).coverage.values)
    apart = [np.asarray(coverage(GRID, [t], 40.0).coverage.values) for t in (a, b)]
    assert both == pytest.approx(apart[0] + apart[1], abs=1e-3)


@settings(max_examples=30)
@given(arrays(np.float64, (5, 2), elements=st.floats(-300.0, 900.0)), masks)
def test_length_inside_and_outside_a_segment_make_the_whole(track: Array, inside: NDArray[np.bool_]) -> None:
    whole = coverage(GRID, [track], 40.0).achieved.track_length_m
    parts = [
        coverage(GRID, [track], 40.0, Raster(m, GRID, "mask")).achieved.track_length_m
        for m in (inside, ~inside)
        if m.any()
    ]
    assert sum(parts) == pytest.approx(whole, rel=1e-9, abs=1e-9)
    assert whole <= length_m(track) * (1 + 1e-9)


@settings(max_examples=20)
@given(tracks, st.integers(-3, 3), st.integers(-3, 3))
def test_coverage_moves_with_the_track(track: Array, i_row: int, i_col: int) -> None:
    here = np.asarray(coverage(GRID, [track], 20.0).coverage.values)
    there = np.asarray(coverage(GRID, [track + np.array([20.0 * i_col, -20.0 * i_row])], 20.0).coverage.values)
    assert there == pytest.approx(np.roll(here, (i_row, i_col), axis=(0, 1)), abs=1e-9)


weights = arrays(np.float64, 6, elements=st.floats(0.0, 10.0))
rates = arrays(np.float64, (6, 3), elements=st.sampled_from([0.0, 0.01, 0.1, 0.7, 1.0, 3.0, 25.0]))
efforts = arrays(np.float64, 3, elements=st.sampled_from([0.0, 0.2, 1.0, 4.0]))


@given(weights, rates, efforts, st.integers(0, 2**32 - 1))
def test_no_other_allocation_finds_more_than_the_proved_gap(poa: Array, rate: Array, effort: Array, seed: int) -> None:
    best = allocation(poa, rate, effort)
    total = float(poa.sum())
    assert best.gap <= 1e-9 * total
    assert best.effort.min() >= 0.0
    assert (best.effort.sum(axis=0) <= effort * (1 + 1e-9)).all()
    assert best.pos == pytest.approx(float((poa * -np.expm1(-(rate * best.effort).sum(axis=1))).sum()), abs=1e-12)
    other = np.random.default_rng(seed).dirichlet(np.ones(6), size=3).T * effort
    assert float((poa * -np.expm1(-(rate * other).sum(axis=1))).sum()) <= best.pos + best.gap + 1e-12 * total


@given(weights, arrays(np.float64, 6, elements=st.floats(0.0, 30.0)), st.floats(0.0, 20.0))
def test_water_filling_meets_the_kkt_conditions(poa: Array, rate: Array, effort: float) -> None:
    """p w exp(-w z) = dual where z > 0, at most the dual elsewhere (THEORY 4.1)."""
    best = water_filling(poa, rate, effort)
    slope = poa * rate * np.exp(-rate * best.effort)
    price = float(best.dual[0])
    assert best.gap <= 1e-9 * float(poa.sum())
    if best.effort.any():
        assert best.effort.sum() == pytest.approx(effort)
        slack = 1e-9 * float((poa * rate).max())  # of the slope before any effort
        assert slope[best.effort > 1e-9 * effort] == pytest.approx(price, abs=slack)
        assert (slope <= price + slack).all()
