"""What customers' changes leave unsaid: where the first of them started from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from xlcrm.customers import CustomerBase
from xlcrm.findings import Finding
from xlcrm.records import Record
from xlcrm.spec.model import Field, Spec
from xlcrm.spec.types.choices import Change, Choice, arrow_of
from xlcrm.spec.vocabulary import Vocabulary
from xlcrm.timelines import Said, id_order, steps
from xlcrm.validation.make import field_finding
from xlcrm.validation.moments import moment_of
from xlcrm.validation.tables import Batch

_Entry: TypeAlias = Said[tuple[Record, Field]]


def check_changes(all_of: Iterable[Batch], spec: Spec, base: CustomerBase) -> Iterator[Finding]:
    """Yield from-assumed at each change whose start is not said and was assumed.

    A customer's changes are those of all records of the run, in date order.
    """
    for (customer, list_key), said in _said(all_of, spec, base).items():
        vocabulary = spec.vocabularies[list_key]
        for step in steps(said, vocabulary, _of_base(customer, vocabulary, spec, base)):
            if step.is_assumed:
                record, field = step.said.source
                table = spec.tables[record.table]
                yield field_finding("from-assumed", record, table, field, read=step.before or "")


def _said(
    all_of: Iterable[Batch], spec: Spec, base: CustomerBase
) -> dict[tuple[str, str], list[_Entry]]:
    """Return what records say of each customer's changes, by customer and vocabulary."""
    said: dict[tuple[str, str], list[_Entry]] = defaultdict(list)
    before = 0
    for batch in all_of:
        for field in spec.tables[batch.table].fields:
            for n in batch.filled(field.key) if isinstance(field.type, Change) else ():
                record = batch.record(n)
                entry = _entry(record, field, before + n, spec)
                customer = base.resolve(record.values, record.block.file) if entry else None
                if entry and customer and isinstance(field.type, Change):
                    said[customer, field.type.vocabulary.key].append(entry)
        before += len(batch)
    return said


def _entry(record: Record, field: Field, number: int, spec: Spec) -> _Entry | None:
    value = record.values.get(field.key)
    if not isinstance(value, str):
        return None
    table = spec.tables[record.table]
    day = moment_of(record.values.get(table.date or ""))[:10]
    if not day:
        return None
    before, after, _ = arrow_of(value)
    rank = (id_order(record.values.get(table.id or "")), number)
    return Said(day, rank, before, after, (record, field)) if after else None


def _of_base(customer: str, vocabulary: Vocabulary, spec: Spec, base: CustomerBase) -> str | None:
    """Return the customer base's value of the same list."""
    table = spec.with_role("customers")
    for field in table.fields if table else ():
        if isinstance(field.type, Choice) and field.type.vocabulary.key == vocabulary.key:
            value = base.value(customer, field.key)
            return value if isinstance(value, str) else None
    return None
