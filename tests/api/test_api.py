"""The HTTP edge: shapes (as snapshots that the front end's tests read too), errors, and who is served."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from wayhome.app import App
from wayhome.web.api import create_api

SNAPSHOTS = Path(__file__).resolve().parents[1] / "snapshots"
RING = "42.20,-71.10;42.21,-71.10;42.21,-71.09;42.20,-71.09"
GPX = (
    b'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
    b'<trkpt lat="42.201" lon="-71.095"/><trkpt lat="42.209" lon="-71.095"/></trkseg></trk></gpx>'
)
VOLATILE = {"hash", "desk", "key", "heads", "image", "blob", "program", "version", "coordinates", "note"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A desk with one case in the middle of its search."""
    at = datetime(2026, 5, 9, 20, 0, tzinfo=UTC)

    def clock() -> datetime:
        nonlocal at
        at += timedelta(minutes=1)
        return at

    app = App(tmp_path_factory.mktemp("desk"), clock)
    app.open_case(
        {
            "title": "A walker is missing", "reported_at": "2026-05-09T19:40:00Z", "invented": True,
            "subject": {"category": "hiker", "name": "Jo Example"},
            "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp", "at": "2026-05-09T11:00:00Z"},
            "area": {"box": "6 km", "cell": "60 m", "ecoregion": "temperate", "relief": "flat"},
        },
        case="walker",
    )  # fmt: skip
    made = TestClient(create_api(app), raise_server_exceptions=False)
    acts: list[tuple[str, dict[str, Any]]] = [
        ("record_statement", {"witness": "a neighbour", "text": "went towards the pond", "position": "42.204,-71.098"}),
        ("record_clue", {"name": "cap", "finder": "Sam", "position": "42.203,-71.097"}),
        ("set_scenarios", {"scenarios": [{"id": "lost", "title": "lost", "weight": 0.8, "category": "hiker"},
                                         {"id": "left", "title": "left by car", "kind": "left_by_vehicle", "weight": 0.2, "rest_of_world": 0.9,
                                          "moves": "still"}]}),  # walkers are the same on one machine, not to the last digit on all
        ("judge_evidence", {"evidence": "S1", "likelihood": {"lost": 0.8, "left": 0.2}}),
        ("draw_segment", {"name": "Pond", "ring": RING}),
        ("draw_boundary", {"name": "river", "kind": "river", "line": "42.19,-71.08;42.22,-71.08"}),
        ("form_team", {"name": "One"}),
        ("form_team", {"name": "Two"}),
        ("draft_assignment", {"team": "One", "segment": "Pond"}),
        ("dispatch_assignment", {"assignment": "A1"}),
        ("draft_notice", {"kind": "missing_notice", "title": "Missing", "text": "Have you seen this walker?"}),
        ("give_order", {"text": "Bring them back unharmed.", "conditions": ["unharmed"]}),
    ]  # fmt: skip
    for name, fields in acts:
        answer = made.post(f"/api/cases/walker/do/{name}", json={"fields": fields})
        assert answer.status_code == 200, answer.text
    sent = made.post("/api/cases/walker/import", files={"files": ("one.gpx", GPX)}, data={"as": "track", "for": "A1"})
    assert sent.status_code == 200, sent.text
    made.post("/api/cases/walker/do/debrief_assignment", json={"fields": {"assignment": "A1", "sweep_width": "30 m"}})
    yield made
    app.close()


