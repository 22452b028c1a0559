"""The segment table: what lies in each, what in several, and whose outings went over its ground."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from wayhome.base.place import Position
from wayhome.base.projection import projection
from wayhome.base.raster import Grid, Raster
from wayhome.planning.products import segments_data
from wayhome.science.belief import Belief

# 10 x 10 cells of 100 m, the south-west corner of the grid at (0, 0)
EAST_M, NORTH_M = 330_000.0, 4_670_000.0
GRID = Grid(crs="EPSG:32619", x_west_m=EAST_M, y_north_m=NORTH_M + 1000.0, cell_m=100.0, height=10, width=10)


def box(x: float, y: float, width: float, height: float) -> tuple[Position, ...]:
    at = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    return tuple(projection(GRID.crs).position(EAST_M + a, NORTH_M + b) for a, b in at)


def named(**rings: tuple[Position, ...]) -> Any:
    return SimpleNamespace(segments=[SimpleNamespace(id=n, name=n, ring=r) for n, r in rings.items()])


def found(*searches: tuple[str, tuple[Position, ...], Raster], outside: float = 0.2) -> Any:
    """An even map with 0.2 outside, and searches of it by POD."""
    even = Raster(np.full(GRID.shape, (1.0 - outside) / 100), GRID, "poa")
    prior = belief = Belief.mixture(GRID, [("lost", 1.0, even, outside)])
    outcomes, missed = [], 1.0
    for assignment, ring, pod in searches:
        belief, update = belief.searched(pod)
        missed *= 1.0 - update.pos_overall
        outcomes.append(SimpleNamespace(search=SimpleNamespace(assignment=assignment, ring=ring, pod_clue=0.5)))
    return SimpleNamespace(prior=prior, belief=belief, outcomes=outcomes, pos_cumulative=1.0 - missed)


def over(pod: float, cells: tuple[slice, slice]) -> Raster:
    values = np.zeros(GRID.shape)
    values[cells] = pod
    return Raster(values, GRID, "pod")


WEST, EAST = box(0, 0, 500, 1000), box(500, 0, 500, 1000)


def test_segments_beside_each_other_share_nothing_out() -> None:
    data, caveats = segments_data(named(west=WEST, east=box(500, 0, 500, 400)), found())
    assert [row["poa"] for row in data["segments"]] == pytest.approx([0.4, 0.16], abs=1e-12)
    assert data["unsegmented"] == pytest.approx(0.24, abs=1e-12)
    assert data["overlap"] == 0.0 and caveats == ()


def test_what_lies_in_several_is_told_and_the_table_still_sums_to_1() -> None:
    # west and middle share two columns, middle and east three; a patch in the south-west lies in west besides
    segments = named(west=WEST, middle=box(300, 0, 500, 1000), east=EAST, patch=box(0, 0, 100, 100))
    data, (caveat,) = segments_data(segments, found())
    assert data["overlap"] == pytest.approx(0.8 * (20 + 30 + 1) / 100, abs=1e-12)
    assert caveat == (
        "Segments overlap (middle with west, east with middle, patch with west): what they share counts in each, so that "
        "their POA added up is 40.8 % too much."
    )
    told = sum(row["poa"] for row in data["segments"])
    assert told - data["overlap"] + data["unsegmented"] + data["rest_of_world"] == pytest.approx(1.0, abs=1e-12)


def test_long_lists_of_overlaps_are_cut_short() -> None:
    _, (caveat,) = segments_data(named(a=WEST, b=WEST, c=WEST, d=WEST, e=WEST), found())
    assert caveat.startswith("Segments overlap (b with a, c with a, d with a and 1 more): ")
    assert caveat.endswith(" 160.0 % too much.")  # 40 % each, counted five times


def test_parts_keep_the_outings_of_the_whole() -> None:
    west = over(0.5, (slice(0, 10), slice(0, 5)))
    data, _ = segments_data(
        named(south=box(0, 0, 500, 300), north=box(0, 300, 500, 700), east=EAST), found(("A1", WEST, west))
    )
    south, north, east = data["segments"]
    assert south["outings"] == north["outings"] == [{"assignment": "A1", "share": 1.0}]
    assert south["searched_times"] == north["searched_times"] == 1
    assert south["pod_cumulative"] == pytest.approx(0.5, abs=1e-12) == north["pod_cumulative"]
    assert (east["searched_times"], east["outings"]) == (0, [])
    assert east["pod_cumulative"] == pytest.approx(0.0, abs=1e-12)


def test_a_whole_shows_how_much_of_it_each_outing_went_over() -> None:
    west, east = over(0.5, (slice(0, 10), slice(0, 5))), over(0.8, (slice(6, 10), slice(5, 10)))
    south_east = box(500, 0, 500, 400)
    data, _ = segments_data(named(all=box(0, 0, 1000, 1000)), found(("A1", WEST, west), ("A2", south_east, east)))
    (row,) = data["segments"]
    assert row["outings"] == [{"assignment": "A1", "share": 0.5}, {"assignment": "A2", "share": 0.2}]
    assert row["pod_clue"] == pytest.approx(1.0 - 0.75 * 0.9)  # half of a half of it, then a fifth
    # an even prior: half of it missed by half, a fifth by four fifths
    assert row["pod_cumulative"] == pytest.approx(0.5 * 0.5 + 0.2 * 0.8, abs=1e-12)
