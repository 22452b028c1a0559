"""What a mapping may say: a path through the record, formats, or words in quotes; nothing is run.

Knows the fields of records by name and a fixed list of formats. Refuses everything else with a sentence.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.quantity import metres, percent
from wayhome.base.record import Record, field_types
from wayhome.documents.wording import Wording, grid_references, hours

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

_LITERAL = re.compile(r"""^\s*(?:"([^"]*)"|'([^']*)')\s*$""")
_WORD = re.compile(r"[a-z][a-z0-9_]*(?::.*)?$")


class Expressions:
    """The values of expressions in one case; `this` is the thing that the form is filled for."""

    def __init__(self, w: Wording, this: Record | None = None) -> None:
        self.w = w
        self.roots = _roots(w, this)

    def text(self, expression: str) -> str | bool | None:
        """The value as words for a form; None where the record does not know.

        Raises
        ------
        InvalidInput
            A path or format that does not exist; says what there is.
        """
        if (literal := _LITERAL.match(expression)) is not None:
            return literal[1] if literal[1] is not None else literal[2]
        path, *formats = (part.strip() for part in expression.split("|"))
        value = self._at(path)
        for name in formats:
            value = self._formatted(value, name, expression)
        return self._plain(value)

    def _at(self, path: str) -> Any:
        parts = path.split(".")
        if not all(re.fullmatch(r"[A-Za-z0-9_-]+", p) for p in parts):
            raise InvalidInput(f'"{path}" is no path; write one such as subject.name, or words in quotes.')
        value: Any = self.roots
        for i, part in enumerate(parts):
            so_far = ".".join(parts[:i])
            if value is None:
                return None
            if isinstance(value, Record):
                names = list(field_types(type(value)))
                if part not in names:
                    raise _unknown(path, part, so_far, names)
                value = getattr(value, part)
            elif isinstance(value, Mapping):
                if part not in value and part not in ("first", "last"):
                    # what may be recorded later is unknown now; a root must be there
                    if i == 0:
                        raise _unknown(path, part, so_far, list(value))
                    return None
                value = value[part] if part in value else _end(list(value.values()), part)
            elif isinstance(value, tuple | list):
                value = _member(value, part, path, so_far)
            else:
                raise InvalidInput(f'"{path}": {so_far} is a plain value; it has no {part}.')
        return value

    def _formatted(self, value: Any, name: str, expression: str) -> Any:
        if not _WORD.match(name):
            raise InvalidInput(f'"{expression}": "{name}" is no format; there are: {", ".join(FORMATS)}.')
        word, _, argument = name.partition(":")
        if word == "is":
            return value is not None and str(value).lower() == argument.strip().lower()
        if word == "or":
            return argument.strip() if value in (None, "", ()) else value
        make = FORMATS.get(word)
        if make is None:
            raise InvalidInput(f'"{expression}": there is no format "{word}"; there are: {", ".join(FORMATS)}.')
        if value is None or value == "":
            return None
        try:
            return make(self.w, value)
        except (TypeError, AttributeError, ValueError):
            raise InvalidInput(f'"{expression}": {word} does not fit what stands there ({_kind(value)}).') from None

    def _plain(self, value: Any) -> str | bool | None:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, datetime):
            return self.w.when(value)
        if isinstance(value, float):
            return f"{value:g}"
        if isinstance(value, str | int):
            return str(value) or None
        if isinstance(value, Position):
            return str(value)
        if isinstance(value, Mapping):
            value = tuple(value)
        if isinstance(value, tuple | list):
            made = [t for v in value if isinstance(t := self._plain(v), str)]
            return ", ".join(made) or None
        raise InvalidInput(
            f"A {_kind(value)} is not one value; go on to one of its fields: {', '.join(field_types(type(value)))}."
        )


