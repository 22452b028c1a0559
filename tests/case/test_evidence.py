"""Statements and clues corrected, chains of custody complete, and numbers that never collide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayhome.base.errors import InvalidInput, NotFound, RuleBroken
from wayhome.case.amendment import unread_after_change
from wayhome.case.authority import Actor
from wayhome.case.custody import Custody, ItemHandedOver, open_links
from wayhome.case.evidence import Clue
from wayhome.case.fact import Context, joined, parted

if TYPE_CHECKING:
    from conftest import Bench

PLACE, OTHER = "42.2,-71.1", "42.21,-71.1"


@pytest.fixture
def seen(bench: Bench) -> Bench:
    """A statement and two clues, one to be collected, one to be left."""
    bench.do("mark_point", kind="pls", position=PLACE)
    bench.do("record_statement", witness="Ann Example", text="He sat there.", told_at="2026-03-01T05:40Z",
             observed_at="2026-03-01T04:00Z", position=PLACE, reliability="0.8")  # fmt: skip
    bench.do("record_clue", name="cap", finder="Sam", found_at="2026-03-01T05:50Z", position=PLACE)
    bench.do("record_clue", name="print", finder="Sam", instruction="leave", position=PLACE)
    return bench


def chain(bench: Bench, clue: str = "C1") -> tuple[Custody, ...]:
    """Links of a clue's chain."""
    return bench.state.evidence.clues[clue].custody


# -- amended ------------------------------------------------------------------------------------------


def test_what_is_given_replaces_and_the_rest_stays(seen: Bench) -> None:
    seen.do("amend_statement", statement="S1", observed_at="2026-03-01T04:30Z", place="bench", reason="misheard")
    s = seen.state.evidence.statements["S1"]
    assert (s.observed_at, s.place) == (datetime(2026, 3, 1, 4, 30, tzinfo=UTC), "bench")
    assert (s.witness, s.reliability, s.withdrawn) == ("Ann Example", 0.8, None)
    (note,) = s.amendments
    assert (set(note.fields), note.reason, note.at) == ({"observed_at", "place"}, "misheard", seen.at)


def test_unknown_sets_back_and_differs_from_nothing_given(seen: Bench) -> None:
    seen.do("amend_statement", statement="S1", unknown=["reliability", "position"])
    s = seen.state.evidence.statements["S1"]
    assert s.reliability is None and s.position is None and s.observed_at is not None
    seen.do("amend_clue", clue="C1", unknown=["finder", "found_at"])
    c = seen.state.evidence.clues["C1"]
    assert (c.finder, c.found_at, c.name) == ("", None, "cap")


def test_a_clue_is_amended_and_the_log_says_what_changed(seen: Bench) -> None:
    (fact,) = seen.do("amend_clue", clue="C2", name="footprint", description="left boot", instruction="mark")
    c = seen.state.evidence.clues["C2"]
    assert (c.name, c.description, c.instruction) == ("footprint", "left boot", "mark")
    assert fact.says() == "Clue C2 amended: name footprint; description left boot; instruction mark."
    (fact,) = seen.do("amend_statement", statement="S1", observed_at="2026-03-01T04:30Z", reliability="0.5")
    assert fact.says() == "Statement S1 amended: observed at 2026-03-01T04:30:00Z; reliability 0.5."
    (fact,) = seen.do("amend_clue", clue="C2", unknown=["description"], reason="Not seen by anybody.")
    assert fact.says() == "Clue C2 amended: not known any more: description; Not seen by anybody."


