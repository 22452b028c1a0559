"""Every product of a case by name: what it computes, its caveats, and where it came from.

A product is never edited; it is computed again when its inputs' key changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wayhome.base.errors import NotFound, RuleBroken
from wayhome.base.place import distance_m
from wayhome.base.projection import geodesic_area_m2, projection
from wayhome.base.quantity import percent
from wayhome.base.raster import Raster
from wayhome.base.record import Record
from wayhome.planning.belief_map import BeliefMap, Outcome, Sources, grid_of
from wayhome.planning.inputs import MapInputs, PlanInputs
from wayhome.planning.seen import ring_mask
from wayhome.science.allocation import RunnerUp, TeamPlan, team_plan
from wayhome.science.terrain import contour_lines
from wayhome.science.travel import travel_seconds

if TYPE_CHECKING:
    pass

LEVELS = (0.25, 0.5, 0.75, 0.95)
DECISION_AID = "Decision aid: people decide. Every figure rests on the assumptions stated with it."
WALK_MPS = 1.0  # to a segment where there is no terrain model; said as a caveat


class Product(Record):
    """A product as everybody gets it: data, caveats, and provenance."""

    name: str
    seq: int
    key: str
    caveats: tuple[str, ...]
    provenance: dict[str, Any]
    data: dict[str, Any]


class Made(Record):
    """A product registered by name."""

    name: str
    title: str
    summary: str


PRODUCTS: dict[str, Made] = {
    "poa": Made(name="poa", title="Probability map", summary="Where the subject is, rest of world included."),
    "segments": Made(name="segments", title="Segment table", summary="POA, density and search history by segment."),
    "plan": Made(name="plan", title="Next assignments", summary="A segment for every free team, with reasons."),
    "departure": Made(name="departure", title="Departure sheet", summary="Has the subject left the area?"),
    "evidence": Made(name="evidence", title="Evidence", summary="What each statement and clue did to the map."),
    "survival": Made(name="survival", title="Survival", summary="Alive, and in what state, by hours since last seen."),
    "inquiries": Made(
        name="inquiries", title="What would tell us most", summary="Questions and actions by what they would tell."
    ),
}


def made(name: str) -> Made:
    """A registered product, or a sentence that lists them."""
    if name not in PRODUCTS:
        raise NotFound(f'There is no product "{name}"; there are: {", ".join(PRODUCTS)}.', product=name)
    return PRODUCTS[name]


def poa_data(inputs: MapInputs, found: BeliefMap) -> dict[str, Any]:
    """The figures beside the map, its containment contours, and what each search did."""
    belief, grid = found.belief, found.belief.grid
    regions = belief.containment_thresholds(LEVELS)
    return {
        "grid": {"crs": grid.crs, "width": grid.width, "height": grid.height, "cell_m": grid.cell_m},
        "rest_of_world": belief.rest_of_world,
        "rest_of_world_before": found.prior.rest_of_world,
        "scenarios": [
            {
                "id": p.id, "title": p.title, "kind": p.kind, "weight_before": p.weight_before,
                "weight": float(w), "rest_of_world": float(r),
            }
            for p, w, r in zip(inputs.parts, belief.weights, belief.rest_of_world_given, strict=True)
        ],
        "searches": [
            {
                "assignment": o.search.assignment, "opos": o.update.pos_overall,
                "rest_of_world_before": o.update.rest_of_world_before, "rest_of_world_after": o.update.rest_of_world_after,
                **_achieved(o),
            }
            for o in found.outcomes
        ],
        "pos_cumulative": found.pos_cumulative,
        "responsive": found.responsive,
        "hours": None if inputs.now_s is None else inputs.now_s / 3600.0,
        "moving": [p.id for p in inputs.parts if p.moves],
        "contours": contours(belief.poa, [(r.level, r.poa_at_least) for r in regions]),
        "regions": [{"level": r.level, "poa": r.poa, "area_m2": r.area_m2, "inside_map": r.poa_at_least is not None} for r in regions],
    }  # fmt: skip


def segments_data(inputs: PlanInputs, found: BeliefMap) -> dict[str, Any]:
    """POA of every live segment, its density, and what was searched there."""
    belief, grid = found.belief, found.belief.grid
    surviving = 1.0 - found.pos_cumulative
    anywhere = np.zeros(grid.shape, bool)
    rows = []
    for segment in inputs.segments:
        mask = ring_mask(grid, segment.ring)
        anywhere |= np.asarray(mask.values, bool)
        poa, before = belief.segment_poa(mask), found.prior.segment_poa(mask)
        area_m2 = geodesic_area_m2(segment.ring)
        times = sum(1 for o in found.outcomes if o.search.ring == segment.ring)
        rows.append(
            {
                "id": segment.id, "name": segment.name, "area_m2": area_m2, "poa": poa, "poa_per_km2": poa / area_m2 * 1e6,
                "pod_cumulative": max(0.0, 1.0 - surviving * poa / before) if before > 0 else 0.0, "searched_times": times,
            }
        )  # fmt: skip
    outside = float(np.sum(belief.poa.values, where=~anywhere))
    return {"segments": rows, "rest_of_world": belief.rest_of_world, "unsegmented": outside}


def plan_data(inputs: PlanInputs, found: BeliefMap, sources: Sources) -> tuple[dict[str, Any], tuple[str, ...]]:
    """One segment for every free team, with the reason, the bound and the runner-up; and the caveats."""
    if not inputs.segments:
        raise RuleBroken("There is no segment to search; draw segments, or import them from GeoJSON.")
    if not inputs.teams:
        raise RuleBroken("No team is free; form a team, or debrief one that is out.")
    caveats = [f"Hours at hand: {inputs.hours:.1f}, less the way there."]
    belief = found.belief
    table = segments_data(inputs, found)["segments"]
    area = np.array([row["area_m2"] for row in table])
    poa = np.array([row["poa"] for row in table])
    walk_h = _walking_hours(inputs, found, sources, caveats)
    hours = np.maximum(0.0, inputs.hours - walk_h)[:, None] * np.ones(len(inputs.teams))
    rate = np.array([[t.sweep_width_m * t.speed_mps * 3600.0 * t.searchers / a for t in inputs.teams] for a in area])
    plan: TeamPlan = team_plan(poa, rate, hours, locked={})
    choices = []
    for choice in plan.choices:
        if choice.segment is None:
            continue
        team, segment = inputs.teams[choice.team], inputs.segments[choice.segment]
        choices.append(
            {
                "team": team.id, "team_name": team.name, "segment": segment.id, "segment_name": segment.name,
                "hours": float(hours[choice.segment, choice.team]), "travel_minutes": float(walk_h[choice.segment] * 60),
                "coverage": choice.coverage, "pod": choice.pod, "poa": choice.poa, "pos": choice.pos,
                "psr_per_h": choice.psr_per_h,
                "reason": f"{segment.name} holds {percent(choice.poa)} of all probability; {team.name} covers it "
                f"{choice.coverage:.2f} times in {hours[choice.segment, choice.team]:.1f} h (POD {percent(choice.pod)}), "
                f"so {percent(choice.pos)} to find.",
            }
        )  # fmt: skip
    used = {c["team"] for c in choices}
    runner = plan.runner_up
    return {
        "choices": choices, "pos_total": plan.pos_total, "upper_bound": plan.upper_bound,
        "runner_up": None if runner is None else {"pos_total": runner.pos_total, "change": _change(inputs, runner)},
        "unused_teams": [t.name for t in inputs.teams if t.id not in used],
        "rest_of_world": belief.rest_of_world,
    }, (*caveats, "Sweep width and speed are as typed for each team; POD assumes random search, 1 - exp(-coverage).")  # fmt: skip


def halved_pod(inputs: MapInputs) -> MapInputs:
    """The same inputs had every search detected half as well (coverage halved, stated PODs halved)."""
    return inputs.replace(
        searches=tuple(
            s.replace(
                pod=_half(s.pod),
                pod_responsive=_half(s.pod_responsive),
                sweep_width_m=_half(s.sweep_width_m),
                sweep_width_responsive_m=_half(s.sweep_width_responsive_m),
            )
            for s in inputs.searches
        )
    )


def _half(value: float | None) -> float | None:
    return None if value is None else value / 2


def _achieved(outcome: Outcome) -> dict[str, Any]:
    if outcome.coverage is None:
        return {"pod_mean": float(np.asarray(outcome.pod.values)[np.asarray(outcome.mask.values, bool)].mean())}
    got = outcome.coverage.achieved
    return {
        "coverage_mean": got.coverage_mean, "pod_mean": got.pod_mean, "pod_if_uniform": got.pod_if_uniform,
        "track_length_m": got.track_length_m, "area_m2": got.area_m2,
    }  # fmt: skip


def contours(poa: Raster, levels: list[tuple[float, float | None]]) -> dict[str, Any]:
    """Lines of equal POA as GeoJSON, each with its level of containment."""
    out = projection(poa.grid.crs)
    features = []
    for level, at_least in levels:
        if at_least is None:
            continue
        for line in contour_lines(poa, [at_least]).get(at_least, ()):
            lon, lat = out.inverse(line[:, 0], line[:, 1])
            points = [[round(float(a), 6), round(float(b), 6)] for a, b in zip(lon, lat, strict=True)]
            if len(points) >= 4:
                features.append(
                    {
                        "type": "Feature", "properties": {"level": level},
                        "geometry": {"type": "LineString", "coordinates": points},
                    }
                )  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def _walking_hours(inputs: PlanInputs, found: BeliefMap, sources: Sources, caveats: list[str]) -> Any:
    grid = grid_of(inputs.map)
    ground = sources.ground(inputs.map, grid)
    seconds: Raster | None = None
    if ground.dem is not None:
        seconds, told = travel_seconds(ground, projection(grid.crs).xy_m(inputs.base))
        caveats += told
    else:
        caveats.append(f"No terrain model: the way to a segment is counted straight at {WALK_MPS:g} m/s.")
    hours = []
    for segment in inputs.segments:
        if seconds is not None:
            held = np.asarray(seconds.values)[np.asarray(ring_mask(grid, segment.ring).values, bool)]
            hours.append(float(held.min()) / 3600.0)
        else:
            away = min(distance_m(inputs.base, p) for p in segment.ring)
            hours.append(away / WALK_MPS / 3600.0)
    return np.array(hours)


def _change(inputs: PlanInputs, runner: RunnerUp) -> str:
    def there(segment: int | None) -> str:
        return "stays back" if segment is None else f"to {inputs.segments[segment].name}"

    return "; ".join(f"{inputs.teams[team].name} {there(then)}" for team, _, then in runner.changes)
