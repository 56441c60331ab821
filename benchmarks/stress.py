"""Kill merges at random moments, and let many run at once: `python -m benchmarks.stress`.

A folder of a small team is changed and merged again and again. Prints what became of it as a table,
and writes that to benchmarks/stress.md; ends with 1 where something was lost or did not fit.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import stress_at_once, stress_kills
from benchmarks.stress_at_once import at_once, without_locks
from benchmarks.stress_folder import Tally
from benchmarks.stress_kills import kills

RESULTS = Path(__file__).with_name("stress.md")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--updates", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
    given = parser.parse_args()
    stresses = {
        "Merges killed with -9": (kills, given.kills, stress_kills.COUNTED),
        "Merges at once": (at_once, given.updates, stress_at_once.COUNTED),
        "Merges at once where no locks work": (
            without_locks,
            given.updates // 2,
            stress_at_once.COUNTED,
        ),
    }
    parts, wrong = [f"# Results of `python -m benchmarks.stress`\n\n{_machine()}"], 0
    for title, (stress, count, counted) in stresses.items():
        tally = Tally()
        with tempfile.TemporaryDirectory(prefix="stress-") as folder:
            stress(Path(folder), count, given.seed, tally)
        parts.append("\n".join([f"## {title}", "", *lines_of(tally, counted)]))
        wrong += len(tally.wrong)
    text = "\n\n".join(parts) + "\n"
    print(text, end="")
    given.output.write_text(text, encoding="utf-8")
    return 1 if wrong else 0


def lines_of(tally: Tally, counted: Sequence[str]) -> list[str]:
    """What was counted as a table, and what went wrong."""
    rows = [f"| {name} | {tally.counts[name]:,} |" for name in counted]
    wrong = ["", *(f"- {each}" for each in tally.wrong)] if tally.wrong else []
    return ["|  |  |", "| --- | ---: |", *rows, f"| **wrong** | {len(tally.wrong)} |", *wrong]


def _machine() -> str:
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} CPUs, {system}; one run."


if __name__ == "__main__":
    sys.exit(main())
