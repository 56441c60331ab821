"""What every metric does alike: a figure for two periods, its change, the facts it rests on."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from xlcrm.facts.tables import Facts, chosen
from xlcrm.metrics.declarations import Declaration, declarations
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec
from xlcrm.spec.vocabulary import Vocabulary


class Figure(NamedTuple):
    """A value (None: no data), the facts it rests on, and what the narrative needs besides."""

    value: Any
    basis: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    details: Mapping[str, Any] = MappingProxyType({})


NO_DATA = Figure(None)


def metric(
    key: str,
    measure: Callable[[Period], Figure],
    period: Period,
    previous: Period,
    spec: Spec,
    subject: Mapping[str, str] | None = None,
    subject_key: str | None = None,
) -> Metric:
    """Return the metric whose figure ``measure`` gives for a period, with its change."""
    declared = declarations().metrics[key].of(subject["zh"] if subject else None)
    is_told = declared.can_be_told(spec)
    now = measure(period) if is_told else NO_DATA
    before = measure(previous) if is_told and declared.has_earlier else NO_DATA
    labels = {language: _labels(declared, language, subject, spec) for language in ("zh", "en")}
    return Metric(
        key=key,
        dimension=declared.dimensions["zh"],
        name=labels["zh"]["name"] or "",
        unit=declared.unit,
        current=now.value,
        previous=before.value,
        change=change_of(declared.change, now.value, before.value),
        change_kind=declared.change,
        subject=labels["zh"]["subject"],
        better=declared.better,
        basis=now.basis,
        previous_basis=before.basis,
        details=now.details,
        previous_details=before.details,
        labels=labels,
        period=period,
        previous_period=previous,
        subject_key=subject_key,
    )


def by_subject(
    key: str,
    measure: Callable[[Period, Any], Figure],
    subjects: Mapping[Any, Mapping[str, str]],
    period: Period,
    previous: Period,
    spec: Spec,
) -> list[Metric]:
    """Return a metric a subject, whose figures ``measure`` gives for a period and the subject.

    ``subjects`` have their names in all languages. Without any there is one metric without data.
    """
    if not subjects:
        return [metric(key, lambda _: NO_DATA, period, previous, spec)]
    return [
        metric(key, partial(_measured, measure, each), period, previous, spec, names, each)
        for each, names in subjects.items()
    ]


def _measured(measure: Callable[[Period, Any], Figure], subject: Any, of: Period) -> Figure:
    return measure(of, subject)


def named(values: Iterable[Any], vocabulary: Vocabulary) -> dict[str, dict[str, str]]:
    """Return values as subjects: those of the vocabulary in its order, then by code points."""
    order = {choice.value: n for n, choice in enumerate(vocabulary.choices)}
    known = sorted({str(value) for value in values}, key=lambda v: (order.get(v, len(order)), v))
    return {
        value: {language: vocabulary.label(value, language) for language in ("zh", "en")}
        for value in known
    }


def customers_by(facts: Facts, period: Period) -> pd.DataFrame:
    """Return the customers who are there by a period's end."""
    customers = facts.customers
    return chosen(customers, ~(customers["there_from"] >= ends(period)))


def within(facts: Facts, kind: str, column: str, period: Period) -> pd.DataFrame:
    """Return the facts of a kind whose day or moment ``column`` is in a period."""
    return facts.within(kind, column, period.start, period.end)


def starts(period: Period) -> pd.Timestamp:
    """Return the first instant of a period."""
    return pd.Timestamp(period.start)


def ends(period: Period) -> pd.Timestamp:
    """Return the first instant after a period."""
    return pd.Timestamp(period.end + timedelta(days=1))


def ids(facts: pd.DataFrame) -> tuple[str, ...]:
    """Return the ids of facts."""
    return tuple(facts.index)


def rate(kind: str, facts: pd.DataFrame, hits: pd.Series[bool], **details: Any) -> Figure:
    """Return the share of ``facts`` for which ``hits`` holds; None where there are none."""
    if facts.empty:
        return NO_DATA
    count = int(hits.sum())
    found = {"hits": count, "total": len(facts), "hit_ids": ids(chosen(facts, hits))}
    return Figure(count / len(facts), {kind: ids(facts)}, found | details)


def mean(kind: str, facts: pd.DataFrame, values: pd.Series[float]) -> Figure:
    """Return the mean of ``values``, one a fact; None where there are none."""
    if facts.empty:
        return NO_DATA
    return Figure(float(values.mean()), {kind: ids(facts)}, {"total": len(facts)})


def in_order(keys: Iterable[Hashable], order: pd.Index[Any]) -> tuple[Any, ...]:
    """Return ``keys`` in the order in which an index has them."""
    wanted = set(keys)
    return tuple(key for key in order if key in wanted)


def _labels(
    declared: Declaration, language: str, subject: Mapping[str, str] | None, spec: Spec
) -> dict[str, str | None]:
    said = subject[language] if subject else None
    values = {key: parameter.value for key, parameter in spec.parameters.items()}
    name = declared.names[language].format_map(values | {"subject": said})
    return {"dimension": declared.dimensions[language], "name": name, "subject": said}


def change_of(kind: str, now: Any, before: Any) -> float | None:
    """Return the change of a kind between two unrounded values; None where it can't be told."""
    if kind == "none" or now is None or before is None:
        return None
    if isinstance(now, list):
        return len(now) - len(before)
    if kind == "relative":
        return float((now - before) / before) if before else None
    return now - before  # type: ignore[no-any-return]
