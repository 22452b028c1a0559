"""The first tasks of a search, before any plan: hub, spokes and rim of the bike wheel about the IPP.

Knows lines on a grid and how far out to go. Refuses to say how likely the subject is to be there: that is the map's.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, isfinite
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from wayhome.base.errors import InvalidInput
from wayhome.base.sources import Sourced
from wayhome.science.network import links_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from wayhome.base.raster import Grid

    Array = NDArray[np.float64]

WALKED = ("trail", "road", "track", "path", "railway")  # lines that people follow; spokes go along them
HUB_M = Sourced(value=300.0, unit="m", source="wayhome", doubt="own choice: house, car and what lies about them")
SHORTEST_M = Sourced(value=200.0, unit="m", source="wayhome", doubt="own choice: a shorter spur goes with the hub")
MOST_SPOKES = 12
_OUT = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))  # of links_of, clockwise from north


@dataclass(frozen=True, kw_only=True, eq=False)
class Spoke:
    """A way out along a line: `line` `[n, 2]` m from the hub, or from the spoke that it leaves, to the rim."""

    kind: str
    line: Array
    bearing_deg: float

    @property
    def length_m(self) -> float:
        """Length along the line."""
        return float(np.hypot(*np.diff(self.line, axis=0).T).sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class Wheel:
    """The bike wheel: hub about `xy_m`, spokes along lines, and where lines cross the rim (to be watched)."""

    xy_m: tuple[float, float]
    hub_m: float
    rim_m: float
    spokes: tuple[Spoke, ...]
    exits: tuple[tuple[float, float], ...]
    caveats: tuple[str, ...]


def wheel(
    grid: Grid,
    xy_m: tuple[float, float],
    lines: Mapping[str, Sequence[Array]],
    *,
    rim_m: float,
    hub_m: float = float(HUB_M),
) -> Wheel:
    """The bike wheel about an IPP.

    Parameters
    ----------
    lines : by kind, each `[n, 2]` x, y [m]; spokes go along trail, road, track, path and railway only.
    rim_m : radius [m] of the rim, such as the distance within which half are found; cut to the map.
    hub_m : radius [m] of the hub, less than the rim's.

    Notes
    -----
    A spoke is the shortest way along lines from the hub to where they cross the rim, or end; of one that runs along an
    earlier spoke only the rest counts. At most twelve, the shortest first: who walks out reaches their ends soonest.
    """
    if not (isfinite(rim_m) and rim_m > 0.0 and isfinite(hub_m) and hub_m > 0.0):
        raise InvalidInput(f"Hub and rim need radii above 0 m, not {hub_m:g} and {rim_m:g}.", field="rim_m")
    x, y = xy_m
    col, row = (x - grid.x_west_m) / grid.cell_m, (grid.y_north_m - y) / grid.cell_m
    if not (0 <= col < grid.width and 0 <= row < grid.height):
        raise InvalidInput("The initial planning point lies outside the map.", field="ipp")
    edge_m = grid.cell_m * min(col, row, grid.width - col, grid.height - row)
    caveats = []
    if rim_m > edge_m:
        caveats.append(f"The rim is cut from {rim_m:.0f} m to {edge_m:.0f} m, the edge of the map.")
        rim_m = edge_m
    if hub_m >= rim_m:
        hub_m = rim_m / 2.0
    walked = {kind: [_cells(line, grid) for line in lines[kind]] for kind in WALKED if lines.get(kind)}
    away = grid.distance_m(x, y)
    links = links_of([line for some in walked.values() for line in some], np.ones(grid.shape, bool))
    near = (away <= rim_m) & (links > 0)
    inside = near & (away <= hub_m)
    if not inside.any():
        caveats.append("No trail or road comes within the hub: there are no spokes; look for ways that the map lacks.")
        return Wheel(xy_m=xy_m, hub_m=hub_m, rim_m=rim_m, spokes=(), exits=(), caveats=tuple(caveats))
    number = np.full(grid.shape, -1)
    number[near] = np.arange(int(near.sum()))
    rows, cols = np.nonzero(near)
    ahead, behind, cost = [], [], []
    is_exit = np.zeros(len(rows), bool)
    for bit, (dr, dc) in enumerate(_OUT):
        led = (links[rows, cols] >> bit & 1).astype(bool)
        r, c = rows + dr, cols + dc
        on_map = (r >= 0) & (r < grid.height) & (c >= 0) & (c < grid.width)
        there = np.full(len(rows), -1)
        there[on_map] = number[r[on_map], c[on_map]]
        is_exit |= led & (there < 0)
        go = led & (there >= 0)
        ahead.append(np.flatnonzero(go))
        behind.append(there[go])
        cost.append(np.full(int(go.sum()), grid.cell_m * hypot(dr, dc)))
    graph = coo_array(
        (np.concatenate(cost), (np.concatenate(ahead), np.concatenate(behind))), shape=(len(rows), len(rows))
    ).tocsr()
    sources = np.flatnonzero(inside[rows, cols])
    far_m, came, _ = dijkstra(graph, indices=sources, return_predecessors=True, min_only=True)
    is_end = is_exit | (np.bitwise_count(links[rows, cols]) == 1)
    ends = [int(i) for i in np.argsort(far_m, kind="stable") if is_end[i] and np.isfinite(far_m[i])]
    kinds = {kind: links_of(some, np.ones(grid.shape, bool)) > 0 for kind, some in walked.items()}
    taken = inside[rows, cols].copy()
    spokes: list[Spoke] = []
    points: list[tuple[float, float]] = []
    for last in ends:
        if is_exit[last]:
            points.append(_centre(grid, rows[last], cols[last]))
        way = [last]
        while not taken[way[-1]] and came[way[-1]] >= 0:
            way.append(int(came[way[-1]]))
        way.reverse()
        line = np.array([_centre(grid, rows[i], cols[i]) for i in way])
        if len(line) < 2 or len(spokes) == MOST_SPOKES:
            continue
        on = [kind for kind, there in kinds.items() for i in way if there[rows[i], cols[i]]]
        made = Spoke(kind=max(set(on), key=on.count), line=line, bearing_deg=_bearing(line[-1][0] - x, line[-1][1] - y))
        if made.length_m < float(SHORTEST_M):
            continue
        taken[way] = True
        spokes.append(made)
    if len(points) > len(spokes):
        caveats.append(
            f"{len(points)} ways cross the rim; spurs under {float(SHORTEST_M):.0f} m and any beyond {MOST_SPOKES} are no spokes."
        )
    return Wheel(
        xy_m=xy_m,
        hub_m=hub_m,
        rim_m=rim_m,
        spokes=tuple(spokes),
        exits=_apart(points, 2.0 * grid.cell_m),
        caveats=tuple(caveats),
    )


def _cells(line: Array, grid: Grid) -> Array:
    """A line in columns and rows."""
    return np.column_stack([(line[:, 0] - grid.x_west_m) / grid.cell_m, (grid.y_north_m - line[:, 1]) / grid.cell_m])


def _centre(grid: Grid, row: int, col: int) -> tuple[float, float]:
    return grid.x_west_m + (col + 0.5) * grid.cell_m, grid.y_north_m - (row + 0.5) * grid.cell_m


def _bearing(east: float, north: float) -> float:
    return float(np.degrees(np.arctan2(east, north)) % 360.0)


def _apart(points: Sequence[tuple[float, float]], at_least_m: float) -> tuple[tuple[float, float], ...]:
    """The points without those that lie on top of an earlier one."""
    kept: list[tuple[float, float]] = []
    for x, y in points:
        if all(hypot(x - a, y - b) > at_least_m for a, b in kept):
            kept.append((x, y))
    return tuple(kept)
