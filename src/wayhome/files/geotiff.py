"""GeoTIFF maps: a raster on a metric grid with its tags, lossless both ways.

Knows north-up grids of square cells in metres. Refuses others: resampling is a named act elsewhere.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, get_args

import numpy as np
import rasterio
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
from rasterio.io import MemoryFile
from rasterio.transform import Affine

from wayhome.base.errors import DataUnavailable, InvalidInput
from wayhome.base.projection import checked_crs
from wayhome.base.raster import Grid, Quantity, Raster
from wayhome.files.shapes import plain_text

TIFF_MAGIC = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")  # the last two are BigTIFF
_BLOCK = 256
_OWN_TAGS = ("AREA_OR_POINT", "QUANTITY")


def write_geotiff(raster: Raster, tags: Mapping[str, str]) -> bytes:
    """A single-band GeoTIFF of the raster, row 0 north, without nodata, deflated in tiles.

    Probabilities are written as float64: as float32 a cell far from the IPP becomes zero (below 1e-45), and a
    reader that adds up a million cells in float32 loses the sixth digit. Other values keep their type. The tag
    `QUANTITY` says what the values mean.
    """
    values, grid = raster.values, raster.grid
    if values.dtype == bool:
        values = values.astype(np.uint8)
    elif raster.quantity == "poa" or values.dtype == np.float16:
        values = values.astype(np.float64)
    is_float = values.dtype.kind == "f"
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            height=grid.height,
            width=grid.width,
            count=1,
            dtype=values.dtype.name,
            crs=rasterio.crs.CRS.from_user_input(checked_crs(grid.crs)),
            transform=Affine(*grid.transform()),
            tiled=True,
            blockxsize=_BLOCK,
            blockysize=_BLOCK,
            compress="deflate",
            predictor=3 if is_float else 2,
        ) as file:
            file.write(values, 1)
            file.set_band_description(1, raster.quantity)
            file.update_tags(**{plain_text(k): plain_text(v) for k, v in tags.items()}, QUANTITY=raster.quantity)
        return bytes(memory.read())


def read_geotiff(source: bytes | Path, quantity: Quantity = "poa") -> tuple[Raster, dict[str, str]]:
    """The raster and the tags of a GeoTIFF map; `quantity` counts where the file does not say.

    Cells marked as nodata become NaN, in floats. Raises `InvalidInput` for more than one band, for cells that
    are not square or not north up, and for a reference system that is absent or not in metres.
    """
    with _opened(source) as file:
        if file.count != 1:
            raise InvalidInput(f"The GeoTIFF has {file.count} bands; a map has one. Export a single band.")
        grid = _grid(file)
        try:
            values: Any = file.read(1)
        except RasterioError:
            raise InvalidInput("The GeoTIFF is cut short or damaged; export or copy it again.") from None
        if values.dtype.kind not in "uif":
            raise InvalidInput(f"The GeoTIFF holds {values.dtype} values; a map holds plain numbers.")
        if file.nodata is not None:
            missing = np.isnan(values) if np.isnan(file.nodata) else values == file.nodata
            if missing.any():
                values = np.where(missing, np.nan, values.astype(np.float64))
        tags = {str(k): str(v) for k, v in file.tags().items()}
    meant = tags.get("QUANTITY", quantity)
    if meant not in get_args(Quantity):
        raise InvalidInput(f'The GeoTIFF says it holds "{meant[:40]}", which is not known here.')
    return Raster(values, grid, meant), {k: v for k, v in tags.items() if k not in _OWN_TAGS}  # type: ignore[arg-type]


@contextmanager
def _opened(source: bytes | Path) -> Iterator[Any]:
    """The file, by the GeoTIFF driver alone: others follow paths and addresses written in the file."""
    if isinstance(source, Path) and not source.is_file():
        raise DataUnavailable(f"{source.name} is not on this disk; copy it here and try again.", file=source.name)
    head = source[:4] if isinstance(source, bytes) else _head(source)
    if head not in TIFF_MAGIC:
        raise InvalidInput("This is no GeoTIFF; export the map as GeoTIFF.")
    with ExitStack() as opened:
        opened.enter_context(warnings.catch_warnings())
        opened.enter_context(rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"))
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # we say it better ourselves
        try:
            if isinstance(source, bytes):
                memory: Any = opened.enter_context(MemoryFile(source))
                file = opened.enter_context(memory.open(driver="GTiff"))
            else:
                file = opened.enter_context(rasterio.open(source, driver="GTiff"))
        except RasterioError:
            raise InvalidInput("The GeoTIFF is cut short or damaged; export or copy it again.") from None
        yield file


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(4)


def _grid(file: Any) -> Grid:
    a, b, c, d, e, f = tuple(file.transform)[:6]
    if file.crs is None:
        raise InvalidInput("The GeoTIFF has no reference system; export it in a metric one such as a UTM zone.")
    if b or d or not (a > 0 and e < 0):
        raise InvalidInput("The GeoTIFF is turned or runs south to north; export it north up.")
    if abs(a + e) > 1e-6 * a:
        raise InvalidInput(f"The cells of the GeoTIFF are {a:g} by {-e:g}; export it with square cells.")
    try:
        epsg = file.crs.to_epsg()
        crs = f"EPSG:{epsg}" if epsg else file.crs.to_wkt()
    except CRSError:
        raise InvalidInput("The reference system of the GeoTIFF cannot be read; export it in a UTM zone.") from None
    return Grid(crs=checked_crs(crs), x_west_m=c, y_north_m=f, cell_m=a, height=file.height, width=file.width)
