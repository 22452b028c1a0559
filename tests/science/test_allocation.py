"""Best effort: refusals, corner cases by hand, teams against trying everything."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput
from wayhome.science.allocation import allocation, solve_allocation, water_filling


def test_the_json_of_the_command() -> None:
    ticks = iter([10.0, 10.25])
    answer = solve_allocation({"poa": [0.5, 0.5], "rate": [[1.0], [1.0]], "effort": [2.0]}, lambda: next(ticks))
    assert list(answer) == ["effort", "pos", "residual", "dual", "gap", "seconds"]
    assert answer["effort"] == [[pytest.approx(1.0)], [pytest.approx(1.0)]]
    assert answer["pos"] == pytest.approx(1 - exp(-1))
    assert answer["residual"] == pytest.approx(exp(-1))
    assert answer["dual"] == [pytest.approx(0.5 * exp(-1))]
    assert answer["seconds"] == 0.25


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"poa": [0.5, -0.1]}, r"poa\[1\] is -0.1"),
        ({"poa": [0.5, float("nan")]}, r"poa\[1\] is nan"),
        ({"poa": [0.5, True]}, r"poa\[1\]"),
        ({"poa": [0.5, "x"]}, r"poa\[1\]"),
        ({"poa": []}, "rate needs 0 rows"),
        ({"rate": [[1.0]]}, "rate needs 2 rows"),
        ({"rate": [[1.0], [1.0, 2.0]]}, r"rate\[1\] has 2 numbers"),
        ({"rate": [[1.0], [-1.0]]}, r"rate\[1\]\[0\]"),
        ({"rate": [[1.0], 3]}, r"rate\[1\] must be a list"),
        ({"effort": [-1.0]}, r"effort\[0\]"),
        ({"effort": [float("inf")]}, r"effort\[0\]"),
        ({"effort": 3}, "effort must be a list"),
        ({"speed": 1}, "unknown: speed"),
    ],
)
def test_the_json_is_checked_by_field_and_index(changes: dict[str, Any], says: str) -> None:
    payload = {"poa": [0.5, 0.5], "rate": [[1.0], [1.0]], "effort": [2.0], **changes}
    with pytest.raises(InvalidInput, match=says):
        solve_allocation(payload, lambda: 0.0)


def test_a_missing_field_and_no_cell_are_named() -> None:
    with pytest.raises(InvalidInput, match="missing: effort, rate"):
        solve_allocation({"poa": [1.0]}, lambda: 0.0)
    with pytest.raises(InvalidInput, match="C at least 1"):
        solve_allocation({"poa": [], "rate": [], "effort": [1.0]}, lambda: 0.0)


def test_effort_that_cannot_help_stays_unspent() -> None:
    """The second resource is of use nowhere; the third only where nobody can be."""
    best = allocation([0.5, 0.0], [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], [1.0, 5.0, 7.0])
    assert best.effort == pytest.approx(np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    assert best.dual == pytest.approx([0.5 * exp(-1), 0.0, 0.0])
    assert best.gap <= 1e-9


def test_no_resource_and_no_effort() -> None:
    assert allocation([1.0, 2.0], np.empty((2, 0)), []).residual == 3.0
    nothing = allocation([1.0, 2.0], [[1.0, 1.0], [1.0, 1.0]], [0.0, 0.0])
    assert (nothing.pos, nothing.residual, nothing.gap) == (0.0, 3.0, 0.0)


def test_a_million_cells_in_one_go() -> None:
    rng = np.random.default_rng(7)
    poa, rate = rng.random(1_000_000), 1e-3 * rng.random(1_000_000)
    best = water_filling(poa, rate, 1e6)
    assert float(best.effort.sum()) == pytest.approx(1e6, rel=1e-9)
    assert best.gap <= 1e-9 * float(poa.sum())


@pytest.mark.parametrize("size", [1e-12, 1e-3, 1.0, 30.0, 1e3, 1e6])
def test_rates_of_every_size_come_to_a_proved_gap(size: float) -> None:
    """Gaps are proved by the dual bound, which needs no trust in the method; two of the resources are alike."""
    rng = np.random.default_rng(3)
    poa, rate = rng.exponential(size=120), size * rng.exponential(size=(120, 6))
    rate[rng.random(rate.shape) < 0.3] = 0.0
    rate[:, 1] = rate[:, 0]
    best = allocation(poa, rate, np.ones(6))
    assert best.gap <= 1e-9 * float(poa.sum())
    assert best.gap <= 1e-6 * best.pos
    assert best.effort.sum(axis=0) == pytest.approx(np.ones(6))
    assert best.pos + best.residual == pytest.approx(float(poa.sum()))
