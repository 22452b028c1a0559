"""The desk's panel of phones: invite a team, see its phone on the map, settle what could not be carried out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browsing import Desk, go, page_is_built
from playwright.sync_api import expect

from wayhome.app import App

pytestmark = [pytest.mark.e2e, page_is_built]
CASE = "walker"


def test_a_phone_is_invited_seen_and_its_refused_report_settled(
    tmp_path: Path, serve: Callable[[Path], Any], open_desk: Callable[[str], Desk]
) -> None:
    started = datetime.now(UTC) - timedelta(hours=1)
    app = App(tmp_path / "desk", lambda: started)
    app.open_case(
        {"title": "A walker is missing", "reported_at": started.isoformat(), "subject": {"category": "hiker"},
         "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp", "at": started.isoformat()},
         "area": {"box": "6 km", "cell": "60 m", "ecoregion": "temperate", "relief": "flat"}}, case=CASE,
    )  # fmt: skip
    app.do(CASE, "form_team", {"name": "One", "searchers": 4, "speed": "2 km/h", "sweep_width": "30 m"})
    app.close()
    server = serve(tmp_path / "desk")
    desk = open_desk(server.url)
    page = desk.page(f"#/case/{CASE}/phones")
    panel = page.get_by_test_id("panel-phones")
    expect(panel.get_by_test_id("no-door")).to_contain_text("wayhome serve --phones auto")
    panel.get_by_test_id("invite").click()
    link = panel.get_by_test_id("invite-link").inner_text()
    phone = desk.context.new_page()
    phone.goto(link)
    phone.get_by_test_id("join-holder").fill("Robin")
    phone.get_by_test_id("join").click()
    expect(phone.get_by_test_id("no-task")).to_be_visible()
    expect(panel.get_by_test_id("phone-PH1")).to_contain_text("Robin")
    # a clue that lies in another country: kept, shown, tried again, set aside
    phone.get_by_test_id("tab-tell").click()
    phone.get_by_test_id("tell-clue").click()
    phone.get_by_test_id("clue-name").fill("Glove")
    phone.get_by_label("Another place").fill("10.0, 10.0")
    phone.get_by_test_id("clue-send").click()
    waits = panel.get_by_test_id("phones-refused")
    expect(waits).to_contain_text("Glove")
    item = waits.locator("li").first.get_attribute("data-testid")
    assert item
    key = item.removeprefix("refused-")
    page.get_by_test_id(f"carry-out-{key}").click()
    expect(page.get_by_test_id(f"error-{key}")).to_contain_text("km")
    page.get_by_test_id(f"reason-{key}").fill("Typed wrong on the phone.")
    page.get_by_test_id(f"set-aside-{key}").click()
    expect(waits).to_have_count(0)
    expect(phone.get_by_test_id("refused")).to_have_count(0, timeout=40_000)
    go(page, "now")
    assert [e for e in desk.errors if "/settle" not in e] == []  # the refusal above
