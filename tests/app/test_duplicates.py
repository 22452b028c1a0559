"""Several cases of one person on a desk: found, made one, and two again, whatever ends the work in between."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wayhome.app import App
from wayhome.app.duplicates import duplicates, links, merge, unmerge
from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from wayhome.planning.inputs import map_inputs

Pair = tuple[App, str, str]
SEEN = {"lat": 42.212, "lon": -71.085}
WHY = "one walker, two callers"


@pytest.fixture
def pair(searching: tuple[App, str]) -> Pair:
    """The walker's case, and another that a second caller opened: same car, same number, a sighting of its own."""
    app, primary = searching
    app.do(primary, "describe_subject", {"name": "Jo Müller-Example", "age_years": "41", "sex": "male"})
    app.do(primary, "take_report", {"reporter": "Eva Example", "contact": "617 555 0100"})
    app.do(primary, "record_statement", {"witness": "a guard", "text": "his car stands here", "position": SEEN})
    other, _ = app.open_case(
        {
            "title": "Somebody is missing", "reported_at": "2026-05-09T20:00:00Z",
            "subject": {"name": "Joe Mueller", "age_years": 40, "category": "hiker"},
            "report": {"reporter": "E. Example", "contact": "+1 617 555 0100"},
            "place": {"lat": 42.201, "lon": -71.1, "kind": "lkp", "at": "2026-05-09T12:00:00Z"},
        },
        case="second",
    )  # fmt: skip
    app.do(other, "record_statement", {"witness": "A Guard", "text": "His car stands here", "position": SEEN})
    app.do(other, "record_statement", {"witness": "a jogger", "text": "saw him", "position": SEEN, "reliability": "0.8",
                                       "observed_at": "2026-05-09T13:00:00Z"})  # fmt: skip
    app.do(other, "record_clue", {"name": "cap", "finder": "Sam", "position": SEEN})
    app.do(other, "seal_fact", {"title": "why he went", "content": "a secret of his", "readers": ["head"]})
    return app, primary, other


def poa(app: App, case: str) -> tuple[np.ndarray, float]:
    found = app.belief(map_inputs(app.state(case))).belief
    return np.asarray(found.poa.values), found.rest_of_world


def evidence(app: App, case: str) -> tuple[list[str], list[str]]:
    held = app.state(case).evidence
    return list(held.statements), list(held.clues)


def test_two_cases_of_one_walker_are_likely_duplicates_with_reasons(pair: Pair) -> None:
    app, primary, other = pair
    (found,) = duplicates(app)
    assert ({found["case"], found["other"]}, found["verdict"]) == ({primary, other}, "likely")
    about = {r["about"]: r["side"] for r in found["reasons"]}
    assert about["contact"] == about["place"] == "for"
    assert duplicates(app, primary)[0]["other"] == other and duplicates(app, other)[0]["other"] == primary
    assert "555" not in repr(found) and "secret" not in repr(found)


def test_one_case_alone_or_one_that_is_not_there(searching: tuple[App, str]) -> None:
    app, case = searching
    assert duplicates(app) == duplicates(app, case) == []
    with pytest.raises(NotFound):
        duplicates(app, "nowhere")


def test_merging_brings_what_the_other_knows_and_says_what_it_left(pair: Pair) -> None:
    app, primary, other = pair
    done = merge(app, primary, other, reason=WHY)
    assert done["copied"] == [{"id": "S2", "from_id": "S2"}, {"id": "C1", "from_id": "C1"}]
    assert done["left_out"] == [{"from_id": "S1", "why": "same", "same_as": "S1"}]
    assert done["stays_in_duplicate"] == {"sealed facts": 1}
    assert app.state(other).status == "merged" and app.state(primary).status == "active"
    assert app.state(primary).seals.facts == {} and "secret" not in repr(app.log(primary))
    assert app.state(primary).evidence.statements["S2"].witness == "a jogger"
    assert duplicates(app) == []
    assert links(app, other)["merged"]["into"] == primary and links(app, other)["unfinished"] == []
    (held,) = links(app, primary)["absorbed"]
    assert held["other"] == other and held["report"]["reporter"] == "E. Example"
    with pytest.raises(RuleBroken, match="merged into another"):
        app.do(other, "record_statement", {"witness": "x", "text": "y"})
    app.verify()


def test_unmerging_restores_the_map_bit_for_bit_and_the_duplicate_as_it_was(pair: Pair) -> None:
    app, primary, other = pair
    before, outside = poa(app, primary)
    was = app.state(other)
    merge(app, primary, other, reason=WHY)
    again, _ = poa(app, primary)
    np.testing.assert_array_equal(again, before)  # what nobody has read moves nothing
    app.do(primary, "read_evidence", {"evidence": "S2", "kind": "sighting", "error_m": "100 m"})
    moved, _ = poa(app, primary)
    assert np.abs(moved - before).sum() > 0.05
    done = unmerge(app, other, reason="two walkers")
    assert done["withdrawn"] == ["S2", "C1"] and done["status"] == "active" and done["released_by"] == [primary]
    after, outside_after = poa(app, primary)
    np.testing.assert_array_equal(after, before)
    assert outside_after == outside
    now = app.state(other)
    assert now.replace(links=was.links, seq=was.seq, as_of=was.as_of) == was
    assert app.state(primary).evidence.statements["S1"].withdrawn is None
    assert duplicates(app) == []  # somebody decided that they are two
    app.do(other, "record_statement", {"witness": "x", "text": "it goes on"})
    app.verify()


