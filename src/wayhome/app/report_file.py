"""A report as people write it (TOML or JSON) becomes the first commands of a case.

Minimal: `title`, `reported_at`, `[subject] category`; everything else can follow later.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wayhome.base.errors import InvalidInput

EXAMPLE = """\
title = "Overdue walker, Ponkapoag side"
reported_at = 2026-05-09T19:40:00-04:00
time_zone = "America/New_York"

[subject]
category = "hiker"            # also: dementia, child 4-6, despondent, hunter, ...
name = "Jo Example"           # everything from here on is optional
age_years = 46
height_cm = 183
clothing = "orange jacket, grey trousers"
phone = "555-0101"
unknown = ["medical"]         # asked, and nobody knows
without = ["vehicle"]         # there is none

[report]
reporter = "Sam Example"
contact = "555-0100"
circumstances = "Should have been back at four."

[answers]                     # to questions that no field takes; `wayhome questionnaire CASE` lists them
out_of_character = "yes"
alone = "no"

[[companions]]                # who is missing with the subject
name = "Kim Example"
together = "80 %"             # the chance that they are still in one place

[place]
lat = 42.2150
lon = -71.0900
kind = "lkp"                  # pls = seen there, lkp = known to have been there
at = 2026-05-09T11:30:00-04:00
place = "trailhead parking"

[area]                        # optional; the metric grid and the kind of country
ecoregion = "temperate"       # temperate, dry or urban
relief = "flat"               # mountain or flat
box = "15 km"
cell = "30 m"
"""

_SECTIONS = {
    "subject": "describe_subject",
    "report": "take_report",
    "companions": "add_companion",
    "place": "mark_point",
    "answers": "answer_questions",
    "area": "set_search_area",
}
_TOP = ("title", "reported_at", "time_zone", "jurisdiction", "invented")


def read_report(content: bytes, name: str) -> dict[str, Any]:
    """The report of a TOML file."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidInput(f"{name} is not UTF-8 text; save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{name} is not a TOML report: {error}. `wayhome case open --example` prints one.") from None


def commands_of(report: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """`(command, fields)` in order, from a report's tables."""
    unknown = sorted(set(report) - set(_TOP) - set(_SECTIONS))
    if unknown:
        raise InvalidInput(
            f"The report has a field or table {', '.join(unknown)} that is not known; it takes "
            f"{', '.join(_TOP)} and the tables {', '.join(_SECTIONS)}.",
            fields=unknown,
        )
    for field in ("title", "reported_at"):
        if not report.get(field):
            raise InvalidInput(f"The report needs {field}; `wayhome case open --example` prints one.", field=field)
    if not isinstance(report.get("subject"), Mapping) or not report["subject"].get("category"):
        raise InvalidInput('The report needs [subject] with a category, such as category = "hiker".', field="subject")
    out: list[tuple[str, dict[str, Any]]] = [("open_case", {k: report[k] for k in _TOP if k in report})]
    for section, command in _SECTIONS.items():
        table = report.get(section)
        if table is None:
            continue
        if section == "companions":
            out += [(command, dict(row)) for row in _rows(table)]
            continue
        if not isinstance(table, Mapping):
            raise InvalidInput(f"[{section}] must be a table.", field=section)
        fields = dict(table)
        if section == "answers":
            fields = {"answers": {k: _answer(v) for k, v in fields.items()}} if fields else {}
        if section == "place":
            for part in ("lat", "lon"):
                if part not in fields:
                    raise InvalidInput(f"[place] needs {part}.", field=f"place.{part}")
            fields["position"] = {"lat": fields.pop("lat"), "lon": fields.pop("lon")}
            fields.setdefault("kind", "pls")
        if fields:
            out.append((command, fields))
    return out


def _rows(table: Any) -> list[Mapping[str, Any]]:
    if not isinstance(table, list) or not all(isinstance(row, Mapping) for row in table):
        raise InvalidInput("[[companions]] must be a list of tables, one for each companion.", field="companions")
    return table


def _answer(value: Any) -> str:
    """An answer as it would be typed: TOML has truths and times of its own."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, datetime) else str(value)
