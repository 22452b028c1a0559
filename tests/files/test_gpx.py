"""GPX: every maker's habits read, and what is written comes back as it was."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.files.gpx import GpxFile, read_gpx, write_gpx
from wayhome.files.shapes import Doubts, Track, TrackBuilder, Waypoint

HEAD = '<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'


def gpx(body: str, head: str = HEAD) -> GpxFile:
    return read_gpx(f"{head}{body}</gpx>".encode())


def point(lat: object, lon: object, inside: str = "") -> str:
    return f'<trkpt lat="{lat}" lon="{lon}">{inside}</trkpt>'


def track_of(*points: str) -> str:
    return f"<trk><trkseg>{''.join(points)}</trkseg></trk>"


def same(a: Track, b: Track) -> bool:
    times = (a.time is None) == (b.time is None) and (
        a.time is None or np.array_equal(a.time, b.time, equal_nan=True)  # type: ignore[arg-type]
    )
    arrays = ((a.lat_deg, b.lat_deg), (a.lon_deg, b.lon_deg), (a.elevation_m, b.elevation_m))
    equal = all(np.array_equal(x, y, equal_nan=True) for x, y in arrays)
    return times and equal and np.array_equal(a.starts, b.starts) and (a.name, a.remark) == (b.name, b.remark)


def test_a_track_has_its_places_heights_times_and_stretches() -> None:
    read = gpx(
        "<trk><name>Team 1</name><cmt>wet</cmt><desc>north side</desc>"
        "<trkseg>"
        + point(42.5, -71.25, "<ele>12.5</ele><time>2024-03-01T06:40:00Z</time>")
        + point(42.6, -71.35)
        + "</trkseg><trkseg></trkseg><trkseg>"
        + point(42.7, -71.45, "<time>2024-03-01T06:41:00.250Z</time>")
        + "</trkseg></trk>"
    )
    (track,) = read.tracks
    assert (track.name, track.remark) == ("Team 1", "north side\nwet")
    assert track.lat_deg.tolist() == [42.5, 42.6, 42.7]
    assert track.lon_deg.tolist() == [-71.25, -71.35, -71.45]
    assert track.elevation_m[0] == 12.5
    assert np.isnan(track.elevation_m[1:]).all()
    assert track.time is not None
    assert track.time[0] == np.datetime64("2024-03-01T06:40:00")
    assert np.isnat(track.time[1])
    assert track.time[2] == np.datetime64("2024-03-01T06:41:00.250")
    assert [len(lat) for lat, _ in track.stretches()] == [2, 1]  # an empty segment is no stretch
    assert read.caveats == ()


def test_a_track_is_read_only() -> None:
    (track,) = gpx(track_of(point(1, 2))).tracks
    with pytest.raises(ValueError, match="read-only"):
        track.lat_deg[0] = 3.0


def test_times_with_an_offset_become_utc() -> None:
    (track,) = gpx(track_of(point(1, 2, "<time>2015-12-11T15:43:13.000+01:00</time>"))).tracks
    assert track.time is not None
    assert track.time[0] == np.datetime64("2015-12-11T14:43:13")


def test_times_without_a_zone_are_utc_with_a_caveat() -> None:
    read = gpx(track_of(point(1, 2, "<time>2013-01-01T12:00:00</time>")))
    assert read.tracks[0].time is not None
    assert read.tracks[0].time[0] == np.datetime64("2013-01-01T12:00:00")
    assert read.caveats == ("Times without a zone taken as UTC: 1, first at line 1.",)


@pytest.mark.parametrize("text", ["yesterday", "2013-01-01", "2013-13-01T00:00:00Z", "12:00"])
def test_a_time_that_is_none_leaves_the_point(text: str) -> None:
    read = gpx(track_of(point(1, 2, f"<time>{text}</time>")))
    assert len(read.tracks[0]) == 1
    assert read.tracks[0].time is None
    assert read.caveats == ("Times that are no date and time ignored: 1, first at line 1.",)


def test_times_that_go_back_are_told() -> None:
    later, earlier = "<time>2024-01-01T10:00:00Z</time>", "<time>2024-01-01T09:59:00Z</time>"
    read = gpx(track_of(point(1, 2, later), point(1, 2), point(1, 2, earlier)))
    assert read.caveats == ("Tracks whose times go back somewhere: 1.",)


@pytest.mark.parametrize(
    ("lat", "lon", "caveat"),
    [
        ("x", "2", "Points without a readable latitude and longitude left out"),
        ("42,5", "2", "Points without a readable latitude and longitude left out"),
        ("4_2", "2", "Points without a readable latitude and longitude left out"),
        ("nan", "2", "Points without a readable latitude and longitude left out"),
        ("1", "inf", "Points without a readable latitude and longitude left out"),
        ("90.001", "2", "Points outside -90 to 90 latitude or -180 to 180 longitude left out"),
        ("1", "-180.5", "Points outside -90 to 90 latitude or -180 to 180 longitude left out"),
    ],
)
def test_a_point_that_is_no_place_is_left_out(lat: str, lon: str, caveat: str) -> None:
    read = gpx("\n" + track_of(point(lat, lon), point(5, 6)))
    assert read.tracks[0].lat_deg.tolist() == [5.0]
    assert read.caveats == (f"{caveat}: 1, first at line 2.",)


def test_lines_are_counted_from_the_top_of_the_file() -> None:
    read = gpx(f"\n{track_of(point('x', 2))}", "\n\n<gpx>")
    assert read.caveats[0].endswith("first at line 4.")
    with pytest.raises(InvalidInput, match="broken at line 4") as caught:
        read_gpx(b"\n\n<gpx>\n<trk></gpx>")
    assert caught.value.details["line"] == 4


def test_a_point_without_coordinates_is_left_out() -> None:
    read = gpx(track_of('<trkpt lat="3"/>', "<trkpt/>", point(5, 6)))
    assert read.tracks[0].lat_deg.tolist() == [5.0]
    assert read.caveats == ("Points without a readable latitude and longitude left out: 2, first at line 1.",)


@pytest.mark.parametrize("height", ["high", "1.00000E+25", "-99999", "nan"])
def test_an_elevation_that_is_none_is_unknown(height: str) -> None:
    read = gpx(track_of(point(1, 2, f"<ele>{height}</ele>")))
    assert np.isnan(read.tracks[0].elevation_m[0])
    assert read.caveats == ("Elevations that are no height in metres ignored: 1, first at line 1.",)


def test_a_track_without_points_is_left_out() -> None:
    read = gpx("<trk><name>old</name><trkseg/></trk><trk/><rte/>" + track_of(point(1, 2)))
    assert len(read.tracks) == 1
    assert read.routes == ()
    assert read.caveats == ('Tracks or routes without a single point left out: 3, first at "old".',)


def test_a_point_outside_a_track_is_told() -> None:
    read = gpx(point(1, 2))
    assert read.caveats == ("Points outside any track or route left out: 1, first at line 1.",)


def test_points_directly_in_a_track_are_read() -> None:
    assert len(gpx(f"<trk>{point(1, 2)}{point(3, 4)}</trk>").tracks[0]) == 2


def test_routes_and_waypoints_are_apart() -> None:
    read = gpx(
        '<wpt lat="1" lon="2"><ele>3</ele><time>2024-01-01T00:00:00Z</time><name>Clue 4</name><desc>red hat</desc>'
        '<cmt>red hat</cmt></wpt><rte><name>Plan</name><rtept lat="5" lon="6"><name>first</name></rtept></rte>'
    )
    assert read.tracks == ()
    assert read.waypoints == (
        Waypoint(
            name="Clue 4",
            position=Position(lat_deg=1.0, lon_deg=2.0),
            time=datetime(2024, 1, 1, tzinfo=UTC),
            elevation_m=3.0,
            remark="red hat",
        ),
    )
    assert (read.routes[0].name, read.routes[0].lat_deg.tolist()) == ("Plan", [5.0])


@pytest.mark.parametrize(
    "head",
    [
        '<gpx version="1.0" xmlns="http://www.topografix.com/GPX/1/0">',
        "<gpx>",
        '<gpx xmlns="http://example.org/odd">',
        '\n\n  <?xml version="1.0"?><gpx>',
        '\ufeff<?xml version="1.0"?><gpx>',
        "<!DOCTYPE gpx><gpx>",
    ],
)
def test_versions_and_namespaces_do_not_matter(head: str) -> None:
    assert gpx(track_of(point(1, 2)), head).tracks[0].lon_deg.tolist() == [2.0]


def test_a_file_with_prefixes_is_read() -> None:
    data = b"""<ns0:gpx xmlns:ns0="http://www.topografix.com/GPX/1/1"><ns0:trk><ns0:trkseg>
        <ns0:trkpt lat="1" lon="2"><ns0:ele>7</ns0:ele></ns0:trkpt></ns0:trkseg></ns0:trk></ns0:gpx>"""
    assert read_gpx(data).tracks[0].elevation_m.tolist() == [7.0]


def test_extensions_do_not_count_as_gpx() -> None:
    inside = "<ele>1</ele><extensions><ele>99</ele><trkpt lat='8' lon='8'/></extensions><undeclared:time>no</undeclared:time>"
    (track,) = gpx(track_of(point(1, 2, inside))).tracks
    assert (track.elevation_m.tolist(), track.time) == ([1.0], None)


def test_a_time_of_the_file_is_no_time_of_a_point() -> None:
    read = gpx("<metadata><time>2024-01-01T00:00:00Z</time><name>file</name></metadata>" + track_of(point(1, 2)))
    assert (read.tracks[0].time, read.tracks[0].name) == (None, "")


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "iso-8859-2", "utf-16"])
def test_declared_encodings_are_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><gpx><wpt lat="1" lon="2"><name>Höhe</name></wpt></gpx>'
    assert read_gpx(text.encode(encoding)).waypoints[0].name == "Höhe"


def test_a_wrongly_declared_utf16_is_read_as_it_is() -> None:
    data = '<?xml version="1.0" encoding="UTF-16"?><gpx><wpt lat="1" lon="2"><name>Höhe</name></wpt></gpx>'
    assert read_gpx(data.encode()).waypoints[0].name == "Höhe"


def test_a_million_degrees_of_precision_come_back() -> None:
    builder = TrackBuilder(Doubts())
    builder.add(1e-7, -179.999999999999, 1e-5)
    track = builder.track("t")
    assert track is not None
    text = write_gpx([track])
    assert b'lat="0.0000001"' in text  # GPX has no exponents
    assert same(read_gpx(text).tracks[0], track)


numbers = st.floats(-90, 90, allow_nan=False)
names = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20).map(str.strip)
instants = st.none() | st.integers(-(2**50), 2**50)


@given(
    st.lists(st.tuples(numbers, numbers, st.none() | numbers, instants, st.booleans()), min_size=1, max_size=20),
    names,
    names,
)
def test_what_is_written_comes_back(
    points: list[tuple[float, float, float | None, int | None, bool]], name: str, remark: str
) -> None:
    builder = TrackBuilder(Doubts())
    for lat, lon, height, time, gap in points:
        if gap:
            builder.gap()
        builder.add(lat, lon, float("nan") if height is None else height, time)
    track = builder.track(name, remark)
    assert track is not None
    waypoint = Waypoint(
        name=name,
        position=Position(lat_deg=points[0][0], lon_deg=points[0][1]),
        elevation_m=points[0][2],
        time=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
        remark=remark,
    )
    read = read_gpx(write_gpx([track], [waypoint]))
    assert same(read.tracks[0], track)
    assert read.waypoints == (waypoint,)


def test_what_is_written_has_the_order_of_the_schema() -> None:
    """gpx.xsd 1.1: ele before time before name before desc; waypoints before tracks."""
    builder = TrackBuilder(Doubts())
    builder.add(1, 2, 3, 0)
    track = builder.track("A & <B>", "why")
    assert track is not None
    waypoint = Waypoint(name="W", position=Position(lat_deg=1.0, lon_deg=2.0), elevation_m=4.0, remark="r",
                        time=datetime(2024, 1, 1, tzinfo=UTC))  # fmt: skip
    root = etree.fromstring(write_gpx([track], [waypoint]))
    order = [etree.QName(e).localname for e in root.iter()]
    assert order == [
        "gpx",
        "wpt",
        "ele",
        "time",
        "name",
        "desc",
        "trk",
        "name",
        "desc",
        "trkseg",
        "trkpt",
        "ele",
        "time",
    ]
    assert root.get("version") == "1.1"
    assert root.nsmap[None] == "http://www.topografix.com/GPX/1/1"


def test_text_that_xml_cannot_carry_is_replaced() -> None:
    builder = TrackBuilder(Doubts())
    builder.add(1, 2)
    track = builder.track("a\x00b\ud800c")
    assert track is not None
    assert read_gpx(write_gpx([track])).tracks[0].name == "a\ufffdb\ufffdc"


def test_another_root_is_named() -> None:
    with pytest.raises(InvalidInput, match="begins with <kml>"):
        read_gpx(b"<kml><Placemark/></kml>")


# --- files of real programs -----------------------------------------------------------------------


def test_every_real_gpx_file_is_read_whole_and_comes_back(data_folder: Path) -> None:
    """Against a count of the elements in the text, made apart from the reader."""
    paths = [*data_folder.glob("interchange/gpx/*.gpx"), *data_folder.glob("tracks/*/*.gpx")]
    assert len(paths) > 70
    for path in paths:
        text = re.sub(rb"<!--.*?-->", b"", path.read_bytes(), flags=re.DOTALL)
        read = read_gpx(path.read_bytes())
        assert sum(map(len, read.tracks)) == len(re.findall(rb"<trkpt\b", text)), path.name
        assert sum(map(len, read.routes)) == len(re.findall(rb"<rtept\b", text)), path.name
        assert len(read.waypoints) == len(re.findall(rb"<wpt\b", text)), path.name
        again = read_gpx(write_gpx(read.tracks, read.waypoints))
        assert all(same(a, b) for a, b in zip(again.tracks, read.tracks, strict=True)), path.name
        assert again.waypoints == read.waypoints, path.name


def test_the_blue_hills_hikes_are_three_days_of_2001(data_folder: Path) -> None:
    """As DATA says; first and last place and time by eye from the file."""
    text = (data_folder / "terrain/blue_hills/hike.gpx").read_bytes()
    tracks = read_gpx(text).tracks
    assert len(tracks) == 3
    assert len({str(t.time[0])[:10] for t in tracks if t.time is not None}) == 3
    assert all(str(t.time[0]).startswith("2001") for t in tracks if t.time is not None)
    first = text[text.index(b"<trk>") :]
    lat, lon = re.findall(rb'<trkpt lat="([\d.-]+)" lon="([\d.-]+)"', first)[0]
    assert (tracks[0].lat_deg[0], tracks[0].lon_deg[0]) == (float(lat), float(lon))
    assert len(list(tracks[0].stretches())) == first[: first.index(b"</trk>")].count(b"<trkseg>")


def test_dog_teams_tell_their_trail_in_the_remark(data_folder: Path) -> None:
    read = read_gpx((data_folder / "tracks/dog_teams/2024-10-25_Sedlec.gpx").read_bytes())
    assert len(read.tracks) == 2  # the layer's trail and the team's
    assert any(track.remark for track in read.tracks)
