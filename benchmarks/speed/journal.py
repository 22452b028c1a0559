"""Durable entries a second, against SQLite alone on the same disk with the same promise (WAL, FULL)."""

from __future__ import annotations

import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks.measure import REPEATS, Stopwatch, Table
from wayhome.case.assignment import AssignmentDebriefed, TrackAttached
from wayhome.case.fact import Event, parted
from wayhome.store.journal import Journal

ENTRIES = 500
BEGAN = datetime(2026, 5, 9, 20, 0, tzinfo=UTC)
TRACK = TrackAttached(assignment="A1", blob="0" * 64, file_name="hasty-1.gpx", points=500, track_length_m=10_200.0)
DEBRIEF = AssignmentDebriefed(
    assignment="A1", sweep_width_m=30.0, searchers=3, gaps="East bank of the creek not reached.", remarks="No sign."
)


def measured() -> Table:
    """Appends one after another, each durable when it returns; then every hash, link and secret checked."""
    rates: dict[str, list[float]] = {}
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            found = {
                "SQLite alone, one row a commit": _plain(Path(folder)),
                **_journal(Path(folder) / "open", TRACK, "entries without personal data"),
                **_journal(Path(folder) / "locked", DEBRIEF, "entries with personal data"),
            }
        for name, rate in found.items():
            rates.setdefault(name, []).append(rate)
    of_plain = median(next(iter(rates.values())))
    rows = [(name, f"{median(r):,.0f}", f"{median(r) / of_plain:.2f}") for name, r in rates.items()]
    return Table(
        "Journal", ("what", "entries a second", "to SQLite alone"), tuple(rows),
        (f"Medians of {REPEATS} runs of {ENTRIES} entries each, wall time: a commit waits for the disk.",),
    )  # fmt: skip


def _plain(folder: Path) -> float:
    db = sqlite3.connect(folder / "plain.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE entries (seq INTEGER PRIMARY KEY, hash TEXT UNIQUE, body TEXT)")
    body = "x" * 600  # about what an entry of the journal holds
    watch = Stopwatch()
    with watch:
        for i in range(ENTRIES):
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT INTO entries VALUES (?, ?, ?)", (i, f"{i:064d}", body))
            db.execute("COMMIT")
    db.close()
    return ENTRIES / watch.wall_s


def _journal(folder: Path, event: Event, what: str) -> dict[str, float]:
    journal = Journal(folder)
    fact, appended, verified = parted(event), Stopwatch(), Stopwatch()
    with appended:
        for i in range(ENTRIES):
            journal.append("case", [fact], expected_seq=i, at=BEGAN + timedelta(seconds=i), by="jordan")
    with verified:
        found = journal.verify("case")
    assert found.entries == ENTRIES
    journal.close()
    return {f"append, {what}": ENTRIES / appended.wall_s, f"verify, {what}": ENTRIES / verified.wall_s}
