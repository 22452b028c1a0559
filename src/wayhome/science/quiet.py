"""The solver of linear and mixed-integer programs, without its greeting.

Knows how to keep HiGHS from writing on standard output, where answers go.
"""

from __future__ import annotations

from typing import Any

import highspy


class _Quiet(highspy.Highs):
    """HiGHS that prints nothing: its constructor's last act would greet."""

    def enableCallbacks(self) -> None:
        self.silent()


def quiet_highs() -> Any:
    """A new HiGHS that prints nothing; it comes without types."""
    make: Any = _Quiet
    return make()
