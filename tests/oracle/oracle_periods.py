"""Periods, and what metrics of any period share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from oracle_facts import Team


@dataclass(frozen=True)
class Span:
    """A period: whole days, both included."""

    first: date
    last: date
    months: float
    window: date  # the first day of what a monthly mean is taken over
    earlier: date  # the first day of the period before, which ends where this one begins
    is_over: bool = True

    def until(self, day: date) -> Span:
        """What has been of it by a day."""
        if day >= self.last:
            return self
        gone, every = ((last - self.first).days + 1 for last in (day, self.last))
        cut = replace(self, last=day, is_over=False)
        # As of a week, over the 30 days ending with its last day; else over what has been of it.
        if self.window < self.first or gone < 30:
            return replace(cut, months=1, window=day - timedelta(days=29))
        return replace(cut, months=max(1, self.months * gone / every))

    @property
    def before(self) -> Span:
        last = self.first - timedelta(days=1)
        return Span(self.earlier, last, self.months, self.earlier, self.earlier)

    def has(self, day: date | datetime | None) -> bool:
        if isinstance(day, datetime):
            day = day.date()
        return day is not None and self.first <= day <= self.last

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time())


def week(year: int, number: int) -> Span:
    monday = date.fromisocalendar(year, number, 1)
    sunday = monday + timedelta(days=6)
    # For a week: over the 30 days ending with its last day.
    return Span(monday, sunday, 1, sunday - timedelta(days=29), monday - timedelta(days=7))


def months(year: int, month: int, count: int) -> Span:
    """Return the period of ``count`` months from one that may lie before or after the year."""
    first, after = _month(year, month), _month(year, month + count)
    return Span(first, after - timedelta(days=1), count, first, _month(year, month - count))


def _month(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def share(values: Iterable[Any], counts: Callable[[Any], bool]) -> float | None:
    values = list(values)
    return sum(map(counts, values)) / len(values) if values else None


def named(team: Team, customer: str) -> dict[str, str]:
    return {"customer": customer, "name": team.customers[customer].name}
