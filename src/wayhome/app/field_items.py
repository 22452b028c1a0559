"""What phones hand in, carried out as ordinary acts of the case under the phone's own name.

Every item may come twice, late and in any order: it is carried out once, and where it belongs to another (a photograph
to a clue, positions to a recording) whichever comes last brings them together.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wayhome.base.errors import InvalidInput, NotAllowed
from wayhome.base.place import Position
from wayhome.base.quantity import instant, iso
from wayhome.case.phone import acting
from wayhome.store.handed_in import Item

if TYPE_CHECKING:
    from collections.abc import Callable

    from wayhome.app.desk import App
    from wayhome.case.phone import Phone
    from wayhome.case.state import CaseState
    from wayhome.store.handed_in import HandedIn

MOST_POINTS = 5000  # in one item
LONGEST_TEXT = 4000
GAP_S = 180.0  # own choice: three times what a phone that records leaves between two positions at most
STEPS = ("en_route", "on_scene", "working", "returning", "back")
_STEP_WORDS = {
    "en_route": "On the way.", "on_scene": "On scene.", "working": "Working.", "returning": "On the way back.",
    "back": "Back.",
}  # fmt: skip
CONDITIONS = {"well": "well", "hurt": "hurt", "dead": "dead", "unknown": "condition not known"}


class Carrier:
    """Carries out the items of one phone."""

    def __init__(self, app: App, book: HandedIn, case: str, phone: Phone, by: str | None = None) -> None:
        self.app, self.book, self.case, self.phone = app, book, case, phone
        self.by = by or acting(phone.id)

    def carry_out(self, item: Item) -> Item:
        """Do what an item asks for; gives it with its new state. Raises the sentence that refuses it."""
        done = _KINDS[item.kind](self, item)
        return self.book.change(self.case, done)

    # -- one method a kind ------------------------------------------------------------------------

    def points(self, item: Item) -> Item:
        _points(item)
        self._end_of(item.part)
        return item.replace(state="taken")

    def track_end(self, item: Item) -> Item:
        assignment = self._own(item)
        stored = [p for other in self.book.of_part(self.case, self.phone.id, item.part) if other.kind == "points"
                  for p in _points(other)]  # fmt: skip
        points = sorted({p[2]: p for p in stored}.values(), key=lambda p: p[2])
        total = item.content.get("points_total", len(points))
        if not isinstance(total, int) or total < 0:
            raise InvalidInput("points_total: give a whole number.", field="points_total")
        if len(stored) < total:  # two positions of one moment are one in the track
            return item.replace(state="waits", says=f"{len(stored)} of {total} positions are here; the others follow.")
        if len(points) < 2:
            return item.replace(state="taken", says="A recording of fewer than two positions is no track.")
        gpx = _gpx(points, f"{self.phone.holder}, phone {self.phone.id}")
        return self._track(item, assignment, f"{self.phone.id}-{item.part[:8]}.gpx", gpx, f"{len(points)} positions")

    def gpx(self, item: Item) -> Item:
        return self._track(
            item,
            self._own(item),
            f"{self.phone.id}-{item.id[:8]}.gpx",
            _bytes(item),
            "file of the phone's own recorder",
        )

    def status(self, item: Item) -> Item:
        step = item.content.get("step")
        if step not in STEPS:
            raise InvalidInput(f"step: say one of {', '.join(STEPS)}.", field="step")
        words = _STEP_WORDS[step] + _where(item)
        return self._act(
            item, "log_message", {**self._said(item, words), "assignment": self._own(item), "status": step}
        )

    def welfare(self, item: Item) -> Item:
        remark = f"By phone, {self.phone.holder}.{_where(item)}"
        return self._act(item, "confirm_welfare", {"team": self.phone.team, "at": iso(item.at), "remark": remark})

    def message(self, item: Item) -> Item:
        return self._act(item, "log_message", self._said(item, _text(item, "text") + _where(item)))

    def reply(self, item: Item) -> Item:
        fields = {
            "message": _text(item, "message"),
            "text": _text(item, "text"),
            "replied_by": self.phone.holder,
            "at": iso(item.at),
        }
        return self._act(item, "reply_message", fields)

    def read(self, item: Item) -> Item:
        assignment = self._own(item)
        return self._act(item, "log_message", {**self._said(item, f"{assignment} read."), "assignment": assignment})

    def located(self, item: Item) -> Item:
        condition = item.content.get("condition", "unknown")
        if condition not in CONDITIONS:
            raise InvalidInput(f"condition: say one of {', '.join(CONDITIONS)}.", field="condition")
        words = f"Subject found, {CONDITIONS[condition]}. {item.content.get('text') or ''}".strip()
        fields: dict[str, Any] = {**self._said(item, words), "located": True, "priority": "emergency"}
        if (position := _position(item)) is not None:
            fields["position"] = f"{position.lat_deg!r},{position.lon_deg!r}"
        return self._act(item, "log_message", fields)

    def clue(self, item: Item) -> Item:
        fields: dict[str, Any] = {
            "name": _text(item, "name"), "description": str(item.content.get("description") or "")[:LONGEST_TEXT],
            "finder": f"{self.phone.holder}, team {self.phone.team}", "found_at": iso(item.at),
            "instruction": item.content.get("instruction") or "mark",
        }  # fmt: skip
        if (position := _position(item)) is not None:
            fields["position"] = f"{position.lat_deg!r},{position.lon_deg!r}"
            if isinstance(off := item.content.get("accuracy_m"), int | float):
                fields["place"] = f"position of the phone, {off:.0f} m"
        done = self._act(item, "record_clue", fields)
        self.book.change(self.case, done)  # photographs that came before look it up
        for key in item.content.get("photographs") or ():
            waiting = self.book.get(self.case, self.phone.id, str(key))
            if waiting is not None and waiting.state == "waits":
                self.carry_out(waiting)
        return done

    def photograph(self, item: Item) -> Item:
        from wayhome.app.exchange import import_files

        clue = self._clue_with(item.id)
        if clue is None:
            return item.replace(state="waits", says="The photograph is here; what it shows follows.")
        content = _bytes(item)
        held = self._state().photographs.standing(clue)
        if not any(p.blob == hashlib.sha256(content).hexdigest() for p in held):
            import_files(
                self.app, self.case, [(f"{item.id[:8]}.jpg", content)], as_="photograph", for_=clue, by=self.by
            )
        return self._taken(item.replace(content={}))  # the file lies with the case now

    def battery(self, item: Item) -> Item:
        level = item.content.get("level")
        if not isinstance(level, int | float) or not 0 <= level <= 1:
            raise InvalidInput("level: give the charge from 0 to 1.", field="level")
        return item.replace(state="taken")

    # -- inside -----------------------------------------------------------------------------------

    def _state(self) -> CaseState:
        return self.app.state(self.case)

    def _said(self, item: Item, words: str) -> dict[str, Any]:
        return {"text": f"{words} ({self.phone.holder}, by phone)", "sender": self.phone.team, "at": iso(item.at)}

    def _act(self, item: Item, command: str, fields: dict[str, Any]) -> Item:
        done = self.app.do(self.case, command, fields, by=self.by, key=f"phone:{self.phone.id}:{item.id}")
        return item.replace(state="taken", says="", seq=done.seq)

    def _taken(self, item: Item) -> Item:
        return item.replace(state="taken", says="", seq=self.app.head(self.case))

    def _own(self, item: Item) -> str:
        """The assignment that an item names, which must be the phone's own team's."""
        key = _text(item, "assignment")
        held = self._state().assignments.assignments.get(key)
        if held is None or held.team != self.phone.team:
            raise NotAllowed(f"There is no assignment {key} of this phone's team.", field="assignment")
        return held.id

    def _track(self, item: Item, assignment: str, name: str, gpx: bytes, what: str) -> Item:
        from wayhome.app.exchange import import_files

        digest = hashlib.sha256(gpx).hexdigest()
        held = self._state().assignments.assignments[assignment]
        if not any(t.blob == digest for t in held.tracks):
            import_files(self.app, self.case, [(name, gpx)], as_="track", for_=assignment, by=self.by)
        kept = {k: v for k, v in item.content.items() if k != "file"}
        return self._taken(item.replace(content=kept)).replace(says=f"{what} stand at {assignment}.")

    def _end_of(self, track: str) -> None:
        """Close a recording whose end came before its last positions."""
        for other in self.book.of_part(self.case, self.phone.id, track):
            if other.kind == "track_end" and other.state == "waits":
                self.carry_out(other)

    def _clue_with(self, photograph: str) -> str | None:
        for other in self.book.of_phone(self.case, self.phone.id):
            if (
                other.kind == "clue"
                and other.seq is not None
                and photograph in (other.content.get("photographs") or ())
            ):
                entry = next((e for e in self.app.journal.entries(self.case, after=other.seq - 1, limit=1)), None)
                key = None if entry is None else entry.facts[0].public.get("id")
                return str(key) if key else None
        return None


_KINDS: dict[str, Callable[[Carrier, Item], Item]] = {
    name: getattr(Carrier, name)
    for name in (
        "points",
        "track_end",
        "gpx",
        "status",
        "welfare",
        "message",
        "reply",
        "read",
        "located",
        "clue",
        "photograph",
        "battery",
    )
}
KINDS = tuple(_KINDS)


def part_of(kind: str, content: dict[str, Any]) -> str:
    """The recording that an item belongs to."""
    if kind not in ("points", "track_end"):
        return ""
    track = content.get("track")
    if not isinstance(track, str) or not 0 < len(track) <= 64:
        raise InvalidInput("track: say which recording it is of.", field="track")
    return track


def _text(item: Item, field: str) -> str:
    text = item.content.get(field)
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput(f"{field}: write something.", field=field)
    return text.strip()[:LONGEST_TEXT]


def _position(item: Item) -> Position | None:
    told = item.content.get("position")
    if told is None:
        return None
    match told:
        case [int() | float() as lat, int() | float() as lon]:
            return Position(lat_deg=float(lat), lon_deg=float(lon))
    raise InvalidInput("position: give latitude and longitude.", field="position")


def _where(item: Item) -> str:
    position = _position(item)
    return "" if position is None else f" At {position}."


def _bytes(item: Item) -> bytes:
    try:
        return base64.b64decode(item.content.get("file") or "", validate=True)
    except (binascii.Error, TypeError):
        raise InvalidInput("The file is damaged; hand it in again.", field="file") from None


Point = tuple[float, float, datetime, float | None, float | None]


def _points(item: Item) -> list[Point]:
    """Positions of an item: latitude, longitude, time, accuracy [m], height [m].

    Raises
    ------
    InvalidInput
        None or too many of them, or one that is no place or has no time; names it.
    """
    told = item.content.get("points")
    if not isinstance(told, list) or not 0 < len(told) <= MOST_POINTS:
        raise InvalidInput(f"points: hand in 1 to {MOST_POINTS} positions at once.", field="points")
    out: list[Point] = []
    for i, point in enumerate(told):
        match point:
            case [int() | float() as lat, int() | float() as lon, str() as at, *rest] if len(rest) <= 2:
                place = Position(lat_deg=float(lat), lon_deg=float(lon))
                off, height = [float(v) if isinstance(v, int | float) else None for v in (*rest, None, None)][:2]
                out.append((place.lat_deg, place.lon_deg, instant(at, f"points[{i}]"), off, height))
            case _:
                raise InvalidInput(f"points[{i}]: give latitude, longitude and time.", field="points", index=i)
    return out


def _gpx(points: list[Point], name: str) -> bytes:
    import numpy as np

    from wayhome.files.gpx import write_gpx
    from wayhome.files.shapes import Track

    # nothing is known of the way between two positions that are far apart in time
    starts = [0, *(i for i in range(1, len(points)) if (points[i][2] - points[i - 1][2]).total_seconds() > GAP_S)]
    track = Track(
        name=name,
        lat_deg=np.array([p[0] for p in points]), lon_deg=np.array([p[1] for p in points]),
        elevation_m=np.array([np.nan if p[4] is None else p[4] for p in points]),
        time=np.array([p[2].replace(tzinfo=None) for p in points], "datetime64[us]"), starts=np.array(starts),
    )  # fmt: skip
    return write_gpx([track])
