"""The missing person: description, category, risk, companions, and where they wanted to go.

Risk is kept apart from the scenario: somebody can be at high risk and probably at a relative's.
Unknown (nothing written) differs from no. Holds no statistics, only which of the user's own are adopted.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.place import Position
from wayhome.base.record import Record
from wayhome.case.command import Command, Fraction, Instant, Place, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

RiskLevel = Literal["very_low", "low", "medium", "high"]
TableKind = Literal["distance"]
OLDEST_YEARS = 120


class Risk(Record):
    """A risk level with its reasons; the latest one counts, all stay in the log."""

    level: RiskLevel
    signs: tuple[str, ...] = ()
    reasons: str = ""
    review_by: datetime | None = None
    assessed_at: datetime
    assessed_by: str


class CompanionFind(Record):
    """Where and how a companion was found.

    `others_seen` says whether the subject or other companions were with them; None where nobody knows.
    """

    position: Position
    at: datetime | None = None
    alive: bool | None = None
    others_seen: bool | None = None


class Companion(Record):
    """Somebody missing with the subject; `together` [0, 1] is the chance that they are still in one place."""

    id: str
    name: str
    category: str | None = None
    age_years: int | None = None
    together: float
    reason: str = ""
    find: CompanionFind | None = None


class AdoptedTable(Record):
    """A table of the user's own, by content hash, in place of the one that ships with the program."""

    kind: TableKind
    blob: str
    file_name: str
    reason: str = ""


class Subject(Record):
    """Who is missing; every field may be unknown (None)."""

    name: str | None = None
    category: str | None = None
    age_years: int | None = None
    sex: str | None = None
    description: str | None = None
    clothing: str | None = None
    equipment: str | None = None
    medical: str | None = None
    marks: str | None = None
    history: str | None = None
    intended_destination: str | None = None
    risk: Risk | None = None
    destination: Position | None = None
    companions: dict[str, Companion] = {}
    tables: dict[str, AdoptedTable] = {}


@event("subject_described")
class SubjectDescribed(Event):
    """What is known of the subject; given fields replace earlier ones."""

    name: PersonalText | None = None
    category: str | None = None
    age_years: int | None = None
    sex: str | None = None
    description: PersonalText | None = None
    clothing: PersonalText | None = None
    equipment: PersonalText | None = None
    medical: PersonalText | None = None
    marks: PersonalText | None = None
    history: PersonalText | None = None
    intended_destination: PersonalText | None = None

    def says(self) -> str:
        """Sentence for the log."""
        given = [k.replace("_", " ") for k, v in self.__dict__.items() if v is not None]
        return f"Subject described: {', '.join(given)}."


@event("risk_assessed")
class RiskAssessed(Event):
    """A risk level with reasons and a time to look again."""

    level: RiskLevel
    signs: tuple[str, ...] = ()
    reasons: PersonalText = ""
    review_by: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Risk assessed as {self.level.replace('_', ' ')}" + (
            f": {'; '.join(self.signs)}." if self.signs else "."
        )


@event("companion_added")
class CompanionAdded(Event):
    """Somebody is missing with the subject; under an id that is there already, said anew."""

    id: str
    name: PersonalText
    category: str | None = None
    age_years: int | None = None
    together: float
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Companion {self.id}: {self.name}, together with the subject with chance {self.together:g}."


@event("companion_found")
class CompanionFound(Event):
    """A companion was found; a later entry corrects an earlier one."""

    companion: str
    position: Position
    at: datetime | None = None
    alive: bool | None = None
    others_seen: bool | None = None

    def says(self) -> str:
        """Sentence for the log."""
        state = {True: " alive", False: " dead", None: ""}[self.alive]
        others = {True: ", others with them", False: ", alone", None: ""}[self.others_seen]
        return f"Companion {self.companion} found{state} at {self.position}{others}."


@event("destination_set")
class DestinationSet(Event):
    """Where the subject wanted to go; no position means that it is not known, or no longer believed."""

    position: Position | None = None
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        where = f"set at {self.position}" if self.position else "no longer known"
        return f"Destination {where}. {self.reason}".strip()


@event("table_adopted")
class TableAdopted(Event):
    """A table of the user's own counts from here on; no blob means the program's own again."""

    kind: TableKind
    blob: str | None = None
    file_name: str = ""
    reason: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        which = f"adopted from {self.file_name}" if self.blob else "given up for the program's own"
        return f"Table of {self.kind} {which}. {self.reason}".strip()


@folds(SubjectDescribed, "subject")
def _described(subject: Subject, fact: SubjectDescribed, origin: Origin) -> Subject:
    return subject.replace(**{k: v for k, v in fact.__dict__.items() if v is not None})


@folds(RiskAssessed, "subject")
def _assessed(subject: Subject, fact: RiskAssessed, origin: Origin) -> Subject:
    return subject.replace(
        risk=Risk(
            level=fact.level, signs=fact.signs, reasons=fact.reasons, review_by=fact.review_by,
            assessed_at=origin.at, assessed_by=origin.by,
        )
    )  # fmt: skip


