"""A workbook in the making: record sheets written fast, other sheets by checked calls."""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from xlsxwriter.chart import Chart
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format

from xlcrm.record_sheet import palette
from xlcrm.record_sheet.fast import SharedTexts, write_rows
from xlcrm.record_sheet.hooks import CheckedWorkbook, CheckedWorksheet
from xlcrm.record_sheet.names import safe_sheet_name
from xlcrm.record_sheet.output import Output, atomic_file
from xlcrm.record_sheet.plain import write_rows_plain
from xlcrm.record_sheet.self_check import check_workbook
from xlcrm.record_sheet.sheet import RecordSheet
from xlcrm.record_sheet.styles import ColumnStyles
from xlcrm.record_sheet.values import WriteFailed
from xlcrm.scratch import scratch_folder
from xlcrm.values import dataclass

_DEFAULT_FORMAT = {
    "font_name": palette.FONT_NAME,
    "font_size": palette.FONT_SIZE,
    # Else the theme's Calibri wins over the named font.
    "font_scheme": "none",
}
# Pixels of a row in the default font, as Excel opens a new sheet in it.
_ROW_HEIGHT = 22
_A4 = 9
_PAGE_WIDTH = 190  # characters that can still be read on one page


@dataclass(frozen=True)
class WrittenSheet:
    """A record sheet that has been written; rows and columns count from 0.

    `worksheet` takes conditional formats, validations, print setup and cells above or in the
    header as usual; the records' rows are closed. Charts should refer to other sheets: cached
    chart values don't see the records. `unlinked` counts the links beyond the 65,530 that a
    sheet holds, written as plain text.
    """

    worksheet: CheckedWorksheet
    name: str
    sheet: RecordSheet
    row_count: int
    unlinked: int

    @property
    def first_row(self) -> int:
        """The first record's row."""
        return self.sheet.first_row + 1

    @property
    def last_row(self) -> int:
        """The last record's row; the header's where there is none."""
        return self.sheet.first_row + self.row_count

    def column(self, key: str) -> int:
        """The column of this key; KeyError where the sheet has none."""
        for index, column in enumerate(self.sheet.columns):
            if column.key == key:
                return index
        raise KeyError(key)

    def area(self, key: str) -> tuple[int, int, int, int]:
        """(first row, column, last row, column) of the records' cells, at least one row."""
        col = self.column(key)
        return self.first_row, col, max(self.first_row, self.last_row), col

    def set_up_pages(self) -> None:
        """Print on A4 across: as many pages side by side as it takes to be read, header and frozen
        columns on each."""
        worksheet, sheet = self.worksheet, self.sheet
        worksheet.set_landscape()
        worksheet.set_paper(_A4)
        worksheet.set_margins(0.4, 0.4, 0.6, 0.6)
        width = sum(column.width for column in sheet.columns if not column.hidden)
        worksheet.fit_to_pages(max(1, round(width / _PAGE_WIDTH)), 0)
        worksheet.repeat_rows(sheet.first_row)
        worksheet.repeat_columns(0, sheet.frozen_columns - 1)
        worksheet.set_header("&L&A")
        worksheet.set_footer("&C&P / &N")


