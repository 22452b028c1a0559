"""Rings cut, joined and moved: figures by hand on a plane of metres, and refusals that name what is wrong."""

from __future__ import annotations

import pytest
import shapely

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.projection import projection
from wayhome.base.rings import Rings

CRS = "EPSG:32619"
EAST_M, NORTH_M = 330_000.0, 4_670_000.0
Ring = tuple[Position, ...]


def line(*xy: tuple[float, float]) -> Ring:
    return tuple(projection(CRS).position(EAST_M + x, NORTH_M + y) for x, y in xy)


def box(x: float, y: float, width: float, height: float) -> Ring:
    return line((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def metres(ring: Ring) -> set[tuple[float, float]]:
    """Corners in metres, to a millimetre."""
    at = [projection(CRS).xy_m(p) for p in ring]
    return {(round(x - EAST_M, 3) + 0.0, round(y - NORTH_M, 3) + 0.0) for x, y in at}


@pytest.fixture
def rings() -> Rings:
    return Rings(CRS)


def test_a_cut_gives_parts_from_west_to_east_that_share_its_corners(rings: Rings) -> None:
    whole = box(0, 0, 1000, 600)
    cut = line((400, -50), (400, 300), (500, 300), (500, 700))
    west, east = rings.parts("Wood", whole, cut)
    shared = {(400, 0), (400, 300), (500, 300), (500, 600)}
    assert metres(west) == {(0, 0), (0, 600)} | shared
    assert metres(east) == {(1000, 0), (1000, 600)} | shared
    assert len(set(west) & set(east)) == 4  # the very same positions
    assert len(set(whole) & (set(west) | set(east))) == 4  # corners that stood stay to the last bit


def test_parts_that_lie_above_one_another_come_from_the_north(rings: Rings) -> None:
    north, south = rings.parts("Wood", box(0, 0, 600, 1000), line((-10, 300), (610, 300)))
    assert (0, 1000) in metres(north)
    assert (0, 0) in metres(south)


def test_a_cut_from_corner_to_corner_needs_not_go_beyond_them(rings: Rings) -> None:
    whole = box(0, 0, 1000, 600)
    near = projection(CRS).position(EAST_M + 0.05, NORTH_M + 0.05)  # as a page rounds it
    parts = rings.parts("Wood", whole, (near, whole[2]))
    assert [len(p) for p in parts] == [3, 3]
    assert set(parts[0]) | set(parts[1]) == set(whole)


@pytest.mark.parametrize("off_m", [-0.02, 0.0, 0.02])
def test_a_cut_from_edge_to_edge_needs_not_go_beyond_them(rings: Rings, off_m: float) -> None:
    west, east = rings.parts("Wood", box(0, 0, 1000, 600), line((400, -off_m), (450, 300), (400, 600 + off_m)))
    assert metres(west) >= {(0, 0), (0, 600), (450, 300)}
    assert {(round(x, 1), round(y, 1)) for x, y in metres(west)} == {(0, 0), (0, 600), (450, 300), (400, 0), (400, 600)}
    assert len(set(west) & set(east)) >= 3


def test_a_cut_across_a_horseshoe_makes_three_parts(rings: Rings) -> None:
    shoe = line((0, 0), (900, 0), (900, 900), (600, 900), (600, 300), (300, 300), (300, 900), (0, 900))
    parts = rings.parts("Shoe", shoe, line((-10, 600), (910, 600)))
    # centres of area lie at x = 150, 450, 750, and less far apart from north to south
    assert [min(metres(p)) for p in parts] == [(0, 600), (0, 0), (600, 600)]


@pytest.mark.parametrize(
    ("cut", "sentence"),
    [
        (((-10, 300), (500, 300)), "last position lies inside Wood; begin and end the cut on or beyond"),
        (((500, 300), (500, 700)), "first position lies inside Wood"),
        (((-10, 700), (1010, 700)), "does not cut Wood from edge to edge"),
        (((500, 700), (500, 700)), "two different positions"),
        (((-10, 100), (1010, 100), (1010, 500), (500, -50)), "crosses itself"),
        (((-10, 0.05), (1010, 0.04)), "runs along the edge of Wood; keep at least"),
    ],
)
def test_a_line_that_is_no_cut_is_refused(rings: Rings, cut: tuple[tuple[float, float], ...], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence) as refused:
        rings.parts("Wood", box(0, 0, 1000, 600), line(*cut))
    assert refused.value.details["field"] == "line"


def test_a_cut_that_touches_the_edge_is_refused_or_makes_sound_rings(rings: Rings) -> None:
    """Rounding decides on which side of the edge the line's corner falls, and whether a part touches itself there."""
    whole, refused = line((0, 0), (1000, 0), (1000, 617), (0, 383)), 0
    for x in range(50, 950, 9):
        touching = (x, 383 + 0.234 * x)
        try:
            parts = rings.parts("Wood", whole, line((-10, 100), touching, (x, 200), (1010, 100)))
        except InvalidInput as error:
            assert "touches itself or runs along the edge of Wood" in error.message
            refused += 1
            continue
        for part in parts:
            assert shapely.Polygon([projection(CRS).xy_m(p) for p in part]).is_valid
    assert refused > 0


def test_a_refused_end_of_a_line_is_named_by_its_index(rings: Rings) -> None:
    with pytest.raises(InvalidInput) as refused:
        rings.parts("Wood", box(0, 0, 1000, 600), line((-10, 10), (300, 300), (500, 300)))
    assert refused.value.details["index"] == 2


def test_a_ring_that_crosses_itself_is_refused_by_name(rings: Rings) -> None:
    bow = line((0, 0), (100, 100), (100, 0), (0, 100))
    with pytest.raises(InvalidInput, match="ring: Bow crosses or touches itself"):
        rings.parts("Bow", bow, line((-10, 20), (110, 20)))


def test_rings_with_a_common_edge_become_one(rings: Rings) -> None:
    one = rings.union({"West": box(0, 0, 500, 600), "East": box(500, 0, 500, 600)})
    assert {(0, 0), (1000, 0), (1000, 600), (0, 600)} <= metres(one)
    assert metres(one) <= {(0, 0), (500, 0), (1000, 0), (1000, 600), (500, 600), (0, 600)}


def test_edges_a_few_centimetres_apart_are_one_edge(rings: Rings) -> None:
    one = rings.union({"West": box(0, 0, 500, 600), "East": box(500.06, 0, 500, 600)})
    assert {(0, 0), (0, 600)} <= metres(one)
    assert max(metres(one)) == (1000.06, 600)


def test_an_edge_with_a_corner_more_on_one_side_still_joins(rings: Rings) -> None:
    long = line((0, 0), (500, 0), (613, 777), (0, 777))
    north, south = rings.parts("Long", long, line((-10, 401), (900, 403)))
    beside = line((500, 0), (900, 0), (900, 777), (613, 777))  # knows nothing of the cut's corner on their edge
    one = rings.union({"north": north, "beside": beside, "south": south})
    assert {(0, 0), (900, 0), (900, 777), (0, 777)} <= metres(one)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (box(620, 0, 100, 100), "Near and Far share no edge .120 m lie between"),
        (box(500, 600, 100, 100), "share no edge .they meet in a point only"),
    ],
)
def test_rings_apart_are_not_joined(rings: Rings, other: Ring, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        rings.union({"Near": box(0, 0, 500, 600), "Far": other})


def test_rings_round_a_gap_are_not_joined(rings: Rings) -> None:
    shoe = line((0, 0), (900, 0), (900, 900), (600, 900), (600, 300), (300, 300), (300, 900), (0, 900))
    with pytest.raises(InvalidInput, match="leave a hole"):
        rings.union({"Shoe": shoe, "Bar": box(0, 900, 900, 100)})


WEST, EAST = box(0, 0, 500, 600), box(500, 0, 500, 600)


def test_an_edge_moved_outward_is_refused_with_the_name_of_whose_ground_it_takes(rings: Rings) -> None:
    with pytest.raises(InvalidInput, match=r"takes ground of East.*with_neighbours=true") as refused:
        rings.redrawn("West", WEST, box(0, 0, 600, 600), {"East": EAST}, others_move=False)
    assert refused.value.details["segments"] == ["East"]


def test_an_edge_moved_inward_leaves_neighbours_as_they_are_unless_they_move_too(rings: Rings) -> None:
    alone, moved = rings.redrawn("West", WEST, box(0, 0, 400, 600), {"East": EAST}, others_move=False)
    assert metres(alone) == {(0, 0), (400, 0), (400, 600), (0, 600)}
    assert moved == {}
    _, moved = rings.redrawn("West", WEST, box(0, 0, 400, 600), {"East": EAST}, others_move=True)
    assert {(400, 0), (1000, 0), (1000, 600), (400, 600)} <= metres(moved["East"])
    assert min(metres(moved["East"])) == (400, 0)


def test_neighbours_give_up_what_a_moved_edge_takes(rings: Rings) -> None:
    bent = line((0, 0), (500, 0), (700, 300), (500, 600), (0, 600))
    ring, moved = rings.redrawn("West", WEST, bent, {"East": EAST, "Far": box(2000, 0, 9, 9)}, others_move=True)
    assert metres(ring) == {(0, 0), (500, 0), (700, 300), (500, 600), (0, 600)}
    assert set(moved) == {"East"}
    assert metres(moved["East"]) == {(500, 0), (1000, 0), (1000, 600), (500, 600), (700, 300)}
    assert len(set(ring) & set(moved["East"])) == 3


def test_ground_given_up_where_nobody_borders_is_nobodys(rings: Rings) -> None:
    corner = line((0, 0), (500, 0), (500, 600), (200, 600), (0, 400))
    _, moved = rings.redrawn("West", WEST, corner, {"East": EAST}, others_move=True)
    assert moved == {}


def test_corners_as_a_page_rounds_them_are_those_that_stood(rings: Rings) -> None:
    rounded = tuple(Position(lat_deg=round(p.lat_deg, 6), lon_deg=round(p.lon_deg, 6)) for p in WEST)
    bent = (*rounded[:3], *line((200, 700)), rounded[3])
    assert set(rounded) != set(WEST)
    ring, moved = rings.redrawn("West", WEST, bent, {"East": EAST}, others_move=False)
    assert set(WEST) <= set(ring)
    assert len(ring) == 5 and moved == {}


@pytest.mark.parametrize(
    ("ring", "sentence"),
    [
        (box(1500, 0, 100, 100), "shares no ground with West; draw a new segment"),
        (line((0, 0), (500, 600), (500, 0), (0, 600)), "the new ring crosses or touches itself"),
        (line((0, 0), (500, 0.01), (250, 0.02)), "holds no ground"),
        (box(0, 0, 1200, 700), "leave nothing of East"),
        (box(0, 200, 1200, 200), "leave East in pieces"),
    ],
)
def test_a_ring_that_cannot_be_is_refused(rings: Rings, ring: Ring, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence) as refused:
        rings.redrawn("West", WEST, ring, {"East": EAST}, others_move=True)
    assert refused.value.details["field"] == "ring"


def test_what_overlapped_before_is_no_ground_taken(rings: Rings) -> None:
    over = box(450, 0, 500, 600)
    ring, moved = rings.redrawn("West", WEST, box(-100, 0, 600, 600), {"Over": over}, others_move=False)
    assert min(metres(ring)) == (-100, 0) and moved == {}
