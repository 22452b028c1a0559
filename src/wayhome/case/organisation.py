"""The organisation that searches: ranks, roles and what they allow, qualifications, members, positions, its own rules.

Knows the organisation file as adopted and every change since. Names, phones and call signs are personal data; ids are
not. Refuses an organisation in which nobody may decide.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from wayhome.base.errors import InvalidInput, NotFound, RuleBroken
from wayhome.base.record import Record
from wayhome.case.authority import PERMISSIONS
from wayhome.case.command import Command, DurationS, Instant, Kind, Says, command
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, said

if TYPE_CHECKING:
    from wayhome.case.people import People
    from wayhome.case.state import CaseState

WELFARE_S = 1800.0  # RadioLog's default; it allows 10 to 120 minutes, and so do we
WELFARE_RANGE_S = (600.0, 7200.0)
LONGEST_DUTY_S = 12 * 3600.0  # own choice, for organisations that say nothing
REQUIRED_REST_S = 8 * 3600.0  # own choice, the rest that team limits assume too
_LONGEST_S = 72 * 3600.0


def _day(text: object, what: str) -> str:
    """A day as ISO 8601 text; TOML may hold it as a date."""
    if isinstance(text, datetime):
        text = text.date()
    try:
        return (text if isinstance(text, date) else date.fromisoformat(str(text).strip())).isoformat()
    except ValueError:
        raise InvalidInput(f'{what}: "{text}" is not a day; write for example 2027-03-31.', field=what) from None


Day = Annotated[str, Kind("day", _day, "2027-03-31")]

# what may take a second person: the kinds of notices, and an assignment before it goes out
Seconded = Literal["missing_notice", "border_alert", "warrant", "standing_order", "public_appeal", "assignment"]


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


class Qualification(Record):
    """Something a member can be qualified in; one that expires counts only with a day until which it is valid."""

    id: str
    title: str = ""
    expires: bool = False


class Member(Record):
    """A member of the organisation; `valid_until` by qualification."""

    id: str
    name: str
    rank: str = ""
    roles: tuple[str, ...] = ()
    qualifications: tuple[str, ...] = ()
    valid_until: dict[str, Day] = {}
    phone: str = ""
    call_sign: str = ""
    territory: str = ""
    retired: str | None = None


class Post(Record):
    """A position of the incident's own organisation, such as the safety officer, and the member who holds it."""

    id: str
    title: str = ""
    member: str = ""
    since: Instant | None = None


class Squad(Record):
    """A standing team: those who are called and sent together."""

    id: str
    title: str
    leader: str = ""
    members: tuple[str, ...] = ()


class Organisation(Record):
    """The organisation that searches; `second_person` None means that every kind of notice needs one."""

    name: str
    ranks: tuple[Rank, ...] = ()
    roles: tuple[Role, ...] = ()
    qualifications: tuple[Qualification, ...] = ()
    members: tuple[Member, ...] = ()
    positions: tuple[Post, ...] = ()
    squads: tuple[Squad, ...] = ()
    audiences: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    second_person: tuple[Seconded, ...] | None = None
    welfare_interval_s: float = WELFARE_S
    longest_duty_s: float = LONGEST_DUTY_S
    required_rest_s: float = REQUIRED_REST_S
    refuse_unfit: bool = False

    def member(self, key: str) -> Member | None:
        """A member by id or by name, case-blind; who serves before who is retired."""
        known = [m for m in self.members if key.lower() in (m.id.lower(), m.name.lower())]
        return next((m for m in known if m.retired is None), known[0] if known else None)

    def serving(self) -> tuple[Member, ...]:
        """Members who are not retired."""
        return tuple(m for m in self.members if m.retired is None)

    def holder(self, position: str) -> Member | None:
        """Who holds a position, by its id; None where nobody does or there is no such position."""
        post = next((p for p in self.positions if p.id == position), None)
        return self.member(post.member) if post is not None and post.member else None

    def lapsed(self, member: Member, at: datetime) -> tuple[str, ...]:
        """Qualifications that a member claims and that are over: the last day (UTC) is past, or nobody gave it."""
        expiring = {q.id for q in self.qualifications if q.expires}
        today = at.date().isoformat()  # times in a case are UTC
        return tuple(
            q for q in member.qualifications
            if (member.valid_until[q] < today if q in member.valid_until else q in expiring)
        )  # fmt: skip


