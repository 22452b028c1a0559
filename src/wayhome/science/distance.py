"""Laws of the distance from the IPP to the find, and the maps that they make.

Knows how a law becomes probability per cell, and how reach by a time cuts it. Refuses to know whom it is
about: the tables and their categories are in `behavior`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, log, pi, sqrt
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.ndimage import distance_transform_edt
from scipy.optimize import brentq
from scipy.special import ndtri

from wayhome.base.errors import InvalidInput
from wayhome.base.raster import Grid, Raster
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.science import radial

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

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

    def profiles(self) -> tuple[tuple[float, radial.Profile], ...]:
        """The law as the integration over cells takes it: parts with their weights."""
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

    def profiles(self) -> tuple[tuple[float, radial.Profile], ...]:
        """Parameters and the one radius where the density bends."""
        return ((1.0, radial.lognormal_profile(self.mu_ln_m, self.sigma, self.core_m)),)

    def share_within(self, distance_m: ArrayLike) -> NDArray[np.float64]:
        """Fraction [0, 1] of finds within a distance, m."""
        return radial.share_within(self.profiles()[0][1], np.asarray(distance_m, float))

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


class MixtureLaw(Record):
    """Several laws of distance at once, with `weights` that sum to 1."""

    weights: tuple[float, ...]
    laws: tuple[DistanceLaw, ...]

    def check(self) -> None:
        """Refuse weights that do not share out the whole."""
        if len(self.weights) != len(self.laws) or not self.laws:
            raise InvalidInput("A mixture of laws needs one weight for each law.")
        if not (min(self.weights) >= 0.0 and abs(sum(self.weights) - 1.0) < 1e-9):
            raise InvalidInput("The weights of a mixture of laws must sum to 1.")

    def share_within(self, distance_m: ArrayLike) -> NDArray[np.float64]:
        """Fraction [0, 1] of finds within a distance, m."""
        return np.asarray(sum(w * law.share_within(distance_m) for w, law in zip(self.weights, self.laws, strict=True)))

    def density_per_m2(self, distance_m: ArrayLike) -> NDArray[np.float64]:
        """Probability per area, 1/m2, at a distance, m; never rises with distance where its parts do not."""
        parts = zip(self.weights, self.laws, strict=True)
        return np.asarray(sum(w * law.density_per_m2(distance_m) for w, law in parts))

    def quantile_m(self, level: float) -> float:
        """Distance within which a fraction of finds lies, m."""
        at = sorted(log(law.quantile_m(level)) for law in self.laws)
        if at[-1] - at[0] < 1e-12:
            return exp(at[0])
        return exp(brentq(lambda t: float(self.share_within(exp(t))) - level, at[0] - 1e-9, at[-1] + 1e-9, xtol=1e-12))

    def profiles(self) -> tuple[tuple[float, radial.Profile], ...]:
        """Each part's weight and profile."""
        return tuple((w, law.profiles()[0][1]) for w, law in zip(self.weights, self.laws, strict=True))


class RingLaw(Record):
    """The ring model of MapScore: `weights` spread evenly over annuli with outer `radii_m` (THEORY 1.4)."""

    radii_m: tuple[float, ...]
    weights: tuple[float, ...]

    def check(self) -> None:
        """Refuse rings that do not grow."""
        if any(b <= a for a, b in zip((0.0, *self.radii_m), self.radii_m, strict=False)):
            raise InvalidInput(f"Ring radii must grow, not {self.radii_m}.")

    def profiles(self) -> tuple[tuple[float, radial.Profile], ...]:
        """Radii and the cumulative weight at each."""
        return ((1.0, radial.ring_profile(self.radii_m, self.weights)),)

    def share_within(self, distance_m: ArrayLike) -> NDArray[np.float64]:
        """Fraction [0, 1] of finds within a distance, m."""
        return radial.share_within(self.profiles()[0][1], np.asarray(distance_m, float))

    def density_per_m2(self, distance_m: ArrayLike) -> NDArray[np.float64]:
        """Probability per area, 1/m2, 0 beyond the last ring."""
        radii = np.array((0.0, *self.radii_m))
        per_m2 = np.append(np.array(self.weights) / (pi * np.diff(radii**2)), 0.0)
        found: NDArray[np.float64] = per_m2[np.searchsorted(radii[1:], np.asarray(distance_m, float), side="right")]
        return found


# --- maps -----------------------------------------------------------------------------------------


def radial_prior(law: RadialLaw, grid: Grid, ipp_xy_m: tuple[float, float]) -> tuple[Raster, float]:
    """POA per cell `[H, W]` of a law of distance around the IPP, and the rest of the world.

    Each cell is integrated (relative error below 1e-4 at the worst cell, see `radial`), and the rest of
    the world is what is left, so both sum to one.
    """
    x = np.asarray(grid.x_west_m - ipp_xy_m[0] + np.arange(grid.width + 1) * grid.cell_m, np.float64)
    y = np.asarray(grid.y_north_m - ipp_xy_m[1] - np.arange(grid.height + 1) * grid.cell_m, np.float64)
    mass = np.zeros(grid.shape)
    for weight, profile in law.profiles():
        part = radial.cell_masses(profile, x, y)
        part *= weight
        mass += part
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
