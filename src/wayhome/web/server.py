"""The running server: binds, says when it is ready, stops cleanly with viewers connected.

The desk itself is for this machine only until there are accounts; phones of teams come in by a door of their own.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from wayhome.base.errors import InvalidInput, NotYet

if TYPE_CHECKING:
    from wayhome.app import App

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def serve(desk: App, *, host: str, port: int, open_browser: bool, phones: str | None = None) -> None:
    """Serve until interrupted; prints one line `ready URL` when the port is open.

    `phones` opens a second door, in the van's network, for teams' phones only: where, as people type it.
    """
    if host not in LOOPBACK:
        raise NotYet(
            f"Serving on {host} needs accounts, which come with a later version; this one serves 127.0.0.1 only. "
            "For teams' phones: --phones."
        )
    if not 0 <= port <= 65535:
        raise InvalidInput(f"Port {port} is outside 0 to 65535.", field="port")
    import uvicorn

    from wayhome.app.analysis import warm
    from wayhome.app.doors import phones_door
    from wayhome.web.api import STATIC, create_api
    from wayhome.web.doors import create_phones_app, create_trust_app

    bound = _bind(host, port)
    url = f"http://{'127.0.0.1' if host == 'localhost' else host}:{bound.getsockname()[1]}/"
    stopping = asyncio.Event()
    api = create_api(desk, stopping)
    quiet: dict[str, Any] = {
        "log_level": "warning",
        "timeout_graceful_shutdown": 3,
        "access_log": False,
        "server_header": False,
    }
    beside: list[tuple[uvicorn.Server, socket.socket]] = []

    class Beside(uvicorn.Server):
        """A door beside the desk's own; signals are the desk's business."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    if phones is not None:
        door = phones_door(desk, phones)
        api.state.door, api.state.phones_door = door, door.url
        tls: dict[str, Any] = {"ssl_certfile": str(door.certificates.chain), "ssl_keyfile": str(door.certificates.key)}
        secure = uvicorn.Config(create_phones_app(desk, door, STATIC), **tls, **quiet)
        clear = uvicorn.Config(create_trust_app(door), **quiet)
        beside = [(Beside(secure), _bind(door.address, door.port)), (Beside(clear), _bind(door.address, door.port + 1))]
        print(f"phones come in at {door.url}; they trust it by {door.trust_url}", file=sys.stderr, flush=True)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            self.doors = [asyncio.create_task(one.serve(sockets=[at])) for one, at in beside]
            print(f"ready {url}", flush=True)
            asyncio.get_running_loop().run_in_executor(None, warm)
            if open_browser:
                webbrowser.open(url)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            for one, _ in beside:
                one.should_exit = True
            await asyncio.gather(*self.doors)
            await super().shutdown(sockets)

        def handle_exit(self, sig: int, frame: Any) -> None:
            stopping.set()
            super().handle_exit(sig, frame)

    Server(uvicorn.Config(api, **quiet)).run(sockets=[bound])


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise InvalidInput(
            f"Port {port} cannot be opened ({error.strerror}); choose another with --port.", port=port
        ) from None
    return bound
