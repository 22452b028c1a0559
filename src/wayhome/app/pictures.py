"""Maps as pictures: the probability map and hillshade for the browser and for print, and files of products.

Colours are safe for colour-blind readers (lightness rises with probability). Pictures for the browser
lie in Web Mercator, in which nothing is ever computed.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from wayhome.base.errors import DataUnavailable, InvalidInput
from wayhome.base.projection import projection, transformer
from wayhome.base.quantity import iso, metres, percent
from wayhome.base.raster import Raster
from wayhome.base.record import to_json
from wayhome.planning.belief_map import grid_of
from wayhome.planning.inputs import map_inputs

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from wayhome.app.desk import App
    from wayhome.base.place import Position
    from wayhome.base.projection import Projection
    from wayhome.base.raster import Grid
    from wayhome.case.state import CaseState
    from wayhome.planning.products import Product

MERCATOR = "EPSG:3857"
NEAR_AT_LEAST_M = 2000.0  # how far a team's own map goes beyond its segment, at least; own choice
# anchors of matplotlib's "inferno" colour map (CC0), dark violet to pale yellow
_ANCHORS = np.array(
    [[40, 11, 84], [101, 21, 110], [159, 42, 99], [212, 72, 66], [245, 125, 21], [250, 193, 39], [252, 255, 164]], float
)
_FADE = 1e-3  # density relative to the peak below which the map is transparent


def poa_png(desk: App, case: str, *, as_of: datetime | None = None, at: datetime | None = None) -> bytes:
    """The map as RGBA PNG in Web Mercator, exactly on `poa_frame`'s bounds."""
    poa = desk.belief(map_inputs(desk.state(case, as_of), at)).belief.poa
    return _png(_coloured(_warped(np.asarray(poa.values, np.float32), poa.grid)))


def poa_frame(desk: App, case: str, made: Product, *, as_of: datetime | None, at: datetime | None) -> dict[str, Any]:
    """Bounds, picture address and legend of the map."""
    inputs = map_inputs(desk.state(case, as_of))
    query = urlencode({**{k: iso(v) for k, v in (("as_of", as_of), ("at", at)) if v}, "key": made.key})
    legend = [
        {
            "mass": r["level"], "area_m2": r["area_m2"], "color": _hex(i),
            "label": f"{_odds(r['level'])} that the subject is inside this line ({r['area_m2'] / 1e6:.1f} km²)"
            if r["inside_map"] else f"no line on this map holds {percent(r['level'], 0)}: too much lies outside it",
        }
        for i, r in enumerate(made.data["regions"])
    ]  # fmt: skip
    return {
        "bounds": _bounds(grid_of(inputs)),
        "image": f"/api/cases/{case}/products/poa/image.png?{query}",
        "legend": legend,
    }


def hillshade_png(desk: App, case: str) -> bytes:
    """The case's terrain as grey PNG in Web Mercator."""
    inputs = map_inputs(desk.state(case))
    ground = desk.sources.ground(inputs, grid_of(inputs))
    if ground.dem is None:
        raise DataUnavailable("This case has no terrain model; add one with `wayhome ground add CASE --dem FILE`.")
    return _shade_png(ground.dem)


