"""Where options may stand, and what an error looks like from outside."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from wayhome.cli import cli, desk_first

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command line in this process, on a desk of its own."""

    def act(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(cli, desk_first(["--desk", str(tmp_path / "desk"), *words]))
        assert result.exit_code == code, result.output
        return result

    return act


@pytest.fixture
def case(run: Run, tmp_path: Path) -> str:
    """A placeless case."""
    (tmp_path / "r.toml").write_text('title = "t"\nreported_at = 2026-05-09T19:40:00Z\n[subject]\ncategory = "hiker"\n')
    opened: str = json.loads(run("case", "open", str(tmp_path / "r.toml")).stdout)["case"]
    return opened


def test_the_desk_may_be_named_anywhere() -> None:
    assert desk_first(["case", "list", "--desk", "D"]) == ["--desk", "D", "case", "list"]
    assert desk_first(["log", "--desk=D", "c"]) == ["--desk=D", "log", "c"]
    assert desk_first(["--desk", "D", "demo", "--port", "1"]) == ["demo", "--desk", "D", "--port", "1"]


def test_the_printed_example_opens_a_case(run: Run, tmp_path: Path) -> None:
    (tmp_path / "e.toml").write_text(run("case", "open", "--example").stdout)
    assert json.loads(run("case", "open", str(tmp_path / "e.toml")).stdout)["seq"] == 1


def test_a_json_command_prints_its_error_as_json_and_a_sentence(run: Run, case: str) -> None:
    result = run("do", case, "form_team", "name=x", "sweep_width=30", code=2)
    assert json.loads(result.stdout)["error"]["code"] == "unit"
    assert "no unit" in result.stderr
    result = run("product", case, "poa", "--json", code=2)
    assert json.loads(result.stdout)["error"]["code"] == "rule_broken"
    result = run("product", case, "poa", code=2)
    assert result.stdout == "" and "no place" in result.stderr


def test_fields_may_come_from_a_file(run: Run, case: str, tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text('{"witness": "a neighbour", "text": "saw a light"}')
    done = json.loads(run("do", case, "record_statement", "--fields", str(tmp_path / "f.json"), "place=pond").stdout)
    assert done["events"][0]["data"]["place"] == "pond"


def test_verify_exits_6_and_names_the_first_bad_entry(run: Run, case: str, tmp_path: Path) -> None:
    run("do", case, "take_report", "relation=sister")
    run("verify", case)
    db = sqlite3.connect(tmp_path / "desk" / "journal" / "journal.sqlite")
    db.executescript(
        "DROP TRIGGER entries_stay; UPDATE entries SET body=replace(body, 'sister', 'mother') WHERE seq=2;"
    )
    db.commit()
    db.close()
    result = run("verify", "--json", code=6)
    assert json.loads(result.stdout)["error"]["details"]["last_good_seq"] == 1
    assert "Entry 2" in result.stderr
    run("do", case, "take_report", "relation=aunt", code=6)


@pytest.mark.parametrize(
    "words",
    [("trial",), ("merge", "x"), ("backup", "f"), ("restore", "f"),
     ("user", "add", "x"), ("ground", "fetch", "c"), ("ground", "pack", "c"), ("serve", "--host", "0.0.0.0")],
)  # fmt: skip
def test_what_a_later_version_brings_says_so(run: Run, words: tuple[str, ...]) -> None:
    assert "later version" in run(*words, code=8).stderr


def test_every_command_explains_itself(run: Run) -> None:
    names = ("demo", "serve", "verify", "case open", "case list", "case show", "commands", "do", "log", "product", "import",
             "export", "document", "ground add", "prior", "score", "travel", "coverage", "segments", "solve allocation")  # fmt: skip
    for name in names:
        text = run(*name.split(), "--help").stdout
        assert "xample" in text, name
