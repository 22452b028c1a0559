"""GeoJSON after RFC 7946, and the dialects that people still send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.files.geojson import read_geojson, write_geojson
from wayhome.files.shapes import Shape


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def at(lat: float, lon: float) -> Position:
    return Position(lat_deg=lat, lon_deg=lon)


SQUARE = [[10, 50], [11, 50], [11, 51], [10, 51], [10, 50]]  # counterclockwise, closed
HOLE = [[10.4, 50.4], [10.4, 50.6], [10.6, 50.6], [10.6, 50.4], [10.4, 50.4]]  # clockwise, closed
CORNERS = (at(50, 10), at(50, 11), at(51, 11), at(51, 10))


def test_longitude_comes_first_and_heights_are_dropped() -> None:
    (shape,) = read_geojson(encoded(feature("Point", [10.5, 50.25, 900.0], name="Hut")))
    assert (shape.kind, shape.name, shape.positions) == ("point", "Hut", (at(50.25, 10.5),))


def test_a_ring_is_kept_without_its_closing_repeat() -> None:
    (shape,) = read_geojson(encoded({"type": "FeatureCollection", "features": [feature("Polygon", [SQUARE])]}))
    assert shape.positions == CORNERS
    assert shape.caveats == ()


def test_holes_are_kept_with_a_caveat() -> None:
    (shape,) = read_geojson(encoded(feature("Polygon", [SQUARE, HOLE], title="Bog")))
    assert shape.holes == ((at(50.4, 10.4), at(50.6, 10.4), at(50.6, 10.6), at(50.4, 10.6)),)
    assert shape.caveats == ('Feature 1 ("Bog") has 1 hole(s); they are kept and drawn.',)


def test_multi_geometries_and_collections_are_split() -> None:
    geometry = {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]},
            {"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]},
            {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]},
        ],
    }
    shapes = read_geojson(encoded({"type": "Feature", "properties": {"name": "all"}, "geometry": geometry}))
    assert [s.kind for s in shapes] == ["point"] * 2 + ["line"] * 2 + ["polygon"] * 2
    assert {s.name for s in shapes} == {"all"}


def test_a_bare_geometry_is_a_shape() -> None:
    (shape,) = read_geojson(encoded({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}))
    assert shape.positions == (at(2, 1), at(4, 3))


@pytest.mark.parametrize("key", ["name", "title", "Name", "label"])
def test_names_are_found_where_programs_put_them(key: str) -> None:
    assert read_geojson(encoded(feature("Point", [1, 2], **{key: "North bog"})))[0].name == "North bog"


def test_a_byte_order_mark_and_utf16_are_read() -> None:
    text = json.dumps(feature("Point", [1, 2], name="Höhe"), ensure_ascii=False)
    assert read_geojson(b"\xef\xbb\xbf" + text.encode())[0].name == "Höhe"
    assert read_geojson(text.encode("utf-16"))[0].name == "Höhe"


@pytest.mark.parametrize(
    "name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326", "urn:ogc:def:crs:OGC::CRS84"]
)
def test_the_old_crs_member_may_name_wgs84(name: str) -> None:
    document = {**feature("Point", [1, 2]), "crs": {"type": "name", "properties": {"name": name}}}
    assert len(read_geojson(encoded(document))) == 1


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}},
        {"type": "name", "properties": {"name": "EPSG:32619"}},
        {"type": "EPSG", "properties": {"code": 4267}},
        "EPSG:25832",
    ],
)
def test_another_reference_system_is_refused(crs: Any) -> None:
    with pytest.raises(InvalidInput, match="export it in WGS 84 degrees"):
        read_geojson(encoded({**feature("Point", [1, 2]), "crs": crs}))


def test_projected_coordinates_are_named_as_such() -> None:
    with pytest.raises(InvalidInput, match=r'Feature 1 \("A"\).*probably projected in metres'):
        read_geojson(encoded(feature("Point", [328000, 4674000], name="A")))


def test_swapped_coordinates_are_named_as_such() -> None:
    with pytest.raises(InvalidInput, match="probably swapped"):
        read_geojson(encoded(feature("Point", [42.2, -121.1])))


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([1, 2], "no GeoJSON"),
        ({"type": "Topology"}, "type 'Topology' is not known"),
        ({"type": "FeatureCollection"}, "has no list of features"),
        ({"type": "FeatureCollection", "features": []}, "holds no shape"),
        ({"type": "FeatureCollection", "features": [3]}, "Feature 1 is no GeoJSON feature"),
        ({"type": "Feature", "properties": None, "geometry": None}, "holds no shape"),
        (feature("Point", []), "holds no shape"),
        (feature("Circle", [1, 2]), "geometry of type 'Circle'"),
        (feature("Point", ["1", "2"]), "is no coordinate"),
        (feature("Point", [1]), "is no coordinate"),
        (feature("Point", [None, True]), "is no coordinate"),
        (feature("Point", {"lat": 1}), "is no list of coordinates"),
        (feature("LineString", [[1, 2]]), "needs at least 2"),
        (feature("Polygon", [[[1, 2], [3, 4], [1, 2]]]), "needs at least 3"),
        (feature("Polygon", [1]), "is no list of coordinates"),
    ],
)
def test_what_is_no_map_is_told_in_a_sentence(document: Any, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        read_geojson(encoded(document))


def test_broken_json_names_its_line() -> None:
    with pytest.raises(InvalidInput, match="broken at line 2") as caught:
        read_geojson(b'{"type": "Point",\n "coordinates": [1, 2')
    assert caught.value.details["line"] == 2


def test_what_is_written_comes_back() -> None:
    shapes = [
        Shape(kind="point", name='Ørsta "hut"', positions=(at(1.25, 2.5),), properties={"class": "clue", "n": 3}),
        Shape(kind="line", name="", positions=(at(1, 2), at(3, 4))),
        Shape(kind="polygon", name="S1", positions=CORNERS, holes=((at(50.4, 10.4), at(50.6, 10.4), at(50.6, 10.6)),)),
    ]
    read = read_geojson(write_geojson(shapes))
    assert [(s.kind, s.name, s.positions, s.holes) for s in read] == [
        (s.kind, s.name, s.positions, s.holes) for s in shapes
    ]
    assert read[0].properties["class"] == "clue"
    assert read[0].properties["n"] == 3


def test_rings_are_written_closed_and_wound_by_the_rule() -> None:
    """RFC 7946 section 3.1.6: exterior rings counterclockwise, holes clockwise."""
    hole = tuple(at(lat, lon) for lon, lat in HOLE[:-1])
    for ring in (CORNERS, CORNERS[::-1]):
        for inner in (hole, hole[::-1]):
            document = json.loads(write_geojson([Shape(kind="polygon", name="", positions=ring, holes=(inner,))]))
            outside, inside = document["features"][0]["geometry"]["coordinates"]
            assert outside[0] == outside[-1]
            assert inside[0] == inside[-1]
            start = outside.index([10.0, 50.0])
            assert outside[:-1][start + 1 :] + outside[:start] == [[11.0, 50.0], [11.0, 51.0], [10.0, 51.0]]
            start = inside.index([10.4, 50.4])
            assert inside[:-1][start + 1 :] + inside[:start] == [[10.4, 50.6], [10.6, 50.6], [10.6, 50.4]]


def test_a_real_network_is_read_whole(data_folder: Path) -> None:
    data = (data_folder / "terrain/catskills/network.geojson").read_bytes()
    shapes = read_geojson(data)
    assert len(shapes) == len(json.loads(data)["features"])
    # the Catskills lie near 42 N, 74 W
    assert all(41 < p.lat_deg < 43 and -75 < p.lon_deg < -73 for s in shapes for p in s.positions)
    assert [s.positions for s in read_geojson(write_geojson(shapes))] == [s.positions for s in shapes]
