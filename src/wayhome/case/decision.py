"""Departure, suspension with peer review, the find; and the book of all decisions, orders included.

Refuses a departure that rests on failed searches alone, and a suspension that no peer reviewed.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from wayhome.base.errors import InvalidInput, NotAllowed, RuleBroken
from wayhome.base.place import Position
from wayhome.base.record import Record
from wayhome.case.command import SEARCHING, Command, Fraction, Instant, Place, command
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, found, said
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

# questions of a peer review that a proposal may answer besides; "" reads as not answered
SUSPENSION_ALSO: dict[str, str] = {
    "plan": "Is the plan complete, and is what is left of it listed?",
    "information": "Is what is known in order: timeline, evidence, map?",
    "intelligence": "Can more be learnt by asking, by telephone or camera records?",
    "documents": "Are the documents of the search complete?",
    "conditions": "Do weather and terrain speak for waiting?",
    "sustainability": "Can the search be kept up with the people and means there are?",
    "media": "Is it settled what the media are told?",
    "specialists": "Were specialists asked (medical, behaviour, survival)?",
    "coroner": "Does the coroner, or whoever has that office, know?",
}

FoundBy = Literal["team", "dog", "drone", "helicopter", "public", "self", "police", "other"]
Mobility = Literal["mobile_responsive", "mobile_unresponsive", "immobile_responsive", "immobile_unresponsive"]


class Departure(Record):
    """A decision on whether the subject has left the area; its figures are those of the entry `looked_at`."""

    conclusion: Literal["left", "not_left", "undecided"]
    probability: float | None = None
    reasons: str = ""
    evidence: tuple[str, ...] = ()
    looked_at: int | None = None
    by: str
    at: datetime


class Suspension(Record):
    """A proposal to suspend, its review, whether it was done, and the reopening that lifted it.

    `findings` are what the reviewer found by question of the checklist. `weighed` is how much there was to weigh when
    it was reviewed: what came later needs a new review.
    """

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
    findings: dict[str, str] = {}
    weighed: int | None = None
    suspended_by: str | None = None
    suspended_at: datetime | None = None
    signed_for: str = ""
    lifted_by: str | None = None


class Find(Record):
    """Where and how the subject was found; `position` is None where it is withheld or erased."""

    position: Position | None = None
    at: datetime | None = None
    condition: Literal["well", "injured", "dead", "unknown"] = "unknown"
    remarks: str = ""
    means: FoundBy | None = None
    mobility: Mobility | None = None
    reported_at: datetime | None = None


class Decisions(Record):
    """All decisions of the case; `departure` is the latest of `departures`, `past_finds` were taken back."""

    orders: dict[str, Order] = {}
    waivers: tuple[Waiver, ...] = ()
    departure: Departure | None = None
    departures: tuple[Departure, ...] = ()
    suspensions: dict[str, Suspension] = {}
    find: Find | None = None
    past_finds: tuple[Find, ...] = ()

    def in_force(self) -> tuple[Order, ...]:
        """Orders that nobody has rescinded."""
        return tuple(o for o in self.orders.values() if o.rescinded is None)

    def contradictions(self, thing: str, permits: tuple[str, ...], text: str) -> tuple[Order, ...]:
        """Orders in force that a thing going out contradicts and that nobody waived for it."""
        # a waiver is for the wording that its giver had in mind
        orders = self.orders
        waived = {
            w.order for w in self.waivers
            if w.subject == thing and orders[w.order].version_at(w.at) == orders[w.order].version
        }  # fmt: skip
        return tuple(o for o in self.in_force() if o.id not in waived and contradicts(o, permits, text))

    def suspended(self) -> Suspension | None:
        """The suspension in force, if any."""
        standing = (
            s for s in reversed(self.suspensions.values()) if s.suspended_at is not None and s.lifted_by is None
        )
        return next(standing, None)


@event("departure_decided")
class DepartureDecided(Event):
    """A signed decision on departure."""

    conclusion: Literal["left", "not_left", "undecided"]
    probability: float | None = None
    reasons: PersonalText = ""
    evidence: tuple[str, ...] = ()
    looked_at: int | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Departure decided: {self.conclusion.replace('_', ' ')}. {self.reasons}"


@event("suspension_proposed")
class SuspensionProposed(Event):
    """Somebody proposes to suspend the search."""

    id: str
    reasons: PersonalText
    checklist: Annotated[dict[str, str], Personal] = {}
    reopen_if: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Suspension {self.id} proposed: {self.reasons}"


@event("suspension_reviewed")
class SuspensionReviewed(Event):
    """A peer's review."""

    suspension: str
    agrees: bool
    remarks: PersonalText = ""
    findings: Annotated[dict[str, str], Personal] = {}
    weighed: int | None = None

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
    """The find; its place stays out of notices and lies under the key that can be erased."""

    position: Annotated[Position | None, Personal] = None
    at: datetime | None = None
    condition: Literal["well", "injured", "dead", "unknown"] = "unknown"
    remarks: PersonalText = ""
    means: FoundBy | None = None
    mobility: Mobility | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Subject found, {self.condition}."


