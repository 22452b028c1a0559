"""The published task of drones over a map of a lost hiker: maps of its kind, its score, and the planners to beat.

Knows SAREnv's task from descriptions and results, not from its code. Refuses to score a track longer than its limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import pi
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from wayhome.base.errors import InvalidInput
from wayhome.base.raster import Grid, Raster
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.science.behavior import Stratum, distance_law
from wayhome.science.lanes import Lattice, lattice
from wayhome.science.sweeping import most_seen, pod_in_reach, sweep
from wayhome.science.tables import table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wayhome.science.terrain import Ground

    Track = NDArray[np.float64]
    Planner = Callable[["DroneTask", np.random.Generator], Sequence[Track]]

Density = Literal["published", "area"]
CELL_M = 30.0
REACH_M = Sourced(value=33.14, unit="m", source="sarenv", doubt="80 m above ground, 45 degrees: h tan(fov / 2).")
DISCOUNT = Sourced(value=0.999, unit="1/m", source="sarenv")
VICTIMS = 100
FEATURES = {"trail": "linear", "road": "road", "stream": "drainage", "water": "water"}  # our lines, their features
_TOLERANCE = 1e-9  # of a length, for rounding


class DroneTask(Record):
    """`n_drones` over a map `poa`, all from its middle, each for `length_m`; who comes within `reach_m` is seen.

    The way from the middle counts, for every planner alike. As published it did not for those that divide one line
    among the drones: with `is_start_free` these begin where they like (the others begin at the middle anyway).
    """

    poa: Raster
    n_drones: int
    length_m: float
    reach_m: float = float(REACH_M)
    is_start_free: bool = False

    @property
    def middle_m(self) -> tuple[float, float]:
        """Where all drones start."""
        grid = self.poa.grid
        return (grid.x_west_m + grid.x_east_m) / 2.0, (grid.y_north_m + grid.y_south_m) / 2.0

    @property
    def bound(self) -> float:
        """No drones can have a likelihood above this."""
        return most_seen(self.poa, [self.middle_m] * self.n_drones, self.length_m, self.reach_m)


class Score(Record):
    """What the tracks are worth in the task's own measures.

    `likelihood` is the sum of POA seen, ground seen twice counted once and cells by the share that is seen;
    `victims` the share of 100 sampled people within reach; `time_discounted` sums the mass of the cell below every
    half reach of track x .999 per metre flown before by all drones in turn, and counts it again at each visit: hovering
    over the best cell wins it, so nobody should aim at it.
    """

    likelihood: float
    time_discounted: float
    victims: float
    area_km2: float
    length_m: float


# --- maps -----------------------------------------------------------------------------------------


def task_grid(crs: str, middle_m: tuple[float, float], of: Stratum) -> Grid:
    """The square about the ring of half of all finds, in cells of 30 m."""
    n = 2 * round(of.quantiles_m[1] / CELL_M)
    return Grid(
        crs=crs, x_west_m=middle_m[0] - n * CELL_M / 2, y_north_m=middle_m[1] + n * CELL_M / 2, cell_m=CELL_M,
        height=n, width=n,
    )  # fmt: skip


def task_map(ground: Ground, grid: Grid, of: Stratum, density: Density) -> Raster:
    """POA `[H, W]` of the task's kind: a law of distance x what is on the ground, zero beyond the ring of half of all finds.

    "published" takes the one-dimensional law of distance for a density per area, as the task's own maps do (and no
    search should, THEORY 1.4); "area" is our density per area. The ring holds what the law has within it: of all
    up to the ring of 95 % as published, of everything as area.
    """
    radius_m, far_m = of.quantiles_m[1], of.quantiles_m[-1]
    away = grid.distance_m((grid.x_west_m + grid.x_east_m) / 2.0, (grid.y_north_m + grid.y_south_m) / 2.0)
    law = distance_law(of, has_core=density == "area")
    values = law.density_per_m2(away)
    held = float(law.share_within(radius_m))
    if density == "published":
        values = values * away
        rings = np.linspace(0.0, far_m, 20_001)[1:]
        mass = law.density_per_m2(rings) * rings**2
        held = float(mass[rings <= radius_m].sum() / mass.sum())
    values = np.where(away <= radius_m, values * features(ground, grid), 0.0)
    return Raster(values * (held / values.sum()), grid, "poa")


def features(ground: Ground, grid: Grid) -> NDArray[np.float64]:
    """Weight `[H, W]` of a cell by what lies on it: the hiker's shares of trail, road, stream and water, over that of a field.

    The shares are the task's; that they are added up where several meet, and that all else is field, is our own choice.
    """
    share = next(row["share"] for row in table("find_location")["row"] if row["category"] == "hiker")
    weight = np.full(grid.shape, float(share["field"]))
    for kind, name in FEATURES.items():
        lines = [shapely.linestrings(line) for line in ground.lines.get(kind, ()) if len(line) > 1]
        xy = shapely.get_coordinates(shapely.segmentize(lines, grid.cell_m / 4.0))
        col = np.floor((xy[:, 0] - grid.x_west_m) / grid.cell_m).astype(int)
        row = np.floor((grid.y_north_m - xy[:, 1]) / grid.cell_m).astype(int)
        inside = (row >= 0) & (col >= 0) & (row < grid.height) & (col < grid.width)
        has_line = np.zeros(grid.shape, bool)
        has_line[row[inside], col[inside]] = True
        weight += float(share[name]) * has_line
    return weight


# --- score ----------------------------------------------------------------------------------------


def score(task: DroneTask, tracks: Sequence[Track], rng: np.random.Generator) -> Score:
    """The task's measures of some tracks; the sampled people are drawn from `rng`.

    Raises
    ------
    InvalidInput : more tracks than drones, or one longer than its limit; with its index.
    """
    lengths = [_length(track) for track in tracks]
    if len(tracks) > task.n_drones:
        raise InvalidInput(
            f"{len(tracks)} tracks for {task.n_drones} drones; give one for each at most.", field="tracks"
        )
    for index, length_m in enumerate(lengths):
        if length_m > task.length_m * (1.0 + _TOLERANCE):
            raise InvalidInput(
                f"tracks[{index}] is {length_m:.1f} m long, {task.length_m:.1f} m are allowed; cut it.",
                field="tracks", index=index,
            )  # fmt: skip
    grid = task.poa.grid
    values = np.asarray(task.poa.values, float)
    pod = np.asarray(pod_in_reach(grid, tracks, task.reach_m).values, float)
    cells = rng.choice(values.size, VICTIMS, p=values.ravel() / values.sum())
    row, col = np.divmod(cells, grid.width)
    offset = rng.random((2, VICTIMS))
    people = shapely.points(
        grid.x_west_m + (col + offset[0]) * grid.cell_m, grid.y_north_m - (row + offset[1]) * grid.cell_m
    )
    flown = shapely.multilinestrings([shapely.linestrings(track) for track in tracks if len(track) > 1])
    return Score(
        likelihood=float((values * pod).sum()),
        time_discounted=_time_discounted(task, tracks),
        victims=float(np.mean(shapely.distance(people, flown) <= task.reach_m)),
        area_km2=float(pod.sum()) * grid.cell_area_m2 / 1e6,
        length_m=sum(lengths),
    )


def _time_discounted(task: DroneTask, tracks: Sequence[Track]) -> float:
    grid, total, before_m = task.poa.grid, 0.0, 0.0
    for track in tracks:
        gone = np.append(0.0, np.cumsum(np.hypot(*np.diff(track, axis=0).T)))
        at = np.arange(0.0, gone[-1], task.reach_m / 2.0)
        col = np.floor((np.interp(at, gone, track[:, 0]) - grid.x_west_m) / grid.cell_m).astype(int)
        row = np.floor((grid.y_north_m - np.interp(at, gone, track[:, 1])) / grid.cell_m).astype(int)
        inside = (row >= 0) & (col >= 0) & (row < grid.height) & (col < grid.width)
        mass = task.poa.values[row[inside], col[inside]]
        total += float((mass * float(DISCOUNT) ** (before_m + at[inside])).sum())
        before_m += float(gone[-1])
    return total


# --- planners -------------------------------------------------------------------------------------


def spiral(task: DroneTask, rng: np.random.Generator) -> Sequence[Track]:
    """One spiral from the middle, its turns a swath apart, flown by the drones one stretch after another."""
    pitch = task.reach_m / pi  # per radian
    turns = np.arange(0.0, np.sqrt(2.0 * task.n_drones * task.length_m / pitch) * 1.01, 0.01)
    line = pitch * turns[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    return _shared(task, line[np.hypot(*line.T) <= _rim_m(task) + 2.0 * task.reach_m] + task.middle_m)


def concentric(task: DroneTask, rng: np.random.Generator) -> Sequence[Track]:
    """Circles a swath apart about the middle, each joined to the next, flown by the drones one stretch after another."""
    return _shared(task, _arcs(task, 0.0, 2.0 * pi, back_and_forth=False) + task.middle_m)


def pizza(task: DroneTask, rng: np.random.Generator) -> Sequence[Track]:
    """For each drone a slice, swept outwards in arcs a swath apart, to and fro."""
    width = 2.0 * pi / task.n_drones
    slices = [_arcs(task, k * width, (k + 1) * width, back_and_forth=True) for k in range(task.n_drones)]
    return [_cut(np.concatenate([[(0.0, 0.0)], s]) + task.middle_m, task.length_m) for s in slices]


def greedy(task: DroneTask, rng: np.random.Generator) -> Sequence[Track]:
    """Always to the neighbouring square, one swath wide, that holds most and nobody has seen; else to the nearest such.

    The published planner steps by cells of the map and sees much ground twice; this one is stronger.
    """
    on, xy = _squares(task)
    unseen = np.where(on.mass > 0.0, on.mass, -1.0)
    routes = [[int(np.hypot(*(xy - task.middle_m).T).argmin())] for _ in range(task.n_drones)]
    unseen[routes[0]] = -1.0
    for _ in range(int(task.length_m / (2.0 * task.reach_m))):
        for route in routes:
            beside = _beside(on, route[-1])
            there = int(rng.choice(beside[unseen[beside] == unseen[beside].max()]))
            if unseen[there] < 0.0 and unseen.max() >= 0.0:
                away = np.hypot(*(xy - xy[route[-1]]).T)
                there = int(np.where(unseen >= 0.0, away, np.inf).argmin())
            unseen[there] = -1.0
            route.append(there)
    return [_cut(xy[route], task.length_m) for route in routes]


def random_walk(task: DroneTask, rng: np.random.Generator) -> Sequence[Track]:
    """Always to any neighbouring square, one swath wide."""
    on, xy = _squares(task)
    routes = [[int(np.hypot(*(xy - task.middle_m).T).argmin())] for _ in range(task.n_drones)]
    for route in routes:
        for _ in range(int(task.length_m / (2.0 * task.reach_m))):
            route.append(int(rng.choice(_beside(on, route[-1]))))
    return [_cut(xy[route], task.length_m) for route in routes]


def wayhome(task: DroneTask, rng: np.random.Generator) -> Sequence[Track]:
    """`science.sweeping`."""
    return sweep(task.poa, [task.middle_m] * task.n_drones, task.length_m, task.reach_m, rng).tracks


PLANNERS: Mapping[str, Planner] = {
    "random walk": random_walk, "greedy": greedy, "spiral": spiral, "concentric": concentric, "pizza": pizza,
    "wayhome": wayhome,
}  # fmt: skip
"""All begin at the middle of the map."""


def _squares(task: DroneTask) -> tuple[Lattice, Track]:
    """Squares one swath wide, one of them about the middle, and their centres in metres."""
    grid = task.poa.grid
    anchor = np.array([grid.width / 2.0, grid.height / 2.0])
    values = np.ascontiguousarray(task.poa.values, np.float64)
    on = lattice(values, np.zeros(grid.shape, bool), anchor, 2.0 * task.reach_m / grid.cell_m, 0.0)
    return on, np.asarray((on.uv - anchor) * (grid.cell_m, -grid.cell_m) + task.middle_m)


def _beside(on: Lattice, x: int) -> NDArray[np.int64]:
    """The up to eight squares about one."""
    i, j = divmod(x, on.cols)
    rows, cols = np.arange(max(0, i - 1), min(on.rows, i + 2)), np.arange(max(0, j - 1), min(on.cols, j + 2))
    near = (rows[:, None] * on.cols + cols).ravel()
    return np.asarray(near[near != x])


def _rim_m(task: DroneTask) -> float:
    """Distance from the middle of the farthest cell that holds anything."""
    grid = task.poa.grid
    return float(grid.distance_m(*task.middle_m)[np.asarray(task.poa.values) > 0.0].max()) + grid.cell_m


def _arcs(task: DroneTask, begin_rad: float, end_rad: float, *, back_and_forth: bool) -> Track:
    """Arcs between two directions, a swath apart, from the middle at (0, 0) outwards."""
    arcs = []
    for k, radius in enumerate(np.arange(task.reach_m, _rim_m(task) + task.reach_m, 2.0 * task.reach_m).tolist()):
        # a slice is seen to its edges from half a swath inside
        inset = 0.0 if end_rad - begin_rad >= 2.0 * pi else min(task.reach_m / radius, (end_rad - begin_rad) / 2.0)
        n = max(2, int((end_rad - begin_rad) * radius / (task.reach_m / 4.0)))
        angles = np.linspace(begin_rad + inset, end_rad - inset, n)
        if back_and_forth and k % 2:
            angles = angles[::-1]
        arcs.append(radius * np.stack([np.cos(angles), np.sin(angles)], axis=1))
    return np.concatenate(arcs)


def _shared(task: DroneTask, line: Track) -> Sequence[Track]:
    """A line flown by the drones in turn: each goes to where the one before had to stop."""
    gone = np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
    begin_m, tracks = 0.0, []
    for _ in range(task.n_drones):
        if begin_m >= gone[-1]:
            break
        first = np.array([np.interp(begin_m, gone, line[:, 0]), np.interp(begin_m, gone, line[:, 1])])
        way = [first] if task.is_start_free else [np.array(task.middle_m), first]
        track = _cut(np.concatenate([np.stack(way), line[gone > begin_m]]), task.length_m)
        begin_m += _length(track) - _length(np.stack(way))
        tracks.append(track)
    return tracks


def _length(track: Track) -> float:
    return float(np.hypot(*np.diff(track, axis=0).T).sum())


def _cut(track: Track, length_m: float) -> Track:
    """As much of a track as its length allows."""
    gone = np.append(0.0, np.cumsum(np.hypot(*np.diff(track, axis=0).T)))
    if gone[-1] <= length_m:
        return track
    end = [np.interp(length_m, gone, track[:, 0]), np.interp(length_m, gone, track[:, 1])]
    return np.concatenate([track[gone < length_m], [end]])
