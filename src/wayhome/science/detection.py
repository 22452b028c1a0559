"""Sweep width, coverage and POD: what a search was, or would be, worth given that the subject was there.

Knows lateral range and GPS tracks on a metric grid. Refuses to know where the subject is likely to be, and
"area covered" (a dissolved buffer), which is not coverage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, erf, floor, isfinite, log1p, pi, sqrt
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import numba
import numpy as np
from scipy.special import erf as erf_of_array

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.base.sources import Sourced

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = TypeVar("Numbers", float, NDArray[np.float64])

Visibility = Literal["high", "medium", "low"]
Convention = Literal["measured", "rate"]

_TWO_CLASSES = "only high against low differs significantly (P < .01)"
RANGE_TO_SWEEP_WIDTH: dict[Visibility, Sourced] = {
    "high": Sourced(value=1.8, unit="1", source="koester2014", doubt=f"R2 .867; {_TWO_CLASSES}"),
    "medium": Sourced(value=1.6, unit="1", source="koester2014", doubt=f"R2 .560; {_TWO_CLASSES}"),
    "low": Sourced(value=1.1, unit="1", source="koester2014", doubt=f"R2 .319; {_TWO_CLASSES}"),
}

SIGMA_OF_SWEEP_WIDTH = 0.5  # sd of the kernel / W: even sweeps at C = 1 fall between random and inverse cube
MEASURED_TO_RATE = 1.4391472109354781  # s of: integral of 1 - exp(-s F) over one pass = W (THEORY 12)
FINEST_NEEDED = 1.0 / 3.0  # of W: with cells up to this the sweep width of one pass comes out within 1 %
_REACH = 5.0  # kernel cut, in standard deviations; the cut mass is given back to the cells within
_STEP = 1.0 / 3.0  # pieces of track, in standard deviations
_MAX_FINE_CELLS = 16_000_000
_FARTHEST_M = 1e8  # no projected coordinate is larger


def sweep_width_m(detection_range_m: float, visibility: Visibility) -> float:
    """Effective sweep width W [m] from the detection range Rd [m] of an object of that visibility.

    W = 1.8 Rd (high), 1.6 Rd (medium), 1.1 Rd (low). Source: Koester et al. 2014, ten experiments on land.
    """
    if visibility not in RANGE_TO_SWEEP_WIDTH:
        raise InvalidInput(f'"{visibility}" is not one of high, medium, low.', field="visibility")
    return _positive(detection_range_m, "Detection range", "m") * float(RANGE_TO_SWEEP_WIDTH[visibility])


def pod_random(coverage: Numbers) -> Numbers:
    """POD [0, 1] of random search at a coverage >= 0: 1 - exp(-C). Source: Koopman; THEORY 3.1."""
    return _like(coverage, -np.expm1(-_checked(coverage)))


def pod_parallel(coverage: Numbers) -> Numbers:
    """POD [0, 1] of perfectly even parallel sweeps, inverse cube law: erf(sqrt(pi) C / 2) (THEORY 3.1)."""
    return _like(coverage, erf_of_array(sqrt(pi) / 2.0 * _checked(coverage)))


def pod_definite_range(coverage: Numbers) -> Numbers:
    """POD [0, 1] of even sweeps with a sensor that sees everything in its range: min(1, C) (THEORY 3.1)."""
    return _like(coverage, np.minimum(1.0, _checked(coverage)))


def pod_cumulative(pod: ArrayLike, weights: ArrayLike | None = None) -> float:
    """POD [0, 1] of several passes: 1 - prod(1 - POD) when the passes are independent.

    `pod` is `[K]`, one for each pass; or `[K, M]` with `weights` `[M]` for what the passes share but nobody
    knows (is the subject responsive? was W right?): then each of the M cases is multiplied out, never their
    mean (THEORY 12).
    """
    table = np.asarray(pod, np.float64)
    if table.size and not (table.min() >= 0.0 and table.max() <= 1.0):
        raise InvalidInput("POD must be a fraction from 0 to 1.")
    missed = np.prod(1.0 - table, axis=0)
    if weights is None:
        if table.ndim != 1:
            raise InvalidInput("One POD for each pass is needed, or weights of the cases they share.")
        return float(1.0 - missed)
    shares = np.asarray(weights, np.float64)
    if shares.shape != missed.shape or not (shares.min() >= 0.0 and abs(shares.sum() - 1.0) <= 1e-9):
        raise InvalidInput(f"The weights of the {missed.size} shared cases must be as many and sum to 1.")
    return float(1.0 - shares @ missed)


def track_length_for_m(pod: float, area_m2: float, sweep_width_m: float) -> float:
    """Track length [m] over all searchers that random search needs for a POD [0, 1): -ln(1 - POD) A / W."""
    if not 0.0 <= pod < 1.0:
        raise InvalidInput(f"POD {pod} cannot be planned; write a fraction from 0 to below 1.", field="pod")
    return -log1p(-pod) * _positive(area_m2, "Area", "m2") / _positive(sweep_width_m, "Sweep width", "m")


@dataclass(frozen=True, kw_only=True)
class Achieved:
    """What one outing did in its segment: the numbers of a debrief.

    `coverage_mean` is W*L/A less what spilled over the edge; `pod_mean` the mean POD over the segment;
    `pod_if_uniform` the POD if the same coverage lay evenly, never below `pod_mean`.
    """

    coverage_mean: float
    pod_mean: float
    pod_if_uniform: float
    track_length_m: float
    area_m2: float

    @property
    def jensen_gap(self) -> float:
        """POD [0, 1] lost to uneven coverage."""
        return self.pod_if_uniform - self.pod_mean


@dataclass(frozen=True, kw_only=True, eq=False)
class Coverage:
    """Coverage and POD of one outing on the grid, 0 outside its segment.

    The sum of `coverage` times the cell area is W times the length inside, less what spills over the edge.
    `pod` is the mean over each cell of 1 - exp(-s C), with s = 1 or `MEASURED_TO_RATE` by `convention`.
    """

    coverage: Raster
    pod: Raster
    achieved: Achieved
    sweep_width_m: float
    convention: Convention
    caveats: tuple[str, ...]


def coverage(
    grid: Grid,
    tracks: Sequence[NDArray[np.float64]],
    sweep_width_m: float,
    mask: Raster | None = None,
    convention: Convention = "measured",
) -> Coverage:
    """Coverage and POD where the searchers really walked.

    Parameters
    ----------
    tracks : each `[n, 2]` x, y on the grid [m] in order of time; a row of NaN is a gap that nobody walked.
    sweep_width_m : W > 0 of one searcher for this subject.
    mask : raster of `mask`, the segment; None for the whole grid. Length counts inside; what spills over its
        edge is lost.
    convention : what W means. "measured" (the default): W comes from an experiment or from Rd, so that *one*
        straight pass has the sweep width W; then POD = 1 - exp(-s C) with s = 1.439. "rate": W is the
        integral of the detection rate across the track, POD = 1 - exp(-C), and one pass sweeps 0.770 W only.

    Notes
    -----
    C(x) = sum over the track of the integral of k(|x - s|) ds, with k [1/m] = W times a Gaussian of standard
    deviation W/2 about the searcher; k integrates to W, so mean C = W*L/A (THEORY 3.1 and 12). With W/2 and
    "measured" the POD on the track is .68, and even parallel sweeps at C = 1 give .76, between random search
    (.63) and the inverse cube law (.79). Cells coarser than W/3 are worked out on a finer grid and averaged.

    Raises
    ------
    InvalidInput : W not positive, or a track that is not `[n, 2]` in metres.
    """
    width = _positive(sweep_width_m, "Sweep width", "m")
    if convention not in ("measured", "rate"):
        raise InvalidInput(f'Convention "{convention}" is not one of measured, rate.', field="convention")
    scale = MEASURED_TO_RATE if convention == "measured" else 1.0
    inside = _inside(grid, mask)
    fixes = _joined(tracks)
    sigma_m = SIGMA_OF_SWEEP_WIDTH * width
    caveats = [
        f"Gaussian kernel, standard deviation W/2, W = {width:g} m taken as "
        + ("measured on one pass." if convention == "measured" else "the integral of the detection rate.")
    ]
    covered, pod = np.zeros(grid.shape), np.zeros(grid.shape)
    length_m = 0.0
    window = _window(grid, inside, fixes, _REACH * sigma_m)
    if window is not None:
        rows, cols = window
        n_cells = (rows.stop - rows.start) * (cols.stop - cols.start)
        wanted = ceil(grid.cell_m / (FINEST_NEEDED * width) - 1e-9)
        finer = max(1, min(wanted, floor(sqrt(_MAX_FINE_CELLS / n_cells))))
        if finer < wanted:
            caveats.append(
                f"Cells of {grid.cell_m:g} m are coarse for a sweep width of {width:g} m: POD is overstated "
                f"where the track is thin; use cells of {FINEST_NEEDED * width:.0f} m or a smaller box."
            )
        step_m = grid.cell_m / finer
        origin = (grid.x_west_m + cols.start * grid.cell_m, grid.y_north_m - rows.start * grid.cell_m)
        local = np.stack([(fixes[:, 0] - origin[0]) / step_m, (origin[1] - fixes[:, 1]) / step_m], axis=1)
        part = np.ascontiguousarray(inside[window])
        fine = np.zeros((part.shape[0] * finer, part.shape[1] * finer))
        length_m = step_m * float(_spread(fine, part, finer, local, sigma_m / step_m))
        fine *= width / step_m
        blocks = (part.shape[0], finer, part.shape[1], finer)
        covered[window] = fine.reshape(blocks).mean(axis=(1, 3)) * part
        np.multiply(fine, -scale, out=fine)
        np.expm1(fine, out=fine)
        pod[window] = -fine.reshape(blocks).mean(axis=(1, 3)) * part
    walked_m = float(np.nansum(np.hypot(*np.diff(fixes, axis=0).T))) if len(fixes) else 0.0
    if walked_m == 0.0:
        caveats.append("The tracks hold no two fixes in a row: nothing was covered.")
    elif length_m < 0.5 * walked_m:
        caveats.append(f"Only {length_m:.0f} m of {walked_m:.0f} m of track lie inside the segment.")
    n_inside = int(np.count_nonzero(inside))
    coverage_mean = float(covered.sum()) / n_inside
    return Coverage(
        coverage=Raster(covered, grid, "coverage"),
        pod=Raster(pod, grid, "pod"),
        achieved=Achieved(
            coverage_mean=coverage_mean,
            pod_mean=float(pod.sum()) / n_inside,
            pod_if_uniform=pod_random(scale * coverage_mean),
            track_length_m=length_m,
            area_m2=n_inside * grid.cell_area_m2,
        ),
        sweep_width_m=width,
        convention=convention,
        caveats=tuple(caveats),
    )


def uniform_pod(mask: Raster, area_m2: float, sweep_width_m: float, track_length_m: float) -> Raster:
    """POD raster of a debrief without a track: 1 - exp(-W*L/A) all over the segment (random search).

    `area_m2` is the true area of the segment, `track_length_m` the total over its searchers.
    """
    if not (isfinite(track_length_m) and track_length_m >= 0.0):
        raise InvalidInput(f"Track length {track_length_m} m must be at least 0.", field="track_length_m")
    area, width = _positive(area_m2, "Area", "m2"), _positive(sweep_width_m, "Sweep width", "m")
    inside = np.asarray(mask.expect("mask").values, bool)
    return Raster(np.where(inside, pod_random(width * track_length_m / area), 0.0), mask.grid, "pod")


def _positive(value: float, what: str, unit: str) -> float:
    if not (isfinite(value) and value > 0.0):
        raise InvalidInput(f"{what} must be a positive number of {unit}, not {value}.")
    return float(value)


def _checked(coverage: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(coverage, np.float64)
    if not np.all(values >= 0.0):
        raise InvalidInput("Coverage must be a number of at least 0.")
    return values


def _like(given: Numbers, values: Any) -> Numbers:
    """A plain float for a float, an array for an array."""
    return cast("Numbers", values if isinstance(given, np.ndarray) else values.item())


def _inside(grid: Grid, mask: Raster | None) -> NDArray[np.bool_]:
    if mask is None:
        return np.ones(grid.shape, bool)
    if mask.expect("mask").grid != grid:
        raise MismatchError("The segment lies on another grid than the coverage; resample one of them first.")
    inside = np.asarray(mask.values, bool)
    if not inside.any():
        raise InvalidInput("The segment holds no cell of the grid; use smaller cells or check where it lies.")
    return inside


def _joined(tracks: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """All tracks as one array, a row of NaN after each."""
    gap = np.full((1, 2), np.nan)
    parts: list[NDArray[np.float64]] = []
    for i, track in enumerate(tracks):
        array = np.asarray(track, np.float64)
        if array.ndim != 2 or array.shape[1] != 2:
            raise InvalidInput(
                f"Track {i + 1} has shape {array.shape}; it needs rows of x and y in metres.", track=i + 1
            )
        if (np.abs(array) > _FARTHEST_M).any():
            raise InvalidInput(f"Track {i + 1} runs off the Earth; was it projected?", track=i + 1)
        parts += [array, gap]
    return np.concatenate(parts) if parts else np.empty((0, 2))


def _window(
    grid: Grid, inside: NDArray[np.bool_], fixes: NDArray[np.float64], reach_m: float
) -> tuple[slice, slice] | None:
    """Rows and columns that the tracks can reach, cut to the segment; None where there are none."""
    known = fixes[~np.isnan(fixes).any(axis=1)]
    if not len(known):
        return None
    reach = reach_m / grid.cell_m + 2.0  # whole kernel cells
    i_row = (grid.y_north_m - known[:, 1]) / grid.cell_m
    i_col = (known[:, 0] - grid.x_west_m) / grid.cell_m
    rows, cols = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    low = i_row.min() - reach, i_col.min() - reach
    high = i_row.max() + reach, i_col.max() + reach
    first = max(floor(low[0]), int(rows[0])), max(floor(low[1]), int(cols[0]))
    last = min(ceil(high[0]), int(rows[-1]) + 1), min(ceil(high[1]), int(cols[-1]) + 1)
    if first[0] >= last[0] or first[1] >= last[1]:
        return None
    return slice(first[0], last[0]), slice(first[1], last[1])


@numba.njit(cache=True)
def _spread(
    fine: NDArray[np.float64],
    inside: NDArray[np.bool_],
    finer: int,
    track: NDArray[np.float64],
    sigma: float,
) -> float:
    """Add to `fine` `[H*finer, W*finer]` the length per cell of the track inside, blurred by a Gaussian.

    All in units of a fine cell, `track` `[n, 2]` as column, row. Gives the length inside. Pieces are gathered
    to sigma/3 about their centre of mass before they are spread, so that dense fixes cost no more.
    """
    step = sigma * _STEP
    weight_u = np.empty(2 * int(_REACH * sigma) + 4)
    weight_v = np.empty_like(weight_u)
    total = held = held_u = held_v = 0.0
    for i in range(track.shape[0] - 1):
        u0, v0, u1, v1 = track[i, 0], track[i, 1], track[i + 1, 0], track[i + 1, 1]
        length = np.hypot(u1 - u0, v1 - v0)
        if not length > 0.0:  # a gap or a fix repeated
            if held > 0.0 and np.isnan(length):
                _blur(fine, held_u / held, held_v / held, held, sigma, weight_u, weight_v)
                held = held_u = held_v = 0.0
            continue
        here = 0.0
        while here < 1.0:
            there, is_inside = _next_cut(inside, finer, u0, v0, u1, v1, here)
            if is_inside:
                piece = (there - here) * length
                total += piece
                n = max(1, int(np.ceil(piece / step - 1e-9)))
                for j in range(n):
                    at = here + (there - here) * (j + 0.5) / n
                    held += piece / n
                    held_u += piece / n * (u0 + at * (u1 - u0))
                    held_v += piece / n * (v0 + at * (v1 - v0))
                    if held >= step * (1.0 - 1e-9):
                        _blur(fine, held_u / held, held_v / held, held, sigma, weight_u, weight_v)
                        held = held_u = held_v = 0.0
            elif held > 0.0:
                _blur(fine, held_u / held, held_v / held, held, sigma, weight_u, weight_v)
                held = held_u = held_v = 0.0
            here = there
    return total


@numba.njit(cache=True)
def _next_cut(
    inside: NDArray[np.bool_], finer: int, u0: float, v0: float, u1: float, v1: float, here: float
) -> tuple[float, bool]:
    """How far (fraction of the line) it stays on one side of the segment's edge from `here`, and on which."""
    height, width = inside.shape
    du, dv = (u1 - u0) / finer, (v1 - v0) / finer
    u, v = u0 / finer + here * du, v0 / finer + here * dv
    # the cell that the line is about to run through, also when it stands on a border
    col = int(np.floor(u)) if du >= 0.0 else int(np.ceil(u)) - 1
    row = int(np.floor(v)) if dv >= 0.0 else int(np.ceil(v)) - 1
    to_u = ((col + 1 if du > 0.0 else col) - u0 / finer) / du if du != 0.0 else np.inf
    to_v = ((row + 1 if dv > 0.0 else row) - v0 / finer) / dv if dv != 0.0 else np.inf
    step_u = 1.0 / abs(du) if du != 0.0 else np.inf
    step_v = 1.0 / abs(dv) if dv != 0.0 else np.inf
    side, is_set_out = False, False
    while True:
        there = min(to_u, to_v)
        if not is_set_out and there > here + 1e-12:  # rounding may have put us before the border we stand on
            side = 0 <= row < height and 0 <= col < width and inside[row, col]
            is_set_out = True
        if there >= 1.0:
            return 1.0, side
        if to_u <= to_v:
            col += 1 if du > 0.0 else -1
            to_u += step_u
        else:
            row += 1 if dv > 0.0 else -1
            to_v += step_v
        if is_set_out and (0 <= row < height and 0 <= col < width and inside[row, col]) != side:
            return there, side


