"""The organisation file and its changes; teams and who was on them when."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from wayhome.case.authority import PERMISSIONS, actor
from wayhome.case.fact import joined, parted
from wayhome.case.organisation import Member, Organisation, Qualification

HEAD = {"id": "head", "title": "head", "may": ["record", "dispatch", "decide", "administer"]}
ANA = {"id": "ana", "name": "Ana Example", "roles": ["head"]}


def sample(name: str) -> dict[str, Any]:
    return tomllib.loads(files("wayhome.demo").joinpath(name).read_text("utf-8"))


def adopt(bench: Any, **more: Any) -> Organisation:
    bench.do("adopt_organisation", **{"name": "Team", "roles": [HEAD], "members": [ANA], **more})
    made = bench.state.people.organisation
    assert isinstance(made, Organisation)
    return made


def test_what_the_file_leaves_out_has_the_stated_defaults(bench: Any) -> None:
    made = adopt(bench)
    assert (made.welfare_interval_s, made.longest_duty_s, made.required_rest_s) == (1800.0, 12 * 3600.0, 8 * 3600.0)
    assert made.second_person is None and made.refuse_unfit is False and made.positions == ()


def test_the_county_sample_is_a_whole_command_and_general_staff(bench: Any) -> None:
    bench.do("adopt_organisation", **sample("county.toml"))
    made = bench.state.people.organisation
    assert len(made.members) == 12 and {"alex", "casey", "jordan", "morgan"} <= {m.id for m in made.members}
    holders = {p.id: made.holder(p.id) for p in made.positions}
    assert holders["incident_commander"].id == "alex" and holders["safety_officer"].id == "riley"
    assert holders["finance_section_chief"] is None and made.holder("no_such_position") is None
    assert made.member("rowan").valid_until["wilderness_first_aid"] == "2026-11-30"
    assert "warrant" in made.second_person and "missing_notice" not in made.second_person


def test_the_village_sample_has_its_ranks_squads_and_hunters(bench: Any) -> None:
    bench.do("adopt_organisation", **sample("village.toml"))
    made = bench.state.people.organisation
    assert [r.id for r in made.ranks] == ["hokage", "anbu", "chuunin", "genin"]
    assert "Hunter-nin" in made.audiences and {s.id for s in made.squads} == {"anbu_06", "anbu_02"}
    bench.do("form_team", by="tsunade", name="ANBU team-06", squad="anbu_06", kind="trackers")
    assert bench.state.people.teams["T1"].people() == ("haruka",) and bench.state.people.teams["T1"].searchers == 1


@pytest.mark.parametrize(
    ("table", "rows", "sentence"),
    [
        ("roles", [HEAD, {"id": "x", "title": "x", "may": ["fly"]}], r'roles\[1\]: x may not "fly"'),
        ("members", [ANA, {"id": "bo", "name": "Bo", "rank": "duke"}], r'members\[1\]: bo has an unknown rank "duke"'),
        ("members", [ANA, {"id": "bo", "name": "Bo", "roles": ["y"]}], r'members\[1\]: bo has an unknown role "y"'),
        ("members", [ANA, {"id": "bo", "name": "Bo", "qualifications": ["z"]}], r'members\[1\]: bo .* qualification "z"'),
        ("members", [ANA, {**ANA, "name": "Another"}], r'members\[1\]: there are two with the id "ana"'),
        ("members", [{**ANA, "valid_until": {"rope": "2027-01-01"}}], r"members\[0\]: ana has a day"),
        ("members", [{**ANA, "qualifications": ["rope"], "valid_until": {"rope": "soon"}}], r"valid_until\.rope: .soon. is not a day"),
        ("positions", [{"id": "safety", "member": "cy"}], r'positions\[0\]: safety names no member "cy"'),
        ("squads", [{"id": "s", "title": "S", "members": ["ana", "cy"]}], r'squads\[0\]: s names no member "cy"'),
        ("members", [{"id": "bo", "name": "Bo"}], "nobody holds a role that may decide"),
        ("second_person", ["warant"], "warant"),
        ("welfare_interval", "5 min", "10 to 120 min"),
        ("longest_duty", "100 h", "longest_duty"),
        ("welfare_interval", "30", "unit"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_by_table_and_member(bench: Any, table: str, rows: Any, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        adopt(bench, **{"qualifications": [{"id": "rope"}], table: rows})
    assert bench.state.people.organisation is None


def test_a_qualification_counts_until_the_end_of_its_day() -> None:
    made = Organisation(
        name="T", qualifications=(Qualification(id="aid", expires=True), Qualification(id="radio")),
        members=(Member(id="a", name="A", qualifications=("aid", "radio"), valid_until={"aid": "2026-03-01"}),),
    )  # fmt: skip
    last, after = datetime(2026, 3, 1, 23, 59, tzinfo=UTC), datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    assert made.lapsed(made.members[0], last) == () and made.lapsed(made.members[0], after) == ("aid",)
    nobody_said = made.members[0].replace(valid_until={})
    assert made.lapsed(nobody_said, last) == ("aid",)


def test_names_and_phones_can_be_erased_and_ids_stay(bench: Any) -> None:
    adopt(bench, members=[{**ANA, "phone": "555-0101", "call_sign": "Lead 1"}])
    bench.do("amend_member", by="ana", id="bo", name="Bo Example", phone="555-0102")
    told = [parted(e) for e, _ in bench.events[-2:]]
    assert not any(word in str(t.public) for t in told for word in ("Example", "555", "Lead"))
    assert "bo" in str(told[1].public)
    again = joined(told[1].type, told[1].version, told[1].public, dict.fromkeys(told[1].secrets))
    assert again.id == "bo" and again.name == "[erased]" and again.phone == ""  # type: ignore[attr-defined]


def test_a_member_is_added_changed_retired_and_taken_back_without_the_file(bench: Any) -> None:
    adopt(bench, ranks=[{"id": "hand", "title": "hand"}])
    bench.do("amend_member", by="ana", id="bo", name="Bo Example", roles=["head"], phone="1")
    bench.do("amend_member", by="ana", id="bo", rank="hand")
    bo = bench.state.people.organisation.member("bo")
    assert (bo.name, bo.rank, bo.roles, bo.phone) == ("Bo Example", "hand", ("head",), "1")
    assert actor(bench.state, "bo").may == frozenset(HEAD["may"])
    bench.do("retire_member", by="ana", member="Bo Example", reason="moved away")
    assert actor(bench.state, "bo").may == frozenset()
    assert bench.state.people.organisation.serving() == (bench.state.people.organisation.member("ana"),)
    with pytest.raises(RuleBroken, match="retired: moved away"):
        bench.do("retire_member", by="ana", member="bo", reason="again")
    bench.do("amend_member", by="ana", id="bo", roles=["head"])
    assert actor(bench.state, "bo").may == frozenset(HEAD["may"])


def test_the_last_who_may_decide_is_not_retired_nor_stripped(bench: Any) -> None:
    adopt(bench)
    acts = [
        ("retire_member", {"member": "ana", "reason": "old"}),
        ("amend_member", {"id": "ana", "roles": []}),
        ("set_role", {"id": "head", "may": ["record"]}),
    ]
    for act, fields in acts:
        with pytest.raises(InvalidInput, match="nobody holds a role that may decide"):
            bench.do(act, by="ana", **fields)


def test_a_change_of_what_a_role_may_is_an_event_of_its_own(bench: Any) -> None:
    adopt(bench, roles=[HEAD, {"id": "hand", "title": "helper", "may": ["record"]}])
    bench.do("amend_member", by="ana", id="bo", name="Bo", roles=["hand"])
    (event,) = bench.do("set_role", by="ana", id="hand", may=["record", "plan"])
    assert event.type == "role_set" and event.says() == "Role helper may now: record, plan."
    assert actor(bench.state, "bo").may == {"record", "plan"}
    with pytest.raises(RuleBroken, match="set so already"):
        bench.do("set_role", by="ana", id="hand", may=["record", "plan"])
    with pytest.raises(InvalidInput, match="fly"):
        bench.do("set_role", by="ana", id="hand", may=["fly"])
    with pytest.raises(NotAllowed):
        bench.do("set_role", by="bo", id="hand", may=list(PERMISSIONS))


def test_positions_change_hands_with_their_time(bench: Any) -> None:
    adopt(bench, positions=[{"id": "safety_officer", "title": "Safety Officer"}])
    assert bench.state.people.organisation.holder("safety_officer") is None
    bench.do("fill_position", by="ana", position="Safety Officer", member="ana", at="2026-03-01T05:00Z")
    post = bench.state.people.organisation.positions[0]
    assert (post.id, post.member, post.since) == ("safety_officer", "ana", datetime(2026, 3, 1, 5, tzinfo=UTC))
    bench.do("fill_position", by="ana", position="air_operations", member="ana")
    assert bench.state.people.organisation.positions[1].title == "air operations"
    with pytest.raises(RuleBroken, match="held by ana already"):
        bench.do("fill_position", by="ana", position="safety_officer", member="ana")
    bench.do("fill_position", by="ana", position="safety_officer")
    assert bench.state.people.organisation.holder("safety_officer") is None
    with pytest.raises(NotFound, match="no member"):
        bench.do("fill_position", by="ana", position="safety_officer", member="zed")


def test_without_an_organisation_its_acts_say_what_comes_first(bench: Any) -> None:
    acts = [
        ("amend_member", {"id": "a", "name": "A"}),
        ("retire_member", {"member": "a", "reason": "r"}),
        ("set_role", {"id": "r"}),
        ("fill_position", {"position": "p"}),
    ]
    for act, fields in acts:
        with pytest.raises(RuleBroken, match="adopt_organisation"):
            bench.do(act, **fields)


def test_who_was_on_a_team_from_when_to_when_stays_on_record(village: Any) -> None:
    village.do("form_team", by="ana", name="One", leader="bo", members=["bo", "Cy Example"])
    formed = village.at
    team = village.state.people.teams["T1"]
    assert team.members == ("bo", "cy") and team.searchers == 2
    village.at += timedelta(hours=2)
    village.do("change_team", by="ana", team="One", leave=["Cy Example"], join=["ana"], leader="ana")
    changed, team = village.at, village.state.people.teams["T1"]
    assert team.leader == "ana" and team.people() == ("ana", "bo") and team.searchers == 2
    assert {(s.person, s.since, s.until) for s in team.stints} == {
        ("bo", formed, None), ("cy", formed, changed), ("ana", changed, None),
    }  # fmt: skip
    assert set(team.people_at(changed - timedelta(minutes=1))) == {"bo", "cy"}
    assert set(team.people_at(changed)) == {"bo", "ana"} and team.people_at(formed - timedelta(minutes=1)) == ()


def test_a_team_that_is_off_binds_nobody_and_comes_back_with_its_people(village: Any) -> None:
    village.do("form_team", by="ana", name="One", members=["bo"])
    with pytest.raises(RuleBroken, match="Bo Example is on team One"):
        village.do("form_team", by="ana", name="Two", members=["bo"])
    village.do("set_team_status", by="ana", team="One", status="off")
    off = village.at
    assert village.state.people.teams["T1"].people_at(off) == ()
    village.do("form_team", by="ana", name="Two", members=["bo"])
    with pytest.raises(RuleBroken, match="on team Two"):
        village.do("set_team_status", by="ana", team="One", status="available")
    village.do("change_team", by="ana", team="Two", leave=["bo"])
    village.do("set_team_status", by="ana", team="One", status="available")
    assert village.state.people.teams["T1"].people_at(village.at) == ("bo",)


def test_a_team_takes_members_and_people_on_the_roster_and_nobody_else(village: Any) -> None:
    with pytest.raises(NotFound, match=r"members\[1\]: there is nobody \"Jo Out\""):
        village.do("form_team", by="ana", name="One", members=["bo", "Jo Out"])
    village.do("check_in", by="ana", name="Jo Out", phone="1")
    village.do("form_team", by="ana", name="One", members=["bo", "Jo Out"])
    assert village.state.people.teams["T1"].members == ("bo", "V1")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "so already"),
        ({"leave": ["ana"]}, r"leave\[0\]: ana is not on team One"),
        ({"join": ["zed"]}, r"join\[0\]: there is nobody"),
        ({"leader": "bo", "leave": ["bo"]}, "who leaves cannot lead"),
        ({"searchers": "0"}, "outside 1 to 500"),
    ],
)
def test_a_change_of_a_team_that_cannot_be_is_refused(village: Any, fields: Any, sentence: str) -> None:
    village.do("form_team", by="ana", name="One", members=["bo", "cy"])
    with pytest.raises((InvalidInput, NotFound), match=sentence):
        village.do("change_team", by="ana", team="One", **fields)


def test_old_team_entries_are_still_read() -> None:
    stored = {"id": "T1", "name": "One", "kind": "ground", "leader": "ana", "members": ["ana"], "searchers": 4,
              "speed_mps": 0.5, "sweep_width_m": 20.0, "skills": []}  # fmt: skip
    event = joined("team_formed", 1, stored, {})
    assert event.members == ("ana",) and event.at is None  # type: ignore[attr-defined]
    old = joined("organisation_adopted", 1, {"name": "T", "ranks": [], "roles": []}, {
        "members": [{"id": "a", "name": "A", "rank": "", "roles": [], "qualifications": ["rope"]}]})  # fmt: skip
    assert old.members[0].qualifications == ("rope",) and old.second_person is None  # type: ignore[attr-defined]
