"""What the sheet of a dimension shows: its metrics, and whole the lists that they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xlcrm.analysis_rows import AnalysisRow
from xlcrm.layout.listed import NOTHING, Listed, Said
from xlcrm.metrics.model import Metric
from xlcrm.report_workbook.plan import NamedList, ReportContents, named_list, span_of
from xlcrm.sheet_words import Words, declared
from xlcrm.values import dataclass

_UNKNOWN = "-"


@dataclass(frozen=True)
class Line:
    """An entry of a list; of a customer with whom it is, and what the lead says of it."""

    cells: tuple[Any, ...]
    listed: Listed | None = None
    said: Said = NOTHING


@dataclass(frozen=True)
class WholeList:
    """A list with all its entries; ``asked`` are the labels of what the lead says of each."""

    head: NamedList
    asked: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class DimensionPlan:
    """A sheet, from top to bottom; ``period`` and ``by_lead`` are as on the first sheet."""

    period: str
    by_lead: str
    sheet: str
    title: str
    span: str
    labels: tuple[str, ...]
    rows: tuple[AnalysisRow, ...]
    lists: tuple[WholeList, ...]


def plan_dimensions(contents: ReportContents, words: Words) -> Iterator[DimensionPlan]:
    """Yield a sheet a dimension, in the order in which the report comes to them."""
    kind, period = contents.period.kind, contents.period
    columns = ("name", f"current.{kind}", f"previous.{kind}", f"change.{kind}", "narrative")
    for dimension in dict.fromkeys(row.dimension for row in contents.rows):
        own = [
            (metric, row)
            for metric, row in zip(contents.metrics, contents.rows, strict=True)
            if row.dimension == dimension
        ]
        lists = (metric for metric, _ in own if metric.key in declared("report.tables"))
        yield DimensionPlan(
            period=period.label,
            by_lead=words("analysis.by_lead"),
            sheet=words("report.sheet.dimension", name=dimension),
            title=dimension,
            span=span_of(contents, words),
            labels=tuple(words(f"analysis.{column}") for column in columns),
            rows=tuple(row for _, row in own),
            lists=tuple(_whole_list(metric, contents, words) for metric in lists),
        )


def _whole_list(metric: Metric, contents: ReportContents, words: Words) -> WholeList:
    """Return a list; whoever the lead said something of stays on it."""
    head = named_list(metric, words)
    if "customer" not in declared("report.tables")[metric.key]:
        return WholeList(head, (), tuple(map(Line, head.rows)))
    said = {each.customer: (each, texts) for each, texts in contents.said.items()
            if each.metric == metric.key}  # fmt: skip
    lines = []
    for entry, cells in zip(metric.current or (), head.rows, strict=True):
        listed = Listed(metric.key, entry["customer"], entry["name"])
        _, texts = said.pop(listed.customer, (None, NOTHING))
        lines.append(Line(cells, listed, texts))
    blank = (_UNKNOWN,) * (len(head.labels) - 2)
    gone = (Line((each.customer, each.name, *blank), each, texts) for each, texts in said.values())
    asked = tuple(words(f"report.list.{field}") for field in Said._fields)
    return WholeList(head, asked, (*lines, *gone))