@folds(CompanionAdded, "subject")
def _added(subject: Subject, fact: CompanionAdded, origin: Origin) -> Subject:
    before = subject.companions.get(fact.id)
    companion = Companion(**fact.__dict__, find=before.find if before else None)
    return subject.replace(companions={**subject.companions, companion.id: companion})


@folds(CompanionFound, "subject")
def _found(subject: Subject, fact: CompanionFound, origin: Origin) -> Subject:
    find = CompanionFind(**{k: v for k, v in fact.__dict__.items() if k != "companion"})
    companion = subject.companions[fact.companion].replace(find=find)
    return subject.replace(companions={**subject.companions, companion.id: companion})


@folds(DestinationSet, "subject")
def _destination(subject: Subject, fact: DestinationSet, origin: Origin) -> Subject:
    return subject.replace(destination=fact.position)


@folds(TableAdopted, "subject")
def _table(subject: Subject, fact: TableAdopted, origin: Origin) -> Subject:
    others = {kind: table for kind, table in subject.tables.items() if kind != fact.kind}
    return subject.replace(tables={**others, fact.kind: AdoptedTable(**fact.__dict__)} if fact.blob else others)


@command("describe_subject", "Write down what is known of the missing person; later calls amend.")
class DescribeSubject(Command):
    """Every field optional."""

    name: str | None = None
    category: str | None = None
    age_years: int | None = None
    sex: str | None = None
    description: str | None = None
    clothing: str | None = None
    equipment: str | None = None
    medical: str | None = None
    marks: str | None = None
    history: str | None = None
    intended_destination: str | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an empty description and an impossible age."""
        if all(v is None for v in self.__dict__.values()):
            raise RuleBroken("Nothing is given; write at least one field, such as category=hiker.")
        _check_age(self.age_years)
        return (SubjectDescribed(**self.__dict__),)


@command("assess_risk", "Set the risk level, its warning signs and reasons, and when to look again.")
class AssessRisk(Command):
    """Kept apart from the scenarios."""

    level: RiskLevel
    signs: tuple[str, ...] = ()
    reasons: str = ""
    review_by: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a level without any reason."""
        if not self.signs and not self.reasons.strip():
            raise RuleBroken("A risk level needs its reasons; write signs or reasons.")
        return (RiskAssessed(**self.__dict__),)


@command("add_companion", "Write down who is missing with the subject; the same name again amends.")
class AddCompanion(Command):
    """`together` is the chance that they are still in one place with the subject; what is left out stays."""

    name: str
    category: str | None = None
    age_years: int | None = None
    together: Fraction
    reason: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a nameless companion and an impossible age."""
        name = said(self.name, "name")
        _check_age(self.age_years)
        companions = state.subject.companions
        before = next((c for c in companions.values() if c.name.lower() == name.lower()), None)
        return (
            CompanionAdded(
                id=before.id if before else context.new_id("M", companions), name=name, together=self.together,
                category=before.category if before and self.category is None else self.category,
                age_years=before.age_years if before and self.age_years is None else self.age_years,
                reason=self.reason,
            ),
        )  # fmt: skip


@command("find_companion", "Write down where a companion was found, and who was with them.")
class FindCompanion(Command):
    """What is not known is left out; a later entry corrects."""

    companion: str
    position: Place
    at: Instant | None = None
    alive: bool | None = None
    others_seen: bool | None = None
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an unknown companion and places far from the case."""
        companion = found(state.subject.companions, self.companion, "companion")
        state.area.check_near(self.position, self.confirm_far, "position")
        fields = {k: v for k, v in self.__dict__.items() if k != "confirm_far"}
        return (CompanionFound(**{**fields, "companion": companion.id}),)


@command("set_destination", "Say where the subject wanted to go; without a position it is unknown again.", "plan")
class SetDestination(Command):
    """For all scenarios that name no goal of their own."""

    position: Place | None = None
    reason: str = ""
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse places far from the case, and to take back what was never set."""
        if self.position is None and state.subject.destination is None:
            raise InvalidInput("position: no destination is set yet; write where they wanted to go.", field="position")
        state.area.check_near(self.position, self.confirm_far, "position")
        return (DestinationSet(position=self.position, reason=self.reason),)


@command("adopt_table", "Adopt a table of one's own that the desk already holds, by content hash.", "administer")
class AdoptTable(Command):
    """Its file is checked before; without a blob the program's own table counts again."""

    kind: TableKind
    blob: str | None = None
    file_name: str = ""
    reason: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a file without a name, and to give up what was never adopted."""
        if self.blob is None and self.kind not in state.subject.tables:
            raise InvalidInput(
                f"blob: no table of {self.kind} is adopted yet; name the file that the desk holds.", field="blob"
            )
        if self.blob is not None:
            said(self.file_name, "file_name")
        return (TableAdopted(**self.__dict__),)


def _check_age(age_years: int | None) -> None:
    if age_years is not None and not 0 <= age_years <= OLDEST_YEARS:
        raise RuleBroken(f"Age {age_years} is outside 0 to {OLDEST_YEARS} years.")
