"""Repair of paths over a lattice of squares: stretches are taken out, and what is worth more is put in.

Knows linked lists of squares, the worth of a stretch and what bends cost. Refuses to cross barred ground and to pass a limit.
Lengths are in cells of the map; `M` squares with the `N` starts behind them in all lists but `free`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Index = NDArray[np.int64]
    Mask = NDArray[np.bool_]

NEAR = 4  # squares about a repair that may be put in (own choice)


@numba.njit(cache=True)
def is_clear(barred: Mask, u0: float, v0: float, u1: float, v1: float) -> bool:
    """Whether a straight line stays on the map and touches no barred cell, not even at its edge."""
    height, width = barred.shape
    if min(u0, u1) < 0.0 or min(v0, v1) < 0.0 or max(u0, u1) > width or max(v0, v1) > height:
        return False
    du, dv = u1 - u0, v1 - v0
    for row in range(int(np.ceil(min(v0, v1))) - 1, int(np.floor(max(v0, v1))) + 1):
        a, b = 0.0, 1.0
        if dv != 0.0:
            s, t = (row - v0) / dv, (row + 1 - v0) / dv
            a, b = max(0.0, min(s, t)), min(1.0, max(s, t))
        left, right = min(u0 + a * du, u0 + b * du), max(u0 + a * du, u0 + b * du)
        for col in range(int(np.ceil(left - 1e-9)) - 1, int(np.floor(right + 1e-9)) + 1):
            if 0 <= row < height and 0 <= col < width and barred[row, col]:
                return False
    return True


@numba.njit(cache=True)
def put(uv: Array, nxt: Index, prv: Index, route: Index, length: Array, x: int, a: int) -> None:
    """Pass square x after square a."""
    b = nxt[a]
    more = np.hypot(uv[a, 0] - uv[x, 0], uv[a, 1] - uv[x, 1])
    if b >= 0:
        more += np.hypot(uv[b, 0] - uv[x, 0], uv[b, 1] - uv[x, 1])
        more -= np.hypot(uv[a, 0] - uv[b, 0], uv[a, 1] - uv[b, 1])
        prv[b] = x
    nxt[a], prv[x], nxt[x], route[x] = x, a, b, route[a]
    length[route[a]] += more


@numba.njit(cache=True)
def _take(uv: Array, nxt: Index, prv: Index, route: Index, length: Array, x: int) -> None:
    """Pass square x no more."""
    a, b = prv[x], nxt[x]
    less = np.hypot(uv[a, 0] - uv[x, 0], uv[a, 1] - uv[x, 1])
    if b >= 0:
        less += np.hypot(uv[b, 0] - uv[x, 0], uv[b, 1] - uv[x, 1])
        less -= np.hypot(uv[a, 0] - uv[b, 0], uv[a, 1] - uv[b, 1])
        prv[b] = a
    nxt[a], route[x] = b, -1
    length[route[a]] -= less


@numba.njit(cache=True)
def _bend(uv: Array, mass: Array, p: int, x: int, q: int) -> float:
    """Mass that a bend at x costs: what its inner side sees twice less the sector its outer side sees besides.

    (tan(t/2) - t/2) r^2 for a turn by t; a quarter of a square holds r^2. Turning back costs two such, at most.
    """
    if p < 0 or q < 0:
        return 0.0
    a, b = uv[x, 0] - uv[p, 0], uv[x, 1] - uv[p, 1]
    c, d = uv[q, 0] - uv[x, 0], uv[q, 1] - uv[x, 1]
    both = np.sqrt((a * a + b * b) * (c * c + d * d))
    if both < 1e-12 or a * c + b * d > 0.9999 * both:
        return 0.0
    t = np.sqrt(max(0.0, both - a * c - b * d) / max(both + a * c + b * d, 1e-9 * both))
    return float(0.25 * mass[x] * min(2.0, t - np.arctan(t)))


@numba.njit(cache=True)
def _worth(
    uv: Array, mass: Array, price: float, p: int, a: int, x: int, y: int, b: int, q: int
) -> float:  # fmt: skip
    """Mass less price of the stretch p, a, (x, (y,)) b, q between a and b, bends counted; -1 for what is not there."""
    total = 0.0
    before, here = p, a
    for there in (x, y, b):
        if there < 0:
            continue
        total -= price * np.hypot(uv[here, 0] - uv[there, 0], uv[here, 1] - uv[there, 1])
        total -= _bend(uv, mass, before, here, there)
        if there != b:
            total += mass[there]
        before, here = here, there
    if b >= 0:
        total -= _bend(uv, mass, before, b, q)
    return total


@numba.njit(cache=True)
def repair(
    uv: Array, mass: Array, free: Mask, cols: int, pitch: float, barred: Mask, has_barred: bool, nxt: Index, prv: Index,
    route: Index, length: Array, limits: Array, price: float, n_repairs: int, heat: float, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Ruin and recreate: take stretches out about a square, then put in the best of what lies free there; annealed.

    The starts stand behind the squares in all arrays. What a step made worse beyond the heat's liking is undone.
    """
    m = free.size
    rows = m // cols
    pool = np.flatnonzero((route[:m] >= 0) | (free & (mass[:m] > 0.3 * price * pitch)))
    if pool.size == 0:
        return
    log_x, log_a = np.empty(1024, np.int64), np.empty(1024, np.int64)  # square, and after which it was put or stood
    wishes, key = np.empty(1024, np.int64), np.empty(1024)
    for _ in range(n_repairs):
        middle = pool[int(rng.random() * pool.size)]
        mi, mj = middle // cols, middle % cols
        change, n_log, n_wishes = 0.0, 0, 0
        longest = 2 + int(rng.random() * 8)
        for k in range(1 + int(rng.random() * 3)):
            i, j = mi, mj
            if k or route[middle] < 0:
                i, j = mi + int(rng.random() * 5) - 2, mj + int(rng.random() * 5) - 2
            if not (0 <= i < rows and 0 <= j < cols) or route[i * cols + j] < 0:
                continue
            x = i * cols + j
            n_out = 1 + int(rng.random() * longest)
            for _ in range(int(rng.random() * n_out)):
                if prv[x] < m:
                    x = prv[x]
            while n_out > 0 and x >= 0:
                n_out -= 1
                a, b = prv[x], nxt[x]
                if not has_barred or b < 0 or is_clear(barred, uv[a, 0], uv[a, 1], uv[b, 0], uv[b, 1]):
                    q = nxt[b] if b >= 0 else -1
                    change += _worth(uv, mass, price, prv[a], a, -1, -1, b, q)
                    change -= _worth(uv, mass, price, prv[a], a, x, -1, b, q)
                    _take(uv, nxt, prv, route, length, x)
                    log_x[n_log], log_a[n_log] = x, -2 - a
                    n_log += 1
                x = b
        n_out = n_log
        for i in range(max(0, mi - NEAR), min(rows, mi + NEAR + 1)):
            for j in range(max(0, mj - NEAR), min(cols, mj + NEAR + 1)):
                x = i * cols + j
                if free[x] and route[x] < 0 and mass[x] > 0.1 * price * pitch:
                    wishes[n_wishes] = x
                    n_wishes += 1
        for k in range(n_out):
            x = log_x[k]
            if abs(x // cols - mi) > NEAR or abs(x % cols - mj) > NEAR:
                wishes[n_wishes] = x
                n_wishes += 1
        for k in range(n_wishes):
            key[k] = -mass[wishes[k]] * (0.5 + rng.random())  # the heavier the sooner
        order = np.argsort(key[:n_wishes])
        for _ in range(2):
            for k in order:
                x = wishes[k]
                if route[x] >= 0:
                    continue
                a, one, two, gain = _best_place(
                    uv, mass, free, cols, pitch, barred, has_barred, nxt, prv, route, length, limits, price, x, rng
                )
                if a < 0:
                    continue
                change += gain
                for y in (one, two):
                    if y >= 0:
                        put(uv, nxt, prv, route, length, y, a)
                        log_x[n_log], log_a[n_log] = y, a
                        n_log += 1
                        a = y
        if change > heat * np.log(rng.random() + 1e-300):
            continue
        while n_log > 0:
            n_log -= 1
            if log_a[n_log] >= 0:
                _take(uv, nxt, prv, route, length, log_x[n_log])
            else:
                put(uv, nxt, prv, route, length, log_x[n_log], -2 - log_a[n_log])


@numba.njit(cache=True)
def _best_place(
    uv: Array, mass: Array, free: Mask, cols: int, pitch: float, barred: Mask, has_barred: bool, nxt: Index, prv: Index,
    route: Index, length: Array, limits: Array, price: float, x: int, rng: np.random.Generator,
) -> tuple[int, int, int, float]:  # fmt: skip
    """After which square of a path x is best put in, alone or with a free neighbour: (a, first, second or -1, gain); a = -1: nowhere.

    Only places beside the eight neighbours are tried, and one in a hundred is overlooked.
    """
    rows = free.size // cols
    xi, xj = x // cols, x % cols
    best, best_a, best_one, best_two = 0.0, -1, -1, -1
    for i in range(max(0, xi - 1), min(rows, xi + 2)):
        for j in range(max(0, xj - 1), min(cols, xj + 2)):
            z = i * cols + j
            if z == x or route[z] < 0:
                continue
            for a in (prv[z], z):
                if rng.random() < 0.01:
                    continue
                b = nxt[a]
                p = prv[a]
                q = nxt[b] if b >= 0 else -1
                room = limits[route[a]] - length[route[a]]
                ab = bx = 0.0
                ax = np.hypot(uv[a, 0] - uv[x, 0], uv[a, 1] - uv[x, 1])
                if b >= 0:
                    ab = np.hypot(uv[a, 0] - uv[b, 0], uv[a, 1] - uv[b, 1])
                    bx = np.hypot(uv[b, 0] - uv[x, 0], uv[b, 1] - uv[x, 1])
                now = np.nan  # worked out when first needed
                for k in range(5):
                    one, two, more, held = x, -1, ax + bx - ab, mass[x]
                    if k:
                        yi, yj = xi + (k == 1) - (k == 2), xj + (k == 3) - (k == 4)
                        if not (0 <= yi < rows and 0 <= yj < cols):
                            continue
                        y = yi * cols + yj
                        if not free[y] or route[y] >= 0:
                            continue
                        held += mass[y]
                        if held - price * pitch <= best:  # a pair on the way from a to b goes in one by one
                            continue
                        ay = np.hypot(uv[a, 0] - uv[y, 0], uv[a, 1] - uv[y, 1])
                        by = 0.0 if b < 0 else np.hypot(uv[b, 0] - uv[y, 0], uv[b, 1] - uv[y, 1])
                        two = y
                        if ay + bx < ax + by:
                            one, two = y, x
                        more = min(ax + by, ay + bx) + pitch - ab
                    if more > room or held - price * more <= best:  # an old bend straightened is not counted on
                        continue
                    if np.isnan(now):
                        now = _worth(uv, mass, price, p, a, -1, -1, b, q)
                    gain = _worth(uv, mass, price, p, a, one, two, b, q) - now
                    if gain <= best:
                        continue
                    last = one if two < 0 else two
                    if has_barred and not (
                        is_clear(barred, uv[a, 0], uv[a, 1], uv[one, 0], uv[one, 1])
                        and (two < 0 or is_clear(barred, uv[one, 0], uv[one, 1], uv[two, 0], uv[two, 1]))
                        and (b < 0 or is_clear(barred, uv[last, 0], uv[last, 1], uv[b, 0], uv[b, 1]))
                    ):
                        continue
                    best, best_a, best_one, best_two = gain, a, one, two
    return best_a, best_one, best_two, best
