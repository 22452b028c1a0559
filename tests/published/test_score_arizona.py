"""The published ratings of distance-only maps on MapScore's public Arizona cases (THEORY 2.4 and 12)."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wayhome.science.scoring import score_cases

DATA = Path(os.environ.get("WAYHOME_DATA") or Path(__file__).resolve().parents[2].parent / "shared" / "data")
CASES = DATA / "cases" / "arizona.csv"
pytestmark = pytest.mark.skipif(not CASES.is_file(), reason=f"no {CASES.name}: set WAYHOME_DATA to the data folder")


def rated(category: str | None, *models: str) -> dict[str, Any]:
    with CASES.open(encoding="utf-8-sig", newline="") as stream:
        rows = [r for r in csv.DictReader(stream) if category in (None, r["category"])]
    return score_cases(rows, models, box_m=25_000, cell_m=50, rng=np.random.default_rng(0))


@pytest.fixture(scope="module")
def hikers() -> dict[str, Any]:
    return rated("Hiker", "rings", "radial", "wayhome")["models"]


def test_31_clean_hikers_on_a_smooth_radial_map(hikers: dict[str, Any]) -> None:
    # published with cells of 5 m: .797 (.71-.88); ours have 50 m
    for name in ("radial", "wayhome"):
        assert hikers[name]["n"] == hikers[name]["n_inside"] == 31
        assert hikers[name]["r_mean"] == pytest.approx(0.797, abs=0.002)
        assert hikers[name]["r_ci"] == pytest.approx([0.71, 0.88], abs=0.02)


def test_31_clean_hikers_on_rings(hikers: dict[str, Any]) -> None:
    assert hikers["rings"]["r_mean"] == pytest.approx(0.653, abs=0.003)


def test_log_density_of_the_hikers(hikers: dict[str, Any]) -> None:
    assert hikers["radial"]["log_density_mean"] == pytest.approx(-5.16, abs=0.01)
    assert hikers["rings"]["log_density_mean"] == pytest.approx(-5.43, abs=0.01)


def test_all_59_in_the_box() -> None:
    ours = rated(None, "wayhome")["models"]["wayhome"]
    assert (ours["n"], ours["n_inside"]) == (63, 59)
    assert ours["r_mean"] == pytest.approx(0.715, abs=0.002)
