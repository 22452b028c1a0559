"""The probability map: scenarios, cells and rest of world, and how a search that found nothing shifts them.

Knows Bayes' rule for a static subject. Refuses to know where the maps came from, what was walked, and
POD that was already counted: a belief takes the POD of *this* period only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import fsum, isfinite, prod
from typing import TYPE_CHECKING, Self

import numpy as np

from wayhome.base.errors import InvalidInput, MismatchError
from wayhome.base.raster import Grid, Raster

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUM_TOLERANCE = 1e-6  # what a map from a file may miss of 1 (INTERFACES, `prior`); made exact on entry
_HELD_TOLERANCE = 1e-9  # what a belief in memory may miss of 1
_CERTAIN_FIND = (
    "POD is 1 wherever the subject could be, and the rest of the world is 0: this search could not have "
    "failed. Lower the POD or give the rest of the world its share."
)
_IMPOSSIBLE = "This evidence is impossible in every scenario we hold; add the scenario that explains it."


@dataclass(frozen=True, kw_only=True)
class Update:
    """What one piece of evidence did to a belief.

    Attributes
    ----------
    pos_overall : probability [0, 1] that this search would have found the subject (OPOS, sum of POA*POD).
    pos_by_scenario : `S` the same, given each scenario.
    rest_of_world_before, rest_of_world_after : fraction [0, 1].
    weights_before, weights_after : `S`.
    information_bits : >= 0, relative entropy of the belief after against that before, rest of world included.
    """

    pos_overall: float
    pos_by_scenario: tuple[float, ...]
    rest_of_world_before: float
    rest_of_world_after: float
    weights_before: tuple[float, ...]
    weights_after: tuple[float, ...]
    information_bits: float


@dataclass(frozen=True, kw_only=True)
class Containment:
    """The smallest region of the map that holds a share of *all* probability, rest of world included.

    `poa_at_least` is the POA of its poorest cell (ties belong to it); None where the map alone does not hold
    that much, so that the region would reach into the rest of the world.
    """

    level: float
    poa_at_least: float | None
    poa: float
    area_m2: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Belief:
    """Where the subject is, as far as we know: scenarios `S`, each with a map and a rest of world.

    `maps` `[S, H, W]` is the mass of each cell *given* the scenario; with `rest_of_world_given` `[S]` each
    sums to 1, and so do `weights` `[S]`. Arrays are read-only.
    """

    grid: Grid
    names: tuple[str, ...]
    weights: NDArray[np.float64]
    maps: NDArray[np.float64]
    rest_of_world_given: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse what is no probability; freeze the arrays."""
        n_scenarios = len(self.names)
        if n_scenarios == 0 or len(set(self.names)) != n_scenarios:
            raise InvalidInput("A belief needs at least one scenario, and no two of the same name.")
        for name, shape in (
            ("weights", (n_scenarios,)),
            ("rest_of_world_given", (n_scenarios,)),
            ("maps", (n_scenarios, *self.grid.shape)),
        ):
            array = np.asarray(getattr(self, name), np.float64)
            if array.shape != shape:
                raise MismatchError(f"{name} has shape {array.shape}; {n_scenarios} scenarios need {shape}.")
            if not array.min() >= 0.0:  # also true of NaN
                raise InvalidInput(f"{name} holds something below 0 or no number; write fractions.")
            array = array.view()
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        total = fsum(self.weights)
        if not abs(total - 1.0) <= _HELD_TOLERANCE:
            raise InvalidInput(f"The scenario weights sum to {total:.6g}; they must sum to 1.", total=total)
        for name, mass in zip(self.names, self.maps.sum(axis=(1, 2)) + self.rest_of_world_given, strict=True):
            if not abs(mass - 1.0) <= _HELD_TOLERANCE:
                raise InvalidInput(
                    f'Scenario "{name}": cells and rest of world sum to {mass:.6g}; they must sum to 1.',
                    scenario=name,
                    total=float(mass),
                )

    @classmethod
    def mixture(cls, grid: Grid, parts: Sequence[tuple[str, float, Raster, float]]) -> Self:
        """Belief from scenarios `(name, weight, POA map given the scenario, its rest of world)` (FIELD 1.5).

        Sums may miss 1 by up to 1e-6 (single-precision files) and are then made exact; more is refused,
        because only a person can say where the missing probability belongs.
        """
        weights, maps, outside = [], [], []
        for name, weight, poa, rest_of_world in parts:
            if poa.expect("poa").grid != grid:
                raise MismatchError(f'Scenario "{name}": its map lies on another grid; resample it first.')
            if not (isfinite(rest_of_world) and 0.0 <= rest_of_world <= 1.0):
                raise InvalidInput(
                    f'Scenario "{name}": rest of world {rest_of_world} is not a fraction from 0 to 1.',
                    scenario=name,
                )
            values = np.asarray(poa.values, np.float64)
            mass = float(values.sum()) + rest_of_world
            if not abs(mass - 1.0) <= SUM_TOLERANCE:
                raise InvalidInput(
                    f'Scenario "{name}": the cells sum to {mass - rest_of_world:.6g} and the rest of '
                    f"the world is {rest_of_world:.6g}, together {mass:.6g}; they must sum to 1.",
                    scenario=name,
                    total=mass,
                )
            weights.append(float(weight))
            maps.append(values / mass)
            outside.append(rest_of_world / mass)
        if not parts:
            raise InvalidInput("A belief needs at least one scenario.")
        total = fsum(weights)
        if not abs(total - 1.0) <= SUM_TOLERANCE:
            raise InvalidInput(f"The scenario weights sum to {total:.6g}; they must sum to 1.", total=total)
        return cls(
            grid=grid,
            names=tuple(part[0] for part in parts),
            weights=np.array(weights) / total,
            maps=np.stack(maps),
            rest_of_world_given=np.array(outside),
        )

    @cached_property
    def poa(self) -> Raster:
        """`H, W` POA of every cell over all scenarios; with `rest_of_world` it sums to 1."""
        return Raster(np.tensordot(self.weights, self.maps, axes=1), self.grid, "poa")

    @property
    def rest_of_world(self) -> float:
        """Probability [0, 1] that the subject is outside the map."""
        return float(self.weights @ self.rest_of_world_given)

    @property
    def caveats(self) -> tuple[str, ...]:
        """What a reader of the map must be told."""
        if self.rest_of_world > 0.0:
            return ()
        return ("The rest of the world is set to 0: no failed search can ever say that the subject left.",)

    def segment_poa(self, mask: Raster) -> float:
        """POA [0, 1] of the cells of a segment, given as a raster of quantity `mask`."""
        self.poa.like(mask, "mask")
        return float(np.sum(np.asarray(self.poa.values), where=np.asarray(mask.values, bool)))

    def searched(self, pod: Raster) -> tuple[Belief, Update]:
        """The belief after a search that found nothing, and what the search was worth.

        `pod` is the POD [0, 1] of this operational period alone; each cell keeps POA*(1-POD)/(1-OPOS), the
        rest of the world, which nobody searched, grows to ROW/(1-OPOS), and scenarios that promised a find
        lose weight.

        Raises
        ------
        MismatchError : coverage passed where POD is meant, or another grid.
        InvalidInput : POD outside [0, 1], or a find that was certain.

        Source: Bayes' rule; FIELD 1.8, THEORY 4.3.
        """
        self.poa.like(pod, "pod")
        values = np.asarray(pod.values, np.float64)
        low, high = float(values.min()), float(values.max())
        if not (low >= 0.0 and high <= 1.0):
            raise InvalidInput("POD must be a fraction from 0 to 1 in every cell; 0 where nobody searched.")
        if high == 0.0:
            return self, self._update(self, np.zeros(len(self.names)), 0.0)
        return self._given(1.0 - values, 1.0, _CERTAIN_FIND)

    def given(self, likelihood: Raster, rest_of_world_likelihood: float) -> tuple[Belief, Update]:
        """The belief after evidence with likelihood `[H, W]` (raster of `factor`) inside, another outside.

        Both likelihoods must be in the same unit; only their ratios matter (THEORY 8.1). To withdraw
        evidence, fold the case again without it. In the update, `pos_overall` is 0: evidence is not a search.
        """
        self.poa.like(likelihood, "factor")
        values = np.asarray(likelihood.values, np.float64)
        top = max(float(values.max()), rest_of_world_likelihood)
        if not (values.min() >= 0.0 and rest_of_world_likelihood >= 0.0 and 0.0 < top < np.inf):
            raise InvalidInput("A likelihood is a number of at least 0 everywhere, and above 0 somewhere.")
        belief, update = self._given(values / top, rest_of_world_likelihood / top, _IMPOSSIBLE)
        return belief, replace(update, pos_overall=0.0, pos_by_scenario=(0.0,) * len(self.names))

    def reweighed(self, likelihood_by_scenario: Sequence[float]) -> Belief:
        """The belief after evidence about the scenarios only: w' = w L / sum (w L) (FIELD 1.5)."""
        likelihood = np.asarray(likelihood_by_scenario, np.float64)
        if likelihood.shape != self.weights.shape:
            raise InvalidInput(f"{len(self.names)} scenarios need a likelihood each, not {likelihood.size}.")
        if not (np.isfinite(likelihood).all() and likelihood.min() >= 0.0):
            raise InvalidInput("The likelihood of evidence under a scenario is a number of at least 0.")
        joint = self.weights * likelihood
        if not joint.sum() > 0.0:
            raise InvalidInput(_IMPOSSIBLE)
        return replace(self, weights=joint / joint.sum())

    def containment_thresholds(self, levels: Sequence[float]) -> tuple[Containment, ...]:
        """Regions that hold each level [0, 1] of total mass, rest of world included (THEORY 12)."""
        poa = np.sort(np.asarray(self.poa.values, np.float64), axis=None)[::-1]
        held = np.cumsum(poa)
        regions = []
        for level in levels:
            if not 0.0 < level <= 1.0:
                raise InvalidInput(f"A level of containment is a fraction above 0 and up to 1, not {level}.")
            # the slack is the rounding of the sum, so that four cells of 1/4 hold 0.5 in two
            last = int(np.searchsorted(held, level - 1e-12))
            at_least = float(poa[last]) if last < poa.size else None
            count = poa.size if at_least is None else int(np.count_nonzero(poa >= at_least))
            area_m2 = count * self.grid.cell_area_m2
            regions.append(Containment(level=level, poa_at_least=at_least, poa=float(held[count - 1]), area_m2=area_m2))
        return tuple(regions)

    def _given(self, keep: NDArray[np.float64], keep_outside: float, impossible: str) -> tuple[Belief, Update]:
        """Bayes by factors `keep` `[H, W]` and `keep_outside`, all in [0, 1]."""
        flat = self.maps.reshape(len(self.names), -1)
        kept = flat @ keep.ravel() + self.rest_of_world_given * keep_outside
        evidence = float(self.weights @ kept)
        if not evidence > 0.0:
            raise InvalidInput(impossible)
        # a scenario that is now impossible has weight 0; its map no longer matters and stays as it was
        possible = kept > 0.0
        share = np.where(possible, kept, 1.0)
        maps = np.multiply(self.maps, keep)
        maps *= (1.0 / share)[:, None, None]
        maps[~possible] = self.maps[~possible]
        given = self.rest_of_world_given
        outside = np.where(possible, given * keep_outside / share, given)
        after = replace(self, weights=self.weights * kept / evidence, maps=maps, rest_of_world_given=outside)
        changed = (keep != 1.0) & (keep > 0.0)
        log_keep = np.log2(keep[changed]) @ np.asarray(after.poa.values)[changed]
        if keep_outside > 0.0:
            log_keep += np.log2(keep_outside) * after.rest_of_world
        bits = max(0.0, float(log_keep - np.log2(evidence)))
        return after, self._update(after, 1.0 - kept, bits)

    def _update(self, after: Belief, pos_by_scenario: NDArray[np.float64], bits: float) -> Update:
        pos = np.clip(pos_by_scenario, 0.0, 1.0)
        return Update(
            pos_overall=float(self.weights @ pos),
            pos_by_scenario=tuple(map(float, pos)),
            rest_of_world_before=self.rest_of_world,
            rest_of_world_after=after.rest_of_world,
            weights_before=tuple(map(float, self.weights)),
            weights_after=tuple(map(float, after.weights)),
            information_bits=bits,
        )


