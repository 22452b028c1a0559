"""What every action plan carries beside the tasks: radio channels, medical points, emphasis, briefings.

Knows contacts and frequencies as they were given. What endangers searchers is in chapter `safety`, which folds into
the same record.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.record import Record
from wayhome.case.command import Command, DurationS, Instant, Place, Says, command
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, found, past, said
from wayhome.case.safety import Forecast, Hazard, SafetyMessage

if TYPE_CHECKING:
    from wayhome.case.outing import Assignment
    from wayhome.case.state import CaseState

MedicalKind = Literal["aid_station", "hospital", "transport"]
RadioMode = Literal["analog", "digital", "mixed"]


class Channel(Record):
    """A radio channel or talkgroup and what it is for; frequencies and tones as written on the radio."""

    id: str
    name: str
    function: str = ""
    frequency: str = ""
    tone: str = ""
    transmit_frequency: str = ""
    transmit_tone: str = ""
    mode: RadioMode | None = None
    assignment: str = ""
    remarks: str = ""


class MedicalPoint(Record):
    """Where a hurt searcher or the subject is brought, or what brings them; None is unknown, not no."""

    id: str
    kind: MedicalKind
    name: str
    place: str = ""
    position: Position | None = None
    contact: str = ""
    level: str = ""
    travel_ground_s: float | None = None
    travel_air_s: float | None = None
    paramedics: bool | None = None
    burn_center: bool | None = None
    helipad: bool | None = None
    by_air: bool | None = None


class Briefing(Record):
    """Who briefed whom, when, for which assignment or period."""

    id: str
    briefed_by: str
    briefed: tuple[str, ...] = ()
    assignment: str | None = None
    period: str | None = None
    at: datetime
    remarks: str = ""


class ActionPlan(Record):
    """All of it; `emphasis` by period id, under "" what was said while there was no period."""

    channels: dict[str, Channel] = {}
    medical: dict[str, MedicalPoint] = {}
    hazards: dict[str, Hazard] = {}
    safety: SafetyMessage | None = None
    forecasts: tuple[Forecast, ...] = ()
    emphasis: dict[str, str] = {}
    briefings: dict[str, Briefing] = {}

    def open_hazards(self) -> tuple[Hazard, ...]:
        """Hazards that nobody has closed, the worst first."""
        worst = {"high": 0, "medium": 1, "low": 2}
        return tuple(sorted((h for h in self.hazards.values() if h.closed is None), key=lambda h: worst[h.severity]))

    def hazards_of(self, task: Assignment) -> tuple[Hazard, ...]:
        """Open hazards that concern an assignment: named for it, in its segment, or everywhere."""
        return tuple(
            h for h in self.open_hazards()
            if task.id in h.assignments or h.segment == task.segment or not (h.segment or h.assignments)
        )  # fmt: skip

    def forecast(self) -> Forecast | None:
        """The forecast told last."""
        return self.forecasts[-1] if self.forecasts else None


# -- what the desk must be reminded of ------------------------------------------------------------


def unbriefed(state: CaseState) -> tuple[Assignment, ...]:
    """Teams out on an assignment for which no briefing is on record."""
    told = {b.assignment for b in state.action_plan.briefings.values()}
    return tuple(a for a in state.assignments.assignments.values() if a.is_out and a.id not in told)


def unmitigated(state: CaseState) -> tuple[Hazard, ...]:
    """Open hazards of high severity against which nothing is written down."""
    return tuple(h for h in state.action_plan.open_hazards() if h.severity == "high" and not h.mitigation)


def lapsed_forecast(state: CaseState, at: datetime) -> Forecast | None:
    """The last forecast where it no longer holds while a team is out."""
    last = state.action_plan.forecast()
    out = any(a.is_out for a in state.assignments.assignments.values())
    return last if out and last is not None and last.valid_until is not None and last.valid_until < at else None


# -- events ---------------------------------------------------------------------------------------


@event("channel_set")
class ChannelSet(Event):
    """A radio channel, or one described anew under the same id."""

    id: str
    name: str
    function: str = ""
    frequency: str = ""
    tone: str = ""
    transmit_frequency: str = ""
    transmit_tone: str = ""
    mode: RadioMode | None = None
    assignment: str = ""
    remarks: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        more = ", ".join(t for t in (self.function, self.frequency) if t)
        return f"Radio channel {self.name}{f' ({more})' if more else ''} set."


@event("channel_removed")
class ChannelRemoved(Event):
    """A radio channel is no longer used."""

    channel: str
    reason: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Radio channel {self.channel} removed. {self.reason}".strip()


@event("medical_point_set")
class MedicalPointSet(Event):
    """An aid station, hospital or means of transport, or one described anew."""

    id: str
    kind: MedicalKind
    name: str
    place: str = ""
    position: Position | None = None
    contact: PersonalText = ""
    level: str = ""
    travel_ground_s: float | None = None
    travel_air_s: float | None = None
    paramedics: bool | None = None
    burn_center: bool | None = None
    helipad: bool | None = None
    by_air: bool | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Medical plan: {self.kind.replace('_', ' ')} {self.name}."


@event("medical_point_removed")
class MedicalPointRemoved(Event):
    """A medical point no longer counts."""

    point: str
    reason: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Medical plan: {self.point} removed. {self.reason}".strip()


@event("command_emphasis_set")
class CommandEmphasisSet(Event):
    """What command puts weight on in a period."""

    emphasis: PersonalText
    period: str | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Command emphasis{f' for {self.period}' if self.period else ''}: {self.emphasis}"


@event("briefing_given")
class BriefingGiven(Event):
    """Somebody briefed others."""

    id: str
    briefed_by: PersonalText
    briefed: Annotated[tuple[str, ...], Personal] = ()
    assignment: str | None = None
    period: str | None = None
    at: datetime | None = None
    remarks: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        about = f" for {self.assignment}" if self.assignment else f" for period {self.period}" if self.period else ""
        return f"Briefing {self.id}{about} by {self.briefed_by}: {', '.join(self.briefed) or 'nobody named'}."


@folds(ChannelSet, "action_plan")
def _channel(plan: ActionPlan, fact: ChannelSet, origin: Origin) -> ActionPlan:
    return plan.replace(channels={**plan.channels, fact.id: Channel(**fact.__dict__)})


@folds(ChannelRemoved, "action_plan")
def _no_channel(plan: ActionPlan, fact: ChannelRemoved, origin: Origin) -> ActionPlan:
    return plan.replace(channels={k: c for k, c in plan.channels.items() if k != fact.channel})


@folds(MedicalPointSet, "action_plan")
def _medical(plan: ActionPlan, fact: MedicalPointSet, origin: Origin) -> ActionPlan:
    return plan.replace(medical={**plan.medical, fact.id: MedicalPoint(**fact.__dict__)})


@folds(MedicalPointRemoved, "action_plan")
def _no_medical(plan: ActionPlan, fact: MedicalPointRemoved, origin: Origin) -> ActionPlan:
    return plan.replace(medical={k: m for k, m in plan.medical.items() if k != fact.point})


@folds(CommandEmphasisSet, "action_plan")
def _emphasis(plan: ActionPlan, fact: CommandEmphasisSet, origin: Origin) -> ActionPlan:
    return plan.replace(emphasis={**plan.emphasis, fact.period or "": fact.emphasis})


@folds(BriefingGiven, "action_plan")
def _briefed(plan: ActionPlan, fact: BriefingGiven, origin: Origin) -> ActionPlan:
    made = Briefing(**{**fact.__dict__, "at": fact.at or origin.at})
    return plan.replace(briefings={**plan.briefings, made.id: made})


# -- commands -------------------------------------------------------------------------------------


@command("set_channel", "Set a radio channel or talkgroup: what for, frequency, tone, who uses it.", needs="plan")
class SetChannel(Command):
    """A channel of the same name is described anew."""

    name: str
    function: Annotated[str, Says("Such as command, tactical, ground to air, dispatch.")] = ""
    frequency: Annotated[str, Says("As on the radio: 155.1600 MHz N, or the talkgroup.")] = ""
    tone: str = ""
    transmit_frequency: str = ""
    transmit_tone: str = ""
    mode: RadioMode | None = None
    assignment: Annotated[str, Says("Who uses it: teams, a division, the desk.")] = ""
    remarks: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """A channel needs a name."""
        name = said(self.name, "name")
        held = state.action_plan.channels
        key = next((c.id for c in held.values() if c.name.lower() == name.lower()), None)
        return (ChannelSet(**{**self.__dict__, "name": name}, id=key or context.new_id("CH", held)),)


@command("remove_channel", "Take a radio channel out of the plan.", needs="plan")
class RemoveChannel(Command):
    """By its id or name."""

    channel: str
    reason: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse one that is not there."""
        held: Channel = found(state.action_plan.channels, self.channel, "channel")
        return (ChannelRemoved(channel=held.id, reason=self.reason),)


