"""Rating a probability map after the find: rank, density, calibration, and models side by side.

Knows MapScore's rating, the log density and regions of total mass. Refuses to judge a map by one case: means
carry intervals from clusters of cases that share a trailhead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log, pi
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse.csgraph import connected_components

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position, distance_m
from wayhome.base.projection import projection, proposed_crs
from wayhome.base.raster import Grid, Raster
from wayhome.base.record import Record
from wayhome.science import behavior, distance
from wayhome.science.places import places
from wayhome.science.prior import prior
from wayhome.science.terrain import Ground

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVELS = (0.25, 0.5, 0.75, 0.95)
CLUSTER_M = 10_000.0
OUTSIDE_RADIUS_KM = 50.0  # the rest of the world counts as spread evenly out to here
LOG_FLOOR = log(1e-9)  # nat/km2: a map that held the find impossible is not rated at minus infinity
RESAMPLES = 4000


class Rating(Record):
    """What a map gave one find: `r` (-1, 1]; `log_density_nat_per_km2`; mass [0, 1] above and level with it."""

    r: float
    log_density_nat_per_km2: float
    mass_above: float
    mass_level: float
    rest_of_world: float
    inside: bool

    def contained(self, level: float) -> float:
        """Share [0, 1] of the find inside the densest region of total mass `level`; ties count in part."""
        if self.mass_level <= 0.0:
            return float(self.mass_above < level)
        return float(np.clip((level - self.mass_above) / self.mass_level, 0.0, 1.0))


def rating(poa: Raster, rest_of_world: float, find: Position) -> Rating:
    """How a map rates a find, on the map's own grid.

    MapScore (THEORY 2.1): n cells above, m level with the find's cell (itself included), N in all:
    R = 1 - 2 (n + m/2)/N. Outside the map R = 2 p - 1 with p the rest of the world (THEORY 12), the
    density is p spread evenly from the map's edge out to 50 km, and all cells lie above.
    """
    values = np.asarray(poa.expect("poa").values, float)
    grid = poa.grid
    if not (np.isfinite(values).all() and (values >= 0.0).all()):
        raise InvalidInput("The map holds cells that are negative or no number; it cannot be rated.")
    total = float(values.sum()) + rest_of_world
    if not (0.0 <= rest_of_world <= 1.0 and abs(total - 1.0) < 1e-3):
        raise InvalidInput(
            f"Cells and rest of world sum to {total:.4f}, not 1; give probabilities of area and the tag REST_OF_WORLD."
        )
    cell = grid.cell_at(find)
    if cell is None:
        # Grid.around takes one cell more than the box, so that the IPP lies in a middle cell
        box_km2 = (grid.height - 1) * (grid.width - 1) * grid.cell_area_m2 / 1e6
        area_km2 = max(pi * OUTSIDE_RADIUS_KM**2 - box_km2, box_km2)
        return Rating(
            r=2.0 * rest_of_world - 1.0,
            log_density_nat_per_km2=_log(rest_of_world / area_km2),
            mass_above=1.0 - rest_of_world,
            mass_level=rest_of_world,
            rest_of_world=rest_of_world,
            inside=False,
        )
    p = values[cell]
    above, level = values > p, values == p
    share = (int(above.sum()) + 0.5 * int(level.sum())) / values.size
    return Rating(
        r=1.0 - 2.0 * share,
        log_density_nat_per_km2=_log(p / (grid.cell_area_m2 / 1e6)),
        mass_above=float(values[above].sum()),
        mass_level=float(values[level].sum()),
        rest_of_world=rest_of_world,
        inside=True,
    )


def _log(density_per_km2: float) -> float:
    return max(log(density_per_km2), LOG_FLOOR) if density_per_km2 > 0.0 else LOG_FLOOR


def score(poa: Raster, rest_of_world: float, find: Position) -> dict[str, Any]:
    """The rating of one map as `wayhome score` prints it."""
    found = rating(poa, rest_of_world, find)
    return {name: value for name, value in found.as_json().items() if name != "mass_level"}


# --- models side by side --------------------------------------------------------------------------


class Case(Record):
    """A past case: where it began, where it ended, and what was known before."""

    case_id: str
    category: str
    ecoregion: str | None
    relief: str | None
    ipp: Position
    find: Position
    cluster: str = ""


Model = Callable[[Case, Grid, tuple[float, float]], tuple[Raster, float]]
"""`(case, grid, IPP in metres) -> (POA, rest of world)`; it never looks at `case.find`."""
GroundOf = Callable[[Grid, tuple[float, float]], Ground | None]
"""`(grid, IPP in metres) -> the ground there`, or None where there is none at the IPP."""
POOL_FROM = 10  # cases of other clusters from which one pooled law is fitted; with fewer, the tables' pool stands in


def _stratum(case: Case) -> behavior.Stratum:
    return behavior.stratum(case.category, case.ecoregion, case.relief)


def _rings(case: Case, grid: Grid, ipp_xy_m: tuple[float, float]) -> tuple[Raster, float]:
    return distance.radial_prior(behavior.rings(_stratum(case)), grid, ipp_xy_m)


def _radial(case: Case, grid: Grid, ipp_xy_m: tuple[float, float]) -> tuple[Raster, float]:
    return distance.radial_prior(behavior.distance_law(_stratum(case), has_core=False), grid, ipp_xy_m)


def _pooled(cases: Sequence[Case], cell_m: float) -> Model:
    """One log-normal for everybody: to each case that of the other clusters' distances, so that none sees itself."""
    group = clusters(cases)
    ln_m = np.log([max(distance_m(case.ipp, case.find), cell_m / 2) for case in cases])
    laws: dict[int, distance.DistanceLaw] = {}
    for own in np.unique(group):
        others = ln_m[group != own]
        enough = len(others) >= POOL_FROM
        laws[int(own)] = (
            distance.DistanceLaw(mu_ln_m=float(others.mean()), sigma=float(others.std(ddof=1)), has_core=False)
            if enough
            else behavior.pooled_law(has_core=False)
        )
    of = {case.case_id: laws[int(own)] for case, own in zip(cases, group, strict=True)}
    return lambda case, grid, ipp_xy_m: distance.radial_prior(of[case.case_id], grid, ipp_xy_m)


