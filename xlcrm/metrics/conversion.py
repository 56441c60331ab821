"""How many customers take the next step towards buying?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import pairwise

import pandas as pd

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import NO_DATA, Figure, ends, in_order, metric, starts, within
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec
from xlcrm.timelines import ladder


def conversion(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """For each step a→b of the customer types: the customers who moved a→b in the period, of those
    who were a at its start or became a in it. Each counts once; a jump passes the steps between.

    No data where no talk ever says what type a customer is after it.
    """
    types = spec.vocabularies["customer_type"]
    steps = ladder(types)

    def subject(a: str, b: str) -> dict[str, str]:
        return {
            language: f"{types.label(a, language)}→{types.label(b, language)}"
            for language in ("zh", "en")
        }

    return [
        metric(
            "conversion",
            lambda of, a=a: _measure(facts, of, steps, a),  # type: ignore[misc]
            period,
            previous,
            spec,
            subject(a, b),
        )
        for a, b in pairwise(steps)
    ]


def _measure(facts: Facts, period: Period, steps: Sequence[str], a: str) -> Figure:
    if not facts.tells("type_after"):
        return NO_DATA
    position = {value: n for n, value in enumerate(steps)}
    step = position[a]
    were, moved = _at_entry(facts, period, a), set()
    changes = within(facts, "type_changes", "date", period)
    for customer, before, after in zip(
        changes["customer"], changes["before"], changes["after"], strict=True
    ):
        start, end = position.get(before, len(steps)), position.get(after, -1)
        if start <= step < end:
            moved.add(customer)
            were.add(customer)
        if a in (before, after):
            were.add(customer)
    if not were:
        return NO_DATA
    order = facts.customers.index
    details = {"hits": len(moved), "total": len(were), "hit_ids": in_order(moved, order)}
    return Figure(len(moved) / len(were), {"customers": in_order(were, order)}, details)


def _at_entry(facts: Facts, period: Period, value: str) -> set[Hashable]:
    """Return the customers whose type is ``value`` when the period, or they in it, begin.

    That is at 00:00 of the period's first day, or of the day in it on which they are first there,
    before that day's changes.
    """
    customers = facts.customers
    there = customers["there_from"]
    there = there.where(there > starts(period), starts(period))
    there = there[there < ends(period)]
    changes = facts.type_changes  # in date order
    past = changes["date"] < there.reindex(changes["customer"]).to_numpy()
    # What changed before says what they were; else what the first change later came from.
    later = changes[~past].drop_duplicates("customer").set_index("customer")["before"]
    earlier = changes[past].drop_duplicates("customer", keep="last").set_index("customer")["after"]
    unchanged = customers.loc[~customers.index.isin(changes["customer"]), "type"]
    state = pd.concat([earlier, later[~later.index.isin(earlier.index)], unchanged])
    return {key for key, type_ in state.items() if type_ == value and key in there.index}