@pytest.mark.parametrize(
    ("command", "fields", "error", "match"),
    [
        ("amend_statement", {"statement": "S1"}, RuleBroken, "Nothing of S1 changes"),
        ("amend_statement", {"statement": "S1", "reliability": "0.8"}, RuleBroken, "Nothing of S1 changes"),
        ("amend_statement", {"statement": "S1", "unknown": ["bearing_deg"]}, RuleBroken, "Nothing of S1 changes"),
        ("amend_statement", {"statement": "S1", "unknown": ["witness"]}, InvalidInput, "unknown: witness can't"),
        ("amend_statement", {"statement": "S1", "unknown": ["colour"]}, InvalidInput, "unknown: colour can't"),
        ("amend_statement", {"statement": "S1", "place": "x", "unknown": ["place"]}, InvalidInput, "both given and"),
        ("amend_statement", {"statement": "S1", "told_at": "2026-03-01T03:00Z"}, RuleBroken, "before observed_at"),
        ("amend_statement", {"statement": "S1", "text": "  "}, InvalidInput, "text is empty"),
        ("amend_statement", {"statement": "S1", "position": "-71.1,42.2"}, InvalidInput, "confirm_far"),
        ("amend_statement", {"statement": "S9", "place": "x"}, NotFound, 'no statement "S9"'),
        ("amend_clue", {"clue": "C1", "instruction": "burn"}, InvalidInput, "instruction"),
        ("amend_clue", {"clue": "C1", "unknown": ["instruction"]}, InvalidInput, "unknown: instruction can't"),
        ("amend_clue", {"clue": "C1", "position": "10,10"}, InvalidInput, "position: .*confirm_far"),
    ],
)
def test_wrong_amendments_are_refused(
    seen: Bench, command: str, fields: dict[str, Any], error: type[Exception], match: str
) -> None:
    before = seen.state
    with pytest.raises(error, match=match):
        seen.do(command, **fields)
    assert seen.state == before


def test_what_was_withdrawn_is_not_amended(seen: Bench) -> None:
    seen.do("withdraw_evidence", evidence="S1", reason="dreamt it")
    with pytest.raises(RuleBroken, match="S1 was withdrawn"):
        seen.do("amend_statement", statement="S1", place="x")


def test_a_reading_is_told_of_a_change_after_it_until_it_is_read_anew(seen: Bench) -> None:
    seen.do("read_evidence", evidence="S1", kind="sighting", error_m="50 m")
    seen.do("set_scenarios", scenarios=[{"id": "lost", "title": "lost", "weight": 1.0}])
    seen.do("judge_evidence", evidence="S1", likelihood={"lost": 0.5})
    assert unread_after_change(seen.state) == ()
    seen.do("amend_statement", statement="S1", position=OTHER)
    changed = seen.at
    assert [(u.evidence, u.what, u.fields, u.changed_at) for u in unread_after_change(seen.state)] == [
        ("S1", "reading", ("position",), changed), ("S1", "judgement", ("position",), changed),
    ]  # fmt: skip
    held = seen.state.evidence.readings["S1"]
    assert str(held.position) == "42.20000, -71.10000"  # the reading itself stays as it was read
    seen.do("read_evidence", evidence="S1", kind="sighting", error_m="50 m")
    assert [u.what for u in unread_after_change(seen.state)] == ["judgement"]
    seen.do("judge_evidence", evidence="S1", likelihood={"lost": 0.5})
    assert unread_after_change(seen.state) == ()
    seen.do("amend_statement", statement="S1", place="bench")
    seen.do("withdraw_evidence", evidence="S1", reason="mistaken")
    assert unread_after_change(seen.state) == ()


def test_a_new_instruction_says_nothing_of_where_the_subject_was(seen: Bench) -> None:
    seen.do("read_evidence", evidence="C2", kind="item", error_m="50 m", reliability="0.5")
    seen.do("amend_clue", clue="C2", instruction="mark")
    assert unread_after_change(seen.state) == ()


def test_personal_words_of_an_amendment_stand_outside_the_chain(seen: Bench) -> None:
    (fact,) = seen.do("amend_statement", statement="S1", witness="Bea Example", text="She stood.", reason="as Bea says")
    stored = parted(fact)
    assert set(stored.secrets) == {"witness", "text", "reason"} and "Bea" not in str(stored.public)
    assert "Bea" not in str(joined(stored.type, stored.version, stored.public, dict.fromkeys(stored.secrets)))


# -- instruction and collecting -----------------------------------------------------------------------


