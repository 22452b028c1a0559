"""Three invented cases made through the real commands: just opened, under way, and suspended after a year."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image

from wayhome.base.projection import proposed_crs
from wayhome.case.authority import actor
from wayhome.case.command import parse_command
from wayhome.case.fact import Context, Origin
from wayhome.case.state import CaseState, apply, decide
from wayhome.documents import DocumentFacts, render

HEAD = "0123456789abcdef" * 4
PRINTED = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
RING = ["47.01,11.00", "47.02,11.00", "47.02,11.02", "47.01,11.02"]


class Desk:
    """A case in memory: commands in, state out, one minute apart."""

    def __init__(self, at: datetime) -> None:
        self.state, self.at, self.log = CaseState(case="c"), at, list[dict[str, Any]]()

    def do(self, name: str, /, *, by: str | None = None, **fields: Any) -> None:
        """Carry out one command as a member (or as the operator) and write it into the log."""
        self.at += timedelta(minutes=1)
        who = actor(self.state, by)
        context = Context(by=who, at=self.at, propose_crs=proposed_crs)
        events = decide(self.state, parse_command(name, fields), context)
        origin = Origin(seq=self.state.seq + 1, at=self.at, by=who.id, desk="home")
        for event in events:
            self.state = apply(self.state, event, origin)
        self.state = self.state.replace(seq=origin.seq, as_of=self.at)
        self.log.append({"seq": origin.seq, "at": self.at, "by": who.id, "sentences": [e.says() for e in events]})


@pytest.fixture(scope="session")
def opened() -> Desk:
    """A case of which nothing is known but that somebody is missing."""
    desk = Desk(datetime(2026, 3, 1, 6, 0, tzinfo=UTC))
    desk.do(
        "open_case",
        title="Somebody above the lake",
        reported_at="2026-03-01T06:40+01:00",
        time_zone="Europe/Vienna",
        invented="yes",
    )
    return desk


def searching() -> Desk:
    """A hiker's case in its first day, with one team back and one going out."""
    desk = Desk(datetime(2026, 3, 1, 6, 0, tzinfo=UTC))
    desk.do(
        "open_case",
        title="Hiker on the north ridge",
        reported_at="2026-03-01T06:40+01:00",
        time_zone="Europe/Vienna",
        invented="yes",
    )
    desk.do(
        "take_report",
        reporter="Anna Berger",
        relation="sister",
        contact="by radio",
        circumstances="Did not come back from the hut.",
    )
    desk.do("describe_subject", name="Max Berger", category="hiker", age_years=34, sex="male", description="1.84 m, beard",
            clothing="red anorak", medical="asthma, carries a spray", intended_destination="the upper hut")  # fmt: skip
    desk.do(
        "assess_risk",
        level="high",
        signs="asthma; night frost",
        reasons="Out since yesterday noon.",
        review_by="2026-03-01T20:00+01:00",
    )
    desk.do("mark_point", kind="pls", position="47.0,11.0", at="2026-02-28T13:00+01:00", place="car park at the weir")
    desk.do("record_statement", witness="Eva Lang", text="He went up along the stream.", observed_at="2026-02-28T13:10+01:00",
            told_at="2026-03-01T07:00+01:00", position="47.001,11.001", place="weir", bearing_deg="45", reliability="80 %")  # fmt: skip
    desk.do(
        "record_clue",
        name="glove",
        description="red, left hand",
        finder="Team Alpha",
        found_at="2026-03-01T10:00+01:00",
        position="47.012,11.004",
    )
    desk.do("set_scenarios", scenarios=[
        {"id": "lost", "title": "Lost on the ridge", "kind": "lost", "weight": "0.7", "reason": "fog since noon"},
        {"id": "car", "title": "Drove away with somebody", "kind": "left_by_vehicle", "weight": "0.3", "rest_of_world": "90 %"},
    ])  # fmt: skip
    desk.do("judge_evidence", evidence="C1", likelihood={"lost": "0.6", "car": "0.1"}, reason="The glove is his.")
    desk.do("draw_segment", name="North slope", ring=RING, remark="up to the stream")
    desk.do("draw_boundary", name="Valley road", kind="road", line=["46.99,10.98", "46.99,11.05"])
    desk.do("set_watch", boundary="B1", quality="0.5", since="2026-03-01T08:00+01:00", remark="one car")
    desk.do("form_team", name="Alpha", searchers=4, leader="Ruth", sweep_width="30 m", speed="2 km/h", skills="rope")
    desk.do("form_team", name="Bravo", searchers=3)
    desk.do(
        "open_period",
        starts_at="2026-03-01T08:00+01:00",
        ends_at="2026-03-01T18:00+01:00",
        objectives="Search the north slope",
    )
    desk.do("give_order", text="Find him; no news to the press.", conditions="no_publicity", to="all teams")
    desk.do(
        "draft_assignment",
        team="T1",
        segment="SEG1",
        task="Sweep from the stream upwards.",
        duration="4 h",
        hazards="ice on the slabs",
    )
    desk.do("dispatch_assignment", assignment="A1")
    desk.do(
        "debrief_assignment",
        assignment="A1",
        sweep_width="30 m",
        track_length="2.1 km",
        searchers=4,
        gaps="gully in the east",
    )
    desk.do(
        "draft_assignment",
        team="T2",
        segment="SEG1",
        task="Search the gully.",
        duration="90 min",
        permits="publish_name",
    )
    desk.do(
        "draft_notice",
        kind="public_appeal",
        title="Have you seen Max?",
        text="He wears a red anorak.",
        permits="publish_name",
    )
    desk.do("approve_notice", notice="N1")
    desk.do("publish_notice", notice="N1", audiences="local radio")
    return desk


