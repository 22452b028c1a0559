"""The formulas of evidence, each against numbers worked by hand (THEORY 8.1, 8.3 and 12); phones are apart.

Not tested: the letters of clue influence, for which no public figures exist, and footprints with a direction, for
which there are no public likelihoods.
"""

from __future__ import annotations

from itertools import permutations
from math import exp, pi

import numpy as np
import pytest

from wayhome.base.raster import Grid, Raster
from wayhome.science.belief import Belief, pos_overall
from wayhome.science.detection import pod_random
from wayhome.science.evidence import (
    RELIABILITY_CEILING,
    Reading,
    density,
    drifted,
    evidence_true,
    false_likelihood,
    likelihood,
    on_grid,
    validity,
)

ROW = Grid(crs="EPSG:32612", x_west_m=0.0, y_north_m=100.0, cell_m=100.0, height=1, width=3)


def raster(values: list[float], quantity: str = "poa") -> Raster:
    return Raster(np.array([values]), ROW, quantity)  # type: ignore[arg-type]


def belief(*parts: tuple[str, float, list[float], float]) -> Belief:
    return Belief.mixture(ROW, [(name, weight, raster(poa), outside) for name, weight, poa, outside in parts])


def seen(**changes: float) -> Reading:
    fields = dict(x_m=0.0, y_m=0.0, reliability=0.8, error_m=100.0) | changes
    return Reading(kind="sighting", **fields)  # type: ignore[arg-type]


# -- 8.1: Bayes


def test_8_1_posterior_is_prior_times_likelihood() -> None:
    """.4 .2, .3 .1, .2 .4, rest of world .1 .1 over .08 + .03 + .08 + .01 = .20."""
    after, _ = belief(("lost", 1.0, [0.4, 0.3, 0.2], 0.1)).given(raster([0.2, 0.1, 0.4], "factor"), 0.1)
    assert after.poa.values[0] == pytest.approx([0.40, 0.15, 0.40])
    assert after.rest_of_world == pytest.approx(0.05)


def test_8_1_a_negative_search_has_the_likelihood_exp_minus_coverage() -> None:
    """C = ln 2 and ln 4 halve and quarter: .2, .075, .2, .1 over .575."""
    pod = raster([float(pod_random(np.log(2.0))), float(pod_random(np.log(4.0))), 0.0], "pod")
    assert 1.0 - np.asarray(pod.values)[0] == pytest.approx([0.5, 0.25, 1.0])
    after, update = belief(("lost", 1.0, [0.4, 0.3, 0.2], 0.1)).searched(pod)
    assert after.poa.values[0] == pytest.approx([0.2 / 0.575, 0.075 / 0.575, 0.2 / 0.575])
    assert (after.rest_of_world, update.pos_overall) == (pytest.approx(0.1 / 0.575), pytest.approx(0.425))


def test_8_1_scenarios_are_weighed_by_what_they_promised() -> None:
    """Weights .6 and .4; the first keeps .4 + .2 = .6, the second .1 + .8 = .9 of itself: .36 to .36."""
    two = belief(("lost", 0.6, [0.8, 0.1, 0.1], 0.0), ("gone", 0.4, [0.2, 0.0, 0.0], 0.8))
    after, update = two.searched(raster([0.5, 0.0, 0.0], "pod"))
    assert update.pos_by_scenario == pytest.approx((0.4, 0.1))
    assert after.weights == pytest.approx([0.5, 0.5])
    assert after.rest_of_world == pytest.approx(0.5 * 0.8 / 0.9)


def test_12_order_of_searches_does_not_matter_for_a_static_subject() -> None:
    """And POScum = sum POA (1 - prod (1 - POD)) = .4 .75 + .3 .6 + .2 .6 = .60."""
    start = belief(("lost", 1.0, [0.4, 0.3, 0.2], 0.1))
    searches = [raster(pods, "pod") for pods in ([0.5, 0.0, 0.2], [0.0, 0.6, 0.0], [0.5, 0.0, 0.5])]
    for order in permutations(searches):
        now, history = start, []
        for pod in order:
            now, update = now.searched(pod)
            history.append(update)
        assert now.poa.values[0] == pytest.approx([0.1 / 0.4, 0.12 / 0.4, 0.08 / 0.4])
        assert now.rest_of_world == pytest.approx(0.1 / 0.4)
        assert pos_overall(history) == pytest.approx(0.60)


# -- 8.1 and 12: clues that may be false


def test_8_1_a_sighting_is_a_density_that_widens_with_its_age() -> None:
    """N(y; x, sigma^2 + D tau): 100 m, D = 5 m2/s per axis, one hour: variance 10,000 + 18,000 m2."""
    later = drifted(seen(), 3600.0, 5.0)
    for reading, variance in ((seen(), 10_000.0), (later, 28_000.0)):
        for x, y in ((0.0, 0.0), (150.0, -80.0)):
            expected = exp(-(x * x + y * y) / (2 * variance)) / (2 * pi * variance)
            assert float(density(reading, x, y)) == pytest.approx(expected, rel=1e-12)


