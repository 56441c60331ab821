"""How often do we talk to a customer in a month?"""

from __future__ import annotations

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import NO_DATA, Figure, ids, metric, within
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec


def contact_frequency(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Talks a customer talked to and month; a week is judged by the 30 days that end with it."""

    def measure(of: Period) -> Figure:
        talks = within(facts, "communications", "date", of.window).dropna(subset="customer")
        if talks.empty:
            return NO_DATA
        customers = int(talks["customer"].nunique())
        details = {"total": len(talks), "customers": customers}
        return Figure(len(talks) / customers / of.months, {"communications": ids(talks)}, details)

    return [metric("contact_frequency", measure, period, previous, spec)]
