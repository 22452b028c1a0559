"""One contract for every registered event and command."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wayhome.base.errors import InvalidInput
from wayhome.base.record import bare_type, field_types, to_json
from wayhome.case import state  # noqa: F401  registers every chapter
from wayhome.case.authority import PERMISSIONS
from wayhome.case.command import COMMANDS, Command
from wayhome.case.fact import EVENTS, FOLDS, Event, UnknownEvent, joined, parted


def sample(hint: Any) -> Any:
    """Some value of a field's type, as JSON."""
    import typing

    bare = bare_type(hint)
    name, origin = getattr(bare, "__name__", ""), typing.get_origin(bare)
    if origin is typing.Literal:
        return typing.get_args(bare)[0]
    if origin is tuple:
        return [sample(typing.get_args(bare)[0])]
    if origin is dict:
        return {"k": sample(typing.get_args(bare)[1])}
    if hasattr(bare, "__fields__"):
        return {f: sample(t) for f, t in field_types(bare).items()}
    return {"str": "text", "float": 0.5, "int": 3, "bool": True, "datetime": "2026-03-01T05:00:00Z"}[name]


@pytest.mark.parametrize("cls", EVENTS.values(), ids=EVENTS)
def test_every_event_survives_its_stored_form(cls: type[Event]) -> None:
    event = cls.from_json({f: sample(t) for f, t in field_types(cls).items()})
    apart = parted(event)
    stored = json.loads(json.dumps(apart.public))
    values = {f: json.loads(json.dumps(v)) for f, (_, v) in apart.secrets.items()}
    again = joined(apart.type, apart.version, stored, values)
    sealed = {f for f, (label, _) in apart.secrets.items() if label.startswith("seal:")}
    for field in cls.__fields__:
        want = "[sealed]" if field in sealed else getattr(event, field)
        assert getattr(again, field) == want
    assert event.says().strip()


@pytest.mark.parametrize("cls", EVENTS.values(), ids=EVENTS)
def test_every_event_can_be_read_after_its_personal_data_is_erased(cls: type[Event]) -> None:
    apart = parted(cls.from_json({f: sample(t) for f, t in field_types(cls).items()}))
    for field, (_, value) in apart.secrets.items():
        assert field not in apart.public and json.dumps(value) not in json.dumps(to_json(apart.public.get(field)))
    assert joined(apart.type, apart.version, apart.public, dict.fromkeys(apart.secrets)).says()


@pytest.mark.parametrize("cls", EVENTS.values(), ids=EVENTS)
def test_every_event_folds(cls: type[Event]) -> None:
    assert cls in FOLDS


def test_an_event_of_a_later_version_is_kept_as_it_is() -> None:
    for name, version in (("of_the_future", 1), ("case_opened", 99)):
        event = joined(name, version, {"new": [1, 2]}, {})
        assert isinstance(event, UnknownEvent)
        assert parted(event).public == {"new": [1, 2]} and parted(event).version == version


@pytest.mark.parametrize("cls", COMMANDS.values(), ids=COMMANDS)
def test_every_command_has_a_schema_that_its_parser_agrees_with(cls: type[Command]) -> None:
    schema = json.loads(json.dumps(cls.schema()))
    assert schema["type"] == "object" and schema["additionalProperties"] is False
    assert set(schema["required"]) <= set(schema["properties"]) == set(field_types(cls))
    assert cls.summary and cls.needs in PERMISSIONS
    with pytest.raises(InvalidInput):
        cls.parse({"no_such_field": 1})
    if schema["required"]:
        with pytest.raises(InvalidInput, match=schema["required"][0]):
            cls.parse({})
