"""Blobs: by content, checked when read."""

from __future__ import annotations

from pathlib import Path

import pytest

from wayhome.base.errors import DataUnavailable, InvalidInput, JournalCorrupt
from wayhome.store.blobs import Blobs


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"abc")
    # SHA-256 of "abc", FIPS 180-4 example
    assert digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert blobs.put(b"abc") == digest and blobs.get(digest) == b"abc" and blobs.has(digest)
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1


def test_a_changed_or_absent_blob_is_named(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"abc")
    blobs.path(digest).write_bytes(b"abd")
    with pytest.raises(JournalCorrupt, match="changed"):
        blobs.get(digest)
    with pytest.raises(DataUnavailable, match="not on this desk"):
        blobs.get("0" * 64)
    for bad in ("../../etc/passwd", "", "ABC"):
        with pytest.raises(InvalidInput):
            blobs.path(bad)


def test_a_torn_blob_is_written_again(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"abcdef")
    blobs.path(digest).write_bytes(b"abc")
    blobs.put(b"abcdef")
    assert blobs.get(digest) == b"abcdef"
