"""Do our proposals meet what customers need?"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from xlcrm.facts.tables import Facts, chosen
from xlcrm.metrics.figures import NO_DATA, Figure, metric, rate, within
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec

_MET, _PARTLY = "已满足", "部分满足"
_TOLD_IN = "need_met"


def need_match_rate(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Needs met at least partly, of the needs of which it is known."""
    return [_metric("need_match_rate", {_MET, _PARTLY}, facts, period, previous, spec)]


def need_met_rate(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Needs met, of the needs of which it is known."""
    return [_metric("need_met_rate", {_MET}, facts, period, previous, spec)]


def _metric(
    key: str,
    counted: Collection[str],
    facts: Facts,
    period: Period,
    previous: Period,
    spec: Spec,
) -> Metric:
    def measure(of: Period) -> Figure:
        if not facts.tells(_TOLD_IN):
            return NO_DATA
        known = judged(facts, of)
        return rate("needs", known, known["met"].isin(counted))

    return metric(key, measure, period, previous, spec)


def judged(facts: Facts, period: Period) -> pd.DataFrame:
    """Return the period's needs of which it is known whether they are met, each once.

    A need is a customer's tag, its latest filled value counts. Each untagged one is its own.
    """
    known = within(facts, "needs", "date", period).dropna(subset=["customer", "met"])
    own = known["tag"].isna()
    latest = chosen(known, ~own).drop_duplicates(["customer", "tag"], keep="last")
    return pd.concat([latest, known[own]]) if own.any() else latest
