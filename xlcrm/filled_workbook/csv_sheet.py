"""A table that was exported as .csv: one sheet, every cell a text."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import cast

from xlcrm.filled_workbook.archive import Archive
from xlcrm.filled_workbook.sheet_xml import CELL_LIMIT
from xlcrm.filled_workbook.sheets import Grid, RawSheet, RawWorkbook
from xlcrm.filled_workbook.source import Rejected
from xlcrm.layout.marks import RUN_PROPERTY, read_marks
from xlcrm.records import MASTER_SLOTS
from xlcrm.text import escaped

_SEPARATORS = ",;\t"
_SAMPLE = 40  # rows by which the separator is told, and in which marks are looked for
_SAMPLE_SIZE = 200_000  # characters of it
_BEFORE_TEXT = b"\xef\xbb\xbf \t\r\n"
_MASTERS = frozenset(MASTER_SLOTS.values())


def is_text(data: bytes) -> bool:
    """Whether bytes may be a table of text, and no web page, PDF or other file."""
    start = data[:1024]
    head = start.lstrip(_BEFORE_TEXT)
    return bool(head) and b"\0" not in start and not head.startswith((b"<", b"%PDF", b"PK\3\4"))


def read_csv(data: bytes, name: str) -> RawWorkbook:
    """Read a table with commas, semicolons or tabs, in UTF-8 or GB18030; ``name`` is its sheet's.

    Rows and columns stand where a spreadsheet program shows them, blank lines too. A master's sheet
    is known by its marks, and given the property that a master has.

    Raises:
        Rejected: unreadable (truncated; encoding: neither; quotes: one that opens a cell closes
            nowhere, or closes within it), too-large (grid).
    """
    text = _decoded(data)
    separator = max(_SEPARATORS, key=lambda each: _fitness(text, each))
    rows: list[list[str]] = []
    width = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            rows.append(row)
            width = max(width, len(row))
            if len(rows) * width > CELL_LIMIT:
                raise Rejected("too-large", "grid")
    except csv.Error as error:
        raise Rejected("unreadable", "quotes") from error
    for row in rows:
        row.extend([""] * (width - len(row)))
    # The cast only widens the type of a cell: this list is nobody else's.
    sheet = RawSheet(escaped(name), False, {}, cast(Grid, rows))
    marks = (mark for row in rows[:_SAMPLE] for cell in row for mark in read_marks(cell))
    properties = {RUN_PROPERTY: ""} if any(mark.slot in _MASTERS for mark in marks) else {}
    nothing_else = Archive({})
    return RawWorkbook(None, False, {}, properties, False, [sheet], nothing_else)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.end == len(error.object) and not error.object[: error.start].isascii():
            # Good to its last character: read as GB18030 it would be nonsense without an error.
            raise Rejected("unreadable", "truncated") from error
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise Rejected("unreadable", "encoding") from error


def _fitness(text: str, separator: str) -> tuple[int, int]:
    """Return how many of the first rows agree on how many cells they have, and how many those are.

    A mark that only stands in texts stands there now and then.
    """
    widths: Counter[int] = Counter()
    reader = csv.reader(io.StringIO(text[:_SAMPLE_SIZE], newline=""), delimiter=separator)
    try:
        for row, _ in zip(reader, range(_SAMPLE), strict=False):
            widths[len(row)] += len(row) > 1
    except csv.Error:  # a cell beyond all measure: told where the whole is read
        return 0, 0
    width, rows = max(widths.items(), key=lambda each: (each[1], each[0]), default=(0, 0))
    return rows, width
