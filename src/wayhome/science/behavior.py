"""Where lost people are found: the published tables of the distance from the IPP to the find, by kind of person.

Knows categories and their spellings, the rows of the tables and how they fall back. Refuses to hide a fallback:
every one is a sentence in `caveats`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from math import exp
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from wayhome.base.record import Record
from wayhome.science.distance import DistanceLaw, RingLaw, fitted_lognormal
from wayhome.science.tables import table

MILE_M = 1609.344
UNKNOWN_N = 10  # incidents credited to a row whose source gives no number (own choice)
SMALL_SAMPLE = 30  # below this the tables' quantiles are said to be rough
POOLED = "pooled"

# --- what the tables say --------------------------------------------------------------------------


class Stratum(Record):
    """One row of the tables of distance at find: `quantiles_m` [m] at the cumulative `levels` [0, 1].

    `n` is the number of incidents, None where the source gives none. `caveats` tell how the row was come by.
    """

    category: str
    ecoregion: str
    relief: str
    n: int | None
    levels: tuple[float, ...]
    quantiles_m: tuple[float, ...]
    source: str
    caveats: tuple[str, ...] = ()

    def title(self) -> str:
        """The stratum as people say it, such as ``hiker, dry, mountain``."""
        kinds = [kind for kind in (self.ecoregion, self.relief) if kind != "all"]
        return ", ".join([self.category.replace("_", " "), *kinds])


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


@cache
def _categories() -> dict[str, dict[str, Any]]:
    """Every accepted spelling, in plain form, with its row of the table of synonyms."""
    names: dict[str, dict[str, Any]] = {}
    for entry in table("synonyms")["row"]:
        for name in (entry["category"], entry["title"], *entry["synonyms"]):
            names[_plain(name)] = entry
    return names


def subject_categories() -> tuple[tuple[str, str], ...]:
    """`(key, title)` of every category that the tables know, by title."""
    rows = table("synonyms")["row"]
    return tuple(sorted(((r["category"], r["title"]) for r in rows), key=lambda pair: pair[1]))


def subject_category(name: str) -> tuple[str, tuple[str, ...]]:
    """Key of a subject category from any accepted spelling, and the caveats of that reading.

    An unknown name gives the key ``pooled`` (all categories together) and says so; it is never guessed at.
    What the tables lack for a known category is told by `stratum`.
    """
    if _plain(name) == POOLED:
        return POOLED, ()
    entry = _categories().get(_plain(name))
    if entry is None:
        return POOLED, (
            f'"{name}" is not a category of the published tables; all categories pooled are used. '
            "Choose a listed category for a better map.",
        )
    return entry["category"], ()


def _table_caveats(category: str) -> tuple[str, ...]:
    return tuple(r["caveat"] for r in table("synonyms")["row"] if r["category"] == category and "caveat" in r)


@cache
def _published() -> tuple[Stratum, ...]:
    """Every row of the tables that may carry a law, from the table that its category's synonyms name."""
    rows = []
    for entry in table("synonyms")["row"]:
        name, part = entry["law"].split(".")
        source = table(name)
        unit_m, key = (1000.0, "quantiles_km") if source["unit"] == "km" else (MILE_M, "quantiles_mi")
        for row in source[part]:
            # one or two quantiles of a handful of cases are no law (see the head of the table)
            if row["category"] == entry["category"] and len(row[key]) >= 3:
                rows.append(
                    Stratum(
                        category=row["category"], ecoregion=row["ecoregion"], relief=row["relief"], n=row.get("n"),
                        levels=tuple(row.get("levels", source["levels"])), quantiles_m=tuple(q * unit_m for q in row[key]),
                        source=row["source"], caveats=(row["doubt"],) if "doubt" in row else (),
                    )
                )  # fmt: skip
    return tuple(rows)


def strata(own: Sequence[Stratum] = ()) -> tuple[Stratum, ...]:
    """Every row that may carry a law; `own` ones take the place of the tables' rows for the same people and ground."""
    named = {(row.category, row.ecoregion, row.relief) for row in own}
    return (*own, *(row for row in _published() if (row.category, row.ecoregion, row.relief) not in named))


_ECOREGIONS = {"temperate": "temperate", "dry": "dry", "urban": "urban"}
_RELIEFS = {"mountain": "mountain", "mountainous": "mountain", "flat": "flat"}


def _kind(text: str | None, known: dict[str, str], what: str) -> tuple[str | None, tuple[str, ...]]:
    if text is None or not text.strip() or text.strip().lower() == "all":
        return None, ()
    kind = known.get(text.strip().lower())
    if kind is None:
        return None, (f'The {what} "{text}" is not one of {", ".join(dict.fromkeys(known.values()))}; not used.',)
    return kind, ()


def ground_kind(ecoregion: str | None, relief: str | None) -> tuple[str | None, str | None]:
    """Ecoregion and relief as the tables spell them; None where not given or not one of theirs."""
    return _kind(ecoregion, _ECOREGIONS, "ecoregion")[0], _kind(relief, _RELIEFS, "relief")[0]


