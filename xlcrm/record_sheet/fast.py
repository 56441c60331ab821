"""Rows of a record sheet as XML, made column by column: a fifth of xlsxwriter's time.

Short texts go to the shared strings until those are many, all others stand in their cells: what
repeats is stored once, and memory doesn't grow with the number of rows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html import escape
from itertools import islice
from math import isfinite
from typing import BinaryIO, TypeAlias

from xlsxwriter.utility import xl_col_to_name

from xlcrm.record_sheet.heights import row_heights
from xlcrm.record_sheet.hooks import CheckedWorkbook, CheckedWorksheet
from xlcrm.record_sheet.sheet import MAX_ROWS, Column, RecordSheet
from xlcrm.record_sheet.styles import ColumnStyles
from xlcrm.record_sheet.values import (
    DAY_ZERO,
    EXACT_BELOW,
    FIRST_DATE,
    MAX_TEXT,
    Link,
    Settled,
    Variant,
    WriteFailed,
    clean_text,
    day_serial,
    moment_serial,
    settle,
)

_BLOCK = 1000
_SHARED_TEXTS = 20_000
_SHARED_LENGTH = 100
_SHARED_CELL = b' t="s">'

# Excel reads _x0041_ as A, so such text is escaped; openpyxl undoes that in shared texts alone.
_ESCAPE = re.compile("_x[0-9a-fA-F]{4}_")

# What may have to be replaced or escaped, in one look.
_SPECIAL = re.compile("[\x00-\x1f&<>\ud800-\udfff\ufffe\uffff]|_x")

_FIRST_DAY = FIRST_DATE.toordinal()
_FIRST_MOMENT = dt.datetime(FIRST_DATE.year, FIRST_DATE.month, FIRST_DATE.day)


# The format number of a column's cells, by their variant.
_StyleOf: TypeAlias = Callable[[int, Variant], int]


class SharedTexts:
    """The texts that a workbook's record sheets share, at most 20,000."""

    def __init__(self, workbook: CheckedWorkbook) -> None:
        self._workbook = workbook
        self.known: dict[object, int] = {}

    def add(self, text: str) -> int | None:
        """The number of a text, or None where it is to stand in its cell."""
        index = self.known.get(text)
        if index is not None:
            return index
        stays = len(self.known) >= _SHARED_TEXTS or len(text) > _SHARED_LENGTH
        if stays and not ("_x" in text and _ESCAPE.search(text)):
            return None
        index = self._workbook.shared_string(text)
        self.known[text] = index
        return index

    def is_inline(self, text: str) -> bool:
        """Whether a text stands in its cell just as it is."""
        return (
            (len(self.known) >= _SHARED_TEXTS or len(text) > _SHARED_LENGTH)
            and len(text) <= MAX_TEXT // 2
            and not _SPECIAL.search(text)
            and text.strip() == text
        )

    def count(self, xml: bytes) -> None:
        """Count the cells in `xml` that name a shared text."""
        self._workbook.count_shared(xml.count(_SHARED_CELL))


