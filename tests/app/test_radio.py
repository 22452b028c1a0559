"""The radio desk: how a line is read, who must be heard of next; and that a place by radio goes into no export."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from wayhome.app import App, exchange
from wayhome.app.radio import radio

RING = "42.20,-71.10;42.21,-71.10;42.21,-71.09;42.20,-71.09"


class Hand:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.at = datetime(2026, 5, 9, 20, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def out(tmp_path: Path) -> Any:
    """Two teams out since 20:00 UTC, which is 16:00 there."""
    clock = Hand()
    app = App(tmp_path, clock)
    app.open_case(
        {
            "title": "A walker is missing", "reported_at": "2026-05-09T19:40:00Z", "time_zone": "America/New_York",
            "subject": {"category": "hiker"},
            "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp", "at": "2026-05-09T11:00:00Z"},
        },
        case="walker",
    )  # fmt: skip
    app.do("walker", "draw_segment", {"name": "Pond", "ring": RING})
    for n, name in enumerate(("One", "Two"), start=1):
        app.do("walker", "form_team", {"name": name})
        app.do("walker", "draft_assignment", {"team": name, "segment": "Pond"})
        app.do("walker", "dispatch_assignment", {"assignment": f"A{n}"})
    return app, clock


def test_a_team_that_was_heard_is_due_later_than_one_that_was_not(out: Any) -> None:
    app, clock = out
    clock.at += timedelta(minutes=20)
    app.do("walker", "log_message", {"text": "T1 /on_scene all well"})
    clock.at += timedelta(minutes=11)
    first, second = radio(app, "walker")["out"]
    # 30 min where nobody says otherwise: Two since 20:00, One since 20:20
    assert (first["team"], first["due"], first["is_over"]) == ("T2", "2026-05-09T20:30:00Z", True)
    assert (second["team"], second["due"], second["is_over"]) == ("T1", "2026-05-09T20:50:00Z", False)
    assert (second["step"], second["assignment"]) == ("on_scene", "A1")


def test_a_line_is_read_with_its_local_time(out: Any) -> None:
    app, clock = out
    clock.at += timedelta(minutes=20)
    line = radio(app, "walker", "T1 @16:05 /back at the gate")["line"]
    assert (line["team"], line["assignment"], line["status"], line["text"]) == ("T1", "A1", "back", "at the gate")
    assert line["heard_at"] == "2026-05-09T20:05:00Z"
    assert app.state("walker").messages.messages == {}  # reading writes nothing


def test_the_place_of_a_find_by_radio_is_in_no_export(out: Any) -> None:
    app, _ = out
    app.do("walker", "log_message", {"text": "T1 /located", "position": "42.2071,-71.0951", "place": "mill race"})
    for form in ("geojson", "gpx", "calendar"):
        content, _media = exchange.export(app, "walker", form)
        assert b"42.2071" not in content and b"mill race" not in content
