"""Maps tried on simulated finds on real ground: what reading the ground gains over the law of distance alone.

The walkers (`wayhome.trial.subjects`) know nothing of the map's tables. The ground is not part of this repository:
`terrain/` in the folder that `WAYHOME_DATA` names, or in `shared/data` beside the project.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.measure import PROJECT, Table
from wayhome.app.sources import Layer, read_ground
from wayhome.base.place import Position
from wayhome.base.raster import Grid, Raster
from wayhome.ground.local import native_grid
from wayhome.science.places import Places, places
from wayhome.science.prior import prior
from wayhome.science.terrain import Ground
from wayhome.trial.finds import Comparison, Find, MapModel, Scores, Xy, compared, finds, scores, together

CELL_M, BOX_M = 30.0, 25_000.0
N_IPP, N_PER_IPP = 40, 25
CATEGORY = "hiker"
SEED = 20_26


@dataclass(frozen=True)
class Site:
    """A folder of `terrain/`: a place in it, its terrain model, land cover and lines, and which row of the tables fits."""

    name: str
    middle: Position
    dem: str
    landcover: str = ""
    lines: tuple[tuple[str, str, str | None], ...] = ()
    ecoregion: str = "temperate"


_OSM = "andorra_osm_layers_2025.gpkg"
SITES = (
    Site("andorra", Position(lat_deg=42.545, lon_deg=1.595), "andorra_dem_utm31_30m_resampled.tif",
         lines=(("trail", _OSM, "trails"), ("road", _OSM, "roads"), ("stream", _OSM, "streams"), ("water", _OSM, "water"))),
    Site("marbles", Position(lat_deg=41.56, lon_deg=-123.19), "elev.tif",
         lines=(("trail", "trails.shp", None), ("stream", "streams.shp", None))),
    Site("san_pedro", Position(lat_deg=37.58, lon_deg=-122.48), "dem.tif",
         lines=(("trail", "trails.shp", None), ("road", "roads.shp", None), ("stream", "streams.shp", None))),
    Site("blue_hills", Position(lat_deg=42.15, lon_deg=-71.2), "bluehills_dem_30m.tif", "bluehills_nlcd_30m.tif"),
)  # fmt: skip


def terrain_folder() -> Path:
    """Where the real ground lies on this machine, if it does."""
    return Path(os.environ.get("WAYHOME_DATA") or PROJECT.parent / "shared" / "data") / "terrain"


def grounds(folder: Path) -> Iterator[tuple[Site, Ground, Ground]]:
    """Each site with its ground for walkers, in the terrain model's own cells, and for maps, cut to a box."""
    for site in SITES:
        at = folder / site.name
        layers = [Layer(kind="dem", path=at / site.dem)]
        if site.landcover:
            layers.append(Layer(kind="landcover", path=at / site.landcover, legend="nlcd"))
        layers += [Layer(kind="lines", path=at / f, line_kind=k, layer=layer) for k, f, layer in site.lines]
        whole = native_grid(at / site.dem, site.middle)
        yield site, read_ground(layers, whole), read_ground(layers, map_grid(whole))


