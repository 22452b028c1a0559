"""The main job on real ground through the command line: report, ground, map, plan, outing, debrief, export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.warp import transform

REPORT = """
title = "Overdue walker in the Blue Hills"
reported_at = 2026-05-09T19:40:00-04:00
time_zone = "America/New_York"
[subject]
category = "hiker"
[place]
lat = {lat}
lon = {lon}
kind = "lkp"
at = 2026-05-09T11:30:00-04:00
[area]
box = "15 km"
cell = "30 m"
ecoregion = "temperate"
relief = "flat"
"""
IPP = (42.2139, -71.0931)


@pytest.mark.e2e
def test_a_case_from_report_to_moved_map(
    wayhome: Callable[..., Any], blue_hills: Path, segments: str, tmp_path: Path
) -> None:
    (tmp_path / "report.toml").write_text(REPORT.format(lat=IPP[0], lon=IPP[1]))
    (tmp_path / "segments.geojson").write_text(segments)
    opened = wayhome("case", "open", "report.toml").json
    case = opened["case"]
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
    )
    imported = wayhome("import", case, "segments.geojson", "--as", "segment", "--json").json
    assert len(imported["imported"]) == 5

    before = wayhome("product", case, "poa", "--json").json
    assert before["data"]["searches"] == [] and 0 < before["data"]["rest_of_world"] < 0.3
    wayhome("product", case, "poa", "--out", "before.tif")

    for name, searchers, speed, width in (
        ("Alpha", 4, "2 km/h", "30 m"),
        ("Bravo", 6, "1.5 km/h", "20 m"),
        ("Dog", 1, "3 km/h", "95 m"),
    ):
        wayhome(
            "do", case, "form_team", f"name={name}", f"searchers={searchers}", f"speed={speed}", f"sweep_width={width}"
        )
    plan = wayhome("product", case, "plan", "--json").json["data"]
    assert {c["team_name"] for c in plan["choices"]} == {"Alpha", "Bravo", "Dog"}
    assert len({c["segment"] for c in plan["choices"]}) == 3
    assert sum(c["pos"] for c in plan["choices"]) == pytest.approx(plan["pos_total"], abs=1e-12)
    assert plan["pos_total"] <= plan["upper_bound"] + 1e-12
    assert all(c["reason"] for c in plan["choices"])

    wayhome("do", case, "draft_assignment", "team=Alpha", "segment=Houghtons", "duration=4 h")
    wayhome("do", case, "dispatch_assignment", "assignment=A1")
    wayhome("import", case, blue_hills / "hike.gpx", "--as", "track", "--for", "A1")
    seq = wayhome("do", case, "debrief_assignment", "assignment=A1", "sweep_width=30 m").json["seq"]

    after = wayhome("product", case, "poa", "--json").json
    assert after["seq"] == seq and after["key"] != before["key"]
    (search,) = after["data"]["searches"]
    assert 0 < search["opos"] < 1 and search["track_length_m"] > 0
    assert search["pod_mean"] <= search["pod_if_uniform"]
    grown = after["data"]["rest_of_world"] / before["data"]["rest_of_world"]
    assert grown == pytest.approx(1 / (1 - search["opos"]), rel=1e-12)

    wayhome("export", case, "geotiff", "--out", "after.tif")
    with rasterio.open(tmp_path / "before.tif") as a, rasterio.open(tmp_path / "after.tif") as b:
        x, y = (float(v[0]) for v in transform("EPSG:4326", a.crs, [IPP[1]], [IPP[0]]))
        old, new = a.read(1).astype(float), b.read(1).astype(float)
        rest = float(b.tags()["REST_OF_WORLD"])
        assert a.crs.is_projected and a.transform.e < 0 and a.index(x, y) == (old.shape[0] // 2, old.shape[1] // 2)
    assert new.sum() + rest == pytest.approx(1.0, abs=1e-6)
    ratio = new / old
    untouched = 1 / (1 - search["opos"])
    walked = ratio < untouched * 0.999
    assert 0 < walked.mean() < 0.05
    assert np.allclose(ratio[~walked & (ratio > untouched * 0.99999)], untouched, rtol=1e-5)
    assert ratio.min() < 0.8 * untouched

    wayhome("document", case, "plan", "--out", "plan.pdf")
    wayhome("document", case, "assignment", "--for", "A1", "--out", "a1.pdf")
    assert (tmp_path / "plan.pdf").read_bytes()[:5] == b"%PDF-"
    assert "the chain holds" in wayhome("verify", case).out
    first = (tmp_path / "after.tif").read_bytes()
    wayhome("export", case, "geotiff", "--out", "again.tif")  # a new process: every cache is gone
    assert (tmp_path / "again.tif").read_bytes() == first


@pytest.mark.e2e
def test_bad_input_is_a_sentence_an_exit_code_and_nothing_written(
    wayhome: Callable[..., Any], blue_hills: Path, segments: str, tmp_path: Path
) -> None:
    (tmp_path / "report.toml").write_text(REPORT.format(lat=IPP[0], lon=IPP[1]))
    (tmp_path / "placeless.toml").write_text(
        'title = "No place"\nreported_at = 2026-05-09T19:40:00Z\n[subject]\ncategory = "hiker"\n'
    )
    (tmp_path / "swapped.toml").write_text(REPORT.format(lat=-171.09, lon=42.2))
    (tmp_path / "africa.gpx").write_text(
        '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg><trkpt lat="-1.2" lon="36.8"/><trkpt lat="-1.3" lon="36.8"/></trkseg></trk></gpx>'
    )
    (tmp_path / "segments.geojson").write_text(segments)
    placeless = wayhome("case", "open", "placeless.toml").json["case"]
    case = wayhome("case", "open", "report.toml").json["case"]
    wayhome("import", case, "segments.geojson", "--as", "segment")
    wayhome("do", case, "form_team", "name=Alpha")
    wayhome("do", case, "draft_assignment", "team=Alpha", "segment=Buck Hill")
    seq = wayhome("do", case, "dispatch_assignment", "assignment=A1").json["seq"]

    def refused(want: int, words: str, *args: str) -> None:
        ran = wayhome(*args, code=want)
        assert words.lower() in ran.err.lower(), ran.err
        assert "Traceback" not in ran.err and len(ran.err.strip().splitlines()) <= 3

    refused(2, "swapped", "case", "open", "swapped.toml")
    refused(2, "initial planning point", "do", case, "record_clue", "name=hat", "position=-71.09,42.21")
    refused(2, "no unit", "do", case, "debrief_assignment", "assignment=A1", "sweep_width=30", "track_length=2 km")
    refused(2, "does not hold", "ground", "add", case, "--dem", blue_hills.parent / "zion" / "srtm.tif")
    refused(2, "outside 0 to 1", "do", case, "debrief_assignment", "assignment=A1", "pod=1.2")
    refused(2, "sum to", "do", case, "set_scenarios", 'scenarios=[{"id":"a","title":"a","weight":0.7}]')
    refused(2, "no place", "product", placeless, "poa")
    refused(2, "another search", "import", case, "africa.gpx", "--for", "A1")
    refused(3, "no case", "product", "nowhere", "poa")
    refused(4, "moved on", "do", case, "take_report", "reporter=x", "--expected-seq", "1")
    refused(8, "later version", "merge", "x")
    error = wayhome("do", "nowhere", "take_report", "reporter=x", code=3)
    assert error.json["error"]["code"] == "not_found"
    assert wayhome("case", "show", case, "--json").json["seq"] == seq
    assert len(wayhome("case", "list", "--json").json["cases"]) == 2
