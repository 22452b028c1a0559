"""Coefficients of walking, every one as published, and the speeds stated beside them (THEORY 7.1, 7.2 and 12).

The models that the program walks by are also in test_travel_models. Not reproduced, for want of the tracks: the
errors of Wood 2023 (1.10 against 1.24 to 1.27 km/h) and the worked path of STRIDE. Not held in a table: the placeholders
of LandSAR, the polynomials of Herzog and of Llobera and Sluckin, whose figures the text does not give, and the
corrections of Tranter.
"""

from __future__ import annotations

from math import atan, degrees, exp, log, pi, radians, tan
from typing import Any

import numpy as np
import pytest

from wayhome.science.distance import CROSSING_MPS, FAST_PACE
from wayhome.science.tables import table
from wayhome.science.travel import pace_s_per_m

# THEORY 7.1, Campbell 2019: percentile -> a, b, c, d, e
DECILES = {
    10: (-1.568, 13.328, 38.892, 0.404, -0.003),
    20: (-1.710, 10.154, 36.905, 0.557, -0.004),
    30: (-1.858, 8.412, 39.994, 0.645, -0.004),
    40: (-1.958, 8.960, 50.340, 0.649, -0.005),
    50: (-2.171, 10.064, 63.660, 0.628, -0.005),
    60: (-2.459, 11.311, 79.287, 0.599, -0.005),
    70: (-2.823, 12.784, 98.697, 0.566, -0.005),
    80: (-3.371, 15.395, 134.409, 0.443, -0.005),
    90: (-3.060, 16.653, 138.875, 0.823, -0.0139),
}

# THEORY 7.2, IGT4SAR
NLCD = {
    11: 99, 12: 85, 21: 5, 22: 10, 23: 15, 24: 20, 31: 30, 32: 40, 41: 45, 42: 50, 43: 35, 51: 45, 52: 45, 71: 20,
    72: 45, 73: 20, 74: 25, 81: 25, 82: 30, **dict.fromkeys(range(90, 98), 80), 98: 99, 99: 99,
}  # fmt: skip


def model(name: str) -> dict[str, Any]:
    (row,) = (row for row in table("travel")["speed_model"] if row["name"] == name)
    return row


def figures(row: dict[str, Any]) -> dict[str, float]:
    return {k: v for k, v in row.items() if isinstance(v, int | float)}


def lorentz_mps(row: dict[str, Any], angle_deg: float) -> float:
    a, b, c = row["a_deg"], row["b_deg"], row["c_mps_deg"]
    return float(c / (pi * b * (1 + ((angle_deg - a) / b) ** 2)))


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("tobler", {"peak_kmh": 6.0, "steepness": 3.5, "offset": 0.05, "off_path_factor": 0.6, "horse_factor": 1.25}),
        ("tobler_modified", {"peak_kmh": 4.8, "steepness": 5.3, "slope_gain": 0.7, "offset": 0.03}),
        ("naismith", {"flat_speed_kmh": 5.0, "ascent_m_per_h": 600.0}),
        (
            "langmuir",
            {
                "flat_speed_kmh": 5.0,
                "ascent_m_per_h": 600.0,
                "gentle_descent_from_deg": 5.0,
                "gentle_descent_to_deg": 12.0,
                "gentle_descent_min_per_300_m": -10.0,
                "steep_descent_min_per_300_m": 10.0,
            },
        ),
        (
            "r_walk",
            {
                "a_s_per_m": 0.72,
                "b_s_per_m": 6.0,
                "c_s_per_m": 1.9998,
                "d_s_per_m": -1.9998,
                "slope_factor": -0.2125,
                "lambda": 1.0,
            },
        ),
        (
            "irmischer_clarke_road",
            {"base_mps": 0.11, "gain_mps": 1.0, "offset_percent": 5.0, "width_percent": 30.0, "female_factor": 0.95},
        ),
        (
            "irmischer_clarke_off_road",
            {"base_mps": 0.11, "gain_mps": 0.67, "offset_percent": 2.0, "width_percent": 30.0, "female_factor": 0.95},
        ),
        (
            "campbell2022",
            {"a_deg": -1.4579, "b_deg": 22.0787, "c_mps_deg": 76.3271, "d_mps": 0.0525, "e_mps_per_deg": -3.2002e-4},
        ),
        (
            "campbell_symmetric",
            {"p_mps_per_deg2": 0.006512, "q_mps": 80.88869, "r_per_deg2": 0.140214, "s": 70.389209},
        ),
        (
            "campbell_off_trail",
            {
                "base_mps": 1.662,
                "density_mps": 1.076,
                "roughness_mps_per_m": 9.011,
                "linear_mps_per_deg": 5.191e-3,
                "square_mps_per_deg2": 1.127e-3,
            },
        ),
        (
            "stride",
            {
                "a_deg": -2.320,
                "b_deg": 26.315,
                "c_mps_deg": 147.362,
                "d_per_density": 15.265,
                "e_per_m": 16.505,
                "barred_slope_deg": 45.0,
            },
        ),
        ("wood2023_paved", {"a": 1.580, "b_per_deg": -0.00389, "c_per_deg": -0.00726, "d_per_deg2": -0.00218}),
    ],
)
def test_7_1_coefficients(name: str, published: dict[str, float]) -> None:
    assert figures(model(name)) == published


