"""Evidence, moving subjects, departure and questions, through the desk as a planner meets them."""

from __future__ import annotations

from datetime import UTC, datetime
from math import log2
from typing import Any

import numpy as np
import pytest

from wayhome.app import App
from wayhome.app.exchange import import_files
from wayhome.base.errors import InvalidInput, RuleBroken, WayhomeError
from wayhome.planning.inputs import map_inputs

Searching = tuple[App, str]
SEEN = {"lat": 42.212, "lon": -71.085}
EAST = [{"lat": 42.17, "lon": -71.075}, {"lat": 42.23, "lon": -71.075}]


def poa(app: App, case: str, at: datetime | None = None) -> tuple[np.ndarray, float]:
    found = app.belief(map_inputs(app.state(case), at)).belief
    return np.asarray(found.poa.values), found.rest_of_world


def told(app: App, case: str, **fields: Any) -> str:
    app.do(case, "record_statement", {"witness": "a walker", "text": "saw somebody", "position": SEEN, **fields})
    return list(app.state(case).evidence.statements)[-1]


def scenarios(app: App, case: str, *extra: dict[str, Any]) -> None:
    rest = 1.0 - sum(s["weight"] for s in extra)
    app.do(
        case, "set_scenarios", {"scenarios": [{"id": "lost", "title": "lost", "kind": "lost", "weight": rest}, *extra]}
    )


def leaves(**fields: Any) -> dict[str, Any]:
    return {"id": "gone", "title": "went off", "kind": "runaway", "weight": 0.5, **fields}


# -- evidence -----------------------------------------------------------------------------------------


def test_a_sighting_draws_the_map_to_it_and_its_withdrawal_restores_it_bit_for_bit(searching: Searching) -> None:
    app, case = searching
    before, outside = poa(app, case)
    said = told(app, case, observed_at="2026-05-09T13:00:00Z", reliability="0.8")
    app.do(case, "read_evidence", {"evidence": said, "kind": "sighting", "error_m": "100 m"})
    after, outside_after = poa(app, case)
    assert after.sum() + outside_after == pytest.approx(1.0, abs=1e-12)
    grid = app.belief(map_inputs(app.state(case))).belief.grid
    from wayhome.base.place import Position

    cell = grid.cell_at(Position(lat_deg=SEEN["lat"], lon_deg=SEEN["lon"]))
    assert after[cell] > 1.5 * before[cell]
    (row,) = app.product(case, "evidence").data["readings"]
    assert row["bits"] > 0 and 0 < row["mass_moved"] < 1
    assert row["rest_of_world_after"] < row["rest_of_world_before"]
    app.do(case, "withdraw_evidence", {"evidence": said, "reason": "it was another"})
    again, outside_again = poa(app, case)
    np.testing.assert_array_equal(again, before)
    assert outside_again == outside
    assert app.product(case, "evidence").data["readings"] == []


def test_a_reading_that_nobody_relies_on_changes_nothing(searching: Searching) -> None:
    app, case = searching
    before, outside = poa(app, case)
    said = told(app, case)
    app.do(case, "read_evidence", {"evidence": said, "kind": "sighting", "error_m": "100 m", "reliability": "0"})
    after, outside_after = poa(app, case)
    np.testing.assert_allclose(after, before, rtol=1e-12)
    assert outside_after == pytest.approx(outside, rel=1e-12)


def test_a_reading_for_one_scenario_moves_that_one_and_its_weight(searching: Searching) -> None:
    app, case = searching
    scenarios(app, case, {"id": "hurt", "title": "hurt", "kind": "medical", "weight": 0.5})
    before = app.belief(map_inputs(app.state(case))).belief
    said = told(app, case, reliability="0.9")
    app.do(case, "read_evidence", {"evidence": said, "kind": "item", "error_m": "50 m", "scenarios": ["hurt"]})
    after = app.belief(map_inputs(app.state(case))).belief
    np.testing.assert_allclose(after.maps[0], before.maps[0], rtol=1e-12)
    assert not np.allclose(after.maps[1], before.maps[1], rtol=0.05)
    assert after.weights[1] != pytest.approx(0.5, abs=0.01)  # it fits that story better or worse than chance would


