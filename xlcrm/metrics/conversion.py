"""How many customers take the next step towards buying, and where are they lost?"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import pandas as pd

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import NO_DATA, Figure, by_subject, within
from xlcrm.metrics.model import Metric
from xlcrm.metrics.steps import (
    STAGES,
    TYPES,
    Step,
    Timeline,
    labels,
    lost_types,
    share,
    steps_of,
)
from xlcrm.periods import Period
from xlcrm.spec.model import Spec
from xlcrm.timelines import ladder


def conversion(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """For each step a→b of the customer types: the customers who moved a→b in the period, of those
    who were a at its start or became a in it. Each counts once; a jump passes the steps between.

    No data where no talk ever says what type a customer is after it.
    """
    return _conversion("conversion", TYPES, facts, period, previous, spec)


def stage_conversion(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """The same for each step of the need stages."""
    return _conversion("stage_conversion", STAGES, facts, period, previous, spec)


def stage_loss(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """For each need stage: the customers who were lost in the period while at it, of those who were
    at it at its start or came to it in it.
    """
    stages = spec.vocabularies[STAGES.vocabulary]
    is_told = facts.tells(STAGES.told_in) and facts.tells(TYPES.told_in)

    @cache
    def steps(of: Period) -> dict[str, Step]:
        return steps_of(facts, of, STAGES, spec)

    @cache
    def lost(of: Period) -> set[tuple[Any, Any]]:
        return _lost(facts, of, spec)

    def measure(of: Period, stage: Any) -> Figure:
        if not is_told:
            return NO_DATA
        gone = {customer for customer, at in lost(of) if at == stage}
        return share(facts, gone, steps(of)[stage].were | gone)

    subjects = {stage: labels(stages, (stage,)) for stage in ladder(stages)}
    return by_subject("stage_loss", measure, subjects, period, previous, spec)


def _conversion(
    key: str, timeline: Timeline, facts: Facts, period: Period, previous: Period, spec: Spec
) -> list[Metric]:
    vocabulary = spec.vocabularies[timeline.vocabulary]

    @cache
    def steps(of: Period) -> dict[str, Step]:
        return steps_of(facts, of, timeline, spec)

    def measure(of: Period, value: Any) -> Figure:
        if not facts.tells(timeline.told_in):
            return NO_DATA
        return share(facts, steps(of)[value].moved, steps(of)[value].were)

    subjects = {a: labels(vocabulary, (a, b)) for a, b in pairwise(ladder(vocabulary))}
    return by_subject(key, measure, subjects, period, previous, spec)


def _lost(facts: Facts, period: Period, spec: Spec) -> set[tuple[Any, Any]]:
    """Return who was lost in a period, and at which stage: the one at the end of that day."""
    changes = within(facts, TYPES.kind, "date", period)
    lost = changes[changes["after"].isin(lost_types(spec))]
    told = facts.stage_changes[facts.stage_changes["customer"].isin(lost["customer"])]
    timelines = dict(iter(told.groupby("customer", sort=False)))
    return {
        (customer, _stage_on(facts, customer, day, timelines.get(customer)))
        for customer, day in zip(lost["customer"], lost["date"], strict=True)
    }


def _stage_on(facts: Facts, customer: Any, day: pd.Timestamp, told: pd.DataFrame | None) -> Any:
    """Return a customer's stage at the end of a day; ``told`` are its changes, in date order."""
    if told is None:
        return facts.customers.at[customer, STAGES.column]
    past = told.loc[told["date"] <= day, "after"]
    return told["before"].iat[0] if past.empty else past.iat[-1]