def stratum(
    category: str, ecoregion: str | None = None, relief: str | None = None, own: Sequence[Stratum] = ()
) -> Stratum:
    """The row nearest to a category and kind of ground, by a chain of fallbacks that it tells.

    In order: the exact row (a row for all grounds is exact too); where the ground is not given, the row
    with most incidents; the same ecoregion in the other relief; the same relief elsewhere; the category's
    largest row; all categories pooled. `own` rows take the place of the tables' (`strata`).
    """
    key, caveats = subject_category(category)
    eco, eco_caveats = _kind(ecoregion, _ECOREGIONS, "ecoregion")
    rel, relief_caveats = _kind(relief, _RELIEFS, "relief")
    caveats = (*caveats, *_table_caveats(key), *eco_caveats, *relief_caveats)
    rows = [row for row in strata(own) if row.category == key]
    if not rows:
        if key != POOLED:
            caveats = (
                *caveats,
                f"That is too little for a law of {key.replace('_', ' ')}; all categories pooled are used.",
            )
        return pooled_stratum().replace(caveats=caveats)

    def fits(row: Stratum, want_eco: str | None, want_relief: str | None) -> bool:
        return (want_eco is None or row.ecoregion in (want_eco, "all")) and (
            want_relief is None or row.relief in (want_relief, "all")
        )

    def preference(row: Stratum) -> tuple[int, int]:
        named = (eco is not None and row.ecoregion == eco) + (rel is not None and row.relief == rel)
        return named, row.n or 0

    asked = ", ".join(k for k in (key.replace("_", " "), eco, rel) if k)
    # urban figures (walks of some hundred metres between houses) stand for no other ground
    open_rows = [r for r in rows if eco == "urban" or r.ecoregion != "urban"] or list(rows)
    chain = [(eco, rel), (eco, None), (None, rel), (None, None)]
    found = next(some for wanted in chain if (some := [r for r in open_rows if fits(r, *wanted)]))
    chosen = max(found, key=preference)
    if not fits(found[0], eco, rel):
        caveats = (*caveats, f"The tables have no row for {asked}; the nearest is {chosen.title()}.")
    elif (eco is None and chosen.ecoregion != "all") or (rel is None and chosen.relief != "all"):
        caveats = (
            *caveats,
            f"The kind of ground is not given in full; the nearest row to {asked} is {chosen.title()}.",
        )
    if chosen.n is not None and chosen.n < SMALL_SAMPLE:
        caveats = (*caveats, f"Only {chosen.n} incidents stand behind {chosen.title()}; its distances are rough.")
    return chosen.replace(caveats=(*caveats, *chosen.caveats))


@cache
def pooled_stratum() -> Stratum:
    """All categories of the tables together, each stratum weighted by its incidents.

    Quantiles of the mixture of the strata's log-normal fits. Abductions are left out: they are moved by car.
    """
    rows = [r for r in table("distance")["stratum"] if r["category"] != "abduction" and "n" in r]
    fits = np.array([fitted_lognormal(r.get("levels", (0.25, 0.5, 0.75, 0.95)), r["quantiles_km"]) for r in rows])
    weights = np.array([float(r["n"]) for r in rows])
    weights /= weights.sum()

    def share(ln_km: float, level: float) -> float:
        return float(weights @ ndtr((ln_km - fits[:, 0]) / fits[:, 1])) - level

    levels = (0.25, 0.5, 0.75, 0.95)
    return Stratum(
        category=POOLED,
        ecoregion="all",
        relief="all",
        n=int(sum(r["n"] for r in rows)),
        levels=levels,
        quantiles_m=tuple(1000.0 * exp(brentq(share, -10.0, 10.0, args=(p,), xtol=1e-12)) for p in levels),
        source="koester2008",
    )


class Dispersion(Record):
    """Quantiles [deg] at 25/50/75/95 % of the absolute angle between the direction of travel and the find.

    `n` is the number of incidents, None where the source gives none.
    """

    quantiles_deg: tuple[float, ...]
    n: int | None
    caveats: tuple[str, ...]


def dispersion(category: str = "all", ecoregion: str | None = None) -> Dispersion:
    """The published row for a category and ground; all categories together where it has none."""
    usable = [row for row in table("dispersion")["row"] if row.get("default_prior", True)]
    fitting = [row for row in usable if category in row["categories"] and row["ecoregion"] in (ecoregion, "all")]
    fitting = fitting or [row for row in usable if category in row["categories"] and ecoregion is None]
    if not fitting:
        told = (
            f"There is no published dispersion for {category.replace('_', ' ')} here; that of all categories is used."
        )
        return dispersion().replace(caveats=(told,))
    row = max(fitting, key=lambda row: int(row.get("n", 0)))
    caveats = [f"The direction rests on {row.get('n', 'an unknown number of')} incidents."]
    caveats += [row["doubt"]] if "doubt" in row else []
    return Dispersion(quantiles_deg=tuple(row["quantiles_deg"]), n=row.get("n"), caveats=tuple(caveats))


# --- their laws ----------------------------------------------------------------------------------


def distance_law(of: Stratum, *, has_core: bool = True) -> DistanceLaw:
    """The log-normal law fitted to a stratum's quantiles."""
    mu, sigma = fitted_lognormal(of.levels, of.quantiles_m)
    return DistanceLaw(mu_ln_m=mu, sigma=sigma, has_core=has_core)


def pooled_law(*, has_core: bool = True) -> DistanceLaw:
    """One law for a lost person of any category: the fit to `pooled_stratum`."""
    return distance_law(pooled_stratum(), has_core=has_core)


def rings(of: Stratum) -> RingLaw:
    """Koester's rings as MapScore draws them: 25/25/25/20/5 % out to d25, d50, d75, d95, 2 d95.

    A quantile that the stratum lacks is taken from its log-normal fit.
    """
    known = dict(zip(of.levels, of.quantiles_m, strict=True))
    mu, sigma = fitted_lognormal(of.levels, of.quantiles_m)
    d = [known.get(p, exp(mu + sigma * float(ndtri(p)))) for p in (0.25, 0.5, 0.75, 0.95)]
    return RingLaw(radii_m=(*d, 2 * d[-1]), weights=(0.25, 0.25, 0.25, 0.20, 0.05))
