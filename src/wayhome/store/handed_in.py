"""What phones of teams handed in, kept beside the journal: every item whole and locked, durable before it is answered.

Knows an item's number, kind, moment and state; nothing of what it means. What an item holds is under the case's key
for phones: with that key erased nothing of it can be read any more.
"""

from __future__ import annotations

import sqlite3
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from wayhome.base.errors import JournalCorrupt
from wayhome.base.quantity import instant, iso
from wayhome.base.record import Record
from wayhome.store.keys import lock, unlock

if TYPE_CHECKING:
    from wayhome.store.keys import Keys

LABEL = "phones"
# kept: durable, not carried out yet; waits: for another item that belongs to it
ItemState = Literal["kept", "waits", "taken", "refused", "settled"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
  case_id TEXT NOT NULL, phone TEXT NOT NULL, id TEXT NOT NULL, n INTEGER NOT NULL, kind TEXT NOT NULL, part TEXT NOT NULL,
  at TEXT NOT NULL, received_at TEXT NOT NULL, state TEXT NOT NULL, seq INTEGER, locked BLOB NOT NULL,
  PRIMARY KEY (case_id, phone, id)) STRICT;
CREATE INDEX IF NOT EXISTS items_by_part ON items (case_id, phone, part);
CREATE INDEX IF NOT EXISTS items_by_state ON items (case_id, state);
"""


class Item(Record):
    """One thing that a phone handed in; `part` is the recording or clue that it belongs to, `seq` the case's entry."""

    id: str
    phone: str
    kind: str
    part: str = ""
    at: datetime
    received_at: datetime
    state: ItemState = "kept"
    says: str = ""
    seq: int | None = None
    content: dict[str, Any] = {}


class HandedIn:
    """Items of all cases of a desk, in a file of their own."""

    def __init__(self, path: Path, keys: Keys) -> None:
        self._lock, self._keys = threading.RLock(), keys
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=20)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise JournalCorrupt(f"What phones handed in cannot be read ({error}): {path}.") from None

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._db.close()

    def keep(self, case: str, item: Item) -> Item:
        """Write an item, durable when this returns; an item of that phone and id that is there already stays as it is."""
        place = _place(case, item)
        locked = lock(self._keys.make(case, LABEL), place, {"content": item.content, "says": item.says})
        with self._lock:
            held = self.get(case, item.phone, item.id)
            if held is not None:
                return held
            (n,) = self._db.execute("SELECT coalesce(max(n), 0) + 1 FROM items WHERE case_id=?", (case,)).fetchone()
            self._db.execute(
                "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (case, item.phone, item.id, n, item.kind, item.part, iso(item.at), iso(item.received_at), item.state, item.seq, locked),
            )  # fmt: skip
        return item

    def change(self, case: str, item: Item) -> Item:
        """Write what became of an item: state, what is said of it, what it still holds."""
        locked = lock(self._keys.make(case, LABEL), _place(case, item), {"content": item.content, "says": item.says})
        with self._lock:
            self._db.execute(
                "UPDATE items SET state=?, seq=?, locked=? WHERE case_id=? AND phone=? AND id=?",
                (item.state, item.seq, locked, case, item.phone, item.id),
            )
        return item

    def get(self, case: str, phone: str, key: str) -> Item | None:
        """One item, or None."""
        found = self._items(case, "phone=? AND id=?", (phone, key))
        return found[0] if found else None

    def of_part(self, case: str, phone: str, part: str) -> tuple[Item, ...]:
        """The items of a phone that belong to a recording or clue, in the order in which they came."""
        return self._items(case, "phone=? AND part=?", (phone, part))

    def of_phone(self, case: str, phone: str) -> tuple[Item, ...]:
        """All items of a phone but its positions, in the order in which they came."""
        return self._items(case, "phone=? AND kind NOT IN ('points', 'battery')", (phone,))

    def in_state(self, case: str, state: ItemState) -> tuple[Item, ...]:
        """All items of a case in a state, in the order in which they came."""
        return self._items(case, "state=?", (state,))

    def last(self, case: str, phone: str, kind: str) -> Item | None:
        """The newest item of a kind."""
        found = self._items(case, "phone=? AND kind=? AND n=(SELECT max(n) FROM items WHERE case_id=? AND phone=? AND kind=?)",
                            (phone, kind, case, phone, kind))  # fmt: skip
        return found[0] if found else None

    def parts(self, case: str, kind: str) -> tuple[tuple[str, str], ...]:
        """`(phone, part)` of all items of a kind."""
        with self._lock:
            rows = self._db.execute(
                "SELECT phone, part FROM items WHERE case_id=? AND kind=? GROUP BY phone, part ORDER BY min(n)", (case, kind)
            ).fetchall()  # fmt: skip
        return tuple((str(phone), str(part)) for phone, part in rows)

    def heard_at(self, case: str, phone: str) -> datetime | None:
        """When a phone last handed anything in."""
        with self._lock:
            (at,) = self._db.execute(
                "SELECT max(received_at) FROM items WHERE case_id=? AND phone=?", (case, phone)
            ).fetchone()
        return None if at is None else instant(at, "received_at")

    def _items(self, case: str, where: str, values: tuple[Any, ...]) -> tuple[Item, ...]:
        with self._lock:
            rows = self._db.execute(
                "SELECT phone, id, kind, part, at, received_at, state, seq, locked FROM items"
                f" WHERE case_id=? AND {where} ORDER BY n", (case, *values),
            ).fetchall()  # fmt: skip
        key = self._keys.get(case, LABEL)
        out = []
        for phone, key_, kind, part, at, received_at, state, seq, locked in rows:
            item = Item(id=key_, phone=phone, kind=kind, part=part, at=instant(at, "at"),
                        received_at=instant(received_at, "received_at"), state=state, seq=seq)  # fmt: skip
            told = {"content": {}, "says": "erased"} if key is None else unlock(key, _place(case, item), locked)
            out.append(item.replace(content=told["content"], says=told["says"]))
        return tuple(out)


def _place(case: str, item: Item) -> str:
    return f"{case} {item.phone} {item.id}"
