"""Numbers of THEORY 8.2 and 12 on phones: steps of timing advance, the step's probability, circles of a position."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from wayhome.science.evidence import STEP_M, Reading, aml_sigma_m, density, false_likelihood


def test_one_step_of_timing_advance() -> None:
    """GSM c (48/13 us) / 2 = 553.5 m; LTE 16 Ts c / 2 = 78.07 m."""
    assert STEP_M["gsm"].value == pytest.approx(553.5, abs=0.05)
    assert STEP_M["lte"].value == pytest.approx(78.07, abs=0.005)


@pytest.mark.parametrize(("confidence", "divisor"), [(0.68, 1.51), (0.9, 2.146), (0.95, 2.448)])
def test_circle_of_an_emergency_position(confidence: float, divisor: float) -> None:
    """sigma = r / sqrt(-2 ln(1 - q)): r/1.51 at 68 %, r/2.146 at 90 %, r/2.448 at 95 %."""
    assert 300.0 / aml_sigma_m(300.0, confidence) == pytest.approx(divisor, abs=5e-3)
    # and the circle does hold that share of the density
    reading = Reading(kind="aml", x_m=0.0, y_m=0.0, reliability=0.9, radius_m=300.0, confidence=confidence)
    share, _ = quad(lambda r: 2.0 * pi * r * float(density(reading, r, 0.0)), 0.0, 300.0)
    assert share == pytest.approx(confidence, abs=1e-9)


def gsm(k: int, **other: float) -> Reading:
    return Reading(
        kind="timing_advance", x_m=0.0, y_m=0.0, reliability=0.9, technology="gsm", timing_advance=k, **other
    )


@pytest.mark.parametrize("away_m", [200.0, 1500.0, 2200.0, 4000.0])
def test_probability_of_a_step_without_excess_path(away_m: float) -> None:
    """THEORY 12: Phi(((k+1) D - mu) / sigma) - Phi((k D - mu) / sigma), mu = d + e; sigma covers half a step."""
    step = 299_792_458.0 * 48e-6 / 13.0 / 2.0
    for sigma, reading in ((step / 2.0, gsm(3)), (step / 2.0, gsm(3, error_m=20.0)), (800.0, gsm(3, error_m=800.0))):
        expected = norm.cdf((4 * step - away_m) / sigma) - norm.cdf((3 * step - away_m) / sigma)
        assert float(density(reading, away_m, 0.0)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("excess_m", [30.0, 400.0, 3000.0])
def test_probability_of_a_step_with_random_excess_path(excess_m: float) -> None:
    """The same averaged over an exponential excess e >= 0, by quadrature."""
    step = 299_792_458.0 * 48e-6 / 13.0 / 2.0
    sigma, away_m = step / 2.0, 1500.0

    def part(e: float) -> float:
        mu = away_m + e
        step_3 = norm.cdf((4 * step - mu) / sigma) - norm.cdf((3 * step - mu) / sigma)
        return float(step_3 * np.exp(-e / excess_m) / excess_m)

    expected, _ = quad(part, 0.0, 60.0 * excess_m, points=[0.0, 700.0, 2000.0], limit=400)
    assert float(density(gsm(3, excess_m=excess_m), away_m, 0.0)) == pytest.approx(expected, rel=1e-6)
    # a path round by reflection is longer: it never makes a nearer step likelier
    assert density(gsm(0, excess_m=excess_m), away_m, 0.0) < density(gsm(0), away_m, 0.0)


def test_a_false_step_is_one_of_64_or_1283() -> None:
    assert false_likelihood(gsm(3), 1.0) == pytest.approx(1 / 64)
    lte = Reading(kind="timing_advance", x_m=0.0, y_m=0.0, reliability=0.9, technology="lte", timing_advance=3)
    assert false_likelihood(lte, 1.0) == pytest.approx(1 / 1283)
