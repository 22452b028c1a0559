"""Bytes on disk: the journal, blobs by content hash, and the keys of personal and sealed data."""
