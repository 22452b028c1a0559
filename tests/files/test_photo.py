"""Photographs with EXIF written by Pillow: what is read, what is refused, and that copies tell nothing."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageCms

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.files.photo import LARGEST_PX, MAX_UNPACKED_PIXELS, copy_for_others, is_photo, read_photo

CAMERA = {
    ExifTags.Base.DateTimeOriginal: "2026:05:09 13:12:05",
    ExifTags.Base.OffsetTimeOriginal: "-04:00",
}
GPS = {
    ExifTags.GPS.GPSLatitudeRef: "N",
    ExifTags.GPS.GPSLatitude: (42.0, 12.0, 36.0),  # 42 + 12/60 + 36/3600 = 42.21
    ExifTags.GPS.GPSLongitudeRef: "W",
    ExifTags.GPS.GPSLongitude: (71.0, 6.0, 0.0),
    ExifTags.GPS.GPSAltitudeRef: 0,
    ExifTags.GPS.GPSAltitude: 63.5,
    ExifTags.GPS.GPSDateStamp: "2026:05:09",
    ExifTags.GPS.GPSTimeStamp: (17.0, 12.0, 1.0),
}


def photo(
    form: str = "JPEG", *, size: tuple[int, int] = (400, 300), camera: dict[int, Any] | None = None,
    gps: dict[int, Any] | None = None, orientation: int | None = None, **more: Any,
) -> bytes:  # fmt: skip
    """A picture whose left half is red and right half blue, from an invented camera."""
    image = Image.new("RGB", size, (220, 30, 30))
    image.paste((30, 30, 220), (size[0] // 2, 0, *size))
    exif = Image.Exif()
    if camera is not None:
        exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Example", "Example Pocket 3"
        exif.get_ifd(ExifTags.IFD.Exif).update(camera)
    if gps is not None:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
    if orientation is not None:
        exif[ExifTags.Base.Orientation] = orientation
    out = io.BytesIO()
    image.save(out, form, exif=exif, **more)
    return out.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_the_camera_wrote_is_read(form: str) -> None:
    read = read_photo(photo(form, camera=CAMERA, gps=GPS), "one")
    assert (read.form, read.width_px, read.height_px) == (form.lower(), 400, 300)
    assert (read.clock, read.offset) == ("2026-05-09 13:12:05", "-04:00")
    assert read.taken_at == datetime(2026, 5, 9, 17, 12, 5, tzinfo=UTC)
    assert read.gps_at == datetime(2026, 5, 9, 17, 12, 1, tzinfo=UTC)
    assert read.position is not None
    assert (read.position.lat_deg, read.position.lon_deg) == pytest.approx((42.21, -71.1), abs=1e-9)
    assert read.altitude_m == 63.5 and read.model == "Example Pocket 3" and read.caveats == ()


def test_a_clock_without_a_zone_is_told_as_it_stood_and_is_no_time() -> None:
    read = read_photo(photo(camera={ExifTags.Base.DateTimeOriginal: "2026:05:09 13:12:05"}), "one")
    assert read.clock == "2026-05-09 13:12:05" and read.taken_at is None and read.offset == ""
    assert any("names no time zone" in c for c in read.caveats)


@pytest.mark.parametrize("offset", ["", "EDT", "+25:00", "-4:00", "+05:75"])
def test_a_zone_that_is_none_is_not_guessed_at(offset: str) -> None:
    assert read_photo(photo(camera={**CAMERA, ExifTags.Base.OffsetTimeOriginal: offset}), "one").taken_at is None


@pytest.mark.parametrize("clock", ["0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday", "2026:13:40 25:61:61"])
def test_a_clock_that_was_never_set_is_not_known(clock: str) -> None:
    read = read_photo(photo(camera={**CAMERA, ExifTags.Base.DateTimeOriginal: clock}), "one")
    assert read.clock == "" and read.taken_at is None


def test_south_and_west_and_below_the_sea() -> None:
    there = {**GPS, ExifTags.GPS.GPSLatitudeRef: "S", ExifTags.GPS.GPSAltitudeRef: 1, ExifTags.GPS.GPSAltitude: 12.0}
    read = read_photo(photo(camera=CAMERA, gps=there), "one")
    assert read.position is not None and read.position.lat_deg == pytest.approx(-42.21, abs=1e-9)
    assert read.altitude_m == -12.0


@pytest.mark.parametrize(
    "wrong",
    [
        {ExifTags.GPS.GPSLatitudeRef: "X"},
        {ExifTags.GPS.GPSLatitude: (142.0, 0.0, 0.0)},
        {ExifTags.GPS.GPSLatitude: (42.0, 99.0, 0.0)},
        {ExifTags.GPS.GPSLatitude: (42.0, 1.0, 1.0, 1.0)},
        {ExifTags.GPS.GPSLongitude: (200.0, 0.0, 0.0)},
    ],
)
def test_a_place_that_cannot_be_read_is_said_and_left_out(wrong: dict[int, Any]) -> None:
    read = read_photo(photo(camera=CAMERA, gps={**GPS, **wrong}), "one")
    assert read.position is None and any("place that the camera wrote" in c for c in read.caveats)
    assert read.clock == "2026-05-09 13:12:05"  # the rest still counts


def test_a_hemisphere_that_is_missing_is_not_guessed_at() -> None:
    read = read_photo(
        photo(camera=CAMERA, gps={k: v for k, v in GPS.items() if k != ExifTags.GPS.GPSLongitudeRef}), "one"
    )
    assert read.position is None and read.caveats


def test_nought_over_nought_is_no_place() -> None:
    whole = photo(camera=CAMERA, gps=GPS)
    good = struct.pack("<IIIIII", 42, 1, 12, 1, 36, 1), struct.pack(">IIIIII", 42, 1, 12, 1, 36, 1)
    found = next(g for g in good if g in whole)
    read = read_photo(whole.replace(found, bytes(24)), "one")
    assert read.position is None and any("place that the camera wrote" in c for c in read.caveats)


def test_null_island_is_no_place() -> None:
    nowhere = {**GPS, ExifTags.GPS.GPSLatitude: (0.0, 0.0, 0.0), ExifTags.GPS.GPSLongitude: (0.0, 0.0, 0.0)}
    read = read_photo(photo(camera=CAMERA, gps=nowhere), "one")
    assert read.position is None and any("without satellite reception" in c for c in read.caveats)


def test_a_clock_that_differs_from_the_satellites_is_remarked_on() -> None:
    read = read_photo(photo(camera={**CAMERA, ExifTags.Base.OffsetTimeOriginal: "-05:00"}, gps=GPS), "one")
    assert any("60 min apart" in c for c in read.caveats)


def test_a_picture_without_exif_says_so() -> None:
    read = read_photo(photo("PNG"), "screen.png")
    assert read.clock == "" and read.position is None and any("no EXIF" in c for c in read.caveats)


def test_exif_that_is_garbage_is_said_and_the_picture_is_kept() -> None:
    whole = photo(camera=CAMERA, gps=GPS)
    start = whole.index(b"Exif\x00\x00") + 6
    read = read_photo(whole[:start] + b"\xff" * 24 + whole[start + 24 :], "one")
    assert read.width_px == 400 and read.position is None and read.caveats


@pytest.mark.parametrize(("orientation", "size"), [(1, (400, 300)), (3, (400, 300)), (6, (300, 400)), (8, (300, 400))])
def test_the_size_is_that_of_the_picture_as_it_is_looked_at(orientation: int, size: tuple[int, int]) -> None:
    content = photo(camera=CAMERA, orientation=orientation)
    read = read_photo(content, "one")
    assert (read.width_px, read.height_px) == size
    with Image.open(io.BytesIO(copy_for_others(content, 400))) as copy:
        assert copy.size == size


def test_a_copy_is_turned_upright() -> None:
    """Orientation 6 says: turn a quarter clockwise, so that the left half (red) comes to the top."""
    with Image.open(io.BytesIO(copy_for_others(photo(orientation=6), 200))) as copy:
        top, bottom = copy.getpixel((75, 20)), copy.getpixel((75, 180))
    assert isinstance(top, tuple) and isinstance(bottom, tuple)
    assert top[0] > 180 > top[2] and bottom[2] > 180 > bottom[0]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_copy_tells_nothing_of_the_camera(form: str) -> None:
    content = photo(form, camera=CAMERA, gps=GPS, orientation=6)
    assert b"Example Pocket" in content
    copy = copy_for_others(content, 120)
    assert b"Exif" not in copy and b"Example" not in copy and b"2026:05:09" not in copy
    with Image.open(io.BytesIO(copy)) as read:
        assert dict(read.getexif()) == {} and max(read.size) == 120 and "comment" not in read.info
    assert copy == copy_for_others(content, 120)


def test_a_comment_or_xmp_does_not_come_along() -> None:
    content = photo(
        camera=CAMERA, comment=b"shot at 12 Example Street", xmp=b"<x:xmpmeta>12 Example Street</x:xmpmeta>"
    )
    assert content.count(b"12 Example Street") == 2
    assert b"Example Street" not in copy_for_others(content, 200)


def test_the_original_is_not_enlarged_and_a_clear_background_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(copy_for_others(out.getvalue(), 500))) as copy:
        assert copy.size == (40, 30) and copy.getpixel((5, 5)) == (255, 255, 255)


def test_colours_of_a_profile_are_kept_without_the_profile() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    copy = copy_for_others(photo(icc_profile=profile), 100)
    with Image.open(io.BytesIO(copy)) as read:
        assert "icc_profile" not in read.info
        red = read.getpixel((10, 10))
    assert isinstance(red, tuple) and all(abs(a - b) <= 4 for a, b in zip(red, (220, 30, 30), strict=True))


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_file_that_is_cut_short_is_refused(form: str, share: float) -> None:
    noise = Image.effect_noise((400, 300), 60)
    out = io.BytesIO()
    noise.save(out, form)
    whole = out.getvalue()
    for act in (lambda b: read_photo(b, "cut.jpg"), lambda b: copy_for_others(b, 400, "cut.jpg")):
        with pytest.raises(InvalidInput, match=r"cut\.jpg is cut short or damaged"):
            act(whole[: int(len(whole) * share)])


def bomb(width: int, height: int) -> bytes:
    """A PNG of some bytes that says it is as large as that."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [100_000, 12_000, int(MAX_UNPACKED_PIXELS**0.5) + 2])
def test_what_would_unpack_to_too_much_is_refused_before_it_is_unpacked(side: int) -> None:
    with pytest.raises(InvalidInput, match="bomb.png would unpack to"):
        read_photo(bomb(side, side), "bomb.png")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"GIF89a" + bytes(20), b"not a picture at all"])
def test_what_is_no_photograph_is_refused(content: bytes) -> None:
    assert not is_photo(content)
    with pytest.raises(InvalidInput, match="is no photograph"):
        read_photo(content, "x")


def test_a_heic_photograph_is_recognised_and_says_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic" + bytes(40)
    assert is_photo(content)
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    with pytest.raises(InvalidInput, match=r"IMG_1\.HEIC is a HEIC photograph.*pillow-heif"):
        read_photo(content, "IMG_1.HEIC")


@pytest.mark.parametrize("px", [0, -5, 15, LARGEST_PX + 1])
def test_the_size_of_a_copy_has_bounds(px: int) -> None:
    with pytest.raises(InvalidInput, match="px"):
        copy_for_others(photo(), px)


def test_a_place_by_camera_is_a_position() -> None:
    assert isinstance(read_photo(photo(camera=CAMERA, gps=GPS), "one").position, Position)
