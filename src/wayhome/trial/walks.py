"""Recorded walks against predicted walking times: how far off a walking model is, and which way.

Knows how to tell walking from standing in a recording. Refuses to know where a recording came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from wayhome.base.errors import InvalidInput
from wayhome.base.record import Record
from wayhome.science.travel import predicted_track_seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

STOP_MPS, STOP_S = 0.2, 120.0  # slower than this for longer than this is a stop
STEP_S, WINDOW_S = 5.0, 60.0  # a receiver at rest wanders some metres, so speed is the way made in a minute
FLAT_SLOPE, FLAT_STRETCH_M = 0.05, 100.0  # "flat": within 5 % over 100 m, longer than the noise of elevations
MOST_MPS = 5.0  # nobody walks faster: such fixes were made up by a receiver that woke up
MOST_RISE_MPS = 1.0  # nobody climbs faster, for a minute: the elevation of a receiver that has just been switched on


@dataclass(frozen=True, kw_only=True, eq=False)
class Walk:
    """A recorded walk without its stops: stretches `[n, 4]` of x, y, elevation [m] and a clock that ran in motion [s].

    `elapsed_s` is from the first fix to the last, all stops and nights included.
    """

    name: str
    stretches: tuple[NDArray[np.float64], ...]
    elapsed_s: float

    @property
    def length_m(self) -> float:
        """Length of what was walked, m."""
        return float(sum(np.hypot(*np.diff(s[:, :2], axis=0).T).sum() for s in self.stretches))

    @property
    def moving_s(self) -> float:
        """Time in motion, s."""
        return float(sum(s[-1, 3] - s[0, 3] for s in self.stretches))

    def predicted_s(self, model: str) -> float:
        """What a walking model says of the way walked, s."""
        return sum(predicted_track_seconds(s[:, 0], s[:, 1], s[:, 2], model=model) for s in self.stretches)

    def flat_mps(self) -> NDArray[np.float64]:
        """Speed in motion of each stretch of 100 m that is flat within 5 %, m/s."""
        found = []
        for s in self.stretches:
            along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(s[:, :2], axis=0).T))])
            marks = np.arange(0.0, along[-1], FLAT_STRETCH_M)
            rise = np.diff(np.interp(marks, along, s[:, 2]))
            seconds = np.diff(np.interp(marks, along, s[:, 3]))
            flat = (np.abs(rise) <= FLAT_SLOPE * FLAT_STRETCH_M) & (seconds > FLAT_STRETCH_M / MOST_MPS)
            found.append(FLAT_STRETCH_M / seconds[flat])
        return np.concatenate(found) if found else np.empty(0)


def in_motion(x_m: NDArray[np.float64], y_m: NDArray[np.float64], time_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each interval between fixes `[n - 1]` was walked: no part of a stop lies in its middle.

    A stop: less than 0.2 m/s, as way made within a minute, for more than two minutes.
    """
    clock = np.arange(time_s[0], time_s[-1] + STEP_S, STEP_S)
    before, after = np.maximum(clock - WINDOW_S / 2, time_s[0]), np.minimum(clock + WINDOW_S / 2, time_s[-1])
    way = np.hypot(
        np.interp(after, time_s, x_m) - np.interp(before, time_s, x_m),
        np.interp(after, time_s, y_m) - np.interp(before, time_s, y_m),
    )
    slow = way < STOP_MPS * (after - before)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], slow, [False]]).astype(np.int8)))
    middle = (time_s[1:] + time_s[:-1]) / 2
    moving = np.ones(middle.size, bool)
    for first, end in edges.reshape(-1, 2):
        if (end - first) * STEP_S > STOP_S:
            moving &= (middle < clock[first]) | (middle > clock[end - 1])
    return moving


def walk(name: str, recorded: Sequence[NDArray[np.float64]]) -> Walk:
    """A walk from the unbroken stretches `[n, 4]` of a recording: x, y, elevation [m], time [s].

    Left out are fixes out of order in time, without elevation or farther than a walker gets, and the way while an
    elevation still settles: a model that is steep in slope makes days of such a jump.
    """
    stretches: list[NDArray[np.float64]] = []
    first, last = np.inf, -np.inf
    for fixes in recorded:
        kept = _plausible(fixes[np.isfinite(fixes).all(axis=1)])
        if len(kept) < 2:
            continue
        first, last = min(first, kept[0, 3]), max(last, kept[-1, 3])
        moving = in_motion(kept[:, 0], kept[:, 1], kept[:, 3])
        clock = np.concatenate([[0.0], np.cumsum(np.where(moving, np.diff(kept[:, 3]), 0.0))])
        settled = _settled(kept[:, 2], kept[:, 3])
        edges = np.flatnonzero(np.diff(np.concatenate([[False], settled, [False]]).astype(np.int8)))
        for begin, end in edges.reshape(-1, 2):
            part = slice(begin, end + 1)
            walked = np.concatenate([[True], moving[begin:end]])  # what was wandered within a stop is no way
            if walked.sum() > 1:
                stretches.append(np.column_stack([kept[part, :3], clock[part]])[walked])
    if not stretches:
        raise InvalidInput(f"The recording {name} holds no fixes with time and elevation; nothing can be compared.")
    return Walk(name=name, stretches=tuple(stretches), elapsed_s=float(last - first))


def _settled(elevation_m: NDArray[np.float64], time_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the elevation around each interval between fixes `[n - 1]` moved no faster than a walker climbs."""
    middle = (time_s[1:] + time_s[:-1]) / 2
    after, before = middle + WINDOW_S / 2, middle - WINDOW_S / 2
    rise = np.interp(after, time_s, elevation_m) - np.interp(before, time_s, elevation_m)
    return np.asarray(np.abs(rise) <= MOST_RISE_MPS * WINDOW_S)


def _plausible(fixes: NDArray[np.float64]) -> NDArray[np.float64]:
    kept: list[int] = []
    for i in range(len(fixes)):
        if kept:
            step = fixes[i] - fixes[kept[-1]]
            if step[3] <= 0.0 or np.hypot(step[0], step[1]) > MOST_MPS * max(step[3], STEP_S):
                continue
        kept.append(i)
    return fixes[kept]


class Fit(Record):
    """How one model's times stand to recorded ones, over walks: predicted/actual, and root mean square errors."""

    model: str
    n: int
    ratio_mean: float
    ratio_median: float
    rmse_min: float
    rmse_kmh: float


def fits(walks: Sequence[Walk], models: Sequence[str], against: Literal["moving", "elapsed"]) -> tuple[Fit, ...]:
    """Each model against the time in motion, or against all the time from start to end; every walk counts once."""
    actual = np.array([w.moving_s if against == "moving" else w.elapsed_s for w in walks])
    length = np.array([w.length_m for w in walks])
    found = []
    for model in models:
        predicted = np.array([w.predicted_s(model) for w in walks])
        ratio, off_kmh = predicted / actual, 3.6 * (length / predicted - length / actual)
        found.append(
            Fit(
                model=model,
                n=len(walks),
                ratio_mean=float(ratio.mean()),
                ratio_median=float(np.median(ratio)),
                rmse_min=float(np.sqrt(np.mean((predicted - actual) ** 2))) / 60.0,
                rmse_kmh=float(np.sqrt(np.mean(off_kmh**2))),
            )
        )
    return tuple(found)
