"""Papers of a notice: as its recipients read it, its recall, and its ledger.

What a notice tells of the subject is drawn from the record as it was chosen, with nothing typed twice. Recipients
learn neither the title of the case nor anybody's address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wayhome.case.disclosure import printed_photograph
from wayhome.case.fact import found
from wayhome.case.ledger import behind
from wayhome.case.notice import ENDED, Notice, Receipt
from wayhome.case.validity import expired, suspension_over
from wayhome.documents.page import (
    Block,
    Paper,
    banner,
    bullets,
    columns,
    facts,
    heading,
    image,
    para,
    quote,
    signatures,
    table,
)
from wayhome.documents.sheets import nothing
from wayhome.documents.wording import Wording

if TYPE_CHECKING:
    from wayhome.case.disclosure import Shown

NOTICE_KINDS = {
    "missing_notice": "Missing-person notice",
    "border_alert": "Border alert",
    "warrant": "Warrant",
    "standing_order": "Standing order",
    "public_appeal": "Public appeal",
}
_LABELS: dict[Shown, str] = {
    "name": "Name", "age": "Age", "sex": "Sex", "category": "Category", "description": "Description", "marks": "Marks",
    "clothing": "Wears", "equipment": "Carries", "last_seen_area": "Last seen in the area of",
    "last_seen_time": "Last seen", "last_seen_place": "Last seen at", "intended_destination": "May be going to",
    "vehicle": "Vehicle", "medical": "Medical", "address": "Home address",
}  # fmt: skip


def notice(w: Wording, for_id: str | None) -> Paper:
    """A notice as its recipients read it, with distribution, and the orders that bind or were waived."""
    if for_id is None:
        return nothing("Notice", "No notice has been drafted yet.")
    held: Notice = found(w.state.notices.notices, for_id, "notice")
    kind = NOTICE_KINDS[held.kind]
    blocks: list[Block] = [heading(f"{kind}: {held.title}", 1), *standing(w, held)]
    rows = facts(told(w, held)) if told(w, held) else None
    if "photograph" in held.shows:
        blocks.append(columns([rows] if rows else [para("")], [photograph(w, held, 60)], (3, 2)))
    elif rows:
        blocks.append(rows)
    blocks.append(quote(held.text, large=True))
    reach: list[tuple[str, str | list[str] | None]] = [("Tell", held.contact)] if held.contact else []
    reach += [("More, and whether this still holds", held.link)] if held.link else []
    blocks.append(facts([
        *reach,
        ("Notice", f"{held.id}, version {held.version}"), ("Status", held.status), ("Published", w.when(held.published_at) or "not published"),
        ("Valid until", w.when(held.expires_at) or "no end set"),
        ("Drafted", f"{w.when(held.drafted_at)} by {w.person(held.drafted_by)}"), ("Approved by", w.person(held.approved_by)),
        ("Leave given to readers", [p.replace("_", " ") for p in held.permits]),
    ]))  # fmt: skip
    bound = [o for o in w.state.decisions.in_force() if o.conditions]
    blocks.append(heading("Conditions of orders in force"))
    blocks.append(bullets([w.order(o) for o in bound]) if bound else para("No order with conditions is in force."))
    if waived := w.waivers(held.id):
        blocks += [heading("Let out against an order"), bullets(waived)]
    blocks += [heading("Distribution"), _distribution(w, held), signatures("Approved by", "Date and time")]
    return Paper(title=f"{kind} {held.id}", head=head(w), blocks=tuple(blocks))


def recall(w: Wording, for_id: str | None) -> Paper:
    """The end of a notice: why, to whom the recall is owed and went, and who confirmed it."""
    if for_id is None:
        return nothing("Recall of a notice", "No notice has been withdrawn or cancelled.")
    held: Notice = found(w.state.notices.notices, for_id, "notice")
    kind = NOTICE_KINDS[held.kind]
    blocks: list[Block] = [heading(f"Recall of {held.id}: {held.title}", 1)]
    if held.status not in ENDED:
        blocks.append(
            banner(f"{held.id} is {held.status}, not cancelled or withdrawn: there is nothing to recall.", stop=True)
        )
    else:
        blocks += [
            banner(f"This {kind.lower()} is {held.status}. Take it down, destroy copies, and confirm."),
            heading("Why"), quote(held.withdrawn or held.cancelled or ""),
        ]  # fmt: skip
    ended = held.withdrawn_at or held.cancelled_at
    blocks += [
        facts([
            ("Notice", f"{held.id}, {kind.lower()}"), ("Published", w.when(held.published_at)),
            ("Withdrawn" if held.withdrawn_at else "Cancelled", w.when(ended)),
            ("By", w.person(held.withdrawn_by or held.cancelled_by)), ("Approved by", w.person(held.approved_by)),
        ]),
        heading("Ledger"), _distribution(w, held, recalled=True),
        *(_still_owed(held) if held.status in ENDED and held.ledger else []),
        *_what_it_said(held), signatures("Taken down by", "Date and time"),
    ]  # fmt: skip
    return Paper(title=f"Recall of {held.id}", head=head(w), blocks=tuple(blocks))


def _what_it_said(held: Notice) -> list[Block]:
    """Every version that somebody has, so that each finds the paper to take down."""
    out = {r.version for r in held.ledger.values()} or {held.version}
    blocks: list[Block] = []
    for v in sorted((*held.earlier, held.words()), key=lambda v: v.version):
        if v.version in out:
            blocks += [
                heading("What the notice said" + (f" (version {v.version})" if held.earlier else "")),
                quote(v.text),
            ]
    return blocks


def ledger(w: Wording, for_id: str | None) -> Paper:
    """Every recipient and republisher of a notice with proof, every version, every decision; for the file alone."""
    if for_id is None:
        return nothing("Ledger of a notice", "No notice has been drafted yet.")
    held: Notice = found(w.state.notices.notices, for_id, "notice")
    blocks: list[Block] = [
        heading(f"Ledger of {held.id}: {held.title}", 1),
        para("For the file: it holds addresses and proofs that recipients do not get.", "small"),
        *standing(w, held),
        facts([
            ("Kind", NOTICE_KINDS[held.kind]), ("Version in force", str(held.version)), ("Valid until", w.when(held.expires_at) or "no end set"),
            ("Shows", [s.replace("_", " ") for s in held.shows]), ("Why what can harm is told", held.disclose_because or "nothing of the kind is told"),
            ("Tells beyond that", [s.replace("_", " ") for s in held.discloses_more]),
            *([("Against consent", f"{held.against_consent} ({w.person(held.against_consent_by)})")] if held.against_consent else []),
        ]),
        heading("Recipients and republishers"),
        table("Who*5|Sent*6|Received*4|Recall sent*5|Recall confirmed*4", [_line(w, held, r) for r in held.ledger.values()],
              "It has been sent to nobody."),
    ]  # fmt: skip
    if held.status not in ENDED and (old := behind(held)):
        blocks.append(
            para(f"Have an older version than {held.version}: {', '.join(r.audience for r in old)}.", "strong")
        )
    if held.status in ENDED and held.ledger:
        blocks += _still_owed(held)
    if held.pending is not None and held.status not in ENDED:
        blocks.append(para(f"Version {held.pending.version} waits for approval.", "strong"))
    blocks += [heading("Versions"), _versions(w, held), heading("Decisions"), _decisions(w, held)]
    return Paper(title=f"Ledger of {held.id}", landscape=True, blocks=tuple(blocks))


def told(w: Wording, held: Notice) -> list[tuple[str, str | list[str] | None]]:
    """What a notice shows of the subject, as the record knows it now; what nobody knows is left out."""
    rows = [(label, _fact(w, held, fact)) for fact, label in _LABELS.items() if fact in held.shows]
    return [(label, value) for label, value in rows if value]


def photograph(w: Wording, held: Notice, height_mm: int) -> Block:
    """The photograph that a notice may carry, or an empty frame to glue one into."""
    key = printed_photograph(w.state, held.kind, held.shows, held.photograph, held.against_consent)
    return image(key or "none", height_mm)


def head(w: Wording) -> str:
    """What stands over a paper that leaves the house: who searches, never the title of the case."""
    return w.searcher()


def standing(w: Wording, held: Notice) -> list[Block]:
    """Whether a notice may be used, in words that cannot be overlooked."""
    at = w.given.printed_at
    out: list[Block] = []
    if held.status == "draft":
        out.append(banner("DRAFT, not approved. Not to be sent.", stop=True))
    elif held.status == "rejected":
        out.append(banner(f"REJECTED by {w.person(held.rejected_by)}: {held.rejected}", stop=True))
    elif held.status == "cancelled":
        out.append(banner(f"CANCELLED on {w.when(held.cancelled_at)}: {held.cancelled}", stop=True))
    elif held.status == "withdrawn":
        out.append(banner(f"WITHDRAWN on {w.when(held.withdrawn_at)}: {held.withdrawn}", stop=True))
    elif held.status == "suspended":
        over = " That time is over; somebody must resume or end it." if suspension_over(held, at) else ""
        out.append(
            banner(
                f"SUSPENDED until {w.when(held.suspended_until)}, not to be acted on: {held.suspended}{over}", stop=True
            )
        )
    elif held.stopped_by_order is not None:
        out.append(_stopped(w, held, held.stopped_by_order))
    elif held.status == "approved":
        out.append(banner("Approved, not yet published."))
    if held.status not in ENDED and expired(held, at):
        out.append(banner(f"EXPIRED on {w.when(held.expires_at)}. Not to be used.", stop=True))
    return out


def _stopped(w: Wording, held: Notice, by: str) -> Block:
    against = w.state.decisions.orders.get(by)
    if any(x.subject == held.id and x.order == by for x in w.state.decisions.waivers):
        return banner(f"Stopped by order {by}, since let out against it; not yet published.")
    giver = f" Only {w.person(against.given_by)} can let it out." if against else ""
    to = f" to {', '.join(held.stopped_audiences)}" if held.ledger else ""
    return banner(f"STOPPED, not to be sent{to}: it contradicts order {by} in force.{giver}", stop=True)


def _fact(w: Wording, held: Notice, fact: Shown) -> str | None:
    subject, area = w.state.subject, w.state.area
    seen = area.latest("lkp") or area.latest("pls")
    if fact == "age":
        return None if subject.age_years is None else f"{subject.age_years} years"
    if fact == "description":
        return ", ".join(t for t in (*_build(w), subject.description) if t) or None
    if fact == "last_seen_area":
        return held.area or w.state.report.jurisdiction or None
    if fact == "last_seen_time":
        return w.when(seen.at) if seen else None
    if fact == "last_seen_place":
        return w.point(seen)
    value: str | None = getattr(subject, fact)
    return value.replace("_", " ") if value and fact == "category" else value


def _build(w: Wording) -> list[str]:
    """Height, build, hair and eyes in words."""
    s = w.state.subject
    tall = [f"{s.height_cm:g} cm tall"] if s.height_cm is not None else []
    return [*tall, *([f"{s.build} build"] if s.build else []), *([f"{s.hair} hair"] if s.hair else []),
            *([f"{s.eyes} eyes"] if s.eyes else [])]  # fmt: skip


def _distribution(w: Wording, held: Notice, recalled: bool = False) -> Block:
    rows: list[list[str | None]] = []
    for r in held.ledger.values():
        row = [
            f"{r.audience}, from {r.via}" if r.via else r.audience,
            w.when(r.sent_at),
            w.when(r.acknowledged_at) or "not yet",
        ]
        if recalled:
            row += [w.when(r.recall_sent_at) or "not sent", w.when(r.recall_confirmed_at) or "not yet"]
        rows.append(row)
    heads = "Recipient*4|Sent*3|Received*3" + ("|Recall sent*3|Recall confirmed*3" if recalled else "")
    return table(heads, rows, "It has been sent to nobody.")


def _still_owed(held: Notice) -> list[Block]:
    waiting = [r for r in held.ledger.values() if r.recall_confirmed_at is None]
    unsent = [r.audience for r in waiting if r.recall_sent_at is None]
    if not waiting:
        return [para("Every recipient has confirmed the recall.", "strong")]
    owed = [para(f"The recall is still to be sent to: {', '.join(unsent)}.", "strong")] if unsent else []
    return [*owed, para(f"Still to confirm: {', '.join(r.audience for r in waiting)}.", "strong")]


def _line(w: Wording, held: Notice, r: Receipt) -> list[str | None]:
    who = [
        r.audience,
        *([f"republished, from {r.via or 'nobody knows whom'}"] if r.is_republisher else []),
        r.address,
        r.link,
    ]
    sent = [
        f"version {s.version}: "
        + ", ".join(t for t in (w.when(s.at), _means(s.means), s.proof, _file(s.proof_file)) if t)
        for s in r.sendings
    ]
    got = (
        [f"{w.when(r.acknowledged_at)}, version {r.acknowledged_version}", r.acknowledged_by]
        if r.acknowledged_at
        else ["not yet"]
    )
    if held.status not in ENDED:
        return [_lines(who), _lines(sent), _lines(got), "no recall", "no recall"]
    told_ = [w.when(r.recall_sent_at) or "not sent", _means(r.recall_means), r.recall_proof, _file(r.recall_proof_file)]
    reminded = [f"reminded {w.when(x.at)}" for x in r.reminders]
    back = [w.when(r.recall_confirmed_at) or "not yet", r.recall_confirmed_by, r.recall_confirmed_proof]
    return [_lines(who), _lines(sent), _lines(got), _lines([*told_, *reminded]), _lines(back)]


def _versions(w: Wording, held: Notice) -> Block:
    every = [*held.earlier, held.words(), *([held.pending] if held.pending else [])]
    rows: list[list[str | None]] = []
    for v in sorted(every, key=lambda v: v.version):
        fate = f"rejected by {w.person(v.rejected_by)}: {v.rejected}" if v.rejected is not None else (
            f"approved by {w.person(v.approved_by)} {w.when(v.approved_at) or ''}".strip() if v.approved_by else "not approved"
        )  # fmt: skip
        rows.append(
            [
                str(v.version),
                f"{v.title}\n{v.text}",
                v.reason or "first version",
                f"{w.person(v.drafted_by)}, {w.when(v.drafted_at)}",
                fate,
            ]
        )
    return table(">No.|Title and text*9|Why*4|Drafted*4|What became of it*4", rows, "")


def _decisions(w: Wording, held: Notice) -> Block:
    lines = []
    if held.suspended_at is not None:
        lines.append(f"Suspended on {w.when(held.suspended_at)} by {w.person(held.suspended_by)}: {held.suspended}")
    if held.withdrawn_at is not None:
        lines.append(f"Withdrawn on {w.when(held.withdrawn_at)} by {w.person(held.withdrawn_by)}: {held.withdrawn}")
    if held.cancelled_at is not None:
        by = f" by {w.person(held.cancelled_by)}" if held.cancelled_by else ""
        lines.append(f"Cancelled on {w.when(held.cancelled_at)}{by}: {held.cancelled}")
    lines += w.waivers(held.id)
    return bullets(lines) if lines else para("Nothing beyond drafting, approving and publishing.")


def _means(means: str | None) -> str:
    return "e-mail" if means == "e_mail" else (means or "").replace("_", " ")


def _file(proof_file: str) -> str:
    return f"file {proof_file[:12]}" if proof_file else ""


def _lines(parts: list[str]) -> str:
    return "\n".join(p for p in parts if p)
