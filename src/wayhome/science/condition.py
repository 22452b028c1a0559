"""In what state the subject is: on the move, still but able to answer, unresponsive, dead, or hiding.

Knows how the state shifts with time and what a failed search says of it. Refuses to multiply averaged PODs: what
the passes share is summed over at the end (THEORY 12). Most of its numbers are this project's own choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import exp, fsum, isfinite
from typing import Any, Literal, get_args

import numpy as np

from wayhome.base.errors import InvalidInput
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.science.behavior import subject_category
from wayhome.science.detection import pod_cumulative, pod_random
from wayhome.science.survival import curve, survival, why_unknown
from wayhome.science.tables import table

State = Literal["mobile_responsive", "immobile_responsive", "unresponsive", "dead", "hiding"]
Kind = Literal[
    "lost", "despondent", "runaway", "evading", "medical", "influenced", "taken", "left_by_vehicle", "not_missing"
]
STATES: tuple[State, ...] = get_args(State)
STAND_IN = "hiker"  # whose figures serve where a category has none of its own


def _own(value: float, unit: str, doubt: str) -> Sourced:
    return Sourced(value=value, unit=unit, source="wayhome", doubt=doubt)


UNRESPONSIVE_H = _own(
    72.0, "h", "Time scale on which a still subject stops answering; 24 to 300 h, by weather and injury."
)
ALIVE_HALVING_H = _own(240.0, "h", "After the last published hour the share alive halves so often; 72 to 720 h.")
CHILD_HIDING = _own(0.1, "1", "Share of lost young children who hide from searchers; .02 to .4.")
_CHILDREN = ("child_1_3", "child_4_6", "child_7_9", "child_10_12")


class _Habit(Record):
    """How a kind of scenario differs from being lost; None takes the published tables."""

    hiding: Sourced
    alive: Sourced | None = None
    moving: Sourced | None = None


_UNHARMED = _own(0.98, "1", "Nobody harms them; .9 to 1.")
_RESTING = _own(0.5, "1", "On the move half of the time, at rest otherwise; .2 to .8.")
_OPEN = _own(0.02, "1", "Lost adults hardly hide; 0 to .1.")
_HABITS: dict[Kind, _Habit] = {
    "lost": _Habit(hiding=_OPEN),
    "medical": _Habit(hiding=_OPEN),
    "despondent": _Habit(
        hiding=_own(0.3, "1", "Many do not answer; .1 to .6."),
        alive=_own(0.6, "1", "Held at every hour; .3 to .9."),
    ),
    "runaway": _Habit(hiding=_own(0.5, "1", ".2 to .8."), alive=_UNHARMED, moving=_RESTING),
    "evading": _Habit(hiding=_own(0.7, "1", ".4 to .95."), alive=_UNHARMED, moving=_RESTING),
    "influenced": _Habit(hiding=_own(0.5, "1", ".1 to .9."), alive=_UNHARMED, moving=_RESTING),
    "taken": _Habit(
        hiding=_own(0.9, "1", "Kept from view by others; .5 to 1."),
        alive=_own(0.8, "1", "Held at every hour; .3 to 1."),
        moving=_RESTING,
    ),
    "left_by_vehicle": _Habit(hiding=_OPEN, alive=_UNHARMED, moving=_RESTING),
    "not_missing": _Habit(hiding=_OPEN, alive=_UNHARMED, moving=_RESTING),
}


class Condition(Record):
    """Probabilities [0, 1] of the subject's states, which sum to 1, and what they rest on.

    Hiding is alive, able to answer and unwilling; the first two states answer a call.
    """

    mobile_responsive: float
    immobile_responsive: float
    unresponsive: float
    dead: float
    hiding: float
    caveats: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse what is no probability."""
        values = self.probabilities()
        if not all(isfinite(p) and p >= 0.0 for p in values) or abs(fsum(values) - 1.0) > 1e-9:
            raise InvalidInput(
                f"The states of the subject sum to {fsum(values):.6g}; they must be shares that sum to 1."
            )

    def probabilities(self) -> tuple[float, ...]:
        """Probability of each of `STATES`, in that order."""
        return tuple(getattr(self, state) for state in STATES)

    @property
    def alive(self) -> float:
        """Probability [0, 1] of being alive."""
        return 1.0 - self.dead

    @property
    def responsive(self) -> float:
        """Probability [0, 1] of answering a call."""
        return self.mobile_responsive + self.immobile_responsive


