"""How long a notice is in force: extended, suspended and resumed, withdrawn by its side, cancelled by authority.

Knows the clock of each notice. Each end is a decision of its own with a person, a time and a ground, and the recall that
follows is owed to everybody in the ledger; refuses to let an end pass for a recall.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.sources import Sourced
from wayhome.case.command import KEPT, Command, Instant, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, said, upcast
from wayhome.case.notice import ENDED, PUBLISHING, Notice, Notices, in_force, with_notice

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

SUSPENDED_MONTHS = Sourced(
    value=6, unit="months", source="interpol_rpd", doubt="INTERPOL's rule for its notices, taken here for all kinds"
)


def expired(notice: Notice, at: datetime) -> bool:
    """Whether the time until which a notice is valid has come."""
    return notice.expires_at is not None and notice.expires_at <= at


def suspension_over(notice: Notice, at: datetime) -> bool:
    """Whether a suspended notice should have been resumed or ended by now."""
    return notice.status == "suspended" and notice.suspended_until is not None and notice.suspended_until <= at


def expiring(state: CaseState, at: datetime, within: timedelta) -> tuple[Notice, ...]:
    """Published notices that are still valid and will not be within some time."""
    return tuple(n for n in state.notices.live() if not expired(n, at) and expired(n, at + within))


@event("notice_extended")
class NoticeExtended(Event):
    """Valid for longer, otherwise unchanged: a version of its own, because the copies out there carry the old date."""

    notice: str
    number: int
    expires_at: datetime
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Notice {self.notice} extended to {self.expires_at:%Y-%m-%d %H:%M} UTC (version {self.number}): {self.reason}"


@event("notice_suspended")
class NoticeSuspended(Event):
    """Not to be acted on for a time."""

    notice: str
    reason: PersonalText
    until: datetime

    def says(self) -> str:
        """Sentence for the log."""
        return f"Notice {self.notice} suspended until {self.until:%Y-%m-%d %H:%M} UTC: {self.reason}"


@event("notice_resumed")
class NoticeResumed(Event):
    """In force again."""

    notice: str
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Notice {self.notice} resumed: {self.reason}"


@event("notice_withdrawn")
class NoticeWithdrawn(Event):
    """Ended by the side that drafted it: its purpose is achieved or its ground is gone."""

    notice: str
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Notice {self.notice} withdrawn: {self.reason}"


@event("notice_cancelled", version=2)
class NoticeCancelled(Event):
    """Ended by authority; `recalls_sent` where the recall counted as sent with the cancellation itself (version 1)."""

    notice: str
    reason: PersonalText
    recalls_sent: bool = False

    def says(self) -> str:
        """Sentence for the log."""
        return f"Notice {self.notice} cancelled: {self.reason}"


@upcast("notice_cancelled", 1)
def _cancelled_of_version_1(data: dict[str, object]) -> dict[str, object]:
    return {**data, "recalls_sent": True}


@folds(NoticeExtended, "notices")
def _extended(book: Notices, fact: NoticeExtended, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    new = held.words().replace(
        version=fact.number, expires_at=fact.expires_at, reason=fact.reason, drafted_by=origin.by, drafted_at=origin.at,
        approved_by=origin.by, approved_at=origin.at,
    )  # fmt: skip
    return with_notice(book, in_force(held, new))


@folds(NoticeSuspended, "notices")
def _suspended(book: Notices, fact: NoticeSuspended, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    why = {
        "suspended": fact.reason,
        "suspended_by": origin.by,
        "suspended_at": origin.at,
        "suspended_until": fact.until,
    }
    return with_notice(book, held.replace(status="suspended", **why))


@folds(NoticeResumed, "notices")
def _resumed(book: Notices, fact: NoticeResumed, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    return with_notice(book, held.replace(status="published", suspended_until=None))


@folds(NoticeWithdrawn, "notices")
def _withdrawn(book: Notices, fact: NoticeWithdrawn, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    why = {"withdrawn": fact.reason, "withdrawn_by": origin.by, "withdrawn_at": origin.at}
    return with_notice(book, held.replace(status="withdrawn", **why))


@folds(NoticeCancelled, "notices")
def _cancelled(book: Notices, fact: NoticeCancelled, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    why = {"cancelled": fact.reason, "cancelled_by": origin.by, "cancelled_at": origin.at}
    sent = {"recall_sent_at": origin.at, "recall_sent_by": origin.by} if fact.recalls_sent else {}
    ledger = {k: r.replace(**sent) for k, r in held.ledger.items()}
    return with_notice(book, held.replace(status="cancelled", ledger=ledger, **why))


@command("extend_notice", "Let a notice be valid for longer; recipients get the new date.", "approve", PUBLISHING)
class ExtendNotice(Command):
    """The copies out there carry the old date, so that this is a version of its own."""

    notice: str
    expires_at: Instant
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse drafts and ended notices, an earlier end, and while another version waits."""
        held: Notice = found(state.notices.notices, self.notice, "notice")
        if held.status not in ("approved", "stopped", "published", "suspended"):
            raise RuleBroken(f"{held.id} is {held.status}; only what was approved and has not ended can be extended.")
        if held.pending is not None:
            raise RuleBroken(f"Version {held.pending.version} of {held.id} waits for approval; decide on that first.")
        if self.expires_at <= context.at or (held.expires_at is not None and self.expires_at <= held.expires_at):
            raise InvalidInput("expires_at: write a time later than now and than the present end.", field="expires_at")
        reason = said(self.reason, "reason")
        return (NoticeExtended(notice=held.id, number=held.next_version(), expires_at=self.expires_at, reason=reason),)


