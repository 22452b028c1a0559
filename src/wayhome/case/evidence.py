"""What people said and what was found: statements, clues, and what each says of the scenarios.

Evidence can be withdrawn; nothing that rested on it stays. Where something was seen and when it was
told are different times and are kept apart.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.place import Position
from wayhome.base.record import Record
from wayhome.case.command import BearingDeg, Command, Fraction, Instant, Place, command
from wayhome.case.custody import Custody, found_link
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

Instruction = Literal["collect", "mark", "leave", "disregard"]
ReadingKind = Literal[
    "sighting", "footprint", "item", "camera", "dog", "towards", "cell_sector", "timing_advance", "aml", "not_here"
]
Technology = Literal["gsm", "lte"]


class Amendment(Record):
    """A correction: which fields were changed, when, by whom and why; the log holds what they were."""

    at: datetime
    by: str
    fields: tuple[str, ...]
    reason: str = ""


class Statement(Record):
    """What a witness said."""

    id: str
    witness: str
    text: str
    told_at: datetime | None = None
    observed_at: datetime | None = None
    position: Position | None = None
    place: str = ""
    bearing_deg: float | None = None
    reliability: float | None = None
    amendments: tuple[Amendment, ...] = ()
    withdrawn: str | None = None


class Clue(Record):
    """Something found on the ground or left behind."""

    id: str
    name: str
    description: str = ""
    finder: str = ""
    found_at: datetime | None = None
    position: Position | None = None
    place: str = ""
    instruction: Instruction = "collect"
    custody: tuple[Custody, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    withdrawn: str | None = None


class Judgement(Record):
    """How likely a piece of evidence is under each scenario, floored by its reliability."""

    evidence: str
    likelihood: dict[str, float]
    reason: str
    by: str
    at: datetime


class Reading(Record):
    """What a piece of evidence says about where the subject was at a time; chapter `reading` makes it.

    `position` is the place itself, for phones the mast; `reliability` [0, 1] the chance that it concerns
    the subject at all; `scenarios` the stories under which it holds, all where none is named.
    """

    evidence: str
    kind: ReadingKind
    at: datetime | None = None
    position: Position
    error_m: float | None = None
    bearing_deg: float | None = None
    target: Position | None = None
    beam_deg: float | None = None
    range_m: float | None = None
    range_error_m: float | None = None
    technology: Technology | None = None
    timing_advance: int | None = None
    radius_m: float | None = None
    confidence: float | None = None
    pod: float | None = None
    reliability: float
    scenarios: tuple[str, ...] = ()
    reason: str = ""
    read_by: str
    read_at: datetime


class Evidence(Record):
    """Statements, clues, and by their ids what is judged and read from them."""

    statements: dict[str, Statement] = {}
    clues: dict[str, Clue] = {}
    judgements: dict[str, Judgement] = {}
    readings: dict[str, Reading] = {}

    def standing(self) -> tuple[Judgement, ...]:
        """Judgements whose evidence has not been withdrawn."""
        gone = self._withdrawn()
        return tuple(j for j in self.judgements.values() if j.evidence not in gone)

    def standing_readings(self) -> tuple[Reading, ...]:
        """Readings whose evidence has not been withdrawn."""
        gone = self._withdrawn()
        return tuple(r for r in self.readings.values() if r.evidence not in gone)

    def _withdrawn(self) -> set[str]:
        items: tuple[Statement | Clue, ...] = (*self.statements.values(), *self.clues.values())
        return {item.id for item in items if item.withdrawn is not None}


@event("statement_recorded")
class StatementRecorded(Event):
    """A witness said something."""

    id: str
    witness: PersonalText
    text: PersonalText
    told_at: datetime | None = None
    observed_at: datetime | None = None
    position: Position | None = None
    place: str = ""
    bearing_deg: float | None = None
    reliability: float | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Statement {self.id} of {self.witness}: {self.text}"


@event("clue_recorded")
class ClueRecorded(Event):
    """A thing or a trace."""

    id: str
    name: str
    description: PersonalText = ""
    finder: PersonalText = ""
    found_at: datetime | None = None
    position: Position | None = None
    place: str = ""
    instruction: Instruction = "collect"

    def says(self) -> str:
        """Sentence for the log."""
        return f"Clue {self.id}: {self.name} ({self.instruction})."


@event("evidence_judged")
class EvidenceJudged(Event):
    """What a piece of evidence says about each scenario."""

    evidence: str
    likelihood: dict[str, float]
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        shares = ", ".join(f"{k} {v:g}" for k, v in self.likelihood.items())
        return f"{self.evidence} judged: likelihood {shares}."


@event("evidence_withdrawn")
class EvidenceWithdrawn(Event):
    """A statement or clue no longer counts."""

    evidence: str
    reason: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.evidence} withdrawn: {self.reason}"


@folds(StatementRecorded, "evidence")
def _stated(evidence: Evidence, fact: StatementRecorded, origin: Origin) -> Evidence:
    return evidence.replace(statements={**evidence.statements, fact.id: Statement(**fact.__dict__)})


@folds(ClueRecorded, "evidence")
def _clue(evidence: Evidence, fact: ClueRecorded, origin: Origin) -> Evidence:
    first = found_link(fact.finder, fact.found_at, origin.by, origin.at)
    clue = Clue(**fact.__dict__, custody=(first,) if fact.instruction == "collect" else ())
    return evidence.replace(clues={**evidence.clues, fact.id: clue})


@folds(EvidenceJudged, "evidence")
def _judged(evidence: Evidence, fact: EvidenceJudged, origin: Origin) -> Evidence:
    judgement = Judgement(
        evidence=fact.evidence, likelihood=fact.likelihood, reason=fact.reason, by=origin.by, at=origin.at
    )
    return evidence.replace(judgements={**evidence.judgements, fact.evidence: judgement})


@folds(EvidenceWithdrawn, "evidence")
def _withdrawn(evidence: Evidence, fact: EvidenceWithdrawn, origin: Origin) -> Evidence:
    key = fact.evidence
    if key in evidence.clues:
        gone = evidence.clues[key].replace(withdrawn=fact.reason)
        return evidence.replace(clues={**evidence.clues, key: gone})
    said_ = evidence.statements[key].replace(withdrawn=fact.reason)
    return evidence.replace(statements={**evidence.statements, key: said_})


@command("record_statement", "Write down what a witness said: who, when told, when and where observed.")
class RecordStatement(Command):
    """The witness's own words, and how far they can be relied on (0 to 1)."""

    witness: str
    text: str
    told_at: Instant | None = None
    observed_at: Instant | None = None
    position: Place | None = None
    place: str = ""
    bearing_deg: BearingDeg | None = None
    reliability: Fraction | None = None
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what was told before it was observed, and places far from the case."""
        if self.told_at and self.observed_at and self.told_at < self.observed_at:
            raise RuleBroken("told_at lies before observed_at; nobody tells what they have not seen yet.")
        state.area.check_near(self.position, self.confirm_far, "position")
        fields = {k: v for k, v in self.__dict__.items() if k != "confirm_far"}
        fields["text"], fields["witness"] = said(self.text, "text"), said(self.witness, "witness")
        return (StatementRecorded(id=context.new_id("S", state.evidence.statements), **fields),)


@command("record_clue", "Write down a thing or trace: what, where, when, by whom, and what to do with it.")
class RecordClue(Command):
    """`collect` starts a chain of custody."""

    name: str
    description: str = ""
    finder: str = ""
    found_at: Instant | None = None
    position: Place | None = None
    place: str = ""
    instruction: Instruction = "collect"
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an unnamed clue and places far from the case."""
        state.area.check_near(self.position, self.confirm_far, "position")
        fields = {k: v for k, v in self.__dict__.items() if k != "confirm_far"}
        fields["name"] = said(self.name, "name")
        return (ClueRecorded(id=context.new_id("C", state.evidence.clues), **fields),)


