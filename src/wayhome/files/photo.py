"""Photographs: what the camera wrote into the file, and copies that tell none of it.

Knows JPEG, PNG and WebP, and HEIC where the machine can read it. Never changes an original; a file that is
cut short, or that would unpack to more than fits, is refused with a sentence.
"""

from __future__ import annotations

import importlib
import io
import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, Literal

from PIL import ExifTags, Image, ImageCms, ImageOps

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.record import Record

Form = Literal["jpeg", "png", "webp", "heic"]

MAX_PIXELS = 150_000_000  # of a JPEG, which is read without unpacking all of it; common telephones take 108 million
MAX_UNPACKED_PIXELS = 50_000_000  # of the others, which are unpacked whole: 200 MB
SMALLEST_PX, LARGEST_PX = 16, 4096  # of a copy, the longer side
_QUALITY = 88
_CLOCKS_APART_S = 300.0  # own choice: a camera whose clock and satellite time differ by more is remarked on
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_FORMS: dict[str, Form] = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "WEBP": "webp", "HEIF": "heic"}
# what Pillow raises for a file that is not what its beginning promises
_DAMAGED = (OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, EOFError, struct.error)


class Photo(Record):
    """What a photograph's file tells: its size as it is looked at, and what the camera wrote, unchanged.

    `clock` is the camera's own, as it stood ("2026-05-09 13:12:05"); `offset` the zone that it gave with it.
    `taken_at` is known only where it gave one. `gps_at` and `position` are of its satellite receiver.
    """

    form: Form
    width_px: int
    height_px: int
    clock: str = ""
    offset: str = ""
    taken_at: datetime | None = None
    gps_at: datetime | None = None
    position: Position | None = None
    altitude_m: float | None = None
    model: str = ""
    caveats: tuple[str, ...] = ()


def is_photo(content: bytes) -> bool:
    """Whether a file begins as a photograph does."""
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or _is_webp(content) or _is_heic(content)


def read_photo(content: bytes, name: str) -> Photo:
    """What the file of a photograph tells; every pixel is read once, so that a damaged one is found now.

    Raises
    ------
    InvalidInput
        No photograph, one that is cut short or damaged, or one with too many pixels to unpack.
    """
    with _opened(content, name) as image:
        form = _FORMS[image.format or ""]
        exif, caveats = _exif(image)
        width, height = image.size
        if exif.get(ExifTags.Base.Orientation) in (5, 6, 7, 8):  # lies on its side
            width, height = height, width
        _load(image, name, 1024)
    return Photo(form=form, width_px=width, height_px=height, **_camera(exif, caveats), caveats=tuple(caveats))


def copy_for_others(content: bytes, px: int, name: str = "photograph") -> bytes:
    """A JPEG upright, in plain colours, of at most `px` pixels a side, without EXIF: all that ever leaves the desk.

    Equal input gives equal bytes. Raises `InvalidInput` for a size out of range or a file that is no photograph.
    """
    if not SMALLEST_PX <= px <= LARGEST_PX:
        raise InvalidInput(f"px: {px} is outside {SMALLEST_PX} to {LARGEST_PX}.", field="px")
    with _opened(content, name) as image:
        profile = image.info.get("icc_profile")
        turned = ImageOps.exif_transpose(_load(image, name, px))
    turned.thumbnail((px, px), Image.Resampling.LANCZOS)
    plain = _in_plain_colours(_flat(turned), profile)
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=_QUALITY, exif=b"", icc_profile=None, comment=b"")
    return out.getvalue()


