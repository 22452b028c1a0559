"""The ground and the target as a team's path sees them: only the cells that can matter within the horizon.

Knows reach, a Markov target and what a set of paths misses. Refuses to choose paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class PathField:
    """A search cut down to `n` cells that a searcher can look at, or from which the target can come to be seen.

    Searchers are sorted by kind (equal glimpse). Mass that cannot be seen any more is left out: it is missed anyway.

    Attributes
    ----------
    horizon : looks T >= 1
    cells : `[n]` the caller's number of each cell
    step_start, step_to : moves of a searcher before a look, staying included, by cell
    drift_start, drift_to, drift : moves of the target between looks and their probabilities, by cell
    prior : `[n]` mass at the first look
    start : `[J]` cells; kind : `[J]` index into `glimpse` `[K]`; order : `[J]` the caller's number of each searcher
    """

    horizon: int
    cells: Whole
    step_start: Whole
    step_to: Whole
    drift_start: Whole
    drift_to: Whole
    drift: Array
    prior: Array
    start: Whole
    kind: Whole
    glimpse: Array
    order: Whole

    @property
    def miss(self) -> Array:
        """`[J]` probability of not seeing a target in one's cell."""
        return 1.0 - np.asarray(self.glimpse[self.kind])

    @property
    def size(self) -> tuple[int, int, int]:
        """T, n, J."""
        return self.horizon, len(self.cells), len(self.start)

    def look(self, paths: Whole) -> Array:
        """Probability `[T, n]` of not seeing a target at each look and cell, for paths `[J, T]` of local cells."""
        through = np.ones((self.horizon, len(self.cells)))
        for j, path in enumerate(paths):
            through[np.arange(self.horizon), path] *= self.miss[j]
        return through

    def pod(self, paths: Whole) -> float:
        """Probability of detection of paths `[J, T]` of local cells."""
        return float(seen_along(self.look(paths), self.prior, self.drift_start, self.drift_to, self.drift))


@njit(cache=True)
def seen_along(through, prior, drift_start, drift_to, drift):  # type: ignore[no-untyped-def]
    """Mass that is seen, for probabilities `[T, n]` of looking through it."""
    here = prior.copy()
    seen = 0.0
    for t in range(len(through)):
        after = np.zeros_like(here)
        for c in range(len(here)):
            if here[c] > 0.0:
                missed = here[c] * through[t, c]
                seen += here[c] - missed
                for a in range(drift_start[c], drift_start[c + 1]):
                    after[drift_to[a]] += missed * drift[a]
        here = after
    return seen


def steps_of(edges: Whole, cells: int) -> csr_array:
    """Where a searcher can be at the next look: `[C, C]`, staying included."""
    i, j, here = edges[:, 0], edges[:, 1], np.arange(cells)
    rows, columns = np.concatenate([i, j, here]), np.concatenate([j, i, here])
    steps = csr_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(cells, cells))
    steps.sum_duplicates()
    return steps


def path_field(
    prior: Array,
    transition: csr_array,
    steps: csr_array,
    searchers: Sequence[tuple[int, float]],
    horizon: int,
) -> PathField:
    """Cut a search down to the cells that matter: `searchers` are start and glimpse [0, 1]; arrays over all `[C]` cells."""
    start = np.array([s for s, _ in searchers], np.int64)
    glimpses = np.array([g for _, g in searchers])
    reached = _spread(steps, np.unique(start), horizon)
    target = transition.copy()
    target.eliminate_zeros()
    ahead = np.zeros(len(prior), bool)
    ahead[_spread(target, np.flatnonzero(prior), horizon - 1)] = True
    behind = np.zeros(len(prior), bool)
    behind[_spread(csr_array(target.T), reached, horizon - 1)] = True
    cells = np.union1d(reached, np.flatnonzero(ahead & behind))
    own = steps[cells][:, cells].tocsr()
    walked = np.isin(cells, reached)
    own = own.multiply(walked[:, None]).tocsr()
    own.eliminate_zeros()
    own.sort_indices()
    chain = target[cells][:, cells].tocsr()
    chain.sort_indices()
    order = np.lexsort((start, glimpses))
    glimpse, kind = np.unique(glimpses[order], return_inverse=True)
    return PathField(
        horizon=horizon,
        cells=cells,
        step_start=own.indptr.astype(np.int64),
        step_to=own.indices.astype(np.int64),
        drift_start=chain.indptr.astype(np.int64),
        drift_to=chain.indices.astype(np.int64),
        drift=chain.data.astype(np.float64),
        prior=np.asarray(prior, np.float64)[cells],
        start=np.searchsorted(cells, start[order]).astype(np.int64),
        kind=kind.astype(np.int64),
        glimpse=glimpse,
        order=order.astype(np.int64),
    )


def non_detection(
    paths: Sequence[Sequence[int]],
    glimpses: Sequence[float],
    prior: Array,
    transition: csr_array,
    say: Callable[[str], None] | None = None,
) -> float:
    """Probability of non-detection of given paths, exactly: what is missed, what left the area, what never was in it.

    Parameters
    ----------
    paths : J lists of T cells, the cell of each look
    glimpses : `[J]` probability of seeing a target in one's cell [0, 1]; looks are independent
    prior : `[C]` at the first look; transition : `[C, C]` between looks, rows of sum up to 1
    """
    here = np.asarray(prior, np.float64).copy()
    back = csr_array(transition.T)
    leak = np.maximum(1.0 - np.asarray(transition.sum(axis=1)).ravel(), 0.0)
    missed = [max(0.0, 1.0 - fsum(here))]
    horizon = len(paths[0])
    for t in range(horizon):
        for path, glimpse in zip(paths, glimpses, strict=True):
            here[path[t]] *= 1.0 - glimpse
        if t < horizon - 1:
            missed.append(float(leak @ here))
            here = back @ here
    return fsum([*missed, *here[here > 0.0]])


def _spread(graph: csr_array, first: Whole, steps: int) -> Whole:
    """Cells within so many steps of the first ones, sorted."""
    known = np.zeros(graph.shape[0], bool)
    known[first] = True
    edge = np.asarray(first, np.int64)
    for _ in range(steps):
        if not len(edge):
            break
        count = graph.indptr[edge + 1] - graph.indptr[edge]
        at = np.repeat(graph.indptr[edge] - np.concatenate([[0], np.cumsum(count)[:-1]]), count) + np.arange(
            count.sum()
        )
        there = np.unique(graph.indices[at])
        edge = there[~known[there]]
        known[edge] = True
    return np.flatnonzero(known).astype(np.int64)
