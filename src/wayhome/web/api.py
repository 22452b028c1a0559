"""The HTTP routes, thin: JSON in, one call of the desk, JSON out; and the error table of this edge.

Every answer that depends on the journal carries the `seq` it was made from. Only this machine is
served: a foreign Host or Origin is refused, since there are no accounts yet.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, File, Form, Request, UploadFile
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from wayhome import __version__
from wayhome.app import almanac, analysis, catalogue, exchange, intake, photographs, pictures, printing, segmenting
from wayhome.app import duplicates as alike
from wayhome.app.ending import ending as case_ending
from wayhome.app.radio import radio as radio_desk
from wayhome.app.timeline import case_timeline
from wayhome.base.errors import NotFound
from wayhome.base.place import parse_position
from wayhome.base.quantity import instant, length_m, speed_mps
from wayhome.base.record import to_json
from wayhome.web.edge import add_errors, error_body
from wayhome.web.field import add_field
from wayhome.web.join import add_check_in
from wayhome.web.live import add_live
from wayhome.web.mapping import add_mapping
from wayhome.web.preview import add_preview

if TYPE_CHECKING:
    from datetime import datetime

    from wayhome.app import App

STATIC = Path(os.environ.get("WAYHOME_STATIC") or Path(__file__).parent / "static")  # another build, to try it
LOCAL = {"127.0.0.1", "localhost", "[::1]", "::1", "testserver"}


class NewCase(BaseModel):
    """A report as its TOML would hold it."""

    report: dict[str, Any]
    as_user: str | None = None


class Act(BaseModel):
    """One command."""

    fields: dict[str, Any] = {}
    expected_seq: int | None = None
    as_user: str | None = None
    key: str | None = None


class Merge(BaseModel):
    """Into which case a duplicate is merged, and why."""

    into: str
    reason: str
    confirm_far: bool = False
    as_user: str | None = None


class Line(BaseModel):
    """A radio message while it is typed; in the body, for it holds names."""

    text: str = ""


class Unmerge(BaseModel):
    """Why a merged case is about somebody else."""

    reason: str
    as_user: str | None = None


class SearchArea(BaseModel):
    """An area to be cut into segments: a region's id or a ring, and what a team does in a segment, as people type it."""

    region: str | None = None
    ring: list[Any] = []
    hours: float = 4.0
    searchers: float = 4.0
    sweep_width: str | None = None
    speed: str | None = None


