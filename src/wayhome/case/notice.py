"""Notices about the subject: their words, version by version, drafted, changed, approved or rejected.

Knows what each version shows and who approved it; refuses words without consent or reason. How long a notice is in
force is `validity`, who received which version is `ledger`.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from wayhome.base.errors import InvalidInput, NotAllowed, RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import Command, Instant, Status, command
from wayhome.case.disclosure import (
    PROTECTED,
    NoticeKind,
    Shown,
    check_photograph,
    least,
    objections,
    permits_publishing,
    tells_beyond,
)
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

NoticeStatus = Literal["draft", "approved", "rejected", "stopped", "published", "suspended", "withdrawn", "cancelled"]
Means = Literal["mail", "e_mail", "phone", "radio", "web", "social_media", "press", "paper", "in_person"]

PUBLISHING: tuple[Status, ...] = ("active", "suspended")  # nothing new goes out about somebody who is found
ENDED: tuple[NoticeStatus, ...] = ("withdrawn", "cancelled")
LONGEST_LINK = 500
_PAGE = re.compile(r"https?://[^\s/]+(/\S*)?", re.IGNORECASE)


class Sending(Record):
    """One version of a notice sent to one recipient, with the proof."""

    version: int
    at: datetime
    by: str
    means: Means | None = None
    proof: str = ""
    proof_file: str = ""


class Reminder(Record):
    """A recipient reminded that it has not confirmed a recall."""

    at: datetime
    by: str
    means: Means | None = None
    remark: str = ""


class Receipt(Record):
    """One line of the ledger: a recipient, or a republisher with whom it has the notice from (`via`)."""

    audience: str
    sent_at: datetime
    via: str = ""
    is_republisher: bool = False
    address: str = ""
    link: str = ""
    version: int = 1
    sendings: tuple[Sending, ...] = ()
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    acknowledged_version: int = 1
    recall_sent_at: datetime | None = None
    recall_sent_by: str = ""
    recall_means: Means | None = None
    recall_proof: str = ""
    recall_proof_file: str = ""
    reminders: tuple[Reminder, ...] = ()
    recall_confirmed_at: datetime | None = None
    recall_confirmed_by: str = ""
    recall_confirmed_proof: str = ""


class Version(Record):
    """The words of a notice as somebody drafted them, and what became of them."""

    version: int = 1
    title: str
    text: str
    permits: tuple[str, ...] = ()
    shows: tuple[Shown, ...] = ()
    area: str = ""
    contact: str = ""
    link: str = ""
    photograph: str = ""
    expires_at: datetime | None = None
    disclose_because: str = ""
    discloses_more: tuple[str, ...] = ()
    reason: str = ""
    drafted_by: str
    drafted_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    rejected: str | None = None
    rejected_by: str = ""
    rejected_at: datetime | None = None


class Notice(Version):
    """A notice: the version in force, its life, earlier and waiting versions, and its ledger."""

    id: str
    kind: NoticeKind
    status: NoticeStatus = "draft"
    published_at: datetime | None = None
    stopped_by_order: str | None = None
    stopped_audiences: tuple[str, ...] = ()
    against_consent: str = ""
    against_consent_by: str = ""
    suspended: str | None = None
    suspended_by: str = ""
    suspended_at: datetime | None = None
    suspended_until: datetime | None = None
    withdrawn: str | None = None
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None
    cancelled: str | None = None
    cancelled_by: str = ""
    cancelled_at: datetime | None = None
    earlier: tuple[Version, ...] = ()
    pending: Version | None = None
    ledger: dict[str, Receipt] = {}

    def words(self) -> Version:
        """The version in force alone."""
        return Version(**{f: self.__dict__[f] for f in Version.__fields__})

    def next_version(self) -> int:
        """The number of the next version; numbers of rejected ones are not used again."""
        return 1 + max(v.version for v in (self, *self.earlier, *([self.pending] if self.pending else [])))


class Notices(Record):
    """Notices by id."""

    notices: dict[str, Notice] = {}

    def live(self) -> tuple[Notice, ...]:
        """Published, neither suspended nor ended; one that has expired is still among them."""
        return tuple(n for n in self.notices.values() if n.status == "published")


def waiting_for_approval(state: CaseState) -> tuple[Notice, ...]:
    """Notices of which a draft or a new version waits for somebody to approve or reject it."""
    return tuple(
        n for n in state.notices.notices.values()
        if n.status == "draft" or (n.pending is not None and n.status not in ENDED)
    )  # fmt: skip


def needs_second_person(state: CaseState, kind: NoticeKind) -> bool:
    """Whether the drafter of a kind may not approve it; without an organisation there may be nobody else."""
    organisation = state.people.organisation
    if organisation is None:
        return False
    return organisation.second_person is None or kind in organisation.second_person


@event("notice_drafted")
class NoticeDrafted(Event):
    """A draft: its own words, what it shows from the record, and what its words tell beyond that."""

    id: str
    kind: NoticeKind
    title: PersonalText
    text: PersonalText
    permits: tuple[str, ...] = ()
    expires_at: datetime | None = None
    shows: tuple[Shown, ...] = ()
    area: PersonalText = ""
    contact: PersonalText = ""
    link: PersonalText = ""
    photograph: str = ""
    disclose_because: PersonalText = ""
    discloses_more: tuple[str, ...] = ()

    def says(self) -> str:
        """Sentence for the log."""
        return f"Notice {self.id} drafted: {self.kind.replace('_', ' ')}, {self.title}." + _beyond(self.discloses_more)


@event("notice_updated")
class NoticeUpdated(Event):
    """A new version of a notice, whole; it counts once it is approved."""

    notice: str
    number: int
    title: PersonalText
    text: PersonalText
    permits: tuple[str, ...] = ()
    expires_at: datetime | None = None
    shows: tuple[Shown, ...] = ()
    area: PersonalText = ""
    contact: PersonalText = ""
    link: PersonalText = ""
    photograph: str = ""
    disclose_because: PersonalText = ""
    discloses_more: tuple[str, ...] = ()
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Version {self.number} of notice {self.notice} drafted: {self.reason}" + _beyond(self.discloses_more)


@event("notice_approved")
class NoticeApproved(Event):
    """Approved for publication."""

    notice: str
    number: int = 1
    against_consent_because: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        which = f"Version {self.number} of notice" if self.number > 1 else "Notice"
        against = f" Against consent, because: {self.against_consent_because}" if self.against_consent_because else ""
        return f"{which} {self.notice} approved.{against}"


@event("notice_rejected")
class NoticeRejected(Event):
    """A version is not to go out."""

    notice: str
    number: int
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Version {self.number} of notice {self.notice} rejected: {self.reason}"


def _beyond(facts: tuple[str, ...]) -> str:
    return f" Its words tell more than it shows: {', '.join(f.replace('_', ' ') for f in facts)}." if facts else ""


@folds(NoticeDrafted, "notices")
def _drafted(book: Notices, fact: NoticeDrafted, origin: Origin) -> Notices:
    return with_notice(book, Notice(**fact.__dict__, drafted_by=origin.by, drafted_at=origin.at))


@folds(NoticeUpdated, "notices")
def _updated(book: Notices, fact: NoticeUpdated, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    fields = {k: v for k, v in fact.__dict__.items() if k not in ("notice", "number")}
    new = Version(**fields, version=fact.number, drafted_by=origin.by, drafted_at=origin.at)
    if held.ledger:  # recipients have the version in force until the new one is approved
        before = () if held.pending is None else (held.pending,)
        return with_notice(book, held.replace(pending=new, earlier=(*held.earlier, *before)))
    return with_notice(book, in_force(held, new).replace(status="draft", stopped_by_order=None, stopped_audiences=()))


@folds(NoticeApproved, "notices")
def _approved(book: Notices, fact: NoticeApproved, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    if held.pending is not None:
        approved = held.pending.replace(approved_by=origin.by, approved_at=origin.at)
        held = in_force(held, approved).replace(pending=None)
    else:
        held = held.replace(status="approved", approved_by=origin.by, approved_at=origin.at)
    return with_notice(book, against_consent(held, fact.against_consent_because, origin))


@folds(NoticeRejected, "notices")
def _rejected(book: Notices, fact: NoticeRejected, origin: Origin) -> Notices:
    held = book.notices[fact.notice]
    why = {"rejected": fact.reason, "rejected_by": origin.by, "rejected_at": origin.at}
    if held.pending is not None:
        return with_notice(book, held.replace(pending=None, earlier=(*held.earlier, held.pending.replace(**why))))
    return with_notice(book, held.replace(status="rejected", **why))


def with_notice(book: Notices, notice: Notice) -> Notices:
    """The book with a notice put in or replaced."""
    return book.replace(notices={**book.notices, notice.id: notice})


def against_consent(held: Notice, because: str, origin: Origin) -> Notice:
    """A notice let out against the subject's consent, where somebody said why."""
    return held.replace(against_consent=because, against_consent_by=origin.by) if because else held


