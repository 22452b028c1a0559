"""How many of those still missing after a time were found alive, where somebody published it.

Knows three categories up to 96 hours. Refuses to guess the others: no figure is given and a sentence says so.
Refuses to be a rule for stopping: `what_it_does_not_justify` tells whom such a rule would have left behind.
"""

from __future__ import annotations

from bisect import bisect_right
from math import isfinite, sqrt
from typing import Any

from wayhome.base.errors import InvalidInput
from wayhome.base.record import Record
from wayhome.science.behavior import subject_category
from wayhome.science.tables import table

NORMAL_95 = 1.959963984540054  # of a normal law, 95 % lie within this many standard deviations
FEW_CASES = 30  # below this a fraction is said to rest on few cases
_MEANING = (
    "The fraction is of cases that lasted longer than this and ended in a find; people who were never found, and "
    "those for whom nobody knows the hour, are not in it."
)


class Survival(Record):
    """Fraction found alive among cases that lasted longer than `hours` [0, 96].

    `low` and `high` are a 95 % interval (Wilson) for the number of cases alone. `n` is the number of cases
    of the tabulated hour or, between two, of the later one. `is_tabulated` is False in between, where
    fraction and interval run straight from point to point: a choice of this project.
    """

    category: str
    hours: float
    p_alive: float
    low: float
    high: float
    n: int
    is_tabulated: bool
    source: str
    caveats: tuple[str, ...]


class Caution(Record):
    """Why the hours alone end no search: a published rule that stops at `cut_h`, and whom it misses.

    `sensitivity` [0, 1] is the share of survivors found before the cut, derivation and validation sample;
    `survivors_located` and `people_located` [0, 1] are shares at `elapsed_h`, both samples together.
    """

    text: str
    cut_h: float
    sensitivity: tuple[float, ...]
    elapsed_h: float
    survivors_located: float
    people_located: float
    still_missing: int
    later_found_alive: int
    source: str


def wilson(share: float, n: int) -> tuple[float, float]:
    """95 % interval [0, 1] of Wilson for a share [0, 1] of n > 0 cases; it does not collapse at 0 and 1."""
    z2 = NORMAL_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = NORMAL_95 * sqrt(share * (1.0 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def curve(category: str) -> tuple[Survival, ...]:
    """The tabulated points of a category, for drawing; none where nothing is published."""
    row = _row(category)
    if row is None:
        return ()
    points = []
    for hours, p_alive, n in zip(table("survival")["elapsed_over_h"], row["p_alive"], row["n"], strict=True):
        low, high = wilson(p_alive, n)
        points.append(
            Survival(
                category=row["category"],
                hours=hours,
                p_alive=p_alive,
                low=low,
                high=high,
                n=n,
                is_tabulated=True,
                source=row["source"],
                caveats=_caveats(row, n),
            )
        )
    return tuple(points)


def survival(category: str, hours: float) -> Survival | None:
    """Chance of being alive for a subject still missing after `hours` >= 0; None where no figures exist.

    Straight lines between the tabulated points. `why_unknown` tells why there is none.
    """
    if not (isfinite(hours) and hours >= 0.0):
        raise InvalidInput(f"Hours since last seen must be at least 0, not {hours}.", hours=hours)
    points = curve(category)
    if not points or hours > points[-1].hours:
        return None
    after = bisect_right([point.hours for point in points], hours)
    before = points[after - 1]
    if before.hours == hours:
        return before
    later = points[after]
    part = (hours - before.hours) / (later.hours - before.hours)

    def between(a: float, b: float) -> float:
        return a + part * (b - a)

    return later.replace(
        hours=hours,
        p_alive=between(before.p_alive, later.p_alive),
        low=between(before.low, later.low),
        high=between(before.high, later.high),
        is_tabulated=False,
        caveats=(*later.caveats, f"Interpolated between {before.hours:g} and {later.hours:g} h: nobody counted there."),
    )


def why_unknown(category: str, hours: float) -> str:
    """The sentence that stands in place of a figure; empty where `survival` gives one."""
    points = curve(category)
    if not points:
        return f"There are no public figures on the survival of {_key(category).replace('_', ' ')}; none is made up."
    if hours > points[-1].hours:
        return (
            f"The published figures end at {points[-1].hours:g} h ({points[-1].n} cases); after {hours:g} h nobody "
            "can say. People have been found alive later."
        )
    return ""


def what_it_does_not_justify() -> Caution:
    """What no survival figure justifies: ending a search by the clock (Adams et al. 2007, Oregon 1997-2003)."""
    content = table("survival")
    rules, (cut,) = content["stopping_rule"], content["at_cut"]
    missing, alive = cut["still_missing"], cut["later_found_alive"]
    return Caution(
        text=(
            f"A survival figure is about many past cases and ends no search. In Oregon a rule to stop at "
            f"{rules[0]['cut_h']:g} h finds {100 * rules[0]['sensitivity']:.1f} % of survivors in time; yet of the {missing} "
            f"people still missing after hour {cut['elapsed_h']:g}, {alive} were later found alive."
        ),
        cut_h=rules[0]["cut_h"],
        sensitivity=tuple(rule["sensitivity"] for rule in rules),
        elapsed_h=cut["elapsed_h"],
        survivors_located=cut["survivors_located"],
        people_located=cut["people_located"],
        still_missing=missing,
        later_found_alive=alive,
        source=cut["source"],
    )


def _key(category: str) -> str:
    key, _ = subject_category(category)
    return category if key == "pooled" else key


def _row(category: str) -> dict[str, Any] | None:
    key = _key(category)
    return next((row for row in table("survival")["row"] if row["category"] == key), None)


def _caveats(row: dict[str, Any], n: int) -> tuple[str, ...]:
    few = (f"It rests on {n} case{'s' if n > 1 else ''}.",) if n < FEW_CASES else ()
    return (_MEANING, *few, *((row["doubt"],) if "doubt" in row else ()))
