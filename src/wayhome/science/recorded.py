"""Recorded tracks as receivers really write them, cut into walking, driving, standing still and gaps.

Knows what fixes and their times can tell. Refuses to guess the way between two fixes far apart, and to tell a drive
or a pause from a line without times.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.linalg import solveh_banded
from scipy.ndimage import median_filter

from wayhome.base.errors import InvalidInput
from wayhome.base.quantity import metres
from wayhome.base.sources import Sourced

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

Kind = Literal["walking", "vehicle", "still", "gap"]


def _own(value: float, unit: str, doubt: str) -> Sourced:
    return Sourced(value=value, unit=unit, source="wayhome", doubt=doubt)


DRIVING_MPS = _own(
    25.0 / 3.6, "m/s", "Own choice: nobody on foot holds 25 km/h for half a minute. Somebody on a bicycle may."
)
BRISK_MPS = _own(
    12.0 / 3.6, "m/s", "Own choice: a drive goes on while it is faster than 12 km/h; who runs so fast does not search."
)
DRIVE_PAUSE_S = _own(180.0, "s", "Own choice: a shorter pause between two drives, at a gate or a light, is no search.")
GAP_S = _own(300.0, "s", "Own choice: where nothing was recorded for longer, nobody knows the way.")
GAP_M = _own(200.0, "m", "Own choice: farther apart, two fixes tell nothing of the way between them.")
RHYTHM = _own(5.0, "1", "Own choice: a receiver set to record seldom has no gap before so many times its median step.")
STILL_M = _own(12.0, "m", "Own choice: a receiver at rest wanders about so far; the slowest search leaves the circle.")
STILL_S = _own(180.0, "s", "Own choice: who stays within that circle for as long stands; 0.5 km/h and more walks on.")
FASTEST_MPS = _own(60.0, "m/s", "Own choice: no road vehicle; a receiver that lost its satellites jumps so.")
TURN_S = _own(
    60.0, "s", "Own choice: time in which a walker's velocity turns by as much as it is; fixes are smoothed as far as "
    "they scatter more. Scatter makes recorded ways longer than they were (ranacher2015).",
)  # fmt: skip

_CLOCK_S = 5.0  # speeds are looked at on this beat
_SPEED_S, _EDGE_S = 30.0, 10.0  # way made in this time; and in this, where a drive ends to the second
_MEDIAN = 13  # beats: the median speed of a minute
_AGREED = 5  # fixes that agree among themselves are believed, though they lie where nobody can have got to
_SHORTEST_S = 0.5  # fixes closer in time are one
_LONGEST_S, _LONGEST_M = 900.0, 2000.0  # a gap on any rhythm
_SLOWEST_MPS = 0.2  # of a walker, for how freely one turns
_MOSTLY = 0.9  # of the fixes of a stay lie in its circle
_LEAST_M, _MOST_M = 0.5, 10.0  # scatter of fixes: below it nothing is smoothed, above it it is no scatter
_FARTHEST_M = 1e8  # no projected coordinate is larger


@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """A part of a recording: what it was, and its fixes `[n, 3]` of x, y [m] and seconds.

    A gap and a stay hold two fixes, where they begin and end. Seconds are NaN where the recording has no times.
    """

    kind: Kind
    fixes: Array

    @property
    def length_m(self) -> float:
        """Length from fix to fix; of a gap the straight line, of a stay what lies between its ends."""
        return float(np.hypot(*np.diff(self.fixes[:, :2], axis=0).T).sum())

    @property
    def lasted_s(self) -> float:
        """How long it lasted; NaN without times."""
        return float(self.fixes[-1, 2] - self.fixes[0, 2])


@dataclass(frozen=True, kw_only=True, eq=False)
class Recorded:
    """A recording in pieces, in its order; what of it was searched on foot; and what must be said of the rest.

    `walked` are unbroken stretches `[n, 3]`: walking, and straight on over each stay.
    """

    pieces: tuple[Piece, ...]
    walked: tuple[Array, ...]
    caveats: tuple[str, ...]

    @property
    def gaps(self) -> tuple[Piece, ...]:
        """Where nothing is known of the way."""
        return tuple(p for p in self.pieces if p.kind == "gap")

    def length_m(self, kind: Kind) -> float:
        """Length of all pieces of a kind, m."""
        return sum(p.length_m for p in self.pieces if p.kind == kind)

    def lasted_s(self, kind: Kind) -> float:
        """Time of all pieces of a kind, s; pieces without times count nothing."""
        return float(np.nansum([p.lasted_s for p in self.pieces if p.kind == kind]))


class _Limits(NamedTuple):
    """What is a gap on the rhythm of one recording."""

    gap_s: float
    gap_m: float


class _Tally:
    """What had to be left out or taken on trust, over all stretches."""

    def __init__(self) -> None:
        self.out_of_order = self.astray = self.untimed = 0


def cleaned(stretches: Sequence[Array]) -> Recorded:
    """A recording cut by what was going on: searched on foot, driven, standing still, or nobody knows.

    Parameters
    ----------
    stretches : each `[n, 3]` x, y [m] and time [s] in the order of the file, from one start of the receiver to its
        stop; NaN where a fix has no time.

    Notes
    -----
    A drive holds over `DRIVING_MPS` in the median of a minute, and goes on as long as it is over `BRISK_MPS` or pauses
    for less than `DRIVE_PAUSE_S`; so single fixes astray never make one. A gap is longer than `GAP_S` or `GAP_M`, or
    than `RHYTHM` times the recording's own step where that is more. Who keeps within `STILL_M` for `STILL_S` stands
    still; what the receiver wanders there adds no length. Fixes out of order in time, and jumps that nobody can have
    made, are left out. What is left is smoothed by as much as it scatters from fix to fix. A stretch without times is
    taken as walked, as it stands.

    Raises
    ------
    InvalidInput : a stretch that is not `[n, 3]`, or not in metres.
    """
    tally = _Tally()
    told = [_in_time(_checked(stretch, i), tally) for i, stretch in enumerate(stretches)]
    told = [fixes for fixes in told if len(fixes) > 1]
    limits = _limits([fixes for fixes in told if _is_timed(fixes)])
    pieces: list[Piece] = []
    walked: list[Array] = []
    for i, fixes in enumerate(told):
        if i:
            pieces += _break(told[i - 1][-1], fixes[0], limits)
        found = _pieces(fixes, limits, tally) if _is_timed(fixes) else [Piece(kind="walking", fixes=fixes)]
        pieces += found
        walked += _joined(found)
    return Recorded(pieces=tuple(pieces), walked=tuple(walked), caveats=_caveats(pieces, limits, tally))


def _checked(stretch: Array, index: int) -> Array:
    fixes = np.asarray(stretch, np.float64)
    if fixes.ndim != 2 or fixes.shape[1] != 3:
        raise InvalidInput(
            f"Stretch {index + 1} has shape {fixes.shape}; it needs rows of x, y in metres and seconds.", index=index
        )
    if not (np.abs(fixes[:, :2]) <= _FARTHEST_M).all():
        raise InvalidInput(f"Stretch {index + 1} has a fix that is nowhere on Earth; was it projected?", index=index)
    if np.isinf(fixes[:, 2]).any():
        raise InvalidInput(f"Stretch {index + 1} has an infinite time; write NaN for an unknown one.", index=index)
    return fixes


def _is_timed(fixes: Array) -> bool:
    return not bool(np.isnan(fixes[:, 2]).any())


def _in_time(fixes: Array, tally: _Tally) -> Array:
    """Fixes in the order of time, with one each; all without, where fewer than two differ in it.

    The fewest are left out, so that one clock gone wrong does not take the rest with it. A fix without a time between
    two with one gets its own by its place in the file.
    """
    known = np.flatnonzero(~np.isnan(fixes[:, 2]))
    if len(known) < 2 or np.ptp(fixes[known, 2]) < _SHORTEST_S:
        found = fixes.copy()
        found[:, 2] = np.nan
        return found
    kept = known[_longest_chain(fixes[known, 2].tolist())]
    tally.out_of_order += len(known) - len(kept)
    between = np.arange(kept[0], kept[-1] + 1)
    between = between[np.isnan(fixes[between, 2]) | np.isin(between, kept)]
    tally.untimed += len(fixes) - len(known) - (len(between) - len(kept))
    found = fixes[between]
    found[:, 2] = np.interp(between, kept, fixes[kept, 2])
    apart = [0]
    for i, at in enumerate(found[:, 2].tolist()):
        if at - found[apart[-1], 2] >= _SHORTEST_S:
            apart.append(i)
    return np.asarray(found[apart])


def _longest_chain(values: list[float]) -> NDArray[np.intp]:
    """Indices of the longest chain that never falls."""
    ends: list[float] = []
    last: list[int] = []
    before: list[int] = []
    for i, value in enumerate(values):
        place = bisect_right(ends, value)
        before.append(last[place - 1] if place else -1)
        ends[place : place + 1], last[place : place + 1] = [value], [i]
    chain = []
    i = last[-1] if last else -1
    while i >= 0:
        chain.append(i)
        i = before[i]
    return np.array(chain[::-1], np.intp)


def _limits(timed: Sequence[Array]) -> _Limits:
    """What is a gap: the fixed limits, or more on a recording that is coarse all through."""
    steps = [np.diff(fixes, axis=0) for fixes in timed if len(fixes) > 1]
    if not steps:
        return _Limits(float(GAP_S), float(GAP_M))
    step = np.concatenate(steps)
    usual_s, usual_m = float(np.median(step[:, 2])), float(np.median(np.hypot(step[:, 0], step[:, 1])))
    return _Limits(
        min(max(float(GAP_S), float(RHYTHM) * usual_s), _LONGEST_S),
        min(max(float(GAP_M), float(RHYTHM) * usual_m), _LONGEST_M),
    )


def _break(before: Array, after: Array, limits: _Limits) -> list[Piece]:
    """The gap between two starts of the receiver, where it is long enough to tell of."""
    away = float(np.hypot(*(after - before)[:2]))
    if away <= 2.0 * float(STILL_M) or (away <= limits.gap_m and not abs(after[2] - before[2]) > limits.gap_s):
        return []
    return [Piece(kind="gap", fixes=np.stack([before, after]))]


def _pieces(fixes: Array, limits: _Limits, tally: _Tally) -> list[Piece]:
    """One timed stretch in pieces."""
    pieces: list[Piece] = []
    end = fixes[0]

    def add(kind: Kind, span: Array) -> None:
        nonlocal end
        if span[0, 2] > end[2]:
            pieces.append(_between(end, span[0]))
        if len(span) > 1:
            pieces.append(Piece(kind=kind, fixes=span[[0, -1]] if kind == "still" else span))
        end = span[-1]

    for part in _unbroken(fixes, limits.gap_s, np.inf, float(FASTEST_MPS), 1.0, tally):
        for run, is_drive in _runs(_driven(part)):
            span = part[run.start : run.stop + 1]
            if is_drive:
                add("vehicle", span)
                continue
            for some in _unbroken(span, np.inf, limits.gap_m, float(DRIVING_MPS), _CLOCK_S, tally):
                smooth = _smoothed(some)
                for stay, is_still in _runs(_still(smooth)):
                    add("still" if is_still else "walking", smooth[stay.start : stay.stop + 1])
                if len(some) == 1:
                    add("walking", some)
        if len(part) == 1:
            add("walking", part)
    return pieces


def _between(before: Array, after: Array) -> Piece:
    """What lies between two pieces that do not meet: a receiver that slept on the spot, or a gap."""
    near = bool(np.hypot(*(after - before)[:2]) <= 2.0 * float(STILL_M))
    return Piece(kind="still" if near else "gap", fixes=np.stack([before, after]))


def _unbroken(
    fixes: Array, gap_s: float, gap_m: float, fastest_mps: float, least_s: float, tally: _Tally
) -> list[Array]:
    """Fixes without those that nobody can have got to, cut at gaps.

    A few that agree among themselves are believed; then the way to them is a gap.
    """
    kept: list[int] = []
    astray: list[int] = []
    cuts: list[int] = []
    x, y, t = (column.tolist() for column in fixes.T)

    def reaches(a: int, b: int) -> bool:
        far_m = fastest_mps * max(t[b] - t[a], least_s)
        return bool((x[b] - x[a]) ** 2 + (y[b] - y[a]) ** 2 <= far_m**2)

    for i in range(len(fixes)):
        if not kept or reaches(kept[-1], i):
            tally.astray += len(astray)
            astray = []
            kept.append(i)
            continue
        if astray and not reaches(astray[-1], i):
            tally.astray += len(astray)
            astray = []
        astray.append(i)
        if len(astray) == _AGREED:
            cuts.append(len(kept))
            kept += astray
            astray = []
    tally.astray += len(astray)
    found = fixes[kept]
    step = np.diff(found, axis=0)
    wide = np.flatnonzero((step[:, 2] > gap_s) | (np.hypot(step[:, 0], step[:, 1]) > gap_m)) + 1
    return np.split(found, sorted({*cuts, *wide.tolist()}))


def _clock(fixes: Array) -> Array:
    return np.arange(fixes[0, 2], fixes[-1, 2] + _CLOCK_S, _CLOCK_S)


def _speed_mps(fixes: Array, clock: Array, over_s: float) -> Array:
    """Way made in a time about each beat of a clock, per second: a scattering fix hardly moves it."""
    t = fixes[:, 2]
    before, after = np.maximum(clock - over_s / 2, t[0]), np.minimum(clock + over_s / 2, t[-1])
    east, north = (np.interp(after, t, fixes[:, k]) - np.interp(before, t, fixes[:, k]) for k in (0, 1))
    return np.asarray(np.hypot(east, north) / np.maximum(after - before, _SHORTEST_S))


def _usual_mps(fixes: Array, clock: Array) -> Array:
    """Median speed of the minute about each beat of a clock."""
    return np.asarray(median_filter(_speed_mps(fixes, clock, _SPEED_S), _MEDIAN, mode="nearest"))


def _beats(fixes: Array, clock: Array) -> NDArray[np.intp]:
    """The beat of a clock nearest to the middle of each interval between fixes."""
    middle = (fixes[1:, 2] + fixes[:-1, 2]) / 2 - clock[0]
    return np.asarray(np.clip(np.rint(middle / _CLOCK_S), 0, clock.size - 1), np.intp)


def _brisk_m(fixes: Array) -> float:
    """Length of what was faster than people search."""
    clock = _clock(fixes)
    brisk = _usual_mps(fixes, clock)[_beats(fixes, clock)] > float(BRISK_MPS)
    return float(np.hypot(*np.diff(fixes[:, :2], axis=0).T)[brisk].sum())


def _driven(fixes: Array) -> Flags:
    """Whether each interval between fixes `[n - 1]` was driven."""
    if len(fixes) < 2:
        return np.zeros(0, bool)
    clock = _clock(fixes)
    speed = _usual_mps(fixes, clock)
    now = _speed_mps(fixes, clock, _EDGE_S)
    fast = np.zeros(clock.size, bool)
    for run, is_brisk in _runs(speed > float(BRISK_MPS)):
        if not is_brisk or speed[run].max() < float(DRIVING_MPS):
            continue
        wider = slice(max(0, run.start - _MEDIAN // 2), run.stop + _MEDIAN // 2)
        beats = wider.start + np.flatnonzero(now[wider] > float(BRISK_MPS))
        fast[beats[0] : beats[-1] + 1] = True
    for run, is_fast in _runs(fast):
        short = (run.stop - run.start) * _CLOCK_S < float(DRIVE_PAUSE_S)
        if not is_fast and short and run.start > 0 and run.stop < fast.size:
            fast[run] = True
    # an interval that only touches a drive is of it where it is fast itself
    beat = (fixes[:, 2] - clock[0]) / _CLOCK_S
    upto = np.concatenate([[0], np.cumsum(fast)])
    touched = upto[np.floor(beat[1:]).astype(int) + 1] > upto[np.ceil(beat[:-1]).astype(int)]
    own = np.hypot(*np.diff(fixes[:, :2], axis=0).T) / np.diff(fixes[:, 2])
    return np.asarray(fast[_beats(fixes, clock)] | (touched & (own > float(BRISK_MPS))))


def _still(fixes: Array) -> Flags:
    """Whether each interval between fixes `[n - 1]` lies within a stay."""
    if fixes[-1, 2] - fixes[0, 2] < float(STILL_S):
        return np.zeros(len(fixes) - 1, bool)
    clock = _clock(fixes)
    width = round(float(STILL_S) / _CLOCK_S) + 1
    x, y = (sliding_window_view(np.interp(clock, fixes[:, 2], fixes[:, k]), width) for k in (0, 1))
    off = np.hypot(x - np.median(x, axis=1, keepdims=True), y - np.median(y, axis=1, keepdims=True))
    near = off <= float(STILL_M)
    near &= (near.mean(axis=1) >= _MOSTLY)[:, None]
    stays = np.zeros(clock.size, bool)
    for k in range(width):
        stays[k : k + len(near)] |= near[:, k]
    return np.asarray(stays[_beats(fixes, clock)])


def _averaged(fixes: Array) -> Array:
    """Fixes as means of each beat: a receiver asked every second wanders by more than it tells."""
    beat = ((fixes[:, 2] - fixes[0, 2]) // _CLOCK_S).astype(np.intp)
    _, beat = np.unique(beat, return_inverse=True)
    each = np.bincount(beat)
    found = np.column_stack([np.bincount(beat, fixes[:, k] - fixes[0, k]) / each + fixes[0, k] for k in range(3)])
    found[0], found[-1] = fixes[0], fixes[-1]
    return np.asarray(found)


def _smoothed(fixes: Array) -> Array:
    """Fixes with their scatter taken out: the smoothest way, as a walker turns, that they agree with."""
    if len(fixes) < _AGREED:
        return fixes
    fixes = _averaged(fixes)
    n = len(fixes)
    if n < _AGREED:
        return fixes
    h = np.diff(fixes[:, 2])
    if np.median(h) > float(TURN_S):  # too far apart to tell scatter from a turn
        return fixes
    w = h[1:] / (h[1:] + h[:-1])  # weight of the fix before
    off = fixes[1:-1, :2] - w[:, None] * fixes[:-2, :2] - (1.0 - w)[:, None] * fixes[2:, :2]
    off /= np.sqrt(1.0 + w**2 + (1.0 - w) ** 2)[:, None]
    speed_mps = max(float(np.median(_speed_mps(fixes, _clock(fixes), _SPEED_S))), _SLOWEST_MPS)
    scatter_m = min(1.4826 * float(np.median(np.abs(off))), _MOST_M)  # of a normal, by its median
    if scatter_m < _LEAST_M:
        return fixes
    # least squares: distance to the fixes over their scatter, and change of velocity over how freely people turn
    sway_m2_per_s3 = speed_mps**2 / float(TURN_S)
    turn = scatter_m / np.sqrt(sway_m2_per_s3 * (h[1:] + h[:-1]) / 2.0)
    a, c = turn / h[:-1], turn / h[1:]
    b = -(a + c)
    bands = np.zeros((3, n))
    bands[0, 2:] = a * c
    bands[1, 1:-1] += a * b
    bands[1, 2:] += b * c
    bands[2] = 1.0
    bands[2, :-2] += a * a
    bands[2, 1:-1] += b * b
    bands[2, 2:] += c * c
    return np.column_stack([solveh_banded(bands, fixes[:, :2]), fixes[:, 2]])


def _runs(flags: Flags) -> list[tuple[slice, bool]]:
    """Runs of equal flags, in order."""
    edges = [0, *(np.flatnonzero(np.diff(flags.astype(np.int8))) + 1).tolist(), flags.size]
    return [(slice(a, b), bool(flags[a])) for a, b in pairwise(edges) if b > a]


def _joined(pieces: Sequence[Piece]) -> list[Array]:
    """What was walked of one stretch, straight on over each stay, broken at drives and gaps."""
    found: list[list[Array]] = [[]]
    for piece in pieces:
        if piece.kind in ("vehicle", "gap"):
            found.append([])
        elif piece.kind == "walking":
            found[-1].append(piece.fixes)
    return [np.concatenate(parts) for parts in found if parts]


def _caveats(pieces: Sequence[Piece], limits: _Limits, tally: _Tally) -> tuple[str, ...]:
    """What was cut off, and on what grounds."""
    said = []
    of: dict[str, list[Piece]] = {k: [p for p in pieces if p.kind == k] for k in ("vehicle", "gap", "still")}
    long = {
        kind: (metres(sum(p.length_m for p in some)), sum(p.lasted_s for p in some) / 60.0) for kind, some in of.items()
    }
    if of["vehicle"]:
        said.append(
            f"Cut off as a drive: {long['vehicle'][0]} in {long['vehicle'][1]:.0f} min at more than "
            f"{3.6 * float(DRIVING_MPS):.0f} km/h; nothing was searched from it."
        )
    brisk_m = sum(_brisk_m(p.fixes) for p in pieces if p.kind == "walking" and _is_timed(p.fixes))
    if brisk_m >= 1.0:
        said.append(
            f"{metres(brisk_m)} of the track are faster than {3.6 * float(BRISK_MPS):.0f} km/h but no drive: they count as searched; "
            "were they?"
        )
    if of["gap"]:
        said.append(
            f"Gaps in the track: {len(of['gap'])}, {long['gap'][0]} in a straight line, where no fix was recorded for "
            f"{limits.gap_s / 60.0:.0f} min or {metres(limits.gap_m)}; nothing counts there."
        )
    if of["still"]:
        said.append(f"The receiver stood still for {long['still'][1]:.0f} min; what it wandered there adds no length.")
    if tally.out_of_order or tally.untimed:
        said.append(f"Fixes left out: {tally.out_of_order} out of order in time, {tally.untimed} without a time.")
    if tally.astray:
        said.append(f"Fixes left out as jumps that nobody can have made: {tally.astray}.")
    if not all(_is_timed(p.fixes) for p in pieces):
        said.append(
            "The track has no times: a drive, pauses and gaps cannot be told; every line of it counts as walked."
        )
    return tuple(said)
