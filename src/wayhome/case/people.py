"""The people of a case and their teams: who is on which team from when to when, and what a team does now.

Knows the organisation as its chapter records it. Who is here at all is in the roster.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from wayhome.base.errors import InvalidInput, NotFound, RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import Command, Instant, LengthM, Says, SpeedMps, command
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, found, said
from wayhome.case.organisation import Organisation as Organisation

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

TeamStatus = Literal["available", "assigned", "working", "resting", "off"]


class Stint(Record):
    """One person's time on a team; `until` None while it lasts."""

    person: str
    since: datetime
    until: datetime | None = None


class Team(Record):
    """A team: who, what kind of resource, how fast and how wide it searches; `stints` is who was on it when."""

    id: str
    name: str
    kind: str = "ground"
    leader: str = ""
    members: tuple[str, ...] = ()
    searchers: int = 4
    speed_mps: float = 0.5
    sweep_width_m: float = 20.0
    skills: tuple[str, ...] = ()
    status: TeamStatus = "available"
    since: datetime | None = None
    stints: tuple[Stint, ...] = ()

    def people(self) -> tuple[str, ...]:
        """Leader and members, each once."""
        return tuple(dict.fromkeys((*([self.leader] if self.leader else []), *self.members)))

    def people_at(self, at: datetime) -> tuple[str, ...]:
        """Who was on the team at a time."""
        on = [s.person for s in self.stints if s.since <= at and (s.until is None or at < s.until)]
        return tuple(dict.fromkeys(on))


class People(Record):
    """Organisation and teams."""

    organisation: Organisation | None = None
    teams: dict[str, Team] = {}

    def available(self) -> tuple[Team, ...]:
        """Teams that can be given an assignment now."""
        return tuple(t for t in self.teams.values() if t.status == "available")

    def team_of(self, person: str) -> Team | None:
        """The team that somebody is on now; a team that is off binds nobody."""
        return next((t for t in self.teams.values() if t.status != "off" and person in t.people()), None)


@event("team_formed")
class TeamFormed(Event):
    """A team, or a team formed anew under the same id."""

    id: str
    name: str
    kind: str = "ground"
    leader: PersonalText = ""
    members: Annotated[tuple[str, ...], Personal] = ()
    searchers: int = 4
    speed_mps: float = 0.5
    sweep_width_m: float = 20.0
    skills: tuple[str, ...] = ()
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Team {self.name} ({self.id}) formed: {self.kind}, {self.searchers} searchers."


@event("team_changed")
class TeamChanged(Event):
    """Who joined and who left a team, and who leads it now; empty leader means as before."""

    team: str
    joined: Annotated[tuple[str, ...], Personal] = ()
    left: Annotated[tuple[str, ...], Personal] = ()
    leader: PersonalText = ""
    searchers: int | None = None
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        said = [
            *([f"{', '.join(self.joined)} joined"] if self.joined else []),
            *([f"{', '.join(self.left)} left"] if self.left else []),
            *([f"{self.leader} leads it"] if self.leader else []),
            *([f"{self.searchers} searchers"] if self.searchers is not None else []),
        ]
        return f"Team {self.team} changed: {', '.join(said) or 'people'}."


@event("team_status_set")
class TeamStatusSet(Event):
    """A team became available, works, rests or left."""

    team: str
    status: TeamStatus
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Team {self.team} is {self.status}."


@folds(TeamFormed, "people")
def _formed(people: People, fact: TeamFormed, origin: Origin) -> People:
    at = fact.at or origin.at
    team = Team(**{k: v for k, v in fact.__dict__.items() if k != "at"}, since=at)
    team = team.replace(stints=tuple(Stint(person=p, since=at) for p in team.people()))
    return people.replace(teams={**people.teams, fact.id: team})


@folds(TeamChanged, "people")
def _changed(people: People, fact: TeamChanged, origin: Origin) -> People:
    at, team = fact.at or origin.at, people.teams[fact.team]
    members = tuple(dict.fromkeys(m for m in (*team.members, *fact.joined) if m not in fact.left))
    before = team.leader if team.leader not in fact.left else ""
    made = team.replace(
        members=members, leader=fact.leader or before,
        searchers=team.searchers if fact.searchers is None else fact.searchers,
    )  # fmt: skip
    on = set(made.people())
    ended = tuple(s.replace(until=at) if s.until is None and s.person not in on else s for s in team.stints)
    lasting = {s.person for s in ended if s.until is None}
    begun = tuple(Stint(person=p, since=at) for p in made.people() if p not in lasting)
    return people.replace(teams={**people.teams, team.id: made.replace(stints=(*ended, *begun))})


@folds(TeamStatusSet, "people")
def _status(people: People, fact: TeamStatusSet, origin: Origin) -> People:
    at, team = fact.at or origin.at, people.teams[fact.team]
    changes: dict[str, object] = {"status": fact.status, "since": at}
    if fact.status == "off":  # nobody is on a team that is off
        changes["stints"] = tuple(s.replace(until=at) if s.until is None else s for s in team.stints)
    elif team.status == "off":
        changes["stints"] = (*team.stints, *(Stint(person=p, since=at) for p in team.people()))
    return people.replace(teams={**people.teams, team.id: team.replace(**changes)})


def resolved(state: CaseState, key: str, field: str) -> str:
    """The id of a serving member or of somebody on the roster, by id, number or name.

    Raises
    ------
    NotFound
        Nobody; says how somebody new is taken in.
    """
    organisation = state.people.organisation
    member = organisation.member(key.strip()) if organisation is not None else None
    if member is not None and member.retired is None:
        return member.id
    person = state.roster.person(key)
    if person is not None:
        return person.id
    raise NotFound(
        f'{field}: there is nobody "{key}" here or in the organisation; check_in with a name takes in anybody.',
        field=field,
    )


