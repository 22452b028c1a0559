"""Where to search, with whom, and how good that is, through the real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browsing import COMPUTING_MS, Desk, act, page_is_built, percent, unfold
from playwright.sync_api import Page, expect

from wayhome.app import App

pytestmark = [pytest.mark.e2e, page_is_built]

POND = ["42.20,-71.10", "42.21,-71.10", "42.21,-71.09", "42.20,-71.09"]
OpenPage = Callable[[str, str], Page]


@pytest.fixture
def open_page(open_desk: Callable[[str], Desk]) -> Iterator[OpenPage]:
    """Opens the page of a server at a place, and sees to it that nothing goes wrong in it."""
    desks: list[Desk] = []

    def start(url: str, place: str) -> Page:
        desks.append(open_desk(url))
        return desks[-1].page(place)

    yield start
    assert [e for d in desks for e in d.errors] == []


def runaway(desk: Path) -> str:
    """A case an hour old: somebody ran off towards a road, or is lost by a pond; two teams are free."""
    app = App(desk)
    now = datetime.now(UTC)
    case, _ = app.open_case(
        {
            "title": "Ran off", "reported_at": now.isoformat(), "invented": True, "subject": {"category": "hiker"},
            "place": {"lat": 42.2, "lon": -71.1, "kind": "lkp", "at": (now - timedelta(hours=1)).isoformat()},
            "area": {"box": "8 km", "cell": "60 m", "ecoregion": "temperate", "relief": "flat"},
        }
    )  # fmt: skip
    stories = [
        {"id": "ran", "title": "ran away", "kind": "runaway", "weight": 0.7, "goal": "42.2,-71.06"},
        {"id": "lost", "title": "lost", "weight": 0.3},
    ]
    app.do(case, "set_scenarios", {"scenarios": stories})
    app.do(case, "draw_boundary", {"name": "East road", "kind": "road", "line": ["42.18,-71.08", "42.22,-71.08"]})
    app.do(case, "draw_segment", {"name": "Pond", "ring": POND})
    app.do(case, "form_team", {"name": "Alpha", "searchers": "4"})
    app.do(case, "form_team", {"name": "Bravo", "searchers": "2"})
    app.close()
    return case


def planned(page: Page) -> None:
    """Wait until the plan on screen was made from the entry on screen."""
    expect(page.get_by_test_id("plan")).to_have_attribute("data-state", "current", timeout=COMPUTING_MS)


def test_a_plan_is_kept_turned_and_drafted_and_a_watch_is_no_draft(
    serve: Callable[[Path], Any], open_page: OpenPage, tmp_path: Path
) -> None:
    case = runaway(tmp_path / "desk")
    server = serve(tmp_path / "desk")
    page = open_page(server.url, f"#/case/{case}/plan")
    planned(page)

    made = server.json(f"cases/{case}/products/plan")["data"]
    search, watch = sorted(made["choices"], key=lambda c: str(c["kind"]))
    assert (search["kind"], watch["kind"]) == ("search", "watch")
    searching, watching = (page.get_by_test_id(f"choice-{c['team']}") for c in (search, watch))
    expect(searching).to_contain_text(search["reason"])
    expect(watching).to_contain_text(watch["reason"])
    expect(page.get_by_test_id("pos-total")).to_have_text(percent(made["pos_total"]))
    expect(page.get_by_test_id("upper-bound")).to_have_text(percent(made["upper_bound"]))
    for scenario in made["by_scenario"]:
        expect(page.get_by_test_id(f"pos-{scenario['id']}")).to_contain_text(percent(scenario["pos"]))

    # kept, by the button; then given back
    page.get_by_test_id(f"keep-{search['team']}").click()
    expect(page.get_by_test_id(f"is-kept-{search['team']}")).to_be_visible(timeout=COMPUTING_MS)
    expect(page.get_by_test_id(f"kept-{search['team']}")).to_contain_text("to Pond by operator")
    page.get_by_test_id(f"release-{search['team']}").click()
    expect(page.get_by_test_id("kept")).to_have_count(0)
    planned(page)
    # held back: the plan leaves it out and says so
    page.get_by_test_id(f"hold-{search['team']}").click()
    expect(page.get_by_test_id(f"unused-{search['team']}")).to_contain_text("held back", timeout=COMPUTING_MS)
    page.get_by_test_id(f"give-back-{search['team']}").click()
    expect(searching).to_contain_text("Pond", timeout=COMPUTING_MS)
    planned(page)

    # a plan is of the moment of the last entry, and there were entries since `made`
    other = server.json(f"cases/{case}/products/plan")["data"]["other_aim"]
    expect(page.get_by_test_id("aim-expected")).to_be_checked()
    expect(page.get_by_test_id("worst-expected")).to_have_text(percent(other["worst_of_this"]))
    expect(page.get_by_test_id("whole-worst")).to_have_text(percent(other["pos_total"]))
    page.get_by_test_id("aim-worst").click()
    expect(page.get_by_test_id("aim-worst")).to_be_checked(timeout=COMPUTING_MS)
    assert server.json(f"cases/{case}")["state"]["tasking"]["aim"] == "worst"
    planned(page)

    act(page, "set_watch", f"{watch['boundary']}-{watch['team']}", quality="0.6")
    (held,) = server.json(f"cases/{case}")["state"]["area"]["boundaries"][watch["boundary"]]["watches"]
    assert (held["quality"], held["remark"]) == (0.6, watch["team_name"])
    planned(page)
    page.get_by_test_id("make-drafts").click()
    expect(page.get_by_test_id("done-drafts")).to_contain_text(f"{search['team_name']} to Pond")
    drafts = server.json(f"cases/{case}")["state"]["assignments"]["assignments"].values()
    assert [(a["team"], a["segment"]) for a in drafts] == [(search["team"], search["segment"])]


def test_being_wrong_is_computed_when_it_is_unfolded(
    serve: Callable[[Path], Any], open_page: OpenPage, tmp_path: Path
) -> None:
    case = runaway(tmp_path / "desk")
    server = serve(tmp_path / "desk")
    page = open_page(server.url, f"#/case/{case}/plan")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    planned(page)
    assert not [url for url in asked if "/products/wrong" in url]
    page.get_by_test_id("being-wrong").locator("summary").first.click()
    expect(page.get_by_test_id("wrong")).to_have_attribute("data-state", "current", timeout=COMPUTING_MS)
    made = server.json(f"cases/{case}/products/wrong")["data"]
    expect(page.get_by_test_id("wrong-sentence")).to_have_text(made["sentence"])
    picture = page.get_by_test_id("wrong-picture")
    expect(picture.locator("rect.had")).to_have_count(len(made["truths"]))
    best = [float(str(r.get_attribute("width"))) for r in picture.locator("rect.best").all()]
    most = max(t["best"] for t in made["truths"])
    assert best == pytest.approx([316 * t["best"] / most for t in made["truths"]], abs=0.01)  # as wide as the drawing
    page.get_by_test_id("wrong-figures").locator("summary").click()
    for i, truth in enumerate(made["truths"]):
        expect(page.get_by_test_id(f"truth-{i}")).to_contain_text(truth["name"])


def test_reflex_tasks_are_drawn_once_and_then_come_first(
    serve: Callable[[Path], Any], open_page: OpenPage, tmp_path: Path
) -> None:
    case = runaway(tmp_path / "desk")
    server = serve(tmp_path / "desk")
    page = open_page(server.url, f"#/case/{case}/plan")
    page.get_by_test_id("reflex").locator("summary").first.click()
    button = page.get_by_test_id("draw-reflex")
    expect(button).to_have_text("Draw Hub", timeout=COMPUTING_MS)  # no trail is mapped: there are no spokes
    expect(page.get_by_test_id("reflex-Hub")).to_contain_text("Reflex task: all within 300 m")
    button.click()
    expect(page.get_by_test_id("reflex-Hub")).to_contain_text("drawn")
    expect(button).to_have_count(0)
    names = [s["name"] for s in server.json(f"cases/{case}")["state"]["area"]["segments"].values()]
    assert names == ["Pond", "Hub"]
    planned(page)
    made = server.json(f"cases/{case}/products/plan")["data"]["choices"]
    (first,) = [c["team"] for c in made if c["is_reflex"]]
    expect(page.get_by_test_id(f"reflex-{first}")).to_be_visible()


def test_a_segment_asks_for_skills_is_split_and_joined(
    serve: Callable[[Path], Any], open_page: OpenPage, tmp_path: Path
) -> None:
    case = runaway(tmp_path / "desk")
    server = serve(tmp_path / "desk")
    page = open_page(server.url, f"#/case/{case}/area")
    act(page, "set_base", position="42.201,-71.099", name="Car park")
    expect(page.get_by_test_id("base")).to_contain_text("Car park 42.20100, -71.09900")
    act(page, "set_segment_needs", segment="SEG1", skills="rope\nboat", radio="false", hazards="deep water")
    says = "Asks for rope, boat, a radio of its own. Hazards: deep water"
    expect(page.get_by_test_id("needs-SEG1")).to_have_text(says)
    # what was said stands in the form, and is not lost where only a part of it changes
    form = unfold(page, "set_segment_needs")
    expect(form.get_by_test_id("field-skills")).to_have_value("rope\nboat")
    act(page, "set_segment_needs", least_searchers="3")
    needs = server.json(f"cases/{case}")["state"]["tasking"]["needs"]["SEG1"]
    assert (needs["skills"], needs["radio"], needs["least_searchers"]) == (["rope", "boat"], False, 3)

    act(page, "split_segment", segment="SEG1", line="42.205,-71.11\n42.205,-71.08", names="North\nSouth")
    expect(page.get_by_test_id("segment-SEG2")).to_contain_text("North")
    expect(page.get_by_test_id("segment-SEG1")).to_have_count(0)
    expect(page.get_by_test_id("needs-SEG3")).to_contain_text("rope")
    joined = unfold(page, "merge_segments")
    for key in ("SEG2", "SEG3"):
        joined.locator(f'input[value="{key}"]').check()
    act(page, "merge_segments", name="Pond")
    expect(page.get_by_test_id("segment-SEG4")).to_contain_text("was SEG2, SEG3")

    page.get_by_test_id("nav-teams").click()
    act(page, "set_team_limits", team="T1", endurance="6 h", at_night="false")
    expect(page.get_by_test_id("limits-T1")).to_have_text("out 6 h, then rests 8 h, not in the dark")
    assert server.json(f"cases/{case}")["state"]["tasking"]["limits"]["T1"]["at_night"] is False


def test_an_area_is_cut_looked_at_and_drawn(demo: Any, open_page: OpenPage) -> None:
    page = open_page(demo.url, "#/case/lost-hiker/area")
    page.get_by_test_id("cut").locator("summary").click()
    page.get_by_test_id("cut-ring").fill("36.612,-84.252\n36.612,-84.240\n36.620,-84.240\n36.620,-84.252")
    page.get_by_test_id("cut-hours").fill("6")
    page.get_by_test_id("submit-cut").click()
    rows = page.get_by_test_id("proposed").locator("tbody tr[data-testid]")
    expect(rows.first).to_be_visible(timeout=COMPUTING_MS)
    names = [str(row.get_attribute("data-testid")).removeprefix("proposed-") for row in rows.all()]
    expect(page.get_by_test_id("caveats-cut")).to_contain_text("No trails, roads or streams were given")
    before = demo.json("cases/lost-hiker")["state"]["area"]["segments"]
    assert names and not {s["name"] for s in before.values()} & set(names)  # nothing is drawn yet
    page.get_by_test_id("draw-proposed").click()
    expect(page.get_by_test_id("done-cut")).to_have_text(f"Drawn: {len(names)} segments.", timeout=COMPUTING_MS)
    after = demo.json("cases/lost-hiker")["state"]["area"]["segments"]
    assert [s["name"] for key, s in after.items() if key not in before] == names


def test_a_search_is_told_as_planned_and_as_done_and_a_width_is_looked_up(demo: Any, open_page: OpenPage) -> None:
    page = open_page(demo.url, "#/case/lost-hiker/teams")
    (search,) = demo.json("cases/lost-hiker/products/poa")["data"]["searches"]
    expect(page.get_by_test_id("planned-A1")).to_have_text(search["planned"]["sentence"], timeout=COMPUTING_MS)
    walked_m = search["recorded"]["walking"]["length_m"]
    expect(page.get_by_test_id("recorded-A1")).to_contain_text(f"walked {walked_m / 1000:.2f} km")
    expect(page.get_by_test_id("missed-share-A1")).to_have_text(f"{100 * search['missed_share']:.0f} %")
    page.get_by_test_id("effect-A1").locator("summary").click()
    expect(page.get_by_test_id("missed-A1").locator("li")).to_have_count(len(search["missed"]))
    show = page.get_by_test_id("show-missed-A1")
    show.click()
    expect(show).to_have_attribute("aria-pressed", "true")

    form = unfold(page, "form_team")
    width = form.get_by_test_id("width")
    width.locator("summary").click()
    width.get_by_test_id("width-range").fill("30 m")
    width.get_by_test_id("width-visibility").select_option("high")
    width.get_by_test_id("width-ask").click()
    expect(width.get_by_test_id("width-found")).to_contain_text("54 m")  # 1.8 times the range, Koester et al. 2014
    width.get_by_test_id("width-use").click()
    expect(form.get_by_test_id("field-sweep_width")).to_have_value("54 m")
    width.get_by_test_id("width-sensor").select_option("drone_visual")
    width.get_by_test_id("width-ask").click()
    expect(width.get_by_test_id("width-none")).to_be_visible()
    expect(width.get_by_test_id("width-use")).to_have_count(0)
