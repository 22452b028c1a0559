"""Who searches what: assignments from draft to dispatch, with hazards, communications and who approved.

Refuses to send out what contradicts an order in force, and what a second person must approve first. The record of an
outing is `outing`, periods are `period`, what a team brings back is `debrief`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from wayhome.base.errors import InvalidInput, NotAllowed, RuleBroken
from wayhome.case.command import SEARCHED, Command, DurationS, Instant, Says, command
from wayhome.case.duty import unfit
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, found, past, said
from wayhome.case.order import Order, against, words_of
from wayhome.case.organisation import WELFARE_RANGE_S
from wayhome.case.outing import Assignment as Assignment
from wayhome.case.outing import Assignments as Assignments
from wayhome.case.outing import Crew, Task
from wayhome.case.outing import OperationalPeriod as OperationalPeriod
from wayhome.case.people import Team, TeamStatusSet

if TYPE_CHECKING:
    from wayhome.case.state import CaseState


def needs_approval(state: CaseState) -> bool:
    """Whether the organisation demands that a second person approve an assignment before it goes out."""
    organisation = state.people.organisation
    return organisation is not None and "assignment" in (organisation.second_person or ())


@event("assignment_drafted")
class AssignmentDrafted(Event):
    """A team is given a segment."""

    id: str
    team: str
    segment: str
    period: str | None = None
    task: PersonalText = ""
    hours_planned: float | None = None
    hazards: PersonalText = ""
    permits: tuple[str, ...] = ()
    team_name: str = ""
    objective: PersonalText = ""
    mitigations: PersonalText = ""
    channel: str = ""
    call_sign: PersonalText = ""
    check_in_s: float | None = None
    vehicle: PersonalText = ""
    equipment: PersonalText = ""
    report_to: PersonalText = ""
    start_at: datetime | None = None
    revisit: str | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Assignment {self.id}: team {self.team} to segment {self.segment}."


@event("assignment_amended")
class AssignmentAmended(Event):
    """An assignment that nobody went out on reads otherwise, whole; an approval counts no more."""

    assignment: str
    changed: tuple[str, ...]
    period: str | None = None
    task: PersonalText = ""
    hours_planned: float | None = None
    hazards: PersonalText = ""
    permits: tuple[str, ...] = ()
    objective: PersonalText = ""
    mitigations: PersonalText = ""
    channel: str = ""
    call_sign: PersonalText = ""
    check_in_s: float | None = None
    vehicle: PersonalText = ""
    equipment: PersonalText = ""
    report_to: PersonalText = ""
    start_at: datetime | None = None
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        changed = ", ".join(c.replace("_", " ") for c in self.changed)
        return f"Assignment {self.assignment} amended ({changed}).{f' {self.reason}' if self.reason else ''}"


@event("assignment_approved")
class AssignmentApproved(Event):
    """Somebody approved it as it stands."""

    assignment: str
    remarks: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Assignment {self.assignment} approved.{f' {self.remarks}' if self.remarks else ''}"


@event("assignment_stopped")
class AssignmentStopped(Event):
    """Held back: it contradicts an order in force."""

    assignment: str
    order: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"Assignment {self.assignment} stopped: it contradicts order {self.order} in force."


@event("assignment_dispatched")
class AssignmentDispatched(Event):
    """The team is on its way, as it is now; `warnings` say who was sent although too long on duty."""

    assignment: str
    team_name: str = ""
    kind: str = "ground"
    leader: PersonalText = ""
    members: Annotated[tuple[str, ...], Personal] = ()
    searchers: int | None = None
    speed_mps: float = 0.0
    sweep_width_m: float = 0.0
    warnings: Annotated[tuple[str, ...], Personal] = ()
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return " ".join((f"Assignment {self.assignment} dispatched.", *self.warnings))


@event("assignment_cancelled")
class AssignmentCancelled(Event):
    """The outing did not happen, or does not count."""

    assignment: str
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Assignment {self.assignment} cancelled: {self.reason}"


@folds(AssignmentDrafted, "assignments")
def _drafted(book: Assignments, fact: AssignmentDrafted, origin: Origin) -> Assignments:
    return book.with_assignment(Assignment(**fact.__dict__, tasked_by=origin.by))


@folds(AssignmentAmended, "assignments")
def _amended(book: Assignments, fact: AssignmentAmended, origin: Origin) -> Assignments:
    changes = {k: v for k, v in fact.__dict__.items() if k not in ("assignment", "changed", "reason")}
    again = {"status": "draft", "approved_by": None, "approved_at": None, "stopped_by_order": None}
    return book.with_assignment(book.assignments[fact.assignment].replace(**changes, **again))


@folds(AssignmentApproved, "assignments")
def _approved(book: Assignments, fact: AssignmentApproved, origin: Origin) -> Assignments:
    held = book.assignments[fact.assignment]
    approved = held.replace(status="approved", approved_by=origin.by, approved_at=origin.at, stopped_by_order=None)
    return book.with_assignment(approved)


@folds(AssignmentStopped, "assignments")
def _stopped(book: Assignments, fact: AssignmentStopped, origin: Origin) -> Assignments:
    held = book.assignments[fact.assignment]
    return book.with_assignment(held.replace(status="stopped", stopped_by_order=fact.order))


@folds(AssignmentDispatched, "assignments")
def _dispatched(book: Assignments, fact: AssignmentDispatched, origin: Origin) -> Assignments:
    held = book.assignments[fact.assignment]
    crew = None if fact.searchers is None else Crew(
        name=fact.team_name, kind=fact.kind, leader=fact.leader, members=fact.members, searchers=fact.searchers,
        speed_mps=fact.speed_mps, sweep_width_m=fact.sweep_width_m,
    )  # fmt: skip
    return book.with_assignment(held.replace(
        status="dispatched", dispatched_at=fact.at or origin.at, dispatched_by=origin.by, crew=crew,
        team_name=fact.team_name or held.team_name, warnings=fact.warnings, stopped_by_order=None,
    ))  # fmt: skip


@folds(AssignmentCancelled, "assignments")
def _cancelled(book: Assignments, fact: AssignmentCancelled, origin: Origin) -> Assignments:
    held = book.assignments[fact.assignment]
    return book.with_assignment(held.replace(status="cancelled", cancelled=fact.reason))


_OBJECTIVE = Says("The objective of the period that it serves: its number, or words.")
_REPORT_TO = Says("Where, and to whom, the team reports before it starts.")


def _about(state: CaseState, period: str | None, objective: str) -> str:
    """An objective as words: the period's own where its number is given."""
    if not objective.strip().isdigit():
        return objective.strip()
    objectives = state.assignments.periods[period].objectives if period else ()
    number = int(objective)
    if not 1 <= number <= len(objectives):
        have = f"it has {len(objectives)}" if period else "there is no period"
        raise InvalidInput(f"objective: there is no objective {number} of the period; {have}.", field="objective")
    return objectives[number - 1]


