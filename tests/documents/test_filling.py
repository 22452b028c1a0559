"""A user's own form: its fields, what a mapping may say, every misfit a sentence, and nothing dropped in silence."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from wayhome.base.errors import InvalidInput
from wayhome.documents.expressions import FORMATS, Expressions
from wayhome.documents.filling import Filled, fill, form_fields, read_mapping, starter_mapping
from wayhome.documents.wording import Wording

N = NameObject


def field(name: str, kind: str, box: tuple[float, float, float, float], **more: Any) -> DictionaryObject:
    """A field that is its own widget."""
    return DictionaryObject({
        N("/Type"): N("/Annot"), N("/Subtype"): N("/Widget"), N("/FT"): N(kind), N("/T"): TextStringObject(name), N("/F"): NumberObject(4),
        N("/Rect"): ArrayObject([FloatObject(v) for v in box]), N("/DA"): TextStringObject("/Helv 10 Tf 0 g"), **{N(f"/{k}"): v for k, v in more.items()},
    })  # fmt: skip


def form(*fields: DictionaryObject, xfa: bool = False, acro: bool = True, password: str | None = None) -> bytes:
    """A form of one page with some fields, in Helvetica."""
    writer = PdfWriter()
    page = writer.add_blank_page(612, 792)
    font = writer._add_object(DictionaryObject({N("/Type"): N("/Font"), N("/Subtype"): N("/Type1"), N("/BaseFont"): N("/Helvetica"),
                                                N("/Encoding"): N("/WinAnsiEncoding")}))  # fmt: skip
    held = ArrayObject([writer._add_object(f) for f in fields])
    page[N("/Annots")] = held
    if acro:
        entries: dict[Any, Any] = {N("/Fields"): held, N("/DR"): DictionaryObject({N("/Font"): DictionaryObject({N("/Helv"): font})}),
                                   N("/DA"): TextStringObject("/Helv 0 Tf 0 g"), N("/NeedAppearances"): BooleanObject(False)}  # fmt: skip
        if xfa:
            entries[N("/XFA")] = TextStringObject("<xdp/>")
        writer.root_object[N("/AcroForm")] = DictionaryObject(entries)
    if password is not None:
        writer.encrypt(password)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def tick(name: str, box: tuple[float, float, float, float]) -> DictionaryObject:
    """A box to tick whose state is called Yes."""
    drawn = DecodedStreamObject()
    drawn.set_data(b"0 0 10 10 re f")
    drawn.update(
        {
            N("/Type"): N("/XObject"),
            N("/Subtype"): N("/Form"),
            N("/BBox"): ArrayObject([FloatObject(v) for v in (0, 0, 10, 10)]),
        }
    )
    looks = DictionaryObject({N("/N"): DictionaryObject({N("/Yes"): drawn, N("/Off"): DecodedStreamObject()})})
    return field(name, "/Btn", box, AP=looks, AS=N("/Off"))


@pytest.fixture(scope="session")
def paper() -> bytes:
    """A form of every kind of field."""
    words = ArrayObject([TextStringObject(w) for w in ("low", "high")])
    return form(
        field("Name", "/Tx", (50, 700, 300, 716)), field("Code", "/Tx", (320, 700, 400, 716), MaxLen=NumberObject(4)),
        field("Where", "/Tx", (50, 600, 300, 660), Ff=NumberObject(1 << 12)), field("Open size", "/Tx", (50, 560, 200, 580), DA=TextStringObject("/Helv 0 Tf 0 g")),
        tick("Urgent", (50, 520, 60, 530)), field("Risk", "/Ch", (100, 520, 200, 536), Opt=words, Ff=NumberObject(1 << 17)),
        field("Signature", "/Sig", (50, 480, 200, 500)),
    )  # fmt: skip


@pytest.fixture
def wording(under_way: Any, facts: Callable[..., Any]) -> Wording:
    """The hiker's case in words."""
    return Wording(under_way.state, facts(under_way))


def values(made: Filled) -> dict[str, str]:
    """The values that a reader finds in a form."""
    return {
        k: str(f.get("/V", "")).lstrip("/") for k, f in (PdfReader(io.BytesIO(made.content)).get_fields() or {}).items()
    }


def refused(content: bytes, mapping: dict[str, Any], w: Wording) -> list[str]:
    """The sentences with which a mapping is refused."""
    with pytest.raises(InvalidInput) as error:
        fill(content, "form.pdf", mapping, w)
    return list(error.value.details["problems"])


# -- fields ---------------------------------------------------------------------------------------


