"""A case in memory: commands decided and folded, no disk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wayhome.base.rings import Rings
from wayhome.case.authority import actor
from wayhome.case.command import parse_command
from wayhome.case.fact import Context, Event, Origin
from wayhome.case.state import CaseState, apply, decide

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


class Bench:
    """Runs commands against a state, one minute apart."""

    def __init__(self) -> None:
        self.state = CaseState(case="bench")
        self.at = START
        self.events: list[tuple[Event, Origin]] = []

    def do(self, command: str, /, by: str | None = None, **fields: Any) -> tuple[Event, ...]:
        """Decide and apply one command."""
        self.at += timedelta(minutes=1)
        context = Context(by=actor(self.state, by), at=self.at, propose_crs=lambda _: "EPSG:32619", rings=Rings)
        events = decide(self.state, parse_command(command, fields), context)
        origin = Origin(seq=self.state.seq + 1, at=self.at, by=context.by.id, desk="home")
        for event in events:
            self.state = apply(self.state, event, origin)
            self.events.append((event, origin))
        self.state = self.state.replace(seq=origin.seq, as_of=self.at)
        return events


@pytest.fixture
def bench() -> Bench:
    """An open case without a place."""
    made = Bench()
    made.do("open_case", title="A walker is missing", reported_at="2026-03-01T05:30Z")
    return made


@pytest.fixture
def village(bench: Bench) -> Bench:
    """The case with an organisation of three."""
    bench.do(
        "adopt_organisation",
        name="Village",
        ranks=[{"id": "head", "title": "Head", "order": 9}, {"id": "hand", "title": "Hand", "order": 1}],
        roles=[
            {
                "id": "head",
                "title": "head",
                "may": ["record", "plan", "dispatch", "order", "notice", "approve", "decide", "unseal"],
            },
            {"id": "leader", "title": "leader", "may": ["record", "plan", "dispatch", "notice", "approve", "order"]},
            {"id": "peer", "title": "peer", "may": ["record", "review"]},
        ],
        members=[
            {"id": "ana", "name": "Ana Example", "rank": "head", "roles": ["head"]},
            {"id": "bo", "name": "Bo Example", "rank": "hand", "roles": ["leader"]},
            {"id": "cy", "name": "Cy Example", "rank": "hand", "roles": ["peer"]},
        ],
    )
    return bench
