"""A county case from the first call to closure, with a reopening in between; everything in it is invented.

An elderly mushroom picker is overdue. The search is suspended after five days, a clue is found at a revisit, the
search goes on, he is found, and the case is closed. A second report of the same person is merged, and taken apart.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from importlib.resources import files
from typing import Any

from wayhome.demo import Do, Import, Open, Step, Story

ZONE = timezone(timedelta(hours=-4))
CALL = datetime(2025, 9, 12, 18, 20, tzinfo=ZONE)
IPP = (42.2100, -71.1000)
CASE, SECOND = "county", "county-second-call"


def story() -> Story:
    """The case as steps."""
    return Story(case=CASE, steps=(*_call(), *_first_hours(), *_search()))


def second_call() -> Story:
    """Another caller's report of the same man."""
    report: dict[str, Any] = {
        "title": "Neighbour missing", "reported_at": _iso(_at(hours=1)), "time_zone": "America/New_York", "invented": True,
        "subject": {"name": "Frank Sampel", "category": "hiker", "age_years": 74},
        "report": {"reporter": "Lee Neighbour", "contact": "555-0142", "circumstances": "His dog is alone since noon."},
        "place": {"lat": IPP[0] + 0.001, "lon": IPP[1], "kind": "pls", "at": _iso(_at(hours=-7))},
    }  # fmt: skip
    return Story(case=SECOND, steps=(Open(at=_at(hours=1), report=report),))


def _at(days: float = 0.0, hours: float = 0.0, minutes: float = 0.0) -> datetime:
    return CALL + timedelta(days=days, hours=hours, minutes=minutes)


def _iso(at: datetime) -> str:
    return at.isoformat()


def _do(at: datetime, by: str | None, command: str, /, **fields: Any) -> Do:
    return Do(at=at, by=by, command=command, fields=fields)


def place(east_m: float, north_m: float) -> str:
    """A place by its distance from the initial planning point, near enough for a story."""
    return f"{IPP[0] + north_m / 111_200:.6f},{IPP[1] + east_m / 82_400:.6f}"


def _ring(east_m: float, north_m: float, width_m: float, height_m: float) -> list[str]:
    return [place(east_m + dx, north_m + dy) for dx, dy in ((0, 0), (width_m, 0), (width_m, height_m), (0, height_m))]


def _call() -> list[Step]:
    t = _at(minutes=4)
    report: dict[str, Any] = {
        "title": "Overdue mushroom picker", "reported_at": _iso(CALL), "time_zone": "America/New_York",
        "jurisdiction": "Example County", "invented": True,
        "subject": {"name": "Franklin Sample", "category": "mushroom picker", "age_years": 74},
        "report": {"reporter": "Dana Sample", "relation": "daughter", "contact": "555-0117"},
        "place": {"lat": IPP[0], "lon": IPP[1], "kind": "lkp", "at": _iso(_at(hours=-8)), "place": "his car by the pond"},
        "area": {"box": "8 km", "cell": "80 m", "ecoregion": "temperate", "relief": "flat"},
    }  # fmt: skip
    return [
        Open(at=CALL, report=report),
        Import(at=_at(minutes=1), by=None, name="county.toml", as_="organisation",
               content=files("wayhome.demo").joinpath("county.toml").read_bytes()),
        _do(t, "casey", "take_report", circumstances="Left at ten to pick mushrooms, expected back for lunch."),
        _do(t, "casey", "describe_subject", clothing="green jacket, rubber boots", medical="heart tablets at six"),
        _do(t, "alex", "seal_fact", title="What the doctor said", content="Early dementia; the family does not know.", readers=["ic"]),
        _do(t, "alex", "open_sealed_fact", fact="X1", reason="for the risk assessment"),
        _do(t, "alex", "assess_risk", level="high", signs=["medical need", "cold night ahead"], reasons="Tablets due at six.",
            review_by=_iso(_at(hours=6))),
        _do(t, "alex", "set_retention", keep="180 days", rule="county records schedule (invented)"),
        _do(t, "casey", "add_companion", name="Rex", together=0.5, reason="A neighbour's dog may have gone with him."),
        _do(t, "casey", "find_companion", companion="M1", position=place(150, 80), alive=True, others_seen=False),
        _do(t, "casey", "set_destination", position=place(900, 700), reason="His best spot, says the daughter."),
    ]  # fmt: skip


