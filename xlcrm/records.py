"""Records: what one file says of one row or form, where it says it, and what became of it.

Values are plain JSON values, so that results, state and output need no codec of their own:
dates are ISO 8601 text (``2024-05-20``; a time adds ``T14:30``; a span is ``start/end``), choices
their canonical value, several values a list, structured values a mapping or a list of mappings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from xlcrm.findings import Finding

Value = str | int | float | bool | list[Any] | dict[str, Any]
Values = dict[str, Value]

# Columns that follow a table's own in the master: what they are, and the slots that mark them.
MASTER_SLOTS: Mapping[str, str] = {
    "source_file": "source-file",
    "source_place": "source-place",
    "check_state": "check-state",
    "lead_note": "lead-note",
    "row_key": "row-key",
}


@lru_cache(maxsize=20_000)
def column_letters(column: int) -> str:
    """Return the letters of a zero-based column: 0 is ``A``, 26 is ``AA``."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """Return the A1 address of a zero-based row and column."""
    return f"{column_letters(column)}{row + 1}"


@dataclass(frozen=True, slots=True)
class Block:
    """A table as it lies on one sheet of one file.

    ``columns`` maps a list's field keys to zero-based columns; ``cells`` maps a form's slots
    (field keys, and parts such as ``actions.1.due``) to zero-based (row, column); ``extras`` maps
    the labels of columns that the table does not have to theirs.
    """

    file: str
    sheet: str
    table: str
    columns: Mapping[str, int] = field(default_factory=dict)
    cells: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    extras: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Record:
    """One row of a list, or one form sheet, as its file states it.

    ``values`` holds what was understood, by field key; ``raw`` what was written and not understood
    (counts as missing in metrics); ``extras`` the text of columns the table does not have, by their
    label. ``row`` is the zero-based row on the sheet; a form's is where its part of the sheet
    begins: 0, but for one below another table.
    """

    block: Block
    row: int
    values: Values
    raw: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        return self.block.table

    def cell(self, key: str) -> str | None:
        """Return the A1 address of a field, or of an extra column; None where it has no cell."""
        if self.block.cells:
            place = self.block.cells.get(key)
            return address(*place) if place else None
        column = self.block.columns.get(key, self.block.extras.get(key))
        return None if column is None else address(self.row, column)

    def copies(self, other: Record) -> bool:
        """Whether this is an unchanged copy of a record on another sheet of its workbook, or of a
        form elsewhere on its own."""
        one, two = self.block, other.block
        elsewhere = one.sheet != two.sheet or one.cells != two.cells
        return elsewhere and self.values == other.values and self.raw == other.raw

    @property
    def place(self) -> str:
        """Where the record begins on its sheet: its row number; none of a form at its top."""
        return str(self.line or "")

    @property
    def line(self) -> int:
        """The number of its row, as people count them; 0 for a form at its sheet's top."""
        return self.row + 1 if self.row or not self.block.cells else 0


class Source(NamedTuple):
    """Where a merged record comes from: relative path, sheet, and ``Record.line``."""

    file: str
    sheet: str
    row: int

    def __str__(self) -> str:
        return f"{self.file} · {self.sheet}" + (f" · {self.row}" if self.row else "")


@dataclass(slots=True)
class LedgerRecord:
    """A record of the ledger: what all its sources say together.

    ``id`` is its stable row key in master and state. ``customer`` is the resolved customer's key.
    ``sources`` names first the one whose values are shown, then all in path order. ``worst`` is the
    gravest severity among its findings (error, warning or None).
    """

    id: str
    table: str
    values: Values
    sources: tuple[Source, ...]
    customer: str | None = None
    raw: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    owner: str = ""
    worst: str | None = None
    marks: tuple[str, ...] = ()


@dataclass(slots=True)
class FileReading:
    """What one file says: its records, and the findings that depend on this file alone.

    ``file`` is the path relative to the folder read; ``modified`` when its content was saved (ISO
    8601, UTC); ``rejected`` the code of the finding why nothing could be read; ``own`` whether it
    is a workbook that xlcrm wrote for reading (master, report) and no input; ``encoded`` is
    ``to_state`` as JSON text, where it is at hand.
    """

    file: str
    sha256: str = ""
    modified: str = ""
    records: list[Record] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rejected: str | None = None
    own: str | None = None
    removed: bool = False
    encoded: str | None = field(default=None, repr=False, compare=False)

    def to_state(self) -> dict[str, Any]:
        """Return plain JSON data; ``from_state`` is its inverse."""
        return {
            "sha256": self.sha256,
            "modified": self.modified,
            "rejected": self.rejected,
            "own": self.own,
            "blocks": [
                _block_state(block, list(records))
                for block, records in groupby(self.records, key=attrgetter("block"))
            ],
            "findings": [finding.to_state() for finding in self.findings],
        }

    @classmethod
    def from_state(cls, file: str, state: Mapping[str, Any]) -> FileReading:
        """Return the reading that ``to_state`` gave, as one of ``file``."""
        return cls(
            file,
            state["sha256"],
            state["modified"],
            [record for block in state["blocks"] for record in _records_of(file, block)],
            [Finding(**{**finding, "file": file}) for finding in state["findings"]],
            state["rejected"],
            state["own"],
        )


def _block_state(block: Block, records: Sequence[Record]) -> dict[str, Any]:
    """Return the records of a block column by column: half as long, and twice as fast to read."""
    keys = dict.fromkeys(key for record in records for key in record.values)
    return {
        "sheet": block.sheet,
        "table": block.table,
        "columns": dict(block.columns),
        "cells": dict(block.cells),
        "extra_columns": dict(block.extras),
        "rows": [record.row for record in records],
        "values": {key: [record.values.get(key) for record in records] for key in keys},
        "raw": {n: record.raw for n, record in enumerate(records) if record.raw},
        "extras": {n: record.extras for n, record in enumerate(records) if record.extras},
    }


def _records_of(file: str, state: Mapping[str, Any]) -> list[Record]:
    cells = {slot: (row, column) for slot, (row, column) in state["cells"].items()}
    sheet, table, extras = state["sheet"], state["table"], state["extra_columns"]
    block = Block(file, sheet, table, state["columns"], cells, extras)
    records = [Record(block, row, {}) for row in state["rows"]]
    for key, column in state["values"].items():
        for record, value in zip(records, column, strict=True):
            if value is not None:
                record.values[key] = value
    for n, raw in state["raw"].items():
        records[int(n)].raw = raw
    for n, others in state["extras"].items():
        records[int(n)].extras = others
    return records
