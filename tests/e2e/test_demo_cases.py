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
