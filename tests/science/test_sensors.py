"""Sensors: widths and their doubt, what is empty stays empty, PODs kept apart, shared doubt, moving subjects."""

from __future__ import annotations

from math import cos, exp, inf, log, nan, pi, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from wayhome.base.errors import InvalidInput
from wayhome.science.condition import STATES, Condition, State, missed, pod_repeated, pod_shared
from wayhome.science.sensors import (
    SENSORS,
    DetectionRange,
    Width,
    clue_pod_on_track,
    definite_range_m,
    either_sweep_width_m,
    pixels_on_target,
    pod_passes,
    pods,
    relative_speed_factor,
    search_time_s,
    sweep_width,
    width_factors,
)

HALF = Condition(mobile_responsive=0.5, immobile_responsive=0.0, unresponsive=0.5, dead=0.0, hiding=0.0)
CERTAIN = Width(value_m=20.0, low_m=20.0, high_m=20.0, sources=("wayhome",))
metres = st.floats(0.1, 1e4)


# -- widths


@pytest.mark.parametrize("sensor", SENSORS)
@pytest.mark.parametrize("light", ["day", "night", "night_dim"])
@pytest.mark.parametrize("sought", ["person", "clue"])
def test_every_width_is_measured_with_source_and_doubt_or_empty_with_a_reason(
    sensor: str, light: Any, sought: Any
) -> None:
    found = sweep_width(sensor, light=light, sought=sought)
    assert found.caveats and all(found.caveats)
    if found.value_m is None:
        assert (found.low_m, found.high_m, found.sources) == (None, None, ())
    else:
        assert found.low_m is not None and found.high_m is not None
        assert found.low_m < found.value_m < found.high_m and found.sources


@pytest.mark.parametrize(
    "sensor",
    [key for key, s in SENSORS.items() if s.kind in ("air", "drone")] + ["searcher_night_vision", "dog_trailing"],
)
def test_nobody_measured_it_so_there_is_no_width(sensor: str) -> None:
    for light in ("day", "night"):
        found = sweep_width(sensor, light=light)  # type: ignore[arg-type]
        assert found.value_m is None
        for held in SENSORS[sensor].placeholders if SENSORS[sensor].light in (None, light) else ():
            assert any(f"{held.program} has {held.figure_m:g} m" in told for told in found.caveats)


def test_a_range_gives_the_width_of_its_class_and_its_doubt() -> None:
    """Rd 20 m: 36, 32, 22 and 32.9 m; to a factor 1.5 either way."""
    for visibility, width in (("high", 36.0), ("medium", 32.0), ("low", 22.0), (None, 32.9)):
        found = sweep_width("searcher", visibility=visibility, detection_range_m=20.0)  # type: ignore[arg-type]
        assert (found.value_m, found.low_m, found.high_m) == (
            pytest.approx(width), pytest.approx(width / 1.5), pytest.approx(width * 1.5)
        )  # fmt: skip
        assert found.sources == ("koester2014",)


def test_doubt_of_the_range_adds_to_that_of_the_rule() -> None:
    """Logarithms add in squares: a range good to a factor 1.5 too gives 1.5 ** sqrt(2) = 1.774."""
    measured = DetectionRange(value_m=20.0, low_m=20.0 / 1.5, high_m=30.0, n_legs=4)
    found = sweep_width("searcher", visibility="high", detection_range_m=measured)
    assert found.low_m == pytest.approx(36.0 / 1.5 ** sqrt(2.0))
    assert found.high_m == pytest.approx(36.0 * 1.5 ** sqrt(2.0))