def in_force(held: Notice, new: Version) -> Notice:
    """A notice with a new version in force; the one before stays readable."""
    return held.replace(**new.__dict__, earlier=(*held.earlier, held.words()))


@command(
    "draft_notice",
    "Draft a missing notice, border alert, warrant, standing order or public appeal.",
    "notice",
    PUBLISHING,
)
class DraftNotice(Command):
    """`shows` is drawn from the record when it is printed; left out, it is the least that works for the kind.

    `permits` says what readers are allowed to do (harm, lethal_force, publish_name, cross_border...), `area` where in
    words and not the exact place, `contact` the number to call, `link` the page that is taken down in the end.
    """

    kind: NoticeKind
    title: str
    text: str
    permits: tuple[str, ...] = ()
    expires_at: Instant | None = None
    shows: tuple[Shown, ...] | None = None
    area: str = ""
    contact: str = ""
    link: str = ""
    photograph: str = ""
    disclose_because: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """A notice needs words, an end that lies ahead, and a reason for what can harm."""
        words = _checked(state, context, {**self.__dict__}, self.kind)
        return (NoticeDrafted(id=context.new_id("N", state.notices.notices), kind=self.kind, **words),)


@command("update_notice", "Draft a new version of a notice; what is left out stays.", "notice", PUBLISHING)
class UpdateNotice(Command):
    """Recipients keep the version in force until the new one is approved and sent."""

    notice: str
    reason: str
    title: str | None = None
    text: str | None = None
    permits: tuple[str, ...] | None = None
    expires_at: Instant | None = None
    shows: tuple[Shown, ...] | None = None
    area: str | None = None
    contact: str | None = None
    link: str | None = None
    photograph: str | None = None
    disclose_because: str | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an ended notice, and a version in which nothing is new."""
        held: Notice = found(state.notices.notices, self.notice, "notice")
        if held.status in ENDED:
            raise RuleBroken(f"{held.id} is {held.status}; draft a new notice.")
        latest = (held.pending or held).__dict__
        given = {k: v for k, v in self.__dict__.items() if k not in ("notice", "reason") and v is not None}
        if all(latest[k] == v for k, v in given.items()):
            raise InvalidInput("Nothing is changed; write the new title, text or another field.", field="text")
        fields = {k: given.get(k, latest[k]) for k in DraftNotice.__fields__ if k != "kind"}
        if self.permits is None:  # what followed from the former words follows anew
            followed = permits_publishing(held.kind, (*latest["shows"], *latest["discloses_more"]))
            fields["permits"] = tuple(p for p in fields["permits"] if p not in followed)
        words = _checked(state, context, fields, held.kind)
        return (NoticeUpdated(notice=held.id, number=held.next_version(), reason=said(self.reason, "reason"), **words),)


@command(
    "approve_notice",
    "Approve a draft or a new version; where the rule says so, a second person.",
    "approve",
    PUBLISHING,
)
class ApproveNotice(Command):
    """`against_consent_because` where the subject, or whoever may say so, does not want publicity."""

    notice: str
    against_consent_because: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse the drafter, what waits for no approval, and publicity without consent."""
        held = _waiting(state, self.notice, "approved")
        draft = held.pending or held
        if needs_second_person(state, held.kind) and draft.drafted_by == context.by.id:
            raise NotAllowed(f"{context.by.name} drafted {held.id}; a second person must approve it.")
        because = self.against_consent_because.strip()
        check_consent(state, held.kind, draft, because)
        return (NoticeApproved(notice=held.id, number=draft.version, against_consent_because=because),)


