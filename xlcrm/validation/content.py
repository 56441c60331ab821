"""Rules on what a record says: names, vague words, consent, actions, and when it was finished."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from xlcrm.findings import Finding
from xlcrm.records import Record, Value
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.names import is_whole_name, masked_name
from xlcrm.spec.types.actions import Actions
from xlcrm.spec.types.choices import bare
from xlcrm.validation.make import field_finding, group_of, is_blank
from xlcrm.validation.tables import NOTHING, Arguments, Batch, Check, RuleMaker
from xlcrm.validation.words import is_vague, may_be_vague

_ANY = ("",)  # texts of which nothing is known


def is_unmasked(value: Value) -> bool:
    """Whether a customer's contact is a person's whole name."""
    return isinstance(value, str) and is_whole_name(value)


def unmasked(record: Record, table: Table, field: Field) -> Finding:
    """Return the finding of a contact that ``is_unmasked``."""
    name = masked_name(str(record.values[field.key]))
    return field_finding("unmasked-name", record, table, field, value=name, suggestion=name)


def _no_consent(table: Table, rule: Arguments, spec: Spec) -> Check:
    """A recording has the customer's consent."""
    field = table.by_key[rule["field"]]

    def check(record: Record) -> Iterable[Finding]:
        yield field_finding("no-consent", record, table, field)

    return Check(lambda batch: batch.saying(field.key, lambda value: value in rule["in"]), check)


def _needed_code(table: Table, rule: Arguments, spec: Spec) -> Check:
    """An organisation, known by its size, has a credit code."""
    field, size_key = table.by_key[rule["code"]], rule["size"]

    def check(record: Record) -> Iterable[Finding]:
        if is_blank(record, field.key):
            yield field_finding("credit-code-missing", record, table, field, beside=size_key)

    def is_organisation(size: Value) -> bool:
        return isinstance(size, str) and bare(size) not in rule["in"]

    return Check(lambda batch: batch.saying(size_key, is_organisation), check)


def _vague(table: Table, rule: Arguments, spec: Spec) -> Check:
    keys = rule["fields"]

    def check(record: Record) -> Iterable[Finding]:
        vague = [key for key in keys if key in record.values and _says_nothing(record.values[key])]
        return [field_finding("vague-text", record, table, table.by_key[key]) for key in vague]

    def suspects(batch: Batch) -> Iterable[int]:
        asked = [key for key in keys if may_be_vague(batch.texts(key) or _ANY)]
        return sorted({n for key in asked for n in batch.saying(key, _says_nothing)})

    return Check(suspects, check)


def _says_nothing(value: Value) -> bool:
    text = "".join(value) if isinstance(value, list) else value
    return isinstance(text, str) and is_vague(text)


def _channel_fit(table: Table, rule: Arguments, spec: Spec) -> Check:
    """An urgent talk by phone or message, a formal one by mail or in person."""
    urgency_key, field = rule["field"], table.by_key[rule["channel"]]

    def check(record: Record) -> Iterable[Finding]:
        urgency, channel = record.values[urgency_key], record.values.get(field.key)
        if not isinstance(channel, str) or group_of(field, channel) in rule["fit"]:
            return NOTHING
        return [field_finding("channel-fit", record, table, field, trigger=str(urgency))]

    return Check(lambda batch: batch.saying(urgency_key, lambda value: value in rule["in"]), check)


def _action_incomplete(table: Table, rule: Arguments, spec: Spec) -> Check:
    """An action has a due date, and an owner, who may be the record's (which is noted)."""
    actions = [table.by_key[key] for key in rule["actions"]]
    needs = [rule[name] for name in ("due", "owner") if name in rule]

    def check(record: Record) -> Iterable[Finding]:
        for action in actions:
            if action.key not in record.values:
                continue
            if not isinstance(action.type, Actions):
                missed = [each for each in needs if _lacks(record, each)]
                return _lacking(record, table, action, missed) if missed else NOTHING
            if action.key in record.raw:  # a cell that was not understood is told itself
                return NOTHING
            return _incomplete_rows(record, table, action, rule)
        return NOTHING

    def suspects(batch: Batch) -> Iterable[int]:
        if any(isinstance(action.type, Actions) for action in actions):
            return range(len(batch))
        # An action in words has its day and owner in fields of their own.
        acting = {n for action in actions for n in batch.filled(action.key)}
        lacking = (n for key in needs for n in _not_given(batch, key))
        return sorted(acting.intersection(lacking))

    return Check(suspects, check)


def _lacks(record: Record, key: str) -> bool:
    """Whether a field is blank, or a deadline without its day."""
    return is_blank(record, key) or not _is_given(record.values.get(key, ""))


def _not_given(batch: Batch, key: str) -> Iterable[int]:
    """Return the numbers of records in which a field is blank, or a deadline without its day."""
    column = batch.column(key)
    if batch.texts(key) is not None and None not in column:
        return ()
    return (n for n, value in enumerate(column) if not _is_given(value))


def _is_given(value: Value | None) -> bool:
    return value is not None and not (isinstance(value, dict) and "date" not in value)


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


def _late_completion(table: Table, rule: Arguments, spec: Spec) -> Check:
    """Finished more than some working days after the talk (document A's form)."""
    limit, field = spec.parameter("completion_days"), table.by_key[rule["recorded"]]

    def check(record: Record) -> Iterable[Finding]:
        talk, recorded = (record.values.get(rule[name]) for name in ("talk", "recorded"))
        if not isinstance(talk, str) or not isinstance(recorded, str):
            return
        ended, entered = (_day(text) for text in (talk.rpartition("/")[2], recorded))
        if entered > spec.calendar.add_working_days(ended, limit):
            days = sum(map(spec.calendar.is_working_day, _days_after(ended, entered)))
            yield field_finding(
                "late-completion", record, table, field, days=str(days), limit=f"{limit:g}"
            )

    return Check(lambda batch: batch.filled(field.key), check)


def _day(iso: str) -> date:
    return date.fromisoformat(iso[:10])


def _days_after(first: date, last: date) -> Iterator[date]:
    while first < last:
        first += timedelta(days=1)
        yield first


CONTENT_RULES: dict[str, RuleMaker[[Spec]]] = {
    "no-consent": _no_consent,
    "credit-code-missing": _needed_code,
    "vague-text": _vague,
    "channel-fit": _channel_fit,
    "action-incomplete": _action_incomplete,
    "late-completion": _late_completion,
}
