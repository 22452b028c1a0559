"""How a case begins: its title, the report, who made it, and when.

Knows nothing of the subject's person; that is chapter `subject`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from wayhome.base.errors import RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import KEPT, Command, Instant, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState


class Report(Record):
    """The report that opened the case."""

    title: str = ""
    reported_at: datetime | None = None
    time_zone: str = "UTC"
    jurisdiction: str = ""
    reporter: str | None = None
    contact: str | None = None
    relation: str | None = None
    circumstances: str | None = None
    invented: bool = False


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

    reporter: PersonalText | None = None
    contact: PersonalText | None = None
    relation: str | None = None
    circumstances: PersonalText | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Report taken from {self.reporter or 'somebody unnamed'}."


@folds(CaseOpened, "report")
def _opened(report: Report, fact: CaseOpened, origin: Origin) -> Report:
    return report.replace(
        title=fact.title, reported_at=fact.reported_at, time_zone=fact.time_zone,
        jurisdiction=fact.jurisdiction, invented=fact.invented,
    )  # fmt: skip


@folds(ReportTaken, "report")
def _taken(report: Report, fact: ReportTaken, origin: Origin) -> Report:
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
    """Every field optional; what is given replaces what was there."""

    reporter: str | None = None
    contact: str | None = None
    relation: str | None = None
    circumstances: str | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an empty report."""
        if not any(self.__dict__.values()):
            raise RuleBroken("Nothing is given; write at least one of reporter, contact, relation, circumstances.")
        return (ReportTaken(**self.__dict__),)


def _known_zone(name: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from wayhome.base.errors import InvalidInput

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput(f'"{name}" is not a time zone; write for example Europe/Berlin or UTC.') from None
