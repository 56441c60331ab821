"""Whom do we have to revisit, and whom did a revisit help?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from xlcrm.facts.tables import Facts, chosen
from xlcrm.metrics.figures import NO_DATA, Figure, ids, metric, within
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec


def low_satisfaction(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Customers with a low score in the period, or with a low one last before it and one in it."""
    low = spec.parameter("low_score")

    def measure(of: Period) -> Figure:
        return _measure(facts, of, low)

    return [metric("low_satisfaction", measure, period, previous, spec)]


def _measure(facts: Facts, period: Period, low: float) -> Figure:
    now = within(facts, "scores", "date", period).dropna(subset="customer")  # in date order
    if now.empty:
        return NO_DATA
    last = facts.last_scores(period.start)
    before = last.set_index("customer")
    after = now.drop_duplicates("customer", keep="last").set_index("customer")
    named = {*chosen(now, now["score"] < low)["customer"]}
    named |= {*chosen(before, before["score"] < low).index} & {*after.index}
    rows = [
        _row(facts, key, before.loc[key] if key in before.index else None, after.loc[key])
        for key in named
    ]
    rows.sort(key=lambda row: (row["after"], row["customer"]))
    scores = pd.concat([last, now])
    return Figure(rows, {"scores": ids(chosen(scores, scores["customer"].isin(named)))})


def _row(
    facts: Facts, key: str, before: pd.Series[Any] | None, after: pd.Series[Any]
) -> dict[str, Any]:
    score, revisited = None, None
    if before is not None:
        score = float(before["score"])
        revisited = revisit_between(facts, key, before["date"], after["date"])
    figures = {"before": score, "after": float(after["score"]), "revisited": revisited}
    return facts.named(key) | figures


def revisit_between(
    facts: Facts, customer: str, first: pd.Timestamp, last: pd.Timestamp
) -> str | None:
    """Return the day (ISO) of the last revisit of a customer between two days, both included."""
    since, until = str(first.date()), str(last.date())
    return max((day for day in facts.revisits(customer) if since <= day <= until), default=None)
