"""What of a record is still to be done, by the rules that its table declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xlcrm.records import Values
from xlcrm.spec.model import Rule, Table
from xlcrm.spec.types.choices import bare

_DUE, _INCOMPLETE = "overdue", "action-incomplete"


def is_open(table: Table, values: Values, raw: Mapping[str, str]) -> bool:
    """Whether a matter of the record was begun, is not done and is not settled.

    ``values`` is what was understood, ``raw`` what was written and not understood.
    """
    given = {**raw, **values}
    rules = [rule for rule in table.rules if rule.name == _DUE]
    return any(_pending(rule.arguments, given, _announced(table, rule)) for rule in rules)


def _announced(table: Table, due: Rule) -> Iterable[str]:
    """Return the fields that say what is to be done by the day that a rule looks at."""
    for rule in table.rules:
        if rule.name == _INCOMPLETE and rule.arguments["due"] == due.arguments["due"]:
            yield from rule.arguments["actions"]


def _pending(rule: Mapping[str, Any], given: Mapping[str, Any], actions: Iterable[str]) -> bool:
    closed = given.get(rule.get("closed", ""))
    if isinstance(closed, str) and bare(closed) in rule.get("in", ()):
        return False
    key, _, part = rule["due"].partition(".")
    if part:
        rows, done = given.get(key), rule["done"].rpartition(".")[2]
        return isinstance(rows, list) and any(not row.get(done) for row in rows)
    begun = closed is not None or any(name in given for name in (key, *actions))
    return begun and rule["done"] not in given
