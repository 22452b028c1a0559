"""What an outing did: how a line of searchers covered the ground, what it missed, and how it stands to its plan.

Knows recorded stretches, PODs and the numbers of an assignment. Refuses to know who went, and where the subject is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import distance_transform_edt, find_objects, label

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.quantity import percent
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.science.detection import pod_random

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wayhome.base.raster import Raster

    Array = NDArray[np.float64]

MISSED_POD = Sourced(
    value=0.1, unit="1", source="wayhome", doubt="Own choice: ground with a lower POD counts as not searched."
)
MISSED_M2 = Sourced(
    value=10_000.0, unit="m2", source="wayhome", doubt="Own choice: a gap of a hectare and more is worth an assignment."
)


@dataclass(frozen=True, kw_only=True)
class Inside:
    """How far and how long recorded stretches ran inside a segment, over all of them; NaN s without times."""

    length_m: float
    lasted_s: float

    @property
    def speed_mps(self) -> float:
        """Speed made good inside, pauses on foot included; NaN where it is not known."""
        return self.length_m / self.lasted_s if self.lasted_s > 0.0 else float("nan")


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Ground of the segment that hardly anybody saw: a point well inside it, its area, and its mean POD."""

    x_m: float
    y_m: float
    area_m2: float
    pod_mean: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Missed:
    """The gaps of a search, largest first; `numbers` `[H, W]` holds 1 for cells of the first, 2 of the second, else 0.

    `share` [0, 1] is their part of the segment's area.
    """

    gaps: tuple[Gap, ...]
    numbers: NDArray[np.int32]
    share: float


class Effort(Record):
    """An outing in numbers, as planned or as done: the total length of all searchers, and what it covers."""

    hours: float | None
    speed_mps: float | None
    searcher_length_m: float
    coverage: float
    pod: float


class Comparison(Record):
    """An outing as planned and as done, and the sentence that says so."""

    planned: Effort
    achieved: Effort
    sentence: str


def abreast(stretches: Sequence[Array], searchers: int, spacing_m: float) -> tuple[Array, ...]:
    """The tracks `[n, 2]` of a line of searchers abreast, of whom one in its middle was recorded.

    `stretches` are `[n, 2 or more]` x, y [m]. Every piece of the way is moved sideways, square to the way as it runs
    within a spacing, so that each searcher walks the recorded length: total effort is n*W*L whatever the bends. Pieces
    of those at the side are parted by a row of NaN.
    """
    if searchers < 1:
        raise InvalidInput(f"A line of {searchers} searchers covers nothing; it takes at least 1.", field="searchers")
    if not (isfinite(spacing_m) and spacing_m > 0.0):
        raise InvalidInput(f"Spacing must be a positive number of metres, not {spacing_m}.", field="spacing_m")
    found: list[Array] = []
    for i, stretch in enumerate(stretches):
        line = np.asarray(stretch, np.float64)
        if line.ndim != 2 or line.shape[1] < 2:
            raise InvalidInput(f"Stretch {i + 1} has shape {line.shape}; it needs rows of x and y in metres.", index=i)
        line = line[:, :2]
        if searchers == 1 or len(line) < 2:
            found.append(line)
            continue
        square = _square(line, spacing_m)
        for k in range(searchers):
            off_m = (k - (searchers - 1) / 2) * spacing_m
            if off_m == 0.0:
                found.append(line)
                continue
            pieces = np.full((len(line) - 1, 3, 2), np.nan)
            pieces[:, 0] = line[:-1] + off_m * square
            pieces[:, 1] = line[1:] + off_m * square
            found.append(pieces.reshape(-1, 2))
    return tuple(found)


def inside(stretches: Sequence[Array], mask: Raster) -> Inside:
    """Length and time of recorded stretches `[n, 3]` of x, y [m] and seconds within a segment, a raster of `mask`.

    Each way between two fixes is looked at in steps of half a cell.
    """
    grid = mask.expect("mask").grid
    cells = np.asarray(mask.values, bool)
    length_m = lasted_s = 0.0
    for stretch in stretches:
        if len(stretch) < 2:
            continue
        step = np.diff(stretch, axis=0)
        way = np.hypot(step[:, 0], step[:, 1])
        parts = np.maximum(1, np.ceil(way / (0.5 * grid.cell_m))).astype(int)
        which = np.repeat(np.arange(len(way)), parts)
        first = np.repeat(np.cumsum(parts) - parts, parts)
        at = (np.arange(len(which)) - first + 0.5) / parts[which]
        x, y = (stretch[which, k] + at * step[which, k] for k in (0, 1))
        col = np.floor((x - grid.x_west_m) / grid.cell_m).astype(int)
        row = np.floor((grid.y_north_m - y) / grid.cell_m).astype(int)
        on = (row >= 0) & (row < grid.height) & (col >= 0) & (col < grid.width)
        within = on & cells[np.where(on, row, 0), np.where(on, col, 0)]
        share = within / parts[which]
        length_m += float(share @ way[which])
        lasted_s += float(step[which[within], 2] @ share[within])
    return Inside(length_m=length_m, lasted_s=lasted_s)


