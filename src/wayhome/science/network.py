"""Lines as cells: networks to be followed from cell to cell, and lists of the segments that run through a cell.

Knows lines in columns and rows of a grid. Refuses to guess at gaps: lines meet where they share a cell or cross.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_PAD = 1e-6  # cells; a segment along an edge is listed on both sides


def links_of(lines: Sequence[NDArray[np.float64]], is_open: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Bits `[H, W]` of the eight neighbours (clockwise from north) that lines lead to from each cell.

    `lines` are `[n, 2]` columns and rows, with fractions. Where two lines cross between cells they are joined.
    Nothing leads into or out of a cell that is not open; a line that leaves the map leads off it.
    """
    height, width = is_open.shape
    links = np.zeros(is_open.shape, np.uint8)
    is_end = np.zeros(is_open.shape, bool)
    for line in lines:
        for col, row in (line[0], line[-1]) if len(line) else ():
            if 0 <= col < width and 0 <= row < height:
                is_end[int(row), int(col)] = True
    for line in lines:
        _draw(np.ascontiguousarray(line, dtype=np.float64), is_end, links)
    _join(links)
    _close(links, is_open)
    return links


@njit(cache=True)
def _direction(dr: int, dc: int) -> int:
    if dr < 0:
        return (7, 0, 1)[dc + 1]
    if dr > 0:
        return (5, 4, 3)[dc + 1]
    return 2 if dc > 0 else 6


@njit(cache=True)
def _link(links: NDArray[np.uint8], r0: int, c0: int, r1: int, c1: int) -> None:
    """Join two neighbours, both ways."""
    height, width = links.shape
    d = _direction(r1 - r0, c1 - c0)
    if 0 <= r0 < height and 0 <= c0 < width:
        links[r0, c0] |= np.uint8(1 << d)
    if 0 <= r1 < height and 0 <= c1 < width:
        links[r1, c1] |= np.uint8(1 << ((d + 4) & 7))


@njit(cache=True)
def _draw(line: NDArray[np.float64], is_end: NDArray[np.bool_], links: NDArray[np.uint8]) -> None:
    height, width = links.shape
    count = 0  # cells in hand: the last linked one, and one that may be cut off as a corner
    r0 = c0 = r1 = c1 = 0
    for k in range(len(line) - 1):
        x, y = line[k]
        dx, dy = line[k + 1, 0] - x, line[k + 1, 1] - y
        if max(x, x + dx) < -1 or min(x, x + dx) > width + 1 or max(y, y + dy) < -1 or min(y, y + dy) > height + 1:
            if count == 2:
                _link(links, r0, c0, r1, c1)
            count = 0
            continue
        steps = int(8.0 * max(abs(dx), abs(dy))) + 1
        for n in range(steps + 1):
            r, c = int(np.floor(y + dy * n / steps)), int(np.floor(x + dx * n / steps))
            if count == 0:
                r0, c0, count = r, c, 1
            elif count == 1:
                if r != r0 or c != c0:
                    r1, c1, count = r, c, 2
            elif r != r1 or c != c1:
                # three cells round a corner become a diagonal, unless a line ends in the corner
                is_kept = 0 <= r1 < height and 0 <= c1 < width and is_end[r1, c1]
                if is_kept or max(abs(r - r0), abs(c - c0)) != 1:
                    _link(links, r0, c0, r1, c1)
                    r0, c0, r1, c1 = r1, c1, r, c
                else:
                    r1, c1 = r, c
    if count == 2:
        _link(links, r0, c0, r1, c1)


@njit(cache=True)
def _join(links: NDArray[np.uint8]) -> None:
    """Where two diagonals cross, join their upper cells."""
    height, width = links.shape
    for r in range(height - 1):
        for c in range(width - 1):
            if links[r, c] >> 3 & 1 and links[r, c + 1] >> 5 & 1:
                _link(links, r, c, r, c + 1)


@njit(cache=True)
def _close(links: NDArray[np.uint8], is_open: NDArray[np.bool_]) -> None:
    height, width = links.shape
    for r in range(height):
        for c in range(width):
            if not is_open[r, c]:
                links[r, c] = 0
                continue
            for d in range(8):
                dr = (-1, -1, 0, 1, 1, 1, 0, -1)[d]
                dc = (0, 1, 1, 1, 0, -1, -1, -1)[d]
                i, j = r + dr, c + dc
                if 0 <= i < height and 0 <= j < width and not is_open[i, j]:
                    links[r, c] &= np.uint8(255 - (1 << d))


def line_cells(
    lines: Sequence[NDArray[np.float64]], height: int, width: int
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
    """Segments `[M, 5]` (col, row, col, row, number of the line), and per cell which of them run through it.

    Given as segments, `first` and `listed`: those of flat cell i are `listed[first[i]:first[i + 1]]`.
    """
    parts = [np.hstack([line[:-1], line[1:], np.full((len(line[1:]), 1), float(b))]) for b, line in enumerate(lines)]
    segments = np.ascontiguousarray(np.concatenate([np.zeros((0, 5)), *parts]))
    first = np.zeros(height * width + 1, np.int32)
    if not len(segments):
        return segments, first, np.zeros(0, np.int32)
    counts = np.zeros(height * width + 1, np.int32)
    _list(segments, height, width, counts, np.zeros(0, np.int32))
    first[1:] = np.cumsum(counts[:-1])
    listed = np.empty(first[-1], np.int32)
    _list(segments, height, width, first.copy(), listed)
    return segments, first, listed


@njit(cache=True)
def _list(
    segments: NDArray[np.float64], height: int, width: int, place: NDArray[np.int32], listed: NDArray[np.int32]
) -> None:
    """Count (while `listed` is empty) or write the segments of each cell, row by row of the grid."""
    for k in range(len(segments)):
        ax, ay, bx, by = segments[k, 0], segments[k, 1], segments[k, 2], segments[k, 3]
        low, high = min(ay, by), max(ay, by)
        for r in range(max(int(np.floor(low - _PAD)), 0), min(int(np.floor(high + _PAD)), height - 1) + 1):
            xa, xb = ax, bx
            if by != ay:
                u, v = (r - _PAD - ay) / (by - ay), (r + 1 + _PAD - ay) / (by - ay)
                u, v = min(max(min(u, v), 0.0), 1.0), min(max(max(u, v), 0.0), 1.0)
                xa, xb = ax + u * (bx - ax), ax + v * (bx - ax)
            left, right = min(xa, xb) - _PAD, max(xa, xb) + _PAD
            for c in range(max(int(np.floor(left)), 0), min(int(np.floor(right)), width - 1) + 1):
                cell = r * width + c
                if listed.size:
                    listed[place[cell]] = k
                place[cell] += 1