def test_fields_are_listed_with_kind_choices_and_size(paper: bytes) -> None:
    found = {f.name: f for f in form_fields(paper, "form.pdf")}
    assert [(n, f.kind) for n, f in found.items()] == [
        ("Name", "text"), ("Code", "text"), ("Where", "text"), ("Open size", "text"), ("Urgent", "tick"), ("Risk", "choice"), ("Signature", "signature"),
    ]  # fmt: skip
    assert found["Code"].longest == 4
    assert found["Where"].several_lines
    assert found["Risk"].choices == ("low", "high") and not found["Risk"].free
    assert (found["Name"].page, found["Name"].width_pt, found["Open size"].size_pt) == (1, 250.0, 0.0)


def test_a_starter_mapping_can_be_read_back_and_fills_nothing_it_does_not_know(paper: bytes) -> None:
    text = starter_mapping(form_fields(paper, "form.pdf"), "form.pdf")
    told = tomllib.loads(text)
    assert list(told["fields"]) == ["Name", "Code", "Where", "Open size", "Urgent", "Risk"]
    assert "Signature" in text and "left to be done by hand" in text
    assert read_mapping(text.encode(), "m.toml") == {}


@pytest.mark.hostile
def test_a_field_with_a_hostile_name_survives_the_starter_mapping() -> None:
    bad = 'a "quoted" \\ name\n[fields]\nx = 1'
    content = form(field(bad, "/Tx", (50, 700, 300, 716)))
    told = tomllib.loads(starter_mapping(form_fields(content, "f.pdf"), 'f".pdf'))
    assert list(told["fields"]) == [bad]


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (form(acro=False), "has no fields to fill: it is a scan or a printed form"),
        (form(), "has no fields to fill"),
        (form(xfa=True), "is an XFA form: its fields are not in the PDF itself"),
        (form(field("a", "/Tx", (0, 0, 9, 9)), password="secret"), "is locked with a password"),
        (b"GIF89a", "is not a PDF that can be read"),
        (b"", "is not a PDF that can be read"),
        (b"%PDF-1.7\n%%EOF", "is not a PDF that can be read"),
    ],
)
def test_what_cannot_be_filled_is_named_with_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(InvalidInput, match="form.pdf") as error:
        form_fields(content, "form.pdf")
    assert says in error.value.message


# -- filling --------------------------------------------------------------------------------------


def test_a_form_is_filled_from_the_record(paper: bytes, wording: Wording) -> None:
    made = fill(paper, "form.pdf", {
        "Name": "subject.name", "Code": "'X1'", "Where": ("ipp|mgrs", "'at'", "area.ipp.place"), "Urgent": "subject.risk.level|is:high",
        "Risk": "subject.risk.level", "Open size": "report.reported_at|time",
    }, wording)  # fmt: skip
    wanted = {"Name": "Max Berger", "Code": "X1", "Where": "32T PT 52049 07105 at car park at the weir", "Urgent": "Yes", "Risk": "high",
              "Open size": "2026-03-01 06:40 CET"}  # fmt: skip
    assert made.filled == wanted
    assert {k: v.replace("\n", " ") for k, v in values(made).items() if v} == wanted
    assert made.empty == {} and made.unmapped == ()


@pytest.mark.parametrize("flatten", [False, True])
def test_what_was_filled_can_be_seen(paper: bytes, wording: Wording, flatten: bool) -> None:
    made = fill(paper, "form.pdf", {"Name": "subject.name", "Open size": "'Grüße – 12°'"}, wording, flatten=flatten)
    document = pypdfium2.PdfDocument(made.content)
    if not flatten:
        document.init_forms()
    dark = (
        document[0].render(may_draw_forms=True).to_pil().convert("L").point(lambda v: 255 if v < 128 else 0).getbbox()
    )
    assert dark is not None and dark[0] >= 50 and dark[1] >= 792 - 716
    assert (PdfReader(io.BytesIO(made.content)).get_fields() is None) == flatten
    if flatten:
        assert "Max Berger" in document[0].get_textpage().get_text_range()


def test_what_the_record_does_not_know_stays_blank_and_is_told(paper: bytes, wording: Wording) -> None:
    made = fill(
        paper,
        "form.pdf",
        {"Name": "subject.history", "Urgent": "find|degrees", "Code": "evidence.clues.C9.name"},
        wording,
    )
    assert made.empty == {"Name": "subject.history", "Urgent": "find|degrees", "Code": "evidence.clues.C9.name"}
    assert made.filled == {}
    assert made.unmapped == ("Where", "Open size", "Risk")
    assert not any(values(made).values())


