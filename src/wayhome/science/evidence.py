"""What a sighting, a clue, a phone or a statement says about where the subject is, as a likelihood.

Knows one reading at a time. Refuses certainty (no cell ever goes to zero), scores that are no likelihood, and
the letters of clue influence (A to I), for which no public figures exist.
"""

from __future__ import annotations

from itertools import pairwise
from math import atan2, ceil, degrees, inf, isfinite, log, pi, sqrt
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from scipy.special import log_ndtr, ndtr

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.science import behavior
from wayhome.science.belief import Belief
from wayhome.science.scoring import OUTSIDE_RADIUS_KM
from wayhome.science.tables import table

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Kind = Literal[
    "sighting", "item", "camera", "dog", "footprint", "towards", "cell_sector", "timing_advance", "aml", "not_here"
]
Technology = Literal["gsm", "lte"]


def _own(value: float, unit: str, doubt: str) -> Sourced:
    return Sourced(value=value, unit=unit, source="wayhome", doubt=doubt)


RELIABILITY_CEILING = _own(0.98, "1", "Nobody is certain of a clue.")
SECTOR_BLUR_DEG = _own(15.0, "deg", "How softly a sector ends; hills and walls blur it by 5 to 60 degrees.")
BEARING_ERROR_DEG = _own(15.0, "deg", "Error of a witness's direction or of a print's heading; 5 to 45 degrees.")
BLOCK_M = 1000.0  # probability that moved to another square of this side would send a team elsewhere
LIGHT_MPS = 299_792_458.0
STEP_M: dict[Technology, Sourced] = {
    "gsm": Sourced(value=LIGHT_MPS * 48.0 / 13.0 * 1e-6 / 2.0, unit="m", source="timing_advance"),
    "lte": Sourced(value=LIGHT_MPS * 16.0 / 30.72e6 / 2.0, unit="m", source="timing_advance"),
}
LAST_STEP: dict[Technology, Sourced] = {
    "gsm": Sourced(value=63.0, unit="1", source="timing_advance"),
    "lte": Sourced(value=1282.0, unit="1", source="timing_advance"),
}
_PLACES = ("sighting", "item", "camera", "dog", "aml")
_WORLD_CELLS = 100  # cells from the map's edge to the end of the world, each way, and across the map
_MOST_PARTS = 32  # of a cell, each way
_NEAR_CELLS, _NEAR_PARTS = 8, 8  # so near the place of a reading directions turn within a cell
_NEEDS: dict[Kind, tuple[str, ...]] = {
    **{kind: ("error_m",) for kind in ("sighting", "item", "camera", "dog", "towards")},
    "footprint": ("error_m", "bearing_deg"),
    "cell_sector": ("bearing_deg", "beam_deg"),
    "timing_advance": ("technology", "timing_advance"),
    "aml": ("radius_m", "confidence"),
    "not_here": ("radius_m", "pod"),
}
_LEAST = dict(  # nobody knows a place within 1 m or a range within 10 m
    error_m=1.0, radius_m=1.0, range_error_m=10.0, bearing_error_deg=1.0, drift_m2=0.0, range_m=0.0, excess_m=0.0
)


