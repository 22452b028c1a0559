"""Orders: what stays in force, how it is amended and acknowledged, and what is stopped because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from wayhome.case.betrayal import betrays
from wayhome.case.fact import joined, parted
from wayhome.case.order import OrderGiven, conflicts, contradicts, out_against_orders, unacknowledged
from wayhome.case.outing import stopped_outings

if TYPE_CHECKING:
    from conftest import Bench

RING = "42.20,-71.10;42.21,-71.10;42.21,-71.09;42.20,-71.09"
TELLS_TO_HARM = (
    "Search and destroy.", "SEARCH AND\nDESTROY", "search-and-destroy", "Kill him", "kill on sight.", "shoot to kill",
    "Dead or alive", "dead-or-alive", "Lethal force is allowed", "eliminate the target", "Harm him if he resists.",
    "Do not hesitate to shoot.", "Do not wait, kill him.", "No, shoot him.", "Not only find but destroy",
    "Do not let him escape; harm is acceptable", "Shot on sight", "Shoot a man like that",  "\uff2b\uff29\uff2c\uff2c him",
)  # fmt: skip
TELLS_NO_HARM = (
    "Bring him back unharmed.", "do not harm", "Don\u2019t shoot", "Do not shoot, harm or kill him.", "never kill",
    "No lethal force", "without lethal means", "Nobody may harm him", "He killed the lights", "Skillet trail",
    "skill: tracking", "harmless dog", "Kilimanjaro road", "stay out of harm's way", "non-lethal means", "overkill",
    "the kill switch of the saw", "destroyed bridge", "Shoot a flare at noon", "shoot photographs of it", "shooting range (closed)", "Harmony mill", "",
)  # fmt: skip


@pytest.mark.parametrize("text", TELLS_TO_HARM)
def test_words_that_betray_harm_are_found(text: str) -> None:
    assert betrays("unharmed", text)


@pytest.mark.parametrize("text", TELLS_NO_HARM)
def test_words_that_only_look_like_it_are_not(text: str) -> None:
    assert not betrays("unharmed", text)


@given(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=5), st.sampled_from(["kill", "destroy", "harm"])
)
def test_letters_grown_onto_a_word_make_another_word(grown: str, word: str) -> None:
    assert not betrays("unharmed", word + grown) and not betrays("unharmed", grown + word)


def test_each_condition_has_its_own_words() -> None:
    assert betrays("no_pursuit_across_border", "Pursue across the river")
    assert betrays("no_pursuit_across_border", "follow him ACROSS THE BORDER")
    assert not betrays("no_pursuit_across_border", "Do not go across the border")
    assert not betrays("no_pursuit_across_border", "search and destroy")
    assert not betrays("unharmed", "across the border") and not betrays("no_publicity", "kill")


def sent_to_harm(bench: Bench, **more: object) -> Bench:
    """An order "unharmed" by ana, and an assignment by bo that permits harm."""
    bench.do("mark_point", kind="lkp", position="42.205,-71.095")
    bench.do("draw_segment", by="bo", name="Meadow", ring=RING)
    bench.do("form_team", by="bo", name="One", searchers="3")
    bench.do("give_order", by="ana", text="Bring him back unharmed.", conditions=["unharmed"], to="all teams")
    bench.do("draft_assignment", by="bo", team="T1", segment="SEG1", **{"permits": ["harm"], **more})
    return bench


@pytest.mark.parametrize("act", ["approve_assignment", "dispatch_assignment"])
def test_a_contradicting_assignment_is_stopped_and_the_stop_recorded(village: Bench, act: str) -> None:
    sent_to_harm(village)
    (stopped,) = village.do(act, by="bo", assignment="A1")
    assert (stopped.type, stopped.order) == ("assignment_stopped", "O1")
    held = village.state.assignments.assignments["A1"]
    assert (held.status, held.stopped_by_order) == ("stopped", "O1")
    assert village.state.people.teams["T1"].status == "assigned"
    with pytest.raises(RuleBroken, match="ana can amend the order or waive it for A1"):
        village.do("dispatch_assignment", by="bo", assignment="A1")


@pytest.mark.parametrize("field", ["task", "equipment"])
def test_words_of_an_assignment_stop_it_too(village: Bench, field: str) -> None:
    sent_to_harm(village, permits=[], **{field: "shoot on sight"})
    assert village.do("dispatch_assignment", by="bo", assignment="A1")[0].type == "assignment_stopped"


def test_it_goes_once_the_giver_waives_and_only_then(village: Bench) -> None:
    sent_to_harm(village)
    village.do("dispatch_assignment", by="bo", assignment="A1")
    with pytest.raises(NotAllowed, match="Only ana"):
        village.do("waive_contradiction", by="bo", order="O1", subject="A1", reason="r")
    village.do("waive_contradiction", by="ana", order="O1", subject="A1", reason="he is armed")
    assert village.do("dispatch_assignment", by="bo", assignment="A1")[0].type == "assignment_dispatched"
    assert village.state.assignments.assignments["A1"].status == "dispatched"
    assert village.state.decisions.in_force()[0].id == "O1"


def test_what_was_let_out_cannot_be_made_worse_afterwards(village: Bench) -> None:
    sent_to_harm(village)
    village.do("dispatch_assignment", by="bo", assignment="A1")
    village.do("waive_contradiction", by="ana", order="O1", subject="A1", reason="r")
    with pytest.raises(RuleBroken, match="let out against order O1 as it reads"):
        village.do("amend_assignment", by="bo", assignment="A1", permits=["lethal_force"])
    village.do("amend_assignment", by="bo", assignment="A1", channel="2")


def test_it_goes_once_the_order_is_amended_or_it_is(village: Bench) -> None:
    sent_to_harm(village)
    village.do("dispatch_assignment", by="bo", assignment="A1")
    village.do("amend_assignment", by="bo", assignment="A1", permits=[])
    assert village.state.assignments.assignments["A1"].status == "draft"
    village.do("amend_assignment", by="bo", assignment="A1", permits=["harm"])
    village.do("amend_order", by="ana", order="O1", conditions=[], reason="he turned on the searchers")
    assert village.do("dispatch_assignment", by="bo", assignment="A1")[0].type == "assignment_dispatched"


def test_an_order_given_later_shows_what_is_out_against_it(village: Bench) -> None:
    sent_to_harm(village, permits=["cross_border"])
    village.do("dispatch_assignment", by="bo", assignment="A1")
    assert out_against_orders(village.state) == ()
    village.do("give_order", by="ana", text="Stay on our side.", conditions=["no_pursuit_across_border"])
    ((thing, order),) = out_against_orders(village.state)
    assert (thing, order.id) == ("A1", "O2")


def test_an_amended_order_keeps_its_earlier_wording(village: Bench) -> None:
    village.do("give_order", by="ana", text="Find him.", conditions=["unharmed"], to="team One")
    given_at = village.at
    with pytest.raises(NotAllowed, match="Only ana"):
        village.do("amend_order", by="bo", order="O1", text="x", reason="r")
    with pytest.raises(RuleBroken, match="reads so already"):
        village.do("amend_order", by="ana", order="O1", text="Find him.", reason="r")
    with pytest.raises(InvalidInput, match="reason"):
        village.do("amend_order", by="ana", order="O1", text="Find them.", reason=" ")
    village.do("amend_order", by="ana", order="O1", text="Find him and talk to him.", reason="he is afraid")
    order = village.state.decisions.orders["O1"]
    assert (order.text, order.conditions, order.to) == ("Find him and talk to him.", ("unharmed",), "team One")
    (before,) = order.versions
    assert (before.text, before.until, before.reason) == ("Find him.", village.at, "he is afraid")
    assert order.given_at == given_at and order.version == 2
    village.do("rescind_order", by="ana", order="O1", reason="over")
    with pytest.raises(RuleBroken, match="rescinded already"):
        village.do("amend_order", by="ana", order="O1", text="x", reason="r")


def test_receipt_is_for_a_wording_and_asked_for_again_after_an_amendment(village: Bench) -> None:
    village.do("give_order", by="ana", text="Find him.", to="team One")
    village.do("give_order", by="ana", text="To nobody in particular.")
    assert [o.id for o in unacknowledged(village.state)] == ["O1"]
    village.do("acknowledge_order", by="bo", order="O1", who="leader of One", at="2026-03-01T06:04Z")
    (told,) = village.state.decisions.orders["O1"].acknowledgements
    assert (told.who, told.version, told.at.minute) == ("leader of One", 1, 4)
    with pytest.raises(RuleBroken, match="already"):
        village.do("acknowledge_order", by="bo", order="O1", who="leader of One")
    with pytest.raises(InvalidInput, match="lies in the future"):
        village.do("acknowledge_order", by="bo", order="O1", who="Two", at="2026-03-02T00:00Z")
    assert unacknowledged(village.state) == ()
    village.do("amend_order", by="ana", order="O1", text="Find her.", reason="wrong person")
    assert [o.id for o in unacknowledged(village.state)] == ["O1"]
    # typed late: heard before the amendment, so it is of the first wording
    village.do("acknowledge_order", by="bo", order="O1", who="Two", at="2026-03-01T06:05Z")
    assert [o.id for o in unacknowledged(village.state)] == ["O1"]
    village.do("acknowledge_order", by="bo", order="O1", who="Two")
    assert unacknowledged(village.state) == ()


def test_an_order_against_somebody_elses_is_said_when_it_is_given(village: Bench) -> None:
    village.do("give_order", by="ana", text="Unharmed.", conditions=["unharmed"])
    (own,) = village.do("give_order", by="ana", text="Search and destroy.")
    assert own.conflicts_with == ()  # one's own is amended, not told
    (given_,) = village.do("give_order", by="bo", text="Search and destroy.")
    assert given_.conflicts_with == ("O1",) and "conflicts with O1" in given_.says()
    assert village.state.decisions.orders["O3"].conflicts_with == ("O1",)
    assert [(a.id, b.id) for a, b in conflicts(village.state)] == [("O1", "O3")]
    # the other way round: a new condition that a standing order breaks
    (later,) = village.do("give_order", by="bo", text="Nobody is to be hurt.", conditions=["unharmed"])
    assert later.conflicts_with == ("O2",)


def test_conditions_in_words_are_kept_with_the_order(village: Bench) -> None:
    village.do("give_order", by="ana", text="Find him.", other_conditions=["He meets his teacher first", " "])
    assert village.state.decisions.orders["O1"].other_conditions == ("He meets his teacher first",)
    village.do("amend_order", by="ana", order="O1", other_conditions=["No dogs"], reason="afraid of dogs")
    order = village.state.decisions.orders["O1"]
    assert order.other_conditions == ("No dogs",)
    assert order.versions[0].other_conditions == ("He meets his teacher first",)
    assert not contradicts(order, (), "use dogs")  # words in force for people; nothing checks them


def test_unknown_orders_and_things_are_named(village: Bench) -> None:
    for command, fields in {
        "amend_order": {"text": "x", "reason": "r"}, "acknowledge_order": {"who": "x"},
        "waive_contradiction": {"subject": "N1", "reason": "r"},
    }.items():  # fmt: skip
        with pytest.raises(NotFound, match='no order "O9"'):
            village.do(command, by="ana", order="O9", **fields)


def test_names_in_an_order_stand_under_the_erasable_key() -> None:
    told = OrderGiven(id="O1", text="Find Nola Sample", to="Bo Example", other_conditions=("Tell Ana",))
    stored = parted(told)
    assert set(stored.secrets) == {"text", "to", "other_conditions"}
    again = joined("order_given", 1, stored.public, dict.fromkeys(stored.secrets))
    assert (again.text, again.to, again.other_conditions) == ("[erased]", "", ())


def test_an_order_stored_before_orders_had_versions_is_read() -> None:
    old = joined("order_given", 1, {"id": "O1", "conditions": ["unharmed"], "to": "all"}, {"text": "Unharmed."})
    assert isinstance(old, OrderGiven) and (old.to, old.other_conditions, old.at) == ("all", (), None)


def test_stops_wait_for_the_giver_until_they_are_let_out(village: Bench) -> None:
    sent_to_harm(village)
    assert stopped_outings(village.state) == ()
    village.do("dispatch_assignment", by="bo", assignment="A1")
    assert [a.id for a in stopped_outings(village.state)] == ["A1"]
    village.do("waive_contradiction", by="ana", order="O1", subject="A1", reason="r")
    assert stopped_outings(village.state) == ()


def test_a_waiver_ends_when_its_order_is_amended(village: Bench) -> None:
    village.do("give_order", by="ana", text="Bring him back unharmed.", conditions=["unharmed"])
    village.do("draft_notice", by="bo", kind="standing_order", title="Procedure", text="Search and destroy.")
    village.do("approve_notice", by="ana", notice="N1")
    village.do("publish_notice", by="ana", notice="N1", audiences=["East"])
    village.do("waive_contradiction", by="ana", order="O1", subject="N1", reason="It binds all.")
    held = village.state.notices.notices["N1"]
    assert village.state.decisions.contradictions("N1", held.permits, held.text) == ()
    village.do(
        "amend_order", by="ana", order="O1", text="Unharmed, whoever finds him.", reason="No exceptions any more."
    )
    assert [o.id for o in village.state.decisions.contradictions("N1", held.permits, held.text)] == ["O1"]
