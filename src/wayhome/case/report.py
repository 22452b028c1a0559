"""How a case begins: its title, the report, who made it, and when.

Knows nothing of the subject's person; that is chapter `subject`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import KEPT, Command, Instant, Says, command
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, past, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

# the mark stands outside of "or None": within a union it would not be seen when the event is stored
PersonalOrUnknown = Annotated[str | None, Personal]

TOLD = ("reporter", "contact", "relation", "circumstances")


class Report(Record):
    """The report that opened the case; `unknown` names fields that were asked and are not known."""

    title: str = ""
    reported_at: datetime | None = None
    time_zone: str = "UTC"
    jurisdiction: str = ""
    reporter: str | None = None
    contact: str | None = None
    relation: str | None = None
    circumstances: str | None = None
    invented: bool = False
    unknown: tuple[str, ...] = ()

    def standing(self, field: str) -> Literal["known", "unknown", "not_asked"]:
        """Whether a field is known, asked and not known, or not asked yet."""
        if getattr(self, field) is not None:
            return "known"
        return "unknown" if field in self.unknown else "not_asked"


@event("case_opened")
class CaseOpened(Event):
    """A case exists from here on."""

    title: PersonalText
    reported_at: datetime
    time_zone: str = "UTC"
    jurisdiction: str = ""
    invented: bool = False

    def says(self) -> str:
        """Sentence for the log."""
        return f"Case opened: {self.title}."


@event("report_taken")
class ReportTaken(Event):
    """Who reported, and what they said; later ones amend earlier ones field by field."""

    reporter: PersonalOrUnknown = None
    contact: PersonalOrUnknown = None
    relation: str | None = None
    circumstances: PersonalOrUnknown = None
    unknown: tuple[str, ...] = ()

    def says(self) -> str:
        """Sentence for the log."""
        sentences = []
        if any(getattr(self, k) is not None for k in TOLD) or not self.unknown:
            sentences.append(f"Report taken from {self.reporter or 'somebody unnamed'}.")
        if self.unknown:
            sentences.append(f"Not known to the caller: {', '.join(self.unknown)}.")
        return " ".join(sentences)


@event("case_amended")
class CaseAmended(Event):
    """What the case is called, whose it is, and when it was reported, corrected."""

    title: PersonalOrUnknown = None
    reported_at: datetime | None = None
    time_zone: str | None = None
    jurisdiction: str | None = None

    def says(self) -> str:
        """Sentence for the log."""
        given = (f"{k.replace('_', ' ')} is now {v}" for k, v in self.__dict__.items() if v is not None)
        return f"Case amended: {', '.join(given)}."


@folds(CaseOpened, "report")
def _opened(report: Report, fact: CaseOpened, origin: Origin) -> Report:
    return report.replace(
        title=fact.title, reported_at=fact.reported_at, time_zone=fact.time_zone,
        jurisdiction=fact.jurisdiction, invented=fact.invented,
    )  # fmt: skip


@folds(ReportTaken, "report")
def _taken(report: Report, fact: ReportTaken, origin: Origin) -> Report:
    given = {k: v for k in TOLD if (v := getattr(fact, k)) is not None}
    asked = tuple(k for k in report.unknown if k not in given and k not in fact.unknown)
    return report.replace(**given, **dict.fromkeys(fact.unknown), unknown=(*asked, *fact.unknown))


@folds(CaseAmended, "report")
def _amended(report: Report, fact: CaseAmended, origin: Origin) -> Report:
    return report.replace(**{k: v for k, v in fact.__dict__.items() if v is not None})


@command(
    "open_case", "Open a case from the first report; everything else can follow later.", during=("unopened", *KEPT)
)
class OpenCase(Command):
    """The first command of every case."""

    title: str
    reported_at: Instant
    time_zone: str = "UTC"
    jurisdiction: str = ""
    invented: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second opening."""
        if state.report.title:
            raise RuleBroken("This case is open already; amend its report instead.")
        _known_zone(self.time_zone)
        return (
            CaseOpened(
                title=said(self.title, "title"), reported_at=self.reported_at, time_zone=self.time_zone,
                jurisdiction=self.jurisdiction, invented=self.invented,
            ),
        )  # fmt: skip


@command("take_report", "Write down who reports, how to reach them, and what they say.")
class TakeReport(Command):
    """Every field optional; what is given replaces what was there, and `unknown` clears it."""

    reporter: str | None = None
    contact: str | None = None
    relation: str | None = None
    circumstances: str | None = None
    unknown: Annotated[tuple[str, ...], Says(f"Fields that were asked and are not known, of {', '.join(TOLD)}.")] = ()

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an empty report, and a field that is told and not known at once."""
        if not any(self.__dict__.values()):
            raise RuleBroken("Nothing is given; write at least one of reporter, contact, relation, circumstances.")
        for i, field in enumerate(self.unknown):
            if field not in TOLD:
                raise InvalidInput(
                    f'unknown[{i}]: "{field}" cannot stand here; write any of {", ".join(TOLD)}.',
                    field="unknown",
                    index=i,
                )
            if getattr(self, field) is not None:
                raise InvalidInput(
                    f"unknown[{i}]: {field} is told as well; keep one of them.", field="unknown", index=i
                )
        return (ReportTaken(**self.__dict__),)


@command("amend_case", "Correct the title, the jurisdiction, the time zone, or when the case was reported.")
class AmendCase(Command):
    """Every field optional; what is given replaces what was there."""

    title: str | None = None
    reported_at: Instant | None = None
    time_zone: str | None = None
    jurisdiction: str | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an amendment that changes nothing, and a report from the future."""
        given = {k: v for k, v in self.__dict__.items() if v is not None and v != getattr(state.report, k)}
        if not given:
            raise RuleBroken("Nothing changes; write a new title, reported_at, time_zone or jurisdiction.")
        if self.title is not None:
            given["title"] = said(self.title, "title")
        if self.time_zone is not None:
            _known_zone(self.time_zone)
        past(self.reported_at, context, "reported_at")
        return (CaseAmended(**given),)


def _known_zone(name: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput(
            f'"{name}" is not a time zone; write for example Europe/Berlin or UTC.', field="time_zone"
        ) from None
