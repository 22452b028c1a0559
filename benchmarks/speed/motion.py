"""Walkers: a million of them for a day, with all that they do, and the plain walk beside a bare kernel.

The bare kernel lies outside this repository: `walk.py` in the folder that `WAYHOME_REFERENCE` names, or in
`shared/reference` beside the project. It is run as a process of its own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.measure import PROJECT, REPEATS, Stopwatch, Table, seconds, to_goal
from benchmarks.relief import relief_m
from wayhome.base.raster import Grid, Raster
from wayhome.science.land import Land, land
from wayhome.science.motion import advance, set_out
from wayhome.science.movement import Movement, movement
from wayhome.science.terrain import Ground

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY_S = 86_400.0
GOAL_S = 30.0
N_BARE, STEPS_BARE = 2**18, 100


def measured() -> Table:
    """24 h at 60 s on 1000 x 1000 cells of 30 m with 25 trails and 15 roads; then the plain walk on 3000 x 3000."""
    ground = _ground(1000, 30.0)
    hiker, _ = movement("lost", "hiker")
    endless = {"levels": (0.001, 0.002), "mobility_h": (1e6, 1e6)}
    rows = [
        _day("hiker, with the hours of mobility", ground, hiker, 1_000_000, GOAL_S),
        _day("hiker, mobile all day", ground, hiker.replace(**endless), 100_000, None),
        _day("evader", ground, movement("evading")[0], 100_000, None),
    ]
    bare, ours = _bare(), _plain(hiker)
    rows.append(
        ("plain walk, 1 thread", f"{N_BARE:,}", "", "", f"{ours:.0f}", f"{ours / bare:.2f} of the bare" if bare else "")
    )
    notes = [
        "All threads, kernels compiled, land built; M steps/s counts every walker and step, at rest or not, by wall time.",
        f"Plain walk: random turns only, {STEPS_BARE} steps of 10 s on 3000 x 3000 cells of 10 m, best of {REPEATS}.",
    ]
    if bare:
        rows.append(("bare split-loop kernel, 1 thread", f"{N_BARE:,}", "", "", f"{bare:.0f}", ""))
    else:
        notes.append("The bare kernel (walk.py) is not on this machine; set WAYHOME_REFERENCE to its folder.")
    return Table("Walkers", ("walk", "walkers", "wall", "CPU", "M steps/s", "goal"), tuple(rows), tuple(notes))


def _day(name: str, ground: Land, moves: Movement, n: int, goal_s: float | None) -> tuple[str, ...]:
    ipp = 0.5 * (ground.grid.x_west_m + ground.grid.x_east_m), 0.5 * (ground.grid.y_south_m + ground.grid.y_north_m)
    nights = ((36_000.0, 72_000.0),)
    watch = Stopwatch()
    advance(set_out(ground, moves, ipp, 1_000, np.random.default_rng(0)), ground, moves, 600.0)
    for seed in range(REPEATS):
        begin = set_out(ground, moves, ipp, n, np.random.default_rng(seed))
        with watch:
            end, _ = advance(begin, ground, moves, DAY_S, nights=nights)
        assert end.at_s == DAY_S
    rate = n * DAY_S / 60.0 / watch.wall_s / 1e6
    return (
        name,
        f"{n:,}",
        seconds(watch.wall_s),
        seconds(watch.cpu_s),
        f"{rate:.0f}",
        to_goal(watch.wall_s, watch.cpu_s, goal_s) if goal_s else "",
    )


def _ground(side: int, cell_m: float) -> Land:
    """Invented hills; lines that wander, the same on every machine."""
    grid = Grid(crs="EPSG:32633", x_west_m=500_000.0, y_north_m=5_000_000.0, cell_m=cell_m, height=side, width=side)
    rng = np.random.default_rng(1)
    dem = Raster(relief_m(side, side, cell_m, seed=42), grid, "elevation_m")
    lines = tuple(_line(grid, rng) for _ in range(40))
    return land(Ground(dem=dem, lines={"trail": lines[:25], "road": lines[25:]}), grid)[0]


def _line(grid: Grid, rng: np.random.Generator) -> NDArray[np.float64]:
    start = rng.uniform(0.0, grid.width * grid.cell_m, 2) + np.array([grid.x_west_m, grid.y_south_m])
    heading = rng.uniform(0.0, 2.0 * np.pi) + np.cumsum(rng.normal(0.0, 0.4, 60))
    pieces = 300.0 * np.stack([np.cos(heading), np.sin(heading)], axis=1)
    return np.asarray(start + np.cumsum(pieces, axis=0))


def _plain(hiker: Movement) -> float:
    """Million steps a second of the plain walk on one thread."""
    grid = Grid(crs="EPSG:32633", x_west_m=0.0, y_north_m=0.0, cell_m=10.0, height=3000, width=3000)
    flat, _ = land(Ground(dem=Raster(relief_m(3000, 3000, 10.0, seed=42), grid, "elevation_m")), grid)
    moves = hiker.replace(
        strategies={"random": 1.0}, rest_share=0.0, hold_s=1e9, levels=(0.001, 0.002), mobility_h=(1e6, 1e6)
    )
    begin = set_out(flat, moves, (15_000.0, -15_000.0), N_BARE, np.random.default_rng(1))
    watch = Stopwatch()
    for _ in range(REPEATS):
        with watch:
            advance(begin, flat, moves, 10.0 * STEPS_BARE, step_s=10.0, threads=1)
    return N_BARE * STEPS_BARE / min(watch.cpus) / 1e6


def _bare() -> float | None:
    """The same of the bare kernel; None where it is not at hand."""
    path = Path(os.environ.get("WAYHOME_REFERENCE") or PROJECT.parent / "shared" / "reference") / "walk.py"
    if not path.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "peers" / "data"
        place.mkdir(parents=True)
        np.save(place / "dem_3000.npy", relief_m(3000, 3000, 10.0, seed=42))
        np.save(place / "fric_3000.npy", np.zeros((3000, 3000), np.float32))
        command = (sys.executable, str(path), "numba_split", str(N_BARE), str(STEPS_BARE), "1")
        told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Msteps/s=([\d.]+)", told)
    return float(found[1]) if found else None
