"""The command line: arguments in, sentences or JSON out; nothing else."""

from __future__ import annotations

import sys

from wayhome.cli import desk, intake, life, numbers, papers, planning, timeline
from wayhome.cli.edge import cli

__all__ = ["desk", "intake", "life", "numbers", "papers", "planning", "run", "timeline"]


def run() -> None:
    """Entry point."""
    sys.argv[1:] = desk_first(sys.argv[1:])
    cli()


def desk_first(words: list[str]) -> list[str]:
    """The command line with `--desk DIR` and `--database URL` where they are read, wherever they were written.

    Before the command, but for `demo`, whose desk is its own and never the one that the environment names.
    """
    moved: list[str] = []
    rest: list[str] = []
    left = iter(words)
    for word in left:
        if word in ("--desk", "--database"):
            moved += [word, *([value] if (value := next(left, None)) is not None else [])]
        elif word.startswith(("--desk=", "--database=")):
            moved.append(word)
        else:
            rest.append(word)
    return [*rest[:1], *moved, *rest[1:]] if rest[:1] == ["demo"] else [*moved, *rest]
