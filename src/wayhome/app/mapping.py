"""The map that is looked at: pyramids of the ground as tiles, heights under a line, what is seen from a place, declination.

Knows pictures and figures of the case's ground at every scale. Decides nothing and writes nothing.
"""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from wayhome.base.errors import DataUnavailable, InvalidInput, NotFound, RuleBroken
from wayhome.base.projection import WGS84, projection, transformer
from wayhome.base.quantity import iso, metres
from wayhome.base.raster import Grid, Raster

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wayhome.app.desk import App
    from wayhome.base.place import Position
    from wayhome.case.area import GroundLayer
    from wayhome.case.state import CaseState

TILE_PX = 512
MOST_CELLS_ACROSS = 6000  # of the finest level that is drawn; own choice, 36 million cells
MOST_CONTOUR_CELLS_ACROSS = 1200
LEAST_ZOOM = 6
MOST_SAMPLES = 500  # of a profile
EYE_M, REACH_M = 1.7, 3000.0  # of somebody standing, and how far a look goes unless said; own choices
MOST_SIGHT_CELLS = 1_200_000  # of a viewshed, which takes a second or two; own choice
NO_TERRAIN = "This case has no terrain model; add one with `wayhome ground add CASE --dem FILE`."

# Colours and names after the publishers' legends, from memory; only pictures rest on them.
CLASSES: dict[str, dict[int, tuple[str, str]]] = {
    "nlcd": {
        11: ("#466b9f", "Open water"), 12: ("#d1def8", "Ice and snow all year"), 21: ("#dec5c5", "Developed, open space"),
        22: ("#d99282", "Developed, low intensity"), 23: ("#eb0000", "Developed, medium intensity"),
        24: ("#ab0000", "Developed, high intensity"), 31: ("#b3ac9f", "Barren land"), 41: ("#68ab5f", "Deciduous forest"),
        42: ("#1c5f2c", "Evergreen forest"), 43: ("#b5c58f", "Mixed forest"), 52: ("#ccb879", "Shrub and scrub"),
        71: ("#dfdfc2", "Grassland"), 81: ("#dcd939", "Pasture and hay"), 82: ("#ab6c28", "Cultivated crops"),
        90: ("#b8d9eb", "Woody wetlands"), 95: ("#6c9fb8", "Herbaceous wetlands"),
    },
    "worldcover": {
        10: ("#006400", "Tree cover"), 20: ("#ffbb22", "Shrubland"), 30: ("#ffff4c", "Grassland"), 40: ("#f096ff", "Cropland"),
        50: ("#fa0000", "Built-up"), 60: ("#b4b4b4", "Bare or sparse vegetation"), 70: ("#f0f0f0", "Snow and ice"),
        80: ("#0064c8", "Permanent water"), 90: ("#0096a0", "Herbaceous wetland"), 95: ("#00cf75", "Mangroves"),
        100: ("#fae6a0", "Moss and lichen"),
    },
}  # fmt: skip