def test_a_clue_left_at_first_is_collected_after_a_new_instruction(seen: Bench) -> None:
    with pytest.raises(RuleBroken, match="C2 is not to be taken .instruction: leave.*amend_clue"):
        seen.do("collect_item", clue="C2", taken_by="Lee")
    seen.do("amend_clue", clue="C2", instruction="collect")
    assert chain(seen, "C2") == ()  # nobody has it by that alone
    with pytest.raises(RuleBroken, match="C2 was not collected .*collect_item"):
        seen.do("hand_over_item", clue="C2", holder="head")
    seen.do("collect_item", clue="C2", taken_by="Lee", at="2026-03-01T06:03Z", seal_number="B-17", place="bank")
    (link,) = chain(seen, "C2")
    assert (link.kind, link.holder, link.seal_number, link.place) == ("collected", "Lee", "B-17", "bank")
    assert link.at == datetime(2026, 3, 1, 6, 3, tzinfo=UTC) and link.recorded_at == seen.at
    assert open_links(seen.state) == ()
    with pytest.raises(RuleBroken, match="C2 was taken already; Lee has it since"):
        seen.do("collect_item", clue="C2", taken_by="Kim")
    with pytest.raises(RuleBroken, match="can't be left any more"):
        seen.do("amend_clue", clue="C2", instruction="leave")


def test_what_its_finder_took_along_gets_its_bag_number_by_collecting(seen: Bench) -> None:
    seen.do("collect_item", clue="C1", taken_by="Lee", seal_number="B-1")
    assert [(x.id, x.kind, x.holder) for x in chain(seen)] == [("L1", "found", "Sam"), ("L2", "collected", "Lee")]


def test_the_first_link_follows_a_correction_of_who_found_it_and_when(seen: Bench) -> None:
    seen.do("amend_clue", clue="C1", finder="Samuel", found_at="2026-03-01T05:20Z")
    (link,) = chain(seen)
    assert (link.holder, link.at) == ("Samuel", datetime(2026, 3, 1, 5, 20, tzinfo=UTC))
    seen.do("amend_clue", clue="C1", instruction="leave")
    assert chain(seen) == ()


def test_a_find_cannot_be_moved_behind_the_hand_over(seen: Bench) -> None:
    seen.do("hand_over_item", clue="C1", holder="desk", at="2026-03-01T06:01Z")
    with pytest.raises(InvalidInput, match="found_at: C1 changed hands at 2026-03-01T06:01:00Z"):
        seen.do("amend_clue", clue="C1", found_at="2026-03-01T06:02Z")


# -- chain of custody ---------------------------------------------------------------------------------


def test_a_link_is_open_until_its_receiver_confirms(seen: Bench) -> None:
    seen.do("hand_over_item", clue="C1", holder="lab", at="2026-03-01T06:01Z", place="gate", seal_number="B-1")
    (waits,) = open_links(seen.state)
    assert (waits.clue, waits.link, waits.holder, waits.given_by) == ("C1", "L2", "lab", "Sam")
    assert waits.since == datetime(2026, 3, 1, 6, 1, tzinfo=UTC)
    seen.do("confirm_receipt", clue="C1", received_by="Kim of the lab", at="2026-03-01T06:03Z", seal_number="B-1")
    assert open_links(seen.state) == ()
    link = chain(seen)[-1]
    assert (link.confirmed_by, link.confirmed_seal, link.place) == ("Kim of the lab", "B-1", "gate")
    assert link.confirmed_at == datetime(2026, 3, 1, 6, 3, tzinfo=UTC)
    with pytest.raises(RuleBroken, match="No link of C1 waits"):
        seen.do("confirm_receipt", clue="C1", received_by="Kim")


def test_a_signature_on_the_spot_closes_the_link_at_once(seen: Bench) -> None:
    seen.do("hand_over_item", clue="C1", holder="lab", received_by="Kim")
    assert open_links(seen.state) == () and chain(seen)[-1].confirmed_by == "Kim"


def test_a_withdrawn_thing_is_still_in_somebodys_hands(seen: Bench) -> None:
    seen.do("hand_over_item", clue="C1", holder="lab")
    seen.do("withdraw_evidence", evidence="C1", reason="not his")
    assert [x.clue for x in open_links(seen.state)] == ["C1"]
    seen.do("confirm_receipt", clue="C1", received_by="Kim")
    seen.do("dispose_item", clue="C1", how="returned", to="its owner", reason="not his", received_by="Ola Example")
    assert open_links(seen.state) == ()


