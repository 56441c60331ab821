"""The figures of a report as formulas over its sheets of facts: ``templates/formulas.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

from xlcrm import resources
from xlcrm.analysis_rows import AnalysisRow, Figure
from xlcrm.metrics.model import Metric
from xlcrm.records import column_letters
from xlcrm.report_workbook.facts_plan import FactSheet, kinds_of_facts, shown
from xlcrm.report_workbook.plan import FORMATS, Period, ReportContents
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Spec
from xlcrm.timelines import ladder
from xlcrm.values import dataclass

MOST = 5_000  # facts of a kind that are compared with one another
_NO_DATA = "-"
_PERIODS = ("_current", "_previous")  # what the names of each period's own workings end with
_TOKEN = re.compile(r'"(?:[^"]|"")*"|\{(?P<what>[a-z_]+)(?:=(?P<value>[^}]+))?\}|[A-Za-z_]\w*')
_OWN, _ALL = "WORK_", "ALL_"
_ROW = "\0"  # which no text holds
_BOUNDS = ("FROM", "UNTIL", "WINDOW", "MONTHS")
# What COUNTIFS takes otherwise than it is written: patterns, comparisons, numbers; or not at all.
_ODD = re.compile(r"[*?~]|^[<>=]|^[\d.,%+\-]+$|^.{200}")


@dataclass(frozen=True)
class WorkingColumn:
    """A column beside the facts of a kind, in their order: formulas, and the values they give."""

    name: str
    label: str
    formulas: Sequence[str]
    values: Sequence[Any]


@dataclass(frozen=True)
class LiveReport:
    """The rows of a report with formulas where there can be some, and what those rest on: ranges by
    their names, columns of workings, and the bounds of both periods by theirs."""

    rows: tuple[AnalysisRow, ...]
    ranges: Mapping[str, str]
    workings: tuple[WorkingColumn, ...]
    bounds: Sequence[Mapping[str, date | float]]


@cache
def _declared() -> Mapping[str, Any]:
    return resources.declared("formulas.toml")


def says(key: str, words: Words) -> str:
    """Return how a metric is reckoned, in words. Raises KeyError for one that is not declared."""
    text: str = _declared()["figures"][key][words.language]
    return text


def live_report(
    contents: ReportContents, sheets: Sequence[FactSheet], spec: Spec, words: Words
) -> LiveReport:
    """Return the formulas of a report whose facts stand on ``sheets``."""
    made = _Formulas(contents, sheets, spec, words)
    rows = tuple(map(made.row, contents.metrics, contents.rows))
    workings = tuple(made.workings())
    return LiveReport(rows, made.ranges(), workings, made.bounds)


@dataclass(frozen=True)
class _Area:
    """A column of a sheet below its header; of no rows it is the blank one there."""

    sheet: str
    column: int
    rows: int

    @property
    def whole(self) -> str:
        letters = column_letters(self.column)
        return f"{self._place}${letters}$2:${letters}${1 + max(1, self.rows)}"

    def cell(self, row: int | str) -> str:
        return f"{self._place}${column_letters(self.column)}{row}"

    @property
    def _place(self) -> str:
        return "'{}'!".format(self.sheet.replace("'", "''"))


class _Formulas:
    """Fills in what is declared, and notes what that rests on."""

    def __init__(
        self, contents: ReportContents, sheets: Sequence[FactSheet], spec: Spec, words: Words
    ) -> None:
        self._given, self._spec, self._words = contents.workings, spec, words
        self._are_all = contents.are_all_facts
        self._sheets = {sheet.kind: sheet for sheet in sheets}
        self._areas = {
            f"{kind}_{column.key}": _Area(sheet.name, n, sheet.rows)
            for kind, sheet in self._sheets.items()
            for n, column in enumerate(sheet.columns)
        }
        self._used: dict[str, _Area] = {}
        self._asked: dict[str, tuple[str, str, int]] = {}  # workings: kind, column and period
        self._tells_customers = self._has_plain_customers()
        periods = contents.period, contents.period.previous
        self.bounds = [dict(_bounds(*each)) for each in zip(periods, _PERIODS, strict=True)]

    def row(self, metric: Metric, row: AnalysisRow) -> AnalysisRow:
        """Return a metric's row with the formulas of its figures, and where its facts are."""
        declared = _declared()["figures"].get(metric.key, {})
        row = replace(row, rests_on=self._first_fact(metric))
        if not self._can_be_live(metric, declared):
            return row
        before, text = row.previous, declared["formula"]
        if declared.get("earlier", True) and not metric.is_against_published:
            before = self._live(before, text, metric, 1)
        return replace(row, current=self._live(row.current, text, metric, 0), previous=before)

    def _first_fact(self, metric: Metric) -> str | None:
        for kind, facts in metric.basis.items():
            wanted = set(facts)
            place = next((n for n, each in enumerate(self._ids(kind), 2) if each in wanted), None)
            if place:
                return self._areas[f"{kind}_customer"].cell(place).replace("$", "")
        return None

    def workings(self) -> Iterator[WorkingColumn]:
        """Yield the columns of workings in their order; one may ask for others."""
        done = 0
        while done < len(self._asked):
            name, (kind, column, period) = list(self._asked.items())[done]
            declared = _declared()["workings"][kind][column]
            plain, ids = column.removeprefix(_OWN), self._ids(kind)
            values = self._given[1 + period if column.startswith(_OWN) else 0][kind][plain]()
            label = declared["label"][self._words.language]
            yield WorkingColumn(
                name,
                label,
                _in_rows(self._beside(declared["formula"], kind, period), len(ids)),
                [self._value(plain, values.get(fact)) for fact in ids],
            )
            done += 1

    def ranges(self) -> dict[str, str]:
        """Return the names that formulas use, with their ranges."""
        return {name: f"={area.whole}" for name, area in self._used.items()}

    def _ids(self, kind: str) -> Sequence[str]:
        sheet = self._sheets.get(kind)
        return sheet.cells["id"] if sheet else ()

    def _live(self, figure: Figure, text: str, metric: Metric, period: int) -> Figure:
        formula = _TOKEN.sub(partial(self._filled, metric=metric, period=period), text)
        style = FORMATS[metric.unit] if figure.number is None else figure.number_format
        return replace(figure, formula=f'IFERROR({formula},"{_NO_DATA}")', number_format=style)

    def _beside(self, text: str, kind: str, period: int) -> str:
        """Return a formula of workings in which ``_ROW`` stands for its own row."""

        def filled(token: re.Match[str]) -> str:
            name = token[0]
            if name.startswith(f"{kind}_"):
                if name not in self._areas:
                    self._named(name)
                return self._area(name).cell(_ROW)
            return self._filled(token, None, period)

        return _TOKEN.sub(filled, text)

    def _filled(self, token: re.Match[str], metric: Metric | None, period: int) -> str:
        what, text = token["what"], token[0]
        if what == "step":
            assert metric is not None and metric.subject_key is not None
            return str(1 + self._ladder(metric).index(metric.subject_key))
        if what in ("ladder", "last"):
            vocabulary = self._spec.vocabularies[token["value"]]
            labels = [vocabulary.label(each, self._words.language) for each in ladder(vocabulary)]
            return _quoted(labels[-1]) if what == "last" else _array(labels)
        if what:
            value = metric.subject_key if metric and token["value"] == "subject" else token["value"]
            return _quoted(str(shown(what, value, self._spec, self._words)))
        if text in _BOUNDS:
            return _bound_name(text, _PERIODS[period])
        return self._named(text.removeprefix(_ALL), period)

    def _named(self, text: str, period: int = 0) -> str:
        """Return a name as formulas use it, and note it; any other word as it is."""
        name = text.removeprefix(_OWN)
        kind = next((kind for kind in self._sheets if name.startswith(f"{kind}_")), "")
        column = text[: len(text) - len(name)] + name.removeprefix(f"{kind}_")
        if column in _declared()["workings"].get(kind, ()):
            name += _PERIODS[period] if column.startswith(_OWN) else ""
            self._asked.setdefault(name, (kind, column, period))
        elif name not in self._areas:
            return text
        self._used[name] = self._area(name)
        return name

    def _area(self, name: str) -> _Area:
        if name in self._areas:
            return self._areas[name]
        kind, _, _ = self._asked[name]
        place, rows = list(self._asked).index(name), self._sheets[kind].rows
        return _Area(self._words("report.sheet.workings"), place, rows)

    def _ladder(self, metric: Metric) -> Sequence[str]:
        return ladder(self._spec.vocabularies[_declared()["figures"][metric.key]["ladder"]])

    def _value(self, column: str, value: Any) -> Any:
        if isinstance(value, str):
            return shown(column, value, self._spec, self._words)
        return "" if value is None or value != value else value

    def _can_be_live(self, metric: Metric, declared: Mapping[str, Any]) -> bool:
        text = declared.get("formula", "")
        if not text or not self._given or metric.unit == "list":
            return False
        if metric.subject_key in declared.get("without", ()):
            return False
        kinds = _kinds_in(text)
        if not kinds <= self._sheets.keys():
            return False
        if "{step}" in text and metric.subject_key not in self._ladder(metric):
            return False
        if "=subject}" in text and metric.subject_key is None:
            return False
        if any(map(_ODD.search, self._subjects(metric, text))):
            return False
        if declared.get("ever", False) and not self._are_all:
            return False
        pairs = declared.get("pairs", False)
        most = max((self._sheets[kind].rows for kind in kinds), default=0)
        return not pairs or (self._tells_customers and most <= MOST)

    def _subjects(self, metric: Metric, text: str) -> Iterator[str]:
        """Yield a metric's subject as the columns show it that its formula compares it with."""
        for token in _TOKEN.finditer(text):
            if token["value"] == "subject":
                yield str(shown(token["what"], metric.subject_key, self._spec, self._words))

    def _has_plain_customers(self) -> bool:
        """Whether formulas can tell customers apart, which they do by their keys."""
        customers = self._sheets.get("customers")
        keys = [str(key) for key in customers.cells["customer"]] if customers else []
        return len({key.casefold() for key in keys}) == len(keys) and not any(
            map(_ODD.search, keys)
        )