def test_light_counts_once_and_only_where_the_range_does_not_hold_it() -> None:
    day = sweep_width("searcher", visibility="medium", detection_range_m=40.0)
    night = sweep_width("searcher", visibility="medium", detection_range_m=40.0, light="night")
    dim = sweep_width("searcher", visibility="medium", detection_range_m=40.0, light="night_dim")
    there = sweep_width("searcher", visibility="medium", detection_range_m=40.0, light="night", range_light="night")
    lamps = sweep_width("searcher", visibility="medium", detection_range_m=40.0, light="night_dim", range_light="night")
    assert (day.value_m, night.value_m, dim.value_m) == (64.0, pytest.approx(0.34 * 64), pytest.approx(0.17 * 64))
    assert (there.value_m, lamps.value_m) == (64.0, pytest.approx(0.5 * 64))
    assert night.sources == ("koester2014", "rescue2018") and there.sources == ("koester2014",)
    assert night.low_m is not None and night.value_m is not None and night.value_m / night.low_m > 2.0
    with pytest.raises(InvalidInput, match="worse light") as told:
        sweep_width("searcher", detection_range_m=40.0, range_light="night")
    assert told.value.details["field"] == "range_light"


def test_what_has_no_factor_is_named() -> None:
    told = sweep_width("dog_air_scent", light="night", cover="spruce", wind_mps=4.0, detection_range_m=5.0).caveats
    for text in ("for cover (spruce)", "for wind", "for night", "range is not used"):
        assert any(text in caveat for caveat in told), text
    with_range = sweep_width("searcher", visibility="low", detection_range_m=9.0, cover="spruce")
    assert not any("cover" in caveat for caveat in with_range.caveats)  # the range was walked in it
    assert any("dim lamps" in caveat for caveat in sweep_width("sound_line", light="night_dim").caveats)


def test_the_forest_figure_serves_its_own_class_only() -> None:
    assert sweep_width("searcher").value_m == sweep_width("searcher", visibility="medium").value_m == 64.0
    assert sweep_width("searcher", light="night_dim").value_m == 11.0
    for visibility in ("high", "low"):
        found = sweep_width("searcher", visibility=visibility)  # type: ignore[arg-type]
        assert found.value_m is None and any("Measure the detection range" in c for c in found.caveats)
    assert sweep_width("searcher", sought="clue").value_m is None
    assert sweep_width("searcher", sought="clue", visibility="low", detection_range_m=3.0).value_m == pytest.approx(3.3)


def test_a_camera_bounds_its_width_by_the_swath() -> None:
    """h = 50 m, 90 degrees: 50 m to either side."""
    found = sweep_width("drone_thermal", height_m=50.0, fov_deg=90.0)
    assert (found.value_m, found.low_m, found.high_m) == (None, None, pytest.approx(100.0))
    assert definite_range_m(50.0, 90.0) == pytest.approx(50.0)


def test_pixels_by_hand() -> None:
    """1.8 m at 60 m, 9 mm, 12 um: an image of .27 mm, 22.5 pixels."""
    assert pixels_on_target(1.8, 60.0, 9.0, 12.0) == pytest.approx(22.5)


@pytest.mark.parametrize(
    ("arguments", "text", "field"),
    [
        ({"sensor": "owl"}, 'no sensor "owl"', "sensor"),
        ({"light": "dusk"}, "dusk", "light"),
        ({"range_light": "dusk"}, "dusk", "range_light"),
        ({"sought": "car"}, "car", "sought"),
        ({"visibility": "bright"}, "bright", "visibility"),
        ({"detection_range_m": 0.0}, "positive", "detection_range_m"),
        ({"detection_range_m": nan}, "positive", "detection_range_m"),
        ({"wind_mps": -1.0}, "Wind", "wind_mps"),
        ({"height_m": 50.0, "fov_deg": 40.0}, "drone only", "height_m"),
        ({"sensor": "drone_visual", "height_m": 50.0}, "together", "height_m"),
        ({"sensor": "drone_visual", "height_m": 50.0, "fov_deg": 180.0}, "field of view", "fov_deg"),
        ({"sensor": "drone_visual", "height_m": -5.0, "fov_deg": 80.0}, "height_m", "height_m"),
    ],
)
def test_bad_questions_get_a_sentence(arguments: dict[str, Any], text: str, field: str) -> None:
    with pytest.raises(InvalidInput, match=text) as told:
        sweep_width(**{"sensor": "searcher", **arguments})
    assert told.value.details["field"] == field


