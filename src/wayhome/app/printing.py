"""Papers of a case: one document with all that it needs, a user's own form filled, and everything at once as one PDF.

Gathers state, figures, map and pictures for a paper. Decides nothing; what cannot be printed is named, never dropped.
"""

from __future__ import annotations

import io
import logging
import re
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wayhome.base.errors import InvalidInput, NotFound, WayhomeError
from wayhome.base.record import Record

if TYPE_CHECKING:
    from datetime import datetime

    from pypdf import PdfWriter

    from wayhome.app.desk import App
    from wayhome.base.place import Position
    from wayhome.case.state import CaseState
    from wayhome.documents import DocumentFacts
    from wayhome.documents.filling import Filled, FormField
    from wayhome.documents.page import PaperSize


_log = logging.getLogger(__name__)
POINTS_PER_MM = 72.0 / 25.4
STAMP_FROM_MM = (14.0, 12.5)  # right and bottom edge of the sheet: beside the line on who decides


PHOTOGRAPH_PX = 900  # sharp at 75 mm on paper
KEPT_PHOTOGRAPHS = 64
_SMALL: dict[str, bytes] = {}  # by content hash, so it never grows stale
_SMALL_LOCK = threading.Lock()


class Printed(Record):
    """One paper of the pile: what it is, its PDF, or why there is none."""

    title: str
    content: bytes | None = None
    why: str = ""


def paper_size(text: str | None) -> PaperSize | None:
    """A paper size as people name it; None for the usual one where the case is."""
    from wayhome.documents.page import PAPER_SIZES

    if not text:
        return None
    wanted = text.strip().lower().removeprefix("us-").removeprefix("us ")
    for size in PAPER_SIZES:
        if size == wanted:
            return size
    raise InvalidInput(f'paper: "{text}" is no paper size; write {" or ".join(PAPER_SIZES)}.', field="paper")


def document(
    app: App, case: str, kind: str, *, for_id: str | None = None, as_of: datetime | None = None, paper: str | None = None
) -> bytes:  # fmt: skip
    """A typeset PDF of a case; what is missing is said in it."""
    from wayhome import documents

    gathered = _Gathered(app, case, as_of, paper_size(paper))
    state = app.state(case, as_of) if documents.is_internal(kind) else gathered.state
    return documents.render(kind, state, for_id=for_id, facts=gathered.facts(kind, for_id))


class _Gathered:
    """What papers of one case at one time are printed from; each figure is computed once."""

    def __init__(self, app: App, case: str, as_of: datetime | None, paper: PaperSize | None) -> None:
        self.app, self.case, self.as_of, self.paper = app, case, as_of, paper
        self.state = app.shown(case, as_of)
        self._figures: dict[str, Any] = {}
        self._maps: dict[tuple[Position, ...], bytes] = {}

    def facts(self, kind: str, for_id: str | None = None) -> DocumentFacts:
        """All that a kind needs beside the state."""
        from wayhome import __version__, documents

        figures: dict[str, Any] = {name: self._figure(name) for name in documents.figures_of(kind)}
        if kind == "log":
            figures["log"] = self.app.log(self.case, self.as_of)
        if kind == "inquest":
            from wayhome.documents.inquest import known_by

            figures["inquest"] = known_by(self.app.log(self.case), self.as_of or self.app.now())
        if kind == "matters":
            found = self.app.agenda(self.state, self.as_of)
            figures["matters"] = {"rows": [{"what": m.what, "command": m.command} for m in found]}
        pictures = images(self.app, self.state) if documents.has_photographs(kind) else {}
        if kind == "closing":
            from wayhome.app.after_action import maps_of_decisions

            rows, pictures = maps_of_decisions(self.app, self.case, self.as_of)
            figures["decided"] = {"rows": rows}
        drawn = None
        if documents.has_map(kind):
            try:
                drawn = self.map(self._ground(kind, for_id))
            except WayhomeError as error:  # a paper without its map says why, and is a paper still
                figures.setdefault("poa", {"missing": error.message})
        heads = self.app.journal.heads(self.case)
        return documents.DocumentFacts(
            printed_at=self.app.now(), desk_head=heads.get(self.app.journal.desk, next(iter(heads.values()))),
            program_version=__version__, map_png=drawn, map_caption="" if drawn is None else f"As of entry {self.state.seq}.",
            figures=figures, images=pictures, paper=self.paper,
        )  # fmt: skip

    def _ground(self, kind: str, for_id: str | None) -> tuple[Position, ...]:
        """The ring that a paper is about: the segment of its assignment; empty for the whole map."""
        from wayhome import documents

        held = self.state.assignments.assignments
        if documents.KINDS[kind].needs_for != "assignment" or not held:
            return ()
        task = held.get(for_id or "") or (next(iter(held.values())) if for_id is None and len(held) == 1 else None)
        return self.state.area.segments[task.segment].ring if task is not None else ()

    def map(self, around: tuple[Position, ...] = ()) -> bytes | None:
        """The printed map, whole or round a ring; None before there is a place."""
        from wayhome.app import pictures

        if self.state.area.ipp is None:
            return None
        if around not in self._maps:
            self._maps[around] = pictures.map_png(self.app, self.state, around=around)
        return self._maps[around]

    def _figure(self, name: str) -> dict[str, Any]:
        if name not in self._figures:
            try:
                made = self.app.product(self.case, name, as_of=self.as_of)
                self._figures[name] = {**made.data, "caveats": list(made.caveats), "key": made.key}
            except WayhomeError as error:
                self._figures[name] = {"missing": error.message}
        found: dict[str, Any] = self._figures[name]
        return found


