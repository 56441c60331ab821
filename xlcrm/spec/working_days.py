"""Working days of the Chinese calendar, with its holidays and make-up days."""

from __future__ import annotations

from datetime import date, timedelta

from xlcrm.values import dataclass


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

    def exceptions(self) -> tuple[list[date], list[date]]:
        """Return the days from Monday to Friday that are off, and the days at weekends worked.

        Those of the last three years whose official calendar is known, and the team's of any year.
        """
        from chinese_calendar import constants  # late: as below

        known = {*constants.holidays, *constants.workdays}
        first = max(known).year - 2
        days = {day for day in known if day.year >= first}
        days |= {date.fromisoformat(iso) for iso in self.off | self.worked}
        odd = [day for day in sorted(days) if self.is_working_day(day) is (day.weekday() > 4)]
        return [day for day in odd if day.weekday() < 5], [day for day in odd if day.weekday() > 4]


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
