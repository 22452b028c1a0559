"""A radio message as one typed line: who, on which assignment, when, with which status, and the words.

Knows teams by number, name and call sign. Refuses to guess: what it does not know stays part of the words.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from wayhome.base.errors import InvalidInput
from wayhome.base.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wayhome.case.outing import Assignment
    from wayhome.case.state import CaseState

RadioStatus = Literal["en_route", "on_scene", "working", "returning", "back"]
_STATUS: dict[str, RadioStatus] = {
    "enroute": "en_route", "onscene": "on_scene", "working": "working", "returning": "returning", "back": "back",
}  # fmt: skip
_PRIORITY: dict[str, Literal["priority", "emergency"]] = {"priority": "priority", "emergency": "emergency"}
_CLOCK = re.compile(r"@([01]?\d|2[0-3])[:.]?([0-5]\d)(?=\s|$)")


class SpokenLine(Record):
    """What a typed line says: `team` it is from, or with `to_team` the team it is to; `clock` is local, ``10:42``."""

    team: str | None = None
    to_team: str | None = None
    assignment: str | None = None
    clue: str | None = None
    clock: str = ""
    status: RadioStatus | None = None
    priority: Literal["routine", "priority", "emergency"] = "routine"
    is_located: bool = False
    text: str = ""


def parsed_message(state: CaseState, text: str) -> SpokenLine:
    """The parts of a line such as ``T1 A2 @10:42 /working at the ford, all well``.

    In front of the words may stand a team (``T1``, its name, its call sign; ``>T1`` where it is spoken to), an
    assignment, a clue, the local time heard after ``@``, and after ``/`` a status, ``priority``, ``emergency`` or
    ``located``. A team alone stands for the assignment on which it is out, an assignment alone for its team.
    """
    left = text.strip()
    got: dict[str, Any] = {}
    while (step := _next(state, left, got)) is not None:
        left = step
    left = left.lstrip(":,; ")
    team, assignment = got.get("team") or got.get("to_team"), got.get("assignment")
    if team is None and assignment is not None:
        got["team"] = state.assignments.assignments[str(assignment)].team
    elif assignment is None and team is not None and (out := assignment_out(state, str(team))) is not None:
        got["assignment"] = out.id
    return SpokenLine(**got, text=left)


def _next(state: CaseState, text: str, got: dict[str, Any]) -> str | None:
    """What is left of a line after one more part was taken from its front; None where words begin."""
    if (clock := _CLOCK.match(text)) is not None and "clock" not in got:
        got["clock"] = f"{int(clock[1]):02d}:{clock[2]}"
        return text[clock.end() :].lstrip()
    if (slash := re.match(r"/([a-z_-]+)(?=[\s,:;]|$)", text, re.IGNORECASE)) is not None:
        word = re.sub(r"[_-]", "", slash[1].lower())
        if word in _STATUS and "status" not in got:
            got["status"] = _STATUS[word]
        elif word in _PRIORITY and "priority" not in got:
            got["priority"] = _PRIORITY[word]
        elif word == "located" and "is_located" not in got:
            got["is_located"] = True
        else:
            return None
        return text[slash.end() :].lstrip(" ,:;")
    is_to = text.startswith(">")
    for field, key, name in _names(state):
        if field in got or (field == "team" and "to_team" in got) or (is_to and field != "team"):
            continue
        front = re.match(rf">?\s*{re.escape(name)}(?=[\s,:;>]|$)", text, re.IGNORECASE)
        if front is not None:
            got["to_team" if is_to else field] = key
            return text[front.end() :].lstrip(" ,:;")
    return None


def _names(state: CaseState) -> Iterator[tuple[str, str, str]]:
    """What a line may begin with: field, id, and how it is called; the longest first, numbers before names."""
    organisation = state.people.organisation
    members = {m.id: m.call_sign for m in organisation.members if m.call_sign} if organisation else {}
    signs = [(t.id, members[t.leader]) for t in state.people.teams.values() if t.leader in members]
    signs += [(a.team, a.call_sign) for a in state.assignments.out() if a.call_sign]
    found = [("assignment", a, a) for a in state.assignments.assignments]
    found += [("clue", c, c) for c in state.evidence.clues] + [("team", t, t) for t in state.people.teams]
    named = [("team", t.id, t.name) for t in state.people.teams.values()] + [("team", t, c) for t, c in signs]
    yield from found
    yield from sorted(named, key=lambda n: -len(n[2]))


def assignment_out(state: CaseState, team: str | None) -> Assignment | None:
    """The one assignment on which a team is out."""
    out = [a for a in state.assignments.out() if a.team == team]
    return out[0] if len(out) == 1 else None


def time_heard(clock: str, zone: str, now: datetime) -> datetime | None:
    """The last time that local clocks showed ``10:42``; None for no clock.

    Raises
    ------
    InvalidInput
        Clocks were put forward over that time.
    """
    if not clock:
        return None
    from zoneinfo import ZoneInfo  # the chapters load without it

    hour, minute = (int(p) for p in clock.split(":"))
    there = ZoneInfo(zone)
    local = now.astimezone(there)
    for days in (0, 1):
        day = local.date() - timedelta(days=days)
        heard = datetime(day.year, day.month, day.day, hour, minute, tzinfo=there, fold=1)
        # in the hour that clocks show twice the later one, unless it is still to come
        for again in (heard, heard.replace(fold=0)):
            if again.timestamp() <= now.timestamp():
                if again.astimezone(now.tzinfo).astimezone(there).hour != hour:
                    raise InvalidInput(
                        f"@{clock}: local clocks never showed that time; write at with its date.", field="at"
                    )
                return again.astimezone(now.tzinfo)
    return None