class Reading(Record):
    """One piece of evidence about where the subject is, on a metric grid.

    Attributes
    ----------
    x_m, y_m : where it was seen or found; the mast; where "towards" began; the middle of what was watched.
    reliability : chance [0, 1] that it is true and about the subject; counts up to `RELIABILITY_CEILING`.
    error_m : standard deviation per axis of that place (of the range, for timing advance) [1, ...).
    drift_m2 : variance per axis that the subject's movement since then added; set it with `drifted`.
    bearing_deg : heading of a print, direction of "towards", azimuth of a sector; clockwise from *grid* north.
    bearing_error_deg : how far that bearing may be off, about one standard deviation.
    dispersion_deg : quantiles of the angle between direction and find, from `behavior.dispersion`; empty: all categories.
    target_x_m, target_y_m : where "towards" pointed, in place of a bearing.
    beam_deg : full width of the sector (120 nominal, half-power about 65; THEORY 8.2).
    range_m, range_error_m : measured distance from the mast and its standard deviation; both or none.
    technology, timing_advance : of the phone network, and the step it reported.
    excess_m : mean excess path [m] of a signal that came round by reflection; exponential (own choice).
    radius_m, confidence : circle of an emergency position (AML), and the chance that it holds the phone.
    pod : chance [0, 1] that a watch that saw nobody would have noticed a subject within `radius_m`.
    """

    kind: Kind
    x_m: float
    y_m: float
    reliability: float
    error_m: float | None = None
    drift_m2: float = 0.0
    bearing_deg: float | None = None
    bearing_error_deg: float = BEARING_ERROR_DEG.value
    dispersion_deg: tuple[float, ...] = ()
    target_x_m: float | None = None
    target_y_m: float | None = None
    beam_deg: float | None = None
    range_m: float | None = None
    range_error_m: float | None = None
    technology: Technology | None = None
    timing_advance: int | None = None
    excess_m: float = 0.0
    radius_m: float | None = None
    confidence: float | None = None
    pod: float | None = None

    def check(self) -> None:
        """Refuse a reading that lacks what its kind needs, or holds what cannot be."""
        if self.kind not in get_args(Kind):
            raise InvalidInput(f'"{self.kind}" is no kind of reading; use one of {", ".join(get_args(Kind))}.')
        lacking = [name for name in _NEEDS[self.kind] if getattr(self, name) is None]
        if lacking:
            raise InvalidInput(f"A reading of {self.kind} needs {', '.join(lacking)}.", fields=lacking)
        _within("reliability", self.reliability, 0.0, 1.0)
        _within("pod", self.pod, 0.0, 1.0)
        for name in ("x_m", "y_m", "bearing_deg", "target_x_m", "target_y_m"):
            _within(name, getattr(self, name), -1e9, 1e9)
        for name, least in _LEAST.items():
            _within(name, getattr(self, name), least, 1e9)
        _within("confidence", self.confidence, 0.01, 0.999)
        _within("beam_deg", self.beam_deg, 1.0, 360.0)
        if self.technology is not None:
            _within("timing_advance", self.timing_advance, 0, LAST_STEP[self.technology].value)
        if (self.range_m is None) != (self.range_error_m is None):
            raise InvalidInput("A range needs its error, and an error its range.", fields=["range_m", "range_error_m"])
        has_target = None not in (self.target_x_m, self.target_y_m)
        if self.kind == "towards" and has_target == (self.bearing_deg is not None):
            raise InvalidInput("What a subject went towards is either a bearing or a target; give one of them.")
        if has_target and (self.target_x_m, self.target_y_m) == (self.x_m, self.y_m):
            raise InvalidInput("The target is the very place the subject set out from; give a place further on.")
        if len(self.dispersion_deg) not in (0, 4) or list(self.dispersion_deg) != sorted(self.dispersion_deg):
            raise InvalidInput("A dispersion has four rising angles: 25, 50, 75 and 95 % of cases lie within them.")

    @property
    def rho(self) -> float:
        """The reliability that counts, [0, `RELIABILITY_CEILING`]."""
        return min(self.reliability, RELIABILITY_CEILING.value)