def missed(
    pod: Raster, mask: Raster, *, pod_below: float = float(MISSED_POD), least_m2: float = float(MISSED_M2)
) -> Missed:
    """Connected ground of a segment with a POD below `pod_below` and no smaller than `least_m2`.

    Cells that touch at a corner only are apart, for somebody passed between them.

    Raises
    ------
    InvalidInput : a threshold that is no fraction, or a negative area.
    MismatchError : a segment on another grid than the POD.
    """
    if not 0.0 <= pod_below <= 1.0:
        raise InvalidInput(f"POD {pod_below} is no fraction from 0 to 1.", field="pod_below")
    if not least_m2 >= 0.0:
        raise InvalidInput(f"An area of {least_m2} m2 is none; write 0 or more.", field="least_m2")
    grid = pod.expect("pod").grid
    if mask.expect("mask").grid != grid:
        raise MismatchError("The segment lies on another grid than the POD; resample one of them first.")
    cells, values = np.asarray(mask.values, bool), np.asarray(pod.values, float)
    numbers, count = label(cells & (values < pod_below))
    areas_m2 = np.bincount(numbers.ravel(), minlength=count + 1)[1:] * grid.cell_area_m2
    order = [int(k) for k in np.argsort(-areas_m2, kind="stable") if areas_m2[k] >= least_m2]
    where = find_objects(numbers)
    found = np.zeros(grid.shape, np.int32)
    gaps = []
    for rank, k in enumerate(order, 1):
        rows, cols = where[k]
        mine = numbers[rows, cols] == k + 1
        found[rows, cols][mine] = rank
        depth = distance_transform_edt(np.pad(mine, 1))[1:-1, 1:-1]
        i, j = np.unravel_index(int(depth.argmax()), depth.shape)
        gaps.append(
            Gap(
                x_m=grid.x_west_m + (cols.start + int(j) + 0.5) * grid.cell_m,
                y_m=grid.y_north_m - (rows.start + int(i) + 0.5) * grid.cell_m,
                area_m2=float(areas_m2[k]),
                pod_mean=float(values[rows, cols][mine].mean()),
            )
        )
    share = sum(g.area_m2 for g in gaps) / (np.count_nonzero(cells) * grid.cell_area_m2) if gaps else 0.0
    return Missed(gaps=tuple(gaps), numbers=found, share=share)


def planned(*, hours: float, speed_mps: float, sweep_width_m: float, searchers: int, area_m2: float) -> Effort:
    """What an assignment was to do: C = W*v*t*n/A over a segment of `area_m2`, POD = 1 - exp(-C) (FIELD 1.7)."""
    for name, value in (
        ("hours", hours), ("speed_mps", speed_mps), ("sweep_width_m", sweep_width_m), ("searchers", searchers),
        ("area_m2", area_m2),
    ):  # fmt: skip
        if not (isfinite(value) and value > 0.0):
            raise InvalidInput(f"{name}: {value} plans nothing; write a positive number.", field=name)
    length_m = speed_mps * hours * 3600.0 * searchers
    coverage = sweep_width_m * length_m / area_m2
    return Effort(
        hours=hours, speed_mps=speed_mps, searcher_length_m=length_m, coverage=coverage, pod=pod_random(coverage)
    )


def compared(plan: Effort, done: Effort) -> Comparison:
    """A plan beside what was achieved; `done` holds the mean POD over the segment."""
    more = []
    if plan.hours is not None and done.hours is not None:
        more.append(f"{done.hours:.1f} h in the segment of {plan.hours:.1f} h")
    if plan.speed_mps is not None and done.speed_mps is not None:
        more.append(f"{3.6 * done.speed_mps:.1f} km/h instead of {3.6 * plan.speed_mps:.1f} km/h")
    share = done.coverage / plan.coverage if plan.coverage > 0.0 else 0.0
    sentence = (
        f"Covered {done.coverage:.2f} times where {plan.coverage:.2f} was planned ({percent(share, 0)} of it); "
        f"POD {percent(done.pod)} instead of {percent(plan.pod)}"
    )
    return Comparison(
        planned=plan, achieved=done, sentence=f"{sentence}: {', '.join(more)}." if more else f"{sentence}."
    )


def _square(line: Array, spacing_m: float) -> Array:
    """Unit vectors `[n - 1, 2]` to the right of the way, as it runs within a spacing of each piece's middle."""
    step = np.diff(line, axis=0)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(step[:, 0], step[:, 1]))])
    middle = (along[1:] + along[:-1]) / 2
    ahead, behind = (
        np.column_stack([np.interp(middle + off_m, along, line[:, k]) for k in (0, 1)])
        for off_m in (spacing_m, -spacing_m)
    )
    heading = ahead - behind
    turned_back = np.hypot(heading[:, 0], heading[:, 1]) < spacing_m  # where a line turns round, each goes its own way
    heading[turned_back] = step[turned_back]
    size = np.hypot(heading[:, 0], heading[:, 1])[:, None]
    return np.asarray(np.column_stack([heading[:, 1], -heading[:, 0]]) / np.where(size > 0.0, size, 1.0))
