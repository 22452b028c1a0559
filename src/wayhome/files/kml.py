"""KML 2.x and KMZ: placemarks of Google Earth and of the programs that export for it.

Knows points, lines, areas and recorded tracks. Refuses entities and archives that unpack beyond reason;
never follows a link. Format: OGC 12-007r2 (KML 2.3) and Google's KML reference for the `gx` elements.
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isnan
from typing import Any

from lxml import etree

from wayhome.base.errors import InvalidInput
from wayhome.base.place import Position
from wayhome.files.shapes import (
    Doubts,
    Shape,
    Track,
    TrackBuilder,
    elevation_m,
    iso_times,
    place,
    plain_text,
    time_us,
)

MAX_KML_BYTES = 64 * 1024 * 1024
_MAX_MEMBERS = 10_000
_KML, _GX = "http://www.opengis.net/kml/2.2", "http://www.google.com/kml/ext/2.2"
_COMMA = re.compile(r"\s*,\s*")
_GEOMETRIES = ("Point", "LineString", "LinearRing", "Polygon", "Track", "MultiTrack")
_LEFT_OUT = {
    "NetworkLink": "Network links not followed",
    "GroundOverlay": "Picture overlays left out",
    "PhotoOverlay": "Picture overlays left out",
    "Model": "3D models left out",
}


@dataclass(frozen=True, eq=False, slots=True)
class KmlFile:
    """Placemarks in the file's order, recorded tracks apart, and what had to be left out."""

    shapes: tuple[Shape, ...]
    tracks: tuple[Track, ...]
    caveats: tuple[str, ...]


def read_kml(data: bytes) -> KmlFile:
    """Shapes and tracks of a KML or KMZ file.

    Placemarks with several geometries give several shapes of one name. A coordinate that is no place is left
    out with a caveat, and so is a line or area that has too few left. Raises `InvalidInput` for broken files.
    """
    doubts = Doubts()
    if data.startswith(b"PK"):
        data = _unpacked(data)
    root = _root(data)
    if _local(root) != "kml":
        raise InvalidInput(f"This is no KML file: it begins with <{_local(root)[:40]}> where <kml> is expected.")
    shapes: list[Shape] = []
    tracks: list[Track] = []
    # KML 2.0 let a Schema name its own kind of placemark
    placemarks = {"Placemark"} | {s.get("name") for s in _all(root, "Schema") if s.get("parent") == "Placemark"}
    for element in root.iter("{*}*"):
        local = _local(element)
        if local in _LEFT_OUT:
            doubts.note(_LEFT_OUT[local])
        elif local in placemarks:
            _read_placemark(element, shapes, tracks, doubts)
    return KmlFile(tuple(shapes), tuple(tracks), doubts.caveats())


