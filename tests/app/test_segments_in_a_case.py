"""Segments edited at the desk, as a planner does: the table before and after, and what cannot be computed refused."""

from __future__ import annotations

from typing import Any

import pytest

from wayhome.app import App
from wayhome.base.errors import InvalidInput

Searching = tuple[App, str]
ACROSS = "42.2,-71.096;42.208,-71.096"  # from edge to edge of North, a north-south line


def rows(app: App, case: str) -> dict[str, dict[str, Any]]:
    data = app.product(case, "segments").data
    told = sum(row["poa"] for row in data["segments"]) - data["overlap"] + data["unsegmented"] + data["rest_of_world"]
    assert told == pytest.approx(1.0, abs=1e-12)
    return {row["name"]: row for row in data["segments"]}


def test_a_split_and_the_merge_that_undoes_it_keep_poa_and_history(searching: Searching) -> None:
    app, case = searching
    app.do(case, "debrief_assignment", {"assignment": "A1", "pod": "0.6"})
    whole = rows(app, case)["North"]
    poa = app.product(case, "poa").data["rest_of_world"]
    app.do(case, "split_segment", {"segment": "North", "line": ACROSS, "names": ["Mill", "Weir"]})
    parts = rows(app, case)
    assert set(parts) == {"South", "Mill", "Weir"}
    assert parts["Mill"]["poa"] + parts["Weir"]["poa"] == pytest.approx(whole["poa"], abs=1e-15)
    assert parts["Mill"]["area_m2"] + parts["Weir"]["area_m2"] == pytest.approx(whole["area_m2"], rel=1e-6)
    for name in ("Mill", "Weir"):
        assert parts[name]["outings"] == [{"assignment": "A1", "share": 1.0}]
        assert parts[name]["pod_cumulative"] == pytest.approx(0.6, abs=1e-12)
    assert app.product(case, "poa").data["rest_of_world"] == poa
    app.do(case, "merge_segments", {"segments": ["Mill", "Weir"], "name": "North"})
    again = rows(app, case)["North"]
    assert {k: again[k] for k in ("poa", "pod_cumulative", "searched_times", "outings")} == {
        k: whole[k] for k in ("poa", "pod_cumulative", "searched_times", "outings")
    }
    app.verify(case)


def test_segments_that_overlap_are_a_caveat_of_the_table(searching: Searching) -> None:
    app, case = searching
    assert not [c for c in app.product(case, "segments").caveats if "overlap" in c]
    ring = [{"lat": a, "lon": b} for a, b in ((42.204, -71.1), (42.204, -71.09), (42.212, -71.09), (42.212, -71.1))]
    app.do(case, "draw_segment", {"name": "Again", "ring": ring})
    assert rows(app, case)["Again"]["poa"] > 0
    (caveat,) = [c for c in app.product(case, "segments").caveats if "overlap" in c]
    assert caveat.startswith("Segments overlap (Again with North): ")


def test_a_part_without_a_cell_is_refused_before_it_is_written(searching: Searching) -> None:
    app, case = searching
    seq = app.head(case)
    with pytest.raises(InvalidInput, match="South [AB]: The segment holds no cell"):
        app.do(case, "split_segment", {"segment": "South", "line": "42.18,-71.09999;42.2,-71.09999"})
    assert app.head(case) == seq
