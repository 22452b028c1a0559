"""The maps of a case at the moments that mattered, rated against the find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wayhome.base.errors import RuleBroken
from wayhome.base.record import Record
from wayhome.planning.after_action import Moment, after_action_data, found_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from wayhome.app.desk import App
    from wayhome.planning.belief_map import BeliefMap
    from wayhome.planning.products import Product

MOST_MOMENTS = 12  # maps computed for one rating; a long search has more periods than anybody reads
DECISIONS = {
    "departure_decided": "Departure decided", "search_suspended": "Search suspended", "search_reopened": "Search reopened",
    "handover_accepted": "Handed over", "subject_found": "Find reported", "case_closed": "Case closed",
}  # fmt: skip
BEGINNINGS = {"period_opened": "Operational period opened", "scenarios_set": "Scenarios set"}
FIRST, LAST = "First map", "Last entry before the find"


class Rated(Record):
    """What a rating rests on: the find, who was right, and the keys of the maps."""

    find: str
    true_scenario: str | None
    maps: tuple[str, ...]


def decided(app: App, case: str, as_of: datetime | None = None) -> list[Moment]:
    """The decisions of a case that end a search or change its course, in the order of the record."""
    return _of(app.log(case, as_of), DECISIONS)


def moments(app: App, case: str, as_of: datetime | None = None) -> tuple[list[Moment], int]:
    """The moments before the find whose maps are rated, at most `MOST_MOMENTS`, and how many were left out."""
    lines = app.log(case, as_of)
    finds = [n for n, line in enumerate(lines) if any(e["type"] == "subject_found" for e in line["events"])]
    before = lines[: finds[-1]] if finds else lines
    placed = [line for line in before if any(e["type"] == "point_marked" for e in line["events"])]
    if not placed:
        return [], 0
    later = [line for line in before if line["seq"] > placed[0]["seq"]]
    decisions, beginnings = _of(later, DECISIONS), _of(later, BEGINNINGS)
    room = max(0, MOST_MOMENTS - 2 - len(decisions))
    kept = beginnings[:: max(1, -(-len(beginnings) // room))] if room else []  # evenly through the search
    between = sorted([*decisions[: MOST_MOMENTS - 2], *kept], key=lambda m: m.seq)
    left_out = len(decisions) + len(beginnings) - len(between)
    return [_moment(FIRST, placed[0]), *between, _moment(LAST, before[-1])], left_out


def after_action(app: App, case: str, as_of: datetime | None = None) -> Product:
    """The rating of a case's maps as a product."""
    from wayhome import __version__
    from wayhome.planning import inputs as needs
    from wayhome.planning.products import DECISION_AID, Product

    state = app.state(case, as_of)
    find, _ = found_at(state)
    chosen, left_out = moments(app, case, as_of)
    wanted = [(m, needs.map_inputs(app.state_at(case, m.seq))) for m in chosen]
    closed = state.ending.closure
    rests_on = Rated(find=needs.key(find), true_scenario=closed.true_scenario if closed else None,
                     maps=tuple(needs.key(i) for _, i in wanted))  # fmt: skip

    def believed() -> Iterator[tuple[Moment, BeliefMap]]:
        for moment, inputs in wanted:
            yield moment, app.belief(inputs)

    if not wanted:
        raise RuleBroken("No map was made before the find; there is nothing to rate.")
    data, caveats = app.kept(
        f"after_action:{needs.key(rests_on)}:{state.seq}:{app.head(case)}",
        lambda: after_action_data(state, believed(), withheld=app.is_withheld(case)),
    )
    said = [f"{left_out} more beginnings of periods or settings of scenarios are not rated."] if left_out else []
    return Product(
        name="after_action", seq=state.seq, key=needs.key(rests_on), caveats=(*caveats, *said, DECISION_AID),
        provenance={"program": __version__, "model": needs.MODEL, "as_of": state.as_of, "heads": app.journal.heads(case),
                    "ground": [], "seed": None},
        data=data,
    )  # fmt: skip


def maps_of_decisions(
    app: App, case: str, as_of: datetime | None = None
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Every decision with the name of its map, and the maps by name; equal maps have one name, a decision before any place none."""
    from wayhome.app.pictures import map_png

    rows, drawn = list[dict[str, Any]](), dict[str, bytes]()
    for moment in decided(app, case, as_of):
        state = app.state_at(case, moment.seq)
        name = None
        if state.area.ipp is not None:
            picture = map_png(app, state)
            name = next((n for n, p in drawn.items() if p == picture), f"map-{moment.seq}")
            drawn[name] = picture
        rows.append({**moment.as_json(), "map": name})
    return rows, drawn


def _of(lines: list[dict[str, Any]], labels: dict[str, str]) -> list[Moment]:
    """Entries of the kinds that have a label, one moment each."""
    found = ((line, next((labels[e["type"]] for e in line["events"] if e["type"] in labels), None)) for line in lines)
    return [_moment(label, line) for line, label in found if label is not None]


def _moment(label: str, line: dict[str, Any]) -> Moment:
    return Moment(label=label, at=line["at"], seq=line["seq"])
