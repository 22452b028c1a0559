"""How long personal data of a closed case may be kept: the period, by whose law, and when it ends.

Periods differ by country, so they are data of the case. Refuses to erase anything: that is a decision of its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wayhome.base.errors import InvalidInput
from wayhome.base.record import Record
from wayhome.case.command import KEPT, Command, DurationS, command
from wayhome.case.fact import Context, Event, Origin, event, folds, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

LONGEST_YEARS = 100


class Retention(Record):
    """The period after closing, in days, and the rule that sets it; None while nobody has said."""

    days: float | None = None
    rule: str = ""
    set_by: str = ""


@event("retention_set")
class RetentionSet(Event):
    """How long personal data is kept after the case is closed."""

    days: float
    rule: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"Personal data is kept {self.days:g} days after closing: {self.rule}"


@folds(RetentionSet, "retention")
def _set(retention: Retention, fact: RetentionSet, origin: Origin) -> Retention:
    return Retention(days=fact.days, rule=fact.rule, set_by=origin.by)


@command("set_retention", "Say how long personal data is kept after closing, and by which rule.", "administer", KEPT)
class SetRetention(Command):
    """Counted from the closure; the desk reminds, a person decides."""

    keep: DurationS
    rule: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a period without a rule, or of no length."""
        days = self.keep / 86400.0
        if not 0 < days <= LONGEST_YEARS * 366:
            raise InvalidInput(f"keep: {days:g} days is outside 0 to {LONGEST_YEARS} years.", field="keep")
        return (RetentionSet(days=days, rule=said(self.rule, "rule")),)


def retention_ends_at(retention: Retention, closed_at: datetime | None) -> datetime | None:
    """When personal data of a case closed then must be looked at; None while open, or without a period."""
    if retention.days is None or closed_at is None:
        return None
    return closed_at + timedelta(days=retention.days)
