"""The rows behind the figures: a sheet a kind of fact, with its source and what it supports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from xlcrm.analysis_rows import row_name
from xlcrm.record_sheet import Column, holdable
from xlcrm.records import Source
from xlcrm.report_workbook.plan import FactFrame, ReportContents
from xlcrm.sheet_words import Words, declared
from xlcrm.spec.model import Spec
from xlcrm.spec.vocabulary import Vocabulary

# Read from the ledger's record.
NOT_SHOWN = frozenset({"source", "customer", "name"})
CUSTOMERS = "customers"
WIDTH = 12
NO_SOURCE = Source("", "", 0)


@dataclass(frozen=True)
class FactSheet:
    """A sheet of the facts of a kind."""

    kind: str
    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def table(self) -> str:
        """The name by which people's formulas know it, whatever the language."""
        return f"facts_{self.kind}"

    def column(self, key: str) -> int:
        """Return the place of a column, counted from 0."""
        return [each.key for each in self.columns].index(key)

    def values_of(self, key: str) -> list[Any]:
        """Return the values of a column."""
        place = self.column(key)
        return [row[place] for row in self.rows]


def plan_facts(contents: ReportContents, spec: Spec, words: Words) -> Iterator[FactSheet]:
    """Yield a sheet a kind; the facts that a figure of the period rests on come first."""
    names = _customer_names(contents.facts.get(CUSTOMERS))
    for kind, label in declared("facts.sheet").items():
        if kind in contents.facts:
            supports = _supports(contents, kind, words)
            reader = _Reader(contents, spec, words, names, supports)
            rows = sorted(reader.rows(contents.facts[kind]), key=lambda row: not row[2])
            columns = tuple(reader.columns(contents.facts[kind]))
            yield FactSheet(kind, label[words.language], columns, tuple(rows))


def _supports(contents: ReportContents, kind: str, words: Words) -> Mapping[str, str]:
    """Return the names of the metrics that each fact of a kind supports, by its id."""
    names: dict[str, dict[str, None]] = {}
    for metric in contents.metrics:
        for each in metric.basis.get(kind, ()):
            names.setdefault(each, {})[row_name(metric, words.language)] = None
    return {each: words("facts.and").join(found) for each, found in names.items()}


def _customer_names(customers: FactFrame | None) -> Mapping[Any, str]:
    if customers is None:
        return {}
    place = 1 + list(customers.columns).index("name")
    return {fact[0]: fact[place] for fact in customers.itertuples(index=True, name=None)}


class _Reader:
    """Turns the facts of one kind into the cells of their sheet."""

    def __init__(
        self,
        contents: ReportContents,
        spec: Spec,
        words: Words,
        names: Mapping[Any, str],
        supports: Mapping[str, str],
    ) -> None:
        self._sources = contents.sources
        self._spec = spec
        self._words = words
        self._names = names
        self._supports = supports

    def columns(self, frame: FactFrame) -> Iterator[Column]:
        """Yield the sheet's columns: customer, support, the kind's own, source, id."""
        own = (name for name in map(str, frame.columns) if name not in NOT_SHOWN)
        for name in ("customer", "name", "supports", *own, "file", "sheet", "row", "id", "order"):
            look = declared(f"facts.column.{name}")
            yield Column(
                name,
                look[self._words.language],
                look.get("width", WIDTH),
                look.get("kind", "text"),
                wrap=look.get("wrap", False),
                num_format=look.get("num_format"),
            )

    def rows(self, frame: FactFrame) -> Iterator[tuple[Any, ...]]:
        """Yield the cells of each fact, in the order of ``columns``."""
        names = [str(name) for name in frame.columns]
        own = [(1 + n, _Values(name, self._spec, self._words)) for n, name in enumerate(names)
               if name not in NOT_SHOWN]  # fmt: skip
        customer = 1 + names.index("customer") if "customer" in names else 0
        source = 1 + names.index("source")
        for order, fact in enumerate(frame.itertuples(index=True, name=None), 1):
            known = _known(fact[customer])
            place = self._source(fact[source])
            cells = (
                known,
                self._names.get(known),
                self._supports.get(fact[0]),
                *(values.cell(fact[column]) for column, values in own),
                place.file,
                place.sheet,
                place.row or None,
                fact[0],
                order,
            )
            yield tuple(map(holdable, cells))

    def _source(self, records: Sequence[str]) -> Source:
        return next((self._sources[each] for each in records if each in self._sources), NO_SOURCE)


class _Values:
    """Shows the values of one column in the workbook's language."""

    def __init__(self, column: str, spec: Spec, words: Words) -> None:
        look = declared(f"facts.column.{column}")
        lists = look.get("list", ())
        keys = [lists] if isinstance(lists, str) else lists
        self._lists: list[Vocabulary] = [spec.vocabularies[key] for key in keys]
        self._worded = look.get("words", False)
        self._words = words

    def cell(self, value: Any) -> Any:
        value = _known(value)
        if value is None:
            return None
        if self._worded:
            return self._words.get(f"facts.word.{str(value).lower()}") or str(value)
        if isinstance(value, tuple | list):
            return self._words("facts.and").join(map(str, value)) or None
        if isinstance(value, str):
            return self._label(value)
        return value.to_pydatetime() if hasattr(value, "to_pydatetime") else value

    def _label(self, value: str) -> str:
        language = self._words.language
        known = (each for each in self._lists if value in each.by_value)
        return next((each.label(value, language) for each in known), value)


@cache
def _shower(column: str, spec: Spec, words: Words) -> _Values:
    return _Values(column, spec, words)


def shown(column: str, value: Any, spec: Spec, words: Words) -> Any:
    """Return a value as a column of facts shows it."""
    return _shower(column, spec, words).cell(value)


def _known(value: Any) -> Any:
    """Return a value, None for the not-a-number and not-a-time of a table of facts."""
    return None if value is None or value != value else value
