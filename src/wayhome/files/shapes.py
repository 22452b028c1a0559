"""What the interchange formats carry: tracks, waypoints, shapes; and the doubts that reading them left.

Every reader gives these values and every writer takes them. Positions are WGS 84; times are UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite, nan
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Deepest sea to well above any aircraft that searches; receivers write 1e25 or -99999 for "unknown".
LOWEST_M, HIGHEST_M = -12_000.0, 100_000.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NOT_A_TIME = int(np.iinfo(np.int64).min)  # how NumPy stores NaT
# XML 1.0 section 2.2 allows no other control characters, and no lone surrogates.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NESTING = 20

Where = Callable[[], str]  # asked only when there is a doubt: a file has a million points and few doubts
_NOWHERE: Where = str


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Track:
    """A recorded or drawn line of `N` points in order, in one or more unbroken stretches.

    `elevation_m` is NaN where unknown; `time` is UTC `datetime64[us]`, NaT where a point has none, and None
    where no point has one. `starts` holds the index of each stretch's first point.
    """

    name: str
    lat_deg: NDArray[np.float64]
    lon_deg: NDArray[np.float64]
    elevation_m: NDArray[np.float64]
    time: NDArray[np.datetime64] | None = None
    starts: NDArray[np.intp]
    remark: str = ""

    def __post_init__(self) -> None:
        """Arrays become read-only; unequal lengths are a bug of the reader."""
        n = len(self.lat_deg)
        for array in (self.lat_deg, self.lon_deg, self.elevation_m, self.time, self.starts):
            if array is not None:
                assert array is self.starts or len(array) == n, "a track's arrays have one entry per point"
                array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.lat_deg)

    def slices(self) -> Iterator[slice]:
        """Where each stretch lies in the arrays."""
        for first, last in zip(self.starts, [*self.starts[1:], len(self)], strict=True):
            yield slice(int(first), int(last))

    def stretches(self) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """`(lat_deg, lon_deg)` of each unbroken stretch; nothing is known of the way between two of them."""
        for part in self.slices():
            yield self.lat_deg[part], self.lon_deg[part]


class Waypoint(Record):
    """A marked point with what was written beside it."""

    name: str
    position: Position
    time: datetime | None = None
    elevation_m: float | None = None
    remark: str = ""


class Shape(Record):
    """A point, a line or an area that somebody drew.

    `positions` is the point, the line, or the outer ring without its closing repeat; `holes` are rings too.
    `properties` are what the file says beside the name, as JSON values.
    """

    kind: Literal["point", "line", "polygon"]
    name: str
    positions: tuple[Position, ...]
    holes: tuple[tuple[Position, ...], ...] = ()
    properties: dict[str, Any] = {}
    caveats: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse a line or ring with too few points."""
        needed = {"point": 1, "line": 2, "polygon": 3}[self.kind]
        different = len(set(self.positions)) if self.kind == "polygon" else len(self.positions)
        if different < needed:
            called = f' "{self.name}"' if self.name else ""
            raise InvalidInput(f"The {self.kind}{called} has {different} points; it needs at least {needed}.")


