"""What a paper is made of, and how it becomes a PDF.

Knows blocks (headings, tables, boxes, signatures) and typst. Refuses to know anything of a case. Text
travels as JSON beside the template, never as markup, so nobody's words can be run as code.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import typst
from PIL import Image

from wayhome.base.record import Record

Block = dict[str, Any]
Tone = Literal["plain", "small", "strong"]
PaperSize = Literal["a4", "letter"]
PAPER_SIZES: dict[PaperSize, str] = {"a4": "A4", "letter": "US Letter"}

LONG_RUN = 20  # characters without a place to break, after which a line may break anywhere
# turn text around behind the reader's back: embeddings, overrides, isolates (Unicode Annex 9)
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
# Unicode ranges that the fonts inside typst (Libertinus Serif, DejaVu Sans Mono) were made for
_INSIDE = ((0x0000, 0x06FF), (0x10A0, 0x10FF), (0x1D00, 0x2BFF), (0xFB00, 0xFDFF), (0xFE70, 0xFFFF))


class Paper(Record):
    """A document before it is set: title, style and blocks from top to bottom.

    One of `one_page` is set in smaller letters where it would not fit, down to 7.5 points. `images` are
    pictures that the paper drew itself (a QR code), by the names that its blocks use.
    `head` and `foot` stand in place of the title of the case and of the line on who decides.
    """

    title: str
    style: Literal["form", "letter", "ics"] = "form"
    one_page: bool = False
    landscape: bool = False
    blocks: tuple[Block, ...]
    images: dict[str, bytes] = {}
    head: str = ""
    foot: str = ""


class Frame(Record):
    """What stands on every page around a paper, and the size of the sheet."""

    head_left: str
    head_right: str
    foot_first: str
    foot_second: str
    author: str
    paper: PaperSize = "a4"


def heading(text: str, level: int = 2) -> Block:
    """A heading; level 1 is the paper's title."""
    return {"type": "heading", "text": text, "level": level}


def para(text: str, tone: Tone = "plain") -> Block:
    """A paragraph; newlines break lines."""
    return {"type": "para", "text": text, "tone": tone}


def quote(text: str, large: bool = False) -> Block:
    """Somebody's own words, set apart; large where they are the point of the paper."""
    return {"type": "quote", "text": text, "large": large}


def facts(rows: list[tuple[str, str | list[str] | None]], width_mm: int = 42) -> Block:
    """Labels with values; None prints as "not recorded", an empty list as "none"."""
    return {"type": "facts", "rows": [list(r) for r in rows], "width": width_mm}


def table(columns: str, rows: list[list[str | None]], empty: str) -> Block:
    """A table; `columns` reads ``"Team|Segment*3|>POS"``: `*n` a share of the width, `>` right aligned."""
    heads = []
    for text in columns.split("|"):
        title, _, share = text.partition("*")
        heads.append({"title": title.removeprefix(">"), "right": title.startswith(">"), "share": int(share or 0)})
    assert all(len(row) == len(heads) for row in rows), "a row has as many cells as there are columns"
    return {"type": "table", "columns": heads, "rows": rows, "empty": empty}


def columns(left: list[Block], right: list[Block], shares: tuple[int, int] = (1, 1)) -> Block:
    """Blocks side by side, the widths in the ratio of `shares`."""
    return {"type": "columns", "parts": [left, right], "shares": list(shares)}


def bullets(items: list[str]) -> Block:
    """A list of short sentences."""
    return {"type": "bullets", "items": items}


def banner(text: str, stop: bool = False) -> Block:
    """A framed remark that must not be overlooked; `stop` where a paper must not be used."""
    return {"type": "banner", "text": text, "stop": stop}


def box(label: str, value: str | list[str] | None, span: int = 12, *, large: bool = False, room_mm: int = 0) -> Block:
    """A box of a form, `span` twelfths wide; with `room_mm` an unknown value is left blank to write in."""
    return {"label": label, "value": value, "span": span, "large": large, "room": room_mm}


def boxes(*cells: Block) -> Block:
    """Boxes of a form, row by row; the spans of each row sum to 12."""
    assert sum(c["span"] for c in cells) % 12 == 0, "a row of boxes is twelve wide"
    return {"type": "boxes", "cells": list(cells)}


def picture(caption: str, height_mm: int, label: str = "") -> Block:
    """The map, with its caption, which readers of the screen hear too; on a form in a box of its own with a label."""
    return {"type": "picture", "caption": caption, "height": height_mm, "label": label}


def image(name: str, height_mm: int, caption: str = "") -> Block:
    """A picture by the name under which it is given; where there is none, or none that can be read, a frame says so."""
    assert name.replace("_", "").replace("-", "").isalnum(), "the name of a picture becomes a file name"
    return {"type": "image", "name": name, "height": height_mm, "caption": caption}


def poster(text: str, scale: float) -> Block:
    """Large bold words in the middle, to be read from afar; `scale` times the size of the text."""
    return {"type": "poster", "text": text, "scale": scale}


def enlarged(scale: float, *parts: Block) -> Block:
    """Blocks in letters so many times as large, for a paper that hangs on a wall."""
    return {"type": "enlarged", "scale": scale, "parts": list(parts)}


