"""Where lost people are found: laws of the distance from the IPP to the find, and the maps they make.

Knows the published tables, how they fall back, and how a law of distance becomes probability per cell.
Refuses to hide a fallback: every one is a sentence in `caveats`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from math import exp, inf, pi, sqrt
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from scipy.ndimage import distance_transform_edt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from wayhome.base.errors import InvalidInput
from wayhome.base.raster import Grid, Raster
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.science import radial
from wayhome.science.tables import table

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

MILE_M = 1609.344
SMALL_SAMPLE = 30  # below this the tables' quantiles are said to be rough
POOLED = "pooled"
FAST_PACE = Sourced(
    value=2.4,
    unit="times the model's pace",
    source="campbell2019",
    doubt="90th percentile of recreational tracks on the flat, running included (3.39 m/s), over Tobler's 1.40 m/s.",
)
CROSSING_MPS = Sourced(
    value=0.174,
    unit="m/s",
    source="igt4sar",
    doubt="5 km/h on the worst ground that IGT4SAR still walks (impedance 98); nobody measured it for water.",
)
REST_OF_WORLD_FLOOR = 0.01  # a clock or an IPP may be wrong: the rest of the world never goes to zero (AF 447)

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


def _rows(category: str) -> tuple[dict[str, Any], ...]:
    """The rows that may carry a law for a category, from the table that the synonyms name."""
    entry = next((r for r in table("synonyms")["row"] if r["category"] == category), None)
    if entry is None:
        return ()
    name, part = entry["law"].split(".")
    source = table(name)
    unit_m, key = (1000.0, "quantiles_km") if source["unit"] == "km" else (MILE_M, "quantiles_mi")
    rows = []
    for row in source[part]:
        # one or two quantiles of a handful of cases are no law (see the head of the table)
        if row["category"] == category and len(row[key]) >= 3:
            levels = row.get("levels", source["levels"])
            rows.append({**row, "levels": tuple(levels), "quantiles_m": tuple(q * unit_m for q in row[key])})
    return tuple(rows)


_ECOREGIONS = {"temperate": "temperate", "dry": "dry", "urban": "urban"}
_RELIEFS = {"mountain": "mountain", "mountainous": "mountain", "flat": "flat"}


def _kind(text: str | None, known: dict[str, str], what: str) -> tuple[str | None, tuple[str, ...]]:
    if text is None or not text.strip() or text.strip().lower() == "all":
        return None, ()
    kind = known.get(text.strip().lower())
    if kind is None:
        return None, (f'The {what} "{text}" is not one of {", ".join(dict.fromkeys(known.values()))}; not used.',)
    return kind, ()


def stratum(category: str, ecoregion: str | None = None, relief: str | None = None) -> Stratum:
    """The row of the tables for a category and kind of ground, by a chain of fallbacks that it tells.

    In order: the exact row (a row for all grounds is exact too); where the ground is not given, the row
    with most incidents; the same ecoregion in the other relief; the same relief elsewhere; the category's
    largest row; all categories pooled.
    """
    key, caveats = subject_category(category)
    eco, eco_caveats = _kind(ecoregion, _ECOREGIONS, "ecoregion")
    rel, relief_caveats = _kind(relief, _RELIEFS, "relief")
    caveats = (*caveats, *_table_caveats(key), *eco_caveats, *relief_caveats)
    rows = _rows(key)
    if not rows:
        if key != POOLED:
            caveats = (
                *caveats,
                f"That is too little for a law of {key.replace('_', ' ')}; all categories pooled are used.",
            )
        return pooled_stratum().replace(caveats=caveats)

    def fits(row: dict[str, Any], want_eco: str | None, want_relief: str | None) -> bool:
        return (want_eco is None or row["ecoregion"] in (want_eco, "all")) and (
            want_relief is None or row["relief"] in (want_relief, "all")
        )

    def preference(row: dict[str, Any]) -> tuple[int, int]:
        named = (eco is not None and row["ecoregion"] == eco) + (rel is not None and row["relief"] == rel)
        return named, row.get("n") or 0

    asked = ", ".join(k for k in (key.replace("_", " "), eco, rel) if k)
    # urban figures (walks of some hundred metres between houses) stand for no other ground
    open_rows = [r for r in rows if eco == "urban" or r["ecoregion"] != "urban"] or list(rows)
    chain = [(eco, rel), (eco, None), (None, rel), (None, None)]
    found = next(some for wanted in chain if (some := [r for r in open_rows if fits(r, *wanted)]))
    is_fallback = not fits(found[0], eco, rel)
    row = max(found, key=preference)
    chosen = Stratum(
        category=key,
        ecoregion=row["ecoregion"],
        relief=row["relief"],
        n=row.get("n"),
        levels=row["levels"],
        quantiles_m=row["quantiles_m"],
        source=row["source"],
    )
    if is_fallback:
        caveats = (*caveats, f"The tables have no row for {asked}; the one for {chosen.title()} is used.")
    elif (eco is None and chosen.ecoregion != "all") or (rel is None and chosen.relief != "all"):
        caveats = (*caveats, f"The kind of ground is not given in full; of {asked} the row {chosen.title()} is used.")
    if chosen.n is not None and chosen.n < SMALL_SAMPLE:
        caveats = (*caveats, f"Only {chosen.n} incidents stand behind {chosen.title()}; its distances are rough.")
    if "doubt" in row:
        caveats = (*caveats, row["doubt"])
    return chosen.replace(caveats=caveats)


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


# --- laws of distance -----------------------------------------------------------------------------


def fitted_lognormal(levels: Sequence[float], quantiles: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation of ln distance, by least squares of ln q on z (the way of THEORY 1.3).

    `levels` are cumulative fractions (0, 1), `quantiles` distances in any unit; mu is in ln of that unit.
    """
    z, ln_q = ndtri(np.asarray(levels, float)), np.log(np.asarray(quantiles, float))
    sigma, mu = np.polyfit(z, ln_q, 1)
    return float(mu), float(sigma)


