"""What depends on the day of the run: dates in the future, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from xlcrm.findings import Finding
from xlcrm.records import Record
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.choices import bare
from xlcrm.validation.make import field_finding, is_blank
from xlcrm.validation.moments import moments_of
from xlcrm.validation.tables import checks_by_table

Arguments = Mapping[str, Any]


def check_dated(records: Iterable[Record], spec: Spec, as_of: date) -> Iterator[Finding]:
    """Yield the findings of records that depend on the day ``as_of``."""
    today = as_of.isoformat()
    checks = checks_by_table(spec, DATED_RULES)
    for record in records:
        table = spec.tables[record.table]
        for check, arguments in checks[record.table]:
            yield from check(record, table, arguments, today)


def _not_future(record: Record, table: Table, rule: Arguments, today: str) -> Iterator[Finding]:
    """A talk, report, completion, evaluation or entry is not later than the day of the run."""
    for name in rule["fields"]:
        value = record.values.get(name)
        if isinstance(value, str) and value[:10] <= today:
            continue
        field = table.by_key[name.partition(".")[0]]
        for slot, text, moment in moments_of(record, name):
            if moment[:10] > today:
                yield field_finding("future-date", record, table, field, slot=slot, value=text)


def _overdue(record: Record, table: Table, rule: Arguments, today: str) -> Iterator[Finding]:
    """Due before the day of the run and not done: nothing says it was done or put aside."""
    closed = record.values.get(rule.get("closed", ""))
    if isinstance(closed, str) and bare(closed) in rule["in"]:
        return
    key, _, part = rule["due"].partition(".")
    field = table.by_key[key]
    for slot, text, moment in moments_of(record, rule["due"]):
        done = _part(record, slot, rule["done"]) if part else not is_blank(record, rule["done"])
        if moment[:10] < today and not done:
            yield field_finding("overdue", record, table, field, slot=slot, value=text)


def _part(record: Record, slot: str, done: str) -> str:
    """Return when the action of a slot such as ``actions.2.due`` was done."""
    key, number, _ = slot.split(".")
    actions = record.values[key]
    assert isinstance(actions, list)
    return str(actions[int(number) - 1].get(done.rpartition(".")[2], ""))


DATED_RULES = {"not-future": _not_future, "overdue": _overdue}
