"""The letter that suspends a search: to whom, why, on what evidence, who reviewed it, what reopens it.

Every sentence comes from the record or from the law of suspension here; the letter apologises for nothing
and promises nothing that nobody wrote down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wayhome.case.decision import SUSPENSION_ALSO, SUSPENSION_CHECKLIST
from wayhome.case.ending import open_clues
from wayhome.case.fact import found
from wayhome.case.notice import ENDED
from wayhome.documents.closing_sheets import clue_line, revisit_line
from wayhome.documents.judgement_sheets import CONCLUSIONS, NOT_EVIDENCE, WITHDRAWN
from wayhome.documents.notice_sheets import NOTICE_KINDS
from wayhome.documents.page import (
    Block,
    Paper,
    banner,
    bullets,
    facts,
    heading,
    letterhead,
    para,
    quote,
    signatures,
    table,
)
from wayhome.documents.sheets import nothing
from wayhome.documents.wording import Wording, chance

if TYPE_CHECKING:
    from wayhome.case.decision import Suspension
    from wayhome.case.notice import Notice

QUOTED = 400  # characters of a notice's text that the letter repeats


def suspension(w: Wording, for_id: str | None) -> Paper:
    """The suspension letter, or the proposal of one while it is not in force."""
    if for_id is None:
        return nothing("Suspension letter", "No suspension has been proposed.")
    held: Suspension = found(w.state.decisions.suspensions, for_id, "suspension")
    dated = held.suspended_at or w.given.printed_at
    blocks: list[Block] = [
        letterhead(
            organisation=w.searcher(), under=w.state.report.title, to=_addressees(w), date=w.day(dated),
            subject=f"Suspension of the search for {w.subject()}",
        ),
        *_standing(w, held),
        para(_opening(w, held)),
        heading("Why"), quote(held.reasons),
        heading("On what evidence"), *_evidence(w),
        heading("Proposal and review"), *_review(w, held),
        _questions(held),
        heading("Notices and standing orders"), *_notices(w),
        heading("What the search achieved"), *_achieved(w),
        heading("What would reopen the search"), quote(held.reopen_if or "Nothing was written down."), *_goes_on(w),
        para("The case stays open in the record: nothing is erased, and reopening restores the map, the searches and the "
             "clues as they stood."),
        *_close(w, held),
    ]  # fmt: skip
    return Paper(title=f"Suspension letter {held.id}", style="letter", blocks=tuple(blocks))


def _addressees(w: Wording) -> list[str]:
    """Those whose orders in force the search carried out; without orders, whoever is in charge."""
    givers = list(dict.fromkeys(w.person(o.given_by) or o.given_by for o in w.state.decisions.in_force()))
    return [f"To {g}" for g in givers] or ["To whoever is in charge of this search"]


def _standing(w: Wording, held: Suspension) -> list[Block]:
    if w.state.decisions.find is not None:
        return [banner("The subject has been found since; this letter is kept for the record.", stop=True)]
    if held.lifted_by is not None:
        lifted = w.state.ending.reopenings[held.lifted_by]
        return [
            banner(
                f"The search was reopened on {w.when(lifted.at)} ({lifted.id}); this letter is kept for the record.",
                stop=True,
            )
        ]
    if held.suspended_at is not None:
        return []
    if held.agrees is None:
        return [banner("PROPOSAL. Not in force: a peer has not reviewed it yet.", stop=True)]
    if not held.agrees:
        return [banner("PROPOSAL. Not in force: the reviewer did not agree.", stop=True)]
    return [banner("PROPOSAL. Reviewed and agreed, not decided yet.", stop=True)]


def _opening(w: Wording, held: Suspension) -> str:
    orders = list(w.state.decisions.in_force())
    task = f" Its task was set by order {orders[0].id}: “{orders[0].text}”" if orders else ""
    if held.suspended_at is None:
        return f"It is proposed to suspend the search for {w.subject()} indefinitely.{task}"
    return (
        f"The search for {w.subject()} is suspended indefinitely, by decision of {w.person(held.suspended_by)} on "
        f"{w.when(held.suspended_at)}.{task}"
    )


def _evidence(w: Wording) -> list[Block]:
    decided = w.state.decisions.departure
    if decided is None:
        return [para("Whether the subject has left the area was not decided. Nothing here rests on a departure.")]
    judged = f" Probability as judged: {chance(decided.probability)}." if decided.probability is not None else ""
    blocks = [
        para(f"{CONCLUSIONS[decided.conclusion]} Decided by {w.person(decided.by)} on {w.when(decided.at)}.{judged}"),
        quote(decided.reasons),
    ]
    if w.rests_on_nothing(decided):
        blocks.append(banner(WITHDRAWN, stop=True))
    if decided.evidence:
        blocks.append(bullets([w.evidence(key) for key in decided.evidence]))
    return blocks


def _review(w: Wording, held: Suspension) -> list[Block]:
    blocks = [para(f"Proposed by {w.person(held.proposed_by)} on {w.when(held.proposed_at)}.")]
    if held.agrees is None:
        return [*blocks, para("Not reviewed by a peer yet.")]
    verdict = "agreed" if held.agrees else "did not agree"
    said = f"Reviewed by {w.person(held.reviewed_by)} on {w.when(held.reviewed_at)}, who {verdict} and said:"
    return [*blocks, para(said), quote(held.review_remarks or "Nothing further.")]


def _questions(held: Suspension) -> Block:
    """Answers, and the reviewer's findings where there are any; a question that is newer than the proposal was not asked."""
    asked = {
        **SUSPENSION_CHECKLIST,
        **{k: q for k, q in SUSPENSION_ALSO.items() if k in (*held.checklist, *held.findings)},
    }
    rows: list[list[str | None]] = [[q, held.checklist.get(k) or "not asked then"] for k, q in asked.items()]
    if not held.findings:
        return table("Question*7|Answer*8", rows, "")
    found_too = [[*row, held.findings.get(k) or "–"] for row, k in zip(rows, asked, strict=True)]
    return table("Question*6|Answer*6|The reviewer found*5", found_too, "")


