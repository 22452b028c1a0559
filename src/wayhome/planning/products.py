"""Every product of a case by name: what it computes, its caveats, and where it came from.

A product is never edited; it is computed again when its inputs' key changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wayhome.base.errors import NotFound
from wayhome.base.projection import geodesic_area_m2, projection
from wayhome.base.quantity import percent
from wayhome.base.raster import Raster
from wayhome.base.record import Record
from wayhome.planning.belief_map import BeliefMap, Outcome
from wayhome.planning.inputs import MapInputs, PlanInputs
from wayhome.planning.seen import ring_mask
from wayhome.science import outing
from wayhome.science.terrain import contour_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wayhome.base.place import Position
    from wayhome.base.raster import Grid
    from wayhome.science.recorded import Kind

MISSED_TOLD = 10  # gaps of a search, the largest first
KINDS: tuple[Kind, ...] = ("walking", "vehicle", "still", "gap")
LEVELS = (0.25, 0.5, 0.75, 0.95)
DECISION_AID = "Decision aid: people decide. Every figure rests on the assumptions stated with it."
PAIRS_TOLD = 3  # of segments that overlap, in the caveat


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
    "wrong": Made(name="wrong", title="Being wrong", summary="What the plan costs if the map is wrong."),
    "reflex": Made(
        name="reflex", title="Reflex tasks", summary="Hub, spokes and exits: what is searched before any plan."
    ),
    "after_action": Made(
        name="after_action",
        title="After-action",
        summary="The map rated against the find, at every decision before it.",
    ),
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
        "sweep_width_factor": found.width,
        "hours": None if inputs.now_s is None else inputs.now_s / 3600.0,
        "moving": [p.id for p in inputs.parts if p.moves],
        "contours": contours(belief.poa, [(r.level, r.poa_at_least) for r in regions]),
        "regions": [{"level": r.level, "poa": r.poa, "area_m2": r.area_m2, "inside_map": r.poa_at_least is not None} for r in regions],
    }  # fmt: skip


def segments_data(inputs: PlanInputs, found: BeliefMap) -> tuple[dict[str, Any], tuple[str, ...]]:
    """POA of every live segment, its density, and the outings that went over its ground, whatever it was called then.

    The POA of all segments less `overlap`, with `unsegmented` and `rest_of_world`, is 1.
    """
    belief, grid = found.belief, found.belief.grid
    poa, before = np.asarray(belief.poa.values, float), np.asarray(found.prior.poa.values, float)
    surviving = 1.0 - found.pos_cumulative
    searched = [(o.search.assignment, segment_cells(grid, o.search.ring)) for o in found.outcomes]
    first = np.full(grid.shape, -1)  # the first segment of the list that holds a cell
    rows, overlap, pairs = [], 0.0, []
    for number, segment in enumerate(inputs.segments):
        cells = segment_cells(grid, segment.ring)
        shared = cells & (first >= 0)
        overlap += float(np.sum(poa, where=shared))
        pairs += [f"{segment.name} with {inputs.segments[i].name}" for i in np.unique(first[shared])]
        first[cells & ~shared] = number
        now, then = float(np.sum(poa, where=cells)), float(np.sum(before, where=cells))
        area_m2 = geodesic_area_m2(segment.ring)
        shares = [(assignment, float((cells & there).sum() / cells.sum())) for assignment, there in searched]
        outings = [{"assignment": a, "share": share} for a, share in shares if share > 0.0]
        missed_clue = [
            1.0 - share * (o.search.pod_clue or 0.0) for o, (_, share) in zip(found.outcomes, shares, strict=True)
        ]
        rows.append(
            {
                "id": segment.id, "name": segment.name, "area_m2": area_m2, "poa": now, "poa_per_km2": now / area_m2 * 1e6,
                "pod_cumulative": max(0.0, 1.0 - surviving * now / then) if then > 0 else 0.0,
                "searched_times": len(outings), "outings": outings, "pod_clue": 1.0 - float(np.prod(missed_clue)),
            }
        )  # fmt: skip
    caveats = []
    if pairs:
        more = f" and {len(pairs) - PAIRS_TOLD} more" if len(pairs) > PAIRS_TOLD else ""
        caveats.append(
            f"Segments overlap ({', '.join(pairs[:PAIRS_TOLD])}{more}): what they share counts in each, so that their POA "
            f"added up is {percent(overlap)} too much."
        )
    outside = float(np.sum(poa, where=first < 0))
    return {
        "segments": rows, "rest_of_world": belief.rest_of_world, "unsegmented": outside, "overlap": overlap,
    }, tuple(caveats)  # fmt: skip


def segment_cells(grid: Grid, ring: tuple[Position, ...]) -> NDArray[np.bool_]:
    """`[H, W]` cells of a segment's ring: those that an outing there is counted in."""
    return np.asarray(ring_mask(grid, ring).values, bool)


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
    """What a search did in its segment, as planned and as done, and the ground that it missed."""
    searched, row = outcome.searched, dict[str, Any]()
    if outcome.coverage is None:
        row["pod_mean"] = float(np.asarray(outcome.pod.values)[np.asarray(outcome.mask.values, bool)].mean())
    else:
        got = outcome.coverage.achieved
        row |= {
            "coverage_mean": got.coverage_mean, "pod_mean": got.pod_mean, "pod_if_uniform": got.pod_if_uniform,
            "track_length_m": got.track_length_m, "area_m2": got.area_m2,
        }  # fmt: skip
    if searched.achieved is not None and outcome.search.planned is not None:
        meant = outing.planned(**outcome.search.planned.__dict__, area_m2=geodesic_area_m2(outcome.search.ring))
        row["planned"] = outing.compared(meant, searched.achieved).as_json()
    if searched.walked is not None:
        row["recorded"] = {
            kind: {
                "length_m": sum(r.length_m(kind) for r in searched.walked.recorded),
                "hours": sum(r.lasted_s(kind) for r in searched.walked.recorded) / 3600.0,
                "pieces": sum(p.kind == kind for r in searched.walked.recorded for p in r.pieces),
            }
            for kind in KINDS
        }
    if searched.missed is not None:
        place = projection(outcome.pod.grid.crs).position
        row["missed_share"] = searched.missed.share
        row["missed"] = [
            {"position": place(g.x_m, g.y_m).as_json(), "area_m2": g.area_m2, "pod_mean": g.pod_mean}
            for g in searched.missed.gaps[:MISSED_TOLD]
        ]
    return row


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
