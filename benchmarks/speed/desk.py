"""What a desk waits for: from an IPP to the drawn map, and from a debrief to the new map."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.measure import REPEATS, Stopwatch, Table, seconds, to_goal
from benchmarks.relief import relief_m
from wayhome.app import App
from wayhome.app.exchange import add_ground, import_files
from wayhome.app.pictures import poa_png
from wayhome.base.place import Position
from wayhome.base.projection import projection, proposed_crs
from wayhome.science.warm import warm

IPP = Position(lat_deg=42.21, lon_deg=-71.09)
SEEN = datetime(2026, 5, 9, 11, 0, tzinfo=UTC)
BOX_KM, CELL_M = 30, 30
FIXES = 500
SEGMENT_M = 1500.0
PRIOR_GOAL_S, UPDATE_GOAL_S = 2.0, 0.3
SCENARIOS = [
    {"id": "lost", "title": "lost", "kind": "lost", "weight": 0.75, "category": "hiker", "rest_of_world": 0.02},
    {"id": "medical", "title": "collapsed", "kind": "medical", "weight": 0.17, "category": "hiker", "rest_of_world": 0.0},
    {"id": "left", "title": "left by car", "kind": "left_by_vehicle", "weight": 0.08, "rest_of_world": 0.95},
]  # fmt: skip


def measured() -> Table:
    """Maps of 30 x 30 km at 30 m with a terrain model on disk; kernels are compiled before."""
    warm()
    with tempfile.TemporaryDirectory() as folder:
        desk = Path(folder)
        dem = desk / "dem.tif"
        _write_dem(dem)
        app = _app(desk)
        _open(app, "prior", dem)
        poa_png(app, "prior")  # imports of the first map
        app.close()
        by_distance, by_reach = Stopwatch(), Stopwatch()
        for _ in range(REPEATS):
            for watch, at in ((by_distance, None), (by_reach, SEEN + timedelta(hours=12))):
                app = _app(desk)  # a new App holds no map and no ground yet
                app.state("prior")
                with watch:
                    app.product("prior", "poa", at=at)
                    poa_png(app, "prior", at=at)
                app.close()
        updates = {1: (Stopwatch(), Stopwatch(), Stopwatch()), len(SCENARIOS): (Stopwatch(), Stopwatch(), Stopwatch())}
        for scenarios, watches in updates.items():
            for i in range(REPEATS):
                _debriefed(desk, f"update-{scenarios}-{i}", dem, scenarios, *watches)
    rows = [
        _row("IPP to drawn prior", by_distance, PRIOR_GOAL_S),
        _row("the same cut to a walk of 12 h", by_reach, PRIOR_GOAL_S),
    ]
    for scenarios, (written, ready, drawn) in updates.items():
        of = f"{scenarios} scenario{'s' if scenarios > 1 else ''}"
        rows += [
            _row(f"debrief with {FIXES} fixes to product ready, {of}", ready, UPDATE_GOAL_S),
            _row(f"of which the command itself, {of}", written, None),
            _row(f"then the picture, {of}", drawn, None),
        ]
    return Table(
        title=f"At the desk: {BOX_KM} x {BOX_KM} km in cells of {CELL_M} m, {(BOX_KM * 1000 // CELL_M + 1) ** 2 / 1e6:.1f} million cells",
        columns=("what", "wall", "CPU", "goal"),
        rows=tuple(rows),
        notes=(f"Medians of {REPEATS}. Product means figures and contours; drawn means the PNG for the browser as well.",),
    )  # fmt: skip


def _row(what: str, watch: Stopwatch, goal_s: float | None) -> tuple[str, ...]:
    goal = "" if goal_s is None else to_goal(watch.wall_s, watch.cpu_s, goal_s)
    return what, seconds(watch.wall_s), seconds(watch.cpu_s), goal


class _Clock:
    """An evening that moves on one minute a look."""

    def __init__(self) -> None:
        self.at = SEEN + timedelta(hours=9)

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


def _app(desk: Path) -> App:
    return App(desk / "desk", _Clock())


def _open(app: App, case: str, dem: Path) -> None:
    report = {
        "title": "An invented walker", "reported_at": (SEEN + timedelta(hours=8)).isoformat(), "invented": True,
        "subject": {"category": "hiker"},
        "place": {"lat": IPP.lat_deg, "lon": IPP.lon_deg, "kind": "lkp", "at": SEEN.isoformat()},
        "area": {"box": f"{BOX_KM} km", "cell": f"{CELL_M} m", "ecoregion": "temperate", "relief": "flat"},
    }  # fmt: skip
    app.open_case(report, case=case)
    add_ground(app, case, dem=dem)


def _debriefed(
    desk: Path, case: str, dem: Path, scenarios: int, written: Stopwatch, ready: Stopwatch, drawn: Stopwatch
) -> None:
    """A case up to its first debrief, whose map and picture are timed; the map before it is in memory."""
    app = _app(desk)
    _open(app, case, dem)
    if scenarios > 1:
        app.do(case, "set_scenarios", {"scenarios": SCENARIOS, "reason": "Usual for this country."})
    out = projection(proposed_crs(IPP))
    x, y = out.xy_m(IPP)
    corners = ((0, 0), (SEGMENT_M, 0), (SEGMENT_M, SEGMENT_M), (0, SEGMENT_M))
    ring = [out.position(x + a, y + b).as_json() for a, b in corners]
    app.do(case, "draw_segment", {"name": "North-east", "ring": ring})
    app.do(case, "form_team", {"name": "One", "searchers": 3, "speed": "2.5 km/h", "sweep_width": "30 m"})
    app.do(case, "draft_assignment", {"team": "One", "segment": "SEG1"})
    app.do(case, "dispatch_assignment", {"assignment": "A1"})
    import_files(app, case, [("one.gpx", _gpx())], as_="track", for_="A1")
    app.product(case, "poa")
    with ready:
        with written:
            app.do(case, "debrief_assignment", {"assignment": "A1", "sweep_width": "30 m", "searchers": 3})
        product = app.product(case, "poa")
    assert product.data["searches"][0]["pod_mean"] > 0.0, "the debrief did not reach the map"
    with drawn:
        poa_png(app, case)
    app.close()


def _gpx() -> bytes:
    """Lanes up and down the segment, one fix in 30 s."""
    out = projection(proposed_crs(IPP))
    x, y = out.xy_m(IPP)
    along = np.linspace(0.0, 1.0, FIXES)
    lanes = 8
    east = SEGMENT_M * along
    north = SEGMENT_M * np.abs((along * lanes) % 2.0 - 1.0)
    points = []
    for i, (e, n) in enumerate(zip(east, north, strict=True)):
        place = out.position(x + float(e), y + float(n))
        at = SEEN + timedelta(hours=9, seconds=30 * i)
        points.append(
            f'<trkpt lat="{place.lat_deg:.6f}" lon="{place.lon_deg:.6f}"><time>{at:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'
        )
    return (
        '<gpx version="1.1" creator="invented" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
        f"{''.join(points)}</trkseg></trk></gpx>"
    ).encode()  # fmt: skip


def _write_dem(path: Path) -> None:
    """One arc second around the IPP, in degrees, as public models come: reading it must project it."""
    import rasterio
    from affine import Affine

    height, width, step = 1260, 1620, 1.0 / 3600.0
    west, north = IPP.lon_deg - width * step / 2, IPP.lat_deg + height * step / 2
    with rasterio.open(
        path, "w", driver="GTiff", height=height, width=width, count=1, dtype="float32", crs="EPSG:4326",
        transform=Affine(step, 0, west, 0, -step, north), compress="deflate", tiled=True,
    ) as out:  # fmt: skip
        out.write(relief_m(height, width, 27.0, seed=42), 1)
