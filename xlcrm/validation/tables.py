"""The checks that a table asks for, prepared once for all of its records.

A rule is a function of a table and of the arguments it is declared with. It looks up once what it
needs, and returns a check. Most records have nothing wrong, and saying so has to cost as little as
it can: a check looks at whole columns for the records that it may have something to say of, and
only those it asks one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, Concatenate, NamedTuple, ParamSpec

from xlcrm.findings import Finding
from xlcrm.records import Record, Value
from xlcrm.spec.model import Spec, Table

Arguments = Mapping[str, Any]
Column = list[Value | None]
_P = ParamSpec("_P")
_TEXTS = frozenset({str, type(None)})


class Batch:
    """Records of one table, one at least, and their values by column."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records, self.table = records, records[0].block.table
        # In their order: what is told of them is told in it, run after run.
        self.keys = dict.fromkeys(chain.from_iterable(record.values for record in records))
        self._columns: dict[str, Column] = {}

    def column(self, key: str) -> Column:
        """Return the value of a field in each record, None where there is none."""
        if key not in self.keys:
            return [None] * len(self.records)
        column = self._columns.get(key)
        if column is None:
            column = self._columns[key] = [record.values.get(key) for record in self.records]
        return column

    def filled(self, key: str) -> Iterator[int]:
        """Yield the numbers of the records that have a value of a field."""
        return (n for n, value in enumerate(self.column(key)) if value is not None)

    def distinct(self, key: str) -> Iterable[Value]:
        """Return the values of a field; the same text, which comes again and again, once."""
        column = self.column(key)
        values = set(column) if self._is_text(key) else column
        return (value for value in values if value is not None)

    def saying(self, key: str, is_meant: Callable[[Value], bool]) -> Iterable[int]:
        """Return the numbers of the records of whose value of a field something holds."""
        column, meant = enumerate(self.column(key)), list(filter(is_meant, self.distinct(key)))
        if meant and self._is_text(key):
            texts = set(meant)
            return (n for n, value in column if value in texts)
        return (n for n, value in column if value in meant) if meant else ()

    def _is_text(self, key: str) -> bool:
        return _TEXTS.issuperset(map(type, self.column(key)))


class Check(NamedTuple):
    """A rule as it is asked of records: ``suspects`` are the numbers of those in a batch that
    ``of`` may have something to say of, and no other is asked."""

    suspects: Callable[[Batch], Iterable[int]]
    of: Callable[[Record], Iterable[Finding]]


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


def batches(records: Iterable[Record]) -> Iterator[Batch]:
    """Yield records that follow one another and are of one table."""
    for _, group in groupby(records, key=attrgetter("block.table")):
        yield Batch(list(group))


def asked(batch: Batch, checks: Iterable[Check]) -> dict[int, list[Finding]]:
    """Return what checks find in a batch, by the number of the record, in the order of checks."""
    found: dict[int, list[Finding]] = defaultdict(list)
    for check in checks:
        for n in check.suspects(batch):
            found[n] += check.of(batch.records[n])
    return found


def asked_of_all(all_of: Iterable[Batch], checks: Mapping[str, list[Check]]) -> Iterator[Finding]:
    """Yield what the checks of its table find in each record."""
    for batch in all_of:
        found = asked(batch, checks[batch.table])
        for n in sorted(found):
            yield from found[n]
