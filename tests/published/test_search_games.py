"""Search games whose value theory gives (THEORY 5.8, Alpern and Gal): boxes, trees, Eulerian networks, an evader.

Every value is derived again in the docstring beside it, for the hider and for the searcher.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import permutations
from math import exp

import numpy as np
import pytest
from numpy.typing import NDArray

from wayhome.science.robust import matrix_game, mixed_plan

Array = NDArray[np.float64]


@pytest.mark.parametrize("alphas", [(0.5, 0.25), (0.9, 0.9, 0.9), (1.0, 0.5, 0.2, 0.1)])
def test_one_look_into_boxes(alphas: tuple[float, ...]) -> None:
    """A look into box i finds with alpha_i: at p_i ~ 1/alpha_i all looks are worth 1/sum(1/alpha), both ways round."""
    harmonic = 1.0 / sum(1.0 / alpha for alpha in alphas)
    game = matrix_game(np.diag(alphas))
    assert game.value == pytest.approx(harmonic, abs=1e-12)
    assert game.hider == pytest.approx([harmonic / alpha for alpha in alphas], abs=1e-12)
    assert game.searcher == pytest.approx([harmonic / alpha for alpha in alphas], abs=1e-12)
    assert game.gap <= 1e-12


def test_two_boxes_in_numbers() -> None:
    """alpha .5 and .25: value 1/(2 + 4), hider and searcher at 1/3 and 2/3."""
    game = matrix_game([[0.5, 0.0], [0.0, 0.25]])
    assert game.value == pytest.approx(1 / 6)
    assert game.hider == pytest.approx([1 / 3, 2 / 3])
    assert game.searcher == pytest.approx([1 / 3, 2 / 3])


def test_an_evader_who_moves_as_he_likes() -> None:
    """Area A, swept W v dt in a step: n = A/(W v dt) cells. Who is anywhere alike at every step is found with 1/n in
    each, whatever the searcher does; a searcher anywhere alike finds anybody with 1/n. Found by t: 1 - (1 - 1/n)^(t/dt),
    which tends to 1 - exp(-W v t/A): random search, mean time A/(W v)."""
    area_m2, sweep_width_m, speed_mps, step_s = 1e6, 20.0, 0.5, 100.0
    rate_per_s = sweep_width_m * speed_mps / area_m2
    n = round(area_m2 / (sweep_width_m * speed_mps * step_s))
    a_step = matrix_game(np.eye(n)).value
    assert a_step == pytest.approx(rate_per_s * step_s)
    assert step_s / a_step == pytest.approx(1.0 / rate_per_s)  # the mean of a geometric number of steps: 1e5 s
    hours = 10 * 3600.0
    assert 1 - (1 - a_step) ** (hours / step_s) == pytest.approx(1 - exp(-rate_per_s * hours), rel=1e-3)


Edges = tuple[tuple[int, int], ...]  # all of length 1; a longer edge is several

STAR = ((0, 1), (0, 2), (2, 3), (0, 4), (4, 5), (5, 6))  # arms of 1, 2 and 3
BRANCHED = ((0, 1), (1, 2), (1, 3), (3, 4), (0, 5), (5, 6))  # a fork of 1 and 2 at the end of 1, and an arm of 2
LINE = ((0, 1), (1, 2), (2, 3))
COMB = ((0, 1), (1, 2), (2, 3), (1, 4), (2, 5), (5, 6), (3, 7))


def distances(edges: Edges) -> Array:
    n = max(max(edge) for edge in edges) + 1
    apart = np.full((n, n), np.inf)
    np.fill_diagonal(apart, 0.0)
    for a, b in edges:
        apart[a, b] = apart[b, a] = 1.0
    for k in range(n):
        apart = np.minimum(apart, apart[:, [k]] + apart[[k]])
    return apart


def arrivals(edges: Edges, leaves: Sequence[int]) -> Array:
    """When the walk from 0 that visits the leaves in this order first comes to each node."""
    apart = distances(edges)
    first = np.full(len(apart), np.inf)
    first[0] = here = now = 0
    for leaf in leaves:
        between = apart[here] + apart[leaf] <= apart[here, leaf]
        first = np.where(between, np.minimum(first, now + apart[here]), first)
        now, here = now + int(apart[here, leaf]), leaf
    return first


def leaves_of(edges: Edges) -> list[int]:
    degree = np.bincount(np.array(edges).ravel())
    return [node for node in range(1, len(degree)) if degree[node] == 1]


@pytest.mark.parametrize("edges", [STAR, BRANCHED, LINE, COMB])
def test_a_tree_is_worth_its_whole_length(edges: Edges) -> None:
    """Value L, half of the tour 2 L that walks every edge twice, over every order of leaves and every node to hide at.

    Searcher: a depth-first tour or its reverse, alike. A leaf reached at t by the one is reached at 2 L - t by the
    other: L on average, and no node is first reached later on average than a leaf behind it.
    Hider: at a leaf, at every fork with chances as the lengths of the branches. On arms a_i any depth-first order takes
    (sum a_i^2 + 2 sum a_i a_j)/L = L; a fork is an arm as long as its branch.
    """
    tours = list(permutations(leaves_of(edges)))
    times = np.array([arrivals(edges, tour) for tour in tours])
    length = len(edges)
    game = matrix_game(-times)
    assert -game.value == pytest.approx(length, abs=1e-9)
    assert game.gap <= 1e-9


@pytest.mark.parametrize(
    ("edges", "tour", "hides"),
    [
        (STAR, (1, 3, 6), {1: 1 / 6, 3: 2 / 6, 6: 3 / 6}),
        (BRANCHED, (2, 4, 6), {2: 4 / 6 * 1 / 3, 4: 4 / 6 * 2 / 3, 6: 2 / 6}),
    ],
)
def test_the_strategies_that_make_it_so(edges: Edges, tour: tuple[int, ...], hides: Mapping[int, float]) -> None:
    there_and_back = (arrivals(edges, tour) + arrivals(edges, tour[::-1])) / 2
    assert there_and_back[list(hides)] == pytest.approx([6.0] * 3)
    assert there_and_back.max() == 6.0
    for order in permutations(hides):
        assert sum(share * arrivals(edges, order)[leaf] for leaf, share in hides.items()) >= 6.0 - 1e-12


TRIANGLE = ((0, 1), (1, 2), (2, 0))
EIGHT = ((0, 1), (1, 2), (2, 0), (0, 3), (3, 4), (4, 0))
BOW = ((0, 1), (1, 2), (2, 3), (3, 0), (2, 4), (4, 5), (5, 2))  # a square and a triangle that meet away from the start
THREE_ARCS = ((0, 1), (1, 4), (0, 2), (2, 4), (0, 3), (3, 4))

Tour = tuple[tuple[int, int], ...]  # (edge, node it is entered from), in the order in which edges are first walked


def found_after(edges: Edges, tour: Tour, hidden: int) -> float:
    """Time to the middle of the edge, entered from the node, by the shortest ways between edges."""
    apart, here, now = distances(edges), 0, 0.0
    for edge, node in tour:
        now += float(apart[here, node])
        if edge == hidden:
            return now + 0.5
        a, b = edges[edge]
        here, now = (b if node == a else a), now + 1.0
    raise AssertionError("the tour leaves an edge out")


def quickest(edges: Edges, chance: Mapping[int, float]) -> Tour:
    """The walk that finds soonest on average, among all, for these chances of hiding in the middle of each edge.

    Dynamic programming over where one is and which edges are done; an edge walked on the way to another could as well
    have been done then, and that is among the choices.
    """
    apart = distances(edges)

    @cache
    def rest(here: int, done: int) -> tuple[float, Tour]:
        left = sum(p for edge, p in chance.items() if not done >> edge & 1)
        if left <= 0.0:
            return 0.0, tuple((edge, edges[edge][0]) for edge in range(len(edges)) if not done >> edge & 1)
        best: tuple[float, Tour] | None = None
        for edge, ends in enumerate(edges):
            if done >> edge & 1 or not chance.get(edge):
                continue
            for node, then in (ends, ends[::-1]):
                after, tour = rest(then, done | 1 << edge)
                p = chance[edge]
                cost = left * (float(apart[here, node]) + 0.5) + (left - p) * 0.5 + after
                if best is None or cost < best[0]:
                    best = cost, ((edge, node), *tour)
        assert best is not None
        return best

    return rest(0, 0)[1]


def value_of(edges: Edges) -> float:
    def payoff(tour: Tour, hidden: int) -> float:
        return -found_after(edges, tour, hidden)

    def hide(tours: Mapping[Tour, float]) -> int:
        return min(range(len(edges)), key=lambda edge: sum(p * payoff(tour, edge) for tour, p in tours.items()))

    first = tuple((edge, edges[edge][0]) for edge in range(len(edges)))
    mixed = mixed_plan(payoff, lambda chance: quickest(edges, chance), hide, (first, 0))
    assert mixed.gap <= 1e-8
    return -mixed.value


@pytest.mark.parametrize("edges", [TRIANGLE, EIGHT, BOW])
def test_an_eulerian_network_is_worth_half_its_length(edges: Edges) -> None:
    """Value L/2, against every walk: the searcher's best answers come from dynamic programming, not from a list.

    Searcher: an Eulerian tour or its reverse, alike: a point reached at t by one is reached by L - t at the latest by
    the other. Hider: anywhere alike; by time t at most t of L is seen, so the mean is L/2 at least (in the middles of n
    edges: the k-th is not seen before k - 1/2, mean n/2).

    An area A under a sweep of width 2r is the same game on a tour of length A/(2r), but for turns and borders:
    value A/(2 * 2r), half of the exhaustive time, and the hider is anywhere alike (THEORY 12).
    """
    assert value_of(edges) == pytest.approx(len(edges) / 2, abs=1e-7)


def test_a_network_in_between() -> None:
    """Three arcs of 2 between two nodes, L = 6, shortest tour 8: between L/2 = 3 and 4."""
    assert 3.0 - 1e-7 <= value_of(THREE_ARCS) <= 4.0 + 1e-7
