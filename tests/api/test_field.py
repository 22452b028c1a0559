"""The phones' routes: what a stranger, a foreign team and a broken phone get from them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from wayhome.app import App
from wayhome.web.api import create_api
from wayhome.web.field import MOST_BYTES, create_field_api

AT = datetime(2026, 5, 9, 21, 0, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[App]:
    """A case with two teams, each with a task, one out."""
    app = App(tmp_path / "desk", lambda: AT)
    report = {
        "title": "A walker is missing", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"},
        "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp", "at": "2026-05-09T11:00:00Z"},
        "area": {"box": "6 km", "cell": "60 m", "ecoregion": "temperate", "relief": "flat"},
    }  # fmt: skip
    app.open_case(report, case="walker")
    for name, lat in (("North", 42.2), ("South", 42.19)):
        ring = [{"lat": lat + a * 0.008, "lon": -71.1 + b * 0.008} for a, b in ((0, 0), (0, 1), (1, 1), (1, 0))]
        app.do("walker", "draw_segment", {"name": name, "ring": ring})
    for name, segment in (("One", "North"), ("Two", "South")):
        app.do("walker", "form_team", {"name": name, "searchers": 4, "speed": "2 km/h", "sweep_width": "30 m"})
        app.do("walker", "draft_assignment", {"team": name, "segment": segment})
    app.do("walker", "dispatch_assignment", {"assignment": "A1"})
    yield app
    app.close()


@pytest.fixture
def door(desk: App) -> TestClient:
    """What the network may reach."""
    return TestClient(create_field_api(desk))


def headers(desk: App, door: TestClient, team: str = "T1") -> dict[str, str]:
    """A phone of a team, joined over HTTP."""
    code = desk.field.invite("walker", {"team": team, "expires_at": (AT + timedelta(hours=8)).isoformat()}, None)[
        "code"
    ]
    answer = door.post("/field/api/join", json={"code": code, "holder": "Robin"})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_the_door_holds_nothing_of_the_desk(door: TestClient) -> None:
    for path in (
        "/api/cases",
        "/api/openapi.json",
        "/api/cases/walker",
        "/api/cases/walker/phones",
        "/api/docs",
        "/docs",
        "/openapi.json",
        "/health",
    ):
        assert door.get(path).status_code == 404, path
    assert door.post("/api/cases/walker/do/record_clue", json={"fields": {"name": "x"}}).status_code == 404


def test_a_stranger_reads_nothing(door: TestClient) -> None:
    for path in ("me", "map", "map/hillshade.png", "portrait.jpg"):
        for auth in (
            {},
            {"Authorization": "Bearer "},
            {"Authorization": "Bearer WyJ3YWxrZXIiLCJQSDEiLCJ4Il0="},
            {"Authorization": "Basic eDp5"},
            {"Authorization": "Bearer ÿÿ"},
        ):
            answer = door.get(f"/field/api/{path}", headers={k: v.encode("latin-1") for k, v in auth.items()})  # type: ignore[misc]
            assert answer.status_code == 403, (path, auth)
            assert "walker" not in answer.text
    assert door.post("/field/api/items", json={"items": []}).status_code == 403


def test_a_code_cannot_be_guessed_for_ever(door: TestClient) -> None:
    answers = [door.post("/field/api/join", json={"code": f"AAAA-BBBB-{i:04d}", "holder": "x"}) for i in range(25)]
    assert {a.status_code for a in answers} == {403}
    assert "too many" in answers[-1].text


def test_what_a_phone_reads_is_unchanged_until_it_changes(desk: App, door: TestClient) -> None:
    auth = headers(desk, door)
    first = door.get("/field/api/me", headers=auth)
    again = door.get("/field/api/me", headers={**auth, "If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    desk.do("walker", "amend_assignment", {"assignment": "A2", "task": "Look along the brook."})  # another team's
    desk.do("walker", "set_safety_message", {"message": "Ice on the pond."})
    third = door.get("/field/api/me", headers={**auth, "If-None-Match": first.headers["etag"]})
    assert third.json()["safety"]["message"] == "Ice on the pond."
    assert "brook" not in third.text


def test_another_teams_assignment_is_not_there(desk: App, door: TestClient) -> None:
    auth = headers(desk, door)
    items = [{"id": "s", "kind": "status", "at": AT.isoformat(), "assignment": "A2", "step": "working"}]
    (result,) = door.post("/field/api/items", json={"items": items}, headers=auth).json()["results"]
    assert result["state"] == "refused"
    assert desk.state("walker").assignments.assignments["A2"].progress == ()


@pytest.mark.parametrize(
    "body", [{}, {"items": "x"}, {"items": [1]}, {"items": [{"kind": "welfare"}]}, {"items": [{"id": "x" * 65, "kind": "welfare"}]},
             {"items": [], "sent_at": "soon"}, {"items": [{"id": str(i), "kind": "welfare"} for i in range(201)]}],
)  # fmt: skip
def test_a_request_that_makes_no_sense_is_refused_whole(desk: App, door: TestClient, body: dict[str, Any]) -> None:
    auth, before = headers(desk, door), desk.head("walker")
    answer = door.post("/field/api/items", json=body, headers=auth)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["message"]
    assert desk.head("walker") == before + 0


def test_files_have_limits_and_no_paths(desk: App, door: TestClient) -> None:
    auth = headers(desk, door)
    assert door.post("/field/api/photographs/p1", content=b"x" * (MOST_BYTES + 1), headers=auth).status_code == 400
    assert door.post("/field/api/photographs/p1", content=b"", headers=auth).status_code == 400
    answer = door.post("/field/api/photographs/..%2f..%2fetc", content=b"x", headers=auth)
    assert answer.status_code in (200, 404)  # a number like any other, or no route; never a path
    bad = door.post("/field/api/tracks/t1", params={"assignment": "A1"}, content=b"no gpx at all", headers=auth).json()
    assert bad["state"] == "refused"
    assert desk.field.board("walker")["refused"][0]["id"] == "t1"


def test_the_desk_sees_its_phones(desk: App, door: TestClient) -> None:
    auth = headers(desk, door)
    points = [[42.2, -71.1, AT.isoformat(), 5, None], [42.201, -71.1, AT.isoformat(), 5, None]]
    before = desk.field.version("walker")
    door.post(
        "/field/api/items",
        json={
            "items": [
                {"id": "p", "kind": "points", "track": "r", "points": points},
                {"id": "b", "kind": "battery", "level": 0.4},
            ]
        },
        headers=auth,
    )
    assert desk.field.version("walker") > before
    own = TestClient(create_api(desk))
    board = own.get("/api/cases/walker/phones").json()
    (phone,) = board["phones"]
    assert (phone["position"], phone["battery"], phone["is_recording"], phone["points"]) == (
        {"lat_deg": 42.201, "lon_deg": -71.1},
        0.4,
        True,
        2,
    )
    (trail,) = own.get("/api/cases/walker/phones/trails").json()["trails"]["features"]
    assert trail["geometry"]["coordinates"] == [[-71.1, 42.2], [-71.1, 42.201]]
    made = own.post(
        "/api/cases/walker/phones/invite",
        json={"fields": {"team": "T2", "expires_at": (AT + timedelta(hours=1)).isoformat()}},
    ).json()
    assert made["link"].endswith(f"/field/#{made['code']}")
    assert made["image"].startswith("data:image/svg+xml")
