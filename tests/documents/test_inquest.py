"""What was known at a time stays apart from what had happened by then but came in later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from wayhome.case.state import CaseState
from wayhome.documents.inquest import LAST_ENTRIES, known_by

TEN_PAST_TWO = datetime(2026, 3, 1, 14, 10, tzinfo=UTC)


def entry(seq: int, hour: int, minute: int, data: dict[str, Any], sentence: str = "-") -> dict[str, Any]:
    """A line of the log."""
    at = datetime(2026, 3, 1, hour, minute, tzinfo=UTC)
    return {"seq": seq, "at": at, "by": "ana", "sentences": [sentence], "events": [{"type": "x", "data": data}]}


def test_an_entry_of_that_very_moment_was_known() -> None:
    told = known_by([entry(1, 14, 10, {"id": "S1"}), entry(2, 14, 11, {"id": "S2"})], TEN_PAST_TWO)
    assert told["entries"] == 1
    assert told["recorded"] == {"S1": "2026-03-01T14:10:00Z"}
    assert told["later"] == []


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"observed_at": "2026-03-01T14:10:00Z"}, True),
        ({"observed_at": "2026-03-01T14:10:01Z"}, False),
        ({"told_at": "2026-03-01T14:00:00Z"}, True),
        ({"observed_at": "2026-03-01T15:00:00Z", "told_at": "2026-03-01T14:00:00Z"}, True),
        ({"found_at": datetime(2026, 3, 1, 9, 0, tzinfo=UTC)}, True),
        ({"expires_at": "2026-03-01T14:00:00Z"}, False),  # an end is not an observation
        ({"observed_at": None}, False),
        ({"at": "[erased]"}, False),
        ({}, False),
    ],
)
def test_what_came_in_later_counts_only_where_it_had_happened_by_then(data: dict[str, Any], told: bool) -> None:
    found = known_by([entry(1, 16, 0, data, "A late word.")], TEN_PAST_TWO)
    assert [r["what"] for r in found["later"]] == (["A late word."] if told else [])
    assert found["entries"] == 0


def test_later_words_stand_in_the_order_in_which_things_happened() -> None:
    entries = [
        entry(1, 16, 0, {"observed_at": "2026-03-01T13:00:00Z"}, "b"),
        entry(2, 17, 0, {"told_at": "2026-03-01T12:00:00Z"}, "a"),
    ]
    assert [r["what"] for r in known_by(entries, TEN_PAST_TWO)["later"]] == ["a", "b"]


def test_only_the_last_entries_are_told_but_all_are_counted() -> None:
    found = known_by([entry(n, 13, 0, {}) for n in range(1, LAST_ENTRIES + 6)], TEN_PAST_TWO)
    assert found["entries"] == LAST_ENTRIES + 5
    assert [e["seq"] for e in found["last"]] == list(range(6, LAST_ENTRIES + 6))


def test_the_paper_keeps_the_two_apart(a_search: Any, printed: Callable[..., str]) -> None:
    told: dict[str, Any] = {
        "at": "2026-03-01T06:24:00Z", "entries": a_search.state.seq, "recorded": {"S1": "2026-03-01T06:07:00Z"},
        "last": a_search.log[-2:],
        "later": [{"seq": 40, "recorded": "2026-03-01T09:00:00Z", "by": "ana", "what": "Statement S2 of the warden.",
                   "happened": "2026-03-01T05:00:00Z", "told": None}],
    }  # fmt: skip
    text = printed("inquest", a_search, figures={"inquest": told})
    first, later = text.split("Not known then: seen or told by that time, but recorded only later")
    for words in ("What was known at 2026-03-01 07:24 CET", "Eva Lang: He went up along the stream.", "2026-02-28 13:10 CET", "2026-03-01 07:07 CET",
                  "glove", "O1 of the operator of the desk", "A2 T2 Bravo", "planned, not sent out", "Nobody had read one.", "Lost on the ridge"):  # fmt: skip
        assert words in first
    assert "warden" not in first
    assert "40 2026-03-01 06:00 CET not recorded 2026-03-01 10:00 CET Statement S2 of the warden." in later


def test_a_withdrawal_that_came_later_does_not_reach_back(a_search: Any, printed: Callable[..., str]) -> None:
    before = a_search.state
    a_search.do("withdraw_evidence", evidence="S1", reason="He was mistaken.")
    assert "WITHDRAWN by then: He was mistaken." in printed("inquest", a_search)
    a_search.state = before
    assert "WITHDRAWN" not in printed("inquest", a_search)


def test_who_had_read_a_sealed_fact_is_told_and_the_fact_is_not(a_search: Any, printed: Callable[..., str]) -> None:
    a_search.do("seal_fact", title="What he carries", content="the fox inside", readers=["operator"])
    text = printed("inquest", a_search)
    assert "Nobody had read one." in text and "Sealed and read by nobody: X1 What he carries." in text
    a_search.do("open_sealed_fact", fact="X1", reason="The team must know.")
    text = printed("inquest", a_search)
    assert "X1 What he carries the operator of the desk" in text and "The team must know." in text
    assert "fox inside" not in text


def test_before_the_case_there_was_nothing(a_search: Any, printed: Callable[..., str]) -> None:
    class Bare:
        state, log = CaseState(case="c"), list[dict[str, Any]]()

    assert "No case was open yet at that time." in printed("inquest", Bare())
