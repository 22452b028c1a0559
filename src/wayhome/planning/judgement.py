"""Products that help to judge: what evidence did, whether the subject left or lives, and what would tell us most.

Knows how to put the questions of a commander to the science. Refuses to take failed searches for evidence of leaving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wayhome.base.projection import projection
from wayhome.base.quantity import percent
from wayhome.base.raster import Raster
from wayhome.case.consensus import consensus, disagreement
from wayhome.planning import moving
from wayhome.planning.inputs import MOVING
from wayhome.planning.products import contours
from wayhome.planning.seen import ring_mask
from wayhome.science import companions, condition, departure, inquiry, survival
from wayhome.science.behavior import POOLED
from wayhome.science.prior import prior

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wayhome.case.state import CaseState
    from wayhome.planning.belief_map import BeliefMap, Sources
    from wayhome.planning.inputs import MapInputs, PlanInputs

LEAVING = (*MOVING, "not_missing")
HOURS = (0, 1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 60, 72, 84, 96)
STANDARD_COVERAGE = 1.0  # of a segment, when a search of it is rated beside questions
STANDARD_EFFORT_M2 = 2e6  # where no team is free: four people, sweep width 30 m, 1 km/h for 4 h and a half
TRAP_POD = 0.7  # chance that a track trap shows who crossed; own choice, said as a caveat


def evidence_data(state: CaseState, inputs: MapInputs, found: BeliefMap) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What each reading did to the map in the order in which it counted, and how people differ about the scenarios."""
    ids = [p.id for p in inputs.parts]
    votes = state.scenarios.counted_votes()
    known = consensus(votes) if votes else {}
    apart = disagreement(votes) if votes else {}
    return {
        "readings": [
            {
                "evidence": None if t.look is None else t.look.evidence,
                "kind": "watches" if t.look is None else t.look.kind,
                "reliability": None if t.look is None else t.look.reliability,
                "reliability_after": t.validity,
                "bits": t.update.information_bits,
                "bits_of_the_map": t.change.information_bits,
                "mass_moved": t.change.mass_moved, "mass_moved_far": t.change.mass_moved_far,
                "rest_of_world_before": t.change.rest_of_world_before, "rest_of_world_after": t.change.rest_of_world_after,
                "weights_before": t.change.weights_before, "weights_after": t.change.weights_after,
            }
            for t in found.told
        ],
        "judgements": [
            {"evidence": j.evidence, "likelihood": j.likelihood, "reason": j.reason, "by": j.by} for j in state.judgements()
        ],
        "weights": {
            "as_set": {p.id: p.weight_before for p in inputs.parts},
            "as_judged": {p.id: p.weight for p in inputs.parts},
            "now": dict(zip(ids, map(float, found.belief.weights), strict=True)),
        },
        "votes": [
            {"voter": v.voter, "method": v.method, "values": v.values} for v in votes
        ],
        "consensus": known,
        "disagreement": {
            s: {"lowest": d.lowest, "highest": d.highest, "standard_deviation": d.standard_deviation,
                "lowest_by": d.lowest_by, "highest_by": d.highest_by}
            for s, d in apart.items()
        },
        "partings": [{"companion": i, "together_before": p.together_before, "together_after": p.together_after,
                      "sentence": p.sentence} for i, p in found.partings],
    }, ("A likelihood is as good as the reliability that was judged; no reading makes any place impossible.",)  # fmt: skip


