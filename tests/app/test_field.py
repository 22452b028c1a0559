"""A team's phone: comes in by a code, reads its own task, hands in what happened while it was out of reach."""

from __future__ import annotations

import io
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from PIL import Image

from wayhome.app import App
from wayhome.base.errors import NotAllowed, RuleBroken
from wayhome.base.quantity import iso

START = datetime(2026, 5, 9, 20, 30, tzinfo=UTC)  # after the team of the fixture was sent out
LATER = "2026-05-10T08:00:00Z"
Searching = tuple[App, str]


def joined(desk: App, case: str, team: str = "T1") -> str:
    """The token of a phone of a team."""
    code = desk.field.invite(case, {"team": team, "expires_at": LATER}, None)["code"]
    desk._clock.at = START + timedelta(hours=3)  # type: ignore[attr-defined]  # the fixture's clock
    token: str = desk.field.join(code, "Robin Example", "192.168.1.20")["token"]
    return token


def picture() -> bytes:
    """A small photograph."""
    file = io.BytesIO()
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(4, 4, 3)).save(file, "JPEG")
    return file.getvalue()


def hour_out() -> list[dict[str, Any]]:
    """What a phone keeps in an hour out of reach: 200 positions, three clues, its steps."""
    track = "rec-1"
    points = [
        [42.2 + i * 2e-5, -71.1 + i * 1e-5, iso(START + timedelta(seconds=18 * i)), 6.0, 80.0] for i in range(200)
    ]
    items: list[dict[str, Any]] = [
        {
            "id": f"p{i}",
            "kind": "points",
            "at": iso(START + timedelta(minutes=6 * i)),
            "track": track,
            "points": points[20 * i : 20 * i + 20],
        }
        for i in range(10)
    ]
    items += [
        {"id": f"c{i}", "kind": "clue", "at": iso(START + timedelta(minutes=10 + i)), "name": f"Clue {i}", "description": "a wrapper",
         "position": [42.201 + i * 1e-4, -71.099], "accuracy_m": 8, "photographs": ["photo"] if i == 1 else []}
        for i in range(3)
    ]  # fmt: skip
    items.append(
        {
            "id": "end",
            "kind": "track_end",
            "at": iso(START + timedelta(hours=1)),
            "track": track,
            "assignment": "A1",
            "points_total": 200,
        }
    )
    items.append({"id": "w", "kind": "welfare", "at": iso(START + timedelta(minutes=30))})
    items.append(
        {"id": "s", "kind": "status", "at": iso(START + timedelta(hours=1)), "assignment": "A1", "step": "returning"}
    )
    return items


def test_a_phone_reads_its_own_task_and_nothing_else(searching: Searching) -> None:
    desk, case = searching
    desk.do(case, "draft_assignment", {"team": "Two", "segment": "South", "task": "Drag the pond."})
    desk.do(
        case,
        "describe_subject",
        {"name": "Sam Invented", "medical": "needs insulin", "clothing": "red jacket", "address": "1 Example Road"},
    )
    desk.do(case, "take_report", {"reporter": "Kim Caller", "contact": "555-0100", "circumstances": "quarrel at home"})
    desk.do(case, "give_order", {"text": "Bring him back.", "conditions": ["unharmed"]})
    told = desk.field.told(joined(desk, case))
    assert [a["id"] for a in told["assignments"]] == ["A1"]
    assert told["assignments"][0]["segment"]["name"] == "North"
    assert "Call: Sam Invented" in told["subject"]["lines"]
    assert "Clothing: red jacket" in told["subject"]["lines"]
    assert told["conditions"][0] == "Bring him back."
    words = json.dumps(told)
    assert not [w for w in ("insulin", "Example Road", "555-0100", "quarrel", "Drag", "South") if w in words]


def test_an_hour_out_of_reach_comes_in_once_whatever_the_order(searching: Searching) -> None:
    desk, case = searching
    token, photo = joined(desk, case), picture()
    rng = random.Random(7)
    for _ in range(3):  # three times over, each time in another order
        items = hour_out()
        rng.shuffle(items)
        if rng.random() < 0.5:
            desk.field.hand_in_file(token, "photograph", "photo", photo, {"at": iso(START)})
        for item in items:
            results = desk.field.hand_in(token, [item], None)
            assert [r["state"] for r in results] == ["taken"], results
        desk.field.hand_in_file(token, "photograph", "photo", photo, {"at": iso(START)})
    state = desk.state(case)
    (track,) = state.assignments.assignments["A1"].tracks
    assert track.points == 200
    assert track.starts_at == START
    assert track.ends_at == START + timedelta(seconds=18 * 199)
    clues = sorted((c.name, c.found_at) for c in state.evidence.clues.values())
    assert clues == [(f"Clue {i}", START + timedelta(minutes=10 + i)) for i in range(3)]
    (held,) = state.photographs.photographs.values()
    assert state.evidence.clues[held.of].name == "Clue 1"
    assert state.assignments.assignments["A1"].step == "returning"
    assert state.roster.welfare["T1"].confirmed_at == START + timedelta(minutes=30)


