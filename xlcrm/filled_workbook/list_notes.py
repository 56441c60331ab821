"""What is to be said of a list besides its records' cells: its header, its columns, and rows and
cells that were read in another way than they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from xlcrm.filled_workbook.cells import header_finding, told, written
from xlcrm.filled_workbook.headers import ListHeader
from xlcrm.filled_workbook.list_rows import Aside
from xlcrm.filled_workbook.sheet_xml import Address, Box
from xlcrm.filled_workbook.sheets import RawSheet
from xlcrm.findings import Finding
from xlcrm.records import Block, address, column_letters


class ListNotes:
    """Tells the findings of one list, top to bottom."""

    def __init__(self, sheet: RawSheet, header: ListHeader, block: Block) -> None:
        self.sheet, self.header, self.block = sheet, header, block

    def of_header(self) -> Iterator[Finding]:
        """Yield what is wrong with the header, and what of it was read otherwise."""
        header, table = self.header, self.header.table
        for first, second in header.doubled:
            others = column_letters(first)
            yield self._label("duplicate-header", second, others=others)
        for column, read in header.nearly.items():
            yield self._label("normalised", column, detail="header", read=read)
        for column in header.others:
            meant = header.perhaps.get(column, {}).get("zh")
            yield self._label("unknown-column", column, suggestion=meant)
        for field in table.fields:
            known = field.key in header.columns
            if not known and field.level == "core" and field.is_input:
                yield self._finding("missing-column", None, label=field.labels)

    def of_columns(self, unnamed: Collection[int]) -> Iterator[Finding]:
        """Yield the columns that are filled without a header."""
        for column in unnamed:
            place, letters = (self.header.row, column), column_letters(column)
            yield self._finding("unknown-column", place, value=letters, detail="no-header")

    def of_rows(self, asides: Sequence[Aside], ranges: Collection[Box]) -> Iterator[Finding]:
        """Yield rows that are no records, and what merged cells give to several rows."""
        for row, column, kind in asides:
            value = self._text(row, column)
            yield self._finding("normalised", (row, column), value=value, detail=kind)
        for top, left, bottom, right in ranges:
            words = {"others": f"{address(top, left)}:{address(bottom, right)}"}
            value = self._text(top, left)
            yield self._finding("normalised", (top, left), value=value, detail="merged", **words)

    def _text(self, row: int, column: int) -> str | None:
        """Return what stands in a cell, unless it is what the table keeps apart."""
        if self.block.columns.get(self.header.table.private or "") == column:
            return None
        return told(written(self.sheet.rows[row][column]))

    def _label(self, code: str, column: int, **words: Any) -> Finding:
        value = told(self.header.labels[column])
        return self._finding(code, self.header.place(self.sheet, column), value=value, **words)

    def _finding(self, code: str, place: Address | None, **words: Any) -> Finding:
        block = self.block
        return header_finding(code, block.sheet, block.file, self.header.table, place, **words)
