"""Every error that a person can meet, each with a code, an HTTP status and an exit code.

::

    WayhomeError
    ├─ InvalidInput      400 / 2   the person can fix it
    │   ├─ UnitError               a quantity without, or with a wrong, unit
    │   ├─ MismatchError           grids, reference systems or quantities that do not fit
    │   └─ RuleBroken              a rule of the case forbids it now
    ├─ NotAllowed        403 / 7   this role may not do this; says who may
    ├─ NotFound          404 / 3
    ├─ Conflict          409 / 4   the journal moved on; carries both seqs
    ├─ DataUnavailable   424 / 5   ground not on this disk; says which file and how to get it
    ├─ NotYet            501 / 8   this version can't do it
    └─ JournalCorrupt    500 / 6   stop writing; says the last good seq

An instance holds a sentence for a person (what is wrong, what to write instead) and `details`
for programs. A bug is an `AssertionError` or `TypeError`, never one of these.
"""

from __future__ import annotations

from typing import Any, ClassVar


class WayhomeError(Exception):
    """A sentence for a person, plus details for programs."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def as_json(self) -> dict[str, Any]:
        """`{"error": {"code", "message", "details"}}`, the shape of INTERFACES."""
        return {"error": {"code": self.code, "message": self.message, "details": self.details}}


class InvalidInput(WayhomeError):
    """Something typed or handed over is wrong, and the person can fix it."""

    code, http_status, exit_code = "invalid_input", 400, 2


class UnitError(InvalidInput):
    """A quantity without a unit where one is needed, or with a unit of another kind."""

    code = "unit"


class MismatchError(InvalidInput):
    """Two grids, reference systems or quantities that do not belong together."""

    code = "mismatch"


class RuleBroken(InvalidInput):
    """A rule of the case forbids this command in this state."""

    code = "rule_broken"


class NotAllowed(WayhomeError):
    """This person may not do this; the sentence says who may."""

    code, http_status, exit_code = "not_allowed", 403, 7


class NotFound(WayhomeError):
    """No such case, segment, command, ..."""

    code, http_status, exit_code = "not_found", 404, 3


class Conflict(WayhomeError):
    """The journal moved on since the person looked; details carry both seqs."""

    code, http_status, exit_code = "conflict", 409, 4


class DataUnavailable(WayhomeError):
    """Terrain or imagery is not on this disk."""

    code, http_status, exit_code = "data_unavailable", 424, 5


class NotYet(WayhomeError):
    """This version cannot do it."""

    code, http_status, exit_code = "not_yet", 501, 8


class JournalCorrupt(WayhomeError):
    """The record was changed behind the program's back; nothing more is written to it."""

    code, http_status, exit_code = "journal_corrupt", 500, 6
