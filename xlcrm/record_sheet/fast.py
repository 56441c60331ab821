"""Rows of a record sheet as XML, made column by column: a seventh of xlsxwriter's time.

A cell's XML is made once a value and column, and joined to rows by calls that loop in C.
Short texts go to the shared strings until those are many, all others stand in their cells: what
repeats is stored once, and memory doesn't grow with the number of rows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from typing import BinaryIO, Final, TypeAlias

from xlsxwriter.utility import xl_col_to_name

from xlcrm.record_sheet.heights import row_heights
from xlcrm.record_sheet.hooks import CheckedWorkbook, CheckedWorksheet
from xlcrm.record_sheet.sheet import MAX_ROWS, Column, RecordSheet
from xlcrm.record_sheet.styles import ColumnStyles
from xlcrm.record_sheet.values import (
    EXACT_BELOW,
    Formula,
    Kind,
    Link,
    Settled,
    Toned,
    Variant,
    WriteFailed,
    are_plain,
    clean_text,
    content_of,
    day_serial,
    is_odd,
    moment_serial,
    settle,
)

_BLOCK = 1000
_SHARED_TEXTS = 20_000
_SHARED_LENGTH = 100
_SHARED_CELL = b' t="s">'

# Excel reads _x0041_ as A, so such text is escaped; openpyxl undoes that in shared texts alone.
_ESCAPE = re.compile("_x[0-9a-fA-F]{4}_")

# Cells remembered a column, that memory doesn't grow with the rows.
_REMEMBERED = 2_000
# Stands for the number of its row in a cell's XML, which can't hold it otherwise.
_ROW = "\0"

# The class of a column's usual values, whose cells are remembered: none of another class equals
# them. (Numbers are apart: 1, 1.0 and True are equal.)
_USUAL: Final[dict[Kind, type]] = {"text": str, "date": dt.date, "datetime": dt.datetime}

# The format number of a column's cells, by their variant and tone.
_StyleOf: TypeAlias = Callable[[int, Variant, str], int]


class SharedTexts:
    """The texts that a workbook's record sheets share, at most 20,000."""

    def __init__(self, workbook: CheckedWorkbook) -> None:
        self._workbook = workbook
        self._known: dict[str, int] = {}

    def cell(self, text: str) -> str:
        """The XML of a text's cell, from its type on."""
        known = self._known
        index = known.get(text)
        if index is None:
            if is_odd(text):
                return self._odd_cell(clean_text(text))
            if len(known) >= _SHARED_TEXTS or len(text) > _SHARED_LENGTH:
                return f' t="inlineStr"><is><t>{text}</t></is></c>'
            index = known[text] = self._workbook.shared_string(text)
        return f' t="s"><v>{index}</v></c>'

    def _odd_cell(self, text: str) -> str:
        stays = len(self._known) >= _SHARED_TEXTS or len(text) > _SHARED_LENGTH
        if stays and text not in self._known and not _ESCAPE.search(text):
            space = "" if text.strip() == text else ' xml:space="preserve"'
            return f' t="inlineStr"><is><t{space}>{escape(text, quote=False)}</t></is></c>'
        index = self._known[text] = self._workbook.shared_string(text)
        return f' t="s"><v>{index}</v></c>'

    def cells(self, texts: Sequence[str]) -> list[str]:
        """The same of several texts, which goes fast where none has to be escaped."""
        if not are_plain(texts):
            return [self.cell(text) for text in texts]
        known, share = self._known, self._workbook.shared_string
        for text in texts:
            if len(known) >= _SHARED_TEXTS:
                break
            if text not in known and len(text) <= _SHARED_LENGTH:
                known[text] = share(text)
        return [
            f' t="s"><v>{known[text]}</v></c>'
            if text in known
            else f' t="inlineStr"><is><t>{text}</t></is></c>'
            for text in texts
        ]

    def count(self, xml: bytes) -> None:
        """Count the cells in `xml` that name a shared text."""
        self._workbook.count_shared(xml.count(_SHARED_CELL))


class _Links:
    """The links of one sheet; `left_out` counts those beyond what a sheet holds."""

    def __init__(self, worksheet: CheckedWorksheet) -> None:
        self.left_out = 0
        self._worksheet = worksheet

    def add(self, row: int, col: int, link: Link) -> bool:
        """Make a cell a link; False where the sheet holds as many as Excel takes."""
        if self._worksheet.links_left <= 0:
            self.left_out += 1
            return False
        self._worksheet.add_link(row, col, link.text, link.target)
        return True


