"""Splitting, merging and redrawing segments conserves POA and search history (HOUSE 6.11), whatever the shapes."""

from __future__ import annotations

from math import cos, pi, sin
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.projection import projection
from wayhome.base.raster import Grid, Raster
from wayhome.base.rings import Rings
from wayhome.planning.products import segment_cells, segments_data
from wayhome.science.belief import Belief

Ring = tuple[Position, ...]
CELL_M, SIDE = 50.0, 41
# off the round numbers that shapes below like to have: of edges through centres of cells the last test speaks
GRID = Grid.around("EPSG:32619", 330_013.7, 4_670_007.3, box_m=CELL_M * SIDE, cell_m=CELL_M)
RINGS = Rings(GRID.crs)

places = st.tuples(st.floats(-900.0, 900.0), st.floats(-900.0, 900.0))


def positions(*xy: tuple[float, float]) -> Ring:
    return tuple(projection(GRID.crs).position(330_000.0 + x, 4_670_000.0 + y) for x, y in xy)


@st.composite
def stars(draw: st.DrawFn, least: int = 3, least_m: float = 200.0) -> Ring:
    """A ring round the middle with up to 9 corners."""
    n = draw(st.integers(least, 9))
    radii = draw(st.lists(st.floats(least_m, 950.0), min_size=n, max_size=n))
    turn = draw(st.floats(0.0, 2.0 * pi))
    return positions(*[(r * cos(turn + 2 * pi * i / n), r * sin(turn + 2 * pi * i / n)) for i, r in enumerate(radii)])


far = st.integers(0, 15).map(lambda n: (3000.0 * cos(2 * pi * n / 16), 3000.0 * sin(2 * pi * n / 16)))
cuts = st.tuples(far, st.lists(places, min_size=1, max_size=3), far).map(lambda c: positions(c[0], *c[1], c[2]))


@st.composite
def halvings(draw: st.DrawFn) -> Ring:
    """A bent line from the west to the east by the middle."""
    bend, west, east = draw(st.tuples(*[st.floats(-150.0, 150.0)] * 2)), draw(near_0), draw(near_0)
    return positions((-3000.0 * cos(west), 3000.0 * sin(west)), bend, (3000.0 * cos(east), 3000.0 * sin(east)))


near_0 = st.floats(-0.6, 0.6)


def parts_of(ring: Ring, cut: Ring) -> tuple[Ring, ...]:
    try:
        return RINGS.parts("it", ring, cut)
    except InvalidInput:
        assume(False)
        raise AssertionError from None


