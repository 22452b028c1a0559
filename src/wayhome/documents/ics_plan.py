"""Forms of the action plan: objectives (202), assignment list (204), radio (205), medical (206), safety (208), worksheet (215).

Block numbers and titles of FEMA 502-2. Plans nothing: what is on them was decided and recorded before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wayhome.case.action_plan import Channel
from wayhome.case.fact import found
from wayhome.documents.ics import (
    Form,
    chosen_period,
    crew_of,
    earlier,
    hazard_lines,
    holders,
    in_period,
    order_lines,
    segment_words,
    standing,
    ticks,
    weather_lines,
)
from wayhome.documents.page import Block, Paper, box, boxes
from wayhome.documents.wording import Wording, chance, hours

if TYPE_CHECKING:
    from wayhome.case.action_plan import MedicalPoint
    from wayhome.case.outing import Assignment

MODES = {"analog": "A", "digital": "D", "mixed": "M"}


def ics202(w: Wording, for_id: str | None) -> Paper:
    """Incident objectives of a period: objectives, command emphasis, situation, what the plan is made of."""
    form, period = Form(w, "Incident Objectives", "ICS 202"), chosen_period(w, for_id)
    plan, state = w.state.action_plan, w.state
    objectives = [f"{i}. {o}" for i, o in enumerate(period.objectives, start=1)] if period else []
    situation = [*weather_lines(w), *hazard_lines(w), *(f"Order in force: {o}" for o in order_lines(w))]
    safety = plan.safety
    site = ticks(safety.site_safety_plan if safety else None)
    located = safety.located_at if safety else ""
    parts = {
        "ICS 203": bool(holders(w, "Incident Commander(s)")), "ICS 204": bool(in_period(w, period)),
        "ICS 205": bool(channels(w)), "ICS 206": bool(plan.medical), "ICS 208": safety is not None,
        "Map/Chart": state.area.ipp is not None, "Weather Forecast": bool(plan.forecasts),
    }  # fmt: skip
    if safety is None or safety.site_safety_plan is None:
        form.blank.append("5. Site Safety Plan Required?")
    blocks = [
        form.named(period),
        boxes(form.box("3. Objective(s)", objectives, 12, 60)),
        boxes(form.box("4. Operational Period Command Emphasis", plan.emphasis.get(period.id if period else ""), 12, 35)),
        boxes(form.box("General Situational Awareness", situation, 12, 40)),
        boxes(
            box("5. Site Safety Plan Required?", site, 5),
            box("Approved Site Safety Plan(s) Located at:", located or None, 7, room_mm=6),
        ),
        boxes(box("6. Incident Action Plan (the items checked below are included in this Incident Action Plan):",
                  "   ".join(f"{'☒' if held else '☐'} {name}" for name, held in parts.items()) + "   ☐ ICS 207   ☐ ____________", 12)),
        form.signed("7. Prepared by"),
        form.signed("8. Approved by Incident Commander", ", ".join(holders(w, "Incident Commander(s)")) or None),
    ]  # fmt: skip
    return form.paper(blocks)


def ics204(w: Wording, for_id: str | None) -> Paper:
    """Assignment list of one assignment: who works where at what, with which hazards and channels; the map."""
    form, state = Form(w, "Assignment List", "ICS 204"), w.state
    held: Assignment | None = found(state.assignments.assignments, for_id, "assignment") if for_id else None
    period = chosen_period(w, held.period if held else None)
    team = crew_of(w, held) if held else None
    segment = state.area.segments.get(held.segment) if held else None
    crew: list[list[str | None]] = []
    if held is not None and team is not None:
        members = ", ".join(w.person(m) or m for m in team.members)
        notes = "; ".join(
            t
            for t in (members, held.equipment, held.vehicle, f"report to {held.report_to}" if held.report_to else "")
            if t
        )
        crew = [
            [
                f"{held.team} {team.name} ({team.kind})",
                w.person(team.leader),
                str(team.searchers),
                contact(w, held),
                notes or None,
            ]
        ]
    task = [t for t in (held.objective, held.task) if t] if held else []
    if held and held.hours_planned:
        task.append(
            f"Planned on the ground: {hours(held.hours_planned)}"
            + (f", from {w.when(held.start_at)}" if held.start_at else "")
        )
    special = (
        [f"Order in force: {o}" for o in order_lines(w)] + [f"Hazard: {h}" for h in hazard_lines(w, held)]
        if held
        else []
    )
    special += [f"Earlier here: {e}" for e in earlier(w, held.segment, held.id)] if held else []
    safety = state.action_plan.safety
    special += [f"Safety message: {safety.message}"] if safety else []
    operations = [
        f"Operations Section Chief: {', '.join(holders(w, 'Operations Section Chief')) or '____________________'}",
        "Branch Director: ____________________",
        "Division/Group Supervisor: ____________________",
    ]
    blocks: list[Block] = [
        *standing(w, held),
        boxes(
            form.box("1. Incident Name", f"{state.report.title} (no. {state.case})" if state.report.title else None, 5, large=True),
            form.box("2. Operational Period", form.period(period), 4),
            form.box("3. Division", [segment_words(w, segment), "Branch: ______  Group: ______", "Staging Area: ______"] if segment else None, 3),
        ),
        boxes(box("4. Operations Personnel:", operations, 12)),
        form.grid("5. Resources Assigned", "Resource Identifier*5|Leader*4|>Persons*2|Contact (phone, radio)*4|Remarks, equipment*6", crew, 4),
        boxes(form.box("6. Work Assignments", task, 12, 24)),
        boxes(form.box("7. Special Instructions", special, 12, 20)),
        form.grid("8. Communications", "Name/Function*5|Primary Contact: cell, pager, or radio (frequency/system/channel)*8", channel_rows(w, held), 4),
        form.signed("9. Prepared by", w.person(held.tasked_by) if held else None),
        boxes(box("Approved by:", f"{w.person(held.approved_by)}, {w.when(held.approved_at)}" if held and held.approved_by else None, 12, room_mm=6)),
        *form.map("Map", f"Segment {segment.id} {segment.name}." if segment else "", 165),
    ]  # fmt: skip
    return form.paper(blocks, about=held.id if held else "")


def contact(w: Wording, held: Assignment) -> str | None:
    """How a team is reached: what its assignment says, and its leader's call sign and telephone."""
    leader_id, own = crew_of(w, held).leader, w.state.people.organisation
    leader = own.member(leader_id) if own and leader_id else None
    told = [held.communications, *((leader.call_sign, leader.phone) if leader else ())]
    return ", ".join(dict.fromkeys(t for t in told if t)) or None


