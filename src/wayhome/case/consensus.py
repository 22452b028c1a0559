"""Several people's weights of the scenarios: each one's vote, the mean of all, and where they differ.

Knows the three ways in which people weigh regions, used here on scenarios. Hides no disagreement: the
votes stay beside the weights that were made of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum, isfinite, sqrt
from typing import TYPE_CHECKING

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import Command, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, said
from wayhome.case.scenario import ScenariosSet, Vote, VoteMethod

if TYPE_CHECKING:
    from wayhome.case.scenario import Scenarios
    from wayhome.case.state import CaseState

LETTERS = "ABCDEFGHI"  # O'Connor: A very likely ... I very unlikely
POINTS = 100.0  # Mattson: everybody spreads so many
POINTS_TOLERANCE = 0.5  # this project's own choice: room for thirds and rounding, none for a forgotten scenario


class Disagreement(Record):
    """How far apart people are on one scenario: shares [0, 1], and who stands at either end.

    The standard deviation is that of the people asked, who are not a sample of anybody else.
    """

    lowest: float
    highest: float
    standard_deviation: float
    lowest_by: tuple[str, ...]
    highest_by: tuple[str, ...]


def shares(vote: Vote) -> dict[str, float]:
    """One person's weights by scenario; they sum to 1.

    Mattson: 100 points. Proportional: any scale, each value over the sum. O'Connor: letters A to I, a
    letter's value being its distance from the lowest one used, plus 1. The known flaw of the letters, a
    rest of world that shrinks with every segment drawn, can't arise: here they share out scenarios only,
    and each scenario has its rest of world set apart.
    """
    read = _letter if vote.method == "oconnor" else _number
    values = {scenario: read(scenario, text) for scenario, text in vote.values.items()}
    if vote.method == "oconnor" and values:
        lowest = max(values.values())
        values = {scenario: lowest - value + 1 for scenario, value in values.items()}
    total = fsum(values.values())
    if vote.method == "mattson" and abs(total - POINTS) > POINTS_TOLERANCE:
        raise InvalidInput(f"values: the points sum to {total:g}, not {POINTS:g}; change them so that they do.",
                           field="values", sum=total)  # fmt: skip
    if total <= 0:
        raise InvalidInput("values: at least one scenario must have more than 0.", field="values")
    return {scenario: value / total for scenario, value in values.items()}


def consensus(votes: Iterable[Vote]) -> dict[str, float]:
    """The mean of all shares by scenario; they sum to 1.

    Where a scenario came later than some of the votes, its mean is over those who spoke of it, and the
    whole is scaled to 1 again, so that silence never counts against it.
    """
    given = _by_scenario(votes)
    means = {scenario: fsum(share for _, share in held) / len(held) for scenario, held in given.items()}
    total = fsum(means.values())
    return {scenario: mean / total for scenario, mean in means.items()}


def disagreement(votes: Iterable[Vote]) -> dict[str, Disagreement]:
    """How far apart people are, by scenario."""
    out: dict[str, Disagreement] = {}
    for scenario, held in _by_scenario(votes).items():
        values = [share for _, share in held]
        mean = fsum(values) / len(values)
        out[scenario] = Disagreement(
            lowest=min(values), highest=max(values),
            standard_deviation=sqrt(fsum((v - mean) ** 2 for v in values) / len(values)),
            lowest_by=tuple(who for who, share in held if share == min(values)),
            highest_by=tuple(who for who, share in held if share == max(values)),
        )  # fmt: skip
    return out


def _by_scenario(votes: Iterable[Vote]) -> dict[str, list[tuple[str, float]]]:
    given: dict[str, list[tuple[str, float]]] = {}
    for vote in votes:
        for scenario, share in shares(vote).items():
            given.setdefault(scenario, []).append((vote.voter, share))
    return given


def _number(scenario: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (isfinite(value) and value >= 0):
        raise InvalidInput(f'values: "{text}" for {scenario} is not a number of 0 or more.', field="values")
    return value


def _letter(scenario: str, text: str) -> float:
    letter = text.strip().upper()
    if len(letter) != 1 or letter not in LETTERS:
        raise InvalidInput(
            f'values: "{text}" for {scenario} is not a letter from A (very likely) to I (very unlikely).',
            field="values",
        )
    return float(LETTERS.index(letter))


@event("scenarios_voted")
class ScenariosVoted(Event):
    """How a person weighs the scenarios; under the id of that person's earlier vote, which it replaces."""

    id: str
    voter: PersonalText
    method: VoteMethod
    values: dict[str, str]

    def says(self) -> str:
        """Sentence for the log."""
        given = ", ".join(f"{k} {v}" for k, v in self.values.items())
        return f"Vote {self.id}: {self.voter} weighed the scenarios ({self.method}): {given}."


