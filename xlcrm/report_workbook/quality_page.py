"""Writes what the report rests on: of the whole, and of each metric the rows that it leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlsxwriter.format import Format

from xlcrm.record_sheet import Book, CheckedWorksheet, Column, palette
from xlcrm.record_sheet.heights import row_heights
from xlcrm.record_sheet.styles import HEADER
from xlcrm.report_workbook.plan import LeftOut, Quality
from xlcrm.report_workbook.printing import print_across
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Spec

_TOTALS = ("files", "rejected", "rows", "undated", "missing", "silent", "errors", "conflicts")
_COLUMNS = {
    "name": 34, "needs": 64, "asked": 14, "counted": 12, "left_missing": 16, "left_bad": 16,
    "confidential": 16,
}  # fmt: skip


def write_quality(
    book: Book,
    told: Quality,
    names: Mapping[str, str],
    unlisted: Sequence[str],
    spec: Spec,
    words: Words,
) -> None:
    """Write what is ``told``; ``names`` are those of the metrics, by key, in their order, and
    ``unlisted`` those of the facts that are too many to be listed."""
    sheet = book.add_sheet(words("report.sheet.quality"))
    look = {"valign": "vcenter", "text_wrap": True, "bottom": 1, "border_color": palette.BORDER}
    cell, count = book.format(look), book.format({**look, "align": "center"})
    left = book.format({**look, "align": "left"})
    between = words("facts.and")
    totals = {key: getattr(told, key) for key in _TOTALS}
    totals |= {"unlisted": unlisted} if unlisted else {}
    for row, (key, value) in enumerate(totals.items()):
        sheet.write_string(row, 0, words(f"report.quality.sheet.{key}"), cell)
        if isinstance(value, int):
            sheet.write_number(row, 1, value, left)
        else:
            _write_wrapped(sheet, row, between.join(value) or "-", cell)
    _head(book, sheet, len(totals) + 1, words)
    rows = [(name, told.left_out[key]) for key, name in names.items() if key in told.left_out]
    first = len(totals) + 2
    for row, (name, each) in enumerate(rows, first):
        sheet.write_string(row, 0, name, cell)
        _write_wrapped(sheet, row, _needs(each, spec, words), cell)
        counted = each.rows - each.missing - each.bad
        figures = (each.rows, counted, each.missing, each.bad, each.confidential)
        for column, figure in enumerate(figures, 2):
            sheet.write_number(row, column, figure, count)
    faint = book.format({"font_color": palette.MUTED_TEXT})
    for row, key in enumerate(("note", "by_date"), first + len(rows)):
        sheet.write_string(row, 0, words(f"report.quality.sheet.{key}"), faint)
    print_across(sheet, repeated=None)


def _write_wrapped(sheet: CheckedWorksheet, row: int, text: str, look: Format) -> None:
    """Write the text of a row that may take several lines, and let it have them."""
    (height,) = row_heights([Column("needs", text, _COLUMNS["needs"], wrap=True)], [[text]])
    if height is not None:
        sheet.set_row(row, height)
    sheet.write_string(row, 1, text, look)


def _head(book: Book, sheet: CheckedWorksheet, row: int, words: Words) -> None:
    head = book.format(HEADER)
    for column, (key, width) in enumerate(_COLUMNS.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(row, column, words(f"report.quality.sheet.{key}"), head)


def _needs(each: LeftOut, spec: Spec, words: Words) -> str:
    """Return the labels of the fields that a metric needs; of those that serve alike, all."""
    groups = []
    for group in each.needs:
        fields = (name.partition(".") for name in group)
        labels = (spec.tables[table].by_key[key].labels[words.language] for table, _, key in fields)
        groups.append(" / ".join(dict.fromkeys(labels)))
    return words("facts.and").join(groups)
