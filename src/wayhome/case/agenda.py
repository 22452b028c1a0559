"""What needs a decision now, and since when; computed from the state, never stored.

Each matter names the command that settles it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from wayhome.base.record import Record
from wayhome.case.action_plan import lapsed_forecast, unmitigated
from wayhome.case.amendment import unread_after_change
from wayhome.case.clocks import ClockKind, clocks
from wayhome.case.custody import open_links
from wayhome.case.decision import to_weigh
from wayhome.case.ending import outings_of, unsettled
from wayhome.case.message import located, stopped_messages, unanswered
from wayhome.case.order import conflicts, out_against_orders, unacknowledged
from wayhome.case.people import person_name
from wayhome.case.questionnaire import open_first, suggested_signs
from wayhome.case.recall import owed_recalls, unconfirmed_recalls
from wayhome.case.risk import sign_words, unsupported_signs
from wayhome.case.state import CaseState
from wayhome.case.timeline import timeline

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
    """All open matters of a case, the most urgent first."""
    if state.status == "unopened":
        return ()
    found: list[Matter] = [*_notices(state), *_timed(state, at), *_handovers(state)]
    if state.status in ("active", "suspended", "found"):
        found += [*_custody(state), *_messages(state), *_stopped(state)]
    if state.status in ("active", "suspended"):
        found += [*_outings(state), *_evidence(state), *_safety(state, at)]
    if state.status == "active":
        found += [*_beginnings(state), *_risk(state), *_call_outs(state), *_inquiries(state), *_suspension(state)]
    for r in state.ending.open_revisits() if state.status in ("active", "suspended") else ():
        done = outings_of(state, r.id)
        if done and all(a.status in ("debriefed", "cancelled") for a in done):
            out = f"All outings of revisit {r.id} are over; write down what came of it."
            found.append(Matter(what=out, command="do_revisit", about=r.id, urgency="soon"))
    if state.status == "found":
        is_ready = not unsettled(state, "found")
        what = (
            "Everything is settled; close the case."
            if is_ready
            else "The subject is found; settle what is open, then close the case."
        )
        found.append(Matter(what=what, command="close_case", urgency="soon" if is_ready else "open"))
    if state.status == "active" and state.people.organisation is not None:
        found += [
            Matter(what=f"Nobody has acknowledged order {o.id}.", command="acknowledge_order", about=o.id, since=o.given_at)
            for o in unacknowledged(state)
        ]  # fmt: skip
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
    if first := open_first(state):
        asked = ", ".join(q.key.replace("_", " ") for q in first)
        out.append(Matter(what=f"Still to be asked before the line drops: {asked}.", command="answer_questions",
                          urgency="now"))  # fmt: skip
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


def _risk(state: CaseState) -> list[Matter]:
    out: list[Matter] = []
    if state.subject.risk is None:
        out.append(Matter(what="Assess the risk to the subject.", command="assess_risk", urgency="now"))
    elif gone := unsupported_signs(state):
        signs = ", ".join(sign_words(s) for s in gone)
        out.append(Matter(what=f"The risk rests on evidence that was withdrawn since ({signs}); assess it anew.",
                          command="assess_risk", urgency="now"))  # fmt: skip
    elif more := suggested_signs(state):
        signs = ", ".join(sign_words(s.sign) for s in more)
        out.append(Matter(what=f"Answers point to signs that the risk does not name: {signs}.", command="assess_risk",
                          urgency="soon"))  # fmt: skip
    if state.subject.urgency is None:
        out.append(Matter(what="Score the urgency.", command="score_urgency", urgency="soon"))
    return out


def _call_outs(state: CaseState) -> list[Matter]:
    out: list[Matter] = []
    for c in state.roster.call_outs.values():
        if waiting := [p for p in c.unanswered() if state.roster.stay(p) is None]:
            names = ", ".join(person_name(state, p) for p in waiting)
            out.append(Matter(what=f"Call-out {c.id} is not answered by {names}.", command="answer_call_out", about=c.id,
                              since=c.asked_at))  # fmt: skip
    return out


def _outings(state: CaseState) -> list[Matter]:
    out: list[Matter] = []
    for a in state.assignments.assignments.values():
        team = a.team_name or state.people.teams[a.team].name
        if a.status in ("draft", "approved", "stopped"):
            against = state.decisions.contradictions(a.id, a.permits, a.task)
            if against:
                out.append(Matter(what=f"{a.id} contradicts order {against[0].id}. The one who gave that order waives it or "
                                  "amends the order, or it is cancelled.", command="waive_contradiction",
                                  about=a.id, whom=against[0].given_by, urgency="now"))  # fmt: skip
            else:
                out.append(Matter(what=f"Dispatch {team} on {a.id}.", command="dispatch_assignment", about=a.id))
        elif a.status == "dispatched" and not a.hours_planned:  # with a planned duration it has a clock
            out.append(Matter(what=f"{team} is out on {a.id}; debrief it when it is back.", command="debrief_assignment",
                              about=a.id, since=a.dispatched_at))  # fmt: skip
        elif a.status == "back":
            out.append(Matter(what=f"{team} is back from {a.id} and waits for its debrief.", command="debrief_assignment",
                              about=a.id, since=a.back_at, urgency="soon"))  # fmt: skip
    return out


def _evidence(state: CaseState) -> list[Matter]:
    out: list[Matter] = []
    for u in unread_after_change(state):
        act = "read_evidence" if u.what == "reading" else "judge_evidence"
        fields = ", ".join(f.replace("_", " ") for f in u.fields)
        out.append(Matter(what=f"{u.evidence} was corrected ({fields}) after its {u.what}; look at it again.", command=act,
                          about=u.evidence, since=u.changed_at, urgency="soon"))  # fmt: skip
    for c in timeline(state).contradictions if state.status == "active" else ():
        act = "mark_point" if c.kind == "pls_not_latest" else "amend_statement"
        out.append(Matter(what=c.says, command=act, urgency="soon"))
    return out


def _custody(state: CaseState) -> list[Matter]:
    return [
        Matter(what=f"Nobody has confirmed that {link.holder} received {link.name} ({link.clue}).", command="confirm_receipt",
               about=link.clue, since=link.since)
        for link in open_links(state)
    ]  # fmt: skip


def _messages(state: CaseState) -> list[Matter]:
    found = [
        Matter(what=f"{m.id} says that the subject is located; report the find.", command="report_find", about=m.id,
               since=m.at, urgency="now")
        for m in located(state)
    ]  # fmt: skip
    return found + [
        Matter(what=f"{m.id} waits for a reply.", command="reply_message", about=m.id, since=m.at)
        for m in unanswered(state)
    ]


def _safety(state: CaseState, at: datetime) -> list[Matter]:
    out = [
        Matter(what=f"Nothing is written down against the hazard {h.id}: {h.hazard}.", command="add_hazard", about=h.id,
               urgency="now")
        for h in unmitigated(state)
    ]  # fmt: skip
    if (last := lapsed_forecast(state, at)) is not None:
        out.append(Matter(what="The forecast no longer holds and teams are out.", command="set_weather", due=last.valid_until,
                          urgency="soon"))  # fmt: skip
    return out


def _handovers(state: CaseState) -> list[Matter]:
    return [
        Matter(what=f"{h.id} waits for the answer of {h.to}.", command="accept_handover", about=h.id, since=h.proposed_at)
        for h in state.ending.handovers.values()
        if h.accepted_at is None and h.withdrawn is None
    ]  # fmt: skip


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
        elif s.suspended_at is None and s.weighed is not None and to_weigh(state) > s.weighed:
            out.append(Matter(what=f"Something came after the review of {s.id}; it is to be reviewed again.",
                              command="review_suspension", about=s.id, since=s.reviewed_at, urgency="soon"))  # fmt: skip
        elif s.agrees and s.suspended_at is None:
            out.append(Matter(what=f"Suspension {s.id} was reviewed and waits for the decision.",
                              command="suspend_search", about=s.id, since=s.reviewed_at, urgency="soon"))  # fmt: skip
    return out


def _stopped(state: CaseState) -> list[Matter]:
    """What an order holds back or forbids after the fact, each for the one who gave that order."""
    book = state.decisions
    in_force = {o.id: o for o in book.in_force()}
    waived = {(w.order, w.subject) for w in book.waivers}
    held = [(n.id, f"{n.title} ({n.id})", n.stopped_by_order) for n in state.notices.notices.values()]
    held += [(m.id, f"Message {m.id}", m.stopped_by_order) for m in stopped_messages(state)]
    out = [
        Matter(what=f"{name} is stopped: it contradicts order {order.id}. The one who gave that order waives it, amends the "
               "order, or leaves it stopped.", command="waive_contradiction", about=thing, whom=order.given_by, urgency="now")
        for thing, name, by in held
        if (order := in_force.get(by or "")) is not None and (order.id, thing) not in waived
    ]  # fmt: skip
    out += [
        Matter(what=f"{thing} is out although it contradicts order {o.id}.", command="waive_contradiction", about=thing,
               whom=o.given_by, urgency="now")
        for thing, o in out_against_orders(state)
    ]  # fmt: skip
    return out + [
        Matter(what=f"Orders {a.id} and {b.id} contradict each other.", command="amend_order", about=b.id, whom=b.given_by,
               urgency="now")
        for a, b in conflicts(state)
    ]  # fmt: skip


def _notices(state: CaseState) -> list[Matter]:
    out: list[Matter] = []
    for n in state.notices.notices.values():
        if n.status == "draft":
            out.append(Matter(what=f"{n.title} ({n.id}) waits for approval.", command="approve_notice", about=n.id,
                              since=n.drafted_at))  # fmt: skip
        elif n.status == "published" and state.status in ("found", "closed"):
            out.append(Matter(what=f"{n.title} ({n.id}) is still published although the subject is found.",
                              command="withdraw_notice", about=n.id, since=n.published_at, urgency="now"))  # fmt: skip
    for r in owed_recalls(state):
        out.append(Matter(what=f"The recall of {r.notice} was not sent to {r.audience}.", command="send_recall",
                          about=r.notice, since=r.since, urgency="now"))  # fmt: skip
    for r in unconfirmed_recalls(state):
        again = f", reminded {r.reminders} times" if r.reminders else ""
        out.append(Matter(what=f"The recall of {r.notice} is not confirmed by {r.audience}{again}.",
                          command="confirm_recall", about=r.notice, since=r.since, urgency="soon"))  # fmt: skip
    return out
