"""A desk, the command line, and the real data where there is some."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("WAYHOME_DATA", ROOT.parent / "shared" / "data"))


class Ran:
    """What a command gave back."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Wayhome = Callable[..., Ran]


@pytest.fixture
def wayhome(tmp_path: Path) -> Wayhome:
    """Runs `wayhome --desk ... ARGS` as a process, as a user would."""

    def run(*args: str, code: int | None = 0, stdin: str | None = None) -> Ran:
        command = [sys.executable, "-m", "wayhome", "--desk", str(tmp_path / "desk"), *map(str, args)]
        ran = Ran(subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, input=stdin, timeout=180))
        if code is not None:
            assert ran.code == code, f"{args}: exit {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    return run


@pytest.fixture
def blue_hills() -> Path:
    """The Blue Hills' terrain, land cover and hike."""
    folder = DATA / "terrain" / "blue_hills"
    if not folder.exists():
        pytest.skip(f"the real data is not at {DATA} (set WAYHOME_DATA)")
    return folder
