"""Customers' steps along a list of values: who was at one, and who went on from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, cast

import pandas as pd

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import (
    NO_DATA,
    Figure,
    customers_by,
    ends,
    in_order,
    starts,
    within,
)
from xlcrm.periods import Period
from xlcrm.spec.model import Spec
from xlcrm.spec.vocabulary import Vocabulary
from xlcrm.timelines import ladder


class Timeline(NamedTuple):
    """Of what: its kind of fact, the customers' column, what talks tell it in, its vocabulary."""

    kind: str
    column: str
    told_in: str
    vocabulary: str


TYPES = Timeline("type_changes", "type", "type_after", "customer_type")
STAGES = Timeline("stage_changes", "stage", "stage_after", "need_stage")


class Step(NamedTuple):
    """The customers who were at a value at their start in a period or came to it, and of them those
    who went on to the next.
    """

    were: set[Any]
    moved: set[Any]


def steps_of(facts: Facts, period: Period, timeline: Timeline, spec: Spec) -> dict[str, Step]:
    """Return the step from each value of a timeline's ladder; a jump passes the steps between."""
    values = ladder(spec.vocabularies[timeline.vocabulary])
    position = {value: n for n, value in enumerate(values)}
    found = {value: Step(set(), set()) for value in values}
    for customer, value in at_entry(facts, period, timeline).items():
        if value in found:
            found[value].were.add(customer)
    changes = within(facts, timeline.kind, "date", period)
    for customer, before, after in zip(
        changes["customer"], changes["before"], changes["after"], strict=True
    ):
        start, end = position.get(before, len(values)), position.get(after, 0)
        for value in values[start:end]:
            found[value].moved.add(customer)
            found[value].were.add(customer)
        for value in (before, after):
            if value in found:
                found[value].were.add(customer)
    return found


def lost_by(facts: Facts, period: Period, spec: Spec) -> set[Any]:
    """Return the customers who are lost at a period's end."""
    state = _state(facts, TYPES, ends(period))
    return {*state.index[state.isin(lost_types(spec))]}


def lost_types(spec: Spec) -> set[str]:
    """Return the customer types that say that a customer is lost."""
    return {each.value for each in spec.vocabularies[TYPES.vocabulary].choices if each.lost}


def share(facts: Facts, hits: set[Any], total: set[Any]) -> Figure:
    """Return the share of customers ``hits`` among those of ``total``."""
    if not total:
        return NO_DATA
    order = facts.customers.index
    details = {"hits": len(hits), "total": len(total), "hit_ids": in_order(hits, order)}
    return Figure(len(hits) / len(total), {"customers": in_order(total, order)}, details)


def labels(vocabulary: Vocabulary, values: Iterable[str]) -> dict[str, str]:
    """Return values in all languages, joined by arrows where there are several."""
    return {
        language: "→".join(vocabulary.label(value, language) for value in values)
        for language in ("zh", "en")
    }


def state_by(facts: Facts, timeline: Timeline, period: Period) -> pd.Series[Any]:
    """Return what each customer who is there by a period's end is then."""
    state = _state(facts, timeline, ends(period))
    return state[state.index.isin(customers_by(facts, period).index)]


def at_entry(facts: Facts, period: Period, timeline: Timeline) -> pd.Series[Any]:
    """Return what each customer is when the period, or they in it, begin.

    That is at 00:00 of the period's first day, or of the day in it on which they are first there,
    before that day's changes.
    """
    there = facts.customers["there_from"]
    there = there.where(there > starts(period), starts(period))
    there = there[there < ends(period)]
    entered = there.reindex(getattr(facts, timeline.kind)["customer"])
    state = _state(facts, timeline, entered.to_numpy())
    return state[state.index.isin(there.index)]


def _state(facts: Facts, timeline: Timeline, before: Any) -> pd.Series[Any]:
    """Return what each customer is before a moment, or of each change before one of its own."""
    customers, changes = facts.customers, getattr(facts, timeline.kind)  # in date order
    past = changes["date"] < before
    # What changed before says what they were; else what the first change later came from.
    later = changes[~past].drop_duplicates("customer").set_index("customer")["before"]
    earlier = changes[past].drop_duplicates("customer", keep="last").set_index("customer")["after"]
    unchanged = customers.loc[~customers.index.isin(changes["customer"]), timeline.column]
    known = [earlier, later[~later.index.isin(earlier.index)], unchanged]
    return cast("pd.Series[Any]", pd.concat(known))
