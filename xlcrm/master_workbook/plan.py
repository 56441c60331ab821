"""What the master says, as plain data: its contents, and the sheet of one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Protocol

from xlcrm.analysis_rows import AnalysisRow
from xlcrm.findings import Finding
from xlcrm.layout.marks import header_marks
from xlcrm.record_sheet import MAX_TEXT
from xlcrm.records import MASTER_SLOTS, LedgerRecord, Source, Value
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.base import Cell

SOURCES_NAMED = 20  # of a record that very many files repeat


class Conflict(Protocol):
    """A field on which a record's sources disagree, or two records that share an id.

    ``record`` is the key of the master's row, ``record_text`` what people know it by; ``versions``
    are (value, source) in the order of their paths; ``decided`` the decision, None while open.
    """

    @property
    def table(self) -> str: ...
    @property
    def record(self) -> str: ...
    @property
    def record_text(self) -> str: ...
    @property
    def customer(self) -> str | None: ...
    @property
    def field(self) -> str | None: ...
    @property
    def versions(self) -> Sequence[tuple[Value | None, str]]: ...
    @property
    def decided(self) -> str | None: ...


@dataclass(frozen=True)
class MasterContents:
    """What a master holds.

    ``records`` come by table key, in the order of their rows; ``files`` are mappings of path,
    status, reason, rows_seen, rows_merged and rows_rejected; ``analysis`` the metrics of the week
    that ``analysis_period`` and ``previous_period`` name; ``notes`` the lead's notes by record id;
    ``duplicates`` counts the rows that repeated another.
    """

    run_id: str
    as_of: date
    records: Mapping[str, Sequence[LedgerRecord]]
    findings: Sequence[Finding] = ()
    conflicts: Sequence[Conflict] = ()
    files: Sequence[Mapping[str, Any]] = ()
    analysis: Sequence[AnalysisRow] = ()
    analysis_period: str = ""
    previous_period: str = ""
    duplicates: int = 0
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableColumns:
    """The columns of one table's sheet: its fields, then the extra labels, then the trace."""

    table: Table
    fields: tuple[Field, ...]
    extras: tuple[str, ...]

    @property
    def marks(self) -> list[str]:
        """Return the hidden row: a field's mark, none for an extra column, then the trace's."""
        fields = header_marks(self.table.key, (each.key for each in self.fields))
        return [
            *fields,
            *("" for _ in self.extras),
            *header_marks(self.table.key, MASTER_SLOTS.values()),
        ]


def table_columns(table: Table, records: Sequence[LedgerRecord]) -> TableColumns:
    """Return the blank's input columns, any other field that holds data, and the extra columns."""
    held = _held(records)
    shown = {each.key for each in table.shown()}
    fields = tuple(
        each for each in table.fields if each.is_input and (each.key in shown or each.key in held)
    )
    extras = dict.fromkeys(label for record in records for label in record.extras)
    return TableColumns(table, fields, tuple(extras))


def _held(records: Sequence[LedgerRecord]) -> set[str]:
    """Return the keys of all fields that any record has."""
    held: set[str] = set()
    for record in records:
        held.update(record.values, record.raw)
    return held


def table_rows(
    columns: TableColumns, records: Sequence[LedgerRecord], notes: Mapping[str, str], words: Words
) -> Iterator[Sequence[Cell | None]]:
    """Yield the cells of each record: values, extra columns, then where they come from.

    They are made a column at a time: most of a table's texts repeat.
    """
    states = cache(lambda worst, marks: check_state(worst, marks, words))
    held = _held(records)
    by_column = [
        *(
            _field_cells(each, records, words) if each.key in held else [None] * len(records)
            for each in columns.fields
        ),
        *([holdable(record.extras.get(label)) for record in records] for label in columns.extras),
        [_named(_files(record), words) for record in records],
        [_named([_place(source) for source in record.sources], words) for record in records],
        [states(record.worst, record.marks) for record in records],
        [holdable(notes.get(record.id, "")) for record in records],
        [record.id for record in records],
    ]
    return zip(*by_column, strict=True)


def _field_cells(each: Field, records: Sequence[LedgerRecord], words: Words) -> list[Cell | None]:
    """Return the values of a field as cells hold them; what was not understood stands as it was
    written."""
    key, cell_of, language = each.key, each.type.cell, words.language
    known: dict[str, Cell | None] = {}
    cells: list[Cell | None] = []
    for record in records:
        value = record.values.get(key)
        if value is None:
            cell = record.raw.get(key)
            cells.append(cell if cell is None else holdable(cell))
        elif isinstance(value, str):
            if value not in known:
                known[value] = holdable(cell_of(value, language))
            cells.append(known[value])
        else:
            cells.append(holdable(cell_of(value, language)))
    return cells


def check_state(worst: str | None, marks: Sequence[str], words: Words) -> str:
    """Return the gravest severity among a record's findings, or that it passed, then its marks."""
    state = words(f"severity.{worst}") if worst else words("master.record.passed")
    told = [words.get(f"mark.{mark}") or mark for mark in marks]
    return words("master.record.and").join([state, *told])


def holdable(cell: Cell | None) -> Cell | None:
    """Return a cell as a sheet can hold it: text joined from several cells may be too long."""
    if not isinstance(cell, str) or len(cell) <= MAX_TEXT // 2:
        return cell
    units = cell.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * MAX_TEXT:
        return cell
    return units[: 2 * (MAX_TEXT - 1)].decode("utf-16-le", "ignore") + "…"


def _files(record: LedgerRecord) -> list[str]:
    return list(dict.fromkeys(source.file for source in record.sources))


def _place(source: Source) -> str:
    return f"{source.sheet} · {source.row}" if source.row else source.sheet


def _named(places: Sequence[str], words: Words) -> Cell | None:
    """Return places a line each; beyond twenty, how many more."""
    rest = len(places) - SOURCES_NAMED
    more = [words("master.record.more", count=rest)] if rest > 0 else []
    return holdable("\n".join([*places[:SOURCES_NAMED], *more]))
