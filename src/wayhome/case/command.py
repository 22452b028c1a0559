"""The base of all that can be asked of a case: fields as text become SI once, and a JSON Schema.

Knows field kinds. Refuses unknown fields, wrong units, and what the case's rules forbid.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeVar

from wayhome.base import quantity
from wayhome.base.errors import InvalidInput, NotFound
from wayhome.base.place import Position, parse_position
from wayhome.base.record import Record, bare_type, field_types, from_json, markers
from wayhome.case.fact import Context, Event

if TYPE_CHECKING:
    from wayhome.case.state import CaseState


class Kind:
    """How a field is typed by people, and how the text becomes SI."""

    def __init__(self, name: str, parse: typing.Callable[[object, str], Any], example: str) -> None:
        self.name, self.parse, self.example = name, parse, example


LengthM = Annotated[float, Kind("length", quantity.length_m, "30 m")]
DurationS = Annotated[float, Kind("duration", quantity.duration_s, "4 h")]
SpeedMps = Annotated[float, Kind("speed", quantity.speed_mps, "3 km/h")]
Fraction = Annotated[float, Kind("fraction", quantity.fraction, "0.6 or 60 %")]
BearingDeg = Annotated[float, Kind("bearing", quantity.bearing_deg, "135")]
Instant = Annotated[datetime, Kind("time", quantity.instant, "2026-03-01T06:40+01:00")]
Place = Annotated[Position, Kind("position", parse_position, "42.215,-71.09")]


class Says(str):
    """A field's description, as an `Annotated` marker."""


Status = typing.Literal["unopened", "active", "suspended", "found", "closed", "handed_over", "merged"]
SEARCHING: tuple[Status, ...] = ("active",)
SEARCHED: tuple[Status, ...] = ("active", "suspended")  # as long as somebody is looked for, if only at revisits
OPEN: tuple[Status, ...] = ("active", "suspended", "found")  # the record still grows
KEPT: tuple[Status, ...] = (*OPEN, "closed", "handed_over", "merged")  # also where the file is only kept


class Command(Record):
    """Something a person asks of a case."""

    verb: ClassVar[str] = ""  # not "name": commands have fields of that name
    summary: ClassVar[str] = ""
    needs: ClassVar[str] = "record"  # the permission; see authority.PERMISSIONS
    during: ClassVar[tuple[Status, ...]] = OPEN  # where in the life of a case it makes sense

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """The events that follow, or an error that says which rule forbids it."""
        raise NotImplementedError

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> Self:
        """The command from fields as people write them; text becomes SI here, once."""
        hints = field_types(cls)
        unknown = sorted(set(fields) - set(hints))
        if unknown:
            raise InvalidInput(
                f"{cls.verb} has no field {', '.join(unknown)}; it takes {', '.join(hints)}.", fields=unknown
            )
        missing = [f for f in hints if f not in cls.__defaults__ and fields.get(f) in (None, "")]
        if missing:
            raise InvalidInput(f"{cls.verb} needs {', '.join(missing)}.", fields=missing)
        given = {f: v for f, v in fields.items() if v is not None and not (v == "" and f in cls.__defaults__)}
        return cls(**{name: _value(name, hints[name], value) for name, value in given.items()})

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """JSON Schema (2020-12) of the fields."""
        hints = field_types(cls)
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": cls.verb,
            "description": cls.summary,
            "type": "object",
            "properties": {name: _schema(hint) for name, hint in hints.items()},
            "required": [name for name in hints if name not in cls.__defaults__],
            "additionalProperties": False,
        }


C = TypeVar("C", bound=Command)
COMMANDS: dict[str, type[Command]] = {}


def command(
    name: str, summary: str, needs: str = "record", during: tuple[Status, ...] = OPEN
) -> typing.Callable[[type[C]], type[C]]:
    """Register a command class under the name that people and scripts use, with who may do it, and when."""

    def register(cls: type[C]) -> type[C]:
        assert name not in COMMANDS, f"{name} is registered twice"
        cls.verb, cls.summary, cls.needs, cls.during = name, summary, needs, during
        COMMANDS[name] = cls
        return cls

    return register


