"""Compile every numba kernel of the science once, so that nobody waits for it in the field."""

from __future__ import annotations

import numpy as np

from wayhome.base.raster import Grid, Raster
from wayhome.science import behavior, detection, distance, terrain, travel


def warm() -> None:
    """Run each kernel on a few cells; numba keeps the machine code beside the modules."""
    grid = Grid(crs="EPSG:32633", x_west_m=0.0, y_north_m=0.0, cell_m=100.0, height=9, width=9)
    dem = Raster(np.zeros(grid.shape, np.float32), grid, "elevation_m")
    centre = (450.0, -450.0)
    distance.radial_prior(behavior.pooled_law(), grid, centre)
    behavior.pooled_law().quantile_m(0.5)
    trail = np.array([[100.0, -100.0], [800.0, -800.0]])
    travel.travel_seconds(terrain.Ground(dem=dem, lines={"trail": (trail,)}), centre)
    travel.pace_s_per_m([0.1])
    terrain.hillshade(dem)
    detection.coverage(grid, [trail], 50.0, None)
