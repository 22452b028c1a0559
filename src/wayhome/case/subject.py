"""The missing person: description, category, and the risk they are in.

Risk is kept apart from the scenario: somebody can be at high risk and probably at a relative's.
Unknown (nothing written) differs from no.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import Command, Instant, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

RiskLevel = Literal["very_low", "low", "medium", "high"]


class Risk(Record):
    """A risk level with its reasons; the latest one counts, all stay in the log."""

    level: RiskLevel
    signs: tuple[str, ...] = ()
    reasons: str = ""
    review_by: datetime | None = None
    assessed_at: datetime
    assessed_by: str


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
        if self.age_years is not None and not 0 <= self.age_years <= 120:
            raise RuleBroken(f"Age {self.age_years} is outside 0 to 120 years.")
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
