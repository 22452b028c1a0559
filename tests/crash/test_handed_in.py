"""A desk that is killed while phones hand in: what was answered is there."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.crash

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from wayhome.store.handed_in import HandedIn, Item
from wayhome.store.keys import Keys
folder = Path(sys.argv[1])
book = HandedIn(folder / "phones.sqlite", Keys(folder / "keys.sqlite"))
at = datetime(2026, 5, 9, 20, 0, tzinfo=UTC)
for i in range(100_000):
    book.keep("walker", Item(id=f"i{i}", phone="PH1", kind="points", part="r", at=at, received_at=at, content={"n": i}))
    print(i, flush=True)
"""


def test_nothing_answered_is_lost(tmp_path: Path) -> None:
    from wayhome.store.handed_in import HandedIn
    from wayhome.store.keys import Keys

    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    answered = [int(writer.stdout.readline()) for _ in range(40)]
    writer.send_signal(signal.SIGKILL)
    answered += [int(line) for line in writer.stdout.read().split()]
    writer.wait()
    kept = HandedIn(tmp_path / "phones.sqlite", Keys(tmp_path / "keys.sqlite")).of_part("walker", "PH1", "r")
    assert [i.content["n"] for i in kept][: len(answered)] == answered
