"""The periods that a report is about: an ISO week, a month, a quarter or a year."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from xlcrm.values import dataclass

PeriodKind = Literal["week", "month", "quarter", "year"]

_FORM = re.compile(r"(\d{4})(?:-(?:W(\d{2})|Q([1-4])|(\d{2})))?")
_FIRST_YEAR, _LAST_YEAR = 1901, 2100
_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Period:
    """A span of whole days, ``start`` to ``end``, both included. ``label`` is such as 2024-W20.

    ``until`` cuts off the days that are still to come; one that has not begun has no day, and ends
    before its start.
    """

    label: str
    start: date
    end: date
    kind: PeriodKind

    @property
    def previous(self) -> Period:
        """The period of the same kind before this one, of which as little is still to come."""
        return _CONTAINING[self.kind](self.start - timedelta(days=1)).until(self.end)

    @property
    def whole(self) -> Period:
        """All days of it, those still to come as well."""
        return _CONTAINING[self.kind](self.start)

    def until(self, day: date) -> Period:
        """Return what of it has been by ``day``, that day included."""
        return replace(self, end=min(self.end, day))

    @property
    def months(self) -> float:
        """How many months a monthly mean divides by: as many as there are in its window."""
        months = {"week": 1, "month": 1, "quarter": 3, "year": 12}[self.kind]
        return max(1, months * self.days / self.whole.days)

    @property
    def window(self) -> Period:
        """The days a monthly mean is taken over: where as yet it has less than a month, as a week
        always has, the 30 that end with its last."""
        if self.kind != "week" and (self == self.whole or self.days >= _MONTH.days):
            return self
        return replace(self, start=self.end - _MONTH + timedelta(days=1))

    @property
    def days(self) -> int:
        """How many days it has."""
        return max(0, (self.end - self.start).days + 1)

    def last(self, n: int) -> tuple[Period, ...]:
        """Return the last ``n`` periods of this kind, this one included, oldest first."""
        periods = [self]
        while len(periods) < n:
            periods.append(periods[-1].previous)
        return tuple(reversed(periods[:n]))

    def is_over(self, day: date) -> bool:
        """Whether all of it was before ``day``: until then its figures may still change."""
        return self.end < day

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def parse_period(text: str) -> Period:
    """Return the period that ``text`` names: 2024-W20, 2024-05, 2024-Q2 or 2024.

    Raises ValueError, with a sentence for the user, for anything else.
    """
    match = _FORM.fullmatch(text.strip().upper())
    if not match or not _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR:
        raise ValueError(
            f"{text!r} is no period: write 2024-W20 for a week, 2024-05 for a month, "
            "2024-Q2 for a quarter or 2024 for a year."
        )
    year, week, quarter, month = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        if week is not None:
            return week_of(date.fromisocalendar(year, week, 1))
        if quarter is not None:
            return quarter_of(date(year, 3 * quarter, 1))
        return year_of(date(year, 1, 1)) if month is None else month_of(date(year, month, 1))
    except ValueError as error:
        raise ValueError(f"There is no {text.strip()} in the calendar.") from error


def last_full_week(as_of: date) -> Period:
    """Return the last week, Monday to Sunday, whose Sunday is before ``as_of``."""
    return week_of(as_of - timedelta(days=7))


def week_of(day: date) -> Period:
    """Return the ISO week, Monday to Sunday, that ``day`` is in."""
    start = day - timedelta(days=day.weekday())
    year, week, _ = day.isocalendar()
    return Period(f"{year}-W{week:02d}", start, start + timedelta(days=6), "week")


def month_of(day: date) -> Period:
    """Return the calendar month that ``day`` is in."""
    start = day.replace(day=1)
    return Period(f"{day:%Y-%m}", start, _last_day(day.year, day.month), "month")


def quarter_of(day: date) -> Period:
    """Return the calendar quarter that ``day`` is in."""
    quarter = (day.month + 2) // 3
    start = date(day.year, 3 * quarter - 2, 1)
    return Period(f"{day.year}-Q{quarter}", start, _last_day(day.year, 3 * quarter), "quarter")


def year_of(day: date) -> Period:
    """Return the calendar year that ``day`` is in."""
    return Period(f"{day.year}", date(day.year, 1, 1), date(day.year, 12, 31), "year")


def _last_day(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


_CONTAINING: dict[PeriodKind, Callable[[date], Period]] = {
    "week": week_of,
    "month": month_of,
    "quarter": quarter_of,
    "year": year_of,
}
