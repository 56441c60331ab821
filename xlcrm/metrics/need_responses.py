"""Do we answer what customers need?"""

from __future__ import annotations

from xlcrm.facts.tables import Facts, chosen
from xlcrm.metrics.figures import Figure, metric, rate, within
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec


def need_response_rate(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Needs of which a record says what follows, of all needs of the period.

    A customer's tag is one need: one record that says it is enough. Each untagged need is its own.
    """

    def measure(of: Period) -> Figure:
        stated = within(facts, "needs", "date", of).dropna(subset="customer")
        ranked = stated.sort_values("is_responded", kind="stable")
        repeats = ranked["tag"].notna() & ranked.duplicated(["customer", "tag"], keep="last")
        needs = chosen(ranked, ~repeats)
        return rate("needs", needs, needs["is_responded"])

    return [metric("need_response_rate", measure, period, previous, spec)]
