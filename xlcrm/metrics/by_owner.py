"""Who does how much, how timely and with what success?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import NO_DATA, Figure, ids, metric, within
from xlcrm.metrics.model import Metric
from xlcrm.metrics.upward import upward_changes
from xlcrm.periods import Period
from xlcrm.spec.model import Spec


def by_owner(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """A row a person: talks and customers talked to in the period, actions overdue at its end, the
    share of the period's records entered in time, upward changes, and the mean of the scores.
    """

    def measure(of: Period) -> Figure:
        return _measure(facts, of, spec)

    return [metric("by_owner", measure, period, previous, spec)]


def _measure(facts: Facts, period: Period, spec: Spec) -> Figure:
    kinds = {
        "communications": within(facts, "communications", "date", period),
        "actions": facts.overdue(period.end),
        "entries": within(facts, "entries", "date", period),
        "scores": within(facts, "scores", "date", period),
    }
    kinds = {kind: each.dropna(subset="owner") for kind, each in kinds.items()}
    talks, late, entries, scores = kinds.values()
    owner_of = talks["owner"]
    went = upward_changes(facts, period, spec)["communication"].map(owner_of)
    columns: dict[str, pd.Series[Any]] = {
        "talks": owner_of.value_counts(),
        "customers": talks.groupby("owner")["customer"].nunique(),
        "overdue": late["owner"].value_counts(),
        "timely": entries.groupby("owner")["is_in_time"].mean(),
        "upward": went.value_counts(),
        "score": scores.groupby("owner")["score"].mean(),
    }
    people = {str(owner) for each in columns.values() for owner in each.index}
    if not people:
        return NO_DATA
    rows = [
        {"owner": owner} | {name: _cell(name, each.get(owner)) for name, each in columns.items()}
        for owner in people
    ]
    rows.sort(key=lambda row: (-row["talks"], row["owner"]))
    return Figure(rows, {kind: ids(each) for kind, each in kinds.items() if len(each)})


def _cell(name: str, value: Any) -> Any:
    """Return a count, 0 where there is nothing to count; a mean, None where there is none."""
    if name in ("timely", "score"):
        return None if value is None else float(value)
    return int(value or 0)
