"""Papers of a notice: what recipients read, what comes back, and the ledger for the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wayhome.case.fact import Origin, joined
from wayhome.case.state import apply


def missing(desk: Any, **fields: Any) -> str:
    """A missing notice drafted after the appeal of the fixture, with nothing in its way; its id."""
    desk.do("rescind_order", order="O1", reason="The press may help.")
    desk.do("draft_notice", kind="missing_notice", title="Missing on the ridge", text="Look in sheds.", **fields)
    return "N2"


def sent(desk: Any, key: str, *audiences: str, **fields: Any) -> None:
    """Approved and published."""
    desk.do("approve_notice", notice=key)
    desk.do("publish_notice", notice=key, audiences=list(audiences), **fields)


def test_a_notice_draws_what_it_shows_from_the_record_as_it_is_now(a_search: Any, printed: Callable[..., str]) -> None:
    key = missing(a_search, area="the north ridge", contact="555 0199", link="https://example.org/max")
    sent(a_search, key, "radio")
    text = printed("notice", a_search, key)
    for told in ("Name Max Berger", "Age 34 years", "Description 1.84 m, beard", "Wears red anorak",
                 "Last seen in the area of the north ridge", "Tell 555 0199", "https://example.org/max", "N2, version 1"):  # fmt: skip
        assert told in text
    for kept in ("asthma", "Anna Berger", "car park at the weir", "male", "Hiker on the north ridge"):
        assert kept not in text
    a_search.do("describe_subject", clothing="blue coat")
    assert "Wears blue coat" in printed("notice", a_search, key)


def test_what_can_harm_is_told_only_when_chosen(a_search: Any, printed: Callable[..., str]) -> None:
    key = missing(a_search, shows=["medical", "last_seen_place"], disclose_because="Whoever finds him must know.")
    text = printed("notice", a_search, key)
    assert "Medical asthma, carries a spray" in text and "Last seen at car park at the weir" in text
    assert "Max Berger" not in text and "Whoever finds him" not in text
    assert "Whoever finds him must know." in printed("ledger", a_search, key)


def test_a_notice_leaves_addresses_and_proofs_to_the_ledger(a_search: Any, printed: Callable[..., str]) -> None:
    key = missing(a_search)
    sent(a_search, key, "radio", addresses={"radio": "desk@radio.example"}, means="e_mail", proof="mail 4711")
    a_search.do("record_republication", notice=key, audience="The Post", via="radio", link="https://example.org/post")
    notice, ledger = printed("notice", a_search, key), printed("ledger", a_search, key)
    for private in ("desk@radio.example", "mail 4711", "https://example.org/post"):
        assert private not in notice and private in ledger
    assert "The Post, from radio" in notice and "republished, from radio" in ledger
    assert "e-mail" in ledger and "no recall" in ledger


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([("reject_notice", {"reason": "too long"})], "REJECTED by the operator of the desk: too long"),
        ([("approve_notice", {})], "Approved, not yet published."),
        ([("withdraw_notice", {"reason": "home again"})], "WITHDRAWN on 2026-03-01"),
    ],
)
def test_a_notice_that_is_not_out_says_where_it_stands(
    a_search: Any, printed: Callable[..., str], steps: list[tuple[str, dict[str, str]]], says: str
) -> None:
    key = missing(a_search)
    for command, fields in steps:
        a_search.do(command, notice=key, **fields)
    assert says in printed("notice", a_search, key)


def test_suspended_expired_and_waiting_versions_are_said(a_search: Any, printed: Callable[..., str]) -> None:
    """Papers of the fixture are printed at 18:00 CET; this one was valid until 17:00."""
    key = missing(a_search, expires_at="2026-03-01T17:00+01:00")
    sent(a_search, key, "radio")
    a_search.do("update_notice", notice=key, text="Look at the stream.", reason="new sighting")
    a_search.do("suspend_notice", notice=key, reason="talks", until="2026-03-01T12:00+01:00")
    text = printed("notice", a_search, key)
    assert "SUSPENDED until 2026-03-01 12:00 CET, not to be acted on: talks That time is over" in text
    assert "EXPIRED on 2026-03-01 17:00 CET" in text
    assert "Look at the stream." not in text and "Version 2" not in text
    assert "Version 2 waits for approval." in printed("ledger", a_search, key)


def test_a_recall_tells_not_sent_from_not_confirmed_and_names_the_paper_to_take_down(
    a_search: Any, printed: Callable[..., str]
) -> None:
    key = missing(a_search)
    sent(a_search, key, "radio", "police page")
    a_search.do("update_notice", notice=key, text="Look at the stream.", reason="new sighting")
    a_search.do("approve_notice", notice=key)
    a_search.do("publish_notice", notice=key, audiences="police page")
    a_search.do("withdraw_notice", notice=key, reason="He is home.")
    a_search.do("send_recall", notice=key, audience="radio", proof="call at 17:00")
    text = printed("recall", a_search, key)
    for told in ("This missing-person notice is withdrawn. Take it down", "He is home.", "still to be sent to: police page.",
                 "Still to confirm: radio, police page.", "(version 1) Look in sheds.", "(version 2) Look at the stream."):  # fmt: skip
        assert told in text
    a_search.do("confirm_recall", notice=key, audience="radio", confirmed_by="Ms Air", proof="read out at 18:00")
    a_search.do("confirm_recall", notice=key, audience="police page")
    assert "Every recipient has confirmed the recall." in printed("recall", a_search, key)
    assert "Ms Air" not in printed("recall", a_search, key)
    ledger = printed("ledger", a_search, key)
    for told in ("call at 17:00", "Ms Air", "read out at 18:00", "new sighting", "first version", "Withdrawn on"):
        assert told in ledger


def test_a_recall_of_before_the_ledger_kept_sendings_still_prints(a_search: Any, printed: Callable[..., str]) -> None:
    key = missing(a_search)
    sent(a_search, key, "radio")
    old = joined("notice_cancelled", 1, {"notice": key, "reason": "over"}, {})
    a_search.state = apply(a_search.state, old, Origin(seq=99, at=a_search.at, by="operator", desk="home"))
    text = printed("recall", a_search, key)
    assert "still to be sent" not in text and "Still to confirm: radio." in text
