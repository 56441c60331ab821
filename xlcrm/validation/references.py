"""What is wrong between records: ids given twice, customers that nobody registered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from xlcrm.customers import ID, NAME, CustomerBase
from xlcrm.findings import Finding
from xlcrm.records import Record
from xlcrm.spec.model import Spec
from xlcrm.spec.types.codes import Reference
from xlcrm.text import fold
from xlcrm.validation.make import field_finding
from xlcrm.validation.tables import Batch, batches

_OTHERS = 5  # cells that a message names


def check_duplicates(records: Iterable[Record], spec: Spec) -> Iterator[Finding]:
    """Yield duplicate-id at each of the records of one workbook that share a table's id.

    An unchanged copy on another sheet is no record of its own.
    """
    for key, batch in batches(sorted(records, key=attrgetter("block.table"))):
        table = spec.tables[key]
        for group in _sharing(batch, table.id) if table.id else ():
            field = table.by_key[table.id or ""]
            for record in group:
                others = _cells(record, [each for each in group if each is not record], field.key)
                yield field_finding("duplicate-id", record, table, field, others=others)


def _sharing(batch: Batch, key: str) -> Iterator[list[Record]]:
    """Yield the records that share an id, where there are several, without unchanged copies."""
    counts = Counter(batch.column(key))
    groups: dict[str, list[Record]] = defaultdict(list)
    for n, value in enumerate(batch.column(key) if len(counts) < len(batch.records) else ()):
        if isinstance(value, str) and counts[value] > 1:
            record, group = batch.records[n], groups[value]
            if not any(record.copies(other) for other in group):
                group.append(record)
    return (group for group in groups.values() if len(group) > 1)


def _cells(record: Record, others: Sequence[Record], key: str) -> str:
    """Return the cells of the other records, with their sheet where it is another."""
    texts = [
        (f"{each.block.sheet}!" if each.block.sheet != record.block.sheet else "")
        + (each.cell(key) or "")
        for each in others
    ]
    more = "…" if len(texts) > _OTHERS else ""
    return "、".join(texts[:_OTHERS]) + more


def check_customers(records: Iterable[Record], spec: Spec, base: CustomerBase) -> Iterator[Finding]:
    """Yield unknown-customer and name-mismatch, where a customer base is known at all."""
    if base.is_empty:
        return
    for record in records:
        table = spec.tables[record.table]
        field, customer_id = table.by_key.get(ID), record.values.get(ID)
        if not field or not isinstance(field.type, Reference) or not isinstance(customer_id, str):
            continue
        file = record.block.file
        if not base.knows(customer_id, file):
            yield field_finding("unknown-customer", record, table, field)
            continue
        name, expected = record.values.get(NAME), base.name(customer_id, file)
        if not isinstance(name, str) or not expected or fold(name) == fold(expected):
            continue
        if base.resolve({NAME: name}, file) != customer_id:  # nor a name decided to be the same
            yield field_finding(
                "name-mismatch", record, table, table.by_key[NAME], expected=expected
            )
