"""`wayhome segments`: what it writes, what it says, and that a case takes it in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from wayhome.base.projection import projection
from wayhome.base.raster import Grid, Raster
from wayhome.cli import cli, desk_first
from wayhome.files.geojson import read_geojson
from wayhome.files.geotiff import write_geotiff

Run = Callable[..., Result]
CRS = "EPSG:32619"
X, Y = 327_000.0, 4_675_000.0


def corners(*points: tuple[float, float]) -> list[list[float]]:
    """Metres east and north of the corner as GeoJSON coordinates."""
    places = [projection(CRS).position(X + east, Y + north) for east, north in points]
    return [[p.lon_deg, p.lat_deg] for p in places]


def polygon(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [corners(*points, points[0])]}


SQUARE = polygon((0, 0), (2000, 0), (2000, 2000), (0, 2000))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Level ground of 4 x 4 km, two trails that cross in the middle of a square, and the square."""
    grid = Grid.around(CRS, X + 1000.0, Y + 1000.0, box_m=4000.0, cell_m=30.0)
    level = Raster(np.zeros(grid.shape, np.float32), grid, "elevation_m")
    (tmp_path / "dem.tif").write_bytes(write_geotiff(level, {}))
    cross = [corners((-400, 1000), (2400, 1000)), corners((1000, -400), (1000, 2400))]
    (tmp_path / "trails.geojson").write_text(json.dumps({"type": "MultiLineString", "coordinates": cross}))
    (tmp_path / "area.geojson").write_text(json.dumps(SQUARE))
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line in this process, in the folder, on a desk of its own."""
    monkeypatch.chdir(folder)

    def act(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(cli, desk_first(["--desk", "desk", *words]))
        assert result.exit_code == code, result.output
        return result

    return act


ON_TRAILS = ("--dem", "dem.tif", "--lines", "trail=trails.geojson", "--boundary", "area.geojson", "--out", "s.geojson")


def test_two_trails_cut_a_square_into_four_segments(run: Run, folder: Path) -> None:
    # W = 10 m, 1 m/s, 4 searchers: 144,000 m2 an hour; a quarter takes 6.94 h
    team = ("--hours", "8", "--team-size", "4", "--sweep-width", "10 m", "--speed", "3.6 km/h")
    result = run("segments", *ON_TRAILS, *team, "--json")
    told = json.loads(result.stdout)
    assert [s["name"] for s in told["segments"]] == ["S1", "S2", "S3", "S4"]
    for segment in told["segments"]:
        assert segment["area_m2"] == pytest.approx(1e6, rel=3e-3)  # metres of UTM are 0.1 % off
        assert segment["hours"] == pytest.approx(6.94, rel=3e-3)
        assert segment["edges"]["trail"] == pytest.approx(0.5, abs=0.02)
    assert "measure it" in told["caveats"][-1]
    document = json.loads((folder / "s.geojson").read_text())
    assert document["caveats"] == told["caveats"]
    first = document["features"][0]
    assert first["geometry"]["type"] == "Polygon"
    assert first["properties"]["team_size"] == 4.0
    assert first["properties"]["sweep_width_m"] == 10.0
    assert first["properties"]["speed_mps"] == pytest.approx(1.0)
    assert first["properties"]["coverage"] == 1.0
    assert len(read_geojson((folder / "s.geojson").read_bytes())) == 4
    # where a trail leaves the square, 15 m of the square's own edge lie within a cell and a half of it: 30 m of 4 km
    assert "edge: trail 51 %, boundary 49 %" in run("segments", *ON_TRAILS, *team).stdout


def test_a_case_takes_the_segments_in(run: Run, folder: Path) -> None:
    run("segments", *ON_TRAILS, "--hours", "8")
    lon, lat = corners((1000, 1000))[0]
    (folder / "r.toml").write_text(
        f'title = "t"\nreported_at = 2026-05-09T19:40:00Z\n[subject]\ncategory = "hiker"\n[place]\nlat = {lat}\nlon = {lon}\nkind = "pls"\n'
    )
    case = json.loads(run("case", "open", "r.toml").stdout)["case"]
    run("import", case, "s.geojson", "--as", "segment")
    state = json.loads(run("case", "show", case, "--json").stdout)["state"]
    drawn = {s["name"] for s in state["area"]["segments"].values()}
    written = {f["properties"]["name"] for f in json.loads((folder / "s.geojson").read_text())["features"]}
    assert drawn == written
    assert len(drawn) >= 4


def test_lines_without_a_kind_are_taken_by_their_name(run: Run, folder: Path) -> None:
    plain = (
        "--dem",
        "dem.tif",
        "--boundary",
        "area.geojson",
        "--out",
        "s.geojson",
        "--hours",
        "9",
        "--json",
        "--lines",
    )
    (folder / "fences.geojson").write_bytes((folder / "trails.geojson").read_bytes())
    for name, kind in (("trails.geojson", "trail"), ("fences.geojson", "line")):
        result = run("segments", *plain, name)
        assert f"taken as {kind}" in result.stderr
        assert all(kind in s["edges"] for s in json.loads(result.stdout)["segments"])


def refused(run: Run, folder: Path, boundary: object, *more: str) -> dict[str, Any]:
    (folder / "area.geojson").write_text(json.dumps(boundary))
    words = ("--dem", "dem.tif", "--boundary", "area.geojson", "--out", "s.geojson", "--json", *more)
    found: dict[str, Any] = json.loads(run("segments", *words, code=2).stdout)["error"]
    assert not (folder / "s.geojson").exists()
    return found


def test_a_boundary_that_crosses_itself_is_told_where(run: Run, folder: Path) -> None:
    error = refused(run, folder, polygon((0, 0), (2000, 2000), (2000, 0), (0, 2000)))
    middle = projection(CRS).position(X + 1000.0, Y + 1000.0)
    assert str(middle) in error["message"]
    assert error["details"] == {"field": "boundary", "index": 0}


def test_a_boundary_that_is_no_area_lies_elsewhere_or_is_a_county_is_refused(run: Run, folder: Path) -> None:
    line = {"type": "LineString", "coordinates": corners((0, 0), (100, 0))}
    assert "no area, only: line" in refused(run, folder, line)["message"]
    far = polygon((50_000, 0), (51_000, 0), (51_000, 1000))
    assert "shares no ground" in refused(run, folder, far)["message"]
    county = polygon((-30_000, -30_000), (30_000, -30_000), (30_000, 30_000), (-30_000, 30_000))
    assert "at most 2,000 km2" in refused(run, folder, county)["message"]


def test_half_the_area_off_the_terrain_model_is_told(run: Run, folder: Path) -> None:
    (folder / "area.geojson").write_text(json.dumps(polygon((2500, 0), (3500, 0), (3500, 1000), (2500, 1000))))
    result = run("segments", "--dem", "dem.tif", "--boundary", "area.geojson", "--out", "s.geojson")
    assert "of the search area has no elevation" in result.stderr


def test_a_team_without_hours_or_units_is_refused(run: Run, folder: Path) -> None:
    assert refused(run, folder, SQUARE, "--hours", "0")["details"] == {"field": "hours"}
    assert refused(run, folder, SQUARE, "--sweep-width", "10")["code"] == "unit"
    assert "--dem FILE" in run("segments", "--boundary", "area.geojson", "--out", "s.geojson", code=2).stderr
