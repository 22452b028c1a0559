"""Segments from the ground: a partition, within the hours, along what a team can find."""

from __future__ import annotations

from itertools import pairwise
from math import exp, radians, sqrt, tan
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from wayhome.base.errors import InvalidInput
from wayhome.base.raster import Grid, Raster
from wayhome.science.edges import FINDABLE, WOOD_M2, edge_kinds
from wayhome.science.segmentation import (
    EDGES,
    LARGEST_M2,
    Segmentation,
    TeamWork,
    edge_shares,
    search_area,
    segmentation_grid,
    segments,
)
from wayhome.science.terrain import Ground

CRS = "EPSG:32610"
X, Y = 480_000.0, 4_600_000.0
# 4 searchers, W = 10 m, 1 m/s, coverage 1: 4 * 10 * 3600 = 144,000 m2 an hour on level ground
M2_PER_H = 144_000.0


def work(hours: float, **given: float) -> TeamWork:
    return TeamWork(**{"hours": hours, "searchers": 4, "sweep_width_m": 10.0, "speed_mps": 1.0, **given})


def box(west: float, south: float, east: float, north: float) -> np.ndarray:
    return line((west, south), (east, south), (east, north), (west, north))


def line(*points: tuple[float, float]) -> np.ndarray:
    return np.asarray(np.array(points, float) + np.array((X, Y)))


def level(area: shapely.MultiPolygon, **lines: tuple[np.ndarray, ...]) -> Ground:
    grid = segmentation_grid(area, CRS)
    return Ground(dem=Raster(np.zeros(grid.shape), grid, "elevation_m"), lines=lines)


def shaped(area: shapely.MultiPolygon, height: object) -> Ground:
    """Ground of which `height(east, north)` tells the elevation."""
    grid = segmentation_grid(area, CRS)
    east, north = np.meshgrid(grid.x_m() - X, grid.y_m() - Y)
    return Ground(dem=Raster(height(east, north), grid, "elevation_m"))  # type: ignore[operator]


def polygons(cut: Segmentation) -> list[shapely.Polygon]:
    return [shapely.Polygon(s.ring) for s in cut.segments]


def assert_partition(cut: Segmentation, area: shapely.MultiPolygon, most_h: float) -> None:
    shapes = polygons(cut)
    assert all(p.is_valid and p.exterior.is_ccw for p in shapes)
    whole = shapely.union_all(shapes)
    assert sum(p.area for p in shapes) == pytest.approx(area.area, rel=1e-9)
    assert whole.area == pytest.approx(area.area, rel=1e-9)  # hence no overlap
    assert whole.symmetric_difference(area).area < 1e-6 * area.area
    for s in cut.segments:
        assert s.hours <= most_h
        assert s.hours > 0.0
        assert sum(s.edges.values()) == pytest.approx(1.0)
        assert set(s.edges) <= set(EDGES)


# --- toy grounds that can be checked by hand ------------------------------------------------------


def test_two_trails_that_cross_give_four_segments() -> None:
    area = search_area([[box(0, 0, 2000, 2000)]])
    ground = level(area, trail=(line((-400, 1000), (2400, 1000)), line((1000, -400), (1000, 2400))))
    cut = segments(ground, area, work(8.0))  # a quarter takes 1e6 / 144,000 = 6.94 h, no two quarters go in one
    assert len(cut.segments) == 4
    for segment in cut.segments:
        assert segment.area_m2 == pytest.approx(1e6, rel=1e-6)  # the edges lie on the trails, not on cells beside them
        assert segment.hours == pytest.approx(1e6 / M2_PER_H, rel=1e-6)
        # of 4 km round a quarter 2 km are trail; where trails leave the area a few metres of its own edge count so too
        assert segment.edges["trail"] == pytest.approx(0.5, abs=0.02)
        assert segment.edges["boundary"] == pytest.approx(0.5, abs=0.02)
        assert "none" not in segment.edges
        assert segment.findable == 1.0
        assert segment.caveats == ()
    first = cut.segments[0]
    assert first.ring.mean(0) == pytest.approx((X + 500, Y + 1500), abs=20)  # from the north-west on


def test_a_trail_that_ends_half_way_is_still_an_edge() -> None:
    area = search_area([[box(0, 0, 2000, 1000)]])
    ground = level(area, trail=(line((1000, -200), (1000, 700)),))
    cut = segments(ground, area, work(9.0))
    assert len(cut.segments) == 2
    shared = shapely.intersection(*(p.boundary for p in polygons(cut)))
    assert shared.intersection(shapely.LineString(line((1000, 0), (1000, 650))).buffer(5.0)).length > 600.0
    # each has 1000 + 2 * 1000 m of its own and 700 m of trail around it, and about 300 m to walk by GPS
    assert all(0.04 < s.edges["none"] < 0.12 and "GPS" in s.caveats[0] for s in cut.segments)


