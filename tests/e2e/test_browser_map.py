"""The map's instruments through the real browser: places read and found, lines measured, sight, layers that are remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from browsing import COMPUTING_MS, Desk, page_is_built
from playwright.sync_api import Page, expect
from rasterio.transform import from_origin

from wayhome.app import App
from wayhome.app.exchange import add_ground
from wayhome.base.place import Position
from wayhome.base.projection import projection

pytestmark = [pytest.mark.e2e, page_is_built]

IPP = Position(lat_deg=42.2, lon_deg=-71.095)
CRS = "EPSG:32619"


@pytest.fixture
def case(tmp_path: Path) -> str:
    """A case on ground that rises one metre in ten to the east, half wood and half water."""
    app = App(tmp_path / "desk")
    now = datetime.now(UTC)
    name, _ = app.open_case(
        {
            "title": "Walker", "reported_at": now.isoformat(), "invented": True, "subject": {"category": "hiker"},
            "place": {"lat": IPP.lat_deg, "lon": IPP.lon_deg, "kind": "lkp", "at": (now - timedelta(hours=1)).isoformat()},
            "area": {"box": "6 km", "cell": "60 m", "ecoregion": "temperate", "relief": "flat"},
        }
    )  # fmt: skip
    x, y = projection(CRS).xy_m(IPP)
    cover = np.full((400, 400), 42, np.uint8)
    cover[:, 200:] = 11
    files = {}
    for kind, values in (
        ("dem", np.broadcast_to(np.arange(400) * 2.0, (400, 400)).astype(np.float32)),
        ("cover", cover),
    ):
        files[kind] = tmp_path / f"{kind}.tif"
        with rasterio.open(
            files[kind], "w", driver="GTiff", height=400, width=400, count=1, dtype=values.dtype.name, crs=CRS,
            transform=from_origin(x - 4000, y + 4000, 20.0, 20.0),
        ) as out:  # fmt: skip
            out.write(values, 1)
    add_ground(app, name, dem=files["dem"], landcover=files["cover"], legend="nlcd")
    app.close()
    return name


@pytest.fixture
def page(case: str, serve: Callable[[Path], Any], open_desk: Callable[[str], Desk], tmp_path: Path) -> Iterator[Page]:
    """The case's map, drawn."""
    desk = open_desk(serve(tmp_path / "desk").url)
    page = desk.page(f"#/case/{case}/area")
    expect(page.get_by_test_id("map")).to_have_attribute("data-state", "current", timeout=COMPUTING_MS)
    expect(page.get_by_test_id("instruments")).to_be_visible()
    yield page
    assert [e for e in desk.errors if "400 (Bad Request)" not in e] == [] and desk.foreign() == []


def typed(page: Page, instrument: str, place: str) -> None:
    """Type a place into an instrument and send it with the keyboard alone."""
    page.get_by_test_id(f"{instrument}-place").fill(place)
    page.get_by_test_id(f"{instrument}-place").press("Enter")


def test_a_place_is_found_in_every_spelling_and_nonsense_gets_a_sentence(page: Page) -> None:
    page.get_by_test_id("instrument-goto").press("Enter")
    typed(page, "goto", "over there")
    expect(page.get_by_test_id("goto-help")).to_contain_text("not understood")
    typed(page, "goto", "42°12'00\" N 71°5'42\" W")
    expect(page.get_by_test_id("goto-same")).to_contain_text("42.20000, -71.09500")
    expect(page.get_by_test_id("goto-same")).to_contain_text("19T CG ")
    page.get_by_test_id("cursor-grid").select_option("degrees")
    expect(page.get_by_test_id("cursor-place")).to_have_text(
        "42.20000, -71.09500"
    )  # the middle of the map is there now
    expect(page.get_by_test_id("cursor-height")).to_contain_text("399 m")  # between the centres of 398 and 400 m
    page.get_by_test_id("cursor-grid").select_option("utm")
    expect(page.get_by_test_id("cursor-place")).to_contain_text("19T ")


def test_a_line_is_measured_with_bearings_heights_and_area(page: Page) -> None:
    x, y = projection(CRS).xy_m(IPP)
    corners = [projection(CRS).position(x + e, y + n) for e, n in ((0, 0), (1000, 0), (1000, 1000))]
    page.get_by_test_id("instrument-measure").press("Enter")
    for corner in corners:
        typed(page, "measure", f"{corner.lat_deg:.6f} {corner.lon_deg:.6f}")
    expect(page.get_by_test_id("measured-length")).to_have_text("2.00 km")
    # the grid's east lies 1.4 degrees off the true one here (convergence), and a compass 14 degrees west of north
    expect(page.get_by_test_id("leg-true").first).to_have_text("089°")
    expect(page.get_by_test_id("leg-magnetic").first).to_have_text("102°")
    expect(page.get_by_test_id("declination")).to_contain_text("WMM")
    expect(page.get_by_test_id("measured-climb")).to_have_text("100 m")
    expect(page.get_by_test_id("profile")).to_be_visible()
    page.get_by_test_id("measure-closed").check()
    expect(page.get_by_test_id("measured-area")).to_have_text("50.0 ha")
    page.get_by_test_id("measure-back").click()  # opens it again
    expect(page.get_by_test_id("measured-area")).to_have_count(0)
    page.get_by_test_id("measure-clear").click()
    expect(page.get_by_test_id("measured")).to_have_count(0)


def test_clicks_measure_and_pick_nothing(page: Page) -> None:
    page.get_by_test_id("instrument-measure").click()
    box = page.get_by_test_id("map").locator("canvas").first.bounding_box()
    assert box is not None
    for share in (0.6, 0.7):
        page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.6)
        page.wait_for_timeout(400)  # two clicks, not a double one
    expect(page.get_by_test_id("leg-true")).to_have_count(1)
    expect(page.get_by_test_id("picked")).to_have_count(0)


def test_what_is_seen_from_a_place(page: Page) -> None:
    page.get_by_test_id("instrument-look").press("Enter")
    page.get_by_test_id("look-radius").fill("1 km")
    typed(page, "look", "42.2 -71.095")
    expect(page.get_by_test_id("look-seen")).to_contain_text("is seen from", timeout=COMPUTING_MS)
    page.get_by_test_id("look-eye").fill("tall")
    page.get_by_test_id("look-eye").press("Enter")
    expect(page.get_by_test_id("look-fault")).to_contain_text("eye")


def test_layers_and_their_strength_are_remembered(page: Page) -> None:
    page.get_by_test_id("legend").locator("summary").first.click()
    page.get_by_test_id("layer-landcover").check()
    expect(page.get_by_test_id("landcover-legend")).to_contain_text("Evergreen forest")
    page.get_by_test_id("layer-grid").check()
    page.get_by_test_id("opacity-landcover").focus()
    page.get_by_test_id("opacity-landcover").press("End")
    page.reload()
    expect(page.get_by_test_id("instruments")).to_be_visible()
    page.get_by_test_id("legend").locator("summary").first.click()
    expect(page.get_by_test_id("layer-landcover")).to_be_checked()
    expect(page.get_by_test_id("layer-grid")).to_be_checked()
    expect(page.get_by_test_id("opacity-landcover")).to_have_value("1")