def test_who_did_it_stands_in_the_journal(searching: Searching) -> None:
    desk, case = searching
    desk.field.hand_in(
        joined(desk, case), [{"id": "m", "kind": "message", "at": iso(START), "text": "At the ford"}], None
    )
    assert desk.log(case)[-1]["by"] == "phone:PH1"
    (message,) = desk.state(case).messages.messages.values()
    assert message.sender == "T1"
    assert "Robin Example" in message.text


def test_what_cannot_be_done_is_kept_whole_and_settled(searching: Searching) -> None:
    desk, case = searching
    token = joined(desk, case)
    far = {"id": "far", "kind": "clue", "at": iso(START), "name": "Glove", "position": [10.0, 10.0]}
    (result,) = desk.field.hand_in(token, [far], None)
    assert result["state"] == "refused"
    assert result["says"]
    (shown,) = desk.field.board(case)["refused"]
    assert (shown["content"]["name"], shown["content"]["position"]) == ("Glove", [10.0, 10.0])
    with pytest.raises(Exception, match="km"):
        desk.field.settle(case, "far", "carried_out", "", None)
    assert desk.field.board(case)["refused"]  # a second refusal loses nothing
    desk.field.settle(case, "far", "set_aside", "Typed by hand as C1.", None)
    assert desk.field.board(case)["refused"] == []
    assert {o["id"]: o["state"] for o in desk.field.told(token)["outcomes"]} == {"far": "settled"}


def test_nonsense_is_kept_and_said(searching: Searching) -> None:
    desk, case = searching
    items = [
        {"id": "a", "kind": "dance", "at": iso(START)}, {"id": "b", "kind": "points", "at": iso(START), "track": "t", "points": [["x", 1, 2]]},
        {"id": "c", "kind": "message", "at": "yesterday", "text": "hello"}, {"id": "d", "kind": "status", "at": iso(START), "assignment": "A9", "step": "working"},
    ]  # fmt: skip
    results = desk.field.hand_in(joined(desk, case), items, None)
    assert [r["state"] for r in results] == ["refused"] * 4
    assert len(desk.field.board(case)["refused"]) == 4


def test_the_subject_found_is_private_and_loud(searching: Searching) -> None:
    desk, case = searching
    desk.field.hand_in(
        joined(desk, case),
        [{"id": "f", "kind": "located", "at": iso(START), "position": [42.2021, -71.0987], "condition": "hurt", "text": "carry out"}], None,
    )  # fmt: skip
    (message,) = desk.state(case).messages.messages.values()
    assert (message.kind, message.priority) == ("located", "emergency")
    assert "hurt" in message.text
    assert message.position is not None
    assert round(message.position.lat_deg, 4) == 42.2021


def test_a_clock_that_is_off_is_corrected_and_said(searching: Searching) -> None:
    desk, case = searching
    slow = desk.now() - timedelta(hours=2)
    (result,) = desk.field.hand_in(
        joined(desk, case), [{"id": "m", "kind": "message", "at": iso(slow), "text": "here"}], iso(slow)
    )
    assert "off by" in result["says"]
    (message,) = desk.state(case).messages.messages.values()
    assert abs(desk.now() - message.at) < timedelta(minutes=10)


def test_codes_and_phones_end(searching: Searching) -> None:
    desk, case = searching
    single = desk.field.invite(case, {"team": "T1", "expires_at": LATER, "single": True}, None)["code"]
    token = desk.field.join(single.lower().replace("-", " "), "Robin", "x")["token"]
    with pytest.raises(NotAllowed, match="one phone"):
        desk.field.join(single, "Somebody", "x")
    with pytest.raises(NotAllowed, match="no such invitation"):
        desk.field.join("AAAA-BBBB-CCCC", "Somebody", "x")
    desk.do(case, "revoke_phone", {"phone": "PH1", "reason": "lost"})
    for act in (lambda: desk.field.told(token), lambda: desk.field.hand_in(token, [], None)):
        with pytest.raises(NotAllowed, match="shut out"):
            act()
    with pytest.raises(RuleBroken):
        desk.do(case, "revoke_phone", {"phone": "PH1", "reason": "again"})


def test_with_the_key_erased_nothing_of_it_can_be_read(searching: Searching) -> None:
    desk, case = searching
    desk.field.hand_in(
        joined(desk, case), [{"id": "a", "kind": "dance", "at": iso(START), "note": "secret words"}], None
    )
    desk.field.book.close()
    raw = b"".join(p.read_bytes() for p in (desk.desk / "journal").glob("phones.sqlite*"))
    assert b"secret words" not in raw
    del desk.__dict__["field"]
    desk.journal.keys.erase(case, "phones")
    assert desk.field.board(case)["refused"][0]["content"] == {}


def test_what_was_kept_and_not_carried_out_is_carried_out_later(searching: Searching) -> None:
    """The desk died between keeping an item and its act."""
    desk, case = searching
    token = joined(desk, case)
    item = {"id": "m", "kind": "message", "at": iso(START), "text": "at the ford"}
    from wayhome.app.field import _read

    desk.field.book.keep(case, _read(item, "PH1", desk.now(), timedelta(), is_file=False))
    assert desk.state(case).messages.messages == {}
    (result,) = desk.field.hand_in(token, [item], None)
    assert result["state"] == "taken"
    assert len(desk.state(case).messages.messages) == 1
