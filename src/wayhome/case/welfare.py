"""Welfare checks of teams that are out: how often, when last heard of, who is overdue.

Knows a check that was confirmed and the radio log. A team that is not out has no clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import Command, DurationS, Instant, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, past
from wayhome.case.message import last_contact
from wayhome.case.organisation import WELFARE_RANGE_S, WELFARE_S
from wayhome.case.people import Team

if TYPE_CHECKING:
    from wayhome.case.roster import Roster
    from wayhome.case.state import CaseState


class Welfare(Record):
    """What is agreed with a team and when it last confirmed; `interval_s` None is the organisation's."""

    interval_s: float | None = None
    confirmed_at: datetime | None = None


class Check(Record):
    """A team that is out, when it was last heard of, and when it must be heard of next."""

    team: str
    heard_at: datetime
    due: datetime


@event("welfare_set")
class WelfareSet(Event):
    """How often a team must be heard of."""

    team: str
    interval_s: float

    def says(self) -> str:
        """Sentence for the log."""
        return f"Team {self.team} is to be heard of every {self.interval_s / 60:g} min."


@event("welfare_confirmed")
class WelfareConfirmed(Event):
    """A team said that it is well."""

    team: str
    at: datetime
    remark: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Team {self.team} is well.{f' {self.remark}' if self.remark else ''}"


@folds(WelfareSet, "roster")
def _set(roster: Roster, fact: WelfareSet, origin: Origin) -> Roster:
    held = roster.welfare.get(fact.team, Welfare())
    return roster.replace(welfare={**roster.welfare, fact.team: held.replace(interval_s=fact.interval_s)})


@folds(WelfareConfirmed, "roster")
def _confirmed(roster: Roster, fact: WelfareConfirmed, origin: Origin) -> Roster:
    held = roster.welfare.get(fact.team, Welfare())
    last = fact.at if held.confirmed_at is None else max(fact.at, held.confirmed_at)
    return roster.replace(welfare={**roster.welfare, fact.team: held.replace(confirmed_at=last)})


def interval_s(state: CaseState, team: str) -> float:
    """How often a team must be heard of: as its outing says, as set for it, else the organisation's, else every 30 min."""
    agreed = next((a.check_in_s for a in state.assignments.out() if a.team == team and a.check_in_s), None)
    own = agreed or state.roster.welfare.get(team, Welfare()).interval_s
    organisation = state.people.organisation
    return own or (organisation.welfare_interval_s if organisation else WELFARE_S)


def check_of(state: CaseState, team: Team, heard_at: datetime | None = None) -> Check | None:
    """The welfare clock of a team; None while it is not out.

    `heard_at` is when the radio log last heard of it; going out counts as contact too.
    """
    if team.status != "working" or team.since is None:
        return None
    confirmed = state.roster.welfare.get(team.id, Welfare()).confirmed_at
    heard = max(t for t in (team.since, confirmed, heard_at) if t is not None)
    return Check(team=team.id, heard_at=heard, due=heard + timedelta(seconds=interval_s(state, team.id)))


def checks(state: CaseState) -> tuple[Check, ...]:
    """Welfare clocks of all teams that are out, the one due first first."""
    found = (check_of(state, t, last_contact(state, t.id)) for t in state.people.teams.values())
    return tuple(sorted((c for c in found if c is not None), key=lambda c: (c.due, c.team)))


def overdue_checks(state: CaseState, at: datetime) -> tuple[Check, ...]:
    """Teams that should have been heard of by a time."""
    return tuple(c for c in checks(state) if c.due <= at)


@command("set_welfare", "Say how often a team that is out must be heard of: 10 to 120 min.", needs="dispatch")
class SetWelfare(Command):
    """Without it the organisation's interval holds, else 30 min."""

    team: str
    interval: DurationS

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse less than 10 min and more than 2 h."""
        team = found(state.people.teams, self.team, "team")
        low, high = WELFARE_RANGE_S
        if not low <= self.interval <= high:
            raise InvalidInput(f"interval: {self.interval / 60:g} min is outside 10 to 120 min.", field="interval")
        return (WelfareSet(team=team.id, interval_s=self.interval),)


@command("confirm_welfare", "Write down that a team was heard of and is well.")
class ConfirmWelfare(Command):
    """A radio message from the team counts as well."""

    team: str
    at: Instant | None = None
    remark: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a team that is not out, and a time to come."""
        team = found(state.people.teams, self.team, "team")
        at = past(self.at, context, "at")
        if team.status != "working":
            raise RuleBroken(f"Team {team.name} is {team.status}, not out; only teams that are out are checked.")
        return (WelfareConfirmed(team=team.id, at=at, remark=self.remark.strip()),)