class Doubts:
    """Counts what a reader left out or took on trust, and tells it as caveats."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, str]] = {}

    def note(self, what: str, where: Where = _NOWHERE) -> None:
        """One more case of `what`; the first place is kept."""
        seen = self._seen.get(what)
        self._seen[what] = (seen[0] + 1, seen[1]) if seen else (1, where())

    def caveats(self) -> tuple[str, ...]:
        """One sentence for each kind of doubt."""
        return tuple(
            f"{what}: {count}{f', first at {first}' if first else ''}." for what, (count, first) in self._seen.items()
        )


class TrackBuilder:
    """Collects the points of one track from a reader, leaving out what cannot be a place."""

    def __init__(self, doubts: Doubts) -> None:
        self._doubts = doubts
        self._lat: list[float] = []
        self._lon: list[float] = []
        self._elevation: list[float] = []
        self._time: list[int] = []
        self._starts: list[int] = [0]

    def add(self, lat: float, lon: float, elevation_m: float = nan, time_us: int | None = None) -> None:
        """One point that `place` has checked; `time_us` counts microseconds since 1970, UTC."""
        self._lat.append(lat)
        self._lon.append(lon)
        self._elevation.append(elevation_m)
        self._time.append(_NOT_A_TIME if time_us is None else time_us)

    def gap(self) -> None:
        """The next point starts a new stretch."""
        if self._starts[-1] != len(self._lat):
            self._starts.append(len(self._lat))

    def track(self, name: str, remark: str = "") -> Track | None:
        """The track, or None where no point was left."""
        n = len(self._lat)
        if n == 0:
            self._doubts.note("Tracks or routes without a single point left out", lambda: f'"{name}"' if name else "")
            return None
        microseconds = np.array(self._time, dtype=np.int64)
        known = microseconds[microseconds != _NOT_A_TIME]
        if np.any(np.diff(known) < 0):
            self._doubts.note("Tracks whose times go back somewhere", lambda: f'"{name}"' if name else "")
        return Track(
            name=name,
            lat_deg=np.array(self._lat, dtype=np.float64),
            lon_deg=np.array(self._lon, dtype=np.float64),
            elevation_m=np.array(self._elevation, dtype=np.float64),
            time=microseconds.view("datetime64[us]") if len(known) else None,
            starts=np.array([s for s in self._starts if s < n], dtype=np.intp),
            remark=remark,
        )


def place(lat: object, lon: object, doubts: Doubts, where: Where = _NOWHERE) -> tuple[float, float] | None:
    """Latitude and longitude in degrees from text or numbers, or None with a doubt noted."""
    numbers = number(lat), number(lon)
    if numbers[0] is None or numbers[1] is None:
        doubts.note("Points without a readable latitude and longitude left out", where)
        return None
    if not (-90.0 <= numbers[0] <= 90.0 and -180.0 <= numbers[1] <= 180.0):
        doubts.note("Points outside -90 to 90 latitude or -180 to 180 longitude left out", where)
        return None
    return numbers[0], numbers[1]


def number(value: object) -> float | None:
    """A finite number from text or JSON, else None; `1_0`, true and NaN are no numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str) and "_" in value:
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if isfinite(found) else None


def elevation_m(text: object, doubts: Doubts, where: Where = _NOWHERE) -> float:
    """Elevation in metres, or NaN with a doubt noted; an absent one is no doubt."""
    if text is None or text == "":
        return nan
    found = number(text)
    if found is None or not LOWEST_M <= found <= HIGHEST_M:
        doubts.note("Elevations that are no height in metres ignored", where)
        return nan
    return found


def time_us(text: str, doubts: Doubts, where: Where = _NOWHERE) -> int | None:
    """Microseconds since 1970, UTC, from ISO 8601 text, or None with a doubt noted.

    A time without a zone is UTC, as the GPX 1.1 schema says; the doubt is noted, since receivers err here.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        doubts.note("Times that are no date and time ignored", where)
        return None
    if len(text) <= 10:
        doubts.note("Times that are no date and time ignored", where)
        return None
    if moment.tzinfo is None:
        doubts.note("Times without a zone taken as UTC", where)
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(microseconds: int | None) -> datetime | None:
    """The UTC time of microseconds since 1970."""
    return None if microseconds is None else _EPOCH + microseconds * _MICROSECOND


def iso_times(track: Track) -> list[str]:
    """UTC text of each point's time, empty where it has none; fractions only where some point has them."""
    if track.time is None:
        return [""] * len(track)
    known = track.time[~np.isnat(track.time)]
    unit: Literal["s", "us"] = "s" if np.all(known == known.astype("datetime64[s]")) else "us"
    texts = np.datetime_as_string(track.time, unit=unit, timezone="UTC")
    return ["" if text.startswith("NaT") else str(text) for text in texts]


def plain_text(value: object) -> str:
    """Text that every format can carry: no control characters, no halves of characters."""
    return _UNWRITABLE.sub("\ufffd", str(value)).strip()


def plain_values(value: Any, depth: int = 0) -> Any:
    """JSON values with plain text in them; nesting beyond reason is refused."""
    if depth > _NESTING:
        raise InvalidInput(f"The properties are nested more than {_NESTING} deep; that is no map that people made.")
    if isinstance(value, dict):
        return {plain_text(k): plain_values(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [plain_values(v, depth + 1) for v in value]
    if isinstance(value, float) and not isfinite(value):  # 1e400 in JSON text
        return None
    return plain_text(value) if isinstance(value, str) else value