def wayhome(ground_of: GroundOf | None = None, own: Sequence[behavior.Stratum] = ()) -> Model:
    """The map that Wayhome itself draws of a case, on the ground that there is."""

    def model(case: Case, grid: Grid, ipp_xy_m: tuple[float, float]) -> tuple[Raster, float]:
        ground = None if ground_of is None else ground_of(grid, ipp_xy_m)
        there = None if ground is None else places(ground, grid)
        found = prior(case.category, case.ecoregion, case.relief, grid, ipp_xy_m, there=there, own=own)
        return found.poa, found.rest_of_world

    return model


MODELS = ("rings", "radial", "pooled", "wayhome")


def read_cases(rows: Sequence[Mapping[str, str | None]]) -> tuple[tuple[Case, ...], list[dict[str, str]]]:
    """Cases from rows of text with the columns of `wayhome score --cases`, and the rows skipped with the reason."""
    if rows and (missing := {"category", "ipp_lat", "ipp_lon", "find_lat", "find_lon"} - set(rows[0])):
        raise InvalidInput(f"The file of cases has no column {', '.join(sorted(missing))}.", missing=sorted(missing))
    cases: list[Case] = []
    skipped: list[dict[str, str]] = []
    for number, row in enumerate(rows, 1):
        name = (row.get("case_id") or f"row {number}").strip()
        if (row.get("score") or "true").strip().lower() in ("false", "0", "no"):
            skipped.append({"case_id": name, "why": "marked as not to be scored"})
            continue
        try:
            ipp, find = (
                Position(lat_deg=float(row[f"{k}_lat"] or ""), lon_deg=float(row[f"{k}_lon"] or ""))
                for k in ("ipp", "find")
            )
        except ValueError:
            skipped.append({"case_id": name, "why": "a coordinate is missing or no number"})
            continue
        except InvalidInput as error:
            skipped.append({"case_id": name, "why": error.message})
            continue
        cases.append(
            Case(
                case_id=name,
                category=(row.get("category") or "").strip(),
                ecoregion=_first(row.get("eco_domain")),
                relief=_first(row.get("terrain")),
                ipp=ipp,
                find=find,
                cluster=(row.get("ipp_cluster_10km") or "").strip(),
            )
        )
    return tuple(cases), skipped


def _first(text: str | None) -> str | None:
    """The first of several, ``Flat|Mountainous``: rows of the source that disagree."""
    return (text or "").split("|")[0].strip() or None


