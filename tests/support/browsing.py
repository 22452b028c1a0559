"""A browser at the desk: pages, what went wrong in them, and what a person does with forms."""

from __future__ import annotations

import time
import urllib.parse
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

import wayhome.web

page_is_built = pytest.mark.skipif(
    not (Path(wayhome.web.__file__).parent / "static" / "index.html").exists(),
    reason="the page is not built: cd frontend && npm ci && npm run build",
)

# The map is drawn by software, and every other name than this machine's is unknown to the browser.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
COMPUTING_MS = 90_000  # the first product of a process compiles its kernels
PATIENCE_MS = 20_000  # the machine may be busy with other tests


class Desk:
    """Pages of one browser on one server, and what went wrong in them."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.errors: list[str] = []
        self.asked: list[str] = []
        context.on("console", lambda said: self._note(said.type, said.text, said.location["url"]))
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("request", lambda request: self.asked.append(request.url))

    def _note(self, kind: str, text: str, url: str) -> None:
        if kind == "error":
            self.errors.append(f"{text} {url}")

    def page(self, place: str = "#/") -> Page:
        """A new page at a place of the desk, such as `#/case/ID/area`."""
        page = self.context.new_page()
        page.goto(self.url + place)
        return page

    def foreign(self) -> list[str]:
        """Requests to anything but this machine."""
        parts = [urllib.parse.urlsplit(url) for url in self.asked]
        network = ("http", "https", "ws", "wss")  # not the browser's own chrome:, data:, blob:
        return [p.geturl() for p in parts if p.scheme in network and p.hostname != "127.0.0.1"]


def until(page: Page, expression: str, patience_ms: int = PATIENCE_MS) -> None:
    """Wait until a JavaScript expression is true; asked from here, since the pages' CSP lets no page poll by eval."""
    deadline = time.monotonic() + patience_ms / 1000
    while not page.evaluate(expression):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not true after {patience_ms / 1000:.0f} s: {expression}")
        page.wait_for_timeout(100)


def go(page: Page, panel: str) -> Locator:
    """Walk to a panel."""
    page.get_by_test_id(f"nav-{panel}").click()
    shown = page.get_by_test_id(f"panel-{panel}")
    expect(shown).to_be_visible()
    return shown


def unfold(page: Page, act: str) -> Locator:
    """Open the form of an act, if it is not open."""
    box = page.get_by_test_id(f"act-{act}")
    if box.get_attribute("open") is None:
        box.locator("summary").first.click()
    return box


def fill(form: Locator, **fields: str) -> None:
    """Type into fields, or choose where there is a choice."""
    for name, text in fields.items():
        field = form.get_by_test_id(f"field-{name}")
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)


def act(page: Page, command: str, about: str = "", **fields: str) -> int:
    """Fill and send the form of a command; gives the entry that the page then shows."""
    seq = page.get_by_test_id("case-seq")
    before = seq.inner_text()
    form = unfold(page, command + (f"-{about}" if about else ""))
    fill(form, **fields)
    form.get_by_test_id(f"submit-{command}").click()
    expect(seq).not_to_have_text(before)
    return int(seq.inner_text())


def percent(fraction: float) -> str:
    """A fraction between 0.1 % and 99.9 % as the page writes it."""
    assert 0.001 < fraction < 0.999
    return f"{100 * fraction:.1f} %"
