"""A Parquet dataset as a store of records: DuckDB looks through it, part by part, on the disk."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from xlcrm.customers import ID, NAME
from xlcrm.export.parquet_form import parts_of
from xlcrm.export.record_table import POSITION, RecordTable
from xlcrm.records import LedgerRecord, Values
from xlcrm.spec.model import Spec

_MEMORY = "1GB"  # beyond it DuckDB works on the disk
_AT_ONCE = 10_000  # rows
_GLOB = re.compile(r"([*?\[])")  # what a path must not mean
Placed = tuple[int, LedgerRecord]  # a record and its place in source order
Thin = tuple[int, str | None, str | None, Values]  # of a record: place, customer, day, some fields


class DatasetError(Exception):
    """A dataset can't be read."""


class Mentioned(NamedTuple):
    """What the tables say of a customer: first day (ISO), first name, whether the key is an id."""

    first_dated: str | None
    name: str | None
    is_typed_id: bool


class Dataset(AbstractContextManager["Dataset"]):
    """The records of an export in a folder; what DuckDB has no room for goes to ``scratch``. Of a
    record's sources nothing is known here."""

    def __init__(self, home: Path, spec: Spec, scratch: Path) -> None:
        self._home = home
        self._tables = {key: RecordTable(table) for key, table in spec.tables.items()}
        self._connection = duckdb.connect(
            config={
                "memory_limit": _MEMORY,
                "temp_directory": str(scratch),
                "autoinstall_known_extensions": "false",
            }
        )

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        self._connection.close()
        if isinstance(error, duckdb.Error | OSError):
            raise DatasetError(str(error)) from error

    def every(self, table: str) -> list[Placed]:
        """Return all records of a table."""
        return self._records(table, parts_of(self._home, table), "true")

    def dated(self, table: str, first: str, last: str) -> list[Placed]:
        """Return the records of a table dated from ``first`` to ``last`` (ISO)."""
        day, parts = _day(self._tables[table]), parts_of(self._home, table, first[:7], last[:7])
        return self._records(
            table, parts, f"{day} BETWEEN $first AND $last", first=first, last=last
        )

    def of_pairs(self, table: str, pairs: Collection[tuple[str, str]]) -> list[Placed]:
        """Return the records of a table of some customers, each on days (ISO) of its own."""
        days = [day for _, day in pairs]
        parts = parts_of(self._home, table, min(days)[:7], max(days)[:7])
        where = f"{_day(self._tables[table])} || ' ' || _customer IN (SELECT unnest($known))"
        return self._records(table, parts, where, known=[f"{day} {who}" for who, day in pairs])

    def at(self, table: str, places: Sequence[int]) -> list[Placed]:
        """Return the records of a table at some places."""
        where = f"{POSITION} IN (SELECT unnest($places))"
        return self._records(table, parts_of(self._home, table), where, places=list(places))

    def thin(self, table: str, keys: Sequence[str], holding: str | None = None) -> Iterator[Thin]:
        """Yield some fields of the records of a table; of those alone that have ``holding``."""
        made = self._tables[table]
        places, names = dict[str, slice](), list[str]()
        for key in keys:
            own = [_quoted(column.name) for column in made.cells(key)]
            places |= {key: slice(len(names), len(names) + len(own))} if own else {}
            names += own
        if holding and holding not in places:
            return
        columns = [POSITION, "_customer", _day(made), "_exact", *names]
        where = _holds(holding, names[places[holding]]) if holding else "true"
        for place, customer, day, exact, *cells in self._select(
            columns, parts_of(self._home, table), where
        ):
            values = {}
            for key, at in places.items():
                value = made.value(key, cells[at])
                if value is not None:
                    values[key] = value
            if exact:
                values |= {key: it for key, it in json.loads(exact).items() if key in places}
            yield place, customer, day, values

    def talked(self, tables: Collection[str]) -> dict[str, list[str]]:
        """Return the days (ISO) that records of some tables have, by customer, as these are first
        named."""
        rows = self._union(dict.fromkeys(tables, ()))
        query = f"""SELECT who, list_sort(list(DISTINCT day)) FROM ({rows})
            WHERE who <> '' AND day IS NOT NULL GROUP BY who ORDER BY min(place)"""
        return dict(self._connection.execute(query).fetchall()) if rows else {}

    def mentioned(self, base: str) -> Mapping[str, Mentioned]:
        """Return what all tables but ``base`` say of customers, as they are first named."""
        rows = self._union({key: (NAME, ID) for key in self._tables if key != base})
        query = f"""SELECT who, min(day), arg_min({NAME}, place) FILTER ({NAME} IS NOT NULL),
            coalesce(bool_or({ID} = who), false) FROM ({rows})
            WHERE who <> '' GROUP BY who ORDER BY min(place)"""
        found = self._connection.execute(query).fetchall() if rows else []
        return {who: Mentioned(*said) for who, *said in found}

    def _union(self, keys: Mapping[str, Sequence[str]]) -> str:
        """Return a query for customer, day and place of all rows of tables, and for some fields."""
        found = []
        for table, wanted in keys.items():
            made, parts = self._tables[table], parts_of(self._home, table)
            cells = [made.cells(key) for key in wanted]
            fields = [_quoted(own[0].name) if own else "NULL" for own in cells]
            named = [f"{cell} AS {key}" for cell, key in zip(fields, wanted, strict=True)]
            columns = ["_customer AS who", f"{_day(made)} AS day", f"{POSITION} AS place", *named]
            found += [f"SELECT {', '.join(columns)} FROM {_from(parts)}"] if parts else []
        return " UNION ALL ".join(found)

    def _records(self, table: str, parts: Sequence[Path], where: str, **given: Any) -> list[Placed]:
        made = self._tables[table]
        names = [_quoted(column.name) for column in made.columns]
        is_json = [column.kind == "json" for column in made.columns]
        found = []
        for row in self._select(names, parts, where, **given):
            cells = tuple(
                json.loads(cell) if load and cell is not None else cell
                for load, cell in zip(is_json, row, strict=True)
            )
            place, record, _ = made.record(cells, ())
            found.append((place, record))
        return found

    def _select(
        self, columns: Sequence[str], parts: Sequence[Path], where: str, **given: Any
    ) -> Iterator[tuple[Any, ...]]:
        """Yield rows in source order, some at a time."""
        if not parts:
            return
        query = f"SELECT {', '.join(columns)} FROM {_from(parts)} WHERE {where} ORDER BY {POSITION}"
        with self._connection.cursor() as cursor:
            cursor.execute(query, given)
            while rows := cursor.fetchmany(_AT_ONCE):
                yield from rows


def _day(table: RecordTable) -> str:
    """Return the expression of a record's day (ISO); NULL where its table has none."""
    month = table.data().month
    return f"strftime({_quoted(month)}, '%Y-%m-%d')" if month else "NULL::VARCHAR"


def _holds(key: str, names: Sequence[str]) -> str:
    """Return the condition that a record has a field, be it as its columns hold it or not."""
    cells = " OR ".join(f"{name} IS NOT NULL" for name in names)
    return f"""({cells} OR json_extract(_exact, '$."{key}"') IS NOT NULL)"""


def _from(parts: Sequence[Path]) -> str:
    plain = (_GLOB.sub(r"[\1]", str(path)).replace("'", "''") for path in parts)
    files = ", ".join(f"'{path}'" for path in plain)
    return f"read_parquet([{files}], hive_partitioning = false)"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
