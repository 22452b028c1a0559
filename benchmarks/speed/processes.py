"""What a person waits for before anything happens: the import of a case's state, and `wayhome --help`."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

from benchmarks.measure import Table, process_seconds, seconds, to_goal

STARTS = 15
IMPORT_GOAL_S, HELP_GOAL_S = 0.060, 0.300


def measured() -> Table:
    """Whole processes, taken in turn so that a busy minute strikes all alike."""
    program = Path(sys.executable).with_name("wayhome")
    commands = {
        "bare": (sys.executable, "-c", "pass"),
        "state": (sys.executable, "-c", "import wayhome.case.state"),
        "help": (str(program), "--help") if program.exists() else (sys.executable, "-m", "wayhome", "--help"),
    }
    walls: dict[str, list[float]] = {name: [] for name in commands}
    cpus: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        process_seconds(command)  # byte code and file cache
    for _ in range(STARTS):
        for name, command in commands.items():
            wall, cpu = process_seconds(command)
            walls[name].append(wall)
            cpus[name].append(cpu)
    wall_s = {name: median(values) for name, values in walls.items()}
    cpu_s = {name: median(values) for name, values in cpus.items()}
    beyond, beyond_cpu = wall_s["state"] - wall_s["bare"], cpu_s["state"] - cpu_s["bare"]
    return Table(
        title="Starting up",
        columns=("what", "wall", "CPU", "goal"),
        rows=(
            ("bare interpreter", seconds(wall_s["bare"]), seconds(cpu_s["bare"]), ""),
            ("`import wayhome.case.state` beyond it", seconds(beyond), seconds(beyond_cpu), to_goal(beyond, beyond_cpu, IMPORT_GOAL_S)),
            ("`wayhome --help`, whole process", seconds(wall_s["help"]), seconds(cpu_s["help"]), to_goal(wall_s["help"], cpu_s["help"], HELP_GOAL_S)),
        ),
        notes=(f"Medians of {STARTS} starts each, in turn.",),
    )  # fmt: skip
