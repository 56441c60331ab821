"""Merged cells in a list: what they hold counts for each row they span."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from xlcrm.filled_workbook.sheet_xml import Address, Box
from xlcrm.filled_workbook.sheets import CellValue, RawSheet

Line = list[CellValue]


class Spread(NamedTuple):
    """Rows with what merged cells give them, the cells that it comes from, and the ranges."""

    rows: dict[int, Line]
    origins: Mapping[Address, Address]
    ranges: Collection[Box]


def spread(sheet: RawSheet, rows: Mapping[int, Line], columns: Collection[int]) -> Spread:
    """Return the rows of a list with the content of cells merged over several of them.

    A row is there only where it has a cell of its own: a range may reach below the last record.
    """
    filled, origins, ranges = dict(rows), dict[Address, Address](), list[Box]()
    last = max(rows, default=0)
    for box in sheet.merged:
        top, left, bottom, _ = box
        content = rows[top][left] if top in rows and left in columns else ""
        span = range(top + 1, min(bottom, last) + 1) if content != "" else ()
        given = [row for row in span if row in rows and rows[row][left] == ""]
        for row in given:
            filled[row] = [*filled[row]]
            filled[row][left] = content
            origins[row, left] = (top, left)
        ranges += [box] if given else []
    return Spread(filled, origins, sorted(ranges))
