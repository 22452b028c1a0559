"""An invented hiker on real relief: the Jacksboro fault that matplotlib carries. Left in the middle of the search.

The person, the times, the teams and their tracks are invented.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from typing import Any

import numpy as np

from wayhome.base.place import Position
from wayhome.base.projection import projection, proposed_crs
from wayhome.demo.story import Attach, Do, Import, Open, Step, Story

ZONE = timezone(timedelta(hours=-4))
REPORTED = datetime(2026, 5, 9, 19, 40, tzinfo=ZONE)
IPP = Position(lat_deg=36.59, lon_deg=-84.245)
CRS = proposed_crs(IPP)
SEGMENTS = (
    ("Trailhead and creek", -900, -900, 1800, 1500),
    ("North ridge", -900, 600, 1900, 1700),
    ("East slope", 1000, -600, 1600, 2000),
    ("West hollow", -2800, -700, 1900, 1800),
    ("South bench", -1100, -2600, 2200, 1700),
    ("High knob", 1000, 1400, 1700, 1600),
)


def story(reported: datetime = REPORTED) -> Story:
    """The case from its report up to the evening's first debrief, three and a half hours later."""
    seen, t = reported - timedelta(hours=9, minutes=10), reported + timedelta(minutes=20)
    steps: list[Step] = [
        Open(
            at=reported,
            report={
                "title": "Overdue hiker at the fault", "reported_at": reported.isoformat(), "time_zone": "America/New_York",
                "invented": True,
                "subject": {
                    "name": "Robin Example", "category": "hiker", "age_years": 46, "clothing": "orange jacket, grey trousers",
                    "medical": "asthma, carries an inhaler",
                },
                "report": {
                    "reporter": "Sam Example", "relation": "partner", "contact": "555-0100",
                    "circumstances": "Went up from the trailhead for a half-day walk, phone off, expected back at four.",
                },
                "place": {"lat": IPP.lat_deg, "lon": IPP.lon_deg, "kind": "lkp", "at": seen.isoformat(), "place": "trailhead, car found",
                          "source": "deputy at the car"},
                "area": {"ecoregion": "temperate", "relief": "mountain", "box": "20 km", "cell": "40 m"},
            },
        ),
        Import(at=reported + timedelta(minutes=2), by=None, name="county.toml", as_="organisation", content=files("wayhome.demo").joinpath("county.toml").read_bytes()),
        Attach(at=reported + timedelta(minutes=5), name="jacksboro_fault_dem.tif", content=_terrain()),
        _do(t, "alex", "assess_risk", level="high", signs=["overdue", "asthma"], reasons="Cold night ahead, alone.", review_by=(t + timedelta(hours=6)).isoformat()),
        _do(t, "casey", "answer_questions", answers={"danger": "no", "seen_by": "a deputy saw the car", "overdue": "yes", "alone": "yes"},
            told_by="Sam Example", told_at=t.isoformat()),
        _do(t, "alex", "score_urgency", factors={"age": 3, "medical": 1, "number_of_subjects": 1, "weather": 2, "terrain": 2},
            remarks="Asthma, alone, a cold night."),
        _do(t, "jordan", "call_out", who=["rowan", "emery", "sage"], means="pager", text="Overdue hiker, trailhead lot.", asked_at=t.isoformat()),
        _do(t, "jordan", "answer_call_out", person="rowan", reply="coming"),
        _do(t, "jordan", "answer_call_out", person="emery", reply="not_coming", remark="at work until ten"),
        _do(t, "casey", "set_channel", name="Tactical 1", function="teams", frequency="155.160 MHz"),
        _do(t, "casey", "set_medical_point", kind="hospital", name="Example Regional", place="Mill Road", contact="555-0150", travel_time="25 min"),
        _do(t, "riley", "add_hazard", hazard="old mine openings", where="West hollow", mitigation="stay on the contour, pairs", severity="high"),
        _do(t, "casey", "record_statement", witness="a couple on the trail", text="Met them at the fork about noon, going up, in good spirits.",
            told_at=t.isoformat(), observed_at=(seen + timedelta(minutes=95)).isoformat(), position=_field(700, 900), place="fork below the knob", reliability="0.7"),
        _do(t, "casey", "set_scenarios", scenarios=[
            {"id": "lost", "title": "lost or stuck on the hill", "kind": "lost", "weight": 0.75, "category": "hiker", "rest_of_world": 0.02},
            {"id": "medical", "title": "collapsed near the path", "kind": "medical", "weight": 0.17, "category": "hiker", "rest_of_world": 0.0},
            {"id": "left", "title": "left by another car", "kind": "left_by_vehicle", "weight": 0.08, "rest_of_world": 0.95},
        ], reason="Car still at the trailhead."),
        _do(t, "casey", "open_period", starts_at=t.isoformat(), ends_at=(t + timedelta(hours=6)).isoformat(), objectives=["Hasty search of trail and creek", "Hold the trailhead"]),
        *(_do(t, "casey", "draw_segment", name=name, ring=_ring(e, n, w, h)) for name, e, n, w, h in SEGMENTS),
        _do(t, "jordan", "form_team", name="Hasty 1", kind="ground", searchers=3, speed="2.5 km/h", sweep_width="30 m", skills=["first aid"]),
        _do(t, "jordan", "form_team", name="Ground 2", kind="ground", searchers=6, speed="1.5 km/h", sweep_width="20 m"),
        _do(t, "jordan", "form_team", name="Dog 3", kind="air-scent dog", searchers=1, speed="3 km/h", sweep_width="95 m", skills=["dog"]),
        _do(t, "casey", "draft_assignment", team="T1", segment="SEG1", task="Trail and creek bed, call and listen.", duration="3 h", hazards="slick rock at the ford"),
        _do(t, "casey", "draft_assignment", team="T3", segment="SEG2", task="Work the ridge with the wind.", duration="4 h"),
        _do(t + timedelta(minutes=10), "jordan", "dispatch_assignment", assignment="A1"),
        _do(t + timedelta(minutes=15), "jordan", "dispatch_assignment", assignment="A2"),
        _do(t + timedelta(minutes=20), "jordan", "check_in", person="rowan", limit="10 h"),
        _do(t + timedelta(minutes=20), "jordan", "check_in", person="sage", limit="10 h"),
        _do(t + timedelta(hours=1), "casey", "log_message", text="Hasty 1 at the ford, all well", sender="T1"),
        _do(t + timedelta(hours=2), "casey", "log_message", text="Dog 3 on the ridge, wind from the west", sender="T3"),
        Import(at=t + timedelta(hours=3), by="jordan", name="hasty-1.gpx", as_="track", for_="A1", content=_track(reported)),
        _do(t + timedelta(hours=3, minutes=5), "jordan", "debrief_assignment", assignment="A1", sweep_width="30 m", searchers=3, gaps="East bank of the creek not reached.", remarks="No sign."),
        _do(t + timedelta(hours=3, minutes=10), "casey", "draft_assignment", team="T2", segment="SEG4", task="Sweep the hollow.", duration="4 h", hazards="old mine openings"),
    ]  # fmt: skip
    return Story(case="lost-hiker", steps=tuple(steps))


