"""What the master says, as plain data: its contents, and the sheet of one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
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
    held = {key for record in records for key in (*record.values, *record.raw)}
    shown = {each.key for each in table.shown()}
    fields = tuple(
        each for each in table.fields if each.is_input and (each.key in shown or each.key in held)
    )
    extras = dict.fromkeys(label for record in records for label in record.extras)
    return TableColumns(table, fields, tuple(extras))


def table_row(
    columns: TableColumns, record: LedgerRecord, note: str, words: Words
) -> list[Cell | None]:
    """Return the cells of a record: values, extra columns, then where they come from."""
    cells: list[Cell | None] = [field_cell(each, record, words) for each in columns.fields]
    cells += [record.extras.get(label) for label in columns.extras]
    files = list(dict.fromkeys(source.file for source in record.sources))
    places = [_place(source) for source in record.sources]
    trace = [_named(files, words), _named(places, words), check_state(record, words), note]
    return [holdable(cell) for cell in (*cells, *trace, record.id)]


def field_cell(each: Field, record: LedgerRecord, words: Words) -> Cell | None:
    """Return a value as its cell holds it; what was not understood stands as it was written."""
    if each.key in record.values:
        return each.type.cell(record.values[each.key], words.language)
    return record.raw.get(each.key)


def check_state(record: LedgerRecord, words: Words) -> str:
    """Return the gravest severity among a record's findings, or that it passed, then its marks."""
    state = words(f"severity.{record.worst}") if record.worst else words("master.record.passed")
    marks = [words.get(f"mark.{mark}") or mark for mark in record.marks]
    return words("master.record.and").join([state, *marks])


def holdable(cell: Cell | None) -> Cell | None:
    """Return a cell as a sheet can hold it: text joined from several cells may be too long."""
    if not isinstance(cell, str) or len(cell) <= MAX_TEXT // 2:
        return cell
    units = cell.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * MAX_TEXT:
        return cell
    return units[: 2 * (MAX_TEXT - 1)].decode("utf-16-le", "ignore") + "…"


def _place(source: Source) -> str:
    return f"{source.sheet} · {source.row}" if source.row else source.sheet


def _named(places: Sequence[str], words: Words) -> str:
    """Return places a line each; beyond twenty, how many more."""
    rest = len(places) - SOURCES_NAMED
    more = [words("master.record.more", count=rest)] if rest > 0 else []
    return "\n".join([*places[:SOURCES_NAMED], *more])
