"""What a record says against its customer's base row: review, preferred channel, double ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from xlcrm.customers import ID, NAME, CustomerBase
from xlcrm.findings import Finding
from xlcrm.records import Record
from xlcrm.spec.model import Spec, Table
from xlcrm.text import fold
from xlcrm.validation.make import field_finding, group_of
from xlcrm.validation.tables import checks_by_table

Arguments = Mapping[str, Any]


def check_relations(records: Iterable[Record], spec: Spec, base: CustomerBase) -> Iterator[Finding]:
    """Yield needs-review and off-preference of records, as their customers' base rows ask."""
    checks = checks_by_table(spec, RELATED_RULES)
    for record in records:
        table = spec.tables[record.table]
        for check, arguments in checks[record.table]:
            yield from check(record, table, arguments, spec, base)


def _needs_review(
    record: Record, table: Table, rule: Arguments, spec: Spec, base: CustomerBase
) -> Iterator[Finding]:
    """A row of a VIP customer is reviewed."""
    grade = record.values.get(rule["base"]) or _of_customer(record, rule["base"], base)
    if grade in rule["in"] and record.values.get(rule["status"]) not in rule["fit"]:
        beside = next((key for key in (ID, NAME) if record.cell(key)), None)
        field = table.by_key[rule["status"]]
        yield field_finding("needs-review", record, table, field, beside=beside)


def _off_preference(
    record: Record, table: Table, rule: Arguments, spec: Spec, base: CustomerBase
) -> Iterator[Finding]:
    """A talk goes over the class of channels that the customer prefers."""
    channel = record.values.get(rule["channel"])
    preferred = _of_customer(record, rule["base"], base)
    customers = spec.with_role("customers")
    if customers and isinstance(channel, str) and isinstance(preferred, str):
        field = table.by_key[rule["channel"]]
        if group_of(field, channel) != group_of(customers.by_key[rule["base"]], preferred):
            yield field_finding("off-preference", record, table, field, expected=preferred)


def _of_customer(record: Record, key: str, base: CustomerBase) -> Any:
    return base.value(base.resolve(record.values, record.block.file), key, record.block.file)


def check_double_customers(records: Iterable[Record], spec: Spec) -> Iterator[Finding]:
    """Yield duplicate-customer at each base row whose name stands under another id as well."""
    customers = spec.with_role("customers")
    if customers is None:
        return
    rows: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        name = record.values.get(NAME)
        if record.table == customers.key and isinstance(name, str):
            rows[fold(name)].append(record)
    field = customers.by_key[NAME]
    for group in rows.values():
        ids = {str(record.values[ID]) for record in group if ID in record.values}
        for record in group if len(ids) > 1 else ():
            others = "、".join(sorted(ids - {str(record.values.get(ID))}))
            yield field_finding("duplicate-customer", record, customers, field, others=others)


RELATED_RULES = {"needs-review": _needs_review, "off-preference": _off_preference}
