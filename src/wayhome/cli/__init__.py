"""The command line: arguments in, sentences or JSON out; nothing else."""

from __future__ import annotations

from wayhome.cli import desk, numbers
from wayhome.cli.edge import cli

__all__ = ["desk", "numbers", "run"]


def run() -> None:
    """Entry point."""
    cli()
