"""Photographs into a case, out of it as copies that tell nothing, and as evidence that can be checked."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import ExifTags, Image

from wayhome.app import App
from wayhome.app.exchange import export, import_files
from wayhome.base.errors import InvalidInput, NotFound, RuleBroken
from wayhome.web.api import create_api

CASE = "walker"


def photo(lat: float | None = 42.201, form: str = "JPEG", colour: tuple[int, int, int] = (200, 40, 40)) -> bytes:
    """A picture from an invented camera, at a latitude on the meridian of 71.1 degrees west."""
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "Example Pocket 3"
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {ExifTags.Base.DateTimeOriginal: "2026:05:09 13:12:05", ExifTags.Base.OffsetTimeOriginal: "-04:00"}
    )
    if lat is not None:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(
            {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (lat, 0.0, 0.0),
             ExifTags.GPS.GPSLongitudeRef: "W", ExifTags.GPS.GPSLongitude: (71.1, 0.0, 0.0)}
        )  # fmt: skip
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, form, exif=exif)
    return out.getvalue()


@pytest.fixture
def case(searching: tuple[App, str]) -> App:
    """A case with two clues."""
    app, _ = searching
    app.do(CASE, "record_clue", {"name": "cap", "finder": "Sam", "position": "42.203,-71.1"})
    app.do(CASE, "record_clue", {"name": "print", "instruction": "leave"})
    return app


def bring(
    app: App, content: bytes, for_: str | None = "C1", name: str = "IMG_1.jpg", as_: str = "photograph"
) -> dict[str, Any]:
    """Import one photograph; gives its row."""
    (row,) = import_files(app, CASE, [(name, content)], as_=as_, for_=for_)
    return row


def unpacked(content: bytes) -> dict[str, bytes]:
    """Files of an archive by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {n: archive.read(n) for n in archive.namelist()}


def test_an_original_is_kept_as_it_came(case: App) -> None:
    content = photo()
    row = bring(case, content)
    assert (row["as"], row["id"], row["caveats"]) == ("photograph", "PH1", [])
    held = case.state(CASE).photographs.photographs["PH1"]
    assert held.blob == hashlib.sha256(content).hexdigest() and case.blobs.get(held.blob) == content
    assert (held.of, held.file_name, held.width_px, held.height_px) == ("C1", "IMG_1.jpg", 640, 480)
    assert held.camera.position is not None and held.camera.position.lat_deg == pytest.approx(42.201, abs=1e-5)
    assert held.camera.offset == "-04:00" and held.camera.model == "Example Pocket 3"
    assert held.placed_by_hand is False


@pytest.mark.parametrize("for_", ["subject", "C1", "A1"])
def test_a_photograph_is_recognised_by_its_content(case: App, for_: str) -> None:
    row = bring(case, photo(form="PNG"), for_, "scan.txt", "auto")
    assert row["as"] == "photograph" and case.state(CASE).photographs.photographs["PH1"].of == for_


def test_what_it_shows_must_be_said_and_be_there(case: App) -> None:
    before = case.head(CASE)
    with pytest.raises(InvalidInput, match=r"IMG_1.jpg is a photograph; say what it shows: --for subject"):
        bring(case, photo(), None, as_="auto")
    with pytest.raises(NotFound, match='there is no "C7"; say subject, C1, C2, A1'):
        bring(case, photo(), "C7")
    with pytest.raises(InvalidInput, match="is no photograph"):
        bring(case, b"<gpx/>", "C1")
    assert case.head(CASE) == before


def test_the_same_photograph_twice_is_refused_before_anything_is_written(case: App) -> None:
    bring(case, photo())
    before = case.head(CASE)
    with pytest.raises(RuleBroken, match="PH1, of C1"):
        bring(case, photo(), name="copy.jpg")
    with pytest.raises(InvalidInput, match="b.jpg is among these files twice"):
        import_files(case, CASE, [("a.jpg", photo(42.2)), ("b.jpg", photo(42.2))], as_="photograph", for_="C2")
    with pytest.raises(RuleBroken, match="PH1"):
        import_files(case, CASE, [("new.jpg", photo(42.2)), ("old.jpg", photo())], as_="photograph", for_="C2")
    assert case.head(CASE) == before


def test_several_at_once(case: App) -> None:
    rows = import_files(case, CASE, [("a.jpg", photo()), ("b.jpg", photo(42.2))], as_="photograph", for_="C1")
    assert [r["id"] for r in rows] == ["PH1", "PH2"]


def test_a_photograph_from_far_away_is_kept_and_remarked_on(case: App) -> None:
    row = bring(case, photo(52.5))
    assert len(row["caveats"]) == 1 and "from the initial planning point; the photograph is kept" in row["caveats"][0]
    assert case.state(CASE).photographs.photographs["PH1"].camera.position is not None


def test_what_the_camera_wrote_is_locked_like_all_that_is_personal(case: App) -> None:
    """The journal's file holds no word of it in the open."""
    bring(case, photo(), name="jo-example-at-home.jpg")
    raw = b"".join(f.read_bytes() for f in (case.desk / "journal").rglob("*") if f.is_file())
    assert b"photograph_attached" in raw
    assert b"jo-example-at-home" not in raw and b"Example Pocket" not in raw


# -- the manifest -------------------------------------------------------------------------------------


