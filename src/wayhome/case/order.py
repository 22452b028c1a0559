"""Orders with conditions that stay in force, how they are amended, who has them, and what is let out against them.

Knows that a condition such as "unharmed" stays in force until the one who gave it says otherwise.
Refuses to let anything out that contradicts it in silence; which words betray that is in `betrayal`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from wayhome.base.errors import NotAllowed, RuleBroken
from wayhome.base.record import Record
from wayhome.case.betrayal import betrays
from wayhome.case.command import Command, Instant, Says, command
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, found, past, said

if TYPE_CHECKING:
    from wayhome.case.decision import Decisions
    from wayhome.case.state import CaseState

Condition = Literal["unharmed", "no_publicity", "no_pursuit_across_border"]

# permissions that a notice or assignment declares and that a condition forbids
FORBIDS: dict[str, tuple[str, ...]] = {
    "unharmed": ("harm", "lethal_force"),
    "no_publicity": ("publish_name", "publish_photograph"),
    "no_pursuit_across_border": ("cross_border",),
}


class Acknowledgement(Record):
    """Somebody has an order, in one of its versions (1 is the first)."""

    who: str
    at: datetime
    version: int = 1


class OrderVersion(Record):
    """An order as it read until it was amended, and why it was."""

    text: str
    conditions: tuple[Condition, ...] = ()
    other_conditions: tuple[str, ...] = ()
    to: str = ""
    until: datetime
    reason: str = ""


class Order(Record):
    """An order with conditions that stay in force; `other_conditions` are words that no program can check."""

    id: str
    text: str
    conditions: tuple[Condition, ...] = ()
    to: str = ""
    other_conditions: tuple[str, ...] = ()
    conflicts_with: tuple[str, ...] = ()
    given_by: str
    given_at: datetime
    rescinded: str | None = None
    versions: tuple[OrderVersion, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()

    @property
    def version(self) -> int:
        """The number of the wording in force; 1 is the first."""
        return 1 + len(self.versions)

    def version_at(self, at: datetime) -> int:
        """The number of the wording that was in force at a time."""
        return 1 + sum(v.until <= at for v in self.versions)


class Waiver(Record):
    """The one who gave an order lets one thing out against it, with a reason."""

    order: str
    subject: str
    reason: str
    by: str
    at: datetime


def contradicts(order: Order, permits: tuple[str, ...], text: str) -> bool:
    """Whether what something permits or says breaks a condition of an order."""
    return any(set(FORBIDS[c]) & set(permits) or betrays(c, text) for c in order.conditions)


def words_of(thing: Any) -> str:
    """All that a notice, an assignment or a message says that is held against the orders in force."""
    return " . ".join(str(t) for f in ("title", "subject", "text", "task", "equipment") if (t := getattr(thing, f, "")))


def against(state: CaseState, thing: Any) -> tuple[Order, ...]:
    """Orders in force that a notice, assignment or message contradicts and that nobody waived for it."""
    return state.decisions.contradictions(thing.id, getattr(thing, "permits", ()), words_of(thing))


def out_against_orders(state: CaseState) -> tuple[tuple[str, Order], ...]:
    """What is out already and contradicts an order given or amended later: a team in the field, a live notice."""
    things = [a for a in state.assignments.assignments.values() if a.is_out] + list(state.notices.live())
    return tuple((t.id, order) for t in things for order in against(state, t))


def conflicts(state: CaseState) -> tuple[tuple[Order, Order], ...]:
    """Pairs of orders in force by different people, the second of which says what a condition of the first forbids."""
    standing = state.decisions.in_force()
    return tuple((a, b) for a in standing for b in standing if a.given_by != b.given_by and _contradicts(a, b))


def unacknowledged(state: CaseState) -> tuple[Order, ...]:
    """Orders in force given to somebody, whose wording in force nobody has acknowledged."""
    return tuple(
        o for o in state.decisions.in_force()
        if o.to and not any(a.version == o.version for a in o.acknowledgements)
    )  # fmt: skip


def _contradicts(order: Order, other: Order) -> bool:
    return contradicts(order, (), " . ".join((other.text, *other.other_conditions)))


def _conflicts(state: CaseState, new: Order) -> tuple[str, ...]:
    """Orders in force by somebody else that a new wording contradicts, or that contradict its conditions."""
    others = (o for o in state.decisions.in_force() if o.given_by != new.given_by and o.id != new.id)
    return tuple(o.id for o in others if _contradicts(o, new) or _contradicts(new, o))


def _kept(conditions: tuple[str, ...], others: tuple[str, ...], conflicts_with: tuple[str, ...]) -> str:
    kept = ", ".join((*(c.replace("_", " ") for c in conditions), *others))
    out = f" Condition in force: {kept}." if kept else ""
    return out + (f" It conflicts with {', '.join(conflicts_with)} in force." if conflicts_with else "")


@event("order_given")
class OrderGiven(Event):
    """An order; `conflicts_with` are orders in force by somebody else that it did not fit with when it was given."""

    id: str
    text: PersonalText
    conditions: tuple[Condition, ...] = ()
    to: PersonalText = ""
    other_conditions: Annotated[tuple[str, ...], Personal] = ()
    conflicts_with: tuple[str, ...] = ()
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Order {self.id}: {self.text}{_kept(self.conditions, self.other_conditions, self.conflicts_with)}"


@event("order_amended")
class OrderAmended(Event):
    """An order reads otherwise from now on, whole; the earlier wording stays on record."""

    order: str
    text: PersonalText
    conditions: tuple[Condition, ...] = ()
    to: PersonalText = ""
    other_conditions: Annotated[tuple[str, ...], Personal] = ()
    conflicts_with: tuple[str, ...] = ()
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        kept = _kept(self.conditions, self.other_conditions, self.conflicts_with)
        return f"Order {self.order} amended: {self.text}{kept} Reason: {self.reason}"


@event("order_acknowledged")
class OrderAcknowledged(Event):
    """Somebody has an order."""

    order: str
    who: PersonalText
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.who} acknowledged order {self.order}."


@event("order_rescinded")
class OrderRescinded(Event):
    """An order is no longer in force."""

    order: str
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Order {self.order} rescinded: {self.reason}"


@event("contradiction_waived")
class ContradictionWaived(Event):
    """Something goes out although it contradicts an order; the giver of the order says why."""

    order: str
    subject: str
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.subject} is let out against order {self.order}. Reason: {self.reason}"


@folds(OrderGiven, "decisions")
def _given(book: Decisions, fact: OrderGiven, origin: Origin) -> Decisions:
    told = {k: v for k, v in fact.__dict__.items() if k != "at"}
    return _with(book, Order(**told, given_by=origin.by, given_at=fact.at or origin.at))


@folds(OrderAmended, "decisions")
def _amended(book: Decisions, fact: OrderAmended, origin: Origin) -> Decisions:
    held = book.orders[fact.order]
    before = OrderVersion(
        text=held.text, conditions=held.conditions, other_conditions=held.other_conditions, to=held.to,
        until=origin.at, reason=fact.reason,
    )  # fmt: skip
    changes = {k: v for k, v in fact.__dict__.items() if k not in ("order", "reason")}
    return _with(book, held.replace(**changes, versions=(*held.versions, before)))


@folds(OrderAcknowledged, "decisions")
def _acknowledged(book: Decisions, fact: OrderAcknowledged, origin: Origin) -> Decisions:
    held = book.orders[fact.order]
    at = fact.at or origin.at
    told = Acknowledgement(who=fact.who, at=at, version=held.version_at(at))
    return _with(book, held.replace(acknowledgements=(*held.acknowledgements, told)))


@folds(OrderRescinded, "decisions")
def _rescinded(book: Decisions, fact: OrderRescinded, origin: Origin) -> Decisions:
    return _with(book, book.orders[fact.order].replace(rescinded=fact.reason))


@folds(ContradictionWaived, "decisions")
def _waived(book: Decisions, fact: ContradictionWaived, origin: Origin) -> Decisions:
    return book.replace(waivers=(*book.waivers, Waiver(**fact.__dict__, by=origin.by, at=origin.at)))


def _with(book: Decisions, order: Order) -> Decisions:
    return book.replace(orders={**book.orders, order.id: order})


_FREE = Says("In words, such as: he speaks to nobody but his teacher. Printed on every assignment; nothing checks it.")


@command("give_order", "Give an order with conditions that stay in force, such as unharmed.", needs="order")
class GiveOrder(Command):
    """Anything later that contradicts a condition is stopped and shown to the giver."""

    text: str
    conditions: tuple[Condition, ...] = ()
    to: str = ""
    other_conditions: Annotated[tuple[str, ...], _FREE] = ()
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """An order needs words; what it conflicts with is recorded."""
        past(self.at, context, "at")
        key = context.new_id("O", state.decisions.orders)
        others = _in_words(self.other_conditions)
        new = Order(
            id=key, text=said(self.text, "text"), conditions=self.conditions, to=self.to.strip(),
            other_conditions=others, given_by=context.by.id, given_at=context.at,
        )  # fmt: skip
        return (
            OrderGiven(id=key, text=new.text, conditions=new.conditions, to=new.to, other_conditions=others,
                       conflicts_with=_conflicts(state, new), at=self.at),
        )  # fmt: skip


@command("amend_order", "Change an order's words, conditions or addressee; only the one who gave it may.", "order")
class AmendOrder(Command):
    """What is left out stays as it is; conditions=[] takes all of them away. The earlier wording stays on record."""

    order: str
    reason: str
    text: str = ""
    conditions: tuple[Condition, ...] | None = None
    other_conditions: Annotated[tuple[str, ...] | None, _FREE] = None
    to: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse anybody but the giver, and an amendment that changes nothing."""
        held: Order = _in_force(state, self.order)
        _only_giver(held, context, "amend")
        others = held.other_conditions if self.other_conditions is None else _in_words(self.other_conditions)
        new = held.replace(
            text=self.text.strip() or held.text, to=self.to.strip() or held.to, other_conditions=others,
            conditions=held.conditions if self.conditions is None else self.conditions,
        )  # fmt: skip
        if new == held:
            raise RuleBroken(f"{held.id} reads so already; write what changes in text, conditions or to.")
        return (
            OrderAmended(order=held.id, text=new.text, conditions=new.conditions, to=new.to, other_conditions=others,
                         conflicts_with=_conflicts(state, new), reason=said(self.reason, "reason")),
        )  # fmt: skip


