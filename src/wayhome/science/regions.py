"""POA by region for people who work without a map: first estimates by consensus, and what was searched since.

Knows the ways in which planners write a first POA down, and their traps. Refuses to hold a shifted POA.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum, isfinite
from typing import Self

from wayhome.base.errors import InvalidInput
from wayhome.science.belief import CERTAIN_FIND, HELD_TOLERANCE, SUM_TOLERANCE


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
        if abs(fsum(shares.values()) - 1.0) > HELD_TOLERANCE:
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
            raise InvalidInput(CERTAIN_FIND)
        return left
