"""The routes of the map: tiles, heights, sight and declination of a small ground whose answers are known by hand."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import rasterio
from fastapi.testclient import TestClient
from PIL import Image
from rasterio.transform import from_origin

from wayhome.app import App
from wayhome.app.exchange import add_ground
from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.projection import projection
from wayhome.web.api import create_api

AT = datetime(2026, 5, 9, 21, 0, tzinfo=UTC)
IPP = Position(lat_deg=42.2, lon_deg=-71.1)
CRS = "EPSG:32619"


def raster(path: Path, values: np.ndarray, cell_m: float) -> Path:
    """A square GeoTIFF with the IPP in its middle; `[H, W]` or `[bands, H, W]`."""
    bands = values if values.ndim == 3 else values[None]
    x, y = projection(CRS).xy_m(IPP)
    half = bands.shape[1] * cell_m / 2
    with rasterio.open(
        path, "w", driver="GTiff", height=bands.shape[1], width=bands.shape[2], count=len(bands), dtype=bands.dtype.name,
        crs=CRS, transform=from_origin(x - half, y + half, cell_m, cell_m),
    ) as out:  # fmt: skip
        out.write(bands)
    return path


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A case of 4 km on ground that rises one metre in ten to the east, half wood and half water, with a red picture."""
    app = App(tmp_path / "desk", lambda: AT)
    app.open_case(
        {
            "title": "A walker is missing", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"},
            "place": {"lat": IPP.lat_deg, "lon": IPP.lon_deg, "kind": "lkp", "at": "2026-05-09T11:00:00Z"},
            "area": {"box": "4 km", "cell": "60 m", "ecoregion": "temperate", "relief": "flat"},
        }, case="walker",
    )  # fmt: skip
    slope = np.broadcast_to(np.arange(300) * 2.0, (300, 300)).astype(np.float32)  # 20 m cells
    cover = np.full((300, 300), 42, np.uint8)
    cover[:, 150:] = 11
    red = np.zeros((3, 60, 60), np.uint8)
    red[0] = 200
    add_ground(
        app, "walker", dem=raster(tmp_path / "slope.tif", slope, 20.0), landcover=raster(tmp_path / "cover.tif", cover, 20.0),
        legend="nlcd", imagery=raster(tmp_path / "red.tif", red, 10.0),
    )  # fmt: skip
    with TestClient(create_api(app)) as made:
        yield made
    app.close()


def tile_at(z: int) -> tuple[int, int]:
    """Column and row of the tile that holds the IPP."""
    lat = math.radians(IPP.lat_deg)
    n = 2**z
    return int((IPP.lon_deg + 180) / 360 * n), int((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * n)


def picture(client: TestClient, url: str, z: int) -> np.ndarray:
    """The tile of the IPP as red, green, blue and alpha."""
    x, y = tile_at(z)
    answer = client.get(url.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y)))
    assert answer.status_code == 200, answer.text
    assert "max-age" in answer.headers["cache-control"]
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))


def test_the_frame_names_what_there_is(client: TestClient) -> None:
    frame = client.get("/api/cases/walker/map").json()
    assert frame["terrain"]["cell_m"] == 20.0
    assert frame["bounds"]["west_deg"] < IPP.lon_deg < frame["bounds"]["east_deg"]
    legend = {row["label"]: row["fraction"] for row in frame["landcover"]["legend"]}
    assert legend == {"Evergreen forest": pytest.approx(0.5, abs=0.01), "Open water": pytest.approx(0.5, abs=0.01)}
    assert [i["file_name"] for i in frame["imagery"]] == ["red.tif"]


def test_tiles_show_the_ground(client: TestClient) -> None:
    frame = client.get("/api/cases/walker/map").json()
    z = 13
    shade = picture(client, frame["terrain"]["tiles"], z)
    inside = shade[shade[..., 3] == 255]
    # a plane rising 1 in 10 to the east, light from north-west at 45 degrees: (sin a + cos a sin 315 * -0.1...) by hand
    lit = (math.sin(math.pi / 4) - math.cos(math.pi / 4) * math.sin(math.radians(315)) * 0.1) / math.hypot(1, 0.1)
    assert len(inside) and abs(float(np.median(inside[:, 0])) - 255 * lit) <= 1
    cover = picture(client, frame["landcover"]["tiles"], z)
    assert {tuple(c) for c in cover[cover[..., 3] == 255][:, :3].tolist()} == {(0x1C, 0x5F, 0x2C), (0x46, 0x6B, 0x9F)}
    red = picture(client, frame["imagery"][0]["tiles"], z)
    assert (red[..., 3] == 255).any() and (red[..., 3] == 0).any()
    assert {tuple(c) for c in red[red[..., 3] == 255][:, :3].tolist()} == {(200, 0, 0)}


