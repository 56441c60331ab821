"""Ledger records with what every kind of fact asks of them: their day, their time, their order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Protocol, cast

from xlcrm.customers import ID, NAME
from xlcrm.facts.tables import Span
from xlcrm.record_columns import column_of
from xlcrm.records import LedgerRecord, Value, Values
from xlcrm.spec.model import Spec, Table
from xlcrm.timelines import id_order
from xlcrm.values import dataclass

Pair = tuple[str, str]  # a customer and a day (ISO)
Said = tuple[str | None, str | None, Value]  # by a record of a customer, on a day (ISO)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MANY = 10_000  # different days, at most, of which it is kept how they are written


@dataclass(slots=True)
class Line:
    """A record, the ``place``-th in source order.

    ``day``, ``start`` and ``end`` are ISO; the times are None where only the day is known.
    """

    record: LedgerRecord
    table: Table
    place: int
    day: str | None = None
    start: str | None = None
    end: str | None = None
    _rank: str = ""

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def customer(self) -> str | None:
        return self.record.customer

    @property
    def owner(self) -> str | None:
        return self.record.owner or None

    @property
    def values(self) -> Mapping[str, Value]:
        return self.record.values

    @property
    def rank(self) -> str:
        """What orders lines of one day: by record id, then source row."""
        if not self._rank:
            order = id_order(self.record.values.get(self.table.id or ""))
            self._rank = f"{order}\0{self.place:09}"  # which sorts in a third of a tuple's time
        return self._rank

    def text(self, key: str) -> str | None:
        """Return a field as text; None where it is blank or was not understood."""
        value = self.record.values.get(key)
        if value is None or isinstance(value, str):
            return value or None
        field = self.table.by_key.get(key)
        return (field.type.text(value) if field else str(value)) or None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the values of a field that holds several."""
        return texts_in(self.record.values.get(key))


