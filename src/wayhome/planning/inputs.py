"""What each product needs of a case, and the content key that says whether it is stale.

A key covers exactly what the computation reads, so a new statement leaves the map alone and a new
debrief does not.
"""

from __future__ import annotations

import hashlib
import json
import math
from datetime import datetime

from wayhome.base.errors import RuleBroken
from wayhome.base.place import Position
from wayhome.base.record import Record
from wayhome.case.area import GroundLayer, Point, Shape
from wayhome.case.assignment import Assignment
from wayhome.case.evidence import ReadingKind, Technology
from wayhome.case.people import Team
from wayhome.case.scenario import ScenarioKind
from wayhome.case.state import CaseState
from wayhome.case.tasking import Aim, Choice, Limits, Needs

MODEL = "ground 3"  # raise the number when the same inputs would give another map
MOST_PERIODS = 3  # planned ahead: what comes later rests on what these find
LONGEST_PERIOD_H = 12.0
DEFAULT_HOURS = 5.0  # a segment is searched in 4 to 6 h (FIELD 1.6)
MOVING = ("runaway", "evading", "influenced", "taken", "left_by_vehicle")  # these go on; the others come to rest
MOVED_AT_MOST_H = 48.0  # walkers are followed so long; whoever is on the map then is taken to stay


class ScenarioPart(Record):
    """One scenario as the map needs it: its weight before and after evidence, and where it looks."""

    id: str
    title: str
    kind: ScenarioKind
    weight_before: float
    weight: float
    category: str | None
    rest_of_world: float
    ring: tuple[Position, ...] | None
    moves: bool = False
    goal: Position | None = None


class Look(Record):
    """One piece of evidence about where the subject was, as the map needs it; `at_s` after the IPP's time.

    `judged`: people said what it means for the scenarios, so it moves their places and not their weights again.
    """

    evidence: str
    kind: ReadingKind
    position: Position
    reliability: float
    at_s: float | None = None
    error_m: float | None = None
    bearing_deg: float | None = None
    target: Position | None = None
    beam_deg: float | None = None
    range_m: float | None = None
    range_error_m: float | None = None
    technology: Technology | None = None
    timing_advance: int | None = None
    radius_m: float | None = None
    confidence: float | None = None
    pod: float | None = None
    scenarios: tuple[str, ...] = ()
    judged: bool = False


class Line(Record):
    """A boundary with its watches, as the map needs it; times in seconds after the IPP's time."""

    id: str
    name: str
    is_outer: bool
    line: tuple[Position, ...]
    watches: tuple[tuple[float, float | None, float | None], ...] = ()  # quality, since, until


class Other(Record):
    """Somebody missing with the subject, as the map needs it; `position` once found."""

    id: str
    category: str | None
    together: float
    position: Position | None = None
    alive: bool | None = None
    others_seen: bool | None = None


class Planned(Record):
    """What an assignment was to do: its hours, and the team as it was when it went."""

    hours: float
    speed_mps: float
    sweep_width_m: float
    searchers: int


class Search(Record):
    """One debriefed outing as the map needs it; `*_responsive` for a subject who answers, where it was told."""

    assignment: str
    ring: tuple[Position, ...]
    tracks: tuple[tuple[str, int], ...] = ()
    sweep_width_m: float | None = None
    track_length_m: float | None = None
    pod: float | None = None
    searchers: int = 1
    sweep_width_responsive_m: float | None = None
    pod_responsive: float | None = None
    pod_clue: float | None = None
    began_s: float | None = None
    ended_s: float | None = None
    planned: Planned | None = None


class MapInputs(Record):
    """What the probability map rests on."""

    model: str = MODEL
    ipp: Position
    crs: str
    box_m: float
    cell_m: float
    ecoregion: str | None
    relief: str | None
    category: str | None = None
    parts: tuple[ScenarioPart, ...]
    looks: tuple[Look, ...] = ()
    searches: tuple[Search, ...] = ()
    lines: tuple[Line, ...] = ()
    companions: tuple[Other, ...] = ()
    ground: tuple[GroundLayer, ...] = ()
    destination: Position | None = None
    table: tuple[str, str] | None = None  # blob and file name of the team's own distances
    ipp_at: datetime | None = None
    hours: float | None = None
    now_s: float | None = None  # for subjects who move: the map's time
    left_out: int = 0  # readings and searches after the hour that was asked for
    walkers: int = 20_000  # followed in each scenario that moves
    width_doubt: float | None = None  # all sweep widths may be off by one factor, so much either way (95 %)

    @property
    def seed(self) -> int:
        """Seed of the walkers: the same for the same case, whatever was searched."""
        return int(key(Seeded(ipp=self.ipp, crs=self.crs))[:8], 16)

    def prior(self) -> MapInputs:
        """The same without evidence and searches: what the maps before any rest on."""
        plain = tuple(p.replace(weight=p.weight_before, moves=False, goal=None) for p in self.parts)
        return self.replace(
            looks=(),
            searches=(),
            lines=(),
            companions=(),
            left_out=0,
            width_doubt=None,
            parts=plain,
            now_s=None,
            ipp_at=None if self.hours is None else self.ipp_at,
        )


