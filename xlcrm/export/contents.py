"""What is exported, as tables: records, where each stands, what was found, and the run itself."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, NamedTuple

from xlcrm.export.columns import Cell, Column, Kind, TableData, whole
from xlcrm.export.record_table import RecordTable
from xlcrm.findings import Finding, Language
from xlcrm.records import LedgerRecord, Source, Value
from xlcrm.spec.model import Spec
from xlcrm.text import escaped
from xlcrm.values import dataclass

FORM = 1  # of these tables: another number, another form
Addresses = Mapping[str, str]  # A1 addresses by field
_ROW = re.compile(r"\d+$")


class Version(NamedTuple):
    """What one source says of a field on which a record's sources disagree; ``field`` is blank for
    the record as a whole, ``choice`` the decision, None while it waits for one."""

    record: str
    table: str
    field: str
    number: int
    value: Value | None
    source: str
    choice: str | None


@dataclass(frozen=True)
class Contents:
    """What is exported of a ledger. ``records`` come by table in source order; ``cells`` gives the
    addresses of a record's values in each of its sources; ``files`` are mappings of path, status,
    reason, rows_seen, rows_merged, rows_rejected and owner; ``notes`` are the lead's by record;
    ``info`` is JSON data on the run, by name."""

    records: Mapping[str, Sequence[LedgerRecord]]
    findings: Sequence[Finding] = ()
    files: Sequence[Mapping[str, Any]] = ()
    conflicts: Sequence[Version] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    cells: Callable[[LedgerRecord], Sequence[Addresses | None]] = lambda record: ()
    info: Mapping[str, Any] = field(default_factory=dict)


def _table(name: str, key: str, /, **kinds: Kind) -> TableData:
    return TableData(name, [Column(*each) for each in kinds.items()], tuple(key.split()))


# Our own tables; of every other the columns follow from its declaration.
SOURCES = _table(
    "xlcrm_sources",
    "record_key number",
    record_key="text",
    number="integer",
    table_name="text",
    file="text",
    sheet="text",
    row_number="integer",
    cells="json",
)
FINDINGS = _table(
    "xlcrm_findings",
    "number",
    number="integer",
    code="text",
    severity="text",
    file="text",
    sheet="text",
    cell="text",
    table_name="text",
    field="text",
    record="text",
    record_key="text",
    value="text",
    suggestion="text",
    message="text",
)
CONFLICTS = _table(
    "xlcrm_conflicts",
    "record_key field number",
    record_key="text",
    field="text",
    number="integer",
    table_name="text",
    value="json",
    source="text",
    choice="text",
)
FILES = _table(
    "xlcrm_files",
    "number",
    number="integer",
    path="text",
    status="text",
    reason="text",
    rows_seen="integer",
    rows_merged="integer",
    rows_rejected="integer",
    owner="text",
)
FIELDS = _table(
    "xlcrm_fields",
    "table_name column_name",
    table_name="text",
    column_name="text",
    number="integer",
    kind="text",
    field="text",
    label_zh="text",
    label_en="text",
)
INFO = _table("xlcrm_export", "name", name="text", value="json")
OWN_TABLES = (SOURCES, FINDINGS, CONFLICTS, FILES, FIELDS, INFO)


def record_tables(spec: Spec) -> list[RecordTable]:
    """Return the tables of records, but for what is never merged."""
    return [RecordTable(table) for table in spec.tables.values() if not table.private]


def schema(spec: Spec) -> list[TableData]:
    """Return every table, without rows."""
    return [*(each.data() for each in record_tables(spec)), *OWN_TABLES]


def tables_of(contents: Contents, spec: Spec, language: Language) -> Iterator[TableData]:
    """Yield the tables of an export; what they say besides data is in ``language``."""
    position = 0
    for made in record_tables(spec):
        records = contents.records.get(made.table.key, ())
        numbered = enumerate(records, position)
        rows = [made.row(each, n, contents.notes.get(each.id)) for n, each in numbered]
        position += len(records)
        yield made.data(rows)
    rows_by_table: tuple[tuple[TableData, Iterator[Sequence[Cell]]], ...] = (
        (SOURCES, _sources(contents)),
        (FINDINGS, _findings(contents, spec, language)),
        (CONFLICTS, _conflicts(contents)),
        (FILES, _files(contents)),
        (FIELDS, field_rows(spec)),
        (INFO, iter(({"form": FORM} | dict(contents.info)).items())),
    )
    for table, found in rows_by_table:
        yield replace(table, rows=list(found))


def field_rows(spec: Spec) -> Iterator[Sequence[Cell]]:
    """Yield what each column of each table is: its kind, and the field it is of."""
    for table in schema(spec):
        declared = spec.tables.get(table.name)
        for n, column in enumerate(table.columns, 1):
            of = declared.by_key[column.field] if declared and column.field else None
            labels = (of.labels["zh"], of.labels["en"]) if of else (None, None)
            yield table.name, column.name, n, column.kind, column.field, *labels


def _sources(contents: Contents) -> Iterator[Sequence[Cell]]:
    for record in (each for records in contents.records.values() for each in records):
        cells = contents.cells(record)
        for n, (file, sheet, row) in enumerate(record.sources):
            found = dict(cells[n] or {}) if n < len(cells) else {}
            place = escaped(file), whole(sheet), row or None
            yield record.id, n, record.table, *place, found or None


def _findings(contents: Contents, spec: Spec, language: Language) -> Iterator[Sequence[Cell]]:
    places = _Places(contents, spec)
    for n, each in enumerate(contents.findings, 1):
        said = (each.said_sheet, each.cell, each.table, each.field, each.record)
        texts = (each.value, each.suggestion, each.message(language))
        cells = (*said, places.record_of(each), *texts)
        plain = (whole(cell) if cell else None for cell in cells)
        yield n, each.code, each.severity, escaped(each.file), *plain


def _conflicts(contents: Contents) -> Iterator[Sequence[Cell]]:
    for each in contents.conflicts:
        value = each.value if not isinstance(each.value, tuple) else list(each.value)
        source = whole(each.source)
        yield each.record, each.field, each.number, each.table, value, source, each.choice


def _files(contents: Contents) -> Iterator[Sequence[Cell]]:
    names = [column.name for column in FILES.columns[2:-1]]
    for n, each in enumerate(contents.files, 1):
        yield n, escaped(each["path"]), *map(each.get, names), whole(each["owner"]) or None


class _Places:
    """Which record stands where."""

    def __init__(self, contents: Contents, spec: Spec) -> None:
        self._spec = spec
        self._begun: dict[tuple[str, str, str], list[tuple[int, str]]] = defaultdict(list)
        for record in (each for records in contents.records.values() for each in records):
            for file, sheet, row in record.sources:
                self._begun[file, sheet, record.table].append((row, record.id))
        for begun in self._begun.values():
            begun.sort()

    def record_of(self, finding: Finding) -> str | None:
        """Return the key of the record at whose place a finding stands: of a list the one in its
        row, of a form the last one that begins above."""
        if not (finding.sheet and finding.cell and finding.table in self._spec.tables):
            return None
        begun = self._begun.get((finding.file, finding.sheet, finding.table or ""), [])
        match = _ROW.search(finding.cell)
        row = int(match.group()) if match else 0
        n = bisect_right(begun, (row, "~")) - 1
        is_form = self._spec.tables[finding.table or ""].layout == "form"
        if not begun or (n < 0 and not is_form) or (begun[n][0] != row and not is_form):
            return None
        return begun[max(n, 0)][1]


def source_of(row: Sequence[Any]) -> tuple[str, Source]:
    """Return the record's key and the source that a row of ``SOURCES`` says."""
    record, _, _, file, sheet, number, _ = row
    return record, Source(file, sheet, number or 0)
