"""What is wrong with one record by itself: missing fields, its table's rules, private values."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from xlcrm.findings import Finding
from xlcrm.privacy import find_private, mask, may_hold_private
from xlcrm.records import Record, Records, Value
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.types.codes import CreditCode, Id
from xlcrm.spec.types.dates import Moments
from xlcrm.spec.types.numbers import Number
from xlcrm.spec.types.texts import Contact
from xlcrm.validation.content import is_unmasked, unmasked
from xlcrm.validation.make import field_finding, is_blank
from xlcrm.validation.rules import RULES
from xlcrm.validation.tables import Batch, asked, batches, checks_of

_MISSED = frozenset({"action-incomplete"})


def check_records(blocks: Sequence[Records], spec: Spec) -> Iterator[Finding]:
    """Yield the findings of records that depend on each record alone."""
    for batch in batches(blocks):
        checks = _checks(spec, batch.table)
        found = checks.findings(batch)
        if not checks.table.private:
            for n, finding in _private(batch, checks.table):
                found[n].append(finding)
        for n in sorted(found):
            yield from found[n]


@lru_cache(maxsize=64)
def _checks(spec: Spec, table: str) -> _Checks:
    return _Checks(spec.tables[table], spec)


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
        self._wanted = dict.fromkeys([*required, table.id or self._keys[0]])

    def findings(self, batch: Batch) -> dict[int, list[Finding]]:
        """Return what is missing from each record of a batch, what the table's rules say of it,
        and names, by its number."""
        found: dict[int, list[Finding]] = defaultdict(list)
        for n in self._lacking(batch):
            found[n] += self._missing(batch.record(n))
        for n, others in asked(batch, self._rules).items():
            found[n] += others
        for n, all_found in found.items():
            # A cell that must be filled is told so once, however many rules miss it.
            wrong = {each.cell for each in all_found if each.severity == "error"}
            found[n] = [
                each for each in all_found if each.code not in _MISSED or each.cell not in wrong
            ]
        for field in self._contacts:
            for n in batch.saying(field.key, is_unmasked):
                found[n].append(unmasked(batch.record(n), self.table, field))
        return found

    def _lacking(self, batch: Batch) -> Iterable[int]:
        """Yield the numbers of records that lack a value they are wanted to have."""
        return batch.lacking(self._wanted)

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


def _private(batch: Batch, table: Table) -> Iterator[tuple[int, Finding]]:
    """Yield private values in any cell, with the numbers of their records."""
    fields = [table.by_key[key] for key in batch.keys]
    texts = {
        field.key: _all_text(batch, field.key)
        for field in fields
        if not isinstance(field.type, Moments | Number)
    }
    # Most tables, and most columns, hold nothing that may be private: one look at all of their text
    # says so.
    if not may_hold_private("|".join(texts.values())):
        texts = {}
    for key in (key for key, text in texts.items() if may_hold_private(text)):
        field = table.by_key[key]
        for n, value in enumerate(batch.column(key)):
            if value is not None:
                record = batch.record(n)
                yield from ((n, each) for each in _private_in(record, table, field, value))
    for n in batch.odd:
        record = batch.record(n)
        for key, text in record.raw.items():
            for finding in _private_in(record, table, table.by_key[key], text):
                yield n, finding
        for label, text in record.extras.items():
            yield from ((n, each) for each in _private_beside(record, table, label, text))


def _all_text(batch: Batch, key: str) -> str:
    """Return all text of a field, however its values hold it, in the cheapest form there is."""
    texts: Iterable[str] | None = batch.texts(key)
    if texts is None:
        column = [value for value in batch.column(key) if value is not None]
        several = list(chain.from_iterable(value for value in column if isinstance(value, list)))
        if {*map(type, column)} != {list} or {*map(type, several)} != {str}:
            return json.dumps(column, ensure_ascii=False)
        texts = {*several}
    return "|".join(texts)


def _private_beside(record: Record, table: Table, label: str, text: str) -> Iterator[Finding]:
    """Yield private values in a column that the table doesn't have."""
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
    """Yield private values in a field. Ids and codes are long numbers, and no bank cards."""
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
