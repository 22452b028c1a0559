"""Terrain from files on this disk, read onto a case's grid.

Knows rasters and line files of any reference system, and the ways in which they are badly made. Reads only
the window that the grid needs. Refuses what is no raster, has no reference system or lies elsewhere.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import rasterio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from rasterio.enums import Resampling
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
from rasterio.transform import Affine
from rasterio.warp import reproject, transform_bounds
from rasterio.windows import Window, from_bounds
from scipy.ndimage import map_coordinates

from wayhome.base.errors import DataUnavailable, InvalidInput
from wayhome.base.place import Position
from wayhome.base.projection import WGS84, checked_crs, proposed_crs, transformer
from wayhome.base.quantity import percent
from wayhome.base.raster import MAX_CELLS, Grid, Raster

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

LEGENDS = ("nlcd", "worldcover")
# Land lies between the Dead Sea's shore (-430 m) and Everest (8,849 m); open pits and datum shifts get some room.
LOWEST_M, HIGHEST_M = -500.0, 9000.0
# Systems whose shift to WGS 84 needs a grid of corrections that may not be on this machine.
_OLD_DATUMS = ("North American Datum 1927", "North_American_Datum_1927", "European Datum 1950", "European_Datum_1950",
               "OSGB", "Tokyo", "Pulkovo", "D_North_American_1927")  # fmt: skip


def _refuse_pointer(path: Path) -> bytes:
    """The first bytes of a file; refuses XML that names other files on the disk or the network (VRT, WMS)."""
    with path.open("rb") as stream:
        head = stream.read(2048)
    if any(
        mark in head for mark in (b"<VRTDataset", b"OGRVRTDataSource", b"<GDAL_WMS", b"<GDALTileIndex", b"<WCS_GDAL")
    ):
        raise InvalidInput(f"{path.name} only points to other files; give the file itself.", file=path.name)
    return head


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A raster with a reference system, or a sentence."""
    path = Path(path)
    if not path.is_file():
        raise DataUnavailable(f"{path.name} is not on this disk; copy it here and try again.", file=path.name)
    _refuse_pointer(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            source = rasterio.open(path)
    except RasterioError:
        raise InvalidInput(
            f"{path.name} is not a raster that can be read; save it as GeoTIFF.", file=path.name
        ) from None
    with source:
        if source.crs is None or source.transform == Affine.identity():
            raise InvalidInput(
                f"{path.name} does not say where it lies (no reference system); save it again as GeoTIFF with one.",
                file=path.name,
            )
        yield source


def check_raster(path: Path) -> None:
    """Refuse a file that is no raster with a place on the globe."""
    with _opened(path):
        pass


def _old_datum(path: Path, crs_wkt: str) -> tuple[str, ...]:
    if any(name in crs_wkt for name in _OLD_DATUMS):
        return (
            f"{Path(path).name} is in an older reference system; its shift to WGS 84 may be wrong by tens of metres "
            "on a machine without its correction grid.",
        )
    return ()


def _window(source: Any, grid: Grid) -> Window | None:
    """The pixels that the grid needs, with a margin for resampling; None where they do not meet."""
    try:
        bounds = transform_bounds(
            grid.crs, source.crs, grid.x_west_m, grid.y_south_m, grid.x_east_m, grid.y_north_m, densify_pts=21
        )
        if not np.isfinite(bounds).all():
            return None
        wanted = from_bounds(*bounds, transform=source.transform)
    except (RasterioError, CRSError, ValueError):
        return None
    col, row = int(np.floor(wanted.col_off)) - 2, int(np.floor(wanted.row_off)) - 2
    col_end = int(np.ceil(wanted.col_off + wanted.width)) + 2
    row_end = int(np.ceil(wanted.row_off + wanted.height)) + 2
    col, row = max(col, 0), max(row, 0)
    col_end, row_end = min(col_end, source.width), min(row_end, source.height)
    return Window(col, row, col_end - col, row_end - row) if col < col_end and row < row_end else None


def _pixel_m(source: Any, grid: Grid) -> float:
    """Ground size of a source pixel, m."""
    width, height = abs(source.transform.a), abs(source.transform.e)
    if source.crs.is_geographic:
        return float(min(width * 111_320.0, height * 110_574.0))
    try:
        return float(min(width, height)) * float(source.crs.linear_units_factor[1])
    except (CRSError, KeyError):
        return float(min(width, height))


def _onto(
    grid: Grid, values: NDArray[Any], transform: Affine, crs: Any, *, empty: float, method: Resampling
) -> NDArray[Any]:
    out = np.full(grid.shape, empty, values.dtype)
    reproject(
        values, out, src_transform=transform, src_crs=crs, src_nodata=empty, dst_transform=Affine(*grid.transform()),
        dst_crs=grid.crs, dst_nodata=empty, resampling=method,
    )  # fmt: skip
    return out


def read_dem(path: Path, grid: Grid) -> tuple[Raster, tuple[str, ...]]:
    """Elevation [m] on the grid, NaN where the file has none, and what was odd about the file.

    Bilinear, or the mean of the source's pixels where these are finer. Values that no land has are taken
    as gaps.
    """
    name = Path(path).name
    with _opened(path) as source:
        window = _window(source, grid)
        if window is None:
            raise InvalidInput(
                f"{name} lies somewhere else: it shares no ground with the map; use a terrain model of this place.",
                file=name,
            )
        told = list(_old_datum(path, source.crs.to_wkt()))
        values, transform, doubt = _elevations(source, window, grid)
        told += [f"{name}: {text}" for text in doubt]
        finer = grid.cell_m > 1.5 * _pixel_m(source, grid) * max(1.0, abs(transform.a / source.transform.a))
        method = Resampling.average if finer else Resampling.bilinear
        z = _onto(grid, values, transform, source.crs, empty=float("nan"), method=method)
    if np.isnan(z).all():
        raise InvalidInput(
            f"{name} has no elevation anywhere on the map; use a terrain model of this place.", file=name
        )
    return Raster(z, grid, "elevation_m"), tuple(told)


def _elevations(source: Any, window: Window, grid: Grid) -> tuple[NDArray[np.float32], Affine, list[str]]:
    """A window as float32 with NaN for gaps, its transform, and doubts; thinned where far finer than the grid."""
    thin = max(1, int(grid.cell_m / (2.0 * _pixel_m(source, grid))))
    if source.nodata is None and window.height * window.width <= MAX_CELLS:
        thin = 1  # an average would mix gaps that nobody declared into good ground
    shape = (max(1, int(window.height) // thin), max(1, int(window.width) // thin))
    method = Resampling.average if thin > 1 else Resampling.nearest
    read = source.read(1, window=window, out_shape=shape, resampling=method, masked=True)
    values = np.asarray(
        read.filled(np.nan) if read.dtype.kind == "f" else read.astype(np.float32).filled(np.nan), np.float32
    )
    scale, offset = source.scales[0] or 1.0, source.offsets[0] or 0.0
    if (scale, offset) != (1.0, 0.0):
        values = (values * scale + offset).astype(np.float32)
    absurd = (values < LOWEST_M) | (values > HIGHEST_M)
    doubts = []
    if absurd.any():
        doubts.append(
            f"{percent(float(absurd.mean()))} of its pixels read as elevations that no land has "
            f"(such as {float(values[absurd][0]):g} m); they are taken as gaps."
        )
        values[absurd] = np.nan
    t, wide, high = source.window_transform(window), window.width / shape[1], window.height / shape[0]
    transform = Affine(t.a * wide, t.b * high, t.c, t.d * wide, t.e * high, t.f)
    return values, transform, doubts


def read_landcover(path: Path, grid: Grid, legend: str) -> tuple[Raster, tuple[str, ...]]:
    """Land-cover class codes on the grid, 0 where there is none, and what was odd about the file.

    The nearest class, or the commonest where the source is finer than the grid.
    """
    name = Path(path).name
    if legend not in LEGENDS:
        raise InvalidInput(f'The legend "{legend}" is not known; say {" or ".join(LEGENDS)}.', field="legend")
    with _opened(path) as source:
        if np.dtype(source.dtypes[0]).kind == "f":
            raise InvalidInput(f"{name} holds decimal numbers, not land-cover classes; is it another layer?", file=name)
        told = list(_old_datum(path, source.crs.to_wkt()))
        window = _window(source, grid)
        if window is None:
            empty = Raster(np.zeros(grid.shape, np.int16), grid, "landcover")
            return empty, (*told, f"{name} shares no ground with the map; no land cover is known.")
        classes = source.read(1, window=window, masked=True).filled(0).astype(np.int16)
        finer = grid.cell_m > 1.5 * _pixel_m(source, grid)
        method = Resampling.mode if finer else Resampling.nearest
        found = _onto(grid, classes, source.window_transform(window), source.crs, empty=0, method=method)
    return Raster(found, grid, "landcover"), tuple(told)


def dem_holds(path: Path, position: Position) -> bool:
    """Whether a terrain model has an elevation at a position."""
    return bool(np.isfinite(elevations(path, [position.lon_deg], [position.lat_deg]))[0])


def elevations(path: Path, lon_deg: ArrayLike, lat_deg: ArrayLike) -> NDArray[np.float64]:
    """Elevation [m] at points, bilinear between pixel centres, NaN off the file or in a gap."""
    lon, lat = np.atleast_1d(np.asarray(lon_deg, float)), np.atleast_1d(np.asarray(lat_deg, float))
    found = np.full(lon.shape, np.nan)
    with _opened(path) as source:
        x, y = transformer(WGS84, source.crs.to_wkt())(lon, lat)
        back = ~source.transform
        x, y = np.asarray(x), np.asarray(y)
        col, row = back.a * x + back.b * y + back.c, back.d * x + back.e * y + back.f
        on = (
            np.isfinite(col) & np.isfinite(row) & (col >= 0) & (row >= 0) & (col < source.width) & (row < source.height)
        )
        if not on.any():
            return found
        first_col, first_row = max(int(col[on].min()) - 1, 0), max(int(row[on].min()) - 1, 0)
        last_col, last_row = min(int(col[on].max()) + 2, source.width), min(int(row[on].max()) + 2, source.height)
        window = Window(first_col, first_row, last_col - first_col, last_row - first_row)
        values = source.read(1, window=window, masked=True).astype(float).filled(np.nan)
    values[(values < LOWEST_M) | (values > HIGHEST_M)] = np.nan
    at = np.array([row[on] - first_row - 0.5, col[on] - first_col - 0.5])
    smooth = map_coordinates(values, at, order=1, mode="nearest")
    found[on] = np.where(np.isnan(smooth), map_coordinates(values, at, order=0, mode="nearest"), smooth)
    return found


def native_grid(path: Path, position: Position) -> Grid:
    """A metric grid over the whole of a terrain model, in its own cells where these are metric squares."""
    with _opened(path) as source:
        epsg = source.crs.to_epsg()
        own = f"EPSG:{epsg}" if epsg else source.crs.to_wkt()
        a, b, _, d, e, _ = tuple(source.transform)[:6]
        if _is_metric(own) and b == d == 0.0 and a == -e:
            return Grid(
                crs=own, x_west_m=source.transform.c, y_north_m=source.transform.f, cell_m=a,
                height=source.height, width=source.width,
            )  # fmt: skip
        crs = proposed_crs(position)
        west, south, east, north = transform_bounds(source.crs, crs, *source.bounds, densify_pts=21)
        cell = max((east - west) / source.width, (north - south) / source.height)
        cell = max(cell, float(np.sqrt((east - west) * (north - south) / MAX_CELLS)))
        return Grid(
            crs=crs, x_west_m=west, y_north_m=north, cell_m=cell,
            height=max(1, int((north - south) / cell)), width=max(1, int((east - west) / cell)),
        )  # fmt: skip


def _is_metric(crs: str) -> bool:
    try:
        checked_crs(crs)
    except InvalidInput:
        return False
    return True


# --- lines ----------------------------------------------------------------------------------------


def _quietly(read: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """GDAL's remarks on feature ids and separators are nobody's business here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return read(*args, **kwargs)


def _line_layer(path: Path, layer: str | None) -> tuple[Path | str, str, str]:
    """`(what to open, layer, crs)` of a file of lines, or a sentence."""
    path = Path(path)
    if not path.is_file():
        raise DataUnavailable(f"{path.name} is not on this disk; copy it here and try again.", file=path.name)
    head = _refuse_pointer(path)
    opened: Path | str = f"/vsizip/{{{path.resolve()}}}" if head.startswith(b"PK\x03\x04") else path
    try:
        layers = _quietly(pyogrio.list_layers, opened)
        names = [str(name) for name, kind in layers if kind and "Point" not in kind]
        if layer is None and len(names) != 1:
            there = ", ".join(names) or "no layer of lines"
            raise InvalidInput(f"{path.name} holds {there}; name one layer, as in FILE:LAYER.", file=path.name)
        if layer is not None and layer not in names:
            there = ", ".join(names) or "none with lines"
            raise InvalidInput(f'{path.name} has no layer of lines "{layer}"; it has {there}.', file=path.name)
        chosen = layer or names[0]
        crs = _quietly(pyogrio.read_info, opened, layer=chosen)["crs"]
    except (DataSourceError, DataLayerError):
        raise InvalidInput(
            f"{path.name} is not a file of lines that can be read; use GeoPackage, GeoJSON, GPX or zipped Shapefile.",
            file=path.name,
        ) from None
    if not crs:
        raise InvalidInput(
            f"{path.name} does not say its reference system; save it again as GeoPackage.", file=path.name
        )
    return opened, chosen, str(crs)


def check_lines(path: Path, layer: str | None) -> None:
    """Refuse a file that holds no readable layer of lines."""
    _line_layer(path, layer)


def read_lines(path: Path, layer: str | None, grid: Grid) -> tuple[tuple[NDArray[np.float64], ...], tuple[str, ...]]:
    """Lines of a layer as `[n, 2]` metric x, y, cut to the grid; areas give their edges."""
    opened, chosen, crs = _line_layer(path, layer)
    geometry, _ = _layer_on(opened, chosen, crs, grid, [])
    lines = _cut_lines(geometry, crs, grid)
    told = _old_datum(path, crs)
    return lines, told if lines else (*told, f"{Path(path).name} has no lines on the map.")


# highway values of OpenStreetMap that a walker meets as a path; every other highway counts as a road
_OSM_PATHS = ("path", "footway", "track", "bridleway", "steps", "cycleway", "pedestrian", "via_ferrata")


def check_osm(path: Path) -> None:
    """Refuse a file that is no OpenStreetMap extract."""
    if b"OSMHeader" not in Path(path).read_bytes()[:256]:
        raise InvalidInput(f"{path.name} is not an OpenStreetMap extract (.osm.pbf).", file=path.name)


def read_osm(path: Path, grid: Grid) -> tuple[dict[str, tuple[NDArray[np.float64], ...]], tuple[str, ...]]:
    """Trails, roads and streams of an OpenStreetMap extract as `[n, 2]` metric x, y, cut to the grid."""
    crs = "EPSG:4326"
    geometry, (highway, waterway) = _layer_on(path, "lines", crs, grid, ["highway", "waterway"])
    paths = np.isin(highway, _OSM_PATHS)
    roads = np.array([h is not None for h in highway], bool) & ~paths
    streams = np.array([w is not None for w in waterway], bool)
    found = {
        kind: _cut_lines(geometry[chosen], crs, grid)
        for kind, chosen in (("trail", paths), ("road", roads), ("stream", streams))
    }
    found = {kind: lines for kind, lines in found.items() if lines}
    told = () if found else (f"{Path(path).name} has no trails, roads or streams on the map.",)
    return found, told


def _layer_on(
    opened: Path | str, layer: str, crs: str, grid: Grid, columns: list[str]
) -> tuple[NDArray[np.object_], list[NDArray[np.object_]]]:
    """Geometries of a layer that meet the grid, and some of their columns."""
    edge = (grid.x_west_m, grid.y_south_m, grid.x_east_m, grid.y_north_m)
    try:
        box = transform_bounds(grid.crs, crs, *edge, densify_pts=21)
        _, _, geometry, fields = _quietly(
            pyogrio.raw.read, opened, layer=layer, bbox=box, columns=columns, force_2d=True
        )
    except (RasterioError, CRSError, DataSourceError, DataLayerError):
        name = Path(str(opened)).name
        raise InvalidInput(f"{name} cannot be brought onto the map of {grid.crs}.", file=name) from None
    shapes = shapely.from_wkb(np.asarray(geometry, object), on_invalid="ignore")
    known = np.array([s is not None and not s.is_empty for s in shapes], bool)
    return np.asarray(shapes, object)[known], [np.asarray(f, object)[known] for f in fields]


def _cut_lines(shapes: NDArray[np.object_], crs: str, grid: Grid) -> tuple[NDArray[np.float64], ...]:
    if not len(shapes):
        return ()
    shapes = shapes.copy()
    areas = shapely.get_dimensions(shapes) == 2
    shapes[areas] = shapely.boundary(shapes[areas])
    to_grid = transformer(crs, grid.crs)
    metric = shapely.transform(shapes, lambda xy: np.column_stack(to_grid(xy[:, 0], xy[:, 1])))
    edge = (grid.x_west_m, grid.y_south_m, grid.x_east_m, grid.y_north_m)
    parts = shapely.get_parts(shapely.get_parts(shapely.clip_by_rect(metric, *edge)))
    return tuple(shapely.get_coordinates(p) for p in parts if shapely.get_dimensions(p) == 1 and not p.is_empty)
