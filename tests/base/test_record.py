"""Records: frozen, compared by value, and read back from their JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import pytest

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.record import Record, markers


class Leaf(Record):
    kind: Literal["a", "b"] = "a"
    size: float


class Tree(Record):
    name: str
    at: datetime | None = None
    where: Position | None = None
    leaves: tuple[Leaf, ...] = ()
    notes: dict[str, int] = {}


FULL = Tree(
    name="oak", at=datetime(2026, 1, 2, tzinfo=UTC), where=Position(lat_deg=1, lon_deg=2),
    leaves=(Leaf(size=1.5), Leaf(kind="b", size=2.0)), notes={"x": 1},
)  # fmt: skip


def test_json_there_and_back() -> None:
    assert Tree.from_json(FULL.as_json()) == FULL
    assert hash(Tree.from_json(FULL.as_json())) == hash(FULL)


def test_nothing_changes_a_record() -> None:
    with pytest.raises(AttributeError):
        FULL.name = "elm"  # type: ignore[misc]
    assert FULL.replace(name="elm").name == "elm" and FULL.name == "oak"


def test_missing_and_unknown_fields_are_named() -> None:
    with pytest.raises(TypeError, match="name"):
        Tree()  # type: ignore[call-arg]
    with pytest.raises(InvalidInput, match="colour"):
        Tree.from_json({"name": "x", "colour": 1})
    with pytest.raises(InvalidInput, match="name"):
        Tree.from_json({})


@pytest.mark.parametrize("wrong", [{"name": 1}, {"name": "x", "leaves": "no"}, {"name": "x", "leaves": [{"kind": "z", "size": 1}]},
                                   {"name": "x", "where": [1, 2]}, {"name": "x", "notes": []}, {"name": "x", "leaves": [{"size": True}]}])  # fmt: skip
def test_values_of_another_kind_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Tree.from_json(wrong)


def test_markers_are_found_through_none_but_not_within_lists() -> None:
    class Mark:
        """Some marker."""

    marked = Annotated[str, Mark]
    assert markers(marked) == markers(marked | None) == markers(None | marked) == (Mark,)
    assert markers(tuple[marked, ...]) == () == markers(str | None)
