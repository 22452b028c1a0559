"""Commands on the first call: what to ask next, and what is known."""

from __future__ import annotations

from typing import Annotated

import typer

from wayhome.cli.edge import AsOf, Json, cli, guarded, moment, open_desk, show_json

_MARKS = {"open": " ", "known": "x", "no": "-", "unknown": "?"}


@cli.command()
@guarded
def questionnaire(
    case: str,
    only_open: Annotated[bool, typer.Option("--open", help="Only the questions still open.")] = False,
    as_of: AsOf = None,
    json_: Json = False,
) -> None:
    """The questions of the first call in order, with what is known. Example: wayhome questionnaire lost-hiker --open"""
    from wayhome.app.intake import questionnaire as asked

    made = asked(open_desk(), case, moment(as_of, "--as-of"))
    if json_:
        show_json(made)
        return
    for section in made["sections"]:
        rows = [
            q
            for q in made["questions"]
            if q["section"] == section["key"] and not (only_open and q["standing"] != "open")
        ]
        if rows:
            print(section["title"])
        for q in rows:
            said = {"open": "", "no": "no", "unknown": "not known"}.get(q["standing"], q["value"])
            print(
                f"  [{_MARKS[q['standing']]}] {q['key']:20} {q['words']}" + (f"  {q['value'] or said}" if said else "")
            )
    words = {s["key"]: s["words"] for s in made["signs"]}
    for s in made["suggested"]:
        print(f"Sign to weigh (assess_risk): {words[s['sign']]}, from {s['question']}: {s['value']}")
    if made["urgency"]["score"] is not None:
        print(f"Urgency {made['urgency']['score']['level']}: {' '.join(made['urgency']['score']['reasons'])}")
