"""A team's phone in the real browser: an hour out of reach, a page that dies, and everything at the desk afterwards."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import page_is_built, until
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from wayhome.app import App

pytestmark = [pytest.mark.e2e, page_is_built]
LAT, LON = 42.204, -71.096
CASE = "walker"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A desk with a team that went out an hour ago."""
    started = datetime.now(UTC) - timedelta(hours=2)
    app = App(tmp_path / "desk", lambda: started)
    report = {
        "title": "A walker is missing", "reported_at": started.isoformat(), "time_zone": "America/New_York", "subject": {"category": "hiker", "name": "Sam Invented"},
        "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp", "at": (started - timedelta(hours=6)).isoformat()},
        "area": {"box": "6 km", "cell": "60 m", "ecoregion": "temperate", "relief": "flat"},
    }  # fmt: skip
    app.open_case(report, case=CASE)
    ring = [{"lat": 42.2 + a * 0.008, "lon": -71.1 + b * 0.008} for a, b in ((0, 0), (0, 1), (1, 1), (1, 0))]
    app.do(CASE, "draw_segment", {"name": "North", "ring": ring})
    app.do(CASE, "form_team", {"name": "One", "searchers": 4, "speed": "2 km/h", "sweep_width": "30 m"})
    app.do(CASE, "give_order", {"text": "Bring him back unharmed.", "conditions": ["unharmed"]})
    app.do(CASE, "draft_assignment", {"team": "One", "segment": "North", "task": "Along the brook."})
    app.do(CASE, "dispatch_assignment", {"assignment": "A1"})
    app.close()
    return tmp_path / "desk"


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone: small, touched, and knowing where it is."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, permissions=["geolocation"],
        geolocation={"latitude": LAT, "longitude": LON, "accuracy": 6}, reduced_motion="reduce",
    )  # fmt: skip
    yield context
    context.close()


def join(context: BrowserContext, server: Any) -> Page:
    """Come in by the desk's link."""
    expires = (datetime.now(UTC) + timedelta(hours=4)).isoformat()
    server.do(CASE, "invite_phone", team="T1", code="RIVER-STONE-4182", expires_at=expires)
    page = context.new_page()
    page.goto(f"{server.url}field/#RIVER-STONE-4182")
    expect(page.get_by_test_id("join-code")).to_have_value("RIVER-STONE-4182")
    assert "#" not in page.url  # the code does not stay in the address
    page.get_by_test_id("join-holder").fill("Robin")
    page.get_by_test_id("join").click()
    expect(page.get_by_test_id("task-A1")).to_contain_text("Along the brook.")
    expect(page.get_by_test_id("conditions")).to_contain_text("unharmed")
    page.get_by_test_id("read-A1").click()
    expect(page.get_by_test_id("read-A1")).to_have_count(0)
    # everything the page is made of lies on the phone now
    until(page, "navigator.serviceWorker.ready.then(r => r.active?.state === 'activated')")
    until(page, "navigator.serviceWorker.controller !== null")
    return page


def located(server: Any) -> list[Any]:
    """Messages that the subject was found."""
    messages = server.json(f"cases/{CASE}")["state"]["messages"]["messages"].values()
    return [m for m in messages if m["kind"] == "located"]


def clue(page: Page, name: str, photograph: bytes | None = None) -> None:
    """Report a clue."""
    page.get_by_test_id("tab-tell").click()
    page.get_by_test_id("tell-clue").click()
    expect(page.get_by_test_id("spot")).to_contain_text("give or take 6 m")
    page.get_by_test_id("clue-name").fill(name)
    if photograph is not None:
        page.get_by_test_id("clue-photo").set_input_files(
            {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photograph}
        )
    page.get_by_test_id("clue-send").click()
    expect(page.get_by_test_id("told")).to_be_visible()


def walk(context: BrowserContext, page: Page, first: int, steps: int) -> None:
    """Go so many steps of six metres; the phone's clock runs with it."""
    for i in range(first, first + steps):
        context.set_geolocation({"latitude": LAT + i * 5.5e-5, "longitude": LON, "accuracy": 6})
        expect(page.get_by_test_id("track-says")).to_contain_text(f"{i + 1} position")