@st.composite
def searched(draw: st.DrawFn) -> Any:
    """An uneven map, searched up to three times by POD."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    mass, outside = rng.random(GRID.shape) ** 4, draw(st.floats(0.01, 500.0))
    total = mass.sum() + outside
    prior = belief = Belief.mixture(GRID, [("lost", 1.0, Raster(mass / total, GRID, "poa"), outside / total)])
    missed = 1.0
    for top in draw(st.lists(st.floats(0.0, 0.99), max_size=3)):
        belief, update = belief.searched(Raster(top * rng.random(GRID.shape), GRID, "pod"))
        missed *= 1.0 - update.pos_overall
    return SimpleNamespace(prior=prior, belief=belief, outcomes=[], pos_cumulative=1.0 - missed)


def table(found: Any, *rings: Ring, outings: tuple[Ring, ...] = ()) -> dict[str, Any]:
    segments = [SimpleNamespace(id=str(i), name=str(i), ring=ring) for i, ring in enumerate(rings)]
    outcomes = [
        SimpleNamespace(search=SimpleNamespace(assignment=f"A{i}", ring=r, pod_clue=None))
        for i, r in enumerate(outings)
    ]
    data, _ = segments_data(
        SimpleNamespace(segments=segments), SimpleNamespace(**{**found.__dict__, "outcomes": outcomes})
    )
    rows = data["segments"]
    told = sum(row["poa"] for row in rows) - data["overlap"] + data["unsegmented"] + data["rest_of_world"]
    assert told == pytest.approx(1.0, abs=1e-12)
    return data


def holding_cells(*rings: Ring) -> None:
    for ring in rings:
        try:
            segment_cells(GRID, ring)
        except InvalidInput:  # no cell at all, which a desk refuses
            assume(False)


@settings(max_examples=60)
@given(stars(), cuts, searched())
def test_a_split_conserves_poa_pod_and_outings_and_a_merge_brings_them_back(ring: Ring, cut: Ring, found: Any) -> None:
    parts = parts_of(ring, cut)
    holding_cells(ring, *parts)
    whole = table(found, ring, outings=(ring,))
    pieces = table(found, *parts, outings=(ring,))
    assert pieces["overlap"] == 0.0
    assert pieces["unsegmented"] == whole["unsegmented"]  # the same cells in the same order: to the last bit
    (before,), rows = whole["segments"], pieces["segments"]
    assert sum(row["poa"] for row in rows) == pytest.approx(before["poa"], abs=1e-15)
    assert [row["outings"] for row in rows] == [[{"assignment": "A0", "share": 1.0}]] * len(parts)
    # cumulative POD weighs by the prior's POA: that of the parts, put together, is that of the whole
    priors = [
        row["poa"] for row in table(SimpleNamespace(**{**found.__dict__, "belief": found.prior}), *parts)["segments"]
    ]
    pod = sum(p * row["pod_cumulative"] for p, row in zip(priors, rows, strict=True)) / sum(priors)
    assert pod == pytest.approx(before["pod_cumulative"], abs=1e-12)
    again = table(found, RINGS.union({str(i): part for i, part in enumerate(parts)}), outings=(ring,))
    assert again["segments"][0]["poa"] == before["poa"]
    assert again["segments"][0]["outings"] == before["outings"]
    assert again["segments"][0]["pod_cumulative"] == before["pod_cumulative"]


@settings(max_examples=40)
@given(stars(5, 600.0), halvings(), halvings(), searched())
def test_an_edge_moved_with_its_neighbour_conserves_what_both_hold(
    ring: Ring, cut: Ring, other: Ring, found: Any
) -> None:
    """Cut one ring in two ways: the first cut's parts, with the edge moved, hold what the ring held."""
    first, second = parts_of(ring, cut), parts_of(ring, other)
    assume(len(first) == len(second) == 2)
    try:
        moved, others = RINGS.redrawn("0", first[0], second[0], {"1": first[1]}, others_move=True)
    except InvalidInput:
        assume(False)
        raise AssertionError from None
    assume(others)
    holding_cells(ring, moved, others["1"])
    whole, pair = table(found, ring), table(found, moved, others["1"])
    assert pair["unsegmented"] == whole["unsegmented"]
    assert pair["overlap"] == 0.0
    assert sum(row["poa"] for row in pair["segments"]) == pytest.approx(whole["segments"][0]["poa"], abs=1e-15)


def check_cells(ring: Ring, cut: Ring) -> None:
    """A cut ring holds the same cells, once each, on a grid with its middle cell in the middle of these shapes."""
    grid = Grid.around(GRID.crs, 330_000.0, 4_670_000.0, box_m=CELL_M * SIDE, cell_m=CELL_M)
    held = sum(segment_cells(grid, part).astype(int) for part in RINGS.parts("it", ring, cut))
    np.testing.assert_array_equal(held, segment_cells(grid, ring).astype(int))


def test_a_cut_through_the_ipp_gives_its_cell_to_one_part() -> None:
    for n in range(200, 900, 50):
        ring = positions((-n - 9, -n - 8), (n + 7, -n - 6), (n + 5, n + 4), (-n - 3, n + 2))
        check_cells(ring, positions((-2000.0, -10.0 * n), (0.0, 0.0), (0.0, 0.2 * n), (2000.0, 370.0)))


def test_a_split_conserves_cells_where_edges_run_through_their_centres() -> None:
    """Rings laid out on the grid, whose corners new on an edge are a nanometre off it."""
    for n in range(200, 900, 50):
        check_cells(positions((-n, -n), (n, -n), (n, n), (-n, n)), positions((-2000.0, -130.0), (2000.0, 370.0)))
