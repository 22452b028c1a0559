"""The main job through the real browser: what a person at the desk does, sees and can rely on."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
import pytest
from browsing import COMPUTING_MS, PATIENCE_MS, Desk, act, fill, go, page_is_built, percent, unfold
from numpy.typing import NDArray
from playwright.sync_api import Page, Response, expect
from rasterio.io import MemoryFile

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),  # a screenshot lies nowhere
    page_is_built,
]
Open = Callable[[str], Desk]


def current(page: Page) -> None:
    """Wait until the map on screen was made from the entry on screen."""
    expect(page.get_by_test_id("map")).to_have_attribute("data-state", "current", timeout=COMPUTING_MS)


def pixels(page: Page) -> NDArray[Any]:
    """What the map looks like, `[3, H, W]`."""
    with MemoryFile(page.get_by_test_id("map").screenshot()) as file, file.open() as image:
        return np.asarray(image.read((1, 2, 3))).astype(int)


def settled(page: Page) -> NDArray[Any]:
    """The look of the map once it no longer changes."""
    before = pixels(page)
    for _ in range(20):
        page.wait_for_timeout(500)
        now = pixels(page)
        if np.array_equal(before, now):
            break
        before = now
    return before


def changed(a: NDArray[Any], b: NDArray[Any]) -> float:
    """The share of pixels that differ."""
    return float((a != b).any(axis=0).mean())


def open_blue_hills(desk: Desk) -> tuple[Page, str]:
    """Open the case of the overdue walker in the page's own form; gives the page and the case's id."""
    page = desk.page()
    form = page.get_by_test_id("form-open_case")
    fill(
        form,
        title="Overdue walker in the Blue Hills",
        reported_at="2026-05-09T19:40-04:00",
        time_zone="America/New_York",
        category="hiker",
        place="42.2139,-71.0931",
        kind="lkp",
        at="2026-05-09T11:30-04:00",
    )
    form.get_by_test_id("submit-open_case").click()
    page.wait_for_url(re.compile(r"#/case/[^/]+/now"))
    expect(page.get_by_test_id("case-title")).to_have_text("Overdue walker in the Blue Hills")
    expect(page.get_by_test_id("connection")).to_have_text("live")
    case = urllib.parse.unquote(page.url.split("#/case/")[1].split("/")[0])
    return page, case


def test_a_case_from_report_to_moved_map(
    wayhome: Callable[..., Any],
    serve: Callable[[Path], Any],
    open_desk: Open,
    blue_hills: Path,
    segments: str,
    tmp_path: Path,
) -> None:
    server = serve(tmp_path / "desk")
    desk = open_desk(server.url)
    pictures: list[Response] = []
    desk.context.on("response", lambda r: pictures.append(r) if "/products/poa/image.png" in r.url else None)
    page, case = open_blue_hills(desk)

    go(page, "area")
    act(page, "set_search_area", box="15 km", cell="30 m", ecoregion="temperate", relief="flat")
    wayhome(
        "ground",
        "add",
        case,
        "--dem",
        blue_hills / "bluehills_dem_30m.tif",
        "--landcover",
        blue_hills / "bluehills_nlcd_30m.tif",
        "--legend",
        "nlcd",
    )  # from another process: the page hears of it by itself
    expect(page.get_by_test_id("panel-area")).to_contain_text("bluehills_dem_30m.tif")
    expect(page.get_by_test_id("panel-area")).to_contain_text("bluehills_nlcd_30m.tif")

    (tmp_path / "segments.geojson").write_text(segments)
    page.get_by_test_id("drop-segment").set_input_files(tmp_path / "segments.geojson")
    expect(page.get_by_test_id("imported").locator("li")).to_have_count(5)
    current(page)
    table = page.get_by_test_id("segments").locator("tbody tr")
    expect(table).to_have_count(5)
    state = server.json(f"cases/{case}")["state"]
    houghtons = next(s["id"] for s in state["area"]["segments"].values() if s["name"] == "Houghtons")

    before = server.json(f"cases/{case}/products/poa")["data"]
    assert before["searches"] == []
    expect(page.get_by_test_id("row")).to_have_text(percent(before["rest_of_world"]))
    assert pictures and all(r.ok and r.headers["content-type"] == "image/png" for r in pictures)
    page.get_by_test_id("legend").locator("summary").first.click()
    layer = page.get_by_test_id("layer-poa")
    for _ in range(5):  # what is still arriving changes the picture too, but only once
        looks = []
        for is_on in (False, True, False):
            layer.set_checked(is_on)
            looks.append(settled(page))
        if drawn := changed(looks[0], looks[1]) > 0.1 and changed(looks[0], looks[2]) < 0.001:
            break
    assert drawn, "the map looks the same with the probability and without"
    layer.check()
    page.get_by_test_id("legend").locator("summary").first.click()

    go(page, "teams")
    act(page, "form_team", name="Alpha", searchers="4", speed="2 km/h", sweep_width="30 m")
    expect(page.get_by_test_id("teams")).to_contain_text("Alpha")
    go(page, "plan")
    plan = page.get_by_test_id("plan")
    expect(plan).to_have_attribute("data-state", "current", timeout=COMPUTING_MS)
    (choice,) = server.json(f"cases/{case}/products/plan")["data"]["choices"]
    shown = page.get_by_test_id(f"choice-{choice['team']}")
    assert len(choice["reason"]) > 20
    expect(shown).to_contain_text(choice["reason"])
    expect(shown).to_contain_text(choice["segment_name"])
    expect(page.get_by_test_id("pos-total")).to_have_text(percent(choice["pos"]))

    assert desk.errors == []
    act(page, "draft_assignment", team=choice["team"], segment=houghtons, duration="4 h")
    # nobody is left to plan for, which the page says; the browser notes the refusal on its own account
    expect(page.get_by_test_id("error-plan")).to_contain_text("No team is free")
    go(page, "teams")
    expect(page.get_by_test_id("status-A1")).to_have_text("draft")
    act(page, "dispatch_assignment", "A1")
    expect(page.get_by_test_id("status-A1")).to_have_text("dispatched")
    debrief = unfold(page, "debrief_assignment-A1")
    debrief.get_by_test_id("drop-track-A1").set_input_files(blue_hills / "hike.gpx")
    expect(page.get_by_test_id("track-A1")).to_contain_text("points")
    seq = act(page, "debrief_assignment", "A1", sweep_width="30 m")
    expect(page.get_by_test_id("status-A1")).to_have_text("debriefed")
    current(page)

    made = server.json(f"cases/{case}/products/poa")
    after = made["data"]
    (search,) = after["searches"]
    assert made["seq"] == seq and 0 < search["opos"] < 1
    assert before["rest_of_world"] == pytest.approx(after["rest_of_world_before"], abs=1e-15)
    grown = before["rest_of_world"] / (1 - search["opos"])  # Bayes: nothing was looked at outside the map
    assert search["rest_of_world_after"] == pytest.approx(grown, abs=1e-12)
    assert after["rest_of_world"] == pytest.approx(grown, abs=1e-12) and grown > before["rest_of_world"]
    expect(page.get_by_test_id("row")).to_have_text(percent(grown))
    both = f"{percent(before['rest_of_world'])} to {percent(grown)}"
    expect(page.get_by_test_id("effect-row-A1")).to_have_text(both)
    expect(page.get_by_test_id("pod-A1")).to_have_text(percent(search["pod_mean"]))
    expect(page.get_by_test_id("coverage-A1")).to_have_text(f"{search['coverage_mean']:.2f}")
    assert len({r.url for r in pictures}) > 1 and all(r.ok for r in pictures)  # another map, another picture

    go(page, "journal")
    entries = server.json(f"cases/{case}/log")["entries"]
    assert entries[-1]["seq"] == seq and entries[-1]["sentences"]
    expect(page.get_by_test_id("log").locator("> li")).to_have_count(len(entries))
    for entry in entries:
        for sentence in entry["sentences"]:
            expect(page.get_by_test_id(f"entry-{entry['seq']}")).to_contain_text(sentence)
    page.get_by_test_id("verify").click()
    expect(page.get_by_test_id("verified")).to_contain_text(f"All {seq} entries")
    assert [e for e in desk.errors if not e.endswith("/products/plan")] == []
    assert f"{seq} entries, the chain holds" in wayhome("verify", case).out


def test_an_error_stands_beside_the_form_and_what_was_typed_stays(
    serve: Callable[[Path], Any], open_desk: Open, tmp_path: Path
) -> None:
    server = serve(tmp_path / "desk")
    page, case = open_blue_hills(open_desk(server.url))
    ring = ["42.205,-71.101", "42.205,-71.083", "42.219,-71.083", "42.219,-71.101"]
    server.do(case, "draw_segment", name="Houghtons", ring=ring)
    server.do(case, "form_team", name="Alpha", searchers="4")
    server.do(case, "draft_assignment", team="Alpha", segment="Houghtons")
    seq = server.do(case, "dispatch_assignment", assignment="A1")
    expect(page.get_by_test_id("case-seq")).to_have_text(str(seq))

    go(page, "teams")
    form = unfold(page, "debrief_assignment-A1").get_by_test_id("form-debrief_assignment")
    fill(form, sweep_width="30", track_length="2.1 km", gaps="the bog in the north")
    form.get_by_test_id("submit-debrief_assignment").click()
    error = form.get_by_test_id("error-debrief_assignment")
    expect(error).to_contain_text("30 has no unit")
    expect(error).to_contain_text("30 m")  # what to write instead
    for _ in range(2):
        expect(form.get_by_test_id("field-sweep_width")).to_have_value("30")
        expect(form.get_by_test_id("field-track_length")).to_have_value("2.1 km")
        expect(form.get_by_test_id("field-gaps")).to_have_value("the bog in the north")
        go(page, "evidence")  # nor is it lost on a walk to another panel
        go(page, "teams")
        unfold(page, "debrief_assignment-A1")
    assert server.json(f"cases/{case}")["seq"] == seq

    act(page, "debrief_assignment", "A1", sweep_width="30 m")
    expect(page.get_by_test_id("status-A1")).to_have_text("debriefed")
    expect(page.get_by_test_id("assignment-A1")).to_contain_text("the bog in the north")


def test_two_pages_hear_of_each_other_and_a_killed_server_loses_nothing(
    serve: Callable[[Path], Any], open_desk: Open, tmp_path: Path
) -> None:
    server = serve(tmp_path / "desk")
    one, case = open_blue_hills(open_desk(server.url))
    other_desk = open_desk(server.url)  # a browser of its own, as on another chair
    other = other_desk.page(f"#/case/{urllib.parse.quote(case, safe='')}/evidence")
    expect(other.get_by_test_id("connection")).to_have_text("live")
    go(one, "evidence")
    told = [f"Saw a red jacket by the pond at noon, call {n}." for n in range(1, 4)]
    seq = 0
    for n, text in enumerate(told, start=1):
        seq = act(one, "record_statement", witness=f"Caller {n}", text=text)
        expect(other.get_by_test_id("statements")).to_contain_text(text)
    assert other_desk.errors == []
    expect(one.get_by_test_id("done-record_statement")).to_have_text(f"Recorded as entry {seq}.")

    server.kill()
    expect(other.get_by_test_id("connection")).to_have_text("reconnecting")
    form = unfold(one, "record_statement")
    fill(form, witness="Caller 4", text="Heard whistling.")
    form.get_by_test_id("submit-record_statement").click()
    expect(form.get_by_test_id("error-record_statement")).to_be_visible()
    expect(form.get_by_test_id("field-text")).to_have_value("Heard whistling.")

    server.start()
    expect(other.get_by_test_id("connection")).to_have_text("live")  # by itself
    other.reload()
    expect(other.get_by_test_id("case-seq")).to_have_text(str(seq))
    expect(other.get_by_test_id("statements").locator("> li")).to_have_count(len(told))
    for text in told:
        expect(other.get_by_test_id("statements")).to_contain_text(text)
    assert act(one, "record_statement") == seq + 1  # sent once more, as it stands in the form
    expect(other.get_by_test_id("statements")).to_contain_text("Heard whistling.")
    assert server.json(f"cases/{case}/verify")["entries"] == seq + 1


def test_taking_leave_in_the_page_from_stopped_order_to_letter(demo: Any, open_desk: Open) -> None:
    desk = open_desk(demo.url)
    page = desk.page()
    page.get_by_test_id("case-taking-leave").click()
    expect(page.get_by_test_id("case-status")).to_have_text("suspended")
    current(page)

    go(page, "notices")
    standing = page.get_by_test_id("notice-N3")
    expect(page.get_by_test_id("status-N3")).to_have_text("published")
    expect(standing).to_contain_text(re.compile(r"let out against O1 by tsunade", re.IGNORECASE))
    for recalled in ("N1", "N2"):
        expect(page.get_by_test_id(f"status-{recalled}")).to_have_text("cancelled")
        ledger = page.get_by_test_id(f"ledger-{recalled}")
        expect(ledger).to_contain_text("Recall confirmed")
        rows = ledger.locator("tbody tr")
        assert rows.count() > 0
        for row in rows.all():
            expect(row.locator("td").nth(4).locator("time")).to_have_count(1)
    go(page, "journal")
    log = page.get_by_test_id("log")
    stopped = log.locator("> li", has_text="N3 stopped").first
    waived = log.locator("> li", has_text="let out against order O1").first
    number = re.compile(r"\d+")
    at = [int(number.search(x.get_attribute("data-testid") or "")[0]) for x in (stopped, waived)]  # type: ignore[index]
    assert at[0] < at[1]

    go(page, "decisions")
    suspension = page.get_by_test_id("suspension-P1")
    expect(suspension).to_contain_text(re.compile(r"Peer review by reviewer: agreed"))
    expect(suspension).to_contain_text("Suspended by tsunade")
    expect(suspension).to_contain_text("signed for ANBU team-06, Mizuke Haruka")
    expect(page.get_by_test_id("order-O1")).to_contain_text("unharmed")

    go(page, "documents")
    letter = page.get_by_test_id("document-suspension-P1")
    with desk.context.expect_event("response", lambda r: "documents/suspension.pdf" in r.url) as answered:
        letter.click()
    assert answered.value.status == 200
    address = urllib.parse.urljoin(demo.url, letter.get_attribute("href"))
    answer = desk.context.request.get(address)
    assert answer.status == 200 and answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    text = " ".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(answer.body()))
    assert "ANBU team-06" in " ".join(text.split())
    assert desk.errors == []


def test_evidence_read_in_the_page_moves_the_map_and_its_withdrawal_brings_it_back(
    serve: Callable[[Path], Any], open_desk: Open, tmp_path: Path
) -> None:
    server = serve(tmp_path / "desk")
    desk = open_desk(server.url)
    page, case = open_blue_hills(desk)
    current(page)
    before = server.json(f"cases/{case}/products/poa")["data"]["rest_of_world"]
    server.do(case, "record_statement", witness="a walker", text="saw her", position="42.215,-71.08", reliability="0.8")
    go(page, "evidence")
    act(page, "read_evidence", "S1", kind="sighting", error_m="150 m")
    current(page)
    reading = page.get_by_test_id("reading-S1")
    expect(reading.get_by_test_id("bits")).to_contain_text("bits", timeout=PATIENCE_MS)
    now = server.json(f"cases/{case}/products/poa")["data"]["rest_of_world"]
    assert now < before
    expect(page.get_by_test_id("row")).to_have_text(percent(now))
    expect(reading.get_by_test_id("rest-of-world-change")).to_contain_text(percent(now))

    go(page, "inquiries")
    server.do(
        case,
        "pose_inquiry",
        title="Is her car there?",
        kind="check",
        position="42.21,-71.09",
        radius_m="300 m",
        pod="0.9",
    )
    expect(page.get_by_test_id("ranked-Q1").get_by_test_id("bits")).to_be_visible(timeout=PATIENCE_MS)
    box = unfold(page, "answer_inquiry-Q1")
    seq = page.get_by_test_id("case-seq").inner_text()
    box.get_by_test_id("answer-no").click()
    expect(page.get_by_test_id("case-seq")).not_to_have_text(seq)
    go(page, "survival")
    expect(page.get_by_test_id("survival-caution")).to_contain_text("24 were later found alive")

    server.do(case, "withdraw_evidence", evidence="S1", reason="it was another")
    server.do(case, "withdraw_inquiry", inquiry="Q1", reason="asked at the wrong place")
    current(page)
    expect(page.get_by_test_id("row")).to_have_text(percent(before), timeout=PATIENCE_MS)
    assert server.json(f"cases/{case}/products/poa")["data"]["rest_of_world"] == before
    assert desk.errors == []