@event("organisation_adopted")
class OrganisationAdopted(Event):
    """The organisation file, as it was read."""

    name: str
    ranks: tuple[Rank, ...] = ()
    roles: tuple[Role, ...] = ()
    members: Annotated[tuple[Member, ...], Personal] = ()
    qualifications: tuple[Qualification, ...] = ()
    positions: tuple[Post, ...] = ()
    squads: tuple[Squad, ...] = ()
    audiences: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    second_person: tuple[Seconded, ...] | None = None
    welfare_interval_s: float = WELFARE_S
    longest_duty_s: float = LONGEST_DUTY_S
    required_rest_s: float = REQUIRED_REST_S
    refuse_unfit: bool = False

    def says(self) -> str:
        """Sentence for the log."""
        return f"Organisation adopted: {self.name}, {len(self.members)} members."


@event("member_amended")
class MemberAmended(Event):
    """A member joined, or is described anew."""

    id: str
    name: PersonalText
    rank: str = ""
    roles: tuple[str, ...] = ()
    qualifications: tuple[str, ...] = ()
    valid_until: dict[str, str] = {}
    phone: PersonalText = ""
    call_sign: PersonalText = ""
    territory: PersonalText = ""
    is_new: bool = False

    def says(self) -> str:
        """Sentence for the log."""
        roles = f", roles: {', '.join(self.roles)}" if self.roles else ""
        return f"Member {self.id} {'joined' if self.is_new else 'amended'}{roles}."


@event("member_retired")
class MemberRetired(Event):
    """A member no longer serves and so may do nothing more."""

    member: str
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Member {self.member} retired: {self.reason}"


@event("role_set")
class RoleSet(Event):
    """What a role allows from here on."""

    id: str
    title: str
    may: tuple[str, ...] = ()

    def says(self) -> str:
        """Sentence for the log."""
        return f"Role {self.title or self.id} may now: {', '.join(self.may) or 'nothing'}."


@event("position_filled")
class PositionFilled(Event):
    """A member took a position over, or (empty) left it open."""

    position: str
    title: str
    member: str = ""
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.title or self.position}: {self.member or 'nobody'}."


@folds(OrganisationAdopted, "people")
def _adopted(people: People, fact: OrganisationAdopted, origin: Origin) -> People:
    return people.replace(organisation=Organisation(**fact.__dict__))


@folds(MemberAmended, "people")
def _amended(people: People, fact: MemberAmended, origin: Origin) -> People:
    return _with_member(people, Member(**{k: v for k, v in fact.__dict__.items() if k != "is_new"}))


@folds(MemberRetired, "people")
def _retired(people: People, fact: MemberRetired, origin: Origin) -> People:
    held = people.organisation.member(fact.member) if people.organisation else None
    # after an erasure there may be nobody left to retire
    return people if held is None else _with_member(people, held.replace(retired=fact.reason, roles=()))


@folds(RoleSet, "people")
def _role(people: People, fact: RoleSet, origin: Origin) -> People:
    if people.organisation is None:
        return people
    roles = _put(people.organisation.roles, Role(**fact.__dict__))
    return people.replace(organisation=people.organisation.replace(roles=roles))


@folds(PositionFilled, "people")
def _filled(people: People, fact: PositionFilled, origin: Origin) -> People:
    if people.organisation is None:
        return people
    post = Post(id=fact.position, title=fact.title, member=fact.member, since=fact.at or origin.at)
    return people.replace(organisation=people.organisation.replace(positions=_put(people.organisation.positions, post)))


def _with_member(people: People, member: Member) -> People:
    if people.organisation is None:
        return people
    return people.replace(organisation=people.organisation.replace(members=_put(people.organisation.members, member)))


def _put(rows: tuple[Any, ...], row: Any) -> tuple[Any, ...]:
    """The rows with the one of the same id in its place, or at the end."""
    if all(r.id != row.id for r in rows):
        return (*rows, row)
    return tuple(row if r.id == row.id else r for r in rows)


# -- what an organisation must be -----------------------------------------------------------------


