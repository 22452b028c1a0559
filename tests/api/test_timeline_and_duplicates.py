"""The routes of timeline and duplicates: what they answer, and which refusals reach the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from wayhome.app import App
from wayhome.web.api import create_api


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A desk with the same walker twice."""
    at = datetime(2026, 5, 9, 20, 0, tzinfo=UTC)

    def clock() -> datetime:
        nonlocal at
        at += timedelta(minutes=1)
        return at

    app = App(tmp_path / "desk", clock)
    for case, name in (("one", "Jo Example"), ("two", "Joe Example")):
        app.open_case(
            {
                "title": f"Report {case}", "reported_at": "2026-05-09T19:40:00Z",
                "subject": {"category": "hiker", "name": name, "age_years": 40},
                "report": {"contact": "617 555 0100"},
                "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp", "at": "2026-05-09T11:00:00Z"},
            },
            case=case,
        )  # fmt: skip
    app.do("two", "record_statement", {"witness": "a cook", "text": "ate here", "observed_at": "2026-05-09T12:00Z"})
    yield TestClient(create_api(app), raise_server_exceptions=False)
    app.close()


def test_the_timeline_now_and_then(client: TestClient) -> None:
    now = client.get("/api/cases/two/timeline").json()
    assert [h["id"] for h in now["happenings"]] == ["lkp-1", "S1", "report"]
    assert now["seq"] == client.get("/api/cases/two").json()["seq"] == 2
    opened_at = client.get("/api/cases/two/log").json()["entries"][0]["at"]
    then = client.get("/api/cases/two/timeline", params={"as_of": opened_at}).json()
    assert [h["id"] for h in then["happenings"]] == ["lkp-1", "report"] and then["seq"] == 1
    assert client.get("/api/cases/nowhere/timeline").status_code == 404


def test_duplicates_are_merged_and_unmerged(client: TestClient) -> None:
    (found,) = client.get("/api/cases/one/duplicates").json()["duplicates"]
    assert (found["other"], found["other_title"], found["verdict"]) == ("two", "Report two", "likely")
    done = client.post("/api/cases/two/merge", json={"into": "one", "reason": "the same man"})
    assert done.status_code == 200 and done.json()["copied"] == [{"id": "S1", "from_id": "S1"}]
    held = client.get("/api/cases/one/duplicates").json()
    assert held["duplicates"] == [] and held["absorbed"][0]["other"] == "two" and held["unfinished"] == []
    assert held["seq"] == client.get("/api/cases/one").json()["seq"] == done.json()["seq"]
    assert client.get("/api/cases/two").json()["status"] == "merged"
    undone = client.post("/api/cases/two/unmerge", json={"reason": "two men"}).json()
    assert undone["withdrawn"] == ["S1"] and undone["status"] == "active"


def test_refusals_are_sentences(client: TestClient) -> None:
    again = client.post("/api/cases/two/unmerge", json={"reason": "x"})
    assert (again.status_code, again.json()["error"]["code"]) == (400, "rule_broken")
    itself = client.post("/api/cases/two/merge", json={"into": "two", "reason": "x"}).json()
    assert "is this case itself" in itself["error"]["message"]
    assert client.post("/api/cases/two/merge", json={"into": "nowhere", "reason": "x"}).status_code == 404
    assert client.post("/api/cases/two/merge", json={"into": "one"}).status_code == 400