def steady(value: Any, name: str = "") -> Any:
    """The value with what differs from run to run taken out; floats to nine digits."""
    if name in VOLATILE:
        return None if value is None else f"<{name}>"
    if isinstance(value, dict):
        return {k: steady(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [steady(v) for v in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


ANSWERS = {
    "cases": "/api/cases",
    "case": "/api/cases/walker",
    "log": "/api/cases/walker/log",
    "products": "/api/cases/walker/products",
    "poa": "/api/cases/walker/products/poa",
    "segments": "/api/cases/walker/products/segments",
    "plan": "/api/cases/walker/products/plan",
    "wrong": "/api/cases/walker/products/wrong",
    "reflex": "/api/cases/walker/products/reflex",
    "departure": "/api/cases/walker/products/departure",
    "evidence": "/api/cases/walker/products/evidence",
    "survival": "/api/cases/walker/products/survival",
    "inquiries": "/api/cases/walker/products/inquiries",
    "ground": "/api/cases/walker/ground",
    "tracks": "/api/cases/walker/tracks",
    "documents": "/api/cases/walker/documents",
    "timeline": "/api/cases/walker/timeline",
    "duplicates": "/api/cases/walker/duplicates",
    "roster": "/api/cases/walker/roster?as_of=2026-05-09T21:00:00Z",
    "clocks": "/api/cases/walker/clocks?as_of=2026-05-09T21:00:00Z",
    "questionnaire": "/api/cases/walker/questionnaire?as_of=2026-05-09T21:00:00Z",
    "verify": "/api/cases/walker/verify",
    "sensors": "/api/sensors",
    "width": "/api/sensors/searcher/width?range=30 m&visibility=medium",
    "error_not_found": "/api/cases/nowhere",
}


@pytest.mark.parametrize(("name", "path"), ANSWERS.items(), ids=ANSWERS)
def test_answers_keep_their_shape(client: TestClient, name: str, path: str) -> None:
    """Set WAYHOME_WRITE_SNAPSHOTS=1 to accept a change on purpose; the diff is then reviewed."""
    got = steady(client.get(path).json())
    file = SNAPSHOTS / f"{name}.json"
    if os.environ.get("WAYHOME_WRITE_SNAPSHOTS"):
        file.write_text(json.dumps(got, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    assert got == json.loads(file.read_text(encoding="utf-8"))


def test_every_answer_that_depends_on_the_journal_carries_its_seq(client: TestClient) -> None:
    head = client.get("/api/cases/walker").json()["seq"]
    for name, path in ANSWERS.items():
        if path.startswith("/api/cases/walker"):
            assert client.get(path).json()["seq"] == head, name


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/cases/nowhere", None, 404, "not_found"),
        ("GET", "/api/nothing", None, 404, "not_found"),
        ("GET", "/api/cases/walker/products/horoscope", None, 404, "not_found"),
        ("GET", "/api/cases/walker?as_of=yesterday", None, 400, "invalid_input"),
        ("GET", "/api/cases/walker/documents/ballad.pdf", None, 404, "not_found"),
        ("GET", "/api/cases/walker/ground/hillshade.png", None, 424, "data_unavailable"),
        ("POST", "/api/cases/walker/do/take_report", {"fields": {"reporter": "x"}, "expected_seq": 1}, 409, "conflict"),
        ("POST", "/api/cases/walker/do/take_report", {"fields": {"colour": "x"}}, 400, "invalid_input"),
        (
            "POST",
            "/api/cases/walker/do/debrief_assignment",
            {"fields": {"assignment": "A1", "pod": "0.5"}},
            400,
            "rule_broken",
        ),
        ("POST", "/api/cases/walker/do/form_team", {"fields": {"name": "Three", "sweep_width": "30"}}, 400, "unit"),
        ("POST", "/api/cases/walker/do/take_report", ["not", "an", "object"], 400, "invalid_input"),
        ("POST", "/api/cases", {"report": {"title": "t"}}, 400, "invalid_input"),
    ],
)
def test_errors_are_sentences_with_codes_and_write_nothing(
    client: TestClient, method: str, path: str, body: Any, status: int, code: str
) -> None:
    before = client.get("/api/cases/walker").json()["seq"]
    answer = client.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["code"] == code and len(error["message"]) > 15 and "details" in error
    assert client.get("/api/cases/walker").json()["seq"] == before


def test_pictures_documents_and_exports_are_what_they_say(client: TestClient) -> None:
    starts = {
        "/api/cases/walker/products/poa/image.png": b"\x89PNG",
        "/api/cases/walker/documents/plan.pdf": b"%PDF",
        "/api/cases/walker/documents/assignment.pdf?for=A1": b"%PDF",
        "/api/cases/walker/export/geotiff": b"II",
        "/api/cases/walker/export/geojson": b"{",
        "/api/cases/walker/export/gpx": b"<?xml",
    }
    for path, start in starts.items():
        answer = client.get(path)
        assert answer.status_code == 200 and answer.content.startswith(start), path


def test_only_this_machine_is_served(client: TestClient) -> None:
    for headers in ({"host": "evil.example"}, {"origin": "http://evil.example"}, {"host": "127.0.0.1.evil.example"}):
        answer = client.get("/api/cases", headers=headers)
        assert answer.status_code == 403 and answer.json()["error"]["code"] == "not_allowed"


def test_a_missing_asset_is_no_page(client: TestClient) -> None:
    assert client.get("/assets/nothing.mjs").status_code == 404
    assert client.get("/nothing.js").status_code == 404


def test_the_description_of_the_api_is_served_with_its_own_scripts(client: TestClient) -> None:
    assert client.get("/api/openapi.json").json()["openapi"].startswith("3.1")
    page = client.get("/api/docs").text
    assert "swagger-ui" in page and "http://" not in page and "https://" not in page
