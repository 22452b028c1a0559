"""How a search ends, through the real browser: reopened, found, settled, closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browsing import PATIENCE_MS, Desk, act, page_is_built, unfold
from playwright.sync_api import expect

from wayhome.app import App
from wayhome.case.decision import SUSPENSION_CHECKLIST

pytestmark = [pytest.mark.e2e, page_is_built]


def suspended(desk: Path) -> str:
    """A case that was suspended, with a notice still out."""
    app = App(desk)
    now = datetime.now(UTC)
    case, _ = app.open_case(
        {
            "title": "Suspended for now", "reported_at": (now - timedelta(days=5)).isoformat(), "invented": True,
            "subject": {"category": "hiker"}, "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp"},
            "area": {"box": "6 km", "cell": "60 m", "ecoregion": "temperate", "relief": "flat"},
        }
    )  # fmt: skip
    acts: list[tuple[str, dict[str, Any]]] = [
        ("draft_notice", {"kind": "missing_notice", "title": "Missing", "text": "A hiker is missing."}),
        ("approve_notice", {"notice": "N1"}),
        ("publish_notice", {"notice": "N1", "audiences": ["radio"]}),
        ("propose_suspension", {"reasons": "No sign.", "checklist": dict.fromkeys(SUSPENSION_CHECKLIST, "Looked at."),
                                "reopen_if": "A clue."}),
        ("review_suspension", {"suspension": "P1", "agrees": True, "remarks": "Fair."}),
        ("suspend_search", {"suspension": "P1"}),
        ("record_clue", {"name": "a red cap"}),
    ]  # fmt: skip
    for command, fields in acts:
        app.do(case, command, fields)
    app.close()
    return case


def test_a_suspended_search_is_reopened_the_subject_found_and_the_case_closed_when_all_is_settled(
    tmp_path: Path, serve: Callable[[Path], Any], open_desk: Callable[[str], Desk]
) -> None:
    case = suspended(tmp_path)
    server = serve(tmp_path)
    desk = open_desk(server.url)
    page = desk.page(f"#/case/{case}/decisions")
    status = page.locator("header .badge").first
    expect(status).to_have_text("suspended", timeout=PATIENCE_MS)
    unfold(page, "reopen_search").get_by_test_id("field-evidence").get_by_role("checkbox").first.check()
    act(page, "reopen_search", because="The cap is hers.")
    expect(status).to_have_text("active")
    expect(page.get_by_test_id("lifted-P1")).to_contain_text("RO1")
    expect(page.get_by_test_id("reopenings")).to_contain_text("The cap is hers.")
    act(page, "report_find", position="42.201,-71.101", condition="well")
    expect(status).to_have_text("found")
    left = page.get_by_test_id("unsettled")
    expect(left).to_contain_text("N1")
    server.do(case, "withdraw_notice", notice="N1", reason="She is found.")
    expect(left).to_contain_text("recall of N1")
    server.do(case, "send_recall", notice="N1", audience="radio", proof="call at noon")
    expect(page.get_by_test_id("settled")).to_be_visible()
    seen = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    act(page, "close_case", outcome="found", seen_by="a nurse", seen_at=seen, interview="declined")
    expect(status).to_have_text("closed")
    expect(page.get_by_test_id("panel-decisions")).to_contain_text("a nurse")
    assert desk.errors == []
