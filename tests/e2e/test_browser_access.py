"""Access: axe over every panel, light and dark; nothing scrolls sideways on a narrow screen; the keyboard reaches it all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import PATIENCE_MS, page_is_built, until
from playwright.sync_api import Browser, Page

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.e2e,
    page_is_built,
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: cd frontend && npm ci"),
]
CASE = "lost-hiker"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def panels(page: Page) -> list[str]:
    """The panels that the page offers."""
    names: list[str] = page.locator("[data-testid^='nav-']").evaluate_all(
        "all => all.map(e => e.dataset.testid.slice(4))"
    )
    return list(dict.fromkeys(names))


def walk(page: Page, name: str) -> None:
    """Go to a panel and wait until it has come to rest."""
    page.get_by_test_id(f"nav-{name}").click()
    until(page, f"document.querySelector(\"[data-testid='panel-{name}'] h1\") !== null")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)


def unfold_all(page: Page) -> None:
    """Open every form of the panel."""
    page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
    page.wait_for_timeout(300)


def found(page: Page, where: str) -> list[str]:
    """What axe says against a page, one line each."""
    said: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], iframes: false})",
        TAGS,
    )
    return [f"{where}: {v['id']}: {n['target']} {n['html'][:160]}" for v in said["violations"] for n in v["nodes"][:3]]


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, demo: Any) -> Iterator[Page]:
    """The desk's page of the demo's hiker; axe is put in, which the page's own content policy would not let in."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=request.param, reduced_motion="reduce", bypass_csp=True
    )
    made = context.new_page()
    made.goto(f"{demo.url}#/case/{CASE}/now")
    made.wait_for_selector("main h1", timeout=PATIENCE_MS)
    made.add_script_tag(content=AXE.read_text())
    yield made
    context.close()


def test_axe_finds_nothing_on_any_panel_with_all_its_forms_open(page: Page) -> None:
    wrong = []
    for name in panels(page):
        walk(page, name)
        unfold_all(page)
        wrong += found(page, name)
    assert wrong == [], "\n".join(wrong)


def test_axe_finds_nothing_on_the_list_of_cases(page: Page) -> None:
    page.get_by_test_id("home").click()
    page.get_by_test_id(f"case-{CASE}").wait_for()
    assert found(page, "home") == []


def test_a_narrow_screen_scrolls_one_way_only(browser: Browser, demo: Any) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{demo.url}#/case/{CASE}/now")
    page.wait_for_selector("main h1", timeout=PATIENCE_MS)
    wide = []
    for name in panels(page):
        walk(page, name)
        unfold_all(page)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
            wide.append((name, width))
        inside = page.evaluate(
            "[document.querySelector('main').scrollWidth, document.querySelector('main').clientWidth]"
        )
        if inside[0] > inside[1]:
            wide.append((name, inside[0]))
    context.close()
    assert wide == []


def test_the_keyboard_reaches_every_panel_and_its_first_form(browser: Browser, demo: Any) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{demo.url}#/case/{CASE}/evidence")
    page.wait_for_selector("main h1", timeout=PATIENCE_MS)
    every = {f"nav-{name}" for name in panels(page)}
    summaries = page.locator("main summary").count()
    met, opened = set(), 0
    for _ in range(400):
        page.keyboard.press("Tab")
        at = page.evaluate(
            "[document.activeElement?.dataset?.testid ?? '', document.activeElement?.tagName ?? '', "
            "getComputedStyle(document.activeElement).outlineStyle, document.activeElement.closest('main') !== null]"
        )
        met.add(at[0])
        opened += at[1] == "SUMMARY" and at[3]
        assert at[1] in ("BODY", "CANVAS", "IFRAME") or at[2] != "none", f"no focus is seen at {at}"
        if at[1] == "BODY":
            break
    context.close()
    assert every <= met
    assert opened == summaries