def test_what_people_judged_of_the_scenarios_is_not_counted_again_by_the_place(searching: Searching) -> None:
    app, case = searching
    scenarios(app, case, {"id": "hurt", "title": "hurt", "kind": "medical", "weight": 0.5})
    said = told(app, case, reliability="0.9")
    app.do(case, "judge_evidence", {"evidence": said, "likelihood": {"lost": "0.2", "hurt": "0.8"}})
    weights = app.belief(map_inputs(app.state(case))).belief.weights
    assert weights == pytest.approx([0.2, 0.8])
    app.do(case, "read_evidence", {"evidence": said, "kind": "item", "error_m": "50 m", "scenarios": ["hurt"]})
    after = app.belief(map_inputs(app.state(case))).belief
    assert after.weights == pytest.approx([0.2, 0.8])
    (row,) = app.product(case, "evidence").data["readings"]
    assert row["mass_moved"] > 0.05


def test_evidence_and_searches_commute_for_a_subject_at_rest(searching: Searching) -> None:
    app, case = searching
    said = told(app, case, reliability="0.9")
    app.do(case, "read_evidence", {"evidence": said, "kind": "sighting", "error_m": "80 m"})
    app.do(case, "debrief_assignment", {"assignment": "A1", "pod": "0.7"})
    late, outside = poa(app, case)
    app.do(case, "withdraw_evidence", {"evidence": said, "reason": "x"})
    again = told(app, case, reliability="0.9")
    app.do(case, "read_evidence", {"evidence": again, "kind": "sighting", "error_m": "80 m"})
    other, outside_other = poa(app, case)
    np.testing.assert_allclose(other, late, rtol=1e-12)
    assert outside_other == pytest.approx(outside, rel=1e-12)


def test_an_answered_look_at_a_place_counts_like_a_search_of_it(searching: Searching) -> None:
    app, case = searching
    before, _ = poa(app, case)
    app.do(
        case,
        "pose_inquiry",
        {
            "title": "is the car there",
            "kind": "check",
            "position": SEEN,
            "radius_m": "300 m",
            "pod": "0.9",
            "minutes": "20",
        },
    )
    assert app.product(case, "inquiries").data["ranked"][0]["inquiry"] in ("Q1", "SEG1", "SEG2")
    np.testing.assert_array_equal(poa(app, case)[0], before)  # a question moves nothing
    app.do(case, "answer_inquiry", {"inquiry": "Q1", "answer": "no"})
    after, _ = poa(app, case)
    grid = app.belief(map_inputs(app.state(case))).belief.grid
    from wayhome.base.place import Position
    from wayhome.base.projection import projection

    near = grid.distance_m(*projection(grid.crs).xy_m(Position(lat_deg=SEEN["lat"], lon_deg=SEEN["lon"]))) <= 200
    ratio = after[near] / before[near]
    assert ratio == pytest.approx(ratio[0])
    assert ratio[0] == pytest.approx(
        (1 - 0.98 * 0.9) * (after[0, 0] / before[0, 0]), rel=1e-6
    )  # .98: nobody is certain


def test_a_question_about_the_scenarios_is_worth_their_entropy_at_most(searching: Searching) -> None:
    app, case = searching
    scenarios(app, case, {"id": "hurt", "title": "hurt", "kind": "medical", "weight": 0.25})
    app.do(case, "pose_inquiry", {"title": "ask the doctor", "kind": "ask", "yes": {"lost": "0", "hurt": "1"}})
    ranked = app.product(case, "inquiries").data["ranked"]
    row = next(r for r in ranked if r["inquiry"] == "Q1")
    assert row["bits"] == pytest.approx(-(0.75 * log2(0.75) + 0.25 * log2(0.25)), rel=1e-9)
    assert [r["bits"] for r in ranked] == sorted((r["bits"] for r in ranked), reverse=True)


# -- the subject's state, companions, direction, own tables ---------------------------------------------


def test_a_miss_by_a_search_that_calls_says_that_the_subject_may_not_answer(searching: Searching) -> None:
    app, case = searching
    app.do(case, "debrief_assignment", {"assignment": "A1", "pod": "0.3", "pod_responsive": "0.9"})
    data = app.product(case, "poa").data
    assert data["responsive"] is not None
    cells, outside = poa(app, case)
    assert cells.sum() + outside == pytest.approx(1.0, abs=1e-12)
    found = app.belief(map_inputs(app.state(case)))
    from wayhome.science.condition import condition

    first = condition("hiker", 24.0, "lost", ecoregion="temperate").responsive
    inside = app.product(case, "segments").data["segments"][0]
    assert data["responsive"] < first  # calling would have found one who answers
    # by hand: POS = poa (r .9 + (1 - r) .3)
    (search,) = data["searches"]
    poa_before = found.prior.segment_poa(found.outcomes[0].mask)
    assert search["opos"] == pytest.approx(poa_before * (first * 0.9 + (1 - first) * 0.3), rel=1e-9)
    assert inside["poa"] < poa_before


