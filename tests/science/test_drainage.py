"""Flow, channels, watersheds and low points on grounds whose answer can be counted, and on one real valley."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.ndimage import distance_transform_edt

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.ground.local import read_dem, read_lines
from wayhome.science.drainage import (
    LEAVES,
    NOT_A_WATERSHED,
    UNKNOWN,
    Drainage,
    drainage,
    local_relief,
    watershed_crossings,
    watersheds,
)

CELL_M = 100.0
CELL_M2 = CELL_M * CELL_M


def dem(z: np.ndarray) -> Raster:
    height, width = z.shape
    grid = Grid(crs="EPSG:32612", x_west_m=0.0, y_north_m=0.0, cell_m=CELL_M, height=height, width=width)
    return Raster(z.astype(np.float64), grid, "elevation_m")


def eastward(height: int = 7, width: int = 9) -> np.ndarray:
    """A plane that falls by 1 m from each column to the next."""
    return np.tile(-np.arange(width, dtype=float), (height, 1))


def valleys(axes: list[int], rows: int, width: int) -> np.ndarray:
    """Valleys side by side that fall southward by 1 m a row, with sides of 10 m a column."""
    column = np.arange(width)
    sides = 10.0 * np.abs(column[None, :] - np.array(axes)[:, None]).min(axis=0)
    return sides[None, :] - np.arange(rows)[:, None]


def two_valleys_into_a_third(rows: int, *, lower: slice = slice(5, None)) -> np.ndarray:
    """Valleys with axes at columns 2 and 7 enter a deep one that runs east below them; south of it a wall.

    The columns `lower` lie 1 m lower, so that the mouth of their valley is the lowest pass into the deep one.
    """
    z = valleys([2, 7], rows, 10)
    z[:, lower] -= 1.0
    cross = -1000.0 - np.arange(10.0)
    return np.vstack([z, cross, np.zeros(10)])


def cells(found: Drainage) -> np.ndarray:
    return found.accumulation_m2 / CELL_M2


# --- flow ---------------------------------------------------------------------------------------


def test_a_tilted_plane_drains_straight_down() -> None:
    found = drainage(dem(eastward()), channel_m2=CELL_M2)
    assert np.array_equal(cells(found), np.tile(np.arange(1, 10), (7, 1)))
    assert np.all(found.flow_to[:, -1] == LEAVES)
    assert np.array_equal(found.flow_to[:, :-1], np.arange(63).reshape(7, 9)[:, 1:])
    assert np.all(found.strahler == 1)  # nothing ever joins


def test_water_leaves_a_slope_at_the_edge_and_does_not_run_along_it() -> None:
    # 1 m a row southward and 0.2 m a column eastward: south (1) is steeper than south-east (1.2 / 1.41 = 0.85)
    z = -np.arange(6.0)[:, None] - 0.2 * np.arange(5.0)[None, :]
    found = drainage(dem(z))
    assert np.all(found.flow_to[-1] == LEAVES)
    assert np.array_equal(cells(found), np.tile(np.arange(1, 7)[:, None], (1, 5)))


def test_a_diagonal_is_judged_by_its_length() -> None:
    z = np.full((3, 3), 10.0)
    z[1, 2], z[2, 2] = 9.0, 8.7  # east falls by 1, south-east by 1.3 / 1.41 = 0.92
    assert drainage(dem(z)).flow_to[1, 1] == 1 * 3 + 2
    z[2, 2] = 8.5  # 1.5 / 1.41 = 1.06
    assert drainage(dem(z)).flow_to[1, 1] == 2 * 3 + 2


def test_a_pit_is_filled_to_its_lowest_neighbour() -> None:
    z = eastward()
    z[3, 4] = -100.0
    found = drainage(dem(z))
    assert found.filled_m[3, 4] == pytest.approx(-5.0, abs=1e-6)
    assert found.filled_m[3, 4] > -5.0
    assert found.flow_to[3, 4] == 3 * 9 + 5
    # it lies 2 m below column 3, so rows 2 and 4 turn into it as well (2 / 1.41 > 1): three rows of four cells
    assert cells(found)[3, 4] == 13
    assert cells(found)[3, 5] == 14
    assert cells(found)[2, 4] == 1
    untouched = np.ones(z.shape, bool)
    untouched[3, 4] = False
    assert np.array_equal(found.filled_m[untouched], z[untouched])


def test_a_lake_drains_through_its_one_outlet() -> None:
    z = np.full((7, 7), 10.0)
    z[1:-1, 1:-1] = 0.0
    z[3, 6] = 5.0
    found = drainage(dem(z))
    assert np.argwhere(found.flow_to == LEAVES).tolist() == [[3, 6]]
    assert cells(found)[3, 6] == 49
    np.testing.assert_allclose(found.filled_m[1:-1, 1:-1], 5.0, atol=1e-6)


def test_flat_ground_drains() -> None:
    found = drainage(dem(np.zeros((9, 11))))
    leaves = found.flow_to == LEAVES
    assert cells(found)[leaves].sum() == 99
    assert not leaves[1:-1, 1:-1].any()  # inner cells hand on to a neighbour


def test_a_gap_swallows_what_runs_into_it() -> None:
    z = eastward()
    z[3, 4] = np.nan
    found = drainage(dem(z))
    assert found.flow_to[3, 4] == UNKNOWN
    assert np.isnan(found.accumulation_m2[3, 4])
    assert np.isnan(found.filled_m[3, 4])
    assert found.flow_to[3, 3] == LEAVES
    assert cells(found)[3, 3] == 4
    assert cells(found)[3, 5] == 1  # nothing comes out of it
    assert cells(found)[2, 5] == 6  # the rows beside it run on


def test_ground_that_is_unknown_or_a_single_cell() -> None:
    nothing = drainage(dem(np.full((3, 4), np.nan)))
    assert np.all(nothing.flow_to == UNKNOWN)
    assert np.all(watersheds(nothing) == -1)
    one = np.full((3, 4), np.nan)
    one[1, 2] = 7.0
    found = drainage(dem(one))
    assert found.flow_to[1, 2] == LEAVES
    assert np.nansum(found.accumulation_m2) == CELL_M2
    assert watersheds(found)[1, 2] == 0


# --- channels -----------------------------------------------------------------------------------


def test_orders_of_a_valley() -> None:
    # both sides run straight into the axis (10 m against 11 / 1.41 diagonally) and are of order 1 each
    found = drainage(dem(valleys([2], 6, 5)), channel_m2=CELL_M2)
    assert np.array_equal(found.strahler, np.tile([1, 1, 2, 1, 1], (6, 1)))
    assert np.array_equal(cells(found)[:, 2], 5 * np.arange(1, 7))


def test_two_valleys_of_order_two_make_order_three() -> None:
    found = drainage(dem(two_valleys_into_a_third(5)), channel_m2=CELL_M2)
    # the deep valley: slopes from north and south (1 and 1) make 2 at once; the first axis (2) makes 3, and the
    # second (2) does not raise it
    assert found.strahler[5].tolist() == [2, 2, 3, 3, 3, 3, 3, 3, 3, 3]
    assert found.strahler[:5, [2, 7]].tolist() == [[2, 2]] * 5
    assert np.array_equal(np.argwhere(found.channels(3)), [[5, j] for j in range(2, 10)])
    assert found.channels().all()


def test_channels_begin_at_the_stated_area() -> None:
    found = drainage(dem(eastward()), channel_m2=4 * CELL_M2)
    assert np.array_equal(found.strahler > 0, cells(found) >= 4)


# --- laws, on ground of any shape ---------------------------------------------------------------

GROUNDS = arrays(
    np.float64, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.sampled_from([0.0, 1, 2, 3, 5, 8, np.nan])
)


def around(z: np.ndarray, i: int, j: int) -> list[tuple[int, int]]:
    return [
        (a, b)
        for a in range(i - 1, i + 2)
        for b in range(j - 1, j + 2)
        if (a, b) != (i, j) and 0 <= a < z.shape[0] and 0 <= b < z.shape[1] and not np.isnan(z[a, b])
    ]


@settings(max_examples=150)
@given(GROUNDS)
def test_ground_is_filled_no_higher_than_it_must_be(z: np.ndarray) -> None:
    """Planchon and Darboux's way round: flood everything, then let it sink to the highest sill on its best way out."""
    level = np.where(np.isnan(z), np.nan, np.inf)
    known = [(int(i), int(j)) for i, j in np.argwhere(~np.isnan(z))]
    for i, j in known:
        if len(around(z, i, j)) < 8:
            level[i, j] = z[i, j]
    sinking = True
    while sinking:
        sinking = False
        for i, j in known:
            lowest = max(z[i, j], min((level[n] for n in around(z, i, j)), default=np.inf))
            if lowest < level[i, j]:
                level[i, j], sinking = lowest, True
    np.testing.assert_allclose(drainage(dem(z)).filled_m, level, atol=1e-6)


