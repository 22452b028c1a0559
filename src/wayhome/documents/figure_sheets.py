"""Sheets drawn from computed products: the map sheet and the plan.

Knows how figures are shown beside their caveats. Refuses to compute any; what is missing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wayhome.documents.page import (
    Block,
    Paper,
    banner,
    bar,
    bullets,
    facts,
    heading,
    pairs,
    para,
    picture,
    signatures,
    table,
)
from wayhome.documents.sheets import scenario_table
from wayhome.documents.wording import Wording, area, chance, hours

if TYPE_CHECKING:
    from collections.abc import Sequence

# the signs that the printed map uses (app.pictures.map_png)
MAP_SIGNS = (
    "Colour: probability per area, from dark violet (least shown) to pale yellow (most); no colour: next to none.",
    "Blue lines: the smallest area that holds half of all probability (thick) and 95 % of it (thin); a line is missing "
    "where too much lies outside the map.",
    "Red cross: initial planning point. Black outlines: segments. Dark red lines: boundaries. Thin grey lines: trails, "
    "roads, water. Up is grid north.",
)


def poa(w: Wording, for_id: str | None) -> Paper:
    """The map sheet: picture, signs, where probability lies, scenarios, searches so far."""
    data, segments = w.figures("poa"), w.figures("segments")
    blocks: list[Block] = [heading("Probability map", 1)]
    if not data:
        blocks.append(banner(w.missing("poa", "probability map")))
    if w.given.map_png is not None:
        blocks.append(picture(w.given.map_caption or "Probability map.", 150))
        blocks += [para(sign, "small") for sign in MAP_SIGNS]
    if data:
        outside = float(data["rest_of_world"])
        blocks += [
            heading("Where the subject may be"),
            bar([(f"on this map {chance(1.0 - outside)}", 1.0 - outside), (f"outside this map (rest of world) {chance(outside)}", outside)]),
        ]  # fmt: skip
        if data.get("regions"):
            blocks.append(table("Holds|Area*3|Remark*8", [_region(r) for r in data["regions"]], ""))
        rows: list[list[str | None]] = [
            [s["title"], chance(s["weight_before"]), chance(s["weight"]), chance(s["rest_of_world"])]
            for s in data.get("scenarios", [])
        ]
        blocks += [
            heading("Scenarios"),
            table("Scenario*6|>Weight before*3|>Weight now*3|>Of it outside the map*4", rows, "Only \"lost\" is planned for: no scenarios are set."),
            heading("Searches so far"), _searches(w, data),
        ]  # fmt: skip
    else:
        blocks += [heading("Scenarios"), scenario_table(w)]
    if segments:
        blocks += [heading("Segments"), _segments(segments)]
    blocks += _caveats(w.caveats("poa"), w.caveats("segments"))
    return Paper(title="Probability map", blocks=tuple(blocks))


def plan(w: Wording, for_id: str | None) -> Paper:
    """The next assignments: which team where, why, and how much better it could be."""
    data = w.figures("plan")
    blocks: list[Block] = [heading("Next assignments", 1)]
    if not data:
        blocks.append(banner(w.missing("plan", "plan")))
    else:
        choices: list[dict[str, Any]] = list(data.get("choices", []))
        rows: list[list[str | None]] = [
            [c["team_name"], _place(c), hours(c["hours"]), hours(c["travel_minutes"] / 60.0), f"{c['coverage']:.2f}",
             chance(c["pod"]), chance(c["poa"]), chance(c["pos"]), f"{c['psr_per_h'] * 100:.2f} %"]
            for c in choices
        ]  # fmt: skip
        columns = "Team*4|Segment*4|>Search*3|>Way there*3|>Coverage*3|>POD*2|>POA*2|>POS*2|>POS per h*3"
        blocks.append(table(columns, rows, "No team and segment to match."))
        if choices:
            blocks += [heading("Why"), bullets([f"{c['team_name']}: {c['reason']}" for c in choices])]
        runner = data.get("runner_up")
        blocks += [
            heading("How good is this plan"),
            facts([
                ("Chance to find (POS)", chance(data.get("pos_total"))),
                ("If one scenario alone is true", [f"{s['title']}: {chance(s['pos'])}" for s in data.get("by_scenario", []) if len(data["by_scenario"]) > 1]),
                ("No plan can exceed", chance(data.get("upper_bound"))),
                ("Next best plan", f"{chance(runner['pos_total'])}: {runner['change']}" if runner else None),
                ("Teams left unused", [f"{u['name']}: {u['why']}" for u in data.get("unused", [])]),
                ("Outside the map", chance(data.get("rest_of_world"))),
            ]),
        ]  # fmt: skip
        blocks += _caveats(w.caveats("plan"))
    blocks.append(heading("What binds every team: orders in force"))
    orders = [w.order(o) for o in w.state.decisions.in_force()]
    blocks.append(bullets(orders) if orders else para("None."))
    if w.given.map_png is not None:
        blocks.append(picture(w.given.map_caption or "Probability map.", 95))
    blocks.append(signatures("Plan approved by", "Date and time"))
    return Paper(title="Next assignments", blocks=tuple(blocks))


def _place(choice: dict[str, Any]) -> str:
    """Where a team goes, and in which period where that is not the next."""
    place = f"{choice['segment']} {choice['segment_name']}" if choice["segment"] else f"watch {choice['boundary_name']}"
    return f"{place} (period {choice['op']})" if choice["op"] > 1 else place


def wrong(w: Wording, for_id: str | None) -> Paper:
    """What the plan costs if the map is wrong: one bar for each truth, of what it finds and what was possible."""
    data = w.figures("wrong")
    blocks: list[Block] = [heading("Being wrong", 1)]
    if not data:
        blocks.append(banner(w.missing("wrong", "comparison")))
        return Paper(title="Being wrong", blocks=tuple(blocks))
    rows: list[list[str | None]] = [
        [t["name"], chance(t["had"]), chance(t["best"]), chance(t["regret"])] for t in data["truths"]
    ]
    most = max([t["best"] for t in data["truths"]] + [1e-9])
    blocks += [
        para(data["sentence"]),
        table("If this is true*6|>This plan finds*3|>The best plan would*3|>Lost*2", rows, ""),
        heading("Filled: what this plan finds. Outline: what the best plan for that truth would find"),
        pairs([(t["name"], t["had"] / most, t["best"] / most) for t in data["truths"]]),
    ]
    return Paper(title="Being wrong", blocks=(*blocks, *_caveats(w.caveats("wrong"))))


def _region(region: dict[str, Any]) -> list[str | None]:
    held = chance(region["level"])
    if not region.get("inside_map", True):
        return [held, "–", "not on this map: too much lies outside it"]
    return [
        held,
        area(region["area_m2"]),
        f"the smallest area that holds {held} of all probability, rest of world counted",
    ]


def _searches(w: Wording, data: dict[str, Any]) -> Block:
    rows: list[list[str | None]] = []
    for s in data.get("searches", []):
        held = w.state.assignments.assignments.get(s["assignment"])
        where = w.state.area.segments[held.segment].name if held else None
        coverage = s.get("coverage_mean")
        rows.append([
            s["assignment"], where, "–" if coverage is None else f"{coverage:.2f}", chance(s.get("pod_mean")),
            chance(s.get("opos")), chance(s.get("rest_of_world_after")),
        ])  # fmt: skip
    columns = "No.|Segment*5|>Coverage*3|>POD, mean*3|>POS*2|>Outside the map afterwards*5"
    return table(columns, rows, "No search has been debriefed.")


def _segments(data: dict[str, Any]) -> Block:
    rows: list[list[str | None]] = [
        [
            f"{s['id']} {s['name']}",
            area(s["area_m2"]),
            chance(s["poa"]),
            chance(s["poa_per_km2"]),
            chance(s["pod_cumulative"]) if s["searched_times"] else "–",
            str(s["searched_times"]),
        ]
        for s in sorted(data.get("segments", []), key=lambda s: -s["poa_per_km2"])
    ]
    return table("Segment*5|>Area*3|>POA*2|>POA per km²*3|>POD so far*3|>Searched*2", rows, "No segments are drawn.")


def _caveats(*told: list[str]) -> Sequence[Block]:
    lines = list(dict.fromkeys(c for caveats in told for c in caveats))
    return [heading("What these figures rest on"), bullets(lines)] if lines else []