def _interval(check_in: float | None) -> float | None:
    low, high = WELFARE_RANGE_S
    if check_in is not None and not low <= check_in <= high:
        raise InvalidInput(f"check_in: {check_in / 60:g} min is outside 10 to 120 min.", field="check_in")
    return check_in


@command("draft_assignment", "Give a team a segment to search: task, hazards, how it is reached.", "plan", SEARCHED)
class DraftAssignment(Command):
    """What the assignment permits is held against the orders in force when it goes out.

    While the search is suspended only a scheduled `revisit` sends teams out.
    """

    team: str
    segment: str
    period: str | None = None
    task: str = ""
    duration: DurationS | None = None
    hazards: str = ""
    permits: tuple[str, ...] = ()
    mitigations: Annotated[str, Says("What is done against the hazards.")] = ""
    objective: Annotated[str, _OBJECTIVE] = ""
    channel: str = ""
    call_sign: str = ""
    check_in: Annotated[DurationS, Says("How often the team calls: 10 to 120 min.")] | None = None
    vehicle: str = ""
    equipment: str = ""
    report_to: Annotated[str, _REPORT_TO] = ""
    start_at: Instant | None = None
    revisit: Annotated[str, Says("The revisit that it is for, such as RV1.")] | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a team that is not free, a retired segment, and a period that is closed."""
        team = found(state.people.teams, self.team, "team")
        segment = found(state.area.segments, self.segment, "segment")
        if segment.retired is not None:
            raise RuleBroken(f"{segment.name} is retired: {segment.retired}")
        if team.status != "available":
            raise RuleBroken(f"Team {team.name} is {team.status}; choose one that is available.")
        period = _period(state, self.period) if self.period else None
        if period is None and (current := state.assignments.current_period()):
            period = current.id
        revisit = _revisit(state, self.revisit)
        key = context.new_id("A", state.assignments.assignments)
        drafted = AssignmentDrafted(
            id=key, team=team.id, segment=segment.id, period=period, task=self.task,
            hours_planned=None if self.duration is None else self.duration / 3600.0,
            hazards=self.hazards, permits=self.permits, team_name=team.name,
            objective=_about(state, period, self.objective), mitigations=self.mitigations, channel=self.channel,
            call_sign=self.call_sign, check_in_s=_interval(self.check_in), vehicle=self.vehicle,
            equipment=self.equipment, report_to=self.report_to, start_at=self.start_at, revisit=revisit,
        )  # fmt: skip
        return (drafted, TeamStatusSet(team=team.id, status="assigned"))


@command("amend_assignment", "Change an assignment that nobody went out on yet; an approval counts no more.", "plan")
class AmendAssignment(Command):
    """What is left out stays as it is. Another team or segment is another assignment."""

    assignment: str
    period: str | None = None
    task: str | None = None
    duration: DurationS | None = None
    hazards: str | None = None
    permits: tuple[str, ...] | None = None
    mitigations: Annotated[str | None, Says("What is done against the hazards.")] = None
    objective: Annotated[str | None, _OBJECTIVE] = None
    channel: str | None = None
    call_sign: str | None = None
    check_in: DurationS | None = None
    vehicle: str | None = None
    equipment: str | None = None
    report_to: Annotated[str | None, _REPORT_TO] = None
    start_at: Instant | None = None
    reason: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what went out, what changes nothing, and other words for what was let out against an order."""
        held = assignment_of(state, self.assignment)
        if not held.is_prepared:
            raise RuleBroken(f"{held.id} is {held.status}; only what nobody went out on can be amended.")
        given: dict[str, Any] = {
            f: v for f, v in self.__dict__.items() if f not in ("assignment", "reason", "duration", "check_in") and v is not None
        }  # fmt: skip
        if self.duration is not None:
            given["hours_planned"] = self.duration / 3600.0
        if self.check_in is not None:
            given["check_in_s"] = _interval(self.check_in)
        if self.period is not None:
            given["period"] = _period(state, self.period)
        if self.objective is not None:
            given["objective"] = _about(state, given.get("period", held.period), self.objective)
        new = held.replace(**given)
        changed = tuple(f for f in given if getattr(new, f) != getattr(held, f))
        if not changed:
            raise RuleBroken(f"{held.id} reads so already; write what changes.")
        waived = [w.order for w in state.decisions.waivers if w.subject == held.id]
        if waived and (words_of(new), new.permits) != (words_of(held), held.permits):
            raise RuleBroken(
                f"{held.id} was let out against order {waived[0]} as it reads; cancel it and draft another.",
                order=waived[0],
            )
        fields = {f: getattr(new, f) for f in ("period", *Task.__fields__)}
        return (AssignmentAmended(assignment=held.id, changed=changed, reason=self.reason.strip(), **fields),)


