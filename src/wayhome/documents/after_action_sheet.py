"""The after-action sheet: the map rated against the find, what searches claimed, what boundaries let through.

Knows the product's figures. Refuses to praise or to blame by one case.
"""

from __future__ import annotations

from typing import Any

from wayhome.base.quantity import metres
from wayhome.documents.closing_sheets import FOUND_BY, condition_words, lines_or
from wayhome.documents.page import Block, Paper, banner, bullets, facts, heading, para, table
from wayhome.documents.wording import Wording, chance


def after_action(w: Wording, for_id: str | None) -> Paper:
    """The map rated against the find: at every decision, by what searches claimed, and at the boundaries."""
    data = w.figures("after_action")
    if not data:
        return Paper(title="After-action", blocks=(heading("After-action", 1), banner(w.missing("after_action", "rating of the map"))))  # fmt: skip
    true = data["true_scenario"]
    blocks: list[Block] = [
        heading("After-action: the map and the find", 1), banner(data["sentence"]),
        facts([
            ("Found", f"{condition_words(data['find']['condition'])}{', ' + str(w.when(data['find']['at'])) if data['find']['at'] else ''}"),
            ("Found by", FOUND_BY.get(data["find"]["means"] or "", None)),
            ("Distance from the IPP", "withheld" if data["find"]["withheld"] else _away(data["find"]["from_ipp_m"])),
            ("What turned out to be true", w.scenario(true) if true else None),
        ]),
        heading("The map at each moment"), _moments(w, data),
        para(
            "R: 1 where no ground was held likelier than the place of the find, 0 for chance, -1 the worst. Likelier ground: the "
            "share of probability on it. Inside: the smallest of the lines drawn (25, 50, 75, 95 %) that holds the find.", "small",
        ),
        heading("Searches over that ground before the find"), *_tried(w, data),
        heading("Boundaries"), lines_or([b["sentence"] for b in data["boundaries"]], "The place is withheld." if data["find"]["withheld"] else "No boundary is drawn."),
        heading("What this can and cannot say"), bullets(w.caveats("after_action")),
    ]  # fmt: skip
    return Paper(title="After-action", blocks=tuple(blocks))


def _away(value: float | None) -> str | None:
    return None if value is None else metres(value)


def _moments(w: Wording, data: dict[str, Any]) -> Block:
    rows: list[list[str | None]] = [
        [
            w.when(m["at"]), f"{m['label']} (entry {m['seq']})", f"{m['r']:.2f}", chance(m["mass_above"]) if m["inside"] else "outside",
            chance(m["within"]) or "none", chance(m["rest_of_world"]), chance(m["true_weight"]) or "–",
        ]
        for m in data["moments"]
    ]  # fmt: skip
    return table("When*5|Moment*7|>R*2|>Likelier ground*4|>Inside*2|>Rest of world*3|>Weight of the truth*4", rows, "")


def _tried(w: Wording, data: dict[str, Any]) -> list[Block]:
    segments = w.state.area.segments
    rows: list[list[str | None]] = [
        [s["assignment"] or "–", segments[s["segment"]].name if s["segment"] in segments else "withheld", w.when(s["debriefed_at"]),
         chance(s["pod_there"]), chance(s["pod_mean"]), "before" if s["before_find"] else "after"]
        for s in data["searches"]
    ]  # fmt: skip
    blocks = [
        table(
            "Search*2|Segment*6|Debriefed*5|>POD there*3|>POD on average*4|Find*2",
            rows,
            "No search went over that ground.",
        )
    ]
    count = data["calibration"]
    if data["chance_missed"] is not None:
        blocks.append(para(
            f"Had the subject been there all the time, {'it' if count['searches'] == 1 else 'all of them'} would have missed with chance "
            f"{chance(data['chance_missed'])}. For the record of many cases: {count['searches']} searches claimed "
            f"{count['expected_finds']:.2f} finds there and made {count['finds']}."
        ))  # fmt: skip
    if count["found_by_a_later_search"]:
        blocks.append(para("The subject was found by a search that was out over that ground."))
    return blocks
