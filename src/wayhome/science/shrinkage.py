"""One law of distance from all the tables: small strata lean on what is known of like people and like ground.

Knows a two-way random-effects model of the tables (category, and ground) and how sure each row is. Refuses to take
fourteen incidents for a law: what little data cannot say is taken from their parents, and the doubt that is left
widens the law.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import ndtri

from wayhome.base.quantity import metres
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.science import behavior
from wayhome.science.behavior import Stratum
from wayhome.science.distance import DistanceLaw, MixtureLaw, fitted_lognormal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

GROUNDS = (("temperate", "mountain"), ("temperate", "flat"), ("dry", "mountain"), ("dry", "flat"), ("urban", "all"))
MOVED = ("abduction",)  # carried off by car: no law of people on foot, and none is lent to it
STRAY = Sourced(
    value=0.02,
    unit="fraction",
    source="wayhome",
    doubt="This project's own choice: one case in fifty has a wrong category, IPP or story, and follows all people "
    "together. Nobody measured it; it keeps far finds possible.",
)


class LostLaw(Record):
    """The law of distance for a subject: `law`, the stratum nearest to what was asked, and what must be said.

    `median_m` and `spread` (of ln distance) describe the main part.
    """

    law: MixtureLaw | DistanceLaw
    stratum: Stratum
    median_m: float
    spread: float
    caveats: tuple[str, ...]


def lost_law(
    category: str | None, ecoregion: str | None = None, relief: str | None = None, own: Sequence[Stratum] = ()
) -> LostLaw:
    """The law of distance at find for a subject, drawn from all the tables at once.

    Mean and log spread of ln distance are each modelled as ground + category + their interaction + sampling error
    (variances by restricted likelihood; the sampling error of a fit to quantiles of n cases is derived). The best
    linear prediction for the stratum asked for is taken, its error variance and a variance between places (the tables
    pool many; taken as large as the interaction) added to the spread, and `STRAY` of the whole follows all people together. A category without rows, or a ground without rows, is predicted from what
    there is. `own` strata (of a team's own cases) take the place of the tables' rows that they name.

    Source: the table `distance` (Koester 2008 as published in several places); Efron & Morris (1975) for shrinkage.
    """
    nearest = behavior.stratum(category, ecoregion, relief, own) if category else behavior.pooled_stratum()
    told = list(nearest.caveats)
    if not category:
        told.append("The subject's category is not known; the law of distance is that of all lost people together.")
    if nearest.category in MOVED:
        law = behavior.distance_law(nearest)
        return LostLaw(
            law=law, stratum=nearest, median_m=exp(law.mu_ln_m), spread=law.sigma, caveats=(*told, *law.caveats()),
        )  # fmt: skip
    eco, rel = behavior.ground_kind(ecoregion, relief)
    model = _model(tuple(own))
    mu, spread = model.predicted(nearest.category, eco, rel)
    if nearest.category == behavior.POOLED:  # no category: the spread between categories is part of the law
        spread = max(spread, fitted_lognormal(nearest.levels, nearest.quantiles_m)[1])
    main = DistanceLaw(mu_ln_m=mu, sigma=spread)
    anyone = behavior.pooled_law()
    law_ = MixtureLaw(weights=(1.0 - float(STRAY), float(STRAY)), laws=(main, anyone))
    mu_row = fitted_lognormal(nearest.levels, nearest.quantiles_m)[0]
    if category and abs(mu - mu_row) > log(1.05):
        told.append(
            f"Drawn towards like people and like ground: median distance {metres(exp(mu))} instead of "
            f"{metres(exp(mu_row))} of {nearest.title()}"
            + (f", where {nearest.n} incidents stand behind it." if nearest.n else ".")
        )
    told += main.caveats()
    return LostLaw(law=law_, stratum=nearest, median_m=exp(mu), spread=spread, caveats=tuple(dict.fromkeys(told)))


class _Model:
    """Random effects of category and of category x ground on two numbers of every row: mu and ln sigma."""

    def __init__(self, rows: Sequence[Stratum]) -> None:
        self.categories = [row.category for row in rows]
        numbers = np.array([row.n or behavior.UNKNOWN_N for row in rows], float)
        self.ground_n = np.zeros(len(GROUNDS))
        for row, n in zip(rows, numbers, strict=True):
            if (row.ecoregion, row.relief) in GROUNDS:
                self.ground_n[GROUNDS.index((row.ecoregion, row.relief))] += n
        self.x = np.array([self.mixed(row.ecoregion, row.relief) for row in rows])
        self.same = np.array([[a == b for b in self.categories] for a in self.categories], float)
        fits = [(*fitted_lognormal(row.levels, row.quantiles_m), _fit_variances(row.levels)) for row in rows]
        typical = exp(float(np.average([log(sigma) for _, sigma, _ in fits], weights=numbers)))
        self.mu = _Effects(
            np.array([mu for mu, _, _ in fits]), np.array([v[0] for _, _, v in fits]) * typical**2 / numbers, self
        )
        self.ln_sigma = _Effects(
            np.array([log(sigma) for _, sigma, _ in fits]), np.array([v[1] for _, _, v in fits]) / numbers, self
        )

    def mixed(self, ecoregion: str | None, relief: str | None) -> NDArray[np.float64]:
        """Shares of the kinds of ground in a row or a question; what is left open is shared out by incidents."""
        if ecoregion == "urban":
            return np.asarray(np.eye(len(GROUNDS))[4])
        fits = np.array(
            [
                eco != "urban" and ecoregion in (eco, "all", None) and relief in (rel, "all", None)
                for eco, rel in GROUNDS
            ]
        )
        share = np.where(fits, np.maximum(self.ground_n, 1.0), 0.0)
        return np.asarray(share / share.sum())

    def predicted(self, category: str, ecoregion: str | None, relief: str | None) -> tuple[float, float]:
        """`mu` of ln metres and spread of the prediction for a case of this kind."""
        x = self.mixed(ecoregion, relief)
        alike = np.array([c == category for c in self.categories], float)
        mu, variance = self.mu.predicted(x, alike)
        ln_sigma, _ = self.ln_sigma.predicted(x, alike)
        place = self.mu.within  # one place differs from the mean of its kind no less than categories do between grounds
        return mu, float(np.sqrt(exp(2.0 * ln_sigma) + variance + place))


class _Effects:
    """One number of every row: fixed effects of ground, random ones of category and category x ground."""

    def __init__(self, y: NDArray[np.float64], sampling: NDArray[np.float64], model: _Model) -> None:
        self.y, self.x = y, model.x
        shapes = model.same, model.same * (model.x @ model.x.T)

        def covariance(log_variances: NDArray[np.float64]) -> NDArray[np.float64]:
            between, within = np.exp(log_variances)
            return np.asarray(between * shapes[0] + within * shapes[1] + np.diag(sampling))

        def restricted(log_variances: NDArray[np.float64]) -> float:
            lower = np.linalg.cholesky(covariance(log_variances))
            x, y_ = np.linalg.solve(lower, self.x), np.linalg.solve(lower, self.y)
            normal = x.T @ x
            left = y_ - x @ np.linalg.solve(normal, x.T @ y_)
            return float(np.log(np.diag(lower)).sum() + 0.5 * left @ left + 0.5 * np.linalg.slogdet(normal)[1])

        found = minimize(restricted, [-1.5, -3.0], method="L-BFGS-B", bounds=[(-9.0, 2.0)] * 2)
        self.between, self.within = np.exp(found.x)
        self.inverse = np.linalg.inv(covariance(found.x))
        self.of_beta = np.linalg.inv(self.x.T @ self.inverse @ self.x)
        self.beta = self.of_beta @ self.x.T @ self.inverse @ self.y

    def predicted(self, x: NDArray[np.float64], alike: NDArray[np.float64]) -> tuple[float, float]:
        """Best linear unbiased prediction and its error variance for a new case of the kind."""
        shared = alike * (self.between + self.within * (self.x @ x))
        reach = self.inverse @ shared
        value = x @ self.beta + reach @ (self.y - self.x @ self.beta)
        off = x - self.x.T @ reach
        variance = self.between + self.within * (x @ x) - shared @ reach + off @ self.of_beta @ off
        return float(value), float(max(variance, 0.0))


def _fit_variances(levels: Sequence[float]) -> tuple[float, float]:
    """Variances of the fitted mean and ln spread of a normal from its sample quantiles, times n, for spread 1.

    Sample quantiles have covariance p (1 - q) / (n phi(z_p) phi(z_q)), p <= q; the fit is linear in them.
    """
    p = np.asarray(levels, float)
    z = ndtri(p)
    phi = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
    low, high = np.minimum.outer(p, p), np.maximum.outer(p, p)
    covariance = low * (1.0 - high) / np.outer(phi, phi)
    fit = np.linalg.pinv(np.column_stack([np.ones_like(z), z]))
    of_mean, of_spread = np.diag(fit @ covariance @ fit.T)
    return float(of_mean), float(of_spread)


@lru_cache(maxsize=16)
def _model(own: tuple[Stratum, ...]) -> _Model:
    """The model of all rows of people on foot, a team's own strata in place of the tables'."""
    return _Model([row for row in behavior.strata(own) if row.category not in MOVED])
