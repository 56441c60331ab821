"""What lies behind a figure, as plain data: who it is of, which steps, which issues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pandas as pd

from xlcrm.facts.tables import Facts
from xlcrm.metrics.issues import days
from xlcrm.metrics.low_satisfaction import revisit_between
from xlcrm.metrics.model import Metric


class Step(NamedTuple):
    """How far a customer's score went, with the day (ISO) of the revisit between, if any."""

    customer: str
    before: float
    after: float
    revisited: str | None


class Late(NamedTuple):
    """An overdue issue; ``due`` is ISO text."""

    name: str
    customer: str | None
    due: str
    owner: str | None


def missed(metric: Metric) -> tuple[str, ...]:
    """Return the ids of the facts that a rate rests on and does not count."""
    hits = {*metric.details.get("hit_ids", ())}
    return tuple(each for ids in metric.basis.values() for each in ids if each not in hits)


def counted(
    facts: Facts, kind: str, ids: Iterable[str], column: str, most: int = 3
) -> list[tuple[str, int]]:
    """Return the most frequent values of a column among some facts, and how often each is there."""
    counts = Counter(str(value) for value in facts.among(kind, ids)[column].dropna())
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]


def steps(metric: Metric, facts: Facts) -> list[Step]:
    """Return each customer's step to its last score of the period, the largest rise first.

    It comes from the last score before the period, else from the first one in it.
    """
    assert metric.period
    given = facts.among("scores", metric.basis.get("scores", ())).dropna(subset="customer")
    before = dict(_scores(facts.last_scores(metric.period.start)))
    after = {}
    for customer, said in _scores(given):
        before.setdefault(customer, said)
        after[customer] = said
    found = []
    for customer, (day, score) in after.items():
        first, start = before[customer]
        revisited = revisit_between(facts, customer, first, day)
        found.append(Step(customer, float(start), float(score), revisited))
    return sorted(found, key=lambda step: (step.before - step.after, step.customer))


def _scores(scores: pd.DataFrame) -> Iterator[tuple[str, tuple[pd.Timestamp, float]]]:
    said = zip(scores["date"], scores["score"], strict=True)
    return zip(scores["customer"], said, strict=True)


def slowest_issue(metric: Metric, facts: Facts) -> tuple[str, float]:
    """Return number, else description, of the issue that took longest, and its days."""
    done = facts.issues.loc[list(metric.basis["issues"])]
    taken = days(done)
    longest = str(taken.idxmax())
    return _name(facts, longest), float(taken.loc[longest])


def late_issues(metric: Metric, facts: Facts, most: int = 3) -> list[Late]:
    """Return the overdue issues, the longest overdue first."""
    late = facts.issues.loc[list(metric.basis["issues"])].sort_values("due", kind="stable")
    rows = late.head(most)
    columns = (rows.index, rows["customer"], rows["due"].dt.strftime("%Y-%m-%d"), rows["owner"])
    return [
        Late(_name(facts, each), customer, due, owner)
        for each, customer, due, owner in zip(*columns, strict=True)
    ]


def _name(facts: Facts, issue: str) -> str:
    number = facts.issues.at[issue, "number"]
    return str(number or facts.issues.at[issue, "description"] or issue)
