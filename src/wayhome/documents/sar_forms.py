"""Papers of a search: team assignment (SAR 104), clue report, and the briefing with photograph.

Knows what a team must carry and what a debriefer must ask. The debrief is left to write in until somebody debriefed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wayhome.base.projection import geodesic_area_m2
from wayhome.base.quantity import metres
from wayhome.case.fact import found
from wayhome.case.welfare import interval_s
from wayhome.documents.assignment_sheet import MOST_CORNERS
from wayhome.documents.ics import (
    Form,
    chosen_period,
    crew_of,
    earlier,
    hazard_lines,
    order_lines,
    standing,
    ticked,
    weather_lines,
)
from wayhome.documents.ics_plan import channel_rows
from wayhome.documents.page import (
    Block,
    Paper,
    band,
    banner,
    boxes,
    bullets,
    columns,
    facts,
    heading,
    image,
    page_break,
    para,
    picture,
    signatures,
    table,
)
from wayhome.documents.page import box as plain_box
from wayhome.documents.wording import Wording, area, chance, grid_references, hours

if TYPE_CHECKING:
    from wayhome.case.evidence import Clue
    from wayhome.case.outing import Assignment
    from wayhome.case.photograph import Photograph


def sar104(w: Wording, for_id: str | None) -> Paper:
    """A team's assignment: where and what, probability, hazards, radio, whom to look for, and the debrief to write in."""
    form, state = Form(w, "Team Assignment", "SAR 104"), w.state
    held: Assignment | None = found(state.assignments.assignments, for_id, "assignment") if for_id else None
    team = crew_of(w, held) if held else None
    segment = state.area.segments.get(held.segment) if held else None
    known: dict[str, Any] = next(
        (s for s in w.figures("segments").get("segments", []) if held and s["id"] == held.segment), {}
    )
    period = chosen_period(w, held.period if held else None)
    crew = [w.person(m) or m for m in team.members] if team else []
    told = [b for b in state.action_plan.briefings.values() if held and b.assignment == held.id]
    briefed = [f"{w.when(b.at)} by {w.person(b.briefed_by)}" for b in told]
    where = (
        [
            f"{segment.id} {segment.name}",
            area(geodesic_area_m2(segment.ring)),
            *([segment.remark] if segment.remark else []),
        ]
        if segment
        else None
    )
    planned = [f"Sweep width {metres(team.sweep_width_m)}, speed {team.speed_mps * 3.6:.1f} km/h"] if team else None
    s, ipp = state.subject, state.area.ipp
    blocks: list[Block] = [
        *standing(w, held),
        boxes(
            form.box("Incident", f"{state.report.title} (no. {state.case})" if state.report.title else None, 6, large=True),
            form.box("Operational period", form.period(period), 4), form.box("Assignment number", held.id if held else None, 2, large=True),
            form.box("Team", f"{held.team} {team.name} ({team.kind})" if held and team else None, 4, large=True),
            form.box("Leader", w.person(team.leader) if team else None, 4), form.box("Personnel", [f"{team.searchers}", *crew] if team else None, 4),
        ),
        boxes(form.box("Assignment", [t for t in (held.objective, held.task) if t] if held else None, 12, 18)),
        boxes(
            form.box("Segment", where, 4), form.box("Probability of area (POA)", chance(known.get("poa")), 3),
            form.box("POD so far, all searches", chance(known.get("pod_cumulative")) if known.get("searched_times") else None if not known else "not searched yet", 3),
            form.box("Time allocated", hours(held.hours_planned) if held else None, 2),
            form.box("Planned search", planned, 6), form.box("Sent out", w.when(held.dispatched_at) if held else None, 6),
            form.box("Earlier searches of the same ground", earlier(w, held.segment, held.id) or ["none"] if held else None, 12),
        ),
        boxes(form.box("Hazards, and what is done against them", [*hazard_lines(w, held), *weather_lines(w)] if held else None, 12, 14)),
        boxes(form.box("Orders in force: what binds this team", order_lines(w) or ["none"], 12)),
        form.grid("Communications", "Name/Function*5|Channel, frequency, telephone*8", channel_rows(w, held), 3),
        boxes(
            form.box("Check in every", f"{interval_s(state, held.team) / 60:g} min" if held else None, 3),
            form.box("Transport to and from", held.vehicle if held else None, 3), form.box("Equipment", held.equipment if held else None, 3),
            form.box("Report to", held.report_to if held else None, 3),
        ),
        band("Whom you look for"),
        boxes(
            form.box("Name", s.name, 4, large=True),
            form.box("Age, sex, category", ", ".join(t for t in (f"{s.age_years} years" if s.age_years is not None else "", s.sex or "", s.category or "") if t), 4),
            form.box("Medical: what a finder must know", s.medical, 4), form.box("Description, clothing, equipment", [t for t in (s.description, s.marks, s.clothing, s.equipment) if t], 6),
            form.box("Last seen or known", w.point(ipp), 6),
        ),
        boxes(form.box("Briefed (time, by whom)", briefed, 6), form.box("Tasked by", w.person(held.tasked_by) if held else None, 2), form.box("Approved by", w.person(held.approved_by) if held else None, 2), form.by_hand("Leader (signature)", 2)),
        *form.map("Map", f"Segment {segment.id} {segment.name}." if segment else "", 150),
    ]  # fmt: skip
    if segment is not None:
        corners: list[list[str | None]] = [
            [str(i), w.position(p)] for i, p in enumerate(segment.ring[:MOST_CORNERS], 1)
        ]
        blocks.append(form.grid("Corners of the segment", "No.*1|Degrees · UTM · MGRS*12", corners, 0))
        if len(segment.ring) > MOST_CORNERS:
            blocks.append(
                para(
                    f"{len(segment.ring) - MOST_CORNERS} further corners are left out; load the segment from its file.",
                    "small",
                )
            )
    blocks += [page_break(), band("Debrief"), *_debrief(form, held)]
    return form.paper(blocks, about=held.id if held else "(blank)")


