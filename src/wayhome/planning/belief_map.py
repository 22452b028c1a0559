"""The probability map of a case: prior per scenario, evidence, then every search in order.

Knows how a case's words become the values of `science`. Everything it reads from disk comes through
`Sources`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from rasterio.features import rasterize

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.place import Position
from wayhome.base.projection import geodesic_area_m2, projection
from wayhome.base.raster import Grid, Raster
from wayhome.planning.inputs import MapInputs, Search
from wayhome.science import behavior, detection, distance
from wayhome.science.belief import Belief, Update
from wayhome.science.travel import travel_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wayhome.science.terrain import Ground


# W as the integral of the detection rate: POD = 1 - exp(-C), the same law that a plan promises, and the
# lower of the two conventions; overrated POD is the dangerous error (THEORY 12)
CONVENTION: Final = "rate"
Reach = tuple[Raster, float] | None


class Sources(Protocol):
    """What a product reads beside its inputs."""

    def ground(self, inputs: MapInputs, grid: Grid) -> Ground:
        """The case's ground on the grid."""

    def track(self, blob: str, index: int, crs: str) -> Sequence[NDArray[np.float64]]:
        """Unbroken stretches `[n, 2]` of a recorded track, metric."""


class Outcome:
    """What one search did to the map: its coverage, POD and the update."""

    def __init__(
        self, search: Search, coverage: detection.Coverage | None, pod: Raster, mask: Raster, update: Update
    ) -> None:
        self.search, self.coverage, self.pod, self.mask, self.update = search, coverage, pod, mask, update


class BeliefMap:
    """The belief before any search, now, what each search did, and every caveat on the way."""

    def __init__(self, prior: Belief, belief: Belief, outcomes: tuple[Outcome, ...], caveats: tuple[str, ...]) -> None:
        self.prior, self.belief, self.outcomes, self.caveats = prior, belief, outcomes, caveats

    @property
    def pos_cumulative(self) -> float:
        """Chance that the searches so far would have found a subject who does not move."""
        missed = 1.0
        for outcome in self.outcomes:
            missed *= 1.0 - outcome.update.pos_overall
        return 1.0 - missed


def grid_of(inputs: MapInputs) -> Grid:
    """The analysis grid of a case."""
    x_m, y_m = projection(inputs.crs).xy_m(inputs.ipp)
    return Grid.around(inputs.crs, x_m, y_m, box_m=inputs.box_m, cell_m=inputs.cell_m)


def scenario_maps(inputs: MapInputs, sources: Sources) -> tuple[list[tuple[Raster, float]], tuple[str, ...]]:
    """Per scenario its map and rest of world, given that scenario; and the caveats."""
    grid = grid_of(inputs)
    xy = projection(inputs.crs).xy_m(inputs.ipp)
    caveats: list[str] = []
    made: dict[tuple[str, tuple[Position, ...] | None], tuple[Raster, float]] = {}
    reach: Reach = None
    if inputs.hours is not None:
        ground = sources.ground(inputs, grid)
        caveats += ground.caveats
        if ground.dem is None:
            raise RuleBroken(
                "Reach by a time needs a terrain model; add one with `wayhome ground add CASE --dem FILE`."
            )
        seconds, told = travel_seconds(ground, xy)
        caveats += told
        reach = seconds, inputs.hours
    maps: list[tuple[Raster, float]] = []
    for part in inputs.parts:
        about = (part.category or "", part.ring)
        if about not in made:
            if part.ring:
                made[about] = _region(grid, part.ring, caveats)
            else:
                poa, outside, _, told = radial_map(part.category, inputs.ecoregion, inputs.relief, grid, xy, reach)
                made[about] = poa, outside
                caveats += told
        poa, outside = made[about]
        share = part.rest_of_world
        maps.append(
            (Raster(np.asarray(poa.values, float) * (1.0 - share), grid, "poa"), share + (1.0 - share) * outside)
        )
    return maps, tuple(dict.fromkeys(caveats))


def belief_map(
    inputs: MapInputs, maps: list[tuple[Raster, float]], caveats: tuple[str, ...], sources: Sources
) -> BeliefMap:
    """The map from its scenario maps: weights after evidence, then the searches in order."""
    grid = maps[0][0].grid
    parts = [(p.id, p.weight, poa, outside) for p, (poa, outside) in zip(inputs.parts, maps, strict=True)]
    prior = belief = Belief.mixture(grid, parts)
    outcomes: list[Outcome] = []
    told = [*caveats]
    for search in inputs.searches:
        coverage, pod, mask, said = searched(search, grid, sources)
        belief, update = belief.searched(pod)
        outcomes.append(Outcome(search, coverage, pod, mask, update))
        told += [f"{search.assignment}: {text}" for text in said]
    told += belief.caveats
    return BeliefMap(prior, belief, tuple(outcomes), tuple(dict.fromkeys(told)))


def searched(
    search: Search, grid: Grid, sources: Sources
) -> tuple[detection.Coverage | None, Raster, Raster, tuple[str, ...]]:
    """Coverage and POD of one outing within its segment."""
    mask = ring_mask(grid, search.ring)
    if search.pod is not None:
        pod = Raster(np.where(mask.values, search.pod, 0.0), grid, "pod")
        return None, pod, mask, ("the POD was stated by the team, not computed from a track.",)
    assert search.sweep_width_m is not None
    width_m = search.sweep_width_m * search.searchers  # a line abreast, one sweep width apart
    if search.tracks:
        stretches = [s for blob, i in search.tracks for s in sources.track(blob, i, grid.crs)]
        coverage = detection.coverage(grid, stretches, width_m, mask, convention=CONVENTION)
        return coverage, coverage.pod, mask, coverage.caveats
    assert search.track_length_m is not None
    pod = detection.uniform_pod(mask, geodesic_area_m2(search.ring), width_m, search.track_length_m)
    return None, pod, mask, ("no track: coverage is taken as even over the segment, which flatters it.",)


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


def _region(grid: Grid, ring: tuple[Position, ...], caveats: list[str]) -> tuple[Raster, float]:
    mask = ring_mask(grid, ring).values.astype(float)
    caveats.append("A scenario spreads its probability evenly over its region; the region's edge is a judgement.")
    return Raster(mask / mask.sum(), grid, "poa"), 0.0


def radial_map(
    category: str | None, ecoregion: str | None, relief: str | None, grid: Grid, ipp_xy_m: tuple[float, float], reach: Reach
) -> tuple[Raster, float, str, tuple[str, ...]]:  # fmt: skip
    """Map and rest of world of a category's law of distance, the stratum used, and the caveats.

    `reach` is walking seconds and hours, to cut the law to what can be reached; or None.
    """
    if category is None:
        title = "all lost people together"
        caveats = [f"The subject's category is not known; the law of distance is that of {title}."]
        law = behavior.pooled_law()
    else:
        key, told = behavior.subject_category(category)
        row = behavior.stratum(key, ecoregion, relief)
        title, law = row.title(), behavior.distance_law(row)
        caveats = [*told, *row.caveats, *law.caveats()]
    poa, outside = distance.radial_prior(law, grid, ipp_xy_m)
    if reach is not None:
        seconds, hours = reach
        poa, outside, cut = distance.travel_limited(poa, outside, seconds, hours)
        caveats += cut
    return poa, outside, title, tuple(caveats)
