"""Which format a file is in, by what it holds and never by what it is called.

Knows beginnings of files. Refuses to guess: what it does not know is told in a sentence.
"""

from __future__ import annotations

import io
import zipfile

from wayhome.base.errors import InvalidInput
from wayhome.files.caltopo import is_caltopo
from wayhome.files.geojson import GEOMETRIES, json_document
from wayhome.files.geotiff import TIFF_MAGIC

FORMATS = {
    "gpx": "a GPX file of tracks and waypoints",
    "kml": "a KML file (Google Earth)",
    "kmz": "a KMZ file (Google Earth, zipped)",
    "geojson": "a GeoJSON file",
    "caltopo": "a CalTopo map",
    "geotiff": "a GeoTIFF",
    "gpkg": "a GeoPackage",
    "pdf": "a PDF document",
    "zip": "a zip archive",
}
_HEAD = 65_536
_GPKG_IDS = (b"GPKG", b"GP10", b"GP11")  # SQLite application_id at byte 68, GeoPackage 1.3 requirement 2
# What people hand over by mistake, and what to do about it.
_KNOWN_OTHERS = (
    (
        b"\xff\xd8\xff",
        "a JPEG picture; import it with --as photograph --for C1 (a clue, statement or outing) or --for subject",
    ),
    (
        b"\x89PNG\r\n",
        "a PNG picture; import it with --as photograph --for C1 (a clue, statement or outing) or --for subject",
    ),
    (b"\x00\x00\x27\x0a", "part of a shapefile; convert it to GeoPackage or GeoJSON"),
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"SQLite format 3\x00", "an SQLite database but no GeoPackage"),
)
_ROOTS = {
    "html": "a web page, perhaps a log-in page saved under another name; download the file again",
    "event": "a Cursor-on-Target event, which this version does not read",
    "alert": "a CAP alert, which this version does not read",
    "pfif": "a PFIF file, which this version does not read",
    "TrainingCenterDatabase": "a Garmin TCX file; export it as GPX",
}
_ASKED = "GPX, KML, KMZ, GeoJSON, CalTopo, GeoTIFF and GeoPackage files are read"


def recognise(data: bytes, name: str) -> str:
    """The format of a file, one of `FORMATS`; `name` only serves the sentence that says what it is instead.

    Raises `InvalidInput` for an empty file and for one that is none of them.
    """
    if not data.strip():
        raise InvalidInput(f"{name} is empty ({len(data)} bytes); copy it again from where it came.", file=name)
    if data.startswith(TIFF_MAGIC):
        return "geotiff"
    if data.startswith(b"SQLite format 3\x00") and data[68:72] in _GPKG_IDS:
        return "gpkg"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(data, name)
    if data[8:12] == b".FIT":
        raise _refusal(name, "a FIT recording; export it as GPX from the watch's program")
    if b"OSMHeader" in data[:64]:
        raise _refusal(name, "an OpenStreetMap extract; add it to the ground, not to the case")
    for beginning, meaning in _KNOWN_OTHERS:
        if data.startswith(beginning):
            raise _refusal(name, meaning)
    head = _text(data[:_HEAD])
    if head.startswith("<"):
        return _marked_up(head, name)
    if head.startswith(("{", "[")):
        return _json(data, name)
    raise _refusal(name, "in none of the formats known here")


def expected(data: bytes, name: str, *wanted: str) -> str:
    """The format of a file if it is one of those wanted, else a sentence that says what it is."""
    found = recognise(data, name)
    if found not in wanted:
        known = " or ".join(FORMATS[w] for w in wanted)
        raise InvalidInput(f"{name} is {FORMATS[found]}; {known} is needed here.", file=name, format=found)
    return found


def _refusal(name: str, meaning: str) -> InvalidInput:
    return InvalidInput(f"{name} is {meaning}. {_ASKED}.", file=name)


def _text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace").lstrip()
    return head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").lstrip()


def _marked_up(head: str, name: str) -> str:
    root = _root(head)
    if root in ("gpx", "kml"):
        return root
    if root is None:
        raise _refusal(name, "XML without a first element")
    raise _refusal(name, _ROOTS.get(root, _ROOTS.get(root.lower(), f"XML of <{root[:40]}>, which is not known here")))


def _root(head: str) -> str | None:
    """The first element's name without its prefix; comments, instructions and the DOCTYPE are passed over."""
    at = 0
    while 0 <= at < len(head):
        at = head.find("<", at)
        if at < 0:
            return None
        if head.startswith("<!--", at):
            at = head.find("-->", at)
        elif head.startswith("<?", at):
            at = head.find("?>", at)
        elif head.startswith("<!", at):
            inner, end = head.find("[", at), head.find(">", at)
            at = head.find("]>", at) if 0 <= inner < end else end
        else:
            name = head[at + 1 : at + 200].split(">")[0].split("/")[0].split()
            return name[0].rpartition(":")[2] if name else None
    return None


def _json(data: bytes, name: str) -> str:
    document = json_document(data, "JSON")
    if is_caltopo(document):
        return "caltopo"
    kind = document.get("type") if isinstance(document, dict) else None
    if kind in ("FeatureCollection", "Feature", *GEOMETRIES):
        return "geojson"
    raise _refusal(name, "JSON but neither GeoJSON nor a CalTopo map")


def _zipped(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError):
        raise InvalidInput(f"{name} is a zip archive that is cut short or damaged; copy it again.", file=name) from None
    return "kmz" if any(n.lower().endswith(".kml") for n in names) else "zip"
