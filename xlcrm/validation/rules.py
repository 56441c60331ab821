"""The rules that tables name, each over one record of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from operator import itemgetter

from xlcrm.findings import Finding
from xlcrm.records import Record, Value
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.choices import bare, remark_of
from xlcrm.timeliness import entered_in_time
from xlcrm.validation.content import CONTENT_RULES
from xlcrm.validation.make import field_finding, is_blank
from xlcrm.validation.moments import moment_of, moments_of
from xlcrm.validation.tables import NOTHING, Arguments, Batch, Check, RuleMaker

_DAY = 24  # hours


def _order(table: Table, rule: Arguments, spec: Spec) -> Check:
    """The later moment is not before the earlier one; days are compared where one is a day."""
    first, last = rule["earlier"], rule["later"]
    later_key = last.partition(".")[0]
    field, label = table.by_key[later_key], table.by_key[first].labels

    def suspects(batch: Batch) -> Iterable[int]:
        if first not in batch.keys or later_key not in batch.keys:
            return ()
        pairs = enumerate(zip(batch.column(first), batch.column(later_key), strict=True))
        # Nearly always the later is the larger as text, too.
        return (
            n
            for n, (one, other) in pairs
            if not (one.__class__ is other.__class__ is str and other >= one)
            and one is not None
            and other is not None
        )

    def disordered(record: Record) -> Iterator[Finding]:
        earlier = moment_of(record.values[first])
        for slot, text, later in moments_of(record, last) if earlier else ():
            digits = min(len(earlier), len(later))
            if later[:digits] < earlier[:digits]:
                yield field_finding(
                    "date-order", record, table, field, slot=slot, value=text, earlier=label
                )

    return Check(suspects, disordered)


def _any_required(table: Table, rule: Arguments, spec: Spec) -> Check:
    keys = rule["fields"]

    def suspects(batch: Batch) -> Iterable[int]:
        columns = list(map(batch.column, keys))
        if not all(None in column for column in columns):
            return ()
        rows = enumerate(zip(*columns, strict=True))
        return (n for n, given in rows if given.count(None) == len(keys))

    def check(record: Record) -> Iterable[Finding]:
        if not all(is_blank(record, key) for key in keys):
            return NOTHING
        return [field_finding("required-missing", record, table, table.by_key[keys[0]])]

    return Check(suspects, check)


def _required_if(table: Table, rule: Arguments, spec: Spec) -> Check:
    """Fields that are needed where another has one of some values, or is filled at all."""
    key = rule["field"]

    def check(record: Record) -> Iterable[Finding]:
        blank = [each for each in rule["needs"] if is_blank(record, each)]
        return [_needed(record, table, each, key) for each in blank]

    return Check(_where(key, _holds(rule)), check)


def _needed(record: Record, table: Table, key: str, because: str) -> Finding:
    reason = table.by_key[because]
    trigger = reason.type.text(record.values[because]) if because in record.values else ""
    return field_finding(
        "conditional-required",
        record,
        table,
        table.by_key[key],
        beside=because,
        because=reason.labels,
        trigger=trigger,
    )


def _holds(rule: Arguments) -> Callable[[Value], bool]:
    """Return what says whether a value is one of the rule's, where it names any."""
    wanted = rule.get("in")

    def holds(value: Value) -> bool:
        return wanted is None or (isinstance(value, str) and bare(value) in wanted)

    return holds


def _where(key: str, holds: Callable[[Value], bool]) -> Callable[[Batch], Iterable[int]]:
    """Return what finds the records of whose value of a field something holds."""
    return lambda batch: batch.saying(key, holds)


def _required_remark(table: Table, rule: Arguments, spec: Spec) -> Check:
    holds, field = _holds(rule), table.by_key[rule["field"]]

    def check(record: Record) -> Iterable[Finding]:
        value = record.values.get(field.key)
        if isinstance(value, str) and not remark_of(value).strip():
            yield field_finding(
                "conditional-required", record, table, field, because=field.labels, trigger=value
            )

    return Check(_where(field.key, holds), check)


