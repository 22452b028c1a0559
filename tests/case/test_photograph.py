"""Photographs in a case: the camera's own facts, the marker, the portrait, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from wayhome.base.errors import InvalidInput, NotFound, RuleBroken
from wayhome.base.place import Position
from wayhome.case.fact import joined, parted
from wayhome.case.photograph import Photograph, PhotographAttached, away_m

if TYPE_CHECKING:
    from conftest import Bench

IPP = "42.2,-71.1"
CAMERA = {
    "clock": "2026-03-01 00:12:05", "offset": "-05:00", "taken_at": "2026-03-01T05:12:05Z", "gps_at": "2026-03-01T05:12:01Z",
    "position": {"lat_deg": 42.2, "lon_deg": -71.1}, "altitude_m": 63.5, "model": "Example Pocket 3",
}  # fmt: skip


def attach(bench: Bench, blob: str = "a", of: str = "subject", **fields: Any) -> str:
    """Attach a photograph whose hash is all one digit; gives its id."""
    (fact,) = bench.do(
        "attach_photograph", **{"blob": blob * 64, "form": "jpeg", "file_name": "IMG_1.jpg", "of": of, "width_px": 400,
                                "height_px": 300, **fields},
    )  # fmt: skip
    assert isinstance(fact, PhotographAttached)
    return fact.id


def held(bench: Bench, key: str = "PH1") -> Photograph:
    """A photograph of the case."""
    return bench.state.photographs.photographs[key]


@pytest.fixture
def placed(bench: Bench) -> Bench:
    """A case with a place and a clue."""
    bench.do("mark_point", kind="pls", position=IPP)
    bench.do("record_clue", name="cap", position=IPP)
    return bench


def test_what_the_camera_says_is_kept_apart_from_the_marker(placed: Bench) -> None:
    attach(placed, of="C1", camera=CAMERA)
    photo = held(placed)
    assert (
        photo.camera.taken_at == datetime(2026, 3, 1, 5, 12, 5, tzinfo=UTC)
        and photo.camera.clock == "2026-03-01 00:12:05"
    )
    assert photo.camera.position == photo.marker_position == Position(lat_deg=42.2, lon_deg=-71.1)
    assert photo.placed_by_hand is False and photo.marker_off_m == 0
    placed.do("place_photograph", photograph="PH1", position="42.209,-71.1", reason="where the cap lay")
    photo = held(placed)
    assert photo.camera.position == Position(lat_deg=42.2, lon_deg=-71.1)
    assert photo.marker_position == Position(lat_deg=42.209, lon_deg=-71.1) and photo.placed_by_hand is True
    assert photo.marker_off_m == pytest.approx(1000.8, abs=0.1)  # 0.009 of a degree of 111 195 m


def test_without_a_place_there_is_no_marker_until_somebody_puts_one(placed: Bench) -> None:
    attach(placed)
    assert (held(placed).marker_position, held(placed).placed_by_hand, held(placed).marker_off_m) == (None, None, None)
    placed.do("place_photograph", photograph="PH1", position=IPP)
    assert held(placed).placed_by_hand is True and held(placed).marker_off_m is None


def test_a_marker_far_from_the_case_must_be_confirmed(placed: Bench) -> None:
    attach(placed)
    with pytest.raises(InvalidInput, match="confirm_far"):
        placed.do("place_photograph", photograph="PH1", position="10,10")


def test_a_camera_far_away_is_kept_and_named(placed: Bench) -> None:
    attach(placed, camera={**CAMERA, "position": {"lat_deg": 52.5, "lon_deg": 13.4}})
    away = away_m(placed.state, held(placed).camera.position)
    assert away is not None and away > 5e6
    assert away_m(placed.state, Position(lat_deg=42.3, lon_deg=-71.1)) is None
    assert away_m(placed.state, None) is None


def test_the_same_original_twice_is_refused_with_its_number(placed: Bench) -> None:
    attach(placed, "a", "C1")
    with pytest.raises(RuleBroken, match=r"is in the case already: PH1, of C1\.$"):
        attach(placed, "a", "C1")
    with pytest.raises(RuleBroken, match="of C1. If it shows subject too, .*photograph=PH1 also_of=subject"):
        attach(placed, "a", "subject")
    assert attach(placed, "b") == "PH2"
    placed.do("withdraw_photograph", photograph="PH1", reason="wrong card")
    assert attach(placed, "a") == "PH3"  # a mistaken withdrawal is not for ever


@pytest.mark.parametrize(
    ("fields", "error", "match"),
    [
        ({"of": "C9"}, NotFound, 'there is no "C9"; say subject, C1'),
        ({"of": " "}, InvalidInput, "of is empty"),
        ({"blob": "xy"}, InvalidInput, "not a content hash"),
        ({"blob": "A"}, InvalidInput, "not a content hash"),
        ({"width_px": 0}, InvalidInput, "width_px"),
        ({"form": "gif"}, InvalidInput, "form"),
        ({"file_name": "  "}, InvalidInput, "file_name"),
        ({"may_publish": "perhaps"}, InvalidInput, "may_publish"),
        ({"camera": {"position": {"lat_deg": 200, "lon_deg": 0}}}, InvalidInput, "Latitude"),
        ({"camera": {"mood": "sad"}}, InvalidInput, "camera: it has no field mood"),
    ],
)
def test_wrong_photographs_are_refused(
    placed: Bench, fields: dict[str, Any], error: type[Exception], match: str
) -> None:
    with pytest.raises(error, match=match):
        attach(placed, **fields)
    assert placed.state.photographs.photographs == {}


def test_a_photograph_may_show_several_things(placed: Bench) -> None:
    placed.do("record_clue", name="note")
    attach(placed, of="C1")
    placed.do("amend_photograph", photograph="PH1", also_of=["C2", "C1", "C2"])
    assert held(placed).shows == ("C1", "C2")
    assert [p.id for p in placed.state.photographs.standing("C2")] == ["PH1"]
    with pytest.raises(RuleBroken, match="Nothing of PH1 changes"):
        placed.do("amend_photograph", photograph="PH1", also_of=["C2"])
    with pytest.raises(NotFound, match='there is no "C3"'):
        placed.do("amend_photograph", photograph="PH1", also_of=["C3"])


def test_whether_it_may_be_published_is_said_by_somebody(placed: Bench) -> None:
    attach(placed)
    assert held(placed).may_publish == "unknown"  # nobody has said, which is not no
    (fact,) = placed.do("amend_photograph", photograph="PH1", may_publish="yes", reason="his mother, by telephone")
    assert held(placed).may_publish == "yes" and "may be published: yes. his mother" in fact.says()


def test_the_portrait_is_the_chosen_one_else_the_newest(placed: Bench) -> None:
    photographs = placed.state.photographs
    assert photographs.chosen() is None
    attach(placed, "a")
    attach(placed, "b")
    attach(placed, "c", "C1")
    chosen = placed.state.photographs.chosen()
    assert chosen is not None and chosen.id == "PH2"
    placed.do("choose_portrait", photograph="PH1")
    chosen = placed.state.photographs.chosen()
    assert chosen is not None and chosen.id == "PH1"
    with pytest.raises(RuleBroken, match="PH3 is of C1, not of the subject"):
        placed.do("choose_portrait", photograph="PH3")
    placed.do("withdraw_photograph", photograph="PH1", reason="shows his brother")
    chosen = placed.state.photographs.chosen()
    assert placed.state.photographs.portrait is None and chosen is not None and chosen.id == "PH2"


def test_a_portrait_that_shows_somebody_else_is_no_portrait_any_more(placed: Bench) -> None:
    attach(placed)
    placed.do("choose_portrait", photograph="PH1")
    placed.do("amend_photograph", photograph="PH1", of="C1")
    assert placed.state.photographs.portrait is None and placed.state.photographs.chosen() is None


def test_what_was_withdrawn_stays_in_the_record_and_is_shown_nowhere(placed: Bench) -> None:
    attach(placed)
    placed.do("withdraw_photograph", photograph="PH1", reason="somebody else")
    assert held(placed).withdrawn == "somebody else" and placed.state.photographs.standing() == ()
    for command, fields in (
        ("withdraw_photograph", {"reason": "again"}), ("choose_portrait", {}), ("place_photograph", {"position": IPP}),
        ("amend_photograph", {"caption": "x"}),
    ):  # fmt: skip
        with pytest.raises(RuleBroken, match="PH1 was withdrawn: somebody else"):
            placed.do(command, photograph="PH1", **fields)


def test_what_tells_of_a_person_stands_outside_the_chain(placed: Bench) -> None:
    attach(placed, camera=CAMERA, caption="Jo by the pond", file_name="jo example.jpg")
    fact = placed.events[-1][0]
    apart = parted(fact)
    assert set(apart.secrets) == {"file_name", "caption", "camera"}
    assert [w for w in ("42.2", "jo example", "pond", "05:12") if w in str(apart.public)] == []
    erased = joined(apart.type, apart.version, apart.public, dict.fromkeys(apart.secrets))
    assert isinstance(erased, PhotographAttached) and erased.camera.position is None and erased.blob == "a" * 64


def test_photographs_of_two_desks_have_numbers_of_their_own(placed: Bench) -> None:
    from wayhome.case.authority import actor
    from wayhome.case.command import parse_command
    from wayhome.case.fact import Context
    from wayhome.case.state import decide

    attach(placed)
    away = Context(by=actor(placed.state, None), at=placed.at, desk="a1b2c3d4", is_home=False)
    fields = {"blob": "b" * 64, "form": "png", "file_name": "x.png", "of": "C1", "width_px": 1, "height_px": 1}
    (fact,) = decide(placed.state, parse_command("attach_photograph", fields), away)
    assert fact.id == "PH1-a1b2"  # type: ignore[attr-defined]
