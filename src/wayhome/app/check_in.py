"""The check-in table: who is here and for how long, and volunteers who check themselves in by a code.

Makes codes and personal numbers by chance; the case keeps a hash of a code only. With a code one can check in and
check out, and read what the organiser wrote for volunteers. Nothing else of the case comes out here.
"""

from __future__ import annotations

import secrets as random_names
import threading
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from wayhome.base.errors import InvalidInput, NotAllowed
from wayhome.base.record import Record, to_json
from wayhome.case import duty, welfare
from wayhome.case.command import OPEN
from wayhome.case.people import person_name
from wayhome.case.roster import CheckedIn, CheckedOut, whereabouts
from wayhome.case.volunteers import VolunteerCode, code_hash

if TYPE_CHECKING:
    from wayhome.app.desk import App
    from wayhome.case.state import CaseState

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another
MOST_TRIES, TRIES_WITHIN = 20, timedelta(minutes=5)  # wrong codes and numbers from one place; own choice
LONGEST_TEXT = 500
USUAL_RULES = (
    "I stay with my team, do what its leader says, and do not search on my own.",
    "I touch nothing that may be a clue, and call my leader.",
    "I say so when I am tired, hurt or not fit for a task.",
    "I keep what I see and hear to myself: no photographs, no posts.",
    "I check out here before I leave.",
)


class Welcome(Record):
    """What a volunteer sees of a case: what the organiser wrote, and the rules."""

    case: str
    greeting: str
    meeting_point: str
    rules: tuple[str, ...]


class Attempts:
    """Counts wrong codes and numbers by where they come from; in memory, forgotten when the program ends."""

    def __init__(self) -> None:
        self._wrong: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def check(self, source: str, at: datetime) -> None:
        """Refuse anything from where too many wrong ones came."""
        with self._lock:
            tried = self._wrong.get(source)
            while tried and at - tried[0] > TRIES_WITHIN:
                tried.popleft()
            if tried is not None and len(tried) >= MOST_TRIES:
                raise NotAllowed(
                    "There were too many wrong tries here. Wait five minutes, or ask at the check-in table."
                )

    def count(self, source: str, at: datetime) -> None:
        """Write a wrong one down."""
        with self._lock:
            self._wrong.setdefault(source, deque()).append(at)


# -- volunteers -----------------------------------------------------------------------------------


def issue_code(app: App, case: str, fields: Mapping[str, Any], by: str | None) -> dict[str, Any]:
    """A new code by chance; only this answer holds it."""
    code = "-".join("".join(random_names.choice(LETTERS) for _ in range(4)) for _ in range(2))
    done = app.do(case, "issue_volunteer_code", {**fields, "code": code}, by=by)
    return {"seq": done.seq, "id": getattr(done.events[0], "id", ""), "code": code}


def qr_image(text: str) -> str:
    """A text as QR code: an SVG as a data URI."""
    import segno

    image: str = segno.make(text, error="m", micro=False).svg_data_uri(scale=5, border=4)
    return image


def welcome(app: App, code: str) -> Welcome:
    """What a volunteer sees with a code.

    Raises
    ------
    NotAllowed
        A wrong, expired or withdrawn code, or a case that takes nobody in; a sentence, the same for all wrong ones.
    """
    for case in app.cases():
        state = app.state(case)
        shown = code_hash(case, code)
        held: VolunteerCode | None = next((c for c in state.roster.codes.values() if c.code_hash == shown), None)
        if held is None:
            continue
        if (why := held.why_not(app.now())) is not None:
            raise NotAllowed(why)
        if state.status not in OPEN:
            raise NotAllowed("Volunteers are no longer taken in here. Thank you for coming.")
        rules = tuple(line.strip() for line in held.rules.splitlines() if line.strip())
        return Welcome(
            case=case, greeting=held.greeting, meeting_point=held.meeting_point, rules=rules or USUAL_RULES
        )  # fmt: skip
    raise NotAllowed("There is no such code; look at it again, or ask at the check-in table.")


