"""The departure sheet is one page to sign or refuse, and the evidence sheet two at most, however much is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pypdfium2  # type: ignore[import-untyped]

from wayhome.documents import render

LONG = "Somebody of whom much was said by many people in the valley and beyond the pass, over and over again"


def pages(pdf: bytes) -> int:
    return len(pypdfium2.PdfDocument(pdf))


def way(boundary: str, name: str, **changes: Any) -> dict[str, Any]:
    """A boundary by which 12 % have left: 5 before the watch, 3 in a gap, 4 missed."""
    told = {"boundary": boundary, "name": name, "is_watched": True, "probability": 0.12, "before_watch": 0.05,
            "through_gap": 0.03, "missed": 0.04, "by_hour": [0.12], "half_by_hour": 7}  # fmt: skip
    return {**told, **changes}


# 0.9 * 0.05 + 0.1 * 0.9 = 13.5 % have left: 12 % by the road, 1.5 % nobody knows where
LEFT: dict[str, Any] = {
    "sentence": "The subject may have left.", "probability_left": 0.135, "probability_left_searched": 0.21, "left_unknown": 0.015,
    "rest_of_world": 0.31, "half_pod": {"rest_of_world": 0.28, "probability_left": 0.17},
    "ways": [way("B1", "Valley road")],
    "scenarios": [
        {"scenario": "lost", "title": "Lost on the ridge", "weight_before": 0.88, "weight_after": 0.9, "probability_left": 0.05},
        {"scenario": "car", "title": "Drove away with somebody", "weight_before": 0.12, "weight_after": 0.1, "probability_left": 0.9},
    ],
    "sensitivity": [
        {"what": "every POD were half of what was said", "probability_left": 0.17, "change": -0.04},
        {"what": "the watches were half as good", "probability_left": 0.23, "change": 0.02},
        {"what": "no watch had stood at all", "probability_left": 0.21, "change": 0.0},
        {"what": 'scenario "car" weighed half as much', "probability_left": 0.12, "change": -0.09},
        {"what": 'scenario "car" weighed twice as much', "probability_left": 0.33, "change": 0.12},
    ],
    "from_evidence": {"weight_before": 0.3, "weight_after": 0.12, "judgements": []},
    "boundaries": [], "warning": "-", "caveats": ["A1: no track.", "The share of rest of world is a judgement."],
}  # fmt: skip


def test_departure_sheet_is_one_page_with_decision_evidence_and_warning(
    suspended: Any, facts: Callable[..., Any], text_of: Callable[[bytes], str]
) -> None:
    pdf = render("departure", suspended.state, for_id=None, facts=facts(suspended))
    assert pages(pdf) == 1
    text = text_of(pdf)
    for told in ("The subject has left the area. Decided by Tsunade (Hokage)", "90.0 %", "Tracks end at the border.",
                 "S1, statement of border watch", "is not evidence that the subject has left", "had every POD been half, it would be 22.0 %",
                 "Border of the Fire country", "a crossing would not have been noticed", "Ran away 0.5"):  # fmt: skip
        assert told in text


def test_departure_sheet_tells_ways_hours_scenarios_and_what_would_change_it(
    under_way: Any, printed: Callable[..., str]
) -> None:
    text = printed("departure", under_way, figures={"departure": LEFT})
    # the subject was last seen at 13:00; seven hours later it is 20:00
    for told in ("left 13.5 %, by evidence and watches (21.0 % with failed searches counted too)", "not left 86.5 %",
                 "notices 50.0 % 12.0 % 5.0 % 3.0 % 4.0 % 2026-02-28 20:00 CET (hour 7)", "which boundary or when: 1.5 %",
                 "Lost on the ridge 70.0 % 88.0 % 90.0 % 5.0 % 4.5 %", "with somebody 30.0 % 12.0 % 10.0 % 90.0 % 9.0 %",
                 "Now 21.0 %, searches counted", "If every POD were half of what was said 17.0 % -4.0", "If no watch had stood at all 21.0 % none", "33.0 % +12.0"):  # fmt: skip
        assert told in text
    assert 'If "Drove away with somebody" weighed twice as much' in text
    assert "C1 (Lost on the ridge 0.6, Drove away with somebody 0.1)" in text


def test_rest_of_world_stands_apart_from_the_verdict_with_its_warning(
    under_way: Any, printed: Callable[..., str]
) -> None:
    text = printed("departure", under_way, figures={"departure": LEFT})
    apart = (
        "Kept apart: 31.0 % of the probability lies outside the map (rest of world), 28.0 % had every POD been half."
    )
    assert f"{apart} Rest of world that grows because searches fail is not evidence" in text
    # and what rests on the terms of the whole is said before what concerns one search
    assert "The share of rest of world is a judgement. A1: no track." in text


def test_departure_sheet_is_signed_in_one_of_two_boxes(under_way: Any, printed: Callable[..., str]) -> None:
    text = printed("departure", under_way, figures={"departure": LEFT})
    sides = "Either The subject is taken to have left Or The search goes on here"
    assert f"{sides} Name Rank Name Rank Signature Date and time Signature Date and time Reasons Reasons" in text


def test_a_boundary_that_was_never_watched_and_one_that_nobody_crossed(
    a_search: Any, printed: Callable[..., str]
) -> None:
    a_search.do("draw_boundary", name="Pass", line=["47.05,10.98", "47.05,11.05"])
    a_search.do("draw_boundary", name="Lake", line=["47.06,10.98", "47.06,11.05"])
    ways = [way("B2", "Pass", is_watched=False), way("B1", "Valley road", probability=0.0, half_by_hour=1)]
    text = printed("departure", a_search, figures={"departure": {**LEFT, "ways": ways}})
    unwatched = "not watched: a crossing would not have been noticed"
    assert f"Pass {unwatched} 12.0 % – – – 2026-02-28 20:00 CET" in text
    assert f"Lake {unwatched} – – – – –" in text
    assert "2026-02-28 14:00" not in text  # hour 1, by which half of nothing had left


def test_without_ways_the_sheet_says_why(under_way: Any, printed: Callable[..., str]) -> None:
    text = printed("departure", under_way, figures={"departure": {**LEFT, "ways": []}})
    assert "By which boundary and when is not known: no scenario has a subject who moves" in text


def test_a_long_title_does_not_hide_which_way_a_weight_was_varied(under_way: Any, printed: Callable[..., str]) -> None:
    lost, car = LEFT["scenarios"]
    varied = [{"what": f'scenario "{LONG}" weighed half as much', "probability_left": 0.12, "change": -0.09}]
    told = {**LEFT, "scenarios": [lost, {**car, "title": LONG}], "sensitivity": varied}
    text = printed("departure", under_way, figures={"departure": told})
    assert 'If "Somebody of whom much was…" weighed half as much 12.0 % -9.0' in text


def test_departure_sheet_stays_one_page_however_much_is_known(
    a_search: Any, facts: Callable[..., Any], text_of: Callable[[bytes], str]
) -> None:
    kinds = ("lost", "runaway", "evading", "influenced", "taken", "left_by_vehicle", "despondent", "medical")
    stories = [{"id": f"s{i}", "title": f"{i} {LONG}", "kind": kind, "weight": "0.125"} for i, kind in enumerate(kinds)]
    a_search.do("set_scenarios", scenarios=stories)
    for i in range(9):
        a_search.do("draw_boundary", name=f"Ridge {i} {LONG}", line=["47.05,10.98", "47.05,11.05"])
        for hour in ("08", "10", "12"):
            a_search.do("set_watch", boundary=f"B{i + 2}", quality="0.5", since=f"2026-03-01T{hour}:00+01:00",
                        until=f"2026-03-01T{hour}:50+01:00", remark=LONG)  # fmt: skip
        a_search.do("record_statement", witness=LONG, text=10 * LONG, reliability="0.5")
        likelihood = {f"s{k}": "0.5" for k in range(8)}
        a_search.do("judge_evidence", evidence=f"S{i + 2}", likelihood=likelihood, reason=LONG)
    named = [f"S{i + 2}" for i in range(5)]
    a_search.do("decide_departure", conclusion="undecided", probability="0.5", reasons=10 * LONG, evidence=named)
    for name in named:
        a_search.do("withdraw_evidence", evidence=name, reason="another man")
    endless = {
        **LEFT, "sentence": 20 * LONG, "caveats": [f"{LONG}, {i}." for i in range(30)],
        "ways": [way(f"B{i + 2}", f"Ridge {i} {LONG}") for i in range(9)],
        "scenarios": [{"scenario": s["id"], "title": s["title"], "weight_before": 0.125, "weight_after": 0.125, "probability_left": 0.1 * i}
                      for i, s in enumerate(stories)],
        "sensitivity": [*LEFT["sensitivity"][:3], *({"what": f'scenario "s{i}" weighed {much} as much', "probability_left": 0.4, "change": 0.01 * i}
                                                    for i in range(1, 8) for much in ("half", "twice"))],
    }  # fmt: skip
    pdf = render("departure", a_search.state, for_id=None, facts=facts(a_search, figures={"departure": endless}))
    assert pages(pdf) == 1
    text = text_of(pdf)
    # ten boundaries in four rows, eight scenarios in five, thirty caveats of 104 letters in 700
    for told in (
        "and 7 more",
        "and 4 more",
        "And 24 more, shown with the product.",
        "The search goes on here",
        "Decide anew",
    ):
        assert told in text


def test_a_departure_whose_evidence_was_withdrawn_asks_to_be_decided_anew(
    a_search: Any, printed: Callable[..., str]
) -> None:
    a_search.do("decide_departure", conclusion="left", reasons="He drove off.", evidence="S1")
    assert "Decide anew" not in printed("departure", a_search)
    a_search.do("withdraw_evidence", evidence="S1", reason="another man")
    text = printed("departure", a_search)
    assert "All evidence named for this decision has been withdrawn since. Decide anew." in text
    assert "[withdrawn: another man]" in text


def test_evidence_sheet_tells_what_each_reading_did(under_way: Any, printed: Callable[..., str]) -> None:
    text = printed("evidence", under_way)
    for told in ("S1, statement of Eva Lang: He went up along the stream.", "80.0 → 91.0 %", "1.25 40.0 % (30.0 %)", "32.0 → 25.0 %",
                 "Lost on the ridge 80.0 → 93.0 %", "Drove away with somebody 20.0 → 7.0 %", "Nobody noticed at the watches", "as before", "M1 was found alone by the weir.",
                 "Lost on the ridge 0.6, Drove away with somebody 0.1", "He knows him.", "No reading makes any place impossible."):  # fmt: skip
        assert told in text


def test_evidence_sheet_tells_who_disagrees_and_what_to_ask(under_way: Any, printed: Callable[..., str]) -> None:
    text = printed("evidence", under_way)
    for told in ("60.0 % (Eva) to 80.0 % (Ruth), sd 10.0 %", "Ruth mattson Lost on the ridge 80, Drove away with somebody 20",
                 "Ask the hut warden ask 0.61 0.34 15 min yes (70 %) next outing +5.0 %", "search 0.30 0.10 – no (88 %) finds with 12.0 %", "Bits are expected, over what"):  # fmt: skip
        assert told in text


def test_evidence_sheet_of_a_case_without_any_says_so(
    under_way: Any, figures: dict[str, Any], printed: Callable[..., str]
) -> None:
    none = {**figures["evidence"], "readings": [], "judgements": [], "votes": [], "disagreement": {}, "partings": []}
    text = printed("evidence", under_way, figures={"evidence": none, "inquiries": {"missing": "Ask later."}})
    for told in ("No statement or clue has been read for where it puts the subject.", "No evidence has been judged.",
                 "No list of questions: Ask later."):  # fmt: skip
        assert told in text
    assert "How people weigh the scenarios" not in text


def test_evidence_sheet_stays_two_pages_with_the_ten_best_questions(
    a_search: Any, figures: dict[str, Any], facts: Callable[..., Any], text_of: Callable[[bytes], str]
) -> None:
    for _ in range(20):
        a_search.do("record_statement", witness=LONG, text=10 * LONG, reliability="0.5")
    first, question = figures["evidence"]["readings"][0], figures["inquiries"]["ranked"][0]
    many = {
        **figures["evidence"], "caveats": [f"{LONG}, {i}." for i in range(30)],
        "readings": [{**first, "evidence": f"S{i + 2}"} for i in range(20)],
        "judgements": [{"evidence": f"S{i + 2}", "likelihood": {LONG: 0.5, "car": 0.1}, "reason": 3 * LONG, "by": LONG} for i in range(20)],
        "votes": [{"voter": f"Voter {i}", "method": "mattson", "values": {LONG: "80", "car": "20"}} for i in range(20)],
        "partings": 9 * [{"companion": "M1", "together_before": 0.8, "together_after": 0.5, "sentence": 5 * LONG}],
    }  # fmt: skip
    asked = [{**question, "title": f"Question {i}. {LONG}"} for i in range(1, 31)]
    given = facts(a_search, figures={"evidence": many, "inquiries": {**figures["inquiries"], "ranked": asked}})
    pdf = render("evidence", a_search.state, for_id=None, facts=given)
    assert pages(pdf) <= 2
    text = text_of(pdf)
    assert "Question 10." in text and "Question 11." not in text
    # twenty readings in seven rows, twenty judgements in six, twenty votes in six
    for told in ("and 14 more", "and 15 more"):
        assert told in text
