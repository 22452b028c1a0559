"""Where a subject is before anybody searched: law of distance, direction, ground and reach put together.

Knows the order in which they act. Refuses to let any but reach by a time change how far from the IPP people are found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wayhome.science import behavior
from wayhome.science.distance import radial_prior, travel_limited
from wayhome.science.places import Places, directed, grounded
from wayhome.science.shrinkage import lost_law

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wayhome.base.raster import Grid, Raster


@dataclass(frozen=True, kw_only=True, eq=False)
class Prior:
    """A map of a subject's place at find: POA `[H, W]` and rest of world sum to 1; `title` names the stratum."""

    poa: Raster
    rest_of_world: float
    title: str
    caveats: tuple[str, ...]


def prior(
    category: str | None,
    ecoregion: str | None,
    relief: str | None,
    grid: Grid,
    ipp_xy_m: tuple[float, float],
    *,
    there: Places | None = None,
    reach: tuple[Raster, float] | None = None,
    bearing_deg: float | None = None,
    own: Sequence[behavior.Stratum] = (),
    injured: bool = False,
) -> Prior:
    """The map of a subject's place at find.

    Parameters
    ----------
    there : the ground as kinds of places on `grid`; None for a plain law of distance
    reach : walking time [s] to every cell, and the hours since the IPP's time
    bearing_deg : intended direction [0, 360), clockwise from the grid's north; None where not known
    own : strata of a team's own cases, in place of the tables'
    injured : the subject is thought to be hurt: finds cling closer to trails and streams (Jacobs 2015)
    """
    law = lost_law(category, ecoregion, relief, own)
    caveats = list(law.caveats)
    poa, outside = radial_prior(law.law, grid, ipp_xy_m)
    if bearing_deg is not None:
        poa, told = directed(
            poa, ipp_xy_m, bearing_deg, law.stratum.category, behavior.ground_kind(ecoregion, relief)[0]
        )
        caveats += told
    if there is not None:
        poa, told = grounded(poa, ipp_xy_m, there, injured=injured)
        caveats += told
    if reach is not None:
        poa, outside, told = travel_limited(poa, outside, *reach)
        caveats += told
    return Prior(
        poa=poa, rest_of_world=outside, title=law.stratum.title() if category else "all lost people together",
        caveats=tuple(dict.fromkeys(caveats)),
    )  # fmt: skip
