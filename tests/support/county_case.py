"""A county case from the first call to closure, with a reopening in between; everything in it is invented.

An elderly mushroom picker is overdue. The search is suspended after five days, a clue is found at a revisit, the
search goes on, he is found, and the case is closed. A second report of the same person is merged, and taken apart.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from importlib.resources import files
from typing import Any

from told import Merge

from wayhome.case.decision import SUSPENSION_CHECKLIST
from wayhome.demo import Do, Import, Open, Step, Story

ZONE = timezone(timedelta(hours=-4))
CALL = datetime(2025, 9, 12, 18, 20, tzinfo=ZONE)
IPP = (42.2100, -71.1000)
CASE, SECOND = "county", "county-second-call"


def call() -> Story:
    """From the first call to the first plan."""
    return Story(case=CASE, steps=(*_call(), *_first_hours(), *_people(), *_papers()))


def rest() -> Story:
    """From the first search to closure."""
    return Story(
        case=CASE,
        steps=(*_evidence(), *_search(), *_outings(), *_notices(), *_suspended_and_reopened(), *_found_and_closed()),
    )


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
        _do(t, "casey", "answer_questions", answers={"seen_by": "a rider at the gate", "confused": "unknown", "overdue": "yes", "alone": "yes"},
            told_by="Dana Sample", told_at=_iso(t)),
        _do(t, "casey", "score_urgency", factors={"age": 1, "medical": 1, "weather": 2}, remarks="Alone, tablets due."),
        _do(t, "casey", "amend_case", jurisdiction="Example County, north district"),
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
        Import(at=t, by="alex", name="own.csv", as_="table",
               content=b"category,ecoregion,relief,n,q25_km,q50_km,q75_km,q95_km\nhiker,temperate,flat,40,1,2,4,9\n"),
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
        _do(t + timedelta(minutes=1), "jordan", "invite_phone", team="T1", code="river stone 4182", purpose="leader's phone",
            expires_at=_iso(t + timedelta(hours=8)), single=True),
        _do(t + timedelta(minutes=2), None, "join_phone", code="RIVERSTONE4182", holder="Rowan", secret="a-secret-of-the-phone-itself"),
        _do(t + timedelta(minutes=3), "jordan", "withdraw_invitation", invitation="INV1", reason="The leader's phone is in."),
        _do(t + timedelta(minutes=4), "jordan", "revoke_phone", phone="PH1", reason="Left in the car; the team goes by radio."),
        _do(t, "casey", "set_base", position=place(0, -50), name="Pond lot"),
        _do(t, "casey", "set_segment_needs", segment="South", skills=["first aid"], least_searchers=3),
        _do(t, "jordan", "set_team_limits", team="T1", endurance="8 h", equipment=["rope"]),
        _do(t, "casey", "lock_choice", team="T1", segment="Gate wood", reason="They know it."),
        _do(t, "casey", "release_choice", team="T1"),
        _do(t, "casey", "set_aim", aim="worst"),
        _do(t, "casey", "set_width_doubt", factor=1.5),
        _do(t, "casey", "set_objectives", objectives=["Gate wood tonight", "Hold the road"]),
        _do(t, "casey", "set_command_emphasis", emphasis="Call and listen every five minutes."),
        _do(t, "jordan", "acknowledge_order", order="O1", who="Jordan Sample"),
        _do(t, "alex", "give_order", text="Bring the press to the pond lot at nine.", to="all teams"),
        _do(t, "alex", "amend_order", order="O2", text="No press at the pond lot.", reason="The family asks for quiet."),
        _do(t, "alex", "rescind_order", order="O2", reason="Settled by telephone."),
        _do(t, "alex", "give_order", text="Nobody is to be hurt, the dog included.", conditions=["unharmed"]),
        _do(t, "quinn", "send_message", to="farm", text="Shoot the loose dog if it comes near."),  # stopped
        _do(t, "alex", "waive_contradiction", order="O3", subject="MSG1", reason="It bit two people."),
        _do(t, "alex", "release_message", message="MSG1"),
        _do(t, "jordan", "change_team", team="T1", join=["rowan", "emery"], leader="rowan"),
        _do(t, "jordan", "set_welfare", team="T1", interval="20 min"),
        _do(t, "jordan", "set_team_status", team="T2", status="resting"),
        _do(t, "jordan", "set_team_status", team="T2", status="available"),
    ]  # fmt: skip


def _outings() -> list[Step]:
    t = _at(hours=1, minutes=40)
    return [
        _do(t, "casey", "draft_assignment", team="T1", segment="Gate wood", task="Line along the wall.", duration="3 h"),
        _do(t, "casey", "amend_assignment", assignment="A1", equipment="rope, head torches", reason="Dark by then."),
        _do(t, "jordan", "approve_assignment", assignment="A1"),
        _do(t, "riley", "brief", briefed=["T1"], assignment="A1", remarks="mud, wall"),
        _do(t, "jordan", "dispatch_assignment", assignment="A1"),
        _do(t, "casey", "draft_assignment", team="T2", segment="Pond shore", task="Tell the press his name when you meet them.",
            permits=["publish_name"]),
        _do(t, "jordan", "dispatch_assignment", assignment="A2"),  # stopped: the order keeps his name out of the news
        _do(t, "alex", "waive_contradiction", order="O1", subject="A2", reason="The paper has it already."),
        _do(t, "jordan", "dispatch_assignment", assignment="A2"),
        _do(t + timedelta(minutes=20), "quinn", "log_message", text="T1 at the wall, all well", sender="T1"),
        _do(t + timedelta(minutes=21), "quinn", "correct_message", message="MSG2", text="T1 at the gate, all well", reason="Misheard."),
        _do(t + timedelta(minutes=25), "quinn", "send_message", to="County dispatch", subject="Ambulance", text="Please hold one.",
            reply_wanted=True),
        _do(t + timedelta(minutes=30), "quinn", "reply_message", message="MSG3", text="One is held.", replied_by="County dispatch"),
        _do(t + timedelta(minutes=40), "jordan", "confirm_welfare", team="T1", remark="all well"),
        _do(t + timedelta(hours=2), "jordan", "cancel_assignment", assignment="A2", reason="The dog is lame."),
        _do(t + timedelta(hours=3), "jordan", "report_back", assignment="A1"),
        _do(t + timedelta(hours=3, minutes=5), "jordan", "attach_track", assignment="A1", blob="3" * 64, file_name="g1.gpx", points=400,
            track_length_m=5200),
        _do(t + timedelta(hours=3, minutes=10), "jordan", "debrief_assignment", assignment="A1", pod="0.5", pod_clue="0.3",
            not_there_or_missed="Not there, we think."),
        _do(t + timedelta(hours=3, minutes=20), "jordan", "amend_debrief", assignment="A1", pod="0.4", reason="The bog was left out."),
        _do(t + timedelta(hours=4), "casey", "close_period", period="OP1"),
    ]  # fmt: skip


def _notices() -> list[Step]:
    t = _at(hours=6)
    out: list[Step] = [
        _do(t, "avery", "draft_notice", kind="missing_notice", title="Missing: an elderly man", text="Call if you see him.",
            shows=["age", "clothing"], contact="555-0100", expires_at=_iso(_at(days=3))),
        _do(t, "alex", "approve_notice", notice="N1"),
        _do(t, "alex", "publish_notice", notice="N1", audiences=["Neighboring counties", "Local radio"], means="e_mail"),
        _do(t, "avery", "acknowledge_notice", notice="N1", audience="Local radio"),
        _do(t, "avery", "record_republication", notice="N1", audience="Village paper", via="Local radio", means="press"),
        _do(t, "avery", "update_notice", notice="N1", text="Call if you see him; do not approach.", reason="He may be confused."),
        _do(t, "alex", "approve_notice", notice="N1"),
        _do(t, "alex", "republish_notice", notice="N1", means="e_mail"),
        _do(t, "alex", "extend_notice", notice="N1", expires_at=_iso(_at(days=6)), reason="The search goes on."),
        _do(t, "alex", "suspend_notice", notice="N1", until=_iso(_at(days=1)), reason="A false sighting is checked."),
        _do(t, "alex", "resume_notice", notice="N1", reason="It was false."),
        _do(t, "avery", "draft_notice", kind="public_appeal", title="Appeal", text="Search your sheds."),
        _do(t, "alex", "reject_notice", notice="N2", reason="Too early."),
        _do(t, "avery", "draft_notice", kind="border_alert", title="Bus stations", text="Watch for him."),
        _do(t, "alex", "approve_notice", notice="N3"),
        _do(t, "alex", "publish_notice", notice="N3", audiences=["State coordinator"], means="phone"),
        _do(t, "alex", "cancel_notice", notice="N3", reason="He has no money with him."),
    ]  # fmt: skip
    return out


def _suspended_and_reopened() -> list[Step]:
    t = _at(days=5)
    checklist = dict.fromkeys(SUSPENSION_CHECKLIST, "Looked at with the team.")
    return [
        *(_do(_at(hours=10), "jordan", "check_out", person=p, home_by=_iso(_at(hours=11))) for p in ("rowan", "emery", "sage", "blake")),
        _do(_at(hours=10), "jordan", "check_out", person="V1"),
        *(_do(_at(hours=11), "jordan", "arrived_home", person=p) for p in ("rowan", "emery", "sage", "blake")),
        _do(t, "alex", "decide_departure", conclusion="not_left", reasons="Nothing speaks for it."),
        _do(t, "casey", "propose_suspension", reasons="Five days without a sign.", checklist=checklist, reopen_if="A new clue."),
        _do(t, "morgan", "review_suspension", suspension="P1", agrees=True, remarks="Fair; go back to the shore at low water."),
        _do(t, "alex", "suspend_search", suspension="P1", signed_for="Example County"),
        _do(t, "casey", "schedule_revisit", what="The shore at low water.", segment="Pond shore", due=_iso(_at(days=12))),
        _do(t, "casey", "schedule_revisit", what="The quarry.", trigger="when the pump runs"),
        _do(t, "casey", "cancel_revisit", revisit="RV2", reason="The owner looked himself."),
        _do(_at(days=12), "casey", "draft_assignment", team="T1", segment="Pond shore", task="The reeds at low water.", revisit="RV1"),
        _do(_at(days=12), "jordan", "dispatch_assignment", assignment="A3"),
        _do(_at(days=12, hours=3), "jordan", "debrief_assignment", assignment="A3", pod="0.6"),
        _do(_at(days=12, hours=4), "casey", "do_revisit", revisit="RV1", result="A boot in the reeds.", by="the club"),
        _do(_at(days=12, hours=4), "casey", "record_clue", name="boot in the reeds", finder="the club", position=place(-700, 500)),
        _do(_at(days=12, hours=5), "alex", "reopen_search", because="The boot is his.", evidence=["C3"]),
    ]  # fmt: skip


def _found_and_closed() -> list[Step]:
    t = _at(days=13)
    return [
        _do(t, "alex", "report_find", position=place(-720, 540), condition="injured", means="public"),
        _do(t, "alex", "amend_find", means="dog", reason="It was the handler's dog."),
        _do(t, "alex", "withhold_place", reason="He asks that nobody be told where."),
        _do(t, "avery", "withdraw_notice", notice="N1", reason="He is found."),
        *(_do(t, "avery", "send_recall", notice="N1", audience=a, means="e_mail", proof="mail of the day")
          for a in ("Neighboring counties", "Local radio", "Village paper")),
        _do(t, "avery", "send_recall", notice="N3", audience="State coordinator", means="phone", proof="call noted"),
        _do(t, "avery", "chase_recall", notice="N1", audience="Village paper", means="phone"),
        _do(t, "avery", "confirm_recall", notice="N1", audience="Local radio"),
        _do(t, "alex", "dispose_item", clue="C1", how="returned", to="Dana Sample", reason="It is his."),
        _do(t, "alex", "close_case", outcome="found", seen_by="Riley Sample", seen_at=_iso(t - timedelta(minutes=5)), interview="done",
            interview_by="Alex Sample", true_scenario="lost", searchers="Debriefed; one offered a talk.", tell_family=False),
    ]  # fmt: skip


def handover() -> Story:
    """The second caller's case goes to the next county."""
    t = _at(hours=3)
    steps = (
        _do(t, None, "propose_handover", to="State police", reasons="He lives there."),
        _do(t, None, "withdraw_handover", handover="H1", reason="Wrong office."),
        _do(t, None, "propose_handover", to="Next County", reasons="He lives there.", keeps=["the dog"]),
        _do(t, None, "accept_handover", handover="H2", accepted_by="Sheriff Example", reference="NC-12"),
    )
    return Story(case=SECOND, steps=steps)