def ground_frame(desk: App, case: str) -> dict[str, Any]:
    """Hillshade address, contours and lines of a case's ground, as GeoJSON."""
    from wayhome.science.terrain import contour_levels, contour_lines

    state = desk.state(case)
    empty: dict[str, Any] = {"type": "FeatureCollection", "features": []}
    if state.area.ipp is None or not state.area.ground:
        return {
            "hillshade": None,
            "contours": None,
            "lines": empty,
            "caveats": ["No ground is attached to this case yet."],
        }
    inputs = map_inputs(state)
    grid = grid_of(inputs)
    ground = desk.sources.ground(inputs, grid)
    lines = [_feature(line, grid, {"kind": kind}) for kind, many in ground.lines.items() for line in many]
    contours = None
    if ground.dem is not None:
        z = np.asarray(ground.dem.values, float)
        spread = float(np.nanmax(z) - np.nanmin(z)) if np.isfinite(z).any() else 0.0
        step = next((s for s in (5, 10, 20, 50, 100, 200) if spread / s <= 20), 500)
        found = contour_lines(ground.dem, contour_levels(ground.dem, step))
        contours = {
            "type": "FeatureCollection",
            "features": [
                _feature(line, grid, {"ele": ele}) for ele, many in found.items() for line in many if len(line) > 8
            ],
        }
    return {
        "hillshade": {"image": f"/api/cases/{case}/ground/hillshade.png?n={len(state.area.ground)}", "bounds": _bounds(grid)} if ground.dem else None,
        "contours": contours, "lines": {"type": "FeatureCollection", "features": lines}, "caveats": list(ground.caveats),
    }  # fmt: skip


def ground_near(desk: App, case: str, around: tuple[Position, ...]) -> dict[str, Any]:
    """Bounds, contours and lines of the ground around some places, small enough for a telephone.

    `shade` says whether there is a terrain model, of which `shade_near` makes the picture.
    """
    from shapely.geometry import LineString, box

    from wayhome.science.terrain import contour_levels, contour_lines

    empty: dict[str, Any] = {"type": "FeatureCollection", "features": []}
    grid, ground = _near(desk, case, around)
    if grid is None or ground is None:
        return {
            "bounds": None,
            "shade": None,
            "contours": None,
            "lines": empty,
            "caveats": ["No ground is attached to this case yet."],
        }
    window = box(grid.x_west_m, grid.y_south_m, grid.x_east_m, grid.y_north_m)

    def within(lines: Any, tolerance_m: float) -> list[NDArray[np.float64]]:
        parts = [LineString(line).intersection(window).simplify(tolerance_m) for line in lines if len(line) > 1]
        flat = [g for p in parts for g in getattr(p, "geoms", [p])]
        return [np.asarray(g.coords) for g in flat if g.geom_type == "LineString" and len(g.coords) > 1]

    lines = [_feature(line, grid, {"kind": kind}) for kind, many in ground.lines.items() for line in within(many, 2.0)]
    contours = None
    if ground.dem is not None:
        dem = _cut(ground.dem, grid)
        z = np.asarray(dem.values, float)
        spread = float(np.nanmax(z) - np.nanmin(z)) if np.isfinite(z).any() else 0.0
        step = next((s for s in (5, 10, 20, 50, 100) if spread / s <= 15), 200)
        found = contour_lines(dem, contour_levels(dem, step))
        contours = {
            "type": "FeatureCollection",
            "features": [
                _feature(line, grid, {"ele": ele})
                for ele, many in found.items()
                for line in within(many, grid.cell_m / 2)
                if len(line) > 3
            ],
        }
    key = [g.blob for g in desk.state(case).area.ground.values()]
    return {"bounds": _bounds(grid), "shade": key if ground.dem is not None else None, "contours": contours,
            "lines": {"type": "FeatureCollection", "features": lines}, "caveats": list(ground.caveats)}  # fmt: skip


def shade_near(desk: App, case: str, around: tuple[Position, ...]) -> bytes:
    """The terrain of `ground_near` as grey PNG, exactly on its bounds."""
    grid, ground = _near(desk, case, around)
    if grid is None or ground is None or ground.dem is None:
        raise DataUnavailable("This case has no terrain model; add one with `wayhome ground add CASE --dem FILE`.")
    return _shade_png(_cut(ground.dem, grid))


