"""Best use of effort against a subject who stays: how much where, of one resource or of several.

Knows exponential detection, POD = 1 - exp(-coverage). Refuses to know ground, travel and people: rates and hours
arrive as numbers. Every answer carries a proof of how far from the best it can be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from wayhome.base.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

GAP_TARGET = 1e-11  # of what there is to gain; the promise is 1e-9 of the total weight
_MOST_STEPS = 200
_PROVE_EVERY = 8  # steps, while still far off
_EMPTY = 1e-6  # of the price of effort: a cell worth less than that
_DEEPEST = 60.0  # coverage beyond which what is left is no number beside the rest
_NO_USE = 1e-100  # coverage that is none
_CRUMB = 1e-40  # of the best find: below it effort does not help, and inverses overflow


@dataclass(frozen=True, kw_only=True, eq=False)
class Allocation:
    """Effort by cell and what it finds; all in the unit of the weights given as POA.

    `effort` is `[C]` or `[C, R]`, `dual` `[R]` the value of one more unit of each resource, `gap` >= 0 a proved bound
    on what any other allocation could find beyond `pos`. Arrays are read-only.
    """

    effort: Array
    pos: float
    residual: float
    dual: Array
    gap: float


def water_filling(poa: ArrayLike, rate: ArrayLike, effort: float) -> Allocation:
    """Best split of one divisible resource over cells: maximise sum of p (1 - exp(-w z)), sum of z = effort.

    Parameters
    ----------
    poa : `[C]` weights >= 0, any sum.
    rate : `[C]` coverage per unit of effort, W/A for track length or W*v*n/A for time.
    effort : >= 0. What cannot help (all rates 0) stays unspent.

    Notes
    -----
    z = max(0, ln(p w / dual) / w): effort goes where the next bit of it finds most (Charnes & Cooper 1958; Koopman).
    Exact, O(C log C).
    """
    p, w, total = _checked(poa, np.asarray(rate, np.float64).reshape(-1, 1), [effort])
    spread, dual = _filled(p, w[:, 0], float(total[0]))
    return _allocation(p, w, total, spread[:, None], np.array([dual]), single=True)


def allocation(
    poa: ArrayLike, rate: ArrayLike, effort: ArrayLike, stop: Callable[[], bool] = lambda: False
) -> Allocation:
    """Best split of several divisible resources, each with its own rates: Washburn's problem (JOTA 1995).

    Maximise sum of p_i (1 - exp(-sum_j w_ij t_ij)) with sum_i t_ij = effort_j. `poa` `[C]` >= 0 of any sum, `rate`
    `[C, R]` >= 0 per unit of effort, `effort` `[R]` >= 0; effort that can't help stays unspent. Told to `stop` it gives
    the best so far, whose `gap` is then larger.

    Notes
    -----
    A primal-dual interior point method whose Newton step is R x R; then proved by the Lagrangian dual: at prices
    lambda a cell buys from the resource with the least lambda/w only, so the bound costs one pass over the cells.
    """
    p, w, total = _checked(poa, rate, effort)
    on = _useful(p, w, total)
    cells, resources = np.flatnonzero(on.any(axis=1)), np.flatnonzero(on.any(axis=0))
    spread, dual = np.zeros_like(w), np.zeros(len(total))
    if len(resources) == 1:
        j = int(resources[0])
        spread[:, j], dual[j] = _filled(p, w[:, j], float(total[j]))
    elif len(resources):
        block = np.ix_(cells, resources)
        scaled = np.where(on[block], w[block] * total[resources], 0.0)
        weights = p[cells] / p.max()
        unit = min(float(weights.sum()), float((weights[:, None] * scaled).max(axis=0).sum()))
        shares, prices = _interior_point(weights / unit, scaled, stop)
        spread[block] = shares * total[resources]
        dual[resources] = prices * unit * p.max() / total[resources]
    return _allocation(p, w, total, spread, dual, single=False)


def solve_allocation(
    payload: Any, clock: Callable[[], float], stop: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    """The answer of `wayhome solve allocation` to its JSON (INTERFACES); `clock` gives seconds.

    Raises
    ------
    InvalidInput : naming the field and the index that is wrong.
    """
    began = clock()
    if not isinstance(payload, Mapping):
        raise InvalidInput('The input is an object with exactly "poa", "rate" and "effort".')
    unknown = set(payload) - {"poa", "rate", "effort"}
    missing = {"poa", "rate", "effort"} - set(payload)
    if unknown or missing:
        raise InvalidInput(
            'The input needs exactly "poa", "rate" and "effort"; '
            + "; ".join(
                f"{what} {', '.join(sorted(which))}"
                for what, which in (("missing:", missing), ("unknown:", unknown))
                if which
            )
            + ".",
            missing=sorted(missing),
            unknown=sorted(unknown),
        )
    effort = numbers(payload["effort"], "effort")
    poa = numbers(payload["poa"], "poa")
    if not isinstance(payload["rate"], list) or len(payload["rate"]) != len(poa):
        raise InvalidInput(f"rate needs {len(poa)} rows, one for each cell of poa.", field="rate")
    rate = [numbers(row, f"rate[{i}]") for i, row in enumerate(payload["rate"])]
    for i, row in enumerate(rate):
        if len(row) != len(effort):
            raise InvalidInput(
                f"rate[{i}] has {len(row)} numbers; effort has {len(effort)} resources.", field="rate", index=i
            )
    best = allocation(poa, np.reshape(rate, (len(poa), len(effort))), effort, stop)
    return {
        "effort": best.effort.tolist(),
        "pos": best.pos,
        "residual": best.residual,
        "dual": best.dual.tolist(),
        "gap": best.gap,
        "seconds": clock() - began,
    }


def _checked(poa: ArrayLike, rate: ArrayLike, effort: ArrayLike) -> tuple[Array, Array, Array]:
    p, w, total = (np.asarray(values, np.float64) for values in (poa, rate, effort))
    if p.ndim != 1 or not p.size or total.ndim != 1 or w.shape != (p.size, total.size):
        raise InvalidInput(f"Shapes do not fit: poa {p.shape}, rate {w.shape}; needed [C] and [C, R], C at least 1.")
    for name, array in (("poa", p), ("rate", w), ("effort", total)):
        check_at_least_0(array, name)
    with np.errstate(over="ignore"):
        if not (isfinite(p.sum()) and isfinite((w * total).max(initial=0.0))):
            raise InvalidInput("poa or rate is too large to compute with; use other units.")
    return p, w, total


def check_at_least_0(array: Array, field: str) -> None:
    """Refuse an array with anything but finite numbers >= 0, with a sentence that names the place."""
    bad = np.argwhere(~(np.isfinite(array) & (array >= 0.0)))
    if len(bad):
        where = "".join(f"[{i}]" for i in bad[0])
        raise InvalidInput(
            f"{field}{where} is {array[tuple(bad[0])]}; it must be a finite number of at least 0.",
            field=field,
            index=bad[0].tolist(),
        )


def numbers(values: object, field: str) -> list[float]:
    """A JSON list of finite numbers >= 0, or a sentence that names the place."""
    if not isinstance(values, list):
        raise InvalidInput(f"{field} must be a list of numbers.", field=field)
    for i, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
            raise InvalidInput(
                f"{field}[{i}] is {value!r}; it must be a finite number of at least 0.", field=field, index=i
            )
    return [float(value) for value in values]


def _allocation(p: Array, w: Array, total: Array, spread: Array, dual: Array, *, single: bool) -> Allocation:
    """The answer with its proof: any prices bound what can be found, and so does all effort in every cell."""
    covered = np.einsum("ij,ij->i", w, spread)
    left = p * np.exp(-covered)
    pos = float(p @ -np.expm1(-covered))
    slope = (w * left[:, None]).max(axis=0)
    dual = np.where(dual > 0.0, dual, slope)  # what the first unit of an idle resource would be worth
    spent = total > 0.0  # a resource that is not there needs no price
    bounds = [_most_found(p, w[:, spent], total[spent], prices[spent]) for prices in (dual, slope)]
    spread.flags.writeable = dual.flags.writeable = False
    return Allocation(
        effort=spread[:, 0] if single else spread,
        pos=pos,
        residual=float(left.sum()),
        dual=dual,
        gap=max(0.0, min(*bounds, float(p @ -np.expm1(-(w @ total)))) - pos),
    )


def _most_found(p: Array, w: Array, total: Array, prices: Array) -> float:
    """Lagrangian dual: what could be found at most, `prices` `[R]` per unit of effort."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cost = np.where(w > 0.0, prices / w, np.inf).min(axis=1, initial=np.inf)  # of one unit of coverage
        bought = np.where(cost < p, np.log(p / cost), 0.0)
        found = np.where(np.isinf(bought), p, -p * np.expm1(-bought) - np.where(cost < p, bought * cost, 0.0))
    return float(found.sum() + prices @ total)