def _check_tables(made: Organisation) -> None:
    """Refuse ids used twice or unknown, and rules outside their range; names the table and whose row it is."""
    for table in ("ranks", "roles", "qualifications", "members", "positions", "squads"):
        ids = [row.id for row in getattr(made, table)]
        for i, key in enumerate(ids):
            if not key.strip():
                raise InvalidInput(f"{table}[{i}] has no id; give it a short one.", field=table, index=i)
            if key in ids[:i]:
                raise InvalidInput(f'{table}[{i}]: there are two with the id "{key}".', field=table, index=i)
    for i, role in enumerate(made.roles):
        _known(role.may, PERMISSIONS, "roles", i, f"{role.id} may not", "permissions are")
    for i, member in enumerate(made.members):
        _check_member(made, member, "members", i)
    serving = {m.id for m in made.serving()}
    for i, post in enumerate(made.positions):
        _known(
            [post.member] if post.member else [], serving, "positions", i, f"{post.id} names no member", "members are"
        )
    for i, squad in enumerate(made.squads):
        named = [*squad.members, *([squad.leader] if squad.leader else [])]
        _known(named, serving, "squads", i, f"{squad.id} names no member", "members are")
    low, high = WELFARE_RANGE_S
    if not low <= made.welfare_interval_s <= high:
        raise InvalidInput("welfare_interval: choose 10 to 120 min.", field="welfare_interval")
    for name in ("longest_duty", "required_rest"):
        if not 0 < getattr(made, f"{name}_s") <= _LONGEST_S:
            raise InvalidInput(f"{name}: it is more than 0 and at most 72 h.", field=name)


def _check_member(made: Organisation, member: Member, table: str, i: int) -> None:
    _known(
        [member.rank] if member.rank else [],
        {r.id for r in made.ranks},
        table,
        i,
        f"{member.id} has an unknown rank",
        "ranks are",
    )
    _known(member.roles, {r.id for r in made.roles}, table, i, f"{member.id} has an unknown role", "roles are")
    if made.qualifications:  # an organisation that lists none takes any word
        listed = {q.id for q in made.qualifications}
        _known(
            member.qualifications, listed, table, i, f"{member.id} has an unknown qualification", "qualifications are"
        )
    _known(member.valid_until, member.qualifications, table, i, f"{member.id} has a day for what is not among the qualifications:",
           "they are")  # fmt: skip


def _known(keys: Any, among: Any, table: str, i: int, what: str, have: str) -> None:
    if bad := sorted(set(keys) - set(among)):
        raise InvalidInput(
            f'{table}[{i}]: {what} "{", ".join(bad)}"; {have} {", ".join(among) or "none"}.', field=table, index=i
        )


def _check_somebody_decides(made: Organisation) -> None:
    held = {r for m in made.serving() for r in m.roles}
    if not any("decide" in r.may and r.id in held for r in made.roles):
        raise InvalidInput("members: nobody holds a role that may decide; the case could never end.", field="members")


def adopted(state: CaseState) -> Organisation:
    """The organisation of the case, or the rule that there must be one."""
    if state.people.organisation is None:
        raise RuleBroken("No organisation is adopted; adopt_organisation reads its file.")
    return state.people.organisation


