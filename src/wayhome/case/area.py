"""Where: points, the metric grid, boundaries with their watch, regions, and the ground; it holds the segments too.

Knows that the IPP never changes while PLS and LKP may. Computes no projection: the proposed reference
system comes in with the context and is recorded as an event.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.place import Position, distance_m
from wayhome.base.quantity import metres
from wayhome.base.record import Record
from wayhome.case.command import Command, Fraction, Instant, LengthM, Place, command
from wayhome.case.fact import Context, Event, Origin, event, folds, found, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

PointKind = Literal["pls", "lkp"]
BoundaryKind = Literal["border", "river", "road", "coast", "other"]
GroundKind = Literal["dem", "landcover", "lines", "osm", "imagery"]  # imagery is looked at; nothing is computed from it
Ecoregion = Literal["temperate", "dry", "urban"]
Relief = Literal["mountain", "flat"]

NEAR_M = 100_000.0  # a place farther from the IPP must be confirmed (HOUSE 6.3)
MAX_BOX_M = 200_000.0


class Point(Record):
    """A place where the subject was seen (pls) or known to be (lkp)."""

    kind: PointKind
    position: Position
    at: datetime | None = None
    place: str = ""
    source: str = ""


class Watch(Record):
    """How well a boundary is watched, and from when to when."""

    quality: float
    since: datetime | None = None
    until: datetime | None = None
    remark: str = ""


class Boundary(Record):
    """A line whose crossing matters."""

    id: str
    name: str
    kind: BoundaryKind
    line: tuple[Position, ...]
    watches: tuple[Watch, ...] = ()


class Shape(Record):
    """A region (area of one hypothesis) or a segment (what one team can search)."""

    id: str
    name: str
    ring: tuple[Position, ...]
    remark: str = ""
    retired: str | None = None


class Segment(Shape):
    """A segment for good, by its id: to change it is to retire it for others that name it among their `origins`."""

    origins: tuple[str, ...] = ()


class GroundLayer(Record):
    """A ground file in the desk's blobs, by content hash."""

    id: str
    kind: GroundKind
    blob: str
    file_name: str
    legend: str | None = None
    line_kind: str | None = None
    layer: str | None = None
    bounds_deg: tuple[float, ...] = ()


class Area(Record):
    """The geography of a case."""

    ipp: Point | None = None
    points: tuple[Point, ...] = ()
    crs: str | None = None
    box_m: float = 25_000.0
    cell_m: float = 100.0
    ecoregion: Ecoregion | None = None
    relief: Relief | None = None
    boundaries: dict[str, Boundary] = {}
    regions: dict[str, Shape] = {}
    segments: dict[str, Segment] = {}
    ground: dict[str, GroundLayer] = {}

    def latest(self, kind: PointKind) -> Point | None:
        """The PLS or LKP as last marked."""
        return next((p for p in reversed(self.points) if p.kind == kind), None)

    def live_segments(self) -> tuple[Segment, ...]:
        """Segments that are not retired."""
        return tuple(s for s in self.segments.values() if s.retired is None)

    def check_near(self, position: Position | None, confirmed: bool, field: str) -> None:
        """Refuse a place far from the IPP unless it is confirmed: most are typing slips."""
        if position is None or self.ipp is None or confirmed:
            return
        away = distance_m(self.ipp.position, position)
        if away > NEAR_M:
            mirrored = (
                Position(lat_deg=position.lon_deg, lon_deg=position.lat_deg) if abs(position.lon_deg) <= 90 else None
            )
            hint = (
                " Latitude and longitude look swapped."
                if mirrored and distance_m(self.ipp.position, mirrored) < NEAR_M
                else ""
            )
            raise InvalidInput(
                f"{field}: {position} lies {metres(away)} from the initial planning point.{hint} "
                "If it is right, say so with confirm_far=true.",
                field=field, distance_m=away,
            )  # fmt: skip

    def checked_ring(self, ring: tuple[Position, ...], confirmed: bool) -> tuple[Position, ...]:
        """A ring without its first corner told again; refuse what is none, and corners far from the IPP."""
        if len(ring) > 1 and ring[0] == ring[-1]:
            ring = ring[:-1]
        if len(set(ring)) < 3:
            raise InvalidInput("ring: an area needs at least three different positions.", field="ring")
        for position in ring:
            self.check_near(position, confirmed, "ring")
        return ring


