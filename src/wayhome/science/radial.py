"""Exact probability per cell of a law of distance: the integral over squares of a density that depends on r only.

With F(r) the share within r, the field F(r)/(2 pi r) along the radius has the density as its divergence, so a
cell's probability is the flux through its four edges: one-dimensional integrals, the same for both neighbours, so
that the sum over cells is the flux through the map's edge. Away from the IPP 1 - F takes the place of F (the
difference carries no flux through a closed curve), so that small probabilities keep their digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import acosh, asinh, cosh, erfc, exp, log, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

Profile = tuple["NDArray[np.float64]", "NDArray[np.float64]", "NDArray[np.float64]"]
"""`(parameters, radii, share_at_radius)`: a log-normal has empty shares, rings have empty parameters."""

FAR_CELLS = 100  # beyond so many cells the density at the centre and its curvature do as well as the edges
NEAR_CELLS = 8  # within so many cells of the IPP edges are integrated in the variable that sees the pole
_NODES4, _WEIGHTS4 = np.polynomial.legendre.leggauss(4)
_NODES8, _WEIGHTS8 = np.polynomial.legendre.leggauss(8)


def core_scale(sigma: float, core_m: float) -> float:
    """Mass of a log-normal whose hole was filled, before it is scaled to one; 1 without a core.

    Filling: pi r0^2 f(r0)/(2 pi r0) = phi(2 sigma)/(2 sigma) at r0 = exp(mu - 2 sigma^2), in place of Phi(-2 sigma).
    """
    if core_m <= 0.0:
        return 1.0
    return 1.0 - 0.5 * erfc(sqrt(2.0) * sigma) + exp(-2.0 * sigma * sigma) / (sqrt(2.0 * pi) * 2.0 * sigma)


def lognormal_profile(mu: float, sigma: float, core_m: float) -> Profile:
    """A log-normal, flat within `core_m` (0: as it is)."""
    scale = core_scale(sigma, core_m)
    filled = exp(-2.0 * sigma * sigma) / (sqrt(2.0 * pi) * 2.0 * sigma) if core_m > 0.0 else 0.0
    kinks = np.array([core_m]) if core_m > 0.0 else np.empty(0)
    return np.array([mu, sigma, core_m, scale, filled]), kinks, np.empty(0)


def ring_profile(radii_m: Sequence[float], weights: Sequence[float]) -> Profile:
    """Rings with outer radii, each of even density."""
    return np.empty(0), np.asarray(radii_m, float), np.cumsum(np.asarray(weights, float))


@njit(cache=True)
def _within_rings(r: float, radii: NDArray[np.float64], shares: NDArray[np.float64]) -> float:
    inner = 0.0
    share = 0.0
    for k in range(radii.size):
        if r < radii[k]:
            ring = (r * r - inner * inner) / (radii[k] * radii[k] - inner * inner)
            return float(share + ring * (shares[k] - share))
        inner = radii[k]
        share = shares[k]
    return 1.0


@njit(cache=True)
def _beyond(
    r: float, parameters: NDArray[np.float64], radii: NDArray[np.float64], shares: NDArray[np.float64]
) -> float:
    """1 - F(r), to full relative precision in the tail."""
    if shares.size > 0:
        return float(1.0 - _within_rings(r, radii, shares))
    if r < parameters[2]:
        q = r / parameters[2]
        return float(1.0 - q * q * parameters[4] / parameters[3])
    if r <= 0.0:
        return 1.0
    return float(0.5 * erfc((log(r) - parameters[0]) / (parameters[1] * 1.4142135623730951)) / parameters[3])


@njit(cache=True)
def _within(
    r: float, parameters: NDArray[np.float64], radii: NDArray[np.float64], shares: NDArray[np.float64]
) -> float:
    """F(r), to full relative precision near the IPP."""
    if shares.size > 0:
        return float(_within_rings(r, radii, shares))
    if r < parameters[2]:
        q = r / parameters[2]
        return float(q * q * parameters[4] / parameters[3])
    if r <= 0.0:
        return 0.0
    if parameters[2] > 0.0:
        return float(1.0 - _beyond(r, parameters, radii, shares))
    return 0.5 * erfc((parameters[0] - log(r)) / (parameters[1] * 1.4142135623730951))


@njit(cache=True)
def _shares(
    distance_m: NDArray[np.float64],
    parameters: NDArray[np.float64],
    radii: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> NDArray[np.float64]:
    found = np.empty(distance_m.size)
    for i in range(distance_m.size):
        found[i] = _within(distance_m[i], parameters, radii, shares)
    return found


def share_within(profile: Profile, distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """F(distance) for an array of any shape, m."""
    flat = np.atleast_1d(distance_m).ravel()
    return np.asarray(_shares(flat, *profile)).reshape(np.shape(distance_m))


@njit(cache=True)
def _far_flux(
    a: float,
    low: float,
    high: float,
    parameters: NDArray[np.float64],
    radii: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> float:
    """Flux of 1 - F through the edge at distance `a` from `low` to `high`, far from the IPP."""
    foot = 0.0 if low < 0.0 < high else min(abs(low), abs(high))
    far = max(abs(low), abs(high))
    near2, far2 = a * a + foot * foot, a * a + far * far
    if shares.size > 0 and near2 >= radii[-1] * radii[-1]:
        return 0.0
    total = 0.0
    begin = low
    # cut the edge where the law bends, in the order in which the edge meets those radii
    while begin < high:
        end = high
        for k in range(radii.size):
            if near2 < radii[k] * radii[k] < far2:
                y = sqrt(radii[k] * radii[k] - a * a)
                if begin < -y < end:
                    end = -y
                if begin < y < end:
                    end = y
        half, middle = 0.5 * (end - begin), 0.5 * (end + begin)
        for node in range(4):
            y = middle + half * _NODES4[node]
            r2 = a * a + y * y
            total += half * _WEIGHTS4[node] * a / r2 * _beyond(sqrt(r2), parameters, radii, shares)
        begin = end
    return total / (2.0 * pi)


@njit(cache=True)
def _far_mass(r2: float, cell: float, parameters: NDArray[np.float64]) -> float:
    """Mass of a far cell of a log-normal: density at its centre, and its curvature, c^4/24 times the Laplacian."""
    u = 0.5 * log(r2) - parameters[0]
    variance = parameters[1] * parameters[1]
    density = exp(-0.5 * u * u / variance) / (parameters[1] * 15.749609945722419 * r2 * parameters[3])  # (2 pi)^1.5
    fall = -2.0 - u / variance  # d ln density / d ln r
    return float(cell * cell * density * (1.0 + cell * cell * (fall * fall - 1.0 / variance) / (24.0 * r2)))


@njit(cache=True)
def _near_flux(
    a: float,
    low: float,
    high: float,
    parameters: NDArray[np.float64],
    radii: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> float:
    """Flux of F through an edge near the IPP, in t with y = |a| sinh t: smooth however near the edge passes."""
    if a == 0.0:
        return 0.0  # the field runs along the edge
    reach = abs(a)
    begin, last = asinh(low / reach), asinh(high / reach)
    total = 0.0
    while begin < last:
        end = min(last, begin + 0.5)
        for k in range(radii.size):
            if radii[k] > reach:
                t = acosh(radii[k] / reach)
                if begin < -t < end:
                    end = -t
                if begin < t < end:
                    end = t
        half, middle = 0.5 * (end - begin), 0.5 * (end + begin)
        for node in range(8):
            c = cosh(middle + half * _NODES8[node])
            total += half * _WEIGHTS8[node] / c * _within(reach * c, parameters, radii, shares)
        begin = end
    return (total if a > 0.0 else -total) / (2.0 * pi)


@njit(cache=True)
def _even_density(
    near2: float,
    far2: float,
    parameters: NDArray[np.float64],
    radii: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> float:
    """Density per m2 of a cell that lies within one ring, or in the core; -1 for any other cell."""
    if shares.size == 0:
        if far2 > parameters[2] * parameters[2]:
            return -1.0
        return float(parameters[4] / parameters[3] / (pi * parameters[2] * parameters[2]))
    inner2 = 0.0
    share = 0.0
    for k in range(radii.size):
        outer2 = radii[k] * radii[k]
        if near2 >= inner2 and far2 <= outer2:
            return float((shares[k] - share) / (pi * (outer2 - inner2)))
        inner2 = outer2
        share = shares[k]
    return 0.0 if near2 >= inner2 else -1.0


@njit(cache=True, nogil=True)
def _cells(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    parameters: NDArray[np.float64],
    radii: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> NDArray[np.float64]:
    height, width = y.size - 1, x.size - 1
    mass = np.empty((height, width))
    cell = x[1] - x[0]
    for i in range(height):
        north, south = y[i], y[i + 1]
        row_gap = max(-north, south, 0.0)
        row_far = max(abs(north), abs(south))
        for j in range(width):
            west, east = x[j], x[j + 1]
            col_gap = max(west, -east, 0.0)
            near2 = row_gap * row_gap + col_gap * col_gap
            far2 = row_far * row_far + max(abs(west), abs(east)) ** 2
            per_m2 = _even_density(near2, far2, parameters, radii, shares)
            if per_m2 >= 0.0:  # cells of even density tie exactly; ratings count ties
                mass[i, j] = per_m2 * cell * cell
            elif max(row_gap, col_gap) < NEAR_CELLS * cell:
                m = _near_flux(east, south, north, parameters, radii, shares)
                m -= _near_flux(west, south, north, parameters, radii, shares)
                m += _near_flux(north, west, east, parameters, radii, shares)
                m -= _near_flux(south, west, east, parameters, radii, shares)
                mass[i, j] = max(0.0, m)
            elif shares.size == 0 and near2 > (FAR_CELLS * cell) ** 2:
                middle_x, middle_y = 0.5 * (west + east), 0.5 * (north + south)
                mass[i, j] = _far_mass(middle_x * middle_x + middle_y * middle_y, cell, parameters)
            else:
                m = _far_flux(west, south, north, parameters, radii, shares)
                m -= _far_flux(east, south, north, parameters, radii, shares)
                m += _far_flux(south, west, east, parameters, radii, shares)
                m -= _far_flux(north, west, east, parameters, radii, shares)
                mass[i, j] = max(0.0, m)
    return mass


def cell_masses(
    profile: Profile, x_edges_m: NDArray[np.float64], y_edges_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Probability `[H, W]` of each cell between edges given relative to the IPP; y falls with the row."""
    return np.asarray(_cells(x_edges_m, y_edges_m, *profile))
