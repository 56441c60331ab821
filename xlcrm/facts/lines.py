"""Ledger records with what every kind of fact asks of them: their day, their time, their order."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from xlcrm.facts.tables import Span
from xlcrm.records import LedgerRecord, Value
from xlcrm.spec.model import Spec, Table
from xlcrm.timelines import id_order

Pair = tuple[str, str]  # a customer and a day (ISO)

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
    _rank: tuple[Any, int] | None = None

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
    def rank(self) -> tuple[Any, int]:
        """What orders lines of one day: by record id, then source row."""
        if self._rank is None:
            self._rank = id_order(self.record.values.get(self.table.id or "")), self.place
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
        value = self.record.values.get(key)
        if isinstance(value, list):
            return tuple(dict.fromkeys(str(each) for each in value))
        return (str(value),) if value else ()


@dataclass(frozen=True)
class History:
    """The ledger's records in source order. Lines are made of those that are asked for alone."""

    records: Sequence[LedgerRecord]
    spec: Spec

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
        record = self.records[place]
        return _line(record, self.spec.tables[record.table], place, self.days[place])

    def lines(self, places: Iterable[int]) -> list[Line]:
        """Return the lines at some places."""
        return [self.line(place) for place in places]

    def between(self, span: Span) -> list[Line]:
        """Return the lines dated in a span of days, from the first of its talks on."""
        first, last, days = span.talks_from.isoformat(), span.last.isoformat(), enumerate(self.days)
        return self.lines(place for place, day in days if day and first <= day <= last)

    def on(self, pairs: Collection[Pair]) -> list[Line]:
        """Return the lines of some customers, each on days of its own."""
        if not pairs:
            return []
        dated = enumerate(zip(self.records, self.days, strict=True))
        return self.lines(n for n, (record, day) in dated if (record.customer, day) in pairs)

    def of_tables(self, tables: Iterable[str]) -> dict[str, list[Line]]:
        """Return the lines of some tables, each in source order, the tables as named."""
        return {key: self.lines(self.places(key)) for key in tables}

    def holding(self, key: str) -> list[int]:
        """Return the places of the records that have a field."""
        return [place for place, record in enumerate(self.records) if key in record.values]


def by_table(lines: Iterable[Line], tables: Iterable[str]) -> dict[str, list[Line]]:
    """Return the lines of some tables, each in source order, the tables as named."""
    wanted: dict[str, list[Line]] = {key: [] for key in tables}
    for line in lines:
        if line.record.table in wanted:
            wanted[line.record.table].append(line)
    return wanted


def day_of(value: Any) -> str | None:
    """Return the day (ISO) that a date, moment, span or deadline falls on; None for mere words."""
    if isinstance(value, dict):
        value = value.get("date")
    return _day_in(value) if isinstance(value, str) else None


@lru_cache(_MANY)
def _day_in(text: str) -> str | None:
    return text[:10] if _DAY.match(text) else None


def _line(record: LedgerRecord, table: Table, place: int, day: str | None) -> Line:
    line = Line(record, table, place, day)
    value = record.values.get(table.date or "")
    if day and isinstance(value, str) and "T" in value:
        start, _, end = value.partition("/")
        line.start, line.end = _to_the_second(start), _to_the_second(end or start)
    return line


def _to_the_second(moment: str) -> str:
    """Return a moment in the one form in which moments compare as text."""
    return moment + ":00" if len(moment) == len("2024-05-20T14:30") else moment
