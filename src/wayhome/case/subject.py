"""The missing person and who is missing with them: description, category, and where they wanted to go.

Not asked, asked and not known, none ("no phone"), and known are four different things. Holds the risk, which
chapter `risk` makes. Holds no statistics, only which of the user's own are adopted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.place import Position
from wayhome.base.record import Record
from wayhome.case.command import Command, Fraction, Instant, Place, Says, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, said
from wayhome.case.report import PersonalOrUnknown
from wayhome.case.risk import Risk, UrgencyScore

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

TableKind = Literal["distance"]
Consent = Literal["yes", "no", "unknown"]
Standing = Literal["known", "none", "unknown", "not_asked"]

# what a person can be without, so that "no" is an answer; wider than any person that was ever measured
CAN_BE_NONE = ("equipment", "medical", "marks", "phone", "vehicle", "address", "history", "intended_destination")
LIMITS: dict[str, tuple[float, float, str]] = {
    "age_years": (0, 120, "years"),
    "height_cm": (20, 280, "centimetres"),
    "weight_kg": (0.3, 650, "kilograms"),
}


class Person(Record):
    """What can be known of somebody; None where it is not.

    `unknown` names fields that were asked and are not known, `without` those of which there is none.
    """

    category: str | None = None
    age_years: int | None = None
    sex: str | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    build: str | None = None
    hair: str | None = None
    eyes: str | None = None
    description: str | None = None
    clothing: str | None = None
    equipment: str | None = None
    medical: str | None = None
    marks: str | None = None
    phone: str | None = None
    languages: str | None = None
    unknown: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def standing(self, field: str) -> Standing:
        """Whether a field is known, known to be none, asked and not known, or not asked yet."""
        if getattr(self, field) is not None:
            return "known"
        return "none" if field in self.without else "unknown" if field in self.unknown else "not_asked"


class CompanionFind(Record):
    """Where and how a companion was found.

    `others_seen` says whether the subject or other companions were with them; None where nobody knows.
    """

    position: Position
    at: datetime | None = None
    alive: bool | None = None
    others_seen: bool | None = None


class Companion(Person):
    """Somebody missing with the subject; `together` [0, 1] is the chance that they are still in one place."""

    id: str
    name: str
    together: float
    reason: str = ""
    find: CompanionFind | None = None


class AdoptedTable(Record):
    """A table of the user's own, by content hash, in place of the one that ships with the program."""

    kind: TableKind
    blob: str
    file_name: str
    reason: str = ""


class Subject(Person):
    """Who is missing; `risk` is the latest assessment, `risks` are all of them, the latest last."""

    name: str | None = None
    history: str | None = None
    intended_destination: str | None = None
    address: str | None = None
    vehicle: str | None = None
    consent_to_publicity: Consent | None = None
    risk: Risk | None = None
    risks: tuple[Risk, ...] = ()
    urgency: UrgencyScore | None = None
    destination: Position | None = None
    companions: dict[str, Companion] = {}
    tables: dict[str, AdoptedTable] = {}


class PersonTold(Event):
    """The descriptive part of what is told of somebody."""

    category: str | None = None
    age_years: int | None = None
    sex: str | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    build: PersonalOrUnknown = None
    hair: PersonalOrUnknown = None
    eyes: PersonalOrUnknown = None
    description: PersonalOrUnknown = None
    clothing: PersonalOrUnknown = None
    equipment: PersonalOrUnknown = None
    medical: PersonalOrUnknown = None
    marks: PersonalOrUnknown = None
    phone: PersonalOrUnknown = None
    languages: PersonalOrUnknown = None
    unknown: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@event("subject_described")
class SubjectDescribed(PersonTold):
    """What is known of the subject; given fields replace earlier ones."""

    name: PersonalOrUnknown = None
    history: PersonalOrUnknown = None
    intended_destination: PersonalOrUnknown = None
    address: PersonalOrUnknown = None
    vehicle: PersonalOrUnknown = None
    consent_to_publicity: Consent | None = None

    def says(self) -> str:
        """Sentence for the log."""
        given = [k for k, v in self.__dict__.items() if v is not None and k not in ("unknown", "without")]
        parts = (
            ("Subject described", given),
            ("Not known of the subject", self.unknown),
            ("None, as told", self.without),
        )
        return " ".join(f"{what}: {', '.join(_plain(f) for f in fields)}." for what, fields in parts if fields)