class MapGround:
    """The ground of one case as the map needs it: its layers, and the box that they are shown in."""

    def __init__(self, desk: App, case: str, as_of: datetime | None = None) -> None:
        self.desk, self.case = desk, case
        self.state: CaseState = desk.state(case, as_of)
        area = self.state.area
        if area.ipp is None or area.crs is None:
            raise RuleBroken("The case has no place yet; mark a point first.")
        self.x_m, self.y_m = projection(area.crs).xy_m(area.ipp.position)
        self.crs, self.box_m, self.cell_m = area.crs, area.box_m, area.cell_m
        self.layers = tuple(area.ground.values())
        of = [
            self.crs,
            self.x_m,
            self.y_m,
            self.box_m,
            *(f"{g.kind}{g.blob}{g.legend}{g.line_kind}" for g in self.layers),
        ]
        self.key = hashlib.sha256("|".join(map(str, of)).encode()).hexdigest()[:16]

    def last(self, kind: str) -> GroundLayer | None:
        """The layer of a kind that counts: the last one."""
        return next((g for g in reversed(self.layers) if g.kind == kind), None)

    def path(self, layer: GroundLayer) -> Path:
        """Its file on this disk."""
        return self.desk.blobs.checked_path(layer.blob)

    def terrain(self) -> Path:
        """The terrain model's file, or a sentence."""
        found = self.last("dem")
        if found is None:
            raise DataUnavailable(NO_TERRAIN)
        return self.path(found)

    def finest_m(self) -> float:
        """Cell of the finest level: the terrain model's own, unless that would be too many."""
        assert self.state.area.ipp is not None
        own = _native_cell_m(self.terrain(), self.state.area.ipp.position)
        return max(own, self.box_m / MOST_CELLS_ACROSS)

    def grid(self, cell_m: float) -> Grid:
        """The case's box in cells of a size."""
        return Grid.around(self.crs, self.x_m, self.y_m, box_m=self.box_m, cell_m=cell_m)

    def bounds(self) -> dict[str, float]:
        """The case's box, degrees."""
        grid = self.grid(self.box_m / 50)
        lon, lat = projection(self.crs).inverse(*_edge(grid))
        return {"west_deg": float(lon.min()), "south_deg": float(lat.min()), "east_deg": float(lon.max()), "north_deg": float(lat.max())}  # fmt: skip


def map_frame(desk: App, case: str) -> dict[str, Any]:
    """What ground the map can show: addresses of tiles with their legends, and of lines."""
    out: dict[str, Any] = {
        "key": "",
        "bounds": None,
        "terrain": None,
        "landcover": None,
        "imagery": [],
        "contours": None,
    }
    try:
        ground = MapGround(desk, case)
    except RuleBroken:
        return out
    base, tail = f"/api/cases/{case}/map", f"?key={ground.key}"
    out |= {"key": ground.key, "bounds": ground.bounds()}
    tiles = "/{z}/{x}/{y}.png" + tail
    if ground.last("dem") is not None:
        finest = ground.finest_m()
        out["terrain"] = {"tiles": f"{base}/hillshade{tiles}", "max_zoom": _max_zoom(ground, finest), "cell_m": finest}
        out["contours"] = {"url": f"{base}/contours.json{tail}", "interval_m": _contours(ground)[0]}
    cover = ground.last("landcover")
    if cover is not None:
        out["landcover"] = {
            "tiles": f"{base}/landcover{tiles}", "max_zoom": _max_zoom(ground, 10.0), "file_name": cover.file_name,
            "legend": _cover_legend(ground, cover),
        }  # fmt: skip
    from wayhome.ground.tiles import imagery_bounds, imagery_pixel_m

    for layer in ground.layers:
        if layer.kind == "imagery":
            west, south, east, north = imagery_bounds(ground.path(layer))
            out["imagery"].append({
                "id": layer.id, "file_name": layer.file_name, "tiles": f"{base}/imagery-{layer.id}{tiles}",
                "max_zoom": _max_zoom(ground, max(imagery_pixel_m(ground.path(layer)), 0.05)),
                "bounds": {"west_deg": west, "south_deg": south, "east_deg": east, "north_deg": north},
            })  # fmt: skip
    return out


def tile(desk: App, case: str, name: str, z: int, x: int, y: int) -> bytes:
    """One square of a ground layer as PNG."""
    if not (0 <= z <= 24 and 0 <= x < 2**z and 0 <= y < 2**z):
        raise InvalidInput(f"There is no tile {z}/{x}/{y}.")
    ground = MapGround(desk, case)
    from wayhome.ground.tiles import classes_tile, imagery_tile, tile_box

    box = tile_box(z, x, y)
    if name == "hillshade":
        return _hillshade_tile(ground, box)
    if name == "landcover" and (cover := ground.last("landcover")) is not None:
        codes = classes_tile(ground.path(cover), box, TILE_PX)
        return _png(_cover_colours(cover.legend or "")[codes])
    layer = ground.state.area.ground.get(name.removeprefix("imagery-"))
    if layer is None or layer.kind != "imagery":
        raise NotFound(f'This case has no map layer "{name}".')
    return _png(imagery_tile(ground.path(layer), box, TILE_PX))


