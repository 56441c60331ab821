"""Ledger records with what every kind of fact asks of them: their day, their time, their order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from xlcrm.records import LedgerRecord, Value
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.choices import arrow_of, bare
from xlcrm.timelines import id_order

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MANY = 10_000  # different values of choices, at most, that a team writes

choice_of = lru_cache(_MANY)(bare)
arrow_in = lru_cache(_MANY)(arrow_of)


@dataclass(slots=True)
class Line:
    """A record: ISO ``day``, ``start`` and ``end`` (None where only the day is known), ``rank``."""

    record: LedgerRecord
    table: Table
    rank: int
    day: str | None = None
    start: str | None = None
    end: str | None = None

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


def lines_of(records: Sequence[LedgerRecord], spec: Spec) -> list[Line]:
    """Return the records, which come in source order, as lines in that order."""
    ids = {table.key: table.id for table in spec.tables.values()}
    keyed = [
        (id_order(record.values.get(ids[record.table] or "")), n)
        for n, record in enumerate(records)
    ]
    ranks = {n: rank for rank, (_, n) in enumerate(sorted(keyed))}
    return [_line(record, spec.tables[record.table], ranks[n]) for n, record in enumerate(records)]


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
    if isinstance(value, str) and _DAY.match(value):
        return value[:10]
    return None


def _line(record: LedgerRecord, table: Table, rank: int) -> Line:
    value = record.values.get(table.date or "")
    line = Line(record, table, rank, day_of(value))
    if line.day and isinstance(value, str) and "T" in value:
        start, _, end = value.partition("/")
        line.start, line.end = _to_the_second(start), _to_the_second(end or start)
    return line


def _to_the_second(moment: str) -> str:
    """Return a moment in the one form in which moments compare as text."""
    return moment + ":00" if len(moment) == len("2024-05-20T14:30") else moment
