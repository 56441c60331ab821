"""The agenda as a workbook: one list to filter and print, an item a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from xlcrm.agenda.items import OVERDUE, Item
from xlcrm.findings import Language
from xlcrm.layout.marks import PROPERTY, RUN_PROPERTY
from xlcrm.record_sheet import Book, CheckedWorksheet, Column, RecordSheet, Toned, book, holdable
from xlcrm.record_sheet import palette as colours
from xlcrm.sheet_words import Words, declared

KIND = "due"  # by which the file is known again, wherever it lies
_HEADER, _FROZEN, _COLUMNS = 3, 2, 8  # the labels stand below the title
_TITLE_HEIGHTS = (32, 18, 22)  # points
_TONES = {
    "due": {"bg_color": colours.INFO_FILL, "font_color": colours.INFO_TEXT},
    "overdue": {"bg_color": colours.ERROR_FILL, "font_color": colours.ERROR_TEXT},
    "revisit": {"bg_color": colours.WARNING_FILL, "font_color": colours.WARNING_TEXT},
    "birthday": {"bg_color": colours.POSITIVE_FILL, "font_color": colours.POSITIVE_TEXT},
    "anniversary": {"bg_color": colours.POSITIVE_FILL, "font_color": colours.POSITIVE_TEXT},
    "renewal": {"bg_color": colours.REVIEW_FILL, "font_color": colours.REVIEW_TEXT},
    "thanks": {"bg_color": colours.NEUTRAL_FILL, "font_color": colours.TEXT},
}
_MIDDLE = {"valign": "vcenter"}
_CENTRED = {**_MIDDLE, "align": "center"}
_RULE = {"bottom": 1, "border_color": colours.GRID}  # below each item
_FAINT = {**_MIDDLE, "font_color": colours.MUTED_TEXT}
_LATE = {"font_color": colours.ERROR_TEXT, "bold": True}


def write_agenda(
    path: Path | BinaryIO,
    items: Sequence[Item],
    language: Language,
    as_of: date,
    until: date,
    created: datetime,
) -> None:
    """Write items to ``path``, atomically; ``as_of`` to ``until`` are the days that it is for.

    Raises OSError where it can't be written.
    """
    words = Words(language)
    columns = _columns(words)
    rows = [_row(each, words, as_of) for each in items]
    sheet = RecordSheet(words("due.title"), columns, rows, _HEADER, _FROZEN)
    with book(path, created=created, properties={"title": words("due.title")}) as wb:
        wb.workbook.set_custom_property(PROPERTY, KIND)
        wb.workbook.set_custom_property(RUN_PROPERTY, as_of.isoformat())
        written = wb.add_record_sheet(sheet)
        span = words("due.span", day=as_of, until=until)
        _title(wb, written.worksheet, (words("due.title"), span, counts(items, words)))
        rule = {"type": "no_errors", "format": wb.format(_RULE)}
        last = max(written.first_row, written.last_row)
        written.worksheet.conditional_format(written.first_row, 0, last, _COLUMNS - 1, rule)
        written.set_up_pages()


def counts(items: Sequence[Item], words: Words) -> str:
    """Return how many items there are of each kind, in a line of words."""
    numbers = Counter(each.kind for each in items)
    told = (
        words("due.count", kind=words(f"due.kind.{kind}"), count=numbers[kind])
        for kind in declared("due.kind")
        if numbers[kind]
    )
    return words("due.between").join(told) or words("due.none")


def _columns(words: Words) -> list[Column]:
    return [
        Column("kind", words("due.kind_label"), 12, look=_CENTRED, tones=_TONES),
        Column("day", words("due.day"), 12, "date", look=_MIDDLE),
        Column("when", words("due.when_label"), 13, look=_CENTRED, tones={"late": _LATE}),
        Column("customer", words("due.customer"), 13, look=_MIDDLE),
        Column("name", words("due.name"), 34, wrap=True, look=_MIDDLE),
        Column("owner", words("due.owner"), 12, wrap=True, look=_MIDDLE),
        Column("what", words("due.what_label"), 54, wrap=True, look=_MIDDLE),
        Column("source", words("due.source"), 56, wrap=True, look=_FAINT),
    ]


def _row(item: Item, words: Words, as_of: date) -> tuple[object, ...]:
    when = item.when(as_of, words)
    return (
        Toned(words(f"due.kind.{item.kind}"), item.kind),
        item.day,
        Toned(when, "late") if item.kind == OVERDUE else when,
        item.customer if item.customer != item.name else None,
        item.name,
        item.owner,
        holdable(item.what[words.language]),
        holdable(item.place) or None,
    )


def _title(book: Book, worksheet: CheckedWorksheet, texts: Sequence[str]) -> None:
    """Write the title, the days and the counts above the list, in a band across it."""
    band: dict[str, object] = {"bg_color": colours.HEADER_FILL, "valign": "vcenter", "indent": 1}
    bold = {**band, "font_color": colours.HEADER_TEXT, "bold": True}
    looks = ({**bold, "font_size": 18}, bold, {**band, "font_color": colours.SECTION_FILL})
    for row, (text, look, height) in enumerate(zip(texts, looks, _TITLE_HEIGHTS, strict=True)):
        shown = book.format(look)
        worksheet.set_row(row, height)
        worksheet.write_string(row, 0, text, shown)
        for column in range(1, _COLUMNS):
            worksheet.write_blank(row, column, None, shown)