class Book:
    """A workbook being written; see `book`. `workbook` is xlsxwriter's own, made strict."""

    def __init__(self, file: BinaryIO, scratch: Path, closing: ExitStack) -> None:
        options = {
            "tmpdir": str(scratch),
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_format_properties": _DEFAULT_FORMAT,
            "default_row_height": _ROW_HEIGHT,
        }
        self._output = Output(file)
        self.workbook = CheckedWorkbook(self._output, options)
        self.workbook.use_zip64()
        self._scratch = scratch
        self._closing = closing
        self._formats: dict[str, Format] = {}
        self._texts = SharedTexts(self.workbook)

    @property
    def sheet_names(self) -> list[str]:
        """The sheets made so far, in order."""
        return [worksheet.name for worksheet in self.workbook.worksheets()]

    def format(self, properties: Mapping[str, object]) -> Format:
        """xlsxwriter's Format of these properties; the same properties give the same Format."""
        key = json.dumps(properties, sort_keys=True)
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(dict(properties))
        return self._formats[key]

    def chart(self, options: Mapping[str, str]) -> Chart:
        """A chart to be filled and inserted by xlsxwriter's calls."""
        return self.workbook.add_chart(dict(options))

    def define_name(self, name: str, formula: str) -> None:
        """A defined name: `name`, or `Sheet!name` for one sheet's; `formula` like `=Lists!$A$2`."""
        self.workbook.define_name(name, formula)

    def add_sheet(self, name: str) -> CheckedWorksheet:
        """An empty sheet by the nearest valid free name; `.name` of the result says which."""
        added: CheckedWorksheet = self.workbook.add_worksheet(
            safe_sheet_name(name, self.sheet_names)
        )
        return added

    def add_record_sheet(self, sheet: RecordSheet, *, plain: bool = False) -> WrittenSheet:
        """Write a sheet of records, reading `sheet.rows` once.

        `plain` writes by xlsxwriter's own calls: seven times slower, equal cells.
        Raises WriteFailed, and TypeError or ValueError for values no cell holds.
        """
        worksheet = self.add_sheet(sheet.name)
        styles = ColumnStyles(sheet.columns, self.format)
        _write_frame(worksheet, sheet, styles)
        if plain:
            count, unlinked = write_rows_plain(worksheet, sheet, styles)
        else:
            count, unlinked = self._write_fast(worksheet, sheet, styles)
        if sheet.autofilter:
            last_row, last_col = sheet.first_row + count, len(sheet.columns) - 1
            worksheet.autofilter(sheet.first_row, 0, last_row, last_col)
        return WrittenSheet(worksheet, worksheet.name, sheet, count, unlinked)

    def _write_fast(
        self, worksheet: CheckedWorksheet, sheet: RecordSheet, styles: ColumnStyles
    ) -> tuple[int, int]:
        # Read back when the workbook is written, so it is closed with the book.
        spool = tempfile.TemporaryFile(dir=self._scratch)  # noqa: SIM115
        self._closing.enter_context(spool)
        return write_rows(self.workbook, worksheet, sheet, styles, self._texts, spool)

    def close(self) -> None:
        """Write the file; `book` calls it. Raises OSError where the disk doesn't take it."""
        for worksheet in self.workbook.worksheets():
            worksheet.refuse_overlap()
        check_workbook(self.workbook)
        try:
            self.workbook.close()
        except FileCreateError as error:
            self._output.give_up()
            raise OSError(*error.args[0].args) from error  # the system's own, which it wraps


def _write_frame(worksheet: CheckedWorksheet, sheet: RecordSheet, styles: ColumnStyles) -> None:
    """Everything of a record sheet but its records."""
    for index, column in enumerate(sheet.columns):
        options = {"hidden": True} if column.hidden else {}
        worksheet.set_column(index, index, column.width, styles.get(index), options)
        worksheet.write_string(sheet.first_row, index, column.label, styles.header())
    worksheet.freeze_panes(sheet.first_row + 1, sheet.frozen_columns)


@contextmanager
def book(
    target: str | os.PathLike[str] | BinaryIO,
    *,
    created: dt.datetime,
    properties: Mapping[str, str] | None = None,
) -> Iterator[Book]:
    """A workbook to fill; it is written when the block ends without an error.

    A path is replaced atomically, and after an error nothing is left; its folder must exist. The
    same calls with the same `created` (UTC, no time zone) give the same bytes. `properties` are
    xlsxwriter's document properties (title, subject, author ...). Raises WriteFailed where
    xlsxwriter refuses or warns, OSError where the file can't be written.
    """
    with ExitStack() as closing:
        scratch = closing.enter_context(scratch_folder())
        if isinstance(target, str | os.PathLike):
            file = closing.enter_context(atomic_file(Path(target)))
        else:
            file = target
        closing.enter_context(_warnings_raised())
        made = Book(file, scratch, closing.enter_context(ExitStack()))
        made.workbook.set_properties({**(properties or {}), "created": created})
        yield made
        made.close()


@contextmanager
def _warnings_raised() -> Iterator[None]:
    """Raise WriteFailed for what xlsxwriter only warns of: it drops what it warns of."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", category=UserWarning, module=r"xlsxwriter\.")
        try:
            yield
        except UserWarning as warning:
            raise WriteFailed(str(warning)) from warning