def _debrief(form: Form, held: Assignment | None) -> list[Block]:
    w = form.w
    told = held.debrief if held else None
    if held is None or told is None:
        return [
            boxes(
                form.by_hand("Time out", 3), form.by_hand("Time in", 3), form.by_hand("Track length or file", 3), form.by_hand("Searchers", 3),
                form.by_hand("Sweep width, or distance at which things were seen", 6), form.by_hand("Spacing", 3), form.by_hand("Speed", 3),
                form.by_hand("POD: person who answers", 4), form.by_hand("POD: person who does not answer", 4), form.by_hand("POD: clue", 4),
                form.by_hand("Movements: what was covered, which way", 12, 22), form.by_hand("Gaps: what was not searched, and why", 12, 18),
                form.by_hand("Difficulty: ground, cover, weather, fatigue; hazards met", 12, 16),
                form.by_hand("Clues found and left, with place and time", 12, 16), form.by_hand("Not there, or missed? What should be done next?", 12, 16),
            ),
            signatures("Team leader", "Debriefed by", "Date and time"),
        ]  # fmt: skip
    return [
        boxes(
            form.box("Debriefed", f"{w.when(told.at)} by {w.person(told.by)}", 6), form.box("Searchers", str(told.searchers), 3),
            form.box("Sweep width", metres(told.sweep_width_m) if told.sweep_width_m is not None else None, 3),
            form.box("POD: person who answers", chance(told.pod_responsive), 4),
            form.box("POD: person who does not answer", chance(told.pod) or "from sweep width and track", 4), form.box("POD: clue", chance(told.pod_clue), 4),
            form.box("Movements", told.movements, 12), form.box("Gaps", told.gaps, 12),
            form.box("Difficulty", [t for t in (told.difficulty, ", ".join(told.difficulty_factors)) if t], 12),
            form.box("Likelihood of finding, as the team sees it", told.likelihood_of_finding, 6), form.box("Not there, or missed?", told.not_there_or_missed, 6),
            form.box("Recommendations", told.recommendations, 6), form.box("Remarks", told.remarks, 6),
        ),
        signatures("Team leader", "Debriefed by", "Date and time"),
    ]  # fmt: skip


# -- clue report ----------------------------------------------------------------------------------


def clue(w: Wording, for_id: str | None) -> Paper:
    """A clue: what, where, when, by whom; what to do with it; who held it; what it says about each story."""
    form, state = Form(w, "Clue Report", ""), w.state
    held: Clue | None = found(state.evidence.clues, for_id, "clue") if for_id else None
    judged = state.evidence.judgements.get(held.id) if held else None
    period = chosen_period(w, None)
    chain: list[list[str | None]] = (
        [[w.when(x.at), w.person(x.given_by), w.person(x.holder), x.note or None] for x in held.custody] if held else []
    )
    says: list[list[str | None]] = [[w.scenario(k), f"{v:g}"] for k, v in judged.likelihood.items()] if judged else []
    position = held.position if held else None
    blocks: list[Block] = (
        [banner(f"WITHDRAWN: {held.withdrawn}", stop=True)] if held and held.withdrawn is not None else []
    )
    blocks += [
        boxes(
            form.box("Incident Name", state.report.title or None, 6, large=True), form.box("Operational Period", form.period(period), 6),
            form.box("Clue Number", held.id if held else None, 2, large=True), form.box("Date/Time Located", w.when(held.found_at) if held else None, 5),
            form.box("Found by", w.person(held.finder) if held else None, 5),
            form.box("Description of Clue", [t for t in (held.name, held.description) if t] if held else None, 12, 20),
            form.box("Location Found", [t for t in ((held.place if held else ""), *([str(position), *grid_references(position), w.from_ipp(position)] if position else [])) if t], 12, 14),
        ),
        boxes(plain_box("Instruction to Team:", ticked(["collect", "mark", "leave", "disregard"], held.instruction if held else None), 7),
              plain_box("To Investigations:", "☐ urgent reply needed   ☐ information only", 5)),
        form.grid("Chain of custody", "When*4|From*4|To*4|Remark*5", chain, 4),
        form.grid("What it says about each story (how likely it is found, if that story is true)", "Scenario*8|>Likelihood*3", says, 3),
        boxes(form.box("Reason for that judgement", judged.reason if judged else None, 12)),
    ]  # fmt: skip
    photos = state.photographs.standing(held.id) if held else ()
    for photo in photos[:MOST_PHOTOGRAPHS]:
        blocks.append(image(photo.id, 80, _photo_words(w, photo)))
    if len(photos) > MOST_PHOTOGRAPHS:
        blocks.append(para(f"{len(photos) - MOST_PHOTOGRAPHS} further photographs are in the record.", "small"))
    if not photos:
        form.blank.append("Photograph")
    blocks.append(form.signed("Prepared by"))
    return form.paper(blocks, about=held.id if held else "(blank)")


