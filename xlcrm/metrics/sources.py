"""Where do new customers come from, and which of them buy?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import (
    NO_DATA,
    Figure,
    by_subject,
    customers_by,
    ends,
    ids,
    named,
    rate,
    starts,
)
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec
from xlcrm.timelines import ladder


def source_new(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Per source: customers first there in the period, and their share of all who are new in it."""

    def measure(of: Period, source: Any) -> Figure:
        there = _there(facts, of)
        if there.empty:
            return NO_DATA
        new = there[there["there_from"] >= starts(of)]
        own = new[new["origin"] == source]
        return Figure(len(own), {"customers": ids(own)}, {"hits": len(own), "total": len(new)})

    subjects = _sources(facts, period, previous, spec)
    return by_subject("source_new", measure, subjects, period, previous, spec)


def source_conversion(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Per source: customers who ever bought by the period's end, of those there by then."""
    bought = ladder(spec.vocabularies["customer_type"])[-1]

    def measure(of: Period, source: Any) -> Figure:
        there = _there(facts, of)
        own = there[there["origin"] == source]
        return rate("customers", own, own.index.to_series().isin(ever(facts, of, bought)))

    subjects = _sources(facts, period, previous, spec)
    return by_subject("source_conversion", measure, subjects, period, previous, spec)


def _sources(
    facts: Facts, period: Period, previous: Period, spec: Spec
) -> dict[str, dict[str, str]]:
    """Return the sources of the customers there by the end of either period."""
    both = (_there(facts, each)["origin"] for each in (period, previous))
    return named((source for each in both for source in each), spec.vocabularies["source"])


def _there(facts: Facts, period: Period) -> pd.DataFrame:
    """Return the customers there by a period's end of whom it is known where they come from."""
    return customers_by(facts, period).dropna(subset="origin")


def ever(facts: Facts, period: Period, type_: str) -> set[Any]:
    """Return the customers who were of a type at any time up to a period's end."""
    changes = facts.type_changes  # in date order
    past = changes[changes["date"] < ends(period)]
    first = changes.drop_duplicates("customer")
    unchanged = facts.customers[~facts.customers.index.isin(changes["customer"])]
    return {
        *past.loc[(past["before"] == type_) | (past["after"] == type_), "customer"],
        *first.loc[first["before"] == type_, "customer"],
        *unchanged.index[unchanged["type"] == type_],
    }
