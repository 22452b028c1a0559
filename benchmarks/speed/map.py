"""The map in a real browser over 30 by 30 km of ground in cells of 10 m: what panning and zooming cost its frames."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.measure import PROJECT, Table

BOX_KM, CELL_M, LONG_TASK_MS = 30, 10.0, 50
sys.path.insert(0, str(PROJECT / "tests" / "support"))

WATCH = """() => {
  window.long = []; window.frames = []; window.last = performance.now();
  new PerformanceObserver(list => { for (const e of list.getEntries()) window.long.push(e.duration); }).observe({ type: 'longtask' });
  const frame = now => { window.frames.push(now - window.last); window.last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
}"""


def ground(folder: Path) -> tuple[str, Path]:
    """A desk with one case on hills that were made up, and its terrain model."""
    import rasterio
    from rasterio.transform import from_origin

    from wayhome.app import App
    from wayhome.app.exchange import add_ground
    from wayhome.base.place import Position
    from wayhome.base.projection import projection

    n = int(BOX_KM * 1000 / CELL_M) + 200
    rng = np.random.default_rng(6)
    z = np.zeros((n, n))
    at = np.arange(n) * CELL_M
    for _ in range(40):  # waves of many lengths and directions, the shorter the lower
        length, turn, phase = rng.uniform(300, 12_000), rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi)
        across = (np.cos(turn) * at[None, :] + np.sin(turn) * at[:, None]) * 2 * np.pi / length
        z += 0.02 * length * np.sin(across + phase)
    x, y = projection("EPSG:32619").xy_m(Position(lat_deg=44.0, lon_deg=-70.0))
    file = folder / "hills.tif"
    half = n * CELL_M / 2
    with rasterio.open(
        file, "w", driver="GTiff", height=n, width=n, count=1, dtype="float32", crs="EPSG:32619",
        transform=from_origin(x - half, y + half, CELL_M, CELL_M),
    ) as out:  # fmt: skip
        out.write((z - z.min()).astype(np.float32), 1)
    app = App(folder / "desk")
    now = datetime.now(UTC)
    case, _ = app.open_case(
        {
            "title": "Wide ground", "reported_at": now.isoformat(), "invented": True, "subject": {"category": "hiker"},
            "place": {"lat": 44.0, "lon": -70.0, "kind": "lkp", "at": (now - timedelta(hours=3)).isoformat()},
            "area": {"box": f"{BOX_KM} km", "cell": "100 m", "ecoregion": "temperate", "relief": "mountain"},
        }
    )  # fmt: skip
    add_ground(app, case, dem=file)
    app.close()
    return case, folder / "desk"


def measured() -> Table:
    """Drag and zoom the map of such a case, twice over the same ground: first as tiles come, then as they are kept."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        return Table("The map", ("what", "figure"), (), ("No chromium here.",))
    from browsing import ARGUMENTS
    from playwright.sync_api import sync_playwright

    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as player:
        case, desk = ground(Path(folder))
        process = subprocess.Popen(
            [sys.executable, "-m", "wayhome", "--desk", str(desk), "serve", "--port", "0"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        url = process.stdout.readline().split()[1]
        browser = player.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page.goto(f"{url}#/case/{case}/now")
        page.wait_for_selector("[data-testid='map'][data-state='current']", timeout=120_000)
        page.wait_for_timeout(6000)
        box = page.locator("[data-testid='map'] canvas").first.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.evaluate(WATCH)
        page.evaluate(
            "() => new Promise(r => setTimeout(() => { const t = performance.now(); while (performance.now() - t < 90); setTimeout(r, 200); }, 50))"
        )
        assert page.evaluate("window.long.length") >= 1, "this browser counts no long tasks"
        for name in ("tiles arriving", "tiles kept"):
            page.evaluate(
                "() => { window.long.length = 0; window.frames.length = 0; window.last = performance.now(); }"
            )
            for zoom in (-240, -240, -240, -240, 240, 240, 240, 240):
                page.mouse.move(x, y)
                page.mouse.wheel(0, zoom)
                page.wait_for_timeout(500)
                for dx, dy in ((250, 0), (0, 200), (-250, 0), (0, -200)):
                    page.mouse.move(x, y)
                    page.mouse.down()
                    for step in range(1, 13):
                        page.mouse.move(x + dx * step / 12, y + dy * step / 12)
                        page.wait_for_timeout(16)
                    page.mouse.up()
                    page.wait_for_timeout(150)
            long, frames = page.evaluate("[window.long, window.frames]")
            rows += [
                (f"{name}: long tasks over {LONG_TASK_MS} ms", str(len(long))),
                (f"{name}: the longest task", f"{max(long, default=0):.0f} ms"),
                (f"{name}: frames, the 95th of 100 after", f"{np.quantile(frames, 0.95):.0f} ms"),
            ]
        browser.close()
        process.terminate()
        process.wait()
    return Table(
        title=f"The map: {BOX_KM} by {BOX_KM} km in cells of {CELL_M:.0f} m, 8 zooms and 32 drags",
        columns=("what", "figure"),
        rows=tuple(rows),
        notes=("Chromium draws by software here (SwiftShader); tasks are those of the page's own thread.",),
    )


if __name__ == "__main__":
    print(measured().markdown())
