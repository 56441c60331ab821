"""A metric as an object of the report's JSON document."""

from __future__ import annotations

from typing import Any

from xlcrm.metrics.display import Language, display, entries, in_language
from xlcrm.metrics.model import Metric


def metric_json(metric: Metric, language: Language, narrative: str | None) -> dict[str, Any]:
    """Return the JSON object of a metric: values unrounded, rates and their changes fractions."""
    shown = in_language(metric, language)
    return {
        "key": metric.key,
        "subject": shown.subject,
        "dimension": shown.dimension,
        "name": shown.name,
        "unit": metric.unit,
        "current": entries(metric, metric.current, language),
        "previous": entries(metric, metric.previous, language),
        "change": metric.change,
        "change_kind": metric.change_kind,
        "display": display(metric, language),
        "rows": metric.rows,
        "narrative": narrative,
    }
