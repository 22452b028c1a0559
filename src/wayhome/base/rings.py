"""Rings of positions cut by a line, joined, and moved against their neighbours, on a case's metric grid.

Knows shapes only, and keeps every corner that stood to the last bit. Refuses to say what a ring is for.
"""

from __future__ import annotations

from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING, Any

import shapely
from shapely.ops import split

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.projection import projection
from wayhome.base.quantity import metres

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Ring = tuple[Position, ...]

EDGE_M = 0.1  # own choice: edges nearer than this are one edge; the page writes positions to six decimals, 0.1 m


class Rings:
    """What can be done to rings in one metric system; edges are straight there, as on the map's cells.

    Every ring comes with what people call it, so that a refusal can name it.
    """

    def __init__(self, crs: str) -> None:
        self._projection = projection(crs)
        self._positions: dict[tuple[float, float], Position] = {}  # corners that stood, by their metres

    def parts(self, name: str, ring: Ring, line: Ring) -> tuple[Ring, ...]:
        """The parts into which a line cuts a ring, from north to south or from west to east, as they lie.

        The line begins and ends outside, or on the edge. Parts share the corners of the cut, so that what lay in the
        ring lies in one part; corners new on its edge are rounded to the precision of a position, about a nanometre.

        Raises
        ------
        InvalidInput : a line that crosses itself, ends inside, or cuts nothing off.
        """
        whole = self._sound(name, ring)
        xy = [self._onto(p, [whole]) for p in line]
        if len(set(xy)) < 2:
            raise InvalidInput("line: a cut needs at least two different positions.", field="line")
        cut = shapely.LineString(xy)
        if not cut.is_simple:
            raise InvalidInput("line: the cut crosses itself; draw one that does not.", field="line")
        ends: list[list[tuple[float, float]]] = [[], []]
        for i, index, which in ((0, 0, "first"), (1, len(xy) - 1, "last")):
            end = shapely.Point(xy[index])
            if whole.exterior.distance(end) <= EDGE_M:
                ends[i] = [] if xy[index] in whole.exterior.coords else [_beyond(whole, *xy[index])]
            elif whole.contains(end):
                raise InvalidInput(
                    f"line: its {which} position lies inside {name}; begin and end the cut on or beyond its edge.",
                    field="line", index=index,
                )  # fmt: skip
        parts = _polygons(split(whole, shapely.LineString([*ends[0], *xy, *ends[1]])))
        if len(parts) < 2:
            raise InvalidInput(f"line: it does not cut {name} from edge to edge; draw it right across.", field="line")
        x, y = [part.centroid.x for part in parts], [part.centroid.y for part in parts]
        lie_north_south = max(y) - min(y) >= max(x) - min(x)
        order = sorted(range(len(parts)), key=lambda i: (-y[i], x[i]) if lie_north_south else (x[i], -y[i]))
        rings = [self._ring(parts[i]) for i in order]
        if any(_is_sliver(part) for part in parts) or not all(self._is_sound(made) for made in rings):
            raise InvalidInput(
                f"line: it touches itself or runs along the edge of {name}; keep at least {EDGE_M:g} m away, or cross it.",
                field="line",
            )
        return tuple(rings)

    def union(self, rings: Mapping[str, Ring]) -> Ring:
        """The one ring round several that share edges.

        Raises
        ------
        InvalidInput : rings that do not share an edge, or that leave a hole between them.
        """
        shapes = {name: self._sound(name, ring) for name, ring in rings.items()}
        joined = _joined(shapes.values())
        pieces = _solid(joined)
        if len(pieces) > 1:
            first = [n for n, s in shapes.items() if pieces[0].contains(s.representative_point())]
            rest = [n for n in shapes if n not in first]
            apart_m = shapely.union_all([shapes[n] for n in first]).distance(
                shapely.union_all([shapes[n] for n in rest])
            )
            between = f"{metres(apart_m)} lie between them" if apart_m > 0.0 else "they meet in a point only"
            raise InvalidInput(
                f"segments: {_listed(first)} and {_listed(rest)} share no edge ({between}); redraw one so that they do.",
                field="segments", distance_m=apart_m,
            )  # fmt: skip
        one = _one(joined)
        if one is None:
            raise InvalidInput(
                f"segments: {_listed(shapes)} leave a hole between them; merge that too.", field="segments"
            )
        ring = self._ring(one)
        if not self._is_sound(ring):
            raise InvalidInput(f"segments: the edge of {_listed(shapes)} together touches itself.", field="segments")
        return ring

    def redrawn(
        self, name: str, stood: Ring, ring: Ring, others: Mapping[str, Ring], *, others_move: bool
    ) -> tuple[Ring, dict[str, Ring]]:
        """A ring redrawn among others: the ring itself, and those of the others that move with it.

        Corners within a decimetre of one that stood are that corner. With `others_move`, others give up the ground
        that the ring takes, and what it gives up goes to the one that it shares the longest edge with there; ground
        that no other borders on is left to none. Without, none moves.

        Raises
        ------
        InvalidInput : what is no ring; ground taken from others that stay; another that would be no ring any more.
        """
        before = self._mended(stood)
        shapes = {n: self._mended(r) for n, r in others.items()}
        stand = [before, *shapes.values()]
        drawn = self._sound("the new ring", tuple(self._position(self._onto(p, stand)) for p in ring))
        # a corner on another's edge becomes a corner of both, or rounding leaves spikes along the edge
        after = _snapped(drawn, shapely.union_all(stand))
        before = _snapped(before, after)
        shapes = {n: _snapped(shape, after) for n, shape in shapes.items()}
        if not _solid(after & before):
            raise InvalidInput(
                f"ring: it shares no ground with {name}; draw a new segment there instead.", field="ring"
            )
        taken, given = after - before, before - after
        robbed = [n for n, shape in shapes.items() if _solid(taken & shape)]
        if robbed and not others_move:
            raise InvalidInput(
                f"ring: it takes ground of {_listed(robbed)}; draw it beside, or write with_neighbours=true to move "
                "their edges too.", field="ring", segments=robbed,
            )  # fmt: skip
        moved: dict[str, Any] = {n: shapes[n] - taken for n in robbed}
        for piece in _solid(given - shapely.union_all(list(shapes.values()))) if others_move else ():
            shared_m = {n: piece.buffer(EDGE_M).intersection(shape.boundary).length for n, shape in shapes.items()}
            heir = max(shared_m, key=lambda n: shared_m[n], default=None)
            if heir is not None and shared_m[heir] > 4.0 * EDGE_M:  # a corner in a point shares twice the decimetre
                moved[heir] = _joined([moved.get(heir, shapes[heir]), piece])
        redrawn, rings = self._ring(after), {}
        if not self._is_sound(redrawn):
            raise InvalidInput("ring: it touches itself; keep its edges apart.", field="ring")
        for n, shape in moved.items():
            one = _one(shape)
            if one is None or not self._is_sound(self._ring(one)):
                left = f"{n} in pieces, with a hole or touching itself" if _solid(shape) else f"nothing of {n}"
                raise InvalidInput(
                    f"ring: it would leave {left}; split or merge that segment first.", field="ring", segments=[n]
                )
            rings[n] = self._ring(one)
        return redrawn, rings

    def _xy(self, position: Position) -> tuple[float, float]:
        xy = self._projection.xy_m(position)
        self._positions.setdefault(xy, position)
        return xy

    def _position(self, xy: tuple[float, float]) -> Position:
        return self._positions.get(xy) or self._projection.position(*xy)

    def _onto(self, position: Position, shapes: Iterable[Any]) -> tuple[float, float]:
        """The metres of a position, or of the nearest corner of some shapes where one is as good as there."""
        x, y = self._projection.xy_m(position)
        corners = [(float(a), float(b)) for shape in shapes for a, b in shapely.get_coordinates(shape)]
        near = min(corners, key=lambda c: hypot(c[0] - x, c[1] - y))
        return near if hypot(near[0] - x, near[1] - y) <= EDGE_M else self._xy(position)

    def _sound(self, name: str, ring: Ring) -> Any:
        shape = shapely.Polygon([self._xy(p) for p in ring])
        if not shape.is_valid:
            raise InvalidInput(
                f"ring: {name} crosses or touches itself ({shapely.is_valid_reason(shape)}, in metres of "
                f"{self._projection.crs}); redraw it.", field="ring",
            )  # fmt: skip
        if _is_sliver(shape):
            raise InvalidInput(
                f"ring: {name} is narrower than {EDGE_M:g} m and holds no ground; redraw it.", field="ring"
            )
        return shape

    def _is_sound(self, ring: Ring) -> bool:
        """Whether a ring, rounded to positions, still goes round once: where it touched itself it may not."""
        return bool(shapely.Polygon([self._projection.xy_m(p) for p in ring]).is_valid)

    def _mended(self, ring: Ring) -> Any:
        """A ring as the map reads it, even where it crosses itself: what an odd number of turns goes round."""
        return shapely.union_all(_polygons(shapely.make_valid(shapely.Polygon([self._xy(p) for p in ring]))))

    def _ring(self, shape: Any) -> Ring:
        return tuple(self._position((float(x), float(y))) for x, y in shape.exterior.coords[:-1])


