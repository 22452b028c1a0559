"""The page on which volunteers check themselves in and out by a code, and the routes of the check-in table.

With a code alone one reaches this page and its two acts; it reads nothing of the case but what was written for it.
"""

from __future__ import annotations

import secrets as random_names
from html import escape
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from wayhome.app import check_in
from wayhome.base.errors import NotAllowed, WayhomeError
from wayhome.base.quantity import instant

if TYPE_CHECKING:
    from fastapi import FastAPI

    from wayhome.app import App

SECONDS_SHOWN = 60  # how long a personal number stays on a shared screen
MOST_BYTES = 20_000


class NewCode(BaseModel):
    """What a volunteer code is for."""

    fields: dict[str, Any] = {}
    as_user: str | None = None


def add_check_in(api: FastAPI, desk: App) -> None:
    """Add the board of the check-in table, and the volunteers' page."""
    add_join_page(api, desk)

    @api.get("/api/cases/{case}/roster")
    def roster(case: str, as_of: str | None = None) -> dict[str, Any]:
        then = instant(as_of.replace(" ", "+"), "as_of") if as_of else None
        return check_in.board(desk, case, then)

    @api.post("/api/cases/{case}/volunteer-codes")
    def volunteer_code(case: str, body: NewCode, request: Request) -> dict[str, Any]:
        made = check_in.issue_code(desk, case, body.fields, body.as_user)
        link = f"{getattr(request.app.state, 'phones_door', request.base_url)}join/{made['code']}"
        return {**made, "link": link, "image": check_in.qr_image(link)}


def add_join_page(api: FastAPI, desk: App) -> None:
    """Add the page on which volunteers check themselves in and out, and nothing else."""
    attempts = check_in.Attempts()

    def answered(source: str, code: str, told: dict[str, str]) -> HTMLResponse:
        at = desk.now()
        try:
            attempts.check(source, at)
        except NotAllowed as refusal:
            return _page(_closed(refusal.message), 429)
        try:
            shown = check_in.welcome(desk, code)
        except NotAllowed as refusal:
            attempts.count(source, at)
            return _page(_closed(refusal.message), refusal.http_status)
        act = told.get("act")
        if act is None:
            return _page(_forms(shown, code, {}))
        try:
            if act == "out":
                return _page(_gone(check_in.leave(desk, code, told.get("number", "")), code), 200, code)
            return _page(_here(check_in.join(desk, code, told, told.get("key")), code), 200, code)
        except NotAllowed as refusal:
            attempts.count(source, at)
            return _page(_forms(shown, code, told, refusal.message), refusal.http_status)
        except WayhomeError as refusal:
            return _page(_forms(shown, code, told, refusal.message), refusal.http_status)

    @api.get("/join/{code}", include_in_schema=False, response_class=HTMLResponse)
    async def page(code: str, request: Request) -> HTMLResponse:
        return await run_in_threadpool(answered, _source(request), code, {})

    @api.post("/join/{code}", include_in_schema=False, response_class=HTMLResponse)
    async def act(code: str, request: Request) -> HTMLResponse:
        if int(request.headers.get("content-length") or MOST_BYTES) >= MOST_BYTES:
            return _page(_closed("That was too long; go back and write less."), 413)
        form = await request.form(max_files=0, max_fields=30)
        told = {k: v for k, v in form.items() if isinstance(v, str)}
        told.setdefault("act", "in")
        return await run_in_threadpool(answered, _source(request), code, told)


def _source(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _page(body: str, status: int = 200, again: str | None = None) -> HTMLResponse:
    # the desk's own pages send no referrer, which would leave these forms without an origin
    back = f'<meta http-equiv="refresh" content="{SECONDS_SHOWN};url=/join/{escape(again)}">' if again else ""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Check in</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="same-origin">{back}'
        f"<style>{_STYLE}</style></head><body><main>{body}</main></body></html>",
        status,
        headers={"Cache-Control": "no-store"},
    )


def _closed(message: str) -> str:
    return f'<h1>Check in</h1><p class="fault" role="alert" data-testid="join-fault">{escape(message)}</p>'


def _here(number: str, code: str) -> str:
    return (
        f'<h1>You are checked in</h1><p>Your number:</p><p class="number" data-testid="join-number">{escape(number)}</p>'
        "<p>Write it down. You check out with it here before you leave. "
        f'Now go to the meeting point and wait for your team.</p><form action="/join/{escape(code)}"><button autofocus>Next person</button></form>'
    )