def write_kml(shapes: Iterable[Shape], tracks: Iterable[Track] = (), title: str = "") -> bytes:
    """A KML 2.2 file; a track keeps its times where every point has one, else it becomes lines."""
    kml = etree.Element(f"{{{_KML}}}kml", nsmap={None: _KML, "gx": _GX})
    document = _put(kml, "Document")
    if title:
        _put(document, "name", title)
    for shape in shapes:
        placemark = _placemark(document, shape.name, str(shape.properties.get("description") or ""))
        others = {k: v for k, v in shape.properties.items() if k != "description" and v is not None}
        if others:
            extended = _put(placemark, "ExtendedData")
            for key, value in others.items():
                _put(_put(extended, "Data", name=plain_text(key)), "value", str(value))
        if shape.kind == "point":
            _put(_put(placemark, "Point"), "coordinates", _coordinates(shape.positions))
        elif shape.kind == "line":
            _put(_put(placemark, "LineString"), "coordinates", _coordinates(shape.positions))
        else:
            polygon = _put(placemark, "Polygon")
            for side, ring in (("outer", shape.positions), *(("inner", hole) for hole in shape.holes)):
                linear = _put(_put(polygon, f"{side}BoundaryIs"), "LinearRing")
                _put(linear, "coordinates", _coordinates((*ring, ring[0])))
    for track in tracks:
        _write_track(document, track)
    return bytes(etree.tostring(kml, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _unpacked(data: bytes) -> bytes:
    """The main document of a KMZ: doc.kml, or the first .kml, read only up to the limit."""
    damaged = "The KMZ file is cut short or damaged; copy or export it again."
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            documents = [m for m in members if _is_kml(m.filename)]
            if not documents or len(members) > _MAX_MEMBERS:
                raise InvalidInput("The archive is no KMZ: it holds no .kml document, or far too many files.")
            chosen = next((m for m in documents if m.filename.lower() == "doc.kml"), documents[0])
            if chosen.flag_bits & 0x1:
                raise InvalidInput("The KMZ file is locked with a password; unpack it and give the .kml itself.")
            with archive.open(chosen) as stream:
                text = stream.read(MAX_KML_BYTES + 1)  # the size that the archive states may be a lie
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, NotImplementedError, ValueError):
        raise InvalidInput(damaged) from None
    if len(text) > MAX_KML_BYTES:
        raise InvalidInput(f"The KMZ file unpacks to more than {MAX_KML_BYTES // 2**20} MiB; it is refused.")
    return text


def _is_kml(member: str) -> bool:
    return member.lower().endswith(".kml") and not member.startswith("__MACOSX")


def _root(data: bytes) -> Any:
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if not data:
        raise InvalidInput("The KML file is empty; export it again.")
    if len(data) > MAX_KML_BYTES:
        raise InvalidInput(f"The KML file is larger than {MAX_KML_BYTES // 2**20} MiB; export a part of it.")
    try:
        try:
            strict = _parser(recover=False)
            root = etree.fromstring(data, strict)
        except etree.XMLSyntaxError:
            if not _only_prefixes(strict):
                raise
            root = etree.fromstring(data, _parser(recover=True))
    except etree.XMLSyntaxError as broken:
        raise InvalidInput(
            f"The KML file is broken at line {broken.lineno} ({broken.msg}); export or copy it again.",
            line=broken.lineno,
        ) from None
    if root.getroottree().docinfo.doctype:
        raise InvalidInput("The KML file has a DOCTYPE, which no map program writes; it is refused. Export it again.")
    return root


def _parser(recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip


def _only_prefixes(parser: etree.XMLParser) -> bool:
    """Whether nothing is wrong but prefixes that the file uses and does not declare, such as `gx:`.

    The parser's own log: that of the exception also holds what earlier files did wrong.
    """
    log = list(parser.error_log)
    return bool(log) and all(entry.type_name == "NS_ERR_UNDEFINED_NAMESPACE" for entry in log)


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _all(element: Any, *names: str) -> Iterator[Any]:
    return (e for e in element.iter("{*}*") if _local(e) in names)


def _child_text(element: Any, name: str) -> str:
    found = next((e for e in element if _local(e) == name), None)
    return "" if found is None else plain_text("".join(found.itertext()))


def _read_placemark(placemark: Any, shapes: list[Shape], tracks: list[Track], doubts: Doubts) -> None:
    name = _child_text(placemark, "name")
    description = _child_text(placemark, "description")
    properties: dict[str, Any] = {"description": description} if description else {}
    for entry in _all(placemark, "Data", "SimpleData"):
        text = _child_text(entry, "value") if _local(entry) == "Data" else plain_text(entry.text or "")
        properties[plain_text(entry.get("name", ""))] = text
    taken: set[Any] = set()  # parts of a geometry that was read as a whole
    has_geometry = False
    for geometry in placemark.iter("{*}*"):
        local = _local(geometry)
        if geometry in taken or local not in _GEOMETRIES:
            continue
        has_geometry = True
        if local in ("Track", "MultiTrack"):
            parts = list(_all(geometry, "Track"))
            taken.update(parts)
            track = _read_track(parts, name, description, doubts)
            if track is not None:
                tracks.append(track)
            continue
        holes: tuple[tuple[Position, ...], ...] = ()
        if local == "Polygon":
            taken.update(_all(geometry, "LinearRing"))
            outer, holes = _polygon(geometry, doubts)
        else:
            outer = _positions(geometry, doubts)
        kind = {"Point": "point", "LineString": "line"}.get(local, "polygon")
        try:
            shape = Shape(
                kind=kind,  # type: ignore[arg-type]
                name=name,
                positions=(outer[:1] if kind == "point" else _open_ring(outer) if kind == "polygon" else outer),
                holes=holes,
                properties=properties,
                caveats=(f'"{name}" has {len(holes)} hole(s); they are kept and drawn.',) if holes else (),
            )
        except InvalidInput:
            doubts.note(f"Shapes ({kind}) with too few places left out", _where(geometry.sourceline))
            continue
        shapes.append(shape)
    if not has_geometry:
        doubts.note("Placemarks without a place left out", _where(placemark.sourceline))


def _where(line: int) -> Any:
    return lambda: f"line {line}"


def _polygon(polygon: Any, doubts: Doubts) -> tuple[tuple[Position, ...], tuple[tuple[Position, ...], ...]]:
    outer: tuple[Position, ...] = ()
    holes = []
    for boundary in polygon:
        for ring in _all(boundary, "LinearRing"):
            positions = _open_ring(_positions(ring, doubts))
            if _local(boundary) == "innerBoundaryIs":
                if len(set(positions)) >= 3:
                    holes.append(positions)
            else:
                outer = positions
    return outer, tuple(holes)


def _open_ring(ring: tuple[Position, ...]) -> tuple[Position, ...]:
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring


def _positions(geometry: Any, doubts: Doubts) -> tuple[Position, ...]:
    """Positions of `<coordinates>`: tuples `lon,lat[,height]` between blanks."""
    element = next(_all(geometry, "coordinates"), None)
    if element is None:
        return ()
    out = []
    for entry in _COMMA.sub(",", element.text or "").split():
        lon, lat, *_ = (*entry.split(","), None)[:3] if "," in entry else (entry, None, None)
        spot = place(lat, lon, doubts, _where(element.sourceline))
        if spot is not None:
            out.append(Position(lat_deg=spot[0], lon_deg=spot[1]))
    return tuple(out)


def _read_track(parts: list[Any], name: str, remark: str, doubts: Doubts) -> Track | None:
    """A `gx:Track`, or the stretches of a `gx:MultiTrack`: as many `when` as `gx:coord`, paired by their order."""
    builder = TrackBuilder(doubts)
    for part in parts:
        builder.gap()
        where = _where(part.sourceline)
        whens = [(e.text or "").strip() for e in part if _local(e) == "when"]
        coords = [(e.text or "").split() for e in part if _local(e) == "coord"]
        if whens and len(whens) != len(coords):
            doubts.note("Tracks with more times than places, or fewer; their times ignored", where)
            whens = []
        for at, (lon, lat, height) in enumerate((*c, None, None, None)[:3] for c in coords):
            spot = place(lat, lon, doubts, where)
            if spot is not None:
                time = time_us(whens[at], doubts, where) if whens else None
                builder.add(*spot, elevation_m(height, doubts, where), time)
    return builder.track(name, remark)


def _put(parent: Any, tag: str, text: str = "", **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{_KML}}}{tag}", attributes)
    if text:
        element.text = plain_text(text)
    return element


def _placemark(document: Any, name: str, description: str) -> Any:
    placemark = _put(document, "Placemark")
    if name:
        _put(placemark, "name", name)
    if description:
        _put(placemark, "description", description)
    return placemark


def _coordinates(positions: tuple[Position, ...]) -> str:
    return " ".join(f"{p.lon_deg!r},{p.lat_deg!r}" for p in positions)


def _write_track(document: Any, track: Track) -> None:
    placemark = _placemark(document, track.name, track.remark)
    times = iso_times(track)
    timed = all(times)
    group = etree.SubElement(placemark, f"{{{_GX}}}MultiTrack") if timed else _put(placemark, "MultiGeometry")
    lats, lons, heights = track.lat_deg.tolist(), track.lon_deg.tolist(), track.elevation_m.tolist()
    for part in track.slices():
        coords = [
            (repr(lon), repr(lat)) if isnan(height) else (repr(lon), repr(lat), repr(height))
            for lon, lat, height in zip(lons[part], lats[part], heights[part], strict=True)
        ]
        if timed:
            recorded = etree.SubElement(group, f"{{{_GX}}}Track")
            for time in times[part]:
                _put(recorded, "when", time)
            for coord in coords:
                etree.SubElement(recorded, f"{{{_GX}}}coord").text = " ".join(coord)
        else:
            line = _put(_put(group, "LineString"), "coordinates")
            line.text = " ".join(",".join(coord) for coord in coords)