def _near(desk: App, case: str, around: tuple[Position, ...]) -> tuple[Grid | None, Any]:
    """The part of a case's grid around some places, at least 2 km to every side, and the ground of the whole grid."""
    state = desk.state(case)
    if state.area.ipp is None or not state.area.ground or not around:
        return None, None
    inputs = map_inputs(state)
    grid = grid_of(inputs)
    x, y = projection(grid.crs).forward([p.lon_deg for p in around], [p.lat_deg for p in around])
    margin_m = max(NEAR_AT_LEAST_M, float(np.ptp(x)) / 2, float(np.ptp(y)) / 2)
    left = int(np.clip((np.min(x) - margin_m - grid.x_west_m) / grid.cell_m, 0, grid.width - 2))
    top = int(np.clip((grid.y_north_m - np.max(y) - margin_m) / grid.cell_m, 0, grid.height - 2))
    width = int(np.clip((np.ptp(x) + 2 * margin_m) / grid.cell_m, 2, grid.width - left))
    height = int(np.clip((np.ptp(y) + 2 * margin_m) / grid.cell_m, 2, grid.height - top))
    near = grid.replace(
        x_west_m=grid.x_west_m + left * grid.cell_m,
        y_north_m=grid.y_north_m - top * grid.cell_m,
        height=height,
        width=width,
    )
    return near, desk.sources.ground(inputs, grid)


def _cut(whole: Raster, grid: Grid) -> Raster:
    """The part of a raster on a part of its grid."""
    left = round((grid.x_west_m - whole.grid.x_west_m) / grid.cell_m)
    top = round((whole.grid.y_north_m - grid.y_north_m) / grid.cell_m)
    return Raster(whole.values[top : top + grid.height, left : left + grid.width].copy(), grid, whole.quantity)


def _shade_png(dem: Raster) -> bytes:
    from wayhome.science.terrain import hillshade

    grey = _warped(np.asarray(hillshade(dem), np.float32), dem.grid)
    known = np.isfinite(grey)
    rgba = np.zeros((*grey.shape, 4), np.uint8)
    rgba[..., :3] = np.clip(np.nan_to_num(grey), 0, 255).astype(np.uint8)[..., None]
    rgba[..., 3] = np.where(known, 255, 0)
    return _png(rgba)


