"""GPX 1.0 and 1.1: tracks, routes and waypoints of receivers, phones and planning programs.

Knows the ways in which real files are badly made. Refuses entities and broken XML.
Formats: https://www.topografix.com/GPX/1/0 and https://www.topografix.com/GPX/1/1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.saxutils import escape

import numpy as np
from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.base.quantity import iso
from wayhome.files.shapes import (
    Doubts,
    Track,
    TrackBuilder,
    Waypoint,
    Where,
    elevation_m,
    iso_times,
    moment_of,
    place,
    plain_text,
    time_us,
)

_POINTS = {"wpt": "wpt", "trkpt": "trk", "rtept": "rte"}
_POINT_TEXTS = ("ele", "time", "name", "cmt", "desc")
_LINE_TEXTS = ("name", "cmt", "desc")
_BLANKS = b" \t\r\n"
_ENCODING = re.compile(rb"""^(<\?xml[^>]{0,200}?encoding\s*=\s*["'])([A-Za-z0-9._-]{1,40})(["'])""")


@dataclass(frozen=True, eq=False, slots=True)
class GpxFile:
    """What a GPX file holds, in its order, and what had to be left out."""

    tracks: tuple[Track, ...]
    routes: tuple[Track, ...]
    waypoints: tuple[Waypoint, ...]
    caveats: tuple[str, ...]


def read_gpx(data: bytes) -> GpxFile:
    """Tracks, routes and waypoints of a GPX file.

    A point that is no place, an unreadable time or elevation is left out with a caveat; empty tracks too.
    Raises `InvalidInput` with the line where the XML breaks, and where it declares entities.
    """
    doubts = Doubts()
    if not data.strip(_BLANKS):
        raise InvalidInput("The GPX file is empty; copy it from the receiver again.")
    text, lines_before = _readable(data, doubts)
    # Prefixes are handled by us: real files use some that they never declare.
    parser = DefusedExpatParser(namespaceHandling=0)
    handler = _Gpx(doubts, lambda: f"line {parser.getLineNumber() + lines_before}")
    parser.setContentHandler(handler)
    try:
        parser.feed(text)
        parser.close()
    except SAXParseException as broken:
        line = (broken.getLineNumber() or 1) + lines_before
        raise InvalidInput(
            f"The GPX file is broken at line {line} ({broken.getMessage()}); export or copy it again.", line=line
        ) from None
    except DefusedXmlException:
        raise InvalidInput(
            "The GPX file declares XML entities or asks for another file, which no receiver does; it is refused. Export it again."
        ) from None
    return GpxFile(tuple(handler.tracks), tuple(handler.routes), tuple(handler.waypoints), doubts.caveats())


def write_gpx(tracks: Iterable[Track], waypoints: Iterable[Waypoint] = ()) -> bytes:
    """A GPX 1.1 file of tracks and waypoints; positions and times come back as they were."""
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="Wayhome" xmlns="http://www.topografix.com/GPX/1/1">\n'
    ]
    for waypoint in waypoints:
        where = waypoint.position
        out.append(f'<wpt lat="{_decimal(where.lat_deg)}" lon="{_decimal(where.lon_deg)}">')
        if waypoint.elevation_m is not None:
            out.append(f"<ele>{_decimal(waypoint.elevation_m)}</ele>")
        if waypoint.time is not None:
            out.append(f"<time>{iso(waypoint.time)}</time>")
        out.append(f"{_texts(waypoint.name, waypoint.remark)}</wpt>\n")
    for track in tracks:
        out.append(f"<trk>{_texts(track.name, track.remark)}\n")
        lats, lons, heights = track.lat_deg.tolist(), track.lon_deg.tolist(), track.elevation_m.tolist()
        times = iso_times(track)
        for part in track.slices():
            out.append("<trkseg>\n")
            for lat, lon, height, time in zip(lats[part], lons[part], heights[part], times[part], strict=True):
                ele = "" if isnan(height) else f"<ele>{_decimal(height)}</ele>"
                when = f"<time>{time}</time>" if time else ""
                out.append(f'<trkpt lat="{_decimal(lat)}" lon="{_decimal(lon)}">{ele}{when}</trkpt>\n')
            out.append("</trkseg>\n")
        out.append("</trk>\n")
    out.append("</gpx>\n")
    return "".join(out).encode()


class _Gpx(ContentHandler):
    """Walks a GPX file without keeping its tree: a day of one-second points is a million elements."""

    def __init__(self, doubts: Doubts, where: Where) -> None:
        super().__init__()
        self.tracks: list[Track] = []
        self.routes: list[Track] = []
        self.waypoints: list[Waypoint] = []
        self._doubts = doubts
        self._where = where
        self._prefix: str | None = None  # that of the root; elements of another are extensions
        self._path: list[str] = []
        self._skipped = 0  # depth inside an element that is not GPX's own
        self._builder: TrackBuilder | None = None
        self._line_texts: dict[str, str] = {}
        self._place: tuple[float, float] | None = None
        self._point_texts: dict[str, str] = {}
        self._text: list[str] | None = None

    def startElement(self, name: str, attrs: Any) -> None:
        if self._skipped:
            self._skipped += 1
            return
        prefix, _, local = name.rpartition(":")
        if self._prefix is None:
            if local != "gpx":
                raise InvalidInput(f"This is no GPX file: it begins with <{local[:40]}> where <gpx> is expected.")
            self._prefix = prefix
        elif prefix != self._prefix or local == "extensions":
            self._skipped = 1
            return
        self._path.append(local)
        self._text = None
        if local in _POINTS:
            self._point_texts = {}
            self._place = place(attrs.get("lat"), attrs.get("lon"), self._doubts, self._where)
        elif local in ("trk", "rte"):
            self._builder, self._line_texts = TrackBuilder(self._doubts), {}
        elif local in _POINT_TEXTS:
            self._text = []

    def characters(self, content: str) -> None:
        if self._text is not None and not self._skipped:
            self._text.append(content)

    def endElement(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        local = self._path.pop()
        if self._text is not None and self._path:
            self._keep_text(local, self._path[-1], "".join(self._text).strip())
            self._text = None
        elif local in _POINTS:
            self._end_point(local)
        elif local == "trkseg" and self._builder is not None:
            self._builder.gap()
        elif local in ("trk", "rte") and self._builder is not None:
            remark = _remark(self._line_texts)
            track = self._builder.track(plain_text(self._line_texts.get("name", "")), remark)
            if track is not None:
                (self.tracks if local == "trk" else self.routes).append(track)
            self._builder = None

    def _keep_text(self, local: str, parent: str, text: str) -> None:
        if parent in _POINTS:
            self._point_texts[local] = text
        elif parent in ("trk", "rte") and local in _LINE_TEXTS:
            self._line_texts[local] = text

    def _end_point(self, local: str) -> None:
        if self._place is None:
            return
        texts, (lat, lon) = self._point_texts, self._place
        height = elevation_m(texts.get("ele"), self._doubts, self._where)
        time = time_us(texts.get("time", ""), self._doubts, self._where)
        if local == "wpt":
            self.waypoints.append(
                Waypoint(
                    name=plain_text(texts.get("name", "")),
                    position=Position(lat_deg=lat, lon_deg=lon),
                    time=moment_of(time),
                    elevation_m=None if isnan(height) else height,
                    remark=_remark(texts),
                )
            )
        elif self._builder is None:
            self._doubts.note("Points outside any track or route left out", self._where)
        else:
            self._builder.add(lat, lon, height, time)


def _remark(texts: dict[str, str]) -> str:
    # many programs write the same text as comment and as description
    found = dict.fromkeys(plain_text(texts[k]) for k in ("desc", "cmt") if texts.get(k))
    return "\n".join(found)


def _readable(data: bytes, doubts: Doubts) -> tuple[bytes, int]:
    """The file as expat can read it, in UTF-8 and without blank lines before it, and the number of those."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16, which expat knows
        return data, 0
    data = data.removeprefix(b"\xef\xbb\xbf")
    lines_before = data[: len(data) - len(data.lstrip(_BLANKS))].count(b"\n")
    data = data.lstrip(_BLANKS)
    declared = _ENCODING.match(data)
    encoding = declared[2].decode("ascii") if declared else "utf-8"
    try:
        text = data.decode(encoding)
    except LookupError:
        raise InvalidInput(f'The GPX file says it is written in "{encoding}", which is no encoding.') from None
    except UnicodeError:
        text = ""
    if not text.startswith("<"):  # the declaration is wrong, or the file is in no encoding at all
        encoding, text = "utf-8", data.decode("utf-8", "replace")
        if "\ufffd" in text:
            line = text.count("\n", 0, text.index("\ufffd")) + 1 + lines_before
            doubts.note("Stretches of text that are not UTF-8 shown as \ufffd", lambda: f"line {line}")
    if declared:
        start, end = declared.span(2)
        text = f"{text[:start]}utf-8{text[end:]}"  # the declaration is ASCII, so bytes and characters agree
    return text.encode("utf-8", "replace"), lines_before


def _decimal(number: float) -> str:
    """The shortest text that reads back as the same number, without the exponent that GPX forbids."""
    text = repr(float(number))
    return np.format_float_positional(number, trim="-") if "e" in text else text


def _texts(name: str, remark: str) -> str:
    named = f"<name>{escape(plain_text(name))}</name>" if name else ""
    return named + (f"<desc>{escape(plain_text(remark))}</desc>" if remark else "")