@event("point_marked")
class PointMarked(Event):
    """A PLS or LKP."""

    kind: PointKind
    position: Position
    at: datetime | None = None
    place: str = ""
    source: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.kind.upper()} marked at {self.place or self.position}."


@event("ipp_set")
class IppSet(Event):
    """The initial planning point: the first PLS or LKP, for good."""

    kind: PointKind
    position: Position
    at: datetime | None = None
    place: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Initial planning point set at {self.place or self.position}."


@event("search_area_set")
class SearchAreaSet(Event):
    """The analysis grid and the kind of country."""

    crs: str | None = None
    box_m: float | None = None
    cell_m: float | None = None
    ecoregion: Ecoregion | None = None
    relief: Relief | None = None

    def says(self) -> str:
        """Sentence for the log."""
        given = {k: v for k, v in self.__dict__.items() if v is not None}
        return "Search area set: " + ", ".join(f"{k.removesuffix('_m')} {v:g}" if isinstance(v, float) else f"{k} {v}"
                                               for k, v in given.items()) + "."  # fmt: skip


@event("boundary_drawn")
class BoundaryDrawn(Event):
    """A border, river or road whose crossing matters."""

    id: str
    name: str
    kind: BoundaryKind
    line: tuple[Position, ...]

    def says(self) -> str:
        """Sentence for the log."""
        return f"Boundary {self.id} drawn: {self.name} ({self.kind})."


@event("watch_set")
class WatchSet(Event):
    """A boundary is watched, with a chance of noticing a crossing."""

    boundary: str
    quality: float
    since: datetime | None = None
    until: datetime | None = None
    remark: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Watch on {self.boundary}: notices a crossing with chance {self.quality:g}. {self.remark}".strip()


@event("region_drawn")
class RegionDrawn(Event):
    """An area that a scenario can point to."""

    id: str
    name: str
    ring: tuple[Position, ...]
    remark: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Region {self.id} drawn: {self.name}."


@event("ground_attached")
class GroundAttached(Event):
    """A ground file, by content hash."""

    id: str
    kind: GroundKind
    blob: str
    file_name: str
    legend: str | None = None
    line_kind: str | None = None
    layer: str | None = None
    bounds_deg: tuple[float, ...] = ()

    def says(self) -> str:
        """Sentence for the log."""
        return f"Ground attached: {self.kind} from {self.file_name}."


@folds(PointMarked, "area")
def _marked(area: Area, fact: PointMarked, origin: Origin) -> Area:
    return area.replace(points=(*area.points, Point(**fact.__dict__)))


@folds(IppSet, "area")
def _ipp(area: Area, fact: IppSet, origin: Origin) -> Area:
    # two desks may each have set one before they merged: the earlier stands, the IPP never changes
    return area if area.ipp else area.replace(ipp=Point(**fact.__dict__))


@folds(SearchAreaSet, "area")
def _search_area(area: Area, fact: SearchAreaSet, origin: Origin) -> Area:
    return area.replace(**{k: v for k, v in fact.__dict__.items() if v is not None})


@folds(BoundaryDrawn, "area")
def _boundary(area: Area, fact: BoundaryDrawn, origin: Origin) -> Area:
    return area.replace(boundaries={**area.boundaries, fact.id: Boundary(**fact.__dict__)})


@folds(WatchSet, "area")
def _watch(area: Area, fact: WatchSet, origin: Origin) -> Area:
    boundary = area.boundaries[fact.boundary]
    watch = Watch(quality=fact.quality, since=fact.since, until=fact.until, remark=fact.remark)
    changed = boundary.replace(watches=(*boundary.watches, watch))
    return area.replace(boundaries={**area.boundaries, boundary.id: changed})


@folds(RegionDrawn, "area")
def _region(area: Area, fact: RegionDrawn, origin: Origin) -> Area:
    return area.replace(regions={**area.regions, fact.id: Shape(**fact.__dict__)})


@folds(GroundAttached, "area")
def _ground(area: Area, fact: GroundAttached, origin: Origin) -> Area:
    return area.replace(ground={**area.ground, fact.id: GroundLayer(**fact.__dict__)})