def contours(desk: App, case: str) -> dict[str, Any]:
    """Height lines as GeoJSON; each fifth is `main` and shown from afar."""
    return _contours(MapGround(desk, case))[1]


def elevation(desk: App, case: str, at: Position) -> dict[str, Any]:
    """Height of the ground at a place [m]; null where the terrain model knows nothing."""
    from wayhome.ground.local import elevations

    ground = MapGround(desk, case)
    found = None
    if ground.last("dem") is not None:
        z = float(elevations(ground.terrain(), [at.lon_deg], [at.lat_deg])[0])
        found = z if np.isfinite(z) else None
    return {"elevation_m": found}


def profile(desk: App, case: str, line: tuple[Position, ...]) -> dict[str, Any]:
    """Heights under a line, sampled evenly between its corners, with climb and descent [m]."""
    from wayhome.base.projection import geodesic_length_m
    from wayhome.ground.local import elevations

    if len(line) < 2:
        raise InvalidInput("line: a profile needs at least two points.", field="line")
    ground = MapGround(desk, case)
    path = ground.terrain()
    total = geodesic_length_m(line)
    if total <= 0.0:
        raise InvalidInput("line: all its points are the same place.", field="line")
    step = max(total / MOST_SAMPLES, ground.finest_m() / 2)
    lat, lon, along, far = [line[0].lat_deg], [line[0].lon_deg], [0.0], 0.0
    for a, b in pairwise(line):
        leg = geodesic_length_m((a, b))
        parts = max(1, int(np.ceil(leg / step)))
        share = np.arange(1, parts + 1) / parts
        lat += (a.lat_deg + share * (b.lat_deg - a.lat_deg)).tolist()
        lon += (a.lon_deg + share * (b.lon_deg - a.lon_deg)).tolist()
        along += (far + share * leg).tolist()
        far += leg
    z = elevations(path, lon, lat)
    rise = np.diff(z[np.isfinite(z)])
    caveats = [f"Sums of all rises and falls between samples about {step:.0f} m apart; ground that the terrain model smooths away is not in them."]  # fmt: skip
    if not np.isfinite(z).all():
        caveats.append("Part of the line lies where the terrain model knows nothing.")
    return {
        "distance_m": [round(d, 1) for d in along], "elevation_m": [round(float(v), 1) if np.isfinite(v) else None for v in z],
        "lat_deg": [round(v, 6) for v in lat], "lon_deg": [round(v, 6) for v in lon],
        "climb_m": float(rise[rise > 0].sum()), "descent_m": float(-rise[rise < 0].sum()), "length_m": total,
        "caveats": caveats,
    }  # fmt: skip


def declination(desk: App, case: str, at: Position) -> dict[str, Any]:
    """Angle from true to magnetic north [degrees, east positive] at a place when the subject was last seen, and its model."""
    from pygeomag import GeoMag, calculate_decimal_year

    state = desk.state(case)
    when = (state.area.ipp.at if state.area.ipp is not None else None) or desk.now()
    return {"at": iso(when), **_declined(GeoMag, calculate_decimal_year(when.astimezone(UTC).replace(tzinfo=None)), at)}


