"""The command line: arguments in, sentences or JSON out; nothing else.

One table turns errors into exit codes. An interrupted command exits 130.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wayhome.base.errors import InvalidInput, NotYet, WayhomeError
from wayhome.base.place import parse_position
from wayhome.base.quantity import instant, iso, length_m, percent
from wayhome.base.record import to_json

if TYPE_CHECKING:
    from wayhome.app import App

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
                  help="Wayhome: find missing people. A decision aid: it computes and records, people decide.")  # fmt: skip
case_app = typer.Typer(no_args_is_help=True, help="Open, list and show cases.")
ground_app = typer.Typer(no_args_is_help=True, help="Terrain, land cover and lines of a case.")
solve_app = typer.Typer(no_args_is_help=True, help="Solvers on JSON from standard input.")
user_app = typer.Typer(no_args_is_help=True, help="Accounts (a later version).")
for name, group in (("case", case_app), ("ground", ground_app), ("solve", solve_app), ("user", user_app)):
    cli.add_typer(group, name=name)

_desk: Path | None = None
_json = False

Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output and nothing else.")]
Out = Annotated[Path | None, typer.Option("--out", help="Where to write the file.")]
As = Annotated[str | None, typer.Option("--as", help="Who acts: a member of the case's organisation.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The case as it stood then, ISO 8601 with zone.")]


@cli.callback()
def main(
    desk: Annotated[Path | None, typer.Option("--desk", help="The desk folder.", envvar="WAYHOME_DESK")] = None,
    database: Annotated[str | None, typer.Option("--database", help="PostgreSQL URL (a later version).")] = None,
) -> None:
    """Wayhome: find missing people."""
    global _desk
    _desk = desk
    if database is not None:
        raise _Exit(NotYet("--database comes with a later version; this one keeps its journal in SQLite on the desk."))


class _Exit(typer.Exit):
    def __init__(self, error: WayhomeError) -> None:
        _say(error.message)
        super().__init__(error.exit_code)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _print(value: Any) -> None:
    print(json.dumps(to_json(value), ensure_ascii=False, default=str))


def guarded(act: Callable[..., Any]) -> Callable[..., Any]:
    """The error table of this edge: a sentence on stderr, JSON where asked for, the exit code of HOUSE 5."""

    @wraps(act)
    def run(*args: Any, **kwargs: Any) -> Any:
        global _json
        _json = bool(kwargs.get("json_") or getattr(act, "always_json", False))
        try:
            return act(*args, **kwargs)
        except WayhomeError as error:
            _say(error.message)
            if _json:
                _print(error.as_json())
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            _say("Interrupted; nothing half-done was written.")
            raise typer.Exit(130) from None
        except BrokenPipeError:
            raise typer.Exit(0) from None

    return run


def always_json(act: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a command that prints a JSON object whatever happens."""
    act.always_json = True  # type: ignore[attr-defined]
    return act


def _app(clock: Callable[[], datetime] | None = None) -> App:
    from wayhome.app import App, default_desk

    return App(_desk or default_desk(), clock)


def _file(path: Path) -> bytes:
    from wayhome.app.exchange import read_file

    return read_file(path)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.", file=str(path)) from None


def _time(text: str | None, what: str) -> datetime | None:
    return None if text is None else instant(text, what)


# -- running --------------------------------------------------------------------------------------


@cli.command()
@guarded
def demo(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8741,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the browser.")] = False,
    desk: Annotated[Path | None, typer.Option("--desk", help="A desk of the demo's own.")] = None,
) -> None:
    """Load both demo cases into a desk of their own and serve it. Example: wayhome demo --no-browser --port 8123"""
    from wayhome.app.demo_desk import demo_desk
    from wayhome.web.server import serve as run

    app = demo_desk(desk or _desk, progress=_say)
    run(app, host="127.0.0.1", port=port, open_browser=not no_browser)


@cli.command()
@guarded
def serve(
    host: Annotated[str, typer.Option(help="Loopback only until there are accounts.")] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 8740,
    open_browser: Annotated[bool, typer.Option("--browser", help="Open the browser.")] = False,
) -> None:
    """Serve this desk to the browser. Example: wayhome serve --port 8740"""
    from wayhome.web.server import serve as run

    run(_app(), host=host, port=port, open_browser=open_browser)


