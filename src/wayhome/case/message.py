"""What was said by radio and in writing: the log, its corrections, general messages with their replies.

Knows who said what to whom and when it was heard, which is not when it was typed. Any message from a team is a sign of
life. Refuses to send what contradicts an order in force; what was said already is written down and shown to its giver.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.place import Position
from wayhome.base.record import Record
from wayhome.case.command import KEPT, OPEN, Command, Instant, Place, Says, command
from wayhome.case.debrief import came_back, progressed
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, found, past, said
from wayhome.case.order import Order, against
from wayhome.case.spoken import RadioStatus, SpokenLine, assignment_out, parsed_message, time_heard

if TYPE_CHECKING:
    from wayhome.case.outing import Assignment
    from wayhome.case.state import CaseState

MessageKind = Literal["radio", "located", "general"]
Priority = Literal["routine", "priority", "emergency"]


class Wording(Record):
    """A message as it read until it was corrected, and why it was."""

    at: datetime
    sender: str = ""
    to: str = ""
    subject: str = ""
    text: str
    reason: str = ""
    by: str
    until: datetime


class Reply(Record):
    """An answer to a general message; `by` wrote it down."""

    text: str
    replied_by: str = ""
    at: datetime
    by: str


class Message(Record):
    """A message; `at` is when it was heard or sent, `logged_at` when it was typed. A team as sender is its id.

    One that is `located` says where the subject is; its place is for no public view. `stopped_by_order` holds back a
    general message; `against_orders` are orders in force that a message contradicted when it was written down.
    """

    id: str
    kind: MessageKind = "radio"
    at: datetime
    logged_at: datetime
    by: str
    sender: str = ""
    to: str = ""
    subject: str = ""
    text: str
    channel: str = ""
    priority: Priority = "routine"
    team: str | None = None
    assignment: str | None = None
    clue: str | None = None
    position: Position | None = None
    place: str = ""
    reply_wanted: bool = False
    replies: tuple[Reply, ...] = ()
    earlier: tuple[Wording, ...] = ()
    against_orders: tuple[str, ...] = ()
    stopped_by_order: str | None = None


class Messages(Record):
    """Messages by id."""

    messages: dict[str, Message] = {}

    def by_time(self) -> tuple[Message, ...]:
        """All by the time they were heard, those that were stopped left out."""
        sent = (m for m in self.messages.values() if m.stopped_by_order is None)
        return tuple(sorted(sent, key=lambda m: (m.at, m.logged_at, m.id)))


def last_contact(state: CaseState, team: str) -> datetime | None:
    """When a team was last heard of: the latest message from it; None where there is none."""
    return max((m.at for m in state.messages.messages.values() if m.sender == team), default=None)


def located(state: CaseState) -> tuple[Message, ...]:
    """Messages that the subject is located, while nobody has reported a find."""
    if state.decisions.find is not None:
        return ()
    return tuple(m for m in state.messages.by_time() if m.kind == "located")


def unanswered(state: CaseState) -> tuple[Message, ...]:
    """General messages that were sent, ask for a reply and have none."""
    return tuple(m for m in state.messages.by_time() if m.reply_wanted and not m.replies)


def stopped_messages(state: CaseState) -> tuple[Message, ...]:
    """General messages held back by an order."""
    return tuple(m for m in state.messages.messages.values() if m.stopped_by_order is not None)


def against_orders(state: CaseState) -> tuple[tuple[Message, Order], ...]:
    """What was said although an order in force forbids it, and that the order's giver has not let out."""
    flagged = (m for m in state.messages.by_time() if m.against_orders)
    return tuple((m, order) for m in flagged for order in against(state, m))


