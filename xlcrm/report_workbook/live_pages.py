"""Writes what formulas rest on: the definitions with the periods' bounds, and the workings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from xlsxwriter.utility import xl_rowcol_to_cell

from xlcrm.analysis_rows import AnalysisRow
from xlcrm.record_sheet import Book, CheckedWorksheet, palette
from xlcrm.record_sheet.styles import HEADER
from xlcrm.report_workbook.formulas import LiveReport, says
from xlcrm.report_workbook.printing import print_across
from xlcrm.sheet_words import Words

_WIDTHS = (34, 96, 34)
_BOUND_WIDTH, _WORKING_WIDTH = 16, 18


def write_definitions(book: Book, live: LiveReport, labels: Sequence[str], words: Words) -> None:
    """Write how each metric is reckoned, and beside that the bounds of the periods ``labels``."""
    sheet = book.add_sheet(words("report.sheet.definitions"))
    head = book.format(HEADER)
    cell = book.format(
        {"valign": "vcenter", "text_wrap": True, "bottom": 1, "border_color": palette.BORDER}
    )
    for column, (key, width) in enumerate(zip(("name", "says", "kind"), _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, words(f"report.definitions.{key}"), head)
    are_live = {row.key for row in live.rows if row.current.formula}
    for row, (key, name) in enumerate(metric_names(live.rows).items(), 1):
        kind = words(f"report.definitions.{'live' if key in are_live else 'fixed'}")
        for column, text in enumerate((name, says(key, words), kind)):
            sheet.write_string(row, column, text, cell)
    _write_bounds(book, sheet, live, labels, words)
    sheet.freeze_panes(1, 1)
    print_across(sheet)


def metric_names(rows: Sequence[AnalysisRow]) -> dict[str, str]:
    """Return the name of each metric, by its key, in their order."""
    first: dict[str, AnalysisRow] = {}
    for row in rows:
        first.setdefault(row.key, row)
    return {key: _name(row) for key, row in first.items()}


def _name(row: AnalysisRow) -> str:
    """Return a metric's name, whatever it is of."""
    return row.name.replace(row.subject or "", "").strip(" ·") if row.subject else row.name


def _write_bounds(
    book: Book, sheet: CheckedWorksheet, live: LiveReport, labels: Sequence[str], words: Words
) -> None:
    left = len(_WIDTHS) + 1
    head, day = book.format(HEADER), book.format({"num_format": "yyyy-mm-dd", "align": "left"})
    plain = book.format({"align": "left"})
    for n, key in enumerate(("period", "from", "until", "window", "months")):
        sheet.set_column(left + n, left + n, _BOUND_WIDTH)
        sheet.write_string(0, left + n, words(f"report.definitions.{key}"), head)
    for row, (label, bounds) in enumerate(zip(labels, live.bounds, strict=True), 1):
        sheet.write_string(row, left, label, plain)
        for column, (name, value) in enumerate(bounds.items(), left + 1):
            if isinstance(value, date):
                sheet.write_datetime(row, column, datetime.combine(value, time()), day)
            else:
                sheet.write_number(row, column, value, plain)
            place = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
            book.define_name(name, f"='{sheet.name}'!{place}")


def write_workings(book: Book, live: LiveReport, words: Words) -> None:
    """Write the columns beside the facts, each in the row of its fact, and name all ranges."""
    if live.workings:
        sheet = book.add_sheet(words("report.sheet.workings"))
        sheet.freeze_panes(1, 0)
        print_across(sheet)
        head = book.format(HEADER)
        for place, column in enumerate(live.workings):
            sheet.set_column(place, place, _WORKING_WIDTH)
            sheet.write_string(0, place, column.label, head)
            filled = zip(column.formulas, column.values, strict=True)
            for row, (formula, value) in enumerate(filled, 1):
                sheet.write_array_formula(row, place, row, place, f"{{={formula}}}", None, value)
    for name, reference in live.ranges.items():
        book.define_name(name, reference)
