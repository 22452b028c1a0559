"""The questions of the first call, in an order that an operator on the phone can follow, and their answers.

Knows which answer fills which field of the record, so that nothing is typed twice. Judges nothing: a yes only
suggests a warning sign.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from wayhome.base.errors import InvalidInput
from wayhome.base.quantity import instant, iso
from wayhome.base.record import Record
from wayhome.case.authority import require
from wayhome.case.command import COMMANDS, Command, Instant, Says, command, parse_command
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, past
from wayhome.case.photograph import SUBJECT
from wayhome.case.subject import CAN_BE_NONE

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

AnswerKind = Literal["yes_no", "text", "number", "time", "place", "choice"]
Standing = Literal["open", "known", "no", "unknown"]


class Question(Record):
    """One question: the words to ask, what its answer fills, why it is asked.

    `fills` is COMMAND.FIELD, empty where the answer is kept as an answer; `suggests` the warning sign that a yes
    points to; `then` the command whose form takes the details; `after` the question of which only a yes leads here;
    `is_first` that it must be asked before the line can drop.
    """

    key: str
    section: str
    words: str
    kind: AnswerKind = "text"
    fills: str = ""
    why: str
    suggests: str = ""
    then: str = ""
    after: str = ""
    choices: tuple[str, ...] = ()
    is_first: bool = False
    source: str = "wayhome"


SECTIONS: dict[str, str] = {
    "contact": "Before the line drops", "danger": "Danger", "who": "Who is missing", "where": "Where and when",
    "why": "Why you are worried", "health": "Health", "mind": "State of mind", "looks": "What they look like",
    "with_them": "What they have with them", "others": "Other people and places", "after": "Publicity, and the rest",
}  # fmt: skip

_COLLEGE = "college_app"
_ASKED = (
    Question(key="contact", section="contact", words="On what number can we reach you if the line drops?", fills="take_report.contact", is_first=True, source=_COLLEGE, why="The first thing to have: everything else can be asked again."),
    Question(key="reporter", section="contact", words="What is your name?", fills="take_report.reporter", is_first=True, source=_COLLEGE, why="Who said it is part of what was said."),
    Question(key="relation", section="contact", words="How do you know the missing person?", fills="take_report.relation", why="Tells how well the caller can judge what is out of character."),
    Question(key="caller_place", section="contact", words="Where are you now? Can you stay there?", why="Somebody may have to meet the caller, and see what the missing person left."),
    Question(key="danger", section="danger", words="Is anybody in immediate danger right now?", kind="yes_no", is_first=True, source="bc_missing", why="A yes goes to the emergency services before the next question."),
    Question(key="name", section="who", words="What is the missing person's name? What are they called?", fills="describe_subject.name", is_first=True, why="Searchers call it."),
    Question(key="age", section="who", words="How old are they?", kind="number", fills="describe_subject.age_years", is_first=True, source="ontario_urgency", why="The very young and the very old are in danger sooner."),
    Question(key="sex", section="who", words="Are they male or female?", fills="describe_subject.sex", why="For whoever sees them."),
    Question(key="seen_at", section="where", words="When were they last seen?", kind="time", fills="mark_point.at", is_first=True, source=_COLLEGE, why="How far they can be, and how long they have been without help."),
    Question(key="seen_place", section="where", words="Where was that?", fills="mark_point.place", is_first=True, source=_COLLEGE, why="In the caller's words; the point on the map is the next question."),
    Question(key="seen_position", section="where", words="Find that place on the map together with the caller.", kind="place", fills="mark_point.position", is_first=True, why="The point last seen. The first point marked is the initial planning point for good, and takes its time from the answer above."),
    Question(key="seen_by", section="where", words="Who saw them last, and how can we reach that person?", then="record_statement", why="The last witness is asked again, in detail."),
    Question(key="direction", section="where", words="Which way did they go, and how: on foot, by bicycle, by car?", why="A direction is worth more than a distance."),
    Question(key="destination", section="where", words="Where did they mean to go?", fills="describe_subject.intended_destination", why="The way there is searched first."),
    Question(key="known_later", section="where", words="Does anything show where they were after that: a car, a phone, a bank card?", then="mark_point", why="A last known position may lie far from where they were last seen."),
    Question(key="overdue", section="where", words="Should they have been back by now?", kind="yes_no", suggests="overdue", source="cap_urgency", why="Overdue by their own standard, not by ours."),
    Question(key="circumstances", section="why", words="Why are you worried?", fills="take_report.circumstances", is_first=True, source=_COLLEGE, why="In the caller's own words."),
    Question(key="done", section="why", words="What has been done to find them? Who was called, where did you look?", source=_COLLEGE, why="So that nothing is done twice, and traces are not trodden on."),
    Question(key="out_of_character", section="why", words="Is this out of character for them?", kind="yes_no", suggests="out_of_character", source=_COLLEGE, why="The caller knows them; we do not."),
    Question(key="missing_before", section="why", words="Have they been missing before?", kind="yes_no", suggests="missing_before", source=_COLLEGE, why="People often go where they went before."),
    Question(key="missing_before_then", section="why", words="What happened then: where were they found, how, after how long?", after="missing_before", source=_COLLEGE, why="The best guess of where they are now."),
    Question(key="crime", section="why", words="Could somebody have harmed them, or be holding them?", kind="yes_no", suggests="suspected_crime", source=_COLLEGE, why="Their room and their phone are then a scene of crime."),
    Question(key="influence", section="why", words="Has anybody been in touch with them whom you worry about?", kind="yes_no", suggests="influence", why="A third party may have called them away."),
    Question(key="medical", section="health", words="Do they have an illness, an injury, or a need for care?", fills="describe_subject.medical", suggests="medical_need", is_first=True, source=_COLLEGE, why="How long they can do without help; what the medic must bring."),
    Question(key="medication", section="health", words="Which medicines do they need, when is the next dose due, do they have them along?", suggests="medical_need", source=_COLLEGE, why="A missed dose sets a time."),
    Question(key="confused", section="health", words="Do they get confused or lose their way?", kind="yes_no", suggests="dementia", why="They may not answer when called, and walk until something stops them."),
    Question(key="vulnerable", section="health", words="Is there anything else that makes them less able to look after themselves?", kind="yes_no", suggests="own_vulnerability", source="bc_missing", why="Own vulnerability alone makes a high risk."),
    Question(key="grief", section="mind", words="Have they lost somebody or something lately?", kind="yes_no", suggests="grief", why="Asked gently; the answers may become evidence."),
    Question(key="guilt", section="mind", words="Do they blame themselves for something?", kind="yes_no", suggests="guilt", why="Guilt makes people hide, or leave."),
    Question(key="sleep", section="mind", words="Have they slept badly of late?", kind="yes_no", suggests="sleeplessness", why="A sign that others seldom connect."),
    Question(key="withdrawn", section="mind", words="Have they been quiet, withdrawn, unlike themselves?", kind="yes_no", suggests="withdrawal", why="A change of mood before they went."),
    Question(key="says_fine", section="mind", words="Did they say that all is well when it plainly was not?", kind="yes_no", suggests="says_fine", why="\"I'm fine\" is an answer to a question nobody asked twice."),
    Question(key="shunned", section="mind", words="Are they bullied, blamed or shunned?", kind="yes_no", suggests="shunned", why="Also says who should not be the one to approach them."),
    Question(key="goodbye", section="mind", words="Did they say or write anything like a goodbye?", kind="yes_no", suggests="goodbye", then="record_clue", why="A note stays where it is until somebody collects it."),
    Question(key="treasured", section="mind", words="Did they give away or leave behind something they treasure?", kind="yes_no", suggests="treasured_given", then="record_clue", why="People who mean to come back keep such things."),
    Question(key="self_harm", section="mind", words="Have they spoken of harming themselves, or tried to?", kind="yes_no", suggests="self_harm", why="Asking does not put it into anybody's head; not asking costs time."),
    Question(key="description", section="looks", words="What do they look like?", fills="describe_subject.description", why="In the caller's words first; the figures after."),
    Question(key="height", section="looks", words="How tall are they, in centimetres?", kind="number", fills="describe_subject.height_cm", why="For whoever sees them from afar."),
    Question(key="weight", section="looks", words="What do they weigh, in kilograms?", kind="number", fills="describe_subject.weight_kg", why="For whoever carries them out."),
    Question(key="build", section="looks", words="Slim, heavy, strong?", fills="describe_subject.build", why="For whoever sees them."),
    Question(key="hair", section="looks", words="What is their hair like? A beard?", fills="describe_subject.hair", why="For whoever sees them."),
    Question(key="eyes", section="looks", words="What colour are their eyes? Do they wear glasses?", fills="describe_subject.eyes", why="Without their glasses they may not see a path."),
    Question(key="marks", section="looks", words="Scars, tattoos, a limp, jewellery?", fills="describe_subject.marks", why="What makes sure that it is them."),
    Question(key="clothing", section="looks", words="What were they wearing? On their feet?", fills="describe_subject.clothing", why="Colours for the searchers' eyes; soles for the trackers."),
    Question(key="languages", section="looks", words="Which languages do they speak? Will they answer when strangers call?", fills="describe_subject.languages", why="Some hide from searchers."),
    Question(key="equipment", section="with_them", words="What do they have with them: bag, light, food, water, shelter?", fills="describe_subject.equipment", source="ontario_urgency", why="How long they can hold out, and what may be found on the ground."),
    Question(key="poorly_equipped", section="with_them", words="Are they poorly dressed or equipped for this weather?", kind="yes_no", suggests="poor_equipment", source="cap_urgency", why="Sets the time that there is."),
    Question(key="inexperienced", section="with_them", words="Are they new to this kind of country?", kind="yes_no", suggests="inexperienced", source="cap_urgency", why="The experienced stop and wait more often than they wander."),
    Question(key="phone", section="with_them", words="Do they have a phone with them? Its number and maker, when did it last answer?", fills="describe_subject.phone", why="The network can say which mast it was heard at. Do not keep calling it: the battery."),
    Question(key="vehicle", section="with_them", words="Do they have a car or bicycle? Make, colour, plate, where is it now?", fills="describe_subject.vehicle", why="A vehicle is found sooner than a person."),
    Question(key="money", section="with_them", words="Do they have money, bank cards or a passport along?", why="Says whether they can travel; a card leaves a trace."),
    Question(key="alone", section="others", words="Are they alone?", kind="yes_no", suggests="alone", source="cap_urgency", why="Nobody is there to fetch help."),
    Question(key="companions", section="others", words="Is anybody else missing with them?", kind="yes_no", then="add_companion", why="Each companion is described like the subject."),
    Question(key="address", section="others", words="Where do they live, and who lives with them?", fills="describe_subject.address", why="The house is searched first; many are found at home."),
    Question(key="family", section="others", words="Which family and friends should we call?", source=_COLLEGE, why="They may be there, or may know."),
    Question(key="places", section="others", words="Which places do they love, know well, or speak of?", source=_COLLEGE, why="Places to look at at once."),
    Question(key="history", section="others", words="What else of their life should we know: work, school, habits, quarrels?", fills="describe_subject.history", why="What happened lately is often why."),
    Question(key="photograph", section="after", words="Can you send a recent photograph, and say when it was taken?", kind="yes_no", why="Every searcher should see it."),
    Question(key="consent", section="after", words="Would they agree to be named and shown in public?", kind="choice", choices=("yes", "no", "unknown"), fills="describe_subject.consent_to_publicity", why="Publicity outlives the case; without consent only what must be told is."),
    Question(key="anything_else", section="after", words="Is there anything that I have not asked?", why="The last question often brings what matters."),
)  # fmt: skip
QUESTIONS: dict[str, Question] = {q.key: q for q in _ASKED}
_POINT = {"mark_point.at": "at", "mark_point.place": "place", "mark_point.position": "position"}
_YES_NO = re.compile(r"(yes|no|unknown)\b[\s:,.;-]*(.*)", re.IGNORECASE | re.DOTALL)


class Answer(Record):
    """An answer that fills no field: what was said, by whom and when, and who wrote it down when."""

    value: str
    told_by: str = ""
    told_at: datetime | None = None
    by: str
    at: datetime


class Answers(Record):
    """The latest answer to each question that fills no field of the record, by its key."""

    given: dict[str, Answer] = {}


class Asked(Record):
    """A question as it stands: open, known (with its value), answered no, or asked and not known."""

    question: Question
    standing: Standing
    value: str = ""
    told_by: str = ""
    told_at: datetime | None = None


class Suggestion(Record):
    """A warning sign that an answer points to; whether it is one, a person judges."""

    sign: str
    question: str
    value: str


def to_ask(state: CaseState) -> tuple[Asked, ...]:
    """Every question that applies, in order, with what is already known from wherever."""
    asked = {q.key: _asked(state, q) for q in _ASKED}
    return tuple(a for a in asked.values() if not a.question.after or asked[a.question.after].standing == "known")


def open_first(state: CaseState) -> tuple[Question, ...]:
    """Questions that must be asked before the line can drop, and are still open; any place will do to begin with."""
    is_placed = state.area.ipp is not None
    return tuple(
        a.question for a in to_ask(state)
        if a.question.is_first and a.standing == "open" and not (is_placed and a.question.fills.startswith("mark_point"))
    )  # fmt: skip


def suggested_signs(state: CaseState) -> tuple[Suggestion, ...]:
    """Warning signs that answers point to and that the latest risk assessment does not name."""
    named = state.subject.risk.signs if state.subject.risk else ()
    return tuple(
        Suggestion(sign=a.question.suggests, question=a.question.key, value=a.value)
        for a in to_ask(state)
        if a.question.suggests and a.standing == "known" and a.question.suggests not in named
    )


def may_be_no(question: Question) -> bool:
    """Whether "no" is an answer: there is none of it, or a yes was possible."""
    command_, _, field = question.fills.partition(".")
    return not command_ or (command_ == "describe_subject" and field in CAN_BE_NONE)


def _asked(state: CaseState, question: Question) -> Asked:
    command_, _, field = question.fills.partition(".")
    standing, value = "not_asked", ""
    if command_ == "mark_point":
        point = state.area.latest("pls")
        value = "" if point is None else _shown(getattr(point, field))
        standing = "known" if value else "not_asked"
    elif command_:
        held = state.subject if command_ == "describe_subject" else state.report
        standing, value = held.standing(field), _shown(getattr(held, field))
        if value == "unknown":  # a field of which "unknown" is a value
            standing, value = "unknown", ""
    elif question.key == "companions" and state.subject.companions:
        standing, value = "known", f"yes: {', '.join(c.name for c in state.subject.companions.values())}"
    elif question.key == "photograph" and (shown := state.photographs.standing(SUBJECT)):
        standing, value = "known", f"yes: {', '.join(p.id for p in shown)}"
    if standing != "not_asked":
        told: Standing = "known" if standing == "known" else "unknown" if standing == "unknown" else "no"
        return Asked(question=question, standing=told, value=value)
    answer = state.answers.given.get(question.key)
    if answer is None:
        return Asked(question=question, standing="open")
    word = answer.value.partition(":")[0] if question.kind == "yes_no" else answer.value
    told = "unknown" if word == "unknown" else "no" if word == "no" else "known"
    return Asked(question=question, standing=told, value=answer.value, told_by=answer.told_by, told_at=answer.told_at)


def _shown(value: Any) -> str:
    """A field as it would be typed."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, float):
        return f"{value:g}"
    if hasattr(value, "lat_deg"):
        return f"{value.lat_deg:.6f},{value.lon_deg:.6f}"
    return str(value)


