"""Readings: likelihoods worked by hand, densities that are densities, and beliefs that stay calibrated."""

from __future__ import annotations

from math import exp, log, pi, sqrt
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster
from wayhome.science.behavior import dispersion
from wayhome.science.belief import Belief
from wayhome.science.evidence import (
    LAST_STEP,
    RELIABILITY_CEILING,
    Reading,
    density,
    drifted,
    evidence_true,
    false_likelihood,
    likelihood,
    on_grid,
    report_area_m2,
    validity,
    what_changed,
)

GRID = Grid(crs="EPSG:32612", x_west_m=0.0, y_north_m=2000.0, cell_m=100.0, height=20, width=20)
WORLD_M2 = pi * 50_000.0**2 - 2000.0**2  # the rest of the world, from the map's edge out to 50 km
LACKING: dict[str, dict[str, Any]] = {
    "sighting": {"error_m": 80.0},
    "item": {"error_m": 80.0},
    "camera": {"error_m": 80.0},
    "dog": {"error_m": 80.0},
    "footprint": {"error_m": 30.0, "bearing_deg": 40.0, "drift_m2": 90_000.0},
    "towards": {"error_m": 50.0, "bearing_deg": 40.0},
    "cell_sector": {"bearing_deg": 40.0, "beam_deg": 120.0},
    "timing_advance": {"technology": "gsm", "timing_advance": 1},
    "aml": {"radius_m": 200.0, "confidence": 0.9},
    "not_here": {"radius_m": 300.0, "pod": 0.9},
}
KINDS = sorted(LACKING)


def a(kind: str, reliability: float = 0.8, **other: Any) -> Reading:
    """A reading of a kind, in the map unless told otherwise."""
    return Reading(**{"kind": kind, "x_m": 730.0, "y_m": 1240.0, "reliability": reliability, **LACKING[kind], **other})


def belief(rest_of_world: float = 0.2) -> Belief:
    """Two scenarios with lumps in different corners."""
    x, y = GRID.x_m() / 2000.0, GRID.y_m()[:, None] / 2000.0
    parts = []
    for name, weight, lump in (("lost", 0.7, x * y), ("runaway", 0.3, (1.0 - x) * (1.0 + y))):
        poa = lump / lump.sum() * (1.0 - rest_of_world)
        parts.append((name, weight, Raster(poa, GRID, "poa"), rest_of_world))
    return Belief.mixture(GRID, parts)


def square_sum(values: np.ndarray, step_m: float) -> float:
    return float(values.sum()) * step_m**2


# --- by hand --------------------------------------------------------------------------------------


def test_a_sighting_is_a_normal_density_and_falls_over_an_area_if_false() -> None:
    """Error 100 m: 1 / (2 pi 10^4) on the spot, times exp(-1/2) at 100 m; false: one in the area."""
    reading = a("sighting", 0.6, error_m=100.0)
    top = 1.0 / (2.0 * pi * 1e4)
    assert density(reading, 730.0, 1240.0) == pytest.approx(top)
    assert density(reading, [730.0, 830.0], [1340.0, 1240.0]) == pytest.approx([top * exp(-0.5)] * 2)
    assert false_likelihood(reading, 4e6) == pytest.approx(2.5e-7)
    assert likelihood(reading, 730.0, 1240.0, area_m2=4e6) == pytest.approx(0.6 * top + 0.4 * 2.5e-7)


def test_movement_since_adds_its_variance_per_axis() -> None:
    """30 m error, D = 0.25 m2/s per axis, 6,400 s: 900 + 1,600 = 50 m squared."""
    later = drifted(a("sighting", error_m=30.0), 6400.0, 0.25)
    assert density(later, 730.0, 1240.0) == pytest.approx(1.0 / (2.0 * pi * 2500.0))
    twice = drifted(drifted(a("sighting", error_m=30.0), 3200.0, 0.25), 3200.0, 0.25)
    assert twice == later
    assert drifted(a("towards"), 6400.0, 0.25) == a("towards")
    with pytest.raises(InvalidInput, match="at the time of the watch"):
        drifted(a("not_here"), 60.0, 0.25)
    with pytest.raises(InvalidInput, match="forward in time"):
        drifted(a("sighting"), -60.0, 0.25)


