"""Has the subject left: by which boundary, when, and how sure can we be when nobody was noticed crossing.

Knows crossings, watches and Bayes' rule. Refuses to read a growing rest of world as evidence of leaving: that
grows by arithmetic alone when searches fail (FIELD 1.13), and stands beside the verdict, never in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum, isfinite, prod
from typing import TYPE_CHECKING

import numpy as np

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.quantity import percent
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.science.belief import SUM_TOLERANCE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

WAYS = ("before the watch", "through a gap", "missed by the watch")
BEFORE_WATCH, GAP, MISSED = range(len(WAYS))
EVADER_QUALITY_FACTOR = Sourced(
    value=0.5,
    unit="times the quality of the watch",
    source="wayhome",
    doubt="Nobody measured how much better one who does not want to be seen passes a watch; try 0.2 to 1.",
)
HOUR_S = 3600.0
# How a probability is put in words: this project's own scale, the highest level that is reached counts.
_VERDICTS = (
    (0.95, "has almost certainly left"),
    (0.75, "has probably left"),
    (0.25, "may have left or not: the evidence does not decide it"),
    (0.05, "has probably not left"),
    (0.0, "has almost certainly not left"),
)
_ALL_NOTICED = (
    "Under every scenario somebody would have been noticed crossing, and nobody was: lower the quality of a watch, "
    "or add the scenario that explains it."
)


class Watch(Record):
    """A boundary under watch from `since_s` to before `until_s`, seconds since the IPP time.

    Attributes
    ----------
    quality : chance [0, 1] that a crossing *by this subject* is noticed while the watch stands.
    since_s, until_s : None where the watch stood from the first, or stands still.
    """

    quality: float
    since_s: float | None = None
    until_s: float | None = None

    def check(self) -> None:
        """Refuse what is no chance, and a watch that ends before it begins."""
        if not 0.0 <= self.quality <= 1.0:
            raise InvalidInput(f"The quality of a watch is a fraction from 0 to 1, not {self.quality}.")
        if self.since_s is not None and self.until_s is not None and not self.since_s < self.until_s:
            raise InvalidInput("A watch must end after it begins; change since or until.")


class Boundary(Record):
    """A line whose crossing matters; beyond an outer one the subject has left, a river within is not outer."""

    id: str
    name: str
    watches: tuple[Watch, ...] = ()
    is_outer: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class Departed:
    """What one scenario says of leaving, now that nobody was noticed crossing.

    Attributes
    ----------
    boundaries : `B` as given.
    weights : `N` of the walkers after the report, sum 1; empty for a scenario without walkers.
    left : `B, 3, T` probability of having left by boundary, way (`WAYS`) and hour since the IPP time, up
        to the hour of the last to leave.
    left_unknown : probability [0, 1] of having left, nobody knows where or when.
    inside : probability [0, 1] of not having left; with `left` and `left_unknown` it sums to 1.
    evidence : probability [0, 1] of the report given the scenario: the factor for its weight.
    """

    boundaries: tuple[Boundary, ...]
    weights: Array
    left: Array
    left_unknown: float
    inside: float
    evidence: float

    @property
    def probability_left(self) -> float:
        """Probability [0, 1] of having left, given the scenario and the report."""
        return float(self.left.sum()) + self.left_unknown


Part = tuple[str, float, Departed]  # scenario id, weight before the watches' report, what it says of leaving


def departed(
    crossed_at_s: ArrayLike,
    weights: ArrayLike,
    boundaries: Sequence[Boundary],
    now_s: float,
    *,
    quality_factor: float = 1.0,
) -> Departed:
    """Who left, of the walkers of one scenario, when nobody was noticed crossing until `now_s`.

    Parameters
    ----------
    crossed_at_s : `[N, B]` seconds since the IPP time of each walker's first crossing of each boundary, at least
        0; inf where there is none. Crossings after `now_s` are still to come and count as none.
    weights : `[N]` of the walkers, sum 1: positive evidence and failed searches arrive in them.
    now_s : seconds since the IPP time up to which the watches reported.
    quality_factor : at least 0, on every quality; below 1 for one who hides (`EVADER_QUALITY_FACTOR`).

    Notes
    -----
    A crossing of b at tau keeps the weight 1 - q_b(tau) [a watch stands at tau] (THEORY 12), for inner boundaries
    too; a walker left by the first outer boundary that it crossed. Where watches of one boundary overlap the best
    one counts, for nobody knows whether they miss independently. A boundary that was never watched has all its
    crossings before the watch. Where the report is impossible `evidence` is 0 and the weights stay as they were.

    Raises
    ------
    MismatchError : shapes that do not fit.
    InvalidInput : times or weights that cannot be.
    """
    boundaries = tuple(boundaries)
    if not (isfinite(now_s) and now_s >= 0.0):
        raise InvalidInput(f"The report is of {now_s} s after the IPP time; write a number of at least 0.")
    if not (isfinite(quality_factor) and quality_factor >= 0.0):
        raise InvalidInput(f"The factor on the watches' quality is a number of at least 0, not {quality_factor}.")
    at_s, prior = _walkers(crossed_at_s, weights, len(boundaries))

    keep = np.ones(len(prior))
    way = np.zeros(at_s.shape, np.int8)
    for b, boundary in enumerate(boundaries):
        crossers = np.flatnonzero(at_s[:, b] <= now_s)
        chance, way[crossers, b] = _watched(boundary, at_s[crossers, b], quality_factor)
        keep[crossers] *= 1.0 - chance
    evidence = float(prior @ keep)
    after = prior * keep / evidence if evidence > 0.0 else prior.copy()

    left = np.zeros((len(boundaries), len(WAYS), 1))
    outer = np.flatnonzero([boundary.is_outer for boundary in boundaries])
    inside = float(after.sum())
    if outer.size:
        first = outer[np.argmin(at_s[:, outer], axis=1)]
        first_s = at_s[np.arange(len(prior)), first]
        gone = np.flatnonzero(first_s <= now_s)
        hour = (first_s[gone] // HOUR_S).astype(np.int64)
        hours = int(hour.max(initial=0)) + 1
        place = (first[gone] * len(WAYS) + way[gone, first[gone]]) * hours + hour
        shape = (len(boundaries), len(WAYS), hours)
        left = np.asarray(np.bincount(place, after[gone], prod(shape)), np.float64).reshape(shape)
        inside = float(after.sum(where=first_s > now_s))
    after.flags.writeable = left.flags.writeable = False
    return Departed(boundaries=boundaries, weights=after, left=left, left_unknown=0.0, inside=inside, evidence=evidence)


def departed_static(share_left: float, *, noticed: float = 0.0) -> Departed:
    """The same for a scenario without walkers, which says only what share [0, 1] left, somewhere and some time.

    `noticed` [0, 1] is the chance that the watches would have noticed such a leaving; at 0 their silence says
    nothing, for the place is unknown.
    """
    if not (0.0 <= share_left <= 1.0 and 0.0 <= noticed <= 1.0):
        raise InvalidInput(f"The share that left ({share_left}) and the chance of notice ({noticed}) are fractions.")
    evidence = 1.0 - share_left * noticed
    left = share_left * (1.0 - noticed) / evidence if evidence > 0.0 else share_left
    return Departed(
        boundaries=(),
        weights=np.empty(0),
        left=np.empty((0, len(WAYS), 1)),
        left_unknown=left,
        inside=1.0 - left,
        evidence=evidence,
    )


def with_share(of: Departed, share_left: float) -> Departed:
    """A scenario of which a share [0, 1] was outside from the first, nobody knows by which way, the rest as `of`."""
    if not 0.0 <= share_left <= 1.0:
        raise InvalidInput(f"The share that left ({share_left}) is a fraction from 0 to 1.")
    evidence = share_left + (1.0 - share_left) * of.evidence
    if not evidence > 0.0:
        return of
    walking = (1.0 - share_left) * of.evidence / evidence
    return Departed(
        boundaries=of.boundaries,
        weights=of.weights,
        left=of.left * walking,
        left_unknown=share_left / evidence + of.left_unknown * walking,
        inside=of.inside * walking,
        evidence=evidence,
    )


class Way(Record):
    """Probability [0, 1] of having left by one boundary, in all and by way, and by hour since the IPP time."""

    boundary: str
    name: str
    is_watched: bool
    probability: float
    before_watch: float
    through_gap: float
    missed: float
    by_hour: tuple[float, ...]

    @property
    def half_by_hour(self) -> int:
        """The hour by whose end half of the probability of leaving here had left."""
        return int(np.searchsorted(np.cumsum(self.by_hour), 0.5 * self.probability)) + 1


class ScenarioShare(Record):
    """One scenario: weight before and after the watches' report, and probability of having left given it."""

    scenario: str
    weight_before: float
    weight_after: float
    probability_left: float


