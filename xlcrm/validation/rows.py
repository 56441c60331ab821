"""What is wrong with one record by itself: missing fields, its table's rules, private values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xlcrm.findings import Finding
from xlcrm.privacy import find_private, mask, may_hold_private
from xlcrm.records import Record, Value
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.types.codes import CreditCode, Id
from xlcrm.spec.types.dates import Moments
from xlcrm.spec.types.numbers import Number
from xlcrm.spec.types.texts import Contact
from xlcrm.validation.content import check_name
from xlcrm.validation.make import field_finding, is_blank
from xlcrm.validation.rules import RULES
from xlcrm.validation.tables import checks_of

_MISSED = frozenset({"action-incomplete"})


def check_records(records: Sequence[Record], spec: Spec) -> Iterator[Finding]:
    """Yield the findings of records that depend on each record alone."""
    prepared: dict[str, _Checks] = {}
    # Most workbooks hold nothing that may be private: one look at all of their text says so.
    is_suspicious = may_hold_private("\n".join(_all_texts(records, spec)))
    for record in records:
        key = record.block.table
        checks = prepared.get(key) or prepared.setdefault(key, _Checks(spec.tables[key], spec))
        yield from checks.findings(record)
        if is_suspicious and not checks.table.private:
            yield from _private(record, checks.table)


class _Checks:
    """What the checks of a table's records need of it, looked up once."""

    def __init__(self, table: Table, spec: Spec) -> None:
        self.table = table
        self._rules = checks_of(table, RULES, spec)
        self._contacts = [each for each in table.fields if isinstance(each.type, Contact)]
        self._keys = [key for part in table.key_fields for key in part]
        self._keys += [table.id] if table.id else []
        required = [each.key for each in table.fields if each.required]
        # What a record has where nothing is missing: a blank id, too, is told.
        self._wanted = frozenset([*required, table.id or self._keys[0]])

    def findings(self, record: Record) -> Iterable[Finding]:
        """Return what is missing from a record, what the table's rules say of it, and names."""
        found: list[Finding] = []
        if not self._wanted <= record.values.keys():
            found += self._missing(record)
        for check in self._rules:
            found += check(record)
        if found:
            # A cell that must be filled is told so once, however many rules miss it.
            wrong = {each.cell for each in found if each.severity == "error"}
            found = [each for each in found if each.code not in _MISSED or each.cell not in wrong]
        for field in self._contacts:
            if field.key in record.values:
                found += check_name(record, self.table, field)
        return found

    def _missing(self, record: Record) -> Iterator[Finding]:
        """Yield wanted fields on the sheet left blank; a missing column is told once, apart."""
        places = record.block.cells or record.block.columns
        for field in self.table.fields:
            on_sheet = record.block.cells or field.key in places
            if field.required and on_sheet and is_blank(record, field.key):
                yield field_finding("required-missing", record, self.table, field)
        if not any(key in places for key in self._keys):
            # Nothing on the sheet could tell which record this is: the row can't be merged.
            filled = next(iter([*record.values, *record.raw]), None)
            field = self.table.by_key[self._keys[0]]
            yield field_finding("required-missing", record, self.table, field, beside=filled)
        id_field = self.table.by_key[self.table.id] if self.table.id else None
        if id_field and not id_field.required and is_blank(record, id_field.key):
            yield field_finding("id-missing", record, self.table, id_field)


def _all_texts(records: Iterable[Record], spec: Spec) -> set[str]:
    """Return all that is written in records, dates and numbers apart."""
    plain = {
        key: {each.key for each in table.fields if isinstance(each.type, Moments | Number)}
        for key, table in spec.tables.items()
    }
    texts: set[str] = set()
    for record in records:
        for key, value in record.values.items():
            if key in plain[record.block.table]:
                continue
            if value.__class__ is str:
                texts.add(value)
            elif value.__class__ is list and value and value[0].__class__ is str:
                texts.update(value)
            elif value.__class__ is list or value.__class__ is dict:
                texts.update(text for _, text in _texts(value, key))
        if record.raw or record.extras:
            texts.update(record.raw.values(), record.extras.values())
    return texts


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
