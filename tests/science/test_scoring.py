"""Ratings by hand on small maps."""

from __future__ import annotations

from math import log, pi

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.projection import projection
from wayhome.base.raster import Grid, Raster
from wayhome.science.scoring import LOG_FLOOR, clusters, rating, read_cases, score, score_cases

GRID = Grid(crs="EPSG:32612", x_west_m=500_000.0, y_north_m=4_000_000.0, cell_m=1000.0, height=2, width=3)
VALUES = np.array([[0.3, 0.2, 0.2], [0.1, 0.0, 0.0]])


def at(row: int, col: int) -> Position:
    return projection(GRID.crs).position(500_500.0 + 1000 * col, 3_999_500.0 - 1000 * row)


def poa() -> Raster:
    return Raster(VALUES, GRID, "poa")


@pytest.mark.parametrize(
    ("cell", "n", "m", "above"), [((0, 0), 0, 1, 0.0), ((0, 2), 1, 2, 0.3), ((1, 0), 3, 1, 0.7), ((1, 2), 4, 2, 0.8)]
)
def test_rating_counts_cells_above_and_half_the_ties(cell: tuple[int, int], n: int, m: int, above: float) -> None:
    found = score(poa(), 0.2, at(*cell))
    assert found["r"] == pytest.approx(1 - 2 * (n + m / 2) / 6)
    assert found["mass_above"] == pytest.approx(above)
    assert found["inside"] is True


def test_rows_and_columns_are_not_swapped() -> None:
    # the lookup of MapScore itself reads the transposed cell (THEORY 2.1)
    assert score(poa(), 0.2, at(0, 2))["log_density_nat_per_km2"] == pytest.approx(log(0.2))
    assert score(poa(), 0.2, at(1, 0))["log_density_nat_per_km2"] == pytest.approx(log(0.1))


def test_zero_density_is_rated_at_the_floor() -> None:
    assert score(poa(), 0.2, at(1, 1))["log_density_nat_per_km2"] == LOG_FLOOR


def test_an_even_map_rates_zero() -> None:
    even = Raster(np.full(GRID.shape, 1 / 6), GRID, "poa")
    assert score(even, 0.0, at(1, 1))["r"] == pytest.approx(0.0)


def test_outside_the_box() -> None:
    big = Grid(crs="EPSG:32612", x_west_m=500_000.0, y_north_m=4_000_000.0, cell_m=100.0, height=251, width=251)
    found = score(Raster(np.full((251, 251), 0.9 / 251**2), big, "poa"), 0.1, Position(lat_deg=36.5, lon_deg=-111.0))
    assert found["inside"] is False
    assert found["r"] == pytest.approx(-0.8)  # 2 p - 1, THEORY 12
    assert found["log_density_nat_per_km2"] == pytest.approx(log(0.1 / 7229), abs=1e-4)  # INTERFACES
    assert pi * 50**2 - 25**2 == pytest.approx(7229, abs=0.1)


def test_regions_are_of_total_mass_and_ties_count_in_part() -> None:
    first, tied = rating(poa(), 0.2, at(0, 0)), rating(poa(), 0.2, at(0, 1))
    assert (first.contained(0.25), first.contained(0.75)) == (pytest.approx(0.25 / 0.3), 1.0)
    assert tied.contained(0.5) == pytest.approx(0.5)  # 0.3 above, 0.4 level: half of it within 0.5
    away = rating(poa(), 0.2, Position(lat_deg=37.0, lon_deg=-111.0))
    assert (away.contained(0.75), away.contained(0.95)) == (0.0, pytest.approx(0.75))


def test_a_map_that_is_no_map_is_refused() -> None:
    with pytest.raises(InvalidInput, match="sum to"):
        score(poa(), 0.5, at(0, 0))
    with pytest.raises(InvalidInput, match="negative or no number"):
        score(Raster(np.where(VALUES == 0.3, np.nan, VALUES), GRID, "poa"), 0.2, at(0, 0))


def row(name: str, ipp: tuple[float, float], find: tuple[float, float], **more: str) -> dict[str, str]:
    return {
        "case_id": name, "category": "Hiker", "eco_domain": "Dry", "terrain": "Flat|Mountainous",
        "ipp_lat": str(ipp[0]), "ipp_lon": str(ipp[1]), "find_lat": str(find[0]), "find_lon": str(find[1]), **more,
    }  # fmt: skip


ROWS = [
    row("a", (35.0, -111.0), (35.01, -111.0)),
    row("b", (35.05, -111.0), (35.05, -111.03)),  # 5.6 km from a
    row("c", (35.13, -111.0), (35.1, -111.02)),  # 8.9 km from b: linked through it
    row("d", (36.0, -111.0), (36.5, -111.0)),  # far away, found 56 km out
    row("e", (35.0, -111.0), (35.0, -111.0), score="False"),
    row("f", (95.0, -111.0), (35.0, -111.0)),
    row("g", (35.0, -111.0), (35.0, -111.0), find_lat=""),
]


def test_rows_that_cannot_be_rated_are_named() -> None:
    cases, skipped = read_cases(ROWS)
    assert [c.case_id for c in cases] == ["a", "b", "c", "d"]
    assert [s["case_id"] for s in skipped] == ["e", "f", "g"]
    assert cases[0].relief == "Flat"
    with pytest.raises(InvalidInput, match="no column find_lat"):
        read_cases([{"case_id": "x", "category": "Hiker", "ipp_lat": "1", "ipp_lon": "1", "find_lon": "1"}])


def test_neighbours_are_linked_one_by_one() -> None:
    cases, _ = read_cases(ROWS)
    group = clusters(cases)
    assert group[0] == group[1] == group[2] != group[3]
    named, _ = read_cases([{**r, "ipp_cluster_10km": k} for r, k in zip(ROWS, "xyxyxyx", strict=True)])
    assert clusters(named).tolist() == [0, 1, 0, 1]


def test_report_has_the_shape_of_the_interface() -> None:
    found = score_cases(ROWS, ("rings", "wayhome"), box_m=25_000, cell_m=500, rng=np.random.default_rng(1))
    assert list(found) == ["models", "pairs", "skipped"]
    ours = found["models"]["wayhome"]
    assert {"n", "r_mean", "r_ci", "log_density_mean", "log_density_ci", "containment"} <= set(ours)
    assert (ours["n"], ours["n_inside"]) == (4, 3)
    assert list(ours["containment"]) == ["0.25", "0.5", "0.75", "0.95"]
    assert ours["r_ci"][0] <= ours["r_mean"] <= ours["r_ci"][1]
    pair = found["pairs"][0]
    assert (pair["a"], pair["b"], pair["metric"]) == ("rings", "wayhome", "r")
    rings = found["models"]["rings"]
    assert pair["mean_difference"] == pytest.approx(rings["r_mean"] - ours["r_mean"])
    again = score_cases(ROWS, ("rings", "wayhome"), box_m=25_000, cell_m=500, rng=np.random.default_rng(1))
    assert again == found


def test_an_unknown_model_and_an_empty_file_are_sentences() -> None:
    with pytest.raises(InvalidInput, match="no model"):
        score_cases(ROWS, ("best",), box_m=25_000, cell_m=500, rng=np.random.default_rng(1))
    with pytest.raises(InvalidInput, match="No case"):
        score_cases(ROWS[4:], ("rings",), box_m=25_000, cell_m=500, rng=np.random.default_rng(1))
