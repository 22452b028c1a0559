"""Who searches what: operational periods, assignments, tracks and debriefs.

Each assignment is one outing of one team in one segment and stays a record of its own. What a debrief
claims (sweep width, track, or a POD) is kept as claimed; the map is computed from it elsewhere.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import SEARCHING, Command, DurationS, Fraction, Instant, LengthM, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, said
from wayhome.case.people import TeamStatusSet

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

AssignmentStatus = Literal["draft", "dispatched", "debriefed", "cancelled"]


class OperationalPeriod(Record):
    """A span of time with objectives."""

    id: str
    op: int
    starts_at: datetime
    ends_at: datetime
    objectives: tuple[str, ...] = ()


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


class Assignment(Record):
    """One team on one segment, once."""

    id: str
    team: str
    segment: str
    period: str | None = None
    task: str = ""
    hours_planned: float | None = None
    hazards: str = ""
    permits: tuple[str, ...] = ()
    status: AssignmentStatus = "draft"
    tasked_by: str = ""
    dispatched_at: datetime | None = None
    tracks: tuple[Track, ...] = ()
    debrief: Debrief | None = None
    cancelled: str | None = None


class Assignments(Record):
    """Periods and assignments by id."""

    periods: dict[str, OperationalPeriod] = {}
    assignments: dict[str, Assignment] = {}
    width_doubt: float | None = None

    def debriefed(self) -> tuple[Assignment, ...]:
        """Finished outings in the order of their debriefs."""
        done = [a for a in self.assignments.values() if a.status == "debriefed"]
        return tuple(sorted(done, key=lambda a: (a.debrief.at, a.id) if a.debrief else (datetime.min, a.id)))

    def current_period(self) -> OperationalPeriod | None:
        """The period opened last."""
        return next(reversed(self.periods.values()), None)


@event("period_opened")
class PeriodOpened(Event):
    """An operational period."""

    id: str
    op: int
    starts_at: datetime
    ends_at: datetime
    objectives: tuple[str, ...] = ()

    def says(self) -> str:
        """Sentence for the log."""
        return f"Operational period {self.op} opened."


@event("assignment_drafted")
class AssignmentDrafted(Event):
    """A team is given a segment."""

    id: str
    team: str
    segment: str
    period: str | None = None
    task: str = ""
    hours_planned: float | None = None
    hazards: str = ""
    permits: tuple[str, ...] = ()

    def says(self) -> str:
        """Sentence for the log."""
        return f"Assignment {self.id}: team {self.team} to segment {self.segment}."


@event("assignment_dispatched")
class AssignmentDispatched(Event):
    """The team is on its way."""

    assignment: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"Assignment {self.assignment} dispatched."


@event("track_attached")
class TrackAttached(Event):
    """A recorded track of an outing."""

    assignment: str
    blob: str
    file_name: str
    track_name: str = ""
    index: int = 0
    points: int
    track_length_m: float
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Track of {self.track_length_m / 1000:.2f} km attached to {self.assignment} from {self.file_name}."


@event("assignment_debriefed")
class AssignmentDebriefed(Event):
    """The team is back and told what it did."""

    assignment: str
    sweep_width_m: float | None = None
    track_length_m: float | None = None
    pod: float | None = None
    searchers: int = 1
    gaps: PersonalText = ""
    difficulty: PersonalText = ""
    remarks: PersonalText = ""
    sweep_width_responsive_m: float | None = None
    pod_responsive: float | None = None
    pod_clue: float | None = None

    def says(self) -> str:
        """Sentence for the log."""
        claim = f"POD {self.pod:g}" if self.pod is not None else f"sweep width {self.sweep_width_m:g} m"
        return f"Assignment {self.assignment} debriefed: {claim}."


@event("assignment_cancelled")
class AssignmentCancelled(Event):
    """The outing did not happen, or does not count."""

    assignment: str
    reason: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"Assignment {self.assignment} cancelled: {self.reason}"


@event("width_doubt_set")
class WidthDoubtSet(Event):
    """How far off the sweep widths of all searches may be, by one factor that they share; 1 for not at all."""

    factor: float

    def says(self) -> str:
        """Sentence for the log."""
        if self.factor == 1.0:
            return "Sweep widths are taken as known."
        return f"Sweep widths of all searches may be off by a common factor, up to {self.factor:g} either way (95 %)."


@folds(WidthDoubtSet, "assignments")
def _doubted(book: Assignments, fact: WidthDoubtSet, origin: Origin) -> Assignments:
    return book.replace(width_doubt=None if fact.factor == 1.0 else fact.factor)


@folds(PeriodOpened, "assignments")
def _opened(book: Assignments, fact: PeriodOpened, origin: Origin) -> Assignments:
    return book.replace(periods={**book.periods, fact.id: OperationalPeriod(**fact.__dict__)})


@folds(AssignmentDrafted, "assignments")
def _drafted(book: Assignments, fact: AssignmentDrafted, origin: Origin) -> Assignments:
    return _with(book, Assignment(**fact.__dict__, tasked_by=origin.by))


@folds(AssignmentDispatched, "assignments")
def _dispatched(book: Assignments, fact: AssignmentDispatched, origin: Origin) -> Assignments:
    return _with(book, book.assignments[fact.assignment].replace(status="dispatched", dispatched_at=origin.at))


@folds(TrackAttached, "assignments")
def _attached(book: Assignments, fact: TrackAttached, origin: Origin) -> Assignments:
    held = book.assignments[fact.assignment]
    track = Track(**{k: v for k, v in fact.__dict__.items() if k != "assignment"})
    return _with(book, held.replace(tracks=(*held.tracks, track)))


@folds(AssignmentDebriefed, "assignments")
def _debriefed(book: Assignments, fact: AssignmentDebriefed, origin: Origin) -> Assignments:
    told = {k: v for k, v in fact.__dict__.items() if k != "assignment"}
    debrief = Debrief(at=origin.at, by=origin.by, **told)
    return _with(book, book.assignments[fact.assignment].replace(status="debriefed", debrief=debrief))


@folds(AssignmentCancelled, "assignments")
def _cancelled(book: Assignments, fact: AssignmentCancelled, origin: Origin) -> Assignments:
    held = book.assignments[fact.assignment]
    return _with(book, held.replace(status="cancelled", cancelled=fact.reason))


def _with(book: Assignments, assignment: Assignment) -> Assignments:
    return book.replace(assignments={**book.assignments, assignment.id: assignment})


@command(
    "set_width_doubt", "Say how far off the sweep widths of all searches may be: a factor either way (95 %).", "plan"
)
class SetWidthDoubt(Command):
    """Repeat passes over the same ground then find less than if each were new luck; 1 takes the widths as known."""

    factor: float

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what is no factor."""
        if not 1.0 <= self.factor <= 10.0:
            raise InvalidInput(f"factor: {self.factor:g} is outside 1 to 10; 1.5 is usual.", field="factor")
        return (WidthDoubtSet(factor=self.factor),)