def test_a_companion_found_alone_and_one_found_among_others_say_different_things(searching: Searching) -> None:
    app, case = searching
    before, _ = poa(app, case)
    app.do(case, "add_companion", {"name": "a friend", "category": "hiker", "together": "0.7"})
    (other,) = app.product(case, "poa").data["companions"]
    assert other["together"] == 0.7 and 0 < other["rest_of_world"] < 1
    app.do(case, "find_companion", {"companion": "M1", "position": SEEN, "others_seen": "false"})
    (alone,) = app.product(case, "evidence").data["partings"]
    assert alone["together_after"] < alone["together_before"]
    app.do(case, "find_companion", {"companion": "M1", "position": SEEN, "others_seen": "true"})
    (seen,) = app.product(case, "evidence").data["partings"]
    assert seen["together_after"] > seen["together_before"]
    after, outside = poa(app, case)
    assert after.sum() + outside == pytest.approx(1.0, abs=1e-9)
    assert np.abs(after - before).sum() > 0.2


def test_a_destination_turns_the_map_and_keeps_the_distances(searching: Searching) -> None:
    app, case = searching
    before, outside = poa(app, case)
    app.do(case, "set_destination", {"position": {"lat": 42.2, "lon": -71.0}, "reason": "told at home"})
    after, outside_after = poa(app, case)
    assert outside_after == pytest.approx(outside, abs=1e-12)
    half = before.shape[1] // 2
    assert after[:, half + 1 :].sum() > 1.5 * after[:, :half].sum()
    assert before[:, half + 1 :].sum() == pytest.approx(before[:, :half].sum(), rel=1e-9)


def test_a_table_of_the_teams_own_counts_and_can_be_given_up(searching: Searching) -> None:
    app, case = searching
    before, outside = poa(app, case)
    own = b"category,ecoregion,relief,n,q25_km,q50_km,q75_km,q95_km\nhiker,temperate,flat,900,4,8,12,25\n"
    import_files(app, case, [("own.csv", own)], as_="table")
    _, farther = poa(app, case)
    assert farther > outside + 0.2
    assert any("own.csv" in text for text in app.product(case, "poa").caveats)
    app.do(case, "adopt_table", {"kind": "distance", "reason": "not ours after all"})
    np.testing.assert_array_equal(poa(app, case)[0], before)
    with pytest.raises(InvalidInput, match="no table"):
        import_files(app, case, [("own.csv", b"a,b\n1,2\n")], as_="table")
    with pytest.raises(WayhomeError):  # a file that the desk does not hold would stop every map
        app.do(case, "adopt_table", {"kind": "distance", "blob": "0" * 64, "file_name": "x.csv"})
    np.testing.assert_array_equal(poa(app, case)[0], before)


def test_nothing_is_said_of_leaving_where_no_scenario_allows_it(searching: Searching) -> None:
    app, case = searching
    assert app.product(case, "departure").data["sentence"].startswith("Nothing can be said of leaving")


def test_votes_become_weights_and_the_disagreement_stays(searching: Searching) -> None:
    app, case = searching
    scenarios(app, case, {"id": "hurt", "title": "hurt", "kind": "medical", "weight": 0.5})
    app.do(case, "vote_scenarios", {"voter": "ana", "method": "mattson", "values": {"lost": "80", "hurt": "20"}})
    app.do(case, "vote_scenarios", {"voter": "bo", "method": "proportional", "values": {"lost": "2", "hurt": "3"}})
    app.do(case, "adopt_votes", {})
    data = app.product(case, "evidence").data
    assert data["weights"]["as_set"] == pytest.approx({"lost": 0.6, "hurt": 0.4})
    assert (data["disagreement"]["lost"]["lowest"], data["disagreement"]["lost"]["highest"]) == pytest.approx(
        (0.4, 0.8)
    )


# -- who moves, and who has left ----------------------------------------------------------------------


