"""What was seen and searched in a case, as the science takes it: likelihoods and PODs on the map's grid.

Knows how a reading or a debrief becomes numbers, and what each scenario makes of them. Applies nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, pi
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from rasterio.features import rasterize

from wayhome.base.errors import InvalidInput
from wayhome.base.place import distance_m
from wayhome.base.projection import geodesic_area_m2, grid_bearing_deg, projection
from wayhome.base.raster import Grid, Raster
from wayhome.planning import moving
from wayhome.science import behavior, detection, evidence, outing
from wayhome.science.behavior import POOLED
from wayhome.science.condition import mobile_share
from wayhome.science.recorded import cleaned
from wayhome.science.shrinkage import lost_law

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol

    from numpy.typing import NDArray

    from wayhome.base.place import Position
    from wayhome.planning.inputs import Look, MapInputs, Search
    from wayhome.science.behavior import Stratum
    from wayhome.science.belief import Belief, Moved, Update
    from wayhome.science.recorded import Recorded

    class Tracks(Protocol):
        """Where recorded tracks are read from."""

        def track(self, blob: str, index: int, crs: str) -> Sequence[NDArray[np.float64]]:
            """Unbroken stretches `[n, 3]` of a recorded track: x, y [m] and seconds, NaN where it has no times."""


# W as the integral of the detection rate: POD = 1 - exp(-C), the same law that a plan promises, and the
# lower of the two conventions; overrated POD is the dangerous error (THEORY 12)
CONVENTION: Final = "rate"
BESIDE_M = (1.0e-4, 1.7e-4)  # east and north; own choice: far above rounding, far below what can be drawn
_Z75 = 0.6745  # a normal's upper quartile
_MEDIAN_R = 1.3863  # of a circular normal error, (median/sigma)^2 = 2 ln 2
_FOLLOWED_H = 96  # hours over which a subject's mobility is summed up


class Hidden(NamedTuple):
    """What no search can see: whether the subject does not answer (1), and the true sweep width over the assumed one."""

    silent: int
    width: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Looked:
    """A reading on the map: likelihood inside `[H, W]` and outside for whom it concerns, `false` for others."""

    look: Look
    seen: moving.Sighted
    still: evidence.Reading
    inside: Raster
    outside: float
    false: float

    def concerns(self, scenario: str) -> bool:
        """Whether the reading can be true in a scenario."""
        return not self.look.scenarios or scenario in self.look.scenarios

    def outside_of(self, scenario: str) -> float:
        """Its likelihood for a subject outside the map."""
        return self.outside if self.concerns(scenario) else self.false

    def on(
        self, belief: Belief, moved: Mapping[int, Moved], scenarios: Sequence[str], hidden: Sequence[Hidden]
    ) -> tuple[Belief, Update]:
        """The belief after it; where people judged what it says of the scenarios, it moves the places only."""
        constant = Raster(np.full(belief.grid.shape, self.false), belief.grid, "factor")
        each = [(self.inside, self.outside) if self.concerns(s) else (constant, self.false) for s in scenarios]
        after, update = belief.given(each, moved=moved)
        if not self.look.judged:
            return after, update
        relative = np.where(
            belief.weights > 0.0, after.weights / np.where(belief.weights > 0.0, belief.weights, 1.0), 1.0
        )
        level = [r if r > 0.0 else 1.0 for r in relative]
        same = {
            i: (Raster(np.asarray(r.values, float) / level[i], belief.grid, "factor"), o / level[i])
            for i, (r, o) in enumerate(each)
        }
        return belief.given(
            list(same.values()), moved={i: replace(m, kept=m.kept / level[i]) for i, m in moved.items()}
        )

    def factor(self, noted: moving.Noted, scenario: str, hidden: Hidden) -> NDArray[np.float64]:
        """Its likelihood for each walker."""
        found = noted.factors[0]
        return found if self.concerns(scenario) else np.full_like(found, self.false)

    def validity(self, belief: Belief) -> float:
        """Chance [0, 1] that it is the subject's, now that we know how well it fits."""
        return evidence.validity(self.still, evidence.evidence_true(self.still, belief), area_m2=self.seen.area_m2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Walked:
    """The recorded tracks of an outing: what was searched on foot, and for how many searchers each track stands.

    `stretches` `[n, 2]` are those of all searchers, `inside` is over the recorded ones. `receivers` counts the tracks
    under way at one time: who changes the batteries is no second searcher.
    """

    recorded: tuple[Recorded, ...]
    stretches: tuple[NDArray[np.float64], ...]
    abreast: int
    receivers: int
    inside: outing.Inside
    caveats: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Searched:
    """An outing on the map: POD for a subject who answers (first) and one who does not (last), or one for both.

    `coverage` and `achieved` are for one who does not; `achieved` is None where the team stated a POD. `walked` and
    `missed` are told of recorded tracks only. `coverage.achieved.track_length_m` is that of the recorded tracks.
    """

    search: Search
    seen: moving.Passed
    coverage: detection.Coverage | None
    mask: Raster
    walked: Walked | None
    missed: outing.Missed | None
    achieved: outing.Effort | None

    @property
    def pods(self) -> tuple[Raster, ...]:
        """One raster, or two."""
        return self.seen.pods

    def outside_of(self, scenario: str) -> float:
        """Nobody searched the rest of the world."""
        return 1.0

    def on(
        self, belief: Belief, moved: Mapping[int, Moved], scenarios: Sequence[str], hidden: Sequence[Hidden]
    ) -> tuple[Belief, Update]:
        """The belief after it."""
        given = {h: self._pod(h) for h in dict.fromkeys(hidden)}
        return belief.searched([given[h] for h in hidden], moved=moved)

    def _pod(self, hidden: Hidden) -> Raster:
        """POD in one hidden case: for one who answers or not, and the true sweep width so many times the assumed one."""
        pod = self.pods[min(hidden.silent, len(self.pods) - 1)]
        if hidden.width == 1.0 or self.search.sweep_width_m is None:
            return pod
        return Raster(1.0 - (1.0 - np.asarray(pod.values, float)) ** hidden.width, pod.grid, "pod")

    def factor(self, noted: moving.Noted, scenario: str, hidden: Hidden) -> NDArray[np.float64]:
        """Chance that it missed each walker."""
        found: NDArray[np.float64] = noted.factors[min(hidden.silent, len(noted.factors) - 1)]
        return found if self.search.sweep_width_m is None else found**hidden.width


def looked(look: Look, inputs: MapInputs, grid: Grid, said: list[str], own: Sequence[Stratum] = ()) -> Looked:
    """A reading on the map; caveats go to `said`. `own` are the team's own distances."""
    out = projection(inputs.crs)
    (x, y), target = out.xy_m(look.position), None if look.target is None else out.xy_m(look.target)
    bearing = None if look.bearing_deg is None else grid_bearing_deg(inputs.crs, look.position, look.bearing_deg)
    reading = evidence.Reading(
        kind=look.kind, x_m=x, y_m=y, reliability=look.reliability, error_m=look.error_m, bearing_deg=bearing,
        target_x_m=None if target is None else target[0], target_y_m=None if target is None else target[1],
        beam_deg=look.beam_deg, range_m=look.range_m, range_error_m=look.range_error_m, technology=look.technology,
        timing_advance=look.timing_advance, radius_m=look.radius_m, confidence=look.confidence, pod=look.pod,
        dispersion_deg=behavior.dispersion(inputs.category or "all", inputs.ecoregion).quantiles_deg,
    )  # fmt: skip
    still = reading
    if look.kind not in ("not_here", "towards"):
        still = evidence.drifted(reading, 1.0, _drift_m2(inputs, look.at_s, own))
        when = "" if look.at_s is not None else ", at a time nobody knows,"
        said.append(
            f"{look.evidence}: whoever was there{when} may have gone on; the place is blurred by that for a subject at rest."
        )
    area_m2 = _report_area_m2(inputs, look.position, own)
    inside, outside = evidence.on_grid(still, grid, area_m2=area_m2)
    now_s = inputs.now_s or 0.0
    exact, exact_outside = inside, outside
    if inputs.now_s is not None and still is not reading:  # only walkers ask for it as of its own time
        exact, exact_outside = evidence.on_grid(reading, grid, area_m2=area_m2)
    trace = None
    if (
        inputs.now_s is not None
        and look.at_s is None
        and look.kind not in ("not_here", "towards")
        and reading.rho > 0.0
    ):
        false = (1.0 - reading.rho) * evidence.false_likelihood(reading, area_m2)
        trace = np.maximum(np.asarray(exact.values, float) - false, 0.0) / reading.rho
    at_s = min(max(now_s if look.at_s is None else look.at_s, 0.0), now_s)
    seen = moving.Sighted(
        reading=reading, begin_s=at_s if trace is None else 0.0, end_s=at_s, area_m2=area_m2, outside=exact_outside,
        trace=trace,
    )  # fmt: skip
    return Looked(
        look=look, seen=seen, still=still, inside=inside, outside=outside,
        false=evidence.false_likelihood(reading, area_m2),
    )  # fmt: skip


def searched(search: Search, inputs: MapInputs, grid: Grid, sources: Tracks, said: list[str]) -> Searched:
    """Coverage and POD of one outing within its segment; caveats go to `said`."""
    mask = ring_mask(grid, search.ring)
    pods: list[Raster] = []
    coverage = achieved = walked = missed = None
    if search.tracks:
        walked = _walked(search, mask, sources)
        said += [f"{search.assignment}: {text}" for text in walked.caveats]
    for width_m, pod in ((search.sweep_width_responsive_m, search.pod_responsive), (search.sweep_width_m, search.pod)):
        if width_m is None and pod is None:
            continue
        if pod is not None:
            pods.append(Raster(np.where(mask.values, pod, 0.0), grid, "pod"))
            said.append(f"{search.assignment}: the POD was stated by the team, not computed from a track.")
            continue
        assert width_m is not None
        if walked is not None:
            coverage = detection.coverage(grid, walked.stretches, width_m, mask, convention=CONVENTION)
            pods.append(coverage.pod)
            said += [f"{search.assignment}: {text}" for text in coverage.caveats]
        else:
            assert search.track_length_m is not None
            area_m2, length_m = geodesic_area_m2(search.ring), search.track_length_m * search.searchers
            pods.append(detection.uniform_pod(mask, area_m2, width_m, length_m))
            covered = width_m * length_m / area_m2
            achieved = outing.Effort(
                hours=None, speed_mps=None, searcher_length_m=length_m, coverage=covered,
                pod=detection.pod_random(covered),
            )  # fmt: skip
            said.append(
                f"{search.assignment}: no track: coverage is taken as even over the segment, which flatters it."
            )
    if walked is not None and coverage is not None:
        missed = outing.missed(pods[-1], mask)
        achieved, coverage = _achieved(walked, coverage)
    now_s = inputs.now_s or 0.0
    end_s = min(max(now_s if search.ended_s is None else search.ended_s, 1.0), max(now_s, 1.0))
    begin_s = min(max(end_s - 1.0 if search.began_s is None else search.began_s, 0.0), end_s - 1.0)
    if inputs.now_s is not None and search.began_s is None:
        said.append(f"{search.assignment}: nobody knows when it began; for a subject who moves it counts as a moment.")
    return Searched(
        search=search, seen=moving.Passed(pods=tuple(pods), begin_s=begin_s, end_s=end_s), coverage=coverage, mask=mask,
        walked=walked, missed=missed, achieved=achieved,
    )  # fmt: skip


def ring_mask(grid: Grid, ring: tuple[Position, ...]) -> Raster:
    """Cells whose centre lies inside a ring, as a raster of `mask`.

    Corners are rounded to about a nanometre, so where an edge runs through the very centres of cells, chance would say
    whose they are; the centres are taken a tenth of a millimetre beside, and rings that share an edge share no cell.
    """
    lon, lat = [p.lon_deg for p in ring], [p.lat_deg for p in ring]
    x, y = projection(grid.crs).forward(lon, lat)
    shape = {"type": "Polygon", "coordinates": [[*zip(x, y, strict=True), (x[0], y[0])]]}
    from affine import Affine

    beside = grid.replace(x_west_m=grid.x_west_m + BESIDE_M[0], y_north_m=grid.y_north_m + BESIDE_M[1])
    burnt = rasterize([shape], out_shape=grid.shape, transform=Affine(*beside.transform()), dtype="uint8")
    if not burnt.any():
        raise InvalidInput(
            "The segment holds no cell of the map: it lies outside the search area, or is smaller than a cell."
        )
    return Raster(burnt.astype(bool), grid, "mask")


def _walked(search: Search, mask: Raster, sources: Tracks) -> Walked:
    """The tracks of an outing without drives, pauses and gaps, as the tracks of all its searchers."""
    recorded = tuple(cleaned(sources.track(blob, i, mask.grid.crs)) for blob, i in search.tracks)
    on_foot = [stretch for r in recorded for stretch in r.walked]
    receivers, searchers = _at_once(recorded), search.searchers
    abreast = max(1, searchers // receivers)
    caveats = [text for r in recorded for text in r.caveats]
    assert search.sweep_width_m is not None, "a track without a sweep width"
    spacing_m = search.sweep_width_m
    if receivers > searchers:
        caveats.append(f"{receivers} tracks at a time for {searchers} searchers: each counts; is one attached twice?")
    elif abreast > 1:
        caveats.append(
            f"Each track stands for {abreast} searchers abreast, {spacing_m:g} m apart (the sweep width), the receiver "
            "in the middle; bring every searcher's track where they went apart."
        )
    if receivers < searchers and abreast * receivers < searchers:
        caveats.append(
            f"{receivers} tracks for {searchers} searchers: {searchers - abreast * receivers} without a track are "
            "left out, which is the safe side."
        )
    return Walked(
        recorded=recorded, stretches=outing.abreast(on_foot, abreast, spacing_m), abreast=abreast, receivers=receivers,
        inside=outing.inside(on_foot, mask), caveats=tuple(caveats),
    )  # fmt: skip


def _at_once(recorded: Sequence[Recorded]) -> int:
    """The most receivers that were on at one time; one without times counts as on all the time."""
    spans = [(r.pieces[0].fixes[0, 2], r.pieces[-1].fixes[-1, 2]) for r in recorded if r.pieces]
    timed = [(begin, end) for begin, end in spans if begin < end]
    most = max((sum(b <= begin < e for b, e in timed) for begin, _ in timed), default=0)
    return max(1, most + len(spans) - len(timed))


def _achieved(walked: Walked, coverage: detection.Coverage) -> tuple[outing.Effort, detection.Coverage]:
    """The outing in numbers, and its coverage with the length of what was recorded in place of all searchers'."""
    got, inside = coverage.achieved, walked.inside
    effort = outing.Effort(
        hours=inside.lasted_s / 3600.0 / walked.receivers if inside.lasted_s > 0.0 else None,
        speed_mps=inside.speed_mps if inside.lasted_s > 0.0 else None,
        searcher_length_m=got.track_length_m, coverage=got.coverage_mean, pod=got.pod_mean,
    )  # fmt: skip
    return effort, replace(coverage, achieved=replace(got, track_length_m=got.track_length_m / walked.abreast))


def _report_area_m2(inputs: MapInputs, place: Position, own: Sequence[Stratum]) -> float:
    """Area [m2] over which false reports fall: a circle about the IPP that holds the place and three quarters of finds.

    Reports, the false ones too, come from where people look. Own choice: spread over the whole map they would make
    any report near the IPP look sure.
    """
    law = lost_law(inputs.category, inputs.ecoregion, inputs.relief, own)
    radius_m = max(distance_m(inputs.ipp, place), law.median_m * exp(_Z75 * law.spread))
    return pi * radius_m**2


def _drift_m2(inputs: MapInputs, at_s: float | None, own: Sequence[Stratum]) -> float:
    """Variance per axis [m2] of what a subject walks on after a time until coming to rest.

    That of the whole way, (median distance)^2 / (2 ln 2), in proportion to the mobile hours that are left then; all of it
    where the time is not known. Own reading of the tables of distance and mobility.
    """
    category = inputs.category or POOLED
    hours = np.arange(0.25, _FOLLOWED_H, 0.5)
    mobile = np.array([mobile_share(category, h, inputs.ecoregion)[0] for h in hours])
    left = 1.0 if at_s is None else float(mobile[hours * 3600.0 > at_s].sum() / mobile.sum())
    return left * lost_law(inputs.category, inputs.ecoregion, inputs.relief, own).median_m ** 2 / _MEDIAN_R
