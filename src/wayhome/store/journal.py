"""The record of every case on this desk: append-only entries in hash-chained streams, one per desk.

Stored format 1 (docs/decisions/2026-11-23-stored-format.md): an entry is canonical JSON (RFC 8785); its
SHA-256 covers the hash of the entry before it in the same desk's stream. Entries of other desks are
absorbed without loss, in any order of arrival, any number of times. Nothing is updated or deleted.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785

from wayhome.base.errors import Conflict, InvalidInput, JournalCorrupt, NotFound
from wayhome.base.quantity import instant, iso
from wayhome.base.record import Record
from wayhome.case.fact import Parted
from wayhome.store.keys import Keys, digest, lock, unlock

FORMAT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS entries (
    case_id TEXT NOT NULL, seq INTEGER NOT NULL, desk TEXT NOT NULL, n INTEGER NOT NULL,
    clock_ms INTEGER NOT NULL, clock_count INTEGER NOT NULL, idempotency_key TEXT,
    body TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (case_id, seq), UNIQUE (case_id, desk, n), UNIQUE (case_id, desk, idempotency_key)
) STRICT;
CREATE INDEX IF NOT EXISTS entries_by_clock ON entries (case_id, clock_ms, clock_count);
CREATE TABLE IF NOT EXISTS secrets (
    case_id TEXT NOT NULL, desk TEXT NOT NULL, n INTEGER NOT NULL, i_event INTEGER NOT NULL,
    field TEXT NOT NULL, locked BLOB NOT NULL, PRIMARY KEY (case_id, desk, n, i_event, field)
) STRICT;
CREATE TABLE IF NOT EXISTS heads (
    case_id TEXT NOT NULL, desk TEXT NOT NULL, n INTEGER NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (case_id, desk)
) STRICT;
CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER IF NOT EXISTS entries_remain BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
"""


class Entry(Record):
    """One entry as read: where it stands, who wrote it, and its facts with secrets put back."""

    case: str
    seq: int
    desk: str
    n: int
    clock: tuple[int, int]
    at: datetime
    by: str
    key: str | None
    hash: str
    prev: str
    facts: tuple[Parted, ...]


class Carried(Record):
    """One entry as it travels between desks: canonical text, its hash, and its locked secrets."""

    body: str
    hash: str
    locked: tuple[tuple[int, str, bytes], ...] = ()


class Verified(Record):
    """What a verification saw of one case."""

    case: str
    entries: int
    heads: dict[str, str]
    erased: int


