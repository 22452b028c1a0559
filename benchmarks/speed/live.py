"""Many people at one case: how soon a change is at every viewer over real HTTP, and what idle viewers cost the desk."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

from benchmarks.measure import Table, seconds

GOAL_S = 1.0
CASE = "lost-hiker"
VIEWERS, CHANGES = 20, 100
IDLE_S = 10.0


class Viewer:
    """One page's line to the desk, and when it heard of which entry."""

    def __init__(self) -> None:
        self.heard: dict[int, float] = {}
        self.newest = 0

    async def watch(self, port: int) -> None:
        """Open the stream and read it until cancelled."""
        reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.writer.write(f"GET /api/cases/{CASE}/follow HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        await self.writer.drain()
        self.task = asyncio.create_task(self._read(reader))
        while not self.newest:
            await asyncio.sleep(0.01)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        event = ""
        while line := (await reader.readline()).decode().strip("\r\n") + "\n":
            if reader.at_eof():
                return
            if line.startswith("event: "):
                event = line[7:].strip()
            elif line.startswith("data: ") and event in ("hello", "entry"):
                now, seq = time.perf_counter(), int(json.loads(line[6:])["seq"])
                for entry in range(self.newest + 1, seq + 1):
                    self.heard[entry] = now
                self.newest = seq

    def close(self) -> None:
        """Go away as a closed page does."""
        self.task.cancel()
        self.writer.close()


def act(url: str) -> int:
    """One line in the radio log, by somebody else's connection; gives its entry."""
    sent = urllib.request.Request(
        f"{url}api/cases/{CASE}/do/log_message",
        data=json.dumps({"fields": {"text": "all well", "sender": "Base"}}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(sent, timeout=60) as answer:
        return int(json.load(answer)["seq"])


def cpu_s(pid: int) -> float:
    """CPU seconds that a process used so far."""
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


async def _idle(pid: int, port: int, viewers: int) -> float:
    held = [Viewer() for _ in range(viewers)]
    for one in held:
        await one.watch(port)
    await asyncio.sleep(1.0)
    before = cpu_s(pid)
    await asyncio.sleep(IDLE_S)
    used = (cpu_s(pid) - before) / IDLE_S
    for one in held:
        one.close()
    await asyncio.sleep(1.0)
    return used


async def _delays(url: str, port: int) -> tuple[list[float], list[float]]:
    """For each change, from its sending [s]: until the desk answered, and until the last of the viewers heard."""
    held = [Viewer() for _ in range(VIEWERS)]
    for one in held:
        await one.watch(port)
    answered, reached = [], []
    for _ in range(CHANGES):
        began = time.perf_counter()
        seq = await asyncio.to_thread(act, url)
        answered.append(time.perf_counter() - began)
        while not all(one.newest >= seq for one in held):
            await asyncio.sleep(0.005)
        reached.append(max(one.heard[seq] for one in held) - began)
        await asyncio.sleep(0.037)  # not in step with anything that polls
    for one in held:
        one.close()
    return answered, reached


def measured() -> Table:
    """Serve the demo, let viewers follow its case, change it, and leave them in peace."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "wayhome", "demo", "--no-browser", "--port", "0", "--desk", str(Path(folder))],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        url = process.stdout.readline().split()[1]
        port = int(url.rstrip("/").rsplit(":", 1)[1])
        time.sleep(20.0)  # the desk warms its kernels meanwhile
        act(url)
        answered, reached = asyncio.run(_delays(url, port))
        idle = {n: asyncio.run(_idle(process.pid, port, n)) for n in (0, 1, VIEWERS)}
        process.terminate()
        process.wait()
    return Table(
        title="Many people at one case",
        columns=("what", "median", "worst", "goal"),
        rows=(
            (f"a change is at all of {VIEWERS} viewers, from its sending", seconds(median(reached)), seconds(max(reached)), seconds(GOAL_S)),
            ("of it: until the desk answered whoever sent it", seconds(median(answered)), seconds(max(answered)), ""),
            *((f"CPU of the desk with {n} idle viewer{'' if n == 1 else 's'}", f"{idle[n]:.2%} of a core", "", "") for n in idle),
        ),
        notes=(f"{CHANGES} lines of the radio log, one after another, over real HTTP on the machine's own address; idle over {IDLE_S:.0f} s each.",),
    )  # fmt: skip