@cli.command()
@guarded
def verify(case: Annotated[str | None, typer.Argument()] = None, json_: Json = False) -> None:
    """Check the hash chain of one case or all. Example: wayhome verify"""
    found = _app().verify(case)
    if json_:
        _print({"cases": [to_json(v) for v in found]})
        return
    for v in found:
        erased = f", {v.erased} personal fields erased" if v.erased else ""
        print(f"{v.case}: {v.entries} entries, the chain holds{erased}. Head {next(iter(v.heads.values()))[:16]}")
    if not found:
        print("No cases on this desk.")


@cli.command()
@guarded
def warm() -> None:
    """Compile the numeric kernels once, so that the first map is fast. Run by the installation."""
    from wayhome.science.warm import warm as run

    run()


def _later(name: str, what: str) -> Callable[..., None]:
    @guarded
    def act(ctx: typer.Context) -> None:
        raise NotYet(f"`wayhome {name}` comes with a later version: {what}.")

    act.__doc__ = f"A later version: {what}."
    return act


_ANY = {"allow_extra_args": True, "ignore_unknown_options": True}
for group, name, what in (
    (cli, "backup", "one file with journal, blobs and keys"), (cli, "restore", "a desk from a backup"),
    (cli, "merge", "two desks become one without loss"), (cli, "trial", "simulated searches that compare planners"),
    (cli, "segments", "cut a search area into segments along trails, streams and ridges"),
    (user_app, "add", "accounts"), (user_app, "list", "accounts"),
    (ground_app, "fetch", "public terrain by download"), (ground_app, "pack", "a case's ground as one file"),
    (solve_app, "moving", "Brown's plan for a moving subject"), (solve_app, "path", "best searcher paths by branch and bound"),
):  # fmt: skip
    prefix = {id(user_app): "user ", id(ground_app): "ground ", id(solve_app): "solve "}.get(id(group), "")
    group.command(name, context_settings=_ANY)(_later(f"{prefix}{name}", what))


# -- cases ----------------------------------------------------------------------------------------


@case_app.command("open")
@guarded
@always_json
def case_open(
    report: Annotated[Path | None, typer.Argument(help="A report in TOML.")] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a report to start from.")] = False,
    as_: As = None,
    json_: Json = False,
) -> None:
    """Open a case from a report. Example: wayhome case open report.toml"""
    from wayhome.app.report_file import EXAMPLE, read_report

    if example:
        print(EXAMPLE, end="")
        return
    if report is None:
        raise InvalidInput("Name a report file, or print one with `wayhome case open --example`.")
    case, seq = _app().open_case(read_report(_file(report), report.name), by=as_)
    _print({"case": case, "seq": seq})


@case_app.command("list")
@guarded
def case_list(json_: Json = False) -> None:
    """List the cases on this desk. Example: wayhome case list"""
    app = _app()
    states = [app.state(c) for c in app.cases()]
    if json_:
        _print({"cases": [{"case": s.case, "title": s.report.title, "status": s.status, "seq": s.seq} for s in states]})
        return
    for s in states:
        print(f"{s.case}  {s.status:9}  {s.report.title}  ({s.seq} entries)")
    if not states:
        print("No cases on this desk; open one with `wayhome case open REPORT.toml`.")


@case_app.command("show")
@guarded
def case_show(case: str, as_of: AsOf = None, json_: Json = False) -> None:
    """Show a case as it stands, or stood. Example: wayhome case show lost-hiker --as-of 2026-05-09T22:00Z"""
    app = _app()
    state = app.state(case, _time(as_of, "--as-of"))
    matters = app.agenda(state, state.as_of if as_of else None)
    if json_:
        _print({"case": case, "seq": state.seq, "status": state.status, "state": state, "agenda": list(matters)})
        return
    print(f"{state.report.title}  [{state.status}, entry {state.seq}]")
    if state.area.ipp is not None:
        print(f"IPP {state.area.ipp.position} ({state.area.ipp.place or state.area.ipp.kind})")
    print(f"{len(state.evidence.statements)} statements, {len(state.evidence.clues)} clues, "
          f"{len(state.area.live_segments())} segments, {len(state.people.teams)} teams, "
          f"{len(state.assignments.assignments)} assignments, {len(state.notices.notices)} notices")  # fmt: skip
    for m in matters:
        print(f"  - {m.what}  ({m.command})")


@cli.command("commands")
@guarded
def list_commands(name: Annotated[str | None, typer.Argument()] = None, json_: Json = False) -> None:
    """Every command with the JSON Schema of its fields. Example: wayhome commands debrief_assignment"""
    from wayhome.app.catalogue import command_list

    found = command_list(name)
    if name is not None:
        _print(found[0])
    elif json_:
        _print({"commands": found})
    else:
        for c in found:
            print(f"{c['name']:22} {c['summary']}")


