"""What was seen and searched in a case, as the science takes it: likelihoods and PODs on the map's grid.

Knows how a reading or a debrief becomes numbers, and what each scenario makes of them. Applies nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, pi
from typing import TYPE_CHECKING, Final

import numpy as np
from rasterio.features import rasterize

from wayhome.base.errors import InvalidInput
from wayhome.base.place import distance_m
from wayhome.base.projection import geodesic_area_m2, grid_bearing_deg, projection
from wayhome.base.raster import Grid, Raster
from wayhome.planning import moving
from wayhome.science import behavior, detection, evidence
from wayhome.science.behavior import POOLED
from wayhome.science.condition import mobile_share
from wayhome.science.shrinkage import lost_law

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol

    from numpy.typing import NDArray

    from wayhome.base.place import Position
    from wayhome.planning.inputs import Look, MapInputs, Search
    from wayhome.science.belief import Belief, Moved, Update

    class Tracks(Protocol):
        """Where recorded tracks are read from."""

        def track(self, blob: str, index: int, crs: str) -> Sequence[NDArray[np.float64]]:
            """Unbroken stretches `[n, 2]` of a recorded track, metric."""


# W as the integral of the detection rate: POD = 1 - exp(-C), the same law that a plan promises, and the
# lower of the two conventions; overrated POD is the dangerous error (THEORY 12)
CONVENTION: Final = "rate"
_Z75 = 0.6745  # a normal's upper quartile
_MEDIAN_R = 1.3863  # of a circular normal error, (median/sigma)^2 = 2 ln 2
_FOLLOWED_H = 96  # hours over which a subject's mobility is summed up


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
        self, belief: Belief, moved: Mapping[int, Moved], scenarios: Sequence[str], half: Sequence[int]
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

    def factor(self, noted: moving.Noted, scenario: str, half: int) -> NDArray[np.float64]:
        """Its likelihood for each walker."""
        found = noted.factors[0]
        return found if self.concerns(scenario) else np.full_like(found, self.false)

    def validity(self, belief: Belief) -> float:
        """Chance [0, 1] that it is the subject's, now that we know how well it fits."""
        return evidence.validity(self.still, evidence.evidence_true(self.still, belief), area_m2=self.seen.area_m2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Searched:
    """An outing on the map: POD for a subject who answers (first) and one who does not (last), or one for both."""

    search: Search
    seen: moving.Passed
    coverage: detection.Coverage | None
    mask: Raster

    @property
    def pods(self) -> tuple[Raster, ...]:
        """One raster, or two."""
        return self.seen.pods

    def outside_of(self, scenario: str) -> float:
        """Nobody searched the rest of the world."""
        return 1.0

    def on(
        self, belief: Belief, moved: Mapping[int, Moved], scenarios: Sequence[str], half: Sequence[int]
    ) -> tuple[Belief, Update]:
        """The belief after it."""
        return belief.searched([self.pods[min(h, len(self.pods) - 1)] for h in half], moved=moved)

    def factor(self, noted: moving.Noted, scenario: str, half: int) -> NDArray[np.float64]:
        """Chance that it missed each walker."""
        found: NDArray[np.float64] = noted.factors[min(half, len(noted.factors) - 1)]
        return found


def looked(look: Look, inputs: MapInputs, grid: Grid, said: list[str]) -> Looked:
    """A reading on the map; caveats go to `said`."""
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
        still = evidence.drifted(reading, 1.0, _drift_m2(inputs, look.at_s))
        when = "" if look.at_s is not None else ", at a time nobody knows,"
        said.append(
            f"{look.evidence}: whoever was there{when} may have gone on; the place is blurred by that for a subject at rest."
        )
    area_m2 = _report_area_m2(inputs, look.position)
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
    coverage = None
    for width_m, pod in ((search.sweep_width_responsive_m, search.pod_responsive), (search.sweep_width_m, search.pod)):
        if width_m is None and pod is None:
            continue
        if pod is not None:
            pods.append(Raster(np.where(mask.values, pod, 0.0), grid, "pod"))
            said.append(f"{search.assignment}: the POD was stated by the team, not computed from a track.")
            continue
        assert width_m is not None
        swept_m = width_m * search.searchers  # a line abreast, one sweep width apart
        if search.tracks:
            stretches = [s for blob, i in search.tracks for s in sources.track(blob, i, grid.crs)]
            coverage = detection.coverage(grid, stretches, swept_m, mask, convention=CONVENTION)
            pods.append(coverage.pod)
            said += [f"{search.assignment}: {text}" for text in coverage.caveats]
        else:
            assert search.track_length_m is not None
            pods.append(detection.uniform_pod(mask, geodesic_area_m2(search.ring), swept_m, search.track_length_m))
            said.append(
                f"{search.assignment}: no track: coverage is taken as even over the segment, which flatters it."
            )
    now_s = inputs.now_s or 0.0
    end_s = min(max(now_s if search.ended_s is None else search.ended_s, 1.0), max(now_s, 1.0))
    begin_s = min(max(end_s - 1.0 if search.began_s is None else search.began_s, 0.0), end_s - 1.0)
    if inputs.now_s is not None and search.began_s is None:
        said.append(f"{search.assignment}: nobody knows when it began; for a subject who moves it counts as a moment.")
    return Searched(
        search=search, seen=moving.Passed(pods=tuple(pods), begin_s=begin_s, end_s=end_s), coverage=coverage, mask=mask
    )


def ring_mask(grid: Grid, ring: tuple[Position, ...]) -> Raster:
    """Cells whose centre lies inside a ring, as a raster of `mask`."""
    lon, lat = [p.lon_deg for p in ring], [p.lat_deg for p in ring]
    x, y = projection(grid.crs).forward(lon, lat)
    shape = {"type": "Polygon", "coordinates": [[*zip(x, y, strict=True), (x[0], y[0])]]}
    from affine import Affine

    burnt = rasterize([shape], out_shape=grid.shape, transform=Affine(*grid.transform()), dtype="uint8")
    if not burnt.any():
        raise InvalidInput(
            "The segment holds no cell of the map: it lies outside the search area, or is smaller than a cell."
        )
    return Raster(burnt.astype(bool), grid, "mask")


def _report_area_m2(inputs: MapInputs, place: Position) -> float:
    """Area [m2] over which false reports fall: a circle about the IPP that holds the place and three quarters of finds.

    Reports, the false ones too, come from where people look. Own choice: spread over the whole map they would make
    any report near the IPP look sure.
    """
    law = lost_law(inputs.category, inputs.ecoregion, inputs.relief)
    radius_m = max(distance_m(inputs.ipp, place), law.median_m * exp(_Z75 * law.spread))
    return pi * radius_m**2


def _drift_m2(inputs: MapInputs, at_s: float | None) -> float:
    """Variance per axis [m2] of what a subject walks on after a time until coming to rest.

    That of the whole way, (median distance)^2 / (2 ln 2), in proportion to the mobile hours that are left then; all of it
    where the time is not known. Own reading of the tables of distance and mobility.
    """
    category = inputs.category or POOLED
    hours = np.arange(0.25, _FOLLOWED_H, 0.5)
    mobile = np.array([mobile_share(category, h, inputs.ecoregion)[0] for h in hours])
    left = 1.0 if at_s is None else float(mobile[hours * 3600.0 > at_s].sum() / mobile.sum())
    return left * lost_law(inputs.category, inputs.ecoregion, inputs.relief).median_m ** 2 / _MEDIAN_R