def test_the_evidence_archive_proves_its_originals(case: App) -> None:
    first, second = photo(), photo(None, "PNG")
    bring(case, first)
    bring(case, second, "subject", "portrait.png")
    case.do(CASE, "place_photograph", {"photograph": "PH1", "position": "42.203,-71.1"})
    case.do(CASE, "hand_over_item", {"clue": "C1", "holder": "lab", "seal_number": "B-1"})
    content, media = export(case, CASE, "evidence")
    files = unpacked(content)
    assert media == "application/zip"
    assert set(files) == {"SHA256SUMS", "manifest.csv", "manifest.json", "originals/PH1.jpg", "originals/PH2.png"}
    assert (files["originals/PH1.jpg"], files["originals/PH2.png"]) == (first, second)
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {n: hashlib.sha256(b).hexdigest() for n, b in files.items() if n != "SHA256SUMS"}
    manifest = json.loads(files["manifest.json"])
    one, two = manifest["photographs"]
    assert one["sha256"] == hashlib.sha256(first).hexdigest() and one["of"] == ["C1"]
    assert one["camera"]["position"]["lat_deg"] == pytest.approx(42.201, abs=1e-5)
    assert one["marker_position"] == {"lat_deg": 42.203, "lon_deg": -71.1} and one["placed_by_hand"] is True
    assert one["marker_off_m"] == pytest.approx(222.4, abs=2)  # 0.002 of a degree of 111 195 m
    assert [x["holder"] for x in one["custody"]["C1"]] == ["Sam", "lab"] and one["custody"]["C1"][1]["is_open"]
    assert two["placed_by_hand"] is None and two["marker_position"] is None and two["custody"] == {}
    assert [i["id"] for i in manifest["items"]] == ["C1", "C2"] and manifest["entry"] == case.head(CASE)
    rows = list(csv.DictReader(io.StringIO(files["manifest.csv"].decode("utf-8-sig"))))
    assert [r["placed_by_hand"] for r in rows] == ["yes", "no marker"]
    assert rows[0]["camera_clock"] == "2026-05-09 13:12:05" and rows[0]["camera_taken_at"] == "2026-05-09T17:12:05Z"
    assert (
        "handed over: lab (seal B-1; receipt not confirmed)" in rows[0]["custody"] and rows[1]["camera_lat_deg"] == ""
    )


def test_the_same_state_gives_the_same_bytes_and_an_earlier_one_what_was_known_then(case: App) -> None:
    bring(case, photo())
    then, first = case.state(CASE).as_of, export(case, CASE, "evidence")[0]
    assert export(case, CASE, "evidence")[0] == first
    bring(case, photo(42.2))
    assert set(unpacked(export(case, CASE, "evidence")[0])) > set(unpacked(first))
    assert set(unpacked(export(case, CASE, "evidence", as_of=then)[0])) == set(unpacked(first))


def test_what_was_withdrawn_is_in_the_archive_and_says_so(case: App) -> None:
    bring(case, photo())
    case.do(CASE, "withdraw_photograph", {"photograph": "PH1", "reason": "another cap"})
    files = unpacked(export(case, CASE, "evidence")[0])
    assert (
        "originals/PH1.jpg" in files
        and json.loads(files["manifest.json"])["photographs"][0]["withdrawn"] == "another cap"
    )


def test_an_original_that_is_not_on_this_desk_is_named(case: App) -> None:
    bring(case, photo())
    case.blobs.path(case.state(CASE).photographs.photographs["PH1"].blob).unlink()
    files = unpacked(export(case, CASE, "evidence")[0])
    (row,) = json.loads(files["manifest.json"])["photographs"]
    assert row["is_missing"] and row["file"] == "" and b"not on this desk" in files["manifest.csv"]


def test_a_name_that_a_spreadsheet_would_carry_out_is_text(case: App) -> None:
    bring(case, photo(), name='=HYPERLINK("x").jpg')
    files = unpacked(export(case, CASE, "evidence")[0])
    (row,) = csv.DictReader(io.StringIO(files["manifest.csv"].decode("utf-8-sig")))
    assert row["file_name"] == '\'=HYPERLINK("x").jpg'


def test_an_archive_without_photographs_still_holds_the_chains(case: App) -> None:
    files = unpacked(export(case, CASE, "evidence")[0])
    assert json.loads(files["manifest.json"])["items"][0]["custody"][0]["holder"] == "Sam"


# -- over the network edge ----------------------------------------------------------------------------


@pytest.fixture
def client(case: App) -> Iterator[TestClient]:
    """The edge, with one photograph in the case."""
    bring(case, photo())
    yield TestClient(create_api(case), raise_server_exceptions=False)


def test_a_page_gets_a_copy_that_tells_nothing(client: TestClient) -> None:
    answer = client.get(f"/api/cases/{CASE}/photographs/PH1.jpg?px=100")
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as read:
        assert read.size == (100, 75) and dict(read.getexif()) == {}
    assert b"Example" not in answer.content


def test_the_original_comes_as_it_was_only_when_asked_for(client: TestClient) -> None:
    answer = client.get(f"/api/cases/{CASE}/photographs/PH1/original")
    assert answer.content == photo() and answer.headers["content-disposition"] == 'attachment; filename="PH1.jpg"'
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("PH9.jpg", 404),
        ("PH9/original", 404),
        ("PH1.jpg?px=1", 400),
        ("PH1.jpg?px=99999", 400),
        ("PH1.jpg?px=big", 400),
    ],
)
def test_wrong_requests_get_a_sentence(client: TestClient, path: str, status: int) -> None:
    answer = client.get(f"/api/cases/{CASE}/photographs/{path}")
    assert answer.status_code == status and len(answer.json()["error"]["message"]) > 15


def test_the_page_drops_a_photograph_on_a_clue(client: TestClient) -> None:
    sent = client.post(
        f"/api/cases/{CASE}/import", files={"files": ("two.jpg", photo(42.2))}, data={"as": "photograph", "for": "C2"}
    )
    assert sent.status_code == 200 and sent.json()["imported"][0]["id"] == "PH2"
    archive = client.get(f"/api/cases/{CASE}/export/evidence")
    assert archive.headers["content-disposition"] == 'attachment; filename="evidence.zip"'