def _do(at: datetime, by: str | None, command: str, /, **fields: Any) -> Do:
    return Do(at=at, by=by, command=command, fields=fields)


def _place(east_m: float, north_m: float) -> Position:
    out = projection(CRS)
    x, y = out.xy_m(IPP)
    return out.position(x + east_m, y + north_m)


def _field(east_m: float, north_m: float) -> dict[str, float]:
    return _place(east_m, north_m).as_json()


def _ring(east_m: float, north_m: float, width_m: float, height_m: float) -> list[dict[str, float]]:
    return [_field(east_m + dx, north_m + dy) for dx, dy in ((0, 0), (width_m, 0), (width_m, height_m), (0, height_m))]


def _terrain() -> bytes:
    """matplotlib's sample terrain as GeoTIFF; its `ymin` holds the north edge."""
    from affine import Affine
    from matplotlib import cbook
    from rasterio.io import MemoryFile

    loaded: Any = cbook.get_sample_data("jacksboro_fault_dem.npz")
    with loaded as dem:
        z, west, dx, dy = dem["elevation"], float(dem["xmin"]), float(dem["dx"]), float(dem["dy"])
        north = max(float(dem["ymin"]), float(dem["ymax"]))
    with MemoryFile() as memory:
        with memory.open(driver="GTiff", height=z.shape[0], width=z.shape[1], count=1, dtype="float32", crs="EPSG:4326",
                         transform=Affine(dx, 0, west, 0, -dy, north), compress="deflate") as out:  # fmt: skip
            out.write(z.astype(np.float32), 1)
        content: bytes = memory.read()
    return content


def _track(reported: datetime) -> bytes:
    """Hasty 1's outing: up the trail and along the creek, one fix in 30 s."""
    start = reported + timedelta(minutes=35)
    along = np.linspace(0.0, 1.0, 300)
    east = -700 + 1500 * along + 160 * np.sin(along * 22)
    north = -800 + 1250 * along + 220 * np.sin(along * 17 + 1)
    rows = []
    for i, (e, n) in enumerate(zip(east, north, strict=True)):
        p = _place(float(e), float(n))
        at = (start + timedelta(seconds=30 * i)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        rows.append(f'<trkpt lat="{p.lat_deg:.6f}" lon="{p.lon_deg:.6f}"><time>{at}</time></trkpt>')
    head = '<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" creator="invented" xmlns="http://www.topografix.com/GPX/1/1">'
    return f"{head}<trk><name>Hasty 1</name><trkseg>{''.join(rows)}</trkseg></trk></gpx>".encode()
