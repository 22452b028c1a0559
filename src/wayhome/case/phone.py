"""Telephones of teams in the field: who was let in by which invitation, for which team, and who no longer is.

Knows hashes of codes and secrets only. What a phone hands in becomes ordinary acts of the case, under the phone's own
name and with leave to write down only.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from wayhome.base.errors import InvalidInput, NotAllowed, RuleBroken
from wayhome.base.record import Record
from wayhome.case.authority import PHONE
from wayhome.case.command import KEPT, OPEN, Command, Instant, Says, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, said
from wayhome.case.volunteers import LONGEST_DAYS, SHORTEST_CODE, code_hash, plain_code

if TYPE_CHECKING:
    from wayhome.case.state import CaseState


class Invitation(Record):
    """A code that lets phones of one team in, as the record knows it."""

    id: str
    code_hash: str
    team: str
    expires_at: datetime
    purpose: str = ""
    single: bool = False
    withdrawn: str | None = None
    issued_at: datetime | None = None

    def why_not(self, at: datetime) -> str | None:
        """Why it lets nobody in at a time, as a sentence; None where it does."""
        if self.withdrawn is not None:
            return "This invitation was withdrawn; ask the desk for the one in use."
        if at >= self.expires_at:
            return "This invitation has expired; ask the desk for a new one."
        return None


class Phone(Record):
    """A phone that was let in, for one team; `holder` carries it."""

    id: str
    invitation: str
    team: str
    holder: str
    secret_hash: str
    joined_at: datetime
    revoked: str | None = None


class Phones(Record):
    """Invitations and phones by id."""

    invitations: dict[str, Invitation] = {}
    phones: dict[str, Phone] = {}

    def used(self, invitation: str) -> int:
        """How many phones came in by an invitation."""
        return sum(p.invitation == invitation for p in self.phones.values())


def secret_hash(case: str, secret: str) -> str:
    """The hash under which the secret of a phone is recorded."""
    return hashlib.sha256(f"phone:{case}:{secret}".encode()).hexdigest()


def invitation_of(state: CaseState, code: str) -> Invitation | None:
    """The invitation that a code belongs to, whether it still counts or not."""
    shown = code_hash(state.case, code)
    return next((i for i in state.phones.invitations.values() if i.code_hash == shown), None)


@event("phone_invited")
class PhoneInvited(Event):
    """A code was given out to a team; the code itself is not kept."""

    id: str
    code_hash: str
    team: str
    expires_at: datetime
    purpose: PersonalText = ""
    single: bool = False

    def says(self) -> str:
        """Sentence for the log."""
        return f"Phones of team {self.team} invited ({self.id}{', one only' if self.single else ''})."


@event("phone_invitation_withdrawn")
class PhoneInvitationWithdrawn(Event):
    """An invitation lets nobody in any more; who is in stays in."""

    invitation: str
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Invitation {self.invitation} of phones withdrawn: {self.reason}"


@event("phone_joined")
class PhoneJoined(Event):
    """A phone was let in."""

    id: str
    invitation: str
    team: str
    secret_hash: str
    holder: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Phone {self.id} of team {self.team} joined, carried by {self.holder}."


@event("phone_revoked")
class PhoneRevoked(Event):
    """A phone reads and hands in nothing more."""

    phone: str
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Phone {self.phone} shut out: {self.reason}"


@folds(PhoneInvited, "phones")
def _invited(book: Phones, fact: PhoneInvited, origin: Origin) -> Phones:
    return book.replace(invitations={**book.invitations, fact.id: Invitation(**fact.__dict__, issued_at=origin.at)})


@folds(PhoneInvitationWithdrawn, "phones")
def _withdrawn(book: Phones, fact: PhoneInvitationWithdrawn, origin: Origin) -> Phones:
    held = book.invitations[fact.invitation].replace(withdrawn=fact.reason)
    return book.replace(invitations={**book.invitations, held.id: held})


@folds(PhoneJoined, "phones")
def _joined(book: Phones, fact: PhoneJoined, origin: Origin) -> Phones:
    return book.replace(phones={**book.phones, fact.id: Phone(**fact.__dict__, joined_at=origin.at)})


@folds(PhoneRevoked, "phones")
def _revoked(book: Phones, fact: PhoneRevoked, origin: Origin) -> Phones:
    held = book.phones[fact.phone].replace(revoked=fact.reason)
    return book.replace(phones={**book.phones, held.id: held})


@command("invite_phone", "Give out a code by which phones of one team join the search.", needs="dispatch", during=OPEN)
class InvitePhone(Command):
    """The desk makes the code by chance; who types one here chooses at least 8 letters or digits."""

    team: str
    code: Annotated[str, Says("At least 8 letters or digits that nobody guesses; only a hash of it is kept.")]
    expires_at: Annotated[Instant, Says("From then on nobody joins by it; phones that joined stay.")]
    purpose: str = ""
    single: Annotated[bool, Says("One phone only.")] = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a short code, one that is in use, one that lasts for ever, and a team that is not there."""
        team = found(state.people.teams, self.team, "team").id
        if len(plain_code(self.code)) < SHORTEST_CODE:
            raise InvalidInput(f"code: give at least {SHORTEST_CODE} letters or digits.", field="code")
        if not context.at < self.expires_at <= context.at + timedelta(days=LONGEST_DAYS):
            raise InvalidInput(
                f"expires_at: an invitation lasts from now on and at most {LONGEST_DAYS} days.", field="expires_at"
            )
        if invitation_of(state, self.code) is not None:
            raise RuleBroken("This code was used before; choose another.")
        return (
            PhoneInvited(
                id=context.new_id("INV", state.phones.invitations), code_hash=code_hash(state.case, self.code),
                team=team, expires_at=self.expires_at, purpose=self.purpose.strip(), single=self.single,
            ),
        )  # fmt: skip


