"""How subjects move: strategies, pace, rests and hours of mobility, by kind of scenario and category.

Knows the table `movement` and how to correct its figures by tracks. Refuses to call a judgement a measurement:
what was chosen says so.
"""

from __future__ import annotations

from itertools import pairwise
from math import exp, isfinite, log, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from wayhome.base.errors import InvalidInput
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.science.behavior import subject_category
from wayhome.science.encounter import STRATEGIES
from wayhome.science.tables import table
from wayhome.science.travel import pace_s_per_m

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from wayhome.science.land import Land

    Track = tuple[ArrayLike, ArrayLike, ArrayLike]

STANDSTILL_MPS = Sourced(
    value=0.1,
    unit="m/s",
    source="wayhome",
    doubt="Below it a stretch of track counts as a stop; errors of fixes look like 0.05 to 0.2 m/s.",
)


class Movement(Record):
    """How a subject moves.

    `strategies` are shares [0, 1] of the choices among `encounter.STRATEGIES`, each kept for `hold_s` [s] on
    average. `pace_factor` multiplies the walking speed of the land, as `day_factor` and `night_factor` do by day and
    night. The heading is forgotten (correlation 1/e) within `wander_s` [s] in random and `course_s` [s] in straight
    walking. `rest_share` [0, 1) of the mobile time is rested, `rest_s` [s] at a time. Mobility ends after
    `mobility_h` [h] at the cumulative `levels` (0, 1). A route is sought within `route_reach_m` [m] and turned back
    on `turn_back_per_h` times an hour; an evader keeps `shy_m` [m] off routes; vehicles go `vehicle_mps` [m/s].
    """

    name: str
    strategies: dict[str, float]
    levels: tuple[float, ...]
    mobility_h: tuple[float, ...]
    pace_factor: float
    hold_s: float
    wander_s: float
    course_s: float
    rest_share: float
    rest_s: float
    day_factor: float
    night_factor: float
    route_reach_m: float
    shy_m: float
    turn_back_per_h: float
    vehicle_mps: float
    source: str
    doubt: str = ""

    def check(self) -> None:
        """Refuse shares that are no shares, and times and speeds that cannot be."""
        unknown = sorted(set(self.strategies) - set(STRATEGIES))
        if unknown:
            raise InvalidInput(f"There is no strategy {', '.join(unknown)}; use {', '.join(STRATEGIES)}.")
        if min(self.strategies.values(), default=-1.0) < 0.0 or abs(sum(self.strategies.values()) - 1.0) > 1e-6:
            raise InvalidInput(f"The shares of the strategies must be positive and sum to 1, not {self.strategies}.")
        for name in ("hold_s", "wander_s", "course_s", "rest_s", "shy_m", "vehicle_mps"):
            if not (isfinite(getattr(self, name)) and getattr(self, name) > 0.0):
                raise InvalidInput(f"{name} must be above zero, not {getattr(self, name)}.", field=name)
        for name in ("pace_factor", "day_factor", "night_factor", "route_reach_m", "turn_back_per_h"):
            if not (isfinite(getattr(self, name)) and getattr(self, name) >= 0.0):
                raise InvalidInput(f"{name} must be zero or more, not {getattr(self, name)}.", field=name)
        if not 0.0 <= self.rest_share < 1.0:
            raise InvalidInput(f"The share of rests must be at least 0 and below 1, not {self.rest_share}.")
        rises = all(b > a for a, b in pairwise(self.levels))
        if len(self.levels) < 2 or len(self.levels) != len(self.mobility_h) or not rises or not self.levels[0] > 0.0:
            raise InvalidInput("Hours of mobility need two or more rising levels, one for each quantile.")
        if self.levels[-1] >= 1.0 or self.mobility_h[0] < 0.0 or list(self.mobility_h) != sorted(self.mobility_h):
            raise InvalidInput(f"Hours of mobility must be zero or more and not fall, not {self.mobility_h}.")

    def mobile_s(self, level: ArrayLike) -> NDArray[np.float64]:
        """Time [s] for which a fraction `level` [0, 1) of subjects stays mobile at most.

        Straight between the quantiles. Where the first quantile is 0 it is an atom: that fraction never moved. Beyond
        the last level the tail is exponential with the rate of the last interval: this project's own choice.
        """
        p = np.asarray(level, float)
        levels, hours = np.array((0.0, *self.levels)), np.array((0.0, *self.mobility_h))
        last, before = levels[-1], levels[-2]
        scale = (hours[-1] - hours[-2]) / log((1.0 - before) / (1.0 - last))
        with np.errstate(divide="ignore"):
            tail = hours[-1] + scale * np.log((1.0 - last) / np.maximum(1.0 - p, 1e-12))
        return np.asarray(3600.0 * np.where(p <= last, np.interp(p, levels, hours), tail))

    def with_goal(self, share: float) -> Movement:
        """The same with a share [0, 1] heading for a goal, the other strategies in proportion."""
        if not 0.0 <= share <= 1.0:
            raise InvalidInput(f"A share lies between 0 and 1, not at {share}.")
        others = {name: part for name, part in self.strategies.items() if name != "goal"}
        total = sum(others.values())
        if total == 0.0:
            others, total = {"direction": 1.0}, 1.0
        return self.replace(
            strategies={**{name: (1.0 - share) * part / total for name, part in others.items()}, "goal": share}
        )


