"""Frozen values with named fields, and their JSON: the base of every event, command and state.

A `Record` does what a frozen keyword-only dataclass does, without generating code for every class:
`import wayhome.case` defines over a hundred of them and must take milliseconds.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self, dataclass_transform

from wayhome.base.errors import InvalidInput


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Record:
    """Fields are the annotations of the class and its bases; a class attribute is a default."""

    __fields__: ClassVar[tuple[str, ...]] = ()
    __defaults__: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = {k: v for k, v in cls.__dict__.get("__annotations__", {}).items() if not str(v).startswith("ClassVar")}
        cls.__fields__ = (*(f for f in cls.__fields__ if f not in own), *own)
        cls.__defaults__ = {**cls.__defaults__, **{f: cls.__dict__[f] for f in own if f in cls.__dict__}}

    def __init__(self, **values: Any) -> None:
        held = self.__dict__
        for name in self.__fields__:
            if name in values:
                held[name] = values.pop(name)
            elif name in self.__defaults__:
                held[name] = self.__defaults__[name]
            else:
                raise TypeError(f"{type(self).__name__} needs {name}")
        if values:
            raise TypeError(f"{type(self).__name__} has no {', '.join(values)}")
        self.check()

    def check(self) -> None:
        """Refuse a value that cannot be; subclasses override."""

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.__dict__ == self.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *(repr(v) if isinstance(v, dict) else v for v in self.__dict__.values())))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.__dict__.items())})"

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return type(self)(**{**self.__dict__, **changes})

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; fields at their default are kept, so that the text says everything."""
        return {name: to_json(value) for name, value in self.__dict__.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The record that `as_json` wrote; unknown keys are refused, missing ones take the default."""
        hints = field_types(cls)
        unknown = set(data) - set(hints)
        if unknown:
            raise InvalidInput(f"{cls.__name__} has no field {', '.join(sorted(unknown))}.", fields=sorted(unknown))
        missing = [f for f in cls.__fields__ if f not in data and f not in cls.__defaults__]
        if missing:
            raise InvalidInput(f"{cls.__name__} needs {', '.join(missing)}.", fields=missing)
        return cls(**{name: from_json(hints[name], value) for name, value in data.items()})


_TYPES: dict[type, dict[str, Any]] = {}


def field_types(cls: type[Record]) -> dict[str, Any]:
    """Resolved types of a record's fields, in order, with `Annotated` markers kept; worked out once."""
    if cls not in _TYPES:
        hints = typing.get_type_hints(cls, include_extras=True)
        _TYPES[cls] = {name: hints[name] for name in cls.__fields__}
    return _TYPES[cls]


def bare_type(hint: Any) -> Any:
    """The type without its `Annotated` markers and without `| None`."""
    while typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        members = [a for a in typing.get_args(hint) if a is not type(None)]
        if len(members) == 1:
            return bare_type(members[0])
    return hint


def markers(hint: Any) -> tuple[Any, ...]:
    """The `Annotated` markers of a field's type, looked for through `| None` but not within lists and tables."""
    if typing.get_origin(hint) is typing.Annotated:
        inner, *marks = typing.get_args(hint)
        return (*marks, *markers(inner))
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return tuple(m for inner in typing.get_args(hint) for m in markers(inner))
    return ()


def to_json(value: Any) -> Any:
    """JSON values of a record's field: records, tuples, mappings, UTC times, plain values."""
    from wayhome.base.quantity import iso

    if isinstance(value, Record):
        return value.as_json()
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Mapping):
        return {str(k): to_json(v) for k, v in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        items: Iterable[Any] = sorted(value) if isinstance(value, frozenset | set) else value
        return [to_json(v) for v in items]
    return value


def from_json(hint: Any, value: Any) -> Any:
    """A value of the hinted type from its JSON; wrong kinds are refused with a sentence."""
    from wayhome.base.quantity import instant

    kind = bare_type(hint)
    if value is None or kind is Any:
        return value
    origin = typing.get_origin(kind)
    if origin is typing.Literal:
        if value not in typing.get_args(kind):
            raise InvalidInput(f'"{value}" is not one of {", ".join(map(str, typing.get_args(kind)))}.')
        return value
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise InvalidInput(f"{value!r} is not a list.")
        return tuple(from_json(typing.get_args(kind)[0], v) for v in value)
    if origin is dict:
        if not isinstance(value, Mapping):
            raise InvalidInput(f"{value!r} is not a table of names and values.")
        return {k: from_json(typing.get_args(kind)[1], v) for k, v in value.items()}
    if isinstance(kind, type) and issubclass(kind, Record):
        if isinstance(value, kind):
            return value
        if not isinstance(value, Mapping):
            raise InvalidInput(f"{value!r} is not a {kind.__name__}.")
        return kind.from_json(value)
    if kind is datetime:
        return instant(value)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(kind, type) and type(value) is kind:
        return value
    raise InvalidInput(f"{value!r} is not a {getattr(kind, '__name__', kind)}.")