class DepartureBelief(Record):
    """Has the subject left, over all scenarios.

    Attributes
    ----------
    probability_left_evidence : [0, 1] by positive evidence and the watches only; the verdict rests on it.
    ways, left_unknown, scenarios : make up `probability_left_evidence`; ways with the most probable first.
    probability_left : [0, 1] with failed searches counted too, as good as their PODs; the same without them.
    rest_of_world : of the map, [0, 1]; a measure of effort and no evidence of leaving. None where not given.
    """

    probability_left_evidence: float
    ways: tuple[Way, ...]
    left_unknown: float
    scenarios: tuple[ScenarioShare, ...]
    probability_left: float
    rest_of_world: float | None = None


def combined(
    parts: Sequence[Part], *, searched: Sequence[Part] | None = None, rest_of_world: float | None = None
) -> DepartureBelief:
    """The belief over scenarios `(id, weight, Departed)`: w' = w P(report | s) / sum (w P(report | s)).

    Parameters
    ----------
    parts : made of positive evidence alone: weights of scenarios and of walkers without any failed search.
        Weights of at least 0, of any sum.
    searched : the same scenarios after the failed searches, where there were any.
    rest_of_world : of the map [0, 1], carried along.
    """
    after = _weights_after(parts)
    total = fsum(weight for _, weight, _ in parts)
    return DepartureBelief(
        probability_left_evidence=_probability_left(parts),
        ways=_ways(parts, after),
        left_unknown=fsum(w * part.left_unknown for w, (_, _, part) in zip(after, parts, strict=True)),
        scenarios=tuple(
            ScenarioShare(
                scenario=scenario,
                weight_before=weight / total,
                weight_after=w,
                probability_left=part.probability_left,
            )
            for w, (scenario, weight, part) in zip(after, parts, strict=True)
        ),
        probability_left=_probability_left(parts if searched is None else searched),
        rest_of_world=rest_of_world,
    )


