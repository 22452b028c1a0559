"""Who is here, since when and until when, and whether those who left are home.

Knows members and people from outside alike. What is said of them is personal data; ids and times are not.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from wayhome.base.errors import InvalidInput, NotAllowed, RuleBroken
from wayhome.base.record import Record
from wayhome.case.call_out import CallOut
from wayhome.case.command import Command, DurationS, Instant, Says, command
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, past, said
from wayhome.case.people import TeamChanged, person_name, resolved
from wayhome.case.volunteers import VolunteerCode, admitted
from wayhome.case.welfare import Welfare

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

Whereabouts = Literal["called", "coming", "not_coming", "no_answer", "in", "left", "home"]
LONGEST_STAY_S = 72 * 3600.0


class Stay(Record):
    """One time at the incident: in, to be out by, out, to be home by, home."""

    since: datetime
    leave_by: datetime | None = None
    out_at: datetime | None = None
    home_by: datetime | None = None
    home_at: datetime | None = None

    def lasted_s(self, begin: datetime | None, end: datetime) -> float:
        """How much of it lies between two times; `begin` None counts from its own beginning."""
        since = self.since if begin is None else max(self.since, begin)
        until = end if self.out_at is None else min(self.out_at, end)
        return max(0.0, (until - since).total_seconds())


class Person(Record):
    """Somebody who was here: a member by id, or one from outside with what they told of themselves."""

    id: str
    name: str = ""
    phone: str = ""
    organisation: str = ""
    qualifications: tuple[str, ...] = ()
    vehicle: str = ""
    medical: str = ""
    emergency_contact: str = ""
    code: str = ""
    pin: str = ""
    stays: tuple[Stay, ...] = ()

    @property
    def number(self) -> str:
        """The personal number with which a volunteer checks out; empty for everybody else."""
        return f"{self.id}-{self.pin}" if self.pin else ""

    def stay(self) -> Stay | None:
        """The stay that lasts."""
        return self.stays[-1] if self.stays and self.stays[-1].out_at is None else None


class Roster(Record):
    """People, call-outs, welfare by team, and volunteers' codes."""

    people: dict[str, Person] = {}
    call_outs: dict[str, CallOut] = {}
    welfare: dict[str, Welfare] = {}
    codes: dict[str, VolunteerCode] = {}

    def person(self, key: str) -> Person | None:
        """Somebody on the roster by id, personal number or name, case-blind; None also where the name fits several."""
        plain = key.strip().lower()
        for p in self.people.values():
            if plain == p.id.lower() or (p.pin and plain == p.number.lower()):
                return p
        named = [p for p in self.people.values() if p.name and p.name.lower() == plain]
        here = [p for p in named if p.stay() is not None] or named
        return here[0] if len(here) == 1 else None

    def stay(self, person: str) -> Stay | None:
        """The stay of somebody who is here."""
        held = self.people.get(person)
        return None if held is None else held.stay()

    def here(self) -> tuple[Person, ...]:
        """Everybody who is checked in."""
        return tuple(p for p in self.people.values() if p.stay() is not None)


# -- what the desk must be reminded of ------------------------------------------------------------


def leaving_due(state: CaseState) -> tuple[tuple[Person, datetime], ...]:
    """Everybody here who is to be out by a time, with that time."""
    here = ((p, p.stays[-1].leave_by) for p in state.roster.here())
    return tuple(sorted(((p, t) for p, t in here if t is not None), key=lambda d: (d[1], d[0].id)))


def home_due(state: CaseState) -> tuple[tuple[Person, datetime], ...]:
    """Everybody who left and is to be home by a time, and has not been heard of."""
    last = ((p, p.stays[-1]) for p in state.roster.people.values() if p.stays)
    due = ((p, s.home_by) for p, s in last if s.out_at is not None and s.home_at is None)
    return tuple(sorted(((p, t) for p, t in due if t is not None), key=lambda d: (d[1], d[0].id)))


def whereabouts(state: CaseState, person: str) -> Whereabouts | None:
    """Where somebody stands: here, gone, home, or called; None for one who was never called nor here."""
    held = state.roster.people.get(person)
    calls = [c for c in state.roster.call_outs.values() if person in c.persons]
    last = held.stays[-1] if held is not None and held.stays else None
    if last is not None and (last.out_at is None or not calls or calls[-1].asked_at <= last.out_at):
        return "in" if last.out_at is None else "left" if last.home_at is None else "home"
    if not calls:
        return None
    answer = calls[-1].answers.get(person)
    return "called" if answer is None else answer.reply


# -- events ---------------------------------------------------------------------------------------


