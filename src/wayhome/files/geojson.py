"""GeoJSON (RFC 7946): points, lines and areas in WGS 84, longitude first.

Knows the older dialect with a "crs" member. Refuses other reference systems, swapped and projected
coordinates: a boundary in the wrong place is worse than none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.files.shapes import Shape, number, plain_values

GEOMETRIES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
_WGS84_NAMES = ("CRS84", "EPSG:4326", "EPSG::4326", "EPSG:4979", "EPSG::4979", "WGS84", "WGS 84")
_COLLECTIONS_DEEP = 10

Ring = tuple[Position, ...]


def json_document(data: bytes, what: str) -> Any:
    """The JSON value of a file's bytes; broken, foreign or endlessly nested text is told in a sentence.

    NaN and Infinity, which some programs write although JSON has no such numbers, become null.
    """
    if not data.strip():
        raise InvalidInput(f"The {what} file is empty; export it again.")
    try:
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as wrong:
        raise InvalidInput(
            f"The {what} file is not UTF-8 text (byte {wrong.start:,}); export it again as UTF-8.", byte=wrong.start
        ) from None
    try:
        return json.loads(text.removeprefix("\ufeff"), parse_constant=lambda _: None)
    except json.JSONDecodeError as broken:
        raise InvalidInput(
            f"The {what} file is broken at line {broken.lineno}, column {broken.colno} ({broken.msg});"
            " export or copy it again.",
            line=broken.lineno,
        ) from None
    except RecursionError:
        raise InvalidInput(f"The {what} file is nested too deep to be a map that people made.") from None
    except ValueError:  # a whole number of thousands of digits
        raise InvalidInput(f"The {what} file holds a number too long to read.") from None


def read_geojson(data: bytes) -> list[Shape]:
    """Shapes of a FeatureCollection, a Feature or a bare geometry, in the file's order.

    Multi geometries are split into shapes of the same name, heights are dropped, features without a geometry
    hold nothing to draw. A polygon keeps its holes, with a caveat. Raises `InvalidInput` for anything that
    cannot lie where it says, and for a file without a single shape.
    """
    document = json_document(data, "GeoJSON")
    if not isinstance(document, dict):
        raise InvalidInput("This is JSON but no GeoJSON: a FeatureCollection, a Feature or a geometry is expected.")
    _check_crs(document)
    shapes = [
        shape
        for at, feature in enumerate(_features(document), start=1)
        for shape in feature_shapes(feature, f"Feature {at}")
    ]
    if not shapes:
        raise InvalidInput("The GeoJSON file holds no shape; draw one and export it again.")
    return shapes


def write_geojson(shapes: Iterable[Shape]) -> bytes:
    """A FeatureCollection of the shapes, with rings closed and wound as RFC 7946 section 3.1.6 asks."""
    features = []
    for shape in shapes:
        coordinates: Any
        if shape.kind == "point":
            kind, coordinates = "Point", _pair(shape.positions[0])
        elif shape.kind == "line":
            kind, coordinates = "LineString", [_pair(p) for p in shape.positions]
        else:
            kind = "Polygon"
            coordinates = [_closed(shape.positions, True), *(_closed(hole, False) for hole in shape.holes)]
        properties = {**shape.properties, "name": shape.name} if shape.name else dict(shape.properties)
        features.append(
            {
                "type": "Feature",
                "properties": plain_values(properties),
                "geometry": {"type": kind, "coordinates": coordinates},
            }
        )
    document = {"type": "FeatureCollection", "features": features}
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def feature_shapes(feature: object, where: str) -> list[Shape]:
    """The shapes of one Feature; `where` names it in a sentence, such as ``Feature 3``."""
    if not isinstance(feature, dict):
        raise InvalidInput(f"{where} is no GeoJSON feature.")
    given = feature.get("properties")
    properties = plain_values(given) if isinstance(given, dict) else {}
    if "id" in feature and "id" not in properties:
        properties["id"] = plain_values(feature["id"])
    name = next((properties[k] for k in ("name", "title", "Name", "NAME", "label") if properties.get(k)), "")
    name = name if isinstance(name, str) else str(name)
    called = f'{where} ("{name[:60]}")' if name else where
    return [
        Shape(
            kind=kind,  # type: ignore[arg-type]
            name=name,
            positions=rings[0],
            holes=tuple(rings[1:]),
            properties=properties,
            caveats=(f"{called} has {len(rings) - 1} hole(s); they are kept and drawn.",) if len(rings) > 1 else (),
        )
        for kind, rings in _parts(feature.get("geometry"), called, 0)
    ]


def position_at(pair: object, where: str) -> Position:
    """The position of a GeoJSON coordinate `[lon, lat, ...]`."""
    numbers = [number(n) for n in pair[:2] if not isinstance(n, str)] if isinstance(pair, list) else []
    lon, lat = numbers if len(numbers) == 2 else (None, None)
    if lon is None or lat is None:
        raise InvalidInput(f"{where}: {str(pair)[:60]} is no coordinate; write [longitude, latitude] in degrees.")
    if abs(lat) > 90 or abs(lon) > 180:
        why = (
            "latitude and longitude are probably swapped: GeoJSON writes longitude first"
            if abs(lat) <= 180 and abs(lon) <= 90
            else "it is probably projected in metres: export in WGS 84 degrees (EPSG:4326)"
        )
        raise InvalidInput(f"{where}: [{lon:g}, {lat:g}] is no longitude and latitude; {why}.")
    return Position(lat_deg=lat, lon_deg=lon)


def _features(document: dict[str, Any]) -> Iterator[object]:
    kind = document.get("type")
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise InvalidInput("The GeoJSON FeatureCollection has no list of features.")
        yield from features
    elif kind == "Feature":
        yield document
    elif kind in GEOMETRIES:
        yield {"type": "Feature", "properties": {}, "geometry": document}
    else:
        raise InvalidInput(f"GeoJSON of type {str(kind)[:40]!r} is not known; a FeatureCollection is expected.")


def _check_crs(document: dict[str, Any]) -> None:
    """The "crs" member of GeoJSON 2008; null states nothing and passes."""
    crs = document.get("crs")
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name") if isinstance(properties, dict) else crs)
    if not name.upper().endswith(_WGS84_NAMES):
        raise InvalidInput(
            f"The GeoJSON file is in {name[:80]}; export it in WGS 84 degrees (EPSG:4326), as GeoJSON is defined.",
            crs=name[:80],
        )


def _parts(geometry: object, where: str, depth: int) -> Iterator[tuple[str, list[Ring]]]:
    """`(kind, rings)` of each single part of a geometry; for points and lines there is one ring."""
    if geometry is None:
        return
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in GEOMETRIES:
        raise InvalidInput(f"{where} has a geometry of type {str(kind)[:40]!r}; {', '.join(GEOMETRIES)} are known.")
    if kind == "GeometryCollection":
        if depth >= _COLLECTIONS_DEEP:
            raise InvalidInput(f"{where} has collections within collections, more than {_COLLECTIONS_DEEP} deep.")
        for member in _list(geometry.get("geometries"), where):
            yield from _parts(member, where, depth + 1)
        return
    coordinates = _list(geometry.get("coordinates"), where)
    if not coordinates:  # RFC 7946 section 3.1: an empty array is a null geometry
        return
    for part in coordinates if kind.startswith("Multi") else [coordinates]:
        if kind.endswith("Point"):
            yield "point", [(position_at(part, where),)]
        elif kind.endswith("LineString"):
            yield "line", [tuple(position_at(pair, where) for pair in _list(part, where))]
        else:
            yield "polygon", [_ring(ring, where) for ring in _list(part, where)] or [()]


def _ring(ring: object, where: str) -> Ring:
    positions = tuple(position_at(pair, where) for pair in _list(ring, where))
    return positions[:-1] if len(positions) > 1 and positions[0] == positions[-1] else positions


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidInput(f"{where}: {str(value)[:60]} is no list of coordinates.")
    return value


def _pair(position: Position) -> list[float]:
    return [position.lon_deg, position.lat_deg]


def _closed(ring: Ring, counterclockwise: bool) -> list[list[float]]:
    """A ring as coordinates, closed; the sign of the shoelace sum says which way it runs."""
    pairs = [_pair(p) for p in ring]
    twice_area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(pairs, [*pairs[1:], pairs[0]], strict=True))
    if (twice_area > 0) != counterclockwise:
        pairs.reverse()
    return [*pairs, pairs[0]]
