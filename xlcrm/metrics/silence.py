"""Who has not answered us, and whom have we never talked to?"""

from __future__ import annotations

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import NO_DATA, Figure, customers_by, ids, metric, within
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec


def unanswered(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """How many messages, whenever they were sent, are not answered by the period's end."""

    def measure(of: Period) -> Figure:
        waiting = facts.unanswered(of.end)
        if waiting.empty and within(facts, "messages", "sent", of).empty:
            first = facts.earliest("sent_at")
            if first is None or first[:10] > of.end.isoformat():
                return NO_DATA
        return Figure(len(waiting), {"messages": ids(waiting)})

    return [metric("unanswered", measure, period, previous, spec)]


def never_contacted(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """How many of the customers who are there by the period's end were not talked to by then."""

    def measure(of: Period) -> Figure:
        there = customers_by(facts, of)
        if there.empty:
            return NO_DATA
        last = of.end.isoformat()
        talked = {customer for customer, days in facts.talk_days.items() if days[0] <= last}
        never = there[~there.index.isin(talked)]
        return Figure(len(never), {"customers": ids(never)}, {"total": len(there)})

    return [metric("never_contacted", measure, period, previous, spec)]