@command("set_medical_point", "Set an aid station, hospital or transport of the medical plan.", needs="plan")
class SetMedicalPoint(Command):
    """One of the same kind and name is described anew; what is left out is unknown, not no."""

    kind: MedicalKind
    name: str
    place: str = ""
    position: Place | None = None
    contact: Annotated[str, Says("Telephone or frequency; kept as personal data.")] = ""
    level: Annotated[str, Says("Such as ALS, BLS, or the level of a trauma center.")] = ""
    travel_time: DurationS | None = None  # by road
    travel_time_air: DurationS | None = None
    paramedics: bool | None = None
    burn_center: bool | None = None
    helipad: bool | None = None
    by_air: bool | None = None
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a point without a name, a travel time below zero, and a far place that is not confirmed."""
        name = said(self.name, "name")
        for field in ("travel_time", "travel_time_air"):
            if (time_s := getattr(self, field)) is not None and time_s < 0:
                raise InvalidInput(f"{field}: a travel time is not below zero.", field=field)
        state.area.check_near(self.position, self.confirm_far, "position")
        held = state.action_plan.medical
        key = next((m.id for m in held.values() if m.kind == self.kind and m.name.lower() == name.lower()), None)
        told = {k: v for k, v in self.__dict__.items() if not k.startswith("travel_time") and k != "confirm_far"}
        return (
            MedicalPointSet(
                **{**told, "name": name}, id=key or context.new_id("MED", held),
                travel_ground_s=self.travel_time, travel_air_s=self.travel_time_air,
            ),
        )  # fmt: skip


@command("remove_medical_point", "Take an aid station, hospital or transport out of the medical plan.", needs="plan")
class RemoveMedicalPoint(Command):
    """By its id or name."""

    point: str
    reason: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse one that is not there."""
        held: MedicalPoint = found(state.action_plan.medical, self.point, "medical point")
        return (MedicalPointRemoved(point=held.id, reason=self.reason),)