class RadialLaw(Protocol):
    """A law of distance that makes a map: the same in every direction."""

    def share_within(self, distance_m: ArrayLike) -> NDArray[np.float64]:
        """Fraction [0, 1] of finds within a distance, m."""
        ...

    def density_per_m2(self, distance_m: ArrayLike) -> NDArray[np.float64]:
        """Probability per area, 1/m2, at a distance, m."""
        ...

    def profile(self) -> radial.Profile:
        """The law as the integration over cells takes it."""
        ...


class DistanceLaw(Record):
    """Log-normal distance IPP-find: ln(distance in m) ~ N(`mu_ln_m`, `sigma`), with or without a core.

    The density per area of a log-normal, f(d)/(2 pi d), falls to zero at the IPP, where people *are*
    found. With a core it is constant within its mode exp(mu - 2 sigma^2) and the whole is scaled to one
    (THEORY 12), so it never rises with distance; the quantiles move inwards a little.
    """

    mu_ln_m: float
    sigma: float
    has_core: bool = True

    def check(self) -> None:
        """Refuse a spread that is no spread."""
        if not (np.isfinite(self.mu_ln_m) and 0.0 < self.sigma < 10.0):
            raise InvalidInput(f"A law of distance needs a spread between 0 and 10, not {self.sigma}.")

    @property
    def core_m(self) -> float:
        """Radius of the flat core, m; 0 without one."""
        return exp(self.mu_ln_m - 2 * self.sigma**2) if self.has_core else 0.0

    def profile(self) -> radial.Profile:
        """Parameters and the one radius where the density bends."""
        return radial.lognormal_profile(self.mu_ln_m, self.sigma, self.core_m)

    def share_within(self, distance_m: ArrayLike) -> NDArray[np.float64]:
        """Fraction [0, 1] of finds within a distance, m."""
        return radial.share_within(self.profile(), np.asarray(distance_m, float))

    def density_per_m2(self, distance_m: ArrayLike) -> NDArray[np.float64]:
        """Probability per area, 1/m2: constant in the core, f(d)/(2 pi d) beyond."""
        d = np.maximum(np.asarray(distance_m, float), max(self.core_m, 1e-9))
        z = (np.log(d) - self.mu_ln_m) / self.sigma
        f = np.exp(-0.5 * z * z) / (d * self.sigma * sqrt(2 * pi))
        return np.asarray(f / (2 * pi * d) / radial.core_scale(self.sigma, self.core_m))

    def quantile_m(self, level: float) -> float:
        """Distance within which a fraction of finds lies, m, the core counted."""
        if not 0.0 < level < 1.0:
            raise InvalidInput(f"A quantile lies between 0 and 1, not at {level}.")
        low, high = self.mu_ln_m - 12 * self.sigma, self.mu_ln_m + 9 * self.sigma
        return exp(brentq(lambda t: float(self.share_within(exp(t))) - level, low, high, xtol=1e-12))

    @property
    def median_shift(self) -> float:
        """Relative change of the median by the core: -0.1 means one tenth nearer the IPP."""
        return self.quantile_m(0.5) / exp(self.mu_ln_m) - 1.0

    def caveats(self) -> tuple[str, ...]:
        """Said when the core moves the median by more than 5 %."""
        if not self.has_core or abs(self.median_shift) <= 0.05:
            return ()
        return (
            f"The published distances leave a hole of {self.core_m / 1000:.1f} km around the IPP; it was filled, "
            f"which moves the median distance by {100 * self.median_shift:.0f} %.",
        )


