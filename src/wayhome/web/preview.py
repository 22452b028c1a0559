"""Previews for those who draw: what an act would do, what files hold, where typed places lie.

Reads only: nothing here writes an entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import File, UploadFile
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from wayhome.app import sketching
from wayhome.base.place import parse_position
from wayhome.base.quantity import length_m
from wayhome.base.record import to_json

if TYPE_CHECKING:
    from fastapi import FastAPI

    from wayhome.app import App


class Wanted(BaseModel):
    """A command as it would be sent."""

    fields: dict[str, Any] = {}
    as_user: str | None = None


class Typed(BaseModel):
    """Places as people type them."""

    texts: list[str] = []


class Route(BaseModel):
    """A line, and how far on each side of it is searched."""

    line: list[Any] = []
    beside: str


def add_preview(api: FastAPI, desk: App) -> None:
    """Add the routes that show before they do."""

    @api.post("/api/cases/{case}/preview/{command}")
    def would_do(case: str, command: str, body: Wanted) -> dict[str, Any]:
        return sketching.would_do(desk, case, command, body.fields, body.as_user)

    @api.post("/api/cases/{case}/debrief/preview")
    def would_find(case: str, body: Wanted) -> dict[str, Any]:
        found: dict[str, Any] = to_json(sketching.would_find(desk, case, body.fields, body.as_user))
        return found

    @api.post("/api/cases/{case}/import/preview")
    async def file_preview(case: str, files: Annotated[list[UploadFile], File()]) -> dict[str, Any]:
        contents = [(f.filename or "file", await f.read()) for f in files]
        return {"files": await run_in_threadpool(sketching.file_preview, desk, case, contents)}

    @api.post("/api/cases/{case}/strip")
    def strip(case: str, body: Route) -> dict[str, Any]:
        line = tuple(parse_position(p, f"line[{i}]") for i, p in enumerate(body.line))
        return sketching.strip(desk, case, line, length_m(body.beside, "beside"))

    @api.post("/api/positions")
    def positions(body: Typed) -> dict[str, Any]:
        return {"positions": sketching.places(body.texts)}

    @api.get("/api/team-rate")
    def team_rate() -> dict[str, Any]:
        return sketching.team_rate()
