"""Numbers of THEORY 1.9: survival as tabulated in SARBayes after Koester 2008, and the 51-hour rule of Adams 2007."""

from __future__ import annotations

import pytest

from wayhome.science.survival import curve, survival, what_it_does_not_justify

HOURS = [0.0, 24.0, 48.0, 72.0, 96.0]


@pytest.mark.parametrize(
    ("category", "n", "p_alive"),
    [
        ("hiker", [2460, 361, 118, 51, 23], [0.97, 0.76, 0.60, 0.52, 0.49]),
        ("child_4_6", [191, 8, 3, 2, 1], [0.98, 0.38, 0.33, 0.0, 0.0]),
        ("child_10_12", [257, 22, 4, 2, 1], [0.98, 0.86, 0.75, 0.50, 0.0]),
    ],
)
def test_the_three_published_curves(category: str, n: list[int], p_alive: list[float]) -> None:
    points = curve(category)
    assert [p.hours for p in points] == HOURS
    assert [p.n for p in points] == n
    assert [p.p_alive for p in points] == p_alive
    for hours, value in zip(HOURS, p_alive, strict=True):
        found = survival(category, hours)
        assert found is not None and found.p_alive == value and found.is_tabulated


def test_the_51_hour_rule_would_have_abandoned_24_living_people() -> None:
    """Adams et al. 2007: sensitivity 98.9 and 99.3 %; at hour 50, 99.3 % of survivors and 98.8 % of all located."""
    caution = what_it_does_not_justify()
    assert caution.cut_h == 51.0
    assert caution.sensitivity == (0.989, 0.993)
    assert (caution.elapsed_h, caution.survivors_located, caution.people_located) == (50.0, 0.993, 0.988)
    assert (caution.still_missing, caution.later_found_alive) == (41, 24)
    assert caution.later_found_alive / caution.still_missing == pytest.approx(0.59, abs=5e-3)
    # 41 of all people in both samples (1,509 + 1,778) are the 1.2 % not located
    assert caution.still_missing / (1509 + 1778) == pytest.approx(1.0 - caution.people_located, abs=5e-4)
