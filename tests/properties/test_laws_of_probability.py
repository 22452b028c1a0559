"""The laws of HOUSE 6.11 and FIELD 1.8, for a subject who stays, on any map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from wayhome.base.raster import Grid, Raster
from wayhome.science.belief import Belief, Update, pos_overall
from wayhome.science.regions import RegionTable

Array = NDArray[np.float64]
GRID = Grid(crs="EPSG:32619", x_west_m=0.0, y_north_m=30.0, cell_m=10.0, height=3, width=4)

pods = arrays(np.float64, GRID.shape, elements=st.sampled_from([0.0, 0.0, 0.01, 0.3, 0.5, 0.9, 0.99]))
masks = arrays(np.bool_, GRID.shape)
likelihoods = arrays(np.float64, GRID.shape, elements=st.floats(0.01, 100.0))


@st.composite
def beliefs(draw: st.DrawFn) -> Belief:
    n = draw(st.integers(1, 3))
    weight = draw(arrays(np.float64, n, elements=st.floats(0.01, 1.0)))
    parts = []
    for s in range(n):
        mass = draw(arrays(np.float64, GRID.shape, elements=st.floats(0.0, 1.0)))
        outside = draw(st.floats(0.001, 1.0))
        total = mass.sum() + outside
        parts.append(
            (f"scenario {s}", float(weight[s] / weight.sum()), Raster(mass / total, GRID, "poa"), outside / total)
        )
    return Belief.mixture(GRID, parts)


def pod(values: Array) -> Raster:
    return Raster(values, GRID, "pod")


def poa(belief: Belief) -> Array:
    return np.asarray(belief.poa.values, np.float64)


def after_all(belief: Belief, searches: list[Array]) -> tuple[Belief, list[Update]]:
    history = []
    for values in searches:
        belief, update = belief.searched(pod(values))
        history.append(update)
    return belief, history


@given(beliefs(), st.lists(pods, max_size=4))
def test_it_sums_to_1_with_the_rest_of_world_and_is_never_negative(belief: Belief, searches: list[Array]) -> None:
    after, _ = after_all(belief, searches)
    assert float(poa(after).sum()) + after.rest_of_world == pytest.approx(1.0, abs=1e-12)
    assert after.maps.min() >= 0.0
    assert after.weights.sum() == pytest.approx(1.0, abs=1e-12)


@given(beliefs(), pods)
def test_pos_is_the_sum_of_poa_times_pod(belief: Belief, values: Array) -> None:
    _, update = belief.searched(pod(values))
    assert update.pos_overall == pytest.approx(float((poa(belief) * values).sum()), abs=1e-12)
    by_scenario = [float((belief.maps[s] * values).sum()) for s in range(len(belief.names))]
    assert update.pos_by_scenario == pytest.approx(by_scenario, abs=1e-12)


@given(beliefs(), pods)
def test_bayes_cell_by_cell_and_the_rest_of_world_grows_by_one_factor(belief: Belief, values: Array) -> None:
    after, update = belief.searched(pod(values))
    left = 1.0 - update.pos_overall
    assert poa(after) == pytest.approx(poa(belief) * (1.0 - values) / left, abs=1e-12)
    assert after.rest_of_world == pytest.approx(belief.rest_of_world / left, rel=1e-10)
    weights = belief.weights * (1.0 - np.array(update.pos_by_scenario)) / left
    assert after.weights == pytest.approx(weights, abs=1e-12)
    assert update.information_bits >= 0.0


@given(beliefs(), pods, pods, pods)
def test_the_order_of_independent_searches_is_irrelevant(belief: Belief, a: Array, b: Array, c: Array) -> None:
    one, first = after_all(belief, [a, b, c])
    other, second = after_all(belief, [c, a, b])
    assert one.maps == pytest.approx(other.maps, abs=1e-12)
    assert one.weights == pytest.approx(other.weights, abs=1e-12)
    assert pos_overall(first) == pytest.approx(pos_overall(second), abs=1e-12)


@given(beliefs(), st.lists(pods, min_size=1, max_size=4))
def test_cumulative_pos_is_first_poa_times_cumulative_pod(belief: Belief, searches: list[Array]) -> None:
    _, history = after_all(belief, searches)
    pod_cum = 1.0 - np.prod([1.0 - values for values in searches], axis=0)
    assert pos_overall(history) == pytest.approx(float((poa(belief) * pod_cum).sum()), abs=1e-12)


@given(beliefs(), pods, pods)
def test_two_searches_are_one_with_their_cumulative_pod(belief: Belief, a: Array, b: Array) -> None:
    twice, _ = after_all(belief, [a, b])
    once, _ = belief.searched(pod(1.0 - (1.0 - a) * (1.0 - b)))
    assert twice.maps == pytest.approx(once.maps, abs=1e-12)


@given(beliefs())
def test_zero_effort_changes_nothing_at_all(belief: Belief) -> None:
    after, update = belief.searched(pod(np.zeros(GRID.shape)))
    assert np.array_equal(after.maps, belief.maps) and np.array_equal(after.weights, belief.weights)
    assert update.pos_overall == 0.0 and update.information_bits == 0.0


@given(beliefs(), masks, masks, st.lists(pods, max_size=3))
def test_splitting_and_merging_segments_conserves_poa_and_history(
    belief: Belief, segment: NDArray[np.bool_], cut: NDArray[np.bool_], searches: list[Array]
) -> None:
    after, _ = after_all(belief, searches)
    one, other = (after.segment_poa(Raster(m, GRID, "mask")) for m in (segment & cut, segment & ~cut))
    assert one + other == pytest.approx(after.segment_poa(Raster(segment, GRID, "mask")), abs=1e-12)


@given(beliefs(), likelihoods, st.floats(0.01, 100.0), pods)
def test_withdrawing_a_clue_restores_the_map_exactly(
    belief: Belief, clue: Array, outside: float, values: Array
) -> None:
    """Withdrawing is folding again without it; with it the map is another, and the searches commute with it."""
    with_clue, _ = belief.given(Raster(clue, GRID, "factor"), outside)[0].searched(pod(values))
    other_order, _ = belief.searched(pod(values))[0].given(Raster(clue, GRID, "factor"), outside)
    assert with_clue.maps == pytest.approx(other_order.maps, abs=1e-12)
    back, _ = with_clue.given(Raster(1.0 / clue, GRID, "factor"), 1.0 / outside)
    without, _ = belief.searched(pod(values))
    assert back.maps == pytest.approx(without.maps, abs=1e-10)
    assert np.array_equal(belief.searched(pod(values))[0].maps, without.maps)


@given(beliefs(), pods)
def test_a_search_is_evidence_with_likelihood_one_minus_pod(belief: Belief, values: Array) -> None:
    by_pod, update = belief.searched(pod(values))
    by_likelihood, same = belief.given(Raster(1.0 - values, GRID, "factor"), 1.0)
    assert by_pod.maps == pytest.approx(by_likelihood.maps, abs=1e-12)
    assert by_pod.weights == pytest.approx(by_likelihood.weights, abs=1e-12)
    assert update.information_bits == pytest.approx(same.information_bits, abs=1e-9)


@given(beliefs(), st.floats(0.01, 1.0))
def test_containment_regions_hold_their_level_and_no_cell_too_many(belief: Belief, level: float) -> None:
    region = belief.containment_thresholds([level])[0]
    values = poa(belief)
    if region.poa_at_least is None:
        assert values.sum() < level
        return
    assert values[values >= region.poa_at_least].sum() >= level - 1e-9
    assert values[values > region.poa_at_least].sum() < level


@given(
    st.lists(st.floats(0.01, 1.0), min_size=2, max_size=5),
    st.floats(0.01, 1.0),
    st.lists(st.tuples(st.integers(0, 4), st.floats(0.0, 0.95)), max_size=5),
    st.floats(0.05, 0.95),
)
def test_the_table_of_regions_follows_the_same_law(
    values: list[float], outside: float, searches: list[tuple[int, float]], share: float
) -> None:
    total = sum(values) + outside
    names = [str(i) for i in range(len(values))]
    table = RegionTable.proportional(names, [[*values, outside]])
    expected, rest_of_world, missed = np.array(values) / total, outside / total, 1.0
    for i, d in searches:
        assume(i < len(names))
        table = table.searched({names[i]: d})
        opos = expected[i] * d  # the shift, step by step: the POD of this period on the POA before it
        expected[i] *= 1.0 - d
        expected, rest_of_world, missed = expected / (1 - opos), rest_of_world / (1 - opos), missed * (1 - opos)
    assert table.poa == pytest.approx(expected, abs=1e-12)
    assert table.rest_of_world == pytest.approx(rest_of_world, abs=1e-12)
    assert table.pos_overall == pytest.approx(1.0 - missed, abs=1e-12)
    assert sum(table.poa) + table.rest_of_world == pytest.approx(1.0, abs=1e-12)
    parts = table.split("0", {"x": share, "y": 1.0 - share})
    assert parts.poa[0] + parts.poa[1] == pytest.approx(table.poa[0], abs=1e-12)
    assert parts.pos_overall == pytest.approx(table.pos_overall, abs=1e-12)


def ranks(n_cases: int, is_updated: bool) -> Array:
    """Randomised posterior rank of the true cell over searches that failed (SBC, Talts et al. 2018)."""
    rng = np.random.default_rng(20_240_601)
    prior = rng.dirichlet(np.ones(GRID.height * GRID.width + 1))
    parts = [("lost", 1.0, Raster(prior[:-1].reshape(GRID.shape), GRID, "poa"), float(prior[-1]))]
    belief = Belief.mixture(GRID, parts)
    found = np.append(np.linspace(0.95, 0.0, GRID.height * GRID.width), 0.0)
    after = belief.searched(pod(found[:-1].reshape(GRID.shape)))[0] if is_updated else belief
    held = np.append(poa(after).ravel(), after.rest_of_world)
    below = np.concatenate([[0.0], np.cumsum(held)[:-1]])
    truth = rng.choice(held.size, size=n_cases, p=prior)
    truth = truth[rng.random(n_cases) >= found[truth]]
    return np.asarray(below[truth] + rng.random(truth.size) * held[truth])


def chi_square(values: Array, bins: int = 10) -> float:
    counts, _ = np.histogram(values, bins=bins, range=(0.0, 1.0))
    expected = values.size / bins
    return float(((counts - expected) ** 2 / expected).sum())


def test_posterior_ranks_of_the_true_cell_are_uniform() -> None:
    """9 degrees of freedom: above 27.88 with probability .001. Without the update the same test fails by far."""
    assert chi_square(ranks(20_000, is_updated=True)) < 27.88
    assert chi_square(ranks(20_000, is_updated=False)) > 10 * 27.88
