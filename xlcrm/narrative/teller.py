"""What may be said of any metric, and how customers and figures are named in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xlcrm.facts.tables import Facts
from xlcrm.metrics.breakdown import counted
from xlcrm.metrics.display import CUSTOMERS, Language, figure, names, number
from xlcrm.metrics.drivers import Driver, driver
from xlcrm.metrics.model import Metric
from xlcrm.spec.model import Spec
from xlcrm.values import dataclass

Findings = dict[str, Any]


@dataclass(frozen=True)
class Teller:
    """Knows what a report holds, and how it is said in its language."""

    metrics: Sequence[Metric]
    facts: Facts
    spec: Spec
    language: Language

    def common(self, metric: Metric) -> Findings:
        """Return what holds of every metric: its figures, its direction, how much it rests on."""
        total = metric.details.get("total", metric.rows)
        labels = metric.labels.get(self.language, {})
        return {
            "key": metric.key,
            "label": labels.get("name", metric.name),
            "subject": labels.get("subject", metric.subject),
            "period": metric.period.kind if metric.period else "week",
            "until": _until(metric),
            "is_window": metric.period is not None and metric.period.window != metric.period,
            "current": self._or_none(metric, metric.current),
            "previous": self._or_none(metric, metric.previous),
            "direction": _direction(metric),
            "size": _size(metric),
            "change_kind": metric.change_kind,
            "is_count": metric.unit == "count",
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
        found = None if _direction(metric) == "level" else driver(metric, self.facts)
        return found and self._told(metric, found)

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

    def join(self, texts: Iterable[str], unit: str = CUSTOMERS) -> str:
        return names(list(dict.fromkeys(texts)), self.language, unit=unit)

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


def _until(metric: Metric) -> str | None:
    """Return the day up to which a period was looked at that is not over; None of a whole one."""
    period = metric.period
    return None if period is None or period == period.whole else period.end.isoformat()


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
