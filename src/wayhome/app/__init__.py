"""The one door: a desk with its cases, and the science without a case.

`cli` and `web` import only this package and `base`.
"""

from __future__ import annotations

from wayhome.app.desk import App, Done, default_desk

__all__ = ["App", "Done", "default_desk"]