@event("message_logged")
class MessageLogged(Event):
    """Something said or sent, or written and held back by an order."""

    id: str
    kind: MessageKind = "radio"
    at: datetime
    sender: PersonalText = ""
    to: PersonalText = ""
    subject: PersonalText = ""
    text: PersonalText
    channel: str = ""
    priority: Priority = "routine"
    team: str | None = None
    assignment: str | None = None
    clue: str | None = None
    where: Annotated[tuple[Position, ...], Personal] = ()  # at most one; a table of none is what erasing leaves
    place: PersonalText = ""
    reply_wanted: bool = False
    against_orders: tuple[str, ...] = ()
    stopped_by_order: str | None = None

    def says(self) -> str:
        """Sentence for the log."""
        if self.stopped_by_order is not None:
            return f"Message {self.id} stopped: it contradicts order {self.stopped_by_order} in force."
        loud = "" if self.priority == "routine" else f", {self.priority}"
        ends = " to ".join(t for t in (self.sender, self.to) if t)
        what = "Subject located: " if self.kind == "located" else ""
        against = f" It contradicts order {', '.join(self.against_orders)}." if self.against_orders else ""
        return f"Message {self.id}{f' ({ends}{loud})' if ends or loud else ''}: {what}{self.text}{against}"


@event("message_released")
class MessageReleased(Event):
    """A message that was held back is sent."""

    message: str
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Message {self.message} sent."


@event("message_replied")
class MessageReplied(Event):
    """An answer to a general message."""

    message: str
    text: PersonalText
    replied_by: PersonalText = ""
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        return f"Reply to message {self.message}{f' by {self.replied_by}' if self.replied_by else ''}: {self.text}"


@event("message_corrected")
class MessageCorrected(Event):
    """A message reads otherwise, whole; what was written before stays on record."""

    message: str
    at: datetime
    kind: MessageKind = "radio"
    sender: PersonalText = ""
    to: PersonalText = ""
    subject: PersonalText = ""
    text: PersonalText
    team: str | None = None
    assignment: str | None = None
    where: Annotated[tuple[Position, ...], Personal] = ()
    place: PersonalText = ""
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Message {self.message} corrected: {self.text} Reason: {self.reason}"


@folds(MessageLogged, "messages")
def _logged(book: Messages, fact: MessageLogged, origin: Origin) -> Messages:
    told = {k: v for k, v in fact.__dict__.items() if k != "where"}
    return _with(book, Message(**told, position=_first(fact.where), logged_at=origin.at, by=origin.by))


@folds(MessageReleased, "messages")
def _released(book: Messages, fact: MessageReleased, origin: Origin) -> Messages:
    held = book.messages[fact.message]
    return _with(book, held.replace(stopped_by_order=None, at=fact.at or origin.at))


@folds(MessageReplied, "messages")
def _replied(book: Messages, fact: MessageReplied, origin: Origin) -> Messages:
    held = book.messages[fact.message]
    reply = Reply(text=fact.text, replied_by=fact.replied_by, at=fact.at or origin.at, by=origin.by)
    return _with(book, held.replace(replies=(*held.replies, reply)))


@folds(MessageCorrected, "messages")
def _corrected(book: Messages, fact: MessageCorrected, origin: Origin) -> Messages:
    held = book.messages[fact.message]
    before = Wording(
        at=held.at, sender=held.sender, to=held.to, subject=held.subject, text=held.text, reason=fact.reason,
        by=origin.by, until=origin.at,
    )  # fmt: skip
    changes = {k: v for k, v in fact.__dict__.items() if k not in ("message", "reason", "where")}
    return _with(book, held.replace(**changes, position=_first(fact.where), earlier=(*held.earlier, before)))


def _first(where: tuple[Position, ...]) -> Position | None:
    return where[0] if where else None


def _with(book: Messages, message: Message) -> Messages:
    return book.replace(messages={**book.messages, message.id: message})


_LINE = Says("As heard. It may begin with who, on what, when and how: T1 A2 @10:42 /working at the ford, all well.")


_LOCATED = Says("The subject is located. Say the place in place or position, not in the text.")


