"""Laws of distance, their fallbacks, and the maps they make."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.science.behavior import (
    distance_law,
    pooled_law,
    pooled_stratum,
    rings,
    stratum,
    subject_category,
)
from wayhome.science.distance import DistanceLaw, RingLaw, fitted_lognormal, radial_prior, travel_limited


def grid(n: int = 101, cell_m: float = 100.0) -> Grid:
    return Grid(crs="EPSG:32612", x_west_m=0.0, y_north_m=0.0, cell_m=cell_m, height=n, width=n)


def test_a_spelling_of_the_old_tables_is_read() -> None:
    assert subject_category("Mental Retardation") == ("intellectual_disability", ())
    assert subject_category("HIKER") == ("hiker", ())


def test_an_unknown_category_is_not_guessed_at() -> None:
    key, caveats = subject_category("astronaut")
    assert key == "pooled"
    assert "astronaut" in caveats[0]
    assert stratum("astronaut").quantiles_m == pooled_stratum().quantiles_m


def test_the_exact_row_comes_without_a_word() -> None:
    row = stratum("Hiker", "Dry", "Mountainous")  # THEORY 1.3: n = 221, 1.6/3.2/6.5/19.3 km
    assert (row.n, row.quantiles_m, row.caveats) == (221, (1600.0, 3200.0, 6500.0, 19300.0), ())


def test_a_row_for_all_relief_is_exact() -> None:
    row = stratum("dementia", "urban", "flat")
    assert (row.title(), row.n, row.caveats) == ("dementia, urban", 336, ())


@pytest.mark.parametrize(
    ("asked", "title", "word"),
    [
        (("hiker", None, None), "hiker, temperate, mountain", "not given"),  # 568, the largest of five rows
        (("hiker", None, "flat"), "hiker, temperate, flat", "not given"),  # 274 against 58
        (("worker", "dry", "flat"), "worker, temperate, mountain", "no row"),  # its only row
        (("child_10_12", "dry", "flat"), "child 10 12, dry, mountain", "no row"),  # same ecoregion, other relief
        (("hiker", "polar", "flat"), "hiker, temperate, flat", "polar"),
    ],
)
def test_every_fallback_is_told(asked: tuple[str, str | None, str | None], title: str, word: str) -> None:
    row = stratum(*asked)
    assert row.title() == title
    assert any(word in text for text in row.caveats)


def test_urban_figures_never_stand_for_open_country() -> None:
    # dementia, urban is its largest row (336), dry mountain has 14
    assert stratum("dementia", "temperate").title() == "dementia, temperate, flat"
    assert stratum("child_1_3", "dry", "flat").ecoregion == "dry"


def test_a_small_sample_is_told() -> None:
    assert any("Only 14 incidents" in text for text in stratum("dementia", "dry", "mountain").caveats)


def test_categories_of_other_tables() -> None:
    # IGT4SAR, miles: aircraft 0.4/0.9/3.7/10.4
    aircraft = stratum("Aircraft", "dry", "flat")
    assert aircraft.n is None
    assert aircraft.quantiles_m == pytest.approx([643.7, 1448.4, 5954.6, 16737.2], abs=0.1)
    assert any("caver" in text for text in stratum("caver").caveats)


def test_fit_of_exact_quantiles_is_exact() -> None:
    z = np.array([-0.6744898, 0.0, 0.6744898, 1.6448536])
    mu, sigma = fitted_lognormal((0.25, 0.5, 0.75, 0.95), np.exp(1.5 + 0.7 * z).tolist())
    assert (mu, sigma) == pytest.approx((1.5, 0.7), abs=1e-6)


def test_density_falls_or_stays_and_integrates_to_one() -> None:
    for law in (distance_law(stratum("angler", "dry")), distance_law(stratum("hiker", "temperate", "flat"))):
        d = np.geomspace(1.0, 1e6, 4000)
        assert np.all(np.diff(law.density_per_m2(d)) <= 0.0)
        core = law.core_m
        inner = np.pi * core**2 * float(law.density_per_m2(0.0))
        outer, _ = quad(
            lambda u, law=law: 2 * np.pi * np.exp(2 * u) * float(law.density_per_m2(np.exp(u))),
            np.log(core), 18.0, epsabs=1e-12,
        )  # fmt: skip
        assert inner + outer == pytest.approx(1.0, abs=1e-9)


def test_hole_radius_of_theory_12() -> None:
    # angler dry 3.6 km, snowmobiler temperate mountain 2.2, runner 1.1, dementia dry mountain .5
    for asked, km in (
        (("angler", "dry"), 3.6),
        (("snowmobiler", "temperate", "mountain"), 2.2),
        (("runner",), 1.1),
        (("dementia", "dry", "mountain"), 0.5),
    ):
        assert distance_law(stratum(*asked)).core_m / 1000 == pytest.approx(km, abs=0.06)


def test_core_that_moves_the_median_is_told() -> None:
    # sigma 0.5: mass 1 - Phi(-1) + phi(1)/1 = 1.08331; half of it is reached where Phi(z) = 0.45831, z = -0.10468
    law = DistanceLaw(mu_ln_m=0.0, sigma=0.5)
    assert law.median_shift == pytest.approx(np.exp(-0.5 * 0.10468) - 1, abs=1e-4)
    assert "moves the median" in law.caveats()[0]
    assert distance_law(stratum("hiker", "dry", "mountain")).caveats() == ()


def test_share_and_quantile_are_inverse() -> None:
    law = pooled_law()
    for level in (0.01, 0.25, 0.5, 0.95, 0.999):
        assert float(law.share_within(law.quantile_m(level))) == pytest.approx(level, abs=1e-9)


def test_ring_density_is_weight_over_area() -> None:
    law = rings(stratum("Hiker", "Dry", "Mountainous"))
    assert law.radii_m == (1600.0, 3200.0, 6500.0, 19300.0, 38600.0)
    assert float(law.density_per_m2(1000.0)) == pytest.approx(0.25 / (np.pi * 1600.0**2))
    assert float(law.density_per_m2(30000.0)) == pytest.approx(0.05 / (np.pi * (38600.0**2 - 19300.0**2)))
    assert float(law.density_per_m2(50000.0)) == 0.0


def test_rings_that_shrink_are_refused() -> None:
    with pytest.raises(InvalidInput):
        RingLaw(radii_m=(2.0, 1.0), weights=(0.5, 0.5))


# --- maps ---


@pytest.mark.parametrize("ipp", [(5050.0, -5050.0), (5000.0, -5000.0), (5037.0, -5091.3), (5000.0, -5050.0)])
@pytest.mark.parametrize("has_core", [True, False])
def test_total_in_a_box_is_the_exact_one(ipp: tuple[float, float], has_core: bool) -> None:
    law = distance_law(stratum("Hiker", "Dry", "Mountainous"), has_core=has_core)
    poa, outside = radial_prior(law, grid(), ipp)
    exact = 0.0  # over the directions: share within the distance to the box's edge
    sides = ((10100 - ipp[0], -10100 - ipp[1], -ipp[1]), (ipp[0], -10100 - ipp[1], -ipp[1]),
             (-ipp[1], -ipp[0], 10100 - ipp[0]), (10100 + ipp[1], -ipp[0], 10100 - ipp[0]))  # fmt: skip
    for away, low, high in sides:
        exact += quad(
            lambda t, away=away: float(law.share_within(away / np.cos(t))),
            np.arctan2(low, away), np.arctan2(high, away), epsabs=1e-13,
        )[0] / (2 * np.pi)  # fmt: skip
    assert float(poa.values.sum()) == pytest.approx(exact, abs=1e-9)
    assert float(poa.values.sum()) + outside == pytest.approx(1.0, abs=1e-12)


def test_each_cell_is_the_integral_of_the_density() -> None:
    law = distance_law(stratum("child_4_6", "temperate", "flat"), has_core=False)  # steep near the IPP
    ipp = (5037.0, -5091.3)
    poa, _ = radial_prior(law, grid(), ipp)
    for row, col in ((50, 50), (51, 50), (49, 51), (50, 59), (42, 44), (20, 70), (0, 0)):
        n = 800
        x = (np.arange(n) + 0.5) / n * 100 + col * 100 - ipp[0]
        y = -(np.arange(n) + 0.5) / n * 100 - row * 100 - ipp[1]
        midpoint = float(law.density_per_m2(np.hypot(x[None, :], y[:, None])).mean()) * 1e4
        assert float(poa.values[row, col]) == pytest.approx(midpoint, rel=1e-4)


def test_cells_within_one_ring_tie_exactly() -> None:
    poa, _ = radial_prior(RingLaw(radii_m=(1000.0, 3000.0), weights=(0.5, 0.5)), grid(), (5050.0, -5050.0))
    assert poa.values[50, 50] == poa.values[50, 55] == pytest.approx(0.5 * 1e4 / (np.pi * 1e6))
    assert poa.values[50, 65] == poa.values[35, 50]
    assert poa.values[0, 0] == 0.0
    assert float(poa.values.sum()) == pytest.approx(1.0, abs=1e-12)


def test_an_ipp_off_the_map_is_allowed() -> None:
    poa, outside = radial_prior(pooled_law(), grid(), (-4000.0, 2000.0))
    assert 0.0 < float(poa.values.sum()) < 0.3
    assert outside > 0.7


def test_far_cells_keep_their_digits() -> None:
    law = DistanceLaw(mu_ln_m=np.log(300.0), sigma=0.6)  # 15 standard deviations out
    big = grid(401)
    poa, _ = radial_prior(law, big, (20050.0, -20050.0))
    centre = float(law.density_per_m2(np.hypot(200, 190) * 100.0)) * 1e4
    assert float(poa.values[0, 10]) == pytest.approx(centre, rel=1e-3)


# --- reach ---


def even() -> Raster:
    return Raster(np.full((101, 101), 0.9 / 101**2), grid(), "poa")


def walk(speed_mps: float) -> Raster:
    return Raster(grid().distance_m(5050.0, -5050.0) / speed_mps, grid(), "seconds")


def test_what_is_out_of_reach_loses_its_probability() -> None:
    poa, outside, caveats = travel_limited(even(), 0.1, walk(1.0), 0.5)  # 1,800 m at the model's pace, 4,320 m at most
    d = grid().distance_m(5050.0, -5050.0)
    assert np.all(poa.values[d > 4320.0] == 0.0)
    level = float(poa.values[50, 50])
    assert np.all(poa.values[d <= 1800.0] == level)
    assert float(poa.values[50, 80]) == pytest.approx(level * (2.4 - 3000 / 1800) / 1.4)
    assert float(poa.values.sum()) + outside == pytest.approx(1.0, abs=1e-12)
    assert 0.0 < outside < 0.1  # the rim is out of reach, yet the rest of the world stays
    assert "out of reach" in caveats[0]


def test_with_time_enough_the_law_stays() -> None:
    poa, outside, caveats = travel_limited(even(), 0.1, walk(1.0), 100.0)
    np.testing.assert_allclose(poa.values, even().values, rtol=1e-12)
    assert outside == pytest.approx(0.1)
    assert caveats == ()


def test_a_lake_keeps_what_its_shore_has() -> None:
    seconds = np.array(walk(1.0).values)
    seconds[48:53, 52:54] = np.inf
    poa, _, _ = travel_limited(even(), 0.1, Raster(seconds, grid(), "seconds"), 1.0)
    assert float(poa.values[50, 52]) == float(poa.values[50, 50])


def test_nothing_within_reach_is_a_sentence() -> None:
    nowhere = Raster(np.full((101, 101), np.inf), grid(), "seconds")
    with pytest.raises(InvalidInput, match="Nothing on the map can be reached"):
        travel_limited(even(), 0.1, nowhere, 1.0)
    with pytest.raises(InvalidInput, match="above zero"):
        travel_limited(even(), 0.1, walk(1.0), 0.0)
    with pytest.raises(MismatchError):
        travel_limited(even(), 0.1, even(), 1.0)


def test_nan_seconds_never_reach_the_map() -> None:
    seconds = np.array(walk(1.0).values)
    seconds[10:20] = np.nan
    poa, outside, _ = travel_limited(even(), 0.1, Raster(seconds, grid(), "seconds"), 0.5)
    assert np.isfinite(poa.values).all()
    assert float(poa.values.sum()) + outside == pytest.approx(1.0)
