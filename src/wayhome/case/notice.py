"""Notices about the subject: from draft to recall, with a ledger of who received each.

Posting and cancelling are both decisions with a person, a time, a ground and recipients. A notice that
contradicts an order in force is stopped, and the stop is recorded.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import InvalidInput, NotAllowed, RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import Command, Instant, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

NoticeKind = Literal["missing_notice", "border_alert", "warrant", "standing_order", "public_appeal"]
NoticeStatus = Literal["draft", "approved", "stopped", "published", "cancelled"]


class Receipt(Record):
    """One recipient's line of the ledger."""

    audience: str
    sent_at: datetime
    acknowledged_at: datetime | None = None
    recall_sent_at: datetime | None = None
    recall_confirmed_at: datetime | None = None


class Notice(Record):
    """A notice and its ledger."""

    id: str
    kind: NoticeKind
    title: str
    text: str
    permits: tuple[str, ...] = ()
    expires_at: datetime | None = None
    status: NoticeStatus = "draft"
    drafted_by: str
    drafted_at: datetime
    approved_by: str | None = None
    published_at: datetime | None = None
    stopped_by_order: str | None = None
    stopped_audiences: tuple[str, ...] = ()
    cancelled: str | None = None
    cancelled_at: datetime | None = None
    ledger: dict[str, Receipt] = {}


class Notices(Record):
    """Notices by id."""

    notices: dict[str, Notice] = {}

    def live(self) -> tuple[Notice, ...]:
        """Published and not recalled."""
        return tuple(n for n in self.notices.values() if n.status == "published")


@event("notice_drafted")
class NoticeDrafted(Event):
    """A draft."""

    id: str
    kind: NoticeKind
    title: str
    text: PersonalText
    permits: tuple[str, ...] = ()
    expires_at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Notice {self.id} drafted: {self.kind.replace('_', ' ')}, {self.title}."


@event("notice_approved")
class NoticeApproved(Event):
    """Approved for publication."""

    notice: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"Notice {self.notice} approved."


@event("notice_stopped")
class NoticeStopped(Event):
    """Held back: it contradicts an order in force."""

    notice: str
    order: str
    audiences: tuple[str, ...]

    def says(self) -> str:
        """Sentence for the log."""
        return f"Notice {self.notice} stopped: it contradicts order {self.order} in force."


@event("notice_published")
class NoticePublished(Event):
    """Sent to named audiences."""

    notice: str
    audiences: tuple[str, ...]

    def says(self) -> str:
        """Sentence for the log."""
        return f"Notice {self.notice} published to {', '.join(self.audiences)}."


@event("notice_acknowledged")
class NoticeAcknowledged(Event):
    """An audience confirmed that it has the notice."""

    notice: str
    audience: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.audience} acknowledged notice {self.notice}."


@event("notice_cancelled")
class NoticeCancelled(Event):
    """Withdrawn; a recall goes to everybody in the ledger."""

    notice: str
    reason: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"Notice {self.notice} cancelled: {self.reason}"


@event("recall_confirmed")
class RecallConfirmed(Event):
    """An audience confirmed that it took the notice down."""

    notice: str
    audience: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.audience} confirmed the recall of notice {self.notice}."


@folds(NoticeDrafted, "notices")
def _drafted(book: Notices, fact: NoticeDrafted, origin: Origin) -> Notices:
    return _with(book, Notice(**fact.__dict__, drafted_by=origin.by, drafted_at=origin.at))


@folds(NoticeApproved, "notices")
def _approved(book: Notices, fact: NoticeApproved, origin: Origin) -> Notices:
    return _with(book, book.notices[fact.notice].replace(status="approved", approved_by=origin.by))


