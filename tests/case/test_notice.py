"""A notice from draft to confirmed recall: who decided what, who has which version, and what it tells."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from wayhome.case.disclosure import PUBLIC_KINDS, least, portrait, printed_photograph, tells_beyond
from wayhome.case.fact import joined
from wayhome.case.ledger import behind, live, out
from wayhome.case.notice import waiting_for_approval
from wayhome.case.recall import blocking, owed_recalls, unconfirmed, unconfirmed_recalls
from wayhome.case.state import CaseState
from wayhome.case.validity import expired, expiring, suspension_over

Bench = Any


def publish(bench: Bench, *audiences: str, kind: str = "warrant", **fields: Any) -> str:
    """Draft by bo, approve and publish by ana; the notice's id."""
    (drafted,) = bench.do("draft_notice", by="bo", kind=kind, title="Wanted", text="Say where.", **fields)
    bench.do("approve_notice", by="ana", notice=drafted.id)
    bench.do("publish_notice", by="ana", notice=drafted.id, audiences=list(audiences or ("East", "South")))
    return str(drafted.id)


def notice(bench: Bench, key: str = "N1") -> Any:
    """A notice as it stands."""
    return bench.state.notices.notices[key]


# -- life cycle ---------------------------------------------------------------------------------


def test_a_rejected_draft_says_why_and_comes_back_as_a_new_version(village: Bench) -> None:
    village.do("draft_notice", by="bo", kind="warrant", title="W", text="first words")
    village.do("reject_notice", by="ana", notice="N1", reason="too long")
    assert (notice(village).status, notice(village).rejected, notice(village).rejected_by) == (
        "rejected", "too long", "ana",
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="N1 is rejected"):
        village.do("approve_notice", by="ana", notice="N1")
    village.do("update_notice", by="bo", notice="N1", text="short words", reason="shorter")
    assert (notice(village).status, notice(village).version, notice(village).rejected) == ("draft", 2, None)
    assert [(v.version, v.text, v.rejected) for v in notice(village).earlier] == [(1, "first words", "too long")]
    assert [n.id for n in waiting_for_approval(village.state)] == ["N1"]


def test_a_new_version_leaves_the_one_in_force_until_it_is_approved_and_sent(village: Bench) -> None:
    publish(village)
    village.do("update_notice", by="bo", notice="N1", text="Now in a blue coat.", reason="seen in a blue coat")
    assert (notice(village).text, notice(village).pending.text) == ("Say where.", "Now in a blue coat.")
    with pytest.raises(NotAllowed, match="a second person"):
        village.do("approve_notice", by="bo", notice="N1")
    village.do("approve_notice", by="ana", notice="N1")
    assert (notice(village).text, notice(village).pending, notice(village).status) == (
        "Now in a blue coat.", None, "published",
    )  # fmt: skip
    assert [v.text for v in notice(village).earlier] == ["Say where."]
    assert [r.audience for r in behind(notice(village))] == ["East", "South"]
    village.do("publish_notice", by="ana", notice="N1", audiences="South; West", means="mail", proof="tracking 12")
    assert [r.audience for r in behind(notice(village))] == ["East"]
    village.do("republish_notice", by="ana", notice="N1", means="radio", proof="read at 18:00")
    assert behind(notice(village)) == ()
    assert [(s.version, s.means) for s in notice(village).ledger["East"].sendings] == [(1, None), (2, "radio")]
    with pytest.raises(RuleBroken, match="Everybody in the ledger of N1 has version 2"):
        village.do("republish_notice", by="ana", notice="N1")


def test_a_rejected_new_version_leaves_what_is_out_and_its_number_is_not_used_again(village: Bench) -> None:
    publish(village)
    village.do("update_notice", by="bo", notice="N1", text="wrong", reason="?")
    village.do("reject_notice", by="ana", notice="N1", reason="not true")
    assert (notice(village).text, notice(village).status, notice(village).pending) == ("Say where.", "published", None)
    village.do("update_notice", by="bo", notice="N1", text="right", reason="corrected")
    assert notice(village).pending.version == 3
    assert [(v.version, v.rejected) for v in notice(village).earlier] == [(2, "not true")]


