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
from wayhome.case.fact import found
from wayhome.documents.page import Block, Paper, banner, box, boxes, heading, para, picture, signatures, table
from wayhome.documents.sheets import nothing
from wayhome.documents.wording import Wording, area, chance, hours

if TYPE_CHECKING:
    from wayhome.case.area import Shape
    from wayhome.case.assignment import Assignment


def assignment(w: Wording, for_id: str | None) -> Paper:
    """One team, one segment, once: task, hazards, orders in force, subject, map, and room for the debrief."""
    if for_id is None:
        return nothing("Assignment sheet", "No assignment has been drafted yet.")
    state = w.state
    held: Assignment = found(state.assignments.assignments, for_id, "assignment")
    team, segment = state.people.teams[held.team], state.area.segments[held.segment]
    period = state.assignments.periods.get(held.period or "")
    leader, crew = w.person(team.leader), [w.person(m) or m for m in team.members]
    due = (
        held.dispatched_at + timedelta(hours=held.hours_planned) if held.dispatched_at and held.hours_planned else None
    )
    blocks: list[Block] = [heading(f"Assignment {held.id}: {team.name}, {segment.name}", 1), *_standing(w, held)]
    blocks.append(boxes(
        box("1. Case", state.report.title, 6, large=True),
        box("2. Operational period", f"{period.op}: {w.when(period.starts_at)} to {w.when(period.ends_at)}" if period else None, 6, room_mm=7),
        box("3. Segment", [f"{segment.id} {segment.name}, {area(geodesic_area_m2(segment.ring))}", *([segment.remark] if segment.remark else []),
                           f"Middle: {w.position(_middle(segment))}"], 12),
        box("4. Team and leader", [f"{team.id} {team.name} ({team.kind})", f"Leader: {leader or '________________'}"], 6, large=True),
        box("5. Resources", [f"{team.searchers} searchers" + (f": {', '.join(crew)}" if crew else ""),
                             f"Skills: {', '.join(team.skills) or 'none recorded'}",
                             f"Planned sweep width {metres(team.sweep_width_m)}, speed {team.speed_mps * 3.6:.1f} km/h"], 6),
        box("6. Task", held.task or None, 12, room_mm=14),
        box("Planned on the ground", hours(held.hours_planned), 4, room_mm=6),
        box("Dispatched", w.when(held.dispatched_at), 4, room_mm=6),
        box("Due back", w.when(due), 4, room_mm=6),
        box("7a. Hazards and safety", held.hazards or None, 12, room_mm=12),
        box("7b. Orders in force: what binds this team", _orders(w), 12),
        box("7c. Leave given by this assignment", [p.replace("_", " ") for p in held.permits], 12),
        box("8. Communications", None, 12, room_mm=9),
        box("9. Prepared by", w.person(held.tasked_by), 6),
        box("Approved by (signature, time)", None, 6, room_mm=7),
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


def _standing(w: Wording, held: Assignment) -> list[Block]:
    if held.status == "cancelled":
        return [banner(f"CANCELLED: {held.cancelled}", stop=True)]
    if held.status == "draft":
        if against := w.state.decisions.contradictions(held.id, held.permits, held.task):
            return [banner(f"NOT TO GO OUT: this assignment contradicts order {against[0].id} in force "
                           f"({against[0].text}). Only {w.person(against[0].given_by)} can let it out.", stop=True)]  # fmt: skip
        return [banner("DRAFT: not dispatched.")]
    return []


def _orders(w: Wording) -> list[str]:
    return [w.order(o) for o in w.state.decisions.in_force()]


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
                box("Time out", None, 3, room_mm=8), box("Time in", None, 3, room_mm=8),
                box("Sweep width seen", None, 3, room_mm=8), box("Track length or file", tracks or None, 3, room_mm=8),
                box("Gaps: what was not searched, and why", None, 12, room_mm=16),
                box("Difficulty, hazards met, clues found and left", None, 12, room_mm=16),
            ),
            signatures("Team leader", "Debriefed by", "Date and time"),
        ]  # fmt: skip
    return [
        boxes(
            box("Debriefed", f"{w.when(told.at)} by {w.person(told.by)}", 6), box("Searchers", str(told.searchers), 6),
            box("Sweep width", metres(told.sweep_width_m) if told.sweep_width_m is not None else None, 4),
            box("Track", tracks or (metres(told.track_length_m) if told.track_length_m is not None else None), 4),
            box("POD as stated", chance(told.pod) or "computed from sweep width and track", 4),
            box("Gaps", told.gaps or None, 12), box("Difficulty", told.difficulty or None, 12), box("Remarks", told.remarks or None, 12),
        ),
        signatures("Team leader", "Debriefed by"),
    ]  # fmt: skip


def _middle(segment: Shape) -> Position:
    """The mean of a ring's corners, to name a segment's place on paper; longitudes taken across 180°."""
    first = segment.ring[0].lon_deg
    lat = sum(p.lat_deg for p in segment.ring) / len(segment.ring)
    lon = first + sum((p.lon_deg - first + 180.0) % 360.0 - 180.0 for p in segment.ring) / len(segment.ring)
    return Position(lat_deg=lat, lon_deg=(lon + 180.0) % 360.0 - 180.0)
