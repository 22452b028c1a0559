"""`wayhome track` and `wayhome width` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from typer.testing import CliRunner, Result

from wayhome.base.place import Position
from wayhome.base.projection import projection
from wayhome.base.raster import Grid, Raster
from wayhome.cli import cli
from wayhome.files.geotiff import write_geotiff
from wayhome.files.gpx import read_gpx

START = Position(lat_deg=42.215, lon_deg=-71.09)


def run(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == code, result.output
    return result


def a_map(folder: Path) -> Path:
    """A hill of probability 600 m across, .5 of all."""
    out = projection("EPSG:32619")
    x, y = out.xy_m(START)
    grid = Grid.around("EPSG:32619", x, y, box_m=3000.0, cell_m=30.0)
    mass = np.exp(-0.5 * (grid.distance_m(x, y) / 300.0) ** 2)
    path = folder / "poa.tif"
    path.write_bytes(write_geotiff(Raster(0.5 * mass / mass.sum(), grid, "poa"), {}))
    return path


def test_a_track_keeps_to_its_length_and_says_how_good_it_is(tmp_path: Path) -> None:
    gpx = tmp_path / "t.gpx"
    told = json.loads(
        run("track", str(a_map(tmp_path)), "--start", "42.215,-71.09", "--length", "4 km", "--reach", "30 m", "--out", str(gpx)).stdout
    )  # fmt: skip
    assert 0.0 < told["pos"] <= told["pos_bound"] <= told["on_map"] <= 0.5 + 1e-9
    (track,) = read_gpx(gpx.read_bytes()).tracks
    x, y = projection("EPSG:32619").forward(track.lon_deg, track.lat_deg)
    assert float(np.hypot(np.diff(x), np.diff(y)).sum()) <= 4000.0 + 0.1
    assert abs(track.lat_deg[0] - START.lat_deg) < 1e-6


def test_ground_not_to_be_entered_is_not_entered(tmp_path: Path) -> None:
    corners = [[-71.089, 42.2], [-71.07, 42.2], [-71.07, 42.23], [-71.089, 42.23], [-71.089, 42.2]]
    area = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [corners]}}
    (tmp_path / "lake.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [area]}))
    gpx = tmp_path / "t.gpx"
    words = (
        "--start",
        "42.215,-71.091",
        "--length",
        "4 km",
        "--reach",
        "30 m",
        "--barred",
        str(tmp_path / "lake.geojson"),
    )
    run("track", str(a_map(tmp_path)), *words, "--out", str(gpx))
    (track,) = read_gpx(gpx.read_bytes()).tracks
    assert track.lon_deg.max() < -71.089 + 0.0003  # to a cell


def test_a_start_off_the_map_is_said(tmp_path: Path) -> None:
    words = ("--start", "45,-71.09", "--length", "4 km", "--reach", "30 m", "--out", str(tmp_path / "t.gpx"))
    told = json.loads(run("track", str(a_map(tmp_path)), *words, code=2).stdout)
    assert "off the map" in told["error"]["message"]


def test_a_width_comes_with_its_interval_and_an_unknown_one_with_none() -> None:
    told = json.loads(run("width", "--range", "20 m", "--visibility", "medium", "--json").stdout)
    assert told["value_m"] == 32.0  # 1.6 x Rd, Koester et al. 2014
    assert told["low_m"] < 32.0 < told["high_m"] and told["sources"] == ["koester2014"]
    unknown = run("width", "--sensor", "helicopter_infrared")
    assert "No sweep width is known" in unknown.stdout
    assert "Placeholder, not used" in unknown.stderr
    assert "searcher" in run("width", "--list").stdout