@event("checked_in")
class CheckedIn(Event):
    """Somebody is here; from outside, with what they told of themselves."""

    person: str
    at: datetime
    leave_by: datetime | None = None
    name: PersonalText = ""
    phone: PersonalText = ""
    organisation: PersonalText = ""
    qualifications: Annotated[tuple[str, ...], Personal] = ()
    vehicle: PersonalText = ""
    medical: PersonalText = ""
    emergency_contact: PersonalText = ""
    code: str = ""
    pin: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.person} checked in{f' by code {self.code}' if self.code else ''}."


@event("stay_extended")
class StayExtended(Event):
    """Somebody may stay until another time."""

    person: str
    leave_by: datetime
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.person} is to leave by another time.{f' {self.reason}' if self.reason else ''}"


@event("checked_out")
class CheckedOut(Event):
    """Somebody left."""

    person: str
    at: datetime
    home_by: datetime | None = None
    code: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.person} checked out{f' by code {self.code}' if self.code else ''}."


@event("arrived_home")
class ArrivedHome(Event):
    """Somebody who left is safe at home."""

    person: str
    at: datetime

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.person} is home."


@folds(CheckedIn, "roster")
def _in(roster: Roster, fact: CheckedIn, origin: Origin) -> Roster:
    held = roster.people.get(fact.person) or Person(id=fact.person)
    told = {k: v for k, v in fact.__dict__.items() if k not in ("person", "at", "leave_by") and v}
    stays = (*held.stays, Stay(since=fact.at, leave_by=fact.leave_by))
    return _with(roster, held.replace(**told, stays=stays))


@folds(StayExtended, "roster")
def _extended(roster: Roster, fact: StayExtended, origin: Origin) -> Roster:
    return _with_stay(roster, fact.person, leave_by=fact.leave_by)


@folds(CheckedOut, "roster")
def _out(roster: Roster, fact: CheckedOut, origin: Origin) -> Roster:
    return _with_stay(roster, fact.person, out_at=fact.at, home_by=fact.home_by)


@folds(ArrivedHome, "roster")
def _home(roster: Roster, fact: ArrivedHome, origin: Origin) -> Roster:
    return _with_stay(roster, fact.person, home_at=fact.at)


def _with(roster: Roster, person: Person) -> Roster:
    return roster.replace(people={**roster.people, person.id: person})


def _with_stay(roster: Roster, person: str, **changes: datetime | None) -> Roster:
    held = roster.people[person]
    return _with(roster, held.replace(stays=(*held.stays[:-1], held.stays[-1].replace(**changes))))


# -- commands -------------------------------------------------------------------------------------


@command("check_in", "Check somebody in: a member by id, or anybody else by name.")
class CheckIn(Command):
    """What is left out of somebody who was here before stays as it was."""

    person: Annotated[str, Says("A member's id or name, or the number of somebody who was here before.")] = ""
    name: Annotated[str, Says("For somebody who is no member.")] = ""
    phone: str = ""
    organisation: str = ""
    qualifications: tuple[str, ...] = ()
    vehicle: str = ""
    medical: str = ""
    emergency_contact: str = ""
    limit: Annotated[DurationS, Says("How long they may stay, such as 8 h.")] | None = None
    leave_by: Annotated[Instant, Says("Or the time by which they must leave.")] | None = None
    at: Instant | None = None
    code: Annotated[str, Says("A volunteer code, where somebody checks in by themselves.")] = ""
    pin: Annotated[str, Says("The secret part of a volunteer's number; made by the program.")] = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse who is here already, who is nobody known and has no name, and a code that does not count."""
        code = admitted(state, self.code, context.at).id if self.code else ""
        at = past(self.at, context, "at")
        person = self._person(state, context, code)
        held = state.roster.people.get(person)
        if held is not None and held.stay() is not None:
            raise RuleBroken(f"{person_name(state, person)} is checked in already; check_out comes first.")
        if held is not None and held.stays and held.stays[-1].out_at is not None and at < held.stays[-1].out_at:
            raise InvalidInput(f"at: {person_name(state, person)} was still here then, from before.", field="at")
        if self.limit is not None and self.leave_by is not None:
            raise InvalidInput("Give limit or leave_by, not both.", field="leave_by")
        if self.limit is not None and not 0 < self.limit <= LONGEST_STAY_S:
            raise InvalidInput("limit: a stay lasts more than 0 and at most 72 h.", field="limit")
        leave_by = at + timedelta(seconds=self.limit) if self.limit is not None else self.leave_by
        if leave_by is not None and leave_by <= at:
            raise InvalidInput("leave_by: that is before they came.", field="leave_by")
        is_outsider = state.people.organisation is None or state.people.organisation.member(person) is None
        return (
            CheckedIn(
                person=person, at=at, leave_by=leave_by, name=self.name.strip() if is_outsider else "",
                phone=self.phone.strip(), organisation=self.organisation.strip(), qualifications=self.qualifications,
                vehicle=self.vehicle.strip(), medical=self.medical.strip(),
                emergency_contact=self.emergency_contact.strip(), code=code,
                pin=self.pin if is_outsider and (held is None or not held.pin) else "",
            ),
        )  # fmt: skip

    def _person(self, state: CaseState, context: Context, code: str) -> str:
        key, name = self.person.strip(), self.name.strip()
        if code and key:
            return by_number(state, key).id
        if key:
            return resolved(state, key, "person")
        said(name, "name")
        organisation = state.people.organisation
        member = organisation.member(name) if organisation is not None and not code else None
        if member is not None:  # a member typed into the other field; by code nobody becomes a member
            return resolved(state, name, "name")
        for held in state.roster.here():
            if (held.name.lower(), held.phone) == (name.lower(), self.phone.strip()):
                raise RuleBroken(f"{name} is checked in already; give a phone number if this is somebody else.")
        taken = {*state.roster.people, *(m.id for m in (organisation.members if organisation is not None else ()))}
        return context.new_id("V", {k: k for k in taken if k[:1] == "V"})


@command("extend_stay", "Say by when somebody who is here must leave.", needs="dispatch")
class ExtendStay(Command):
    """With the reason, where it is longer than was agreed."""

    person: str
    leave_by: Instant
    reason: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse who is not here, and a time that is over."""
        person = _here(state, self.person)
        if self.leave_by <= context.at:
            raise InvalidInput("leave_by: that time is over; check_out says that they left.", field="leave_by")
        return (StayExtended(person=person.id, leave_by=self.leave_by, reason=self.reason.strip()),)