@command("log_message", "Write down what was heard by radio: who, when, what.")
class LogMessage(Command):
    """The line may name team, assignment, time and status itself, unless sender, team or assignment are fields."""

    text: Annotated[str, _LINE]
    sender: Annotated[str, Says("A team, or anybody by name.")] = ""
    to: str = ""
    at: Annotated[Instant, Says("When it was heard; left out, now.")] | None = None
    channel: str = ""
    priority: Priority | None = None
    status: Annotated[RadioStatus | None, Says("How far the team is; changes the outing with the same act.")] = None
    assignment: str = ""
    team: Annotated[str, Says("The team it is about; left out, the one that sends it or is spoken to.")] = ""
    clue: str = ""
    located: Annotated[bool, _LOCATED] = False
    position: Place | None = None
    place: str = ""
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a time to come, what is not there, and a status of a team that is not out."""
        words = said(self.text, "text")
        line = SpokenLine(text=words) if self.sender or self.team or self.assignment else parsed_message(state, words)
        at = past(self.at or time_heard(line.clock, state.report.time_zone, context.at), context, "at")
        sender = _ends(state, self.sender) or (line.team or "")
        to = _ends(state, self.to) or (line.to_team or "")
        team = self._team(state, sender, to)
        outing = self._outing(state, team, line.assignment)
        team = team or (outing.team if outing else None)
        is_located = self.located or line.is_located
        if (self.position is not None or self.place.strip()) and not is_located:
            raise InvalidInput("position and place are for a message that the subject is located.", field="position")
        state.area.check_near(self.position, self.confirm_far, "position")
        clue = self.clue or line.clue
        status = self.status or line.status
        logged = MessageLogged(
            id=context.new_id("MSG", state.messages.messages), kind="located" if is_located else "radio", at=at,
            sender=sender, to=to, text=line.text or _without_words(status, is_located),
            channel=self.channel.strip() or (outing.channel if outing else ""),
            priority=self.priority or line.priority, team=team, assignment=outing.id if outing else None,
            clue=found(state.evidence.clues, clue, "clue").id if clue else None,
            where=() if self.position is None else (self.position,), place=self.place.strip(),
        )  # fmt: skip
        if to in state.people.teams:  # what a team is told to do; what it reports is no breach
            logged = logged.replace(against_orders=tuple(o.id for o in against(state, logged)))
        if status is None:
            return (logged,)
        if outing is None:
            raise InvalidInput(
                "status: say on which assignment, such as A2, or leave it out; that team is not out on just one.",
                field="status",
            )
        came = came_back(state, outing, at) if status == "back" else progressed(outing, status, at)
        return (logged, *came)

    def _team(self, state: CaseState, sender: str, to: str) -> str | None:
        if self.team:
            team: str = found(state.people.teams, self.team, "team").id
            return team
        return next((t for t in (sender, to) if t in state.people.teams), None)

    def _outing(self, state: CaseState, team: str | None, key: str | None) -> Assignment | None:
        named = self.assignment or key
        if not named:
            return assignment_out(state, team)
        outing: Assignment = found(state.assignments.assignments, named, "assignment")
        if team is not None and outing.team != team:
            raise InvalidInput(
                f"assignment: {outing.id} is not of team {team} but of {outing.team}.", field="assignment"
            )
        return outing


@command("send_message", "Write and send a general message (ICS 213): to whom, about what, words.")
class SendMessage(Command):
    """Stopped, and the stop recorded, where it contradicts an order in force; release_message sends it after that."""

    to: str
    text: str
    sender: Annotated[str, Says("Left out: the one who writes it.")] = ""
    subject: str = ""
    at: Instant | None = None
    priority: Priority = "routine"
    channel: str = ""
    reply_wanted: bool = False
    assignment: str = ""
    team: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Sent or stopped; either way the record shows it."""
        outing = found(state.assignments.assignments, self.assignment, "assignment").id if self.assignment else None
        team = found(state.people.teams, self.team, "team").id if self.team else None
        made = MessageLogged(
            id=context.new_id("MSG", state.messages.messages), kind="general", at=past(self.at, context, "at"),
            sender=_ends(state, self.sender) or context.by.id, to=_ends(state, said(self.to, "to")),
            subject=self.subject.strip(), text=said(self.text, "text"), priority=self.priority,
            channel=self.channel.strip(), team=team, assignment=outing, reply_wanted=self.reply_wanted,
        )  # fmt: skip
        forbidden = against(state, made)
        return (made.replace(stopped_by_order=forbidden[0].id) if forbidden else made,)


