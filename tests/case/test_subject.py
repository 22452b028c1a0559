"""What is known of the subject and of companions, the destination, and tables of one's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from wayhome.base.place import Position
from wayhome.case.fact import joined, parted
from wayhome.case.report import CaseAmended
from wayhome.case.subject import CompanionFind

if TYPE_CHECKING:
    from conftest import Bench

PLACE = Position(lat_deg=42.21, lon_deg=-71.09)


def test_a_field_is_known_none_unknown_or_not_asked(bench: Bench) -> None:
    bench.do("describe_subject", phone="555-0101", medical="asthma", hair="grey", weight_kg="71.5")
    (fact,) = bench.do("describe_subject", unknown=["hair"], without="phone,vehicle", build="slim")
    subject = bench.state.subject
    assert [subject.standing(f) for f in ("medical", "hair", "phone", "vehicle", "eyes")] == [
        "known", "unknown", "none", "none", "not_asked",
    ]  # fmt: skip
    assert (subject.hair, subject.phone, subject.medical, subject.weight_kg) == (None, None, "asthma", 71.5)
    assert fact.says() == "Subject described: build. Not known of the subject: hair. None, as told: phone, vehicle."
    bench.do("describe_subject", phone="555-0102", unknown=["vehicle"])
    subject = bench.state.subject
    assert (subject.phone, subject.unknown, subject.without) == ("555-0102", ("hair", "vehicle"), ())


def test_everything_said_of_the_subject_in_words_can_be_erased(bench: Bench) -> None:
    words = {f: f"secret {f}" for f in ("name", "build", "hair", "eyes", "description", "clothing", "equipment", "medical",
             "marks", "phone", "languages", "history", "intended_destination", "address", "vehicle")}  # fmt: skip
    (fact,) = bench.do("describe_subject", category="hiker", height_cm="183", **words)
    apart = parted(fact)
    assert "secret" not in repr(apart.public) and set(apart.secrets) == set(words)
    assert apart.public["category"] == "hiker" and apart.public["height_cm"] == 183
    erased = joined(apart.type, apart.version, apart.public, dict.fromkeys(apart.secrets))
    assert erased.phone == "[erased]" and erased.height_cm == 183  # type: ignore[attr-defined]


def test_a_description_of_an_earlier_version_can_still_be_read() -> None:
    fact = joined("subject_described", 1, {"name": "Jo", "medical": "asthma", "age_years": 46}, {})
    assert (fact.name, fact.medical, fact.unknown, fact.vehicle) == ("Jo", "asthma", (), None)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fields", "says", "field"),
    [
        ({"unknown": ["colour"]}, r'unknown\[0\]: "colour" cannot stand here', "unknown"),
        ({"unknown": ["risk"]}, r'unknown\[0\]: "risk" cannot stand here', "unknown"),
        ({"without": ["phone", "name"]}, r'without\[1\]: "name" cannot stand here; write any of equipment', "without"),
        ({"unknown": ["phone"], "phone": "555"}, "phone is told in two ways", "unknown"),
        ({"unknown": ["phone"], "without": ["phone"]}, "phone is told in two ways", "without"),
        ({"height_cm": "1.84"}, "height_cm: 1.84 is outside 20 to 280; write it in centimetres", "height_cm"),
        ({"weight_kg": "-3"}, "weight_kg: -3 is outside", "weight_kg"),
        ({"weight_kg": "nan"}, "weight_kg: nan is outside", "weight_kg"),
        ({"age_years": "-1"}, "age_years: -1 is outside", "age_years"),
        ({"consent_to_publicity": "maybe"}, "not one of yes, no, unknown", "consent_to_publicity"),
    ],
)
def test_what_cannot_be_told_of_a_person_is_refused(
    bench: Bench, fields: dict[str, Any], says: str, field: str
) -> None:
    before = bench.state
    with pytest.raises(InvalidInput, match=says) as refused:
        bench.do("describe_subject", **fields)
    assert refused.value.details["field"] == field and bench.state == before


def test_a_companion_is_described_like_the_subject_and_amended(bench: Bench) -> None:
    bench.do(
        "add_companion",
        name="Mia",
        together="0.8",
        sex="female",
        clothing="red coat",
        phone="555-0103",
        reason="one tent",
    )
    bench.do("add_companion", name="MIA", medical="asthma", without=["phone"], unknown=["clothing"])
    mia = bench.state.subject.companions["M1"]
    assert (mia.sex, mia.together, mia.medical, mia.reason) == ("female", 0.8, "asthma", "one tent")
    assert [mia.standing(f) for f in ("phone", "clothing", "marks")] == ["none", "unknown", "not_asked"]
    with pytest.raises(InvalidInput, match=r'unknown\[0\]: "address" cannot stand here'):
        bench.do("add_companion", name="Mia", unknown=["address"])
    (fact,) = bench.do("add_companion", name="Mia", phone="555-0104", clothing="blue coat")
    mia = bench.state.subject.companions["M1"]
    assert (mia.phone, mia.clothing, mia.without, mia.unknown) == ("555-0104", "blue coat", (), ())
    assert not any(word in repr(parted(fact).public) for word in ("Mia", "555", "coat", "asthma", "tent"))


def test_a_report_is_corrected_and_set_back_to_not_known(bench: Bench) -> None:
    bench.do("take_report", reporter="Sam", contact="555-0100", relation="brother")
    (fact,) = bench.do("take_report", relation="cousin", unknown=["contact"])
    report = bench.state.report
    assert (report.reporter, report.contact, report.relation) == ("Sam", None, "cousin")
    assert [report.standing(f) for f in ("reporter", "contact", "circumstances")] == ["known", "unknown", "not_asked"]
    assert fact.says() == "Report taken from somebody unnamed. Not known to the caller: contact."
    bench.do("take_report", contact="555-0109")
    assert bench.state.report.unknown == ()
    for unknown, says in ((["title"], '"title" cannot stand here'), (["contact"], "contact is told as well")):
        with pytest.raises(InvalidInput, match=says):
            bench.do("take_report", contact="555", unknown=unknown)
    (fact,) = bench.do("take_report", contact="555-0110", circumstances="left at noon")
    assert "555" not in repr(parted(fact).public) and "noon" not in repr(parted(fact).public)


def test_a_case_is_amended(bench: Bench) -> None:
    (fact,) = bench.do(
        "amend_case", title="Two walkers are missing", jurisdiction="Example County", time_zone="Europe/Berlin"
    )
    report = bench.state.report
    assert (report.title, report.jurisdiction, report.time_zone) == (
        "Two walkers are missing",
        "Example County",
        "Europe/Berlin",
    )
    assert report.reported_at == datetime(2026, 3, 1, 5, 30, tzinfo=UTC)
    assert isinstance(fact, CaseAmended) and "walkers" not in repr(parted(fact).public)
    assert (
        fact.says()
        == "Case amended: title is now Two walkers are missing, time zone is now Europe/Berlin, jurisdiction is now Example County."
    )
    bench.do("amend_case", reported_at="2026-03-01T06:00+01:00")
    assert bench.state.report.reported_at == datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
    for fields, says in (
        ({}, "Nothing changes"), ({"jurisdiction": "Example County"}, "Nothing changes"),
        ({"time_zone": "Mars/Base"}, "is not a time zone"), ({"reported_at": "2027-01-01T00:00Z"}, "lies in the future"),
        ({"title": "  "}, "title is empty"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput, match=says):
            bench.do("amend_case", **fields)


def test_a_companion_is_added_amended_and_found(bench: Bench) -> None:
    bench.do("add_companion", name="Mia", category="child_4_6", age_years="5", together="80 %", reason="one tent")
    bench.do("add_companion", name="Jon", together="0.5")
    bench.do("add_companion", name="mia", together="0.6")
    mia, jon = bench.state.subject.companions.values()
    assert (mia.id, mia.category, mia.age_years, mia.together) == ("M1", "child_4_6", 5, 0.6)
    assert (jon.id, jon.category, jon.age_years, jon.find) == ("M2", None, None, None)
    bench.do("find_companion", companion="Jon", position="42.21,-71.09", at="2026-03-01T07:00+01:00", alive="yes")
    # not known whether others were with him: neither yes nor no
    expected = CompanionFind(position=PLACE, at=datetime(2026, 3, 1, 6, 0, tzinfo=UTC), alive=True, others_seen=None)
    assert bench.state.subject.companions["M2"].find == expected
    bench.do("find_companion", companion="M2", position="42.21,-71.09", alive="yes", others_seen="no")
    bench.do("add_companion", name="Jon", together="0.1")
    found = bench.state.subject.companions["M2"]
    assert found.together == 0.1 and found.find is not None and found.find.others_seen is False


def test_a_companion_keeps_out_of_the_description_of_the_subject(bench: Bench) -> None:
    bench.do("describe_subject", name="Ada", category="hiker")
    bench.do("add_companion", name="Mia", together="1")
    bench.do("describe_subject", age_years="40")
    subject = bench.state.subject
    assert (subject.name, subject.age_years, [c.name for c in subject.companions.values()]) == ("Ada", 40, ["Mia"])


def test_wrong_companions_are_refused(bench: Bench) -> None:
    bench.do("mark_point", kind="lkp", position="42.205,-71.095")
    with pytest.raises(InvalidInput, match="needs together"):
        bench.do("add_companion", name="Mia")
    with pytest.raises(InvalidInput, match="together: 1.5"):
        bench.do("add_companion", name="Mia", together="1.5")
    with pytest.raises(InvalidInput, match="name is empty"):
        bench.do("add_companion", name=" ", together="1")
    with pytest.raises(RuleBroken, match="age_years: 130 is outside 0 to 120"):
        bench.do("add_companion", name="Mia", together="1", age_years="130")
    bench.do("add_companion", name="Mia", together="1")
    with pytest.raises(NotFound, match="M1"):
        bench.do("find_companion", companion="Jon", position="42.21,-71.09")
    with pytest.raises(InvalidInput, match="confirm_far"):
        bench.do("find_companion", companion="Mia", position="48,-71")
    assert bench.state.subject.companions["M1"].find is None


def test_companions_in_the_log(bench: Bench) -> None:
    (added,) = bench.do("add_companion", name="Mia", together="0.8")
    (found,) = bench.do("find_companion", companion="Mia", position="42.21,-71.09", alive="no", others_seen="yes")
    assert added.says() == "Companion M1: Mia, together with the subject with chance 0.8."
    assert found.says() == "Companion M1 found dead at 42.21000, -71.09000, others with them."


def test_two_companions_stay_two_when_their_names_are_erased(bench: Bench) -> None:
    erased = []
    for name in ("Mia", "Jon"):
        apart = parted(bench.do("add_companion", name=name, together="1", reason="friends")[0])
        assert name not in repr(apart.public) and "friends" not in repr(apart.public)
        erased.append(joined(apart.type, apart.version, apart.public, {"name": None, "reason": None}))
    assert [f.id for f in erased] == ["M1", "M2"]  # type: ignore[attr-defined]


def test_a_destination_is_set_replaced_and_taken_back(bench: Bench) -> None:
    bench.do("mark_point", kind="lkp", position="42.205,-71.095")
    with pytest.raises(InvalidInput, match="no destination is set yet"):
        bench.do("set_destination")
    bench.do("set_destination", position="42.3,-71.2")
    bench.do("set_destination", position="42.21,-71.09", reason="the ticket")
    assert bench.state.subject.destination == PLACE
    with pytest.raises(InvalidInput, match="confirm_far"):
        bench.do("set_destination", position="48,-71")
    (fact,) = bench.do("set_destination", reason="the ticket was a friend's")
    assert bench.state.subject.destination is None
    assert fact.says() == "Destination no longer known. the ticket was a friend's"


def test_a_table_of_ones_own_is_adopted_and_given_up_again(bench: Bench) -> None:
    before = bench.state.subject
    with pytest.raises(InvalidInput, match="no table of distance is adopted yet"):
        bench.do("adopt_table", kind="distance")
    with pytest.raises(InvalidInput, match="file_name is empty"):
        bench.do("adopt_table", kind="distance", blob="ab12")
    with pytest.raises(InvalidInput, match="not one of distance"):
        bench.do("adopt_table", kind="luck", blob="ab12", file_name="ours.csv")
    (fact,) = bench.do("adopt_table", kind="distance", blob="ab12", file_name="ours.csv", reason="our own 300 cases")
    assert fact.says() == "Table of distance adopted from ours.csv. our own 300 cases"
    bench.do("adopt_table", kind="distance", blob="cd34", file_name="ours2.csv")
    assert {k: t.blob for k, t in bench.state.subject.tables.items()} == {"distance": "cd34"}
    bench.do("adopt_table", kind="distance")
    assert bench.state.subject == before


def test_who_may_do_it(village: Bench) -> None:
    village.do("add_companion", by="cy", name="Mia", together="1")
    for command, fields in (("set_destination", {"position": "42.21,-71.09"}), ("adopt_table", {"kind": "distance"})):
        with pytest.raises(NotAllowed):
            village.do(command, by="cy", **fields)
