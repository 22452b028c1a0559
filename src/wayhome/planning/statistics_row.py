"""One line of statistics of a closed case, fit to be shared: no name, no id, no place, no day.

Knows coarse bands only. Refuses an open case. A rare case can be recognised by its bands all the same; how rows are
shared without that is said in docs/how-to/suspend-reopen-close.md.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from wayhome.base.errors import RuleBroken
from wayhome.base.place import distance_m
from wayhome.science.behavior import POOLED, subject_category

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

COLUMNS = (
    "month", "invented", "category", "ecoregion", "relief", "age_band", "sex", "party", "outcome", "true_scenario", "condition",
    "mobility", "found_by", "hours_missing", "hours_searched", "distance_km", "elevation_change_m", "searches", "times_suspended", "r",
)  # fmt: skip
# own choice: children as the tables of lost person behaviour cut them, adults wide
AGE_FROM = (0, 4, 7, 10, 13, 16, 21, 35, 50, 65, 80)
OLDEST = 80
HOURS = (1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720, 2160, 8760)  # upper ends, the last open
ELEVATION_STEP_M = 50.0


def statistics_row(
    state: CaseState, *, r: float | None = None, elevation_change_m: float | None = None
) -> dict[str, str]:
    """The line of a closed case by column, empty where something is not known.

    `r` is the rating of the last map before the find, `elevation_change_m` from the IPP to the find.

    Raises
    ------
    RuleBroken
        The case is not closed: a line of an open case could be followed.
    """
    closed = state.ending.closure
    if closed is None:
        raise RuleBroken("The case is not closed; a line of statistics is made once it is (close_case).")
    told, subject, find, ipp = state.report, state.subject, state.decisions.find, state.area.ipp
    since = ipp.at if ipp is not None and ipp.at is not None else told.reported_at
    ended = None if find is None else find.at or find.reported_at
    true = next((s.kind for s in state.scenarios.scenarios if s.id == closed.true_scenario), "")
    away_m = None if find is None or find.position is None or ipp is None else distance_m(ipp.position, find.position)
    row = {
        "month": "" if told.reported_at is None else f"{told.reported_at.astimezone(ZoneInfo(told.time_zone)):%Y-%m}",
        "invented": "yes" if told.invented else "no",
        "category": _category(subject.category),
        "ecoregion": state.area.ecoregion or "", "relief": state.area.relief or "",
        "age_band": age_band(subject.age_years), "sex": _sex(subject.sex), "party": _party(1 + len(subject.companions)),
        "outcome": closed.outcome, "true_scenario": true,
        "condition": "" if find is None else find.condition, "mobility": (find and find.mobility) or "",
        "found_by": (find and find.means) or "",
        "hours_missing": hours_band(since, ended), "hours_searched": hours_band(told.reported_at, ended),
        "distance_km": "" if away_m is None else _distance(away_m / 1000.0),
        "elevation_change_m": "" if elevation_change_m is None else _elevation(elevation_change_m),
        "searches": _count(len(state.assignments.debriefed())),
        "times_suspended": str(sum(1 for s in state.decisions.suspensions.values() if s.suspended_at is not None)),
        "r": "" if r is None else f"{r:.1f}",
    }  # fmt: skip
    return {column: row[column] for column in COLUMNS}


def age_band(age_years: int | None) -> str:
    """An age as a band, such as ``50-64``; empty where it is not known."""
    if age_years is None:
        return ""
    if age_years >= OLDEST:
        return f"{OLDEST}+"
    low = max(a for a in AGE_FROM if a <= age_years)
    return f"{low}-{min(a for a in AGE_FROM if a > low) - 1}"


def hours_band(since: datetime | None, until: datetime | None) -> str:
    """A span as a band of hours, such as ``6-12``; empty where an end is not known or they are in the wrong order."""
    if since is None or until is None or until < since:
        return ""
    hours = (until - since).total_seconds() / 3600.0
    below = [h for h in HOURS if h <= hours]
    above = [h for h in HOURS if h > hours]
    return f"{below[-1] if below else 0}-{above[0]}" if above else f"{HOURS[-1]}+"


def _category(category: str | None) -> str:
    """The category as the tables call it: words of one's own could tell who it was."""
    if not category:
        return ""
    key, _ = subject_category(category)
    return "other" if key == POOLED else key


def _sex(sex: str | None) -> str:
    plain = (sex or "").strip().lower()
    if plain in ("", "f", "female", "woman"):
        return "female" if plain else ""
    return "male" if plain in ("m", "male", "man") else "other"


def _party(people: int) -> str:
    return str(people) if people <= 2 else "3+"


def _count(searches: int) -> str:
    for low, high in ((0, 0), (1, 2), (3, 5), (6, 10), (11, 20), (21, 50)):
        if searches <= high:
            return str(low) if low == high else f"{low}-{high}"
    return "51+"


def _distance(km: float) -> str:
    """To 0.1 km below 2 km, to 0.5 km below 10 km, to 5 km beyond: two points that far apart fit many places."""
    step = 0.1 if km < 2.0 else 0.5 if km < 10.0 else 5.0
    return f"{round(km / step) * step:g}"


def _elevation(metres: float) -> str:
    return f"{round(metres / ELEVATION_STEP_M) * ELEVATION_STEP_M + 0.0:g}"
