"""Segments proposed on a case's own ground."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wayhome.app import App
from wayhome.app.exchange import add_ground
from wayhome.app.segmenting import propose_segments, team_work
from wayhome.base.errors import NotFound, RuleBroken
from wayhome.base.place import Position
from wayhome.base.projection import geodesic_area_m2, projection
from wayhome.base.raster import Grid, Raster
from wayhome.files.geotiff import write_geotiff

WORK = team_work(4.0, 4, sweep_width_m=None, speed_mps=None, coverage=None)
RING = tuple(
    Position(lat_deg=a, lon_deg=b) for a, b in ((42.19, -71.11), (42.19, -71.09), (42.21, -71.09), (42.21, -71.11))
)


def with_dem(desk: App, case: str, folder: Path) -> None:
    """Level ground of 8 km around the place of a case."""
    crs = desk.state(case).area.crs
    assert crs is not None
    grid = Grid.around(crs, *projection(crs).xy_m(Position(lat_deg=42.2, lon_deg=-71.1)), box_m=8000.0, cell_m=40.0)
    (folder / "dem.tif").write_bytes(write_geotiff(Raster(np.zeros(grid.shape, np.float32), grid, "elevation_m"), {}))
    add_ground(desk, case, dem=folder / "dem.tif")


def test_a_case_proposes_segments_in_a_ring_and_writes_nothing(searching: tuple[App, str], tmp_path: Path) -> None:
    desk, case = searching
    with_dem(desk, case, tmp_path)
    desk.do(case, "draw_segment", {"name": "s2", "ring": [p.as_json() for p in RING[:3]]})
    before = desk.head(case)
    proposal = propose_segments(desk, case, RING, WORK)
    assert desk.head(case) == before
    names = [s.name for s in proposal.segments]
    assert names[:2] == ["S1", "S3"]  # S2 is taken
    assert len(set(names)) == len(names)
    assert sum(s.area_m2 for s in proposal.segments) == pytest.approx(geodesic_area_m2(RING), rel=1e-3)
    assert all(0.0 < s.hours <= 4.0 for s in proposal.segments)
    for s in proposal.segments:  # as they are, they can be drawn
        desk.do(case, "draw_segment", {"name": s.name, "ring": [p.as_json() for p in s.ring]})


def test_a_region_may_be_named_instead_of_a_ring(searching: tuple[App, str], tmp_path: Path) -> None:
    desk, case = searching
    with_dem(desk, case, tmp_path)
    desk.do(case, "draw_region", {"name": "Swamp", "ring": [p.as_json() for p in RING]})
    assert propose_segments(desk, case, "Swamp", WORK) == propose_segments(desk, case, RING, WORK)
    with pytest.raises(NotFound, match='no region "Moor"'):
        propose_segments(desk, case, "Moor", WORK)


def test_a_case_without_a_terrain_model_is_told_how_to_get_one(searching: tuple[App, str]) -> None:
    desk, case = searching
    with pytest.raises(RuleBroken, match="ground add"):
        propose_segments(desk, case, RING, WORK)
