"""Several subjects of one party: where the others are once one of them is found.

Knows two cases, together or apart, with a probability that the find itself shifts. Refuses to know how a party
moves: where it is while together, and where each is if apart, are beliefs that come from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, pi
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.science.belief import Belief
from wayhome.science.scoring import OUTSIDE_RADIUS_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Part = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
    """Weights `[S]` of any sum, maps `[S, H, W]` and rest of world `[S]` given each scenario."""

NOTICED = Sourced(
    value=0.8,
    unit="1",
    source="wayhome",
    doubt="Chance that who finds one of a party that is together notices the others; .5 in thicket at night to .99.",
)
MISTAKEN = Sourced(
    value=0.02, unit="1", source="wayhome", doubt="Chance that strangers are taken for the others; 0 to .1."
)
SPREAD_M = Sourced(
    value=300.0,
    unit="m",
    source="wayhome",
    doubt="Standard deviation per axis between people of one party; 50 m on a path to 1,000 m if one went for help.",
)
SURPRISE = Sourced(
    value=0.01,
    unit="1",
    source="wayhome",
    doubt="Share of finds that no map foresaw, spread over the world; no find is impossible.",
)


class Find(Record):
    """One of the party is found: place on the metric grid, and what the finder saw.

    `others_seen` is None where the finder could not tell; `alive` is None where it is not known yet.
    """

    x_m: float
    y_m: float
    others_seen: bool | None = None
    alive: bool | None = None

    def check(self) -> None:
        """Refuse a place that is no place."""
        if not (isfinite(self.x_m) and isfinite(self.y_m)):
            raise InvalidInput("A find needs a place on the grid, in metres.")


class Parting(Record):
    """What a find said of the others: chance [0, 1] that this one and the found one were together.

    `place_factor` is how much likelier this place was with the party together than apart, `seen_factor` the same
    for what the finder saw of others; `sentence` says it to people.
    """

    together_before: float
    together_after: float
    place_factor: float
    seen_factor: float
    sentence: str


def joint(group: Belief, own: Belief, together: float) -> Belief:
    """Where one of the party is, before any find: with the group by `together` [0, 1], else on its own map.

    Both beliefs have the same grid and scenarios; weights and maps may differ, and mass is kept.
    """
    _alike(group, own)
    p = _chance(together, "The chance that they are together")
    return _mixed(group, [_part(group, p * group.weights), _part(own, (1.0 - p) * own.weights)])


def after_find(
    group: Belief,
    find: Find,
    *,
    together: float,
    own: Belief | None = None,
    companion: Belief | None = None,
    noticed: float = NOTICED.value,
    spread_m: float = SPREAD_M.value,
) -> tuple[Belief, Parting]:
    """Where one who is still missing is, now that another of the party was found.

    Parameters
    ----------
    group : where both are if together.
    together : chance [0, 1] that these two were together, before the find.
    own, companion : where the missing one, and the found one, is if apart; by default as `group`.
    noticed : chance [0, 1] that the finder would have noticed the missing one, if together.
    spread_m : standard deviation per axis > 0 of the missing one about the find, if together; larger where the
        found one had left the party some time ago (add D*tau to its square).

    Notes
    -----
    Together: near the find, and scenarios count by how well they foretold the place. Apart: the own map
    as it was. Between both, Bayes by the density of the place under each and by what the finder saw. A find does
    not say that its surroundings were searched: apply that as a search. For a third member apply this again,
    with that member's own chance of having been with the one found.
    """
    own, companion = own or group, companion or group
    _alike(group, own)
    _alike(group, companion)
    p, q = _chance(together, "The chance that they were together"), _chance(noticed, "The chance to notice the others")
    if not (isfinite(spread_m) and spread_m > 0.0):
        raise InvalidInput(f"The party's spread must be a positive number of metres, not {spread_m}.")
    seen_together, seen_apart = 1.0, 1.0
    if find.others_seen is not None:
        mistaken = MISTAKEN.value
        seen_together, seen_apart = (q, mistaken) if find.others_seen else (1.0 - q, 1.0 - mistaken)
    foretold = group.weights * _place_per_m2(group, find)
    place_together = float(foretold.sum())
    place_apart = float(companion.weights @ _place_per_m2(companion, find))
    is_together = p * place_together * seen_together
    is_apart = (1.0 - p) * place_apart * seen_apart
    if not is_together + is_apart > 0.0:
        raise InvalidInput(
            "They were surely together and the finder would surely have noticed: this find is impossible. Lower one of both."
        )
    after = is_together / (is_together + is_apart)
    near, beyond = _near(group, find, spread_m)
    parts = [
        (after * foretold / place_together, np.broadcast_to(near, group.maps.shape), np.full(len(group.names), beyond)),
        _part(own, (1.0 - after) * own.weights),
    ]
    place_factor, seen_factor = place_together / place_apart, seen_together / seen_apart
    return _mixed(group, parts), Parting(
        together_before=p,
        together_after=after,
        place_factor=place_factor,
        seen_factor=seen_factor,
        sentence=_sentence(find, p, after),
    )


def _alike(a: Belief, b: Belief) -> None:
    if a.grid != b.grid:
        raise MismatchError("The maps of the party lie on different grids; resample one of them first.")
    if a.names != b.names:
        raise MismatchError(
            "The maps of the party hold different scenarios; give each the same ones in the same order."
        )


def _chance(value: float, what: str) -> float:
    if not 0.0 <= value <= 1.0:
        raise InvalidInput(f"{what} is a fraction from 0 to 1, not {value}.")
    return float(value)


def _part(of: Belief, weights: NDArray[np.float64]) -> Part:
    return weights, of.maps, of.rest_of_world_given


def _mixed(like: Belief, parts: Sequence[Part]) -> Belief:
    """One belief from joint weights of scenario and case that sum to 1; the cases are summed over."""
    weights = np.sum([part[0] for part in parts], axis=0)
    maps, outside = np.zeros_like(like.maps), np.zeros_like(like.weights)
    for part, given, beyond in parts:
        # a scenario of weight 0 keeps some map, which no longer matters: an even share of each case
        share = np.where(weights > 0.0, part / np.where(weights > 0.0, weights, 1.0), 1.0 / len(parts))
        maps += share[:, None, None] * given
        outside += share * beyond
    return Belief(
        grid=like.grid, names=like.names, weights=weights / weights.sum(), maps=maps, rest_of_world_given=outside
    )


def _place_per_m2(of: Belief, find: Find) -> NDArray[np.float64]:
    """`[S]` density [1/m2] of the find's place given each scenario; off the map the rest of the world, spread evenly."""
    grid = of.grid
    box_m2 = grid.height * grid.width * grid.cell_area_m2
    world_m2 = max(pi * (1000.0 * OUTSIDE_RADIUS_KM) ** 2, 2.0 * box_m2)  # as `scoring.rating` spreads it
    cell = grid.cell_of(find.x_m, find.y_m)
    if cell is None:
        foretold = of.rest_of_world_given / (world_m2 - box_m2)
    else:
        foretold = of.maps[:, cell[0], cell[1]] / grid.cell_area_m2
    return np.asarray((1.0 - SURPRISE.value) * foretold + SURPRISE.value / world_m2, np.float64)