@command(
    "suspend_notice", "Suspend a published notice for a time, six months at most; nothing is recalled.", "approve", KEPT
)
class SuspendNotice(Command):
    """When the time is over it is resumed, withdrawn or cancelled by a person."""

    notice: str
    reason: str
    until: Instant

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what is not published, and a time that is over or too long."""
        held: Notice = found(state.notices.notices, self.notice, "notice")
        if held.status != "published":
            raise RuleBroken(f"{held.id} is {held.status}; only a published notice can be suspended.")
        longest = _months_later(context.at, int(SUSPENDED_MONTHS.value))
        if not context.at < self.until <= longest:
            raise InvalidInput(
                f"until: write a time that lies ahead, at the latest {longest:%Y-%m-%d} "
                f"({SUSPENDED_MONTHS.value:g} months); for longer, withdraw the notice.", field="until",
            )  # fmt: skip
        return (NoticeSuspended(notice=held.id, reason=said(self.reason, "reason"), until=self.until),)


@command("resume_notice", "Put a suspended notice in force again.", "approve", PUBLISHING)
class ResumeNotice(Command):
    """With the reason."""

    notice: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what is not suspended."""
        held: Notice = found(state.notices.notices, self.notice, "notice")
        if held.status != "suspended":
            raise RuleBroken(f"{held.id} is {held.status}, not suspended.")
        return (NoticeResumed(notice=held.id, reason=said(self.reason, "reason")),)


@command(
    "withdraw_notice",
    "Withdraw a notice whose purpose is achieved; a recall is owed to its whole ledger.",
    "notice",
    KEPT,
)
class WithdrawNotice(Command):
    """By the side that drafted it; ending it by authority is cancel_notice."""

    notice: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what has ended."""
        held = _not_ended(state, self.notice)
        return (NoticeWithdrawn(notice=held.id, reason=said(self.reason, "reason")),)


@command("cancel_notice", "Cancel a notice by authority; a recall is owed to its whole ledger.", "approve", KEPT)
class CancelNotice(Command):
    """With the ground."""

    notice: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what has ended."""
        held = _not_ended(state, self.notice)
        return (NoticeCancelled(notice=held.id, reason=said(self.reason, "reason")),)


def _not_ended(state: CaseState, notice: str) -> Notice:
    held: Notice = found(state.notices.notices, notice, "notice")
    if held.status in ENDED:
        raise RuleBroken(f"{held.id} is {held.status} already: {held.withdrawn or held.cancelled}")
    return held


def _months_later(at: datetime, months: int) -> datetime:
    """The same day so many months on, or the last of that month."""
    years, month = divmod(at.month - 1 + months, 12)
    year, month = at.year + years, month + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))
