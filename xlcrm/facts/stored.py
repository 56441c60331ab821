"""A ledger's records in a store, of which only those come into memory that a question needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import Protocol

from xlcrm.facts.lines import Line, Mentions, Pair, Said, day_of, line_of
from xlcrm.facts.tables import Span
from xlcrm.records import LedgerRecord, Values
from xlcrm.spec.model import Spec
from xlcrm.values import dataclass

Placed = tuple[int, LedgerRecord]  # a record and its place in source order
Thin = tuple[int, str | None, str | None, Values]  # of a record: place, customer, day, some fields


class Store(Protocol):
    """What keeps the records of tables, in source order."""

    def every(self, table: str) -> list[Placed]:
        """Return all records of a table."""

    def dated(self, table: str, first: str, last: str) -> list[Placed]:
        """Return the records of a table dated from ``first`` to ``last`` (ISO)."""

    def of_pairs(self, table: str, pairs: Collection[Pair]) -> list[Placed]:
        """Return the records of a table of some customers, each on days of its own."""

    def at(self, table: str, places: Sequence[int]) -> list[Placed]:
        """Return the records of a table at some places."""

    def thin(self, table: str, keys: Sequence[str], holding: str | None = None) -> Iterator[Thin]:
        """Yield some fields of the records of a table; of those alone that have ``holding``."""

    def talked(self, tables: Collection[str]) -> dict[str, list[str]]:
        """Return the days (ISO) that records of some tables have, by customer."""

    def mentioned(self, base: str) -> Mapping[str, Mentions]:
        """Return what all tables but ``base`` say of customers, as they are first named."""


@dataclass(frozen=True)
class StoredHistory:
    """A ledger's records in a store, as ``Told`` asks for them."""

    store: Store
    spec: Spec
    _whole: dict[str, list[Line]] = field(default_factory=dict, repr=False)

    def between(self, span: Span | None) -> list[Line]:
        """Return the lines dated in a span of days, from the first of its talks on; all without."""
        if span is None:
            return list(chain.from_iterable(self.of_tables(self.spec.tables).values()))
        first, last = span.talks_from.isoformat(), span.last.isoformat()
        return self._each(lambda table: self.store.dated(table, first, last))

    def on(self, pairs: Collection[Pair]) -> list[Line]:
        """Return the lines of some customers, each on days of its own."""
        wanted = frozenset(pairs)
        return self._each(lambda table: self.store.of_pairs(table, wanted)) if wanted else []

    def of_tables(self, tables: Iterable[str]) -> Mapping[str, Sequence[Line]]:
        """Return the lines of some tables, each in source order, the tables as named."""
        return {key: self._all_of(key) for key in tables}

    def screened(
        self, tables: Iterable[str], asked: Sequence[str], test: Callable[[Values], bool]
    ) -> list[Line]:
        """Return the lines of some tables that pass a test, which looks at the fields ``asked``
        alone."""
        found = []
        for table in tables:
            thin = self.store.thin(table, asked)
            places = [place for place, _, _, values in thin if test(values)]
            found += self._lines(self.store.at(table, places)) if places else []
        return sorted(found, key=attrgetter("place"))

    def said(self, key: str, tables: Collection[str]) -> Iterator[Said]:
        """Yield customer, day (ISO) and value of each record of some tables that has a field."""
        for table in (each for each in self.spec.tables if each in tables):
            for _, customer, day, values in self.store.thin(table, (key,), key):
                yield customer, day, values[key]

    def talked(self, tables: Collection[str]) -> dict[str, list[str]]:
        """Return the days (ISO) that records of some tables have, by customer."""
        return self.store.talked(tables)

    def mentioned(self, base: str) -> Mapping[str, Mentions]:
        """Return what all tables but ``base`` say of customers, by key, as they are first named."""
        return self.store.mentioned(base)

    def of_period(self, first: date, last: date) -> Sequence[LedgerRecord]:
        """Return the records dated from ``first`` to ``last``, and those of tables without days."""
        start, end = first.isoformat(), last.isoformat()
        return [
            line.record
            for line in self._each(
                lambda table: (
                    self.store.dated(table, start, end)
                    if self.spec.tables[table].date
                    else self.store.every(table)
                )
            )
        ]

    def _all_of(self, table: str) -> list[Line]:
        if table not in self._whole:
            self._whole[table] = self._lines(self.store.every(table))
        return self._whole[table]

    def _each(self, find: Callable[[str], Sequence[Placed]]) -> list[Line]:
        """Return the lines of what is found of each table, in source order."""
        found = chain.from_iterable(map(find, self.spec.tables))
        return sorted(self._lines(found), key=attrgetter("place"))

    def _lines(self, found: Iterable[Placed]) -> list[Line]:
        tables = self.spec.tables
        return [
            line_of(record, table, place, day_of(record.values.get(table.date or "")))
            for place, record in found
            for table in (tables[record.table],)
        ]