MOST_PHOTOGRAPHS = 4


def _photo_words(w: Wording, photo: Photograph) -> str:
    """A photograph in words: the camera's own place and clock, and apart from them the marker."""
    camera, marker = photo.camera, photo.marker_position
    placed = "by hand" if photo.placed_by_hand else "from the camera"
    told = [
        f"{photo.id} {photo.caption}".strip(),
        f"Camera: {w.position(camera.position) or 'wrote no place'}; its clock {camera.clock or 'wrote no time'} {camera.offset}".strip(),
        f"Marker: {w.position(marker)}, placed {placed}" if marker else "No marker",
        f"SHA-256 {photo.blob}",
    ]
    return ". ".join(told)


# -- briefing -------------------------------------------------------------------------------------


def briefing(w: Wording, for_id: str | None) -> Paper:
    """What everybody who goes out must know: the person with photograph, where last seen, map, hazards, radio, orders."""
    state = w.state
    s, ipp, plan = state.subject, state.area.ipp, state.action_plan
    rows = facts([
        ("Name", s.name), ("Age", None if s.age_years is None else f"{s.age_years} years"), ("Sex", s.sex), ("Category", s.category),
        ("Description", s.description), ("Marks", s.marks), ("Clothing", s.clothing), ("Equipment", s.equipment),
        ("Medical", s.medical), ("Meant to go to", s.intended_destination),
    ], 30)  # fmt: skip
    blocks: list[Block] = [heading(f"Briefing: {w.subject()}", 1)]
    if state.decisions.find is not None:
        blocks.append(banner("The subject has been found; this briefing is for the record.", stop=True))
    chosen = state.photographs.chosen()
    portrait = image(
        chosen.id if chosen else "none", 75, chosen.caption if chosen else "No photograph is in the record."
    )
    blocks += [columns([rows], [portrait], (3, 2)), heading("Last seen or known to be")]
    blocks.append(para("No point is marked yet.") if ipp is None else facts([
        ("Initial planning point", w.point(ipp)), ("Point last seen", w.point(state.area.latest("pls"))), ("Last known position", w.point(state.area.latest("lkp"))),
    ], 40))  # fmt: skip
    if state.report.circumstances:
        blocks.append(para(state.report.circumstances))
    blocks += [heading("What binds everybody: orders in force"), _list(order_lines(w), "None.")]
    clues = [
        f"{c.id} {c.name}" + (f", {c.place}" if c.place else "") + f" ({c.instruction})"
        for c in state.evidence.clues.values()
        if c.withdrawn is None
    ]
    blocks += [heading("Clues so far: look for more like these"), _list(clues, "No clue yet.")]
    safety = [plan.safety.message] if plan.safety else []
    blocks += [
        heading("Safety"),
        _list(
            [*safety, *hazard_lines(w), *weather_lines(w)], "No safety message, hazard or forecast is in the record."
        ),
    ]
    help_ = [
        f"{m.kind.replace('_', ' ')}: {m.name}, {m.place or 'place not recorded'}, {m.contact or 'contact not recorded'}"
        for m in plan.medical.values()
    ]
    if plan.safety and plan.safety.emergency_procedures:
        help_.insert(0, plan.safety.emergency_procedures)
    blocks += [heading("If somebody is hurt"), _list(help_, "No medical plan is in the record.")]
    blocks += [
        heading("Radio"),
        table("Name and function*5|Channel*8", channel_rows(w), "No channel is in the record."),
    ]
    if w.given.map_png is not None:
        blocks.append(picture(f"Where the subject may be. {w.given.map_caption}".strip(), 120))
    else:
        blocks.append(para(w.missing("poa", "map"), "small"))
    return Paper(title=f"Briefing {w.subject()}", blocks=tuple(blocks))


def _list(lines: list[str], empty: str) -> Block:
    return bullets(lines) if lines else para(empty)
