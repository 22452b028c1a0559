"""Chain of custody: who took a thing, to whom it went, who confirmed that it came, and where it ended.

Knows when a thing changed hands apart from when that was typed. Refuses a link before the one that it
follows, and takes nobody's word for a receipt but the receiver's.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.quantity import iso
from wayhome.base.record import Record
from wayhome.case.command import KEPT, Command, Instant, Says, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, past, said

if TYPE_CHECKING:
    from wayhome.case.evidence import Clue, Evidence
    from wayhome.case.state import CaseState

End = Literal["returned", "destroyed", "court"]
LinkKind = Literal["found", "collected", "handed_over", "returned", "destroyed", "court"]

_RECEIVED: tuple[LinkKind, ...] = ("handed_over", "returned", "court")  # somebody else has it then, and says so
_ENDS: dict[str, str] = {
    "returned": "given back to those it belongs to", "destroyed": "destroyed", "court": "given to the court",
}  # fmt: skip


class Custody(Record):
    """One link of the chain: who has a thing from when on, from whom, under which seal.

    `at` is when it changed hands, `recorded_at` when that was typed. `confirmed_by` is who said that it came.
    """

    id: str = ""
    kind: LinkKind = "handed_over"
    at: datetime
    holder: str
    given_by: str = ""
    place: str = ""
    seal_number: str = ""
    remark: str = ""
    recorded_by: str = ""
    recorded_at: datetime | None = None
    confirmed_by: str = ""
    confirmed_at: datetime | None = None
    confirmed_seal: str = ""
    confirmed_remark: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody should have it and nobody has confirmed that it came."""
        return self.kind in _RECEIVED and self.confirmed_at is None

    @property
    def is_end(self) -> bool:
        """Whether nobody here holds it any more."""
        return self.kind in _ENDS

    @property
    def note(self) -> str:
        """All beside who and when, in words: seal, place, receipt, remarks."""
        came = f"receipt confirmed by {self.confirmed_by}" if self.confirmed_at else "receipt not confirmed"
        if self.confirmed_seal and self.confirmed_seal != self.seal_number:
            came += f" under seal {self.confirmed_seal}"
        parts = [
            f"seal {self.seal_number}" if self.seal_number else "", f"at {self.place}" if self.place else "", self.remark,
            came if self.kind in _RECEIVED else "", self.confirmed_remark,
        ]  # fmt: skip
        return "; ".join(p for p in parts if p)


class OpenLink(Record):
    """A link of a chain of custody that nobody has confirmed."""

    clue: str
    name: str
    link: str
    holder: str
    given_by: str
    since: datetime


def open_links(state: CaseState) -> tuple[OpenLink, ...]:
    """Links that nobody confirmed, the longest open first; a withdrawn thing is still in somebody's hands."""
    found_ = [
        OpenLink(clue=c.id, name=c.name, link=x.id, holder=x.holder, given_by=x.given_by, since=x.at)
        for c in state.evidence.clues.values()
        for x in c.custody
        if x.is_open
    ]
    return tuple(sorted(found_, key=lambda x: (x.since, x.clue)))


def found_link(finder: str, found_at: datetime | None, by: str, at: datetime) -> Custody:
    """The first link of a thing that its finder took along; who recorded it stands in for an unknown finder."""
    return Custody(
        id="L1", kind="found", at=found_at or at, holder=finder or by, remark="found", recorded_by=by, recorded_at=at
    )


@event("item_collected")
class ItemCollected(Event):
    """Somebody took a thing from where it lay."""

    clue: str
    link: str
    holder: PersonalText
    at: datetime
    place: PersonalText = ""
    seal_number: str = ""
    remark: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.clue} collected by {self.holder} at {iso(self.at)}{_under(self.seal_number)}."


