"""Calendars as other programs read them."""

from __future__ import annotations

from datetime import UTC, datetime

from wayhome.files.ical import Event, write_calendar

AT = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


def test_an_event_stands_in_utc_with_its_reminder_and_escapes() -> None:
    made = write_calendar([Event(uid="a", at=AT, title="Risk; review, \\ now\nplease")], AT).decode()
    lines = made.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART:20260301T060000Z" in lines and "TRIGGER:-PT15M" in lines
    assert "SUMMARY:Risk\\; review\\, \\\\ now\\nplease" in lines


def test_long_lines_are_folded_at_75_octets_and_no_letter_is_cut() -> None:
    title = "ö" * 100
    made = write_calendar([Event(uid="a", at=AT, title=title)], AT)
    assert max(len(line) for line in made.split(b"\r\n")) <= 75
    assert f"SUMMARY:{title}" in made.decode().replace("\r\n ", "")
