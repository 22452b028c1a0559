"""Stopwatches, tables and the machine: what every benchmark needs to state a figure honestly."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).resolve().parent.parent
REPEATS = 3


@dataclass(frozen=True)
class Table:
    """Rows of text under a title; `notes` say what a reader must know to judge them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def markdown(self) -> str:
        """The table as it stands in the README."""
        lines = [f"### {self.title}", ""]
        if self.rows:
            lines += [_line(self.columns), _line(["---"] * len(self.columns)), *map(_line, self.rows), ""]
        return "\n".join([*lines, *(f"- {note}" for note in self.notes), ""])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


class Stopwatch:
    """Wall and CPU seconds of every `with` block; CPU counts all threads of this process."""

    def __init__(self) -> None:
        self.walls: list[float] = []
        self.cpus: list[float] = []

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        cpu, wall = time.process_time(), time.perf_counter()
        self.walls.append(wall - self._began[0])
        self.cpus.append(cpu - self._began[1])

    @property
    def wall_s(self) -> float:
        """Median wall time [s]."""
        return median(self.walls)

    @property
    def cpu_s(self) -> float:
        """Median CPU time [s]."""
        return median(self.cpus)


def process_seconds(command: Sequence[str]) -> tuple[float, float]:
    """Wall and CPU seconds of one whole process, start-up included."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def seconds(value_s: float) -> str:
    """Seconds for reading: milliseconds below one second."""
    return f"{value_s:.2f} s" if value_s >= 1.0 else f"{value_s * 1000:.0f} ms"


def to_goal(wall_s: float, cpu_s: float, goal_s: float) -> str:
    """A goal, and how much of it was used: by wall time, and by CPU time where others keep the machine busy."""
    return f"{seconds(goal_s)}: {wall_s / goal_s:.2f} of it by wall, {cpu_s / goal_s:.2f} by CPU"


def load() -> str:
    """How busy the machine is: waiting and running processes over the last minute, per core."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def machine() -> tuple[str, ...]:
    """The machine, the versions and the commit, as lines."""
    model = _first_field(Path("/proc/cpuinfo"), "model name") or platform.processor() or "unknown processor"
    memory = _first_field(Path("/proc/meminfo"), "MemTotal").removesuffix(" kB")
    gib = f"{int(memory) / 2**20:.0f} GiB" if memory.isdigit() else "memory not known"
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "scipy"))
    return (
        f"{os.cpu_count()} cores, {model}, {gib}, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}, {packages}",
        f"commit {_commit()}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    )


def _first_field(path: Path, name: str) -> str:
    if not path.exists():
        return ""
    lines = (line.partition(":") for line in path.read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "")


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(("git", *words), cwd=PROJECT, capture_output=True, text=True, check=True).stdout.strip()

    try:
        changed = git("status", "--porcelain", "--untracked-files=no", "--", "src")
        return git("rev-parse", "--short", "HEAD") + (
            " and changes under src that are not committed" if changed else ""
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown (no git here)"