def test_7_1_every_model_is_checked() -> None:
    names = [row["name"] for row in table("travel")["speed_model"]]
    assert len(names) == len(set(names)) == 12 + 1  # the twelve above, and the deciles


def test_7_1_speeds_stated_for_the_flat() -> None:
    """Campbell 1.148 and 1.149, STRIDE 1.769 m/s, all on open, smooth, level ground."""
    campbell, symmetric = model("campbell2022"), model("campbell_symmetric")
    assert lorentz_mps(campbell, 0.0) + campbell["d_mps"] == pytest.approx(1.148, abs=5e-4)
    assert 1.0 / float(pace_s_per_m(0.0, "campbell")) == pytest.approx(1.148, abs=5e-4)
    assert symmetric["q_mps"] / symmetric["s"] == pytest.approx(1.149, abs=5e-4)
    assert lorentz_mps(model("stride"), 0.0) == pytest.approx(1.769, abs=5e-4)


def test_7_1_campbell_2022_on_slopes() -> None:
    """At tan 10 degrees, worked by hand: 1.10043/(1 + (11.4579/22.0787)^2) + .0525 - .0032 = .9163 m/s."""
    assert 1.0 / float(pace_s_per_m(tan(radians(10)), "campbell")) == pytest.approx(0.9163, abs=2e-4)
    # steepest down is not fastest: the peak lies near a = -1.46 degrees
    angles = np.linspace(-20, 20, 4001)
    speeds = 1.0 / pace_s_per_m(np.tan(np.radians(angles)), "campbell")
    assert angles[int(speeds.argmax())] == pytest.approx(-1.46, abs=0.1)


def test_7_1_campbell_symmetric_flattens_out() -> None:
    """Up and down alike; on a cliff p/r = 0.0464 m/s."""
    row = model("campbell_symmetric")
    assert row["p_mps_per_deg2"] / row["r_per_deg2"] == pytest.approx(0.0464, abs=5e-5)


def test_7_1_campbell_off_trail_at_ten_degrees() -> None:
    """By hand: 1.662 - .05191 - .1127 = 1.497 m/s on bare, smooth ground; density .5 takes .538 off."""
    row = model("campbell_off_trail")
    bare = row["base_mps"] - 10 * row["linear_mps_per_deg"] - 100 * row["square_mps_per_deg2"]
    assert bare == pytest.approx(1.497, abs=5e-4)
    assert bare - 0.5 * row["density_mps"] == pytest.approx(0.959, abs=5e-4)


def test_7_1_modified_tobler() -> None:
    """4.8 km/h where .7 S = -.03; on the flat 4.8 exp(-5.3 * .03) = 4.8 exp(-.159) = 4.094 km/h."""
    row = model("tobler_modified")
    assert row["peak_kmh"] * exp(-row["steepness"] * row["offset"]) == pytest.approx(4.094, abs=5e-4)