def parse_command(name: str, fields: Mapping[str, Any]) -> Command:
    """The command of a name, from fields as people write them."""
    cls = COMMANDS.get(name)
    if cls is None:
        near = [n for n in COMMANDS if n.split("_")[-1] == name.split("_")[-1] or name in n]
        hint = f" Did you mean {', '.join(near)}?" if near else " `wayhome commands` lists them."
        raise NotFound(f'There is no command "{name}".{hint}', command=name)
    return cls.parse(fields)


def _kind(hint: Any) -> Kind | None:
    return next((m for m in markers(hint) if isinstance(m, Kind)), None)


def _value(name: str, hint: Any, value: Any) -> Any:
    kind = _kind(hint)
    if kind is not None:
        return kind.parse(value, name)
    bare = bare_type(hint)
    origin = typing.get_origin(bare)
    try:
        if isinstance(value, str) and (
            origin in (tuple, dict) or (isinstance(bare, type) and issubclass(bare, Record))
        ):
            value = _from_text(value, origin)
        if origin is tuple and isinstance(value, list | tuple):
            inner = typing.get_args(bare)[0]
            return tuple(_value(f"{name}[{i}]", inner, v) for i, v in enumerate(value))
        if origin is dict and isinstance(value, Mapping):
            inner = typing.get_args(bare)[1]
            return {str(k): _value(f"{name}.{k}", inner, v) for k, v in value.items()}
        if isinstance(bare, type) and issubclass(bare, Record) and isinstance(value, Mapping):
            hints = field_types(bare)
            if unknown := sorted(set(value) - set(hints)):
                raise InvalidInput(f"it has no field {', '.join(unknown)}; it takes {', '.join(hints)}")
            if missing := [f for f in hints if f not in bare.__defaults__ and f not in value]:
                raise InvalidInput(f"it needs {', '.join(missing)}")
            return bare(**{k: _value(f"{name}.{k}", hints[k], v) for k, v in value.items()})
        if bare is bool and isinstance(value, str):
            return _truth(value)
        if bare in (int, float) and isinstance(value, str):
            return bare(value)
        if bare is str and isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        return from_json(hint, value)
    except InvalidInput as error:
        text = error.message if error.details.get("field") else f"{name}: {error.message}"
        raise type(error)(text, **{**error.details, "field": error.details.get("field", name)}) from None
    except ValueError:
        raise InvalidInput(f'{name}: "{value}" is not a number.', field=name) from None


def _from_text(value: str, origin: Any) -> Any:
    text = value.strip()
    if text[:1] in "[{":
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise InvalidInput(f'"{text[:60]}" is not valid JSON ({error.msg} at {error.pos}).') from None
    if origin is tuple:
        return [part.strip() for part in text.split(";" if ";" in text else ",") if part.strip()]
    raise InvalidInput(f'"{text[:60]}" must be JSON such as {{"name": value}}.')


def _truth(value: str) -> bool:
    if value.lower() in ("true", "yes", "y", "1"):
        return True
    if value.lower() in ("false", "no", "n", "0"):
        return False
    raise InvalidInput(f'"{value}" is neither yes nor no.')


def _schema(hint: Any) -> dict[str, Any]:
    out: dict[str, Any] = {}
    note = next((str(m) for m in markers(hint) if isinstance(m, Says)), None)
    if note:
        out["description"] = note
    kind, bare = _kind(hint), bare_type(hint)
    origin = typing.get_origin(bare)
    if kind is not None:
        return {**out, "type": ["string", "number", "object"] if kind.name == "position" else ["string", "number"],
                "format": kind.name, "examples": [kind.example]}  # fmt: skip
    if origin is typing.Literal:
        return {**out, "type": "string", "enum": list(typing.get_args(bare))}
    if origin is tuple:
        return {**out, "type": "array", "items": _schema(typing.get_args(bare)[0])}
    if origin is dict:
        return {**out, "type": "object", "additionalProperties": _schema(typing.get_args(bare)[1])}
    if isinstance(bare, type) and issubclass(bare, Record):
        hints = field_types(bare)
        return {**out, "type": "object", "properties": {k: _schema(v) for k, v in hints.items()},
                "required": [k for k in hints if k not in bare.__defaults__], "additionalProperties": False}  # fmt: skip
    if bare is datetime:
        return {**out, "type": "string", "format": "date-time"}
    return {**out, "type": {str: "string", int: "integer", float: "number", bool: "boolean"}.get(bare, "object")}
