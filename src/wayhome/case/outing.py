"""An outing on record: one team on one assignment, once, with its periods, tracks and debrief; and what was done where.

Knows the team as it went out, whatever becomes of the team later. How an assignment comes about is `assignment`, what
a team brings back is `debrief`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from wayhome.base.record import Record

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

# people say: draft, prepared (approved), in progress (dispatched), back, completed (debriefed)
AssignmentStatus = Literal["draft", "approved", "stopped", "dispatched", "back", "debriefed", "cancelled"]
Step = Literal["en_route", "on_scene", "working", "returning"]


class OperationalPeriod(Record):
    """A span of time with objectives; `left_open` are assignments that were not completed when it closed."""

    id: str
    op: int
    starts_at: datetime
    ends_at: datetime
    objectives: tuple[str, ...] = ()
    closed_at: datetime | None = None
    closing_remarks: str = ""
    left_open: tuple[str, ...] = ()


class Track(Record):
    """A recorded track, as a blob of the file it came in and what was read from it."""

    blob: str
    file_name: str
    track_name: str = ""
    index: int = 0
    points: int
    track_length_m: float
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class Debrief(Record):
    """What a team reports of its outing: for a subject who does not answer, and where told for one who does, and clues."""

    at: datetime
    by: str
    sweep_width_m: float | None = None
    track_length_m: float | None = None
    pod: float | None = None
    searchers: int = 1
    gaps: str = ""
    difficulty: str = ""
    remarks: str = ""
    sweep_width_responsive_m: float | None = None
    pod_responsive: float | None = None
    pod_clue: float | None = None
    movements: str = ""
    difficulty_factors: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    likelihood_of_finding: str = ""
    not_there_or_missed: str = ""
    recommendations: str = ""


class Amendment(Record):
    """A debrief as it read until it was corrected, and why it was."""

    before: Debrief
    reason: str
    by: str
    at: datetime


class Crew(Record):
    """A team as it went out; what becomes of the team later changes nothing here."""

    name: str
    kind: str = "ground"
    leader: str = ""
    members: tuple[str, ...] = ()
    searchers: int = 1
    speed_mps: float = 0.0
    sweep_width_m: float = 0.0


class Progress(Record):
    """How far an outing was at a time, as the team said."""

    step: Step
    at: datetime


class Task(Record):
    """What a team is to do and how: the part of an assignment that can be amended while nobody is out on it."""

    task: str = ""
    objective: str = ""
    hours_planned: float | None = None
    hazards: str = ""
    mitigations: str = ""
    permits: tuple[str, ...] = ()
    channel: str = ""
    call_sign: str = ""
    check_in_s: float | None = None
    vehicle: str = ""
    equipment: str = ""
    report_to: str = ""
    start_at: datetime | None = None


class Assignment(Task):
    """One team on one segment, once."""

    id: str
    team: str
    segment: str
    period: str | None = None
    revisit: str | None = None
    status: AssignmentStatus = "draft"
    tasked_by: str = ""
    team_name: str = ""
    approved_by: str | None = None
    approved_at: datetime | None = None
    stopped_by_order: str | None = None
    crew: Crew | None = None
    warnings: tuple[str, ...] = ()
    dispatched_at: datetime | None = None
    dispatched_by: str = ""
    progress: tuple[Progress, ...] = ()
    back_at: datetime | None = None
    tracks: tuple[Track, ...] = ()
    debrief: Debrief | None = None
    amendments: tuple[Amendment, ...] = ()
    cancelled: str | None = None

    @property
    def is_prepared(self) -> bool:
        """Not sent out yet, and not cancelled: draft, approved or stopped."""
        return self.status in ("draft", "approved", "stopped")

    @property
    def is_out(self) -> bool:
        """The team is in the field."""
        return self.status == "dispatched"

    @property
    def is_open(self) -> bool:
        """The ground is taken: prepared, out, or back and not debriefed yet."""
        return self.is_prepared or self.status in ("dispatched", "back")

    @property
    def step(self) -> Step | None:
        """How far the outing is, as the team said last."""
        return max(self.progress, key=lambda p: p.at).step if self.progress else None

    @property
    def communications(self) -> str:
        """Channel, call sign and check-in interval in one line; empty where nothing is said."""
        told = (
            f"channel {self.channel}" if self.channel else "",
            f"call sign {self.call_sign}" if self.call_sign else "",
            f"check in every {self.check_in_s / 60:g} min" if self.check_in_s else "",
        )
        return ", ".join(t for t in told if t)


class Assignments(Record):
    """Periods and assignments by id."""

    periods: dict[str, OperationalPeriod] = {}
    assignments: dict[str, Assignment] = {}
    width_doubt: float | None = None

    def debriefed(self) -> tuple[Assignment, ...]:
        """Finished outings in the order of their debriefs."""
        done = [a for a in self.assignments.values() if a.status == "debriefed"]
        return tuple(sorted(done, key=lambda a: (a.debrief.at, a.id) if a.debrief else (datetime.min, a.id)))

    def out(self) -> tuple[Assignment, ...]:
        """Outings in the field."""
        return tuple(a for a in self.assignments.values() if a.is_out)

    def current_period(self) -> OperationalPeriod | None:
        """The period opened last, unless it is closed."""
        last = next(reversed(self.periods.values()), None)
        return None if last is None or last.closed_at is not None else last

    def with_assignment(self, assignment: Assignment) -> Assignments:
        """The book with an assignment put in or replaced."""
        return self.replace(assignments={**self.assignments, assignment.id: assignment})


def same_ground(state: CaseState, segment: str) -> frozenset[str]:
    """A segment and all that it came from, through every split, merge and redrawing."""
    ground: set[str] = set()
    left = [segment]
    while left:
        key = left.pop()
        if key not in ground:
            ground.add(key)
            left += state.area.segments[key].origins if key in state.area.segments else ()
    return frozenset(ground)


def earlier_on(state: CaseState, segment: str) -> tuple[Assignment, ...]:
    """Completed outings on the ground of a segment: in it, or in one that it came from, by their debriefs.

    What a segment came from may have been larger, or have held other ground too.
    """
    ground = same_ground(state, segment)
    return tuple(a for a in state.assignments.debriefed() if a.segment in ground)


def stopped_outings(state: CaseState) -> tuple[Assignment, ...]:
    """Assignments stopped by an order that is still in force, and that its giver has not let out."""
    waived = {(w.order, w.subject) for w in state.decisions.waivers}
    standing = {o.id for o in state.decisions.in_force()}
    return tuple(
        a for a in state.assignments.assignments.values()
        if a.status == "stopped" and a.stopped_by_order in standing and (a.stopped_by_order, a.id) not in waived
    )  # fmt: skip


def not_debriefed(state: CaseState) -> tuple[Assignment, ...]:
    """Outings whose team is back and has not told yet."""
    return tuple(a for a in state.assignments.assignments.values() if a.status == "back")
