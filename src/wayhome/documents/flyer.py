"""The flyer of a missing person: one page to hang up, with photograph, number to call and a code that leads to the page.

Shows exactly what its notice shows. The code holds the address that somebody gave, never one made up.
"""

from __future__ import annotations

import io

import segno

from wayhome.case.disclosure import PUBLIC_KINDS
from wayhome.case.fact import found
from wayhome.case.notice import ENDED, Notice
from wayhome.documents.notice_sheets import head, photograph, standing, told
from wayhome.documents.page import Block, Paper, banner, columns, enlarged, facts, image, para, poster
from wayhome.documents.sheets import nothing
from wayhome.documents.wording import Wording

HEADS = {"missing_notice": "MISSING", "public_appeal": "HAVE YOU SEEN THIS PERSON?"}
QR_MM = 38
FOOT = (
    "When they are found: take this down, delete copies, and remove posts. Share the link, not a picture of this page."
)


def flyer(w: Wording, for_id: str | None) -> Paper:
    """The flyer of a missing notice or public appeal."""
    title = "Missing-person flyer"
    if for_id is None:
        return nothing(title, "No missing notice and no public appeal has been drafted yet.")
    held: Notice = found(w.state.notices.notices, for_id, "notice")
    if held.kind not in PUBLIC_KINDS:
        return nothing(
            title, f"{held.id} is a {held.kind.replace('_', ' ')}: it is not for the public, and has no flyer."
        )
    if held.status in ENDED:
        why = f"{held.id} is {held.status}: there is no flyer of it any more. Take down what hangs."
        return Paper(title=title, head=head(w), blocks=(poster("TAKE THIS DOWN", 2.4), banner(why, stop=True)))
    name = w.state.subject.name if "name" in held.shows else None
    blocks: list[Block] = [*standing(w, held), poster(HEADS[held.kind], 3.4 if held.kind == "missing_notice" else 2.4)]
    blocks += [poster(name, 2.6)] if name else []
    if "photograph" in held.shows:
        blocks.append(photograph(w, held, 105))
    rows = [(label, value) for label, value in told(w, held) if label != "Name"]
    blocks.append(enlarged(1.6, *([facts(rows, 52)] if rows else []), para(held.text)))
    blocks.append(_reach(w, held))
    blocks.append(para(_validity(w, held), "small"))
    images = {"qr": code(held.link)} if held.link else {}
    return Paper(
        title=f"{title} {held.id}", one_page=True, head=head(w), foot=FOOT, blocks=tuple(blocks), images=images
    )


def code(link: str) -> bytes:
    """The QR code of an address as PNG; it can still be read with 15 % of it damaged (level M)."""
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="png", scale=12, border=4)
    return out.getvalue()


def _reach(w: Wording, held: Notice) -> Block:
    left: list[Block] = [para("No number to call: the notice has none.", "small")]
    if held.contact:
        left = [poster("If you have seen them, call", 1.6), poster(held.contact, 2.8)]
    if not held.link:
        return columns(left, [para("No QR code: the notice has no link.", "small")], (3, 1))
    right: list[Block] = [
        image("qr", QR_MM),
        para(held.link, "small"),
        para("News, and whether this still holds.", "small"),
    ]
    return columns(left, right, (3, 2))


def _validity(w: Wording, held: Notice) -> str:
    published = f"published {w.when(held.published_at)}" if held.published_at else "not published yet"
    until = f"valid until {w.when(held.expires_at)}" if held.expires_at else "no end set"
    return f"Notice {held.id}, version {held.version} · {published} · {until} · {w.searcher()}"
