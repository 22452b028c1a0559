"""Errors found in real sources of the field, each with the right number and the wrong one (FIELD 1.8, THEORY 4.3)."""

from __future__ import annotations

from math import cos, exp, radians

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.place import Position
from wayhome.base.projection import checked_crs, geodesic_area_m2, transformer
from wayhome.base.raster import Grid, Raster
from wayhome.science.belief import Belief, pos_overall
from wayhome.science.detection import coverage, pod_cumulative, pod_random
from wayhome.science.regions import RegionTable

PAIR = Grid(crs="EPSG:32619", x_west_m=0.0, y_north_m=10.0, cell_m=10.0, height=1, width=2)


def one_region(poa: float, rest_of_world: float) -> RegionTable:
    return RegionTable(names=("a", "b"), poa_first=(poa, 1.0 - poa - rest_of_world), rest_of_world_first=rest_of_world)


def belief_of(poa: list[float], rest_of_world: float) -> Belief:
    return Belief.mixture(PAIR, [("lost", 1.0, Raster(np.array([poa]), PAIR, "poa"), rest_of_world)])


def test_trap_1_cumulative_pod_on_a_shifted_poa_counts_old_searches_twice() -> None:
    first = one_region(0.5, 0.3).searched({"a": 0.5})
    assert first.searched({"a": 0.5}).poa[0] == pytest.approx(0.200)
    pod_cum = pod_cumulative([0.5, 0.5])
    wrong = first.poa[0] * (1 - pod_cum) / (1 - first.poa[0] * pod_cum)
    assert wrong == pytest.approx(0.111, abs=5e-4)


def test_trap_1_on_the_map() -> None:
    belief, pod = belief_of([0.5, 0.2], 0.3), Raster(np.array([[0.5, 0.0]]), PAIR, "pod")
    twice = belief.searched(pod)[0].searched(pod)[0]
    assert twice.poa.values[0, 0] == pytest.approx(0.200)


def test_trap_2_scaling_the_others_by_hand_makes_the_segment_look_too_empty() -> None:
    poa, pod = 0.40, 0.50
    assert one_region(poa, 0.1).searched({"a": pod}).poa[0] == pytest.approx(0.25)
    pos = poa * pod
    wrong, others = poa - pos, (1 - poa) * (1 + pos / (1 - poa))
    assert wrong + others == pytest.approx(1.0)  # it sums to 1, which is why nobody sees it
    assert wrong == pytest.approx(0.20)


def test_trap_2_a_corrected_first_poa_keeps_its_failed_searches() -> None:
    searched = one_region(0.40, 0.1).searched({"a": 0.50})
    corrected = searched.with_poa_first((0.60, 0.30), 0.10)
    assert corrected.poa[0] == pytest.approx(0.30 / 0.70)  # 0.60 * 0.5 / (1 - 0.30), not 0.60 again


def test_trap_3_cumulative_pos_from_the_first_poa_exceeds_what_is_there() -> None:
    table = one_region(0.5, 0.5 - 1e-9).searched({"a": 0.8}).searched({"a": 0.8})
    assert table.pos_overall == pytest.approx(0.48)
    wrong = 1 - (1 - 0.5 * 0.8) ** 2
    assert wrong == pytest.approx(0.64)
    assert wrong > 0.5 > table.pos_overall


def test_trap_3_on_the_map_the_sequential_form_agrees() -> None:
    belief, pod = belief_of([0.5, 0.2], 0.3), Raster(np.array([[0.8, 0.0]]), PAIR, "pod")
    after, first = belief.searched(pod)
    _, second = after.searched(pod)
    assert (first.pos_overall, second.pos_overall) == (pytest.approx(0.40), pytest.approx(0.08 / 0.60))
    assert pos_overall([first, second]) == pytest.approx(0.48)


@pytest.mark.parametrize(("lat_deg", "factor"), [(30, 1.33), (45, 2.0), (56, 3.2), (60, 4.0)])
def test_trap_4_web_mercator_areas(lat_deg: float, factor: float) -> None:
    ring = [(0.0, 0.0), (0.01, 0.0), (0.01, 0.01), (0.0, 0.01)]
    to_mercator = transformer("EPSG:4326", "EPSG:3857")
    places = tuple(Position(lat_deg=lat_deg - 0.005 + y, lon_deg=x) for x, y in ring)
    x, y = zip(*(to_mercator(p.lon_deg, p.lat_deg) for p in places), strict=True)
    mercator_m2 = (max(x) - min(x)) * (max(y) - min(y))
    # the ellipsoid adds up to 0.7 % to the 1 / cos^2 of a sphere
    assert mercator_m2 / geodesic_area_m2(places) == pytest.approx(factor, rel=0.01)
    assert 1 / cos(radians(lat_deg)) ** 2 == pytest.approx(factor, rel=0.005)


def test_trap_4_what_it_does_to_pod_and_that_it_is_refused() -> None:
    assert pod_random(1.0) == pytest.approx(0.63, abs=5e-3)
    assert pod_random(1.0 / 2.0) == pytest.approx(0.39, abs=5e-3)
    with pytest.raises(InvalidInput, match="Web Mercator"):
        checked_crs("EPSG:3857")