@cli.command()
@guarded
@always_json
def do(
    case: str,
    command: str,
    fields: Annotated[list[str] | None, typer.Argument(help="key=value ...")] = None,
    fields_file: Annotated[Path | None, typer.Option("--fields", help="Fields as a JSON file.")] = None,
    expected_seq: Annotated[int | None, typer.Option("--expected-seq", help="The entry you were looking at.")] = None,
    key: Annotated[str | None, typer.Option("--key", help="Makes a repeat of the same call harmless.")] = None,
    as_: As = None,
    json_: Json = False,
) -> None:
    """Do a command on a case. Example: wayhome do CASE debrief_assignment assignment=A1 sweep_width="30 m" track_length="2.1 km" """
    given: dict[str, Any] = {}
    if fields_file is not None:
        try:
            given = json.loads(_file(fields_file))
        except ValueError as error:
            raise InvalidInput(f"{fields_file.name} is not JSON: {error}.", file=fields_file.name) from None
        if not isinstance(given, dict):
            raise InvalidInput(f"{fields_file.name} must hold an object of fields.", file=fields_file.name)
    for pair in fields or []:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InvalidInput(f'"{pair}" is not key=value.')
        given[name] = value
    done = _app().do(case, command, given, expected_seq=expected_seq, by=as_, key=key)
    out: dict[str, Any] = {"seq": done.seq, "events": [{"type": e.type, "data": e.as_json()} for e in done.events]}
    if done.opened is not None:
        out["opened"] = done.opened
    _print(out)


@cli.command()
@guarded
def log(case: str, json_: Json = False, as_of: AsOf = None) -> None:
    """The journal as people read it. Example: wayhome log lost-hiker"""
    entries = _app().log(case, _time(as_of, "--as-of"))
    if json_:
        _print({"case": case, "seq": entries[-1]["seq"] if entries else 0, "entries": entries})
        return
    for entry in entries:
        for sentence in entry["sentences"]:
            print(f"{entry['seq']:4}  {iso(entry['at'])}  {entry['by']:12}  {sentence}")


@cli.command()
@guarded
def product(
    case: str,
    name: Annotated[str | None, typer.Argument()] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the products.")] = False,
    at: Annotated[str | None, typer.Option("--at", help="Cut the map to what can be reached by then.")] = None,
    as_of: AsOf = None,
    out: Out = None,
    json_: Json = False,
) -> None:
    """A product of a case. Example: wayhome product lost-hiker poa --out poa.tif"""
    from wayhome.app import pictures
    from wayhome.app.catalogue import product_list

    app = _app()
    if list_ or name is None:
        app.head(case)
        found = product_list()
        if json_:
            _print({"products": found})
        else:
            for p in found:
                print(f"{p['name']:10} {p['title']}: {p['summary']}")
        return
    as_of_, at_ = _time(as_of, "--as-of"), _time(at, "--at")
    made = app.product(case, name, as_of=as_of_, at=at_)
    if out is not None:
        _write(out, pictures.product_file(app, case, made, out.suffix.lower(), as_of=as_of_, at=at_))
    if json_:
        _print(made)
    elif out is None:
        _show(made.name, made.data)
        for caveat in made.caveats:
            print(f"  ! {caveat}")
    else:
        _say(f"{made.name} written to {out}")


def _show(name: str, data: dict[str, Any]) -> None:
    if name == "poa":
        print(
            f"Rest of world {percent(data['rest_of_world'])} (before any search {percent(data['rest_of_world_before'])})"
        )
        for s in data["scenarios"]:
            print(f"  {s['title']}: weight {percent(s['weight'])} (before {percent(s['weight_before'])})")
        for s in data["searches"]:
            print(
                f"  {s['assignment']}: {percent(s['opos'])} to find; rest of world then {percent(s['rest_of_world_after'])}"
            )
        print(f"  All searches so far would have found them with chance {percent(data['pos_cumulative'])}")
    elif name == "segments":
        for s in data["segments"]:
            print(
                f"  {s['id']:6} {s['name']:24} POA {percent(s['poa']):>8}  {s['area_m2'] / 1e6:7.2f} km2  POD so far {percent(s['pod_cumulative'])}"
            )
        print(f"  outside every segment {percent(data['unsegmented'])}, rest of world {percent(data['rest_of_world'])}")
    elif name == "plan":
        for c in data["choices"]:
            print(f"  {c['team_name']}: {c['reason']}")
        print(
            f"  Together {percent(data['pos_total'])}; no plan of these teams can do better than {percent(data['upper_bound'])}"
        )
        if data["runner_up"]:
            print(f"  Runner-up {percent(data['runner_up']['pos_total'])}: {data['runner_up']['change']}")
    else:
        print(data["sentence"])
        print(data["warning"])


