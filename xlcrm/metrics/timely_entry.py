"""Are talks written down in time?"""

from __future__ import annotations

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import Figure, metric, rate, within
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec


def timely_entry_rate(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Records entered in time, of the period's records whose time of entry is known."""

    def measure(of: Period) -> Figure:
        entered = within(facts, "entries", "date", of)
        return rate("entries", entered, entered["is_in_time"])

    return [metric("timely_entry_rate", measure, period, previous, spec)]
