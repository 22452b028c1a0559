"""The routes of teams' phones, thin: a token in, one call of the desk's `field`, JSON out; and the desk's own board of phones.

The phones' routes stand in an application of their own, so that a door to the network can hold them and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from wayhome import __version__
from wayhome.app.check_in import qr_image
from wayhome.base.errors import InvalidInput, NotAllowed
from wayhome.web.edge import add_errors

if TYPE_CHECKING:
    from wayhome.app import App
    from wayhome.app.doors import Door

MOST_BYTES = 25_000_000
_Auth = Annotated[str, Header(alias="Authorization")]


class Join(BaseModel):
    """Who wants in, by which code."""

    code: str
    holder: str


class Items(BaseModel):
    """What a phone hands in at once."""

    items: list[Any]
    sent_at: str | None = None


class Invite(BaseModel):
    """For which team, and until when."""

    fields: dict[str, Any] = {}
    as_user: str | None = None


class Settle(BaseModel):
    """What becomes of a refused item."""

    phone: str | None = None
    how: str
    reason: str = ""
    as_user: str | None = None


def create_field_api(desk: App) -> FastAPI:
    """The application that phones may reach: these routes, and nothing of the desk's."""
    api = FastAPI(title="Wayhome field", version=__version__, openapi_url=None, docs_url=None, redoc_url=None)
    add_errors(api)
    _add_phone_routes(api, desk)
    return api


def add_field(api: FastAPI, desk: App) -> None:
    """Add the phones' routes, and the desk's board of phones."""
    _add_phone_routes(api, desk)

    @api.get("/api/cases/{case}/phones")
    def phones(case: str) -> dict[str, Any]:
        shown: dict[str, Any] = desk.field.board(case)
        return shown

    @api.get("/api/cases/{case}/phones/trails")
    def trails(case: str) -> dict[str, Any]:
        return {"seq": desk.head(case), "trails": desk.field.trails(case)}

    @api.post("/api/cases/{case}/phones/invite")
    def invite(case: str, body: Invite, request: Request) -> dict[str, Any]:
        made: dict[str, Any] = desk.field.invite(case, body.fields, body.as_user)
        link = f"{getattr(request.app.state, 'phones_door', request.base_url)}field/#{made['code']}"
        return {**made, "link": link, "image": qr_image(link)}

    @api.get("/api/phones-door")
    def door(request: Request) -> dict[str, Any]:
        opened: Door | None = getattr(request.app.state, "door", None)
        if opened is None:
            return {"url": None, "trust_url": None, "trust_image": None, "fingerprint": None}
        return {"url": opened.url, "trust_url": opened.trust_url, "trust_image": qr_image(opened.trust_url),
                "fingerprint": opened.certificates.fingerprint}  # fmt: skip

    @api.post("/api/cases/{case}/phones/refused/{item}/settle")
    def settle(case: str, item: str, body: Settle) -> dict[str, Any]:
        done: dict[str, Any] = desk.field.settle(case, item, body.how, body.reason, body.as_user)
        return done


def _add_phone_routes(api: FastAPI, desk: App) -> None:
    @api.post("/field/api/join")
    def join(body: Join, request: Request) -> dict[str, Any]:
        source = request.client.host if request.client else "unknown"
        made: dict[str, Any] = desk.field.join(body.code, body.holder, source)
        return made

    @api.get("/field/api/me")
    def me(authorization: _Auth = "", if_none_match: Annotated[str | None, Header()] = None) -> Response:
        told = desk.field.told(_token(authorization))
        tag = f'"{told.pop("etag")}"'
        headers = {"ETag": tag, "Cache-Control": "no-store"}
        return (
            Response(status_code=304, headers=headers) if if_none_match == tag else JSONResponse(told, headers=headers)
        )

    @api.get("/field/api/map")
    def ground(authorization: _Auth = "") -> dict[str, Any]:
        made: dict[str, Any] = desk.field.ground(_token(authorization))
        return made

    @api.get("/field/api/map/hillshade.png", response_class=Response)
    def hillshade(authorization: _Auth = "") -> Response:
        return _file(desk.field.hillshade(_token(authorization)), "image/png")

    @api.get("/field/api/portrait.jpg", response_class=Response)
    def portrait(authorization: _Auth = "") -> Response:
        return _file(desk.field.portrait(_token(authorization)), "image/jpeg")

    @api.post("/field/api/items")
    def items(body: Items, authorization: _Auth = "") -> dict[str, Any]:
        return {"results": desk.field.hand_in(_token(authorization), body.items, body.sent_at)}

    @api.post("/field/api/photographs/{key}")
    async def photograph(key: str, request: Request, authorization: _Auth = "") -> dict[str, Any]:
        position = _numbers(request.headers.get("x-position"))
        more = {"at": request.headers.get("x-at"), **({"position": position} if position else {})}
        return await _handed(request, desk, authorization, "photograph", key, more)

    @api.post("/field/api/tracks/{key}")
    async def track(key: str, assignment: str, request: Request, authorization: _Auth = "") -> dict[str, Any]:
        more = {"at": request.headers.get("x-at"), "assignment": assignment}
        return await _handed(request, desk, authorization, "gpx", key, more)


async def _handed(
    request: Request, desk: App, authorization: str, kind: str, key: str, more: dict[str, Any]
) -> dict[str, Any]:
    token = _token(authorization)
    await run_in_threadpool(desk.field.admitted, token)  # who is nobody sends no file
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            raise InvalidInput(f"The file is larger than {MOST_BYTES // 1_000_000} MB; make it smaller.", field="file")
    done: dict[str, Any] = await run_in_threadpool(desk.field.hand_in_file, token, kind, key, content, more)
    return done


def _file(content: bytes, media: str) -> Response:
    return Response(content, media_type=media, headers={"Cache-Control": "private, max-age=300"})


def _token(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAllowed("This phone has not joined a search; use an invitation of the desk.")
    return token


def _numbers(text: str | None) -> list[float] | None:
    try:
        lat, lon = (float(v) for v in (text or "").split(","))
    except ValueError:
        return None
    return [lat, lon]