@cli.command("import")
@guarded
def import_(
    case: str,
    files: list[Path],
    as_kind: Annotated[
        str, typer.Option("--as", help="track, segment, region, boundary, organisation or auto.")
    ] = "auto",
    for_: Annotated[
        str | None, typer.Option("--for", help="The assignment of a track; A1#2 takes the second track.")
    ] = None,
    json_: Json = False,
) -> None:
    """Import files by content. Example: wayhome import CASE hike.gpx --as track --for A1"""
    from wayhome.app.exchange import import_files

    app = _app()
    rows = import_files(app, case, [(p.name, _file(p)) for p in files], as_=as_kind, for_=for_)
    if json_:
        _print({"imported": rows, "seq": app.head(case)})
        return
    for row in rows:
        print(f"{row['file']}: {row['as']} {row['what']} {row['id']}".rstrip())


@cli.command()
@guarded
def export(case: str, form: str, out: Annotated[Path, typer.Option("--out")], as_of: AsOf = None) -> None:
    """Export a case: geotiff, geojson, gpx or json. Example: wayhome export CASE geotiff --out poa.tif"""
    from wayhome.app.exchange import export as make

    content, _ = make(_app(), case, form, as_of=_time(as_of, "--as-of"))
    _write(out, content)
    _say(f"{out}: {len(content):,} bytes")


@cli.command()
@guarded
def document(
    case: str,
    kind: Annotated[str | None, typer.Argument()] = None,
    for_: Annotated[str | None, typer.Option("--for", help="The assignment, notice, order or suspension.")] = None,
    out: Out = None,
    as_of: AsOf = None,
) -> None:
    """A typeset PDF of a case. Example: wayhome document CASE plan --out plan.pdf"""
    from wayhome.app.catalogue import document_list
    from wayhome.app.exchange import document as make

    app = _app()
    if kind is None:
        for d in document_list(app.state(case)):
            print(f"{d['kind']:12} {d['title']}" + (f"  --for {', '.join(d['for'])}" if d["for"] else ""))
        return
    if out is None:
        raise InvalidInput("Say where to write the PDF: --out FILE.pdf.", field="out")
    content = make(app, case, kind, for_id=for_, as_of=_time(as_of, "--as-of"))
    _write(out, content)
    _say(f"{out}: {len(content):,} bytes")


# -- ground and science ---------------------------------------------------------------------------


def _lines(texts: list[str] | None) -> tuple[tuple[str, Path, str | None], ...]:
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
LinesOption = Annotated[list[str] | None, typer.Option("--lines", help="KIND=FILE[:LAYER], may repeat.")]


