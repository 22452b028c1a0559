"""Maps compared on simulated finds: ratings by hand, leads, and intervals from whole IPPs."""

from __future__ import annotations

from collections import Counter
from math import log

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput
from wayhome.base.raster import Grid, Raster
from wayhome.science.terrain import Ground
from wayhome.trial.finds import Xy, compared, finds, rate, scores, together

# five by five cells of 1 km; `rating` takes a box one cell less wide, as Grid.around makes them
GRID = Grid(crs="EPSG:32619", x_west_m=300_000.0, y_north_m=4_705_000.0, cell_m=1000.0, height=5, width=5)
IPP = (302_500.0, 4_702_500.0)
ELSEWHERE = (301_500.0, 4_701_500.0)


def even(ipp: Xy, grid: Grid) -> tuple[Raster, float]:
    return Raster(np.full(grid.shape, 0.04 * 0.9), grid, "poa"), 0.1


def at_ipp(ipp: Xy, grid: Grid) -> tuple[Raster, float]:
    """Half at the IPP's cell, 0.4 over the other 24, a tenth outside."""
    poa = np.full(grid.shape, 0.4 / 24)
    poa[grid.cell_of(*ipp)] = 0.5
    return Raster(poa, grid, "poa"), 0.1


def test_ratings_and_the_lead_by_hand() -> None:
    cases = [(IPP, IPP), (ELSEWHERE, ELSEWHERE), (IPP, (400_000.0, 4_702_500.0))]
    found = rate({"even": even, "at_ipp": at_ipp}, cases, GRID, np.random.default_rng(0))
    assert (found.n, found.n_inside, found.n_ipp) == (3, 2, 2)
    flat, peak = found.rated
    assert flat.r == pytest.approx(0.0)
    assert peak.r == pytest.approx(1.0 - 2.0 * 0.5 / 25)
    (lead,) = found.leads
    assert (lead.a, lead.b) == ("at_ipp", "even")
    assert lead.r == pytest.approx(peak.r)
    # outside, both say a tenth: no lead there
    assert lead.log_density == pytest.approx(2.0 / 3.0 * log(0.5 / 0.036))
    # R is the same at both IPPs: however they are drawn again, the interval has no width
    assert lead.r_interval == pytest.approx((peak.r, peak.r))
    # of the three finds two lie in the cell that holds half of all mass, one in the last tenth
    assert peak.containment == pytest.approx((2 / 3 * 0.5, 2 / 3, 2 / 3, 2 / 3 + 0.5 / 3))


def test_intervals_come_from_ipps_and_not_from_finds() -> None:
    # one IPP with 100 finds where the peak is right, one with 100 where it is wrong: two draws of two
    wrong = (304_500.0, 4_704_500.0)
    cases = [(IPP, IPP)] * 100 + [(ELSEWHERE, wrong)] * 100
    (lead,) = rate({"even": even, "at_ipp": at_ipp}, cases, GRID, np.random.default_rng(0)).leads
    right, missed = log(0.5 / 0.036), log(0.4 / 24 / 0.036)
    assert lead.log_density == pytest.approx((right + missed) / 2)
    # a quarter of all draws are twice the wrong one, and a quarter twice the right one
    assert lead.log_density_interval == pytest.approx((missed, right))


def test_grounds_put_together_keep_their_ipps_apart() -> None:
    models = {"even": even, "at_ipp": at_ipp}
    one, two = scores(models, [(IPP, IPP)], GRID), scores(models, [(IPP, IPP), (ELSEWHERE, IPP)], GRID)
    both = compared(together([one, two]), np.random.default_rng(0))
    assert (both.n, both.n_ipp) == (3, 3)
    with pytest.raises(InvalidInput, match="same models"):
        together([one, scores({"even": even}, [(IPP, IPP)], GRID)])


def test_finds_come_from_ipps_on_the_map() -> None:
    wide = Grid(crs="EPSG:32619", x_west_m=300_000.0, y_north_m=4_705_000.0, cell_m=50.0, height=100, width=100)
    trail = np.array([[300_500.0, 4_702_500.0], [304_500.0, 4_702_500.0]])
    ground = Ground(dem=Raster(np.zeros(wide.shape), wide, "elevation_m"), lines={"trail": (trail,)})
    found = finds(ground, GRID, np.random.default_rng(0), n_ipp=3, n_per_ipp=4)
    assert len(found) == 12
    counts = Counter(ipp for ipp, _ in found)
    assert 1 <= len(counts) <= 3  # two people may have set out from one trailhead
    assert all(n % 4 == 0 for n in counts.values())
    assert all(ipp[1] == pytest.approx(4_702_500.0) and 300_500.0 <= ipp[0] <= 304_500.0 for ipp, _ in found)
    with pytest.raises(InvalidInput, match="map's system"):
        finds(ground, GRID.replace(crs="EPSG:32618"), np.random.default_rng(0), n_ipp=1, n_per_ipp=1)


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(InvalidInput, match="one model and one find"):
        rate({}, [(IPP, IPP)], GRID, np.random.default_rng(0))