@settings(max_examples=150)
@given(GROUNDS)
def test_all_water_leaves_and_none_is_lost(z: np.ndarray) -> None:
    found = drainage(dem(z), channel_m2=3 * CELL_M2)
    known = ~np.isnan(z)
    assert np.array_equal(found.flow_to == UNKNOWN, ~known)
    assert np.nansum(cells(found)[found.flow_to == LEAVES]) == known.sum()

    to, filled, gathered = found.flow_to.ravel(), found.filled_m.ravel(), cells(found).ravel()
    into: dict[int, list[int]] = {c: [] for c in range(z.size)}
    for c in np.flatnonzero(to >= 0):
        i, j = divmod(int(c), z.shape[1])
        assert divmod(int(to[c]), z.shape[1]) in around(z, i, j)
        assert filled[to[c]] < filled[c]  # strictly lower: no circle, hence every way ends outside
        into[int(to[c])].append(int(c))
    for c in np.flatnonzero(known.ravel()):
        assert gathered[c] == 1 + sum(gathered[b] for b in into[c])
        orders = sorted(found.strahler.ravel()[into[c]].tolist(), reverse=True)
        if gathered[c] < 3:
            expected = 0
        elif not orders or orders[0] == 0:
            expected = 1
        else:
            expected = orders[0] + (orders[:2] == [orders[0]] * 2)
        assert found.strahler.ravel()[c] == expected


