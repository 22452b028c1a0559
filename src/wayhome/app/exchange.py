"""Files into and out of a case: ground, tracks, segments, maps, documents.

A file is recognised by its content, read whole and checked before anything is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wayhome.base.errors import InvalidInput, NotFound, RuleBroken
from wayhome.base.place import Position, distance_m
from wayhome.base.projection import geodesic_length_m
from wayhome.base.quantity import iso, metres
from wayhome.case.area import NEAR_M

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from wayhome.app.desk import App
    from wayhome.case.state import CaseState
    from wayhome.files.shapes import Shape, Track

MAX_FILE = 1_500_000_000
IMPORT_AS = ("auto", "track", "segment", "region", "boundary", "organisation", "table", "photograph")
EXPORTS = ("geotiff", "geojson", "gpx", "json", "calendar", "evidence", "statistics")


def read_file(path: Path) -> bytes:
    """A file's bytes, or a sentence."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE:
            raise InvalidInput(f"{path.name} has {size / 1e9:.1f} GB; cut it to the search area first.")
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", file=str(path)) from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.", file=str(path)) from None


def add_ground(
    app: App, case: str, *, by: str | None = None, dem: Path | None = None, landcover: Path | None = None,
    legend: str | None = None, lines: tuple[tuple[str, Path, str | None], ...] = (),
    osm: Path | None = None, imagery: Path | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Check ground files against the case, keep them by content, and record them.

    Only a terrain model that does not hold the IPP is refused; cells without ground get a caveat later.
    """
    from wayhome.ground import local, tiles

    state = app.state(case)
    if dem is None and landcover is None and osm is None and imagery is None and not lines:
        raise InvalidInput(
            "Nothing to add; give --dem FILE, --landcover FILE --legend NAME, --lines KIND=FILE, --osm FILE, or --imagery FILE."
        )
    if state.area.ipp is None:
        raise RuleBroken("The case has no place yet; mark a point first, then add its ground.")
    ipp = state.area.ipp.position
    wanted: list[tuple[dict[str, Any], Path]] = []
    if dem is not None:
        read_file(dem)
        if not local.dem_holds(dem, ipp):
            raise InvalidInput(
                f"{dem.name} does not hold the initial planning point {ipp}; use a terrain model of this place, "
                "or check whether latitude and longitude are swapped.", file=dem.name,
            )  # fmt: skip
        wanted.append(({"kind": "dem"}, dem))
    if landcover is not None:
        if legend not in ("nlcd", "worldcover"):
            raise InvalidInput("--legend: say which classes the land cover has: nlcd or worldcover.", field="legend")
        local.check_raster(landcover)
        wanted.append(({"kind": "landcover", "legend": legend}, landcover))
    for kind, path, layer in lines:
        local.check_lines(path, layer)
        wanted.append(({"kind": "lines", "line_kind": kind, "layer": layer}, path))
    if osm is not None:
        read_file(osm)
        local.check_osm(osm)
        wanted.append(({"kind": "osm"}, osm))
    if imagery is not None:
        tiles.check_imagery(imagery)
        wanted.append(({"kind": "imagery"}, imagery))
    out = []
    for fields, path in wanted:
        blob = app.blobs.put(_one_file(path))
        done = app.do(case, "attach_ground", {**fields, "blob": blob, "file_name": path.name}, by=by)
        out.append({"file": path.name, "kind": fields["kind"], "blob": blob, "seq": done.seq})
    return out


def _one_file(path: Path) -> bytes:
    """A ground file as one blob: a Shapefile is zipped with the files beside it that belong to it."""
    import io
    import zipfile

    if path.suffix.lower() != ".shp":
        return read_file(path)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for part in sorted(path.parent.glob(f"{path.stem}.*")):
            if part.suffix.lower() in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
                out.writestr(zipfile.ZipInfo(part.name), read_file(part))  # no dates: equal files, equal hash
    return packed.getvalue()


def import_files(
    app: App,
    case: str,
    files: list[tuple[str, bytes]],
    *,
    as_: str = "auto",
    for_: str | None = None,
    by: str | None = None,
) -> list[dict[str, Any]]:
    """Import files by content: GPX tracks and photographs for something, GeoJSON and KML shapes as segments, ..."""
    from wayhome.app import photographs
    from wayhome.files.photo import is_photo
    from wayhome.files.recognise import recognise

    if as_ not in IMPORT_AS:
        raise InvalidInput(f"--as {as_} is not known; use one of {', '.join(IMPORT_AS)}.", field="as")
    state = app.state(case)
    ready: list[Callable[[], list[dict[str, Any]]]] = []
    for i, (name, content) in enumerate(files):
        if as_ == "organisation" or (as_ == "auto" and name.endswith(".toml")):
            ready.append(_organisation(app, case, name, content, by))
            continue
        if as_ == "table":
            ready.append(_table(app, case, name, content, by))
            continue
        if as_ == "photograph" or (as_ == "auto" and is_photo(content)):
            if any(content == other for _, other in files[:i]):
                raise InvalidInput(f"{name} is among these files twice.", file=name)
            ready.append(photographs.prepared(app, case, state, name, content, for_, by))
            continue
        form = recognise(content, name)
        if form == "gpx" and as_ in ("auto", "track"):
            ready.append(_tracks(app, case, state, name, content, for_, by))
        else:
            ready.append(_shapes(app, case, state, name, form, content, as_, by))
    return [row for act in ready for row in act()]


def export(app: App, case: str, form: str, *, as_of: datetime | None = None) -> tuple[bytes, str]:
    """`(content, media type)` of a case in a format of `EXPORTS`."""
    import json

    from wayhome.base.record import to_json
    from wayhome.files import geojson, geotiff, gpx
    from wayhome.files.shapes import Waypoint
    from wayhome.planning.inputs import key, map_inputs

    if form not in EXPORTS:
        raise NotFound(f'There is no export format "{form}"; there are: {", ".join(EXPORTS)}.', format=form)
    state = app.state(case, as_of)
    if form == "json":
        shown = app.shown(case, as_of)
        return json.dumps(
            {"case": case, "seq": shown.seq, "state": to_json(shown)}, indent=1
        ).encode(), "application/json"
    if form == "calendar":
        from wayhome.app.almanac import calendar

        return calendar(app, case, app.now()), "text/calendar"
    if form == "statistics":
        from wayhome.app.statistics_row import statistics_csv

        return statistics_csv(app, case, as_of), "text/csv"
    if form == "evidence":
        from wayhome.app.photographs import evidence_archive

        return evidence_archive(app, case, as_of), "application/zip"
    if form == "geotiff":
        inputs = map_inputs(state)
        found = app.belief(inputs)
        tags = {
            "REST_OF_WORLD": repr(found.belief.rest_of_world), "MODEL": inputs.model, "SEED": "none", "CASE": case,
            "SEQ": str(state.seq), "KEY": key(inputs), "CAVEATS": " | ".join(found.caveats),
        }  # fmt: skip
        return geotiff.write_geotiff(found.belief.poa, tags), "image/tiff"
    shapes = _case_shapes(state)
    if form == "geojson":
        return geojson.write_geojson(shapes), "application/geo+json"
    tracks = [app.sources.recorded(t.blob, t.index) for a in state.assignments.assignments.values() for t in a.tracks]
    points = [Waypoint(name=s.name, position=s.positions[0]) for s in shapes if s.kind == "point"]
    return gpx.write_gpx(tracks, points), "application/gpx+xml"


def _tracks(
    app: App, case: str, state: CaseState, name: str, content: bytes, for_: str | None, by: str | None
) -> Callable[[], list[dict[str, Any]]]:
    from wayhome.files.gpx import read_gpx

    if not for_:
        raise InvalidInput(f"{name} holds a track; say whose: --for ASSIGNMENT.", field="for")
    wanted, _, number = for_.partition("#")
    read = read_gpx(content)
    if not read.tracks:
        raise InvalidInput(f"{name} holds no track.", file=name)
    index = 0 if not number else int(number) - 1 if number.isdigit() else -1
    if not 0 <= index < len(read.tracks):
        raise InvalidInput(f"{name} holds {len(read.tracks)} tracks; there is no number {number}.", file=name)
    track = read.tracks[index]
    line = tuple(
        Position(lat_deg=float(a), lon_deg=float(b)) for a, b in zip(track.lat_deg, track.lon_deg, strict=True)
    )
    if state.area.ipp is not None:
        away = min(distance_m(state.area.ipp.position, p) for p in line[:: max(1, len(line) // 200)])
        if away > NEAR_M:
            raise InvalidInput(
                f"{name} lies {metres(away)} from the initial planning point of this case; it belongs to another search.",
                file=name, distance_m=away,
            )  # fmt: skip
    length = sum(geodesic_length_m(tuple(Position(lat_deg=float(a), lon_deg=float(b)) for a, b in zip(lat, lon, strict=True)))
                 for lat, lon in track.stretches() if len(lat) > 1)  # fmt: skip
    first, last = _ends(track)
    fields = {
        "assignment": wanted, "file_name": name, "track_name": track.name or "", "index": index,
        "points": len(line), "track_length_m": length,
        "starts_at": None if first is None else iso(first),
        "ends_at": None if last is None else iso(last),
    }  # fmt: skip
    more = (
        f"; {len(read.tracks) - 1} more tracks in the file, take one with --for {wanted}#2"
        if len(read.tracks) > 1
        else ""
    )

    def act() -> list[dict[str, Any]]:
        blob = app.blobs.put(content)
        app.do(case, "attach_track", {**fields, "blob": blob}, by=by)
        return [{"file": name, "as": "track", "what": f"track {index + 1} of {metres(length)}{more}", "id": wanted,
                 "caveats": list(read.caveats)}]  # fmt: skip

    return act


def _shapes(
    app: App, case: str, state: CaseState, name: str, form: str, content: bytes, as_: str, by: str | None
) -> Callable[[], list[dict[str, Any]]]:
    from wayhome.files import caltopo, geojson, kml

    readers = {"geojson": geojson.read_geojson, "caltopo": caltopo.read_caltopo, "kml": kml.read_kml, "kmz": kml.read_kml,}  # fmt: skip
    if form not in readers:
        raise InvalidInput(f"{name} is {form}; import reads GPX, GeoJSON, CalTopo, KML and KMZ.", file=name)
    read: Any = readers[form](content)
    shapes: list[Shape] = read if isinstance(read, list) else list(read.shapes)
    caveats = [*(() if isinstance(read, list) else read.caveats), *(c for s in shapes for c in s.caveats)]
    polygons = [s for s in shapes if s.kind == "polygon"]
    lines = [s for s in shapes if s.kind == "line"]
    if as_ == "auto":
        as_ = "segment" if polygons else "boundary"
    chosen = lines if as_ == "boundary" else polygons
    if not chosen:
        raise InvalidInput(f"{name} holds no {'line' if as_ == 'boundary' else 'area'} to import as {as_}.", file=name)
    taken = {s.name.lower() for s in state.area.live_segments()}
    plans = []
    for i, shape in enumerate(chosen, start=1):
        title = shape.name or f"{Path(name).stem} {i}"
        while as_ == "segment" and title.lower() in taken:
            title = f"{title} ({i})"
        taken.add(title.lower())
        where = "line" if as_ == "boundary" else "ring"
        for position in shape.positions:
            state.area.check_near(position, False, f"{name}, {title}")
        plans.append((f"draw_{as_}", {"name": title, where: [p.as_json() for p in shape.positions]}, title))

    def act() -> list[dict[str, Any]]:
        out = []
        for command, fields, title in plans:
            done = app.do(case, command, fields, by=by)
            out.append(
                {"file": name, "as": as_, "what": title, "id": getattr(done.events[0], "id", ""), "caveats": caveats}
            )
        return out

    return act


def _organisation(app: App, case: str, name: str, content: bytes, by: str | None) -> Callable[[], list[dict[str, Any]]]:
    import tomllib

    try:
        fields = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"{name} is not an organisation file in TOML: {error}.", file=name) from None

    def act() -> list[dict[str, Any]]:
        app.do(case, "adopt_organisation", fields, by=by)
        return [{"file": name, "as": "organisation", "what": fields.get("name", name), "id": ""}]

    return act


def _table(app: App, case: str, name: str, content: bytes, by: str | None) -> Callable[[], list[dict[str, Any]]]:
    """A team's own distances at find, read once to see that they can be."""
    from wayhome.files.statistics import read_statistics

    own = read_statistics(content, name)

    def act() -> list[dict[str, Any]]:
        fields = {"kind": "distance", "blob": app.blobs.put(content), "file_name": name, "reason": "imported"}
        app.do(case, "adopt_table", fields, by=by)
        return [{"file": name, "as": "table", "what": f"distances of {len(own)} kinds of subject", "id": ""}]

    return act


def _ends(track: Track) -> tuple[datetime | None, datetime | None]:
    """First and last recorded time of a track, where it has any."""
    from datetime import UTC

    if track.time is None:
        return None, None
    known = track.time[~np.isnat(track.time)]
    return tuple(t.astype("datetime64[us]").item().replace(tzinfo=UTC) for t in (known.min(), known.max()))


def _case_shapes(state: CaseState) -> list[Shape]:
    from wayhome.files.shapes import Shape

    area = state.area
    out = [
        Shape(kind="polygon", name=s.name, positions=s.ring, properties={"class": "segment", "id": s.id})
        for s in area.live_segments()
    ]
    out += [
        Shape(kind="polygon", name=r.name, positions=r.ring, properties={"class": "region", "id": r.id})
        for r in area.regions.values()
    ]
    out += [
        Shape(kind="line", name=b.name, positions=b.line, properties={"class": "boundary", "id": b.id})
        for b in area.boundaries.values()
    ]
    if area.ipp is not None:
        out.append(Shape(kind="point", name="IPP", positions=(area.ipp.position,), properties={"class": "ipp"}))
    out += [Shape(kind="point", name=f"{p.kind.upper()} {p.place}".strip(), positions=(p.position,), properties={"class": p.kind})
            for p in area.points]  # fmt: skip
    out += [Shape(kind="point", name=c.name, positions=(c.position,), properties={"class": "clue", "id": c.id})
            for c in state.evidence.clues.values() if c.position is not None and c.withdrawn is None]  # fmt: skip
    return out
