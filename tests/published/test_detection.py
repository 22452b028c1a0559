"""Numbers of THEORY 3: worked examples, sweep widths of the field, a published plan, the kernel of section 12."""

from __future__ import annotations

from math import ceil, exp, pi, sqrt

import pytest
from scipy.integrate import quad

from wayhome.science.detection import (
    MEASURED_TO_RATE,
    SIGMA_OF_SWEEP_WIDTH,
    pod_definite_range,
    pod_parallel,
    pod_random,
    sweep_width_m,
    track_length_for_m,
)

NAUTICAL_MILE_M = 1852.0


def test_worked_example() -> None:
    """A = 2,000 NM2, W = 4 NM, 80 kt, 4 h: L = 320 NM, C = .64, POD .47 random, .58 parallel; POD .9 at 1,151 NM."""
    coverage = 4.0 * 80.0 * 4.0 / 2000.0
    assert coverage == pytest.approx(0.64)
    assert pod_random(coverage) == pytest.approx(0.47, abs=5e-3)
    assert pod_parallel(coverage) == pytest.approx(0.58, abs=5e-3)
    assert pod_definite_range(coverage) == coverage
    length_m = track_length_for_m(0.9, 2000.0 * NAUTICAL_MILE_M**2, 4.0 * NAUTICAL_MILE_M)
    assert length_m / NAUTICAL_MILE_M == pytest.approx(1151, abs=0.5)


@pytest.mark.parametrize(("visibility", "factor"), [("high", 1.8), ("medium", 1.6), ("low", 1.1)])
def test_sweep_width_from_detection_range(visibility: str, factor: float) -> None:
    """Koester et al. 2014."""
    assert sweep_width_m(25.0, visibility) == pytest.approx(25.0 * factor)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "area_km2", "speed_kmh", "searchers", "before_rounding"),
    [
        ("DD04", 0.279, 1.75, 5, 4.02),
        ("DD01", 0.366, 1.75, 6, 5.27),
        ("DD02", 0.224, 1.0, 6, 5.65),
        ("DD03", 0.397, 1.0, 11, 10.01),
        ("EE02", 0.193, 1.0, 5, 4.86),
        ("EE03", 0.425, 2.0, 6, 5.36),
        ("EE01", 0.215, 1.0, 6, 5.42),
    ],
)
def test_searchers_of_a_published_plan(
    name: str, area_km2: float, speed_kmh: float, searchers: int, before_rounding: float
) -> None:
    """IGT4SAR's sample plan: POD 50 %, 5.5 h, W = 5 m; 45 searchers in all (THEORY 3.4)."""
    each_m = speed_kmh * 1000.0 * 5.5
    needed = track_length_for_m(0.5, area_km2 * 1e6, 5.0) / each_m
    assert needed == pytest.approx(before_rounding, abs=6e-3), name
    assert ceil(needed) == searchers


def swept(sigma: float, scale: float) -> float:
    """Sweep width of one straight pass in units of W: the integral of 1 - exp(-F)."""
    value, _ = quad(
        lambda y: 1 - exp(-scale * exp(-y * y / (2 * sigma**2)) / (sigma * sqrt(2 * pi))),
        -12,
        12,
        points=[-1, 0, 1],
        epsabs=1e-12,
    )
    return float(value)


def test_one_pass_sweeps_less_than_the_rate_width() -> None:
    """0.62 W for a Gaussian with sigma = W/4 (THEORY 12)."""
    assert swept(0.25, 1.0) == pytest.approx(0.62, abs=5e-3)


def test_the_measured_convention_gives_one_pass_its_sweep_width() -> None:
    assert swept(SIGMA_OF_SWEEP_WIDTH, MEASURED_TO_RATE) == pytest.approx(1.0, abs=1e-9)
    assert swept(SIGMA_OF_SWEEP_WIDTH, 1.0) == pytest.approx(0.770, abs=5e-4)  # as the docstring says


def test_even_sweeps_lie_between_random_search_and_the_inverse_cube_law() -> None:
    """The bracket of Koopman and Washburn (THEORY 3.1) at C = 1, spacing W, where F is even within 2 %."""
    assert pod_random(1.0) < 1 - exp(-MEASURED_TO_RATE) < pod_parallel(1.0)
