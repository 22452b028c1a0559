"""What needs a decision now, and since when; computed from the state, never stored.

Each matter names the command that settles it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from wayhome.base.record import Record
from wayhome.case.clocks import ClockKind, clocks
from wayhome.case.state import CaseState

Urgency = Literal["now", "soon", "open"]
SOON = timedelta(hours=1)
ALWAYS_SHOWN: tuple[ClockKind, ...] = ("outing", "risk_review")  # however far off


class Matter(Record):
    """Something that waits for a person."""

    what: str
    command: str
    about: str = ""
    whom: str = ""  # the one person who can settle it, where it is not anybody with the right
    since: datetime | None = None
    due: datetime | None = None
    urgency: Urgency = "open"


def agenda(state: CaseState, at: datetime) -> tuple[Matter, ...]:
    """All open matters, the most urgent first."""
    if state.status in ("unopened",):
        return ()
    found: list[Matter] = [*_recalls(state), *_stopped(state), *_timed(state, at)]
    if state.status == "active":
        found += [*_beginnings(state), *_outings(state), *_inquiries(state), *_suspension(state)]
    order = {"now": 0, "soon": 1, "open": 2}
    return tuple(sorted(found, key=lambda m: (order[m.urgency], (m.since or at).timestamp())))


def _beginnings(state: CaseState) -> list[Matter]:
    out: list[Matter] = []
    if state.area.ipp is None:
        out.append(
            Matter(what="Mark where the subject was last seen or known to be.", command="mark_point", urgency="now")
        )
    if state.subject.category is None:
        out.append(Matter(what="Name the subject's category, for the law of distance.", command="describe_subject"))
    if state.subject.risk is None:
        out.append(Matter(what="Assess the risk to the subject.", command="assess_risk", urgency="now"))
    if not state.scenarios.scenarios:
        out.append(Matter(what="Set the scenarios and their weights; until then only \"lost\" is planned for.",
                          command="set_scenarios", urgency="soon"))  # fmt: skip
    if state.area.ipp is not None and not state.area.live_segments():
        out.append(Matter(what="Draw segments that teams can search.", command="draw_segment"))
    return out


def _timed(state: CaseState, at: datetime) -> list[Matter]:
    """Every clock that a command settles and that is over, near, or out in the field."""
    out: list[Matter] = []
    for c in clocks(state, at):
        near = c.due - at <= SOON
        if c.command and (c.is_over(at) or near or c.kind in ALWAYS_SHOWN):
            urgency: Urgency = "now" if c.is_over(at) else "soon" if near else "open"
            out.append(Matter(what=c.says(at), command=c.command, about=c.about, due=c.due, urgency=urgency))
    return out


def _outings(state: CaseState) -> list[Matter]:
    out: list[Matter] = []
    for a in state.assignments.assignments.values():
        team = state.people.teams[a.team].name
        if a.status == "draft":
            against = state.decisions.contradictions(a.id, a.permits, a.task)
            if against:
                out.append(Matter(what=f"{a.id} contradicts order {against[0].id}.", command="waive_contradiction",
                                  about=a.id, whom=against[0].given_by, urgency="now"))  # fmt: skip
            else:
                out.append(Matter(what=f"Dispatch {team} on {a.id}.", command="dispatch_assignment", about=a.id))
        elif a.status == "dispatched" and not a.hours_planned:  # with a planned duration it has a clock
            out.append(Matter(what=f"{team} is out on {a.id}; debrief it when it is back.", command="debrief_assignment",
                              about=a.id, since=a.dispatched_at))  # fmt: skip
    return out


def _inquiries(state: CaseState) -> list[Matter]:
    return [
        Matter(what=f"Inquiry {i.id} waits for its answer: {i.title}", command="answer_inquiry", about=i.id,
               since=i.posed_at)
        for i in state.inquiries.waiting()
    ]  # fmt: skip


def _suspension(state: CaseState) -> list[Matter]:
    out: list[Matter] = []
    for s in state.decisions.suspensions.values():
        if s.agrees is None:
            out.append(Matter(what=f"Suspension {s.id} waits for its peer review.", command="review_suspension",
                              about=s.id, since=s.proposed_at, urgency="soon"))  # fmt: skip
        elif s.agrees and s.suspended_at is None:
            out.append(Matter(what=f"Suspension {s.id} was reviewed and waits for the decision.",
                              command="suspend_search", about=s.id, since=s.reviewed_at, urgency="soon"))  # fmt: skip
    return out


def _stopped(state: CaseState) -> list[Matter]:
    return [
        Matter(what=f"{n.title} ({n.id}) is stopped: it contradicts order {n.stopped_by_order}. The one who gave that "
               "order waives it, amends the order, or leaves it stopped.",
               command="waive_contradiction", about=n.id, whom=state.decisions.orders[n.stopped_by_order].given_by, urgency="now")
        for n in state.notices.notices.values()
        if n.status == "stopped" and n.stopped_by_order in {o.id for o in state.decisions.in_force()}
        and not any(w.subject == n.id for w in state.decisions.waivers)
    ]  # fmt: skip


def _recalls(state: CaseState) -> list[Matter]:
    out: list[Matter] = []
    for n in state.notices.notices.values():
        if n.status == "cancelled":
            waiting = [r.audience for r in n.ledger.values() if r.recall_confirmed_at is None]
            if waiting:
                out.append(Matter(what=f"The recall of {n.title} ({n.id}) is not confirmed by {', '.join(waiting)}.",
                                  command="confirm_recall", about=n.id, since=n.cancelled_at, urgency="soon"))  # fmt: skip
        elif n.status == "published" and state.status == "found":
            out.append(Matter(what=f"{n.title} ({n.id}) is still published although the subject is found.",
                              command="cancel_notice", about=n.id, since=n.published_at, urgency="now"))  # fmt: skip
    return out
