"""Rules on what a record says: names, vague words, consent, actions, and when it was finished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from xlcrm.findings import Finding
from xlcrm.records import Record
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.names import is_whole_name, masked_name
from xlcrm.spec.types.actions import Actions
from xlcrm.spec.types.choices import bare
from xlcrm.validation.make import field_finding, group_of, is_blank
from xlcrm.validation.words import is_vague

Arguments = Mapping[str, Any]


def check_name(record: Record, table: Table, field: Field) -> Iterator[Finding]:
    """Yield unmasked-name where a customer's contact is a whole name."""
    value = record.values.get(field.key)
    if isinstance(value, str) and is_whole_name(value):
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
        field = table.by_key[rule["code"]]
        yield field_finding("credit-code-missing", record, table, field, beside=rule["size"])


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
        if group_of(field, channel) not in rule["fit"]:
            yield field_finding("channel-fit", record, table, field, trigger=str(urgency))


def _action_incomplete(
    record: Record, table: Table, rule: Arguments, spec: Spec
) -> Iterator[Finding]:
    """An action has a due date, and an owner, who may be the record's (which is noted)."""
    key = next((key for key in rule["actions"] if key in record.values), None)
    if key is None:
        return
    action = table.by_key[key]
    if not isinstance(action.type, Actions):
        needs = [rule[name] for name in ("due", "owner") if name in rule]
        yield from _lacking(record, table, action, [each for each in needs if _lacks(record, each)])
    elif key not in record.raw:  # a cell that was not understood is told itself
        yield from _incomplete_rows(record, table, action, rule)


def _lacks(record: Record, key: str) -> bool:
    """Whether a field is blank, or a deadline without its day."""
    value = record.values.get(key)
    return is_blank(record, key) or (isinstance(value, dict) and "date" not in value)


def _lacking(record: Record, table: Table, action: Field, keys: list[str]) -> Iterator[Finding]:
    """Yield action-incomplete at each field missed; at the action where the sheet has none."""
    elsewhere = [key for key in keys if record.cell(key) is None]
    for key in keys:
        if key not in elsewhere:
            yield field_finding("action-incomplete", record, table, table.by_key[key])
    if elsewhere:
        labels = [table.by_key[key].labels for key in elsewhere]
        label = {each: "、".join(label[each] for label in labels) for each in action.labels}
        yield field_finding("action-incomplete", record, table, action, label=label)


def _incomplete_rows(
    record: Record, table: Table, action: Field, rule: Arguments
) -> Iterator[Finding]:
    rows = record.values.get(action.key)
    owner = record.values.get(rule.get("owner", ""))
    for n, row in enumerate(rows if isinstance(rows, list) else (), 1):
        for part in ("due", "owner"):
            if row.get(part):
                continue
            slot = f"{action.key}.{n}.{part}"
            if part == "owner" and owner:
                code, words = "normalised", {"read": str(owner)}
            else:
                code, words = "action-incomplete", {}
            yield field_finding(code, record, table, action, slot=slot, value="", **words)


def _late_completion(
    record: Record, table: Table, rule: Arguments, spec: Spec
) -> Iterator[Finding]:
    """Finished more than some working days after the talk (document A's form)."""
    talk, recorded = (record.values.get(rule[name]) for name in ("talk", "recorded"))
    if not isinstance(talk, str) or not isinstance(recorded, str):
        return
    limit = spec.parameter("completion_days")
    ended, entered = (_day(text) for text in (talk.rpartition("/")[2], recorded))
    if entered > spec.calendar.add_working_days(ended, limit):
        field = table.by_key[rule["recorded"]]
        days = sum(map(spec.calendar.is_working_day, _days_after(ended, entered)))
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
