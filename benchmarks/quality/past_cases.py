"""Models rated on past cases: MapScore's R and the log density at the find, with intervals.

The cases are not part of this repository: `cases/arizona.csv` in the folder that `WAYHOME_DATA` names, or in
`shared/data` beside the project.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from benchmarks.measure import PROJECT, Table
from wayhome.app.analysis import GroundFiles, score_cases

BOX_KM, CELL_M = 25.0, 100.0


def measured() -> Table:
    """What `wayhome score --cases` gives for every model, and each model's lead over the rings."""
    path = Path(os.environ.get("WAYHOME_DATA") or PROJECT.parent / "shared" / "data") / "cases" / "arizona.csv"
    title, columns = (
        "Maps on past cases (Arizona)",
        ("model", "R", "log density [nat/km2]", "inside 25 / 50 / 75 / 95 %"),
    )
    if not path.exists():
        return Table(title, columns, (), ("cases/arizona.csv is not on this machine; set WAYHOME_DATA to its folder.",))
    found = score_cases(path, (), BOX_KM, CELL_M, GroundFiles(), None)
    rows = [
        (name, _with(m["r_mean"], m["r_ci"]), _with(m["log_density_mean"], m["log_density_ci"]),
         " / ".join(f"{m['containment'][q]:.2f}" for q in ("0.25", "0.5", "0.75", "0.95")))
        for name, m in found["models"].items()
    ]  # fmt: skip
    any_model: dict[str, Any] = next(iter(found["models"].values()))
    notes = [
        f"{any_model['n']} cases, {any_model['n_inside']} finds inside the box of {BOX_KM:g} km, cells of {CELL_M:g} m, {len(found['skipped'])} rows skipped. "
        "R counts finds inside the box; log density and the shares inside count all.",
        "[ ]: 95 % intervals from resampled clusters of trailheads. Higher R and higher log density are better; a fair map holds such shares of the finds; pooled is fitted to the other clusters of this very file.",
    ]  # fmt: skip
    for pair in found["pairs"]:
        if pair["b"] == "wayhome":  # the last model: every other stands before it
            low, high = pair["ci"]
            lead = _with(-pair["mean_difference"], [-high, -low])
            notes.append(f"wayhome less {pair['a']}, {'R' if pair['metric'] == 'r' else 'log density'}: {lead}")
    return Table(title, columns, tuple(rows), tuple(notes))


def _with(mean: float | None, interval: list[float | None]) -> str:
    if mean is None:
        return "no find inside"
    low, high = interval
    return f"{mean:z.3f} [{low:z.3f}, {high:z.3f}]"
