"""Previews over HTTP: they tell what comes, in the words that come, and write nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from wayhome.app import App
from wayhome.web.api import create_api

# a square of 0.01 by 0.01 degrees
RING = ["42.20,-71.10", "42.21,-71.10", "42.21,-71.09", "42.20,-71.09"]
ACROSS = ["42.195,-71.095", "42.215,-71.095"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[App]:
    """A desk with one case: a place and one segment."""
    app = App(tmp_path / "desk")
    report = {
        "title": "Walker", "reported_at": "2026-03-01T06:40+01:00", "invented": True,
        "subject": {"category": "hiker"}, "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp"},
    }  # fmt: skip
    case, _ = app.open_case(report)
    app.do(case, "draw_segment", {"name": "Pond", "ring": RING})
    yield app
    app.close()


@pytest.fixture
def client(desk: App) -> TestClient:
    """The web application over it."""
    return TestClient(create_api(desk), raise_server_exceptions=False)


def case_of(desk: App) -> str:
    """The one case."""
    return desk.cases()[0]


def preview(client: TestClient, case: str, command: str, **fields: Any) -> Any:
    """What the desk answers to a command that is only looked at."""
    return client.post(f"/api/cases/{case}/preview/{command}", json={"fields": fields})


def test_a_cut_is_seen_before_it_is_made_and_is_what_is_made(desk: App, client: TestClient) -> None:
    case, before = case_of(desk), desk.head(case_of(desk))
    shown = preview(client, case, "split_segment", segment="SEG1", line=ACROSS).json()
    assert [s["name"] for s in shown["drawn"]] == ["Pond A", "Pond B"]
    assert shown["gone"] == ["SEG1"]
    assert desk.head(case) == before
    desk.do(case, "split_segment", {"segment": "SEG1", "line": ACROSS})
    made = {s.name: [p.as_json() for p in s.ring] for s in desk.state(case).area.live_segments()}
    assert made == {s["name"]: s["ring"] for s in shown["drawn"]}


def test_a_preview_refuses_in_the_words_of_the_act(desk: App, client: TestClient) -> None:
    case, short = case_of(desk), ["42.195,-71.095", "42.205,-71.095"]
    looked = preview(client, case, "split_segment", segment="SEG1", line=short)
    done = client.post(f"/api/cases/{case}/do/split_segment", json={"fields": {"segment": "SEG1", "line": short}})
    assert looked.status_code == done.status_code == 400
    assert looked.json() == done.json()
    assert "lies inside" in looked.json()["error"]["message"]
    crossed = [RING[0], RING[2], RING[1], RING[3]]
    assert "crosses or touches itself" in preview(client, case, "redraw_segment", segment="SEG1", ring=crossed).text
    assert preview(client, case, "no_such_act").status_code == 404
    assert preview(client, "no_such_case", "split_segment").status_code == 404


def files(client: TestClient, case: str, **contents: bytes) -> Any:
    """What the desk says of files; `_` in their names stands for the dot."""
    sent = [("files", (name.replace("_", "."), content)) for name, content in contents.items()]
    return client.post(f"/api/cases/{case}/import/preview", files=sent).json()["files"]


def test_files_are_told_and_not_imported(desk: App, client: TestClient) -> None:
    case, before = case_of(desk), desk.head(case_of(desk))
    square = {"type": "Polygon", "coordinates": [[[8, 48], [8.1, 48], [8.1, 48.1], [8, 48]]]}
    line = {"type": "LineString", "coordinates": [[8, 48], [8.1, 48.1]]}
    features = [{"type": "Feature", "properties": {"name": n}, "geometry": g} for n, g in (("A", square), ("L", line))]
    points = "".join(f'<trkpt lat="{48 + i / 1e4}" lon="8"/>' for i in range(1000))
    gpx = f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg></trk><wpt lat="48" lon="8"/></gpx>'
    told = files(
        client, case, both_geojson=json.dumps({"type": "FeatureCollection", "features": features}).encode(),
        walk_gpx=gpx.encode(), empty_kml=b"", notes_txt=b"call the warden", paper_pdf=b"%PDF-1.7",
    )  # fmt: skip
    both, walk, empty, notes, paper = told
    assert (both["form"], both["outlines"], both["lines"]) == ("geojson", 1, 1)
    assert both["kinds"] == ["segment", "region", "boundary"]
    assert both["shapes"][0]["positions"][1] == {"lat_deg": 48.0, "lon_deg": 8.1}
    assert walk["kinds"] == ["track"]
    assert walk["tracks"] == [{"name": "", "points": 1000, "has_times": False}]
    drawn = walk["shapes"][0]["positions"]
    assert len(drawn) <= 401  # a long track is shown with fewer points, from its first to its last
    assert (drawn[0]["lat_deg"], drawn[-1]["lat_deg"]) == (48.0, pytest.approx(48.0999))
    assert walk["points"] == 1
    assert "empty.kml is empty" in empty["says"]
    assert "none of the formats" in notes["says"]
    assert "PDF" in paper["says"]
    assert all(row["kinds"] == [] for row in (empty, notes, paper))
    assert desk.head(case) == before


def test_a_strip_along_a_route_is_twice_as_wide_as_said(desk: App, client: TestClient) -> None:
    from wayhome.base.place import Position
    from wayhome.base.projection import geodesic_area_m2, geodesic_length_m

    case, line = case_of(desk), ["42.20,-71.10", "42.21,-71.10"]
    ring = client.post(f"/api/cases/{case}/strip", json={"line": line, "beside": "50 m"}).json()["ring"]
    ends = (Position(lat_deg=42.2, lon_deg=-71.1), Position(lat_deg=42.21, lon_deg=-71.1))
    # the case's metric grid stretches lengths by less than a thousandth, areas by twice that
    area_m2 = geodesic_area_m2(tuple(Position(**p) for p in ring))
    assert area_m2 == pytest.approx(100.0 * geodesic_length_m(ends), rel=2e-3)
    for route, beside, word in (
        (line, "0 m", "outside 0"), (line, "9 km", "outside 0"), (line, "50", "unit"), (line[:1], "50 m", "two different"),
        (["42,2N", "x"], "50 m", "line[0]"),
    ):  # fmt: skip
        refused = client.post(f"/api/cases/{case}/strip", json={"line": route, "beside": beside})
        assert refused.status_code == 400
        assert word in refused.json()["error"]["message"]


def test_typed_places_are_read_one_by_one(client: TestClient) -> None:
    read = client.post("/api/positions", json={"texts": ["42.2,-71.1", "71N", "142.2,-71.1"]}).json()["positions"]
    assert read[0] == {"position": {"lat_deg": 42.2, "lon_deg": -71.1}, "says": None}
    assert "is not a position" in read[1]["says"]
    assert "Latitude" in read[2]["says"]


def test_the_rate_of_a_team_is_that_of_the_segments_proposed(client: TestClient) -> None:
    told = client.get("/api/team-rate").json()
    by_hand = told["searchers"] * told["sweep_width_m"] * told["speed_mps"] * 3600.0 / told["coverage"]
    assert told["m2_per_h"] == pytest.approx(by_hand)


def test_a_debrief_is_counted_before_it_is_recorded_and_counts_the_same_after(desk: App, client: TestClient) -> None:
    case = case_of(desk)
    desk.do(case, "form_team", {"name": "One", "searchers": 4, "speed": "2 km/h", "sweep_width": "30 m"})
    desk.do(case, "draft_assignment", {"team": "One", "segment": "Pond"})
    desk.do(case, "dispatch_assignment", {"assignment": "A1"})
    before = desk.head(case)
    told = {"assignment": "A1", "sweep_width": "30 m", "track_length": "3 km", "searchers": "4"}
    wrong = client.post(f"/api/cases/{case}/debrief/preview", json={"fields": {**told, "sweep_width": "30"}})
    assert (wrong.status_code, "no unit" in wrong.json()["error"]["message"]) == (400, True)
    shown = client.post(f"/api/cases/{case}/debrief/preview", json={"fields": told}).json()
    assert desk.head(case) == before
    desk.do(case, "debrief_assignment", told)
    made = client.get(f"/api/cases/{case}/products/poa").json()["data"]
    assert shown["searches"] == made["searches"]
    assert shown["searches"][0]["rest_of_world_after"] > shown["rest_of_world_before"]
