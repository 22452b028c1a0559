"""The flyer: one page that shows what its notice shows, and a code only where somebody gave an address."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image

from wayhome.documents import available, render
from wayhome.documents.flyer import code, flyer
from wayhome.documents.wording import Wording

LINK = "https://example.org/missing/max-7f3a"


def drafted(desk: Any, kind: str = "missing_notice", **fields: Any) -> str:
    """A notice drafted after the appeal of the fixture; its id."""
    desk.do("draft_notice", kind=kind, title="On the ridge", text="Look in sheds.", **fields)
    return "N2"


def test_a_flyer_shows_name_number_and_validity_on_one_page(
    a_search: Any, facts: Callable[..., Any], text_of: Callable[[bytes], str]
) -> None:
    key = drafted(a_search, contact="555 0199", link=LINK, expires_at="2026-03-08T12:00+01:00", area="the north ridge")
    pdf = render("flyer", a_search.state, for_id=key, facts=facts(a_search))
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    text = text_of(pdf)
    for told in ("MISSING", "Max Berger", "34 years", "red anorak", "the north ridge", "Look in sheds.", "555 0199",
                 "valid until 2026-03-08 12:00 CET", "When they are found: take this down", "DRAFT, not approved"):  # fmt: skip
        assert told in text
    assert LINK in text.replace("\u200b", "").replace(" ", "")
    for kept in ("asthma", "Hiker on the north ridge", "Decision aid"):
        assert kept not in text


def test_without_a_link_there_is_no_code_and_without_a_number_none_is_made_up(
    a_search: Any, facts: Callable[..., Any], printed: Callable[..., str]
) -> None:
    key = drafted(a_search)
    assert flyer(Wording(a_search.state, facts(a_search)), key).images == {}
    text = printed("flyer", a_search, key)
    assert "No QR code: the notice has no link." in text and "No number to call" in text


def test_an_appeal_asks_and_does_not_name(a_search: Any, printed: Callable[..., str]) -> None:
    text = printed("flyer", a_search, drafted(a_search, "public_appeal"))
    assert "HAVE YOU SEEN THIS PERSON?" in text and "34 years" in text
    assert "Max" not in text


def test_a_code_is_square_black_on_white_with_four_modules_of_quiet_round_it() -> None:
    """36 bytes at level M need version 3 (42 bytes; version 2 holds 26), 29 modules a side (ISO/IEC 18004)."""
    with Image.open(io.BytesIO(code(LINK))) as held:
        grey = held.convert("L")
    side = (29 + 2 * 4) * 12
    assert len(LINK) == 36 and grey.size == (side, side)
    assert {grey.getpixel((x, y)) for x in range(side) for y in (0, 4 * 12 - 1, side - 1)} == {255}
    assert grey.getpixel((4 * 12, 4 * 12)) == 0  # the corner of the first finder pattern


def test_other_links_give_other_codes_and_equal_ones_equal_bytes() -> None:
    assert code(LINK) == code(LINK) != code(LINK + "x")


@pytest.mark.parametrize("end", ["withdraw_notice", "cancel_notice"])
def test_an_ended_notice_has_no_flyer_but_the_word_to_take_it_down(
    a_search: Any, printed: Callable[..., str], end: str
) -> None:
    key = drafted(a_search)
    assert key in dict((k, i) for k, _, i in available(a_search.state))["flyer"]
    a_search.do(end, notice=key, reason="home")
    assert key not in dict((k, i) for k, _, i in available(a_search.state))["flyer"]
    text = printed("flyer", a_search, key)
    assert "TAKE THIS DOWN" in text and "Max Berger" not in text


def test_what_is_not_for_the_public_has_no_flyer(a_search: Any, printed: Callable[..., str]) -> None:
    assert "it is not for the public, and has no flyer" in printed("flyer", a_search, drafted(a_search, "warrant"))


def test_a_flyer_carries_the_photograph_that_its_notice_may_show_or_an_empty_frame(
    a_search: Any, facts: Callable[..., Any]
) -> None:
    def frames() -> list[str]:
        blocks = flyer(Wording(a_search.state, facts(a_search)), key).blocks
        return [b["name"] for b in blocks if b["type"] == "image"]

    key = drafted(a_search, shows=["photograph"])
    assert frames() == ["none"]
    a_search.do(
        "attach_photograph", blob="a" * 64, form="jpeg", file_name="a.jpg", of="subject", width_px=8, height_px=8
    )
    assert frames() == ["none"]  # nobody has said that it may be published
    a_search.do("attach_photograph", blob="b" * 64, form="jpeg", file_name="b.jpg", of="subject", width_px=8, height_px=8,
                may_publish="yes")  # fmt: skip
    (shown,) = frames()
    assert a_search.state.photographs.photographs[shown].blob == "b" * 64
    a_search.do("update_notice", notice=key, shows=["age"], reason="no photograph")
    assert frames() == []
