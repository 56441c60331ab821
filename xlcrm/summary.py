"""A report in a few lines, to be pasted into a group chat, or as Markdown: no longer than fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from xlcrm.analysis_rows import AnalysisRow
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.sheet_words import Words, declared
from xlcrm.text import printable
from xlcrm.values import dataclass

Form = Literal["plain", "markdown"]
LIMIT = 2_000  # bytes of UTF-8, the last line end included
# What is left out last, and first: a figure of one subject of many says less than others.
_HEAD, _LEADING, _WORSE, _SAID, _BETTER, _PART = range(6)
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_SPACES = re.compile(r"\s+")
# Where a sentence ends; after a short word (Co., Ltd.) it need not.
_SENTENCE_END = re.compile(r"(?<=。)(?=.)|(?<=[a-z\d)]{4}\.)(?= [A-Z])")


@dataclass(frozen=True)
class _Line:
    """A line: of a metric's figure, where ``counts``, and below a heading, where it has one;
    ``is_cut`` where its last sentences are left out."""

    text: str
    weight: int
    heading: str = ""
    counts: bool = False
    indent: bool = False
    is_cut: bool = False


def summarise(
    metrics: Sequence[Metric],
    rows: Sequence[AnalysisRow],
    period: Period,
    report: str,
    words: Words,
    form: Form = "plain",
    told: Callable[[str], str | None] = str,
    as_of: date | None = None,
) -> str:
    """Return a report as a text of whole lines, ``LIMIT`` bytes at most, that ends with a line end.

    ``metrics`` and ``rows`` are the same, as figures and as displayed; ``report`` is the name of
    the file in which all of it stands. ``told`` returns what may be told of a line, None where
    nothing may. What does not fit is left out, the least important first, which is said; and so is
    it of a period that is not over on ``as_of``.
    """
    lines = [
        replace(line, text=_marked(safe, form))
        for line in [_title(period, as_of, words), *_lines(metrics, rows, period, words)]
        if (safe := told(_SPACES.sub(" ", printable(line.text)).strip())) is not None
    ]
    said = [bool(row.narrative) for row, _ in _leading(rows, metrics)]

    def last(kept: Sequence[_Line]) -> list[_Line]:
        metrics_left = sum(map(_has_data, metrics)) - sum(line.counts for line in kept)
        whole = [line for line in kept if line.weight == _SAID and not line.is_cut]
        texts_left = sum(said) - len(whole)
        if not metrics_left and not texts_left:
            return []
        key = "summary.left" if metrics_left else "summary.texts_left"
        name = _marked(printable(report), form)
        return [_Line(words(key, count=metrics_left, report=name), _HEAD)]

    kept: list[_Line] = []
    chosen: dict[int, _Line] = {}
    for number, line in _by_weight(lines):
        wider = [each for _, each in sorted({**chosen, number: line}.items())]
        if len(_text([*wider, *last(wider)], form).encode()) <= LIMIT:
            kept = wider
            chosen[number] = line
    return _text([*kept, *last(kept)], form)


def _by_weight(lines: Sequence[_Line]) -> Iterator[tuple[int, _Line]]:
    """Yield lines and their numbers, what weighs most first: of what is said of a figure the first
    sentence, then more and more of it where all but the figures of single subjects has its room."""
    order = sorted(range(len(lines)), key=lambda each: lines[each].weight)
    versions = {number: list(_versions(lines[number])) for number in order}
    yield from ((n, versions[n][-1]) for n in order if lines[n].weight < _PART)
    yield from ((n, longer) for n in order for longer in versions[n][-2::-1])
    yield from ((n, lines[n]) for n in order if lines[n].weight == _PART)


def _versions(line: _Line) -> Iterator[_Line]:
    """Yield a line; of what is said of a figure then all but the last sentence, and so on."""
    yield line
    sentences = _SENTENCE_END.split(line.text) if line.weight == _SAID else []
    for count in range(len(sentences) - 1, 0, -1):
        yield replace(line, text="".join(sentences[:count]), is_cut=True)


def _title(period: Period, as_of: date | None, words: Words) -> _Line:
    """Return what it is about, and on which day that was not over."""
    is_over = not as_of or period.is_over(as_of)
    running = "" if is_over else words("summary.running", day=as_of)
    name = words(f"report.title.{period.kind}")
    span = {"label": period.label, "start": period.start, "end": period.whole.end}
    return _Line(words("summary.title", title=name, running=running, **span), _HEAD)


def _lines(
    metrics: Sequence[Metric], rows: Sequence[AnalysisRow], period: Period, words: Words
) -> Iterator[_Line]:
    """Yield all there may be to say below the title, from top to bottom."""
    kind = period.kind
    heading = words("summary.leading")
    first = _leading(rows, metrics)
    for row, metric in first:
        figures = _figures(row, metric, kind, words)
        yield _Line(figures, _LEADING, heading, counts=_has_data(metric))
        if row.narrative:
            yield _Line(row.narrative, _SAID, heading, indent=True)
    rest = [pair for pair in zip(rows, metrics, strict=True) if pair not in first]
    worse = [pair for pair in rest if _wants_care(*pair)]
    better = [pair for pair in rest if pair[0].mood == "good" and pair not in worse]
    for name, weight, pairs in (("worse", _WORSE, worse), ("better", _BETTER, better)):
        for row, metric in pairs:
            weighs = _PART if metric.subject else weight
            heading = words(f"summary.{name}")
            yield _Line(_figures(row, metric, kind, words), weighs, heading, counts=True)


def _leading(
    rows: Sequence[AnalysisRow], metrics: Sequence[Metric]
) -> list[tuple[AnalysisRow, Metric]]:
    """Return document E's metrics, of each the first."""
    pairs = [(row, metric) for metric, row in zip(metrics, rows, strict=True)]
    found = (
        next((p for p in pairs if p[0].key == key), None) for key in declared("report.leading")
    )
    return [pair for pair in found if pair]


