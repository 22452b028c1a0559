"""What the page shows before a case is closed: what is left to settle by outcome, open clues, revisits that are due."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any

from wayhome.case.ending import Outcome, due_revisits, open_clues, unsettled

if TYPE_CHECKING:
    from datetime import datetime

    from wayhome.app.desk import App


def ending(app: App, case: str, as_of: datetime | None = None) -> dict[str, Any]:
    """Sentences by outcome, each with what to do; an outcome with none can be closed as soon as the form is filled."""
    state = app.state(case, as_of)
    return {
        "seq": state.seq,
        "unsettled": {outcome: list(unsettled(state, outcome)) for outcome in typing.get_args(Outcome)},
        "open_clues": [c.id for c in open_clues(state)],
        "due_revisits": [r.id for r in due_revisits(state, as_of or app.now())],
    }
