"""A user's own fillable PDF: which fields it has, and how they are filled from the record by a mapping file.

Knows AcroForm fields as pypdf reads them. Refuses scans, XFA-only and locked forms by name, and drops nothing in silence.
"""

from __future__ import annotations

import difflib
import io
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from wayhome.base.errors import InvalidInput
from wayhome.base.record import Record
from wayhome.documents.expressions import Expressions

if TYPE_CHECKING:
    from pypdf import PdfReader, PdfWriter

    from wayhome.documents.wording import Wording

FieldKind = Literal["text", "tick", "radio", "choice", "signature", "button"]
_SHOWN = 20  # names in a sentence
SMALLEST_PT, LARGEST_PT = 6.0, 12.0  # where the form leaves the size of the letters to the reader
LEADING = 1.4  # pypdf sets lines this far apart
FILL_FORMS, MODIFY = 1 << 8, 1 << 5  # permission bits 9 and 6 of ISO 32000-1, table 22

# Widths of Helvetica, the letters of nearly every form, from "!" on, in thousandths of the size (Adobe's metrics).
_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778,
    722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222,
    500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip


class FormField(Record):
    """A field of a form: its full name, what it takes, where it stands and how much it holds."""

    name: str
    kind: FieldKind
    label: str = ""
    page: int = 0
    choices: tuple[str, ...] = ()
    free: bool = True
    longest: int | None = None
    several_lines: bool = False
    value: str = ""
    width_pt: float = 0.0
    height_pt: float = 0.0
    size_pt: float = 0.0


class Filled(Record):
    """The filled form, and what became of every field."""

    content: bytes
    filled: dict[str, str]
    empty: dict[str, str]
    unmapped: tuple[str, ...]


def form_fields(content: bytes, name: str) -> tuple[FormField, ...]:
    """The fields of a form in the order of its pages.

    Raises
    ------
    InvalidInput
        No PDF; locked; a scan or print without fields; or an XFA form without fields of the usual kind.
    """
    reader = _opened(content, name)
    found: dict[str, FormField] = {}
    for number, page in enumerate(reader.pages, start=1):
        for entry in page.get("/Annots") or ():
            widget = entry.get_object()
            if widget.get("/Subtype") == "/Widget" and (made := _field(widget, number, reader)) is not None:
                held = found.get(made.name)
                choices = tuple(dict.fromkeys((*(held.choices if held else ()), *made.choices)))
                found[made.name] = (held or made).replace(choices=choices)
    if found:
        return tuple(found.values())
    form = reader.root_object.get("/AcroForm")
    if form is not None and "/XFA" in form.get_object():
        raise InvalidInput(
            f"{name} is an XFA form: its fields are not in the PDF itself, and only Adobe's programs show them. "
            "Open it there, save it as a static or optimised PDF form, and fill that one.", file=name,
        )  # fmt: skip
    raise InvalidInput(
        f"{name} has no fields to fill: it is a scan or a printed form. Give it fields with a PDF or office program, "
        "or print the program's own form with `wayhome document`.", file=name,
    )  # fmt: skip


def fill(content: bytes, name: str, mapping: Mapping[str, str | tuple[str, ...]], w: Wording, this: Record | None = None, *,
         flatten: bool = False) -> Filled:  # fmt: skip
    """The form with every mapped field filled from the record.

    `mapping` gives a field's full name an expression, or several whose values stand one after another.

    Raises
    ------
    InvalidInput
        All that does not fit, one sentence each: unknown fields, paths and formats, text too long for its field,
        letters that the form's font lacks, a choice that the form does not offer.
    """
    fields = {f.name: f for f in form_fields(content, name)}
    said, problems = Expressions(w, this), list[str]()
    values: dict[str, str] = {}
    empty: dict[str, str] = {}
    for key, expression in mapping.items():
        field = fields.get(key)
        if field is None:
            near = difflib.get_close_matches(key, fields, n=3, cutoff=0.5)
            problems.append(
                f'{name} has no field "{key}"'
                + (f"; did you mean {_listed(near)}?" if near else f"; it has {_listed(fields)}.")
            )
            continue
        if twins := [
            f for f in fields if f != key and f.endswith(f".{key}")
        ]:  # pypdf fills by the last part of a name too
            problems.append(
                f"{key}: the form has {_listed(twins)} too, which would get the same words; rename one of the two fields."
            )
            continue
        try:
            value = _value(field, expression, said)
        except InvalidInput as error:
            problems.append(f"{key}: {error.message}")
            continue
        if value is None:
            empty[key] = expression if isinstance(expression, str) else " + ".join(expression)
        else:
            values[key] = value
            problems += _unfit(field, value)
    if problems:
        raise InvalidInput(" ".join(problems), file=name, problems=problems)
    unmapped = tuple(f for f in fields if f not in mapping and fields[f].kind not in ("signature", "button"))
    return Filled(
        content=_written(content, name, fields, values, flatten), filled=values, empty=empty, unmapped=unmapped
    )


