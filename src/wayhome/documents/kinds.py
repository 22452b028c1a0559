"""Every document by name: what it is called, what it is for, and how it is drawn from a case.

The one way from a case to a PDF.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import InvalidInput, NotFound
from wayhome.base.record import Record
from wayhome.case.disclosure import PUBLIC_KINDS
from wayhome.case.notice import ENDED
from wayhome.documents import (
    after_action_sheet,
    assignment_sheet,
    closing_sheets,
    desk_sheets,
    figure_sheets,
    flyer,
    ics_people,
    ics_plan,
    ics_status,
    inquest,
    judgement_sheets,
    letter,
    notice_sheets,
    sar_forms,
    sheets,
)
from wayhome.documents.page import Frame, Paper, typeset
from wayhome.documents.paper_size import usual_paper
from wayhome.documents.wording import DECISION_AID, DocumentFacts, Wording, shortened

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

Needs = Literal[
    "assignment", "notice", "order", "suspension", "period", "team", "clue", "message", "handover", "reopening"
]
BLANK = "blank"  # asks for an empty form to write on
HEAD_LENGTH = 70  # characters of a title at the head of a page


class Kind(Record):
    """A kind of document: what it needs an id of (or None), which products and whether the map are in it.

    One that is `blank_too` can be printed empty, to be written on by hand; one not `listed` is part of a pile only; one
    that `is_internal` shows what is withheld from all others. One `after_find` is offered once somebody is found.
    """

    name: str
    title: str
    needs_for: Needs | None = None
    describe: Callable[[Wording, str | None], Paper]
    figures: tuple[str, ...] = ()
    has_map: bool = False
    blank_too: bool = False
    listed: bool = True
    has_photographs: bool = False
    is_internal: bool = False
    after_find: bool = False


KINDS: dict[str, Kind] = {
    k.name: k
    for k in (
        Kind(name="report", title="Missing-person report", describe=sheets.report),
        Kind(name="order", title="Order", needs_for="order", describe=sheets.order),
        Kind(name="assignment", title="Assignment sheet", needs_for="assignment", describe=assignment_sheet.assignment, has_map=True),
        Kind(name="plan", title="Next assignments", describe=figure_sheets.plan, figures=("plan",), has_map=True),
        Kind(name="wrong", title="Being wrong", describe=figure_sheets.wrong, figures=("wrong",)),
        Kind(name="poa", title="Probability map", describe=figure_sheets.poa, figures=("poa", "segments"), has_map=True),
        Kind(name="notice", title="Notice", needs_for="notice", describe=notice_sheets.notice, has_photographs=True),
        Kind(name="recall", title="Recall of a notice", needs_for="notice", describe=notice_sheets.recall),
        Kind(name="ledger", title="Ledger of a notice", needs_for="notice", describe=notice_sheets.ledger),
        Kind(name="flyer", title="Missing-person flyer", needs_for="notice", describe=flyer.flyer, has_photographs=True),
        Kind(name="evidence", title="What each statement and clue did", describe=judgement_sheets.evidence, figures=("evidence", "inquiries")),
        Kind(name="departure", title="Departure sheet", describe=judgement_sheets.departure, figures=("departure",)),
        Kind(name="suspension", title="Suspension letter", needs_for="suspension", describe=letter.suspension, figures=("poa", "departure")),
        Kind(name="handover", title="Handover", needs_for="handover", describe=closing_sheets.handover, figures=("poa", "segments"), has_map=True),
        Kind(name="reopening", title="Reopening", needs_for="reopening", describe=closing_sheets.reopening, figures=("poa",), has_map=True),
        Kind(name="closing", title="Closing report", describe=closing_sheets.closing, figures=("after_action",)),
        Kind(name="closing_annex", title="Closing report, internal annex", describe=closing_sheets.closing_annex, is_internal=True, after_find=True),
        Kind(name="after_action", title="After-action", describe=after_action_sheet.after_action, figures=("after_action",), after_find=True),
        Kind(name="log", title="Journal", describe=sheets.log),
        Kind(name="briefing", title="Briefing with photograph", describe=sar_forms.briefing, has_map=True, has_photographs=True),
        Kind(name="ics201", title="ICS 201 Incident Briefing", describe=ics_status.ics201, figures=("poa",), has_map=True),
        Kind(name="ics202", title="ICS 202 Incident Objectives", needs_for="period", describe=ics_plan.ics202),
        Kind(name="ics203", title="ICS 203 Organization Assignment List", needs_for="period", describe=ics_people.ics203),
        Kind(name="ics204", title="ICS 204 Assignment List", needs_for="assignment", describe=ics_plan.ics204, figures=("poa",), has_map=True, blank_too=True),
        Kind(name="ics205", title="ICS 205 Incident Radio Communications Plan", needs_for="period", describe=ics_plan.ics205),
        Kind(name="ics206", title="ICS 206 Medical Plan", needs_for="period", describe=ics_plan.ics206),
        Kind(name="ics208", title="ICS 208 Safety Message/Plan", needs_for="period", describe=ics_plan.ics208),
        Kind(name="ics209", title="ICS 209 Incident Status Summary", needs_for="period", describe=ics_status.ics209, figures=("poa",)),
        Kind(name="ics211", title="ICS 211 Incident Check-In List", describe=ics_people.ics211),
        Kind(name="ics213", title="ICS 213 General Message", needs_for="message", describe=ics_people.ics213, blank_too=True),
        Kind(name="ics214", title="ICS 214 Activity Log", needs_for="team", describe=ics_people.ics214, blank_too=True),
        Kind(name="ics215", title="ICS 215 Operational Planning Worksheet", needs_for="period", describe=ics_plan.ics215, figures=("segments",)),
        Kind(name="sar104", title="SAR 104 Team Assignment", needs_for="assignment", describe=sar_forms.sar104, figures=("poa", "segments"), has_map=True, blank_too=True),
        Kind(name="clue", title="Clue report", needs_for="clue", describe=sar_forms.clue, blank_too=True, has_photographs=True),
        Kind(name="inquest", title="What was known at a time", describe=inquest.inquest, figures=("poa",), has_map=True),
        Kind(name="matters", title="Open decisions", describe=desk_sheets.matters),
        Kind(name="radio", title="Radio and message log", describe=desk_sheets.radio),
        Kind(name="contents", title="Contents", describe=desk_sheets.contents, listed=False),
    )
}  # fmt: skip


def available(state: CaseState) -> list[tuple[str, str, tuple[str, ...] | None]]:
    """`(kind, title, ids)` of what a case can print now; ids is None where the document is for the whole case."""
    if state.status == "unopened":
        return []
    is_found = state.decisions.find is not None
    offered = [k for k in KINDS.values() if k.listed and (is_found or not k.after_find)]
    whole = [(k.name, k.title, _choices(k, state)) for k in offered]
    return [row for row in whole if row[2] != ()]


def _choices(kind: Kind, state: CaseState) -> tuple[str, ...] | None:
    """What a kind can be printed for: None for the whole case, nothing where there is nothing yet."""
    if kind.needs_for is None:
        return None
    ids = _ids(kind, state)
    if kind.needs_for == "period":
        return ids or None
    return (*ids, BLANK) if kind.blank_too else ids


def figures_of(kind: str) -> tuple[str, ...]:
    """Names of the products whose data a kind shows."""
    return _kind(kind).figures


def has_map(kind: str) -> bool:
    """Whether a kind shows the map."""
    return _kind(kind).has_map


def is_internal(kind: str) -> bool:
    """Whether a kind shows what is withheld from all others."""
    return _kind(kind).is_internal


def has_photographs(kind: str) -> bool:
    """Whether a kind may show photographs."""
    return _kind(kind).has_photographs


def render(kind: str, state: CaseState, *, for_id: str | None, facts: DocumentFacts) -> bytes:
    """The PDF of a kind; what a case does not know yet is said in it.

    Without `for_id` a kind that needs one takes the only one there is, of periods the last, and says so where
    there is none. ``blank`` asks for an empty form of the kinds that have one.

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
    if for_id == BLANK and made.blank_too:
        for_id, facts = None, facts.replace(map_png=None)  # room to sketch in
    elif made.needs_for is not None and for_id is None and ids:
        if len(ids) > 1 and made.needs_for != "period":
            raise InvalidInput(
                f"Say for which {made.needs_for} the document is: {', '.join(ids)}.", field="for", ids=list(ids)
            )
        for_id = ids[-1]
    wording = Wording(state, facts)
    paper = made.describe(wording, for_id)
    invented = "Invented case. " if state.report.invented else ""
    frame = Frame(
        head_left=shortened(paper.head or state.report.title or "Case without a title", HEAD_LENGTH),
        head_right=f"{invented}{paper.title}",
        foot_first=paper.foot or DECISION_AID,
        foot_second=f"Printed {wording.printed()} · record {facts.desk_head[:16]}, entry {state.seq} · Wayhome {facts.program_version}",
        author=shortened(wording.searcher(), HEAD_LENGTH), paper=facts.paper or usual_paper(state.report.time_zone),
    )  # fmt: skip
    return typeset(paper, frame, facts.map_png if made.has_map else None, facts.images)


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise NotFound(f'There is no document "{name}"; there are: {", ".join(KINDS)}.', document=name)
    return KINDS[name]


def _ids(kind: Kind, state: CaseState) -> tuple[str, ...]:
    if kind.name == "recall":
        return tuple(n.id for n in state.notices.notices.values() if n.status in ENDED)
    if kind.name == "flyer":
        return tuple(n.id for n in state.notices.notices.values() if n.kind in PUBLIC_KINDS and n.status not in ENDED)
    held: dict[str, Mapping[str, object]] = {
        "assignment": state.assignments.assignments,
        "notice": state.notices.notices,
        "order": state.decisions.orders,
        "suspension": state.decisions.suspensions,
        "period": state.assignments.periods,
        "team": state.people.teams,
        "clue": state.evidence.clues,
        "handover": state.ending.handovers,
        "reopening": state.ending.reopenings,
        "message": {m.id: m for m in state.messages.messages.values() if m.kind == "general"},
    }
    return tuple(held[kind.needs_for]) if kind.needs_for else ()
