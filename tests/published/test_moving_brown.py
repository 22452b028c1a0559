"""Best effort against a subject who moves: Brown's plan on the instances of THEORY 5.1, to their printed digits."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from scipy.sparse import csr_array

from wayhome.base.errors import InvalidInput
from wayhome.science.routing import MovingPlan, moving_plan, solve_moving

GRID_9 = {
    1: (0.0640000, 0.0640000), 2: (0.0264251, 0.0264251), 3: (0.0178059, 0.0176206), 4: (0.0136546, 0.0133102),
    5: (0.0112606, 0.0108731), 6: (0.0096395, 0.0092393), 7: (0.0085032, 0.0080933), 8: (0.0076576, 0.0072440),
    9: (0.0069936, 0.0065764), 10: (0.0064496, 0.0060379), 12: (0.0056032, 0.0052027), 15: (0.0047271, 0.0043383),
    20: (0.0037740, 0.0034256),
}  # fmt: skip


def grid(n: int, stay: float) -> csr_array:
    """Stay, or go to a side neighbour, all alike."""
    p = np.zeros((n * n, n * n))
    for r in range(n):
        for c in range(n):
            beside = [
                (r + a, c + b) for a, b in ((0, 1), (1, 0), (0, -1), (-1, 0)) if 0 <= r + a < n and 0 <= c + b < n
            ]
            p[r * n + c, r * n + c] = stay
            for a, b in beside:
                p[r * n + c, a * n + b] = (1.0 - stay) / len(beside)
    return csr_array(p)


def at(cell: int, cells: int) -> np.ndarray:
    return np.eye(cells)[cell]


def plan(cells: int, start: int, transition: csr_array, rate: float, effort: float, steps: int) -> MovingPlan:
    return moving_plan(at(start, cells), transition, np.full(cells, rate), np.full(steps, effort))


@pytest.mark.parametrize("steps", GRID_9)
def test_a_grid_of_nine_by_nine(steps: int) -> None:
    found = plan(81, 40, grid(9, 0.6), 1.0, -3.0 * log(0.4), steps)
    myopic, best = GRID_9[steps]
    assert found.pnd_myopic == pytest.approx(myopic, abs=1e-7)
    assert found.pnd == pytest.approx(best, abs=1e-7)
    assert 0.0 <= found.gap <= 2e-8


@pytest.mark.parametrize(
    ("rate", "steps", "detected", "myopic"),
    [
        (1.0, 3, 0.7939821, 0.7934414), (1.0, 5, 0.8544815, 0.8532924), (1.0, 10, 0.9245337, 0.9234596),
        (log(2.0), 3, 0.6672385, None), (log(2.0), 5, 0.7407191, None), (log(2.0), 10, 0.8388329, None),
    ],
)  # fmt: skip
def test_eagles_target_on_three_by_three(rate: float, steps: int, detected: float, myopic: float | None) -> None:
    found = plan(9, 8, grid(3, 0.4), rate, 1.0, steps)
    assert 1.0 - found.pnd == pytest.approx(detected, abs=1e-7)
    if myopic is not None:
        assert 1.0 - found.pnd_myopic == pytest.approx(myopic, abs=1e-7)


@pytest.mark.parametrize(
    ("steps", "detected", "myopic"), [(5, 0.8763042, 0.8748901), (10, 0.9377766, 0.9354864), (20, 0.9740032, 0.9718471)]
)
def test_a_line_of_twenty_one_cells(steps: int, detected: float, myopic: float) -> None:
    p = 0.5 * np.eye(21) + 0.25 * np.eye(21, k=1) + 0.25 * np.eye(21, k=-1)
    p[0, 0] = p[20, 20] = 0.75
    found = plan(21, 10, csr_array(p), 1.0, 1.0, steps)
    assert 1.0 - found.pnd == pytest.approx(detected, abs=1e-7)
    assert 1.0 - found.pnd_myopic == pytest.approx(myopic, abs=1e-7)


def test_who_leaves_undetected_stays_in_the_probability_of_non_detection() -> None:
    """One cell, half leave after each look, .2 were never there: by hand."""
    payload = {"prior": [0.8], "transition": [[0, 0, 0.5]], "rate": [1.0], "effort_per_step": [1.0, 1.0]}
    found = solve_moving(payload)
    missed = exp(-1.0)
    assert found["pnd"] == pytest.approx(0.2 + 0.8 * missed * (0.5 + 0.5 * missed), abs=1e-12)
    assert found["gap"] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"prior": [0.8, 0.8]}, "sums to 1.6"), ({"transition": [[0, 5, 1.0]]}, "counted from 0 to 1"),
        ({"transition": [[0, 0, 0.9], [0, 1, 0.9]]}, "cell 0 sum to 1.8"), ({"rate": [1.0]}, "give as many"),
        ({"rate": [1.0, -1.0]}, "at least 0"), ({"effort_per_step": "5"}, "list of numbers"), ({"more": 1}, "exactly"),
    ],
)  # fmt: skip
def test_what_is_no_problem_is_refused_in_a_sentence(change: dict[str, object], word: str) -> None:
    good = {"prior": [0.5, 0.5], "transition": [[0, 1, 1.0], [1, 0, 1.0]], "rate": [1.0, 1.0], "effort_per_step": [1.0]}
    assert solve_moving(good)["gap"] < 1e-9
    with pytest.raises(InvalidInput, match=word):
        solve_moving({**good, **change})
