"""What do most customers ask for?"""

from __future__ import annotations

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import NO_DATA, Figure, ids, metric, within
from xlcrm.metrics.model import Metric
from xlcrm.metrics.ranking import top
from xlcrm.periods import Period
from xlcrm.spec.model import Spec


def top_needs(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """The three tags that most customers raised; ties by mentions (rows), then by code points.

    A tag's share is of the customers who raised any.
    """

    def measure(of: Period) -> Figure:
        return _measure(facts, of)

    return [metric("top_needs", measure, period, previous, spec)]


def _measure(facts: Facts, period: Period) -> Figure:
    raised = within(facts, "needs", "date", period).dropna(subset=["customer", "tag"])
    if raised.empty:
        return NO_DATA
    everyone = int(raised["customer"].nunique())
    return Figure(top(raised, everyone), {"needs": ids(raised)}, {"customers": everyone})
