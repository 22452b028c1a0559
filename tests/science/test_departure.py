"""Has the subject left: walkers counted by hand, watches that miss, and a verdict that failed searches cannot move."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.science.departure import (
    BEFORE_WATCH,
    EVADER_QUALITY_FACTOR,
    GAP,
    MISSED,
    Boundary,
    Departed,
    Part,
    Watch,
    combined,
    departed,
    departed_static,
    reading,
    sensitivity,
)

H = 3600.0
# The story: he was across the border in the morning. The watch stands from hour 6, but not from 10 to 12.
BORDER = Boundary(
    id="B1",
    name="the border",
    watches=(Watch(quality=0.8, since_s=6 * H, until_s=10 * H), Watch(quality=0.8, since_s=12 * H)),
)
# Ten walkers: four cross at 3 h, two at 8 h, one at 11 h, one at 20 h, two never. It is hour 13.
CROSSED_S = np.array([3.0, 3.0, 3.0, 3.0, 8.0, 8.0, 11.0, 20.0, inf, inf])[:, None] * H
TENTHS = np.full(10, 0.1)
# kept: 4 x .1 before the watch, 2 x .1 x .2 missed, .1 in the gap, .3 inside
KEPT = 0.4 + 0.04 + 0.1 + 0.3


def of(crossed_h: list[list[float]], boundaries: list[Boundary], now_h: float = 24.0, factor: float = 1.0) -> Departed:
    crossed_s = np.array(crossed_h) * H
    return departed(
        crossed_s, np.full(len(crossed_s), 1 / len(crossed_s)), boundaries, now_h * H, quality_factor=factor
    )


def test_across_the_border_before_the_watch_began() -> None:
    """Had nobody reported: .7 left. The silence of the watch: .54 / .84, most of it before the watch."""
    told = departed(CROSSED_S, TENTHS, [BORDER], 13 * H)
    assert told.evidence == pytest.approx(KEPT)
    assert told.probability_left == pytest.approx(0.54 / KEPT)
    assert told.inside == pytest.approx(0.30 / KEPT)
    assert told.left.shape == (1, 3, 12)
    expected = np.zeros((3, 12))
    expected[BEFORE_WATCH, 3], expected[MISSED, 8], expected[GAP, 11] = 0.4 / KEPT, 0.04 / KEPT, 0.1 / KEPT
    assert told.left[0] == pytest.approx(expected)
    assert told.weights == pytest.approx(np.array([0.1] * 4 + [0.02] * 2 + [0.1] * 4) / KEPT)


def test_what_is_still_to_come_is_neither_leaving_nor_noticed() -> None:
    """At hour 7 only the first four have crossed, all before the watch: the report says nothing."""
    told = departed(CROSSED_S, TENTHS, [BORDER], 7 * H)
    assert told.evidence == pytest.approx(1.0)
    assert told.probability_left == pytest.approx(0.4)


def test_a_watch_stands_from_its_first_second_to_before_its_last() -> None:
    watched = Boundary(id="B", name="b", watches=(Watch(quality=1.0, since_s=2 * H, until_s=4 * H),))
    told = of([[1.999], [2.0], [3.999], [4.0]], [watched])
    assert told.weights == pytest.approx([0.5, 0.0, 0.0, 0.5])
    assert told.left[0].sum(axis=1) == pytest.approx([0.5, 0.5, 0.0])


def test_a_perfect_watch_that_always_stood_leaves_everybody_inside() -> None:
    told = of([[1.0], [5.0], [inf], [inf]], [Boundary(id="B", name="b", watches=(Watch(quality=1.0),))])
    assert told.probability_left == 0.0
    assert told.inside == pytest.approx(1.0)
    assert told.evidence == pytest.approx(0.5)


def test_an_unwatched_boundary_says_nothing() -> None:
    told = of([[1.0], [inf]], [Boundary(id="B", name="b")])
    assert told.evidence == 1.0
    assert told.left[0, BEFORE_WATCH].sum() == pytest.approx(0.5)


def test_an_evader_is_missed_more() -> None:
    """Quality .8 x .5 = .4: the crosser keeps .6 of its half."""
    watched = Boundary(id="B", name="b", watches=(Watch(quality=0.8),))
    told = of([[1.0], [inf]], [watched], factor=float(EVADER_QUALITY_FACTOR))
    assert told.probability_left == pytest.approx(0.3 / 0.8)


def test_where_watches_overlap_the_best_counts() -> None:
    watched = Boundary(id="B", name="b", watches=(Watch(quality=0.2), Watch(quality=0.6), Watch(quality=0.4)))
    assert of([[1.0]], [watched]).evidence == pytest.approx(0.4)


def test_a_walker_left_by_the_first_outer_boundary_and_every_watch_counts() -> None:
    """River (inner) at 1 h, east at 3 h, south at 5 h: left by the east; missed by all three: .5 x .6 x .7."""
    river = Boundary(id="R", name="river", is_outer=False, watches=(Watch(quality=0.5),))
    south = Boundary(id="S", name="south", watches=(Watch(quality=0.3),))
    east = Boundary(id="E", name="east", watches=(Watch(quality=0.4),))
    told = of([[1.0, 5.0, 3.0], [1.0, inf, inf]], [river, south, east])
    assert told.evidence == pytest.approx(0.5 * (0.5 * 0.7 * 0.6) + 0.5 * 0.5)
    share = 0.21 / (0.21 + 0.5)
    assert told.left.sum(axis=(1, 2)) == pytest.approx([0.0, 0.0, share])
    assert told.inside == pytest.approx(1.0 - share)


def test_only_inner_boundaries_are_no_way_out() -> None:
    told = of([[1.0]], [Boundary(id="R", name="river", is_outer=False)])
    assert (told.probability_left, told.inside) == (0.0, 1.0)


def test_an_impossible_report_keeps_the_weights_and_rules_the_scenario_out() -> None:
    watched = Boundary(id="B", name="b", watches=(Watch(quality=1.0),))
    told = of([[1.0], [2.0]], [watched])
    assert told.evidence == 0.0
    assert told.weights == pytest.approx([0.5, 0.5])
    belief = combined([("walked", 0.5, told), ("home", 0.5, departed_static(0.0))])
    assert [s.weight_after for s in belief.scenarios] == [0.0, 1.0]
    with pytest.raises(InvalidInput, match="add the scenario"):
        combined([("walked", 1.0, told)])


def test_a_scenario_without_walkers() -> None:
    """Left .7, noticed with .4: the report has .72, and .42 / .72 left."""
    silent, told = departed_static(0.7), departed_static(0.7, noticed=0.4)
    assert (silent.evidence, silent.left_unknown) == (1.0, pytest.approx(0.7))
    assert told.evidence == pytest.approx(0.72)
    assert told.probability_left == pytest.approx(0.42 / 0.72)
    assert told.inside == pytest.approx(0.30 / 0.72)


def story_parts(factor: float = 1.0) -> list[Part]:
    """Walked away (.6, as above), taken by vehicle (.3, .8 left nobody knows where), at home (.1)."""
    return [
        ("runaway", 0.6, departed(CROSSED_S, TENTHS, [BORDER], 13 * H, quality_factor=factor)),
        ("taken", 0.3, departed_static(0.8)),
        ("home", 0.1, departed_static(0.0)),
    ]


TOTAL = 0.6 * KEPT + 0.4  # probability of the report over all scenarios


def test_combined_by_hand() -> None:
    belief = combined(story_parts(), rest_of_world=0.9)
    assert belief.probability_left_evidence == pytest.approx((0.6 * 0.54 + 0.24) / TOTAL)
    assert belief.probability_left == belief.probability_left_evidence
    assert belief.rest_of_world == 0.9
    assert belief.left_unknown == pytest.approx(0.24 / TOTAL)
    (way,) = belief.ways
    assert (way.boundary, way.name, way.is_watched) == ("B1", "the border", True)
    assert (way.before_watch, way.missed, way.through_gap) == pytest.approx((0.24 / TOTAL, 0.024 / TOTAL, 0.06 / TOTAL))
    assert way.probability == pytest.approx(0.324 / TOTAL)
    assert len(way.by_hour) == 12
    assert way.half_by_hour == 4  # .24 of .324 left in the fourth hour
    assert [s.weight_before for s in belief.scenarios] == pytest.approx([0.6, 0.3, 0.1])
    assert [s.weight_after for s in belief.scenarios] == pytest.approx([0.504 / TOTAL, 0.3 / TOTAL, 0.1 / TOTAL])
    assert belief.scenarios[0].probability_left == pytest.approx(0.54 / KEPT)


def test_ways_of_scenarios_with_other_boundaries_and_hours_add_up() -> None:
    north, east = Boundary(id="N", name="north"), Boundary(id="E", name="east")
    parts = [
        ("a", 0.5, of([[1.5, inf]], [north, east])),
        ("b", 0.5, of([[4.5, inf], [inf, 0.5]], [north, east])),
    ]
    first, second = combined(parts).ways
    assert (first.boundary, second.boundary) == ("N", "E")
    assert first.by_hour == pytest.approx((0.0, 0.5, 0.0, 0.0, 0.25))
    assert second.by_hour == pytest.approx((0.25,))


def test_failed_searches_stand_beside_the_evidence_and_do_not_move_it() -> None:
    """Searches that failed doubled the weight of "taken"; the evidence still says what it said."""
    parts = story_parts()
    searched = [(i, 2.0 * w if i == "taken" else w, p) for i, w, p in parts]
    with_searches = combined(parts, searched=searched, rest_of_world=0.97)
    without = combined(parts, rest_of_world=0.2)
    assert with_searches.probability_left_evidence == without.probability_left_evidence
    assert with_searches.ways == without.ways
    assert with_searches.probability_left == pytest.approx((0.324 + 0.48) / (TOTAL + 0.3))


def test_sensitivity_by_hand() -> None:
    """Half the quality: the two missed keep .6 each; none: the prior. A weight of "taken" halved or doubled."""
    halved_pod = [("runaway", 0.5, departed_static(0.2)), ("home", 0.5, departed_static(0.0))]
    rows = {row.what: row for row in sensitivity(story_parts, halved_pod=halved_pod)}
    base = (0.324 + 0.24) / TOTAL
    half = (0.6 * (0.4 + 0.12 + 0.1) + 0.24) / (0.6 * (0.4 + 0.12 + 0.1 + 0.3) + 0.4)
    assert rows["every POD were half of what was said"].probability_left == pytest.approx(0.1)
    assert rows["the watches were half as good"].probability_left == pytest.approx(half)
    assert rows["the watches were half as good"].change == pytest.approx(half - base)
    assert rows["no watch had stood at all"].probability_left == pytest.approx(0.6 * 0.7 + 0.24)
    assert rows['scenario "taken" weighed half as much'].probability_left == pytest.approx(0.444 / (TOTAL - 0.15))
    assert rows['scenario "taken" weighed twice as much'].probability_left == pytest.approx(0.804 / (TOTAL + 0.3))
    assert not any("home" in what for what in rows)
    assert len(rows) == 7


def test_reading_of_the_story() -> None:
    text = reading(combined(story_parts(), rest_of_world=0.9), sensitivity(story_parts))
    # .564 / .904 = .624; .24 / .904 = .265 before the watch
    assert text.startswith("The subject may have left or not: the evidence does not decide it (62 %")
    assert "The likeliest way out is the border (36 %; 27 % before the watch, 7 % through a gap" in text
    assert "half of that by hour 4" in text
    assert "For 27 % nobody can say by which boundary." in text
    assert "90 %: this tells how much was searched and is no evidence of leaving" in text
    assert "whether anybody saw who passed the border before the watch began" in text
    assert "What would change this:" in text
    assert "failed searches" not in text


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.96, "has almost certainly left"),
        (0.8, "has probably left"),
        (0.5, "may have left or not"),
        (0.1, "has probably not left"),
        (0.01, "has almost certainly not left"),
    ],
)
def test_the_verdict_follows_the_evidence_whatever_the_rest_of_world(share: float, words: str) -> None:
    evidence = [("s", 1.0, departed_static(share))]
    for rest_of_world in (0.0, 0.99):
        belief = combined(evidence, searched=[("s", 1.0, departed_static(0.99))], rest_of_world=rest_of_world)
        assert reading(belief).startswith(f"The subject {words}")
    assert "only as good as the PODs" in reading(
        combined(evidence, searched=[("s", 1.0, departed_static(0.5 * share))])
    )


def test_the_question_to_ask_follows_the_manner_of_leaving() -> None:
    at = [[8.0], [inf]]

    def asked(*watches: Watch) -> str:
        return reading(combined([("s", 1.0, of(at, [Boundary(id="B", name="the ford", watches=watches)]))]))

    assert "it was never watched" in asked()
    assert "before the watch began" in asked(Watch(quality=0.9, since_s=9 * H))
    assert "while the watch was away" in asked(Watch(quality=0.9, until_s=7 * H))
    assert "how surely the watch on the ford would have noticed" in asked(Watch(quality=0.5))


def test_what_cannot_be_is_refused() -> None:
    good = np.array([[H]])
    with pytest.raises(InvalidInput, match="fraction from 0 to 1"):
        Watch(quality=1.1)
    with pytest.raises(InvalidInput, match="end after it begins"):
        Watch(quality=0.5, since_s=2.0, until_s=2.0)
    with pytest.raises(MismatchError, match="one column for each boundary"):
        departed(good, [1.0], [BORDER, BORDER], H)
    with pytest.raises(InvalidInput, match="write inf"):
        departed([[np.nan]], [1.0], [BORDER], H)
    with pytest.raises(InvalidInput, match="before the IPP time"):
        departed([[-1.0]], [1.0], [BORDER], H)
    with pytest.raises(InvalidInput, match="sum to 0.9"):
        departed(good, [0.9], [BORDER], H)
    with pytest.raises(InvalidInput, match="after the IPP time"):
        departed(good, [1.0], [BORDER], inf)
    with pytest.raises(InvalidInput, match="factor on the watches"):
        departed(good, [1.0], [BORDER], H, quality_factor=-1.0)
    with pytest.raises(InvalidInput, match="fractions"):
        departed_static(1.2)
    with pytest.raises(InvalidInput, match="at least one scenario"):
        combined([])
    with pytest.raises(InvalidInput, match="each scenario once"):
        combined([("a", 0.5, departed_static(0.1)), ("a", 0.5, departed_static(0.1))])
    with pytest.raises(InvalidInput, match="at least 0"):
        combined([("a", -0.5, departed_static(0.1))])


times_h = st.one_of(st.just(inf), st.floats(0.0, 48.0))
watches = st.builds(
    lambda quality, since, lasts: Watch(quality=quality, since_s=since * H, until_s=(since + lasts) * H),
    st.floats(0.0, 0.99),
    st.floats(0.0, 40.0),
    st.floats(0.1, 20.0),
)


@given(
    st.lists(st.tuples(times_h, times_h), min_size=1, max_size=8),
    st.lists(watches, max_size=3),
    st.lists(watches, max_size=3),
    st.floats(0.0, 48.0),
)
def test_probability_is_conserved_and_silence_never_makes_leaving_likelier(
    crossed: list[tuple[float, float]], on_a: list[Watch], on_b: list[Watch], now_h: float
) -> None:
    a, b = Boundary(id="A", name="a", watches=tuple(on_a)), Boundary(id="B", name="b", watches=tuple(on_b))
    told = of([list(row) for row in crossed], [a, b], now_h)
    assert told.probability_left + told.inside == pytest.approx(1.0)
    assert told.weights.sum() == pytest.approx(1.0)
    before = sum(min(row) <= now_h for row in crossed) / len(crossed)
    assert told.probability_left <= before + 1e-12
    assert told.probability_left * told.evidence <= before + 1e-12
    # the same as counting the walkers one by one
    kept = [
        float(np.prod([1.0 - max([w.quality for w in on if t <= now_h and stands(w, t * H)], default=0.0)
                       for t, on in zip(row, (on_a, on_b), strict=True)]))
        for row in crossed
    ]  # fmt: skip
    assert told.evidence == pytest.approx(float(np.mean(kept)))


def stands(watch: Watch, at_s: float) -> bool:
    assert watch.since_s is not None
    assert watch.until_s is not None
    return watch.since_s <= at_s < watch.until_s
