"""Questions whose answers would tell: somebody to ask, a place to check, a trap; posed before they are answered.

Knows how likely a yes is under each scenario, or within which place. The answer then weighs by Bayes and
not by hindsight.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.place import Position
from wayhome.base.record import Record
from wayhome.case.command import Command, Fraction, LengthM, Place, command
from wayhome.case.evidence import Judgement
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

InquiryKind = Literal["ask", "check", "trap"]
Answer = Literal["yes", "no"]


class Inquiry(Record):
    """A question, and its answer once there is one.

    `yes` is the chance of a yes under each scenario. An inquiry that looks at a place has instead `pod`,
    the chance of a yes if the subject is within `radius_m` of `position`.
    """

    id: str
    title: str
    kind: InquiryKind
    yes: dict[str, float] = {}
    position: Position | None = None
    radius_m: float | None = None
    pod: float | None = None
    minutes: float | None = None
    posed_at: datetime
    answer: Answer | None = None
    remark: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    withdrawn: str | None = None


class Inquiries(Record):
    """Inquiries by id."""

    inquiries: dict[str, Inquiry] = {}

    def waiting(self) -> tuple[Inquiry, ...]:
        """Inquiries that stand and have no answer."""
        return tuple(i for i in self.inquiries.values() if i.withdrawn is None and i.answer is None)

    def judgements(self) -> tuple[Judgement, ...]:
        """What the answers say of the scenarios, as judgements; those that looked at a place say nothing here."""
        return tuple(_judgement(i) for i in self._answered() if i.yes)

    def looks(self) -> tuple[Inquiry, ...]:
        """Answered inquiries that looked at a place; what they say of the map is for the science."""
        return tuple(i for i in self._answered() if i.pod is not None)

    def _answered(self) -> tuple[Inquiry, ...]:
        return tuple(i for i in self.inquiries.values() if i.withdrawn is None and i.answer is not None)


def _judgement(inquiry: Inquiry) -> Judgement:
    assert inquiry.answered_at is not None
    likelihood = {s: p if inquiry.answer == "yes" else 1.0 - p for s, p in inquiry.yes.items()}
    reason = f"{inquiry.title}: {inquiry.answer}. {inquiry.remark}".strip()
    return Judgement(
        evidence=inquiry.id, likelihood=likelihood, reason=reason, by=inquiry.answered_by, at=inquiry.answered_at
    )


@event("inquiry_posed")
class InquiryPosed(Event):
    """A question, with what its answer would mean."""

    id: str
    title: PersonalText
    kind: InquiryKind
    yes: dict[str, float] = {}
    position: Position | None = None
    radius_m: float | None = None
    pod: float | None = None
    minutes: float | None = None

    def says(self) -> str:
        """Sentence for the log."""
        if self.yes:
            means = "a yes is expected " + ", ".join(f"{k} {v:g}" for k, v in self.yes.items())
        else:
            means = f"looks at {self.position}"
        return f"Inquiry {self.id} posed ({self.kind}): {self.title}; {means}."


@event("inquiry_answered")
class InquiryAnswered(Event):
    """The answer; a later one corrects it."""

    inquiry: str
    answer: Answer
    remark: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Inquiry {self.inquiry} answered: {self.answer}. {self.remark}".strip()


@event("inquiry_withdrawn")
class InquiryWithdrawn(Event):
    """The inquiry and its answer count no more."""

    inquiry: str
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Inquiry {self.inquiry} withdrawn: {self.reason}"


@folds(InquiryPosed, "inquiries")
def _posed(inquiries: Inquiries, fact: InquiryPosed, origin: Origin) -> Inquiries:
    return inquiries.replace(inquiries={**inquiries.inquiries, fact.id: Inquiry(**fact.__dict__, posed_at=origin.at)})


@folds(InquiryAnswered, "inquiries")
def _answer(inquiries: Inquiries, fact: InquiryAnswered, origin: Origin) -> Inquiries:
    answered = inquiries.inquiries[fact.inquiry].replace(
        answer=fact.answer, remark=fact.remark, answered_by=origin.by, answered_at=origin.at
    )
    return inquiries.replace(inquiries={**inquiries.inquiries, answered.id: answered})


@folds(InquiryWithdrawn, "inquiries")
def _withdrawn(inquiries: Inquiries, fact: InquiryWithdrawn, origin: Origin) -> Inquiries:
    gone = inquiries.inquiries[fact.inquiry].replace(withdrawn=fact.reason)
    return inquiries.replace(inquiries={**inquiries.inquiries, gone.id: gone})


@command("pose_inquiry", "Write down a question and how likely a yes is, before it is asked.", needs="plan")
class PoseInquiry(Command):
    """Either `yes` for every scenario, or the place it looks at with `radius_m` and `pod`.

    `pod` is the chance of a yes if the subject is there. With `yes`, a position only says where to go.
    """

    title: str
    kind: InquiryKind
    yes: dict[str, Fraction] = {}
    position: Place | None = None
    radius_m: LengthM | None = None
    pod: Fraction | None = None
    minutes: float | None = None
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what no answer could tell: no expectation, two of them, or the same under every scenario."""
        state.area.check_near(self.position, self.confirm_far, "position")
        if self.minutes is not None and not self.minutes > 0:
            raise InvalidInput(f"minutes: {self.minutes:g} is not a time above zero.", field="minutes")
        looks = self.radius_m is not None or self.pod is not None
        if bool(self.yes) == looks:
            raise InvalidInput(
                "yes: say either how likely a yes is under each scenario (yes), or which place this looks at "
                "(position, radius_m and pod): one of the two.",
                field="yes",
            )
        if looks:
            self._check_look()
        else:
            self._check_yes([s.id for s in state.scenarios.scenarios])
        fields = {k: v for k, v in self.__dict__.items() if k != "confirm_far"}
        fields["title"] = said(self.title, "title")
        return (InquiryPosed(id=context.new_id("Q", state.inquiries.inquiries), **fields),)

    def _check_look(self) -> None:
        for name in ("position", "radius_m", "pod"):
            if not getattr(self, name):
                raise InvalidInput(
                    f"{name}: an inquiry that looks at a place needs position, radius_m and pod, the latter two above 0.",
                    field=name,
                )
        if self.radius_m is not None and self.radius_m < 0:
            raise InvalidInput(f"radius_m: {self.radius_m:g} m is not a distance above zero.", field="radius_m")

    def _check_yes(self, known: list[str]) -> None:
        if not known:
            raise RuleBroken("There are no scenarios for a yes to speak of yet; set_scenarios comes first.")
        if unknown := sorted(set(self.yes) - set(known)):
            raise InvalidInput(
                f"yes: no scenario is called {', '.join(unknown)}; there are {', '.join(known)}.", field="yes"
            )
        if missing := [s for s in known if s not in self.yes]:
            raise InvalidInput(f"yes: {', '.join(missing)} is missing; give a chance for each scenario.", field="yes")
        if len(set(self.yes.values())) == 1:
            raise InvalidInput(
                "yes: a yes is equally likely under every scenario, so that no answer could tell them apart.",
                field="yes",
            )


