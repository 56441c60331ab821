"""Are issues solved, how fast, and which are late?"""

from __future__ import annotations

import pandas as pd

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import NO_DATA, Figure, ends, ids, mean, metric, rate, within
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec


def issue_close_rate(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Issues reported in the period and done by its last day, of those reported in it."""

    def measure(of: Period) -> Figure:
        reported = within(facts, "issues", "reported", of)
        return rate("issues", reported, _done(reported, of))

    return [metric("issue_close_rate", measure, period, previous, spec)]


def issue_days(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Mean days from report to completion, over the done issues completed in the period."""

    def measure(of: Period) -> Figure:
        done = within(facts, "issues", "completed", of).dropna(subset="reported")
        done = done[done["is_settled"]]
        return mean("issues", done, days(done))

    return [metric("issue_days", measure, period, previous, spec)]


def issue_overdue(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """How many issues are promised for a day up to the period's last, and not done by it."""

    def measure(of: Period) -> Figure:
        issues, end = facts.issues, ends(of)
        known = issues[(issues["reported"] < end) | (issues["due"] < end)]
        if known.empty:
            return NO_DATA
        late = known[(known["due"] < end) & ~_done(known, of)]
        return Figure(len(late), {"issues": ids(late)}, {"total": len(known)})

    return [metric("issue_overdue", measure, period, previous, spec)]


def days(done: pd.DataFrame) -> pd.Series[float]:
    """Return how many days issues took from report to completion."""
    return (done["completed"] - done["reported"]).dt.days.astype(float)


def _done(issues: pd.DataFrame, period: Period) -> pd.Series[bool]:
    return issues["is_settled"] & (issues["completed"] < ends(period))
