"""Papers of an ending: handover, reopening, and the closing report with its annexes.

Knows what the record has of them. Refuses to tell where the subject was found where that is withheld: the place stands
in the internal annex alone. Of sealed facts it tells who read them, never what they say.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from wayhome.base.quantity import metres
from wayhome.case.ending import open_clues, unsettled
from wayhome.case.fact import found
from wayhome.case.recall import unconfirmed
from wayhome.case.timeline import timeline
from wayhome.documents.ics import hazard_lines
from wayhome.documents.judgement_sheets import CONCLUSIONS
from wayhome.documents.notice_sheets import NOTICE_KINDS
from wayhome.documents.page import (
    Block,
    Paper,
    banner,
    bullets,
    facts,
    heading,
    image,
    page_break,
    para,
    picture,
    quote,
    signatures,
    table,
)
from wayhome.documents.sheets import nothing, scenario_table
from wayhome.documents.wording import Wording, area, chance

if TYPE_CHECKING:
    from wayhome.case.ending import Closure, Handover, Outcome, Reopening, Revisit
    from wayhome.case.evidence import Clue
    from wayhome.case.outing import Assignment

OUTCOMES: dict[Outcome, str] = {
    "found": "The subject is found.",
    "stopped": "The search is stopped for good; the subject was not found.",
    "not_missing": "Nobody was missing.",
    "transferred": "The search was handed over to another territory.",
}
INTERVIEWS = {
    "done": "held", "declined": "offered and declined", "offered": "offered, not held yet", "not_possible": "not possible",
}  # fmt: skip
FOUND_BY = {
    "team": "a search team", "dog": "a dog team", "drone": "a drone", "helicopter": "a helicopter", "public": "the public",
    "self": "the subject came back alone", "police": "the police", "other": "others",
}  # fmt: skip
WITHHELD = "withheld: the subject asks that it not be told; it stands in the internal annex alone"
RESTORED = (
    "Nothing was erased: map, PODs, segments, search history and open clues stand as they stood. The map goes on from "
    "the one of the last entry before."
)


def handover(w: Wording, for_id: str | None) -> Paper:
    """What another territory takes over: the search as it stands, what stays here, what was given."""
    if for_id is None:
        return nothing("Handover", "No handover has been proposed.")
    held: Handover = found(w.state.ending.handovers, for_id, "handover")
    blocks: list[Block] = [heading(f"Handover {held.id} to {held.to}", 1), *_handover_standing(w, held)]
    blocks += [
        facts([
            ("From", w.searcher()), ("To", held.to), ("Proposed", _by(w, held.proposed_by, held.proposed_at)),
            ("Accepted there by", held.accepted_by), ("Accepted", w.when(held.accepted_at)),
            ("Their number", held.reference or None),
        ]),
        heading("Why"), quote(held.reasons),
        heading("What stays here"), lines_or([*held.keeps, *_open_revisits(w)], "Nothing stays here."),
        heading("What is handed over on paper"), lines_or(list(held.gives), "No paper was named."),
        heading("Who is missing"), facts(_subject(w)),
        heading("Scenarios"), scenario_table(w),
        heading("The search so far"), *_figures(w), *_segments(w),
        heading("Open clues"), lines_or([clue_line(w, c) for c in open_clues(w.state)], "No clue is open."),
        heading("In force"), lines_or(_in_force(w), "No order and no notice is in force."),
        heading("Hazards"), lines_or(hazard_lines(w), "No hazard is recorded."),
        *_map(w), signatures(f"For {w.searcher()}", f"For {held.to}", "Date and time", room_mm=16),
    ]  # fmt: skip
    return Paper(title=f"Handover {held.id}", blocks=tuple(blocks))


def reopening(w: Wording, for_id: str | None) -> Paper:
    """The search taken up again: why, on what, by whom, and what it begins with."""
    if for_id is None:
        return nothing("Reopening", "The search has not been reopened.")
    held: Reopening = found(w.state.ending.reopenings, for_id, "reopening")
    named = bullets([w.evidence(key) for key in held.evidence])
    done = [r for r in w.state.ending.revisits.values() if r.done_at is not None]
    blocks: list[Block] = [
        heading(f"Reopening {held.id}", 1),
        facts([("Decided", _by(w, held.by, held.at)), ("The case was", held.stage.replace("_", " "))]),
        heading("Why"), quote(held.because),
        heading("On what evidence"),
        named if held.evidence else banner("No statement or clue is named: reopened without new evidence."),
        heading("What the search begins with"), para(RESTORED), *_figures(w),
        heading("Open clues"), lines_or([clue_line(w, c) for c in open_clues(w.state)], "No clue is open."),
        heading("Done while the search was suspended"),
        table("No.|What*6|Done*4|By*3|Result*6", [[r.id, r.what, w.when(r.done_at), r.done_by or None, r.result] for r in done],
              "No revisit was done."),
        heading("Suspensions and reopenings of this case"), _changes(w),
        *_map(w),
    ]  # fmt: skip
    return Paper(title=f"Reopening {held.id}", blocks=tuple(blocks))


def closing(w: Wording, for_id: str | None) -> Paper:
    """The closing report with all annexes; before closure a draft that lists what is left to settle."""
    state, closed = w.state, w.state.ending.closure
    blocks: list[Block] = [heading("Closing report", 1)]
    if closed is None:
        blocks.append(banner("DRAFT. The case is not closed.", stop=True))
    blocks += [
        heading("The case"),
        facts([
            ("Case", f"{state.report.title} (no. {state.case})" if state.report.title else None),
            ("Jurisdiction", state.report.jurisdiction or None), ("Reported", w.when(state.report.reported_at)),
            ("Subject", state.subject.name), ("Category", state.subject.category),
        ]),
        heading("How it ended"), facts(_outcome(w, closed)),
    ]  # fmt: skip
    if closed is not None and closed.remarks:
        blocks.append(quote(closed.remarks))
    blocks += [heading("Left to settle"), lines_or(_left(w, closed), "Nothing is left to settle.")]
    if told := w.figures("after_action"):
        blocks += [heading("The map and the find"), para(told["sentence"]), para(told["caveats"][0], "small")]
    blocks += [
        page_break(), heading("Annex 1: Timeline"), *_timeline(w),
        heading("Annex 2: Decisions"), *_decisions(w),
        heading("Annex 3: Maps as of each decision"), *_maps(w),
        heading("Annex 4: Search history"), _searches(w),
        heading("Annex 5: Evidence and custody"), *_evidence(w),
        heading("Annex 6: Notices and recalls"), _notices(w),
        heading("Annex 7: Readings of sealed facts"), *_readings(w),
    ]  # fmt: skip
    if closed is not None:
        blocks.append(signatures(f"Closed by {w.person(closed.by)}", "Place and date", room_mm=16))
    return Paper(title="Closing report", blocks=tuple(blocks))


def closing_annex(w: Wording, for_id: str | None) -> Paper:
    """What of the closing is for no other eyes: the place of the find, and who must not be told."""
    find, ending = w.state.decisions.find, w.state.ending
    if find is None:
        return nothing("Closing report, internal annex", "No find is reported; there is no place to keep.")
    reason = ending.place_withheld
    blocks: list[Block] = [
        heading("Closing report, internal annex", 1),
        banner("INTERNAL. Not for the family, the press or any other party.", stop=True),
    ]
    blocks.append(para("The place may be told: nobody has asked to withhold it.") if reason is None else
                  facts([("Place withheld because", reason)]))  # fmt: skip
    blocks += [
        facts([
            ("Where the subject was found", w.position(find.position)),
            ("From the initial planning point", (w.from_ipp(find.position) or None) if find.position else None),
            ("When", w.when(find.at)), ("Remarks", find.remarks or None),
        ]),
        signatures("Kept by", "Date"),
    ]  # fmt: skip
    return Paper(title="Closing report, internal annex", blocks=tuple(blocks))


# -- of several -------------------------------------------------------------------------------------


def _by(w: Wording, who: str, at: datetime | None) -> str:
    return f"{w.when(at)} by {w.person(who)}"


def lines_or(lines: list[str], empty: str) -> Block:
    """A list, or a sentence that says that there is nothing."""
    return bullets(lines) if lines else para(empty)


def condition_words(condition: str) -> str:
    """How the subject was found."""
    return "condition not recorded" if condition == "unknown" else condition


def clue_line(w: Wording, clue: Clue) -> str:
    """A clue in one line with place and time."""
    where = f", {clue.place}" if clue.place else ""
    return f"{w.evidence(clue.id).rstrip('.')}{where}{f', {w.when(clue.found_at)}' if clue.found_at else ''}"


def _subject(w: Wording) -> list[tuple[str, str | list[str] | None]]:
    s, risk, points = w.state.subject, w.state.subject.risk, w.state.area
    return [
        ("Name", s.name), ("Category", s.category), ("Age", None if s.age_years is None else f"{s.age_years} years"), ("Sex", s.sex),
        ("Description", s.description), ("Clothing", s.clothing), ("Medical", s.medical),
        ("Risk", f"{risk.level.replace('_', ' ')}: {risk.reasons}".rstrip(": ") if risk else None),
        ("Initial planning point", w.point(points.ipp)), ("Last known position", w.point(points.latest("lkp"))),
    ]  # fmt: skip


def _figures(w: Wording) -> list[Block]:
    data = w.figures("poa")
    rows: list[tuple[str, str | list[str] | None]] = [("Searches debriefed", str(len(w.state.assignments.debriefed())))]
    if not data:
        return [facts(rows, 78), para(w.missing("poa", "figures of the search"))]
    rows += [
        ("Chance that the searches would have found (cumulative POS)", chance(data.get("pos_cumulative"))),
        ("Outside the map (rest of world)", chance(data.get("rest_of_world"))),
    ]
    return [facts(rows, 78)]


def _segments(w: Wording) -> list[Block]:
    known: list[dict[str, Any]] = w.figures("segments").get("segments", [])
    rows: list[list[str | None]] = [
        [s["name"], area(s["area_m2"]), chance(s["poa"]), chance(s["pod_cumulative"]), str(s["searched_times"])] for s in known
    ]  # fmt: skip
    return [table("Segment*6|>Area*3|>POA*3|>POD so far*3|>Times searched*3", rows, "No segments are drawn.")]


def _in_force(w: Wording) -> list[str]:
    orders = [f"Order {w.order(o)}" for o in w.state.decisions.in_force()]
    live = [n for n in w.state.notices.notices.values() if n.status in ("published", "suspended")]
    return orders + [f"{NOTICE_KINDS[n.kind]} {n.id}, {n.title}: with {', '.join(n.ledger)}" for n in live]


def _map(w: Wording) -> list[Block]:
    if w.given.map_png is None:
        return []
    return [heading("The map"), picture(f"Where the subject is thought to be. {w.given.map_caption}".strip(), 130)]


def _open_revisits(w: Wording) -> list[str]:
    return [revisit_line(w, r) for r in w.state.ending.open_revisits()]


def revisit_line(w: Wording, r: Revisit) -> str:
    """A revisit in one line: what, where, by when or on what."""
    segments = w.state.area.segments
    where = ", ".join(t for t in (r.place, segments[r.segment].name if r.segment in segments else "") if t)
    when = " or ".join(t for t in (f"by {w.when(r.due)}" if r.due else "", r.trigger) if t)
    return f"{r.id}: {r.what.rstrip('.')}{f' ({where})' if where else ''}, {when}"


def _handover_standing(w: Wording, held: Handover) -> list[Block]:
    if held.withdrawn is not None:
        return [banner(f"WILL NOT BE: {held.withdrawn}", stop=True)]
    if held.accepted_at is None:
        return [banner("PROPOSAL. Not accepted there yet: until then the search is ours.", stop=True)]
    if w.state.ending.handed_over != held.id and w.state.status != "closed":
        return [banner("The search was taken up here again since.", stop=True)]
    return []


# -- closing ----------------------------------------------------------------------------------------


def _outcome(w: Wording, closed: Closure | None) -> list[tuple[str, str | list[str] | None]]:
    find = w.state.decisions.find
    rows: list[tuple[str, str | list[str] | None]] = [
        ("Outcome", OUTCOMES[closed.outcome] if closed else None), ("Closed", _by(w, closed.by, closed.at) if closed else None),
    ]  # fmt: skip
    if find is not None:
        withheld = w.state.ending.place_withheld is not None
        rows += [
            ("Found", f"{condition_words(find.condition)}{f', {w.when(find.at)}' if find.at else ''}"),
            ("Found by", FOUND_BY[find.means] if find.means else None),
            ("Able to move and to answer", find.mobility.replace("_", ", ") if find.mobility else None),
            ("Where", WITHHELD if withheld else w.position(find.position)),
        ]  # fmt: skip
        if find.remarks and not withheld:
            rows.append(("Remarks on the find", find.remarks))
    if closed is not None:
        rows += [
            ("Seen in person by", f"{closed.seen_by}, {w.when(closed.seen_at)}" if closed.seen_by else None),
            ("Prevention interview", " ".join(t for t in (
                INTERVIEWS[closed.interview], f"({closed.interview_by})" if closed.interview_by else "") if t) if closed.interview else None),
            ("Safeguarding referral", closed.safeguarding or None),
            ("What turned out to be true", w.scenario(closed.true_scenario) if closed.true_scenario else None),
            ("Those who searched", closed.searchers or None),
        ]  # fmt: skip
        if closed.outcome != "found":
            rows = [r for r in rows if r[1] is not None]
    return rows


def _left(w: Wording, closed: Closure | None) -> list[str]:
    """What stands between the case and its closure; after it, recalls that nobody confirmed."""
    if closed is not None:
        return [*unconfirmed(w.state), *_open_revisits(w)]
    return [*unsettled(w.state, "found" if w.state.decisions.find is not None else "stopped"), *unconfirmed(w.state)]


def _timeline(w: Wording) -> list[Block]:
    told, hides = timeline(w.state), w.state.ending.place_withheld is not None
    rows: list[list[str | None]] = []
    for h in told.happenings:
        where = "\n".join(t for t in (h.place, w.in_table(h.position) if h.position else "") if t)
        remark = "" if h.counts else f"withdrawn: {h.withdrawn}" if h.withdrawn else "not relied on"
        what = f"{h.title}: {h.says}" if h.says else h.title
        rows.append([w.when(h.at) or "no time", what, "withheld" if hides else where or None, remark])
    blocks = [table("When*5|What*9|Where*6|Remark*4", rows, "Nothing is known of the subject's way.")]
    if hides:
        blocks.append(para("No place stands here: one near the find would tell it.", "small"))
    if told.contradictions and not hides:  # they name places
        blocks += [para("Contradictions", "strong"), bullets([c.says for c in told.contradictions])]
    if told.gaps:
        blocks += [para("Gaps", "strong"), bullets([g.says for g in told.gaps])]
    return blocks


def _decisions(w: Wording) -> list[Block]:
    book = w.state.decisions
    orders: list[list[str | None]] = [
        [o.id, o.text, w.person(o.given_by), w.when(o.given_at), "in force" if o.rescinded is None else f"rescinded: {o.rescinded}"]
        for o in book.orders.values()
    ]  # fmt: skip
    waived = [
        f"{x.subject} let out against {x.order} by {w.person(x.by)}, {w.when(x.at)}: {x.reason}" for x in book.waivers
    ]
    left = [
        f"{w.when(d.at)}, {w.person(d.by)}: {CONCLUSIONS[d.conclusion]} {d.reasons}"
        + (f" Evidence: {', '.join(d.evidence)}." if d.evidence else "")
        + (f" Figures as of entry {d.looked_at}." if d.looked_at is not None else "")
        for d in book.departures
    ]
    blocks = [table("Order|Text*8|Given by*4|When*4|Standing*4", orders, "No order was given.")]
    if waived:
        blocks.append(bullets(waived))
    blocks += [para("Departure", "strong"), lines_or(left, "Whether the subject had left was not decided.")]
    return [*blocks, para("Suspensions, reopenings, handovers, closures", "strong"), _changes(w)]


def _changes(w: Wording) -> Block:
    """Everything that stopped the search or took it up again, in order, numbered by the record."""
    ending, rows = w.state.ending, list[tuple[datetime, str, str, str]]()
    for s in w.state.decisions.suspensions.values():
        agreed = {
            None: "not reviewed",
            True: f"{w.person(s.reviewed_by)} agreed",
            False: f"{w.person(s.reviewed_by)} did not agree",
        }
        if s.suspended_at is not None:
            rows.append(
                (
                    s.suspended_at,
                    f"Suspended ({s.id})",
                    w.person(s.suspended_by) or "",
                    f"{s.reasons} Review: {agreed[s.agrees]}.",
                )
            )
        else:
            rows.append(
                (
                    s.proposed_at,
                    f"Suspension proposed ({s.id}), not carried out",
                    w.person(s.proposed_by) or "",
                    f"Review: {agreed[s.agrees]}.",
                )
            )
    rows += [
        (r.at, f"Reopened ({r.id})", w.person(r.by) or "", f"{r.because} {', '.join(r.evidence) or 'No new evidence named.'}")
        for r in ending.reopenings.values()
    ]  # fmt: skip
    rows += [
        (h.accepted_at, f"Handed over to {h.to} ({h.id})", h.accepted_by or "", h.reasons)
        for h in ending.handovers.values() if h.accepted_at is not None
    ]  # fmt: skip
    closures = (*ending.past_closures, *([ending.closure] if ending.closure else []))
    rows += [(c.at, "Closed", w.person(c.by) or "", OUTCOMES[c.outcome]) for c in closures]
    rows.sort(key=lambda row: row[0])
    cells: list[list[str | None]] = [[w.when(at), what, who or None, why] for at, what, who, why in rows]
    return table("When*4|What*5|By*4|Why*9", cells, "The search was neither suspended nor reopened.")


def _maps(w: Wording) -> list[Block]:
    told: list[dict[str, Any]] = w.figures("decided").get("rows", [])
    blocks, drawn = list[Block](), dict[str, int]()
    for row in told:
        name = f"{row['label']}, {w.when(row['at'])}, entry {row['seq']}"
        if row["map"] is None:
            blocks.append(para(f"{name}: no place was marked yet, so there is no map."))
        elif row["map"] in drawn:
            blocks.append(para(f"{name}: the map was still that of entry {drawn[row['map']]}."))
        else:
            drawn[row["map"]] = row["seq"]
            blocks.append(image(row["map"], 105, name))
    return blocks or [
        para("No decision of this kind is in the record, or the maps were not drawn when this was printed.")
    ]


def _searches(w: Wording) -> Block:
    rows: list[list[str | None]] = [
        [a.id, f"{a.team_name or a.team}\n{w.state.area.segments[a.segment].name}", w.when(a.dispatched_at), w.when(a.debrief.at if a.debrief else None),
         _claimed(a), "; ".join(t for t in (f"for {a.revisit}" if a.revisit else "", *_debrief_words(a)) if t) or None]
        for a in w.state.assignments.assignments.values() if a.dispatched_at is not None
    ]  # fmt: skip
    return table("No.|Team and segment*5|Sent out*4|Debriefed*4|Claimed*4|Remarks*6", rows, "Nobody was sent out.")


def _claimed(a: Assignment) -> str | None:
    if a.status == "cancelled":
        return f"does not count: {a.cancelled}"
    if a.debrief is None:
        return None
    if a.debrief.pod is not None:
        return f"POD {chance(a.debrief.pod)}"
    length = a.debrief.track_length_m
    return f"sweep width {a.debrief.sweep_width_m:g} m{f', {metres(length)}' if length else ', tracks'}"


def _debrief_words(a: Assignment) -> list[str]:
    told = a.debrief
    return [] if told is None else [t for t in (f"gaps: {told.gaps}" if told.gaps else "", told.remarks) if t]


def _evidence(w: Wording) -> list[Block]:
    statements: list[list[str | None]] = [
        [s.id, s.witness, w.when(s.told_at), s.text if s.withdrawn is None else f"{s.text}\nWITHDRAWN: {s.withdrawn}"]
        for s in w.state.evidence.statements.values()
    ]
    clues: list[list[str | None]] = [
        [c.id, f"{c.name}{f': {c.description}' if c.description else ''}{f' WITHDRAWN: {c.withdrawn}' if c.withdrawn is not None else ''}",
         "\n".join(_link(w, c)) or f"not collected ({c.instruction})"]
        for c in w.state.evidence.clues.values()
    ]  # fmt: skip
    return [
        table("No.|Witness*4|Told*4|What was said*11", statements, "No statement."),
        table("No.|Clue*7|Chain of custody*12", clues, "No clue."),
    ]


def _link(w: Wording, clue: Clue) -> list[str]:
    return [
        f"{w.when(x.at)} {x.kind.replace('_', ' ')}: {w.person(x.holder) or 'nobody'}"
        + (f", seal {x.seal_number}" if x.seal_number else "")
        + (f" ({x.remark})" if x.remark else "")
        + (
            f"; receipt confirmed by {w.person(x.confirmed_by)}"
            if x.confirmed_by
            else "; NOT CONFIRMED"
            if x.is_open
            else ""
        )
        for x in clue.custody
    ]


def _notices(w: Wording) -> Block:
    rows: list[list[str | None]] = []
    for n in w.state.notices.notices.values():
        waiting = [r.audience for r in n.ledger.values() if r.recall_confirmed_at is None]
        ended = w.when(n.withdrawn_at or n.cancelled_at)
        back = None if ended is None else f"not confirmed by {', '.join(waiting)}" if waiting else "confirmed by all"
        rows.append([n.id, f"{NOTICE_KINDS[n.kind]}: {n.title}", n.status, w.when(n.published_at), ", ".join(n.ledger) or None, ended and f"{ended}\n{back}"])  # fmt: skip
    return table("No.|Notice*6|Standing*3|Published*4|Sent to*5|Ended, recall*6", rows, "No notice was drafted.")


def _readings(w: Wording) -> list[Block]:
    held = w.state.seals.facts.values()
    rows: list[list[str | None]] = [
        [f.id, w.person(r.by), w.when(r.at), r.reason] for f in held for r in f.readings
    ]  # fmt: skip
    unread = [f.id for f in held if not f.readings]
    return [
        table(
            "Fact*2|Read by*5|When*4|Reason*9",
            rows,
            "Nobody has read a sealed fact." if held else "No fact was sealed.",
        ),
        *([para(f"Sealed and read by nobody: {', '.join(unread)}.", "small")] if unread else []),
    ]
