"""`make screenshots`: every panel of both demo cases, light and dark, on a desktop and on a phone, as pictures to look at.

Serves a demo desk of its own, or looks at one that is running (`--url`). Fails when the page says an error anywhere.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from browsing import ARGUMENTS, until
from playwright.sync_api import Browser, Page, sync_playwright

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
PATIENCE_MS = 60_000


@contextmanager
def demo() -> Iterator[str]:
    """A demo desk in a folder of its own, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "wayhome", "demo", "--no-browser", "--port", "0", "--desk", folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()
            process.wait()


def panels(page: Page) -> list[str]:
    """The panels that the page itself offers."""
    found = page.locator("[data-testid^='nav-']").evaluate_all("all => all.map(e => e.dataset.testid.slice(4))")
    return list(dict.fromkeys(found))


def settle(page: Page) -> None:
    """Wait until nothing is being computed any more; a picture of waiting is of no use."""
    try:
        until(
            page,
            "!document.querySelector('[data-testid=computing], [aria-busy=true]') "
            "&& document.querySelector('main h1') !== null",
            PATIENCE_MS,
        )
    except TimeoutError:
        print(f"  still computing: {page.url}", file=sys.stderr)
    page.wait_for_timeout(600)


def shoot(browser: Browser, url: str, out: Path, language: str, only: list[str]) -> list[str]:
    """Write the pictures; gives what went wrong."""
    with urllib.request.urlopen(f"{url}api/cases") as answer:
        cases = [c["id"] for c in json.load(answer)["cases"]]
    wrong: list[str] = []
    for form, (width, height) in SIZES.items():
        for theme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce",
                has_touch=form == "phone", is_mobile=form == "phone",
            )  # fmt: skip
            chosen = json.dumps({"language": language})
            # the empty page before the first one has no storage, and says so
            context.add_init_script(f"try {{ localStorage.setItem('wayhome.prefs', '{chosen}') }} catch {{ }}")
            context.on("weberror", lambda error: wrong.append(str(error.error)))
            page = context.new_page()
            context.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
            page.goto(f"{url}#/")
            page.wait_for_timeout(800)
            page.screenshot(path=out / f"home-{form}-{theme}.png", full_page=True)
            for case in cases:
                page.goto(f"{url}#/case/{case}/now")
                page.wait_for_selector("[data-testid='nav-now']", state="attached")
                for panel in panels(page):
                    if only and panel not in only:
                        continue
                    page.goto(f"{url}#/case/{case}/{panel}")
                    settle(page)
                    page.screenshot(path=out / f"{case}-{panel}-{form}-{theme}.png", full_page=form == "phone")
                print(f"{case}, {form}, {theme}: done", file=sys.stderr)
            context.close()
    return wrong


def main() -> None:
    """Make the pictures and say where they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--url", help="a desk that is running, such as http://127.0.0.1:8000/")
    parser.add_argument("--language", default="en")
    parser.add_argument("--panel", action="append", default=[], help="only this panel; may be given again")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if chromium is None:
        sys.exit("There is no chromium here: `make browser` installs it where it may, or name one in CHROMIUM.")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        if asked.url:
            wrong = shoot(browser, asked.url.rstrip("/") + "/", asked.out, asked.language, asked.panel)
        else:
            with demo() as url:
                wrong = shoot(browser, url, asked.out, asked.language, asked.panel)
        browser.close()
    print(f"{len(list(asked.out.glob('*.png')))} pictures in {asked.out}/")
    if wrong:
        sys.exit("The page said errors:\n" + "\n".join(dict.fromkeys(wrong)))


if __name__ == "__main__":
    main()
