"""Records of a list: a row each."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import date
from functools import cached_property
from heapq import nsmallest
from operator import itemgetter
from typing import Any, cast

from xlcrm.filled_workbook.cell_reader import TOO_LONG, CellReader, is_too_long
from xlcrm.filled_workbook.cells import (
    Noted,
    Surroundings,
    finding,
    header_finding,
    kept,
    problems_of,
    record_day,
    told,
    written,
)
from xlcrm.filled_workbook.headers import ListHeader
from xlcrm.filled_workbook.list_notes import ListNotes
from xlcrm.filled_workbook.list_rows import list_rows, says_nothing
from xlcrm.filled_workbook.merged import spread
from xlcrm.filled_workbook.sheets import CellError, CellValue, RawSheet, UncachedFormula
from xlcrm.findings import Finding
from xlcrm.records import Block, Column, Records, Value, column_letters
from xlcrm.spec.model import Field
from xlcrm.spec.types.base import Problem, ReadContext, Reading
from xlcrm.text import printable

_WHOLE_LABEL = 255  # of a column that is kept, which some program may have filled
_NEIGHBOURS = 3  # rows whose dates tell the year of one without: one may be wrong


def read_list(
    sheet: RawSheet, header: ListHeader, file: str, around: Surroundings
) -> tuple[Records, list[Finding]]:
    """Return the records of a list sheet, top to bottom, and what was wrong or interpreted."""
    reader = _ListReader(sheet, header, file, around)
    records = reader.records()
    return records, [*reader.notes(), *reader.findings(records)]


class _ListReader:
    def __init__(
        self, sheet: RawSheet, header: ListHeader, file: str, around: Surroundings
    ) -> None:
        table = header.table
        inputs = {
            key: column for key, column in header.columns.items() if table.by_key[key].is_input
        }
        self.header, self.table, self.inputs = header, table, inputs
        self.around = around
        self.noted: list[Noted] = []
        self.errors: list[Finding] = []
        extras = dict(self._extra_columns())
        columns = {*inputs.values(), *extras.values()}
        self._odd = sheet.odd_columns(header.row)
        self.sheet = _with_suspects(sheet, header.row, self._odd & columns)
        found, self.asides = list_rows(self.sheet, header, inputs, self._odd)
        self.rows, self.origins, self.merged = spread(self.sheet, found, columns)
        self.unnamed = list(self._unnamed_columns())
        extras |= {column_letters(column): column for column in self.unnamed}
        self.block = Block(file, sheet.name, table.key, inputs, extras=extras)
        self.numbers = list(self.rows)
        self.columns: dict[str, Column] = {}
        self.raw: dict[int, dict[str, str]] = defaultdict(dict)

    def records(self) -> Records:
        cells = list(zip(*self.rows.values(), strict=True))
        contexts = self._contexts()
        for key in self._reading_order():
            field, column = self.table.by_key[key], self.inputs[key]
            if self.rows and column < self.sheet.width and cells[column].count("") < len(cells[0]):
                self._read_column(field, column, cells[column], contexts)
            self._note_formulas(field, column)
        columns = {k: each for k, each in self.columns.items() if each.count(None) < len(each)}
        return Records(self.block, self.numbers, columns, dict(self.raw), self._extras())

    def _read_column(
        self, field: Field, column: int, cells: Sequence[CellValue], contexts: _Contexts
    ) -> None:
        """Read a column's cells, one a record. Most were met before, and nothing is to be said."""
        reader = CellReader(field.type, self.sheet, self.around.date1904)
        if reader.stands(cells):
            texts = cast("Sequence[str]", cells)
            self._keep(field.key, [text or None for text in texts] if "" in texts else [*texts])
            return
        plain, origins = reader.plain, self.origins
        values = list(map(plain.get, cells))
        for n in _unread(values, cells, plain):
            cell = cells[n]
            known = None if cell.__class__ is bool else plain.get(cell)
            if known is None:
                place = self.numbers[n], column
                if origins:
                    place = origins.get(place, place)
                reading = reader.read(place, cell, contexts)
                known = reading.value
                if known is None or reading.problems or reading.rest:
                    self._note(n, field, cell, reading)
            values[n] = known
        self._keep(field.key, values)

    def _keep(self, key: str, values: Column) -> None:
        """Keep a column, with what the words of other fields have given it."""
        given = self.columns.get(key)
        if given:
            own = zip(values, given, strict=True)
            values = [other if value is None else value for value, other in own]
        self.columns[key] = values

    def _note(self, n: int, field: Field, cell: CellValue, reading: Reading) -> None:
        """Note what is to be told of a cell; what it does not say goes to ``raw`` as written."""
        if reading.value is None and reading.problems:
            self.raw[n][field.key] = kept(cell)

        def give(key: str, value: Value) -> bool:
            column = self.columns.setdefault(key, [None] * len(self.numbers))
            blank = column[n] is None and key not in self.raw.get(n, ())
            if blank:
                column[n] = value
            return blank

        for problem in problems_of(reading, give):
            self.noted.append(Noted(n, field, field.key, cell, problem))

    def _extras(self) -> dict[int, dict[str, str]]:
        """Return the texts of columns that are no field's by their labels, by record."""
        extras: dict[int, dict[str, str]] = defaultdict(dict)
        for label, column in self.block.extras.items():
            for row, cell in self._cells(column):
                extras[self._number[row]][label] = kept(cell)
                if isinstance(cell, CellError | UncachedFormula):
                    self.errors.append(self._beside("error-value", label, (row, column), cell))
                elif is_too_long(cell):
                    words = {"detail": TOO_LONG}
                    self.errors.append(
                        self._beside("normalised", label, (row, column), cell, **words)
                    )
        return dict(sorted(extras.items()))

    def findings(self, records: Records) -> Iterator[Finding]:
        yield from (finding(noted, records[noted.number], self.table) for noted in self.noted)
        yield from self.errors

    def _beside(
        self, code: str, label: str, place: tuple[int, int], cell: CellValue, **words: str
    ) -> Finding:
        """Return a finding in a column that the table does not have."""
        words |= {"value": told(written(cell)), "label": label}
        return header_finding(code, self.block.sheet, self.block.file, self.table, place, **words)

    def _reading_order(self) -> list[str]:
        """Return the keys in the table's order: a field's own cell wins over words elsewhere."""
        return [key for key in self.table.reading_order if key in self.inputs]

    def _cells(self, column: int) -> list[tuple[int, CellValue]]:
        if column >= self.sheet.width:  # a name of ours may point beyond the last cell
            return []
        return [(number, cell) for number, row in self.rows.items() if (cell := row[column]) != ""]

    @cached_property
    def _number(self) -> Mapping[int, int]:
        """The number of each row's record."""
        return {row: n for n, row in enumerate(self.numbers)}

    def _contexts(self) -> _Contexts:
        anchor = self.inputs.get(self.table.date or "")
        return _Contexts(lambda: [] if anchor is None else self._cells(anchor), self.around)

    def _note_formulas(self, field: Field, column: int) -> None:
        for row, cell in self._cells(column) if column in self._odd else ():
            # That a formula fails is told already; and an error carried over is a formula itself.
            if (row, column) in self.sheet.formulas and not isinstance(cell, CellError):
                problem = Problem("formula-in-input")
                self.noted.append(Noted(self._number[row], field, field.key, cell, problem))

    def _extra_columns(self) -> Iterator[tuple[str, int]]:
        """Yield the columns that are no field's, by names of which no two are equal."""
        header = self.header
        yield from header.marked.items()
        taken = {*header.marked, *(header.labels[first] for first, _ in header.doubled)}
        doubled = {second: header.labels[second] for _, second in header.doubled}
        for column, label in {**header.others, **doubled}.items():
            name = whole = printable(label)[:_WHOLE_LABEL]
            n = 2
            while name in taken:
                name, n = f"{whole} {n}", n + 1
            taken.add(name)
            yield name, column

    def _unnamed_columns(self) -> Iterator[int]:
        """Yield the columns without a header in which people filled something beside a record."""
        header = self.header
        named = {*header.labels, *header.columns.values(), *header.marked.values()}
        named |= {*header.returned.values()}
        for column in sorted(set(range(self.sheet.width)) - named) if self.rows else ():
            formulas = self.sheet.formulas if column in self._odd else frozenset()
            cells = ((row, cell) for row, cell in self._cells(column) if not says_nothing(cell))
            if any((row, column) not in formulas for row, _ in cells):
                yield column

    def notes(self) -> Iterator[Finding]:
        """Yield what is to be said of the list; nothing of one in which nothing is filled."""
        if self.rows or self.asides:
            notes = ListNotes(self.sheet, self.header, self.block)
            yield from notes.of_header()
            yield from notes.of_columns(self.unnamed)
            yield from notes.of_rows(self.asides, self.merged)