def _useful(p: Array, w: Array, total: Array) -> NDArray[np.bool_]:
    """`[C, R]` pairs of cell and resource where effort finds anything worth a number."""
    covered = w * total
    find = p[:, None] * np.minimum(1.0, covered)
    useful: NDArray[np.bool_] = (covered > _NO_USE) & (find > _CRUMB * find.max(initial=0.0))
    return useful


def _filled(p: Array, w: Array, total: float) -> tuple[Array, float]:
    """Effort `[C]` and dual of one resource."""
    spread = np.zeros(p.size)
    useful = np.flatnonzero(_useful(p, w[:, None], np.array([total])))
    if not useful.size:
        return spread, 0.0
    value = np.log(p[useful]) + np.log(w[useful])
    order = np.argsort(-value, kind="stable")
    cells, top = useful[order], float(value[order[0]])
    depth, inverse = value[order] - top, 1.0 / (w[useful][order] * total)
    level = (np.cumsum(depth * inverse) - 1.0) / np.cumsum(inverse)
    n = int(np.flatnonzero(depth > level)[-1]) + 1
    depth, inverse = depth[:n], inverse[:n]
    exact = (float((depth * inverse).sum()) - 1.0) / float(inverse.sum())  # pairwise sums lose less than running ones
    share = np.maximum(0.0, depth - exact) * inverse
    spread[cells[:n]] = total * share / share.sum()
    return spread, float(np.exp(exact + top))


