"""The timeline: what was seen when, what contradicts itself, what nobody knows; it changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from wayhome.case.merging import there
from wayhome.case.timeline import Contradiction, Timeline, span, timeline

if TYPE_CHECKING:
    from conftest import Bench

DEGREE_M = 111_195.0  # of latitude, on a globe of radius 6 371 008.8 m


def north(metres: float) -> str:
    """A place so far north of 42.2, -71.1, as people type it."""
    return f"{42.2 + metres / DEGREE_M:.8f},-71.1"


def at(hour: int, minute: int = 0) -> str:
    """A time of the first of March 2026, UTC, as people type it."""
    return f"2026-03-01T{hour:02}:{minute:02}Z"


def saw(bench: Bench, when: str | None, metres: float | None, witness: str = "", **fields: Any) -> str:
    """A statement that has the subject so far north at a time; gives its number."""
    nth = len(bench.state.evidence.statements) + 1
    if metres is not None:
        fields["position"] = north(metres)
    bench.do("record_statement", witness=witness or f"witness {nth}", text="saw them", observed_at=when, **fields)
    return f"S{nth}"


def told(bench: Bench) -> Timeline:
    """The timeline, made without changing what it is made of."""
    before = bench.state
    made = timeline(bench.state)
    assert bench.state == before
    return made


def kinds(made: Timeline) -> list[tuple[str, tuple[str, ...]]]:
    return [(c.kind, c.items) for c in made.contradictions]


def only(made: Timeline) -> Contradiction:
    (found,) = made.contradictions
    return found


# -- what stands in it --------------------------------------------------------------------------------


def test_entries_stand_by_the_time_observed_whenever_they_were_told(bench: Bench) -> None:
    saw(bench, at(4), 100, told_at=at(5, 50), reliability="0.7", place="the pond")
    saw(bench, at(2), 0, told_at=at(5, 55))
    saw(bench, None, 0)
    bench.do("mark_point", kind="pls", position=north(100), at=at(4), place="the pond", source="S1")
    bench.do("record_clue", name="cap", found_at=at(5), position=north(100))
    bench.do("add_companion", name="Bo Example", together="0.5")
    bench.do("find_companion", companion="M1", position=north(9000), at=at(5, 20), alive="yes", others_seen="no")
    made = told(bench)
    assert [h.id for h in made.happenings] == ["S2", "S1", "pls-1", "C1", "M1", "report", "S3"]
    first = made.happenings[1]
    assert (first.at, first.told_at) == (datetime(2026, 3, 1, 4, tzinfo=UTC), datetime(2026, 3, 1, 5, 50, tzinfo=UTC))
    assert (first.title, first.place, first.reliability, first.counts) == ("witness 1", "the pond", 0.7, True)
    assert made.contradictions == ()  # a clue found and a companion found far away say nothing of where they were
    assert [(x.id, x.lacks) for x in made.lacking] == [("S3", ("time",))]


def test_statements_and_clues_without_time_or_place_are_listed_as_such(bench: Bench) -> None:
    saw(bench, None, None)
    saw(bench, at(4), None)
    saw(bench, at(4), None, place="at the pond")  # a name is a place
    bench.do("record_clue", name="cap", position=north(0))
    made = told(bench)
    assert [(x.id, x.lacks) for x in made.lacking] == [("S2", ("place",)), ("S1", ("time", "place")), ("C1", ("time",))]


def test_the_withdrawn_is_shown_and_counts_for_nothing(bench: Bench) -> None:
    saw(bench, at(4), 0)
    far = saw(bench, at(4), 20_000)
    assert kinds(told(bench)) == [("two_places", ("S1", far))]
    bench.do("withdraw_evidence", evidence=far, reason="another boy")
    made = told(bench)
    assert made.contradictions == () and [h.withdrawn for h in made.happenings if h.id == far] == ["another boy"]
    assert [g.after for g in made.gaps] == ["S1"]


def test_what_nobody_relies_on_is_shown_and_counts_for_nothing(bench: Bench) -> None:
    saw(bench, at(4), 0)
    saw(bench, at(4), 20_000, reliability="0")
    made = told(bench)
    assert made.contradictions == () and len(made.happenings) == 3


def test_a_reading_of_a_statement_is_the_statement_and_elsewhere_it_is_its_own_entry(bench: Bench) -> None:
    saw(bench, at(4), 0, reliability="0.8")
    bench.do("read_evidence", evidence="S1", kind="sighting", error_m="900 m", reliability="0.5")
    (own,) = [h for h in told(bench).happenings if h.source == "S1"]
    assert (own.id, own.read_as, own.error_m, own.reliability, own.is_presence) == ("S1", "sighting", 900, 0.5, True)
    bench.do("read_evidence", evidence="S1", kind="sighting", error_m="900 m", position=north(5000), at=at(3))
    entries = [h for h in told(bench).happenings if h.source == "S1"]
    assert [(h.id, h.is_presence) for h in entries] == [("S1-read", True), ("S1", False)]


def test_a_place_where_they_were_not_is_no_presence(bench: Bench) -> None:
    saw(bench, at(4), 0)
    saw(bench, at(4), 20_000, reliability="0.9")
    bench.do("read_evidence", evidence="S2", kind="not_here", radius_m="200 m", pod="0.8")
    assert told(bench).contradictions == ()


def test_a_point_marked_anew_for_the_same_time_replaces_the_one_before(bench: Bench) -> None:
    bench.do("mark_point", kind="lkp", position=north(0), at=at(4))
    bench.do("mark_point", kind="lkp", position=north(30_000), at=at(4))
    made = told(bench)
    assert [(h.id, h.counts) for h in made.happenings if h.kind == "point"] == [("lkp-1", False), ("lkp-2", True)]
    assert made.contradictions == ()


def test_what_came_with_another_case_says_so(bench: Bench) -> None:
    other = type(bench)()
    other.do("open_case", title="t", reported_at=at(5))
    saw(other, at(4), 0)
    bench.do("absorb_case", other="b-case", reason="the same", **there(other.state))
    assert [h.came_from for h in told(bench).happenings if h.id == "S1"] == ["case b-case, S1"]


def test_what_the_departure_rests_on_is_marked(bench: Bench) -> None:
    saw(bench, at(4), 0)
    saw(bench, at(5), 100)
    bench.do("decide_departure", conclusion="left", reasons="seen at the bus", evidence=["S2"])
    assert [h.id for h in told(bench).happenings if h.decides_departure] == ["S2"]


# -- contradictions -----------------------------------------------------------------------------------


def test_two_places_too_far_apart_for_a_walker_say_distance_time_speed_and_what_would_end_it(bench: Bench) -> None:
    saw(bench, at(3), 0)
    saw(bench, at(4), 20_000, reliability="0.6")
    found = only(told(bench))
    # 20 km less 100 m of error each, in an hour and twice five minutes: 19 800 m in 4200 s
    assert (found.kind, found.items) == ("not_on_foot", ("S1", "S2"))
    assert found.distance_m == pytest.approx(20_000, abs=1) and found.time_s == 3600
    assert found.speed_mps == pytest.approx(19_800 / 4200, rel=1e-4)
    for word in (
        "S1 (witness 1)",
        "S2 (witness 2, reliability 60 %)",
        "20.00 km apart",
        "1 h",
        "17 km/h",
        "2026-03-01 03:00",
    ):
        assert word in found.says
    assert "vehicle" in found.resolves


@pytest.mark.parametrize(
    ("metres", "kind"),
    [
        (8_590, None),  # 200 m of error and 2 m/s for 4200 s: 8600 m
        (8_610, "not_on_foot"),
        (151_390, "not_on_foot"),  # 200 m + 36 m/s for 4200 s: 151 400 m
        (151_410, "too_fast"),
    ],
)
def test_the_limits_of_walking_and_of_vehicles(bench: Bench, metres: float, kind: str | None) -> None:
    saw(bench, at(3), 0)
    saw(bench, at(4), metres)
    assert [c.kind for c in told(bench).contradictions] == ([] if kind is None else [kind])


@pytest.mark.parametrize(("metres", "minutes", "kind"), [
    (1_390, 0, None),  # 200 m + 2 m/s for 600 s: 1400 m
    (1_410, 0, "two_places"), (5_000, 10, "two_places"), (5_000, 11, "not_on_foot"),
])  # fmt: skip
def test_at_the_same_time_in_two_places(bench: Bench, metres: float, minutes: int, kind: str | None) -> None:
    saw(bench, at(3), 0)
    saw(bench, at(3, minutes), metres)
    found = told(bench).contradictions
    assert [c.kind for c in found] == ([] if kind is None else [kind])
    if minutes == 0 and found:
        assert "at the same time" in found[0].says and "another person" in found[0].resolves


def test_a_stated_error_of_place_is_believed(bench: Bench) -> None:
    saw(bench, at(3), 0)
    saw(bench, at(3), 5_000, reliability="0.9")
    assert len(told(bench).contradictions) == 1
    bench.do("read_evidence", evidence="S2", kind="sighting", error_m="4 km")  # 4000 + 100 + 1200 m > 5000 m
    assert told(bench).contradictions == ()


def test_one_far_sighting_between_two_near_ones_is_named_with_either_neighbour_and_no_pair_twice(bench: Bench) -> None:
    saw(bench, at(2), 0)
    saw(bench, at(3), 30_000)
    saw(bench, at(4), 100)
    assert kinds(told(bench)) == [("not_on_foot", ("S1", "S2")), ("not_on_foot", ("S2", "S3"))]


def test_many_steps_that_are_each_just_possible_are_not_possible_together(bench: Bench) -> None:
    for i in range(5):  # 1 km in five minutes each: 800 m in 900 s; together 3800 m in 1800 s, above 2 m/s
        saw(bench, at(3, 5 * i), 1000 * i)
    assert [c.items for c in told(bench).contradictions] == [("S1", "S5")]


def test_seen_after_the_find(bench: Bench) -> None:
    saw(bench, at(4), 0)
    bench.do("report_find", position=north(100), at=at(4, 30), condition="well")
    assert told(bench).contradictions == ()
    saw(bench, at(5), 150)
    found = only(told(bench))
    assert (found.kind, found.items, found.time_s) == ("after_find", ("find", "S2"), 1800)
    assert "30 min after the find" in found.says


def test_one_witness_with_two_times_for_one_place_is_asked_again(bench: Bench) -> None:
    saw(bench, at(2), 0, "The Guard")
    saw(bench, at(3), 150, "the  guard")
    saw(bench, at(3), 150, "another")
    found = only(told(bench))
    assert (found.kind, found.items, found.time_s) == ("witness_differs", ("S1", "S2"), 3600)


def test_one_witness_who_followed_them_is_no_contradiction(bench: Bench) -> None:
    saw(bench, at(2), 0, "the guard")
    saw(bench, at(3), 1000, "the guard")
    assert told(bench).contradictions == ()


def test_told_before_it_was_observed(bench: Bench) -> None:
    """The form refuses it; what comes with another case is taken as it stands there, and shown."""
    there_ = [
        {"id": "S1", "witness": "w", "text": "saw them", "told_at": at(3), "observed_at": at(4), "position": north(0)}
    ]
    bench.do("absorb_case", other="b-case", reason="the same", statements=there_)
    found = only(told(bench))
    assert (found.kind, found.items, found.time_s) == ("told_before", ("S1",), 3600)


def test_a_pls_that_is_no_longer_the_latest_sighting(bench: Bench) -> None:
    saw(bench, at(3), 0)
    bench.do("mark_point", kind="pls", position=north(0), at=at(3))
    assert told(bench).contradictions == ()
    saw(bench, at(3, 5), 100)  # within the error of a time that is told
    assert told(bench).contradictions == ()
    saw(bench, at(4), 1000)
    saw(bench, at(5), 2000)
    found = only(told(bench))
    assert (found.kind, found.items) == ("pls_not_latest", ("pls-1", "S4")) and "mark_point" in found.resolves
    bench.do("mark_point", kind="pls", position=north(2000), at=at(5))
    assert told(bench).contradictions == ()


def test_a_track_on_the_ground_does_not_outdate_the_pls(bench: Bench) -> None:
    bench.do("mark_point", kind="pls", position=north(0), at=at(3))
    bench.do("record_clue", name="print", found_at=at(5), position=north(1000))
    bench.do("read_evidence", evidence="C1", kind="item", error_m="5 m", reliability="0.9", at=at(4))
    assert told(bench).contradictions == ()


# -- gaps ---------------------------------------------------------------------------------------------


def test_gaps_between_observations_and_until_the_report(bench: Bench) -> None:
    saw(bench, "2026-02-28T20:00Z", 0)
    saw(bench, "2026-02-28T20:20Z", 100)  # bench was reported at 05:30 on the first of March
    made = told(bench)
    (gap,) = made.gaps
    assert (gap.after, gap.before, gap.hours) == ("S2", "report", pytest.approx(9 + 10 / 60))
    assert gap.says == "9 h 10 min from the last time they were seen until they were reported missing"
    saw(bench, "2026-03-01T07:20Z", 200)
    between = next(g for g in told(bench).gaps if g.before == "S3")
    assert between.says == "11 h in which nobody is known to have seen them" and between.after == "S2"


def test_of_many_gaps_the_longest_are_listed(bench: Bench) -> None:
    hours = [0, 7, 9, 12, 16, 17, 22]  # spans of 7, 2, 3, 4, 1, 5 hours
    for h in hours:
        saw(bench, f"2026-03-02T{h:02}:00Z", 0)
    made = told(bench)
    assert [round(g.hours) for g in made.gaps] == [7, 2, 3, 4, 5]  # five of six, in the order of time


def test_a_short_gap_is_not_listed_and_no_observation_has_no_gap(bench: Bench) -> None:
    assert told(bench).gaps == ()
    saw(bench, "2026-03-01T06:00Z", 0)
    saw(bench, "2026-03-01T06:59Z", 0)
    assert told(bench).gaps == ()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (40 * 60, "40 min"),
        (33_000, "9 h 10 min"),
        (7200, "2 h"),
        (3599, "1 h"),
        (180_000, "2 days 2 h"),
        (172_800, "2 days"),
    ],
)
def test_spans_in_words(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_times_are_told_in_the_zone_of_the_case(bench: Bench) -> None:
    local = type(bench)()
    local.do("open_case", title="t", reported_at=at(5), time_zone="Europe/Berlin")
    saw(local, at(3), 0)
    saw(local, at(3), 20_000)
    assert "2026-03-01 04:00 CET" in only(told(local)).says