def images(app: App, state: CaseState) -> dict[str, bytes]:
    """The standing photographs by their ids, small and without what the camera wrote; one that is gone is left out."""
    out = {}
    for photo in state.photographs.standing():
        try:
            out[photo.id] = _small(app, photo.blob)
        except WayhomeError:
            continue  # the paper shows an empty frame in its place
    return out


def _small(app: App, blob: str) -> bytes:
    from wayhome.files.photo import copy_for_others

    with _SMALL_LOCK:
        if blob not in _SMALL:
            if len(_SMALL) >= KEPT_PHOTOGRAPHS:
                _SMALL.pop(next(iter(_SMALL)))
            _SMALL[blob] = copy_for_others(app.blobs.get(blob), PHOTOGRAPH_PX)
        return _SMALL[blob]


# -- a user's own form ----------------------------------------------------------------------------


def form_fields(content: bytes, name: str) -> tuple[FormField, ...]:
    """The fields of a fillable PDF."""
    from wayhome.documents.filling import form_fields as fields

    return fields(content, name)


def starter_mapping(fields: tuple[FormField, ...], name: str) -> str:
    """A mapping file to start from."""
    from wayhome.documents.filling import starter_mapping as start

    return start(fields, name)


def fill_form(
    app: App, case: str, form: bytes, form_name: str, mapping: bytes, mapping_name: str, *,
    for_id: str | None = None, as_of: datetime | None = None, flatten: bool = False,
) -> Filled:  # fmt: skip
    """A user's own form filled from a case by a mapping file; `for_id` is what `this` means in it."""
    from wayhome.documents.filling import fill, read_mapping
    from wayhome.documents.wording import Wording

    gathered = _Gathered(app, case, as_of, None)
    wanted = read_mapping(mapping, mapping_name)
    this = None if for_id is None else _thing(gathered.state, for_id)
    return fill(form, form_name, wanted, Wording(gathered.state, gathered.facts("report")), this, flatten=flatten)


def _thing(state: CaseState, key: str) -> Record:
    """The assignment, notice, clue, ... of an id."""
    books: list[Mapping[str, Record]] = [
        state.assignments.assignments, state.assignments.periods, state.notices.notices, state.decisions.orders,
        state.decisions.suspensions, state.evidence.clues, state.evidence.statements, state.people.teams, state.area.segments,
    ]  # fmt: skip
    for book in books:
        if key in book:
            return book[key]
    raise NotFound(f'There is nothing with the number "{key}" in this case to fill a form for.', key=key)