class _ColumnCells:
    """Makes the cells of one column, as a rule once a value."""

    def __init__(
        self, column: Column, index: int, style: _StyleOf, texts: SharedTexts, links: _Links
    ) -> None:
        self._kind = column.kind
        self._index = index
        self._style = style
        self._texts = texts
        self._links = links
        self._known: dict[object, bytes] = {None: b"", "": b""}
        self._open = f'<c r="{xl_col_to_name(index)}{_ROW}" s="'
        self._own = f'{self._open}{style(index, "own", "")}"'

    def of(self, values: Sequence[object], first_row: int) -> list[bytes]:
        """The cells of these values; `first_row`, from 0, is where the first one stands."""
        if len(self._known) > _REMEMBERED:
            self._known = {None: b"", "": b""}
        if self._kind == "link":
            return [self._linked(v, row) for row, v in enumerate(values, first_row)]
        if self._kind not in _USUAL:
            return [self._number(v) for v in values]
        known = self._known
        try:
            return list(map(known.__getitem__, values))
        except KeyError:
            self._learn(values)
            return [known[v] if v in known else self._cell(v) for v in values]

    def _learn(self, values: Sequence[object]) -> None:
        known, own, usual = self._known, self._own, _USUAL[self._kind]
        new = dict.fromkeys(values)  # in their order, that the same rows give the same bytes
        if usual is str:
            texts = [v for v in new if type(v) is str and v not in known]
            cells = [f"{own}{cell}".encode() for cell in self._texts.cells(texts)]
            known.update(zip(texts, cells, strict=True))
        else:
            known.update({v: self._cell(v) for v in new if v.__class__ is usual and v not in known})

    def _number(self, value: object) -> bytes:
        if type(value) is not int and (type(value) is not float or value.is_integer()):
            return self._cell(value)  # 4.0 and True equal numbers that are written otherwise
        if type(value) is int and self._kind != "formula" and abs(value) < EXACT_BELOW:
            return f"{self._own}><v>{value}</v></c>".encode()  # most are there once
        cell = self._known.get(value)
        if cell is None:
            cell = self._known[value] = self._cell(value)
        return cell

    def _cell(self, value: object) -> bytes:
        if value.__class__ is str and value and self._kind != "link":
            return f"{self._own}{self._texts.cell(value)}".encode()
        tone = value.tone if isinstance(value, Toned) else ""
        settled = settle(self._kind, content_of(value))
        if settled is None:
            style = self._style(self._index, "own", tone) if tone else 0
            return f'{self._open}{style}"/>'.encode() if tone else b""
        variant, content = settled
        style = self._style(self._index, variant, tone)
        return f'{self._open}{style}"{self._content(content)}'.encode()

    def _linked(self, value: object, row: int) -> bytes:
        """The cell of a value that may be a link, which is one of its place too."""
        settled = settle(self._kind, value)
        if settled is None or not isinstance(settled[1], Link):
            return self._cell(value)
        link = settled[1]
        variant: Variant = "own" if self._links.add(row, self._index, link) else "text"
        style = self._style(self._index, variant, "")
        return f'{self._open}{style}"{self._texts.cell(link.text)}'.encode()

    def _content(self, content: Settled) -> str:
        if isinstance(content, str):
            return self._texts.cell(content)
        if isinstance(content, bool):
            return f' t="b"><v>{content:d}</v></c>'
        if isinstance(content, dt.datetime):
            return f"><v>{moment_serial(content)!r}</v></c>"
        if isinstance(content, dt.date):
            return f"><v>{day_serial(content)}</v></c>"
        if isinstance(content, Formula):
            text = escape(content.text, quote=False).replace("{row}", _ROW)
            if content.error:
                return f' t="e"><f>{text}</f><v>{content.error}</v></c>'
            return f"><f>{text}</f></c>"
        return f"><v>{content!r}</v></c>"


class _SheetCells:
    """The cells of one sheet's columns."""

    def __init__(
        self, sheet: RecordSheet, style: _StyleOf, texts: SharedTexts, links: _Links
    ) -> None:
        self._sheet = sheet
        self._texts = texts
        self._columns = [
            _ColumnCells(column, index, style, texts, links)
            for index, column in enumerate(sheet.columns)
        ]

    def rows_xml(self, values: Sequence[Sequence[object]], first_row: int) -> bytes:
        """The `<row>` elements of some records, given by column; `first_row` counts from 0."""
        # Without customHeight: Excel fits the row anew when a cell in it is edited.
        starts = map(_row_start, row_heights(self._sheet.columns, values))
        cells = [
            column.of(each, first_row)
            for column, each in zip(self._columns, values, strict=True)
            if any(each) or each.count(None) < len(each)
        ]
        mark = _ROW.encode()
        rows = [
            b"".join(row).replace(mark, b"%d" % number)
            for number, row in enumerate(zip(starts, *cells, strict=True), first_row + 1)
        ]
        xml = b"</row>".join([*rows, b""])
        self._texts.count(xml)
        return xml


@cache
def _row_start(height: float | None) -> bytes:
    stated = "" if height is None else f' ht="{height}"'
    return f'<row r="{_ROW}"{stated}>'.encode()


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
    def style(index: int, variant: Variant, tone: str) -> int:
        return workbook.style_index(styles.get(index, variant, tone))

    links = _Links(worksheet)
    cells = _SheetCells(sheet, style, texts, links)
    row = first = sheet.first_row + 1
    for block in sheet.blocks(_BLOCK):
        count = len(block[0])
        if row + count > MAX_ROWS:
            raise WriteFailed(f"sheet {sheet.name}: more than {MAX_ROWS} rows")
        spool.write(cells.rows_xml(block, row))
        row += count
    worksheet.splice_rows(first, row - 1, len(sheet.columns) - 1, spool)
    return row - first, links.left_out