class Sensitivity(Record):
    """What if: the probability [0, 1] of having left then, and its change."""

    what: str
    probability_left: float
    change: float


def sensitivity(
    redo: Callable[[float], Sequence[Part]], *, halved_pod: Sequence[Part] | None = None
) -> tuple[Sensitivity, ...]:
    """How the probability of having left would move, were what we rely on worse than we think.

    Parameters
    ----------
    redo : gives the parts anew with every watch's quality times a factor; 1 gives those that changes are told
        against, with or without failed searches.
    halved_pod : the parts with the weights that the scenarios would have, had every POD been half of what was
        said. Only for parts that count failed searches.

    Returns
    -------
    rows : every POD halved; watches half as good; no watch at all, as if all were one gap; and the weight of each
        scenario in which the subject can have left halved and doubled, the others sharing the rest.
    """
    parts = list(redo(1.0))
    base = _probability_left(parts)
    changed: list[tuple[str, Sequence[Part]]] = []
    if halved_pod is not None:
        changed.append(("every POD were half of what was said", halved_pod))
    changed.append(("the watches were half as good", redo(0.5)))
    changed.append(("no watch had stood at all", redo(0.0)))
    for i, (scenario, weight, part) in enumerate(parts):
        if part.probability_left > 0.0 and weight * part.evidence > 0.0:
            for factor, word in ((0.5, "half"), (2.0, "twice")):
                other = [*parts[:i], (scenario, factor * weight, part), *parts[i + 1 :]]
                changed.append((f'scenario "{scenario}" weighed {word} as much', other))
    return tuple(
        Sensitivity(what=what, probability_left=left, change=left - base)
        for what, left in ((what, _probability_left(other)) for what, other in changed)
    )


