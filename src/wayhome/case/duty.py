"""Hours and fatigue: how long somebody has been here, and who of a team should not go out.

Knows stays and the organisation's limits, never how anybody feels. Hours before the check-in are not known here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wayhome.case.organisation import LONGEST_DUTY_S, REQUIRED_REST_S
from wayhome.case.people import person_name

if TYPE_CHECKING:
    from wayhome.case.roster import Person
    from wayhome.case.state import CaseState

DAY = timedelta(hours=24)


def incident_s(person: Person, at: datetime) -> float:
    """Time that somebody spent at the incident up to a time."""
    return sum(s.lasted_s(None, at) for s in person.stays)


def last_day_s(person: Person, at: datetime) -> float:
    """Time that somebody spent at the incident within the 24 h before a time."""
    return sum(s.lasted_s(at - DAY, at) for s in person.stays)


def duty_s(person: Person, at: datetime, rest_s: float) -> float:
    """Time at the incident since the last full rest; 0 for one who has rested since.

    A break shorter than the required rest ends no duty: the hours before and after it count together, without it.
    """
    total, begin = 0.0, at
    for stay in reversed(person.stays):
        if stay.since > at:
            continue
        end = at if stay.out_at is None else min(stay.out_at, at)
        if (begin - end).total_seconds() >= rest_s:
            break
        total, begin = total + (end - stay.since).total_seconds(), stay.since
    return total


def tired(state: CaseState, person: str, at: datetime) -> str | None:
    """Why somebody is over the organisation's longest duty, as a sentence; None where they are not."""
    held = state.roster.people.get(person)
    if held is None:
        return None
    organisation = state.people.organisation
    longest = organisation.longest_duty_s if organisation else LONGEST_DUTY_S
    rest = organisation.required_rest_s if organisation else REQUIRED_REST_S
    duty = duty_s(held, at, rest)
    if duty <= longest:
        return None
    return (
        f"{person_name(state, person)} has {duty / 3600:.1f} h of duty without a rest of {rest / 3600:g} h; "
        f"the longest is {longest / 3600:g} h."
    )


def unfit(state: CaseState, team: str, at: datetime) -> tuple[str, ...]:
    """Why people of a team should not go out: too long on duty, or too short a rest; empty where nothing speaks against.

    Whether that only warns or refuses is the organisation's `refuse_unfit`.
    """
    held = state.people.teams.get(team)
    found = (tired(state, p, at) for p in held.people()) if held is not None else ()
    return tuple(why for why in found if why is not None)


def not_checked_in(state: CaseState, team: str) -> tuple[str, ...]:
    """People of a team who are not checked in, by id."""
    held = state.people.teams.get(team)
    return () if held is None else tuple(p for p in held.people() if state.roster.stay(p) is None)


def lapsed(state: CaseState, team: str, at: datetime) -> tuple[str, ...]:
    """Qualifications of people of a team that are over, as sentences."""
    held, organisation = state.people.teams.get(team), state.people.organisation
    if held is None or organisation is None:
        return ()
    titles = {q.id: q.title or q.id for q in organisation.qualifications}
    members = (m for p in held.people() if (m := organisation.member(p)) is not None)
    return tuple(
        f"{m.name}: {titles.get(q, q)} "
        + (f"was valid until {m.valid_until[q]}." if q in m.valid_until else "has no day until which it is valid.")
        for m in members for q in organisation.lapsed(m, at)
    )  # fmt: skip
