"""CalTopo maps: exports of today, of 2016, and the map interface's answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.files.caltopo import is_caltopo, read_caltopo


def item(klass: str, geometry: Any = None, id_: str = "", **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": id_, "geometry": geometry, "properties": {"class": klass, **properties}}


def exported(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


POINT = {"type": "Point", "coordinates": [-82.5, 35.5, 0, 0]}
AREA = {"type": "Polygon", "coordinates": [[[-82, 35], [-81, 35], [-81, 36], [-82, 35]]]}


def test_objects_keep_their_class_folder_and_period() -> None:
    read = read_caltopo(
        encoded(
            exported(
                item("Folder", id_="f1", title="Day 1"),
                item("OperationalPeriod", id_="p1", title="2"),
                item("Marker", POINT, title="IPP", folderId="f1"),
                item(
                    "Assignment",
                    AREA,
                    title="",
                    letter="AA",
                    number="101",
                    operationalPeriodId="p1",
                    responsivePOD="HIGH",
                ),
            )
        )
    )
    marker, assignment = read.shapes
    assert (marker.kind, marker.name, marker.positions) == ("point", "IPP", (Position(lat_deg=35.5, lon_deg=-82.5),))
    assert (marker.properties["class"], marker.properties["folder"]) == ("Marker", "Day 1")
    assert (assignment.kind, assignment.name) == ("polygon", "AA 101")
    assert assignment.properties["operational_period"] == "2"
    assert assignment.properties["responsivePOD"] == "HIGH"
    assert read.caveats == ()


def test_recorded_tracks_have_times() -> None:
    line = {"type": "LineString", "coordinates": [[-82, 35, 500, 1_700_000_000_000], [-82.1, 35.1, 510, 0], [-82.2]]}
    read = read_caltopo(encoded(exported(item("AppTrack", line, title="Team 3"))))
    (track,) = read.tracks
    assert (track.name, track.lat_deg.tolist(), track.elevation_m.tolist()) == ("Team 3", [35, 35.1], [500, 510])
    assert track.time is not None
    assert track.time[0] == np.datetime64("2023-11-14T22:13:20")  # 1.7e9 s after 1970
    assert np.isnat(track.time[1])
    assert read.caveats == ("Points without a readable latitude and longitude left out: 1.",)


def test_the_answer_of_the_map_interface_is_read() -> None:
    document = {"status": "ok", "result": {"timestamp": 1, "state": exported(item("Clue", POINT, title="Hat"))}}
    assert [s.name for s in read_caltopo(encoded(document)).shapes] == ["Hat"]


def test_objects_that_cannot_be_read_are_told() -> None:
    bad = {"type": "Point", "coordinates": [328000, 4674000]}
    read = read_caltopo(
        encoded(
            exported(
                item("Marker", bad, title="far"), item("Clue", None, title="memo"), item("Shape", AREA, folderId="x")
            )
        )
    )
    assert len(read.shapes) == 1
    told = "\n".join(read.caveats)
    assert "probably projected" in told
    assert "Objects of class Clue without a place left out: 1, first at object 2 (memo)." in told
    assert "Objects in a Folder that the file does not hold: 1" in told


def test_odd_kinds_of_values_do_no_harm() -> None:
    odd = exported(
        item("Marker", POINT, title=["a"], folderId={"b": 1}),
        {"type": "Feature", "properties": {"class": ["x"]}, "geometry": POINT},
        {"type": "Feature", "properties": None},
    )
    odd["features"].append(3)
    assert len(read_caltopo(encoded(odd)).shapes) == 2
    old = {
        "Marker": [{"label": None, "folderId": [1], "position": {"lat": "x"}}, 4],
        "Shape": [{"way": 3}],
        "Folder": [5],
    }
    read = read_caltopo(encoded(old))
    assert read.shapes == ()
    assert len(read.caveats) >= 2


def test_plain_geojson_is_not_caltopo() -> None:
    plain = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"name": "a"}, "geometry": POINT}],
    }
    assert not is_caltopo(plain)
    with pytest.raises(InvalidInput, match="no CalTopo map"):
        read_caltopo(encoded(plain))


def test_a_real_map_of_today(data_folder: Path) -> None:
    """Names, places and corners as they stand in the file."""
    read = read_caltopo((data_folder / "interchange/caltopo/osajus_POA-Test1.json").read_bytes())
    assert [(s.kind, s.name, s.properties["class"]) for s in read.shapes] == [
        ("point", "IPP", "Marker"),
        ("polygon", "RegA", "Shape"),
        ("polygon", "RegB", "Shape"),
    ]
    assert read.shapes[0].positions == (Position(lat_deg=35.43385, lon_deg=-82.67705),)
    assert [len(s.positions) for s in read.shapes[1:]] == [5, 4]


def test_a_real_map_of_2016_has_latitude_first(data_folder: Path) -> None:
    read = read_caltopo((data_folder / "interchange/caltopo/ergarrity_test-1-input.json").read_bytes())
    assert [(s.kind, s.name, s.properties["folder"]) for s in read.shapes] == [
        ("point", "Lake 1", "Water"),
        ("point", "Trailhead 1", "Trailheads"),
        ("line", "Trail 1", "Trails"),
    ]
    assert read.shapes[2].positions[0] == Position(lat_deg=40.88740648211728, lon_deg=-123.02409768104553)
