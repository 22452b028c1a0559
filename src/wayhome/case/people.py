"""The organisation and its teams: ranks, roles, members, who is where.

Knows the organisation file as recorded. Names of members are personal data; ids are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.record import Record
from wayhome.case.authority import PERMISSIONS
from wayhome.case.command import Command, LengthM, SpeedMps, command
from wayhome.case.fact import Context, Event, Origin, Personal, event, folds, found, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

TeamStatus = Literal["available", "assigned", "working", "resting", "off"]


class Rank(Record):
    """A rank; a higher `order` commands a lower one."""

    id: str
    title: str
    order: int = 0


class Role(Record):
    """A role and what it allows."""

    id: str
    title: str
    may: tuple[str, ...] = ()


class Member(Record):
    """A member of the organisation."""

    id: str
    name: str
    rank: str = ""
    roles: tuple[str, ...] = ()
    qualifications: tuple[str, ...] = ()


class Organisation(Record):
    """The organisation that searches: ranks, roles, members."""

    name: str
    ranks: tuple[Rank, ...] = ()
    roles: tuple[Role, ...] = ()
    members: tuple[Member, ...] = ()

    def member(self, key: str) -> Member | None:
        """A member by id or by name, case-blind."""
        return next((m for m in self.members if key.lower() in (m.id.lower(), m.name.lower())), None)


class Team(Record):
    """A team: who, what kind of resource, how fast and how wide it searches."""

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


class People(Record):
    """Organisation and teams."""

    organisation: Organisation | None = None
    teams: dict[str, Team] = {}

    def available(self) -> tuple[Team, ...]:
        """Teams that can be given an assignment now."""
        return tuple(t for t in self.teams.values() if t.status == "available")


@event("organisation_adopted")
class OrganisationAdopted(Event):
    """The organisation file, as it was read."""

    name: str
    ranks: tuple[Rank, ...] = ()
    roles: tuple[Role, ...] = ()
    members: Annotated[tuple[Member, ...], Personal] = ()

    def says(self) -> str:
        """Sentence for the log."""
        return f"Organisation adopted: {self.name}, {len(self.members)} members."


@event("team_formed")
class TeamFormed(Event):
    """A team, or a team formed anew under the same id."""

    id: str
    name: str
    kind: str = "ground"
    leader: str = ""
    members: tuple[str, ...] = ()
    searchers: int = 4
    speed_mps: float = 0.5
    sweep_width_m: float = 20.0
    skills: tuple[str, ...] = ()

    def says(self) -> str:
        """Sentence for the log."""
        return f"Team {self.name} ({self.id}) formed: {self.kind}, {self.searchers} searchers."


@event("team_status_set")
class TeamStatusSet(Event):
    """A team became available, works, rests or left."""

    team: str
    status: TeamStatus

    def says(self) -> str:
        """Sentence for the log."""
        return f"Team {self.team} is {self.status}."


@folds(OrganisationAdopted, "people")
def _adopted(people: People, fact: OrganisationAdopted, origin: Origin) -> People:
    return people.replace(organisation=Organisation(**fact.__dict__))


@folds(TeamFormed, "people")
def _formed(people: People, fact: TeamFormed, origin: Origin) -> People:
    return people.replace(teams={**people.teams, fact.id: Team(**fact.__dict__)})


@folds(TeamStatusSet, "people")
def _status(people: People, fact: TeamStatusSet, origin: Origin) -> People:
    team = people.teams[fact.team].replace(status=fact.status)
    return people.replace(teams={**people.teams, team.id: team})


@command("adopt_organisation", "Adopt an organisation file: ranks, roles and what they allow, members.", "administer")
class AdoptOrganisation(Command):
    """From here on, who may do what follows the roles."""

    name: str
    ranks: tuple[Rank, ...] = ()
    roles: tuple[Role, ...] = ()
    members: tuple[Member, ...] = ()

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse unknown permissions, ranks and roles, and an organisation in which nobody may decide."""
        for role in self.roles:
            if bad := sorted(set(role.may) - set(PERMISSIONS)):
                raise InvalidInput(
                    f'roles: {role.id} may not "{", ".join(bad)}"; permissions are {", ".join(PERMISSIONS)}.',
                    field="roles",
                )
        ranks, roles = {r.id for r in self.ranks}, {r.id for r in self.roles}
        for member in self.members:
            if member.rank and member.rank not in ranks:
                raise InvalidInput(f'members: {member.id} has an unknown rank "{member.rank}".', field="members")
            if bad := sorted(set(member.roles) - roles):
                raise InvalidInput(f"members: {member.id} has unknown roles {', '.join(bad)}.", field="members")
        held = {r for m in self.members for r in m.roles}
        if not any("decide" in r.may and r.id in held for r in self.roles):
            raise InvalidInput(
                "members: nobody holds a role that may decide; the case could never end.", field="members"
            )
        return (OrganisationAdopted(**self.__dict__),)


@command("form_team", "Form a team, with its searchers, speed and sweep width.", needs="dispatch")
class FormTeam(Command):
    """Speed and sweep width are what a plan rests on; give measured ones where there are any."""

    name: str
    kind: str = "ground"
    leader: str = ""
    members: tuple[str, ...] = ()
    searchers: int = 4
    speed: SpeedMps = 0.5
    sweep_width: LengthM = 20.0
    skills: tuple[str, ...] = ()

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a taken name, unknown members, no searchers."""
        name = said(self.name, "name")
        if any(t.name.lower() == name.lower() for t in state.people.teams.values()):
            raise RuleBroken(f'There is a team "{name}" already; choose another name.')
        if not 1 <= self.searchers <= 500:
            raise InvalidInput(f"searchers: {self.searchers} is outside 1 to 500.", field="searchers")
        if not (self.speed > 0 and self.sweep_width > 0):
            raise InvalidInput("speed and sweep_width must be above zero.", field="speed")
        organisation = state.people.organisation
        if organisation is not None:
            for who in (*self.members, *([self.leader] if self.leader else [])):
                if organisation.member(who) is None:
                    raise InvalidInput(f"members: {who} is no member of {organisation.name}.", field="members")
        return (
            TeamFormed(
                id=context.new_id("T", state.people.teams), name=name, kind=self.kind, leader=self.leader,
                members=self.members, searchers=self.searchers, speed_mps=self.speed,
                sweep_width_m=self.sweep_width, skills=self.skills,
            ),
        )  # fmt: skip


@command("set_team_status", "Say that a team is available, resting or off.", needs="dispatch")
class SetTeamStatus(Command):
    """Working is set by dispatching, not here."""

    team: str
    status: Literal["available", "resting", "off"]

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse while the team is out."""
        team = found(state.people.teams, self.team, "team")
        if team.status == "working":
            raise RuleBroken(f"Team {team.name} is out on an assignment; debrief or cancel that first.")
        return (TeamStatusSet(team=team.id, status=self.status),)
