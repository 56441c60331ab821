"""What to say of customers' steps, where they come from, who may be lost, and of our people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlcrm.metrics.display import entries, percent
from xlcrm.metrics.model import Metric
from xlcrm.narrative.teller import Findings, Teller, who

_PHONE, _VISIT, _ENOUGH = "电话", "面谈", 10  # talks of each, to compare two channels


def _conversion(teller: Teller, metric: Metric) -> Findings:
    found = _extremes(teller, metric, teller.spec.parameter("min_step"))
    return found | {"moved": _customers(teller, metric)}


def _loss(teller: Teller, metric: Metric) -> Findings:
    return {"moved": _customers(teller, metric)}


def _channels(teller: Teller, metric: Metric) -> Findings:
    """Visits are advised where calls lead less far, of either enough."""
    both = [_of(teller, metric.key, channel) for channel in (_PHONE, _VISIT)]
    if metric.subject != _PHONE or not all(
        each is not None and each.details.get("total", 0) >= _ENOUGH for each in both
    ):
        return {"visits": None}
    rates = [each.current for each in both if each]
    return {"visits": percent(rates[1]) if rates[0] < rates[1] else None}


def _sources(teller: Teller, metric: Metric) -> Findings:
    """A source's share of all new customers; None where there are none."""
    everyone = metric.details["total"]
    return {"share": percent(metric.current / everyone) if everyone else None}


def _aspects(teller: Teller, metric: Metric) -> Findings:
    return _extremes(teller, metric, 1)


def _waiting(teller: Teller, metric: Metric) -> Findings:
    return {"listed": teller.counted("messages", metric.basis["messages"], "customer")}


def _named(teller: Teller, metric: Metric) -> Findings:
    return {"listed": teller.join(map(teller.who, metric.basis["customers"]))}


def _risks(teller: Teller, metric: Metric) -> Findings:
    rows = entries(metric, metric.current, teller.language)
    told = [{"name": who(row), "reasons": row["reasons"]} for row in rows[:3]]
    return {"listed": told, "count": len(rows)}


def _issues(teller: Teller, metric: Metric) -> Findings:
    tags = [row | {"share": percent(row["share"])} for row in metric.current]
    often = teller.spec.parameter("issue_share")
    few = metric.details["customers"] < teller.spec.parameter("min_step")
    return {
        "tags": tags,
        "everyone": metric.details["customers"],
        "is_few": few,
        "frequent": [row["tag"] for row in metric.current if row["share"] >= often],
    }


def _people(teller: Teller, metric: Metric) -> Findings:
    late = [row for row in metric.current if row["overdue"]]
    best = [row for row in metric.current if row["upward"]]
    return {
        "people": sum(row["talks"] > 0 for row in metric.current),
        "talks": sum(row["talks"] for row in metric.current),
        "most": metric.current[0],
        "best": _top(best, "upward"),
        "late": _top(late, "overdue"),
    }


def _top(rows: Sequence[Findings], column: str) -> list[Findings]:
    """Return the three rows that have most of a column, as names and counts."""
    ranked = sorted(rows, key=lambda row: -row[column])[:3]
    return [{"name": row["owner"], "count": row[column]} for row in ranked]


def _extremes(teller: Teller, metric: Metric, least: int) -> Findings:
    """Whether a metric is the only weakest or strongest of its subjects that rest on enough."""
    fit = [
        each
        for each in teller.metrics
        if each.key == metric.key
        and each.unit == metric.unit
        and each.details.get("total", 0) >= least
    ]
    figures = sorted(each.current for each in fit)
    is_one = len(figures) > 1 and metric in fit
    return {
        "is_weakest": is_one and metric.current == figures[0] < figures[1],
        "is_strongest": is_one and metric.current == figures[-1] > figures[-2],
    }


def _customers(teller: Teller, metric: Metric) -> str:
    return teller.join(map(teller.who, metric.details["hit_ids"]))


def _of(teller: Teller, key: str, subject: str) -> Metric | None:
    return next(
        (each for each in teller.metrics if (each.key, each.subject) == (key, subject)), None
    )


FINDERS: dict[str, Callable[[Teller, Metric], Findings]] = {
    "unanswered": _waiting,
    "never_contacted": _named,
    "conversion": _conversion,
    "stage_conversion": _conversion,
    "stage_loss": _loss,
    "channel_conversion": _channels,
    "source_new": _sources,
    "satisfaction_by_dimension": _aspects,
    "at_risk": _risks,
    "reactivated": _named,
    "top_issues": _issues,
    "evaluation_avg": _aspects,
    "by_owner": _people,
}
