"""The anonymous line of a closed case as CSV: with the rating of its map and the climb, where there is ground."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

from wayhome.base.errors import WayhomeError
from wayhome.planning.statistics_row import COLUMNS, statistics_row

if TYPE_CHECKING:
    from datetime import datetime

    from wayhome.app.desk import App
    from wayhome.case.state import CaseState


def statistics_csv(app: App, case: str, as_of: datetime | None = None) -> bytes:
    """Heads and one line, ready to be put under those of other cases."""
    state = app.state(case, as_of)
    statistics_row(state)  # refuses an open case before anything is computed
    try:
        r = float(app.product(case, "after_action", as_of=as_of).data["moments"][-1]["r"])
    except WayhomeError:
        r = None  # nobody was found, or no map was made: the line has no rating then
    out = io.StringIO()
    lines = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    lines.writeheader()
    lines.writerow(statistics_row(state, r=r, elevation_change_m=_climb(app, state)))
    return out.getvalue().encode()


def _climb(app: App, state: CaseState) -> float | None:
    """Metres up from the IPP to the find; None without ground that holds both."""
    from wayhome.planning.belief_map import grid_of
    from wayhome.planning.inputs import map_inputs

    find, ipp = state.decisions.find, state.area.ipp
    if find is None or find.position is None or ipp is None or not state.area.ground:
        return None
    inputs = map_inputs(state)
    dem = app.sources.ground(inputs, grid_of(inputs)).dem
    if dem is None:
        return None
    start_m, end_m = dem.at(ipp.position), dem.at(find.position)
    if start_m is None or end_m is None or not math.isfinite(end_m - start_m):
        return None
    return float(end_m - start_m)