@command("judge_evidence", "Say how likely a statement or clue is under each scenario; weights follow.", needs="plan")
class JudgeEvidence(Command):
    """Likelihoods in [0, 1] by scenario id; those not named count as 1 of the largest given."""

    evidence: str
    likelihood: dict[str, Fraction]
    reason: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse unknown scenarios, and evidence that would be impossible under all."""
        item = found({**state.evidence.statements, **state.evidence.clues}, self.evidence, "statement or clue")
        if item.withdrawn is not None:
            raise RuleBroken(f"{item.id} was withdrawn ({item.withdrawn}) and can't be judged.")
        known = {s.id for s in state.scenarios.scenarios}
        if unknown := sorted(set(self.likelihood) - known):
            raise InvalidInput(
                f"likelihood: no scenario is called {', '.join(unknown)}; there are {', '.join(sorted(known)) or 'none yet'}.",
                field="likelihood",
            )
        if not self.likelihood or max(self.likelihood.values()) <= 0:
            raise InvalidInput("likelihood: at least one scenario must make this evidence possible (above 0).")
        return (EvidenceJudged(evidence=item.id, likelihood=self.likelihood, reason=self.reason),)


@command("withdraw_evidence", "Take back a statement or clue; everything that rested on it is computed anew.")
class WithdrawEvidence(Command):
    """With the reason; the entry itself stays in the log."""

    evidence: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second withdrawal."""
        item = found({**state.evidence.statements, **state.evidence.clues}, self.evidence, "statement or clue")
        if item.withdrawn is not None:
            raise RuleBroken(f"{item.id} is withdrawn already: {item.withdrawn}")
        return (EvidenceWithdrawn(evidence=item.id, reason=said(self.reason, "reason")),)
