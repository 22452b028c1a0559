"""The bike wheel on grounds small enough to draw by hand."""

from __future__ import annotations

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput
from wayhome.base.raster import Grid
from wayhome.science.reflex import MOST_SPOKES, wheel

GRID = Grid(crs="EPSG:32633", x_west_m=0.0, y_north_m=10_000.0, cell_m=50.0, height=200, width=200)
IPP = (5000.0, 5000.0)
EAST = np.array([[5000.0, 5000.0], [9900.0, 5000.0]])
NORTH = np.array([[5000.0, 5000.0], [5000.0, 9900.0]])


def test_a_trail_from_the_ipp_is_a_spoke_from_the_hub_to_the_rim() -> None:
    made = wheel(GRID, IPP, {"trail": [EAST]}, rim_m=2000.0, hub_m=300.0)
    (spoke,) = made.spokes
    assert spoke.kind == "trail"
    assert spoke.length_m == pytest.approx(1700.0, abs=2 * GRID.cell_m)
    assert spoke.bearing_deg == pytest.approx(90.0, abs=2.0)
    assert len(made.exits) == 1
    assert np.hypot(made.exits[0][0] - IPP[0], made.exits[0][1] - IPP[1]) == pytest.approx(2000.0, abs=GRID.cell_m)


def test_a_fork_is_walked_once_up_to_where_it_parts() -> None:
    branch = np.array([[6000.0, 5000.0], [6000.0, 9000.0]])
    made = wheel(GRID, IPP, {"road": [EAST], "trail": [branch]}, rim_m=2000.0, hub_m=300.0)
    assert len(made.spokes) == 2
    straight, turned = made.spokes
    # the rim is crossed at sqrt(2000^2 - 1000^2) = 1732 m north of the fork
    assert straight.length_m == pytest.approx(1700.0, abs=2 * GRID.cell_m)
    assert turned.length_m == pytest.approx(1732.0, abs=2 * GRID.cell_m)
    assert turned.kind == "trail"


def test_streams_are_no_spokes_and_lines_out_of_reach_neither() -> None:
    beyond = np.array([[1000.0, 1000.0], [1000.0, 9000.0]])
    made = wheel(GRID, IPP, {"stream": [EAST], "trail": [beyond]}, rim_m=2000.0)
    assert made.spokes == ()
    assert "no spokes" in made.caveats[0]


def test_the_rim_is_cut_to_the_map_and_says_so() -> None:
    made = wheel(GRID, IPP, {"trail": [EAST, NORTH]}, rim_m=50_000.0)
    assert made.rim_m == 5000.0
    assert "edge of the map" in made.caveats[0]
    assert len(made.spokes) == 2


def test_more_than_twelve_ways_are_said() -> None:
    star = [
        np.array([IPP, (5000.0 + 4000 * np.sin(a), 5000.0 + 4000 * np.cos(a))])
        for a in np.radians(np.arange(0, 360, 18))
    ]
    made = wheel(GRID, IPP, {"trail": star}, rim_m=3000.0)
    assert len(made.spokes) == MOST_SPOKES
    assert len(made.exits) == 20
    assert any("20 ways" in text for text in made.caveats)


@pytest.mark.parametrize("bad", [0.0, -5.0, float("nan")])
def test_a_rim_that_is_none_is_refused(bad: float) -> None:
    with pytest.raises(InvalidInput, match="radii above 0"):
        wheel(GRID, IPP, {}, rim_m=bad)
    with pytest.raises(InvalidInput, match="outside the map"):
        wheel(GRID, (-10.0, 5.0), {}, rim_m=100.0)