def _interior_point(p: Array, w: Array, stop: Callable[[], bool]) -> tuple[Array, Array]:
    """Shares `[C, R]` (each column sums to 1) and prices `[R]` of Washburn's problem with every effort 1.

    Mehrotra's predictor and corrector. Besides t it moves what is left in a cell, `a`, on its own, so that the
    prices stay feasible, `z = prices - a w >= 0`, and the bend is met in logarithms, `ln a + y = ln p`. Each
    resource has a slack, for those that hardly help have a price of almost nothing. The Hessian of a cell,
    `a w w' + diag(z/t)`, is inverted by Sherman and Morrison, and an R x R system for the prices is left.
    """
    on = w > 0.0
    n = int(on.sum()) + w.shape[1]
    t = 0.5 * on / on.sum(axis=0)
    t /= np.maximum(1.0, np.einsum("ij,ij->i", w, t))[:, None]  # no cell saturated, or nothing would guide it
    slack = 1.0 - t.sum(axis=0)
    left = p * np.exp(-np.einsum("ij,ij->i", w, t))
    prices = 1.5 * (w * left[:, None]).max(axis=0) + 0.1
    z = np.where(on, prices - w * left[:, None], 1.0)
    shares, proof, smallest = t / t.sum(axis=0), prices, np.inf
    for step in range(_MOST_STEPS):
        pair = np.where(on, t * z, 0.0)
        mu = float(pair.sum() + slack @ prices) / n
        is_told = stop()
        if step % _PROVE_EVERY == 0 or mu * n <= 1e3 * GAP_TARGET or is_told:
            best = _proved(p, w, on, t, z, prices)
            if best[0] < smallest:
                smallest, shares, proof = best
            if smallest <= GAP_TARGET or is_told:
                break
        ratio = np.where(on, t / z, 0.0)
        weighted = ratio * w
        shrink = left / (1.0 + left * np.einsum("ij,ij->i", weighted, w))
        schur = (
            np.diag((ratio.sum(axis=0) + slack / prices) * (1.0 + 1e-14)) - (weighted * shrink[:, None]).T @ weighted
        )
        inverse_t = np.where(on, 1.0 / np.where(on, t, 1.0), 0.0)
        # a cell that is all but emptied prices nothing any more: it follows, and holds no step back
        is_empty = (w * (left[:, None] / prices)).max(axis=1) < _EMPTY
        off_left = np.where(is_empty, 0.0, np.log(p) - np.log(left) - np.einsum("ij,ij->i", w, t))
        off_dual = np.where(on, prices - w * left[:, None] - z, 0.0)
        unmet = 1.0 - t.sum(axis=0) - slack
        target = 0.0  # the predictor aims at no gap at all, the corrector at what that step can reach
        for is_predictor in (True, False):
            push = np.where(on, (target - pair) * inverse_t, 0.0)
            pull = target / prices - slack
            raw = _applied(push - off_dual + w * (left * off_left)[:, None], ratio, weighted, shrink)
            d_prices = np.linalg.solve(schur, raw.sum(axis=0) + pull - unmet)
            d_t = raw - _applied(np.broadcast_to(d_prices, w.shape), ratio, weighted, shrink)
            d_z = push - z * d_t * inverse_t
            d_slack = pull - slack / prices * d_prices
            d_left = left * (off_left - np.einsum("ij,ij->i", w, d_t))
            reach = min(
                _longest(t[on], d_t[on]),
                _longest(z[on], d_z[on]),
                _longest(slack, d_slack),
                _longest(prices, d_prices),
                _longest(left[~is_empty], d_left[~is_empty]),
            )
            if is_predictor:
                ahead = float(((t + reach * d_t) * (z + reach * d_z))[on].sum())
                ahead += float((slack + reach * d_slack) @ (prices + reach * d_prices))
                # no faster to no gap than to the true bend, or the steps would shrink to nothing
                target = mu * max((ahead / n / mu) ** 3, min(1.0, 0.5 * float(np.abs(off_left).max())))
        t, z = t + reach * d_t, z + reach * d_z
        followed = p * np.exp(-np.minimum(np.einsum("ij,ij->i", w, t), _DEEPEST))
        left = np.where(is_empty, followed, left + reach * d_left)
        prices, slack = prices + reach * d_prices, slack + reach * d_slack
    return shares, proof