def _near(of: Belief, find: Find, spread_m: float) -> tuple[NDArray[np.float64], float]:
    """`[H, W]` mass of each cell of a normal law about the find, and what falls off the map."""
    grid = of.grid
    x_edges = grid.x_west_m + np.arange(grid.width + 1) * grid.cell_m
    y_edges = grid.y_north_m - np.arange(grid.height + 1) * grid.cell_m
    share_x = np.diff(ndtr((x_edges - find.x_m) / spread_m))
    share_y = -np.diff(ndtr((y_edges - find.y_m) / spread_m))
    mass = share_y[:, None] * share_x
    return mass, max(0.0, 1.0 - float(mass.sum()))


def _sentence(find: Find, before: float, after: float) -> str:
    state = {True: "alive", False: "dead", None: "in a state not known yet"}[find.alive]
    saw = {
        True: "the finder saw the others",
        False: "the finder saw nobody else",
        None: "the finder could not tell whether others were near",
    }[find.others_seen]
    change = "rises" if after > before else "falls"
    moved = (
        f"{change} from {100 * before:.0f} % to {100 * after:.0f} %"
        if after != before
        else f"stays {100 * after:.0f} %"
    )
    urgent = " The others may need help at once." if find.alive is False and after > 0.0 else ""
    return f"One of the party is found {state}; {saw}. The chance that the missing one was there too {moved}.{urgent}"