def mobile_share(category: str, hours: float, ecoregion: str | None = None) -> tuple[float, tuple[str, ...]]:
    """Share [0, 1] still on the move `hours` >= 0 after being last seen, and caveats.

    Straight lines between the published quantiles, with an atom: where the first quantile is 0, a quarter never
    moved (the published Weibull fits have no atom and are not used). Beyond the 95 % quantile the rest stops
    exponentially, on the scale of the step from 75 to 95 %: a choice of this project.
    """
    rows, caveats = table("mobility")["row"], []
    row = next((r for r in rows if category in r["categories"]), None)
    if row is None:
        row = next(r for r in rows if STAND_IN in r["categories"])
        caveats.append(f"There is no published mobility of {_words(category)}; that of a {STAND_IN} stands in.")
    factors = [f for f in table("mobility")["factor"] if (f["category"], f["ecoregion"]) == (category, ecoregion)]
    for factor in factors:
        caveats.append(f"Mobile times are taken {factor['time_factor']:g} times as long. {factor['doubt']}")
    quantiles = [q * float(np.prod([f["time_factor"] for f in factors])) for q in row["quantiles_h"]]
    levels = table("mobility")["levels"]
    if hours >= quantiles[-1]:
        tail = exp(-(hours - quantiles[-1]) / (quantiles[-1] - quantiles[-2]))
        return (1.0 - levels[-1]) * tail, tuple(caveats)
    points = [(0.0, 0.0), *zip(quantiles, levels, strict=True)]
    for (a, low), (b, high) in pairwise(points):
        if a <= hours < b:
            return 1.0 - (low + (high - low) * (hours - a) / (b - a)), tuple(caveats)
    raise AssertionError("the quantiles of a row rise")


def alive_share(category: str, hours: float) -> tuple[float, tuple[str, ...]]:
    """Share [0, 1] alive of those lost and still missing after `hours` >= 0, and caveats.

    `survival` where somebody counted. Beyond its last hour the share halves every `ALIVE_HALVING_H`, and a
    category without figures borrows those of a hiker: both own choices, told in the caveats.
    """
    key, caveats = category, []
    if not curve(category):
        key = STAND_IN
        caveats.append(f"{why_unknown(category, hours)} The figures of a {STAND_IN} stand in and may be far off.")
    last = curve(key)[-1]
    found = survival(key, min(hours, last.hours))
    assert found is not None
    caveats += found.caveats
    if hours <= last.hours:
        return found.p_alive, tuple(caveats)
    caveats.append(f"{why_unknown(key, hours)} The share alive is let fall by half every {ALIVE_HALVING_H.value:g} h.")
    return found.p_alive * 0.5 ** ((hours - last.hours) / ALIVE_HALVING_H.value), tuple(caveats)