@command("mark_point", "Mark a point last seen (pls) or last known position (lkp); the first one is the IPP.", "plan")
class MarkPoint(Command):
    """A new LKP never moves the IPP; it starts a new or revised scenario."""

    kind: PointKind
    position: Place
    at: Instant | None = None
    place: str = ""
    source: str = ""
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """The first point also sets the IPP and the proposed metric grid."""
        state.area.check_near(self.position, self.confirm_far, "position")
        fields = {k: v for k, v in self.__dict__.items() if k != "confirm_far"}
        events: list[Event] = [PointMarked(**fields)]
        if state.area.ipp is None:
            events.append(IppSet(kind=self.kind, position=self.position, at=self.at, place=self.place))
            if state.area.crs is None and context.propose_crs is not None:
                events.append(SearchAreaSet(crs=context.propose_crs(self.position)))
        return tuple(events)


@command(
    "set_search_area", "Set the box and cell of the analysis grid, its reference system, the kind of country.", "plan"
)
class SetSearchArea(Command):
    """Given fields replace earlier ones; a coarser cell computes faster."""

    box: LengthM | None = None
    cell: LengthM | None = None
    crs: str | None = None
    ecoregion: Ecoregion | None = None
    relief: Relief | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse boxes and cells that cannot be computed."""
        if all(v is None for v in self.__dict__.values()):
            raise RuleBroken('Nothing is given; write for example box="30 km" cell="30 m".')
        box, cell = self.box or state.area.box_m, self.cell or state.area.cell_m
        if not 100.0 <= box <= MAX_BOX_M:
            raise InvalidInput(f"box: {metres(box)} is outside 100 m to {metres(MAX_BOX_M)}.", field="box")
        if not 1.0 <= cell <= box / 10 or box / cell > 8000:
            raise InvalidInput(
                f"cell: {metres(cell)} does not fit a box of {metres(box)}; use {metres(max(1.0, box / 8000))} "
                f"to {metres(box / 10)}.", field="cell",
            )  # fmt: skip
        return (
            SearchAreaSet(crs=self.crs, box_m=self.box, cell_m=self.cell, ecoregion=self.ecoregion, relief=self.relief),
        )


@command("draw_boundary", "Draw a border, river or road whose crossing would mean leaving.", "plan")
class DrawBoundary(Command):
    """A line of at least two positions."""

    name: str
    kind: BoundaryKind = "border"
    line: tuple[Place, ...]
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a line of one point."""
        if len(self.line) < 2:
            raise InvalidInput("line: a boundary needs at least two positions.", field="line")
        state.area.check_near(self.line[0], self.confirm_far, "line")
        key = context.new_id("B", state.area.boundaries)
        return (BoundaryDrawn(id=key, name=said(self.name, "name"), kind=self.kind, line=self.line),)


@command("set_watch", "Say how well a boundary is watched (chance to notice a crossing) and when.", "plan")
class SetWatch(Command):
    """Gaps in time are gaps in containment."""

    boundary: str
    quality: Fraction
    since: Instant | None = None
    until: Instant | None = None
    remark: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a watch that ends before it begins."""
        boundary = found(state.area.boundaries, self.boundary, "boundary")
        if self.since and self.until and self.until <= self.since:
            raise InvalidInput("until: the watch ends before it begins.", field="until")
        return (WatchSet(**{**self.__dict__, "boundary": boundary.id}),)


@command("draw_region", "Draw a region: the area of one hypothesis, to which a scenario can point.", "plan")
class DrawRegion(Command):
    """A ring of at least three positions."""

    name: str
    ring: tuple[Place, ...]
    remark: str = ""
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what is no ring."""
        ring = state.area.checked_ring(self.ring, self.confirm_far)
        key = context.new_id("R", state.area.regions)
        return (RegionDrawn(id=key, name=said(self.name, "name"), ring=ring, remark=self.remark),)


@command("attach_ground", "Attach a ground file that the desk already holds, by content hash.", "administer")
class AttachGround(Command):
    """Written by `ground add`, which checks the file first."""

    kind: GroundKind
    blob: str
    file_name: str
    legend: str | None = None
    line_kind: str | None = None
    layer: str | None = None
    bounds_deg: tuple[float, ...] = ()

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """A land cover needs its legend, lines their kind."""
        if self.kind == "landcover" and not self.legend:
            raise InvalidInput("legend: a land cover needs its legend, nlcd or worldcover.", field="legend")
        if self.kind == "lines" and not self.line_kind:
            raise InvalidInput("line_kind: say what the lines are: trail, road, stream, water, ...", field="line_kind")
        return (GroundAttached(id=context.new_id("D", state.area.ground), **self.__dict__),)
