"""Lists of a master that are no tables, as text: a lead decides and takes back on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xlcrm.filled_workbook.cells import written
from xlcrm.filled_workbook.sheets import RawSheet
from xlcrm.layout.marks import OWN_SHEET, Mark, read_marks
from xlcrm.records import ListRow, Lists, address

_DEPTH = 40  # rows in which the marks of a list are looked for


def own_lists(marked: Iterable[tuple[RawSheet, Sequence[Mark]]]) -> Lists:
    """Return the rows below the marks of each list, by its name; ``marked`` are all sheets with the
    marks in their cells."""
    found: Lists = {}
    for sheet, marks in marked:
        named = (each.slot.partition(".") for each in marks if each.table == OWN_SHEET)
        name = next((name for name, dot, _ in named if dot), None)
        if name:
            found.setdefault(name, []).extend(_rows(sheet, name))
    return found


def _rows(sheet: RawSheet, name: str) -> Iterable[ListRow]:
    top, columns = list_columns(sheet, name)
    for below, row in enumerate(sheet.rows[top:], top):
        texts = {key: written(row[column]).strip() for key, column in columns.items()}
        places = {key: address(below, column) for key, column in columns.items()}
        if any(texts.values()):
            yield ListRow(sheet.name, texts, places)


def list_columns(sheet: RawSheet, name: str) -> tuple[int, Mapping[str, int]]:
    """Return the row below the marks of a list of ours, and the columns that they name."""
    prefix = f"{name}."
    for number, row in enumerate(sheet.rows[:_DEPTH]):
        columns = {
            mark.slot.removeprefix(prefix): column
            for column, cell in enumerate(row)
            for mark in read_marks(cell)
            if mark.table == OWN_SHEET and mark.slot.startswith(prefix)
        }
        if columns:
            return number + 1, columns
    return 0, {}
