"""What a rating is, what is known to have been reached, and what the ground adds (THEORY 2.1 to 2.4, 8.3 and 12).

Not reproduced, for want of the data: the ratings of 376 private cases (.78, .61, .81), the 114 and 54 public cases
of which this project reads 71, the ratings on Hashimoto's cases, and the symmetric divergences of Arran. What
follows from those figures by arithmetic is checked.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from wayhome.base.place import Position
from wayhome.base.projection import projection
from wayhome.base.raster import Grid, Raster
from wayhome.ground.local import read_lines
from wayhome.science.distance import DistanceLaw, RingLaw, radial_prior
from wayhome.science.scoring import LEVELS, rating
from wayhome.science.tables import table

CRS = "EPSG:32612"
IPP = (500_000.0, 3_800_000.0)
BOX_KM2 = 625.0


def box(cell_m: float) -> Grid:
    """25 km by 25 km with the IPP in its middle, at a corner of cells."""
    n = round(25_000 / cell_m)
    return Grid(crs=CRS, x_west_m=IPP[0] - 12_500.0, y_north_m=IPP[1] + 12_500.0, cell_m=cell_m, height=n, width=n)


def place(grid: Grid, i_row: int, i_col: int) -> Position:
    return projection(CRS).position(float(grid.x_m()[i_col]), float(grid.y_m()[i_row]))


def small(values: list[list[float]]) -> Raster:
    grid = Grid(crs=CRS, x_west_m=IPP[0], y_north_m=IPP[1], cell_m=100.0, height=len(values), width=len(values[0]))
    return Raster(np.array(values), grid, "poa")


# -- 2.1: the rating


@pytest.fixture(scope="module")
def radial() -> tuple[Raster, float]:
    return radial_prior(DistanceLaw(mu_ln_m=math.log(2000.0), sigma=1.2), box(25.0), IPP)


@pytest.mark.parametrize(
    ("distance_km", "published"), [(1.0, 0.990), (3.0, 0.910), (5.0, 0.749), (7.07, 0.497), (12.5, -0.571)]
)
def test_2_1_rating_of_a_smooth_radial_map(radial: tuple[Raster, float], distance_km: float, published: float) -> None:
    """R = 1 - 2 pi d^2/625. Whole cells make 0.0001 of R, 1 m at the box's edge 0.0003."""
    poa, rest_of_world = radial
    away = poa.grid.distance_m(*IPP)
    for k in np.argsort(abs(away - 1000.0 * distance_km), axis=None)[:4]:
        i, j = np.unravel_index(k, away.shape)
        assert away[i, j] == pytest.approx(1000.0 * distance_km, abs=1.0)
        assert rating(poa, rest_of_world, place(poa.grid, int(i), int(j))).r == pytest.approx(
            published, abs=5e-4 + 3e-4
        )


def test_2_1_ties_count_half() -> None:
    """n = 1 above, m = 2 level, N = 9: r = (1 + 1)/9, R = 5/9."""
    poa = small([[0.4, 0.2, 0.2], [0.1, 0.05, 0.05], [0.0, 0.0, 0.0]])
    assert rating(poa, 0.0, place(poa.grid, 0, 1)).r == pytest.approx(5 / 9)
    assert rating(poa, 0.0, place(poa.grid, 0, 0)).r == pytest.approx(1 - 2 * 0.5 / 9)  # never quite 1
    assert rating(poa, 0.0, place(poa.grid, 2, 2)).r == pytest.approx(1 - 2 * 7.5 / 9)


def test_2_1_a_uniform_map_rates_0_and_the_log_score_is_that_of_625_km2() -> None:
    """R = 0, and -6.44 nat/km2 (THEORY 2.4: uniform box)."""
    grid = box(250.0)
    flat = Raster(np.full(grid.shape, 1.0 / grid.shape[0] ** 2), grid, "poa")
    found = rating(flat, 0.0, place(grid, 3, 77))
    assert found.r == 0.0
    assert found.log_density_nat_per_km2 == pytest.approx(-6.44, abs=5e-3)


