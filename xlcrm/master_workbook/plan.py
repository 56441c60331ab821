"""What the master says, as plain data: its contents, and the sheet of one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date
from functools import cache
from typing import Any, Protocol, cast

from xlcrm.analysis_rows import AnalysisRow
from xlcrm.as_json import to_json
from xlcrm.findings import Finding, Language
from xlcrm.layout.marks import TEAM_RUN, header_marks
from xlcrm.record_columns import column_of
from xlcrm.record_sheet import holdable
from xlcrm.records import MASTER_SLOTS, SOURCES_NAMED, LedgerRecord, Source, Value, sign_of
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.base import Cell
from xlcrm.values import dataclass

TOTALS = ("files", "records", "errors", "warnings", "conflicts", "duplicates")  # of a run
_BLOCK = 1_000  # records whose values the processor keeps at hand from column to column
_REMEMBERED = 10_000  # cells of a field
_TEXTS = {str, type(None)}


@dataclass(frozen=True)
class LeadChange:
    """Something that the lead has changed. ``kind`` is the key of its mark: ``edited`` (a field,
    from ``before`` to ``value``), ``added`` or ``taken_out`` (a record); ``record`` is the key of
    its row, ``text`` what people know it by, ``data`` what is needed to know it again where the
    state is lost."""

    kind: str
    table: str
    record: str
    text: str
    customer: str | None
    field: str
    before: Value | None
    value: Value | None
    when: str
    data: Any


@dataclass(frozen=True)
class HandIn:
    """What one member of the team has handed in; ``name`` is blank for files of nobody listed.

    ``status`` is ``handed_in``, ``stale`` (not saved since the period began), ``missing``,
    ``unreadable`` or ``not_due``; ``saved`` the day on which ``file``, the last one, was saved.
    The counts are of one's own ``files`` and those taken over: ``rows`` of the records dated in the
    period, ``first`` (table, record id) the first of them; ``errors`` of findings; ``conflicts``
    are the ids of records in open conflicts; ``timely`` is the share of the period's entries that
    are in time, None without any.
    """

    name: str
    status: str
    saved: date | None
    file: str | None
    files: tuple[str, ...]
    rows: int
    first: tuple[str, str] | None
    errors: int
    conflicts: tuple[str, ...]
    timely: float | None


class Likely(Protocol):
    """Two names or ids that may be one customer, by which each of ``one`` and ``other`` is known,
    with its name and the number of its records; ``reasons`` are (kind, what is alike); ``same`` is
    the lead's answer, None while there is none or it is not understood (``typed``), and ``kept``
    what the settings hold of it."""

    @property
    def one(self) -> tuple[str, str, int]: ...
    @property
    def other(self) -> tuple[str, str, int]: ...
    @property
    def reasons(self) -> Sequence[tuple[str, str]]: ...
    @property
    def same(self) -> bool | None: ...
    @property
    def typed(self) -> str: ...
    @property
    def kept(self) -> bool | None: ...


class Conflict(Protocol):
    """A field on which a record's sources disagree; the record as a whole where ``field`` is blank.

    ``record`` is the key of the master's row, ``record_text`` what people know it by; ``versions``
    are (value, source) in the order of their paths, a value None where it is blank. ``choice`` is
    the decision: ``take`` with ``taken`` counting from 1, ``both``, ``apart``, or ``own`` with
    ``own`` its value; None while open. ``typed`` is what stands in the two cells of a decision that
    is not understood, ``data`` what reading it back needs besides.
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
    def field(self) -> str: ...
    @property
    def versions(self) -> Sequence[tuple[Value | None, str]]: ...
    @property
    def choice(self) -> str | None: ...
    @property
    def taken(self) -> int: ...
    @property
    def own(self) -> Value | None: ...
    @property
    def typed(self) -> tuple[str, str]: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class MasterContents:
    """What a master holds.

    ``records`` come by table key, in the order of their rows; ``files`` are mappings of path,
    status, reason, rows_seen, rows_merged and rows_rejected; ``analysis`` the metrics of the week
    that ``analysis_period`` and ``previous_period`` name; ``notes`` the lead's notes by record id;
    ``duplicates`` counts the rows that repeated another; ``withdrawn`` names by file the records
    that it does not have any more; ``lead`` is what the lead has changed; ``board`` tells who has
    handed in; ``likely`` are customers who may be one; ``earlier`` holds the totals of the run
    before (``TOTALS``), none of a first run.
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
    withdrawn: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lead: Sequence[LeadChange] = ()
    board: Sequence[HandIn] = ()
    likely: Sequence[Likely] = ()
    earlier: Mapping[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The key of its title: what is for the team says so."""
        return "master.team_title" if self.run_id.startswith(TEAM_RUN) else "master.title"


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
) -> Iterator[list[Sequence[object]]]:
    """Yield the cells of records, a block of them after the other as there may be very many, and
    each block a column at a time as most of a table's texts repeat: values, extra columns, then
    where they come from, the keys of rows last."""
    known = {each.key: _Cells(each, words.language) for each in columns.fields}
    states = cache(lambda worst, marks: check_state(worst, marks, words))
    for start in range(0, len(records), _BLOCK):
        end = min(start + _BLOCK, len(records))
        keys = sorted(columns.table.by_key)
        values = {key: column_of(records, key, start, end) for key in keys}
        yield _block(columns, known, records[start:end], values, notes, states, words)


