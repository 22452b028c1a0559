"""Plans for when the map may be wrong or the subject hides: the worst case, search games, and what a mistake costs.

Knows mixtures of what is thought possible and the plans that hold against all of them, each with a proof. Refuses
to say which of them is true, or how wrong the weights may be: a person says that.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
from scipy.optimize import linprog

from wayhome.base.errors import InvalidInput
from wayhome.science.allocation import Allocation, allocation, check_at_least_0, water_filling

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

GAP = 1e-9  # of what there is to find: a plan proved so close to the best is called best
_MOST_STEPS = 1000
_MOST_CUTS = 120  # plans kept at a time; beyond, those that the least favourable weights do not rest on go
_TOWARDS = 0.3  # of the way from the best weights so far to the ones the cuts propose: whole steps zigzag
_LP_TOLERANCE = 1e-10
_SUM_TOLERANCE = 1e-9

Plan = TypeVar("Plan", bound=Hashable)
Place = TypeVar("Place", bound=Hashable)


@dataclass(frozen=True, kw_only=True, eq=False)
class RobustAllocation:
    """Effort by cell that does best where the scenarios weigh worst; in the unit of the weights given as POA.

    Attributes
    ----------
    effort : `[C]` or `[C, R]`, as the rate was given.
    pos : `[M]` POS of this effort if each scenario alone is true.
    worst : the least that its POS can be under any weights allowed; no plan's is above `worst + gap`.
    least_favourable : `[M]` weights, sum 1, under which no plan at all finds more than `worst + gap`.
    gap : >= 0, proved.
    """

    effort: Array
    pos: Array
    worst: float
    least_favourable: Array
    gap: float


def worst_case_allocation(
    poa: ArrayLike,
    rate: ArrayLike,
    effort: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    off_by: float = inf,
) -> RobustAllocation:
    """Best split of effort where the true weights of the scenarios are the worst of those that may be.

    Maximise the least of sum_m mu_m sum_i p_mi (1 - exp(-sum_j w_ij t_ij)) over all weights mu that may be.

    Parameters
    ----------
    poa : `[M, C]` >= 0, a row for each scenario: POA of the cells if it is true.
    rate, effort : as in `water_filling` (`[C]` and a number) or in `allocation` (`[C, R]` and `[R]`).
    weights : `[M]` >= 0, sum 1, as stated; None: all alike. A scenario of weight 0 stays out.
    off_by : >= 1. Each true weight lies between the stated one divided and multiplied by this: 1 gives the plan
        that finds most as expected, infinity one that holds whichever scenario is true.

    Raises
    ------
    InvalidInput : naming the field and the index.

    Notes
    -----
    What is found is concave in effort and linear in mu, so the worst case of one plan equals the best plan of the
    least favourable weights (minimax theorem): no drawing of lots between plans does better. Those weights minimise
    a convex function, the best that effort can find under them, whose slopes are what each scenario then yields.
    Cutting planes find them; the plans under the cuts, mixed by the prices of the linear program, find at least
    its value under all weights, which is the proof from below.

    A scenario which effort cannot serve (little POA on the cells, as where the subject left) makes all plans nearly
    equal in the worst case. Read `pos`, and leave such a scenario out or bound `off_by`. Where it can't be served at
    all, no plan's worst case is better than nothing, and the plan best as expected is the answer.
    """
    p, w = np.asarray(poa, np.float64), np.asarray(rate, np.float64)
    if p.ndim != 2 or not p.size:
        raise InvalidInput("poa needs one row for each scenario and one column for each cell.", field="poa")
    check_at_least_0(p, "poa")
    least, most = _allowed(weights, len(p), off_by)
    with np.errstate(over="ignore"):
        scale = float(p.sum(axis=1).max()) or 1.0
    if not isfinite(scale):
        raise InvalidInput("poa is too large to compute with; use other units.", field="poa")
    p = p / scale

    stated = _checked_weights(weights, len(p))
    at = lightest = stated
    bound, worst = inf, -inf
    spread, found = np.zeros_like(w), np.zeros(len(p))
    plans: list[Array] = []
    finds: list[Array] = []
    for _ in range(_MOST_STEPS):
        best = _best(at @ p, w, effort)
        if best.pos + best.gap < bound:
            bound, lightest = best.pos + best.gap, at
        plans.append(best.effort)
        finds.append(_found(p, w, best.effort))
        value = float(_heaviest_on_least(finds[-1], least, most) @ finds[-1])
        if value > worst:
            worst, spread, found = value, plans[-1], finds[-1]
        if bound - worst <= GAP:
            break
        solved = _saddle(np.array(finds), least, most)
        if solved is None:
            break
        proposed, mixture = solved
        on = np.flatnonzero(mixture)
        mixed = sum((mixture[i] * plans[i] for i in on), np.zeros_like(w))
        yields = _found(p, w, mixed)
        value = float(_heaviest_on_least(yields, least, most) @ yields)
        if value > worst:
            worst, spread, found = value, mixed, yields
        if bound - worst <= GAP:
            break
        if len(plans) > _MOST_CUTS:
            kept = sorted({*on.tolist(), *range(len(plans) // 2, len(plans))})
            plans, finds = [plans[i] for i in kept], [finds[i] for i in kept]
        at = lightest + _TOWARDS * (proposed - lightest)
    return RobustAllocation(
        effort=_frozen(spread),
        pos=_frozen(found * scale),
        worst=worst * scale,
        least_favourable=_frozen(lightest),
        gap=max(0.0, bound - worst) * scale,
    )


def worst_weighing(pos: ArrayLike, weights: ArrayLike | None = None, off_by: float = inf) -> tuple[float, Array]:
    """The least POS of any given plan under the weights that may be, and those weights `[M]`.

    `pos` `[M]` is the plan's POS if each scenario alone is true; `weights` and `off_by` as in
    `worst_case_allocation`.
    """
    found = np.asarray(pos, np.float64)
    if found.ndim != 1 or not found.size:
        raise InvalidInput("pos needs one number for each scenario.", field="pos")
    check_at_least_0(found, "pos")
    mu = _heaviest_on_least(found, *_allowed(weights, len(found), off_by))
    return float(mu @ found), mu


@dataclass(frozen=True, kw_only=True, eq=False)
class MatrixGame:
    """Mixed strategies of searcher and hider, and what they prove.

    Attributes
    ----------
    value : what `searcher` gets at least, whatever the hider does.
    searcher, hider : `[P]` and `[H]` probabilities of plans and of places, each of sum 1.
    gap : >= 0; against `hider` no searcher gets more than `value + gap`.
    """

    value: float
    searcher: Array
    hider: Array
    gap: float


def matrix_game(payoff: ArrayLike) -> MatrixGame:
    """The search game in which plan i against hiding place j is worth `payoff` `[P, H]` to the searcher.

    The searcher wants much, the hider little; where time is at stake give its negative. Solved as a linear program,
    proved by both strategies' guarantees.

    Raises
    ------
    InvalidInput : a table that is empty or not finite.
    """
    table = np.asarray(payoff, np.float64)
    if table.ndim != 2 or not table.size:
        raise InvalidInput("payoff needs one row for each plan and one column for each hiding place.", field="payoff")
    bad = np.argwhere(~np.isfinite(table))
    if len(bad):
        i, j = bad[0].tolist()
        raise InvalidInput(
            f"payoff[{i}][{j}] is {table[i, j]}; it must be a finite number.", field="payoff", index=[i, j]
        )
    low = float(table.min())
    with np.errstate(over="ignore"):
        width = float(table.max() - low) or 1.0
    if not isfinite(width):
        raise InvalidInput("payoff is too large to compute with; use other units.", field="payoff")
    places = table.shape[1]
    solved = _saddle((table - low) / width, np.zeros(places), np.ones(places))
    assert solved is not None, "a finite game has a solution"
    hider, searcher = solved
    value = float((searcher @ table).min())
    return MatrixGame(
        value=value,
        searcher=_frozen(searcher),
        hider=_frozen(hider),
        gap=max(0.0, float((table @ hider).max()) - value),
    )


@dataclass(frozen=True, kw_only=True)
class MixedPlan(Generic[Plan, Place]):
    """Plans and hiding places with their probabilities, each of sum 1; `value` and `gap` as in `MatrixGame`."""

    value: float
    plans: Mapping[Plan, float]
    places: Mapping[Place, float]
    gap: float


def mixed_plan(
    payoff: Callable[[Plan, Place], float],
    best_plan: Callable[[Mapping[Place, float]], Plan],
    worst_place: Callable[[Mapping[Plan, float]], Place],
    first: tuple[Plan, Place],
    *,
    most_steps: int = _MOST_STEPS,
) -> MixedPlan[Plan, Place]:
    """A search game with more plans and hiding places than can be listed: both sides answer until nothing is gained.

    Parameters
    ----------
    payoff : what a plan is worth to the searcher against a hiding place.
    best_plan : the plan worth most against probabilities of places.
    worst_place : the place where probabilities of plans are worth least.
    first : a plan and a place to begin with.
    most_steps : at least 1; where they run out the gap tells how far the answer is from the best.

    Notes
    -----
    Rows and columns are generated: the game of those known is solved, either side adds its best answer. The gap is a
    proof as far as the two answers are truly best; an approximate one proves nothing.
    """
    if most_steps < 1:
        raise InvalidInput(f"most_steps is {most_steps}; at least 1 is needed.", field="most_steps")
    plans, places = [first[0]], [first[1]]
    table = np.array([[payoff(*first)]])
    value, bound = -inf, inf
    searcher: dict[Plan, float] = {}
    hider: dict[Place, float] = {}
    for _ in range(most_steps):
        game = matrix_game(table)
        by_plan, by_place = _likely(plans, game.searcher), _likely(places, game.hider)
        plan, place = best_plan(by_place), worst_place(by_plan)
        most = sum(share * payoff(plan, there) for there, share in by_place.items())
        least = sum(share * payoff(one, place) for one, share in by_plan.items())
        if most < bound:
            bound, hider = most, by_place
        if least > value:
            value, searcher = least, by_plan
        is_new_plan, is_new_place = plan not in plans, place not in places
        if bound - value <= GAP * max(1.0, abs(value)) or not (is_new_plan or is_new_place):
            break
        if is_new_plan:
            plans.append(plan)
            table = np.vstack([table, [payoff(plan, there) for there in places]])
        if is_new_place:
            places.append(place)
            table = np.column_stack([table, [payoff(one, place) for one in plans]])
    return MixedPlan(value=value, plans=searcher, places=hider, gap=max(0.0, bound - value))


@dataclass(frozen=True, kw_only=True, eq=False)
class Truth:
    """What may be true instead: POA `[C]` >= 0, and a factor >= 0 on every rate (.5: half the sweep width)."""

    name: str
    poa: ArrayLike
    rate_factor: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Regret:
    """What a plan loses if a truth holds that it was not made for.

    Attributes
    ----------
    had : POS of the plan under that truth.
    best : the most that the same means could have found, had the truth been known.
    regret : best - had, >= 0.
    share : of `best` that is lost [0, 1]; 0 where there was nothing to find.
    """

    name: str
    had: float
    best: float
    regret: float
    share: float


def regrets(
    coverage: ArrayLike,
    truths: Sequence[Truth],
    rate: ArrayLike,
    effort: ArrayLike,
    best_of_its_kind: Callable[[Truth], float] | None = None,
) -> tuple[Regret, ...]:
    """What a plan loses under each of several truths, beside the best that the same resources could have done.

    Parameters
    ----------
    coverage : `[C]` >= 0 that the plan lays on each cell or segment, as was assumed when it was made.
    truths : what may be true instead; for any map there is one under which another plan does better.
    rate, effort : the resources at their assumed rates, as in `worst_case_allocation`; for whole teams the coverage of
        each in each segment `[S, K]`, and ones.
    best_of_its_kind : POS of the best plan of the same kind (whole teams, say) under a truth. None: effort that
        splits at will, which no plan can beat.

    Raises
    ------
    InvalidInput : naming the field and the index; and a plan that finds more than its resources can.
    """
    laid = np.asarray(coverage, np.float64)
    if laid.ndim != 1 or not laid.size:
        raise InvalidInput("coverage needs one number for each cell.", field="coverage")
    check_at_least_0(laid, "coverage")
    w = np.asarray(rate, np.float64)
    out = []
    for i, truth in enumerate(truths):
        p = np.asarray(truth.poa, np.float64)
        if p.shape != laid.shape:
            raise InvalidInput(
                f"truths[{i}] ({truth.name}) has POA of shape {p.shape}; the plan covers {laid.size} cells.",
                field="truths", index=i,
            )  # fmt: skip
        check_at_least_0(p, f"truths[{i}].poa")
        if not (isfinite(truth.rate_factor) and truth.rate_factor >= 0.0):
            raise InvalidInput(
                f"truths[{i}] ({truth.name}) has a rate_factor of {truth.rate_factor}; write a number of at least 0.",
                field="truths", index=i,
            )  # fmt: skip
        had = float(p @ -np.expm1(-truth.rate_factor * laid))
        split = _best(p, truth.rate_factor * w, effort)
        if had > split.pos + split.gap + GAP * float(p.sum()):
            raise InvalidInput(
                f"Under {truth.name} the plan finds {had:.6g}, more than its resources can ({split.pos:.6g}): give "
                "the rate and effort of the resources that lay its coverage.",
                field="coverage",
            )
        best = split.pos + split.gap if best_of_its_kind is None else best_of_its_kind(truth)
        best = max(best, had)  # the plan is one of its kind
        lost = best - had
        out.append(Regret(name=truth.name, had=had, best=best, regret=lost, share=lost / best if best > 0.0 else 0.0))
    return tuple(out)


def _best(poa: Array, rate: Array, effort: ArrayLike) -> Allocation:
    """The best split of effort on one map."""
    if rate.ndim != 1:
        return allocation(poa, rate, effort)
    if np.ndim(effort):
        raise InvalidInput("effort is one number where rate is [C]; for several resources give rate as [C, R].")
    return water_filling(poa, rate, np.asarray(effort, np.float64).item())


def _found(p: Array, w: Array, effort: Array) -> Array:
    """POS `[M]` of effort under each scenario alone."""
    covered = w * effort if w.ndim == 1 else np.einsum("ij,ij->i", w, effort)
    found: Array = p @ -np.expm1(-covered)
    return found


def _saddle(finds: Array, least: Array, most: Array) -> tuple[Array, Array] | None:
    """Weights `[M]` that hold the best of the plans `finds` `[K, M]` lowest, and the mixture `[K]` that answers them.

    A linear program: minimise v with finds @ mu <= v, least <= mu <= most, sum of mu = 1; its prices are the mixture.
    """
    n, m = finds.shape
    solved = linprog(
        np.r_[np.zeros(m), 1.0],
        A_ub=np.c_[finds, -np.ones(n)],
        b_ub=np.zeros(n),
        A_eq=np.r_[np.ones(m), 0.0][None],
        b_eq=[1.0],
        bounds=[*zip(least, most, strict=True), (None, None)],
        method="highs-ds",
        options={"primal_feasibility_tolerance": _LP_TOLERANCE, "dual_feasibility_tolerance": _LP_TOLERANCE},
    )
    if solved.x is None:
        return None
    mu: Array = np.clip(solved.x[:m], least, most)
    mixture: Array = np.maximum(0.0, -solved.ineqlin.marginals)
    return mu / mu.sum(), mixture / mixture.sum()


def _heaviest_on_least(found: Array, least: Array, most: Array) -> Array:
    """Weights `[M]` between `least` and `most`, sum 1, with as much as may be on what finds least."""
    mu = least.copy()
    left = 1.0 - float(least.sum())
    for m in np.argsort(found, kind="stable"):
        more = min(left, float(most[m] - least[m]))
        mu[m] += more
        left -= more
    return mu


def _allowed(weights: ArrayLike | None, scenarios: int, off_by: float) -> tuple[Array, Array]:
    """Least and greatest weight `[M]` of each scenario."""
    stated = _checked_weights(weights, scenarios)
    if not off_by >= 1.0:
        raise InvalidInput(
            f"off_by is {off_by}; write a factor of at least 1, 1 where the weights are sure.", field="off_by"
        )
    most = np.where(stated > 0.0, 1.0, 0.0) if off_by == inf else np.minimum(1.0, stated * off_by)
    return stated / off_by, most


def _checked_weights(weights: ArrayLike | None, scenarios: int) -> Array:
    if weights is None:
        return np.full(scenarios, 1.0 / scenarios)
    stated = np.array(weights, np.float64)
    if stated.shape != (scenarios,):
        raise InvalidInput(
            f"weights has shape {stated.shape}; give one for each of {scenarios} scenarios.", field="weights"
        )
    check_at_least_0(stated, "weights")
    total = float(stated.sum())
    if abs(total - 1.0) > _SUM_TOLERANCE:
        raise InvalidInput(f"weights sum to {total:.6g}; write weights of sum 1.", field="weights")
    return stated / total


def _likely(of: Sequence[Plan], chances: Array) -> dict[Plan, float]:
    return {one: float(chance) for one, chance in zip(of, chances, strict=True) if chance > 0.0}


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array