def tracks_frame(desk: App, case: str, *, as_of: datetime | None = None) -> dict[str, Any]:
    """Every attached track as GeoJSON, by assignment."""
    features = []
    for a in desk.state(case, as_of).assignments.assignments.values():
        for t in a.tracks:
            for lat, lon in desk.sources.recorded(t.blob, t.index).stretches():
                points = [[round(float(x), 6), round(float(y), 6)] for x, y in zip(lon, lat, strict=True)]
                if len(points) > 1:
                    features.append({"type": "Feature", "properties": {"assignment": a.id, "team": a.team}, "geometry": {"type": "LineString", "coordinates": points}})  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def map_png(desk: App, state: CaseState, at: datetime | None = None, around: tuple[Position, ...] = ()) -> bytes:
    """The map for print: terrain, probability, contours, segments, points, scale; in the case's own grid.

    `around` a ring shows that ground alone, with half its size as margin.
    """
    from PIL import Image, ImageDraw

    from wayhome.science.terrain import contour_lines, hillshade

    inputs = map_inputs(state, at)
    found = desk.belief(inputs)
    grid = found.belief.grid
    ground = desk.sources.ground(inputs, grid)
    base = np.full((*grid.shape, 3), 255.0)
    if ground.dem is not None:
        base[:] = np.nan_to_num(np.asarray(hillshade(ground.dem), float), nan=255.0)[..., None] * 0.5 + 127
    over = _coloured(np.asarray(found.belief.poa.values, np.float32)).astype(float)
    alpha = over[..., 3:] / 255 * 0.75
    out = projection(grid.crs)
    top, left, height, width = _window(grid, out, around)
    shown = (slice(top, top + height), slice(left, left + width))
    picture = Image.fromarray((base * (1 - alpha) + over[..., :3] * alpha).astype(np.uint8)[shown])
    scale = max(1, round(1400 / max(width, height)))
    picture = picture.resize((width * scale, height * scale), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(picture)

    def pixel(x: Any, y: Any) -> list[tuple[float, float]]:
        px = ((np.asarray(x) - grid.x_west_m) / grid.cell_m - left) * scale
        py = ((grid.y_north_m - np.asarray(y)) / grid.cell_m - top) * scale
        return list(zip(np.atleast_1d(px).tolist(), np.atleast_1d(py).tolist(), strict=True))

    def line_of(ring: Any) -> list[tuple[float, float]]:
        return pixel(*out.forward([p.lon_deg for p in ring], [p.lat_deg for p in ring]))

    for many in ground.lines.values():
        for line in many:
            draw.line(pixel(line[:, 0], line[:, 1]), fill=(70, 70, 70), width=1)
    for region in found.belief.containment_thresholds((0.5, 0.95)):
        if region.poa_at_least is not None:
            for line in contour_lines(found.belief.poa, [region.poa_at_least]).get(region.poa_at_least, ()):
                draw.line(pixel(line[:, 0], line[:, 1]), fill=(20, 60, 160), width=3 if region.level == 0.5 else 2)
    for segment in state.area.live_segments():
        edge = line_of(segment.ring)
        draw.line([*edge, edge[0]], fill=(0, 0, 0), width=3)
        draw.text(np.mean(edge, axis=0).tolist(), segment.name, fill=(0, 0, 0), anchor="mm", font_size=22)
    for boundary in state.area.boundaries.values():
        draw.line(line_of(boundary.line), fill=(170, 0, 0), width=4)
    x, y = line_of((inputs.ipp,))[0]
    draw.line([(x - 14, y), (x + 14, y)], fill=(200, 0, 0), width=4)
    draw.line([(x, y - 14), (x, y + 14)], fill=(200, 0, 0), width=4)
    bar_m = next((v for v in (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000) if v >= width * grid.cell_m / 8), 50_000)
    bar = bar_m / grid.cell_m * scale
    bottom = height * scale - 30
    draw.rectangle([20, bottom - 34, 60 + bar, bottom + 16], fill=(255, 255, 255))
    draw.line([(40, bottom), (40 + bar, bottom)], fill=(0, 0, 0), width=6)
    draw.text((40 + bar / 2, bottom - 18), metres(bar_m), fill=(0, 0, 0), anchor="mm", font_size=22)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _window(grid: Grid, out: Projection, around: tuple[Position, ...]) -> tuple[int, int, int, int]:
    """Top row, left column, height and width of what is shown: all, or a square round a ring and half its size about it."""
    if not around:
        return 0, 0, grid.height, grid.width
    x, y = out.forward([p.lon_deg for p in around], [p.lat_deg for p in around])
    columns = (np.asarray(x) - grid.x_west_m) / grid.cell_m
    rows = (grid.y_north_m - np.asarray(y)) / grid.cell_m
    half = max(float(np.ptp(columns)), float(np.ptp(rows)), 10.0)  # of the window, which is twice as wide as the ring
    side = min(int(np.ceil(2 * half)), grid.height, grid.width)
    top = int(np.clip(round(float(rows.min() + rows.max()) / 2 - side / 2), 0, grid.height - side))
    left = int(np.clip(round(float(columns.min() + columns.max()) / 2 - side / 2), 0, grid.width - side))
    return top, left, side, side


def product_file(
    desk: App, case: str, made: Product, suffix: str, *, as_of: datetime | None, at: datetime | None
) -> bytes:
    """A product as a file: GeoTIFF or PNG of the map, JSON of any."""
    if suffix == ".json":
        return json.dumps(to_json(made), indent=1, ensure_ascii=False).encode()
    if made.name != "poa" or suffix not in (".tif", ".tiff", ".png"):
        raise InvalidInput(
            f'{made.name} cannot be written as "{suffix}"; use .json'
            + (", .tif or .png." if made.name == "poa" else ".")
        )
    if suffix == ".png":
        return map_png(desk, desk.state(case, as_of), at)
    from wayhome.files.geotiff import write_geotiff

    found = desk.belief(map_inputs(desk.state(case, as_of), at))
    tags = {
        "REST_OF_WORLD": repr(found.belief.rest_of_world), "MODEL": str(made.provenance["model"]), "SEED": "none", "CASE": case,
        "SEQ": str(made.seq), "KEY": made.key, "CAVEATS": " | ".join(made.caveats),
    }  # fmt: skip
    return write_geotiff(found.belief.poa, tags)


def _bounds(grid: Grid) -> dict[str, float]:
    west, south, east, north = _mercator_box(grid)
    to_degrees = transformer(MERCATOR, "EPSG:4326")
    (w, s), (e, n) = to_degrees(west, south), to_degrees(east, north)
    return {"west_deg": w, "south_deg": s, "east_deg": e, "north_deg": n}


def _mercator_box(grid: Grid) -> tuple[float, float, float, float]:
    along = np.linspace(0.0, 1.0, 21)
    x = grid.x_west_m + along * (grid.x_east_m - grid.x_west_m)
    y = grid.y_south_m + along * (grid.y_north_m - grid.y_south_m)
    edge_x = np.concatenate([x, x, np.full(21, grid.x_west_m), np.full(21, grid.x_east_m)])
    edge_y = np.concatenate([np.full(21, grid.y_south_m), np.full(21, grid.y_north_m), y, y])
    mx, my = transformer(grid.crs, MERCATOR)(edge_x, edge_y)
    return float(np.min(mx)), float(np.min(my)), float(np.max(mx)), float(np.max(my))


def _warped(values: NDArray[np.float32], grid: Grid) -> NDArray[np.float32]:
    from affine import Affine
    from rasterio.warp import Resampling, reproject

    west, south, east, north = _mercator_box(grid)
    height, width = grid.shape
    out = np.full((height, width), np.nan, np.float32)
    target = Affine((east - west) / width, 0.0, west, 0.0, -(north - south) / height, north)
    reproject(values, out, src_transform=Affine(*grid.transform()), src_crs=grid.crs, dst_transform=target, dst_crs=MERCATOR,
              src_nodata=np.nan, dst_nodata=np.nan, resampling=Resampling.bilinear)  # fmt: skip
    return out


def _coloured(poa: NDArray[np.float32]) -> NDArray[np.uint8]:
    known = np.nan_to_num(poa, nan=0.0)
    peak = float(np.quantile(known[known > 0], 0.9995)) if (known > 0).any() else 1.0
    share = np.clip(
        np.log10(np.maximum(known / peak, _FADE)) / -np.log10(_FADE) + 1.0, 0.0, 1.0
    )  # log scale, 0 at _FADE
    place = share * (len(_ANCHORS) - 1)
    low = np.minimum(place.astype(int), len(_ANCHORS) - 2)
    mix = (place - low)[..., None]
    rgba = np.empty((*poa.shape, 4), np.uint8)
    rgba[..., :3] = (_ANCHORS[low] * (1 - mix) + _ANCHORS[low + 1] * mix).astype(np.uint8)
    rgba[..., 3] = (np.clip(share * 3.0, 0.0, 1.0) * 215).astype(np.uint8)
    return rgba


def _png(rgba: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(rgba, "RGBA").save(file, "PNG", compress_level=3)
    return file.getvalue()


def _feature(line: NDArray[np.float64], grid: Grid, properties: dict[str, Any]) -> dict[str, Any]:
    lon, lat = projection(grid.crs).inverse(line[:, 0], line[:, 1])
    points = [[round(float(a), 6), round(float(b), 6)] for a, b in zip(lon, lat, strict=True)]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": points}}


def _hex(i: int) -> str:
    return ("#fcffa4", "#f57d15", "#9f2a63", "#280b54")[i]


def _odds(level: float) -> str:
    return {0.25: "1 in 4", 0.5: "1 in 2", 0.75: "3 in 4", 0.95: "19 in 20"}[level]
