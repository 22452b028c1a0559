"""Two planners on one case: each sees that the other is there, and nobody's words are lost to the other's change."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Desk, act, fill, go, page_is_built, unfold
from playwright.sync_api import expect

import wayhome.demo
from wayhome.app import App
from wayhome.app.exchange import import_files

pytestmark = [pytest.mark.e2e, page_is_built]
CASE = "walker"
Open = Callable[[str], Desk]


@pytest.fixture
def server(tmp_path: Path, serve: Callable[[Path], Any]) -> Iterator[Any]:
    """A desk with one case, served."""
    app = App(tmp_path / "desk")
    report = {"title": "A walker is missing", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"}}
    app.open_case(report, case=CASE)
    county = Path(wayhome.demo.__file__).parent / "county.toml"
    import_files(app, CASE, [("county.toml", county.read_bytes())], as_="organisation")
    app.close()
    yield serve(tmp_path / "desk")


def at(panel: str) -> str:
    return f"#/case/{urllib.parse.quote(CASE)}/{panel}"


def test_two_planners_see_each_other_and_lose_nothing(server: Any, open_desk: Open) -> None:
    one, two = open_desk(server.url), open_desk(server.url)
    ada, ben = one.page(at("evidence")), two.page(at("evidence"))
    first, second = [
        a for a in server.json(f"cases/{CASE}")["actors"] if "record" in a["may"] and a["id"] != "operator"
    ][:2]
    ada.get_by_test_id("acting-as").select_option(first["id"])
    ben.get_by_test_id("acting-as").select_option(second["id"])
    expect(ada.get_by_test_id("presence")).to_contain_text("1 other here")
    expect(ben.get_by_test_id("presence")).to_contain_text(f"{first['name']}, at ")

    # both fill in the same form; one sends
    ours, theirs = unfold(ada, "record_statement"), unfold(ben, "record_statement")
    fill(ours, witness="Caller 1", text="Saw a red jacket by the pond.")
    fill(theirs, witness="Caller 2", text="Heard whistling at the quarry.")
    expect(ours.get_by_test_id("beside")).to_have_text(f"{second['name']} is filling in this form too.")
    ours.get_by_test_id("submit-record_statement").click()
    expect(ben.get_by_test_id("statements")).to_contain_text("red jacket")
    expect(theirs.get_by_test_id("newer")).to_contain_text("1 entry was added since you began")
    expect(theirs.get_by_test_id("field-text")).to_have_value("Heard whistling at the quarry.")
    expect(theirs.get_by_test_id("beside")).to_have_count(0)

    # a page loaded anew keeps what was typed, and sends it once
    ben.wait_for_timeout(1200)
    ben.reload()
    theirs = unfold(ben, "record_statement")
    expect(theirs.get_by_test_id("field-text")).to_have_value("Heard whistling at the quarry.")
    theirs.get_by_test_id("submit-record_statement").click()
    expect(ada.get_by_test_id("statements")).to_contain_text("whistling")
    assert len(server.json(f"cases/{CASE}")["state"]["evidence"]["statements"]) == 2

    # who leaves is gone from the other's page
    ben.close()
    expect(ada.get_by_test_id("presence")).to_have_count(0)
    assert one.errors == []


def test_a_lost_line_says_since_when_and_what_came_meanwhile(server: Any, open_desk: Open) -> None:
    desk = open_desk(server.url)
    page = desk.page(at("evidence"))
    expect(page.get_by_test_id("connection")).to_have_text("live")
    form = unfold(page, "record_statement")
    fill(form, witness="Caller 1", text="Saw a red jacket by the pond.")
    server.kill()
    expect(page.get_by_test_id("line-lost")).to_contain_text("No line to the desk since")
    form.get_by_test_id("submit-record_statement").click()
    expect(form.get_by_test_id("error-record_statement")).to_contain_text("does not answer")
    server.start()
    server.do(CASE, "record_statement", witness="Caller 2", text="Heard whistling.")
    expect(page.get_by_test_id("line-back")).to_contain_text("1 entry came meanwhile.")
    expect(page.get_by_test_id("statements")).to_contain_text("whistling")
    go(page, "journal")
    go(page, "evidence")  # the words outlive a walk through the panels
    act(page, "record_statement")
    expect(page.get_by_test_id("statements")).to_contain_text("red jacket")
    page.get_by_test_id("line-back").get_by_role("button").click()
    expect(page.get_by_test_id("line-back")).to_have_count(0)