def reading(belief: DepartureBelief, rows: Sequence[Sensitivity] = ()) -> str:
    """What it means, in sentences for the one who decides, with what would change it.

    The words of the verdict follow `probability_left_evidence`; searches and rest of world only stand beside it.
    """
    left = belief.probability_left_evidence
    verdict = next(words for level, words in _VERDICTS if left >= level)
    said = [f"The subject {verdict} ({percent(left, 0)}, by positive evidence and by the silence of the watches)."]
    likely = [way for way in belief.ways if way.probability > 0.0]
    if likely:
        way = likely[0]
        said.append(
            f"The likeliest way out is {way.name} ({percent(way.probability, 0)}; {_manner(way)}), "
            f"half of that by hour {way.half_by_hour}."
        )
    if belief.left_unknown > 0.0:
        said.append(f"For {percent(belief.left_unknown, 0)} nobody can say by which boundary.")
    if abs(belief.probability_left - left) >= 0.005:
        said.append(
            f"With the failed searches counted it is {percent(belief.probability_left, 0)}; that part is only as good as "
            "the PODs that were claimed."
        )
    if belief.rest_of_world is not None:
        said.append(
            f"The rest of the world stands at {percent(belief.rest_of_world, 0)}: this tells how much was searched and is "
            "no evidence of leaving."
        )
    asks = [_ask(way) for way in likely[:1]]
    asks += [
        f"if {row.what}, {percent(row.probability_left - row.change, 0)} would become {percent(row.probability_left, 0)}"
        for row in sorted(rows, key=lambda row: -abs(row.change))[:2]
        if abs(row.change) >= 0.005
    ]
    asks.append("a confirmed sighting on either side of the boundary would outweigh all of this")
    said.append(f"What would change this: {'; '.join(asks)}.")
    return " ".join(said)


def _walkers(crossed_at_s: ArrayLike, weights: ArrayLike, n_boundaries: int) -> tuple[Array, Array]:
    """Crossings `[N, B]` and weights `[N]`, checked; weights made to sum to 1 exactly."""
    at_s, prior = np.asarray(crossed_at_s, np.float64), np.asarray(weights, np.float64)
    if prior.ndim != 1 or not prior.size or at_s.shape != (prior.size, n_boundaries):
        raise MismatchError(
            f"Crossings of shape {at_s.shape} do not fit {prior.size} walkers and {n_boundaries} boundaries; "
            "give one row for each walker and one column for each boundary."
        )
    if at_s.size and not at_s.min() >= 0.0:  # also true of NaN
        raise InvalidInput("A crossing lies before the IPP time or is no number; write inf where there was none.")
    total = float(prior.sum())
    if not (prior.min() >= 0.0 and abs(total - 1.0) <= SUM_TOLERANCE):
        raise InvalidInput(f"The walkers' weights sum to {total:.6g}; they must be at least 0 and sum to 1.")
    return at_s, prior / total