def test_an_update_that_changes_nothing_is_refused(village: Bench) -> None:
    publish(village)
    with pytest.raises(InvalidInput, match="Nothing is changed"):
        village.do("update_notice", by="bo", notice="N1", text="Say where.", reason="?")
    village.do("cancel_notice", by="ana", notice="N1", reason="over")
    with pytest.raises(RuleBroken, match="N1 is cancelled; draft a new notice"):
        village.do("update_notice", by="bo", notice="N1", text="x", reason="?")


def test_an_expired_notice_is_not_published_until_it_is_extended(village: Bench) -> None:
    publish(village, expires_at="2026-03-01T12:00Z")
    end = notice(village).expires_at
    assert not expired(notice(village), end - timedelta(seconds=1)) and expired(notice(village), end)
    assert [n.id for n in expiring(village.state, end - timedelta(hours=2), timedelta(hours=2))] == ["N1"]
    assert expiring(village.state, end - timedelta(hours=3), timedelta(hours=2)) == ()
    assert expiring(village.state, end, timedelta(hours=2)) == ()
    village.at = end
    assert live(village.state, end) == () and [n.id for n in out(village.state)] == ["N1"]
    with pytest.raises(RuleBroken, match="N1 expired at 2026-03-01 12:00 UTC; extend_notice"):
        village.do("publish_notice", by="ana", notice="N1", audiences="West")
    with pytest.raises(InvalidInput, match="expires_at: write a time later"):
        village.do("extend_notice", by="ana", notice="N1", expires_at="2026-03-01T12:00Z", reason="still missing")
    village.do("extend_notice", by="ana", notice="N1", expires_at="2026-03-05T12:00Z", reason="still missing")
    assert [n.id for n in live(village.state, village.at)] == ["N1"]
    assert notice(village).version == 2 and [r.audience for r in behind(notice(village))] == ["East", "South"]
    village.do("publish_notice", by="ana", notice="N1", audiences="West")


def test_an_extension_waits_for_the_version_that_waits(village: Bench) -> None:
    publish(village, expires_at="2026-03-02T12:00Z")
    village.do("update_notice", by="bo", notice="N1", text="new", reason="r")
    with pytest.raises(RuleBroken, match="Version 2 of N1 waits"):
        village.do("extend_notice", by="ana", notice="N1", expires_at="2026-03-05T12:00Z", reason="r")


@pytest.mark.parametrize(
    ("until", "taken"),
    [("2026-09-01T06:00Z", True), ("2026-09-01T12:00Z", False), ("2026-03-01T06:00Z", False)],
)
def test_a_suspension_ends_within_six_months(village: Bench, until: str, taken: bool) -> None:
    """The case is at 1 March 06:0x; six months on it is 1 September 06:0x."""
    publish(village)
    if not taken:
        with pytest.raises(InvalidInput, match="at the latest 2026-09-01"):
            village.do("suspend_notice", by="ana", notice="N1", reason="talks", until=until)
        return
    village.do("suspend_notice", by="ana", notice="N1", reason="talks", until=until)
    held = notice(village)
    assert (held.status, held.suspended, held.suspended_by) == ("suspended", "talks", "ana")
    assert not suspension_over(held, village.at) and suspension_over(held, held.suspended_until)
    assert live(village.state, village.at) == () and [n.id for n in out(village.state)] == ["N1"]
    with pytest.raises(RuleBroken, match="resume it before it is sent"):
        village.do("publish_notice", by="ana", notice="N1", audiences="West")
    village.do("resume_notice", by="ana", notice="N1", reason="talks failed")
    assert [n.id for n in live(village.state, village.at)] == ["N1"]


