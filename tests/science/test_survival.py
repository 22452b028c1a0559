"""Survival by elapsed time: straight lines, honest intervals, and silence where nobody counted."""

from __future__ import annotations

from itertools import pairwise

import pytest

from wayhome.base.errors import InvalidInput
from wayhome.science.survival import Survival, curve, survival, what_it_does_not_justify, why_unknown, wilson

KNOWN = ["hiker", "child_4_6", "child_10_12"]


def found(category: str, hours: float) -> Survival:
    value = survival(category, hours)
    assert value is not None
    return value


def test_wilson_by_hand() -> None:
    """n = 1: 0 to z2 / (1 + z2) = 3.8415 / 4.8415 for none; half of 8: the middle stays, half-width by hand.

    1.96 * sqrt(.25/8 + 3.8415/256) / (1 + 3.8415/8) = 1.96 * .21507 / 1.48018 = .28478.
    """
    assert wilson(0.0, 1) == pytest.approx((0.0, 3.841459 / 4.841459))
    assert wilson(1.0, 1) == pytest.approx((1.0 / 4.841459, 1.0))
    assert wilson(0.5, 8) == pytest.approx((0.5 - 0.28478, 0.5 + 0.28478), abs=1e-4)


def test_between_two_points_it_is_a_straight_line_and_says_so() -> None:
    """Hiker at 36 h: halfway from .76 (361 cases) to .60 (118)."""
    middle = found("hiker", 36.0)
    assert middle.p_alive == pytest.approx(0.68)
    assert (middle.n, middle.is_tabulated, middle.hours) == (118, False, 36.0)
    assert any("Interpolated between 24 and 48 h" in text for text in middle.caveats)
    assert found("hiker", 30.0).p_alive == pytest.approx(0.76 - 0.16 / 4)
    assert found("hiker", 30.0).low == pytest.approx(0.75 * wilson(0.76, 361)[0] + 0.25 * wilson(0.60, 118)[0])


@pytest.mark.parametrize("category", KNOWN)
def test_it_never_rises_with_time_and_lies_in_its_interval(category: str) -> None:
    values = [found(category, h / 2) for h in range(193)]
    assert all(b.p_alive <= a.p_alive for a, b in pairwise(values))
    assert all(0.0 <= v.low <= v.p_alive <= v.high <= 1.0 for v in values)
    assert len(curve(category)) == 5 and all(p.is_tabulated for p in curve(category))


def test_a_zero_of_one_case_is_never_shown_as_certain() -> None:
    last = found("child_4_6", 96.0)
    assert (last.p_alive, last.n) == (0.0, 1)
    assert last.high > 0.75 and "It rests on 1 case." in last.caveats


def test_no_figure_beyond_the_table_or_for_others() -> None:
    assert survival("hiker", 96.1) is None
    assert "end at 96 h (23 cases)" in why_unknown("hiker", 120.0)
    assert survival("dementia", 5.0) is None and curve("dementia") == ()
    assert why_unknown("dementia", 5.0) == "There are no public figures on the survival of dementia; none is made up."
    assert "ninja" in why_unknown("ninja", 5.0)
    assert why_unknown("hiker", 96.0) == ""


def test_any_accepted_spelling_will_do() -> None:
    assert found("Hiker", 24.0).p_alive == 0.76


@pytest.mark.parametrize("hours", [-1.0, float("nan"), float("inf")])
def test_impossible_hours_are_refused(hours: float) -> None:
    with pytest.raises(InvalidInput, match="Hours"):
        survival("hiker", hours)


def test_the_caution_names_its_numbers() -> None:
    caution = what_it_does_not_justify()
    assert "41 people still missing after hour 50, 24 were later found alive" in caution.text