@settings(max_examples=50)
@given(GROUNDS, st.floats(3.0, 30.0))
def test_every_known_cell_has_one_watershed(z: np.ndarray, enough: float) -> None:
    found = drainage(dem(z), channel_m2=2 * CELL_M2)
    labels = watersheds(found, enough * CELL_M2)
    assert np.array_equal(labels >= 0, ~np.isnan(z))
    sizes = np.bincount(labels[labels >= 0])
    assert np.all(sizes > 0)
    for label in np.flatnonzero(sizes < 0.5 * enough):  # too small only where nobody shares an edge with it
        here = np.pad(labels == label, 1)
        edge = np.zeros_like(here)
        for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
            edge |= np.roll(here, shift, axis)
        assert np.all(labels[(edge & ~here)[1:-1, 1:-1]] < 0)


# --- watersheds ---------------------------------------------------------------------------------


def test_crossings_from_valley_to_valley() -> None:
    # three valleys of 100 cells, five columns each
    labels = watersheds(drainage(dem(valleys([2, 7, 12], 20, 15))), 80 * CELL_M2)
    assert np.array_equal(labels, np.tile(np.repeat([0, 1, 2], 5), (20, 1)))
    from_the_west = watershed_crossings(labels, (10, 0))
    assert np.array_equal(from_the_west, np.tile(np.repeat([0, 1, 2], 5), (20, 1)))
    from_the_middle = watershed_crossings(labels, (3, 7))
    assert np.array_equal(from_the_middle, np.tile(np.repeat([1, 0, 1], 5), (20, 1)))
    assert from_the_middle.dtype == np.uint8