def _roots(w: Wording, this: Record | None) -> dict[str, Any]:
    state: CaseState = w.state
    periods, teams = state.assignments, state.people.teams
    team = teams.get(getattr(this, "team", "") or "") if this is not None else None
    segment = state.area.segments.get(getattr(this, "segment", "") or "") if this is not None else None
    find = state.decisions.find
    lkp, pls = state.area.latest("lkp"), state.area.latest("pls")
    own = {
        "case": state.case, "now": w.given.printed_at, "status": state.status, "this": this,
        "ipp": state.area.ipp.position if state.area.ipp else None, "lkp": lkp.position if lkp else None,
        "pls": pls.position if pls else None, "find": find.position if find else None,
        "period": periods.current_period(), "team": team, "segment": segment, "searcher": w.searcher(),
    }  # fmt: skip
    return {**{name: getattr(state, name) for name in field_types(type(state))}, **own}


def _member(value: Any, part: str, path: str, so_far: str) -> Any:
    if part in ("first", "last"):
        return _end(list(value), part)
    if part.isdigit():
        return value[int(part) - 1] if 1 <= int(part) <= len(value) else None
    raise InvalidInput(f'"{path}": {so_far} is a list; write {so_far}.1, {so_far}.first or {so_far}.last.')


def _end(values: list[Any], part: str) -> Any:
    return (values[0] if part == "first" else values[-1]) if values else None


def _unknown(path: str, part: str, so_far: str, names: list[str]) -> InvalidInput:
    near = difflib.get_close_matches(part, names, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    where = so_far or "the record"
    return InvalidInput(f'"{path}": {where} has no {part}; it has {", ".join(names)}.{hint}', path=path)


def _kind(value: Any) -> str:
    return {str: "words", bool: "yes or no", int: "a number", float: "a number", datetime: "a time"}.get(
        type(value), type(value).__name__
    )


def _grid(name: str) -> Callable[[Wording, Any], str | None]:
    def made(w: Wording, value: Any) -> str | None:
        found = [r for r in grid_references(_place(value)) if r.startswith(name)]
        return found[0].removeprefix(f"{name} ") if found else None

    return made


def _place(value: Any) -> Position:
    if not isinstance(value, Position):
        raise TypeError
    return value


def _moment(w: Wording, value: Any, form: str) -> str:
    if not isinstance(value, datetime):
        raise TypeError
    return value.astimezone(w.zone).strftime(form)


def _words(w: Wording, value: Any) -> str:
    return (
        ", ".join(str(v).replace("_", " ") for v in value) if isinstance(value, tuple) else str(value).replace("_", " ")
    )


def _lines(w: Wording, value: Any) -> str:
    return "\n".join(str(v) for v in (value.values() if isinstance(value, Mapping) else value))


def _names(w: Wording, value: Any) -> str:
    held = value.values() if isinstance(value, Mapping) else value
    return ", ".join(str(getattr(v, "name", "") or getattr(v, "title", "") or getattr(v, "id", v)) for v in held)


def _people(w: Wording, value: Any) -> str:
    return ", ".join(w.person(v) or v for v in ((value,) if isinstance(value, str) else value))


FORMATS: dict[str, Callable[[Wording, Any], Any]] = {
    "time": lambda w, v: _moment(w, v, "%Y-%m-%d %H:%M ") + (w.when(v) or "").rsplit(" ", 1)[-1],
    "date": lambda w, v: _moment(w, v, "%Y-%m-%d"),
    "us_date": lambda w, v: _moment(w, v, "%m/%d/%Y"),
    "clock": lambda w, v: _moment(w, v, "%H:%M"),
    "mgrs": _grid("MGRS"),
    "utm": _grid("UTM"),
    "degrees": lambda w, v: str(_place(v)),
    "lat": lambda w, v: f"{_place(v).lat_deg:.5f}",
    "lon": lambda w, v: f"{_place(v).lon_deg:.5f}",
    "percent": lambda w, v: percent(v + 0.0),
    "metres": lambda w, v: metres(v + 0.0),
    "hours": lambda w, v: hours(v + 0.0),
    "person": _people,
    "words": _words,
    "lines": _lines,
    "names": _names,
    "count": lambda w, v: str(len(v)),
    "upper": lambda w, v: v.upper(),
    "is": lambda w, v: v,  # is:WORD, a tick where the value is that word
    "or": lambda w, v: v,  # or:WORDS, where the record does not know
}