def _unread(
    values: Sequence[Value | None], cells: Sequence[CellValue], plain: Mapping[Any, Value]
) -> Sequence[int]:
    """Return the numbers of cells of which ``plain`` has no value: to a dictionary True is 1."""
    if 0 in plain or 1 in plain:
        pairs = enumerate(zip(values, cells, strict=True))
        return [n for n, (v, c) in pairs if (v is None and c != "") or c.__class__ is bool]
    if None not in values:
        return ()
    pairs = enumerate(zip(values, cells, strict=True))
    return [n for n, (v, c) in pairs if v is None and c != ""]


class _Contexts:
    """What a cell of a row may depend on: the row's own date, else the dates of rows around it."""

    def __init__(
        self, cells: Callable[[], list[tuple[int, CellValue]]], around: Surroundings
    ) -> None:
        self._cells, self.around = cells, around

    @cached_property
    def cells(self) -> Mapping[int, CellValue]:
        """The cells of dates by row: few columns ask for them."""
        return dict(self._cells())

    def __call__(self, row: int) -> ReadContext:
        cell, date1904 = self.cells.get(row, ""), self.around.date1904
        day = record_day(cell, None, date1904)
        if day:
            return self.around.context(day, day)
        near = self._near(row)
        return self.around.context(record_day(cell, near, date1904), near)

    def _near(self, row: int) -> date | None:
        """Return a day amid those that the nearest rows state: a sheet may span years."""
        at = bisect_left(self._days, row, key=itemgetter(0))
        around = self._days[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]
        nearest = nsmallest(_NEIGHBOURS, around, key=lambda each: abs(each[0] - row))
        return self.around.near([day for _, day in nearest])

    @cached_property
    def _days(self) -> list[tuple[int, date]]:
        """The rows that state their date in full, with it."""
        days = (
            (row, record_day(cell, None, self.around.date1904)) for row, cell in self.cells.items()
        )
        return [(row, day) for row, day in days if day]


def _with_suspects(sheet: RawSheet, header: int, odd: Set[int]) -> RawSheet:
    """Return the sheet read the slow way where a cell that people fill asks for it.

    ``odd`` are those of their columns that hold formulas or errors: mostly none."""
    if odd and any(row > header and column in odd for row, column in sheet.suspects):
        return sheet.reread()
    return sheet