def test_a_river_is_cut_where_large_valleys_join() -> None:
    # Both valleys hold 19 rows of 5 and the axis of the last row, whose other cells fall into the deep valley:
    # 96 cells each. What is left is the deep valley, the wall and those 8 cells: 28.
    found = drainage(dem(two_valleys_into_a_third(20)), channel_m2=5 * CELL_M2)
    labels = watersheds(found, 50 * CELL_M2)
    assert np.bincount(labels.ravel()).tolist() == [96, 96, 28]
    assert set(labels[:19, :5].ravel()) == {0}
    assert set(labels[:19, 5:].ravel()) == {1}
    assert set(labels[20:].ravel()) == {2}


@pytest.mark.parametrize(("lower", "sizes", "joined"), [(slice(5, None), [96, 124], 1), (slice(5), [124, 96], 0)])
def test_what_is_left_over_joins_across_the_lowest_pass(lower: slice, sizes: list[int], joined: int) -> None:
    found = drainage(dem(two_valleys_into_a_third(20, lower=lower)), channel_m2=5 * CELL_M2)
    labels = watersheds(found, 90 * CELL_M2)  # the 28 cells are less than half of it
    assert np.bincount(labels.ravel()).tolist() == sizes
    assert set(labels[20:].ravel()) == {joined}


def test_slopes_that_leave_the_map_make_watersheds_of_the_stated_size() -> None:
    # forty rows of 0.4 km2, each of which leaves the map by itself
    labels = watersheds(drainage(dem(eastward(40, 40))), 2e6)
    area_m2 = np.bincount(labels.ravel()) * CELL_M2
    assert area_m2.sum() == 16e6
    assert area_m2.min() >= 1e6
    assert area_m2.max() <= 4e6


def test_ground_beyond_a_gap_and_ground_unknown() -> None:
    z = valleys([2, 8], 20, 11)
    z[:, 5] = np.nan
    labels = watersheds(drainage(dem(z)), 80 * CELL_M2)
    crossings = watershed_crossings(labels, (0, 0))
    assert np.all(crossings[:, :5] == 0)
    assert np.all(crossings[:, 5] == NOT_A_WATERSHED)
    assert np.all(crossings[:, 6:] == 2)
    with pytest.raises(InvalidInput, match="no elevation at the IPP"):
        watershed_crossings(labels, (0, 5))
    with pytest.raises(InvalidInput, match="outside"):
        watershed_crossings(labels, (0, -1))


# --- low and high points ------------------------------------------------------------------------


def test_ranks_by_hand() -> None:
    ranks = local_relief(dem(np.array([[1.0, 2, 3, 2, np.nan, 9]])), radius_m=CELL_M)
    # the fourth has a lower rank than the third, and no other known neighbour; the last stands alone
    np.testing.assert_array_equal(ranks, [[0.0, 0.5, 1.0, 0.0, np.nan, 0.5]])
    ranks = local_relief(dem(np.array([[1.0, 2, 2, 5]])), radius_m=2 * CELL_M)
    # the second: one lower, one equal, one higher of three; the third: the same
    np.testing.assert_array_equal(ranks, [[0.0, 0.5, 0.5, 1.0]])


def test_the_window_is_a_disc() -> None:
    z = np.array([[9.0, 1, 9], [1, 5, 1], [9, 1, 9]])
    assert local_relief(dem(z), radius_m=1.4 * CELL_M)[1, 1] == 1.0  # the corners lie 1.41 cells away
    assert local_relief(dem(z), radius_m=1.42 * CELL_M)[1, 1] == 0.5


