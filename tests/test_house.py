"""The rules of the house that a machine can check: rooms, names, sources, docstrings, clean files."""

from __future__ import annotations

import ast
import configparser
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from importlinter import cli as import_linter

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "src" / "wayhome"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "static" not in path.parts)
TABLES = sorted(PACKAGE.rglob("tables/*.toml"))

CONTRACTS = configparser.ConfigParser()
CONTRACTS.read(PROJECT / ".importlinter", encoding="utf-8")

FORBIDDEN_NAMES = {
    *("util", "utils", "helper", "helpers", "manager", "managers", "data", "misc", "common", "stuff"),
    *("old", "new", "temp", "tmp"),
}
MOST_LINES = 500
# Put together from pieces, so that this file is no find of its own search.
REGISTRIES = [".".join(parts) for parts in (
    ("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs", "org"), ("registry", "yarnpkg", "com"),
)]  # fmt: skip
OWN_MACHINE = re.compile(r"(?<![\w.:/-])/(?:home|Users|root|work)/\w")


def name_of(path: Path) -> str:
    """A file as people say it: its path from the project's folder."""
    return path.relative_to(PROJECT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def module_exists(name: str) -> bool:
    path = PROJECT / "src" / Path(*name.split("."))
    return (path / "__init__.py").exists() or path.with_suffix(".py").exists()


# --- rooms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "contract", [s.rpartition(":")[2] for s in CONTRACTS.sections() if s.startswith("importlinter:contract:")]
)
def test_rooms_import_only_what_stands_below_them(
    contract: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    section = CONTRACTS[f"importlinter:contract:{contract}"]
    named = re.findall(r"^(wayhome\.[\w.]+)$", "\n".join(section.values()), flags=re.MULTILINE)
    missing = [name for name in named if not module_exists(name)]
    if missing:
        pytest.skip(f"rooms not built yet: {', '.join(missing)}")
    monkeypatch.chdir(PROJECT)
    status = import_linter.lint_imports(
        config_filename=".importlinter", limit_to_contracts=(contract,), no_cache=True, no_logo=True
    )
    assert status == 0, capfd.readouterr().out


def test_case_loads_nothing_but_itself_and_the_standard_library() -> None:
    code = """
import importlib, json, pkgutil, sys
before = set(sys.modules)
import wayhome.case
for module in pkgutil.walk_packages(wayhome.case.__path__, "wayhome.case."):
    importlib.import_module(module.name)
tops = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps(sorted(tops - set(sys.stdlib_module_names))))
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == ["wayhome"]


# --- modules -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_knows_and_keeps_to_its_size(path: Path) -> None:
    assert ast.get_docstring(tree_of(path)), "a module begins with a docstring: what it knows, what it does not"
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES, f"{lines} lines: a room this large is two rooms"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_room_is_named_for_what_is_in_it(path: Path) -> None:
    names = set(path.relative_to(PACKAGE).with_suffix("").parts)
    assert not names & FORBIDDEN_NAMES
    assert not [name for name in names if name.endswith("2") or name.endswith(("_new", "_old"))]


@pytest.mark.parametrize("path", [path for path in MODULES if path.is_relative_to(PACKAGE / "science")], ids=name_of)
def test_everything_public_in_science_is_described(path: Path) -> None:
    bare = [
        node.name
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not bare


def test_no_error_is_swallowed() -> None:
    """No bare except, and no `except Exception` that only passes or returns nothing."""
    swallowed = []
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ExceptHandler) and catches_everything(node) and says_nothing(node):
                swallowed.append(f"{name_of(path)}:{node.lineno}")
    assert not swallowed


def catches_everything(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in {"Exception", "BaseException"}
    )


def says_nothing(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    only = handler.body[0]
    return isinstance(only, ast.Pass | ast.Continue) or (
        isinstance(only, ast.Return)
        and (only.value is None or isinstance(only.value, ast.Constant | ast.List | ast.Dict | ast.Tuple))
    )


# --- sources -------------------------------------------------------------------------------------


def bibliography() -> set[str]:
    text = (PROJECT / "docs" / "references.bib").read_text(encoding="utf-8")
    return set(re.findall(r"^@\w+\{\s*([^,\s]+)\s*,", text, flags=re.MULTILINE))


def keys_of(source: object) -> list[str]:
    """The bibliography keys in a `source` entry, which is one key or a list of them."""
    return [str(key) for key in source] if isinstance(source, list) else [str(source)]


def rows(value: Any, where: str, inherited: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Every row of a table with its keys: a row is a table in a list, or one that carries a source itself."""
    if isinstance(value, dict):
        own = keys_of(value["source"]) if "source" in value else inherited
        if "source" in value or where.endswith("]"):
            yield where, own
        for name, inner in value.items():
            yield from rows(inner, f"{where}.{name}", own)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from rows(inner, f"{where}[{number}]", inherited)


@pytest.mark.parametrize("path", TABLES, ids=name_of)
def test_every_row_of_a_table_has_a_source_that_exists(path: Path) -> None:
    known = bibliography()
    found = list(rows(tomllib.loads(path.read_text(encoding="utf-8")), path.stem, []))
    assert found, "a table without rows"
    assert not [where for where, keys in found if not keys], "rows without a source"
    unknown = {where: keys for where, keys in found if not set(keys) <= known}
    assert not unknown, "keys that are not in docs/references.bib"


def test_every_sourced_constant_names_a_source_that_exists() -> None:
    known = bibliography()
    wrong = []
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Sourced":
                given = [word.value for word in node.keywords if word.arg == "source"]
                # A key that is not written out was handed on from a table, whose rows are checked above.
                keys = {key.value for key in given if isinstance(key, ast.Constant)}
                if not given or not keys <= known:
                    wrong.append(f"{name_of(path)}:{node.lineno} {sorted(keys)}")
    assert not wrong


# --- files ---------------------------------------------------------------------------------------


def own_files() -> list[Path]:
    """The files that git keeps or would keep; where there is no git, the sources."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=PROJECT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        paths = [PROJECT / name for name in listing.split("\0") if name]
    except (subprocess.CalledProcessError, FileNotFoundError):
        roots = [PROJECT / name for name in ("src", "tests", "docs", "examples", "benchmarks")]
        paths = [path for root in roots for path in root.rglob("*") if "__pycache__" not in path.parts]
    return [path for path in paths if path.is_file()]


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    found = []
    for path in own_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures, fonts, terrain
        for number, line in enumerate(text.splitlines(), start=1):
            if OWN_MACHINE.search(line) or any(host in line for host in REGISTRIES):
                found.append(f"{name_of(path)}:{number}: {line.strip()[:120]}")
    assert not found


def test_the_npm_lock_names_packages_and_not_addresses() -> None:
    lock = PROJECT / "frontend" / "package-lock.json"
    if not lock.exists():
        pytest.skip("no front end here")
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    assert not [name for name, entry in packages.items() if "resolved" in entry and not entry.get("link")]
