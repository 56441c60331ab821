"""What is wrong with one record by itself: missing fields, its table's rules, private values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlcrm.findings import Finding
from xlcrm.privacy import find_private, mask
from xlcrm.records import Record, Value
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.types.codes import CreditCode, Id
from xlcrm.spec.types.dates import Moments
from xlcrm.spec.types.numbers import Number
from xlcrm.validation.content import check_names
from xlcrm.validation.make import field_finding, is_blank
from xlcrm.validation.rules import check_rules

_MISSED = frozenset({"action-incomplete"})


def check_records(records: Iterable[Record], spec: Spec) -> Iterator[Finding]:
    """Yield the findings of records that depend on each record alone."""
    for record in records:
        table = spec.tables[record.table]
        found = [*_required(record, table), *check_rules(record, table, spec)]
        # A cell that must be filled is told so once, however many rules miss it.
        wrong = {each.cell for each in found if each.severity == "error"}
        yield from (each for each in found if each.code not in _MISSED or each.cell not in wrong)
        yield from check_names(record, table)
        yield from _private(record, table)


def _required(record: Record, table: Table) -> Iterator[Finding]:
    """A required field on the sheet that nobody filled; a missing column is told once, apart."""
    for field in table.fields:
        on_sheet = record.block.cells or field.key in record.block.columns
        if field.required and on_sheet and is_blank(record, field.key):
            yield field_finding("required-missing", record, table, field)
    id_field = table.by_key[table.id] if table.id else None
    if id_field and not id_field.required and is_blank(record, id_field.key):
        yield field_finding("id-missing", record, table, id_field)


def _private(record: Record, table: Table) -> Iterator[Finding]:
    """Private values in any cell. Ids and codes are long numbers, and no bank cards."""
    for key, value in record.values.items():
        field = table.by_key[key]
        if not isinstance(field.type, Moments | Number):
            yield from _private_in(record, table, field, value)
    for key, text in record.raw.items():
        yield from _private_in(record, table, table.by_key[key], text)
    for label, text in record.extras.items():
        for private in find_private(text):
            yield Finding(
                private.code,
                record.block.file,
                record.block.sheet,
                record.cell(label),
                table.key,
                None,
                table.name_of(record.values),
                text,
                mask(text),
                {"label": label},
            )


def _private_in(record: Record, table: Table, field: Field, value: Value) -> Iterator[Finding]:
    coded = isinstance(field.type, Id | CreditCode)
    told = set()
    for slot, text in _texts(value, field.key):
        for private in find_private(text):
            cell = (record.cell(slot), private.code)
            if cell in told or (coded and private.code == "private-bank-card"):
                continue
            told.add(cell)
            yield field_finding(
                private.code, record, table, field, slot=slot, value=text, suggestion=mask(text)
            )


def _texts(value: Value, key: str) -> Iterator[tuple[str, str]]:
    """Yield (slot, text) of a value: a cell of an action row has one of its own, all else the
    field's."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list):
        for n, each in enumerate(value, 1):
            if isinstance(each, dict):
                yield from ((f"{key}.{n}.{part}", str(text)) for part, text in each.items())
            else:
                yield from _texts(each, key)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each, key)
