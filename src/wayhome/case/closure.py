"""The acts that end a search or take it up again: handover, revisits, reopening, closure.

Refuses to close a case while a notice is out, a team or a person in the field, or the subject unseen. Refuses to
lose anything: a reopened case is the case it was, with map, searches and open clues.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.case.command import OPEN, SEARCHED, Command, Instant, Status, command
from wayhome.case.decision import FindTakenBack, SuspensionLifted
from wayhome.case.ending import (
    CaseClosed,
    Handover,
    HandoverAccepted,
    HandoverProposed,
    HandoverWithdrawn,
    Interview,
    Outcome,
    PlaceWithheld,
    Revisit,
    RevisitCancelled,
    RevisitDone,
    RevisitScheduled,
    SearchReopened,
    unsettled,
)
from wayhome.case.fact import Context, Event, found, past, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

ENDED: tuple[Status, ...] = ("suspended", "found", "closed", "handed_over")


@command("propose_handover", "Offer the search to another territory, and say what stays here.", "decide", SEARCHED)
class ProposeHandover(Command):
    """`keeps` are the tasks that stay with this desk, `gives` the papers handed over."""

    to: str
    reasons: str
    keeps: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second offer while one waits."""
        if waiting := [h.id for h in state.ending.handovers.values() if h.accepted_at is None and h.withdrawn is None]:
            raise RuleBroken(f"{waiting[0]} waits for its answer; accept_handover or withdraw_handover comes first.")
        key = context.new_id("H", state.ending.handovers)
        to, reasons = said(self.to, "to"), said(self.reasons, "reasons")
        return (HandoverProposed(id=key, to=to, reasons=reasons, keeps=self.keeps, gives=self.gives),)


@command("accept_handover", "Write down that the other territory took the search.", "decide", SEARCHED)
class AcceptHandover(Command):
    """Who accepted it there, when, and under which number."""

    handover: str
    accepted_by: str
    at: Instant | None = None
    reference: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what was answered already, and while teams are out."""
        held = _waiting(state, self.handover)
        past(self.at, context, "at")
        if out := state.assignments.out():
            raise RuleBroken(
                f"Teams are still out ({', '.join(a.id for a in out)}); hand over when the last one is back."
            )
        by = said(self.accepted_by, "accepted_by")
        return (HandoverAccepted(handover=held.id, accepted_by=by, accepted_at=self.at, reference=self.reference),)


@command(
    "withdraw_handover", "Write down that a handover will not be: taken back, or refused there.", "decide", SEARCHED
)
class WithdrawHandover(Command):
    """With the reason."""

    handover: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what was answered already."""
        return (HandoverWithdrawn(handover=_waiting(state, self.handover).id, reason=said(self.reason, "reason")),)


@command(
    "schedule_revisit",
    "Plan something for while the search is suspended: by a date, or when something happens.",
    "plan",
    SEARCHED,
)
class ScheduleRevisit(Command):
    """Such as: the shore when the water is low, the south slope at the club's next training."""

    what: str
    place: str = ""
    segment: str | None = None
    due: Instant | None = None
    trigger: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what has neither a date nor a trigger."""
        if self.due is None and not self.trigger.strip():
            raise InvalidInput('due: give a date, or a trigger such as "when the snow is gone".', field="due")
        segment = found(state.area.segments, self.segment, "segment").id if self.segment else None
        fields = {**self.__dict__, "what": said(self.what, "what"), "segment": segment}
        return (RevisitScheduled(id=context.new_id("RV", state.ending.revisits), **fields),)


@command("do_revisit", "Write down that a revisit took place, by whom and with what result.")
class DoRevisit(Command):
    """A search in it is an assignment like any other."""

    revisit: str
    result: str
    by: str = ""
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse one that is done or cancelled."""
        held = _open(state, self.revisit)
        past(self.at, context, "at")
        result = said(self.result, "result")
        return (RevisitDone(revisit=held.id, done_at=self.at or context.at, done_by=self.by, result=result),)


