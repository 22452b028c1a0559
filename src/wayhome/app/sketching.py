"""Drawing before it is an entry: what a command would do, what a file holds, where typed places lie.

Knows the desk's own rules and readers, so that a preview is what comes. Writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wayhome.base.errors import InvalidInput, RuleBroken, WayhomeError
from wayhome.base.place import Position, parse_position
from wayhome.base.quantity import metres
from wayhome.case.command import parse_command
from wayhome.case.fact import Origin
from wayhome.case.state import apply, decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wayhome.app.desk import App
    from wayhome.case.fact import Event
    from wayhome.case.state import CaseState
    from wayhome.files.shapes import Shape, Track

    Ring = tuple[Position, ...]

MOST_POINTS = 400  # own choice: of each recorded track a preview shows so many points; shapes are shown whole
WIDEST_M = 5_000.0  # own choice: half the width of a strip along a route
CROWD = 4.0  # searchers in the team that hours are told for, as in the form that cuts an area


def would_do(app: App, case: str, name: str, fields: Mapping[str, Any], by: str | None) -> dict[str, Any]:
    """What a command would do to the segments, by the rules and the geometry that it is done with later.

    Raises what the command itself would raise.
    """
    state, events, after = _as_if(app, case, name, fields, by)
    stood = {s.id: s for s in state.area.live_segments()}
    stands = {s.id: s for s in after.area.live_segments()}
    return {
        "seq": state.seq,
        "says": [event.says() for event in events],
        "drawn": [_segment(s.id, s.name, s.ring, s.origins) for k, s in stands.items() if k not in stood],
        "gone": [k for k in stood if k not in stands],
    }


def would_find(app: App, case: str, fields: Mapping[str, Any], by: str | None) -> dict[str, Any]:
    """What each search did if a team were debriefed so, by the arithmetic that the map is made with later.

    Raises what the debrief itself would raise.
    """
    from wayhome.planning import inputs as needs
    from wayhome.planning import products

    state, _, after = _as_if(app, case, "debrief_assignment", fields, by)
    wanted = needs.map_inputs(after)
    found = app.belief(wanted)
    data = products.poa_data(wanted, found)
    return {
        "seq": state.seq, "searches": data["searches"], "rest_of_world_before": data["rest_of_world_before"],
        "caveats": [*found.caveats, products.DECISION_AID],
    }  # fmt: skip


def _as_if(
    app: App, case: str, name: str, fields: Mapping[str, Any], by: str | None
) -> tuple[CaseState, tuple[Event, ...], CaseState]:
    """The case, what a command would record in it, and the case as it would be then."""
    state = app.state(case)
    context = app._context(state, by, app.now())
    events = tuple(decide(state, parse_command(name, fields), context))
    after, origin = state, Origin(seq=state.seq + 1, at=context.at, by=context.by.id, desk=context.desk)
    for event in events:
        after = apply(after, event, origin)
    app._check(state, after)
    return state, events, after


def strip(app: App, case: str, line: Ring, beside_m: float) -> dict[str, Any]:
    """The outline of the ground within some metres of a line: what a team searches along a trail."""
    from shapely import LineString

    from wayhome.base.projection import projection

    crs = app.state(case).area.crs
    if crs is None:
        raise RuleBroken("This case has no place yet, so no grid to measure on; mark a point first.")
    if not 0.0 < beside_m <= WIDEST_M:
        raise InvalidInput(f"beside: {metres(beside_m)} is outside 0 to {metres(WIDEST_M)}.", field="beside")
    if len(set(line)) < 2:
        raise InvalidInput("line: a route needs at least two different positions.", field="line")
    metric = projection(crs)
    shape = LineString([metric.xy_m(p) for p in line]).buffer(beside_m, cap_style="flat", join_style="mitre")
    if shape.geom_type != "Polygon" or list(shape.interiors):
        raise InvalidInput(
            "line: the ground beside it goes round a hole; cut the route in two, or take less on each side.",
            field="line",
        )
    ring = [metric.position(float(x), float(y)) for x, y in shape.simplify(0.5).exterior.coords[:-1]]
    return {"ring": [p.as_json() for p in ring]}


def team_rate() -> dict[str, Any]:
    """What a team searches in an hour on level open ground, and what that rests on."""
    from wayhome.science.segmentation import TeamWork

    work = TeamWork(hours=1.0, searchers=CROWD)
    return {
        "m2_per_h": work.area_m2, "searchers": CROWD, "sweep_width_m": work.sweep_width_m,
        "speed_mps": work.speed_mps, "coverage": work.coverage,
    }  # fmt: skip


def places(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Each text as a position, or the sentence that says why it is none."""
    out: list[dict[str, Any]] = []
    for text in texts:
        try:
            out.append({"position": parse_position(text).as_json(), "says": None})
        except WayhomeError as error:
            out.append({"position": None, "says": error.message})
    return out


