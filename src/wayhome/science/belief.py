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
HELD_TOLERANCE = 1e-9  # what a belief in memory may miss of 1
CERTAIN_FIND = (
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
class Moved:
    """What the walkers of one scenario say after a piece of evidence.

    `kept` is the likelihood of the evidence averaged over them (for a search: the chance [0, 1] that it missed);
    `poa` and `rest_of_world` [0, 1] where they are then, given the scenario, summing to 1.
    """

    kept: float
    poa: Raster
    rest_of_world: float


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
        if not abs(total - 1.0) <= HELD_TOLERANCE:
            raise InvalidInput(f"The scenario weights sum to {total:.6g}; they must sum to 1.", total=total)
        for name, mass in zip(self.names, self.maps.sum(axis=(1, 2)) + self.rest_of_world_given, strict=True):
            if not abs(mass - 1.0) <= HELD_TOLERANCE:
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

    def searched(
        self, pod: Raster | Sequence[Raster], *, moved: Mapping[int, Moved] | None = None
    ) -> tuple[Belief, Update]:
        """The belief after a search that found nothing, and what the search was worth.

        `pod` is the POD [0, 1] of this operational period alone, for all scenarios or one raster for each; each cell
        keeps POA*(1-POD)/(1-OPOS), the rest of the world, which nobody searched, grows to ROW/(1-OPOS), and scenarios
        that promised a find lose weight. `moved` holds, by index, the scenarios whose subject moves: what was missed
        along the walkers' whole paths.

        Raises
        ------
        MismatchError : coverage passed where POD is meant, or another grid.
        InvalidInput : POD outside [0, 1], or a find that was certain.

        Source: Bayes' rule; FIELD 1.8, THEORY 4.3.
        """
        pods = [pod] * len(self.names) if isinstance(pod, Raster) else list(pod)
        if len(pods) != len(self.names):
            raise InvalidInput(f"{len(self.names)} scenarios need one POD for all or one each, not {len(pods)}.")
        keep: dict[int, NDArray[np.float64]] = {}  # of each raster once: scenarios mostly share one
        for raster in pods:
            if id(raster) in keep:
                continue
            self.poa.like(raster, "pod")
            values = np.asarray(raster.values, np.float64)
            low, high = float(values.min()), float(values.max())
            if not (low >= 0.0 and high <= 1.0):
                raise InvalidInput("POD must be a fraction from 0 to 1 in every cell; 0 where nobody searched.")
            keep[id(raster)] = 1.0 - values
        if not moved and all((values == 1.0).all() for values in keep.values()):
            return self, self._update(self, np.zeros(len(self.names)), 0.0)
        return self._given([(keep[id(raster)], 1.0) for raster in pods], moved or {}, CERTAIN_FIND)

    def given(
        self,
        likelihood: Raster | Sequence[tuple[Raster, float]],
        rest_of_world_likelihood: float = 0.0,
        *,
        moved: Mapping[int, Moved] | None = None,
    ) -> tuple[Belief, Update]:
        """The belief after evidence with likelihood `[H, W]` (raster of `factor`) inside, another outside.

        All likelihoods must be in the same unit; only their ratios matter (THEORY 8.1). Where the evidence means
        different things in different scenarios, a list gives `(inside, outside)` for each; `moved` replaces
        those whose subject moves, `kept` being the likelihood averaged over the walkers. To withdraw evidence, fold
        the case again without it. In the update, `pos_overall` is 0: evidence is not a search.
        """
        each = (
            [(likelihood, rest_of_world_likelihood)] * len(self.names)
            if isinstance(likelihood, Raster)
            else list(likelihood)
        )
        moved = moved or {}
        tops = [part.kept for part in moved.values()]
        for i, (raster, outside) in enumerate(each):
            self.poa.like(raster, "factor")
            values = np.asarray(raster.values, np.float64)
            if not (values.min() >= 0.0 and outside >= 0.0):
                raise InvalidInput("A likelihood is a number of at least 0 everywhere, and above 0 somewhere.")
            if i not in moved:
                tops.append(max(float(values.max()), outside))
        top = max(tops)
        if not 0.0 < top < np.inf:
            raise InvalidInput("A likelihood is a number of at least 0 everywhere, and above 0 somewhere.")
        scaled = {i: replace(part, kept=part.kept / top) for i, part in moved.items()}
        rasters = {id(raster): raster for raster, _ in each}  # of each once: scenarios mostly share one
        shared = {key: np.asarray(raster.values, np.float64) / top for key, raster in rasters.items()}
        belief, update = self._given([(shared[id(r)], outside / top) for r, outside in each], scaled, _IMPOSSIBLE)
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

    def moved_on(self, maps: Mapping[int, tuple[Raster, float]]) -> Belief:
        """The belief at a later time: by index the map and rest of world of scenarios whose subject moved on."""
        if not maps:
            return self
        stack, outside = self.maps.copy(), self.rest_of_world_given.copy()
        for i, (poa, rest_of_world) in maps.items():
            self.poa.like(poa, "poa")
            stack[i], outside[i] = poa.values, rest_of_world
        return replace(self, maps=stack, rest_of_world_given=outside)

    def merged(self, into: Mapping[str, str]) -> Belief:
        """The belief with scenarios put together under new names; `into` names one for each scenario."""
        if all(into[name] == name for name in self.names):
            return self
        names = tuple(dict.fromkeys(into[name] for name in self.names))
        belongs = np.array([[into[name] == new for name in self.names] for new in names], float)
        weights = belongs @ self.weights
        share = np.where(weights[:, None] > 0.0, belongs * self.weights, belongs)
        share /= share.sum(1, keepdims=True)
        return Belief(
            grid=self.grid,
            names=names,
            weights=weights,
            maps=np.tensordot(share, self.maps, axes=1),
            rest_of_world_given=share @ self.rest_of_world_given,
        )

    def _given(
        self, keep: Sequence[tuple[NDArray[np.float64], float]], moved: Mapping[int, Moved], impossible: str
    ) -> tuple[Belief, Update]:
        """Bayes by factors in [0, 1] inside `[H, W]` and outside, for each scenario; `moved` ones come ready."""
        kept = np.empty(len(self.names))
        maps, given = np.empty_like(self.maps), self.rest_of_world_given.copy()
        gained = np.zeros(len(self.names))  # bits about the place, given the scenario
        bits_of: dict[int, NDArray[np.float64]] = {}  # most scenarios share one factor
        for i, (inside, outside) in enumerate(keep):
            before = self.maps[i]
            if i in moved:
                part = moved[i]
                kept[i], maps[i], given[i] = part.kept, part.poa.values, part.rest_of_world
                if kept[i] > 0.0:
                    gained[i] = _relative_entropy(maps[i], before, given[i], float(self.rest_of_world_given[i]))
                continue
            np.multiply(before, inside, out=maps[i])
            left_outside = float(given[i] * outside)
            kept[i] = float(maps[i].sum()) + left_outside
            if not kept[i] > 0.0:
                maps[i] = before  # now impossible, its weight is 0; its map no longer matters and stays as it was
                continue
            maps[i] /= kept[i]
            given[i] = left_outside / kept[i]
            if id(inside) not in bits_of:
                bits_of[id(inside)] = np.log2(inside, out=np.zeros_like(inside), where=inside > 0.0)
            gained[i] = float(np.vdot(bits_of[id(inside)], maps[i])) - np.log2(kept[i])
            if outside > 0.0:
                gained[i] += float(np.log2(outside) * given[i])
        evidence = float(self.weights @ kept)
        if not evidence > 0.0:
            raise InvalidInput(impossible)
        weights = self.weights * kept / evidence
        after = replace(self, weights=weights, maps=maps, rest_of_world_given=given)
        held = weights > 0.0
        bits = float(weights[held] @ (gained[held] + np.log2(kept[held] / evidence)))
        return after, self._update(after, 1.0 - kept, max(0.0, bits))

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


def _relative_entropy(
    after: NDArray[np.float64], before: NDArray[np.float64], outside_after: float, outside_before: float
) -> float:
    """Bits of a map and its rest of world over another."""
    held = (after > 0.0) & (before > 0.0)
    bits = float(np.sum(after[held] * np.log2(after[held] / before[held])))
    if outside_after > 0.0 and outside_before > 0.0:
        bits += outside_after * float(np.log2(outside_after / outside_before))
    return max(0.0, bits)


def pos_overall(history: Sequence[Update]) -> float:
    """Cumulative POS [0, 1] of consecutive searches: 1 - prod(1 - OPOS_k), each from the POA current at k.

    A prediction for a static subject. Once a clue came in or was withdrawn, fold the case again (THEORY 12).
    """
    return 1.0 - prod(1.0 - update.pos_overall for update in history)
