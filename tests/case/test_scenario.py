"""Scenarios: how the subject moves in them and where they want to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.case.fact import joined, parted

if TYPE_CHECKING:
    from conftest import Bench

GOAL = Position(lat_deg=42.25, lon_deg=-71.05)


def test_moves_and_goal_are_read_from_text_and_from_json(bench: Bench) -> None:
    bench.do(
        "set_scenarios",
        scenarios='[{"id": "a", "title": "A", "weight": "40 %", "moves": "moving", "goal": "42.25,-71.05"},'
        ' {"id": "b", "title": "B", "weight": 0.6, "goal": {"lat_deg": 42.25, "lon_deg": -71.05}}]',
    )
    a, b = bench.state.scenarios.scenarios
    assert (a.weight, a.moves, a.goal) == (0.4, "moving", GOAL)
    assert (b.moves, b.goal) == ("auto", GOAL)


def test_an_older_entry_without_them_still_reads(bench: Bench) -> None:
    stored = {"scenarios": [{"id": "a", "title": "A", "weight": 1.0}], "reason": ""}
    fact = joined("scenarios_set", 1, stored, {})
    assert fact.scenarios[0].moves == "auto" and fact.scenarios[0].goal is None  # type: ignore[attr-defined]
    (again,) = bench.do("set_scenarios", scenarios=[{"id": "a", "title": "A", "weight": 1, "goal": "42.25,-71.05"}])
    assert joined("scenarios_set", 1, parted(again).public, {}) == again


def test_a_wrong_word_a_wrong_place_and_a_far_goal_are_refused(bench: Bench) -> None:
    one = {"id": "a", "title": "A", "weight": 1}
    with pytest.raises(InvalidInput, match=r"moves: .*not one of auto, still, moving"):
        bench.do("set_scenarios", scenarios=[{**one, "moves": "running"}])
    with pytest.raises(InvalidInput, match=r"goal.*not a position"):
        bench.do("set_scenarios", scenarios=[{**one, "goal": "over there"}])
    bench.do("mark_point", kind="lkp", position="42.205,-71.095")
    with pytest.raises(InvalidInput, match="goal of a: .*confirm_far"):
        bench.do("set_scenarios", scenarios=[{**one, "goal": "48,-71"}])
    bench.do("set_scenarios", scenarios=[{**one, "goal": "48,-71"}], confirm_far="yes")
    assert bench.state.scenarios.scenarios[0].goal == Position(lat_deg=48, lon_deg=-71)
