"""Merge thousands of workbooks that chance has changed: `python -m benchmarks.fuzz [--count N]`.

Prints what became of them by the kind of change, the slowest, how many took their reader along, and
the memory that the largest child held. Ends with 1 where a fault of ours came to light.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from benchmarks.mutations import mutation
from xlcrm.pipeline.merges import MergeResult, merge
from xlcrm.pipeline.options import Options

_BATCH = 500
_FAILURES = ("timeout", "killed", "memory", "error")


@dataclass
class Tally:
    """What was counted: outcomes by kind of change, seconds by file, files by what failed."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first mutation")
    given = parser.parse_args()
    tally = Tally()
    end = given.first + given.count
    for first in range(given.first, end, _BATCH):
        run(range(first, min(first + _BATCH, end)), tally)
        print(f"\r{first + _BATCH - given.first:,}", end="", file=sys.stderr, flush=True)
    print("\n".join(["", *report(tally)]))
    return 1 if "error" in tally.failed.values() else 0


def run(numbers: range, tally: Tally) -> MergeResult:
    """Merge the mutations of these numbers in a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="xlcrm-fuzz-") as folder:
        kinds = {}
        for number in numbers:
            kind, _, data = mutation(number)
            path = Path(folder, f"{number:06}.xlsx")
            path.write_bytes(data)
            kinds[path.name] = kind
        begun: dict[str, float] = {}

        def progress(done: int, total: int, file: str) -> None:
            now = time.monotonic()
            tally.seconds[file] = now - begun.setdefault(file, now)

        result = merge(Path(folder), Options(date(2024, 5, 20), workers=2, on_progress=progress))
    for each in result.document["files"]:
        tally.outcomes[kinds[each["path"]], each["status"]] += 1
        tally.reasons[each["reason"] or "-"] += 1
    for found in result.picture.findings:
        detail = str(found.parameters.get("detail", ""))
        if found.code == "unreadable" and detail in _FAILURES:
            tally.failed[found.file] = detail
    return result


def report(tally: Tally) -> Iterator[str]:
    """Yield the lines of a tally."""
    import resource  # not on Windows, where the tests run mutations too

    statuses = sorted({status for _, status in tally.outcomes})
    yield "| change | " + " | ".join(statuses) + " |"
    yield "| --- |" + " ---: |" * len(statuses)
    for kind in sorted({kind for kind, _ in tally.outcomes}):
        counts = (str(tally.outcomes[kind, status]) for status in statuses)
        yield f"| {kind} | " + " | ".join(counts) + " |"
    yield ""
    yield "reasons: " + ", ".join(f"{name} {n}" for name, n in tally.reasons.most_common())
    slowest = max(tally.seconds, key=tally.seconds.__getitem__)
    yield f"slowest file: {slowest}, {tally.seconds[slowest]:.1f} s"
    unit = 1 if sys.platform == "darwin" else 1024
    held = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 2**20
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    yield f"memory at most: {held:.0f} MiB in a child, {own:.0f} MiB in the parent"
    yield f"failed: {dict(Counter(tally.failed.values()))} {sorted(tally.failed)[:20]}"


if __name__ == "__main__":
    sys.exit(main())
