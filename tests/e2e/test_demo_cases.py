"""Both demo cases, driven through commands only, are what their stories say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wayhome.app import App
from wayhome.app.demo_desk import demo_desk
from wayhome.app.printing import document

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The demo's desk."""
    app = demo_desk(tmp_path_factory.mktemp("demo"))
    yield app
    app.close()


def test_taking_leave_is_carried_from_report_to_letter(desk: App) -> None:
    state = desk.state("taking-leave")
    assert state.status == "suspended"
    assert state.area.ipp is not None and state.area.ipp.place == "Ichiraku ramen stall"
    assert [s.witness for s in state.evidence.statements.values()][:2] == ["Shikamaru", "Iruka"]
    assert [c.holder for c in state.evidence.clues["C1"].custody][-1] == "Tsunade, the Fifth"
    assert state.subject.risk is not None and state.subject.risk.level == "high"
    assert [r.by for r in state.seals.facts["X1"].readings] == ["tsunade"]
    assert state.decisions.in_force()[0].conditions == ("unharmed",)
    held = state.decisions.suspended()
    assert held is not None and held.reviewed_by == "reviewer" != held.proposed_by
    assert held.signed_for == "ANBU team-06, Mizuke Haruka"
    for key in ("N1", "N2"):
        notice = state.notices.notices[key]
        assert notice.status == "cancelled" and all(r.recall_confirmed_at for r in notice.ledger.values())
    standing = state.notices.notices["N3"]
    assert standing.status == "published" and state.decisions.waivers[0].subject == "N3"
    sentences = [s for e in desk.log("taking-leave") for s in e["sentences"]]
    stopped = next(i for i, s in enumerate(sentences) if "N3 stopped" in s)
    waived = next(i for i, s in enumerate(sentences) if "let out against order O1" in s)
    assert stopped < waived < next(i for i, s in enumerate(sentences) if "N3 published" in s)
    assert desk.agenda(state) == ()


def test_each_row_of_what_the_story_needs_is_seen(desk: App) -> None:
    """The table of the story: what it tells, and what of it the system holds."""
    state = desk.state("taking-leave")
    people, book, notices = state.people.organisation, state.decisions, state.notices.notices
    assert people is not None and {r.id for r in people.ranks} >= {"hokage", "anbu", "chuunin", "genin"}
    assert people.squads and "dispatch" in {p for r in people.roles for p in r.may}  # who may order what
    told = desk.product("taking-leave", "departure")
    for s in list(state.evidence.statements.values())[:2]:  # two witnesses: when told, when seen, where, how reliable
        assert s.told_at and s.observed_at and s.position and s.reliability
    assert {p.kind for p in state.area.points} == {"pls", "lkp"} and state.area.ipp is not None
    risk = state.subject.risk
    assert risk is not None and len(risk.signs) >= 5 and risk.review_by and state.subject.urgency is not None
    stories = {s.kind for s in state.scenarios.scenarios}
    assert stories >= {"despondent", "runaway", "influenced", "taken", "not_missing"}
    weights = state.scenarios.weights(state.judgements())
    assert weights["home"] < 0.1 and sum(weights.values()) == pytest.approx(1.0)  # the goodbye moved it
    assert all(len(c.custody) >= 2 and not c.custody[-1].is_open for c in state.evidence.clues.values())
    assert state.seals.facts["X1"].readers == ("head",)
    assert state.area.boundaries["B1"].watches[0].quality == 0.4  # the watch that missed him
    assert told.data["probability_left"] > 0.5 and told.caveats
    order = book.orders["O1"]
    assert order.conditions == ("unharmed",) and order.acknowledgements
    assert {a.segment for a in state.assignments.debriefed()} >= {"SEG1", "SEG2", "SEG3", "SEG4"}
    searched = desk.product("taking-leave", "poa").data
    assert 0 < searched["pos_cumulative"] < 1 and 0 < searched["rest_of_world"] < 1
    assert state.ending.open_revisits() and desk.product("taking-leave", "survival").data is not None
    assert book.departure is not None and book.departure.evidence and book.suspended() is not None
    assert {n.kind for n in notices.values()} == {"border_alert", "warrant", "standing_order"}
    assert notices["N3"].ledger["Hunter-nin"].acknowledged_at and book.waivers[0].subject == "N3"
    assert all(document(desk, "taking-leave", "notice", for_id=n)[:4] == b"%PDF" for n in notices)


def test_what_nobody_else_knows_stays_sealed(desk: App) -> None:
    assert "Nine-tailed" not in str(desk.log("taking-leave")) + repr(desk.state("taking-leave"))
    raw = b"".join(p.read_bytes() for p in (desk.desk / "journal").glob("journal.sqlite*"))
    assert b"Nine-tailed" not in raw and b"bitter smile" not in raw  # personal data is locked beside the chain


def test_the_letter_says_why_on_what_evidence_who_reviewed_and_what_would_reopen(desk: App, tmp_path: Path) -> None:
    import pypdfium2

    pdf = document(desk, "taking-leave", "suspension", for_id="P1")
    text = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    text = " ".join(text.split())
    for words in (
        "has left the boundaries",
        "ANBU team-06",
        "reviewed",
        "confirmed sighting",
        "unharmed",
        "Decision aid",
    ):
        assert words.lower() in text.lower(), words


def test_the_hiker_waits_in_the_middle_of_the_search(desk: App) -> None:
    state = desk.state("lost-hiker")
    assert state.status == "active" and desk.agenda(state)
    made = desk.product("lost-hiker", "poa").data
    assert made["searches"][0]["pod_mean"] < made["searches"][0]["pod_if_uniform"]
    assert desk.product("lost-hiker", "plan").data["choices"]


def test_both_chains_hold_and_loading_again_adds_nothing(desk: App) -> None:
    before = [v.entries for v in desk.verify()]
    demo_desk(desk.desk).close()
    assert [v.entries for v in desk.verify()] == before
