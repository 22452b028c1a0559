"""What a report file may hold, and the commands that it becomes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from wayhome.app import App
from wayhome.app.report_file import EXAMPLE, commands_of, read_report
from wayhome.base.errors import InvalidInput

LEAST: dict[str, Any] = {"title": "t", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"}}


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[dict[str, Any]], Any]:
    """Opens a case from a report and gives its state."""

    def state(report: dict[str, Any]) -> Any:
        app = App(tmp_path / "desk", lambda: datetime(2026, 5, 10, tzinfo=UTC))
        case, _ = app.open_case(report)
        found = app.state(case)
        app.close()
        return found

    return state


def test_the_example_opens_with_all_that_it_says(opened: Callable[[dict[str, Any]], Any]) -> None:
    state = opened(read_report(EXAMPLE.encode(), "example"))
    subject = state.subject
    assert (subject.height_cm, subject.phone, subject.unknown, subject.without) == (
        183,
        "555-0101",
        ("medical",),
        ("vehicle",),
    )
    assert [(c.name, c.together) for c in subject.companions.values()] == [("Kim Example", 0.8)]
    assert {k: a.value for k, a in state.answers.given.items()} == {"out_of_character": "yes", "alone": "no"}


def test_answers_may_be_truths_and_times(opened: Callable[[dict[str, Any]], Any]) -> None:
    text = b"[answers]\ndanger = false\nalone = true\nseen_at = 2026-05-09T08:00:00Z\nage = 46\n"
    state = opened({**LEAST, **read_report(text, "r")})
    told = {k: a.value for k, a in state.answers.given.items()}
    assert told == {"danger": "no", "alone": "yes", "seen_at": "2026-05-09T08:00:00Z"}
    assert state.subject.age_years == 46


def test_companions_follow_the_subject_in_order() -> None:
    rows = [{"name": "Mia", "together": 1}, {"name": "Jon", "together": 1, "sex": "male"}]
    names = [name for name, _ in commands_of({**LEAST, "companions": rows, "report": {"reporter": "x"}})]
    assert names == ["open_case", "describe_subject", "take_report", "add_companion", "add_companion"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"companions": {"name": "Mia"}}, r"\[\[companions\]\] must be a list of tables"),
        ({"companions": ["Mia"]}, r"\[\[companions\]\] must be a list of tables"),
        ({"companions": [{"together": 1}]}, "add_companion needs name"),
        ({"answers": "yes"}, r"\[answers\] must be a table"),
        ({"answers": {"colour": "red"}}, 'no question "colour"'),
        ({"subject": {"category": "hiker", "shoe": 43}}, "describe_subject has no field shoe"),
        ({"subject": {"category": "hiker", "without": ["name"]}}, r"without\[0\]"),
        ({"people": {}}, "a field or table people"),
    ],
)
def test_what_is_wrong_in_a_report_is_said_and_no_case_is_opened(
    opened: Callable[[dict[str, Any]], Any], tmp_path: Path, more: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        opened({**LEAST, **more})
    app = App(tmp_path / "desk")
    assert app.cases() == ()
    app.close()