def test_withdrawing_and_cancelling_are_two_decisions_with_person_time_and_ground(village: Bench) -> None:
    publish(village)
    publish(village)
    village.do("withdraw_notice", by="bo", notice="N1", reason="he came home")
    at = village.at
    with pytest.raises(NotAllowed):
        village.do("cancel_notice", by="cy", notice="N2", reason="by order")
    village.do("cancel_notice", by="ana", notice="N2", reason="by order")
    first, second = notice(village, "N1"), notice(village, "N2")
    assert (first.status, first.withdrawn, first.withdrawn_by, first.withdrawn_at) == (
        "withdrawn", "he came home", "bo", at,
    )  # fmt: skip
    assert (second.status, second.cancelled, second.cancelled_by) == ("cancelled", "by order", "ana")
    assert first.cancelled is None and second.withdrawn is None
    with pytest.raises(RuleBroken, match="N1 is withdrawn already: he came home"):
        village.do("cancel_notice", by="ana", notice="N1", reason="again")


def test_only_kinds_of_the_rule_need_a_second_person(bench: Bench) -> None:
    everything = ["record", "plan", "notice", "approve", "decide"]
    bench.do(
        "adopt_organisation",
        name="Two",
        roles=[{"id": "all", "title": "all", "may": everything}],
        members=[{"id": "ana", "name": "Ana Example", "roles": ["all"]}],
        second_person=["warrant"],
    )
    bench.do("draft_notice", by="ana", kind="border_alert", title="B", text="t")
    bench.do("approve_notice", by="ana", notice="N1")
    bench.do("draft_notice", by="ana", kind="warrant", title="W", text="t")
    with pytest.raises(NotAllowed, match="a second person must approve"):
        bench.do("approve_notice", by="ana", notice="N2")


# -- ledger and recall --------------------------------------------------------------------------


def test_a_recall_is_owed_to_republishers_too_and_not_sent_differs_from_not_confirmed(village: Bench) -> None:
    publish(village, "police page", "radio")
    village.do(
        "record_republication", by="bo", notice="N1", audience="The Post", via="police page", means="web",
        link="https://example.org/post", at="2026-03-01T06:00Z",
    )  # fmt: skip
    line = notice(village).ledger["The Post"]
    assert (line.via, line.is_republisher, line.version, line.link) == (
        "police page", True, 1, "https://example.org/post",
    )  # fmt: skip
    assert owed_recalls(village.state) == ()
    village.do("withdraw_notice", by="bo", notice="N1", reason="found")
    assert [r.audience for r in owed_recalls(village.state)] == ["police page", "radio", "The Post"]
    with pytest.raises(RuleBroken, match="send_recall comes first"):
        village.do("chase_recall", by="bo", notice="N1", audience="radio")
    with pytest.raises(InvalidInput, match="proof: say what proves"):
        village.do("send_recall", by="bo", notice="N1", audience="radio")
    village.do("send_recall", by="bo", notice="N1", audience="radio", means="phone", proof="Ms Air at 09:10")
    village.do("send_recall", by="bo", notice="N1", audience="police page", proof="mail 3")
    assert blocking(village.state) == ("The recall of N1 was not sent to The Post; send it.",)
    village.do("chase_recall", by="bo", notice="N1", audience="radio", remark="nobody there")
    village.do("chase_recall", by="bo", notice="N1", audience="radio")
    assert [(r.audience, r.reminders) for r in unconfirmed_recalls(village.state)] == [("police page", 0), ("radio", 2)]
    village.do("confirm_recall", by="bo", notice="N1", audience="radio", confirmed_by="Ms Air", proof="link is gone")
    line = notice(village).ledger["radio"]
    assert (line.recall_means, line.recall_proof, line.recall_sent_by) == ("phone", "Ms Air at 09:10", "bo")
    assert (line.recall_confirmed_by, line.recall_confirmed_proof) == ("Ms Air", "link is gone")
    assert unconfirmed(village.state) == ("The recall of N1 is not confirmed by police page.",)
    with pytest.raises(RuleBroken, match="radio has confirmed"):
        village.do("chase_recall", by="bo", notice="N1", audience="radio")


