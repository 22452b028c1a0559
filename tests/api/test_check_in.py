"""Volunteers at the check-in table: what a code lets through, and what it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from wayhome.app import App
from wayhome.app.check_in import MOST_TRIES
from wayhome.web.api import create_api

SECRETS = ("A walker is missing", "Jo Example", "insulin", "walker", "Ana Example", "42.2")
VOLUNTEER = {"name": "Vic Tor", "phone": "555-0123", "skills": "rope, first aid", "consent": "yes"}


class Clock:
    """A clock that a test may turn."""

    def __init__(self) -> None:
        self.at = datetime(2026, 5, 9, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(tmp_path: Path, clock: Clock) -> Iterator[TestClient]:
    app = App(tmp_path, clock)
    app.open_case(
        {
            "title": "A walker is missing", "reported_at": "2026-05-09T07:40:00Z",
            "subject": {"category": "hiker", "name": "Jo Example", "medical": "insulin"},
            "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp", "at": "2026-05-09T05:00:00Z"},
        },
        case="walker",
    )  # fmt: skip
    app.do("walker", "check_in", {"name": "Ana Example", "phone": "1"})
    yield TestClient(create_api(app), raise_server_exceptions=False)
    app.close()


@pytest.fixture
def code(client: TestClient) -> str:
    """A code for today."""
    return issue(client)["code"]


def issue(client: TestClient, **more: str) -> Any:
    fields = {"purpose": "Sunday search", "expires_at": "2026-05-09T20:00:00Z", "greeting": "Thank you <b>for coming</b>",
              "meeting_point": "Red barn", **more}  # fmt: skip
    sent = client.post("/api/cases/walker/volunteer-codes", json={"fields": fields})
    assert sent.status_code == 200, sent.text
    return sent.json()


def join(client: TestClient, code: str, **told: str) -> Any:
    return client.post(f"/join/{code}", data={"act": "in", **VOLUNTEER, **told})


def number(page: str) -> str:
    found = re.search(r'data-testid="join-number">([^<]+)<', page)
    assert found is not None, page
    return found[1]


def fault(page: str) -> str:
    found = re.search(r'data-testid="join-fault">([^<]+)<', page)
    assert found is not None, page
    return found[1]


def board(client: TestClient) -> Any:
    return client.get("/api/cases/walker/roster").json()


def test_a_code_comes_with_its_link_and_a_picture_of_it(client: TestClient) -> None:
    made = issue(client)
    assert re.fullmatch(r"[A-Z2-9]{4}-[A-Z2-9]{4}", made["code"]) and made["id"] == "VC1"
    assert made["link"] == f"http://testserver/join/{made['code']}" and made["image"].startswith("data:image/svg+xml")
    assert made["code"] not in client.get("/api/cases/walker").text + client.get("/api/cases/walker/log").text


def test_a_volunteer_checks_in_and_out_without_an_account(client: TestClient, code: str) -> None:
    page = client.get(f"/join/{code}")
    assert page.status_code == 200 and "Red barn" in page.text and page.headers["cache-control"] == "no-store"
    assert "&lt;b&gt;for coming" in page.text and "<b>for" not in page.text
    got = join(client, code.lower().replace("-", ""), medical="bee stings", emergency_contact="Sam")
    own = number(got.text)
    assert re.fullmatch(r"V2-\d{4}", own)
    row = next(p for p in board(client)["people"] if p["id"] == "V2")
    assert (row["name"], row["whereabouts"], row["medical"], row["number"]) == ("Vic Tor", "in", "bee stings", own)
    assert row["qualifications"] == ["rope", "first aid"] and row["is_member"] is False
    gone = client.post(f"/join/{code}", data={"act": "out", "number": own.lower()})
    assert gone.status_code == 200 and 'data-testid="join-out"' in gone.text
    assert next(p for p in board(client)["people"] if p["id"] == "V2")["whereabouts"] == "left"
    again = client.post(f"/join/{code}", data={"act": "again", "number": own})
    assert number(again.text) == own


def test_a_page_sent_twice_checks_in_once(client: TestClient, code: str) -> None:
    assert number(join(client, code, key="k1").text) == number(join(client, code, key="k1").text)
    assert len(board(client)["people"]) == 2


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"name": ""}, "Give your name and a phone number"),
        ({"phone": " "}, "Give your name and a phone number"),
        ({"consent": ""}, "tick that you accept"),
        ({"act": "out", "number": ""}, "Type the number"),
        ({"act": "out", "number": "V1"}, "no such number"),
        ({"act": "again", "number": "Ana Example"}, "no such number"),
        ({"act": "again", "name": "Vic"}, "Type the number"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    client: TestClient, code: str, told: dict[str, str], sentence: str
) -> None:
    got = join(client, code, **told)
    assert got.status_code in (400, 403) and sentence in fault(got.text)
    assert "Red barn" in got.text and 'value="rope, first aid"' in got.text
    assert len(board(client)["people"]) == 1


@pytest.mark.parametrize("wrong", ["ABCD-EFGH", "walker", "VC1", "'; drop", "%00"])
def test_a_wrong_code_shows_nothing(client: TestClient, code: str, wrong: str) -> None:
    for got in (client.get(f"/join/{wrong}"), join(client, wrong)):
        assert got.status_code == 403 and "no such code" in fault(got.text)
        assert "Red barn" not in got.text and not any(s in got.text for s in SECRETS[:3])
    assert len(board(client)["people"]) == 1


def test_an_expired_and_a_withdrawn_code_and_a_closed_desk_say_so(client: TestClient, clock: Clock) -> None:
    first, second = issue(client)["code"], issue(client, purpose="Night")["code"]
    client.post("/api/cases/walker/do/revoke_volunteer_code", json={"fields": {"code": "VC1", "reason": "posted"}})
    assert "withdrawn" in fault(client.get(f"/join/{first}").text)
    clock.at = datetime(2026, 5, 9, 20, 0, tzinfo=UTC)
    assert "expired" in fault(client.get(f"/join/{second}").text)
    codes = board(client)["codes"]
    assert [c["purpose"] for c in codes] == ["Sunday search", "Night"] and all(c["why_not"] for c in codes)


def test_wrong_tries_are_counted_and_then_refused_for_a_while(client: TestClient, code: str, clock: Clock) -> None:
    for _ in range(MOST_TRIES - 1):
        assert client.get("/join/ABCD-EFGH").status_code == 403
    assert client.post(f"/join/{code}", data={"act": "out", "number": "V1-0000"}).status_code == 403
    refused = client.get(f"/join/{code}")
    assert refused.status_code == 429 and "too many wrong tries" in fault(refused.text)
    clock.at += timedelta(minutes=6)
    assert client.get(f"/join/{code}").status_code == 200


def test_with_a_code_one_reads_nothing_of_the_case(client: TestClient, code: str) -> None:
    own = number(join(client, code).text)
    answers = [
        client.get(f"/join/{code}"), join(client, code), client.get(f"/join/{code}?case=walker&as_of=2026-05-09T09:00Z"),
        client.post(f"/join/{code}", data={"act": "in", "name": "Ana Example", "phone": "1", "consent": "yes"}),
        client.post(f"/join/{code}", data={"act": "out", "number": own}),
        client.post(f"/join/{code}", data={"act": "out", "number": "V1-0000"}),
        client.post(f"/join/{code}", data={"act": "again", "number": own}),
    ]  # fmt: skip
    for got in answers:
        typed = got.request.content.decode()
        shown = got.text if "Ana" not in typed else got.text.replace("Ana Example", "")
        assert not [s for s in SECRETS if s in shown.replace("walk in", "")], got.text


@pytest.mark.parametrize("tail", ["/", "/api/cases", "/..%2fapi%2fcases", "/log", "/state"])
def test_nothing_lies_behind_a_code(client: TestClient, code: str, tail: str) -> None:
    got = client.get(f"/join/{code}{tail}", follow_redirects=False)
    assert not any(s in got.text for s in SECRETS)
    for method in (client.put, client.patch, client.delete):
        assert method(f"/join/{code}").status_code in (404, 405)


def test_a_code_allows_no_other_act_and_no_other_field(client: TestClient, code: str) -> None:
    got = join(
        client, code, act="report_find", person="V1", at="2026-05-09T07:00:00Z", leave_by="x", pin="0000", limit="1 h"
    )
    row = board(client)["people"][-1]
    assert (
        got.status_code == 200
        and row["id"] == "V2"
        and row["leave_by"] is None
        and not row["number"].endswith("-0000-")
    )
    assert client.get("/api/cases/walker").json()["status"] == "active"
    log = client.get("/api/cases/walker/log").json()["entries"][-1]
    assert log["sentences"] == ["V2 checked in by code VC1."]


def test_a_form_of_another_page_or_too_much_of_it_is_refused(client: TestClient, code: str) -> None:
    foreign = client.post(f"/join/{code}", data=VOLUNTEER, headers={"origin": "http://elsewhere.example"})
    assert foreign.status_code == 403
    assert join(client, code, name="x" * 30_000).status_code == 413
    assert len(board(client)["people"]) == 1


def test_the_board_tells_hours_limits_and_welfare(client: TestClient, clock: Clock) -> None:
    def act(command: str, **fields: Any) -> None:
        assert client.post(f"/api/cases/walker/do/{command}", json={"fields": fields}).status_code == 200

    act("check_in", name="Lee", phone="2", limit="2 h")
    act("form_team", name="One", members=["Lee", "Ana Example"])
    clock.at += timedelta(hours=13)
    told = board(client)
    rows = {p["name"]: p for p in told["people"]}
    assert rows["Lee"]["is_over_limit"] is True and rows["Ana Example"]["is_over_limit"] is False
    assert rows["Lee"]["incident_h"] == pytest.approx(13.0, abs=0.01) and rows["Lee"]["team"] == "One"
    assert "longest is 12 h" in rows["Lee"]["tired"] and len(told["teams"][0]["unfit"]) == 2
    assert told["teams"][0]["due"] is None and told["teams"][0]["interval_s"] == 1800.0
    early = client.get("/api/cases/walker/roster?as_of=2026-05-09T08:30:00Z").json()
    assert next(p for p in early["people"] if p["name"] == "Lee")["tired"] is None