class Journal:
    """Every case's entries on this desk; one writer at a time, across threads and processes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self.keys = Keys(folder / "keys.sqlite")
        try:
            self._db = sqlite3.connect(
                folder / "journal.sqlite", check_same_thread=False, isolation_level=None, timeout=20
            )
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
            self._db.execute("INSERT OR IGNORE INTO meta VALUES ('desk', ?)", (uuid.uuid4().hex,))
            self._db.execute("INSERT OR IGNORE INTO meta VALUES ('format', ?)", (str(FORMAT),))
        except sqlite3.DatabaseError as error:
            raise JournalCorrupt(
                f"The journal in {folder} cannot be read ({error}); restore it from a backup."
            ) from None
        self.desk = str(self._db.execute("SELECT value FROM meta WHERE name='desk'").fetchone()[0])
        stored = int(self._db.execute("SELECT value FROM meta WHERE name='format'").fetchone()[0])
        if stored > FORMAT:
            raise InvalidInput(f"This desk was written by a newer version (format {stored}); update the program.")

    def cases(self) -> tuple[str, ...]:
        """Ids of all cases, in the order of their first entry here."""
        with self._lock:
            rows = self._db.execute("SELECT case_id FROM entries WHERE seq=1 ORDER BY clock_ms, case_id").fetchall()
        return tuple(str(r[0]) for r in rows)

    def head(self, case: str) -> int:
        """Arrival number of the newest entry; 0 for a case that is not here."""
        with self._lock:
            row = self._db.execute("SELECT max(seq) FROM entries WHERE case_id=?", (case,)).fetchone()
        return int(row[0] or 0)

    def heads(self, case: str) -> dict[str, str]:
        """Hash of the last entry of every desk's stream."""
        with self._lock:
            return dict(
                self._db.execute("SELECT desk, hash FROM heads WHERE case_id=? ORDER BY desk", (case,)).fetchall()
            )

    def append(
        self, case: str, facts: Sequence[Parted], *, expected_seq: int, at: datetime, by: str, key: str | None = None
    ) -> Entry:
        """Write one entry, durable when this returns.

        Raises `Conflict` where the case moved on since `expected_seq`. An idempotency key that this desk
        has seen returns the entry written then.
        """
        assert facts, "an entry without facts"
        with self._writing():
            if key is not None and (seen := self.by_key(case, key)) is not None:
                return seen
            head = self.head(case)
            if head != expected_seq:
                raise Conflict(
                    f"The case moved on: you looked at entry {expected_seq}, it now has {head}. Look again, then repeat.",
                    expected_seq=expected_seq, seq=head,
                )  # fmt: skip
            n, prev = self._last(case)
            n += 1
            clock_ms, clock_count = self._tick(case, at)
            stored, locked = [], []
            for i, fact in enumerate(facts):
                marks = {}
                for field, (label, value) in fact.secrets.items():
                    secret, place = self.keys.make(case, label), _place(case, self.desk, n, i, field)
                    marks[field] = {"label": label, "digest": digest(secret, place, value)}
                    locked.append((i, field, lock(secret, place, value)))
                stored.append({"type": fact.type, "version": fact.version, "data": fact.public, "secret": marks})
            seen_heads = dict(
                self._db.execute("SELECT desk, n FROM heads WHERE case_id=? AND desk<>?", (case, self.desk)).fetchall()
            )
            body = _canonical(
                {
                    "format": FORMAT, "case": case, "desk": self.desk, "n": n, "prev": prev, "seen": seen_heads,
                    "clock": [clock_ms, clock_count], "at": iso(at), "by": by, "key": key, "events": stored,
                }
            )  # fmt: skip
            self._insert(case, head + 1, Carried(body=body, hash=_hash(body), locked=tuple(locked)))
        return self.entries(case, after=head)[0]

    def by_key(self, case: str, key: str) -> Entry | None:
        """The entry that this desk wrote under an idempotency key."""
        with self._lock:
            row = self._db.execute(
                "SELECT seq FROM entries WHERE case_id=? AND desk=? AND idempotency_key=?", (case, self.desk, key)
            ).fetchone()
        return None if row is None else self.entries(case, after=int(row[0]) - 1, limit=1)[0]

    def entries(self, case: str, *, after: int = 0, limit: int = -1) -> tuple[Entry, ...]:
        """Entries in the order of arrival, with secrets where their keys are still here."""
        with self._lock:
            rows = self._db.execute(
                "SELECT seq, body, hash FROM entries WHERE case_id=? AND seq>? ORDER BY seq LIMIT ?",
                (case, after, limit),
            ).fetchall()
            held = self._db.execute(
                "SELECT s.desk, s.n, s.i_event, s.field, s.locked FROM entries AS e JOIN secrets AS s"
                " ON s.case_id=e.case_id AND s.desk=e.desk AND s.n=e.n WHERE e.case_id=? AND e.seq>? AND e.seq<=?",
                (case, after, rows[-1][0] if rows else after),
            ).fetchall()
        locked = {(d, n, i, f): bytes(v) for d, n, i, f, v in held}
        keys: dict[str, bytes | None] = {}
        return tuple(self._entry(case, int(seq), body, digest_, locked, keys) for seq, body, digest_ in rows)

    def follow(self, case: str, *, after: int, until: Callable[[], bool], wait_s: float = 0.2) -> Iterator[Entry]:
        """Entries after an arrival number as they come, from whatever process wrote them, until told to stop."""
        while not until():
            for entry in self.entries(case, after=after):
                after = entry.seq
                yield entry
            time.sleep(wait_s)

    def home(self, case: str) -> str:
        """The desk on which a case was opened: its earliest entry by (clock, desk)."""
        with self._lock:
            row = self._db.execute(
                "SELECT desk FROM entries WHERE case_id=? ORDER BY clock_ms, clock_count, desk LIMIT 1", (case,)
            ).fetchone()
        return self.desk if row is None else str(row[0])

    def carried(self, case: str) -> Iterator[Carried]:
        """All entries as they travel to another desk; keys travel apart from them."""
        with self._lock:
            rows = self._db.execute(
                "SELECT desk, n, body, hash FROM entries WHERE case_id=? ORDER BY seq", (case,)
            ).fetchall()
            held = self._db.execute(
                "SELECT desk, n, i_event, field, locked FROM secrets WHERE case_id=? ORDER BY 1, 2, 3, 4", (case,)
            ).fetchall()
        for desk, n, body, digest_ in rows:
            mine = tuple((int(i), str(f), bytes(v)) for d, m, i, f, v in held if (d, m) == (desk, n))
            yield Carried(body=body, hash=digest_, locked=mine)

    def absorb(self, entries: Iterable[Carried]) -> int:
        """Take in entries of other desks; returns how many were new. All or nothing.

        Each stream must go on where it stands here. An entry that differs from the one here under the
        same number means a forged or split stream: refused.
        """
        parsed = sorted(
            ((json.loads(e.body), e) for e in entries), key=lambda p: (p[0]["case"], p[0]["desk"], p[0]["n"])
        )
        new = 0
        with self._writing():
            for body, carried in parsed:
                case, desk, n = body["case"], body["desk"], body["n"]
                if _hash(carried.body) != carried.hash:
                    raise JournalCorrupt(
                        f"Entry {n} of desk {desk[:8]} does not match its hash.", case=case, desk=desk, n=n
                    )
                row = self._db.execute("SELECT n, hash FROM heads WHERE case_id=? AND desk=?", (case, desk)).fetchone()
                at_n, at_hash = (int(row[0]), str(row[1])) if row else (0, "")
                if n <= at_n:
                    have = self._db.execute(
                        "SELECT hash FROM entries WHERE case_id=? AND desk=? AND n=?", (case, desk, n)
                    ).fetchone()
                    if have is None or have[0] != carried.hash:
                        raise JournalCorrupt(
                            f"Entry {n} of desk {desk[:8]} differs from the one here.", case=case, desk=desk, n=n
                        )
                    continue
                if n != at_n + 1 or body["prev"] != at_hash:
                    raise JournalCorrupt(
                        f"Entry {n} of desk {desk[:8]} does not follow entry {at_n} here; entries are missing.",
                        case=case, desk=desk, n=n,
                    )  # fmt: skip
                self._insert(case, self.head(case) + 1, carried)
                new += 1
        return new

    def verify(self, case: str) -> Verified:
        """Recompute every hash, link and secret of a case; raises `JournalCorrupt` at the first bad entry."""
        if not self.head(case):
            raise NotFound(f'There is no case "{case}" on this desk.', case=case)
        with self._lock:
            rows = self._db.execute(
                "SELECT seq, desk, n, clock_ms, clock_count, idempotency_key, body, hash FROM entries WHERE case_id=? ORDER BY seq",
                (case,),
            ).fetchall()
            heads = {d: (int(n), h) for d, n, h in self._db.execute(
                "SELECT desk, n, hash FROM heads WHERE case_id=?", (case,)).fetchall()}  # fmt: skip
        streams: dict[str, tuple[int, str, tuple[int, int]]] = {}
        for i, (seq, desk, n, ms, count, key, body, digest_) in enumerate(rows, start=1):
            before_n, before_hash, before_clock = streams.get(desk, (0, "", (-1, 0)))
            wrong = None
            try:
                read = json.loads(body)
                columns = (read["case"], read["desk"], read["n"], *read["clock"], read["key"])
            except (ValueError, KeyError, TypeError):
                wrong, read, columns = "is not readable", {}, ()
            if wrong is None and _hash(body) != digest_:
                wrong = "does not match its hash"
            elif wrong is None and columns != (case, desk, n, ms, count, key):
                wrong = "does not match its own columns"
            elif wrong is None and (n != before_n + 1 or read["prev"] != before_hash):
                wrong = "does not follow the entry before it"
            elif wrong is None and (ms, count) <= before_clock:
                wrong = "lies before the entry before it in time"
            elif seq != i:
                wrong = "does not follow in arrival order"
            if wrong:
                raise self._bad(case, int(seq), i - 1, wrong)
            streams[desk] = (n, digest_, (ms, count))
        for desk, (n, digest_) in heads.items():
            if streams.get(desk, (0, ""))[:2] != (n, digest_):
                raise self._bad(case, len(rows) + 1, len(rows), "is missing at the end of the record")
        return Verified(
            case=case, entries=len(rows), heads={d: s[1] for d, s in streams.items()}, erased=self._check_secrets(case)
        )

    def close(self) -> None:
        """Release the files."""
        with self._lock:
            self._db.close()
            self.keys.close()

    # -- inside ---------------------------------------------------------------------------------

    def _check_secrets(self, case: str) -> int:
        erased = 0
        for entry in self.entries(case):
            for i, fact in enumerate(entry.facts):
                for field, (label, value) in fact.secrets.items():
                    secret = self.keys.get(case, label)
                    if secret is None:
                        erased += 1
                        continue
                    want = self._digest_of(case, entry.seq, i, field)
                    if digest(secret, _place(case, entry.desk, entry.n, i, field), value) != want:
                        raise self._bad(case, entry.seq, entry.seq - 1, f"holds a changed {field}")
        return erased

    def _digest_of(self, case: str, seq: int, i_event: int, field: str) -> str:
        row = self._db.execute("SELECT body FROM entries WHERE case_id=? AND seq=?", (case, seq)).fetchone()
        return str(json.loads(row[0])["events"][i_event]["secret"][field]["digest"])

    @staticmethod
    def _bad(case: str, seq: int, last_good: int, wrong: str) -> JournalCorrupt:
        return JournalCorrupt(
            f"Entry {seq} of case {case} {wrong}. The last good entry is {last_good}. Nothing more is written to "
            "this case; restore it from a backup.",
            case=case, seq=seq, last_good_seq=last_good,
        )  # fmt: skip

    def _entry(
        self, case: str, seq: int, body: str, digest_: str,
        locked: dict[tuple[str, int, int, str], bytes], keys: dict[str, bytes | None],
    ) -> Entry:  # fmt: skip
        try:
            read: dict[str, Any] = json.loads(body)
            facts = []
            for i, event in enumerate(read["events"]):
                secrets: dict[str, tuple[str, Any]] = {}
                for field, mark in event["secret"].items():
                    label = mark["label"]
                    if label not in keys:
                        keys[label] = self.keys.get(case, label)
                    secret, box = keys[label], locked.get((read["desk"], read["n"], i, field))
                    place = _place(case, read["desk"], read["n"], i, field)
                    secrets[field] = (label, unlock(secret, place, box) if secret and box else None)
                facts.append(
                    Parted(type=event["type"], version=event["version"], public=event["data"], secrets=secrets)
                )
            return Entry(
                case=case, seq=seq, desk=read["desk"], n=read["n"], clock=tuple(read["clock"]), at=instant(read["at"]),
                by=read["by"], key=read["key"], hash=digest_, prev=read["prev"], facts=tuple(facts),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError):
            raise self._bad(case, seq, seq - 1, "is not readable") from None

    def _writing(self) -> _Transaction:
        return _Transaction(self._db, self._lock)

    def _last(self, case: str) -> tuple[int, str]:
        row = self._db.execute(
            "SELECT n, body, hash FROM entries WHERE case_id=? AND desk=? ORDER BY n DESC LIMIT 1", (case, self.desk)
        ).fetchone()
        if row is None:
            return 0, ""
        n, body, digest_ = int(row[0]), str(row[1]), str(row[2])
        head = self._db.execute("SELECT n, hash FROM heads WHERE case_id=? AND desk=?", (case, self.desk)).fetchone()
        if _hash(body) != digest_ or head is None or (int(head[0]), head[1]) != (n, digest_):
            raise self._bad(case, self.head(case), self.head(case) - 1, "does not match its hash")
        return n, digest_

    def _tick(self, case: str, at: datetime) -> tuple[int, int]:
        now_ms = int(at.timestamp() * 1000)
        row = self._db.execute(
            "SELECT clock_ms, clock_count FROM entries WHERE case_id=? ORDER BY clock_ms DESC, clock_count DESC LIMIT 1",
            (case,),
        ).fetchone()
        if row is None or now_ms > row[0]:
            return now_ms, 0
        return int(row[0]), int(row[1]) + 1

    def _insert(self, case: str, seq: int, carried: Carried) -> None:
        read = json.loads(carried.body)
        self._db.execute(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (case, seq, read["desk"], read["n"], *read["clock"], read["key"], carried.body, carried.hash),
        )
        self._db.executemany(
            "INSERT INTO secrets VALUES (?, ?, ?, ?, ?, ?)",
            [(case, read["desk"], read["n"], i, field, box) for i, field, box in carried.locked],
        )
        self._db.execute(
            "INSERT INTO heads VALUES (?, ?, ?, ?) ON CONFLICT (case_id, desk) DO UPDATE SET n=excluded.n, hash=excluded.hash",
            (case, read["desk"], read["n"], carried.hash),
        )


class _Transaction:
    """Lock of this process, then SQLite's write lock; commits, or leaves nothing behind."""

    def __init__(self, db: sqlite3.Connection, lock_: threading.RLock) -> None:
        self._db, self._lock = db, lock_

    def __enter__(self) -> None:
        self._lock.acquire()
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._lock.release()
            raise

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            self._db.execute("COMMIT" if kind is None else "ROLLBACK")
        finally:
            self._lock.release()


def _place(case: str, desk: str, n: int, i_event: int, field: str) -> str:
    return f"{case}/{desk}/{n}/{i_event}/{field}"


def _canonical(body: dict[str, Any]) -> str:
    return rfc8785.dumps(body).decode()


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
