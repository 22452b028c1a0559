"""Drones over the map of a lost hiker: our tracks beside SAREnv's planners, under one limit of length.

The ground is that of `benchmarks.quality.ground`, not part of this repository. SAREnv's own figures are on maps of the same kind,
other places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from benchmarks.measure import Stopwatch, Table, seconds
from benchmarks.quality.ground import SITES, terrain_folder
from wayhome.app.sources import Layer, read_ground
from wayhome.base.raster import Raster
from wayhome.ground.local import native_grid
from wayhome.science.behavior import Stratum, stratum
from wayhome.trial.drone_task import PLANNERS, Density, DroneTask, score, task_grid, task_map

SEED = 9316
# of the box of each terrain model, from its south-west corner: where the subject was last seen
MIDDLES = {
    "andorra": ((0.35, 0.4), (0.5, 0.5), (0.6, 0.35), (0.45, 0.65), (0.55, 0.6)),
    "marbles": ((0.5, 0.5),),
    "san_pedro": ((0.4, 0.5), (0.6, 0.5)),
}


@dataclass(frozen=True)
class Setting:
    """Drones, their length together, and the maps: which law of distance, and as which density."""

    n_drones: int
    total_km: int
    relief: str = "flat"
    density: Density = "published"

    def title(self) -> str:
        law = "" if self.relief == "flat" else ", mountain"
        return f"{self.n_drones}, {self.total_km} km{law}{'' if self.density == 'published' else ', area density'}"


SETTINGS = (
    Setting(1, 100), Setting(2, 100), Setting(5, 100), Setting(5, 250), Setting(5, 300),
    Setting(1, 100, "mountain"), Setting(5, 300, "mountain"),
    Setting(1, 100, "flat", "area"), Setting(5, 100, "flat", "area"),
)  # fmt: skip
# likelihood as published, (flat and temperate, n = 15, run again; with its share of the bound) or all 59 or 60 maps
PUBLISHED = {
    "1, 100 km": {"random walk": ".0394 (.19)", "greedy": ".1541 (.72)", "spiral": ".1956 (.90)", "concentric": ".1940 (.89)", "pizza": ".1943 (.90)"},
    "2, 100 km": {"random walk": ".0237 (all)", "greedy": ".0956 (all)", "spiral": ".0937 (all)", "concentric": ".0932 (all)", "pizza": ".1025 (all)"},
    "5, 100 km": {"greedy": ".1722 (.79)", "spiral": ".1735 (.80)", "concentric": ".1729 (.79)", "pizza": ".1896 (.87)"},
    "5, 250 km": {"random walk": ".0477 (all)", "greedy": ".1450 (all)", "spiral": ".1660 (all)", "concentric": ".1655 (all)", "pizza": ".1751 (all)"},
    "5, 300 km": {"greedy": ".2292 (.88)", "spiral": ".2564 (.987)", "concentric": ".2569 (.988)", "pizza": ".2571 (.989)"},
}  # fmt: skip


def maps(relief: str, density: Density) -> Iterator[Raster]:
    """Maps of real ground: all places with the law of flat country, Andorra's (the others are too small) with that of mountains."""
    of: Stratum = stratum("hiker", "temperate", relief)
    for site in SITES:
        if site.name not in MIDDLES or (relief == "mountain" and site.name != "andorra"):
            continue
        at = terrain_folder() / site.name
        whole = native_grid(at / site.dem, site.middle)
        ground = read_ground(
            [Layer(kind="lines", path=at / f, line_kind=kind, layer=layer) for kind, f, layer in site.lines], whole
        )
        for east, north in MIDDLES[site.name]:
            x = whole.x_west_m + east * (whole.x_east_m - whole.x_west_m)
            y = whole.y_south_m + north * (whole.y_north_m - whole.y_south_m)
            grid = task_grid(whole.crs, (x, y), of)
            yield task_map(ground, grid, of, density)


def measured() -> Table:
    """Means over the maps for each setting and planner."""
    title = "Drones over a map: our tracks and SAREnv's planners"
    columns = ("drones, together", "planner", "likelihood", "of bound", "worst", "start free", "victims", "area km2",
               "time-disc.", "plan CPU", "as published")  # fmt: skip
    if not terrain_folder().is_dir():
        return Table(title, columns, (), ("terrain/ is not on this machine; set WAYHOME_DATA to its folder.",))
    rows: list[tuple[str, ...]] = []
    made = {kind: list(maps(*kind)) for kind in {(s.relief, s.density) for s in SETTINGS}}
    for setting in SETTINGS:
        some = made[setting.relief, setting.density]
        length_m = 1000.0 * setting.total_km / setting.n_drones
        tasks = [DroneTask(poa=poa, n_drones=setting.n_drones, length_m=length_m) for poa in some]
        bounds = [task.bound for task in tasks]
        for name, planner in PLANNERS.items():
            watch, found, shares, free = Stopwatch(), [], [], []
            for number, task in enumerate(tasks):
                with watch:
                    tracks = planner(task, np.random.default_rng([SEED, number]))
                found.append(score(task, tracks, np.random.default_rng([SEED, number, 1])))
                shares.append(found[-1].likelihood / bounds[number])
                if name in ("spiral", "concentric"):
                    at_will = DroneTask(poa=task.poa, n_drones=task.n_drones, length_m=length_m, is_start_free=True)
                    easier = planner(at_will, np.random.default_rng([SEED, number]))
                    people = np.random.default_rng([SEED, number, 1])
                    free.append(score(at_will, easier, people).likelihood / bounds[number])
            rows.append(
                (setting.title(), name, f"{fmean(s.likelihood for s in found):.4f}", f"{fmean(shares):.3f}",
                 f"{min(shares):.3f}", f"{fmean(free):.3f}" if free else "",
                 f"{fmean(s.victims for s in found):.0%}", f"{fmean(s.area_km2 for s in found):.2f}",
                 f"{fmean(s.time_discounted for s in found):.4f}", seconds(watch.cpu_s),
                 PUBLISHED.get(setting.title(), {}).get(name, ""))
            )  # fmt: skip
    return Table(
        title, columns, tuple(rows),
        (
            f"Means over {len(made['flat', 'published'])} maps of real ground, mountain {len(made['mountain', 'published'])}; "
            "definite range of 33.14 m, cells of 30 m, each cell counted by the share of its area that was seen. "
            "Bound: the densest ground of as much area as any tracks of that length can see, with no regard to how it hangs together.",
            "All drones start at the middle and the way from there counts. Start free: of bound, where the stretches of the line may begin "
            "anywhere at no cost, as published. Our greedy and our shared line are stronger than the published ones. Plan CPU: median, "
            "kernels compiled.",
            "As published: likelihood (of bound) on SAREnv's own maps of the same kind, the 15 flat and temperate ones, or (all) over 59 of all "
            "kinds; other places, other features, so compare the share of the bound and the distance between planners, not the likelihood.",
        ),
    )  # fmt: skip


if __name__ == "__main__":
    print(measured().markdown())
