"""What one walker meets: networks, barriers, lines, searches, goals, the edge of the map, a change of mind.

Knows one step of one walker at a time, in cells, as compiled code. The plain steps of many are in `walk`.
"""

from __future__ import annotations

from math import cos, exp, floor, inf, sin, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRATEGIES = ("route", "direction", "random", "stay", "view", "backtrack", "goal", "evade", "vehicle")
ROUTE, DIRECTION, RANDOM, STAY, VIEW, BACKTRACK, GOAL, EVADE, VEHICLE = range(9)
NEW, OFF, AFRESH = -2, -1, 8  # `lead` of who just set out, is off the network, has yet to choose a way on it
NORTH, EAST, SOUTH, WEST = range(4)
DONE, BARRED, LEFT = 0, 1, 2  # how a move ended; LEFT + side for the edge of the map

# Rows of the scratch of a block: `real [17, BLOCK]` float32 and `code [4, BLOCK]` int8. Arrays are handed over one by
# one and not in tuples: numba counts the references of an array at each touch of its tuple, which takes four times
# as long as the walking.
COL, ROW, E, N, AIM_E, AIM_N, CARRY, TURN, PULL, RATE, CHANCE, OLD_COL, OLD_ROW, CLEAR, SPEED, RISE_E, RISE_N = range(
    17
)
KIND, RESTING, LEAD, SPECIAL = range(4)
# Columns of `marks [HW, 4]` int32: nearest cell of routes and of roads (-1 without), bits, way up.
NEAREST_ROUTE, NEAREST_ROAD, BITS, UPHILL = range(4)
ROAD_BITS, COVER_BIT = 8, 16  # bits 0 to 7: neighbours that routes lead to, clockwise from north; then those of roads
UPHILL_UNIT = 1e-6  # of `UPHILL`: radians clockwise from north; -1 where there is no way up

_DROW, _DCOL = np.array([-1, -1, 0, 1, 1, 1, 0, -1]), np.array([0, 1, 1, 1, 0, -1, -1, -1])
_ROOT2 = 1.4142135623730951
STAR = np.uint64(2685821657736338717)  # multiplier of xorshift64*


