"""What would tell us most: the worth of a question, a check, a trap or a search before it is asked.

Knows the belief and how likely each answer is under it. Refuses to know who asks and by which route: minutes come
as numbers, and what an answer then does to the case is the case's affair.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, isfinite
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import entr

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Raster
from wayhome.base.record import Record
from wayhome.science.belief import SUM_TOLERANCE, Belief

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

InquiryKind = Literal["ask", "check", "trap", "search"]
_BLOCK = 65_536  # cells whose entropies are worked out at a time: they stay in the processor's cache


class Inquiry(Record):
    """Something that could be found out, with how likely each outcome is.

    Attributes
    ----------
    outcomes : at least two names. With `yes_here` there are two, and the first is the yes.
    likelihood : `[S, O]` probability [0, 1] of each outcome by scenario, in the belief's order; rows sum to 1. May
        be empty where `yes_here` says all.
    yes_here : raster of `pod`, `[H, W]` probability [0, 1] of a yes if the subject is there. A yes then takes
        both, so that P(yes | scenario, cell) is the product: 0.9 at the camera, 0.5 for one who hides. An inquiry
        with a raster has no JSON.
    yes_rest_of_world : probability [0, 1] of a (false) yes if the subject is outside the map.
    minutes : it takes, above 0; None where nobody knows.
    """

    id: str
    title: str
    kind: InquiryKind
    outcomes: tuple[str, ...] = ("yes", "no")
    likelihood: tuple[tuple[float, ...], ...] = ()
    yes_here: Raster | None = None
    yes_rest_of_world: float = 0.0
    minutes: float | None = None

    def check(self) -> None:
        """Refuse what is no set of probabilities."""
        if len(self.outcomes) < 2 or len(set(self.outcomes)) != len(self.outcomes):
            raise InvalidInput(f'"{self.title}" needs at least two outcomes, and no two of the same name.')
        for row in self.likelihood:
            if len(row) != len(self.outcomes):
                raise InvalidInput(f'"{self.title}" has {len(self.outcomes)} outcomes; give each its probability.')
            if not (all(0.0 <= p <= 1.0 for p in row) and abs(fsum(row) - 1.0) <= SUM_TOLERANCE):
                raise InvalidInput(
                    f'"{self.title}": under one scenario its outcomes sum to {fsum(row):.6g}; they must be fractions '
                    "that sum to 1."
                )
        if self.minutes is not None and not (isfinite(self.minutes) and self.minutes > 0.0):
            raise InvalidInput(f'"{self.title}" takes {self.minutes} minutes; write a number above 0, or none.')
        if self.yes_here is None:
            if self.kind == "search":
                raise InvalidInput(f'The search "{self.title}" needs its POD by cell in yes_here.')
            if not self.likelihood:
                raise InvalidInput(f'"{self.title}" needs the probability of its outcomes, by scenario or by place.')
            return
        values = np.asarray(self.yes_here.expect("pod").values)
        if not (values.min() >= 0.0 and values.max() <= 1.0 and 0.0 <= self.yes_rest_of_world <= 1.0):
            raise InvalidInput(f'"{self.title}": a yes at a place has a probability from 0 to 1 in every cell.')
        if len(self.outcomes) != 2:
            raise InvalidInput(f'"{self.title}" looks at places, so it has two outcomes: a yes, then a no.')


class Outcome(Record):
    """One outcome: its probability, and the belief after it; None where it cannot happen.

    `weights` `[S]` of the scenarios and `rest_of_world`, fractions [0, 1].
    """

    name: str
    probability: float
    weights: tuple[float, ...] | None
    rest_of_world: float | None


class Worth(Record):
    """What an inquiry is expected to tell.

    Attributes
    ----------
    bits : >= 0, expected information about scenario and cell together (rest of world is one cell).
    bits_scenarios : >= 0, the part of it about the scenarios alone.
    bits_per_minute : None where the minutes are not known.
    pos_now, pos_then : best POS [0, 1] of the standard effort without the inquiry, and expected after it. None
        where no effort was named.
    pos_gain : >= 0, pos_then - pos_now.
    pos : of a search itself, [0, 1]; None for the other kinds.
    """

    inquiry: str
    title: str
    kind: InquiryKind
    bits: float
    bits_scenarios: float
    minutes: float | None
    bits_per_minute: float | None
    pos_now: float | None
    pos_then: float | None
    pos_gain: float | None
    pos: float | None
    outcomes: tuple[Outcome, ...]


def worth(belief: Belief, inquiry: Inquiry, *, effort_m2: float | None = None) -> Worth:
    """What an inquiry would tell, on average over its outcomes.

    Parameters
    ----------
    effort_m2 : standard effort W*L >= 0 [m2] that may be spread over the map at will after the answer; the
        inquiry's gain for finding is told against it.

    Notes
    -----
    Information is the mutual information I(X; O) = H(O) - sum P(x) H(O | x) over x = (scenario, cell), exact and in
    bits (Shannon). For a search it is that of "found or not" alone; that a find also tells the cell is not counted.
    Best POS is that of water filling (Koopman; Charnes & Cooper 1958), POD = 1 - exp(-coverage). After a search that
    finds, POS is 1: nothing is left to find.

    Raises
    ------
    MismatchError : another number of scenarios, or another grid.
    InvalidInput : an effort below 0.
    """
    return _worth(belief, inquiry, effort_m2, _pos_now(belief, effort_m2))


def ranked(
    belief: Belief,
    inquiries: Sequence[Inquiry],
    *,
    effort_m2: float | None = None,
    by: Literal["bits", "bits_per_minute"] = "bits",
) -> tuple[Worth, ...]:
    """All inquiries, the one that tells most first: by bits, or by bits per minute.

    By minute, those whose minutes are not known come last, by bits among themselves. Equals stay in order.
    """
    now = _pos_now(belief, effort_m2)
    told = [_worth(belief, inquiry, effort_m2, now) for inquiry in inquiries]
    if by == "bits":
        return tuple(sorted(told, key=lambda w: -w.bits))
    return tuple(sorted(told, key=lambda w: (w.minutes is None, -(w.bits_per_minute or 0.0), -w.bits)))


def best_pos(poa: Array, coverage_cells: float) -> float:
    """Most that an effort can find: max of sum p (1 - exp(-c)) over coverages c of sum `coverage_cells`.

    `allocation.water_filling` for equal cells, where only the level counts: without a sort, for a million cells
    several times in a second. `poa` `[...]` weights >= 0 of any sum, `coverage_cells` >= 0 = W*L / area of a cell.

    Notes
    -----
    Cells above the level L get ln(p / L). Take every cell in, work out the level, drop the cells below it, again:
    the level only rises, so no cell that is dropped belongs in (as Michelot 1986 projects on a simplex).
    """
    p = poa[poa > 0.0]
    if not p.size or coverage_cells <= 0.0:
        return 0.0
    value = np.log(p)
    while True:
        level = (float(value.sum()) - coverage_cells) / value.size
        kept = value >= level
        if kept.all() or not kept.any():  # none: an effort so small that rounding hides it
            break
        value = value[kept]
    # a searched cell keeps the level, and what lay above it is found
    return max(0.0, float(np.exp(value) @ -np.expm1(level - value)))


def _pos_now(belief: Belief, effort_m2: float | None) -> float | None:
    if effort_m2 is None:
        return None
    if not (isfinite(effort_m2) and effort_m2 >= 0.0):
        raise InvalidInput(f"The standard effort W*L is a number of at least 0 m2, not {effort_m2}.")
    return best_pos(np.asarray(belief.poa.values, np.float64), effort_m2 / belief.grid.cell_area_m2)


def _worth(belief: Belief, inquiry: Inquiry, effort_m2: float | None, pos_now: float | None) -> Worth:
    by_scenario = _by_scenario(belief, inquiry)
    given = by_scenario if inquiry.yes_here is None else _given_scenario(belief, inquiry, by_scenario[:, 0])
    joint = belief.weights[:, None] * given  # [S, O] of scenario and outcome
    chances = joint.sum(axis=0)

    doubt = float(entr(chances).sum())
    left_by_scenario = float(belief.weights @ entr(given).sum(axis=1))
    left = left_by_scenario if inquiry.yes_here is None else _doubt_left(belief, inquiry, by_scenario[:, 0])
    bits, bits_scenarios = (max(0.0, float((doubt - rest) / np.log(2.0))) for rest in (left, left_by_scenario))

    pos_then = None
    if effort_m2 is not None and pos_now is not None:
        # best POS is homogeneous: of the map times P(outcome), it is P(outcome) times best POS after it
        coverage = effort_m2 / belief.grid.cell_area_m2
        masses = (_mass(belief, inquiry, by_scenario, o) for o in range(len(chances)))
        found = inquiry.kind == "search"
        pos_then = fsum(
            float(chances[o]) if found and o == 0 else best_pos(mass, coverage) for o, mass in enumerate(masses)
        )
    return Worth(
        inquiry=inquiry.id,
        title=inquiry.title,
        kind=inquiry.kind,
        bits=bits,
        bits_scenarios=min(bits, bits_scenarios),
        minutes=inquiry.minutes,
        bits_per_minute=None if inquiry.minutes is None else bits / inquiry.minutes,
        pos_now=pos_now,
        pos_then=pos_then,
        # never below 0 (best POS is convex in the map), but rounding may say so
        pos_gain=None if pos_then is None or pos_now is None else max(0.0, pos_then - pos_now),
        pos=float(chances[0]) if inquiry.kind == "search" else None,
        outcomes=_outcomes(belief, inquiry, by_scenario, joint),
    )


def _by_scenario(belief: Belief, inquiry: Inquiry) -> Array:
    """`[S, O]` likelihood by scenario alone, rows exactly 1; where a place is looked at, its first column counts."""
    n_scenarios = len(belief.names)
    if inquiry.yes_here is not None and inquiry.yes_here.grid != belief.grid:
        raise MismatchError(f'"{inquiry.title}" looks at places of another grid than the belief; resample it first.')
    if not inquiry.likelihood:
        return np.tile([1.0, 0.0], (n_scenarios, 1))
    if len(inquiry.likelihood) != n_scenarios:
        raise MismatchError(
            f'"{inquiry.title}" gives outcomes under {len(inquiry.likelihood)} scenarios; the belief has {n_scenarios}: '
            f"{', '.join(belief.names)}."
        )
    rows = np.array(inquiry.likelihood, np.float64)
    return np.asarray(rows / rows.sum(axis=1, keepdims=True), np.float64)


def _given_scenario(belief: Belief, inquiry: Inquiry, yes: Array) -> Array:
    """`[S, 2]` probability of yes and no given each scenario, for an inquiry that looks at places."""
    assert inquiry.yes_here is not None
    here = np.asarray(inquiry.yes_here.values, np.float64).ravel()
    seen = belief.maps.reshape(len(yes), -1) @ here + belief.rest_of_world_given * inquiry.yes_rest_of_world
    found = np.clip(yes * seen, 0.0, 1.0)
    return np.stack([found, 1.0 - found], axis=1)


def _doubt_left(belief: Belief, inquiry: Inquiry, yes: Array) -> float:
    """Mean entropy [nats] of the outcome once scenario and cell are known, for an inquiry that looks at places."""
    assert inquiry.yes_here is not None
    here = np.asarray(inquiry.yes_here.values, np.float64).ravel()
    maps = belief.maps.reshape(len(yes), -1)
    # scenarios with the same chance of a yes are one map; a cell that never says yes leaves no doubt
    alike = [(chance, belief.weights * (yes == chance)) for chance in np.unique(yes) if chance > 0.0]
    left = [
        float(_doubt(chance * inquiry.yes_rest_of_world) * (weights @ belief.rest_of_world_given))
        for chance, weights in alike
    ]
    for begin in range(0, here.size, _BLOCK):
        block = slice(begin, begin + _BLOCK)
        if here[block].any():
            left += [float(weights @ (maps[:, block] @ _doubt(chance * here[block]))) for chance, weights in alike]
    return fsum(left)


def _doubt(chance: Array | float) -> Array:
    """Entropy [nats] of a yes or no."""
    return np.asarray(entr(chance) + entr(1.0 - np.asarray(chance)))


def _mass(belief: Belief, inquiry: Inquiry, by_scenario: Array, outcome: int) -> Array:
    """`[H, W]` probability of outcome and cell together."""
    if inquiry.yes_here is None:
        return np.asarray(np.tensordot(belief.weights * by_scenario[:, outcome], belief.maps, axes=1))
    yes = np.asarray(np.tensordot(belief.weights * by_scenario[:, 0], belief.maps, axes=1))
    yes *= np.asarray(inquiry.yes_here.values, np.float64)
    return yes if outcome == 0 else np.maximum(0.0, np.asarray(belief.poa.values, np.float64) - yes)


def _outcomes(belief: Belief, inquiry: Inquiry, by_scenario: Array, joint: Array) -> tuple[Outcome, ...]:
    """Every outcome with the belief after it; `joint` `[S, O]` of scenario and outcome."""
    if inquiry.yes_here is None:
        outside = by_scenario
    else:
        yes = by_scenario[:, 0] * inquiry.yes_rest_of_world
        outside = np.stack([yes, 1.0 - yes], axis=1)
    gone = (belief.weights * belief.rest_of_world_given) @ outside
    outcomes = []
    for name, by_weight, out in zip(inquiry.outcomes, joint.T, gone, strict=True):
        chance = float(by_weight.sum())
        happens = chance > 0.0
        outcomes.append(
            Outcome(
                name=name,
                probability=chance,
                weights=tuple((by_weight / chance).tolist()) if happens else None,
                rest_of_world=min(1.0, float(out) / chance) if happens else None,
            )
        )
    return tuple(outcomes)
