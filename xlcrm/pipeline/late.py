"""What late entries have changed in what was published, in figures and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from xlcrm.analysis_rows import LateRow, row_name
from xlcrm.findings import Language
from xlcrm.metrics.display import entries, figure
from xlcrm.metrics.model import Metric
from xlcrm.metrics.published import Edition, Key, Late, late, late_before
from xlcrm.periods import Period
from xlcrm.pipeline.publishing import Published
from xlcrm.sheet_words import Words
from xlcrm.values import dataclass


class Effect(NamedTuple):
    """What became of a metric's figures since they were published; None where they were not."""

    current: Late | None
    previous: Late | None


def effects(metrics: Iterable[Metric], period: Period, published: Published) -> dict[Key, Effect]:
    """Return what became of the figures of a period, and of the one before."""
    now, before = published.of(period), published.of(period.previous)
    return {
        (each.key, each.subject): Effect(late(each, now), late_before(each, before))
        for each in metrics
    }


@dataclass(frozen=True)
class LateTeller:
    """Says what has changed; ``version`` is today's, ``render`` fills in the text."""

    period: Period
    published: Published
    version: str
    language: Language
    render: Callable[..., str]

    def tell(self, metric: Metric, effect: Effect) -> str:
        """Return in words what has changed of a metric; blank where nothing has."""
        periods = self.period, self.period.previous
        told = zip(effect, periods, map(self.published.of, periods), strict=True)
        return "".join(
            self._sentence(metric, each, edition, is_earlier=of != self.period)
            for each, of, edition in told
            if each and edition and _shows(metric, each)
        )

    def _sentence(self, metric: Metric, each: Late, edition: Edition, *, is_earlier: bool) -> str:
        text = self.render(
            "late",
            self.language,
            period=self.period.kind,
            is_earlier=is_earlier,
            is_other=edition.version != self.version,
            published=figure(metric, each.published.value, self.language),
            published_rows=each.published.rows,
            now=figure(metric, each.known.value, self.language),
            now_rows=each.known.rows,
        )
        return text.rstrip("\n")


def _shows(metric: Metric, each: Late) -> bool:
    """Whether a change can be seen: of a list, or of a figure as it is displayed."""
    values = (each.published.value, each.known.value)
    texts = {figure(metric, value) for value in values}
    return each.is_changed and (len(texts) > 1 or isinstance(values[0], list))


def late_rows(
    metrics: Iterable[Metric], effects: Mapping[Key, Effect], period: Period, language: Language
) -> Iterator[LateRow]:
    """Yield what has changed, as it is printed: the earlier period's figures, then this one's."""
    metrics = list(metrics)
    for number, of in ((1, period.previous), (0, period)):
        for metric in metrics:
            each = effects[metric.key, metric.subject][number]
            if each and _shows(metric, each):
                said = figure(metric, each.published.value, language)
                now = figure(metric, each.known.value, language)
                yield LateRow(
                    metric.labels[language]["dimension"] or "",
                    row_name(metric, language),
                    said,
                    now if now != said else Words(language)("report.late.details"),
                    of.label,
                )


def late_json(metric: Metric, effect: Effect, language: Language) -> dict[str, Any]:
    """Return the JSON object of what became of a metric's figures."""
    return {
        name: each and _late_json(metric, each, language) for name, each in effect._asdict().items()
    }


def _late_json(metric: Metric, each: Late, language: Language) -> dict[str, Any]:
    return {
        "published": entries(metric, each.published.value, language),
        "now": entries(metric, each.known.value, language),
        "published_rows": each.published.rows,
        "now_rows": each.known.rows,
        "display": {
            "published": figure(metric, each.published.value, language),
            "now": figure(metric, each.known.value, language),
        },
    }
