"""The questions of the first call: order, what is known already, what answers fill, and what they only suggest."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wayhome.base.errors import InvalidInput, NotAllowed
from wayhome.base.place import Position
from wayhome.case.command import COMMANDS
from wayhome.case.fact import joined, parted
from wayhome.case.questionnaire import QUESTIONS, SECTIONS, Asked, open_first, suggested_signs, to_ask
from wayhome.case.risk import SIGNS

if TYPE_CHECKING:
    from conftest import Bench

REFERENCES = Path(__file__).resolve().parents[2] / "docs" / "references.bib"


def asked(bench: Bench) -> dict[str, Asked]:
    return {a.question.key: a for a in to_ask(bench.state)}


def test_contact_comes_first_then_danger_then_who_and_where() -> None:
    order = list(QUESTIONS)
    assert order[0] == "contact"
    told = ["contact", "danger", "name", "seen_at", "seen_place", "circumstances", "done", "out_of_character",
            "missing_before", "missing_before_then", "medical", "equipment", "phone", "vehicle", "money", "companions",
            "family", "places", "consent"]  # fmt: skip
    assert [k for k in order if k in told] == told
    assert list(dict.fromkeys(q.section for q in QUESTIONS.values())) == list(SECTIONS)


def test_every_question_fills_a_field_that_there_is_and_suggests_a_sign_of_the_catalogue() -> None:
    known = REFERENCES.read_text(encoding="utf-8")
    for q in QUESTIONS.values():
        command, _, field = q.fills.partition(".")
        assert not command or field in COMMANDS[command].schema()["properties"], q.key
        assert not q.suggests or q.suggests in SIGNS, q.key
        assert not q.then or q.then in COMMANDS, q.key
        assert not q.after or QUESTIONS[q.after].kind == "yes_no", q.key
        assert f"{{{q.source}," in known and q.why, q.key
    filled = [q.fills for q in QUESTIONS.values() if q.fills]
    assert len(filled) == len(set(filled)), "something would be typed twice"


def test_at_first_everything_is_open_and_one_question_waits_for_another(bench: Bench) -> None:
    assert {a.standing for a in to_ask(bench.state)} == {"open"}
    assert "missing_before_then" not in asked(bench)
    bench.do("answer_questions", answers={"missing_before": "no"})
    assert "missing_before_then" not in asked(bench)
    bench.do("answer_questions", answers={"missing_before": "Yes - twice"})
    assert asked(bench)["missing_before"].value == "yes: twice"
    assert asked(bench)["missing_before_then"].standing == "open"


def test_what_is_known_from_elsewhere_is_not_asked_again(bench: Bench) -> None:
    bench.do("take_report", contact="555-0100")
    bench.do("describe_subject", age_years=46, height_cm=183.5, without=["phone"], unknown=["medical"])
    bench.do("mark_point", kind="pls", position="42.215,-71.09", at="2026-03-01T04:00Z", place="the dam")
    bench.do("add_companion", name="Mia", together="1")
    bench.do("attach_photograph", blob="a" * 64, form="jpeg", file_name="jo.jpg", of="subject", width_px=8, height_px=8)
    now = asked(bench)
    told = {k: (a.standing, a.value) for k, a in now.items() if a.standing != "open"}
    assert told == {
        "contact": ("known", "555-0100"), "age": ("known", "46"), "height": ("known", "183.5"), "phone": ("no", ""),
        "medical": ("unknown", ""), "seen_at": ("known", "2026-03-01T04:00:00Z"), "seen_place": ("known", "the dam"),
        "seen_position": ("known", "42.215000,-71.090000"), "companions": ("known", "yes: Mia"),
        "photograph": ("known", "yes: PH1"),
    }  # fmt: skip
    assert [q.key for q in open_first(bench.state)] == ["reporter", "danger", "name", "circumstances"]


def test_answers_fill_the_record_and_are_kept_only_where_no_field_takes_them(bench: Bench) -> None:
    events = bench.do(
        "answer_questions", told_by="Sam Example", told_at="2026-03-01T05:59Z",
        answers={"contact": "555-0100", "name": "Jo", "age": "46", "medical": "asthma", "danger": "no", "done": "called the hut"},
    )  # fmt: skip
    assert [e.type for e in events] == ["report_taken", "subject_described", "questions_answered"]
    state = bench.state
    assert (state.report.contact, state.subject.name, state.subject.age_years, state.subject.medical) == (
        "555-0100", "Jo", 46, "asthma",
    )  # fmt: skip
    assert {k: a.value for k, a in state.answers.given.items()} == {"danger": "no", "done": "called the hut"}
    kept = state.answers.given["done"]
    assert (kept.told_by, kept.told_at) == ("Sam Example", datetime(2026, 3, 1, 5, 59, tzinfo=UTC))
    assert kept.by == "operator" and kept.at == bench.at
    assert events[-1].says() == "Questions answered by Sam Example: danger, done, contact, name, age, medical."


def test_unknown_differs_from_no_and_both_from_not_asked(bench: Bench) -> None:
    bench.do("answer_questions", answers={"crime": "unknown", "danger": "no", "medical": "none", "phone": "not known"})
    now = asked(bench)
    assert [now[k].standing for k in ("crime", "danger", "medical", "phone", "vehicle")] == [
        "unknown", "no", "no", "unknown", "open",
    ]  # fmt: skip
    assert bench.state.subject.without == ("medical",) and bench.state.subject.unknown == ("phone",)


def test_later_answers_correct_earlier_ones_and_all_remain(bench: Bench) -> None:
    for told in ("asthma", "unknown", "no", "insulin twice a day"):
        bench.do("answer_questions", answers={"medical": told})
    subject = bench.state.subject
    assert (subject.medical, subject.unknown, subject.without) == ("insulin twice a day", (), ())
    for told in ("no", "yes: he rang a neighbour", "unknown"):
        bench.do("answer_questions", answers={"danger": told})
    assert asked(bench)["danger"].standing == "unknown"
    written = [e.answers["danger"] for e, _ in bench.events if e.type == "questions_answered" and "danger" in e.answers]  # type: ignore[attr-defined]
    assert written == ["no", "yes: he rang a neighbour", "unknown"]


def test_another_form_overtakes_an_answer(bench: Bench) -> None:
    bench.do("answer_questions", answers={"medical": "no"})
    bench.do("describe_subject", medical="epilepsy")
    assert asked(bench)["medical"].value == "epilepsy"
    bench.do("describe_subject", unknown=["medical"])
    assert asked(bench)["medical"].standing == "unknown"  # and not "no" again


def test_when_and_where_wait_for_the_place_on_the_map(bench: Bench) -> None:
    bench.do("answer_questions", answers={"seen_at": "2026-03-01T05:00+01:00", "seen_place": "at the dam"})
    assert bench.state.area.ipp is None
    assert asked(bench)["seen_at"].value == "2026-03-01T04:00:00Z"
    bench.do("answer_questions", answers={"seen_position": "42.215,-71.09"})
    ipp = bench.state.area.ipp
    assert ipp is not None and ipp.kind == "pls" and ipp.place == "at the dam"
    assert ipp.position == Position(lat_deg=42.215, lon_deg=-71.09)
    assert ipp.at == datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
    # a correction marks the point last seen anew; the initial planning point stays
    bench.do("answer_questions", answers={"seen_place": "at the upper dam"})
    bench.do("answer_questions", answers={"seen_at": "2026-03-01T04:30Z"})
    point = bench.state.area.latest("pls")
    assert point is not None and (point.place, point.position) == ("at the upper dam", ipp.position)
    assert point.at == datetime(2026, 3, 1, 4, 30, tzinfo=UTC) and bench.state.area.ipp == ipp
    assert asked(bench)["seen_place"].value == "at the upper dam"


def test_a_point_can_be_marked_without_its_time(bench: Bench) -> None:
    bench.do("answer_questions", answers={"seen_at": "unknown", "seen_position": "42.215,-71.09"})
    assert bench.state.area.ipp is not None and bench.state.area.ipp.at is None
    assert asked(bench)["seen_at"].standing == "unknown"


@pytest.mark.parametrize(
    ("answers", "says", "field"),
    [
        ({}, "at least one question", "answers"),
        ({"colour": "red"}, 'no question "colour"', "answers.colour"),
        ({"danger": " "}, "the answer is empty", "answers.danger"),
        ({"danger": "perhaps"}, "neither yes, no nor unknown", "answers.danger"),
        ({"consent": "with care"}, "none of yes, no, unknown", "answers.consent"),
        ({"name": "no"}, '"no" is no answer', "answers.name"),
        ({"contact": "none"}, '"no" is no answer', "answers.contact"),
        ({"seen_position": "no"}, "corrected by another", "answers.seen_position"),
        ({"seen_at": "yesterday"}, "is not a date and time", "answers.seen_at"),
        ({"age": "old"}, '"old" is not a number', "age_years"),
        ({"age": "130"}, "outside 0 to 120", "age_years"),
        ({"height": "1.83"}, "outside 20 to 280; write it in centimetres", "height_cm"),
    ],
)
def test_wrong_answers_are_refused_and_nothing_is_half_written(
    bench: Bench, answers: dict[str, str], says: str, field: str
) -> None:
    before = bench.state
    with pytest.raises(InvalidInput, match=says) as refused:
        bench.do("answer_questions", answers={**answers, **({"done": "searched"} if answers else {})})
    assert refused.value.details["field"] == field and bench.state == before


def test_an_answer_from_the_future_is_refused(bench: Bench) -> None:
    with pytest.raises(InvalidInput, match="told_at: that lies in the future"):
        bench.do("answer_questions", answers={"danger": "no"}, told_at="2027-01-01T00:00Z")


def test_an_unmarked_place_is_never_unmarked_by_not_knowing(bench: Bench) -> None:
    bench.do("answer_questions", answers={"seen_position": "42.215,-71.09", "seen_at": "2026-03-01T04:00Z"})
    with pytest.raises(InvalidInput, match=r"answers\.seen_at: write what was told instead of unknown"):
        bench.do("answer_questions", answers={"seen_at": "unknown"})


def test_who_may_not_plan_may_not_mark_a_point_by_answering(village: Bench) -> None:
    village.do("answer_questions", by="cy", answers={"seen_place": "the dam", "name": "Jo"})
    with pytest.raises(NotAllowed):
        village.do("answer_questions", by="cy", answers={"seen_position": "42.215,-71.09"})
    assert village.state.area.ipp is None


def test_answers_and_who_gave_them_can_be_erased(bench: Bench) -> None:
    (*_, told) = bench.do("answer_questions", told_by="Sam", answers={"danger": "yes: a knife", "contact": "555-0100"})
    for fact in (e for e, _ in bench.events[-2:]):
        apart = parted(fact)
        assert not any(word in repr(apart.public) for word in ("Sam", "knife", "555"))
    apart = parted(told)
    erased = joined(apart.type, apart.version, apart.public, dict.fromkeys(apart.secrets))
    assert (
        erased.says() == "Questions answered by [erased]: contact." or erased.says() == "Questions answered: contact."
    )


def test_a_yes_only_suggests_a_sign(bench: Bench) -> None:
    bench.do(
        "answer_questions",
        answers={"goodbye": "yes: a note", "treasured": "unknown", "guilt": "no", "medical": "asthma"},
    )
    assert bench.state.subject.risk is None
    assert [(s.sign, s.question, s.value) for s in suggested_signs(bench.state)] == [
        ("medical_need", "medical", "asthma"), ("goodbye", "goodbye", "yes: a note"),
    ]  # fmt: skip
    bench.do("assess_risk", level="high", signs=["goodbye"])
    assert [s.sign for s in suggested_signs(bench.state)] == ["medical_need"]


def test_consent_may_be_asked_and_not_known(bench: Bench) -> None:
    told = []
    for answer in ("Unknown", "no"):
        bench.do("answer_questions", answers={"consent": answer})
        now = asked(bench)["consent"]
        told.append((bench.state.subject.consent_to_publicity, now.standing, now.value))
    assert told == [("unknown", "unknown", ""), ("no", "known", "no")]
