"""Compile every numba kernel of the science once, so that nobody waits for it in the field."""

from __future__ import annotations

import numpy as np

from wayhome.base.raster import Grid, Raster
from wayhome.science import behavior, detection, distance, motion, places, terrain, travel
from wayhome.science.land import land
from wayhome.science.movement import movement


def warm() -> None:
    """Run each kernel on a few cells; numba keeps the machine code beside the modules."""
    grid = Grid(crs="EPSG:32633", x_west_m=0.0, y_north_m=0.0, cell_m=100.0, height=9, width=9)
    dem = Raster(np.zeros(grid.shape, np.float32), grid, "elevation_m")
    centre = (450.0, -450.0)
    distance.radial_prior(behavior.pooled_law(), grid, centre)
    behavior.pooled_law().quantile_m(0.5)
    trail = np.array([[100.0, -100.0], [800.0, -800.0]])
    ground = terrain.Ground(dem=dem, lines={"trail": (trail,)})
    travel.travel_seconds(ground, centre)
    there = places.places(ground, grid)
    places.grounded(distance.radial_prior(behavior.pooled_law(), grid, centre)[0], centre, there)
    walked, _ = land(ground, grid)
    how, _ = movement("lost")
    walkers = motion.set_out(walked, how, centre, 2, np.random.default_rng(0))
    motion.advance(walkers, walked, how, 120.0, hazards=np.zeros((1, *grid.shape), np.float32), lines=(trail,))
    travel.pace_s_per_m([0.1])
    terrain.hillshade(dem)
    terrain.in_sight(dem, centre, above_m=2.0, there_m=2.0)
    detection.coverage(grid, [trail], 50.0, None)
