"""What the incident forms share: numbered boxes, blanks to write in, who holds which position, and what is not known.

Block numbers and titles follow the ICS Forms Booklet (FEMA 502-2). Refuses to fill a box that the record does not:
it stays blank to write in, and the foot of the form names it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wayhome.base.projection import geodesic_area_m2
from wayhome.base.record import field_types
from wayhome.case.fact import found
from wayhome.case.order import against
from wayhome.case.outing import Crew, earlier_on
from wayhome.case.people import person_name
from wayhome.documents.page import Block, Paper, banner, box, boxes, form_title, grid, para, picture
from wayhome.documents.wording import Wording, area, chance

if TYPE_CHECKING:
    from wayhome.case.area import Segment
    from wayhome.case.outing import Assignment, OperationalPeriod
    from wayhome.case.people import Team

Said = str | list[str] | None


class Form:
    """A form as it is filled: every box through here, so that what stays blank is counted."""

    def __init__(self, w: Wording, name: str, number: str) -> None:
        self.w, self.name, self.number = w, name, number
        self.blank: list[str] = []

    def box(self, label: str, value: Said, span: int = 12, room_mm: int = 7, *, large: bool = False) -> Block:
        """A box; where nothing is recorded it stays blank with room to write, and is named at the foot."""
        if not value:
            self.blank.append(label.rstrip(":"))
            return box(_asked(label), None, span, room_mm=room_mm)
        return box(_asked(label), value, span, large=large)

    def by_hand(self, label: str, span: int = 12, room_mm: int = 8, options: str = "") -> Block:
        """A box that is always filled by hand: a signature, a tick."""
        return box(_asked(label), options or None, span, room_mm=room_mm)

    def grid(self, title: str, columns: str, rows: list[list[str | None]], least: int = 4, row_mm: float = 7) -> Block:
        """A ruled table with rows left to write in; an empty one is named at the foot."""
        if not rows and title:
            self.blank.append(title)
        return grid(f"{title}:" if title else "", columns, rows, least=least, row_mm=row_mm)

    def map(self, label: str, caption: str, height_mm: int) -> list[Block]:
        """The map in its box, or the box to sketch in."""
        if self.w.given.map_png is None:
            self.blank.append(label)
            return [boxes(box(f"{label}:", None, 12, room_mm=height_mm))]
        return [picture(f"{caption} {self.w.given.map_caption}".strip(), height_mm, f"{label}:")]

    def incident(self, *more: Block, span: int = 4) -> Block:
        """The first row: incident name and number, then what the form asks for besides."""
        report = self.w.state.report
        return boxes(
            self.box("1. Incident Name", report.title or None, span, large=True),
            self.box("2. Incident Number", self.w.state.case, 12 - span - sum(m["span"] for m in more)), *more,
        )  # fmt: skip

    def named(self, period: OperationalPeriod | None, *, number: int = 2) -> Block:
        """The first row of a form of the action plan: incident name and operational period."""
        title = self.w.state.report.title
        told = title and f"{title} (no. {self.w.state.case})"
        return boxes(
            self.box("1. Incident Name", told or None, 6, large=True),
            self.box(f"{number}. Operational Period", self.period(period), 6),
        )

    def period(self, period: OperationalPeriod | None) -> Said:
        """A period by number with both ends."""
        if period is None:
            return None
        return [f"No. {period.op}", f"From {self.w.when(period.starts_at)}", f"To {self.w.when(period.ends_at)}"]

    def signed(self, label: str, name: str | None = None) -> Block:
        """Name where the record has it; position, signature and time by hand."""
        return boxes(
            box(f"{label}: Name:", name, 4, room_mm=6), box("Position/Title:", None, 3, room_mm=6),
            box("Signature:", None, 3, room_mm=6), box("Date/Time:", None, 2, room_mm=6),
        )  # fmt: skip

    def paper(self, blocks: list[Block], *, landscape: bool = False, about: str = "") -> Paper:
        """The form with its title, and at its foot what is not in the record."""
        foot: list[Block] = []
        if self.blank:
            foot = [
                para(
                    f"Left blank because it is not in the record: {'; '.join(sorted(dict.fromkeys(self.blank), key=_block))}.",
                    "small",
                )
            ]
        title = f"{self.name.upper()} ({self.number})" if self.number else self.name.upper()
        told = f"{self.number} {self.name}".strip()
        return Paper(
            title=f"{told} {about}".strip(), style="ics", landscape=landscape,
            blocks=(form_title(title), *blocks, *foot),
        )  # fmt: skip


def _asked(label: str) -> str:
    return label if label.endswith("?") else f"{label}:"


def _block(label: str) -> int:
    """The number of a block, to name blanks in the order of the form; those without a number come last."""
    number = re.match(r"\*?(\d+)\.", label)
    return int(number[1]) if number else 1000


def chosen_period(w: Wording, for_id: str | None) -> OperationalPeriod | None:
    """The period asked for, or the one opened last, or none."""
    periods = w.state.assignments
    held: OperationalPeriod | None = found(periods.periods, for_id, "period") if for_id else periods.current_period()
    return held


def in_period(w: Wording, period: OperationalPeriod | None) -> list[Assignment]:
    """Assignments of a period that were not cancelled; all of them where there is no period."""
    key = period.id if period else None
    return [
        a for a in w.state.assignments.assignments.values()
        if a.status != "cancelled" and (key is None or a.period == key)
    ]  # fmt: skip


def ticks(value: bool | None, yes: str = "Yes", no: str = "No") -> str:
    """Two boxes to tick; both empty where nobody knows."""
    return f"{'☒' if value else '☐'} {yes}   {'☒' if value is False else '☐'} {no}"


def ticked(options: list[str], chosen: str | None) -> str:
    """Boxes to tick, one of them ticked or none."""
    return "   ".join(f"{'☒' if o == chosen else '☐'} {o}" for o in options)


def segment_words(w: Wording, segment: Segment) -> str:
    """A segment with its area."""
    return f"{segment.id} {segment.name}, {area(geodesic_area_m2(segment.ring))}"


def team_words(w: Wording, team: Team) -> str:
    """A team with its leader and how many they are."""
    leader = w.person(team.leader)
    return f"{team.id} {team.name} ({team.kind}), {team.searchers} searchers" + (f", leader {leader}" if leader else "")


def hazard_lines(w: Wording, task: Assignment | None = None) -> list[str]:
    """Open hazards with what is done against them: of one assignment, or of the whole case."""
    plan = w.state.action_plan
    own = (
        [f"{task.hazards}. Mitigation: {task.mitigations or 'none written down'}"]
        if task is not None and task.hazards
        else []
    )
    chosen = plan.hazards_of(task) if task is not None else plan.open_hazards()
    segments = w.state.area.segments
    for h in chosen:
        where = h.where or (segments[h.segment].name if h.segment in segments else "")
        place = f" ({where})" if where else ""
        own.append(f"{h.hazard}{place}, {h.severity}. Mitigation: {h.mitigation or 'none written down'}")
    return own


def weather_lines(w: Wording) -> list[str]:
    """The forecast told last, with its source and for how long it holds."""
    told = w.state.action_plan.forecast()
    if told is None:
        return []
    until = f", valid until {w.when(told.valid_until)}" if told.valid_until else ""
    return [f"Weather: {told.forecast} ({told.source or 'source not named'}, told {w.when(told.told_at)}{until})"]


def order_lines(w: Wording) -> list[str]:
    """Orders in force, each with the conditions that bind everybody."""
    return [w.order(o) for o in w.state.decisions.in_force()]


def subject_line(w: Wording) -> str:
    """Who is missing, in one line."""
    s = w.state.subject
    told = [w.subject(), f"{s.age_years} years" if s.age_years is not None else "", s.sex or "", s.category or ""]
    return ", ".join(t for t in told if t)


def crew_of(w: Wording, held: Assignment) -> Crew:
    """The team of an assignment: as it went out, or as it stands while it has not."""
    team = w.state.people.teams[held.team]
    return held.crew or Crew(**{name: getattr(team, name) for name in field_types(Crew)})


def standing(w: Wording, held: Assignment | None) -> list[Block]:
    """Whether an assignment may be acted on, in words that cannot be overlooked."""
    if held is None:
        return []
    if held.status == "cancelled":
        return [banner(f"CANCELLED: {held.cancelled}", stop=True)]
    if held.is_prepared:
        forbids = against(w.state, held)
        stop = (
            f"NOT TO GO OUT: contradicts order {forbids[0].id} in force ({forbids[0].text})."
            if forbids
            else f"{held.status.upper()}: not sent out."
        )
        return [banner(stop, stop=bool(forbids))]
    return []


def earlier(w: Wording, segment: str, but: str = "") -> list[str]:
    """Earlier outings on the ground of a segment, all but one: team, when, POD, gaps."""
    searches = {s["assignment"]: s for s in w.figures("poa").get("searches", [])}
    out = []
    for a in earlier_on(w.state, segment):
        if a.debrief is None or a.id == but:
            continue
        pod = searches.get(a.id, {}).get("pod_mean", a.debrief.pod)
        gaps = f"; gaps: {a.debrief.gaps}" if a.debrief.gaps else ""
        out.append(f"{a.id} {crew_of(w, a).name}, {w.when(a.debrief.at)}: POD {chance(pod) or 'not recorded'}{gaps}")
    return out


# -- who holds which position ---------------------------------------------------------------------

# Positions of ICS by the title on the form, and the ids and titles that organisations give them.
POSITIONS: dict[str, tuple[str, ...]] = {
    "Incident Commander(s)": ("incident commander", "ic", "commander", "search manager", "incident controller", "icuc"),
    "Deputy": ("deputy", "deputy incident commander"),
    "Safety Officer": ("safety officer", "safety"),
    "Public Information Officer": ("public information officer", "pio", "media officer", "information officer"),
    "Liaison Officer": ("liaison officer", "liaison", "family liaison officer"),
    "Planning Section Chief": ("planning section chief", "planning", "planning chief", "plans", "planner"),
    "Operations Section Chief": ("operations section chief", "operations", "operations chief", "ops", "dispatcher"),
    "Logistics Section Chief": ("logistics section chief", "logistics", "logistics chief"),
    "Finance/Administration Section Chief": ("finance administration section chief", "finance", "finance section chief"),
    "Communications Unit": ("communications unit leader", "communications", "radio operator", "communications unit"),
    "Medical Unit": ("medical unit leader", "medical", "medical unit"),
    "Resources Unit": ("resources unit leader", "resources", "resources unit", "check in recorder"),
    "Situation Unit": ("situation unit leader", "situation", "situation unit"),
    "Documentation Unit": ("documentation unit leader", "documentation", "scribe", "documentation unit"),
}  # fmt: skip


def holders(w: Wording, position: str) -> list[str]:
    """Who holds a position: by the posts of the organisation, and where none is filled by its roles."""
    known = POSITIONS[position]
    organisation = w.state.people.organisation
    if organisation is None:
        return []
    posts = [
        p.member for p in organisation.positions if p.member and (_plain(p.title) in known or _plain(p.id) in known)
    ]
    if posts:
        return [person_name(w.state, key) for key in posts]
    roles = {r.id for r in organisation.roles if _plain(r.title) in known or _plain(r.id) in known}
    return [m.name for m in organisation.members if roles & set(m.roles) and m.retired is None]


def _plain(title: str) -> str:
    return re.sub(r"[^a-z]+", " ", title.lower()).strip()
