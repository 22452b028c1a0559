"""Durable entries a second, against SQLite alone on the same disk with the same promise (WAL, FULL)."""

from __future__ import annotations

import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import REPEATS, Stopwatch, Table
from wayhome.case.debrief import AssignmentDebriefed, TrackAttached
from wayhome.case.fact import Event, parted
from wayhome.store.journal import Journal

ENTRIES = 500
PLAIN = "SQLite alone, one row a commit"
BEGAN = datetime(2026, 5, 9, 20, 0, tzinfo=UTC)
TRACK = TrackAttached(assignment="A1", blob="0" * 64, file_name="hasty-1.gpx", points=500, track_length_m=10_200.0)
DEBRIEF = AssignmentDebriefed(
    assignment="A1", sweep_width_m=30.0, searchers=3, gaps="East bank of the creek not reached.", remarks="No sign."
)


def measured() -> Table:
    """Appends one after another, each durable when it returns; then every hash, link and secret checked."""
    watches: dict[str, Stopwatch] = {}
    for _ in range(REPEATS):  # in turn: the disk is busy or idle for all alike
        with tempfile.TemporaryDirectory() as folder:
            _plain(Path(folder), watches)
            _journal(Path(folder) / "open", TRACK, "entries without personal data", watches)
            _journal(Path(folder) / "locked", DEBRIEF, "entries with personal data", watches)
    plain = watches[PLAIN]
    rows = [
        (
            name, f"{ENTRIES / w.wall_s:,.0f}", f"{w.cpu_s / ENTRIES * 1000:.2f} ms",
            f"{plain.wall_s / w.wall_s:.2f}" if name.startswith("append") else "",
        )
        for name, w in watches.items()
    ]  # fmt: skip
    return Table(
        "Journal", ("what", "entries a second (wall)", "CPU an entry", "rate to SQLite alone"), tuple(rows),
        (f"Medians of {REPEATS} runs of {ENTRIES} entries each. A commit waits for the disk, so the rates move with it.",),
    )  # fmt: skip


def _plain(folder: Path, watches: dict[str, Stopwatch]) -> None:
    db = sqlite3.connect(folder / "plain.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE entries (seq INTEGER PRIMARY KEY, hash TEXT UNIQUE, body TEXT)")
    body = "x" * 600  # about what an entry of the journal holds
    with watches.setdefault(PLAIN, Stopwatch()):
        for i in range(ENTRIES):
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT INTO entries VALUES (?, ?, ?)", (i, f"{i:064d}", body))
            db.execute("COMMIT")
    db.close()


def _journal(folder: Path, event: Event, what: str, watches: dict[str, Stopwatch]) -> None:
    journal, fact = Journal(folder), parted(event)
    with watches.setdefault(f"append, {what}", Stopwatch()):
        for i in range(ENTRIES):
            journal.append("case", [fact], expected_seq=i, at=BEGAN + timedelta(seconds=i), by="jordan")
    with watches.setdefault(f"verify, {what}", Stopwatch()):
        found = journal.verify("case")
    assert found.entries == ENTRIES
    journal.close()
