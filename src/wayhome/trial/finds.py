"""Maps tried on simulated finds: the same walkers for every map, and differences with intervals.

Knows the walkers of `trial.subjects` and the ratings of `science.scoring`. Refuses to call finds of one IPP
independent: intervals come from whole IPPs drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from wayhome.base.errors import InvalidInput
from wayhome.base.projection import projection
from wayhome.base.raster import Grid, Raster
from wayhome.base.record import Record
from wayhome.science.scoring import LEVELS, rating
from wayhome.trial.subjects import country, ipps, lost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wayhome.science.terrain import Ground

RESAMPLES = 4000
Xy = tuple[float, float]
Find = tuple[Xy, Xy]
"""Metric `(x, y)` of an IPP and of the find."""
MapModel = Callable[[Xy, Grid], tuple[Raster, float]]
"""`(IPP, grid) -> (POA, rest of world)`; it never sees a find."""


class Rated(Record):
    """A map model on simulated finds: means with 95 % intervals `(low, high)`.

    R [-1, 1] is over the finds inside the map, log density [nat/km2] and `containment` over all:
    the share [0, 1] of finds inside the regions of 25, 50, 75 and 95 % of total mass.
    """

    model: str
    r: float
    r_interval: tuple[float, ...]
    log_density: float
    log_density_interval: tuple[float, ...]
    containment: tuple[float, ...]


class Lead(Record):
    """How far model `a` lies ahead of `b`, find by find, with 95 % intervals."""

    a: str
    b: str
    r: float
    r_interval: tuple[float, ...]
    log_density: float
    log_density_interval: tuple[float, ...]


class Comparison(Record):
    """Models on the same finds: how many finds, inside the map, and IPPs there were; ratings and leads."""

    n: int
    n_inside: int
    n_ipp: int
    rated: tuple[Rated, ...]
    leads: tuple[Lead, ...]


def finds(ground: Ground, grid: Grid, rng: np.random.Generator, *, n_ipp: int, n_per_ipp: int) -> tuple[Find, ...]:
    """Simulated finds on real ground: `n_per_ipp` people lost from each of `n_ipp` places within `grid`.

    The ground may reach beyond `grid` and be finer, in the same reference system; finds may lie outside both.
    """
    if ground.grid.crs != grid.crs:
        raise InvalidInput(f"Ground in {ground.grid.crs} and a map in {grid.crs}; read the ground in the map's system.")
    on = country(ground)
    found: list[Find] = []
    for x, y in ipps(on, grid, rng, n_ipp):
        ends = lost(on, (x, y), rng, n_per_ipp)
        found += [((float(x), float(y)), (float(a), float(b))) for a, b in ends]
    return tuple(found)


class Scores(Record):
    """Each find under each of `M` models: R and log density `[M, n]`, `contained` `[M, n, 4]`, group by IPP `[n]`."""

    models: tuple[str, ...]
    r: NDArray[np.float64]
    log_density: NDArray[np.float64]
    contained: NDArray[np.float64]
    inside: NDArray[np.bool_]
    group: NDArray[np.int64]


def scores(models: Mapping[str, MapModel], cases: Sequence[Find], grid: Grid) -> Scores:
    """Every model's map for every IPP, made once, rated at each of its finds."""
    if not (models and cases):
        raise InvalidInput("A comparison needs at least one model and one find.")
    to_position = projection(grid.crs).position
    places = list(dict.fromkeys(ipp for ipp, _ in cases))
    number = {ipp: k for k, ipp in enumerate(places)}
    shape = len(models), len(cases)
    r, log_density, contained = np.empty(shape), np.empty(shape), np.empty((*shape, len(LEVELS)))
    inside = np.array([grid.cell_of(*find) is not None for _, find in cases])
    for ipp in places:
        for m, model in enumerate(models.values()):
            poa, rest_of_world = model(ipp, grid)
            for k, (start, find) in enumerate(cases):
                if start == ipp:
                    found = rating(poa, rest_of_world, to_position(*find))
                    r[m, k], log_density[m, k] = found.r, found.log_density_nat_per_km2
                    contained[m, k] = [found.contained(level) for level in LEVELS]
    group = np.array([number[ipp] for ipp, _ in cases])
    return Scores(models=tuple(models), r=r, log_density=log_density, contained=contained, inside=inside, group=group)


def together(parts: Sequence[Scores]) -> Scores:
    """Scores of the same models on several grounds, as one."""
    if len({part.models for part in parts}) != 1:
        raise InvalidInput("Only scores of the same models, in the same order, can be put together.")
    group, count = [], 0
    for part in parts:
        group.append(part.group + count)
        count += int(part.group.max()) + 1
    return Scores(
        models=parts[0].models,
        r=np.concatenate([p.r for p in parts], axis=1),
        log_density=np.concatenate([p.log_density for p in parts], axis=1),
        contained=np.concatenate([p.contained for p in parts], axis=1),
        inside=np.concatenate([p.inside for p in parts]),
        group=np.concatenate(group),
    )


def compared(of: Scores, rng: np.random.Generator) -> Comparison:
    """Means, leads and their intervals, by drawing whole IPPs again; the same draws for every figure."""
    count = int(of.group.max()) + 1
    draws = rng.multinomial(count, np.full(count, 1.0 / count), size=RESAMPLES).astype(float)
    everywhere = np.ones(of.inside.size, bool)

    def mean(values: NDArray[np.float64], use: NDArray[np.bool_]) -> tuple[float, tuple[float, ...]]:
        if not use.any():
            return float("nan"), (float("nan"), float("nan"))
        total = draws @ np.bincount(of.group[use], values[use], count)
        number = draws @ np.bincount(of.group[use], minlength=count)
        low, high = np.percentile(total[number > 0] / number[number > 0], [2.5, 97.5])
        return float(values[use].mean()), (float(low), float(high))

    rated = []
    for m, name in enumerate(of.models):
        (r, r_interval), (log_density, log_interval) = mean(of.r[m], of.inside), mean(of.log_density[m], everywhere)
        rated.append(
            Rated(
                model=name, r=r, r_interval=r_interval, log_density=log_density, log_density_interval=log_interval,
                containment=tuple(float(share) for share in of.contained[m].mean(axis=0)),
            )
        )  # fmt: skip
    leads = []
    for b, a in combinations(range(len(of.models)), 2):
        r, r_interval = mean(of.r[a] - of.r[b], of.inside)
        log_density, log_interval = mean(of.log_density[a] - of.log_density[b], everywhere)
        leads.append(
            Lead(
                a=of.models[a], b=of.models[b], r=r, r_interval=r_interval, log_density=log_density,
                log_density_interval=log_interval,
            )
        )  # fmt: skip
    return Comparison(
        n=of.group.size, n_inside=int(of.inside.sum()), n_ipp=count, rated=tuple(rated), leads=tuple(leads)
    )


def rate(models: Mapping[str, MapModel], cases: Sequence[Find], grid: Grid, rng: np.random.Generator) -> Comparison:
    """Map models compared on the same finds of one ground; leads are of a later model over an earlier one."""
    return compared(scores(models, cases, grid), rng)
