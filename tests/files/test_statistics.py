"""A team's own distances, from TOML and CSV, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput
from wayhome.files.statistics import read_statistics


def test_quantiles_from_csv_and_toml_are_the_same() -> None:
    csv = b"category,ecoregion,relief,n,q25_km,q50_km,q75_km,q95_km\nHiker,Dry,Mountainous,40,1,2,4,9\n"
    toml = b'[[stratum]]\ncategory = "hiker"\necoregion = "dry"\nrelief = "mountain"\nn = 40\nquantiles_km = [1, 2, 4, 9]\n'
    (a,), (b,) = read_statistics(csv, "own"), read_statistics(toml, "own")
    assert a == b
    assert a.quantiles_m == (1000.0, 2000.0, 4000.0, 9000.0)
    assert (a.category, a.ecoregion, a.relief, a.n) == ("hiker", "dry", "mountain", 40)


def test_past_cases_become_quantiles() -> None:
    rows = "\n".join(f"hiker,{km}" for km in np.arange(1, 100))
    (found,) = read_statistics(f"category,distance_km\n{rows}\n".encode(), "own.csv")
    assert found.n == 99
    assert found.quantiles_m[1] == pytest.approx(50_000.0)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\xff\xfe\x00", "not text"),
        (b"", "no row"),
        (b"a,b\n1,2\n", "no table"),
        (b"category,q50_km\nastronaut,2\n", "astronaut"),
        (b"category,q25_km,q50_km\nhiker,3,2\n", "grow"),
        (b"category,q50_km\nhiker,2\n", "two or more"),
        (b"category,distance_km\nhiker,2\n", "8 make a law"),
        (b"category,q25_km,q50_km\nhiker,a,2\n", "no number"),
        (b"category,ecoregion,q25_km,q50_km\nhiker,moon,1,2\n", "ecoregion is"),
        (b"category,q25_km,q50_km\nhiker,1,2\nhiker,1,2\n", "twice"),
        (b"[[stratum]]\ncategory = 'hiker'\nquantiles_km = [1, 2]\nlevels = [0.5, 1.5]\n", "fractions"),
        (b"x = 1\n", "no row"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(content: bytes, word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        read_statistics(content, "own.csv")
