"""Incident forms: the booklet's blocks, both sizes of sheet, every fact of the record, and blanks that are named."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image

from wayhome.documents import render
from wayhome.documents.page import Frame, Paper, image, sheet_numbers, typeset
from wayhome.documents.paper_size import usual_paper

# Titles of blocks in FEMA 502-2; of 209 one of each part.
BLOCKS = {
    "ics201": ["INCIDENT BRIEFING (ICS 201)", "1. Incident Name", "2. Incident Number", "3. Date/Time Initiated", "4. Map/Sketch",
               "5. Situation Summary and Health and Safety Briefing", "6. Prepared by", "7. Current and Planned Objectives",
               "8. Current and Planned Actions, Strategies, and Tactics", "9. Current Organization", "10. Resource Summary"],
    "ics202": ["INCIDENT OBJECTIVES (ICS 202)", "3. Objective(s)", "4. Operational Period Command Emphasis", "General Situational Awareness",
               "5. Site Safety Plan Required?", "6. Incident Action Plan", "7. Prepared by", "8. Approved by Incident Commander"],
    "ics203": ["ORGANIZATION ASSIGNMENT LIST (ICS 203)", "3. Incident Commander(s) and Command Staff", "4. Agency/Organization Representatives",
               "5. Planning Section", "6. Logistics Section", "7. Operations Section", "8. Finance/Administration Section", "9. Prepared by"],
    "ics204": ["ASSIGNMENT LIST (ICS 204)", "3. Division", "4. Operations Personnel", "5. Resources Assigned", "6. Work Assignments",
               "7. Special Instructions", "8. Communications", "9. Prepared by"],
    "ics205": ["INCIDENT RADIO COMMUNICATIONS PLAN (ICS 205)", "2. Date/Time Prepared", "3. Operational Period", "4. Basic Radio Channel Use",
               "5. Special Instructions", "6. Prepared by (Communications Unit Leader)"],
    "ics206": ["MEDICAL PLAN (ICS 206)", "3. Medical Aid Stations", "4. Transportation (indicate air or ground)", "5. Hospitals",
               "6. Special Medical Emergency Procedures", "7. Prepared by (Medical Unit Leader)", "8. Approved by (Safety Officer)"],
    "ics208": ["SAFETY MESSAGE/PLAN (ICS 208)", "3. Safety Message/Expanded Safety Message, Safety Plan, Site Safety Plan",
               "4. Site Safety Plan Required?", "Approved Site Safety Plan(s) Located At", "5. Prepared by"],
    "ics209": ["INCIDENT STATUS SUMMARY (ICS 209)", "*3. Report Version", "8. Percent (%) Contained", "*12. Prepared By", "23. US National Grid Reference",
               "*28. Significant Events", "*31. Public Status Summary", "*34. Life, Safety, and Health Threat Management", "40. Strategic Discussion",
               "49. Resources", "53. Additional Cooperating"],
    "ics211": ["INCIDENT CHECK-IN LIST (ICS 211)", "3. Check-In Location", "4. Start Date/Time", "9. Total Number of Personnel", "17. Prepared by"],
    "ics213": ["GENERAL MESSAGE (ICS 213)", "2. To (Name and Position)", "3. From (Name and Position)", "4. Subject", "7. Message", "8. Approved by",
               "9. Reply", "10. Replied by"],
    "ics214": ["ACTIVITY LOG (ICS 214)", "3. Name", "4. ICS Position", "5. Home Agency (and Unit)", "6. Resources Assigned", "7. Activity Log",
               "8. Prepared by"],
    "ics215": ["OPERATIONAL PLANNING WORKSHEET (ICS 215)", "3. Branch", "4. Division, Group, or Other", "5. Work Assignment & Special Instructions",
               "7. Overhead Position(s)", "9. Reporting Location", "11. Total Resources Required", "14. Prepared by"],
}  # fmt: skip
LYING = ("ics205", "ics211", "ics215", "radio")
# sheets in points: ISO 216 (210 mm x 297 mm) and ANSI (8.5 in x 11 in)
SHEETS = {"a4": (595.28, 841.89), "letter": (612.0, 792.0)}


@pytest.fixture
def planned(a_search: Any) -> Any:
    """The hiker's case with an action plan."""
    a_search.do(
        "set_channel",
        name="SAR 1",
        function="tactical",
        frequency="155.1600 N",
        tone="127.3",
        mode="analog",
        assignment="all teams",
    )
    a_search.do("set_medical_point", kind="hospital", name="District hospital", position="47.05,11.1", contact="05550 100",
                level="II", travel_time="40 min", helipad="yes")  # fmt: skip
    a_search.do("add_hazard", hazard="ice on the slabs", segment="SEG1", severity="high", mitigation="crampons")
    a_search.do(
        "set_safety_message",
        message="Helmets above the stream.",
        site_safety_plan="no",
        emergency_procedures="Call base.",
    )
    a_search.do("set_weather", forecast="Fog until ten", source="airfield", valid_until="2026-03-01T20:00+01:00")
    a_search.do("set_command_emphasis", emphasis="The north slope first.")
    return a_search


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_form_has_the_blocks_of_the_booklet(kind: str, opened: Any, printed: Callable[..., str]) -> None:
    text = printed(kind, opened, map_png=None)
    assert [b for b in BLOCKS[kind] if b not in text] == []


