"""The probability map of a case: prior per scenario, evidence and searches in order.

Knows how a case's words become the values of `science`. Everything it reads from disk comes through
`Sources`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from wayhome.base.errors import RuleBroken
from wayhome.base.projection import projection
from wayhome.base.raster import Grid, Raster
from wayhome.planning import moving
from wayhome.planning.inputs import Look, MapInputs, ScenarioPart, Search
from wayhome.planning.seen import Hidden, Looked, Searched, looked, ring_mask, searched
from wayhome.science import companions, detection, evidence
from wayhome.science.behavior import POOLED
from wayhome.science.belief import Belief, Moved, Update
from wayhome.science.condition import condition
from wayhome.science.prior import prior
from wayhome.science.sensors import Width, width_factors
from wayhome.science.travel import travel_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wayhome.base.place import Position
    from wayhome.science.behavior import Stratum
    from wayhome.science.land import Land
    from wayhome.science.places import Places
    from wayhome.science.terrain import Ground

SILENT = " (does not answer)"  # the second half of a scenario, where searches tell the two apart
WIDTH_CASES = 5
UNKNOWN_TIME_H = 24.0  # hours since last seen, for the state of a subject of whom no time is known


class Sources(Protocol):
    """What a product reads beside its inputs."""

    def ground(self, inputs: MapInputs, grid: Grid) -> Ground:
        """The case's ground on the grid."""

    def places(self, inputs: MapInputs, grid: Grid) -> Places | None:
        """The case's ground as kinds of places; None where there is none."""

    def land(self, inputs: MapInputs, grid: Grid) -> tuple[Land, tuple[str, ...]]:
        """The case's ground as walkers meet it, and caveats."""

    def statistics(self, inputs: MapInputs) -> tuple[Stratum, ...]:
        """The team's own distances, where a table was adopted."""

    def track(self, blob: str, index: int, crs: str) -> Sequence[NDArray[np.float64]]:
        """Unbroken stretches `[n, 3]` of a recorded track: x, y [m] and seconds, NaN where it has no times."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """What one search did to the map: the search on it, and the update."""

    searched: Searched
    update: Update

    @property
    def search(self) -> Search:
        """The outing as the map needs it."""
        return self.searched.search

    @property
    def coverage(self) -> detection.Coverage | None:
        """Its coverage, where it was computed from tracks."""
        return self.searched.coverage

    @property
    def pod(self) -> Raster:
        """Its POD for a subject who does not answer."""
        return self.searched.pods[-1]

    @property
    def mask(self) -> Raster:
        """Its segment."""
        return self.searched.mask


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """What one piece of evidence did to the map; without `look` it is the silence of the watches."""

    look: Look | None
    update: Update
    change: evidence.Change
    validity: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class BeliefMap:
    """The belief before evidence and searches, now, what each of them did, and every caveat on the way.

    `unwatched` is the belief now but for the silence of the watches, and `streams` the walkers, by scenario, as they
    count then. `responsive` [0, 1] is the chance that the subject still answers, where a search told such apart, and
    `width` what the true sweep width is of the assumed one, in the mean, where that is in doubt.
    """

    prior: Belief
    unwatched: Belief
    belief: Belief
    outcomes: tuple[Outcome, ...]
    told: tuple[Told, ...]
    responsive: float | None
    width: float | None
    streams: dict[str, moving.Counted]
    partings: tuple[tuple[str, companions.Parting], ...]
    caveats: tuple[str, ...]

    @property
    def pos_cumulative(self) -> float:
        """Chance that the searches so far would have found the subject, each counted as things stood then."""
        missed = 1.0
        for outcome in self.outcomes:
            missed *= 1.0 - outcome.update.pos_overall
        return 1.0 - missed


def grid_of(inputs: MapInputs) -> Grid:
    """The analysis grid of a case."""
    x_m, y_m = projection(inputs.crs).xy_m(inputs.ipp)
    return Grid.around(inputs.crs, x_m, y_m, box_m=inputs.box_m, cell_m=inputs.cell_m)


def scenario_maps(inputs: MapInputs, sources: Sources) -> tuple[list[tuple[Raster, float]], tuple[str, ...]]:
    """Per scenario its map at find and rest of world, given that scenario, before evidence; and the caveats."""
    grid = grid_of(inputs)
    xy = projection(inputs.crs).xy_m(inputs.ipp)
    caveats: list[str] = []
    reach = None
    ground = sources.ground(inputs, grid) if inputs.ground else None
    if ground is not None:
        caveats += ground.caveats
    if inputs.hours is not None:
        if ground is None or ground.dem is None:
            raise RuleBroken(
                "Reach by a time needs a terrain model; add one with `wayhome ground add CASE --dem FILE`."
            )
        seconds, told = travel_seconds(ground, xy)
        caveats += told
        reach = seconds, inputs.hours
    bearing_deg = moving.intended_deg(inputs)
    made: dict[tuple[str, bool, tuple[Position, ...] | None], tuple[Raster, float]] = {}
    maps: list[tuple[Raster, float]] = []
    for part in inputs.parts:
        about = part.category or "", part.kind == "medical", part.ring
        if about not in made:
            if part.ring:
                made[about] = _region(grid, part.ring, caveats)
            else:
                found = prior(
                    part.category, inputs.ecoregion, inputs.relief, grid, xy, there=sources.places(inputs, grid),
                    reach=reach, bearing_deg=bearing_deg, own=sources.statistics(inputs), injured=part.kind == "medical",
                )  # fmt: skip
                made[about] = found.poa, found.rest_of_world
                caveats += found.caveats
        poa, outside = made[about]
        share = part.rest_of_world
        maps.append(
            (Raster(np.asarray(poa.values, float) * (1.0 - share), grid, "poa"), share + (1.0 - share) * outside)
        )
    return maps, tuple(dict.fromkeys(caveats))


def belief_map(
    inputs: MapInputs, maps: list[tuple[Raster, float]], caveats: tuple[str, ...], sources: Sources
) -> BeliefMap:
    """The map from its scenario maps: weights as judged, then evidence and searches.

    For subjects at rest their order is of no account; where somebody moves, all come in the order of time.
    """
    grid = maps[0][0].grid
    said = [*caveats]
    if inputs.left_out:
        said.append(f"{inputs.left_out} readings or searches after this hour are left out of its map.")
    own = sources.statistics(inputs)
    events: list[Looked | Searched] = [looked(look, inputs, grid, said, own) for look in inputs.looks]
    events += [searched(search, inputs, grid, sources, said) for search in inputs.searches]
    streams = {}
    if any(p.moves for p in inputs.parts):
        events.sort(key=lambda event: event.seen.end_s)
        seen = [event.seen for event in events]
        for p in inputs.parts:
            if p.moves:
                streams[p.id] = moving.stream(inputs, p, sources.land(inputs, grid), grid, seen, own)
                said += streams[p.id].caveats
    searches = [e for e in events if isinstance(e, Searched)]
    tells_apart = [e for e in searches if len(e.pods) > 1]
    widths = _widths(inputs, searches, said)
    parts: list[tuple[str, float, Raster, float]] = []
    scenario: list[str] = []
    hidden: list[Hidden] = []
    for p, (poa, outside) in zip(inputs.parts, maps, strict=True):
        answers = _answers(p, inputs, tells_apart[0].seen.end_s, said) if tells_apart else 1.0
        for h, (suffix, share) in enumerate((("", answers), (SILENT, 1.0 - answers))[: 2 if tells_apart else 1]):
            for width, likely in widths:
                name = p.id + suffix + ("" if len(widths) == 1 else f" ×{width:.3f}")
                parts.append((name, p.weight * share * likely, poa, outside))
                scenario.append(p.id)
                hidden.append(Hidden(h, width))
    belief = Belief.mixture(grid, parts)
    counted = {
        i: moving.Counted(stream=streams[s], weights=streams[s].start, share=streams[s].share)
        for i, s in enumerate(scenario)
        if s in streams
    }
    belief = belief.moved_on(
        {i: c.stream.at(c.stream.walkers, c.weights, c.share, drawn=True) for i, c in counted.items()}
    )
    names = dict(zip(belief.names, scenario, strict=True))
    first = belief.merged(names)
    belief, partings = _parted(inputs, belief, bool(counted), said)
    outcomes: list[Outcome] = []
    told: list[Told] = []
    for number, event in enumerate(events):
        moved, earlier = {}, {}
        for i, c in counted.items():
            noted = c.stream.noted[number]
            factor = event.factor(noted, scenario[i], hidden[i])
            counted[i], moved[i], earlier[i] = c.given(factor, event.outside_of(scenario[i]), noted.walkers)
        belief = belief.moved_on(earlier)
        after, update = event.on(belief, moved, scenario, hidden)
        update = _merged(update, scenario)
        if isinstance(event, Looked):
            change = evidence.what_changed(belief.merged(names), after.merged(names))
            told.append(Told(look=event.look, update=update, change=change, validity=event.validity(belief)))
        else:
            outcomes.append(Outcome(searched=event, update=update))
        belief = after
    belief = belief.moved_on(
        {i: c.stream.at(c.stream.walkers, c.weights, c.share, drawn=True) for i, c in counted.items()}
    )
    unwatched, walkers = belief, _by_scenario(belief, counted, scenario)
    if counted and any(line.watches for line in inputs.lines):
        belief = _watched(inputs, belief, counted, names, told)
    said += belief.caveats
    answering = [w for h, w in zip(hidden, belief.weights, strict=True) if not h.silent]
    return BeliefMap(
        prior=first, unwatched=unwatched.merged(names), belief=belief.merged(names), outcomes=tuple(outcomes),
        told=tuple(told), responsive=float(sum(answering)) if tells_apart else None, streams=walkers,
        width=float(sum(w * h.width for h, w in zip(hidden, belief.weights, strict=True))) if len(widths) > 1 else None,
        partings=tuple(partings), caveats=tuple(dict.fromkeys(said)),
    )  # fmt: skip


def _widths(inputs: MapInputs, searches: Sequence[Searched], said: list[str]) -> tuple[tuple[float, float], ...]:
    """What the true sweep width may be of the assumed one, and how likely; all searches share the one factor."""
    if inputs.width_doubt is not None:
        said.append(
            f"All sweep widths may be off by one factor, up to {inputs.width_doubt:g} either way (95 %); repeat passes share it."
        )
        width = Width(value_m=1.0, low_m=1.0 / inputs.width_doubt, high_m=inputs.width_doubt, sources=())
        return tuple(zip(*width_factors(width, WIDTH_CASES), strict=True))
    swept = [e for e in searches if e.search.sweep_width_m is not None]
    masks = [np.asarray(e.mask.values, bool) for e in swept]
    if any((a & b).any() for i, a in enumerate(masks) for b in masks[:i]):
        said.append(
            "Ground was searched more than once with sweep widths taken as known: passes that share a wrong one find less. "
            "Say how far off it may be with set_width_doubt."
        )
    return ((1.0, 1.0),)


def _by_scenario(
    belief: Belief, counted: dict[int, moving.Counted], scenario: Sequence[str]
) -> dict[str, moving.Counted]:
    """The walkers of each scenario as they count, the halves of a scenario put together."""
    found = {}
    for wanted in dict.fromkeys(scenario[i] for i in counted):
        halves = [(float(belief.weights[i]), c) for i, c in counted.items() if scenario[i] == wanted]
        total = sum(w for w, _ in halves) or 1.0
        inside = np.sum([w * (1.0 - c.share) * c.weights for w, c in halves], axis=0)
        found[wanted] = replace(
            halves[0][1], weights=inside / inside.sum() if inside.sum() > 0.0 else halves[0][1].weights,
            share=sum(w * c.share for w, c in halves) / total,
        )  # fmt: skip
    return found


def _parted(
    inputs: MapInputs, belief: Belief, some_move: bool, said: list[str]
) -> tuple[Belief, list[tuple[str, companions.Parting]]]:
    """The belief now that others of the party were found; before any search, for the order is of no account."""
    partings = []
    for other in inputs.companions:
        if other.position is None:
            continue
        if some_move:
            said.append(f"{other.id} was found, which says nothing here of a subject who moves; read it as evidence.")
            continue
        x_m, y_m = projection(inputs.crs).xy_m(other.position)
        find = companions.Find(x_m=x_m, y_m=y_m, others_seen=other.others_seen, alive=other.alive)
        belief, parting = companions.after_find(belief, find, together=other.together)
        partings.append((other.id, parting))
    return belief, partings


def _watched(
    inputs: MapInputs, belief: Belief, counted: dict[int, moving.Counted], names: dict[str, str], told: list[Told]
) -> Belief:
    """The belief now that no watch noticed anybody crossing; scenarios without walkers say nothing of that."""
    moved = {}
    for i, c in counted.items():
        gone = moving.departed(inputs, c)
        weights = gone.weights if gone.evidence > 0.0 else c.weights
        share = c.share / gone.evidence if gone.evidence > 0.0 else c.share
        counted[i] = replace(c, weights=weights, share=min(1.0, share))
        poa, outside = c.stream.at(c.stream.walkers, weights, counted[i].share, drawn=True)
        moved[i] = Moved(kept=gone.evidence, poa=poa, rest_of_world=outside)
    every = Raster(np.ones(belief.grid.shape), belief.grid, "factor")
    after, update = belief.given(every, 1.0, moved=moved)
    change = evidence.what_changed(belief.merged(names), after.merged(names))
    told.append(Told(look=None, update=_merged(update, list(names.values())), change=change, validity=None))
    return after


def _answers(part: ScenarioPart, inputs: MapInputs, end_s: float, said: list[str]) -> float:
    """Chance that a subject of this scenario still answers when a search first tells such apart."""
    hours = end_s / 3600.0 if inputs.now_s is not None else UNKNOWN_TIME_H
    found = condition(part.category or POOLED, hours, part.kind, ecoregion=inputs.ecoregion)
    said += found.caveats
    return found.responsive


def _merged(update: Update, scenario: Sequence[str]) -> Update:
    """An update told by scenario, where scenarios stand in halves."""
    if len(set(scenario)) == len(scenario):
        return update
    ids = list(dict.fromkeys(scenario))

    def total(values: Sequence[float]) -> list[float]:
        return [float(sum(v for s, v in zip(scenario, values, strict=True) if s == wanted)) for wanted in ids]

    before = total(update.weights_before)
    found = total([w * p for w, p in zip(update.weights_before, update.pos_by_scenario, strict=True)])
    return replace(
        update, weights_before=tuple(before), weights_after=tuple(total(update.weights_after)),
        pos_by_scenario=tuple(f / w if w > 0.0 else 0.0 for f, w in zip(found, before, strict=True)),
    )  # fmt: skip


def _region(grid: Grid, ring: tuple[Position, ...], caveats: list[str]) -> tuple[Raster, float]:
    mask = ring_mask(grid, ring).values.astype(float)
    caveats.append("A scenario spreads its probability evenly over its region; the region's edge is a judgement.")
    return Raster(mask / mask.sum(), grid, "poa"), 0.0