def test_7_1_irmischer_clarke_is_signed() -> None:
    """THEORY 12: signed 100 S. Downhill by 2 % is faster than uphill by 2 %, off road .78 against .11 + .67 e^(-16/1800)."""
    down, up = (1.0 / float(pace_s_per_m(s, "irmischer_clarke_off_road")) for s in (-0.02, 0.02))
    assert (down, up) == (pytest.approx(0.78), pytest.approx(0.11 + 0.67 * exp(-16 / 1800)))
    road = model("irmischer_clarke_road")
    assert road["base_mps"] + road["gain_mps"] == pytest.approx(1.11)  # at -5 %


@pytest.mark.parametrize(
    ("slope", "minutes"),
    [
        # 1 km of map distance is 12 min; 6 s per metre up; 1.9998 s per metre down, saved or lost
        (0.0, 12.0),
        (0.1, 12.0 + 10.0),
        (-0.1, 12.0 - 3.333),
        (-0.2, 12.0 - 6.666),  # still above the slope factor -.2125
        (-0.3, 12.0 + 9.999),
    ],
)
def test_7_1_r_walk_counts_height_with_its_sign(slope: float, minutes: float) -> None:
    """THEORY 12: signed, negative downhill, so that c shortens a gentle descent and d lengthens a steep one."""
    assert 1000.0 * float(pace_s_per_m(slope, "langmuir")) / 60.0 == pytest.approx(minutes, abs=5e-4)


def test_7_1_deciles() -> None:
    ours = {
        row["percentile"]: tuple(row[k] for k in ("a_deg", "b_deg", "c_mps_deg", "d_mps", "e_mps_per_deg"))
        for row in model("campbell2019")["decile"]
    }
    assert ours == DECILES


def decile_mps(percentile: int, angle_deg: float) -> float:
    (row,) = (row for row in model("campbell2019")["decile"] if row["percentile"] == percentile)
    return lorentz_mps(row, angle_deg) + float(row["d_mps"] + row["e_mps_per_deg"] * angle_deg)


def test_7_1_the_median_of_2019_runs() -> None:
    """THEORY 12: 2.55 m/s on the flat, running included, never a walker's median."""
    assert decile_mps(50, 0.0) == pytest.approx(2.55, abs=5e-3)
    assert decile_mps(50, 0.0) > 2 * 1.148


@pytest.mark.parametrize("angle_deg", range(-25, 26, 5))
def test_7_1_deciles_do_not_cross(angle_deg: int) -> None:
    """Nine rows of five figures: a wrong digit would make two of the curves cross."""
    speeds = [decile_mps(percentile, angle_deg) for percentile in DECILES]
    assert speeds == sorted(speeds)


def test_7_1_wood_2023() -> None:
    """e^1.580 = 4.855 km/h on a level paved road."""
    assert exp(model("wood2023_paved")["a"]) == pytest.approx(4.855, abs=5e-4)


@pytest.mark.parametrize("with_hill", [False, True])
def test_7_1_critical_gradient_of_wood_2023(with_hill: bool) -> None:
    """The walking slope that gains most height in a time is 14 to 16 degrees, with or without the slope of the hill."""
    row = model("wood2023_paved")
    hill = row["b_per_deg"] if with_hill else 0.0
    angles = np.linspace(1, 40, 39_001)
    climb = np.exp((row["c_per_deg"] + hill) * angles + row["d_per_deg2"] * angles**2) * np.sin(np.radians(angles))
    assert 14 <= round(float(angles[int(climb.argmax())])) <= 16


def test_7_1_critical_gradient_of_tobler() -> None:
    """Height gained is S exp(-3.5 S): most at S = 1/3.5, 15.9 degrees, inside Wood's 14 to 16."""
    slopes = np.linspace(0.01, 1.0, 9901)
    best = slopes[int((slopes / pace_s_per_m(slopes, "tobler")).argmax())]
    assert best == pytest.approx(1 / 3.5, abs=1e-4)
    assert 14 <= degrees(atan(best)) <= 16


