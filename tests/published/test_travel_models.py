"""Walking models at the values that their sources print (THEORY 7.1 and 7.2)."""

from __future__ import annotations

import numpy as np
import pytest

from wayhome.science.travel import MODELS, _form, pace_s_per_m


def kmh(model: str, slope: float) -> float:
    return 3.6 / float(pace_s_per_m(slope, model))


def test_tobler_1993() -> None:
    # 6 km/h at a slope of -0.05, 5.04 km/h on the flat; 0.6 of it off the path
    assert kmh("tobler", -0.05) == pytest.approx(6.0)
    assert kmh("tobler", 0.0) == pytest.approx(5.037, abs=5e-4)
    assert kmh("tobler_offtrack", -0.05) == pytest.approx(3.6)


def test_naismith_1892() -> None:
    # 1 h for 5 km and 1 h for 600 m up: 5 km with 600 m of climb take two hours
    assert 5000 * float(pace_s_per_m(600 / 5000, "naismith")) == pytest.approx(7200.0)
    assert kmh("naismith", -0.3) == pytest.approx(5.0)


def test_r_walk() -> None:
    # a, b, c, d = .72, 6, 1.9998, -1.9998, slope factor -.2125; the height difference is signed (THEORY 12)
    for slope, pace in ((0.1, 0.72 + 0.6), (-0.1, 0.72 - 0.19998), (-0.3, 0.72 + 0.59994)):
        assert float(pace_s_per_m(slope, "langmuir")) == pytest.approx(pace, rel=1e-12)


def test_irmischer_clarke_2018_off_road() -> None:
    # .11 + .67 exp(-(100 S + 2)^2 / 1800) m/s, S signed (THEORY 12): .78 at -2 %
    assert kmh("irmischer_clarke_off_road", -0.02) / 3.6 == pytest.approx(0.78)
    assert kmh("irmischer_clarke_off_road", 0.28) / 3.6 == pytest.approx(0.11 + 0.67 * np.exp(-0.5))


def test_campbell_2022() -> None:
    assert kmh("campbell", 0.0) / 3.6 == pytest.approx(1.148, abs=5e-4)


@pytest.mark.parametrize("model", MODELS)
def test_least_pace_is_a_bound_and_nearly_reached(model: str) -> None:
    paces = pace_s_per_m(np.linspace(-3, 3, 60_001), model if model != "tobler_offtrack" else "tobler")
    least = _form(model)[1][-1]
    assert least <= paces.min() <= 1.1 * least