@command("release_message", "Send a general message that was stopped, once its order was amended or waived.")
class ReleaseMessage(Command):
    """Only the one who gave the order can let it out."""

    message: str
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse while it contradicts an order in force."""
        held = _message(state, self.message)
        if held.stopped_by_order is None:
            raise RuleBroken(f"{held.id} is not stopped; it was sent at {held.at:%Y-%m-%d %H:%M} UTC.")
        if forbidden := against(state, held):
            raise RuleBroken(
                f"{held.id} contradicts order {forbidden[0].id} in force ({forbidden[0].text}); "
                f"{forbidden[0].given_by} can amend the order or waive it for {held.id}.",
                order=forbidden[0].id,
            )
        return (MessageReleased(message=held.id, at=past(self.at, context, "at")),)


@command("reply_message", "Write down the reply to a general message.", during=OPEN)
class ReplyMessage(Command):
    """With who replied and when."""

    message: str
    text: str
    replied_by: str = ""
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a reply to what is no general message, was stopped, or was sent later."""
        held, at = _message(state, self.message), past(self.at, context, "at")
        if held.kind != "general":
            raise RuleBroken(f"{held.id} was said by radio; log_message writes down the answer.")
        if held.stopped_by_order is not None:
            raise RuleBroken(f"{held.id} was stopped by order {held.stopped_by_order} and never sent.")
        if at < held.at:
            raise InvalidInput(f"at: {held.id} was sent later than that.", field="at")
        who = self.replied_by.strip() or held.to
        return (MessageReplied(message=held.id, text=said(self.text, "text"), replied_by=who, at=at),)


@command("correct_message", "Correct a message as it was written down; the old words stay on record.", "record", KEPT)
class CorrectMessage(Command):
    """What is left out stays as it is. What the outing's status became is not taken back by it."""

    message: str
    reason: str
    text: str = ""
    sender: str = ""
    to: str = ""
    subject: str = ""
    at: Instant | None = None
    assignment: str = ""
    position: Place | None = None
    place: str = ""
    confirm_far: bool = False
    not_located: Annotated[bool, Says("It was not the subject, or not located.")] = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what changes nothing, a time to come, and other words for what was let out against an order."""
        held = _message(state, self.message)
        if held.stopped_by_order and any(w.subject == held.id for w in state.decisions.waivers):
            raise RuleBroken(f"{held.id} was let out as it reads; send it, or write another.")
        state.area.check_near(self.position, self.confirm_far, "position")
        outing = found(state.assignments.assignments, self.assignment, "assignment") if self.assignment else None
        sender = _ends(state, self.sender) or held.sender
        new = held.replace(
            text=self.text.strip() or held.text, sender=sender, to=_ends(state, self.to) or held.to,
            subject=self.subject.strip() or held.subject, at=past(self.at, context, "at") if self.at else held.at,
            assignment=outing.id if outing else held.assignment,
            team=outing.team if outing else sender if self.sender and sender in state.people.teams else held.team,
            kind="radio" if self.not_located and held.kind == "located" else held.kind,
            position=self.position or held.position, place=self.place.strip() or held.place,
        )  # fmt: skip
        if new == held:
            raise RuleBroken(f"{held.id} reads so already; write what changes.")
        if (new.position is not None or new.place) and held.kind != "located":
            raise InvalidInput("position and place are for a message that the subject is located.", field="position")
        fields = {f: getattr(new, f) for f in MessageCorrected.__fields__ if f not in ("message", "reason", "where")}
        where = () if new.position is None else (new.position,)
        return (MessageCorrected(message=held.id, **fields, where=where, reason=said(self.reason, "reason")),)


def _message(state: CaseState, key: str) -> Message:
    held: Message = found(state.messages.messages, key, "message")
    return held


def _ends(state: CaseState, who: str) -> str:
    """Who sends or receives: a team's id where one is named, else the words as they are."""
    key = who.strip()
    named = (t.id for t in state.people.teams.values() if key.lower() in (t.id.lower(), t.name.lower()))
    return next(named, key)


def _without_words(status: RadioStatus | None, is_located: bool) -> str:
    """What a message says that is a status and no more."""
    if status is not None:
        return status.replace("_", " ").capitalize() + "."
    if is_located:
        return "Subject located."
    raise InvalidInput("text: after who and when there are no words; write what was said.", field="text")
