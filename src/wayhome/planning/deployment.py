"""Which team could search which segment when: needs against limits, the way there and back, daylight, endurance.

Knows the numbers and the reasons that a plan rests on. Refuses to choose: that is `science.teaming`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from wayhome.base.place import distance_m
from wayhome.base.projection import geodesic_area_m2, projection
from wayhome.base.quantity import percent
from wayhome.base.sources import Sourced
from wayhome.case.tasking import Limits, Needs
from wayhome.planning.belief_map import grid_of
from wayhome.planning.inputs import Period, PlanInputs
from wayhome.planning.products import segment_cells
from wayhome.science.daylight import nights
from wayhome.science.sensors import light_factor
from wayhome.science.terrain import in_sight, slope_deg
from wayhome.science.travel import travel_seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wayhome.case.area import Shape
    from wayhome.case.people import Team
    from wayhome.planning.belief_map import BeliefMap, Sources

    Array = NDArray[np.float64]

WALK_MPS = 1.0  # to a segment where there is no terrain model; said as a caveat
STEEP_DEG = Sourced(value=35.0, unit="deg", source="wayhome", doubt="own choice: ground where hands are needed")
MAST_M, HANDHELD_M = 10.0, 1.5  # antennas at the base and of a team; own choice, said as a caveat
REFLEX = "Reflex task"  # how the remark of a segment that the bike wheel asks for begins


@dataclass(frozen=True, kw_only=True, eq=False)
class Field:
    """What every team could do where: `S` segments, `K` teams, `P` periods, `M` scenarios.

    `poa` `[M, S]` given each scenario, after what is on its way; `hours` and `coverage` `[S, K, P]` after the way there
    and back, daylight and endurance, 0 where the team cannot; `why_not` says why, by (segment, team).
    """

    masks: tuple[NDArray[np.bool_], ...]
    area_m2: Array
    weights: Array
    poa: Array
    walk_h: Array
    hours: Array
    coverage: Array
    allowed: NDArray[np.bool_]
    first: NDArray[np.bool_]
    why_not: dict[tuple[int, int], tuple[str, ...]]
    remarks: tuple[tuple[str, ...], ...]
    caveats: tuple[str, ...]


def field(inputs: PlanInputs, found: BeliefMap, sources: Sources) -> Field:
    """The numbers of a plan."""
    belief, grid = found.belief, found.belief.grid
    caveats: list[str] = []
    first = np.array([_is_reflex(s, found) for s in inputs.segments], bool)
    masks = _apart([segment_cells(grid, s.ring) for s in inputs.segments], first, caveats)
    area_m2 = np.array([geodesic_area_m2(s.ring) for s in inputs.segments])
    poa = np.array([[m[mask].sum() for mask in masks] for m in belief.maps])
    numbers = {s.id: i for i, s in enumerate(inputs.segments)}
    for out in inputs.out:
        s = numbers[out.segment]
        expected = _rate(out.team, float(area_m2[s])) * out.hours
        poa[:, s] *= np.exp(-expected)
        caveats.append(
            f"{out.assignment} is under way in {inputs.segments[s].name}: counted as if it covers it {expected:.2f} times "
            "and finds nothing."
        )
    walk_h, remarks = _ground(inputs, sources, masks, caveats)
    teams, periods = inputs.teams, inputs.periods
    hours = np.zeros((len(inputs.segments), len(teams), len(periods)))
    coverage = np.zeros(hours.shape)
    allowed = np.zeros(hours.shape, bool)
    night, sources_ = light_factor("foot", "night")
    by_night = False
    why_not: dict[tuple[int, int], tuple[str, ...]] = {}
    for k, team in enumerate(teams):
        limits = inputs.limits.get(team.id, Limits())
        for s, segment in enumerate(inputs.segments):
            needs = inputs.needs.get(segment.id, Needs())
            against = unfit(team, limits, needs, inputs)
            if against:
                why_not[s, k] = tuple(against)
                continue
            for p, period in enumerate(periods):
                if p == 0 and team.id not in inputs.free:
                    continue
                got, dark = _search_hours(period, limits, needs, float(walk_h[s]), inputs)
                by_night |= dark > 0.0
                hours[s, k, p] = got
                coverage[s, k, p] = _rate(team, float(area_m2[s])) * (
                    got - dark + dark * (night if _on_foot(team) else 1.0)
                )
                allowed[s, k, p] = got > 0.0
            if not allowed[s, k].any() and (team.id in inputs.free or len(periods) > 1):
                why_not[s, k] = ("no time is left there after the way there and back, daylight and endurance",)
    if by_night:
        caveats.append(
            f"Part of it is dark: on foot the sweep width is taken {night:g} times that by day ({', '.join(sources_)}: one "
            "temperate forest); for dogs, drones and aircraft no factor is known and none is used."
        )
    return Field(
        masks=tuple(masks), area_m2=area_m2, weights=np.asarray(belief.weights), poa=poa, walk_h=walk_h, hours=hours,
        coverage=coverage, allowed=allowed, first=first, why_not=why_not, remarks=remarks,
        caveats=tuple(caveats),
    )  # fmt: skip


def unfit(team: Team, limits: Limits, needs: Needs, inputs: PlanInputs) -> list[str]:
    """Why a team must not search a segment; empty where it may. Skills and equipment are compared case-blind."""
    against = []
    for what, asked, has in (("skill", needs.skills, team.skills), ("equipment", needs.equipment, limits.equipment)):
        have = {h.strip().lower() for h in has}
        missing = [a for a in asked if a.strip().lower() not in have]
        if missing:
            against.append(f"it lacks the {what} {', '.join(missing)}")
    if team.searchers < needs.least_searchers:
        against.append(f"it is {team.searchers}, and at least {needs.least_searchers} are needed")
    if needs.least_rank:
        order = inputs.leaders.get(team.id)
        if order is None or order < inputs.ranks.get(needs.least_rank, 0):
            against.append(f"its leader does not hold the rank {needs.least_rank}")
    if needs.radio is False and not limits.own_radio:
        against.append("there is no radio cover and it has no radio of its own")
    return against


def _rate(team: Team, area_m2: float) -> float:
    """Coverage that a team lays in a segment in an hour, W*v*n/A."""
    return team.sweep_width_m * team.speed_mps * 3600.0 * team.searchers / area_m2


def _search_hours(
    period: Period, limits: Limits, needs: Needs, walk_h: float, inputs: PlanInputs
) -> tuple[float, float]:
    """Hours of search that are left of a period, and how many of them are dark."""
    late_h = 0.0
    if limits.ready_at is not None and period.starts_at is not None:
        late_h = max(0.0, (limits.ready_at - period.starts_at).total_seconds() / 3600.0)
    out_h = min(period.hours - late_h, limits.endurance_h)
    begin_h, end_h = late_h + walk_h, late_h + out_h - walk_h
    if end_h <= begin_h:
        return 0.0, 0.0
    dark_h = 0.0
    if period.starts_at is not None:
        begin = period.starts_at + timedelta(hours=begin_h)
        dark_h = sum(b - a for a, b in nights(inputs.base, begin, 3600.0 * (end_h - begin_h))) / 3600.0
    if needs.daylight_only or not limits.at_night:
        return max(0.0, end_h - begin_h - dark_h), 0.0
    return end_h - begin_h, dark_h


def _on_foot(team: Team) -> bool:
    """Whether a team searches on foot by sight, as far as its kind says."""
    return not any(word in team.kind.lower() for word in ("dog", "k9", "drone", "air", "heli", "plane", "sound"))


def _is_reflex(segment: Shape, found: BeliefMap) -> bool:
    """A segment that the bike wheel asked for, and that nobody has searched yet."""
    if not segment.remark.startswith(REFLEX):
        return False
    cells = segment_cells(found.belief.grid, segment.ring)
    return not any((cells & np.asarray(o.mask.values, bool)).sum() > 0.5 * cells.sum() for o in found.outcomes)


def _apart(masks: list[NDArray[np.bool_]], first: NDArray[np.bool_], caveats: list[str]) -> list[NDArray[np.bool_]]:
    """The masks without what an earlier one holds, reflex tasks before the others: no probability counts twice."""
    taken = np.zeros_like(masks[0])
    out: list[NDArray[np.bool_]] = [taken] * len(masks)
    shared = False
    for i in np.argsort(~first, kind="stable"):
        shared |= bool((masks[i] & taken).any())
        out[i] = masks[i] & ~taken
        taken = taken | masks[i]
    if shared:
        caveats.append("Segments overlap: what two of them hold counts in the first, reflex tasks before others.")
    return out


def _ground(
    inputs: PlanInputs, sources: Sources, masks: list[NDArray[np.bool_]], caveats: list[str]
) -> tuple[Array, tuple[tuple[str, ...], ...]]:
    """Hours on foot to each segment, and remarks on its ground: what is steep, where the base's radio does not reach."""
    grid = grid_of(inputs.map)
    ground = sources.ground(inputs.map, grid)
    if ground.dem is None:
        caveats.append(f"No terrain model: the way to a segment is counted straight at {WALK_MPS:g} m/s.")
        away = [min(distance_m(inputs.base, p) for p in s.ring) / WALK_MPS / 3600.0 for s in inputs.segments]
        return np.array(away), tuple(() for _ in masks)
    xy = projection(grid.crs).xy_m(inputs.base)
    seconds, told = travel_seconds(ground, xy)
    caveats += told
    steep = np.asarray(slope_deg(ground.dem).values) > float(STEEP_DEG)
    here = grid.cell_of(*xy)
    in_cover = None
    if here is not None and np.isfinite(ground.dem.values[here]):
        in_cover = np.asarray(in_sight(ground.dem, xy, above_m=MAST_M, there_m=HANDHELD_M).values, bool)
        caveats.append(
            f"Radio: straight lines from a mast of {MAST_M:g} m at the base over the bare terrain model; trees and power are not known."
        )
    walk_h, remarks = [], []
    for mask in masks:
        held = np.asarray(seconds.values)[mask]
        walk_h.append(float(held.min()) / 3600.0 if held.size else np.inf)
        said = []
        share = float(steep[mask].mean()) if mask.any() else 0.0
        if share >= 0.05:
            said.append(f"{percent(share, 0)} of it is steeper than {float(STEEP_DEG):g} degrees")
        seen = None if in_cover is None or not mask.any() else float(in_cover[mask].mean())
        if seen is not None and seen < 0.5:
            said.append(f"the base's radio reaches {percent(seen, 0)} of it")
        remarks.append(tuple(said))
    return np.array(walk_h), tuple(remarks)


def reasons(field_: Field, inputs: PlanInputs, k: int) -> str:
    """Why a team has no task that it could do."""
    told: dict[str, list[str]] = {}
    for s, segment in enumerate(inputs.segments):
        for why in field_.why_not.get((s, k), ()):
            told.setdefault(why, []).append(segment.name)
    return "; ".join(f"{', '.join(names)}: {why}" for why, names in told.items())
