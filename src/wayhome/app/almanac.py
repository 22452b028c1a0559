"""The clocks of a case with the daylight at its place, and as a calendar that any program can read.

Read only; knows the sun, refuses to know the weather.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from wayhome.case.clocks import Clock, Daylight, clocks

if TYPE_CHECKING:
    from datetime import datetime

    from wayhome.app.desk import App
    from wayhome.case.state import CaseState

DAY_S = 86400.0


def case_clocks(state: CaseState, at: datetime) -> tuple[Clock, ...]:
    """All clocks of a case at a time, the one due first first."""
    return clocks(state, at, daylight(state, at))


def daylight(state: CaseState, at: datetime) -> Daylight | None:
    """Whether it is dark at the initial planning point, and when that changes; None without such a point."""
    from wayhome.science.daylight import nights

    if state.area.ipp is None:
        return None
    dark = nights(state.area.ipp.position, at, DAY_S)
    if not dark:
        return Daylight(is_dark=False)
    begin_s, end_s = dark[0]
    change_s = begin_s if begin_s > 0 else end_s
    return Daylight(is_dark=begin_s <= 0, changes_at=at + timedelta(seconds=change_s) if change_s < DAY_S else None)


def calendar(app: App, case: str, at: datetime) -> bytes:
    """The clocks as iCalendar (RFC 5545), one event each with a reminder; names of people are left out."""
    from wayhome.files.ical import Event, write_calendar

    state = app.state(case)
    events = [
        Event(uid=f"{case}-{c.kind}-{c.about or 'case'}@wayhome", at=c.due, title=_title(c), remark=c.command.replace("_", " "))
        for c in case_clocks(state, at)
    ]  # fmt: skip
    return write_calendar(events, at)


def _title(clock: Clock) -> str:
    """A clock in words that name nobody; a team is named."""
    return f"{clock.about}: {clock.kind}" if clock.kind in ("duty", "arrival") else clock.what
