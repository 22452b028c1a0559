"""The compiled walk: blocks of walkers through split loops, in cells and float32.

Knows how to keep plain arithmetic and plain loads apart, which is what makes them vector code. Refuses to know
what the numbers stand for; `motion` does.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from wayhome.science.encounter import (
    AIM_E,
    AIM_N,
    CARRY,
    CHANCE,
    CLEAR,
    COL,
    KIND,
    LEAD,
    LEFT,
    NEW,
    OFF,
    OLD_COL,
    OLD_ROW,
    PULL,
    RATE,
    RESTING,
    RISE_E,
    RISE_N,
    ROW,
    SPECIAL,
    SPEED,
    STAR,
    TURN,
    E,
    N,
    expose,
    look,
    steer,
    take_up,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 512  # walkers that go through the split loops together; their scratch fits the first-level cache

_f = np.float32
_INV_TAU, _TAU, _HALF = _f(1.0 / (2.0 * np.pi)), _f(2.0 * np.pi), _f(0.5)
_24, _16 = _f(2.0**-24), _f(2.0**-16)
_ZERO, _ONE, _TINY = _f(0.0), _f(1.0), _f(1e-12)
# least-squares polynomials on Chebyshev nodes: cos and sin on [-pi, pi] (error 1e-7), exp on [-1, 0.03] (5e-8)
_C = tuple(
    _f(c) for c in (0.99999999, -0.49999989, 0.0416664892, -1.38878036e-3, 2.47698836e-5, -2.70790308e-7, 1.7245e-9)
)
_S = tuple(_f(c) for c in (0.999999938, -0.166666211, 8.3327915e-3, -1.9817631e-4, 2.70883116e-6, -2.06981347e-8))
_E = tuple(
    _f(c) for c in (1.00000001, 0.999999485, 0.499984082, 0.166547531, 0.0412790022, 7.69989214e-3, 8.63268759e-4)
)
_EIGHTH, _LEAST = _f(0.125), _f(-1.0)


# --- the split loops: each is plain arithmetic, or plain loads, so that it becomes vector code -----


@njit(cache=True, nogil=True, error_model="numpy")
def _draw(m, seed, turn, chance, angle, event):  # type: ignore[no-untyped-def]
    """Random turns (sum of two uniform draws), and whether something else happens; integers of 64 bits only."""
    for k in range(m):
        s = seed[k]
        s ^= s >> np.uint64(12)
        s ^= s << np.uint64(25)
        s ^= s >> np.uint64(27)
        seed[k] = s
        r = s * STAR
        u = _f(np.int32(r >> np.uint64(40))) * _24
        v = _f(np.int32((r >> np.uint64(16)) & np.uint64(0xFFFFFF))) * _24
        event[k] = np.uint8(_f(np.int32(r & np.uint64(0xFFFF))) * _16 < chance[k])
        angle[k] = turn[k] * (u + v - _ONE)


@njit(cache=True, nogil=True, error_model="numpy")
def _turn(m, angle, pull, aim_e, aim_n, e, n, col, row, width, index):  # type: ignore[no-untyped-def]
    """New headings, by a turn and a pull towards the aim; and the cells where the walkers stand."""
    for k in range(m):
        a = angle[k]
        a -= np.floor(a * _INV_TAU + _HALF) * _TAU
        z = a * a
        cos = _C[0] + z * (_C[1] + z * (_C[2] + z * (_C[3] + z * (_C[4] + z * (_C[5] + z * _C[6])))))
        sin = a * (_S[0] + z * (_S[1] + z * (_S[2] + z * (_S[3] + z * (_S[4] + z * _S[5])))))
        east = e[k] * cos - n[k] * sin
        north = n[k] * cos + e[k] * sin
        east += pull[k] * (aim_e[k] - east)
        north += pull[k] * (aim_n[k] - north)
        length = _ONE / np.sqrt(east * east + north * north + _TINY)
        e[k] = east * length
        n[k] = north * length
        index[k] = np.int32(row[k]) * width + np.int32(col[k])


@njit(cache=True, nogil=True, error_model="numpy")
def _fetch(m, index, cells, speed, rise_e, rise_n, clear):  # type: ignore[no-untyped-def]
    for k in range(m):
        i = index[k]
        speed[k] = cells[i, 0]
        rise_e[k] = cells[i, 1]
        rise_n[k] = cells[i, 2]
        clear[k] = cells[i, 3]


@njit(cache=True, nogil=True, error_model="numpy")
def _move(m, col, row, e, n, speed, rise_e, rise_n, clear, rate, until, t, step, light, b, c, old_col, old_row, event, special, todo):  # type: ignore[no-untyped-def]  # fmt: skip
    """Move every walker straight on; `todo` marks those that need a closer look. `light` is cells per metre too."""
    for k in range(m):
        slope = rise_e[k] * e[k] + rise_n[k] * n[k]
        y = max(-b * (abs(slope + c) - c) * _EIGHTH, _LEAST)
        x = _E[0] + y * (_E[1] + y * (_E[2] + y * (_E[3] + y * (_E[4] + y * (_E[5] + y * _E[6])))))
        x *= x
        x *= x
        x *= x
        far = speed[k] * rate[k] * light * x * _f(min(step, until[k] - t))
        old_col[k] = col[k]
        old_row[k] = row[k]
        col[k] += e[k] * far
        row[k] -= n[k] * far
        is_near = np.uint8(far > clear[k])
        todo[k] = (
            is_near
            | np.uint8(event[k] << 1)
            | np.uint8(special[k] << 2)
            | np.uint8(np.uint8(until[k] <= t + step) << 3)
        )


# --- blocks ----------------------------------------------------------------------------------------


class Herd(NamedTuple):
    """State of `N` walkers, in cells: `col` grows eastward, `row` southward; headings are unit vectors."""

    col: NDArray[np.float32]
    row: NDArray[np.float32]
    east: NDArray[np.float32]
    north: NDArray[np.float32]
    aim_east: NDArray[np.float32]  # intended heading, zero where there is none
    aim_north: NDArray[np.float32]
    carry_s: NDArray[np.float32]  # time already spent on the way to the next cell of the network
    strategy: NDArray[np.int8]
    is_resting: NDArray[np.int8]
    lead: NDArray[np.int8]  # next direction along the network, or OFF, AFRESH, NEW
    seed: NDArray[np.uint64]
    mobile_until_s: NDArray[np.float64]
    left_at_s: NDArray[np.float64]
    left_side: NDArray[np.int8]

    def copied(self) -> Herd:
        """The same in arrays of its own."""
        return Herd(**{name: part.copy() for name, part in self._asdict().items()})


@njit(cache=True, nogil=True, error_model="numpy")
def walk(herd, cells, marks, hazards, exposure, segments, first, listed, crossed, rules, light, begin_s, step_s, low, high):  # type: ignore[no-untyped-def]  # fmt: skip
    """Take the walkers `low` to `high` through one step for each entry of `light`; state is changed in place.

    Parameters
    ----------
    cells, marks
        The land: `[HW, 4]` level speed [m/s], rise eastward and northward, clearance in cells; and what `encounter`
        says.
    hazards, exposure
        `[K, HW]` rates [1/s], and `[N, K]` their integrals, added to.
    segments, first, listed, crossed
        `[M, 5]` segments of lines and their line, the list of those in each cell, and `[N, B]` times of crossing.
    light
        Factor on the pace in each step.

    Notes
    -----
    Who stops or leaves is put back, and the last of the block takes the place, so that only walkers cost time.
    """
    real, code = np.empty((17, BLOCK), np.float32), np.empty((4, BLOCK), np.int8)
    seed, until, who = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.float64), np.empty(BLOCK, np.int64)
    index, event, todo = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.uint8)
    words = todo.view(np.uint64)
    left_at_s, left_side, mobile_until_s = herd.left_at_s, herd.left_side, herd.mobile_until_s
    height, width, has_hazards = rules.height, np.int32(rules.width), hazards.shape[0] > 0
    end_s = begin_s
    for _ in range(light.size):
        end_s += step_s  # summed step by step, so that a cut in time changes nothing
    for lo in range(low, high, BLOCK):
        m = 0
        for i in range(lo, min(lo + BLOCK, high)):
            if left_at_s[i] < inf:
                continue
            if mobile_until_s[i] <= begin_s:
                if has_hazards:
                    x, y = herd.col[i], herd.row[i]
                    expose(hazards, exposure, height, width, i, x, y, x, y, end_s - begin_s)
                continue
            _take(herd, real, code, seed, until, i, m)
            who[m] = i
            take_up(rules, real, code, m)
            if code[LEAD, m] == NEW:
                code[LEAD, m] = OFF
                if code[SPECIAL, m]:
                    steer(marks, rules, real, code, seed, m)
            m += 1
        t = begin_s
        for now in range(light.size):
            if m == 0:
                break
            _draw(m, seed, real[TURN], real[CHANCE], real[OLD_COL], event)  # turns stay in a row that is free by then
            _turn(m, real[OLD_COL], real[PULL], real[AIM_E], real[AIM_N], real[E], real[N], real[COL], real[ROW], width, index)  # fmt: skip
            _fetch(m, index, cells, real[SPEED], real[RISE_E], real[RISE_N], real[CLEAR])
            _move(m, real[COL], real[ROW], real[E], real[N], real[SPEED], real[RISE_E], real[RISE_N], real[CLEAR], real[RATE], until, t, step_s, _f(light[now] / rules.cell_m), _f(rules.steepness), _f(rules.offset), real[OLD_COL], real[OLD_ROW], event, code[SPECIAL], todo)  # fmt: skip
            k = 0
            while k < m:
                if k & 7 == 0 and words[k >> 3] == 0 and not has_hazards:  # eight plain moves at a glance
                    k += 8
                    continue
                if todo[k] == 0:
                    if has_hazards:
                        expose(hazards, exposure, height, width, who[k], real[OLD_COL, k], real[OLD_ROW, k], real[COL, k], real[ROW, k], step_s)  # fmt: skip
                    k += 1
                    continue
                i, span_s = who[k], min(step_s, until[k] - t)
                status, u = look(cells, marks, hazards, exposure, segments, first, listed, crossed, rules, real, code, seed, until, k, i, todo[k], span_s, t, step_s, light[now])  # fmt: skip
                if status < LEFT and until[k] > t + step_s:
                    k += 1
                    continue
                if status >= LEFT:
                    left_at_s[i], left_side[i] = t + u * span_s, status - LEFT
                elif has_hazards:
                    x, y = real[COL, k], real[ROW, k]
                    expose(hazards, exposure, height, width, i, x, y, x, y, end_s - (t + step_s))
                _put_back(herd, real, code, seed, until, k, i)
                m -= 1
                real[:, k], code[:, k] = real[:, m], code[:, m]
                seed[k], until[k], who[k], todo[k] = seed[m], until[m], who[m], todo[m]
            t += step_s
        for k in range(m):
            _put_back(herd, real, code, seed, until, k, who[k])


@njit(cache=True, nogil=True, error_model="numpy")
def _take(herd, real, code, seed, until, i, k):  # type: ignore[no-untyped-def]
    real[COL, k], real[ROW, k], real[E, k], real[N, k] = herd.col[i], herd.row[i], herd.east[i], herd.north[i]
    real[AIM_E, k], real[AIM_N, k], real[CARRY, k] = herd.aim_east[i], herd.aim_north[i], herd.carry_s[i]
    code[KIND, k], code[RESTING, k], code[LEAD, k] = herd.strategy[i], herd.is_resting[i], herd.lead[i]
    seed[k], until[k] = herd.seed[i], herd.mobile_until_s[i]


@njit(cache=True, nogil=True, error_model="numpy")
def _put_back(herd, real, code, seed, until, k, i):  # type: ignore[no-untyped-def]
    herd.col[i], herd.row[i], herd.east[i], herd.north[i] = real[COL, k], real[ROW, k], real[E, k], real[N, k]
    herd.carry_s[i] = real[CARRY, k]
    herd.strategy[i], herd.is_resting[i], herd.lead[i] = code[KIND, k], code[RESTING, k], code[LEAD, k]
    herd.seed[i], herd.mobile_until_s[i] = seed[k], until[k]
