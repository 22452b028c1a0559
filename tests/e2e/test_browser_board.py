"""The board of teams: the same acts by dragging and by keyboard; and a debrief seen before it is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import COMPUTING_MS, Desk, act, fill, page_is_built, unfold
from playwright.sync_api import expect

from wayhome.app import App

pytestmark = [pytest.mark.e2e, page_is_built]
CASE = "walker"
Open = Callable[[str], Desk]


@pytest.fixture
def server(tmp_path: Path, serve: Callable[[Path], Any]) -> Iterator[Any]:
    """A desk with one case, two segments and two teams, served."""
    app = App(tmp_path / "desk")
    report = {
        "title": "A walker is missing", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"},
        "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp", "at": "2026-05-09T11:00:00Z"},
        "area": {"box": "6 km", "cell": "60 m", "ecoregion": "temperate", "relief": "flat"},
    }  # fmt: skip
    app.open_case(report, case=CASE)
    for name, lat in (("North", 42.2), ("South", 42.19)):
        ring = [{"lat": lat + a * 0.008, "lon": -71.1 + b * 0.008} for a, b in ((0, 0), (0, 1), (1, 1), (1, 0))]
        app.do(CASE, "draw_segment", {"name": name, "ring": ring})
    for name in ("One", "Two"):
        app.do(CASE, "form_team", {"name": name, "searchers": 4, "speed": "2 km/h", "sweep_width": "30 m"})
    app.close()
    yield serve(tmp_path / "desk")


def test_a_team_is_sent_out_by_dragging_and_by_keyboard_alike(server: Any, open_desk: Open) -> None:
    desk = open_desk(server.url)
    page = desk.page(f"#/case/{CASE}/teams")
    board = page.get_by_test_id("board")
    expect(board.get_by_test_id("onto-SEG1")).to_be_visible(timeout=COMPUTING_MS)
    board.get_by_test_id("card-T1").drag_to(board.get_by_test_id("onto-SEG2"))
    expect(board.get_by_test_id("card-A1")).to_contain_text("South")
    board.get_by_test_id("card-A1").drag_to(board.get_by_test_id("onto-out"))
    expect(board.get_by_test_id("timer-A1")).to_contain_text("out for")
    expect(board.get_by_test_id("due-T1")).to_contain_text("To be heard of by")
    board.get_by_test_id("card-T2").drag_to(board.get_by_test_id("onto-out"))  # nobody goes out without a task
    expect(board.get_by_test_id("card-T2")).to_be_visible()

    chosen = board.get_by_test_id("task-for-T2")
    chosen.focus()
    chosen.select_option("SEG1")
    expect(board.get_by_test_id("card-A2")).to_contain_text("North")
    board.get_by_test_id("send-A2").press("Enter")
    expect(board.get_by_test_id("timer-A2")).to_be_visible()
    board.get_by_test_id("home-A2").press("Enter")
    expect(board.get_by_test_id("onto-back")).to_contain_text("A2 Two")
    made = server.json(f"cases/{CASE}")["state"]["assignments"]["assignments"]
    assert {a["id"]: (a["segment"], a["status"]) for a in made.values()} == {
        "A1": ("SEG2", "dispatched"),
        "A2": ("SEG1", "back"),
    }
    assert desk.errors == []


def test_a_debrief_is_seen_before_it_is_recorded_and_says_the_same_after(server: Any, open_desk: Open) -> None:
    server.do(CASE, "draft_assignment", team="T1", segment="SEG1")
    seq = server.do(CASE, "dispatch_assignment", assignment="A1")
    desk = open_desk(server.url)
    page = desk.page(f"#/case/{CASE}/teams")
    form = unfold(page, "debrief_assignment-A1")
    fill(form, sweep_width="30", track_length="3 km")
    form.get_by_test_id("look-A1").click()
    expect(form.get_by_test_id("error-debrief_assignment")).to_contain_text("no unit")
    fill(form, sweep_width="30 m")
    form.get_by_test_id("look-A1").click()
    shown = form.get_by_test_id("preview-A1")
    expect(shown).to_contain_text("nothing is recorded yet", timeout=COMPUTING_MS)
    pod = shown.get_by_test_id("pod-preview-of-A1").inner_text()
    row = shown.get_by_test_id("effect-row-preview-of-A1").inner_text()
    assert server.json(f"cases/{CASE}")["seq"] == seq
    fill(form, searchers="2")  # other words, no longer what was counted
    expect(shown).to_have_count(0)
    fill(form, searchers="4")
    act(page, "debrief_assignment", "A1")
    expect(page.get_by_test_id("pod-A1")).to_have_text(pod, timeout=COMPUTING_MS)
    expect(page.get_by_test_id("effect-row-A1")).to_have_text(row)