@event("item_handed_over")
class ItemHandedOver(Event):
    """A link of the chain of custody."""

    clue: str
    holder: PersonalText
    given_by: PersonalText = ""
    remark: str = ""
    link: str = ""
    at: datetime | None = None
    place: PersonalText = ""
    seal_number: str = ""
    is_received: bool = False
    received_by: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        at = f" at {iso(self.at)}" if self.at else ""
        received = f" Receipt confirmed by {self.received_by}." if self.received_by else ""
        return f"{self.clue} handed to {self.holder}{at}{_under(self.seal_number)}.{received}"


@event("receipt_confirmed")
class ReceiptConfirmed(Event):
    """The receiver says that a thing came."""

    clue: str
    link: str
    received_by: PersonalText
    at: datetime
    seal_number: str = ""
    remark: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return (
            f"Receipt of {self.clue} ({self.link}) at {iso(self.at)} confirmed by {self.received_by}"
            f"{_under(self.seal_number)}.{f' {self.remark}' if self.remark else ''}"
        )


@event("item_disposed")
class ItemDisposed(Event):
    """The end of a chain: a thing left for good."""

    clue: str
    link: str
    how: End
    holder: PersonalText = ""
    given_by: PersonalText = ""
    reason: PersonalText
    at: datetime
    seal_number: str = ""
    is_received: bool = False
    received_by: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        to = f" ({self.holder})" if self.holder else ""
        return f"{self.clue} was {_ENDS[self.how]}{to} at {iso(self.at)}: {self.reason}"


def _under(seal: str) -> str:
    return f", sealed as {seal}" if seal else ""


@folds(ItemCollected, "evidence")
def _collected(evidence: Evidence, fact: ItemCollected, origin: Origin) -> Evidence:
    link = Custody(
        id=fact.link, kind="collected", at=fact.at, holder=fact.holder, place=fact.place, seal_number=fact.seal_number,
        remark=fact.remark, recorded_by=origin.by, recorded_at=origin.at,
    )  # fmt: skip
    return _with(evidence, fact.clue, link)


@folds(ItemHandedOver, "evidence")
def _handed(evidence: Evidence, fact: ItemHandedOver, origin: Origin) -> Evidence:
    at = fact.at or origin.at
    link = Custody(
        id=fact.link or f"L{len(evidence.clues[fact.clue].custody) + 1}", at=at, holder=fact.holder,
        given_by=fact.given_by, place=fact.place, seal_number=fact.seal_number, remark=fact.remark,
        recorded_by=origin.by, recorded_at=origin.at, confirmed_by=fact.received_by,
        confirmed_at=at if fact.is_received else None, confirmed_seal=fact.seal_number if fact.is_received else "",
    )  # fmt: skip
    return _with(evidence, fact.clue, link)


@folds(ItemDisposed, "evidence")
def _disposed(evidence: Evidence, fact: ItemDisposed, origin: Origin) -> Evidence:
    link = Custody(
        id=fact.link, kind=fact.how, at=fact.at, holder=fact.holder or fact.how, given_by=fact.given_by,
        seal_number=fact.seal_number, remark=fact.reason, recorded_by=origin.by, recorded_at=origin.at,
        confirmed_by=fact.received_by, confirmed_at=fact.at if fact.is_received else None,
        confirmed_seal=fact.seal_number if fact.is_received else "",
    )  # fmt: skip
    return _with(evidence, fact.clue, link)


@folds(ReceiptConfirmed, "evidence")
def _confirmed(evidence: Evidence, fact: ReceiptConfirmed, origin: Origin) -> Evidence:
    clue = evidence.clues[fact.clue]
    chain = tuple(
        x.replace(confirmed_by=fact.received_by, confirmed_at=fact.at, confirmed_seal=fact.seal_number, confirmed_remark=fact.remark)
        if x.id == fact.link else x
        for x in clue.custody
    )  # fmt: skip
    return evidence.replace(clues={**evidence.clues, clue.id: clue.replace(custody=chain)})


def _with(evidence: Evidence, key: str, link: Custody) -> Evidence:
    """The chain with a link more, by the time of the thing: entries of two desks may arrive in another order."""
    clue = evidence.clues[key]
    chain = tuple(sorted((*clue.custody, link), key=lambda x: x.at))
    return evidence.replace(clues={**evidence.clues, key: clue.replace(custody=chain)})


