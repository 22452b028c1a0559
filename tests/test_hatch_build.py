"""When the pages are built again, and when they are not."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("hatch_build", Path(__file__).resolve().parent.parent / "hatch_build.py")
assert SPEC and SPEC.loader
hatch_build = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(hatch_build)


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    folder = tmp_path / "frontend"
    (folder / "src").mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    (folder / "src" / "main.ts").write_text("let map = 1")
    return folder


@pytest.fixture
def built(tmp_path: Path, frontend: Path) -> Path:
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / hatch_build.STAMP).write_text(hatch_build.digest(frontend))
    return folder


def test_unchanged_sources_are_not_built_again(frontend: Path, built: Path) -> None:
    assert hatch_build.is_fresh(frontend, built)


def test_changed_text_is_built_again(frontend: Path, built: Path) -> None:
    (frontend / "src" / "main.ts").write_text("let map = 2")
    assert not hatch_build.is_fresh(frontend, built)


def test_renamed_file_is_built_again(frontend: Path, built: Path) -> None:
    (frontend / "src" / "main.ts").rename(frontend / "src" / "start.ts")
    assert not hatch_build.is_fresh(frontend, built)


def test_missing_pages_are_built(frontend: Path, tmp_path: Path) -> None:
    assert not hatch_build.is_fresh(frontend, tmp_path / "nowhere")


def test_what_npm_leaves_behind_does_not_count_as_source(frontend: Path, built: Path) -> None:
    (frontend / "node_modules" / "vite").mkdir(parents=True)
    (frontend / "node_modules" / "vite" / "index.js").write_text("x")
    (frontend / "vite.config.ts.timestamp-1.mjs").write_text("x")
    assert hatch_build.is_fresh(frontend, built)


def test_without_a_front_end_there_is_nothing_to_build(tmp_path: Path) -> None:
    assert hatch_build.is_fresh(tmp_path / "frontend", tmp_path / "static")


@pytest.mark.parametrize(
    ("version", "usable"),  # Vite 8 asks for node 20.19 or newer
    [("v18.20.4", False), ("v20.18.3", False), ("v20.19.0", True), ("v24.1.0", True), ("nonsense", False)],
)
def test_only_a_node_that_vite_accepts_is_used(
    version: str, usable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (hatch_build.system_npm() is not None) is usable