@command("approve_assignment", "Approve an assignment as it stands; stopped where it contradicts an order.", "dispatch", SEARCHED)  # fmt: skip
class ApproveAssignment(Command):
    """Where the organisation demands a second person, not by the one who drafted it."""

    assignment: str
    remarks: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Approved or stopped; either way the record shows it."""
        held = assignment_of(state, self.assignment)
        if held.status not in ("draft", "stopped"):
            raise RuleBroken(f"{held.id} is {held.status}; only a draft can be approved.")
        if needs_approval(state) and held.tasked_by == context.by.id:
            raise NotAllowed(f"{context.by.name} drafted {held.id}; a second person must approve it.")
        if stopped := _stop(state, held):
            return stopped
        return (AssignmentApproved(assignment=held.id, remarks=self.remarks.strip()),)


@command("dispatch_assignment", "Send the team out on its assignment.", needs="dispatch", during=SEARCHED)
class DispatchAssignment(Command):
    """Stopped, and the stop recorded, where it contradicts an order in force."""

    assignment: str
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what went out before, what must be approved first, and tired people where the organisation says so."""
        held = assignment_of(state, self.assignment)
        if not held.is_prepared:
            raise RuleBroken(f"{held.id} is {held.status}; only what nobody went out on can be dispatched.")
        _revisit(state, held.revisit)
        if held.approved_by is None and needs_approval(state):
            raise RuleBroken(f"{held.id} is not approved; a second person approves it with approve_assignment first.")
        if stopped := _stop(state, held):
            return stopped
        at = past(self.at, context, "at")
        team: Team = state.people.teams[held.team]
        tired, organisation = unfit(state, team.id, at), state.people.organisation
        if tired and organisation is not None and organisation.refuse_unfit:
            raise RuleBroken(f"{team.name} is not sent: {' '.join(tired)}")
        sent = AssignmentDispatched(
            assignment=held.id, team_name=team.name, kind=team.kind, leader=team.leader, members=team.members,
            searchers=team.searchers, speed_mps=team.speed_mps, sweep_width_m=team.sweep_width_m, warnings=tired,
            at=self.at,
        )  # fmt: skip
        return (sent, TeamStatusSet(team=held.team, status="working", at=self.at))


