"""What runs against time, and what of it waits for a decision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from wayhome.case.agenda import agenda
from wayhome.case.clocks import Daylight, clocks

RING = [{"lat": 44.0, "lon": -71.0}, {"lat": 44.0, "lon": -70.99}, {"lat": 44.01, "lon": -70.99}]


def test_a_team_is_overdue_when_its_hours_are_over_and_not_before(bench: Any) -> None:
    bench.do("mark_point", kind="lkp", position={"lat": 44.0, "lon": -71.0})
    bench.do("draw_segment", name="Ridge", ring=RING)
    bench.do("form_team", name="One")
    bench.do("draft_assignment", team="T1", segment="SEG1", duration="4 h")
    bench.do("dispatch_assignment", assignment="A1")
    out = bench.at
    (clock,) = [c for c in clocks(bench.state, out) if c.kind == "outing"]
    assert clock.due == out + timedelta(hours=4) and clock.about == "A1"
    before, after = out + timedelta(hours=3, minutes=59), out + timedelta(hours=4)
    assert "debrief" in clock.says(before) and "overdue" in clock.says(after)
    urgency = {at: next(m.urgency for m in agenda(bench.state, at) if m.about == "A1") for at in (out, before, after)}
    assert urgency == {out: "open", before: "soon", after: "now"}


def test_a_review_of_the_risk_waits_only_while_the_search_runs(bench: Any) -> None:
    bench.do("assess_risk", level="high", reasons="cold", review_by="2026-03-01T12:00Z")
    noon = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert [(c.kind, c.due) for c in clocks(bench.state, noon)] == [("risk_review", noon)]
    assert any(m.what == "The review of the risk is overdue." and m.urgency == "now" for m in agenda(bench.state, noon))
    bench.do("mark_point", kind="lkp", position={"lat": 44.0, "lon": -71.0})
    bench.do("report_find", position={"lat": 44.0, "lon": -71.0}, condition="well")
    assert not [c for c in clocks(bench.state, noon) if c.kind == "risk_review"]


def test_daylight_is_a_clock_that_nobody_settles(bench: Any) -> None:
    dusk = bench.at + timedelta(hours=2)
    (clock,) = clocks(bench.state, bench.at, Daylight(is_dark=False, changes_at=dusk))
    assert clock.kind == "daylight" and clock.due == dusk and clock.command == "" and "dark" in clock.what
    assert clocks(bench.state, bench.at, Daylight(is_dark=False)) == ()


def test_a_retention_period_needs_a_rule_and_a_length(bench: Any) -> None:
    bench.do("set_retention", keep="90 days", rule="county policy 12")
    assert bench.state.retention.days == 90.0 and bench.state.retention.rule == "county policy 12"
