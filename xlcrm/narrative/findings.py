"""What to say of replies, needs, scores, issues and entries."""

from __future__ import annotations

from collections.abc import Callable

from xlcrm.metrics.breakdown import Step, counted, late_issues, missed, slowest_issue, steps
from xlcrm.metrics.display import PEOPLE, number, percent
from xlcrm.metrics.figures import starts
from xlcrm.metrics.model import Metric
from xlcrm.narrative.teller import Findings, Teller, who

_MARKED_STEP = 1.0  # a rise or fall of a score that is named, in points
_CATEGORY = "issue_category"
_NAMED = 10  # customers in a sentence; of more it says how many


def _response(teller: Teller, metric: Metric) -> Findings:
    slow = teller.find("slow_customers")
    return {"slow": teller.join(who(row) for row in (slow.current if slow else None) or ())}


def _slow(teller: Teller, metric: Metric) -> Findings:
    rows = [
        {
            "name": who(row),
            "hours": None if row["hours"] is None else number(row["hours"]),
            "unanswered": row["unanswered"],
        }
        for row in metric.current
    ]
    return {"listed": rows[:_NAMED], "more": len(rows[_NAMED:])}


def _contact(teller: Teller, metric: Metric) -> Findings:
    talks = metric.basis["communications"]
    return {
        "customers": metric.details["customers"],
        "most": teller.counted("communications", talks, "customer", 1)[0],
    }


def _needs(teller: Teller, metric: Metric) -> Findings:
    earlier = None if metric.previous is None else {row["tag"] for row in metric.previous}
    tags = [row | {"share": percent(row["share"])} for row in metric.current]
    frequent = teller.spec.parameter("need_share")
    return {
        "tags": tags,
        "everyone": metric.details["customers"],
        "is_few": metric.details["customers"] < teller.spec.parameter("min_step"),
        "frequent": [r["tag"] for r in metric.current if r["share"] >= frequent],
        "fresh": [] if earlier is None else [r["tag"] for r in tags if r["tag"] not in earlier],
    }


def _unmet(teller: Teller, metric: Metric) -> Findings:
    return {"unmet": teller.counted("needs", missed(metric), "tag", 1)}


def _satisfaction(teller: Teller, metric: Metric) -> Findings:
    found = steps(metric, teller.facts)
    low = teller.find("low_satisfaction")
    listed = [row for row in (low.current if low else None) or () if row["after"] < _low(teller)]
    rises = [step for step in found if step.after - step.before >= _MARKED_STEP]
    falls = [step for step in found[::-1] if step.before - step.after >= _MARKED_STEP]
    return {
        "rises": [_step(teller, step) for step in rises[:_NAMED]],
        "more_rises": len(rises[_NAMED:]),
        "falls": [_step(teller, step) for step in falls[:_NAMED]],
        "more_falls": len(falls[_NAMED:]),
        "low": teller.join(map(who, listed)),
    }


def _step(teller: Teller, step: Step) -> Findings:
    return {
        "name": teller.who(step.customer),
        "before": number(step.before),
        "after": number(step.after),
        "revisited": step.revisited,
    }


def _low(teller: Teller) -> float:
    return float(teller.spec.parameter("low_score"))


def _revisits(teller: Teller, metric: Metric) -> Findings:
    lowest = _lowest(teller, metric)
    rows = [
        {
            "name": who(row),
            "before": None if row["before"] is None else number(row["before"]),
            "lowest": lowest.get(row["customer"], ""),
            "after": number(row["after"]),
            "revisited": row["revisited"],
        }
        for row in metric.current[:_NAMED]
    ]
    still = [who(row) for row in metric.current if row["after"] < _low(teller)]
    return {"listed": rows, "everyone": len(metric.current), "still": teller.join(still)}


def _lowest(teller: Teller, metric: Metric) -> dict[str, str]:
    """Return the lowest low score of a period, by customer as it is named, where its last score is
    no low one any more: it is why the customer is listed."""
    if metric.period is None:
        return {}
    scores = teller.facts.among("scores", metric.basis["scores"])
    given = scores[(scores["score"] < _low(teller)) & (scores["date"] >= starts(metric.period))]
    last = {row["customer"]: row["after"] for row in metric.current}
    least = given.groupby("customer")["score"].min()
    named = {teller.facts.named(str(key))["customer"]: float(score) for key, score in least.items()}
    return {key: number(score) for key, score in named.items() if last[key] >= _low(teller)}


def _moods(teller: Teller, metric: Metric) -> Findings:
    return {"listed": teller.counted("communications", metric.details["hit_ids"], "customer")}


def _closing(teller: Teller, metric: Metric) -> Findings:
    rest = missed(metric)
    owners = counted(teller.facts, "issues", rest, "owner", len(rest))
    categories = teller.counted("issues", rest, "category")
    label = teller.spec.vocabularies[_CATEGORY].label
    return {
        "open": len(rest),
        "categories": [x | {"name": label(x["name"], teller.language)} for x in categories],
        "owners": teller.join((name for name, _ in owners), PEOPLE),
    }


def _solving(teller: Teller, metric: Metric) -> Findings:
    name, taken = slowest_issue(metric, teller.facts)
    return {"slowest": {"name": name, "days": number(taken)}}


def _overdue(teller: Teller, metric: Metric) -> Findings:
    rows = [
        each._asdict() | {"who": each.customer and teller.who(each.customer)}
        for each in late_issues(metric, teller.facts)
    ]
    return {"listed": rows}


def _entries(teller: Teller, metric: Metric) -> Findings:
    return {"late": teller.counted("entries", missed(metric), "owner")}


FINDERS: dict[str, Callable[[Teller, Metric], Findings]] = {
    "avg_response_hours": _response,
    "slow_customers": _slow,
    "contact_frequency": _contact,
    "top_needs": _needs,
    "need_match_rate": _unmet,
    "need_met_rate": _unmet,
    "need_response_rate": _unmet,
    "satisfaction": _satisfaction,
    "low_satisfaction": _revisits,
    "negative_share": _moods,
    "issue_close_rate": _closing,
    "issue_days": _solving,
    "issue_overdue": _overdue,
    "timely_entry_rate": _entries,
}
