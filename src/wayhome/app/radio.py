"""What the radio desk shows: a typed line as it is read, and when each team that is out was last heard of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wayhome.base.record import to_json
from wayhome.case.message import last_contact
from wayhome.case.spoken import parsed_message, time_heard
from wayhome.case.welfare import check_of

if TYPE_CHECKING:
    from datetime import datetime

    from wayhome.app.desk import App


def radio(app: App, case: str, text: str = "", as_of: datetime | None = None) -> dict[str, Any]:
    """The line that is being typed, with the time that its clock means, and the teams that are out, the one due first first.

    Raises
    ------
    InvalidInput
        The line names a time that clocks never showed.
    """
    state = app.state(case, as_of)
    now = as_of or app.now()
    line = parsed_message(state, text)
    out: list[dict[str, Any]] = []
    for a in state.assignments.out():
        heard = last_contact(state, a.team)
        check = check_of(state, state.people.teams[a.team], heard)
        if check is not None:
            out.append({"team": a.team, "name": state.people.teams[a.team].name, "assignment": a.id, "step": a.step,
                        "call_sign": a.call_sign, "heard_at": check.heard_at, "due": check.due,
                        "is_over": check.due <= now})  # fmt: skip
    out.sort(key=lambda row: row["due"])
    heard_at = time_heard(line.clock, state.report.time_zone, now)
    made: dict[str, Any] = to_json(
        {"seq": state.seq, "at": now, "line": {**line.as_json(), "heard_at": heard_at}, "out": out}
    )
    return made
