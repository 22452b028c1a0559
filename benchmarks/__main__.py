"""`python -m benchmarks [--only NAME]`: every table as Markdown, the machine first."""

from __future__ import annotations

import argparse
from importlib import import_module

from benchmarks.measure import Table, load, machine

# the processes first, while nothing big sits in this one's memory
GROUPS = {
    "processes": "benchmarks.speed.processes",
    "desk": "benchmarks.speed.desk",
    "page": "benchmarks.speed.page",
    "live": "benchmarks.speed.live",
    "map": "benchmarks.speed.map",
    "travel": "benchmarks.speed.travel",
    "motion": "benchmarks.speed.motion",
    "journal": "benchmarks.speed.journal",
    "allocation": "benchmarks.speed.allocation",
    "teams": "benchmarks.speed.teams",
    "past_cases": "benchmarks.quality.past_cases",
    "ground": "benchmarks.quality.ground",
    "attraction": "benchmarks.quality.attraction",
    "sbc": "benchmarks.quality.sbc",
    "walking": "benchmarks.quality.walking",
    "sarenv": "benchmarks.sarenv",
}


def main() -> None:
    """Run the groups asked for, one after another, and print their tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(GROUPS), help="one group; may be given again")
    wanted = parser.parse_args().only or list(GROUPS)
    print("\n".join(f"- {line}" for line in (*machine(), f"{load()} at the start")), end="\n\n", flush=True)
    for name in wanted:
        table: Table = import_module(GROUPS[name]).measured()
        print(table.markdown(), flush=True)
    print(f"- {load()} at the end")


if __name__ == "__main__":
    main()