@contextmanager
def _opened(content: bytes, name: str) -> Iterator[Image.Image]:
    """The picture with its size known and nothing unpacked yet."""
    formats = ["JPEG", "PNG", "WEBP"]
    if _is_heic(content):
        _learn_heic(name)
        formats = ["HEIF"]
    elif not is_photo(content):
        raise InvalidInput(f"{name} is no photograph; JPEG, PNG, WebP and HEIC are read.", file=name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # refused below, by our own limit
        try:
            image = Image.open(io.BytesIO(content), formats=formats)
        except Image.DecompressionBombError:
            raise InvalidInput(
                f"{name} would unpack to far more pixels than a camera takes; it is refused.", file=name
            ) from None
        except _DAMAGED:
            raise InvalidInput(f"{name} is cut short or damaged; copy it again from the camera.", file=name) from None
        form = _FORMS[image.format or ""]
        most = MAX_PIXELS if form == "jpeg" else MAX_UNPACKED_PIXELS
        if image.width * image.height > most:
            raise InvalidInput(
                f"{name} would unpack to {image.width * image.height / 1e6:.0f} million pixels; of {form} at most "
                f"{most / 1e6:.0f} million are read.", file=name,
            )  # fmt: skip
        with image:
            yield image


def _load(image: Image.Image, name: str, px: int) -> Image.Image:
    """The pixels; of a JPEG no more of them than `px` a side needs, though the whole file is read."""
    try:
        if image.format in ("JPEG", "MPO"):
            image.draft("RGB", (px, px))
        image.load()
    except (*_DAMAGED, Image.DecompressionBombError):
        raise InvalidInput(f"{name} is cut short or damaged; copy it again from the camera.", file=name) from None
    return image


def _flat(image: Image.Image) -> Image.Image:
    """Three colours without transparency, on white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert("RGB")
    return image.convert("RGB")


def _in_plain_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB: a copy carries no profile, and a red jacket must stay as red as it was."""
    if not profile:
        return image
    try:
        held = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        plain = ImageCms.profileToProfile(image, held, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return plain or image


# -- what the camera wrote ----------------------------------------------------------------------------


def _exif(image: Image.Image) -> tuple[dict[int, Any], list[str]]:
    """EXIF tags of the picture and its two parts (camera, `GPSInfo` under its own number), and what is wrong with them."""
    try:
        held = image.getexif()
        tags = {**held, **held.get_ifd(ExifTags.IFD.Exif)}
        tags[ExifTags.IFD.GPSInfo] = dict(held.get_ifd(ExifTags.IFD.GPSInfo))
    except _DAMAGED:
        return {}, ["What the camera wrote into the file (EXIF) can't be read; it is kept in the original."]
    if not held:
        return {}, ["The file holds nothing from a camera (no EXIF): when and where it was taken, it does not say."]
    return tags, []


def _camera(tags: dict[int, Any], caveats: list[str]) -> dict[str, Any]:
    """The fields of `Photo` that the camera wrote; what can't be read is said in `caveats`."""
    if not tags:
        return {}
    out: dict[str, Any] = {"model": _model(tags)}
    clock = _clock(tags.get(ExifTags.Base.DateTimeOriginal) or tags.get(ExifTags.Base.DateTimeDigitized))
    offset = _text(tags.get(ExifTags.Base.OffsetTimeOriginal) or tags.get(ExifTags.Base.OffsetTimeDigitized))
    if clock is not None:
        out["clock"] = f"{clock:%Y-%m-%d %H:%M:%S}"
        shift = _shift(offset)
        if shift is None:
            caveats.append(f"The camera's clock read {out['clock']} and names no time zone.")
        else:
            out |= {"offset": offset, "taken_at": (clock - shift).replace(tzinfo=UTC)}
    gps = tags.get(ExifTags.IFD.GPSInfo) or {}
    out["gps_at"] = _gps_time(gps)
    out["position"] = _gps_position(gps, caveats)
    out["altitude_m"] = _altitude_m(gps)
    if out.get("taken_at") and out["gps_at"]:
        apart = abs((out["taken_at"] - out["gps_at"]).total_seconds())
        if apart > _CLOCKS_APART_S:
            caveats.append(f"The camera's clock and its satellite time are {apart / 60:.0f} min apart.")
    return out


def _model(tags: dict[int, Any]) -> str:
    maker, model = _text(tags.get(ExifTags.Base.Make)), _text(tags.get(ExifTags.Base.Model))
    return model if model.lower().startswith(maker.lower()) else f"{maker} {model}".strip()


def _clock(value: object) -> datetime | None:
    """A camera's clock without zone; None where it was never set."""
    try:
        return datetime.strptime(_text(value)[:19], "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None


def _shift(offset: str) -> timedelta | None:
    """How far a zone such as ``-04:00`` is from UTC."""
    if offset == "Z":
        return timedelta(0)
    match = re.fullmatch(r"([+-])(\d\d):(\d\d)", offset)
    if match is None or int(match[2]) > 14 or int(match[3]) > 59:
        return None
    shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -shift if match[1] == "-" else shift


def _gps_time(gps: dict[int, Any]) -> datetime | None:
    """The satellite receiver's time, which is UTC."""
    parts = _numbers(gps.get(ExifTags.GPS.GPSTimeStamp))
    try:
        day = datetime.strptime(_text(gps.get(ExifTags.GPS.GPSDateStamp)), "%Y:%m:%d")
    except ValueError:
        return None
    if parts is None or len(parts) != 3 or not (0 <= parts[0] < 24 and 0 <= parts[1] < 60 and 0 <= parts[2] < 61):
        return None
    since_midnight = timedelta(hours=parts[0], minutes=parts[1], seconds=int(parts[2]))
    return (day + since_midnight).replace(tzinfo=UTC)


def _gps_position(gps: dict[int, Any], caveats: list[str]) -> Position | None:
    """Where the camera was, WGS 84; what can't be a place is said and left out."""
    raw = (gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLongitude))
    if raw == (None, None):
        return None
    lat = _degrees(raw[0], gps.get(ExifTags.GPS.GPSLatitudeRef), "N", "S")
    lon = _degrees(raw[1], gps.get(ExifTags.GPS.GPSLongitudeRef), "E", "W")
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        caveats.append("The place that the camera wrote can't be read; it is kept in the original.")
        return None
    if lat == 0 and lon == 0:
        caveats.append("The camera wrote the place 0, 0, which it does without satellite reception; no place is known.")
        return None
    return Position(lat_deg=lat, lon_deg=lon)


def _degrees(value: object, ref: object, positive: str, negative: str) -> float | None:
    """Degrees from degrees, minutes and seconds with their hemisphere; without it nobody knows which side."""
    parts, side = _numbers(value), _text(ref).upper()
    if parts is None or not 1 <= len(parts) <= 3 or side not in (positive, negative):
        return None
    if any(p < 0 for p in parts) or any(p > 60 for p in parts[1:]):
        return None
    size = sum(p / 60.0**i for i, p in enumerate(parts))
    return size if side == positive else -size


def _altitude_m(gps: dict[int, Any]) -> float | None:
    held = _numbers(gps.get(ExifTags.GPS.GPSAltitude))
    if held is None or len(held) != 1:
        return None
    below = gps.get(ExifTags.GPS.GPSAltitudeRef)
    return -held[0] if below in (1, b"\x01") else held[0]


def _numbers(value: object) -> list[float] | None:
    """Finite numbers of a rational or of several; None where one of them is none (0/0)."""
    items = value if isinstance(value, tuple | list) else (value,)
    try:
        found = [float(v) for v in items]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return found if found and all(isfinite(v) for v in found) else None


def _text(value: object) -> str:
    """Text of a tag, to its first zero; what is no text is empty."""
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.split("\x00")[0].strip() if isinstance(value, str) else ""


# -- kinds of file --------------------------------------------------------------------------------------


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_heic(content: bytes) -> bool:
    return content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS


def _learn_heic(name: str) -> None:
    """Teach Pillow HEIC with `pillow-heif`, where somebody has installed it: it brings a licence of its own."""
    try:
        importlib.import_module("pillow_heif").register_heif_opener()
    except ImportError:
        raise InvalidInput(
            f"{name} is a HEIC photograph, which this machine can't read. Install pillow-heif beside wayhome, or send it "
            "from the telephone as JPEG (most compatible) and keep the HEIC file as well.", file=name,
        ) from None  # fmt: skip
