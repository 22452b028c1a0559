"""What a team can find on the ground as the edge of its segment: roads, trails, shores, streams, woods, ridges, valleys.

Knows one grid at a time. Refuses to say that an edge is safe to walk along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import binary_dilation, distance_transform_edt, label, uniform_filter

from wayhome.base.sources import Sourced
from wayhome.science.drainage import CHANNEL_M2, drainage, watersheds
from wayhome.science.travel import drawn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wayhome.base.raster import Raster
    from wayhome.science.terrain import Ground

    Mask = NDArray[np.bool_]

_OWN = "Own choice: nobody measured how often a team knows that it stands at such an edge."
FINDABLE = {
    kind: Sourced(value=value, unit="fraction", source="wayhome", doubt=_OWN)
    for kind, value in (
        ("valley", 0.6), ("ridge", 0.65), ("wood", 0.7), ("line", 0.8), ("stream", 0.9), ("shore", 0.95),
        ("trail", 1.0), ("road", 1.0),
    )
}  # fmt: skip
"""Kinds of edge, where several meet the later one counts: how surely a team that comes to it knows that it is there."""
CODE = {kind: code for code, kind in enumerate(FINDABLE, start=1)}
WORTH = np.array([0.0, *map(float, FINDABLE.values())])
"""How findable an edge is, by its code; 0 for none."""

FLANK_DEG = 4.0  # least mean slope of both flanks of a ridge or valley that is seen from within (own choice)
FLANK_M = 100.0  # how far a flank is looked at (own choice)
SHORTEST_M = 150.0  # a shorter ridge or valley is no edge (own choice)
APART_M = 60.0  # a valley of the terrain model so near mapped water is that water, drawn off its place (own choice)
WOOD_M2 = 20_000.0  # smaller woods and clearings have no edge to search up to (own choice)

_KIND_OF_LINE = {
    "trail": "trail", "path": "trail", "track": "trail", "road": "road", "street": "road", "stream": "stream",
    "river": "stream", "waterway": "stream", "water": "shore", "lake": "shore", "shore": "shore", "coast": "shore",
    "building": None, "structure": None,
}  # fmt: skip
_WATER = {"nlcd": (11,), "worldcover": (80,)}
_WOODS = {"nlcd": (41, 42, 43, 90), "worldcover": (10, 95)}


def kind_of_line(line_kind: str) -> str | None:
    """The kind of edge that lines of the ground are; None for those that enclose no ground, as buildings."""
    return _KIND_OF_LINE.get(line_kind.lower(), "line")


def edge_kinds(ground: Ground) -> NDArray[np.uint8]:
    """Code `[H, W]` of the best edge that runs through each cell (`CODE`), 0 for none.

    Lines as they are mapped; shores and the edges of woods from the land cover; from the terrain model divides between
    catchments and channels, where the ground falls or rises to both sides.
    """
    grid = ground.grid
    found: dict[str, Mask] = {kind: np.zeros(grid.shape, bool) for kind in FINDABLE}
    for line_kind, lines in ground.lines.items():
        kind = kind_of_line(line_kind)
        if kind is not None:
            found[kind] |= drawn(lines, grid)
    if ground.landcover is not None and ground.legend in _WATER:
        cover = np.asarray(ground.landcover.values)
        wet = np.isin(cover, _WATER[ground.legend])
        found["shore"] |= wet & binary_dilation(~wet)
        cells = WOOD_M2 / grid.cell_area_m2
        wood = ~_large(~_large(np.isin(cover, _WOODS[ground.legend]), cells), cells)
        found["wood"] = wood & binary_dilation(~wood & ~wet)
    if ground.dem is not None:
        ridge, valley = _ridges_and_valleys(ground.dem)
        water = found["stream"] | found["shore"]
        if water.any():
            valley &= distance_transform_edt(~water) * grid.cell_m > APART_M
        shortest = SHORTEST_M / grid.cell_m
        found["ridge"], found["valley"] = _large(ridge, shortest), _large(valley, shortest)
    kinds = np.zeros(grid.shape, np.uint8)
    for kind, code in CODE.items():
        kinds[found[kind]] = code
    return kinds


def _ridges_and_valleys(dem: Raster) -> tuple[Mask, Mask]:
    grid = dem.grid
    z = np.asarray(dem.values, float)
    known = np.isfinite(z)
    half = max(1, round(FLANK_M / grid.cell_m))
    held = uniform_filter(known.astype(float), 2 * half + 1)
    mean = uniform_filter(np.where(known, z, 0.0), 2 * half + 1) / np.where(held > 0.0, held, 1.0)
    # the crest of a straight ridge of flank slope s stands s * R / 2 above the mean of the square of half side R
    slope = np.where(known, z - mean, 0.0) / (half * grid.cell_m / 2.0)
    flank = np.tan(np.radians(FLANK_DEG))
    drained = drainage(dem, channel_m2=max(float(CHANNEL_M2), 4.0 * grid.cell_area_m2))
    basin = watersheds(drained, drained.channel_m2)
    divide = np.zeros(grid.shape, bool)
    for here, there in (
        ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
        ((slice(None, -1), slice(None)), (slice(1, None), slice(None))),
    ):
        apart = (basin[here] != basin[there]) & (basin[here] >= 0) & (basin[there] >= 0)
        higher = z[here] >= z[there]
        divide[here] |= apart & higher
        divide[there] |= apart & ~higher
    return divide & (slope >= flank), drained.channels() & (slope <= -flank)


def _large(mask: Mask, cells: float) -> Mask:
    """Without the connected parts of fewer cells."""
    parts, _ = label(mask, np.ones((3, 3)))
    size = np.bincount(parts.ravel())
    size[0] = 0
    return np.asarray(size[parts] >= cells)
