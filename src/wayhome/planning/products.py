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
from wayhome.planning.belief_map import BeliefMap, Outcome, Sources, grid_of, ring_mask
from wayhome.planning.inputs import MapInputs, PlanInputs
from wayhome.science.allocation import RunnerUp, TeamPlan, team_plan
from wayhome.science.terrain import contour_lines
from wayhome.science.travel import travel_seconds

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

LEVELS = (0.25, 0.5, 0.75, 0.95)
DECISION_AID = "Decision aid: people decide. Every figure rests on the assumptions stated with it."
LEAVING = ("runaway", "evading", "influenced", "taken", "left_by_vehicle", "not_missing")
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
        "contours": _contours(belief.poa, [(r.level, r.poa_at_least) for r in regions]),
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


def departure_data(state: CaseState, found: BeliefMap, halved: BeliefMap) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What evidence says about leaving, apart from what failed searches do to rest of world."""
    ids, kinds = [s.id for s in state.scenarios.scenarios], {s.id: s.kind for s in state.scenarios.scenarios}
    before = state.scenarios.weights(()) if ids else {}
    after = state.scenarios.weights(state.evidence.standing()) if ids else {}
    leaving = [i for i in ids if kinds[i] in LEAVING]
    evidence = found.prior.rest_of_world
    boundaries = [
        {
            "id": b.id, "name": b.name, "kind": b.kind,
            "watches": [{"quality": w.quality, "since": w.since, "until": w.until, "remark": w.remark} for w in b.watches],
            "sentence": _watched(b.name, [w.quality for w in b.watches]),
        }
        for b in state.area.boundaries.values()
    ]  # fmt: skip
    now, half = found.belief.rest_of_world, halved.belief.rest_of_world
    sentence = (
        f"The evidence alone puts {percent(evidence)} outside the map. Failed searches raise that figure to "
        f"{percent(now)}; had every POD been half of what was claimed, it would be {percent(half)}."
    )
    return {
        "sentence": sentence,
        "probability_left": evidence,
        "rest_of_world": now,
        "half_pod": {"rest_of_world": half, "probability_left": halved.prior.rest_of_world},
        "from_evidence": {
            "weight_before": sum(before[i] for i in leaving), "weight_after": sum(after[i] for i in leaving),
            "judgements": [
                {"evidence": j.evidence, "likelihood": j.likelihood, "reason": j.reason} for j in state.evidence.standing()
            ],
        },
        "boundaries": boundaries,
        "warning": "Rest of world that grew because searches failed measures effort; it is not evidence of leaving.",
    }, ("The share of rest of world in each scenario is a judgement; the tables of distance hold only people who were found.",)  # fmt: skip


def halved_pod(inputs: MapInputs) -> MapInputs:
    """The same inputs had every search detected half as well (coverage halved, stated PODs halved)."""
    return inputs.replace(
        searches=tuple(
            s.replace(pod=s.pod / 2) if s.pod is not None else s.replace(sweep_width_m=(s.sweep_width_m or 0.0) / 2)
            for s in inputs.searches
        )
    )


def _achieved(outcome: Outcome) -> dict[str, Any]:
    if outcome.coverage is None:
        return {"pod_mean": float(np.asarray(outcome.pod.values)[np.asarray(outcome.mask.values, bool)].mean())}
    got = outcome.coverage.achieved
    return {
        "coverage_mean": got.coverage_mean, "pod_mean": got.pod_mean, "pod_if_uniform": got.pod_if_uniform,
        "track_length_m": got.track_length_m, "area_m2": got.area_m2,
    }  # fmt: skip


def _contours(poa: Raster, levels: list[tuple[float, float | None]]) -> dict[str, Any]:
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


def _watched(name: str, qualities: list[float]) -> str:
    if not qualities:
        return f"{name}: not watched; a crossing would not have been noticed."
    return f"{name}: watched, a crossing is missed with chance {percent(1.0 - qualities[-1])} while the watch stands."
