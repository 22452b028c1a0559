"""The science without a case: for analysts, notebooks, and anyone who wants to check the numbers.

Each function takes what the command line takes and returns the JSON of INTERFACES.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wayhome.app.exchange import read_file
from wayhome.app.sources import Layer, metric_stretches, read_ground
from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.projection import geodesic_area_m2, grid_bearing_deg, projection, proposed_crs, true_bearing_deg
from wayhome.base.raster import Grid, Raster
from wayhome.base.record import Record
from wayhome.ground import local
from wayhome.science.terrain import Ground

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wayhome.science.behavior import Stratum

Lines = tuple[tuple[str, Path, str | None], ...]


class GroundFiles(Record):
    """Ground as it is named on the command line."""

    dem: Path | None = None
    landcover: Path | None = None
    legend: str | None = None
    lines: Lines = ()

    def given(self) -> bool:
        """Whether any file is named."""
        return bool(self.dem or self.landcover or self.lines)

    def on(self, grid: Grid) -> Ground:
        """The files read onto a grid."""
        layers = [Layer(kind="dem", path=self.dem)] if self.dem else []
        layers += [Layer(kind="landcover", path=self.landcover, legend=self.legend)] if self.landcover else []
        layers += [Layer(kind="lines", path=path, line_kind=kind, layer=name) for kind, path, name in self.lines]
        return read_ground(layers, grid)


def prior(
    *, ipp: Position, category: str, eco: str | None, relief: str | None, files: GroundFiles, hours: float | None,
    toward: Position | None, bearing_deg: float | None, table: Path | None, box_km: float, cell_m: float, seed: int | None,
) -> tuple[Raster, float, dict[str, str], tuple[str, ...]]:  # fmt: skip
    """`(POA raster, rest of world, tags, caveats)` of a prior around an IPP."""
    from wayhome.planning.inputs import MODEL
    from wayhome.science.places import places
    from wayhome.science.prior import prior as prior_map
    from wayhome.science.travel import travel_seconds

    grid, xy = _grid(ipp, box_km, cell_m)
    caveats: list[str] = []
    if files.dem is not None and not local.dem_holds(files.dem, ipp):
        raise InvalidInput(f"{files.dem.name} does not hold the initial planning point {ipp}.", file=files.dem.name)
    there = reach = None
    if hours is not None and files.dem is None:
        raise InvalidInput("--hours needs --dem: reach by a time is walked over ground.", field="hours")
    if files.given():
        ground = files.on(grid)
        there = places(ground, grid)
        caveats += ground.caveats
        if hours is not None:
            seconds, said = travel_seconds(ground, xy)
            reach = seconds, hours
            caveats += said
    if toward is not None and bearing_deg is not None:
        raise InvalidInput("Give --toward or --bearing, not both; they may differ.", field="bearing")
    if toward is not None:
        bearing_deg = true_bearing_deg(ipp, toward)
    found = prior_map(
        category, eco, relief, grid, xy, there=there, reach=reach, own=statistics(table),
        bearing_deg=None if bearing_deg is None else grid_bearing_deg(grid.crs, ipp, bearing_deg),
    )  # fmt: skip
    caveats += found.caveats
    tags = {
        "REST_OF_WORLD": repr(found.rest_of_world), "SEED": "none" if seed is None else str(seed), "MODEL": MODEL,
        "CATEGORY": found.title, "CAVEATS": " | ".join(caveats),
    }  # fmt: skip
    return found.poa, found.rest_of_world, tags, tuple(caveats)


def statistics(path: Path | None) -> tuple[Stratum, ...]:
    """A team's own table of distances, or nothing."""
    from wayhome.files.statistics import read_statistics

    return () if path is None else read_statistics(read_file(path), path.name)


def travel(*, files: GroundFiles, start: Position, model: str) -> tuple[Raster, tuple[str, ...]]:
    """Walking time in seconds over a whole terrain model, from one place."""
    from wayhome.science.travel import travel_seconds

    if files.dem is None:
        raise InvalidInput("Walking time needs a terrain model; give --dem FILE.", field="dem")
    grid = local.native_grid(files.dem, start)
    xy = projection(grid.crs).xy_m(start)
    if grid.cell_of(*xy) is None:
        raise InvalidInput(f"{start} does not lie on {files.dem.name}.", file=files.dem.name)
    ground = files.on(grid)
    seconds, told = travel_seconds(ground, xy, model=model)
    return seconds, (*ground.caveats, *told)


