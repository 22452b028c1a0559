"""Best paths of searchers over a graph against a target who moves by a Markov chain, with proof (optimal searcher path).

Knows when searchers look and the target moves, and which plan is proved best. Refuses to call a plan best without proof;
where time runs out it says how far from the best the plan can be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from math import fsum, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from wayhome.base.errors import InvalidInput, NotYet
from wayhome.science.allocation import numbers
from wayhome.science.joint_positions import joint_graph
from wayhome.science.path_bounds import CLOSE, Cuts, bound_by_cuts, looks_of
from wayhome.science.path_field import PathField, non_detection, path_field, steps_of
from wayhome.science.path_responses import first_paths, improved
from wayhome.science.path_tree import PathTree
from wayhome.science.routing import markov

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Whole = NDArray[np.int64]

__all__ = ["SearchPlan", "best_paths", "non_detection", "solve_path"]

TIME_LIMIT_S = 60.0
GAP = 1e-9  # of probability: a plan proved so close to the best is called best
_SUM_TOLERANCE = 1e-9
_MOST_LOOKS = 30_000_000  # cells times looks that fit in memory several times
_SEED = 1980  # of the plans drawn on the way; the same search gives the same answer


@dataclass(frozen=True, kw_only=True)
class SearchPlan:
    """Paths `[J][T]`, the cell of each look, and what they are worth.

    `pnd` [0, 1] is the probability of not detecting the target at any look; no paths have less than `bound`, and
    `is_best` says that they are proved the same to 1e-9. `nodes` is the number of partial plans looked at.
    """

    paths: tuple[tuple[int, ...], ...]
    pnd: float
    bound: float
    is_best: bool
    nodes: int


def best_paths(
    prior: ArrayLike,
    transition: csr_array,
    edges: ArrayLike,
    searchers: Sequence[tuple[int, float]],
    horizon: int,
    *,
    rng: np.random.Generator,
    may_go_on: Callable[[], bool] = lambda: True,
    tell: Callable[[float, float, int], None] = lambda pnd, bound, nodes: None,
) -> SearchPlan:
    """Paths with the least probability of non-detection: at each look a searcher stays or moves along one edge, then looks.

    Parameters
    ----------
    prior : `[C]` >= 0 of sum up to 1, at the first look; what is missing is nowhere on the cells and never found
    transition : `[C, C]` >= 0 between looks, rows of sum up to 1; what is missing leaves undetected
    edges : `[E, 2]` pairs of neighbouring cells, either way
    searchers : cell before the first look, and glimpse probability [0, 1] of seeing a target in one's cell, of each;
        looks are independent of one another
    horizon : number of looks, at least 1
    rng : draws plans to start from; the value of a proved plan does not depend on it
    may_go_on : asked several times a second; when false the best paths so far are given with their proved bound
    tell : hears pnd, bound and nodes after each piece of work

    Notes
    -----
    In turn: (1) every searcher responds to the others; (2) linear bounds from plans and flows, mixed by a linear program
    (after the cutting planes of Royset & Sato, NRL 2010; the chords at whole looks are tighter than their tangents);
    (3) the joint positions that these bounds leave open, as a layered graph; (4) branch and bound over it, where each
    state carries the most mass that any way to it leaves undetected in each cell (a relaxed decision diagram, Bergman
    et al. 2016; along one way it is the discounted mean of Lau, Huang & Dissanayake, EJOR 2008, or better).
    """
    p = np.asarray(prior, np.float64)
    active = [j for j, (_, glimpse) in enumerate(searchers) if glimpse > 0.0]
    paths = [[start] * horizon for start, _ in searchers]
    glimpses = [glimpse for _, glimpse in searchers]

    def plan(bound_below: float, nodes: int) -> SearchPlan:
        pnd = non_detection(paths, glimpses, p, transition)
        bound = float(max(0.0, pnd - max(0.0, bound_below)))
        return SearchPlan(
            paths=tuple(tuple(path) for path in paths), pnd=pnd, bound=bound, is_best=pnd - bound <= GAP, nodes=nodes
        )

    if not active:
        return plan(0.0, 0)
    steps = steps_of(np.asarray(edges, np.int64).reshape(-1, 2), len(p))
    field = path_field(p, transition, steps, [searchers[j] for j in active], horizon)
    if horizon * len(field.cells) > _MOST_LOOKS:
        raise NotYet(
            f"The searchers or the target can be in {len(field.cells)} cells over {horizon} looks; more than "
            f"{_MOST_LOOKS} cells times looks do not fit. Use larger cells or fewer looks."
        )
    best, pod, most, nodes = _solved(
        field, rng, may_go_on, lambda pod, most, nodes: tell(1 - pod, max(0.0, 1 - most), nodes)
    )
    for j, path in zip(field.order, best, strict=True):
        paths[active[j]] = field.cells[path].tolist()
    return plan(most - pod, nodes)


def _solved(
    field: PathField,
    rng: np.random.Generator,
    may_go_on: Callable[[], bool],
    tell: Callable[[float, float, int], None],
) -> tuple[Whole, float, float, int]:
    """Best paths `[J, T]`, what they detect, what any paths detect at most, and nodes."""
    best, pod = improved(field, first_paths(field, may_go_on), may_go_on, ways=16)
    cuts = Cuts(field)
    nodes = 0

    def goes_on() -> bool:
        tell(pod, min(most, cuts.bound.pod), nodes)
        return may_go_on()

    def offer(paths: Whole, *, improve: bool) -> float:
        nonlocal best, pod
        if improve:
            paths, found = improved(field, paths, goes_on)
        else:
            found = field.pod(paths)
        if found > pod:
            best, pod = paths, found
        return pod

    cuts.learn(looks_of(field, best), whole=True)
    most = cuts.bound.pod
    if len(field.start) > 1:  # alone, the tree bounds better than flows do
        bound_by_cuts(field, cuts, rng, pod, offer, goes_on)
    most = min(most, cuts.bound.pod)
    if most - pod <= CLOSE or not goes_on():
        return best, pod, max(most, pod), nodes
    graph = joint_graph(field, cuts.bound, pod, goes_on)
    if graph is None or not PathTree.fits(field, graph):
        bound_by_cuts(field, cuts, rng, pod, offer, goes_on, patient=True)
        return best, pod, max(min(most, cuts.bound.pod), pod), nodes
    tree = PathTree(field, graph, pod, most)
    while tree.search():
        pod, most, nodes = tree.pod, min(most, tree.most), tree.nodes
        if not goes_on():
            break
    if tree.paths is not None:
        best = tree.paths
    pod = field.pod(best)
    return best, pod, min(most, tree.most), tree.nodes


def solve_path(
    payload: Any,
    clock: Callable[[], float],
    stop: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """The answer of `wayhome solve path` to its JSON (INTERFACES); `clock` gives seconds.

    Without `time_limit_s` the search stops after 60 s. The status is "optimal" only where pnd - bound <= 1e-9 is
    proved, else "feasible". `seconds` is the time of the search itself, without compiling; `stop` is asked several times
    a second, and `say` hears how far it is once a second.

    Raises
    ------
    InvalidInput : naming the field and the index that is wrong.
    """
    prior, transition, edges, searchers, horizon, limit_s = _read(payload)
    _compile()
    began = clock()
    said = [began]

    def may_go_on() -> bool:
        return clock() - began < limit_s and not stop()

    def tell(pnd: float, bound: float, nodes: int) -> None:
        if clock() - said[0] >= 1.0:
            said[0] = clock()
            say(f"{said[0] - began:.0f} s: not found with {pnd:.7f}, no plan below {bound:.7f}, {nodes} nodes")

    plan = best_paths(
        prior, transition, edges, searchers, horizon,
        rng=np.random.default_rng(_SEED), may_go_on=may_go_on, tell=tell,
    )  # fmt: skip
    return {
        "paths": [list(path) for path in plan.paths],
        "pnd": plan.pnd,
        "bound": plan.bound,
        "status": "optimal" if plan.is_best else "feasible",
        "seconds": clock() - began,
        "nodes": plan.nodes,
    }


@cache
def _compile() -> None:
    """Solve something tiny, so that the clock does not measure the compiler."""
    chain_of_3 = csr_array(np.array([[0.5, 0.5, 0.0], [0.2, 0.5, 0.3], [0.0, 0.5, 0.5]]))
    for team in ([(0, 0.5)], [(0, 0.5), (0, 0.5)], [(0, 0.5), (2, 0.6)]):
        best_paths([0.2, 0.3, 0.5], chain_of_3, [[0, 1], [1, 2]], team, 4, rng=np.random.default_rng(_SEED))


def _read(payload: Any) -> tuple[Any, csr_array, Whole, list[tuple[int, float]], int, float]:
    needed = ("cells", "edges", "transition", "prior", "searchers", "horizon")
    if not isinstance(payload, Mapping):
        raise InvalidInput(f"The input is an object with {', '.join(needed)} and, if you like, time_limit_s.")
    for name in needed:
        if name not in payload:
            raise InvalidInput(f"The input lacks {name}.", field=name)
    for name in payload:
        if name not in (*needed, "time_limit_s"):
            raise InvalidInput(f"The input has no place for {name!r}; leave it out.", field=str(name))
    cells, horizon = (_count(payload[name], name) for name in ("cells", "horizon"))
    limit_s = payload.get("time_limit_s", TIME_LIMIT_S)
    if not _is_number(limit_s) or limit_s <= 0.0:
        raise InvalidInput(f"time_limit_s is {limit_s!r}; give a number of seconds above 0.", field="time_limit_s")
    prior = numbers(payload["prior"], "prior")
    if len(prior) != cells:
        raise InvalidInput(f"prior has {len(prior)} numbers; cells is {cells}. Give one for each cell.", field="prior")
    if fsum(prior) > 1.0 + _SUM_TOLERANCE:
        raise InvalidInput(f"prior sums to {fsum(prior):.6g}; probabilities sum to 1 at most.", field="prior")
    edges = _edges(payload["edges"], cells)
    transition = markov(payload["transition"], cells)
    return np.array(prior), transition, edges, _searchers(payload["searchers"], cells), horizon, float(limit_s)


def _count(value: object, name: str) -> int:
    if type(value) is not int or value < 1:
        raise InvalidInput(f"{name} is {value!r}; give a whole number of at least 1.", field=name)
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _edges(values: object, cells: int) -> Whole:
    if not isinstance(values, list):
        raise InvalidInput("edges is a list of pairs of cells.", field="edges")
    is_plain = set(map(type, values)) <= {list} and set(map(len, values)) <= {2}
    if is_plain and set(map(type, chain.from_iterable(values))) <= {int}:
        flat = list(chain.from_iterable(values))
        if not flat or (min(flat) >= 0 and max(flat) < cells):
            return np.array(flat, np.int64).reshape(-1, 2)
    for i, pair in enumerate(values):
        if not (
            isinstance(pair, list) and len(pair) == 2 and all(type(end) is int and 0 <= end < cells for end in pair)
        ):
            raise InvalidInput(
                f"edges[{i}] is {pair!r}; give two cells, counted from 0 to {cells - 1}.", field="edges", index=i
            )
    raise AssertionError("a list of edges is plain, or one of them is not")


def _searchers(values: object, cells: int) -> list[tuple[int, float]]:
    if not isinstance(values, list) or not values:
        raise InvalidInput(
            'searchers is a list of at least one {"start": cell, "glimpse": probability}.', field="searchers"
        )
    found = []
    for i, searcher in enumerate(values):
        if not isinstance(searcher, Mapping) or set(searcher) != {"start", "glimpse"}:
            raise InvalidInput(
                f'searchers[{i}] is an object with exactly "start" and "glimpse".', field="searchers", index=i
            )
        start, glimpse = searcher["start"], searcher["glimpse"]
        if type(start) is not int or not 0 <= start < cells:
            raise InvalidInput(
                f"searchers[{i}].start is {start!r}; cells count from 0 to {cells - 1}.", field="searchers", index=i
            )
        if not _is_number(glimpse) or not 0.0 <= glimpse <= 1.0:
            raise InvalidInput(
                f"searchers[{i}].glimpse is {glimpse!r}; a probability lies in [0, 1].", field="searchers", index=i
            )
        found.append((start, float(glimpse)))
    return found