def movement(kind: str, category: str | None = None) -> tuple[Movement, tuple[str, ...]]:
    """The movement for a kind of scenario (lost, evading, ...) and a subject category, and caveats.

    ``lost`` takes the profile of the category, else the hiker's. Source: the table `movement`.
    """
    told: list[str] = []
    content = table("movement")
    key = "hiker"
    if category is not None:
        key, unread = subject_category(category)
        told += unread
    kinds = {row["name"]: row["profile"] for row in content["kind"]}
    if kind == "lost":
        name = next((row["profile"] for row in content["lost"] if key in row["categories"]), "hiker")
    elif kind in kinds:
        name = kinds[kind]
    else:
        raise InvalidInput(f'There is no kind of scenario "{kind}"; use lost, {", ".join(kinds)}.', field="kind")
    (default,) = content["default"]
    chosen = next(row for row in content["profile"] if row["name"] == name)
    row: dict[str, Any] = {**default, **chosen}
    if "mobility_h" in row:
        hours, levels = tuple(row["mobility_h"]), tuple(content["levels"])
    else:
        hours, levels, unsaid = _mobility(key)
        told += unsaid
    if row["source"] == "wayhome":
        told.append(f"How the subject moves ({name}) is this project's own judgement, not measured.")
    else:
        told.append(row["doubt"])
    if name == "hiker" and kind == "lost" and key != "hiker":
        told.append(f"No movement of {key.replace('_', ' ')} is published; the hiker's is used.")
    return Movement.from_json({**row, "levels": levels, "mobility_h": hours}), tuple(told)


def _mobility(key: str) -> tuple[tuple[float, ...], tuple[float, ...], list[str]]:
    """Quantiles of the hours of mobility of a category, their levels, and what stands in for what."""
    content = table("mobility")
    likes = {c: row["of"] for row in table("movement")["mobility_like"] for c in row["categories"]}
    rows = {c: row for row in content["row"] for c in row["categories"]}
    of = key if key in rows else likes.get(key, "hiker")
    told = []
    if of != key:
        told.append(
            f"No hours of mobility of {key.replace('_', ' ')} are public; those of {of.replace('_', ' ')} are used."
        )
    return tuple(rows[of]["quantiles_h"]), tuple(content["levels"]), told


# --- calibration -----------------------------------------------------------------------------------


class Calibration(Record):
    """What tracks say of a movement: estimates and the standard error of the pace, from `hours` [h] of track."""

    n_tracks: int
    hours: float
    pace_factor: float
    pace_factor_se: float
    rest_share: float
    rest_s: float
    persistence_s: float
    caveats: tuple[str, ...] = ()