def read_mapping(content: bytes, name: str) -> dict[str, str | tuple[str, ...]]:
    """A mapping file: `[fields]` with a field's name and its expression, or a list of expressions."""
    try:
        told = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"{name} is not a mapping in TOML: {error}.", file=name) from None
    fields = told.pop("fields", None)
    told.pop("form", None)
    if told or not isinstance(fields, dict):
        wrong = f" It has {', '.join(told)}, which is not known." if told else ""
        raise InvalidInput(f"{name} must have one table [fields] of field names and expressions.{wrong}", file=name)
    out: dict[str, str | tuple[str, ...]] = {}
    for key, value in fields.items():
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(v, str) for v in parts):
            raise InvalidInput(
                f'{name}: "{key}" must be an expression in quotes, or a list of such.', file=name, field=key
            )
        if wanted := tuple(v for v in parts if v.strip()):
            out[key] = wanted if isinstance(value, list) else wanted[0]
    return out


def starter_mapping(fields: tuple[FormField, ...], name: str) -> str:
    """A mapping file to start from: every field with what it takes; those that are plain are filled in."""
    lines = [
        f"# Fields of {name}. Write an expression for each that the record should fill; leave the others empty.",
        '# "subject.name", "report.reported_at|time", "ipp|mgrs", or words in quotes: "\'County SAR\'".', "", f"form = {_toml(name)}", "", "[fields]",
    ]  # fmt: skip
    for f in fields:
        if f.kind in ("signature", "button"):
            lines.append(f"# {_toml(f.name)} is a {f.kind}: left to be done by hand")
            continue
        told = [f.kind, f"page {f.page}", *([f"one of {', '.join(f.choices)}"] if f.choices and f.kind != "tick" else []),
                *([f"{f.longest} letters"] if f.longest else []), *(["several lines"] if f.several_lines else [])]  # fmt: skip
        lines.append(f"{_toml(f.name)} = {_toml(_guess(f))}  # {', '.join(told)}")
    return "\n".join(lines) + "\n"


_GUESSES = (("incident name", "report.title"), ("incident number", "case"), ("mission number", "case"), ("operational period", "period.op"),
            ("subject name", "subject.name"), ("jurisdiction", "report.jurisdiction"))  # fmt: skip


def _guess(field: FormField) -> str:
    text = f"{field.name} {field.label}".lower()
    return next((e for words, e in _GUESSES if words in text and field.kind == "text"), "")


def _toml(text: str) -> str:
    kept = "".join(
        f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c
        for c in text.replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{kept}"'


# -- reading --------------------------------------------------------------------------------------


def _opened(content: bytes, name: str) -> PdfReader:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InvalidInput(f"{name} is locked with a password; save a copy without one, then fill that.", file=name)
        len(reader.pages)
    except DependencyError:
        raise InvalidInput(
            f"{name} is encrypted in a way that this program cannot read; save a copy without protection.", file=name
        ) from None
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OSError) as error:
        raise InvalidInput(
            f"{name} is not a PDF that can be read ({str(error)[:80] or type(error).__name__}).", file=name
        ) from None
    allowed = reader.user_access_permissions
    if reader.is_encrypted and allowed is not None and not int(allowed) & (FILL_FORMS | MODIFY):
        raise InvalidInput(
            f"The owner of {name} does not allow its fields to be filled; ask for a copy that may be.", file=name
        )
    return reader