def track_times(tracks: list[Path], dem: Path | None, model: str) -> list[dict[str, Any]]:
    """Predicted against actual time of recorded tracks."""
    from wayhome.files.gpx import read_gpx
    from wayhome.science.travel import predicted_track_seconds

    out = []
    for path in tracks:
        for track in read_gpx(read_file(path)).tracks:
            crs = proposed_crs(Position(lat_deg=float(track.lat_deg[0]), lon_deg=float(track.lon_deg[0])))
            predicted = actual = length = 0.0
            for part in track.slices():
                lat, lon = track.lat_deg[part], track.lon_deg[part]
                x, y = projection(crs).forward(lon, lat)
                z = local.elevations(dem, lon, lat) if dem else track.elevation_m[part]
                flat = (
                    np.interp(np.arange(len(z)), np.flatnonzero(np.isfinite(z)), z[np.isfinite(z)])
                    if np.isfinite(z).any()
                    else np.zeros(len(z))
                )
                predicted += predicted_track_seconds(x, y, flat, model=model)
                length += float(np.hypot(np.diff(x), np.diff(y)).sum())
                actual += _seconds(None if track.time is None else track.time[part])
            out.append({"file": path.name, "track": track.name, "length_m": length, "predicted_s": predicted,
                        "actual_s": actual or None, "ratio": predicted / actual if actual else None})  # fmt: skip
    return out


def coverage(
    *, segment: Path, tracks: list[Path], sweep_width_m: float, cell_m: float
) -> tuple[Raster, dict[str, Any], tuple[str, ...]]:
    """POD raster and figures of tracks within a segment: what was walked, without drives, pauses and gaps."""
    from wayhome.files.geojson import read_geojson
    from wayhome.files.gpx import read_gpx
    from wayhome.planning.seen import CONVENTION, ring_mask
    from wayhome.science import detection
    from wayhome.science.recorded import cleaned

    polygons = [s for s in read_geojson(read_file(segment)) if s.kind == "polygon"]
    if len(polygons) != 1:
        raise InvalidInput(f"{segment.name} must hold exactly one area, not {len(polygons)}.", file=segment.name)
    ring = polygons[0].positions
    crs = proposed_crs(ring[0])
    x, y = projection(crs).forward([p.lon_deg for p in ring], [p.lat_deg for p in ring])
    west, north = np.floor(x.min() / cell_m) * cell_m, np.ceil(y.max() / cell_m) * cell_m
    grid = Grid(crs=crs, x_west_m=float(west), y_north_m=float(north), cell_m=cell_m,
                height=int(np.ceil((north - y.min()) / cell_m)) + 1, width=int(np.ceil((x.max() - west) / cell_m)) + 1)  # fmt: skip
    stretches: list[NDArray[np.float64]] = []
    caveats: list[str] = []
    for path in tracks:
        for track in read_gpx(read_file(path)).tracks:
            recorded = cleaned(metric_stretches(track, crs))
            stretches += [fixes[:, :2] for fixes in recorded.walked]
            named = f"{path.name}, {track.name}" if track.name else path.name
            caveats += [f"{named}: {text}" for text in recorded.caveats]
    found = detection.coverage(grid, stretches, sweep_width_m, ring_mask(grid, ring), convention=CONVENTION)
    got = found.achieved
    figures = {
        "coverage_mean": got.coverage_mean, "pod_mean": got.pod_mean, "track_length_m": got.track_length_m,
        "area_m2": geodesic_area_m2(ring), "pod_if_uniform": got.pod_if_uniform,
    }  # fmt: skip
    return found.pod, figures, (*caveats, *found.caveats)


def sensors() -> list[dict[str, str]]:
    """The sensors that the program knows by name."""
    from wayhome.science.sensors import SENSORS

    return [{"key": key, "title": sensor.title, "kind": sensor.kind} for key, sensor in SENSORS.items()]


