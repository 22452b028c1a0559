"""A night search from the call to the last paper, as the people of one desk and one team live it in their pages."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browsing import COMPUTING_MS, Desk, act, fill, go, page_is_built
from playwright.sync_api import Browser, BrowserContext, expect

pytestmark = [pytest.mark.e2e, page_is_built]
LAT, LON = 42.204, -71.096  # in the northern segment


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """The team leader's phone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, permissions=["geolocation"],
        geolocation={"latitude": LAT, "longitude": LON, "accuracy": 8}, color_scheme="dark", reduced_motion="reduce",
    )  # fmt: skip
    yield context
    context.close()


def square(lat: float, lon: float) -> list[list[float]]:
    """Eight thousandths of a degree, as GeoJSON wants it."""
    return [[lon + b * 0.008, lat + a * 0.008] for a, b in ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))]


def test_from_the_call_to_the_closing_report(
    serve: Callable[[Path], Any], open_desk: Callable[[str], Desk], phone: BrowserContext, tmp_path: Path
) -> None:
    server = serve(tmp_path / "desk")
    desk = open_desk(server.url)
    page = desk.page()
    now = datetime.now(UTC)

    # the call
    form = page.get_by_test_id("form-open_case")
    fill(
        form, title="Overdue at the pond", reported_at=(now - timedelta(minutes=20)).isoformat(), time_zone="UTC",
        category="hiker", place="42.2,-71.1", kind="lkp", at=(now - timedelta(hours=6)).isoformat(),
    )  # fmt: skip
    form.get_by_test_id("submit-open_case").click()
    page.wait_for_url(re.compile(r"#/case/[^/]+/now"))
    case = urllib.parse.unquote(page.url.split("#/case/")[1].split("/")[0])
    go(page, "report")
    act(page, "describe_subject", name="Jo Sample", clothing="green jacket")
    go(page, "evidence")
    act(page, "record_statement", witness="a rider", text="Saw a green jacket at the gate at four.")

    # where to look
    go(page, "area")
    act(page, "set_search_area", box="6 km", cell="60 m", ecoregion="temperate", relief="flat")
    drawn = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [square(lat, -71.1)]}}
        for name, lat in (("North", 42.2), ("South", 42.19))
    ]  # fmt: skip
    (tmp_path / "segments.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": drawn}))
    page.get_by_test_id("drop-segment").set_input_files(tmp_path / "segments.geojson")
    expect(page.get_by_test_id("imported").locator("li")).to_have_count(2)

    # with whom
    go(page, "teams")
    act(page, "form_team", name="Alpha", leader="Robin Sample", searchers="4", speed="2 km/h", sweep_width="30 m")
    go(page, "plan")
    expect(page.get_by_test_id("plan")).to_have_attribute("data-state", "current", timeout=COMPUTING_MS)
    page.get_by_test_id("make-drafts").click()
    expect(page.get_by_test_id("done-drafts")).to_contain_text("Alpha to ")
    go(page, "teams")
    page.get_by_test_id("send-A1").click()
    expect(page.get_by_test_id("status-A1")).to_have_text("dispatched")

    # the team's phone
    go(page, "phones")
    page.get_by_test_id("invite").click()
    link = page.get_by_test_id("invite-link").inner_text()
    hand = phone.new_page()
    hand.goto(link)
    hand.get_by_test_id("join-holder").fill("Robin")
    hand.get_by_test_id("join").click()
    expect(hand.get_by_test_id("task-A1")).to_be_visible()
    hand.get_by_test_id("read-A1").click()
    hand.get_by_test_id("step-A1-working").click()
    hand.get_by_test_id("tab-tell").click()
    hand.get_by_test_id("tell-clue").click()
    expect(hand.get_by_test_id("spot")).to_contain_text("give or take 8 m")
    hand.get_by_test_id("clue-name").fill("Green glove")
    hand.get_by_test_id("clue-send").click()
    go(page, "evidence")
    expect(page.get_by_test_id("panel-evidence")).to_contain_text("Green glove", timeout=40_000)
    go(page, "teams")
    expect(page.get_by_test_id("assignment-A1")).to_contain_text("working")

    # found
    hand.get_by_test_id("tab-tell").click()
    hand.get_by_test_id("tell-found").click()
    hand.get_by_test_id("found-well").check()
    hand.get_by_test_id("found-next").click()
    hand.get_by_test_id("found-sure").click()
    go(page, "radio")
    expect(page.get_by_test_id("panel-radio")).to_contain_text("Subject found, well.", timeout=40_000)
    go(page, "decisions")
    act(page, "report_find", position=f"{LAT},{LON}", condition="well")
    expect(page.get_by_test_id("case-status")).to_have_text("found")
    expect(hand.get_by_test_id("ended")).to_be_visible(timeout=40_000)

    # home, and what remains to be written
    go(page, "teams")
    page.get_by_test_id("home-A1").click()
    expect(page.get_by_test_id("status-A1")).to_have_text("back")
    box = page.get_by_test_id("act-debrief_assignment-A1")
    box.locator("summary").first.click()
    box.get_by_test_id("by-pod").check()
    act(page, "debrief_assignment", "A1", pod="60 %", remarks="Found at the ford.")
    go(page, "decisions")
    expect(page.get_by_test_id("settled")).to_be_visible()
    seen = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    act(page, "close_case", outcome="found", seen_by="Robin Sample", seen_at=seen, interview="declined")
    expect(page.get_by_test_id("case-status")).to_have_text("closed")
    with urllib.request.urlopen(f"{server.url}api/cases/{case}/documents/closing.pdf") as paper:
        assert paper.read(5) == b"%PDF-"
    seq = int(page.get_by_test_id("case-seq").inner_text())
    assert server.json(f"cases/{case}/verify")["entries"] == seq
    assert [e for e in desk.errors if not e.endswith("/products/plan")] == []  # nobody is left to plan for, in words
