"""The whole state of a case, folded from its events, as of any time.

One path from events to state; nothing else changes it. Importing this module registers every chapter.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from wayhome.base.errors import RuleBroken
from wayhome.base.record import Record
from wayhome.case import amendment, authority, closure, consensus, debrief, period, reading, recall, segment, validity  # noqa: F401  all but authority register themselves
from wayhome.case.action_plan import ActionPlan
from wayhome.case.area import Area
from wayhome.case.assignment import Assignments
from wayhome.case.command import Command, Status
from wayhome.case.decision import Decisions
from wayhome.case.ending import Ending
from wayhome.case.evidence import Evidence, Judgement
from wayhome.case.fact import FOLDS, Context, Event, Origin, UnknownEvent
from wayhome.case.inquiry import Inquiries
from wayhome.case.merging import Links
from wayhome.case.message import Messages
from wayhome.case.notice import Notices
from wayhome.case.people import People
from wayhome.case.phone import Phones
from wayhome.case.photograph import Photographs
from wayhome.case.questionnaire import Answers
from wayhome.case.report import Report
from wayhome.case.retention import Retention
from wayhome.case.roster import Roster
from wayhome.case.scenario import Scenarios
from wayhome.case.seal import Seals
from wayhome.case.subject import Subject
from wayhome.case.tasking import Tasking


class CaseState(Record):
    """A case as it stands after `seq` entries."""

    case: str
    seq: int = 0
    as_of: datetime | None = None
    unknown_events: int = 0
    report: Report = Report()
    subject: Subject = Subject()
    answers: Answers = Answers()
    evidence: Evidence = Evidence()
    photographs: Photographs = Photographs()
    scenarios: Scenarios = Scenarios()
    inquiries: Inquiries = Inquiries()
    area: Area = Area()
    people: People = People()
    roster: Roster = Roster()
    phones: Phones = Phones()
    assignments: Assignments = Assignments()
    tasking: Tasking = Tasking()
    messages: Messages = Messages()
    notices: Notices = Notices()
    decisions: Decisions = Decisions()
    ending: Ending = Ending()
    seals: Seals = Seals()
    links: Links = Links()
    action_plan: ActionPlan = ActionPlan()
    retention: Retention = Retention()

    @property
    def status(self) -> Status:
        """Where the case stands in its life."""
        if not self.report.title:
            return "unopened"
        if self.links.merged is not None:
            return "merged"
        if self.ending.closure is not None:
            return "closed"
        if self.ending.handed_over is not None:
            return "handed_over"
        if self.decisions.find is not None:
            return "found"
        return "suspended" if self.decisions.suspended() else "active"

    def judgements(self) -> tuple[Judgement, ...]:
        """All that moves the weights of the scenarios: evidence as judged, and inquiries as answered."""
        return (*self.evidence.standing(), *self.inquiries.judgements())


def apply(state: CaseState, event: Event, origin: Origin) -> CaseState:
    """The state after one event."""
    if isinstance(event, UnknownEvent):
        return state.replace(unknown_events=state.unknown_events + 1)
    chapter, step = FOLDS[type(event)]
    return state.replace(**{chapter: step(getattr(state, chapter), event, origin)})


def fold(case: str, facts: Iterable[tuple[Event, Origin]], *, until: datetime | None = None) -> CaseState:
    """The state after all events recorded up to and including `until` (all, if None)."""
    state = CaseState(case=case)
    for event, origin in facts:
        if until is not None and origin.at > until:
            continue
        state = apply(state, event, origin).replace(seq=max(state.seq, origin.seq), as_of=origin.at)
    return state


# what a status is called in a sentence, and what leads out of it
_STATUS_WORDS: dict[Status, str] = {
    "unopened": "not open yet; open_case comes first",
    "active": "active",
    "suspended": "suspended; reopen_search resumes it",
    "found": "found; reopen_search resumes the search if that was wrong",
    "closed": "closed; reopen_search opens it again",
    "handed_over": "handed over; reopen_search takes it back",
    "merged": "merged into another; unmerge_case separates it again",
}


def check_possible(state: CaseState, who: authority.Actor, command: type[Command]) -> None:
    """Refuse a command that the actor's roles or the stage of the case do not allow, whatever its fields.

    Raises
    ------
    NotAllowed
        The actor's roles lack the permission; says whose have it.
    RuleBroken
        The case is at a stage where this makes no sense; says what leads out of it.
    """
    authority.require(state, who, command.needs, command.verb.replace("_", " "))
    if state.status not in command.during:
        when = ", ".join(s.replace("_", " ") for s in command.during)
        raise RuleBroken(
            f"The case is {_STATUS_WORDS[state.status]}. {command.verb} is for a case that is: {when}.",
            status=state.status, during=list(command.during),
        )  # fmt: skip


def decide(state: CaseState, command: Command, context: Context) -> tuple[Event, ...]:
    """The events that follow from a command, or the rule or the missing permission that forbids it."""
    check_possible(state, context.by, type(command))
    return command.decide(state, context)