def channels(w: Wording) -> list[Channel]:
    """Channels of the plan, then those of the organisation of which only the name is known."""
    planned = list(w.state.action_plan.channels.values())
    known = {c.name.lower() for c in planned}
    own = w.state.people.organisation
    return planned + [Channel(id="", name=n) for n in (own.channels if own else ()) if n.lower() not in known]


def channel_rows(w: Wording, held: Assignment | None = None) -> list[list[str | None]]:
    """Channels by function for a list of communications; what the assignment itself says comes first."""
    own: list[list[str | None]] = [["This assignment", held.communications]] if held and held.communications else []
    return own + [[" / ".join(t for t in (c.name, c.function) if t), _heard_on(c)] for c in channels(w)]


def _heard_on(c: Channel) -> str | None:
    return ", ".join(t for t in (c.frequency, f"tone {c.tone}" if c.tone else "", c.remarks) if t) or None


def ics205(w: Wording, for_id: str | None) -> Paper:
    """The radio plan: every channel with function, frequencies, tones, mode and who uses it."""
    form, period = Form(w, "Incident Radio Communications Plan", "ICS 205"), chosen_period(w, for_id)
    rows: list[list[str | None]] = [
        [None, str(i), c.function or None, c.name, c.assignment or None, c.frequency or None, c.tone or None,
         c.transmit_frequency or None, c.transmit_tone or None, MODES.get(c.mode or ""), c.remarks or None]
        for i, c in enumerate(channels(w), start=1)
    ]  # fmt: skip
    columns = (
        "Zone Grp.*2|Ch #*1|Function*4|Channel Name/Trunked Radio System Talkgroup*5|Assignment*4|RX Freq N or W*4|"
        "RX Tone/NAC*3|TX Freq N or W*4|TX Tone/NAC*3|Mode (A, D, or M)*2|Remarks*5"
    )
    title, case = w.state.report.title, w.state.case
    blocks = [
        boxes(
            form.box("1. Incident Name", f"{title} (no. {case})" if title else None, 5, large=True),
            box("2. Date/Time Prepared:", w.when(w.given.printed_at), 3),
            form.box("3. Operational Period", form.period(period), 4),
        ),
        form.grid("4. Basic Radio Channel Use", columns, rows, 8, 8),
        boxes(form.box("5. Special Instructions", None, 12, 22)),
        form.signed(
            "6. Prepared by (Communications Unit Leader)", ", ".join(holders(w, "Communications Unit")) or None
        ),
    ]
    return form.paper(blocks, landscape=True)


