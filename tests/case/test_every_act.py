"""Every command in every stage of a case and for every role: it works, or says why not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from told import Act, Told

from wayhome.base.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, WayhomeError
from wayhome.base.rings import Rings
from wayhome.case.authority import OPERATOR, Actor, actor
from wayhome.case.command import COMMANDS, parse_command
from wayhome.case.fact import Context, Event, Origin
from wayhome.case.people import People
from wayhome.case.state import CaseState, apply, decide

REFUSALS = (InvalidInput, NotAllowed, NotFound)  # RuleBroken is an InvalidInput


def attempt(state: CaseState, act: Act, who: Actor) -> tuple[Event, ...] | WayhomeError:
    """What an act comes to in a state: its events, or the refusal."""
    at = (state.as_of or act.before.as_of) + timedelta(minutes=1)  # type: ignore[operator]
    context = Context(by=who, at=at, propose_crs=lambda _: "EPSG:32619", rings=Rings)
    try:
        return decide(state, parse_command(act.command, act.fields), context)
    except REFUSALS as refusal:
        return refusal


def actors(state: CaseState) -> Iterator[Actor]:
    """The operator, and one member for each role."""
    yield actor(state, OPERATOR)
    organisation = state.people.organisation
    for role in organisation.roles if organisation else ():
        member = next((m for m in organisation.members if role.id in m.roles), None) if organisation else None
        if member is not None:
            yield actor(state, member.id)


def examples(told: Told) -> dict[str, Act]:
    """The first use of each command in the stories."""
    found: dict[str, Act] = {}
    for act in told.acts:
        found.setdefault(act.command, act)
    return found


def test_every_command_is_seen_working_in_a_story(told: Told) -> None:
    opening = {"open_case"}  # a case is opened by its report
    assert sorted(set(COMMANDS) - set(examples(told)) - opening) == []


def test_the_stories_go_through_every_stage(told: Told) -> None:
    seen = {state.status for states in told.states.values() for state in states}
    assert seen >= {"active", "suspended", "found", "closed", "handed_over", "merged"}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_it_works_or_says_why_not(told: Told, name: str) -> None:
    act = examples(told).get(name)
    if act is None:
        assert name == "open_case", "no story uses it; see the test above"
        return
    stages = {**told.stages(), "no case: unopened": CaseState(case="none")}
    for stage, state in stages.items():
        alone = state.replace(people=state.people.replace(organisation=None) if state.people.teams else People())
        for whose, who in [(state, a) for a in actors(state)] + [(alone, actor(alone, None))]:
            came = attempt(whose, act, who)
            told_so = f"{name} by {who.id} in {stage}: {came}"
            command = COMMANDS[name]
            if command.needs not in who.may:
                assert isinstance(came, NotAllowed), told_so
            elif whose.status not in command.during:
                assert isinstance(came, RuleBroken) and not isinstance(came, NotAllowed), told_so
            if isinstance(came, WayhomeError):
                assert len(came.message.split()) > 3, told_so  # a sentence; it may end in what somebody typed
                continue
            after = whose
            for event in came:
                after = apply(after, event, Origin(seq=after.seq + 1, at=state.as_of, by=who.id, desk="home"))  # type: ignore[arg-type]
                assert event.says().strip(), told_so
            assert came, told_so
