"""What may have happened: scenarios with weights, each with its own share of rest of world.

Knows that weights sum to one and that evidence moves them. Refuses to plan on one story in silence.
"""

from __future__ import annotations

from datetime import datetime
from math import fsum
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import Command, Fraction, Place, command
from wayhome.case.fact import Context, Event, Origin, event, folds, found

if TYPE_CHECKING:
    from wayhome.case.evidence import Judgement
    from wayhome.case.state import CaseState

ScenarioKind = Literal[
    "lost", "despondent", "runaway", "evading", "medical", "influenced", "taken", "left_by_vehicle", "not_missing"
]
Moves = Literal["auto", "still", "moving"]
VoteMethod = Literal["mattson", "proportional", "oconnor"]
WEIGHT_TOLERANCE = 1e-6


class Scenario(Record):
    """One story of what happened: its weight, and where it puts the subject.

    `rest_of_world` is the share of this scenario that lies outside the search area beside what the
    law of distance puts there; `region` replaces the law of distance by an even spread over a region.
    `moves` says whether the subject still walks in this story ("auto": as its kind suggests); `goal` is
    where the subject wants to go in it.
    """

    id: str
    title: str
    kind: ScenarioKind = "lost"
    weight: Fraction
    category: str | None = None
    rest_of_world: Fraction = 0.0
    region: str | None = None
    reason: str = ""
    moves: Moves = "auto"
    goal: Place | None = None


class Vote(Record):
    """How one person weighs the scenarios: `values` by scenario id as that person wrote them."""

    id: str
    voter: str
    method: VoteMethod
    values: dict[str, str]
    by: str
    at: datetime


class Scenarios(Record):
    """The scenarios as last set, weights before evidence; and what each person gave them."""

    scenarios: tuple[Scenario, ...] = ()
    votes: dict[str, Vote] = {}

    def counted_votes(self) -> tuple[Vote, ...]:
        """Votes on the stories there are now; one on a story since dropped stays, but counts no more."""
        known = {s.id for s in self.scenarios}
        return tuple(v for v in self.votes.values() if set(v.values) <= known)

    def weights(self, judgements: tuple[Judgement, ...]) -> dict[str, float]:
        """Weight of each scenario after the evidence, by Bayes; they sum to 1.

        ``w_s' = w_s * prod_e P(e | s) / sum``. A scenario that a judgement does not name takes the
        largest likelihood named, so that silence never counts against it.
        """
        raw = {s.id: s.weight for s in self.scenarios}
        for judgement in judgements:
            silent = max(judgement.likelihood.values())
            raw = {s: w * judgement.likelihood.get(s, silent) for s, w in raw.items()}
        total = fsum(raw.values())
        if raw and total <= 0:
            raise RuleBroken(
                "The evidence as judged makes every scenario impossible; withdraw or re-judge a piece of it, "
                "or add the scenario that explains it."
            )
        return {s: w / total for s, w in raw.items()}


@event("scenarios_set")
class ScenariosSet(Event):
    """The whole list of scenarios with their weights."""

    scenarios: tuple[Scenario, ...]
    reason: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        return "Scenarios set: " + ", ".join(f"{s.title} {s.weight:.0%}" for s in self.scenarios) + "."


@folds(ScenariosSet, "scenarios")
def _set(scenarios: Scenarios, fact: ScenariosSet, origin: Origin) -> Scenarios:
    return scenarios.replace(scenarios=fact.scenarios)


@command("set_scenarios", "Set the scenarios and their weights; the weights must sum to 1.", needs="plan")
class SetScenarios(Command):
    """Replaces the list as a whole, so that the weights always mean something."""

    scenarios: tuple[Scenario, ...]
    reason: str = ""
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse weights that don't sum to one, doubled ids, unknown regions, goals far from the case."""
        if not self.scenarios:
            raise InvalidInput("scenarios: the list is empty; name at least one.", field="scenarios")
        ids = [s.id for s in self.scenarios]
        if doubled := sorted({i for i in ids if ids.count(i) > 1}):
            raise InvalidInput(f"scenarios: {', '.join(doubled)} stands there twice.", field="scenarios")
        total = fsum(s.weight for s in self.scenarios)
        if abs(total - 1.0) > WEIGHT_TOLERANCE:
            raise InvalidInput(
                f"scenarios: the weights sum to {total:.6g}, not 1; change them so that they do.",
                field="scenarios", sum=total,
            )  # fmt: skip
        for scenario in self.scenarios:
            if scenario.region is not None:
                found(state.area.regions, scenario.region, "region")
            state.area.check_near(scenario.goal, self.confirm_far, f"goal of {scenario.id}")
        return (ScenariosSet(scenarios=self.scenarios, reason=self.reason),)
