"""What a team's own measurements in the field say of sweep width: detection ranges and detection experiments.

Knows the average maximum detection range, the crossover method and the lateral range curve. Refuses to carry a result to
other ground or another object, and to read a width out of an experiment that saw everything or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, isfinite, log, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import gamma, stdtrit

from wayhome.base.errors import InvalidInput
from wayhome.base.record import Record
from wayhome.science.sensors import DetectionRange, Width

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class LateralRangeCurve(Record):
    """Chance of detection at lateral distance x: p(x) = `peak` exp(-(x / `scale_m`)^`shape`)."""

    peak: float
    scale_m: float
    shape: float

    def pod(self, distance_m: float) -> float:
        """POD [0, 1] of one pass at a lateral distance [m] to either side."""
        return self.peak * exp(-((abs(distance_m) / self.scale_m) ** self.shape))

    @property
    def sweep_width_m(self) -> float:
        """The integral of the curve over both sides: 2 peak scale Gamma(1 + 1 / shape)."""
        return float(2.0 * self.peak * self.scale_m * gamma(1.0 + 1.0 / self.shape))


def detection_range(legs: Sequence[tuple[float, float]]) -> DetectionRange:
    """Average maximum detection range (AMDR) [m] from legs, each where the object vanished and where it came in sight.

    The mean over all legs, walked in several directions, stands for Rd: across ten experiments the two go together
    (R2 .9974, koester2014); that they are equal is taken here. The interval is Student's t on the logarithms of the
    legs, which takes two at least.
    """
    for k, leg in enumerate(legs):
        if len(leg) != 2 or not all(isfinite(d) and d > 0.0 for d in leg):
            raise InvalidInput(f"Leg {k + 1}: write two positive distances in m, vanished and seen.", index=k)
    if len(legs) < 2:
        raise InvalidInput("Walk at least two legs: one says nothing of how far it may be off.", field="legs")
    means = np.array(legs, float).mean(axis=1)
    value, n = float(means.mean()), len(means)
    half = float(np.log(means).std(ddof=1)) / sqrt(n) * float(stdtrit(n - 1, 0.975))
    return DetectionRange(value_m=value, low_m=value * exp(-half), high_m=value * exp(half), n_legs=n)


def crossover(
    distance_m: ArrayLike,
    detected: ArrayLike,
    rng: np.random.Generator,
    *,
    searcher: ArrayLike | None = None,
    resamples: int = 2000,
) -> Width:
    """Sweep width of a detection experiment: W = 2 x*, as many misses within x* as detections beyond (Robe & Frost).

    Parameters
    ----------
    distance_m, detected : `[n]` lateral distance of each object passed, to either side, and whether it was seen.
    searcher : `[n]` who passed it; the interval is then drawn over searchers, whose passes are alike.
    resamples : of the bootstrap behind the 95 % interval.

    Notes
    -----
    Misses within less detections beyond rises by one at every object, so x* lies between the k-th and the next
    distance, k the number of detections; midway. W is right where objects lie evenly out to beyond sight.

    Raises
    ------
    InvalidInput : unequal lists, a distance that is none, or nothing seen, or everything.
    """
    distance, seen = _trials(distance_m, detected)
    if resamples < 1:
        raise InvalidInput(f"{resamples} resamples give no interval; write 1 or more, best 2000.", field="resamples")
    x_m = float(_crossing(distance[None, :], seen[None, :])[0])
    n = len(distance)
    if searcher is None:
        draws = rng.integers(0, n, (resamples, n))
        found = _crossing(distance[draws], seen[draws])
    else:
        who = np.asarray(searcher)
        if who.shape != distance.shape:
            raise InvalidInput("Name a searcher for every object passed.", field="searcher")
        groups = [np.flatnonzero(who == one) for one in np.unique(who)]
        if len(groups) < 2:
            raise InvalidInput("One searcher gives no interval over searchers; leave `searcher` out.", field="searcher")
        picks = (
            np.concatenate([groups[g] for g in rng.integers(0, len(groups), len(groups))]) for _ in range(resamples)
        )
        found = np.array([_crossing(distance[p][None, :], seen[p][None, :])[0] for p in picks])
    low, high = (float(q) for q in np.quantile(found, [0.025, 0.975]))
    caveats = [
        f"Crossover of {n} passes, {int(seen.sum())} of them detections; bootstrap of {resamples}.",
        "The interval is of chance alone: on other ground W differs more.",
    ]
    if seen[distance >= np.quantile(distance, 0.9)].mean() > 0.1:
        caveats.append(
            "More than a tenth of the farthest tenth was seen: objects should lie farther out, W is too small."
        )
    return Width(
        value_m=2.0 * x_m, low_m=2.0 * min(low, x_m), high_m=2.0 * max(high, x_m), sources=("robe_frost2002",),
        caveats=tuple(caveats),
    )  # fmt: skip


def lateral_range_curve(distance_m: ArrayLike, detected: ArrayLike) -> LateralRangeCurve:
    """The most likely curve peak exp(-(x / scale)^shape) through the passes of a detection experiment.

    Shape 1 is exponential, 2 Gaussian, 8 (the most allowed) nearly a definite range. Arguments as in `crossover`; this
    one does not ask that objects lie evenly.
    """
    distance, seen = _trials(distance_m, detected)
    unit = float(distance.mean())
    x = distance / unit

    def cost(z: NDArray[np.float64]) -> float:
        p = np.clip(z[0] * np.exp(-((x / np.exp(z[1])) ** np.exp(z[2]))), 1e-12, 1.0 - 1e-12)
        return float(-np.where(seen, np.log(p), np.log1p(-p)).sum())

    starts = ((0.9, 0.0, log(2.0)), (0.6, 0.5, log(1.0)), (0.95, -0.5, log(4.0)))
    bounds = ((1e-3, 1.0), (log(1e-2), log(1e2)), (log(0.5), log(8.0)))
    best = min((minimize(cost, start, method="L-BFGS-B", bounds=bounds) for start in starts), key=lambda r: r.fun)
    return LateralRangeCurve(peak=float(best.x[0]), scale_m=unit * exp(best.x[1]), shape=exp(best.x[2]))


def _trials(distance_m: ArrayLike, detected: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    distance, seen = np.abs(np.asarray(distance_m, float)), np.asarray(detected, bool)
    if distance.ndim != 1 or distance.shape != seen.shape:
        raise InvalidInput("Give one distance and one yes or no for every object passed.", field="detected")
    for k in np.flatnonzero(~(np.isfinite(distance) & (distance > 0.0))):
        raise InvalidInput(
            f"Pass {k + 1}: the lateral distance must be a number of m to a side of the track, not {distance[k]:g}.",
            field="distance_m", index=int(k),
        )  # fmt: skip
    if seen.all() or not seen.any():
        what = "Everything was seen: lay objects farther out" if len(seen) and seen.all() else "Nothing was seen"
        raise InvalidInput(f"{what}; a sweep width needs both detections and misses.", field="detected")
    return distance, seen


def _crossing(distance: NDArray[np.float64], seen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """x* [m] of each row of passes `[B, n]`."""
    ranked, k = np.sort(distance, axis=1), seen.sum(axis=1)
    inner = np.take_along_axis(ranked, np.maximum(k - 1, 0)[:, None], axis=1)[:, 0]
    outer = np.take_along_axis(ranked, np.minimum(k, ranked.shape[1] - 1)[:, None], axis=1)[:, 0]
    return 0.5 * (inner + outer)
