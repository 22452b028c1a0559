"""Where effort goes when the subject moves: the best plan over several steps of time for a Markov subject.

Knows Brown's forward and backward recursions and Washburn's bound. Refuses a transition that makes people out of
nothing; what leaves the area leaves it undetected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from wayhome.base.errors import InvalidInput
from wayhome.science.allocation import numbers, water_filling

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

GAP = 1e-10  # of probability: a plan proved so close to the best is called best
SWEEPS = 5000
_SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class MovingPlan:
    """Effort `[T, C]` by step and cell, and what it is worth.

    `pnd` [0, 1] is the probability of not detecting the subject over all steps; no plan can have less than `bound`.
    `pnd_myopic` is that of the plan which finds most at every step as if it were the last.
    """

    effort: Array
    pnd: float
    bound: float
    pnd_myopic: float

    @property
    def gap(self) -> float:
        """pnd - bound >= 0."""
        return max(0.0, self.pnd - self.bound)


def moving_plan(
    prior: ArrayLike,
    transition: csr_array,
    rate: ArrayLike,
    effort: ArrayLike,
    stop: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda _: None,
) -> MovingPlan:
    """Best split of divisible effort over cells and steps against a subject who moves by a Markov chain.

    A plan is best iff for every step it is best for the stationary problem whose prior is the chance of being in each cell
    then, undetected at all *other* steps (Brown 1980). From the myopic plan, each step in turn is filled anew against
    that prior; the probability of non-detection never rises. Washburn's bound proves how far it can still fall.

    Parameters
    ----------
    prior : `[C]` >= 0 of sum up to 1, at step 1; what is missing is nowhere on the cells and never found
    transition : `[C, C]` >= 0, rows of sum up to 1; what is missing leaves undetected
    rate : `[C]` >= 0, coverage per unit of effort: POD = 1 - exp(-rate x effort)
    effort : `[T]` >= 0, spent or not, at each step
    stop : asked between steps; once true the plan so far comes with its bound
    say : told how far it is, ever more seldom
    """
    p, w, total = (np.asarray(a, np.float64) for a in (prior, rate, effort))
    leaks = np.maximum(1.0 - np.asarray(transition.sum(axis=1)).ravel(), 0.0)
    back = csr_array(transition.T)
    steps = len(total)
    plan = np.zeros((steps, len(p)))

    def fill(weight: Array, t: int) -> Array:
        return np.asarray(water_filling(weight, w, float(total[t])).effort)

    here = p
    for t in range(steps):
        if stop():
            break
        plan[t] = fill(here, t)
        here = back @ (here * np.exp(-w * plan[t]))
    pnd_myopic = pnd = bound = 0.0
    for sweep in range(SWEEPS + 1):
        after = np.ones((steps, len(p)))  # chance of going undetected after each step
        for t in range(steps - 2, -1, -1):
            after[t] = leaks + transition @ (after[t + 1] * np.exp(-w * plan[t + 1]))
        here, gone, slack = p, 1.0 - fsum(p), 0.0
        for t in range(steps):
            missed = here * np.exp(-w * plan[t])
            density = w * missed * after[t]
            slack += float(total[t] * density.max(initial=0.0) - density @ plan[t])
            gone += float(leaks @ missed) if t < steps - 1 else fsum(missed)
            here = back @ missed
        pnd = gone
        bound = max(bound, pnd - slack)
        if sweep == 0:
            pnd_myopic = pnd
        if pnd - bound <= GAP or sweep == SWEEPS or stop():
            break
        if sweep & (sweep - 1) == 0:
            say(f"sweep {sweep}: not found with {pnd:.9f}, no plan below {bound:.9f}")
        here = p
        for t in range(steps):
            if stop():
                break
            plan[t] = fill(here * after[t], t)
            here = back @ (here * np.exp(-w * plan[t]))
    return MovingPlan(effort=plan, pnd=pnd, bound=bound, pnd_myopic=pnd_myopic)


def solve_moving(
    payload: Any, stop: Callable[[], bool] = lambda: False, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """The answer of `wayhome solve moving` to its JSON (INTERFACES).

    Raises
    ------
    InvalidInput : naming the field and what to write instead.
    """
    wanted = {"prior", "transition", "rate", "effort_per_step"}
    if not isinstance(payload, Mapping) or set(payload) != wanted:
        raise InvalidInput(f"The input is an object with exactly {', '.join(sorted(wanted))}.")
    prior, rate, effort = (numbers(payload[name], name) for name in ("prior", "rate", "effort_per_step"))
    cells = len(prior)
    if not cells or len(rate) != cells or not effort:
        raise InvalidInput(
            f"prior has {cells} cells and rate {len(rate)}; give as many, and at least one step of effort."
        )
    if fsum(prior) > 1.0 + _SUM_TOLERANCE:
        raise InvalidInput(f"prior sums to {fsum(prior):.6g}; probabilities sum to 1 at most.", field="prior")
    transition = markov(payload["transition"], cells)
    best = moving_plan(prior, transition, rate, effort, stop, say)
    return {"effort": best.effort.tolist(), "pnd": best.pnd, "bound": best.bound, "gap": best.gap}


def markov(entries: object, cells: int) -> csr_array:
    """The target's chain `[C, C]` from a JSON list of [from, to, probability], cells counted from 0; what is missing
    from a row leaves the area.

    Raises
    ------
    InvalidInput : naming the entry or the cell.
    """
    if not isinstance(entries, list):
        raise InvalidInput("transition is a list of [from, to, probability].", field="transition")
    rows, columns, chances = [], [], []
    for number, entry in enumerate(entries):
        if not (
            isinstance(entry, list) and len(entry) == 3 and all(type(i) is int and 0 <= i < cells for i in entry[:2])
        ):
            raise InvalidInput(
                f"transition[{number}] is [from, to, probability], cells counted from 0 to {cells - 1}.",
                field="transition",
                index=number,
            )
        p = entry[2]
        if isinstance(p, bool) or not isinstance(p, int | float) or not 0.0 <= p <= 1.0 + _SUM_TOLERANCE:
            raise InvalidInput(
                f"transition[{number}] has the probability {p!r}; it lies in [0, 1].", field="transition", index=number
            )
        rows.append(entry[0])
        columns.append(entry[1])
        chances.append(float(p))
    transition = csr_array((chances, (rows, columns)), shape=(cells, cells))
    transition.sum_duplicates()
    sums = np.asarray(transition.sum(axis=1)).ravel()
    if (sums > 1.0 + _SUM_TOLERANCE).any():
        worst = int(sums.argmax())
        raise InvalidInput(
            f"transition: the ways out of cell {worst} sum to {sums[worst]:.6g}; 1 at most.",
            field="transition",
            index=worst,
        )
    return transition
