"""Files by content hash: written once, never edited, checked when read.

Knows nothing of what the bytes mean.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from wayhome.base.errors import DataUnavailable, InvalidInput, JournalCorrupt

_HASH = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """A folder of files named by their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, digest: str) -> Path:
        """Where a blob lies; it may not be there."""
        if not _HASH.fullmatch(digest):
            raise InvalidInput(f'"{digest}" is not a content hash (64 hex digits).')
        return self._folder / digest[:2] / digest

    def put(self, content: bytes) -> str:
        """Store bytes durably and return their hash; a second time does nothing."""
        digest = hashlib.sha256(content).hexdigest()
        target = self.path(digest)
        if target.exists() and target.stat().st_size == len(content):
            return digest
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return digest

    def has(self, digest: str) -> bool:
        """Whether the blob is on this desk."""
        return self.path(digest).exists()

    def get(self, digest: str) -> bytes:
        """The bytes, checked against their hash."""
        content = self.checked_path(digest).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise JournalCorrupt(
                f"The stored file {digest[:12]} was changed on disk; restore it from a backup.", blob=digest
            )
        return content

    def checked_path(self, digest: str) -> Path:
        """Path of a blob that must be here, for readers that want a file."""
        path = self.path(digest)
        if not path.exists():
            raise DataUnavailable(
                f"The file {digest[:12]} is not on this desk; import it again or copy the desk's blobs folder.",
                blob=digest,
            )
        return path


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot fsync a folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
