"""What endangers those who search: hazards with what is done against them, the safety message, the weather as told.

Refuses to judge a hazard away: one is open until somebody closes it with a reason. Forecasts nothing itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import Command, Instant, Says, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, past, said

if TYPE_CHECKING:
    from wayhome.case.action_plan import ActionPlan
    from wayhome.case.state import CaseState

Severity = Literal["low", "medium", "high"]


class Hazard(Record):
    """A danger to those who search, what is done against it, and where; everywhere, where neither is named."""

    id: str
    hazard: str
    where: str = ""
    segment: str | None = None
    assignments: tuple[str, ...] = ()
    mitigation: str = ""
    severity: Severity = "medium"
    seen_at: datetime
    told_by: str
    closed: str | None = None
    closed_at: datetime | None = None


class SafetyMessage(Record):
    """The safety message in force, and what to do when somebody is hurt."""

    message: str
    site_safety_plan: bool | None = None
    located_at: str = ""
    emergency_procedures: str = ""
    by: str
    at: datetime


class Forecast(Record):
    """Weather as it was told: by whom, when, and for how long it holds."""

    forecast: str
    source: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    told_at: datetime
    by: str


@event("hazard_added")
class HazardAdded(Event):
    """A danger to those who search."""

    id: str
    hazard: PersonalText
    where: PersonalText = ""
    segment: str | None = None
    assignments: tuple[str, ...] = ()
    mitigation: PersonalText = ""
    severity: Severity = "medium"
    seen_at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        against = f" Against it: {self.mitigation}" if self.mitigation else ""
        return f"Hazard {self.id} ({self.severity}): {self.hazard}.{against}"


@event("hazard_closed")
class HazardClosed(Event):
    """A hazard no longer stands."""

    hazard: str
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Hazard {self.hazard} closed: {self.reason}"


@event("safety_message_set")
class SafetyMessageSet(Event):
    """The safety message, in place of the one before."""

    message: PersonalText
    site_safety_plan: bool | None = None
    located_at: str = ""
    emergency_procedures: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Safety message: {self.message}"


@event("weather_told")
class WeatherTold(Event):
    """A forecast as it was told."""

    forecast: str
    source: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    told_at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Weather{f' ({self.source})' if self.source else ''}: {self.forecast}"


@folds(HazardAdded, "action_plan")
def _hazard(plan: ActionPlan, fact: HazardAdded, origin: Origin) -> ActionPlan:
    told = {**fact.__dict__, "seen_at": fact.seen_at or origin.at}
    return plan.replace(hazards={**plan.hazards, fact.id: Hazard(**told, told_by=origin.by)})


@folds(HazardClosed, "action_plan")
def _no_hazard(plan: ActionPlan, fact: HazardClosed, origin: Origin) -> ActionPlan:
    gone = plan.hazards[fact.hazard].replace(closed=fact.reason, closed_at=origin.at)
    return plan.replace(hazards={**plan.hazards, gone.id: gone})


@folds(SafetyMessageSet, "action_plan")
def _safety(plan: ActionPlan, fact: SafetyMessageSet, origin: Origin) -> ActionPlan:
    return plan.replace(safety=SafetyMessage(**fact.__dict__, by=origin.by, at=origin.at))


@folds(WeatherTold, "action_plan")
def _weather(plan: ActionPlan, fact: WeatherTold, origin: Origin) -> ActionPlan:
    told = Forecast(**{**fact.__dict__, "told_at": fact.told_at or origin.at}, by=origin.by)
    return plan.replace(forecasts=(*plan.forecasts, told))


@command("add_hazard", "Write down a danger to searchers, where it is, and what is done against it.")
class AddHazard(Command):
    """For the named segment and assignments; for all where none is named."""

    hazard: str
    where: str = ""
    segment: str | None = None
    assignments: tuple[str, ...] = ()
    mitigation: str = ""
    severity: Severity = "medium"
    seen_at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an unknown segment or assignment, and a time to come."""
        past(self.seen_at, context, "seen_at")
        segment = found(state.area.segments, self.segment, "segment").id if self.segment else None
        tasks = tuple(found(state.assignments.assignments, a, "assignment").id for a in self.assignments)
        key = context.new_id("HZ", state.action_plan.hazards)
        told = {**self.__dict__, "hazard": said(self.hazard, "hazard"), "segment": segment, "assignments": tasks}
        return (HazardAdded(**told, id=key),)


@command("close_hazard", "Say that a hazard no longer stands, and why.")
class CloseHazard(Command):
    """It stays in the record."""

    hazard: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse one that is closed."""
        held: Hazard = found(state.action_plan.hazards, self.hazard, "hazard")
        if held.closed is not None:
            raise RuleBroken(f"{held.id} is closed already: {held.closed}")
        return (HazardClosed(hazard=held.id, reason=said(self.reason, "reason")),)


@command("set_safety_message", "Set the safety message, and what to do when somebody is hurt.")
class SetSafetyMessage(Command):
    """It stands in place of the one before."""

    message: str
    site_safety_plan: Annotated[bool | None, Says("Whether a site safety plan is required.")] = None
    located_at: Annotated[str, Says("Where the approved site safety plan lies.")] = ""
    emergency_procedures: Annotated[str, Says("What to do when a searcher is hurt (ICS 206, block 6).")] = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """A message needs words."""
        return (SafetyMessageSet(**{**self.__dict__, "message": said(self.message, "message")}),)


@command("set_weather", "Write down a forecast as it was told, by whom, and for how long it holds.")
class SetWeather(Command):
    """The program forecasts nothing itself."""

    forecast: str
    source: str = ""
    valid_from: Instant | None = None
    valid_until: Instant | None = None
    told_at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse one that ends before it begins, or was told in the future."""
        if self.valid_from is not None and self.valid_until is not None and self.valid_until <= self.valid_from:
            raise InvalidInput("valid_until: the forecast ends before it begins.", field="valid_until")
        past(self.told_at, context, "told_at")
        return (WeatherTold(**{**self.__dict__, "forecast": said(self.forecast, "forecast")}),)
