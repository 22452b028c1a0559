"""Recordings made by hand with a drive, stays, gaps and scatter; real ones; and the laws that hold for any."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.projection import projection, proposed_crs
from wayhome.files.gpx import read_gpx
from wayhome.science.recorded import Recorded, cleaned

CAR_MPS = 60.0 / 3.6
# ten legs of 500 and 25 m, 3 km in all at 1 m/s, north and east of where the car stops
WALK = [(0, 500), (25, 0), (0, -500), (25, 0), (0, 500), (25, 0), (0, -500), (25, 0), (0, 500), (25, 0), (0, -375)]


class Made:
    """A recording in the making: legs one after the other, then fixes at a beat."""

    def __init__(self, x_m: float = 0.0, y_m: float = 0.0) -> None:
        self.x, self.y, self.t = [x_m], [y_m], [0.0]

    def go(self, east_m: float, north_m: float, mps: float) -> Made:
        self.x.append(self.x[-1] + east_m)
        self.y.append(self.y[-1] + north_m)
        self.t.append(self.t[-1] + float(np.hypot(east_m, north_m)) / mps)
        return self

    def stay(self, seconds: float) -> Made:
        self.x.append(self.x[-1])
        self.y.append(self.y[-1])
        self.t.append(self.t[-1] + seconds)
        return self

    def fixes(self, beat_s: float, scatter_m: float = 0.0, seed: int = 0) -> np.ndarray:
        at = np.arange(0.0, self.t[-1] + 1e-9, beat_s)
        xy = np.column_stack([np.interp(at, self.t, self.x), np.interp(at, self.t, self.y)])
        xy += scatter_m * np.random.default_rng(seed).normal(size=xy.shape)
        return np.column_stack([xy, at])


def search_by_car() -> Made:
    """8 km there, four minutes at the car, 3 km on foot, two minutes, and 8 km back."""
    made = Made(-8000.0).go(8000, 0, CAR_MPS).stay(240)
    for east_m, north_m in WALK:
        made.go(east_m, north_m, 1.0)
    return made.stay(120).go(-8000, 0, CAR_MPS)


def length_m(stretches: Any) -> float:
    return float(sum(np.hypot(*np.diff(s[:, :2], axis=0).T).sum() for s in stretches))


def kinds(of: Recorded) -> list[str]:
    return [p.kind for p in of.pieces]


@pytest.mark.parametrize(("beat_s", "scatter_m"), [(1, 0), (1, 3), (2, 3), (5, 0), (5, 3), (10, 3)])
@pytest.mark.parametrize("seed", [1, 2])
def test_of_a_drive_a_walk_and_a_drive_back_the_walk_comes_out(beat_s: float, scatter_m: float, seed: int) -> None:
    found = cleaned([search_by_car().fixes(beat_s, scatter_m, seed)])
    assert length_m(found.walked) == pytest.approx(3000.0, rel=0.01)
    assert min(s[:, 0].min() for s in found.walked) > -15.0  # the road lies west of the car
    assert max(s[:, 0].max() for s in found.walked) < 125.0 + 15.0
    assert found.lasted_s("vehicle") == pytest.approx(2 * 8000 / CAR_MPS, abs=30.0)
    assert any(text.startswith("Cut off as a drive: 1") for text in found.caveats)
    assert not any("Gaps" in text for text in found.caveats)


def test_a_walk_without_scatter_is_left_as_it_is() -> None:
    fixes = Made().go(900, 0, 1.25).fixes(4)
    (stretch,) = cleaned([fixes]).walked
    assert length_m([stretch]) == pytest.approx(900.0, rel=1e-9)
    assert np.abs(stretch[:, 1]).max() < 1e-9
    assert cleaned([fixes]).caveats == ()


def test_scatter_does_not_lengthen_a_straight_walk() -> None:
    """Raw, each step of 5 m with 4 m of scatter on both ends is far longer than 5 m."""
    fixes = Made().go(3000, 0, 1.0).fixes(5, scatter_m=4, seed=3)
    assert length_m([fixes]) > 1.3 * 3000.0
    assert length_m(cleaned([fixes]).walked) == pytest.approx(3000.0, rel=0.01)


def test_an_hour_at_rest_adds_no_length_and_the_walk_goes_on_over_it() -> None:
    made = Made().go(600, 0, 1.0).stay(3600).go(600, 0, 1.0)
    found = cleaned([made.fixes(5, scatter_m=3, seed=4)])
    assert kinds(found) == ["walking", "still", "walking"]
    (stretch,) = found.walked
    assert length_m([stretch]) == pytest.approx(1200.0, rel=0.02)
    assert found.lasted_s("still") == pytest.approx(3600.0, abs=60.0)
    assert "stood still for 60 min" in found.caveats[0]


def test_a_slow_search_is_no_rest() -> None:
    """0.4 mph, the slowest speed of searchers in a published table (rSARP), is 0.18 m/s."""
    assert kinds(cleaned([Made().go(300, 0, 0.18).fixes(10)])) == ["walking"]


def test_a_wait_at_a_gate_belongs_to_the_drive_and_a_search_between_two_drives_does_not() -> None:
    gate = Made().go(3000, 0, 15.0).stay(90).go(3000, 0, 15.0)
    assert kinds(cleaned([gate.fixes(5)])) == ["vehicle"]
    search = Made().go(3000, 0, 15.0).go(0, 600, 1.0).go(3000, 0, 15.0)
    found = cleaned([search.fixes(5)])
    assert kinds(found) == ["vehicle", "walking", "vehicle"]
    assert length_m(found.walked) == pytest.approx(600.0, abs=15.0)


def test_what_is_fast_but_no_drive_counts_and_is_asked_about() -> None:
    found = cleaned([Made().go(600, 0, 1.0).go(1000, 0, 5.0).go(600, 0, 1.0).fixes(5)])  # 18 km/h for 200 s
    assert kinds(found) == ["walking"]
    assert length_m(found.walked) == pytest.approx(2200.0)
    assert any("faster than 12 km/h but no drive" in text for text in found.caveats)


def test_a_hole_in_the_recording_is_a_gap_with_its_ends() -> None:
    """Ten minutes without a fix on a way of 600 m; then 250 m within one minute of walking out of sight."""
    fixes = Made().go(1800, 0, 1.0).fixes(5)
    hole = fixes[(fixes[:, 2] <= 600) | (fixes[:, 2] >= 1200)]
    found = cleaned([hole])
    assert kinds(found) == ["walking", "gap", "walking"]
    (gap,) = found.gaps
    assert gap.fixes[:, 0] == pytest.approx([600.0, 1200.0])
    assert (gap.length_m, gap.lasted_s) == pytest.approx((600.0, 600.0))
    assert length_m(found.walked) == pytest.approx(1200.0)
    assert "Gaps in the track: 1, 600 m" in found.caveats[0]
    far = fixes[(fixes[:, 2] <= 600) | (fixes[:, 2] >= 850)]
    assert kinds(cleaned([far])) == ["walking", "gap", "walking"]
    near = fixes[(fixes[:, 2] <= 600) | (fixes[:, 2] >= 780)]  # 180 m in 180 s: nothing else but walked
    assert kinds(cleaned([near])) == ["walking"]


def test_a_receiver_that_sleeps_on_the_spot_leaves_no_gap() -> None:
    before, after = Made().go(600, 0, 1.0).fixes(5), Made(605.0).go(600, 0, 1.0).fixes(5)
    after[:, 2] += 600 + 1800
    assert kinds(cleaned([np.concatenate([before, after])])) == ["walking", "still", "walking"]


def test_a_gap_between_two_starts_of_the_receiver_is_told() -> None:
    first, second = Made().go(300, 0, 1.0).fixes(5), Made(900.0).go(300, 0, 1.0).fixes(5)
    second[:, 2] += 400
    found = cleaned([first, second])
    assert kinds(found) == ["walking", "gap", "walking"] and len(found.walked) == 2
    second[:, 0] -= 595.0  # switched off and on again: 5 m on, and no gap, but a new stretch
    second[:, 2] -= 90
    found = cleaned([first, second])
    assert kinds(found) == ["walking", "walking"] and len(found.walked) == 2


def test_a_coarse_recording_is_no_row_of_gaps() -> None:
    """Fixes at the corners of lanes only: 400 m and 400 s apart, all of them alike."""
    corners = Made()
    for k in range(8):
        corners.go(0, 400 if k % 2 == 0 else -400, 1.0).go(30, 0, 1.0)
    fixes = np.column_stack([corners.x, corners.y, corners.t])
    found = cleaned([fixes])
    assert found.gaps == ()
    assert length_m(found.walked) == pytest.approx(8 * 430.0)


@pytest.mark.parametrize("beat_s", [1.0, 5.0, 15.0])
def test_single_fixes_astray_are_left_out(beat_s: float) -> None:
    fixes = Made().go(1500, 0, 1.0).fixes(beat_s)
    fixes[30, :2] += (400.0, -900.0)
    fixes[60:62, 1] += 5000.0
    found = cleaned([fixes])
    assert kinds(found) == ["walking"]
    assert length_m(found.walked) == pytest.approx(1500.0, rel=1e-6)
    assert "Fixes left out as jumps that nobody can have made: 3." in found.caveats


def test_a_receiver_that_wakes_up_elsewhere_is_believed_after_a_gap() -> None:
    fixes = Made().go(1200, 0, 1.0).fixes(5)
    fixes[120:, 1] += 3000.0
    found = cleaned([fixes])
    assert kinds(found) == ["walking", "gap", "walking"]
    assert length_m(found.walked) == pytest.approx(1195.0)
    assert found.gaps[0].length_m == pytest.approx(3000.0, rel=1e-5)


def test_a_first_fix_astray_does_not_take_the_rest_with_it() -> None:
    fixes = Made().go(900, 0, 1.0).fixes(5)
    fixes[0, :2] = (-40_000.0, 9_000.0)
    assert length_m(cleaned([fixes]).walked) == pytest.approx(895.0)


def test_times_that_repeat_fall_back_or_run_ahead_are_dealt_with() -> None:
    fixes = Made().go(900, 0, 1.0).fixes(5)
    doubled = np.repeat(fixes, 2, axis=0)
    assert length_m(cleaned([doubled]).walked) == pytest.approx(900.0)
    ahead = fixes.copy()
    ahead[20, 2] += 1e9  # a clock that has not heard of the week's roll-over
    ahead[50, 2] -= 1e6
    found = cleaned([ahead])
    assert length_m(found.walked) == pytest.approx(900.0)
    assert "Fixes left out: 2 out of order in time, 0 without a time." in found.caveats


def test_a_few_fixes_without_a_time_get_one_and_those_at_the_ends_go() -> None:
    fixes = Made().go(900, 0, 1.0).fixes(5)
    fixes[[0, 40, 41, 90], 2] = np.nan
    found = cleaned([fixes])
    assert length_m(found.walked) == pytest.approx(895.0)
    assert "Fixes left out: 0 out of order in time, 1 without a time." in found.caveats


@pytest.mark.parametrize("seconds", [np.nan, 1.7e9])
def test_without_times_nothing_can_be_told_and_that_is_said(seconds: float) -> None:
    """Also where a program wrote one time for all."""
    fixes = search_by_car().fixes(5)
    fixes[:, 2] = seconds
    found = cleaned([fixes])
    assert kinds(found) == ["walking"]
    assert length_m(found.walked) == pytest.approx(19_000.0, rel=0.01)
    assert [text for text in found.caveats if "has no times" in text]


def test_nothing_recorded_is_nothing() -> None:
    for stretches in ([], [np.empty((0, 3))], [np.zeros((1, 3))]):
        found = cleaned(stretches)
        assert (found.pieces, found.walked, found.caveats) == ((), (), ())


@pytest.mark.parametrize(
    ("stretch", "says"),
    [
        (np.zeros((4, 2)), "Stretch 2 has shape (4, 2)"),
        (np.array([[0.0, 0.0, 0.0], [np.nan, 0.0, 1.0]]), "nowhere on Earth"),
        (np.array([[0.0, 0.0, 0.0], [1e300, 0.0, 1.0]]), "nowhere on Earth"),
        (np.array([[0.0, 0.0, 0.0], [1.0, 0.0, np.inf]]), "infinite time"),
    ],
)
def test_bad_stretches_are_refused_by_their_number(stretch: np.ndarray, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        cleaned([np.zeros((2, 3)), stretch])
    assert says in refused.value.message and refused.value.details["index"] == 1


places = st.floats(-5e4, 5e4, allow_nan=False)
steps = st.floats(0.0, 900.0, allow_nan=False)


@given(st.lists(st.tuples(places, places, steps), min_size=1, max_size=40), st.floats(0.0, 2e9), st.integers(0, 39))
def test_whatever_was_recorded_no_time_is_made_up_and_clocks_do_not_matter(
    rows: list[tuple[float, float, float]], later_s: float, cut: int
) -> None:
    fixes = np.array(rows)
    fixes[:, 2] = np.round(np.cumsum(fixes[:, 2]))
    found = cleaned([fixes[:cut], fixes[cut:]])
    for piece in found.pieces:
        assert len(piece.fixes) >= 2 and np.isfinite(piece.fixes[:, :2]).all()
        assert np.abs(piece.fixes[:, :2]).max() <= np.abs(fixes[:, :2]).max() + 1000.0
    timed = [p for p in found.pieces if np.isfinite(p.lasted_s)]
    assert sum(p.lasted_s for p in timed) <= np.ptp(fixes[:, 2]) + 1e-6
    assert all(a.fixes[-1, 2] <= b.fixes[0, 2] + 1e-6 for a, b in pairwise(timed))
    moved = fixes + np.array([0.0, 0.0, round(later_s)])
    again = cleaned([moved[:cut], moved[cut:]])
    assert kinds(again) == kinds(found)
    assert length_m(again.walked) == pytest.approx(length_m(found.walked), rel=1e-6, abs=1e-3)


def of_file(path: Path) -> list[Recorded]:
    """Each track of a file, cleaned."""
    found = []
    for track in read_gpx(path.read_bytes()).tracks:
        where = Position(lat_deg=float(track.lat_deg[0]), lon_deg=float(track.lon_deg[0]))
        x, y = projection(proposed_crs(where)).forward(track.lon_deg, track.lat_deg)
        seconds = np.full(len(track), np.nan)
        if track.time is not None:
            seconds = np.where(np.isnat(track.time), np.nan, (track.time - np.datetime64(0, "us")) / np.timedelta64(1, "s"))  # fmt: skip
        fixes = np.column_stack([x, y, seconds])
        found.append(cleaned([fixes[part] for part in track.slices()]))
    return found


def test_a_real_track_with_a_car_in_it(data_folder: Path) -> None:
    """Its speeds in half minutes, by hand [km/h]: 2 3, then 35 54 78 38 33 9, a stop, 11 42 22, and the end on foot."""
    (found,) = of_file(data_folder / "interchange" / "gpx" / "gpxpy_around-visnjan-with-car.gpx")
    assert kinds(found)[0] == "walking" and "vehicle" in kinds(found)
    assert found.length_m("vehicle") > 2500.0
    assert length_m(found.walked) < 100.0


def test_real_tracks_on_foot_and_by_car_in_one_file(data_folder: Path) -> None:
    """The first walks 1.9 km at 4.5 km/h, the second goes 28 km/h, the fourth begins at 23 to 50 km/h."""
    found = of_file(data_folder / "interchange" / "gpx" / "gpxpy_cerknicko-jezero.gpx")
    assert length_m(found[0].walked) == pytest.approx(1913.0, rel=0.02) and found[0].length_m("vehicle") == 0.0
    assert found[1].length_m("vehicle") > 800.0 and length_m(found[1].walked) < 50.0
    assert found[3].length_m("vehicle") > 1000.0 and length_m(found[3].walked) < 250.0
    untimed = of_file(data_folder / "interchange" / "gpx" / "gpxpy_cerknicko-without-times.gpx")
    assert length_m(untimed[0].walked) == pytest.approx(1913.0, rel=1e-3)
    assert "no times" in untimed[0].caveats[0]


def test_hikes_on_foot_are_no_drives(data_folder: Path) -> None:
    """All but one, whose phone lost its way: it jumps by hundreds of metres at a time."""
    hikes = [p for p in sorted((data_folder / "tracks").glob("*/*.gpx")) if "2022-09-28.gpx" not in p.name]
    assert len(hikes) > 30
    for path in hikes:
        for found in of_file(path):
            assert found.length_m("vehicle") == 0.0, path.name
            assert length_m(found.walked) > 0.0, path.name
