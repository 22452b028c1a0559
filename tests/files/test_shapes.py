"""Shapes, tracks and doubts: what every format shares."""

from __future__ import annotations

import math

import pytest

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.files.shapes import Doubts, Shape, TrackBuilder, iso_times, number, plain_text, plain_values, time_us

A, B, C = (Position(lat_deg=float(i), lon_deg=0.0) for i in range(3))


@pytest.mark.parametrize(
    ("kind", "positions"), [("point", ()), ("line", (A,)), ("polygon", (A, B)), ("polygon", (A, B, A, B))]
)
def test_a_shape_with_too_few_places_is_refused(kind: str, positions: tuple[Position, ...]) -> None:
    with pytest.raises(InvalidInput, match=f'The {kind} "Hill" has .* needs at least'):
        Shape(kind=kind, name="Hill", positions=positions)  # type: ignore[arg-type]


def test_doubts_count_and_keep_the_first_place() -> None:
    doubts = Doubts()
    doubts.note("Odd", lambda: "line 3")
    doubts.note("Odd", lambda: "line 9")
    doubts.note("Strange")
    assert doubts.caveats() == ("Odd: 2, first at line 3.", "Strange: 1.")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1.5", 1.5), (2, 2.0), ("-3e2", -300.0), ("1_0", None), (True, None), ("nan", None), (math.inf, None), ("", None),
     (None, None), ([1], None), (10**400, None)],
)  # fmt: skip
def test_numbers(value: object, expected: float | None) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1970-01-01T00:00:01Z", 1.0), ("1970-01-01T01:00:00+01:00", 0.0), ("1970-01-01T00:00:00.25Z", 0.25),
     ("1969-12-31T23:59:59Z", -1.0)],
)  # fmt: skip
def test_times_count_from_1970(text: str, seconds: float) -> None:
    assert time_us(text, Doubts()) == seconds * 1_000_000


def test_fractions_of_a_second_are_written_only_where_there_are_some() -> None:
    whole, part = TrackBuilder(Doubts()), TrackBuilder(Doubts())
    whole.add(1, 2, time_us=1_000_000)
    whole.add(1, 2)
    part.add(1, 2, time_us=1_500_000)
    whole_track, part_track = whole.track("w"), part.track("p")
    assert whole_track is not None
    assert part_track is not None
    assert iso_times(whole_track) == ["1970-01-01T00:00:01Z", ""]
    assert iso_times(part_track) == ["1970-01-01T00:00:01.500000Z"]


def test_a_gap_before_the_first_or_after_the_last_point_is_none() -> None:
    builder = TrackBuilder(Doubts())
    builder.gap()
    builder.add(1, 2)
    builder.gap()
    builder.gap()
    builder.add(3, 4)
    builder.gap()
    track = builder.track("t")
    assert track is not None
    assert track.starts.tolist() == [0, 1]


def test_plain_text_keeps_every_script() -> None:
    assert plain_text(" Ørsta \n كوخ 山小屋 🐕 ") == "Ørsta \n كوخ 山小屋 🐕"


def test_plain_values_keep_json_and_drop_what_is_no_number() -> None:
    assert plain_values({"a\x00": [1, True, None, "b\ud800", math.inf]}) == {
        "a\ufffd": [1, True, None, "b\ufffd", None]
    }