def pos_overall(history: Sequence[Update]) -> float:
    """Cumulative POS [0, 1] of consecutive searches: 1 - prod(1 - OPOS_k), each from the POA current at k.

    A prediction for a static subject. Once a clue came in or was withdrawn, fold the case again (THEORY 12).
    """
    return 1.0 - prod(1.0 - update.pos_overall for update in history)


@dataclass(frozen=True, kw_only=True)
class RegionTable:
    """POA by region for people who work without a map; the rest of the world is never left out.

    Holds the *first* POA and what was searched since, never a shifted POA: so old searches cannot be counted
    twice, and a first POA that is corrected later keeps its failed searches (FIELD 1.8, 1 and 2).
    """

    names: tuple[str, ...]
    poa_first: tuple[float, ...]
    rest_of_world_first: float
    pod_cumulative: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse tables that do not sum to 1 with the rest of the world."""
        if not self.pod_cumulative:
            object.__setattr__(self, "pod_cumulative", (0.0,) * len(self.names))
        if len(set(self.names)) != len(self.names) or not self.names:
            raise InvalidInput("A table needs at least one region, and no two of the same name.")
        if len(self.poa_first) != len(self.names) or len(self.pod_cumulative) != len(self.names):
            raise InvalidInput(f"{len(self.names)} regions need as many POA values and PODs.")
        numbers = (*self.poa_first, self.rest_of_world_first, *self.pod_cumulative)
        if not all(isfinite(v) and 0.0 <= v <= 1.0 for v in numbers):
            raise InvalidInput("POA, rest of world and POD are fractions from 0 to 1.")
        total = fsum((*self.poa_first, self.rest_of_world_first))
        if abs(total - 1.0) > SUM_TOLERANCE:
            raise InvalidInput(
                f"The regions and the rest of the world sum to {total:.6g}; they must sum to 1.", total=total
            )

    @classmethod
    def mattson(cls, names: Sequence[str], points: Sequence[Sequence[float]]) -> Self:
        """Mean of evaluators who each spread 100 points over the regions and, last, the rest of the world."""
        for i, sheet in enumerate(points):
            if len(sheet) != len(names) + 1 or abs(fsum(sheet) - 100.0) > 100 * SUM_TOLERANCE:
                raise InvalidInput(
                    f"Evaluator {i + 1} gave {len(sheet)} numbers that sum to {fsum(sheet):g}; Mattson needs "
                    f"{len(names) + 1} (the rest of the world last) that sum to 100.",
                    evaluator=i + 1,
                )
        return cls.proportional(names, points)

    @classmethod
    def proportional(cls, names: Sequence[str], values: Sequence[Sequence[float]]) -> Self:
        """Shares of evaluators' ratings on any scale, the rest of the world last in every sheet."""
        if not values or any(len(sheet) != len(names) + 1 for sheet in values):
            raise InvalidInput(f"Every evaluator gives {len(names) + 1} numbers, the rest of the world last.")
        if not all(isfinite(v) and v >= 0.0 for sheet in values for v in sheet):
            raise InvalidInput("A rating is a number of at least 0.")
        sums = [fsum(column) for column in zip(*values, strict=True)]
        total = fsum(sums)
        if not total > 0.0:
            raise InvalidInput("Every rating is 0; give at least one region some points.")
        *regions, outside = (s / total for s in sums)
        return cls(names=tuple(names), poa_first=tuple(regions), rest_of_world_first=outside)

    @classmethod
    def oconnor(cls, names: Sequence[str], letters: Sequence[str], rest_of_world: float) -> Self:
        """O'Connor letters A (very likely) to I (very unlikely) share what the rest of the world leaves.

        With a letter for the rest of the world its share would fall with the number of segments drawn
        (Hill 1997), so it is set first [0, 1]. Value of a letter = lowest letter used - letter + 1.
        """
        if len(letters) != len(names) or not set(letters) <= set("ABCDEFGHI"):
            raise InvalidInput("O'Connor needs a letter from A (likely) to I (unlikely) for each region.")
        if not 0.0 <= rest_of_world < 1.0:
            raise InvalidInput(f"Rest of world {rest_of_world} is not a fraction from 0 to below 1.")
        lowest = max(map(ord, letters))
        values = [lowest - ord(letter) + 1 for letter in letters]
        return cls(
            names=tuple(names),
            rest_of_world_first=rest_of_world,
            poa_first=tuple((1.0 - rest_of_world) * v / sum(values) for v in values),
        )

    @property
    def pos_overall(self) -> float:
        """Cumulative POS: sum of first POA x cumulative POD (Frost and Cooper's form, THEORY 4.3)."""
        return fsum(p * d for p, d in zip(self.poa_first, self.pod_cumulative, strict=True))

    @property
    def poa(self) -> tuple[float, ...]:
        """POA of each region now, after all searches."""
        left = self._not_found()
        return tuple(p * (1.0 - d) / left for p, d in zip(self.poa_first, self.pod_cumulative, strict=True))

    @property
    def rest_of_world(self) -> float:
        """Rest of world now."""
        return self.rest_of_world_first / self._not_found()

    def searched(self, pod: Mapping[str, float]) -> Self:
        """The table after regions were searched with the POD of this period; others have POD 0."""
        unknown = set(pod) - set(self.names)
        if unknown:
            raise InvalidInput(f"There is no region {', '.join(sorted(unknown))} in this table.")
        if not all(isfinite(d) and 0.0 <= d <= 1.0 for d in pod.values()):
            raise InvalidInput("POD must be a fraction from 0 to 1.")
        cumulative = (
            1.0 - (1.0 - d) * (1.0 - pod.get(name, 0.0))
            for name, d in zip(self.names, self.pod_cumulative, strict=True)
        )
        after = replace(self, pod_cumulative=tuple(cumulative))
        after._not_found()
        return after

    def with_poa_first(self, poa: Sequence[float], rest_of_world: float) -> Self:
        """The table with other first POAs, all searches kept."""
        return replace(self, poa_first=tuple(poa), rest_of_world_first=rest_of_world)

    def split(self, name: str, shares: Mapping[str, float]) -> Self:
        """A region drawn as several, by shares of its POA; each inherits what was searched."""
        if name not in self.names:
            raise InvalidInput(f"There is no region {name} in this table.")
        if abs(fsum(shares.values()) - 1.0) > _HELD_TOLERANCE:
            raise InvalidInput(f"The shares of {name} sum to {fsum(shares.values()):.6g}, not to 1.")
        i = self.names.index(name)
        poa, pod = self.poa_first, self.pod_cumulative
        return replace(
            self,
            names=(*self.names[:i], *shares, *self.names[i + 1 :]),
            poa_first=(*poa[:i], *(poa[i] * share for share in shares.values()), *poa[i + 1 :]),
            pod_cumulative=(*pod[:i], *(pod[i],) * len(shares), *pod[i + 1 :]),
        )

    def _not_found(self) -> float:
        left = self.rest_of_world_first + fsum(
            p * (1.0 - d) for p, d in zip(self.poa_first, self.pod_cumulative, strict=True)
        )
        if not left > 0.0:
            raise InvalidInput(_CERTAIN_FIND)
        return left
