"""What was acknowledged survives kill -9 in the middle of writing, and the chain holds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wayhome.store.journal import Journal

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from wayhome.case.fact import Parted
from wayhome.store.journal import Journal
journal = Journal(Path(sys.argv[1]))
while True:
    seq = journal.head("c")
    entry = journal.append("c", [Parted(type="note", version=1, public={"n": seq}, secrets={"who": ("person", "x" * 200)})],
                           expected_seq=seq, at=datetime.now(UTC), by="writer")
    print(entry.seq, entry.hash, flush=True)
"""


@pytest.mark.crash
@pytest.mark.parametrize("wait_s", [0.05, 0.2, 0.4])
def test_killed_while_writing(tmp_path: Path, wait_s: float) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline()]
    time.sleep(wait_s)
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged += writer.stdout.readlines()
    writer.wait()
    journal = Journal(tmp_path)
    found = {e.seq: e.hash for e in journal.entries("c")}
    for line in acknowledged:
        if line.endswith("\n"):  # a torn line was not heard
            seq, digest = line.split()
            assert found[int(seq)] == digest
    assert journal.verify("c").entries == len(found) >= 1
    journal.close()