def test_of_several_open_links_one_is_named(seen: Bench) -> None:
    seen.do("hand_over_item", clue="C1", holder="desk")
    seen.do("hand_over_item", clue="C1", holder="lab")
    with pytest.raises(InvalidInput, match=r"several links of C1 wait \(L2 to desk, L3 to lab\)"):
        seen.do("confirm_receipt", clue="C1", received_by="Kim")
    seen.do("confirm_receipt", clue="C1", received_by="Kim", link="L3")
    assert [x.link for x in open_links(seen.state)] == ["L2"]
    with pytest.raises(RuleBroken, match="L3 of C1 needs no receipt; Kim confirmed it"):
        seen.do("confirm_receipt", clue="C1", received_by="Lee", link="L3")
    with pytest.raises(RuleBroken, match="L1 of C1 needs no receipt: it says found"):
        seen.do("confirm_receipt", clue="C1", received_by="Lee", link="L1")
    with pytest.raises(NotFound, match="L7"):
        seen.do("confirm_receipt", clue="C1", received_by="Lee", link="L7")


def test_another_seal_than_was_sent_needs_a_reason(seen: Bench) -> None:
    seen.do("hand_over_item", clue="C1", holder="lab", seal_number="B-1")
    with pytest.raises(InvalidInput, match="sent under seal B-1 and came under B-2; say why"):
        seen.do("confirm_receipt", clue="C1", received_by="Kim", seal_number="B-2")
    (fact,) = seen.do("confirm_receipt", clue="C1", received_by="Kim", seal_number="B-2", remark="bag torn at the gate")
    assert "B-2" in fact.says() and "bag torn" in fact.says()
    assert (chain(seen)[-1].seal_number, chain(seen)[-1].confirmed_seal) == ("B-1", "B-2")
    assert chain(seen)[-1].note == "seal B-1; receipt confirmed by Kim under seal B-2; bag torn at the gate"


@pytest.mark.parametrize(
    ("command", "fields", "match"),
    [
        ("hand_over_item", {"holder": "lab", "at": "2026-03-01T05:49Z"}, "Sam has C1 only since 2026-03-01T05:50:00Z.*amend_clue"),
        ("hand_over_item", {"holder": "lab", "at": "2026-03-01T09:00Z"}, "lies in the future"),
        ("hand_over_item", {"holder": "lab", "at": "05:55"}, "at: "),
        ("hand_over_item", {"holder": "lab", "received_by": "sam"}, "can't confirm its receipt"),
        ("hand_over_item", {"holder": " "}, "holder"),
        ("collect_item", {"taken_by": "Lee", "at": "2026-03-01T05:00Z"}, "lies before the last link"),
        ("dispose_item", {"how": "returned", "reason": "over"}, "say who has C1"),
        ("dispose_item", {"how": "destroyed", "reason": "over", "to": "Kim"}, "nobody has"),
        ("dispose_item", {"how": "lost", "reason": "over"}, "how"),
        ("dispose_item", {"how": "court", "to": "court", "reason": "trial", "at": "2026-03-01T05:00Z"}, "lies before"),
    ],
)  # fmt: skip
def test_wrong_links_are_refused_with_a_sentence(seen: Bench, command: str, fields: dict[str, Any], match: str) -> None:
    before = seen.state
    with pytest.raises(InvalidInput, match=match):
        seen.do(command, clue="C1", **fields)
    assert seen.state == before


def test_a_receipt_before_the_hand_over_is_refused(seen: Bench) -> None:
    seen.do("hand_over_item", clue="C1", holder="lab", at="2026-03-01T06:02Z")
    with pytest.raises(InvalidInput, match="handed over only at 2026-03-01T06:02:00Z"):
        seen.do("confirm_receipt", clue="C1", received_by="Kim", at="2026-03-01T06:01Z")


def test_an_ended_chain_takes_no_more_links(seen: Bench) -> None:
    (fact,) = seen.do("dispose_item", clue="C1", how="destroyed", reason="by order of the court")
    assert fact.says().endswith("by order of the court") and "destroyed" in fact.says()
    assert chain(seen)[-1].is_end and open_links(seen.state) == ()
    for command, fields in (("hand_over_item", {"holder": "x"}), ("dispose_item", {"how": "destroyed", "reason": "x"})):
        with pytest.raises(RuleBroken, match="C1 was destroyed at .*ended there"):
            seen.do(command, clue="C1", **fields)