def test_2_1_over_all_places_any_map_rates_0() -> None:
    values = np.random.default_rng(5).choice([1.0, 2.0, 5.0], size=(4, 5))
    poa = small((values / values.sum()).tolist())
    every = [rating(poa, 0.0, place(poa.grid, i, j)).r for i in range(4) for j in range(5)]
    assert sum(every) == pytest.approx(0.0, abs=1e-12)
    assert all(-1.0 < r < 1.0 for r in every)


def test_2_1_rating_is_twice_the_area_under_the_curve_of_finds_by_area_less_one() -> None:
    """Three finds in the order of the map: one of them in the richest of four cells, one in the two level ones.

    Share of the area searched 0, 1/4, 3/4, 1 against share of finds 0, 1/3, 2/3, 1: trapezes 1/24 + 1/4 + 5/24 = 1/2.
    """
    poa = small([[0.5, 0.2], [0.2, 0.1]])
    finds = [(0, 0), (0, 1), (1, 1)]
    mean = sum(rating(poa, 0.0, place(poa.grid, *cell)).r for cell in finds) / 3
    assert mean == pytest.approx(2 * 0.5 - 1, abs=1e-12)
    better = sum(rating(poa, 0.0, place(poa.grid, *cell)).r for cell in [(0, 0), (0, 0), (0, 1)]) / 3
    # 2/3 of the finds in the first quarter: 1/12 + 5/12 + 1/4 = 3/4
    assert better == pytest.approx(2 * 0.75 - 1)


@pytest.mark.parametrize(("rest_of_world", "r"), [(0.05, -0.9), (0.286, -0.428), (0.5, 0.0)])
def test_2_1_outside_the_box(rest_of_world: float, r: float) -> None:
    """R = 2 p - 1 (THEORY 12); MapScore's -0.9 is that of p = .05."""
    poa = small([[(1.0 - rest_of_world) / 4] * 2] * 2)
    away = projection(CRS).position(IPP[0] + 5000.0, IPP[1])
    assert rating(poa, rest_of_world, away).r == pytest.approx(r)


@pytest.mark.parametrize(
    ("inside", "n_inside", "outside", "published"), [(0.769, 100, 14, 0.564), (0.817, 53, 1, 0.785)]
)
def test_2_4_means_that_count_finds_outside_at_minus_nine_tenths(
    inside: float, n_inside: int, outside: int, published: float
) -> None:
    """All categories .769 (100) and .564 (114); hikers .817 (53) and .785 (54), one with bad coordinates."""
    poa = small([[0.95 / 4] * 2] * 2)
    r = rating(poa, 0.05, projection(CRS).position(IPP[0] + 5000.0, IPP[1])).r
    assert (n_inside * inside + outside * r) / (n_inside + outside) == pytest.approx(published, abs=5e-4)


def test_2_1_rings_lose_up_to_half_their_area_through_ties() -> None:
    """Just inside a ring from 3 to 6 km: the smooth map has pi 9 km2 before it, the rings half of pi 27 km2 more."""
    law = RingLaw(radii_m=(1000.0, 3000.0, 6000.0), weights=(0.4, 0.3, 0.3))
    poa, rest_of_world = radial_prior(law, box(50.0), IPP)
    i_col = 250 + 3060 // 50
    lost = 2 * math.pi * 9 / BOX_KM2 + 2 * math.pi * 27 / 2 / BOX_KM2
    assert rating(poa, rest_of_world, place(poa.grid, 250, i_col)).r == pytest.approx(1 - lost, abs=2e-3)


