"""What depends on the day of the run: dates in the future, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlcrm.findings import Finding
from xlcrm.records import Record, Value
from xlcrm.spec.model import Table
from xlcrm.spec.types.choices import bare
from xlcrm.validation.make import field_finding, is_blank
from xlcrm.validation.moments import moments_of
from xlcrm.validation.tables import Arguments, Batch, Check, RuleMaker


def _not_future(table: Table, rule: Arguments, today: str) -> Check:
    """A talk, report, completion, evaluation or entry is not later than the day of the run."""
    names = [(name, table.by_key[name.partition(".")[0]]) for name in rule["fields"]]
    tomorrow = today + "\uffff"  # after every moment of today, as text

    def suspects(batch: Batch) -> Iterable[int]:
        keys = [field.key for _, field in names if not _all_until(tomorrow, batch.texts(field.key))]
        return sorted({n for key in keys for n in batch.saying(key, may_be_later)})

    def may_be_later(value: Value) -> bool:
        return not isinstance(value, str) or value > tomorrow

    def check(record: Record) -> Iterator[Finding]:
        for name, field in names:
            for slot, text, moment in moments_of(record, name):
                if moment[:10] > today:
                    yield field_finding("future-date", record, table, field, slot=slot, value=text)

    return Check(suspects, check)


def _all_until(limit: str, texts: set[str] | None) -> bool:
    """Whether the values of a field are texts alone, and none is above a limit."""
    return texts is not None and max(texts, default="") <= limit


def _overdue(table: Table, rule: Arguments, today: str) -> Check:
    """Due before the day of the run and not done: nothing says it was done or put aside."""
    closed_key, settled = rule.get("closed", ""), rule.get("in", ())
    key, _, part = rule["due"].partition(".")
    field = table.by_key[key]

    def suspects(batch: Batch) -> Iterable[int]:
        due = enumerate(batch.column(key))
        if part:
            return (n for n, value in due if value is not None)
        done = batch.column(rule["done"])
        return (n for n, value in due if value is not None and done[n] is None)

    def check(record: Record) -> Iterator[Finding]:
        closed = record.values.get(closed_key)
        if isinstance(closed, str) and bare(closed) in settled:
            return
        if not part and not is_blank(record, rule["done"]):
            return
        for slot, text, moment in moments_of(record, rule["due"]):
            if moment[:10] < today and not (part and _part(record, slot, rule["done"])):
                yield field_finding("overdue", record, table, field, slot=slot, value=text)

    return Check(suspects, check)


def _part(record: Record, slot: str, done: str) -> str:
    """Return when the action of a slot such as ``actions.2.due`` was done."""
    key, number, _ = slot.split(".")
    actions = record.values[key]
    assert isinstance(actions, list)
    return str(actions[int(number) - 1].get(done.rpartition(".")[2], ""))


# Rules that depend on the day of the run, as ISO text.
DATED_RULES: dict[str, RuleMaker[[str]]] = {"not-future": _not_future, "overdue": _overdue}