def _kinds_in(formula: str) -> set[str]:
    """Return the kinds of facts that a formula looks at, its workings too."""
    kinds: set[str] = set()
    texts = [formula]
    for text in texts:  # which grows by those of the workings
        for word in (token[0].removeprefix(_ALL) for token in _TOKEN.finditer(text)):
            name = word.removeprefix(_OWN)
            kind = next((each for each in kinds_of_facts() if name.startswith(f"{each}_")), None)
            if kind:
                kinds.add(kind)
                column = word.replace(f"{kind}_", "", 1)
                beside = _declared()["workings"].get(kind, {}).get(column)
                if beside and beside["formula"] not in texts:
                    texts.append(beside["formula"])
    return kinds


def _in_rows(formula: str, count: int) -> list[str]:
    """Return a formula as it stands in each row below the header."""
    return [formula.replace(_ROW, str(2 + n)) for n in range(count)]


def _bound_name(bound: str, ending: str) -> str:
    return f"period_{bound.lower()}{ending}"


def _bounds(period: Period, ending: str) -> Iterator[tuple[str, date | float]]:
    until = period.end + timedelta(days=1)
    values: tuple[date | float, ...] = period.start, until, period.window.start, period.months
    for bound, value in zip(_BOUNDS, values, strict=True):
        yield _bound_name(bound, ending), value


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))


def _array(texts: Sequence[str]) -> str:
    return "{" + ",".join(map(_quoted, texts)) + "}"