def _first_hours() -> list[Step]:
    t = _at(minutes=30)
    scenarios = [
        {"id": "lost", "title": "lost or hurt in the wood", "kind": "lost", "weight": 0.8, "category": "mushroom picker"},
        {"id": "left", "title": "left with somebody", "kind": "left_by_vehicle", "weight": 0.2, "rest_of_world": 0.95},
    ]  # fmt: skip
    return [
        _do(t, "casey", "mark_point", kind="pls", position=place(400, 350), at=_iso(_at(hours=-6)), place="gate", source="a rider"),
        _do(t, "casey", "set_search_area", box="8 km", cell="80 m"),
        _do(t, "casey", "record_statement", witness="a rider", text="He waved at the gate, a basket on his arm.", told_at=_iso(t),
            observed_at=_iso(_at(hours=-6)), position=place(400, 350), place="gate", reliability="0.8"),
        _do(t, "casey", "record_statement", witness="a driver", text="An old man walked along the road to town.", told_at=_iso(t),
            observed_at=_iso(_at(hours=-5.9)), position=place(-3000, -2500), reliability="0.3"),
        _do(t, "casey", "record_clue", name="basket", finder="the rider", found_at=_iso(_at(hours=-1)), position=place(520, 500)),
        _do(t, "casey", "hand_over_item", clue="C1", holder="Alex Sample", remark="at the command post"),
        _do(t, "casey", "set_scenarios", scenarios=scenarios, reason="The car stands there."),
        _do(t, "casey", "vote_scenarios", voter="Casey", method="proportional", values={"lost": 9, "left": 1}),
        _do(t, "casey", "adopt_votes", reason="One vote is better than none."),
        _do(t, "casey", "judge_evidence", evidence="C1", likelihood={"lost": 0.9, "left": 0.3}),
        _do(t, "casey", "read_evidence", evidence="S1", kind="sighting", error_m="100 m", reliability="0.8"),
        _do(t, "casey", "withdraw_evidence", evidence="S2", reason="It was the driver's own father."),
        _do(t, "casey", "pose_inquiry", title="Does the tavern know him?", kind="ask", yes={"left": 0.6, "lost": 0.1}, minutes=10),
        _do(t, "casey", "pose_inquiry", title="Camera at the lot", kind="check", yes={"left": 0.9, "lost": 0.05}, minutes=40),
        _do(t, "jordan", "answer_inquiry", inquiry="Q1", answer="no"),
        _do(t, "casey", "withdraw_inquiry", inquiry="Q2", reason="The camera was off."),
        _do(t, "casey", "draw_boundary", name="county road", kind="road", line=[place(2000, -3000), place(2000, 3000)]),
        _do(t, "casey", "set_watch", boundary="B1", quality="0.7", since=_iso(t), remark="deputy at the crossing"),
        _do(t, "casey", "draw_region", name="Pond wood", ring=_ring(-1600, -1600, 3200, 3200)),
        _do(t, "casey", "draw_segment", name="Gate wood", ring=_ring(0, 0, 1200, 1000)),
        _do(t, "casey", "draw_segment", name="Pond shore", ring=_ring(-1200, 0, 1200, 1000)),
        _do(t, "casey", "draw_segment", name="South slope", ring=_ring(-1200, -1000, 2400, 1000)),
        _do(t, "casey", "split_segment", segment="South slope", line=[place(0, -1100), place(0, 100)], names=["South-west", "South-east"]),
        _do(t, "casey", "merge_segments", segments=["South-west", "South-east"], name="South"),
        _do(t, "casey", "redraw_segment", segment="Pond shore", ring=_ring(-1400, 0, 1400, 1000)),
        _do(t, "casey", "draw_segment", name="Drawn by mistake", ring=_ring(1400, 0, 400, 400)),
        _do(t, "casey", "retire_segment", segment="Drawn by mistake", reason="Drawn by mistake."),
    ]  # fmt: skip


def _search() -> list[Step]:
    t = _at(hours=1, minutes=20)
    return [
        _do(t, "alex", "give_order", text="Find him; keep his name out of the news.", conditions=["no_publicity"], to="all teams"),
        _do(t, "casey", "open_period", starts_at=_iso(t), ends_at=_iso(t + timedelta(hours=8)), objectives=["Gate wood tonight"]),
        _do(t, "jordan", "form_team", name="Ground 1", searchers=4, speed="1.5 km/h", sweep_width="20 m", skills=["first aid"]),
        _do(t, "jordan", "form_team", name="Dog 2", kind="air-scent dog", searchers=1, speed="3 km/h", sweep_width="90 m"),
        _do(t, "casey", "set_base", position=place(0, -50), name="Pond lot"),
        _do(t, "casey", "set_segment_needs", segment="South", skills=["first aid"], least_searchers=3),
        _do(t, "jordan", "set_team_limits", team="T1", endurance="8 h", equipment=["rope"]),
        _do(t, "casey", "lock_choice", team="T1", segment="Gate wood", reason="They know it."),
        _do(t, "casey", "release_choice", team="T1"),
        _do(t, "casey", "set_aim", aim="worst"),
        _do(t, "casey", "set_width_doubt", factor=1.5),
    ]  # fmt: skip
