"""Which rows below a list's header are records: those that a person filled, but for totals, and
for notes and signatures below the data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from functools import cache
from itertools import chain
from typing import Literal, NamedTuple, cast

from xlcrm.filled_workbook.above import is_record
from xlcrm.filled_workbook.headers import ListHeader, is_ours
from xlcrm.filled_workbook.sheet_xml import Address
from xlcrm.filled_workbook.sheets import CellError, CellValue, RawSheet, UncachedFormula
from xlcrm.layout.lists import HEADER_ROW
from xlcrm.layout.marks import PREFIX
from xlcrm.records import MASTER_SLOTS
from xlcrm.spec.model import Field, Table
from xlcrm.spec.names import declared_words
from xlcrm.spec.types.base import ReadContext
from xlcrm.spec.types.codes import Id
from xlcrm.text import clean

_SENTENCE = 6  # characters from which a text alone in a row is more than an id mistyped
_FIRST_SERIAL = 10_000  # a smaller number in a date column is no day (before May 1927)
ANY_DAY = ReadContext(date(2000, 1, 1), date(2000, 1, 1))
Line = list[CellValue]
Kind = Literal["total", "note"]


class Aside(NamedTuple):
    """A row that is no record, by the cell that says so."""

    row: int
    column: int
    kind: Kind


class ListRows(NamedTuple):
    """The rows of a list by their number, and those among and below them that are no records."""

    records: dict[int, Line]
    asides: Sequence[Aside]


def list_rows(
    sheet: RawSheet, header: ListHeader, inputs: Mapping[str, int], odd: Set[int]
) -> ListRows:
    """Return the rows below a header in which a person filled an input cell, and records above it.

    ``inputs`` are columns by field key, ``odd`` those that hold formulas or errors.
    """
    first, every = header.row + 1, sheet.rows
    # Where the labels stand as in our blanks, what is above them is ours.
    ours = header.row <= HEADER_ROW and (not header.top or is_ours(every[header.top - 1]))
    moved = enumerate(every[sheet.top : header.top] if not ours else (), sheet.top)
    above = (each for each in moved if is_record(each[1], inputs, header.table))
    columns = [column for column in inputs.values() if column < sheet.width]
    formulas = sheet.formulas if odd & set(columns) else frozenset()
    below = enumerate(every[first:], first)
    if columns and not formulas and _are_filled(sheet.columns[columns[0]][first:]):
        rows = dict(chain(above, below))
    else:
        rows = dict(_filled(chain(above, below), columns, formulas))
    asides = [*_Telling(sheet, header.table, inputs, odd).asides(rows)][::-1]
    key = header.marked.get(MASTER_SLOTS["row_key"])
    if key is not None:  # of a master: what it knows by a key is a record, whatever it looks like
        asides = [each for each in asides if every[each.row][key] == ""]
    for each in asides:
        del rows[each.row]
    return ListRows(rows, asides)


def _are_filled(cells: Sequence[CellValue]) -> bool:
    """Whether a look at all cells of a column says that each says something, as of most first ones:
    ids stand there."""
    if "" in cells or {*map(type, cells)} != {str}:
        return False
    text = "".join(cast("Sequence[str]", cells))
    return text.isprintable() and text.isascii() and " " not in text and PREFIX not in text


def _filled(
    lines: Iterable[tuple[int, Line]], columns: Sequence[int], formulas: Set[Address]
) -> Iterator[tuple[int, Line]]:
    """Yield the rows in which a cell of some columns says something that is no formula's."""
    for number, row in lines:
        for column in columns:
            cell = row[column]
            if cell == "" or says_nothing(cell):
                continue
            if not formulas or (number, column) not in formulas:
                yield number, row
                break


def says_nothing(cell: CellValue) -> bool:
    """Whether a cell holds blanks alone, or a mark that was sorted below the labels."""
    if not isinstance(cell, str) or cell.isalnum():
        return False
    return not cell.strip() or cell.startswith(PREFIX)