def test_contours_lie_on_whole_steps(client: TestClient) -> None:
    frame = client.get("/api/cases/walker/map").json()
    drawn = client.get(frame["contours"]["url"]).json()["features"]
    step = frame["contours"]["interval_m"]
    assert drawn and all(f["properties"]["ele"] % step == 0 for f in drawn)
    assert {f["properties"]["ele"] for f in drawn if f["properties"]["main"]} == {
        f["properties"]["ele"] for f in drawn if f["properties"]["ele"] % (5 * step) == 0
    }


def test_heights_and_a_profile(client: TestClient) -> None:
    # 300 cells of 20 m; the IPP lies between the centres of columns 149 (298 m) and 150 (300 m)
    assert client.get("/api/cases/walker/map/elevation?at=42.2,-71.1").json() == {
        "elevation_m": pytest.approx(299.0, abs=0.1)
    }
    assert client.get("/api/cases/walker/map/elevation?at=43,-71.1").json() == {"elevation_m": None}
    x, y = projection(CRS).xy_m(IPP)
    east = projection(CRS).position(x + 1000, y)
    made = client.post("/api/cases/walker/map/profile", json={"line": ["42.2,-71.1", f"{east.lat_deg},{east.lon_deg}", "42.2,-71.1"]}).json()  # fmt: skip
    assert made["climb_m"] == pytest.approx(100, abs=0.5) and made["descent_m"] == pytest.approx(100, abs=0.5)
    assert made["distance_m"][-1] == pytest.approx(made["length_m"], abs=0.1)
    assert len(made["distance_m"]) == len(made["elevation_m"]) == len(made["lat_deg"])


def test_sight_up_a_slope(client: TestClient) -> None:
    # on a plane everything is seen, but for the Earth's curve
    made = client.get("/api/cases/walker/map/view?at=42.2,-71.1&eye=1.7 m&radius=1 km").json()
    assert made["seen_fraction"] > 0.99
    assert made["area_m2"] == pytest.approx(math.pi * 1e6, rel=0.03)
    veil = client.get(made["image"])
    assert veil.headers["content-type"] == "image/png"


def test_declination_names_its_model(client: TestClient) -> None:
    made = client.get("/api/cases/walker/map/declination?at=42.2,-71.1").json()
    assert made["model"] == "WMM-2025" and -15 < made["declination_deg"] < -13  # Boston: about 14 degrees west


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("view?at=nowhere", 400), ("view?at=42.2,-71.1&eye=tall", 400), ("view?at=42.2,-71.1&radius=900 km", 400), ("view?at=10,10", 400),
        ("hillshade/3/9/1.png", 400), ("imagery-D99/3/1/1.png", 404), ("elevation?at=95,0", 400),
    ],
)  # fmt: skip
def test_hostile_questions_get_a_sentence(client: TestClient, path: str, code: int) -> None:
    answer = client.get(f"/api/cases/walker/map/{path}")
    assert answer.status_code == code, answer.text
    assert answer.json()["error"]["message"][-1] in ".?"


def test_a_profile_of_one_point_is_refused(client: TestClient) -> None:
    answer = client.post("/api/cases/walker/map/profile", json={"line": ["42.2,-71.1"]})
    assert answer.status_code == 400 and "at least two points" in answer.json()["error"]["message"]


def test_imagery_changes_no_figure_and_must_be_a_picture(client: TestClient, tmp_path: Path) -> None:
    app: App = App(tmp_path / "other", lambda: AT)
    app.open_case(
        {"title": "Other", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"},
         "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp", "at": "2026-05-09T11:00:00Z"},
         "area": {"box": "4 km", "cell": "100 m", "ecoregion": "temperate", "relief": "flat"}}, case="other",
    )  # fmt: skip
    before = app.product("other", "poa").key
    add_ground(app, "other", imagery=raster(tmp_path / "grey.tif", np.full((50, 50), 90, np.uint8), 10.0))
    assert app.product("other", "poa").key == before
    with pytest.raises(InvalidInput, match="8 bits"):
        add_ground(app, "other", imagery=raster(tmp_path / "deep.tif", np.full((50, 50), 900, np.uint16), 10.0))
    app.close()


@pytest.mark.parametrize(("z", "x", "y"), [(0, 0, 0), (1, 1, 1), (6, 40, 20), (13, 0, 0)])
def test_tiles_far_away_or_around_the_globe_are_pictures_too(client: TestClient, z: int, x: int, y: int) -> None:
    frame = client.get("/api/cases/walker/map").json()
    for layer in (frame["terrain"], frame["landcover"], frame["imagery"][0]):
        url = layer["tiles"].replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))
        assert client.get(url).status_code == 200
