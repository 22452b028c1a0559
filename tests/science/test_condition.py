"""The subject's state: sums, order in time, what a miss says, and the worked numbers of THEORY 12."""

from __future__ import annotations

from math import exp
from typing import get_args

import pytest

from wayhome.base.errors import InvalidInput
from wayhome.science.condition import (
    Condition,
    Kind,
    State,
    alive_share,
    condition,
    missed,
    mobile_share,
    pod_average,
    pod_repeated,
    pod_shared,
)

HALF = Condition(mobile_responsive=0.5, immobile_responsive=0.0, unresponsive=0.5, dead=0.0, hiding=0.0)
PASS: dict[State, float] = {"mobile_responsive": 0.9, "unresponsive": 0.3}


def test_averaged_pods_are_not_multiplied() -> None:
    """THEORY 12: half responsive (.9), half not (.3), two passes: .75, not 1 - .4^2 = .84."""
    assert pod_average(HALF, PASS) == pytest.approx(0.6)
    assert pod_repeated(HALF, [PASS, PASS]) == pytest.approx(0.75)


def test_a_miss_makes_a_responsive_subject_unlikely() -> None:
    """THEORY 12: P(responsive) .5 -> .5 * .1 / (.5 * .1 + .5 * .7) = .125; the second pass is then worth .375."""
    after = missed(HALF, PASS)
    assert after.responsive == pytest.approx(0.125)
    assert pod_average(after, PASS) == pytest.approx(0.375)
    # pass by pass or both at once: 1 - .4 * .625 = .75
    assert pod_repeated(HALF, [PASS, PASS]) == pytest.approx(1 - (1 - 0.6) * (1 - 0.375))


def test_a_shared_doubt_about_the_sweep_width_does_not_average_out() -> None:
    """THEORY 12: C = 1, W x .5 or x 1.5 equally likely, three passes: .883, not .929."""
    found = pod_shared([1.0, 1.0, 1.0], [0.5, 1.5], [0.5, 0.5])
    assert found == pytest.approx(1.0 - 0.5 * (exp(-1.5) + exp(-4.5)))
    assert found == pytest.approx(0.883, abs=5e-4)
    assert 1.0 - (1.0 - pod_shared([1.0], [0.5, 1.5], [0.5, 0.5])) ** 3 == pytest.approx(0.929, abs=5e-4)
    assert pod_shared([0.3, 0.7], [1.0], [1.0]) == pytest.approx(1.0 - exp(-1.0))


def test_mobility_has_an_atom_and_straight_lines() -> None:
    """Hiker 0/3/6/14 h: a quarter never moved; at 1.5 h .625 move; at 10 h .15; at 22 h .05/e."""
    for hours, share in ((0.0, 0.75), (1.5, 0.625), (3.0, 0.5), (6.0, 0.25), (10.0, 0.15), (22.0, 0.05 / exp(1.0))):
        assert mobile_share("hiker", hours) == (pytest.approx(share), ())
    # child 10-12 has no atom: first quantile 1 h
    assert mobile_share("child_10_12", 0.0)[0] == 1.0
    assert mobile_share("child_10_12", 0.5)[0] == pytest.approx(0.875)


def test_hikers_in_dry_country_move_twice_as_long_and_it_is_said() -> None:
    share, (told,) = mobile_share("hiker", 6.0, "dry")
    assert share == pytest.approx(0.5) and "2 times as long" in told
    share, (told,) = mobile_share("gatherer", 3.0)
    assert share == pytest.approx(0.5) and "no published mobility of gatherer" in told


def test_alive_share_beyond_the_table_is_an_own_choice_and_said() -> None:
    """Hiker .49 at 96 h, halved once after 240 h more."""
    share, told = alive_share("hiker", 336.0)
    assert share == pytest.approx(0.245) and any("by half every 240 h" in text for text in told)
    share, told = alive_share("dementia", 24.0)
    assert share == 0.76 and any("no public figures" in text and "stand in" in text for text in told)


def test_condition_of_a_lost_hiker_by_hand() -> None:
    """6 h: alive .97 - .21/4 = .9175, moving .25; of .6675 still exp(-6/72) answer; 2 % of both hide."""
    found = condition("Hiker", 6.0)
    still = 0.6675 * exp(-6.0 / 72.0)
    assert found.dead == pytest.approx(0.0825) and found.alive == pytest.approx(0.9175)
    assert found.mobile_responsive == pytest.approx(0.98 * 0.25)
    assert found.immobile_responsive == pytest.approx(0.98 * still)
    assert found.unresponsive == pytest.approx(0.6675 - still)
    assert found.hiding == pytest.approx(0.02 * (0.25 + still))


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("category", ["hiker", "child_4_6", "child_10_12", "dementia", "snowboarder", "ninja"])
def test_every_condition_is_a_probability_and_grows_no_better(kind: Kind, category: str) -> None:
    before: Condition | None = None
    for hours in (0.0, 0.1, 1.0, 5.0, 13.9, 24.0, 60.0, 96.0, 97.0, 500.0, 8760.0):
        now = condition(category, hours, kind)  # check() refuses what does not sum to 1
        assert now.caveats and all(now.caveats)
        if before is not None:
            assert now.alive <= before.alive + 1e-12
            assert now.mobile_responsive <= before.mobile_responsive + 1e-12
        before = now


def test_the_scenario_decides_who_hides() -> None:
    assert condition("hiker", 12.0, "evading").hiding > 0.6 > 0.02 >= condition("hiker", 12.0).hiding
    assert condition("child_4_6", 1.0).hiding > 4 * condition("child_13_15", 1.0).hiding
    assert condition("hiker", 8760.0, "evading").alive > 0.9 > 0.01 > condition("hiker", 8760.0).alive


def test_a_search_worth_the_same_in_every_state_says_nothing_of_it() -> None:
    every: dict[State, float] = dict.fromkeys(get_args(State), 0.4)
    start = condition("hiker", 30.0)
    assert missed(start, every).probabilities() == pytest.approx(start.probabilities())
    assert missed(start, {}) == start
    assert missed(start, every).caveats == start.caveats
    assert pod_average(start, every) == pytest.approx(0.4)
    assert pod_repeated(start, []) == 0.0


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidInput, match="sum to 1"):
        HALF.replace(dead=0.2)
    with pytest.raises(InvalidInput, match="could not have failed"):
        missed(HALF, {"mobile_responsive": 1.0, "unresponsive": 1.0})
    with pytest.raises(InvalidInput, match="no state"):
        missed(HALF, {"asleep": 0.5})  # type: ignore[dict-item]
    with pytest.raises(InvalidInput, match="fraction"):
        pod_average(HALF, {"dead": 1.5})
    with pytest.raises(InvalidInput, match="Hours"):
        condition("hiker", -1.0)
    with pytest.raises(InvalidInput, match="kind"):
        condition("hiker", 1.0, "bored")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="factor"):
        pod_shared([1.0], [0.0], [1.0])