class Seeded(Record):
    """What the walkers' seed is made of."""

    ipp: Position
    crs: str


class Period(Record):
    """A span of time that is planned for; `id` None where no operational period is open."""

    id: str | None = None
    op: int
    starts_at: datetime | None = None
    hours: float


class Out(Record):
    """An outing that is on its way: what it is expected to cover is not planned a second time."""

    assignment: str
    segment: str
    team: Team
    hours: float


class PlanInputs(Record):
    """What a plan rests on: the map, the segments and what they ask for, the teams and what they can bear, and time.

    `teams` are those that could search in one of `periods`, and of them `free` those that can be sent now.
    """

    map: MapInputs
    segments: tuple[Shape, ...]
    teams: tuple[Team, ...]
    free: tuple[str, ...]
    periods: tuple[Period, ...]
    base: Position
    out: tuple[Out, ...] = ()
    needs: dict[str, Needs] = {}
    limits: dict[str, Limits] = {}
    choices: tuple[Choice, ...] = ()
    ranks: dict[str, int] = {}
    leaders: dict[str, int] = {}
    aim: Aim = "expected"

    @property
    def hours(self) -> float:
        """Hours of the period that comes first."""
        return self.periods[0].hours


def key(inputs: Record) -> str:
    """Content hash of inputs, hex; equal inputs give equal keys on every machine."""
    text = json.dumps(inputs.as_json(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{type(inputs).__name__}:{text}".encode()).hexdigest()


def map_inputs(state: CaseState, at: datetime | None = None) -> MapInputs:
    """The map's inputs; with `at`, the map is that of a time: cut to what can be reached, subjects moved until then.

    Raises `RuleBroken` for a case without a place, and for a cut without a time of the last sighting.
    """
    ipp, area, subject = _ipp(state), state.area, state.subject
    weights = state.scenarios.weights(state.judgements())
    when = at or state.as_of
    parts = tuple(
        ScenarioPart(
            id=s.id, title=s.title, kind=s.kind, weight_before=s.weight, weight=weights[s.id],
            category=s.category or subject.category, rest_of_world=s.rest_of_world,
            ring=area.regions[s.region].ring if s.region else None, goal=s.goal or subject.destination,
            moves=s.region is None and ipp.at is not None and (s.moves == "moving" or (s.moves == "auto" and s.kind in MOVING)),
        )
        for s in state.scenarios.scenarios
    ) or (ScenarioPart(id="lost", title="lost", kind="lost", weight_before=1.0, weight=1.0,
                       category=subject.category, rest_of_world=0.0, ring=None),)  # fmt: skip
    moves = any(p.moves for p in parts)
    walked = any(layer.kind == "dem" for layer in area.ground.values())  # without it only those who move have a reach
    table = subject.tables.get("distance")
    looks, searches = _looks(state, ipp), tuple(_search(state, a, ipp) for a in state.assignments.debriefed())
    left_out = 0
    if at is not None and moves:  # where somebody was at an hour is told by what was known of that hour and before
        until_s = _after(ipp, at) or 0.0
        early = (
            tuple(x for x in looks if (x.at_s or 0.0) <= until_s),
            tuple(x for x in searches if (x.began_s or 0.0) < until_s),
        )
        left_out = len(looks) + len(searches) - len(early[0]) - len(early[1])
        looks, searches = early
    assert area.crs is not None, "an IPP without a reference system"
    return MapInputs(
        ipp=ipp.position, crs=area.crs, box_m=area.box_m, cell_m=area.cell_m, ecoregion=area.ecoregion,
        relief=area.relief, category=subject.category, parts=parts, looks=looks, searches=searches, left_out=left_out,
        width_doubt=state.assignments.width_doubt if any(s.sweep_width_m for s in searches) else None,
        lines=_lines(state, ipp) if moves else (), companions=_companions(state), ground=tuple(g for g in area.ground.values() if g.kind != "imagery"), destination=subject.destination,
        table=None if table is None else (table.blob, table.file_name), ipp_at=ipp.at if moves else None,
        hours=None if at is None or (moves and not walked) else _hours(ipp, at),
        now_s=_moved_until(ipp, when) if moves and when is not None else None,
    )  # fmt: skip


def _moved_until(ipp: Point, when: datetime) -> float:
    """Whole hours, so that a map is not computed anew by every entry; no longer than walkers are followed."""
    hours = max(1.0, math.ceil((_after(ipp, when) or 0.0) / 3600.0))
    return 3600.0 * min(hours, MOVED_AT_MOST_H)


def _after(ipp: Point, when: datetime | None) -> float | None:
    """Seconds after the IPP's time; None where either is not known."""
    return None if when is None or ipp.at is None else (when - ipp.at).total_seconds()


def _looks(state: CaseState, ipp: Point) -> tuple[Look, ...]:
    """Readings that stand, and answered inquiries that looked at a place."""
    looks = []
    judged = {judgement.evidence for judgement in state.judgements()}
    for reading in state.evidence.standing_readings():
        told = {f: getattr(reading, f) for f in Look.__annotations__ if f not in ("at_s", "judged")}
        looks.append(Look(**told, at_s=_after(ipp, reading.at), judged=reading.evidence in judged))
    for inquiry in state.inquiries.looks():
        assert inquiry.position is not None and inquiry.radius_m is not None
        about = Look(evidence=inquiry.id, kind="not_here", position=inquiry.position, reliability=1.0,
                     at_s=_after(ipp, inquiry.answered_at), radius_m=inquiry.radius_m, pod=inquiry.pod)  # fmt: skip
        if inquiry.answer == "yes":  # a trace within the radius, at two standard deviations
            about = about.replace(kind="sighting", error_m=max(1.0, inquiry.radius_m / 2.0), radius_m=None, pod=None)
        looks.append(about)
    return tuple(looks)


def _companions(state: CaseState) -> tuple[Other, ...]:
    return tuple(
        Other(
            id=c.id, category=c.category, together=c.together, position=c.find.position if c.find else None,
            alive=c.find.alive if c.find else None, others_seen=c.find.others_seen if c.find else None,
        )
        for c in state.subject.companions.values()
    )  # fmt: skip


def _lines(state: CaseState, ipp: Point) -> tuple[Line, ...]:
    return tuple(
        Line(
            id=b.id, name=b.name, is_outer=b.kind != "river", line=b.line,
            watches=tuple((w.quality, _after(ipp, w.since), _after(ipp, w.until)) for w in b.watches),
        )
        for b in state.area.boundaries.values()
    )  # fmt: skip


def plan_inputs(state: CaseState) -> PlanInputs:
    """The plan's inputs: live segments, teams, and the operational periods that are open, or five hours from now."""
    tasking, people = state.tasking, state.people
    segments = state.area.live_segments()
    periods = _periods(state)
    # who is out or rests now can be planned for a later period only
    teams = people.available() if len(periods) == 1 else tuple(t for t in people.teams.values() if t.status != "off")
    organisation = people.organisation
    ranks = {} if organisation is None else {r.id: r.order for r in organisation.ranks}
    leaders = {}
    for team in teams:
        leader = None if organisation is None or not team.leader else organisation.member(team.leader)
        if leader is not None and leader.rank in ranks:
            leaders[team.id] = ranks[leader.rank]
    live, all_teams = {s.id for s in segments}, {t.id for t in teams}
    return PlanInputs(
        map=map_inputs(state), segments=segments, teams=teams, free=tuple(t.id for t in people.available()),
        periods=periods, base=tasking.base or _ipp(state).position,
        out=tuple(
            Out(assignment=a.id, segment=a.segment, team=people.teams[a.team], hours=a.hours_planned or DEFAULT_HOURS)
            for a in state.assignments.assignments.values()
            if a.is_open and a.segment in live
        ),
        needs={k: v for k, v in tasking.needs.items() if k in live},
        limits={k: v for k, v in tasking.limits.items() if k in all_teams},
        choices=tuple(c for c in tasking.choices.values() if c.team in all_teams and (c.segment is None or c.segment in live)),
        ranks=ranks, leaders=leaders, aim=tasking.aim,
    )  # fmt: skip


def _periods(state: CaseState) -> tuple[Period, ...]:
    """Periods that have not ended, from now on."""
    now = state.as_of
    made = []
    for p in state.assignments.periods.values():
        begin = p.starts_at if now is None else max(p.starts_at, now)
        if p.closed_at is None and (now is None or p.ends_at > now):
            hours = min(LONGEST_PERIOD_H, (p.ends_at - begin).total_seconds() / 3600.0)
            made.append(Period(id=p.id, op=p.op, starts_at=begin, hours=hours))
    made.sort(key=lambda p: (p.starts_at, p.op))
    return tuple(made[:MOST_PERIODS]) or (Period(op=1, starts_at=now, hours=DEFAULT_HOURS),)


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


def _search(state: CaseState, assignment: Assignment, ipp: Point) -> Search:
    debrief = assignment.debrief
    assert debrief is not None
    tracked = debrief.pod is None and debrief.track_length_m is None
    began = min((t.starts_at for t in assignment.tracks if t.starts_at), default=assignment.dispatched_at)
    ended = max((t.ends_at for t in assignment.tracks if t.ends_at), default=debrief.at)
    team = assignment.crew or state.people.teams.get(assignment.team)  # as it went out
    planned = None
    if team is not None and assignment.hours_planned:
        planned = Planned(hours=assignment.hours_planned, speed_mps=team.speed_mps, sweep_width_m=team.sweep_width_m,
                          searchers=team.searchers)  # fmt: skip
    return Search(
        assignment=assignment.id, ring=state.area.segments[assignment.segment].ring,
        tracks=tuple((t.blob, t.index) for t in assignment.tracks) if tracked else (),
        sweep_width_m=debrief.sweep_width_m, track_length_m=debrief.track_length_m, pod=debrief.pod,
        searchers=debrief.searchers, sweep_width_responsive_m=debrief.sweep_width_responsive_m,
        pod_responsive=debrief.pod_responsive, pod_clue=debrief.pod_clue, began_s=_after(ipp, began), ended_s=_after(ipp, ended), planned=planned,
    )  # fmt: skip
