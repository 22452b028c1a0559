"""The two demo cases, as stories of commands: `taking-leave` and `lost-hiker`. Everything in them is invented.

(The story's own case aside, whose coordinates, ages and clock times are invented too.)
"""

from __future__ import annotations

from datetime import datetime, timedelta

from wayhome.demo.story import Attach, Do, Import, Open, Step, Story

__all__ = ["Attach", "Do", "Import", "Open", "Step", "Story", "stories"]


def stories(now: datetime) -> tuple[Story, ...]:
    """Both stories; the hiker's search is under way `now`, and needs matplotlib's terrain (the `demo` extra)."""
    from wayhome.demo import lost_hiker, taking_leave

    return (taking_leave.story(), lost_hiker.story(now - timedelta(hours=3, minutes=35)))
