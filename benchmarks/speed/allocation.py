"""Best use of effort at sizes no incident reaches; each answer carries its own proof."""

from __future__ import annotations

import numpy as np

from benchmarks.measure import REPEATS, Stopwatch, Table, seconds
from wayhome.science.allocation import allocation

SIZES = ((1_000_000, 1), (10_000, 20), (500, 20))


def measured() -> Table:
    """Random POA and rates, effort enough for a mean coverage of about one half."""
    rows = []
    for cells, resources in SIZES:
        rng = np.random.default_rng(7)
        poa = rng.random(cells) ** 4
        poa *= 0.95 / poa.sum()
        rate = rng.uniform(0.5, 1.5, (cells, resources))
        effort = np.full(resources, 0.5 * cells / resources)
        allocation(poa[:50], rate[:50], effort)
        watch = Stopwatch()
        for _ in range(REPEATS):
            with watch:
                found = allocation(poa, rate, effort)
        rows.append(
            (f"{cells:,} x {resources}", seconds(watch.cpu_s), seconds(watch.wall_s), f"{found.pos:.6f}", f"{max(found.gap, 0.0):.0e}")
        )  # fmt: skip
    return Table(
        "Allocation", ("cells x resources", "CPU", "wall", "POS", "proved gap"), tuple(rows),
        (f"Medians of {REPEATS}. The gap bounds what any other allocation could find beyond this POS.",),
    )  # fmt: skip
