"""Commands on the life of a case: what runs against time, what happened when, what can be done now."""

from __future__ import annotations

from wayhome.base.quantity import iso
from wayhome.cli.edge import As, AsOf, Json, cli, guarded, moment, open_desk, show_json


@cli.command()
@guarded
def clocks(case: str, as_of: AsOf = None, json_: Json = False) -> None:
    """What is due and when: teams, reviews, notices, daylight. Example: wayhome clocks lost-hiker"""
    from wayhome.app.almanac import case_clocks

    app = open_desk()
    then = moment(as_of, "--as-of")
    state, at = app.state(case, then), then or app.now()
    found = case_clocks(state, at)
    if json_:
        rows = [{**c.as_json(), "says": c.says(at), "is_over": c.is_over(at)} for c in found]
        show_json({"case": case, "seq": state.seq, "at": iso(at), "clocks": rows})
        return
    for c in found:
        print(f"{'OVER' if c.is_over(at) else '    '}  {iso(c.due)}  {c.says(at)}")
    if not found:
        print("Nothing runs against time in this case.")


@cli.command()
@guarded
def possible(case: str, as_: As = None, json_: Json = False) -> None:
    """What somebody can do in a case now, and why not the rest. Example: wayhome possible lost-hiker --as casey"""
    from wayhome.app.catalogue import possible_commands

    app = open_desk()
    state = app.state(case)
    found = possible_commands(state, as_)
    if json_:
        show_json({"case": case, "seq": state.seq, "commands": found})
        return
    for row in found:
        print(f"{row['name']:24}  {row['why_not'] or row['summary']}")
