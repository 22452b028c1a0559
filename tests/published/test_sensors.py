"""Numbers of THEORY 3.2, 3.3 and 12 and of the abstracts they come from: sweep widths, moving subjects, shared doubt."""

from __future__ import annotations

from math import log

import pytest

from wayhome.science.condition import Condition, State
from wayhome.science.detection import pod_parallel, pod_random
from wayhome.science.sensors import (
    PIXELS_NEEDED,
    SENSORS,
    clue_pod_on_track,
    definite_range_m,
    either_sweep_width_m,
    pod_passes,
    relative_speed_factor,
    search_time_s,
    sweep_width,
)
from wayhome.science.tables import table

HALF = Condition(mobile_responsive=0.5, immobile_responsive=0.0, unresponsive=0.5, dead=0.0, hiding=0.0)


def test_walkers_by_detection_range() -> None:
    """Koester et al. 2014: 1.8, 1.6, 1.1 and, all classes together, 1.645 times Rd."""
    for visibility, factor in (("high", 1.8), ("medium", 1.6), ("low", 1.1), (None, 1.645)):
        found = sweep_width("searcher", visibility=visibility, detection_range_m=10.0)  # type: ignore[arg-type]
        assert found.value_m == pytest.approx(10.0 * factor)


def test_air_scent_dogs() -> None:
    """Chiacchia et al. 2015: mean 95 m, 95 % CI 44 to 145."""
    found = sweep_width("dog_air_scent")
    assert (found.value_m, found.low_m, found.high_m, found.sources) == (95.0, 44.0, 145.0, ("chiacchia2015",))


def test_the_forest_by_day_and_by_night() -> None:
    """64 m by day, 22 m by night, 68 m with infrared; the factor .34 stated beside them is their ratio."""
    day, night = sweep_width("searcher").value_m, sweep_width("searcher", light="night").value_m
    assert (day, night, sweep_width("searcher_infrared", light="night").value_m) == (64.0, 22.0, 68.0)
    (factor,) = (row["factor"] for row in table("sensors")["light"] if row["light"] == "night")
    assert day is not None and night is not None
    assert night / day == pytest.approx(factor, abs=5e-3)


def test_sound_and_light() -> None:
    """Koester, Gordon, Wells, Tucker: shouts heard 332 m by day, 306 m by night."""
    assert sweep_width("sound_line").value_m == 332.0
    assert sweep_width("sound_line", light="night").value_m == 306.0
    noticed = {(r["signal"], r["light"]): r["sweep_width_m"] for r in table("sensors")["noticed"]}
    assert noticed == {
        ("whistle", "day"): 401.0, ("whistle", "night"): 395.0, ("light", "night"): 277.0, ("either", "night"): 460.0
    }  # fmt: skip


def test_two_signals_together_against_the_one_experiment_that_had_both() -> None:
    """Whistle 395 m, light 277 m, either 460 m: the rule must come within 5 %; the sum is 46 % and the greater 14 % off."""
    assert either_sweep_width_m(395.0, 277.0) == pytest.approx(460.0, rel=0.05)


def test_clues_on_the_track() -> None:
    """New Zealand: orange gloves 99 %, grey 52 %; the forest: 100 and 83 % by day, 94 and 43 % by night."""
    high, low = clue_pod_on_track("high", "night"), clue_pod_on_track("low", "night")
    assert high is not None and low is not None and (high.value, low.value) == (0.94, 0.43)
    high, low = clue_pod_on_track("high"), clue_pod_on_track("low")
    assert high is not None and low is not None
    assert ((high.low, high.high), (low.low, low.high)) == ((0.99, 1.0), (0.52, 0.83))


def test_critical_separation_is_about_one_half() -> None:
    """Perkins and Roberts: POD about 50 % at a spacing of 2 Rd. C = W / 2 Rd; the laws must lie about it."""
    for visibility in ("high", "medium", "low"):
        width = sweep_width("searcher", visibility=visibility, detection_range_m=1.0).value_m  # type: ignore[arg-type]
        assert width is not None
        assert 0.4 < pod_random(width / 2.0) < pod_parallel(width / 2.0) < 0.75


def test_camera() -> None:
    """SAREnv: 33.1 m at 80 m and 45 degrees; 4, 15 and 25 pixels to detect, recognise and identify."""
    assert definite_range_m(80.0, 45.0) == pytest.approx(33.1, abs=0.05)
    assert {task: float(needed) for task, needed in PIXELS_NEEDED.items()} == {
        "detect": 4.0, "recognise": 15.0, "identify": 25.0
    }  # fmt: skip


def test_placeholders_are_those_of_the_programs_and_never_used() -> None:
    """THEORY 3.3: two programs give one helicopter 5 and 1,500 m."""
    held = {p.program: p for p in SENSORS["helicopter_sight"].placeholders}
    assert {name: p.figure_m for name, p in held.items()} == {"IGT4SAR": 5.0, "LandSAR": 1500.0}
    assert held["IGT4SAR"].speed_mps == pytest.approx(25 * 1609.344 / 3600)
    assert held["LandSAR"].speed_mps == pytest.approx(60 / 3.6)
    assert sweep_width("helicopter_sight").value_m is None
    amdr = [p.figure_m for p in SENSORS["searcher"].placeholders if p.meaning == "AMDR"]
    assert amdr == [4.0, 7.0, 10.0, 10.0]


def test_a_moving_subject() -> None:
    """THEORY 12: x 1.064 at u = v/2, x 1.273 at u = v, x 2.127 at u = 2v."""
    for ratio, factor in ((0.5, 1.064), (1.0, 1.273), (2.0, 2.127)):
        assert relative_speed_factor(1.2 * ratio, 1.2) == pytest.approx(factor, abs=5e-4)


def test_averaged_pods_are_not_multiplied() -> None:
    """THEORY 12: half answer (.9), half do not (.3), two passes: .75, not .84; after one miss P(answers) .125."""
    each: dict[State, float] = {"mobile_responsive": -log(0.1), "unresponsive": -log(0.7)}
    once, twice = (pod_passes([each] * n, (1.0,), (1.0,), HALF) for n in (1, 2))
    assert twice.pod == pytest.approx(0.75) and twice.pod_if_independent == pytest.approx(0.84)
    assert once.condition.responsive == pytest.approx(0.125)


def test_doubt_about_the_width_is_shared_by_the_passes() -> None:
    """THEORY 12: C = 1, W x .5 or x 1.5, three passes: .883, not .929."""
    found = pod_passes([{"unresponsive": 1.0, "mobile_responsive": 1.0}] * 3, (0.5, 1.5), (0.5, 0.5), HALF)
    assert found.pod == pytest.approx(0.883, abs=5e-4)
    assert found.pod_if_independent == pytest.approx(0.929, abs=5e-4)


def test_the_nomograph() -> None:
    """C = (W / 5280) N L / A, W in feet, L in miles, A in square miles: W 66 ft, 8 searchers, 5 mi each, .5 mi2: C 1.

    At 1 mph each takes 5 h.
    """
    coverage = 66.0 / 5280.0 * 8 * 5.0 / 0.5
    mile_m = 1609.344
    time_s = search_time_s(coverage, 0.5 * mile_m**2, 66.0 * 0.3048, mile_m / 3600.0, 8)
    assert coverage == pytest.approx(1.0)
    assert time_s == pytest.approx(5 * 3600.0)