def test_a_ridge_parts_two_slopes() -> None:
    area = search_area([[box(0, 0, 2000, 1000)]])
    flank = tan(radians(15.0))
    roof = shaped(area, lambda east, north: 600.0 - flank * np.abs(east - 1000.0) - 0.02 * north)
    cut = segments(roof, area, work(8.0, speed_mps=0.1, sweep_width_m=100.0))  # so slow that slope does not matter
    assert len(cut.segments) == 2
    for segment, side in zip(cut.segments, polygons(cut), strict=True):
        assert side.area == pytest.approx(1e6, rel=0.02)
        assert segment.edges["ridge"] == pytest.approx(0.25, abs=0.03)
        assert segment.findable > 0.95


def test_flanks_too_gentle_to_be_seen_are_no_ridge() -> None:
    area = search_area([[box(0, 0, 2000, 1000)]])
    for degrees, is_edge in ((2.0, False), (8.0, True)):
        flank = tan(radians(degrees))
        kinds = edge_kinds(shaped(area, lambda e, n, f=flank: 600.0 - f * np.abs(e - 1000.0) - 0.005 * n))
        assert bool((kinds > 0).any()) is is_edge


def test_a_valley_is_an_edge_unless_it_is_the_mapped_stream_beside_it() -> None:
    area = search_area([[box(0, 0, 2000, 2000)]])
    trough = shaped(area, lambda e, n: 0.2 * np.abs(e - 1000.0) + 0.05 * n)
    code = {kind: i for i, kind in enumerate(FINDABLE, start=1)}
    assert (edge_kinds(trough) == code["valley"]).sum() > 100
    mapped = Ground(dem=trough.dem, lines={"stream": (line((1030, -500), (1030, 2500)),)})
    assert not (edge_kinds(mapped) == code["valley"]).any()
    assert (edge_kinds(mapped) == code["stream"]).sum() > 200


def test_edges_of_woods_and_shores_come_from_the_land_cover() -> None:
    area = search_area([[box(0, 0, 1000, 1000)]])
    grid = segmentation_grid(area, CRS)
    east, north = np.meshgrid(grid.x_m() - X, grid.y_m() - Y)
    cover = np.where(east < 500.0, 41, 71)  # forest, grassland
    cover[(np.abs(east - 750.0) < 100.0) & (np.abs(north - 500.0) < 100.0)] = 11  # a pond
    copse = (np.abs(east - 750.0) < 60.0) & (np.abs(north - 900.0) < 60.0)
    assert copse.sum() * grid.cell_area_m2 < WOOD_M2
    cover[copse] = 41
    ground = Ground(
        dem=Raster(np.zeros(grid.shape), grid, "elevation_m"), legend="nlcd",
        landcover=Raster(cover.astype(np.int16), grid, "landcover"),
    )  # fmt: skip
    kinds = np.array(["none", *FINDABLE])[edge_kinds(ground)]
    row = grid.cell_of(X + 750.0, Y + 500.0)
    assert row is not None
    assert set(east[kinds == "wood"].round()) == {495.0}
    assert (kinds == "shore").sum() == 4 * 19  # the rim of 20 x 20 cells
    assert kinds[row] == "none"
    whole = segments(ground, area, work(50.0))
    assert len(whole.segments) == 1
    assert whole.segments[0].barred == pytest.approx(0.04, abs=1e-6)
    assert "not for a team on foot" in whole.segments[0].caveats[-1]


# --- hours ----------------------------------------------------------------------------------------


def test_hours_on_level_ground_are_those_of_the_formula() -> None:
    area = search_area([[box(0, 0, 600, 400)]])
    cut = segments(level(area), area, TeamWork(hours=20, searchers=3, sweep_width_m=20, speed_mps=0.5, coverage=1.5))
    assert cut.segments[0].hours == pytest.approx(1.5 * 240_000 / (20 * 0.5 * 3 * 3600))  # C A / (W v n): 3.33 h


def test_nobody_searches_faster_than_one_walks_there() -> None:
    area = search_area([[box(0, 0, 600, 400)]])
    steep = shaped(area, lambda e, n: 0.5 * e)
    # Tobler, 6 exp(-3.5 |S + 0.05|) km/h, the mean pace of eight directions on a slope of 0.5
    slopes = [0.5, -0.5, 0.0, 0.0, *[0.5 * sqrt(0.5)] * 2, *[-0.5 * sqrt(0.5)] * 2]
    pace = sum(3.6 / 6.0 * exp(3.5 * abs(s + 0.05)) for s in slopes) / 8.0
    cut = segments(steep, area, work(50.0))
    assert cut.segments[0].hours == pytest.approx(240_000 / M2_PER_H * pace, rel=0.01)
    slow = segments(steep, area, work(50.0, speed_mps=0.2))
    assert slow.segments[0].hours == pytest.approx(240_000 / M2_PER_H / 0.2, rel=1e-3)


