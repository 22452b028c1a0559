"""Channels, medical points, hazards, safety, weather, emphasis, briefings: set, described anew, taken back, refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wayhome.base.errors import InvalidInput, NotFound, RuleBroken
from wayhome.case.action_plan import lapsed_forecast, unbriefed, unmitigated
from wayhome.case.fact import parted

RING = ["42.01,-71.00", "42.02,-71.00", "42.02,-70.98", "42.01,-70.98"]


@pytest.fixture
def tasked(bench: Any) -> Any:
    """A case with two segments, two teams and one assignment each, the first of them out."""
    bench.do("mark_point", kind="pls", position="42.0,-71.0")
    bench.do("draw_segment", name="North", ring=RING)
    bench.do("draw_segment", name="East", ring=[p.replace("42.0", "42.1") for p in RING])
    for team in ("Alpha", "Bravo"):
        bench.do("form_team", name=team)
    bench.do("draft_assignment", team="T1", segment="SEG1")
    bench.do("draft_assignment", team="T2", segment="SEG2")
    bench.do("dispatch_assignment", assignment="A1")
    return bench


def test_a_channel_of_the_same_name_is_described_anew(bench: Any) -> None:
    bench.do("set_channel", name="SAR 1", function="tactical", frequency="155.1600 N", tone="127.3", mode="analog")
    bench.do("set_channel", name="sar 1", function="command")
    bench.do("set_channel", name="SAR 2")
    held = bench.state.action_plan.channels
    assert list(held) == ["CH1", "CH2"]
    assert (held["CH1"].function, held["CH1"].frequency) == ("command", "")
    bench.do("remove_channel", channel="SAR 2", reason="jammed")
    assert list(bench.state.action_plan.channels) == ["CH1"]
    with pytest.raises(NotFound, match="SAR 2"):
        bench.do("remove_channel", channel="SAR 2")
    with pytest.raises(InvalidInput, match="name is empty"):
        bench.do("set_channel", name="  ")


def test_a_new_channel_never_takes_the_number_of_one_that_stands(bench: Any) -> None:
    bench.do("set_channel", name="one")
    bench.do("set_channel", name="two")
    bench.do("remove_channel", channel="one")
    bench.do("set_channel", name="three")
    assert {c.name for c in bench.state.action_plan.channels.values()} == {"two", "three"}


def test_a_medical_point_keeps_unknown_apart_from_no(bench: Any) -> None:
    bench.do("set_medical_point", kind="hospital", name="County", travel_time="40 min", helipad="no")
    point = bench.state.action_plan.medical["MED1"]
    assert point.travel_ground_s == 2400.0
    assert (point.helipad, point.burn_center, point.travel_air_s) == (False, None, None)
    bench.do("set_medical_point", kind="aid_station", name="County")
    assert list(bench.state.action_plan.medical) == ["MED1", "MED2"]
    bench.do("remove_medical_point", point="MED1")
    assert list(bench.state.action_plan.medical) == ["MED2"]
    with pytest.raises(InvalidInput, match="travel_time"):
        bench.do("set_medical_point", kind="hospital", name="X", travel_time="-5 min")


def test_a_hospital_on_the_other_side_of_the_world_must_be_confirmed(bench: Any) -> None:
    bench.do("mark_point", kind="pls", position="42.0,-71.0")
    with pytest.raises(InvalidInput, match="position"):
        bench.do("set_medical_point", kind="hospital", name="X", position="-42.0,71.0")
    bench.do("set_medical_point", kind="hospital", name="X", position="-42.0,71.0", confirm_far="yes")


def test_contacts_and_words_about_people_stay_out_of_the_chain(bench: Any) -> None:
    events = [
        *bench.do("set_medical_point", kind="hospital", name="County", contact="555-0100"),
        *bench.do("add_hazard", hazard="armed man in the hut", where="his cabin", mitigation="police first"),
        *bench.do("set_safety_message", message="Do not approach Sam.", emergency_procedures="Call Dr. Example."),
        *bench.do("set_command_emphasis", emphasis="Speak to nobody of Sam."),
        *bench.do("brief", briefed=["Sam Example"], briefed_by="Eva Example", remarks="told of Sam"),
    ]
    public = " ".join(str(parted(e).public) for e in events)
    for secret in ("555-0100", "armed man", "cabin", "police first", "Sam", "Dr. Example", "Eva Example"):
        assert secret not in public


def test_hazards_concern_the_assignments_that_they_are_linked_to(tasked: Any) -> None:
    tasked.do("add_hazard", hazard="ice on the slabs", segment="North", severity="low")
    tasked.do("add_hazard", hazard="wasps", assignments="A2")
    tasked.do("add_hazard", hazard="thunder", severity="high")
    plan, tasks = tasked.state.action_plan, tasked.state.assignments.assignments
    assert [h.hazard for h in plan.hazards_of(tasks["A1"])] == ["thunder", "ice on the slabs"]
    assert [h.hazard for h in plan.hazards_of(tasks["A2"])] == ["thunder", "wasps"]
    tasked.do("close_hazard", hazard="HZ3", reason="It passed over.")
    plan = tasked.state.action_plan
    assert [h.hazard for h in plan.hazards_of(tasks["A1"])] == ["ice on the slabs"]
    assert plan.hazards["HZ3"].closed == "It passed over."
    with pytest.raises(RuleBroken, match="closed already: It passed over."):
        tasked.do("close_hazard", hazard="HZ3", reason="again")
    with pytest.raises(NotFound, match="segment"):
        tasked.do("add_hazard", hazard="x", segment="nowhere")
    with pytest.raises(NotFound, match="assignment"):
        tasked.do("add_hazard", hazard="x", assignments="A9")


def test_a_bad_hazard_without_mitigation_is_named(tasked: Any) -> None:
    tasked.do("add_hazard", hazard="flood", severity="high")
    tasked.do("add_hazard", hazard="fire", severity="high", mitigation="stay west of the road")
    assert [h.hazard for h in unmitigated(tasked.state)] == ["flood"]
    tasked.do("close_hazard", hazard="HZ1", reason="water fell")
    assert unmitigated(tasked.state) == ()


def test_when_a_hazard_was_seen_is_kept_apart_from_when_it_was_written_down(bench: Any) -> None:
    bench.do("add_hazard", hazard="wire", seen_at="2026-03-01T05:00Z")
    assert bench.state.action_plan.hazards["HZ1"].seen_at == datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
    bench.do("add_hazard", hazard="wire")
    assert bench.state.action_plan.hazards["HZ2"].seen_at == bench.at
    with pytest.raises(InvalidInput, match="future"):
        bench.do("add_hazard", hazard="wire", seen_at="2027-03-01T05:00Z")


def test_the_last_safety_message_and_forecast_count(bench: Any) -> None:
    bench.do("set_safety_message", message="Helmets.", site_safety_plan="yes", located_at="base")
    bench.do("set_safety_message", message="Helmets and ropes.")
    assert bench.state.action_plan.safety.message == "Helmets and ropes."
    assert bench.state.action_plan.safety.site_safety_plan is None
    bench.do("set_weather", forecast="fog", source="airfield", told_at="2026-03-01T04:00Z")
    bench.do("set_weather", forecast="snow")
    assert [f.forecast for f in bench.state.action_plan.forecasts] == ["fog", "snow"]
    assert bench.state.action_plan.forecast().forecast == "snow"
    with pytest.raises(InvalidInput, match="ends before it begins"):
        bench.do("set_weather", forecast="x", valid_from="2026-03-01T08:00Z", valid_until="2026-03-01T08:00Z")


def test_a_forecast_that_no_longer_holds_is_named_while_a_team_is_out(tasked: Any) -> None:
    tasked.do("set_weather", forecast="fog", valid_until="2026-03-01T08:00Z")
    eight = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert lapsed_forecast(tasked.state, eight) is None
    late = lapsed_forecast(tasked.state, eight + timedelta(seconds=1))
    assert late is not None and late.forecast == "fog"
    tasked.do("cancel_assignment", assignment="A1", reason="fog")
    assert lapsed_forecast(tasked.state, eight + timedelta(hours=1)) is None


def test_emphasis_belongs_to_a_period(bench: Any) -> None:
    bench.do("set_command_emphasis", emphasis="Before any period.")
    for start, end in (("06", "12"), ("12", "18")):
        bench.do("open_period", starts_at=f"2026-03-01T{start}:00Z", ends_at=f"2026-03-01T{end}:00Z")
    bench.do("set_command_emphasis", emphasis="Now.")
    bench.do("set_command_emphasis", emphasis="Then.", period="OP1")
    assert bench.state.action_plan.emphasis == {"": "Before any period.", "OP2": "Now.", "OP1": "Then."}
    with pytest.raises(NotFound, match="period"):
        bench.do("set_command_emphasis", emphasis="x", period="OP9")


def test_a_team_that_went_out_unbriefed_is_named(tasked: Any) -> None:
    assert [a.id for a in unbriefed(tasked.state)] == ["A1"]
    tasked.do("brief", assignment="A1", at="2026-03-01T05:50Z")
    assert unbriefed(tasked.state) == ()
    told = tasked.state.action_plan.briefings["BR1"]
    assert (told.briefed, told.briefed_by) == (("T1",), "operator")
    assert told.at == datetime(2026, 3, 1, 5, 50, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="who was briefed"):
        tasked.do("brief")
    with pytest.raises(InvalidInput, match="future"):
        tasked.do("brief", assignment="A1", at="2027-03-01T05:50Z")
