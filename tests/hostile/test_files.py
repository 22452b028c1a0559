"""Bad and malicious files: each ends in a sentence or a caveat, never in a traceback or a hang."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayhome.base.errors import InvalidInput
from wayhome.base.raster import Grid, Raster
from wayhome.files.caltopo import read_caltopo
from wayhome.files.geojson import read_geojson
from wayhome.files.geotiff import read_geotiff, write_geotiff
from wayhome.files.gpx import read_gpx
from wayhome.files.kml import MAX_KML_BYTES, read_kml
from wayhome.files.recognise import recognise

pytestmark = pytest.mark.hostile

READERS: dict[str, Callable[[bytes], Any]] = {
    "gpx": read_gpx,
    "kml": read_kml,
    "geojson": read_geojson,
    "caltopo": read_caltopo,
    "geotiff": read_geotiff,
    "recognise": lambda data: recognise(data, "a.gpx"),
}


def kmz(text: bytes, name: str = "doc.kml") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return buffer.getvalue()


GPX = (
    b'<?xml version="1.0"?>\n<gpx version="1.1"><wpt lat="1" lon="2"><name>a</name></wpt><trk><name>b</name><trkseg>\n'
    b'<trkpt lat="1" lon="2"><ele>3</ele><time>2024-01-01T00:00:00Z</time></trkpt>\n<trkpt lat="1" lon="2"/>\n'
    b"</trkseg></trk></gpx>"
)
KML = (
    b'<?xml version="1.0"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>a</name><LineString>'
    b"<coordinates>1,2 3,4</coordinates></LineString></Placemark></kml>"
)
GEOJSON = b'{"type": "Feature", "properties": {"class": "Shape"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}'
CALTOPO = b'{"type": "FeatureCollection", "features": [' + GEOJSON + b"]}"
GRID = Grid(crs="EPSG:32619", x_west_m=0.0, y_north_m=0.0, cell_m=10.0, height=40, width=40)
TIFF = write_geotiff(Raster(np.random.default_rng(1).random(GRID.shape), GRID, "poa"), {"REST_OF_WORLD": "0.1"})
GOOD = {"gpx": GPX, "kml": KML, "geojson": GEOJSON, "caltopo": CALTOPO, "geotiff": TIFF, "kmz": kmz(KML)}


def entities(root: str) -> bytes:
    """The billion laughs: ten entities of ten each, a file of a kilobyte."""
    lines = [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)]
    return (
        f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY a0 "ha">{"".join(lines)}]>'
        f"<{root}><name>&a9;</name><Placemark><name>&a9;</name></Placemark></{root}>"
    ).encode()


def outside(root: str, path: str) -> bytes:
    """An entity that asks for a file of the reader's machine."""
    return (
        f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY x SYSTEM "{path}">]><{root}>'
        f'<wpt lat="1" lon="2"><name>&x;</name></wpt>'
        f"<Placemark><name>&x;</name><Point><coordinates>1,2</coordinates></Point></Placemark></{root}>"
    ).encode()


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "data",
    [b"", b" \n", b"\x00", b"\x00" * 1000, b"<", b"{", b"[", b"PK\x03\x04", b"II*\x00", b"\xff\xfe", b"\xef\xbb\xbf",
     b"%PDF", b"\xff" * 100],
)  # fmt: skip
def test_scraps_end_in_a_sentence(reader: str, data: bytes) -> None:
    if reader == "recognise" and data == b"II*\x00":
        assert recognise(data, "a") == "geotiff"
        return
    with pytest.raises(InvalidInput) as caught:
        READERS[reader](data)
    assert len(caught.value.message) > 20


@pytest.mark.parametrize(("reader", "root"), [("gpx", "gpx"), ("kml", "kml")])
def test_the_billion_laughs_are_refused(reader: str, root: str) -> None:
    with pytest.raises(InvalidInput, match=r"refused|broken at line"):
        READERS[reader](entities(root))


@pytest.mark.parametrize("attribute", ['<gpx version="&a9;"/>', '<wpt lat="&a9;" lon="1"/>'])
def test_the_billion_laughs_in_an_attribute_are_refused(attribute: str) -> None:
    declared = entities("gpx").split(b"<gpx>")[0]
    with pytest.raises(InvalidInput):
        read_gpx(declared + attribute.encode())
    with pytest.raises(InvalidInput):
        read_kml(declared.replace(b"DOCTYPE gpx", b"DOCTYPE kml") + b'<kml x="&a9;"/>')


