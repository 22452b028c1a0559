"""What comes of an outing: how far it is, that the team is back, its tracks, its debrief and corrections of that.

What a debrief claims (sweep width, track, or a POD) is kept as claimed; the map is computed from it elsewhere. A
corrected debrief takes the place of the first, at its time, so that the map is as if it had been typed right at first.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.case.assignment import assignment_of, freed
from wayhome.case.command import KEPT, Command, Fraction, Instant, LengthM, Says, command
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, found, past, said
from wayhome.case.outing import Amendment, Assignment, Assignments, Debrief, Progress, Step, Track
from wayhome.case.people import TeamStatusSet

if TYPE_CHECKING:
    from wayhome.case.state import CaseState


@event("outing_progressed")
class OutingProgressed(Event):
    """How far a team is on its outing."""

    assignment: str
    step: Step
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Assignment {self.assignment}: {self.step.replace('_', ' ')}."


@event("team_back")
class TeamBack(Event):
    """The team is back; it has not been debriefed yet."""

    assignment: str
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Assignment {self.assignment}: the team is back."


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


class Told(Event):
    """What a debrief holds."""

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
    movements: PersonalText = ""
    difficulty_factors: Annotated[tuple[str, ...], Personal] = ()
    images: tuple[str, ...] = ()
    likelihood_of_finding: PersonalText = ""
    not_there_or_missed: PersonalText = ""
    recommendations: PersonalText = ""

    def claim(self) -> str:
        """What it says of detection."""
        return f"POD {self.pod:g}" if self.pod is not None else f"sweep width {self.sweep_width_m:g} m"

    def told(self) -> dict[str, Any]:
        """The debrief's own fields."""
        return {f: getattr(self, f) for f in Told.__fields__ if f != "assignment"}


@event("assignment_debriefed")
class AssignmentDebriefed(Told):
    """The team is back and told what it did."""

    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Assignment {self.assignment} debriefed: {self.claim()}."


@event("debrief_amended")
class DebriefAmended(Told):
    """A debrief, whole, in place of the one before, which stays on record."""

    reason: PersonalText = ""
    changed: tuple[str, ...] = ()

    def says(self) -> str:
        """Sentence for the log."""
        changed = ", ".join(c.replace("_", " ") for c in self.changed)
        return f"Debrief of {self.assignment} corrected ({changed}): {self.claim()}. Reason: {self.reason}"


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


@folds(OutingProgressed, "assignments")
def _progressed(book: Assignments, fact: OutingProgressed, origin: Origin) -> Assignments:
    held = book.assignments[fact.assignment]
    return book.with_assignment(
        held.replace(progress=(*held.progress, Progress(step=fact.step, at=fact.at or origin.at)))
    )


@folds(TeamBack, "assignments")
def _back(book: Assignments, fact: TeamBack, origin: Origin) -> Assignments:
    held = book.assignments[fact.assignment]
    return book.with_assignment(held.replace(status="back", back_at=fact.at or origin.at))


@folds(TrackAttached, "assignments")
def _attached(book: Assignments, fact: TrackAttached, origin: Origin) -> Assignments:
    held = book.assignments[fact.assignment]
    track = Track(**{k: v for k, v in fact.__dict__.items() if k != "assignment"})
    return book.with_assignment(held.replace(tracks=(*held.tracks, track)))


@folds(AssignmentDebriefed, "assignments")
def _debriefed(book: Assignments, fact: AssignmentDebriefed, origin: Origin) -> Assignments:
    debrief = Debrief(at=fact.at or origin.at, by=origin.by, **fact.told())
    return book.with_assignment(book.assignments[fact.assignment].replace(status="debriefed", debrief=debrief))


@folds(DebriefAmended, "assignments")
def _amended(book: Assignments, fact: DebriefAmended, origin: Origin) -> Assignments:
    held = book.assignments[fact.assignment]
    if held.debrief is None:  # two desks met: the other had cancelled or not yet debriefed it
        return book
    amendment = Amendment(before=held.debrief, reason=fact.reason, by=origin.by, at=origin.at)
    return book.with_assignment(
        held.replace(debrief=held.debrief.replace(**fact.told()), amendments=(*held.amendments, amendment))
    )


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


def progressed(held: Assignment, step: Step, at: datetime) -> tuple[Event, ...]:
    """What follows when a team that is out says how far it is."""
    _check_out(held, at)
    return (OutingProgressed(assignment=held.id, step=step, at=at),)


def came_back(state: CaseState, held: Assignment, at: datetime) -> tuple[Event, ...]:
    """What follows when a team is back: it rests until it is debriefed."""
    _check_out(held, at)
    return (TeamBack(assignment=held.id, at=at), TeamStatusSet(team=held.team, status="resting", at=at))


def _check_out(held: Assignment, at: datetime) -> None:
    if not held.is_out:
        raise RuleBroken(f"{held.id} is {held.status}; only a team that is out can say how far it is.")
    if held.dispatched_at is not None and at < held.dispatched_at:
        raise InvalidInput(f"at: {held.id} was sent out later than that.", field="at")


