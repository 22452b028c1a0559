"""Departure, suspension with peer review, the find; and the book of all decisions, orders included.

Refuses a departure that rests on failed searches alone, and a suspension that no peer reviewed.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import InvalidInput, NotAllowed, RuleBroken
from wayhome.base.place import Position
from wayhome.base.record import Record
from wayhome.case.command import SEARCHING, Command, Fraction, Instant, Place, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, said
from wayhome.case.order import Order, Waiver, contradicts

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

SUSPENSION_CHECKLIST: dict[str, str] = {
    "survival": "Is the subject likely to have survived this long?",
    "in_area": "Is the subject likely to be in the area at all?",
    "effective": "Was the search effective where it was done?",
    "scenarios": "Were all scenarios investigated?",
    "clues": "Are all clues resolved or listed?",
    "rest_of_world": "Was rest of world addressed, and not only by failed searches?",
    "hazard": "Does the hazard to searchers outweigh what can still be found?",
    "family": "Has the family been informed?",
}


class Departure(Record):
    """A decision on whether the subject has left the area."""

    conclusion: Literal["left", "not_left", "undecided"]
    probability: float | None = None
    reasons: str = ""
    evidence: tuple[str, ...] = ()
    by: str
    at: datetime


class Suspension(Record):
    """A proposal to suspend, its reviews, and whether it was done."""

    id: str
    reasons: str
    checklist: dict[str, str] = {}
    reopen_if: str = ""
    proposed_by: str
    proposed_at: datetime
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    agrees: bool | None = None
    review_remarks: str = ""
    suspended_by: str | None = None
    suspended_at: datetime | None = None
    signed_for: str = ""


class Find(Record):
    """Where and how the subject was found."""

    position: Position
    at: datetime | None = None
    condition: Literal["well", "injured", "dead", "unknown"] = "unknown"
    remarks: str = ""


class Decisions(Record):
    """All decisions of the case."""

    orders: dict[str, Order] = {}
    waivers: tuple[Waiver, ...] = ()
    departure: Departure | None = None
    suspensions: dict[str, Suspension] = {}
    find: Find | None = None

    def in_force(self) -> tuple[Order, ...]:
        """Orders that nobody has rescinded."""
        return tuple(o for o in self.orders.values() if o.rescinded is None)

    def contradictions(self, thing: str, permits: tuple[str, ...], text: str) -> tuple[Order, ...]:
        """Orders in force that a thing going out contradicts and that nobody waived for it."""
        waived = {w.order for w in self.waivers if w.subject == thing}
        return tuple(o for o in self.in_force() if o.id not in waived and contradicts(o, permits, text))

    def suspended(self) -> Suspension | None:
        """The suspension in force, if any."""
        return next((s for s in reversed(self.suspensions.values()) if s.suspended_at is not None), None)


@event("departure_decided")
class DepartureDecided(Event):
    """A signed decision on departure."""

    conclusion: Literal["left", "not_left", "undecided"]
    probability: float | None = None
    reasons: PersonalText = ""
    evidence: tuple[str, ...] = ()

    def says(self) -> str:
        """Sentence for the log."""
        return f"Departure decided: {self.conclusion.replace('_', ' ')}. {self.reasons}"


@event("suspension_proposed")
class SuspensionProposed(Event):
    """Somebody proposes to suspend the search."""

    id: str
    reasons: PersonalText
    checklist: dict[str, str] = {}
    reopen_if: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Suspension {self.id} proposed: {self.reasons}"


@event("suspension_reviewed")
class SuspensionReviewed(Event):
    """A peer's review."""

    suspension: str
    agrees: bool
    remarks: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Suspension {self.suspension} reviewed: {'agreed' if self.agrees else 'not agreed'}. {self.remarks}"


@event("search_suspended")
class SearchSuspended(Event):
    """The search stops; the case stays."""

    suspension: str
    signed_for: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Search suspended ({self.suspension})" + (
            f", signed for {self.signed_for}." if self.signed_for else "."
        )


@event("subject_found")
class SubjectFound(Event):
    """The find; the exact place stays out of notices."""

    position: Position
    at: datetime | None = None
    condition: Literal["well", "injured", "dead", "unknown"] = "unknown"
    remarks: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Subject found, {self.condition}."


@folds(DepartureDecided, "decisions")
def _departed(book: Decisions, fact: DepartureDecided, origin: Origin) -> Decisions:
    return book.replace(departure=Departure(**fact.__dict__, by=origin.by, at=origin.at))


@folds(SuspensionProposed, "decisions")
def _proposed(book: Decisions, fact: SuspensionProposed, origin: Origin) -> Decisions:
    proposal = Suspension(**fact.__dict__, proposed_by=origin.by, proposed_at=origin.at)
    return book.replace(suspensions={**book.suspensions, proposal.id: proposal})


@folds(SuspensionReviewed, "decisions")
def _reviewed(book: Decisions, fact: SuspensionReviewed, origin: Origin) -> Decisions:
    held = book.suspensions[fact.suspension].replace(
        reviewed_by=origin.by, reviewed_at=origin.at, agrees=fact.agrees, review_remarks=fact.remarks
    )
    return book.replace(suspensions={**book.suspensions, held.id: held})


