"""Tables as Parquet: a folder a table, in it a file, or one a month (``month=2024-05``)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xlcrm.export.columns import Cell, Column, TableData, json_text

MONTH = "month"  # the partitions' name; of rows without a day as Hive has it
_NO_MONTH = "__HIVE_DEFAULT_PARTITION__"
_FILE = "part-0.parquet"
_TYPES = {
    "text": pa.string(),
    "json": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("ms"),
    "list": pa.list_(pa.string()),
}


def write_table(home: Path, table: TableData) -> None:
    """Write a table to its folder in ``home``."""
    schema = pa.schema([(column.name, _TYPES[column.kind]) for column in table.columns])
    for part, rows in _parts(table):
        folder = home / table.name / part
        folder.mkdir(parents=True)
        columns = zip(*rows, strict=True) if rows else ((),) * len(table.columns)
        arrays = [
            _array(column, cells) for column, cells in zip(table.columns, columns, strict=True)
        ]
        made = pa.Table.from_arrays(arrays, schema=schema)
        pq.write_table(made, folder / _FILE, compression="zstd")


def _parts(table: TableData) -> Iterator[tuple[str, Sequence[Sequence[Cell]]]]:
    """Yield the folders of a table's parts, with their rows."""
    if table.month is None or not table.rows:
        yield "", table.rows
        return
    at, parts = table.at(table.month), defaultdict(list)
    for row in table.rows:
        parts[f"{row[at]:%Y-%m}" if row[at] else _NO_MONTH].append(row)
    yield from ((f"{MONTH}={month}", parts[month]) for month in sorted(parts))


def _array(column: Column, cells: Sequence[Any]) -> pa.Array:
    if column.kind == "json":
        cells = [None if cell is None else json_text(cell) for cell in cells]
    return pa.array(cells, _TYPES[column.kind])


def read_table(home: Path, table: TableData) -> Iterator[Sequence[Cell]]:
    """Yield a table's rows, part by part. Raises OSError or ValueError where it can't be read."""
    names = [column.name for column in table.columns]
    read = [_read_json if column.kind == "json" else None for column in table.columns]
    for path in parts_of(home, table.name):
        found = pq.ParquetFile(path).read(names)
        columns = [found.column(name).to_pylist() for name in names]
        made = (
            list(map(get, cells)) if get else cells
            for get, cells in zip(read, columns, strict=True)
        )
        yield from zip(*made, strict=True)


def parts_of(home: Path, table: str, first: str = "", last: str = "~") -> list[Path]:
    """Return the files of a table; of months from ``first`` to ``last`` (ISO), where it has them,
    those alone."""
    paths = sorted((home / table).rglob(_FILE))
    months = (path.parent.name.partition(f"{MONTH}=")[2] for path in paths)
    return [path for path, month in zip(paths, months, strict=True) if first <= month <= last]


def _read_json(cell: str | None) -> Any:
    return None if cell is None else json.loads(cell)