def _has_data(metric: Metric) -> bool:
    return metric.current is not None or metric.previous is not None


def _wants_care(row: AnalysisRow, metric: Metric) -> bool:
    """Whether a figure has become worse, or names customers to see to."""
    named = isinstance(metric.current, list) and metric.better < 0
    return row.mood == "bad" or bool(named and metric.current)


def _figures(row: AnalysisRow, metric: Metric, kind: str, words: Words) -> str:
    """Return a metric's figures as one line."""
    told = {"name": row.name, "now": row.current.text, "before": row.previous.text}
    told |= {"change": row.change, "last": words(f"summary.previous.{kind}")}
    key: str = "level" if row.change == "→" else row.mood
    key = "figure" if row.change == "-" else key
    many = ".list" if isinstance(metric.current, list) and row.change != "-" else ""
    return words(f"summary{many}.{key}", **told)


def _marked(text: str, form: Form) -> str:
    """Return a text in which nothing is taken for a mark."""
    return text if form == "plain" else _SPECIAL.sub(r"\\\1", text)


def _text(lines: Sequence[_Line], form: Form) -> str:
    """Return lines as text, headings where one begins."""
    made: list[str] = []
    heading = ""
    for number, line in enumerate(lines):
        if line.heading and line.heading != heading:
            made += ["", f"## {line.heading}", ""] if form == "markdown" else ["", line.heading]
        elif heading and not line.heading:
            made.append("")
        heading = line.heading
        made.append(_shown(line, form, is_first=not number))
    return "\n".join(made) + "\n"


def _shown(line: _Line, form: Form, *, is_first: bool) -> str:
    if form == "plain":
        return line.text if line.indent or not line.heading else f"· {line.text}"
    if is_first:
        return f"# {line.text}"
    return f"  {line.text}" if line.indent else f"- {line.text}" if line.heading else line.text