def known_person(state: CaseState, key: str, field: str) -> str:
    """As `resolved`; but where there is no organisation anybody may be named, as they are."""
    if state.people.organisation is None and state.roster.person(key) is None:
        return key.strip()
    return resolved(state, key, field)


def person_name(state: CaseState, key: str) -> str:
    """The name of a member or of somebody on the roster by id; any other text as it is."""
    organisation = state.people.organisation
    member = organisation.member(key) if organisation is not None else None
    if member is not None:
        return member.name
    person = state.roster.people.get(key)
    return person.name if person is not None and person.name else key


def _free(state: CaseState, persons: tuple[str, ...], but: str = "") -> None:
    """Refuse who is on another team."""
    for person in persons:
        team = state.people.team_of(person)
        if team is not None and team.id != but:
            raise RuleBroken(
                f"{person_name(state, person)} is on team {team.name}; take them off it with change_team first.",
                team=team.id,
            )  # fmt: skip


def _searchers(count: int) -> int:
    if not 1 <= count <= 500:
        raise InvalidInput(f"searchers: {count} is outside 1 to 500.", field="searchers")
    return count


@command("form_team", "Form a team, with its searchers, speed and sweep width.", needs="dispatch")
class FormTeam(Command):
    """Speed and sweep width are what a plan rests on; give measured ones where there are any."""

    name: str
    kind: str = "ground"
    leader: str = ""
    members: tuple[str, ...] = ()
    searchers: Annotated[int | None, Says("Left out: as many as are named, or 4.")] = None
    speed: SpeedMps = 0.5
    sweep_width: LengthM = 20.0
    skills: tuple[str, ...] = ()
    squad: Annotated[str, Says("A squad of the organisation whose leader and members it takes.")] = ""
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a taken name, unknown members, people of another team, no searchers."""
        name = said(self.name, "name")
        if any(t.name.lower() == name.lower() for t in state.people.teams.values()):
            raise RuleBroken(f'There is a team "{name}" already; choose another name.')
        if not (self.speed > 0 and self.sweep_width > 0):
            raise InvalidInput("speed and sweep_width must be above zero.", field="speed")
        leader, members = self.leader, self.members
        if self.squad:
            organisation = state.people.organisation
            squad = found({s.id: s for s in organisation.squads} if organisation else {}, self.squad, "squad")
            leader, members = leader or squad.leader, members or squad.members
        leader = known_person(state, leader, "leader") if leader.strip() else ""
        members = tuple(dict.fromkeys(known_person(state, m, f"members[{i}]") for i, m in enumerate(members)))
        named = set(members) | ({leader} if leader else set())
        _free(state, tuple(sorted(named)))
        return (
            TeamFormed(
                id=context.new_id("T", state.people.teams), name=name, kind=self.kind, leader=leader,
                members=members, searchers=_searchers(len(named) or 4 if self.searchers is None else self.searchers), speed_mps=self.speed,
                sweep_width_m=self.sweep_width, skills=self.skills, at=self.at,
            ),
        )  # fmt: skip


@command("change_team", "Take people onto a team or off it, or change its leader.", needs="dispatch")
class ChangeTeam(Command):
    """With the time it happened; who was on the team before stays on record."""

    team: str
    join: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    leader: str = ""
    searchers: int | None = None
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse who is not there to leave, and who is on another team."""
        team: Team = found(state.people.teams, self.team, "team")
        on = team.people()
        leave = tuple(dict.fromkeys(_on_team(state, team, k, f"leave[{i}]") for i, k in enumerate(self.leave)))
        joining = (known_person(state, k, f"join[{i}]") for i, k in enumerate(self.join))
        joined = tuple(dict.fromkeys(k for k in joining if k not in on))
        leader = known_person(state, self.leader, "leader") if self.leader.strip() else ""
        leader = "" if leader == team.leader else leader
        if leader and leader in leave:
            raise InvalidInput("leader: who leaves cannot lead; name another.", field="leader")
        if not (joined or leave or leader or self.searchers is not None):
            raise RuleBroken(f"Team {team.name} is so already; name who joins, leaves or leads.")
        _free(state, (*joined, *([leader] if leader and leader not in on else [])), but=team.id)
        come = len({*joined, *([leader] if leader and leader not in on else [])}) - len(leave)
        searchers = self.searchers if self.searchers is not None else max(1, team.searchers + come)
        changed = None if searchers == team.searchers else _searchers(searchers)
        return (TeamChanged(team=team.id, joined=joined, left=leave, leader=leader, searchers=changed, at=self.at),)


def _on_team(state: CaseState, team: Team, key: str, field: str) -> str:
    """The id of somebody on a team, by id or name."""
    named = {p: p for p in team.people()} | {person_name(state, p).lower(): p for p in team.people()}
    person = named.get(key.strip()) or named.get(key.strip().lower())
    if person is None:
        have = ", ".join(team.people()) or "nobody"
        raise InvalidInput(f"{field}: {key} is not on team {team.name}; on it are: {have}.", field=field)
    return person


@command("set_team_status", "Say that a team is available, resting or off.", needs="dispatch")
class SetTeamStatus(Command):
    """Working is set by dispatching, not here."""

    team: str
    status: Literal["available", "resting", "off"]
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse while the team is out."""
        team = found(state.people.teams, self.team, "team")
        if team.status == "working":
            raise RuleBroken(f"Team {team.name} is out on an assignment; debrief or cancel that first.")
        if team.status == "off" and self.status != "off":
            _free(state, team.people(), but=team.id)
        return (TeamStatusSet(team=team.id, status=self.status, at=self.at),)
