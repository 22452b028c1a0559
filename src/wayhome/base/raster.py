"""Values on a metric grid: where the cells are, what the values mean, and no way to mix them up.

Row 0 is the northernmost row. Arrays are read-only. Shapes: `H, W` rows and columns of the grid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.place import Position
from wayhome.base.record import Record

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Quantity = Literal[
    "elevation_m", "slope_deg", "landcover", "seconds", "poa", "pod", "coverage", "factor", "distance_m", "mask"
]
MAX_CELLS = 64_000_000


class Grid(Record):
    """Square cells in a projected system: north-west corner, cell size, height and width."""

    crs: str
    x_west_m: float
    y_north_m: float
    cell_m: float
    height: int
    width: int

    def check(self) -> None:
        """Refuse a grid with no cells, or with more than memory holds."""
        if not (self.cell_m > 0 and self.height > 0 and self.width > 0):
            raise InvalidInput(
                f"A grid needs a positive cell and size, not {self.cell_m} m x {self.height} x {self.width}."
            )
        if self.height * self.width > MAX_CELLS:
            raise InvalidInput(
                f"{self.height} x {self.width} cells are more than {MAX_CELLS:,}; use a smaller box or larger cells."
            )

    @classmethod
    def around(cls, crs: str, x_m: float, y_m: float, *, box_m: float, cell_m: float) -> Grid:
        """A square box with the point in the middle of its middle cell; an odd number of cells."""
        if not (cell_m > 0 and box_m > 0):
            raise InvalidInput(f"Box and cell must be positive, not {box_m} m and {cell_m} m.")
        n = 2 * (round(box_m / cell_m) // 2) + 1  # as MapScore: 5001 cells of 5 m for 25 km
        half = n * cell_m / 2
        return cls(crs=crs, x_west_m=x_m - half, y_north_m=y_m + half, cell_m=cell_m, height=n, width=n)

    @property
    def shape(self) -> tuple[int, int]:
        """`(H, W)`."""
        return self.height, self.width

    @property
    def cell_area_m2(self) -> float:
        """Area of one cell on the grid, m2."""
        return self.cell_m * self.cell_m

    @property
    def x_east_m(self) -> float:
        """Eastern edge, m."""
        return self.x_west_m + self.width * self.cell_m

    @property
    def y_south_m(self) -> float:
        """Southern edge, m."""
        return self.y_north_m - self.height * self.cell_m

    def x_m(self) -> NDArray[np.float64]:
        """`[W]` x of the cell centres, m."""
        return self.x_west_m + (np.arange(self.width, dtype=np.float64) + 0.5) * self.cell_m

    def y_m(self) -> NDArray[np.float64]:
        """`[H]` y of the cell centres, m, falling."""
        return self.y_north_m - (np.arange(self.height, dtype=np.float64) + 0.5) * self.cell_m

    def cell_of(self, x_m: float, y_m: float) -> tuple[int, int] | None:
        """`(i_row, i_col)` of the cell that holds a point, or None outside."""
        i_col = int(np.floor((x_m - self.x_west_m) / self.cell_m))
        i_row = int(np.floor((self.y_north_m - y_m) / self.cell_m))
        return (i_row, i_col) if 0 <= i_row < self.height and 0 <= i_col < self.width else None

    def cell_at(self, position: Position) -> tuple[int, int] | None:
        """The cell that holds a position, or None outside."""
        from wayhome.base.projection import projection

        return self.cell_of(*projection(self.crs).xy_m(position))

    def distance_m(self, x_m: float, y_m: float) -> NDArray[np.float64]:
        """`[H, W]` distance of every cell centre from a point, m."""
        return np.hypot(self.x_m()[None, :] - x_m, self.y_m()[:, None] - y_m)

    def transform(self) -> tuple[float, float, float, float, float, float]:
        """The six numbers of a north-up affine transform `(a, b, c, d, e, f)`."""
        return (self.cell_m, 0.0, self.x_west_m, 0.0, -self.cell_m, self.y_north_m)


class Raster:
    """Values `[H, W]`, their grid and what they mean; read-only."""

    __slots__ = ("grid", "quantity", "values")

    def __init__(self, values: ArrayLike, grid: Grid, quantity: Quantity) -> None:
        array = np.asarray(values)
        if array.shape != grid.shape:
            raise MismatchError(f"Values of shape {array.shape} do not fit a grid of {grid.shape}.")
        if array.flags.writeable:
            array = array.view()
            array.flags.writeable = False
        self.values: NDArray[np.generic] = array
        self.grid = grid
        self.quantity = quantity

    def like(self, other: Raster, quantity: Quantity | None = None) -> None:
        """Refuse another grid, or another quantity than expected."""
        if other.grid != self.grid:
            raise MismatchError("Two rasters lie on different grids; resample one of them first.")
        if quantity and other.quantity != quantity:
            raise MismatchError(f"A raster of {quantity} is needed here, not of {other.quantity}.")

    def expect(self, quantity: Quantity) -> Raster:
        """This raster if it holds that quantity; else a sentence."""
        if self.quantity != quantity:
            raise MismatchError(f"A raster of {quantity} is needed here, not of {self.quantity}.")
        return self

    def at(self, position: Position) -> float | None:
        """The value of the cell that holds a position, or None outside the grid."""
        cell = self.grid.cell_at(position)
        return None if cell is None else float(self.values[cell])