def form_title(text: str) -> Block:
    """The title over a form, in the middle."""
    return {"type": "form_title", "text": text}


def band(text: str) -> Block:
    """A shaded line across a form that opens a part of it."""
    return {"type": "band", "text": text}


def grid(title: str, columns: str, rows: list[list[str | None]], *, least: int = 0, row_mm: float = 7) -> Block:
    """A ruled table of a form with its title, at least `least` rows long: what nobody knows stays blank to write in.

    `columns` as in `table`.
    """
    made = table(columns, rows, "")
    blank: list[list[str | None]] = [[None] * len(made["columns"])] * max(0, least - len(rows))
    return {**made, "type": "grid", "title": title, "rows": [*rows, *blank], "height": row_mm}


def page_break() -> Block:
    """What follows starts on a new page."""
    return {"type": "page_break"}


def bar(parts: list[tuple[str, float]]) -> Block:
    """A bar of labelled shares in [0, 1]."""
    return {"type": "bar", "parts": [{"label": label, "share": share} for label, share in parts]}


def pairs(rows: list[tuple[str, float, float]]) -> Block:
    """Bars under each other: a label, a part (filled) and the whole (outlined) in [0, 1], part at most the whole."""
    return {"type": "pairs", "rows": [{"label": label, "part": part, "whole": whole} for label, part, whole in rows]}


def signatures(*lines: str, room_mm: int = 12) -> Block:
    """Lines to sign on, side by side, with room above."""
    return {"type": "signatures", "lines": list(lines), "room": room_mm}


def letterhead(*, organisation: str, under: str, to: list[str], date: str, subject: str) -> Block:
    """The top of a letter."""
    return {
        "type": "letterhead",
        "organisation": organisation,
        "under": under,
        "to": to,
        "date": date,
        "subject": subject,
    }


def typeset(
    paper: Paper, frame: Frame, map_png: bytes | None = None, images: Mapping[str, bytes] | None = None
) -> bytes:
    """The PDF; equal input gives equal bytes.

    Only the fonts inside typst are used, so that a paper looks the same on every machine. Where it holds
    letters that these lack (Chinese, Devanagari, ...), the machine's fonts are used too, and the paper
    says so.
    """
    pictures = {n: b for n, b in {**(images or {}), **paper.images}.items() if _is_picture(b)}
    about = {"title": paper.title, "style": paper.style, "one_page": paper.one_page, "landscape": paper.landscape}
    content = _printable({**frame.as_json(), **about, "images": list(pictures), "blocks": list(paper.blocks)})
    if foreign := letters_beyond_fonts(json.dumps(content, ensure_ascii=False)):
        note = (
            f"This paper holds letters beyond the program's own fonts ({' '.join(foreign[:12])}). If they print as "
            "empty boxes, install a font that has them on this machine, such as Noto Sans CJK, and print again."
        )
        content["blocks"].append(para(note, "small"))
    words = {"page": json.dumps(content, ensure_ascii=False)}
    # words travel in memory; only pictures must lie in files for typst to read
    with tempfile.TemporaryDirectory(prefix="wayhome-") as folder:
        for name, held in {**pictures, **({} if map_png is None else {"map": map_png})}.items():
            Path(folder, f"{name}.png").write_bytes(held)
        made: bytes = typst.compile(  # type: ignore[call-overload]  # its stubs tie root to the type of the input
            _template(), root=folder, format="pdf", ignore_system_fonts=not foreign, sys_inputs=words
        )
    return made


STAMP_MM = (40.0, 5.0)


def sheet_numbers(count: int) -> bytes:
    """A PDF of `count` slips of `STAMP_MM`, each with its number, to be laid over the sheets of a pile."""
    slips = (
        f"#set page(width: {STAMP_MM[0]}mm, height: {STAMP_MM[1]}mm, margin: 0mm, fill: none)\n"
        '#set text(font: "Libertinus Serif", size: 8pt, weight: "bold")\n'
        f'#for n in range(1, {count + 1}) {{ align(right + horizon, "sheet " + str(n)); if n < {count} {{ pagebreak() }} }}'
    )
    made: bytes = typst.compile(slips.encode(), format="pdf", ignore_system_fonts=True)
    return made


def _is_picture(content: bytes) -> bool:
    """Whether a picture can be drawn; one broken file must not cost the paper."""
    try:
        with Image.open(io.BytesIO(content)) as held:
            held.load()
            return held.format in ("PNG", "JPEG", "GIF", "WEBP")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


def letters_beyond_fonts(text: str) -> list[str]:
    """Letters of a text for which the fonts inside typst were not made, each once, in order."""
    return list(dict.fromkeys(c for c in text if not any(low <= ord(c) <= high for low, high in _INSIDE)))


@cache
def _template() -> bytes:
    return resources.files(__package__).joinpath("page.typ").read_bytes()


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {k: _printable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(v) for v in value]
    return value


def _text(value: str) -> str:
    value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    kept = "".join(
        "\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c
        for c in value
        if ord(c) not in _TURNING and (c == "\n" or unicodedata.category(c) != "Cc")
    )
    # a run that cannot break would leave the paper at its right edge
    return re.sub(rf"\S{{{LONG_RUN}}}(?=\S)", "\\g<0>\u200b", kept)
