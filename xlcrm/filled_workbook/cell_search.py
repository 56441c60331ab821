"""A sheet's cells by a search through its bytes, all at once, as the usual programs write them.

It takes a quarter of the time that a reader of XML takes, as hardly anything is done for one cell.
What is written in any other way than the one that is looked for here, a single byte of it, is found
to be so and left to the reader; and what a value's text means, the reader alone says.

NumPy takes as long to load as a dozen workbooks to read: `grids` knows when that is worth it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import fields
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from xlcrm.filled_workbook.guards import room
from xlcrm.filled_workbook.package import is_xml, kept
from xlcrm.filled_workbook.row_search import FoundRows, Unusual, expect, find_in_rows
from xlcrm.filled_workbook.sheet_xml import CELL_LIMIT
from xlcrm.values import dataclass

if TYPE_CHECKING:
    import numpy.typing as npt

    _Bytes: TypeAlias = npt.NDArray[np.uint8]
    _Numbers: TypeAlias = npt.NDArray[np.int64]
    _Words: TypeAlias = npt.NDArray[np.uint64]
    _Flags: TypeAlias = npt.NDArray[np.bool_]

_OPEN, _CLOSE = b"<sheetData>", b"</sheetData>"
_PIECE = 512 * 1024  # bytes that are looked through at a time: they and what is found stay near
_CORNER = rb"[A-Z]{1,3}[1-9][0-9]{0,6}"
# What else calamine reads: a sheet's size as it is stated, and its merged ranges.
_RANGES = re.compile(rb'<(?:dimension|mergeCell) ref="%b(?::%b)?"/>' % (_CORNER, _CORNER))


@dataclass(frozen=True, slots=True)
class FoundCells:
    """A sheet's cells that hold something, in the order of reading.

    `places` count cells from A1 on, row by row, each row ``width`` wide. Those of shared texts have
    the texts' numbers, all others what stands in their XML from the attribute after the reference
    to the end of the value: ` s="3"><v>45357`. ``formulas`` are zero-based rows and columns.
    """

    height: int
    width: int
    text_places: _Numbers
    texts: _Numbers
    places: _Numbers
    contents: Sequence[bytes]
    formulas: tuple[_Numbers, _Numbers]

    @property
    def text_count(self) -> int:
        """How many shared texts the workbook must have, at least."""
        return int(self.texts.max()) + 1 if len(self.texts) else 0

    def formula_columns(self, below: int) -> Set[int]:
        """Return the zero-based columns in which formulas stand under a row."""
        rows, columns = self.formulas
        return set(np.unique(columns[rows > below]).tolist())

    def grid(self, texts: Sequence[str], values: Sequence[Any]) -> list[list[Any]]:
        """Return the rows from A1 on, an empty cell being `''`, from the workbook's shared texts
        and the values of ``contents``."""
        cells = np.full(self.height * self.width, "", object)
        cells[self.places] = _objects(values)
        cells[self.text_places] = _objects(texts)[self.texts]
        rows: list[list[Any]] = cells.reshape(self.height, self.width).tolist()
        return rows


def find_cells(sheets: Sequence[bytes]) -> list[FoundCells | None]:
    """Return the cells of a workbook's worksheets; None of one that only the reader can read: one
    written in an unusual way, with errors, or larger than may be read."""
    rows: dict[int, list[bytes]] = {}
    for n, xml in enumerate(sheets):
        with suppress(Unusual):
            rows[n] = list(_rows(xml))
    try:
        found = _search(rows)
    except Unusual:
        found = {}
        for n in rows if len(rows) > 1 else ():  # which one it was
            with suppress(Unusual):
                found |= _search({n: rows[n]})
    return [found.get(n) for n in range(len(sheets))]


def _search(rows: Mapping[int, Sequence[bytes]]) -> dict[int, FoundCells | None]:
    """Return the cells of sheets by their numbers, of which all rows are given, some at a time."""
    bodies = [(n, body) for n, each in rows.items() for body in each]
    if not bodies:
        return {}
    found = _joined([find_in_rows(each) for each in _batches(bodies)])
    cells, others = (
        dict(zip(rows, np.searchsorted(each, [[n, n + 1] for n in rows]).tolist(), strict=True))
        for each in (found.sheets, found.formula_sheets)
    )
    texts_before = np.concatenate([[0], np.cumsum(found.is_text)])
    made = {}
    for n, (start, end) in cells.items():
        first, last = texts_before[[start, end]].tolist()
        formulas = slice(*others[n])
        made[n] = _cells(
            found.rows[start:end],
            found.columns[start:end],
            found.is_text[start:end],
            found.texts[first:last],
            found.contents[start - first : end - last],
            (found.formula_rows[formulas], found.formula_columns[formulas]),
        )
    return made


def _joined(pieces: Sequence[FoundRows]) -> FoundRows:
    if len(pieces) == 1:
        return pieces[0]
    columns: dict[str, Any] = {
        each.name: [getattr(piece, each.name) for piece in pieces] for each in fields(FoundRows)
    }
    contents = list(chain.from_iterable(columns.pop("contents")))
    return FoundRows(contents=contents, **{k: np.concatenate(each) for k, each in columns.items()})


def _cells(
    rows: _Numbers,
    columns: _Numbers,
    is_text: _Flags,
    texts: _Numbers,
    contents: Sequence[bytes],
    formulas: tuple[_Numbers, _Numbers],
) -> FoundCells | None:
    """Return a sheet's cells; None where they don't follow one another or are too many."""
    height, width = (int(each.max()) + 1 if len(each) else 0 for each in (rows, columns))
    places = rows * width + columns
    if height * width > CELL_LIMIT * room() or (places[1:] <= places[:-1]).any():
        return None
    text_places, others = places[is_text], places[~is_text]
    return FoundCells(height, width, text_places, texts, others, contents, formulas)


def _batches(bodies: Sequence[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    """What is looked through at a time, as the numbers of sheets and some of their rows."""
    batch: list[tuple[int, bytes]] = []
    size = 0
    for n, body in bodies:
        if batch and size + len(body) > _PIECE:
            yield batch
            batch, size = [], 0
        batch.append((n, body))
        size += len(body)
    if batch:
        yield batch


def _objects(values: Sequence[Any]) -> npt.NDArray[np.object_]:
    made = np.empty(len(values), object)
    made[:] = values
    return made


def _rows(xml: bytes) -> Iterator[bytes]:
    """The rows of a sheet, some at a time."""
    at, end = xml.find(_OPEN) + len(_OPEN), xml.rfind(_CLOSE)
    expect(len(_OPEN) <= at <= end)
    head, tail = xml[:at], xml[end:]
    expect(_is_usual_head(head) and _is_usual_tail(tail))
    try:
        expect(xml.isascii() or xml.decode())
    except UnicodeDecodeError as error:
        raise Unusual from error
    while at < end:
        stop = end if end - at <= _PIECE else xml.rfind(b"<row ", at + 1, at + _PIECE)
        expect(stop > at and xml.startswith(b"<row ", at))
        yield xml[at:stop]
        at = stop


@kept
def _is_usual_head(head: bytes) -> bool:
    """Whether what stands before a sheet's rows can hide none of them, and says nothing else that
    calamine reads."""
    return _is_usual(head) and is_xml(b"%b%b</worksheet>" % (head, _CLOSE))


@kept
def _is_usual_tail(tail: bytes) -> bool:
    """The same of what stands behind them."""
    return _is_usual(tail) and is_xml(b"<worksheet>%b%b" % (_OPEN, tail))


def _is_usual(part: bytes) -> bool:
    ranges = part.count(b"<dimension") + part.count(b"<mergeCell ")
    is_plain = part.count(b"sheetData") == 1 and b"<!" not in part
    return is_plain and len(_RANGES.findall(part)) == ranges