@event("find_amended")
class FindAmended(Event):
    """The find corrected; given fields replace."""

    reason: PersonalText
    position: Annotated[Position | None, Personal] = None
    at: datetime | None = None
    condition: Literal["well", "injured", "dead", "unknown"] | None = None
    remarks: PersonalText | None = None
    means: FoundBy | None = None
    mobility: Mobility | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"The find was corrected: {self.reason}"


@event("find_taken_back")
class FindTakenBack(Event):
    """It was not the subject, or not the end of the search."""

    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"The find no longer counts: {self.reason}"


@event("suspension_lifted")
class SuspensionLifted(Event):
    """A suspension ended because the search was reopened."""

    suspension: str
    reopening: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"Suspension {self.suspension} lifted by {self.reopening}."


@folds(DepartureDecided, "decisions")
def _departed(book: Decisions, fact: DepartureDecided, origin: Origin) -> Decisions:
    decided = Departure(**fact.__dict__, by=origin.by, at=origin.at)
    return book.replace(departure=decided, departures=(*book.departures, decided))


@folds(SuspensionProposed, "decisions")
def _proposed(book: Decisions, fact: SuspensionProposed, origin: Origin) -> Decisions:
    proposal = Suspension(**fact.__dict__, proposed_by=origin.by, proposed_at=origin.at)
    return book.replace(suspensions={**book.suspensions, proposal.id: proposal})


@folds(SuspensionReviewed, "decisions")
def _reviewed(book: Decisions, fact: SuspensionReviewed, origin: Origin) -> Decisions:
    held = book.suspensions[fact.suspension].replace(
        reviewed_by=origin.by, reviewed_at=origin.at, agrees=fact.agrees, review_remarks=fact.remarks,
        findings=fact.findings, weighed=fact.weighed,
    )  # fmt: skip
    return book.replace(suspensions={**book.suspensions, held.id: held})


@folds(SearchSuspended, "decisions")
def _suspended(book: Decisions, fact: SearchSuspended, origin: Origin) -> Decisions:
    held = book.suspensions[fact.suspension].replace(
        suspended_by=origin.by, suspended_at=origin.at, signed_for=fact.signed_for
    )
    return book.replace(suspensions={**book.suspensions, held.id: held})


@folds(SubjectFound, "decisions")
def _found(book: Decisions, fact: SubjectFound, origin: Origin) -> Decisions:
    return book.replace(find=Find(**fact.__dict__, reported_at=origin.at))


@folds(FindAmended, "decisions")
def _amended(book: Decisions, fact: FindAmended, origin: Origin) -> Decisions:
    given = {k: v for k, v in fact.__dict__.items() if k != "reason" and v is not None}
    return book if book.find is None else book.replace(find=book.find.replace(**given))


@folds(FindTakenBack, "decisions")
def _taken_back(book: Decisions, fact: FindTakenBack, origin: Origin) -> Decisions:
    return book if book.find is None else book.replace(find=None, past_finds=(*book.past_finds, book.find))


@folds(SuspensionLifted, "decisions")
def _lifted(book: Decisions, fact: SuspensionLifted, origin: Origin) -> Decisions:
    held = book.suspensions[fact.suspension].replace(lifted_by=fact.reopening)
    return book.replace(suspensions={**book.suspensions, held.id: held})


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
        return (DepartureDecided(**fields, looked_at=state.seq),)


