"""The first call through the real browser: one question after the other, the risk, and the urgency."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import Desk, page_is_built, unfold
from playwright.sync_api import expect

from wayhome.app import App

pytestmark = [pytest.mark.e2e, page_is_built]


def test_a_call_is_taken_without_losing_a_word(
    serve: Callable[[Path], Any], open_desk: Callable[[str], Desk], tmp_path: Path
) -> None:
    app = App(tmp_path)
    report = {
        "title": "Call",
        "reported_at": "2026-05-09T19:40:00Z",
        "invented": True,
        "subject": {"category": "hiker"},
    }
    case, _ = app.open_case(report)
    app.close()
    server = serve(tmp_path)
    page = open_desk(server.url).page(f"#/case/{case}/intake")
    asks, field = page.get_by_test_id("asks"), page.get_by_test_id("answer-text")

    def answer(text: str, then: str) -> None:
        field.fill(text)
        field.press("Enter")
        expect(asks).to_contain_text(then)

    expect(asks).to_contain_text("if the line drops")
    answer("555-0100", "your name")
    answer("Sam Example", "How do you know")
    page.get_by_test_id("ask-skip").click()
    page.get_by_test_id("ask-skip").click()
    expect(asks).to_contain_text("immediate danger")
    # a refusal keeps what was typed
    field.fill("perhaps")
    field.press("Enter")
    expect(page.get_by_test_id("error-answer_questions")).to_contain_text("neither yes, no nor unknown")
    expect(field).to_have_value("perhaps")
    answer("n", "missing person's name")
    answer("Jo Example", "How old")
    page.get_by_test_id("answer-unknown").click()
    expect(asks).to_contain_text("male or female")
    # somebody else writes meanwhile; what is known is shown and can be corrected
    server.do(case, "answer_questions", answers={"goodbye": "yes: a note", "sex": "male"})
    expect(page.get_by_test_id("question-sex")).to_have_attribute("data-standing", "known")
    expect(page.get_by_test_id("question-age")).to_have_attribute("data-standing", "unknown")
    page.get_by_test_id("question-name").get_by_role("button").click()
    expect(field).to_have_value("Jo Example")
    field.fill("Jo Sample")
    field.press("Enter")
    expect(page.get_by_test_id("standing-name")).to_contain_text("Jo Sample")

    risk = unfold(page, "assess_risk")
    risk.get_by_test_id("take-suggested").click()
    risk.get_by_test_id("level-high").check()
    risk.get_by_test_id("submit-assess_risk").click()
    expect(page.get_by_test_id("done-assess_risk")).to_be_visible()
    urgency = unfold(page, "score_urgency")
    urgency.get_by_test_id("score-medical-1").check()
    urgency.get_by_test_id("submit-score_urgency").click()
    expect(page.get_by_test_id("urgency-level")).to_have_text("highest urgency")

    state = server.json(f"cases/{case}")["state"]
    assert (state["report"]["contact"], state["subject"]["name"]) == ("555-0100", "Jo Sample")
    assert state["subject"]["unknown"] == ["age_years"]
    assert state["answers"]["given"]["danger"]["value"] == "no"
    assert state["answers"]["given"]["danger"]["told_by"] == "Sam Example"
    held = state["subject"]["risk"]
    assert (held["level"], held["signs"]) == ("high", ["goodbye"]) and held["because"]["goodbye"].endswith(
        "yes: a note"
    )
