"""Recorded tracks of an outing on the map: who each track stands for, what is cut off, and what was missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from wayhome.base.place import Position
from wayhome.base.projection import projection
from wayhome.base.raster import Grid
from wayhome.planning import moving
from wayhome.planning.inputs import Look, MapInputs, ScenarioPart, Search
from wayhome.planning.seen import Searched, looked, searched
from wayhome.science.behavior import Stratum
from wayhome.science.land import land
from wayhome.science.terrain import Ground

CRS = "EPSG:32619"
IPP = Position(lat_deg=42.2, lon_deg=-71.1)
X, Y = projection(CRS).xy_m(IPP)
GRID = Grid.around(CRS, X, Y, box_m=3000.0, cell_m=10.0)
W = 20.0


def corner(east_m: float, north_m: float) -> Position:
    return projection(CRS).position(X + east_m, Y + north_m)


RING = tuple(corner(e, n) for e, n in ((-1000, -1000), (-1000, 1000), (1000, 1000), (1000, -1000)))  # 4 km2
PART = ScenarioPart(id="lost", title="lost", kind="lost", weight_before=1.0, weight=1.0, category="hiker",
                    rest_of_world=0.0, ring=None)  # fmt: skip


def inputs(**more: Any) -> MapInputs:
    plain: dict[str, Any] = dict(ipp=IPP, crs=CRS, box_m=3000.0, cell_m=10.0, ecoregion="temperate", relief="flat",
                                 category="hiker", parts=(PART,))  # fmt: skip
    return MapInputs(**{**plain, **more})


def walk(north_m: float, begin_s: float = 0.0, east_m: float = -450.0, mps: float = 1.0) -> np.ndarray:
    """900 m east, well inside the segment, a fix every five seconds."""
    at = np.arange(0.0, 900.0 / mps + 1.0, 5.0)
    return np.column_stack([X + east_m + mps * at, np.full(at.size, Y + north_m), begin_s + at])


class Receivers:
    """Recorded stretches by their number."""

    def __init__(self, *tracks: np.ndarray) -> None:
        self.tracks = tracks

    def track(self, blob: str, index: int, crs: str) -> Sequence[np.ndarray]:
        assert crs == CRS
        return (self.tracks[index],)


def debriefed(*tracks: np.ndarray, searchers: int, **more: Any) -> tuple[Searched, list[str]]:
    said: list[str] = []
    plain = dict(assignment="A1", ring=RING, sweep_width_m=W, searchers=searchers)
    if tracks:
        plain["tracks"] = tuple(("blob", i) for i in range(len(tracks)))
    return searched(Search(**{**plain, **more}), inputs(), GRID, Receivers(*tracks), said), said


def effort_m2(of: Searched) -> float:
    assert of.coverage is not None
    return of.coverage.achieved.coverage_mean * of.coverage.achieved.area_m2


def test_one_track_of_four_searchers_is_a_swath_of_four_sweep_widths() -> None:
    found, said = debriefed(walk(5.0), searchers=4)
    assert found.coverage is not None and found.walked is not None and found.achieved is not None
    assert effort_m2(found) == pytest.approx(W * 4 * 900.0, rel=1e-3)  # W*n*L
    assert found.coverage.achieved.track_length_m == pytest.approx(900.0, rel=1e-6)
    assert found.achieved.searcher_length_m == pytest.approx(4 * 900.0, rel=1e-6)
    assert found.achieved.speed_mps == pytest.approx(1.0) and found.achieved.hours == pytest.approx(0.25, rel=1e-3)
    across = np.asarray(found.coverage.coverage.values)[:, 150]  # north to south through the middle of the way
    swath_m = 10.0 * across.sum()
    assert swath_m == pytest.approx(4 * W, rel=1e-3)
    assert across.max() < 1.1  # one track of 4 W would have .80 in its middle and none of the flat
    assert (across > 0.9).sum() * 10.0 == pytest.approx(3 * W, abs=10.0)
    assert any("stands for 4 searchers abreast, 20 m apart" in text for text in said)


def test_a_track_of_each_searcher_counts_once() -> None:
    found, said = debriefed(*(walk(n, 3.0 * n) for n in (-30.0, -10.0, 10.0, 30.0)), searchers=4)
    assert found.walked is not None and found.walked.abreast == 1 and found.walked.receivers == 4
    assert effort_m2(found) == pytest.approx(W * 4 * 900.0, rel=1e-3)
    assert found.coverage is not None
    assert found.coverage.achieved.track_length_m == pytest.approx(4 * 900.0, rel=1e-6)
    assert found.achieved is not None and found.achieved.hours == pytest.approx(0.25, rel=1e-3)
    assert not any("abreast" in text or "attached twice" in text for text in said)


def test_new_batteries_make_no_second_searcher() -> None:
    first = walk(0.0)
    found, _ = debriefed(first[:90], first[90:], searchers=4)
    assert found.walked is not None and (found.walked.receivers, found.walked.abreast) == (1, 4)
    assert effort_m2(found) == pytest.approx(W * 4 * 895.0, rel=1e-3)
    assert found.achieved is not None and found.achieved.hours == pytest.approx(890.0 / 3600.0, rel=0.01)


def test_tracks_for_some_of_the_searchers_leave_the_rest_out_and_say_so() -> None:
    found, said = debriefed(walk(-200.0), walk(200.0), searchers=5)
    assert found.walked is not None and (found.walked.receivers, found.walked.abreast) == (2, 2)
    assert effort_m2(found) == pytest.approx(W * 4 * 900.0, rel=1e-3)
    assert any("2 tracks for 5 searchers: 1 without a track are left out" in text for text in said)


def test_more_tracks_than_searchers_is_asked_about() -> None:
    _, said = debriefed(walk(0.0), walk(0.0), walk(50.0), searchers=2)
    assert any("3 tracks at a time for 2 searchers" in text for text in said)


def test_tracks_without_times_are_taken_for_different_searchers() -> None:
    one, other = walk(-100.0), walk(100.0)
    one[:, 2] = other[:, 2] = np.nan
    found, said = debriefed(one, other, searchers=2)
    assert found.walked is not None and (found.walked.receivers, found.walked.abreast) == (2, 1)
    assert found.achieved is not None and found.achieved.hours is None and found.achieved.speed_mps is None
    assert any("has no times" in text for text in said)


def test_the_drive_to_the_segment_covers_nothing() -> None:
    drive = walk(0.0, east_m=-900.0, mps=15.0)
    on_foot = walk(0.0, begin_s=drive[-1, 2], east_m=drive[-1, 0] - X)
    whole = np.concatenate([drive, on_foot[1:]])
    found, said = debriefed(whole, searchers=1)
    alone, _ = debriefed(on_foot, searchers=1)
    assert effort_m2(found) == pytest.approx(effort_m2(alone), rel=0.02)
    assert any(text.startswith("A1: Cut off as a drive: 9") for text in said)


def test_ground_that_nobody_saw_is_told() -> None:
    """Four abreast along the middle of 2 x 2 km from edge to edge: the halves north and south remain."""
    at = np.arange(0.0, 2000.0, 5.0)
    found, _ = debriefed(np.column_stack([X - 1000 + at, np.full(at.size, Y), at]), searchers=4)
    assert found.missed is not None
    north, south = found.missed.gaps
    assert abs(north.y_m - Y) > 200.0 and (north.y_m - Y) * (south.y_m - Y) < 0.0
    assert north.area_m2 == pytest.approx(2000.0 * 950.0, rel=0.03)
    assert found.missed.share == pytest.approx(0.95, abs=0.02)


def test_a_line_stands_as_wide_for_those_who_answer_as_for_those_who_do_not() -> None:
    """Where the searchers went is one thing, how far they are noticed another."""
    found, _ = debriefed(walk(0.0), searchers=4, sweep_width_responsive_m=100.0)
    heard, seen = (np.asarray(pod.values) for pod in found.pods)
    assert effort_m2(found) == pytest.approx(W * 4 * 900.0, rel=1e-3)
    assert -np.log1p(-heard).sum() * 100.0 == pytest.approx(100.0 * 4 * 900.0, rel=0.02)
    assert heard[150, 150] > seen[150, 150]


def test_a_length_without_a_track_is_that_of_each_searcher() -> None:
    """W*n*L/A = 20 m * 5 * 10 km / 4 km2."""
    found, said = debriefed(searchers=5, track_length_m=10_000.0)
    assert found.achieved is not None and found.walked is None and found.missed is None
    assert found.achieved.coverage == pytest.approx(0.25, rel=2e-3)  # the ring's true area, not the grid's
    assert found.achieved.searcher_length_m == 50_000.0
    assert any("no track" in text for text in said)
    stated, _ = debriefed(searchers=5, sweep_width_m=None, pod=0.5)
    assert stated.achieved is None


FAR = Stratum(category="hiker", ecoregion="temperate", relief="flat", n=5000, levels=(0.25, 0.5, 0.75, 0.95),
              quantiles_m=(4000.0, 8000.0, 12_000.0, 25_000.0), source="own")  # fmt: skip


def test_the_teams_own_distances_widen_what_is_made_of_a_reading() -> None:
    look = Look(evidence="E1", kind="sighting", position=corner(300.0, 0.0), reliability=0.8, error_m=50.0)
    tables = looked(look, inputs(), GRID, [])
    own = looked(look, inputs(), GRID, [], (FAR,))
    assert own.seen.area_m2 > 2.0 * tables.seen.area_m2
    assert own.still.drift_m2 > 2.0 * tables.still.drift_m2


def test_the_teams_own_distances_weigh_the_walkers() -> None:
    grid = Grid.around(CRS, X, Y, box_m=12_000.0, cell_m=120.0)
    moves = inputs(parts=(PART.replace(moves=True),), box_m=12_000.0, cell_m=120.0, now_s=7200.0,
                   ipp_at=datetime(2026, 5, 9, 11, tzinfo=UTC))  # fmt: skip
    ground = land(Ground(), grid)
    tables, own = (moving.stream(moves, moves.parts[0], ground, grid, (), some) for some in ((), (FAR,)))
    # who is far after two hours is, on the whole, far in the end
    away_m = np.hypot(np.asarray(own.walkers.x_m, float) - X, np.asarray(own.walkers.y_m, float) - Y)
    np.testing.assert_array_equal(own.walkers.x_m, tables.walkers.x_m)  # the same walkers; they count otherwise
    assert own.start.sum() == pytest.approx(1.0)
    assert own.start @ away_m > 1.3 * (tables.start @ away_m)
