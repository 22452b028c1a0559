"""The map rated against the find, at every moment that mattered: rank, density, scenario, PODs claimed, containment.

Knows what was believed then and what turned out. Refuses to judge anybody by it: one case proves little.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from wayhome.base.errors import RuleBroken
from wayhome.base.place import Position, distance_m
from wayhome.base.projection import projection
from wayhome.base.quantity import percent
from wayhome.base.record import Record
from wayhome.science.scoring import LEVELS, rating

if TYPE_CHECKING:
    from wayhome.case.area import Boundary
    from wayhome.case.decision import Find
    from wayhome.case.state import CaseState
    from wayhome.planning.belief_map import BeliefMap, Outcome

ONE_CASE = (
    "One case proves little: a good map is wrong at times and a poor one right. Pool many cases before anything is "
    "changed because of it."
)
WHERE_FOUND = (
    "The find is where the subject was found, not where the subject was at every hour before; a search that ended before "
    "the subject came there missed nothing."
)
CLAIMED = "The chance that all of them missed takes the PODs as claimed and the searches as independent of each other."
STRAIGHT = (
    "Which boundary was crossed is read off the straight way from the IPP to the find; nobody recorded the way itself."
)
WITHHELD = "The place of the find is withheld: segments, outings and distances that tell it are left out."
OF_TEAMS = ("team", "dog", "drone", "helicopter")


class Moment(Record):
    """A time at which something was decided or began, by its entry in the record."""

    label: str
    at: datetime
    seq: int


def found_at(state: CaseState) -> tuple[Find, Position]:
    """The find that the map is rated against, and its place; or a sentence that says why there is none."""
    find = state.decisions.find
    if find is None:
        raise RuleBroken("Nobody is found in this case; the map is rated after the find (report_find).")
    if find.position is None:
        raise RuleBroken("The place of the find is erased; the map can no longer be rated.")
    return find, find.position


def after_action_data(
    state: CaseState, believed: Iterable[tuple[Moment, BeliefMap]], *, withheld: bool = False
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Ratings of the maps of some moments before the find, the last of them the last there was; and the caveats.

    Where the place of the find is `withheld`, what would tell it is left out.

    Raises `RuleBroken` where nobody is found, or no moment had a map.
    """
    find, place = found_at(state)
    closed = state.ending.closure
    true = closed.true_scenario if closed is not None else None
    rows: list[dict[str, Any]] = []
    last: BeliefMap | None = None
    for moment, found in believed:
        rows.append(_rated(moment, found, place, true))
        last = found
    if last is None:
        raise RuleBroken("No map was made before the find; there is nothing to rate.")
    searches, tried = _searches(state, last, find, place, withheld)
    lines = [] if withheld else [_boundary(b, state, find, place) for b in state.area.boundaries.values()]
    ipp = state.area.ipp
    caveats = [ONE_CASE, WHERE_FOUND]
    caveats += [CLAIMED] if len(tried) > 1 else []
    caveats += [STRAIGHT] if lines else []
    caveats += [WITHHELD] if withheld else []
    if true is None:
        caveats.append("Nobody has said which scenario was true (close_case true_scenario); its weight is not shown.")
    return {
        "sentence": _sentence(rows[-1]),
        "find": {
            "condition": find.condition, "means": find.means, "mobility": find.mobility,
            "at": find.at, "reported_at": find.reported_at,
            "position": None if withheld else place.as_json(),
            "from_ipp_m": None if withheld or ipp is None else distance_m(ipp.position, place),
            "withheld": withheld,
        },
        "true_scenario": true,
        "moments": rows,
        "searches": searches,
        "chance_missed": float(np.prod([1.0 - p for p in tried])) if tried else None,
        "calibration": _calibration(state, tried, find, place),
        "boundaries": lines,
    }, tuple(caveats)  # fmt: skip


def _rated(moment: Moment, found: BeliefMap, place: Position, true: str | None) -> dict[str, Any]:
    belief = found.belief
    got = rating(belief.poa, belief.rest_of_world, place)
    weights = dict(zip(belief.names, map(float, belief.weights), strict=True))
    before = dict(zip(found.prior.names, map(float, found.prior.weights), strict=True))
    return {
        **moment.as_json(), "r": got.r, "log_density_nat_per_km2": got.log_density_nat_per_km2,
        "mass_above": got.mass_above, "mass_level": got.mass_level, "inside": got.inside,
        "within": next((level for level in LEVELS if got.inside and got.contained(level) >= 0.5), None),
        "rest_of_world": got.rest_of_world,
        "true_weight": None if true is None else weights.get(true),
        "true_weight_before": None if true is None else before.get(true),
    }  # fmt: skip


def _sentence(row: dict[str, Any]) -> str:
    r = f"R = {row['r']:.2f} (1 is the best place to look, 0 is chance, -1 the worst)"
    if not row["inside"]:
        return (
            f"The find lies outside the map. The last map before it, at entry {row['seq']}, had put "
            f"{percent(row['rest_of_world'])} outside, which rates {r}."
        )
    return (
        f"The last map before the find, at entry {row['seq']}, rates {r}: {percent(row['mass_above'])} of the probability "
        f"lay on ground held likelier than the place of the find, and {percent(row['rest_of_world'])} outside the map."
    )


