"""The table of a folder's costs, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from benchmarks.measure import Cost

BARE = "calamine's bare read"
_HEAD = ("", "CPU, s", "wall, s", "memory, MiB", "CPU, as a multiple of the bare read")


def table(title: str, costs: Mapping[str, Sequence[Cost]]) -> Iterator[str]:
    """Yield the lines of a folder's table: medians, and each CPU time over the bare read's."""
    yield f"## {title}\n"
    yield _line(_HEAD)
    yield _line(["---", *["---:"] * (len(_HEAD) - 1)])
    bare = median(each.cpu for each in costs[BARE])
    for name, each in costs.items():
        cpu, wall, memory = (median(getattr(c, part) for c in each) for part in _PARTS)
        yield _line([name, f"{cpu:.1f}", f"{wall:.1f}", f"{memory:.0f}", f"{cpu / bare:.2f}"])
    yield ""


_PARTS = ("cpu", "wall", "memory")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
