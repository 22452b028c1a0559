"""Forms about people and what they said: organisation (203), check-in (211), general message (213), activity log (214).

Block numbers and titles of FEMA 502-2. Names come from organisation and roster; nobody is put in a position here.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from wayhome.case.fact import found
from wayhome.case.people import person_name
from wayhome.documents.ics import Form, chosen_period, holders, in_period, ticked
from wayhome.documents.page import Block, Paper, band, banner, box, boxes, columns
from wayhome.documents.wording import Wording

if TYPE_CHECKING:
    from wayhome.case.message import Message
    from wayhome.case.people import Team


def ics203(w: Wording, for_id: str | None) -> Paper:
    """Who holds which position of the organisation in a period."""
    form, period = Form(w, "Organization Assignment List", "ICS 203"), chosen_period(w, for_id)

    def part(title: str, positions: list[tuple[str, str | None]]) -> list[Block]:
        """A section of the list, each line with the position on the form and the one it is known by here."""
        rows: list[list[str | None]] = [
            [shown, ", ".join(holders(w, known)) or None if known else None] for shown, known in positions
        ]
        if not any(row[1] for row in rows):
            form.blank.append(title)
        return [form.grid(title, "Position*5|Name*8", rows, len(rows), 6.5)]

    organisation = w.state.people.organisation
    agencies: list[list[str | None]] = [[organisation.name, None]] if organisation else []
    tasks = in_period(w, period)
    divisions: list[list[str | None]] = [
        [f"Division {w.state.area.segments[a.segment].name}", f"{w.state.people.teams[a.team].name}, leader {w.person(w.state.people.teams[a.team].leader) or '________'}"]
        for a in tasks
    ]  # fmt: skip
    left = [
        *part("3. Incident Commander(s) and Command Staff", [("IC/UCs", "Incident Commander(s)"), ("Deputy", "Deputy"), ("Safety Officer", "Safety Officer"),
              ("Public Info. Officer", "Public Information Officer"), ("Liaison Officer", "Liaison Officer")]),
        form.grid("4. Agency/Organization Representatives", "Agency/Organization*7|Name*6", agencies, 3, 6.5),
        *part("5. Planning Section", [("Chief", "Planning Section Chief"), ("Deputy", None), ("Resources Unit", "Resources Unit"),
              ("Situation Unit", "Situation Unit"), ("Documentation Unit", "Documentation Unit"), ("Demobilization Unit", None), ("Technical Specialists", None)]),
        *part("6. Logistics Section", [("Chief", "Logistics Section Chief"), ("Deputy", None), ("Supply Unit", None), ("Facilities Unit", None), ("Ground Support Unit", None),
              ("Communications Unit", "Communications Unit"), ("Medical Unit", "Medical Unit"), ("Food Unit", None)]),
    ]  # fmt: skip
    right = [
        *part("7. Operations Section", [("Chief", "Operations Section Chief"), ("Deputy", None), ("Staging Area", None)]),
        form.grid("Divisions/Groups of this period", "Division/Group*6|Team*7", divisions, 8, 6.5),
        form.grid("", "Air Operations Branch*6|Name*7", [["Air Ops Branch Dir.", None]], 1, 6.5),
        *part("8. Finance/Administration Section", [("Chief", "Finance/Administration Section Chief"), ("Deputy", None), ("Time Unit", None), ("Procurement Unit", None),
              ("Comp/Claims Unit", None), ("Cost Unit", None)]),
    ]  # fmt: skip
    return form.paper([form.named(period), columns(left, right), form.signed("9. Prepared by")])


def ics211(w: Wording, for_id: str | None) -> Paper:
    """The check-in list: everybody who came, and the teams, with room to write in those who come."""
    form, state = Form(w, "Incident Check-In List", "ICS 211"), w.state
    title = state.report.title
    people = check_ins(w)
    teams: list[list[str | None]] = [
        [t.kind, f"{t.id} {t.name}", None, None, w.person(t.leader), str(t.searchers), None, None, None, None, _task_of(w, t), ", ".join(t.skills) or None, None]
        for t in state.people.teams.values()
    ]  # fmt: skip
    if not people and not teams:
        form.blank.append("5. Check-in information")
    columns_ = (
        "Kind*3|5. Resource Name or Identifier*6|6. Order Request #*3|7. Date/Time Check-In*4|8. Leader's Name*4|9. Total Number of Personnel*3|"
        "10. Incident Contact Information*4|11. Home Unit or Agency*4|12. Departure Point, Date and Time*4|13. Method of Travel*3|"
        "14. Incident Assignment*4|15. Other Qualifications*4|16. Data Provided to Resources Unit*3"
    )
    blocks = [
        boxes(
            form.box("1. Incident Name", title or None, 3, large=True), form.box("2. Incident Number", state.case, 2),
            box("3. Check-In Location:", ticked(["Base", "Staging Area", "ICP", "Helibase", "Other"], None), 4),
            form.box("4. Start Date/Time", w.when(state.report.reported_at), 3),
        ),
        band("Check-In Information (use reverse of form for remarks or comments)"),
        form.grid("", columns_, [*people, *teams], len(people) + len(teams) + 6, 8),
        form.signed("17. Prepared by"),
    ]  # fmt: skip
    return form.paper(blocks, landscape=True)


def _task_of(w: Wording, team: Team) -> str | None:
    return next((f"{a.id} {a.status}" for a in w.state.assignments.assignments.values()
                 if a.team == team.id and (a.is_prepared or a.is_out)), team.status)  # fmt: skip


def check_ins(w: Wording) -> list[list[str | None]]:
    """One row of the check-in list for every stay of everybody on the roster, by time."""
    state = w.state
    own = state.people.organisation
    rows: list[tuple[datetime, list[str | None]]] = []
    for p in state.roster.people.values():
        member = own.member(p.id) if own else None
        team = next((t.name for t in state.people.teams.values() if p.id in (t.leader, *t.members)), None)
        skills = member.qualifications if member else p.qualifications
        for stay in p.stays:
            times = [f"in {w.when(stay.since)}", *([f"out {w.when(stay.out_at)}"] if stay.out_at else [])]
            rows.append((stay.since, [
                "person", person_name(state, p.id), None, "\n".join(times), None, "1", (member.phone if member else p.phone) or None,
                p.organisation or (own.name if own and member else None), None, p.vehicle or None, team, ", ".join(skills) or None, None,
            ]))  # fmt: skip
    return [row for _, row in sorted(rows, key=lambda r: r[0])]


def message_rows(w: Wording) -> list[list[str | None]]:
    """Every message by its time: when, from, to, channel, words."""
    return [
        [
            w.when(m.at),
            party(w, m.sender),
            party(w, m.to),
            m.channel or None,
            ": ".join(t for t in (m.subject, m.text) if t),
        ]
        for m in w.state.messages.by_time()
    ]


def party(w: Wording, key: str) -> str | None:
    """Who sent or gets a message: a team, somebody known here, or as it was written."""
    team = w.state.people.teams.get(key)
    return team.name if team else w.person(key)


def ics213(w: Wording, for_id: str | None) -> Paper:
    """A message on the form with its replies, or the form to write one on."""
    form, state = Form(w, "General Message", "ICS 213"), w.state
    held: Message | None = found(state.messages.messages, for_id, "message") if for_id else None
    day, _, clock = (w.when(held.at) or "").partition(" ") if held else ("", "", "")
    replies = [f"{w.when(r.at)} {party(w, r.replied_by) or ''}: {r.text}" for r in held.replies] if held else []
    blocks: list[Block] = []
    if held is not None and held.stopped_by_order is not None:
        blocks.append(
            banner(f"STOPPED, not to be sent: it contradicts order {held.stopped_by_order} in force.", stop=True)
        )
    blocks += [
        boxes(form.box("1. Incident Name (Optional)", state.report.title or None, 12)),
        boxes(box("2. To (Name and Position):", party(w, held.to) if held else None, 12, room_mm=8)),
        boxes(box("3. From (Name and Position):", party(w, held.sender) if held else None, 12, room_mm=8)),
        boxes(box("4. Subject:", (held.subject if held else "") or None, 6, room_mm=8), box("5. Date:", day or None, 3, room_mm=8),
              box("6. Time:", clock or None, 3, room_mm=8)),
        boxes(box("7. Message:", held.text if held else None, 12, room_mm=70)),
        form.signed("8. Approved by"),
        boxes(box("9. Reply:", replies or None, 12, room_mm=60)),
        form.signed("10. Replied by"),
    ]  # fmt: skip
    return form.paper(blocks, about=held.id if held else "")


def ics214(w: Wording, for_id: str | None) -> Paper:
    """The activity log of a team, or an empty one."""
    form, state = Form(w, "Activity Log", "ICS 214"), w.state
    team: Team | None = found(state.people.teams, for_id, "team") if for_id else None
    crew: list[list[str | None]] = [[w.person(m), None, None] for m in team.members] if team else []
    if team is not None and team.leader and team.leader not in team.members:
        crew.insert(0, [w.person(team.leader), "Leader", None])
    agency = w.searcher() if state.people.organisation else None
    rows: list[list[str | None]] = [[w.when(at), what] for at, what in activities(w, team)] if team else []
    blocks = [
        boxes(
            form.box("1. Incident Name", state.report.title or None, 6, large=True),
            form.box("2. Operational Period", form.period(chosen_period(w, None)), 6),
        ),
        boxes(
            form.box("3. Name", f"{team.id} {team.name}" if team else None, 4),
            form.box("4. ICS Position", team.kind if team else None, 4), form.box("5. Home Agency (and Unit)", agency, 4),
        ),
        form.grid("6. Resources Assigned", "Name*5|ICS Position*4|Home Agency (and Unit)*5", crew, 6, 6.5),
        form.grid("7. Activity Log", "Date/Time*3|Notable Activities*11", rows, max(16, len(rows) + 6)),
        form.signed("8. Prepared by"),
    ]  # fmt: skip
    return form.paper(blocks, about=team.id if team else "")


def activities(w: Wording, team: Team) -> list[tuple[datetime, str]]:
    """What a team did, by time: sent out, back, briefed, debriefed, and what it said over the radio."""
    state = w.state
    out: list[tuple[datetime, str]] = []
    for a in state.assignments.assignments.values():
        if a.team != team.id:
            continue
        where = state.area.segments[a.segment].name
        if a.dispatched_at is not None:
            out.append((a.dispatched_at, f"Sent out on {a.id}, {where}." + (f" {a.task}" if a.task else "")))
        out += [(p.at, f"{a.id}: {p.step.replace('_', ' ')}.") for p in a.progress]
        out += [(a.back_at, f"Back from {a.id}.")] if a.back_at else []
        out += [(t.starts_at, f"Track {t.track_name or t.file_name} begins.") for t in a.tracks if t.starts_at]
        out += [(t.ends_at, f"Track {t.track_name or t.file_name} ends.") for t in a.tracks if t.ends_at]
        if a.debrief is not None:
            told = " ".join(
                f"{k}: {v}."
                for k, v in (
                    ("Gaps", a.debrief.gaps),
                    ("Difficulty", a.debrief.difficulty),
                    ("Remarks", a.debrief.remarks),
                )
                if v
            )
            out.append((a.debrief.at, f"Debriefed on {a.id}. {told}".strip()))
    own = {a.id for a in state.assignments.assignments.values() if a.team == team.id}
    for b in state.action_plan.briefings.values():
        if b.assignment in own or team.id in b.briefed:
            out.append((b.at, f"Briefed by {w.person(b.briefed_by)}{f' on {b.assignment}' if b.assignment else ''}."))
    out += [
        (m.at, f"{'Said' if m.sender == team.id else 'Was told'}: {m.text}")
        for m in state.messages.by_time()
        if team.id in (m.sender, m.to)
    ]
    out += [
        (c.found_at, f"Clue {c.id} found: {c.name}.")
        for c in state.evidence.clues.values()
        if c.found_at is not None and team.name and team.name.lower() in c.finder.lower()
    ]
    return sorted(out)