@pytest.mark.parametrize("bounds", [(None, 20.0), (0.0, 20.0), (11.0, 20.0), (5.0, 9.0), (5.0, inf), (nan, 20.0)])
def test_a_width_out_of_order_is_refused(bounds: tuple[Any, Any]) -> None:
    with pytest.raises(InvalidInput, match="low <= value <= high"):
        Width(value_m=10.0, low_m=bounds[0], high_m=bounds[1], sources=())


# -- three PODs


@given(metres, metres)
def test_either_lies_between_the_greater_and_the_sum(a: float, b: float) -> None:
    both = either_sweep_width_m(a, b)
    assert max(a, b) * (1 - 1e-12) <= both <= (a + b) * (1 + 1e-12)
    assert both == pytest.approx(either_sweep_width_m(b, a))


def test_either_is_the_integral_it_says() -> None:
    """W 30 and 40: 70 - 1200/50 = 46."""
    found, _ = quad(lambda x: 1 - (1 - exp(-pi * x * x / 900)) * (1 - exp(-pi * x * x / 1600)), -300, 300, points=[0])
    assert either_sweep_width_m(30.0, 40.0) == pytest.approx(46.0)
    assert found == pytest.approx(46.0, abs=1e-6)


def test_three_pods_are_kept_apart() -> None:
    """L/A = .02 per m: sight 30 m C .6, with sound 40 m 46 m C .92, clue 5 m C .1; ends of the interval likewise."""
    person = Width(value_m=30.0, low_m=15.0, high_m=60.0, sources=())
    sound = Width(value_m=40.0, low_m=20.0, high_m=80.0, sources=())
    found = pods(
        2000.0, 100_000.0, person=person, sound=sound, clue=CERTAIN.replace(value_m=5.0, low_m=5.0, high_m=5.0)
    )
    assert found.unresponsive is not None and found.responsive is not None and found.clue is not None
    assert found.unresponsive.value == pytest.approx(1 - exp(-0.6))
    assert (found.unresponsive.low, found.unresponsive.high) == (
        pytest.approx(1 - exp(-0.3)), pytest.approx(1 - exp(-1.2))
    )  # fmt: skip
    assert found.responsive.value == pytest.approx(1 - exp(-0.92))
    assert (found.responsive.low, found.responsive.high) == (
        pytest.approx(1 - exp(-0.46)),
        pytest.approx(1 - exp(-1.84)),
    )
    assert found.clue.value == found.clue.low == found.clue.high == pytest.approx(1 - exp(-0.1))
    by_state = found.by_state()
    assert set(by_state) == set(STATES)
    assert by_state["mobile_responsive"] == by_state["immobile_responsive"] == found.responsive.value
    assert by_state["unresponsive"] == by_state["dead"] == by_state["hiding"] == found.unresponsive.value


def test_what_is_not_known_gives_no_pod() -> None:
    empty = sweep_width("drone_thermal", height_m=50.0, fov_deg=90.0)
    found = pods(1000.0, 1e5, person=empty)
    assert (found.responsive, found.unresponsive, found.clue) == (None, None, None)
    heard = pods(1000.0, 1e5, person=empty, sound=CERTAIN)
    assert heard.responsive is not None and heard.responsive.value == pytest.approx(1 - exp(-0.2))
    assert heard.unresponsive is None and heard.by_state()["dead"] == 0.0
    seen = pods(1000.0, 1e5, person=CERTAIN, sound=empty)
    assert seen.responsive is not None and seen.responsive == seen.unresponsive
    with pytest.raises(InvalidInput, match="Track length"):
        pods(-1.0, 1e5, person=CERTAIN)
    with pytest.raises(InvalidInput, match="area_m2"):
        pods(1.0, 0.0, person=CERTAIN)