@folds(ScenariosVoted, "scenarios")
def _voted(scenarios: Scenarios, fact: ScenariosVoted, origin: Origin) -> Scenarios:
    vote = Vote(**fact.__dict__, by=origin.by, at=origin.at)
    return scenarios.replace(votes={**scenarios.votes, vote.id: vote})


@command("vote_scenarios", "Say how one person weighs the scenarios; the latest vote of a person counts.", needs="plan")
class VoteScenarios(Command):
    """`values` by scenario id, all of them: 100 points, any scale, or letters A to I. No voter: who acts."""

    voter: str = ""
    method: VoteMethod
    values: dict[str, str]

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse unknown and forgotten scenarios, the rest of world, and values that are none."""
        if "rest_of_world" in self.values:
            raise InvalidInput(
                "values: the rest of world is no scenario; each scenario has its own share of it (set_scenarios).",
                field="values",
            )
        known = [s.id for s in state.scenarios.scenarios]
        if not known:
            raise RuleBroken("There are no scenarios to weigh yet; set_scenarios comes first.")
        if unknown := sorted(set(self.values) - set(known)):
            raise InvalidInput(
                f"values: no scenario is called {', '.join(unknown)}; there are {', '.join(known)}.", field="values"
            )
        if missing := [s for s in known if s not in self.values]:
            raise InvalidInput(f"values: {', '.join(missing)} is not weighed; say something of each.", field="values")
        voter = said(self.voter or context.by.name, "voter")
        votes = state.scenarios.votes
        earlier = [v.id for v in votes.values() if v.voter.lower() == voter.lower()]
        # by the vote's id and not by name: names can be erased, and then all would be one person's
        key = earlier[-1] if earlier else context.new_id("V", votes)
        values = {scenario: self.values[scenario].strip() for scenario in known}
        shares(Vote(id=key, voter=voter, method=self.method, values=values, by=context.by.id, at=context.at))
        return (ScenariosVoted(id=key, voter=voter, method=self.method, values=values),)


@command("adopt_votes", "Make the mean of all votes the weights of the scenarios before evidence.", needs="plan")
class AdoptVotes(Command):
    """The votes stay, and with them what people disagree on."""

    reason: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse while nobody has voted, or some scenario has no vote from anyone."""
        votes = state.scenarios.counted_votes()
        if not votes:
            raise RuleBroken("Nobody has voted on these scenarios yet; vote_scenarios comes first.")
        weights = consensus(votes)
        if missing := [s.id for s in state.scenarios.scenarios if s.id not in weights]:
            raise RuleBroken(f"Nobody has voted on {', '.join(missing)}; ask at least one person to weigh all.")
        # ids and not names: a reason stands in the chain for good
        reason = f"Consensus of {len(votes)} ({', '.join(f'{v.id} {v.method}' for v in votes)}). {self.reason}".strip()
        adopted = tuple(s.replace(weight=weights[s.id]) for s in state.scenarios.scenarios)
        return (ScenariosSet(scenarios=adopted, reason=reason),)
