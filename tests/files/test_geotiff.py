"""GeoTIFF maps: probabilities that still sum to 1, and grids that come back where they were."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.io import MemoryFile
from rasterio.transform import Affine

from wayhome.base.errors import DataUnavailable, InvalidInput
from wayhome.base.raster import Grid, Quantity, Raster
from wayhome.files.geotiff import read_geotiff, write_geotiff

GRID = Grid(crs="EPSG:32619", x_west_m=328_000.5, y_north_m=4_674_000.25, cell_m=100.0, height=3, width=5)


def foreign(
    values: Any, *, crs: str | None = "EPSG:32619", transform: Affine | None = None, tags: Any = (), **more: Any
) -> bytes:
    """A GeoTIFF as another program would write it."""
    array = np.asarray(values)
    bands = array if array.ndim == 3 else array[None]
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", height=bands.shape[1], width=bands.shape[2], count=bands.shape[0], dtype=bands.dtype.name,
            crs=crs, transform=transform or Affine(*GRID.transform()), **more,
        ) as file:  # fmt: skip
            file.write(bands)
            file.update_tags(**dict(tags))
        return bytes(memory.read())


@pytest.mark.parametrize("add_up_in", [np.float64, np.float32])
def test_a_million_cells_and_the_rest_of_world_sum_to_one(add_up_in: type) -> None:
    """Within 1e-6, however the reader adds them up; INTERFACES, `wayhome prior`."""
    grid = GRID.replace(height=1000, width=1000)
    weight = np.exp(-grid.distance_m(grid.x_m()[500], grid.y_m()[500]) / 3_000.0)
    outside = 0.137
    poa = weight / weight.sum() * (1.0 - outside)
    data = write_geotiff(Raster(poa, grid, "poa"), {"REST_OF_WORLD": repr(outside)})
    with MemoryFile(data) as memory, memory.open() as file:
        total = float(file.read(1).sum(dtype=add_up_in)) + float(file.tags()["REST_OF_WORLD"])
    assert abs(total - 1.0) < 1e-6


def test_probabilities_far_from_the_ipp_stay_above_zero() -> None:
    """1e-60 is zero as float32, and its logarithm would be no number."""
    poa = np.full(GRID.shape, 1e-60)
    read, _ = read_geotiff(write_geotiff(Raster(poa, GRID, "poa"), {}))
    assert np.array_equal(read.values, poa)


def test_the_file_is_as_the_interface_says() -> None:
    values = np.arange(15.0).reshape(3, 5)
    with (
        MemoryFile(write_geotiff(Raster(values, GRID, "poa"), {"SEED": "7", "MODEL": "a > b"})) as memory,
        memory.open() as file,
    ):
        assert file.count == 1
        assert file.dtypes == ("float64",)
        assert file.nodata is None
        assert file.crs.to_epsg() == 32619
        assert file.profile["tiled"]
        assert file.compression.value == "DEFLATE"
        assert tuple(file.transform)[:6] == (100.0, 0.0, 328_000.5, 0.0, -100.0, 4_674_000.25)
        assert file.read(1)[0].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]  # row 0 is the north
        # the centre of the north-west cell, by hand
        assert next(file.sample([(328_050.5, 4_673_950.25)])) == [0.0]
        assert (file.tags()["SEED"], file.tags()["MODEL"], file.tags()["QUANTITY"]) == ("7", "a > b", "poa")


@pytest.mark.parametrize(
    ("quantity", "dtype"),
    [("poa", "float64"), ("seconds", "float32"), ("elevation_m", "float64"), ("landcover", "uint8"), ("landcover", "int16"),
     ("pod", "float64"), ("mask", "bool")],
)  # fmt: skip
def test_values_grid_quantity_and_tags_come_back(quantity: Quantity, dtype: str) -> None:
    values = (np.arange(15).reshape(3, 5) % 2).astype(dtype)
    tags = {"REST_OF_WORLD": "0.25", "CAVEATS": "no land cover | 2 of 3 · «ü»"}
    read, found = read_geotiff(write_geotiff(Raster(values, GRID, quantity), tags), "coverage")
    assert (read.grid, read.quantity, found) == (GRID, quantity, tags)
    assert np.array_equal(read.values, values)
    assert read.values.dtype == (np.uint8 if dtype == "bool" else np.dtype(dtype))


def test_equal_rasters_give_equal_bytes() -> None:
    raster = Raster(np.linspace(0, 1, 15).reshape(3, 5), GRID, "pod")
    assert write_geotiff(raster, {"A": "1", "B": "2"}) == write_geotiff(raster, {"A": "1", "B": "2"})


def test_a_map_is_read_from_the_disk_too(tmp_path: Path) -> None:
    path = tmp_path / "poa.tif"
    path.write_bytes(write_geotiff(Raster(np.ones(GRID.shape), GRID, "poa"), {}))
    assert read_geotiff(path)[0].grid == GRID
    with pytest.raises(DataUnavailable, match=r"gone\.tif is not on this disk"):
        read_geotiff(tmp_path / "gone.tif")


def test_a_foreign_map_means_what_the_reader_asks_for() -> None:
    read, _ = read_geotiff(foreign(np.ones((3, 5), "float32")), "pod")
    assert read.quantity == "pod"


def test_nodata_becomes_nan() -> None:
    values = np.array([[1, 2, -9999], [4, 5, 6], [7, 8, 9]], "int16")
    read, _ = read_geotiff(foreign(values, nodata=-9999), "elevation_m")
    assert np.isnan(read.values[0, 2])
    assert np.nansum(read.values) == 42.0


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (foreign(np.ones((2, 3, 5))), "2 bands"),
        (foreign(np.ones((3, 5)), transform=Affine(100, 0, 0, 0, -90, 0)), "square cells"),
        (foreign(np.ones((3, 5)), transform=Affine(100, 0, 0, 0, 100, 0)), "north up"),
        (foreign(np.ones((3, 5)), transform=Affine(70, 70, 0, 70, -70, 0)), "north up"),
        (foreign(np.ones((3, 5)), crs=None), "no reference system"),
        (foreign(np.ones((3, 5)), crs="EPSG:4326"), "not in metres"),
        (foreign(np.ones((3, 5)), crs="EPSG:3857"), "Web Mercator"),
        (foreign(np.ones((3, 5)), crs="EPSG:2263"), "not in metres"),  # New York, US survey feet
        (foreign(np.ones((3, 5), "complex64")), "complex64"),
        (b"PK\x03\x04", "no GeoTIFF"),
    ],
)
def test_what_is_no_map_is_told_in_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        read_geotiff(data)


def test_an_unknown_quantity_is_told() -> None:
    data = foreign(np.ones((3, 5)), tags={"QUANTITY": "hope"})
    with pytest.raises(InvalidInput, match='"hope", which is not known'):
        read_geotiff(data)


def test_a_text_that_names_other_files_is_not_opened() -> None:
    """A VRT is XML that GDAL would follow to any file or address."""
    vrt = b'<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand><SimpleSource><SourceFilename>/etc/hostname'
    with pytest.raises(InvalidInput, match="no GeoTIFF"):
        read_geotiff(vrt)


def test_real_terrain_comes_back_where_it_was(data_folder: Path) -> None:
    path = data_folder / "terrain/san_pedro/dem.tif"
    raster, tags = read_geotiff(path, "elevation_m")
    again, _ = read_geotiff(write_geotiff(raster, tags))
    assert again.grid == raster.grid
    assert np.array_equal(again.values, raster.values, equal_nan=True)
    with rasterio.open(io.BytesIO(path.read_bytes())) as file:
        assert (raster.grid.cell_m, raster.grid.shape) == (10.0, file.shape)
        assert raster.grid.x_west_m == file.bounds.left
        assert raster.grid.y_north_m == file.bounds.top
