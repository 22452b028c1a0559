"""Who has which version of a notice, from whom, and with what proof: recipients and republishers alike.

Refuses to send what was not approved, what has expired, and what contradicts an order in force. How a notice comes back
is `recall`.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.case.command import KEPT, Command, Instant, command
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, found, past, said
from wayhome.case.notice import (
    ENDED,
    PUBLISHING,
    Means,
    Notice,
    Notices,
    Receipt,
    Sending,
    against_consent,
    check_consent,
    with_notice,
)
from wayhome.case.order import against
from wayhome.case.validity import expired

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

_BLOB = re.compile(r"[0-9a-f]{64}")


def live(state: CaseState, at: datetime) -> tuple[Notice, ...]:
    """Notices that readers are to act on: published, not expired, not suspended."""
    return tuple(n for n in state.notices.live() if not expired(n, at))


def out(state: CaseState) -> tuple[Notice, ...]:
    """Notices that somebody has and nobody ended, suspended and expired ones included: copies do not end by the clock."""
    return tuple(n for n in state.notices.notices.values() if n.ledger and n.status not in ENDED)


def behind(notice: Notice) -> tuple[Receipt, ...]:
    """Recipients and republishers with an older version than the one in force."""
    return tuple(r for r in notice.ledger.values() if r.version < notice.version)


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
    """A version sent to named audiences, or to those that have an older one."""

    notice: str
    audiences: tuple[str, ...]
    number: int = 1
    means: Means | None = None
    addresses: Annotated[dict[str, str], Personal] = {}
    proof: PersonalText = ""
    proof_file: str = ""
    sent_at: datetime | None = None
    against_consent_because: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        which = f"Version {self.number} of notice" if self.number > 1 else "Notice"
        against = f" Against consent, because: {self.against_consent_because}" if self.against_consent_because else ""
        return f"{which} {self.notice} published to {', '.join(self.audiences)}{by_means(self.means)}.{against}"


@event("notice_acknowledged")
class NoticeAcknowledged(Event):
    """An audience confirmed that it has the notice."""

    notice: str
    audience: str
    acknowledged_by: PersonalText = ""
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        who = f" ({self.acknowledged_by})" if self.acknowledged_by else ""
        return f"{self.audience}{who} acknowledged notice {self.notice}."


@event("notice_republished")
class NoticeRepublished(Event):
    """Somebody who was not sent the notice shows it too; it must come back from there as well."""

    notice: str
    audience: str
    via: str = ""
    means: Means | None = None
    address: PersonalText = ""
    link: PersonalText = ""
    proof: PersonalText = ""
    proof_file: str = ""
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        source = f"from {self.via}" if self.via else "nobody knows from whom"
        return f"{self.audience} republished notice {self.notice}, {source}{by_means(self.means)}."


def by_means(means: Means | None) -> str:
    """How something was sent, for the end of a sentence."""
    return f", by {means.replace('_', ' ')}" if means else ""


@folds(NoticeStopped, "notices")
def _stopped(book: Notices, fact: NoticeStopped, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    status = held.status if held.ledger else "stopped"  # what is out stays out
    return with_notice(book, held.replace(status=status, stopped_by_order=fact.order, stopped_audiences=fact.audiences))


@folds(NoticePublished, "notices")
def _published(book: Notices, fact: NoticePublished, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    at = fact.sent_at or origin.at
    sending = Sending(
        version=fact.number, at=at, by=origin.by, means=fact.means, proof=fact.proof, proof_file=fact.proof_file
    )
    ledger = dict(held.ledger)
    for name in fact.audiences:
        line = ledger.get(name) or Receipt(audience=name, sent_at=at)
        address = fact.addresses.get(name, line.address)
        ledger[name] = line.replace(version=fact.number, sendings=(*line.sendings, sending), address=address)
    held = held.replace(
        status="published",
        published_at=held.published_at or at,
        ledger=ledger,
        stopped_by_order=None,
        stopped_audiences=(),
    )
    return with_notice(book, against_consent(held, fact.against_consent_because, origin))


@folds(NoticeAcknowledged, "notices")
def _acknowledged(book: Notices, fact: NoticeAcknowledged, origin: Origin) -> Notices:
    version = book.notices[fact.notice].ledger[fact.audience].version
    return line_changed(book, fact.notice, fact.audience, acknowledged_at=fact.at or origin.at,
                 acknowledged_by=fact.acknowledged_by, acknowledged_version=version)  # fmt: skip


@folds(NoticeRepublished, "notices")
def _republished(book: Notices, fact: NoticeRepublished, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    at = fact.at or origin.at
    source = held.ledger.get(fact.via)
    version = source.version if source else held.version
    sending = Sending(
        version=version, at=at, by=origin.by, means=fact.means, proof=fact.proof, proof_file=fact.proof_file
    )
    line = Receipt(audience=fact.audience, sent_at=at, via=fact.via, is_republisher=True, address=fact.address,
                   link=fact.link, version=version, sendings=(sending,))  # fmt: skip
    return with_notice(book, held.replace(ledger={**held.ledger, fact.audience: line}))


def line_changed(book: Notices, notice: str, audience: str, **changes: object) -> Notices:
    """The book with one line of a ledger changed."""
    held = book.notices[notice]
    return with_notice(book, held.replace(ledger={**held.ledger, audience: held.ledger[audience].replace(**changes)}))


@command("publish_notice", "Publish an approved notice to named audiences.", "approve", PUBLISHING)
class PublishNotice(Command):
    """Stopped, and the stop recorded, where it contradicts an order in force. `addresses` by audience."""

    notice: str
    audiences: tuple[str, ...]
    means: Means | None = None
    addresses: dict[str, str] = {}
    proof: str = ""
    proof_file: str = ""
    sent_at: Instant | None = None
    against_consent_because: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Published or stopped; either way the record shows it."""
        held = found(state.notices.notices, self.notice, "notice")
        names = tuple(dict.fromkeys(said(a, "audiences") for a in self.audiences))
        if not names:
            raise InvalidInput("audiences: name at least one.", field="audiences")
        if known := [n for n in names if n in held.ledger and held.ledger[n].version >= held.version]:
            raise RuleBroken(f"{', '.join(known)} received {held.id} already.")
        if strangers := [a for a in self.addresses if a not in names]:
            raise InvalidInput(f"addresses: {', '.join(strangers)} is not among the audiences.", field="addresses")
        return _sent(state, context, held, names, self)