def test_one_who_takes_it_down_unasked_is_owed_no_recall(village: Bench) -> None:
    publish(village, "radio")
    village.do("cancel_notice", by="ana", notice="N1", reason="over")
    village.do("confirm_recall", by="bo", notice="N1", audience="radio")
    assert owed_recalls(village.state) == () and blocking(village.state) == ()


def test_what_is_out_blocks_closing_even_suspended_or_expired_and_a_draft_does_not(village: Bench) -> None:
    publish(village, "radio", expires_at="2026-03-01T07:00Z")
    publish(village, "radio")
    village.do("draft_notice", by="bo", kind="warrant", title="W", text="t")
    village.do("suspend_notice", by="ana", notice="N2", reason="r", until="2026-04-01T00:00Z")
    village.at += timedelta(days=1)
    assert blocking(village.state) == (
        "N1 (warrant) is still out with radio; withdraw or cancel it.",
        "N2 (warrant) is still out with radio; withdraw or cancel it.",
    )


def test_a_republisher_found_after_the_recall_is_owed_one(village: Bench) -> None:
    publish(village, "radio")
    village.do("withdraw_notice", by="bo", notice="N1", reason="found")
    village.do("record_republication", by="bo", notice="N1", audience="a blog")
    assert [r.audience for r in owed_recalls(village.state)] == ["radio", "a blog"]
    with pytest.raises(RuleBroken, match="a blog stands in the ledger"):
        village.do("record_republication", by="bo", notice="N1", audience="a blog")
    with pytest.raises(RuleBroken, match="West did not receive N1"):
        village.do("record_republication", by="bo", notice="N1", audience="other", via="West")


def test_proof_means_address_and_time_of_sending_stand_in_the_ledger(village: Bench) -> None:
    village.do("draft_notice", by="bo", kind="warrant", title="W", text="t")
    village.do("approve_notice", by="ana", notice="N1")
    with pytest.raises(InvalidInput, match="addresses: West"):
        village.do("publish_notice", by="ana", notice="N1", audiences="East", addresses={"West": "x"})
    with pytest.raises(InvalidInput, match="neither a photograph"):
        village.do("publish_notice", by="ana", notice="N1", audiences="East", proof_file="receipt.png")
    with pytest.raises(InvalidInput, match="sent_at: that lies in the future"):
        village.do("publish_notice", by="ana", notice="N1", audiences="East", sent_at="2026-03-02T00:00Z")
    village.do(
        "publish_notice", by="ana", notice="N1", audiences="East", addresses={"East": "1 Gate Road"}, means="mail",
        proof="receipt 7", proof_file="ab" * 32, sent_at="2026-03-01T06:00Z",
    )  # fmt: skip
    line = notice(village).ledger["East"]
    sending = line.sendings[0]
    assert (line.address, sending.means, sending.proof, sending.proof_file) == (
        "1 Gate Road", "mail", "receipt 7", "ab" * 32,
    )  # fmt: skip
    assert line.sent_at == sending.at and sending.at.isoformat() == "2026-03-01T06:00:00+00:00"
    with pytest.raises(RuleBroken, match="East received N1 already"):
        village.do("publish_notice", by="ana", notice="N1", audiences="East")
    village.do("acknowledge_notice", by="bo", notice="N1", audience="East", acknowledged_by="the guard")
    assert notice(village).ledger["East"].acknowledged_by == "the guard"