def test_8_1_likelihood_of_an_uncertain_sighting() -> None:
    """L = rho L_true + (1 - rho) L_false, both per square metre (THEORY 12): 1/(2 pi 10^4) and 1/10^6.

    .8 * 1.59155e-5 + .2 * 1e-6 = 1.293240e-5 at the place itself; far from it .2e-6 is left, a 65th.
    """
    here, far = (float(v) for v in likelihood(seen(), np.array([0.0, 5000.0]), np.zeros(2), area_m2=1e6))
    assert here == pytest.approx(1.293240e-5, rel=1e-6)
    assert far == pytest.approx(2e-7, rel=1e-12)
    assert false_likelihood(seen(), 1e6) == 1e-6


def test_8_1_odds_that_a_sighting_is_the_subjects() -> None:
    """rho' = rho E/(rho E + (1 - rho) L_false): .5 and E = 3 L_false give .75; .8 and E = L_false/4 give .5."""
    assert validity(seen(reliability=0.5), 3e-6, area_m2=1e6) == pytest.approx(0.75)
    assert validity(seen(reliability=0.8), 0.25e-6, area_m2=1e6) == pytest.approx(0.5)
    assert validity(seen(reliability=0.0), 3e-6, area_m2=1e6) == 0.0


def test_8_1_evidence_of_a_sighting_by_two_normals() -> None:
    """Prior N(0, 400^2) per axis, sighting 300 m off with 300 m: E = exp(-d^2/(2 500^2))/(2 pi 500^2), and the
    posterior is normal about 300 * 400^2/500^2 = 192 m with 400 * 300/500 = 240 m."""
    grid = Grid(crs="EPSG:32612", x_west_m=-2000.0, y_north_m=2000.0, cell_m=40.0, height=100, width=100)
    x, y = grid.x_m()[None, :], grid.y_m()[:, None]
    prior = np.exp(-(x * x + y * y) / (2 * 400.0**2))
    start = Belief.mixture(grid, [("lost", 1.0, Raster(prior / prior.sum(), grid, "poa"), 0.0)])
    sighting = seen(x_m=300.0, error_m=300.0, reliability=0.98)
    assert evidence_true(sighting, start) == pytest.approx(exp(-0.18) / (2 * pi * 500.0**2), rel=2e-3)
    # the posterior of the true part alone: take the even part of the likelihood off again
    factor, _ = on_grid(sighting, grid, area_m2=1e15)
    after, _ = start.given(factor, 0.0)
    poa = np.asarray(after.poa.values)
    mean = float((poa * x).sum())
    assert mean == pytest.approx(192.0, abs=0.5)
    assert float((poa * (x - mean) ** 2).sum()) ** 0.5 == pytest.approx(240.0, abs=0.5)


def test_8_3_no_cell_goes_to_zero() -> None:
    """The lesson of AF 447: a floor under every likelihood. However sure the witness, (1 - .98) L_false is left."""
    reading = seen(reliability=1.0, error_m=50.0)
    far = float(likelihood(reading, 1e5, 1e5, area_m2=1e8))
    assert far == pytest.approx((1 - float(RELIABILITY_CEILING)) * 1e-8)
    assert far > 0.0


def test_12_withdrawing_a_sighting_is_never_having_had_it() -> None:
    """Reliability 0 has the same likelihood everywhere: the belief stays."""
    start = belief(("lost", 1.0, [0.4, 0.3, 0.2], 0.1))
    after, _ = start.given(*on_grid(seen(reliability=0.0), ROW))
    assert after.poa.values == pytest.approx(start.poa.values, abs=1e-12)
    assert after.rest_of_world == pytest.approx(0.1, abs=1e-12)


@pytest.mark.parametrize(("quantiles", "inner"), [((10.0, 30.0, 78.0, 144.0), 10.0), ((28.0, 50.0, 59.0, 111.0), 28.0)])
def test_12_half_of_a_dispersion_lies_on_each_side(quantiles: tuple[float, ...], inner: float) -> None:
    """Quantiles are of the absolute angle: the first quarter fills 2 inner of 360 degrees, 180/(4 inner) times even."""
    towards = Reading(
        kind="towards",
        x_m=0.0,
        y_m=0.0,
        reliability=0.9,
        error_m=1.0,
        bearing_deg=90.0,
        bearing_error_deg=1.0,
        dispersion_deg=quantiles,
    )
    angle = np.radians(np.array([inner / 2, -inner / 2]))
    left, right = density(towards, 1e5 * np.cos(angle), 1e5 * np.sin(angle))
    assert left == right
    # one degree of error of the bearing widens the first quarter to hypot(inner, 1)
    assert left == pytest.approx(45.0 / np.hypot(inner, 1.0), rel=1e-6)
    around = np.radians(np.arange(0.05, 360.0, 0.1))
    assert density(towards, 1e5 * np.cos(around), 1e5 * np.sin(around)).mean() == pytest.approx(1.0, abs=2e-3)
