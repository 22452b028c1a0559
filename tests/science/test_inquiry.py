"""What would tell us most: channels worked by hand, and the laws of information and of value."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log, log2

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.science.allocation import water_filling
from wayhome.science.belief import Belief
from wayhome.science.inquiry import Inquiry, best_pos, ranked, worth

Array = NDArray[np.float64]


def grid(height: int, width: int) -> Grid:
    return Grid(crs="EPSG:32619", x_west_m=0.0, y_north_m=10.0 * height, cell_m=10.0, height=height, width=width)


TWO = grid(1, 2)
SMALL = grid(3, 4)


def h(p: float) -> float:
    """Entropy of a yes or no, in bits, by its definition."""
    return -sum(q * log2(q) for q in (p, 1.0 - p) if q > 0.0)


def belief_of(g: Grid, weights: list[float], maps: list[list[float]], outside: list[float]) -> Belief:
    return Belief(
        grid=g,
        names=tuple(f"s{i}" for i in range(len(weights))),
        weights=np.array(weights),
        maps=np.array(maps).reshape(len(weights), *g.shape),
        rest_of_world_given=np.array(outside),
    )


def pod(values: Array | list[float], g: Grid = TWO) -> Raster:
    return Raster(np.asarray(values, np.float64).reshape(g.shape), g, "pod")


def ask(*likelihood: tuple[float, ...], outcomes: tuple[str, ...] = ("yes", "no"), **more: object) -> Inquiry:
    return Inquiry(id="Q", title="ask", kind="ask", outcomes=outcomes, likelihood=likelihood, **more)


def look(yes_here: Raster, outside: float = 0.0, *likelihood: tuple[float, ...], kind: str = "trap") -> Inquiry:
    return Inquiry(id="Q", title="look", kind=kind, yes_here=yes_here, yes_rest_of_world=outside, likelihood=likelihood)


HALVES = belief_of(TWO, [1.0], [[0.5, 0.5]], [0.0])


# --- by hand -------------------------------------------------------------------------------------


def test_a_binary_channel_between_two_cells() -> None:
    """A yes is right with .9 in both: symmetric channel, uniform input, 1 - H(.1) bits; nothing about scenarios."""
    told = worth(HALVES, look(pod([0.9, 0.1])))
    assert told.bits == pytest.approx(1.0 - h(0.1))
    assert told.bits_scenarios == pytest.approx(0.0, abs=1e-12)
    assert [o.probability for o in told.outcomes] == pytest.approx([0.5, 0.5])


def test_a_binary_channel_between_two_scenarios() -> None:
    belief = belief_of(TWO, [0.5, 0.5], [[0.2, 0.3], [0.1, 0.1]], [0.5, 0.8])
    told = worth(belief, ask((0.8, 0.2), (0.2, 0.8), minutes=10.0))
    assert told.bits == told.bits_scenarios == pytest.approx(1.0 - h(0.2))
    assert told.bits_per_minute == pytest.approx((1.0 - h(0.2)) / 10.0)
    yes, no = told.outcomes
    assert yes.weights == pytest.approx((0.8, 0.2))
    assert no.weights == pytest.approx((0.2, 0.8))
    assert yes.rest_of_world == pytest.approx(0.8 * 0.5 + 0.2 * 0.8)
    assert (told.pos, told.pos_now, told.pos_then, told.pos_gain) == (None, None, None, None)


def test_a_perfect_question_tells_the_entropy_of_the_scenarios() -> None:
    belief = belief_of(TWO, [0.5, 0.25, 0.25], [[0.5, 0.0], [0.2, 0.8], [0.0, 0.0]], [0.5, 0.0, 1.0])
    names = ("lost", "hiding", "gone")
    told = worth(belief, ask((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), outcomes=names))
    assert told.bits == told.bits_scenarios == pytest.approx(1.5)
    assert [o.name for o in told.outcomes] == list(names)
    assert told.outcomes[2].rest_of_world == pytest.approx(1.0)


def test_independence_tells_nothing() -> None:
    belief = belief_of(TWO, [0.6, 0.4], [[0.2, 0.3], [0.1, 0.1]], [0.5, 0.8])
    for inquiry in (ask((0.3, 0.7), (0.3, 0.7)), look(pod([0.3, 0.3]), 0.3)):
        told = worth(belief, inquiry, effort_m2=70.0)
        assert told.bits == pytest.approx(0.0, abs=1e-12)
        assert told.pos_gain == pytest.approx(0.0, abs=1e-12)
        assert told.outcomes[0].weights == pytest.approx((0.6, 0.4))


def test_scenario_and_place_multiply() -> None:
    """Seen at the first cell with .8, by an evader with .8 x .25 = .2; both scenarios have half there, half outside.

    P(yes) = .5 x (.5 x .8) + .5 x (.5 x .2) = .25; H(O | scenario, cell) = .25 h(.8) + .25 h(.2).
    """
    belief = belief_of(TWO, [0.5, 0.5], [[0.5, 0.0], [0.5, 0.0]], [0.5, 0.5])
    told = worth(belief, look(pod([0.8, 0.0]), 0.0, (1.0, 0.0), (0.25, 0.75)))
    assert told.outcomes[0].probability == pytest.approx(0.25)
    assert told.outcomes[0].weights == pytest.approx((0.8, 0.2))
    assert told.outcomes[1].weights == pytest.approx((0.3 / 0.75, 0.45 / 0.75))
    assert told.outcomes[0].rest_of_world == 0.0
    assert told.outcomes[1].rest_of_world == pytest.approx(0.5 / 0.75)
    assert told.bits == pytest.approx(h(0.25) - 0.5 * h(0.2))
    assert told.bits_scenarios == pytest.approx(h(0.25) - 0.5 * h(0.4) - 0.5 * h(0.1))


def test_what_knowing_the_cell_is_worth_for_finding() -> None:
    """Coverage 1 in one of two even cells or .5 in each finds 1 - exp(-.5); with the cell known 1 - exp(-1)."""
    told = worth(HALVES, look(pod([1.0, 0.0])), effort_m2=100.0)
    assert told.pos_now == pytest.approx(1.0 - exp(-0.5))
    assert told.pos_then == pytest.approx(1.0 - exp(-1.0))
    assert told.pos_gain == pytest.approx(exp(-0.5) - exp(-1.0))
    assert told.bits == pytest.approx(1.0)


def test_a_search_finds_by_itself() -> None:
    """POD .6 in the first of two even cells: POS .3; else posterior 2/7 and 5/7, and ln 2.5 < 1, so both get some.

    Level of the best split of coverage 1 over .2 and .5: sqrt(.2 x .5 / e), found .7 - 2 level.
    """
    told = worth(HALVES, look(pod([0.6, 0.0]), kind="search"), effort_m2=100.0)
    assert told.pos == pytest.approx(0.3)
    assert told.pos_then == pytest.approx(0.3 + 0.7 - 2.0 * (0.1 / exp(1.0)) ** 0.5)
    assert told.bits == pytest.approx(h(0.3) - 0.5 * h(0.6))


def test_an_outcome_that_cannot_happen_leaves_no_belief() -> None:
    told = worth(HALVES, look(pod([0.0, 0.0])), effort_m2=100.0)
    assert told.outcomes[0].probability == 0.0
    assert (told.outcomes[0].weights, told.outcomes[0].rest_of_world) == (None, None)
    assert (told.bits, told.outcomes[1].weights) == (0.0, (1.0,))


def test_ranked_by_bits_and_by_minute() -> None:
    belief = belief_of(TWO, [0.5, 0.5], [[0.5, 0.0], [0.0, 0.5]], [0.5, 0.5])
    slow = ask((1.0, 0.0), (0.0, 1.0), minutes=60.0).replace(id="slow")
    quick = ask((0.9, 0.1), (0.1, 0.9), minutes=5.0).replace(id="quick")
    idle = ask((0.5, 0.5), (0.5, 0.5), minutes=1.0).replace(id="idle")
    unknown = ask((0.95, 0.05), (0.05, 0.95)).replace(id="unknown")
    posed = [idle, quick, unknown, slow]
    assert [w.inquiry for w in ranked(belief, posed)] == ["slow", "unknown", "quick", "idle"]
    by_minute = ranked(belief, posed, by="bits_per_minute", effort_m2=50.0)
    assert [w.inquiry for w in by_minute] == ["quick", "slow", "idle", "unknown"]
    assert by_minute[0] == worth(belief, quick, effort_m2=50.0)


def test_best_pos_by_hand() -> None:
    """Weights e^-1, e^-2, e^-9 and coverage 3: the third gets none; level e^-3, found e^-1 + e^-2 - 2 e^-3."""
    weights = np.exp([-1.0, -2.0, -9.0])
    assert best_pos(weights, 3.0) == pytest.approx(exp(-1) + exp(-2) - 2 * exp(-3))
    assert best_pos(weights, 0.0) == 0.0
    assert best_pos(np.zeros(3), 1.0) == 0.0
    assert best_pos(np.full(1000, 1e-3), 1e-20) == pytest.approx(0.0, abs=1e-18)
    assert best_pos(np.full(7, 1 / 7), 7 * log(2.0)) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: ask((0.5, 0.4)), "sum to 0.9"),
        (lambda: ask((1.5, -0.5)), "fractions"),
        (lambda: ask((1.0,)), "2 outcomes"),
        (lambda: ask(), "by scenario or by place"),
        (lambda: ask((1.0, 0.0), outcomes=("a", "a")), "no two of the same"),
        (lambda: ask((1.0, 0.0), minutes=0.0), "minutes"),
        (lambda: ask((1.0, 0.0), minutes=float("nan")), "minutes"),
        (lambda: look(pod([1.5, 0.0])), "probability from 0 to 1"),
        (lambda: look(pod([np.nan, 0.0])), "probability from 0 to 1"),
        (lambda: look(pod([0.5, 0.0]), -0.1), "probability from 0 to 1"),
        (lambda: look(pod([0.5, 0.0])).replace(outcomes=("a", "b", "c")), "two outcomes"),
        (lambda: ask((1.0, 0.0)).replace(kind="search"), "needs its POD"),
        (lambda: worth(HALVES, look(pod([0.5, 0.0])), effort_m2=-1.0), "standard effort"),
    ],
)
def test_what_cannot_be_is_refused(build: object, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        build()  # type: ignore[operator]


def test_what_does_not_fit_the_belief_is_refused() -> None:
    with pytest.raises(MismatchError, match="2 scenarios; the belief has 1: s0"):
        worth(HALVES, ask((1.0, 0.0), (0.0, 1.0)))
    with pytest.raises(MismatchError, match="another grid"):
        worth(HALVES, look(pod(np.zeros(12), SMALL)))
    with pytest.raises(MismatchError, match="raster of pod"):
        look(Raster(np.zeros((1, 2)), TWO, "coverage"))


def test_a_question_survives_json() -> None:
    inquiry = ask((0.8, 0.2), (0.2, 0.8), minutes=10.0)
    assert Inquiry.from_json(inquiry.as_json()) == inquiry


# --- laws ----------------------------------------------------------------------------------------

chances = st.sampled_from([0.0, 0.01, 0.25, 0.5, 0.9, 1.0])
pods = arrays(np.float64, SMALL.shape, elements=chances)
efforts_m2 = st.sampled_from([0.0, 1.0, 50.0, 300.0, 5000.0])


@st.composite
def beliefs(draw: st.DrawFn) -> Belief:
    n = draw(st.integers(1, 3))
    weights = draw(arrays(np.float64, n, elements=st.floats(0.01, 1.0)))
    masses = draw(arrays(np.float64, (n, 13), elements=st.sampled_from([0.0, 0.001, 0.1, 0.5, 1.0])))
    masses[:, -1] += 0.01
    masses /= masses.sum(axis=1, keepdims=True)
    return belief_of(SMALL, (weights / weights.sum()).tolist(), masses[:, :-1].tolist(), masses[:, -1].tolist())


@st.composite
def posed(draw: st.DrawFn) -> tuple[Belief, Inquiry]:
    """A belief and a question by scenario (two or three outcomes), by place, or by both."""
    belief = draw(beliefs())
    n = len(belief.names)
    if draw(st.booleans()):
        n_outcomes = draw(st.integers(2, 3))
        likelihood = draw(arrays(np.float64, (n, n_outcomes), elements=st.sampled_from([0.0, 0.1, 0.5, 1.0])))
        likelihood[:, 0] += 0.01
        likelihood /= likelihood.sum(axis=1, keepdims=True)
        return belief, ask(*map(tuple, likelihood.tolist()), outcomes=("a", "b", "c")[:n_outcomes])
    rows = [(p, 1.0 - p) for p in draw(st.lists(chances, min_size=n, max_size=n))] if draw(st.booleans()) else []
    kind = draw(st.sampled_from(["trap", "search"]))
    outside = 0.0 if kind == "search" else draw(chances)
    return belief, look(pod(draw(pods), SMALL), outside, *rows, kind=kind)


def full_table(belief: Belief, inquiry: Inquiry) -> tuple[Array, Array]:
    """Joint `[S, cells + 1]` of scenario and place, and likelihood `[S, cells + 1, O]`, written out in full."""
    n = len(belief.names)
    joint = np.concatenate([belief.maps.reshape(n, -1), belief.rest_of_world_given[:, None]], axis=1)
    joint = joint * belief.weights[:, None]
    if inquiry.yes_here is None:
        rows = np.array(inquiry.likelihood)
        return joint, np.repeat(rows[:, None, :], joint.shape[1], axis=1)
    here = np.append(np.asarray(inquiry.yes_here.values, np.float64).ravel(), inquiry.yes_rest_of_world)
    by_scenario = np.array([row[0] for row in inquiry.likelihood] or [1.0] * n)
    yes = by_scenario[:, None] * here[None, :]
    return joint, np.stack([yes, 1.0 - yes], axis=2)


def mean_divergence(joint: Array, likelihood: Array) -> float:
    """Mutual information in bits by its other form: mean relative entropy of the belief after against before."""
    total = 0.0
    for o in range(likelihood.shape[-1]):
        both = joint * likelihood[..., o]
        chance = both.sum()
        on = both > 0.0
        total += float((both[on] * np.log2(both[on] / chance / joint[on])).sum())
    return total


@given(posed())
def test_information_is_the_mean_divergence_of_the_answers(case: tuple[Belief, Inquiry]) -> None:
    belief, inquiry = case
    told = worth(belief, inquiry)
    joint, likelihood = full_table(belief, inquiry)
    assert told.bits == pytest.approx(mean_divergence(joint, likelihood), abs=1e-9)
    weights = joint.sum(axis=1)
    given_scenario = (joint[..., None] * likelihood).sum(axis=1) / weights[:, None]
    assert told.bits_scenarios == pytest.approx(mean_divergence(weights, given_scenario), abs=1e-9)
    for o, outcome in enumerate(told.outcomes):
        both = joint * likelihood[..., o]
        assert outcome.probability == pytest.approx(both.sum(), abs=1e-12)
        if outcome.weights is not None:
            assert outcome.weights == pytest.approx(both.sum(axis=1) / both.sum(), abs=1e-9)
            assert outcome.rest_of_world == pytest.approx(both[:, -1].sum() / both.sum(), abs=1e-9)


@given(posed())
def test_the_chain_rule(case: tuple[Belief, Inquiry]) -> None:
    """I(scenario, cell; O) = I(scenario; O) + sum of w I(cell; O | scenario)."""
    belief, inquiry = case
    told = worth(belief, inquiry)
    within = 0.0
    for i, weight in enumerate(belief.weights):
        alone = replace(
            belief,
            names=("alone",),
            weights=np.ones(1),
            maps=belief.maps[i : i + 1],
            rest_of_world_given=belief.rest_of_world_given[i : i + 1],
        )
        within += float(weight) * worth(alone, inquiry.replace(likelihood=inquiry.likelihood[i : i + 1])).bits
    assert told.bits == pytest.approx(told.bits_scenarios + within, abs=1e-9)


@given(posed(), efforts_m2)
def test_the_value_of_information_is_never_negative(case: tuple[Belief, Inquiry], effort_m2: float) -> None:
    belief, inquiry = case
    told = worth(belief, inquiry, effort_m2=effort_m2)
    assert told.pos_now is not None
    assert told.pos_then is not None
    assert told.pos_then >= told.pos_now - 1e-12
    assert told.pos_then <= 1.0 + 1e-12


@given(posed(), efforts_m2)
def test_pos_then_is_the_mean_over_answers_of_water_filling(case: tuple[Belief, Inquiry], effort_m2: float) -> None:
    belief, inquiry = case
    joint, likelihood = full_table(belief, inquiry)
    rate = np.full(joint.shape[1] - 1, 1.0 / belief.grid.cell_area_m2)
    expected = 0.0
    for o in range(likelihood.shape[-1]):
        both = (joint * likelihood[..., o]).sum(axis=0)
        found = inquiry.kind == "search" and o == 0
        expected += float(both.sum()) if found else water_filling(both[:-1], rate, effort_m2).pos
    assert worth(belief, inquiry, effort_m2=effort_m2).pos_then == pytest.approx(expected, abs=1e-9)


@given(beliefs(), pods)
def test_a_search_agrees_with_the_update_that_it_would_cause(belief: Belief, values: Array) -> None:
    told = worth(belief, look(pod(values, SMALL), kind="search"))
    none = told.outcomes[1]
    assume(none.probability > 1e-6)
    after, update = belief.searched(pod(values, SMALL))
    assert told.pos == pytest.approx(update.pos_overall, abs=1e-12)
    assert none.weights == pytest.approx(tuple(after.weights))
    assert none.rest_of_world == pytest.approx(after.rest_of_world)


@given(arrays(np.float64, 30, elements=st.floats(0.0, 1.0)), st.floats(0.0, 100.0))
def test_best_pos_is_that_of_water_filling(weights: Array, coverage: float) -> None:
    expected = water_filling(weights, np.ones(30), coverage).pos
    assert best_pos(weights, coverage) == pytest.approx(expected, rel=1e-9, abs=1e-12)