def test_8_3_finds_drawn_from_the_map_lie_in_its_regions_as_often_as_they_say() -> None:
    """25/50/75/95 % of total mass, ties in part and the rest of the world last: exact, and r* is even."""
    rest_of_world = 0.1
    values = np.array([[4.0, 2.0, 2.0, 1.0], [1.0, 1.0, 8.0, 0.0]])
    poa = small((values / values.sum() * (1.0 - rest_of_world)).tolist())
    cells = [(i, j) for i in range(2) for j in range(4)]
    found = [(float(poa.values[c]), rating(poa, rest_of_world, place(poa.grid, *c))) for c in cells]
    away = projection(CRS).position(IPP[0] + 5000.0, IPP[1])
    found.append((rest_of_world, rating(poa, rest_of_world, away)))
    for level in (*LEVELS, 0.1, 0.99):
        assert sum(p * r.contained(level) for p, r in found if p > 0.0) == pytest.approx(level)


# -- 2.2: what was published


def test_2_2_published_ratings() -> None:
    ours = {row["model"]: (row["mean_r"], row.get("ci_95"), row["n"]) for row in table("calibration")["rating"]}
    assert ours == {
        "distance rings": (0.78, [0.74, 0.82], 376),
        "watershed": (0.61, None, 376),
        "distance and watershed": (0.81, [0.77, 0.84], 376),
        "searchlight rings, Arizona": (0.711, [0.643, 0.779], 109),
        "searchlight rings, demo cases": (0.761, None, 6),
    }


def test_2_2_contours_of_cost_distance() -> None:
    """Every share is a whole number of the 362 subjects, which is a check of all nine figures."""
    content = table("calibration")
    assert content["levels"] == [0.25, 0.5, 0.75]
    plain, alike, by_profile = content["containment"]
    assert plain["share"] == [0.287, 0.450, 0.638]
    assert (alike["share"], alike["stretch"]) == ([0.287, 0.522, 0.776], [1.05, 1.35, 1.80])
    assert by_profile["share"] == [0.279, 0.508, 0.787]
    for row in content["containment"]:
        assert row["n"] == 362
        for share in row["share"]:
            assert round(round(share * 362) / 362, 3) == share


def test_2_2_only_the_stretched_contours_hold_what_they_say() -> None:
    """Standard error at 75 % of 362: sqrt(.75 .25/362) = .0228; .638 misses by 4.9 of them, .787 by 1.6."""
    content = table("calibration")

    def misses(row: dict[str, Any]) -> list[float]:
        return [
            abs(share - level) / math.sqrt(level * (1 - level) / row["n"])
            for share, level in zip(row["share"], content["levels"], strict=True)
        ]

    plain, alike, by_profile = content["containment"]
    assert max(misses(plain)) == pytest.approx(4.9, abs=0.05)
    assert max(misses(alike)) < 2.0 and max(misses(by_profile)) < 2.0


# -- 2.2 and 2.4: watersheds


def test_2_2_watersheds_of_yosemite() -> None:
    content = table("watershed")
    assert {row["watersheds_away"]: row["share"] for row in content["row"]} == {0: 0.48, 1: 0.38, 2: 0.13}
    (study,) = content["study"]
    assert (study["incidents"], study["searches"], study["found_locations"]) == (2308, 213, 218)
    assert (study["hikers_share"], study["mean_age_years"]) == (0.62, 36)
    assert (study["error_mean_m"], study["error_median_m"], study["error_95_m"]) == (354, 97, 1651)


def test_2_4_watersheds_of_arizona_agree_with_those_of_yosemite() -> None:
    """53, 42 and 18 of 113: chi-square 0.79 against .48/.38/.13 of .99, 5.99 being the 95 % of two degrees."""
    content = table("watershed")
    counts = [row["n"] for row in content["count"] if row["category"] == "all"]
    assert counts == [53, 42, 18]
    assert [row["n"] for row in content["count"] if row["category"] == "hiker"] == [29, 21, 3]
    shares = [row["share"] / 0.99 for row in content["row"]]
    chi_square = sum((n - 113 * p) ** 2 / (113 * p) for n, p in zip(counts, shares, strict=True))
    assert chi_square == pytest.approx(0.79, abs=0.02)


