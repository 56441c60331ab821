"""The checks that a table asks for, prepared once for all of its records.

A rule is a function of a table and of the arguments it is declared with. It looks up once what it
needs, and returns the check that is then asked of each record: with most there is nothing wrong,
and saying so has to cost as little as it can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Concatenate, ParamSpec

from xlcrm.findings import Finding
from xlcrm.records import Record
from xlcrm.spec.model import Spec, Table

Arguments = Mapping[str, Any]
Check = Callable[[Record], Iterable[Finding]]
_P = ParamSpec("_P")
RuleMaker = Callable[Concatenate[Table, Arguments, _P], Check]
NOTHING: tuple[Finding, ...] = ()


def checks_of(
    table: Table, makers: Mapping[str, RuleMaker[_P]], *given: _P.args, **named: _P.kwargs
) -> list[Check]:
    """Return the checks of those rules of a table that ``makers`` knows, by rule name."""
    return [
        makers[rule.name](table, rule.arguments, *given, **named)
        for rule in table.rules
        if rule.name in makers
    ]


def checks_by_table(
    spec: Spec, makers: Mapping[str, RuleMaker[_P]], *given: _P.args, **named: _P.kwargs
) -> dict[str, list[Check]]:
    """Return the same by table key."""
    return {key: checks_of(table, makers, *given, **named) for key, table in spec.tables.items()}


def asked(records: Iterable[Record], checks: Mapping[str, list[Check]]) -> Iterator[Finding]:
    """Yield what the checks of its table find in each record."""
    for record in records:
        for check in checks[record.block.table]:
            yield from check(record)