def test_trap_5_a_dissolved_buffer_is_not_coverage() -> None:
    grid = Grid(crs="EPSG:32619", x_west_m=0.0, y_north_m=400.0, cell_m=5.0, height=80, width=80)
    line = np.array([[100.0, 200.0], [300.0, 200.0]])
    once, thrice = coverage(grid, [line], 20.0), coverage(grid, [line] * 3, 20.0)
    area_m2 = 400.0 * 400.0
    assert once.achieved.coverage_mean == pytest.approx(20.0 * 200.0 / area_m2)
    assert thrice.achieved.coverage_mean == pytest.approx(3 * 20.0 * 200.0 / area_m2)  # the buffer stays the same
    assert float(np.max(thrice.coverage.values)) > 1.0
    flat = Raster(np.full(grid.shape, 1.0 / 6400), grid, "poa")
    belief = Belief.mixture(grid, [("lost", 1.0, flat, 0.0)])
    with pytest.raises(MismatchError, match="pod"):
        belief.searched(once.coverage)


def test_trap_6_oconnor_letters_and_their_rest_of_world() -> None:
    table = RegionTable.oconnor("1234", "GACD", rest_of_world=0.0)
    assert table.poa == pytest.approx([0.06, 0.41, 0.29, 0.24], abs=5e-3)
    assert table.poa == pytest.approx([1 / 17, 7 / 17, 5 / 17, 4 / 17])


@pytest.mark.parametrize(("n", "rest_of_world"), [(4, 0.048), (8, 0.024), (20, 0.010)])
def test_trap_6_a_letter_for_the_rest_of_world_depends_on_how_many_segments_are_drawn(
    n: int, rest_of_world: float
) -> None:
    names = [str(i) for i in range(n)]
    letters = ["E"] * n
    as_a_letter = RegionTable.oconnor([*names, "rest of world"], [*letters, "I"], rest_of_world=0.0)
    assert as_a_letter.poa[-1] == pytest.approx(rest_of_world, abs=5e-4)  # 1 of 5 n + 1 points
    assert RegionTable.oconnor(names, letters, rest_of_world=0.10).rest_of_world == pytest.approx(0.10)


def test_trap_7_a_rest_of_world_of_0_can_never_say_that_the_person_left() -> None:
    with_none, with_some = belief_of([0.5, 0.5], 0.0), belief_of([0.4, 0.4], 0.2)
    pod = Raster(np.array([[0.9, 0.9]]), PAIR, "pod")
    for _ in range(3):
        with_none, with_some = with_none.searched(pod)[0], with_some.searched(pod)[0]
    assert with_none.rest_of_world == 0.0
    assert with_some.rest_of_world == pytest.approx(0.2 / (0.2 + 0.8 * 1e-3))
    assert with_none.caveats and not with_some.caveats
    with pytest.raises(TypeError):
        RegionTable(names=("a",), poa_first=(1.0,))  # type: ignore[call-arg]


def test_casie_relative_increase_of_rest_of_world() -> None:
    """ROW' = ROW / (1 - OPOS): sarinfo.bc.ca, `shiftPOA`."""
    _, update = belief_of([0.6, 0.3], 0.1).searched(Raster(np.array([[0.5, 0.2]]), PAIR, "pod"))
    assert update.pos_overall == pytest.approx(0.36)
    assert update.rest_of_world_after / update.rest_of_world_before == pytest.approx(1 / 0.64)


def test_shea_and_cooper_agree() -> None:
    """Cooper's closed form for one segment (THEORY 4.3)."""
    poa, pod = 0.35, 0.7
    after = one_region(poa, 0.15).searched({"a": pod})
    assert after.poa[0] == pytest.approx(poa * (1 - pod) / (poa * (1 - pod) + 1 - poa))
    assert after.poa[1] == pytest.approx(0.5 * (1 - after.poa[0]) / (1 - poa))


def test_proportional_consensus() -> None:
    """29, 35, 40, 18, 13 and ROW 5 give 21, 25, 28, 13, 9 and 4 % (THEORY 4.3; 28 is 28.57 cut, not rounded)."""
    table = RegionTable.proportional("12345", [[29, 35, 40, 18, 13, 5]])
    assert [*table.poa, table.rest_of_world] == pytest.approx([0.21, 0.25, 0.28, 0.13, 0.09, 0.04], abs=6e-3)


def test_averaged_pods_of_an_unknown_state_are_not_multiplied() -> None:
    """Half responsive (.9), half not (.3), two passes: .75, not .84; P(responsive) .5 to .125 (THEORY 12)."""
    assert pod_cumulative([[0.9, 0.3]] * 2, [0.5, 0.5]) == pytest.approx(0.75)
    assert pod_cumulative([0.6, 0.6]) == pytest.approx(0.84)
    poa = Raster(np.array([[0.5, 0.5]]), PAIR, "poa")
    belief = Belief.mixture(PAIR, [("responsive", 0.5, poa, 0.0), ("not responsive", 0.5, poa, 0.0)])
    assert belief.reweighed([1 - 0.9, 1 - 0.3]).weights[0] == pytest.approx(0.125)


def test_shared_doubt_about_the_sweep_width() -> None:
    """C = 1, W x .5 or x 1.5 equally likely, three passes: .883, not .929 (THEORY 12)."""
    pods = [pod_random(0.5), pod_random(1.5)]
    assert pod_cumulative([pods] * 3, [0.5, 0.5]) == pytest.approx(0.883, abs=5e-4)
    mean = (1 - exp(-0.5) + 1 - exp(-1.5)) / 2
    assert pod_cumulative([mean] * 3) == pytest.approx(0.929, abs=5e-4)
