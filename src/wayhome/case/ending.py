"""How a search goes on quietly, is taken up again, is handed over, and how a case is closed: what happened.

Knows what must be settled before a case may be closed, and lists all of it at once. The acts are in `closure`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from wayhome.base.record import Record
from wayhome.case.evidence import Clue
from wayhome.case.fact import Event, Origin, PersonalText, event, folds
from wayhome.case.outing import Assignment
from wayhome.case.recall import blocking

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

Outcome = Literal["found", "stopped", "not_missing", "transferred"]
Interview = Literal["done", "declined", "offered", "not_possible"]


class Handover(Record):
    """An offer of the search to another territory, and what became of it."""

    id: str
    to: str
    reasons: str
    keeps: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    proposed_by: str
    proposed_at: datetime
    accepted_by: str | None = None
    accepted_at: datetime | None = None
    reference: str = ""
    withdrawn: str | None = None


class Revisit(Record):
    """Something to be done while the search is suspended, by a date or when something happens."""

    id: str
    what: str
    place: str = ""
    segment: str | None = None
    due: datetime | None = None
    trigger: str = ""
    done_at: datetime | None = None
    done_by: str = ""
    result: str = ""
    cancelled: str | None = None

    @property
    def is_open(self) -> bool:
        """Neither done nor cancelled."""
        return self.done_at is None and self.cancelled is None


class Reopening(Record):
    """The search taken up again: from which stage, why, and on what new evidence, if any."""

    id: str
    stage: str
    because: str
    evidence: tuple[str, ...] = ()
    by: str
    at: datetime


class Closure(Record):
    """The end of a case, with what was settled before it."""

    outcome: Outcome
    remarks: str = ""
    seen_by: str = ""
    seen_at: datetime | None = None
    interview: Interview | None = None
    interview_by: str = ""
    safeguarding: str = ""
    true_scenario: str | None = None
    searchers: str = ""
    tell_family: bool | None = None
    by: str
    at: datetime


class Ending(Record):
    """Handovers, revisits and reopenings by id; the closure in force; whether the place of the find is withheld."""

    handovers: dict[str, Handover] = {}
    revisits: dict[str, Revisit] = {}
    reopenings: dict[str, Reopening] = {}
    closure: Closure | None = None
    past_closures: tuple[Closure, ...] = ()
    handed_over: str | None = None
    place_withheld: str | None = None

    def open_revisits(self) -> tuple[Revisit, ...]:
        """Revisits that are neither done nor cancelled, the one due first first."""
        waiting = [r for r in self.revisits.values() if r.is_open]
        return tuple(sorted(waiting, key=lambda r: (r.due is None, r.due.timestamp() if r.due else 0.0)))


# -- what happened --------------------------------------------------------------------------------


@event("handover_proposed")
class HandoverProposed(Event):
    """The search is offered to another territory."""

    id: str
    to: str
    reasons: PersonalText
    keeps: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()

    def says(self) -> str:
        """Sentence for the log."""
        return f"Handover {self.id} to {self.to} proposed: {self.reasons}"


@event("handover_accepted")
class HandoverAccepted(Event):
    """The other territory took the search."""

    handover: str
    accepted_by: PersonalText
    accepted_at: datetime | None = None
    reference: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        under = f" under {self.reference}" if self.reference else ""
        return f"Handover {self.handover} accepted by {self.accepted_by}{under}."


@event("handover_withdrawn")
class HandoverWithdrawn(Event):
    """The offer was taken back or refused over there."""

    handover: str
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Handover {self.handover} will not be: {self.reason}"


@event("revisit_scheduled")
class RevisitScheduled(Event):
    """Something to come back to."""

    id: str
    what: PersonalText
    place: PersonalText = ""
    segment: str | None = None
    due: datetime | None = None
    trigger: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Revisit {self.id} scheduled: {self.what}"


@event("revisit_done")
class RevisitDone(Event):
    """A revisit took place."""

    revisit: str
    done_at: datetime
    done_by: PersonalText = ""
    result: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Revisit {self.revisit} done: {self.result}"


@event("revisit_cancelled")
class RevisitCancelled(Event):
    """A revisit will not be."""

    revisit: str
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Revisit {self.revisit} cancelled: {self.reason}"


@event("search_reopened")
class SearchReopened(Event):
    """The search goes on where it stood."""

    id: str
    stage: str
    because: PersonalText
    evidence: tuple[str, ...] = ()

    def says(self) -> str:
        """Sentence for the log."""
        on = f" on {', '.join(self.evidence)}" if self.evidence else " without new evidence"
        return f"Search reopened ({self.id}, it was {self.stage.replace('_', ' ')}){on}: {self.because}"


@event("place_withheld")
class PlaceWithheld(Event):
    """Where the subject was found is not told; no reason means that it may be told again."""

    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return (
            f"The place of the find is withheld: {self.reason}" if self.reason else "The place of the find may be told."
        )


@event("case_closed")
class CaseClosed(Event):
    """The case is closed."""

    outcome: Outcome
    remarks: PersonalText = ""
    seen_by: PersonalText = ""
    seen_at: datetime | None = None
    interview: Interview | None = None
    interview_by: PersonalText = ""
    safeguarding: PersonalText = ""
    true_scenario: str | None = None
    searchers: PersonalText = ""
    tell_family: bool | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Case closed: {self.outcome.replace('_', ' ')}."


@folds(HandoverProposed, "ending")
def _proposed(book: Ending, fact: HandoverProposed, origin: Origin) -> Ending:
    offer = Handover(**fact.__dict__, proposed_by=origin.by, proposed_at=origin.at)
    return book.replace(handovers={**book.handovers, offer.id: offer})


@folds(HandoverAccepted, "ending")
def _accepted(book: Ending, fact: HandoverAccepted, origin: Origin) -> Ending:
    at = fact.accepted_at or origin.at
    offer = book.handovers[fact.handover].replace(
        accepted_by=fact.accepted_by, accepted_at=at, reference=fact.reference
    )
    return book.replace(handovers={**book.handovers, offer.id: offer}, handed_over=offer.id)


@folds(HandoverWithdrawn, "ending")
def _withdrawn(book: Ending, fact: HandoverWithdrawn, origin: Origin) -> Ending:
    offer = book.handovers[fact.handover].replace(withdrawn=fact.reason)
    return book.replace(handovers={**book.handovers, offer.id: offer})


@folds(RevisitScheduled, "ending")
def _scheduled(book: Ending, fact: RevisitScheduled, origin: Origin) -> Ending:
    return book.replace(revisits={**book.revisits, fact.id: Revisit(**fact.__dict__)})


@folds(RevisitDone, "ending")
def _done(book: Ending, fact: RevisitDone, origin: Origin) -> Ending:
    told = {k: v for k, v in fact.__dict__.items() if k != "revisit"}
    return book.replace(revisits={**book.revisits, fact.revisit: book.revisits[fact.revisit].replace(**told)})


@folds(RevisitCancelled, "ending")
def _cancelled(book: Ending, fact: RevisitCancelled, origin: Origin) -> Ending:
    gone = book.revisits[fact.revisit].replace(cancelled=fact.reason)
    return book.replace(revisits={**book.revisits, gone.id: gone})


@folds(SearchReopened, "ending")
def _reopened(book: Ending, fact: SearchReopened, origin: Origin) -> Ending:
    again = Reopening(**fact.__dict__, by=origin.by, at=origin.at)
    past = (*book.past_closures, book.closure) if book.closure is not None else book.past_closures
    return book.replace(
        reopenings={**book.reopenings, again.id: again}, closure=None, past_closures=past, handed_over=None
    )


@folds(PlaceWithheld, "ending")
def _place(book: Ending, fact: PlaceWithheld, origin: Origin) -> Ending:
    return book.replace(place_withheld=fact.reason or None)


@folds(CaseClosed, "ending")
def _closed(book: Ending, fact: CaseClosed, origin: Origin) -> Ending:
    return book.replace(closure=Closure(**fact.__dict__, by=origin.by, at=origin.at))


# -- what is known of them ------------------------------------------------------------------------


def open_clues(state: CaseState) -> tuple[Clue, ...]:
    """Clues that stand and that nobody has judged or read yet: what a reopened search begins with."""
    book = state.evidence
    used = {*book.judgements, *book.readings}
    return tuple(c for c in book.clues.values() if c.withdrawn is None and c.id not in used)


def due_revisits(state: CaseState, at: datetime) -> tuple[Revisit, ...]:
    """Open revisits whose date has come."""
    return tuple(r for r in state.ending.open_revisits() if r.due is not None and r.due <= at)


def shown(state: CaseState, withheld: bool | None = None) -> CaseState:
    """The case as views and papers show it: without the places of finds where they are withheld.

    `withheld` says so where the state is one of the past and it was withheld later.
    """
    if not (state.ending.place_withheld is not None if withheld is None else withheld):
        return state
    book = state.decisions
    find = None if book.find is None else book.find.replace(position=None)
    past = tuple(f.replace(position=None) for f in book.past_finds)
    told = {
        k: m.replace(position=None, place="") if m.kind == "located" else m for k, m in state.messages.messages.items()
    }
    return state.replace(
        decisions=book.replace(find=find, past_finds=past), messages=state.messages.replace(messages=told)
    )


def without_place(fact: Event) -> Event:
    """An entry as a log shows it where the place of the find is withheld; what people wrote in words stays."""
    if fact.type in ("subject_found", "find_amended"):
        return fact.replace(position=None)
    if getattr(fact, "kind", None) == "located":
        return fact.replace(where=(), place="")
    return fact


def outings_of(state: CaseState, revisit: str) -> tuple[Assignment, ...]:
    """Assignments that were made for a revisit."""
    return tuple(a for a in state.assignments.assignments.values() if a.revisit == revisit)


def unsettled(state: CaseState, outcome: Outcome) -> tuple[str, ...]:
    """What keeps a case from being closed with an outcome, each with what to do about it."""
    out = [f"{a.id} is still out; report_back brings it in." for a in state.assignments.out()]
    out += [f"{p.name or p.id} ({p.id}) is checked in; check_out." for p in state.roster.here()]
    out += blocking(state)
    if (held := state.ending.handed_over) is not None and outcome != "transferred":
        to = state.ending.handovers[held].to
        out.append(f"The search is with {to}; close it as transferred, or take it back with reopen_search.")
    if outcome == "transferred" and state.ending.handed_over is None:
        out.append("Nobody has taken the search over; accept_handover says who did.")
    if outcome == "found" and state.decisions.find is None:
        out.append("No find is reported; report_find says where and when.")
    if outcome == "found":
        missing = [c for c in state.subject.companions.values() if c.find is None]
        out += [f"{c.name} ({c.id}), missing with the subject, is not found; find_companion." for c in missing]
    if outcome == "stopped" and state.decisions.suspended() is None:
        out.append("The search is not suspended; it takes a suspension with peer review before it is stopped for good.")
    return tuple(out)
