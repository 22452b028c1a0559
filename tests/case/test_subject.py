"""Companions, the destination, and tables of one's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from wayhome.base.place import Position
from wayhome.case.fact import joined, parted
from wayhome.case.subject import CompanionFind

if TYPE_CHECKING:
    from conftest import Bench

PLACE = Position(lat_deg=42.21, lon_deg=-71.09)


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
    with pytest.raises(RuleBroken, match="Age 130"):
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