@numba.njit(cache=True)
def _blur(
    fine: NDArray[np.float64],
    u: float,
    v: float,
    mass: float,
    sigma: float,
    weight_u: NDArray[np.float64],
    weight_v: NDArray[np.float64],
) -> None:
    """Add a mass at column u, row v as a Gaussian averaged over each cell; what falls off is lost."""
    col, n_cols, all_u = _share(u, sigma, fine.shape[1], weight_u)
    row, n_rows, all_v = _share(v, sigma, fine.shape[0], weight_v)
    for i in range(n_rows):
        across = mass * weight_v[i] / (all_u * all_v)
        for j in range(n_cols):
            fine[row + i, col + j] += across * weight_u[j]


@numba.njit(cache=True)
def _share(center: float, sigma: float, size: int, weight: NDArray[np.float64]) -> tuple[int, int, float]:
    """Share of a Gaussian in each cell of one axis: first cell on the array, how many, and their full sum."""
    reach = int(_REACH * sigma) + 1
    middle = int(np.floor(center))
    first, last = max(0, middle - reach), min(size, middle + reach + 1)
    factor = 1.0 / (sigma * np.sqrt(2.0))
    full = erf((middle + reach + 1 - center) * factor) - erf((middle - reach - center) * factor)
    below = erf((first - center) * factor)
    for i in range(first, last):
        above = erf((i + 1 - center) * factor)
        weight[i - first] = above - below
        below = above
    return first, max(0, last - first), full
