"""Do customers buy again?"""

from __future__ import annotations

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import Figure, metric, rate
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec


def repurchase_rate(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Customers who bought twice or more, of those who bought, as of the merge.

    When they did is not told: there is no earlier figure.
    """

    def measure(_: Period) -> Figure:
        deals = facts.customers["deals"].astype(float)
        bought = facts.customers[deals >= 1]
        return rate("customers", bought, deals[bought.index] >= 2)

    return [metric("repurchase_rate", measure, period, previous, spec)]