def _watched(boundary: Boundary, at_s: Array, factor: float) -> tuple[Array, NDArray[np.int8]]:
    """Chance `[N]` that crossings at those times were noticed, and the way `[N]` each one took."""
    chance, stands = np.zeros(at_s.size), np.zeros(at_s.size, np.bool_)
    begun = np.zeros(at_s.size, np.bool_)
    for watch in boundary.watches:
        since = np.ones(at_s.size, np.bool_) if watch.since_s is None else at_s >= watch.since_s
        on = since if watch.until_s is None else since & (at_s < watch.until_s)
        begun |= since
        stands |= on
        np.maximum(chance, min(1.0, factor * watch.quality), out=chance, where=on)
    return chance, np.where(stands, MISSED, np.where(begun, GAP, BEFORE_WATCH)).astype(np.int8)


def _weights_after(parts: Sequence[Part]) -> list[float]:
    """Scenario weights once the watches reported nobody."""
    if not parts:
        raise InvalidInput("A belief about leaving needs at least one scenario.")
    if len({scenario for scenario, _, _ in parts}) != len(parts):
        raise InvalidInput("Two parts are of the same scenario; give each scenario once.")
    if not all(isfinite(weight) and weight >= 0.0 for _, weight, _ in parts):
        raise InvalidInput("The weight of a scenario is a number of at least 0.")
    joint = [weight * part.evidence for _, weight, part in parts]
    total = fsum(joint)
    if not total > 0.0:
        raise InvalidInput(_ALL_NOTICED)
    return [j / total for j in joint]


def _probability_left(parts: Sequence[Part]) -> float:
    weights = _weights_after(parts)
    return min(1.0, fsum(w * part.probability_left for w, (_, _, part) in zip(weights, parts, strict=True)))


def _ways(parts: Sequence[Part], weights: Sequence[float]) -> tuple[Way, ...]:
    """All outer boundaries with their share over all scenarios, the most probable first."""
    held: dict[str, tuple[Boundary, Array]] = {}
    for weight, (_, _, part) in zip(weights, parts, strict=True):
        for boundary, mass in zip(part.boundaries, part.left, strict=True):
            if boundary.is_outer:
                _, sofar = held.get(boundary.id, (boundary, np.zeros((len(WAYS), 1))))
                both = np.zeros((len(WAYS), max(sofar.shape[1], mass.shape[1])))
                both[:, : sofar.shape[1]] += sofar
                both[:, : mass.shape[1]] += weight * mass
                held[boundary.id] = (boundary, both)
    ways = []
    for boundary, mass in held.values():
        by_way = mass.sum(axis=1)
        ways.append(
            Way(
                boundary=boundary.id,
                name=boundary.name,
                is_watched=bool(boundary.watches),
                probability=float(by_way.sum()),
                before_watch=float(by_way[BEFORE_WATCH]),
                through_gap=float(by_way[GAP]),
                missed=float(by_way[MISSED]),
                by_hour=tuple(np.trim_zeros(mass.sum(axis=0), "b").tolist()),
            )
        )
    return tuple(sorted(ways, key=lambda way: -way.probability))


def _manner(way: Way) -> str:
    if not way.is_watched:
        return "it was never watched"
    shares = zip((way.before_watch, way.through_gap, way.missed), WAYS, strict=True)
    return ", ".join(f"{percent(share, 0)} {words}" for share, words in shares if share > 0.0)


def _ask(way: Way) -> str:
    """What to find out about the likeliest way, by the manner in which most would have taken it."""
    if not way.is_watched:
        return f"whether anybody saw who passed {way.name}"
    most = max(way.before_watch, way.through_gap, way.missed)
    if most == way.before_watch:
        return f"whether anybody saw who passed {way.name} before the watch began"
    if most == way.through_gap:
        return f"whether anybody saw who passed {way.name} while the watch was away"
    return f"how surely the watch on {way.name} would have noticed this subject"
