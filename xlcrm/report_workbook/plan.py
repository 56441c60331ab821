"""What the report says, as plain data: its contents, and what its first sheet shows of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date
from typing import Any, Literal, Protocol

from xlcrm.analysis_rows import AnalysisRow, LateRow, leading_first, row_name
from xlcrm.layout.listed import Listed, Said
from xlcrm.metrics.model import Metric, Unit
from xlcrm.records import Source
from xlcrm.sheet_words import Words, declared
from xlcrm.values import dataclass

PANELS = 9  # charts on the page, in rows of three
TRENDS = 5
LISTED = 6  # customers named in a list on the page


class Period(Protocol):
    """What the report needs to know of a period; days are both included."""

    @property
    def label(self) -> str: ...
    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date: ...
    @property
    def kind(self) -> Literal["week", "month", "quarter", "year"]: ...
    @property
    def previous(self) -> Period: ...
    @property
    def whole(self) -> Period: ...
    @property
    def window(self) -> Period: ...
    @property
    def months(self) -> float: ...
    def is_over(self, day: date) -> bool: ...


class LeftOut(Protocol):
    """The fields that a metric needs, in groups; of the rows on their tables those that it leaves
    out, and the confidential ones that it counts."""

    @property
    def needs(self) -> Sequence[Sequence[str]]: ...
    @property
    def rows(self) -> int: ...
    @property
    def missing(self) -> int: ...
    @property
    def bad(self) -> int: ...
    @property
    def confidential(self) -> int: ...


class Quality(Protocol):
    """What a report rests on: files that were read or not, rows of its period, rows without a day,
    errors and open conflicts in all, who has not handed in, who has no row in the period; what each
    metric leaves out, by its key."""

    @property
    def files(self) -> int: ...
    @property
    def rejected(self) -> Sequence[str]: ...
    @property
    def rows(self) -> int: ...
    @property
    def undated(self) -> int: ...
    @property
    def errors(self) -> int: ...
    @property
    def conflicts(self) -> int: ...
    @property
    def missing(self) -> Sequence[str]: ...
    @property
    def silent(self) -> Sequence[str]: ...
    @property
    def left_out(self) -> Mapping[str, LeftOut]: ...


@dataclass(frozen=True)
class ReportContents:
    """What a report holds.

    ``metrics`` and ``rows`` are the same, as figures and as displayed. ``trends`` are (period,
    value) pairs, oldest first, by (key, subject) of their metric. ``facts`` come by kind, as the
    metrics' ``basis`` names it, in columns of plain values, ``id`` among them; ``are_all_facts``:
    there are no others, whenever they were. ``sources`` tell where a ledger record stands, by its
    id. ``late`` are the figures that have changed since they were published, ``published`` the day
    (ISO) on which those of the period before were, if they were, ``as_of`` the day of all that is
    told. ``said`` is what the lead said of
    the customers listed, when the report was written before. ``workings`` reckon what formulas go
    on from, by kind and column, then by fact: of any period, of this one, of the one before;
    without them there are no formulas. ``pictures`` are labelled values of one moment, by what they
    show. ``quality`` is what all of it rests on.
    """

    run_id: str
    period: Period
    metrics: Sequence[Metric]
    rows: Sequence[AnalysisRow]
    trends: Mapping[tuple[str, str | None], Sequence[tuple[Period, Any]]] = field(
        default_factory=dict
    )
    facts: Mapping[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    late: Sequence[LateRow] = ()
    published: str | None = None
    as_of: date | None = None
    said: Mapping[Listed, Said] = field(default_factory=dict)
    workings: Sequence[Mapping[str, Mapping[str, Callable[[], Mapping[Any, Any]]]]] = ()
    pictures: Mapping[str, Sequence[tuple[str, float]]] = field(default_factory=dict)
    quality: Quality | None = None
    are_all_facts: bool = True


@dataclass(frozen=True)
class Panel:
    """One small chart: a line over periods, or bars. None is a period without data."""

    title: str
    labels: tuple[str, ...]
    values: tuple[float | None, ...]
    number_format: str
    bars: bool = False


@dataclass(frozen=True)
class NamedList:
    """The customers that a metric names: their rows, how many more there are, or why none."""

    title: str
    labels: tuple[str, ...]
    formats: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: int
    empty: str


@dataclass(frozen=True)
class ReportPlan:
    """What the first sheet shows, from top to bottom; ``period`` is its label, ``by_lead`` the
    number format that says so of a sentence of the lead's."""

    period: str
    by_lead: str
    sheet: str
    title: str
    span: str
    against: str
    labels: tuple[str, ...]
    leading: tuple[AnalysisRow, ...]
    others: tuple[AnalysisRow, ...]
    panels: tuple[Panel, ...]
    rests_on: tuple[NamedList, ...]
    lists: tuple[NamedList, ...]


