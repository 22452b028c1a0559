"""What there is: commands with their schemas, products, documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wayhome.base.errors import NotAllowed, NotFound, RuleBroken
from wayhome.case.command import COMMANDS

if TYPE_CHECKING:
    from wayhome.case.command import Command
    from wayhome.case.state import CaseState


def command_list(name: str | None = None) -> list[dict[str, Any]]:
    """Every command, or the one of a name, with its JSON Schema."""
    from wayhome.case import state  # noqa: F401  registers every chapter

    if name is not None and name not in COMMANDS:
        raise NotFound(f'There is no command "{name}"; `wayhome commands` lists them.', command=name)
    chosen = [COMMANDS[name]] if name else list(COMMANDS.values())
    return [
        {"name": c.verb, "summary": c.summary, "needs": c.needs, "during": list(c.during), "schema": c.schema()}
        for c in chosen
    ]


def possible_commands(state: CaseState, user: str | None) -> list[dict[str, Any]]:
    """Every command, with why somebody cannot do it at this stage of the case; `why_not` is None where they can."""
    from wayhome.case.authority import actor
    from wayhome.case.state import check_possible

    who = actor(state, user)

    def why_not(command: type[Command]) -> str | None:
        try:
            check_possible(state, who, command)
        except (NotAllowed, RuleBroken) as error:
            return error.message
        return None

    return [{"name": c.verb, "summary": c.summary, "why_not": why_not(c)} for c in COMMANDS.values()]


def product_list() -> list[dict[str, Any]]:
    """Every product."""
    from wayhome.planning.products import PRODUCTS

    return [p.as_json() for p in PRODUCTS.values()]


def document_list(state: CaseState) -> list[dict[str, Any]]:
    """The documents that a case can print now, with the ids they are for."""
    from wayhome import documents

    return [
        {"kind": k, "title": t, "for": list(ids) if ids is not None else None}
        for k, t, ids in documents.available(state)
    ]
