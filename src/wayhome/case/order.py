"""Orders with conditions that stay in force, and what is let out against them.

Knows that a condition such as "unharmed" stays in force until the one who gave it says otherwise.
Refuses to let anything out that contradicts it in silence.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import NotAllowed, RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import Command, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, said

if TYPE_CHECKING:
    from wayhome.case.decision import Decisions
    from wayhome.case.state import CaseState

Condition = Literal["unharmed", "no_publicity", "no_pursuit_across_border"]

# what a condition forbids: permissions that a notice or assignment declares, and words that betray them
FORBIDS: dict[str, tuple[str, ...]] = {
    "unharmed": ("harm", "lethal_force"),
    "no_publicity": ("publish_name", "publish_photograph"),
    "no_pursuit_across_border": ("cross_border",),
}
_WORDS: dict[str, tuple[str, ...]] = {
    "unharmed": ("destroy", "kill", "shoot", "lethal", "eliminate", "dead or alive"),
    "no_publicity": (),
    "no_pursuit_across_border": ("pursue across", "across the border"),
}


class Order(Record):
    """An order with conditions that stay in force."""

    id: str
    text: str
    conditions: tuple[Condition, ...] = ()
    to: str = ""
    given_by: str
    given_at: datetime
    rescinded: str | None = None


class Waiver(Record):
    """The one who gave an order lets one thing out against it, with a reason."""

    order: str
    subject: str
    reason: str
    by: str
    at: datetime


def contradicts(order: Order, permits: tuple[str, ...], text: str) -> bool:
    """Whether what something permits or says breaks a condition of an order."""
    lowered = text.lower()
    return any(set(FORBIDS[c]) & set(permits) or any(word in lowered for word in _WORDS[c]) for c in order.conditions)


@event("order_given")
class OrderGiven(Event):
    """An order."""

    id: str
    text: PersonalText
    conditions: tuple[Condition, ...] = ()
    to: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        kept = f" Condition in force: {', '.join(self.conditions)}." if self.conditions else ""
        return f"Order {self.id}: {self.text}{kept}"


@event("order_rescinded")
class OrderRescinded(Event):
    """An order is no longer in force."""

    order: str
    reason: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"Order {self.order} rescinded: {self.reason}"


@event("contradiction_waived")
class ContradictionWaived(Event):
    """Something goes out although it contradicts an order; the giver of the order says why."""

    order: str
    subject: str
    reason: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.subject} is let out against order {self.order}. Reason: {self.reason}"


@folds(OrderGiven, "decisions")
def _given(book: Decisions, fact: OrderGiven, origin: Origin) -> Decisions:
    order = Order(**fact.__dict__, given_by=origin.by, given_at=origin.at)
    return book.replace(orders={**book.orders, order.id: order})


@folds(OrderRescinded, "decisions")
def _rescinded(book: Decisions, fact: OrderRescinded, origin: Origin) -> Decisions:
    gone = book.orders[fact.order].replace(rescinded=fact.reason)
    return book.replace(orders={**book.orders, gone.id: gone})


@folds(ContradictionWaived, "decisions")
def _waived(book: Decisions, fact: ContradictionWaived, origin: Origin) -> Decisions:
    return book.replace(waivers=(*book.waivers, Waiver(**fact.__dict__, by=origin.by, at=origin.at)))


@command("give_order", "Give an order with conditions that stay in force, such as unharmed.", needs="order")
class GiveOrder(Command):
    """Anything later that contradicts a condition is stopped and shown to the giver."""

    text: str
    conditions: tuple[Condition, ...] = ()
    to: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """An order needs words."""
        key = context.new_id("O", state.decisions.orders)
        return (OrderGiven(id=key, text=said(self.text, "text"), conditions=self.conditions, to=self.to),)


@command("rescind_order", "Take back an order; only the one who gave it may.", needs="order")
class RescindOrder(Command):
    """With the reason."""

    order: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse anybody but the giver."""
        order = found(state.decisions.orders, self.order, "order")
        if order.rescinded is not None:
            raise RuleBroken(f"{order.id} is rescinded already: {order.rescinded}")
        _only_giver(order, context, "rescind")
        return (OrderRescinded(order=order.id, reason=said(self.reason, "reason")),)


@command("waive_contradiction", "Let a notice or assignment out against an order; only the order's giver may.", "order")
class WaiveContradiction(Command):
    """The reason is recorded and stands in ledger and letter."""

    order: str
    subject: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse anybody but the giver, and a waiver for something that contradicts nothing."""
        order = found(state.decisions.orders, self.order, "order")
        things = {**state.notices.notices, **state.assignments.assignments}
        thing = found(things, self.subject, "notice or assignment")
        text = getattr(thing, "text", "") or getattr(thing, "task", "")
        if order not in state.decisions.contradictions(thing.id, thing.permits, text):
            raise RuleBroken(f"{thing.id} does not contradict {order.id}, or was let out already.")
        _only_giver(order, context, "waive")
        return (ContradictionWaived(order=order.id, subject=thing.id, reason=said(self.reason, "reason")),)


def _only_giver(order: Order, context: Context, act: str) -> None:
    if context.by.id != order.given_by:
        raise NotAllowed(f"Only {order.given_by}, who gave {order.id}, may {act} it.", order=order.id)