def calibrated(
    of: Movement, tracks: Sequence[Track], *, land: Land | None = None, step_s: float = 60.0, heading: str = "course_s"
) -> tuple[Movement, Calibration]:
    """A movement with pace, rests and memory of heading as tracks show them, and the estimates.

    Parameters
    ----------
    of
        The movement to start from; its strategies and mobility stay.
    tracks
        One `(x_m, y_m, t_s)` each: metric x and y [m] and time [s], rising. Times between fixes are filled straight,
        so fixes should be no farther apart than a step or two.
    land
        Ground under the tracks, which tells the speed to expect; level ground on a path without it.
    step_s
        Length [s] of the pieces that a track is cut into; as in `advance`.
    heading
        The memory that the tracks show: ``course_s`` of people who go somewhere, ``wander_s`` of people who wander.

    Notes
    -----
    A piece slower than `STANDSTILL_MPS` is a stop. Pace factor: metres walked over metres to be expected in the same
    pieces (a ratio estimate, its error from the spread between pieces of all tracks). Rest share: stops among the
    pieces. Mean rest: pieces of stop over the number of stops. Memory tau: mean cosine of the turn between pieces that
    follow each other = exp(-step_s/tau). Errors of the fixes shorten the memory and lengthen the way: thin the tracks.
    """
    if heading not in ("course_s", "wander_s"):
        raise InvalidInput(f"The memory of the heading is course_s or wander_s, not {heading}.", field="heading")
    walked, expected, cosines, stops, pieces, stop_count, seconds = [], [], [], 0, 0, 0, 0.0
    for track in tracks:
        x, y, t = (np.asarray(a, float) for a in track)
        if not (x.shape == y.shape == t.shape and x.ndim == 1 and np.all(np.diff(t) > 0)):
            raise InvalidInput("A track needs as many x as y and times, and times that rise; sort its fixes.")
        count = int((t[-1] - t[0]) / step_s + 1e-9) if t.size > 1 else 0
        if count < 2:
            continue
        at = t[0] + step_s * np.arange(count + 1)
        px, py = np.interp(at, t, x), np.interp(at, t, y)
        dx, dy = np.diff(px), np.diff(py)
        far = np.hypot(dx, dy)
        is_stop = far < float(STANDSTILL_MPS) * step_s
        usual = _expected_m(land, px, py, dx, dy, far, step_s)
        known = ~is_stop & np.isfinite(usual)
        walked.append(far[known])
        expected.append(usual[known])
        on = ~is_stop[:-1] & ~is_stop[1:]
        cosines.append(((dx[:-1] * dx[1:] + dy[:-1] * dy[1:])[on]) / (far[:-1] * far[1:])[on])
        stops += int(is_stop.sum())
        stop_count += int(is_stop[0]) + int(np.sum(is_stop[1:] & ~is_stop[:-1]))
        pieces += count
        seconds += count * step_s
    metres, usually = np.concatenate(walked or [[]]), np.concatenate(expected or [[]])
    turns = np.concatenate(cosines or [[]])
    if metres.size < 30 or turns.size < 30:
        raise InvalidInput("The tracks hold fewer than 30 pieces of walking; give longer ones or a shorter step.")
    pace = float(metres.sum() / usually.sum())
    error = float(np.std(metres - pace * usually, ddof=1) * sqrt(metres.size) / usually.sum())
    told = []
    cosine = float(turns.mean())
    if cosine < 0.01:
        told.append("The tracks turn at random from piece to piece; the memory is shorter than a step.")
    elif cosine > 0.999:
        told.append("The tracks run straight; the memory is longer than they can tell.")
    memory = -step_s / log(min(max(cosine, exp(-5.0)), 0.9999))
    rest_s = stops * step_s / stop_count if stop_count else of.rest_s
    found = Calibration(
        n_tracks=len(walked), hours=seconds / 3600.0, pace_factor=pace, pace_factor_se=error,
        rest_share=stops / pieces, rest_s=rest_s, persistence_s=memory, caveats=tuple(told),
    )  # fmt: skip
    changed = of.replace(
        name=f"{of.name}, calibrated", pace_factor=pace, rest_share=min(found.rest_share, 0.99), rest_s=rest_s,
        doubt=f"{of.doubt} Pace, rests and memory of heading from {len(walked)} tracks.".strip(), **{heading: memory},
    )  # fmt: skip
    return changed, found


def _expected_m(
    land: Land | None,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    dx: NDArray[np.float64],
    dy: NDArray[np.float64],
    far: NDArray[np.float64],
    step_s: float,
) -> NDArray[np.float64]:
    """Metres that Tobler's pace makes of each piece on its ground; NaN off the map and on barriers."""
    if land is None:
        return np.full(far.shape, step_s / float(pace_s_per_m(0.0)))
    speed, slope = land.underfoot(x[:-1], y[:-1], dx / np.maximum(far, 1e-9), dy / np.maximum(far, 1e-9))
    metres = np.where(speed > 0.0, step_s * speed * pace_s_per_m(0.0) / pace_s_per_m(np.nan_to_num(slope)), np.nan)
    return np.asarray(metres)