class Mentions(Protocol):
    """What tables other than the customer base say of a customer: the first day (ISO) that any row
    has, the first name, and whether a row has its key as an id."""

    @property
    def first_dated(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def is_typed_id(self) -> bool: ...


class Told(Protocol):
    """What figures ask of a ledger's records, wherever these are kept. Lines, and whatever else
    comes of records, are in source order."""

    @property
    def spec(self) -> Spec: ...

    def between(self, span: Span | None) -> list[Line]:
        """Return the lines dated in a span of days, from the first of its talks on; all without."""

    def on(self, pairs: Collection[Pair]) -> list[Line]:
        """Return the lines of some customers, each on days of its own."""

    def of_tables(self, tables: Iterable[str]) -> Mapping[str, Sequence[Line]]:
        """Return the lines of some tables, each in source order, the tables as named."""

    def screened(
        self, tables: Iterable[str], asked: Sequence[str], test: Callable[[Values], bool]
    ) -> list[Line]:
        """Return the lines of some tables that pass a test, which looks at the fields ``asked``
        alone."""

    def said(self, key: str, tables: Collection[str]) -> Iterator[Said]:
        """Yield customer, day (ISO) and value of each record of some tables that has a field."""

    def talked(self, tables: Collection[str]) -> dict[str, list[str]]:
        """Return the days (ISO) that records of some tables have, by customer, each once, in their
        order."""

    def mentioned(self, base: str) -> Mapping[str, Mentions]:
        """Return what all tables but ``base`` say of customers, by key, as they are first named."""

    def of_period(self, first: date, last: date) -> Sequence[LedgerRecord]:
        """Return the records dated from ``first`` to ``last``, and those of tables without days."""


@dataclass(frozen=True)
class History:
    """The ledger's records in source order. Lines are made of those that are asked for alone."""

    records: Sequence[LedgerRecord]
    spec: Spec
    _lines: dict[int, Line] = field(default_factory=dict)
    _columns: dict[str, list[Value | None]] = field(default_factory=dict)

    @cached_property
    def days(self) -> list[str | None]:
        """The day (ISO) of each record."""
        dates = {key: table.date or "" for key, table in self.spec.tables.items()}
        return [day_of(record.values.get(dates[record.table])) for record in self.records]

    @cached_property
    def by_id(self) -> Mapping[str, LedgerRecord]:
        """The records by their ids."""
        return {record.id: record for record in self.records}

    @cached_property
    def _places(self) -> Mapping[str, list[int]]:
        places: dict[str, list[int]] = {key: [] for key in self.spec.tables}
        for place, record in enumerate(self.records):
            places[record.table].append(place)
        return places

    def places(self, table: str) -> Sequence[int]:
        """Return the places of the records of a table."""
        return self._places.get(table, ())

    def line(self, place: int) -> Line:
        """Return the line at a place."""
        line = self._lines.get(place)
        if line is None:
            record = self.records[place]
            table, day = self.spec.tables[record.table], self.days[place]
            line = self._lines[place] = line_of(record, table, place, day)
        return line

    def lines(self, places: Iterable[int]) -> list[Line]:
        """Return the lines at some places."""
        return [self.line(place) for place in places]

    def between(self, span: Span | None) -> list[Line]:
        """Return the lines dated in a span of days, from the first of its talks on; all without."""
        if span is None:
            return self.lines(range(len(self.records)))
        first, last, days = span.talks_from.isoformat(), span.last.isoformat(), enumerate(self.days)
        return self.lines(place for place, day in days if day and first <= day <= last)

    def on(self, pairs: Collection[Pair]) -> list[Line]:
        """Return the lines of some customers, each on days of its own."""
        wanted, records = {day for _, day in pairs}, self.records
        dated = [(place, day) for place, day in enumerate(self.days) if day in wanted]
        return self.lines(n for n, day in dated if (records[n].customer, day) in pairs)

    def of_tables(self, tables: Iterable[str]) -> dict[str, list[Line]]:
        """Return the lines of some tables, each in source order, the tables as named."""
        return {key: self.lines(self.places(key)) for key in tables}

    def screened(
        self, tables: Iterable[str], asked: Sequence[str], test: Callable[[Values], bool]
    ) -> list[Line]:
        """Return the lines of some tables that pass a test of their values."""
        places = sorted(place for key in tables for place in self.places(key))
        rows = list(zip(*map(self.column, asked), strict=True))
        passes = _once_a_row(asked, test)
        return self.lines(place for place in places if passes(rows[place]))

    def said(self, key: str, tables: Collection[str]) -> Iterator[Said]:
        """Yield customer, day (ISO) and value of each record of some tables that has a field."""
        for record, day, value in zip(self.records, self.days, self.column(key), strict=True):
            if value is not None and record.table in tables:
                yield record.customer, day, value

    def talked(self, tables: Collection[str]) -> dict[str, list[str]]:
        """Return the days that records of some tables have, by customer."""
        days: dict[str, set[str]] = defaultdict(set)
        for record, day in zip(self.records, self.days, strict=True):
            if day and record.customer and record.table in tables:
                days[record.customer].add(day)
        return {customer: sorted(each) for customer, each in days.items()}

    def mentioned(self, base: str) -> Mapping[str, Mentions]:
        """Return what all tables but ``base`` say of customers, by key, as they are first named."""
        found: dict[str, _Mentions] = {}
        for place, record in enumerate(self.records):
            key = record.customer
            if key and record.table != base:
                if key not in found:
                    found[key] = _Mentions(key, self)
                found[key].places.append(place)
        return found

    def of_period(self, first: date, last: date) -> Sequence[LedgerRecord]:
        """Return the records dated from ``first`` to ``last``, and those of tables without days."""
        start, end = first.isoformat(), last.isoformat()
        dayless = {key for key, table in self.spec.tables.items() if table.date is None}
        return [
            record
            for record, day in zip(self.records, self.days, strict=True)
            if (start <= day <= end if day else record.table in dayless)
        ]

    def column(self, key: str) -> list[Value | None]:
        """Return a field of each record, None where it has none."""
        if key not in self._columns:
            self._columns[key] = column_of(self.records, key)
        return self._columns[key]

    def holding(self, key: str) -> list[int]:
        """Return the places of the records that have a field."""
        return [place for place, value in enumerate(self.column(key)) if value is not None]


@dataclass(slots=True)
class _Mentions:
    """The records of a customer that are not of the customer base, looked at where it is asked."""

    key: str
    history: History
    places: list[int] = field(default_factory=list)

    @property
    def first_dated(self) -> str | None:
        return min(filter(None, map(self.history.days.__getitem__, self.places)), default=None)

    @property
    def name(self) -> str | None:
        lines = map(self.history.line, self.places)
        return next(filter(None, (line.text(NAME) for line in lines)), None)

    @property
    def is_typed_id(self) -> bool:
        records = (self.history.records[place] for place in self.places)
        return any(record.values.get(ID) == self.key for record in records)


def _once_a_row(
    keys: Sequence[str], test: Callable[[Values], bool]
) -> Callable[[tuple[Value | None, ...]], bool]:
    """Return a test of values in the order of ``keys``, which asks once of those that repeat: of
    many records' days and moments nearly all do."""
    known: dict[tuple[Value | None, ...], bool] = {}

    def passes(row: tuple[Value | None, ...]) -> bool:
        values = {key: value for key, value in zip(keys, row, strict=True) if value is not None}
        return test(values)

    def passes_once(row: tuple[Value | None, ...]) -> bool:
        try:
            return known[row]
        except KeyError:
            return known.setdefault(row, passes(row))
        except TypeError:  # words and a day are no key
            return passes(row)

    return passes_once


def by_table(lines: Iterable[Line], tables: Iterable[str]) -> dict[str, list[Line]]:
    """Return the lines of some tables, each in source order, the tables as named."""
    wanted: dict[str, list[Line]] = {key: [] for key in tables}
    for line in lines:
        if line.record.table in wanted:
            wanted[line.record.table].append(line)
    return wanted


def texts_of(lines: Sequence[Line], keys: Iterable[str]) -> Iterator[list[str | None]]:
    """Yield fields of lines of one table as text, as ``Line.text`` does of each."""
    rows = [line.record.values for line in lines]
    for key in keys:
        values = [row.get(key) for row in rows]
        if {*map(type, values)} <= {str, type(None)}:
            yield [cast("str | None", value) or None for value in values]
        else:
            yield [line.text(key) for line in lines]


def texts_in(value: Value | None) -> tuple[str, ...]:
    """Return the texts of a value that may hold several."""
    if isinstance(value, list):
        return tuple(dict.fromkeys(str(each) for each in value))
    return (str(value),) if value else ()


def day_of(value: Any) -> str | None:
    """Return the day (ISO) that a date, moment, span or deadline falls on; None for mere words."""
    if isinstance(value, dict):
        value = value.get("date")
    return _day_in(value) if isinstance(value, str) else None


@lru_cache(_MANY)
def _day_in(text: str) -> str | None:
    return text[:10] if _DAY.match(text) else None


def line_of(record: LedgerRecord, table: Table, place: int, day: str | None) -> Line:
    """Return the line of a record, the ``place``-th in source order, of a day."""
    line = Line(record, table, place, day)
    value = record.values.get(table.date or "")
    if day and isinstance(value, str) and "T" in value:
        start, _, end = value.partition("/")
        line.start, line.end = _to_the_second(start), _to_the_second(end or start)
    return line


def _to_the_second(moment: str) -> str:
    """Return a moment in the one form in which moments compare as text."""
    return moment + ":00" if len(moment) == len("2024-05-20T14:30") else moment