@command("report_back", "Write down that a team is back; it is debriefed after that.")
class ReportBack(Command):
    """From here on it is not looked out for by the clock."""

    assignment: str
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a team that is not out, and a time before it left or to come."""
        return came_back(state, assignment_of(state, self.assignment), past(self.at, context, "at"))


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
        held = assignment_of(state, self.assignment)
        if held.status == "cancelled":
            raise RuleBroken(f"{held.id} was cancelled: {held.cancelled}")
        if any(t.blob == self.blob and t.index == self.index for t in held.tracks):
            raise RuleBroken(f"This track of {self.file_name} is attached to {held.id} already.")
        return (TrackAttached(**{**self.__dict__, "assignment": held.id}),)


_LIKELY = Says("In words: how likely the team would have found the subject, had they been there.")
_MISSED = Says("Not there, or missed? What the team itself thinks.")
_IMAGES = Says("Numbers of photographs in the record.")


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
    movements: str = ""
    difficulty_factors: tuple[str, ...] = ()
    images: Annotated[tuple[str, ...], _IMAGES] = ()
    likelihood_of_finding: Annotated[str, _LIKELY] = ""
    not_there_or_missed: Annotated[str, _MISSED] = ""
    recommendations: str = ""
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a debrief that says nothing about detection, and a second one."""
        held = assignment_of(state, self.assignment)
        if held.status == "debriefed":
            raise RuleBroken(f"{held.id} is debriefed; amend_debrief corrects what was written.")
        if held.status not in ("dispatched", "back"):
            raise RuleBroken(f"{held.id} is {held.status}; only an outing that was dispatched can be debriefed.")
        past(self.at, context, "at")
        fields = {_IN_RECORD.get(k, k): v for k, v in self.__dict__.items() if k not in ("assignment", "at")}
        _check(state, held, fields)
        return (AssignmentDebriefed(assignment=held.id, **fields, at=self.at), *freed(state, held))


@command("amend_debrief", "Correct a debrief; the map becomes what it would be had it been right at first.", "record", KEPT)  # fmt: skip
class AmendDebrief(Command):
    """What is left out stays as it is; `clear` empties fields. A pod takes the place of sweep widths, and they of it."""

    assignment: str
    reason: str
    sweep_width: LengthM | None = None
    track_length: LengthM | None = None
    pod: Fraction | None = None
    searchers: int | None = None
    gaps: str | None = None
    difficulty: str | None = None
    remarks: str | None = None
    sweep_width_responsive: LengthM | None = None
    pod_responsive: Fraction | None = None
    pod_clue: Fraction | None = None
    movements: str | None = None
    difficulty_factors: tuple[str, ...] | None = None
    images: Annotated[tuple[str, ...] | None, _IMAGES] = None
    likelihood_of_finding: Annotated[str | None, _LIKELY] = None
    not_there_or_missed: Annotated[str | None, _MISSED] = None
    recommendations: str | None = None
    clear: Annotated[tuple[str, ...], Says("Fields to empty, such as gaps, pod_responsive.")] = ()

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what was not debriefed, what changes nothing, and what would say nothing about detection."""
        held = assignment_of(state, self.assignment)
        if held.debrief is None or held.status != "debriefed":
            raise RuleBroken(f"{held.id} is {held.status}; only a debriefed outing has a debrief to correct.")
        fields = {f: getattr(held.debrief, f) for f in Told.__fields__ if f != "assignment"}
        before = dict(fields)
        for name in self.clear:
            field = _IN_RECORD.get(name, name)
            if field not in fields or field == "searchers":
                raise InvalidInput(f'clear: there is no field "{name}" that can be empty.', field="clear")
            fields[field] = Debrief.__defaults__[field]
        given = {_IN_RECORD.get(k, k): v for k, v in self.__dict__.items()
                 if k not in ("assignment", "reason", "clear") and v is not None}  # fmt: skip
        if self.pod is not None and self.sweep_width is None:
            fields |= dict.fromkeys(("sweep_width_m", "sweep_width_responsive_m", "track_length_m"))
        elif self.sweep_width is not None and self.pod is None:
            fields |= dict.fromkeys(("pod", "pod_responsive"))
        fields |= given
        _check(state, held, fields)
        changed = tuple(f for f in fields if fields[f] != before[f])
        if not changed:
            raise RuleBroken(f"The debrief of {held.id} reads so already; write what changes.")
        reason = said(self.reason, "reason")
        return (DebriefAmended(assignment=held.id, **fields, reason=reason, changed=changed),)


_IN_RECORD = {
    "sweep_width": "sweep_width_m", "track_length": "track_length_m", "sweep_width_responsive": "sweep_width_responsive_m",
}  # fmt: skip


def _check(state: CaseState, held: Assignment, told: dict[str, Any]) -> None:
    """Refuse a debrief that says nothing of detection, says it twice, says what cannot be, or names no photograph."""
    width, length, pod = told["sweep_width_m"], told["track_length_m"], told["pod"]
    if pod is None:
        if width is None:
            raise InvalidInput("Give sweep_width (with a track or track_length), or pod alone.", field="sweep_width")
        if length is None and not held.tracks:
            raise InvalidInput(
                f'{held.id} has no track; import one, or give track_length such as "2.1 km".', field="track_length"
            )
    elif width is not None:
        raise InvalidInput("Give either sweep_width or pod, not both; they would count twice.", field="pod")
    for name in ("sweep_width", "sweep_width_responsive"):
        value = told[f"{name}_m"]
        if value is not None and not 0 < value <= 5000:
            raise InvalidInput(f"{name}: {value:g} m is outside 0 to 5 km.", field=name)
        if value is not None and pod is not None:
            raise InvalidInput(f"{name}: a POD is given, so give the other as pod_responsive too.", field=name)
    if told["pod_responsive"] is not None and pod is None:
        raise InvalidInput("pod_responsive: give pod too, for a subject who does not answer.", field="pod_responsive")
    if length is not None and not 0 < length <= 500_000:
        raise InvalidInput(f"track_length: {length:g} m is outside 0 to 500 km.", field="track_length")
    told["images"] = tuple(found(state.photographs.photographs, key, "photograph").id for key in told["images"])
    if not 1 <= told["searchers"] <= 500:
        raise InvalidInput(f"searchers: {told['searchers']} is outside 1 to 500.", field="searchers")
