"""How much denser probability lies near trails, roads, streams and crossings: published, in our map, in simulated finds.

Near is within 80 m, measured here from the lines themselves and not by the map's own reading of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from benchmarks.measure import Table
from benchmarks.quality.ground import grounds, map_model, simulated, terrain_folder
from wayhome.science.places import places
from wayhome.science.tables import table
from wayhome.trial.finds import Find

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wayhome.base.raster import Grid
    from wayhome.science.terrain import Ground

N_MAPS = 12  # IPPs whose maps are summed; finds come from all of them
SPACING_M = 10.0
CROSSING_M = 45.0  # a trail this near a stream meets it: lines of different makers do not meet to the metre
FEATURES = {"trail": "trail", "road": "road", "stream": "stream", "crossing": "trail_stream_crossing"}


def points(ground: Ground, kind: str) -> NDArray[np.float64]:
    """Points `[n, 2]` every 10 m along the lines of a kind; of a crossing, the trail where a stream is near."""
    if kind == "crossing":
        trail, stream = points(ground, "trail"), points(ground, "stream")
        if not (len(trail) and len(stream)):
            return np.empty((0, 2))
        return np.asarray(trail[cKDTree(stream).query(trail)[0] <= CROSSING_M])
    found = []
    for line in ground.lines.get(kind, ()):
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        marks = np.arange(0.0, along[-1] + SPACING_M, SPACING_M)
        found.append(np.column_stack([np.interp(marks, along, line[:, k]) for k in (0, 1)]))
    return np.concatenate(found) if found else np.empty((0, 2))


def measured() -> Table:
    """Densities relative to what the law of distance alone puts near each kind of line."""
    title = "Density near features, relative to the law of distance alone"
    columns = (
        "ground",
        "within 80 m of a",
        "share of ground",
        "published",
        "most possible",
        "wayhome",
        "simulated finds",
        "the finds, to even ground",
    )
    folder = terrain_folder()
    if not folder.is_dir():
        return Table(title, columns, (), ("terrain/ is not on this machine; set WAYHOME_DATA to its folder.",))
    published = {row["feature"]: row for row in reversed(table("attractors")["row"]) if row["state"] == "uninjured"}
    near_m = float(table("attractors")["near_m"])
    rows: list[tuple[str, ...]] = []
    for site, walked, mapped in grounds(folder):
        if not mapped.lines:
            continue
        grid = mapped.grid
        cases = simulated(site, walked, grid)
        ipps = list(dict.fromkeys(ipp for ipp, _ in cases))
        there = places(mapped, grid)
        alone, ours = map_model(site, None), map_model(site, there)
        law = np.stack([np.asarray(alone(ipp, grid)[0].values) for ipp in ipps])
        some = slice(0, len(ipps), max(1, len(ipps) // N_MAPS))
        read = np.stack([np.asarray(ours(ipp, grid)[0].values) for ipp in ipps[some]])
        x, y = np.meshgrid(grid.x_m(), grid.y_m())
        for feature, key in FEATURES.items():
            on = points(walked, feature)
            if not len(on):
                continue
            tree = cKDTree(on)
            near = (tree.query(np.column_stack([x.ravel(), y.ravel()]))[0] <= near_m).reshape(grid.shape)
            by_law = float(law[:, near].sum() / law.sum())
            by_map = float(read[:, near].sum() / read.sum()) / float(law[some][:, near].sum() / law[some].sum())
            found = _finds_near(cases, grid, tree, near_m)
            ratio, plain = found / _weighted(law, near, cases, ipps, grid), found / float(near.mean())
            rows.append(
                (site.name, feature, f"{near.mean():.2f}", f"{published[key]['relative_density']:g}", f"{1.0 / by_law:.1f}",
                 f"{by_map:.2f}", f"{ratio:.2f}", f"{plain:.2f}")
            )  # fmt: skip
    notes = (
        "1: as dense as the law of distance puts it there; in the last column, as the share of the ground. IPPs lie on lines, so the two differ. "
        "Most possible: all probability near that feature and none elsewhere.",
        f"Published: Jacobs (2015), uninjured, relative to the mean of the ground. Map: {N_MAPS} IPPs or more; finds: those of the table above "
        "that lie on the map, each IPP's law counted by its finds. The walkers were not fitted to any of these figures.",
    )
    return Table(title, columns, tuple(rows), notes)


def _finds_near(cases: tuple[Find, ...], grid: Grid, tree: cKDTree, near_m: float) -> float:
    inside = np.array([find for _, find in cases if grid.cell_of(*find) is not None])
    return float((tree.query(inside)[0] <= near_m).mean())


def _weighted(
    law: NDArray[np.float64],
    near: NDArray[np.bool_],
    cases: tuple[Find, ...],
    ipps: list[tuple[float, float]],
    grid: Grid,
) -> float:
    """Share of the law's mass near a feature, given a find on the map, over the IPPs of the finds."""
    share = law[:, near].sum(axis=1) / law.sum(axis=(1, 2))
    number = {ipp: k for k, ipp in enumerate(ipps)}
    return float(np.mean([share[number[ipp]] for ipp, find in cases if grid.cell_of(*find) is not None]))


if __name__ == "__main__":
    print(measured().markdown())