@pytest.mark.parametrize("paper", SHEETS)
@pytest.mark.parametrize("kind", [*BLOCKS, "sar104", "clue", "briefing", "inquest", "report", "suspension", "radio"])
def test_a_paper_comes_on_either_sheet(kind: str, paper: str, suspended: Any, facts: Callable[..., Any]) -> None:
    wide, tall = SHEETS[paper]
    for_id = {"sar104": "blank", "ics204": "blank", "ics213": "blank", "ics214": "blank"}.get(kind)
    document = pypdfium2.PdfDocument(render(kind, suspended.state, for_id=for_id, facts=facts(suspended, paper=paper)))
    wanted = (tall, wide) if kind in LYING else (wide, tall)
    for page in document:
        assert page.get_size() == pytest.approx(wanted, abs=0.05)


def test_the_usual_sheet_follows_the_country_of_the_time_zone(opened: Any, facts: Callable[..., Any]) -> None:
    assert [usual_paper(z) for z in ("America/New_York", "America/Toronto", "US/Pacific", "Asia/Manila")] == [
        "letter"
    ] * 4
    assert [usual_paper(z) for z in ("Europe/Vienna", "Asia/Tokyo", "America/Sao_Paulo", "UTC")] == ["a4"] * 4
    abroad = opened.state.replace(report=opened.state.report.replace(time_zone="America/Denver"))
    for state, paper in ((opened.state, "a4"), (abroad, "letter")):
        page = pypdfium2.PdfDocument(render("report", state, for_id=None, facts=facts(opened)))[0]
        assert page.get_size() == pytest.approx(SHEETS[paper], abs=0.05)


def test_facts_of_the_action_plan_stand_on_every_form_that_asks_for_them(
    planned: Any, printed: Callable[..., str]
) -> None:
    told = {
        "ics202": ["1. Search the north slope", "The north slope first.", "Weather: Fog until ten (airfield", "☐ Yes ☒ No", "☒ ICS 205", "☐ ICS 203"],
        "ics205": ["tactical", "SAR 1", "all teams", "155.1600 N", "127.3 A"],
        "ics206": ["District hospital", "05550 100", "40 min", "Level: II", "☒ Yes ☐ No", "☐ Yes ☐ No", "Call base."],
        "ics208": ["Helmets above the stream.", "ice on the slabs", "crampons", "high"],
        "ics201": ["Missing: Max Berger, 34 years, male, hiker.", "Hazard: ice on the slabs (North slope), high. Mitigation: crampons",
                   "A1: Alpha debriefed; gaps: gully in the east", "planned A2: Bravo to North slope"],
        "ics209": ["32T PT 52049 07105", "32T 652049 E 5207105 N", "1.69 km²", "Lost on the ridge: weight", "A2: Bravo to North slope"],
        "ics215": ["SEG1 North slope", "A2 Bravo (draft): Search the gully.", "Req. 2 Have 2 Need 0"],
    }  # fmt: skip
    for kind, words in told.items():
        text = printed(kind, planned)
        assert [w for w in words if w not in text] == [], kind