@command("set_command_emphasis", "Say what command puts weight on in an operational period.", needs="plan")
class SetCommandEmphasis(Command):
    """For the current period where none is named."""

    emphasis: str
    period: str | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an unknown period."""
        periods = state.assignments
        period = found(periods.periods, self.period, "period") if self.period else periods.current_period()
        key = period.id if period is not None else None
        return (CommandEmphasisSet(emphasis=said(self.emphasis, "emphasis"), period=key),)


@command("brief", "Record who briefed whom, when, and for which assignment or period.")
class Brief(Command):
    """The one who writes it down is taken as the one who briefed, unless another is named."""

    briefed: Annotated[tuple[str, ...], Says("Teams by id, or people.")] = ()
    briefed_by: str = ""
    assignment: str | None = None
    period: str | None = None
    at: Instant | None = None
    remarks: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a briefing of nobody, and one to come; an assignment's own team is taken where none is named."""
        past(self.at, context, "at")
        task: Assignment | None = None
        if self.assignment:
            task = found(state.assignments.assignments, self.assignment, "assignment")
        period = found(state.assignments.periods, self.period, "period").id if self.period else None
        briefed = tuple(b.strip() for b in self.briefed if b.strip()) or ((task.team,) if task else ())
        if not briefed:
            raise InvalidInput("briefed: say who was briefed: teams or people.", field="briefed")
        key = context.new_id("BR", state.action_plan.briefings)
        by = self.briefed_by.strip() or context.by.id
        return (
            BriefingGiven(
                id=key, briefed_by=by, briefed=briefed, assignment=task.id if task else None, period=period,
                at=self.at, remarks=self.remarks,
            ),
        )  # fmt: skip