def test_an_hour_out_of_reach_with_a_page_that_dies(
    out: Path, serve: Callable[[Path], Any], phone: BrowserContext
) -> None:  # fmt: skip
    server = serve(out)
    page = join(phone, server)
    phone.set_offline(True)
    page.get_by_test_id("tab-track").click()
    page.get_by_test_id("track-start").click()
    walk(phone, page, 0, 120)
    file = io.BytesIO()
    Image.fromarray(np.arange(30_000, dtype=np.uint8).reshape(100, 100, 3)).save(file, "JPEG")
    clue(page, "Wrapper")
    clue(page, "Boot print", file.getvalue())
    page.close()  # killed in the middle
    page = phone.new_page()
    page.goto(f"{server.url}field/")  # no network: from what lies on the phone
    expect(page.get_by_test_id("task-A1")).to_be_visible()
    expect(page.get_by_test_id("line")).to_contain_text("no line; as of")
    expect(page.get_by_test_id("recording")).to_be_visible()
    page.get_by_test_id("tab-track").click()
    walk(phone, page, 120, 80)
    clue(page, "Glove")
    page.get_by_test_id("tab-task").click()
    page.get_by_test_id("well").click()
    page.get_by_test_id("step-A1-returning").click()
    page.get_by_test_id("tab-track").click()
    page.get_by_test_id("track-stop").click()
    expect(page.get_by_test_id("waiting")).to_be_visible()
    assert server.json(f"cases/{CASE}")["state"]["evidence"]["clues"] == {}
    phone.set_offline(False)
    expect(page.get_by_test_id("waiting")).to_have_count(0, timeout=60_000)
    state = server.json(f"cases/{CASE}")["state"]
    (track,) = state["assignments"]["assignments"]["A1"]["tracks"]
    assert track["points"] == 200
    assert sorted(c["name"] for c in state["evidence"]["clues"].values()) == ["Boot print", "Glove", "Wrapper"]
    (photograph,) = state["photographs"]["photographs"].values()
    assert state["evidence"]["clues"][photograph["of"]]["name"] == "Boot print"
    assert state["assignments"]["assignments"]["A1"]["progress"][-1]["step"] == "returning"
    assert state["roster"]["welfare"]["T1"]["confirmed_at"]
    assert server.json(f"cases/{CASE}/phones")["refused"] == []


def test_what_the_desk_does_not_take_is_shown_and_kept(
    out: Path, serve: Callable[[Path], Any], phone: BrowserContext
) -> None:  # fmt: skip
    server = serve(out)
    page = join(phone, server)
    phone.set_offline(True)
    page.get_by_test_id("step-A1-working").click()
    expect(page.get_by_test_id("waiting")).to_be_visible()
    server.do(CASE, "cancel_assignment", assignment="A1", reason="Thunderstorm.")
    phone.set_offline(False)
    expect(page.get_by_test_id("refused")).to_be_visible(timeout=60_000)
    page.get_by_test_id("tab-kept").click()
    expect(page.get_by_test_id("item-status")).to_contain_text("not taken")
    (refused,) = server.json(f"cases/{CASE}/phones")["refused"]
    assert refused["content"]["step"] == "working"


def test_the_subject_is_found_only_when_it_was_meant(
    out: Path, serve: Callable[[Path], Any], phone: BrowserContext
) -> None:  # fmt: skip
    server = serve(out)
    page = join(phone, server)
    page.get_by_test_id("tab-tell").click()
    page.get_by_test_id("tell-found").click()
    page.get_by_test_id("found-hurt").check()
    page.get_by_test_id("found-next").click()
    assert located(server) == []
    page.get_by_test_id("found-sure").click()
    expect(page.get_by_test_id("told")).to_be_visible()
    expect(page.get_by_test_id("waiting")).to_have_count(0)
    (message,) = located(server)
    assert message["priority"] == "emergency"


@pytest.mark.parametrize("look", ["usual", "sun", "night"])
def test_it_fits_a_small_phone(out: Path, serve: Callable[[Path], Any], phone: BrowserContext, look: str) -> None:
    server = serve(out)
    page = join(phone, server)
    page.set_viewport_size({"width": 320, "height": 568})
    page.get_by_test_id("tab-kept").click()
    page.get_by_test_id("look").select_option(look)
    for tab in ("task", "map", "tell", "track", "kept"):
        page.get_by_test_id(f"tab-{tab}").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, tab
        small = page.locator(".field button:visible").evaluate_all(
            "all => all.filter(b => b.getBoundingClientRect().height < 56 && !b.closest('.maplibregl-map')).length"
        )
        assert small == 0, tab
