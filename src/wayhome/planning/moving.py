"""Scenarios whose subject moves: walkers followed once through all evidence and searches, in the order of time.

Knows that what is seen of walkers never changes where they walk, only how much each counts. So the walk is done
first, what every piece of evidence says of each walker is noted on the way, and weights come after.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.ndimage import uniform_filter

from wayhome.base.projection import grid_bearing_deg, projection, true_bearing_deg
from wayhome.base.raster import Grid, Raster
from wayhome.planning.inputs import MOVED_AT_MOST_H
from wayhome.science import behavior, departure, evidence, motion
from wayhome.science.belief import Moved
from wayhome.science.daylight import nights
from wayhome.science.movement import movement
from wayhome.science.shrinkage import lost_law

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wayhome.planning.inputs import MapInputs, ScenarioPart
    from wayhome.science.behavior import Stratum
    from wayhome.science.land import Land

    Array = NDArray[np.float64]

STEP_S = 120.0
WIDE = 5.0  # times as wide are walkers smoothed who stand alone (own choice)
ENOUGH = 10.0  # walkers near by from which one is drawn where it stands rather than spread (own choice)
AT_REST = ("lost", "despondent", "medical", "not_missing")  # found where they stopped, as the tables of distance say
HIDING = ("evading", "runaway")  # these are missed more by a watch


class Seen(Protocol):
    """Something that tells walkers apart: at a time, or along their way between two."""

    @property
    def begin_s(self) -> float:
        """When it began, seconds after the IPP's time."""
        ...

    @property
    def end_s(self) -> float:
        """When it ended."""
        ...

    @property
    def hazards(self) -> tuple[NDArray[np.float32], ...]:
        """Detection rates `[H, W]` [1/s] while it lasts; empty for what happens at its end."""
        ...

    def factor(self, x_m: Array, y_m: Array, on_map: NDArray[np.bool_], exposure: Array) -> Array:
        """Likelihood `[N]` for each walker; `exposure` `[N]` is what it met of a hazard."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Sighted:
    """A reading, at its time; with `trace`, its density `[H, W]`, at some time nobody knows between two."""

    reading: evidence.Reading
    begin_s: float
    end_s: float
    area_m2: float
    outside: float
    trace: Array | None = None

    @cached_property
    def hazards(self) -> tuple[NDArray[np.float32], ...]:
        """The density, to be averaged over each walker's way."""
        return () if self.trace is None else (self.trace.astype(np.float32),)

    def factor(self, x_m: Array, y_m: Array, on_map: NDArray[np.bool_], exposure: Array) -> Array:
        """Likelihood of the reading where each walker is, or in the mean of where it has been."""
        if self.trace is None:
            found = evidence.likelihood(self.reading, x_m, y_m, area_m2=self.area_m2)
            return np.where(on_map, found, self.outside)
        begin_s, end_s = _span(self.begin_s, self.end_s)
        rho = self.reading.rho
        return rho * exposure / (end_s - begin_s) + (1.0 - rho) * evidence.false_likelihood(self.reading, self.area_m2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Passed:
    """A search that found nothing, along the walkers' ways while it lasted; a POD for each kind of subject."""

    pods: tuple[Raster, ...]
    begin_s: float
    end_s: float

    @cached_property
    def hazards(self) -> tuple[NDArray[np.float32], ...]:
        """The POD as a rate that gives a still subject just that POD."""
        begin_s, end_s = _span(self.begin_s, self.end_s)
        lasted = end_s - begin_s
        full = 1.0 - 1e-9
        return tuple(
            (-np.log1p(-np.minimum(np.asarray(pod.values, float), full)) / lasted).astype(np.float32)
            for pod in self.pods
        )

    def factor(self, x_m: Array, y_m: Array, on_map: NDArray[np.bool_], exposure: Array) -> Array:
        """Chance that the search missed each walker."""
        return np.exp(-exposure)


@dataclass(frozen=True, kw_only=True, eq=False)
class Noted:
    """What one thing seen says of each walker `[K, N]`, and where they were when it ended."""

    factors: Array
    walkers: motion.Walkers


@dataclass(frozen=True, kw_only=True, eq=False)
class Stream:
    """The walkers of one scenario, followed: what was noted of each thing seen, where they are now, what they crossed."""

    grid: Grid
    start: Array
    noted: tuple[Noted, ...]
    walkers: motion.Walkers
    crossed_at_s: Array
    hides: bool
    share: float
    caveats: tuple[str, ...]

    def _mass(self, walkers: motion.Walkers, weights: Array, smooth_m: float) -> Array:
        """Mass `[H, W]` on the map of some walkers, by weights of any sum."""
        total = float(weights.sum())
        if not total > 0.0:
            return np.zeros(self.grid.shape)
        poa, _ = motion.occupancy(walkers, self.grid, weights, smooth_m=smooth_m)
        return total * np.asarray(poa.values, float)

    def at(
        self, walkers: motion.Walkers, weights: Array, outside_share: float, *, drawn: bool = False
    ) -> tuple[Raster, float]:
        """Map and rest of world of walkers at some time, a share of the scenario being outside from the first.

        `drawn` for a map that people see: where few walkers stand for many, they are spread wider.
        """
        weights = weights / weights.sum()
        narrow_m = self.grid.cell_m
        if not drawn:
            poa, outside = motion.occupancy(walkers, self.grid, weights, smooth_m=narrow_m)
            inside = np.asarray(poa.values, float)
        else:
            poa, outside = motion.occupancy(walkers, self.grid, weights)
            # how many walkers, of equal weight, stand within a narrow kernel's reach (4 pi sigma^2)
            near = _widened(np.asarray(poa.values, float)) * 4.0 * np.pi / float(weights @ weights)
            x, y = walkers.x_m, walkers.y_m
            col = np.clip((x - self.grid.x_west_m) // narrow_m, 0, self.grid.width - 1).astype(int)
            row = np.clip((self.grid.y_north_m - y) // narrow_m, 0, self.grid.height - 1).astype(int)
            sure = near[row, col] / (near[row, col] + ENOUGH)
            alone = self._mass(walkers, weights * (1.0 - sure), 0.0)
            inside = self._mass(walkers, weights * sure, narrow_m) + _widened(alone)
        inside = inside * (1.0 - outside_share)
        return Raster(inside, self.grid, "poa"), outside_share + (1.0 - outside_share) * outside


@dataclass(frozen=True, kw_only=True, eq=False)
class Counted:
    """How much each walker `[N]` of a stream counts after some evidence, and the share that was outside from the first."""

    stream: Stream
    weights: Array
    share: float

    def given(
        self, factor: Array, outside: float, walkers: motion.Walkers
    ) -> tuple[Counted, Moved, tuple[Raster, float]]:
        """After evidence: what counts then, what it means to the belief, and the map just before."""
        before = self.stream.at(walkers, self.weights, self.share)
        mean = float(self.weights @ factor / self.weights.sum())
        kept = self.share * outside + (1.0 - self.share) * mean
        weights = self.weights * factor
        if not weights.sum() > 0.0 or not kept > 0.0:
            return self, Moved(kept=kept, poa=before[0], rest_of_world=before[1]), before
        after = Counted(stream=self.stream, weights=weights / weights.sum(), share=self.share * outside / kept)
        poa, rest_of_world = after.stream.at(walkers, after.weights, after.share)
        return after, Moved(kept=kept, poa=poa, rest_of_world=rest_of_world), before


def stream(
    inputs: MapInputs, part: ScenarioPart, land: tuple[Land, tuple[str, ...]], grid: Grid, seen: Sequence[Seen],
    own: Sequence[Stratum] = (),
) -> Stream:  # fmt: skip
    """Follow the walkers of a scenario from the IPP's time to now, past everything seen, in its order of ending.

    `own` are the team's own distances.
    """
    assert inputs.now_s is not None and inputs.ipp_at is not None
    xy = projection(inputs.crs).xy_m(inputs.ipp)
    walked, told = land
    how, said = movement(part.kind, part.category)
    caveats = [
        *said,
        *told,
        f"Subjects who move are drawn as {inputs.walkers:,} walkers (seed {inputs.seed}); small figures are rough.",
    ]
    last_s = max([inputs.now_s, *(s.end_s for s in seen)])
    dark = nights(inputs.ipp, inputs.ipp_at, last_s)

    def set_out() -> motion.Walkers:
        number = [p.id for p in inputs.parts].index(part.id)
        toward = intended_deg(inputs)
        return motion.set_out(
            walked, how, xy, inputs.walkers, np.random.default_rng([inputs.seed, number]), toward_deg=toward,
            dispersion_deg=None if toward is None else behavior.dispersion(part.category or "all", inputs.ecoregion).quantiles_deg,
            goal_xy_m=None if part.goal is None else projection(inputs.crs).xy_m(part.goal),
        )  # fmt: skip

    lines = tuple(
        np.column_stack(projection(inputs.crs).forward([p.lon_deg for p in b.line], [p.lat_deg for p in b.line]))
        for b in inputs.lines
    )
    begun = walkers = set_out()
    start = np.full(inputs.walkers, 1.0 / inputs.walkers)
    if part.kind in AT_REST:
        rest, _ = motion.advance(begun, walked, how, 3600.0 * MOVED_AT_MOST_H, step_s=STEP_S, nights=dark)
        law = lost_law(part.category, inputs.ecoregion, inputs.relief, own).law
        start, effective = motion.distance_weights(rest, xy, law.share_within)
        if effective < 0.1 * inputs.walkers:
            caveats.append(
                f"The walkers fit the published distances badly: {effective:,.0f} of {inputs.walkers:,} count."
            )
    exposure = [np.zeros((inputs.walkers, max(1, len(s.hazards)))) for s in seen]
    snapshot: dict[float, motion.Walkers] = {}
    crossed = np.full((inputs.walkers, len(lines)), np.inf)
    spans = [_steps(s) for s in seen]
    stops = sorted({*(begin for begin, _ in spans), *(end for _, end in spans), _step(inputs.now_s)})
    for until_s in stops:
        now_s = walkers.at_s
        active = [
            i for i, (begin, end) in enumerate(spans) if seen[i].hazards and begin <= now_s and now_s < until_s <= end
        ]
        layers = [layer for i in active for layer in seen[i].hazards]
        walkers, passage = motion.advance(
            walkers, walked, how, until_s, step_s=STEP_S, nights=dark, lines=lines,
            hazards=np.stack(layers) if layers else None,
        )  # fmt: skip
        crossed = np.minimum(crossed, passage.crossed_at_s)
        column = 0
        for i in active:
            count = len(seen[i].hazards)
            exposure[i] += passage.exposure[:, column : column + count]
            column += count
        snapshot[until_s] = walkers
    noted = []
    for i, s in enumerate(seen):
        there = snapshot[spans[i][1]]
        on_map = ~np.isfinite(there.left_at_s)
        x, y = np.asarray(there.x_m, float), np.asarray(there.y_m, float)
        factors = np.array([s.factor(x, y, on_map, met) for met in exposure[i].T])
        noted.append(Noted(factors=factors, walkers=there))
    return Stream(
        grid=grid, start=start, noted=tuple(noted), walkers=snapshot[_step(inputs.now_s)], crossed_at_s=crossed,
        hides=part.kind in HIDING, share=part.rest_of_world, caveats=tuple(dict.fromkeys(caveats)),
    )  # fmt: skip


def intended_deg(inputs: MapInputs) -> float | None:
    """Direction from the IPP to where the subject wanted to go, clockwise from grid north; None where not known."""
    if inputs.destination is None:
        return None
    return grid_bearing_deg(inputs.crs, inputs.ipp, true_bearing_deg(inputs.ipp, inputs.destination))


def _widened(mass: Array) -> Array:
    """Mass spread about as a Gaussian of `WIDE` cells would, by two boxes of the same variance; the sum is kept."""
    size = 2 * round((6.0 * WIDE**2 + 1.0) ** 0.5 / 2.0 - 0.5) + 1
    # running sums leave crumbs below zero
    spread = np.maximum(uniform_filter(uniform_filter(mass, size, mode="reflect"), size, mode="reflect"), 0.0)
    total = float(spread.sum())
    return np.asarray(spread * (float(mass.sum()) / total)) if total > 0.0 else mass


def _step(at_s: float) -> float:
    return round(at_s / STEP_S) * STEP_S


def _span(begin_s: float, end_s: float) -> tuple[float, float]:
    """Begin and end of a search on whole steps; it lasts at least one."""
    begin = min(_step(begin_s), max(_step(end_s) - STEP_S, 0.0))
    return begin, max(_step(end_s), begin + STEP_S)


def _steps(seen: Seen) -> tuple[float, float]:
    return _span(seen.begin_s, seen.end_s) if seen.hazards else (_step(seen.end_s), _step(seen.end_s))


def boundaries(inputs: MapInputs) -> tuple[departure.Boundary, ...]:
    """The boundaries of a case as the science takes them."""
    return tuple(
        departure.Boundary(
            id=b.id, name=b.name, is_outer=b.is_outer,
            watches=tuple(departure.Watch(quality=q, since_s=since, until_s=until) for q, since, until in b.watches),
        )
        for b in inputs.lines
    )  # fmt: skip


def departed(inputs: MapInputs, counted: Counted, factor: float = 1.0) -> departure.Departed:
    """Who of a stream has left when no watch noticed anybody, every watch's quality times a factor."""
    assert inputs.now_s is not None
    hides = float(departure.EVADER_QUALITY_FACTOR) if counted.stream.hides else 1.0
    walked = departure.departed(
        counted.stream.crossed_at_s, counted.weights, boundaries(inputs), inputs.now_s, quality_factor=hides * factor
    )
    return departure.with_share(walked, counted.share)