@command("adopt_organisation", "Adopt an organisation file: ranks, roles and what they allow, members.", "administer")
class AdoptOrganisation(Command):
    """From here on, who may do what follows the roles. Everything but the name may be left out."""

    name: str
    ranks: tuple[Rank, ...] = ()
    roles: tuple[Role, ...] = ()
    members: tuple[Member, ...] = ()
    qualifications: tuple[Qualification, ...] = ()
    positions: tuple[Post, ...] = ()
    squads: tuple[Squad, ...] = ()
    audiences: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    second_person: Annotated[
        tuple[Seconded, ...] | None,
        Says("What a second person must approve: kinds of notices, and assignment; left out: all notices."),
    ] = None
    welfare_interval: DurationS = WELFARE_S
    longest_duty: DurationS = LONGEST_DUTY_S
    required_rest: DurationS = REQUIRED_REST_S
    refuse_unfit: Annotated[bool, Says("Refuse to send out a team with members over their hours or short of rest.")] = (
        False
    )

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse unknown permissions, ranks and roles, and an organisation in which nobody may decide."""
        said(self.name, "name")
        timed = ("welfare_interval", "longest_duty", "required_rest")
        fields = {f"{k}_s" if k in timed else k: v for k, v in self.__dict__.items()}
        made = Organisation(**fields)
        _check_tables(made)
        _check_somebody_decides(made)
        return (OrganisationAdopted(**fields),)


@command("amend_member", "Add a member to the organisation, or change what is said of one.", needs="administer")
class AmendMember(Command):
    """What is left out stays as it is; an empty list takes away."""

    id: str
    name: str | None = None
    rank: str | None = None
    roles: tuple[str, ...] | None = None
    qualifications: tuple[str, ...] | None = None
    valid_until: dict[str, Day] | None = None
    phone: str | None = None
    call_sign: str | None = None
    territory: str | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse unknown ranks, roles and qualifications, and a change after which nobody may decide."""
        organisation = adopted(state)
        key = said(self.id, "id")
        held = next((m for m in organisation.members if m.id == key), None)
        given = {k: v for k, v in self.__dict__.items() if v is not None}
        if held is None and not self.name:
            raise InvalidInput(f"name: {key} is new here; a new member needs a name.", field="name")
        made = (held or Member(id=key, name="")).replace(**given, retired=None)
        if self.qualifications is not None and self.valid_until is None:
            kept = {q: day for q, day in made.valid_until.items() if q in made.qualifications}
            made = made.replace(valid_until=kept)
        if held is not None and made == held:
            raise RuleBroken(f"{key} is described so already.")
        members = _put(organisation.members, made)
        _check_member(organisation, made, "members", [m.id for m in members].index(key))
        _check_somebody_decides(organisation.replace(members=members))
        facts = {k: v for k, v in made.__dict__.items() if k != "retired"}
        return (MemberAmended(**facts, is_new=held is None),)


@command("retire_member", "Say that a member no longer serves; nothing more is allowed to them.", needs="administer")
class RetireMember(Command):
    """What they did stays; amend_member takes them back."""

    member: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse one who is still here, and the last who may decide."""
        organisation = adopted(state)
        held = _serving(organisation, self.member)
        if state.roster.stay(held.id) is not None:
            raise RuleBroken(f"{held.name} is checked in; check them out first.")
        _check_somebody_decides(
            organisation.replace(members=_put(organisation.members, held.replace(retired="", roles=())))
        )
        return (MemberRetired(member=held.id, reason=said(self.reason, "reason")),)


@command("set_role", "Say what a role allows from here on, or make a new role.", needs="administer")
class SetRole(Command):
    """All of it replaces what was allowed before."""

    id: str
    title: str = ""
    may: tuple[str, ...] = ()

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse unknown permissions, and a change after which nobody may decide."""
        organisation = adopted(state)
        key = said(self.id, "id")
        held = next((r for r in organisation.roles if r.id == key), None)
        made = Role(id=key, title=self.title.strip() or (held.title if held else key), may=self.may)
        if made == held:
            raise RuleBroken(f"{made.title} is set so already.")
        roles = _put(organisation.roles, made)
        _known(made.may, PERMISSIONS, "roles", [r.id for r in roles].index(key), f"{key} may not", "permissions are")
        _check_somebody_decides(organisation.replace(roles=roles))
        return (RoleSet(**made.__dict__),)


@command(
    "fill_position", "Say who holds a position, such as safety_officer, from when; nobody leaves it open.", "administer"
)
class FillPosition(Command):
    """Forms 203 and 207 are printed from it."""

    position: str
    member: str = ""
    title: str = ""
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse who is no serving member."""
        organisation = adopted(state)
        key = said(self.position, "position")
        held = next((p for p in organisation.positions if key.lower() in (p.id.lower(), p.title.lower())), None)
        member = _serving(organisation, self.member).id if self.member else ""
        if held is not None and held.member == member:
            raise RuleBroken(f"{held.title or held.id} is held by {member or 'nobody'} already.")
        return (
            PositionFilled(
                position=held.id if held else key, member=member, at=self.at,
                title=self.title or (held.title if held else "") or key.replace("_", " "),
            ),
        )  # fmt: skip


def _serving(organisation: Organisation, key: str) -> Member:
    member = organisation.member(key)
    if member is None:
        have = ", ".join(m.id for m in organisation.serving())
        raise NotFound(f'There is no member "{key}" of {organisation.name}; there are: {have}.', what="member", key=key)
    if member.retired is not None:
        raise RuleBroken(f"{member.name} is retired: {member.retired}; amend_member takes them back.")
    return member