@command("acknowledge_order", "Write down that somebody received an order, and when.")
class AcknowledgeOrder(Command):
    """For the wording in force at that time; after an amendment it is asked for again."""

    order: str
    who: str
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a time to come, and the same person twice."""
        held: Order = _in_force(state, self.order)
        who, at = said(self.who, "who"), past(self.at, context, "at")
        if any(a.who == who and a.version == held.version_at(at) for a in held.acknowledgements):
            raise RuleBroken(f"{who} acknowledged {held.id} already.")
        return (OrderAcknowledged(order=held.id, who=who, at=at),)


@command("rescind_order", "Take back an order; only the one who gave it may.", needs="order")
class RescindOrder(Command):
    """With the reason."""

    order: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse anybody but the giver."""
        order = _in_force(state, self.order)
        _only_giver(order, context, "rescind")
        return (OrderRescinded(order=order.id, reason=said(self.reason, "reason")),)


@command(
    "waive_contradiction",
    "Let a notice, assignment or message out against an order; only the order's giver may.",
    "order",
)
class WaiveContradiction(Command):
    """The reason is recorded and stands in ledger and letter."""

    order: str
    subject: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse anybody but the giver, and a waiver for something that contradicts nothing."""
        order = found(state.decisions.orders, self.order, "order")
        things = {**state.notices.notices, **state.assignments.assignments, **state.messages.messages}
        thing = found(things, self.subject, "notice, assignment or message")
        if order not in against(state, thing):
            raise RuleBroken(f"{thing.id} does not contradict {order.id}, or was let out already.")
        _only_giver(order, context, "waive")
        return (ContradictionWaived(order=order.id, subject=thing.id, reason=said(self.reason, "reason")),)


def _in_force(state: CaseState, key: str) -> Order:
    held: Order = found(state.decisions.orders, key, "order")
    if held.rescinded is not None:
        raise RuleBroken(f"{held.id} is rescinded already: {held.rescinded}")
    return held


def _in_words(conditions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.strip() for c in conditions if c.strip()))


def _only_giver(order: Order, context: Context, act: str) -> None:
    if context.by.id != order.given_by:
        raise NotAllowed(f"Only {order.given_by}, who gave {order.id}, may {act} it.", order=order.id)
