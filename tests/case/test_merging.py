"""Two cases of one person: what is copied, what is not, and that letting go takes back exactly that."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed, RuleBroken
from wayhome.case.command import COMMANDS, KEPT
from wayhome.case.evidence import ClueRecorded, StatementRecorded
from wayhome.case.fact import joined, parted
from wayhome.case.merging import CaseAbsorbed, ClueThere, Copied, LeftOut, OtherReport, StatementThere, there

if TYPE_CHECKING:
    from conftest import Bench

NEIGHBOUR = {"witness": "a neighbour", "text": "saw them at the pond", "observed_at": "2026-03-01T04:00Z"}
GUARD = {"witness": "the guard", "text": "nobody came by", "reliability": "0.6"}
CAP = {"name": "cap", "finder": "Sam", "found_at": "2026-03-01T05:00Z", "position": "42.2,-71.1"}


def other_case(bench: Bench) -> Bench:
    """Another case: two statements, of which one was taken back, and a cap that changed hands."""
    made: Bench = type(bench)()
    made.do("open_case", title="A boy is missing", reported_at="2026-03-01T05:50Z")
    made.do("take_report", reporter="Ann Example", contact="555 0100", circumstances="He went out at four.")
    made.do("record_statement", **NEIGHBOUR)
    made.do("record_statement", **GUARD)
    made.do("withdraw_evidence", evidence="S2", reason="asleep at his post")
    made.do("record_clue", **CAP)
    made.do("hand_over_item", clue="C1", holder="the desk")
    made.do("seal_fact", title="what he carries", content="nobody may know", readers=["head"])
    return made


def absorb(bench: Bench, other: Bench, name: str = "other", **fields: Any) -> CaseAbsorbed:
    """Take over what another case knows, as the desk does."""
    fact = bench.do("absorb_case", other=name, reason="the same boy.", **{**there(other.state), **fields})[0]
    assert isinstance(fact, CaseAbsorbed)
    return fact


def test_absorbing_copies_what_stands_under_new_numbers_that_know_where_they_came_from(bench: Bench) -> None:
    bench.do("record_statement", witness="the mother", text="he left at four")
    fact = absorb(bench, other_case(bench))
    state = bench.state
    assert fact.copied == (Copied(id="S2", from_id="S1"), Copied(id="C1", from_id="C1"))
    assert fact.left_out == (LeftOut(from_id="S2", why="withdrawn"),)
    came = state.evidence.statements["S2"]
    assert (came.witness, came.text) == (NEIGHBOUR["witness"], NEIGHBOUR["text"])
    assert came.observed_at == datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
    assert state.links.came_from("S2") == ("other", "S1") and state.links.came_from("S1") is None
    assert [link.holder for link in state.evidence.clues["C1"].custody] == ["Sam", "the desk"]
    assert state.evidence.clues["C1"].custody[-1].is_open  # nobody confirmed there that it came
    (held,) = state.links.standing()
    assert (held.report.title, held.report.reporter, held.report.contact) == (
        "A boy is missing",
        "Ann Example",
        "555 0100",
    )
    assert state.report.reporter is None and state.report.title == "A walker is missing"  # its own stays its own
    assert state.seals.facts == {} and state.status == "active"
    assert "S1 as S2" in fact.says() and "S2 is withdrawn there" in fact.says()


def test_what_both_cases_hold_is_not_counted_twice_and_the_record_says_so(bench: Bench) -> None:
    own = {**NEIGHBOUR, "witness": "A  Neighbour", "text": "Saw them at the pond"}
    bench.do("record_statement", **own)
    bench.do("record_clue", **CAP)
    fact = absorb(bench, other_case(bench))
    assert fact.copied == ()
    assert [(x.from_id, x.why, x.same_as) for x in fact.left_out if x.why == "same"] == [
        ("S1", "same", "S1"),
        ("C1", "same", "C1"),
    ]
    assert len(bench.state.evidence.statements) == len(bench.state.evidence.clues) == 1
    assert "S1 is the same as S1" in fact.says()


@pytest.mark.parametrize(
    "change", [{"observed_at": "2026-03-01T04:01Z"}, {"witness": "another"}, {"text": "saw nobody"}]
)
def test_a_statement_that_differs_in_anything_is_another(bench: Bench, change: dict[str, str]) -> None:
    bench.do("record_statement", **{**NEIGHBOUR, **change})
    assert Copied(id="S2", from_id="S1") in absorb(bench, other_case(bench)).copied


def test_two_caps_of_which_nothing_is_known_are_two_caps(bench: Bench) -> None:
    other = other_case(bench)
    other.do("record_clue", name="glove")
    bench.do("record_clue", name="glove")
    assert Copied(id="C3", from_id="C2") in absorb(bench, other).copied


def test_releasing_withdraws_exactly_what_came(bench: Bench) -> None:
    bench.do("record_statement", witness="the mother", text="he left at four")
    before = bench.state
    absorb(bench, other_case(bench))
    bench.do("release_case", other="other", reason="two boys")
    evidence = bench.state.evidence
    assert {k for k, s in evidence.statements.items() if s.withdrawn is None} == set(before.evidence.statements)
    assert evidence.clues["C1"].withdrawn is not None and "other" in evidence.clues["C1"].withdrawn
    assert bench.state.links.standing() == () and bench.state.links.came_from("S2") == ("other", "S1")
    with pytest.raises(RuleBroken, match="merged into it are: none"):
        bench.do("release_case", other="other", reason="again")


def test_what_people_withdrew_themselves_is_not_withdrawn_again(bench: Bench) -> None:
    absorb(bench, other_case(bench))
    bench.do("withdraw_evidence", evidence="S1", reason="mistaken")
    released = bench.do("release_case", other="other", reason="two boys")[0]
    assert released.withdrawn == ("C1",)  # type: ignore[attr-defined]
    assert bench.state.evidence.statements["S1"].withdrawn == "mistaken"


def test_absorbed_again_after_a_release_it_is_copied_again_although_the_old_copy_says_the_same(bench: Bench) -> None:
    other = other_case(bench)
    absorb(bench, other)
    bench.do("release_case", other="other", reason="two boys")
    assert absorb(bench, other).copied == (Copied(id="S2", from_id="S1"), Copied(id="C2", from_id="C1"))
    assert bench.state.evidence.statements["S2"].withdrawn is None


def test_what_two_merged_cases_said_stays_while_one_of_them_does(bench: Bench) -> None:
    absorb(bench, other_case(bench), "first")
    second = absorb(bench, other_case(bench), "second")
    assert second.copied == ()
    bench.do("read_evidence", evidence="S1", kind="sighting", position="42.2,-71.1", error_m="50 m", reliability="0.8")
    bench.do("release_case", other="first", reason="two boys")
    assert bench.state.evidence.statements["S1"].withdrawn is None
    assert [r.evidence for r in bench.state.evidence.standing_readings()] == ["S1"]
    assert bench.state.links.came_from("S1") == ("second", "S1")
    bench.do("release_case", other="second", reason="three boys")
    assert bench.state.evidence.statements["S1"].withdrawn is not None
    assert bench.state.evidence.standing_readings() == ()


def test_a_case_is_taken_over_once(bench: Bench) -> None:
    absorb(bench, other_case(bench))
    with pytest.raises(RuleBroken, match="already"):
        absorb(bench, other_case(bench))


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"other": "bench"}, "is this case itself"),
        ({"other": " "}, "other is empty"),
        ({"reason": ""}, "reason"),
        ({"statements": [{"id": "S1", "witness": "w", "text": " "}]}, r"statements\[0\].text is empty"),
        ({"statements": [{"id": "S1", "witness": "w"}]}, "needs text"),
        (
            {"statements": [{"id": "S1", "witness": "w", "text": "t", "reliability": "7"}]},
            r"statements\[0\].reliability",
        ),
        ({"clues": [{"id": "C1", "name": "x"}, {"id": "C1", "name": "y"}]}, r"clues\[1\]: C1 is given twice"),
        ({"clues": [{"id": "C1", "name": "x", "position": "95,0"}]}, "Latitude 95"),
    ],
)
def test_what_cannot_be_taken_over_is_named(bench: Bench, fields: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        bench.do("absorb_case", **{"other": "other", "reason": "the same", **fields})
    assert bench.state.links.absorbed == ()


def test_places_far_from_this_case_are_asked_about(bench: Bench) -> None:
    bench.do("mark_point", kind="lkp", position="47.0,8.0")
    with pytest.raises(InvalidInput, match=r"clues\[0\].position.*confirm_far"):
        absorb(bench, other_case(bench))
    assert Copied(id="C1", from_id="C1") in absorb(bench, other_case(bench), confirm_far=True).copied


def test_a_merged_case_only_keeps_its_file_until_it_is_unmerged(bench: Bench) -> None:
    before = bench.state
    bench.do("merge_case", into="primary", reason="the same boy")
    assert bench.state.status == "merged"
    with pytest.raises(RuleBroken, match="merged into another; unmerge_case"):
        bench.do("record_statement", **NEIGHBOUR)
    with pytest.raises(RuleBroken, match="merged into another"):
        bench.do("absorb_case", other="x", reason="y")
    allowed = {name for name, c in COMMANDS.items() if "merged" in c.during}
    assert allowed == {n for n, c in COMMANDS.items() if c.during == KEPT or set(KEPT) <= set(c.during)} | {
        "unmerge_case"
    }
    bench.do("unmerge_case", reason="two boys")
    after = bench.state
    assert after.status == "active" and after.links.merged is None and after.links.merges == 1
    assert after.replace(links=before.links, seq=before.seq, as_of=before.as_of) == before
    with pytest.raises(RuleBroken, match="unmerge_case is for a case that is: merged"):
        bench.do("unmerge_case", reason="again")


def test_a_case_with_teams_out_is_not_merged(bench: Bench) -> None:
    bench.do("mark_point", kind="lkp", position="42.2,-71.1")
    bench.do("draw_segment", name="Pond", ring="42.20,-71.10;42.21,-71.10;42.21,-71.09;42.20,-71.09")
    bench.do("form_team", name="One")
    bench.do("draft_assignment", team="One", segment="Pond")
    bench.do("dispatch_assignment", assignment="A1")
    with pytest.raises(RuleBroken, match=r"not debriefed \(A1\)"):
        bench.do("merge_case", into="primary", reason="the same")
    bench.do("debrief_assignment", assignment="A1", sweep_width="30 m", track_length="1 km")
    bench.do("merge_case", into="primary", reason="the same")
    assert bench.state.status == "merged"


def test_a_case_with_a_live_notice_is_not_merged(bench: Bench) -> None:
    bench.do("draft_notice", kind="missing_notice", title="Missing", text="Have you seen this walker?")
    bench.do("approve_notice", notice="N1")
    bench.do("publish_notice", notice="N1", audiences=["stations"])
    with pytest.raises(RuleBroken, match=r"still published \(N1\)"):
        bench.do("merge_case", into="primary", reason="the same")
    bench.do("cancel_notice", notice="N1", reason="another case goes on")
    bench.do("merge_case", into="primary", reason="the same")
    assert bench.state.status == "merged"


def test_two_cases_are_not_merged_into_each_other(bench: Bench) -> None:
    absorb(bench, other_case(bench))
    with pytest.raises(RuleBroken, match="merged into this one"):
        bench.do("merge_case", into="other", reason="the same")


def test_merging_is_a_decision(village: Bench) -> None:
    for name in ("merge_case", "absorb_case", "release_case"):
        with pytest.raises(NotAllowed, match="for: head"):
            village.do(name, by="bo", reason="the same", **({"into": "x"} if name == "merge_case" else {"other": "x"}))
    village.do("merge_case", by="ana", into="x", reason="the same")
    assert village.state.links.merged is not None and village.state.links.merged.by == "ana"


def test_a_case_kept_apart_stays_so_until_it_is_merged_after_all(bench: Bench) -> None:
    bench.do("keep_apart", other="other", reason="seen together")
    assert bench.state.links.apart == {"other": "seen together"}
    absorb(bench, other_case(bench))
    assert bench.state.links.apart == {}
    with pytest.raises(RuleBroken, match="release it first"):
        bench.do("keep_apart", other="other", reason="no")
    bench.do("release_case", other="other", reason="two boys")
    assert bench.state.links.apart == {"other": "two boys"}  # it is not proposed again


def test_names_and_words_of_the_other_report_live_under_erasable_keys(bench: Bench) -> None:
    other = other_case(bench)
    bench.do("absorb_case", other="other", reason="Ann Example called twice", **there(other.state))
    stored = [parted(e) for e, _ in bench.events if e.type in ("case_absorbed", "statement_recorded", "clue_recorded")]
    public = repr([p.public for p in stored])
    for word in ("Ann", "555", "went out at four", "neighbour", "pond", "Sam", "A boy"):
        assert word not in public
    (first,) = [p for p in stored if p.type == "case_absorbed"]
    erased = joined(first.type, first.version, first.public, dict.fromkeys(first.secrets))
    assert isinstance(erased, CaseAbsorbed) and erased.report == OtherReport() and erased.copied[0].from_id == "S1"


def test_a_statement_there_has_every_field_of_one_here() -> None:
    """Whoever adds a field to statements or clues decides here whether it goes with a merge."""
    assert set(StatementThere.__fields__) == set(StatementRecorded.__fields__)
    assert set(ClueThere.__fields__) - {"holder", "is_received"} == set(ClueRecorded.__fields__)
