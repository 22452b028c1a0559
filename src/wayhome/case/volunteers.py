"""Codes by which spontaneous volunteers check in and out by themselves, without an account.

Knows only a hash of each code, what it is for and until when. A code allows two acts, checking in and checking out,
and shows nothing of the case but the greeting and the place to meet that the organiser wrote for it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from wayhome.base.errors import InvalidInput, NotAllowed, RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import Command, Instant, Says, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, said

if TYPE_CHECKING:
    from wayhome.case.roster import Roster
    from wayhome.case.state import CaseState

SHORTEST_CODE = 8  # of 32 letters and digits: 40 bits, too many to try at a page that counts attempts
LONGEST_DAYS = 30


class VolunteerCode(Record):
    """A code as the record knows it."""

    id: str
    code_hash: str
    purpose: str
    expires_at: datetime
    greeting: str = ""
    meeting_point: str = ""
    rules: str = ""
    issued_by: str = ""
    issued_at: datetime | None = None
    revoked: str | None = None

    def why_not(self, at: datetime) -> str | None:
        """Why the code does not count at a time, as a sentence; None where it does."""
        if self.revoked is not None:
            return "This code was withdrawn; ask at the check-in table for the one in use."
        if at >= self.expires_at:
            return "This code has expired; ask at the check-in table for the one in use."
        return None


def plain_code(code: str) -> str:
    """A code as people type it, without spaces, dashes and case."""
    return "".join(c for c in code.upper() if c.isalnum())


def code_hash(case: str, code: str) -> str:
    """The hash under which a code of a case is recorded."""
    return hashlib.sha256(f"{case}:{plain_code(code)}".encode()).hexdigest()


def admitted(state: CaseState, code: str, at: datetime) -> VolunteerCode:
    """The code that somebody shows.

    Raises
    ------
    NotAllowed
        No code of this case, an expired or a withdrawn one; says what to do.
    """
    shown = code_hash(state.case, code)
    held = next((c for c in state.roster.codes.values() if c.code_hash == shown), None)
    if held is None:
        raise NotAllowed("There is no such code; look at it again, or ask at the check-in table.")
    if (why := held.why_not(at)) is not None:
        raise NotAllowed(why, code=held.id)
    return held


@event("volunteer_code_issued")
class VolunteerCodeIssued(Event):
    """A code was given out; the code itself is not kept."""

    id: str
    code_hash: str
    purpose: str
    expires_at: datetime
    greeting: PersonalText = ""
    meeting_point: PersonalText = ""
    rules: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Volunteer code {self.id} issued: {self.purpose}."


@event("volunteer_code_revoked")
class VolunteerCodeRevoked(Event):
    """A code no longer counts."""

    code: str
    reason: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"Volunteer code {self.code} withdrawn: {self.reason}"


@folds(VolunteerCodeIssued, "roster")
def _issued(roster: Roster, fact: VolunteerCodeIssued, origin: Origin) -> Roster:
    code = VolunteerCode(**fact.__dict__, issued_by=origin.by, issued_at=origin.at)
    return roster.replace(codes={**roster.codes, code.id: code})


@folds(VolunteerCodeRevoked, "roster")
def _revoked(roster: Roster, fact: VolunteerCodeRevoked, origin: Origin) -> Roster:
    code = roster.codes[fact.code].replace(revoked=fact.reason)
    return roster.replace(codes={**roster.codes, code.id: code})


@command("issue_volunteer_code", "Issue a code by which volunteers check in and out by themselves.", needs="dispatch")
class IssueVolunteerCode(Command):
    """The page and the desk make the code by chance; who types one here chooses at least 8 letters or digits."""

    code: Annotated[str, Says("At least 8 letters or digits that nobody guesses; only a hash of it is kept.")]
    purpose: str
    expires_at: Instant
    greeting: Annotated[str, Says("What volunteers read first; the page shows nothing else of the case.")] = ""
    meeting_point: str = ""
    rules: Annotated[str, Says("Rules that volunteers must accept; left out: the usual ones.")] = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a short code, one that is in use, and one that lasts for ever."""
        if len(plain_code(self.code)) < SHORTEST_CODE:
            raise InvalidInput(f"code: give at least {SHORTEST_CODE} letters or digits.", field="code")
        if not context.at < self.expires_at <= context.at + timedelta(days=LONGEST_DAYS):
            raise InvalidInput(
                f"expires_at: a code lasts from now on and at most {LONGEST_DAYS} days.", field="expires_at"
            )
        hashed = code_hash(state.case, self.code)
        if any(c.code_hash == hashed for c in state.roster.codes.values()):
            raise RuleBroken("This code was used before; choose another.")
        return (
            VolunteerCodeIssued(
                id=context.new_id("VC", state.roster.codes), code_hash=hashed, purpose=said(self.purpose, "purpose"),
                expires_at=self.expires_at, greeting=self.greeting.strip(), meeting_point=self.meeting_point.strip(),
                rules=self.rules.strip(),
            ),
        )  # fmt: skip


@command("revoke_volunteer_code", "Withdraw a code; from now on nobody checks in or out by it.", needs="dispatch")
class RevokeVolunteerCode(Command):
    """Who checked in by it stays on the roster."""

    code: Annotated[str, Says("The id of the code, such as VC1.")]
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second time."""
        held: VolunteerCode = found(state.roster.codes, self.code, "volunteer code")
        if held.revoked is not None:
            raise RuleBroken(f"{held.id} is withdrawn already: {held.revoked}")
        return (VolunteerCodeRevoked(code=held.id, reason=said(self.reason, "reason")),)