def file_name(title: str) -> str:
    """A title as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-").lower()


# -- everything at once ---------------------------------------------------------------------------


def pile(state: CaseState) -> list[tuple[str, str | None]]:
    """`(kind, for)` of every paper that a desk needs to go on without power, the most urgent first."""
    from wayhome.case.notice import ENDED

    tasks = [a for a in state.assignments.assignments.values() if a.is_open]
    out = [a.id for a in sorted(tasks, key=lambda a: not a.is_out)]
    live = [n.id for n in state.notices.notices.values() if n.status not in ("draft", *ENDED)]
    orders = [o.id for o in state.decisions.in_force()]
    pending = [p.id for p in state.decisions.suspensions.values()]
    wanted: list[tuple[str, str | None]] = [
        ("briefing", None), ("ics201", None), *(("sar104", a) for a in out), ("poa", None), ("plan", None),
        ("ics205", None), ("ics206", None), ("ics208", None), ("ics202", None), ("ics203", None), ("ics211", None),
        *(("order", o) for o in orders), ("matters", None), *((kind, n) for n in live for kind in ("notice", "ledger")), *(("suspension", p) for p in pending[-1:]),
        ("report", None), ("radio", None), *(("ics214", t.id) for t in state.people.teams.values() if t.status == "working"),
    ]  # fmt: skip
    blank = [("sar104", "blank")] * 3 + [("ics213", "blank")] * 2 + [("ics214", "blank")] * 2 + [("clue", "blank")] * 2
    return [*wanted, *blank]


def print_all(app: App, case: str, *, as_of: datetime | None = None, paper: str | None = None) -> bytes:
    """One PDF with a contents page and all papers of `pile`; one that fails is named there and the rest still prints."""
    papers = printed_papers(app, case, as_of=as_of, paper=paper)
    return merged(app, case, papers, as_of=as_of, paper=paper)


def printed_papers(
    app: App, case: str, *, as_of: datetime | None = None, paper: str | None = None
) -> list[Printed]:  # fmt: skip
    """Each paper of the pile, or why there is none; equal blank forms are typeset once."""
    from wayhome import documents

    gathered = _Gathered(app, case, as_of, paper_size(paper))
    state = gathered.state
    made: dict[tuple[str, str | None], Printed] = {}
    out = []
    for kind, for_id in pile(state):
        if kind not in documents.KINDS:
            continue
        if (kind, for_id) not in made:
            title = documents.KINDS[kind].title + (f" {for_id}" if for_id else "")
            try:
                content = documents.render(kind, state, for_id=for_id, facts=gathered.facts(kind, for_id))
                made[kind, for_id] = Printed(title=title, content=content)
            except WayhomeError as error:
                made[kind, for_id] = Printed(title=title, why=error.message)
            except Exception as error:  # a bug; the power is failing, and one broken paper must not cost the others
                _log.exception("bug in the paper %s of %s at entry %s", kind, case, state.seq)
                made[kind, for_id] = Printed(title=title, why=f"the program failed ({type(error).__name__})")
        out.append(made[kind, for_id])
    return out


def merged(app: App, case: str, papers: list[Printed], *, as_of: datetime | None, paper: str | None) -> bytes:
    """The papers one after another, with a contents page and bookmarks in front."""
    from pypdf import PdfReader, PdfWriter

    from wayhome import documents

    read = [(p, PdfReader(io.BytesIO(p.content)) if p.content is not None else None) for p in papers]
    gathered = _Gathered(app, case, as_of, paper_size(paper))
    # the contents page says where each paper begins; how many pages it takes itself is known once it is set
    pages = 1
    while True:
        rows, at = [], pages + 1
        for made, pdf in read:
            rows.append({"title": made.title, "page": at if pdf is not None else None, "why": made.why})
            at += len(pdf.pages) if pdf is not None else 0
        facts = gathered.facts("contents").replace(figures={"contents": {"rows": rows, "pages": at - 1}})
        front = PdfReader(io.BytesIO(documents.render("contents", gathered.state, for_id=None, facts=facts)))
        if len(front.pages) == pages:
            break
        pages = len(front.pages)
    writer = PdfWriter()
    writer.append(front, outline_item="Contents")
    for made, pdf in read:
        if pdf is not None:
            writer.append(pdf, outline_item=made.title)
    _number(writer)
    for _ in range(
        4
    ):  # the map is in many papers, and blank forms are equal; what holds equal parts is equal a turn later
        writer.compress_identical_objects()
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _number(writer: PdfWriter) -> None:
    """Write the sheet's number at the foot of every sheet: on paper a contents page is worth nothing without."""
    from pypdf import PdfReader, Transformation

    from wayhome.documents.page import STAMP_MM, sheet_numbers

    width_pt = STAMP_MM[0] * POINTS_PER_MM
    stamps = PdfReader(io.BytesIO(sheet_numbers(len(writer.pages))))
    for page, stamp in zip(writer.pages, stamps.pages, strict=True):
        left = float(page.mediabox.width) - width_pt - STAMP_FROM_MM[0] * POINTS_PER_MM
        page.merge_transformed_page(stamp, Transformation().translate(left, STAMP_FROM_MM[1] * POINTS_PER_MM))
