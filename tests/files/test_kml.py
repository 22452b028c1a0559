"""KML and KMZ of Google Earth and its followers."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.files.kml import KmlFile, read_kml, write_kml
from wayhome.files.shapes import Doubts, Shape, Track, TrackBuilder


def kml(body: str) -> KmlFile:
    return read_kml(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'.encode())


def at(lat: float, lon: float) -> Position:
    return Position(lat_deg=lat, lon_deg=lon)


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "."), text)
    return buffer.getvalue()


RING = "10,50,0 11,50,0 11,51,0 10,50,0"
CORNERS = (at(50, 10), at(50, 11), at(51, 11))


def polygon(outer: str, inner: str = "") -> str:
    hole = (
        f"<innerBoundaryIs><LinearRing><coordinates>{inner}</coordinates></LinearRing></innerBoundaryIs>"
        if inner
        else ""
    )
    return (
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{outer}</coordinates></LinearRing></outerBoundaryIs>"
        f"{hole}</Polygon>"
    )


def test_a_placemark_has_its_name_place_and_properties() -> None:
    read = kml(
        "<Placemark><name>Hut</name><description><![CDATA[<b>open</b>]]></description><ExtendedData>"
        '<Data name="beds"><value>12</value></Data><SchemaData><SimpleData name="key">yes</SimpleData></SchemaData>'
        "</ExtendedData><Point><coordinates>10.5,50.25,900</coordinates></Point></Placemark>"
    )
    assert read.shapes == (
        Shape(
            kind="point",
            name="Hut",
            positions=(at(50.25, 10.5),),
            properties={"description": "<b>open</b>", "beds": "12", "key": "yes"},
        ),
    )
    assert read.caveats == ()


def test_lines_and_areas_are_read_and_rings_opened() -> None:
    read = kml(
        "<Placemark><LineString><coordinates>\n 10,50\n 11 , 51 , 7\n</coordinates></LineString></Placemark>"
        f"<Placemark>{polygon(RING, '10.6,50.2 10.8,50.2 10.8,50.4 10.6,50.2')}</Placemark>"
        f"<Placemark><LinearRing><coordinates>{RING}</coordinates></LinearRing></Placemark>"
    )
    line, area, ring = read.shapes
    assert (line.kind, line.positions) == ("line", (at(50, 10), at(51, 11)))
    assert (area.kind, area.positions, len(area.holes)) == ("polygon", CORNERS, 1)
    assert area.caveats == ('"" has 1 hole(s); they are kept and drawn.',)
    assert (ring.kind, ring.positions) == ("polygon", CORNERS)


def test_a_multi_geometry_gives_shapes_of_one_name() -> None:
    inside = "<Point><coordinates>1,2</coordinates></Point>" + polygon(RING)
    read = kml(f"<Placemark><name>M</name><MultiGeometry>{inside}</MultiGeometry></Placemark>")
    assert [(s.kind, s.name) for s in read.shapes] == [("point", "M"), ("polygon", "M")]


TRACK = (
    "<Track><when>2024-01-01T00:00:00Z</when><when>2024-01-01T00:01:00+01:00</when>"
    "<coord>10 50 100</coord><coord>11 51</coord></Track>"
)


def test_a_recorded_track_has_times_and_heights() -> None:
    read = kml(f"<Placemark><name>T</name>{TRACK}</Placemark>")
    (track,) = read.tracks
    assert read.shapes == ()
    assert (track.name, track.lat_deg.tolist(), track.lon_deg.tolist()) == ("T", [50, 51], [10, 11])
    assert track.elevation_m[0] == 100
    assert np.isnan(track.elevation_m[1])
    assert track.time is not None
    assert track.time.tolist() == np.array(["2024-01-01T00:00:00", "2023-12-31T23:01:00"], "datetime64[us]").tolist()


def test_the_parts_of_a_multi_track_are_stretches_of_one() -> None:
    (track,) = kml(f"<Placemark><MultiTrack>{TRACK}{TRACK}</MultiTrack></Placemark>").tracks
    assert [len(lat) for lat, _ in track.stretches()] == [2, 2]


def test_prefixes_may_be_undeclared() -> None:
    text = TRACK.replace("<", "<gx:").replace("<gx:/", "</gx:").replace("gx:when", "when")
    read = read_kml(f"<kml><Placemark>{text}</Placemark></kml>".encode())
    assert len(read.tracks[0]) == 2


def test_times_that_do_not_pair_with_places_are_ignored() -> None:
    read = kml(
        "<Placemark><Track><when>2024-01-01T00:00:00Z</when><coord>1 2</coord><coord>3 4</coord></Track></Placemark>"
    )
    assert read.tracks[0].time is None
    assert read.caveats == ("Tracks with more times than places, or fewer; their times ignored: 1, first at line 1.",)


def test_what_cannot_be_read_is_told() -> None:
    read = kml(
        "<Placemark><name>p</name><Point><coordinates>no,no</coordinates></Point></Placemark>"
        "<Placemark><LineString><coordinates>200,5 1,2 3</coordinates></LineString></Placemark>"
        "<Placemark><name>nowhere</name></Placemark>"
        "<NetworkLink><Link><href>http://example.org/x.kml</href></Link></NetworkLink><GroundOverlay/>"
    )
    assert read.shapes == ()
    assert read.caveats == (
        "Points without a readable latitude and longitude left out: 2, first at line 1.",
        "Shapes (point) with too few places left out: 1, first at line 1.",
        "Points outside -90 to 90 latitude or -180 to 180 longitude left out: 1, first at line 1.",
        "Shapes (line) with too few places left out: 1, first at line 1.",
        "Placemarks without a place left out: 1, first at line 1.",
        "Network links not followed: 1.",
        "Picture overlays left out: 1.",
    )


def test_a_schema_of_kml_2_0_names_its_own_placemarks() -> None:
    read = kml(
        '<Schema parent="Placemark" name="Zone"/><Zone><name>19T</name><Point><coordinates>1,2</coordinates></Point></Zone>'
    )
    assert [s.name for s in read.shapes] == ["19T"]


def test_the_main_document_of_a_kmz_is_read() -> None:
    main = "<kml><Placemark><name>main</name><Point><coordinates>1,2</coordinates></Point></Placemark></kml>"
    assert read_kml(zipped(other__kml="<kml/>", doc__kml=main)).shapes[0].name == "main"
    assert read_kml(zipped(map__KML=main, icon__png="x")).shapes[0].name == "main"


def test_a_zip_without_kml_is_no_kmz() -> None:
    with pytest.raises(InvalidInput, match="no KMZ"):
        read_kml(zipped(readme__txt="hello"))


def test_another_root_is_named() -> None:
    with pytest.raises(InvalidInput, match="begins with <gpx>"):
        read_kml(b"<gpx/>")


def recorded(*, timed: bool) -> Track:
    builder = TrackBuilder(Doubts())
    builder.add(50.5, 10.25, 100.0, 1_000_000 if timed else None)
    builder.add(50.6, 10.35, time_us=2_500_000 if timed else None)
    builder.gap()
    builder.add(50.7, 10.45, time_us=3_000_000 if timed else None)
    builder.add(50.8, 10.55, time_us=4_000_000 if timed else None)
    track = builder.track("Team & 1", "wet")
    assert track is not None
    return track


def test_shapes_come_back_as_they_were_written() -> None:
    shapes = (
        Shape(
            kind="point", name="A <1>", positions=(at(1.25, 1e-7),), properties={"description": "d", "class": "clue"}
        ),
        Shape(kind="line", name="", positions=(at(1, 2), at(3, 4))),
        Shape(kind="polygon", name="S", positions=CORNERS, holes=((at(50.2, 10.6), at(50.2, 10.8), at(50.4, 10.8)),)),
    )
    read = read_kml(write_kml(shapes, title="Search"))
    assert [s.replace(caveats=()) for s in read.shapes] == list(shapes)


def test_a_track_with_times_comes_back_as_it_was_written() -> None:
    track = recorded(timed=True)
    (again,) = read_kml(write_kml([], [track])).tracks
    assert (again.name, again.remark) == (track.name, track.remark)
    assert np.array_equal(again.lat_deg, track.lat_deg)
    assert np.array_equal(again.lon_deg, track.lon_deg)
    assert np.array_equal(again.elevation_m, track.elevation_m, equal_nan=True)
    assert again.time is not None
    assert track.time is not None
    assert np.array_equal(again.time, track.time)
    assert again.starts.tolist() == [0, 2]


def test_a_track_without_times_is_written_as_lines() -> None:
    read = read_kml(write_kml([], [recorded(timed=False)]))
    assert [s.positions for s in read.shapes] == [
        (at(50.5, 10.25), at(50.6, 10.35)),
        (at(50.7, 10.45), at(50.8, 10.55)),
    ]


def test_every_real_kml_file_is_read(data_folder: Path) -> None:
    """The geometries are counted in the text, apart from the reader; the broken and placeless ones told."""
    for path in sorted(data_folder.glob("interchange/kml/*.kml")):
        read = read_kml(path.read_bytes())
        text = path.read_bytes()
        geometries = len(re.findall(rb"<(?:Point|LineString|Polygon)>", text))
        if path.name == "togeojson_bad.kml":
            assert read.shapes == ()
            assert read.caveats
        else:
            assert len(read.shapes) == geometries, path.name
        if geometries == 0 and not read.tracks:
            assert read.caveats, path.name
        again = read_kml(write_kml(read.shapes, read.tracks))
        assert [s.positions for s in again.shapes] == [s.positions for s in read.shapes]
    gx = read_kml((data_folder / "interchange/kml/togeojson_gxtrack.kml").read_bytes())
    assert [len(t) for t in gx.tracks] == [7]
