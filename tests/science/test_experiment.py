"""Field measurements of sweep width: legs, the crossover of misses and detections, the lateral range curve."""

from __future__ import annotations

from math import exp, gamma, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayhome.base.errors import InvalidInput
from wayhome.science.experiment import LateralRangeCurve, crossover, detection_range, lateral_range_curve

TEN = list(range(1, 11))
SEEN = [True, True, True, False, True, True, False, True, False, False]


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_the_mean_of_legs_and_its_doubt() -> None:
    """Legs 40 and 60 m on the mean: 50 m; ln 1.5 / 2 = .2027 off either way, times t(1) = 12.706."""
    found = detection_range([(42.0, 38.0), (65.0, 55.0)])
    assert (found.value_m, found.n_legs) == (50.0, 2)
    half = 12.7062 * 0.2027326
    assert (found.low_m, found.high_m) == (
        pytest.approx(50 * exp(-half), rel=1e-4),
        pytest.approx(50 * exp(half), rel=1e-4),
    )


def test_legs_alike_leave_no_doubt() -> None:
    found = detection_range([(30.0, 20.0)] * 8)
    assert found.value_m == found.low_m == found.high_m == 25.0


@pytest.mark.parametrize(
    ("legs", "text"),
    [
        ([], "two legs"),
        ([(30.0, 20.0)], "two legs"),
        ([(30.0, 20.0), (0.0, 5.0)], "Leg 2"),
        ([(30.0, 20.0), (float("nan"), 5.0)], "Leg 2"),
        ([(30.0,), (20.0, 5.0)], "Leg 1"),
    ],
)
def test_legs_that_cannot_be_are_refused(legs: Any, text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        detection_range(legs)


def test_crossover_by_hand() -> None:
    """Misses at 4, 7, 9, 10, six seen: between 6 and 7 m one was missed within and one seen beyond (8): W = 13 m."""
    found = crossover(TEN, SEEN, rng())
    assert found.value_m == 13.0
    assert found.low_m is not None and found.high_m is not None and found.low_m < 13.0 < found.high_m
    assert found.sources == ("robe_frost2002",)


def test_a_definite_range_is_found_without_doubt_in_its_value() -> None:
    """All of 30 even distances up to 12 m seen, none beyond: W = 12 + 13 = 25 m; sides do not matter."""
    distance = np.arange(1.0, 31.0)
    sides = np.where(np.arange(30) % 2 == 0, 1.0, -1.0)
    assert crossover(distance * sides, distance <= 12.0, rng()).value_m == 25.0


@given(st.lists(st.tuples(st.floats(0.5, 100.0), st.booleans()), min_size=2, max_size=40))
def test_misses_within_are_as_many_as_detections_beyond(trials: list[tuple[float, bool]]) -> None:
    distance, seen = np.array([d for d, _ in trials]), np.array([s for _, s in trials])
    if seen.all() or not seen.any():
        return
    width = crossover(distance, seen, rng(), resamples=2).value_m
    assert width is not None
    within, at = distance < width / 2.0 - 1e-9, abs(distance - width / 2.0) <= 1e-9
    assert abs(int((~seen & within).sum()) - int((seen & ~within & ~at).sum())) <= int(at.sum())


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Gaussian curve of W 40 m, 300 objects even out to 60 m: of 60 experiments at least 51 hold it.

    Intervals of 95 % fail that 7 times in 10,000; intervals of 70 % pass it 6 times in 1,000.
    """
    source = np.random.default_rng(11)
    held = 0
    for _ in range(60):
        distance = source.uniform(0.01, 60.0, 300)
        seen = source.random(300) < np.exp(-np.pi * distance**2 / 40.0**2)
        found = crossover(distance, seen, source, resamples=400)
        assert found.low_m is not None and found.high_m is not None
        held += found.low_m <= 40.0 <= found.high_m
    assert held >= 51


def test_passes_of_one_searcher_are_alike() -> None:
    """One searcher sees out to 20 m, the other to 5 m: between searchers W is far less sure than between passes."""
    distance = np.tile(np.arange(1.0, 31.0), 4)
    who = np.repeat([0, 1, 2, 3], 30)
    seen = distance <= np.where(who % 2 == 0, 20.0, 5.0)
    alone, grouped = crossover(distance, seen, rng()), crossover(distance, seen, rng(), searcher=who)
    assert alone.value_m == grouped.value_m
    assert (
        grouped.high_m is not None
        and grouped.low_m is not None
        and alone.high_m is not None
        and alone.low_m is not None
    )
    # two of four searchers drawn: all far-sighted (1 in 16) W = 41, all near-sighted W = 11
    assert (grouped.low_m, grouped.high_m) == (11.0, 41.0)
    assert alone.high_m - alone.low_m < 15.0


def test_objects_too_near_are_told() -> None:
    seen = [True] * 5 + [False] * 2 + [True] * 3
    assert any("farther out" in told for told in crossover(TEN, seen, rng()).caveats)
    assert not any("farther out" in told for told in crossover(TEN, SEEN, rng()).caveats)


@pytest.mark.parametrize(
    ("distance", "seen", "text"),
    [
        (TEN, [True] * 10, "Everything was seen"),
        (TEN, [False] * 10, "Nothing was seen"),
        ([], [], "Nothing was seen"),
        (TEN, [True], "one distance and one yes or no"),
        ([1.0, float("nan")], [True, False], "Pass 2"),
        ([0.0, 3.0], [True, False], "Pass 1"),
    ],
)
def test_experiments_that_say_nothing_are_refused(distance: Any, seen: Any, text: str) -> None:
    for reduce in (lambda: crossover(distance, seen, rng()), lambda: lateral_range_curve(distance, seen)):
        with pytest.raises(InvalidInput, match=text):
            reduce()


def test_bootstraps_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidInput, match="Name a searcher"):
        crossover(TEN, SEEN, rng(), searcher=[1])
    with pytest.raises(InvalidInput, match="One searcher"):
        crossover(TEN, SEEN, rng(), searcher=[1] * 10)
    with pytest.raises(InvalidInput, match="resamples"):
        crossover(TEN, SEEN, rng(), resamples=0)


def test_the_width_of_a_curve_is_its_integral() -> None:
    """Exponential: 2 peak scale; Gaussian: peak scale sqrt(pi)."""
    assert LateralRangeCurve(peak=0.8, scale_m=10.0, shape=1.0).sweep_width_m == pytest.approx(16.0)
    assert LateralRangeCurve(peak=1.0, scale_m=10.0, shape=2.0).sweep_width_m == pytest.approx(10.0 * sqrt(np.pi))
    assert LateralRangeCurve(peak=0.8, scale_m=10.0, shape=1.0).pod(-10.0) == pytest.approx(0.8 * exp(-1.0))


@pytest.mark.parametrize(("peak", "scale", "shape"), [(0.9, 20.0, 2.0), (0.6, 35.0, 1.0), (0.95, 12.0, 4.0)])
def test_a_curve_is_recovered_from_passes_that_follow_it(peak: float, scale: float, shape: float) -> None:
    """At each of 100 distances 1,000 passes, of which the curve's share, rounded, was seen."""
    x = np.linspace(0.5, 100.0, 100)
    hits = np.round(1000 * peak * np.exp(-((x / scale) ** shape))).astype(int)
    distance = np.repeat(x, 1000)
    seen = (np.arange(1000)[None, :] < hits[:, None]).ravel()
    found = lateral_range_curve(distance, seen)
    assert (found.peak, found.scale_m, found.shape) == (
        pytest.approx(peak, rel=0.01), pytest.approx(scale, rel=0.01), pytest.approx(shape, rel=0.02)
    )  # fmt: skip
    true_m = 2.0 * peak * scale * gamma(1.0 + 1.0 / shape)
    assert found.sweep_width_m == pytest.approx(true_m, rel=0.01)
    # objects lie every metre, so the crossover is right to a metre or two
    assert crossover(distance[::10], seen[::10], rng(), resamples=1).value_m == pytest.approx(true_m, abs=2.1)