@command("open_period", "Open an operational period with its objectives.", needs="plan", during=SEARCHING)
class OpenPeriod(Command):
    """Periods are numbered by the program."""

    starts_at: Instant
    ends_at: Instant
    objectives: tuple[str, ...] = ()

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a period that ends before it begins."""
        if self.ends_at <= self.starts_at:
            raise InvalidInput("ends_at: the period ends before it begins.", field="ends_at")
        op = 1 + max((p.op for p in state.assignments.periods.values()), default=0)
        key = context.new_id("OP", state.assignments.periods)
        return (PeriodOpened(id=key, op=op, **self.__dict__),)


@command("draft_assignment", "Give a team a segment to search, with task and hazards.", "plan", SEARCHING)
class DraftAssignment(Command):
    """What the assignment permits is held against the orders in force when it goes out."""

    team: str
    segment: str
    period: str | None = None
    task: str = ""
    duration: DurationS | None = None
    hazards: str = ""
    permits: tuple[str, ...] = ()

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a team that is not free, and a retired segment."""
        team = found(state.people.teams, self.team, "team")
        segment = found(state.area.segments, self.segment, "segment")
        if segment.retired is not None:
            raise RuleBroken(f"{segment.name} is retired: {segment.retired}")
        if team.status != "available":
            raise RuleBroken(f"Team {team.name} is {team.status}; choose one that is available.")
        period = found(state.assignments.periods, self.period, "period").id if self.period else None
        if period is None and (current := state.assignments.current_period()):
            period = current.id
        key = context.new_id("A", state.assignments.assignments)
        drafted = AssignmentDrafted(
            id=key, team=team.id, segment=segment.id, period=period, task=self.task,
            hours_planned=None if self.duration is None else self.duration / 3600.0,
            hazards=self.hazards, permits=self.permits,
        )  # fmt: skip
        return (drafted, TeamStatusSet(team=team.id, status="assigned"))