def test_the_placeholders_give_the_quarter_square_mile_of_the_field_in_five_hours() -> None:
    quarter_square_mile_m2 = 1609.344**2 / 4.0
    assert TeamWork(hours=5, searchers=4).area_m2 == pytest.approx(quarter_square_mile_m2, rel=0.01)


def test_a_larger_team_gets_larger_segments() -> None:
    area = search_area([[box(0, 0, 3000, 3000)]])
    ground = level(area)
    few, many = (len(segments(ground, area, work(4.0, searchers=n)).segments) for n in (8, 2))
    assert many > 2 * few
    # 9 km2 at 576,000 m2 a segment is at least 16; what the ground leaves open is filled well
    assert 16 <= len(segments(ground, area, work(4.0)).segments) <= 26


# --- laws -----------------------------------------------------------------------------------------

_stars = st.lists(st.floats(300.0, 1400.0), min_size=3, max_size=9)
_walks = st.lists(
    st.lists(st.tuples(st.floats(-1500, 1500), st.floats(-1500, 1500)), min_size=2, max_size=5), max_size=4
)


@settings(max_examples=25)
@given(radii=_stars, trails=_walks, hours=st.floats(0.5, 12.0), bumps=st.floats(0.0, 60.0))
def test_segments_are_a_partition_within_the_hours(
    radii: list[float], trails: list[list[tuple[float, float]]], hours: float, bumps: float
) -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, len(radii), endpoint=False)
    area = search_area([[line(*zip(radii * np.cos(angle), radii * np.sin(angle), strict=True))]])
    hills = shaped(area, lambda e, n: bumps * np.sin(e / 200.0) * np.cos(n / 170.0))
    ground = Ground(dem=hills.dem, lines={"trail": tuple(line(*t) for t in trails)})
    cut = segments(ground, area, work(hours))
    assert_partition(cut, area, hours)


def test_an_area_with_a_hole_and_an_island_is_cut_into_plain_rings() -> None:
    lake = box(800, 800, 1200, 1200)
    area = search_area([[box(0, 0, 2000, 2000), lake], [box(2500, 0, 3000, 500)]])
    cut = segments(level(area), area, work(40.0))
    assert_partition(cut, area, 40.0)
    assert len(cut.segments) >= 3  # a ring round the hole needs two, the island is one
    assert not any(p.intersection(shapely.Polygon(lake)).area > 1e-6 for p in polygons(cut))


def test_a_loop_of_trail_within_a_segment_leaves_no_hole() -> None:
    area = search_area([[box(0, 0, 2000, 2000)]])
    round_ = np.linspace(0.0, 2.0 * np.pi, 40)
    loop = line(*zip(1000 + 500 * np.cos(round_), 1000 + 500 * np.sin(round_), strict=True))
    cut = segments(level(area, trail=(loop,)), area, work(24.0))  # inside 5.5 h, all of it 27.8 h
    assert_partition(cut, area, 24.0)


def test_a_scrap_of_ground_is_one_segment() -> None:
    area = search_area([[box(0, 0, 4, 3)]])
    (one,) = segments(level(area), area, work(4.0)).segments
    assert one.area_m2 == pytest.approx(12.0)
    assert one.edges == {"boundary": 1.0}
    assert one.findable == 1.0


def test_the_same_ground_gives_the_same_segments() -> None:
    area = search_area([[box(0, 0, 2500, 2000)]])
    ground = shaped(area, lambda e, n: 40.0 * np.sin(e / 300.0) * np.sin(n / 200.0))
    first, second = (segments(ground, area, work(3.0)) for _ in range(2))
    assert all(np.array_equal(a.ring, b.ring) for a, b in zip(first.segments, second.segments, strict=True))


# --- real ground ----------------------------------------------------------------------------------


