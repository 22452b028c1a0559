"""Sheets drawn from the record alone: missing-person report, order, journal.

Knows what each shows and in which order. Sealed facts are counted, never printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wayhome.case.fact import found
from wayhome.documents.page import Block, Paper, banner, bullets, facts, heading, para, quote, signatures, table
from wayhome.documents.wording import CONDITIONS, Wording, chance

if TYPE_CHECKING:
    from wayhome.case.evidence import Clue


def report(w: Wording, for_id: str | None) -> Paper:
    """The missing-person report: who is missing, since when, what is known and who said so."""
    state = w.state
    told, subject, area = state.report, state.subject, state.area
    risk, find = subject.risk, state.decisions.find
    blocks: list[Block] = [heading("Missing-person report", 1)]
    if find is not None:
        blocks.append(banner(f"Found, {_condition(find.condition)}" + (f", {w.when(find.at)}." if find.at else ".")))
    elif state.status == "suspended":
        blocks.append(banner("The search is suspended; the case stays open to reopening."))
    blocks += [
        heading("Report"),
        facts([
            ("Case", told.title or None), ("Reported", w.when(told.reported_at)), ("Reported by", told.reporter),
            ("Relation to the subject", told.relation), ("How to reach them", told.contact),
            ("Jurisdiction", told.jurisdiction or None), ("Circumstances", told.circumstances),
        ]),
        heading("Subject"),
        facts([
            ("Name", subject.name), ("Category", subject.category),
            ("Age", None if subject.age_years is None else f"{subject.age_years} years"), ("Sex", subject.sex),
            ("Description", subject.description), ("Marks", subject.marks), ("Clothing", subject.clothing),
            ("Equipment", subject.equipment), ("Medical", subject.medical), ("History", subject.history),
            ("Meant to go to", subject.intended_destination),
        ]),
        heading("Risk"),
    ]  # fmt: skip
    if risk is None:
        blocks.append(para("The risk has not been assessed yet."))
    else:
        blocks.append(facts([
            ("Level", risk.level.replace("_", " ")), ("Warning signs", list(risk.signs)), ("Reasons", risk.reasons or None),
            ("Assessed", f"{w.when(risk.assessed_at)} by {w.person(risk.assessed_by)}"), ("Look again by", w.when(risk.review_by)),
        ]))  # fmt: skip
    blocks.append(heading("Where and when last seen or known to be"))
    if area.ipp is None:
        blocks.append(
            para("No initial planning point yet. Nothing that needs a place can be computed until one is marked.")
        )
    else:
        blocks.append(facts([
            ("Initial planning point", w.point(area.ipp)), ("Point last seen", w.point(area.latest("pls"))),
            ("Last known position", w.point(area.latest("lkp"))),
        ]))  # fmt: skip
    blocks += [
        heading("Statements"),
        *_statements(w),
        heading("Clues"),
        *_clues(w),
        heading("Scenarios"),
        scenario_table(w),
    ]
    if state.seals.facts:
        blocks.append(para(f"Sealed facts on file, not printed: {len(state.seals.facts)}.", "small"))
    return Paper(title="Missing-person report", blocks=tuple(blocks))


def order(w: Wording, for_id: str | None) -> Paper:
    """An order with its conditions, what it forbids, and what was let out against it."""
    title = "Order"
    if for_id is None:
        return nothing(title, "No order has been given yet.")
    held = found(w.state.decisions.orders, for_id, "order")
    waived = [x for x in w.state.decisions.waivers if x.order == held.id]
    stopped: list[list[str | None]] = [
        [n.id, n.title, ", ".join(n.stopped_audiences)]
        for n in w.state.notices.notices.values()
        if n.stopped_by_order == held.id
    ]
    stopped += [
        [a.id, a.task, a.team_name] for a in w.state.assignments.assignments.values() if a.stopped_by_order == held.id
    ]
    stopped += [[m.id, m.text, m.to] for m in w.state.messages.messages.values() if m.stopped_by_order == held.id]
    earlier: list[list[str | None]] = [[str(i), w.when(v.until), v.text] for i, v in enumerate(held.versions, 1)]
    received: list[list[str | None]] = [[w.person(a.who), w.when(a.at), str(a.version)] for a in held.acknowledgements]
    conditions = [*(CONDITIONS[c] for c in held.conditions), *w.unchecked(held)]
    blocks = [heading(f"{title} {held.id}", 1)]
    if held.rescinded is not None:
        blocks.append(banner(f"RESCINDED: {held.rescinded}", stop=True))
    blocks += [
        facts([
            ("Given by", w.person(held.given_by)), ("Given", w.when(held.given_at)), ("To", held.to or None),
            ("In force", "no, rescinded" if held.rescinded is not None else "yes, until the one who gave it rescinds it"),
        ]),
        heading("The order"), quote(held.text, large=True),
        heading("Conditions that stay in force"),
        bullets(conditions) if conditions else para("None."),
        para("Whatever goes out later against a condition is stopped and shown to the one who gave this order.", "small"),
        heading("Let out against this order"),
        table("What*2|By*2|When*2|Reason*5", [[x.subject, w.person(x.by), w.when(x.at), x.reason] for x in waived], "Nothing."),
        heading("Stopped because of this order"),
        table("What*2|Words*5|Meant for*4", stopped, "Nothing."),
        heading("Received"),
        table("By*4|When*3|>Wording*2", received, "Nobody has acknowledged it on record."),
        *([heading("Earlier wordings"), table(">No.|In force until*3|Words*8", earlier, "")] if earlier else []),
        signatures(f"{w.person(held.given_by)}", "Received by", "Date and time"),
    ]  # fmt: skip
    return Paper(title=f"{title} {held.id}", blocks=tuple(blocks))


def log(w: Wording, for_id: str | None) -> Paper:
    """The journal as people read it."""
    entries: list[dict[str, Any]] = list(w.given.figures.get("log") or [])
    rows: list[list[str | None]] = [
        [str(e["seq"]), w.when(e["at"]), w.person(e["by"]), "\n".join(e["sentences"])] for e in entries
    ]
    blocks = (
        heading("Journal", 1),
        para("Every entry of the record in the order of arrival. Entries are never changed; what is taken back stays, with its reason."),
        table(">No.|Time*4|By*3|What*11", rows, "The journal is empty."),
    )  # fmt: skip
    return Paper(title="Journal", blocks=blocks)


def _statements(w: Wording) -> list[Block]:
    rows: list[list[str | None]] = []
    for s in w.state.evidence.statements.values():
        seen = [f"seen {w.when(s.observed_at)}"] if s.observed_at else []
        seen += [f"told {w.when(s.told_at)}"] if s.told_at else []
        seen += [s.place] if s.place else []
        seen += [w.in_table(s.position)] if s.position else []
        seen += [f"heading {s.bearing_deg:.0f}° from true north"] if s.bearing_deg is not None else []
        text = s.text if s.withdrawn is None else f"{s.text}\nWITHDRAWN: {s.withdrawn}"
        rows.append([s.id, s.witness, "\n".join(seen) or None, text, chance(s.reliability)])
    return [table("No.|Witness*4|When and where*8|What was said*10|>Reliance*2", rows, "No statement yet.")]


def _clues(w: Wording) -> list[Block]:
    rows: list[list[str | None]] = []
    for c in w.state.evidence.clues.values():
        where = [x for x in (w.when(c.found_at), c.place, w.in_table(c.position) if c.position else "") if x]
        text = f"{c.name}: {c.description}" if c.description else c.name
        rows.append(
            [
                c.id,
                text if c.withdrawn is None else f"{text}\nWITHDRAWN: {c.withdrawn}",
                "\n".join(where) or None,
                _custody(w, c),
            ]
        )
    return [table("No.|What*7|When and where*6|Chain of custody*7", rows, "No clue yet.")]


def _custody(w: Wording, clue: Clue) -> str:
    if not clue.custody:
        return f"not collected ({clue.instruction})"
    return "\n".join(f"{w.when(x.at)}: {w.person(x.holder)}" + (f" ({x.note})" if x.note else "") for x in clue.custody)


def scenario_table(w: Wording) -> Block:
    """Scenarios with weights before and after the standing evidence."""
    book = w.state.scenarios
    after = w.weights()
    rows: list[list[str | None]] = [
        [s.title, s.kind.replace("_", " "), chance(s.weight), chance(after.get(s.id)) or "none fits", s.reason or None]
        for s in book.scenarios
    ]
    return table(
        "Scenario*5|Kind*3|>Weight before*3|>Weight now*3|Reason*6",
        rows,
        'No scenarios yet; until then only "lost" is planned for.',
    )


def _condition(condition: str) -> str:
    return "condition not recorded" if condition == "unknown" else condition


def nothing(title: str, sentence: str) -> Paper:
    """A paper that says that there is nothing to print yet."""
    return Paper(title=title, blocks=(heading(title, 1), banner(sentence)))
