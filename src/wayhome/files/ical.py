"""Calendars as iCalendar (RFC 5545): events at a moment, each with a reminder. Written only.

Knows the line format: escapes, folding at 75 octets, CRLF.
"""

from __future__ import annotations

from datetime import UTC, datetime

from wayhome.base.record import Record

FOLD = 75  # octets of a line, RFC 5545 section 3.1


class Event(Record):
    """Something that falls due at a moment; `uid` stays the same when it is written again."""

    uid: str
    at: datetime
    title: str
    remark: str = ""


def write_calendar(events: list[Event], written_at: datetime) -> bytes:
    """The events as one calendar; each reminds a quarter of an hour before."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Wayhome//Clocks of a case//EN"]
    for e in events:
        lines += [
            "BEGIN:VEVENT", f"UID:{_text(e.uid)}", f"DTSTAMP:{_utc(written_at)}", f"DTSTART:{_utc(e.at)}",
            f"SUMMARY:{_text(e.title)}", *([f"DESCRIPTION:{_text(e.remark)}"] if e.remark else []),
            "BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(e.title)}", "TRIGGER:-PT15M", "END:VALARM", "END:VEVENT",
        ]  # fmt: skip
    return b"".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    out = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return out.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> bytes:
    """A line in pieces of at most 75 octets, no letter cut in two."""
    pieces: list[bytes] = [b""]
    for letter in line:
        octets = letter.encode()
        if len(pieces[-1]) + len(octets) > FOLD:
            pieces.append(b" ")
        pieces[-1] += octets
    return b"\r\n".join(pieces) + b"\r\n"