def test_flat_ground_is_in_the_middle() -> None:
    assert np.all(local_relief(dem(np.zeros((4, 5)))) == 0.5)


@settings(max_examples=100)
@given(GROUNDS, st.floats(1.0, 12.0))
def test_ranks_agree_with_counting(z: np.ndarray, reach: float) -> None:
    i, j = np.indices(z.shape)
    expected = np.full(z.shape, np.nan)
    for a, b in np.argwhere(~np.isnan(z)):
        others = z[((i - a) ** 2 + (j - b) ** 2 <= reach * reach) & ~np.isnan(z)]
        lower, equal = (others < z[a, b]).sum(), (others == z[a, b]).sum() - 1
        expected[a, b] = (lower + 0.5 * equal) / (others.size - 1) if others.size > 1 else 0.5
    np.testing.assert_allclose(local_relief(dem(z), radius_m=reach * CELL_M), expected, atol=1e-12)


# --- refusals -----------------------------------------------------------------------------------


def test_what_is_refused() -> None:
    ground = dem(eastward())
    slope = Raster(eastward(), ground.grid, "slope_deg")
    with pytest.raises(MismatchError):
        drainage(slope)
    with pytest.raises(MismatchError):
        local_relief(slope)
    for area_m2 in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(InvalidInput):
            drainage(ground, channel_m2=area_m2)
        with pytest.raises(InvalidInput):
            watersheds(drainage(ground), area_m2)
    with pytest.raises(InvalidInput, match="use a larger one"):
        watersheds(drainage(ground, channel_m2=5 * CELL_M2), 4 * CELL_M2)
    with pytest.raises(InvalidInput, match="larger"):
        local_relief(ground, radius_m=99.0)
    with pytest.raises(InvalidInput, match="order"):
        drainage(ground).channels(0)


def test_what_was_found_stays_as_it_is() -> None:
    found = drainage(dem(eastward()))
    with pytest.raises(FrozenInstanceError):
        found.channel_m2 = 1.0  # type: ignore[misc]
    for array in (found.accumulation_m2, found.flow_to, found.strahler, found.filled_m):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1


# --- a real valley ------------------------------------------------------------------------------


def test_channels_lie_where_streams_are_mapped(data_folder: Path) -> None:
    """Marble Mountains, 5 x 4 km: mapped streams against channels of the terrain model within 80 m.

    80 m is the offset within which Jacobs counts a find as near a feature. Streams laid at random would have
    the share that such ground has of the map; the same streams shifted over the map (it wraps) keep their shape
    and lose only their place, so the true place must beat all 63 shifts, and go more than half the way from chance
    to perfect.
    """
    folder = data_folder / "terrain" / "marbles"
    grid = Grid(crs="EPSG:26910", x_west_m=481905.0, y_north_m=4603215.0, cell_m=30.0, height=134, width=167)
    ground, _ = read_dem(folder / "elev.tif", grid)
    streams, _ = read_lines(folder / "streams.shp", None, grid)
    points = np.vstack(
        [
            shapely.get_coordinates(shapely.line_interpolate_point(line, np.arange(5.0, line.length, 10.0)))
            for line in map(shapely.LineString, streams)
        ]
    )
    assert len(points) > 2000  # over 20 km of streams
    near = distance_transform_edt(~drainage(ground).channels()) * grid.cell_m <= 80.0

    def share(down: int, right: int) -> float:
        i_row = np.floor((grid.y_north_m - points[:, 1]) / grid.cell_m).astype(int) + down
        i_col = np.floor((points[:, 0] - grid.x_west_m) / grid.cell_m).astype(int) + right
        return float(near[i_row % grid.height, i_col % grid.width].mean())

    true = share(0, 0)
    shifted = [share(a * grid.height // 8, b * grid.width // 8) for a in range(8) for b in range(8) if a or b]
    assert true > max(shifted)
    chance = float(near.mean())
    assert (true - chance) / (1.0 - chance) > 0.5
