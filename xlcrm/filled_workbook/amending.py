"""A workbook with some cells of one of its lists filled otherwise: all else stays as it is, byte by
byte, and what is not quite as expected is not touched at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xlcrm.filled_workbook.archive import Archive, open_archive
from xlcrm.filled_workbook.cell_setting import UnfitError, with_cells
from xlcrm.filled_workbook.headers import ListHeader
from xlcrm.filled_workbook.located import locate, marks_on
from xlcrm.filled_workbook.package import read_package
from xlcrm.filled_workbook.part_setting import with_part
from xlcrm.filled_workbook.sheets import RawSheet
from xlcrm.filled_workbook.source import Rejected
from xlcrm.filled_workbook.xlsx import read_workbook
from xlcrm.spec.model import Spec
from xlcrm.text import fold

__all__ = ["RowChange", "UnfitError", "amended"]
_SIGNATURES = "_xmlsignatures/"  # a workbook that is signed holds no more once it is changed


class RowChange(NamedTuple):
    """Texts for cells of a list by field key, blank for none; ``where`` says what stands on the row
    that is changed, None for a new row in the first blank one below the header."""

    cells: Mapping[str, str]
    where: Mapping[str, str] | None = None


def amended(data: bytes, table: str, change: RowChange, spec: Spec) -> bytes:
    """Return a workbook with a row of the list ``table`` changed.

    Raises UnfitError where there is not just one such list, or no such row or column, or where the
    sheet holds anything by which the change might do harm.
    """
    try:
        archive = open_archive(data)
        part, sheet, header = _list_of(archive, table, spec)
    except Rejected as rejected:
        raise UnfitError(rejected.detail) from rejected
    if any(name.startswith(_SIGNATURES) for name in archive.parts):
        raise UnfitError("signed")
    missing = change.cells.keys() - header.columns.keys()
    if missing:
        raise UnfitError("columns")
    row = _blank_row(sheet, header) if change.where is None else _row_of(sheet, header, change)
    texts = {header.columns[key]: text for key, text in change.cells.items()}
    is_merged = any(top <= row <= bottom for top, _, bottom, _ in sheet.merged)
    if is_merged or any((row, column) in sheet.formulas for column in texts):
        raise UnfitError("cell")
    return with_part(data, part, with_cells(archive.read(part), row, texts))


def _list_of(archive: Archive, table: str, spec: Spec) -> tuple[str, RawSheet, ListHeader]:
    """Return the part, the sheet and the header of a list."""
    parts = {each.name: each.part for each in read_package(archive).sheets}
    found = []
    for sheet in read_workbook(archive, lambda names: True).sheets:
        header = locate(sheet, marks_on(sheet), spec)
        if isinstance(header, ListHeader) and header.table.key == table:
            found.append((parts[sheet.name] or "", sheet, header))
    if len(found) != 1 or found[0][1].strays:
        raise UnfitError("lists")
    return found[0]


def _blank_row(sheet: RawSheet, header: ListHeader) -> int:
    """Return the first row below the header in which nothing stands, and which is to be seen."""
    hidden, row = sheet.hidden_rows(header.row), header.row + 1
    while row in hidden or (row < len(sheet.rows) and any(c != "" for c in sheet.rows[row])):
        row += 1
    return row


def _row_of(sheet: RawSheet, header: ListHeader, change: RowChange) -> int:
    rows = list(_rows_of(sheet, header, change.where or {}))
    if len(rows) != 1:
        raise UnfitError("row")
    ours = {header.columns[key] for key in change.cells}
    others = (cell for column, cell in enumerate(sheet.rows[rows[0]]) if column not in ours)
    if not any(change.cells.values()) and any(cell != "" for cell in others):
        raise UnfitError("others")  # of a row with a person's own words nothing is left otherwise
    return rows[0]


def _rows_of(sheet: RawSheet, header: ListHeader, where: Mapping[str, str]) -> Iterator[int]:
    wanted = {header.columns[key]: fold(text) for key, text in where.items()}
    for number, row in enumerate(sheet.rows[header.row + 1 :], header.row + 1):
        if all(fold(str(row[column])) == text for column, text in wanted.items()):
            yield number