def plan_report(contents: ReportContents, words: Words) -> ReportPlan:
    """Return what the report's first sheet shows."""
    period, kind = contents.period, contents.period.kind
    leading, others = leading_first(contents.rows)
    columns = ("dimension", "name", f"current.{kind}", f"previous.{kind}", f"change.{kind}")
    return ReportPlan(
        period=period.label,
        by_lead=words("analysis.by_lead"),
        sheet=words(f"report.sheet.{kind}"),
        title=words(f"report.title.{kind}"),
        span=span_of(contents, words),
        against=_against(contents, words),
        labels=tuple(words(f"analysis.{column}") for column in (*columns, "narrative")),
        leading=tuple(leading),
        others=tuple(_on_the_page(others)),
        panels=tuple(_panels(contents, words)),
        rests_on=tuple(_quality_list(contents, words)),
        lists=(*_late_list(contents, words), *_lists(contents, words)),
    )


def span_of(contents: ReportContents, words: Words) -> str:
    """Return the days of the period, and that it is not over yet where it isn't."""
    day, said = contents.as_of, _span("report.span", contents.period, words)
    is_over = not day or contents.period.is_over(day)
    return said if is_over else said + words("report.running", day=day)


def _against(contents: ReportContents, words: Words) -> str:
    said = _span("report.against", contents.period.previous, words)
    day = contents.published
    return said + words("report.as_published", day=day) if day else said


def _quality_list(contents: ReportContents, words: Words) -> Iterator[NamedList]:
    """Yield what the report rests on, in one line."""
    told = contents.quality
    if told:
        columns = ("files", "rows", "missing", "silent", "errors")
        files = words("report.quality.read", files=told.files, rejected=len(told.rejected))
        errors = words("report.quality.wrong", errors=told.errors, conflicts=told.conflicts)
        missing, silent = (words("facts.and").join(names) or "-"
                           for names in (told.missing, told.silent))  # fmt: skip
        yield NamedList(
            words("report.quality.title"),
            tuple(words(f"report.quality.{column}") for column in columns),
            ("@",) * len(columns),
            ((files, words("report.quality.counted", count=told.rows), missing, silent, errors),),
            more=0,
            empty="",
        )


def _late_list(contents: ReportContents, words: Words) -> Iterator[NamedList]:
    """Yield what has changed since it was published, in the columns of the table above it."""
    if contents.late:
        columns = ("dimension", "name", "published", "now", "period")
        yield NamedList(
            words("report.late.title"),
            tuple(words(f"report.late.{column}") for column in columns),
            ("@",) * len(columns),
            tuple(tuple(getattr(row, column) for column in columns) for row in contents.late),
            more=0,
            empty="",
        )


def _on_the_page(others: Sequence[AnalysisRow]) -> Iterator[AnalysisRow]:
    """Yield the rows of the page: of metrics with many subjects those that lead, or are of the
    dimension that comes first; all are on the sheets of their dimensions.
    """
    leading, first = declared("report.leading"), others[0].dimension if others else ""
    for row in others:
        if row.subject is None or row.key in leading or row.dimension == first:
            yield row


