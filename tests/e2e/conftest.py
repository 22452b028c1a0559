"""A desk, the command line, and the real data where there is some."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import ARGUMENTS, PATIENCE_MS, Desk
from playwright.sync_api import Browser, expect, sync_playwright

from wayhome.app.demo_desk import demo_desk

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("WAYHOME_DATA", ROOT.parent / "shared" / "data"))


class Ran:
    """What a command gave back."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Wayhome = Callable[..., Ran]


@pytest.fixture
def wayhome(tmp_path: Path) -> Wayhome:
    """Runs `wayhome --desk ... ARGS` as a process, as a user would."""

    def run(*args: str, code: int | None = 0, stdin: str | None = None) -> Ran:
        command = [sys.executable, "-m", "wayhome", "--desk", str(tmp_path / "desk"), *map(str, args)]
        ran = Ran(subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, input=stdin, timeout=180))
        if code is not None:
            assert ran.code == code, f"{args}: exit {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    return run


@pytest.fixture
def blue_hills() -> Path:
    """The Blue Hills' terrain, land cover and hike."""
    folder = DATA / "terrain" / "blue_hills"
    if not folder.exists():
        pytest.skip(f"the real data is not at {DATA} (set WAYHOME_DATA)")
    return folder


def _box(lat: float, lon: float, dlat: float, dlon: float) -> list[list[float]]:
    return [[lon, lat], [lon + dlon, lat], [lon + dlon, lat + dlat], [lon, lat + dlat], [lon, lat]]


@pytest.fixture
def segments() -> str:
    """Five segments of the Blue Hills around the place last known, as GeoJSON."""
    rings = {
        "Great Blue": _box(42.2050, -71.1200, 0.0140, 0.0180),
        "Houghtons": _box(42.2050, -71.1010, 0.0140, 0.0180),
        "Hoosicwhisick": _box(42.2200, -71.1200, 0.0110, 0.0180),
        "Buck Hill": _box(42.2050, -71.0820, 0.0150, 0.0200),
        "Ponkapoag": _box(42.1900, -71.1010, 0.0140, 0.0200),
    }
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for name, ring in rings.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


class Server:
    """`wayhome serve` on a desk, as a process that a test may kill and start again on the same port."""

    def __init__(self, desk: Path) -> None:
        self.desk, self.port = desk, 0
        self.start()

    def start(self) -> None:
        """Start, and wait for the line that says where."""
        command = [sys.executable, "-m", "wayhome", "--desk", str(self.desk), "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert said.startswith("ready http://127.0.0.1:"), said
        self.url = said.split()[1]
        self.port = int(self.url.rstrip("/").rsplit(":", 1)[1])

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def json(self, path: str) -> Any:
        """What the API answers at a path such as `cases`."""
        with urllib.request.urlopen(f"{self.url}api/{path}", timeout=60) as answer:
            return json.load(answer)

    def do(self, case: str, command: str, **fields: Any) -> int:
        """Act on a case as another person at the desk would; gives the entry."""
        sent = urllib.request.Request(
            f"{self.url}api/cases/{case}/do/{command}",
            data=json.dumps({"fields": fields}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(sent, timeout=60) as answer:
            return int(json.load(answer)["seq"])


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], Server]]:
    """Serves desk folders until the module's tests are done."""
    served: list[Server] = []

    def start(desk: Path) -> Server:
        served.append(Server(desk))
        return served[-1]

    yield start
    for one in served:
        one.kill()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A browser for this module; only for it, because playwright holds an event loop while it runs."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def open_desk(browser: Browser) -> Iterator[Callable[[str], Desk]]:
    """Opens the page of a server, and sees to it that it asked nobody else for anything."""
    opened: list[Desk] = []

    def start(url: str) -> Desk:
        context = browser.new_context(viewport={"width": 1100, "height": 800}, reduced_motion="reduce")
        opened.append(Desk(context, url))
        return opened[-1]

    yield start
    for desk in opened:
        desk.context.close()
        assert desk.asked and desk.foreign() == []


@pytest.fixture(scope="module")
def demo(serve: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server on the desk of both demo cases."""
    folder = tmp_path_factory.mktemp("demo")
    demo_desk(folder).close()
    return serve(folder)
