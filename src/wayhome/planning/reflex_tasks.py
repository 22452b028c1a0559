"""The bike wheel of a case as segments that can be drawn: hub, spokes along trails and roads, and points to watch.

Knows shapes and their names. Refuses to draw them: people do, and from then on a plan puts them first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely import LineString
from shapely import Point as Spot

from wayhome.base.projection import projection
from wayhome.base.quantity import metres, percent
from wayhome.base.record import Record
from wayhome.planning.belief_map import grid_of
from wayhome.planning.deployment import REFLEX
from wayhome.science.reflex import wheel
from wayhome.science.shrinkage import lost_law

if TYPE_CHECKING:
    from shapely import Polygon

    from wayhome.base.place import Position
    from wayhome.planning.belief_map import Sources
    from wayhome.planning.inputs import MapInputs

RIM = 0.5  # share of finds within the rim, where nobody chooses another
BESIDE_M = 30.0  # on each side of a trail, or as much as the map's cells need
COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


class ReflexTask(Record):
    """A segment of the bike wheel: what to call it, where it is, and what its remark says."""

    name: str
    ring: tuple[Position, ...]
    remark: str


class ReflexTasks(Record):
    """The bike wheel: segments to be searched first, and where ways cross its rim, to be watched."""

    rim_m: float
    tasks: tuple[ReflexTask, ...]
    exits: tuple[Position, ...]
    caveats: tuple[str, ...]


def reflex_tasks(inputs: MapInputs, sources: Sources, *, rim: float = RIM) -> ReflexTasks:
    """Hub, spokes and exits about a case's IPP; the rim holds the share `rim` (0, 1) of finds by the law of distance."""
    grid = grid_of(inputs)
    xy = projection(inputs.crs).xy_m(inputs.ipp)
    law = lost_law(inputs.category, inputs.ecoregion, inputs.relief, own=sources.statistics(inputs)).law
    ground = sources.ground(inputs, grid)
    made = wheel(grid, xy, ground.lines, rim_m=law.quantile_m(rim))
    beside_m = max(BESIDE_M, 0.75 * grid.cell_m)
    tasks = [
        ReflexTask(
            name="Hub", ring=_ring(inputs, Spot(*xy).buffer(made.hub_m)),
            remark=f"{REFLEX}: all within {metres(made.hub_m)} of the initial planning point, house and car included.",
        )
    ]  # fmt: skip
    names: dict[str, int] = {}
    for spoke in made.spokes:
        name = f"{spoke.kind.capitalize()} {COMPASS[round(spoke.bearing_deg / 45.0) % 8]}"
        names[name] = names.get(name, 0) + 1
        numbered = name if names[name] == 1 else f"{name} {names[name]}"
        corridor = LineString(spoke.line).simplify(grid.cell_m / 2.0).buffer(beside_m, cap_style="flat")
        tasks.append(
            ReflexTask(
                name=numbered, ring=_ring(inputs, corridor),
                remark=f"{REFLEX}: {metres(spoke.length_m)} along the {spoke.kind}, {metres(beside_m)} on each side.",
            )
        )  # fmt: skip
    return ReflexTasks(
        rim_m=made.rim_m, tasks=tuple(tasks), exits=tuple(projection(inputs.crs).position(*p) for p in made.exits),
        caveats=(*made.caveats, f"The rim is {metres(made.rim_m)} out: {percent(rim, 0)} are found within, or the map ends there."),
    )  # fmt: skip


def _ring(inputs: MapInputs, shape: Polygon) -> tuple[Position, ...]:
    out = projection(inputs.crs)
    return tuple(out.position(x, y) for x, y in list(shape.exterior.coords)[:-1])
