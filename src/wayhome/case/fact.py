"""The base of all that is recorded: events, their stored names and versions, and how they fold.

Knows which fields are personal or sealed and so never stand in the chain. Refuses to forget: an
event of an unknown type is kept as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol, TypeVar

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.record import Record, bare_type, field_types, markers, to_json

if TYPE_CHECKING:
    from wayhome.case.authority import Actor

ERASED = "[erased]"
SEALED = "[sealed]"


class Personal:
    """Marks a field about a living person: stored outside the chain, under a key that can be erased."""


class SealedFor:
    """Marks a sealed field: under the key of its own fact, never folded into the state."""


PersonalText = Annotated[str, Personal]
SealedText = Annotated[str, SealedFor]


class Origin(Record):
    """Where an event stands in the record: arrival number, time, actor, desk."""

    seq: int
    at: datetime
    by: str
    desk: str


class Rings(Protocol):
    """How rings are cut, joined and moved on a metric grid: what `wayhome.base.rings` can."""

    def parts(
        self, name: str, ring: tuple[Position, ...], line: tuple[Position, ...]
    ) -> tuple[tuple[Position, ...], ...]:
        """The parts into which a line cuts a ring."""

    def union(self, rings: Mapping[str, tuple[Position, ...]]) -> tuple[Position, ...]:
        """The one ring round several that share edges."""

    def redrawn(
        self, name: str, stood: tuple[Position, ...], ring: tuple[Position, ...],
        others: Mapping[str, tuple[Position, ...]], *, others_move: bool,
    ) -> tuple[tuple[Position, ...], dict[str, tuple[Position, ...]]]:  # fmt: skip
        """A ring redrawn among others, and those of the others that move with it."""


class Context(Record):
    """What a command needs beside the state: who, when, on which desk, how to propose a CRS and do geometry in it."""

    by: Actor
    at: datetime
    desk: str = "home"
    is_home: bool = True
    propose_crs: Callable[[Position], str] | None = None
    rings: Callable[[str], Rings] | None = None

    def new_id(self, prefix: str, taken: Mapping[str, object]) -> str:
        """The next number of its kind; a desk other than the case's first marks its own numbers."""
        suffix = "" if self.is_home else f"-{self.desk[:4]}"
        n = 1 + sum(1 for name in taken if name.endswith(suffix) and ("-" in name) != self.is_home)
        while f"{prefix}{n}{suffix}" in taken:
            n += 1
        return f"{prefix}{n}{suffix}"


class Event(Record):
    """Something that happened; never changed, only followed by others."""

    type: ClassVar[str] = ""
    version: ClassVar[int] = 1

    def says(self) -> str:
        """The event as a sentence for the log."""
        raise NotImplementedError


class UnknownEvent(Event):
    """An event of a later version of the program: kept, counted, not understood here."""

    type: ClassVar[str] = "unknown"
    stored_type: str
    stored_version: int
    stored: dict[str, Any]

    def says(self) -> str:
        """Names what is not understood."""
        return f"An entry of a newer version ({self.stored_type}) that this program keeps but cannot read."


E = TypeVar("E", bound=Event)
EVENTS: dict[str, type[Event]] = {}
_UPCASTS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}
FOLDS: dict[type[Event], tuple[str, Callable[[Any, Any, Origin], Any]]] = {}


def event(name: str, version: int = 1) -> Callable[[type[E]], type[E]]:
    """Register an event class under its stored name; the name outlives the class."""

    def register(cls: type[E]) -> type[E]:
        assert name not in EVENTS, f"{name} is registered twice"
        cls.type, cls.version = name, version
        EVENTS[name] = cls
        return cls

    return register


def upcast(name: str, from_version: int) -> Callable[..., Callable[[dict[str, Any]], dict[str, Any]]]:
    """Register how stored data of an older version becomes the next one."""

    def register(step: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[dict[str, Any]], dict[str, Any]]:
        _UPCASTS[name, from_version] = step
        return step

    return register


def folds(cls: type[E], chapter: str) -> Callable[[Callable[[Any, E, Origin], Any]], Callable[[Any, E, Origin], Any]]:
    """Register how an event changes a chapter's part of the state."""

    def register(step: Callable[[Any, E, Origin], Any]) -> Callable[[Any, E, Origin], Any]:
        assert cls not in FOLDS, f"{cls.__name__} folds twice"
        FOLDS[cls] = (chapter, step)
        return step

    return register


class Parted(Record):
    """An event as stored: its public data, and its secrets by field with the label of their key."""

    type: str
    version: int
    public: dict[str, Any]
    secrets: dict[str, tuple[str, Any]]


def parted(fact: Event) -> Parted:
    """Split an event into what the chain holds and what lives under erasable keys."""
    if isinstance(fact, UnknownEvent):
        return Parted(type=fact.stored_type, version=fact.stored_version, public=fact.stored, secrets={})
    public: dict[str, Any] = {}
    secrets: dict[str, tuple[str, Any]] = {}
    for name, hint in field_types(type(fact)).items():
        value = to_json(getattr(fact, name))
        marks = markers(hint)
        if value is not None and (Personal in marks or SealedFor in marks):
            label = "person" if Personal in marks else f"seal:{getattr(fact, 'fact', '')}"
            secrets[name] = (label, value)
        else:
            public[name] = value
    return Parted(type=fact.type, version=fact.version, public=public, secrets=secrets)


def joined(stored_type: str, stored_version: int, public: Mapping[str, Any], secrets: Mapping[str, Any]) -> Event:
    """The event of a stored entry: upcast, with its secrets put back or shown as erased.

    `secrets` holds a field's value, or None where its key is gone. Sealed fields read ``[sealed]``.
    """
    cls = EVENTS.get(stored_type)
    if cls is None or stored_version > cls.version:
        return UnknownEvent(stored_type=stored_type, stored_version=stored_version, stored=dict(public))
    data = dict(public)
    hints = field_types(cls)
    for name, value in secrets.items():
        if name in hints and SealedFor in markers(hints[name]):
            data[name] = SEALED
        elif value is not None:
            data[name] = value
        elif name in cls.__defaults__ and (cls.__defaults__[name] is not None or bare_type(hints[name]) is not str):
            data[name] = to_json(cls.__defaults__[name])
        else:
            data[name] = ERASED
    for version in range(stored_version, cls.version):
        data = _UPCASTS[stored_type, version](data)
    return cls.from_json(data)


def found(table: Mapping[str, Any], key: str, what: str) -> Any:
    """A member by id or by name (one in use before those retired), or a sentence that lists what there is."""
    if key in table:
        return table[key]
    by_name = [v for v in table.values() if str(getattr(v, "name", "")).lower() == key.lower()]
    by_name = [v for v in by_name if getattr(v, "retired", None) is None] or by_name
    if len(by_name) == 1:
        return by_name[0]
    have = ", ".join(table) or "none yet"
    from wayhome.base.errors import NotFound

    raise NotFound(f'There is no {what} "{key}"; there are: {have}.', what=what, key=key)


def said(value: str | None, what: str) -> str:
    """A text that must not be empty."""
    if value is None or not value.strip():
        raise InvalidInput(f"{what} is empty; write it in a few words.", field=what)
    return value.strip()


def past(at: datetime | None, context: Context, field: str) -> datetime:
    """When something happened: as told, else now; refuses a time to come."""
    if at is not None and at > context.at:
        raise InvalidInput(f"{field}: that lies in the future; write when it happened.", field=field)
    return at or context.at