@command(
    "republish_notice",
    "Send the version in force to everybody who has an older one, republishers too.",
    "approve",
    PUBLISHING,
)
class RepublishNotice(Command):
    """After a new version was approved, or the notice extended."""

    notice: str
    means: Means | None = None
    proof: str = ""
    proof_file: str = ""
    sent_at: Instant | None = None
    against_consent_because: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse where everybody has it."""
        held = found(state.notices.notices, self.notice, "notice")
        if not (old := behind(held)):
            raise RuleBroken(f"Everybody in the ledger of {held.id} has version {held.version}.")
        return _sent(state, context, held, tuple(r.audience for r in old), self)


@command("acknowledge_notice", "Write down that an audience confirmed receipt.", "notice", KEPT)
class AcknowledgeNotice(Command):
    """One line of the ledger."""

    notice: str
    audience: str
    acknowledged_by: str = ""
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse audiences that never received it."""
        held = received(state, self.notice, self.audience)
        past(self.at, context, "at")
        return (NoticeAcknowledged(**{**self.__dict__, "notice": held.id}),)


@command(
    "record_republication",
    "Write down that somebody shows a notice whom nobody sent it; a recall is owed there too.",
    "notice",
    KEPT,
)
class RecordRepublication(Command):
    """`via` is the recipient it was taken from; left out, nobody knows. `link` is where it stands."""

    notice: str
    audience: str
    via: str = ""
    means: Means | None = None
    address: str = ""
    link: str = ""
    proof: str = ""
    proof_file: str = ""
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a notice that is not out, a source that never had it, and one who is in the ledger already."""
        held: Notice = found(state.notices.notices, self.notice, "notice")
        name = said(self.audience, "audience")
        if not held.ledger:
            raise RuleBroken(f"{held.id} was sent to nobody; there is nothing to republish.")
        if self.via:
            received(state, self.notice, self.via)
        if name in held.ledger:
            raise RuleBroken(f"{name} stands in the ledger of {held.id} already.")
        past(self.at, context, "at")
        check_file(state, self.proof_file)
        return (NoticeRepublished(**{**self.__dict__, "notice": held.id, "audience": name}),)


def _sent(
    state: CaseState, context: Context, held: Notice, names: tuple[str, ...], asked: PublishNotice | RepublishNotice
) -> tuple[Event, ...]:
    """The notice sent, or stopped by an order in force."""
    if held.status not in ("approved", "stopped", "published"):
        after = (
            "resume it before it is sent"
            if held.status == "suspended"
            else "it must be approved before it is published"
        )
        raise RuleBroken(f"{held.id} is {held.status}; {after}.")
    if expired(held, context.at):
        raise RuleBroken(f"{held.id} expired at {held.expires_at:%Y-%m-%d %H:%M} UTC; extend_notice first.")
    because = asked.against_consent_because.strip()
    check_consent(state, held.kind, held, because or held.against_consent)
    past(asked.sent_at, context, "sent_at")
    check_file(state, asked.proof_file)
    if orders := against(state, held):
        return (NoticeStopped(notice=held.id, order=orders[0].id, audiences=names),)
    return (
        NoticePublished(
            notice=held.id, audiences=names, number=held.version, means=asked.means, proof=asked.proof.strip(),
            addresses=getattr(asked, "addresses", {}), proof_file=asked.proof_file, sent_at=asked.sent_at,
            against_consent_because=because,
        ),
    )  # fmt: skip


def received(state: CaseState, notice: str, audience: str) -> Notice:
    """The notice, where an audience stands in its ledger; else a sentence that says who does."""
    held: Notice = found(state.notices.notices, notice, "notice")
    if audience not in held.ledger:
        have = ", ".join(held.ledger) or "nobody"
        raise RuleBroken(f"{audience} did not receive {held.id}; it went to: {have}.")
    return held


def check_file(state: CaseState, proof_file: str) -> None:
    """Refuse what is neither the content hash of a file nor a photograph of the case."""
    if proof_file and proof_file not in state.photographs.photographs and not _BLOB.fullmatch(proof_file):
        raise InvalidInput(
            f'proof_file: "{proof_file}" is neither a photograph of this case nor the content hash of a file (64 hex '
            "digits).", field="proof_file",
        )  # fmt: skip