class Rules(NamedTuple):
    """A movement at one length of step on one map: numbers only, lengths and places in cells."""

    cumulative: tuple[float, ...]  # shares of the strategies, in the order of STRATEGIES
    turn: tuple[float, ...]  # half-width of the turn of each, radians
    pull: float  # towards the aim, per step
    change: float  # probabilities per step: of a new choice, of beginning and of ending a rest
    tire: float
    wake: float
    pace: float
    vehicle_mps: float
    turn_back_per_s: float
    reach: float
    shy: float  # distance within which an evader keeps off routes, and looks ahead for cover
    steepness: float  # of Tobler's law, and its offset
    offset: float
    ipp: tuple[float, float]
    goal: tuple[float, float]
    height: int
    width: int
    cell_m: float


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _uniform(seed: NDArray[np.uint64], k: int) -> float:
    """A draw from [0, 1) by xorshift64*."""
    s = seed[k]
    s ^= s >> np.uint64(12)
    s ^= s << np.uint64(25)
    s ^= s >> np.uint64(27)
    seed[k] = s
    return float((s * STAR) >> np.uint64(11)) * 2.0**-53


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _trace(cells, segments, first, listed, crossed, rules, who, x0, y0, x1, y1, t, span_s, is_barred):  # type: ignore[no-untyped-def]  # fmt: skip
    """Follow a straight move through its cells: how it ended, and how far [0, 1] it got.

    Lines crossed on the way are noted with their time. Unless `is_barred`, barriers let it pass, as a network
    passes the corner between two.
    """
    dx, dy = x1 - x0, y1 - y0
    c, r = floor(x0), floor(y0)
    step_c, step_r = (1 if dx > 0.0 else -1), (1 if dy > 0.0 else -1)
    each_c, each_r = (1.0 / abs(dx) if dx != 0.0 else inf), (1.0 / abs(dy) if dy != 0.0 else inf)
    to_c = (c + 1 - x0 if dx > 0.0 else x0 - c) * each_c if dx != 0.0 else inf
    to_r = (r + 1 - y0 if dy > 0.0 else y0 - r) * each_r if dy != 0.0 else inf
    while True:
        u = min(to_c, to_r, 1.0)
        if segments.shape[0] > 0:
            cell = r * rules.width + c
            for place in range(first[cell], first[cell + 1]):
                k = listed[place]
                ax, ay = segments[k, 0], segments[k, 1]
                bx, by = segments[k, 2] - ax, segments[k, 3] - ay
                across = dx * by - dy * bx
                if across == 0.0:
                    continue
                p = ((ax - x0) * by - (ay - y0) * bx) / across
                q = ((ax - x0) * dy - (ay - y0) * dx) / across
                if 0.0 < p <= u and 0.0 <= q <= 1.0:
                    line = int(segments[k, 4])
                    crossed[who, line] = min(crossed[who, line], t + p * span_s)
        if u >= 1.0:
            return DONE, 1.0
        if to_c < to_r:
            c += step_c
            to_c += each_c
            if c < 0 or c >= rules.width:
                return LEFT + (EAST if c > 0 else WEST), u
        else:
            r += step_r
            to_r += each_r
            if r < 0 or r >= rules.height:
                return LEFT + (SOUTH if r > 0 else NORTH), u
        if is_barred and cells[r * rules.width + c, 0] <= 0.0:
            return BARRED, u


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def expose(hazards, exposure, height, width, who, x0, y0, x1, y1, seconds):  # type: ignore[no-untyped-def]
    """Add the rates `[K, HW]` along a straight move, by midpoints at most a cell apart."""
    parts = 1 + int(sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2))
    for p in range(parts):
        share = (p + 0.5) / parts
        c, r = int(x0 + share * (x1 - x0)), int(y0 + share * (y1 - y0))
        if 0 <= c < width and 0 <= r < height:
            for h in range(hazards.shape[0]):
                exposure[who, h] += hazards[h, r * width + c] * (seconds / parts)


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _way(links: int, came: int, least: int, draw: float) -> int:
    """A direction that `links` lead to: one that is no sharp turn after `came`, else a sharp one, else back.

    `least` is the sharpest turn allowed at first, in eighths of a circle; 4 allows all alike. `draw` [0, 1) decides.
    """
    turned = (links >> came | links << (8 - came)) & 255  # bit j: a turn of j eighths to the right
    for most in range(least, 5):
        allowed = turned & (255 if most == 4 else (199 if most == 2 else 239))
        if allowed == 0:
            continue
        count = 0
        for j in range(8):
            count += allowed >> j & 1
        chosen = int(draw * count)
        for j in range(8):
            if allowed >> j & 1:
                if chosen == 0:
                    return (came + j) & 7
                chosen -= 1
    return AFRESH


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _entry(links: int, aim_e: float, aim_n: float, draw: float) -> int:
    """The first direction along a network: nearest to the intended one, any where none is intended."""
    if aim_e == 0.0 and aim_n == 0.0:
        return _way(links, 0, 4, draw)
    best, best_fit = AFRESH, -inf
    for d in range(8):
        fit = (_DCOL[d] * aim_e - _DROW[d] * aim_n) / (_ROOT2 if d & 1 else 1.0)
        if links >> d & 1 and fit > best_fit:
            best, best_fit = d, fit
    return best


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _follow(cells, marks, hazards, exposure, segments, first, listed, crossed, rules, real, code, seed, k, who, light, t, span_s):  # type: ignore[no-untyped-def]  # fmt: skip
    """Walk or drive along the network from cell to cell for one step: how it ended and how far [0, 1] it got."""
    # one way out of this function, and of `look`: numba drops its counting of references only then
    status, u = DONE, 1.0
    shift = ROAD_BITS if code[KIND, k] == VEHICLE else 0
    clock = -float(real[CARRY, k])  # time in this step at which the walker left the cell where they stand
    seen = 0.0  # up to when exposure is counted
    x0, y0 = float(real[COL, k]), float(real[ROW, k])
    links = marks[int(y0) * rules.width + int(x0), BITS] >> shift & 255
    if code[LEAD, k] == AFRESH:
        code[LEAD, k] = _entry(links, real[AIM_E, k], real[AIM_N, k], _uniform(seed, k))
    while code[LEAD, k] != AFRESH:  # else a network of one cell
        d = int(code[LEAD, k])
        dr, dc, stretch = _DROW[d], _DCOL[d], (_ROOT2 if d & 1 else 1.0)
        cell = int(y0) * rules.width + int(x0)
        if shift:
            speed = rules.vehicle_mps if real[RATE, k] > 0.0 else 0.0
        else:
            slope = (cells[cell, 1] * dc - cells[cell, 2] * dr) / stretch
            slower = exp(-rules.steepness * (abs(slope + rules.offset) - rules.offset))
            speed = cells[cell, 0] * real[RATE, k] * light * slower
        if speed <= 0.0:
            clock = span_s  # a rest gives no start on the way
            break
        cost = rules.cell_m * stretch / speed
        if clock + cost > span_s:
            break
        x1, y1 = x0 + dc, y0 + dr
        if segments.shape[0] > 0:
            _trace(cells, segments, first, listed, crossed, rules, who, x0, y0, x1, y1, t + max(clock, 0.0), max(cost + min(clock, 0.0), 0.0), False)  # fmt: skip
        clock += cost
        if hazards.shape[0] > 0:
            expose(hazards, exposure, rules.height, rules.width, who, x0, y0, x1, y1, max(clock, 0.0) - seen)
            seen = max(clock, 0.0)
        real[E, k], real[N, k] = dc / stretch, -dr / stretch
        if y1 < 0 or y1 >= rules.height or x1 < 0 or x1 >= rules.width:
            side = NORTH if y1 < 0 else SOUTH if y1 >= rules.height else WEST if x1 < 0 else EAST
            x0, y0 = x0 + 0.5 * dc, y0 + 0.5 * dr
            status, u = LEFT + side, max(0.0, clock - 0.5 * cost) / span_s
            break
        x0, y0 = x1, y1
        links = marks[int(y0) * rules.width + int(x0), BITS] >> shift & 255
        draw, back = _uniform(seed, k), rules.turn_back_per_s * cost
        if draw < back:
            code[LEAD, k] = (d + 4) & 7
        else:
            code[LEAD, k] = _way(links, d, 2, (draw - back) / (1.0 - back))  # what is left of the draw is even again
    real[COL, k], real[ROW, k], real[CARRY, k] = x0, y0, span_s - clock
    if hazards.shape[0] > 0 and status == DONE:
        expose(hazards, exposure, rules.height, rules.width, who, x0, y0, x0, y0, span_s - seen)
    return status, u


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _sought(marks, rules, kind, x, y):  # type: ignore[no-untyped-def]
    """The point that a strategy heads for, and whether there is one within reach."""
    if kind == GOAL:
        return rules.goal[0], rules.goal[1], True
    if kind == BACKTRACK:
        return rules.ipp[0], rules.ipp[1], True
    if kind in (ROUTE, VEHICLE):
        cell = marks[int(y) * rules.width + int(x), NEAREST_ROAD if kind == VEHICLE else NEAREST_ROUTE]
        if cell >= 0:
            to_col, to_row = cell % rules.width + 0.5, cell // rules.width + 0.5
            return to_col, to_row, sqrt((to_col - x) ** 2 + (to_row - y) ** 2) <= rules.reach
    return 0.0, 0.0, False


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def steer(marks, rules, real, code, seed, k):  # type: ignore[no-untyped-def]
    """Set the heading of a strategy that looks where it goes; false where it has nowhere to go."""
    kind, x, y = code[KIND, k], float(real[COL, k]), float(real[ROW, k])
    if kind == VIEW:
        up = marks[int(y) * rules.width + int(x), UPHILL]
        if up < 0:
            return False
        east, north = sin(up * UPHILL_UNIT), cos(up * UPHILL_UNIT)
    elif kind == EVADE:
        east, north = _away(marks, rules, x, y, real[E, k], real[N, k], seed, k)
    else:
        to_col, to_row, is_there = _sought(marks, rules, kind, x, y)
        if not is_there:
            return True  # no network within reach: straight on
        east, north = to_col - x, y - to_row
    size = sqrt(east * east + north * north)
    if size > 1e-6:
        real[E, k], real[N, k] = east / size, north / size
    return True


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _away(marks, rules, x, y, heading_e, heading_n, seed, k):  # type: ignore[no-untyped-def]
    """An evader's heading: away from the IPP and from the nearest route, into cover where there is any ahead."""
    east, north = x - rules.ipp[0], rules.ipp[1] - y
    gone = sqrt(east * east + north * north)
    if gone > 1e-6:
        east, north = east / gone, north / gone
    else:
        east, north = float(heading_e), float(heading_n)
    route = marks[int(y) * rules.width + int(x), NEAREST_ROUTE]
    if route >= 0:
        off_e, off_n = x - (route % rules.width + 0.5), (route // rules.width + 0.5) - y
        gap = sqrt(off_e * off_e + off_n * off_n)
        if 1e-6 < gap < rules.shy:  # the more so the nearer the route
            push = 2.0 * (1.0 - gap / rules.shy) / gap
            east, north = east + push * off_e, north + push * off_n
    size = sqrt(east * east + north * north) + 1e-12
    east, north = east / size, north / size
    if not _is_covered(marks, rules, x + east * rules.shy, y - north * rules.shy):
        side = 1.0 if _uniform(seed, k) < 0.5 else -1.0
        for _ in range(2):  # half a right angle to either side
            look_e, look_n = (east + side * north) / _ROOT2, (north - side * east) / _ROOT2
            if _is_covered(marks, rules, x + look_e * rules.shy, y - look_n * rules.shy):
                return look_e, look_n
            side = -side
    return east, north


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _is_covered(marks, rules, x, y):  # type: ignore[no-untyped-def]
    if not (0.0 <= x < rules.width and 0.0 <= y < rules.height):
        return False
    return marks[int(y) * rules.width + int(x), BITS] >> COVER_BIT & 1 > 0


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def take_up(rules, real, code, k):  # type: ignore[no-untyped-def]
    """What follows from a walker's strategy and rest: set anew whenever either changes."""
    kind, is_resting = code[KIND, k], code[RESTING, k] > 0
    has_aim = real[AIM_E, k] != 0.0 or real[AIM_N, k] != 0.0
    real[TURN, k] = rules.turn[kind]
    real[PULL, k] = rules.pull if kind == DIRECTION and has_aim else 0.0
    real[RATE, k] = 0.0 if is_resting or kind == STAY else rules.pace
    real[CHANCE, k] = rules.change + (rules.wake if is_resting else rules.tire)
    code[SPECIAL, k] = kind not in (DIRECTION, RANDOM, STAY)


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def look(cells, marks, hazards, exposure, segments, first, listed, crossed, rules, real, code, seed, until, k, who, todo, span_s, t, step_s, light):  # type: ignore[no-untyped-def]  # fmt: skip
    """One walker's step that is more than a plain move: how it ended and how far [0, 1] it got.

    The plain move has been made; here it is taken back, cut short or turned aside. Bits of `todo`: 1 near a
    barrier, a line or the edge, 2 a change of mind or of rest.
    """
    status, u, is_changed = DONE, 1.0, False
    x0, y0, x1, y1 = real[OLD_COL, k], real[OLD_ROW, k], real[COL, k], real[ROW, k]
    if code[LEAD, k] >= 0:
        real[COL, k], real[ROW, k] = x0, y0
        status, u = _follow(cells, marks, hazards, exposure, segments, first, listed, crossed, rules, real, code, seed, k, who, light, t, span_s)  # fmt: skip
        if hazards.shape[0] > 0 and status == DONE and span_s < step_s:
            x1, y1 = real[COL, k], real[ROW, k]
            expose(hazards, exposure, rules.height, rules.width, who, x1, y1, x1, y1, step_s - span_s)
        if code[LEAD, k] == AFRESH:
            code[LEAD, k], code[KIND, k], is_changed = OFF, RANDOM, True
    else:
        kind = code[KIND, k]
        far = sqrt((float(x1) - x0) ** 2 + (float(y1) - y0) ** 2)
        to_col, to_row, is_there = _sought(marks, rules, kind, x0, y0)
        gap = sqrt((to_col - x0) ** 2 + (to_row - y0) ** 2)
        has_come = is_there and gap <= far
        if has_come:
            x1, y1 = np.float32(to_col), np.float32(to_row)
        if todo & 1:
            status, u = _trace(cells, segments, first, listed, crossed, rules, who, float(x0), float(y0), float(x1), float(y1), t, span_s, True)  # fmt: skip
        if status == BARRED:
            back = max(0.0, u - 0.01 / max(far, 0.01))  # a hair's breadth before the barrier
            x1, y1 = np.float32(x0 + back * (float(x1) - x0)), np.float32(y0 + back * (float(y1) - y0))
            if cells[int(y1) * rules.width + int(x1), 0] <= 0.0:
                x1, y1 = x0, y0
            angle = (0.25 + 0.5 * _uniform(seed, k)) * (np.pi if _uniform(seed, k) < 0.5 else -np.pi)  # to one side
            east, north = real[E, k], real[N, k]
            real[E, k] = east * cos(angle) - north * sin(angle)
            real[N, k] = north * cos(angle) + east * sin(angle)
            if code[SPECIAL, k]:  # who heads for a place and meets a barrier wanders until they choose anew
                code[KIND, k], is_changed = RANDOM, True
        elif status >= LEFT:
            x1 = np.float32(min(max(x0 + u * (float(x1) - x0), 0.0), float(rules.width)))
            y1 = np.float32(min(max(y0 + u * (float(y1) - y0), 0.0), float(rules.height)))
        elif has_come:
            is_changed = True
            if kind == GOAL:
                until[k] = t + span_s * gap / max(far, 1e-6)
            elif kind == BACKTRACK:
                code[KIND, k] = STAY
            else:
                code[LEAD, k], real[CARRY, k] = AFRESH, span_s * (1.0 - gap / max(far, 1e-6))  # the rest of the step
        real[COL, k], real[ROW, k] = x1, y1
        if hazards.shape[0] > 0:
            expose(hazards, exposure, rules.height, rules.width, who, x0, y0, x1, y1, step_s * u if status >= LEFT else step_s)  # fmt: skip
    if status < LEFT:
        if todo & 2:
            is_changed = True
            if _uniform(seed, k) * real[CHANCE, k] < rules.change:
                chosen, kind = _uniform(seed, k), 0
                while rules.cumulative[kind] <= chosen:
                    kind += 1
                code[KIND, k], code[LEAD, k], real[CARRY, k] = kind, OFF, 0.0
            else:
                code[RESTING, k] = 1 - code[RESTING, k]
        if is_changed:
            take_up(rules, real, code, k)
        if code[SPECIAL, k] and code[LEAD, k] < 0 and not steer(marks, rules, real, code, seed, k):
            code[KIND, k] = STAY  # on top, with nothing higher near
            take_up(rules, real, code, k)
    return status, u
