"""What a paper is made of, and how it becomes a PDF.

Knows blocks (headings, tables, boxes, signatures) and typst. Refuses to know anything of a case. Text
travels as JSON beside the template, never as markup, so nobody's words can be run as code.
"""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import typst

from wayhome.base.record import Record

Block = dict[str, Any]
Tone = Literal["plain", "small", "strong"]

LONG_RUN = 20  # characters without a place to break, after which a line may break anywhere
# turn text around behind the reader's back: embeddings, overrides, isolates (Unicode Annex 9)
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
# Unicode ranges that the fonts inside typst (Libertinus Serif, DejaVu Sans Mono) were made for
_INSIDE = ((0x0000, 0x06FF), (0x10A0, 0x10FF), (0x1D00, 0x2BFF), (0xFB00, 0xFDFF), (0xFE70, 0xFFFF))


class Paper(Record):
    """A document before it is set: title, style and blocks from top to bottom.

    One of `one_page` is set in smaller letters where it would not fit, down to 7.5 points.
    """

    title: str
    style: Literal["form", "letter"] = "form"
    one_page: bool = False
    blocks: tuple[Block, ...]


class Frame(Record):
    """What stands on every page around a paper."""

    head_left: str
    head_right: str
    foot_first: str
    foot_second: str
    author: str


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


def picture(caption: str, height_mm: int) -> Block:
    """The map, with its caption, which readers of the screen hear too."""
    return {"type": "picture", "caption": caption, "height": height_mm}


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


def typeset(paper: Paper, frame: Frame, map_png: bytes | None = None) -> bytes:
    """The PDF; equal input gives equal bytes.

    Only the fonts inside typst are used, so that a paper looks the same on every machine. Where it holds
    letters that these lack (Chinese, Devanagari, ...), the machine's fonts are used too, and the paper
    says so.
    """
    about = {"title": paper.title, "style": paper.style, "one_page": paper.one_page}
    content = _printable({**frame.as_json(), **about, "blocks": list(paper.blocks)})
    if foreign := letters_beyond_fonts(json.dumps(content, ensure_ascii=False)):
        note = (
            f"This paper holds letters beyond the program's own fonts ({' '.join(foreign[:12])}). If they print as "
            "empty boxes, install a font that has them on this machine, such as Noto Sans CJK, and print again."
        )
        content["blocks"].append(para(note, "small"))
    words = {"page": json.dumps(content, ensure_ascii=False)}
    # words travel in memory; only the map must lie in a file for typst to read
    with tempfile.TemporaryDirectory(prefix="wayhome-") as folder:
        if map_png is not None:
            Path(folder, "map.png").write_bytes(map_png)
        made: bytes = typst.compile(  # type: ignore[call-overload]  # its stubs tie root to the type of the input
            _template(), root=folder, format="pdf", ignore_system_fonts=not foreign, sys_inputs=words
        )
    return made


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