def _goes_on(w: Wording) -> list[Block]:
    """What stays open while the search is suspended: clues, and revisits with their dates or triggers."""
    clues = [clue_line(w, c) for c in open_clues(w.state)]
    revisits = [revisit_line(w, r) for r in w.state.ending.open_revisits()]
    blocks = [para("Clues still open:"), bullets(clues)] if clues else [para("No clue is open.")]
    return [
        *blocks,
        *([para("Scheduled revisits:"), bullets(revisits)] if revisits else [para("No revisit is scheduled.")]),
    ]


def _notices(w: Wording) -> list[Block]:
    book = w.state.notices.notices.values()
    lines = [_ended(w, n) for n in book if n.status in ENDED]
    for n in book:
        if n.status in ("published", "stopped", "suspended"):
            lines.append(_in_force(w, n))
    blocks: list[Block] = [bullets(lines) if lines else para("No notice was published in this case.")]
    if not any(n.status in ENDED for n in book) and lines:
        blocks.append(para("No notice has been withdrawn or cancelled."))
    return blocks


def _ended(w: Wording, n: Notice) -> str:
    unsent = [r.audience for r in n.ledger.values() if r.recall_sent_at is None and r.recall_confirmed_at is None]
    waiting = [r.audience for r in n.ledger.values() if r.recall_confirmed_at is None]
    proof = f"Recall not yet confirmed by {', '.join(waiting)}." if waiting else "Every recipient confirmed the recall."
    if unsent:
        proof += f" Recall not yet sent to {', '.join(unsent)}."
    sent = f" {proof}" if n.ledger else " It had been sent to nobody."
    on, why = w.when(n.withdrawn_at or n.cancelled_at), n.withdrawn or n.cancelled
    return f"{NOTICE_KINDS[n.kind]} {n.id}, {n.title}: {n.status} on {on}. {why}{sent}"


def _in_force(w: Wording, n: Notice) -> str:
    name = f"{NOTICE_KINDS[n.kind]} {n.id}, {n.title}"
    if n.status == "stopped":
        return f"{name}: stopped, not sent, because it contradicts order {n.stopped_by_order} in force."
    if n.status == "suspended":
        return f"{name}: suspended until {w.when(n.suspended_until)}. {n.suspended}"
    line = f"{name}: in force since {w.when(n.published_at)}, sent to {', '.join(n.ledger)}. “{_opening_words(n)}”"
    return " ".join([line, *w.waivers(n.id)])


def _opening_words(n: Notice) -> str:
    """The text of a notice, cut where a letter of two pages has no room for it."""
    return n.text if len(n.text) <= QUOTED else f"{n.text[:QUOTED]}… (the whole text stands in {n.id})"


def _achieved(w: Wording) -> list[Block]:
    done = w.state.assignments.debriefed()
    data = w.figures("poa")
    rows: list[tuple[str, str | list[str] | None]] = [("Searches debriefed", str(len(done)))]
    if not data:
        return [facts(rows, 78), para(w.missing("poa", "figures of the search"))]
    rows += [
        ("Cumulative chance of having found (POS)", chance(data.get("pos_cumulative"))),
        ("Outside the map before searching", chance(data.get("rest_of_world_before"))),
        ("Outside the map now (rest of world)", chance(data.get("rest_of_world"))),
    ]
    if half := w.figures("departure").get("half_pod"):
        rows.append(("The same, had every POD been half of what was claimed", chance(half.get("rest_of_world"))))
    caveats = w.caveats("poa")
    tail = [para("These figures rest on: " + " ".join(caveats), "small")] if caveats else []
    return [facts(rows, 78), para(NOT_EVIDENCE, "small"), *tail]


def _close(w: Wording, held: Suspension) -> list[Block]:
    signed = f"For {held.signed_for}" if held.signed_for else "For the team"
    who = w.person(held.suspended_by)
    return [signatures(signed, f"Decided by {who}" if who else "Decided by", "Place and date", room_mm=16)]
