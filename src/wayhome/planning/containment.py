"""What watching a boundary is worth in the hours ahead: the chance to stop a subject there, and what silence would tell.

Knows walkers followed on from now. Refuses to value a watch where no scenario moves: nothing is known of crossings.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING

import numpy as np

from wayhome.base.sources import Sourced
from wayhome.planning import moving
from wayhome.planning.belief_map import grid_of
from wayhome.planning.inputs import MOVED_AT_MOST_H
from wayhome.science import departure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wayhome.planning.belief_map import BeliefMap, Sources
    from wayhome.planning.inputs import Line, PlanInputs

    Array = NDArray[np.float64]

WATCH_QUALITY = Sourced(
    value=0.7, unit="fraction", source="wayhome",
    doubt="own choice: chance that a team at a crossing notices the subject, where no watch there has said better",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Containment:
    """Boundaries that could be watched: `[B, P]` chance that the subject crosses, that a team stops it, and expected bits.

    `bits` is what noticing or silence would tell of whether the subject leaves by there in that period.
    """

    lines: tuple[Line, ...]
    crossing: Array
    stopped: Array
    bits: Array
    caveats: tuple[str, ...]


def containment(inputs: PlanInputs, found: BeliefMap, sources: Sources) -> Containment:
    """The worth of a watch at every boundary in every period."""
    lines, periods = inputs.map.lines, inputs.periods
    crossing = np.zeros((len(lines), len(periods)))
    stopped, bits = crossing.copy(), crossing.copy()
    start = inputs.map.ipp_at
    spans = [
        ((p.starts_at - start).total_seconds(), (p.starts_at - start).total_seconds() + 3600.0 * p.hours)
        for p in periods
        if p.starts_at is not None and start is not None
    ]
    if not (lines and found.streams and len(spans) == len(periods)):
        return Containment(lines=(), crossing=crossing[:0], stopped=stopped[:0], bits=bits[:0], caveats=())
    last_s = min(spans[-1][1], 3600.0 * MOVED_AT_MOST_H)
    ahead = inputs.map.replace(now_s=max(last_s, inputs.map.now_s or 0.0))
    grid = grid_of(inputs.map)
    land = sources.land(inputs.map, grid)
    weights = dict(zip([p.id for p in inputs.map.parts], found.belief.weights, strict=True))
    for part in inputs.map.parts:
        counted = found.streams.get(part.id)
        if counted is None:
            continue
        there = moving.stream(ahead, part, land, grid, [], own=sources.statistics(inputs.map)).crossed_at_s
        hides = float(departure.EVADER_QUALITY_FACTOR) if counted.stream.hides else 1.0
        share = float(weights[part.id]) * (1.0 - counted.share) * counted.weights / counted.weights.sum()
        for b, line in enumerate(lines):
            for p, (begin, end) in enumerate(spans):
                crosses = float(share[(there[:, b] > begin) & (there[:, b] <= end)].sum())
                quality = hides * max([q for q, *_ in line.watches] or [float(WATCH_QUALITY)])
                unseen = 1.0 - hides * _watching(line, 0.5 * (begin + end))
                crossing[b, p] += crosses
                stopped[b, p] += crosses * unseen * quality
    for b in range(len(lines)):
        for p in range(len(periods)):
            bits[b, p] = _bits(float(crossing[b, p]), float(stopped[b, p]))
    return Containment(
        lines=lines, crossing=crossing, stopped=stopped, bits=bits,
        caveats=(
            "A watch is valued by the walkers who would cross there and be stopped; a team notices one with "
            f"{float(WATCH_QUALITY):g} where no watch has said better (own choice).",
        ),
    )  # fmt: skip


def _watching(line: Line, at_s: float) -> float:
    """Quality of the watch that stands at a time already."""
    standing = [q for q, since, until in line.watches if (since or -np.inf) <= at_s and (until is None or at_s < until)]
    return max(standing, default=0.0)


def _bits(crossing: float, stopped: float) -> float:
    """Expected bits about whether the subject crosses, from seeing whether anybody is stopped."""
    missed = crossing - stopped
    silent = 1.0 - stopped
    if not silent > 0.0:
        return _entropy(crossing)
    return max(0.0, _entropy(crossing) - silent * _entropy(missed / silent))


def _entropy(p: float) -> float:
    return 0.0 if p <= 0.0 or p >= 1.0 else -p * log2(p) - (1.0 - p) * log2(1.0 - p)
