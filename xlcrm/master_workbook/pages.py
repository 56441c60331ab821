"""Where a row of the master stands. A list of more rows than an Excel sheet holds goes on over
sheets of the same columns, named ``… (2)``, ``… (3)``, as Excel names copies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import NamedTuple

from xlcrm.record_sheet import RecordSheet, safe_sheet_name
from xlcrm.record_sheet.sheet import MAX_ROWS

HEADER_ROW = 1  # below the hidden row of marks
PAGE_ROWS = MAX_ROWS - HEADER_ROW - 1


class Place(NamedTuple):
    """A sheet, and a row on it, from 0."""

    sheet: str
    row: int


def place(name: str, number: int) -> Place:
    """Return where the row of this number, from 0, of the list ``name`` stands."""
    page, row = divmod(number, PAGE_ROWS)
    return Place(page_name(name, page), HEADER_ROW + 1 + row)


@cache
def page_name(name: str, page: int) -> str:
    """Return the name of a list's sheet of this number, from 0."""
    return safe_sheet_name(name, [page_name(name, each) for each in range(page)])


def further_pages(name: str, rows: int) -> list[str]:
    """Return the names of the sheets over which a list of so many rows goes on."""
    return [page_name(name, page) for page in range(1, -(-rows // PAGE_ROWS))]


def pages(sheet: RecordSheet, rows: int) -> Iterator[tuple[int, RecordSheet]]:
    """Yield a list of so many rows as sheets, each with the number of its first row; what reads the
    rows of one has to be done before the next is asked for."""
    if rows <= PAGE_ROWS:
        yield 0, sheet
        return
    left = iter(sheet.rows)
    for page, start in enumerate(range(0, rows, PAGE_ROWS)):
        yield start, replace(sheet, name=page_name(sheet.name, page), rows=islice(left, PAGE_ROWS))
