"""Live changes of a case, and who is looking at it: one look at the record for all who follow.

Nothing of it is kept: who was where is no matter of the case, and is forgotten when a page goes silent.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Header
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from wayhome.base.errors import InvalidInput

if TYPE_CHECKING:
    from wayhome.app import App

POLL_S = 0.25
HEARTBEAT_S = 15.0
SILENT_S = 45.0  # a page tells where it is every 20 s
MOST_PEOPLE = 200  # pages on one case


class Here(BaseModel):
    """Where a page is: an id of its own, the person's name, the panel, and the form that is being filled."""

    id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    who: str = Field(default="", max_length=80)
    panel: str = Field(default="", max_length=40)
    doing: str | None = Field(default=None, max_length=200)
    left: bool = False


class Presence:
    """Who looks at which case, by what their pages said last."""

    def __init__(self) -> None:
        self._here: dict[str, dict[str, tuple[Here, float, float]]] = {}
        self._version = 0

    def tell(self, case: str, here: Here, now_s: float) -> None:
        """Take what a page says; raises InvalidInput where a case has more pages than people can be."""
        pages = self._here.setdefault(case, {})
        held = pages.get(here.id)
        if here.left:
            if pages.pop(here.id, None) is not None:
                self._version += 1
            return
        if held is None and len(pages) >= MOST_PEOPLE:
            raise InvalidInput(f"{MOST_PEOPLE} pages look at this case already; close some of them.", field="id")
        same = held is not None and held[0] == here
        pages[here.id] = (here, now_s, held[2] if held is not None and same else now_s)
        self._version += not same

    def people(self, case: str, now_s: float) -> list[dict[str, Any]]:
        """Pages heard of lately, longest there first; `for_s` is since when each is where it is."""
        pages = self._here.get(case, {})
        return [
            {"id": here.id, "who": here.who, "panel": here.panel, "doing": here.doing, "for_s": round(now_s - since)}
            for here, _, since in sorted(pages.values(), key=lambda page: page[2])
        ]

    def version(self, case: str, now_s: float) -> int:
        """A number that changes with who is where; forgets the silent."""
        pages = self._here.get(case, {})
        for silent in [key for key, (_, heard, _) in pages.items() if now_s - heard > SILENT_S]:
            del pages[silent]
            self._version += 1
        if not pages:
            self._here.pop(case, None)
        return self._version


class _Watch:
    """One look at a case for all its viewers; ends by itself when the last one has gone."""

    def __init__(self, head: int, phones: int, people: int) -> None:
        self.head, self.phones, self.people = head, phones, people
        self.bells: set[asyncio.Event] = set()
        self.is_over = False

    def ring(self) -> None:
        for bell in self.bells:
            bell.set()


class Live:
    """Watches of the cases that somebody follows."""

    def __init__(self, desk: App, stop: asyncio.Event) -> None:
        self.desk, self.stop, self.presence = desk, stop, Presence()
        self.watches: dict[str, _Watch] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def changes(self, case: str, head: int, seen: int) -> AsyncIterator[str]:
        """Server-sent events of a case from entry `seen` on: hello, entry, field, presence."""
        watch = self._watch(case, head)
        bell = asyncio.Event()
        watch.bells.add(bell)
        phones, people = watch.phones, -1
        try:
            yield f'retry: 1000\nevent: hello\ndata: {{"seq": {head}}}\n\n'
            while not watch.is_over:
                if watch.phones != phones:
                    phones = watch.phones
                    yield f'event: field\ndata: {{"seq": {watch.head}}}\n\n'
                if watch.people != people:
                    people = watch.people
                    told = json.dumps({"people": self.presence.people(case, time.monotonic())})
                    yield f"event: presence\ndata: {told}\n\n"
                if watch.head > seen:
                    seen = watch.head
                    yield f'id: {seen}\nevent: entry\ndata: {{"seq": {seen}}}\n\n'
                try:
                    await asyncio.wait_for(bell.wait(), HEARTBEAT_S)
                    bell.clear()
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            watch.bells.discard(bell)

    def _watch(self, case: str, head: int) -> _Watch:
        watch = self.watches.get(case)
        if watch is None:
            watch = _Watch(head, self.desk.field.version(case), self.presence.version(case, time.monotonic()))
            self.watches[case] = watch
            task = asyncio.create_task(self._look(case, watch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return watch

    async def _look(self, case: str, watch: _Watch) -> None:
        try:
            while not self.stop.is_set():
                was = (watch.head, watch.phones, watch.people)
                watch.head = await run_in_threadpool(self.desk.head, case)
                watch.phones = self.desk.field.version(case)
                watch.people = self.presence.version(case, time.monotonic())
                if (watch.head, watch.phones, watch.people) != was:
                    watch.ring()
                try:
                    await asyncio.wait_for(self.stop.wait(), POLL_S)
                except TimeoutError:
                    if not watch.bells:
                        break
        finally:  # also where the record cannot be read: the streams end, and pages say that the line is gone
            del self.watches[case]
            watch.is_over = True
            watch.ring()


def add_live(api: FastAPI, desk: App, stop: asyncio.Event) -> Live:
    """The routes of live changes and of who is where."""
    live = Live(desk, stop)

    @api.get("/api/cases/{case}/follow", response_class=StreamingResponse)
    async def follow(
        case: str, after: int | None = None, last_event_id: Annotated[str | None, Header()] = None
    ) -> StreamingResponse:
        head = await run_in_threadpool(desk.head, case)
        seen = int(last_event_id) if last_event_id and last_event_id.isdigit() else after if after is not None else head
        return StreamingResponse(
            live.changes(case, head, seen), media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )  # fmt: skip

    @api.post("/api/cases/{case}/presence")
    async def presence(case: str, here: Here) -> dict[str, Any]:
        await run_in_threadpool(desk.head, case)  # no such case: said so
        live.presence.tell(case, here, time.monotonic())
        return {"people": live.presence.people(case, time.monotonic())}

    return live
