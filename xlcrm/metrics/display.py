"""Figures as people read them, as document E prints them: 36, 15%, 4.2, ↓25%, ``-`` for no data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from xlcrm.metrics.declarations import declarations
from xlcrm.metrics.model import Metric

Language = Literal["zh", "en"]

NO_DATA = "-"
_NAMED = 3
_NOBODY = {"zh": "无", "en": "none"}
_MORE = {"zh": "{names}等{count}{unit}", "en": "{names} and {more} more"}
CUSTOMERS, PEOPLE = "家", "人"
_BETWEEN = {"zh": "、", "en": ", "}


def display(metric: Metric, language: Language = "zh") -> dict[str, str]:
    """Return ``current``, ``previous`` and ``change`` of a metric as text."""
    return {
        "current": figure(metric, metric.current, language),
        "previous": figure(metric, metric.previous, language),
        "change": change(metric),
    }


def in_language(metric: Metric, language: Language) -> Metric:
    """Return the metric with dimension, name and subject in ``language``."""
    labels = metric.labels[language]
    return replace(
        metric,
        dimension=labels["dimension"] or "",
        name=labels["name"] or "",
        subject=labels["subject"],
    )


def figure(metric: Metric, value: Any, language: Language = "zh") -> str:
    """Return a value of a metric as text, without its unit but for ``%``."""
    if value is None:
        return NO_DATA
    if isinstance(value, list):
        return _listed(value, language)
    return percent(value) if metric.unit == "rate" else number(value)


def change(metric: Metric) -> str:
    """Return the change with its arrow; ``→`` where it rounds to nothing, ``-`` where unknown."""
    if metric.change is None:
        return NO_DATA
    text = percent if metric.change_kind in ("relative", "points") else number
    size = text(abs(metric.change))
    if size == text(0):
        return "→"
    return ("↑" if metric.change > 0 else "↓") + size


def number(value: float) -> str:
    """Return a number to 0.1, half up as spreadsheets round, a trailing .0 dropped."""
    # Twelve digits: 4.35 - 4 is 0.35 to whoever reads it, and no 0.3499….
    exact = Decimal(f"{value:.12g}").quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{exact:f}".removesuffix(".0") if exact else "0"


def percent(value: float) -> str:
    """Return a fraction in percent, rounded like a number."""
    return number(value * 100) + "%"


def entries(metric: Metric, rows: Any, language: Language) -> Any:
    """Return the entries of a list metric, reasons in words; None is no data."""
    if metric.unit != "list" or not rows or "reasons" not in rows[0]:
        return rows
    words = declarations().reasons
    return [row | {"reasons": [words[each][language] for each in row["reasons"]]} for row in rows]


def worded(metric: Metric, language: Language) -> Metric:
    """Return a metric with the entries of a list in words."""
    now, before = (entries(metric, each, language) for each in (metric.current, metric.previous))
    return replace(metric, current=now, previous=before)


def names(
    rows: Sequence[str], language: Language, most: int = _NAMED, unit: str = CUSTOMERS
) -> str:
    """Return names in one line, no more than ``most`` of them and how many there are."""
    shown = _BETWEEN[language].join(rows[:most])
    if len(rows) <= most:
        return shown
    more = len(rows) - most
    return _MORE[language].format(names=shown, count=len(rows), unit=unit, more=more)


def _listed(rows: list[dict[str, Any]], language: Language) -> str:
    if not rows:
        return _NOBODY[language]
    if "tag" in rows[0]:
        return "/".join(row["tag"] for row in rows)
    if "owner" in rows[0]:
        return names([row["owner"] for row in rows], language, unit=PEOPLE)
    return names([row["name"] for row in rows], language)
