"""Forms that tell how an incident stands: incident briefing (201) and incident status summary (209).

Block numbers and titles of FEMA 502-2. What only a person can judge (complexity, costs, threats to come) stays blank.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from wayhome.base.projection import geodesic_area_m2
from wayhome.documents.ics import (
    Form,
    chosen_period,
    hazard_lines,
    holders,
    in_period,
    order_lines,
    subject_line,
    team_words,
    ticked,
    weather_lines,
)
from wayhome.documents.page import Block, Paper, band, box, boxes
from wayhome.documents.wording import Wording, area, chance, grid_references

if TYPE_CHECKING:
    from wayhome.case.outing import OperationalPeriod


def ics201(w: Wording, for_id: str | None) -> Paper:
    """The incident briefing: map sketch, situation, objectives, actions, organisation, resources."""
    form, state = Form(w, "Incident Briefing", "ICS 201"), w.state
    period = chosen_period(w, for_id)
    objectives = list(period.objectives) if period else []
    rows: list[list[str | None]] = [[w.when(at) or "planned", told] for at, told in actions(w)]
    held = [[position, ", ".join(who)] for position in _STAFF if (who := holders(w, position))]
    teams: list[list[str | None]] = []
    for t in state.people.teams.values():
        tasks = [a for a in state.assignments.assignments.values() if a.team == t.id and (a.is_prepared or a.is_out)]
        notes = [t.status, *(f"{a.id} {state.area.segments[a.segment].name}" for a in tasks)]
        teams.append(
            [
                t.kind,
                f"{t.id} {t.name}, {t.searchers} searchers",
                None,
                None,
                "☒" if t.status != "off" else None,
                "; ".join(notes),
            ]
        )
    blocks = [
        form.incident(form.box("3. Date/Time Initiated", w.when(state.report.reported_at), 4), span=5),
        *form.map("4. Map/Sketch", "North is up.", 105),
        boxes(form.box("5. Situation Summary and Health and Safety Briefing", situation(w), 12, 50)),
        boxes(form.box("7. Current and Planned Objectives", objectives, 12, 24)),
        form.grid("8. Current and Planned Actions, Strategies, and Tactics", "Time*3|Actions*11", rows, len(rows) + 3),
        form.grid("9. Current Organization", "Position*4|Name*9", [[p, n] for p, n in held], len(held) + 2),
        form.grid("10. Resource Summary", "Resource*3|Resource Identifier*5|Date/Time Ordered*3|ETA*2|Arrived*2|Notes (location/assignment/status)*6",
                  teams, len(teams) + 3),
        form.signed("6. Prepared by"),
    ]  # fmt: skip
    return form.paper(blocks)


_STAFF = ("Incident Commander(s)", "Safety Officer", "Public Information Officer", "Liaison Officer", "Planning Section Chief",
          "Operations Section Chief", "Finance/Administration Section Chief", "Logistics Section Chief")  # fmt: skip


def situation(w: Wording) -> list[str]:
    """The case in a few lines: who, since when, where last seen, risk, searches, hazards, orders in force."""
    state = w.state
    told, risk, ipp, find = state.report, state.subject.risk, state.area.ipp, state.decisions.find
    out = [f"Missing: {subject_line(w)}."] if state.subject.name or state.subject.category else []
    if told.circumstances:
        out.append(f"Circumstances: {told.circumstances}")
    if ipp is not None:
        out.append(f"Initial planning point: {w.point(ipp)}".replace("\n", "; "))
    if risk is not None:
        signs = f"; signs: {', '.join(risk.signs)}" if risk.signs else ""
        out.append(f"Risk: {risk.level.replace('_', ' ')}{signs}")
    if state.subject.medical:
        out.append(f"Medical: {state.subject.medical}")
    out += [f"Search done: {line}" for line in _searched(w)]
    poa = w.figures("poa")
    if poa:
        out.append(f"Chance that the subject is outside the map (rest of world): {chance(poa['rest_of_world'])}")
    if find is not None:
        out.append(f"Found, {find.condition}" + (f", {w.when(find.at)}" if find.at else ""))
    out += weather_lines(w)
    out += [f"Hazard: {h}" for h in hazard_lines(w)]
    safety = state.action_plan.safety
    out += [f"Safety message: {safety.message}"] if safety else []
    return out + [f"Order in force: {o}" for o in order_lines(w)]


def _searched(w: Wording) -> list[str]:
    names = w.state.area.segments
    return [
        f"{a.id} in {names[a.segment].name}" + (f", debriefed {w.when(a.debrief.at)}" if a.debrief else "")
        for a in w.state.assignments.debriefed()
    ]


def actions(w: Wording) -> list[tuple[datetime | None, str]]:
    """What was done, in order of time, then what is planned (without a time)."""
    state = w.state
    done: list[tuple[datetime | None, str]] = []
    planned: list[tuple[datetime | None, str]] = []
    for a in state.assignments.assignments.values():
        team, where = state.people.teams[a.team].name, state.area.segments[a.segment].name
        task = f": {a.task}" if a.task else ""
        if a.is_prepared:
            planned.append((None, f"{a.id}: {team} to {where}{task}"))
        if a.dispatched_at is not None:
            done.append((a.dispatched_at, f"{a.id}: {team} sent to {where}{task}"))
        if a.back_at is not None:
            done.append((a.back_at, f"{a.id}: {team} is back"))
        if a.debrief is not None:
            done.append(
                (a.debrief.at, f"{a.id}: {team} debriefed" + (f"; gaps: {a.debrief.gaps}" if a.debrief.gaps else ""))
            )
        if a.cancelled is not None:
            planned.append((None, f"{a.id} cancelled: {a.cancelled}"))
    done += [(o.given_at, f"Order {o.id} given: {o.text}") for o in state.decisions.orders.values()]
    done += [
        (n.published_at, f"Notice {n.id} published: {n.title}")
        for n in state.notices.notices.values()
        if n.published_at
    ]
    if (left := state.decisions.departure) is not None:
        done.append((left.at, f"Departure decided: {left.conclusion.replace('_', ' ')}"))
    return sorted(done, key=lambda row: row[0] or datetime.max) + planned


# -- status summary -------------------------------------------------------------------------------


def ics209(w: Wording, for_id: str | None) -> Paper:
    """The status summary, all 53 blocks in order."""
    form, period = Form(w, "Incident Status Summary", "ICS 209"), chosen_period(w, for_id)
    blocks = [
        *_head(form, period),
        *_location(form),
        *_events(form, period),
        *_people(form),
        *_outlook(form, period),
        *_commitment(form),
    ]
    return form.paper(blocks)


def _head(form: Form, period: OperationalPeriod | None) -> list[Block]:
    w = form.w
    state = w.state
    commander = [*holders(w, "Incident Commander(s)"), w.searcher()] if state.people.organisation else []
    version = "Final" if state.status in ("found", "closed") else None
    sizes = [geodesic_area_m2(s.ring) for s in state.area.live_segments()]
    definition = f"Search for a missing person{f' ({state.subject.category})' if state.subject.category else ''}"
    started = state.report.reported_at
    return [
        boxes(form.box("*1. Incident Name", state.report.title or None, 8, large=True), form.box("2. Incident Number", state.case, 4)),
        boxes(
            box("*3. Report Version:", ticked(["Initial", "Update", "Final"], version), 4),
            form.box("*4. Incident Commander(s) & Agency or Organization", commander, 4),
            form.box("5. Incident Management Organization", w.searcher() if state.people.organisation else None, 4),
            form.box("*6. Incident Start Date/Time", [w.when(started) or "", f"Time zone: {state.report.time_zone}"] if started else None, 4),
            form.box("7. Current Incident Size or Area Involved", f"{area(sum(sizes))}; segments: {len(sizes)}" if sizes else None, 4),
            form.box("8. Percent (%) Contained / Completed", None, 4),
            form.box("*9. Incident Definition", definition if state.report.title else None, 4),
            form.box("10. Incident Complexity Level", None, 4),
            form.box("*11. For Time Period", form.period(period), 4),
        ),
        band("Approval & Routing Information"),
        form.signed("*12. Prepared By"),
        boxes(form.by_hand("*13. Date/Time Submitted, Time Zone", 6), form.by_hand("*15. Primary Location, Organization, or Agency Sent To", 6)),
        form.signed("*14. Approved By", ", ".join(holders(w, "Incident Commander(s)")) or None),
    ]  # fmt: skip


def _location(form: Form) -> list[Block]:
    w = form.w
    ipp, report = w.state.area.ipp, w.state.report
    references = grid_references(ipp.position) if ipp else []
    mgrs = next((r.removeprefix("MGRS ") for r in references if r.startswith("MGRS")), None)
    utm = next((r.removeprefix("UTM ") for r in references if r.startswith("UTM")), None)
    data = [f"{g.kind}: {g.file_name}" for g in w.state.area.ground.values()]
    data += [f"track of {a.id}: {t.file_name}" for a in w.state.assignments.assignments.values() for t in a.tracks]
    return [
        band("Incident Location Information"),
        boxes(
            form.box("*16. State", None, 4), form.box("*17. County/Parish/Borough", None, 4), form.box("*18. City", None, 4),
            form.box("19. Unit or Other", None, 4), form.box("*20. Incident Jurisdiction", report.jurisdiction or None, 4),
            form.box("21. Incident Location Ownership", None, 4),
            form.box("22. Longitude, Latitude", f"Longitude {ipp.position.lon_deg:.5f}°, latitude {ipp.position.lat_deg:.5f}° (degrees, WGS 84)" if ipp else None, 4),
            form.box("23. US National Grid Reference", mgrs, 4), form.box("24. Legal Description", None, 4),
            form.box("*25. Short Location or Area Description", (ipp.place or None) if ipp else None, 8), form.box("26. UTM Coordinates", utm, 4),
            form.box("27. Note any electronic geospatial data included or attached", data, 12),
        ),
    ]  # fmt: skip


def _events(form: Form, period: OperationalPeriod | None) -> list[Block]:
    w = form.w
    since = period.starts_at if period else None
    told = [f"{w.when(at)}: {what}" for at, what in actions(w) if at is not None and (since is None or at >= since)]
    clues = [c for c in w.state.evidence.clues.values() if c.withdrawn is None]
    told += [f"Clue {c.id}: {c.name}" + (f", {w.when(c.found_at)}" if c.found_at else "") for c in clues]
    damage: list[list[str | None]] = [[name, None, None, None] for name in
        ("E. Single Residences", "F. Nonresidential Commercial Property", "Other Minor Structures", "Other")]  # fmt: skip
    return [
        band("Incident Summary"),
        boxes(form.box("*28. Significant Events for the Time Period Reported", told, 12, 30)),
        boxes(form.box("29. Primary Materials or Hazards Involved", hazard_lines(w), 12, 12)),
        form.grid("30. Damage Assessment Information", "A. Structural Summary*6|B. # Threatened (72 hrs)*3|C. # Damaged*3|D. # Destroyed*3", damage, 4, 6),
    ]  # fmt: skip


def _people(form: Form) -> list[Block]:
    w = form.w
    find, companions = w.state.decisions.find, w.state.subject.companions.values()
    condition = find.condition if find else None
    dead = (condition == "dead") + sum(1 for c in companions if c.find and c.find.alive is False)
    missing = (find is None) + sum(1 for c in companions if c.find is None)
    known = bool(w.state.report.title)
    public = {"D. Fatalities": str(dead) if dead else None, "E. With Injuries/Illness": "1" if condition == "injured" else None,
              "G. Missing": str(missing)}  # fmt: skip
    rows: list[list[str | None]] = [
        [name, None, public.get(name) if known else None]
        for name in ("D. Fatalities", "E. With Injuries/Illness", "F. Trapped/In Need of Rescue", "G. Missing", "H. Evacuated",
                     "I. Sheltering in Place", "J. In Temporary Shelters", "N. Total # Civilians (Public) Affected")
    ]  # fmt: skip
    responders: list[list[str | None]] = [
        [name, None, None] for name in ("D. Fatalities", "E. With Injuries/Illness", "F. Trapped/In Need of Rescue", "G. Missing", "N. Total # Responders Affected")
    ]  # fmt: skip
    risk, safety = w.state.subject.risk, w.state.action_plan.safety
    remarks = [f"Risk to the missing person: {risk.level.replace('_', ' ')}. {risk.reasons}".strip()] if risk else []
    remarks += [f"Safety message: {safety.message}"] if safety else []
    threats = ["A. No Likely Threat", "B. Potential Future Threat", "C. Mass Notifications in Progress", "D. Mass Notifications Completed",
               "E. No Evacuation(s) Imminent", "F. Planning for Evacuation", "N. Area Restriction in Effect"]  # fmt: skip
    return [
        band("Additional Incident Decision Support Information"),
        form.grid("*31. Public Status Summary (C. number of civilians)", "Civilians*8|A. # This Reporting Period*4|B. Total # to Date*4", rows, 8, 5),
        form.grid("*32. Responder Status Summary (C. number of responders)", "Responders*8|A. # This Reporting Period*4|B. Total # to Date*4", responders, 5, 5),
        boxes(form.box("33. Life, Safety, and Health Status/Threat Remarks", remarks, 7, 20),
              box("*34. Life, Safety, and Health Threat Management (check if active):", [f"☐ {t}" for t in threats], 5)),
        boxes(form.box("35. Weather Concerns", weather_lines(w), 12, 14)),
    ]  # fmt: skip


def _outlook(form: Form, period: OperationalPeriod | None) -> list[Block]:
    w = form.w
    planned = [
        f"{a.id}: {w.state.people.teams[a.team].name} to {w.state.area.segments[a.segment].name}" + (f": {a.task}" if a.task else "")
        for a in in_period(w, period) if a.is_prepared
    ]  # fmt: skip
    weights = w.weights()
    strategy = [f"{s.title}: weight {chance(weights.get(s.id)) or 'none fits'}" for s in w.state.scenarios.scenarios]
    if poa := w.figures("poa"):
        strategy.append(
            f"Outside the map (rest of world) {chance(poa['rest_of_world'])}; searches so far would have found with {chance(poa.get('pos_cumulative'))}"
        )
    strategy += [f"Order in force: {o}" for o in order_lines(w)]
    return [
        boxes(form.by_hand("36. Projected Incident Activity, Potential, Movement, Escalation, or Spread", 12, 26)),
        boxes(form.box("37. Strategic Objectives", list(period.objectives) if period else None, 12, 14)),
        boxes(form.by_hand("38. Current Incident Threat Summary and Risk Information in 12-, 24-, 48-, and 72-hour timeframes and beyond", 12, 26)),
        boxes(form.by_hand("39. Critical Resource Needs in 12-, 24-, 48-, and 72-hour timeframes and beyond", 12, 26)),
        boxes(form.box("40. Strategic Discussion", strategy, 12, 20)),
        boxes(form.box("41. Planned Actions for Next Operational Period", planned, 12, 16)),
        boxes(
            form.box("42. Projected Final Incident Size/Area", None, 4), form.box("43. Anticipated Incident Management Completion Date", None, 4),
            form.box("44. Projected Significant Resource Demobilization Start Date", None, 4),
            form.box("45. Estimated Incident Costs to Date", None, 6), form.box("46. Projected Final Incident Cost Estimate", None, 6),
            form.by_hand("47. Remarks (or continuation of any blocks above)", 12, 16),
        ),
    ]  # fmt: skip


def _commitment(form: Form) -> list[Block]:
    w = form.w
    teams = [t for t in w.state.people.teams.values() if t.status != "off"]
    count, people = Counter(t.kind for t in teams), Counter[str]()
    for t in teams:
        people[t.kind] += t.searchers
    agency = w.searcher() if w.state.people.organisation else None
    rows: list[list[str | None]] = [[agency, kind, str(n), str(people[kind])] for kind, n in count.items()]
    return [
        band("Incident Resource Commitment Summary"),
        form.grid("49. Resources (by kind: number, and personnel associated with them)", "48. Agency or Organization*6|Kind*4|>Number*2|>Personnel*2", rows, 4),
        boxes(
            form.box("50. Additional Personnel not assigned to a resource", None, 4),
            form.box("51. Total Personnel", str(sum(people.values())) if teams else None, 4),
            form.box("52. Total Resources", str(len(teams)) if teams else None, 4),
            box("Resources by name:", [team_words(w, t) for t in teams] or None, 12, room_mm=8),
            form.by_hand("53. Additional Cooperating and Assisting Organizations Not Listed Above", 12, 10),
        ),
    ]  # fmt: skip
