"""The probability map: sums, refusals, updates worked by hand."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest
from numpy.typing import ArrayLike

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Quantity, Raster
from wayhome.science.belief import Belief
from wayhome.science.regions import RegionTable

GRID = Grid(crs="EPSG:32619", x_west_m=0.0, y_north_m=20.0, cell_m=10.0, height=2, width=2)


def on(values: ArrayLike, quantity: Quantity = "poa", grid: Grid = GRID) -> Raster:
    return Raster(np.asarray(values), grid, quantity)


@pytest.fixture
def belief() -> Belief:
    """Lost (.6): .4 .3 / .1 .0 and ROW .2; left by car (.4): all in the last cell .1 and ROW .9."""
    return Belief.mixture(
        GRID,
        [
            ("lost", 0.6, on([[0.4, 0.3], [0.1, 0.0]]), 0.2),
            ("left by car", 0.4, on([[0.0, 0.0], [0.0, 0.1]]), 0.9),
        ],
    )


def test_mixture_by_hand(belief: Belief) -> None:
    assert belief.poa.values == pytest.approx(np.array([[0.24, 0.18], [0.06, 0.04]]))
    assert belief.rest_of_world == pytest.approx(0.48)
    assert belief.segment_poa(on([[True, False], [True, False]], "mask")) == pytest.approx(0.30)


def test_searched_by_hand(belief: Belief) -> None:
    """Half of the first cell: OPOS = .5 * .24 = .12; given lost it was .2, given left by car 0."""
    after, update = belief.searched(on([[0.5, 0.0], [0.0, 0.0]], "pod"))
    assert update.pos_overall == pytest.approx(0.12)
    assert update.pos_by_scenario == pytest.approx((0.2, 0.0))
    assert after.poa.values == pytest.approx(np.array([[0.12, 0.18], [0.06, 0.04]]) / 0.88)
    assert update.rest_of_world_before == pytest.approx(0.48)
    assert update.rest_of_world_after == after.rest_of_world == pytest.approx(0.48 / 0.88)
    assert update.weights_after == pytest.approx((0.48 / 0.88, 0.40 / 0.88))
    # sum of p' log2(p' / p): the first cell is halved, all are raised by 1 / .88
    assert update.information_bits == pytest.approx(-log2(0.88) - 0.12 / 0.88)


def test_the_old_belief_is_untouched_and_frozen(belief: Belief) -> None:
    before = belief.maps.copy()
    belief.searched(on(np.full((2, 2), 0.5), "pod"))
    assert np.array_equal(belief.maps, before)
    with pytest.raises(ValueError, match="read-only"):
        belief.maps[0, 0, 0] = 1.0
    with pytest.raises(AttributeError):
        belief.names = ()  # type: ignore[misc]


def test_a_clue_by_hand(belief: Belief) -> None:
    """A likelihood of 3 in the first cell, 1 elsewhere: total 1 + 2 * .24."""
    after, update = belief.given(on([[3.0, 1.0], [1.0, 1.0]], "factor"), 1.0)
    assert after.poa.values[0, 0] == pytest.approx(0.72 / 1.48)
    assert after.rest_of_world == pytest.approx(0.48 / 1.48)
    assert update.pos_overall == 0.0


def test_reweighed_by_hand(belief: Belief) -> None:
    assert belief.reweighed([0.5, 0.1]).weights == pytest.approx([0.30 / 0.34, 0.04 / 0.34])


def test_a_scenario_ruled_out_keeps_weight_0_and_no_nan() -> None:
    belief = Belief.mixture(
        GRID, [("here", 0.5, on([[1.0, 0], [0, 0]]), 0.0), ("gone", 0.5, on(np.zeros((2, 2))), 1.0)]
    )
    after, update = belief.searched(on([[1.0, 0.0], [0.0, 0.0]], "pod"))
    assert update.weights_after == (0.0, 1.0)
    assert after.rest_of_world == 1.0
    assert np.isfinite(after.maps).all() and np.isfinite(update.information_bits)


def test_containment_is_of_total_mass(belief: Belief) -> None:
    """Cells .24 .18 .06 .04 and ROW .48: a quarter needs two cells; half needs all four; 75 % reaches outside."""
    quarter, half, most = belief.containment_thresholds([0.25, 0.5, 0.75])
    assert (quarter.poa_at_least, quarter.area_m2) == (pytest.approx(0.18), 200.0)
    assert (half.poa_at_least, half.poa) == (pytest.approx(0.04), pytest.approx(0.52))
    assert most.poa_at_least is None
    assert most.poa == pytest.approx(0.52)


def test_containment_counts_ties_and_is_exact_at_the_level() -> None:
    flat = Belief.mixture(GRID, [("lost", 1.0, on(np.full((2, 2), 0.25)), 0.0)])
    assert flat.containment_thresholds([0.5])[0].area_m2 == 400.0
    steps = Belief.mixture(GRID, [("lost", 1.0, on([[0.3, 0.2], [0.4, 0.1]]), 0.0)])
    assert steps.containment_thresholds([0.7])[0].area_m2 == 200.0


@pytest.mark.parametrize(
    ("maps", "rest_of_world", "says"),
    [
        ([[0.4, 0.3], [0.1, 0.0]], 0.3, "together 1.1"),
        ([[0.4, 0.3], [0.1, np.nan]], 0.2, "nan"),
        ([[0.4, 0.3], [0.2, -0.1]], 0.2, "below 0"),
        ([[0.4, 0.3], [0.1, 0.0]], np.nan, "not a fraction"),
    ],
)
def test_what_is_no_probability_is_refused(maps: ArrayLike, rest_of_world: float, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        Belief.mixture(GRID, [("lost", 1.0, on(maps), rest_of_world)])


def test_weights_that_do_not_sum_to_1_are_refused_with_their_sum() -> None:
    poa = on([[0.5, 0.5], [0.0, 0.0]])
    with pytest.raises(InvalidInput, match=r"0\.9"):
        Belief.mixture(GRID, [("a", 0.5, poa, 0.0), ("b", 0.4, poa, 0.0)])
    with pytest.raises(InvalidInput, match="same name"):
        Belief.mixture(GRID, [("a", 0.5, poa, 0.0), ("a", 0.5, poa, 0.0)])
    with pytest.raises(InvalidInput, match="at least one"):
        Belief.mixture(GRID, [])


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan, 50.0])
def test_a_pod_that_is_no_fraction_is_refused(belief: Belief, value: float) -> None:
    with pytest.raises(InvalidInput, match="fraction"):
        belief.searched(on([[value, 0.0], [0.0, 0.0]], "pod"))


def test_wrong_quantities_and_grids_are_refused(belief: Belief) -> None:
    other = GRID.replace(x_west_m=5.0)
    with pytest.raises(MismatchError, match="coverage"):
        belief.searched(on(np.zeros((2, 2)), "coverage"))
    with pytest.raises(MismatchError, match="grid"):
        belief.searched(on(np.zeros((2, 2)), "pod", other))
    with pytest.raises(MismatchError, match="grid"):
        Belief.mixture(other, [("lost", 1.0, on(np.full((2, 2), 0.25)), 0.0)])


def test_a_find_that_was_certain_gets_a_sentence_and_no_nan() -> None:
    here = Belief.mixture(GRID, [("here", 1.0, on([[0.5, 0.5], [0.0, 0.0]]), 0.0)])
    with pytest.raises(InvalidInput, match="could not have failed"):
        here.searched(on([[1.0, 1.0], [0.0, 0.0]], "pod"))
    with pytest.raises(InvalidInput, match="impossible"):
        here.given(on([[0.0, 0.0], [1.0, 1.0]], "factor"), 1.0)
    with pytest.raises(InvalidInput, match="impossible"):
        here.reweighed([0.0])


def test_mattson_is_the_mean_of_sheets_of_100() -> None:
    table = RegionTable.mattson(["a", "b"], [[50, 30, 20], [30, 50, 20]])
    assert [*table.poa, table.rest_of_world] == pytest.approx([0.4, 0.4, 0.2])
    with pytest.raises(InvalidInput, match=r"Evaluator 2 .* sum to 90"):
        RegionTable.mattson(["a", "b"], [[50, 30, 20], [30, 40, 20]])


def test_a_split_region_keeps_its_poa_and_its_searches() -> None:
    table = RegionTable(names=("a", "b"), poa_first=(0.5, 0.3), rest_of_world_first=0.2).searched({"a": 0.6})
    parts = table.split("a", {"a1": 0.25, "a2": 0.75})
    assert parts.names == ("a1", "a2", "b")
    assert parts.poa[0] + parts.poa[1] == pytest.approx(table.poa[0])
    assert parts.pod_cumulative == (0.6, 0.6, 0.0)
    assert parts.rest_of_world == pytest.approx(table.rest_of_world)


def test_a_table_refuses_what_does_not_sum_or_is_not_there() -> None:
    with pytest.raises(InvalidInput, match=r"sum to 1\.1"):
        RegionTable(names=("a",), poa_first=(0.9,), rest_of_world_first=0.2)
    table = RegionTable(names=("a",), poa_first=(1.0,), rest_of_world_first=0.0)
    with pytest.raises(InvalidInput, match="no region z"):
        table.searched({"z": 0.5})
    with pytest.raises(InvalidInput, match="could not have failed"):
        table.searched({"a": 1.0})
    with pytest.raises(InvalidInput, match="letter"):
        RegionTable.oconnor(["a"], ["Z"], rest_of_world=0.1)
