"""Density near features on real ground: Jacobs (2015), capped where lines are dense (THEORY 2.2 and 12).

Maps about places spread evenly over the ground, so that the law of distance favours no feature. A density of 5 is
impossible where a fifth of the ground is near trails; what is aimed at there is the density that the same weight gives, as
THEORY 12 has it (a raw weight of 5 at f = .1 yields 3.57).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from wayhome.app.sources import Layer, read_ground
from wayhome.base.place import Position
from wayhome.base.raster import Grid
from wayhome.ground.local import native_grid
from wayhome.science.places import places
from wayhome.science.prior import prior
from wayhome.science.travel import drawn

WITHIN = 1.5
NEAR_M = 80.0
WEIGHT = {"trail": 5.0, "stream": 2.0, "road": 3.0}
SITES = {
    "andorra": (Position(lat_deg=42.545, lon_deg=1.595), "andorra_dem_utm31_30m_resampled.tif", ".gpkg"),
    "marbles": (Position(lat_deg=41.56, lon_deg=-123.19), "elev.tif", ".shp"),
    "san_pedro": (Position(lat_deg=37.58, lon_deg=-122.48), "dem.tif", ".shp"),
}
CASES = [("andorra", "road"), ("andorra", "trail"), ("marbles", "trail"), ("san_pedro", "trail"), ("andorra", "stream"),
         ("marbles", "stream"), ("san_pedro", "stream")]  # fmt: skip


@pytest.mark.parametrize(("site", "kind"), CASES)
def test_density_near_a_feature_is_jacobs_within_a_factor(site: str, kind: str, data_folder: Path) -> None:
    middle, dem, ending = SITES[site]
    at = data_folder / "terrain" / site
    whole = native_grid(at / dem, middle)
    size_m = min(whole.width, whole.height) * whole.cell_m * 0.98
    grid = Grid.around(
        whole.crs, (whole.x_west_m + whole.x_east_m) / 2, (whole.y_north_m + whole.y_south_m) / 2,
        box_m=min(size_m, 15_000.0), cell_m=30.0,
    )  # fmt: skip
    if ending == ".gpkg":
        lines = Layer(kind="lines", path=at / "andorra_osm_layers_2025.gpkg", line_kind=kind, layer=f"{kind}s")
    else:
        lines = Layer(kind="lines", path=at / f"{kind}s.shp", line_kind=kind)
    ground = read_ground([Layer(kind="dem", path=at / dem), lines], grid)
    near = distance_transform_edt(~drawn(ground.lines[kind], grid)) * grid.cell_m <= NEAR_M
    there = places(ground, grid)
    share = float(near[there.known].mean())
    rng = np.random.default_rng(8)
    got = []
    for _ in range(12):
        x, y = (m + grid.cell_m * grid.width * rng.uniform(-0.3, 0.3) for m in (grid.x_m().mean(), grid.y_m().mean()))
        with_ground, without = (
            np.asarray(prior("hiker", "temperate", "mountain", grid, (x, y), there=p).poa.values)[there.known]
            for p in (there, None)
        )
        got.append(
            (with_ground[near[there.known]].sum() / with_ground.sum())
            / (without[near[there.known]].sum() / without.sum())
        )
    # as few features as in Jacobs' states: the density itself; on denser ground what its weight comes to
    aimed = min(WEIGHT[kind], WEIGHT[kind] / (1.0 + (WEIGHT[kind] - 1.0) * share))
    assert 1.0 / WITHIN < np.mean(got) / aimed < WITHIN, f"{np.mean(got):.2f} for {aimed:.2f} at f = {share:.2f}"
