"""Papers of a desk: everything at once, one by one, and a form of one's own."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image
from pypdf import PdfReader
from typer.testing import CliRunner

from wayhome.app import App, printing
from wayhome.base.errors import InvalidInput, NotFound
from wayhome.cli.edge import cli

NEEDED = ("Briefing with photograph", "ICS 201 Incident Briefing", "SAR 104 Team Assignment A1", "Probability map", "Next assignments",
          "ICS 205 Incident Radio Communications Plan", "ICS 206 Medical Plan", "ICS 211 Incident Check-In List", "Open decisions",
          "Radio and message log", "SAR 104 Team Assignment blank", "ICS 214 Activity Log blank")  # fmt: skip


def pages(pdf: bytes) -> list[str]:
    """The words of every page on one line each."""
    return [" ".join(p.get_textpage().get_text_range().split()) for p in pypdfium2.PdfDocument(pdf)]


@pytest.fixture
def pile(searching: tuple[App, str]) -> tuple[App, str, bytes]:
    """Everything of a case in its first hours, printed."""
    app, case = searching
    return app, case, printing.print_all(app, case)


def test_everything_is_one_file_with_what_a_desk_on_paper_needs(pile: tuple[App, str, bytes]) -> None:
    told = pages(pile[2])
    front = told[0]
    assert [t for t in NEEDED if t not in front] == []
    assert (
        front.index("Briefing with photograph")
        < front.index("ICS 201")
        < front.index("SAR 104 Team Assignment A1")
        < front.index("ICS 205")
    )
    titles = [str(o["/Title"]) for o in PdfReader(io.BytesIO(pile[2])).outline if not isinstance(o, list)]
    assert titles[0] == "Contents" and set(NEEDED) < set(titles)


def test_every_sheet_is_numbered_and_the_contents_name_the_sheet_where_a_paper_begins(
    pile: tuple[App, str, bytes],
) -> None:
    told = pages(pile[2])
    assert [f"sheet {n}" in text for n, text in enumerate(told, start=1)] == [True] * len(told)
    assert f"{len(told)} sheets" in told[0]
    heads = {"ICS 205 Incident Radio Communications Plan": "INCIDENT RADIO COMMUNICATIONS PLAN (ICS 205)", "Probability map": "Probability map",
             "SAR 104 Team Assignment A1": "TEAM ASSIGNMENT (SAR 104)"}  # fmt: skip
    for title, head in heads.items():
        number = int(told[0].split(f" {title}")[0].rsplit(" ", 1)[-1])
        assert head in told[number - 1]


def test_what_cannot_be_printed_is_named_and_the_rest_prints(
    searching: tuple[App, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from wayhome import documents

    app, case = searching
    real = documents.render

    def broken(kind: str, *given: Any, **more: Any) -> bytes:
        if kind == "ics205":
            raise InvalidInput("The radio plan is broken.")
        if kind == "ics206":
            raise TypeError("a bug")
        return real(kind, *given, **more)

    monkeypatch.setattr(documents, "render", broken)
    told = pages(printing.print_all(app, case))
    assert "Not everything could be printed." in told[0]
    assert "The radio plan is broken." in told[0] and "the program failed (TypeError)" in told[0]
    assert any("TEAM ASSIGNMENT (SAR 104)" in t for t in told)
    assert not any("INCIDENT RADIO COMMUNICATIONS PLAN (ICS 205)" in t for t in told)


def test_a_map_that_cannot_be_drawn_costs_no_paper(searching: tuple[App, str], monkeypatch: pytest.MonkeyPatch) -> None:
    from wayhome.app import pictures
    from wayhome.base.errors import DataUnavailable

    def gone(*_: Any, **__: Any) -> bytes:
        raise DataUnavailable("The terrain is not on this disk.")

    monkeypatch.setattr(pictures, "map_png", gone)
    app, case = searching
    assert "TEAM ASSIGNMENT" in pages(printing.document(app, case, "sar104"))[0]
    assert "Not everything" not in pages(printing.print_all(app, case))[0]


def test_a_case_without_a_place_prints_too(desk: App) -> None:
    case, _ = desk.open_case(
        {"title": "Nobody knows where", "reported_at": "2026-05-09T19:40:00Z", "subject": {"category": "hiker"}},
        case="bare",
    )
    told = pages(printing.print_all(desk, case))
    assert "Not everything" not in told[0]
    assert any("No point is marked yet." in t for t in told)


def test_the_sheet_is_the_one_asked_for(searching: tuple[App, str]) -> None:
    app, case = searching
    for paper, size in (
        ("a4", (595.28, 841.89)),
        ("letter", (612.0, 792.0)),
        ("US-Letter", (612.0, 792.0)),
        (None, (595.28, 841.89)),
    ):
        page = pypdfium2.PdfDocument(printing.document(app, case, "report", paper=paper))[0]
        assert page.get_size() == pytest.approx(size, abs=0.05)
    with pytest.raises(InvalidInput, match='"a3" is no paper size; write a4 or letter'):
        printing.document(app, case, "report", paper="a3")


def test_the_pile_of_a_moment_knows_nothing_later(searching: tuple[App, str]) -> None:
    app, case = searching
    then = app.state(case).as_of
    app.do(case, "record_clue", {"name": "glove"})
    assert not any("glove" in t for t in pages(printing.print_all(app, case, as_of=then)))
    assert any("glove" in t for t in pages(printing.print_all(app, case)))


def test_an_inquest_tells_what_was_known_and_apart_what_came_in_later(searching: tuple[App, str]) -> None:
    app, case = searching
    app.do(case, "record_statement", {"witness": "Eva", "text": "He went up.", "told_at": "2026-05-09T20:00:00Z"})
    then = app.state(case).as_of
    assert then is not None
    app.do(
        case,
        "record_statement",
        {"witness": "the warden", "text": "He came down.", "observed_at": "2026-05-09T12:00:00Z"},
    )
    app.do(case, "withdraw_evidence", {"evidence": "S1", "reason": "mistaken"})
    text = " ".join(pages(printing.document(app, case, "inquest", as_of=then)))
    first, later = text.split("Not known then:")
    assert "He went up." in first and "He came down." not in first and "mistaken" not in text
    assert "He came down." in later and "2026-05-09 12:00 UTC" in later
    early = " ".join(pages(printing.document(app, case, "inquest", as_of=datetime(2020, 1, 1, tzinfo=UTC))))
    assert "No case was open yet at that time." in early


def test_a_photograph_stands_in_the_briefing(searching: tuple[App, str], tmp_path: Path) -> None:
    from wayhome.app.exchange import import_files

    app, case = searching
    file = io.BytesIO()
    Image.new("RGB", (300, 400), (0, 0, 220)).save(file, "JPEG")
    assert "no picture" in " ".join(pages(printing.document(app, case, "briefing")))
    import_files(app, case, [("face.jpg", file.getvalue())], as_="photograph", for_="subject")
    made = printing.document(app, case, "briefing")
    assert "no picture" not in " ".join(pages(made))
    colours = pypdfium2.PdfDocument(made)[0].render().to_pil().convert("RGB").getcolors(1 << 20) or []
    assert sum(n for n, (r, g, b) in colours if b > 180 and r < 60 and g < 60) > 5000


def test_a_form_of_ones_own_is_filled_for_one_thing(searching: tuple[App, str], a_form: Callable[[], bytes]) -> None:
    app, case = searching
    done = printing.fill_form(
        app,
        case,
        a_form(),
        "f.pdf",
        b'[fields]\nA = "this.id"\nB = ["team.name", "segment.name"]\n',
        "m.toml",
        for_id="A1",
    )
    assert done.filled == {"A": "A1", "B": "One North"}
    with pytest.raises(NotFound, match="Z9"):
        printing.fill_form(app, case, a_form(), "f.pdf", b'[fields]\nA = "this.id"\n', "m.toml", for_id="Z9")


@pytest.fixture
def a_form() -> Callable[[], bytes]:
    """A form with the fields A and B."""
    from pypdf import PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, TextStringObject
    from pypdf.generic import NameObject as N

    def made() -> bytes:
        writer = PdfWriter()
        page = writer.add_blank_page(300, 300)
        fields = ArrayObject([
            writer._add_object(DictionaryObject({
                N("/Subtype"): N("/Widget"), N("/FT"): N("/Tx"), N("/T"): TextStringObject(name), N("/DA"): TextStringObject("/Helv 10 Tf 0 g"),
                N("/Rect"): ArrayObject([FloatObject(v) for v in (10, y, 200, y + 16)]),
            }))
            for name, y in (("A", 200), ("B", 100))
        ])  # fmt: skip
        page[N("/Annots")] = fields
        writer.root_object[N("/AcroForm")] = DictionaryObject({N("/Fields"): fields})
        file = io.BytesIO()
        writer.write(file)
        return file.getvalue()

    return made


def test_the_commands_of_printing(
    searching: tuple[App, str], a_form: Callable[[], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, case = searching
    monkeypatch.setattr("wayhome.cli.papers.open_desk", lambda: app)
    run = CliRunner()

    def said(*words: str, code: int = 0) -> str:
        done = run.invoke(cli, list(words))
        assert done.exit_code == code, done.output
        return done.output

    assert "ics205" in said("document", case)
    said("document", case, "ics205", "--paper", "letter", "--out", str(tmp_path / "r.pdf"))
    assert pypdfium2.PdfDocument(tmp_path / "r.pdf")[0].get_size() == (792.0, 612.0)
    said("print-all", case, "--out", str(tmp_path / "pile"))
    files = sorted(p.name for p in (tmp_path / "pile").iterdir())
    assert files[:3] == ["00-everything.pdf", "01-briefing-with-photograph.pdf", "02-ics-201-incident-briefing.pdf"]
    (tmp_path / "f.pdf").write_bytes(a_form())
    starter = said("fill", "--fields", str(tmp_path / "f.pdf"))
    assert "[fields]" in starter and '"A" = ""' in starter
    (tmp_path / "m.toml").write_text('[fields]\nA = "subject.name"\nB = "case"\n')
    told = said(
        "fill", case, str(tmp_path / "f.pdf"), "--mapping", str(tmp_path / "m.toml"), "--out", str(tmp_path / "o.pdf")
    )
    assert "Left blank: A: the record has no subject.name." in told
    assert (PdfReader(tmp_path / "o.pdf").get_fields() or {})["B"]["/V"] == "walker"
    assert "Write: wayhome fill CASE FORM.pdf" in said("fill", case, code=2)
    assert "is no paper size" in said(
        "document", case, "report", "--paper", "a3", "--out", str(tmp_path / "x.pdf"), code=2
    )


def test_the_routes_of_printing(searching: tuple[App, str]) -> None:
    from fastapi.testclient import TestClient

    from wayhome.web.api import create_api

    app, case = searching
    web = TestClient(create_api(app), base_url="http://127.0.0.1")
    for path, size in (
        ("documents/report.pdf?paper=letter", (612.0, 792.0)),
        ("print-all.pdf", (595.28, 841.89)),
        ("print-all.pdf?paper=letter", (612.0, 792.0)),
    ):
        answer = web.get(f"/api/cases/{case}/{path}")
        assert answer.headers["content-type"] == "application/pdf"
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]  # the page shows it in a frame
        assert pypdfium2.PdfDocument(answer.content)[0].get_size() == pytest.approx(size, abs=0.05)
    refused = web.get(f"/api/cases/{case}/print-all.pdf?paper=a3")
    assert (refused.status_code, refused.json()["error"]["details"]) == (400, {"field": "paper"})
    assert web.get("/api/cases/nothing/print-all.pdf").status_code == 404