def test_every_misfit_is_a_sentence_of_its_own(paper: bytes, wording: Wording) -> None:
    told = refused(paper, {
        "Nmae": "subject.name", "Name": "subject.nam", "Code": "'12345'", "Where": "subject.name|shout", "Open size": "'行方 ok'",
        "Urgent": "'perhaps'", "Risk": "'medium'", "Signature": "subject.name",
    }, wording)  # fmt: skip
    assert len(told) == 8
    for sentence, words in zip(told, (
        'no field "Nmae"; did you mean "Name"', "subject has no nam; it has", "has 5 letters, the field holds 4",
        'no format "shout"; there are: time', "font has no 行 方", "neither ticks nor unticks", '"medium" is none of its choices: "low", "high"',
        "it is a signature; that is left to be done by hand",
    ), strict=True):  # fmt: skip
        assert words in sentence


def test_a_text_too_long_for_its_box_is_refused_and_one_that_fits_in_several_lines_is_not(
    paper: bytes, wording: Wording
) -> None:
    words = " ".join(["word"] * 20)  # 20 x 4 letters: about 550 points wide at 10 points
    assert "is too long for the field at 10 points" in refused(paper, {"Name": f"'{words}'"}, wording)[0]
    fill(paper, "form.pdf", {"Where": f"'{words}'"}, wording)
    assert "is too long" in refused(paper, {"Where": f"'{' '.join([words] * 5)}'"}, wording)[0]
    # where the form leaves the size open, the letters shrink to 6 points and no further
    fill(paper, "form.pdf", {"Open size": "'forty letters are forty letters, forty.'"}, wording)
    assert "at 6 points" in refused(paper, {"Open size": f"'{words}'"}, wording)[0]


def test_two_fields_that_share_one_picture_are_filled_each_with_its_own(wording: Wording) -> None:
    shared = DecodedStreamObject()
    shared.update(
        {
            N("/Type"): N("/XObject"),
            N("/Subtype"): N("/Form"),
            N("/BBox"): ArrayObject([FloatObject(v) for v in (0, 0, 250, 16)]),
        }
    )
    looks = DictionaryObject({N("/N"): shared})
    content = form(field("A", "/Tx", (50, 700, 300, 716), AP=looks), field("B", "/Tx", (50, 600, 300, 616), AP=looks))
    made = fill(content, "f.pdf", {"A": "'first'", "B": "'second'"}, wording, flatten=True)
    text = pypdfium2.PdfDocument(made.content)[0].get_textpage().get_text_range()
    assert "first" in text and "second" in text


def test_a_field_that_would_be_filled_along_with_another_is_refused(wording: Wording) -> None:
    parent = DictionaryObject({N("/T"): TextStringObject("next of kin")})
    kin = field("Name", "/Tx", (50, 600, 300, 616), Parent=parent)
    told = refused(form(field("Name", "/Tx", (50, 700, 300, 716)), kin), {"Name": "subject.name"}, wording)
    assert told == [
        'Name: the form has "next of kin.Name" too, which would get the same words; rename one of the two fields.'
    ]


def test_the_xfa_copy_of_a_form_is_taken_out_so_that_it_cannot_show_old_values(wording: Wording) -> None:
    made = fill(form(field("A", "/Tx", (50, 700, 300, 716)), xfa=True), "f.pdf", {"A": "'new'"}, wording)
    assert "/XFA" not in PdfReader(io.BytesIO(made.content)).root_object["/AcroForm"]
    assert values(made) == {"A": "new"}