def test_a_watch_that_saw_nobody_thins_its_circle_only() -> None:
    """POD .9 at reliability .5: .5 * .1 + .5 inside 300 m, 1 beyond."""
    reading = a("not_here", 0.5)
    assert likelihood(reading, [730.0, 1029.0, 1031.0], [1240.0] * 3, area_m2=1.0) == pytest.approx([0.55, 0.55, 1.0])


def test_towards_follows_the_quantiles_of_the_angle() -> None:
    """All categories, 10/30/78/144 deg: widened by the error of 15 deg to hypot(10, 15) = 18.03 and so on.

    A quarter lies within 18.03 deg to either side, so 0.25 * 180 / 18.03 of a random direction; behind 144.8 deg
    lie 5 %: 0.05 * 180 / 35.2. Only 50 m from the place that is known to 50 m, half of the direction is lost.
    """
    reading = a("towards", bearing_deg=90.0)
    ahead = 0.25 * 180.0 / sqrt(10.0**2 + 15.0**2)
    behind = 0.05 * 180.0 / (180.0 - sqrt(144.0**2 + 15.0**2))
    far = density(reading, [1e7, -1e7], [1240.0, 1240.0])
    assert far == pytest.approx([ahead, behind], rel=1e-6)
    assert density(reading, 780.0, 1240.0) == pytest.approx(1.0 + (ahead - 1.0) / 2.0)
    pointed = a("towards", bearing_deg=None, target_x_m=800.0, target_y_m=1240.0)
    assert density(pointed, 1e7, 1240.0) == pytest.approx(ahead, rel=1e-6)


def test_a_print_tells_its_direction_only_as_far_as_the_subject_moved() -> None:
    fresh = a("footprint", drift_m2=0.0, bearing_deg=90.0)
    ahead, behind = density(fresh, [780.0, 680.0], [1240.0, 1240.0])
    assert ahead == pytest.approx(behind)
    ahead, behind = density(a("footprint", bearing_deg=90.0), [1030.0, 430.0], [1240.0, 1240.0])
    # 30 m error, 300 m moved: 100/101 of the variance is movement
    share = 90_000.0 / 90_900.0
    front, back = 0.25 * 180.0 / sqrt(325.0), 0.05 * 180.0 / (180.0 - sqrt(144.0**2 + 225.0))
    assert ahead / behind == pytest.approx((1 + share * (front - 1)) / (1 + share * (back - 1)))


def test_a_sector_is_likely_in_its_beam_and_has_its_share_of_the_circle_if_false() -> None:
    """120 deg: on the axis 4 standard deviations of 15 deg to each edge; on the edge one half."""
    reading = a("cell_sector", bearing_deg=0.0)
    east, north = np.sin(np.radians([0.0, 60.0, 180.0])), np.cos(np.radians([0.0, 60.0, 180.0]))
    found = density(reading, 730.0 + 1000.0 * east, 1240.0 + 1000.0 * north)
    assert found == pytest.approx([1.0 - 2 * 3.167e-5, 0.5, 0.0], abs=1e-6)
    assert false_likelihood(reading, 1.0) == pytest.approx(1.0 / 3.0)
    ranged = a("cell_sector", bearing_deg=0.0, range_m=1000.0, range_error_m=200.0)
    assert density(ranged, 730.0, 2240.0) == pytest.approx(0.99994 / (sqrt(2.0 * pi) * 200.0), rel=1e-4)
    # a random place of a random phone in 10 km2: 2 pi r / A per metre of range, a third of it in this sector
    assert false_likelihood(ranged, 1e7) == pytest.approx(2.0 * pi * 1000.0 / 3.0 / 1e7)


def test_dispersion_takes_the_row_of_the_ground_or_says_what_it_used() -> None:
    hikers = dispersion("hiker", "temperate")
    assert hikers.quantiles_deg == (2.0, 23.0, 64.0, 132.0)
    assert (hikers.n, hikers.caveats) == (134, ("The direction rests on 134 incidents.",))
    assert dispersion("hiker", "dry").quantiles_deg == (20.0, 47.0, 124.0, 175.0)
    assert dispersion("climber", "dry").quantiles_deg == (5.0, 28.0, 50.0, 146.0)
    none = dispersion("caver")
    quantiles, (told,) = none.quantiles_deg, none.caveats
    assert quantiles == (10.0, 30.0, 78.0, 144.0) and "caver" in told


