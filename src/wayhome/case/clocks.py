"""What runs against time in a case: who is overdue, what is to be reviewed, what expires, and when.

Knows due times and what acts on them, never what is urgent: that is the agenda. The daylight is told from outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from wayhome.base.record import Record
from wayhome.case.ledger import out
from wayhome.case.people import person_name
from wayhome.case.retention import retention_ends_at
from wayhome.case.roster import home_due, leaving_due
from wayhome.case.state import CaseState
from wayhome.case.welfare import checks

ClockKind = Literal[
    "outing", "welfare", "duty", "arrival", "period", "risk_review", "notice_expiry", "notice_suspension",
    "revisit", "retention", "daylight",
]  # fmt: skip


class Clock(Record):
    """Something with a due time, in words before and after it; `command` settles it, or is empty where nothing can."""

    kind: ClockKind
    what: str
    over: str = ""
    about: str = ""
    due: datetime
    command: str = ""

    def is_over(self, at: datetime) -> bool:
        """Whether its time has come."""
        return self.due <= at

    def says(self, at: datetime) -> str:
        """The sentence before its time, or the one after."""
        return self.over if self.over and self.is_over(at) else self.what


class Daylight(Record):
    """Whether it is dark, and when that changes next; None where it does not within a day."""

    is_dark: bool
    changes_at: datetime | None = None


def clocks(state: CaseState, at: datetime, daylight: Daylight | None = None) -> tuple[Clock, ...]:
    """All clocks of a case, the one due first first."""
    found = [*_people(state), *_reviews(state), *_notices(state), *_later(state)]
    if state.status in ("active", "suspended"):
        found += _outings(state)
    if daylight is not None and daylight.changes_at is not None and state.status == "active":
        what = "It gets light." if daylight.is_dark else "It gets dark (end of civil twilight)."
        found.append(Clock(kind="daylight", what=what, due=daylight.changes_at))
    return tuple(sorted(found, key=lambda c: (c.due, c.kind, c.about)))


def _outings(state: CaseState) -> Iterator[Clock]:
    for a in state.assignments.out():
        if a.dispatched_at is not None and a.hours_planned:
            due = a.dispatched_at + timedelta(hours=a.hours_planned)
            yield Clock(kind="outing", what=f"{a.team_name} is out on {a.id}; debrief it when it is back.",
                        over=f"{a.team_name} is overdue on {a.id}.", about=a.id, due=due, command="debrief_assignment")  # fmt: skip
    period = state.assignments.current_period()
    if period is not None and period.closed_at is None and state.status == "active":
        yield Clock(kind="period", what=f"Operational period {period.op} ends.", over=f"Operational period {period.op} has ended; open the next.",
                    about=period.id, due=period.ends_at, command="open_period")  # fmt: skip


def _people(state: CaseState) -> Iterator[Clock]:
    """Teams to be heard of, people to leave, people to be home; whatever has become of the search."""
    for c in checks(state):
        name = state.people.teams[c.team].name
        yield Clock(kind="welfare", what=f"{name} is to be heard of.", over=f"{name} was not heard of in time; call them.",
                    about=c.team, due=c.due, command="confirm_welfare")  # fmt: skip
    for person, due in leaving_due(state):
        who = person_name(state, person.id)
        yield Clock(kind="duty", what=f"{who} is to leave.", over=f"{who} has stayed as long as agreed; send them home.",
                    about=person.id, due=due, command="check_out")  # fmt: skip
    for person, due in home_due(state):
        who = person_name(state, person.id)
        yield Clock(kind="arrival", what=f"{who} is on the way home.", over=f"{who} has not said that they are home.",
                    about=person.id, due=due, command="arrived_home")  # fmt: skip


def _reviews(state: CaseState) -> Iterator[Clock]:
    risk = state.subject.risk
    if state.status == "active" and risk is not None and risk.review_by is not None:
        yield Clock(kind="risk_review", what="The risk is to be reviewed.", over="The review of the risk is overdue.",
                    due=risk.review_by, command="assess_risk")  # fmt: skip
    for r in state.ending.open_revisits() if state.status in ("active", "suspended") else ():
        if r.due is not None:
            yield Clock(kind="revisit", what=f"Revisit {r.id}: {r.what}", over=f"Revisit {r.id} is due: {r.what}",
                        about=r.id, due=r.due, command="do_revisit")  # fmt: skip


def _notices(state: CaseState) -> Iterator[Clock]:
    for n in out(state):
        name = f"{n.kind.replace('_', ' ').capitalize()} {n.id}"  # not its title: a calendar leaves the desk
        if n.status == "suspended" and n.suspended_until is not None:
            yield Clock(kind="notice_suspension", what=f"The suspension of {name} ends.",
                        over=f"The suspension of {name} is over; resume or withdraw it.", about=n.id, due=n.suspended_until,
                        command="resume_notice")  # fmt: skip
        elif n.expires_at is not None:
            yield Clock(kind="notice_expiry", what=f"{name} expires.", over=f"{name} has expired; extend or withdraw it.",
                        about=n.id, due=n.expires_at, command="extend_notice")  # fmt: skip


def _later(state: CaseState) -> Iterator[Clock]:
    closed = state.ending.closure
    if (ends := retention_ends_at(state.retention, closed.at if closed else None)) is not None:
        yield Clock(kind="retention", what="Personal data of the closed case may be kept until then.",
                    over=f"Personal data has been kept as long as allowed: {state.retention.rule}", due=ends, command="set_retention")  # fmt: skip
