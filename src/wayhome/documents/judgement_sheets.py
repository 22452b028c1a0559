"""Sheets that help to judge: has the subject left, and what each statement and clue did.

Knows how a commander reads a probability beside what would change it. Refuses to grow: the departure sheet is one
page, so long words are cut and long lists end with how many more there are.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from wayhome.base.quantity import percent
from wayhome.documents.page import (
    Block,
    Paper,
    banner,
    bar,
    box,
    boxes,
    bullets,
    columns,
    heading,
    para,
    quote,
    table,
)
from wayhome.documents.sheets import scenario_table
from wayhome.documents.wording import Wording, chance, hours, shortened

if TYPE_CHECKING:
    from wayhome.case.area import Boundary

CONCLUSIONS = {
    "left": "The subject has left the area.",
    "not_left": "The subject has not left the area.",
    "undecided": "Undecided.",
}
NOT_EVIDENCE = (
    "Rest of world that grows because searches fail is not evidence that the subject has left: it measures effort. "
    "Only statements, clues and watched boundaries speak for leaving."
)
WITHDRAWN = "All evidence named for this decision has been withdrawn since. Decide anew."
NO_WAYS = (
    "By which boundary and when is not known: no scenario has a subject who moves and a time to set out from, "
    "or no boundary is drawn."
)
TOLD_MOST = 10  # questions on the evidence sheet
SMALLEST_CHANGE = 0.005  # of a weight, to be worth a line
SMALLEST_GAIN = 0.0005  # of POS


def departure(w: Wording, for_id: str | None) -> Paper:
    """Has the subject left? Everything that one person needs to sign or refuse, on one page."""
    data = w.figures("departure")
    blocks: list[Block] = [heading("Has the subject left the area?", 1), *_decided(w)]
    if not data:
        blocks.append(para(w.missing("departure", "departure figures")))
    else:
        blocks += _verdict(data)
    blocks += [heading("By which boundary, and by when"), *_ways(w, data)]
    if data.get("scenarios"):
        blocks.append(
            columns(
                [heading("By scenario"), _by_scenario(w, data["scenarios"])],
                [heading("What if"), _sensitivity(w, data)],
                (11, 10),
            )
        )
    else:
        blocks += [heading("By scenario"), scenario_table(w)]
    blocks += [para(_judged(w), "small"), banner(_apart(data))]
    if caveats := _caveats(w, "departure", 700):
        blocks.append(para(f"What these figures rest on: {caveats}", "small"))
    blocks.append(_to_sign())
    return Paper(title="Departure sheet", one_page=True, blocks=tuple(blocks))


def evidence(w: Wording, for_id: str | None) -> Paper:
    """What each statement and clue did to the map and the scenarios, how people differ, and what to ask next."""
    data, asked = w.figures("evidence"), w.figures("inquiries")
    blocks: list[Block] = [heading("What each statement and clue did", 1)]
    if not data:
        blocks.append(banner(w.missing("evidence", "figures about the evidence")))
    else:
        blocks += [
            heading("Where: readings, in the order in which they counted"), _readings(w, data["readings"]),
            para(
                "Bits: how much the map and the scenarios learnt; one bit halves what is possible. Moved: the least share of "
                "probability that changed its place; in brackets the part that went to another square kilometre, or in or out "
                "of the map. The second reliability: the chance that it is the subject's, now that we see how well it fits.", "small",
            ),
        ]  # fmt: skip
        if data.get("partings"):
            blocks.append(bullets([shortened(p["sentence"], 200) for p in data["partings"][:3]]))
        blocks += [heading("What happened: evidence judged under each scenario"), _judgements(w, data["judgements"])]
        blocks += [heading("Scenarios"), _weights(w, data)]
        if data.get("votes"):
            blocks += [heading("How people weigh the scenarios"), *_votes(w, data)]
    blocks.append(heading("What would tell us most"))
    if not asked:
        blocks.append(para(w.missing("inquiries", "list of questions")))
    else:
        blocks.append(_worth(asked.get("ranked", [])))
    if caveats := " ".join(
        c for c in (_caveats(w, "evidence", 600), _caveats(w, "inquiries", 400, w.caveats("evidence"))) if c
    ):
        blocks.append(para(f"What these figures rest on: {caveats}", "small"))
    return Paper(title="What each statement and clue did", blocks=tuple(blocks))


# -- departure --------------------------------------------------------------------------------------


def _decided(w: Wording) -> list[Block]:
    decided = w.state.decisions.departure
    if decided is None:
        return [banner("No decision recorded yet.")]
    judged = (
        "" if decided.probability is None else f" Judged probability of having left: {chance(decided.probability)}."
    )
    blocks: list[Block] = [
        banner(f"{CONCLUSIONS[decided.conclusion]} Decided by {w.person(decided.by)} on {w.when(decided.at)}.{judged}")
    ]
    if decided.reasons:
        blocks.append(quote(shortened(decided.reasons, 200)))
    if decided.evidence:
        named = [shortened(w.evidence(key), 90) for key in decided.evidence]
        more = f"; and {len(named) - 2} more" if len(named) > 2 else ""
        blocks.append(para(f"Evidence named: {'; '.join(named[:2])}{more}"))
    if w.rests_on_nothing(decided):
        blocks.append(banner(WITHDRAWN, stop=True))
    return blocks


def _verdict(data: dict[str, Any]) -> list[Block]:
    left = float(data["probability_left"])
    searched = data.get("probability_left_searched")
    also = "" if searched is None else f" ({chance(searched)} with failed searches counted too)"
    return [
        para(shortened(data["sentence"], 900)),
        bar([(f"left {chance(left)}, by evidence and watches{also}", left), (f"not left {chance(1.0 - left)}", 1.0 - left)]),
    ]  # fmt: skip


def _ways(w: Wording, data: dict[str, Any]) -> list[Block]:
    ways: list[dict[str, Any]] = data.get("ways") or []
    boundaries = w.state.area.boundaries
    rows: list[list[str | None]] = []
    for way in ways:
        parts = [chance(way[k]) if way["is_watched"] else "–" for k in ("before_watch", "through_gap", "missed")]
        by = "–" if not way["probability"] > 0.0 else _hour(w, way["half_by_hour"])
        rows.append([
            shortened(way["name"], 30), _watch(w, boundaries.get(way["boundary"])), chance(way["probability"]), *parts, by,
        ])  # fmt: skip
    named = {way["boundary"] for way in ways}
    for b in boundaries.values():
        if b.id not in named:
            rows.append([shortened(b.name, 30), _watch(w, b), "–", "–", "–", "–", "–"])
    titles = "Boundary*6|Watch*11|>Left here*3|>Before the watch*4|>In a gap*3|>Missed*3|Half of it by*6"
    blocks = [table(titles, _at_most(rows, 4), "No boundary is drawn.")]
    unknown = float(data.get("left_unknown") or 0.0)
    if data and not ways:
        blocks.append(para(NO_WAYS, "small"))
    elif unknown > 0.0:
        blocks.append(para(f"Left, and nobody can say by which boundary or when: {chance(unknown)}.", "small"))
    return blocks


def _hour(w: Wording, hour: int) -> str:
    ipp = w.state.area.ipp
    if ipp is None or ipp.at is None:
        return f"hour {hour}"
    return f"{w.when(ipp.at + timedelta(hours=hour))} (hour {hour})"


def _watch(w: Wording, boundary: Boundary | None) -> str:
    if boundary is None or not boundary.watches:
        return "not watched: a crossing would not have been noticed"
    told = [
        f"{w.when(x.since) or 'from the start'} to {w.when(x.until) or 'now'}: notices {chance(x.quality)}"
        for x in boundary.watches
    ]
    return told[-1] + (f"; {len(told) - 1} earlier" if len(told) > 1 else "")


def _by_scenario(w: Wording, told: list[dict[str, Any]]) -> Block:
    as_set = {s.id: s.weight for s in w.state.scenarios.scenarios}
    adds = {s["scenario"]: s["weight_after"] * s["probability_left"] for s in told}
    rows: list[list[str | None]] = [
        [
            shortened(s["title"], 24), chance(as_set.get(s["scenario"])) or "–", chance(s["weight_before"]),
            chance(s["weight_after"]), chance(s["probability_left"]), chance(adds[s["scenario"]]),
        ]
        for s in sorted(told, key=lambda s: (-adds[s["scenario"]], -s["weight_after"]))
    ]  # fmt: skip
    titles = "Scenario*9|>Weight as set*4|>by evidence*5|>and watches*5|>Left, if so*4|>Adds*4"
    return table(titles, _at_most(rows, 5), "No scenarios are set.")


def _sensitivity(w: Wording, data: dict[str, Any]) -> Block:
    known: list[dict[str, Any]] = data.get("sensitivity") or []
    named = {name: shortened(s["title"], 26) for s in data["scenarios"] for name in (s["scenario"], s["title"])}

    def words(what: str) -> str:
        for key, title in named.items():
            what = what.replace(f'scenario "{key}"', f'"{title}"')
        return what

    # what we rely on first, then the scenarios that matter most
    about = [row["what"].startswith("scenario ") for row in known]
    first = [row for row, is_scenario in zip(known, about, strict=True) if not is_scenario]
    others = sorted(
        (r for r, is_scenario in zip(known, about, strict=True) if is_scenario), key=lambda r: -abs(r["change"])
    )
    rows: list[list[str | None]] = [
        [shortened(f"If {words(r['what'])}", 80), chance(r["probability_left"]), _points(r["change"])]
        for r in [*first, *others[: max(0, 6 - len(first))]]
    ]
    now = data.get("probability_left_searched", data["probability_left"])
    titles = f"Now {chance(now)}, searches counted*11|>Left*3|>Points*3"
    return table(titles, rows, "Nothing that the figures rely on could be varied.")


def _points(change: float) -> str:
    return "none" if abs(change) < 0.0005 else f"{100.0 * change:+.1f}"


def _judged(w: Wording) -> str:
    judged = [
        f"{j.evidence} ({', '.join(f'{shortened(w.scenario(k), 30)} {v:g}' for k, v in j.likelihood.items())})"
        for j in w.state.judgements()
    ]
    if not judged:
        return "Evidence judged under the scenarios: none."
    return f"Evidence judged, likelihood under each scenario: {shortened('; '.join(judged), 240)}"


def _apart(data: dict[str, Any]) -> str:
    outside, half = data.get("rest_of_world"), data.get("half_pod", {}).get("rest_of_world")
    if outside is None:
        return NOT_EVIDENCE
    halved = "" if half is None else f", {chance(half)} had every POD been half"
    return (
        f"Kept apart: {chance(outside)} of the probability lies outside the map (rest of world){halved}. {NOT_EVIDENCE}"
    )


def _to_sign() -> Block:
    """Two boxes, one to sign: the subject is taken to have left, or the search goes on."""

    def both(*cells: tuple[str, int, int]) -> list[Block]:
        return [box(label, None, span, room_mm=room) for _ in range(2) for label, span, room in cells]

    return boxes(
        box("Either", "The subject is taken to have left", 6, large=True),
        box("Or", "The search goes on here", 6, large=True),
        *both(("Name", 4, 4), ("Rank", 2, 4)),
        *both(("Signature", 3, 6), ("Date and time", 3, 6)),
        *both(("Reasons", 6, 11)),
    )


# -- evidence ---------------------------------------------------------------------------------------


def _readings(w: Wording, told: list[dict[str, Any]]) -> Block:
    rows: list[list[str | None]] = []
    for t in told:
        name = "Nobody noticed at the watches" if t["evidence"] is None else shortened(w.evidence(t["evidence"]), 80)
        moved = f"{percent(t['mass_moved'])} ({percent(t['mass_moved_far'])})"
        rows.append([
            name, "–" if t["evidence"] is None else t["kind"].replace("_", " "),
            "–" if t["reliability"] is None else _change(t["reliability"], t["reliability_after"]),
            f"{t['bits']:.2f}", moved, _change(t["rest_of_world_before"], t["rest_of_world_after"]),
            _moved_weights(w, t["weights_before"], t["weights_after"]),
        ])  # fmt: skip
    titles = "Evidence*13|Read as*5|>Reliability*6|>Bits*3|>Moved (far)*7|>Rest of world*6|Weights*12"
    return table(titles, _at_most(rows, 7), "No statement or clue has been read for where it puts the subject.")


def _change(before: float, after: float | None) -> str:
    if after is None:
        return percent(before)
    return f"{percent(before).removesuffix(' %')} → {percent(after)}".replace(" ", "\u00a0")  # on one line


def _moved_weights(w: Wording, before: dict[str, float], after: dict[str, float]) -> str:
    changed = sorted(before, key=lambda s: -abs(after[s] - before[s]))
    told = [
        f"{shortened(w.scenario(s), 24)} {_change(before[s], after[s])}"
        for s in changed[:2]
        if abs(after[s] - before[s]) >= SMALLEST_CHANGE
    ]
    return "\n".join(told) or "as before"


def _judgements(w: Wording, told: list[dict[str, Any]]) -> Block:
    rows: list[list[str | None]] = [
        [
            shortened(w.evidence(j["evidence"]), 80),
            shortened(", ".join(f"{w.scenario(k)} {v:g}" for k, v in j["likelihood"].items()), 80),
            shortened(j["reason"], 60) or None,
            shortened(w.person(j.get("by")) or "", 24) or None,
        ]
        for j in told
    ]
    return table("Evidence*6|Likelihood under*6|Reason*5|By*3", _at_most(rows, 6), "No evidence has been judged.")


def _weights(w: Wording, data: dict[str, Any]) -> Block:
    weights, known = data["weights"], data.get("consensus") or {}
    apart: dict[str, dict[str, Any]] = data.get("disagreement") or {}
    rows: list[list[str | None]] = []
    for s in sorted(weights["now"], key=lambda s: -weights["now"][s]):
        row: list[str | None] = [
            shortened(w.scenario(s), 40), chance(weights["as_set"].get(s)), chance(weights["as_judged"].get(s)), chance(weights["now"][s]),
        ]  # fmt: skip
        if apart:
            row += [chance(known.get(s)) or "–", _ends(w, apart.get(s))]
        rows.append(row)
    titles = "Scenario*8|>As set*3|>As judged*3|>Now*3"
    return table(titles + ("|>Mean of votes*3|Votes lie between*13" if apart else ""), _at_most(rows, 6), "")


def _ends(w: Wording, d: dict[str, Any] | None) -> str:
    if d is None:
        return "–"

    def who(voters: list[str]) -> str:
        return shortened(", ".join(w.person(v) or v for v in voters), 24)

    return (
        f"{percent(d['lowest'])} ({who(d['lowest_by'])}) to {percent(d['highest'])} ({who(d['highest_by'])}), "
        f"sd {percent(d['standard_deviation'])}"
    )


def _votes(w: Wording, data: dict[str, Any]) -> list[Block]:
    rows: list[list[str | None]] = [
        [
            shortened(w.person(v["voter"]) or v["voter"], 40),
            v["method"],
            shortened(", ".join(f"{w.scenario(s)} {value}" for s, value in v["values"].items()), 70),
        ]
        for v in data["votes"]
    ]
    return [table("Voter*4|Method*3|As they wrote it*12", _at_most(rows, 6), "")]


def _worth(ranked: list[dict[str, Any]]) -> Block:
    rows: list[list[str | None]] = []
    for r in ranked[:TOLD_MOST]:
        likely = max(r["outcomes"], key=lambda o: float(o["probability"]))
        rows.append([
            shortened(r["title"], 70), r["kind"], f"{r['bits']:.2f}", f"{r['bits_scenarios']:.2f}",
            "–" if r["minutes"] is None else hours(r["minutes"] / 60.0),
            f"{shortened(likely['name'], 16)} ({percent(likely['probability'], 0)})", _finding(r),
        ])  # fmt: skip
    titles = "What*10|Kind*2|>Bits*2|>of scenarios*3|>Takes*3|Likeliest answer*4|For finding*5"
    return table(titles, rows, "There is nothing to ask, search or watch yet.")


def _finding(worth: dict[str, Any]) -> str:
    if worth["pos"] is not None:
        return f"finds with {percent(worth['pos'])}"
    gain = worth["pos_gain"]
    return "–" if gain is None or gain < SMALLEST_GAIN else f"next outing +{percent(gain)}"


# -- both -------------------------------------------------------------------------------------------


def _at_most(rows: list[list[str | None]], most: int) -> list[list[str | None]]:
    """The first rows, and a last one that counts the others."""
    if len(rows) <= most:
        return rows
    rest: list[str | None] = [f"and {len(rows) - most + 1} more"]
    return [*rows[: most - 1], rest + [""] * (len(rows[0]) - 1)]


def _caveats(w: Wording, product: str, most: int, said: list[str] | None = None) -> str:
    """A product's caveats, those of single searches last, in so many characters at most, the others counted."""
    kept: list[str] = []
    lines = [c for c in dict.fromkeys(w.caveats(product)) if c not in (said or [])]
    lines.sort(key=lambda c: c.partition(":")[0].split(",")[0] in w.state.assignments.assignments)
    for number, line in enumerate(lines):
        if sum(map(len, kept)) + len(line) > most:
            return " ".join([*kept, f"And {len(lines) - number} more, shown with the product."])
        kept.append(line)
    return " ".join(kept)