class RingLaw(Record):
    """The ring model of MapScore: `weights` spread evenly over annuli with outer `radii_m` (THEORY 1.4)."""

    radii_m: tuple[float, ...]
    weights: tuple[float, ...]

    def check(self) -> None:
        """Refuse rings that do not grow."""
        if any(b <= a for a, b in zip((0.0, *self.radii_m), self.radii_m, strict=False)):
            raise InvalidInput(f"Ring radii must grow, not {self.radii_m}.")

    def profile(self) -> radial.Profile:
        """Radii and the cumulative weight at each."""
        return radial.ring_profile(self.radii_m, self.weights)

    def share_within(self, distance_m: ArrayLike) -> NDArray[np.float64]:
        """Fraction [0, 1] of finds within a distance, m."""
        return radial.share_within(self.profile(), np.asarray(distance_m, float))

    def density_per_m2(self, distance_m: ArrayLike) -> NDArray[np.float64]:
        """Probability per area, 1/m2, 0 beyond the last ring."""
        radii = np.array((0.0, *self.radii_m))
        per_m2 = np.append(np.array(self.weights) / (pi * np.diff(radii**2)), 0.0)
        found: NDArray[np.float64] = per_m2[np.searchsorted(radii[1:], np.asarray(distance_m, float), side="right")]
        return found


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


# --- maps -----------------------------------------------------------------------------------------


def radial_prior(law: RadialLaw, grid: Grid, ipp_xy_m: tuple[float, float]) -> tuple[Raster, float]:
    """POA per cell `[H, W]` of a law of distance around the IPP, and the rest of the world.

    Each cell is integrated (relative error below 1e-4 at the worst cell, see `radial`), and the rest of
    the world is what is left, so both sum to one.
    """
    mass = radial.cell_masses(
        law.profile(),
        np.asarray(grid.x_west_m - ipp_xy_m[0] + np.arange(grid.width + 1) * grid.cell_m, np.float64),
        np.asarray(grid.y_north_m - ipp_xy_m[1] - np.arange(grid.height + 1) * grid.cell_m, np.float64),
    )
    return Raster(mass, grid, "poa"), max(0.0, 1.0 - float(mass.sum()))


def travel_limited(
    poa: Raster, rest_of_world: float, seconds: Raster, hours: float
) -> tuple[Raster, float, tuple[str, ...]]:
    """The map cut to what can be reached on foot within `hours`, with its rest of world and a caveat.

    The tables tell the distance *at find*, so the law is cut, not multiplied by a second law of distance
    (THEORY 12): a cell keeps all its POA up to the model's own walking time, loses it in proportion to the
    pace needed beyond that, and has none where even `FAST_PACE` times the model's pace comes too late. What lies
    outside the map counts as the mean of the map's rim does, yet never falls to nothing.
    """
    poa.expect("poa")
    poa.like(seconds, "seconds")
    if not (np.isfinite(hours) and hours > 0.0):
        raise InvalidInput(f"Hours since last seen must be above zero, not {hours}.", hours=hours)
    fast = float(FAST_PACE)
    needed = _crossing_s(seconds) / (hours * 3600.0)
    reach = np.clip((fast - needed) / (fast - 1.0), 0.0, 1.0)
    inside = np.asarray(poa.values, float) * reach
    if not inside.sum() > 0.0:
        raise InvalidInput(
            f"Nothing on the map can be reached within {hours:g} h; check the IPP, the hours and the barriers.",
            hours=hours,
        )
    rim = np.concatenate([reach[0], reach[-1], reach[1:-1, 0], reach[1:-1, -1]])
    outside = rest_of_world * max(float(rim.mean()), REST_OF_WORLD_FLOOR)
    total = float(inside.sum()) + outside
    lost = 1.0 - total
    caveats: tuple[str, ...] = ()
    if lost > 0.0005:
        caveats = (
            f"{100 * lost:.1f} % of the published distances lie out of reach within {hours:g} h and were "
            "spread over the rest; the true time of the last sighting matters.",
        )
    cut = inside / total
    return Raster(cut, poa.grid, "poa"), max(0.0, 1.0 - float(cut.sum())), caveats


def _crossing_s(seconds: Raster) -> NDArray[np.float64]:
    """Walking time with ground that cannot be walked entered from its edge, very slowly.

    A lake or a cliff stops a team, not a subject: people are found in the water and below the edge.
    """
    walked = np.asarray(seconds.values, float)
    open_ground = np.isfinite(walked)
    if open_ground.all():
        return walked
    if not open_ground.any():
        return np.full(walked.shape, inf)
    away, nearest = distance_transform_edt(~open_ground, return_indices=True)
    crossed: NDArray[np.float64] = walked[tuple(nearest)] + away * seconds.grid.cell_m / float(CROSSING_MPS)
    return crossed
