"""Who moved a figure most: customers, tags or people, by their share in the change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

import pandas as pd

from xlcrm.facts.tables import Facts
from xlcrm.metrics.issues import days
from xlcrm.metrics.model import Metric

Values = Callable[[pd.DataFrame, Collection[str]], "pd.Series[float]"]


class Driver(NamedTuple):
    """What moved a mean most, with its own means (None: nothing of it in that period)."""

    group: str
    current: float | None
    current_count: int
    previous: float | None
    previous_count: int


def _hits(facts: pd.DataFrame, hit_ids: Collection[str]) -> pd.Series[float]:
    return pd.Series(facts.index.isin(list(hit_ids)), index=facts.index).astype(float)


# The kind of fact a mean or a rate is of, by what its facts are grouped, and the value of each.
_MEANS: Mapping[str, tuple[str, str, Values]] = {
    "avg_response_hours": ("messages", "customer", lambda facts, _: facts["hours"]),
    "satisfaction": ("scores", "customer", lambda facts, _: facts["score"]),
    "issue_days": ("issues", "customer", lambda facts, _: days(facts)),
    "need_match_rate": ("needs", "tag", _hits),
    "need_met_rate": ("needs", "tag", _hits),
    "negative_share": ("communications", "customer", _hits),
    "issue_close_rate": ("issues", "category", _hits),
    "timely_entry_rate": ("entries", "owner", _hits),
}


def driver(metric: Metric, facts: Facts) -> Driver | None:
    """Return what moved a mean or a rate most in the direction it went; None where it did not move,
    or nothing is known of the earlier figure but its value, as of one that was published.

    The change of a mean is the sum, over all groups, of how far each lifts it above the earlier
    mean now, less how far each did then: the group with the largest part is the one.
    """
    if metric.key not in _MEANS or not metric.change or not metric.previous_basis:
        return None
    now = _groups(metric.key, facts, metric.basis, metric.details)
    then = _groups(metric.key, facts, metric.previous_basis, metric.previous_details)
    sign = 1 if metric.current > metric.previous else -1
    gains, losses = _lifts(now, metric.previous), _lifts(then, metric.previous)
    parts = {
        group: sign * (gains.get(group, 0.0) - losses.get(group, 0.0))
        for group in sorted({*now, *then})
    }
    group = max(parts, key=parts.__getitem__, default=None)
    if group is None or parts[group] <= 0:
        return None
    return Driver(group, *_mean_of(now, group), *_mean_of(then, group))


def _groups(
    key: str, facts: Facts, basis: Mapping[str, tuple[str, ...]], details: Mapping[str, Any]
) -> dict[str, list[float]]:
    """Return the values that a mean is of, by group."""
    kind, column, values = _MEANS[key]
    chosen = facts.among(kind, basis.get(kind, ())).dropna(subset=column)
    groups: dict[str, list[float]] = {}
    told = values(chosen, details.get("hit_ids", ())).astype(float).tolist()
    for group, value in zip(chosen[column].tolist(), told, strict=True):
        groups.setdefault(str(group), []).append(value)
    return groups


def _lifts(groups: Mapping[str, list[float]], mean: float) -> dict[str, float]:
    """Return by how much each group lifts the mean of all above ``mean``."""
    everything = sum(map(len, groups.values()))
    return {
        group: sum(value - mean for value in values) / everything
        for group, values in groups.items()
    }


def _mean_of(groups: Mapping[str, list[float]], group: str) -> tuple[float | None, int]:
    values = groups.get(group, [])
    return (sum(values) / len(values) if values else None), len(values)