def _within(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not (isfinite(value) and low <= value <= high):
        raise InvalidInput(f"{name} is {value}; it must lie between {low:g} and {high:g}.", field=name)


def _known(value: float | None) -> float:
    assert value is not None, "Reading.check has let it pass"
    return value


def _network(reading: Reading) -> tuple[float, float]:
    """Step [m] and last step of timing advance in the phone's network."""
    assert reading.technology is not None, "Reading.check has let it pass"
    return STEP_M[reading.technology].value, LAST_STEP[reading.technology].value


def aml_sigma_m(radius_m: float, confidence: float) -> float:
    """Standard deviation per axis [m] of a position whose circle holds the phone with a confidence (0, 1).

    r / sqrt(-2 ln(1 - q)), exact for a circular normal error (THEORY 8.2).
    """
    return radius_m / sqrt(-2.0 * log(1.0 - confidence))


def drifted(reading: Reading, lag_s: float, drift_m2_per_s: float) -> Reading:
    """The reading as it bears on the subject's place `lag_s` [0, ...) later.

    Each axis gains the variance D*tau, `drift_m2_per_s` >= 0 being D, variance per axis and time (THEORY 12).
    A direction ("towards") stays as it is. That nobody was *there* says nothing of a later time: refused.
    """
    if not (isfinite(lag_s) and lag_s >= 0.0 and isfinite(drift_m2_per_s) and drift_m2_per_s >= 0.0):
        raise InvalidInput("A reading can only be carried forward in time: lag and drift are at least 0.")
    if lag_s == 0.0 or reading.kind == "towards":
        return reading
    if reading.kind == "not_here":
        raise InvalidInput("An empty place may be entered later; apply this reading at the time of the watch.")
    return reading.replace(drift_m2=reading.drift_m2 + drift_m2_per_s * lag_s)


def density(reading: Reading, x_m: ArrayLike, y_m: ArrayLike) -> NDArray[np.float64]:
    """`[...]` L_true(e | x): how likely the reading is, if true, with the subject at each point.

    In the unit of `false_likelihood`: 1/m2 for places and prints; relative to a random direction for
    "towards"; a probability for timing advance, a sector without range, and a watch; 1/m for a sector
    with range (THEORY 8 and 12).
    """
    dx = np.asarray(x_m, np.float64) - reading.x_m
    dy = np.asarray(y_m, np.float64) - reading.y_m
    if reading.kind in _PLACES or reading.kind == "footprint":
        sigma = _spread_m(reading)
        found = np.exp(-0.5 * (dx * dx + dy * dy) / sigma**2) / (2.0 * pi * sigma**2)
        if reading.kind == "footprint":
            # the heading tells where the subject went since, and nothing of the error of the print's place
            found = found * _directed(reading, dx, dy, reading.drift_m2 / sigma**2)
        return np.asarray(found, np.float64)
    away = np.hypot(dx, dy)
    if reading.kind == "towards":
        # close to where it began, the error of that place hides the direction
        return _directed(reading, dx, dy, away**2 / (away**2 + _known(reading.error_m) ** 2))
    if reading.kind == "timing_advance":
        return _step_probability(reading, away)
    if reading.kind == "not_here":
        return np.where(away <= _known(reading.radius_m), 1.0 - _known(reading.pod), 1.0)
    return _sector(reading, dx, dy, away)


def false_likelihood(reading: Reading, area_m2: float) -> float:
    """L_false(e): how likely the reading is if it has nothing to do with the subject; the unit of `density`.

    Places and prints fall evenly over `area_m2`; directions evenly round the circle; every step of timing
    advance is as likely; a sector has its share of the circle, with a range r times 2 pi r / area; a watch
    that is no good always sees nobody.
    """
    if not (isfinite(area_m2) and area_m2 > 0.0):
        raise InvalidInput(f"The area over which false reports fall must be positive, not {area_m2} m2.")
    if reading.kind in _PLACES or reading.kind == "footprint":
        return 1.0 / area_m2
    if reading.kind == "timing_advance":
        return 1.0 / (_network(reading)[1] + 1.0)
    if reading.kind == "cell_sector":
        share = _known(reading.beam_deg) / 360.0
        if reading.range_m is None:
            return share
        # a measured range of less than its error is no range of zero
        return share * 2.0 * pi * max(reading.range_m, _range_sigma_m(reading)) / area_m2
    return 1.0


def likelihood(reading: Reading, x_m: ArrayLike, y_m: ArrayLike, *, area_m2: float) -> NDArray[np.float64]:
    """`[...]` L(e | x) = rho L_true(e | x) + (1 - rho) L_false(e), above 0 everywhere (THEORY 8.1).

    The same at every point with reliability 0, so that nothing changes.
    """
    return reading.rho * density(reading, x_m, y_m) + (1.0 - reading.rho) * false_likelihood(reading, area_m2)


def _spread_m(reading: Reading) -> float:
    """Standard deviation per axis [m] of a place, movement since then included."""
    is_aml = reading.kind == "aml"
    error_m = aml_sigma_m(_known(reading.radius_m), _known(reading.confidence)) if is_aml else _known(reading.error_m)
    return sqrt(error_m**2 + reading.drift_m2)


def _range_sigma_m(reading: Reading) -> float:
    """Standard deviation [m] of the distance from the mast; half a step of timing advance at least (THEORY 12)."""
    error_m = reading.range_error_m or 0.0
    if reading.kind == "timing_advance":
        error_m = max(reading.error_m or 0.0, _network(reading)[0] / 2.0)
    return sqrt(error_m**2 + reading.drift_m2)


def _step_probability(reading: Reading, away_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """P(TA = k | d) = F((k+1) D - d) - F(k D - d), F of normal error plus exponential excess path (THEORY 12).

    What falls short of 0 is reported as step 0, and what is beyond the last step as the last.
    """
    (step_m, last), sigma = _network(reading), _range_sigma_m(reading)
    k = _known(reading.timing_advance)

    def below(edge_m: float) -> NDArray[np.float64]:
        t, mean = edge_m - away_m, reading.excess_m
        if mean < 1e-3 * sigma:
            return np.asarray(ndtr((t - mean) / sigma), np.float64)
        tail = np.exp(0.5 * (sigma / mean) ** 2 - t / mean + log_ndtr(t / sigma - sigma / mean))
        return np.asarray(ndtr(t / sigma) - tail, np.float64)

    lower = np.zeros_like(away_m) if k == 0 else below(k * step_m)
    upper = np.ones_like(away_m) if k == last else below((k + 1) * step_m)
    return np.maximum(upper - lower, 0.0)


def _sector(
    reading: Reading, dx: NDArray[np.float64], dy: NDArray[np.float64], away_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """P(this sector serves | bearing), times the density of the range [1/m] where one was measured.

    The phone's bearing as the network sees it is a wrapped normal about the true one, and so the
    probability over all bearings is the beam's share of the circle.
    """
    half = _known(reading.beam_deg) / 2.0
    moved_deg = np.degrees(sqrt(reading.drift_m2) / np.maximum(away_m, 1.0))
    sigma = np.minimum(np.hypot(SECTOR_BLUR_DEG.value, moved_deg), 180.0)
    off = _turn_deg(dx, dy, _known(reading.bearing_deg))
    found = np.zeros_like(away_m)
    for turn in (-720.0, -360.0, 0.0, 360.0, 720.0):
        found += ndtr((half - off + turn) / sigma) - ndtr((-half - off + turn) / sigma)
    if reading.range_m is not None:
        spread = _range_sigma_m(reading)
        found *= np.exp(-0.5 * ((away_m - reading.range_m) / spread) ** 2) / (sqrt(2.0 * pi) * spread)
    return found


def _turn_deg(dx: NDArray[np.float64], dy: NDArray[np.float64], bearing_deg: float) -> NDArray[np.float64]:
    """`[...]` absolute angle [0, 180] between the bearing of each point and a bearing."""
    return np.asarray(np.abs((np.degrees(np.arctan2(dx, dy)) - bearing_deg + 180.0) % 360.0 - 180.0), np.float64)


def _directed(
    reading: Reading, dx: NDArray[np.float64], dy: NDArray[np.float64], weight: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """`[...]` density of the stated direction relative to a random one; `weight` [0, 1] is how far it speaks.

    Even between the quantiles of the absolute angle, half on each side; the bearing's own error widens them.
    """
    bearing = reading.bearing_deg
    if bearing is None:
        to_x, to_y = _known(reading.target_x_m) - reading.x_m, _known(reading.target_y_m) - reading.y_m
        bearing = degrees(atan2(to_x, to_y))
    quantiles = reading.dispersion_deg or behavior.dispersion().quantiles_deg
    angles, levels = [0.0], [0.0]
    for level, angle in zip((*table("dispersion")["levels"], 1.0), (*quantiles, 180.0), strict=True):
        wide = min(float(np.hypot(angle, reading.bearing_error_deg)), 180.0)
        if wide > angles[-1]:
            angles.append(wide)
            levels.append(level)
        else:  # two quantiles at one angle: its bin holds the mass of both
            levels[-1] = level
    relative = np.diff(levels) / (np.diff(angles) / 180.0)
    bins = np.searchsorted(angles[1:-1], _turn_deg(dx, dy, bearing), side="right")
    return np.asarray(1.0 + weight * (relative[bins] - 1.0), np.float64)


def on_grid(reading: Reading, grid: Grid, *, area_m2: float | None = None) -> tuple[Raster, float]:
    """Likelihood of the reading in every cell (raster of `factor`), and in the rest of the world.

    A cell takes its mean: exact for a place, else over parts no larger than the error. The rest of the world
    is spread evenly from the map's edge out to `scoring.OUTSIDE_RADIUS_KM` about the map's middle, as
    for a rating, and takes the mean over cells that begin at the map's edge (a hundred to each side).
    `area_m2` is where false reports fall: by default the map, or all the world for a place off the map.

    The pair goes to `Belief.given`.
    """
    inside, outside = _true_means(reading, grid)
    false = false_likelihood(reading, report_area_m2(reading, grid) if area_m2 is None else area_m2)
    rho = reading.rho
    return Raster(rho * inside + (1.0 - rho) * false, grid, "factor"), rho * outside + (1.0 - rho) * false


def evidence_true(reading: Reading, belief: Belief) -> float:
    """E_true, the likelihood of the reading if it is the subject's, averaged over the belief; rest of world too."""
    inside, outside = _true_means(reading, belief.grid)
    return float(np.sum(np.asarray(belief.poa.values) * inside)) + belief.rest_of_world * outside


def validity(reading: Reading, prior_evidence_true: float, *, area_m2: float) -> float:
    """Chance [0, 1] that the reading is the subject's, now that we know how well it fits (THEORY 8.1).

    rho' = rho E_true / (rho E_true + (1 - rho) L_false), with E_true from `evidence_true`.
    """
    if not (isfinite(prior_evidence_true) and prior_evidence_true >= 0.0):
        raise InvalidInput("The evidence for a reading is a number of at least 0; take it from evidence_true.")
    true = reading.rho * prior_evidence_true
    return true / (true + (1.0 - reading.rho) * false_likelihood(reading, area_m2))


def report_area_m2(reading: Reading, grid: Grid) -> float:
    """Area [m2] over which false reports fall unless told otherwise: the map, or the world for a place off it.

    Reports come from where people look, which makes a false one on the map likelier than the wide world would.
    """
    if grid.cell_of(reading.x_m, reading.y_m) is not None:
        return grid.height * grid.width * grid.cell_area_m2
    return pi * _world_radius_m(grid) ** 2


def _world_radius_m(grid: Grid) -> float:
    """How far the rest of the world reaches from the map's middle: 50 km, or twice the map's area (as `rating`)."""
    return max(OUTSIDE_RADIUS_KM * 1000.0, sqrt(2.0 * grid.height * grid.width * grid.cell_area_m2 / pi))


def _true_means(reading: Reading, grid: Grid) -> tuple[NDArray[np.float64], float]:
    """`[H, W]` mean of L_true over each cell, and its mean over the rest of the world."""
    x_edges = grid.x_west_m + np.arange(grid.width + 1, dtype=np.float64) * grid.cell_m
    y_edges = grid.y_north_m - np.arange(grid.height + 1, dtype=np.float64) * grid.cell_m
    radius_m = _world_radius_m(grid)
    x_world, y_world = _world_edges(x_edges, radius_m), _world_edges(y_edges, radius_m)
    x, y = 0.5 * (x_world[1:] + x_world[:-1]), 0.5 * (y_world[1:] + y_world[:-1])
    on_map = ((y < grid.y_north_m) & (y > grid.y_south_m))[:, None] & ((x > grid.x_west_m) & (x < grid.x_east_m))
    away = np.hypot(x - 0.5 * (x_edges[0] + x_edges[-1]), (y - 0.5 * (y_edges[0] + y_edges[-1]))[:, None])
    area = np.abs(np.diff(y_world))[:, None] * np.abs(np.diff(x_world)) * (~on_map & (away <= radius_m))
    outside = float(np.sum(area * _cell_means(reading, x_world, y_world)) / area.sum())
    return _cell_means(reading, x_edges, y_edges), outside


def _world_edges(edges: NDArray[np.float64], radius_m: float) -> NDArray[np.float64]:
    """Edges of cells out to the end of the world, with the map's two ends among them."""
    first, last = edges[0], edges[-1]
    reach = max(radius_m, 0.5 * abs(last - first) * (1.0 + 1e-9)) * np.sign(last - first)
    middle = 0.5 * (first + last)
    ends = (middle - reach, first, last, middle + reach)
    parts = [np.linspace(a, b, _WORLD_CELLS + 1)[:-1] for a, b in pairwise(ends)]
    return np.concatenate([*parts, [middle + reach]])


def _cell_means(reading: Reading, x_edges: NDArray[np.float64], y_edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """`[H, W]` mean of L_true over cells with edges `[W+1]`, `[H+1]`."""
    if reading.kind in _PLACES or (reading.kind == "footprint" and reading.drift_m2 == 0.0):
        sigma = _spread_m(reading)
        share_x = np.diff(ndtr((x_edges - reading.x_m) / sigma)) / np.diff(x_edges)
        share_y = np.diff(ndtr((y_edges - reading.y_m) / sigma)) / np.diff(y_edges)
        return np.asarray(share_y[:, None] * share_x, np.float64)
    widest = float(max(np.abs(np.diff(x_edges)).max(), np.abs(np.diff(y_edges)).max()))
    is_ranged = reading.kind == "timing_advance" or (reading.kind == "cell_sector" and reading.range_m is not None)
    far_m = _range_sigma_m(reading) if is_ranged else inf
    means = _sampled(reading, x_edges, y_edges, far_m)
    # about its place a reading is taken in finer parts: there directions turn, and there a watch or a print ends
    reach_m, near_m = _NEAR_CELLS * widest, min(far_m, widest / _NEAR_PARTS)
    if reading.kind == "footprint":
        reach_m, near_m = max(reach_m, 8.0 * _spread_m(reading)), min(near_m, _spread_m(reading))
    elif reading.kind == "not_here":
        reach_m, near_m = max(reach_m, _known(reading.radius_m)), min(near_m, _known(reading.radius_m) / 8.0)
    (top, bottom), (left, right) = _near(y_edges, reading.y_m, reach_m), _near(x_edges, reading.x_m, reach_m)
    if top < bottom and left < right:
        near = x_edges[left : right + 1], y_edges[top : bottom + 1]
        means[top:bottom, left:right] = _sampled(reading, *near, near_m)
    return means


def _near(edges: NDArray[np.float64], at_m: float, reach_m: float) -> tuple[int, int]:
    """First and last cell (excluded) along one axis that a reach about a point touches."""
    low, high = np.minimum(edges[1:], edges[:-1]), np.maximum(edges[1:], edges[:-1])
    found = np.flatnonzero((high >= at_m - reach_m) & (low <= at_m + reach_m))
    return (int(found[0]), int(found[-1]) + 1) if found.size else (0, 0)


def _sampled(
    reading: Reading, x_edges: NDArray[np.float64], y_edges: NDArray[np.float64], finest_m: float
) -> NDArray[np.float64]:
    """`[H, W]` mean of L_true at the middles of equal parts of each cell, none larger than `finest_m`."""
    widest = float(max(np.abs(np.diff(x_edges)).max(), np.abs(np.diff(y_edges)).max()))
    parts = min(max(ceil(widest / finest_m), 1), _MOST_PARTS)
    means = np.zeros((len(y_edges) - 1, len(x_edges) - 1))
    for i in range(parts):
        y = y_edges[:-1] + (i + 0.5) / parts * np.diff(y_edges)
        for j in range(parts):
            x = x_edges[:-1] + (j + 0.5) / parts * np.diff(x_edges)
            means += density(reading, x, y[:, None])
    return np.asarray(means / parts**2, np.float64)


class Change(Record):
    """How one belief differs from another, rest of world included.

    `information_bits` >= 0 is the relative entropy of the belief after against that before, None where the
    belief after holds possible what the one before did not. `mass_moved` [0, 1] is the least probability that has
    to move to make one of the other (total variation); `mass_moved_far` the part of it that went to another
    square kilometre, or in or out of the map. Weights by scenario.
    """

    information_bits: float | None
    mass_moved: float
    mass_moved_far: float
    rest_of_world_before: float
    rest_of_world_after: float
    weights_before: dict[str, float]
    weights_after: dict[str, float]


def what_changed(before: Belief, after: Belief) -> Change:
    """What evidence, its withdrawal, or anything else did to a belief on the same grid."""
    if before.grid != after.grid:
        raise MismatchError("Two beliefs on different grids cannot be compared; resample one of them first.")
    p = np.append(np.asarray(before.poa.values, np.float64), before.rest_of_world)
    q = np.append(np.asarray(after.poa.values, np.float64), after.rest_of_world)
    held = q > 0.0
    bits = float(np.sum(q[held] * np.log2(q[held] / p[held]))) if (p[held] > 0.0).all() else None
    block = max(1, round(BLOCK_M / before.grid.cell_m))
    difference = (q - p)[:-1].reshape(before.grid.shape)
    starts = [np.arange(0, size, block) for size in before.grid.shape]
    far = np.add.reduceat(np.add.reduceat(difference, starts[0], axis=0), starts[1], axis=1)
    return Change(
        information_bits=None if bits is None else max(0.0, bits),
        mass_moved=0.5 * float(np.abs(q - p).sum()),
        mass_moved_far=0.5 * float(np.abs(far).sum() + abs(q[-1] - p[-1])),
        rest_of_world_before=before.rest_of_world,
        rest_of_world_after=after.rest_of_world,
        weights_before=dict(zip(before.names, map(float, before.weights), strict=True)),
        weights_after=dict(zip(after.names, map(float, after.weights), strict=True)),
    )
