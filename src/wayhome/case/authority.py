"""Who may do what: permissions, and the roles and ranks of the organisation that grant them.

Knows the organisation as recorded in the case. Refuses nothing while no organisation is adopted and
the desk's own operator works: one person in a van must not be locked out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wayhome.base.errors import NotAllowed
from wayhome.base.record import Record

if TYPE_CHECKING:
    from wayhome.case.people import Organisation
    from wayhome.case.state import CaseState

PERMISSIONS: dict[str, str] = {
    "record": "write down reports, statements, clues and debriefs",
    "plan": "draw the search area, weigh scenarios, plan assignments",
    "dispatch": "send teams out and call them back",
    "order": "give orders with conditions, amend them, let something out against them",
    "notice": "draft notices and keep their ledger",
    "approve": "approve, publish and cancel notices",
    "decide": "decide on departure, suspension and finding",
    "review": "review a suspension as a peer",
    "unseal": "seal facts, and open those that one's role may read",
    "administer": "set up the case: organisation, ground",
}

PHONE = "phone:"  # what comes from a team's phone is done under this and the phone's id
OPERATOR = "operator"  # the person at this desk while there are no accounts


class Actor(Record):
    """Who acts: id, name for people, rank and roles, and what these allow."""

    id: str
    name: str
    rank: str = ""
    roles: tuple[str, ...] = ()
    may: frozenset[str] = frozenset()


def actor(state: CaseState, user: str | None) -> Actor:
    """The actor of a user name within a case.

    A phone may write down what its team reports, and nothing else, until it is shut out. Without an organisation
    anyone at the desk may do all. With one, a user must be its member; the
    operator of the desk may still record and administer, but not order, decide or review.
    """
    organisation = state.people.organisation
    who = user or OPERATOR
    if who.startswith(PHONE):
        return _phone(state, who)
    if organisation is None:
        return Actor(id=who, name=who, may=frozenset(PERMISSIONS))
    if who == OPERATOR:
        return Actor(id=who, name="operator of the desk", may=frozenset({"record", "plan", "notice", "administer"}))
    member = organisation.member(who)
    if member is None:
        have = ", ".join(m.id for m in organisation.members)
        raise NotAllowed(f'"{who}" is no member of {organisation.name}; members are: {have}.', user=who)
    return Actor(
        id=member.id, name=member.name, rank=member.rank, roles=member.roles, may=granted(organisation, member.roles)
    )


def _phone(state: CaseState, who: str) -> Actor:
    held = state.phones.phones.get(who.removeprefix(PHONE))
    if held is None or held.revoked is not None:
        raise NotAllowed("This phone is shut out of the search; ask the desk to let it in again.", user=who)
    return Actor(id=who, name=f"{held.holder}, phone {held.id} of team {held.team}", may=frozenset({"record"}))


def granted(organisation: Organisation, roles: tuple[str, ...]) -> frozenset[str]:
    """All permissions of some roles."""
    return frozenset(p for role in organisation.roles if role.id in roles for p in role.may)


def require(state: CaseState, who: Actor, permission: str, act: str) -> None:
    """Refuse an act that the actor's roles do not allow, and say whose do."""
    if permission in who.may:
        return
    organisation = state.people.organisation
    able = [r.title or r.id for r in organisation.roles if permission in r.may] if organisation else []
    whose = f"; that is for: {', '.join(able)}" if able else ""
    raise NotAllowed(
        f"{who.name} may not {act}: it takes leave to {PERMISSIONS[permission]}{whose}.",
        user=who.id, permission=permission, roles=able,
    )  # fmt: skip