def test_a_stop_does_not_make_what_is_out_look_as_if_it_were_not(village: Bench) -> None:
    publish(village, "East", permits=["harm"])
    village.do("give_order", by="ana", text="Unharmed.", conditions=["unharmed"])
    (stopped,) = village.do("publish_notice", by="ana", notice="N1", audiences="West")
    assert stopped.type == "notice_stopped"
    held = notice(village)
    assert (held.status, held.stopped_by_order, held.stopped_audiences) == ("published", "O1", ("West",))
    assert [n.id for n in live(village.state, village.at)] == ["N1"]
    village.do("waive_contradiction", by="ana", order="O1", subject="N1", reason="agreed")
    village.do("publish_notice", by="ana", notice="N1", audiences="West")
    assert notice(village).stopped_by_order is None and set(notice(village).ledger) == {"East", "West"}


def test_a_cancellation_of_version_1_still_counts_its_recalls_as_sent(village: Bench) -> None:
    """So it was when it was stored; a new one owes them."""
    from wayhome.case.fact import Origin
    from wayhome.case.state import apply

    publish(village, "East")
    old = joined("notice_cancelled", 1, {"notice": "N1", "reason": "over"}, {})
    at = village.at + timedelta(minutes=1)
    state = apply(village.state, old, Origin(seq=99, at=at, by="ana", desk="home"))
    line = state.notices.notices["N1"].ledger["East"]
    assert line.recall_sent_at == at and owed_recalls(state) == ()
    assert [r.audience for r in unconfirmed_recalls(state)] == ["East"]
    village.do("cancel_notice", by="ana", notice="N1", reason="over")
    assert notice(village).ledger["East"].recall_sent_at is None and len(owed_recalls(village.state)) == 1


# -- what it tells ------------------------------------------------------------------------------


def described(bench: Bench) -> None:
    """A subject of whom much is known."""
    bench.do("describe_subject", name="Max Berger", age_years=34, description="1.84 m, beard", clothing="red anorak",
             medical="asthma, carries a spray")  # fmt: skip
    bench.do("mark_point", kind="pls", position="47.0123,11.0456", place="car park at the weir")
    bench.do("take_report", reporter="Anna Berger", contact="555 0100")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("missing_notice", ("name", "age", "description", "clothing", "last_seen_area")),
        ("public_appeal", ("age", "description", "clothing", "last_seen_area")),
        ("border_alert", ("name", "age", "sex", "description", "marks")),
        ("warrant", ("name", "age", "sex", "description", "marks")),
        ("standing_order", ()),
    ],
)
def test_a_kind_shows_the_least_that_works_and_no_photograph_where_there_is_none(
    bench: Bench, kind: Any, told: tuple[str, ...]
) -> None:
    assert least(bench.state, kind) == told
    bench.do("draft_notice", kind=kind, title="T", text="t")
    assert notice(bench).shows == told
    bench.do("draft_notice", kind=kind, title="T", text="t", shows=[])
    assert notice(bench, "N2").shows == ()


@pytest.mark.parametrize("fact", ["medical", "address", "last_seen_place"])
def test_what_can_harm_needs_a_reason(bench: Bench, fact: str) -> None:
    with pytest.raises(InvalidInput, match="disclose_because: say why") as refused:
        bench.do("draft_notice", kind="missing_notice", title="T", text="t", shows=["name", fact])
    assert refused.value.details["field"] == "disclose_because"
    bench.do("draft_notice", kind="missing_notice", title="T", text="t", shows=[fact], disclose_because="needs insulin")
    assert notice(bench).disclose_because == "needs insulin"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("He wears a coat.", ()),
        ("Max wears a coat.", ("name",)),
        ("Maximum care.", ()),
        ("He has ASTHMA.", ("medical",)),
        ("Aged 34, 34 km from home", ("age",)),
        ("Seen at the car park  at the weir", ("last_seen_place",)),
        ("Seen at 47.01, 11.05.", ("last_seen_place",)),
        ("Seen at 47.02, 11.05.", ()),
        ("Call his sister Anna Berger on 555 0100", ("name", "reporter")),
    ],
)
def test_words_that_tell_more_than_is_shown_are_named_in_the_event(
    bench: Bench, text: str, told: tuple[str, ...]
) -> None:
    """47.0123, 11.0456 to two decimals is 47.01, 11.05; the sister's surname is his."""
    described(bench)
    (drafted,) = bench.do("draft_notice", kind="border_alert", title="T", text=text, shows=[])
    assert drafted.discloses_more == told
    assert ("tell more than it shows" in drafted.says()) == bool(told)


