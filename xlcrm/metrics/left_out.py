"""Which rows a metric can't count, and why: by what it is declared to need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from xlcrm.metrics.declarations import Declaration, declarations
from xlcrm.records import LedgerRecord, Value
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.vocabulary import Vocabulary
from xlcrm.values import dataclass

Pair = tuple[str, str]
_BLANK: tuple[object, ...] = (None, "", [])


@dataclass(frozen=True)
class LeftOut:
    """Of the ``rows`` on the tables that a metric needs: those that it leaves out, as what it needs
    is blank (``missing``) or can't be used (``bad``); ``confidential`` are among those it counts.
    ``needs`` are the fields (``table.field``) it needs, of each group one.
    """

    needs: tuple[tuple[str, ...], ...] = ()
    rows: int = 0
    missing: int = 0
    bad: int = 0
    confidential: int = 0


NOTHING = LeftOut()  # of a metric that needs no more than a customer and a day


class _Kind(NamedTuple):
    """What rows are alike in: the fields that say something, those that say what can't be used, the
    pairs of them in the wrong order."""

    filled: frozenset[str]
    bad: frozenset[str]
    disordered: frozenset[Pair]
    is_confidential: bool


@dataclass(frozen=True)
class _Needs:
    """What a metric needs of a table: ``groups`` of fields, of each one at least, and ``others``
    that say something when they are blank too."""

    groups: tuple[frozenset[str], ...]
    others: frozenset[str]

    @staticmethod
    def of(metric: Declaration, table: Table) -> _Needs:
        """Return what ``metric`` needs of ``table``: of one that it does not ask, nothing."""
        names = {f"{table.key}.{key}": key for key in table.by_key}
        groups = [frozenset(names[each] for each in group & names.keys()) for group in metric.needs]
        asked = (group for group in groups if group and not group & metric.blank_counts)
        return _Needs(tuple(asked), frozenset().union(*groups) & metric.blank_counts)

    @property
    def fields(self) -> frozenset[str]:
        return self.others.union(*self.groups)

    def outcome(self, kind: _Kind) -> str:
        """Return what becomes of rows of a kind: the name of their count."""
        always = self.fields - self.others
        if kind.bad & self.fields or any(always.issuperset(each) for each in kind.disordered):
            return "bad"
        if not all(group & kind.filled for group in self.groups):
            return "missing"
        return "confidential" if kind.is_confidential else "plain"


def left_out(
    rows: Iterable[LedgerRecord], spec: Spec, is_confidential: Callable[[LedgerRecord], bool]
) -> dict[str, LeftOut]:
    """Return how many of ``rows`` each metric leaves out, by its key; without the metrics that need
    no more than a customer and a day."""
    by_table: dict[str, list[LedgerRecord]] = {key: [] for key in spec.tables}
    for row in rows:
        by_table[row.table].append(row)
    metrics = {key: each for key, each in declarations().metrics.items() if each.needs}
    counts: dict[str, Counter[str]] = {key: Counter() for key in metrics}
    for key, table in spec.tables.items():
        needs = {name: _Needs.of(metric, table) for name, metric in metrics.items()}
        needs = {name: each for name, each in needs.items() if each.fields}
        asked = frozenset().union(*(each.fields for each in needs.values()))
        for kind, count in _kinds(by_table[key], table, asked, is_confidential).items():
            for name, each in needs.items():
                counts[name].update({"rows": count, each.outcome(kind): count})
    known = [f"{key}.{name}" for key, table in spec.tables.items() for name in table.by_key]
    return {
        key: LeftOut(
            tuple(tuple(name for name in known if name in group) for group in metric.needs),
            *(counts[key][name] for name in ("rows", "missing", "bad", "confidential")),
        )
        for key, metric in metrics.items()
    }


def _kinds(
    rows: Iterable[LedgerRecord],
    table: Table,
    asked: frozenset[str],
    is_confidential: Callable[[LedgerRecord], bool],
) -> Counter[_Kind]:
    """Return how many rows of a table are alike in the fields asked."""
    rows = list(rows)
    moods, orders = _moods(table, asked), _orders(table, asked)
    columns: dict[str, list[Any]] = {key: [row.values.get(key) for row in rows] for key in asked}
    filled = {key: [value not in _BLANK for value in column] for key, column in columns.items()}
    moodless = {
        key: [value not in _BLANK and not told(value) for value in columns[key]]
        for key, told in moods.items()
    }
    late = {pair: list(map(_is_late, *(columns[key] for key in pair))) for pair in orders}
    raw = [asked.intersection(row.raw) for row in rows]
    # Rows that are alike are counted before anybody looks at what they are like.
    alike = Counter(
        zip(raw, map(is_confidential, rows),
            *filled.values(), *moodless.values(), *late.values(), strict=True)
    )  # fmt: skip
    found: Counter[_Kind] = Counter()
    for (bad, is_withheld, *flags), count in alike.items():
        said = iter(flags)
        has, wordless, wrong = (_told(names, said) for names in (filled, moodless, late))
        found[_Kind(has, bad | wordless, wrong, is_withheld)] += count
    return found


def _told(names: Iterable[Any], said: Iterator[bool]) -> frozenset[Any]:
    """Return the names of which it is said that they are so."""
    return frozenset([name for name in names if next(said)])


def _moods(table: Table, asked: frozenset[str]) -> dict[str, Callable[[Value], object]]:
    """Return the fields whose words are good or bad, and what says of a value which it is."""
    lists = {key: getattr(table.by_key[key].type, "vocabulary", None) for key in asked}
    told = {key: words for key, words in lists.items() if words and words.has_polarity}
    return {key: _mood(table.by_key[key], words) for key, words in told.items()}


def _mood(field: Field, words: Vocabulary) -> Callable[[Value], object]:
    def tell(value: Value) -> object:
        return words.polarity(field.type.text(value))

    known = cache(tell)
    return lambda value: known(value) if isinstance(value, str) else tell(value)


def _orders(table: Table, asked: frozenset[str]) -> list[Pair]:
    """Return pairs of fields of which the table says that one is not before the other."""
    rules = (rule.arguments for rule in table.rules if rule.name == "order")
    pairs = ((str(each["earlier"]), str(each["later"])) for each in rules)
    return [pair for pair in pairs if asked.issuperset(pair)]


def _is_late(earlier: Value | None, later: Value | None) -> bool:
    """Whether what should be first is the later; what is blank is neither."""
    if not earlier or not later:
        return False
    one, two = str(earlier), str(later)
    if len(one) == len(two):
        return one > two  # written alike, they compare as they stand
    return datetime.fromisoformat(one) > datetime.fromisoformat(two)
