"""The rows of the analysis sheet, as master and report print them: document E's six columns."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from xlcrm.findings import Language
from xlcrm.metrics.model import ChangeKind, Metric
from xlcrm.sheet_words import declared
from xlcrm.values import dataclass

Mood = Literal["good", "bad", "plain"]

_NUMBER = re.compile(r"-?\d+(?:\.(\d+))?(%?)")


@dataclass(frozen=True)
class Figure:
    """A figure as shown; where it is a number, ``number_format`` shows that as the same text. A
    ``formula`` gives the same from facts that stand beside it."""

    text: str
    number: float | None = None
    number_format: str = "@"
    formula: str | None = None

    @property
    def cell(self) -> str | float:
        return self.text if self.number is None else self.number


@dataclass(frozen=True)
class AnalysisRow:
    """One metric, displayed. ``mood`` says whether its change is good, whichever way it points;
    ``subject`` what it is of, where a metric is of several; ``by_lead`` whether the sentences are
    the lead's own.
    """

    key: str
    dimension: str
    name: str
    current: Figure
    previous: Figure
    change: str
    mood: Mood
    narrative: str
    subject: str | None = None
    change_kind: ChangeKind = "none"
    better: int = 0
    rests_on: str | None = None
    by_lead: bool = False


@dataclass(frozen=True)
class LateRow:
    """A figure that late entries have changed since it was published, as displayed; ``period`` is
    the label of the one it is of."""

    dimension: str
    name: str
    published: str
    now: str
    period: str


def analysis_row(
    metric: Metric, display: Mapping[str, str], narrative: str, language: Language
) -> AnalysisRow:
    """Return the printed row of a metric; ``display`` has its current, previous and change."""
    return AnalysisRow(
        metric.key,
        metric.labels[language]["dimension"] or "",
        row_name(metric, language),
        figure(display["current"], metric.current),
        figure(display["previous"], metric.previous),
        display["change"],
        _mood(metric, display["change"]),
        narrative,
        metric.subject,
        metric.change_kind,
        metric.better,
    )


def row_name(metric: Metric, language: Language) -> str:
    """Return the name under which a metric is printed: with its subject, where it is of one."""
    name, subject = metric.labels[language]["name"] or "", metric.labels[language]["subject"]
    return f"{name} · {subject}" if subject and subject not in name else name


def leading_first(rows: Iterable[AnalysisRow]) -> tuple[list[AnalysisRow], list[AnalysisRow]]:
    """Split rows into document E's own, in its order, and the others, dimension by dimension.

    Of a metric with several subjects the first stands for it among E's rows.
    """
    rest = list(rows)
    leading = []
    for key in declared("report.leading"):
        row = next((each for each in rest if each.key == key), None)
        if row is not None:
            leading.append(row)
            rest.remove(row)
    dimensions = list(dict.fromkeys(row.dimension for row in rest))
    return leading, sorted(rest, key=lambda row: dimensions.index(row.dimension))


def figure(text: str, value: object) -> Figure:
    """Return a displayed value: a real number where its text is one."""
    match = _NUMBER.fullmatch(text)
    if match is None or isinstance(value, bool) or not isinstance(value, int | float):
        return Figure(text)
    decimals, percent = match.groups()
    return Figure(
        text, float(value), "0" + (f".{'0' * len(decimals)}" if decimals else "") + percent
    )


def _mood(metric: Metric, change: str) -> Mood:
    if not metric.change or not metric.better or change[:1] not in _ARROWS:
        return "plain"
    return "good" if metric.change * metric.better > 0 else "bad"


_ARROWS: Sequence[str] = ("↑", "↓")


def shown_lines(text: str, width: float) -> int:
    """Return how many lines a wrapped text takes in a column of so many characters.

    A Han character is as wide as two others; words are taken to break anywhere.
    """
    return sum(max(1, math.ceil(text_width(line) / width)) for line in text.split("\n"))


def text_width(text: str) -> int:
    """Return the width of a text in characters of Latin letters."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)