def test_a_sealed_fact_named_in_the_text_is_named(village: Bench) -> None:
    village.do("seal_fact", by="ana", title="What he carries", content="the fox", readers=["head"])
    (drafted,) = village.do("draft_notice", by="bo", kind="warrant", title="T", text="Mind what he carries.")
    assert drafted.discloses_more == ("sealed",) and "fox" not in drafted.says()


@given(shown=st.sets(st.sampled_from(("name", "age", "medical", "last_seen_place"))))
def test_what_is_shown_is_never_named_as_told_beyond(shown: set[str]) -> None:
    state = CaseState(case="c")
    subject = state.subject.replace(name="Max Berger", age_years=34, medical="asthma")
    told = tells_beyond(state.replace(subject=subject), tuple(sorted(shown)), "Max, 34 years, asthma")  # type: ignore[arg-type]
    assert set(told) == {"name", "age", "medical"} - shown


@pytest.mark.parametrize(
    ("kind", "shows", "text", "stopped"),
    [
        ("missing_notice", ["name"], "t", True),
        ("public_appeal", ["photograph"], "t", True),
        ("public_appeal", ["age"], "Have you seen Max?", True),
        ("public_appeal", ["age"], "Have you seen him?", False),
        ("border_alert", ["name", "photograph"], "t", False),
    ],
)
def test_no_publicity_stops_what_shows_name_or_photograph_to_the_public(
    village: Bench, kind: str, shows: list[str], text: str, stopped: bool
) -> None:
    village.do("describe_subject", by="bo", name="Max Berger")
    village.do("give_order", by="ana", text="Nothing to the press.", conditions=["no_publicity"])
    village.do("draft_notice", by="bo", kind=kind, title="T", text=text, shows=shows)
    village.do("approve_notice", by="ana", notice="N1")
    (done,) = village.do("publish_notice", by="ana", notice="N1", audiences="radio")
    assert done.type == ("notice_stopped" if stopped else "notice_published")


def test_a_version_that_no_longer_shows_the_name_no_longer_permits_to_publish_it(bench: Bench) -> None:
    bench.do("draft_notice", kind="missing_notice", title="T", text="t", shows=["name"], permits=["detain"])
    assert notice(bench).permits == ("detain", "publish_name")
    bench.do("update_notice", notice="N1", shows=["age"], reason="no names")
    assert notice(bench).permits == ("detain",)


@pytest.mark.parametrize("kind", ["missing_notice", "public_appeal", "border_alert"])
def test_publicity_without_consent_needs_the_reason_of_one_who_may_approve(village: Bench, kind: Any) -> None:
    village.do("describe_subject", by="bo", name="Max Berger", consent_to_publicity="no")
    village.do("draft_notice", by="bo", kind=kind, title="T", text="t")
    if kind not in PUBLIC_KINDS:
        village.do("approve_notice", by="ana", notice="N1")
        return
    with pytest.raises(RuleBroken, match="does not consent to publicity.*against_consent_because"):
        village.do("approve_notice", by="ana", notice="N1")
    with pytest.raises(NotAllowed):
        village.do("approve_notice", by="cy", notice="N1", against_consent_because="life at stake")
    village.do("approve_notice", by="ana", notice="N1", against_consent_because="life at stake")
    village.do("publish_notice", by="ana", notice="N1", audiences="radio")
    assert (notice(village).against_consent, notice(village).against_consent_by) == ("life at stake", "ana")


