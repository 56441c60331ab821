"""Sheets that hold no records: a person's own, by value, and what stood beside our tables."""

from __future__ import annotations

from collections.abc import Sequence

from xlcrm.findings import Language
from xlcrm.layout.marks import LEFTOVERS
from xlcrm.layout.pages import FreeSheet, Leftover
from xlcrm.privacy import mask
from xlcrm.record_sheet import Book, Column, RecordSheet
from xlcrm.sheet_words import Words
from xlcrm.template_workbook.cells import write_cell, write_note
from xlcrm.template_workbook.lists_sheet import mark_own_sheet

_WIDTHS = {"sheet": 26, "cell": 10, "content": 70}


def write_free_sheet(wb: Book, sheet: FreeSheet) -> None:
    """Write a person's own sheet: every cell at its place, in its size, with its number format."""
    written = wb.add_sheet(sheet.name)
    for column, width in sheet.widths.items():
        written.set_column(column, column, width)
    for row, height in sheet.heights.items():
        written.set_row(row, height)
    for box in sheet.merged:
        written.merge_range(*box, "")
    for place, content in sheet.cells.items():
        code = sheet.formats.get(place)
        write_cell(written, place, content, wb.format({"num_format": code}) if code else None)
    for place, note in sheet.notes.items():
        write_note(written, place, note)
    if sheet.hidden:
        written.hide()


def write_leftovers(wb: Book, name: str, leftovers: Sequence[Leftover], language: Language) -> None:
    """Write what stood on sheets of ours where nothing is filled, a line each."""
    words = Words(language)
    columns = [
        Column(key, words(f"blank.leftover.{key}"), width, wrap=key == "content")
        for key, width in _WIDTHS.items()
    ]
    rows = [(mask(each.sheet), each.cell, each.content) for each in leftovers]
    written = wb.add_record_sheet(RecordSheet(name, columns, rows))
    for row, each in enumerate(leftovers, written.first_row):
        if each.note:
            write_note(written.worksheet, (row, written.column("content")), each.note)
    labels = [column.label for column in columns]
    mark_own_sheet(wb, written.worksheet, LEFTOVERS, len(columns), labels)


def leftover_place(line: int) -> tuple[int, int]:
    """Return the zero-based cell in which the content of a line of leftovers stands."""
    return 1 + line, list(_WIDTHS).index("content")