class _ColumnCells:
    """Makes the cells of one column; `cells` takes values and their row numbers as text."""

    def __init__(self, column: Column, index: int, style: _StyleOf, sheet: _SheetCells) -> None:
        self._column = column
        self._index = index
        self._style = style
        self._sheet = sheet
        self._open = f'<c r="{xl_col_to_name(index)}'
        self._own = f'" s="{style(index, "own")}"'
        by_kind = {"text": self._texts, "date": self._dates, "datetime": self._moments}
        by_kind |= dict.fromkeys(("number", "percent"), self._numbers)
        by_kind |= {"integer": self._integers, "link": self._others}
        self.cells = by_kind[column.kind]

    # One comprehension a kind: the usual value is written in place, any other by `_other`.

    def _texts(self, values: Sequence[object], rows: Sequence[str]) -> list[str]:
        start, middle, other = self._open, f'{self._own} t="s"><v>', self._other_text
        known = self._sheet.texts.known.get
        return [
            ""
            if v is None
            else f"{start}{n}{middle}{index}</v></c>"
            if (index := known(v)) is not None
            else other(v, n)
            for v, n in zip(values, rows, strict=True)
        ]

    def _dates(self, values: Sequence[object], rows: Sequence[str]) -> list[str]:
        start, middle, other = self._open, f"{self._own}><v>", self._other
        zero, first = DAY_ZERO, _FIRST_DAY
        return [
            ""
            if v is None
            else f"{start}{n}{middle}{day - zero}</v></c>"
            if v.__class__ is dt.date and (day := v.toordinal()) >= first
            else other(v, n)
            for v, n in zip(values, rows, strict=True)
        ]

    def _moments(self, values: Sequence[object], rows: Sequence[str]) -> list[str]:
        start, middle, other = self._open, f"{self._own}><v>", self._other
        return [
            ""
            if v is None
            else f"{start}{n}{middle}{moment_serial(v)!r}</v></c>"
            if v.__class__ is dt.datetime and v.tzinfo is None and v >= _FIRST_MOMENT
            else other(v, n)
            for v, n in zip(values, rows, strict=True)
        ]

    def _integers(self, values: Sequence[object], rows: Sequence[str]) -> list[str]:
        start, middle, other = self._open, f"{self._own}><v>", self._other
        return [
            ""
            if v is None
            else f"{start}{n}{middle}{v}</v></c>"
            if v.__class__ is int and -EXACT_BELOW < v < EXACT_BELOW
            else other(v, n)
            for v, n in zip(values, rows, strict=True)
        ]

    def _numbers(self, values: Sequence[object], rows: Sequence[str]) -> list[str]:
        start, middle, other = self._open, f"{self._own}><v>", self._other
        return [
            ""
            if v is None
            else f"{start}{n}{middle}{v!r}</v></c>"
            if v.__class__ is float and isfinite(v)
            else other(v, n)
            for v, n in zip(values, rows, strict=True)
        ]

    def _others(self, values: Sequence[object], rows: Sequence[str]) -> list[str]:
        return [self._other(v, n) for v, n in zip(values, rows, strict=True)]

    def _other_text(self, value: object, row: str) -> str:
        if value.__class__ is not str or not value:
            return self._other(value, row)
        if self._sheet.texts.is_inline(value):
            return f'{self._open}{row}{self._own} t="inlineStr"><is><t>{value}</t></is></c>'
        return f"{self._open}{row}{self._own}{self._text(clean_text(value))}"

    def _other(self, value: object, row: str) -> str:
        settled = settle(self._column.kind, value)
        if settled is None:
            return ""
        variant, content = settled
        if isinstance(content, Link):
            if not self._sheet.link(int(row) - 1, self._index, content):
                variant = "text"
            content = content.text
        start = f'{self._open}{row}" s="{self._style(self._index, variant)}"'
        return start + self._content(content)

    def _content(self, content: Settled) -> str:
        if isinstance(content, str):
            return self._text(content)
        if isinstance(content, bool):
            return f' t="b"><v>{content:d}</v></c>'
        if isinstance(content, dt.datetime):
            return f"><v>{moment_serial(content)!r}</v></c>"
        if isinstance(content, dt.date):
            return f"><v>{day_serial(content)}</v></c>"
        return f"><v>{content!r}</v></c>"

    def _text(self, text: str) -> str:
        index = self._sheet.texts.add(text)
        if index is not None:
            return f' t="s"><v>{index}</v></c>'
        space = "" if text.strip() == text else ' xml:space="preserve"'
        return f' t="inlineStr"><is><t{space}>{escape(text, quote=False)}</t></is></c>'


class _SheetCells:
    """The columns of one sheet, their shared texts and links."""

    def __init__(
        self,
        worksheet: CheckedWorksheet,
        sheet: RecordSheet,
        style: _StyleOf,
        texts: SharedTexts,
    ) -> None:
        self.texts = texts
        self.unlinked = 0
        self._worksheet = worksheet
        self._sheet = sheet
        self._columns = [
            _ColumnCells(column, index, style, self) for index, column in enumerate(sheet.columns)
        ]

    def link(self, row: int, col: int, link: Link) -> bool:
        """Make a cell a link; False where the sheet holds as many as Excel takes."""
        if self._worksheet.links_left <= 0:
            self.unlinked += 1
            return False
        self._worksheet.add_link(row, col, link.text, link.target)
        return True

    def rows_xml(self, block: Sequence[Sequence[object]], first_row: int) -> bytes:
        """The `<row>` elements of some records; `first_row` counts from 0."""
        numbers = [str(number) for number in range(first_row + 1, first_row + len(block) + 1)]
        by_column = list(zip(*block, strict=True))
        cells = [
            column.cells(values, numbers)
            for column, values in zip(self._columns, by_column, strict=True)
        ]
        heights = row_heights(self._sheet.columns, block)
        # Without customHeight: Excel fits the row anew when a cell in it is edited.
        starts = [
            f'<row r="{number}">' if height is None else f'<row r="{number}" ht="{height}">'
            for number, height in zip(numbers, heights, strict=True)
        ]
        ends = ["</row>"] * len(block)
        rows = ["".join(row) for row in zip(starts, *cells, ends, strict=True)]
        xml = "".join(rows).encode()
        self.texts.count(xml)
        return xml


def write_rows(
    workbook: CheckedWorkbook,
    worksheet: CheckedWorksheet,
    sheet: RecordSheet,
    styles: ColumnStyles,
    texts: SharedTexts,
    spool: BinaryIO,
) -> tuple[int, int]:
    """Write the records as XML to `spool`, to be spliced in; returns (rows, links left out).

    Raises ValueError for a row that is not as long as the columns, WriteFailed for more rows
    than a sheet holds, and what `settle` raises.
    """

    @cache
    def style(index: int, variant: Variant) -> int:
        return workbook.style_index(styles.get(index, variant))

    cells = _SheetCells(worksheet, sheet, style, texts)
    row = first = sheet.first_row + 1
    for block in _blocks(sheet):
        if row + len(block) > MAX_ROWS:
            raise WriteFailed(f"sheet {sheet.name}: more than {MAX_ROWS} rows")
        spool.write(cells.rows_xml(block, row))
        row += len(block)
    worksheet.splice_rows(first, row - 1, len(sheet.columns) - 1, spool)
    return row - first, cells.unlinked


def _blocks(sheet: RecordSheet) -> Iterator[list[Sequence[object]]]:
    rows = iter(sheet.rows)
    while block := list(islice(rows, _BLOCK)):
        yield block
