"""What the page is told before a case is closed."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

from wayhome.app import App
from wayhome.web.api import create_api


def test_what_is_left_to_settle_is_listed_by_outcome(tmp_path: Path) -> None:
    app = App(tmp_path / "desk")
    case, _ = app.open_case(
        {"title": "A walker is missing", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"}},
        case="walker",
    )
    app.do(case, "record_clue", {"name": "cap"})
    app.do(case, "check_in", {"name": "Kim", "phone": "555-0100"})
    app.do(case, "schedule_revisit", {"what": "The shore.", "due": "2020-05-10T08:00Z"})
    answer = TestClient(create_api(app)).get(f"/api/cases/{case}/ending").json()
    assert answer["seq"] == app.head(case) and answer["open_clues"] == ["C1"]
    assert [len(answer["unsettled"][o]) for o in ("found", "stopped", "not_missing", "transferred")] == [2, 2, 1, 2]
    assert all("Kim" in lines[0] for lines in answer["unsettled"].values())
    assert answer["due_revisits"] == ["RV1"]
    app.close()
