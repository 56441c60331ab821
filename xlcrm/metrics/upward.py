"""Which channels and which customers' tags go with steps towards buying?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from xlcrm.facts.tables import Facts, chosen
from xlcrm.metrics.figures import NO_DATA, Figure, by_subject, named, rate, within
from xlcrm.metrics.model import Metric
from xlcrm.metrics.steps import TYPES, share
from xlcrm.periods import Period
from xlcrm.spec.model import Spec
from xlcrm.timelines import ladder


def channel_conversion(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Per channel class: the period's talks with an upward change of type, of its talks."""

    def measure(of: Period, channel: Any) -> Figure:
        if not facts.tells(TYPES.told_in):
            return NO_DATA
        talks = _talks(facts, of, "channel_class")
        own = chosen(talks, talks["channel_class"] == channel)
        told = upward_changes(facts, of, spec)["communication"]
        return rate("communications", own, own.index.to_series().isin(told))

    both = (_talks(facts, each, "channel_class")["channel_class"] for each in (period, previous))
    channels = (channel for each in both for channel in each.unique())
    subjects = named(channels, spec.vocabularies["channel"])
    return by_subject("channel_conversion", measure, subjects, period, previous, spec)


def tag_conversion(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Per customer tag: the customers with it who went upward in the period, of those talked to."""
    tags = facts.customers["tags"]

    def contacted(of: Period) -> pd.Series[Any]:
        talked = _talks(facts, of, "customer")["customer"].unique()
        return tags[tags.index.isin(talked)]

    def measure(of: Period, tag: Any) -> Figure:
        if not facts.tells(TYPES.told_in):
            return NO_DATA
        own = {customer for customer, each in contacted(of).items() if tag in each}
        went = {*upward_changes(facts, of, spec)["customer"]}
        return share(facts, own & went, own)

    found = (tag for each in (period, previous) for many in contacted(each) for tag in many)
    subjects = named(found, spec.vocabularies["tags"])
    return by_subject("tag_conversion", measure, subjects, period, previous, spec)


def upward_changes(facts: Facts, period: Period, spec: Spec) -> pd.DataFrame:
    """Return the period's changes to a type that is later on the way to buying."""
    order = {value: n for n, value in enumerate(ladder(spec.vocabularies[TYPES.vocabulary]))}
    changes = within(facts, TYPES.kind, "date", period)
    before, after = (changes[column].map(order.get).astype(float) for column in ("before", "after"))
    return chosen(changes, before < after)


def _talks(facts: Facts, period: Period, column: str) -> pd.DataFrame:
    return within(facts, "communications", "date", period).dropna(subset=column)
