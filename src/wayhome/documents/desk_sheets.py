"""Papers for a desk without power: what is in the pile, what needs a decision, what was said over the radio.

Knows nothing that the record does not; the sheets leave room to go on by hand.
"""

from __future__ import annotations

from wayhome.documents.ics import Form
from wayhome.documents.ics_people import message_rows
from wayhome.documents.page import Block, Paper, banner, boxes, heading, para, table
from wayhome.documents.wording import Wording


def contents(w: Wording, for_id: str | None) -> Paper:
    """The first page of a printed pile: every paper with the sheet it begins on, and what could not be printed."""
    told = w.figures("contents")
    rows: list[list[str | None]] = [[str(r["page"]), r["title"]] for r in told.get("rows", []) if r["page"] is not None]
    failed: list[list[str | None]] = [[r["title"], r["why"]] for r in told.get("rows", []) if r["page"] is None]
    blocks: list[Block] = [
        heading("Everything on paper", 1),
        para(f"{w.state.report.title or 'Case without a title'} (no. {w.state.case}), as of entry {w.state.seq}. "
             f"{told.get('pages', 0)} sheets, the most urgent first. The sheet number stands at the foot, on the right."),
    ]  # fmt: skip
    if failed:
        blocks += [banner("Not everything could be printed."), table("Missing*4|Why*8", failed, "")]
    blocks += [
        heading("Contents"),
        table(">Sheet|Paper*12", rows, "Nothing."),
        para(
            "From now on write on paper what happens, with the time; type it in later, each with the time it happened."
        ),
    ]
    return Paper(title="Everything on paper", blocks=tuple(blocks))


def matters(w: Wording, for_id: str | None) -> Paper:
    """What needs a decision, with room to write what was decided."""
    rows: list[list[str | None]] = [[m["what"], None, None] for m in w.figures("matters").get("rows", [])]
    form = Form(w, "Open decisions", "")
    blocks = [
        form.grid("What needs a decision now", "Matter*9|Decided: what, by whom*8|When*3", rows, len(rows) + 5, 9)
    ]
    return form.paper(blocks)


def radio(w: Wording, for_id: str | None) -> Paper:
    """The radio and message log so far, with room to go on by hand."""
    form = Form(w, "Radio and message log", "")
    rows = message_rows(w)
    blocks = [
        boxes(
            form.box("Incident", f"{w.state.report.title} (no. {w.state.case})" if w.state.report.title else None, 12)
        ),
        form.grid("Messages", "Time*4|From*4|To*4|Channel*3|Message*12", rows, len(rows) + 16, 8),
    ]
    return form.paper(blocks, landscape=True)