@command("reject_notice", "Reject a draft or a new version, with the reason; the drafter can change it.", "approve")
class RejectNotice(Command):
    """What is out stays out as it is."""

    notice: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what waits for no approval."""
        held = _waiting(state, self.notice, "rejected")
        version = (held.pending or held).version
        return (NoticeRejected(notice=held.id, number=version, reason=said(self.reason, "reason")),)


def check_consent(state: CaseState, kind: NoticeKind, words: Version, because: str) -> None:
    """Refuse publicity that the subject does not consent to, unless somebody who may approve says why."""
    against = objections(state, kind, words.shows, words.photograph)
    if against and not because:
        raise RuleBroken(
            f"{' '.join(against)} To let a {kind.replace('_', ' ')} out all the same, write against_consent_because.",
            field="against_consent_because",
        )


def _checked(state: CaseState, context: Context, fields: dict[str, Any], kind: NoticeKind) -> dict[str, Any]:
    """The words of a version as an event holds them."""
    expires_at, link = fields["expires_at"], fields["link"].strip()
    if expires_at is not None and expires_at <= context.at:
        raise InvalidInput("expires_at: the notice would have expired already.", field="expires_at")
    shows = least(state, kind) if fields["shows"] is None else tuple(dict.fromkeys(fields["shows"]))
    because = fields["disclose_because"].strip()
    if (harmful := [s for s in shows if s in PROTECTED]) and not because:
        names = ", ".join(s.replace("_", " ") for s in harmful)
        raise InvalidInput(
            f"disclose_because: say why {names} must be told, or leave it out of what is shown.",
            field="disclose_because", shows=harmful,
        )  # fmt: skip
    if link and (not _PAGE.fullmatch(link) or len(link) > LONGEST_LINK):
        raise InvalidInput(
            "link: write the whole address of a page, such as https://example.org/missing.", field="link"
        )
    check_photograph(state, fields["photograph"])
    title, text = said(fields["title"], "title"), said(fields["text"], "text")
    beyond = tells_beyond(state, shows, title, text, fields["area"])
    permits = (*fields["permits"], *permits_publishing(kind, (*shows, *beyond)))
    return {
        "title": title, "text": text, "permits": tuple(dict.fromkeys(permits)), "expires_at": expires_at, "shows": shows,
        "area": fields["area"].strip(), "contact": fields["contact"].strip(), "link": link, "photograph": fields["photograph"],
        "disclose_because": because, "discloses_more": beyond,
    }  # fmt: skip


def _waiting(state: CaseState, notice: str, what: str) -> Notice:
    held: Notice = found(state.notices.notices, notice, "notice")
    if held.status != "draft" and (held.pending is None or held.status in ENDED):
        raise RuleBroken(f"{held.id} is {held.status}; only a draft or a new version can be {what}.")
    return held
