"""Records: what one file says of one row or form, where it says it, and what became of it.

Values are plain JSON values, so that results, state and output need no codec of their own:
dates are ISO 8601 text (``2024-05-20``; a time adds ``T14:30``; a span is ``start/end``), choices
their canonical value, several values a list, structured values a mapping or a list of mappings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import lru_cache
from itertools import chain, repeat
from sys import intern
from typing import Any, NamedTuple, TypeAlias, cast, overload
from zlib import crc32

from xlcrm.as_json import from_json, to_json
from xlcrm.findings import Finding
from xlcrm.values import dataclass

Value = str | int | float | bool | list[Any] | dict[str, Any]
Values = dict[str, Value]
Column: TypeAlias = list[Value | None]

# Columns that follow a table's own in the master: what they are, and the slots that mark them.
MASTER_SLOTS: Mapping[str, str] = {
    "source_file": "source-file",
    "source_place": "source-place",
    "check_state": "check-state",
    "lead_note": "lead-note",
    "row_key": "row-key",
}

SOURCES_NAMED = 20  # in a row of the master, of a record that very many files repeat


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
    label. ``row`` is the zero-based row on the sheet, -1 where nobody knows it; a form's is where
    its part of the sheet begins: 0, but for one below another table.
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
        return None if column is None or self.row < 0 else address(self.row, column)

    def copy(self) -> Record:
        """Return the same record, whose fields can be changed."""
        parts = (dict(self.values), dict(self.raw), dict(self.extras))
        return Record(self.block, self.row, *parts)

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
        return line_of(self.block, self.row)


def line_of(block: Block, row: int) -> int:
    """Return the ``Record.line`` of the record in a row of a block."""
    return row + 1 if row or not block.cells else 0


class Source(NamedTuple):
    """Where a merged record comes from: relative path, sheet, and ``Record.line``."""

    file: str
    sheet: str
    row: int

    def __str__(self) -> str:
        return f"{self.file} · {self.sheet}" + (f" · {self.row}" if self.row else "")


class ListRow(NamedTuple):
    """A row of a list that is no table: its texts, and their A1 addresses, by column."""

    sheet: str
    texts: Mapping[str, str]
    places: Mapping[str, str]


Lists = dict[str, list[ListRow]]


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


def row_sign(record: Record | LedgerRecord, keys: Sequence[str]) -> str:
    """Return a short text that changes with what a record says; ``keys`` are its table's fields in
    a fixed order."""
    return sign_of(list(map(record.values.get, keys)), record)


def sign_of(values: Sequence[Any], record: Record | LedgerRecord) -> str:
    """Return ``row_sign`` of a record with these values, each in the place of its key."""
    said = values
    if record.raw or record.extras:
        said = [*values, sorted(record.raw.items()), sorted(record.extras.items())]
    return f"{crc32(to_json(said)):08x}"


# What most records have besides their values. One for all of them: nobody changes a record's own.
_NOTHING: dict[str, str] = {}


@dataclass(slots=True)
class Records(Sequence[Record]):
    """The records of one block, top to bottom, held column by column.

    ``rows`` are their zero-based rows; ``columns`` the values of each field that any of them has,
    None where one has none; ``raw`` and ``extras`` are those of ``Record``, by a record's number. A
    ``Record`` is made when it is asked for: most work looks at columns alone.
    """

    block: Block
    rows: list[int]
    columns: Mapping[str, Column]
    raw: dict[int, dict[str, str]] = field(default_factory=dict)
    extras: dict[int, dict[str, str]] = field(default_factory=dict)
    _made: dict[int, Record] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, records: Sequence[Record]) -> Records:
        """Return records of one block, one at least."""
        keys = dict.fromkeys(key for record in records for key in record.values)
        return cls(
            records[0].block,
            [record.row for record in records],
            {key: [record.values.get(key) for record in records] for key in keys},
            {n: record.raw for n, record in enumerate(records) if record.raw},
            {n: record.extras for n, record in enumerate(records) if record.extras},
            dict(enumerate(records)),
        )

    @property
    def table(self) -> str:
        return self.block.table

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Record]:
        keys, made = list(self.columns), self._made
        # Whether all of it is true is sooner seen than whether any of it is None.
        blank = [key for key, column in self.columns.items() if not all(column) and None in column]
        lines = zip(*self.columns.values(), strict=True) if keys else iter([()] * len(self.rows))
        rows = map(dict, map(zip, repeat(keys), lines))  # each a row's values, made in C
        for n, values in enumerate(rows):
            yield made.get(n) or self._record(n, values, blank)

    @overload
    def __getitem__(self, n: int) -> Record: ...
    @overload
    def __getitem__(self, n: slice) -> list[Record]: ...
    def __getitem__(self, n: int | slice) -> Record | list[Record]:
        if isinstance(n, slice):
            return [self[each] for each in range(*n.indices(len(self)))]
        if n in self._made:
            return self._made[n]
        cells = {key: column[n] for key, column in self.columns.items()}
        return self._record(n, cells, list(cells))

    def _record(self, n: int, values: dict[str, Any], blank: Iterable[str]) -> Record:
        """Return a record by its values; those that are ``blank`` may be None."""
        for key in blank:
            if values[key] is None:
                del values[key]
        raw, extras = self.raw.get(n, _NOTHING), self.extras.get(n, _NOTHING)
        return Record(self.block, self.rows[n], values, raw, extras)

    def column(self, key: str) -> Column:
        """Return the value of a field in each record, None where there is none."""
        return self.columns[key] if key in self.columns else [None] * len(self.rows)


@dataclass(slots=True)
class FileReading:
    """What one file says: its records, and the findings that depend on this file alone.

    ``file`` is the path relative to the folder read; ``modified`` when its content was saved (ISO
    8601, UTC); ``blocks`` are its records block by block, in their order; ``rejected`` the code of
    the finding why nothing could be read; ``own`` whether it is a workbook that xlcrm wrote for
    reading (master, report) and no input, ``lists`` those of its sheets that are no tables;
    ``tables`` are those that lie on its sheets as lists; ``lines`` are those of ``encoded``,
    where they are at hand. ``stood`` are the keys of the master's rows that have its records, of a
    file that has left and of which a master alone still tells.
    """

    file: str
    sha256: str = ""
    modified: str = ""
    blocks: list[Records] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rejected: str | None = None
    own: str | None = None
    removed: bool = False
    stood: Sequence[str] = ()
    lists: Lists = field(default_factory=dict, repr=False, compare=False)
    tables: set[str] = field(default_factory=set, repr=False, compare=False)
    lines: Sequence[bytes] | None = field(default=None, repr=False, compare=False)

    @property
    def records(self) -> list[Record]:
        """All records, each as one: dearer than a look at the columns that are wanted."""
        return list(chain.from_iterable(self.blocks))

    @property
    def encoded(self) -> bytes:
        """All of it but the file's path; ``decoded`` is its inverse.

        The first line is JSON, and so is each line after it: a column's values, which are not
        parsed before they are asked for.
        """
        if self.lines is None:
            return b"\n".join(map(to_json, [self._head, *self._columns]))
        return b"\n".join(self.lines)

    @property
    def _head(self) -> dict[str, Any]:
        return {
            "sha256": self.sha256,
            "modified": self.modified,
            "rejected": self.rejected,
            "own": self.own,
            **({"stood": self.stood} if self.stood else {}),
            "blocks": list(map(_block_state, self.blocks)),
            "findings": [finding.to_state() for finding in self.findings],
        }

    @property
    def _columns(self) -> Iterator[Column]:
        return (column for block in self.blocks for column in block.columns.values())

    @classmethod
    def decoded(cls, file: str, encoded: bytes) -> FileReading:
        """Return the reading that was ``encoded``, as one of ``file``."""
        lines = encoded.split(b"\n")
        head, columns = from_json(lines[0]), iter(lines[1:])
        return cls(
            file,
            head["sha256"],
            head["modified"],
            [_block_of(file, block, columns) for block in head["blocks"]],
            [Finding.from_state(finding, file) for finding in head["findings"]],
            head["rejected"],
            head["own"],
            stood=head.get("stood", ()),
            lines=lines,
        )


class _Lines(Mapping[str, Column]):
    """Columns as JSON, each parsed when it is first asked for."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._columns: dict[str, bytes | Column] = {**texts}

    def __getitem__(self, key: str) -> Column:
        column = self._columns[key]
        if isinstance(column, bytes):
            column = self._columns[key] = _shared(from_json(column))
        return column

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def _shared(column: Column) -> Column:
    """Return a column whose texts are the same objects in all files, where texts repeat in it:
    else they take a third of a large folder's memory, and longer to be compared."""
    kinds = {*map(type, column)}
    if kinds <= {str, type(None)} and 4 * len({*column}) <= 3 * len(column):
        texts = cast("list[str]", column)
        return (
            [*map(intern, texts)] if len(kinds) == 1 else [text and intern(text) for text in texts]
        )
    return column


def _block_state(records: Records) -> dict[str, Any]:
    """Return all that is said of a block but its columns."""
    block = records.block
    return {
        "sheet": block.sheet,
        "table": block.table,
        "columns": dict(block.columns),
        "cells": dict(block.cells),
        "extra_columns": dict(block.extras),
        "rows": records.rows,
        "values": list(records.columns),
        "raw": list(records.raw.items()),
        "extras": list(records.extras.items()),
    }


def _block_of(file: str, state: Mapping[str, Any], lines: Iterator[bytes]) -> Records:
    """Return a block by its state; of ``lines`` the next ones are its columns."""
    cells = {slot: (row, column) for slot, (row, column) in state["cells"].items()}
    sheet, table, extras = state["sheet"], state["table"], state["extra_columns"]
    block = Block(file, sheet, table, state["columns"], cells, extras)
    raw, others = (dict(state[name]) for name in ("raw", "extras"))
    values = {key: next(lines) for key in state["values"]}
    return Records(block, state["rows"], _Lines(values), raw, others)
