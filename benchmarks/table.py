"""The table of a folder's costs, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from benchmarks.measure import Cost

BARE = "calamine's bare read"
UNCHANGED, REPORT = "xlcrm merge, no change", "xlcrm report, no change"
_HEAD = (
    "",
    "CPU, s",
    "wall, s",
    "memory, MiB",
    "of the first process",
    "CPU, as a multiple of the bare read",
)


def table(title: str, costs: Mapping[str, Sequence[Cost]]) -> Iterator[str]:
    """Yield the lines of a folder's table: medians, and each CPU time over the bare read's."""
    yield f"## {title}\n"
    yield _line(_HEAD)
    yield _line(["---", *["---:"] * (len(_HEAD) - 1)])
    bare = median(each.cpu for each in costs[BARE])
    for name, each in costs.items():
        cpu, wall, memory, alone = (median(getattr(c, part) for c in each) for part in _PARTS)
        cells = [f"{cpu:.1f}", f"{wall:.1f}", f"{memory:.0f}", f"{alone:.0f}", f"{cpu / bare:.2f}"]
        yield _line([name, *cells])
    yield ""


def allowance(costs: Mapping[str, Sequence[Cost]]) -> Iterator[str]:
    """Yield what a report takes, beside 1.5 times the merge without a change and 5 s."""
    report, merge = (median(each.cpu for each in costs[name]) for name in (REPORT, UNCHANGED))
    yield (
        f"The report's CPU is {report / merge:.1f} times that of the merge without a change; "
        f"1.5 times and 5 s are {1.5 * merge + 5:.1f} s.\n"
    )


def starts(costs: Mapping[str, Sequence[Cost]], bare: str) -> Iterator[str]:
    """Yield the lines of the table of short commands, each time over that of ``bare``."""
    yield "## Starting\n"
    yield _line(["", "CPU, ms", "wall, ms", "CPU, as a multiple"])
    yield _line(["---", *["---:"] * 3])
    least = median(each.cpu for each in costs[bare])
    for name, each in costs.items():
        cpu, wall = (median(getattr(c, part) for c in each) for part in ("cpu", "wall"))
        yield _line([name, f"{cpu * 1000:.0f}", f"{wall * 1000:.0f}", f"{cpu / least:.1f}"])
    yield ""


_PARTS = ("cpu", "wall", "memory", "alone")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
