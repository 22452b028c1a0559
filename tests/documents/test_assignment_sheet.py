"""The assignment sheet: what a team must know, what binds it, what was searched before, and what it told."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from wayhome.documents.assignment_sheet import assignment
from wayhome.documents.wording import Wording

RING = ["47.01,11.00", "47.02,11.00", "47.02,11.02", "47.01,11.02"]


@pytest.fixture
def desk(opened: Any) -> Any:
    """A case with an order in force, one search done and one prepared."""
    made = type(opened)(opened.at + timedelta(hours=1))
    made.do(
        "open_case", title="Somebody above the lake", reported_at="2026-03-01T06:40+01:00", time_zone="Europe/Vienna"
    )
    made.do("mark_point", kind="lkp", position="47.015,11.01")
    made.do("draw_segment", name="Shore", ring=RING)
    made.do("form_team", name="One")
    made.do("form_team", name="Two")
    made.do(
        "give_order", text="Bring her home.", conditions=["unharmed"], other_conditions=["Let her sister speak first"]
    )
    made.do("draft_assignment", team="One", segment="Shore")
    made.do("dispatch_assignment", assignment="A1")
    made.do("debrief_assignment", assignment="A1", pod="40 %", gaps="the reeds", movements="along the water",
            not_there_or_missed="missed, if she lay in the reeds")  # fmt: skip
    made.do("amend_debrief", assignment="A1", pod="30 %", reason="two searchers, not four")
    made.do("draft_assignment", team="Two", segment="Shore", hazards="ice", mitigations="life vests", channel="Tac 1",
            check_in="20 min", vehicle="boat 2", report_to="the jetty")  # fmt: skip
    return made


def printed_sheet(desk: Any, facts: Any, key: str) -> str:
    return json.dumps(assignment(Wording(desk.state, facts(desk)), key).blocks, ensure_ascii=False)


def test_it_says_what_binds_the_team_and_what_was_searched_before(desk: Any, facts: Any) -> None:
    sheet = printed_sheet(desk, facts, "A2")
    for words in ("life vests", "Channel Tac 1, check in every 20 min", "boat 2", "the jetty", "DRAFT: not sent out."):
        assert words in sheet
    assert "brought back unharmed" in sheet and "no program checks: Let her sister speak first" in sheet
    assert "A1 One, 2026-03-01" in sheet and "POD 30.0 %. Gaps: the reeds" in sheet


def test_a_first_search_says_that_there_was_none(desk: Any, facts: Any) -> None:
    assert "No search of it is on record." in printed_sheet(desk, facts, "A1")


def test_a_debrief_shows_what_was_corrected(desk: Any, facts: Any) -> None:
    sheet = printed_sheet(desk, facts, "A1")
    assert "two searchers, not four (before: POD 40.0 %)" in sheet
    assert "missed, if she lay in the reeds" in sheet and "along the water" in sheet


def test_what_is_stopped_must_not_go_out(desk: Any, facts: Any) -> None:
    desk.do("amend_assignment", assignment="A2", task="Search and destroy.")
    desk.do("dispatch_assignment", assignment="A2")
    assert "NOT TO GO OUT: this assignment contradicts order O1" in printed_sheet(desk, facts, "A2")
    desk.do("waive_contradiction", order="O1", subject="A2", reason="a drill")
    desk.do("dispatch_assignment", assignment="A2")
    sheet = printed_sheet(desk, facts, "A2")
    assert "NOT TO GO OUT" not in sheet and "Let out against order O1" in sheet and "a drill" in sheet


def test_an_approval_and_a_return_are_shown(desk: Any, facts: Any) -> None:
    desk.do("approve_assignment", assignment="A2")
    assert "APPROVED: not sent out yet." in printed_sheet(desk, facts, "A2")
    desk.do("dispatch_assignment", assignment="A2")
    desk.do("report_back", assignment="A2")
    assert "not debriefed yet." in printed_sheet(desk, facts, "A2")
