"""Sheets drawn from the record alone: missing-person report, order, notice, recall, journal.

Knows what each shows and in which order. Sealed facts are counted, never printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wayhome.case.fact import found
from wayhome.documents.page import Block, Paper, banner, bullets, facts, heading, para, quote, signatures, table
from wayhome.documents.wording import CONDITIONS, Wording, chance

if TYPE_CHECKING:
    from wayhome.case.evidence import Clue
    from wayhome.case.notice import Notice

NOTICE_KINDS = {
    "missing_notice": "Missing-person notice",
    "border_alert": "Border alert",
    "warrant": "Warrant",
    "standing_order": "Standing order",
    "public_appeal": "Public appeal",
}


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
    stopped = [n for n in w.state.notices.notices.values() if n.status == "stopped" and n.stopped_by_order == held.id]
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
        bullets([CONDITIONS[c] for c in held.conditions]) if held.conditions else para("None."),
        para("Whatever goes out later against a condition is stopped and shown to the one who gave this order.", "small"),
        heading("Let out against this order"),
        table("What*2|By*2|When*2|Reason*5", [[x.subject, w.person(x.by), w.when(x.at), x.reason] for x in waived], "Nothing."),
        heading("Stopped because of this order"),
        table("Notice*2|Title*5|Meant for*4", [[n.id, n.title, ", ".join(n.stopped_audiences)] for n in stopped], "Nothing."),
        signatures(f"{w.person(held.given_by)}", "Received by", "Date and time"),
    ]  # fmt: skip
    return Paper(title=f"{title} {held.id}", blocks=tuple(blocks))


def notice(w: Wording, for_id: str | None) -> Paper:
    """A notice as its recipients read it, with distribution, and the orders that bind or were waived."""
    if for_id is None:
        return nothing("Notice", "No notice has been drafted yet.")
    held = found(w.state.notices.notices, for_id, "notice")
    kind = NOTICE_KINDS[held.kind]
    blocks = [heading(f"{kind}: {held.title}", 1), *_standing(w, held), quote(held.text, large=True)]
    blocks.append(facts([
        ("Notice", held.id), ("Status", held.status), ("Published", w.when(held.published_at) or "not published"), ("Valid until", w.when(held.expires_at) or "no end set"),
        ("Drafted", f"{w.when(held.drafted_at)} by {w.person(held.drafted_by)}"), ("Approved by", w.person(held.approved_by)),
        ("Leave given to readers", [p.replace("_", " ") for p in held.permits]),
    ]))  # fmt: skip
    bound = [o for o in w.state.decisions.in_force() if o.conditions]
    blocks.append(heading("Conditions of orders in force"))
    blocks.append(bullets([w.order(o) for o in bound]) if bound else para("No order with conditions is in force."))
    if waived := w.waivers(held.id):
        blocks += [heading("Let out against an order"), bullets(waived)]
    blocks += [heading("Distribution"), _ledger(w, held), signatures("Approved by", "Date and time")]
    return Paper(title=f"{kind} {held.id}", blocks=tuple(blocks))


def recall(w: Wording, for_id: str | None) -> Paper:
    """The cancellation of a notice: why, to whom the recall went, and who confirmed it."""
    if for_id is None:
        return nothing("Recall of a notice", "No notice has been cancelled.")
    held = found(w.state.notices.notices, for_id, "notice")
    kind = NOTICE_KINDS[held.kind]
    blocks = [heading(f"Recall of {held.id}: {held.title}", 1)]
    if held.status != "cancelled":
        blocks.append(banner(f"{held.id} is {held.status}, not cancelled: there is nothing to recall.", stop=True))
    else:
        blocks += [
            banner(f"This {kind.lower()} is cancelled. Take it down, destroy copies, and confirm."),
            heading("Why"), quote(held.cancelled or ""),
        ]  # fmt: skip
    waiting = [r.audience for r in held.ledger.values() if r.recall_confirmed_at is None]
    blocks += [
        facts([
            ("Notice", f"{held.id}, {kind.lower()}"), ("Published", w.when(held.published_at)), ("Cancelled", w.when(held.cancelled_at)),
            ("Approved by", w.person(held.approved_by)),
        ]),
        heading("Ledger"), _ledger(w, held, recalled=True),
    ]  # fmt: skip
    if held.status == "cancelled" and held.ledger:
        text = f"Still to confirm: {', '.join(waiting)}." if waiting else "Every recipient has confirmed the recall."
        blocks.append(para(text, "strong"))
    blocks += [heading("What the notice said"), quote(held.text), signatures("Taken down by", "Date and time")]
    return Paper(title=f"Recall of {held.id}", blocks=tuple(blocks))


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
    return "\n".join(
        f"{w.when(x.at)}: {w.person(x.holder)}" + (f" ({x.remark})" if x.remark else "") for x in clue.custody
    )


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


def _standing(w: Wording, held: Notice) -> list[Block]:
    if held.status == "draft":
        return [banner("DRAFT, not approved. Not to be sent.", stop=True)]
    if held.status == "cancelled":
        return [banner(f"CANCELLED on {w.when(held.cancelled_at)}: {held.cancelled}", stop=True)]
    if held.status == "stopped":
        by = held.stopped_by_order or ""
        against = w.state.decisions.orders.get(by)
        if any(x.subject == held.id and x.order == by for x in w.state.decisions.waivers):
            return [banner(f"Stopped by order {by}, since let out against it; not yet published.")]
        giver = f" Only {w.person(against.given_by)} can let it out." if against else ""
        return [banner(f"STOPPED, not to be sent: it contradicts order {by} in force.{giver}", stop=True)]
    if held.status == "approved":
        return [banner("Approved, not yet published.")]
    return []


def _ledger(w: Wording, held: Notice, recalled: bool = False) -> Block:
    rows: list[list[str | None]] = []
    for r in held.ledger.values():
        row = [r.audience, w.when(r.sent_at), w.when(r.acknowledged_at) or "not yet"]
        if recalled:
            row += [w.when(r.recall_sent_at), w.when(r.recall_confirmed_at) or "not yet"]
        rows.append(row)
    columns = "Recipient*4|Sent*3|Received*3" + ("|Recall sent*3|Recall confirmed*3" if recalled else "")
    return table(columns, rows, "It has been sent to nobody.")


def _condition(condition: str) -> str:
    return "condition not recorded" if condition == "unknown" else condition


def nothing(title: str, sentence: str) -> Paper:
    """A paper that says that there is nothing to print yet."""
    return Paper(title=title, blocks=(heading(title, 1), banner(sentence)))