@command(
    "withdraw_invitation", "Withdraw an invitation of phones; who joined by it stays.", needs="dispatch", during=KEPT
)
class WithdrawInvitation(Command):
    """To shut out a phone that is in, revoke it."""

    invitation: Annotated[str, Says("The id of the invitation, such as INV1.")]
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second time."""
        held: Invitation = found(state.phones.invitations, self.invitation, "invitation")
        if held.withdrawn is not None:
            raise RuleBroken(f"{held.id} is withdrawn already: {held.withdrawn}")
        return (PhoneInvitationWithdrawn(invitation=held.id, reason=said(self.reason, "reason")),)


@command("join_phone", "Let a phone in by the code of an invitation.", during=OPEN)
class JoinPhone(Command):
    """The phone's page does this; the secret is made by chance and kept by the phone only."""

    code: str
    holder: Annotated[str, Says("Who carries the phone.")]
    secret: Annotated[str, Says("At least 16 letters or digits that nobody guesses; only a hash of it is kept.")]

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a code that does not count, a second phone where one only was invited, and a short secret."""
        held = invitation_of(state, self.code)
        if held is None:
            raise NotAllowed("There is no such invitation; look at the code again, or ask the desk.")
        if (why := held.why_not(context.at)) is not None:
            raise NotAllowed(why, invitation=held.id)
        if held.single and state.phones.used(held.id):
            raise NotAllowed("This invitation was for one phone and was used; ask the desk for a new one.")
        if len(self.secret) < 2 * SHORTEST_CODE:
            raise InvalidInput(f"secret: give at least {2 * SHORTEST_CODE} letters or digits.", field="secret")
        return (
            PhoneJoined(
                id=context.new_id("PH", state.phones.phones), invitation=held.id, team=held.team,
                secret_hash=secret_hash(state.case, self.secret), holder=said(self.holder, "holder"),
            ),
        )  # fmt: skip


@command("revoke_phone", "Shut a phone out: lost, stolen, or its holder went home.", needs="dispatch", during=KEPT)
class RevokePhone(Command):
    """What it handed in stays."""

    phone: Annotated[str, Says("The id of the phone, such as PH1.")]
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second time."""
        held: Phone = found(state.phones.phones, self.phone, "phone")
        if held.revoked is not None:
            raise RuleBroken(f"{held.id} is shut out already: {held.revoked}")
        return (PhoneRevoked(phone=held.id, reason=said(self.reason, "reason")),)


def acting(phone: str) -> str:
    """The name under which a phone acts."""
    return f"{PHONE}{phone}"