@folds(NoticeStopped, "notices")
def _stopped(book: Notices, fact: NoticeStopped, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    return _with(book, held.replace(status="stopped", stopped_by_order=fact.order, stopped_audiences=fact.audiences))


@folds(NoticePublished, "notices")
def _published(book: Notices, fact: NoticePublished, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    sent = {a: Receipt(audience=a, sent_at=origin.at) for a in fact.audiences}
    return _with(
        book,
        held.replace(status="published", published_at=held.published_at or origin.at, ledger={**sent, **held.ledger}),
    )


@folds(NoticeAcknowledged, "notices")
def _acknowledged(book: Notices, fact: NoticeAcknowledged, origin: Origin) -> Notices:
    return _line(book, fact.notice, fact.audience, acknowledged_at=origin.at)


@folds(NoticeCancelled, "notices")
def _cancelled(book: Notices, fact: NoticeCancelled, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    ledger = {k: r.replace(recall_sent_at=origin.at) for k, r in held.ledger.items()}
    return _with(book, held.replace(status="cancelled", cancelled=fact.reason, cancelled_at=origin.at, ledger=ledger))


@folds(RecallConfirmed, "notices")
def _confirmed(book: Notices, fact: RecallConfirmed, origin: Origin) -> Notices:
    return _line(book, fact.notice, fact.audience, recall_confirmed_at=origin.at)


def _with(book: Notices, notice: Notice) -> Notices:
    return book.replace(notices={**book.notices, notice.id: notice})


def _line(book: Notices, notice: str, audience: str, **changes: datetime) -> Notices:
    held = book.notices[notice]
    return _with(book, held.replace(ledger={**held.ledger, audience: held.ledger[audience].replace(**changes)}))


@command("draft_notice", "Draft a missing notice, border alert, warrant, standing order or public appeal.", "notice")
class DraftNotice(Command):
    """`permits` says what readers are allowed to do (harm, lethal_force, publish_name, cross_border...)."""

    kind: NoticeKind
    title: str
    text: str
    permits: tuple[str, ...] = ()
    expires_at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """A notice needs words, and an end that lies ahead."""
        if self.expires_at is not None and self.expires_at <= context.at:
            raise InvalidInput("expires_at: the notice would have expired already.", field="expires_at")
        return (
            NoticeDrafted(
                id=context.new_id("N", state.notices.notices), kind=self.kind, title=said(self.title, "title"),
                text=said(self.text, "text"), permits=self.permits, expires_at=self.expires_at,
            ),
        )  # fmt: skip


@command("approve_notice", "Approve a draft; where there is an organisation, a second person must.", needs="approve")
class ApproveNotice(Command):
    """The drafter can't approve."""

    notice: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse the drafter, and what is no draft."""
        held = found(state.notices.notices, self.notice, "notice")
        if held.status != "draft":
            raise RuleBroken(f"{held.id} is {held.status}; only a draft can be approved.")
        if state.people.organisation is not None and held.drafted_by == context.by.id:
            raise NotAllowed(f"{context.by.name} drafted {held.id}; a second person must approve it.")
        return (NoticeApproved(notice=held.id),)


@command("publish_notice", "Publish an approved notice to named audiences.", needs="approve")
class PublishNotice(Command):
    """Stopped, and the stop recorded, where it contradicts an order in force."""

    notice: str
    audiences: tuple[str, ...]

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Published or stopped; either way the record shows it."""
        held = found(state.notices.notices, self.notice, "notice")
        if held.status not in ("approved", "stopped", "published"):
            raise RuleBroken(f"{held.id} is {held.status}; it must be approved before it is published.")
        names = tuple(dict.fromkeys(said(a, "audiences") for a in self.audiences))
        if not names:
            raise InvalidInput("audiences: name at least one.", field="audiences")
        if known := [n for n in names if n in held.ledger]:
            raise RuleBroken(f"{', '.join(known)} received {held.id} already.")
        against = state.decisions.contradictions(held.id, held.permits, f"{held.title} {held.text}")
        if against:
            return (NoticeStopped(notice=held.id, order=against[0].id, audiences=names),)
        return (NoticePublished(notice=held.id, audiences=names),)


@command("acknowledge_notice", "Write down that an audience confirmed receipt.", needs="notice")
class AcknowledgeNotice(Command):
    """One line of the ledger."""

    notice: str
    audience: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse audiences that never received it."""
        held = _received(state, self.notice, self.audience)
        return (NoticeAcknowledged(notice=held.id, audience=self.audience),)


@command("cancel_notice", "Cancel a notice; a recall is owed to everybody in its ledger.", needs="approve")
class CancelNotice(Command):
    """With the ground."""

    notice: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second cancellation."""
        held = found(state.notices.notices, self.notice, "notice")
        if held.status == "cancelled":
            raise RuleBroken(f"{held.id} is cancelled already: {held.cancelled}")
        return (NoticeCancelled(notice=held.id, reason=said(self.reason, "reason")),)


@command("confirm_recall", "Write down that an audience confirmed it took the notice down.", needs="notice")
class ConfirmRecall(Command):
    """Proof that the recall arrived."""

    notice: str
    audience: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse where nothing was recalled."""
        held = _received(state, self.notice, self.audience)
        if held.status != "cancelled":
            raise RuleBroken(f"{held.id} is {held.status}; there is no recall to confirm.")
        return (RecallConfirmed(notice=held.id, audience=self.audience),)


def _received(state: CaseState, notice: str, audience: str) -> Notice:
    held: Notice = found(state.notices.notices, notice, "notice")
    if audience not in held.ledger:
        have = ", ".join(held.ledger) or "nobody"
        raise RuleBroken(f"{audience} did not receive {held.id}; it went to: {have}.")
    return held
