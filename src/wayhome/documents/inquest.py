"""What did we know at ten past two: the case as the record had it at a time, and apart from it what came in later.

Knows only what was recorded by then; what others had seen by then but told or typed later stands in a part of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from wayhome.base.errors import InvalidInput
from wayhome.base.quantity import instant, iso
from wayhome.documents.ics import earlier, hazard_lines, team_words, weather_lines
from wayhome.documents.page import Block, Paper, banner, bullets, facts, heading, para, picture, table
from wayhome.documents.sheets import scenario_table
from wayhome.documents.wording import Wording, chance

LAST_ENTRIES = 25  # of the journal before the moment; the journal itself has all
# fields of an event that say when something began to be so in the world, not in the record
_HAPPENED = ("observed_at", "found_at", "seen_at", "taken_at", "happened_at", "at", "starts_at", "since", "reported_at")
_TOLD = ("told_at",)


def known_by(entries: Iterable[Mapping[str, Any]], at: datetime) -> dict[str, Any]:
    """The journal up to a time, when each numbered thing was recorded, and what happened by then but came in later.

    `entries` are lines of the log with `seq`, `at`, `by`, `sentences` and `events` of ``{"type", "data"}``.
    """
    before: list[Mapping[str, Any]] = []
    recorded: dict[str, str] = {}
    later: list[dict[str, Any]] = []
    for entry in entries:
        if entry["at"] <= at:
            before.append(entry)
            for event in entry["events"]:
                if isinstance(key := event["data"].get("id"), str):
                    recorded.setdefault(key, iso(entry["at"]))
            continue
        for event, sentence in zip(entry["events"], entry["sentences"], strict=True):
            happened, told = _time(event["data"], _HAPPENED), _time(event["data"], _TOLD)
            if any(t is not None and t <= at for t in (happened, told)):
                later.append({"seq": entry["seq"], "recorded": iso(entry["at"]), "by": entry["by"], "what": sentence,
                              "happened": happened and iso(happened), "told": told and iso(told)})  # fmt: skip
    later.sort(key=lambda row: row["happened"] or row["told"])
    last = [{k: e[k] for k in ("seq", "at", "by", "sentences")} for e in before[-LAST_ENTRIES:]]
    return {"at": iso(at), "entries": len(before), "last": last, "recorded": recorded, "later": later}


def _time(data: Mapping[str, Any], names: tuple[str, ...]) -> datetime | None:
    for name in names:
        value = data.get(name)
        if isinstance(value, datetime):
            return value
        if isinstance(value, str):
            try:
                return instant(value, name)
            except InvalidInput:
                continue
    return None


def inquest(w: Wording, for_id: str | None) -> Paper:
    """What was before those who decided at a time, and in a part of its own what was not."""
    told, state = w.figures("inquest"), w.state
    at = instant(told["at"]) if told else w.given.printed_at
    recorded: dict[str, str] = told.get("recorded", {})
    blocks: list[Block] = [
        heading(f"What was known at {w.when(at)}", 1),
        para(f"Everything in the first part was in the record by then: {told.get('entries', state.seq)} entries. Nothing recorded "
             "later stands there, and nothing withdrawn or corrected later is missing there. Times are local; the record keeps "
             "them in UTC."),
    ]  # fmt: skip
    if state.status == "unopened":
        blocks.append(banner("No case was open yet at that time."))
    else:
        blocks += [*_case(w), *_evidence(w, recorded), *_where(w), *_plan(w), *_decisions(w), *_secrets(w)]
        rows = [
            [str(e["seq"]), w.when(e["at"]), w.person(e["by"]), "\n".join(e["sentences"])] for e in told.get("last", [])
        ]
        blocks += [
            heading(f"The last entries before that moment (at most {LAST_ENTRIES})"),
            table(">No.|Time*4|By*3|What*11", rows, "None."),
        ]
    blocks += _later(w, told)
    return Paper(title=f"What was known at {w.when(at)}", blocks=tuple(blocks))


def _case(w: Wording) -> list[Block]:
    s, risk, area = w.state.subject, w.state.subject.risk, w.state.area
    level = (
        None
        if risk is None
        else f"{risk.level.replace('_', ' ')}, assessed {w.when(risk.assessed_at)} by {w.person(risk.assessed_by)}"
    )
    return [
        heading("The case"),
        facts([
            ("Case", f"{w.state.report.title} (no. {w.state.case})"), ("Standing", w.state.status.replace("_", " ")), ("Reported", w.when(w.state.report.reported_at)),
            ("Subject", s.name), ("Age, sex, category", ", ".join(t for t in (f"{s.age_years} years" if s.age_years is not None else "", s.sex or "", s.category or "") if t) or None),
            ("Description", "; ".join(t for t in (s.description, s.marks, s.clothing, s.equipment) if t) or None), ("Medical", s.medical),
            ("Circumstances", w.state.report.circumstances), ("Risk", level), ("Reasons for the risk", risk.reasons or None if risk else None),
            ("Initial planning point", w.point(area.ipp)), ("Point last seen", w.point(area.latest("pls"))), ("Last known position", w.point(area.latest("lkp"))),
        ]),
    ]  # fmt: skip


def _evidence(w: Wording, recorded: dict[str, str]) -> list[Block]:
    book = w.state.evidence
    withdrawn = {k: s.withdrawn for k, s in book.statements.items()} | {k: c.withdrawn for k, c in book.clues.items()}
    gone = {k: f"\nWITHDRAWN by then: {why}" for k, why in withdrawn.items() if why is not None}
    statements: list[list[str | None]] = [
        [
            s.id,
            f"{s.witness}: {s.text}{gone.get(s.id, '')}",
            w.when(s.observed_at),
            w.when(s.told_at),
            w.when(recorded.get(s.id)),
            chance(s.reliability),
        ]
        for s in book.statements.values()
    ]
    clues: list[list[str | None]] = [
        [c.id, f"{c.name}: {c.description}{gone.get(c.id, '')}".strip(": "), w.when(c.found_at), "\n".join(t for t in (c.place, w.in_table(c.position) if c.position else "") if t) or None,
         w.when(recorded.get(c.id))]
        for c in book.clues.values()
    ]  # fmt: skip
    return [
        heading("Statements on record"), table("No.|Who and what*9|Observed*4|Told*4|Recorded*4|>Reliance*2", statements, "No statement."),
        heading("Clues on record"), table("No.|What*7|Found*4|Where*6|Recorded*4", clues, "No clue."),
    ]  # fmt: skip


def _where(w: Wording) -> list[Block]:
    data = w.figures("poa")
    blocks = [heading("Scenarios and their weights"), scenario_table(w), heading("Where the subject was thought to be")]
    if data:
        blocks.append(facts([("Outside the map (rest of world)", chance(data["rest_of_world"])),
                             ("Searches so far would have found them with", chance(data.get("pos_cumulative")))], 70))  # fmt: skip
    else:
        blocks.append(para(w.missing("poa", "probability map")))
    if w.given.map_png is not None:
        blocks.append(picture(f"The map of that moment. {w.given.map_caption}".strip(), 130))
    if caveats := w.caveats("poa"):
        blocks += [heading("What these figures rest on"), bullets(caveats)]
    return blocks


def _plan(w: Wording) -> list[Block]:
    state = w.state
    period = state.assignments.current_period()
    out: list[list[str | None]] = []
    for a in state.assignments.assignments.values():
        team, where = state.people.teams[a.team], state.area.segments[a.segment].name
        if a.is_open:
            standing = "out" if a.is_out else "planned, not sent out" if a.is_prepared else "back, not debriefed"
            out.append([a.id, team_words(w, team), where, standing,
                        w.when(a.dispatched_at), a.task or None])  # fmt: skip
    free = [team_words(w, t) for t in state.people.available()]
    done = [line for key in state.area.segments for line in earlier(w, key)]
    return [
        heading("Plan and teams"),
        facts([
            ("Operational period", f"{period.op}: {w.when(period.starts_at)} to {w.when(period.ends_at)}" if period else None),
            ("Objectives", list(period.objectives) if period else None), ("Free teams", free),
            ("Searches debriefed", list(dict.fromkeys(done))), ("Hazards and weather", [*hazard_lines(w), *weather_lines(w)]),
        ]),
        table("No.|Team*6|Where*4|Standing*3|Sent out*4|Task*6", out, "No team was out and none was planned."),
    ]  # fmt: skip


def _decisions(w: Wording) -> list[Block]:
    book, notices = w.state.decisions, w.state.notices.notices.values()
    lines = [f"Order {w.order(o)} (given {w.when(o.given_at)})" for o in book.in_force()]
    lines += [
        f"Let out against order {x.order}: {x.subject}, by {w.person(x.by)}, {w.when(x.at)}. Reason: {x.reason}"
        for x in book.waivers
    ]
    if (left := book.departure) is not None:
        lines.append(
            f"Departure: {left.conclusion.replace('_', ' ')}, by {w.person(left.by)}, {w.when(left.at)}. {left.reasons}".strip()
        )
    for p in book.suspensions.values():
        lines.append(f"Suspension {p.id}: {'in force' if p.suspended_at else 'proposed'} ({p.reasons}).")
    if book.find is not None:
        lines.append(f"Found, {book.find.condition}" + (f", {w.when(book.find.at)}." if book.find.at else "."))
    live: list[list[str | None]] = [
        [n.id, f"{n.kind.replace('_', ' ')}: {n.title}", n.status, w.when(n.published_at), ", ".join(n.ledger) or None]
        for n in notices if n.status not in ("cancelled", "draft")
    ]  # fmt: skip
    return [
        heading("Decisions in force"), bullets(lines) if lines else para("None."),
        heading("Notices"), table("No.|Notice*6|Standing*3|Published*4|Sent to*6", live, "No notice stood."),
    ]  # fmt: skip


def _secrets(w: Wording) -> list[Block]:
    rows: list[list[str | None]] = [
        [f"{f.id} {f.title}", w.person(r.by), w.when(r.at), r.reason]
        for f in w.state.seals.facts.values()
        for r in f.readings
    ]
    unread = [f"{f.id} {f.title}" for f in w.state.seals.facts.values() if not f.readings]
    blocks = [
        heading("Who had read sealed facts"),
        table("Sealed fact*5|Read by*4|When*4|Reason*6", rows, "Nobody had read one."),
    ]
    return [*blocks, para(f"Sealed and read by nobody: {', '.join(unread)}.")] if unread else blocks


def _later(w: Wording, told: Mapping[str, Any]) -> list[Block]:
    rows: list[list[str | None]] = [
        [str(e["seq"]), w.when(e["happened"]) or "not said", w.when(e["told"]), w.when(e["recorded"]), e["what"]]
        for e in told.get("later", [])
    ]
    return [
        heading("Not known then: seen or told by that time, but recorded only later"),
        banner("Nothing in this part was before those who decided at that moment."),
        table(">Entry|Happened*4|Told*4|Recorded*4|What*9", rows, "Nothing that was recorded later had happened by then."),
    ]  # fmt: skip