def test_an_assignment_list_and_a_team_assignment_hold_what_binds_the_team(
    planned: Any, printed: Callable[..., str]
) -> None:
    planned.do("brief", assignment="A1", briefed_by="Eva", at="2026-03-01T06:30+01:00")
    for kind in ("ics204", "sar104"):
        text = printed(kind, planned, "A2")
        for told in ("Bravo (ground)", "Search the gully.", "ice on the slabs", "crampons", "No publicity", "A1 Alpha", "gully in the east",
                     "155.1600 N", "1 h 30 min", "SEG1 North slope"):  # fmt: skip
            assert told in text, kind
    text = printed("sar104", planned, "A2")
    assert "NOT TO GO OUT: contradicts order O1 in force" in text
    assert "Probability of area (POA): 40.0 %" in text
    assert "Movements: what was covered, which way" in text  # left to write in
    assert "Briefed (time, by whom): 2026-03-01 06:30 CET by Eva" in printed("sar104", planned, "A1")


def test_what_stays_blank_is_named_and_what_is_known_is_not(
    planned: Any, opened: Any, printed: Callable[..., str]
) -> None:
    text = printed("ics205", planned)
    assert "Left blank because it is not in the record: 5. Special Instructions." in text
    bare = printed("ics205", opened)
    assert "3. Operational Period; 4. Basic Radio Channel Use; 5. Special Instructions." in bare
    assert "Helmets" not in bare
    assert "none" not in printed("ics206", opened).lower()  # nobody looked is not the same as none


def test_the_organisation_stands_in_its_posts(planned: Any, printed: Callable[..., str]) -> None:
    planned.do("adopt_organisation", name="County SAR", roles=[{"id": "ic", "title": "Incident commander", "may": ["decide"]},
               {"id": "hand", "title": "searcher", "may": ["record"]}], members=[{"id": "a", "name": "Ada Example", "roles": ["ic"]},
               {"id": "b", "name": "Bo Example", "roles": ["hand"]}], positions=[{"id": "safety_officer", "title": "Safety Officer", "member": "b"},
               {"id": "liaison_officer", "title": "Liaison Officer"}], channels=["SAR 1", "Command"])  # fmt: skip
    text = printed("ics203", planned)
    assert "IC/UCs Ada Example" in text
    assert "Safety Officer Bo Example" in text
    assert "Liaison Officer 4." in text  # nobody holds it
    assert "Bo Example" in printed("ics206", planned)  # who approves it
    radio = printed("ics205", planned)
    assert "Command" in radio and radio.count("SAR 1") == 1


def test_who_came_stands_on_the_check_in_list(planned: Any, printed: Callable[..., str]) -> None:
    planned.do("check_in", name="Ida Example", phone="555-0101", vehicle="own car", at="2026-03-01T07:10+01:00")
    text = printed("ics211", planned)
    for told in ("Ida Example", "in 2026-03-01 07:10 CET", "555-0101", "own car", "T1 Alpha", "rope"):
        assert told in text


def test_messages_stand_on_their_form_in_the_log_and_with_their_team(planned: Any, printed: Callable[..., str]) -> None:
    planned.do(
        "send_message",
        to="County dispatch",
        sender="Eva",
        subject="Helicopter",
        text="One for the afternoon, please.",
        reply_wanted="yes",
    )
    planned.do("log_message", sender="T1", text="Back at the stream.", channel="SAR 1", at="2026-03-01T07:18:30+01:00")
    key = next(m.id for m in planned.state.messages.messages.values() if m.kind == "general")
    planned.do("reply_message", message=key, text="At two.", replied_by="Dispatcher")
    text = printed("ics213", planned, key)
    for told in ("County dispatch", "Eva", "Helicopter", "One for the afternoon, please.", "At two."):
        assert told in text
    log = printed("radio", planned)
    assert "2026-03-01 07:18 CET Alpha" in log and "Back at the stream." in log and "Helicopter: One for" in log
    mine = printed("ics214", planned, "T1")
    assert "Said: Back at the stream." in mine
    assert mine.index("Sent out on A1") < mine.index("Debriefed on A1")
    assert "Helicopter" not in mine


