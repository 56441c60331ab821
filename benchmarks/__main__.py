"""`python -m benchmarks`: makes the folders, measures all ways in turn, writes the table."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.folders import AS_OF, Size, make_folder, place_of, write_team_file
from benchmarks.measure import Cost, measure
from benchmarks.table import BARE, REPORT, UNCHANGED, allowance, starts, table

SIZES = (
    Size(500, 200),
    Size(100, 200),
    Size(2_000, 20),
    Size(1, 200_000, "core"),
    Size(300, 5, "forms"),
)
GROWN = Size(2_000, 200)  # four times the first: our own ways alone
RESULTS = Path(__file__).parent / "results.md"
_STARTS = 20
_PYTHON = "bare Python"


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("benchmarks/.work"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--only", type=int, choices=range(len(SIZES)), help="one folder alone")
    given = parser.parse_args()
    work = given.work.absolute()
    text = "\n".join(_report(given.only, work, given.repeats))
    print(text)
    given.results.write_text(text, encoding="utf-8")


def _report(only: int | None, work: Path, repeats: int) -> Iterator[str]:
    yield "# Results of `make bench`\n"
    machine = f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}"
    yield f"{machine}, Python {platform.python_version()}; the median of {repeats} run(s).\n"
    sizes = SIZES if only is None else SIZES[only : only + 1]
    for size in (*sizes, *([GROWN] if only is None else [])):
        folder = make_folder(work, size)
        costs: dict[str, list[Cost]] = {}
        for _ in range(repeats):  # interleaved: a busy moment of the machine hits all alike
            for name, cost in _round(folder, size, work):
                costs.setdefault(name, []).append(cost)
                print(f"{size}, {name}: {cost}", file=sys.stderr)
        yield from table(str(size), costs)
        yield from allowance(costs)
    if only is None:
        yield from _starts(work)


def _round(folder: Path, size: Size, work: Path) -> Iterator[tuple[str, Cost]]:
    python, result = sys.executable, str(work / "result.xlsx")
    merge = _ours("merge", folder)
    shutil.rmtree(folder / "汇总", ignore_errors=True)
    for number, workers in enumerate(("one worker", "two workers"), 1):
        command = [*_ours("check", folder), "--workers", str(number)]
        yield f"xlcrm check, {workers}", measure(command)
    yield "xlcrm merge", measure(merge)
    yield UNCHANGED, measure(merge)
    yield REPORT, measure(_ours("report", folder))
    if size.workbooks > 1:
        changed = place_of(folder, size.workbooks // 2)
        write_team_file(changed, size.workbooks // 2, size, "客户改为要求下月交付")
        yield "xlcrm merge, one file changed", measure(merge)
        write_team_file(changed, size.workbooks // 2, size)
    ways = {
        "xlcrm, read and checked in one process": "checked",
        "pandas with openpyxl": "openpyxl",
        "pandas with calamine": "calamine",
        "polars": "polars",
        BARE: "bare",
    }
    for name, kind in ways.items():
        if size != GROWN or kind in ("checked", "bare"):
            yield name, measure([python, "-m", "benchmarks.loops", kind, str(folder), result])


def _starts(work: Path) -> Iterator[str]:
    """Yield the table of what takes so little that starting counts."""
    file = work / "一个文件.xlsx"
    write_team_file(file, 0, Size(1, 20))
    ways: dict[str, Sequence[str]] = {
        _PYTHON: [sys.executable, "-c", "pass"],
        "xlcrm --version": [sys.executable, "-m", "xlcrm", "--version"],
        "xlcrm --help": [sys.executable, "-m", "xlcrm", "--help"],
        "xlcrm check of one small file": _ours("check", file),
    }
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(_STARTS):
        for name, command in ways.items():
            costs[name].append(measure(command))
    yield from starts(costs, _PYTHON)


def _ours(command: str, path: Path) -> list[str]:
    options = ["--as-of", AS_OF, "--format", "json", "-q"]
    return [sys.executable, "-m", "xlcrm", command, str(path), *options]


if __name__ == "__main__":
    main()
