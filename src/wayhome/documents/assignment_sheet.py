"""The assignment sheet that a team takes along: boxes in the order of the ICS 204 form.

Box numbers follow ICS 204, "Assignment List" (FEMA, ICS Forms Booklet FEMA 502-2), whose branch and
division are the segment here. What nobody recorded is left blank to be written in by hand.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from wayhome.base.place import Position
from wayhome.base.projection import geodesic_area_m2
from wayhome.base.quantity import metres
from wayhome.case.assignment import needs_approval
from wayhome.case.fact import found
from wayhome.case.order import against
from wayhome.case.outing import earlier_on
from wayhome.documents.page import Block, Paper, banner, box, boxes, heading, para, picture, signatures, table
from wayhome.documents.sheets import nothing
from wayhome.documents.wording import Wording, area, chance, hours

if TYPE_CHECKING:
    from wayhome.case.area import Shape
    from wayhome.case.outing import Assignment, Crew, Debrief
    from wayhome.case.people import Team


def assignment(w: Wording, for_id: str | None) -> Paper:
    """One team, one segment, once: task, hazards, orders in force, subject, map, and room for the debrief."""
    if for_id is None:
        return nothing("Assignment sheet", "No assignment has been drafted yet.")
    state = w.state
    held: Assignment = found(state.assignments.assignments, for_id, "assignment")
    team, segment = _team(w, held), state.area.segments[held.segment]
    period = state.assignments.periods.get(held.period or "")
    leader, crew = w.person(team.leader), [w.person(m) or m for m in team.members]
    due = (
        held.dispatched_at + timedelta(hours=held.hours_planned) if held.dispatched_at and held.hours_planned else None
    )
    approved = f"{w.person(held.approved_by)}, {w.when(held.approved_at)}" if held.approved_by else None
    blocks: list[Block] = [heading(f"Assignment {held.id}: {team.name}, {segment.name}", 1), *_standing(w, held)]
    blocks.append(boxes(
        box("1. Case", state.report.title, 6, large=True),
        box("2. Operational period", f"{period.op}: {w.when(period.starts_at)} to {w.when(period.ends_at)}" if period else None, 6, room_mm=7),
        box("3. Segment", [f"{segment.id} {segment.name}, {area(geodesic_area_m2(segment.ring))}", *([segment.remark] if segment.remark else []),
                           f"Middle: {w.position(_middle(segment))}"], 12),
        box("4. Team and leader", [f"{held.team} {team.name} ({team.kind})", f"Leader: {leader or '________________'}"], 6, large=True),
        box("5. Resources", [f"{team.searchers} {'searcher' if team.searchers == 1 else 'searchers'}" + (f": {', '.join(crew)}" if crew else ""),
                             f"Skills: {', '.join(state.people.teams[held.team].skills) or 'none recorded'}",
                             f"Planned sweep width {metres(team.sweep_width_m)}, speed {team.speed_mps * 3.6:.1f} km/h"], 6),
        box("6. Task", [t for t in (held.task, f"Objective: {held.objective}" if held.objective else "") if t] or None, 12, room_mm=14),
        box("Report to, and start", "; ".join(t for t in (held.report_to, w.when(held.start_at)) if t) or None, 4, room_mm=7),
        box("Vehicle", held.vehicle or None, 4, room_mm=7),
        box("Equipment", held.equipment or None, 4, room_mm=7),
        box("Planned on the ground", hours(held.hours_planned), 4, room_mm=6),
        box("Sent out", w.when(held.dispatched_at), 4, room_mm=6),
        box("Due back", w.when(due), 4, room_mm=6),
        box("7a. Hazards and safety", held.hazards or None, 6, room_mm=12),
        box("What is done against them", held.mitigations or None, 6, room_mm=12),
        box("7b. Orders in force: what binds this team", _orders(w), 12),
        box("7c. Leave given by this assignment", [p.replace("_", " ") for p in held.permits], 12),
        box("8. Communications", _communications(w, held), 12, room_mm=9),
        box("Earlier searches of the same ground", _earlier(w, held), 12),
        box("9. Prepared by", w.person(held.tasked_by), 6),
        box("Approved by (signature, time)", approved, 6, room_mm=7),
    ))  # fmt: skip
    blocks += [heading("Whom you look for"), *_subject(w), heading("Map")]
    if w.given.map_png is not None:
        blocks.append(picture(f"Segment {segment.id} {segment.name}. {w.given.map_caption}".strip(), 120))
    else:
        blocks.append(para(w.missing("poa", "map")))
    corners: list[list[str | None]] = [
        [str(i), w.position(p)] for i, p in enumerate(segment.ring[:MOST_CORNERS], start=1)
    ]
    blocks.append(table("Corner|Position*8", corners, ""))
    if len(segment.ring) > MOST_CORNERS:
        blocks.append(
            para(
                f"{len(segment.ring) - MOST_CORNERS} further corners are left out here; load the segment from its file.",
                "small",
            )
        )
    blocks += [heading("Debrief"), *_debrief(w, held)]
    return Paper(title=f"Assignment sheet {held.id}", blocks=tuple(blocks))


MOST_CORNERS = 24  # a sheet for the field stays short; imported outlines have hundreds


def _team(w: Wording, held: Assignment) -> Crew | Team:
    """The team as it went out; as it is now while it has not."""
    return held.crew or w.state.people.teams[held.team]


def _standing(w: Wording, held: Assignment) -> list[Block]:
    if held.status == "cancelled":
        return [banner(f"CANCELLED: {held.cancelled}", stop=True)]
    if held.status == "back":
        return [banner(f"BACK {w.when(held.back_at)}: not debriefed yet.")]
    let_out = [banner(line) for line in w.waivers(held.id)]
    if not held.is_prepared:
        return [*let_out, *(banner(why) for why in held.warnings)]
    if forbidden := against(w.state, held):
        return [banner(f"NOT TO GO OUT: this assignment contradicts order {forbidden[0].id} in force "
                       f"({forbidden[0].text}). Only {w.person(forbidden[0].given_by)} can let it out.", stop=True)]  # fmt: skip
    if held.status == "approved":
        return [*let_out, banner("APPROVED: not sent out yet.")]
    needed = " It must be approved by a second person." if needs_approval(w.state) and not held.approved_by else ""
    return [*let_out, banner(f"DRAFT: not sent out.{needed}")]


def _orders(w: Wording) -> list[str]:
    lines = []
    for o in w.state.decisions.in_force():
        lines.append(w.order(o))
    return lines


def _communications(w: Wording, held: Assignment) -> list[str] | None:
    """How the team is reached, and what its channel is on the radio."""
    plan = w.state.action_plan.channels.values()
    named = [c for c in plan if held.channel and held.channel.lower() in (c.id.lower(), c.name.lower())]
    tuned = [
        f"{c.name}: {', '.join(t for t in (c.frequency, c.function) if t)}" for c in named if c.frequency or c.function
    ]
    told = held.communications
    return [told[:1].upper() + told[1:], *tuned] if told else None


def _earlier(w: Wording, held: Assignment) -> list[str]:
    """Completed searches here before this one: who, when, how well as stated, what was left out."""
    done = [a for a in earlier_on(w.state, held.segment) if a.id != held.id]
    if held.debrief is not None:
        done = [a for a in done if a.debrief and a.debrief.at <= held.debrief.at]
    return [_said(w, a, held.segment) for a in done] or ["No search of it is on record."]


def _said(w: Wording, a: Assignment, segment: str) -> str:
    told = a.debrief
    assert told is not None, "only completed outings are told of"
    where = "" if a.segment == segment else f", in {a.segment} {w.state.area.segments[a.segment].name} as it was"
    gaps = f" Gaps: {told.gaps}" if told.gaps else ""
    return f"{a.id} {_team(w, a).name}{where}, {w.when(told.at)}: {_claim(told)}.{gaps}"


def _subject(w: Wording) -> list[Block]:
    s, ipp = w.state.subject, w.state.area.ipp
    told = [f"{s.age_years} years" if s.age_years is not None else "", s.sex or "", s.category or ""]
    clues = [c for c in w.state.evidence.clues.values() if c.withdrawn is None]
    return [
        boxes(
            box("Name", s.name, 6, large=True),
            box("Age, sex, category", ", ".join(t for t in told if t) or None, 6),
            box("Description and marks", [t for t in (s.description, s.marks) if t] or None, 6),
            box("Clothing and equipment", [t for t in (s.clothing, s.equipment) if t] or None, 6),
            box("Medical: what a finder must know", s.medical, 12),
            box("Initial planning point", w.point(ipp), 12),
            box("Clues so far", [f"{c.id} {c.name}" + (f" ({c.place})" if c.place else "") for c in clues], 12),
        )
    ]


def _debrief(w: Wording, held: Assignment) -> list[Block]:
    told = held.debrief
    tracks = ", ".join(f"{t.track_name or t.file_name} ({metres(t.track_length_m)})" for t in held.tracks)
    if told is None:
        return [
            boxes(
                box("Time out", w.when(held.dispatched_at), 3, room_mm=8), box("Time in", w.when(held.back_at), 3, room_mm=8),
                box("Sweep width seen", None, 3, room_mm=8), box("Track length or file", tracks or None, 3, room_mm=8),
                box("Movements: where you went, in which order", None, 12, room_mm=14),
                box("Gaps: what was not searched, and why", None, 12, room_mm=14),
                box("Difficulty, hazards met, clues found and left", None, 12, room_mm=14),
                box("How likely you would have found them, had they been there", None, 6, room_mm=12),
                box("Not there, or missed?", None, 6, room_mm=12),
                box("Recommendations", None, 12, room_mm=12),
            ),
            signatures("Team leader", "Debriefed by", "Date and time"),
        ]  # fmt: skip
    pods = [
        f"{who} {chance(pod)}"
        for who, pod in (
            ("does not answer", told.pod),
            ("answers", told.pod_responsive),
            ("a clue", told.pod_clue),
        )
        if pod is not None
    ]
    factors = [*told.difficulty_factors, *([told.difficulty] if told.difficulty else [])]
    corrected = [
        f"Corrected {w.when(a.at)} by {w.person(a.by)}: {a.reason} (before: {_claim(a.before)})"
        for a in held.amendments
    ]
    return [
        boxes(
            box("Debriefed", f"{w.when(told.at)} by {w.person(told.by)}", 6), box("Searchers", str(told.searchers), 6),
            box("Sweep width", metres(told.sweep_width_m) if told.sweep_width_m is not None else None, 4),
            box("Track", tracks or (metres(told.track_length_m) if told.track_length_m is not None else None), 4),
            box("POD as stated", pods or "computed from sweep width and track", 4),
            box("Movements", told.movements or None, 12),
            box("Gaps", told.gaps or None, 12), box("Difficulty", factors or None, 12),
            box("Likelihood of finding", told.likelihood_of_finding or None, 6),
            box("Not there, or missed?", told.not_there_or_missed or None, 6),
            box("Recommendations", told.recommendations or None, 12),
            box("Photographs", ", ".join(told.images) or None, 12), box("Remarks", told.remarks or None, 12),
        ),
        *[para(line, "small") for line in corrected],
        signatures("Team leader", "Debriefed by"),
    ]  # fmt: skip


def _claim(told: Debrief) -> str:
    """What a debrief said of detection."""
    if told.pod is not None:
        return f"POD {chance(told.pod)}"
    length = f", track {metres(told.track_length_m)}" if told.track_length_m is not None else ""
    return f"sweep width {metres(told.sweep_width_m or 0.0)}{length}"


def _middle(segment: Shape) -> Position:
    """The mean of a ring's corners, to name a segment's place on paper; longitudes taken across 180°."""
    first = segment.ring[0].lon_deg
    lat = sum(p.lat_deg for p in segment.ring) / len(segment.ring)
    lon = first + sum((p.lon_deg - first + 180.0) % 360.0 - 180.0 for p in segment.ring) / len(segment.ring)
    return Position(lat_deg=lat, lon_deg=(lon + 180.0) % 360.0 - 180.0)