def test_a_merge_that_was_cut_off_is_completed_by_repeating_it(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    app, primary, other = pair
    cut_off_after(app, monkeypatch, "merge_case")
    with pytest.raises(KeyboardInterrupt):
        merge(app, primary, other, reason=WHY)
    assert app.state(other).status == "merged" and evidence(app, primary) == (["S1"], [])
    assert "has not taken it over yet" in links(app, other)["unfinished"][0]
    merge(app, primary, other, reason=WHY)
    assert evidence(app, primary) == (["S1", "S2"], ["C1"]) and links(app, other)["unfinished"] == []
    heads = app.head(primary), app.head(other)
    merge(app, primary, other, reason=WHY)  # and once more changes nothing
    assert (app.head(primary), app.head(other)) == heads


def test_an_unmerge_that_was_cut_off_is_completed_by_repeating_it(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    app, primary, other = pair
    merge(app, primary, other, reason=WHY)
    cut_off_after(app, monkeypatch, "release_case")
    with pytest.raises(KeyboardInterrupt):
        unmerge(app, other, reason="two walkers")
    assert app.state(other).status == "merged" and app.state(primary).links.standing() == ()
    assert links(app, other)["unfinished"] != []
    unmerge(app, other, reason="two walkers")
    assert app.state(other).status == "active" and links(app, other)["unfinished"] == []
    with pytest.raises(RuleBroken, match="not merged into another"):
        unmerge(app, other, reason="again")


def cut_off_after(app: App, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Ends the program right after one command was written, once."""
    do = app.do

    def cut(case: str, name: str, fields: Any, **more: Any) -> Any:
        done = do(case, name, fields, **more)
        if name == command:
            monkeypatch.undo()
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(app, "do", cut)


def test_merged_again_after_an_unmerge_everything_comes_again(pair: Pair) -> None:
    app, primary, other = pair
    merge(app, primary, other, reason=WHY)
    unmerge(app, other, reason="two walkers")
    app.do(other, "record_statement", {"witness": "a cook", "text": "ate here"})
    done = merge(app, primary, other, reason="one after all")
    assert [c["from_id"] for c in done["copied"]] == ["S2", "S3", "C1"]
    unmerge(app, other, reason="two for good")
    standing = [s.id for s in app.state(primary).evidence.statements.values() if s.withdrawn is None]
    assert standing == ["S1"] and app.state(other).links.merges == 2


def test_half_a_merge_done_by_hand_is_named_and_can_be_undone(pair: Pair) -> None:
    app, primary, other = pair
    app.do(primary, "absorb_case", {"other": other, "reason": WHY})
    assert "is not merged itself" in links(app, primary)["unfinished"][0]
    unmerge(app, other, reason="by mistake")
    assert app.state(primary).links.standing() == () and app.state(other).status == "active"


def test_what_forbids_a_merge_is_said_before_anything_is_written(pair: Pair) -> None:
    app, primary, other = pair
    third, _ = app.open_case({"title": "far away", "reported_at": "2026-05-09T20:00:00Z", "subject": {"category": "hiker"},
                              "place": {"lat": 47.0, "lon": 8.0, "kind": "lkp"}}, case="third")  # fmt: skip
    heads = {c: app.head(c) for c in app.cases()}
    with pytest.raises(InvalidInput, match="is this case itself"):
        merge(app, primary, primary, reason=WHY)
    with pytest.raises(NotFound, match="nowhere"):
        merge(app, "nowhere", other, reason=WHY)
    with pytest.raises(RuleBroken, match="still out or not debriefed"):
        merge(app, other, primary, reason=WHY)  # the walker's case has a team out
    with pytest.raises(InvalidInput, match="confirm_far"):
        merge(app, third, other, reason=WHY)
    with pytest.raises(InvalidInput, match="reason is empty"):
        merge(app, primary, other, reason=" ")
    assert {c: app.head(c) for c in app.cases()} == heads
    assert merge(app, third, other, reason=WHY, confirm_far=True)["copied"] != []
    with pytest.raises(RuleBroken, match="merged into case third already"):
        merge(app, primary, other, reason=WHY)
    with pytest.raises(RuleBroken, match="merged into another"):
        merge(app, other, primary, reason=WHY)


def test_a_chain_is_let_go_from_its_end(pair: Pair) -> None:
    """A into B, B into C: what C holds of A came through B, so B has to be let go first."""
    app, primary, other = pair
    report = {"title": "a third caller", "reported_at": "2026-05-09T21:00:00Z", "subject": {"category": "hiker"},
              "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp"}}  # fmt: skip
    third, _ = app.open_case(report, case="third")
    app.do(third, "record_statement", {"witness": "a cook", "text": "ate here"})
    merge(app, other, third, reason=WHY)
    done = merge(app, primary, other, reason=WHY)
    assert len(done["copied"]) == 3  # jogger, cook, cap
    with pytest.raises(RuleBroken, match="merged into another; unmerge_case"):
        unmerge(app, third, reason="two")
    unmerge(app, other, reason="two")
    unmerge(app, third, reason="two")
    assert {app.state(c).status for c in app.cases()} == {"active"}


def test_who_may_not_decide_in_either_case_may_not_merge(pair: Pair) -> None:
    app, primary, other = pair
    organisation = {
        "name": "County",
        "roles": [{"id": "hand", "title": "hand", "may": ["record"]}, {"id": "head", "title": "head", "may": ["decide"]}],
        "members": [{"id": "bo", "name": "Bo Example", "roles": ["hand"]}, {"id": "ana", "name": "Ana Example", "roles": ["head"]}],
    }  # fmt: skip
    app.do(primary, "adopt_organisation", organisation)
    heads = app.head(primary), app.head(other)
    with pytest.raises(NotAllowed):
        merge(app, primary, other, reason=WHY, by="bo")
    assert (app.head(primary), app.head(other)) == heads
