"""Ground of a case, and the science without a case."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from wayhome.base.errors import InvalidInput
from wayhome.base.place import parse_position
from wayhome.base.quantity import length_m
from wayhome.cli.edge import (
    Json,
    Out,
    always_json,
    cli,
    ground_app,
    guarded,
    open_desk,
    say,
    show_json,
    solve_app,
    write_file,
)

# -- ground and science ---------------------------------------------------------------------------


def line_files(texts: list[str] | None) -> tuple[tuple[str, Path, str | None], ...]:
    out = []
    for text in texts or []:
        kind, equals, rest = text.partition("=")
        if not equals or not kind or not rest:
            raise InvalidInput(
                f"--lines {text}: write KIND=FILE or KIND=FILE:LAYER, such as trail=trails.shp.", field="lines"
            )
        name, colon, layer = rest.rpartition(":")
        path = Path(name) if colon and not Path(rest).exists() else Path(rest)
        out.append((kind, path, layer if colon and not Path(rest).exists() else None))
    return tuple(out)


Dem = Annotated[Path | None, typer.Option("--dem", help="Terrain model, any raster.")]
Landcover = Annotated[Path | None, typer.Option("--landcover", help="Land cover raster.")]
Legend = Annotated[str | None, typer.Option("--legend", help="nlcd or worldcover.")]
OwnTable = Annotated[Path | None, typer.Option("--table", help="A team's own distances at find, TOML or CSV.")]
LinesOption = Annotated[list[str] | None, typer.Option("--lines", help="KIND=FILE[:LAYER], may repeat.")]


@ground_app.command("add")
@guarded
def ground_add(
    case: str, dem: Dem = None, landcover: Landcover = None, legend: Legend = None, lines: LinesOption = None,
    osm: Annotated[Path | None, typer.Option("--osm", help="An OpenStreetMap extract, .osm.pbf.")] = None,
    imagery: Annotated[Path | None, typer.Option("--imagery", help="A picture from above, GeoTIFF of 8 bits, to look at.")] = None,
    json_: Json = False,
) -> None:  # fmt: skip
    """Add ground to a case. Example: wayhome ground add CASE --dem dem.tif --landcover nlcd.tif --legend nlcd"""
    from wayhome.app.exchange import add_ground

    app = open_desk()
    rows = add_ground(
        app, case, dem=dem, landcover=landcover, legend=legend, lines=line_files(lines), osm=osm, imagery=imagery
    )
    if json_:
        show_json({"ground": rows, "seq": app.head(case)})
        return
    for row in rows:
        print(f"{row['kind']}: {row['file']} kept as {row['blob'][:12]}")


@cli.command()
@guarded
def prior(
    ipp: Annotated[str, typer.Option("--ipp", help="LAT,LON")],
    category: Annotated[str, typer.Option("--category")],
    out: Annotated[Path, typer.Option("--out")],
    eco: Annotated[str | None, typer.Option("--eco", help="temperate, dry or urban")] = None,
    relief: Annotated[str | None, typer.Option("--relief", help="mountain or flat")] = None,
    dem: Dem = None, landcover: Landcover = None, legend: Legend = None, lines: LinesOption = None,
    hours: Annotated[float | None, typer.Option("--hours", help="Cut to what can be walked in so many hours.")] = None,
    toward: Annotated[str | None, typer.Option("--toward", help="LAT,LON of the intended destination.")] = None,
    bearing: Annotated[float | None, typer.Option("--bearing", help="Intended direction, degrees from true north.")] = None,
    table: OwnTable = None,
    box_km: Annotated[float, typer.Option("--box-km")] = 25.0,
    cell_m: Annotated[float, typer.Option("--cell-m")] = 100.0,
    seed: Annotated[int | None, typer.Option("--seed")] = None,
    json_: Json = False,
) -> None:  # fmt: skip
    """A prior without a case, as GeoTIFF. Example: wayhome prior --ipp 42.215,-71.09 --category hiker --out poa.tif"""
    from wayhome.app import analysis

    if bearing is not None and not 0.0 <= bearing <= 360.0:
        raise InvalidInput(f"--bearing: {bearing:g} is outside 0 to 360 degrees from true north.", field="bearing")
    poa, outside, tags, caveats = analysis.prior(
        ipp=parse_position(ipp, "--ipp"), category=category, eco=eco, relief=relief, hours=hours, table=table,
        files=analysis.GroundFiles(dem=dem, landcover=landcover, legend=legend, lines=line_files(lines)),
        toward=None if toward is None else parse_position(toward, "--toward"), bearing_deg=bearing,
        box_km=box_km, cell_m=cell_m, seed=seed,
    )  # fmt: skip
    write_file(out, analysis.geotiff(poa, tags))
    for caveat in caveats:
        say(f"! {caveat}")
    if json_:
        show_json({"out": str(out), "rest_of_world": outside, "model": tags["MODEL"], "caveats": list(caveats)})


@cli.command()
@guarded
@always_json
def score(
    map_: Annotated[Path | None, typer.Argument(metavar="POA.tif")] = None,
    find: Annotated[str | None, typer.Option("--find", help="LAT,LON of the find.")] = None,
    cases: Annotated[Path | None, typer.Option("--cases", help="A CSV of cases.")] = None,
    model: Annotated[list[str] | None, typer.Option("--model", help="rings, radial, pooled, wayhome; all by default.")] = None,
    box_km: Annotated[float, typer.Option("--box-km")] = 25.0,
    cell_m: Annotated[float, typer.Option("--cell-m")] = 100.0,
    dem: Dem = None, landcover: Landcover = None, legend: Legend = None, lines: LinesOption = None,
    table: OwnTable = None, json_: Json = False,
) -> None:  # fmt: skip
    """Rate a map against a find, or models on cases. Example: wayhome score poa.tif --find 42.22,-71.08"""
    from wayhome.app import analysis

    if cases is not None:
        files = analysis.GroundFiles(dem=dem, landcover=landcover, legend=legend, lines=line_files(lines))
        show_json(analysis.score_cases(cases, tuple(model or ()), box_km, cell_m, files, table))
    elif map_ is not None and find is not None:
        show_json(analysis.score_map(map_, parse_position(find, "--find")))
    else:
        raise InvalidInput("Give a map and --find LAT,LON, or --cases FILE.csv.")


@cli.command()
@guarded
def travel(
    dem: Dem = None,
    from_: Annotated[str | None, typer.Option("--from", help="LAT,LON")] = None,
    model: Annotated[str, typer.Option("--model")] = "tobler",
    landcover: Landcover = None, legend: Legend = None, lines: LinesOption = None,
    track: Annotated[list[Path] | None, typer.Option("--track", help="Recorded tracks to predict.")] = None,
    more: Annotated[list[Path] | None, typer.Argument(metavar="[TRACK]...", help="More tracks after the first.")] = None,
    out: Out = None, json_: Json = False,
) -> None:  # fmt: skip
    """Walking time over ground, or of recorded tracks. Example: wayhome travel --dem dem.tif --from 42.2,-71.1 --out t.tif"""
    from wayhome.app import analysis

    if track:
        rows = analysis.track_times([*track, *(more or [])], dem, model)
        if json_:
            show_json({"model": model, "tracks": rows})
            return
        for row in rows:
            actual = f"{row['actual_s'] / 60:.0f} min actual" if row["actual_s"] else "no times recorded"
            print(f"{row['file']} {row['track'] or ''}: {row['predicted_s'] / 60:.0f} min predicted, {actual}")
        return
    if dem is None or from_ is None or out is None:
        raise InvalidInput("Give --dem, --from LAT,LON and --out FILE.tif; or --track FILE.gpx.")
    files = analysis.GroundFiles(dem=dem, landcover=landcover, legend=legend, lines=line_files(lines))
    seconds, caveats = analysis.travel(files=files, start=parse_position(from_, "--from"), model=model)
    write_file(out, analysis.geotiff(seconds, {"MODEL": model, "FROM": from_, "CAVEATS": " | ".join(caveats)}))
    for caveat in caveats:
        say(f"! {caveat}")
    if json_:
        show_json({"out": str(out), "model": model, "caveats": list(caveats)})


@cli.command()
@guarded
@always_json
def coverage(
    segment: Annotated[Path, typer.Option("--segment")],
    track: Annotated[list[Path], typer.Option("--track")],
    sweep_width: Annotated[str, typer.Option("--sweep-width", help='With its unit, such as "30 m".')],
    out: Annotated[Path, typer.Option("--out")],
    more: Annotated[
        list[Path] | None, typer.Argument(metavar="[TRACK]...", help="More tracks after the first.")
    ] = None,
    cell_m: Annotated[float, typer.Option("--cell-m")] = 10.0,
    json_: Json = False,
) -> None:
    """Coverage and POD of tracks in a segment. Example: wayhome coverage --segment s.geojson --track t.gpx --sweep-width "30 m" --out pod.tif"""
    from wayhome.app import analysis

    pod, figures, caveats = analysis.coverage(
        segment=segment,
        tracks=[*track, *(more or [])],
        sweep_width_m=length_m(sweep_width, "--sweep-width"),
        cell_m=cell_m,
    )
    write_file(out, analysis.geotiff(pod, {"CAVEATS": " | ".join(caveats)}))
    for caveat in caveats:
        say(f"! {caveat}")
    show_json(figures)


@cli.command()
@guarded
def width(
    sensor: Annotated[str, typer.Option("--sensor", help="Who searches; see --list.")] = "searcher",
    sought: Annotated[str, typer.Option("--for", help="person or clue")] = "person",
    range_: Annotated[
        str | None, typer.Option("--range", help='Detection range measured here, such as "20 m".')
    ] = None,
    visibility: Annotated[
        str | None, typer.Option("--visibility", help="high, medium or low against its ground")
    ] = None,
    light: Annotated[str, typer.Option("--light", help="day, night, or night_dim with weak lamps")] = "day",
    cover: Annotated[str, typer.Option("--cover", help="What grows there, in words.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="List the sensors.")] = False,
    json_: Json = False,
) -> None:
    """Sweep width of a sensor with its interval and source. Example: wayhome width --range "20 m" --visibility medium"""
    from wayhome.app import analysis

    if list_:
        rows = analysis.sensors()
        if json_:
            show_json({"sensors": rows})
            return
        for row in rows:
            print(f"{row['key']:24} {row['title']}")
        return
    found = analysis.width(
        sensor, sought=sought, visibility=visibility, light=light, cover=cover,
        range_m=None if range_ is None else length_m(range_, "--range"),
    )  # fmt: skip
    if json_:
        show_json(found)
        return
    if found["value_m"] is None:
        print("No sweep width is known for this.")
    else:
        print(f"{found['value_m']:.0f} m, likely {found['low_m']:.0f} to {found['high_m']:.0f} m")
    for caveat in found["caveats"]:
        say(f"! {caveat}")


def _solved(what: str) -> None:
    """Solve what stands on standard input; Ctrl-C asks for the best so far with its bound, a second one ends at once."""
    from wayhome.app import analysis

    try:
        payload = json.load(sys.stdin)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"Standard input is not JSON: {error}.") from None
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        say("Stopping: the best so far comes with its bound; press again to end at once.")

    before = signal.signal(signal.SIGINT, stop)
    try:
        answer = analysis.solve(what, payload, stop=lambda: bool(asked), say=say)
    finally:
        signal.signal(signal.SIGINT, before)
    show_json(answer)
    if asked:
        raise typer.Exit(130)


@solve_app.command("allocation")
@guarded
@always_json
def solve_allocation(json_: Json = False) -> None:
    """Best use of effort, exact. Example: wayhome solve allocation < in.json"""
    _solved("allocation")


@solve_app.command("moving")
@guarded
@always_json
def solve_moving(json_: Json = False) -> None:
    """Best effort over time against a subject who moves, proved. Example: wayhome solve moving < in.json"""
    _solved("moving")


@solve_app.command("path")
@guarded
@always_json
def solve_path(json_: Json = False) -> None:
    """Best paths of searchers on a graph against a subject who moves, with a bound. Example: wayhome solve path < in.json"""
    _solved("path")
