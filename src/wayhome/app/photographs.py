"""Photographs of a case: brought in as they are, shown as copies that tell nothing, handed on with their proof.

Knows originals by content hash. Changes none, and lets none out but as evidence or when asked for as the original.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from wayhome.base.errors import DataUnavailable, InvalidInput
from wayhome.base.quantity import metres
from wayhome.base.record import to_json
from wayhome.case import photograph as chapter
from wayhome.case.fact import found

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from wayhome.app.desk import App
    from wayhome.case.evidence import Clue
    from wayhome.case.photograph import Photograph
    from wayhome.case.state import CaseState

MEDIA = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "heic": "image/heic"}
SUFFIX = {"jpeg": "jpg", "png": "png", "webp": "webp", "heic": "heic"}
THUMBNAIL_PX = 320
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip archive can hold: equal evidence, equal bytes


def prepared(
    app: App, case: str, state: CaseState, name: str, content: bytes, for_: str | None, by: str | None
) -> Callable[[], list[dict[str, Any]]]:
    """A photograph read and checked; what is returned attaches it."""
    from wayhome.files.photo import read_photo

    if not for_:
        raise InvalidInput(
            f"{name} is a photograph; say what it shows: --for subject, or a clue, statement, companion or assignment "
            "such as --for C1.", field="for",
        )  # fmt: skip
    of, read = chapter.known(state, for_), read_photo(content, name)
    chapter.check_new(state, hashlib.sha256(content).hexdigest(), of)
    camera = {f: to_json(v) for f in chapter.CameraSays.__fields__ if (v := getattr(read, f)) is not None}
    caveats = list(read.caveats)
    if (away := chapter.away_m(state, read.position)) is not None:
        caveats.append(
            f"The camera was {metres(away)} from the initial planning point; the photograph is kept, but look whether "
            "it belongs to this case."
        )
    fields = {
        "form": read.form, "file_name": name, "of": of, "width_px": read.width_px, "height_px": read.height_px,
        "camera": camera, "caveats": list(read.caveats),
    }  # fmt: skip

    def act() -> list[dict[str, Any]]:
        done = app.do(case, "attach_photograph", {**fields, "blob": app.blobs.put(content)}, by=by)
        what = f"of {of}, {read.width_px} by {read.height_px} pixels,"
        return [{"file": name, "as": "photograph", "what": what, "id": getattr(done.events[0], "id", ""),
                 "caveats": caveats}]  # fmt: skip

    return act


def thumbnail(app: App, case: str, photograph: str, px: int = THUMBNAIL_PX) -> bytes:
    """A JPEG of a photograph for a screen, without what the camera wrote."""
    from wayhome.files.photo import copy_for_others

    held = _photograph(app.state(case), photograph)
    return copy_for_others(app.blobs.get(held.blob), px, held.id)


def original(app: App, case: str, photograph: str) -> tuple[bytes, str, str]:
    """`(content, media type, file name)` of an original, as it came, with all that the camera wrote."""
    held = _photograph(app.state(case), photograph)
    return app.blobs.get(held.blob), MEDIA[held.form], f"{held.id}.{SUFFIX[held.form]}"


def evidence_archive(app: App, case: str, as_of: datetime | None = None) -> bytes:
    """A zip archive of the evidence: originals, a manifest of each with its hash, and every chain of custody.

    Withdrawn photographs and clues are in it and say so: that something no longer counts is part of the record. An
    original that is not on this desk is named as missing. The same state gives the same bytes.
    """
    state = app.state(case, as_of)
    rows, originals = [], {}
    for held in state.photographs.photographs.values():
        name = f"originals/{held.id}.{SUFFIX[held.form]}"
        try:
            originals[name] = app.blobs.get(held.blob)
        except DataUnavailable:
            name = ""
        rows.append(_row(state, held, name))
    manifest = {
        "case": case, "title": state.report.title, "entry": state.seq, "as_of": to_json(state.as_of),
        "heads": app.journal.heads(case) if as_of is None else None, "photographs": rows,
        "items": [_item(c) for c in state.evidence.clues.values()],
    }  # fmt: skip
    files = {
        **originals,
        "manifest.json": (json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode(),
        "manifest.csv": _csv(rows),
    }
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as out:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            out.writestr(entry, content)
    return packed.getvalue()


def _photograph(state: CaseState, key: str) -> Photograph:
    held: Photograph = found(state.photographs.photographs, key, "photograph")
    return held


def _row(state: CaseState, held: Photograph, file: str) -> dict[str, Any]:
    """One photograph of the manifest; where the camera was and where its marker stands are two facts."""
    chains = {k: _chain(c) for k in held.shows if (c := state.evidence.clues.get(k)) is not None and c.custody}
    return {
        "id": held.id, "of": list(held.shows), "file": file, "is_missing": not file, "sha256": held.blob,
        "file_name": held.file_name, "caption": held.caption, "width_px": held.width_px, "height_px": held.height_px,
        "camera": held.camera.as_json(), "marker_position": to_json(held.marker_position),
        "placed_by_hand": held.placed_by_hand, "marker_off_m": held.marker_off_m, "may_publish": held.may_publish,
        "attached_by": held.attached_by, "attached_at": to_json(held.attached_at), "withdrawn": held.withdrawn,
        "caveats": list(held.caveats), "custody": chains,
    }  # fmt: skip


def _item(clue: Clue) -> dict[str, Any]:
    """One clue of the manifest, with its chain of custody."""
    fields = ("id", "name", "description", "finder", "found_at", "position", "place", "instruction", "withdrawn")
    return {**{f: to_json(getattr(clue, f)) for f in fields}, "custody": _chain(clue)}


def _chain(clue: Clue) -> list[dict[str, Any]]:
    return [{**x.as_json(), "is_open": x.is_open, "note": x.note} for x in clue.custody]


_COLUMNS = (
    "id", "of", "file", "sha256", "file_name", "caption", "camera_clock", "camera_offset", "camera_taken_at", "camera_gps_at",
    "camera_lat_deg", "camera_lon_deg", "camera_altitude_m", "camera_model", "marker_lat_deg", "marker_lon_deg", "placed_by_hand",
    "marker_off_m", "may_publish", "attached_by", "attached_at", "withdrawn", "custody",
)  # fmt: skip


def _csv(rows: list[dict[str, Any]]) -> bytes:
    """The manifest as a table for people; what is not known stays empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        camera, at, marker = row["camera"], row["camera"]["position"] or {}, row["marker_position"] or {}
        chains = [
            f"{k}: "
            + " / ".join(f"{x['at']} {x['kind'].replace('_', ' ')}: {x['holder']} ({x['note']})" for x in chain)
            for k, chain in row["custody"].items()
        ]
        cells = {
            **row, "of": " ".join(row["of"]), "camera_clock": camera["clock"], "camera_offset": camera["offset"],
            "camera_taken_at": camera["taken_at"], "camera_gps_at": camera["gps_at"], "camera_lat_deg": at.get("lat_deg"),
            "camera_lon_deg": at.get("lon_deg"), "camera_altitude_m": camera["altitude_m"], "camera_model": camera["model"],
            "marker_lat_deg": marker.get("lat_deg"), "marker_lon_deg": marker.get("lon_deg"),
            "placed_by_hand": {True: "yes", False: "no", None: "no marker"}[row["placed_by_hand"]],
            "marker_off_m": None if row["marker_off_m"] is None else f"{row['marker_off_m']:.0f}",
            "file": row["file"] or "not on this desk", "custody": " | ".join(chains),
        }  # fmt: skip
        writer.writerow([_cell(cells[c]) for c in _COLUMNS])
    return b"\xef\xbb\xbf" + out.getvalue().encode()  # spreadsheets take it for UTF-8 only with this mark


def _cell(value: Any) -> Any:
    """A cell; text that a spreadsheet would carry out as a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "@", "\t", "\r") else value