@command("dispatch_assignment", "Send the team out on its assignment.", needs="dispatch", during=SEARCHING)
class DispatchAssignment(Command):
    """Stopped while it contradicts an order in force."""

    assignment: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what is not a draft, and what an order in force forbids."""
        held: Assignment = found(state.assignments.assignments, self.assignment, "assignment")
        if held.status != "draft":
            raise RuleBroken(f"{held.id} is {held.status}; only a draft can be dispatched.")
        against = state.decisions.contradictions(held.id, held.permits, held.task)
        if against:
            raise RuleBroken(
                f"{held.id} contradicts order {against[0].id} in force ({against[0].text}); "
                f"{against[0].given_by} can amend the order or waive it for {held.id}.",
                order=against[0].id,
            )
        return (
            AssignmentDispatched(assignment=held.id),
            TeamStatusSet(team=held.team, status="working"),
        )


@command("attach_track", "Attach a track that the desk already holds to an assignment.", needs="record")
class AttachTrack(Command):
    """Written by `import`, which reads the file first."""

    assignment: str
    blob: str
    file_name: str
    track_name: str = ""
    index: int = 0
    points: int
    track_length_m: float
    starts_at: Instant | None = None
    ends_at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a track on a cancelled outing, or the same track twice."""
        held: Assignment = found(state.assignments.assignments, self.assignment, "assignment")
        if held.status == "cancelled":
            raise RuleBroken(f"{held.id} was cancelled: {held.cancelled}")
        if any(t.blob == self.blob and t.index == self.index for t in held.tracks):
            raise RuleBroken(f"This track of {self.file_name} is attached to {held.id} already.")
        return (TrackAttached(**{**self.__dict__, "assignment": held.id}),)


@command("debrief_assignment", "Debrief a team: sweep width and track, or a POD, and what the team says.")
class DebriefAssignment(Command):
    """Give sweep_width with a track (attached or its length), or pod alone.

    Both are for a subject who does not answer; `sweep_width_responsive` or `pod_responsive` say besides how well one
    who calls back or comes would have been found.
    """

    assignment: str
    sweep_width: LengthM | None = None
    track_length: LengthM | None = None
    pod: Fraction | None = None
    searchers: int = 1
    gaps: str = ""
    difficulty: str = ""
    remarks: str = ""
    sweep_width_responsive: LengthM | None = None
    pod_responsive: Fraction | None = None
    pod_clue: Fraction | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a debrief that says nothing about detection, and a second one."""
        held: Assignment = found(state.assignments.assignments, self.assignment, "assignment")
        if held.status != "dispatched":
            raise RuleBroken(f"{held.id} is {held.status}; only an outing that was dispatched can be debriefed.")
        if self.pod is None:
            if self.sweep_width is None:
                raise InvalidInput(
                    "Give sweep_width (with a track or track_length), or pod alone.", field="sweep_width"
                )
            if self.track_length is None and not held.tracks:
                raise InvalidInput(
                    f'{held.id} has no track; import one, or give track_length such as "2.1 km".', field="track_length"
                )
        elif self.sweep_width is not None:
            raise InvalidInput("Give either sweep_width or pod, not both; they would count twice.", field="pod")
        for name in ("sweep_width", "sweep_width_responsive"):
            width = getattr(self, name)
            if width is not None and not 0 < width <= 5000:
                raise InvalidInput(f"{name}: {width:g} m is outside 0 to 5 km.", field=name)
            if width is not None and self.pod is not None:
                raise InvalidInput(f"{name}: a POD is given, so give the other as pod_responsive too.", field=name)
        if self.pod_responsive is not None and self.pod is None:
            raise InvalidInput(
                "pod_responsive: give pod too, for a subject who does not answer.", field="pod_responsive"
            )
        if self.track_length is not None and not 0 < self.track_length <= 500_000:
            raise InvalidInput(f"track_length: {self.track_length:g} m is outside 0 to 500 km.", field="track_length")
        if not 1 <= self.searchers <= 500:
            raise InvalidInput(f"searchers: {self.searchers} is outside 1 to 500.", field="searchers")
        debriefed = AssignmentDebriefed(
            assignment=held.id, sweep_width_m=self.sweep_width, track_length_m=self.track_length, pod=self.pod,
            searchers=self.searchers, gaps=self.gaps, difficulty=self.difficulty, remarks=self.remarks,
            sweep_width_responsive_m=self.sweep_width_responsive, pod_responsive=self.pod_responsive,
            pod_clue=self.pod_clue,
        )  # fmt: skip
        return (debriefed, TeamStatusSet(team=held.team, status="available"))


@command("cancel_assignment", "Cancel an assignment; a debriefed one stops counting in the map.", needs="dispatch")
class CancelAssignment(Command):
    """With the reason; the entry stays in the log."""

    assignment: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second cancellation."""
        held: Assignment = found(state.assignments.assignments, self.assignment, "assignment")
        if held.status == "cancelled":
            raise RuleBroken(f"{held.id} is cancelled already: {held.cancelled}")
        events: list[Event] = [AssignmentCancelled(assignment=held.id, reason=said(self.reason, "reason"))]
        if held.status in ("draft", "dispatched"):
            events.append(TeamStatusSet(team=held.team, status="available"))
        return tuple(events)