def test_who_moves_is_elsewhere_at_every_hour_and_the_same_for_everybody(searching: Searching) -> None:
    app, case = searching
    scenarios(app, case, leaves(weight=0.999))
    one, outside_one = poa(app, case, datetime(2026, 5, 9, 12, 0, tzinfo=UTC))
    six, outside_six = poa(app, case, datetime(2026, 5, 9, 17, 0, tzinfo=UTC))
    assert one.sum() + outside_one == pytest.approx(1.0, abs=1e-9)
    grid = app.belief(map_inputs(app.state(case))).belief.grid
    near = grid.distance_m(float(grid.x_m().mean()), float(grid.y_m().mean())) < 1000.0
    assert six[near].sum() < 0.7 * one[near].sum()
    assert outside_six > outside_one
    again, _ = poa(app, case, datetime(2026, 5, 9, 17, 0, tzinfo=UTC))
    np.testing.assert_array_equal(six, again)
    assert app.product(case, "poa").provenance["seed"] is not None


def test_a_trace_of_unknown_time_counts_for_all_who_ever_passed_it(searching: Searching) -> None:
    """A glove by the way: whoever came by stays likely, also who is far off by now; a sighting now would say here."""
    app, case = searching
    scenarios(app, case, leaves(weight=0.999, goal={"lat": 42.2, "lon": -71.02}))
    by_the_way = {"lat": 42.2, "lon": -71.094}
    before, _ = poa(app, case)
    app.do(case, "record_clue", {"name": "glove", "position": by_the_way, "found_at": "2026-05-09T20:00:00Z"})
    app.do(case, "read_evidence", {"evidence": "C1", "kind": "item", "error_m": "60 m", "reliability": "0.9"})
    trace, outside_trace = poa(app, case)
    assert trace.sum() + outside_trace == pytest.approx(1.0, abs=1e-9)
    app.do(
        case,
        "read_evidence",
        {"evidence": "C1", "kind": "item", "error_m": "60 m", "reliability": "0.9", "at": "2026-05-09T20:00:00Z"},
    )
    there, outside_there = poa(app, case)
    assert outside_there < 0.5 * outside_trace
    near = before.shape[0] // 2 - 12, before.shape[0] // 2 + 12
    window = slice(*near), slice(*near)
    assert there[window].sum() > trace[window].sum()


def test_watching_a_boundary_in_silence_speaks_against_leaving_and_a_gap_speaks_less(searching: Searching) -> None:
    app, case = searching
    scenarios(app, case, leaves(goal={"lat": 42.2, "lon": -71.02}))
    app.do(case, "draw_boundary", {"name": "the east road", "kind": "border", "line": EAST})
    open_ = app.product(case, "departure").data
    assert open_["probability_left"] > 0.1
    (way,) = open_["ways"]
    assert way["before_watch"] == pytest.approx(way["probability"])
    app.do(case, "set_watch", {"boundary": "B1", "quality": "0.9", "since": "2026-05-09T11:00:00Z"})
    watched = app.product(case, "departure").data
    # by hand: one who does not want to be seen is noticed half as often, .45, so .55 of the leaving is left
    left = open_["probability_left"]
    assert watched["probability_left"] == pytest.approx(0.55 * left / (0.55 * left + 1 - left), rel=1e-6)
    assert watched["ways"][0]["missed"] == pytest.approx(watched["ways"][0]["probability"])
    (silence,) = [r for r in app.product(case, "evidence").data["readings"] if r["kind"] == "watches"]
    assert silence["weights_after"]["gone"] < silence["weights_before"]["gone"]
    rows = {row["what"]: row["probability_left"] for row in watched["sensitivity"]}
    assert rows["the watches were half as good"] > watched["probability_left"]
    assert rows["no watch had stood at all"] > rows["the watches were half as good"]


def test_a_watch_that_began_late_says_less(searching: Searching) -> None:
    app, case = searching
    scenarios(app, case, leaves(goal={"lat": 42.2, "lon": -71.02}))
    app.do(case, "draw_boundary", {"name": "the east road", "kind": "border", "line": EAST})
    left = [app.product(case, "departure").data["probability_left"]]
    app.do(case, "set_watch", {"boundary": "B1", "quality": "0.9", "since": "2026-05-09T12:30:00Z"})
    late = app.product(case, "departure").data
    app.do(
        case,
        "set_watch",
        {"boundary": "B1", "quality": "0.9", "since": "2026-05-09T11:00:00Z", "until": "2026-05-09T12:30:00Z"},
    )
    left += [late["probability_left"], app.product(case, "departure").data["probability_left"]]
    assert left[0] > left[1] > left[2]
    assert late["ways"][0]["before_watch"] > 0 and late["ways"][0]["missed"] > 0


