"""Simulation-based calibration of the belief's updates (Talts et al. 2018, arXiv:1804.06788).

Scene, truth and evidence are drawn at random; if Bayes' rule is done right, the truth's rank among draws from the
belief is uniform. Two updates that are done wrong on purpose show that the test can fail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import chi2

from benchmarks.measure import Table
from wayhome.base.raster import Grid, Raster
from wayhome.science.belief import Belief

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE, CELL_M = 8, 100.0
SCENARIOS = 3
GRID = Grid(crs="EPSG:32619", x_west_m=300_000.0, y_north_m=4_700_000.0, cell_m=CELL_M, height=SIDE, width=SIDE)
REPEATS, DRAWS, BINS = 4000, 99, 20
SEARCHES = 3
SIGHTING_M = 150.0  # error of a sighting, and
SIGHTED_M = 3000.0  # the side of the square around the map over which sightings of others are spread
SEED = 20_26

Truth = tuple[int, int]
"""Scenario and flat cell; the cell after the last one is the rest of the world."""


def scene(rng: np.random.Generator) -> Belief:
    """Scenarios whose maps are lumpy, with some of the world outside."""
    parts = []
    weights = rng.dirichlet(np.ones(SCENARIOS))
    for k in range(SCENARIOS):
        mass = rng.dirichlet(np.full(SIDE * SIDE + 1, rng.uniform(0.1, 2.0)))
        outside = rng.uniform(0.0, 0.4)
        inside = mass[:-1].reshape(GRID.shape) * (1.0 - outside) / mass[:-1].sum()
        parts.append((f"scenario {k}", float(weights[k]), Raster(inside, GRID, "poa"), float(1.0 - inside.sum())))
    return Belief.mixture(GRID, parts)


def drawn(belief: Belief, rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """`[n, 2]` draws of scenario and cell."""
    joint = np.concatenate([belief.maps.reshape(SCENARIOS, -1), belief.rest_of_world_given[:, None]], axis=1)
    joint = joint * belief.weights[:, None]
    flat = rng.choice(joint.size, size=n, p=joint.ravel() / joint.sum())
    return np.column_stack(np.unravel_index(flat, joint.shape)).astype(np.int64)


def searched(belief: Belief, truth: Truth, rng: np.random.Generator, times: int = 1) -> Belief | None:
    """After searches of random parts of the map that found nothing; None where the subject was found."""
    for _ in range(SEARCHES):
        pod = rng.uniform(0.0, 0.95, GRID.shape) * (rng.random(GRID.shape) < 0.4)
        if truth[1] < SIDE * SIDE and rng.random() < pod.ravel()[truth[1]]:
            return None
        for _ in range(times):
            belief = belief.searched(Raster(pod, GRID, "pod"))[0]
    return belief


def sighted(belief: Belief, truth: Truth, rng: np.random.Generator, outside: float = 1.0) -> Belief | None:
    """After a sighting with an error; of a subject who is elsewhere, anywhere about the map."""
    centre = np.array([GRID.x_west_m + SIDE * CELL_M / 2, GRID.y_north_m - SIDE * CELL_M / 2])
    x, y = np.meshgrid(GRID.x_m(), GRID.y_m())
    if truth[1] < SIDE * SIDE:
        seen = np.array([x.ravel()[truth[1]], y.ravel()[truth[1]]]) + rng.normal(0.0, SIGHTING_M, 2)
    else:
        seen = centre + rng.uniform(-SIGHTED_M / 2, SIGHTED_M / 2, 2)
    squared = ((x - seen[0]) ** 2 + (y - seen[1]) ** 2) / SIGHTING_M**2
    inside = np.exp(-0.5 * squared) / (2.0 * np.pi * SIGHTING_M**2)
    elsewhere = float(np.abs(seen - centre).max() <= SIGHTED_M / 2) / SIGHTED_M**2
    return belief.given(Raster(inside, GRID, "factor"), outside * elsewhere)[0]


def both(belief: Belief, truth: Truth, rng: np.random.Generator) -> Belief | None:
    """A sighting, and searches after it."""
    after = sighted(belief, truth, rng)
    return None if after is None else searched(after, truth, rng)


CASES: dict[str, tuple[Callable[[Belief, Truth, np.random.Generator], Belief | None], bool]] = {
    "three searches": (searched, True),
    "a sighting": (sighted, True),
    "a sighting, then three searches": (both, True),
    "wrong: every search counted twice": (lambda b, t, rng: searched(b, t, rng, times=2), False),
    "wrong: rest of the world by a tenth": (lambda b, t, rng: sighted(b, t, rng, outside=0.1), False),
}


def statistics(before: Belief, points: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """What is ranked, for draws `[n, 2]`; ties are broken by chance."""
    cell = points[:, 1]
    poa = np.append(np.asarray(before.poa.values).ravel(), before.rest_of_world)
    return {"scenario": points[:, 0].astype(float), "place": cell.astype(float), "first POA": poa[cell]}


def ranks(
    update: Callable[[Belief, Truth, np.random.Generator], Belief | None], rng: np.random.Generator
) -> dict[str, NDArray[np.int64]]:
    """Rank [0, `DRAWS`] of the truth among draws from the belief, `REPEATS` times, for each statistic."""
    found: dict[str, list[int]] = {}
    done = 0
    while done < REPEATS:
        before = scene(rng)
        truth = drawn(before, rng, 1)
        after = update(before, (int(truth[0, 0]), int(truth[0, 1])), rng)
        if after is None:
            continue  # found: the belief is only ever asked about those who were not
        done += 1
        of_truth, of_draws = statistics(before, truth), statistics(before, drawn(after, rng, DRAWS))
        for name, values in of_draws.items():
            level = int((values == of_truth[name]).sum())
            found.setdefault(name, []).append(int((values < of_truth[name]).sum()) + int(rng.integers(0, level + 1)))
    return {name: np.array(values) for name, values in found.items()}


def p_value(rank: NDArray[np.int64]) -> float:
    """Chance of ranks at least so uneven, by chi-squared over `BINS` equal bins."""
    counts = np.bincount(rank * BINS // (DRAWS + 1), minlength=BINS)
    expected = rank.size / BINS
    return float(chi2.sf(((counts - expected) ** 2 / expected).sum(), BINS - 1))


def measured() -> Table:
    """One row for each kind of evidence, a column of p for each statistic."""
    names = ("scenario", "place", "first POA")
    rows = []
    for (name, (update, right)), rng in zip(CASES.items(), np.random.default_rng(SEED).spawn(len(CASES)), strict=True):
        p = {key: p_value(rank) for key, rank in ranks(update, rng).items()}
        uniform = min(p.values()) > 0.01 / (3 * len(names))
        rows.append((name, *(f"{p[key]:.2g}" for key in names), "yes" if uniform == right else "NO"))
    notes = (
        f"p by chi-squared of {REPEATS:,} ranks in {BINS} bins; {DRAWS} draws each from the belief of a random scene of {SIDE} x {SIDE} cells, "
        f"{SCENARIOS} scenarios and a rest of the world.",
        "Right updates should show any p but tiny ones (as expected: none of nine below 0.01/9); the two wrong ones must show one.",
    )
    return Table("Calibration of the belief by simulation", ("evidence", *names, "as expected"), tuple(rows), notes)


if __name__ == "__main__":
    print(measured().markdown())