@event("companion_added")
class CompanionAdded(PersonTold):
    """Somebody is missing with the subject; under an id that is there already, said anew."""

    id: str
    name: PersonalText
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
    return subject.replace(**_amended(subject, fact.__dict__))


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


class PersonDescribed(Command):
    """The descriptive part of a command about somebody; every field optional."""

    category: str | None = None
    age_years: int | None = None
    sex: str | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    build: str | None = None
    hair: str | None = None
    eyes: str | None = None
    description: str | None = None
    clothing: str | None = None
    equipment: str | None = None
    medical: str | None = None
    marks: str | None = None
    phone: str | None = None
    languages: str | None = None
    unknown: Annotated[tuple[str, ...], Says("Fields that were asked and are not known; clears what stood there.")] = ()
    without: Annotated[tuple[str, ...], Says(f"Fields of which there is none: of {', '.join(CAN_BE_NONE)}.")] = ()

    def check_told(self, allowed: Iterable[str]) -> None:
        """Refuse impossible figures, and a field that is told in two ways."""
        for field, (least, most, unit) in LIMITS.items():
            value = getattr(self, field)
            if value is not None and not least <= value <= most:
                raise RuleBroken(
                    f"{field}: {value:g} is outside {least:g} to {most:g}; write it in {unit}.", field=field
                )
        fields = tuple(allowed)
        may = {"unknown": fields, "without": tuple(f for f in CAN_BE_NONE if f in fields)}
        for way, known in may.items():
            for i, field in enumerate(getattr(self, way)):
                if field not in known:
                    raise InvalidInput(
                        f'{way}[{i}]: "{field}" cannot stand here; write any of {", ".join(known)}.', field=way, index=i
                    )
                if getattr(self, field) is not None or (way == "without" and field in self.unknown):
                    raise InvalidInput(
                        f"{way}[{i}]: {field} is told in two ways; keep one of them.", field=way, index=i
                    )


@command("describe_subject", "Write down what is known of the missing person; later calls amend.")
class DescribeSubject(PersonDescribed):
    """What is given replaces what was there; `unknown` and `without` clear it."""

    name: str | None = None
    history: str | None = None
    intended_destination: str | None = None
    address: str | None = None
    vehicle: str | None = None
    consent_to_publicity: Consent | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an empty description and an impossible age."""
        if all(v in (None, ()) for v in self.__dict__.values()):
            raise RuleBroken("Nothing is given; write at least one field, such as category=hiker.")
        self.check_told(f for f in self.__fields__ if f not in ("unknown", "without"))
        return (SubjectDescribed(**self.__dict__),)


@command("add_companion", "Write down who is missing with the subject; the same name again amends.")
class AddCompanion(PersonDescribed):
    """`together` is the chance that they are still in one place with the subject; what is left out stays."""

    name: str
    together: Fraction | None = None
    reason: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a nameless companion, one without `together`, and an impossible age."""
        name = said(self.name, "name")
        self.check_told(f for f in PersonDescribed.__fields__ if f not in ("unknown", "without"))
        companions = state.subject.companions
        before = next((c for c in companions.values() if c.name.lower() == name.lower()), None)
        together = before.together if before and self.together is None else self.together
        if together is None:
            raise InvalidInput(
                "add_companion needs together: the chance that they are still in one place, such as 80 %.",
                field="together",
            )
        told = _amended(before or Person(), {f: getattr(self, f) for f in Person.__fields__})
        stood = {f: getattr(before, f) for f in Person.__fields__} if before else {}
        return (
            CompanionAdded(
                id=before.id if before else context.new_id("M", companions), name=name, together=together,
                reason=self.reason or (before.reason if before else ""), **{**stood, **told},
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


def _amended(person: Person, told: Mapping[str, Any]) -> dict[str, Any]:
    """What changes where something is told of a person: given fields, cleared ones, and how the rest stands."""
    gone = (*told["unknown"], *told["without"])
    given = {k: v for k, v in told.items() if v is not None and k not in ("unknown", "without")}
    stays = {
        way: tuple(f for f in getattr(person, way) if f not in given and f not in gone)
        for way in ("unknown", "without")
    }
    return {
        **given, **dict.fromkeys(gone), "unknown": (*stays["unknown"], *told["unknown"]),
        "without": (*stays["without"], *told["without"]),
    }  # fmt: skip


def _plain(field: str) -> str:
    return field.replace("_", " ")