def departure_data(
    state: CaseState, inputs: MapInputs, informed: BeliefMap, found: BeliefMap, halved: BeliefMap
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Has the subject left, by which way and when; `informed` is the map by evidence alone, without any search."""

    def parts(of: BeliefMap, factor: float = 1.0) -> list[departure.Part]:
        told = []
        for i, part in enumerate(inputs.parts):
            if part.id in of.streams:
                gone = moving.departed(inputs, of.streams[part.id], factor)
            else:
                given = float(of.unwatched.rest_of_world_given[i]) if part.kind in LEAVING else 0.0
                gone = departure.departed_static(given)
            told.append((part.id, float(of.unwatched.weights[i]), gone))
        return told

    now, half = found.belief.rest_of_world, halved.belief.rest_of_world
    belief = departure.combined(parts(informed), searched=parts(found), rest_of_world=now)
    titles = {p.id: p.title for p in inputs.parts}

    def titled(some: list[departure.Part]) -> list[departure.Part]:
        return [(titles[i], weight, gone) for i, weight, gone in some]

    rows = departure.sensitivity(lambda factor: titled(parts(found, factor)), halved_pod=titled(parts(halved)))
    ids = [p.id for p in inputs.parts if p.kind in LEAVING]
    weight = dict(zip([p.id for p in inputs.parts], informed.unwatched.weights, strict=True))
    boundaries = [
        {
            "id": b.id, "name": b.name, "kind": b.kind,
            "watches": [{"quality": w.quality, "since": w.since, "until": w.until, "remark": w.remark} for w in b.watches],
            "sentence": _watched(b.name, [w.quality for w in b.watches]),
        }
        for b in state.area.boundaries.values()
    ]  # fmt: skip
    caveats = [
        "The share of rest of world in each scenario is a judgement; the tables of distance hold only people who were found.",
        "Nobody is known to have been noticed at a boundary; a report of one belongs in the evidence.",
    ]
    if not found.streams:
        caveats.append(
            "No scenario has a subject who moves and a time to set out from, so nothing is known of ways, hours and watches."
        )
    if any(s.hides for s in (c.stream for c in found.streams.values())):
        caveats.append(
            f"One who hides is taken to be noticed {float(departure.EVADER_QUALITY_FACTOR):g} times as often."
        )
    sentence = departure.reading(belief, rows)
    if not ids and not found.streams:
        sentence = (
            "Nothing can be said of leaving: no scenario lets the subject leave. Add one (runaway, evading, influenced, taken, "
            "left by vehicle, not missing) with the weight that you give it, and ask again."
        )
        caveats.insert(
            0,
            "The probability of having left is 0 because no scenario allows it, not because anything speaks against it.",
        )
    return {
        "sentence": sentence,
        "probability_left": belief.probability_left_evidence,
        "probability_left_searched": belief.probability_left,
        "left_unknown": belief.left_unknown,
        "rest_of_world": now,
        "half_pod": {"rest_of_world": half, "probability_left": _left(parts(halved))},
        "ways": [way.as_json() | {"half_by_hour": way.half_by_hour} for way in belief.ways],
        "scenarios": [s.as_json() | {"title": titles[s.scenario]} for s in belief.scenarios],
        "sensitivity": [row.as_json() for row in rows],
        "from_evidence": {
            "weight_before": sum(p.weight_before for p in inputs.parts if p.id in ids),
            "weight_after": float(sum(weight[i] for i in ids)),
            "judgements": [
                {"evidence": j.evidence, "likelihood": j.likelihood, "reason": j.reason} for j in state.judgements()
            ],
        },
        "boundaries": boundaries,
        "warning": "Rest of world that grew because searches failed measures effort; it is not evidence of leaving.",
    }, tuple(caveats)  # fmt: skip


def survival_data(state: CaseState, inputs: MapInputs, found: BeliefMap) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Alive by hours since last seen where a source has it, the likely state now, and what none of it justifies."""
    category = state.subject.category or POOLED
    ipp = state.area.ipp
    hours = None
    if ipp is not None and ipp.at is not None and state.as_of is not None:
        hours = max(0.0, (state.as_of - ipp.at).total_seconds() / 3600.0)
    points = survival.curve(category)
    now = None if hours is None else survival.survival(category, hours)
    caution = survival.what_it_does_not_justify()
    states: list[dict[str, float]] = []
    caveats = list(now.caveats) if now else []
    if now is None:
        caveats.append(survival.why_unknown(category, hours or 0.0))
    weights = dict(zip([p.id for p in inputs.parts], map(float, found.belief.weights), strict=True))
    for h in sorted({*HOURS, *([hours] if hours is not None else [])}):
        mixed = np.zeros(len(condition.STATES))
        for part in inputs.parts:
            of = condition.condition(part.category or POOLED, h, part.kind, ecoregion=inputs.ecoregion)
            mixed += weights[part.id] * np.array(of.probabilities())
            caveats += of.caveats if h == hours else ()
        shares = {str(state): float(p) for state, p in zip(condition.STATES, mixed, strict=True)}
        states.append({"hours": h, **shares})
    return {
        "category": category, "hours": hours,
        "curve": [point.as_json() for point in points],
        "now": None if now is None else now.as_json(),
        "why_unknown": None if now is not None else survival.why_unknown(category, hours or 0.0),
        "states": states,
        "responsive_after_searches": found.responsive,
        "caution": caution.as_json(),
    }, (*dict.fromkeys(caveats), caution.text)  # fmt: skip


def inquiries_data(state: CaseState, inputs: PlanInputs, found: BeliefMap) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Open questions, searches of segments and traps at boundaries, the one that would tell most first."""
    belief, parts = found.belief, inputs.map.parts
    asked: list[inquiry.Inquiry] = []
    for waiting in state.inquiries.waiting():
        if waiting.yes:
            yes = [waiting.yes.get(p.id, max(waiting.yes.values())) for p in parts]
            likelihood, place = tuple((y, 1.0 - y) for y in yes), None
        else:
            assert waiting.position is not None and waiting.radius_m is not None
            x, y_ = projection(inputs.map.crs).xy_m(waiting.position)
            near = belief.grid.distance_m(x, y_) <= waiting.radius_m
            likelihood, place = (), Raster(np.where(near, waiting.pod or 0.0, 0.0), belief.grid, "pod")
        asked.append(
            inquiry.Inquiry(id=waiting.id, title=waiting.title, kind=waiting.kind, likelihood=likelihood, yes_here=place,
                            minutes=waiting.minutes)
        )  # fmt: skip
    pod = 1.0 - float(np.exp(-STANDARD_COVERAGE))
    for segment in inputs.segments:
        mask = np.asarray(ring_mask(belief.grid, segment.ring).values, bool)
        asked.append(
            inquiry.Inquiry(id=segment.id, title=f"Search {segment.name} to coverage {STANDARD_COVERAGE:g}", kind="search",
                            yes_here=Raster(np.where(mask, pod, 0.0), belief.grid, "pod"))
        )  # fmt: skip
    for column, line in enumerate(inputs.map.lines):
        crossed = [_crossed(found, p.id, column) for p in parts]
        if max(crossed) > 0.0:
            yes = [TRAP_POD * share for share in crossed]
            asked.append(
                inquiry.Inquiry(id=line.id, title=f"Look for tracks along {line.name}", kind="trap",
                                likelihood=tuple((y, 1.0 - y) for y in yes))
            )  # fmt: skip
    effort_m2 = (
        sum(t.sweep_width_m * t.speed_mps * 3600.0 * t.searchers for t in inputs.teams if t.id in inputs.free)
        * inputs.hours
    )
    effort_m2 = effort_m2 or STANDARD_EFFORT_M2
    told = inquiry.ranked(belief, asked, effort_m2=effort_m2)
    return {
        "effort_m2": effort_m2,
        "ranked": [{**w.as_json(), "reason": _reason(w)} for w in told],
    }, (
        "Bits are expected, over what the answer may be; one answer can tell more or less.",
        f"A search is rated at coverage {STANDARD_COVERAGE:g}, a look for tracks as showing {percent(TRAP_POD, 0)} of crossings; "
        "both are this project's own choice.",
    )  # fmt: skip


def companions_data(
    inputs: MapInputs, found: BeliefMap, sources: Sources
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Where those missing with the subject are: with the subject, or apart by their own law of distance."""
    grid = found.belief.grid
    xy = projection(inputs.crs).xy_m(inputs.ipp)
    rows, caveats = [], []
    for other in inputs.companions:
        if other.position is not None:
            continue
        own = prior(other.category, inputs.ecoregion, inputs.relief, grid, xy, there=sources.places(inputs, grid))
        alone = found.belief.moved_on({i: (own.poa, own.rest_of_world) for i in range(len(found.belief.names))})
        joint = companions.joint(found.belief, alone, other.together)
        regions = joint.containment_thresholds((0.5, 0.95))
        rows.append(
            {
                "id": other.id, "together": other.together, "rest_of_world": joint.rest_of_world,
                "contours": contours(joint.poa, [(r.level, r.poa_at_least) for r in regions]),
            }
        )  # fmt: skip
        caveats += [f"{other.id}: {text}" for text in own.caveats]
    return rows, tuple(caveats)


def _crossed(found: BeliefMap, scenario: str, column: int) -> float:
    """Chance that the subject of a scenario has crossed a boundary by now."""
    counted = found.streams.get(scenario)
    if counted is None:
        return 0.0
    gone = np.isfinite(counted.stream.crossed_at_s[:, column])
    return float((1.0 - counted.share) * counted.weights[gone].sum() / counted.weights.sum())


def _left(parts: Sequence[departure.Part]) -> float:
    return departure.combined(parts).probability_left_evidence


def _reason(worth: inquiry.Worth) -> str:
    likely = max(worth.outcomes, key=lambda o: o.probability)
    said = f"Expected to tell {worth.bits:.2g} bits"
    if worth.bits_scenarios > 0.5 * worth.bits:
        said += ", most of it about the scenarios"
    said += f"; the likeliest answer is {likely.name} ({percent(likely.probability, 0)})"
    if worth.pos is not None:
        said += f", and a find has {percent(worth.pos)}"
    elif worth.pos_gain is not None and worth.pos_gain > 0.0005:
        said += f", and the teams' next outing would find with {percent(worth.pos_gain)} more"
    return said + "."


def _watched(name: str, qualities: list[float]) -> str:
    if not qualities:
        return f"{name}: not watched; a crossing would not have been noticed."
    return f"{name}: watched, a crossing is missed with chance {percent(1.0 - qualities[-1])} while the watch stands."