def _inherited(widget: Any, key: str) -> Any:
    """A field's entry, its own or its parents'; a loop of parents ends after as many steps as any form has."""
    held = widget
    for _ in range(32):
        if key in held:
            return held[key]
        if "/Parent" not in held:
            return None
        held = held["/Parent"].get_object()
    return None


def _full_name(widget: Any) -> str:
    parts: list[str] = []
    held = widget
    for _ in range(32):
        if "/T" in held:
            parts.insert(0, str(held["/T"]))
        if "/Parent" not in held:
            break
        held = held["/Parent"].get_object()
    return ".".join(parts)


def _field(widget: Any, page: int, reader: PdfReader) -> FormField | None:
    kind, flags = str(_inherited(widget, "/FT") or ""), int(_inherited(widget, "/Ff") or 0)
    name = _full_name(widget)
    if not name or kind not in ("/Tx", "/Btn", "/Ch", "/Sig"):
        return None
    box = [float(v) for v in widget.get("/Rect", (0, 0, 0, 0))]
    states = (
        tuple(s.lstrip("/") for s in (widget.get("/AP", {}).get("/N", {}) or {}) if s != "/Off")
        if kind == "/Btn"
        else ()
    )
    options = (
        tuple(str(o[0] if isinstance(o, list) else o) for o in _inherited(widget, "/Opt") or ())
        if kind == "/Ch"
        else ()
    )
    if kind == "/Btn":
        made: FieldKind = "button" if flags & (1 << 16) else "radio" if flags & (1 << 15) else "tick"
    else:
        made = "text" if kind == "/Tx" else "signature" if kind == "/Sig" else "choice"
    value = _inherited(widget, "/V")
    return FormField(
        name=name, kind=made, label=str(_inherited(widget, "/TU") or ""), page=page, choices=states or options,
        free=kind == "/Tx" or bool(kind == "/Ch" and flags & (1 << 18)), longest=_number(_inherited(widget, "/MaxLen")),
        several_lines=bool(kind == "/Tx" and flags & (1 << 12)), value="" if value is None else str(value).lstrip("/")[:200],
        width_pt=abs(box[2] - box[0]), height_pt=abs(box[3] - box[1]), size_pt=_size(widget, reader),
    )  # fmt: skip


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and value > 0 else None


def _size(widget: Any, reader: PdfReader) -> float:
    """Size of the letters in a field as the form sets it; 0 leaves it to the one who fills."""
    form = reader.root_object.get("/AcroForm")
    words = str(_inherited(widget, "/DA") or (form.get_object().get("/DA", "") if form is not None else "")).split()
    try:
        return float(words[words.index("Tf") - 1])
    except (ValueError, IndexError):
        return 0.0


# -- filling --------------------------------------------------------------------------------------


def _value(field: FormField, expression: str | tuple[str, ...], said: Expressions) -> str | None:
    """What goes into a field: words, or for a tick and a radio button the state that is on."""
    if field.kind in ("signature", "button"):
        raise InvalidInput(f"it is a {field.kind}; that is left to be done by hand.")
    if not isinstance(expression, str):
        parts = [t for e in expression if isinstance(t := said.text(e), str) and t]
        value: str | bool | None = " ".join(parts) or None
    else:
        value = said.text(expression)
    if field.kind == "tick":
        return _tick(field, value)
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if value is None or value == "":
        return None
    if field.kind in ("radio", "choice") and not field.free:
        match = next((c for c in field.choices if c.lower() == value.lower()), None)
        if match is None:
            raise InvalidInput(f'"{value}" is none of its choices: {_listed(field.choices)}.')
        return match
    return value if field.several_lines else " ".join(value.split("\n"))


def _tick(field: FormField, value: str | bool | None) -> str | None:
    if value is None:
        return None
    on = field.choices[0] if field.choices else "Yes"
    if isinstance(value, bool):
        return on if value else "Off"
    match = next((c for c in field.choices if c.lower() == value.lower()), None)
    if match is not None:
        return match
    if value.lower() in ("yes", "true", "x", "1"):
        return on
    if value.lower() in ("no", "false", "off", "0"):
        return "Off"
    raise InvalidInput(f'"{value}" neither ticks nor unticks it; use |is:WORD, yes or no.')


