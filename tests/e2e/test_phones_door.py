"""`wayhome serve --phones`: the van's network reaches the phones' page by TLS, and nothing of the desk."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import page_is_built

from wayhome.app import App
from wayhome.app.doors import phones_door
from wayhome.base.errors import InvalidInput

pytestmark = [pytest.mark.e2e, page_is_built]


def free_pair() -> int:
    """A port that is free, as the next one is."""
    for _ in range(50):
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = int(first.getsockname()[1])
            try:
                with socket.create_server(("127.0.0.1", port + 1)):
                    return port
            except OSError:
                continue
    raise AssertionError("no two ports are free")


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A desk with both doors; gives the desk's URL and the phones' port."""
    app = App(tmp_path / "desk")
    app.open_case(
        {"title": "T", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"}}, case="walker"
    )
    app.close()
    port = free_pair()
    command = [
        sys.executable,
        "-m",
        "wayhome",
        "--desk",
        str(tmp_path / "desk"),
        "serve",
        "--port",
        "0",
        "--phones",
        f"127.0.0.1:{port}",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    url = process.stdout.readline().split()[1]
    yield url, port
    process.terminate()
    assert process.wait(timeout=10) in (0, -signal.SIGTERM)  # both doors close; no connection holds it
    assert f"https://127.0.0.1:{port}/" in process.stderr.read()


def test_what_the_network_reaches(doors: tuple[str, int]) -> None:
    url, port = doors
    with urllib.request.urlopen(f"{url}api/phones-door") as answer:
        door = json.load(answer)
    with urllib.request.urlopen(f"http://127.0.0.1:{port + 1}/") as answer:
        assert door["fingerprint"] in answer.read().decode()
    with urllib.request.urlopen(f"http://127.0.0.1:{port + 1}/wayhome-desk.crt") as answer:
        assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
        trusting = ssl.create_default_context(cadata=answer.read())
    secure = f"https://127.0.0.1:{port}"

    def status(path: str, headers: dict[str, str] | None = None) -> int:
        try:
            with urllib.request.urlopen(
                urllib.request.Request(secure + path, headers=headers or {}), context=trusting
            ) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return int(refusal.code)

    assert status("/field/") == 200
    assert status("/field/worker.js") == 200
    assert status("/join/AAAA-BBBB") == 403
    assert [
        status(p)
        for p in (
            "/api/cases",
            "/api/cases/walker",
            "/api/docs",
            "/index.html",
            "/api/openapi.json",
            "/api/cases/walker/roster",
        )
    ] == [404] * 6
    assert [status(p) for p in ("/field/../index.html", "/field/%2e%2e/index.html", "/assets/../index.html")] == [
        404
    ] * 3
    assert status("/field/", {"Host": "evil.example.com"}) == 403
    assert status("/field/", {"Origin": "https://evil.example.com"}) == 403
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{secure}/field/", context=ssl.create_default_context())
    for path in ("/api/cases", "/field/", "/field/api/me"):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{port + 1}{path}")


def test_links_lead_to_the_door(doors: tuple[str, int]) -> None:
    url, port = doors
    case = f"{url}api/cases/walker"

    def post(path: str, body: object) -> dict[str, object]:
        sent = urllib.request.Request(case + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(sent) as answer:
            found: dict[str, object] = json.load(answer)
            return found

    post("/do/form_team", {"fields": {"name": "One", "searchers": 4, "speed": "2 km/h", "sweep_width": "30 m"}})
    from datetime import UTC, datetime, timedelta

    made = post(
        "/phones/invite", {"fields": {"team": "T1", "expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}}
    )
    assert made["link"] == f"https://127.0.0.1:{port}/field/#{made['code']}"


@pytest.mark.parametrize("asked", ["8.8.8.8", "somewhere", "127.0.0.1:0", "127.0.0.1:70000", "127.0.0.1:x"])
def test_a_door_that_cannot_be_is_refused_with_a_sentence(tmp_path: Path, asked: str) -> None:
    app = App(tmp_path / "desk")
    with pytest.raises(InvalidInput, match="--phones"):
        phones_door(app, asked)
    app.close()
    assert not os.path.exists(tmp_path / "desk" / "certificates")