def _heard(question: Question, text: str) -> str:
    """An answer in one spelling: `unknown`, `no`, `yes`, each perhaps with `: details`, or what was told."""
    field, told = f"answers.{question.key}", text.strip()
    if not told:
        raise InvalidInput(f'{field}: the answer is empty; write it, or "unknown".', field=field)
    if question.kind == "yes_no":
        match = _YES_NO.fullmatch(told)
        if match is None:
            raise InvalidInput(f'{field}: "{told}" is neither yes, no nor unknown; details go behind, as in "yes: since May".', field=field)  # fmt: skip
        word, details = match[1].lower(), match[2].strip()
        return f"{word}: {details}" if details else word
    if told.lower() in ("unknown", "not known"):
        return "unknown"
    if question.kind == "choice":
        if told.lower() not in question.choices:
            raise InvalidInput(f'{field}: "{told}" is none of {", ".join(question.choices)}.', field=field)
        return told.lower()
    if told.lower() in ("no", "none"):
        return "no"
    return iso(instant(told, field)) if question.kind == "time" else told


@event("questions_answered")
class QuestionsAnswered(Event):
    """Answers to questions; those that filled a field of the record stand there, and only their keys here."""

    answers: Annotated[dict[str, str], Personal] = {}
    filled: tuple[str, ...] = ()
    told_by: PersonalText = ""
    told_at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        keys = ", ".join(k.replace("_", " ") for k in (*self.answers, *self.filled))
        return f"Questions answered{f' by {self.told_by}' if self.told_by else ''}: {keys or 'no longer readable'}."


