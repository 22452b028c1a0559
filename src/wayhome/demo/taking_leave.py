"""The case that the project was made from, from the morning's report to the letter a year later.

Facts as in the story; coordinates, clock times, ages, teams, segments and all figures are invented.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from importlib.resources import files
from typing import Any

from wayhome.demo import land
from wayhome.demo.story import Attach, Do, Import, Open, Step, Story

ZONE = timezone(timedelta(hours=12))
EVENING = datetime(2024, 10, 7, 18, 10, tzinfo=ZONE)  # sunset of the last evening
MORNING = datetime(2024, 10, 8, 7, 20, tzinfo=ZONE)
STATIONS = ("eastern border post", "southern gate", "Hunter-nin")


def story() -> Story:
    """The whole case as steps."""
    return Story(case="taking-leave", steps=(*_report(), *_first_hours(), *_order_and_search(), *_year(), *_letter()))


def _do(at: datetime, by: str | None, command: str, /, **fields: Any) -> Do:
    return Do(at=at, by=by, command=command, fields=fields)


def _iso(at: datetime) -> str:
    return at.isoformat()


def _report() -> list[Step]:
    return [
        Open(
            at=MORNING,
            report={
                "title": "Uzumaki Naruto, genin, has left the village",
                "reported_at": _iso(MORNING), "time_zone": "Pacific/Majuro", "jurisdiction": "Fire country", "invented": True,
                "subject": {
                    "name": "Uzumaki Naruto", "category": "child 13-15", "age_years": 13, "sex": "male",
                    "description": "Genin. Fair hair, blue eyes; usually loud, subdued of late.",
                    "history": "A week ago a mission to retrieve Sasuke Uchiha failed; he took part and blames himself. Many "
                    "in the village shun him; four people stand by him.",
                },
                "report": {
                    "reporter": "chuunin on duty", "relation": "duty officer",
                    "circumstances": "His apartment is empty. He was already across the border when his absence was noticed; ANBU did not catch him.",
                },
                "place": {
                    **_latlon(250, -180), "kind": "pls", "at": _iso(EVENING + timedelta(hours=2)),
                    "place": "Ichiraku ramen stall", "source": "Iruka",
                },
                "area": {"box": "30 km", "cell": "60 m", "ecoregion": "temperate", "relief": "flat"},
            },
        ),
        Import(at=MORNING + timedelta(minutes=5), by=None, name="village.toml", as_="organisation",
               content=files("wayhome.demo").joinpath("village.toml").read_bytes()),
        Attach(at=MORNING + timedelta(minutes=6), name="invented-relief.tif", content=land.terrain()),
        Attach(at=MORNING + timedelta(minutes=7), name="river.geojson", content=land.lines_geojson(land.RIVER, "river"), line_kind="stream"),
        Attach(at=MORNING + timedelta(minutes=7), name="east-road.geojson", content=land.lines_geojson(land.ROAD_EAST, "east road"), line_kind="road"),
        Attach(at=MORNING + timedelta(minutes=7), name="south-road.geojson", content=land.lines_geojson(land.ROAD_SOUTH, "south road"), line_kind="road"),
        Attach(at=MORNING + timedelta(minutes=8), name="north-trail.geojson", content=land.lines_geojson(land.TRAIL_NORTH, "north trail"), line_kind="trail"),
        Attach(at=MORNING + timedelta(minutes=8), name="west-trail.geojson", content=land.lines_geojson(land.TRAIL_WEST, "west trail"), line_kind="trail"),
    ]  # fmt: skip


def _first_hours() -> list[Step]:
    t = MORNING + timedelta(minutes=15)
    return [
        _do(t, "tsunade", "draw_boundary", name="border of the Fire country", kind="border", line=land.curve(land.BORDER)),
        _do(t, "tsunade", "set_watch", boundary="B1", quality="0.4", since=_iso(EVENING), until=_iso(MORNING),
            remark="The Fifth suspects that prejudice against him made for a poor watch."),
        _do(t + timedelta(minutes=5), "shikamaru", "record_statement", witness="Shikamaru",
            text="At sunset on the grassy slope he was subdued, asked whether he is blamed for not stopping Sasuke, fists "
            "clenched. He walked away towards the market.", told_at=_iso(t), observed_at=_iso(EVENING),
            position=land.pair(-700, 420), place="grassy slope", bearing_deg="135", reliability="0.9"),
        _do(t + timedelta(minutes=20), "iruka", "record_statement", witness="Iruka",
            text="Ate with me at the stall. A dead look, picked at his food, said nothing is wrong, a bitter smile. He paid for "
            "me, my pay comes this morning.", told_at=_iso(t), observed_at=_iso(EVENING + timedelta(hours=2)),
            position=land.pair(250, -180), place="Ichiraku ramen stall", reliability="0.95"),
        _do(t + timedelta(minutes=24), "duty", "record_statement", witness="chuunin on duty",
            text="He was seen from afar beyond the border before dawn; the watch did not stop him.",
            told_at=_iso(t), observed_at=_iso(MORNING - timedelta(hours=2)), position=land.pair(9800, 1000), place="beyond the border", reliability="0.7"),
        _do(t + timedelta(minutes=25), "duty", "record_clue", name="necklace", description="The necklace that the Fifth gave him some weeks before.",
            finder="chuunin on duty", found_at=_iso(MORNING - timedelta(minutes=40)), position=land.pair(-150, 90), place="his apartment, on the table"),
        _do(t + timedelta(minutes=26), "duty", "record_clue", name="note of goodbye", description="A note in his hand, found beside the necklace.",
            finder="chuunin on duty", found_at=_iso(MORNING - timedelta(minutes=40)), position=land.pair(-150, 90), place="his apartment, on the table"),
        _do(t + timedelta(minutes=30), "duty", "hand_over_item", clue="C1", holder="Tsunade, the Fifth", remark="handed over at the report"),
        _do(t + timedelta(minutes=30), "duty", "hand_over_item", clue="C2", holder="Tsunade, the Fifth", remark="handed over at the report"),
        *(_do(t + timedelta(minutes=30), "tsunade", "confirm_receipt", clue=c, received_by="Tsunade, the Fifth") for c in ("C1", "C2")),
        _do(t + timedelta(minutes=31), "tsunade", "mark_point", kind="lkp", position=land.pair(-150, 90),
            at=_iso(EVENING + timedelta(hours=5)), place="his apartment", source="lamp seen at night (invented)"),
        _do(t + timedelta(minutes=40), "tsunade", "seal_fact", title="What he carries",
            content="The Nine-tailed fox is sealed inside him. It may be working on him: whoever he meets may not be dealing with him alone.",
            readers=["head"]),
        _do(t + timedelta(minutes=42), "tsunade", "open_sealed_fact", fact="X1", reason="Weighing whether a third party influences him."),
        _do(t + timedelta(minutes=45), "tsunade", "assess_risk", level="high",
            signs=["gave away something treasured", "note of goodbye", "withdrawn", "has slept badly for a week", "guilt over the failed mission", "says that he is fine"],
            reasons="Sudden change after a loss, with a goodbye.", review_by=_iso(MORNING + timedelta(hours=12))),
        _do(t + timedelta(minutes=46), "tsunade", "score_urgency", factors={"age": 2, "medical": 2, "equipment": 2, "experience": 3},
            remarks="Weather and ground are not known yet (invented)."),
        _do(t + timedelta(minutes=50), "tsunade", "draw_region", name="the village", ring=land.ring(-1500, -1400, 3000, 2800)),
        _do(t + timedelta(minutes=55), "tsunade", "set_scenarios", reason="The Fifth asks why he would leave; nobody knows yet.", scenarios=[
            {"id": "home", "title": "still in the village", "kind": "not_missing", "weight": 0.10, "region": "R1"},
            {"id": "despondent", "title": "despondent, hiding near by", "kind": "despondent", "weight": 0.25, "category": "despondent", "rest_of_world": 0.05},
            {"id": "runaway", "title": "left of his own will", "kind": "runaway", "weight": 0.30, "rest_of_world": 0.10, "goal": land.pair(12000, 1500)},
            {"id": "influenced", "title": "influenced by a third party", "kind": "influenced", "weight": 0.25, "rest_of_world": 0.15, "goal": land.pair(12000, 1500)},
            {"id": "taken", "title": "taken by somebody", "kind": "taken", "weight": 0.10, "rest_of_world": 0.40},
        ]),
        _do(t + timedelta(minutes=58), "tsunade", "judge_evidence", evidence="C2", reason="A goodbye is written by one who goes.",
            likelihood={"home": "0.02", "despondent": "0.5", "runaway": "0.8", "influenced": "0.6", "taken": "0.05"}),
        _do(t + timedelta(minutes=58), "tsunade", "judge_evidence", evidence="C1", reason="It lay with the note and says the same; it is not counted twice.",
            likelihood={"home": "1", "despondent": "1", "runaway": "1", "influenced": "1", "taken": "1"}),
        _do(t + timedelta(minutes=59), "tsunade", "judge_evidence", evidence="S3", reason="Seen from afar and in the dark: it may not have been him.",
            likelihood={"home": "0.1", "despondent": "0.15", "runaway": "0.7", "influenced": "0.7", "taken": "0.5"}),
        _do(t + timedelta(minutes=60), "tsunade", "read_evidence", evidence="S3", kind="sighting", error_m="500 m",
            scenarios=["runaway", "influenced", "taken"], reason="From the tower by starlight; half a kilometre either way."),
    ]  # fmt: skip


def _order_and_search() -> list[Step]:
    t = MORNING + timedelta(hours=1, minutes=30)
    steps: list[Step] = [
        _do(t, "tsunade", "give_order", text="Dispatch a team to locate him and retrieve him unharmed.", conditions=["unharmed"], to="ANBU team-06"),
        _do(t + timedelta(minutes=2), "haruka", "acknowledge_order", order="O1", who="Mizuke Haruka"),
        _do(t, "tsunade", "open_period", starts_at=_iso(t), ends_at=_iso(t + timedelta(hours=8)),
            objectives=["Find him or his trail before the rain", "Watch the border from now on"]),
        _do(t, "haruka", "draw_segment", name="East road to the border", ring=land.ring(2500, -1500, 6500, 2600)),
        _do(t, "haruka", "draw_segment", name="River meadows", ring=land.ring(-2500, 700, 4000, 1800)),
        _do(t, "haruka", "draw_segment", name="North woods", ring=land.ring(200, 2600, 3400, 3200)),
        _do(t, "haruka", "draw_segment", name="Market and slope", ring=land.ring(-1400, -1000, 2600, 1600)),
        _do(t, "tsunade", "form_team", name="ANBU team-06", kind="trackers", leader="haruka", members=["haruka"], searchers=4, speed="3 km/h", sweep_width="30 m", skills=["tracking"]),
        _do(t, "tsunade", "form_team", name="Village search", kind="ground", leader="iruka", members=["iruka", "shikamaru"], searchers=8, speed="2 km/h", sweep_width="20 m"),
        _do(t, "haruka", "draft_assignment", team="T1", segment="SEG1", task="Follow the road to the border; look for sign.", duration="6 h"),
        _do(t, "haruka", "draft_assignment", team="T2", segment="SEG4", task="House to house, slope and market.", duration="5 h", hazards="none beyond the crowd"),
        _do(t + timedelta(minutes=10), "haruka", "dispatch_assignment", assignment="A1"),
        _do(t + timedelta(minutes=10), "tsunade", "dispatch_assignment", assignment="A2"),
        _do(t + timedelta(hours=5), "iruka", "debrief_assignment", assignment="A2", sweep_width="20 m", track_length="9 km", searchers=8, remarks="Nobody has seen him since the stall."),
        _do(t + timedelta(hours=7), "haruka", "debrief_assignment", assignment="A1", sweep_width="30 m", track_length="21 km", searchers=4, remarks="Trail lost at the border.", gaps="The woods south of the road."),
    ]  # fmt: skip
    day = t + timedelta(days=1)
    notices = (
        (
            "border_alert",
            "Border alert: Uzumaki Naruto",
            "Genin of the village, 13, fair hair. Report every sighting. Do not frighten him.",
            (),
        ),
        (
            "warrant",
            "Warrant for a missing-nin: Uzumaki Naruto",
            "To be brought back to the village. Unharmed, by order of the Fifth.",
            ("detain",),
        ),
    )
    for i, (kind, title, text, permits) in enumerate(notices, start=1):
        key = f"N{i}"
        steps += [
            _do(day, "haruka", "draft_notice", kind=kind, title=title, text=text, permits=list(permits)),
            _do(day + timedelta(hours=1), "tsunade", "approve_notice", notice=key),
            _do(day + timedelta(hours=1), "tsunade", "publish_notice", notice=key, audiences=list(STATIONS)),
            *(
                _do(day + timedelta(hours=6), "haruka", "acknowledge_notice", notice=key, audience=a)
                for a in STATIONS[: 2 + (i == 2)]
            ),
        ]
    return steps


def _year() -> list[Step]:
    steps: list[Step] = []
    outings = ((30, "T1", "SEG3", "18 km"), (95, "T1", "SEG2", "12 km"), (210, "T1", "SEG1", "25 km"))
    for n, (days, team, segment, length) in enumerate(outings, start=3):
        t = MORNING + timedelta(days=days)
        steps += [
            _do(t, "haruka", "draft_assignment", team=team, segment=segment, task="Search again; ask along the way.", duration="8 h"),
            _do(t, "haruka", "dispatch_assignment", assignment=f"A{n}"),
            _do(t + timedelta(hours=8), "haruka", "debrief_assignment", assignment=f"A{n}", sweep_width="30 m", track_length=length, searchers=4, remarks="No sign."),
        ]  # fmt: skip
    return steps


def _letter() -> list[Step]:
    t = MORNING + timedelta(days=366)
    checklist = {
        "survival": "Nothing speaks against it; he can fend for himself.",
        "in_area": "No. He was seen beyond the border on the first morning, and no trace was found since.",
        "effective": "Within the territory, in part; containment on the first night was poor.",
        "scenarios": "All five were followed as far as the border.",
        "clues": "Necklace and note are in the keeping of the Fifth; nothing is open.",
        "rest_of_world": "Rests on the sighting and the note, not only on searches that failed.",
        "hazard": "Pursuit beyond the border would endanger team and treaty.",
        "family": "He has none; the four who stand by him were told.",
    }
    return [
        _do(t, "tsunade", "decide_departure", conclusion="left", probability="0.9", evidence=["S3", "C2"],
            reasons="Seen beyond the border on the first morning; a goodbye was written; no trace within the territory in a year."),
        _do(t + timedelta(hours=1), "haruka", "propose_suspension",
            reasons="The task of finding and retrieving him is to be suspended indefinitely, because he has left the boundaries of the "
            "Fire country. The team takes responsibility and apologises.", checklist=checklist,
            reopen_if="A confirmed sighting within the Fire country, word from him, or leave to search beyond the border."),
        _do(t + timedelta(days=1), "reviewer", "review_suspension", suspension="P1", agrees=True,
            remarks="The searches within the territory are documented and fair. The watch of the first night was not; that is a finding for the village, not a ground to go on."),
        _do(t + timedelta(days=2), "tsunade", "suspend_search", suspension="P1", signed_for="ANBU team-06, Mizuke Haruka"),
        *(_do(t + timedelta(days=2, hours=1), "tsunade", "cancel_notice", notice=n, reason="The search is suspended; he has left the territory.") for n in ("N1", "N2")),
        *(_do(t + timedelta(days=2, hours=2), "haruka", "send_recall", notice=n, audience=a, means="mail", proof="sealed letter by messenger bird (invented)") for n in ("N1", "N2") for a in STATIONS),
        *(_do(t + timedelta(days=2, hours=5), "haruka", "confirm_recall", notice=n, audience=a) for n in ("N1", "N2") for a in STATIONS),
        _do(t + timedelta(days=2, hours=5), "haruka", "schedule_revisit", what="Ask again at the market and at the stall.", place="the village",
            trigger="word of him from within the Fire country"),
        _do(t + timedelta(days=2, hours=6), "haruka", "draft_notice", kind="standing_order", title="Standard procedure for a missing-nin",
            text="Hunter-nin who meet the missing-nin Uzumaki Naruto follow the standard procedure: search and destroy.", permits=["lethal_force"]),
        _do(t + timedelta(days=2, hours=7), "tsunade", "approve_notice", notice="N3"),
        _do(t + timedelta(days=2, hours=7), "tsunade", "publish_notice", notice="N3", audiences=["Hunter-nin"]),
        _do(t + timedelta(days=2, hours=9), "tsunade", "waive_contradiction", order="O1", subject="N3",
            reason="The standing procedure binds every village and I may not withhold it. My order to bring him back unharmed stands for everybody of ours."),
        _do(t + timedelta(days=2, hours=9), "tsunade", "publish_notice", notice="N3", audiences=["Hunter-nin"]),
        _do(t + timedelta(days=3), "haruka", "acknowledge_notice", notice="N3", audience="Hunter-nin"),
    ]  # fmt: skip


def _latlon(east_m: float, north_m: float) -> dict[str, float]:
    position = land.place(east_m, north_m)
    return {"lat": position.lat_deg, "lon": position.lon_deg}
