"""The page in a real browser: first paint of a case, the time from a click to the next frame, and what drags a frame."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.measure import PROJECT, Table, seconds

FIRST_PAINT_GOAL_S, INTERACTION_GOAL_S = 1.5, 0.100
CASE = "lost-hiker"
OPENINGS = 5
sys.path.insert(0, str(PROJECT / "tests" / "support"))

# the time from a click on a panel's name to the second frame after it, which is when the new panel is painted
CLICK = """name => new Promise(resolve => {
  const began = performance.now();
  document.querySelector(`[data-testid='nav-${name}']`).click();
  const wait = () => document.querySelector(`[data-testid='panel-${name}'] h1`)
    ? requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - began)))
    : requestAnimationFrame(wait);
  wait();
})"""


def measured() -> Table:
    """Open the demo's case in a browser without a cache, several times; then walk through its panels twice."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        return Table("The page", ("what", "figure"), (), ("No chromium here.",))
    from browsing import ARGUMENTS
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as player:
        process = subprocess.Popen(
            [sys.executable, "-m", "wayhome", "demo", "--no-browser", "--port", "0", "--desk", str(Path(folder))],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        url = process.stdout.readline().split()[1]
        browser = player.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        painted, full, mapped = [], [], []
        for i in range(OPENINGS + 1):
            context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
            page = context.new_page()
            began = time.perf_counter()
            page.goto(f"{url}#/case/{CASE}/now")
            page.wait_for_selector("main h1")
            there = time.perf_counter() - began
            paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0") / 1000
            page.wait_for_selector("[data-testid='map'][data-state='current']", timeout=120_000)
            drawn = time.perf_counter() - began
            if i:  # the first one warms the desk's kernels and caches
                painted.append(paint)
                full.append(there)
                mapped.append(drawn)
            if i < OPENINGS:
                context.close()
        names = page.locator("[data-testid^='nav-']").evaluate_all("all => all.map(e => e.dataset.testid.slice(4))")
        clicks: dict[str, list[float]] = {}
        for round_ in range(3):
            for name in dict.fromkeys(names):
                took = page.evaluate(CLICK, name) / 1000
                page.wait_for_timeout(250)
                if round_:  # the first visit may fetch the panel's own script
                    clicks.setdefault(name, []).append(took)
        browser.close()
        process.terminate()
        process.wait()
    worst = max(clicks, key=lambda name: max(clicks[name]))
    every = [took for many in clicks.values() for took in many]
    return Table(
        title="The page",
        columns=("what", "median", "worst", "goal"),
        rows=(
            ("first paint", seconds(median(painted)), seconds(max(painted)), seconds(FIRST_PAINT_GOAL_S)),
            ("the case's own panel is there", seconds(median(full)), seconds(max(full)), seconds(FIRST_PAINT_GOAL_S)),
            ("its probability map is drawn", seconds(median(mapped)), seconds(max(mapped)), ""),
            (f"click on a panel to its paint ({len(clicks)} panels; worst: {worst})", seconds(median(every)), seconds(max(every)), seconds(INTERACTION_GOAL_S)),
        ),
        notes=(
            f"{OPENINGS} openings of `{CASE}` without a browser cache, after one that warms the desk; two walks through all panels after one that fetches them.",
            "Chromium without a window, drawing by software, on the same two cores as the desk.",
        ),
    )  # fmt: skip