@pytest.mark.parametrize(("reader", "root"), [("gpx", "gpx"), ("kml", "kml")])
def test_files_of_this_machine_are_never_fetched(reader: str, root: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the password")
    for path in (str(secret), secret.as_uri()):
        with pytest.raises(InvalidInput) as caught:
            READERS[reader](outside(root, path))
        assert "password" not in caught.value.message


def test_an_external_dtd_is_not_fetched(tmp_path: Path) -> None:
    dtd = tmp_path / "gpx.dtd"
    dtd.write_text('<!ENTITY x "the password">')
    data = f'<!DOCTYPE gpx SYSTEM "{dtd.as_uri()}"><gpx><wpt lat="1" lon="2"><name>&x;</name></wpt></gpx>'
    with pytest.raises(InvalidInput, match="declares XML entities or asks for another file"):
        read_gpx(data.encode())
    with pytest.raises(InvalidInput, match="DOCTYPE"):
        read_kml(data.replace("gpx", "kml").encode())


@pytest.mark.parametrize("form", GOOD)
def test_cut_files_never_end_in_a_traceback(form: str) -> None:
    reader = READERS["kml" if form == "kmz" else form]
    whole = GOOD[form]
    for length in range(0, len(whole), max(1, len(whole) // 200)):
        told(reader, whole[:length])


# rasterio's own logger stumbles over names that are no UTF-8; nothing reaches the caller
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("form", GOOD)
def test_damaged_files_never_end_in_a_traceback(form: str) -> None:
    reader = READERS["kml" if form == "kmz" else form]
    chance = random.Random(20240301)
    for _ in range(300):
        damaged = bytearray(GOOD[form])
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        told(reader, bytes(damaged))


def told(reader: Callable[[bytes], Any], data: bytes) -> None:
    """Reads, or refuses with a sentence; anything else fails the test."""
    try:
        reader(data)
    except InvalidInput as refused:
        assert refused.message


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for reader in READERS.values():
        told(reader, data)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(-200, 200),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["type", "coordinates", "geometries", "features", "geometry", "properties", "class", "name", "id",
                         "crs", "Marker", "Shape", "Folder", "way", "position", "lat", "lng", "folderId", "result", "state"]),
        inner | st.sampled_from(["Point", "Polygon", "MultiLineString", "GeometryCollection", "Feature", "FeatureCollection",
                                 "Assignment", "LiveTrack"]),
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_any_json_is_read_or_refused(document: Any) -> None:
    data = json.dumps(document).encode()
    told(read_geojson, data)
    told(read_caltopo, data)


@pytest.mark.parametrize("pair", [(b"[", b"]"), (b'{"a":', b"}"), (b'{"type":"Feature","properties":', b"}")])
def test_json_nested_a_hundred_thousand_deep_is_refused(pair: tuple[bytes, bytes]) -> None:
    deep = pair[0] * 100_000 + b"1" + pair[1] * 100_000
    for reader in ("geojson", "caltopo", "recognise"):
        with pytest.raises(InvalidInput, match="nested too deep"):
            READERS[reader](deep)


@pytest.mark.parametrize("depth", [30, 200, 400])
def test_moderate_nesting_is_refused_too(depth: int) -> None:
    geometry = '{"type":"GeometryCollection","geometries":[' * depth + "]}" * depth
    with pytest.raises(InvalidInput, match=r"deep"):
        read_geojson(geometry.encode())
    properties = '{"a":' * depth + "1" + "}" * depth
    feature = f'{{"type":"Feature","properties":{properties},"geometry":{{"type":"Point","coordinates":[1,2]}}}}'
    with pytest.raises(InvalidInput, match=r"deep"):
        read_geojson(feature.encode())


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e400", "null", '"1"', "[]", "9" * 5000])
def test_coordinates_that_are_no_numbers_are_told(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_geojson(f'{{"type": "Point", "coordinates": [{text}, 2]}}'.encode())


def test_nan_in_a_property_does_no_harm() -> None:
    (shape,) = read_geojson(GEOJSON.replace(b'"Shape"', b'NaN, "n": 1e400'))
    assert shape.properties == {"class": None, "n": None}


@pytest.mark.parametrize("number", ["NaN", "nan", "inf", "-inf", "1e999", "", "0x10", "١"])
def test_gpx_coordinates_that_are_no_places_are_left_out_or_read(number: str) -> None:
    read = read_gpx(GPX.replace(b'lat="1" lon="2"/>', f'lat="{number}" lon="2"/>'.encode()))
    kept = read.tracks[0].lat_deg
    assert np.isfinite(kept).all()
    assert len(kept) == 2 or read.caveats


def test_kml_coordinates_that_are_no_places_are_left_out() -> None:
    read = read_kml(KML.replace(b"1,2 3,4", b"nan,2 1,2 inf,inf 3,4 ,, 5"))
    assert [(p.lat_deg, p.lon_deg) for p in read.shapes[0].positions] == [(2.0, 1.0), (4.0, 3.0)]
    assert read.caveats


def test_invalid_utf8_is_shown_as_such_or_refused() -> None:
    read = read_gpx(GPX.replace(b"<name>b</name>", b"<name>caf\xe9</name>"))
    assert read.tracks[0].name == "caf\ufffd"
    assert read.caveats == ("Stretches of text that are not UTF-8 shown as \ufffd: 1, first at line 2.",)
    with pytest.raises(InvalidInput, match="not UTF-8"):
        read_geojson(GEOJSON.replace(b"Shape", b"caf\xe9"))
    with pytest.raises(InvalidInput, match="broken at line 2"):
        read_kml(KML.replace(b"<name>a", b"<name>caf\xe9"))


@pytest.mark.parametrize("encoding", ["no-such-code", "zlib", "idna", "utf-7", "cp037", "undefined", "unicode_escape"])
def test_odd_declared_encodings_do_no_harm(encoding: str) -> None:
    told(read_gpx, GPX.replace(b'version="1.0"', f'version="1.0" encoding="{encoding}"'.encode(), 1))
    told(read_kml, KML.replace(b'version="1.0"', f'version="1.0" encoding="{encoding}"'.encode(), 1))


def test_halves_of_characters_do_not_travel_on() -> None:
    (shape,) = read_geojson(GEOJSON.replace(b"Shape", b"a\\ud800\\u0000b"))
    assert shape.properties["class"].encode() == "a\ufffd\ufffdb".encode()


@pytest.mark.parametrize("reader", ["gpx", "kml", "geojson", "caltopo"])
@pytest.mark.parametrize("form", ["pdf", "jpeg", "html", "tiff"])
def test_a_wrong_extension_is_told(reader: str, form: str) -> None:
    other = {"pdf": b"%PDF-1.7\n%\xe2\xe3", "jpeg": b"\xff\xd8\xff\xe0", "html": b"<!DOCTYPE html><html><br></html>",
             "tiff": TIFF}[form]  # fmt: skip
    with pytest.raises(InvalidInput):
        READERS[reader](other)


def test_a_kmz_that_unpacks_beyond_reason_is_refused() -> None:
    bomb = kmz(b"<kml>" + b" " * MAX_KML_BYTES + b"</kml>")
    assert len(bomb) < 200_000
    with pytest.raises(InvalidInput, match="unpacks to more than 64 MiB"):
        read_kml(bomb)


def test_a_kmz_that_lies_about_its_size_is_refused() -> None:
    text = b"<kml>" + b" " * MAX_KML_BYTES + b"</kml>"
    bomb = kmz(text).replace(len(text).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    with pytest.raises(InvalidInput):
        read_kml(bomb)


def test_a_kmz_of_too_many_files_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for i in range(10_001):
            archive.writestr(f"{i}.kml", "")
    with pytest.raises(InvalidInput, match="far too many files"):
        read_kml(buffer.getvalue())


def test_a_locked_kmz_is_told() -> None:
    locked = bytearray(kmz(KML))
    locked[6] |= 1  # the flag of encryption: local header, then central directory (APPNOTE 4.4.4)
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(InvalidInput, match="password"):
        read_kml(bytes(locked))


def test_xml_nested_a_hundred_thousand_deep_does_no_harm() -> None:
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    assert read_gpx(b"<gpx>" + deep + b"</gpx>").tracks == ()
    with pytest.raises(InvalidInput, match="broken at line"):
        read_kml(b"<kml>" + deep + b"</kml>")


@pytest.mark.slow
def test_a_gpx_of_a_million_points_is_read() -> None:
    points = b'<trkpt lat="42.123456" lon="-71.123456"/>\n' * 1_000_000
    read = read_gpx(b"<gpx><trk><trkseg>" + points + b"</trkseg></trk></gpx>")
    assert len(read.tracks[0]) == 1_000_000


def test_a_hundred_thousand_unclosed_comments_do_not_hang() -> None:
    for reader in READERS.values():
        told(reader, b"<!--" * 100_000)
        told(reader, b"<?x " * 100_000)
        told(reader, b"<!DOCTYPE a [" * 20_000)


def test_a_geotiff_that_claims_more_than_memory_is_refused() -> None:
    """Tags 256 and 257 (width, height) set to 2^31 - 1, as type 4 (TIFF 6.0, section 2)."""
    huge = bytearray(TIFF)
    directory = int.from_bytes(huge[4:8], "little")
    for at, tag in ((directory + 2, 256), (directory + 14, 257)):
        assert struct.unpack_from("<HHII", huge, at) == (tag, 3, 1, 40)
        struct.pack_into("<HHII", huge, at, tag, 4, 1, 2**31 - 1)
    with pytest.raises(InvalidInput):
        read_geotiff(bytes(huge))
    for at, tag in ((directory + 2, 256), (directory + 14, 257)):
        struct.pack_into("<HHII", huge, at, tag, 4, 1, 9_000)
    with pytest.raises(InvalidInput, match="more than 64,000,000"):
        read_geotiff(bytes(huge))
