"""Segments from the ground: files or a case's own ground in, rings with names, hours and edges out.

Draws nothing in a case: segments are proposed, people draw or import them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wayhome.app.exchange import read_file
from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.place import Position
from wayhome.base.projection import geodesic_area_m2, projection, proposed_crs
from wayhome.base.record import Record
from wayhome.case.fact import found

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from wayhome.app.analysis import GroundFiles
    from wayhome.app.desk import App
    from wayhome.base.raster import Grid
    from wayhome.science.segmentation import TeamWork
    from wayhome.science.terrain import Ground

    Ring = tuple[Position, ...]


class ProposedSegment(Record):
    """A segment that nobody drew yet: its ring, what a team needs for it, and what its edge follows, by share."""

    name: str
    ring: tuple[Position, ...]
    area_m2: float
    hours: float
    edges: dict[str, float]
    findable: float
    caveats: tuple[str, ...]


class Proposal(Record):
    """Segments for a search area, from north to south, and what was odd about it or its ground."""

    segments: tuple[ProposedSegment, ...]
    caveats: tuple[str, ...]


def team_work(
    hours: float, team_size: float, *, sweep_width_m: float | None, speed_mps: float | None, coverage: float | None
) -> TeamWork:
    """What a team does in a segment; what is not given is a placeholder of the science."""
    from wayhome.science.segmentation import TeamWork

    given = {"sweep_width_m": sweep_width_m, "speed_mps": speed_mps, "coverage": coverage}
    return TeamWork(hours=hours, searchers=team_size, **{k: v for k, v in given.items() if v is not None})


def segments_of_files(
    boundary: Path, files: GroundFiles, work: TeamWork, *, say: Callable[[str], None] = lambda _: None
) -> Proposal:
    """Segments within the polygons of a GeoJSON file, on ground files."""
    from wayhome.files.geojson import read_geojson

    if files.dem is None:
        raise InvalidInput("Segments need a terrain model; give --dem FILE.", field="dem")
    shapes = read_geojson(read_file(boundary))
    polygons = [(s.positions, *s.holes) for s in shapes if s.kind == "polygon"]
    if not polygons:
        kinds = ", ".join(sorted({s.kind for s in shapes}))
        raise InvalidInput(
            f"{boundary.name} holds no area, only: {kinds}. Draw the search area as a polygon.", file=boundary.name
        )
    return _proposed(polygons, proposed_crs(polygons[0][0][0]), files.on, work, (), say)


def propose_segments(app: App, case: str, where: str | Ring, work: TeamWork) -> Proposal:
    """Segments within a region of a case, by its id, or within a ring, on the case's own ground.

    Names are free among the case's live segments. Nothing is written.
    """
    from wayhome.planning.inputs import map_inputs

    state = app.state(case)
    inputs = map_inputs(state)
    if not any(layer.kind == "dem" for layer in inputs.ground):
        raise RuleBroken("Segments need a terrain model, and the case has none yet; add one with `wayhome ground add`.")
    ring = found(state.area.regions, where, "region").ring if isinstance(where, str) else where
    taken = {s.name.lower() for s in state.area.live_segments()}
    return _proposed([(ring,)], inputs.crs, lambda grid: app.sources.ground(inputs, grid), work, taken, lambda _: None)


def geojson(proposal: Proposal, work: TeamWork) -> bytes:
    """Proposed segments as a FeatureCollection, which `import --as segment` takes; its caveats as a foreign member."""
    from wayhome.files.geojson import write_geojson
    from wayhome.files.shapes import Shape

    shared = {"team_size": work.searchers, "sweep_width_m": work.sweep_width_m, "speed_mps": work.speed_mps,
              "coverage": work.coverage}  # fmt: skip
    shapes = [
        Shape(
            kind="polygon", name=s.name, positions=s.ring,
            properties={"hours": s.hours, "area_m2": s.area_m2, "edges": s.edges, "findable": s.findable, **shared,
                        "caveats": list(s.caveats)},
        )
        for s in proposal.segments
    ]  # fmt: skip
    document: dict[str, Any] = json.loads(write_geojson(shapes))
    return json.dumps({**document, "caveats": list(proposal.caveats)}, ensure_ascii=False).encode()


def _proposed(
    polygons: Sequence[Sequence[Ring]], crs: str, ground_on: Callable[[Grid], Ground], work: TeamWork,
    taken: Collection[str], say: Callable[[str], None],
) -> Proposal:  # fmt: skip
    from wayhome.science.segmentation import search_area, segmentation_grid, segments

    metric = projection(crs)
    try:
        area = search_area([[_metres(ring, crs) for ring in rings] for rings in polygons])
    except InvalidInput as wrong:
        if "x_m" not in wrong.details:
            raise
        place = metric.position(wrong.details["x_m"], wrong.details["y_m"])
        raise InvalidInput(
            f"Area {wrong.details['index'] + 1} of the boundary crosses or touches itself near {place}; draw it as a ring "
            "without crossings and loops.", field="boundary", index=wrong.details["index"],
        ) from None  # fmt: skip
    cut = segments(ground_on(segmentation_grid(area, crs)), area, work, progress=say)
    free = (name for i in range(1, 10**9) if (name := f"S{i}").lower() not in taken)
    out = []
    for segment in cut.segments:
        lon, lat = metric.inverse(segment.ring[:, 0], segment.ring[:, 1])
        ring = tuple(Position(lat_deg=float(a), lon_deg=float(b)) for a, b in zip(lat, lon, strict=True))
        out.append(
            ProposedSegment(
                name=next(free), ring=ring, area_m2=geodesic_area_m2(ring), hours=segment.hours,
                edges=dict(segment.edges), findable=segment.findable, caveats=segment.caveats,
            )
        )  # fmt: skip
    return Proposal(segments=tuple(out), caveats=cut.caveats)


def _metres(ring: Ring, crs: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.column_stack(projection(crs).forward([p.lon_deg for p in ring], [p.lat_deg for p in ring]))
