"""What a record says against its customer's base row: review, preferred channel, double ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from xlcrm.customers import ID, NAME, CustomerBase
from xlcrm.findings import Finding
from xlcrm.records import Record
from xlcrm.spec.model import Spec, Table
from xlcrm.text import fold
from xlcrm.validation.make import field_finding, group_of
from xlcrm.validation.tables import NOTHING, Arguments, Batch, Check, RuleMaker


def _needs_review(table: Table, rule: Arguments, spec: Spec, base: CustomerBase) -> Check:
    """A row of a VIP customer is reviewed."""
    field, base_key, wanted = table.by_key[rule["status"]], rule["base"], rule["in"]
    graded = base.states(base_key)

    def suspects(batch: Batch) -> Iterable[int]:
        return range(len(batch)) if graded else batch.filled(base_key)

    def check(record: Record) -> Iterable[Finding]:
        grade = record.values.get(base_key)
        if grade is None and graded:
            grade = _of_customer(record, base_key, base)
        if grade not in wanted or record.values.get(field.key) in rule["fit"]:
            return NOTHING
        beside = next((key for key in (ID, NAME) if record.cell(key)), None)
        return [field_finding("needs-review", record, table, field, beside=beside)]

    return Check(suspects, check)


def _off_preference(table: Table, rule: Arguments, spec: Spec, base: CustomerBase) -> Check:
    """A talk goes over the class of channels that the customer prefers."""
    field, base_key = table.by_key[rule["channel"]], rule["base"]
    customers = spec.with_role("customers")
    if customers is None or not base.states(base_key):
        return Check(lambda batch: (), lambda record: NOTHING)
    preferable = customers.by_key[base_key]

    def check(record: Record) -> Iterable[Finding]:
        channel = record.values.get(field.key)
        preferred = _of_customer(record, base_key, base)
        if not isinstance(channel, str) or not isinstance(preferred, str):
            return NOTHING
        if group_of(field, channel) == group_of(preferable, preferred):
            return NOTHING
        return [field_finding("off-preference", record, table, field, expected=preferred)]

    return Check(lambda batch: batch.filled(field.key), check)


def _of_customer(record: Record, key: str, base: CustomerBase) -> Any:
    return base.value(base.resolve(record.values, record.block.file), key, record.block.file)


def check_double_customers(
    all_of: Iterable[Batch], spec: Spec, base: CustomerBase
) -> Iterator[Finding]:
    """Yield duplicate-customer at each base row whose name stands under another id as well, where
    nobody has decided whether they are one."""
    customers = spec.with_role("customers")
    if customers is None:
        return
    rows: dict[str, list[Record]] = defaultdict(list)
    for batch in all_of:
        if batch.table == customers.key:
            for n in batch.filled(NAME):
                rows[fold(str(batch.column(NAME)[n]))].append(batch.record(n))
    field = customers.by_key[NAME]
    for group in rows.values():
        ids = {str(record.values[ID]) for record in group if ID in record.values}
        for record in group if len(ids) > 1 else ():
            own = base.resolve(record.values) or ""
            keys = {each: base.key(each) for each in ids}
            others = [e for e, key in keys.items() if own != key and not base.are_apart(own, key)]
            if others:
                told = "、".join(sorted(others))
                yield field_finding("duplicate-customer", record, customers, field, others=told)


# Rules that depend on what the customer base says.
RELATED_RULES: dict[str, RuleMaker[[Spec, CustomerBase]]] = {
    "needs-review": _needs_review,
    "off-preference": _off_preference,
}
