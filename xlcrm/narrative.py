"""简要分析: a few sentences a metric, of what its facts show and what the documents advise then.

Here is found what to say; ``templates/text/narrative.*.j2`` says it. Each sentence carries its
figures, and where there is too little to judge by it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlcrm.facts.tables import Facts
from xlcrm.metrics.breakdown import Step, counted, late_issues, missed, slowest_issue, steps
from xlcrm.metrics.display import Language, figure, names, number, percent
from xlcrm.metrics.drivers import Driver, driver
from xlcrm.metrics.model import Metric
from xlcrm.spec.model import Spec
from xlcrm.wording import render

Findings = dict[str, Any]
_MARKED_STEP = 1.0  # a rise or fall of a score that is named, in points


def narrate(
    metrics: Sequence[Metric], facts: Facts, spec: Spec, language: Language
) -> dict[tuple[str, str | None], str]:
    """Return the analysis of each metric, by key and subject.

    Metrics are those of one report: one may speak of what another found.
    """
    teller = _Teller(metrics, facts, spec, language)
    return {(each.key, each.subject): teller.tell(each) for each in metrics}


@dataclass(frozen=True)
class _Teller:
    metrics: Sequence[Metric]
    facts: Facts
    spec: Spec
    language: Language

    def tell(self, metric: Metric) -> str:
        finder = _FINDERS.get(metric.key)
        found = finder(self, metric) if finder and metric.current is not None else {}
        text = render("narrative", self.language, **self._common(metric) | found)
        return "".join(line.rstrip() for line in text.splitlines())

    def _common(self, metric: Metric) -> Findings:
        """Return what holds of every metric: its figures, its direction, how much it rests on."""
        total = metric.details.get("total", metric.rows)
        labels = metric.labels.get(self.language, {})
        return {
            "key": metric.key,
            "label": labels.get("name", metric.name),
            "subject": labels.get("subject", metric.subject),
            "period": metric.period.kind if metric.period else "week",
            "current": self._or_none(metric, metric.current),
            "previous": self._or_none(metric, metric.previous),
            "direction": _direction(metric),
            "size": _size(metric),
            "change_kind": metric.change_kind,
            "total": total,
            "hits": metric.details.get("hits"),
            "is_few": total < self.spec.parameter("min_step"),
            "is_worse": (metric.change or 0) * metric.better < 0,
            "driver": self._driver(metric),
            "parameters": {key: each.value for key, each in self.spec.parameters.items()},
        }

    def _or_none(self, metric: Metric, value: Any) -> str | None:
        return None if value is None else figure(metric, value, self.language)

    def _driver(self, metric: Metric) -> Findings | None:
        found = driver(metric, self.facts)
        if found is None or _direction(metric) == "level":
            return None
        return self._told(metric, found)

    def _told(self, metric: Metric, found: Driver) -> Findings:
        who = self.who(found.group) if found.group in self.facts.customers.index else found.group
        return {
            "name": who,
            "current": self._or_none(metric, found.current),
            "current_count": found.current_count,
            "previous": self._or_none(metric, found.previous),
            "previous_count": found.previous_count,
        }

    def who(self, customer: str) -> str:
        """Return a customer's name, with its id where it has one."""
        return who(self.facts.named(customer))

    def join(self, texts: Iterable[str]) -> str:
        return names(list(dict.fromkeys(texts)), self.language)

    def find(self, key: str) -> Metric | None:
        return next((each for each in self.metrics if each.key == key), None)

    def counted(self, kind: str, ids: Iterable[str], column: str, most: int = 3) -> list[Findings]:
        """Return the most frequent values among some facts; customers by their names."""
        shown = self.who if column == "customer" else str
        found = counted(self.facts, kind, ids, column, most)
        return [{"name": shown(name), "count": count} for name, count in found]


def who(row: Mapping[str, str]) -> str:
    """Return the customer of a list's row: its name, with its id where it has one."""
    same = row["customer"] == row["name"]
    return row["name"] if same else f"{row['name']}({row['customer']})"


def _direction(metric: Metric) -> str | None:
    if metric.change is None:
        return None
    if _size(metric) == "0":
        return "level"
    return "up" if metric.change > 0 else "down"


def _size(metric: Metric) -> str | None:
    """Return how large the change is: in percent, in percentage points or in the metric's unit."""
    if metric.change is None:
        return None
    share = metric.change_kind in ("relative", "points")
    return number(abs(metric.change) * (100 if share else 1))


