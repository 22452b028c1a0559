"""Likely duplicates: a name alone neither makes nor excludes a match; every verdict comes with its reasons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayhome.base.place import Position
from wayhome.case.fact import ERASED
from wayhome.case.likeness import Likeness, Traits, likely_others, likeness, slips, traits

if TYPE_CHECKING:
    from conftest import Bench

AT = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
HERE = Position(lat_deg=42.2, lon_deg=-71.1)


def north(metres: float) -> Position:
    """A place so far north of HERE: a degree of latitude has 111 195 m on this globe."""
    return Position(lat_deg=42.2 + metres / 111_195, lon_deg=-71.1)


def compared(a: dict[str, Any], b: dict[str, Any]) -> Likeness:
    return likeness(Traits(case="a", **a), Traits(case="b", **b))


def sides(found: Likeness) -> dict[str, tuple[str, str]]:
    return {r.about: (r.side, r.weight) for r in found.reasons}


# -- the two directions in which a name misleads ------------------------------------------------------


def test_the_same_name_forty_years_apart_is_not_likely() -> None:
    found = compared(
        {"names": ("Maria Lopez",), "age_years": 24, "sex": "female", "category": "hiker", "places": (HERE,)},
        {"names": ("Maria Lopez",), "age_years": 64, "sex": "female", "category": "hiker", "places": (HERE,)},
    )
    assert sides(found)["name"] == ("for", "strong") and sides(found)["age"] == ("against", "strong")
    assert found.verdict != "likely"


def test_another_spelling_with_the_same_telephone_and_place_is_likely() -> None:
    found = compared(
        {"names": ("Kseniya Müller",), "contacts": ("+49 171 555-0100",), "places": (HERE,)},
        {"names": ("Mueller Ksenia",), "contacts": ("mother, 0171 5550100",), "places": (north(300),)},
    )
    assert sides(found) == {"name": ("for", "moderate"), "contact": ("for", "strong"), "place": ("for", "moderate")}
    assert found.verdict == "likely"


def test_a_full_name_alone_is_possible_and_no_more() -> None:
    assert compared({"names": ("John Smith",)}, {"names": ("John Smith",)}).verdict == "possible"
    alike = {"names": ("John Smith",), "sex": "male", "category": "hiker", "reported_at": AT, "age_years": 40}
    assert compared(alike, alike).verdict == "possible"  # one reason of weight; the rest fits half the county
    assert compared({**alike, "places": (HERE,)}, {**alike, "places": (north(900),)}).verdict == "likely"


def test_no_name_and_another_name_do_not_hide_a_duplicate() -> None:
    """A walker found without papers, and the report of the family: no name to compare."""
    nameless = {"contacts": ("555 010 0199",), "places": (HERE,), "marks": "tattoo of a swallow, scar on chin"}
    named = {**nameless, "names": ("Jo Example",), "marks": "scar at the chin; swallow tattoo"}
    assert compared(nameless, named).verdict == "likely"
    nothing_in_hand = {"places": (HERE,), "sex": "male", "age_years": 30, "reported_at": AT, "marks": "swallow tattoo"}
    assert compared(nothing_in_hand, nothing_in_hand).verdict == "possible"


def test_brother_and_sister_reported_by_their_mother_are_two() -> None:
    mother = {"contacts": ("555 010 0199",), "places": (HERE,), "seen_at": AT, "reporter": "Eva Example"}
    girl = {**mother, "names": ("Ann Example",), "sex": "female", "age_years": 9, "category": "child 7-9"}
    boy = {**mother, "names": ("Ben Example",), "sex": "male", "age_years": 12, "category": "child 10-12"}
    found = compared(girl, boy)
    assert sides(found)["name"] == ("against", "moderate") and "relatives" in found.reasons[-1].says + repr(
        found.reasons
    )
    assert found.verdict == "unlikely"


def test_sisters_of_one_sex_are_never_likely() -> None:
    mother = {
        "contacts": ("555 010 0199",),
        "places": (HERE,),
        "seen_at": AT,
        "reporter": "Eva Example",
        "sex": "female",
    }
    found = compared(
        {**mother, "names": ("Ann Example",), "age_years": 9}, {**mother, "names": ("Bea Example",), "age_years": 13}
    )
    assert found.verdict == "possible"


# -- each trait ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "side", "weight"),
    [
        ("Maria Lopez", "lopez, MARIA", "for", "strong"),  # order, case and commas
        ("Zoë Núñez", "Zoe Nunez", "for", "strong"),  # diacritics
        ("Иван Петров", "Ivan Petrov", "for", "strong"),
        ("Łukasz Żak", "Lukasz Zak", "for", "strong"),
        ("Maria Lopez", "Maria Carmen Lopez", "for", "strong"),  # a part left out
        ("Юлия Щербакова", "Yuliya Shcherbakova", "for", "moderate"),  # another romanisation
        ("Björn Strauß", "Bjoern Strauss", "for", "moderate"),
        ("Catherine Smith", "Katherine Smiht", "for", "moderate"),  # a sound, two letters swapped
        ("J. Smith", "John Smith", "for", "moderate"),
        ("Maria", "Maria Lopez", "for", "weak"),
        ("Maria Lopez", "Maria Ruiz", "against", "moderate"),
        ("Maria Lopez", "Hana Novak", "against", "strong"),
        ("Bill Smith", "William Smith", "against", "moderate"),  # nicknames are not invented
        ("Ann Lee", "Jan Lee", "against", "moderate"),  # too short for a slip
    ],
)
def test_names(a: str, b: str, side: str, weight: str) -> None:
    for first, second in ((a, b), (b, a)):
        assert sides(compared({"names": (first,)}, {"names": (second,)}))["name"] == (side, weight)


@pytest.mark.parametrize(
    ("a", "b", "n"),
    [
        ("kitten", "sitting", 3),
        ("smith", "smiht", 1),
        ("", "abc", 3),
        ("same", "same", 0),
        ("abcd", "acbd", 1),
        ("ab", "b", 1),
    ],
)
def test_slips(a: str, b: str, n: int) -> None:
    assert slips(a, b) == slips(b, a) == n


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (30, 32, ("for", "weak")),
        (30, 35, None),  # within 2 + a tenth of 35: people misjudge so far
        (30, 36, ("against", "moderate")),  # 6 > 2 + 3.6
        (4, 7, ("against", "moderate")),  # a child's age is told better
        (50, 65, ("against", "moderate")),
        (50, 66, ("against", "strong")),
    ],
)
def test_ages(a: int, b: int, expected: tuple[str, str] | None) -> None:
    assert sides(compared({"age_years": a}, {"age_years": b})).get("age") == expected


def test_what_an_age_may_be_off_is_taken_off_the_difference() -> None:
    assert sides(compared({"age_years": 30, "age_error_years": 8.0}, {"age_years": 40}))["age"] == ("for", "weak")


@pytest.mark.parametrize(
    ("metres", "expected"),
    [(950, ("for", "moderate")), (1_050, ("for", "weak")), (9_900, ("for", "weak")), (10_100, None), (49_000, None),
     (51_000, ("against", "moderate"))],
)  # fmt: skip
def test_places(metres: float, expected: tuple[str, str] | None) -> None:
    far = Position(lat_deg=10.0, lon_deg=10.0)  # the nearest pair of places counts
    found = compared({"places": (HERE, far)}, {"places": (north(metres),)})
    assert sides(found).get("place") == expected


@pytest.mark.parametrize(
    ("hours", "expected"), [(24, ("for", "weak")), (25, None), (14 * 24, None), (14 * 24 + 1, ("against", "moderate"))]
)
def test_times(hours: float, expected: tuple[str, str] | None) -> None:
    later = AT + timedelta(hours=hours)
    assert sides(compared({"reported_at": AT}, {"reported_at": later})).get("time") == expected
    seen = compared({"seen_at": AT, "reported_at": AT}, {"seen_at": later, "reported_at": AT})
    assert sides(seen).get("time") == expected  # when they were last seen goes before when it was reported


@pytest.mark.parametrize(
    ("a", "b", "is_one"),
    [
        ("+1 (617) 555-0100", "617 555 0100", True),
        ("0044 20 7946 0958", "+44 20 7946 0958", True),
        ("617 555 0100", "617 555 0101", False),
        ("room 12, 555 01", "room 12, 555 01", False),  # too few digits to be anybody's
        ("eva@example.org", "write to EVA@EXAMPLE.ORG", True),
        ("eva@example.org", "eva@example.com", False),
    ],
)
def test_contacts(a: str, b: str, is_one: bool) -> None:
    found = sides(compared({"contacts": (a,)}, {"contacts": (b,)}))
    assert found == ({"contact": ("for", "strong")} if is_one else {})


def test_reasons_do_not_repeat_the_telephone_number() -> None:
    found = compared({"contacts": ("617 555 0100",)}, {"contacts": ("617 555 0100",)})
    assert "555" not in repr(found)


@pytest.mark.parametrize(("a", "b", "is_one"), [
    ("red Ford, B-AB 1234", "plate BAB1234", True), ("red Ford, B-AB 1234", "red Ford, B-AB 1235", False),
    ("a red Ford", "a red Ford", False),
])  # fmt: skip
def test_vehicles(a: str, b: str, is_one: bool) -> None:
    found = sides(compared({"vehicles": (a,)}, {"vehicles": (b,)}))
    assert (found.get("vehicle") == ("for", "strong")) is is_one


def test_the_same_make_and_colour_is_little() -> None:
    assert sides(compared({"vehicles": ("red Ford",)}, {"vehicles": ("a Ford, red",)})) == {"vehicle": ("for", "weak")}


def test_sex_and_category() -> None:
    assert sides(compared({"sex": "Female"}, {"sex": "woman"})) == {"sex": ("for", "weak")}
    assert sides(compared({"sex": "male"}, {"sex": "not sure"})) == {}
    assert sides(compared({"sex": "male"}, {"sex": "female"})) == {"sex": ("against", "strong")}
    assert sides(compared({"category": "hiker"}, {"category": "Hiker"})) == {"category": ("for", "weak")}
    assert sides(compared({"category": "hiker"}, {"category": "hunter"})) == {"category": ("against", "weak")}


def test_a_description_needs_three_words_in_common() -> None:
    a = {"looks": "red jacket, blue jeans, brown boots"}
    assert sides(compared(a, {"looks": "wearing a red jacket and brown shoes"})) == {"description": ("for", "weak")}
    assert sides(compared(a, {"looks": "wearing a red jacket and the like"})) == {}


def test_what_one_of_them_does_not_know_is_listed_and_speaks_for_nothing() -> None:
    found = compared({"names": ("Jo Example",), "age_years": 30}, {})
    assert found.reasons == () and found.verdict == "unlikely"
    assert {"name", "age", "sex", "place", "contact"} <= set(found.not_known)


text = st.text(alphabet="abcdefgh éü'-", max_size=24)
anybody = st.builds(
    Traits, case=st.just("x"), names=st.lists(text, max_size=2).map(tuple),
    age_years=st.none() | st.integers(0, 120), sex=st.none() | st.sampled_from(["male", "female"]),
    category=st.none() | text, places=st.lists(st.floats(0, 9e4).map(north), max_size=2).map(tuple),
    reported_at=st.none() | st.integers(0, 90).map(lambda d: AT + timedelta(days=d)), contacts=st.lists(text, max_size=1).map(tuple),
    marks=text, looks=text,
)  # fmt: skip


@given(anybody, anybody)
def test_likeness_is_the_same_either_way_round(a: Traits, b: Traits) -> None:
    one, other = likeness(a, b), likeness(b, a)
    assert (one.verdict, one.points, sides(one)) == (other.verdict, other.points, sides(other))


# -- cases --------------------------------------------------------------------------------------------


def opened(bench: Bench, case: str, **subject: Any) -> Bench:
    made: Bench = type(bench)()
    made.state = made.state.replace(case=case)
    made.do("open_case", title=case, reported_at="2026-03-01T05:30Z")
    made.do("describe_subject", **subject)
    made.do("mark_point", kind="lkp", position="42.2,-71.1", at="2026-03-01T04:00Z")
    return made


def test_a_case_is_compared_by_what_its_chapters_hold(bench: Bench) -> None:
    case = opened(
        bench, "a", name="Jo Example", age_years="30", sex="male", category="hiker", marks="scar", clothing="red hat"
    )
    case.do("take_report", reporter="Eva Example", contact="617 555 0100")
    case.do(
        "describe_subject",
        phone="617 555 0199",
        vehicle="B-AB 1234",
        hair="brown",
        medical="asthma",
        history="left once",
    )
    assert traits(case.state) == Traits(
        case="a", names=("Jo Example",), age_years=30, sex="male", category="hiker", places=(HERE,),
        seen_at=datetime(2026, 3, 1, 4, 0, tzinfo=UTC), reported_at=datetime(2026, 3, 1, 5, 30, tzinfo=UTC),
        reporter="Eva Example", contacts=("617 555 0100", "617 555 0199"), vehicles=("B-AB 1234",), marks="scar", looks="brown red hat",
    )  # fmt: skip


def test_two_erased_names_are_no_match(bench: Bench) -> None:
    case = opened(bench, "a", name="Jo Example")
    case.state = case.state.replace(subject=case.state.subject.replace(name=ERASED, marks=ERASED, description=ERASED))
    case.state = case.state.replace(report=case.state.report.replace(contact=ERASED, reporter=ERASED))
    gone = traits(case.state)
    assert (gone.names, gone.marks, gone.looks, gone.contacts, gone.reporter) == ((), "", "", (), None)


def test_others_are_listed_the_likeliest_first_without_those_that_are_settled(bench: Bench) -> None:
    own = opened(bench, "own", name="Jo Example", age_years="30")
    same = opened(bench, "same", name="Example, Jo", age_years="31")
    single = opened(bench, "single", name="Jo", age_years="30", sex="male")
    stranger = opened(bench, "stranger", name="Hana Novak", age_years="70")
    merged = opened(bench, "merged", name="Jo Example")
    merged.do("merge_case", into="elsewhere", reason="the same")
    invented = type(bench)()
    invented.do("open_case", title="demo", reported_at="2026-03-01T05:30Z", invented="yes")
    invented.do("describe_subject", name="Jo Example")
    invented.do("mark_point", kind="lkp", position="42.2,-71.1", at="2026-03-01T04:00Z")
    everybody = [c.state for c in (own, stranger, single, same, merged, invented)]
    found = likely_others(own.state, everybody)
    assert [(x.other, x.verdict) for x in found] == [("same", "likely"), ("single", "possible")]
    assert likely_others(merged.state, everybody) == ()
    own.do("keep_apart", other="same", reason="seen together")
    assert [x.other for x in likely_others(own.state, everybody)] == ["single"]
    assert [x.other for x in likely_others(same.state, [own.state])] == []  # said on either of the two