@command("check_out", "Check somebody out; until when are they expected at home?")
class CheckOut(Command):
    """Takes them off their team as well."""

    person: str
    at: Instant | None = None
    home_by: Annotated[Instant, Says("When to worry if they are not home; arrived_home settles it.")] | None = None
    code: Annotated[str, Says("A volunteer code, where somebody checks out by themselves with their number.")] = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse who is not here, and who is out with a team."""
        code = admitted(state, self.code, context.at).id if self.code else ""
        person = by_number(state, self.person) if code else _here(state, self.person)
        stay = person.stay()
        if stay is None:
            raise RuleBroken("This number is not checked in.")
        at = past(self.at, context, "at")
        if at < stay.since:
            raise InvalidInput("at: that is before they came.", field="at")
        if self.home_by is not None and self.home_by <= at:
            raise InvalidInput("home_by: that is before they left.", field="home_by")
        team = state.people.team_of(person.id)
        if team is not None and team.status == "working":
            whose = "You are" if code else f"{person_name(state, person.id)} is"
            raise RuleBroken(f"{whose} out with team {team.name}; the team comes back first.")
        left: tuple[Event, ...] = ()
        if team is not None:
            left = (TeamChanged(team=team.id, left=(person.id,), searchers=max(1, team.searchers - 1), at=at),)
        return (CheckedOut(person=person.id, at=at, home_by=self.home_by, code=code), *left)


@command("arrived_home", "Write down that somebody who left is safe at home.")
class SayArrivedHome(Command):
    """Ends the clock that check_out began."""

    person: str
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse who is still here, or home already."""
        key = resolved(state, self.person, "person")
        person = state.roster.people.get(key)
        name = person_name(state, key)
        last = person.stays[-1] if person is not None and person.stays else None
        if last is None:
            raise RuleBroken(f"{name} was never checked in.")
        if last.out_at is None:
            raise RuleBroken(f"{name} is still checked in; check_out comes first.")
        if last.home_at is not None:
            raise RuleBroken(f"{name} is home already.")
        at = past(self.at, context, "at")
        if at < last.out_at:
            raise InvalidInput("at: that is before they left.", field="at")
        return (ArrivedHome(person=key, at=at),)


def by_number(state: CaseState, number: str) -> Person:
    """The volunteer of a personal number; by code nobody acts for somebody else."""
    plain = number.strip().lower().replace(" ", "")
    plain = plain if plain.startswith("v") else f"v{plain}"
    person = next((p for p in state.roster.people.values() if p.pin and p.number.lower() == plain), None)
    if person is None:
        raise NotAllowed("There is no such number; look at it again, or ask at the check-in table.")
    return person


def _here(state: CaseState, key: str) -> Person:
    person = state.roster.people.get(resolved(state, key, "person"))
    if person is None or person.stay() is None:
        raise RuleBroken(f"{person_name(state, resolved(state, key, 'person'))} is not checked in.")
    return person
