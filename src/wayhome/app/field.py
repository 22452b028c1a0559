"""Phones of teams at a desk: who comes in by which code, what they may read, what they hand in, where they are.

A phone reads what its own team must know in the field and nothing else of the case. All that it hands in is durable
before it is answered; what cannot be carried out as the case stands is kept whole for somebody at the desk.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets as random_names
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from wayhome.app.check_in import LETTERS, Attempts
from wayhome.app.field_items import KINDS, LONGEST_TEXT, Carrier, part_of
from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, WayhomeError
from wayhome.base.quantity import instant
from wayhome.base.record import to_json
from wayhome.case import welfare
from wayhome.case.fact import found, said
from wayhome.case.phone import Phone, invitation_of, secret_hash
from wayhome.store.handed_in import HandedIn, Item

if TYPE_CHECKING:
    from wayhome.app.desk import App
    from wayhome.case.state import CaseState

MOST_ITEMS = 200  # in one request
MOST_BYTES = 25_000_000  # of one photograph or file
LONGEST_ID = 64
SKEW = timedelta(minutes=2)  # a phone's clock that is further off is corrected, and the phone is told
_ENDED = {
    "suspended": "The search is suspended. Nobody is to be out; ask the desk.",
    "found": "The search is over: the subject is found. Come back to base.",
    "closed": "The case is closed. Thank you.",
    "handed_over": "The search was handed over. Ask the desk.",
    "merged": "This case was merged into another; ask the desk for a new invitation.",
}


class Field:
    """The phones of one desk."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.book = HandedIn(app.desk / "journal" / "phones.sqlite", app.journal.keys)
        self.attempts = Attempts()
        self._versions: dict[str, int] = {}
        self._lock = threading.RLock()

    def version(self, case: str) -> int:
        """A number that grows whenever a phone of a case handed anything in."""
        return self._versions.get(case, 0)

    # -- coming in --------------------------------------------------------------------------------

    def invite(self, case: str, fields: Mapping[str, Any], by: str | None) -> dict[str, Any]:
        """A new invitation by chance; only this answer holds its code."""
        code = "-".join("".join(random_names.choice(LETTERS) for _ in range(4)) for _ in range(3))
        done = self.app.do(case, "invite_phone", {**fields, "code": code}, by=by)
        return {"seq": done.seq, "id": getattr(done.events[0], "id", ""), "code": code}

    def join(self, code: str, holder: str, source: str) -> dict[str, Any]:
        """Let a phone in by the code of an invitation; only this answer holds its token."""
        at = self.app.now()
        self.attempts.check(source, at)
        for case in self.app.cases():
            state = self.app.state(case)
            if invitation_of(state, code) is None:
                continue
            secret = random_names.token_urlsafe(32)
            fields = {"code": code, "holder": holder.strip()[:100], "secret": secret}
            done = self.app.do(case, "join_phone", fields)
            self._changed(case)
            phone = self.app.state(case).phones.phones[getattr(done.events[0], "id")]  # noqa: B009  a typed event
            told = json.dumps([case, phone.id, secret], separators=(",", ":")).encode()
            team = state.people.teams[phone.team]
            return {"token": base64.urlsafe_b64encode(told).decode(), "phone": phone.id, "case": case, "team": team.id,
                    "team_name": team.name}  # fmt: skip
        self.attempts.count(source, at)
        raise NotAllowed("There is no such invitation; look at the code again, or ask the desk.")

    def admitted(self, token: str) -> tuple[str, Phone]:
        """The case and phone that a token belongs to.

        Raises
        ------
        NotAllowed
            No token of this desk, or a phone that was shut out.
        """
        wrong = NotAllowed("This phone is not known here; join again with an invitation of the desk.")
        try:
            case, key, secret = json.loads(base64.urlsafe_b64decode(token.encode()))
        except (ValueError, TypeError):
            raise wrong from None
        if not all(isinstance(v, str) for v in (case, key, secret)) or case not in self.app.cases():
            raise wrong
        held = self.app.state(case).phones.phones.get(key)
        if held is None or not hmac.compare_digest(held.secret_hash, secret_hash(case, secret)):
            raise wrong
        if held.revoked is not None:
            raise NotAllowed("This phone was shut out by the desk; what is kept on it stays. Ask the desk.", phone=key)
        return case, held

    # -- what a phone reads -----------------------------------------------------------------------

    def told(self, token: str) -> dict[str, Any]:
        """All that the page of a phone shows; the same words give the same `etag`."""
        case, phone = self.admitted(token)
        state = self.app.shown(case)
        shown = _told(self.app, state, phone)
        mine = self.book.of_phone(case, phone.id)
        shown["outcomes"] = [{"id": i.id, "state": _state(i), "says": i.says} for i in mine]
        answer: dict[str, Any] = to_json(shown)
        answer["etag"] = hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()[:32]
        return {**answer, "at": to_json(self.app.now())}

    def portrait(self, token: str) -> bytes:
        """The chosen photograph of the subject, small, without what the camera wrote."""
        from wayhome.app.photographs import thumbnail

        case, _ = self.admitted(token)
        held = self.app.state(case).photographs.chosen()
        if held is None:
            raise NotFound("No photograph of the subject was chosen yet.")
        return thumbnail(self.app, case, held.id, 640)

    def ground(self, token: str) -> dict[str, Any]:
        """Terrain and lines around the team's segments."""
        from wayhome.app import pictures

        case, phone = self.admitted(token)
        made = pictures.ground_near(self.app, case, self._around(case, phone))
        key = hashlib.sha256(json.dumps(made["bounds"]).encode() + str(made["shade"]).encode()).hexdigest()[:16]
        shade = f"/field/api/map/hillshade.png?key={key}" if made["shade"] else None
        return {"key": key, "bounds": made["bounds"], "hillshade": shade, "contours": made["contours"],
                "lines": made["lines"], "caveats": made["caveats"]}  # fmt: skip

    def hillshade(self, token: str) -> bytes:
        """The terrain of `ground` as a picture on its bounds."""
        from wayhome.app import pictures

        case, phone = self.admitted(token)
        return pictures.shade_near(self.app, case, self._around(case, phone))

    def _around(self, case: str, phone: Phone) -> tuple[Any, ...]:
        state = self.app.state(case)
        ours = [a.segment for a in state.assignments.assignments.values() if a.team == phone.team and _is_shown(a)]
        rings = [p for key in ours for p in state.area.segments[key].ring]
        return tuple(rings) or (() if state.area.ipp is None else (state.area.ipp.position,))

    # -- what a phone hands in --------------------------------------------------------------------

    def hand_in(self, token: str, items: Sequence[Any], sent_at: str | None) -> list[dict[str, Any]]:
        """Keep items, then carry them out one by one; says of each what became of it."""
        case, phone = self.admitted(token)
        if not isinstance(items, list) or len(items) > MOST_ITEMS:
            raise InvalidInput(f"items: hand in at most {MOST_ITEMS} at once.", field="items")
        now = self.app.now()
        skew = now - instant(sent_at, "sent_at") if sent_at else timedelta()
        off = skew if abs(skew) > SKEW else timedelta()
        results = [self._one(case, phone, told, now, off) for told in items]
        self._changed(case)
        return results

    def hand_in_file(self, token: str, kind: str, key: str, content: bytes, more: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a photograph or a recorder's file, then carry it out."""
        case, phone = self.admitted(token)
        if not 0 < len(content) <= MOST_BYTES:
            raise InvalidInput(f"A file has at least one byte and at most {MOST_BYTES // 1_000_000} MB.", field="file")
        told = {**more, "id": key, "kind": kind, "file": base64.b64encode(content).decode()}
        done = self._one(case, phone, told, self.app.now(), timedelta(), is_file=True)
        self._changed(case)
        return done

    def _one(
        self, case: str, phone: Phone, told: Any, now: datetime, off: timedelta, *, is_file: bool = False
    ) -> dict[str, Any]:  # fmt: skip
        item = _read(told, phone.id, now, off, is_file=is_file)
        with self._lock:  # one at a time, so that what belongs together finds each other
            held = self.book.keep(case, item)
            if held.state == "kept":
                held = self._carried(case, phone, held, None)
        skewed = (
            f" The clock of this phone is off by {round(off.total_seconds() / 60)} min; times were corrected."
            if off
            else ""
        )
        return {"id": item.id, "state": _state(held), "says": (held.says + skewed).strip(), "seq": held.seq}

    def _carried(self, case: str, phone: Phone, item: Item, by: str | None) -> Item:
        if item.content.get("_wrong"):
            return self.book.change(case, item.replace(state="refused", says=str(item.content["_wrong"])))
        try:
            return Carrier(self.app, self.book, case, phone, by).carry_out(item)
        except WayhomeError as refusal:
            return self.book.change(case, item.replace(state="refused", says=refusal.message))

    # -- the desk's side --------------------------------------------------------------------------

    def board(self, case: str) -> dict[str, Any]:
        """Phones with where they are, invitations, and what could not be carried out."""
        state, at = self.app.state(case), self.app.now()
        teams = state.people.teams
        answer = {
            "seq": state.seq, "at": at,
            "phones": [self._row(case, p, teams[p.team].name) for p in state.phones.phones.values()],
            "invitations": [
                {"id": i.id, "team": i.team, "team_name": teams[i.team].name, "purpose": i.purpose, "expires_at": i.expires_at,
                 "why_not": i.why_not(at), "used": state.phones.used(i.id)}
                for i in state.phones.invitations.values()
            ],
            "refused": [
                {"id": i.id, "kind": i.kind, "at": i.at, "received_at": i.received_at, "phone": i.phone, "says": i.says,
                 "content": {k: v for k, v in i.content.items() if k != "file"}}
                for i in self.book.in_state(case, "refused")
            ],
        }  # fmt: skip
        shown: dict[str, Any] = to_json(answer)
        return shown

    def _row(self, case: str, phone: Phone, team_name: str) -> dict[str, Any]:
        last, charge = self.book.last(case, phone.id, "points"), self.book.last(case, phone.id, "battery")
        point = last.content["points"][-1] if last is not None and last.content.get("points") else None
        track = "" if last is None else last.part
        items = self.book.of_part(case, phone.id, track) if track else ()
        return {
            "id": phone.id, "team": phone.team, "team_name": team_name, "holder": phone.holder, "joined_at": phone.joined_at,
            "heard_at": self.book.heard_at(case, phone.id), "revoked": phone.revoked,
            "position": None if point is None else {"lat_deg": point[0], "lon_deg": point[1]},
            "accuracy_m": point[3] if point is not None and len(point) > 3 else None, "at": None if point is None else point[2],
            "battery": None if charge is None else charge.content.get("level"),
            "is_recording": bool(items) and all(i.kind != "track_end" for i in items),
            "points": sum(len(i.content.get("points") or ()) for i in items),
        }  # fmt: skip

    def trails(self, case: str) -> dict[str, Any]:
        """Recordings that go on, as GeoJSON lines by phone and team."""
        phones, features = self.app.state(case).phones.phones, []
        for key, part in self.book.parts(case, "points"):
            items = self.book.of_part(case, key, part)
            if any(i.kind == "track_end" for i in items):
                continue
            points = sorted((p for i in items for p in i.content.get("points") or ()), key=lambda p: str(p[2]))
            line = [[p[1], p[0]] for p in points]
            if len(line) > 1:
                held = {"phone": key, "team": phones[key].team}
                features.append(
                    {"type": "Feature", "properties": held, "geometry": {"type": "LineString", "coordinates": line}}
                )
        return {"type": "FeatureCollection", "features": features}

    def settle(self, case: str, item: str, how: str, reason: str, by: str | None) -> dict[str, Any]:
        """Try a refused item again as somebody at the desk, or set it aside; it stays readable either way."""
        held = next((i for i in self.book.in_state(case, "refused") if i.id == item), None)
        if held is None:
            raise NotFound(f"There is nothing refused with the number {item}; somebody may have settled it already.")
        phone: Phone = found(self.app.state(case).phones.phones, held.phone, "phone")
        if how == "set_aside":
            words = said(reason, "reason")
            done = self.book.change(
                case, held.replace(state="settled", says=f"Set aside by {by or 'the desk'}: {words}")
            )
        elif how == "carried_out":
            with self._lock:
                done = Carrier(self.app, self.book, case, phone, by or "operator").carry_out(held)
        else:
            raise InvalidInput("how: say carried_out or set_aside.", field="how")
        self._changed(case)
        return {"id": done.id, "state": _state(done), "says": done.says, "seq": self.app.head(case)}

    def _changed(self, case: str) -> None:
        with self._lock:
            self._versions[case] = self._versions.get(case, 0) + 1


def _state(item: Item) -> str:
    return "taken" if item.state in ("kept", "waits") else item.state


def _read(told: Any, phone: str, now: datetime, off: timedelta, *, is_file: bool) -> Item:
    """An item as it came; one that makes no sense is kept all the same, with the sentence that says why."""
    if not isinstance(told, dict) or not isinstance(key := told.get("id"), str) or not 0 < len(key) <= LONGEST_ID:
        raise InvalidInput("items: each needs an id of its own, made on the phone.", field="items")
    content = {k: v for k, v in told.items() if k not in ("id", "kind", "at", "_wrong")}
    kind, wrong, at, part = told.get("kind"), "", now, ""
    try:
        if kind not in KINDS or (kind in ("photograph", "gpx")) != is_file:
            raise InvalidInput(f"kind: say one of {', '.join(KINDS)}.", field="kind")
        at = min(instant(told["at"], "at") + off, now) if told.get("at") else now
        part = part_of(kind, content)
    except InvalidInput as error:
        wrong, kind = error.message, str(kind)[:40]
    except (TypeError, ValueError):
        wrong, kind = "at: give the time as 2026-03-01T06:40:00Z.", str(kind)[:40]
    if off:
        content["phone_said"] = told.get("at")
    if wrong:
        content["_wrong"] = wrong
    return Item(id=key, phone=phone, kind=kind, part=part, at=at, received_at=now, content=content)


def _is_shown(assignment: Any) -> bool:
    return assignment.status in ("approved", "dispatched", "back") or (
        assignment.status == "cancelled" and assignment.approved_at is not None
    )


def _told(app: App, state: CaseState, phone: Phone) -> dict[str, Any]:
    team = state.people.teams[phone.team]
    checks = {c.team: c for c in welfare.checks(state)}
    check = checks.get(team.id)
    ours = [a for a in state.assignments.assignments.values() if a.team == team.id and _is_shown(a)]
    plan, tasking = state.action_plan, state.tasking
    places: list[dict[str, Any]] = (
        [] if state.area.ipp is None else [{"kind": "ipp", "label": "IPP", "at": state.area.ipp.position}]
    )
    if tasking.base is not None:
        places.append({"kind": "base", "label": tasking.base_name or "Base", "at": tasking.base})
    portrait = state.photographs.chosen()
    return {
        "seq": state.seq, "case": state.case, "title": state.report.title, "time_zone": state.report.time_zone,
        "ended": None if state.status == "active" else _ENDED.get(state.status),
        "phone": {"id": phone.id, "holder": phone.holder},
        "team": {"id": team.id, "name": team.name, "leader": team.leader, "status": team.status,
                 "call_sign": next((a.call_sign for a in ours if a.call_sign), "")},
        "conditions": [text for o in state.decisions.in_force() for text in (o.text, *o.other_conditions)],
        "subject": {"lines": _subject(state), "portrait": None if portrait is None else portrait.blob[:16]},
        "safety": {"message": plan.safety.message if plan.safety else "",
                   "emergency": plan.safety.emergency_procedures if plan.safety else ""},
        "welfare": {"interval_s": welfare.interval_s(state, team.id), "heard_at": check.heard_at if check else None,
                    "due": check.due if check else None},
        "assignments": [_assignment(state, a) for a in ours],
        "hazards": [{"id": h.id, "says": f"{h.hazard}. {h.mitigation}".strip(), "where": h.where}
                    for h in plan.open_hazards() if not h.assignments or any(a.id in h.assignments for a in ours)],
        "places": [{**p, "at": [p["at"].lat_deg, p["at"].lon_deg]} for p in places],
        "messages": [
            {"id": m.id, "at": m.at, "sender": state.people.teams[m.sender].name if m.sender in state.people.teams else m.sender,
             "text": m.text, "reply_wanted": m.reply_wanted, "to_us": m.to == team.id, "answered": bool(m.replies)}
            for m in state.messages.by_time() if team.id in (m.to, m.sender) and m.kind != "located"
        ][-30:],
    }  # fmt: skip


def _subject(state: CaseState) -> list[str]:
    """What a searcher must know to recognise the subject; nothing medical, no address, no contacts."""
    s = state.subject
    looks = ", ".join(
        str(v) for v in (
            s.sex, f"{s.age_years} years" if s.age_years is not None else None,
            f"{s.height_cm:.0f} cm" if s.height_cm is not None else None, s.build,
            f"hair {s.hair}" if s.hair else None, f"eyes {s.eyes}" if s.eyes else None,
        ) if v
    )  # fmt: skip
    lines = [f"Call: {s.name}" if s.name else "", looks, s.description, f"Clothing: {s.clothing}" if s.clothing else "",
             f"Carries: {s.equipment}" if s.equipment else "", f"Marks: {s.marks}" if s.marks else "",
             f"Speaks: {s.languages}" if s.languages else ""]  # fmt: skip
    return [str(line)[:LONGEST_TEXT] for line in lines if line]


def _assignment(state: CaseState, a: Any) -> dict[str, Any]:
    segment = state.area.segments[a.segment]
    fields = ("id", "status", "task", "objective", "hazards", "mitigations", "channel", "call_sign", "check_in_s",
              "hours_planned", "report_to", "equipment", "dispatched_at", "cancelled")  # fmt: skip
    return {
        **{f: getattr(a, f) for f in fields}, "progress": a.step,
        "segment": {"id": segment.id, "name": segment.name, "ring": [[p.lat_deg, p.lon_deg] for p in segment.ring]},
    }  # fmt: skip
