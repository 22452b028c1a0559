"""Warning signs and where they come from, levels and their history, urgency; and that none of it moves a weight."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.case.fact import joined, parted
from wayhome.case.risk import (
    DOUBT,
    FACTORS,
    LEVELS,
    SIGNS,
    RiskAssessed,
    last_seen_at,
    sign_words,
    unsupported_signs,
    urgency,
)

if TYPE_CHECKING:
    from conftest import Bench

REFERENCES = Path(__file__).resolve().parents[2] / "docs" / "references.bib"
ALL_AT_2 = dict.fromkeys(FACTORS, 2)


def test_every_sign_level_and_factor_names_a_source_that_exists() -> None:
    known = REFERENCES.read_text(encoding="utf-8")
    sources = {r.source for r in SIGNS.values()} | {r.source for r in LEVELS} | {r.source for r in FACTORS.values()}
    assert not [s for s in sources if f"{{{s}," not in known]
    own = [s for s in SIGNS.values() if s.source == "wayhome"]
    assert own and all("this project" in s.remark for s in own)
    assert len({s.words for s in SIGNS.values()}) == len(SIGNS)


def test_the_signs_of_the_story_are_in_the_catalogue() -> None:
    story = {"treasured_given", "goodbye", "withdrawal", "sleeplessness", "guilt", "says_fine", "grief", "shunned"}
    assert story <= set(SIGNS)


def test_a_risk_is_assessed_with_signs_by_key_by_words_and_free(bench: Bench) -> None:
    bench.do("record_statement", witness="Iruka", text="He said all is well.")
    (fact,) = bench.do(
        "assess_risk", level="high", signs=["Medical need", "medical_need", "Gave away something treasured", "asthma"],
        because={"gave away something treasured": "S1", "asthma": "the sister, by phone"}, reasons="cold night",
        review_by="2026-03-01T12:00Z", at="2026-03-01T05:45Z",
    )  # fmt: skip
    risk = bench.state.subject.risk
    assert risk is not None and risk.signs == ("medical_need", "treasured_given", "asthma")
    assert risk.because == {"treasured_given": "S1", "asthma": "the sister, by phone"}
    assert [sign_words(s) for s in risk.signs] == [
        "medical need or medication missed",
        "gave away something treasured",
        "asthma",
    ]
    assert fact.says() == (
        "Risk assessed as high: medical need or medication missed; gave away something treasured (S1); "
        "asthma (the sister, by phone)."
    )
    assert risk.at is not None and risk.at < risk.assessed_at == bench.at


def test_all_assessments_stay_and_the_latest_counts(bench: Bench) -> None:
    for level in ("medium", "high", "low"):
        bench.do("assess_risk", level=level, reasons="as told")
    assert [r.level for r in bench.state.subject.risks] == ["medium", "high", "low"]
    assert bench.state.subject.risk == bench.state.subject.risks[-1]


@pytest.mark.parametrize(
    ("because", "says", "field"),
    [
        ({"guilt": "S9"}, "no statement, clue or photograph S9; there are: S1, C1", "because.guilt"),
        ({"guilt": "C2-ab"}, "no statement, clue or photograph C2-ab", "because.guilt"),
        ({"grief": "S1"}, '"grief" is not among the signs', "because.grief"),
        ({"guilt": "C1"}, "C1 was withdrawn", "because.guilt"),
        ({"guilt": "PH1"}, "photograph PH1; there are", "because.guilt"),
    ],
)
def test_a_sign_rests_on_evidence_that_there_is(bench: Bench, because: dict[str, str], says: str, field: str) -> None:
    bench.do("record_statement", witness="Ann", text="He blamed himself.")
    bench.do("record_clue", name="note")
    bench.do("withdraw_evidence", evidence="C1", reason="not his hand")
    with pytest.raises(InvalidInput, match=says) as refused:
        bench.do("assess_risk", level="high", signs=["guilt"], because=because)
    assert refused.value.details["field"] == field and bench.state.subject.risk is None


def test_a_sign_whose_evidence_was_withdrawn_is_told(bench: Bench) -> None:
    assert unsupported_signs(bench.state) == ()
    bench.do("record_statement", witness="Ann", text="He blamed himself.")
    bench.do("assess_risk", level="high", signs=["guilt", "grief"], because={"guilt": "S1", "grief": "his sister"})
    assert unsupported_signs(bench.state) == ()
    bench.do("withdraw_evidence", evidence="S1", reason="she meant his brother")
    assert unsupported_signs(bench.state) == ("guilt",)
    bench.do("assess_risk", level="medium", signs=["grief"])
    assert unsupported_signs(bench.state) == ()


def test_a_level_needs_a_reason_and_no_future(bench: Bench) -> None:
    with pytest.raises(RuleBroken, match="needs its reasons"):
        bench.do("assess_risk", level="high", signs=["  "])
    with pytest.raises(InvalidInput, match="at: that lies in the future"):
        bench.do("assess_risk", level="high", signs=["guilt"], at="2027-01-01T00:00Z")
    with pytest.raises(InvalidInput, match="very_low, low, medium, high"):
        bench.do("assess_risk", level="grave", signs=["guilt"])


def test_an_assessment_of_an_earlier_version_can_still_be_read() -> None:
    stored = {"level": "high", "signs": ["asthma"], "review_by": None}
    fact = joined("risk_assessed", 1, stored, {"reasons": "cold"})
    assert isinstance(fact, RiskAssessed)
    assert (fact.signs, fact.reasons, fact.because, fact.at) == (("asthma",), "cold", {}, None)


def test_what_an_assessment_says_of_the_person_can_be_erased(bench: Bench) -> None:
    (fact,) = bench.do(
        "assess_risk", level="high", signs=["self_harm"], because={"self_harm": "his doctor"}, reasons="acute"
    )
    apart = parted(fact)
    assert not any(word in repr(apart.public) for word in ("self_harm", "doctor", "acute"))
    assert (
        joined(apart.type, apart.version, apart.public, dict.fromkeys(apart.secrets)).says() == "Risk assessed as high."
    )


def test_nothing_of_risk_or_urgency_touches_the_scenarios(bench: Bench) -> None:
    bench.do("set_scenarios", scenarios=[{"id": "lost", "title": "lost", "weight": "0.7"},
                                         {"id": "away", "title": "ran away", "kind": "runaway", "weight": "0.3"}])  # fmt: skip
    bench.do("record_clue", name="note of goodbye")
    bench.do("judge_evidence", evidence="C1", likelihood={"lost": "0.1", "away": "0.8"})
    before = bench.state.scenarios, bench.state.scenarios.weights(bench.state.judgements())
    bench.do("assess_risk", level="high", signs=["goodbye", "self_harm"], because={"goodbye": "C1"})
    bench.do("score_urgency", factors={"age": 1, "weather": 1})
    bench.do("answer_questions", answers={"goodbye": "yes: a note", "crime": "yes"})
    assert (bench.state.scenarios, bench.state.scenarios.weights(bench.state.judgements())) == before


# -- urgency: eight factors, each 1 to 3, so the total lies between 8 and 24 -------------------------


def test_one_factor_at_1_is_the_highest_urgency_whatever_the_total() -> None:
    # all others at their least urgent: 7 x 3 + 1 = 22
    told = urgency({**dict.fromkeys(FACTORS, 3), "medical": 1}, elapsed_s=3 * 3600 + 300)
    assert (told.level, told.total, told.lowest, told.highest, told.missing) == ("highest", 22, 22, 22, ())
    assert told.reasons == (
        "Medical condition scores 1: that alone calls for the highest urgency.",
        "3 h 05 min since the subject was last seen; weigh that beside the score.",
    )


def test_without_a_1_the_total_is_told_and_never_called_highest() -> None:
    told = urgency(ALL_AT_2)
    assert (told.level, told.total) == ("lower", 16)
    assert told.reasons[0] == "No factor scores 1; the total is 16 of 8 to 24, lower is more urgent."
    assert "not known" in told.reasons[1] and told.elapsed_s is None


def test_missing_factors_are_said_and_never_made_up() -> None:
    told = urgency({"age": 3, "weather": 2}, elapsed_s=50 * 3600)
    # six are missing: 5 + 6 x 1 = 11, 5 + 6 x 3 = 23
    assert (told.level, told.total, told.lowest, told.highest) == ("open", 5, 11, 23)
    assert told.missing == ("medical", "number_of_subjects", "experience", "equipment", "terrain", "hazards")
    assert told.reasons == (
        "Not scored: medical condition, number of subjects, experience of the subject, equipment, terrain, hazards. "
        "One of them at 1 would make it the highest.",
        "2 days 2 h since the subject was last seen; weigh that beside the score.",
    )
    assert urgency({}).level == "open" and urgency({}).lowest == 8 and urgency({}).highest == 24


@given(st.dictionaries(st.sampled_from(list(FACTORS)), st.integers(1, 3)))
def test_scoring_what_is_missing_stays_within_what_was_told_possible(factors: dict[str, int]) -> None:
    told = urgency(factors)
    for score in (1, 2, 3):
        full = urgency({**dict.fromkeys(FACTORS, score), **factors})
        assert told.lowest <= full.total <= told.highest
        if told.level != "open":
            assert full.level == told.level
    assert (told.level == "highest") == (1 in factors.values())


def test_the_doubt_about_the_copied_form_is_told() -> None:
    assert "seven factors" in DOUBT and "eighth" in DOUBT
    assert [f.key for f in FACTORS.values() if f.source == "ontario_urgency"] == [
        "age", "medical", "number_of_subjects", "experience", "weather", "equipment", "terrain",
    ]  # fmt: skip


def test_urgency_is_scored_and_the_latest_counts(bench: Bench) -> None:
    bench.do("score_urgency", factors={"weather": "2", "age": "3"}, remarks="mild")
    (fact,) = bench.do("score_urgency", factors='{"weather": 1}')
    held = bench.state.subject.urgency
    assert held is not None and (held.factors, held.scored_by, held.scored_at) == ({"weather": 1}, "operator", bench.at)
    assert fact.says() == "Urgency scored: weather 1; the highest, since one factor is at 1."


@pytest.mark.parametrize(
    ("factors", "says", "field"),
    [
        ({}, "score at least one", "factors"),
        ({"luck": 2}, 'no factor "luck"', "factors.luck"),
        ({"age": 0}, "0 is outside 1", "factors.age"),
        ({"age": "4"}, "4 is outside 1", "factors.age"),
        ({"age": "young"}, '"young" is not a number', "factors.age"),
        ({"age": 1.5}, "is not a int", "factors.age"),
    ],
)
def test_wrong_scores_are_refused(bench: Bench, factors: dict[str, object], says: str, field: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        bench.do("score_urgency", factors=factors)
    assert refused.value.details["field"] == field and bench.state.subject.urgency is None


def test_when_last_seen_is_the_latest_point_with_a_time(bench: Bench) -> None:
    assert last_seen_at(bench.state) is None
    bench.do("mark_point", kind="pls", position="42.2,-71.1", at="2026-03-01T02:00Z")
    bench.do("mark_point", kind="lkp", position="42.2,-71.1", at="2026-03-01T04:00Z")
    bench.do("mark_point", kind="lkp", position="42.21,-71.1")
    seen = last_seen_at(bench.state)
    assert seen is not None and seen.isoformat() == "2026-03-01T04:00:00+00:00"
