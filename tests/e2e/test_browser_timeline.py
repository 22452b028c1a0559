"""Timeline and duplicates through the real browser: what stands where, and that two cases become one and two again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import Desk, page_is_built
from playwright.sync_api import expect

from wayhome.app import App

pytestmark = [pytest.mark.e2e, page_is_built]


def twice(desk: Path) -> None:
    """The same walker reported by two people, with a driver who saw somebody too far away."""
    app = App(desk)
    for case, name in (("one", "Jo Example"), ("two", "Joe Example")):
        app.open_case(
            {
                "title": f"Report {case}", "reported_at": "2026-05-09T19:40:00+02:00", "time_zone": "Europe/Berlin",
                "subject": {"category": "hiker", "name": name, "age_years": 40}, "report": {"contact": "617 555 0100"},
                "place": {"lat": 48.2, "lon": 11.1, "kind": "pls", "at": "2026-05-09T10:00:00+02:00", "place": "car park"},
                "area": {"box": "6 km", "cell": "60 m", "ecoregion": "temperate", "relief": "flat"},
            },
            case=case,
        )  # fmt: skip
    app.do("one", "record_statement", {"witness": "a driver", "text": "he got on", "observed_at": "2026-05-09T10:30+02:00",
                                       "told_at": "2026-05-09T20:00+02:00", "position": "48.36,11.1"})  # fmt: skip
    app.do(
        "one", "record_statement", {"witness": "a boy", "text": "with a dog", "observed_at": "2026-05-09T11:00+02:00"}
    )
    app.do("one", "withdraw_evidence", {"evidence": "S2", "reason": "it was his uncle"})
    app.do(
        "two", "record_statement", {"witness": "a cook", "text": "ate here", "observed_at": "2026-05-09T12:00+02:00"}
    )
    app.close()


def test_contradictions_stand_in_place_and_two_cases_become_one_and_two_again(
    serve: Callable[[Path], Any], open_desk: Callable[[str], Desk], tmp_path: Path
) -> None:
    twice(tmp_path / "desk")
    server = serve(tmp_path / "desk")
    desk = open_desk(server.url)
    page = desk.page("#/case/one/timeline")
    timeline = page.get_by_test_id("timeline")
    expect(timeline.locator("> li")).to_have_count(4)
    assert [e.get_attribute("id") for e in timeline.locator("> li").all()] == [
        "entry-pls-1", "entry-S1", "entry-S2", "entry-report",
    ]  # fmt: skip
    driver = page.get_by_test_id("entry-S1")
    expect(driver).to_contain_text("2026-05-09 10:30 CEST")
    expect(driver).to_contain_text("Told 2026-05-09 20:00 CEST, 9 h 30 min later.")
    contradiction = page.get_by_test_id("contradiction-not_on_foot-pls-1-S1")
    (told,) = [c for c in server.json("cases/one/timeline")["contradictions"] if c["kind"] == "not_on_foot"]
    expect(contradiction).to_contain_text(told["says"])
    expect(contradiction).to_contain_text(told["resolves"])
    expect(page.get_by_test_id("entry-S2")).to_contain_text("Withdrawn: it was his uncle")
    expect(page.get_by_test_id("gap-report")).to_contain_text("9 h 10 min from the last time they were seen")

    page.get_by_test_id("timeline-summary").get_by_role("button").first.focus()
    page.keyboard.press("Enter")  # by keyboard from the head to where it is
    expect(driver).to_be_focused()
    page.keyboard.press("Tab")
    expect(driver.get_by_role("link")).to_be_focused()

    maybe = page.get_by_test_id("duplicate-two")
    expect(maybe).to_contain_text("Both give the same telephone number.")
    merge = page.get_by_test_id("merge-two")
    merge.locator("summary").click()
    merge.get_by_test_id("field-reason").fill("one man, two callers")
    expect(merge.get_by_test_id("submit-merge")).to_be_disabled()  # until somebody compared them
    merge.get_by_test_id("confirm-merge").check()
    merge.get_by_test_id("submit-merge").click()
    expect(page.get_by_test_id("absorbed-two")).to_contain_text("Copied: S1 as S3.")
    expect(page.get_by_test_id("entry-S3")).to_contain_text("From case two, S1.")
    assert server.json("cases/two")["status"] == "merged"

    unmerge = page.get_by_test_id("unmerge-two")
    unmerge.locator("summary").click()
    unmerge.get_by_test_id("field-reason").fill("two men")
    unmerge.get_by_test_id("submit-unmerge").click()
    expect(page.get_by_test_id("absorbed-two")).to_have_count(0)
    expect(page.get_by_test_id("entry-S3")).to_contain_text("Withdrawn")
    expect(page.get_by_test_id("duplicate-two")).to_have_count(0)  # that is settled
    assert server.json("cases/two")["status"] == "active"
    assert desk.errors == []