def _people() -> list[Step]:
    t = _at(minutes=50)
    return [
        _do(t, "alex", "amend_member", id="blake", name="Blake Sample", rank="member", roles=["member"]),
        _do(t, "alex", "amend_member", id="parker", name="Parker Sample", rank="member", roles=["member"]),
        _do(t, "alex", "retire_member", member="parker", reason="Moved away last year."),
        _do(t, "alex", "set_role", id="logistics", may=["record", "dispatch", "plan"]),
        _do(t, "alex", "fill_position", position="documentation_unit", member="quinn", title="Documentation unit leader"),
        _do(t, "jordan", "call_out", who=["rowan", "emery", "sage", "blake"], means="pager", text="Overdue man, pond lot, now."),
        _do(t, "jordan", "answer_call_out", person="rowan", reply="coming", eta=_iso(t + timedelta(minutes=30))),
        *(_do(t + timedelta(minutes=25), "jordan", "check_in", person=who, limit="10 h") for who in ("rowan", "emery", "sage", "blake")),
        _do(t, "jordan", "issue_volunteer_code", code="pond lot 7391 brook", purpose="volunteers of the evening",
            expires_at=_iso(t + timedelta(hours=12)), greeting="Thank you for coming.", meeting_point="Pond lot, blue tent"),
        _do(t + timedelta(minutes=30), None, "check_in", name="Kim Volunteer", phone="555-0190", code="pond lot 7391 brook", limit="6 h"),
        _do(t + timedelta(minutes=40), "jordan", "revoke_volunteer_code", code="VC1", reason="Enough people."),
        _do(t + timedelta(minutes=41), "jordan", "extend_stay", person="rowan", leave_by=_iso(t + timedelta(hours=11)), reason="Asked to stay."),
    ]  # fmt: skip


