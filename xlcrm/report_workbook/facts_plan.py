"""The rows behind the figures: a sheet a kind of fact, with its source and what it supports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from functools import cache
from typing import Any, TypeAlias, cast

from xlcrm.analysis_rows import row_name
from xlcrm.findings import Language
from xlcrm.record_sheet import Column
from xlcrm.records import Source
from xlcrm.report_workbook.plan import ReportContents
from xlcrm.sheet_words import Words, declared
from xlcrm.spec.model import Spec
from xlcrm.values import dataclass

Cells: TypeAlias = Mapping[str, Sequence[Any]]  # by the key of their column

MOST = 25_000  # facts of a kind that are listed: with more the report is no file to send around
# Of what facts have, what stands apart, the same for every kind.
APART = frozenset({"id", "source", "customer", "name"})
CUSTOMERS = "customers"
WIDTH = 12
_LAST = ("file", "sheet", "row", "id", "order")
NO_SOURCE = Source("", "", 0)


@dataclass(frozen=True)
class FactSheet:
    """A sheet of the facts of a kind; its cells come column by column, in the columns' order."""

    kind: str
    name: str
    columns: tuple[Column, ...]
    cells: Cells

    @property
    def table(self) -> str:
        """The name by which people's formulas know it, whatever the language."""
        return f"facts_{self.kind}"

    @property
    def rows(self) -> int:
        """How many facts there are."""
        return len(self.cells["id"])

    def blocks(self, size: int) -> Iterator[list[Sequence[Any]]]:
        """Yield so many facts at a time, column by column."""
        for start in range(0, self.rows, size):
            yield [values[start : start + size] for values in self.cells.values()]


def kinds_of_facts() -> Mapping[str, Mapping[str, str]]:
    """Return the names of the sheets of facts, by kind and language."""
    return cast("Mapping[str, Mapping[str, str]]", declared("facts.sheet"))


def plan_facts(contents: ReportContents, spec: Spec, words: Words) -> Iterator[FactSheet]:
    """Yield a sheet a kind; the facts that a figure of the period rests on come first."""
    everybody = contents.facts.get(CUSTOMERS, {"id": (), "name": ()})
    names = dict(zip(everybody["id"], everybody["name"], strict=True))
    for kind, label in kinds_of_facts().items():
        if kind in contents.facts:
            facts = contents.facts[kind]
            supports = _supports(contents, kind, words)
            cells = _apart(facts, names, supports, contents.sources)
            for name, values in facts.items():
                if name not in APART:
                    cells[name] = _shower(name, spec, words).cells(values)
            cells |= {name: cells.pop(name) for name in _LAST}
            columns = tuple(_column(name, words) for name in cells)
            yield FactSheet(kind, label[words.language], columns, _supporting_first(cells))


def _supports(contents: ReportContents, kind: str, words: Words) -> Mapping[str, str]:
    """Return the names of the metrics that each fact of a kind supports, by its id."""
    names = [row_name(metric, words.language) for metric in contents.metrics]
    found: dict[str, tuple[int, ...]] = {}
    for n, metric in enumerate(contents.metrics):
        for each in metric.basis.get(kind, ()):
            found[each] = (*found.get(each, ()), n)

    @cache
    def said(metrics: tuple[int, ...]) -> str:
        return words("facts.and").join(dict.fromkeys(names[n] for n in metrics))

    return {each: said(metrics) for each, metrics in found.items()}


def _apart(
    facts: Cells,
    names: Mapping[Any, str],
    supports: Mapping[str, str],
    sources: Mapping[str, Source],
) -> dict[str, Sequence[Any]]:
    """Return the columns that facts of every kind have."""
    ids = facts["id"]
    customers = facts.get("customer", ids)
    places = [
        next((sources[each] for each in records if each in sources), NO_SOURCE)
        for records in facts["source"]
    ]
    return {
        "customer": customers,
        "name": [names.get(each) for each in customers],
        "supports": [supports.get(each) for each in ids],
        "file": [place.file for place in places],
        "sheet": [place.sheet for place in places],
        "row": [place.row or None for place in places],
        "id": ids,
        "order": range(1, 1 + len(ids)),
    }


def _supporting_first(cells: Cells) -> Cells:
    """Return the columns of facts with those first that support a metric."""
    supports = cells["supports"]
    order = sorted(range(len(supports)), key=lambda n: not supports[n])
    return {name: [values[n] for n in order] for name, values in cells.items()}


def _column(name: str, words: Words) -> Column:
    look = declared(f"facts.column.{name}")
    return Column(
        name,
        look[words.language],
        look.get("width", WIDTH),
        look.get("kind", "text"),
        wrap=look.get("wrap", False),
        num_format=look.get("num_format"),
        look=look.get("look", {}),
    )


class _Values:
    """Shows the values of one column in the workbook's language."""

    def __init__(self, column: str, spec: Spec, words: Words) -> None:
        look = declared(f"facts.column.{column}")
        self._worded = look.get("words", False)
        self._words = words
        self._labels = dict(_labels(look, spec, words.language))
        self._are_days = look.get("kind") == "date"

    def cells(self, values: Sequence[Any]) -> list[Any]:
        """Return values as the column shows them, None for what is not there."""
        known = {value: self.cell(value) for value in set(values)}
        return [known[value] for value in values]

    def cell(self, value: Any) -> Any:
        if value is None:
            return None
        if self._worded:
            return self._words.get(f"facts.word.{str(value).lower()}") or str(value)
        if isinstance(value, tuple | list):
            return self._words("facts.and").join(map(str, value)) or None
        if isinstance(value, datetime):
            return value.date() if self._are_days and value.time() == time() else value
        return self._labels.get(value, value)


def _labels(look: Mapping[str, Any], spec: Spec, language: Language) -> Iterator[tuple[str, str]]:
    """Yield how values of vocabularies, and the names of fields and of rows, are shown."""
    for key in reversed(look.get("lists", ())):
        vocabulary = spec.vocabularies[key]
        yield from ((each, vocabulary.label(each, language)) for each in vocabulary.by_value)
    for key in look.get("names", ()):
        table = spec.tables[key]
        yield from ((each.key, each.labels[language]) for each in table.fields)
        yield from ((each.key, each.labels[language]) for each in table.grid_rows)


@cache
def _shower(column: str, spec: Spec, words: Words) -> _Values:
    return _Values(column, spec, words)


def shown(column: str, value: Any, spec: Spec, words: Words) -> Any:
    """Return a value as a column of facts shows it."""
    return _shower(column, spec, words).cell(value)
