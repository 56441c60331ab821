"""The rules that tables name, each over one record of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from xlcrm.findings import Finding
from xlcrm.records import Record
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.choices import bare, remark_of
from xlcrm.timeliness import entered_in_time
from xlcrm.validation.content import CONTENT_RULES
from xlcrm.validation.make import field_finding, is_blank
from xlcrm.validation.moments import moment_of, moments_of

Arguments = Mapping[str, Any]
RuleCheck = Callable[[Record, Table, Arguments, Spec], Iterator[Finding]]


def check_rules(
    record: Record, table: Table, spec: Spec, rules: Iterable[tuple[RuleCheck, Arguments]]
) -> Iterator[Finding]:
    """Yield what the rules of its table say of a record by itself."""
    for check, arguments in rules:
        yield from check(record, table, arguments, spec)


def _order(record: Record, table: Table, rule: Arguments, spec: Spec) -> Iterator[Finding]:
    """The later moment is not before the earlier one; days are compared where one is a day."""
    earlier = moment_of(record.values.get(rule["earlier"]))
    for slot, text, later in moments_of(record, rule["later"]) if earlier else ():
        digits = min(len(earlier), len(later))
        if later[:digits] < earlier[:digits]:
            field = table.by_key[rule["later"].partition(".")[0]]
            label = table.by_key[rule["earlier"]].labels
            yield field_finding(
                "date-order", record, table, field, slot=slot, value=text, earlier=label
            )


def _any_required(record: Record, table: Table, rule: Arguments, spec: Spec) -> Iterator[Finding]:
    keys = rule["fields"]
    if all(is_blank(record, key) for key in keys):
        yield field_finding("required-missing", record, table, table.by_key[keys[0]])


def _required_if(record: Record, table: Table, rule: Arguments, spec: Spec) -> Iterator[Finding]:
    """Fields that are needed where another has one of some values, or is filled at all."""
    if _holds(record, rule):
        for key in rule["needs"]:
            yield from _needed(record, table, key, rule["field"])


def _needed(record: Record, table: Table, key: str, because: str) -> Iterator[Finding]:
    if is_blank(record, key):
        reason = table.by_key[because]
        trigger = reason.type.text(record.values[because]) if because in record.values else ""
        yield field_finding(
            "conditional-required",
            record,
            table,
            table.by_key[key],
            beside=because,
            because=reason.labels,
            trigger=trigger,
        )


def _holds(record: Record, rule: Arguments) -> bool:
    value = record.values.get(rule["field"])
    if value is None:
        return False
    return "in" not in rule or (isinstance(value, str) and bare(value) in rule["in"])


def _required_remark(
    record: Record, table: Table, rule: Arguments, spec: Spec
) -> Iterator[Finding]:
    value = record.values.get(rule["field"])
    if isinstance(value, str) and _holds(record, rule) and not remark_of(value).strip():
        field = table.by_key[rule["field"]]
        yield field_finding(
            "conditional-required", record, table, field, because=field.labels, trigger=value
        )


def _required_unless(
    record: Record, table: Table, rule: Arguments, spec: Spec
) -> Iterator[Finding]:
    if not _holds(record, rule):
        for key in rule["needs"]:
            if is_blank(record, key):
                yield field_finding("required-missing", record, table, table.by_key[key])


def _action_with_due(
    record: Record, table: Table, rule: Arguments, spec: Spec
) -> Iterator[Finding]:
    """At least one action has a due date; without any action another rule speaks, and of a cell
    that was not understood its reader."""
    actions = record.values.get(rule["actions"])
    if _holds(record, rule) and isinstance(actions, list):
        if any(action.get("due") for action in actions) or rule["actions"] in record.raw:
            return
        slot = f"{rule['actions']}.1.due"
        reason = table.by_key[rule["field"]]
        yield field_finding(
            "conditional-required",
            record,
            table,
            table.by_key[rule["actions"]],
            slot=slot,
            value="",
            because=reason.labels,
            trigger=str(record.values[reason.key]),
        )


def _improvement_plan(
    record: Record, table: Table, rule: Arguments, spec: Spec
) -> Iterator[Finding]:
    """Cause and measures are needed where the overall level, or any dimension's, is the lowest.

    A level follows from its score, a missing score from the level (parameters level_from and
    level_score); the overall score is the mean, once every dimension has one.
    """
    scores = [
        _score(record, pair, spec) for pair in zip(rule["scores"], rule["levels"], strict=True)
    ]
    given = [score for score in scores if score is not None]
    if len(given) == len(scores):
        given.append(sum(given) / len(given))
    if not given or min(given) >= min(spec.parameter("level_from").values()):
        return
    lowest = list(spec.parameter("level_score"))[-1]
    because = next(
        key
        for score, keys in zip([*scores, min(given)], [*_pairs(rule), _pairs(rule)[0]], strict=True)
        if score == min(given)
        for key in keys[:1]
    )
    for key in rule["needs"]:
        if is_blank(record, key):
            yield field_finding(
                "conditional-required",
                record,
                table,
                table.by_key[key],
                because=table.by_key[because].labels,
                trigger=lowest,
            )
    for key in rule["plan"]:
        if is_blank(record, key):
            yield field_finding("action-incomplete", record, table, table.by_key[key])


def _pairs(rule: Arguments) -> list[tuple[str, str]]:
    return list(zip(rule["scores"], rule["levels"], strict=True))


def _score(record: Record, pair: tuple[str, str], spec: Spec) -> float | None:
    score, level = (record.values.get(key) for key in pair)
    if isinstance(score, int | float):
        return score
    return spec.parameter("level_score").get(level) if isinstance(level, str) else None


def _late_entry(record: Record, table: Table, rule: Arguments, spec: Spec) -> Iterator[Finding]:
    """Entered more than the allowed hours after the talk's end; that many exactly is in time."""
    talk, recorded = (record.values.get(rule[name]) for name in ("talk", "recorded"))
    if not isinstance(talk, str) or not isinstance(recorded, str):
        return
    hours = spec.parameter("entry_hours")
    skip = spec.calendar if spec.parameter("entry_skip_nonworking") else None
    if not entered_in_time(talk, recorded, hours, skipping=skip):
        yield field_finding(
            "late-entry",
            record,
            table,
            table.by_key[rule["recorded"]],
            hours=f"{_hours_after(talk, recorded):g}",
            limit=f"{hours:g}",
        )


def _hours_after(talk: str, recorded: str) -> float:
    end = talk.rpartition("/")[2]
    ended = datetime.fromisoformat(end) + timedelta(days=len(end) == 10)
    entered = datetime.fromisoformat(recorded) + timedelta(days=len(recorded) == 10)
    return round((entered - ended) / timedelta(hours=1), 1)


RULES: Mapping[str, RuleCheck] = {
    "order": _order,
    "any-required": _any_required,
    "required-if": _required_if,
    "required-if-remark": _required_remark,
    "required-unless": _required_unless,
    "action-with-due-if": _action_with_due,
    "improvement-plan": _improvement_plan,
    "late-entry": _late_entry,
    **CONTENT_RULES,
}