@command("cancel_revisit", "Say that a revisit will not be.", needs="plan")
class CancelRevisit(Command):
    """With the reason."""

    revisit: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse one that is done or cancelled."""
        return (RevisitCancelled(revisit=_open(state, self.revisit).id, reason=said(self.reason, "reason")),)


@command("reopen_search", "Take the search up again where it stood, on new information.", "decide", ENDED)
class ReopenSearch(Command):
    """Name the statements or clues that are new; needless reopening costs and risks, so the record says if there are none."""

    because: str
    evidence: tuple[str, ...] = ()

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse evidence that does not stand."""
        known = {**state.evidence.statements, **state.evidence.clues}
        items = [found(known, key, "statement or clue") for key in self.evidence]
        if gone := [i.id for i in items if i.withdrawn is not None]:
            raise RuleBroken(f"{', '.join(gone)} was withdrawn; a search is not reopened on it.")
        because = said(self.because, "because")
        key = context.new_id("RO", state.ending.reopenings)
        events: list[Event] = [
            SearchReopened(id=key, stage=state.status, because=because, evidence=tuple(i.id for i in items))
        ]
        if (held := state.decisions.suspended()) is not None:
            events.append(SuspensionLifted(suspension=held.id, reopening=key))
        if state.decisions.find is not None:
            events.append(FindTakenBack(reason=because))
        return tuple(events)


@command("withhold_place", "Do not tell where the subject was found; without a reason it may be told again.", "decide",
         ("found", "closed"))  # fmt: skip
class WithholdPlace(Command):
    """An adult who is found may ask that the family not be told where."""

    reason: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse to take back what was never withheld."""
        if not self.reason.strip() and state.ending.place_withheld is None:
            raise InvalidInput("reason: write who asked and why; nothing is withheld yet.", field="reason")
        return (PlaceWithheld(reason=self.reason.strip()),)


@command(
    "close_case",
    "Close the case; everything that still keeps it open is listed.",
    "decide",
    (*OPEN, "handed_over"),
)
class CloseCase(Command):
    """For somebody found: who has seen them in person, and the interview that asks how it can be prevented.

    `true_scenario` is the one that turned out to be true; the map is rated with it afterwards. `searchers` says how
    those who searched are looked after. `tell_family` no: where the subject was found is withheld from then on.
    """

    outcome: Outcome
    remarks: str = ""
    seen_by: str = ""
    seen_at: Instant | None = None
    interview: Interview | None = None
    interview_by: str = ""
    safeguarding: str = ""
    true_scenario: str | None = None
    searchers: str = ""
    tell_family: bool | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse while anything is unsettled; the sentence lists all of it."""
        past(self.seen_at, context, "seen_at")
        left = [*unsettled(state, self.outcome), *self._unsaid(state)]
        if left:
            raise RuleBroken(f"The case cannot be closed yet: {' '.join(left)}", unsettled=left)
        scenarios = [s.id for s in state.scenarios.scenarios]
        if self.true_scenario is not None and self.true_scenario not in scenarios:
            have = ", ".join(scenarios) or "none"
            raise InvalidInput(
                f'true_scenario: there is no scenario "{self.true_scenario}"; there are: {have}.', field="true_scenario"
            )
        withheld = state.ending.place_withheld is not None
        if self.tell_family and withheld:
            raise RuleBroken(
                "The place of the find is withheld; withhold_place without a reason lifts that before the family is told.",
                field="tell_family",
            )
        closed = CaseClosed(**self.__dict__)
        if self.tell_family is False and not withheld:
            return PlaceWithheld(reason="The subject asks that the family not be told where."), closed
        return (closed,)

    def _unsaid(self, state: CaseState) -> list[str]:
        """What closing a find must say and does not."""
        if self.outcome != "found" or state.decisions.find is None:
            return []
        out: list[str] = []
        if not self.seen_by.strip() or self.seen_at is None:
            out.append("Nobody is named who has seen the subject in person; give seen_by and seen_at.")
        if self.interview is None:
            out.append(
                "The prevention interview is not mentioned; give interview: done, declined, offered or not_possible."
            )
        if self.interview == "done" and not self.interview_by.strip():
            out.append("Say who held the interview; give interview_by.")
        return out


def _waiting(state: CaseState, key: str) -> Handover:
    held: Handover = found(state.ending.handovers, key, "handover")
    if held.accepted_at is not None:
        raise RuleBroken(f"{held.id} was accepted already.")
    if held.withdrawn is not None:
        raise RuleBroken(f"{held.id} will not be: {held.withdrawn}")
    return held


def _open(state: CaseState, key: str) -> Revisit:
    held: Revisit = found(state.ending.revisits, key, "revisit")
    if not held.is_open:
        raise RuleBroken(f"{held.id} is {'done' if held.cancelled is None else 'cancelled'} already.")
    return held
