"""Laws of effort in closed form: the circular normal over time, plans that need no horizon, stopping (THEORY 4.1, 4.4)."""

from __future__ import annotations

from math import e, exp, pi

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import simpson

from wayhome.science.allocation import Allocation, water_filling

Array = NDArray[np.float64]

SIGMA_M, SWEEP_WIDTH_M, SPEED_MPS = 400.0, 25.0, 0.7
RATE_M2_S = SWEEP_WIDTH_M * SPEED_MPS
EDGES_M = np.linspace(0.0, 9.0 * SIGMA_M, 9001)  # rings, for the problem is round
MIDDLES_M = (EDGES_M[1:] + EDGES_M[:-1]) / 2
AREAS_M2 = pi * (EDGES_M[1:] ** 2 - EDGES_M[:-1] ** 2)
POA = -np.diff(np.exp(-(EDGES_M**2) / (2 * SIGMA_M**2)))


def searched(u: float) -> Allocation:
    """The best plan of u = sqrt(W v t / (pi sigma^2)); effort in seconds, coverage W v/A in each."""
    return water_filling(POA, RATE_M2_S / AREAS_M2, pi * SIGMA_M**2 * u**2 / RATE_M2_S)


@pytest.mark.parametrize(("u", "found"), [(1, 0.264241), (2, 0.593994), (3, 0.800852), (5, 0.959572)])
def test_circular_normal_in_metres_and_seconds(u: float, found: float) -> None:
    """P = 1 - (1 + u) exp(-u): with R^2 = 2 sigma^2 u, coverage (R^2 - r^2)/(2 sigma^2) inside R takes W v t =
    pi R^4/(4 sigma^2) = pi sigma^2 u^2, and what is left is exp(-u) inside, u of it, and beyond."""
    assert 1 - (1 + u) * exp(-u) == pytest.approx(found, abs=5e-7)
    assert searched(u).pos == pytest.approx(found, abs=2e-6)


@pytest.mark.parametrize("u", [0.5, 2.0, 5.0])
def test_the_disc_that_is_searched_and_how_thoroughly(u: float) -> None:
    plan = searched(u)
    coverage = RATE_M2_S / AREAS_M2 * plan.effort
    law = np.maximum(0.0, (2 * SIGMA_M**2 * u - MIDDLES_M**2) / (2 * SIGMA_M**2))
    assert coverage == pytest.approx(law, abs=1e-4)
    radius_m = EDGES_M[1:][plan.effort > 0.0].max()
    assert radius_m == pytest.approx(SIGMA_M * (2 * u) ** 0.5, rel=2e-3)


def test_the_expected_time_to_find() -> None:
    """The integral of (1 + u) exp(-u) over t, dt = 2 pi sigma^2 u du/(W v): 1! + 2! = 3 times that, 6 pi sigma^2/(W v)."""
    u = np.linspace(0.0, 30.0, 601)
    left = np.array([searched(float(x)).residual for x in u])
    expected_s = simpson(left * 2 * pi * SIGMA_M**2 * u / RATE_M2_S, x=u)
    assert expected_s == pytest.approx(6 * pi * SIGMA_M**2 / RATE_M2_S, rel=1e-4)


def test_the_best_plan_for_later_begins_with_the_best_plan_for_now() -> None:
    """Uniformly optimal (Stone 1975): on the map after the first effort, the best of the next makes the best of both."""
    rng = np.random.default_rng(8)
    poa, rate = rng.dirichlet(np.full(40, 0.5)), rng.uniform(0.1, 3.0, 40)
    first = water_filling(poa, rate, 6.0)
    left = poa * np.exp(-rate * first.effort)
    then = water_filling(left / left.sum(), rate, 9.0)
    assert first.effort + then.effort == pytest.approx(water_filling(poa, rate, 15.0).effort, abs=1e-9)


def test_what_the_next_hour_finds_given_that_nothing_was_found() -> None:
    """lambda v/(1 - POS) (THEORY 12), the price of effort on the map after the search.

    Rest of world .2, two cells of .4, coverage 1 each: lambda = .4/e, POS = .8 (1 - 1/e), and still in the area
    (1 - .2 - POS)/(1 - POS).
    """
    before = water_filling([0.4, 0.4], [1.0, 1.0], 2.0)
    assert before.dual[0] == pytest.approx(0.4 / e)
    assert before.pos == pytest.approx(0.8 * (1 - 1 / e))
    after = np.array([0.4, 0.4]) * np.exp(-before.effort) / (1 - before.pos)
    assert after.sum() == pytest.approx((1 - 0.2 - before.pos) / (1 - before.pos))
    assert water_filling(after, [1.0, 1.0], 0.0).dual[0] == pytest.approx(0.4 / e / (1 - before.pos))
    little = water_filling(after, [1.0, 1.0], 1e-6)
    assert little.pos / 1e-6 == pytest.approx(0.4 / e / (1 - before.pos), rel=1e-5)