def test_7_1_minetti() -> None:
    """By hand at S = .1: .002805 - .00587 - .0768 + .519 + 1.96 + 2.5 = 4.899135 J/kg/m; 2.5 on the flat."""
    (row,) = table("travel")["energy_model"]
    assert row["coefficients_j_per_kg_m"] == [280.5, -58.7, -76.8, 51.9, 19.6, 2.5]
    assert np.polyval(row["coefficients_j_per_kg_m"], 0.1) == pytest.approx(4.899135)


def test_2_2_regression_of_rescuers_and_lost_persons() -> None:
    """Twelve coefficients to 16 digits; those of lost persons are the rescuers' divided by four."""
    rescuers, lost = (row["q"] for row in table("travel")["speed_regression"])
    assert rescuers == [
        4.786872732767515,
        0.013315859975442301,
        0.0019411657191748125,
        -16.319148163916193,
        -0.026739066247719285,
        0.5717657455052271,
    ]
    assert lost == [
        1.1967181831918787,
        0.0033289649938605752,
        0.0004852914297937031,
        -4.079787040979048,
        -0.006684766561929821,
        0.14294143637630677,
    ]
    assert lost == pytest.approx([q / 4 for q in rescuers], rel=1e-14)


# -- 7.2: terrain factors


def test_7_2_terrain_coefficients() -> None:
    ours = {row["ground"]: row["factor"] for row in table("travel")["pandolf"]["terrain_coefficient"]}
    assert list(ours.items()) == [
        ("paved road", 1.0),
        ("dirt road", 1.1),
        ("light brush", 1.2),
        ("heavy brush", 1.5),
        ("swamp", 1.8),
        ("loose sand", 2.1),
        ("snow, 15 cm", 2.5),
        ("snow, 25 cm", 3.3),
        ("snow, 35 cm", 4.1),
    ]


def test_7_2_friction_of_cost_distance() -> None:
    ours = {row["ground"]: row["factor"] for row in table("travel")["cost_distance"]["friction"]}
    assert ours == {"trail": 1.0, "evergreen forest": 1.80, "water": 50.0}


def test_7_2_impedances() -> None:
    content = table("travel")
    assert {row["code"]: row["impedance"] for row in content["nlcd"]["class"]} == NLCD
    assert [row["impedance"] for row in content["trail"]["class"]] == [25, 20, 15, 5, 0]
    assert [row["impedance"] for row in content["stream"]["order"]] == [30, 40, 50, 70, 80, 90, 99, 99, 99]
    (law,) = content["impedance_law"]
    assert figures(law) == {
        "exponent": 0.0212,
        "barred_from": 98,
        "nominal_speed_kmh": 5.0,
        "barred_slope_deg": 50.0,
    }


def test_7_2_halving_by_impedance() -> None:
    """exp(-.0212 i) halves the speed at i = 32.7; by Doherty's form, (100 - i)/100, it takes 50."""
    (law,) = table("travel")["impedance_law"]
    assert log(2) / law["exponent"] == pytest.approx(32.7, abs=0.05)


def test_7_2_crossing_what_cannot_be_walked() -> None:
    """5 km/h on the worst ground that IGT4SAR walks: 5/3.6 exp(-.0212 * 98) = 1.3889 * .12524 = .1739 m/s."""
    assert float(CROSSING_MPS) == pytest.approx(0.1739, abs=5e-4)


def test_12_the_fastest_pace_is_that_of_the_ninth_decile() -> None:
    """3.39 m/s on the flat over Tobler's 1.40 m/s: 2.4."""
    assert decile_mps(90, 0.0) == pytest.approx(3.39, abs=5e-3)
    assert 1.0 / float(pace_s_per_m(0.0, "tobler")) == pytest.approx(1.40, abs=5e-3)
    assert float(FAST_PACE) == pytest.approx(3.39 / 1.40, abs=0.05)
