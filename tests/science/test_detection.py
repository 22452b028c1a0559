"""Coverage from tracks, worked by hand; refusals."""

from __future__ import annotations

from math import exp, pi, sqrt

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.science.detection import (
    MEASURED_TO_RATE,
    coverage,
    pod_cumulative,
    pod_random,
    sweep_width_m,
    track_length_for_m,
    uniform_pod,
)

GRID = Grid(crs="EPSG:32619", x_west_m=0.0, y_north_m=1000.0, cell_m=5.0, height=200, width=200)
PASS = np.array([[250.0, 500.0], [750.0, 500.0]])


def mask_of(rows: slice, cols: slice, grid: Grid = GRID) -> Raster:
    inside = np.zeros(grid.shape, bool)
    inside[rows, cols] = True
    return Raster(inside, grid, "mask")


def test_effort_is_conserved_on_every_cell_size() -> None:
    """Sum of C times the cell area is W * L, also where a cell is coarse beside W."""
    for cell_m in (2.0, 5.0, 50.0, 200.0):
        n = round(1000 / cell_m)
        done = coverage(GRID.replace(cell_m=cell_m, height=n, width=n), [PASS], 20.0)
        effort_m2 = float(np.sum(done.coverage.values)) * cell_m**2
        assert effort_m2 == pytest.approx(20.0 * 500.0, rel=1e-6)
        assert done.achieved.track_length_m == pytest.approx(500.0, rel=1e-12)


@pytest.mark.parametrize("cell_m", [2.0, 5.0, 50.0])
def test_one_measured_pass_sweeps_its_width(cell_m: float) -> None:
    """Within 2 %: cells blur the kernel, and the two ends of a pass sweep a little more than its middle."""
    n = round(1000 / cell_m)
    grid = GRID.replace(cell_m=cell_m, height=n, width=n)
    done = coverage(grid, [PASS], 20.0)
    assert done.achieved.pod_mean * 1000.0**2 / 500.0 == pytest.approx(20.0, rel=0.02)
    as_rate = coverage(grid, [PASS], 20.0, convention="rate")
    assert as_rate.achieved.pod_mean * 1000.0**2 / 500.0 == pytest.approx(0.770 * 20.0, rel=0.02)


def test_coverage_on_the_track_is_the_kernels_peak() -> None:
    """W / (sigma sqrt(2 pi)) with sigma = W / 2; cells of W / 80."""
    grid = Grid(crs="EPSG:32619", x_west_m=0.0, y_north_m=100.0, cell_m=0.5, height=200, width=1200)
    done = coverage(grid, [np.array([[100.0, 50.25], [500.0, 50.25]])], 40.0)
    row, col = grid.cell_of(300.0, 50.25) or (0, 0)
    assert done.coverage.values[row, col] == pytest.approx(2.0 / sqrt(2.0 * pi), rel=1e-4)
    assert done.pod.values[row, col] == pytest.approx(1 - exp(-MEASURED_TO_RATE * 2.0 / sqrt(2.0 * pi)), rel=1e-4)
    beside = grid.cell_of(300.0, 50.25 + 20.0) or (0, 0)
    assert done.coverage.values[beside] == pytest.approx(2.0 / sqrt(2.0 * pi) * exp(-0.5), rel=1e-4)


def test_length_counts_inside_the_segment_only() -> None:
    """A diagonal through the square from 300 to 600 m: 300 sqrt(2)."""
    square = mask_of(slice(80, 140), slice(60, 120))  # x 300..600, y 300..600
    diagonal = np.array([[100.0, 100.0], [900.0, 900.0]])
    done = coverage(GRID, [diagonal], 20.0, square)
    assert done.achieved.track_length_m == pytest.approx(300.0 * sqrt(2.0), rel=1e-9)
    assert done.achieved.area_m2 == pytest.approx(90_000.0)
    assert not np.any(np.asarray(done.pod.values)[~np.asarray(square.values, bool)])


def test_length_inside_does_not_depend_on_how_densely_it_was_recorded() -> None:
    square = mask_of(slice(80, 140), slice(60, 120))
    x = np.linspace(100.0, 900.0, 3211)
    dense = np.stack([x, 250.0 + 0.4 * x], axis=1)
    many, two = coverage(GRID, [dense], 20.0, square), coverage(GRID, [dense[[0, -1]]], 20.0, square)
    assert many.achieved.track_length_m == pytest.approx(two.achieved.track_length_m, rel=1e-9)
    assert many.coverage.values == pytest.approx(np.asarray(two.coverage.values), abs=5e-3)


def test_what_spills_over_the_edge_is_lost() -> None:
    """A pass along the edge itself leaves half of its effort inside."""
    east = mask_of(slice(None), slice(100, None))
    edge = np.array([[500.0, 250.0], [500.0, 750.0]])
    done = coverage(GRID, [edge], 20.0, east)
    assert done.achieved.track_length_m == pytest.approx(500.0)
    assert done.achieved.coverage_mean * done.achieved.area_m2 == pytest.approx(0.5 * 20.0 * 500.0, rel=1e-6)


