"""Statements and clues corrected after they were written: what changed, and what was read from them before.

Knows that nothing is known after all of a field, as something else than no value given. Refuses to change
without a trace, and to change any reading or judgement by itself: it says which are to be looked at again.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.place import Position
from wayhome.base.quantity import iso
from wayhome.base.record import Record
from wayhome.case.command import BearingDeg, Command, Fraction, Instant, Place, Says, command
from wayhome.case.custody import found_link
from wayhome.case.evidence import Amendment, Clue, Evidence, Instruction, Statement
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, found, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

_SAYS_NOTHING = {"instruction", "finder"}  # of where the subject was, and of why
_BLANK: dict[str, Any] = {
    "place": "",
    "description": "",
    "finder": "",
}  # what is not known of these; None of the others


class Unread(Record):
    """A reading or judgement that was made before what it was made from changed."""

    evidence: str
    what: Literal["reading", "judgement"]
    made_at: datetime
    changed_at: datetime
    fields: tuple[str, ...]


def unread_after_change(state: CaseState) -> tuple[Unread, ...]:
    """What was read or judged from evidence that was amended since; reading or judging it anew settles it."""
    evidence = state.evidence
    items: tuple[Statement | Clue, ...] = (*evidence.statements.values(), *evidence.clues.values())
    out = []
    for item in items:
        reading, judgement = evidence.readings.get(item.id), evidence.judgements.get(item.id)
        made: list[tuple[Literal["reading", "judgement"], datetime]] = []
        if item.withdrawn is None and reading is not None:
            made.append(("reading", reading.read_at))
        if item.withdrawn is None and judgement is not None:
            made.append(("judgement", judgement.at))
        for what, at in made:
            since = [a for a in item.amendments if a.at > at and set(a.fields) - _SAYS_NOTHING]
            if since:
                fields = dict.fromkeys(f for a in since for f in a.fields if f not in _SAYS_NOTHING)
                out.append(
                    Unread(evidence=item.id, what=what, made_at=at, changed_at=since[-1].at, fields=tuple(fields))
                )
    return tuple(out)


@event("statement_amended")
class StatementAmended(Event):
    """Fields of a statement were corrected, or set back to not known."""

    statement: str
    witness: Annotated[str | None, Personal] = None
    text: Annotated[str | None, Personal] = None
    told_at: datetime | None = None
    observed_at: datetime | None = None
    position: Position | None = None
    place: str | None = None
    bearing_deg: float | None = None
    reliability: float | None = None
    unknown: tuple[str, ...] = ()
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Statement {self.statement} amended: {_told(self)}"


@event("clue_amended")
class ClueAmended(Event):
    """Fields of a clue were corrected, or set back to not known; or what is to be done with it changed."""

    clue: str
    name: str | None = None
    description: Annotated[str | None, Personal] = None
    finder: Annotated[str | None, Personal] = None
    found_at: datetime | None = None
    position: Position | None = None
    place: str | None = None
    instruction: Instruction | None = None
    unknown: tuple[str, ...] = ()
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Clue {self.clue} amended: {_told(self)}"


@folds(StatementAmended, "evidence")
def _statement_amended(evidence: Evidence, fact: StatementAmended, origin: Origin) -> Evidence:
    was = evidence.statements[fact.statement]
    now = was.replace(**_changes(fact), amendments=(*was.amendments, _amendment(fact, origin)))
    return evidence.replace(statements={**evidence.statements, was.id: now})


@folds(ClueAmended, "evidence")
def _clue_amended(evidence: Evidence, fact: ClueAmended, origin: Origin) -> Evidence:
    was = evidence.clues[fact.clue]
    now = was.replace(**_changes(fact), amendments=(*was.amendments, _amendment(fact, origin)))
    if was.custody and was.custody[0].kind == "found":
        first = was.custody[0]
        again = found_link(now.finder, now.found_at, first.recorded_by, first.recorded_at or first.at)
        if len(was.custody) > 1:
            now = now.replace(custody=(again, *was.custody[1:]))
        else:  # nobody but the finder had it: where it is not to be collected it was left where it lay
            now = now.replace(custody=(again,) if now.instruction == "collect" else ())
    return evidence.replace(clues={**evidence.clues, was.id: now})


def _changes(fact: StatementAmended | ClueAmended) -> dict[str, Any]:
    """New values by field."""
    besides = ("statement", "clue", "unknown", "reason")
    given = {k: v for k, v in fact.__dict__.items() if k not in besides and v is not None}
    return {**given, **{k: _BLANK.get(k) for k in fact.unknown}}


def _amendment(fact: StatementAmended | ClueAmended, origin: Origin) -> Amendment:
    return Amendment(at=origin.at, by=origin.by, fields=tuple(_changes(fact)), reason=fact.reason)


def _shown(value: object) -> str:
    return iso(value) if isinstance(value, datetime) else f"{value:g}" if isinstance(value, float) else str(value)


def _told(fact: StatementAmended | ClueAmended) -> str:
    new = [f"{k.replace('_', ' ')} {_shown(v)}" for k, v in _changes(fact).items() if k not in fact.unknown]
    gone = [k.replace("_", " ") for k in fact.unknown]
    parts = ["; ".join(new), f"not known any more: {', '.join(gone)}" if gone else "", fact.reason]
    return "; ".join(p for p in parts if p) + ("" if fact.reason.endswith(".") else ".")


@command("amend_statement", "Correct what was written of a statement, or set a field back to not known.")
class AmendStatement(Command):
    """What is given replaces; `unknown` names fields that nobody knows after all. Readings and judgements stay."""

    statement: str
    witness: str | None = None
    text: str | None = None
    told_at: Instant | None = None
    observed_at: Instant | None = None
    position: Place | None = None
    place: str | None = None
    bearing_deg: BearingDeg | None = None
    reliability: Fraction | None = None
    unknown: Annotated[tuple[str, ...], Says("Fields to set back to not known, such as observed_at.")] = ()
    reason: str = ""
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what changes nothing, what was told before it was observed, and places far from the case."""
        was: Statement = found(state.evidence.statements, self.statement, "statement")
        may_be_unknown = ("told_at", "observed_at", "position", "place", "bearing_deg", "reliability")
        given = _new_values(self, was, ("witness", "text", *may_be_unknown), may_be_unknown)
        now = was.replace(**given)
        if now.told_at and now.observed_at and now.told_at < now.observed_at:
            raise RuleBroken("told_at lies before observed_at; nobody tells what they have not seen yet.")
        state.area.check_near(given.get("position"), self.confirm_far, "position")
        return (StatementAmended(statement=was.id, **_given(given, self.unknown), reason=self.reason.strip()),)


