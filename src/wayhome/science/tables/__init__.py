"""The published tables that ship with the program, as package resources: the only thing science reads."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The table `name.toml` as plain values; read once, never to be changed by the caller."""
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))
