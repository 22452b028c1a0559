"""What every command shares: the desk option, JSON or sentences, and the table of errors.

One table turns errors into exit codes. An interrupted command exits 130.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wayhome.base.errors import InvalidInput, NotYet, WayhomeError
from wayhome.base.quantity import instant
from wayhome.base.record import to_json

if TYPE_CHECKING:
    from wayhome.app import App

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
                  help="Wayhome: find missing people. A decision aid: it computes and records, people decide.")  # fmt: skip
case_app = typer.Typer(no_args_is_help=True, help="Open, list and show cases.")
ground_app = typer.Typer(no_args_is_help=True, help="Terrain, land cover and lines of a case.")
solve_app = typer.Typer(no_args_is_help=True, help="Solvers on JSON from standard input.")
user_app = typer.Typer(no_args_is_help=True, help="Accounts (a later version).")
for name, group in (("case", case_app), ("ground", ground_app), ("solve", solve_app), ("user", user_app)):
    cli.add_typer(group, name=name)

_chosen: dict[str, Path | None] = {"desk": None}

Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output and nothing else.")]
Out = Annotated[Path | None, typer.Option("--out", help="Where to write the file.")]
As = Annotated[str | None, typer.Option("--as", help="Who acts: a member of the case's organisation.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The case as it stood then, ISO 8601 with zone.")]


@cli.callback()
def main(
    desk: Annotated[Path | None, typer.Option("--desk", help="The desk folder.", envvar="WAYHOME_DESK")] = None,
    database: Annotated[str | None, typer.Option("--database", help="PostgreSQL URL (a later version).")] = None,
) -> None:
    """Wayhome: find missing people."""
    _chosen["desk"] = desk
    if database is not None:
        say("--database comes with a later version; this one keeps its journal in SQLite on the desk.")
        raise typer.Exit(NotYet.exit_code)


def say(text: str) -> None:
    """Print a sentence on standard error."""
    print(text, file=sys.stderr)


def show_json(value: Any) -> None:
    """Print one JSON value on standard output."""
    print(json.dumps(to_json(value), ensure_ascii=False, default=str))


def guarded(act: Callable[..., Any]) -> Callable[..., Any]:
    """The error table of this edge: a sentence on stderr, JSON where asked for, the exit code of HOUSE 5."""

    @wraps(act)
    def run(*args: Any, **kwargs: Any) -> Any:
        wants_json = bool(kwargs.get("json_") or getattr(act, "always_json", False))
        try:
            return act(*args, **kwargs)
        except WayhomeError as error:
            say(error.message)
            if wants_json:
                show_json(error.as_json())
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            say("Interrupted; nothing half-done was written.")
            raise typer.Exit(130) from None
        except BrokenPipeError:
            raise typer.Exit(0) from None

    return run


def always_json(act: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a command that prints a JSON object whatever happens."""
    act.always_json = True  # type: ignore[attr-defined]
    return act


def open_desk() -> App:
    """The desk that the command works on."""
    from wayhome.app import App, default_desk

    return App(_chosen["desk"] or default_desk())


def file_bytes(path: Path) -> bytes:
    """A file's bytes, or a sentence."""
    from wayhome.app.exchange import read_file

    return read_file(path)


def write_file(path: Path, content: bytes) -> None:
    """Write a file, or say why not."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.", file=str(path)) from None


def moment(text: str | None, what: str) -> datetime | None:
    """A time option, if given."""
    return None if text is None else instant(text, what)
