"""What a plan costs if the map is wrong: another scenario alone, half the POD, an IPP somewhere else.

Knows which mistakes are worth asking after. Refuses to say how likely they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from wayhome.base.errors import InvalidInput
from wayhome.base.projection import projection
from wayhome.base.quantity import metres, percent
from wayhome.base.sources import Sourced
from wayhome.planning.products import halved_pod, segment_cells
from wayhome.science.robust import Regret, Truth, regrets
from wayhome.science.teaming import team_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wayhome.planning.belief_map import BeliefMap
    from wayhome.planning.inputs import MapInputs, PlanInputs
    from wayhome.planning.plan import Planned

SHIFT_M = Sourced(
    value=1000.0, unit="m", source="wayhome", doubt="own choice: the wrong car park, or a sighting a valley off"
)
SIDES = (("north", 0, 1), ("east", 1, 0), ("south", 0, -1), ("west", -1, 0))
HALF = 0.5
WALKERS = 5000  # of the maps made for comparison only
TIME_LIMIT_S = 1.0  # for the best plan under each truth


def wrong_data(
    made: Planned, found: BeliefMap, belief: Callable[[MapInputs], BeliefMap], clock: Callable[[], float]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Regret of a plan's searches under each of several truths; `belief` makes other maps.

    `best` is what the same whole teams could have found at most by searching, had they known.
    """
    inputs, of = made.inputs, made.field
    rough = inputs.map.replace(walkers=WALKERS)
    caveats = [
        "Regret is the most that knowing better could have gained; it says nothing of how likely that truth is.",
        f"A shifted IPP is {metres(float(SHIFT_M))} off, to each side in turn; this distance is this project's own choice.",
    ]
    expected = of.weights @ of.poa
    truths = [Truth(name="as the map says", poa=expected)]
    titles = {p.id: p.title for p in inputs.map.parts}
    for name, weight, poa in zip(found.belief.names, of.weights, of.poa, strict=True):
        if weight > 0.0 and len(of.weights) > 1:
            truths.append(Truth(name=f"only {titles.get(name, name)}", poa=poa))
    truths.append(Truth(name="half the sweep width", poa=expected, rate_factor=HALF))
    if inputs.map.searches:
        truths.append(Truth(name="earlier searches half as good", poa=_poa(inputs, belief(halved_pod(rough)))))
    for side, east, north in SIDES:
        shifted = _shifted(rough, east * float(SHIFT_M), north * float(SHIFT_M))
        truths.append(Truth(name=f"IPP {metres(float(SHIFT_M))} {side}", poa=_poa(inputs, belief(shifted))))
    coverage = of.coverage.reshape(len(of.area_m2), -1)
    searches = replace(made.question, weights=None, value=None, hours=of.hours, allowed=of.allowed, is_reflex=of.first)

    def best(truth: Truth) -> float:
        known = replace(searches, poa=truth.poa, coverage=truth.rate_factor * of.coverage)
        return team_plan(known, clock=clock, time_limit_s=TIME_LIMIT_S).upper_bound

    rows = regrets(made.laid, truths, coverage, np.ones(coverage.shape[1]), best)
    worst = max(rows[1:], key=lambda r: r.regret)
    return {
        "truths": [{"name": r.name, "had": r.had, "best": r.best, "regret": r.regret, "share": r.share} for r in rows],
        "sentence": _sentence(rows[0], worst),
    }, tuple(caveats)  # fmt: skip


def _sentence(expected: Regret, worst: Regret) -> str:
    if worst.regret < 0.0005:
        return "None of these mistakes would have called for another plan."
    return (
        f"If the map is right, this plan finds with {percent(expected.had)}. The mistake that costs most is "
        f"“{worst.name}”: then it finds with {percent(worst.had)} where up to {percent(worst.best)} were possible."
    )


def _shifted(inputs: MapInputs, east_m: float, north_m: float) -> MapInputs:
    out = projection(inputs.crs)
    x, y = out.xy_m(inputs.ipp)
    return inputs.replace(ipp=out.position(x + east_m, y + north_m))


def _poa(inputs: PlanInputs, found: BeliefMap) -> NDArray[np.float64]:
    """POA of each segment on another map; what two segments hold counts in the first."""
    grid = found.belief.grid
    taken = np.zeros(grid.shape, bool)
    held = []
    for segment in inputs.segments:
        try:
            mask = segment_cells(grid, segment.ring) & ~taken
        except InvalidInput:  # at the edge of the box, and now beyond it
            mask = np.zeros(grid.shape, bool)
        taken |= mask
        held.append(float(np.sum(np.asarray(found.belief.poa.values), where=mask)))
    return np.array(held)
