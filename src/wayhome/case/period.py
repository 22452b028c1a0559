"""Operational periods: opened with objectives, changed, closed with what was not completed.

Knows spans of time and what is to be reached in them. Refuses nothing to teams: one may come back after its period.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.case.command import OPEN, SEARCHING, Command, Instant, command
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, found, past
from wayhome.case.outing import Assignments, OperationalPeriod

if TYPE_CHECKING:
    from wayhome.case.state import CaseState


@event("period_opened")
class PeriodOpened(Event):
    """An operational period."""

    id: str
    op: int
    starts_at: datetime
    ends_at: datetime
    objectives: Annotated[tuple[str, ...], Personal] = ()

    def says(self) -> str:
        """Sentence for the log."""
        return f"Operational period {self.op} opened."


@event("objectives_set")
class ObjectivesSet(Event):
    """What is to be reached in a period, in place of what was said before."""

    period: str
    objectives: Annotated[tuple[str, ...], Personal] = ()

    def says(self) -> str:
        """Sentence for the log."""
        return f"Objectives of period {self.period}: {'; '.join(self.objectives) or 'none'}."


@event("period_closed")
class PeriodClosed(Event):
    """A period is over; `left_open` are assignments not completed by then."""

    period: str
    at: datetime | None = None
    remarks: PersonalText = ""
    left_open: tuple[str, ...] = ()

    def says(self) -> str:
        """Sentence for the log."""
        left = f" Not completed: {', '.join(self.left_open)}." if self.left_open else ""
        return f"Operational period {self.period} closed.{left}{f' {self.remarks}' if self.remarks else ''}"


@folds(PeriodOpened, "assignments")
def _opened(book: Assignments, fact: PeriodOpened, origin: Origin) -> Assignments:
    return book.replace(periods={**book.periods, fact.id: OperationalPeriod(**fact.__dict__)})


@folds(ObjectivesSet, "assignments")
def _objectives(book: Assignments, fact: ObjectivesSet, origin: Origin) -> Assignments:
    held = book.periods[fact.period].replace(objectives=fact.objectives)
    return book.replace(periods={**book.periods, held.id: held})


@folds(PeriodClosed, "assignments")
def _closed(book: Assignments, fact: PeriodClosed, origin: Origin) -> Assignments:
    held = book.periods[fact.period].replace(
        closed_at=fact.at or origin.at, closing_remarks=fact.remarks, left_open=fact.left_open
    )
    return book.replace(periods={**book.periods, held.id: held})


def _said(objectives: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(o.strip() for o in objectives if o.strip())


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
        return (
            PeriodOpened(id=key, op=op, starts_at=self.starts_at, ends_at=self.ends_at, objectives=_said(self.objectives)),
        )  # fmt: skip


@command("set_objectives", "Set the objectives of an operational period.", needs="plan", during=SEARCHING)
class SetObjectives(Command):
    """All of them; left out, the period is the one opened last."""

    objectives: tuple[str, ...]
    period: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a closed period, and what changes nothing."""
        held = _open(state, self.period)
        objectives = _said(self.objectives)
        if objectives == held.objectives:
            raise RuleBroken(f"These are the objectives of period {held.op} already.")
        return (ObjectivesSet(period=held.id, objectives=objectives),)


@command("close_period", "Close an operational period; what was not completed is written down with it.", "plan", OPEN)
class ClosePeriod(Command):
    """Left out, the period is the one opened last."""

    period: str = ""
    at: Instant | None = None
    remarks: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second closing, an end before the beginning, and one to come."""
        held = _open(state, self.period)
        at = past(self.at, context, "at")
        if at < held.starts_at:
            raise InvalidInput(f"at: period {held.op} begins later than that.", field="at")
        left = tuple(a.id for a in state.assignments.assignments.values() if a.period == held.id and a.is_open)
        return (PeriodClosed(period=held.id, at=at, remarks=self.remarks.strip(), left_open=left),)


def _open(state: CaseState, key: str) -> OperationalPeriod:
    periods = state.assignments.periods
    if not key and not periods:
        raise RuleBroken("There is no operational period yet; open one with open_period.")
    held: OperationalPeriod = found(periods, key or next(reversed(periods)), "period")
    if held.closed_at is not None:
        raise RuleBroken(f"Period {held.op} was closed at {held.closed_at:%Y-%m-%d %H:%M} UTC.")
    return held