def ics206(w: Wording, for_id: str | None) -> Paper:
    """The medical plan: aid stations, transport, hospitals, and what to do when a searcher is hurt."""
    form, period = Form(w, "Medical Plan", "ICS 206"), chosen_period(w, for_id)
    plan = w.state.action_plan
    points = list(plan.medical.values())

    def place(m: MedicalPoint) -> str | None:
        return "\n".join(t for t in (m.place, w.in_table(m.position) if m.position else "") if t) or None

    def rows(kind: str, *last: Any) -> list[list[str | None]]:
        return [[m.name, place(m), m.contact or None, *(cell(m) for cell in last)] for m in points if m.kind == kind]

    def by(m: MedicalPoint) -> str:
        return " ".join(t for t in (m.level, "" if m.by_air is None else "air" if m.by_air else "ground") if t)

    hospital = (
        lambda m: _travel(m.travel_air_s), lambda m: _travel(m.travel_ground_s),
        lambda m: f"Level: {m.level}" if m.level else None, lambda m: ticks(m.burn_center), lambda m: ticks(m.helipad),
    )  # fmt: skip
    procedures = plan.safety.emergency_procedures if plan.safety else ""
    air = any(m.by_air for m in points)
    blocks = [
        form.named(period),
        form.grid("3. Medical Aid Stations", "Name*4|Location*6|Contact Number(s)/Frequency*4|Paramedics on Site?*4",
                  rows("aid_station", lambda m: ticks(m.paramedics)), 3),
        form.grid("4. Transportation (indicate air or ground)", "Ambulance Service*4|Location*6|Contact Number(s)/Frequency*4|Level of Service*4",
                  rows("transport", lambda m: by(m) or None), 3),
        form.grid("5. Hospitals", "Hospital Name*5|Address, Latitude & Longitude if Helipad*6|Contact Number(s)/Frequency*4|Travel Time Air*2|"
                  "Travel Time Ground*2|Trauma Center*2|Burn Center*4|Helipad*4", rows("hospital", *hospital), 4),
        boxes(form.box("6. Special Medical Emergency Procedures", procedures or None, 12, 32),
              box("", f"{'☒' if air else '☐'} Aviation assets are utilized for rescue. If assets are used, coordinate with Air Operations.", 12)),
        form.signed("7. Prepared by (Medical Unit Leader)", ", ".join(holders(w, "Medical Unit")) or None),
        form.signed("8. Approved by (Safety Officer)", ", ".join(holders(w, "Safety Officer")) or None),
    ]  # fmt: skip
    return form.paper(blocks)


def _travel(time_s: float | None) -> str | None:
    return hours(None if time_s is None else time_s / 3600.0)


def ics208(w: Wording, for_id: str | None) -> Paper:
    """The safety message of a period, with the hazards that stand and what is done against each."""
    form, period = Form(w, "Safety Message/Plan", "ICS 208"), chosen_period(w, for_id)
    safety = w.state.action_plan.safety
    told = [safety.message, f"(said by {w.person(safety.by)}, {w.when(safety.at)})"] if safety else []
    segments = w.state.area.segments
    rows: list[list[str | None]] = [
        [h.id, h.hazard, h.where or (segments[h.segment].name if h.segment in segments else None), h.severity,
         h.mitigation or None, ", ".join(h.assignments) or None]
        for h in w.state.action_plan.open_hazards()
    ]  # fmt: skip
    own: list[list[str | None]] = [
        [
            a.id,
            a.hazards,
            segments[a.segment].name if a.segment in segments else None,
            None,
            a.mitigations or None,
            a.id,
        ]
        for a in in_period(w, period)
        if a.hazards
    ]
    if safety is None or safety.site_safety_plan is None:
        form.blank.append("4. Site Safety Plan Required?")
    blocks = [
        form.named(period),
        boxes(form.box("3. Safety Message/Expanded Safety Message, Safety Plan, Site Safety Plan", [*told, *weather_lines(w)], 12, 70)),
        form.grid("Hazards and mitigation", "No.*2|Hazard*6|Where*4|Severity*2|Mitigation*6|Assignments*3", [*rows, *own], 6),
        boxes(
            box("4. Site Safety Plan Required?", ticks(safety.site_safety_plan if safety else None), 5),
            box("Approved Site Safety Plan(s) Located At:", (safety.located_at if safety else None) or None, 7, room_mm=6),
        ),
        form.signed("5. Prepared by", ", ".join(holders(w, "Safety Officer")) or None),
    ]  # fmt: skip
    return form.paper(blocks)