class _Telling:
    """What tells a record from a total or a note: its id, its customer's id, or its date.

    A row that has one is never left out; a table without any of these has no such rows.
    """

    def __init__(
        self, sheet: RawSheet, table: Table, inputs: Mapping[str, int], odd: Set[int]
    ) -> None:
        self.sheet, self.odd = sheet, odd
        width = sheet.width
        self.fields = {
            column: table.by_key[key]
            for key, column in inputs.items()
            if (key == table.date or isinstance(table.by_key[key].type, Id)) and column < width
        }
        usual = [c for c, each in self.fields.items() if each.key == (table.date or table.id)]
        self.usual = next(iter(usual or self.fields), None)

    def asides(self, rows: dict[int, Line]) -> Iterator[Aside]:
        """Yield the rows that are no records, from the last one up."""
        usual = self.usual
        if usual is None:
            return
        sure: set[CellValue] = set()
        if usual not in self.odd:
            sure = {cell for cell in {row[usual] for row in rows.values()} if _looks_sure(cell)}
        unsure = [number for number, row in rows.items() if row[usual] not in sure]
        last = next((number for number in reversed(rows) if rows[number][usual] in sure), -1)
        for number in reversed(unsure):
            row = rows[number]
            keyed = self._is_keyed(number, row)
            aside = None if keyed else self._aside(number, row, below=number > last)
            if aside:
                yield aside
            else:
                last = max(last, number)

    def _is_keyed(self, number: int, row: Line) -> bool:
        return any(
            row[column] != "" and self._can_be(field, row[column])
            for column, field in self.fields.items()
            if column not in self.odd or (number, column) not in self.sheet.formulas
        )

    def _can_be(self, field: Field, cell: CellValue) -> bool:
        if isinstance(cell, CellError | UncachedFormula):
            return True  # nobody knows
        if isinstance(cell, float | int) and not isinstance(field.type, Id):
            return cell >= _FIRST_SERIAL
        return field.type.read(cell, ANY_DAY).value is not None

    def _aside(self, number: int, row: Line, *, below: bool) -> Aside | None:
        formulas = self.sheet.formulas
        filled = [
            column
            for column, cell in enumerate(row)
            if cell != "" and not says_nothing(cell) and (number, column) not in formulas
        ]
        column = next((each for each in filled if isinstance(row[each], str)), None)
        if column is None:
            return None
        text = clean(str(row[column])).casefold()
        if _total().fullmatch(text):
            return Aside(number, column, "total")
        alone = len(filled) == 1
        noted = below and column <= max(self.fields) and _note().fullmatch(text)
        across = alone and (number, column) in self._across
        if noted or across or (alone and below and self._is_sentence(column, text)):
            return Aside(number, column, "note")
        return None

    def _is_sentence(self, column: int, text: str) -> bool:
        """Whether a text is too long for what its column should hold, and not that."""
        field = self.fields.get(column)
        return bool(field) and len(text) >= _SENTENCE and not text.isascii()

    @property
    def _across(self) -> set[tuple[int, int]]:
        """The first cells of ranges that are merged over several columns: no record's is."""
        merged = self.sheet.merged
        return {(top, left) for top, left, _, right in merged if right > left}


def _looks_sure(cell: CellValue) -> bool:
    """Whether a cell is a date or looks like an id or a date: what nearly every row has."""
    if isinstance(cell, str):
        return cell[:1].isascii() and cell[-1:].isdigit() and ":" not in cell
    return isinstance(cell, date)


@cache
def _total() -> re.Pattern[str]:
    """A word of totals, what is counted before it, and its figure behind: 五月合计(元): 12."""
    return re.compile(rf"[\w ]{{0,8}}?(?:{_any('totals')})\s*(?:\([^)]*\))?\s*:?\s*[\d.,%]*\s*\w?")


@cache
def _note() -> re.Pattern[str]:
    """A word of notes and signatures by itself, or with what it says set apart: 备注:…"""
    return re.compile(rf"(?:{_any('notes')})(?:[:\s].*)?", re.DOTALL)


def _any(key: str) -> str:
    return "|".join(map(re.escape, sorted(declared_words()[key], key=len, reverse=True)))