@folds(SearchSuspended, "decisions")
def _suspended(book: Decisions, fact: SearchSuspended, origin: Origin) -> Decisions:
    held = book.suspensions[fact.suspension].replace(
        suspended_by=origin.by, suspended_at=origin.at, signed_for=fact.signed_for
    )
    return book.replace(suspensions={**book.suspensions, held.id: held})


@folds(SubjectFound, "decisions")
def _found(book: Decisions, fact: SubjectFound, origin: Origin) -> Decisions:
    return book.replace(find=Find(**fact.__dict__))


@command("decide_departure", "Decide whether the subject has left the area, with reasons and evidence.", needs="decide")
class DecideDeparture(Command):
    """Rest of world growing by failed searches alone is no evidence of leaving."""

    conclusion: Literal["left", "not_left", "undecided"]
    probability: Fraction | None = None
    reasons: str
    evidence: tuple[str, ...] = ()

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Concluding that they left needs at least one standing statement or clue."""
        known = {**state.evidence.statements, **state.evidence.clues}
        items = [found(known, key, "statement or clue") for key in self.evidence]
        if self.conclusion == "left" and not any(i.withdrawn is None for i in items):
            raise RuleBroken(
                "To decide that the subject has left, name at least one statement or clue that says so; "
                "searches that failed are a measure of effort, not evidence of leaving.",
                field="evidence",
            )
        fields = {**self.__dict__, "evidence": tuple(i.id for i in items), "reasons": said(self.reasons, "reasons")}
        return (DepartureDecided(**fields),)


@command(
    "propose_suspension",
    "Propose to suspend the search, with reasons, checklist and what would reopen it.",
    "record",
    SEARCHING,
)
class ProposeSuspension(Command):
    """The checklist's questions are in `SUSPENSION_CHECKLIST`; each needs an answer."""

    reasons: str
    checklist: dict[str, str]
    reopen_if: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an incomplete checklist, and while teams are out."""
        if missing := [k for k in SUSPENSION_CHECKLIST if not self.checklist.get(k, "").strip()]:
            asked = "; ".join(f"{k}: {SUSPENSION_CHECKLIST[k]}" for k in missing)
            raise InvalidInput(f"checklist: not answered: {asked}", field="checklist", missing=missing)
        if unknown := sorted(set(self.checklist) - set(SUSPENSION_CHECKLIST)):
            raise InvalidInput(f"checklist: there is no question {', '.join(unknown)}.", field="checklist")
        out = [a.id for a in state.assignments.assignments.values() if a.status == "dispatched"]
        if out:
            raise RuleBroken(f"Teams are still out ({', '.join(out)}); a search ends when the last one is back.")
        key = context.new_id("P", state.decisions.suspensions)
        return (
            SuspensionProposed(
                id=key, reasons=said(self.reasons, "reasons"), checklist=self.checklist,
                reopen_if=said(self.reopen_if, "reopen_if"),
            ),
        )  # fmt: skip


@command("review_suspension", "Review a proposed suspension as a peer; not by the one who proposed it.", needs="review")
class ReviewSuspension(Command):
    """Agreement is recorded; disagreement too."""

    suspension: str
    agrees: bool
    remarks: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse the proposer, and a review of what is done."""
        held = found(state.decisions.suspensions, self.suspension, "suspension")
        if held.suspended_at is not None:
            raise RuleBroken(f"{held.id} is carried out already.")
        if held.proposed_by == context.by.id and state.people.organisation is not None:
            raise NotAllowed(f"{context.by.name} proposed {held.id}; somebody else must review it.")
        remarks = said(self.remarks, "remarks")
        return (SuspensionReviewed(suspension=held.id, agrees=self.agrees, remarks=remarks),)


@command("suspend_search", "Suspend the search, after a peer agreed.", needs="decide", during=SEARCHING)
class SuspendSearch(Command):
    """The case stays open to reopening; the letter is a document of this decision."""

    suspension: str
    signed_for: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse without an agreeing review."""
        held = found(state.decisions.suspensions, self.suspension, "suspension")
        if held.agrees is None:
            raise RuleBroken(f"{held.id} has not been reviewed by a peer yet.")
        if not held.agrees:
            raise RuleBroken(f"The peer did not agree with {held.id}: {held.review_remarks}")
        return (SearchSuspended(suspension=held.id, signed_for=self.signed_for),)


@command("report_find", "Report that the subject is found: where, when, in what condition.", needs="decide")
class ReportFind(Command):
    """Ends the search; notices about the subject must be recalled."""

    position: Place
    at: Instant | None = None
    condition: Literal["well", "injured", "dead", "unknown"] = "unknown"
    remarks: str = ""
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second find, and a far place that is not confirmed."""
        if state.decisions.find is not None:
            raise RuleBroken("The find is reported already.")
        state.area.check_near(self.position, self.confirm_far, "position")
        return (SubjectFound(**{k: v for k, v in self.__dict__.items() if k != "confirm_far"}),)
