"""How much danger the subject is in, and how urgent the search is: warning signs, levels, urgency factors.

Knows where each sign and factor comes from. Refuses to touch the scenarios: an old person lightly dressed in winter
is at high risk even if probably at a relative's.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.case.command import Command, Instant, Says, command
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, past

if TYPE_CHECKING:
    from wayhome.case.evidence import Clue, Statement
    from wayhome.case.photograph import Photograph
    from wayhome.case.state import CaseState
    from wayhome.case.subject import Subject

RiskLevel = Literal["very_low", "low", "medium", "high"]
UrgencyLevel = Literal["highest", "lower", "open"]


class Sign(Record):
    """A warning sign in plain words, and who names it; `source` is a key into the bibliography."""

    key: str
    words: str
    source: str
    remark: str = ""


_OWN = "A word of this project, from the case that it was made from; no source read here names it."
SIGNS: dict[str, Sign] = {
    s.key: s
    for s in (
        Sign(key="out_of_character", words="out of character", source="college_app"),
        Sign(key="suspected_crime", words="likely the victim of a crime", source="college_app", remark="BC: a high risk."),
        Sign(key="medical_need", words="medical need or medication missed", source="college_app", remark="Also Ontario and CAP."),
        Sign(key="missing_before", words="missing before", source="college_app", remark="What happened then says more than how often."),
        Sign(key="own_vulnerability", words="vulnerable in themselves", source="bc_missing", remark="BC: a high risk."),
        Sign(key="group_at_risk", words="belongs to a group at risk", source="bc_missing", remark="BC: a high risk."),
        Sign(key="weather", words="bad weather, now or to come", source="bc_missing", remark="Also Ontario and CAP."),
        Sign(key="dangerous_place", words="a dangerous place", source="bc_missing"),
        Sign(key="very_young", words="very young", source="cap_urgency", remark="No age limit is given; a person judges."),
        Sign(key="very_old", words="very old", source="cap_urgency", remark="No age limit is given; a person judges."),
        Sign(key="alone", words="alone", source="cap_urgency"),
        Sign(key="poor_equipment", words="poorly equipped or dressed", source="cap_urgency"),
        Sign(key="inexperienced", words="inexperienced", source="cap_urgency"),
        Sign(key="hazards", words="hazards near by", source="cap_urgency"),
        Sign(key="trouble_area", words="an area known for trouble", source="cap_urgency"),
        Sign(key="overdue", words="overdue by their own standard", source="cap_urgency"),
        Sign(key="dementia", words="dementia or confusion", source="wayhome", remark="A kind of own vulnerability (BC); the word is this project's."),
        Sign(key="self_harm", words="spoke of or tried self-harm", source="wayhome", remark=_OWN),
        Sign(key="goodbye", words="a goodbye, said or written", source="wayhome", remark=_OWN),
        Sign(key="treasured_given", words="gave away something treasured", source="wayhome", remark=_OWN),
        Sign(key="grief", words="grief or a loss", source="wayhome", remark=_OWN),
        Sign(key="guilt", words="guilt", source="wayhome", remark=_OWN),
        Sign(key="sleeplessness", words="sleeplessness", source="wayhome", remark=_OWN),
        Sign(key="withdrawal", words="withdrawn, a change of mood", source="wayhome", remark=_OWN),
        Sign(key="says_fine", words='says "I\'m fine" when plainly not', source="wayhome", remark=_OWN),
        Sign(key="shunned", words="shunned, bullied or cast out", source="wayhome", remark=_OWN),
        Sign(key="influence", words="under the influence of somebody else", source="wayhome", remark=_OWN),
    )
}  # fmt: skip


class LevelWords(Record):
    """How police forces word a level of risk."""

    level: RiskLevel
    words: str
    source: str


LEVELS: tuple[LevelWords, ...] = (
    LevelWords(level="very_low", words="no apparent risk", source="police_risk"),
    LevelWords(level="low", words="harm is possible but minimal", source="police_risk"),
    LevelWords(level="medium", words="harm is likely but not serious", source="police_risk"),
    LevelWords(level="high", words="harm is very likely, serious, or immediate", source="police_risk"),
)


class Factor(Record):
    """One factor of the urgency of a search, scored 1 (most urgent) to 3."""

    key: str
    words: str
    source: str


MOST_URGENT = Sourced(value=1, unit="1", source="ontario_urgency")
LEAST_URGENT = Sourced(value=3, unit="1", source="ontario_urgency")
FACTORS: dict[str, Factor] = {
    f.key: f
    for f in (
        Factor(key="age", words="age of the subject", source="ontario_urgency"),
        Factor(key="medical", words="medical condition", source="ontario_urgency"),
        Factor(key="number_of_subjects", words="number of subjects", source="ontario_urgency"),
        Factor(key="experience", words="experience of the subject", source="ontario_urgency"),
        Factor(key="weather", words="weather", source="ontario_urgency"),
        Factor(key="equipment", words="equipment", source="ontario_urgency"),
        Factor(key="terrain", words="terrain", source="ontario_urgency"),
        Factor(key="hazards", words="hazards", source="wayhome"),
    )
}
DOUBT = (
    "The copy of Ontario's form that was read lists seven factors; its scale begins at 8, so an eighth is likely missing. "
    "Hazards, from the list of CAP, stands in for it by this project's own choice. The scale shown ends at 20, which fits "
    "neither seven factors (21) nor eight (24); no total is therefore called highest, only a single 1 is."
)


class Risk(Record):
    """A risk level with its reasons; the latest one counts, all stay. `because`: what each sign comes from."""

    level: RiskLevel
    signs: tuple[str, ...] = ()
    reasons: str = ""
    review_by: datetime | None = None
    because: dict[str, str] = {}
    at: datetime | None = None
    assessed_at: datetime
    assessed_by: str


class UrgencyScore(Record):
    """Factors as scored, 1 (most urgent) to 3; what is left out was not scored."""

    factors: dict[str, int]
    remarks: str = ""
    scored_at: datetime
    scored_by: str


class Urgency(Record):
    """What a score amounts to: `open` while a factor not scored could still make it the highest.

    `total` is of the factors scored; `lowest` and `highest` are the totals possible with those missing.
    """

    level: UrgencyLevel
    total: int
    lowest: int
    highest: int
    missing: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    elapsed_s: float | None = None


def sign_words(sign: str) -> str:
    """A sign in plain words; a free sign says itself."""
    return SIGNS[sign].words if sign in SIGNS else sign


def urgency(factors: dict[str, int], elapsed_s: float | None = None) -> Urgency:
    """The urgency of a search from its factors; one factor at 1 is enough, whatever the total.

    Parameters
    ----------
    factors
        Scores 1 to 3 by key of `FACTORS`; none is made up for those left out.
    elapsed_s
        Time since the subject was last seen [s]; shown beside the score, not scored.
    """
    missing = tuple(k for k in FACTORS if k not in factors)
    first = [FACTORS[k].words for k in FACTORS if factors.get(k) == MOST_URGENT.value]
    total = sum(factors[k] for k in FACTORS if k in factors)
    lowest = total + int(MOST_URGENT.value) * len(missing)
    highest = total + int(LEAST_URGENT.value) * len(missing)
    level: UrgencyLevel = "highest" if first else "open" if missing else "lower"
    reasons = [f"{w.capitalize()} scores 1: that alone calls for the highest urgency." for w in first]
    if not first and not missing:
        reasons.append(
            f"No factor scores 1; the total is {total} of {lowest_possible()} to {highest_possible()}, lower is more urgent."
        )
    if missing:
        names = ", ".join(FACTORS[k].words for k in missing)
        could = "" if first else " One of them at 1 would make it the highest."
        reasons.append(f"Not scored: {names}.{could}")
    if elapsed_s is None:
        reasons.append("When the subject was last seen is not known; the time that has passed counts too.")
    else:
        reasons.append(f"{_hours(elapsed_s)} since the subject was last seen; weigh that beside the score.")
    return Urgency(
        level=level, total=total, lowest=lowest, highest=highest, missing=missing, reasons=tuple(reasons), elapsed_s=elapsed_s
    )  # fmt: skip


def lowest_possible() -> int:
    """The total with every factor at its most urgent."""
    return int(MOST_URGENT.value) * len(FACTORS)


def highest_possible() -> int:
    """The total with every factor at its least urgent."""
    return int(LEAST_URGENT.value) * len(FACTORS)


def last_seen_at(state: CaseState) -> datetime | None:
    """The latest time at which the subject is known to have been somewhere; None where no point has a time."""
    return max((p.at for p in state.area.points if p.at is not None), default=None)


def unsupported_signs(state: CaseState) -> tuple[str, ...]:
    """Signs of the latest assessment that rest on evidence withdrawn since."""
    risk = state.subject.risk
    if risk is None:
        return ()
    items = _items(state)
    return tuple(s for s, e in risk.because.items() if e in items and items[e].withdrawn is not None)


@event("risk_assessed")
class RiskAssessed(Event):
    """A risk level with reasons and a time to look again; `at` is when it was judged, if earlier than typed."""

    level: RiskLevel
    signs: Annotated[tuple[str, ...], Personal] = ()
    reasons: PersonalText = ""
    review_by: datetime | None = None
    because: Annotated[dict[str, str], Personal] = {}
    at: datetime | None = None

    def says(self) -> str:
        """Sentence for the log."""
        signs = "; ".join(sign_words(s) + (f" ({self.because[s]})" if s in self.because else "") for s in self.signs)
        return f"Risk assessed as {self.level.replace('_', ' ')}" + (f": {signs}." if signs else ".")


@event("urgency_scored")
class UrgencyScored(Event):
    """How urgent the search is, factor by factor."""

    factors: dict[str, int]
    remarks: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        scored = ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in self.factors.items())
        highest = MOST_URGENT.value in self.factors.values()
        return f"Urgency scored: {scored}" + ("; the highest, since one factor is at 1." if highest else ".")


@folds(RiskAssessed, "subject")
def _assessed(subject: Subject, fact: RiskAssessed, origin: Origin) -> Subject:
    risk = Risk(**fact.__dict__, assessed_at=origin.at, assessed_by=origin.by)
    return subject.replace(risk=risk, risks=(*subject.risks, risk))


@folds(UrgencyScored, "subject")
def _scored(subject: Subject, fact: UrgencyScored, origin: Origin) -> Subject:
    return subject.replace(urgency=UrgencyScore(**fact.__dict__, scored_at=origin.at, scored_by=origin.by))


@command("assess_risk", "Set the risk level, its warning signs and reasons, and when to look again.")
class AssessRisk(Command):
    """Kept apart from the scenarios."""

    level: RiskLevel
    signs: Annotated[tuple[str, ...], Says("Keys of the catalogue such as medical_need, or words of your own.")] = ()
    reasons: str = ""
    review_by: Instant | None = None
    because: Annotated[
        dict[str, str], Says("Where a sign comes from: the id of a statement, clue or photograph, or words.")
    ] = {}
    at: Instant | None = None

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a level without any reason, and signs that rest on evidence that there is not."""
        signs = tuple(dict.fromkeys(_catalogued(s) for s in self.signs if s.strip()))
        if not signs and not self.reasons.strip():
            raise RuleBroken("A risk level needs its reasons; write signs or reasons.")
        because = {_catalogued(s): e.strip() for s, e in self.because.items() if e.strip()}
        items = _items(state)
        for sign, where in because.items():
            field = f"because.{sign}"
            if sign not in signs:
                raise InvalidInput(f'{field}: "{sign}" is not among the signs; name it there too.', field=field)
            if where in items and items[where].withdrawn is not None:
                raise RuleBroken(f"{field}: {where} was withdrawn ({items[where].withdrawn}).", field=field)
            if where not in items and _AN_ID.fullmatch(where):
                have = ", ".join(items) or "none yet"
                raise InvalidInput(
                    f"{field}: there is no statement, clue or photograph {where}; there are: {have}. Or say it in words.",
                    field=field,
                )
        past(self.at, context, "at")
        return (RiskAssessed(**{**self.__dict__, "signs": signs, "because": because}),)