def test_a_gap_is_not_walked() -> None:
    gap = np.array([[250.0, 500.0], [350.0, 500.0], [np.nan, np.nan], [650.0, 500.0], [750.0, 500.0]])
    done = coverage(GRID, [gap], 20.0)
    assert done.achieved.track_length_m == pytest.approx(200.0)
    assert np.array_equal(done.pod.values, coverage(GRID, [gap[:2], gap[3:]], 20.0).pod.values)
    assert done.coverage.at is not None and float(np.asarray(done.coverage.values)[100, 100]) < 1e-6


def test_uneven_coverage_finds_less_than_even() -> None:
    done = coverage(GRID, [PASS] * 4, 20.0).achieved
    assert done.coverage_mean == pytest.approx(4 * 20.0 * 500.0 / 1e6)
    assert done.pod_if_uniform == pytest.approx(pod_random(MEASURED_TO_RATE * done.coverage_mean))
    assert done.jensen_gap > 0.0


def test_even_parallel_sweeps_fall_between_the_two_laws() -> None:
    """Spacing W: .632 random, .790 inverse cube; ours .763 less the ripple."""
    lines = [np.array([[-200.0, y], [1200.0, y]]) for y in np.arange(-190.0, 1200.0, 20.0)]
    pod = np.asarray(coverage(GRID, lines, 20.0).pod.values)[40:160, 40:160]
    assert 0.632 < float(pod.mean()) < 0.790
    assert float(pod.mean()) == pytest.approx(1 - exp(-MEASURED_TO_RATE), abs=0.01)


@pytest.mark.parametrize("tracks", [[], [np.empty((0, 2))], [np.array([[500.0, 500.0]])], [np.full((4, 2), np.nan)]])
def test_no_walk_is_no_coverage_and_says_so(tracks: list[np.ndarray]) -> None:  # type: ignore[type-arg]
    done = coverage(GRID, tracks, 20.0)
    assert not np.any(done.pod.values)
    assert done.achieved.track_length_m == 0.0
    assert any("nothing was covered" in caveat for caveat in done.caveats)


def test_a_track_elsewhere_covers_nothing_and_says_so() -> None:
    done = coverage(GRID, [PASS + 50_000.0], 20.0)
    assert not np.any(done.pod.values)
    assert any("Only 0 m of 500 m" in caveat for caveat in done.caveats)


def test_the_result_says_which_kernel_and_convention() -> None:
    assert "measured on one pass" in coverage(GRID, [PASS], 20.0).caveats[0]
    assert "detection rate" in coverage(GRID, [PASS], 20.0, convention="rate").caveats[0]


def test_bad_input_is_refused() -> None:
    for width in (0.0, -5.0, float("nan"), float("inf")):
        with pytest.raises(InvalidInput, match="positive"):
            coverage(GRID, [PASS], width)
    with pytest.raises(InvalidInput, match="Track 1 has shape"):
        coverage(GRID, [np.zeros(4)], 20.0)
    with pytest.raises(InvalidInput, match="runs off the Earth"):
        coverage(GRID, [np.array([[0.0, 0.0], [1e300, 0.0]])], 20.0)
    with pytest.raises(InvalidInput, match="no cell"):
        coverage(GRID, [PASS], 20.0, mask_of(slice(0), slice(0)))
    with pytest.raises(MismatchError, match="mask"):
        coverage(GRID, [PASS], 20.0, Raster(np.ones(GRID.shape), GRID, "poa"))
    with pytest.raises(InvalidInput, match="convention|Convention"):
        coverage(GRID, [PASS], 20.0, convention="guess")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="at least 0"):
        pod_random(-0.1)
    with pytest.raises(InvalidInput, match="high, medium, low"):
        sweep_width_m(20.0, "invisible")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="cannot be planned"):
        track_length_for_m(1.0, 1e6, 20.0)
    with pytest.raises(InvalidInput, match="sum to 1"):
        pod_cumulative([[0.5, 0.2]], [0.5, 0.4])


def test_a_debrief_without_a_track() -> None:
    """W 20 m, L 5 km, A 100,000 m2: C = 1."""
    segment = mask_of(slice(80, 120), slice(80, 180))
    pod = uniform_pod(segment, 100_000.0, 20.0, 5_000.0)
    inside = np.asarray(segment.values, bool)
    assert pod.quantity == "pod"
    assert np.asarray(pod.values)[inside] == pytest.approx(1 - exp(-1))
    assert not np.any(np.asarray(pod.values)[~inside])
    with pytest.raises(InvalidInput, match="Track length"):
        uniform_pod(segment, 100_000.0, 20.0, -1.0)


def test_pod_of_arrays_and_numbers() -> None:
    assert isinstance(pod_random(1.0), float)
    assert pod_random(np.array([0.0, 1.0])) == pytest.approx([0.0, 1 - exp(-1)])
    assert pod_cumulative([]) == 0.0
