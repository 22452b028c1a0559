"""`wayhome timeline`, `wayhome duplicates`, `wayhome case merge` and `unmerge`: what they say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from wayhome.app import App
from wayhome.cli import cli, desk_first

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command on a desk with the same walker twice, in the zone of Berlin."""
    desk = tmp_path / "desk"
    app = App(desk)
    for case, name in (("one", "Jo Example"), ("two", "Joe Example")):
        app.open_case(
            {
                "title": f"Report {case}", "reported_at": "2026-03-01T19:40:00+01:00", "time_zone": "Europe/Berlin",
                "subject": {"category": "hiker", "name": name, "age_years": 40}, "report": {"contact": "617 555 0100"},
                "place": {"lat": 48.2, "lon": 11.1, "kind": "pls", "at": "2026-03-01T10:30:00+01:00", "place": "car park"},
            },
            case=case,
        )  # fmt: skip
    told = {"witness": "a driver", "text": "he got on", "reliability": "0.6"}
    app.do("two", "record_statement", {**told, "observed_at": "2026-03-01T10:30+01:00", "position": "48.3,11.1"})
    app.do("two", "record_statement", {"witness": "a cook", "text": "ate here"})
    app.close()
    return lambda *words: CliRunner().invoke(cli, desk_first(["--desk", str(desk), *words]))


def test_the_timeline_in_sentences(run: Run) -> None:
    said = run("timeline", "two").stdout
    lines = said.splitlines()
    assert lines[0] == "2026-03-01 10:30  S1 a driver: he got on (at 48.30000, 11.10000; reliability 60 %)"
    assert lines[1] == "2026-03-01 10:30  PLS (at car park)"
    assert "2026-03-01 19:40  Reported missing" in said and "time not known    S2 a cook: ate here" in said
    assert "Gap: 9 h 10 min from the last time they were seen until they were reported missing" in said
    assert "! S1 (a driver, reliability 60 %) has them at" in said and "at the same time" in said
    assert "? S2 (a cook) says no time and no place." in said


def test_the_timeline_as_json_and_as_it_was(run: Run) -> None:
    made = json.loads(run("timeline", "two", "--json").stdout)
    assert [h["id"] for h in made["happenings"]] == ["S1", "pls-1", "report", "S2"]
    assert [c["kind"] for c in made["contradictions"]] == ["two_places"]
    opened_at = json.loads(run("log", "two", "--json").stdout)["entries"][0]["at"]
    then = json.loads(run("timeline", "two", "--json", "--as-of", opened_at).stdout)
    assert [h["id"] for h in then["happenings"]] == ["pls-1", "report"]


def test_duplicates_merged_and_unmerged(run: Run) -> None:
    said = run("duplicates").stdout
    assert said.startswith("likely: one (Report one) and two (Report two)")
    assert "  + strong   Both give the same telephone number." in said
    done = json.loads(run("case", "merge", "two", "--into", "one", "--reason", "the same man").stdout)
    assert [c["id"] for c in done["copied"]] == ["S1", "S2"]
    assert run("duplicates").stdout == "No two open cases look like the same person.\n"
    held = json.loads(run("duplicates", "two", "--json").stdout)
    assert held["merged"]["into"] == "one" and held["duplicates"] == []
    refused = run("do", "two", "record_statement", "witness=x", "text=y")
    assert refused.exit_code == 2 and "merged into another; unmerge_case" in refused.stderr
    undone = json.loads(run("case", "unmerge", "two", "--reason", "two men").stdout)
    assert undone["withdrawn"] == ["S1", "S2"] and undone["status"] == "active"
    again = run("case", "unmerge", "two", "--reason", "x")
    assert again.exit_code == 2 and json.loads(again.stdout)["error"]["code"] == "rule_broken"