@pytest.fixture(scope="session")
def under_way() -> Desk:
    """A hiker's case in its first day."""
    return searching()


@pytest.fixture(scope="session")
def suspended() -> Desk:
    """The story's case: a year of searching, then suspended because the subject left the country."""
    desk = Desk(datetime(2026, 3, 1, 6, 0, tzinfo=UTC))
    desk.do("open_case", title="Taking leave", reported_at="2026-03-01T08:00+09:00", time_zone="Asia/Tokyo",
            jurisdiction="Fire country", invented="yes")  # fmt: skip
    everything = ["record", "plan", "dispatch", "order", "notice", "approve", "decide", "review", "unseal"]
    desk.do("adopt_organisation", name="Konoha",
            ranks=[{"id": "hokage", "title": "Hokage", "order": 9}, {"id": "anbu", "title": "ANBU", "order": 5}],
            roles=[{"id": "head", "title": "Head", "may": everything},
                   {"id": "squad", "title": "Squad", "may": [p for p in everything if p not in ("order", "unseal")]}],
            members=[{"id": "tsunade", "name": "Tsunade", "rank": "hokage", "roles": ["head"]},
                     {"id": "mizuke", "name": "Mizuke Haruka", "rank": "anbu", "roles": ["squad"]},
                     {"id": "shikamaru", "name": "Shikamaru", "roles": ["squad"]}])  # fmt: skip
    desk.do("describe_subject", by="mizuke", name="Uzumaki Naruto", category="runaway", age_years=13)
    desk.do("mark_point", by="mizuke", kind="pls", position="47.0,11.0", place="Ichiraku ramen stall")
    desk.do(
        "record_statement",
        by="mizuke",
        witness="border watch",
        text="Somebody crossed at night.",
        told_at="2026-03-01T09:00+09:00",
        reliability="0.7",
    )
    desk.do(
        "record_clue",
        by="mizuke",
        name="necklace",
        description="on the table, with a note of goodbye",
        finder="Shikamaru",
    )
    desk.do("hand_over_item", by="mizuke", clue="C1", holder="Tsunade", remark="with the note")
    desk.do("set_scenarios", by="mizuke", scenarios=[
        {"id": "run", "title": "Ran away", "kind": "runaway", "weight": "0.6", "rest_of_world": "0.5"},
        {"id": "third", "title": "Influenced by a third party", "kind": "influenced", "weight": "0.4", "rest_of_world": "0.8"},
    ])  # fmt: skip
    desk.do("judge_evidence", by="mizuke", evidence="S1", likelihood={"run": "0.5", "third": "1"})
    desk.do("draw_boundary", by="mizuke", name="Border of the Fire country", line=["47.1,10.9", "47.1,11.2"])
    desk.do("seal_fact", by="tsunade", title="What he carries", content="the fox inside", readers="head")
    desk.do(
        "give_order", by="tsunade", text="Locate and retrieve him unharmed.", conditions="unharmed", to="ANBU team-06"
    )
    desk.do("draft_notice", by="mizuke", kind="warrant", title="Missing-nin Uzumaki Naruto", text="Report where he is.")
    desk.do("approve_notice", by="tsunade", notice="N1")
    desk.do("publish_notice", by="tsunade", notice="N1", audiences="border posts, Hunter-nin")
    desk.do("acknowledge_notice", by="mizuke", notice="N1", audience="border posts")
    desk.at = datetime(2027, 3, 1, 0, 0, tzinfo=UTC)
    desk.do(
        "decide_departure",
        by="tsunade",
        conclusion="left",
        probability="0.9",
        reasons="Tracks end at the border.",
        evidence="S1",
    )
    desk.do("propose_suspension", by="mizuke", reasons="He has left the boundaries of the Fire country.", reopen_if="He is seen inside the border.",
            checklist={"survival": "likely", "in_area": "no, gone", "effective": "doubtful on the first night", "scenarios": "all but one",
                       "clues": "listed", "rest_of_world": "by the border watch", "hazard": "outweighs it", "family": "four friends told"})  # fmt: skip
    desk.do(
        "review_suspension",
        by="shikamaru",
        suspension="P1",
        agrees="yes",
        remarks="The first night was poorly watched.",
    )
    desk.do("cancel_notice", by="tsunade", notice="N1", reason="The task is suspended.")
    desk.do("confirm_recall", by="mizuke", notice="N1", audience="border posts")
    desk.do(
        "draft_notice",
        by="mizuke",
        kind="standing_order",
        title="To Hunter-nin",
        text="Standard procedure: search and destroy.",
        permits="lethal_force",
    )
    desk.do("approve_notice", by="tsunade", notice="N2")
    desk.do("publish_notice", by="tsunade", notice="N2", audiences="Hunter-nin")
    desk.do("waive_contradiction", by="tsunade", order="O1", subject="N2", reason="The law leaves no other course.")
    desk.do("publish_notice", by="tsunade", notice="N2", audiences="Hunter-nin")
    desk.do("suspend_search", by="tsunade", suspension="P1", signed_for="ANBU team-06")
    return desk


