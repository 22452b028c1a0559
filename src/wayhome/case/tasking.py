"""What a search of a segment asks of a team, what each team can bear, and what the planner has settled.

Knows needs, limits, the command post and choices that a plan must keep. Refuses to match them: that is planning's.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.place import Position
from wayhome.base.record import Record
from wayhome.case.command import Command, DurationS, Instant, Place, command
from wayhome.case.fact import Context, Event, Origin, event, folds, found, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

Aim = Literal["expected", "worst"]
LONGEST_S = 72 * 3600.0


class Needs(Record):
    """What the search of a segment asks of a team; `least_rank` of its leader; `radio` None: nobody said."""

    skills: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    least_searchers: int = 1
    least_rank: str = ""
    daylight_only: bool = False
    radio: bool | None = None
    hazards: str = ""


class Limits(Record):
    """What a team can bear: how long it can be out, what it carries, from when, in the dark, out of radio cover."""

    endurance_h: float = 8.0
    rest_h: float = 8.0
    equipment: tuple[str, ...] = ()
    ready_at: datetime | None = None
    at_night: bool = True
    own_radio: bool = False


class Choice(Record):
    """A choice that the planner keeps: a team to a segment, or (None) held back."""

    team: str
    segment: str | None = None
    period: str | None = None
    reason: str = ""
    by: str = ""


class Tasking(Record):
    """Needs by segment, limits by team, choices by team and period, and where teams set out from."""

    needs: dict[str, Needs] = {}
    limits: dict[str, Limits] = {}
    choices: dict[str, Choice] = {}
    base: Position | None = None
    base_name: str = ""
    aim: Aim = "expected"

    def needs_of(self, segment: str) -> Needs:
        """Needs of a segment; of one nobody spoke about, those that anybody meets."""
        return self.needs.get(segment, Needs())

    def limits_of(self, team: str) -> Limits:
        """Limits of a team; of one nobody spoke about, the usual ones."""
        return self.limits.get(team, Limits())


@event("base_set")
class BaseSet(Event):
    """Where teams set out from."""

    position: Position
    name: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Teams set out from {self.name or self.position}."


@event("segment_needs_set")
class SegmentNeedsSet(Event):
    """What the search of a segment asks of a team."""

    segment: str
    skills: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    least_searchers: int = 1
    least_rank: str = ""
    daylight_only: bool = False
    radio: bool | None = None
    hazards: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        asked = [*self.skills, *self.equipment]
        asked += [f"at least {self.least_searchers} searchers"] if self.least_searchers > 1 else []
        asked += [f"a leader of rank {self.least_rank}"] if self.least_rank else []
        asked += ["daylight"] if self.daylight_only else []
        asked += ["a radio of its own, for there is no cover"] if self.radio is False else []
        hazards = f" Hazards: {self.hazards}." if self.hazards else ""
        return f"Segment {self.segment} asks for {', '.join(asked) or 'nothing in particular'}.{hazards}"


@event("team_limits_set")
class TeamLimitsSet(Event):
    """What a team can bear."""

    team: str
    endurance_h: float = 8.0
    rest_h: float = 8.0
    equipment: tuple[str, ...] = ()
    ready_at: datetime | None = None
    at_night: bool = True
    own_radio: bool = False

    def says(self) -> str:
        """Sentence for the log."""
        dark = "" if self.at_night else ", not in the dark"
        return f"Team {self.team} can be out {self.endurance_h:g} h, then rests {self.rest_h:g} h{dark}."


@event("choice_locked")
class ChoiceLocked(Event):
    """The planner keeps a choice, whatever a plan would say."""

    team: str
    segment: str | None = None
    period: str | None = None
    reason: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        where = "is held back" if self.segment is None else f"goes to segment {self.segment}"
        why = f": {self.reason}" if self.reason else ""
        return f"Kept by the planner: team {self.team} {where}{why}."


@event("choice_released")
class ChoiceReleased(Event):
    """A kept choice is the plan's again."""

    team: str
    period: str | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Team {self.team} is free for the plan again."


@event("aim_set")
class AimSet(Event):
    """What plans aim at: the most on the whole, or the most under the worst of the scenarios."""

    aim: Aim

    def says(self) -> str:
        """Sentence for the log."""
        aims = {"expected": "the greatest chance on the whole", "worst": "the greatest chance under the worst scenario"}
        return f"Plans aim at {aims[self.aim]}."


@folds(BaseSet, "tasking")
def _base(tasking: Tasking, fact: BaseSet, origin: Origin) -> Tasking:
    return tasking.replace(base=fact.position, base_name=fact.name)


@folds(SegmentNeedsSet, "tasking")
def _needs(tasking: Tasking, fact: SegmentNeedsSet, origin: Origin) -> Tasking:
    needs = Needs(**{k: v for k, v in fact.__dict__.items() if k != "segment"})
    return tasking.replace(needs={**tasking.needs, fact.segment: needs})


