"""Rules on what a record says: names, vague words, consent, actions, and when it was finished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from xlcrm.findings import Finding
from xlcrm.records import Record, Value
from xlcrm.spec.chinese_dates import read_deadline
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.actions import Actions
from xlcrm.spec.types.choices import bare
from xlcrm.spec.types.texts import Contact
from xlcrm.spec.working_days import add_working_days, is_working_day
from xlcrm.validation.make import field_finding, is_blank
from xlcrm.validation.words import is_vague, is_whole_name, masked_name

Arguments = Mapping[str, Any]


def check_names(record: Record, table: Table) -> Iterator[Finding]:
    """Yield unmasked-name for every contact of a customer that is a whole name."""
    for key, value in record.values.items():
        field = table.by_key[key]
        if isinstance(field.type, Contact) and isinstance(value, str) and is_whole_name(value):
            yield field_finding("unmasked-name", record, table, field, value=masked_name(value))


def _no_consent(record: Record, table: Table, rule: Arguments, spec: Spec) -> Iterator[Finding]:
    """A recording has the customer's consent."""
    if record.values.get(rule["field"]) in rule["in"]:
        yield field_finding("no-consent", record, table, table.by_key[rule["field"]])


def _needed_code(record: Record, table: Table, rule: Arguments, spec: Spec) -> Iterator[Finding]:
    """An organisation, known by its size, has a credit code."""
    size = record.values.get(rule["size"])
    is_organisation = isinstance(size, str) and bare(size) not in rule["in"]
    if is_organisation and is_blank(record, rule["code"]):
        yield field_finding("credit-code-missing", record, table, table.by_key[rule["code"]])


def _vague(record: Record, table: Table, rule: Arguments, spec: Spec) -> Iterator[Finding]:
    for key in rule["fields"]:
        value = record.values.get(key)
        text = "".join(value) if isinstance(value, list) else value
        if isinstance(text, str) and is_vague(text):
            yield field_finding("vague-text", record, table, table.by_key[key])


def _channel_fit(record: Record, table: Table, rule: Arguments, spec: Spec) -> Iterator[Finding]:
    """An urgent talk by phone or message, a formal one by mail or in person."""
    urgency, channel = (record.values.get(rule[name]) for name in ("field", "channel"))
    if urgency in rule["in"] and isinstance(channel, str):
        field = table.by_key[rule["channel"]]
        if spec.vocabularies["channel"].group(bare(channel)) not in rule["fit"]:
            yield field_finding("channel-fit", record, table, field, trigger=str(urgency))


def _action_incomplete(
    record: Record, table: Table, rule: Arguments, spec: Spec
) -> Iterator[Finding]:
    """An action has a due date, and an owner, who may be the record's."""
    action = table.by_key[rule["action"]]
    owned = not is_blank(record, rule["owner"]) if "owner" in rule else False
    value = record.values.get(action.key)
    if not isinstance(action.type, Actions):
        if value is None:
            return
        needed = [] if _due_in_words(record, table, value) else [rule["due"]]
        for key in needed + ([] if owned or "owner" not in rule else [rule["owner"]]):
            if is_blank(record, key):
                yield field_finding("action-incomplete", record, table, table.by_key[key])
        return
    if action.key in record.raw:
        return  # a cell of the rows was not understood, and is told itself
    for n, row in enumerate(value if isinstance(value, list) else (), 1):
        for part in ("due",) if owned or row.get("owner") else ("due", "owner"):
            if not row.get(part):
                slot = f"{action.key}.{n}.{part}"
                yield field_finding("action-incomplete", record, table, action, slot=slot, value="")


def _due_in_words(record: Record, table: Table, action: Value) -> bool:
    """Whether an action names its due date itself: ``5月25日前发送方案``, ``3日内回访``."""
    day = record.values.get(table.date or "")
    anchor = _day(day) if isinstance(day, str) else None
    return isinstance(action, str) and read_deadline(action, anchor) is not None


def _late_completion(
    record: Record, table: Table, rule: Arguments, spec: Spec
) -> Iterator[Finding]:
    """Finished more than some working days after the talk (document A's form)."""
    talk, recorded = (record.values.get(rule[name]) for name in ("talk", "recorded"))
    if not isinstance(talk, str) or not isinstance(recorded, str):
        return
    limit = spec.parameter("completion_days")
    ended, entered = (_day(text) for text in (talk.rpartition("/")[2], recorded))
    if entered > add_working_days(ended, limit):
        field = table.by_key[rule["recorded"]]
        days = sum(map(is_working_day, _days_after(ended, entered)))
        yield field_finding(
            "late-completion", record, table, field, days=str(days), limit=f"{limit:g}"
        )


def _day(iso: str) -> date:
    return date.fromisoformat(iso[:10])


def _days_after(first: date, last: date) -> Iterator[date]:
    while first < last:
        first += timedelta(days=1)
        yield first


CONTENT_RULES = {
    "no-consent": _no_consent,
    "credit-code-missing": _needed_code,
    "vague-text": _vague,
    "channel-fit": _channel_fit,
    "action-incomplete": _action_incomplete,
    "late-completion": _late_completion,
}
