"""Commands on what happened to the subject, and on several cases that are about one person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from wayhome.base.quantity import instant, percent
from wayhome.cli.edge import As, AsOf, Json, always_json, case_app, cli, guarded, moment, open_desk, show_json

Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in both cases' records.")]


@cli.command()
@guarded
def timeline(case: str, as_of: AsOf = None, json_: Json = False) -> None:
    """What happened to the subject by the time it was observed, with contradictions and gaps. Example: wayhome timeline lost-hiker"""
    from wayhome.app.timeline import case_timeline

    made = case_timeline(open_desk(), case, moment(as_of, "--as-of"))
    if json_:
        show_json(made)
        return
    zone = ZoneInfo(made["time_zone"])
    gaps = {g["after"]: g for g in made["gaps"] if not g["says"].endswith("reported missing")}
    for h in made["happenings"]:
        print(_entry(h, zone))
        if h["at"] and h["counts"] and h["id"] in gaps:
            print(f"{'':18}... {gaps[h['id']]['says']}")
    for g in made["gaps"]:
        if g["says"].endswith("reported missing"):
            print(f"Gap: {g['says']} ({_local(g['since'], zone)} to {_local(g['until'], zone)})")
    for c in made["contradictions"]:
        print(f"  ! {c['says']} {c['resolves']}")
    for x in made["lacking"]:
        print(f"  ? {x['id']} ({x['title']}) says no {' and no '.join(x['lacks'])}.")
    if not made["happenings"]:
        print("Nothing is written down yet.")


def _entry(h: dict[str, Any], zone: ZoneInfo) -> str:
    when = _local(h["at"], zone) if h["at"] else "time not known"
    name = (
        h["source"] if h["title"] == h["source"] or h["kind"] in ("report", "find") else f"{h['source']} {h['title']}"
    )
    name = h["title"] if h["kind"] in ("report", "find") else name
    position = h["position"]
    where = h["place"] or (f"{position['lat_deg']:.5f}, {position['lon_deg']:.5f}" if position else "")
    told = [
        f"at {where}" if where else "",
        f"told {_local(h['told_at'], zone)}" if h["told_at"] else "",
        f"reliability {percent(h['reliability'], 0)}" if h["reliability"] is not None else "",
        f"read as {h['read_as'].replace('_', ' ')}" if h["read_as"] else "",
        f"from {h['came_from']}" if h["came_from"] else "",
        f"WITHDRAWN: {h['withdrawn']}" if h["withdrawn"] else "",
    ]
    about = "; ".join(t for t in told if t)
    return f"{when:16}  {name}" + (f": {h['says']}" if h["says"] else "") + (f" ({about})" if about else "")


def _local(text: str, zone: ZoneInfo) -> str:
    when: datetime = instant(text, "time").astimezone(UTC)
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M}"


@cli.command()
@guarded
def duplicates(case: Annotated[str | None, typer.Argument()] = None, json_: Json = False) -> None:
    """Cases that may be about the same person, with reasons for and against. Example: wayhome duplicates"""
    from wayhome.app.duplicates import duplicates as likely
    from wayhome.app.duplicates import links

    app = open_desk()
    found = likely(app, case)
    held = links(app, case) if case is not None else None
    if json_:
        show_json({"duplicates": found} | ({} if held is None else held))
        return
    for d in found:
        print(f"{d['verdict']}: {d['case']} ({d['title']}) and {d['other']} ({d['other_title']})")
        for r in d["reasons"]:
            print(f"  {'+' if r['side'] == 'for' else '-'} {r['weight']:8} {r['says']}")
        if d["not_known"]:
            print(f"  not compared, because one of the two says nothing: {', '.join(d['not_known'])}")
    if not found:
        print("No two open cases look like the same person.")
    for sentence in held["unfinished"] if held else ():
        print(f"  ! {sentence}")


@case_app.command("merge")
@guarded
@always_json
def case_merge(
    duplicate: str,
    into: Annotated[str, typer.Option("--into", help="The case that goes on.")],
    reason: Reason,
    confirm_far: Annotated[bool, typer.Option("--confirm-far", help="Its places are right although far away.")] = False,
    as_: As = None,
    json_: Json = False,
) -> None:
    """Merge a case into another about the same person. Example: wayhome case merge DUPLICATE --into PRIMARY --reason "same child, two callers" """
    from wayhome.app.duplicates import merge

    show_json(merge(open_desk(), into, duplicate, reason=reason, by=as_, confirm_far=confirm_far))


@case_app.command("unmerge")
@guarded
@always_json
def case_unmerge(duplicate: str, reason: Reason, as_: As = None, json_: Json = False) -> None:
    """Make two cases of one again. Example: wayhome case unmerge DUPLICATE --reason "two sisters" """
    from wayhome.app.duplicates import unmerge

    show_json(unmerge(open_desk(), duplicate, reason=reason, by=as_))
