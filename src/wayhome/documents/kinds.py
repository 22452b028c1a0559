"""Every document by name: what it is called, what it is for, and how it is drawn from a case.

The one way from a case to a PDF.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import InvalidInput, NotFound
from wayhome.base.record import Record
from wayhome.documents import assignment_sheet, figure_sheets, judgement_sheets, letter, sheets
from wayhome.documents.page import Frame, Paper, typeset
from wayhome.documents.wording import DECISION_AID, DocumentFacts, Wording, shortened

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

Needs = Literal["assignment", "notice", "order", "suspension"]
HEAD_LENGTH = 70  # characters of a title at the head of a page


class Kind(Record):
    """A kind of document: what it needs an id of (or None), which products and whether the map are in it."""

    name: str
    title: str
    needs_for: Needs | None = None
    describe: Callable[[Wording, str | None], Paper]
    figures: tuple[str, ...] = ()
    has_map: bool = False


KINDS: dict[str, Kind] = {
    k.name: k
    for k in (
        Kind(name="report", title="Missing-person report", describe=sheets.report),
        Kind(name="order", title="Order", needs_for="order", describe=sheets.order),
        Kind(name="assignment", title="Assignment sheet", needs_for="assignment", describe=assignment_sheet.assignment, has_map=True),
        Kind(name="plan", title="Next assignments", describe=figure_sheets.plan, figures=("plan",), has_map=True),
        Kind(name="wrong", title="Being wrong", describe=figure_sheets.wrong, figures=("wrong",)),
        Kind(name="poa", title="Probability map", describe=figure_sheets.poa, figures=("poa", "segments"), has_map=True),
        Kind(name="notice", title="Notice", needs_for="notice", describe=sheets.notice),
        Kind(name="recall", title="Recall of a notice", needs_for="notice", describe=sheets.recall),
        Kind(name="evidence", title="What each statement and clue did", describe=judgement_sheets.evidence, figures=("evidence", "inquiries")),
        Kind(name="departure", title="Departure sheet", describe=judgement_sheets.departure, figures=("departure",)),
        Kind(name="suspension", title="Suspension letter", needs_for="suspension", describe=letter.suspension, figures=("poa", "departure")),
        Kind(name="log", title="Journal", describe=sheets.log),
    )
}  # fmt: skip


def available(state: CaseState) -> list[tuple[str, str, tuple[str, ...] | None]]:
    """`(kind, title, ids)` of what a case can print now; ids is None where the document is for the whole case."""
    if state.status == "unopened":
        return []
    whole = [(k.name, k.title, None if k.needs_for is None else _ids(k, state)) for k in KINDS.values()]
    return [row for row in whole if row[2] != ()]


def figures_of(kind: str) -> tuple[str, ...]:
    """Names of the products whose data a kind shows."""
    return _kind(kind).figures


def has_map(kind: str) -> bool:
    """Whether a kind shows the map."""
    return _kind(kind).has_map


def render(kind: str, state: CaseState, *, for_id: str | None, facts: DocumentFacts) -> bytes:
    """The PDF of a kind; what a case does not know yet is said in it.

    Without `for_id` a kind that needs one takes the only one there is, and says so where there is none.

    Raises
    ------
    NotFound
        No such kind, or no such assignment, notice, order or suspension.
    InvalidInput
        `for_id` is needed to choose between several, or given where nothing is to be chosen.
    """
    made = _kind(kind)
    ids = _ids(made, state)
    if made.needs_for is None and for_id is not None:
        raise InvalidInput(f'A {made.title.lower()} is for the whole case; leave out "{for_id}".', field="for")
    if made.needs_for is not None and for_id is None and ids:
        if len(ids) > 1:
            raise InvalidInput(
                f"Say for which {made.needs_for} the document is: {', '.join(ids)}.", field="for", ids=list(ids)
            )
        for_id = ids[0]
    wording = Wording(state, facts)
    paper = made.describe(wording, for_id)
    invented = "Invented case. " if state.report.invented else ""
    frame = Frame(
        head_left=shortened(state.report.title or "Case without a title", HEAD_LENGTH),
        head_right=f"{invented}{paper.title}",
        foot_first=DECISION_AID,
        foot_second=f"Printed {wording.printed()} · record {facts.desk_head[:16]}, entry {state.seq} · Wayhome {facts.program_version}",
        author=shortened(wording.searcher(), HEAD_LENGTH),
    )
    return typeset(paper, frame, facts.map_png if made.has_map else None)


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise NotFound(f'There is no document "{name}"; there are: {", ".join(KINDS)}.', document=name)
    return KINDS[name]


def _ids(kind: Kind, state: CaseState) -> tuple[str, ...]:
    if kind.name == "recall":
        return tuple(n.id for n in state.notices.notices.values() if n.status == "cancelled")
    held: dict[str, Mapping[str, object]] = {
        "assignment": state.assignments.assignments,
        "notice": state.notices.notices,
        "order": state.decisions.orders,
        "suspension": state.decisions.suspensions,
    }
    return tuple(held[kind.needs_for]) if kind.needs_for else ()