@command("score_urgency", "Score how urgent the search is, factor by factor, each 1 (most urgent) to 3.")
class ScoreUrgency(Command):
    """The whole score anew; a factor left out is not scored, and said to be missing."""

    factors: Annotated[dict[str, int], Says(f"Each 1 to 3, of: {', '.join(FACTORS)}.")]
    remarks: str = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse unknown factors and scores outside 1 to 3."""
        if not self.factors:
            raise InvalidInput(f"factors: score at least one of {', '.join(FACTORS)}.", field="factors")
        for key, score in self.factors.items():
            field = f"factors.{key}"
            if key not in FACTORS:
                raise InvalidInput(
                    f'{field}: there is no factor "{key}"; there are: {", ".join(FACTORS)}.', field=field
                )
            if not MOST_URGENT.value <= score <= LEAST_URGENT.value:
                raise InvalidInput(f"{field}: {score} is outside 1 (most urgent) to 3.", field=field)
        ordered = {k: self.factors[k] for k in FACTORS if k in self.factors}
        return (UrgencyScored(factors=ordered, remarks=self.remarks),)


_AN_ID = re.compile(r"[A-Z]{1,3}\d+(-[0-9a-z]{1,4})?")  # what ids of this record look like; see Context.new_id
_BY_WORDS = {s.words.lower(): s.key for s in SIGNS.values()}


def _catalogued(sign: str) -> str:
    """The key of a sign told by key or by the catalogue's words; any other sign as it was told."""
    told = sign.strip()
    key = told.lower().replace(" ", "_")
    return key if key in SIGNS else _BY_WORDS.get(told.lower(), told)


def _items(state: CaseState) -> dict[str, Statement | Clue | Photograph]:
    return {**state.evidence.statements, **state.evidence.clues, **state.photographs.photographs}


def _hours(elapsed_s: float) -> str:
    hours, minutes = divmod(round(elapsed_s / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours < 48 else f"{hours // 24} days {hours % 24} h"