@folds(QuestionsAnswered, "answers")
def _answered(answers: Answers, fact: QuestionsAnswered, origin: Origin) -> Answers:
    kept = {k: a for k, a in answers.given.items() if k not in fact.filled}
    told = {
        k: Answer(value=v, told_by=fact.told_by, told_at=fact.told_at, by=origin.by, at=origin.at)
        for k, v in fact.answers.items()
    }
    return answers.replace(given={**kept, **told})


@command(
    "answer_questions", "Write down answers to the questions of the first call; later answers correct earlier ones."
)
class AnswerQuestions(Command):
    """Each answer is yes, no, unknown, or what was told; those that fill a field of the record do so."""

    answers: Annotated[
        dict[str, str], Says('By the key of the question: yes, no, unknown, or words; "yes: details" too.')
    ]
    told_by: str = ""
    told_at: Instant | None = None
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse unknown questions and answers of the wrong kind; fields are checked by their own commands."""
        if not self.answers:
            raise InvalidInput("answers: answer at least one question.", field="answers")
        past(self.told_at, context, "told_at")
        heard: dict[str, str] = {}
        for key, text in self.answers.items():
            if key not in QUESTIONS:
                raise InvalidInput(
                    f'answers.{key}: there is no question "{key}"; there are: {", ".join(QUESTIONS)}.',
                    field=f"answers.{key}",
                )
            heard[key] = _heard(QUESTIONS[key], text)
        asked = self._fields(heard)
        point = self._point(state, heard)
        if point:
            asked["mark_point"] = point
        marked = {k for k, v in heard.items() if point and v != "unknown" and QUESTIONS[k].fills in _POINT}
        events: list[Event] = []
        for name, fields in asked.items():
            require(state, context.by, COMMANDS[name].needs, name.replace("_", " "))
            events += parse_command(name, fields).decide(state, context)
        filled = tuple(k for k in heard if k in marked or (QUESTIONS[k].fills and QUESTIONS[k].fills not in _POINT))
        kept = {k: v for k, v in heard.items() if k not in filled}
        told = QuestionsAnswered(answers=kept, filled=filled, told_by=self.told_by.strip(), told_at=self.told_at)
        return (*events, told)

    def _fields(self, heard: dict[str, str]) -> dict[str, dict[str, Any]]:
        """Fields of other commands that answers fill, by command."""
        out: dict[str, dict[str, Any]] = {}
        for key, value in heard.items():
            question = QUESTIONS[key]
            name, _, field = question.fills.partition(".")
            if not name or name == "mark_point":
                continue
            fields = out.setdefault(name, {})
            if question.kind == "choice" or value not in ("unknown", "no"):
                fields[field] = value
            elif value == "unknown":
                fields["unknown"] = [*fields.get("unknown", ()), field]
            elif may_be_no(question):
                fields["without"] = [*fields.get("without", ()), field]
            else:
                raise InvalidInput(f'answers.{key}: "no" is no answer to that; write what was told, or "unknown".', field=f"answers.{key}")  # fmt: skip
        return out

    def _point(self, state: CaseState, heard: dict[str, str]) -> dict[str, Any]:
        """Fields of the point last seen, once its position is known; until then its parts are kept as answers."""
        told = {_POINT[QUESTIONS[k].fills]: (k, v) for k, v in heard.items() if QUESTIONS[k].fills in _POINT}
        before = state.area.latest("pls")
        for part, (key, value) in told.items():
            if value == "no" or (value == "unknown" and before is not None and getattr(before, part)):
                raise InvalidInput(
                    f"answers.{key}: write what was told instead of {value}; a point that is marked is corrected by another.",
                    field=f"answers.{key}",
                )
        known = {part: value for part, (_, value) in told.items() if value != "unknown"}
        if not known or ("position" not in known and before is None):
            return {}
        stood = {_POINT[q.fills]: _asked(state, q).value for q in _ASKED if q.fills in _POINT}
        parts = {part: known.get(part) or stood[part] for part in stood}
        parts = {part: value for part, value in parts.items() if value not in ("", "unknown")}
        return {"kind": "pls", **parts, "confirm_far": self.confirm_far}