def test_a_clue_report_shows_custody_judgement_and_place(a_search: Any, printed: Callable[..., str]) -> None:
    a_search.at = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
    a_search.do("hand_over_item", clue="C1", holder="County police", remark="bagged")
    text = printed("clue", a_search, "C1")
    for told in ("Clue Number: C1", "glove", "red, left hand", "MGRS 32T PT", "☒ collect", "County police", "bagged", "Lost on the ridge 0.6",
                 "The glove is his."):  # fmt: skip
        assert told in text
    a_search.do("withdraw_evidence", evidence="C1", reason="It is the warden's.")
    assert "WITHDRAWN: It is the warden's." in printed("clue", a_search, "C1")


def test_an_empty_form_is_there_even_where_some_are_filled(planned: Any, printed: Callable[..., str]) -> None:
    text = printed("sar104", planned, "blank")
    assert "Alpha" not in text and "Bravo" not in text
    assert "Max Berger" in text  # whom to look for is known
    assert "TEAM ASSIGNMENT (SAR 104)" in text


FRAME = Frame(head_left="h", head_right="r", foot_first="a", foot_second="b", author="c")


def test_a_picture_is_drawn_by_name_and_a_broken_or_missing_one_leaves_a_frame(text_of: Callable[[bytes], str]) -> None:
    red = io.BytesIO()
    Image.new("RGB", (40, 40), (200, 0, 0)).save(red, "PNG")
    paper = Paper(title="t", blocks=(image("PH1", 40, "the glove"),))

    def reddest(pdf: bytes) -> bool:
        drawn = pypdfium2.PdfDocument(pdf)[0].render().to_pil().convert("RGB")
        return any(r > 150 and g < 60 for _, (r, g, _) in drawn.getcolors(1 << 20) or [])

    assert reddest(typeset(paper, FRAME, None, {"PH1": red.getvalue()}))
    assert reddest(typeset(paper.replace(images={"PH1": red.getvalue()}), FRAME))
    for held in ({}, {"PH1": b"\x89PNG\r\n\x1a\nbroken"}, {"PH1": b"<svg/>"}):
        made = typeset(paper, FRAME, None, held)
        assert "no picture" in text_of(made)
        assert not reddest(made)


def test_slips_are_numbered_from_one(text_of: Callable[[bytes], str]) -> None:
    assert text_of(sheet_numbers(3)) == "sheet 1 sheet 2 sheet 3"


def test_times_are_local_and_places_are_in_degrees_utm_and_mgrs(planned: Any, printed: Callable[..., str]) -> None:
    text = printed("ics201", planned, printed_at=datetime(2026, 7, 1, 10, 0, tzinfo=UTC))
    assert "Printed 2026-07-01 12:00 CEST" in text
    assert "47.00000, 11.00000 · UTM 32T 652049 E 5207105 N · MGRS 32T PT 52049 07105" in text


@pytest.mark.hostile
def test_a_worksheet_has_room_for_every_kind_of_team(planned: Any, printed: Callable[..., str]) -> None:
    kinds = ["dog", "drone", "horse", "boat", "a|b*2>", "rope"]
    for i, kind in enumerate(kinds):
        planned.do("form_team", name=f"Team {i}", kind=kind)
        planned.do(
            "draft_assignment",
            team=f"T{i + 3}",
            segment="SEG1",
            equipment="lamps",
            report_to="the weir",
            start_at="2026-03-01T10:00+01:00",
        )
    text = printed("ics215", planned)
    for kind in ("dog", "drone", "horse", "boat", "a|b*2>", "rope"):
        assert kind in text
    assert "rope: Req. 1 Have 1 Need 0" in text  # the seventh kind shares a column
    assert "lamps" in text and "the weir" in text and "2026-03-01 10:00 CET" in text
