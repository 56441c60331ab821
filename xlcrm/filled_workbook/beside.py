"""Sheets on which no table lies: a person's own, and what people put on those of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xlcrm.filled_workbook.carried import Carrier
from xlcrm.filled_workbook.own_lists import list_columns
from xlcrm.filled_workbook.sheet_xml import Address, Box
from xlcrm.filled_workbook.sheets import RawSheet
from xlcrm.layout.marks import CHECK, LEFTOVERS, OWN_SHEET, is_printed, read_marks
from xlcrm.layout.pages import FreeSheet, Leftover, Note
from xlcrm.layout.remarks import ACCEPT, KEY
from xlcrm.records import address
from xlcrm.spec.types.base import Cell, as_text
from xlcrm.spec.types.texts import is_ticked

_NOTED_ROWS, _NOTED_COLUMNS = 1000, 100  # where a note beside the cells of a sheet stays in place
_MERGED = 10_000  # cells of a merged range, at most: whole rows and columns are nobody's wish
_MERGED_ALL = 1_000_000
_LINE = 3  # columns of a line of what was left over: sheet, cell, content


def read_free_sheet(sheet: RawSheet, carrier: Carrier) -> tuple[FreeSheet, list[Leftover]]:
    """Return a person's own sheet, and notes too far from its cells to be of it."""
    cells = carrier.cells(sheet)
    formats = {
        place: code
        for place, cell in cells.items()
        if not isinstance(cell, str | bool)
        and (code := sheet.number_format(*place))
        and code != "General"
    }
    notes = {
        place: note
        for place, note in carrier.notes.get(sheet.name, {}).items()
        if place in cells or (place[0] < _NOTED_ROWS and place[1] < _NOTED_COLUMNS)
    }
    last = max((row for row, _ in (*cells, *notes)), default=-1)
    heights = {row: height for row, height in sheet.heights.items() if row <= last}
    merged = [box for box in _apart(sheet.merged) if box[0] <= last]
    page = FreeSheet(sheet.name, cells, formats, sheet.widths, sheet.hidden, notes, heights, merged)
    return page, list(carrier.leftovers(sheet, cells, 0, notes))


def _apart(boxes: list[Box]) -> Iterator[Box]:
    """Yield the merged ranges of more than a cell of which none overlaps another."""
    taken: set[Address] = set()
    for top, left, bottom, right in boxes:
        size = (bottom - top + 1) * (right - left + 1)
        if not (1 < size <= _MERGED and len(taken) < _MERGED_ALL):
            continue
        box = {(row, c) for row in range(top, bottom + 1) for c in range(left, right + 1)}
        if taken.isdisjoint(box):
            taken |= box
            yield top, left, bottom, right


def read_own_sheet(sheet: RawSheet, slot: str, carrier: Carrier) -> list[Leftover]:
    """Return what people put on a sheet of ours, and what was left over before where it is that.

    ``slot`` says which it is.
    """
    cells, notes = carrier.cells(sheet), carrier.notes.get(sheet.name, {})
    if slot == CHECK:
        return list(carrier.leftovers(sheet, set(_told(sheet, cells)), 0, ()))
    own = next((cell for cell in cells.values() if isinstance(cell, str) and _is_own(cell)), "")
    is_told = " " in own
    taken = {at for at, c in cells.items() if not is_told or is_printed(as_text(c), own)}
    lines = dict(_lines(sheet.name, cells, notes)) if slot == LEFTOVERS else {}
    taken |= {(row, column) for row in lines for column in range(_LINE)}
    noted = {(row, _LINE - 1) for row in lines}
    return [*lines.values(), *carrier.leftovers(sheet, taken, 0, noted)]


def _told(sheet: RawSheet, cells: Mapping[Address, Cell]) -> Iterator[Address]:
    """Yield the cells of the sheet of findings that are ours, or no more than a tick."""
    first, columns = list_columns(sheet, CHECK)
    if not {ACCEPT, KEY} <= columns.keys():  # its marks are gone
        yield from cells
        return
    ours = set(columns.values())
    for row, column in cells:
        is_line = row < first + 1 or (row, columns[KEY]) in cells
        is_typed = row > first and column == columns[ACCEPT]
        if column in ours and is_line and not (is_typed and is_ticked(cells[row, column]) is None):
            yield row, column


def _lines(
    name: str, cells: Mapping[Address, Cell], notes: Mapping[Address, Note]
) -> Iterator[tuple[int, Leftover]]:
    """Yield the lines of what was left over before, by row."""
    filled = {row for row, column in cells if column < _LINE}
    filled |= {row for row, column in notes if column == _LINE - 1}
    for row in sorted(filled - {0}):
        sheet, place = (as_text(cells.get((row, column), "")) for column in (0, 1))
        at = row, _LINE - 1
        yield row, Leftover(sheet, place, cells.get(at), notes.get(at), (name, address(*at)))


def _is_own(text: str) -> bool:
    return any(mark.table == OWN_SHEET for mark in read_marks(text))