def _gone(number: str, code: str) -> str:
    return (
        f'<h1>You are checked out</h1><p data-testid="join-out">Number {escape(number)} has left. '
        f'Thank you for coming. Get home safely.</p><form action="/join/{escape(code)}"><button autofocus>Next person</button></form>'
    )


def _forms(shown: check_in.Welcome, code: str, told: dict[str, str], fault: str = "") -> str:
    def row(name: str, label: str, more: str = "") -> str:
        value = escape(told.get(name, ""))
        return f'<label>{label}<input name="{name}" value="{value}" maxlength="{check_in.LONGEST_TEXT}" autocomplete="off" {more}></label>'

    by_number = told.get("act") in ("out", "again")
    said = f'<p class="fault" role="alert" data-testid="join-fault">{escape(fault)}</p>' if fault else ""
    greeting = f"<p>{escape(shown.greeting)}</p>" if shown.greeting else ""
    meet = f"<p><strong>Meeting point:</strong> {escape(shown.meeting_point)}</p>" if shown.meeting_point else ""
    rules = "".join(f"<li>{escape(rule)}</li>" for rule in shown.rules)
    key = escape(told.get("key") or random_names.token_hex(16))
    focus = ("", "autofocus") if by_number else ("autofocus", "")
    number = f'required placeholder="V3-4821" aria-label="Your number" {focus[1]}'
    return f"""<h1>Volunteers</h1>{greeting}{meet}
<section><h2>I have a number</h2>{said if by_number else ""}
<form method="post" class="line" data-testid="join-out-form">{row("number", "", number)}
<button name="act" value="out">Check out</button><button class="quiet" name="act" value="again">Check in again</button></form></section>
<section><h2>I am new here</h2>{"" if by_number else said}
<form method="post" data-testid="join-in"><input type="hidden" name="act" value="in"><input type="hidden" name="key" value="{key}">
{row("name", "Your name", f"required {focus[0]}")}{row("phone", "Your phone", 'required inputmode="tel"')}
{row("skills", "What you can do <small>(first aid, rope, radio, dog ...; with commas between)</small>")}
{row("vehicle", "Your car and its plate")}
{row("medical", "Anything medical that your team should know")}
{row("emergency_contact", "Whom to call if something happens to you")}
<ul>{rules}</ul>
<label class="tick"><input type="checkbox" name="consent" value="yes" required> I accept these rules. What I write here is kept in the record of this search.</label>
<button>Check in</button></form></section>"""


_STYLE = """
:root{color-scheme:light dark;--ink:#17212b;--paper:#f4f6f7;--card:#fff;--edge:#7f8c98;--accent:#0b5c8a;--on:#fff;--bad:#a3160f;--bads:#fdeceb}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf1;--paper:#10161b;--card:#18212a;--accent:#82c7f2;--on:#08202f;--bad:#ffaaa3;--bads:#40191a}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:18px/1.45 system-ui,sans-serif}
main{max-width:36rem;margin:0 auto;padding:1rem}h1{font-size:1.5rem}h2{font-size:1.2rem}
label{display:block;margin:.7rem 0;font-weight:600}small{font-weight:400}.tick{display:flex;gap:.6rem;font-weight:450}
input{font:inherit;color:inherit;background:var(--card);border:1px solid var(--edge);border-radius:6px;padding:.55rem;width:100%}
input[type=checkbox]{width:1.5rem;height:1.5rem;flex:none}
button{font:inherit;font-weight:600;border:1px solid transparent;border-radius:6px;padding:.7rem 1.4rem;background:var(--accent);color:var(--on);text-decoration:none;cursor:pointer}
.quiet{background:transparent;color:var(--accent);border-color:var(--edge)}section{background:var(--card);border-radius:8px;padding:.4rem 1rem 1rem;margin:1rem 0}
.line{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center}.line label{flex:1 1 9rem;margin:0}
:is(input,button,a):focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.fault{color:var(--bad);background:var(--bads);border-radius:6px;padding:.6rem .8rem;font-weight:600}
.number{font-size:3.5rem;font-weight:700;letter-spacing:.05em;margin:.5rem 0}"""
