"""Labelled cells as shapes that fill an area exactly: shared edges once, no overlaps, no gaps, no holes in a ring.

Knows lines that edges should run along and a measure that no shape may exceed. Refuses to know what is searched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import shapely.affinity
from scipy.ndimage import distance_transform_edt
from shapely.ops import polygonize

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wayhome.base.raster import Grid

    Array = NDArray[np.float64]
    Measure = Callable[[shapely.Polygon], float]

NEAR_CELLS = 1.5  # corners so near a line are moved onto it
LINE_CELLS = 0.25  # how far from it an edge may be drawn then


def partition(
    labels: NDArray[np.int32], grid: Grid, area: shapely.MultiPolygon, lines: Sequence[Array]
) -> list[shapely.Polygon]:
    """Shapes that fill the area exactly, one or more to a label; their edges lie on the lines where these are near.

    Every edge between two labels is drawn once, moved onto the lines, smoothed elsewhere by a cell and cut with the
    others, so that what two shapes share is the same line in both.

    Parameters
    ----------
    labels : `[H, W]`, -1 for none; every cell of the area and a rim around it should have one
    lines : `[n, 2]` metric x, y
    """
    arcs = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(_cracks(labels, grid))))
    along = [shapely.LineString(line) for line in lines if len(line) > 1]
    noded = shapely.union_all([*_smooth(arcs, along, grid.cell_m), area.boundary])
    nearest = distance_transform_edt(labels < 0, return_distances=False, return_indices=True)
    by_label: dict[int, list[shapely.Polygon]] = {}
    for face in polygonize(shapely.get_parts(noded)):
        middle = face.representative_point()
        if area.contains(middle):
            at = grid.cell_of(middle.x, middle.y)
            assert at is not None, "a face beyond its ground"
            by_label.setdefault(int(labels[tuple(nearest[(slice(None), *at)])]), []).append(face)
    return [part for faces in by_label.values() for part in shapely.get_parts(shapely.union_all(faces))]


def _cracks(labels: NDArray[np.int32], grid: Grid) -> NDArray[np.object_]:
    """The sides of cells between two labels, as lines."""
    x0, y0, c = grid.x_west_m, grid.y_north_m, grid.cell_m
    i, j = np.nonzero((labels[:, :-1] != labels[:, 1:]) & (labels[:, :-1] >= 0) & (labels[:, 1:] >= 0))
    upright = np.stack([x0 + (j + 1) * c, y0 - i * c, x0 + (j + 1) * c, y0 - (i + 1) * c], 1)
    i, j = np.nonzero((labels[:-1] != labels[1:]) & (labels[:-1] >= 0) & (labels[1:] >= 0))
    level = np.stack([x0 + j * c, y0 - (i + 1) * c, x0 + (j + 1) * c, y0 - (i + 1) * c], 1)
    return np.asarray(shapely.linestrings(np.concatenate([upright, level]).reshape(-1, 2, 2)))


def _smooth(arcs: NDArray[np.object_], lines: list[shapely.LineString], cell_m: float) -> list[shapely.LineString]:
    """Arcs with every corner near a line moved onto it, which an arc then keeps to; elsewhere the steps of cells vanish.

    A corner near a place where lines meet goes there. One that arcs share goes the same way in all.
    """
    xy, which_arc = shapely.get_coordinates(arcs, return_index=True)
    on_line = np.zeros(len(xy), bool)
    for targets in (lines, _meetings(lines)):
        tree, points = shapely.STRtree(targets), shapely.points(xy)
        at, which = tree.query_nearest(points, max_distance=NEAR_CELLS * cell_m, all_matches=False)
        xy[at] = shapely.get_coordinates(shapely.shortest_line(tree.geometries[which], points[at]))[::2]
        on_line[at] = True
    smooth = []
    for corners, on in zip(_runs(xy, which_arc), _runs(on_line, which_arc), strict=True):
        side = on[:-1] & on[1:]  # of each stretch between two corners
        ends = [0, *(np.flatnonzero(side[1:] != side[:-1]) + 1).tolist(), len(side)]
        for first, last in pairwise(ends):
            stretch = shapely.LineString(corners[first : last + 1])
            smooth.append(stretch.simplify(cell_m * (LINE_CELLS if side[first] else 1.0)))
    return [stretch for stretch in smooth if stretch.length > 0.0]


def _meetings(lines: list[shapely.LineString]) -> list[shapely.Point]:
    """Points at which three or more stretches of lines meet."""
    parts = shapely.get_parts(shapely.union_all(lines))
    ends = [c for part in parts if len(part.coords) for c in (part.coords[0], part.coords[-1])]
    return [shapely.Point(end) for end, count in Counter(ends).items() if count > 2]


def _runs(values: NDArray[Any], index: NDArray[np.intp]) -> list[NDArray[Any]]:
    """The values of each index, which does not fall."""
    return np.split(values, np.flatnonzero(np.diff(index)) + 1) if len(values) else []


def tidied(shapes: Sequence[shapely.Polygon], measure: Measure, most: float, crumb_m2: float) -> list[shapely.Polygon]:
    """The same ground without remnants smaller than `crumb_m2` where they can join a neighbour, and without holes.

    A shape with a hole, or above `most` by the measure, is cut straight across.
    """
    todo, done = _without_crumbs(shapes, measure, most, crumb_m2), []
    while todo:
        shape = todo.pop()
        if shape.interiors or measure(shape) > most:
            parts = _cut(shape)
            assert len(parts) > 1, "a cut that cuts nothing"
            todo += parts
        else:
            done.append(shape)
    return _without_crumbs(done, measure, most, crumb_m2)


def _without_crumbs(
    shapes: Sequence[shapely.Polygon], measure: Measure, most: float, crumb_m2: float
) -> list[shapely.Polygon]:
    """Remnants, the smallest first, joined to the neighbour with which they share most of their edge."""
    kept = sorted(shapes, key=lambda s: (s.area, *s.bounds))
    alive: dict[int, shapely.Polygon] = dict(enumerate(kept))
    went = list(range(len(kept)))  # where each shape's ground is now
    tree = shapely.STRtree(kept)
    for i, crumb in enumerate(kept):
        if crumb.area >= crumb_m2:
            break
        if alive[i] is not crumb:
            continue  # it took in a smaller one
        near = {went[j] for j in tree.query(crumb).tolist()} - {i}
        for length, j in sorted(((alive[j].intersection(crumb).length, j) for j in near), reverse=True):
            both = shapely.union_all([alive[j], crumb]) if length > 0.0 else None
            if (
                isinstance(both, shapely.Polygon)
                and len(both.interiors) <= len(alive[j].interiors)
                and measure(both) <= most
            ):
                alive[j] = both
                del alive[i]
                went = [j if k == i else k for k in went]
                break
    return list(alive.values())


def _cut(shape: shapely.Polygon) -> list[shapely.Polygon]:
    """A shape cut straight across, through its largest hole or else its middle, the shortest way of eight."""
    hole = max(map(shapely.Polygon, shape.interiors), key=lambda p: p.area, default=None)
    middle = (shape if hole is None else hole).centroid
    if hole is None and not shape.contains(middle):
        middle = shape.representative_point()
    ways = []
    for angle in np.arange(8) * np.pi / 8.0:
        dx, dy = shape.length * np.cos(angle), shape.length * np.sin(angle)
        chord = shapely.LineString([(middle.x - dx, middle.y - dy), (middle.x + dx, middle.y + dy)])
        inner = [p for p in shapely.get_parts(chord.intersection(shape)) if p.length > 0.0]
        if hole is None:  # only the stretch that holds the middle
            inner = [min(inner, key=lambda p: float(p.distance(middle)))]
        ways.append((sum(p.length for p in inner), inner))
    _, lines = min(ways, key=lambda way: way[0])
    over = [shapely.affinity.scale(p, *2 * [1.0 + 0.02 / p.length]) for p in lines]  # a centimetre past the ring
    faces = polygonize(shapely.get_parts(shapely.union_all([shape.boundary, *over])))
    return [face for face in faces if shape.contains(face.representative_point())]
