"""The radio and message log: typed lines, status by radio, signs of life, corrections, general messages, stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from wayhome.case.fact import joined, parted
from wayhome.case.message import (
    Message,
    MessageLogged,
    against_orders,
    last_contact,
    located,
    stopped_messages,
    unanswered,
)
from wayhome.case.spoken import SpokenLine, parsed_message, time_heard

if TYPE_CHECKING:
    from conftest import Bench

RING = "42.20,-71.10;42.21,-71.10;42.21,-71.09;42.20,-71.09"


def teams_out(bench: Bench) -> Bench:
    """T1 "Hasty One" out on A1 as "Search 8"; T2 "Dogs" with a draft A2."""
    bench.do("mark_point", kind="lkp", position="42.205,-71.095")
    bench.do("draw_segment", name="Meadow", ring=RING)
    bench.do("form_team", name="Hasty One")
    bench.do("form_team", name="Dogs")
    bench.do("draft_assignment", team="T1", segment="SEG1", call_sign="Search 8", channel="Tac 1")
    bench.do("draft_assignment", team="T2", segment="SEG1")
    bench.do("dispatch_assignment", assignment="A1")
    return bench


def heard(bench: Bench, key: str = "MSG1") -> Message:
    found: Message = bench.state.messages.messages[key]
    return found


# -- the typed line --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("T1 A1 at the ford, all well", {"team": "T1", "assignment": "A1", "text": "at the ford, all well"}),
        ("t1 a1: at the ford", {"team": "T1", "assignment": "A1", "text": "at the ford"}),
        ("T1 at the ford", {"team": "T1", "assignment": "A1", "text": "at the ford"}),  # it is out on one
        ("A1 at the ford", {"team": "T1", "assignment": "A1", "text": "at the ford"}),
        ("T2 ready", {"team": "T2", "text": "ready"}),  # not out
        ("A2 ready", {"team": "T2", "assignment": "A2", "text": "ready"}),
        ("hasty one, all well", {"team": "T1", "assignment": "A1", "text": "all well"}),
        ("Search 8 @7:05 /working in the scrub", {"team": "T1", "assignment": "A1", "clock": "07:05", "status": "working", "text": "in the scrub"}),
        ("@0705 T1 /on_scene", {"team": "T1", "assignment": "A1", "clock": "07:05", "status": "on_scene", "text": ""}),
        ("T1 /onscene", {"team": "T1", "assignment": "A1", "status": "on_scene", "text": ""}),
        ("/emergency T1 man down", {"team": "T1", "assignment": "A1", "priority": "emergency", "text": "man down"}),
        (">T1 come back", {"to_team": "T1", "assignment": "A1", "text": "come back"}),
        ("> Dogs: stand by", {"to_team": "T2", "text": "stand by"}),
        ("T1 /located by the pond", {"team": "T1", "assignment": "A1", "is_located": True, "text": "by the pond"}),
        ("C1 T1 photographed", {"clue": "C1", "team": "T1", "assignment": "A1", "text": "photographed"}),
        ("T10 calling", {"text": "T10 calling"}),  # no such team: the words stay whole
        ("A1x is the car", {"text": "A1x is the car"}),
        ("family asks for news of T1", {"text": "family asks for news of T1"}),
        ("T1 T2 is with us", {"team": "T1", "assignment": "A1", "text": "T2 is with us"}),
        ("T1 /nonsense here", {"team": "T1", "assignment": "A1", "text": "/nonsense here"}),
        ("@2599 later", {"text": "@2599 later"}),
        ("", {}),
    ],
)  # fmt: skip
def test_a_line_says_who_on_what_when_and_how(bench: Bench, line: str, want: dict[str, Any]) -> None:
    teams_out(bench).do("record_clue", name="glove", finder="Hasty One")
    assert parsed_message(bench.state, line) == SpokenLine(**want)


def test_a_clock_is_the_last_time_that_it_showed_that() -> None:
    now = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # 01:00 in Boston
    assert time_heard("", "America/New_York", now) is None
    assert time_heard("00:50", "America/New_York", now) == now - timedelta(minutes=10)
    assert time_heard("23:30", "America/New_York", now) == now - timedelta(minutes=90)
    assert time_heard("01:00", "America/New_York", now) == now
    # 8 March 2026: clocks go from 02:00 to 03:00, so 02:30 was never shown
    with pytest.raises(InvalidInput, match="never showed"):
        time_heard("02:30", "America/New_York", datetime(2026, 3, 8, 12, 0, tzinfo=UTC))
    # 1 November 2026: 01:30 is shown at 05:30 and 06:30 UTC
    assert time_heard("01:30", "America/New_York", datetime(2026, 11, 1, 6, 0, tzinfo=UTC)) == datetime(
        2026, 11, 1, 5, 30, tzinfo=UTC
    )
    assert time_heard("01:30", "America/New_York", datetime(2026, 11, 1, 7, 0, tzinfo=UTC)) == datetime(
        2026, 11, 1, 6, 30, tzinfo=UTC
    )


# -- the log ---------------------------------------------------------------------------------------------


def test_when_it_was_heard_is_not_when_it_was_typed(bench: Bench) -> None:
    teams_out(bench)
    sent = bench.at
    bench.at += timedelta(minutes=30)
    bench.do("log_message", text=f"T1 @{(sent + timedelta(minutes=3)):%H:%M} at the ford")
    message = heard(bench)
    assert message.at == (sent + timedelta(minutes=3)).replace(second=0) and message.logged_at == bench.at
    assert (message.sender, message.team, message.assignment, message.channel) == ("T1", "T1", "A1", "Tac 1")
    assert last_contact(bench.state, "T1") == message.at
    with pytest.raises(InvalidInput, match="lies in the future"):
        bench.do("log_message", text="T1 hello", at="2026-03-05T00:00Z")


def test_fields_come_before_the_line(bench: Bench) -> None:
    teams_out(bench)
    bench.do("log_message", text="T1 has turned back", sender="Dogs", to="base", priority="priority", channel="2")
    message = heard(bench)
    assert (message.sender, message.team, message.text, message.to) == ("T2", "T2", "T1 has turned back", "base")
    assert (message.priority, message.channel, message.assignment) == ("priority", "2", None)
    with pytest.raises(InvalidInput, match="A1 is not of team T2"):
        bench.do("log_message", text="x", sender="Dogs", assignment="A1")
    with pytest.raises(NotFound, match="assignment"):
        bench.do("log_message", text="x", assignment="A9")
    with pytest.raises(NotFound, match="clue"):
        bench.do("log_message", text="T1 found it", clue="C9")
    with pytest.raises(InvalidInput, match="text"):
        bench.do("log_message", text="  ")
    with pytest.raises(InvalidInput, match="no words"):
        bench.do("log_message", text="T1 A1")


def test_only_what_a_team_says_itself_is_a_sign_of_life(bench: Bench) -> None:
    teams_out(bench)
    assert last_contact(bench.state, "T1") is None
    bench.do("log_message", text=">T1 come in")
    bench.do("log_message", text="we hear T1 in the distance", sender="T2", team="T1")
    assert last_contact(bench.state, "T1") is None and last_contact(bench.state, "T2") == bench.at
    bench.do("log_message", text="T1 here")
    first = bench.at
    bench.do("log_message", text="T1 was at the gate", at="2026-03-01T06:01Z")  # heard before, typed after
    assert last_contact(bench.state, "T1") == first
    assert bench.state.messages.by_time()[0].text == "was at the gate"


def test_a_status_word_changes_the_outing_in_the_same_act(bench: Bench) -> None:
    teams_out(bench)
    events = bench.do("log_message", text="T1 /on_scene at the gate")
    assert [e.type for e in events] == ["message_logged", "outing_progressed"]
    bench.do("log_message", text="T1 started", status="working")
    outing = bench.state.assignments.assignments["A1"]
    assert ([p.step for p in outing.progress], outing.step, outing.status) == (
        ["on_scene", "working"],
        "working",
        "dispatched",
    )
    events = bench.do("log_message", text="T1 /back")
    assert [e.type for e in events] == ["message_logged", "team_back", "team_status_set"]
    outing = bench.state.assignments.assignments["A1"]
    assert (outing.status, outing.back_at, heard(bench, "MSG3").text) == ("back", bench.at, "Back.")
    # words alone change nothing
    assert [e.type for e in bench.do("log_message", text="T2 we are back from lunch")] == ["message_logged"]


def test_a_status_needs_an_outing(bench: Bench) -> None:
    teams_out(bench)
    before = bench.state
    for text, says in (("T2 /working", "on which assignment"), ("A2 /working", "A2 is draft"), ("hello", "on which")):
        with pytest.raises(InvalidInput, match=says):
            bench.do("log_message", text=text, status="working")
    with pytest.raises(InvalidInput, match="sent out later"):
        bench.do("log_message", text="T1 /back", at="2026-03-01T06:00Z")
    assert bench.state == before


def test_progress_told_late_does_not_turn_the_outing_back(bench: Bench) -> None:
    teams_out(bench)
    bench.at += timedelta(minutes=20)
    bench.do("log_message", text="T1 /returning")
    bench.do("log_message", text="T1 working", status="working", at=(bench.at - timedelta(minutes=10)).isoformat())
    assert bench.state.assignments.assignments["A1"].step == "returning"


def test_a_find_by_radio_is_asked_for_at_once_and_its_place_kept_apart(bench: Bench) -> None:
    teams_out(bench)
    with pytest.raises(InvalidInput, match="for a message that the subject is located"):
        bench.do("log_message", text="T1 here", place="the mill")
    with pytest.raises(InvalidInput, match="confirm_far"):
        bench.do("log_message", text="T1 /located", position="48.0,11.0")
    (event,) = bench.do("log_message", text="T1 /located alive", position="42.206,-71.094", place="the mill")
    stored = parted(event)
    assert "42.206" not in str(stored.public) and "mill" not in str(stored.public) and "alive" not in str(stored.public)
    assert "42.206" not in event.says() and "mill" not in event.says()
    (message,) = located(bench.state)
    assert (message.kind, message.place, message.position.lat_deg) == ("located", "the mill", 42.206)
    bench.do("correct_message", message="MSG1", not_located="yes", reason="another walker")
    assert located(bench.state) == () and heard(bench).earlier[0].reason == "another walker"
    bench.do("log_message", text="T1 /located for sure")
    bench.do("report_find", position="42.206,-71.094", condition="well")
    assert located(bench.state) == ()


def test_a_correction_keeps_the_old_words(bench: Bench) -> None:
    teams_out(bench)
    bench.do("log_message", text="T1 at the fort")
    at = heard(bench).at
    bench.do("correct_message", message="MSG1", text="at the ford", sender="T2", reason="misheard")
    message = heard(bench)
    assert (message.text, message.sender, message.team, message.at) == ("at the ford", "T2", "T2", at)
    (old,) = message.earlier
    assert (old.text, old.sender, old.reason, old.until) == ("at the fort", "T1", "misheard", bench.at)
    assert last_contact(bench.state, "T1") is None
    with pytest.raises(RuleBroken, match="reads so already"):
        bench.do("correct_message", message="MSG1", text="at the ford", reason="r")
    with pytest.raises(InvalidInput, match="reason"):
        bench.do("correct_message", message="MSG1", text="x", reason="")


def test_numbers_go_on(bench: Bench) -> None:
    for n in range(1, 4):
        (event,) = bench.do("log_message", text=f"number {n}")
        assert event.id == f"MSG{n}"
    (event,) = bench.do("send_message", to="County", text="More dogs, please.")
    assert event.id == "MSG4"


# -- general messages ------------------------------------------------------------------------------------


def test_a_general_message_has_ends_subject_and_replies(bench: Bench) -> None:
    bench.do(
        "send_message", to="County", sender="Planning", subject="Dogs", text="Two dogs, please.", reply_wanted="yes"
    )
    message = heard(bench)
    assert (message.kind, message.to, message.sender, message.subject) == ("general", "County", "Planning", "Dogs")
    assert [m.id for m in unanswered(bench.state)] == ["MSG1"]
    with pytest.raises(InvalidInput, match="sent later"):
        bench.do("reply_message", message="MSG1", text="Yes.", at="2026-03-01T05:00Z")
    bench.do("reply_message", message="MSG1", text="Yes, at noon.")
    (reply,) = heard(bench).replies
    assert (reply.text, reply.replied_by, reply.at) == ("Yes, at noon.", "County", bench.at)
    assert unanswered(bench.state) == ()
    bench.do("log_message", text="over the radio")
    with pytest.raises(RuleBroken, match="log_message writes down the answer"):
        bench.do("reply_message", message="MSG2", text="x")


def test_a_message_against_an_order_is_held_until_its_giver_lets_it_out(village: Bench) -> None:
    village.do("give_order", by="ana", text="Unharmed.", conditions=["unharmed"])
    (event,) = village.do("send_message", by="bo", to="Hunters", subject="Procedure", text="Search and destroy.")
    assert event.stopped_by_order == "O1" and "stopped" in event.says() and "destroy" not in event.says()
    assert [m.id for m in stopped_messages(village.state)] == ["MSG1"] and village.state.messages.by_time() == ()
    with pytest.raises(RuleBroken, match="never sent"):
        village.do("reply_message", by="bo", message="MSG1", text="x")
    with pytest.raises(RuleBroken, match="ana can amend the order or waive it for MSG1"):
        village.do("release_message", by="bo", message="MSG1")
    with pytest.raises(NotAllowed, match="Only ana"):
        village.do("waive_contradiction", by="bo", order="O1", subject="MSG1", reason="r")
    village.do("waive_contradiction", by="ana", order="O1", subject="MSG1", reason="it is the procedure")
    with pytest.raises(RuleBroken, match="let out as it reads"):
        village.do("correct_message", by="bo", message="MSG1", text="Kill on sight.", reason="r")
    village.do("release_message", by="bo", message="MSG1")
    assert (heard(village).stopped_by_order, heard(village).at) == (None, village.at)
    with pytest.raises(RuleBroken, match="is not stopped"):
        village.do("release_message", by="bo", message="MSG1")


def test_a_stopped_message_in_other_words_goes(village: Bench) -> None:
    village.do("give_order", by="ana", text="Unharmed.", conditions=["unharmed"])
    village.do("send_message", by="bo", to="Hunters", text="Search and destroy.")
    village.do("correct_message", by="bo", message="MSG1", text="Search and report.", reason="against the order")
    village.do("release_message", by="bo", message="MSG1")
    assert [m.text for m in village.state.messages.by_time()] == ["Search and report."]


def test_what_a_team_was_told_against_an_order_is_shown_to_its_giver(village: Bench) -> None:
    village.do("form_team", by="bo", name="One")
    village.do("give_order", by="ana", text="Unharmed.", conditions=["unharmed"])
    (told,) = village.do("log_message", by="bo", text=">T1 shoot if he runs")
    assert told.against_orders == ("O1",) and "contradicts order O1" in told.says()
    assert [(m.id, o.given_by) for m, o in against_orders(village.state)] == [("MSG1", "ana")]
    (report,) = village.do("log_message", by="bo", text="T1 heard somebody shoot")  # a report tells nobody to
    assert report.against_orders == ()
    village.do("waive_contradiction", by="ana", order="O1", subject="MSG1", reason="dealt with by voice")
    assert against_orders(village.state) == ()


# -- what is stored --------------------------------------------------------------------------------------


def test_a_message_can_be_read_after_its_names_are_erased() -> None:
    told = MessageLogged(
        id="MSG1", at=datetime(2026, 3, 1, tzinfo=UTC), sender="Nola", to="Ren", text="She is here", subject="s"
    )
    stored = parted(told)
    assert set(stored.secrets) == {"sender", "to", "subject", "text", "where", "place"}
    again = joined("message_logged", 1, stored.public, dict.fromkeys(stored.secrets))
    assert (again.text, again.sender, again.where) == ("[erased]", "", ()) and again.at == told.at
