"""Every metric in the report's order, with its change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oracle_facts import Team
from oracle_metrics import (
    avg_response_hours,
    contact_frequency,
    issue_close_rate,
    issue_days,
    issue_overdue,
    low_satisfaction,
    need_match_rate,
    need_met_rate,
    need_response_rate,
    negative_share,
    never_contacted,
    satisfaction,
    slow_customers,
    timely_entry_rate,
    top_issues,
    top_needs,
    unanswered,
)
from oracle_people import (
    at_risk,
    by_owner,
    evaluation_avg,
    reactivated,
    repurchase_rate,
    satisfaction_by_dimension,
)
from oracle_periods import Span
from oracle_steps import (
    campaign,
    channel_conversion,
    conversion,
    source_conversion,
    source_new,
    stage_conversion,
    stage_loss,
    tag_conversion,
)

RELATIVE, DIFFERENCE, NONE = "relative", "difference", "none"

# Every metric, with the kind of its change.
METRICS: dict[Callable[[Team, Span], Any], str] = {
    avg_response_hours: RELATIVE,
    slow_customers: DIFFERENCE,
    contact_frequency: RELATIVE,
    top_needs: NONE,
    need_match_rate: DIFFERENCE,
    need_met_rate: DIFFERENCE,
    conversion: DIFFERENCE,
    satisfaction: DIFFERENCE,
    negative_share: DIFFERENCE,
    low_satisfaction: DIFFERENCE,
    issue_close_rate: DIFFERENCE,
    issue_days: RELATIVE,
    issue_overdue: DIFFERENCE,
    timely_entry_rate: DIFFERENCE,
    unanswered: DIFFERENCE,
    never_contacted: DIFFERENCE,
    need_response_rate: DIFFERENCE,
    stage_conversion: DIFFERENCE,
    stage_loss: DIFFERENCE,
    channel_conversion: DIFFERENCE,
    tag_conversion: DIFFERENCE,
    source_new: DIFFERENCE,
    source_conversion: DIFFERENCE,
    satisfaction_by_dimension: DIFFERENCE,
    at_risk: DIFFERENCE,
    reactivated: DIFFERENCE,
    repurchase_rate: DIFFERENCE,
    top_issues: NONE,
    evaluation_avg: DIFFERENCE,
    by_owner: NONE,
    campaign: DIFFERENCE,
}


def change(kind: str, now: Any, before: Any) -> float | None:
    """Return 本-上, of a relative change (本-上)/上; None where a side is, or 上 is 0."""
    if kind == NONE or now is None or before is None:
        return None
    if isinstance(now, list):
        return len(now) - len(before)
    if kind == RELATIVE:
        return (now - before) / before if before else None
    return now - before


def everything(team: Team, span: Span, previous: Span) -> dict[tuple[str, str | None], Any]:
    """Return current, previous and change of every metric, by its key and subject."""
    found: dict[tuple[str, str | None], Any] = {}
    for metric, kind in METRICS.items():
        now, before = metric(team, span), metric(team, previous)
        if metric is repurchase_rate:
            before = None  # as of the merge, no earlier value
        if not isinstance(now, dict):
            now, before = {None: now}, {None: before}
        # What customers and talks have: of either period; without any one figure without data.
        # Where nobody tells of campaigns there is none.
        nothing = {} if metric is campaign else {None: None}
        for subject in {**now, **before} or nothing:
            values = _of(metric, now, subject), _of(metric, before, subject)
            found[metric.__name__, subject] = (*values, change(kind, *values))
    return found


def _of(metric: Any, figures: dict[str | None, Any], subject: str | None) -> Any:
    """Return a subject's figure: of a source without customers yet there are no new ones."""
    nothing = 0 if metric is source_new and figures else None
    return figures.get(subject, nothing)
