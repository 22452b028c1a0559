"""The error table of every HTTP edge: one sentence, one status, whatever went wrong."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from wayhome.base.errors import InvalidInput, WayhomeError
from wayhome.base.record import to_json

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

_log = logging.getLogger("wayhome.web")


def add_errors(api: FastAPI) -> None:
    """Answer every error of an application with its sentence."""

    @api.exception_handler(WayhomeError)
    async def sentence(_: Request, error: WayhomeError) -> JSONResponse:
        return JSONResponse(to_json(error.as_json()), error.http_status)

    @api.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"] if p != "body")
        return JSONResponse(
            error_body("invalid_input", f"{where or 'body'}: {first['msg']}.", field=where), InvalidInput.http_status
        )

    @api.exception_handler(HTTPException)
    async def plain(_: Request, error: HTTPException) -> JSONResponse:
        code = "not_found" if error.status_code == 404 else "invalid_input"
        return JSONResponse(error_body(code, f"{error.detail}."), error.status_code)

    @api.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> JSONResponse:
        _log.exception("bug at %s %s", request.method, request.url.path)
        return JSONResponse(
            error_body("bug", "Something is wrong in the program itself; nothing was half-written. Please report it."),
            500,
        )


def error_body(code: str, message: str, **details: Any) -> dict[str, Any]:
    """What an error looks like as JSON."""
    return {"error": {"code": code, "message": message, "details": details}}
