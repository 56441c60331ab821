"""Which customers are we about to lose, and which have come back?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import NO_DATA, Figure, customers_by, in_order, metric, within
from xlcrm.metrics.model import Metric
from xlcrm.metrics.steps import TYPES, lost_by, lost_types
from xlcrm.periods import Period
from xlcrm.spec.model import Spec
from xlcrm.timelines import ladder

_AT_RISK, _FALLING = "流失风险客户", "下降"
_MANY = 4  # talks in a period of which half as many are few in the next


def at_risk(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Customers, not lost yet, of whom anything says that they may be, with the reasons for it.

    Those are: the grade; no talk any more for the dormant days up to the period's end; talks under
    half of those in the period before, of which there were four or more (not told of a period that
    is not over: more may follow); a falling trend or a low score in the period.
    """

    def measure(of: Period) -> Figure:
        if not _can_judge(facts, of):
            return NO_DATA
        lost = lost_by(facts, of, spec)
        reasons: dict[Any, list[str]] = {}
        for reason, customer in _reasons(facts, of, spec):
            if customer not in lost:
                reasons.setdefault(customer, []).append(reason)
        named = in_order(reasons, facts.customers.index)
        rows = [facts.named(each) | {"reasons": reasons[each]} for each in named]
        rows.sort(key=lambda row: (-len(row["reasons"]), row["customer"]))
        return Figure(rows, {"customers": named})

    return [metric("at_risk", measure, period, previous, spec)]


def reactivated(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """How many customers had a first talk after the dormant days, or were lost and came back."""
    types = spec.vocabularies[TYPES.vocabulary]
    won = ladder(types)[1:]
    gap = timedelta(days=spec.parameter("dormant_days"))

    def measure(of: Period) -> Figure:
        if not _was_talked_to(facts, of):
            return NO_DATA
        first, last = of.start.isoformat(), of.end.isoformat()
        changes = within(facts, TYPES.kind, "date", of)
        is_back = changes["before"].isin(lost_types(spec)) & changes["after"].isin(won)
        woken = {each for each, days in facts.talk_days.items() if _wakes(days, first, last, gap)}
        back = in_order({*changes.loc[is_back, "customer"], *woken}, facts.customers.index)
        return Figure(len(back), {"customers": back})

    return [metric("reactivated", measure, period, previous, spec)]


def _reasons(facts: Facts, period: Period, spec: Spec) -> Iterator[tuple[str, Any]]:
    """Yield why customers may be lost; a reason is given once a customer."""
    there, end = customers_by(facts, period), period.end.isoformat()
    last = (period.end - timedelta(spec.parameter("dormant_days"))).isoformat()
    talks = [
        within(facts, "communications", "date", each).dropna(subset="customer")
        for each in (period, period.previous)
    ]
    now, before = (Counter(each["customer"]) for each in talks)
    scores = within(facts, "scores", "date", period).dropna(subset="customer")
    falling = talks[0]["trend"] == _FALLING
    low = scores["score"] < spec.parameter("low_score")
    found = {
        "grade": there.index[there["grade"] == _AT_RISK],
        "dormant": [
            each
            for each, days in facts.talk_days.items()
            if days[0] <= last and days[bisect_right(days, end) - 1] <= last
        ],
        "fewer": [
            each
            for each, n in before.items()
            if n >= _MANY and now[each] < n / 2 and period == period.whole
        ],
        "trend": talks[0].loc[falling, "customer"].unique(),
        "score": scores.loc[low, "customer"].unique(),
    }
    for reason, customers in found.items():
        for customer in customers:
            yield reason, customer


def _can_judge(facts: Facts, period: Period) -> bool:
    """Whether anything is known that may be a reason: a grade, a talk, or a score."""
    grades = customers_by(facts, period)["grade"]
    scores = within(facts, "scores", "date", period)
    return bool(grades.notna().any()) or _was_talked_to(facts, period) or not scores.empty


def _was_talked_to(facts: Facts, period: Period) -> bool:
    """Whether any customer was talked to by a period's end."""
    last = period.end.isoformat()
    return any(days[0] <= last for days in facts.talk_days.values())


def _wakes(days: Sequence[str], first: str, last: str, gap: timedelta) -> bool:
    """Whether a day from ``first`` to ``last`` comes later after the one before it than a gap."""
    places = range(max(1, bisect_left(days, first)), bisect_right(days, last))
    return any(date.fromisoformat(days[n]) - date.fromisoformat(days[n - 1]) > gap for n in places)