def test_consent_taken_back_after_approval_stops_the_next_sending(village: Bench) -> None:
    publish(village, "radio", kind="public_appeal")
    village.do("describe_subject", by="bo", consent_to_publicity="no")
    with pytest.raises(RuleBroken, match="does not consent"):
        village.do("publish_notice", by="ana", notice="N1", audiences="press")
    village.do("publish_notice", by="ana", notice="N1", audiences="press", against_consent_because="life at stake")
    assert notice(village).against_consent == "life at stake"


@pytest.mark.parametrize(
    "link", ["example.org", "javascript:alert(1)", "https://", "https://a b", "https://x/" + "y" * 500]
)
def test_a_link_is_the_whole_address_of_a_page(bench: Bench, link: str) -> None:
    with pytest.raises(InvalidInput, match="link: write the whole address"):
        bench.do("draft_notice", kind="public_appeal", title="T", text="t", link=link)


def test_a_photograph_that_the_case_does_not_have_is_refused(bench: Bench) -> None:
    with pytest.raises(NotFound, match="photograph"):
        bench.do("draft_notice", kind="public_appeal", title="T", text="t", photograph="PH9")


# -- photographs --------------------------------------------------------------------------------


def photographed(bench: Bench, n: int, may_publish: str = "unknown", of: str = "subject") -> str:
    """A photograph as the import writes it; its id."""
    (done, *_) = bench.do("attach_photograph", blob=f"{n:064x}", form="jpeg", file_name=f"{n}.jpg", of=of, width_px=8,
                          height_px=8, may_publish=may_publish)  # fmt: skip
    return str(done.id)


def test_only_a_photograph_that_may_be_published_is_shown_to_the_public_by_default(bench: Bench) -> None:
    photographed(bench, 1)
    assert "photograph" not in least(bench.state, "public_appeal")
    assert "photograph" in least(bench.state, "border_alert")  # not to the public
    may = photographed(bench, 2, "yes")
    photographed(bench, 3, "no")
    assert "photograph" in least(bench.state, "public_appeal")
    assert portrait(bench.state, "public_appeal") == may
    assert portrait(bench.state, "border_alert") != may  # the newest


def test_a_photograph_that_may_not_be_published_needs_a_reason_and_is_not_printed_without(bench: Bench) -> None:
    key = photographed(bench, 1, "no")
    bench.do("draft_notice", kind="public_appeal", title="T", text="t", shows=["photograph"], photograph=key)
    with pytest.raises(RuleBroken, match="The photograph may not be published"):
        bench.do("approve_notice", notice="N1")
    bench.do("approve_notice", notice="N1", against_consent_because="life at stake")
    held = notice(bench)
    asked = (bench.state, held.kind, held.shows, held.photograph)
    assert printed_photograph(*asked, held.against_consent) == key
    assert printed_photograph(*asked, "") is None


def test_a_withdrawn_photograph_is_no_longer_printed_nor_chosen(bench: Bench) -> None:
    key = photographed(bench, 1, "yes")
    bench.do("draft_notice", kind="public_appeal", title="T", text="t", photograph=key)
    held = notice(bench)
    assert printed_photograph(bench.state, held.kind, held.shows, key, "") == key
    bench.do("withdraw_photograph", photograph=key, reason="somebody else")
    assert printed_photograph(bench.state, held.kind, held.shows, key, "") is None
    with pytest.raises(NotFound, match="photograph of the subject"):
        bench.do("draft_notice", kind="public_appeal", title="T", text="t", photograph=key)


def test_a_photograph_can_prove_a_sending(bench: Bench) -> None:
    bench.do("draft_notice", kind="warrant", title="T", text="t")
    bench.do("approve_notice", notice="N1")
    key = photographed(bench, 1)
    bench.do("publish_notice", notice="N1", audiences="East", proof_file=key)
    assert notice(bench).ledger["East"].sendings[0].proof_file == key
