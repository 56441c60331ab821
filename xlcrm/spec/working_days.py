"""Working days of the Chinese calendar, with its holidays and make-up days."""

from __future__ import annotations

from datetime import date, timedelta


def is_covered(day: date) -> bool:
    """Whether the official calendar of the year of ``day`` is known."""
    import chinese_calendar  # late: its tables are needed by the rare deadline alone

    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return False
    return True


def is_working_day(day: date) -> bool:
    """Whether people work on ``day``: official where known, else Monday to Friday."""
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def add_working_days(start: date, days: int) -> date:
    """Return the day that is ``days`` working days after ``start``, itself day 0."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day