def _declined(geo_mag: Any, year: float, at: Position) -> dict[str, Any]:
    caveats: list[str] = []
    epoch = min(max(int(year // 5 * 5), 2010), 2025)  # a model every five years; these come with the package
    found = geo_mag(base_year=epoch)
    got = found.calculate(glat=at.lat_deg, glon=at.lon_deg, alt=0.0, time=year, allow_date_outside_lifespan=True)
    if not epoch <= year <= epoch + 5:
        caveats.append(f"{found.model} was made for {epoch} to {epoch + 5}; outside of these years it drifts.")
    if got.in_blackout_zone or got.in_caution_zone:
        caveats.append("A compass is not to be trusted so near a magnetic pole.")
    doubt = None if got.in_blackout_zone else float(got.calculate_uncertainty().d)
    caveats.append("Local iron, power lines and rock can turn a compass by more than this.")
    return {"declination_deg": float(got.d), "uncertainty_deg": doubt, "model": found.model, "caveats": caveats}


class Look:
    """A look from a place: how high the eye is, how high what is looked for, and how far."""

    def __init__(self, at: Position, eye_m: float = EYE_M, there_m: float = 0.0, radius_m: float = REACH_M) -> None:
        self.at, self.eye_m, self.there_m, self.radius_m = at, eye_m, there_m, radius_m

    def query(self) -> dict[str, str]:
        """As it stands in an address."""
        return {"at": f"{self.at.lat_deg},{self.at.lon_deg}", "eye": f"{self.eye_m:g} m", "there": f"{self.there_m:g} m", "radius": f"{self.radius_m:g} m"}  # fmt: skip


def view(desk: App, case: str, look: Look) -> dict[str, Any]:
    """What is seen from a place: share of the ground around, and the address of its picture."""
    from wayhome.science.visibility import EARTH_M, REFRACTION

    ground = MapGround(desk, case)
    seen, inside = _sight(ground, look)
    grid = seen.grid
    lon, lat = projection(grid.crs).inverse(*_edge(grid))
    return {
        "seen_fraction": float(seen.values[inside].mean()), "area_m2": float(inside.sum() * grid.cell_area_m2), "cell_m": grid.cell_m,
        "image": f"/api/cases/{case}/map/view.png?{urlencode({**look.query(), 'key': ground.key})}", "bounds": _mercator_bounds(grid),
        "caveats": [
            f"Bare ground in cells of {grid.cell_m:.0f} m on an Earth of {EARTH_M / 1000:.0f} km radius, light bent by {REFRACTION.value:.2f} of its curvature; "
            "trees, houses, darkness and weather hide more.",
        ],
        "span_deg": {"lon": float(np.ptp(lon)), "lat": float(np.ptp(lat))},
    }  # fmt: skip


def view_png(desk: App, case: str, look: Look) -> bytes:
    """What is not seen as a dark veil, exactly on the bounds of `view`."""
    found, inside = _sight(MapGround(desk, case), look)
    seen = np.asarray(found.values, bool)
    veil = np.zeros((*found.grid.shape, 4), np.uint8)
    veil[inside & ~seen] = (24, 18, 60, 150)
    veil[inside & seen] = (255, 214, 10, 60)
    return _png(_warped_rgba(veil, found.grid))


def _sight(ground: MapGround, look: Look) -> tuple[Raster, NDArray[np.bool_]]:
    if look.radius_m > 1.5 * ground.box_m:  # beyond its farthest corner
        raise InvalidInput(
            f"radius: {metres(look.radius_m)} reaches beyond the case's box of {metres(ground.box_m)}; write less.",
            field="radius",
        )
    cell = ground.finest_m()
    while np.pi * (look.radius_m / cell) ** 2 > MOST_SIGHT_CELLS:
        cell *= 2
    return _sight_on(ground.terrain(), ground.grid(cell), look.at, look.eye_m, look.there_m, look.radius_m)


@lru_cache(maxsize=4)
def _sight_on(path: Path, whole: Grid, at: Position, eye_m: float, there_m: float, radius_m: float) -> tuple[Raster, NDArray[np.bool_]]:  # fmt: skip
    from wayhome.science.visibility import viewshed

    x, y = projection(whole.crs).xy_m(at)
    here = whole.cell_of(x, y)
    if here is None:
        raise InvalidInput("The place to look from lies outside the case's box; choose one inside it.", field="at")
    span = int(radius_m / whole.cell_m) + 1
    top, left = max(here[0] - span, 0), max(here[1] - span, 0)
    bottom, right = min(here[0] + span + 1, whole.height), min(here[1] + span + 1, whole.width)
    grid = whole.replace(x_west_m=whole.x_west_m + left * whole.cell_m, y_north_m=whole.y_north_m - top * whole.cell_m, height=bottom - top, width=right - left)  # fmt: skip
    dem = Raster(_dem(path, whole).values[top:bottom, left:right].copy(), grid, "elevation_m")
    seen = viewshed(dem, (x, y), eye_m=eye_m, there_m=there_m, radius_m=radius_m)
    inside = (grid.distance_m(x, y) <= radius_m) & np.isfinite(dem.values)
    return seen, inside


# --- pyramids -------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _native_cell_m(path: Path, position: Position) -> float:
    from wayhome.ground.local import native_grid

    return native_grid(path, position).cell_m


@lru_cache(maxsize=6)
def _dem(path: Path, grid: Grid) -> Raster:
    from wayhome.ground.local import read_dem

    return read_dem(path, grid)[0]


@lru_cache(maxsize=12)
def _shade(path: Path, grid: Grid) -> NDArray[np.uint8]:
    """Grey and alpha `[2, H, W]`."""
    from wayhome.science.terrain import hillshade

    dem = _dem(path, grid)
    return np.stack([hillshade(dem), np.where(np.isfinite(dem.values), 255, 0).astype(np.uint8)])


def _hillshade_tile(ground: MapGround, box: tuple[float, float, float, float]) -> bytes:
    from affine import Affine
    from rasterio.warp import Resampling, reproject

    west, south, east, north = box
    assert ground.state.area.ipp is not None
    pixel_m = (east - west) / TILE_PX * float(np.cos(np.radians(ground.state.area.ipp.position.lat_deg)))
    finest = ground.finest_m()
    level = max(0, int(np.floor(np.log2(pixel_m / finest)))) if pixel_m > finest else 0
    cell = min(finest * 2**level, ground.box_m / 16)
    grid = ground.grid(cell)
    # only the part of the tile that lies on the box: far from its zone the transform has no answer
    w, s, e, n = _mercator_box(grid)
    w, s, e, n = max(w, west), max(s, south), min(e, east), min(n, north)
    side = np.linspace(0.0, 1.0, 9)
    edge_x = np.concatenate([w + side * (e - w)] * 2 + [np.full(9, w), np.full(9, e)])
    edge_y = np.concatenate([np.full(9, s), np.full(9, n)] + [s + side * (n - s)] * 2)
    x, y = (np.asarray(v) for v in transformer("EPSG:3857", grid.crs)(edge_x, edge_y))
    if w >= e or s >= n:  # beside the box
        x, y = np.full(1, grid.x_west_m - 9 * cell), np.full(1, grid.y_north_m)
    left = max(int((x.min() - grid.x_west_m) / cell) - 2, 0)
    right = min(int((x.max() - grid.x_west_m) / cell) + 3, grid.width)
    top = max(int((grid.y_north_m - y.max()) / cell) - 2, 0)
    bottom = min(int((grid.y_north_m - y.min()) / cell) + 3, grid.height)
    out = np.zeros((2, TILE_PX, TILE_PX), np.uint8)
    if left < right and top < bottom:
        part = np.ascontiguousarray(_shade(ground.terrain(), grid)[:, top:bottom, left:right])
        reproject(
            part, out, src_transform=Affine(cell, 0, grid.x_west_m + left * cell, 0, -cell, grid.y_north_m - top * cell), src_crs=grid.crs,
            dst_transform=Affine((east - west) / TILE_PX, 0, west, 0, -(north - south) / TILE_PX, north), dst_crs="EPSG:3857",
            resampling=Resampling.bilinear,
        )  # fmt: skip
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(np.moveaxis(out, 0, 2)), "LA").save(file, "PNG", compress_level=3)
    return file.getvalue()


def _contours(ground: MapGround) -> tuple[float, dict[str, Any]]:
    cell = ground.finest_m()
    while ground.box_m / cell > MOST_CONTOUR_CELLS_ACROSS:
        cell *= 2
    return _contours_on(ground.terrain(), ground.grid(cell))


@lru_cache(maxsize=2)
def _contours_on(path: Path, grid: Grid) -> tuple[float, dict[str, Any]]:
    from shapely.geometry import LineString

    from wayhome.science.terrain import contour_levels, contour_lines

    dem = _dem(path, grid)
    z = np.asarray(dem.values, float)
    spread = float(np.nanmax(z) - np.nanmin(z)) if np.isfinite(z).any() else 0.0
    step = next((s for s in (5, 10, 20, 50, 100) if spread / s <= 40), 200)
    features = []
    for ele, many in contour_lines(dem, contour_levels(dem, step)).items():
        for line in many:
            if len(line) <= 8:
                continue
            thin = np.asarray(LineString(line).simplify(grid.cell_m / 4).coords)
            lon, lat = projection(grid.crs).inverse(thin[:, 0], thin[:, 1])
            points = np.round(np.column_stack([lon, lat]), 5).tolist()
            features.append({"type": "Feature", "properties": {"ele": round(ele), "main": round(ele) % (5 * step) == 0}, "geometry": {"type": "LineString", "coordinates": points}})  # fmt: skip
    return float(step), {"type": "FeatureCollection", "features": features}


def _cover_legend(ground: MapGround, layer: GroundLayer) -> list[dict[str, Any]]:
    counts = _cover_counts(ground.path(layer), ground.grid(max(ground.box_m / 400, 10.0)), layer.legend or "")
    known = CLASSES.get(layer.legend or "", {})
    total = sum(counts.values())
    return [
        {"code": code, "color": known[code][0], "label": known[code][1], "fraction": counts[code] / total}
        for code in sorted(counts, key=lambda c: -counts[c]) if code in known
    ]  # fmt: skip


@lru_cache(maxsize=4)
def _cover_counts(path: Path, grid: Grid, legend: str) -> dict[int, int]:
    from wayhome.ground.local import read_landcover

    codes, counts = np.unique(read_landcover(path, grid, legend)[0].values, return_counts=True)
    return {int(c): int(n) for c, n in zip(codes, counts, strict=True) if c != 0}


def _cover_colours(legend: str) -> NDArray[np.uint8]:
    table = np.zeros((256, 4), np.uint8)
    for code, (colour, _) in CLASSES.get(legend, {}).items():
        table[code] = (*bytes.fromhex(colour[1:]), 255)
    return table


def _max_zoom(ground: MapGround, pixel_m: float) -> int:
    """The zoom from which on a finer tile would show nothing more."""
    assert ground.state.area.ipp is not None
    round_m = 40_075_016.686 * float(np.cos(np.radians(ground.state.area.ipp.position.lat_deg)))
    return int(np.clip(np.ceil(np.log2(round_m / TILE_PX / pixel_m)), LEAST_ZOOM, 20))


def _edge(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    along = np.linspace(0.0, 1.0, 21)
    x = grid.x_west_m + along * (grid.x_east_m - grid.x_west_m)
    y = grid.y_south_m + along * (grid.y_north_m - grid.y_south_m)
    return (
        np.concatenate([x, x, np.full(21, grid.x_west_m), np.full(21, grid.x_east_m)]),
        np.concatenate([np.full(21, grid.y_south_m), np.full(21, grid.y_north_m), y, y]),
    )


def _mercator_box(grid: Grid) -> tuple[float, float, float, float]:
    x, y = transformer(grid.crs, "EPSG:3857")(*_edge(grid))
    return float(np.min(x)), float(np.min(y)), float(np.max(x)), float(np.max(y))


def _mercator_bounds(grid: Grid) -> dict[str, float]:
    west, south, east, north = _mercator_box(grid)
    back = transformer("EPSG:3857", WGS84)
    (w, s), (e, n) = back(west, south), back(east, north)
    return {"west_deg": w, "south_deg": s, "east_deg": e, "north_deg": n}


def _warped_rgba(rgba: NDArray[np.uint8], grid: Grid) -> NDArray[np.uint8]:
    from affine import Affine
    from rasterio.warp import Resampling, reproject

    west, south, east, north = _mercator_box(grid)
    height, width = grid.shape
    out = np.zeros((4, height, width), np.uint8)
    reproject(
        np.ascontiguousarray(np.moveaxis(rgba, 2, 0)), out, src_transform=Affine(*grid.transform()), src_crs=grid.crs,
        dst_transform=Affine((east - west) / width, 0, west, 0, -(north - south) / height, north), dst_crs="EPSG:3857",
        resampling=Resampling.nearest,
    )  # fmt: skip
    return np.ascontiguousarray(np.moveaxis(out, 0, 2))


def _png(rgba: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(rgba, "RGBA").save(file, "PNG", compress_level=3)
    return file.getvalue()