def test_failed_searches_raise_rest_of_world_and_never_the_probability_of_leaving_by_evidence(
    searching: Searching,
) -> None:
    app, case = searching
    scenarios(app, case, leaves(goal={"lat": 42.2, "lon": -71.02}))
    app.do(case, "draw_boundary", {"name": "the east road", "kind": "border", "line": EAST})
    before = app.product(case, "departure").data
    app.do(case, "debrief_assignment", {"assignment": "A1", "pod": "0.9"})
    after = app.product(case, "departure").data
    assert after["probability_left"] == pytest.approx(before["probability_left"], rel=1e-9)
    assert after["rest_of_world"] > before["rest_of_world"]
    assert after["probability_left_searched"] > after["probability_left"]
    assert "no evidence of leaving" in after["sentence"]


def test_a_search_early_misses_less_of_who_came_there_late(searching: Searching) -> None:
    """The whole way counts: a runaway was near the IPP in the first hour, and far off when a late team passes."""
    app, case = searching
    scenarios(app, case, leaves(weight=0.999))
    app.do(case, "debrief_assignment", {"assignment": "A1", "pod": "0.9"})
    inputs = map_inputs(app.state(case))
    early = inputs.replace(searches=tuple(s.replace(began_s=600.0, ended_s=1800.0) for s in inputs.searches))
    found = [app.belief(i).outcomes[0].update.pos_overall for i in (early, inputs)]
    assert found[0] > found[1] > 0


def test_the_map_of_an_hour_knows_nothing_of_later_searches(searching: Searching) -> None:
    app, case = searching
    scenarios(app, case, leaves())
    noon = datetime(2026, 5, 9, 12, 0, tzinfo=UTC)
    before, outside = poa(app, case, noon)
    app.do(case, "debrief_assignment", {"assignment": "A1", "pod": "0.9"})  # dispatched and back in the evening
    after, outside_after = poa(app, case, noon)
    np.testing.assert_array_equal(after, before)
    assert outside_after == outside
    assert any("left out" in text for text in app.product(case, "poa", at=noon).caveats)
    assert app.product(case, "poa").data["searches"]


def test_a_companion_cannot_be_found_twice_over_by_a_scenario_that_moves(searching: Searching) -> None:
    app, case = searching
    scenarios(app, case, leaves())
    app.do(case, "add_companion", {"name": "a friend", "together": "0.7"})
    app.do(case, "find_companion", {"companion": "M1", "position": SEEN})
    assert any("says nothing here of a subject who moves" in text for text in app.product(case, "poa").caveats)


# -- survival -----------------------------------------------------------------------------------------


def test_survival_is_told_where_a_source_has_it_and_never_ends_a_search(searching: Searching) -> None:
    app, case = searching
    data = app.product(case, "survival").data
    assert [p["p_alive"] for p in data["curve"]] == [0.97, 0.76, 0.60, 0.52, 0.49]
    assert data["hours"] == pytest.approx(8.75, abs=0.5)
    for row in data["states"]:
        assert sum(v for k, v in row.items() if k != "hours") == pytest.approx(1.0, abs=1e-9)
    assert (data["caution"]["still_missing"], data["caution"]["later_found_alive"]) == (41, 24)
    app.do(case, "describe_subject", {"category": "angler"})
    other = app.product(case, "survival").data
    assert other["curve"] == [] and other["now"] is None and "no public figures" in other["why_unknown"].lower()


def test_a_reach_that_needs_terrain_still_says_so_where_nobody_moves(searching: Searching) -> None:
    app, case = searching
    with pytest.raises(RuleBroken, match="terrain"):
        poa(app, case, datetime(2026, 5, 9, 14, 0, tzinfo=UTC))


def test_a_map_that_everybody_has_left_is_still_a_map(searching: Searching) -> None:
    """All by car, two days ago: nothing but the rest of the world, and no fault."""
    app, case = searching
    scenarios(
        app, case, {"id": "car", "title": "by car", "kind": "left_by_vehicle", "weight": 0.999, "rest_of_world": 0.95}
    )
    app.do(case, "debrief_assignment", {"assignment": "A1", "pod": "0.5"})
    cells, outside = poa(app, case)
    assert cells.sum() + outside == pytest.approx(1.0, abs=1e-9)
    assert cells.min() >= 0.0
    assert outside > 0.9
