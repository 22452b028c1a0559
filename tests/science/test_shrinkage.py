"""One law from all the tables: large strata stay, small ones lean, and the doubt that is left widens the law."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest

from wayhome.science import behavior
from wayhome.science.behavior import Stratum
from wayhome.science.distance import DistanceLaw, MixtureLaw, fitted_lognormal
from wayhome.science.shrinkage import _fit_variances, lost_law


def own(n: int | None, km: tuple[float, ...]) -> Stratum:
    return Stratum(
        category="hiker", ecoregion="dry", relief="flat", n=n, levels=(0.25, 0.5, 0.75, 0.95),
        quantiles_m=tuple(1000 * q for q in km), source="own.csv", caveats=(),
    )  # fmt: skip


def test_the_error_of_a_fit_to_quantiles_is_that_of_simulated_samples() -> None:
    levels = (0.25, 0.5, 0.75, 0.95)
    rng = np.random.default_rng(1)
    fits = [fitted_lognormal(levels, np.exp(np.quantile(rng.normal(size=400), levels))) for _ in range(1500)]
    of_mean, of_spread = _fit_variances(levels)
    assert np.var([mu for mu, _ in fits]) * 400 == pytest.approx(of_mean, rel=0.12)
    assert np.var([sigma for _, sigma in fits]) * 400 == pytest.approx(of_spread, rel=0.12)


def test_a_large_stratum_keeps_its_median_and_a_small_one_leans() -> None:
    for kind, most in (("mountain", 0.03), ("flat", 0.10)):  # n = 568 and 274
        row = behavior.stratum("hiker", "temperate", kind)
        median = exp(fitted_lognormal(row.levels, row.quantiles_m)[0])
        assert abs(log(lost_law("hiker", "temperate", kind).median_m / median)) < most
    # fifteen anglers of dry ground have a median of 9.7 km; other anglers 1.5 and 1.6 km
    angler = lost_law("angler", "dry", "flat")
    assert 1600 < angler.median_m < 6500
    assert any("Drawn towards" in text and "15 incidents" in text for text in angler.caveats)


def test_more_own_cases_are_believed_more() -> None:
    far = (8.0, 16.0, 32.0, 80.0)  # against about 1.3/2.1/6.6/13.1 in the tables
    medians = [lost_law("hiker", "dry", "flat", (own(n, far),)).median_m for n in (5, 50, 5000)]
    assert medians[0] < medians[1] < medians[2]
    assert medians[2] == pytest.approx(16_000, rel=0.02)
    assert (
        lost_law("hiker", "dry", "mountain", (own(5000, far),)).median_m > lost_law("hiker", "dry", "mountain").median_m
    )


def test_a_category_without_rows_on_a_ground_takes_the_ground_from_others() -> None:
    # ATV rows are temperate mountain only; dry rows of others lie farther out
    assert lost_law("atv", "dry", "mountain").median_m > lost_law("atv", "temperate", "flat").median_m
    assert any("no row for atv" in text for text in lost_law("atv", "dry", "mountain").caveats)


def test_less_known_is_wider() -> None:
    assert lost_law("aircraft", "dry", "mountain").spread > lost_law("hiker", "dry", "mountain").spread


def test_the_law_is_a_probability_with_a_heavy_tail() -> None:
    law = lost_law("child_1_3", "urban", None).law
    assert isinstance(law, MixtureLaw)
    assert float(law.share_within(1e9)) == pytest.approx(1.0, abs=1e-9)
    beyond = 1.0 - float(law.share_within(20_000.0))
    assert 0.0005 < beyond < 0.02  # the row itself ends at 1.1 km; one case in fifty follows everybody
    d = np.geomspace(1.0, 1e5, 400)
    assert (np.diff(law.density_per_m2(d)) <= 1e-18).all()


def test_people_carried_off_lend_nothing_and_borrow_nothing() -> None:
    row = behavior.stratum("abduction")
    law = lost_law("abduction")
    assert law.median_m == pytest.approx(exp(fitted_lognormal(row.levels, row.quantiles_m)[0]))


def test_an_unknown_category_says_so() -> None:
    assert "astronaut" in lost_law("astronaut").caveats[0]
    assert "not known" in lost_law(None).caveats[0]
    assert lost_law(None).spread > lost_law("hiker").spread


def test_the_median_of_a_mixture_lies_between_those_of_its_parts_and_holds_half() -> None:
    near, far = (DistanceLaw(mu_ln_m=log(m), sigma=0.8) for m in (1000.0, 8000.0))
    mixed = MixtureLaw(weights=(0.7, 0.3), laws=(near, far))
    median_m = mixed.quantile_m(0.5)
    assert near.quantile_m(0.5) < median_m < far.quantile_m(0.5)
    assert float(mixed.share_within(median_m)) == pytest.approx(0.5, abs=1e-9)
