"""Keys of personal and sealed data, each erasable by itself; what they lock lies beside the chain.

The chain holds an HMAC of each secret value under its key. With the key the value can be proved; once
the key is erased neither value nor guess can be checked against the chain.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

from wayhome.base.errors import JournalCorrupt


class Keys:
    """Keys by (case, label) in a file of their own, so that a copy of the journal alone shows nothing."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS keys (case_id TEXT, label TEXT, secret BLOB NOT NULL,"
            " PRIMARY KEY (case_id, label)) STRICT"
        )

    def get(self, case: str, label: str) -> bytes | None:
        """The key, or None where it was erased or never came here."""
        with self._lock:
            row = self._db.execute("SELECT secret FROM keys WHERE case_id=? AND label=?", (case, label)).fetchone()
        return None if row is None else bytes(row[0])

    def make(self, case: str, label: str) -> bytes:
        """The key, made on first use and durable before it locks anything."""
        with self._lock:
            self._db.execute("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", (case, label, os.urandom(32)))
            row = self._db.execute("SELECT secret FROM keys WHERE case_id=? AND label=?", (case, label)).fetchone()
        return bytes(row[0])

    def erase(self, case: str, label: str) -> None:
        """Forget a key; everything under it is unreadable from here on, the chain still verifies."""
        with self._lock:
            self._db.execute("DELETE FROM keys WHERE case_id=? AND label=?", (case, label))
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._db.close()


def digest(key: bytes, place: str, value: Any) -> str:
    """HMAC-SHA-256 of a value at its place (case, desk, number, event, field), hex."""
    text = json.dumps([place, value], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def lock(key: bytes, place: str, value: Any) -> bytes:
    """The value encrypted (ChaCha20-Poly1305), bound to its place; the nonce comes first."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    nonce = os.urandom(12)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, json.dumps(value).encode(), place.encode())


def unlock(key: bytes, place: str, locked: bytes) -> Any:
    """The value again; a changed ciphertext is named as corruption."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        return json.loads(ChaCha20Poly1305(key).decrypt(locked[:12], locked[12:], place.encode()))
    except InvalidTag:
        raise JournalCorrupt(f"The locked value at {place} was changed on disk.", place=place) from None
