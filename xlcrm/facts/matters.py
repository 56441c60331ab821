"""Matters: what is to be done by a day, whatever table says so, and whether it still is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from xlcrm.facts.actions import actions, overdue_rule
from xlcrm.facts.issues import issues
from xlcrm.facts.lines import History, Line, day_of
from xlcrm.facts.model import Texts
from xlcrm.facts.sources import ACTIONS, ITEMS, TALKS, TRACKER
from xlcrm.records import LedgerRecord
from xlcrm.spec.action_words import owner_in
from xlcrm.spec.chinese_dates import read_deadline
from xlcrm.spec.types.choices import bare

ACTION, ISSUE, NEED, NEXT = "action", "issue", "need", "next"  # and the kinds of ITEMS
MET = "已满足"
NEED_DUE, NEXT_TALK = "need_due", "next_contact"
_OVERDUE = "overdue"  # the rule that says when a table's matters are done, or put aside


class Matter(NamedTuple):
    """Something to be done; ``due`` is the day (ISO), None where nobody has said by when.

    ``id`` stays the same while the matter is open. ``is_settled`` is whether its record says that
    it is done or put aside; ``is_marked`` whether a record of its kind has a place to say so.
    """

    id: str
    kind: str
    customer: str | None
    what: str | None
    owner: str | None
    date: str | None
    due: str | None
    is_settled: bool
    is_marked: bool
    source: Texts


def matters(history: History) -> Iterator[Matter]:
    """Yield the matters of every record: follow-up actions, issues, promises, open points, needs
    with a day, and each customer's next talk as it was last agreed."""
    yield from _actions(history)
    yield from _issues(history)
    yield from _items(history)
    yield from _needs(history)
    yield from _next_talks(history)


def last_talks(history: History, until: date) -> dict[str, tuple[str, str]]:
    """Return the day (ISO) of each customer's last talk that is not after ``until``, and the id of
    a record that tells of it."""
    last: dict[str, tuple[str, str]] = {}
    for record, day in zip(history.records, history.days, strict=True):
        if record.table in TALKS and record.customer and day and day <= until.isoformat():
            last[record.customer] = max((day, record.id), last.get(record.customer, ("", "")))
    return last


def _actions(history: History) -> Iterator[Matter]:
    tables = history.spec.tables
    rules = {key: overdue_rule(tables[key], source) for key, source in ACTIONS.items()}
    for each in actions(history, None):
        record = history.by_id[each.source[0]]
        rule = rules[record.table]
        is_settled = each.done is not None or _is_settled(record, rule)
        is_marked = rule is not None
        yield Matter(
            each.id,
            ACTION,
            each.customer,
            each.action,
            each.owner,
            each.date,
            each.due,
            is_settled,
            is_marked,
            each.source,
        )


def _issues(history: History) -> Iterator[Matter]:
    """Yield the issues. One that only a revisit tells of is settled by an entry in the tracker."""
    rule = next((rule for rule in _rules(history, TRACKER) if rule["due"] == "due"), None)
    for each in issues(history):
        record = history.by_id[each.source[0]]
        is_settled = each.completed is not None or _is_settled(record, rule)
        yield Matter(
            each.id,
            ISSUE,
            each.customer,
            each.description,
            each.owner,
            each.reported,
            each.due,
            is_settled,
            True,
            each.source,
        )


def _items(history: History) -> Iterator[Matter]:
    """Yield promises and open points: items of text, which hold their owner and day in words."""
    for table, lines in history.of_tables(ITEMS).items():
        rule = next((rule for rule in _rules(history, table) if "closed" in rule), None)
        for line in lines:
            is_settled = _is_put_aside(line.record, rule)
            for field, kind in ITEMS[table].items():
                for n, text in enumerate(line.texts(field), 1):
                    yield Matter(
                        f"{line.id}#{field}{n}",
                        kind,
                        line.customer,
                        text,
                        owner_in(text) or line.owner,
                        line.day,
                        _day_in(text, line),
                        is_settled,
                        False,
                        (line.id,),
                    )


def _day_in(text: str, line: Line) -> str | None:
    anchor = date.fromisoformat(line.day) if line.day else None
    deadline = read_deadline(text, anchor)
    return deadline.day if deadline else None


def _needs(history: History) -> Iterator[Matter]:
    for line in history.lines(history.holding(NEED_DUE)):
        met = line.text("need_met")
        yield Matter(
            f"{line.id}#{NEED}",
            NEED,
            line.customer,
            line.text("need_tags") or line.text("topic"),
            line.owner,
            line.day,
            day_of(line.values[NEED_DUE]),
            met is not None and bare(met) == MET,
            met is not None,
            (line.id,),
        )


def _next_talks(history: History) -> Iterator[Matter]:
    """Yield each customer's next talk, as the last record that names one has it."""
    latest: dict[str, Line] = {}
    for line in history.lines(history.holding(NEXT_TALK)):
        if line.customer and line.customer in latest:
            before = latest[line.customer]
            line = max(before, line, key=lambda each: (each.day or "", each.rank))
        latest[line.customer or line.id] = line
    for line in latest.values():
        moment = line.values[NEXT_TALK]
        yield Matter(
            f"{line.id}#{NEXT}",
            NEXT,
            line.customer,
            str(moment)[len("2024-05-20T") :] or None,
            line.owner,
            line.day,
            day_of(moment),
            False,
            False,
            (line.id,),
        )


def _rules(history: History, table: str) -> Iterator[Mapping[str, Any]]:
    """Yield what a table declares of when its matters are overdue."""
    declared = history.spec.tables[table].rules
    return (rule.arguments for rule in declared if rule.name == _OVERDUE)


def _is_settled(record: LedgerRecord, rule: Mapping[str, Any] | None) -> bool:
    """Whether a record says, by a rule of its table, that its matter is done or put aside."""
    is_done = rule is not None and (rule["done"] in record.values or rule["done"] in record.raw)
    return is_done or _is_put_aside(record, rule)


def _is_put_aside(record: LedgerRecord, rule: Mapping[str, Any] | None) -> bool:
    status = record.values.get(rule.get("closed", "")) if rule else None
    return isinstance(status, str) and rule is not None and bare(status) in rule["in"]