def map_grid(whole: Grid) -> Grid:
    """The middle 25 km of a terrain model, or as much as there is, in cells of 30 m."""
    width, height = ((min(n * whole.cell_m, BOX_M)) for n in (whole.width, whole.height))
    x, y = (whole.x_west_m + whole.x_east_m) / 2.0, (whole.y_north_m + whole.y_south_m) / 2.0
    columns, rows = int(width // CELL_M), int(height // CELL_M)
    return Grid(
        crs=whole.crs, x_west_m=x - columns * CELL_M / 2, y_north_m=y + rows * CELL_M / 2, cell_m=CELL_M,
        height=rows, width=columns,
    )  # fmt: skip


def mirrored(ground: Ground) -> Ground:
    """The same ground with east and west exchanged: as rich in features, all of them in the wrong place."""
    grid = ground.grid
    axis = np.array([grid.x_west_m + grid.x_east_m, 0.0])
    cover = ground.landcover
    return Ground(
        dem=None if ground.dem is None else Raster(ground.dem.values[:, ::-1], grid, "elevation_m"),
        landcover=None if cover is None else Raster(cover.values[:, ::-1], grid, "landcover"),
        legend=ground.legend,
        lines={kind: tuple(axis + line * (-1.0, 1.0) for line in some) for kind, some in ground.lines.items()},
    )


def simulated(site: Site, walked: Ground, grid: Grid) -> tuple[Find, ...]:
    """The finds of a site, the same whoever asks."""
    rng = np.random.default_rng([SEED, SITES.index(site)])
    return finds(walked, grid, rng, n_ipp=N_IPP, n_per_ipp=N_PER_IPP)


def map_model(site: Site, there: Places | None) -> MapModel:
    """The program's own prior for a hiker, on the ground given or on none."""

    def model(ipp: Xy, grid: Grid) -> tuple[Raster, float]:
        found = prior(CATEGORY, site.ecoregion, "mountain", grid, ipp, there=there)
        return found.poa, found.rest_of_world

    return model


def measured() -> Table:
    """Ratings for each ground and all together; the mirrored ground tells what reading the wrong ground costs."""
    folder = terrain_folder()
    title = "Maps on simulated finds"
    columns = (
        "ground",
        "finds (inside, IPPs)",
        "map",
        "R inside",
        "log density [nat/km2]",
        "inside 25 / 50 / 75 / 95 %",
    )
    if not folder.is_dir():
        return Table(title, columns, (), ("terrain/ is not on this machine; set WAYHOME_DATA to its folder.",))
    resampling = np.random.default_rng(SEED)
    parts: list[Scores] = []
    rows: list[tuple[str, ...]] = []
    notes: list[str] = []
    for site, walked, mapped in grounds(folder):
        grid = mapped.grid
        cases = simulated(site, walked, grid)
        models = {
            "law alone": map_model(site, None),
            "mirrored ground": map_model(site, places(mirrored(mapped), grid)),
            "wayhome": map_model(site, places(mapped, grid)),
        }
        parts.append(scores(models, cases, grid))
        km = f"{grid.width * CELL_M / 1000:.1f} x {grid.height * CELL_M / 1000:.1f} km"
        _tell(f"{site.name}, {km}", compared(parts[-1], resampling), rows, notes)
    _tell("all", compared(together(parts), resampling), rows, notes)
    notes += [
        f"Hikers of the tables for maps, walkers of our own invention for finds; cells of {CELL_M:g} m, {N_PER_IPP} finds from each IPP, seed {SEED}. "
        "[ ]: 95 % intervals from whole IPPs drawn again. Finds outside count in log density and containment, not in R.",
        "All three maps have the same law of distance, so a lead is the ground's. A lead would show that the map reads ground, not that people do as "
        "these walkers do.",
    ]  # fmt: skip
    return Table(title, columns, tuple(rows), tuple(notes))


def _tell(name: str, of: Comparison, rows: list[tuple[str, ...]], notes: list[str]) -> None:
    for rated in of.rated:
        rows.append(
            (name, f"{of.n} ({of.n_inside}, {of.n_ipp})", rated.model, _with(rated.r, rated.r_interval),
             _with(rated.log_density, rated.log_density_interval), " / ".join(f"{c:.2f}" for c in rated.containment))
        )  # fmt: skip
    for lead in of.leads:
        if lead.b == "law alone":
            notes.append(
                f"{name}: {lead.a} less {lead.b}: R {_with(lead.r, lead.r_interval)}, "
                f"log density {_with(lead.log_density, lead.log_density_interval)}"
            )


def _with(mean: float, interval: tuple[float, ...]) -> str:
    return f"{mean:z.3f} [{interval[0]:z.3f}, {interval[1]:z.3f}]"


if __name__ == "__main__":
    print(measured().markdown())
