"""Who was asked to come, and what they said.

Knows what a person wrote down; sends nothing by itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.record import Record
from wayhome.case.command import Command, Instant, Says, command
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, past, said
from wayhome.case.people import person_name, resolved

if TYPE_CHECKING:
    from wayhome.case.roster import Roster
    from wayhome.case.state import CaseState

Reply = Literal["coming", "not_coming", "no_answer"]


class Answer(Record):
    """What somebody said to a call-out."""

    reply: Reply
    at: datetime
    eta: datetime | None = None
    remark: str = ""


class CallOut(Record):
    """Who was asked to come, how and when, and what they said."""

    id: str
    persons: tuple[str, ...]
    means: str
    text: str
    asked_at: datetime
    asked_by: str
    answers: dict[str, Answer] = {}

    def unanswered(self) -> tuple[str, ...]:
        """Who has not been heard of."""
        return tuple(p for p in self.persons if p not in self.answers)


@event("people_called_out")
class PeopleCalledOut(Event):
    """People were asked to come."""

    id: str
    persons: tuple[str, ...]
    means: str
    text: PersonalText = ""
    asked_at: datetime

    def says(self) -> str:
        """Sentence for the log."""
        return f"Call-out {self.id} by {self.means}: {', '.join(self.persons)}."


@event("call_out_answered")
class CallOutAnswered(Event):
    """Somebody said whether they come, or could not be reached."""

    call_out: str
    person: str
    reply: Reply
    at: datetime
    eta: datetime | None = None
    remark: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"{self.person} to call-out {self.call_out}: {self.reply.replace('_', ' ')}."


@folds(PeopleCalledOut, "roster")
def _called(roster: Roster, fact: PeopleCalledOut, origin: Origin) -> Roster:
    call = CallOut(**fact.__dict__, asked_by=origin.by)
    return roster.replace(call_outs={**roster.call_outs, call.id: call})


@folds(CallOutAnswered, "roster")
def _answered(roster: Roster, fact: CallOutAnswered, origin: Origin) -> Roster:
    call = roster.call_outs[fact.call_out]
    answer = Answer(reply=fact.reply, at=fact.at, eta=fact.eta, remark=fact.remark)
    made = call.replace(answers={**call.answers, fact.person: answer})
    return roster.replace(call_outs={**roster.call_outs, call.id: made})


@command("call_out", "Ask members to come: all, a squad, or by name; write down how and with which words.", "dispatch")
class CallOutPeople(Command):
    """The program sends nothing by itself; it keeps who was asked and who answered."""

    who: Annotated[tuple[str, ...], Says("Members or squads by id, or: all.")]
    means: Annotated[str, Says("Pager, phone, text message, radio.")]
    text: str = ""
    asked_at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse who is neither a member nor a squad nor on the roster."""
        persons = dict.fromkeys(p for i, key in enumerate(self.who) for p in _called_by(state, key, f"who[{i}]"))
        if not persons:
            raise InvalidInput("who: name members or squads, or write all.", field="who")
        return (
            PeopleCalledOut(
                id=context.new_id("CO", state.roster.call_outs), persons=tuple(persons), means=said(self.means, "means"),
                text=self.text.strip(), asked_at=past(self.asked_at, context, "asked_at"),
            ),
        )  # fmt: skip


def _called_by(state: CaseState, key: str, field: str) -> tuple[str, ...]:
    organisation = state.people.organisation
    if organisation is not None:
        if key.strip().lower() == "all":
            return tuple(m.id for m in organisation.serving())
        for squad in organisation.squads:
            if key.lower() in (squad.id.lower(), squad.title.lower()):
                return tuple(dict.fromkeys(([squad.leader] if squad.leader else []) + list(squad.members)))
    return (resolved(state, key, field),)


@command("answer_call_out", "Write down whether somebody comes, and when they will be here.")
class AnswerCallOut(Command):
    """A later answer takes the place of an earlier one; both stay in the log."""

    person: str
    reply: Reply
    eta: Instant | None = None
    call_out: Annotated[str, Says("Left out: the last one that asked them.")] = ""
    remark: str = ""
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse who was not asked."""
        person = resolved(state, self.person, "person")
        asked = {k: c for k, c in state.roster.call_outs.items() if person in c.persons}
        if not asked:
            raise RuleBroken(f"{person_name(state, person)} was not called out; check_in takes in who comes unasked.")
        call: CallOut = found(asked, self.call_out, "call-out to them") if self.call_out else list(asked.values())[-1]
        if self.eta is not None and self.reply != "coming":
            raise InvalidInput("eta: give it only for one who is coming.", field="eta")
        at = past(self.at, context, "at")
        return (
            CallOutAnswered(
                call_out=call.id, person=person, reply=self.reply, at=at, eta=self.eta, remark=self.remark.strip()
            ),
        )
