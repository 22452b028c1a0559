"""Constants that carry where they come from.

Knows a value, its unit and a key into `docs/references.bib`. A number without a source is no constant.
"""

from __future__ import annotations

from wayhome.base.record import Record


class Sourced(Record):
    """A published number: value, unit, bibliography key, and any doubt said in words."""

    value: float
    unit: str
    source: str
    doubt: str = ""

    def __float__(self) -> float:
        return self.value
