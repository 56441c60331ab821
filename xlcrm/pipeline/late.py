"""What late entries have changed in what was published, in figures and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from xlcrm.analysis_rows import LateRow, row_name
from xlcrm.findings import Language
from xlcrm.metrics.display import entries, figure
from xlcrm.metrics.model import Metric
from xlcrm.metrics.published import Edition, Key, Late, late, late_before
from xlcrm.periods import Period
from xlcrm.pipeline.publishing import Published
from xlcrm.wording import render


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


def late_sentences(
    metric: Metric, effect: Effect, period: Period, published: Published, version: str,
    language: Language,
) -> str:  # fmt: skip
    """Return in words what has changed; blank where nothing has. ``version`` is today's."""
    said = ""
    for each, of in zip(effect, (period, period.previous), strict=True):
        edition = published.of(of)
        if each and each.is_changed and edition:
            said += _sentence(metric, each, edition, period, version, language, of != period)
    return said


def _sentence(
    metric: Metric, each: Late, edition: Edition, period: Period, version: str, language: Language,
    is_earlier: bool,
) -> str:  # fmt: skip
    text = render(
        "late",
        language,
        period=period.kind,
        is_earlier=is_earlier,
        is_other=edition.version != version,
        published=figure(metric, each.published.value, language),
        published_rows=each.published.rows,
        now=figure(metric, each.known.value, language),
        now_rows=each.known.rows,
    )
    return text.rstrip("\n")


def late_rows(
    metrics: Iterable[Metric], effects: Mapping[Key, Effect], period: Period, language: Language
) -> Iterator[LateRow]:
    """Yield what has changed, as it is printed: the earlier period's figures, then this one's."""
    metrics = list(metrics)
    for number, of in ((1, period.previous), (0, period)):
        for metric in metrics:
            each = effects[metric.key, metric.subject][number]
            if each and each.is_changed:
                yield LateRow(
                    metric.labels[language]["dimension"] or "",
                    row_name(metric, language),
                    figure(metric, each.published.value, language),
                    figure(metric, each.known.value, language),
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