def _proved(p: Array, w: Array, on: NDArray[np.bool_], t: Array, z: Array, prices: Array) -> tuple[float, Array, Array]:
    """Gap, shares and prices of the best answer that an iterate offers."""
    # an idle pair has t << z; without its crumbs the answer is cleaner, and better near the end
    offers = [t, np.where(on & (t * prices >= z), t, 0.0)]
    found, shares, slope = -1.0, t, w
    for offer in offers:
        spent = offer.sum(axis=0)
        if not (spent > 0.0).all():
            continue
        exact = offer / spent
        covered = np.einsum("ij,ij->i", w, exact)
        finds = float(p @ -np.expm1(-covered))
        if finds >= found - GAP_TARGET:
            found, shares, slope = finds, exact, w * (p * np.exp(-covered))[:, None]
    ones = np.ones(w.shape[1])
    most, proof = min(
        ((_most_found(p, w, ones, at), at) for at in (prices, slope.max(axis=0))), key=lambda bound: bound[0]
    )
    return min(most, float(p.sum())) - found, shares, proof


def _applied(v: Array, ratio: Array, weighted: Array, shrink: Array) -> Array:
    """Inverse Hessian of every cell times its row of v."""
    out: Array = ratio * v - weighted * (shrink * np.einsum("ij,ij->i", weighted, v))[:, None]
    return out


def _longest(x: Array, dx: Array) -> float:
    """Longest step up to 1 that keeps x positive."""
    falling = dx < 0.0
    return min(1.0, 0.995 * float((-x[falling] / dx[falling]).min())) if falling.any() else 1.0