def _papers() -> list[Step]:
    t = _at(hours=1)
    return [
        _do(t, "casey", "set_channel", name="Tactical 1", function="teams", frequency="155.160 MHz"),
        _do(t, "casey", "set_channel", name="Old repeater", frequency="155.205 MHz"),
        _do(t, "casey", "remove_channel", channel="Old repeater", reason="Out of order."),
        _do(t, "casey", "set_medical_point", kind="hospital", name="Example General", place="Mill Road", contact="555-0150", travel_time="20 min"),
        _do(t, "casey", "set_medical_point", kind="aid_station", name="Tent", place="Pond lot"),
        _do(t, "casey", "remove_medical_point", point="Tent", reason="Ambulance came instead."),
        _do(t, "riley", "add_hazard", hazard="deep mud at the shore", segment="Pond shore", mitigation="poles, pairs", severity="medium"),
        _do(t, "riley", "add_hazard", hazard="loose dog", where="farm", severity="low"),
        _do(t, "riley", "close_hazard", hazard="HZ2", reason="Tied up."),
        _do(t, "riley", "set_safety_message", message="Pairs along the shore. Head torches from seven."),
        _do(t, "casey", "set_weather", forecast="Clear, 4 degrees at dawn.", source="weather service"),
    ]  # fmt: skip


