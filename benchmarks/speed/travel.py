"""Walking time over a whole raster against plain kernels of the same rule, answers first.

The reference kernels lie outside this repository: `ttref.py` in the folder that `WAYHOME_REFERENCE` names, or
in `shared/reference` beside the project. Without them only our own times are told.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from benchmarks.measure import PROJECT, REPEATS, Stopwatch, Table, seconds
from benchmarks.relief import relief_m
from wayhome.science.travel import walking_seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Kernel = Callable[[NDArray[np.float32]], NDArray[np.floating[Any]]]

CELL_M = 10.0
SIDES = (1000, 3000)
DELTA_S = 5.0  # bucket of the reference; below its least cost of a move


def measured() -> Table:
    """Langmuir's rule as GRASS r.walk computes it, from the middle cell, no cover; 8 and 16 neighbours."""
    with tempfile.TemporaryDirectory() as folder:
        reference = _reference(Path(folder))
        rows = [row for side in SIDES for row in _race(side, reference)]
    notes = [
        f"CPU seconds, medians of {REPEATS} taken in turn, one thread, kernels compiled and input in memory. Ratio: peer's time / ours.",
        "Difference: largest relative one to our answer, over all cells.",
    ]
    if reference is None:
        notes.append("The reference kernels (ttref.py) are not on this machine; set WAYHOME_REFERENCE to their folder.")
    return Table(
        "Travel time from one origin", ("raster", "kernel", "CPU", "ratio", "difference"), tuple(rows), tuple(notes)
    )


def _race(side: int, reference: Any | None) -> list[tuple[str, ...]]:
    z = relief_m(side, side, CELL_M, seed=42)
    small = z[:64, :64].copy()
    rows: list[tuple[str, ...]] = []
    for neighbours in (8, 16):
        kernels: dict[str, Kernel] = {f"wayhome, {neighbours} neighbours": _ours(neighbours)}
        if reference is not None:
            kernels[f"reference heap, {neighbours} neighbours"] = _heap(reference, neighbours)
            if neighbours == 8:
                kernels["reference buckets, 8 neighbours, float32"] = _buckets(reference)
        watches = {name: Stopwatch() for name in kernels}
        answers = {}
        for kernel in kernels.values():
            kernel(small)
        for _ in range(REPEATS):
            for name, kernel in kernels.items():
                with watches[name]:
                    answers[name] = kernel(z)
        first, *_ = kernels
        for name, watch in watches.items():
            far = np.maximum(answers[first], 1.0)
            difference = float(np.max(np.abs(answers[name] - answers[first]) / far))
            assert difference < 1e-3, f"{name} gives another answer: {difference:.1e}"
            ratio = "" if name == first else f"{watch.cpu_s / watches[first].cpu_s:.2f}"
            rows.append(
                (f"{side} x {side}", name, seconds(watch.cpu_s), ratio, "" if name == first else f"{difference:.0e}")
            )
    return rows


def _ours(neighbours: int) -> Kernel:
    def act(z: NDArray[np.float32]) -> NDArray[np.floating[Any]]:
        return walking_seconds(z, CELL_M, _middle(z), model="langmuir", neighbours=neighbours)

    return act


def _heap(reference: Any, neighbours: int) -> Kernel:
    def act(z: NDArray[np.float32]) -> NDArray[np.floating[Any]]:
        answer: NDArray[np.float64] = reference.heap_walk(z, np.zeros_like(z), *_middle(z), CELL_M, neighbours)
        return answer

    return act


def _buckets(reference: Any) -> Kernel:
    def act(z: NDArray[np.float32]) -> NDArray[np.floating[Any]]:
        answer: NDArray[np.float32] = reference.bucket_walk(z, np.zeros_like(z), *_middle(z), CELL_M, DELTA_S)
        return answer

    return act


def _middle(z: NDArray[np.float32]) -> tuple[int, int]:
    return z.shape[0] // 2, z.shape[1] // 2


def _reference(cache: Path) -> Any | None:
    """The module of the reference kernels; nothing is written beside it."""
    path = Path(os.environ.get("WAYHOME_REFERENCE") or PROJECT.parent / "shared" / "reference") / "ttref.py"
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location("ttref", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    settings: Any = numba.config
    kept = sys.dont_write_bytecode, settings.CACHE_DIR
    sys.dont_write_bytecode, settings.CACHE_DIR = True, str(cache)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode, settings.CACHE_DIR = kept
    return module
