"""Live changes: one look at the record for all viewers, and who is where."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from wayhome.app import App
from wayhome.base.errors import InvalidInput
from wayhome.web import live
from wayhome.web.api import create_api
from wayhome.web.live import MOST_PEOPLE, SILENT_S, Here, Live, Presence

REPORT = {"title": "Invented", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"}}


def here(key: str, **more: Any) -> Here:
    return Here(id=f"page-{key:0>4}", **more)


def test_who_is_where_changes_with_what_pages_say_and_ends_with_silence() -> None:
    presence = Presence()
    first = presence.version("C", 0.0)
    presence.tell("C", here("1", who="Ada", panel="plan"), 0.0)
    presence.tell("C", here("2", who="Ben", panel="radio", doing="log_message {}"), 5.0)
    second = presence.version("C", 5.0)
    assert second != first
    assert [p["who"] for p in presence.people("C", 10.0)] == ["Ada", "Ben"]
    assert presence.people("C", 10.0)[0]["for_s"] == 10
    presence.tell("C", here("1", who="Ada", panel="plan"), 20.0)  # the same again is no news
    assert presence.version("C", 20.0) == second
    assert presence.people("C", 30.0)[0]["for_s"] == 30
    assert presence.version("C", 5.0 + SILENT_S + 1) != second
    assert [p["who"] for p in presence.people("C", 51.0)] == ["Ada"]
    presence.tell("C", here("1", left=True), 52.0)
    assert presence.people("C", 52.0) == []
    assert presence.people("D", 52.0) == []


def test_more_pages_than_people_are_refused() -> None:
    presence = Presence()
    for i in range(MOST_PEOPLE):
        presence.tell("C", here(str(i)), 0.0)
    presence.tell("C", here("7", panel="area"), 1.0)  # one that is known may go on
    with pytest.raises(InvalidInput, match="close some"):
        presence.tell("C", here("9999"), 1.0)


class Record:
    """A desk of which only the newest entry counts; it counts the looks."""

    def __init__(self) -> None:
        self.seq, self.looks = 3, 0
        self.field = self
        self.is_gone = False

    def head(self, case: str) -> int:
        self.looks += 1
        if self.is_gone:
            raise OSError("The disk is gone.")
        return self.seq

    def version(self, case: str) -> int:
        return 0


async def entries(stream: AsyncIterator[str], seen: list[int]) -> None:
    async for text in stream:
        if "event: entry" in text:
            seen.append(json.loads(text.split("data: ")[1])["seq"])


async def wait_for(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


def test_one_look_serves_all_viewers_and_ends_with_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "POLL_S", 0.02)

    async def story() -> None:
        record, stop = Record(), asyncio.Event()
        watched = Live(record, stop)  # type: ignore[arg-type]
        heard: list[list[int]] = [[] for _ in range(20)]
        viewers = [asyncio.create_task(entries(watched.changes("C", 3, 3), seen)) for seen in heard]
        await wait_for(lambda: len(watched.watches) == 1 and len(watched.watches["C"].bells) == 20)
        looks = record.looks
        await asyncio.sleep(0.2)
        assert record.looks - looks <= 12  # one viewer's looks, not twenty's
        record.seq = 5
        await wait_for(lambda: all(seen == [5] for seen in heard))
        late: list[int] = []
        again = asyncio.create_task(entries(watched.changes("C", 5, 3), late))  # back after entry 3
        await wait_for(lambda: late == [5])
        for task in (*viewers, again):
            task.cancel()
        await wait_for(lambda: watched.watches == {} and not watched._tasks)

    asyncio.run(story())


@pytest.mark.parametrize("how", ["stopped", "unreadable"])
def test_streams_end_with_the_server_and_with_the_record(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setattr(live, "POLL_S", 0.02)

    async def story() -> None:
        record, stop = Record(), asyncio.Event()
        watched = Live(record, stop)  # type: ignore[arg-type]
        viewer = asyncio.create_task(entries(watched.changes("C", 3, 3), []))
        await wait_for(lambda: watched.watches)
        if how == "stopped":
            stop.set()
        else:
            record.is_gone = True
        async with asyncio.timeout(5):
            await viewer

    asyncio.run(story())


@pytest.mark.parametrize(
    "body", [{"id": "x"}, {"id": "page-0001<script>"}, {"id": "page-0001", "who": "x" * 81}, {"who": "Ada"}, []]
)
def test_odd_pages_are_refused_in_words(tmp_path: Path, body: Any) -> None:
    app = App(tmp_path)
    case, _ = app.open_case(REPORT)
    client = TestClient(create_api(app))
    answer = client.post(f"/api/cases/{case}/presence", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
    assert client.post("/api/cases/nowhere/presence", json={"id": "page-0001"}).status_code == 404
