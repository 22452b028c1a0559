"""Commands on a desk and its cases."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from wayhome.base.errors import InvalidInput, NotYet
from wayhome.base.quantity import iso, percent
from wayhome.base.record import to_json
from wayhome.cli.edge import (
    As,
    AsOf,
    Json,
    Out,
    always_json,
    case_app,
    cli,
    file_bytes,
    ground_app,
    guarded,
    moment,
    open_desk,
    say,
    show_json,
    user_app,
    write_file,
)

Phones = Annotated[
    str | None,
    typer.Option(
        help="A door for teams' phones in the van's network: auto, an address, or ADDRESS:PORT.", metavar="WHERE"
    ),
]

# -- running --------------------------------------------------------------------------------------


@cli.command()
@guarded
def demo(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8741,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the browser.")] = False,
    desk: Annotated[Path | None, typer.Option("--desk", help="A desk of the demo's own.")] = None,
    phones: Phones = None,
) -> None:
    """Load both demo cases into a desk of their own and serve it. Example: wayhome demo --no-browser --port 8123"""
    from wayhome.app.demo_desk import demo_desk
    from wayhome.web.server import serve as run

    app = demo_desk(desk, progress=say)
    run(app, host="127.0.0.1", port=port, open_browser=not no_browser, phones=phones)


@cli.command()
@guarded
def serve(
    host: Annotated[str, typer.Option(help="Loopback only until there are accounts.")] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 8740,
    open_browser: Annotated[bool, typer.Option("--browser", help="Open the browser.")] = False,
    phones: Phones = None,
) -> None:
    """Serve this desk to the browser. Example: wayhome serve --port 8740"""
    from wayhome.web.server import serve as run

    run(open_desk(), host=host, port=port, open_browser=open_browser, phones=phones)


@cli.command()
@guarded
def verify(case: Annotated[str | None, typer.Argument()] = None, json_: Json = False) -> None:
    """Check the hash chain of one case or all. Example: wayhome verify"""
    found = open_desk().verify(case)
    if json_:
        show_json({"cases": [to_json(v) for v in found]})
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
    from wayhome.app.analysis import warm as run

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
    (user_app, "add", "accounts"), (user_app, "list", "accounts"),
    (ground_app, "fetch", "public terrain by download"), (ground_app, "pack", "a case's ground as one file"),
):  # fmt: skip
    prefix = {id(user_app): "user ", id(ground_app): "ground "}.get(id(group), "")
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
    case, seq = open_desk().open_case(read_report(file_bytes(report), report.name), by=as_)
    show_json({"case": case, "seq": seq})


@case_app.command("list")
@guarded
def case_list(json_: Json = False) -> None:
    """List the cases on this desk. Example: wayhome case list"""
    app = open_desk()
    states = [app.state(c) for c in app.cases()]
    if json_:
        show_json(
            {"cases": [{"case": s.case, "title": s.report.title, "status": s.status, "seq": s.seq} for s in states]}
        )
        return
    for s in states:
        print(f"{s.case}  {s.status:9}  {s.report.title}  ({s.seq} entries)")
    if not states:
        print("No cases on this desk; open one with `wayhome case open REPORT.toml`.")


@case_app.command("show")
@guarded
def case_show(case: str, as_of: AsOf = None, json_: Json = False) -> None:
    """Show a case as it stands, or stood. Example: wayhome case show lost-hiker --as-of 2026-05-09T22:00Z"""
    app = open_desk()
    state = app.shown(case, moment(as_of, "--as-of"))
    matters = app.agenda(state, state.as_of if as_of else None)
    if json_:
        show_json({"case": case, "seq": state.seq, "status": state.status, "state": state, "agenda": list(matters)})
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
        show_json(found[0])
    elif json_:
        show_json({"commands": found})
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
            given = json.loads(file_bytes(fields_file))
        except ValueError as error:
            raise InvalidInput(f"{fields_file.name} is not JSON: {error}.", file=fields_file.name) from None
        if not isinstance(given, dict):
            raise InvalidInput(f"{fields_file.name} must hold an object of fields.", file=fields_file.name)
    for pair in fields or []:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InvalidInput(f'"{pair}" is not key=value.')
        given[name] = value
    done = open_desk().do(case, command, given, expected_seq=expected_seq, by=as_, key=key)
    out: dict[str, Any] = {"seq": done.seq, "events": [{"type": e.type, "data": e.as_json()} for e in done.events]}
    if done.opened is not None:
        out["opened"] = done.opened
    show_json(out)


@cli.command()
@guarded
def log(
    case: str,
    json_: Json = False,
    as_of: AsOf = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what is written from now on.")] = False,
) -> None:
    """The journal as people read it. Example: wayhome log lost-hiker --follow"""
    app = open_desk()
    entries = app.log(case, moment(as_of, "--as-of"))
    if json_:
        show_json({"case": case, "seq": entries[-1]["seq"] if entries else 0, "entries": entries})
        return
    for entry in itertools.chain(entries, app.follow(case) if follow else ()):
        for sentence in entry["sentences"]:
            print(f"{entry['seq']:4}  {iso(entry['at'])}  {entry['by']:12}  {sentence}", flush=follow)


@cli.command()
@guarded
def product(
    case: str,
    name: Annotated[str | None, typer.Argument()] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the products.")] = False,
    at: Annotated[
        str | None, typer.Option("--at", help="The map of that time: what can be reached, where those who move are.")
    ] = None,
    as_of: AsOf = None,
    out: Out = None,
    json_: Json = False,
) -> None:
    """A product of a case. Example: wayhome product lost-hiker poa --out poa.tif"""
    from wayhome.app import pictures
    from wayhome.app.catalogue import product_list

    app = open_desk()
    if list_ or name is None:
        app.head(case)
        found = product_list()
        if json_:
            show_json({"products": found})
        else:
            for p in found:
                print(f"{p['name']:10} {p['title']}: {p['summary']}")
        return
    as_of_, at_ = moment(as_of, "--as-of"), moment(at, "--at")
    made = app.product(case, name, as_of=as_of_, at=at_)
    if out is not None:
        write_file(out, pictures.product_file(app, case, made, out.suffix.lower(), as_of=as_of_, at=at_))
    if json_:
        show_json(made)
    elif out is None:
        _show(made.name, made.data)
        for caveat in made.caveats:
            print(f"  ! {caveat}")
    else:
        say(f"{made.name} written to {out}")


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
            period = f" (period {c['op']})" if len(data["periods"]) > 1 else ""
            print(f"  {c['team_name']}{period}: {c['reason']}")
        print(
            f"  Together {percent(data['pos_total'])}; no plan of these teams can do better than {percent(data['upper_bound'])}"
        )
        for s in data["by_scenario"]:
            print(f"    if {s['title']}: {percent(s['pos'])}")
        for u in data["unused"]:
            print(f"  {u['name']} stays: {u['why']}")
        if data["runner_up"]:
            print(f"  Runner-up {percent(data['runner_up']['pos_total'])}: {data['runner_up']['change']}")
    elif name == "wrong":
        print(f"  {data['sentence']}")
        for t in data["truths"]:
            print(f"  {t['name']:34} this plan {percent(t['had']):>7}, possible {percent(t['best']):>7}")
    elif name == "reflex":
        for t in data["tasks"]:
            print(f"  {t['name']}: {t['remark']}")
        for e in data["exits"]:
            print(f"  to watch: a way out at {e['lat_deg']:.5f},{e['lon_deg']:.5f}")
    elif name == "evidence":
        for r in data["readings"]:
            print(
                f"  {r['evidence'] or 'silence of the watches'} ({r['kind'].replace('_', ' ')}): {r['bits']:.2f} bits, "
                f"{percent(r['mass_moved'])} of the map moved, rest of world {percent(r['rest_of_world_before'])} to "
                f"{percent(r['rest_of_world_after'])}"
            )
        for s, share in data["consensus"].items():
            apart = data["disagreement"][s]
            print(f"  {s}: votes {percent(share)}, from {percent(apart['lowest'])} to {percent(apart['highest'])}")
        if not data["readings"] and not data["consensus"]:
            print("  Nothing was read by place (read_evidence) and nobody voted (vote_scenarios).")
    elif name == "survival":
        if data["now"] is not None:
            now = data["now"]
            print(
                f"  Of {data['category']} still missing after {data['hours']:.0f} h, {percent(now['p_alive'], 0)} were found "
                f"alive ({percent(now['low'], 0)} to {percent(now['high'], 0)}, n = {now['n']})"
            )
        else:
            print(f"  {data['why_unknown']}")
        for row in data["states"]:
            shares = ", ".join(f"{k.replace('_', ' ')} {percent(v, 0)}" for k, v in row.items() if k != "hours")
            print(f"  {row['hours']:4.0f} h: {shares}")
    elif name == "inquiries":
        for w in data["ranked"]:
            print(f"  {w['inquiry']:6} {w['title']}: {w['reason']}")
        if not data["ranked"]:
            print("  Nothing to rank; draw segments, or pose a question (pose_inquiry).")
    else:
        print(data["sentence"])
        for way in data["ways"]:
            print(
                f"  {way['name']}: {percent(way['probability'])} (before the watch {percent(way['before_watch'])}, through a gap "
                f"{percent(way['through_gap'])}, missed {percent(way['missed'])})"
            )
        for row in data["sensitivity"]:
            print(f"  if {row['what']}: {percent(row['probability_left'])}")
        print(data["warning"])


@cli.command("import")
@guarded
def import_(
    case: str,
    files: list[Path],
    as_kind: Annotated[
        str, typer.Option("--as", help="track, segment, region, boundary, organisation, table, photograph or auto.")
    ] = "auto",
    for_: Annotated[
        str | None,
        typer.Option("--for", help="The assignment of a track (A1#2: its second track); what a photograph shows."),
    ] = None,
    json_: Json = False,
) -> None:
    """Import files by content. Example: wayhome import CASE hike.gpx --as track --for A1"""
    from wayhome.app.exchange import import_files

    app = open_desk()
    rows = import_files(app, case, [(p.name, file_bytes(p)) for p in files], as_=as_kind, for_=for_)
    if json_:
        show_json({"imported": rows, "seq": app.head(case)})
        return
    for row in rows:
        print(f"{row['file']}: {row['as']} {row['what']} {row['id']}".rstrip())
        for caveat in row.get("caveats") or ():
            print(f"  ! {caveat}")


@cli.command()
@guarded
def export(case: str, form: str, out: Annotated[Path, typer.Option("--out")], as_of: AsOf = None) -> None:
    """Export a case: geotiff, geojson, gpx, json, calendar, evidence (a zip archive) or statistics (one anonymous line). Example: wayhome export CASE geotiff --out poa.tif"""
    from wayhome.app.exchange import export as make

    content, _ = make(open_desk(), case, form, as_of=moment(as_of, "--as-of"))
    write_file(out, content)
    say(f"{out}: {len(content):,} bytes")