# -- mapping --------------------------------------------------------------------------------------


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"\xff\xfe", "is not a mapping in TOML"),
        (b"[fields", "is not a mapping in TOML"),
        (b'form = "x"', "must have one table [fields]"),
        (b"fields = 3", "must have one table [fields]"),
        (b'[fields]\n[other]\na = "b"', "It has other, which is not known"),
        (b"[fields]\na = 3", '"a" must be an expression in quotes'),
        (b'[fields]\na = ["x", 3]', '"a" must be an expression in quotes'),
        (b'[fields]\n"a".b = "x"', '"a" must be an expression in quotes'),
    ],
)
def test_a_mapping_that_is_none_is_refused(text: bytes, says: str) -> None:
    with pytest.raises(InvalidInput) as error:
        read_mapping(text, "map.toml")
    assert "map.toml" in error.value.message and says in error.value.message


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("subject.name", "Max Berger"),
        ("subject.age_years", "34"),
        ("'subject.name'", "subject.name"),
        ('"words"', "words"),
        ("''", ""),
        ("report.reported_at|date", "2026-03-01"),
        ("report.reported_at|us_date", "03/01/2026"),
        ("report.reported_at | clock", "06:40"),
        ("ipp", "47.00000, 11.00000"),
        ("ipp|utm", "32T 652049 E 5207105 N"),
        ("ipp|lat", "47.00000"),
        ("evidence.clues.C1.position|mgrs", "32T PT 52318 08446"),
        ("evidence.statements.S1.reliability|percent", "80.0 %"),
        ("evidence.clues.last.name", "glove"),
        ("people.teams|names", "Alpha, Bravo"),
        ("people.teams|count", "2"),
        ("assignments.assignments.A1.hours_planned|hours", "4 h"),
        ("subject.risk.level|upper", "HIGH"),
        ("subject.risk.signs.2", "night frost"),
        ("subject.risk.signs|lines", "asthma\nnight frost"),
        ("assignments.assignments.A1.tasked_by|person", "the operator of the desk"),
        ("scenarios.scenarios.2.kind|words", "left by vehicle"),
        ("subject.history|or:unknown", "unknown"),
        ("subject.risk.level|is:high", True),
        ("subject.risk.level|is:low", False),
        ("subject.history|is:high", False),
        ("find|mgrs", None),
        ("this.name", None),
        ("case", "c"),
    ],
)
def test_what_an_expression_says(expression: str, wanted: Any, wording: Wording) -> None:
    assert Expressions(wording).text(expression) == wanted


@pytest.mark.hostile
@pytest.mark.parametrize(
    "expression",
    [
        "", "subject", "subject.__class__", "subject.__dict__.name", "subject.name.upper", "subject._replace", "subject.name()", "subject['name']",
        "__import__('os')", "report.title|__len__", "report.title|eval", "subject.name|", "|time", "subject..name", "people.teams.T1.as_json",
        "subject.risk.signs.x", "subject.name|time", "subject.name|mgrs", "ipp|percent", "{subject.name}", "seals.facts.content", "a b", "nowhere.at.all",
    ],
)  # fmt: skip
def test_an_expression_runs_nothing_and_reaches_nothing_but_fields(expression: str, wording: Wording) -> None:
    if expression == "seals.facts.content":  # what nobody has sealed; the state holds no content in any case
        assert Expressions(wording).text(expression) is None
        return
    with pytest.raises(InvalidInput):
        Expressions(wording).text(expression)


def test_the_thing_that_a_form_is_for_is_called_this(wording: Wording) -> None:
    said = Expressions(wording, wording.state.assignments.assignments["A1"])
    assert said.text("this.task") == "Sweep from the stream upwards."
    assert (said.text("team.name"), said.text("segment.name")) == ("Alpha", "North slope")


def test_every_format_is_told_where_one_is_unknown(wording: Wording) -> None:
    with pytest.raises(InvalidInput) as error:
        Expressions(wording).text("case|x")
    assert all(name in error.value.message for name in FORMATS)


# -- a real form ----------------------------------------------------------------------------------


def test_the_resource_request_of_the_booklet_is_filled(data_folder: Path, wording: Wording) -> None:
    content = (data_folder / "interchange" / "forms" / "ics_pdf_fillable_ics213rr.pdf").read_bytes()
    found = {f.name: f for f in form_fields(content, "213rr.pdf")}
    assert len(found) == 9 * 7 + 13 + 5 + 3  # nine rows of seven cells, thirteen lines, five ticks, three signatures
    assert sum(f.kind == "signature" for f in found.values()) == 3
    assert sum(f.kind == "tick" for f in found.values()) == 5
    made = fill(content, "213rr.pdf", {"1. Incident Name": "report.title", "2 DateTime": "now|time", "8. Priority: Urgent": "subject.risk.level|is:high"},
                wording, flatten=True)  # fmt: skip
    text = pypdfium2.PdfDocument(made.content)[0].get_textpage().get_text_range()
    assert "Hiker on the north ridge" in text and "2026-03-01 18:00 CET" in text


@pytest.mark.parametrize("name", ["ics_pdf_fillable_ics205", "ncssar_clueReport", "ics_pdf_ics201"])
def test_printed_forms_without_fields_are_named_as_such(name: str, data_folder: Path) -> None:
    content = (data_folder / "interchange" / "forms" / f"{name}.pdf").read_bytes()
    with pytest.raises(InvalidInput, match="has no fields to fill"):
        form_fields(content, f"{name}.pdf")
