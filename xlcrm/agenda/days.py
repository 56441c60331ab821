"""Days that come round: each year, or each year of the Chinese calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from xlcrm.lunar import lunar_day

_LUNAR = "农历"
_ONE = timedelta(days=1)


def comes_round(month_day: str, first: date, last: date) -> Iterator[date]:
    """Yield the days from ``first`` to ``last`` on which a day of the year falls.

    ``month_day`` is ``05-20`` or ``农历08-15``. A day that a year or month lacks, 29 February or
    the 30th of the Chinese calendar, falls on the one before; a leap month repeats none.
    """
    falls = _falls_by_moon if month_day.startswith(_LUNAR) else _falls
    month, day = map(int, month_day.removeprefix(_LUNAR).split("-"))
    for offset in range((last - first).days + 1):
        when = first + timedelta(days=offset)
        if falls(when, month, day):
            yield when


def _falls(when: date, month: int, day: int) -> bool:
    is_last = (when + _ONE).month != when.month
    return when.month == month and (when.day == day or (is_last and day > when.day))


def _falls_by_moon(when: date, month: int, day: int) -> bool:
    moon = lunar_day(when)
    if moon is None or moon.is_leap or moon.month != month:
        return False
    return moon.day == day or (moon.day == moon.length and day > moon.length)