@command("answer_inquiry", "Write down the answer of an inquiry; the weights of the scenarios follow.")
class AnswerInquiry(Command):
    """A later answer corrects an earlier one."""

    inquiry: str
    answer: Answer
    remark: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what was withdrawn, and an answer that no scenario could explain."""
        inquiry: Inquiry = found(state.inquiries.inquiries, self.inquiry, "inquiry")
        if inquiry.withdrawn is not None:
            raise RuleBroken(f"{inquiry.id} was withdrawn ({inquiry.withdrawn}) and needs no answer.")
        fact = InquiryAnswered(inquiry=inquiry.id, answer=self.answer, remark=self.remark)
        after = _answer(state.inquiries, fact, Origin(seq=0, at=context.at, by=context.by.id, desk=context.desk))
        state.scenarios.weights((*state.evidence.standing(), *after.judgements()))
        return (fact,)


@command("withdraw_inquiry", "Take back an inquiry; its answer counts no more.", needs="plan")
class WithdrawInquiry(Command):
    """With the reason; the entry itself stays in the log."""

    inquiry: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second withdrawal."""
        inquiry: Inquiry = found(state.inquiries.inquiries, self.inquiry, "inquiry")
        if inquiry.withdrawn is not None:
            raise RuleBroken(f"{inquiry.id} is withdrawn already: {inquiry.withdrawn}")
        return (InquiryWithdrawn(inquiry=inquiry.id, reason=said(self.reason, "reason")),)
