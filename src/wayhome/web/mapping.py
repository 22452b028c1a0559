"""The routes of the map: tiles of the ground, heights, lines of sight, declination.

Pictures carry their key in the address, so a browser may keep them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from wayhome.app import mapping
from wayhome.base.place import parse_position
from wayhome.base.quantity import length_m

if TYPE_CHECKING:
    from fastapi import FastAPI

    from wayhome.app import App

KEPT = {"Cache-Control": "private, max-age=86400"}
FRESH = {"Cache-Control": "no-store"}


class Line(BaseModel):
    """A line on the ground, as people type it or the map draws it."""

    line: list[Any] = []


class Looked(BaseModel):
    """A look from a place, as people type it."""

    at: str
    eye: str | None = None
    there: str | None = None
    radius: str | None = None
    key: str | None = None

    def look(self) -> mapping.Look:
        """In metres."""
        typed = {"eye": (self.eye, mapping.EYE_M), "there": (self.there, 0.0), "radius": (self.radius, mapping.REACH_M)}
        metres = {f"{name}_m": usual if text is None else length_m(text, name) for name, (text, usual) in typed.items()}
        return mapping.Look(parse_position(self.at, "at"), **metres)


def add_mapping(api: FastAPI, desk: App) -> None:
    """Add what the map reads beside the products."""

    @api.get("/api/cases/{case}/map")
    def frame(case: str) -> dict[str, Any]:
        return {"seq": desk.head(case), **mapping.map_frame(desk, case)}

    @api.get("/api/cases/{case}/map/{layer}/{z}/{x}/{y}.png", response_class=Response)
    def tile(case: str, layer: str, z: int, x: int, y: int, key: str | None = None) -> Response:
        content = mapping.tile(desk, case, layer, z, x, y)
        return Response(content, media_type="image/png", headers=KEPT if key else FRESH)

    @api.get("/api/cases/{case}/map/contours.json")
    def contours(case: str, key: str | None = None) -> JSONResponse:
        return JSONResponse(mapping.contours(desk, case), headers=KEPT if key else FRESH)

    @api.get("/api/cases/{case}/map/elevation")
    def elevation(case: str, at: str) -> dict[str, Any]:
        return mapping.elevation(desk, case, parse_position(at, "at"))

    @api.get("/api/cases/{case}/map/declination")
    def declination(case: str, at: str) -> dict[str, Any]:
        return mapping.declination(desk, case, parse_position(at, "at"))

    @api.post("/api/cases/{case}/map/profile")
    def profile(case: str, body: Line) -> dict[str, Any]:
        return mapping.profile(desk, case, tuple(parse_position(p, f"line[{i}]") for i, p in enumerate(body.line)))

    @api.get("/api/cases/{case}/map/view")
    def view(case: str, look: Annotated[Looked, Query()]) -> dict[str, Any]:
        return {"seq": desk.head(case), **mapping.view(desk, case, look.look())}

    @api.get("/api/cases/{case}/map/view.png", response_class=Response)
    def view_image(case: str, look: Annotated[Looked, Query()]) -> Response:
        content = mapping.view_png(desk, case, look.look())
        return Response(content, media_type="image/png", headers=KEPT if look.key else FRESH)
