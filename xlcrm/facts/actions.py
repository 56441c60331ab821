"""Follow-up actions, messages and entries: what was promised, asked and written down, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from xlcrm.facts.lines import Line, Told, day_of
from xlcrm.facts.model import Action, Entry, Message
from xlcrm.facts.sources import ACTIONS, ActionSource
from xlcrm.facts.tables import Span
from xlcrm.records import Values
from xlcrm.spec.chinese_dates import read_deadline
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.choices import bare
from xlcrm.timeliness import entered_in_time


def actions(history: Told, span: Span | None) -> Iterator[Action]:
    """Yield the follow-up actions of every record; without an owner of its own, the record's.

    With ``span`` those of records that may have one that was overdue on a day of it.
    """
    for table, source in ACTIONS.items():
        rule = overdue_rule(history.spec.tables[table], source)
        for line in _lines_of(history, table, source, span, is_awaited=rule is not None):
            for n, part in enumerate(_parts(line, source), 1):
                yield _action(line, n, part, is_awaited=_is_awaited(line, source, rule))


def _lines_of(
    history: Told, table: str, source: ActionSource, span: Span | None, *, is_awaited: bool
) -> Sequence[Line]:
    """Return the lines of a table; with ``span`` those with action rows, or with an action overdue
    on a day of it."""
    if span is None:
        return history.of_tables((table,))[table]
    if not is_awaited:
        return ()
    first, last = span.first.isoformat(), span.last.isoformat()

    def may_be_late(values: Values) -> bool:
        done, due = day_of(values.get(source.done)), day_of(values.get(source.due))
        if done and done <= max(first, due or first):  # by the day it was due it never was late
            return False
        return not source.due or (due or "~") <= last

    return history.screened((table,), (source.done, source.due), may_be_late)


def overdue_rule(table: Table, source: ActionSource) -> Mapping[str, Any] | None:
    """Return the rule by which a table's actions are overdue; None where it asks for no end."""
    dues = (source.due, f"{source.text}.due")
    rules = (rule.arguments for rule in table.rules if rule.name == "overdue")
    return next((rule for rule in rules if rule["due"] in dues), None)


def _is_awaited(line: Line, source: ActionSource, rule: Mapping[str, Any] | None) -> bool:
    """Whether an action is awaited until the day it is done: nothing else settled it."""
    if rule is None:
        return False
    closed = line.text(rule.get("closed", ""))
    if closed and bare(closed) in rule["in"]:
        return False
    is_dated = "." in rule["done"] or rule["done"] == source.done
    return is_dated or rule["done"] not in line.values


def messages(history: Told, span: Span | None) -> Iterator[Message]:
    """Yield our messages with their replies; with ``span`` those sent, replied to or open in it,
    and the first one ever."""
    tables = history.spec.tables
    for line in history.screened(tables, ("sent_at", "replied_at"), _under_way(history, span)):
        sent, replied = line.text("sent_at"), line.text("replied_at")
        if sent is not None:
            hours = _hours(sent, replied) if replied else None
            key = line.record.id
            yield Message(key, line.record.customer, sent, replied, hours, line.owner, (key,))


def _under_way(history: Told, span: Span | None) -> Callable[[Values], bool]:
    """Return what tells messages that were sent, replied to or open on a day of a span, and the
    first one ever."""
    if span is None:
        return lambda values: "sent_at" in values
    first, last = span.first.isoformat(), span.last.isoformat()
    moments = {sent for _, _, sent in history.said("sent_at", history.spec.tables)}
    earliest = min(map(str, moments), default=None)

    def test(values: Values) -> bool:
        if "sent_at" not in values:
            return False
        sent, replied = str(values["sent_at"]), str(values.get("replied_at") or "")
        is_past = replied and replied < first and sent < first
        return sent == earliest or (not is_past and min(sent, replied or sent)[:10] <= last)

    return test


def entries(lines: Sequence[Line], spec: Spec) -> Iterator[Entry]:
    """Yield the entry of each record that the entry limit holds for, by its table's own rule."""
    hours = spec.parameter("entry_hours")
    skip = spec.calendar if spec.parameter("entry_skip_nonworking") else None
    rules = {
        key: [rule.arguments for rule in table.rules if rule.name == "late-entry"]
        for key, table in spec.tables.items()
    }
    for line in lines:
        for rule in rules[line.record.table]:
            talk, recorded = line.values.get(rule["talk"]), line.values.get(rule["recorded"])
            if isinstance(talk, str) and isinstance(recorded, str) and line.day:
                in_time = entered_in_time(talk, recorded, hours, skipping=skip)
                yield Entry(
                    line.id, line.customer, line.day, recorded, in_time, line.owner, (line.id,)
                )


def _parts(line: Line, source: ActionSource) -> Iterator[Mapping[str, Any]]:
    """Yield what, who, by when and when done: of action rows each, else of the fields named."""
    value = line.values.get(source.text)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        yield from value
        return
    due, done = line.values.get(source.due), line.values.get(source.done)
    owner = line.text(source.owner) if source.owner else None
    texts = value if isinstance(value, list) else [value]
    for text in [*filter(None, texts)] or [""] * bool(day_of(due)):  # a day alone asks for it too
        words = str(text.get("text", "")) if isinstance(text, dict) else str(text)
        day = due if due or not source.due_in_words else _due_in_words(words, line)
        yield {"action": words or None, "owner": owner, "due": day, "done": done}


def _due_in_words(text: str, line: Line) -> str | None:
    deadline = read_deadline(text, date.fromisoformat(line.day)) if line.day else None
    return deadline.day if deadline else None


def _action(line: Line, n: int, part: Mapping[str, Any], *, is_awaited: bool) -> Action:
    return Action(
        id=f"{line.id}#{n}",
        customer=line.customer,
        date=line.day,
        action=part.get("action"),
        owner=part.get("owner") or line.owner,
        due=day_of(part.get("due")),
        done=day_of(part.get("done")),
        status=line.text("status"),
        is_awaited=is_awaited,
        source=(line.id,),
    )


def _hours(sent: str, replied: str) -> float | None:
    seconds = (_moment(replied) - _moment(sent)).total_seconds()
    return seconds / 3600 if seconds >= 0 else None


@lru_cache(10_000)
def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