def _polygons(shape: Any) -> list[Any]:
    """The polygons in a shape of whatever kind, by area, the largest first."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return sorted((p for p in parts if p.geom_type == "Polygon" and not p.is_empty), key=lambda p: -p.area)


def _beyond(polygon: Any, x: float, y: float) -> tuple[float, float]:
    """A point just outside a polygon by a point on its edge: on an edge to the last bit no line ends."""
    corners = list(polygon.exterior.coords)
    edges = [shapely.LineString(pair) for pair in pairwise(corners)]
    (x0, y0), (x1, y1) = min(edges, key=lambda edge: edge.distance(shapely.Point(x, y))).coords
    step = 2.0 * EDGE_M / hypot(x1 - x0, y1 - y0)
    sides = [(x + sign * step * (y1 - y0), y - sign * step * (x1 - x0)) for sign in (1.0, -1.0)]
    return next((side for side in sides if not polygon.contains(shapely.Point(side))), (x, y))


def _is_sliver(polygon: Any) -> bool:
    """Whether a polygon is nowhere wider than what counts as one edge."""
    return bool(polygon.area <= EDGE_M * polygon.length / 2.0)


def _solid(shape: Any) -> list[Any]:
    return [p for p in _polygons(shape) if not _is_sliver(p)]


def _snapped(shape: Any, onto: Any) -> Any:
    """A shape with corners and edges brought onto those within a decimetre, unless that would fold it over."""
    snapped = shapely.snap(shape, onto, EDGE_M)
    return snapped if snapped.is_valid else shape


def _joined(shapes: Iterable[Any]) -> Any:
    """The union of shapes whose edges are one where they lie within a decimetre."""
    whole, *rest = shapes
    for shape in rest:
        whole = _snapped(whole, shape)
        whole = shapely.union(whole, _snapped(shape, whole))
    return whole


def _one(shape: Any) -> Any:
    """The one polygon that a shape is but for slivers; None where it is several, none, or has a hole."""
    parts = _solid(shape)
    if len(parts) != 1 or any(not _is_sliver(shapely.Polygon(hole)) for hole in parts[0].interiors):
        return None
    return shapely.Polygon(parts[0].exterior)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