# -- searches ---------------------------------------------------------------------------------------


def _searches(
    state: CaseState, last: BeliefMap, find: Find, place: Position, withheld: bool
) -> tuple[list[dict[str, Any]], list[float]]:
    """Searches over the ground where the subject was found, and the POD there of those that ended before the find."""
    cell = last.belief.grid.cell_at(place)
    rows, tried = [], []
    for outcome in last.outcomes:
        if cell is None or not np.asarray(outcome.mask.values, bool)[cell]:
            continue
        key = outcome.search.assignment
        ended = state.assignments.assignments[key].debrief
        pod = _pod(outcome, cell, find)
        is_before = find.at is None or ended is None or ended.at <= find.at
        if is_before:
            tried.append(pod)
        rows.append({
            "assignment": None if withheld else key,
            "segment": None if withheld else state.assignments.assignments[key].segment,
            "pod_there": pod, "pod_mean": _mean(outcome), "debriefed_at": None if ended is None else ended.at,
            "before_find": is_before,
        })  # fmt: skip
    return rows, tried


def _pod(outcome: Outcome, cell: tuple[int, int], find: Find) -> float:
    """POD claimed where the subject was found, for one who answers where that is what was found."""
    pods = outcome.searched.pods
    answers = find.mobility in ("mobile_responsive", "immobile_responsive")
    return float(np.asarray((pods[0] if answers else pods[-1]).values, float)[cell])


def _mean(outcome: Outcome) -> float:
    return float(np.asarray(outcome.pod.values, float)[np.asarray(outcome.mask.values, bool)].mean())


def _calibration(state: CaseState, tried: Sequence[float], find: Find, place: Position) -> dict[str, Any]:
    """PODs claimed over that ground against what came of them: a line for a record of many cases."""
    by_search = find.means in OF_TEAMS and any(_holds(state, a.segment, place) for a in _out_then(state, find))
    return {
        "claimed": [float(p) for p in tried],
        "expected_finds": float(sum(tried)),
        "searches": len(tried),
        "finds": 0,
        "found_by_a_later_search": by_search,
    }


def _out_then(state: CaseState, find: Find) -> list[Any]:
    """Outings that were in the field when the subject was found."""
    at = find.at or find.reported_at
    if at is None:
        return []
    return [
        a for a in state.assignments.assignments.values()
        if a.dispatched_at is not None and a.dispatched_at <= at and a.cancelled is None
        and (a.back_at is None or a.back_at >= at) and (a.debrief is None or a.debrief.at >= at)
    ]  # fmt: skip


def _holds(state: CaseState, segment: str, place: Position) -> bool:
    """Whether a segment's ring holds a place; even-odd rule in degrees, fit for segments of a few kilometres."""
    ring = state.area.segments[segment].ring
    inside = False
    for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (a.lat_deg > place.lat_deg) != (b.lat_deg > place.lat_deg):
            share = (place.lat_deg - a.lat_deg) / (b.lat_deg - a.lat_deg)
            inside ^= place.lon_deg < a.lon_deg + share * (b.lon_deg - a.lon_deg)
    return inside


# -- containment ------------------------------------------------------------------------------------


def _boundary(boundary: Boundary, state: CaseState, find: Find, place: Position) -> dict[str, Any]:
    """Whether the find lies beyond a boundary, and what its watches would have noticed."""
    assert state.area.crs is not None and state.area.ipp is not None, "a boundary is drawn in a case with a place"
    flat = projection(state.area.crs).xy_m
    crossings = _crossings([flat(p) for p in boundary.line], flat(state.area.ipp.position), flat(place))
    begin, end = state.area.ipp.at, find.at or find.reported_at
    stood = [
        w for w in boundary.watches
        if not (end is not None and w.since is not None and w.since > end)
        and not (begin is not None and w.until is not None and w.until < begin)
    ]  # fmt: skip
    missed = min((1.0 - w.quality for w in stood), default=1.0)
    beyond = crossings % 2 == 1
    if not beyond:
        says = f"The find lies on this side of {boundary.name}: nobody was missed there."
    elif not stood:
        says = f"The find lies beyond {boundary.name}, which nobody watched in that time."
    else:
        says = (
            f"The find lies beyond {boundary.name}, which was watched: the subject crossed before the watch or in a gap of "
            f"it, went round it, or was missed (chance {percent(missed)} at its best)."
        )
    return {
        "id": boundary.id, "name": boundary.name, "beyond": beyond, "crossings": crossings,
        "watches": [{"quality": w.quality, "since": w.since, "until": w.until} for w in stood],
        "chance_missed": missed if beyond else None, "sentence": says,
    }  # fmt: skip


def _crossings(line: list[tuple[float, float]], a: tuple[float, float], b: tuple[float, float]) -> int:
    """How often the straight way from `a` to `b` crosses a line; a vertex on the way counts for one of its two sides."""

    def side(p: tuple[float, float], q: tuple[float, float], x: tuple[float, float]) -> bool:
        return (q[0] - p[0]) * (x[1] - p[1]) - (q[1] - p[1]) * (x[0] - p[0]) > 0.0

    return sum(side(a, b, p) != side(a, b, q) and side(p, q, a) != side(p, q, b) for p, q in pairwise(line))
