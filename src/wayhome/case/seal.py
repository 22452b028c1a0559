"""What only some may know: sealed facts, readable by named roles, each reading recorded.

The content never enters the state; opening is a command with a reason, and the desk hands the content
to the one who opened it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from wayhome.base.errors import InvalidInput, NotAllowed
from wayhome.base.record import Record
from wayhome.case.command import KEPT, Command, command
from wayhome.case.fact import Context, Event, Origin, SealedText, event, folds, found, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState


class Reading(Record):
    """Who opened a sealed fact, when and why."""

    by: str
    at: datetime
    reason: str


class Sealed(Record):
    """A sealed fact as everybody sees it: title, who may read it, who did."""

    id: str
    title: str
    readers: tuple[str, ...]
    sealed_by: str
    sealed_at: datetime
    readings: tuple[Reading, ...] = ()


class Seals(Record):
    """Sealed facts by id."""

    facts: dict[str, Sealed] = {}


@event("fact_sealed")
class FactSealed(Event):
    """A fact under its own key."""

    fact: str
    title: str
    readers: tuple[str, ...]
    content: SealedText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Fact {self.fact} sealed: {self.title}, for {', '.join(self.readers)}."


@event("sealed_fact_opened")
class SealedFactOpened(Event):
    """Somebody read a sealed fact."""

    fact: str
    reason: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"Sealed fact {self.fact} opened. Reason: {self.reason}"


@folds(FactSealed, "seals")
def _sealed(seals: Seals, fact: FactSealed, origin: Origin) -> Seals:
    held = Sealed(id=fact.fact, title=fact.title, readers=fact.readers, sealed_by=origin.by, sealed_at=origin.at)
    return seals.replace(facts={**seals.facts, held.id: held})


@folds(SealedFactOpened, "seals")
def _opened(seals: Seals, fact: SealedFactOpened, origin: Origin) -> Seals:
    held = seals.facts[fact.fact]
    reading = Reading(by=origin.by, at=origin.at, reason=fact.reason)
    return seals.replace(facts={**seals.facts, held.id: held.replace(readings=(*held.readings, reading))})


@command("seal_fact", "Seal a fact: its title is seen by all, its content only by named roles or members.", "unseal")
class SealFact(Command):
    """Readers are role ids or member ids."""

    title: str
    content: str
    readers: tuple[str, ...]

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse readers that do not exist."""
        organisation = state.people.organisation
        if not self.readers:
            raise InvalidInput("readers: name at least one role or member.", field="readers")
        if organisation is not None:
            known = {r.id for r in organisation.roles} | {m.id for m in organisation.members}
            if bad := sorted(set(self.readers) - known):
                raise InvalidInput(f"readers: there is no role or member {', '.join(bad)}.", field="readers")
        return (
            FactSealed(
                fact=context.new_id("X", state.seals.facts), title=said(self.title, "title"),
                readers=self.readers, content=said(self.content, "content"),
            ),
        )  # fmt: skip


@command("open_sealed_fact", "Read a sealed fact; the reading is recorded with its reason.", "unseal", KEPT)
class OpenSealedFact(Command):
    """The answer carries the content; the record carries that it was read."""

    fact: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse everybody who is not named."""
        held = found(state.seals.facts, self.fact, "sealed fact")
        if state.people.organisation is not None and not ({context.by.id, *context.by.roles} & set(held.readers)):
            raise NotAllowed(f"{context.by.name} may not read {held.id}; it is for: {', '.join(held.readers)}.")
        return (SealedFactOpened(fact=held.id, reason=said(self.reason, "reason")),)
