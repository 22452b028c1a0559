"""Terrain files good and bad, made here; and, where the data folder is, real ones."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from wayhome.base.errors import DataUnavailable, InvalidInput
from wayhome.base.place import Position
from wayhome.base.projection import projection, proposed_crs
from wayhome.base.raster import Grid
from wayhome.ground.local import (
    check_lines,
    check_raster,
    dem_holds,
    elevations,
    native_grid,
    read_dem,
    read_landcover,
    read_lines,
)

DATA = Path(os.environ.get("WAYHOME_DATA") or Path(__file__).resolve().parents[2].parent / "shared" / "data")
CRS = "EPSG:32612"
GRID = Grid(crs=CRS, x_west_m=500_000.0, y_north_m=4_000_000.0, cell_m=100.0, height=20, width=30)


def tif(
    path: Path, values: np.ndarray, cell: float, *, crs: str | None = CRS, west: float = 500_000.0,
    north: float = 4_000_000.0, nodata: float | None = None,
) -> Path:  # fmt: skip
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1, dtype=values.dtype,
        crs=crs, transform=from_origin(west, north, cell, cell), nodata=nodata,
    ) as out:  # fmt: skip
        out.write(values, 1)
    return path


def ramp(height: int, width: int, cell: float) -> np.ndarray:
    """1 m up per 10 m east."""
    return np.broadcast_to((np.arange(width) + 0.5) * cell / 10, (height, width)).astype(np.float32)


@pytest.mark.parametrize("cell", [20.0, 50.0, 100.0, 250.0])
def test_a_ramp_stays_a_ramp_at_any_resolution(tmp_path: Path, cell: float) -> None:
    rows, cols = int(4000 / cell), int(5000 / cell)
    file = tif(tmp_path / "d.tif", ramp(rows, cols, cell), cell, west=499_000.0, north=4_001_000.0)
    raster, told = read_dem(file, GRID)
    expected = (GRID.x_m() - 499_000.0) / 10
    np.testing.assert_allclose(raster.values, np.broadcast_to(expected, GRID.shape), atol=0.3)
    assert told == ()


def test_declared_and_undeclared_gaps_are_nan(tmp_path: Path) -> None:
    z = ramp(20, 30, 100.0).copy()
    z[:5] = -9999.0
    declared, told = read_dem(tif(tmp_path / "a.tif", z, 100.0, nodata=-9999.0), GRID)
    assert np.isnan(declared.values[:4]).all()
    assert told == ()
    silent, said = read_dem(tif(tmp_path / "b.tif", z, 100.0), GRID)
    assert np.isnan(silent.values[:4]).all()
    assert np.isfinite(silent.values[6:]).all()
    assert float(np.nanmin(silent.values)) > 0.0
    assert "-9999" in said[0]


def test_degrees_are_brought_onto_the_grid(tmp_path: Path) -> None:
    p = projection(CRS).position(501_500.0, 3_999_000.0)
    z = np.full((200, 200), 321.0, np.float32)
    file = tif(tmp_path / "d.tif", z, 0.0005, crs="EPSG:4326", west=p.lon_deg - 0.05, north=p.lat_deg + 0.05)
    raster, _ = read_dem(file, GRID)
    np.testing.assert_allclose(raster.values, 321.0)
    assert dem_holds(file, p)
    assert not dem_holds(file, Position(lat_deg=10.0, lon_deg=10.0))


def test_part_of_the_map_without_ground_is_nan(tmp_path: Path) -> None:
    raster, _ = read_dem(tif(tmp_path / "d.tif", ramp(20, 15, 100.0), 100.0), GRID)
    assert np.isfinite(raster.values[:, :15]).all()
    assert np.isnan(raster.values[:, 16:]).all()


def test_an_old_datum_is_told(tmp_path: Path) -> None:
    file = tif(tmp_path / "d.tif", ramp(40, 50, 100.0), 100.0, crs="EPSG:26712", west=499_000.0, north=4_001_000.0)
    assert any("older reference system" in text for text in read_dem(file, GRID)[1])


@pytest.mark.hostile
def test_bad_files_are_sentences(tmp_path: Path) -> None:
    text = tmp_path / "notes.tif"
    text.write_text("not a raster")
    vrt = tmp_path / "far.tif"
    vrt.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>')
    z = ramp(20, 30, 100.0)
    for file, words in (
        (text, "not a raster"),
        (vrt, "points to other files"),
        (tif(tmp_path / "nowhere.tif", z, 100.0, crs=None), "reference system"),
        (tif(tmp_path / "elsewhere.tif", z, 100.0, west=900_000.0), "somewhere else"),
        (tif(tmp_path / "empty.tif", np.full_like(z, -9999.0), 100.0, nodata=-9999.0), "no elevation"),
    ):
        with pytest.raises(InvalidInput, match=words):
            read_dem(file, GRID)
    with pytest.raises(DataUnavailable, match="not on this disk"):
        check_raster(tmp_path / "absent.tif")


def test_classes_are_never_mixed(tmp_path: Path) -> None:
    classes = np.full((40, 60), 41, np.uint8)
    classes[:, 30:] = 11
    raster, _ = read_landcover(tif(tmp_path / "c.tif", classes, 50.0, nodata=0), GRID, "nlcd")
    assert set(np.unique(raster.values)) == {11, 41}
    assert np.all(raster.values[:, :15] == 41)
    mostly = np.full((200, 300), 41, np.uint8)  # 10 m: the commonest of 100 wins
    mostly[::2, ::3] = 11
    assert np.all(read_landcover(tif(tmp_path / "m.tif", mostly, 10.0), GRID, "nlcd")[0].values == 41)


def test_cover_elsewhere_is_no_cover(tmp_path: Path) -> None:
    raster, told = read_landcover(tif(tmp_path / "c.tif", np.ones((9, 9), np.uint8), 50.0, west=9e5), GRID, "nlcd")
    assert not raster.values.any()
    assert "shares no ground" in told[0]
    with pytest.raises(InvalidInput, match="legend"):
        read_landcover(tmp_path / "c.tif", GRID, "corine")
    with pytest.raises(InvalidInput, match="decimal"):
        read_landcover(tif(tmp_path / "f.tif", ramp(20, 30, 100.0), 100.0), GRID, "nlcd")


def test_elevation_between_pixel_centres(tmp_path: Path) -> None:
    file = tif(tmp_path / "d.tif", ramp(20, 30, 100.0), 100.0)
    lon, lat = projection(CRS).inverse(np.array([501_000.0, 501_037.0, 400_000.0]), np.full(3, 3_999_050.0))
    np.testing.assert_allclose(elevations(file, lon, lat), [100.0, 103.7, np.nan], atol=0.01)


def test_native_grid_keeps_metric_cells(tmp_path: Path) -> None:
    here = projection(CRS).position(501_500.0, 3_999_000.0)
    assert native_grid(tif(tmp_path / "d.tif", ramp(20, 30, 100.0), 100.0), here) == GRID
    degrees = tif(tmp_path / "g.tif", ramp(60, 60, 1.0), 0.001, crs="EPSG:4326", west=-111.0, north=36.1)
    grid = native_grid(degrees, here)
    assert grid.crs == proposed_crs(here)
    assert 90.0 < grid.cell_m < 115.0  # 0.001 degrees are 111 m north, 90 m east


def lines_file(path: Path, **layers: shapely.Geometry) -> Path:
    for number, (name, shape) in enumerate(layers.items()):
        pyogrio.raw.write(
            path, np.array([shape.wkb], object), field_data=[], fields=np.array([], object), layer=name,
            geometry_type=shape.geom_type, crs=CRS, append=number > 0, driver="GPKG",
        )  # fmt: skip
    return path


def test_lines_are_metric_and_cut_to_the_map(tmp_path: Path) -> None:
    line = shapely.LineString([(499_000, 3_999_000), (501_000, 3_999_000)])
    file = lines_file(tmp_path / "l.gpkg", trails=line)
    (found,), told = read_lines(file, None, GRID)
    np.testing.assert_allclose(found, [[500_000.0, 3_999_000.0], [501_000.0, 3_999_000.0]], atol=1e-3)
    assert told == ()
    bare = tmp_path / "blob"  # kept by content, without an ending
    bare.write_bytes(file.read_bytes())
    assert len(read_lines(bare, "trails", GRID)[0]) == 1


def test_layers_must_be_named_where_there_are_several(tmp_path: Path) -> None:
    line = shapely.LineString([(500_100, 3_999_000), (501_000, 3_999_000)])
    pond = shapely.box(500_500, 3_998_500, 500_900, 3_998_900)
    file = lines_file(tmp_path / "l.gpkg", trails=line, water=pond, signs=shapely.Point(500_500, 3_999_000))
    with pytest.raises(InvalidInput, match="trails, water"):
        check_lines(file, None)
    with pytest.raises(InvalidInput, match="no layer of lines"):
        check_lines(file, "signs")
    (edge,), _ = read_lines(file, "water", GRID)
    assert np.allclose(edge[0], edge[-1])
    elsewhere = GRID.replace(x_west_m=600_000.0)
    assert read_lines(file, "trails", elsewhere) == ((), ("l.gpkg has no lines on the map.",))
    bad = tmp_path / "x.geojson"
    bad.write_text("{")
    with pytest.raises(InvalidInput, match="not a file of lines"):
        check_lines(bad, None)


REAL = [  # file, a place on it, elevation range that its head or a map of the place gives (m)
    ("andorra/andorra_dem_utm31_30m_resampled.tif", (42.55, 1.58), (800, 2950)),
    ("andorra/andorra_srtm3_90m_wgs84.tif", (42.55, 1.58), (800, 2950)),
    ("quabbin/quabbin_dem_30m.tif", (42.4, -72.2), (0, 600)),
    ("blue_hills/bluehills_dem_30m.tif", (42.215, -71.09), (-10, 200)),
    ("zion/srtm.tif", (37.3, -113.0), (1100, 2700)),
    ("marbles/elev.tif", (41.56, -123.19), (1200, 2300)),
    ("san_pedro/dem.tif", (37.58, -122.48), (-10, 600)),
    ("hgt/N55W003.tif", (55.9, -2.5), (-10, 600)),
]


@pytest.mark.skipif(not (DATA / "terrain").is_dir(), reason="no terrain: set WAYHOME_DATA to the data folder")
@pytest.mark.parametrize(("name", "place", "band"), REAL)
def test_real_terrain(name: str, place: tuple[float, float], band: tuple[float, float]) -> None:
    here = Position(lat_deg=place[0], lon_deg=place[1])
    crs = proposed_crs(here)
    grid = Grid.around(crs, *projection(crs).xy_m(here), box_m=8_000, cell_m=60)
    raster, _ = read_dem(DATA / "terrain" / name, grid)
    assert band[0] <= np.nanmin(raster.values) <= np.nanmax(raster.values) <= band[1]
    assert dem_holds(DATA / "terrain" / name, here)
    at = raster.at(here)
    assert at == pytest.approx(float(elevations(DATA / "terrain" / name, [place[1]], [place[0]])[0]), abs=25)