def join(app: App, code: str, fields: Mapping[str, str], key: str | None) -> str:
    """Check a volunteer in by a code; gives the personal number with which they check out."""
    case = welcome(app, code).case
    told = {k: v.strip()[:LONGEST_TEXT] for k, v in fields.items()}
    if told.get("act") == "again":
        sent: dict[str, Any] = {"person": _number(told.get("number", ""))}
    else:
        if not told.get("name") or not told.get("phone"):
            raise InvalidInput("Give your name and a phone number, please.", field="name")
        if told.get("consent") != "yes":
            raise InvalidInput("Read the rules, please, and tick that you accept them.", field="consent")
        sent = {k: told[k] for k in ("name", "phone", "vehicle", "medical", "emergency_contact") if told.get(k)}
        sent["qualifications"] = [t.strip() for t in told.get("skills", "").split(",") if t.strip()]
        sent["pin"] = f"{random_names.randbelow(10_000):04d}"
    # a page sent twice, by a reload or a second tap, is carried out once
    done = app.do(case, "check_in", {**sent, "code": code}, key=f"join:{key[:100]}" if key else None)
    fact = next(e for e in done.events if isinstance(e, CheckedIn))
    return app.state(case).roster.people[fact.person].number


def leave(app: App, code: str, number: str) -> str:
    """Check a volunteer out by a code and the personal number; gives the number."""
    case = welcome(app, code).case
    done = app.do(case, "check_out", {"person": _number(number), "code": code})
    fact = next(e for e in done.events if isinstance(e, CheckedOut))
    return app.state(case).roster.people[fact.person].number


def _number(text: str) -> str:
    if not text.strip():
        raise InvalidInput("Type the number that you were given, please.", field="number")
    return text.strip()[:LONGEST_TEXT]


# -- the desk's own board -------------------------------------------------------------------------


def board(app: App, case: str, as_of: datetime | None = None) -> dict[str, Any]:
    """Who is here, gone or called, with hours and fatigue; teams with their welfare clocks; codes in use."""
    state, at = app.state(case, as_of), as_of or app.now()
    roster = state.roster
    called = {p for c in roster.call_outs.values() for p in c.persons}
    persons = [*roster.people, *(p for p in sorted(called) if p not in roster.people)]
    checks = {c.team: c for c in welfare.checks(state)}
    teams = [t for t in state.people.teams.values() if t.status != "off"]
    answer = {
        "seq": state.seq, "at": at, "people": [_row(state, p, at) for p in persons],
        "teams": [
            {
                "id": t.id, "name": t.name, "status": t.status, "interval_s": welfare.interval_s(state, t.id),
                "heard_at": checks[t.id].heard_at if t.id in checks else None,
                "due": checks[t.id].due if t.id in checks else None,
                "is_overdue": t.id in checks and checks[t.id].due <= at,
                "unfit": duty.unfit(state, t.id, at), "lapsed": duty.lapsed(state, t.id, at),
                "not_checked_in": [person_name(state, p) for p in duty.not_checked_in(state, t.id)],
            }
            for t in teams
        ],
        "codes": [
            {
                "id": c.id, "purpose": c.purpose, "expires_at": c.expires_at, "why_not": c.why_not(at),
                "used": sum(p.code == c.id for p in roster.people.values()),
            }
            for c in roster.codes.values()
        ],
    }  # fmt: skip
    shown: dict[str, Any] = to_json(answer)
    return shown


def _row(state: CaseState, person: str, at: datetime) -> dict[str, Any]:
    organisation, held = state.people.organisation, state.roster.people.get(person)
    member = organisation.member(person) if organisation is not None else None
    stay = held.stays[-1] if held is not None and held.stays else None
    team = state.people.team_of(person)
    answers = [c.answers[person] for c in state.roster.call_outs.values() if person in c.answers]
    titles = {q.id: q.title or q.id for q in organisation.qualifications} if organisation is not None else {}
    return {
        "id": person, "name": person_name(state, person), "is_member": member is not None,
        "organisation": held.organisation if held else "", "phone": (held.phone if held else "") or (member.phone if member else ""),
        "number": held.number if held else "", "vehicle": held.vehicle if held else "",
        "qualifications": [*(titles.get(q, q) for q in (member.qualifications if member else ())), *(held.qualifications if held else ())],
        "medical": held.medical if held else "", "emergency_contact": held.emergency_contact if held else "",
        "whereabouts": whereabouts(state, person), "eta": answers[-1].eta if answers else None,
        **{k: getattr(stay, k) if stay else None for k in ("since", "leave_by", "out_at", "home_by", "home_at")},
        "incident_h": duty.incident_s(held, at) / 3600 if held else 0.0,
        "last_day_h": duty.last_day_s(held, at) / 3600 if held else 0.0,
        "tired": duty.tired(state, person, at) if stay is not None and stay.out_at is None else None,
        "is_over_limit": stay is not None and stay.out_at is None and stay.leave_by is not None and stay.leave_by <= at,
        "team": team.name if team else "", "code": held.code if held else "",
    }  # fmt: skip
