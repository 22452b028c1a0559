"""Planning without a case: a search area cut into segments, a track over a map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wayhome.base.errors import InvalidInput
from wayhome.base.place import parse_position
from wayhome.base.quantity import length_m, percent, speed_mps
from wayhome.cli.edge import Json, always_json, cli, guarded, say, show_json, write_file
from wayhome.cli.numbers import Dem, Landcover, Legend, line_files

KINDS = ("trail", "road", "stream", "water")


def _with_kind(text: str) -> str:
    """`KIND=FILE`; a plain file is of the kind that its name tells, else of no known kind."""
    if "=" in text and not Path(text).exists():
        return text
    named = text.replace("\\", "/").rpartition("/")[2].lower()
    kind = next((kind for kind in KINDS if kind in named), "line")
    say(f"! {text}: taken as {kind}; write KIND={text} to say what the lines are.")
    return f"{kind}={text}"


@cli.command()
@guarded
def segments(
    boundary: Annotated[Path, typer.Option("--boundary", help="The search area: polygons in GeoJSON.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the segments, GeoJSON.")],
    dem: Dem = None, landcover: Landcover = None, legend: Legend = None,
    lines: Annotated[list[str] | None, typer.Option("--lines", help="[KIND=]FILE[:LAYER], may repeat; KIND such as trail, road, stream, water.")] = None,
    hours: Annotated[float, typer.Option("--hours", help="The most that a segment may take a team.")] = 4.0,
    team_size: Annotated[float, typer.Option("--team-size", help="Searchers abreast.")] = 4.0,
    sweep_width: Annotated[str | None, typer.Option("--sweep-width", help='Of one searcher, such as "20 m"; 10 m as a placeholder.')] = None,
    speed: Annotated[str | None, typer.Option("--speed", help='While searching, such as "2 km/h"; 2 mph as a placeholder.')] = None,
    coverage: Annotated[float | None, typer.Option("--coverage", help="Aimed at; 1 by default, a POD of 63 %.")] = None,
    json_: Json = False,
) -> None:  # fmt: skip
    """Cut a search area into segments along trails, roads, streams, ridges. Example: wayhome segments --dem dem.tif --lines trail=trails.shp --boundary area.geojson --hours 4 --team-size 4 --out segments.geojson"""
    from wayhome.app import segmenting
    from wayhome.app.analysis import GroundFiles

    if dem is None:
        raise InvalidInput("Segments need a terrain model; give --dem FILE.", field="dem")
    files = GroundFiles(
        dem=dem, landcover=landcover, legend=legend, lines=line_files([_with_kind(t) for t in lines or []])
    )
    work = segmenting.team_work(
        hours, team_size, coverage=coverage,
        sweep_width_m=None if sweep_width is None else length_m(sweep_width, "--sweep-width"),
        speed_mps=None if speed is None else speed_mps(speed, "--speed"),
    )  # fmt: skip
    proposal = segmenting.segments_of_files(boundary, files, work, say=say)
    write_file(out, segmenting.geojson(proposal, work))
    for caveat in proposal.caveats:
        say(f"! {caveat}")
    if json_:
        rows = [{k: v for k, v in s.as_json().items() if k != "ring"} for s in proposal.segments]
        show_json({"out": str(out), "segments": rows, "caveats": list(proposal.caveats)})
        return
    for s in proposal.segments:
        edges = ", ".join(f"{kind} {percent(share, 0)}" for kind, share in s.edges.items())
        print(f"{s.name:6} {s.hours:4.1f} h  {s.area_m2 / 1e6:6.2f} km2  edge: {edges}")


@cli.command()
@guarded
@always_json
def track(
    map_: Annotated[Path, typer.Argument(metavar="POA.tif", help="A probability map, as `prior` or `export` write it.")],
    start: Annotated[list[str], typer.Option("--start", help="LAT,LON; once for each searcher.")],
    length: Annotated[str, typer.Option("--length", help='Of each track at most, such as "20 km".')],
    reach: Annotated[str, typer.Option("--reach", help='Everything nearer is seen, such as "33 m"; half of a sweep width.')],
    out: Annotated[Path, typer.Option("--out", help="Where to write the tracks, GPX.")],
    barred: Annotated[Path | None, typer.Option("--barred", help="Areas not to be entered, GeoJSON.")] = None,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    json_: Json = False,
) -> None:  # fmt: skip
    """A drone's or walker's track over a map under a length limit. Example: wayhome track poa.tif --start 42.2,-71.1 --length "20 km" --reach "33 m" --out track.gpx"""
    from wayhome.app.sweeping import planned_tracks

    gpx, told = planned_tracks(
        map_, [parse_position(s, "--start") for s in start], length_m=length_m(length, "--length"),
        reach_m=length_m(reach, "--reach"), barred=barred, seed=seed,
    )  # fmt: skip
    write_file(out, gpx)
    show_json({**told, "out": str(out)})