def file_preview(app: App, case: str, files: Sequence[tuple[str, bytes]]) -> list[dict[str, Any]]:
    """What each file holds and what it could be imported as; one that cannot be read gives its sentence."""
    app.state(case)
    out = []
    for name, content in files:
        blank: dict[str, Any] = {
            "file": name, "form": None, "says": None, "outlines": 0, "lines": 0, "points": 0, "tracks": [], "photograph": None,
            "kinds": [], "shapes": [], "caveats": [],
        }  # fmt: skip
        try:
            out.append({**blank, **_held(name, content)})
        except WayhomeError as error:
            out.append({**blank, "says": error.message})
    return out


def _held(name: str, content: bytes) -> dict[str, Any]:
    from wayhome.files import caltopo, geojson, gpx, kml
    from wayhome.files.photo import is_photo, read_photo
    from wayhome.files.recognise import FORMATS, recognise

    if is_photo(content):
        photo = read_photo(content, name)
        taken = [] if photo.position is None else [_shape("point", name, (photo.position,))]
        about = {"width_px": photo.width_px, "height_px": photo.height_px}
        return {
            "form": photo.form, "photograph": about, "kinds": ["photograph"], "shapes": taken, "points": len(taken),
            "caveats": list(photo.caveats),
        }  # fmt: skip
    form = recognise(content, name)
    if form == "gpx":
        read = gpx.read_gpx(content)
        points = [_shape("point", w.name, (w.position,)) for w in read.waypoints]
        routes = [_shape("line", r.name, _positions(r)) for r in read.routes]
        return {
            "form": form, "tracks": [_track(t) for t in read.tracks], "lines": len(routes), "points": len(points),
            "kinds": ["track"] if read.tracks else [], "caveats": list(read.caveats),
            "shapes": [*(_shape("line", t.name, _thinned(_positions(t))) for t in read.tracks), *routes, *points],
        }  # fmt: skip
    readers: dict[str, Any] = {
        "geojson": geojson.read_geojson, "caltopo": caltopo.read_caltopo, "kml": kml.read_kml, "kmz": kml.read_kml,
    }  # fmt: skip
    if form not in readers:
        raise InvalidInput(
            f"{name} is {FORMATS[form]}; what is dropped on the map is GPX, GeoJSON, CalTopo, KML, KMZ or a photograph.",
            file=name,
        )
    found: Any = readers[form](content)
    shapes: list[Shape] = found if isinstance(found, list) else list(found.shapes)
    tracks: list[Track] = [] if isinstance(found, list) else list(found.tracks)
    caveats = [*(() if isinstance(found, list) else found.caveats), *(c for s in shapes for c in s.caveats)]
    count = {k: sum(s.kind == k for s in shapes) for k in ("polygon", "line", "point")}
    kinds = [*(["segment", "region"] if count["polygon"] else []), *(["boundary"] if count["line"] else [])]
    return {
        "form": form, "outlines": count["polygon"], "lines": count["line"], "points": count["point"], "kinds": kinds,
        "tracks": [_track(t) for t in tracks], "caveats": caveats,
        "shapes": [_shape(s.kind, s.name, s.positions) for s in shapes],
    }  # fmt: skip


def _shape(kind: str, name: str, positions: Ring) -> dict[str, Any]:
    return {"kind": kind, "name": name, "positions": [p.as_json() for p in positions]}


def _thinned(line: Ring) -> Ring:
    step = -(-len(line) // MOST_POINTS)
    return line if len(line) <= MOST_POINTS else (*line[::step], line[-1])


def _positions(track: Track) -> Ring:
    return tuple(
        Position(lat_deg=float(a), lon_deg=float(b)) for a, b in zip(track.lat_deg, track.lon_deg, strict=True)
    )


def _track(track: Track) -> dict[str, Any]:
    return {"name": track.name, "points": len(track), "has_times": track.time is not None}


def _segment(key: str, name: str, ring: Ring, origins: tuple[str, ...]) -> dict[str, Any]:
    return {"id": key, "name": name, "ring": [p.as_json() for p in ring], "origins": list(origins)}