def test_on_the_marble_mountains_edges_follow_the_ground(data_folder: Path) -> None:
    from wayhome.ground.local import read_dem, read_lines

    folder = data_folder / "terrain" / "marbles"
    area = search_area(
        [[np.array([(482_900, 4_599_700), (486_000, 4_599_700), (486_000, 4_602_700), (482_900, 4_602_700)])]]
    )
    grid = segmentation_grid(area, "EPSG:26910")
    ground = Ground(
        dem=read_dem(folder / "elev.tif", grid)[0],
        lines={kind: read_lines(folder / f"{kind}s.shp", None, grid)[0] for kind in ("trail", "stream")},
    )  # fmt: skip
    cut = segments(ground, area, TeamWork(hours=4, searchers=4))
    assert_partition(cut, area, 4.0)
    found = _findable([s.edges for s in cut.segments], [p.length for p in polygons(cut)])
    # as many rectangles, which is what is drawn on a map without looking at the ground
    n = round(sqrt(len(cut.segments)))
    xs, ys = np.linspace(482_900, 486_000, n + 1), np.linspace(4_599_700, 4_602_700, n + 1)
    rectangles = [[(a, c), (b, c), (b, d), (a, d)] for a, b in pairwise(xs)
                  for c, d in pairwise(ys)]  # fmt: skip
    blind = _findable(edge_shares(ground, area, rectangles), [shapely.Polygon(r).length for r in rectangles])
    assert found > 2.0 * blind
    assert found > 0.5
    assert sum(s.edges.get("trail", 0.0) for s in cut.segments) > 0.0
    assert np.median([s.hours for s in cut.segments]) > 2.0  # not cut smaller than there is need


def _findable(shares: object, lengths: list[float]) -> float:
    """Share of all edges inside the area that follow something on the ground."""
    inside = sum((1.0 - s.get("boundary", 0.0)) * m for s, m in zip(shares, lengths, strict=True))  # type: ignore[call-overload]
    nothing = sum(s.get("none", 0.0) * m for s, m in zip(shares, lengths, strict=True))  # type: ignore[call-overload]
    return float(1.0 - nothing / inside)


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["hours", "searchers", "sweep_width_m", "speed_mps", "coverage"])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_a_team_that_does_nothing_is_refused(field: str, value: float) -> None:
    with pytest.raises(InvalidInput, match=field) as refused:
        work(**{"hours": 4.0, field: value})
    assert refused.value.details == {"field": field}


@pytest.mark.parametrize(
    ("areas", "says", "index"),
    [
        ([[box(0, 0, 100, 100)], [line((0, 0), (1, 1), (0, 0))]], "Area 2 .* three different corners", 1),
        ([[np.zeros((4, 3))]], "three different corners", 0),
        ([[]], "three different corners", 0),
        ([[line((0, 0), (float("nan"), 0), (1, 1))]], "no number", 0),
        ([[line((0, 0), (100, 100), (100, 0), (0, 100))]], "no plain ring .*480050, 4600050 m", 0),
        ([[box(0, 0, 100, 100), box(200, 200, 300, 300)]], "no plain ring", 0),
    ],
)
def test_what_is_no_area_is_named(areas: list[list[np.ndarray]], says: str, index: int) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        search_area(areas)
    assert refused.value.details["field"] == "boundary"
    assert refused.value.details["index"] == index


def test_no_area_and_too_much_of_it_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at least one polygon"):
        search_area([])
    side = sqrt(LARGEST_M2) + 100.0
    with pytest.raises(InvalidInput, match="at most 2,000 km2"):
        search_area([[box(0, 0, side, side)]])


def test_ground_that_lies_elsewhere_or_has_no_elevation_is_refused() -> None:
    here, there = search_area([[box(0, 0, 500, 500)]]), search_area([[box(9000, 0, 9500, 500)]])
    with pytest.raises(InvalidInput, match="does not lie on the ground"):
        segments(level(there), here, work(4.0))
    empty = shaped(here, lambda e, n: np.full(e.shape, np.nan))
    with pytest.raises(InvalidInput, match="no elevation anywhere in the boundary"):
        segments(empty, here, work(4.0))


def test_ground_that_covers_half_the_area_is_told() -> None:
    area = search_area([[box(0, 0, 1000, 1000)]])
    half = shaped(area, lambda e, n: np.where(e < 500.0, 0.0, np.nan))
    cut = segments(half, area, work(4.0))
    assert_partition(cut, area, 4.0)
    assert any("50.0 % of the search area has no elevation" in c for c in cut.caveats)
    assert any("No trails, roads or streams" in c for c in cut.caveats)


def test_the_grid_holds_the_area_with_a_margin() -> None:
    area = search_area([[box(0, 0, 40_000, 40_000)]])
    grid = segmentation_grid(area, CRS)
    assert isinstance(grid, Grid)
    assert grid.x_west_m <= X - 500 and grid.y_north_m >= Y + 40_500
    assert grid.x_east_m >= X + 40_500 and grid.y_south_m <= Y - 500
    assert grid.height * grid.width <= 2_300_000
    assert segmentation_grid(search_area([[box(0, 0, 900, 900)]]), CRS).cell_m == 10.0
