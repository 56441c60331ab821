"""Every metric there is, by its key; reckoning them all, their order, and their trend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from xlcrm.facts.tables import Facts, Span
from xlcrm.metrics.by_owner import by_owner
from xlcrm.metrics.campaign import campaign
from xlcrm.metrics.contact_frequency import contact_frequency
from xlcrm.metrics.conversion import conversion, stage_conversion, stage_loss
from xlcrm.metrics.declarations import declarations
from xlcrm.metrics.evaluations import evaluation_avg, satisfaction_by_dimension
from xlcrm.metrics.issues import issue_close_rate, issue_days, issue_overdue
from xlcrm.metrics.low_satisfaction import low_satisfaction
from xlcrm.metrics.model import Metric
from xlcrm.metrics.need_responses import need_response_rate
from xlcrm.metrics.needs_met import need_match_rate, need_met_rate
from xlcrm.metrics.repurchase import repurchase_rate
from xlcrm.metrics.responses import avg_response_hours
from xlcrm.metrics.risk import at_risk, reactivated
from xlcrm.metrics.satisfaction import negative_share, satisfaction
from xlcrm.metrics.silence import never_contacted, unanswered
from xlcrm.metrics.slow_customers import slow_customers
from xlcrm.metrics.sources import source_conversion, source_new
from xlcrm.metrics.timely_entry import timely_entry_rate
from xlcrm.metrics.top_issues import top_issues
from xlcrm.metrics.top_needs import top_needs
from xlcrm.metrics.upward import channel_conversion, tag_conversion
from xlcrm.periods import Period
from xlcrm.sheet_words import declared
from xlcrm.spec.model import Spec

Measure = Callable[[Facts, Period, Period, Spec], list[Metric]]

# A metric is added by a function here and its declaration in templates/metrics.toml.
CATALOGUE: Mapping[str, Measure] = {
    each.__name__: each
    for each in (
        avg_response_hours,
        slow_customers,
        contact_frequency,
        unanswered,
        never_contacted,
        top_needs,
        need_match_rate,
        need_met_rate,
        need_response_rate,
        conversion,
        stage_conversion,
        stage_loss,
        channel_conversion,
        tag_conversion,
        source_new,
        source_conversion,
        satisfaction,
        satisfaction_by_dimension,
        negative_share,
        low_satisfaction,
        at_risk,
        reactivated,
        repurchase_rate,
        issue_close_rate,
        issue_days,
        issue_overdue,
        top_issues,
        timely_entry_rate,
        evaluation_avg,
        by_owner,
        campaign,
    )
}


class TrendPoint(NamedTuple):
    """A metric's value in one period; None is "no data"."""

    period: Period
    value: Any


def compute(facts: Facts, period: Period, spec: Spec) -> list[Metric]:
    """Return every metric for ``period`` against the one before it, in the catalogue's order."""
    previous = period.previous
    return [each for key in CATALOGUE for each in CATALOGUE[key](facts, period, previous, spec)]


def days_asked(period: Period, n: int = 2) -> Span:
    """Return the days whose facts are asked for by ``compute``, or by ``compute_trend`` of the last
    ``n`` periods: the periods' and their windows'."""
    first = period.last(n)[0]
    earlier = first.previous  # with whose talks those of the first are compared
    last = max(first.start, period.end)  # of one that has not begun
    return Span(first.start, last, talks_from=min(first.window.start, earlier.start))


def compute_trend(
    facts: Facts, period: Period, spec: Spec, keys: Iterable[str], n: int = 8
) -> dict[tuple[str, str | None], tuple[TrendPoint, ...]]:
    """Return the values of some metrics in the last ``n`` periods, oldest first, this one included.

    Points are by (key, subject). Raises KeyError for a key that is no metric's.
    """
    keys = tuple(keys)
    values: dict[tuple[str, str | None], list[TrendPoint]] = {}
    periods = period.last(n + n % 2)  # two at a time: a metric reckons a period and the one before
    for earlier, later in zip(periods[::2], periods[1::2], strict=True):
        for key in keys:
            for each in CATALOGUE[key](facts, later, earlier, spec):
                points = values.setdefault((key, each.subject), [])
                points += (TrendPoint(earlier, each.previous), TrendPoint(later, each.current))
    return {name: tuple(points[-n:]) for name, points in values.items()}


def ordered(metrics: Sequence[Metric], business_phase: str) -> list[Metric]:
    """Return metrics as reports show them: document E's four rows, then dimension by dimension.

    The dimension that the business phase looks at first comes first. Of a metric with several
    subjects the first is document E's.
    """
    leading = [
        next((each for each in metrics if each.key == key), None)
        for key in declared("report.leading")
    ]
    first = [each for each in leading if each is not None]
    known = declarations()
    dimensions = sorted(known.dimensions, key=lambda each: each != known.phases.get(business_phase))
    rest = [each for each in metrics if not any(each is other for other in first)]
    position = {key: n for n, key in enumerate(dimensions)}
    rest.sort(key=lambda each: position[known.metrics[each.key].dimension])
    return first + rest
