"""Counts at one moment that are drawn beside the metrics: how far customers have come, who is least
satisfied, how old open issues are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from xlcrm.facts.tables import Facts
from xlcrm.findings import Language
from xlcrm.metrics.figures import ends, within
from xlcrm.metrics.steps import TYPES, state_by
from xlcrm.periods import Period
from xlcrm.sheet_words import Words, declared
from xlcrm.spec.model import Spec
from xlcrm.timelines import ladder

_SHOWN = 6  # customers


class Bar(NamedTuple):
    """A labelled value."""

    label: str
    value: float


def snapshots(
    facts: Facts, period: Period, spec: Spec, language: Language
) -> Mapping[str, Sequence[Bar]]:
    """Return bars by what they show; none of what there is no data of.

    ``funnel``: the customers who are of a type or beyond it at the period's end, type by type;
    ``satisfaction_by_customer``: the lowest mean scores of the period; ``issue_age``: the issues
    that are open at its end, by the days since they were reported.
    """
    found = {
        "funnel": _funnel(facts, period, spec, language),
        "satisfaction_by_customer": _least_satisfied(facts, period),
        "issue_age": _issue_ages(facts, period, Words(language)),
    }
    return {key: bars for key, bars in found.items() if any(bar.value for bar in bars)}


def _funnel(facts: Facts, period: Period, spec: Spec, language: Language) -> list[Bar]:
    vocabulary = spec.vocabularies[TYPES.vocabulary]
    steps = ladder(vocabulary)
    at = state_by(facts, TYPES, period).map({step: n for n, step in enumerate(steps)}.get)
    return [
        Bar(vocabulary.label(step, language), int((at >= n).sum())) for n, step in enumerate(steps)
    ]


def _least_satisfied(facts: Facts, period: Period) -> list[Bar]:
    given = within(facts, "scores", "date", period).dropna(subset="customer")
    means = (
        given.groupby("customer")["score"].mean().reset_index().sort_values(["score", "customer"])
    )
    names = facts.customers["name"]
    lowest = means.head(_SHOWN)
    pairs = zip(lowest["customer"], lowest["score"], strict=True)
    return [Bar(str(names.get(key) or key), float(score)) for key, score in pairs]


def _issue_ages(facts: Facts, period: Period, words: Words) -> list[Bar]:
    issues, end = facts.issues, ends(period)
    is_open = (issues["reported"] < end) & ~(issues["is_settled"] & (issues["completed"] < end))
    ages = (end - issues.loc[is_open, "reported"]).dt.days - 1
    bounds = [0, *declared("report.issue_age.days")]
    bars = [
        Bar(
            words("report.issue_age.between", low=low, high=high - 1),
            int(ages.between(low, high - 1).sum()),
        )
        for low, high in pairwise(bounds)
    ]
    return [
        *bars,
        Bar(words("report.issue_age.more", low=bounds[-1]), int((ages >= bounds[-1]).sum())),
    ]
