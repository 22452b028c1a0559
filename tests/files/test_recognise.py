"""Formats are known by what a file holds."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput
from wayhome.base.raster import Grid, Raster
from wayhome.files.geotiff import write_geotiff
from wayhome.files.recognise import FORMATS, expected, recognise

GRID = Grid(crs="EPSG:32619", x_west_m=0.0, y_north_m=0.0, cell_m=10.0, height=2, width=2)


def archive(member: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(member, "<kml/>")
    return buffer.getvalue()


POINT = {"type": "Point", "coordinates": [1, 2]}
CALTOPO = {"type": "FeatureCollection", "features": [{"properties": {"class": "Marker"}, "geometry": POINT}]}
EXAMPLES = {
    "gpx": [
        b'<gpx version="1.1"/>',
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- <kml> was here --><gpx>',
        b'<a:gpx xmlns:a="x"/>',
        b"<!DOCTYPE gpx [<!ELEMENT gpx ANY>]><gpx/>",
        "<?xml version='1.0' encoding='UTF-16'?><gpx/>".encode("utf-16"),
    ],
    "kml": [b'<?xml version="1.0"?><kml xmlns="http://earth.google.com/kml/2.0">'],
    "kmz": [archive("doc.kml"), archive("files/Map.KML")],
    "zip": [archive("notes.txt")],
    "geojson": [json.dumps(POINT).encode(), b'\n {"type": "FeatureCollection", "features": []}'],
    "caltopo": [json.dumps(CALTOPO).encode(), b'{"Marker": [], "Shape": [], "Folder": []}'],
    "geotiff": [write_geotiff(Raster(np.zeros((2, 2)), GRID, "poa"), {}), b"MM\x00*....", b"II+\x00...."],
    "gpkg": [b"SQLite format 3\x00" + bytes(52) + b"GPKG" + bytes(40)],
    "pdf": [b"%PDF-1.7\n", b"\r\n%PDF-1.4\n"],
}


def test_every_format_has_an_example() -> None:
    assert set(EXAMPLES) == set(FORMATS)


@pytest.mark.parametrize(("form", "data"), [(form, data) for form, found in EXAMPLES.items() for data in found])
@pytest.mark.parametrize("name", ["track.gpx", "map.tif", "noname"])
def test_content_decides_and_never_the_name(form: str, data: bytes, name: str) -> None:
    assert recognise(data, name) == form


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", r"a\.gpx is empty \(0 bytes\)"),
        (b" \n", r"a\.gpx is empty"),
        (b"<!DOCTYPE html><html><body>Log in", "web page"),
        (b"<HTML>", "web page"),
        (b'<?xml version="1.0"?><event version="2.0">', "Cursor-on-Target"),
        (b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">', "CAP alert"),
        (b"<TrainingCenterDatabase>", "export it as GPX"),
        (b"<svg/>", "XML of <svg>"),
        (b"<!-- nothing", "XML without a first element"),
        (b'{"type": "Topology"}', "JSON but neither"),
        (b"[1, 2]", "JSON but neither"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\x0e\x10\x00\x00\x00\x00\x00\x00.FIT", "FIT recording"),
        (b"\x00\x00\x27\x0a" + bytes(20), "shapefile"),
        (b"\x00\x00\x00\x0d\x0a\x09OSMHeader", "OpenStreetMap extract"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"SQLite format 3\x00" + bytes(90), "no GeoPackage"),
        (b"lat,lon\n1,2", "none of the formats"),
        (b"PK\x03\x04broken", "cut short or damaged"),
    ],
)
def test_what_is_none_of_them_is_told_in_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence) as caught:
        recognise(data, "a.gpx")
    assert caught.value.message.startswith("a.gpx ") or "JSON" in sentence


def test_a_file_of_another_format_than_wanted_is_named() -> None:
    assert expected(b"<gpx/>", "a", "gpx", "kml") == "gpx"
    with pytest.raises(
        InvalidInput, match=r"plan\.gpx is a PDF document; a GPX file of tracks and waypoints is needed"
    ):
        expected(b"%PDF-1.7", "plan.gpx", "gpx")


@pytest.mark.parametrize(
    ("pattern", "form"),
    [("interchange/gpx/*", "gpx"), ("tracks/*/*.gpx", "gpx"), ("interchange/kml/*", "kml"), ("interchange/caltopo/*", "caltopo"),
     ("interchange/forms/*", "pdf"), ("interchange/gpkg/*", "gpkg"), ("interchange/cot/*.zip", "zip"),
     ("terrain/*/*.tif", "geotiff"), ("terrain/catskills/*.geojson", "geojson"), ("terrain/andorra/*.gpkg", "gpkg")],
)  # fmt: skip
def test_real_files_are_recognised(data_folder: Path, pattern: str, form: str) -> None:
    paths = list(data_folder.glob(pattern))
    assert paths
    assert {recognise(path.read_bytes(), path.name) for path in paths} == {form}
