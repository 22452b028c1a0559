"""How an ended notice comes back: who was told, with what proof, who was reminded, who confirmed.

A recall that was not sent and one that is not confirmed are two things. Refuses a recall without proof that it was sent.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import KEPT, Command, Instant, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, past
from wayhome.case.ledger import by_means, check_file, line_changed, out, received
from wayhome.case.notice import ENDED, Means, Notice, Notices, Receipt, Reminder

if TYPE_CHECKING:
    from wayhome.case.state import CaseState


class Recall(Record):
    """A recipient from whom a notice must come back."""

    notice: str
    audience: str
    since: datetime
    reminders: int = 0


def owed_recalls(state: CaseState) -> tuple[Recall, ...]:
    """Recalls that were not sent, of everybody who has not confirmed anyway."""
    return tuple(
        Recall(notice=n.id, audience=r.audience, since=_ended_at(n))
        for n, r in _to_come_back(state)
        if r.recall_sent_at is None
    )


def unconfirmed_recalls(state: CaseState) -> tuple[Recall, ...]:
    """Recalls that were sent and that nobody has confirmed, with the reminders since."""
    return tuple(
        Recall(notice=n.id, audience=r.audience, since=r.recall_sent_at, reminders=len(r.reminders))
        for n, r in _to_come_back(state)
        if r.recall_sent_at is not None
    )


def blocking(state: CaseState) -> tuple[str, ...]:
    """Why the case cannot be closed as found yet: notices that are out, recalls that were not sent."""
    still = [
        f"{n.id} ({n.kind.replace('_', ' ')}) is still out with {', '.join(n.ledger)}; withdraw or cancel it."
        for n in out(state)
    ]
    return (*still, *_by_notice(owed_recalls(state), "The recall of {notice} was not sent to {whom}; send it."))


def unconfirmed(state: CaseState) -> tuple[str, ...]:
    """What a closing report must say though it keeps nothing from closing: recalls that nobody confirmed."""
    return _by_notice(unconfirmed_recalls(state), "The recall of {notice} is not confirmed by {whom}.")


def _to_come_back(state: CaseState) -> list[tuple[Notice, Receipt]]:
    return [
        (n, r) for n in state.notices.notices.values() if n.status in ENDED
        for r in n.ledger.values() if r.recall_confirmed_at is None
    ]  # fmt: skip


def _ended_at(notice: Notice) -> datetime:
    at = notice.withdrawn_at or notice.cancelled_at
    assert at is not None, "an ended notice has the time of its end"
    return at


def _by_notice(recalls: tuple[Recall, ...], sentence: str) -> tuple[str, ...]:
    whom: dict[str, list[str]] = {}
    for r in recalls:
        whom.setdefault(r.notice, []).append(r.audience)
    return tuple(sentence.format(notice=n, whom=", ".join(names)) for n, names in whom.items())


@event("recall_sent")
class RecallSent(Event):
    """An audience was told to take the notice down, with the proof that it was told."""

    notice: str
    audience: str
    means: Means | None = None
    proof: PersonalText = ""
    proof_file: str = ""
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Recall of notice {self.notice} sent to {self.audience}{by_means(self.means)}."


@event("recall_chased")
class RecallChased(Event):
    """An audience was reminded of a recall that it has not confirmed."""

    notice: str
    audience: str
    means: Means | None = None
    remark: PersonalText = ""
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.audience} reminded of the recall of notice {self.notice}{by_means(self.means)}. {self.remark}".strip()


@event("recall_confirmed")
class RecallConfirmed(Event):
    """An audience confirmed that it took the notice down."""

    notice: str
    audience: str
    confirmed_by: PersonalText = ""
    proof: PersonalText = ""
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        who = f" ({self.confirmed_by})" if self.confirmed_by else ""
        return f"{self.audience}{who} confirmed the recall of notice {self.notice}."


@folds(RecallSent, "notices")
def _recall_sent(book: Notices, fact: RecallSent, origin: Origin) -> Notices:
    return line_changed(book, fact.notice, fact.audience, recall_sent_at=fact.at or origin.at, recall_sent_by=origin.by,
                 recall_means=fact.means, recall_proof=fact.proof, recall_proof_file=fact.proof_file)  # fmt: skip


@folds(RecallChased, "notices")
def _chased(book: Notices, fact: RecallChased, origin: Origin) -> Notices:
    before = book.notices[fact.notice].ledger[fact.audience].reminders
    new = Reminder(at=fact.at or origin.at, by=origin.by, means=fact.means, remark=fact.remark)
    return line_changed(book, fact.notice, fact.audience, reminders=(*before, new))


@folds(RecallConfirmed, "notices")
def _confirmed(book: Notices, fact: RecallConfirmed, origin: Origin) -> Notices:
    return line_changed(book, fact.notice, fact.audience, recall_confirmed_at=fact.at or origin.at,
                 recall_confirmed_by=fact.confirmed_by, recall_confirmed_proof=fact.proof)  # fmt: skip


@command("send_recall", "Write down that an audience was told to take a notice down, and the proof.", "notice", KEPT)
class SendRecall(Command):
    """The proof in words (a number, a receipt, who took the call), or a photograph of it."""

    notice: str
    audience: str
    means: Means | None = None
    proof: str = ""
    proof_file: str = ""
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse without proof, where nothing was recalled, and a second time."""
        held, line = _recalled(state, self.notice, self.audience, "send")
        if line.recall_sent_at is not None:
            raise RuleBroken(f"The recall of {held.id} was sent to {line.audience} already; chase_recall reminds it.")
        if not self.proof.strip() and not self.proof_file:
            raise InvalidInput("proof: say what proves that it was sent, or name a photograph of it.", field="proof")
        past(self.at, context, "at")
        check_file(state, self.proof_file)
        return (RecallSent(**{**self.__dict__, "notice": held.id}),)


@command("chase_recall", "Write down that an audience was reminded of a recall it has not confirmed.", "notice", KEPT)
class ChaseRecall(Command):
    """Each reminder counts."""

    notice: str
    audience: str
    means: Means | None = None
    remark: str = ""
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse before the recall was sent, and after it was confirmed."""
        held, line = _recalled(state, self.notice, self.audience, "chase")
        if line.recall_sent_at is None:
            raise RuleBroken(f"The recall of {held.id} was not sent to {line.audience} yet; send_recall comes first.")
        past(self.at, context, "at")
        return (RecallChased(**{**self.__dict__, "notice": held.id}),)


@command("confirm_recall", "Write down that an audience confirmed it took the notice down.", "notice", KEPT)
class ConfirmRecall(Command):
    """Proof that the recall arrived; one who took it down unasked may confirm before any recall was sent."""

    notice: str
    audience: str
    confirmed_by: str = ""
    proof: str = ""
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse where nothing was recalled, or it is confirmed."""
        held, _ = _recalled(state, self.notice, self.audience, "confirm")
        past(self.at, context, "at")
        return (RecallConfirmed(**{**self.__dict__, "notice": held.id}),)


def _recalled(state: CaseState, notice: str, audience: str, act: str) -> tuple[Notice, Receipt]:
    held = received(state, notice, audience)
    if held.status not in ENDED:
        raise RuleBroken(f"{held.id} is {held.status}; there is no recall to {act}. Withdraw or cancel it first.")
    line = held.ledger[audience]
    if line.recall_confirmed_at is not None:
        raise RuleBroken(f"{audience} has confirmed the recall of {held.id} already.")
    return held, line
