"""The nine instances of SORAL and the circular normal of Koopman and Stone (THEORY 4.1, 4.2, corrected by 12)."""

from __future__ import annotations

from math import exp, pi

import numpy as np
import pytest

from wayhome.science.allocation import allocation, water_filling

CHARNES_COOPER = {
    "CC0": ([4], [4], 0.05, [0.05], 3.2749230, 0.7250770, 13.0997),
    "CC1": ([8, 4, 1, 2], [1, 4, 12, 8], 0.05, [0, 0.0333333, 0, 0.0166667], 14.2510399, 0.7489601, 14.0028),
    "CC2": ([4, 2, 8, 1], [4, 1, 1, 12], 0.10, [0.0929801, 0, 0, 0.0070199], 13.6768482, 1.3231518, 11.0306),
    "CC3": ([2, 4, 2], [9, 3, 6], 0.20, [0.0732241, 0.0845173, 0.0422586], 5.6909567, 2.3090433, 9.3125),
    "CC4": ([1, 4, 20, 0], [8, 4, 0, 10], 0.50, [0.1089044, 0.3910956, 0, 0], 21.2553031, 3.7446969, 3.3475),
    "CC5": ([2, 6, 4], [6, 2, 3], 0.50, [0.0833333, 0.25, 0.1666667], 7.2783679, 4.7216321, 7.2784),
    "CC6": ([0, 7, 0, 5], [8, 0, 0, 0], 0.5, [0, 0, 0, 0], 12.0, 0.0, 0.0),
}


@pytest.mark.parametrize("name", CHARNES_COOPER)
def test_charnes_cooper(name: str) -> None:
    poa, rate, effort, published, residual, found, dual = CHARNES_COOPER[name]
    best = water_filling(poa, rate, effort)
    assert best.effort == pytest.approx(published, abs=6e-8)
    assert best.residual == pytest.approx(residual, abs=6e-8)
    assert best.pos == pytest.approx(found, abs=6e-8)
    assert best.dual[0] == pytest.approx(dual, abs=6e-5)
    assert best.gap <= 1e-9 * sum(poa)


@pytest.mark.parametrize("name", CHARNES_COOPER)
def test_the_solver_of_several_resources_agrees_when_the_resource_comes_in_two_halves(name: str) -> None:
    poa, rate, effort, _, residual, *_ = CHARNES_COOPER[name]
    best = allocation(poa, np.array([rate, rate]).T, [effort / 2, effort / 2])
    assert best.residual == pytest.approx(residual, abs=6e-8)
    assert best.gap <= 1e-9 * sum(poa)


def test_charnes_cooper_posteriors() -> None:
    """CC1: POC 3.500693, 1.750347, PSR 14.002773; CC2: POD .3105910, .0807880, POC .9192120 (THEORY 12)."""
    one = water_filling(*CHARNES_COOPER["CC1"][:3])
    assert 4 * exp(-4 * one.effort[1]) == pytest.approx(3.500693, abs=5e-7)
    assert 2 * exp(-8 * one.effort[3]) == pytest.approx(1.750347, abs=5e-7)
    assert one.dual[0] == pytest.approx(14.002773, abs=5e-7)
    two = water_filling(*CHARNES_COOPER["CC2"][:3])
    assert 1 - exp(-4 * two.effort[0]) == pytest.approx(0.3105910, abs=5e-8)
    assert 1 - exp(-12 * two.effort[3]) == pytest.approx(0.0807880, abs=5e-8)
    assert exp(-12 * two.effort[3]) == pytest.approx(0.9192120, abs=5e-8)


def test_washburn_two_by_two() -> None:
    best = allocation([0.5, 0.5], [[0.1, 0.05], [0.02, 0.005]], [16.1, 13.9])
    assert best.effort == pytest.approx(np.array([[10.3036493, 13.9], [5.7963507, 0.0]]), abs=6e-7)
    assert (best.residual, best.pos) == (pytest.approx(0.5343241, abs=6e-8), pytest.approx(0.4656759, abs=6e-8))
    assert best.dual == pytest.approx([0.00891, 0.00445], abs=6e-6)
    assert best.gap <= 1e-9


def test_washburn_four_by_three() -> None:
    best = allocation([1000, 1000, 2000, 2000], [[1, 3, 0], [2, 2, 1], [3, 2, 0], [4, 1, 1]], [3, 2, 1])
    published = [[0, 1.2297591, 0], [0.3716652, 0.7702409, 1], [1.4608082, 0, 0], [1.1675266, 0, 0]]
    assert best.effort == pytest.approx(np.array(published), abs=1.2e-7)
    assert (best.residual, best.pos) == (pytest.approx(106.2077, abs=6e-5), pytest.approx(5893.7923, abs=6e-5))
    assert best.dual == pytest.approx([74.970, 74.970, 37.485], abs=6e-4)
    assert best.gap <= 1e-9 * 6000


def test_four_cells() -> None:
    best = water_filling([0.4, 0.3, 0.2, 0.1], [1, 1, 1, 1], 1.0)
    assert best.effort == pytest.approx([0.643841, 0.356159, 0.0, 0.0], abs=6e-7)


@pytest.mark.parametrize(("u", "found"), [(1, 0.264241), (2, 0.593994), (3, 0.800852), (5, 0.959572)])
def test_circular_normal(u: float, found: float) -> None:
    """P = 1 - (1 + u) exp(-u), u = sqrt(W v t / (pi sigma^2)); sigma 1, cells of 0.05."""
    side = np.linspace(-7.0, 7.0, 281)
    cell = side[1] - side[0]
    density = np.exp(-(side[:, None] ** 2 + side**2) / 2.0) / (2.0 * pi)
    best = water_filling((density * cell**2).ravel(), np.full(density.size, 1.0 / cell**2), pi * u**2)
    assert best.pos == pytest.approx(found, abs=2e-4)