def _response(teller: _Teller, metric: Metric) -> Findings:
    slow = teller.find("slow_customers")
    return {"slow": teller.join(who(row) for row in (slow.current if slow else None) or ())}


def _slow(teller: _Teller, metric: Metric) -> Findings:
    rows = [
        {
            "name": who(row),
            "hours": None if row["hours"] is None else number(row["hours"]),
            "unanswered": row["unanswered"],
        }
        for row in metric.current
    ]
    return {"listed": rows}


def _contact(teller: _Teller, metric: Metric) -> Findings:
    talks = metric.basis["communications"]
    return {
        "customers": metric.details["customers"],
        "most": teller.counted("communications", talks, "customer", 1)[0],
    }


def _needs(teller: _Teller, metric: Metric) -> Findings:
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


def _unmet(teller: _Teller, metric: Metric) -> Findings:
    return {"unmet": teller.counted("needs", missed(metric), "tag", 1)}


def _conversion(teller: _Teller, metric: Metric) -> Findings:
    least = teller.spec.parameter("min_step")
    steps_ = [
        each
        for each in teller.metrics
        if each.key == metric.key and each.details.get("total", 0) >= least
    ]
    rates = sorted(each.current for each in steps_)
    is_weakest = len(rates) > 1 and metric in steps_ and metric.current == rates[0] < rates[1]
    moved = metric.details["hit_ids"]
    return {"moved": teller.join(map(teller.who, moved)), "is_weakest": is_weakest}


def _satisfaction(teller: _Teller, metric: Metric) -> Findings:
    found = steps(metric, teller.facts)
    low = teller.find("low_satisfaction")
    listed = [row for row in (low.current if low else None) or () if row["after"] < _low(teller)]
    return {
        "rises": [_step(teller, s) for s in found if s.after - s.before >= _MARKED_STEP],
        "falls": [_step(teller, s) for s in found[::-1] if s.before - s.after >= _MARKED_STEP],
        "low": teller.join(map(who, listed)),
    }


def _step(teller: _Teller, step: Step) -> Findings:
    return {
        "name": teller.who(step.customer),
        "before": number(step.before),
        "after": number(step.after),
        "revisited": step.revisited,
    }


def _low(teller: _Teller) -> float:
    return float(teller.spec.parameter("low_score"))


def _revisits(teller: _Teller, metric: Metric) -> Findings:
    rows = [
        {
            "name": who(row),
            "before": None if row["before"] is None else number(row["before"]),
            "after": number(row["after"]),
            "revisited": row["revisited"],
        }
        for row in metric.current
    ]
    still = [who(row) for row in metric.current if row["after"] < _low(teller)]
    return {"listed": rows, "still": teller.join(still)}


def _moods(teller: _Teller, metric: Metric) -> Findings:
    return {"listed": teller.counted("communications", metric.details["hit_ids"], "customer")}


def _closing(teller: _Teller, metric: Metric) -> Findings:
    rest = missed(metric)
    owners = counted(teller.facts, "issues", rest, "owner", len(rest))
    return {
        "open": len(rest),
        "categories": teller.counted("issues", rest, "category"),
        "owners": teller.join(name for name, _ in owners),
    }


def _solving(teller: _Teller, metric: Metric) -> Findings:
    name, taken = slowest_issue(metric, teller.facts)
    return {"slowest": {"name": name, "days": number(taken)}}


def _overdue(teller: _Teller, metric: Metric) -> Findings:
    rows = [
        each._asdict() | {"who": each.customer and teller.who(each.customer)}
        for each in late_issues(metric, teller.facts)
    ]
    return {"listed": rows}


def _entries(teller: _Teller, metric: Metric) -> Findings:
    return {"late": teller.counted("entries", missed(metric), "owner")}


_FINDERS: Mapping[str, Callable[[_Teller, Metric], Findings]] = {
    "avg_response_hours": _response,
    "slow_customers": _slow,
    "contact_frequency": _contact,
    "top_needs": _needs,
    "need_match_rate": _unmet,
    "need_met_rate": _unmet,
    "conversion": _conversion,
    "satisfaction": _satisfaction,
    "low_satisfaction": _revisits,
    "negative_share": _moods,
    "issue_close_rate": _closing,
    "issue_days": _solving,
    "issue_overdue": _overdue,
    "timely_entry_rate": _entries,
}
