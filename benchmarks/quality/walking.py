"""Predicted against recorded walking times: 26 hikes, five models, in motion and from start to end.

The recordings are not part of this repository: `tracks/hikes_*` in the folder that `WAYHOME_DATA` names, or in
`shared/data` beside the project.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import numpy as np

from benchmarks.measure import PROJECT, Table
from wayhome.base.place import Position
from wayhome.base.projection import projection, proposed_crs
from wayhome.files.gpx import read_gpx
from wayhome.trial.walks import Walk, fits, walk

MODELS = ("tobler", "naismith", "langmuir", "campbell", "irmischer_clarke_off_road")
FOLDERS = {"Sierra Nevada": "hikes_sierra_nevada", "Catskills": "hikes_catskills"}
AGAINST: tuple[Literal["moving", "elapsed"], ...] = ("moving", "elapsed")


def walks_of(folder: Path) -> list[Walk]:
    """Every recording of a folder, elevation from the recording itself."""
    found = []
    for path in sorted(folder.glob("*.gpx")):
        stretches = []
        for track in read_gpx(path.read_bytes()).tracks:
            if track.time is None:
                continue
            where = Position(lat_deg=float(track.lat_deg[0]), lon_deg=float(track.lon_deg[0]))
            x, y = projection(proposed_crs(where)).forward(track.lon_deg, track.lat_deg)
            seconds = (track.time - track.time.min()) / np.timedelta64(1, "s")
            fixes = np.column_stack([x, y, track.elevation_m, seconds])
            stretches += [fixes[part] for part in track.slices()]
        found.append(walk(path.stem, stretches))
    return found


def measured() -> Table:
    """One row for each folder, kind of time and model."""
    tracks = Path(os.environ.get("WAYHOME_DATA") or PROJECT.parent / "shared" / "data") / "tracks"
    title = "Walking times predicted and recorded"
    columns = ("walks", "against", "model", "predicted/actual, mean", "median", "RMSE [min]", "RMSE [km/h]")
    if not tracks.is_dir():
        return Table(title, columns, (), ("tracks/ is not on this machine; set WAYHOME_DATA to its folder.",))
    rows, notes = [], []
    for place, name in FOLDERS.items():
        walks = walks_of(tracks / name)
        for against in AGAINST:
            rows += [
                (f"{place}, {f.n}", against, f.model, f"{f.ratio_mean:.2f}", f"{f.ratio_median:.2f}",
                 f"{f.rmse_min:.0f}", f"{f.rmse_kmh:.2f}")
                for f in fits(walks, MODELS, against)
            ]  # fmt: skip
        length, moving, elapsed = (sum(getattr(w, k) for w in walks) for k in ("length_m", "moving_s", "elapsed_s"))
        flat = np.concatenate([w.flat_mps() for w in walks]) * 3.6
        notes.append(
            f"{place}: {length / 1000:.0f} km, {moving / 3600:.0f} h in motion of {elapsed / 3600:.0f} h; median speed in motion on "
            f"ground flat within 5 % {np.median(flat):.2f} km/h ({len(flat)} stretches of 100 m)."
        )
    notes += [
        "A ratio below 1: the model is too fast. In motion: without stops (under 0.2 m/s for over 2 min). Each walk counts once. "
        "Elevation from the recordings, slopes over 50 m.",
        "One of the Sierra Nevada walks holds a night out and another stood still for two thirds of its time: elapsed times there say little.",
    ]  # fmt: skip
    return Table(title, columns, tuple(rows), tuple(notes))


if __name__ == "__main__":
    print(measured().markdown())
