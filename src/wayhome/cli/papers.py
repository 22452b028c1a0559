"""Commands that print: one document, everything at once, and a form of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wayhome.base.errors import InvalidInput
from wayhome.cli.edge import AsOf, Json, Out, cli, file_bytes, guarded, moment, open_desk, say, show_json, write_file

PaperOption = Annotated[str | None, typer.Option("--paper", help="a4 or letter; else what is usual where the case is.")]


@cli.command()
@guarded
def document(
    case: str,
    kind: Annotated[str | None, typer.Argument()] = None,
    for_: Annotated[
        str | None, typer.Option("--for", help="The assignment, period, notice, clue, ...; blank for an empty form.")
    ] = None,
    out: Out = None,
    as_of: AsOf = None,
    paper: PaperOption = None,
) -> None:
    """A typeset PDF of a case. Example: wayhome document CASE plan --out plan.pdf"""
    from wayhome.app import printing
    from wayhome.app.catalogue import document_list

    app = open_desk()
    if kind is None:
        for d in document_list(app.state(case)):
            print(f"{d['kind']:12} {d['title']}" + (f"  --for {', '.join(d['for'])}" if d["for"] else ""))
        return
    if out is None:
        raise InvalidInput("Say where to write the PDF: --out FILE.pdf.", field="out")
    content = printing.document(app, case, kind, for_id=for_, as_of=moment(as_of, "--as-of"), paper=paper)
    write_file(out, content)
    say(f"{out}: {len(content):,} bytes")


@cli.command("print-all")
@guarded
def print_all(
    case: str,
    out: Annotated[Path, typer.Option("--out", help="One PDF, or a folder that gets it and every paper besides.")],
    as_of: AsOf = None,
    paper: PaperOption = None,
) -> None:
    """Everything a desk needs to go on without power. Example: wayhome print-all CASE --out pile.pdf"""
    from wayhome.app import printing

    app, then = open_desk(), moment(as_of, "--as-of")
    papers = printing.printed_papers(app, case, as_of=then, paper=paper)
    pile = printing.merged(app, case, papers, as_of=then, paper=paper)
    if out.suffix.lower() == ".pdf":
        write_file(out, pile)
    else:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidInput(f"{out} cannot be made: {error.strerror}.", file=str(out)) from None
        write_file(out / "00-everything.pdf", pile)
        for number, made in enumerate((p for p in papers if p.content is not None), start=1):
            write_file(out / f"{number:02d}-{printing.file_name(made.title)}.pdf", made.content or b"")
    for made in papers:
        if made.content is None:
            say(f"Not printed: {made.title}: {made.why}")
    say(f"{out}: {sum(p.content is not None for p in papers)} papers, {len(pile):,} bytes")


@cli.command()
@guarded
def fill(
    case: Annotated[str | None, typer.Argument(help="The case; not needed with --fields.")] = None,
    form: Annotated[Path | None, typer.Argument(help="A fillable PDF of your own.")] = None,
    mapping: Annotated[Path | None, typer.Option("--mapping", help="Which field holds what, as TOML.")] = None,
    for_: Annotated[
        str | None, typer.Option("--for", help="The assignment, notice, clue, ... that `this` means.")
    ] = None,
    out: Out = None,
    fields: Annotated[
        Path | None, typer.Option("--fields", help="List the fields of a form, and print a mapping to start from.")
    ] = None,
    flatten: Annotated[
        bool, typer.Option("--flatten", help="Print the values in; the form can no longer be changed.")
    ] = False,
    as_of: AsOf = None,
    json_: Json = False,
) -> None:
    """Fill your own PDF form from a case. Example: wayhome fill CASE form.pdf --mapping form.toml --out filled.pdf"""
    from wayhome.app import printing

    if fields is not None:
        found = printing.form_fields(file_bytes(fields), fields.name)
        show_json({"form": fields.name, "fields": found}) if json_ else print(
            printing.starter_mapping(found, fields.name), end=""
        )
        return
    if case is None or form is None or mapping is None or out is None:
        raise InvalidInput(
            "Write: wayhome fill CASE FORM.pdf --mapping MAP.toml --out FILE.pdf, or wayhome fill --fields FORM.pdf."
        )
    done = printing.fill_form(
        open_desk(), case, file_bytes(form), form.name, file_bytes(mapping), mapping.name,
        for_id=for_, as_of=moment(as_of, "--as-of"), flatten=flatten,
    )  # fmt: skip
    write_file(out, done.content)
    if json_:
        show_json({"out": str(out), "filled": done.filled, "empty": done.empty, "unmapped": done.unmapped})
        return
    for name, expression in done.empty.items():
        say(f"Left blank: {name}: the record has no {expression}.")
    if done.unmapped:
        say(f"Not in the mapping: {', '.join(done.unmapped)}.")
    say(f"{out}: {len(done.filled)} fields filled")