@folds(TeamLimitsSet, "tasking")
def _limits(tasking: Tasking, fact: TeamLimitsSet, origin: Origin) -> Tasking:
    limits = Limits(**{k: v for k, v in fact.__dict__.items() if k != "team"})
    return tasking.replace(limits={**tasking.limits, fact.team: limits})


@folds(ChoiceLocked, "tasking")
def _locked(tasking: Tasking, fact: ChoiceLocked, origin: Origin) -> Tasking:
    choice = Choice(**fact.__dict__, by=origin.by)
    return tasking.replace(choices={**tasking.choices, _slot(fact.team, fact.period): choice})


@folds(ChoiceReleased, "tasking")
def _released(tasking: Tasking, fact: ChoiceReleased, origin: Origin) -> Tasking:
    slot = _slot(fact.team, fact.period)
    return tasking.replace(choices={k: v for k, v in tasking.choices.items() if k != slot})


@folds(AimSet, "tasking")
def _aim(tasking: Tasking, fact: AimSet, origin: Origin) -> Tasking:
    return tasking.replace(aim=fact.aim)


@command(
    "set_base", "Say where teams set out from (command post, car park); the way to a segment counts from there.", "plan"
)
class SetBase(Command):
    """Without one, teams set out from the IPP."""

    position: Place
    name: str = ""
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a place far from the IPP unless confirmed."""
        state.area.check_near(self.position, self.confirm_far, "position")
        return (BaseSet(position=self.position, name=self.name.strip()),)


@command(
    "set_segment_needs",
    "Say what the search of a segment asks of a team: skills, equipment, people, light, radio.",
    "plan",
)
class SetSegmentNeeds(Command):
    """All of it replaces what was said before."""

    segment: str
    skills: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    least_searchers: int = 1
    least_rank: str = ""
    daylight_only: bool = False
    radio: bool | None = None
    hazards: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an unknown rank and no searchers."""
        segment = found(state.area.segments, self.segment, "segment")
        if not 1 <= self.least_searchers <= 500:
            raise InvalidInput(f"least_searchers: {self.least_searchers} is outside 1 to 500.", field="least_searchers")
        organisation = state.people.organisation
        if self.least_rank:
            ranks = {} if organisation is None else {r.id: r for r in organisation.ranks}
            found(ranks, self.least_rank, "rank")
        return (SegmentNeedsSet(**{**self.__dict__, "segment": segment.id}),)


@command(
    "set_team_limits",
    "Say what a team can bear: endurance, rest, equipment, when it is ready, night, own radio.",
    "dispatch",
)
class SetTeamLimits(Command):
    """All of it replaces what was said before."""

    team: str
    endurance: DurationS = 8 * 3600.0
    rest: DurationS = 8 * 3600.0
    equipment: tuple[str, ...] = ()
    ready_at: Instant | None = None
    at_night: bool = True
    own_radio: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse an endurance that is none."""
        team = found(state.people.teams, self.team, "team")
        if not 0 < self.endurance <= LONGEST_S:
            raise InvalidInput("endurance: a team can be out more than 0 and at most 72 h.", field="endurance")
        if not 0 <= self.rest <= LONGEST_S:
            raise InvalidInput("rest: a rest lasts from 0 to 72 h.", field="rest")
        return (
            TeamLimitsSet(
                team=team.id, endurance_h=self.endurance / 3600.0, rest_h=self.rest / 3600.0, equipment=self.equipment,
                ready_at=self.ready_at, at_night=self.at_night, own_radio=self.own_radio,
            ),
        )  # fmt: skip


@command(
    "lock_choice", "Keep a choice in every plan: this team to this segment, or (without a segment) held back.", "plan"
)
class LockChoice(Command):
    """A plan is made around it, and says what it costs."""

    team: str
    segment: str | None = None
    period: str | None = None
    reason: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a retired segment."""
        team = found(state.people.teams, self.team, "team")
        segment = None if self.segment is None else found(state.area.segments, self.segment, "segment")
        if segment is not None and segment.retired is not None:
            raise RuleBroken(f"{segment.name} is retired: {segment.retired}")
        period = None if self.period is None else found(state.assignments.periods, self.period, "period").id
        return (
            ChoiceLocked(
                team=team.id, segment=None if segment is None else segment.id, period=period, reason=self.reason
            ),
        )


@command("release_choice", "Give a kept choice back to the plan.", "plan")
class ReleaseChoice(Command):
    """The next plan decides again."""

    team: str
    period: str | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse where nothing is kept."""
        team = found(state.people.teams, self.team, "team")
        period = None if self.period is None else found(state.assignments.periods, self.period, "period").id
        if _slot(team.id, period) not in state.tasking.choices:
            raise RuleBroken(f"No choice is kept for team {said(team.name, 'team')}.")
        return (ChoiceReleased(team=team.id, period=period),)


@command(
    "set_aim", "Say what plans aim at: expected (most on the whole) or worst (most under the worst scenario).", "plan"
)
class SetAim(Command):
    """Both figures are shown with every plan."""

    aim: Aim

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Nothing to refuse."""
        return (AimSet(aim=self.aim),)


def _slot(team: str, period: str | None) -> str:
    return team if period is None else f"{team}@{period}"
