"""The checks that a table asks for, prepared once for all of its records.

A rule is a function of a table and of the arguments it is declared with. It looks up once what it
needs, and returns a check. Most records have nothing wrong, and saying so has to cost as little as
it can: a check looks at whole columns for the records that it may have something to say of, and
only those it asks one by one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, groupby, repeat
from operator import attrgetter
from typing import Any, Concatenate, NamedTuple, ParamSpec, cast

from xlcrm.findings import Finding
from xlcrm.records import Column, Record, Records, Value
from xlcrm.spec.model import Spec, Table

Arguments = Mapping[str, Any]
_P = ParamSpec("_P")
_TEXTS = frozenset({str, type(None)})


class Batch:
    """Blocks of records of one table, one at least, as one: their values by column."""

    def __init__(self, blocks: Sequence[Records]) -> None:
        self.blocks, self.table = blocks, blocks[0].table
        # In their order: what is told of them is told in it, run after run.
        self.keys = dict.fromkeys(chain.from_iterable(block.columns for block in blocks))
        self._ends = list(accumulate(map(len, blocks)))
        self._columns: dict[str, Column] = {}
        self._texts: dict[str, set[str] | None] = {}

    def __len__(self) -> int:
        return self._ends[-1]

    def record(self, n: int) -> Record:
        """Return a record by its number."""
        block = self.blocks[at := bisect_right(self._ends, n)]
        return block[n - self._ends[at] + len(block)]

    @property
    def odd(self) -> Iterator[int]:
        """The numbers of the records that hold more than values that were understood."""
        for end, each in zip(self._ends, self.blocks, strict=True):
            start = end - len(each)
            yield from (start + n for n in sorted({*each.raw, *each.extras}))

    @property
    def files(self) -> Iterator[str]:
        """The file of each record."""
        return chain.from_iterable(repeat(each.block.file, len(each)) for each in self.blocks)

    def column(self, key: str) -> Column:
        """Return the value of a field in each record, None where there is none."""
        column = self._columns.get(key)
        if column is None:
            parts = [block.column(key) for block in self.blocks]
            column = parts[0] if len(parts) == 1 else list(chain.from_iterable(parts))
            self._columns[key] = column
        return column

    def filled(self, key: str) -> Iterator[int]:
        """Yield the numbers of the records that have a value of a field."""
        return (n for n, value in enumerate(self.column(key)) if value is not None)

    def distinct(self, key: str) -> Iterable[Value]:
        """Return the values of a field; the same text, which comes again and again, once."""
        texts = self.texts(key)
        return (v for v in self.column(key) if v is not None) if texts is None else texts

    def saying(self, key: str, is_meant: Callable[[Value], bool]) -> Iterable[int]:
        """Return the numbers of the records of whose value of a field something holds."""
        if key not in self.keys:
            return ()
        column, meant = enumerate(self.column(key)), list(filter(is_meant, self.distinct(key)))
        if meant and self.texts(key) is not None:
            texts = set(meant)
            return (n for n, value in column if value in texts)
        return (n for n, value in column if value in meant) if meant else ()

    def lacking(self, keys: Iterable[str]) -> Iterable[int]:
        """Return the numbers of the records without a value of one of some fields, in order."""
        lacking = [column for column in map(self.column, keys) if None in column]
        rows = enumerate(zip(*lacking, strict=True))
        return (n for n, values in rows if None in values)

    def texts(self, key: str) -> set[str] | None:
        """Return the values of a field where all of them are texts; None where not."""
        if key not in self._texts:
            column = self.column(key)
            is_text = _TEXTS.issuperset(map(type, column))
            self._texts[key] = cast("set[str]", {*column} - {None}) if is_text else None
        return self._texts[key]


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


def batches(blocks: Iterable[Records]) -> Iterator[Batch]:
    """Yield blocks that follow one another and are of one table."""
    for _, group in groupby(blocks, key=attrgetter("table")):
        yield Batch(list(group))


def asked(batch: Batch, checks: Iterable[Check]) -> dict[int, list[Finding]]:
    """Return what checks find in a batch, by the number of the record, in the order of checks."""
    found: dict[int, list[Finding]] = defaultdict(list)
    for check in checks:
        for n in check.suspects(batch):
            found[n] += check.of(batch.record(n))
    return found


def asked_of_all(all_of: Iterable[Batch], checks: Mapping[str, list[Check]]) -> Iterator[Finding]:
    """Yield what the checks of its table find in each record."""
    for batch in all_of:
        found = asked(batch, checks[batch.table])
        for n in sorted(found):
            yield from found[n]
