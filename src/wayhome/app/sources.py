"""Ground and tracks of a desk's blobs, as products read them; kept in memory by content.

Knows which reader a layer needs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from wayhome.base.projection import projection
from wayhome.base.record import Record
from wayhome.files.gpx import read_gpx
from wayhome.files.statistics import read_statistics
from wayhome.ground import local
from wayhome.science.land import land
from wayhome.science.places import places
from wayhome.science.terrain import Ground

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wayhome.base.raster import Grid, Raster
    from wayhome.case.area import GroundKind, GroundLayer
    from wayhome.files.shapes import Track
    from wayhome.planning.inputs import MapInputs
    from wayhome.science.behavior import Stratum
    from wayhome.science.land import Land
    from wayhome.science.places import Places
    from wayhome.store.blobs import Blobs


class DeskSources:
    """The `Sources` of planning, over a desk's blobs."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._ground = lru_cache(maxsize=4)(self._read_ground)
        self._places = lru_cache(maxsize=4)(self._read_places)
        self._land = lru_cache(maxsize=4)(self._read_land)
        self._track = lru_cache(maxsize=256)(self._read_track)
        self._tracks = lru_cache(maxsize=32)(self._read_tracks)

    def ground(self, inputs: MapInputs, grid: Grid) -> Ground:
        """The case's ground on the grid; later layers of a kind win."""
        return self._ground(inputs.ground, grid)

    def places(self, inputs: MapInputs, grid: Grid) -> Places | None:
        """The case's ground as kinds of places, where there is any."""
        return self._places(inputs.ground, grid) if inputs.ground else None

    def land(self, inputs: MapInputs, grid: Grid) -> tuple[Land, tuple[str, ...]]:
        """The case's ground as walkers meet it, and caveats."""
        return self._land(inputs.ground, grid)

    def statistics(self, inputs: MapInputs) -> tuple[Stratum, ...]:
        """The team's own distances, where a table was adopted."""
        if inputs.table is None:
            return ()
        blob, file_name = inputs.table
        return read_statistics(self._blobs.get(blob), file_name)

    def track(self, blob: str, index: int, crs: str) -> Sequence[NDArray[np.float64]]:
        """Unbroken stretches `[n, 3]` of one track of a GPX blob: x, y [m] and seconds, NaN without a time."""
        return self._track(blob, index, crs)

    def recorded(self, blob: str, index: int) -> Track:
        """One track of a GPX blob as it was recorded; the file is read once."""
        return self._tracks(blob)[index]

    def _read_ground(self, layers: tuple[GroundLayer, ...], grid: Grid) -> Ground:
        return read_ground(
            [
                Layer(
                    kind=g.kind, path=self._blobs.checked_path(g.blob), legend=g.legend, line_kind=g.line_kind,
                    layer=g.layer, file_name=g.file_name,
                )
                for g in layers
            ],
            grid,
        )  # fmt: skip

    def _read_places(self, layers: tuple[GroundLayer, ...], grid: Grid) -> Places:
        return places(self._ground(layers, grid), grid)

    def _read_land(self, layers: tuple[GroundLayer, ...], grid: Grid) -> tuple[Land, tuple[str, ...]]:
        return land(self._ground(layers, grid), grid)

    def _read_tracks(self, blob: str) -> tuple[Track, ...]:
        return read_gpx(self._blobs.get(blob)).tracks

    def _read_track(self, blob: str, index: int, crs: str) -> tuple[NDArray[np.float64], ...]:
        return metric_stretches(self.recorded(blob, index), crs)


def metric_stretches(track: Track, crs: str) -> tuple[NDArray[np.float64], ...]:
    """Unbroken stretches `[n, 3]` of a track: x, y [m] and seconds since 1970, NaN where a point has no time."""
    x, y = projection(crs).forward(track.lon_deg, track.lat_deg)
    seconds = np.full(len(track), np.nan)
    if track.time is not None:
        known = ~np.isnat(track.time)
        seconds[known] = (track.time[known] - np.datetime64(0, "us")) / np.timedelta64(1, "s")
    fixes = np.column_stack([x, y, seconds])
    return tuple(fixes[part] for part in track.slices())


class Layer(Record):
    """A ground file on this disk and what it is; `file_name` is what people call it."""

    kind: GroundKind
    path: Path
    legend: str | None = None
    line_kind: str | None = None
    layer: str | None = None
    file_name: str = ""


def read_ground(layers: Sequence[Layer], grid: Grid) -> Ground:
    """Ground files on a grid; later layers of a kind win, lines add up; each caveat names its file."""
    dem: Raster | None = None
    landcover: Raster | None = None
    legend: str | None = None
    lines: dict[str, tuple[NDArray[np.float64], ...]] = {}
    caveats: list[str] = []
    for layer in layers:
        by_kind: dict[str, tuple[NDArray[np.float64], ...]] = {}
        if layer.kind == "dem":
            dem, told = local.read_dem(layer.path, grid)
        elif layer.kind == "landcover":
            landcover, told = local.read_landcover(layer.path, grid, layer.legend or "")
            legend = layer.legend
        elif layer.kind == "osm":
            by_kind, told = local.read_osm(layer.path, grid)
        else:
            found, told = local.read_lines(layer.path, layer.layer, grid)
            by_kind = {layer.line_kind or "line": found}
        for kind, more in by_kind.items():
            lines[kind] = (*lines.get(kind, ()), *more)
        caveats += [f"{layer.file_name}: {text}" if layer.file_name else text for text in told]
    return Ground(dem=dem, landcover=landcover, legend=legend, lines=lines, caveats=tuple(caveats))