@command("collect_item", "Take a clue from where it lies: who took it, when, in which bag or under which seal.")
class CollectItem(Command):
    """For what was found before somebody came to take it, or to give a thing its bag number."""

    clue: str
    taken_by: str
    at: Annotated[Instant, Says("When it was taken; now, unless given.")] | None = None
    seal_number: Annotated[str, Says("Number of the bag or seal.")] = ""
    place: str = ""
    remark: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what is to stay where it is, and what somebody took before."""
        clue: Clue = found(state.evidence.clues, self.clue, "clue")
        if clue.instruction != "collect":
            raise RuleBroken(
                f"{clue.id} is not to be taken (instruction: {clue.instruction}); to change that, say "
                f"amend_clue clue={clue.id} instruction=collect."
            )
        if taken := [x for x in clue.custody if x.kind != "found"]:
            raise RuleBroken(
                f"{clue.id} was taken already; {taken[-1].holder} has it since {iso(taken[-1].at)}. Pass it on with hand_over_item."
            )
        return (
            ItemCollected(
                clue=clue.id, link=_new_link(clue, context), holder=said(self.taken_by, "taken_by"),
                at=_when(clue, self.at, context), place=self.place, seal_number=self.seal_number.strip(), remark=self.remark,
            ),
        )  # fmt: skip


@command("hand_over_item", "Hand a collected item to somebody; adds a link to its chain of custody.", during=KEPT)
class HandOverItem(Command):
    """The last holder gives, the new one takes; the link is open until the receipt is confirmed."""

    clue: str
    holder: Annotated[str, Says("To whom.")]
    at: Annotated[Instant, Says("When it changed hands; now, unless given.")] | None = None
    place: str = ""
    seal_number: Annotated[str, Says("Number of the bag or seal.")] = ""
    received_by: Annotated[str, Says("Who signed for it on the spot; else confirm_receipt comes later.")] = ""
    remark: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a thing that nobody holds, and a time before the last link."""
        clue = held(state, self.clue)
        giver = clue.custody[-1].holder
        _check_receiver(giver, self.received_by)
        return (
            ItemHandedOver(
                clue=clue.id, link=_new_link(clue, context), holder=said(self.holder, "holder"), given_by=giver,
                remark=self.remark, at=_when(clue, self.at, context), place=self.place,
                seal_number=self.seal_number.strip(), is_received=bool(self.received_by.strip()),
                received_by=self.received_by.strip(),
            ),
        )  # fmt: skip


@command("confirm_receipt", "Say that an item came to its receiver, and under which seal.", during=KEPT)
class ConfirmReceipt(Command):
    """Closes an open link of the chain; without `link` the one that waits."""

    clue: str
    received_by: str
    at: Annotated[Instant, Says("When it came; now, unless given.")] | None = None
    seal_number: Annotated[str, Says("Number of the bag or seal as it came.")] = ""
    link: Annotated[str, Says("Which link, such as L2, where several wait.")] = ""
    remark: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse the giver's own word, and another seal than was sent unless a remark says why."""
        clue: Clue = found(state.evidence.clues, self.clue, "clue")
        link = self._link(clue)
        receiver = said(self.received_by, "received_by")
        _check_receiver(link.given_by, receiver)
        at, seal = self.at or context.at, self.seal_number.strip()
        if at < link.at:
            raise InvalidInput(f"at: {clue.id} was handed over only at {iso(link.at)}.", field="at")
        past(at, context, "at")
        if seal and link.seal_number and seal != link.seal_number and not self.remark.strip():
            raise InvalidInput(
                f"seal_number: {clue.id} was sent under seal {link.seal_number} and came under {seal}; say why in remark.",
                field="remark",
            )
        return (
            ReceiptConfirmed(
                clue=clue.id, link=link.id, received_by=receiver, at=at, seal_number=seal, remark=self.remark.strip()
            ),
        )

    def _link(self, clue: Clue) -> Custody:
        waiting = [x for x in clue.custody if x.is_open]
        if self.link:
            named: Custody = found({x.id: x for x in clue.custody}, self.link, f"link of {clue.id}")
            if named not in waiting:
                raise RuleBroken(
                    f"{named.id} of {clue.id} needs no receipt"
                    + (f"; {named.confirmed_by} confirmed it." if named.confirmed_by else f": it says {named.kind}.")
                )
            return named
        if not waiting:
            raise RuleBroken(f"No link of {clue.id} waits for a receipt; hand_over_item makes one.")
        if len(waiting) > 1:
            which = ", ".join(f"{x.id} to {x.holder}" for x in waiting)
            raise InvalidInput(f"link: several links of {clue.id} wait ({which}); say which.", field="link")
        return waiting[0]


