"""The running server: binds, says when it is ready, stops cleanly with viewers connected.

Refuses every host but this machine until there are accounts.
"""

from __future__ import annotations

import asyncio
import socket
import webbrowser
from typing import TYPE_CHECKING, Any

from wayhome.base.errors import InvalidInput, NotYet

if TYPE_CHECKING:
    from wayhome.app import App

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def serve(desk: App, *, host: str, port: int, open_browser: bool) -> None:
    """Serve until interrupted; prints one line `ready URL` when the port is open."""
    if host not in LOOPBACK:
        raise NotYet(
            f"Serving on {host} needs accounts, which come with a later version; this one serves 127.0.0.1 only."
        )
    if not 0 <= port <= 65535:
        raise InvalidInput(f"Port {port} is outside 0 to 65535.", field="port")
    import uvicorn

    from wayhome.app.analysis import warm
    from wayhome.web.api import create_api

    bound = _bind(host, port)
    url = f"http://{'127.0.0.1' if host == 'localhost' else host}:{bound.getsockname()[1]}/"
    stopping = asyncio.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(f"ready {url}", flush=True)
            asyncio.get_running_loop().run_in_executor(None, warm)
            if open_browser:
                webbrowser.open(url)

        def handle_exit(self, sig: int, frame: Any) -> None:
            stopping.set()
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        create_api(desk, stopping),
        log_level="warning",
        timeout_graceful_shutdown=3,
        access_log=False,
        server_header=False,
    )
    Server(config).run(sockets=[bound])


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