def clusters(cases: Sequence[Case]) -> NDArray[np.int64]:
    """Group number `[n]` of each case: the file's own where every case has one, else IPPs linked within 10 km."""
    if all(case.cluster for case in cases):
        return np.unique([case.cluster for case in cases], return_inverse=True)[1].astype(np.int64)
    near = np.array([[distance_m(a.ipp, b.ipp) <= CLUSTER_M for b in cases] for a in cases])
    return np.asarray(connected_components(near, directed=False)[1], np.int64)


def score_cases(
    cases: Sequence[Mapping[str, str | None]],
    models: Sequence[str] | Mapping[str, Model],
    *,
    box_m: float,
    cell_m: float,
    rng: np.random.Generator,
    ground_of: GroundOf | None = None,
    own: Sequence[behavior.Stratum] = (),
) -> dict[str, Any]:
    """Models rated on the same past cases, in the JSON of `wayhome score --cases`.

    `rings` and `radial` are the published tables as they stand, `pooled` one law fitted to the other clusters of
    this very file, `wayhome` the program's own map, on the ground of `ground_of` where there is any.
    `n` counts every rated case; means of R are over finds inside the box (`n_inside`), the others' R
    stands apart in `r_outside_mean`; log density and containment count all. Intervals [95 %]: percentiles
    over resampled clusters of IPPs; pairs are differences a - b case by case, on the same resamples.
    """
    kept, skipped = read_cases(cases)
    if not kept:
        raise InvalidInput("No case in the file can be scored; see the reasons in `skipped`.", skipped=skipped)
    if isinstance(models, Mapping):
        chosen = dict(models)
    else:
        if unknown := sorted(set(models) - set(MODELS)):
            raise InvalidInput(
                f"There is no model {', '.join(unknown)}; there are: {', '.join(MODELS)}.", field="model"
            )
        known: dict[str, Model] = {
            "rings": _rings, "radial": _radial, "pooled": _pooled(kept, cell_m), "wayhome": wayhome(ground_of, own)
        }  # fmt: skip
        chosen = {name: known[name] for name in models}
    found: dict[str, list[Rating]] = {name: [] for name in chosen}
    for case in kept:
        crs = proposed_crs(case.ipp)
        xy = projection(crs).xy_m(case.ipp)
        grid = Grid.around(crs, *xy, box_m=box_m, cell_m=cell_m)
        for name, model in chosen.items():
            found[name].append(rating(*model(case, grid, xy), case.find))
    group = clusters(kept)
    count = int(group.max()) + 1
    draws = rng.multinomial(count, np.full(count, 1.0 / count), size=RESAMPLES).astype(float)
    inside = np.array([r.inside for r in next(iter(found.values()))])
    everywhere = np.ones(len(kept), bool)

    def interval(value: NDArray[np.float64], use: NDArray[np.bool_]) -> tuple[float | None, list[float | None]]:
        if not use.any():
            return None, [None, None]
        total = draws @ np.bincount(group[use], value[use], count)
        number = draws @ np.bincount(group[use], minlength=count)
        means = total[number > 0] / number[number > 0]
        low, high = np.percentile(means, [2.5, 97.5])
        return float(value[use].mean()), [float(low), float(high)]

    values = {
        name: {
            "r": (np.array([x.r for x in ratings]), inside),
            "log_density": (np.array([x.log_density_nat_per_km2 for x in ratings]), everywhere),
        }
        for name, ratings in found.items()
    }
    report: dict[str, Any] = {}
    for name, ratings in found.items():
        r_mean, r_ci = interval(*values[name]["r"])
        log_mean, log_ci = interval(*values[name]["log_density"])
        outside = [x.r for x in ratings if not x.inside]
        report[name] = {
            "n": len(ratings),
            "n_inside": int(inside.sum()),
            "r_mean": r_mean,
            "r_ci": r_ci,
            "r_outside_mean": float(np.mean(outside)) if outside else None,
            "log_density_mean": log_mean,
            "log_density_ci": log_ci,
            "containment": {f"{q:g}": float(np.mean([x.contained(q) for x in ratings])) for q in LEVELS},
        }
    pairs = []
    names = list(chosen)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            for metric in ("r", "log_density"):
                difference = values[a][metric][0] - values[b][metric][0]
                mean, ci = interval(difference, values[a][metric][1])
                pairs.append({"a": a, "b": b, "metric": metric, "mean_difference": mean, "ci": ci})
    return {"models": report, "pairs": pairs, "skipped": skipped}