def test_what_went_to_the_family_waits_for_their_receipt(seen: Bench) -> None:
    seen.do("dispose_item", clue="C1", how="returned", to="Mia Example", reason="case closed")
    assert [x.holder for x in open_links(seen.state)] == ["Mia Example"]
    seen.do("confirm_receipt", clue="C1", received_by="Mia Example")
    assert open_links(seen.state) == ()


def test_an_old_hand_over_without_the_new_fields_still_reads(seen: Bench) -> None:
    old = joined("item_handed_over", 1, {"clue": "C1", "remark": "r"}, {"holder": "head", "given_by": "Sam"})
    assert isinstance(old, ItemHandedOver)
    assert (old.holder, old.at, old.link, old.is_received) == ("head", None, "", False)


def test_names_that_were_erased_do_not_open_a_confirmed_link(seen: Bench) -> None:
    from wayhome.case.fact import Origin
    from wayhome.case.state import apply

    seen.do("hand_over_item", clue="C1", holder="lab", received_by="Kim")
    seen.do("hand_over_item", clue="C1", holder="desk")
    seen.do("confirm_receipt", clue="C1", received_by="Lee")
    state = type(seen.state)(case="erased")
    for fact, origin in seen.events:
        apart = parted(fact)
        again = joined(apart.type, apart.version, apart.public, dict.fromkeys(apart.secrets))
        state = apply(state, again, Origin(**origin.__dict__))
    assert [x.is_open for x in state.evidence.clues["C1"].custody] == [False, False, False]
    assert "Kim" not in str(state) and "Sam" not in str(state)


# -- numbers across computers -------------------------------------------------------------------------


def desk(name: str, is_home: bool) -> Context:
    """A desk at which somebody records."""
    return Context(by=Actor(id="x", name="x"), at=datetime(2026, 3, 1, tzinfo=UTC), desk=name, is_home=is_home)


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=40))
def test_numbers_of_several_desks_never_collide_and_go_on(steps: list[tuple[int, bool]]) -> None:
    """Each desk numbers what it has seen; some steps merge all three. No two things ever get one number."""
    desks = [desk("home0000", True), desk("a1b2c3d4", False), desk("ffee0011", False)]
    seen: list[dict[str, int]] = [{}, {}, {}]
    given_out: list[str] = []
    for who, merges in steps:
        new = desks[who].new_id("C", seen[who])
        assert new not in given_out
        own = [k for k in given_out if ("-" in k) == (who > 0) and (who == 0 or k.endswith(desks[who].desk[:4]))]
        number = int(new[1:].split("-")[0])
        assert number == len(own) + 1  # each desk's own numbers go on without a gap
        given_out.append(new)
        seen[who][new] = who
        if merges:
            everything = {k: v for table in seen for k, v in table.items()}
            seen = [dict(everything) for _ in desks]


def test_a_clue_recorded_on_another_computer_goes_on_where_that_one_stopped(seen: Bench) -> None:
    from wayhome.case.command import parse_command
    from wayhome.case.state import decide

    away = desk("a1b2c3d4", False).replace(
        at=seen.at + timedelta(minutes=1), by=Actor(id="x", name="x", may=frozenset({"record"}))
    )
    (fact,) = decide(seen.state, parse_command("record_clue", {"name": "glove"}), away)
    assert fact.id == "C1-a1b2"  # type: ignore[attr-defined]
    clue = Clue(id="C1-a1b2", name="glove")
    held = seen.state.replace(
        evidence=seen.state.evidence.replace(clues={**seen.state.evidence.clues, "C1-a1b2": clue})
    )
    (fact,) = decide(held, parse_command("record_clue", {"name": "sock"}), away)
    assert fact.id == "C2-a1b2"  # type: ignore[attr-defined]
    (fact,) = decide(held, parse_command("record_clue", {"name": "shoe"}), away.replace(is_home=True, desk="home0000"))
    assert fact.id == "C3"  # type: ignore[attr-defined]
