"""Which customers answer slowly, or not at all?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from xlcrm.facts.tables import Facts, chosen
from xlcrm.metrics.figures import NO_DATA, Figure, ends, ids, metric, within
from xlcrm.metrics.model import Metric
from xlcrm.metrics.responses import replies
from xlcrm.periods import Period
from xlcrm.spec.model import Spec


def slow_customers(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Customers whose mean over the period's replies is above the slow hours, or who left a message
    of the period unanswered that was sent longer than that before its end.
    """
    slow_hours = spec.parameter("slow_hours")

    def measure(of: Period) -> Figure:
        return _measure(facts, of, slow_hours)

    return [metric("slow_customers", measure, period, previous, spec)]


def _measure(facts: Facts, period: Period, slow_hours: float) -> Figure:
    came = replies(facts, period).dropna(subset="customer")
    sent = within(facts, "messages", "sent", period).dropna(subset="customer")
    if came.empty and sent.empty:
        return NO_DATA
    means = came.groupby("customer")["hours"].mean()
    slow = means[means > slow_hours]
    open_ = chosen(sent, _is_open(sent, period, slow_hours))
    unanswered = open_.groupby("customer").size()
    rows = [
        _row(facts, str(key), means.get(key), int(unanswered.get(key, 0)))
        for key in {**slow.to_dict(), **unanswered.to_dict()}
    ]
    rows.sort(key=lambda row: (-(row["hours"] or 0), -row["unanswered"], row["customer"]))
    rests = dict.fromkeys((*ids(chosen(came, came["customer"].isin(slow.index))), *ids(open_)))
    return Figure(rows, {"messages": tuple(rests)})


def _is_open(sent: pd.DataFrame, period: Period, slow_hours: float) -> pd.Series[bool]:
    """Whether messages sent more than the slow hours before the end were unanswered by it."""
    end = ends(period)
    unanswered = sent["replied"].isna() | (sent["replied"] >= end)
    return unanswered & (end - sent["sent"] > pd.Timedelta(hours=slow_hours))


def _row(facts: Facts, key: str, hours: float | None, unanswered: int) -> dict[str, Any]:
    shown = None if hours is None else float(hours)
    return facts.named(key) | {"hours": shown, "unanswered": unanswered}