def test_2_4_watersheds_of_the_cases_here(data_folder: Path) -> None:
    """70 of the 113: within two standard errors (.12, .12, .08) of Yosemite's shares."""
    with (data_folder / "cases" / "arizona.csv").open(encoding="utf-8-sig", newline="") as lines:
        away = [min(int(float(row["watershed"])), 2) for row in csv.DictReader(lines) if row["watershed"]]
    assert len(away) == 70
    for row in table("watershed")["row"]:
        share = row["share"]
        error = math.sqrt(share * (1 - share) / len(away))
        assert away.count(row["watersheds_away"]) / len(away) == pytest.approx(share, abs=2 * error)


# -- 2.2 and 12: what draws people


def test_2_2_attractors() -> None:
    content = table("attractors")
    ours = {(row["feature"], row["state"]): row["relative_density"] for row in content["row"]}
    assert ours == {
        ("trail", "uninjured"): 5.0,
        ("trail", "injured"): 7.0,
        ("road", "uninjured"): 3.0,
        ("stream", "uninjured"): 2.0,
        ("stream", "injured"): 3.5,
        ("lake", "uninjured"): 2.0,
        ("trail_stream_crossing", "uninjured"): 7.0,
        ("low_point", "uninjured"): 2.0,
        ("high_point", "uninjured"): 1.5,
    }
    by_feature = {row["feature"]: row for row in content["row"] if row["state"] == "uninjured"}
    crossing = by_feature["trail_stream_crossing"]
    assert (crossing["relative_density_to"], crossing["area_share_below"]) == (13.0, 0.01)
    assert by_feature["low_point"]["lowest_share"] == [0.05, 0.10]
    assert (content["near_m"], content["stream_strahler_from"], content["low_and_high_within_m"]) == (80.0, 5, 2000.0)


@pytest.mark.parametrize(("raw", "share", "density"), [(5.0, 0.1, 3.57), (9.0, 0.1, 5.0)])
def test_12_a_raw_weight_yields_less_than_its_density(raw: float, share: float, density: float) -> None:
    """w/(1 - f + w f). For 5 at f = .1 the weight is d (1 - f)/(1 - d f) = 9, not 5."""
    assert raw / (1 - share + raw * share) == pytest.approx(density, abs=5e-3)
    trail = next(row["relative_density"] for row in table("attractors")["row"] if row["feature"] == "trail")
    assert trail * (1 - 0.1) / (1 - trail * 0.1) == pytest.approx(9.0)


@pytest.mark.parametrize(
    ("ground", "file", "share_published", "has_room"),
    [
        ("san_pedro", "trails", 0.18, True),
        ("marbles", "trails", 0.20, False),
        ("san_pedro", "roads", 0.35, False),
    ],
)
def test_12_share_of_real_ground_within_80_m_of_lines(
    data_folder: Path, ground: str, file: str, share_published: float, has_room: bool
) -> None:
    """Trails .18 (San Pedro) and .20 (Marble Mountains), roads .35: a density of 5 or 3 can't be had from 1/5 or 1/3 on."""
    west, north, width, height = {
        "san_pedro": (541_800.0, 4_162_500.0, 740, 600),
        "marbles": (481_905.0, 4_603_215.0, 501, 402),
    }[ground]
    grid = Grid(crs="EPSG:26910", x_west_m=west, y_north_m=north, cell_m=10.0, height=height, width=width)
    lines, _ = read_lines(data_folder / "terrain" / ground / f"{file}.shp", None, grid)
    near = shapely.MultiLineString([line.tolist() for line in lines]).buffer(table("attractors")["near_m"])
    terrain = shapely.box(grid.x_west_m, grid.y_south_m, grid.x_east_m, grid.y_north_m)
    assert near.intersection(terrain).area / terrain.area == pytest.approx(share_published, abs=5e-3)
    feature = file.removesuffix("s")
    density = next(row["relative_density"] for row in table("attractors")["row"] if row["feature"] == feature)
    assert (density * share_published < 1.0) == has_room