def test_clues_on_the_track() -> None:
    day = clue_pod_on_track("low")
    assert day is not None and (day.value, day.low, day.high) == (pytest.approx((0.52 + 0.83) / 2), 0.52, 0.83)
    assert clue_pod_on_track("medium") is None
    with pytest.raises(InvalidInput, match="bright"):
        clue_pod_on_track("bright")  # type: ignore[arg-type]


# -- repeated passes


def test_factors_hold_their_interval() -> None:
    """4000 cases of 95 (44 to 145): a fortieth lies below 44/95 and a fortieth above 145/95, half above 1."""
    dog = Width(value_m=95.0, low_m=44.0, high_m=145.0, sources=())
    factors, weights = width_factors(dog, 4000)
    assert sum(weights) == pytest.approx(1.0) and list(factors) == sorted(factors)
    found = np.array(factors)
    assert [(found < 44 / 95).sum(), (found < 1.0).sum(), (found > 145 / 95).sum()] == [100, 2000, 100]
    assert width_factors(CERTAIN)[0] == (1.0,) * 20
    with pytest.raises(InvalidInput, match="no sweep width"):
        width_factors(sweep_width("fixed_wing"))
    with pytest.raises(InvalidInput, match="cases"):
        width_factors(dog, 0)


shares = st.lists(st.floats(0.01, 1.0), min_size=5, max_size=5)
covered = st.lists(st.lists(st.floats(0.0, 5.0), min_size=5, max_size=5), min_size=0, max_size=4)


@given(shares, covered, st.floats(1.0, 4.0))
def test_laws_of_repeated_passes(parts: list[float], coverages: list[list[float]], off: float) -> None:
    """Order is irrelevant, no pass takes away, and with no doubt about W it is the sum over states alone."""
    condition = Condition(**dict(zip(STATES, [p / sum(parts) for p in parts], strict=True)))
    passes: list[dict[State, float]] = [dict(zip(STATES, row, strict=True)) for row in coverages]
    factors, weights = (1.0 / off, 1.0, off), (0.25, 0.5, 0.25)
    one = pod_passes(passes, factors, weights, condition)
    assert one.pod == pytest.approx(pod_passes(passes[::-1], factors, weights, condition).pod)
    assert one.pod >= pod_passes(passes[:-1], factors, weights, condition).pod - 1e-12
    again = pod_passes(passes[:1] * 3, factors, weights, condition)  # the same pass again: sharing never helps
    assert again.pod <= again.pod_if_independent + 1e-9
    assert sum(one.weights) == pytest.approx(1.0)
    sure = pod_passes(passes, (1.0,), (1.0,), condition)
    fractions: list[dict[State, float]] = [{s: 1 - exp(-c) for s, c in row.items()} for row in passes]
    assert sure.pod == pytest.approx(pod_repeated(condition, fractions), abs=1e-12)


def test_state_and_width_are_summed_over_together() -> None:
    """Halves: answers with C 2 or not with 1, W halved or right; two passes: 1 - (e^-2 + e^-4 + e^-1 + e^-2)/4."""
    each: dict[State, float] = {"mobile_responsive": 2.0, "unresponsive": 1.0}
    found = pod_passes([each, each], (0.5, 1.0), (0.5, 0.5), HALF)
    total = exp(-2.0) + exp(-4.0) + exp(-1.0) + exp(-2.0)
    assert found.pod == pytest.approx(1 - total / 4)
    assert found.condition.responsive == pytest.approx((exp(-2.0) + exp(-4.0)) / total)
    assert found.weights == (
        pytest.approx((exp(-2.0) + exp(-1.0)) / total),
        pytest.approx((exp(-4.0) + exp(-2.0)) / total),
    )


