"""What is wrong between records: ids given twice, customers that nobody registered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from xlcrm.customers import ID, NAME, CustomerBase
from xlcrm.findings import Finding
from xlcrm.records import Record, Records, Value
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.types.codes import Reference
from xlcrm.text import fold
from xlcrm.validation.make import field_finding
from xlcrm.validation.tables import Batch, batches

_OTHERS = 5  # cells that a message names


def check_duplicates(blocks: Iterable[Records], spec: Spec) -> Iterator[Finding]:
    """Yield duplicate-id at each of the records of one workbook that share a table's id.

    An unchanged copy on another sheet is no record of its own.
    """
    for batch in batches(sorted(blocks, key=attrgetter("table"))):
        table = spec.tables[batch.table]
        for group in _sharing(batch, table.id) if table.id else ():
            field = table.by_key[table.id or ""]
            for record in group:
                others = _cells(record, [each for each in group if each is not record], field.key)
                yield field_finding("duplicate-id", record, table, field, others=others)


def _sharing(batch: Batch, key: str) -> Iterator[list[Record]]:
    """Yield the records that share an id, where there are several, without unchanged copies."""
    counts = Counter(batch.column(key))
    groups: dict[str, list[Record]] = defaultdict(list)
    for n, value in enumerate(batch.column(key) if len(counts) < len(batch) else ()):
        if isinstance(value, str) and counts[value] > 1:
            record, group = batch.record(n), groups[value]
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


def check_customers(all_of: Iterable[Batch], spec: Spec, base: CustomerBase) -> Iterator[Finding]:
    """Yield unknown-customer and name-mismatch, where a customer base is known at all."""
    if base.is_empty:
        return
    for batch in all_of:
        table = spec.tables[batch.table]
        field = table.by_key.get(ID)
        if field and isinstance(field.type, Reference):
            named = list(zip(batch.column(ID), batch.column(NAME), batch.files, strict=True))
            wrong = {each for each in set(named) if not _fits(*each, base)}
            for n, each in enumerate(named) if wrong else ():
                if each in wrong:
                    yield _misfit(batch.record(n), table, field, base)


def _fits(customer_id: Value | None, name: Value | None, file: str, base: CustomerBase) -> bool:
    """Whether an id is known, and a name beside it is its own."""
    if not isinstance(customer_id, str):
        return True
    if not base.knows(customer_id, file):
        return False
    expected = base.name(customer_id, file)
    if not isinstance(name, str) or not expected or fold(name) == fold(expected):
        return True
    own = base.resolve({ID: customer_id}, file)
    return base.resolve({NAME: name}, file) == own  # a name decided to be the same


def _misfit(record: Record, table: Table, field: Field, base: CustomerBase) -> Finding:
    customer_id, file = str(record.values[ID]), record.block.file
    if not base.knows(customer_id, file):
        return field_finding("unknown-customer", record, table, field)
    expected = base.name(customer_id, file) or ""
    return field_finding("name-mismatch", record, table, table.by_key[NAME], expected=expected)
