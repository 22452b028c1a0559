"""Desks in a temporary folder: a small invented case, and the demo's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from wayhome.app import App

IPP = (42.2, -71.1)


class Ticking:
    """A clock that moves one minute a look."""

    def __init__(self) -> None:
        self.at = datetime(2026, 5, 9, 20, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


def report(**area: Any) -> dict[str, Any]:
    """A minimal report with a place."""
    return {
        "title": "A walker is missing",
        "reported_at": "2026-05-09T19:40:00Z",
        "subject": {"category": "hiker"},
        "place": {"lat": IPP[0], "lon": IPP[1], "kind": "lkp", "at": "2026-05-09T11:00:00Z"},
        "area": {"box": "6 km", "cell": "60 m", "ecoregion": "temperate", "relief": "flat", **area},
    }


def ring(lat: float, lon: float, d: float = 0.008) -> list[dict[str, float]]:
    """A small box north-east of a corner."""
    return [{"lat": lat + a * d, "lon": lon + b * d} for a, b in ((0, 0), (0, 1), (1, 1), (1, 0))]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[App]:
    """An empty desk."""
    app = App(tmp_path / "desk", Ticking())
    yield app
    app.close()


@pytest.fixture
def searching(desk: App) -> tuple[App, str]:
    """A case with two segments, two teams, and one team out."""
    case, _ = desk.open_case(report(), case="walker")
    desk.do(case, "draw_segment", {"name": "North", "ring": ring(42.2, -71.1)})
    desk.do(case, "draw_segment", {"name": "South", "ring": ring(42.19, -71.1)})
    desk.do(case, "form_team", {"name": "One", "searchers": "4", "speed": "2 km/h", "sweep_width": "30 m"})
    desk.do(case, "form_team", {"name": "Two", "searchers": "4", "speed": "2 km/h", "sweep_width": "30 m"})
    desk.do(case, "draft_assignment", {"team": "One", "segment": "North"})
    desk.do(case, "dispatch_assignment", {"assignment": "A1"})
    return desk, case