@command("cancel_assignment", "Cancel an assignment; a debriefed one stops counting in the map.", needs="dispatch")
class CancelAssignment(Command):
    """With the reason; the entry stays in the log."""

    assignment: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second cancellation."""
        held = assignment_of(state, self.assignment)
        if held.status == "cancelled":
            raise RuleBroken(f"{held.id} is cancelled already: {held.cancelled}")
        cancelled = AssignmentCancelled(assignment=held.id, reason=said(self.reason, "reason"))
        return (cancelled, *freed(state, held))


def assignment_of(state: CaseState, key: str) -> Assignment:
    """An assignment by id, or a sentence that lists what there is."""
    held: Assignment = found(state.assignments.assignments, key, "assignment")
    return held


def _revisit(state: CaseState, key: str | None) -> str | None:
    """The id of an open revisit; needed while the search is suspended."""
    if key is None:
        if state.status == "suspended":
            raise RuleBroken(
                "The search is suspended; name the revisit that this is for (schedule_revisit makes one), or reopen_search.",
                field="revisit",
            )
        return None
    held = found(state.ending.revisits, key, "revisit")
    if not held.is_open:
        raise RuleBroken(f"{held.id} is {'done' if held.cancelled is None else 'cancelled'} already.", field="revisit")
    return str(held.id)


def freed(state: CaseState, held: Assignment) -> tuple[Event, ...]:
    """The team available again, where this assignment is what it was on or rests from."""
    on = {"dispatched": "working", "back": "resting"}.get(held.status, "assigned")
    if not held.is_open or state.people.teams[held.team].status != on:
        return ()
    return (TeamStatusSet(team=held.team, status="available"),)


def _period(state: CaseState, key: str) -> str:
    period: OperationalPeriod = found(state.assignments.periods, key, "period")
    if period.closed_at is not None:
        raise RuleBroken(f"Period {period.op} is closed; choose one that is not.", field="period")
    return period.id


def _stop(state: CaseState, held: Assignment) -> tuple[Event, ...]:
    """The stop by the first order in force that an assignment contradicts; refused where that stop is recorded."""
    orders: tuple[Order, ...] = against(state, held)
    if not orders:
        return ()
    if held.stopped_by_order == orders[0].id:
        raise RuleBroken(
            f"{held.id} is stopped: it contradicts order {orders[0].id} in force ({orders[0].text}); "
            f"{orders[0].given_by} can amend the order or waive it for {held.id}.",
            order=orders[0].id,
        )
    return (AssignmentStopped(assignment=held.id, order=orders[0].id),)