@command(
    "dispose_item", "End a chain of custody: given back, destroyed, or given to the court, and why.", "decide", KEPT
)
class DisposeItem(Command):
    """`to` is who has it now; nobody, where it was destroyed."""

    clue: str
    how: End
    reason: str
    to: Annotated[str, Says("Who has it now.")] = ""
    at: Annotated[Instant, Says("When it left; now, unless given.")] | None = None
    seal_number: Annotated[str, Says("Number of the bag or seal.")] = ""
    received_by: Annotated[str, Says("Who signed for it on the spot; else confirm_receipt comes later.")] = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a thing that nobody holds, and a gift to nobody."""
        clue = held(state, self.clue)
        if self.how != "destroyed" and not self.to.strip():
            raise InvalidInput(f"to: say who has {clue.id} now that it was {_ENDS[self.how]}.", field="to")
        if self.how == "destroyed" and (self.to.strip() or self.received_by.strip()):
            raise InvalidInput("to: what was destroyed nobody has; name its destroyer in the reason.", field="to")
        giver = clue.custody[-1].holder
        _check_receiver(giver, self.received_by)
        return (
            ItemDisposed(
                clue=clue.id, link=_new_link(clue, context), how=self.how, holder=self.to.strip(), given_by=giver,
                reason=said(self.reason, "reason"), at=_when(clue, self.at, context),
                seal_number=self.seal_number.strip(), is_received=bool(self.received_by.strip()),
                received_by=self.received_by.strip(),
            ),
        )  # fmt: skip


def held(state: CaseState, key: str) -> Clue:
    """A clue that somebody holds, or a sentence on why nobody does."""
    clue: Clue = found(state.evidence.clues, key, "clue")
    if not clue.custody:
        how = "; say who took it with collect_item" if clue.instruction == "collect" else ""
        raise RuleBroken(f"{clue.id} was not collected (instruction: {clue.instruction}), so nobody holds it{how}.")
    if (last := clue.custody[-1]).is_end:
        raise RuleBroken(f"{clue.id} was {_ENDS[last.kind]} at {iso(last.at)}; its chain of custody ended there.")
    return clue


def _when(clue: Clue, at: datetime | None, context: Context) -> datetime:
    """When a link is of: not in the future, and not before the link that it follows."""
    moment = past(at, context, "at")
    last = clue.custody[-1] if clue.custody else None
    if last is not None and moment < last.at:
        earlier = f" If it was found earlier, say so first: amend_clue clue={clue.id} found_at=TIME."
        raise InvalidInput(
            f"at: {iso(moment)} lies before the last link; {last.holder} has {clue.id} only since {iso(last.at)}."
            + (earlier if last.kind == "found" else ""),
            field="at",
        )
    if last is None and clue.found_at is not None and moment < clue.found_at:
        raise InvalidInput(f"at: {clue.id} was found only at {iso(clue.found_at)}.", field="at")
    return moment


def _check_receiver(giver: str, receiver: str) -> None:
    if receiver.strip() and receiver.strip().casefold() == giver.strip().casefold():
        raise InvalidInput(
            f"received_by: {giver} gave it away and can't confirm its receipt; name who took it.", field="received_by"
        )


def _new_link(clue: Clue, context: Context) -> str:
    return context.new_id("L", {x.id: x for x in clue.custody})