def test_a_miss_changes_the_state_as_missed_says() -> None:
    coverage: dict[State, float] = {"mobile_responsive": -log(0.1), "unresponsive": -log(0.7)}
    after = pod_passes([coverage], (1.0,), (1.0,), HALF).condition
    assert after.probabilities() == pytest.approx(
        missed(HALF, {"mobile_responsive": 0.9, "unresponsive": 0.3}).probabilities()
    )


def test_one_state_is_the_shared_doubt_alone() -> None:
    sure = HALF.replace(mobile_responsive=1.0, unresponsive=0.0)
    found = pod_passes([{"mobile_responsive": 0.3}, {"mobile_responsive": 0.7}], (0.5, 1.5), (0.4, 0.6), sure)
    assert found.pod == pytest.approx(pod_shared([0.3, 0.7], [0.5, 1.5], [0.4, 0.6]))


@pytest.mark.parametrize(
    ("passes", "factors", "weights", "text"),
    [
        ([{"asleep": 1.0}], (1.0,), (1.0,), "no state"),
        ([{}, {"dead": -1.0}], (1.0,), (1.0,), "Pass 2"),
        ([{"dead": inf}], (1.0,), (1.0,), "Pass 1"),
        ([{}], (1.0, 0.0), (0.5, 0.5), "Factor 2"),
        ([{}], (1.0, nan), (0.5, 0.5), "Factor 2"),
        ([{}], (1.0,), (0.5, 0.5), "sum to 1"),
        ([{}], (1.0, 2.0), (0.5, 0.4), "sum to 1"),
        ([{}], (), (), "sum to 1"),
        ([{"mobile_responsive": 1e4, "unresponsive": 1e4}], (1.0,), (1.0,), "could not have failed"),
    ],
)
def test_passes_that_cannot_be_are_refused(passes: Any, factors: Any, weights: Any, text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        pod_passes(passes, factors, weights, HALF)


# -- moving subject, effort


def test_a_subject_at_rest_changes_nothing_and_a_fast_one_finds_itself() -> None:
    assert relative_speed_factor(0.0, 1.3) == 1.0
    # v / u -> 0: (2/pi)(u/v)(pi/2) = u/v
    assert relative_speed_factor(1e6, 1.0) == pytest.approx(1e6, rel=1e-9)
    assert relative_speed_factor(1e200, 1.0) == pytest.approx(1e200)


@given(st.floats(0.0, 20.0), st.floats(0.05, 20.0))
def test_relative_speed_is_the_mean_over_all_directions(subject: float, searcher: float) -> None:
    mean, _ = quad(lambda a: sqrt(max(subject**2 + searcher**2 - 2 * subject * searcher * cos(a), 0.0)) / pi, 0.0, pi)
    assert relative_speed_factor(subject, searcher) == pytest.approx(mean / searcher, rel=1e-5)


def test_the_time_of_a_segment() -> None:
    """C 1 over 100,000 m2 with 4 searchers of W 25 m at .5 m/s: 100,000 / 50 = 2,000 s; and back: W v n t / A = C."""
    assert search_time_s(1.0, 100_000.0, 25.0, 0.5, 4) == pytest.approx(2000.0)
    assert search_time_s(0.0, 100_000.0, 25.0, 0.5) == 0.0


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: relative_speed_factor(-1.0, 1.0), "subject_mps"),
        (lambda: relative_speed_factor(1.0, 0.0), "searcher_mps"),
        (lambda: search_time_s(-1.0, 1.0, 1.0, 1.0), "coverage"),
        (lambda: search_time_s(1.0, 1.0, 1.0, 1.0, 0), "searchers"),
        (lambda: search_time_s(1.0, nan, 1.0, 1.0), "area_m2"),
        (lambda: pixels_on_target(1.8, 0.0, 9.0, 12.0), "distance_m"),
        (lambda: either_sweep_width_m(1.0, 0.0), "other_m"),
    ],
)
def test_numbers_that_cannot_be_are_refused_by_name(call: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as told:
        call()
    assert told.value.details["field"] == field
