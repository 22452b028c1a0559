"""What the page weighs: the budget that a build must keep, so that a case is there before somebody wonders."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from browsing import page_is_built

import wayhome.web

STATIC = Path(wayhome.web.__file__).parent / "static"
KB = 1024
pytestmark = page_is_built


def weight(names: list[str]) -> int:
    """Bytes of files as they go over a line, gzipped."""
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 6)) for name in names)


def first_files(page: str) -> list[str]:
    """Scripts and styles that a page asks for before it can draw anything."""
    html = (STATIC / page).read_text()
    found = [name.lstrip("/") for name in re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css))"', html)]
    assert any(name.endswith(".js") for name in found), f"{page} names no script"
    return found


@pytest.mark.parametrize(("page", "most_kb"), [("index.html", 170), ("field/index.html", 80)])
def test_first_paint_asks_for_little(page: str, most_kb: int) -> None:
    """The desk's first paint and the phone's shell; the map library comes after, on its own."""
    files = first_files(page)
    assert weight(files) <= most_kb * KB, {name: weight([name]) for name in files}


def test_the_whole_page_keeps_its_budget() -> None:
    """Everything that a browser may ever fetch, the API documentation aside."""
    files = [str(p.relative_to(STATIC)) for p in STATIC.rglob("*") if p.suffix in (".js", ".mjs", ".css")]
    files = [name for name in files if not name.startswith("swagger-ui/")]
    assert weight(files) <= 1000 * KB, {name: weight([name]) for name in files}