MOST_KINDS = 5  # columns of kinds of resources; further kinds share one


def _resources(kinds: list[str], cells: list[str]) -> list[str | None]:
    """One cell for each kind, and one for all beyond the columns that there are."""
    rest = [f"{k}: {' '.join(c.split())}" for k, c in zip(kinds[MOST_KINDS:], cells[MOST_KINDS:], strict=True) if c]
    own: list[str | None] = [c or None for c in cells[:MOST_KINDS]]
    return [*own, "\n".join(rest) or None] if len(kinds) > MOST_KINDS else own


def ics215(w: Wording, for_id: str | None) -> Paper:
    """The planning worksheet: work by segment, and per kind of resource what its tasks ask for and what is named for them."""
    form, period = Form(w, "Operational Planning Worksheet", "ICS 215"), chosen_period(w, for_id)
    state = w.state
    tasks = in_period(w, period)
    kinds = list(dict.fromkeys(state.people.teams[a.team].kind for a in tasks))
    known = {s["id"]: s for s in w.figures("segments").get("segments", [])}
    rows: list[list[str | None]] = []
    need = {k: [0, 0] for k in kinds}
    for key in dict.fromkeys(a.segment for a in tasks):
        here = [a for a in tasks if a.segment == key]
        poa = chance(known.get(key, {}).get("poa"))
        place = state.area.segments[key]
        work = "\n".join(
            f"{a.id} {state.people.teams[a.team].name} ({a.status}): {a.task or 'task not written down'}" for a in here
        )
        cells: list[str] = []
        for kind in kinds:
            tasked = [t for a in here if (t := state.people.teams[a.team]).kind == kind]
            have = sum(1 for t in tasked if t.status != "off")
            need[kind] = [need[kind][0] + len(tasked), need[kind][1] + have]
            cells.append(f"Req. {len(tasked)}\nHave {have}\nNeed {len(tasked) - have}" if tasked else "")
        rows.append(
            [
                None, f"{key} {place.name}" + (f"\nPOA {poa}" if poa else ""), work, *_resources(kinds, cells), None,
                *("\n".join(dict.fromkeys(t for t in told if t)) or None for told in (
                    [a.equipment for a in here], [a.report_to for a in here], [w.when(a.start_at) for a in here],
                )),
            ]
        )  # fmt: skip
    shown = [*kinds[:MOST_KINDS], *(["other"] if len(kinds) > MOST_KINDS else [])]
    heads = (
        "".join(f"|6. {k.replace('|', '/').replace('*', ' ')}*3" for k in shown) or "|6. Resources (Req./Have/Need)*6"
    )
    if not kinds:
        rows = []
    free = [t for t in state.people.teams.values() if t.status == "available"]
    totals = [", ".join(f"{k}: {n}" for k, n in counted) for counted in (
        [(k, v[0]) for k, v in need.items()], [(k, v[1]) for k, v in need.items()], [(k, v[0] - v[1]) for k, v in need.items()],
    )]  # fmt: skip
    blocks = [
        form.named(period),
        form.grid("Work assignments", f"3. Branch*2|4. Division, Group, or Other*4|5. Work Assignment & Special Instructions*8{heads}|"
                  "7. Overhead Position(s)*3|8. Special Equipment & Supplies*4|9. Reporting Location*3|10. Requested Arrival Time*3", rows, 6, 12),
        boxes(
            form.box("11. Total Resources Required", totals[0] or None, 4), form.box("12. Total Resources Have on Hand", totals[1] or None, 4),
            form.box("13. Total Resources Need To Order", totals[2] or None, 4),
        ),
        boxes(box("Teams free now:", [f"{t.id} {t.name} ({t.kind}), {t.searchers} searchers" for t in free] or ["none"], 12)),
        form.signed("14. Prepared by"),
    ]  # fmt: skip
    return form.paper(blocks, landscape=True)
