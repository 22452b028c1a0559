"""Nobody's words can run as code, leave the paper or turn it around."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from wayhome.documents.page import Frame, Paper, letters_beyond_fonts, para, table, typeset

FRAME = Frame(head_left="h", head_right="r", foot_first="a", foot_second="b", author="c")


def paper(text: str) -> Paper:
    return Paper(title=text[:50], blocks=(para(text), table("One*1|Two*1", [[text[:300], None]], "")))


@pytest.mark.hostile
@pytest.mark.parametrize(
    "text",
    [
        '#eval("1+1")', "#panic()", '#read("/etc/passwd")', "$x^2$", "*bold* _slanted_ `raw`", "@cite <label>", "= Title",
        "back\\slash \\u{41} \\n", "\"double\" 'single'", "// comment", "/* comment */", "[content] {code}", "#image(\"map.png\")",
        "</script> & < >", "{{7*7}}", "~ -- ---", "- item", "+ item", "https://example.org/#x",
    ],
)  # fmt: skip
def test_markup_prints_as_it_was_written(text: str, text_of: Callable[[bytes], str]) -> None:
    assert text_of(typeset(paper(text), FRAME)).count(text) >= 2


@pytest.mark.hostile
def test_newlines_break_lines_and_control_characters_vanish(text_of: Callable[[bytes], str]) -> None:
    assert "one two three" in text_of(typeset(paper("one\r\ntwo\n\nthr\x00\x1b\x07ee"), FRAME))


@pytest.mark.hostile
def test_text_cannot_be_turned_around() -> None:
    assert typeset(paper("abc \u202edef"), FRAME) == typeset(paper("abc def"), FRAME)


@pytest.mark.hostile
def test_half_of_a_surrogate_pair_is_shown_as_unreadable(text_of: Callable[[bytes], str]) -> None:
    assert "a" in text_of(typeset(paper("a \ud800 b"), FRAME))


@pytest.mark.hostile
def test_letters_of_other_scripts_stay_in_the_paper(text_of: Callable[[bytes], str]) -> None:
    text = text_of(typeset(paper("Пропал человек, αγνοούμενος, ñandú, şehir"), FRAME))
    assert "Пропал человек, αγνοούμενος, ñandú, şehir" in text
    assert "install a font" not in text
    assert "مفقود" in text_of(typeset(paper("مفقود"), FRAME)).replace("دوقفم", "مفقود")


@pytest.mark.hostile
def test_letters_beyond_the_fonts_are_named(text_of: Callable[[bytes], str]) -> None:
    assert letters_beyond_fonts("ab 行方 行 é") == ["行", "方"]
    text = text_of(typeset(paper("Name: 行方"), FRAME))
    assert "letters beyond the program's own fonts" in text


@pytest.mark.hostile
def test_ten_thousand_characters_without_a_space_stay_on_the_paper(text_of: Callable[[bytes], str]) -> None:
    import pypdfium2  # type: ignore[import-untyped]

    # (both a row of a table and a paragraph are longer than a page)
    pdf = typeset(Paper(title="long", blocks=(para("x" * 10_000), table("A*1|B*1", [["y" * 10_000, "z"]], ""))), FRAME)
    text = text_of(pdf).replace(" ", "")
    assert text.count("x") >= 10_000 and text.count("y") >= 10_000
    for page in pypdfium2.PdfDocument(pdf):
        width, read = page.get_width(), page.get_textpage()
        right = max(read.get_rect(i)[2] for i in range(read.count_rects()))
        assert right <= width - 30  # points; the margin is 48


@pytest.mark.hostile
def test_a_hundred_short_lines_in_a_table_stay_on_the_paper() -> None:
    import pypdfium2

    pdf = typeset(Paper(title="tall", blocks=(table("A*1", [["\n".join("abcd" for _ in range(100))]], ""),)), FRAME)
    for page in pypdfium2.PdfDocument(pdf):
        read = page.get_textpage()
        assert min(read.get_rect(i)[1] for i in range(read.count_rects())) > 20  # points above the page's edge


@pytest.mark.hostile
def test_every_field_of_a_case_may_be_hostile(
    a_search: Any, facts: Callable[..., Any], text_of: Callable[[bytes], str]
) -> None:
    from wayhome.documents import available, render

    bad = '#eval("x") $ * _ @ \\ " \' مفقود 行方 \n#panic()' + "w" * 500
    a_search.do("take_report", reporter=bad, circumstances=bad * 20)
    a_search.do("describe_subject", name=bad, clothing=bad, medical=bad)
    a_search.do("form_team", name=bad, leader=bad, skills=(bad,))
    a_search.do("draw_segment", name=bad, ring=["47.01,11.00", "47.02,11.00", "47.02,11.02"], remark=bad)
    a_search.do("draft_assignment", team="T3", segment="SEG2", task=bad, hazards=bad)
    a_search.do("draft_notice", kind="warrant", title=bad, text=bad)
    a_search.do("give_order", text=bad, to=bad)
    a_search.do("record_statement", witness=bad, text=bad, place=bad)
    a_search.do("judge_evidence", evidence="S2", likelihood={"lost": "1", "car": "0.5"}, reason=bad)
    a_search.do("decide_departure", conclusion="left", reasons=bad, evidence="S2")
    a_search.do("record_clue", name=bad, description=bad, place=bad)
    a_search.do("set_channel", name=bad, function=bad, frequency=bad, remarks=bad)
    a_search.do("set_medical_point", kind="hospital", name=bad, place=bad, contact=bad)
    a_search.do("add_hazard", hazard=bad, mitigation=bad)
    a_search.do("set_safety_message", message=bad, emergency_procedures=bad)
    a_search.do("set_weather", forecast=bad, source=bad)
    a_search.do("set_command_emphasis", emphasis=bad)
    a_search.do("log_message", text=bad, sender=bad, to=bad)
    a_search.do("send_message", text=bad, sender=bad, to=bad, subject=bad)
    for kind, _, ids in available(a_search.state):
        last = next((i for i in reversed(ids or ()) if i != "blank"), None)
        text = text_of(render(kind, a_search.state, for_id=last, facts=facts(a_search)))
        if kind not in ("plan", "poa", "wrong", "matters"):
            assert '#eval("x") $ * _ @ \\ " \'' in text


def test_a_map_is_drawn_into_the_paper() -> None:
    import pypdfium2
    from PIL import Image

    from wayhome.documents.page import picture

    file = io.BytesIO()
    Image.new("RGB", (20, 20), (255, 0, 0)).save(file, "PNG")
    pdf = typeset(Paper(title="m", blocks=(picture("map", 60),)), FRAME, file.getvalue())
    shown = pypdfium2.PdfDocument(pdf)[0].render().to_pil().convert("RGB")
    assert (255, 0, 0) in {colour for _, colour in shown.getcolors(1_000_000)}


def test_boxes_and_tables_that_do_not_fit_are_bugs() -> None:
    from wayhome.documents.page import box, boxes

    with pytest.raises(AssertionError, match="twelve"):
        boxes(box("a", "b", 5))
    with pytest.raises(AssertionError, match="cells"):
        table("One|Two", [["a"]], "")
