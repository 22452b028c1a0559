"""Good paths of searchers by turns: each in its turn takes the best path it finds against what the others leave.

Knows how to improve plans quickly. Refuses to say how good they are: that is the business of the bounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from wayhome.science.path_bounds import led, linear_bound, missed_through

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wayhome.science.path_field import PathField

    Array = NDArray[np.float64]
    Whole = NDArray[np.int64]

_WAYS = 4  # kept to each cell and look
_MOST_NUMBERS = 20_000_000  # masses of the ways kept; beyond it paths are chosen by expected looks alone
_BETTER = 1e-13


def improved(field: PathField, paths: Whole, may_go_on: Callable[[], bool], ways: int = _WAYS) -> tuple[Whole, float]:
    """Paths `[J, T]` that no searcher alone is found to better, and their probability of detection."""
    paths = paths.copy()
    pod = field.pod(paths)
    last_change, j = 0, 0
    while last_change < len(paths) and may_go_on():
        path = response(field, paths, j, ways)
        old, paths[j] = paths[j].copy(), path
        found = field.pod(paths)
        if found > pod + _BETTER:
            pod, last_change = found, 0
        else:
            paths[j] = old
            last_change += 1
        j = (j + 1) % len(paths)
    return paths, pod


def first_paths(field: PathField, may_go_on: Callable[[], bool]) -> Whole:
    """Paths `[J, T]` from nothing: everybody stays, then one after the other responds."""
    paths = np.repeat(field.start[:, None], field.horizon, axis=1)
    for j in range(len(paths)):
        if may_go_on():
            paths[j] = response(field, paths, j, _WAYS, others=j)
    return paths


def response(field: PathField, paths: Whole, j: int, ways: int, others: int | None = None) -> Whole:
    """A path `[T]` of searcher j that goes well with those of the others (only those before `others`, if given)."""
    horizon, n, n_searchers = field.size
    through = np.ones((horizon, n))
    for i in range(n_searchers if others is None else others):
        if i != j:
            through[np.arange(horizon), paths[i]] *= field.miss[i]
    glimpse = float(field.glimpse[field.kind[j]])
    if n * n * ways > _MOST_NUMBERS:
        passed, _ = missed_through(through, field.prior, field.drift_start, field.drift_to, field.drift)
        worth = np.zeros((len(field.glimpse), horizon, n))
        worth[field.kind[j]] = glimpse * passed
        to_go = linear_bound(field, 0.0, worth)
        along: Whole = led(
            int(field.start[j]), to_go.worth[field.kind[j]], to_go.to_go[field.kind[j]], field.step_start, field.step_to
        )
        return along
    path: Whole = _respond(
        through, field.prior, field.drift_start, field.drift_to, field.drift, field.step_start, field.step_to,
        int(field.start[j]), glimpse, ways,
    )  # fmt: skip
    return path


@njit(cache=True)
def _respond(through, prior, drift_start, drift_to, drift, step_start, step_to, start, glimpse, ways):  # type: ignore[no-untyped-def]
    """Of the ways to each cell and look keep the few that have found most, each with the mass it leaves."""
    horizon, n = through.shape
    later = np.ones((horizon, n))  # what the others will miss of the mass in a cell, from this look on
    for t in range(horizon - 1, -1, -1):
        for c in range(n):
            missed = 1.0
            if t < horizon - 1:
                for a in range(drift_start[c], drift_start[c + 1]):
                    missed += drift[a] * (later[t + 1, drift_to[a]] - 1.0)
            later[t, c] = missed * through[t, c]
    count, next_count = np.zeros(n, np.int64), np.zeros(n, np.int64)
    found, next_found = np.empty((n, ways)), np.empty((n, ways))
    mass, next_mass = np.empty((n, ways, n)), np.empty((n, ways, n))
    back = np.empty((horizon, n, ways), np.int64)
    count[start], found[start, 0], mass[start, 0] = 1, 0.0, prior
    for t in range(horizon):
        next_count[:] = 0
        for c in range(n):
            for w in range(count[c]):
                for a in range(step_start[c], step_start[c + 1]):
                    d = step_to[a]
                    total = found[c, w] + glimpse * mass[c, w, d] * later[t, d]
                    m = next_count[d]
                    is_twin = False
                    for i in range(m):
                        if abs(next_found[d, i] - total) < 1e-14:
                            is_twin = True
                    if is_twin or (m == ways and next_found[d, m - 1] >= total):
                        continue
                    if m < ways:
                        next_count[d] = m = m + 1
                    i = m - 1
                    while i > 0 and next_found[d, i - 1] < total:
                        next_found[d, i], back[t, d, i] = next_found[d, i - 1], back[t, d, i - 1]
                        i -= 1
                    next_found[d, i], back[t, d, i] = total, c * ways + w
        if t < horizon - 1:
            for d in range(n):
                for w in range(next_count[d]):
                    before = mass[back[t, d, w] // ways, back[t, d, w] % ways]
                    row = next_mass[d, w]
                    row[:] = 0.0
                    for c in range(n):
                        missed = before[c] * through[t, c]
                        if c == d:
                            missed *= 1.0 - glimpse
                        if missed > 0.0:
                            for a in range(drift_start[c], drift_start[c + 1]):
                                row[drift_to[a]] += missed * drift[a]
        count, next_count = next_count, count
        found, next_found = next_found, found
        mass, next_mass = next_mass, mass
    best, cell, way = -1.0, start, 0
    for c in range(n):
        if count[c] > 0 and found[c, 0] > best:
            best, cell, way = found[c, 0], c, 0
    path = np.empty(horizon, np.int64)
    for t in range(horizon - 1, -1, -1):
        path[t] = cell
        cell, way = back[t, cell, way] // ways, back[t, cell, way] % ways
    return path
