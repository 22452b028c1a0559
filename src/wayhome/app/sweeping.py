"""A drone's or walker's track over a probability map: files in, GPX out.

Knows files and positions. The track itself is the science's.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wayhome.app.exchange import read_file
from wayhome.base.errors import InvalidInput
from wayhome.base.projection import projection
from wayhome.base.raster import Raster

if TYPE_CHECKING:
    from wayhome.base.place import Position


def planned_tracks(
    map_: Path, starts: list[Position], *, length_m: float, reach_m: float, barred: Path | None, seed: int
) -> tuple[bytes, dict[str, Any]]:
    """GPX of one track for each start over a POA map, and what they see; none longer than `length_m`.

    Raises
    ------
    InvalidInput : a start off the map, ground not to be entered that is no area, or a limit that is none.
    """
    from wayhome.files.geojson import read_geojson
    from wayhome.files.geotiff import read_geotiff
    from wayhome.files.gpx import write_gpx
    from wayhome.files.shapes import Track
    from wayhome.planning.seen import ring_mask
    from wayhome.science.sweeping import sweep

    poa, _ = read_geotiff(read_file(map_))
    poa = Raster(np.nan_to_num(np.asarray(poa.values, float)), poa.grid, "poa")
    out = projection(poa.grid.crs)
    closed = None
    if barred is not None:
        areas = [s for s in read_geojson(read_file(barred)) if s.kind == "polygon"]
        if not areas:
            raise InvalidInput(
                f"{barred.name} holds no area; draw what must not be entered as polygons.", file=barred.name
            )
        mask = np.zeros(poa.grid.shape, bool)
        for area in areas:
            mask |= np.asarray(ring_mask(poa.grid, area.positions).values, bool)
        closed = Raster(mask, poa.grid, "mask")
    found = sweep(poa, [out.xy_m(p) for p in starts], length_m, reach_m, np.random.default_rng(seed), closed)
    tracks = []
    for number, line in enumerate(found.tracks, start=1):
        lon, lat = out.inverse(line[:, 0], line[:, 1])
        tracks.append(
            Track(
                name=f"Track {number}", lat_deg=np.array(lat), lon_deg=np.array(lon),
                elevation_m=np.full(len(line), np.nan), starts=np.array([0]),
                remark="A decision aid: the one who flies or walks decides. Heights, air space and obstacles are not known.",
            )
        )  # fmt: skip
    total = float(np.sum(poa.values))
    return write_gpx(tracks), {
        "lengths_m": list(found.lengths_m), "pos": found.pos, "pos_bound": found.pos_bound, "seed": seed,
        "share_of_bound": found.pos / found.pos_bound if found.pos_bound > 0.0 else None, "on_map": total,
    }  # fmt: skip