FIGURES: dict[str, Any] = {
    "poa": {
        "rest_of_world": 0.25, "rest_of_world_before": 0.2, "pos_cumulative": 0.2, "caveats": ["No terrain model: the plain law of distance."],
        "regions": [{"level": 0.5, "poa": 0.5, "area_m2": 2_500_000.0, "inside_map": True},
                    {"level": 0.95, "poa": 0.95, "area_m2": 0.0, "inside_map": False}],
        "scenarios": [{"id": "lost", "title": "Lost on the ridge", "kind": "lost", "weight_before": 0.7, "weight": 0.9, "rest_of_world": 0.1}],
        "searches": [{"assignment": "A1", "opos": 0.12, "rest_of_world_after": 0.25, "coverage_mean": 0.5, "pod_mean": 0.39}],
    },
    "segments": {"segments": [{"id": "SEG1", "name": "North slope", "area_m2": 1_690_000.0, "poa": 0.4, "poa_per_km2": 0.237,
                               "pod_cumulative": 0.39, "searched_times": 1}], "rest_of_world": 0.25, "unsegmented": 0.35},
    "plan": {
        "choices": [{"team": "T1", "team_name": "Alpha", "segment": "SEG1", "segment_name": "North slope", "hours": 3.5,
                     "travel_minutes": 30.0, "coverage": 1.25, "pod": 0.71, "poa": 0.4, "pos": 0.284, "psr_per_h": 0.081,
                     "op": 1, "boundary": None, "boundary_name": None, "reason": "North slope holds most."},
                    {"team": "T2", "team_name": "Delta", "segment": None, "segment_name": None, "hours": 4.0, "travel_minutes": 0.0,
                     "coverage": 0.0, "pod": 0.0, "poa": 0.0, "pos": 0.016, "psr_per_h": 0.0, "op": 2, "boundary": "B1",
                     "boundary_name": "Lake road", "reason": "A watch would stop 1.6 %."}],
        "by_scenario": [{"id": "lost", "title": "lost", "weight": 0.93, "pos": 0.3}, {"id": "car", "title": "left by car", "weight": 0.07, "pos": 0.01}],
        "unused": [{"team": "T3", "name": "Bravo", "why": "it lacks the skill rope"}],
        "pos_total": 0.284, "upper_bound": 0.3, "runner_up": {"pos_total": 0.2, "change": "one team stays back"},
        "unused_teams": ["Bravo"], "rest_of_world": 0.25, "caveats": ["Hours at hand: 4.0, less the way there."],
    },
    "wrong": {
        "sentence": "The mistake that costs most is “IPP 1.00 km north”.", "caveats": ["A shifted IPP is 1.00 km off."],
        "truths": [{"name": "as the map says", "had": 0.284, "best": 0.284, "regret": 0.0, "share": 0.0},
                   {"name": "IPP 1.00 km north", "had": 0.12, "best": 0.31, "regret": 0.19, "share": 0.613}],
    },
    "departure": {
        "sentence": "The evidence alone puts 20.0 % outside the map; had every POD been half, it would be 22.0 %.", "probability_left": 0.2, "rest_of_world": 0.25,
        "half_pod": {"rest_of_world": 0.22, "probability_left": 0.2}, "from_evidence": {"weight_before": 0.3, "weight_after": 0.07},
        "boundaries": [], "warning": "-", "caveats": [],
    },
    "evidence": {
        "readings": [
            {"evidence": "S1", "kind": "towards", "reliability": 0.8, "reliability_after": 0.91, "bits": 1.25, "bits_of_the_map": 1.2,
             "mass_moved": 0.4, "mass_moved_far": 0.3, "rest_of_world_before": 0.32, "rest_of_world_after": 0.25,
             "weights_before": {"lost": 0.8, "car": 0.2}, "weights_after": {"lost": 0.93, "car": 0.07}},
            {"evidence": None, "kind": "watches", "reliability": None, "reliability_after": None, "bits": 0.01, "bits_of_the_map": None,
             "mass_moved": 0.004, "mass_moved_far": 0.003, "rest_of_world_before": 0.25, "rest_of_world_after": 0.249,
             "weights_before": {"lost": 0.93, "car": 0.07}, "weights_after": {"lost": 0.931, "car": 0.069}},
        ],
        "judgements": [{"evidence": "S1", "likelihood": {"lost": 0.6, "car": 0.1}, "reason": '#eval("x") $ * _ @ \\ " \' He knows him.', "by": "operator"}],
        "weights": {"as_set": {"lost": 0.7, "car": 0.3}, "as_judged": {"lost": 0.8, "car": 0.2}, "now": {"lost": 0.93, "car": 0.07}},
        "votes": [{"voter": "Ruth", "method": "mattson", "values": {"lost": "80", "car": "20"}},
                  {"voter": "Eva", "method": "proportional", "values": {"lost": "3", "car": "2"}}],
        "consensus": {"lost": 0.7, "car": 0.3},
        "disagreement": {"lost": {"lowest": 0.6, "highest": 0.8, "standard_deviation": 0.1, "lowest_by": ["Eva"], "highest_by": ["Ruth"]},
                         "car": {"lowest": 0.2, "highest": 0.4, "standard_deviation": 0.1, "lowest_by": ["Ruth"], "highest_by": ["Eva"]}},
        "partings": [{"companion": "M1", "together_before": 0.8, "together_after": 0.5, "sentence": "M1 was found alone by the weir."}],
        "caveats": ["No reading makes any place impossible."],
    },
    "inquiries": {
        "effort_m2": 2e6, "caveats": ["Bits are expected, over what the answer may be."],
        "ranked": [{"inquiry": "Q1", "title": "Ask the hut warden", "kind": "ask", "bits": 0.61, "bits_scenarios": 0.34, "minutes": 15.0,
                    "bits_per_minute": 0.04, "pos_now": 0.2, "pos_then": 0.25, "pos_gain": 0.05, "pos": None, "reason": "-",
                    "outcomes": [{"name": "yes", "probability": 0.7}, {"name": "no", "probability": 0.3}]},
                   {"inquiry": "SEG1", "title": "Search North slope", "kind": "search", "bits": 0.3, "bits_scenarios": 0.1, "minutes": None,
                    "bits_per_minute": None, "pos_now": 0.2, "pos_then": 0.22, "pos_gain": 0.02, "pos": 0.12, "reason": "-",
                    "outcomes": [{"name": "yes", "probability": 0.12}, {"name": "no", "probability": 0.88}]}],
    },
}  # fmt: skip


