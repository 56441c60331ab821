"""A few cells far from all others: without them the fast reader can read a sheet.

It makes room for every cell from A1 to the last one. A single one at the bottom of a sheet, typed
by mistake, would keep all else from being read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from xlcrm.filled_workbook.guards import room
from xlcrm.filled_workbook.sheet_xml import CELL_LIMIT, Address, Scanner, exact_scan
from xlcrm.filled_workbook.source import Rejected

_FEW = 20  # cells that are left out, at most
_SHEET = 8 << 20  # bytes of a sheet that are looked through
_ROWS, _COLUMNS = 1 << 20, 1 << 14  # what a sheet can have


def without_strays(xml: bytes) -> tuple[bytes, list[Address]]:
    """Return a sheet's XML without the cells that make it too large, and where they stood.

    Raises:
        Rejected: too-large (grid: there are more of them than a few, or they can be in no sheet),
            unreadable (xml).
    """
    if len(xml) > _SHEET or b"\0" in xml[:4]:  # a cell's end is looked for as one byte
        raise Rejected("too-large", "grid")
    scanner = exact_scan(xml, _Placing)
    far = _far({address for address, _, _ in scanner.cells})
    kept, end = [], 0
    for address, begun, ended in scanner.cells:
        if address in far:
            kept.append(xml[end:begun])
            end = xml.index(b">", ended) + 1
    return b"".join([*kept, xml[end:]]), sorted(far)


class _Placing(Scanner):
    """Takes the cells with content, with where their first tag and their last begin."""

    def __init__(self, position: Callable[[], int]) -> None:
        super().__init__(position)
        self.cells: list[tuple[Address, int, int]] = []
        self._begun = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        if tag.rpartition(":")[2] == "c":
            self._begun = self.position()

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag.rpartition(":")[2] == "c" and self._texts:
            self.cells.append(((self._row, self._column), self._begun, self.position()))


def _far(cells: set[Address]) -> Collection[Address]:
    """Return the cells to leave out, the last row or column first, whichever makes more room."""
    far: set[Address] = set()
    while _area(cells) > CELL_LIMIT * room():
        bottom, right = (max(place[axis] for place in cells) for axis in (0, 1))
        outer = [{at for at in cells if at[0] == bottom}, {at for at in cells if at[1] == right}]
        last = min(outer, key=lambda each: _area(cells - each))
        cells, far = cells - last, far | last
        if len(far) > _FEW or any(row >= _ROWS or column >= _COLUMNS for row, column in last):
            raise Rejected("too-large", "grid")
    return far


def _area(cells: Collection[Address]) -> int:
    """Return how many cells there are from A1 to the last of some."""
    return (1 + max((row for row, _ in cells), default=-1)) * (
        1 + max((column for _, column in cells), default=-1)
    )