def _span(key: str, period: Period, words: Words) -> str:
    return words(key, label=period.label, start=period.start, end=period.whole.end)


def _panels(contents: ReportContents, words: Words) -> list[Panel]:
    """Return the bars, then the first trends of the declared ones that have data, then what is
    drawn of one moment."""
    by_key: dict[str, tuple[Metric, AnalysisRow]] = {}
    for pair in zip(contents.metrics, contents.rows, strict=True):
        by_key.setdefault(pair[0].key, pair)
    bars = by_key.get(declared("report.bars"))
    panels = [_bars(*bars)] if bars and bars[0].current else []
    for key in declared("report.trends"):
        if key in by_key:
            metric, row = by_key[key]
            points = contents.trends.get((key, metric.subject), ())
            if sum(value is not None for _, value in points) >= 2:
                panels.append(_trend(metric, row, points))
    pictures = [
        _picture(words(f"report.pictures.{key}"), key, contents.pictures[key])
        for key in declared("report.pictures")
        if contents.pictures.get(key)
    ]
    return [*panels[: PANELS - len(pictures)][: TRENDS + 1], *pictures]


def _picture(title: str, key: str, bars: Sequence[tuple[str, float]]) -> Panel:
    labels, values = zip(*bars, strict=True)
    return Panel(
        title, labels, values, FORMATS["score" if "satisfaction" in key else "count"], bars=True
    )


def _trend(metric: Metric, row: AnalysisRow, points: Sequence[tuple[Period, Any]]) -> Panel:
    labels = tuple(_short(period) for period, _ in points)
    return Panel(row.name, labels, tuple(value for _, value in points), FORMATS[metric.unit])


def _short(period: Period) -> str:
    """Return a period's label as it fits below a small chart: W20, 24-05, 24-Q2, 2024."""
    if period.kind == "week":
        return period.label.partition("-")[2]
    return period.label if period.kind == "year" else period.label[2:]


def _bars(metric: Metric, row: AnalysisRow) -> Panel:
    return Panel(
        row.name,
        tuple(each["tag"] for each in metric.current),
        tuple(each["share"] for each in metric.current),
        "0%",
        bars=True,
    )


def _lists(contents: ReportContents, words: Words) -> list[NamedList]:
    by_key = {metric.key: metric for metric in contents.metrics}
    return [
        named_list(by_key[key], words, most=LISTED)
        for key in declared("report.lists")
        if key in by_key
    ]


def named_list(metric: Metric, words: Words, most: int | None = None) -> NamedList:
    """Return the list of a metric, whole or its first entries. Raises KeyError for another's."""
    columns, looks = declared("report.tables")[metric.key], declared("report.list")
    shown = (metric.current or ())[:most]
    formats = tuple(looks[column].get("num_format", "@") for column in columns)
    return NamedList(
        row_name(metric, words.language),
        tuple(looks[column][words.language] for column in columns),
        formats,
        tuple(
            tuple(
                _entry(each[column], look, words)
                for column, look in zip(columns, formats, strict=True)
            )
            for each in shown
        ),
        len(metric.current or ()) - len(shown),
        words("report.no_data" if metric.current is None else "report.nobody"),
    )


def _entry(value: Any, number_format: str, words: Words) -> Any:
    """Return an entry's cell; what is not known is the dash that document E prints."""
    if value is None:
        return "-"
    if isinstance(value, list):
        return words("facts.and").join(value)
    return date.fromisoformat(value) if number_format.startswith("yyyy") else value


FORMATS: Mapping[Unit, str] = {
    "rate": "0%",
    "score": "0.0",
    "hours": "0",
    "days": "0.0",
    "count": "0",
    "per-month": "0.0",
    "list": "0",
}
