"""What each product needs of a case, and the content key that says whether it is stale.

A key covers exactly what the computation reads, so a new statement leaves the map alone and a new
debrief does not.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from wayhome.base.errors import RuleBroken
from wayhome.base.place import Position
from wayhome.base.record import Record
from wayhome.case.area import GroundLayer, Point, Shape
from wayhome.case.assignment import Assignment
from wayhome.case.people import Team
from wayhome.case.state import CaseState

MODEL = "ground 2"  # raise the number when the same inputs would give another map
DEFAULT_HOURS = 5.0  # a segment is searched in 4 to 6 h (FIELD 1.6)


class ScenarioPart(Record):
    """One scenario as the map needs it: its weight before and after evidence, and where it looks."""

    id: str
    title: str
    kind: str
    weight_before: float
    weight: float
    category: str | None
    rest_of_world: float
    ring: tuple[Position, ...] | None


class Search(Record):
    """One debriefed outing as the map needs it."""

    assignment: str
    ring: tuple[Position, ...]
    tracks: tuple[tuple[str, int], ...] = ()
    sweep_width_m: float | None = None
    track_length_m: float | None = None
    pod: float | None = None
    searchers: int = 1


class MapInputs(Record):
    """What the probability map rests on."""

    model: str = MODEL
    ipp: Position
    crs: str
    box_m: float
    cell_m: float
    ecoregion: str | None
    relief: str | None
    parts: tuple[ScenarioPart, ...]
    searches: tuple[Search, ...] = ()
    ground: tuple[GroundLayer, ...] = ()
    hours: float | None = None

    def prior(self) -> MapInputs:
        """The same without searches and weights: what the maps before any search rest on."""
        plain = tuple(p.replace(weight=p.weight_before) for p in self.parts)
        return self.replace(searches=(), parts=plain, ground=self.ground if self.hours is not None else ())


class PlanInputs(Record):
    """What a plan rests on: the map, the segments, the free teams, and the hours there are."""

    map: MapInputs
    segments: tuple[Shape, ...]
    teams: tuple[Team, ...]
    hours: float
    base: Position


def key(inputs: Record) -> str:
    """Content hash of inputs, hex; equal inputs give equal keys on every machine."""
    text = json.dumps(inputs.as_json(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{type(inputs).__name__}:{text}".encode()).hexdigest()


def map_inputs(state: CaseState, at: datetime | None = None) -> MapInputs:
    """The map's inputs; with `at`, the map is cut to what can be reached by then.

    Raises `RuleBroken` for a case without a place, and for a cut without a time of the last sighting.
    """
    ipp, area = _ipp(state), state.area
    weights = state.scenarios.weights(state.evidence.standing())
    parts = tuple(
        ScenarioPart(
            id=s.id, title=s.title, kind=s.kind, weight_before=s.weight, weight=weights[s.id],
            category=s.category or state.subject.category, rest_of_world=s.rest_of_world,
            ring=area.regions[s.region].ring if s.region else None,
        )
        for s in state.scenarios.scenarios
    ) or (ScenarioPart(id="lost", title="lost", kind="lost", weight_before=1.0, weight=1.0,
                       category=state.subject.category, rest_of_world=0.0, ring=None),)  # fmt: skip
    assert area.crs is not None, "an IPP without a reference system"
    return MapInputs(
        ipp=ipp.position, crs=area.crs, box_m=area.box_m, cell_m=area.cell_m, ecoregion=area.ecoregion,
        relief=area.relief, parts=parts, searches=tuple(_search(state, a) for a in state.assignments.debriefed()),
        ground=tuple(area.ground.values()), hours=None if at is None else _hours(ipp, at),
    )  # fmt: skip


def plan_inputs(state: CaseState) -> PlanInputs:
    """The plan's inputs: free teams, live segments, hours of the current period or five."""
    period = state.assignments.current_period()
    hours = DEFAULT_HOURS
    if period is not None and state.as_of is not None and period.ends_at > state.as_of:
        hours = min(12.0, (period.ends_at - max(period.starts_at, state.as_of)).total_seconds() / 3600.0)
    return PlanInputs(
        map=map_inputs(state), segments=state.area.live_segments(), teams=state.people.available(), hours=hours,
        base=_ipp(state).position,
    )  # fmt: skip


def _ipp(state: CaseState) -> Point:
    if state.area.ipp is None:
        raise RuleBroken(
            "This case has no place yet; mark where the subject was last seen (mark_point kind=pls) or known to be "
            "(kind=lkp), then ask for the map.",
        )
    return state.area.ipp


def _hours(ipp: Point, at: datetime) -> float:
    if ipp.at is None:
        raise RuleBroken("The initial planning point has no time; without it nothing can be said about reach.")
    hours = (at - ipp.at).total_seconds() / 3600.0
    if hours <= 0:
        raise RuleBroken(f"{at.isoformat()} lies before the subject was last seen; ask for a later time.")
    return hours


def _search(state: CaseState, assignment: Assignment) -> Search:
    debrief = assignment.debrief
    assert debrief is not None
    return Search(
        assignment=assignment.id, ring=state.area.segments[assignment.segment].ring,
        tracks=tuple((t.blob, t.index) for t in assignment.tracks) if debrief.pod is None and debrief.track_length_m is None else (),
        sweep_width_m=debrief.sweep_width_m, track_length_m=debrief.track_length_m, pod=debrief.pod,
        searchers=debrief.searchers,
    )  # fmt: skip