def _required_unless(table: Table, rule: Arguments, spec: Spec) -> Check:
    holds, reason = _holds(rule), rule["field"]

    def check(record: Record) -> Iterable[Finding]:
        value = record.values.get(reason)
        for key in rule["needs"] if value is None or not holds(value) else ():
            if is_blank(record, key):
                yield field_finding("required-missing", record, table, table.by_key[key])

    return Check(lambda batch: batch.lacking(rule["needs"]), check)


def _action_with_due(table: Table, rule: Arguments, spec: Spec) -> Check:
    """At least one action has a due date; without any action another rule speaks, and of a cell
    that was not understood its reader."""
    holds, key, reason = _holds(rule), rule["actions"], table.by_key[rule["field"]]

    def check(record: Record) -> Iterable[Finding]:
        actions = record.values.get(key)
        if not isinstance(actions, list) or key in record.raw:
            return
        if not any(action.get("due") for action in actions):
            yield field_finding(
                "conditional-required",
                record,
                table,
                table.by_key[key],
                slot=f"{key}.1.due",
                value="",
                because=reason.labels,
                trigger=str(record.values[reason.key]),
            )

    return Check(_where(reason.key, holds), check)


def _improvement_plan(table: Table, rule: Arguments, spec: Spec) -> Check:
    """Cause and measures are needed where a dimension's level is the lowest: where the overall
    level is, as the mean of their scores, one of theirs is too.

    A level follows from its score, a missing score from the level (parameters level_from and
    level_score).
    """
    pairs = list(zip(rule["scores"], rule["levels"], strict=True))
    counts = spec.parameter("level_score")
    enough, lowest = min(spec.parameter("level_from").values()), list(counts)[-1]

    def check(record: Record) -> Iterable[Finding]:
        scores = [(_score(record, pair, counts), pair[0]) for pair in pairs]
        low, because = min(
            ((score, key) for score, key in scores if score is not None),
            default=(enough, ""),
            key=itemgetter(0),
        )
        if low >= enough:
            return
        label = table.by_key[because].labels
        for key in rule["needs"]:
            if is_blank(record, key):
                field = table.by_key[key]
                yield field_finding(
                    "conditional-required", record, table, field, because=label, trigger=lowest
                )
        for key in rule["plan"]:
            if is_blank(record, key):
                yield field_finding("action-incomplete", record, table, table.by_key[key])

    return Check(lambda batch: range(len(batch)), check)


def _score(record: Record, pair: tuple[str, str], counts: Mapping[str, float]) -> float | None:
    score, level = (record.values.get(key) for key in pair)
    if isinstance(score, int | float):
        return score
    return counts.get(level) if isinstance(level, str) else None


def _late_entry(table: Table, rule: Arguments, spec: Spec) -> Check:
    """Entered more than the allowed hours after the talk's end; that many exactly is in time."""
    talk_key, recorded_key = rule["talk"], rule["recorded"]
    hours, field = spec.parameter("entry_hours"), table.by_key[recorded_key]
    skip = spec.calendar if spec.parameter("entry_skip_nonworking") else None
    day = len("2024-05-20") if hours >= _DAY else 0  # entered that day, it is in time in any case

    def suspects(batch: Batch) -> Iterable[int]:
        if recorded_key not in batch.keys:
            return ()
        pairs = enumerate(zip(batch.column(talk_key), batch.column(recorded_key), strict=True))
        return (
            n
            for n, (talk, recorded) in pairs
            if isinstance(talk, str)
            and isinstance(recorded, str)
            and not (day and recorded[:day] <= talk)
            and not entered_in_time(talk, recorded, hours, skipping=skip)
        )

    def check(record: Record) -> Iterable[Finding]:
        talk, recorded = str(record.values[talk_key]), str(record.values[recorded_key])
        after = f"{_hours_after(talk, recorded):g}"
        limit = f"{hours:g}"
        return [field_finding("late-entry", record, table, field, hours=after, limit=limit)]

    return Check(suspects, check)


def _hours_after(talk: str, recorded: str) -> float:
    end = talk.rpartition("/")[2]
    ended = datetime.fromisoformat(end) + timedelta(days=len(end) == 10)
    entered = datetime.fromisoformat(recorded) + timedelta(days=len(recorded) == 10)
    return round((entered - ended) / timedelta(hours=1), 1)


RULES: Mapping[str, RuleMaker[[Spec]]] = {
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
