"""The timeline of a case as the edges show it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from wayhome.case.timeline import timeline

if TYPE_CHECKING:
    from wayhome.app.desk import App


def case_timeline(app: App, case: str, as_of: datetime | None = None) -> dict[str, Any]:
    """What happened to the subject in order, what contradicts itself, and gaps; with the `seq` it was made from."""
    state = app.shown(case, as_of)
    return {"seq": state.seq, **timeline(state).as_json()}
