"""What a merge of very many small workbooks costs, stage by stage: `python -m benchmarks.scaling`.

Folders of 1,000, 10,000 and 50,000 workbooks of 20 talks and 10 customers, and one of 1,000 with
200 talks, are made, merged by two processes, merged again without a change and with one file
changed, and removed. The table goes to benchmarks/scaling.md.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import platform
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

from benchmarks.copies import Copies
from benchmarks.folders import AS_OF, CUSTOMERS, Size
from benchmarks.measure import Cost, measure

RESULTS = Path(__file__).with_name("scaling.md")
SIZES = (Size(1_000, 20), Size(1_000, 200), Size(10_000, 20), Size(50_000, 20))
# A stage's functions, where the merge finds them; what one calls of another stage is not its own.
STAGES = {
    "list the folder": ["xlcrm.pipeline.merges:discover"],
    "read and check": ["xlcrm.pipeline.merges:read_files"],
    "assemble": ["xlcrm.pipeline.merges:assemble"],
    "analyse": ["xlcrm.pipeline.masters:Master.contents"],
    "write the master": ["xlcrm.pipeline.masters:write_master"],
    "keep the state": ["xlcrm.pipeline.merges:_states", "xlcrm.pipeline.masters:Master._save"],
}
REST = "everything else"


class Clock:
    """Seconds of wall and CPU of each stage, the CPU of its child processes with it, and MiB at the
    peak of this process by its end."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {name: [0.0, 0.0, 0.0] for name in [*STAGES, REST]}
        self._stages = [REST]
        self._then = self._now()

    def follow(self, stage: str, place: str) -> None:
        """Count a function to a stage from now on."""
        module, _, name = place.partition(":")
        *owners, last = name.split(".")
        owner: Any = importlib.import_module(module)
        for each in owners:
            owner = getattr(owner, each)
        function: Callable[..., Any] = getattr(owner, last)

        @wraps(function)
        def counted(*given: Any, **named: Any) -> Any:
            self.pass_to(stage)
            try:
                return function(*given, **named)
            finally:
                self.pass_to(None)

        setattr(owner, last, counted)

    def pass_to(self, stage: str | None) -> None:
        """Count what was spent to the stage so far; None goes back to the one before."""
        now = self._now()
        spent = self.spent[self._stages[-1]]
        spent[0] += now[0] - self._then[0]
        spent[1] += now[1] - self._then[1]
        spent[2] = max(spent[2], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        self._then = now
        if stage is None:
            self._stages.pop()
        else:
            self._stages.append(stage)

    @staticmethod
    def _now() -> tuple[float, float]:
        times = os.times()
        return time.monotonic(), sum(times[:4])


def merge_counted(folder: Path, workers: int, into: Path) -> None:
    """Merge a folder in this process and write what its stages cost, as JSON."""
    from xlcrm.pipeline.merges import merge
    from xlcrm.pipeline.options import Options

    gc.disable()  # as the command does
    clock = Clock()
    for stage, places in STAGES.items():
        for place in places:
            clock.follow(stage, place)
    merge(folder, Options(date.fromisoformat(AS_OF), workers=workers))
    clock.pass_to(REST)
    into.write_text(json.dumps(clock.spent), encoding="utf-8")


def measured(size: Size, work: Path, workers: int) -> dict[str, Any]:
    """Make a folder, merge it, and remove it; return what that cost, and what it left."""
    folder, into = work / f"{size.workbooks}x{size.rows}", work / "stages.json"
    copies = Copies(size)
    files = copies.fill(folder)
    command = [sys.executable, "-m", "benchmarks.scaling", "--workers", str(workers)]
    again = [sys.executable, "-m", "xlcrm", "merge", str(folder), "--as-of", AS_OF, "--lang", "zh"]
    try:
        read = sum(path.stat().st_size for path in files)
        cold = measure([*command, "--one", str(folder), "--into", str(into)])
        stages = json.loads(into.read_text(encoding="utf-8"))
        left = {path.name: path.stat().st_size for path in (folder / "汇总").rglob("*")}
        unchanged = measure([*again, "--workers", str(workers)])
        copies.write(files[0], size.workbooks)
        changed = measure([*again, "--workers", str(workers)])
    finally:
        shutil.rmtree(folder)
    made = max(bytes_ for name, bytes_ in left.items() if name.endswith(".xlsx"))
    costs = {"cold": cold, "no change": unchanged, "one file changed": changed}
    return {"stages": stages, "costs": costs, "read": read, "made": made, "state": left["state"]}


def report(sizes: Sequence[Size], work: Path, workers: int) -> Iterator[str]:
    """Yield the lines of the results, as they are measured."""
    yield "# Results of `python -m benchmarks.scaling`\n"
    machine = f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}"
    began = _load()
    yield f"{machine}, Python {platform.python_version()}, {workers} reading processes; one run.\n"
    for size in sizes:
        found = measured(size, work, workers)
        mib = {name: found[name] / 2**20 for name in ("read", "made", "state")}
        yield f"## {size}\n"
        yield (
            f"{mib['read']:,.0f} MiB of workbooks, {_records(size):,} records; the master "
            f"{mib['made']:,.1f} MiB, the state {mib['state']:,.1f} MiB. "
            f"Other load (processes that wanted a CPU, mean of a minute): {began:.1f} before, "
            f"{_load():.1f} at the end, our own with it.\n"
        )
        yield from _stages(found["stages"], size, found["read"])
        yield from _runs(found["costs"])
        began = _load()


def _stages(stages: dict[str, list[float]], size: Size, read: int) -> Iterator[str]:
    yield "| stage | CPU, s | wall, s | ms a workbook | µs a record | ns a byte | MiB at the peak |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    total = [sum(each[part] for each in stages.values()) for part in (0, 1)]
    lines = {**stages, "**all**": [*total, max(each[2] for each in stages.values())]}
    for name, (wall, cpu, peak) in lines.items():
        each = cpu / size.workbooks * 1e3, cpu / _records(size) * 1e6, cpu / read * 1e9
        costs = " | ".join(f"{cost:.2f}" for cost in each)
        yield f"| {name} | {cpu:.1f} | {wall:.1f} | {costs} | {peak:,.0f} |"
    yield ""


def _records(size: Size) -> int:
    return size.workbooks * (size.rows + CUSTOMERS)


def _runs(costs: dict[str, Cost]) -> Iterator[str]:
    yield "| merge | CPU, s | wall, s | MiB, all processes |"
    yield "| --- | ---: | ---: | ---: |"
    for name, cost in costs.items():
        yield f"| {name} | {cost.cpu:.1f} | {cost.wall:.1f} | {cost.memory:,.0f} |"
    yield ""


def _load() -> float:
    return os.getloadavg()[0]


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("benchmarks/.work"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--most", type=int, default=SIZES[-1].workbooks, help="workbooks at most")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        merge_counted(given.one, given.workers, given.into)
        return
    sizes = [size for size in SIZES if size.workbooks <= given.most]
    given.work.mkdir(parents=True, exist_ok=True)
    with given.results.open("w", encoding="utf-8") as results:
        for line in report(sizes, given.work.absolute(), given.workers):
            print(line, flush=True)
            print(line, file=results, flush=True)


if __name__ == "__main__":
    main()
