"""The map rated against the find: rank, what searches claimed, boundaries, and what is left out where the place is withheld."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from wayhome.base.errors import RuleBroken
from wayhome.base.place import Position
from wayhome.base.projection import projection
from wayhome.base.raster import Grid, Raster
from wayhome.case.area import Area, Boundary, Point, Segment, Watch
from wayhome.case.assignment import Assignment, Assignments
from wayhome.case.decision import Decisions, Find
from wayhome.case.ending import Closure, Ending
from wayhome.case.outing import Debrief
from wayhome.case.state import CaseState
from wayhome.planning.after_action import Moment, after_action_data
from wayhome.science.belief import Belief

# 10 x 10 cells of 100 m, the south-west corner of the grid at (0, 0)
EAST_M, NORTH_M = 330_000.0, 4_670_000.0
GRID = Grid(crs="EPSG:32619", x_west_m=EAST_M, y_north_m=NORTH_M + 1000.0, cell_m=100.0, height=10, width=10)
FOUND = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def at(x_m: float, y_m: float) -> Position:
    return projection(GRID.crs).position(EAST_M + x_m, NORTH_M + y_m)


def belief_map(here: float, rest_of_world: float, *searches: tuple[str, float], weight: float = 0.7) -> Any:
    """A map with `here` in the south-west cell and the rest even; searches of the western half by POD."""
    values = np.full(GRID.shape, (1.0 - here - rest_of_world) / 99)
    values[9, 0] = here
    poa = Raster(values, GRID, "poa")
    belief = Belief.mixture(GRID, [("lost", weight, poa, rest_of_world), ("left", 1.0 - weight, poa, rest_of_world)])
    west = np.zeros(GRID.shape)
    west[:, :5] = 1.0
    outcomes = []
    for key, pod in searches:
        pods = (Raster(west * pod, GRID, "pod"),)
        outcomes.append(SimpleNamespace(
            search=SimpleNamespace(assignment=key), searched=SimpleNamespace(pods=pods), pod=pods[-1],
            mask=Raster(west, GRID, "mask"),
        ))  # fmt: skip
    return SimpleNamespace(prior=belief, belief=belief, outcomes=outcomes)


def case(place: Position, *, watches: tuple[Watch, ...] = (), **find: Any) -> CaseState:
    """A case closed as found at a place, with two searches of the western half and a road along x = 800 m."""
    ring = (at(0, 0), at(500, 0), at(500, 1000), at(0, 1000))
    done = {
        key: Assignment(id=key, team="T1", segment="SEG1", status="debriefed", dispatched_at=FOUND - timedelta(hours=h + 6),
                        debrief=Debrief(at=FOUND - timedelta(hours=h), by="bo"))
        for key, h in (("A1", 20), ("A2", 10), ("A3", -3))
    }  # fmt: skip
    return CaseState(
        case="c",
        area=Area(
            crs=GRID.crs, ipp=Point(kind="pls", position=at(450, 450), at=FOUND - timedelta(days=1)),
            segments={"SEG1": Segment(id="SEG1", name="West", ring=ring)},
            boundaries={"B1": Boundary(id="B1", name="Road", kind="road", line=(at(800, -500), at(800, 1500)), watches=watches)},
        ),
        assignments=Assignments(assignments=done),
        decisions=Decisions(find=Find(position=place, at=FOUND, reported_at=FOUND, **find)),
        ending=Ending(closure=Closure(outcome="found", true_scenario="lost", by="bo", at=FOUND)),
    )  # fmt: skip


def rated(state: CaseState, *maps: Any, **how: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    told = [(Moment(label=f"moment {n}", at=FOUND - timedelta(hours=5), seq=n), m) for n, m in enumerate(maps, 1)]
    return after_action_data(state, told, **how)


def test_every_moment_is_rated_and_the_last_is_what_the_sentence_says() -> None:
    # all other cells hold 0.4/99 = 0.004 each: with 0.4 here none lies above; with 0.002 here all 99 do
    data, _ = rated(case(at(50, 50)), belief_map(0.002, 0.598), belief_map(0.4, 0.2))
    first, last = data["moments"]
    assert first["r"] == pytest.approx(1 - 2 * (99 + 0.5) / 100)
    assert last["r"] == pytest.approx(1 - 2 * 0.5 / 100)
    assert first["mass_above"] == pytest.approx(0.4) and last["mass_above"] == pytest.approx(0.0)
    # the find's cell is 0.4 alone: half of it is inside the 25 % line (0.25/0.4 > 0.5)
    assert last["within"] == 0.25 and first["within"] == 0.5
    assert last["true_weight"] == pytest.approx(0.7)
    assert "R = 0.99" in data["sentence"] and "entry 2" in data["sentence"]


def test_a_find_outside_the_map_is_rated_by_the_rest_of_the_world_and_said() -> None:
    data, _ = rated(case(at(-5000, 50)), belief_map(0.4, 0.2))
    assert data["moments"][0]["r"] == pytest.approx(2 * 0.2 - 1)
    assert data["moments"][0]["within"] is None and data["searches"] == [] and data["chance_missed"] is None
    assert "outside the map" in data["sentence"]


def test_what_searches_claimed_there_before_the_find() -> None:
    data, caveats = rated(case(at(50, 50)), belief_map(0.4, 0.2, ("A1", 0.4), ("A2", 0.5), ("A3", 0.9)))
    assert [(s["assignment"], s["before_find"]) for s in data["searches"]] == [
        ("A1", True),
        ("A2", True),
        ("A3", False),
    ]
    assert data["chance_missed"] == pytest.approx(0.6 * 0.5)
    assert data["calibration"]["searches"] == 2 and data["calibration"]["expected_finds"] == pytest.approx(0.9)
    assert data["calibration"]["finds"] == 0
    assert any("One case proves little" in c for c in caveats) and any("independent" in c for c in caveats)


def test_searches_elsewhere_claimed_nothing_there() -> None:
    data, _ = rated(case(at(950, 50)), belief_map(0.4, 0.2, ("A1", 0.4)))
    assert data["searches"] == []


def test_a_find_by_a_search_that_was_out_over_that_ground_is_told() -> None:
    assert rated(case(at(50, 50), means="dog"), belief_map(0.4, 0.2))[0]["calibration"]["found_by_a_later_search"]
    assert not rated(case(at(950, 50), means="dog"), belief_map(0.4, 0.2))[0]["calibration"]["found_by_a_later_search"]
    assert not rated(case(at(50, 50), means="public"), belief_map(0.4, 0.2))[0]["calibration"][
        "found_by_a_later_search"
    ]


@pytest.mark.parametrize(
    ("x_m", "watches", "beyond", "missed", "words"),
    [
        (50, (), False, None, "on this side of Road"),
        (950, (), True, 1.0, "nobody watched"),
        (950, (Watch(quality=0.7, since=FOUND - timedelta(hours=3)),), True, 0.3, "chance 30.0 %"),
        (950, (Watch(quality=0.7, since=FOUND + timedelta(hours=3)),), True, 1.0, "nobody watched"),
        (950, (Watch(quality=0.7, until=FOUND - timedelta(days=2)),), True, 1.0, "nobody watched"),
    ],
)
def test_containment_is_read_off_the_way_from_ipp_to_find(
    x_m: float, watches: tuple[Watch, ...], beyond: bool, missed: float | None, words: str
) -> None:
    (line,) = rated(case(at(x_m, 450), watches=watches), belief_map(0.4, 0.2))[0]["boundaries"]
    assert line["beyond"] is beyond and words in line["sentence"]
    assert line["chance_missed"] == (None if missed is None else pytest.approx(missed))


def test_a_withheld_place_is_in_no_figure() -> None:
    data, caveats = rated(case(at(50, 50)), belief_map(0.4, 0.2, ("A1", 0.4)), withheld=True)
    assert data["find"]["position"] is None and data["find"]["from_ipp_m"] is None
    assert data["boundaries"] == [] and [(s["assignment"], s["segment"]) for s in data["searches"]] == [(None, None)]
    assert any("withheld" in c for c in caveats)


def test_without_a_find_or_a_map_there_is_nothing_to_rate() -> None:
    with pytest.raises(RuleBroken, match="Nobody is found"):
        rated(CaseState(case="c"), belief_map(0.4, 0.2))
    with pytest.raises(RuleBroken, match="No map was made"):
        rated(case(at(50, 50)))