def _block(
    columns: TableColumns,
    known: Mapping[str, _Cells],
    records: Sequence[LedgerRecord],
    values: Mapping[str, Sequence[Value | None]],
    notes: Mapping[str, str],
    states: Callable[[str | None, tuple[str, ...]], str],
    words: Words,
) -> list[Sequence[object]]:
    """Return the columns of some records, whose ``values`` are given by field, fields in order."""
    rows = zip(*values.values(), strict=True)
    fields = {key: cells.of(values[key]) for key, cells in known.items()}
    for number, record in enumerate(records):
        for key, raw in record.raw.items():  # what was not understood stands as it was written
            if key in fields and fields[key][number] is None:
                fields[key][number] = holdable(raw)
    return [
        *fields.values(),
        *([holdable(each.extras.get(label)) for each in records] for label in columns.extras),
        [_files_cell(record.sources, words) for record in records],
        [_places_cell(record.sources, words) for record in records],
        [states(record.worst, record.marks) for record in records],
        [holdable(notes.get(record.id)) for record in records] if notes else [None] * len(records),
        [f"{each.id} {sign_of(row, each)}" for each, row in zip(records, rows, strict=True)],
    ]


class _Cells(dict[str | bytes | None, Cell | None]):
    """The cells of a field's values, made when first asked for."""

    def __init__(self, each: Field, language: Language) -> None:
        super().__init__({None: None})
        self._cell_of = each.type.cell
        self._language = language

    def __missing__(self, text: str) -> Cell | None:
        cell = self[text] = holdable(self._cell_of(text, self._language))
        return cell

    def of(self, values: Sequence[Value | None]) -> list[Cell | None]:
        """Return the cells of values, None for None."""
        if not any(values) and values.count(None) == len(values):
            return [None] * len(values)
        if len(self) > _REMEMBERED:
            self.clear()
            self[None] = None
        if {*map(type, values)} <= _TEXTS:
            return list(map(self.__getitem__, cast("Sequence[str | None]", values)))
        return [
            self[value] if value is None or value.__class__ is str else self._of_data(value)
            for value in values
        ]

    def _of_data(self, value: Value) -> Cell | None:
        """Return the cell of a value that is no text."""
        key = to_json(value)  # as which 1, 1.0 and True are three
        if key not in self:
            self[key] = holdable(self._cell_of(value, self._language))
        return self[key]


def check_state(worst: str | None, marks: Sequence[str], words: Words) -> str:
    """Return the gravest severity among a record's findings, or that it passed, then its marks."""
    state = words(f"severity.{worst}") if worst else words("master.record.passed")
    told = [words.get(f"mark.{mark}") or mark for mark in marks]
    return words("master.record.and").join([state, *told])


def _files_cell(sources: Sequence[Source], words: Words) -> Cell | None:
    if len(sources) == 1:
        return holdable(sources[0].file)
    return _named(list(dict.fromkeys([source.file for source in sources])), words)


def _places_cell(sources: Sequence[Source], words: Words) -> Cell | None:
    if len(sources) == 1:
        return holdable(_place(sources[0]))
    return _named([_place(source) for source in sources], words)


def _place(source: Source) -> str:
    _, sheet, row = source
    return f"{sheet} · {row}" if row else sheet


def _named(places: Sequence[str], words: Words) -> Cell | None:
    """Return places a line each; beyond twenty, how many more."""
    rest = len(places) - SOURCES_NAMED
    more = [words("master.record.more", count=rest)] if rest > 0 else []
    return holdable("\n".join([*places[:SOURCES_NAMED], *more]))