def width(
    sensor: str, *, sought: str, visibility: str | None, light: str, cover: str, range_m: float | None
) -> dict[str, Any]:
    """Sweep width of a sensor, with interval, sources and caveats; null where nobody is known to have measured it."""
    from wayhome.science.sensors import sweep_width

    words: dict[str, Any] = {"sought": sought, "visibility": visibility, "light": light}
    found = sweep_width(sensor, detection_range_m=range_m, cover=cover, **words)
    answer: dict[str, Any] = found.as_json()
    return answer


def score_map(path: Path, find: Position) -> dict[str, Any]:
    """How a map rates against a find."""
    from wayhome.files.geotiff import read_geotiff
    from wayhome.science.scoring import score

    poa, tags = read_geotiff(read_file(path))
    if not np.isfinite(poa.values).all():  # nodata of another program's map: no probability there
        poa = Raster(np.nan_to_num(np.asarray(poa.values, float)), poa.grid, "poa")
    try:
        outside = float(tags.get("REST_OF_WORLD", max(0.0, 1.0 - float(np.sum(poa.values, dtype=float)))))
    except ValueError:
        raise InvalidInput(f"{path.name}: the tag REST_OF_WORLD is no number.", file=path.name) from None
    return score(poa, outside, find)


def score_cases(
    path: Path, models: tuple[str, ...], box_km: float, cell_m: float, files: GroundFiles, table: Path | None
) -> dict[str, Any]:
    """Models rated on a file of cases, on the ground where it covers the IPP."""
    import csv
    import io

    from wayhome.science.scoring import MODELS
    from wayhome.science.scoring import score_cases as rate

    def ground_of(grid: Grid, ipp_xy_m: tuple[float, float]) -> Ground | None:
        """The ground where it holds the IPP; elsewhere the plain law is what the program would draw."""
        ipp = projection(grid.crs).position(*ipp_xy_m)
        if any(not local.dem_holds(raster, ipp) for raster in (files.dem, files.landcover) if raster is not None):
            return None
        ground = files.on(grid)
        return ground if ground.dem is not None or any(ground.lines.values()) else None

    rows = list(csv.DictReader(io.StringIO(read_file(path).decode("utf-8-sig"))))
    return rate(
        rows, models or MODELS, box_m=box_km * 1000, cell_m=cell_m, rng=np.random.default_rng(0),
        ground_of=ground_of if files.given() else None, own=statistics(table),
    )  # fmt: skip


def warm() -> None:
    """Import and compile what the first map needs, so that nobody waits for it."""
    from wayhome.app import pictures  # noqa: F401
    from wayhome.science.warm import warm as kernels

    kernels()


def geotiff(raster: Raster, tags: dict[str, str]) -> bytes:
    """A raster as GeoTIFF with its tags."""
    from wayhome.files.geotiff import write_geotiff

    return write_geotiff(raster, tags)


def solve(
    what: str, payload: Any, *, stop: Callable[[], bool] = lambda: False, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """A solver by name, on the JSON of INTERFACES; told to `stop` it answers with the best so far and its bound."""
    if what == "allocation":
        from wayhome.science.allocation import solve_allocation

        return solve_allocation(payload, time.perf_counter, stop)
    if what == "moving":
        from wayhome.science.routing import solve_moving

        return solve_moving(payload, stop, say)
    from wayhome.science.searcher_paths import solve_path

    return solve_path(payload, time.perf_counter, stop, say)


def _seconds(time_: NDArray[np.datetime64] | None) -> float:
    known = None if time_ is None else time_[~np.isnat(time_)]
    return 0.0 if known is None or not len(known) else float((known.max() - known.min()) / np.timedelta64(1, "s"))


def _grid(ipp: Position, box_km: float, cell_m: float) -> tuple[Grid, tuple[float, float]]:
    if not (0 < box_km <= 400 and 0 < cell_m <= box_km * 100):
        raise InvalidInput(
            f"A box of {box_km:g} km with cells of {cell_m:g} m makes no map; use for example 25 km and 100 m."
        )
    crs = proposed_crs(ipp)
    xy = projection(crs).xy_m(ipp)
    return Grid.around(crs, *xy, box_m=box_km * 1000, cell_m=cell_m), xy
