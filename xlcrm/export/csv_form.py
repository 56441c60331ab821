"""Tables as CSV files that Excel opens as they are meant: UTF-8 with its mark, and no formula.

What a spreadsheet might take for a formula has an apostrophe before it, as has any text that begins
with one: who reads the file takes one away.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xlcrm.export.columns import Cell, TableData, json_text

_FORMULA = re.compile(r"[\s\ufeff\u200b]*[=+\-@'\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_LONGEST = 2**31 - 1  # characters of a cell, that csv would stop at 131,072 of


def write_table(home: Path, table: TableData) -> None:
    """Write a table to its file in ``home``."""
    write = [_WRITE[column.kind] for column in table.columns]
    with _place(home, table).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)  # no cell ends at a semicolon
        writer.writerow(column.name for column in table.columns)
        for row in table.rows:
            cells = zip(write, row, strict=True)
            writer.writerow("" if cell is None else put(cell) for put, cell in cells)


def read_table(home: Path, table: TableData) -> Iterator[Sequence[Cell]]:
    """Yield a table's rows. Raises OSError or ValueError where it can't be read."""
    read = [_READ[column.kind] for column in table.columns]
    csv.field_size_limit(_LONGEST)
    with _place(home, table).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        if next(reader, None) != [column.name for column in table.columns]:
            raise ValueError(table.name)
        for row in reader:
            cells = zip(read, row, strict=True)
            yield tuple(get(cell) if cell else None for get, cell in cells)


def _place(home: Path, table: TableData) -> Path:
    return home / f"{table.name}.csv"


def _safe(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _text(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


def _json(cell: str) -> Any:
    return json.loads(cell)


_WRITE: Mapping[str, Callable[[Any], Any]] = {
    "text": _safe,
    "json": lambda cell: _safe(json_text(cell)),
    "list": json_text,
    "integer": int,
    "number": float,
    "boolean": lambda cell: "TRUE" if cell else "FALSE",
    "date": date.isoformat,
    "datetime": lambda cell: cell.isoformat(" ", "seconds" if cell.second else "minutes"),
}
_READ: Mapping[str, Callable[[str], Cell]] = {
    "text": _text,
    "json": lambda cell: _json(_text(cell)),
    "list": _json,
    "integer": int,
    "number": float,
    "boolean": lambda cell: cell == "TRUE",
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}