def _evidence() -> list[Step]:
    t = _at(hours=1, minutes=10)
    photo = {"blob": "0" * 64, "form": "jpeg", "width_px": 1200, "height_px": 1600}
    return [
        _do(t, "casey", "amend_statement", statement="S1", reliability="0.85", reason="She knows him well."),
        _do(t, "casey", "amend_clue", clue="C1", description="willow, a red cloth in it", reason="Looked at it again."),
        _do(t, "casey", "record_clue", name="boot print", found_at=_iso(_at(hours=-0.5)), position=place(560, 560), instruction="mark"),
        _do(t, "casey", "amend_clue", clue="C2", instruction="collect", reason="Rain is coming."),
        _do(t, "rowan", "collect_item", clue="C2", taken_by="Rowan Sample", seal_number="B-17", remark="cast"),
        _do(t, "casey", "confirm_receipt", clue="C1", received_by="Alex Sample"),
        _do(t, "casey", "attach_photograph", file_name="franklin.jpg", of="subject", may_publish="yes", **photo),
        _do(t, "casey", "attach_photograph", file_name="print.jpg", of="C2", **{**photo, "blob": "1" * 64}),
        _do(t, "casey", "attach_photograph", file_name="thumb.jpg", of="C2", **{**photo, "blob": "2" * 64}),
        _do(t, "casey", "amend_photograph", photograph="PH2", caption="left boot, heel worn"),
        _do(t, "casey", "place_photograph", photograph="PH2", position=place(560, 561), reason="where the print is"),
        _do(t, "casey", "choose_portrait", photograph="PH1"),
        _do(t, "casey", "withdraw_photograph", photograph="PH3", reason="Shows a finger."),
    ]  # fmt: skip


def stories() -> list[Story | Merge]:
    """All of it, in the order of time: the second call is merged into the case, and taken apart again."""
    merge = Merge(at=_at(hours=1, minutes=5), primary=CASE, duplicate=SECOND, by="alex")
    return [second_call(), call(), merge, rest(), handover()]
