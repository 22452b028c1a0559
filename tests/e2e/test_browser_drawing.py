"""Drawing on the map through the real browser: shared edges, undo, drafts that outlive a reload, and files dropped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from math import asinh, atan, degrees, radians, sinh, tan
from pathlib import Path
from typing import Any

import pytest
from browsing import COMPUTING_MS, Desk, go, page_is_built
from playwright.sync_api import Locator, Page, expect

from wayhome.app import App
from wayhome.app.exchange import add_ground

pytestmark = [pytest.mark.e2e, page_is_built]

Place = tuple[float, float]
OpenPage = Callable[[str, str], Page]
BEND: Place = (42.206, -71.096)
TRAIL: list[Place] = [(42.20, -71.106), (42.203, -71.099), BEND, (42.204, -71.088), (42.20, -71.082)]
POND: list[Place] = [(42.196, -71.102), (42.196, -71.094), (42.19, -71.094), (42.19, -71.102)]


@pytest.fixture
def open_page(open_desk: Callable[[str], Desk]) -> Iterator[OpenPage]:
    """Opens the page of a server at a place, and sees to it that nothing goes wrong in it but refusals."""
    desks: list[Desk] = []

    def start(url: str, place: str) -> Page:
        desks.append(open_desk(url))
        page = desks[-1].page(place)
        page.set_viewport_size({"width": 1700, "height": 1000})
        return page

    yield start
    assert [e for d in desks for e in d.errors if "400 (Bad Request)" not in e] == []


@pytest.fixture
def case(tmp_path: Path) -> str:
    """A case with a trail on its ground and one segment south of it."""
    app = App(tmp_path / "desk")
    now = datetime.now(UTC)
    name, _ = app.open_case(
        {
            "title": "Walker", "reported_at": now.isoformat(), "invented": True, "subject": {"category": "hiker"},
            "place": {"lat": 42.2, "lon": -71.095, "kind": "lkp", "at": (now - timedelta(hours=1)).isoformat()},
            "area": {"box": "8 km", "cell": "60 m", "ecoregion": "temperate", "relief": "flat"},
        }
    )  # fmt: skip
    line = {"type": "LineString", "coordinates": [[lon, lat] for lat, lon in TRAIL]}
    feature = {"type": "Feature", "properties": {}, "geometry": line}
    file = tmp_path / "trail.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    add_ground(app, name, lines=(("trail", file, None),))
    app.do(name, "draw_segment", {"name": "Pond", "ring": [f"{a},{b}" for a, b in POND]})
    app.close()
    return name


class Sheet:
    """The map on screen: where a place lies in pixels."""

    def __init__(self, page: Page) -> None:
        self.page = page
        box = page.get_by_test_id("map").bounding_box()
        assert box is not None
        self.x, self.y = box["x"] + box["width"] / 2, box["y"] + 0.34 * box["height"]
        ends = [(self.x - 150, self.y - 100), (self.x + 150, self.y + 100)]
        (ax, ay), (bx, by) = (_mercator(self._read(*end)) for end in ends)
        self.per_px = (bx - ax) / 300.0, (by - ay) / 200.0
        self.origin = ax - self.per_px[0] * ends[0][0], ay - self.per_px[1] * ends[0][1]

    def _read(self, x: float, y: float) -> Place:
        """The place at a pixel, as the form of a marked point is given it."""
        box = self.page.get_by_test_id("act-set_base")
        if box.get_attribute("open") is None:
            box.locator("summary").first.click()
        box.get_by_test_id("pick-position").click()
        expect(self.page.get_by_test_id("gesture")).to_be_visible()
        self.page.keyboard.down("Alt")
        self.page.mouse.click(x, y)
        self.page.keyboard.up("Alt")
        field = box.get_by_test_id("field-position")
        expect(self.page.get_by_test_id("gesture")).to_have_count(0)
        lat, lon = map(float, field.input_value().split(","))
        field.fill("")
        return lat, lon

    def pixel(self, place: Place) -> Place:
        """Where a place is on the screen."""
        x, y = _mercator(place)
        return (x - self.origin[0]) / self.per_px[0], (y - self.origin[1]) / self.per_px[1]

    def place(self, x: float, y: float) -> Place:
        """What place is at a pixel."""
        mx, my = self.origin[0] + x * self.per_px[0], self.origin[1] + y * self.per_px[1]
        return degrees(atan(sinh(my))), degrees(mx)

    def click(self, place: Place, off: Place = (0.0, 0.0)) -> None:
        """Click a place, or some pixels beside it."""
        x, y = self.pixel(place)
        self.page.mouse.move(x + off[0], y + off[1])
        self.page.mouse.click(x + off[0], y + off[1])

    def drag(self, place: Place, to: Place) -> None:
        """Drag what lies at a place to another."""
        self.page.mouse.move(*self.pixel(place))
        self.page.mouse.down()
        self.page.mouse.move(*self.pixel(to), steps=4)
        self.page.mouse.up()


def _mercator(place: Place) -> Place:
    return radians(place[1]), asinh(tan(radians(place[0])))


def opened(page: Page) -> Sheet:
    """The map once it stands still."""
    expect(page.get_by_test_id("map")).to_have_attribute("data-state", "current", timeout=COMPUTING_MS)
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Zoom out").click()
    page.wait_for_timeout(500)
    return Sheet(page)


def card(page: Page) -> Locator:
    """What the map says of the draft in hand."""
    return page.get_by_test_id("draw-card")


def corners(page: Page) -> list[Place]:
    """The corners of the draft in hand."""
    text = card(page).get_by_test_id("draft-corners").input_value()
    return [(float(a), float(b)) for a, b in (line.split(",") for line in text.splitlines())]


def near(a: Place, b: Place, within_deg: float = 2e-4) -> bool:
    """Whether two places are the same but for a pixel or two."""
    return abs(a[0] - b[0]) < within_deg and abs(a[1] - b[1]) < within_deg


def test_neighbours_share_their_edge_and_the_trail_they_follow(
    serve: Callable[[Path], Any], open_page: OpenPage, tmp_path: Path, case: str
) -> None:
    server = serve(tmp_path / "desk")
    page = open_page(server.url, f"#/case/{case}/area")
    sheet = opened(page)

    # the north: along the trail, which is followed over its bend, then by hand
    page.get_by_test_id("tool-segment").click()
    sheet.click(TRAIL[1], off=(3, -4))
    sheet.click(TRAIL[3], off=(-4, 3))
    assert len(corners(page)) == 3
    assert near(corners(page)[1], BEND, 2e-6)
    sheet.click((42.212, -71.088))
    sheet.click((42.212, -71.099))
    page.keyboard.press("Enter")
    card(page).get_by_test_id("draft-name").fill("North")
    north = corners(page)
    assert [near(north[i], TRAIL[k], 2e-6) for i, k in ((0, 1), (1, 2), (2, 3))] == [True] * 3
    expect(card(page).get_by_test_id("draft-figures")).to_contain_text("5 corners")

    # the south: its border is that of the north, corner by corner
    page.get_by_test_id("tool-segment").click()
    sheet.click(TRAIL[1], off=(-3, 2))
    sheet.click(TRAIL[3], off=(2, 2))
    sheet.click((42.198, -71.088))
    sheet.click((42.198, -71.099))
    sheet.click(TRAIL[1])
    card(page).get_by_test_id("draft-name").fill("South")
    assert corners(page)[:3] == north[:3]

    # undo and redo by keys, and by buttons
    card(page).get_by_test_id("draft-close").click()
    expect(page.get_by_test_id("draft-row")).to_have_count(2)
    page.get_by_test_id("draw-undo").click()  # the name
    page.get_by_test_id("draw-undo").click()  # the end of the outline
    expect(card(page).get_by_test_id("draft-finish")).to_be_visible()
    page.keyboard.press("Control+z")
    assert len(corners(page)) == 4
    page.keyboard.press("Control+Shift+z")
    page.get_by_test_id("draw-redo").click()
    page.get_by_test_id("draw-redo").click()
    expect(card(page).get_by_test_id("draft-name")).to_have_value("South")
    assert corners(page)[:3] == north[:3]
    assert len(corners(page)) == 5

    # a reload loses nothing
    page.reload()
    rows = page.get_by_test_id("draft-row")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("North")
    expect(rows.nth(1)).to_contain_text("South")

    # both in one press, in order
    page.get_by_test_id("send-all").click()
    expect(page.get_by_test_id("outcomes")).to_contain_text("2 drafts are in the case now")
    expect(rows).to_have_count(0)
    drawn = server.json(f"cases/{case}")["state"]["area"]["segments"]
    by_name = {s["name"]: s["ring"] for s in drawn.values()}
    assert set(by_name) == {"Pond", "North", "South"}
    assert by_name["South"][:3] == by_name["North"][:3]  # to the last bit: no sliver
    page.reload()
    expect(page.get_by_test_id("drafts")).to_be_visible()
    expect(rows).to_have_count(0)


def test_segments_are_cut_joined_and_moved_on_the_map(
    serve: Callable[[Path], Any], open_page: OpenPage, tmp_path: Path, case: str
) -> None:
    server = serve(tmp_path / "desk")
    page = open_page(server.url, f"#/case/{case}/area")
    sheet = opened(page)

    def live() -> dict[str, Any]:
        held = server.json(f"cases/{case}")["state"]["area"]["segments"]
        return {s["name"]: s for s in held.values() if s["retired"] is None}

    page.get_by_test_id("tool-split").click()
    sheet.click((42.1965, -71.099))
    sheet.click((42.1895, -71.099))
    page.keyboard.press("Enter")
    expect(card(page).get_by_test_id("draft-about")).to_have_value("SEG1")
    expect(card(page).get_by_test_id("draft-preview")).to_contain_text("Pond A")
    card(page).get_by_test_id("draft-send").click()
    expect(page.get_by_test_id("outcome")).to_contain_text("recorded as entry")
    assert set(live()) == {"Pond A", "Pond B"}

    page.get_by_test_id("tool-merge").click()
    sheet.click((42.193, -71.1005))
    sheet.click((42.193, -71.096))
    expect(card(page).get_by_test_id("draft-preview")).to_contain_text("Pond A")
    card(page).get_by_test_id("draft-name").fill("Whole pond")
    card(page).get_by_test_id("draft-send").click()
    expect(page.get_by_test_id("outcome")).to_contain_text("recorded as entry")
    assert set(live()) == {"Whole pond"}

    # a corner is dragged; then the outline is turned over itself, and the draft stays with the reason
    page.get_by_test_id("tool-redraw").click()
    sheet.click((42.193, -71.098))
    moved = (42.1885, -71.0925)
    sheet.drag(POND[2], moved)
    assert sum(near(c, moved) for c in corners(page)) == 1
    sheet.drag(POND[0], (42.193, -71.0915))
    expect(card(page).get_by_test_id("draft-lacks")).to_contain_text("crosses")
    expect(card(page).get_by_test_id("draft-send")).to_be_disabled()
    page.reload()
    expect(page.get_by_test_id("draft-row")).to_contain_text("crosses")
    page.get_by_test_id("draft-show").click()
    page.wait_for_timeout(500)
    assert sum(near(c, moved) for c in corners(page)) == 1

    # typed: a place is put right in the list, and the desk takes it
    lines = card(page).get_by_test_id("draft-corners").input_value().splitlines()
    card(page).get_by_text("Corners, typed").click()
    wrong = next(i for i, corner in enumerate(corners(page)) if near(corner, (42.193, -71.0915)))
    card(page).get_by_test_id("draft-corners").fill("\n".join([*lines[:wrong], "42,5N 71W", *lines[wrong + 1 :]]))
    card(page).get_by_test_id("draft-put").click()
    expect(card(page).get_by_test_id("error-corners")).to_contain_text("is not a position")
    fixed = [*lines[:wrong], f"{POND[0][0]},{POND[0][1]}", *lines[wrong + 1 :]]
    card(page).get_by_test_id("draft-corners").fill("\n".join(fixed))
    card(page).get_by_test_id("draft-put").click()
    expect(card(page).get_by_test_id("draft-lacks")).to_have_count(0)
    card(page).get_by_test_id("draft-send").click()
    expect(page.get_by_test_id("outcome")).to_contain_text("recorded as entry")
    ring = live()["Whole pond"]["ring"]
    assert sum(near((p["lat_deg"], p["lon_deg"]), moved) for p in ring) == 1


def test_a_refused_draft_stays_with_the_desks_sentence(
    serve: Callable[[Path], Any], open_page: OpenPage, tmp_path: Path, case: str
) -> None:
    server = serve(tmp_path / "desk")
    page = open_page(server.url, f"#/case/{case}/area")
    sheet = opened(page)
    page.get_by_test_id("tool-segment").click()
    for place in ((42.21, -71.1), (42.21, -71.09), (42.204, -71.09), (42.204, -71.1)):
        page.keyboard.down("Alt")  # no snapping while it is held
        sheet.click(place)
        page.keyboard.up("Alt")
    assert all(not near(c, BEND, 1e-6) for c in corners(page))
    page.keyboard.press("Escape")  # the last corner goes
    assert len(corners(page)) == 3
    page.keyboard.press("Enter")
    # a corner is dragged out of the middle of an edge, moved by keys, taken away, and all of it undone
    drawn = corners(page)
    sheet.drag((42.21, -71.095), (42.212, -71.095))
    assert near(corners(page)[1], (42.212, -71.095), 3e-4)
    pulled = corners(page)[1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    # eleven pixels further north, to the rounding of six decimals
    by_hand = 11.0 * (sheet.place(0, 0)[0] - sheet.place(0, 1)[0])
    assert corners(page)[1][0] - pulled[0] == pytest.approx(by_hand, rel=0.02)
    assert corners(page)[1][1] == pulled[1]
    page.keyboard.press("Delete")
    assert corners(page) == drawn
    for _ in range(3):  # deleted, moved, pulled out
        page.keyboard.press("Control+z")
    assert corners(page) == drawn
    card(page).get_by_test_id("draft-name").fill("Pond")
    card(page).get_by_test_id("draft-send").click()
    expect(card(page).get_by_test_id("draft-fault")).to_contain_text('There is a segment "Pond" already')
    page.reload()
    expect(page.get_by_test_id("row-fault")).to_contain_text('There is a segment "Pond" already')
    page.get_by_test_id("draft-show").click()
    card(page).get_by_test_id("draft-name").fill("Hill")
    expect(card(page).get_by_test_id("draft-fault")).to_have_count(0)

    # one more that can be taken, by typing only, and one that cannot: what is taken goes, what is not stays
    card(page).get_by_test_id("draft-close").click()
    page.get_by_test_id("type-kind").select_option("marker")
    page.get_by_test_id("type-draft").click()
    typed = page.get_by_test_id("drafts")
    typed.get_by_test_id("draft-corners").fill("42.2015,-71.0955")
    typed.get_by_test_id("draft-put").click()
    typed.get_by_test_id("draft-name").fill("Red scarf")
    typed.get_by_test_id("draft-name").press("Tab")
    card(page).get_by_test_id("draft-close").click()
    page.get_by_test_id("type-kind").select_option("segment")
    page.get_by_test_id("type-draft").click()
    typed.get_by_test_id("draft-corners").last.fill("42.195,-71.08\n42.195,-71.075\n42.19,-71.075")
    typed.get_by_test_id("draft-put").last.click()
    typed.get_by_test_id("draft-name").last.fill("pond")
    page.get_by_test_id("send-all").click()
    expect(page.get_by_test_id("outcomes")).to_contain_text("2 drafts are in the case now")
    expect(page.get_by_test_id("outcomes")).to_contain_text("1 draft was not taken")
    expect(page.get_by_test_id("draft-row")).to_have_count(1)
    state = server.json(f"cases/{case}")["state"]
    (clue,) = state["evidence"]["clues"].values()
    assert (clue["name"], clue["position"]) == ("Red scarf", {"lat_deg": 42.2015, "lon_deg": -71.0955})
    assert {s["name"] for s in state["area"]["segments"].values()} == {"Pond", "Hill"}


DROP = """([names, texts]) => {
  const held = new DataTransfer();
  names.forEach((name, i) => held.items.add(new File([texts[i]], name)));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.querySelector(".maplibregl-canvas").dispatchEvent(
      new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true }));
  }
}"""


def drop(page: Page, **files: str) -> None:
    """Drop files on the map; `_` in their names stands for the dot."""
    page.evaluate(DROP, [[name.replace("_", ".") for name in files], list(files.values())])


def test_files_dropped_on_the_map_are_shown_and_then_imported(
    serve: Callable[[Path], Any], open_page: OpenPage, tmp_path: Path, case: str
) -> None:
    app = App(tmp_path / "desk")
    app.do(case, "form_team", {"name": "Alpha", "searchers": "4"})
    app.do(case, "draft_assignment", {"team": "T1", "segment": "SEG1", "task": "Sweep"})
    app.do(case, "approve_assignment", {"assignment": "A1"})
    app.do(case, "dispatch_assignment", {"assignment": "A1"})
    app.close()
    server = serve(tmp_path / "desk")
    page = open_page(server.url, f"#/case/{case}/area")
    expect(page.get_by_test_id("map")).to_have_attribute("data-state", "current", timeout=COMPUTING_MS)

    points = "".join(
        f'<trkpt lat="{a}" lon="{b}"><time>2026-05-09T12:0{i}:00Z</time></trkpt>' for i, (a, b) in enumerate(POND)
    )
    gpx = f'<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>Alpha</name><trkseg>{points}</trkseg></trk></gpx>'
    ring = [[-71.09, 42.2], [-71.08, 42.2], [-71.08, 42.21], [-71.09, 42.21], [-71.09, 42.2]]
    shapes = {
        "type": "Feature",
        "properties": {"name": "Quarry"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    drop(page, alpha_gpx=gpx, shapes_geojson=json.dumps(shapes), notes_txt="call the warden")
    files = page.get_by_test_id("dropped-file")
    expect(files).to_have_count(3)
    expect(files.nth(0).get_by_test_id("dropped-holds")).to_have_text("1 track")
    expect(files.nth(1).get_by_test_id("dropped-holds")).to_have_text("1 outline")
    expect(files.nth(2).get_by_test_id("dropped-fault")).to_contain_text("none of the formats known here")
    assert len(server.json(f"cases/{case}")["state"]["area"]["segments"]) == 1  # nothing is written yet
    expect(files.nth(0).get_by_test_id("dropped-about")).to_have_value("A1")  # the only team that is out
    page.get_by_test_id("dropped-import").click()
    expect(files.nth(0).get_by_test_id("dropped-told").first).to_contain_text("track 1")
    expect(files.nth(1).get_by_test_id("dropped-told").first).to_contain_text("Quarry")
    expect(files.nth(2).get_by_test_id("dropped-fault")).to_be_visible()
    state = server.json(f"cases/{case}")["state"]
    assert [t["file_name"] for t in state["assignments"]["assignments"]["A1"]["tracks"]] == ["alpha.gpx"]
    assert "Quarry" in {s["name"] for s in state["area"]["segments"].values()}
    page.get_by_test_id("dropped-close").click()

    # an ugly outline: as a draft it loses nothing, and can be put right
    bow = {
        **shapes,
        "properties": {"name": "Bow"},
        "geometry": {"type": "Polygon", "coordinates": [[ring[0], ring[2], ring[1], ring[3], ring[0]]]},
    }
    drop(page, bow_geojson=json.dumps(bow))
    page.get_by_test_id("dropped-use").select_option("draft")
    page.get_by_test_id("dropped-import").click()
    expect(page.get_by_test_id("draft-row")).to_contain_text("crosses")
    page.get_by_test_id("dropped-close").click()
    go(page, "now")
    expect(page.get_by_test_id("draw-tools")).to_contain_text("1")
