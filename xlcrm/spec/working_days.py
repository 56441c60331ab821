"""Working days of the Chinese calendar, with its holidays and make-up days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Calendar:
    """The official calendar, but for the days (ISO) that a team has ``off`` or has ``worked``."""

    off: frozenset[str] = frozenset()
    worked: frozenset[str] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Whether people work on ``day``: official where known, else Monday to Friday."""
        iso = day.isoformat()
        if iso in self.off or iso in self.worked:
            return iso in self.worked
        official = _official(day)
        return day.weekday() < 5 if official is None else official

    def add_working_days(self, start: date, days: float) -> date:
        """Return the day that is ``days`` working days after ``start``, itself day 0."""
        day = start
        while days > 0:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return day


OFFICIAL = Calendar()


def is_covered(day: date) -> bool:
    """Whether the official calendar of the year of ``day`` is known."""
    return _official(day) is not None


def _official(day: date) -> bool | None:
    """Return whether ``day`` is worked; None where the year's calendar is not known yet."""
    import chinese_calendar  # late: its tables are needed by the rare deadline alone

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None