def facts_for(desk: Desk, **changes: Any) -> DocumentFacts:
    """Facts of printing with a small map and figures, as `app` would hand them over."""
    drawn = io.BytesIO()
    Image.linear_gradient("L").resize((300, 300)).save(drawn, "PNG")
    given: dict[str, Any] = {
        "printed_at": PRINTED, "desk_head": HEAD, "program_version": "9.9", "map_png": drawn.getvalue(),
        "map_caption": f"As of entry {desk.state.seq}.", "figures": {**FIGURES, "log": desk.log}, **changes,
    }  # fmt: skip
    return DocumentFacts(**given)


@pytest.fixture(scope="session")
def facts() -> Callable[..., DocumentFacts]:
    """Facts of printing; keywords replace some."""
    return facts_for


@pytest.fixture(scope="session")
def figures() -> dict[str, Any]:
    """Data of products by name, as `app` would hand them over."""
    return FIGURES


@pytest.fixture(scope="session")
def text_of() -> Callable[[bytes], str]:
    """All text of a PDF on one line, without the places where a long word may break."""

    def read(pdf: bytes) -> str:
        pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
        return " ".join(" ".join(pages).replace("\u200b", "").replace("\ufffe", "").split())

    return read


@pytest.fixture(scope="session")
def printed(text_of: Callable[[bytes], str]) -> Callable[..., str]:
    """The text of a document of a desk's case: `printed(kind, desk, for_id=..., **facts)`."""

    def make(kind: str, desk: Desk, for_id: str | None = None, **changes: Any) -> str:
        return text_of(render(kind, desk.state, for_id=for_id, facts=facts_for(desk, **changes)))

    return make


@pytest.fixture
def a_search() -> Desk:
    """A hiker's case of one's own, to go on with."""
    return searching()