def condition(category: str, hours: float, kind: Kind = "lost", *, ecoregion: str | None = None) -> Condition:
    """State of a subject still missing `hours` >= 0 after being last seen, by scenario.

    A chain on the move -> still -> unresponsive -> dead: the dead are 1 - `alive_share`; on the move are
    `mobile_share`, at most those alive; of the others alive 1 - exp(-t / `UNRESPONSIVE_H`) no longer answer; a
    share of those who could answer hides. Scenarios other than lost or medical differ by own choices.
    """
    if kind not in _HABITS:
        raise InvalidInput(f'There is no scenario of kind "{kind}"; use one of {", ".join(_HABITS)}.', field="kind")
    if not (isfinite(hours) and hours >= 0.0):
        raise InvalidInput(f"Hours since last seen must be at least 0, not {hours}.", hours=hours)
    key, _ = subject_category(category)
    key = category if key == "pooled" else key
    habit = _HABITS[kind]
    caveats = [
        "The subject's state is a broad judgement: shares unresponsive and hiding are this project's own choice."
    ]
    if habit.alive is None:
        alive, told = alive_share(key, hours)
        caveats += told
    else:
        alive = habit.alive.value
        caveats.append(f"A subject {_words(kind)} is taken as alive with {alive:g} at every hour. {habit.alive.doubt}")
    if habit.moving is None:
        mobile, told = mobile_share(key, hours, ecoregion)
        caveats += told
        unresponsive = 1.0 - exp(-hours / UNRESPONSIVE_H.value)
    else:
        mobile, unresponsive = alive * habit.moving.value, 0.0
    mobile = min(mobile, alive)
    still = (alive - mobile) * (1.0 - unresponsive)
    hides = CHILD_HIDING.value if kind == "lost" and key in _CHILDREN else habit.hiding.value
    return Condition(
        mobile_responsive=(1.0 - hides) * mobile,
        immobile_responsive=(1.0 - hides) * still,
        unresponsive=(alive - mobile) * unresponsive,
        dead=1.0 - alive,
        hiding=hides * (mobile + still),
        caveats=tuple(dict.fromkeys(caveats)),
    )


def missed(of: Condition, pod_by_state: Mapping[State, float]) -> Condition:
    """The state after a search of the subject's own place that found nothing: Bayes by 1 - POD of each state.

    A state that is not named was not looked for: POD 0.
    """
    pods = _pods(pod_by_state)
    left = {state: p * (1.0 - pod) for state, p, pod in zip(STATES, of.probabilities(), pods, strict=True)}
    total = fsum(left.values())
    if not total > 0.0:
        raise InvalidInput("This search could not have failed in any state; lower its POD.")
    return of.replace(**{state: value / total for state, value in left.items()})


def pod_average(of: Condition, pod_by_state: Mapping[State, float]) -> float:
    """POD [0, 1] of one pass for a subject in that condition. Of several passes never multiply this one."""
    return pod_repeated(of, [pod_by_state])


def pod_repeated(of: Condition, passes: Sequence[Mapping[State, float]]) -> float:
    """POD [0, 1] of several passes over one subject, whose state stays the same between them (THEORY 12)."""
    return pod_cumulative(np.array([_pods(pods) for pods in passes]).reshape(-1, len(STATES)), of.probabilities())


def pod_shared(coverages: Sequence[float], factors: Sequence[float], weights: Sequence[float]) -> float:
    """POD [0, 1] of several passes that share a doubt about W: each coverage >= 0 is off by the same factor.

    `factors` `[M]` > 0 are what the true sweep width may be of the assumed one, with `weights` `[M]` that sum to
    1; POD 1 - exp(-C) in each case, multiplied out before the mean (THEORY 12).
    """
    if not all(isfinite(f) and f > 0.0 for f in factors):
        raise InvalidInput("A factor on the sweep width is a number above 0.")
    return pod_cumulative(
        pod_random(np.multiply.outer(np.asarray(coverages, float), np.asarray(factors, float))), weights
    )


def _pods(pod_by_state: Mapping[State, float]) -> list[float]:
    unknown = set(pod_by_state) - set(STATES)
    if unknown:
        raise InvalidInput(f"{', '.join(sorted(unknown))} is no state of a subject; use {', '.join(STATES)}.")
    pods = [float(pod_by_state.get(state, 0.0)) for state in STATES]
    if not all(0.0 <= pod <= 1.0 for pod in pods):
        raise InvalidInput("POD must be a fraction from 0 to 1 for every state.")
    return pods


def _words(name: Any) -> str:
    return str(name).replace("_", " ")
