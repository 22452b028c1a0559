"""Pictures of rasters for a map that is looked at, in Web Mercator, in which nothing is ever computed.

Knows windows of colour pictures and of classes, at the size at which they are shown. Refuses to resample elevations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rasterio.enums import ColorInterp, Resampling
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT

from wayhome.base.errors import InvalidInput
from wayhome.ground.local import _opened

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MERCATOR = "EPSG:3857"
HALF_WORLD_M = 20_037_508.342789244  # half the side of the Web Mercator square


def tile_box(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """West, south, east and north of a tile, metres of Web Mercator."""
    side = 2 * HALF_WORLD_M / 2**z
    west, north = -HALF_WORLD_M + x * side, HALF_WORLD_M - y * side
    return west, north - side, west + side, north


def _window(path: Path, box: tuple[float, float, float, float], px: int, method: Resampling) -> Any:
    west, south, east, north = box
    transform = Affine((east - west) / px, 0.0, west, 0.0, -(north - south) / px, north)
    source = _opened(path)
    opened = source.__enter__()
    vrt = WarpedVRT(
        opened,
        crs=MERCATOR,
        transform=transform,
        width=px,
        height=px,
        resampling=method,
        add_alpha=_wants_alpha(opened),
    )
    return source, opened, vrt


def _wants_alpha(source: Any) -> bool:
    return ColorInterp.alpha not in source.colorinterp and source.nodata is None


def classes_tile(path: Path, box: tuple[float, float, float, float], px: int) -> NDArray[np.uint8]:
    """Class codes `[px, px]`, 0 where there are none."""
    manager, source, vrt = _window(path, box, px, Resampling.nearest)
    try:
        with vrt:
            found = vrt.read(1)
            empty = 0 if source.nodata is None else source.nodata
            if vrt.count > source.count:
                found = np.where(vrt.read(vrt.count) > 0, found, 0)
            found = np.where(found == empty, 0, found)
    finally:
        manager.__exit__(None, None, None)
    return np.asarray(np.clip(found, 0, 255), np.uint8)


def check_imagery(path: Path) -> None:
    """Refuse what is no picture with a place on the globe: one band of grey or palette, or three of colour, in 8 bits."""
    with _opened(path) as source:
        if source.dtypes[0] != "uint8" or (source.count == 2 and ColorInterp.alpha not in source.colorinterp):
            raise InvalidInput(
                f"{path.name} is no picture of 8 bits a band ({source.count} of {source.dtypes[0]}); "
                "save it as a GeoTIFF with red, green and blue of 8 bits each.",
                file=path.name,
            )


def imagery_bounds(path: Path) -> tuple[float, float, float, float]:
    """West, south, east and north of a picture, degrees."""
    from rasterio.warp import transform_bounds

    with _opened(path) as source:
        west, south, east, north = transform_bounds(source.crs, "EPSG:4326", *source.bounds, densify_pts=21)
    return float(west), float(south), float(east), float(north)


def imagery_pixel_m(path: Path) -> float:
    """Ground size of a pixel, m."""
    with _opened(path) as source:
        width = abs(source.transform.a)
        return float(width * 111_320.0) if source.crs.is_geographic else float(width)


def imagery_tile(path: Path, box: tuple[float, float, float, float], px: int) -> NDArray[np.uint8]:
    """Red, green, blue and alpha `[px, px, 4]`; reads the picture's own overviews where it has them."""
    manager, source, vrt = _window(path, box, px, Resampling.bilinear)
    try:
        palette = source.colormap(1) if source.colorinterp[0] == ColorInterp.palette else None
        if palette is not None:  # mixed codes are no colours
            vrt.close()
            manager.__exit__(None, None, None)
            manager, source, vrt = _window(path, box, px, Resampling.nearest)
        with vrt:
            bands = vrt.read()
            alpha = vrt.dataset_mask()
    finally:
        manager.__exit__(None, None, None)
    out = np.zeros((px, px, 4), np.uint8)
    if palette is not None:
        table = np.zeros((256, 3), np.uint8)
        for code, colour in palette.items():
            if 0 <= code < 256:
                table[code] = colour[:3]
        out[..., :3] = table[bands[0]]
    elif source.count >= 3:
        out[..., :3] = np.moveaxis(bands[:3], 0, 2)
    else:
        out[..., :3] = bands[0][..., None]
    out[..., 3] = alpha
    return out