def test_an_atom_at_zero_makes_no_infinite_density() -> None:
    """Despondent 0/0/3/30: half within 15 deg once the error is in, a quarter up to hypot(3, 15) = 15.30."""
    reading = a("towards", bearing_deg=0.0, dispersion_deg=(0.0, 0.0, 3.0, 30.0))
    far = density(reading, 730.0, 1e8)
    assert far == pytest.approx(0.5 * 180.0 / 15.0, rel=1e-6)


# --- laws -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sighting", "dog", "aml", "footprint"])
def test_places_integrate_to_one_over_the_plane(kind: str) -> None:
    step = 10.0
    at = np.arange(-3000.0, 3000.0, step) + step / 2
    assert square_sum(density(a(kind), 730.0 + at, 1240.0 + at[:, None]), step) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("kind", ["towards", "cell_sector"])
def test_directions_average_to_what_a_random_one_has(kind: str) -> None:
    angle = np.radians((np.arange(36_000) + 0.5) / 100.0)
    for away_m in (5.0, 300.0, 40_000.0):
        found = density(a(kind), 730.0 + away_m * np.sin(angle), 1240.0 + away_m * np.cos(angle))
        assert found.mean() == pytest.approx(false_likelihood(a(kind), 1.0), rel=1e-3)


@pytest.mark.parametrize("technology", ["gsm", "lte"])
@pytest.mark.parametrize("excess_m", [0.0, 1e-4, 3.0, 400.0, 5000.0])
def test_steps_of_timing_advance_sum_to_one(technology: str, excess_m: float) -> None:
    away = np.array([0.0, 40.0, 700.0, 9000.0, 34_000.0])
    steps = range(int(float(LAST_STEP[technology])) + 1)  # type: ignore[index]
    every = [
        density(a("timing_advance", technology=technology, timing_advance=k, excess_m=excess_m), 730.0 + away, 1240.0)
        for k in steps
    ]
    assert np.min(every) >= 0.0
    assert np.sum(every, axis=0) == pytest.approx(np.ones(5), abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_no_likelihood_is_ever_zero(kind: str) -> None:
    certain = a(kind, 1.0, **({"pod": 1.0} if kind == "not_here" else {}))
    assert certain.rho == RELIABILITY_CEILING.value < 1.0
    factor, outside = on_grid(certain, GRID)
    assert np.asarray(factor.values).min() > 0.0 and outside > 0.0
    belief().given(factor, outside)


@pytest.mark.parametrize("kind", KINDS)
def test_reliability_zero_changes_nothing(kind: str) -> None:
    before = belief()
    after, update = before.given(*on_grid(a(kind, 0.0), GRID))
    assert np.abs(after.maps - before.maps).max() < 1e-12
    assert np.abs(after.weights - before.weights).max() < 1e-12
    assert abs(after.rest_of_world - before.rest_of_world) < 1e-12
    assert update.information_bits < 1e-12


def test_to_withdraw_is_never_to_have_applied() -> None:
    """Sighting and search commute for a subject who does not move: fold again without the sighting."""
    pod = Raster(np.where(GRID.x_m() < 1000.0, 0.6, 0.0) * np.ones(GRID.shape), GRID, "pod")
    with_it = belief().given(*on_grid(a("sighting"), GRID))[0].searched(pod)[0]
    other_way = belief().searched(pod)[0].given(*on_grid(a("sighting"), GRID))[0]
    assert np.abs(with_it.maps - other_way.maps).max() < 1e-12
    withdrawn = belief().searched(pod)[0]
    change = what_changed(with_it, withdrawn)
    assert change.mass_moved > 0.1
    factor, outside = on_grid(a("sighting"), GRID)
    undone = with_it.given(Raster(1.0 / np.asarray(factor.values), GRID, "factor"), 1.0 / outside)[0]
    assert np.abs(undone.maps - withdrawn.maps).max() < 1e-12


# --- on a map -------------------------------------------------------------------------------------


def test_a_place_is_integrated_over_cells_and_the_world() -> None:
    """An error of 5 m in cells of 100 m: all of it in one cell, where the centre alone would see nothing."""
    factor, outside = on_grid(a("sighting", 0.5, x_m=720.0, error_m=5.0), GRID)
    false = 0.5 / (2000.0 * 2000.0)
    values = np.asarray(factor.values)
    assert values[7, 7] == pytest.approx(0.5 / 1e4 + false, rel=1e-4)  # 720 east, 1240 north: row 7, column 7
    assert values[7, 8] == values[0, 0] == pytest.approx(false)
    assert outside == pytest.approx(false)


@pytest.mark.parametrize("kind", ["sighting", "aml", "footprint"])
def test_map_and_world_hold_the_whole_of_a_place(kind: str) -> None:
    """By the map's eastern edge, half of it off the map; the print heads north-east."""
    reading = a(kind, 0.5, x_m=1990.0, y_m=900.0)
    factor, outside = on_grid(reading, GRID)
    false = 0.5 * false_likelihood(reading, report_area_m2(reading, GRID))
    inside = square_sum(np.asarray(factor.values) - false, GRID.cell_m)
    # the world is cut into cells of 490 m: its area is known to a third of a per cent, a print's share likewise
    assert inside + (outside - false) * WORLD_M2 == pytest.approx(0.5, rel=6e-3)
    assert 0.1 < inside < 0.3


def test_false_reports_fall_on_the_map_or_over_the_world() -> None:
    assert report_area_m2(a("sighting"), GRID) == pytest.approx(4e6)
    assert report_area_m2(a("sighting", x_m=9000.0), GRID) == pytest.approx(pi * 50_000.0**2)
    huge = Grid(crs="EPSG:32612", x_west_m=0.0, y_north_m=2e5, cell_m=1000.0, height=200, width=200)
    assert report_area_m2(a("sighting", x_m=-9000.0), huge) == pytest.approx(2 * 4e10)
    assert on_grid(a("sighting", x_m=-9000.0), huge)[1] > 0.0


def test_a_sighting_off_the_map_raises_the_rest_of_the_world() -> None:
    """rho / A_out against nothing: true 3 km off, the odds of the world rise by (.8/A_out + .2/A) / (.2/A)."""
    before = belief(0.2)
    after, _ = before.given(*on_grid(a("sighting", 0.8, x_m=9000.0, y_m=9000.0), GRID))
    false = 0.2 / (pi * 50_000.0**2)
    factor = (0.8 / WORLD_M2 + false) / false
    assert after.rest_of_world == pytest.approx(0.2 * factor / (0.2 * factor + 0.8), rel=3e-3)


def test_a_watch_smaller_than_a_cell_thins_its_share_of_it() -> None:
    """A circle of 30 m is .2827 of a cell of 100 m; POD 1 at reliability .5 takes half of that."""
    factor, outside = on_grid(a("not_here", 0.5, x_m=750.0, y_m=1250.0, radius_m=30.0, pod=1.0), GRID)
    values = np.asarray(factor.values)
    assert values[7, 7] == pytest.approx(1.0 - 0.5 * pi * 0.09, abs=6e-3)  # its rim is cut into parts of 3.7 m
    assert values[7, 8] == outside == 1.0


def test_validity_by_hand() -> None:
    """Prior 1/4 per cell of 100 m on four cells; the sighting falls in one: E = .25 / 10^4 per m2.

    False: 1 / 4*10^6. rho' = .5 * 2.5e-5 / (.5 * 2.5e-5 + .5 * 2.5e-7) = 100 / 101.
    """
    poa = np.zeros(GRID.shape)
    poa[7:9, 7:9] = 0.25
    held = Belief.mixture(GRID, [("lost", 1.0, Raster(poa, GRID, "poa"), 0.0)])
    reading = a("sighting", 0.5, x_m=750.0, y_m=1250.0, error_m=5.0)
    true = evidence_true(reading, held)
    assert true == pytest.approx(2.5e-5)
    assert validity(reading, true, area_m2=4e6) == pytest.approx(100 / 101)
    assert validity(reading, 0.0, area_m2=4e6) == 0.0
    assert validity(a("sighting", 0.0), true, area_m2=4e6) == 0.0
    # the same as splitting the evidence of the mixture
    factor, _ = on_grid(reading, GRID)
    total = float((np.asarray(factor.values) * poa).sum())
    assert validity(reading, true, area_m2=4e6) == pytest.approx(0.5 * true / total)


def test_what_changed_by_hand() -> None:
    """From 1/4, 1/4 and world 1/2 to 1/2, 0 and 1/2: a quarter moved, sum q log2(q/p) = 1/2 bit."""
    grid = Grid(crs="EPSG:32612", x_west_m=0.0, y_north_m=1000.0, cell_m=1000.0, height=1, width=2)

    def held(values: list[float], outside: float) -> Belief:
        return Belief.mixture(grid, [("lost", 1.0, Raster(np.array([values]), grid, "poa"), outside)])

    change = what_changed(held([0.25, 0.25], 0.5), held([0.5, 0.0], 0.5))
    assert change.mass_moved == pytest.approx(0.25) and change.mass_moved_far == pytest.approx(0.25)
    assert change.information_bits == pytest.approx(0.5)
    assert (change.rest_of_world_before, change.rest_of_world_after) == (0.5, 0.5)
    assert change.weights_before == change.weights_after == {"lost": 1.0}
    back = what_changed(held([0.5, 0.0], 0.5), held([0.25, 0.25], 0.5))
    assert back.information_bits is None and back.mass_moved == pytest.approx(0.25)
    assert what_changed(belief(), belief()).mass_moved == 0.0
    with pytest.raises(MismatchError):
        what_changed(belief(), held([0.5, 0.0], 0.5))


def test_mass_that_moves_next_door_has_not_moved_far() -> None:
    poa = np.zeros(GRID.shape)
    poa[0, 0] = 1.0
    start = Belief.mixture(GRID, [("lost", 1.0, Raster(poa, GRID, "poa"), 0.0)])
    near, far = (Belief.mixture(GRID, [("lost", 1.0, Raster(np.roll(poa, n), GRID, "poa"), 0.0)]) for n in (3, 15))
    assert (what_changed(start, near).mass_moved, what_changed(start, near).mass_moved_far) == (1.0, 0.0)
    assert (what_changed(start, far).mass_moved, what_changed(start, far).mass_moved_far) == (1.0, 1.0)


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_reading_says_what_it_lacks(kind: str) -> None:
    with pytest.raises(InvalidInput, match="needs|give one"):
        Reading(kind=kind, x_m=0.0, y_m=0.0, reliability=0.5)  # type: ignore[arg-type]
    assert Reading.from_json(a(kind).as_json()) == a(kind)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("sighting", {"reliability": 1.2}),
        ("sighting", {"error_m": 0.2}),
        ("sighting", {"x_m": float("nan")}),
        ("aml", {"confidence": 1.0}),
        ("timing_advance", {"timing_advance": 64}),
        ("cell_sector", {"range_m": 500.0}),
        ("cell_sector", {"beam_deg": 400.0}),
        ("towards", {"target_x_m": 1.0, "target_y_m": 2.0}),
        ("towards", {"bearing_deg": None, "target_x_m": 730.0, "target_y_m": 1240.0}),
        ("towards", {"dispersion_deg": (40.0, 30.0, 20.0, 10.0)}),
        ("not_here", {"pod": -0.1}),
    ],
)
def test_what_cannot_be_is_refused(kind: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        a(kind, **wrong)


def test_areas_and_evidence_must_be_numbers() -> None:
    with pytest.raises(InvalidInput, match="area"):
        false_likelihood(a("sighting"), 0.0)
    with pytest.raises(InvalidInput, match="evidence_true"):
        validity(a("sighting"), -1.0, area_m2=1.0)
    with pytest.raises(InvalidInput, match="no kind"):
        Reading(kind="rumour", x_m=0.0, y_m=0.0, reliability=0.5)  # type: ignore[arg-type]


# --- calibration (Talts et al. 2018) --------------------------------------------------------------
# Draw the subject from the prior and the evidence from the model: the mass that the belief after holds above the
# subject's own place is then uniform on [0, 1], ties counted at random.

DRAWS = 1000


def draw_place(prior: Belief, rng: np.random.Generator) -> tuple[int, float, float]:
    """Index of a cell (or the number of cells: the rest of the world), and a point within it."""
    mass = np.append(np.asarray(prior.poa.values).ravel(), prior.rest_of_world)
    i = int(rng.choice(mass.size, p=mass / mass.sum()))
    if i == mass.size - 1:
        while True:
            x, y = rng.uniform(-50_000.0, 50_000.0, 2)
            if x * x + y * y < 50_000.0**2 and max(abs(x), abs(y)) > 1000.0:
                return i, 1000.0 + x, 1000.0 + y
    row, col = divmod(i, GRID.width)
    return i, GRID.x_m()[col] + rng.uniform(-50.0, 50.0), GRID.y_m()[row] + rng.uniform(-50.0, 50.0)


def rank(after: Belief, i: int, rng: np.random.Generator) -> float:
    mass = np.append(np.asarray(after.poa.values).ravel(), after.rest_of_world)
    return float(mass[mass > mass[i]].sum() + rng.uniform() * mass[mass == mass[i]].sum())


@pytest.mark.parametrize("kind", ["sighting", "aml"])
def test_beliefs_after_a_place_are_calibrated(kind: str) -> None:
    rng = np.random.default_rng(20260101)
    prior, ranks = belief(0.3), []
    area_m2, sigma_m = pi * 50_000.0**2, 80.0 if kind == "sighting" else 200.0 / sqrt(-2.0 * log(0.1))
    for _ in range(DRAWS):
        i, x, y = draw_place(prior, rng)
        if rng.uniform() < 0.8:
            x, y = x + sigma_m * rng.normal(), y + sigma_m * rng.normal()
        else:
            away, angle = 50_000.0 * sqrt(rng.uniform()), rng.uniform(0.0, 2.0 * pi)
            x, y = 1000.0 + away * np.cos(angle), 1000.0 + away * np.sin(angle)
        reading = a(kind, 0.8, x_m=float(x), y_m=float(y))
        after, _ = prior.given(*on_grid(reading, GRID, area_m2=area_m2))
        ranks.append(rank(after, i, rng))
    assert kstest(ranks, "uniform").pvalue > 1e-3


def test_beliefs_after_timing_advance_are_calibrated() -> None:
    rng = np.random.default_rng(20260102)
    prior, ranks = belief(0.3), []
    mast = {"x_m": -800.0, "y_m": 300.0, "technology": "gsm", "excess_m": 300.0}
    after = [prior.given(*on_grid(a("timing_advance", 0.8, timing_advance=k, **mast), GRID))[0] for k in range(64)]
    step = 299_792_458.0 * 48e-6 / 13.0 / 2.0
    for _ in range(4 * DRAWS):
        i, x, y = draw_place(prior, rng)
        k = int(rng.integers(64))
        if rng.uniform() < 0.8:
            seen = np.hypot(x + 800.0, y - 300.0) + rng.exponential(300.0) + step / 2.0 * rng.normal()
            k = int(np.clip(np.floor(seen / step), 0, 63))
        ranks.append(rank(after[k], i, rng))
    assert kstest(ranks, "uniform").pvalue > 1e-3


def test_beliefs_after_a_failed_search_are_calibrated() -> None:
    rng = np.random.default_rng(20260103)
    prior, ranks = belief(0.3), []
    pod = np.where(GRID.x_m() < 1200.0, 0.7, 0.2) * np.ones(GRID.shape)
    after, _ = prior.searched(Raster(pod, GRID, "pod"))
    chance = np.append(pod.ravel(), 0.0)
    while len(ranks) < 4 * DRAWS:
        i, _, _ = draw_place(prior, rng)
        if rng.uniform() >= chance[i]:  # only searches that missed leave a belief to be rated
            ranks.append(rank(after, i, rng))
    assert kstest(ranks, "uniform").pvalue > 1e-3
