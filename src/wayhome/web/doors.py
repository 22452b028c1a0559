"""What the van's network reaches: by TLS the phones' page and its routes, in clear one page that installs the authority.

Applications of their own, so that nothing of the desk can be reached through them whatever is asked.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

from wayhome.base.errors import NotFound
from wayhome.web.edge import add_errors, error_body
from wayhome.web.field import create_field_api
from wayhome.web.join import add_join_page

if TYPE_CHECKING:
    from wayhome.app import App
    from wayhome.app.doors import Door

ICONS = ("wayhome.svg", "favicon.ico")


def create_phones_app(desk: App, door: Door, static: Path) -> FastAPI:
    """The secure door: the phones' routes, their page, and the volunteers' page."""
    api = create_field_api(desk)
    _guard(api, door)
    add_join_page(api, desk)

    @api.get("/")
    def start() -> RedirectResponse:
        return RedirectResponse("/field/")

    @api.get("/field/{path:path}")
    def page(path: str) -> FileResponse:
        folder = (static / "field").resolve()
        wanted = (folder / (path or "index.html")).resolve()
        if not wanted.is_relative_to(folder) or not wanted.is_file():
            raise NotFound(f"There is nothing at /field/{path}.")
        return FileResponse(wanted, headers={"Cache-Control": "no-cache"})

    @api.get("/{name}")
    def icon(name: str) -> FileResponse:
        if name not in ICONS:
            raise NotFound(f"There is nothing at /{name}.")
        return FileResponse(static / name)

    if (static / "assets").exists():
        api.mount("/assets", StaticFiles(directory=static / "assets"), name="assets")
    return api


def create_trust_app(door: Door) -> FastAPI:
    """The door in clear: how to install the authority, and the authority itself."""
    api = FastAPI(title="Wayhome trust", openapi_url=None, docs_url=None, redoc_url=None)
    add_errors(api)

    @api.get("/", response_class=HTMLResponse)
    def page() -> str:
        return _TRUST.format(fingerprint=escape(door.certificates.fingerprint), url=escape(door.url))

    @api.get("/wayhome-desk.crt", response_class=Response)
    def authority() -> Response:
        headers = {"Content-Disposition": 'attachment; filename="wayhome-desk.crt"', "Cache-Control": "no-store"}
        return Response(door.certificates.authority_der, media_type="application/x-x509-ca-cert", headers=headers)

    return api


def _guard(api: FastAPI, door: Door) -> None:
    """Only under the door's own names, and only pages of the door itself."""

    @api.middleware("http")
    async def own_names(request: Request, call_next: Any) -> Response:
        host = request.headers.get("host", "")
        name = host if host.endswith("]") else host.rsplit(":", 1)[0] if ":" in host else host
        origin = request.headers.get("origin")
        if name.lower() not in door.hosts or (origin is not None and origin != f"https://{host}"):
            return JSONResponse(error_body("not_allowed", "This door answers under its own address only."), 403)
        response: Response = await call_next(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin" if request.url.path.startswith("/join/") else "no-referrer"
        response.headers["X-Frame-Options"] = "DENY"
        return response


_TRUST = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Trust this desk</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root{{color-scheme:light dark}}body{{margin:0 auto;max-width:38rem;padding:1rem;font:18px/1.5 system-ui,sans-serif}}
a.b{{display:block;text-align:center;padding:1rem;margin:1rem 0;border-radius:10px;background:#0b3d5c;color:#fff;font-weight:700;text-decoration:none}}
code{{font-size:1.05em;overflow-wrap:anywhere}}details{{margin:.6rem 0}}summary{{font-weight:700;min-height:44px}}</style></head><body>
<h1>Trust this desk, once</h1>
<p>A phone gives its position, and works without a network, only on a page that it trusts. This desk vouches for itself:
install its certificate, and then go on. It is good for addresses of private networks only.</p>
<a class="b" href="/wayhome-desk.crt">1. Get the certificate</a>
<p><strong>Compare before you install:</strong> the desk's screen must show the same number. This page came unprotected, the number on the
screen did not.</p><p><code data-testid="fingerprint">{fingerprint}</code></p>
<details open><summary>Android</summary><ol><li>Settings, search for "CA certificate".</li><li>Install anyway, and choose wayhome-desk.crt.</li></ol></details>
<details open><summary>iPhone</summary><ol><li>Allow the download.</li><li>Settings, Profile downloaded, Install.</li>
<li>Settings, General, About, Certificate Trust Settings: switch it on.</li></ol></details>
<a class="b" href="{url}field/">2. Go on to the team's page</a>
<p>Then scan the invitation on the desk's screen. When the search is over, remove the certificate in the same place.</p></body></html>"""
