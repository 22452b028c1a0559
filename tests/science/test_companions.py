"""A party: together or apart, worked by hand on four cells; mass is kept; both limits are exact."""

from __future__ import annotations

from math import erf, pi, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.science.belief import Belief
from wayhome.science.companions import MISTAKEN, SURPRISE, Find, after_find, joint

GRID = Grid(crs="EPSG:32612", x_west_m=0.0, y_north_m=2000.0, cell_m=1000.0, height=2, width=2)
WORLD_M2 = pi * 50_000.0**2


def held(lost: ArrayLike, runaway: ArrayLike, weights: tuple[float, float] = (0.5, 0.5), grid: Grid = GRID) -> Belief:
    """Two scenarios; what the cells lack is the rest of the world."""
    maps = [np.asarray(lost, float), np.asarray(runaway, float)]
    names = ("lost", "runaway")
    parts = [(n, w, Raster(m, grid, "poa"), float(1.0 - m.sum())) for n, w, m in zip(names, weights, maps, strict=True)]
    return Belief.mixture(grid, parts)


GROUP = held([[0.6, 0.2], [0.1, 0.0]], [[0.0, 0.1], [0.3, 0.2]])
OWN = held([[0.1, 0.1], [0.1, 0.1]], [[0.2, 0.2], [0.2, 0.2]], (0.8, 0.2))


def density(share_of_cell: float) -> float:
    return (1.0 - SURPRISE.value) * share_of_cell / 1e6 + SURPRISE.value / WORLD_M2


def test_before_any_find_the_map_is_the_mixture_of_both_cases() -> None:
    """Three quarters together: cell (0, 0) holds .75 * (.5 * .6) + .25 * (.8 * .1 + .2 * .2) = .255."""
    found = joint(GROUP, OWN, 0.75)
    assert np.asarray(found.poa.values)[0, 0] == pytest.approx(0.255)
    assert found.weights == pytest.approx([0.75 * 0.5 + 0.25 * 0.8, 0.75 * 0.5 + 0.25 * 0.2])
    assert found.rest_of_world == pytest.approx(0.75 * (0.5 * 0.1 + 0.5 * 0.4) + 0.25 * (0.8 * 0.6 + 0.2 * 0.2))
    # given the scenario, the case counts by the joint weight: lost .375 : .2
    assert found.maps[0, 0, 0] == pytest.approx((0.375 * 0.6 + 0.2 * 0.1) / 0.575)


@pytest.mark.parametrize(("together", "limit"), [(1.0, GROUP), (0.0, OWN)])
def test_limits_before_a_find(together: float, limit: Belief) -> None:
    found = joint(GROUP, OWN, together)
    assert np.abs(found.maps - limit.maps).max() < 1e-15
    assert found.weights == pytest.approx(limit.weights, abs=1e-15)


def test_a_finder_who_sees_nobody_makes_apart_likelier() -> None:
    """p = .8, noticed with .8: .8 * .2 / (.8 * .2 + .2 * .98) with one map for all: the place says nothing."""
    found, parting = after_find(GROUP, Find(x_m=500.0, y_m=1500.0, others_seen=False), together=0.8, noticed=0.8)
    expected = 0.8 * 0.2 / (0.8 * 0.2 + 0.2 * (1.0 - MISTAKEN.value))
    assert parting.together_after == pytest.approx(expected)
    assert parting.place_factor == pytest.approx(1.0)
    assert parting.seen_factor == pytest.approx(0.2 / 0.98)
    assert "falls from 80 % to 45 %" in parting.sentence and "nobody else" in parting.sentence
    assert found.poa.values.sum() + found.rest_of_world == pytest.approx(1.0)


def test_a_finder_who_sees_the_others_makes_together_nearly_sure() -> None:
    """p = .5: .5 * .8 / (.5 * .8 + .5 * .02) = 40/41."""
    find = Find(x_m=500.0, y_m=1500.0, others_seen=True, alive=False)
    _, parting = after_find(GROUP, find, together=0.5, noticed=0.8)
    assert parting.together_after == pytest.approx(40 / 41)
    assert "rises" in parting.sentence and "dead" in parting.sentence and "help at once" in parting.sentence


def test_the_place_itself_tells_them_apart() -> None:
    """Found in cell (0, 0): together .5 * .6 = .3 of its mass, apart on OWN .8 * .1 + .2 * .2 = .12."""
    find = Find(x_m=500.0, y_m=1500.0)
    _, parting = after_find(GROUP, find, together=0.5, companion=OWN)
    assert parting.place_factor == pytest.approx(density(0.3) / density(0.12))
    assert parting.together_after == pytest.approx(density(0.3) / (density(0.3) + density(0.12)))
    assert parting.seen_factor == 1.0 and "could not tell" in parting.sentence


