"""A team's own statistics: distances at find by category and ground, from TOML or CSV.

Knows two shapes: quantiles with a number of incidents, and one row per past case. Refuses categories that the program
does not know, and fewer cases than make a quantile.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np

from wayhome.base.errors import InvalidInput
from wayhome.science import behavior
from wayhome.science.behavior import Stratum

LEVELS = (0.25, 0.5, 0.75, 0.95)
LEAST_CASES = 8  # past cases from which quantiles are taken; with fewer they would be the cases themselves
_QUANTILES = {"q25_km": 0.25, "q50_km": 0.5, "q75_km": 0.75, "q95_km": 0.95}
EXAMPLE = "category,ecoregion,relief,n,q25_km,q50_km,q75_km,q95_km or category,ecoregion,relief,distance_km"


def read_statistics(content: bytes, name: str) -> tuple[Stratum, ...]:
    """Strata of a file of own statistics; `name` is what people call the file.

    TOML: ``[[stratum]]`` with `category`, `quantiles_km`, and optionally `levels`, `n`, `ecoregion`, `relief`. CSV: the
    same in columns, or one past case a row with its `distance_km`.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(f"{name} is not text; write a table as CSV with the columns {EXAMPLE}.", file=name) from None
    try:
        rows: list[dict[str, Any]] = tomllib.loads(text).get("stratum", [])
    except tomllib.TOMLDecodeError:
        rows = _csv_rows(text, name)
    if not rows:
        raise InvalidInput(f"{name} holds no row; write CSV with the columns {EXAMPLE}.", file=name)
    own = tuple(_stratum(row, number, name) for number, row in enumerate(rows, 1))
    kinds = [(row.category, row.ecoregion, row.relief) for row in own]
    if doubled := {kind for kind in kinds if kinds.count(kind) > 1}:
        raise InvalidInput(f"{name} has {', '.join(' '.join(kind) for kind in sorted(doubled))} twice.", file=name)
    return own


def _csv_rows(text: str, name: str) -> list[dict[str, Any]]:
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = set(rows[0]) if rows else set()
    if "category" not in columns or not ({"distance_km"} <= columns or set(_QUANTILES) & columns):
        raise InvalidInput(f"{name} is no table of distances; write CSV with the columns {EXAMPLE}.", file=name)
    if "distance_km" not in columns:
        return [
            {
                **{k: row.get(k) or None for k in ("category", "ecoregion", "relief", "n")},
                "levels": [p for q, p in _QUANTILES.items() if row.get(q)],
                "quantiles_km": [row[q] for q in _QUANTILES if row.get(q)],
            }
            for row in rows
        ]
    past: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for number, row in enumerate(rows, 1):
        kind = (row["category"] or "", row.get("ecoregion") or "all", row.get("relief") or "all")
        past[kind].append(_number(row["distance_km"], f"{name}, row {number}: distance_km"))
    found = []
    for (category, ecoregion, relief), km in past.items():
        if len(km) < LEAST_CASES:
            raise InvalidInput(
                f"{name} has {len(km)} cases of {category}, {ecoregion}, {relief}; {LEAST_CASES} make a law. "
                "Leave them out, or put them under ecoregion and relief all.",
                file=name,
            )
        quantiles = np.quantile(np.maximum(km, 0.025), LEVELS, method="median_unbiased")
        found.append({"category": category, "ecoregion": ecoregion, "relief": relief, "n": len(km),
                      "levels": LEVELS, "quantiles_km": quantiles.tolist()})  # fmt: skip
    return found


def _stratum(row: dict[str, Any], number: int, name: str) -> Stratum:
    where = f"{name}, row {number}"
    category, told = behavior.subject_category(str(row.get("category") or ""))
    if category == behavior.POOLED:
        raise InvalidInput(f"{where}: {told[0] if told else 'it names no category.'}", file=name, row=number)
    ecoregion, relief = (str(row.get(kind) or "all").strip().lower() for kind in ("ecoregion", "relief"))
    known = behavior.ground_kind(ecoregion, relief)
    if (ecoregion != "all" and known[0] is None) or (relief != "all" and known[1] is None):
        raise InvalidInput(
            f"{where}: ecoregion is temperate, dry, urban or all; relief mountain, flat or all.", file=name
        )
    km = [_number(value, f"{where}: quantile") for value in row.get("quantiles_km") or ()]
    levels = [_number(value, f"{where}: level") for value in row.get("levels") or LEVELS]
    if len(km) < 2 or len(km) != len(levels) or any(b <= a for a, b in zip((0.0, *km), km, strict=False)):
        raise InvalidInput(
            f"{where}: give two or more quantiles in km that grow, one for each level.", file=name, row=number
        )
    if any(not 0.0 < a < b < 1.0 for a, b in pairwise(levels)):
        raise InvalidInput(f"{where}: levels are fractions between 0 and 1 that grow.", file=name, row=number)
    n = row.get("n")
    return Stratum(
        category=category, ecoregion=known[0] or "all", relief=known[1] or "all",
        n=None if n is None else int(_number(n, f"{where}: n")), levels=tuple(levels),
        quantiles_m=tuple(1000.0 * q for q in km), source=name,
        caveats=(f"The distances of this category are the team's own ({name}).",),
    )  # fmt: skip


def _number(value: Any, where: str) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise InvalidInput(f'{where}: "{value}" is no number.') from None
    if not 0.0 <= found < 1e6:
        raise InvalidInput(f"{where}: {value} is out of range.")
    return found
