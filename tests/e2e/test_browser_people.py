"""The check-in table through the real browser: one line and Enter, and volunteers by a code."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from browsing import Desk, page_is_built
from playwright.sync_api import expect

from wayhome.app import App
from wayhome.app.exchange import import_files

pytestmark = [pytest.mark.e2e, page_is_built]


def test_people_are_checked_in_by_one_line_and_volunteers_by_a_code(
    serve: Callable[[Path], Any], open_desk: Callable[[str], Desk], tmp_path: Path
) -> None:
    app = App(tmp_path)
    report = {"title": "A walker is missing", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"},
              "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp", "at": "2026-05-09T11:00:00Z"}}  # fmt: skip
    app.open_case(report, case="walker")
    county = files("wayhome.demo").joinpath("county.toml").read_bytes()
    import_files(app, "walker", [("county.toml", county)], as_="organisation", for_=None, by=None)
    app.close()
    desk = open_desk(serve(tmp_path).url)
    page = desk.page("#/case/walker/people")
    page.get_by_test_id("acting-as").select_option("jordan")
    line = page.get_by_test_id("check-in-key")
    line.fill("dakota")
    line.press("Enter")
    expect(page.get_by_test_id("where-dakota")).to_have_text("in")
    expect(line).to_be_focused()
    line.fill("Nora New")
    line.press("Enter")
    expect(page.get_by_test_id("stranger-phone")).to_be_focused()
    page.keyboard.type("555-0199")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("where-V1")).to_have_text("in")
    expect(page.get_by_test_id("here-count")).to_have_text("2")

    page.get_by_test_id("issue-code").locator("summary").click()
    page.get_by_test_id("code-meeting").fill("Red barn")
    page.get_by_test_id("issue-code-now").click()
    link = page.get_by_test_id("code-link").inner_text()
    table = desk.context.new_page()
    table.goto(link)
    expect(table.locator("main")).to_contain_text("Red barn")
    expect(table.locator("main")).not_to_contain_text("walker")
    expect(table.locator("input[name=name]")).to_be_focused()
    table.keyboard.type("Vic Tor")
    table.keyboard.press("Tab")
    table.keyboard.type("555-0123")
    table.locator("input[name=consent]").check()
    table.keyboard.press("Enter")
    number = table.get_by_test_id("join-number").inner_text()
    table.reload()  # sends the form again; the volunteer is here once
    expect(table.get_by_test_id("join-number")).to_have_text(number)
    expect(page.get_by_test_id("where-V2")).to_have_text("in")
    expect(page.get_by_test_id("where-V3")).to_have_count(0)
    table.get_by_text("Next person").click()
    table.locator("input[name=number]").fill(number)
    table.keyboard.press("Enter")
    expect(table.get_by_test_id("join-out")).to_be_visible()
    expect(page.get_by_test_id("where-V2")).to_have_text("has left")
    assert [e for e in desk.errors if "404" not in e] == []  # the name that nobody had
