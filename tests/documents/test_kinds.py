"""Each kind of document holds the facts of the case, says what is missing, and is the same every time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wayhome.base.errors import InvalidInput, NotFound
from wayhome.documents import KINDS, available, figures_of, has_map, render

EMPTY = {
    "report": "The risk has not been assessed yet.",
    "order": "No order has been given yet.",
    "assignment": "No assignment has been drafted yet.",
    "plan": "there is no initial planning point yet",
    "wrong": "there is no initial planning point yet",
    "poa": "there is no initial planning point yet",
    "notice": "No notice has been drafted yet.",
    "recall": "No notice has been withdrawn or cancelled.",
    "ledger": "No notice has been drafted yet.",
    "flyer": "No missing notice and no public appeal has been drafted yet.",
    "evidence": "No figures about the evidence: there is no initial planning point yet",
    "departure": "No decision recorded yet.",
    "suspension": "No suspension has been proposed.",
    "log": "Case opened: Somebody above the lake.",
    "briefing": "No point is marked yet.",
    "ics201": "not in the record: 4. Map/Sketch; 5. Situation Summary and Health and Safety Briefing",
    "ics202": "not in the record: 2. Operational Period; 3. Objective(s); 4. Operational Period Command Emphasis; 5. Site",
    "ics203": "not in the record: 2. Operational Period; 3. Incident Commander(s) and Command Staff",
    "ics204": "not in the record: 2. Operational Period; 3. Division; 5. Resources Assigned",
    "ics205": "not in the record: 3. Operational Period; 4. Basic Radio Channel Use",
    "ics206": "not in the record: 2. Operational Period; 3. Medical Aid Stations; 4. Transportation",
    "ics208": "not in the record: 2. Operational Period; 3. Safety Message/Expanded Safety Message",
    "ics209": "not in the record: *4. Incident Commander(s) & Agency or Organization",
    "ics211": "not in the record: 5. Check-in information",
    "ics213": "GENERAL MESSAGE (ICS 213)",
    "ics214": "not in the record: 2. Operational Period; 3. Name",
    "ics215": "not in the record: 2. Operational Period; 11. Total Resources Required",
    "sar104": "not in the record: Operational period; Assignment number; Team",
    "clue": "not in the record: Operational Period; Clue Number",
    "inquest": "No statement.",
    "matters": "not in the record: What needs a decision now",
    "radio": "not in the record: Messages",
    "contents": "Nothing.",
    "handover": "No handover has been proposed.",
    "reopening": "The search has not been reopened.",
    "closing": "DRAFT. The case is not closed.",
    "closing_annex": "No find is reported; there is no place to keep.",
    "after_action": "No rating of the map",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_of_which_nothing_is_known_prints_and_says_what_is_missing(
    kind: str, opened: Any, printed: Callable[..., str]
) -> None:
    text = printed(kind, opened, map_png=None, figures={"log": opened.log})
    assert EMPTY[kind] in text


@pytest.mark.parametrize("case", ["opened", "under_way", "suspended"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_page_carries_title_time_record_and_who_decides(
    kind: str, case: str, request: pytest.FixtureRequest, facts: Callable[..., Any], text_of: Callable[[bytes], str]
) -> None:
    import pypdfium2  # type: ignore[import-untyped]

    desk = request.getfixturevalue(case)
    ids = dict((k, i) for k, _, i in available(desk.state)).get(kind)
    pdf = render(kind, desk.state, for_id=ids[0] if ids else None, facts=facts(desk))
    # 17:00 UTC is 18:00 in Vienna and 02:00 of the next day in Tokyo
    time = (
        "2026-03-02 02:00 JST (UTC+09:00, Asia/Tokyo)"
        if case == "suspended"
        else "2026-03-01 18:00 CET (UTC+01:00, Europe/Vienna)"
    )
    document = pypdfium2.PdfDocument(pdf)
    for number, page in enumerate(document, start=1):
        text = " ".join(page.get_textpage().get_text_range().split())
        # who gets a notice learns no more than it shows
        assert desk.state.report.title in text or (kind in ("notice", "recall", "flyer") and ids)
        assert "Invented case" in text
        assert f"Printed {time}" in text
        assert f"page {number} of {len(document)}" in text
        assert "record 0123456789abcdef, entry" in text
        assert (
            "Decision aid: people decide; computed probabilities rest on the assumptions stated." in text
            or "When they are found: take this down" in text
        )


@pytest.mark.parametrize("kind", KINDS)
def test_equal_input_gives_equal_bytes(kind: str, suspended: Any, facts: Callable[..., Any]) -> None:
    ids = dict((k, i) for k, _, i in available(suspended.state)).get(kind)
    once, again = (
        render(kind, suspended.state, for_id=ids[0] if ids else None, facts=facts(suspended)) for _ in range(2)
    )
    assert once == again
    assert once.startswith(b"%PDF-")


def test_report_holds_what_was_told(under_way: Any, printed: Callable[..., str]) -> None:
    text = printed("report", under_way)
    for told in ("Anna Berger", "Max Berger", "34 years", "asthma, carries a spray", "night frost", "2026-03-01 06:40 CET",
                 "car park at the weir", "MGRS 32T", "He went up along the stream.", "heading 45°", "80.0 %", "glove: red, left hand"):  # fmt: skip
        assert told in text
    # by Bayes: 0.7 * 0.6 / (0.7 * 0.6 + 0.3 * 0.1) = 0.42 / 0.45
    assert "93.3 %" in text
    assert "Marks not recorded" in text


def test_report_names_a_find_and_counts_sealed_facts_without_telling_them(
    suspended: Any, a_search: Any, printed: Callable[..., str]
) -> None:
    text = printed("report", suspended)
    assert "The search is suspended" in text
    assert "Sealed facts on file, not printed: 1." in text
    assert "fox" not in text and "What he carries" not in text
    a_search.do("report_find", position="47.015,11.01", at="2026-03-01T15:00+01:00", condition="injured")
    assert "Found, injured, 2026-03-01 15:00 CET" in printed("report", a_search)


def test_order_shows_conditions_waivers_and_what_it_stopped(
    under_way: Any, suspended: Any, printed: Callable[..., str]
) -> None:
    text = printed("order", suspended, "O1")
    assert "Locate and retrieve him unharmed." in text
    assert "nothing may permit harm or lethal force" in text
    assert "Tsunade (Hokage)" in text
    assert "The law leaves no other course." in text
    assert "Have you seen Max?" in printed("order", under_way, "O1")


def test_a_rescinded_order_says_so(a_search: Any, printed: Callable[..., str]) -> None:
    a_search.do("rescind_order", order="O1", reason="The family asked for the press.")
    text = printed("order", a_search)
    assert "RESCINDED: The family asked for the press." in text
    assert "yes, until" not in text


def test_assignment_holds_task_hazards_orders_and_debrief(under_way: Any, printed: Callable[..., str]) -> None:
    text = printed("assignment", under_way, "A1")
    for told in ("Alpha", "Leader: Ruth", "SEG1 North slope", "Sweep from the stream upwards.", "ice on the slabs",
                 "Find him; no news to the press.", "neither name nor photograph", "2.10 km", "gully in the east",
                 "speed 2.0 km/h", "Segment SEG1 North slope. As of entry 23."):  # fmt: skip
        assert told in text
    assert "NOT TO GO OUT" not in text


def test_an_assignment_against_an_order_is_marked_as_not_to_go_out(under_way: Any, printed: Callable[..., str]) -> None:
    text = printed("assignment", under_way, "A2")
    assert "NOT TO GO OUT: this assignment contradicts order O1 in force" in text
    assert "publish name" in text
    assert "1 h 30 min" in text


def test_a_cancelled_assignment_says_so(a_search: Any, printed: Callable[..., str]) -> None:
    a_search.do("cancel_assignment", assignment="A2", reason="fog")
    assert "CANCELLED: fog" in printed("assignment", a_search, "A2")


def test_plan_holds_choices_reasons_bound_and_caveats(under_way: Any, printed: Callable[..., str]) -> None:
    text = printed("plan", under_way)
    for told in ("North slope holds most.", "28.4 %", "No plan can exceed 30.0 %", "3 h 30 min", "8.10 %",
                 "Bravo: it lacks the skill rope", "watch Lake road (period 2)", "left by car: 1.0 %",
                 "Hours at hand: 4.0, less the way there.", "20.0 %: one team stays back"):  # fmt: skip
        assert told in text


def test_being_wrong_shows_every_truth_and_what_it_costs(under_way: Any, printed: Callable[..., str]) -> None:
    text = printed("wrong", under_way)
    for told in (
        "The mistake that costs most",
        "IPP 1.00 km north 12.0 % 31.0 % 19.0 %",
        "A shifted IPP is 1.00 km off.",
    ):
        assert told in text


def test_map_sheet_holds_rest_of_world_scenarios_searches_and_segments(
    under_way: Any, printed: Callable[..., str]
) -> None:
    text = printed("poa", under_way)
    for told in ("outside this map (rest of world) 25.0 %", "on this map 75.0 %", "2.50 km²", "too much lies outside it",
                 "Lost on the ridge 70.0 % 90.0 % 10.0 %", "A1 North slope 0.50 39.0 % 12.0 % 25.0 %", "1.69 km²", "23.7 %",
                 "No terrain model: the plain law of distance.", "Red cross: initial planning point."):  # fmt: skip
        assert told in text


def test_figures_that_could_not_be_computed_say_why(under_way: Any, printed: Callable[..., str]) -> None:
    text = printed("plan", under_way, figures={"plan": {"missing": "No team is free; form a team."}})
    assert "No plan: No team is free; form a team." in text
    assert "it was not computed when this paper was printed" in printed("departure", under_way, figures={})


def test_notice_stands_with_its_orders_and_distribution(suspended: Any, printed: Callable[..., str]) -> None:
    text = printed("notice", suspended, "N2")
    for told in ("Standing order: To Hunter-nin", "search and destroy", "lethal force", "O1 of Tsunade (Hokage)",
                 "Let out against order O1 by Tsunade (Hokage)", "The law leaves no other course.", "Hunter-nin 2027-03-01"):  # fmt: skip
        assert told in text


def test_notices_that_must_not_be_sent_say_so(
    under_way: Any, suspended: Any, a_search: Any, printed: Callable[..., str]
) -> None:
    assert "STOPPED, not to be sent: it contradicts order O1 in force." in printed("notice", under_way, "N1")
    assert "CANCELLED on 2027-03-01" in printed("notice", suspended, "N1")
    a_search.do("draft_notice", kind="border_alert", title="T", text="words")
    assert "DRAFT, not approved. Not to be sent." in printed("notice", a_search, "N2")


def test_recall_shows_who_confirmed_and_who_has_not(suspended: Any, printed: Callable[..., str]) -> None:
    text = printed("recall", suspended, "N1")
    assert "Take it down, destroy copies, and confirm." in text
    assert "The task is suspended." in text
    assert "Still to confirm: Hunter-nin." in text
    assert "N2 is published, not cancelled" in printed("recall", suspended, "N2")


def test_evidence_that_leaves_no_scenario_possible_still_prints(a_search: Any, printed: Callable[..., str]) -> None:
    a_search.do("judge_evidence", evidence="S1", likelihood={"lost": "1", "car": "0"})
    a_search.do("judge_evidence", evidence="C1", likelihood={"lost": "0", "car": "1"})
    assert "none fits" in printed("report", a_search)


def test_suspension_letter_says_why_on_what_evidence_and_what_reopens_it(
    suspended: Any, facts: Callable[..., Any], text_of: Callable[[bytes], str]
) -> None:
    import pypdfium2

    pdf = render("suspension", suspended.state, for_id="P1", facts=facts(suspended))
    assert len(pypdfium2.PdfDocument(pdf)) <= 2
    text = text_of(pdf)
    for told in ("To Tsunade (Hokage)", "1 March 2027", "Suspension of the search for Uzumaki Naruto", "is suspended indefinitely",
                 "He has left the boundaries of the Fire country.", "Tracks end at the border.", "S1, statement of border watch",
                 "Proposed by Mizuke Haruka (ANBU)", "Reviewed by Shikamaru", "who agreed and said: The first night was poorly watched.",
                 "Has the family been informed? four friends told", "Warrant N1, Missing-nin Uzumaki Naruto: cancelled on 2027-03-01",
                 "Recall not yet confirmed by Hunter-nin.", "Standing order N2", "Let out against order O1 by Tsunade (Hokage)",
                 "The law leaves no other course.", "Cumulative chance of having found (POS) 20.0 %", "Outside the map now (rest of world) 25.0 %",
                 "He is seen inside the border.", "For ANBU team-06"):  # fmt: skip
        assert told in text
    assert "PROPOSAL" not in text


def test_a_suspension_that_is_only_proposed_is_no_letter_yet(a_search: Any, printed: Callable[..., str]) -> None:
    from wayhome.case.decision import SUSPENSION_CHECKLIST

    a_search.do(
        "propose_suspension", reasons="snow", checklist=dict.fromkeys(SUSPENSION_CHECKLIST, "yes"), reopen_if="thaw"
    )
    text = printed("suspension", a_search)
    assert "PROPOSAL. Not in force: a peer has not reviewed it yet." in text
    assert "It is proposed to suspend" in text
    a_search.do("review_suspension", suspension="P1", agrees="no", remarks="too early")
    text = printed("suspension", a_search)
    assert "PROPOSAL. Not in force: the reviewer did not agree." in text
    assert "who did not agree and said: too early" in text


def test_log_tells_every_entry_in_order(suspended: Any, printed: Callable[..., str]) -> None:
    text = printed("log", suspended)
    places = [text.index(sentence) for e in suspended.log for sentence in [e["sentences"][0]]]
    assert places == sorted(places)
    assert "Mizuke Haruka (ANBU)" in text


def test_what_can_be_printed_follows_the_case(opened: Any, suspended: Any) -> None:
    listed = [k for k, _, _ in available(opened.state)]
    plain = [k for k in KINDS if KINDS[k].needs_for is None and KINDS[k].listed and not KINDS[k].after_find]
    forms = ["ics202", "ics203", "ics205", "ics206", "ics208", "ics209", "ics215"]  # of a period, or of none yet
    empty = ["ics204", "ics213", "ics214", "sar104", "clue"]  # to write on
    assert sorted(listed) == sorted([*plain, *forms, *empty])
    assert "contents" not in listed
    ids = dict((k, i) for k, _, i in available(suspended.state))
    assert ids["notice"] == ("N1", "N2")
    assert ids["recall"] == ("N1",)
    assert ids["suspension"] == ("P1",)
    assert "assignment" not in ids


def test_what_does_not_exist_is_refused(suspended: Any, facts: Callable[..., Any]) -> None:
    given = facts(suspended)
    with pytest.raises(NotFound, match='no document "ics999"'):
        render("ics999", suspended.state, for_id=None, facts=given)
    for kind in (
        "order",
        "assignment",
        "notice",
        "recall",
        "suspension",
        "ics202",
        "ics204",
        "ics213",
        "ics214",
        "clue",
    ):
        with pytest.raises(NotFound, match="Z9"):
            render(kind, suspended.state, for_id="Z9", facts=given)
    with pytest.raises(InvalidInput, match="N1, N2"):
        render("notice", suspended.state, for_id=None, facts=given)
    with pytest.raises(InvalidInput, match="whole case"):
        render("report", suspended.state, for_id="N1", facts=given)


def test_kinds_say_which_figures_and_map_they_need() -> None:
    assert figures_of("plan") == ("plan",)
    assert set(figures_of("suspension")) == {"poa", "departure"}
    assert set(figures_of("evidence")) == {"evidence", "inquiries"}
    assert has_map("assignment") and has_map("poa") and not has_map("suspension")


def test_a_caveat_that_searches_share_is_said_once(
    under_way: Any, figures: dict[str, Any], printed: Callable[..., str]
) -> None:
    told = ["A1: no track.", "A2: no track.", "Other: stands alone.", "Decision aid: people decide."]
    text = printed("plan", under_way, figures={"plan": {**figures["plan"], "caveats": told}})
    assert "A1, A2: no track." in text
    assert "Other: stands alone." in text