def create_api(desk: App, stopping: asyncio.Event | None = None) -> FastAPI:
    """The web application over one desk."""
    api = FastAPI(title="Wayhome", version=__version__, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    stop = stopping or asyncio.Event()
    _guard(api)
    add_errors(api)

    @api.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @api.get("/ready")
    def ready() -> dict[str, Any]:
        return {"status": "ready", "cases": len(desk.cases())}

    @api.get("/api/docs", response_class=HTMLResponse, include_in_schema=False)
    def docs() -> str:
        return _DOCS

    @api.get("/api/cases")
    def cases() -> dict[str, Any]:
        states = [desk.state(c) for c in desk.cases()]
        return {
            "cases": [
                {
                    "id": s.case, "title": s.report.title, "status": s.status, "seq": s.seq,
                    "reported_at": to_json(s.report.reported_at), "invented": s.report.invented,
                    "waiting": sum(m.urgency == "now" for m in desk.agenda(s)),
                }
                for s in states
            ]
        }  # fmt: skip

    @api.post("/api/cases")
    def open_case(body: NewCase) -> dict[str, Any]:
        case, seq = desk.open_case(body.report, by=body.as_user)
        return {"case": case, "seq": seq}

    @api.get("/api/cases/{case}")
    def show(case: str, as_of: str | None = None) -> dict[str, Any]:
        state = desk.shown(case, _time(as_of, "as_of"))
        matters = desk.agenda(state, state.as_of if as_of else None)
        others = [] if as_of else alike.matters(desk, state)  # the other cases are as they are now
        return {
            "seq": state.seq, "status": state.status, "state": to_json(state), "agenda": to_json([*matters, *others]),
            "actors": desk.actors(state),
        }  # fmt: skip

    @api.get("/api/cases/{case}/log")
    def log(case: str, as_of: str | None = None) -> dict[str, Any]:
        entries = desk.log(case, _time(as_of, "as_of"))
        return {"seq": entries[-1]["seq"] if entries else 0, "entries": to_json(entries)}

    @api.get("/api/cases/{case}/verify")
    def verify(case: str) -> dict[str, Any]:
        found = desk.verify(case)[0]
        return {"seq": found.entries, "entries": found.entries, "heads": found.heads, "erased": found.erased}

    @api.get("/api/cases/{case}/timeline")
    def timeline(case: str, as_of: str | None = None) -> dict[str, Any]:
        made: dict[str, Any] = to_json(case_timeline(desk, case, _time(as_of, "as_of")))
        return made

    @api.post("/api/cases/{case}/radio")
    def radio(case: str, body: Line, as_of: str | None = None) -> dict[str, Any]:
        return radio_desk(desk, case, body.text, _time(as_of, "as_of"))

    @api.get("/api/cases/{case}/duplicates")
    def duplicates(case: str) -> dict[str, Any]:
        return {"seq": desk.head(case), "duplicates": alike.duplicates(desk, case), **alike.links(desk, case)}

    @api.post("/api/cases/{case}/merge")
    def merge(case: str, body: Merge) -> dict[str, Any]:
        return alike.merge(desk, body.into, case, reason=body.reason, by=body.as_user, confirm_far=body.confirm_far)

    @api.post("/api/cases/{case}/unmerge")
    def unmerge(case: str, body: Unmerge) -> dict[str, Any]:
        return alike.unmerge(desk, case, reason=body.reason, by=body.as_user)

    @api.get("/api/commands")
    def commands() -> dict[str, Any]:
        return {"commands": catalogue.command_list()}

    @api.post("/api/cases/{case}/do/{command}")
    def do(case: str, command: str, body: Act) -> dict[str, Any]:
        done = desk.do(case, command, body.fields, expected_seq=body.expected_seq, by=body.as_user, key=body.key)
        out: dict[str, Any] = {"seq": done.seq, "events": [{"type": e.type, "data": e.as_json()} for e in done.events]}
        if done.opened is not None:
            out["opened"] = done.opened
        return out

    @api.get("/api/cases/{case}/products")
    def products(case: str) -> dict[str, Any]:
        return {"seq": desk.head(case), "products": catalogue.product_list()}

    @api.get("/api/cases/{case}/products/poa/image.png", response_class=Response)
    def poa_image(case: str, as_of: str | None = None, at: str | None = None, key: str | None = None) -> Response:
        content = pictures.poa_png(desk, case, as_of=_time(as_of, "as_of"), at=_time(at, "at"))
        return Response(
            content, media_type="image/png", headers={"Cache-Control": "private, max-age=3600" if key else "no-store"}
        )

    @api.get("/api/cases/{case}/products/{name}")
    def product(case: str, name: str, as_of: str | None = None, at: str | None = None) -> dict[str, Any]:
        then, reach = _time(as_of, "as_of"), _time(at, "at")
        made = desk.product(case, name, as_of=then, at=reach)
        data = made.data
        if name == "poa":
            data = {**data, **pictures.poa_frame(desk, case, made, as_of=then, at=reach)}
        return {**to_json(made), "data": to_json(data)}

    @api.post("/api/cases/{case}/segments/propose")
    def propose(case: str, body: SearchArea) -> dict[str, Any]:
        work = segmenting.team_work(
            body.hours, body.searchers, coverage=None,
            sweep_width_m=None if body.sweep_width is None else length_m(body.sweep_width, "sweep_width"),
            speed_mps=None if body.speed is None else speed_mps(body.speed, "speed"),
        )  # fmt: skip
        where = body.region or tuple(parse_position(p, f"ring[{i}]") for i, p in enumerate(body.ring))
        return {"seq": desk.head(case), **to_json(segmenting.propose_segments(desk, case, where, work))}

    @api.get("/api/sensors")
    def sensors() -> dict[str, Any]:
        return {"sensors": analysis.sensors()}

    @api.get("/api/sensors/{sensor}/width")
    def width(
        sensor: str, range: str | None = None, visibility: str | None = None, light: str = "day", cover: str = ""
    ) -> dict[str, Any]:
        return analysis.width(
            sensor, sought="person", visibility=visibility, light=light, cover=cover,
            range_m=None if range is None else length_m(range, "range"),
        )  # fmt: skip

    @api.get("/api/cases/{case}/questionnaire")
    def questionnaire(case: str, as_of: str | None = None) -> dict[str, Any]:
        asked: dict[str, Any] = to_json(intake.questionnaire(desk, case, _time(as_of, "as_of")))
        return asked

    @api.get("/api/cases/{case}/clocks")
    def clocks(case: str, as_of: str | None = None) -> dict[str, Any]:
        then = _time(as_of, "as_of")
        state, at = desk.state(case, then), then or desk.now()
        found = almanac.case_clocks(state, at)
        return {"seq": state.seq, "at": to_json(at), "daylight": to_json(almanac.daylight(state, at)),
                "clocks": [{**c.as_json(), "says": c.says(at), "is_over": c.is_over(at)} for c in found]}  # fmt: skip

    @api.get("/api/cases/{case}/ending")
    def ending(case: str, as_of: str | None = None) -> dict[str, Any]:
        return case_ending(desk, case, _time(as_of, "as_of"))

    @api.get("/api/cases/{case}/possible")
    def possible(case: str, as_user: str | None = None) -> dict[str, Any]:
        state = desk.state(case)
        return {"seq": state.seq, "commands": catalogue.possible_commands(state, as_user)}

    @api.get("/api/cases/{case}/ground")
    def ground(case: str) -> dict[str, Any]:
        return {"seq": desk.head(case), **pictures.ground_frame(desk, case)}

    @api.get("/api/cases/{case}/ground/hillshade.png", response_class=Response)
    def hillshade(case: str) -> Response:
        return Response(
            pictures.hillshade_png(desk, case), media_type="image/png", headers={"Cache-Control": "private, max-age=60"}
        )

    @api.get("/api/cases/{case}/tracks")
    def tracks(case: str, as_of: str | None = None) -> dict[str, Any]:
        return {"seq": desk.head(case), "tracks": pictures.tracks_frame(desk, case, as_of=_time(as_of, "as_of"))}

    @api.post("/api/cases/{case}/import")
    async def import_files(
        case: str,
        files: Annotated[list[UploadFile], File()],
        as_kind: Annotated[str, Form(alias="as")] = "auto",
        for_: Annotated[str | None, Form(alias="for")] = None,
        as_user: Annotated[str | None, Form()] = None,
    ) -> dict[str, Any]:
        contents = [(f.filename or "file", await f.read()) for f in files]
        rows = await run_in_threadpool(
            exchange.import_files, desk, case, contents, as_=as_kind, for_=for_ or None, by=as_user or None
        )
        return {"imported": rows, "seq": desk.head(case)}

    @api.get("/api/cases/{case}/photographs/{photograph}.jpg", response_class=Response)
    def photograph(case: str, photograph: str, px: int = photographs.THUMBNAIL_PX) -> Response:
        content = photographs.thumbnail(desk, case, photograph, px)
        return Response(content, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=300"})

    @api.get("/api/cases/{case}/photographs/{photograph}/original", response_class=Response)
    def original(case: str, photograph: str) -> Response:
        content, media, name = photographs.original(desk, case, photograph)
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(content, media_type=media, headers=headers)

    @api.get("/api/cases/{case}/documents")
    def documents(case: str) -> dict[str, Any]:
        state = desk.state(case)
        return {"seq": state.seq, "documents": catalogue.document_list(state)}

    @api.get("/api/cases/{case}/documents/{kind}.pdf", response_class=Response)
    def document(
        case: str, kind: str, request: Request, as_of: str | None = None, paper: str | None = None
    ) -> Response:  # fmt: skip
        content = printing.document(
            desk, case, kind, for_id=request.query_params.get("for") or None, as_of=_time(as_of, "as_of"), paper=paper
        )
        return Response(
            content, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{kind}.pdf"'}
        )

    @api.get("/api/cases/{case}/print-all.pdf", response_class=Response)
    def print_all(case: str, as_of: str | None = None, paper: str | None = None) -> Response:
        content = printing.print_all(desk, case, as_of=_time(as_of, "as_of"), paper=paper)
        return Response(
            content, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{case}.pdf"'}
        )

    @api.get("/api/cases/{case}/export/{form}", response_class=Response)
    def export(case: str, form: str, as_of: str | None = None) -> Response:
        content, media = exchange.export(desk, case, form, as_of=_time(as_of, "as_of"))
        suffix = {"geotiff": "tif", "calendar": "ics", "evidence": "zip", "statistics": "csv"}.get(form, form)
        return Response(
            content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{form}.{suffix}"'}
        )

    add_check_in(api, desk)
    add_field(api, desk)
    add_live(api, desk, stop)
    add_mapping(api, desk)
    add_preview(api, desk)

    @api.get("/api/{rest:path}", include_in_schema=False)
    def nothing(rest: str) -> None:
        raise NotFound(f"There is nothing at /api/{rest}; /api/docs lists what there is.")

    if (STATIC / "index.html").exists():
        api.mount("/assets", StaticFiles(directory=STATIC / "assets"), name="assets")

        @api.get("/{path:path}", include_in_schema=False)
        def page(path: str) -> FileResponse:
            wanted = (STATIC / path).resolve()
            if path and wanted.is_relative_to(STATIC.resolve()) and wanted.is_file():
                return FileResponse(wanted)
            if "." in path.rsplit("/", 1)[-1]:
                raise NotFound(f"There is no file {path}.")
            if path.rstrip("/") == "field":
                return FileResponse(STATIC / "field" / "index.html", headers={"Cache-Control": "no-cache"})
            return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    return api


def _guard(api: FastAPI) -> None:
    @api.middleware("http")
    async def only_this_machine(request: Request, call_next: Any) -> Response:
        host = request.headers.get("host", "")
        name = host if host.startswith("[") and host.endswith("]") else host.rsplit(":", 1)[0] if ":" in host else host
        origin = request.headers.get("origin")
        foreign = origin is not None and origin.split("//", 1)[-1] != host
        if name not in LOCAL or foreign:
            return JSONResponse(error_body("not_allowed", "This desk answers only to pages of this machine."), 403)
        response: Response = await call_next(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Content-Security-Policy"] = (
            "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
            "connect-src 'self'; frame-ancestors 'self'; object-src 'none'; frame-src 'self'"
        )
        return response


def _time(text: str | None, what: str) -> datetime | None:
    # a "+" of an offset typed into a URL arrives as a space
    return None if not text else instant(text.replace(" ", "+"), what)


_DOCS = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Wayhome API</title>
<link rel="stylesheet" href="/swagger-ui/swagger-ui.css"></head><body><div id="swagger-ui"></div>
<script src="/swagger-ui/swagger-ui-bundle.js"></script><script src="/swagger-ui/start.js"></script></body></html>"""
