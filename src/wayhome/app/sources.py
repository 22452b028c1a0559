"""Ground and tracks of a desk's blobs, as products read them; kept in memory by content.

Knows which reader a layer needs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from wayhome.base.projection import projection
from wayhome.files.gpx import read_gpx
from wayhome.ground import local
from wayhome.science.terrain import Ground

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wayhome.base.raster import Grid, Raster
    from wayhome.case.area import GroundLayer
    from wayhome.planning.inputs import MapInputs
    from wayhome.store.blobs import Blobs


class DeskSources:
    """The `Sources` of planning, over a desk's blobs."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._ground = lru_cache(maxsize=4)(self._read_ground)
        self._track = lru_cache(maxsize=256)(self._read_track)

    def ground(self, inputs: MapInputs, grid: Grid) -> Ground:
        """The case's ground on the grid; later layers of a kind win."""
        return self.ground_of(inputs.ground, grid)

    def ground_of(self, layers: tuple[GroundLayer, ...], grid: Grid) -> Ground:
        """Layers on a grid."""
        return self._ground(layers, grid)

    def track(self, blob: str, index: int, crs: str) -> Sequence[NDArray[np.float64]]:
        """Unbroken stretches of one track of a GPX blob, metric."""
        return self._track(blob, index, crs)

    def _read_ground(self, layers: tuple[GroundLayer, ...], grid: Grid) -> Ground:
        dem: Raster | None = None
        landcover: Raster | None = None
        legend: str | None = None
        lines: dict[str, tuple[NDArray[np.float64], ...]] = {}
        caveats: list[str] = []
        for layer in layers:
            path = self._blobs.checked_path(layer.blob)
            if layer.kind == "dem":
                dem, told = local.read_dem(path, grid)
            elif layer.kind == "landcover":
                landcover, told = local.read_landcover(path, grid, layer.legend or "")
                legend = layer.legend
            elif layer.kind == "osm":
                by_kind, told = local.read_osm(path, grid)
                lines = {k: (*lines.get(k, ()), *by_kind.get(k, ())) for k in {*lines, *by_kind}}
            else:
                kind = layer.line_kind or "line"
                found, told = local.read_lines(path, layer.layer, grid)
                lines[kind] = (*lines.get(kind, ()), *found)
            caveats += [f"{layer.file_name}: {text}" for text in told]
        return Ground(dem=dem, landcover=landcover, legend=legend, lines=lines, caveats=tuple(caveats))

    def _read_track(self, blob: str, index: int, crs: str) -> tuple[NDArray[np.float64], ...]:
        track = read_gpx(self._blobs.get(blob)).tracks[index]
        out = projection(crs)
        stretches = []
        for lat, lon in track.stretches():
            x, y = out.forward(lon, lat)
            stretches.append(np.column_stack([x, y]))
        return tuple(stretches)
