"""`python -m benchmarks`: makes the folders, measures all ways in turn, writes the table."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.folders import AS_OF, Size, make_folder
from benchmarks.measure import Cost, measure
from benchmarks.table import BARE, table

SIZES = (Size(500, 200), Size(2_000, 20))
RESULTS = Path(__file__).parent / "results.md"


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("benchmarks/.work"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--only", type=int, choices=range(len(SIZES)), help="one folder alone")
    given = parser.parse_args()
    sizes = SIZES if given.only is None else SIZES[given.only : given.only + 1]
    text = "\n".join(_report(sizes, given.work.absolute(), given.repeats))
    print(text)
    given.results.write_text(text, encoding="utf-8")


def _report(sizes: tuple[Size, ...], work: Path, repeats: int) -> Iterator[str]:
    yield "# Results of `make bench`\n"
    machine = f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}"
    yield f"{machine}, Python {platform.python_version()}; the median of {repeats} run(s).\n"
    for size in sizes:
        folder = make_folder(work, size)
        costs: dict[str, list[Cost]] = {}
        for _ in range(repeats):  # interleaved: a busy moment of the machine hits all alike
            for name, cost in _round(folder, work):
                costs.setdefault(name, []).append(cost)
                print(f"{size} {name}: {cost}", file=sys.stderr)
        yield from table(f"{size} rows", costs)


def _round(folder: Path, work: Path) -> Iterator[tuple[str, Cost]]:
    python, result = sys.executable, str(work / "result.xlsx")
    check, merge = (
        [python, "-m", "xlcrm", command, str(folder), "--as-of", AS_OF, "--format", "json", "-q"]
        for command in ("check", "merge")
    )
    shutil.rmtree(folder / "汇总", ignore_errors=True)
    yield "xlcrm check, one worker", measure([*check, "--workers", "1"])
    yield "xlcrm check, two workers", measure([*check, "--workers", "2"])
    yield "xlcrm merge", measure(merge)
    yield "xlcrm merge, no change", measure(merge)
    for name, kind in (
        ("xlcrm, read and checked in one process", "checked"),
        ("pandas with openpyxl", "openpyxl"),
        ("pandas with calamine", "calamine"),
        (BARE, "bare"),
    ):
        yield name, measure([python, "-m", "benchmarks.loops", kind, str(folder), result])


if __name__ == "__main__":
    main()