def _unfit(field: FormField, value: str) -> list[str]:
    """Why a text does not go into its field, as sentences."""
    if field.kind not in ("text", "choice"):
        return []
    odd = list(dict.fromkeys(c for c in value if c != "\n" and not _in_font(c)))
    if odd:
        return [f"{field.name}: the form's font has no {' '.join(odd[:8])}; write it otherwise."]
    if field.longest is not None and len(value) > field.longest:
        return [f'{field.name}: "{value[:40]}" has {len(value)} letters, the field holds {field.longest}.']
    if not field.width_pt or not field.height_pt:
        return []
    size = field.size_pt or SMALLEST_PT
    lines = _lines(value, size, field.width_pt) if field.several_lines else [value]
    wide = max((_width(line, size) for line in lines), default=0.0)
    tall = len(lines) * size * LEADING if field.several_lines else 0.0
    if wide > field.width_pt - 2.0 or tall > field.height_pt:
        return [
            f'{field.name}: "{value[:40]}{"…" if len(value) > 40 else ""}" is too long for the field at {size:g} points.'
        ]
    return []


def _in_font(letter: str) -> bool:
    """Whether a letter is in the encoding of the plain fonts of forms (Windows 1252)."""
    try:
        return letter.isprintable() and bool(letter.encode("cp1252"))
    except UnicodeEncodeError:
        return False


def _width(text: str, size_pt: float) -> float:
    return sum(_WIDTHS[ord(c) - 32] if 32 <= ord(c) < 127 else 600 for c in text) * size_pt / 1000.0


def _lines(text: str, size_pt: float, width_pt: float) -> list[str]:
    """A text broken between words to a width."""
    out: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and _width(longer, size_pt) > width_pt - 4.0:
                out.append(line)
                longer = word
            line = longer
        out.append(line)
    return out


def _set_text(field: FormField, value: str) -> str | tuple[str, str, float]:
    """A text as it is set: broken to lines, and in the largest letters that fit where the form leaves their size open."""
    if field.size_pt:
        return "\n".join(_lines(value, field.size_pt, field.width_pt)) if field.several_lines else value
    size = min(LARGEST_PT, field.height_pt * 0.7) if not field.several_lines else LARGEST_PT
    while size > SMALLEST_PT:
        lines = _lines(value, size, field.width_pt) if field.several_lines else [value]
        if max(_width(x, size) for x in lines) <= field.width_pt - 2.0 and (
            not field.several_lines or len(lines) * size * LEADING <= field.height_pt
        ):
            break
        size -= 0.5
    size = max(size, SMALLEST_PT)
    return ("\n".join(_lines(value, size, field.width_pt)) if field.several_lines else value, "", size)


def _written(
    content: bytes, name: str, fields: Mapping[str, FormField], values: Mapping[str, str], flatten: bool
) -> bytes:
    from pypdf import PdfWriter
    from pypdf.generic import NameObject

    writer = PdfWriter(clone_from=_opened(content, name))
    form: Any = writer.root_object["/AcroForm"].get_object()
    if "/XFA" in form:  # a second copy of the form that would show the old values
        del form["/XFA"]
    for page in writer.pages:
        told: dict[str, Any] = {}
        for entry in page.get("/Annots") or ():
            widget = entry.get_object()
            if widget.get("/Subtype") != "/Widget" or (key := _full_name(widget)) not in values:
                continue
            field = fields[key]
            if field.kind in ("tick", "radio"):
                told[key] = f"/{values[key]}"
            else:
                if "/AP" in widget:  # several fields may share one picture; each gets its own
                    del widget[NameObject("/AP")]
                told[key] = _set_text(field, values[key])
        if told:
            writer.update_page_form_field_values(page, told, auto_regenerate=False, flatten=flatten)
    if flatten:
        _without_fields(writer)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _without_fields(writer: PdfWriter) -> None:
    """Take the fields out of a form whose values are printed in."""
    writer.remove_annotations(subtypes="/Widget")
    del writer.root_object["/AcroForm"]


def _listed(names: Any) -> str:
    held = [f'"{n}"' for n in names]
    return ", ".join(held[:_SHOWN]) + (f" and {len(held) - _SHOWN} more" if len(held) > _SHOWN else "")
