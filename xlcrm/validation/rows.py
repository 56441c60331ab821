"""What is wrong with one record by itself: missing fields, its table's rules, private values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
from xlcrm.validation.rules import RULES, check_rules
from xlcrm.validation.tables import checks_of

_MISSED = frozenset({"action-incomplete"})


def check_records(records: Iterable[Record], spec: Spec) -> Iterator[Finding]:
    """Yield the findings of records that depend on each record alone."""
    prepared: dict[str, _Checks] = {}
    for record in records:
        checks = prepared.get(record.table)
        if checks is None:
            checks = prepared[record.table] = _Checks(spec.tables[record.table])
        table = checks.table
        found = [*checks.required(record), *check_rules(record, table, spec, checks.rules)]
        if found:
            # A cell that must be filled is told so once, however many rules miss it.
            wrong = {each.cell for each in found if each.severity == "error"}
            for each in found:
                if each.code not in _MISSED or each.cell not in wrong:
                    yield each
        for field in checks.contacts:
            if field.key in record.values:
                yield from check_name(record, table, field)
        if checks.may_be_private(record):
            yield from _private(record, table)


class _Checks:
    """What the checks of a table's records need of it, looked up once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rules = checks_of(table, RULES)
        self.contacts = [each for each in table.fields if isinstance(each.type, Contact)]
        self._keys = [key for part in table.key_fields for key in part]
        self._keys += [table.id] if table.id else []
        self._required = [each for each in table.fields if each.required]
        id_field = table.by_key[table.id] if table.id else None
        self._optional_id = id_field if id_field and not id_field.required else None
        self._numbers = {
            each.key for each in table.fields if isinstance(each.type, Moments | Number)
        }

    def required(self, record: Record) -> Iterator[Finding]:
        """Yield required fields on the sheet left blank; a missing column is told once, apart."""
        for field in self._required:
            on_sheet = record.block.cells or field.key in record.block.columns
            if on_sheet and is_blank(record, field.key):
                yield field_finding("required-missing", record, self.table, field)
        places = record.block.cells or record.block.columns
        if not any(key in places for key in self._keys):
            # Nothing on the sheet could tell which record this is: the row can't be merged.
            filled = next(iter([*record.values, *record.raw]), None)
            field = self.table.by_key[self._keys[0]]
            yield field_finding("required-missing", record, self.table, field, beside=filled)
        if self._optional_id and is_blank(record, self._optional_id.key):
            yield field_finding("id-missing", record, self.table, self._optional_id)

    def may_be_private(self, record: Record) -> bool:
        """Whether any text of a record may hold a private value: most hold none, and one look at
        all of them together says so."""
        texts = [*record.raw.values(), *record.extras.values()]
        for key, value in record.values.items():
            if isinstance(value, str):
                if key not in self._numbers:
                    texts.append(value)
            elif isinstance(value, list | dict):
                texts += (text for _, text in _texts(value, key))
        return may_hold_private("\n".join(texts))


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