def test_surely_together_is_near_the_find_and_scenarios_that_foretold_it_gain() -> None:
    """At the meeting of four cells, spread 1 km: erf(1/sqrt 2)/2 of each axis on either side of the find."""
    found, parting = after_find(GROUP, Find(x_m=1000.0, y_m=1000.0), together=1.0, spread_m=1000.0)
    quarter = (erf(1.0 / sqrt(2.0)) / 2.0) ** 2
    assert np.asarray(found.poa.values) == pytest.approx(np.full((2, 2), quarter))
    assert found.rest_of_world == pytest.approx(1.0 - 4.0 * quarter)
    # x = 1000, y = 1000 belongs to the cell south-east of it: lost 0, runaway .2
    lost, runaway = density(0.0), density(0.2)
    assert found.weights == pytest.approx([lost / (lost + runaway), runaway / (lost + runaway)])
    assert parting.together_after == 1.0 and "stays 100 %" in parting.sentence


def test_surely_apart_leaves_the_own_map_as_it_was() -> None:
    for seen in (None, True, False):
        found, parting = after_find(GROUP, Find(x_m=500.0, y_m=1500.0, others_seen=seen), together=0.0, own=OWN)
        assert np.array_equal(found.maps, OWN.maps) and found.weights == pytest.approx(OWN.weights, abs=1e-15)
        assert parting.together_after == 0.0


def test_between_the_limits_it_is_their_mixture() -> None:
    find = Find(x_m=500.0, y_m=1500.0, others_seen=False)
    found, parting = after_find(GROUP, find, together=0.6, own=OWN)
    near, _ = after_find(GROUP, find, together=1.0, noticed=0.5)
    p = parting.together_after
    expected = p * np.asarray(near.poa.values) + (1.0 - p) * np.asarray(OWN.poa.values)
    assert np.asarray(found.poa.values) == pytest.approx(expected)
    assert found.rest_of_world == pytest.approx(p * near.rest_of_world + (1.0 - p) * OWN.rest_of_world)


def test_a_find_off_the_map_or_where_nobody_looked_is_never_impossible() -> None:
    """Both scenarios hold .1 and .4 of the world: spread from the map's edge to 50 km."""
    found, _ = after_find(GROUP, Find(x_m=9000.0, y_m=9000.0), together=1.0)
    assert found.rest_of_world == pytest.approx(1.0)
    world = [(0.99 * share / (WORLD_M2 - 4e6) + 0.01 / WORLD_M2) for share in (0.1, 0.4)]
    assert found.weights == pytest.approx(np.array(world) / sum(world))
    nowhere = held([[1.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]])
    _, parting = after_find(nowhere, Find(x_m=1500.0, y_m=500.0), together=0.3)
    assert parting.together_after == pytest.approx(0.3)


shares = st.floats(0.0, 1.0)


@given(
    p=shares,
    noticed=st.floats(0.0, 0.99),
    x=st.floats(-5e4, 5e4),
    y=st.floats(-5e4, 5e4),
    seen=st.sampled_from([None, True, False]),
    spread=st.floats(1.0, 1e5),
)
def test_mass_is_kept(p: float, noticed: float, x: float, y: float, seen: bool | None, spread: float) -> None:
    """`Belief` refuses what does not sum to 1; nothing falls below 0."""
    find = Find(x_m=x, y_m=y, others_seen=seen)
    if p == 1.0 and noticed == 0.0 and seen:
        return
    found, parting = after_find(GROUP, find, together=p, own=OWN, companion=OWN, noticed=noticed, spread_m=spread)
    assert found.poa.values.sum() + found.rest_of_world == pytest.approx(1.0)
    assert 0.0 <= parting.together_after <= 1.0


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"together": 1.2}, "fraction"),
        ({"together": 0.5, "noticed": -0.1}, "fraction"),
        ({"together": 0.5, "spread_m": 0.0}, "spread"),
        ({"together": 1.0, "noticed": 1.0}, "impossible"),
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any], match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        after_find(GROUP, Find(x_m=500.0, y_m=1500.0, others_seen=False), **wrong)


def test_maps_of_a_party_must_fit() -> None:
    other = Grid(crs="EPSG:32612", x_west_m=0.0, y_north_m=2000.0, cell_m=500.0, height=2, width=2)
    with pytest.raises(MismatchError, match="grids"):
        joint(GROUP, held([[0.1, 0.1], [0.1, 0.1]], [[0.2, 0.2], [0.2, 0.2]], grid=other), 0.5)
    alone = Belief.mixture(GRID, [("lost", 1.0, Raster(np.full((2, 2), 0.25), GRID, "poa"), 0.0)])
    with pytest.raises(MismatchError, match="scenarios"):
        after_find(GROUP, Find(x_m=500.0, y_m=1500.0), together=0.5, own=alone)
    with pytest.raises(InvalidInput, match="place"):
        Find(x_m=float("nan"), y_m=0.0)