@ground_app.command("add")
@guarded
def ground_add(
    case: str, dem: Dem = None, landcover: Landcover = None, legend: Legend = None, lines: LinesOption = None,
    osm: Annotated[Path | None, typer.Option("--osm", help="OSM extract (a later version).")] = None, json_: Json = False,
) -> None:  # fmt: skip
    """Add ground to a case. Example: wayhome ground add CASE --dem dem.tif --landcover nlcd.tif --legend nlcd"""
    from wayhome.app.exchange import add_ground

    if osm is not None:
        raise NotYet(
            "--osm comes with a later version; extract lines first and give them with --lines KIND=FILE:LAYER."
        )
    app = _app()
    rows = add_ground(app, case, dem=dem, landcover=landcover, legend=legend, lines=_lines(lines))
    if json_:
        _print({"ground": rows, "seq": app.head(case)})
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
    toward: Annotated[str | None, typer.Option("--toward", help="LAT,LON (a later version)")] = None,
    bearing: Annotated[float | None, typer.Option("--bearing", help="degrees (a later version)")] = None,
    box_km: Annotated[float, typer.Option("--box-km")] = 25.0,
    cell_m: Annotated[float, typer.Option("--cell-m")] = 100.0,
    seed: Annotated[int | None, typer.Option("--seed")] = None,
    json_: Json = False,
) -> None:  # fmt: skip
    """A prior without a case, as GeoTIFF. Example: wayhome prior --ipp 42.215,-71.09 --category hiker --out poa.tif"""
    from wayhome.app import analysis
    from wayhome.files.geotiff import write_geotiff

    if toward is not None or bearing is not None:
        raise NotYet(
            "--toward and --bearing come with a later version; without them the map is the same in every direction."
        )
    poa, outside, tags, caveats = analysis.prior(
        ipp=parse_position(ipp, "--ipp"), category=category, eco=eco, relief=relief, dem=dem, hours=hours,
        box_km=box_km, cell_m=cell_m, seed=seed,
    )  # fmt: skip
    if landcover is not None or lines:
        caveats = (*caveats, "Land cover and lines do not shape this version's prior; only distance and reach do.")
    _write(out, write_geotiff(poa, {**tags, "CAVEATS": " | ".join(caveats)}))
    for caveat in caveats:
        _say(f"! {caveat}")
    if json_:
        _print({"out": str(out), "rest_of_world": outside, "model": tags["MODEL"], "caveats": list(caveats)})


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
    dem: Dem = None, landcover: Landcover = None, legend: Legend = None, lines: LinesOption = None, json_: Json = False,
) -> None:  # fmt: skip
    """Rate a map against a find, or models on cases. Example: wayhome score poa.tif --find 42.22,-71.08"""
    from wayhome.app import analysis

    if cases is not None:
        if dem or landcover or lines:
            _say("! Ground does not shape this version's models; they are laws of distance.")
        _print(analysis.score_cases(cases, tuple(model or ()), box_km, cell_m))
    elif map_ is not None and find is not None:
        _print(analysis.score_map(map_, parse_position(find, "--find")))
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
    out: Out = None, json_: Json = False,
) -> None:  # fmt: skip
    """Walking time over ground, or of recorded tracks. Example: wayhome travel --dem dem.tif --from 42.2,-71.1 --out t.tif"""
    from wayhome.app import analysis
    from wayhome.files.geotiff import write_geotiff

    if track:
        rows = analysis.track_times(track, dem, model)
        if json_:
            _print({"model": model, "tracks": rows})
            return
        for row in rows:
            actual = f"{row['actual_s'] / 60:.0f} min actual" if row["actual_s"] else "no times recorded"
            print(f"{row['file']} {row['track'] or ''}: {row['predicted_s'] / 60:.0f} min predicted, {actual}")
        return
    if dem is None or from_ is None or out is None:
        raise InvalidInput("Give --dem, --from LAT,LON and --out FILE.tif; or --track FILE.gpx.")
    seconds, caveats = analysis.travel(
        dem=dem,
        start=parse_position(from_, "--from"),
        model=model,
        landcover=landcover,
        legend=legend,
        lines=_lines(lines),
    )
    _write(out, write_geotiff(seconds, {"MODEL": model, "FROM": from_, "CAVEATS": " | ".join(caveats)}))
    for caveat in caveats:
        _say(f"! {caveat}")
    if json_:
        _print({"out": str(out), "model": model, "caveats": list(caveats)})


@cli.command()
@guarded
@always_json
def coverage(
    segment: Annotated[Path, typer.Option("--segment")],
    track: Annotated[list[Path], typer.Option("--track")],
    sweep_width: Annotated[str, typer.Option("--sweep-width", help='With its unit, such as "30 m".')],
    out: Annotated[Path, typer.Option("--out")],
    cell_m: Annotated[float, typer.Option("--cell-m")] = 10.0,
    json_: Json = False,
) -> None:
    """Coverage and POD of tracks in a segment. Example: wayhome coverage --segment s.geojson --track t.gpx --sweep-width "30 m" --out pod.tif"""
    from wayhome.app import analysis
    from wayhome.files.geotiff import write_geotiff

    pod, figures, caveats = analysis.coverage(
        segment=segment, tracks=track, sweep_width_m=length_m(sweep_width, "--sweep-width"), cell_m=cell_m
    )
    _write(out, write_geotiff(pod, {"CAVEATS": " | ".join(caveats)}))
    for caveat in caveats:
        _say(f"! {caveat}")
    _print(figures)


@solve_app.command("allocation")
@guarded
@always_json
def solve_allocation(json_: Json = False) -> None:
    """Best use of effort, exact. Example: wayhome solve allocation < in.json"""
    from wayhome.app import analysis

    try:
        payload = json.load(sys.stdin)
    except ValueError as error:
        raise InvalidInput(f"Standard input is not JSON: {error}.") from None
    _print(analysis.solve("allocation", payload))


def run() -> None:
    """Entry point."""
    cli()
