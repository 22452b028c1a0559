"""CalTopo and SARTopo maps: their JSON export, new and old, and the answer of their map interface.

Knows the classes of objects and that folders and operational periods are objects too. Writes nothing.
The dialect was learnt from real exports and from public clients; no specification is published.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.files.geojson import feature_shapes, json_document
from wayhome.files.shapes import (
    Doubts,
    Shape,
    Track,
    TrackBuilder,
    elevation_m,
    number,
    place,
    plain_text,
    plain_values,
)

# Objects that only group or name others; they have no place of their own.
_GROUPS = {"Folder": ("folderId", "folder"), "OperationalPeriod": ("operationalPeriodId", "operational_period")}
_RECORDED = ("LiveTrack", "AppTrack")
_OLD_LISTS = ("Marker", "Shape")


@dataclass(frozen=True, eq=False, slots=True)
class CaltopoFile:
    """Objects of a map in its order, recorded tracks among them apart, and what had to be left out.

    Each shape's properties hold its `class` (Marker, Shape, Assignment, Clue, ...), and the titles of its
    `folder` and `operational_period` where it lies in one.
    """

    shapes: tuple[Shape, ...]
    tracks: tuple[Track, ...]
    caveats: tuple[str, ...]


def is_caltopo(document: object) -> bool:
    """Whether a JSON document is a CalTopo map rather than plain GeoJSON."""
    if not isinstance(document, dict):
        return False
    features = _state(document).get("features")
    if isinstance(features, list):
        return any(
            isinstance(f, dict) and isinstance(p := f.get("properties"), dict) and isinstance(p.get("class"), str)
            for f in features
        )
    return "type" not in document and any(isinstance(document.get(k), list) for k in _OLD_LISTS)


def read_caltopo(data: bytes) -> CaltopoFile:
    """Shapes and recorded tracks of a CalTopo map; an object that cannot be read is left out with a caveat.

    An assignment without a title is called by its letter and number, as CalTopo shows it.
    """
    document = json_document(data, "CalTopo")
    if not is_caltopo(document):
        raise InvalidInput("This is no CalTopo map: none of its objects has a class. Export the map as GeoJSON there.")
    doubts = Doubts()
    if not isinstance(_state(document).get("features"), list):
        return CaltopoFile(tuple(_old_shapes(document, doubts)), (), doubts.caveats())
    features = [f for f in _state(document)["features"] if isinstance(f, dict)]
    titles = {
        str(f.get("id")): plain_text(_properties(f).get("title") or "")
        for f in features
        if _class(_properties(f)) in _GROUPS
    }
    shapes: list[Shape] = []
    tracks: list[Track] = []
    for at, feature in enumerate(features, start=1):
        properties = _properties(feature)
        kind, name = _class(properties), _title(properties)
        if kind in _GROUPS:
            continue
        if kind in _RECORDED:
            tracks += _recorded(feature, name, doubts)
            continue
        for group, (key, into) in _GROUPS.items():
            if titles.get(str(properties.get(key))):
                properties[into] = titles[str(properties[key])]
            elif properties.get(key):
                doubts.note(f"Objects in a {group} that the file does not hold", _named(at, name))
        try:
            found = feature_shapes({**feature, "properties": properties}, f"Object {at}")
        except InvalidInput as wrong:
            doubts.note(f"Objects left out because they cannot be read ({wrong.message})", _named(at, name))
            continue
        if not found:
            doubts.note(f"Objects of class {kind or 'none'} without a place left out", _named(at, name))
        shapes += [shape.replace(name=name) for shape in found]
    return CaltopoFile(tuple(shapes), tuple(tracks), doubts.caveats())


def _state(document: dict[str, Any]) -> dict[str, Any]:
    """The FeatureCollection inside the map interface's answer `{"result": {"state": ...}}`, or the file itself."""
    for wrapper in ("result", "state"):
        inner = document.get(wrapper)
        if isinstance(inner, dict):
            document = inner
    return document


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    return dict(_table(feature.get("properties")))


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _class(properties: dict[str, Any]) -> str:
    return plain_text(properties.get("class") or "")[:40]


def _title(properties: dict[str, Any]) -> str:
    title = plain_text(properties.get("title") or "")
    if not title and _class(properties) == "Assignment":
        title = plain_text(f"{properties.get('letter') or ''} {properties.get('number') or ''}")
    return title


def _named(at: int, name: str) -> Any:
    return lambda: f"object {at}{f' ({name})' if name else ''}"


def _recorded(feature: dict[str, Any], name: str, doubts: Doubts) -> Iterator[Track]:
    """The track of coordinates `[lon, lat, elevation m, ms since 1970]`; zero milliseconds mean unknown."""
    geometry = _table(feature.get("geometry"))
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("LineString", "MultiLineString") or not isinstance(coordinates, list):
        doubts.note("Recorded tracks without a line left out", lambda: f'"{name}"')
        return
    builder = TrackBuilder(doubts)
    for part in coordinates if kind == "MultiLineString" else [coordinates]:
        builder.gap()
        for point in part if isinstance(part, list) else []:
            lon, lat, height, time = (*point, *[None] * 4)[:4] if isinstance(point, list) else (None,) * 4
            spot = place(lat, lon, doubts)
            if spot is not None:
                ms = number(time)
                builder.add(*spot, elevation_m(height, doubts), int(ms * 1000) if ms and abs(ms) < 1e14 else None)
    track = builder.track(name, plain_text(_properties(feature).get("description") or ""))
    if track is not None:
        yield track


def _old_shapes(document: dict[str, Any], doubts: Doubts) -> Iterator[Shape]:
    """Objects of the export of 2016, where coordinates are `[lat, lon]` and markers have `lat`, `lng`."""
    folders = {str(f.get("id")): plain_text(f.get("label") or "") for f in _objects(document, "Folder")}
    for kind in _OLD_LISTS:
        for at, item in enumerate(_objects(document, kind), start=1):
            name = plain_text(item.get("label") or "")
            way, spot = _table(item.get("way")), _table(item.get("position"))
            pairs = way.get("coordinates") if kind == "Shape" else [[spot.get("lat"), spot.get("lng")]]
            positions = tuple(_old_positions(pairs, doubts, _named(at, name)))
            properties = {k: v for k, v in item.items() if k not in ("way", "position", "label")}
            properties |= {"class": kind}
            if folders.get(str(item.get("folderId"))):
                properties["folder"] = folders[str(item["folderId"])]
            drawn = "polygon" if way.get("polygon") is True else "line"
            if drawn == "polygon" and len(positions) > 1 and positions[0] == positions[-1]:
                positions = positions[:-1]
            try:
                yield Shape(
                    kind=drawn if kind == "Shape" else "point",  # type: ignore[arg-type]
                    name=name,
                    positions=positions,
                    properties=plain_values(properties),
                )
            except InvalidInput as wrong:
                doubts.note(f"Objects left out because they cannot be read ({wrong.message})", _named(at, name))


def _objects(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = document.get(kind)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _old_positions(pairs: object, doubts: Doubts, where: Any) -> Iterator[Position]:
    for pair in pairs if isinstance(pairs, list) else []:
        lat, lon = pair[:2] if isinstance(pair, list) and len(pair) >= 2 else (None, None)
        spot = place(lat, lon, doubts, where)
        if spot is not None:
            yield Position(lat_deg=spot[0], lon_deg=spot[1])
