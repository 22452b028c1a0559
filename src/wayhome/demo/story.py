"""A story: steps in the order of time, each of them something that a person does at the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wayhome.base.record import Record


class Open(Record):
    """The case is opened from a report."""

    at: datetime
    report: dict[str, Any]


class Do(Record):
    """Somebody does a command."""

    at: datetime
    by: str | None
    command: str
    fields: dict[str, Any]


class Import(Record):
    """Somebody imports a file."""

    at: datetime
    by: str | None
    name: str
    content: bytes
    as_: str = "auto"
    for_: str | None = None


class Attach(Record):
    """Ground is added: a terrain model, or lines of a kind."""

    at: datetime
    name: str
    content: bytes
    line_kind: str | None = None


Step = Open | Do | Import | Attach


class Story(Record):
    """A case id and its steps."""

    case: str
    steps: tuple[Step, ...]
