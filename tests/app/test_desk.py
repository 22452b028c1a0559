"""The desk: commands in, state and products out, and the laws that hold through all of it."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wayhome.app import App
from wayhome.app.exchange import export, import_files
from wayhome.base.errors import Conflict, InvalidInput, NotFound, RuleBroken
from wayhome.planning.inputs import map_inputs

Searching = tuple[App, str]


def poa(app: App, case: str) -> tuple[np.ndarray, float]:
    found = app.belief(map_inputs(app.state(case))).belief
    return np.asarray(found.poa.values), found.rest_of_world


def track(lat: float, lon: float) -> bytes:
    points = "".join(f'<trkpt lat="{lat + 0.0001 * i}" lon="{lon + 0.004}"/>' for i in range(70))
    return f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg></trk></gpx>'.encode()


def test_the_map_sums_to_one_with_rest_of_world_before_and_after_a_search(searching: Searching) -> None:
    app, case = searching
    for fields in (None, {"pod": "0.5"}):
        if fields:
            app.do(case, "debrief_assignment", {"assignment": "A1", **fields})
        cells, outside = poa(app, case)
        assert cells.sum() + outside == pytest.approx(1.0, abs=1e-12) and cells.min() >= 0


def test_rest_of_world_grows_by_exactly_one_over_one_minus_opos(searching: Searching) -> None:
    app, case = searching
    _, outside = poa(app, case)
    app.do(case, "debrief_assignment", {"assignment": "A1", "pod": "0.5"})
    made = app.product(case, "poa").data
    (search,) = made["searches"]
    segment = app.product(case, "segments").data["segments"][0]
    assert made["rest_of_world"] == pytest.approx(outside / (1 - search["opos"]), rel=1e-14)
    assert search["opos"] == pytest.approx(
        segment["poa"] * (1 - search["opos"]) * 1.0, rel=1e-12
    )  # POD .5: found half, half left
    assert segment["pod_cumulative"] == pytest.approx(0.5, abs=1e-12)


def test_a_track_moves_the_map_where_it_went_and_cancelling_restores_it_exactly(searching: Searching) -> None:
    app, case = searching
    before, outside = poa(app, case)
    import_files(app, case, [("one.gpx", track(42.2, -71.1))], for_="A1")
    app.do(case, "debrief_assignment", {"assignment": "A1", "sweep_width": "30 m"})
    after, _ = poa(app, case)
    touched = after < before
    assert 0 < touched.sum() < 200
    app.do(case, "cancel_assignment", {"assignment": "A1", "reason": "the track was another team's"})
    again, outside_again = poa(app, case)
    assert np.array_equal(again, before) and outside_again == outside


def test_withdrawing_evidence_restores_the_map_exactly(searching: Searching) -> None:
    app, case = searching
    app.do(case, "set_scenarios", {"scenarios": [
        {"id": "lost", "title": "lost", "weight": 0.7, "category": "hiker"},
        {"id": "gone", "title": "left by car", "kind": "left_by_vehicle", "weight": 0.3, "rest_of_world": 0.9},
    ]})  # fmt: skip
    before = poa(app, case)
    app.do(case, "record_statement", {"witness": "a driver", "text": "took somebody along"})
    app.do(case, "judge_evidence", {"evidence": "S1", "likelihood": {"lost": 0.1, "gone": 0.9}})
    moved = poa(app, case)
    assert moved[1] > before[1] + 0.3
    app.do(case, "withdraw_evidence", {"evidence": "S1", "reason": "another day"})
    after = poa(app, case)
    assert np.array_equal(after[0], before[0]) and after[1] == before[1]


def test_a_statement_leaves_the_key_alone_and_a_debrief_does_not(searching: Searching) -> None:
    app, case = searching
    key = app.product(case, "poa").key
    app.do(case, "record_statement", {"witness": "w", "text": "t"})
    assert app.product(case, "poa").key == key
    app.do(case, "debrief_assignment", {"assignment": "A1", "pod": "0.2"})
    assert app.product(case, "poa").key != key


def test_replaying_the_journal_on_another_desk_reproduces_the_map_bit_for_bit(
    searching: Searching, tmp_path: Path
) -> None:
    app, case = searching
    import_files(app, case, [("one.gpx", track(42.2, -71.1))], for_="A1")
    app.do(case, "debrief_assignment", {"assignment": "A1", "sweep_width": "30 m"})
    first, _ = export(app, case, "geotiff")
    app.close()
    shutil.copytree(app.desk / "journal", tmp_path / "copy" / "journal")
    shutil.copytree(app.desk / "blobs", tmp_path / "copy" / "blobs")
    again = App(tmp_path / "copy")
    assert export(again, case, "geotiff")[0] == first
    assert again.verify(case)[0].entries == again.head(case)
    again.close()


def test_as_of_shows_what_was_known_then(searching: Searching) -> None:
    app, case = searching
    then = app.state(case).as_of
    before = app.product(case, "poa").data["rest_of_world"]
    app.do(case, "debrief_assignment", {"assignment": "A1", "pod": "0.9"})
    assert app.product(case, "poa", as_of=then).data["rest_of_world"] == before
    assert app.product(case, "poa").data["rest_of_world"] > before


def test_a_stale_command_is_refused_and_writes_nothing(searching: Searching) -> None:
    app, case = searching
    head = app.head(case)
    with pytest.raises(Conflict):
        app.do(case, "take_report", {"reporter": "x"}, expected_seq=head - 1)
    assert app.head(case) == head


def test_a_repeated_key_is_harmless_even_when_the_command_would_be_refused_now(searching: Searching) -> None:
    app, case = searching
    first = app.do(case, "debrief_assignment", {"assignment": "A1", "pod": "0.2"}, key="k1")
    again = app.do(case, "debrief_assignment", {"assignment": "A1", "pod": "0.2"}, key="k1")
    assert again.seq == first.seq and again.events == first.events


def test_many_people_at_once_lose_nothing(searching: Searching) -> None:
    app, case = searching

    def write(n: int) -> None:
        for i in range(5):
            app.do(case, "record_statement", {"witness": f"w{n}", "text": f"{n}.{i}"})

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len({s.text for s in app.state(case).evidence.statements.values()}) == 20


def test_the_plan_uses_only_free_teams_and_its_bound_holds(searching: Searching) -> None:
    app, case = searching
    plan = app.product(case, "plan").data
    assert [c["team_name"] for c in plan["choices"]] == ["Two"]
    assert plan["pos_total"] <= plan["upper_bound"] + 1e-12


def test_halving_the_pods_lowers_rest_of_world_and_evidence_alone_ignores_searches(searching: Searching) -> None:
    app, case = searching
    before = app.product(case, "departure").data
    app.do(case, "debrief_assignment", {"assignment": "A1", "pod": "0.8"})
    after = app.product(case, "departure").data
    assert after["probability_left"] == before["probability_left"]
    assert after["probability_left"] < after["half_pod"]["rest_of_world"] < after["rest_of_world"]


def test_reach_by_a_time_needs_ground_and_a_later_time(searching: Searching) -> None:
    app, case = searching
    from datetime import UTC, datetime

    with pytest.raises(RuleBroken, match="terrain"):
        app.product(case, "poa", at=datetime(2026, 5, 9, 14, 0, tzinfo=UTC))
    with pytest.raises(RuleBroken, match="before"):
        app.product(case, "poa", at=datetime(2026, 5, 9, 10, 0, tzinfo=UTC))


def test_a_case_without_a_place_is_worked_and_only_the_map_refuses(desk: App) -> None:
    case, _ = desk.open_case({"title": "t", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"}})
    desk.do(case, "record_statement", {"witness": "w", "text": "t"})
    with pytest.raises(RuleBroken, match="no place"):
        desk.product(case, "poa")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"title": ""}, "title"),
        ({"subject": {}}, "category"),
        ({"colour": 1}, "colour"),
        ({"place": {"lat": 42.0}}, "lon"),
        ({"place": {"lat": 142.0, "lon": 42.0}}, "swapped"),
        ({"reported_at": "2026-05-09T19:40:00"}, "time zone"),
        ({"time_zone": "Nowhere/Here"}, "time zone"),
        ({"area": {"box": "6"}}, "unit"),
    ],
)
def test_a_bad_report_opens_nothing(desk: App, broken: dict[str, Any], words: str) -> None:
    good = {"title": "t", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"}}
    with pytest.raises(InvalidInput, match=words):
        desk.open_case({**good, **broken})
    assert desk.cases() == ()


def test_a_reference_system_from_elsewhere_is_refused_with_the_one_to_use(searching: Searching) -> None:
    app, case = searching
    head = app.head(case)
    for crs in ("EPSG:32756", "EPSG:3857", "EPSG:4326"):
        with pytest.raises(InvalidInput, match="EPSG"):
            app.do(case, "set_search_area", {"crs": crs})
    assert app.head(case) == head
    app.do(case, "set_search_area", {"crs": "EPSG:26919"})  # NAD83 / UTM 19N fits as well


def test_an_unknown_category_falls_back_in_sight(desk: App) -> None:
    case, _ = desk.open_case({**{"title": "t", "reported_at": "2026-05-09T19:40:00Z"}, "subject": {"category": "astronaut"},
                              "place": {"lat": 42.2, "lon": -71.1}})  # fmt: skip
    assert any("astronaut" in c for c in desk.product(case, "poa").caveats)


def test_segments_are_imported_whole_or_not_at_all(searching: Searching) -> None:
    app, case = searching
    boxes = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, 42.2], [x + 0.01, 42.2], [x + 0.01, 42.21], [x, 42.2]]],
            },
        }
        for name, x in (("near", -71.0), ("far", -11.0))
    ]
    far = json.dumps({"type": "FeatureCollection", "features": boxes})
    head = app.head(case)
    with pytest.raises(InvalidInput, match="far"):
        import_files(app, case, [("s.geojson", far.encode())], as_="segment")
    assert app.head(case) == head


def test_sealed_content_is_handed_to_the_reader_and_nowhere_else(desk: App) -> None:
    case, _ = desk.open_case({"title": "t", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"}})
    desk.do(case, "seal_fact", {"title": "x", "content": "the fox", "readers": ["me"]})
    assert desk.do(case, "open_sealed_fact", {"fact": "X1", "reason": "r"}).opened == "the fox"
    assert "the fox" not in str(desk.log(case)) and "the fox" not in repr(desk.state(case))


def test_unknown_things_are_named(desk: App) -> None:
    with pytest.raises(NotFound, match="none yet"):
        desk.state("nowhere")
    case, _ = desk.open_case({"title": "t", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"}})
    with pytest.raises(NotFound, match="poa"):
        desk.product(case, "horoscope")