@command(
    "amend_clue", "Correct what was written of a clue, set a field back to not known, or change what to do with it."
)
class AmendClue(Command):
    """What is given replaces; `unknown` names fields that nobody knows after all. Readings and judgements stay."""

    clue: str
    name: str | None = None
    description: str | None = None
    finder: str | None = None
    found_at: Instant | None = None
    position: Place | None = None
    place: str | None = None
    instruction: Instruction | None = None
    unknown: Annotated[tuple[str, ...], Says("Fields to set back to not known, such as found_at.")] = ()
    reason: str = ""
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what changes nothing, to leave what was taken already, and a find after the thing changed hands."""
        was: Clue = found(state.evidence.clues, self.clue, "clue")
        may_be_unknown = ("description", "finder", "found_at", "position", "place")
        given = _new_values(self, was, ("name", "instruction", *may_be_unknown), may_be_unknown)
        taken = [x for x in was.custody if x.kind != "found"]
        if taken and given.get("instruction", "collect") != "collect":
            raise RuleBroken(
                f"{was.id} was taken already (chain of custody, {taken[0].id}); it can't be left any more."
            )
        if taken and (at := given.get("found_at")) is not None and at > taken[0].at:
            raise InvalidInput(
                f"found_at: {was.id} changed hands at {iso(taken[0].at)}, before that.", field="found_at"
            )
        state.area.check_near(given.get("position"), self.confirm_far, "position")
        return (ClueAmended(clue=was.id, **_given(given, self.unknown), reason=self.reason.strip()),)


def _new_values(
    asked: AmendStatement | AmendClue, was: Statement | Clue, fields: tuple[str, ...], may_be_unknown: tuple[str, ...]
) -> dict[str, Any]:
    """What really changes, by field; what is set back to not known is there with its blank value."""
    if was.withdrawn is not None:
        raise RuleBroken(f"{was.id} was withdrawn ({was.withdrawn}); record it anew if it counts after all.")
    if wrong := [f for f in asked.unknown if f not in may_be_unknown]:
        raise InvalidInput(
            f"unknown: {wrong[0]} can't be set back to not known; these can: {', '.join(may_be_unknown)}.",
            field="unknown",
        )
    given = {f: v for f in fields if (v := getattr(asked, f)) is not None}
    if both := [f for f in asked.unknown if f in given]:
        raise InvalidInput(f"unknown: {both[0]} is both given and said to be unknown.", field="unknown")
    given = {f: said(v, f) if isinstance(v, str) else v for f, v in given.items()}
    given |= {f: _BLANK.get(f) for f in asked.unknown}
    changed = {f: v for f, v in given.items() if getattr(was, f) != v}
    if not changed:
        raise RuleBroken(f"Nothing of {was.id} changes; give a field its new value, or name it in unknown.")
    return changed


def _given(changed: dict[str, Any], unknown: tuple[str, ...]) -> dict[str, Any]:
    """Changed values as the fields of an event."""
    gone = tuple(f for f in unknown if f in changed)
    return {**{f: v for f, v in changed.items() if f not in gone}, "unknown": gone}