@command(
    "propose_suspension",
    "Propose to suspend the search, with reasons, checklist and what would reopen it.",
    "record",
    SEARCHING,
)
class ProposeSuspension(Command):
    """Each question of `SUSPENSION_CHECKLIST` needs an answer; those of `SUSPENSION_ALSO` may have one."""

    reasons: str
    checklist: dict[str, str]
    reopen_if: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an incomplete checklist, and while teams are out."""
        if missing := [k for k in SUSPENSION_CHECKLIST if not self.checklist.get(k, "").strip()]:
            asked = "; ".join(f"{k}: {SUSPENSION_CHECKLIST[k]}" for k in missing)
            raise InvalidInput(f"checklist: not answered: {asked}", field="checklist", missing=missing)
        _check_questions(self.checklist, "checklist")
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
    """Agreement is recorded; disagreement too. `findings` say what the peer found by question of the checklist."""

    suspension: str
    agrees: bool
    remarks: str
    findings: dict[str, str] = {}

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse the proposer, and a review of what is done."""
        held = found(state.decisions.suspensions, self.suspension, "suspension")
        if held.suspended_at is not None:
            raise RuleBroken(f"{held.id} is carried out already.")
        if held.proposed_by == context.by.id and state.people.organisation is not None:
            raise NotAllowed(f"{context.by.name} proposed {held.id}; somebody else must review it.")
        own = [t.name for t in state.people.teams.values() if context.by.id in (t.leader, *t.members)]
        if own and state.people.organisation is not None:
            raise NotAllowed(
                f"{context.by.name} searches in this case ({', '.join(own)}); somebody from outside must review it."
            )
        _check_questions(self.findings, "findings")
        return (
            SuspensionReviewed(
                suspension=held.id, agrees=self.agrees, remarks=said(self.remarks, "remarks"), findings=self.findings,
                weighed=to_weigh(state),
            ),
        )  # fmt: skip


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
        if held.weighed is not None and (later := to_weigh(state) - held.weighed) > 0:
            what = "thing" if later == 1 else "things"
            raise RuleBroken(
                f"{later} {what} came after the review of {held.id} (statements, clues, readings, debriefs, answers); "
                "review_suspension weighs them too.", suspension=held.id, later=later,
            )  # fmt: skip
        return (SearchSuspended(suspension=held.id, signed_for=self.signed_for),)


@command("report_find", "Report that the subject is found: where, when, in what condition.", needs="decide")
class ReportFind(Command):
    """Ends the search; notices about the subject must be recalled."""

    position: Place
    at: Instant | None = None
    condition: Literal["well", "injured", "dead", "unknown"] = "unknown"
    remarks: str = ""
    means: FoundBy | None = None
    mobility: Mobility | None = None
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second find, and a far place that is not confirmed."""
        if state.decisions.find is not None:
            raise RuleBroken("The find is reported already.")
        state.area.check_near(self.position, self.confirm_far, "position")
        return (SubjectFound(**{k: v for k, v in self.__dict__.items() if k != "confirm_far"}),)


@command("amend_find", "Correct where, when, how or by whom the subject was found.", "decide", ("found", "closed"))
class AmendFind(Command):
    """Given fields replace; the first report stays in the log."""

    reason: str
    position: Place | None = None
    at: Instant | None = None
    condition: Literal["well", "injured", "dead", "unknown"] | None = None
    remarks: str | None = None
    means: FoundBy | None = None
    mobility: Mobility | None = None
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a far place that is not confirmed, and where nothing is given."""
        fields = {k: v for k, v in self.__dict__.items() if k not in ("confirm_far", "reason") and v is not None}
        if not fields:
            raise InvalidInput(
                "Nothing is given; write at least one of position, at, condition, remarks, means, mobility."
            )
        if state.decisions.find is None:
            raise RuleBroken("No find is reported; there is nothing to correct.")
        state.area.check_near(self.position, self.confirm_far, "position")
        return (FindAmended(reason=said(self.reason, "reason"), **fields),)


def to_weigh(state: CaseState) -> int:
    """How many statements, clues, readings, debriefs and answers there are: it grows when something new comes."""
    book, asked = state.evidence, state.inquiries.inquiries.values()
    answered = sum(1 for i in asked if i.answered_at is not None)
    return len(book.statements) + len(book.clues) + len(book.readings) + len(state.assignments.debriefed()) + answered


def _check_questions(answers: dict[str, str], field: str) -> None:
    if unknown := sorted(set(answers) - {*SUSPENSION_CHECKLIST, *SUSPENSION_ALSO}):
        have = ", ".join({**SUSPENSION_CHECKLIST, **SUSPENSION_ALSO})
        raise InvalidInput(
            f"{field}: there is no question {', '.join(unknown)}; the questions are: {have}.", field=field
        )
